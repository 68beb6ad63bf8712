//! The lines of source that a finding is shown with, cut out and made safe to print.
//!
//! A text is put together from these lines only, so that what is drawn depends neither on the size of the file nor
//! on what else is in it, and may come from several files.

use plimsoll_core::source::{Source, Sources, Span};
use plimsoll_workspace::escape;
use std::ops::Range;

/// Lines shown before and after a line with a mark.
pub(super) const CONTEXT: usize = 1;
/// Stands for what is cut off of a long line.
const CUT: char = '…';

/// A place to point at.
pub(super) struct Mark<'a> {
    pub span: Span,
    pub text: &'a str,
}

/// Cut-out lines.
#[derive(Debug, Default)]
pub(super) struct Snippets {
    /// All lines, each with a line feed.
    pub text: String,
    /// What they consist of: lines of one file that follow each other.
    pub pieces: Vec<Piece>,
    /// The marks, in the order in which they were given.
    pub places: Vec<Place>,
}

/// Lines of one file that follow each other.
#[derive(Debug)]
pub(super) struct Piece {
    pub file: String,
    /// Line in the file, from 0.
    pub line: usize,
    /// How many lines.
    pub lines: usize,
    /// Where they stand in the text.
    pub range: Range<usize>,
}

/// Where a mark is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// In the text. It covers at least one character, and lies on one line.
    pub range: Range<usize>,
    /// Column in the file, from 0.
    pub column: usize,
    /// About how many columns of the shown line stand before its middle, from which the text of the mark hangs.
    pub middle: usize,
}

impl Snippets {
    /// Cuts out the lines of the marks. The piece with the first mark, which is the place to blame, comes first.
    pub fn new(sources: &Sources, marks: &[Mark<'_>], width: usize) -> Snippets {
        let column = |mark: &Mark<'_>| sources.start(mark.span).column.saturating_sub(1) as usize;
        let places = marks.iter().map(|it| Place { range: 0..0, column: column(it), middle: 0 }).collect();
        let mut snippets = Snippets { places, ..Snippets::default() };
        let line = |at: usize| sources.get(marks[at].span.file).line_of(marks[at].span.start);
        let mut order: Vec<usize> = (0..marks.len()).collect();
        order.sort_by_key(|at| (marks[*at].span.file, line(*at), *at));
        let near =
            |a: &usize, b: &usize| marks[*a].span.file == marks[*b].span.file && line(*b) - line(*a) <= 2 * CONTEXT + 1;
        let mut groups: Vec<&[usize]> = order.chunk_by(near).collect();
        groups.sort_by_key(|group| !group.contains(&0));
        for group in groups {
            let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
            let source = sources.get(marks[*first].span.file);
            snippets.cut(source, line(*first)..line(*last) + 1, marks, group, width);
        }
        snippets
    }

    fn cut(&mut self, source: &Source, marked: Range<usize>, marks: &[Mark<'_>], group: &[usize], width: usize) {
        // Behind the last line feed there is no line to show.
        let is_shown = |line: &usize| marked.contains(line) || !source.line_range(*line).is_empty();
        let from = marked.start.saturating_sub(CONTEXT);
        let to = (marked.end + CONTEXT).min(source.line_starts().len());
        let to = if to > marked.end && !is_shown(&(to - 1)) { to - 1 } else { to };
        let start = self.text.len();
        // Of a file that a stranger may have pointed to, only the place is shown.
        let hidden = source.is_outside();
        let (from, to) = if hidden { (marked.start, marked.end) } else { (from, to) };
        for line in from..to {
            let range = source.line_range(line);
            let text = if hidden { "…" } else { source.text().get(range.clone()).unwrap_or_default() };
            let place = |at: &usize| if hidden { 0..text.len() } else { within(marks[*at].span, &range) };
            let on_line = |at: &&usize| source.line_of(marks[**at].span.start) == line;
            let marks: Vec<(usize, Range<usize>)> = group.iter().filter(on_line).map(|at| (*at, place(at))).collect();
            self.line(text, &marks, width);
        }
        let file = escape::line(source.name()).into_owned();
        self.pieces.push(Piece { file, line: from, lines: to - from, range: start..self.text.len() });
    }

    /// Adds a line, with the byte ranges of the marks in it.
    fn line(&mut self, text: &str, marks: &[(usize, Range<usize>)], width: usize) {
        // The place to blame is the mark with the least number, and stays in sight.
        let anchor = marks.iter().min_by_key(|it| it.0).map_or(0..0, |it| it.1.clone());
        let window = window(text, &anchor, width);
        let start = self.text.len();
        if window.start > 0 {
            self.text.push(CUT);
        }
        // Each character stands for one, so places are carried over by counting characters.
        let first = self.text.len();
        let shown = escape::source(&text[window.clone()]);
        self.text.push_str(&shown);
        let behind = self.text.len();
        if window.end < text.len() {
            self.text.push(CUT);
        }
        self.text.push('\n');
        let carry = |at: usize| {
            if at < window.start {
                return start;
            }
            let before = text.get(window.start..at.min(window.end)).unwrap_or_default().chars().count();
            shown.char_indices().nth(before).map_or(behind, |it| first + it.0)
        };
        for (at, range) in marks {
            let (from, to) = (carry(range.start), carry(range.end));
            let one = self.text[from..].chars().next().map_or(0, char::len_utf8);
            let range = from..to.max(from + one);
            let width = |range: Range<usize>| self.text[range].chars().map(columns).sum::<usize>();
            let place = &mut self.places[*at];
            place.middle = width(start..range.start) + width(range.clone()) / 2;
            place.range = range;
        }
    }
}

/// The part of a span that lies on its first line, relative to that line.
fn within(span: Span, line: &Range<usize>) -> Range<usize> {
    let relative = |at: u32| (at as usize).clamp(line.start, line.end) - line.start;
    relative(span.start)..relative(span.end)
}

/// The part of a line that is shown: all of it, or as much around `anchor` as there is room for.
///
/// Only what is shown is looked at, however long the line is.
fn window(text: &str, anchor: &Range<usize>, width: usize) -> Range<usize> {
    let forward = |from: usize, room: usize| {
        let mut left = room;
        let mut fits = |it: char| left.checked_sub(columns(it)).map(|it| left = it).is_some();
        text[from..].char_indices().find(|it| !fits(it.1)).map_or(text.len(), |it| from + it.0)
    };
    let back = |from: usize, room: usize| {
        let mut left = room;
        let mut fits = |it: char| left.checked_sub(columns(it)).map(|it| left = it).is_some();
        text[..from].char_indices().rev().find(|it| !fits(it.1)).map_or(0, |it| it.0 + it.1.len_utf8())
    };
    let end = forward(0, width);
    if end == text.len() || anchor.is_empty() && anchor.end == 0 {
        return 0..end;
    }
    if anchor.end <= end {
        return 0..end;
    }
    // The end of the anchor if it fits, its beginning in any case, and something of what stands before it.
    let start = back(anchor.end, width * 3 / 4).min(back(anchor.start, width / 8));
    let end = forward(start, width);
    if end == text.len() { back(end, width)..end } else { start..end }
}

/// About how many columns a character takes. Too many does no harm.
fn columns(it: char) -> usize {
    match it {
        '\t' => 4,
        '\0'..'\u{1100}' => 1,
        _ => 2,
    }
}
