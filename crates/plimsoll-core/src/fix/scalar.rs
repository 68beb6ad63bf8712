//! Parts of scalars: another text in the same quotes.

use super::Edit;
use super::written::Written;
use crate::source::{Sources, Span};
use crate::syntax;
use crate::syntax::scalar::Kind;
use crate::tree::{NodeId, Style, Tree, Value};

impl Written<'_> {
    /// Replaces a part of a scalar, whose bytes are those of its value, by another text.
    pub fn replace_part(&self, span: Span, new: &str) -> Option<Vec<Edit>> {
        let (id, style) = self.scalar_around(span)?;
        if self.anchor(id).is_some() || new.contains(char::is_control) {
            return None;
        }
        let text = match style {
            Style::Single => new.replace('\'', "''"),
            Style::Double => new.replace('\\', "\\\\").replace('"', "\\\""),
            _ => new.to_string(),
        };
        let whole = self.span(id).range();
        let fits = if self.text()[whole.clone()].contains(['\n', '\r']) {
            // Where lines are folded or indented, nothing that could be a blank or a mark is written.
            let calm = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '/' | '$' | '-');
            !span.is_empty() && !new.is_empty() && new.chars().all(calm) && !self.begins_line(span, id)
        } else {
            let inside = |at: u32| at as usize - whole.start;
            let old = &self.text()[whole.clone()];
            let made = [&old[..inside(span.start)], &text, &old[inside(span.end)..]].concat();
            self.reads_as(id, &made, span, new)
        };
        fits.then(|| vec![Edit { span, text }])
    }

    /// Whether the part is the first of its line, where the indentation of a block scalar is read from.
    fn begins_line(&self, span: Span, id: NodeId) -> bool {
        let line = self.line_start(span.start as usize);
        line > self.node(id).span.range().start && self.text()[line..span.start as usize].trim().is_empty()
    }

    /// Whether a scalar, written like this in the place of this one, is the old string with the new part.
    fn reads_as(&self, id: NodeId, made: &str, span: Span, new: &str) -> bool {
        let Value::Scalar(text) = &self.node(id).value else { return false };
        let value = text.as_str();
        let length = (span.end - span.start) as usize;
        let starts = (0..=value.len().saturating_sub(length)).filter(|at| {
            value.is_char_boundary(*at) && value.is_char_boundary(at + length) && text.span_of(*at..at + length) == span
        });
        let Some(at) = starts.into_iter().next() else { return false };
        let wanted = [&value[..at], new, &value[at + length..]].concat();
        let in_flow = self.slot(id).is_some_and(|it| self.node(it.parent).is_flow());
        let whole = if in_flow { format!("[{made}]\n") } else { format!("a: {made}\n") };
        let mut sources = Sources::new();
        let file = sources.add_text("", whole);
        let (mut tree, mut problems) = (Tree::default(), Vec::new());
        let document = syntax::parse(&mut tree, file, sources.get(file), &mut problems);
        let Some(root) = document.roots.first().filter(|_| problems.is_empty()) else { return false };
        let (items, entries) = (tree.items(*root), tree.entries(*root));
        let found = if in_flow { items.first().map(|it| it.value) } else { entries.first().map(|it| it.value) };
        let alone = items.len() + entries.len() == 1 && document.comments.is_empty();
        let Some(found) = found.filter(|_| alone) else { return false };
        let same = |a: Option<Kind>, b: Option<Kind>| {
            a.map(|it| std::mem::discriminant(&it)) == b.map(|it| std::mem::discriminant(&it))
        };
        tree.text(found).is_some_and(|it| it.as_str() == wanted) && same(tree.kind(found), self.kind(id))
    }
}
