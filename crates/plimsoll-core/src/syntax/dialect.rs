//! Where Compose's YAML reader (go.yaml.in/yaml v3) refuses what YAML 1.2 allows.
//!
//! Source: verdicts of Docker Compose 2.40.3 on the snippets in `fixtures/yaml/snippets.json`.

use crate::problem::{Problem, ProblemKind};
use crate::source::{FileId, Source, Span};
use crate::syntax::scalar;
use crate::tree::{Document, Node, NodeId, Style, Tree, Value};
use std::ops::Range;

/// What may need a closer look, from the bytes of a file.
#[derive(Clone, Copy)]
pub(super) struct Bytes(u8);

impl Bytes {
    const CONTROL: u8 = 1;
    const LINE: u8 = 2;
    const BREAK: u8 = 4;

    /// One pass over the file. Nearly every file has nothing to look at.
    pub fn of(text: &str) -> Bytes {
        const KINDS: [u8; 256] = {
            let mut kinds = [0; 256];
            let mut byte = 0;
            while byte < 256 {
                kinds[byte] = match byte {
                    0x09 | 0x25 => Bytes::LINE,
                    0x0a | 0x0d => 0,
                    0..=0x1f | 0x7f | 0xef => Bytes::CONTROL,
                    // The first byte of NEL and other control characters; of the Unicode line breaks.
                    0xc2 => Bytes::CONTROL | Bytes::BREAK,
                    0xe2 => Bytes::BREAK,
                    _ => 0,
                };
                byte += 1;
            }
            kinds
        };
        Bytes(text.bytes().fold(0, |seen, byte| seen | KINDS[byte as usize]))
    }

    fn may_hold(self, kind: u8) -> bool {
        self.0 & kind != 0
    }
}

/// Adds a problem for the first character that Compose reads nowhere, not even in a comment. Whether there is none.
pub(super) fn check_characters(file: FileId, text: &str, bytes: Bytes, problems: &mut Vec<Problem>) -> bool {
    if !bytes.may_hold(Bytes::CONTROL) {
        return true;
    }
    let refused = |letter: char| {
        (letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{85}'))
            || matches!(letter, '\u{fffe}' | '\u{ffff}')
    };
    let Some((at, letter)) = text.char_indices().find(|it| refused(it.1)) else { return true };
    let span = Span::new(file, at..at + letter.len_utf8());
    let message = format!("the control character U+{:04X} stands in the file", u32::from(letter));
    let problem = Problem::new(ProblemKind::YamlSyntax, span, message).because("Compose refuses it, even in a comment");
    problems.push(problem.help("remove it, or write it as an escape in double quotes, such as `\"\\x1b\"`"));
    false
}

/// Adds a problem for each place at which Compose stops although the file is YAML 1.2.
pub(super) fn check(tree: &Tree, document: &Document, source: &Source, bytes: Bytes, problems: &mut Vec<Problem>) {
    let text = source.text();
    let mut report = |range: Range<usize>, message: &str| {
        problems.push(Problem::new(ProblemKind::YamlSyntax, Span::new(document.file, range), message));
    };
    let nodes = &tree.nodes[document.nodes.clone()];
    for node in nodes {
        if node.style == Style::Double {
            let start = node.span.range().start;
            bad_escapes(&text[node.span.range()], |at, message| report(start + at.start..start + at.end, message));
        }
        if node.is_flow() {
            check_flow(tree, node, text, &mut report);
        }
    }
    for anchor in tree.marked(&document.nodes).filter_map(|it| it.1.anchor.as_ref()) {
        if !anchor.name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'-') {
            let message = "Compose reads only letters, digits, `_` and `-` in the name of an anchor";
            report(anchor.span.range(), message);
        } else if text[anchor.span.range().end..].starts_with(['"', '\'', '[', '{', '|', '>', '*', '&', '!']) {
            report(anchor.span.range(), "a blank is missing after this anchor");
        }
    }
    if bytes.may_hold(Bytes::BREAK) {
        for (at, letter) in text.char_indices().filter(|it| matches!(it.1, '\u{85}' | '\u{2028}' | '\u{2029}')) {
            let message = "Compose reads this Unicode line break as the end of a line";
            report(at..at + letter.len_utf8(), message);
        }
    }
    if bytes.may_hold(Bytes::LINE) {
        check_lines(nodes, document, source, report);
    }
    check_tags(tree, document, problems);
}

/// Text inside brackets that begins with the sign of a key or value, and keys that are not on one line with their `:`.
fn check_flow(tree: &Tree, node: &Node, text: &str, report: &mut impl FnMut(Range<usize>, &str)) {
    let mut sign = |child: NodeId| {
        let child = tree.node(child);
        let range = child.span.range();
        if let (Value::Scalar(_), Style::Plain, Some(b':' | b'?'), false) =
            (&child.value, child.style, text.as_bytes().get(range.start), range.is_empty())
        {
            report(range, "Compose reads no text that begins with `:` or `?` inside brackets; put it in quotes");
        }
    };
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|it| sign(it.value)),
        Value::Mapping(entries) => {
            entries.iter().for_each(|it| [it.key, it.value].into_iter().for_each(&mut sign));
            for entry in entries {
                let key = tree.span(entry.key).range();
                let value = tree.span(entry.value).range().start.max(key.end);
                // A text without a `:` is a key without a value, and may take several lines.
                let Some(colon) = text[key.end..value].find(':') else { continue };
                if !text[key.start..key.end + colon].contains(['\n', '\r']) {
                    continue;
                }
                let before = text[..key.start].trim_end();
                let marked = tree.node(entry.key).marked;
                if !before.ends_with('?') && !marked {
                    report(key, "Compose reads a key only if its `:` follows on the same line");
                }
            }
        }
        _ => {}
    }
}

