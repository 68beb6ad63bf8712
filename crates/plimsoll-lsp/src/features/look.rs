//! What a request points at, and where things are, in the words of the protocol.

use crate::analysis::Analysis;
use crate::cursor::{Cursor, Spot, Structure};
use crate::position::Lines;
use crate::session::Session;
use lsp_types::{Location, Range, TextDocumentPositionParams};
use plimsoll_core::load::files::join;
use plimsoll_core::source::{FileId, Span};
use plimsoll_core::text::Text;
use plimsoll_core::tree::{Document, Entry, NodeId, Tree, Value};
use std::collections::HashSet;

/// A place in a document, and the project around it.
pub(super) struct Place<'a> {
    /// The project.
    pub analysis: Analysis<'a>,
    /// The document as it is written.
    pub structure: Structure,
    /// What is there.
    pub cursor: Cursor,
    /// The byte.
    pub offset: usize,
}

/// What a request points at. `None`: no Compose file, or a line that is taken for blank.
pub(super) fn place<'a>(session: &'a mut Session, params: &TextDocumentPositionParams) -> Option<Place<'a>> {
    let analysis = session.analysis(&params.text_document.uri)?;
    let offset = analysis.offset(params.position)?;
    let recovered = analysis.session.projects.recovered.get(&analysis.path);
    if recovered.is_some_and(|it| it.hides(offset..offset)) {
        return None;
    }
    let structure = Structure::new(analysis.text());
    let cursor = structure.at(offset);
    Some(Place { analysis, structure, cursor, offset })
}

impl Place<'_> {
    /// Whether a span is of this document and the place is in it, or right behind it.
    pub fn is_in(&self, span: Span) -> bool {
        self.analysis.is_in(span, self.offset)
    }

    /// The variable that the place is in.
    pub fn variable(&self) -> Option<Expression<'_>> {
        if self.cursor.spot != Spot::Scalar {
            return None;
        }
        expression(self.structure.text(), self.cursor.span.clone(), self.offset)
    }

    /// A range of bytes of the document.
    pub fn range(&self, bytes: std::ops::Range<usize>) -> Option<Range> {
        self.analysis.range(Span::new(self.analysis.file, bytes))
    }

    /// The scalar that is there, with its variables expanded.
    pub fn node(&self) -> Option<NodeId> {
        node_at(&self.analysis, self.cursor.span.clone())
    }
}

/// A variable as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Expression<'a> {
    /// The whole expression.
    pub span: std::ops::Range<usize>,
    /// The name.
    pub name: &'a str,
    /// What stands behind the name: `:-`, `-`, `:?`, `?`, `:+`, `+`, or nothing.
    pub operator: &'a str,
}

/// The innermost variable at a byte, inside of a scalar.
pub(super) fn expression(text: &str, within: std::ops::Range<usize>, offset: usize) -> Option<Expression<'_>> {
    let bytes = text.as_bytes();
    let name_end = |from: usize| {
        let is_first = |it: &u8| it.is_ascii_alphabetic() || *it == b'_';
        let rest = bytes.get(from..within.end).unwrap_or_default();
        let length = rest.iter().take_while(|it| it.is_ascii_alphanumeric() || **it == b'_').count();
        (rest.first().is_some_and(is_first)).then_some(from + length)
    };
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut found: Option<(usize, usize, usize)> = None;
    let mut at = within.start;
    while at < within.end {
        let mut closed = None;
        match bytes[at] {
            b'$' if bytes.get(at + 1) == Some(&b'$') => at += 1,
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                if let Some(end) = name_end(at + 2) {
                    open.push((at, end));
                    at = end - 1;
                }
            }
            b'$' => {
                if let Some(end) = name_end(at + 1) {
                    closed = Some((at, end, end));
                    at = end - 1;
                }
            }
            b'}' => closed = open.pop().map(|(start, name)| (start, name, at + 1)),
            _ => {}
        }
        if let Some(it) = closed.filter(|it| it.0 <= offset && offset <= it.2) {
            // What is inside of another one is closed before it. Of two that touch, the later one.
            let inside = |known: (usize, usize, usize)| it.0 <= known.0 && known.2 <= it.2;
            found = Some(found.filter(|known| inside(*known)).unwrap_or(it));
        }
        at += 1;
    }
    let (start, name, end) = found?;
    let braced = bytes.get(start + 1) == Some(&b'{');
    let rest = &text[name..end];
    let operators = [":-", "-", ":?", "?", ":+", "+"];
    let operator = operators.into_iter().find(|it| braced && rest.starts_with(it)).unwrap_or_default();
    Some(Expression { span: start..end, name: &text[start + 1 + usize::from(braced)..name], operator })
}

/// The document of the project that the request is about, as it is read.
pub(super) fn document<'a>(analysis: &'a Analysis<'_>) -> Option<&'a Document> {
    analysis.resolution.loaded.documents.iter().find(|it| it.file == analysis.file)
}

/// Entries that are written in the mapping itself, and are not taken in by `<<` or led to by an alias.
pub(super) fn written(tree: &Tree, id: NodeId) -> impl Iterator<Item = &Entry> {
    tree.entries(id).iter().filter(|it| it.path.steps().is_empty())
}

/// The items that are written in a list itself; a value that stands for a list of one.
pub(super) fn listed(tree: &Tree, id: NodeId) -> Vec<NodeId> {
    match &tree.node(id).value {
        Value::Sequence(items) => items.iter().filter(|it| it.path.steps().is_empty()).map(|it| it.value).collect(),
        _ => vec![id],
    }
}

