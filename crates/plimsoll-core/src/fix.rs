//! Edits that mend a finding, as byte ranges and their new text: how they are made, chosen and applied.
//!
//! A rule says what it wants ([`Editor`]) and never sees the text. An edit is offered only where it is exact: it
//! changes one value of one service and keeps every comment, quote and line break around it.

mod editor;
mod lines;
mod place;
mod rounds;
mod scalar;
mod select;
mod written;
mod yaml;

pub use editor::Editor;
pub use rounds::{Checked, Fixed, Texts, fix_all};
pub use select::{Chosen, apply, choose};
pub use yaml::Yaml;

use crate::source::Span;

/// Whether a fix may be applied without asking.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Safety {
    /// Data that exists now stays attached after it.
    Safe,
    /// Somebody has to look: data may have to be moved, or behaviour changes.
    Unsafe,
}

impl Safety {
    /// The word people and programs see.
    pub fn name(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        }
    }
}

/// One replacement. An empty span inserts, an empty text deletes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// A set of edits that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether it may be applied without asking.
    pub safety: Safety,
    /// The edits. They do not overlap.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix after which all data that exists now is still attached.
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Fix {
        Fix { title: title.into(), safety: Safety::Safe, edits }
    }

    /// A fix that somebody has to look at.
    pub fn needs_care(title: impl Into<String>, edits: Vec<Edit>) -> Fix {
        Fix { title: title.into(), safety: Safety::Unsafe, edits }
    }
}