/// A value that is not what its tag says.
fn check_tags(tree: &Tree, document: &Document, problems: &mut Vec<Problem>) {
    for (id, marks) in tree.marked(&document.nodes) {
        let node = tree.node(id);
        let (Some(tag), Value::Scalar(value)) = (&marks.tag, &node.value) else { continue };
        if !scalar::fits_tag(value.as_str(), &tag.name) {
            let span = if node.span.is_empty() { tag.span } else { node.span };
            let message = format!("the value is not what its tag `{}` says", tag.name);
            let problem = Problem::new(ProblemKind::InvalidValue, span, message);
            problems.push(problem.help("remove the tag, or mend the value"));
        }
    }
}

/// Disjoint ranges in order; those that lie inside another are left out.
struct Ranges(Vec<Range<usize>>);

impl Ranges {
    fn new(found: impl Iterator<Item = Span>) -> Ranges {
        let mut found: Vec<Range<usize>> = found.map(Span::range).collect();
        found.sort_unstable_by_key(|it| (it.start, usize::MAX - it.end));
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for range in found {
            if ranges.last().is_none_or(|it| it.end <= range.start) {
                ranges.push(range);
            }
        }
        Ranges(ranges)
    }

    /// The last one that begins before `at`.
    fn before(&self, at: usize) -> Option<&Range<usize>> {
        self.0[..self.0.partition_point(|it| it.start < at)].last()
    }

    /// Whether one begins before `at` and ends behind it.
    fn hold(&self, at: usize) -> bool {
        self.before(at).is_some_and(|it| it.end > at)
    }
}

/// Tabs and directives.
fn check_lines(nodes: &[Node], document: &Document, source: &Source, mut report: impl FnMut(Range<usize>, &str)) {
    let text = source.text();
    let several_lines = |it: &&Node| {
        matches!(it.value, Value::Scalar(..))
            && text.as_bytes()[it.span.range()].iter().any(|it| matches!(it, b'\n' | b'\r'))
    };
    // Spans inside which a line may start with anything.
    let scalars = Ranges::new(nodes.iter().filter(several_lines).map(|it| it.span));
    let flows = Ranges::new(nodes.iter().filter(|it| it.is_flow()).map(|it| it.span));
    for line in 0..source.line_starts().len() {
        let range = source.line_range(line);
        let content = &text[range.clone()];
        let blank = content.len() - content.trim_start_matches([' ', '\t']).len();
        let (start, first) = (range.start, range.start + blank);
        if scalars.hold(start) || scalars.hold(first) {
            continue;
        }
        if let Some(tab) = content[..blank].find('\t')
            && !flows.hold(start)
        {
            report(start + tab..start + tab + 1, "a tab is used for indentation; Compose reads only blanks");
        }
        let comment = document.comments.binary_search_by_key(&(start as u32), |it| it.start).is_ok();
        if content.starts_with('%') && !comment {
            let mut words = content.split_whitespace();
            let ok = match words.next() {
                Some("%YAML") => words.next() == Some("1.1"),
                word => word == Some("%TAG"),
            };
            if !ok {
                report(range.clone(), "Compose reads only the directives `%YAML 1.1` and `%TAG`");
            }
        }
        if !flows.hold(first) {
            let mut at = first;
            // Several dashes may stand on one line: `- - a`.
            while let Some(rest) = text[at..range.end].strip_prefix(['-', '?', ':']) {
                let item = rest.trim_start_matches([' ', '\t']);
                let gap = &rest[..rest.len() - item.len()];
                if let Some(tab) = gap.find('\t') {
                    let tab = at + 1 + tab;
                    report(tab..tab + 1, "a tab follows the `-` of a list item; Compose reads only blanks here");
                }
                if gap.is_empty() {
                    break;
                }
                at = range.end - item.len();
            }
        }
    }
}

/// Escapes that only newer YAML readers know: `\/`, and surrogates written as `\uD83D`.
fn bad_escapes(quoted: &str, mut report: impl FnMut(Range<usize>, &str)) {
    let bytes = quoted.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let surrogate = |it: &[u8]| {
            it[0].eq_ignore_ascii_case(&b'd') && matches!(it[1].to_ascii_lowercase(), b'8'..=b'9' | b'a'..=b'f')
        };
        match bytes[at + 1] {
            b'/' => report(at..at + 2, "Compose does not know the escape `\\/`"),
            b'u' if bytes.get(at + 2..at + 4).is_some_and(surrogate) => {
                let message = "Compose does not read half a character as an escape; write `\\U` and eight digits";
                report(at..at + 6, message);
                at += 4;
            }
            _ => {}
        }
        at += 2;
    }
}