/// What is written as a service: under `services`, and anywhere under a section `x-…`, since what stands there is used
/// by services, as a whole or in parts.
pub(super) fn services(tree: &Tree, root: NodeId) -> Vec<NodeId> {
    let mut found = Vec::new();
    for section in written(tree, root) {
        match tree.key(section.key) {
            "services" => found.extend(written(tree, section.value).map(|it| it.value)),
            name if name.starts_with("x-") => {
                let mut waiting = vec![section.value];
                while let Some(id) = waiting.pop() {
                    found.push(id);
                    match &tree.node(id).value {
                        Value::Mapping(_) => waiting.extend(written(tree, id).map(|it| it.value)),
                        Value::Sequence(_) => waiting.extend(listed(tree, id)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// The text of a scalar that no variable hides.
pub(super) fn known(tree: &Tree, id: NodeId) -> Option<&Text> {
    tree.text(id).filter(|it| it.is_known() && !tree.is_null(id) && !it.as_str().is_empty())
}

/// The scalar that is written at a range of the document, with its variables expanded.
fn node_at(analysis: &Analysis<'_>, range: std::ops::Range<usize>) -> Option<NodeId> {
    let tree = &analysis.resolution.loaded.tree;
    let holds = |id: NodeId| {
        let span = tree.span(id);
        span.file == analysis.file && span.range().start <= range.start && range.end <= span.range().end
    };
    let mut at = document(analysis)?.roots.iter().copied().find(|it| holds(*it))?;
    loop {
        at = match &tree.node(at).value {
            Value::Mapping(_) => written(tree, at).map(|it| it.value).find(|it| holds(*it))?,
            Value::Sequence(_) => listed(tree, at).into_iter().find(|it| holds(*it))?,
            _ => return Some(at),
        }
    }
}

/// The files of a project whose resources are its own: those that it is made of, and those that are included. Files
/// that are only extended are not among them.
pub(super) fn taken_in(analysis: &Analysis<'_>) -> HashSet<FileId> {
    let loaded = &analysis.resolution.loaded;
    let mut files: HashSet<FileId> = loaded.own.iter().copied().collect();
    let paths: HashSet<String> =
        loaded.documents.iter().flat_map(|it| includes(&loaded.tree, it)).flat_map(|it| it.paths).collect();
    files.extend(analysis.sources.iter().filter(|it| paths.contains(it.1.name())).map(|it| it.0));
    files
}

/// One item of `include`.
pub(super) struct Include {
    /// The files, as the project names them.
    pub paths: Vec<String>,
    /// Files of variables, instead of `.env`.
    pub env_files: Option<Vec<String>>,
}

/// What a document includes.
pub(super) fn includes(tree: &Tree, document: &Document) -> Vec<Include> {
    let paths = |id: NodeId| -> Vec<String> {
        let texts = listed(tree, id).into_iter().filter_map(|it| Some((it, known(tree, it)?)));
        texts.map(|(it, text)| join(tree.base(it), text.as_str())).collect()
    };
    let all = document.roots.iter().filter_map(|it| tree.get(*it, "include"));
    let items = all.flat_map(|it| listed(tree, it.value));
    items
        .map(|it| match tree.node(it).value {
            Value::Mapping(_) => Include {
                paths: tree.get(it, "path").map(|it| paths(it.value)).unwrap_or_default(),
                env_files: tree.get(it, "env_file").map(|it| paths(it.value)),
            },
            _ => Include { paths: paths(it), env_files: None },
        })
        .collect()
}

/// A place of a project as the protocol has it.
pub(super) fn location(analysis: &Analysis<'_>, span: Span) -> Option<Location> {
    let source = analysis.sources.get(span.file);
    let path = analysis.path_of(span.file);
    let encoding = analysis.session.encoding();
    let range = match analysis.session.documents.get(&path) {
        // Where lines are taken for blank, bytes are where they were and characters are not.
        Some(it) if it.text().len() == source.text().len() => it.lines().range(it.text(), span.range(), encoding),
        _ => Lines::new(source.text()).range(source.text(), span.range(), encoding),
    };
    Some(Location { uri: analysis.session.uri(&path)?, range })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: usize) -> Option<(&str, &str, &str)> {
        let it = expression(text, 0..text.len(), offset)?;
        Some((&text[it.span], it.name, it.operator))
    }

    #[test]
    fn variables_as_they_are_written() {
        let text = "é $$A $B/${C:-x${D}y}${E?no} ${1}";
        let of = |word: &str, more: usize| at(text, text.find(word).expect("it is there") + more);
        assert_eq!(of("$$A", 2), None);
        assert_eq!(of("$B", 1), Some(("$B", "B", "")));
        assert_eq!(of("${C", 2), Some(("${C:-x${D}y}", "C", ":-")));
        assert_eq!(of("x${D", 0), Some(("${C:-x${D}y}", "C", ":-")));
        assert_eq!(of("${D", 2), Some(("${D}", "D", "")));
        assert_eq!(of("${E", 1), Some(("${E?no}", "E", "?")));
        assert_eq!(of("${1", 2), None);
        assert_eq!(at("${A", 2), None);
        assert_eq!(at("", 0), None);
        assert_eq!(at("$", 1), None);
    }
}
