//! A string of a Compose file after interpolation: what is known of it, what is assumed, and where each part is written.

mod place;

use crate::source::{Source, Span};
use place::{empty_runs, place, place_end};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A part of a [`Text`] that the files do not show: a variable without a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hole {
    /// Byte offset in [`Text::as_str`] at which the value would stand.
    pub at: u32,
    /// Name of the variable.
    pub variable: String,
    /// Whether Compose refuses an empty value (`${V:?}`), so that at least one character stands here.
    pub nonempty: bool,
    /// Where the expression `$V` or `${V}` is written.
    pub span: Span,
}

/// A part of a [`Text`] that comes from a default in the file (`${V:-default}`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assumption {
    /// Byte range in [`Text::as_str`].
    pub range: Range<u32>,
    /// Name of the variable.
    pub variable: String,
    /// Where the expression is written.
    pub span: Span,
}

/// Maps a byte range of the value to the byte range of the file that it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Run {
    /// Range in the value.
    pub value: Range<u32>,
    /// Range in the file. Of equal length if `verbatim`.
    pub source: Range<u32>,
    /// The bytes are the same in both.
    pub verbatim: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Detail {
    pub holes: Vec<Hole>,
    pub assumptions: Vec<Assumption>,
    /// Values of known variables.
    pub inserted: Vec<Assumption>,
    /// A word of an expression stands in it, and it is certain that it does.
    pub expanded: bool,
    /// Empty: the value stands in the file byte for byte, from `Text::first` on.
    pub runs: Vec<Run>,
}

/// A string with its place, three-valued: known, assumed from a default, or with unknown parts ([`Hole`]s).
///
/// Source: the three values are our own; the grammar is the interpolation chapter of the Compose Specification.
#[derive(Clone)]
pub struct Text(Form);

/// Nearly every string of a project stands in a file as it is. A large project has millions of them, so they are not
/// copied out of it.
#[derive(Clone)]
enum Form {
    /// What stands in the span, or between the quotes at its ends.
    Written { quoted: bool, span: Span, file: Arc<String> },
    /// Anything else.
    Made { span: Span, made: Arc<Made> },
}

struct Made {
    value: Box<str>,
    first: u32,
    detail: Option<Detail>,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Text");
        shown.field("value", &self.as_str()).field("span", &self.span()).field("first", &self.first());
        shown.field("detail", &self.detail()).finish()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.span() == other.span()
            && self.first() == other.first()
            && self.as_str() == other.as_str()
            && self.detail() == other.detail()
    }
}

impl Eq for Text {}

impl Text {
    /// A text that stands in the file byte for byte, from the beginning to the end of `span` or from quote to quote.
    pub(crate) fn written(source: &Source, span: Span, quoted: bool) -> Text {
        Text(Form::Written { quoted, span, file: source.shared().clone() })
    }

    /// A text that counts as written in `span` byte for byte; `quote` is the number of bytes (0 or 1) before it in there.
    pub fn verbatim(value: impl Into<Box<str>>, span: Span, quote: u32) -> Text {
        Text::made(value.into(), span, span.start + quote, None)
    }

    fn made(value: Box<str>, span: Span, first: u32, detail: Option<Detail>) -> Text {
        Text(Form::Made { span, made: Arc::new(Made { value, first, detail }) })
    }

    /// Where the first byte of the value is written, if it stands in the file byte for byte.
    fn first(&self) -> u32 {
        match &self.0 {
            Form::Written { quoted, span, .. } => span.start + u32::from(*quoted),
            Form::Made { made, .. } => made.first,
        }
    }

    fn detail(&self) -> Option<&Detail> {
        match &self.0 {
            Form::Written { .. } => None,
            Form::Made { made, .. } => made.detail.as_ref(),
        }
    }

