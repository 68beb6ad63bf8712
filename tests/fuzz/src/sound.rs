//! Places and words: a span lies in its file, and what is said is one line.

use plimsoll_core::diagnostic::{Diagnostic, Label};
use plimsoll_core::problem::Problem;
use plimsoll_core::source::{Sources, Span};
use plimsoll_core::text::Text;
use plimsoll_core::tree::{Document, NodeId, Tree, Value};

/// A span lies in its file, on character boundaries.
pub fn span(sources: &Sources, span: Span) {
    let text = sources.get(span.file).text();
    assert!(text.get(span.range()).is_some(), "{:?} in {} bytes: {text:?}", span.range(), text.len());
}

/// So does one that somebody reads, with its lines and columns.
fn place(sources: &Sources, it: Span) {
    span(sources, it);
    assert!(sources.start(it) <= sources.end(it));
}

/// The words of a message are one line. What is quoted may be anything: it is made printable when it is printed.
fn words(text: &str) {
    let own = match (text.find('`'), text.rfind('`')) {
        (Some(first), Some(last)) => [&text[..first], &text[last..]].concat(),
        _ => text.to_string(),
    };
    assert!(!own.chars().any(char::is_control), "{text:?} has control characters outside of a quotation");
}

fn labels(sources: &Sources, labels: &[Label]) {
    for it in labels {
        place(sources, it.span);
        words(&it.text);
    }
}

/// A problem of loading.
pub fn problem(sources: &Sources, problem: &Problem) {
    place(sources, problem.span);
    assert!(!problem.message.is_empty());
    [&problem.message, &problem.reason].into_iter().chain(&problem.help).for_each(|it| words(it));
    labels(sources, &problem.labels);
}

/// The findings of a check.
pub fn diagnostics(sources: &Sources, found: &[Diagnostic]) {
    for it in found {
        place(sources, it.span);
        assert!(!it.message.is_empty());
        [&it.message, &it.reason].into_iter().chain(&it.help).for_each(|it| words(it));
        labels(sources, &it.labels);
        let Some(fix) = &it.fix else { continue };
        words(&fix.title);
        let mut spans: Vec<Span> = fix.edits.iter().map(|it| it.span).collect();
        spans.iter().for_each(|it| span(sources, *it));
        spans.sort();
        let crosses = |it: &[Span]| it[0].file == it[1].file && (it[1].start < it[0].end || it[0] == it[1]);
        assert!(!spans.windows(2).any(crosses), "the edits of {:?} overlap", fix.title);
    }
}

/// A text and all that is said of its parts.
pub fn text(sources: &Sources, text: &Text) {
    part(sources, text, text.span());
}

/// A part of a text, which may be a part of what the expression in it comes to. That is written somewhere in `whole`.
pub fn part(sources: &Sources, text: &Text, whole: Span) {
    let value = text.as_str();
    span(sources, text.span());
    assert!(whole.contains(text.span()));
    let inside = |it: Span| {
        span(sources, it);
        assert!(text.span().contains(it), "{it:?} is not in {:?}", text.span());
    };
    for it in text.holes() {
        assert!(value.is_char_boundary(it.at as usize));
        span(sources, it.span);
        assert!(whole.contains(it.span), "{it:?} is not in {whole:?}");
    }
    for it in text.assumptions() {
        assert!(value.get(it.range.start as usize..it.range.end as usize).is_some());
        span(sources, it.span);
        assert!(whole.contains(it.span), "{it:?} is not in {whole:?}");
    }
    inside(text.span_of(0..value.len()));
    let ends = value.char_indices().map(|it| (it.0, it.0 + it.1.len_utf8()));
    // A long value is tried at some of its places.
    for (start, end) in ends.step_by(value.len() / 64 + 1) {
        inside(text.span_of(start..end));
        inside(text.span_of(start..start));
        inside(text.span_of(start..value.len()));
    }
    assert!(!text.shown().is_empty() || value.is_empty());
}

/// A tree as it was read.
pub fn tree(sources: &Sources, tree: &Tree, document: &Document) {
    let mut open: Vec<NodeId> = document.roots.clone();
    while let Some(id) = open.pop() {
        let node = tree.node(id);
        place(sources, node.span);
        [tree.tag(id), tree.anchor(id)].into_iter().flatten().for_each(|it| span(sources, it.span));
        match &node.value {
            Value::Scalar(it) => {
                text(sources, it);
                assert_eq!(tree.kind(id).is_some(), tree.text(id).is_some());
                tree.scalar_text(id).iter().for_each(|it| span(sources, it.span()));
            }
            Value::Sequence(items) => open.extend(items.iter().map(|it| it.value)),
            Value::Mapping(entries) => open.extend(entries.iter().flat_map(|it| [it.key, it.value])),
            Value::Alias(..) => {}
        }
    }
}
