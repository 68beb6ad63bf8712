//! Compose files on a machine: how they are read, which settings hold for them, and which files are one project.
//!
//! The program and the language server share this, so that both say the same of a file. It reads what it is asked for
//! and what the settings and the projects name, and it writes nothing.

pub mod baseline;
pub mod disk;
pub mod escape;
mod near;
pub mod settings;
pub mod subject;
pub mod uri;

/// Where the page of a rule can be read.
pub fn page_url(rule: &str) -> String {
    format!("https://github.com/plimsoll-lint/plimsoll/blob/main/rules/{rule}.md")
}
