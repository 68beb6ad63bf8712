//! What loading finds wrong with the files themselves. Each kind is the business of one rule, which reports it.

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::Span;

/// Which rule speaks of a problem.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ProblemKind {
    /// The text is not YAML, or not YAML that Compose reads.
    YamlSyntax,
    /// A file or a project is larger, deeper or more tangled than what is followed. It is reported whatever rules are
    /// selected, because nothing else is.
    Limit,
    /// One mapping has one key twice.
    DuplicateKey,
    /// A key that Compose does not know.
    UnknownKey,
    /// A value of the wrong type, form or range.
    InvalidValue,
    /// A volume of a service that Compose cannot read.
    InvalidVolume,
    /// A file that another one names and that cannot be read.
    MissingFile,
    /// A name that nothing in the project has.
    UndefinedReference,
    /// A `${…}` that Compose cannot read.
    InvalidInterpolation,
}

impl ProblemKind {
    /// Whether the rest of the file cannot be relied on.
    pub fn breaks(self) -> bool {
        matches!(self, ProblemKind::YamlSyntax | ProblemKind::Limit)
    }
}

/// One problem with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Which rule speaks of it.
    pub kind: ProblemKind,
    /// The place to blame.
    pub span: Span,
    /// What is wrong, in one line.
    pub message: String,
    /// Why, at the place. May be empty.
    pub reason: String,
    /// Further places.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without reason, labels or help.
    pub fn new(kind: ProblemKind, span: Span, message: impl Into<String>) -> Problem {
        Problem { kind, span, message: message.into(), reason: String::new(), labels: Vec::new(), help: None }
    }

    /// Says why, at the place.
    pub fn because(mut self, reason: impl Into<String>) -> Problem {
        self.reason = reason.into();
        self
    }

    /// The finding of a rule that reports it.
    pub(crate) fn diagnostic(&self, rule: &'static str, severity: Severity) -> Diagnostic {
        let mut found = Diagnostic::new(rule, severity, self.span, self.message.clone());
        found.reason.clone_from(&self.reason);
        found.labels.clone_from(&self.labels);
        found.help.clone_from(&self.help);
        found
    }

    /// Adds a second place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Problem {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}
