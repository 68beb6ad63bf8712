//! `depends_on:`: a list of names, or a mapping with what each of them must have reached.
//!
//! Source: `override/merge.go` of compose-go 2.9.1 for what a list does to a mapping that it is merged over.

use super::lower::Lower;
use crate::source::Span;
use crate::text::Text;
use crate::tree::{Entry, Path};

/// What a dependency must have reached before the service starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// It runs.
    Started,
    /// Its probe passes.
    Healthy,
    /// It has ended with exit status 0.
    Completed,
    /// The files do not show it.
    Unknown,
}

/// One entry of `depends_on:`.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// Name of the other service.
    pub service: String,
    /// Where that name is written.
    pub key: Span,
    /// What it must have reached.
    pub condition: Condition,
    /// `condition`, if it is written.
    pub written: Option<Text>,
    /// Whether Compose stops if the other service is not there.
    pub required: Option<bool>,
    /// How it got here.
    pub path: Path,
    /// The stricter condition that a list, which cannot name one, put back to "it runs".
    pub reset: Option<Reset>,
}

/// A condition that was lost because a list of names was merged over it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reset {
    /// The condition that is lost.
    pub condition: Condition,
    /// Where it is written.
    pub span: Span,
    /// The name in the list.
    pub by: Span,
}

fn condition(text: Option<&Text>) -> Condition {
    match text.and_then(Text::known) {
        Some("service_started") => Condition::Started,
        Some("service_healthy") => Condition::Healthy,
        Some("service_completed_successfully") => Condition::Completed,
        _ => Condition::Unknown,
    }
}

/// The condition below one that was made from a name in a list.
fn reset(lower: &Lower<'_>, made: &Entry) -> Option<Reset> {
    let by = lower.span(made.value);
    // What is written as a condition has a key of its own, at another place.
    if lower.span(made.key) != by {
        return None;
    }
    let mut below = lower.tree.shadowed(made.value).first().copied();
    while let Some(id) = below {
        let (span, condition) = (lower.span(id), condition(lower.tree.text(id)));
        if matches!(condition, Condition::Healthy | Condition::Completed) {
            return Some(Reset { condition, span, by });
        }
        below = lower.tree.shadowed(id).first().copied();
    }
    None
}

pub(crate) fn lower(lower: &Lower<'_>, entry: &Entry) -> Vec<Dependency> {
    if lower.is_sequence(entry.value) {
        let list = lower.texts(entry).into_iter();
        return list
            .filter_map(|(text, path)| {
                let service = text.known()?.to_string();
                let (condition, required) = (Condition::Started, Some(true));
                Some(Dependency { service, key: text.span(), condition, written: None, required, path, reset: None })
            })
            .collect();
    }
    let one = |it: &Entry| {
        let written = lower.get(it.value, "condition");
        let text = written.and_then(|it| lower.text(it.value));
        let condition = condition(text.as_ref());
        Dependency {
            service: lower.tree.key(it.key).to_string(),
            key: lower.span(it.key),
            condition,
            written: text,
            required: lower.get(it.value, "required").map_or(Some(true), |it| lower.truth(it.value).flatten()),
            path: entry.path.then(&it.path),
            reset: written.and_then(|it| reset(lower, it)),
        }
    };
    lower.entries(entry.value).map(one).collect()
}
