//! How a value got to the place where it is used.

use crate::source::Span;
use std::sync::Arc;

/// How a value got to the place where it is used, when it is not written there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Via {
    /// Through `*name`, written here.
    Alias(Span),
    /// Through a merge key `<<`, whose value is written here.
    MergeKey(Span),
    /// From the service that `extends:`, written here, names.
    Extends(Span),
    /// From a file that `include:`, written here, names.
    Include(Span),
}

impl Via {
    /// Where the way is written.
    pub fn span(&self) -> Span {
        match self {
            Via::Alias(span) | Via::MergeKey(span) | Via::Extends(span) | Via::Include(span) => *span,
        }
    }
}

/// A chain of ways, outermost first. Nearly always empty, so it costs one word.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Path(Option<Arc<Vec<Via>>>);

impl Path {
    /// The steps, from the place of use inwards.
    pub fn steps(&self) -> &[Via] {
        self.0.as_deref().map(Vec::as_slice).unwrap_or_default()
    }

    /// The same way with one more step at the outside.
    pub fn through(&self, via: Via) -> Path {
        Path(Some(Arc::new(std::iter::once(via).chain(self.steps().iter().cloned()).collect())))
    }

    /// This way first, then `inner`.
    pub fn then(&self, inner: &Path) -> Path {
        match (self.steps(), inner.steps()) {
            ([], _) => inner.clone(),
            (_, []) => self.clone(),
            (outer, inner) => Path(Some(Arc::new(outer.iter().chain(inner).cloned().collect()))),
        }
    }
}