    /// The value of a variable that another file gives, and that `span` names. It is never shown.
    pub(crate) fn from_file(value: String, span: Span, variable: &str) -> Text {
        let range = 0..value.len() as u32;
        let runs = vec![Run { value: range.clone(), source: span.start..span.end, verbatim: false }];
        let inserted = vec![Assumption { range, variable: variable.to_string(), span }];
        Text::with_detail(value, span, Detail { inserted, runs, ..Detail::default() })
    }

    pub(crate) fn with_detail(value: impl Into<Box<str>>, span: Span, mut detail: Detail) -> Text {
        // Most have one part, and room for three more.
        detail.holes.shrink_to_fit();
        detail.assumptions.shrink_to_fit();
        detail.inserted.shrink_to_fit();
        detail.runs.shrink_to_fit();
        Text::made(value.into(), span, span.start, Some(detail))
    }

    /// A part that the files do not show: the value of a variable, whose expression is written at `span`.
    pub(crate) fn hole(variable: &str, nonempty: bool, span: Span) -> Text {
        let holes = vec![Hole { at: 0, variable: variable.to_string(), nonempty, span }];
        let runs = vec![Run { value: 0..0, source: span.start..span.end, verbatim: false }];
        Text::with_detail("", span, Detail { holes, runs, ..Detail::default() })
    }

    /// The same value where `span` names it, and not where it is written.
    pub(crate) fn placed(&self, span: Span) -> Text {
        Text::with_detail(self.as_str(), span, self.placed_detail(span))
    }

    fn placed_detail(&self, span: Span) -> Detail {
        let detail = self.detail().cloned().unwrap_or_default();
        let runs = vec![Run { value: 0..self.as_str().len() as u32, source: span.start..span.end, verbatim: false }];
        Detail { runs, ..detail }
    }

    /// The same value, as it is where a variable is not set.
    pub(crate) fn assumed(&self, variable: &str, span: Span) -> Text {
        let mut detail = self.placed_detail(span);
        let range = 0..self.as_str().len() as u32;
        detail.assumptions.push(Assumption { range, variable: variable.to_string(), span });
        Text::with_detail(self.as_str(), span, detail)
    }

    /// Another value that stands in this place as a whole. What had a part in this one has a part in all of it.
    pub(crate) fn rewritten(&self, value: String) -> Text {
        let mut detail = self.placed_detail(self.span());
        let whole = 0..value.len() as u32;
        detail.holes.iter_mut().for_each(|it| it.at = 0);
        detail.assumptions.iter_mut().chain(&mut detail.inserted).for_each(|it| it.range = whole.clone());
        detail.runs.iter_mut().for_each(|it| it.value = whole.clone());
        Text::with_detail(value, self.span(), detail)
    }

    /// Texts one after the other. They stand in the place of the whole, in this order.
    pub(crate) fn concat(parts: &[Text], span: Span) -> Text {
        let mut value = String::new();
        let mut all = Detail::default();
        for part in parts {
            let by = value.len() as u32;
            value.push_str(part.as_str());
            let moved = |it: &Range<u32>| it.start + by..it.end + by;
            let detail = part.detail().cloned().unwrap_or_default();
            all.holes.extend(detail.holes.into_iter().map(|it| Hole { at: it.at + by, ..it }));
            let parts =
                |of: Vec<Assumption>| of.into_iter().map(move |it| Assumption { range: moved(&it.range), ..it });
            all.assumptions.extend(parts(detail.assumptions));
            all.inserted.extend(parts(detail.inserted));
            all.expanded |= detail.expanded;
            if detail.runs.is_empty() {
                let length = part.as_str().len() as u32;
                let source = part.first()..part.first() + length;
                all.runs.push(Run { value: by..by + length, source, verbatim: true });
            }
            all.runs.extend(detail.runs.into_iter().map(|it| Run { value: moved(&it.value), ..it }));
        }
        Text::with_detail(value, span, all)
    }

