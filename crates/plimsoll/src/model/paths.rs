//! What Compose makes of a path on the host.
//!
//! Source: `paths/resolve.go` of compose-go 2.9.1.

use plimsoll_core::load::files::join;

/// Where paths start.
pub(super) struct Paths {
    /// The absolute path of the current directory, if paths become absolute.
    pub here: Option<String>,
    /// The directory of the project, from the current one.
    pub folder: String,
    /// The home directory, if it is known.
    pub home: Option<String>,
}

impl Paths {
    /// A path that is written in a file whose paths start from `base`.
    pub fn path(&self, base: &str, written: &str) -> String {
        let expanded = self.expand(written);
        if expanded.starts_with('/') || is_windows(&expanded) {
            return expanded;
        }
        match &self.here {
            Some(here) => join(&join(here, base), &join("", &expanded)),
            // What is written in the project itself stays as it is; what comes from elsewhere is seen from there.
            None if base == self.folder => expanded,
            None => join(&self.seen_in_project(base), &expanded),
        }
    }

    /// `~` and `~user` are the home directory of whoever runs Compose.
    fn expand(&self, written: &str) -> String {
        match (written.strip_prefix('~'), &self.home) {
            (Some(rest), Some(home)) => {
                let rest = rest.find('/').map_or("", |at| &rest[at..]);
                join("", &format!("{home}{rest}"))
            }
            _ => written.to_string(),
        }
    }

    fn seen_in_project(&self, base: &str) -> String {
        if self.folder.is_empty() {
            return base.to_string();
        }
        match base.strip_prefix(&self.folder) {
            Some("") => ".".to_string(),
            Some(rest) if rest.starts_with('/') => rest[1..].to_string(),
            _ => base.to_string(),
        }
    }

    /// The directory of the project.
    pub fn project(&self) -> String {
        match &self.here {
            Some(here) => join(here, &self.folder),
            None => ".".to_string(),
        }
    }
}

/// A path with a drive, or of another computer.
fn is_windows(path: &str) -> bool {
    let mut letters = path.chars();
    let drive = letters.next().is_some_and(|it| it.is_ascii_alphabetic()) && letters.next() == Some(':');
    let rooted = matches!(letters.next(), Some('\\' | '/'));
    path.starts_with("\\\\") || drive && rooted
}
