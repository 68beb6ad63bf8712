//! What a rule says: one message at one place, further places that explain it, and one thing to do.

use crate::fix::Fix;
use crate::source::Span;
use crate::text::Text;
use crate::tree::{Path, Via};

/// How bad it is. The order is the order of importance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Hygiene. Shown only where somebody asks for it.
    Info,
    /// A foreseeable event (a crash, a slow stop, an Apple-silicon Mac) loses data.
    Warning,
    /// An ordinary command (`up`, `down`, `restart`, `pull`) loses or corrupts data, or Compose refuses the file.
    Error,
}

impl Severity {
    /// The word people and programs see.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A second place in a diagnostic, with the reason why it matters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// Why it matters, as a short phrase.
    pub text: String,
}

/// One finding of one rule. It has exactly one primary span, by construction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Identifier of the rule, such as `tmpfs-on-data-path`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is at risk, in the user's own names. One line, no final dot.
    pub message: String,
    /// The place to blame.
    pub span: Span,
    /// Why, at the primary span. Empty if the message says it all.
    pub reason: String,
    /// Further places that explain the finding. They may lie in other files.
    pub labels: Vec<Label>,
    /// One thing to do, in the imperative.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding without reason, labels, help or fix.
    pub fn new(rule: &'static str, severity: Severity, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            rule,
            severity,
            message: message.into(),
            span,
            reason: String::new(),
            labels: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Says why, at the primary span.
    pub fn because(&mut self, reason: impl Into<String>) -> &mut Diagnostic {
        self.reason = reason.into();
        self
    }

    /// Adds a second place. A place that is already the primary span is left out.
    pub fn label(&mut self, span: Span, text: impl Into<String>) -> &mut Diagnostic {
        if span != self.span {
            self.labels.push(Label { span, text: text.into() });
        }
        self
    }

    /// Adds the way on which a value came to the service, for what is not written there itself.
    pub fn through(&mut self, path: &Path) -> &mut Diagnostic {
        // The first steps are those at the service; a long chain explains nothing more.
        for step in path.steps().iter().take(3) {
            let text = match step {
                Via::Alias(_) => "through this alias",
                Via::MergeKey(_) => "through this merge key",
                Via::Extends(_) => "through `extends` here",
                Via::Include(_) => "through `include` here",
            };
            self.label(step.span(), text);
        }
        self
    }

    /// Names the defaults in a text that decides the finding: somewhere else they may be another value.
    pub fn rests_on(&mut self, text: &Text) -> &mut Diagnostic {
        for it in text.assumptions() {
            self.label(it.span, where_unset(&it.variable));
        }
        self
    }

    /// Says what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Leads every place to another one, as when the files move.
    pub fn move_spans(&mut self, to: impl Fn(Span) -> Span) {
        self.span = to(self.span);
        let edits = self.fix.iter_mut().flat_map(|it| &mut it.edits).map(|it| &mut it.span);
        for span in self.labels.iter_mut().map(|it| &mut it.span).chain(edits) {
            *span = to(*span);
        }
    }

    /// Offers edits.
    pub fn fix(&mut self, fix: Fix) -> &mut Diagnostic {
        self.fix = Some(fix);
        self
    }
}

/// The label of a finding that holds where a variable has its default.
pub(crate) fn where_unset(variable: &str) -> String {
    format!("where `{variable}` is not set")
}