    /// The string, with nothing where a variable has no value, as Compose would read it with these variables unset.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Form::Written { quoted, span, file } => {
                let quote = usize::from(*quoted);
                file.get(span.start as usize + quote..(span.end as usize).saturating_sub(quote)).unwrap_or_default()
            }
            Form::Made { made, .. } => &made.value,
        }
    }

    /// Whether it is this string. Most are of another length, and then the file is not looked at.
    pub(crate) fn is(&self, other: &str) -> bool {
        if let Form::Written { quoted, span, .. } = &self.0
            && (span.end - span.start) as usize != other.len() + 2 * usize::from(*quoted)
        {
            return false;
        }
        self.as_str() == other
    }

    /// The string, if no part of it is unknown.
    pub fn known(&self) -> Option<&str> {
        self.is_known().then_some(self.as_str())
    }

    /// The string for people: as it is written where a variable stands, so that no value of one is shown.
    pub fn shown(&self) -> String {
        let inserted = self.detail().map_or(&[][..], |it| &it.inserted);
        let holes = self.holes().iter().map(|it| (it.at..it.at, &it.variable));
        let mut parts: Vec<_> = inserted.iter().map(|it| (it.range.clone(), &it.variable)).chain(holes).collect();
        parts.sort_by_key(|it| (it.0.start, it.0.end));
        let mut shown = String::new();
        let mut at = 0;
        for (range, variable) in parts {
            let (start, end) = (range.start as usize, range.end as usize);
            shown.push_str(self.as_str().get(at..start).unwrap_or_default());
            shown.push_str(&format!("${{{variable}}}"));
            at = end.max(at);
        }
        shown.push_str(self.as_str().get(at..).unwrap_or_default());
        shown
    }

    /// Whether a variable had a part in it. Such a string is never a number or a boolean of YAML.
    pub fn is_interpolated(&self) -> bool {
        self.detail().is_some_and(|it| {
            it.expanded || !it.holes.is_empty() || !it.assumptions.is_empty() || !it.inserted.is_empty()
        })
    }

    /// The variables whose value is known, each with this value.
    pub(crate) fn inserted(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.detail().map_or(&[][..], |it| &it.inserted);
        let value = |it: &Assumption| it.range.start as usize..it.range.end as usize;
        all.iter().filter_map(move |it| Some((it.variable.as_str(), self.as_str().get(value(it))?)))
    }

    /// Whether the value of a variable, from `.env` or as it was given, is a part of it.
    pub(crate) fn has_inserted(&self) -> bool {
        self.detail().is_some_and(|it| !it.inserted.is_empty())
    }

    /// Whether no part is unknown.
    pub fn is_known(&self) -> bool {
        self.holes().is_empty()
    }

    /// Whether the string is empty for certain.
    pub fn is_blank(&self) -> bool {
        self.as_str().is_empty() && self.is_known()
    }

    /// Whether the string may be empty.
    pub fn may_be_blank(&self) -> bool {
        self.as_str().is_empty() && self.holes().iter().all(|hole| !hole.nonempty)
    }

    /// Unknown parts, in order.
    pub fn holes(&self) -> &[Hole] {
        self.detail().map_or(&[], |it| &it.holes)
    }

    /// Parts that come from a default in the file, in order.
    pub fn assumptions(&self) -> &[Assumption] {
        self.detail().map_or(&[], |it| &it.assumptions)
    }

    /// The variables that have a part in it, each with whether the files' default stands for it.
    pub fn variables(&self) -> impl Iterator<Item = (&str, bool)> {
        let parts = self.detail().into_iter().flat_map(|it| {
            let given = it.inserted.iter().map(|it| (it.variable.as_str(), false));
            let holes = it.holes.iter().map(|it| (it.variable.as_str(), false));
            given.chain(holes).chain(it.assumptions.iter().map(|it| (it.variable.as_str(), true)))
        });
        parts.filter(|it| !it.0.is_empty())
    }

    /// Where the scalar (or the part of one) is written, quotes included.
    pub fn span(&self) -> Span {
        match &self.0 {
            Form::Written { span, .. } | Form::Made { span, .. } => *span,
        }
    }

    /// Where a byte range of [`Text::as_str`] is written.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let (start, end) = (range.start as u32, range.end as u32);
        let runs = self.detail().map_or(&[][..], |it| &it.runs);
        let (from, to) = if runs.is_empty() {
            (self.first() + start, self.first() + end)
        } else if start == end {
            let at = empty_runs(runs, start).next().map(|run| (run.source.start, run.source.end));
            at.unwrap_or_else(|| {
                let at = place(runs, start);
                (at, at)
            })
        } else {
            // A hole at the very beginning or end of the range belongs to it.
            let first = empty_runs(runs, start).next();
            let last = empty_runs(runs, end).last();
            let begin = first.map_or_else(|| place(runs, start), |run| run.source.start);
            (begin, last.map_or_else(|| place_end(runs, end), |run| run.source.end))
        };
        let whole = self.span();
        let (from, to) = (from.clamp(whole.start, whole.end), to.clamp(whole.start, whole.end));
        Span { file: whole.file, start: from, end: to.max(from) }
    }

    /// A part of the text, with its own place, holes and assumptions.
    ///
    /// A hole at the end of the range belongs to the part only if `range` is where the text ends or the hole stands
    /// before the byte that follows, so adjacent parts do not share one. `range` must lie on character boundaries.
    pub fn slice(&self, range: Range<usize>) -> Text {
        let span = self.span_of(range.clone());
        let detail = match &self.0 {
            Form::Written { file, .. } => {
                return Text(Form::Written { quoted: false, span, file: file.clone() });
            }
            Form::Made { made, .. } => &made.detail,
        };
        let value = &self.as_str()[range.clone()];
        let Some(detail) = detail else { return Text::verbatim(value, span, 0) };
        let (start, end) = (range.start as u32, range.end as u32);
        // Holes, insertions and runs are in order: a command line of a thousand words is cut a thousand times.
        let holes = &detail.holes[detail.holes.partition_point(|it| it.at < start)..];
        let holes = holes
            .iter()
            .take_while(|hole| hole.at <= end)
            .map(|hole| Hole { at: hole.at - start, ..hole.clone() })
            .collect();
        let cut = |parts: &[Assumption]| {
            let inside = parts.iter().filter(|it| it.range.start < end && start < it.range.end);
            let moved = inside.map(|it| Assumption {
                range: it.range.start.max(start) - start..it.range.end.min(end) - start,
                ..it.clone()
            });
            moved.collect::<Vec<_>>()
        };
        let expanded = detail.expanded;
        let inserted = &detail.inserted[detail.inserted.partition_point(|it| it.range.end < start)..];
        let inserted = &inserted[..inserted.partition_point(|it| it.range.start <= end)];
        let (assumptions, inserted) = (cut(&detail.assumptions), cut(inserted));
        let runs = detail.runs[detail.runs.partition_point(|run| run.value.end < start)..].iter();
        let runs = runs.take_while(|run| run.value.start <= end);
        let runs = runs.filter_map(|run| {
            let (from, to) = (run.value.start.max(start), run.value.end.min(end));
            if from == to && !run.value.is_empty() {
                return None;
            }
            let source = if run.verbatim {
                run.source.start + (from - run.value.start)..run.source.start + (to - run.value.start)
            } else {
                run.source.clone()
            };
            Some(Run { value: from - start..to - start, source, verbatim: run.verbatim })
        });
        let runs: Vec<Run> = runs.collect();
        Text::with_detail(value, span, Detail { holes, assumptions, inserted, expanded, runs })
    }

    /// The text without white space at both ends.
    pub fn trim(&self) -> Text {
        let value = self.as_str();
        let start = value.len() - value.trim_start().len();
        self.slice(start..start + value.trim().len())
    }
}
