//! Finds where a scalar is written, and for each part of its value the bytes of the file that it comes from.

use crate::source::{Source, Span};
use crate::text::{Detail, Run, Text};
use crate::tree::Style;
use std::ops::Range;

/// The text of a scalar, with a map to the file where the two differ (escapes, folded lines, indentation).
pub(super) fn text(file: &Source, value: &str, span: Span, style: Style) -> Text {
    let source = file.text();
    let range = span.range();
    let quote = usize::from(matches!(style, Style::Single | Style::Double));
    let inner = range.start + quote..range.end.saturating_sub(quote).max(range.start + quote).min(source.len());
    if source.get(inner.clone()) == Some(value) {
        return Text::written(file, span, quote > 0);
    }
    let mut walk = Walk { source, value, at: 0, runs: Vec::new() };
    match style {
        Style::Literal => walk.literal(block_content(source, range)),
        Style::Folded => walk.folded(block_content(source, range)),
        _ => walk.inline(inner, style),
    }
    let runs = walk.runs;
    Text::with_detail(value, span, Detail { runs, ..Detail::default() })
}

/// A text that is written in `span` as a whole, in other letters.
pub(super) fn whole(value: String, span: Span) -> Text {
    let run = Run { value: 0..value.len() as u32, source: span.start..span.end, verbatim: false };
    Text::with_detail(value, span, Detail { runs: vec![run], ..Detail::default() })
}

/// A block scalar from its `|` or `>` to its last visible byte. The library starts at the first byte of the
/// content and runs into the indentation of the next token.
pub(super) fn block_range(text: &str, from: usize, found: Range<usize>) -> Range<usize> {
    let start = find_outside(text, from..found.start, |bytes, at| matches!(bytes[at], b'|' | b'>'));
    let end = text[..found.end].trim_end_matches([' ', '\t', '\r', '\n']).len();
    start..end.max((start + 1).min(text.len()))
}

/// The end of what stands before `at`, without blanks and comments.
pub(super) fn before_comments(text: &str, comments: &[Span], mut at: usize) -> usize {
    let mut comments = comments.iter().rev().map(|it| it.range());
    loop {
        at = text[..at].trim_end().len();
        match comments.by_ref().find(|it| it.end <= at) {
            Some(comment) if comment.end == at => at = comment.start,
            _ => return at,
        }
    }
}

/// The first place in `range` outside of comments, anchors and tags; its end if there is none.
pub(super) fn find_outside(text: &str, range: Range<usize>, wanted: impl Fn(&[u8], usize) -> bool) -> usize {
    let bytes = text.as_bytes();
    let until = |from: usize, stop: fn(u8) -> bool| {
        bytes[from..range.end].iter().position(|it| stop(*it)).map_or(range.end, |it| from + it)
    };
    let mut at = range.start.min(range.end);
    while at < range.end && !wanted(bytes, at) {
        at = match bytes[at] {
            b'#' => until(at, |it| matches!(it, b'\n' | b'\r')),
            b'&' | b'!' => until(at, |it| it.is_ascii_whitespace()),
            _ => at + 1,
        };
    }
    at
}

/// Takes the line break off a block scalar whose last line is the end of the file and has none.
pub(super) fn trim_unfinished_line(source: &str, value: &mut String) {
    let last = &source[source.rfind(['\n', '\r']).map_or(0, |it| it + 1)..];
    let Some(content) = value.strip_suffix('\n').map(|it| it.rsplit('\n').next().unwrap_or_default()) else { return };
    // A line of blanks that is no longer than the indentation is not part of the value.
    let blank = last.trim_matches(' ').is_empty();
    if !content.is_empty() && last.ends_with(content) && (!blank || content.len() < last.len()) {
        value.pop();
    }
}

/// The lines below the `|` or `>`, up to the last line break of the scalar if there is one.
fn block_content(source: &str, range: Range<usize>) -> Range<usize> {
    let head = line_end(source, range.start);
    let start = head + line_break(source, head);
    // What follows the last visible byte is blank lines and at most the indentation of the next token.
    let rest = source[range.end.max(start)..].len() - source[range.end.max(start)..].trim_start().len();
    start..(range.end.max(start) + rest).min(source.len())
}

fn line_end(source: &str, from: usize) -> usize {
    source[from..].find(['\n', '\r']).map_or(source.len(), |it| from + it)
}

/// The length of the line break at `at`; 0 if there is none.
fn line_break(source: &str, at: usize) -> usize {
    match source.as_bytes().get(at..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([b'\r' | b'\n', ..]) => 1,
        _ => 0,
    }
}

/// A walk along value and source, side by side.
struct Walk<'a> {
    source: &'a str,
    value: &'a str,
    /// Place in the value.
    at: usize,
    runs: Vec<Run>,
}

