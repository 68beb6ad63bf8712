//! Edits that mend a finding, as byte ranges and their new text.

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