impl Walk<'_> {
    /// The next `length` bytes of the value are written in `source`.
    fn push(&mut self, length: usize, source: Range<usize>) {
        let length = self.value.floor_char_boundary(self.at + length) - self.at;
        let (from, to) = (self.at as u32, (self.at + length) as u32);
        let verbatim =
            source.len() == length && self.source.get(source.clone()) == self.value.get(self.at..self.at + length);
        self.at += length;
        let source = source.start as u32..source.end as u32;
        if let Some(last) = self.runs.last_mut()
            && verbatim
            && last.verbatim
            && last.source.end == source.start
        {
            last.value.end = to;
            last.source.end = source.end;
        } else if length > 0 {
            self.runs.push(Run { value: from..to, source, verbatim });
        }
    }

    fn rest(&self) -> &str {
        &self.value[self.at..]
    }

    /// Every line of the value is a line of the file, without its indentation.
    fn literal(&mut self, range: Range<usize>) {
        let mut line = range.start;
        while self.at < self.value.len() && line < self.source.len() {
            let end = line_end(self.source, line);
            let length = self.rest().find('\n').unwrap_or(self.rest().len());
            self.push(length, end.saturating_sub(length).max(line)..end);
            let next = end + line_break(self.source, end);
            if self.rest().starts_with('\n') {
                self.push(1, end..next);
            }
            line = next;
        }
    }

    /// Lines are joined; a blank between two of them is written as a line break.
    fn folded(&mut self, range: Range<usize>) {
        let source = self.source;
        let blanks = |text: &str| text.len() - text.trim_start_matches(' ').len();
        let mut indent = None;
        // Line breaks that are not in the value yet.
        let mut breaks: Vec<Range<usize>> = Vec::new();
        let mut line = range.start;
        while line < range.end {
            let end = line_end(source, line);
            let next = end + line_break(source, end);
            let content = &source[line..end];
            let skip = match indent {
                Some(indent) => content.len().min(indent),
                None if content.trim_matches(' ').is_empty() => content.len(),
                None => {
                    let lines = self.rest().len() - self.rest().trim_start_matches('\n').len();
                    let found = blanks(content).saturating_sub(blanks(&self.rest()[lines..]));
                    indent = Some(found);
                    found
                }
            };
            if skip < content.len() {
                self.gap(&mut breaks);
                self.push(end - line - skip, line + skip..end);
            }
            if next > end {
                breaks.push(end..next);
            }
            line = next.max(line + 1);
        }
        self.gap(&mut breaks);
    }

    /// A blank or some line breaks of the value, which stand for the line breaks of the file since the last content.
    fn gap(&mut self, breaks: &mut Vec<Range<usize>>) {
        let lines = self.rest().len() - self.rest().trim_start_matches('\n').len();
        if lines > 0 {
            let first = breaks.len().saturating_sub(lines);
            for it in breaks.drain(..).skip(first) {
                self.push(1, it);
            }
        } else if let (true, Some(first)) = (self.rest().starts_with(' '), breaks.first().cloned()) {
            self.push(1, first);
        }
        breaks.clear();
    }

    /// Plain and quoted scalars.
    fn inline(&mut self, range: Range<usize>, style: Style) {
        let source = self.source;
        let bytes = &source.as_bytes()[..range.end];
        let mut at = range.start;
        while at < range.end && self.at < self.value.len() {
            let blank = bytes[at..].iter().take_while(|it| matches!(it, b' ' | b'\t')).count();
            if line_break(source, at + blank) > 0 && at + blank < range.end {
                at = self.fold(at + blank, range.end, false);
                continue;
            }
            match bytes[at] {
                b'\\' if style == Style::Double => {
                    let length = line_break(source, at + 1);
                    if length > 0 {
                        at = self.fold(at + 1, range.end, true);
                        continue;
                    }
                    let letter = self.rest().chars().next().map_or(0, char::len_utf8);
                    let end = (at + escape_length(bytes, at, letter)).min(range.end);
                    self.push(letter, at..end);
                    at = end;
                }
                b'\'' if style == Style::Single => {
                    self.push(1, at..at + 2);
                    at += 2;
                }
                _ => {
                    let stop = |it: &u8| matches!(it, b'\\' | b'\'' | b'\n' | b'\r' | b' ' | b'\t');
                    let more = bytes[at + blank..].iter().position(stop).unwrap_or(range.end - at - blank);
                    let length = (blank + more).max(1);
                    // A quote in a plain scalar stops the search and stands for itself.
                    self.push(length, at..at + length);
                    at += length;
                }
            }
        }
    }

    /// A line break inside a plain or quoted scalar: a blank, or one line break for each empty line.
    /// Gives the place where the text goes on.
    fn fold(&mut self, at: usize, end: usize, escaped: bool) -> usize {
        let bytes = self.source.as_bytes();
        let mut breaks = Vec::new();
        let mut next = at;
        while next < end {
            let length = line_break(self.source, next);
            if length > 0 {
                breaks.push(next..next + length);
                next += length;
            } else if matches!(bytes[next], b' ' | b'\t') {
                next += 1;
            } else {
                break;
            }
        }
        match breaks.len() {
            1 if escaped => {}
            1 => self.push(1, breaks[0].clone()),
            _ => breaks.into_iter().skip(1).for_each(|it| self.push(1, it)),
        }
        next
    }
}

/// The length of the escape at `at`, which stands for a letter of `letter` bytes.
fn escape_length(bytes: &[u8], at: usize, letter: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'x') => 4,
        // A letter of four bytes takes two escapes, one for each half.
        Some(b'u') if letter == 4 => 12,
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(_) => 2,
        None => 1,
    }
}
