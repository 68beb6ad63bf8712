//! Variables in values: `$NAME`, `${NAME}`, the six operators and their nesting, as Compose expands them.
//!
//! Source: `template/template.go` of compose-go 2.9.1, and the recorded answers of Docker Compose 2.40.3.

mod brace;

use crate::load::limits::INSERTED;
use crate::problem::{Problem, ProblemKind};
use crate::source::{Sources, Span};
use crate::text::{Assumption, Detail, Hole, Run, Text};
use brace::{Lines, closing_brace};
use std::collections::HashMap;
use std::ops::Range;

/// What is known of the variables. The ambient shell is never read.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    values: HashMap<String, String>,
    /// Whether a variable that is not listed is unset for certain. If not, its value is unknown.
    complete: bool,
}

impl Variables {
    /// Nothing is known; a variable that is not added later may have any value.
    pub fn unknown() -> Variables {
        Variables::default()
    }

    /// Every variable that is not added later is unset.
    pub fn complete() -> Variables {
        Variables { complete: true, ..Variables::default() }
    }

    /// Gives a variable its value.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Variables {
        self.values.insert(name.into(), value.into());
        self
    }

    /// The value of a variable, if it is known.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether every variable without a value is unset, and not unknown.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// How many variables have a value.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    fn state(&self, name: &str) -> State<'_> {
        match self.values.get(name) {
            Some(value) => State::Set(value),
            None if self.complete => State::Unset,
            None => State::Unknown,
        }
    }
}

#[derive(Clone, Copy)]
enum State<'a> {
    Set(&'a str),
    Unset,
    Unknown,
}

/// Expands the variables of one scalar. Without a `$` in it the text comes back as it is. `inserted` counts the bytes
/// of the values; with more than [`INSERTED`] of them nothing is expanded any more.
pub fn interpolate(text: Text, variables: &Variables, inserted: &mut usize, problems: &mut Vec<Problem>) -> Text {
    if !text.as_str().contains('$') {
        return text;
    }
    let mut expansion = Expansion::new(&text, variables, problems);
    expansion.inserted = *inserted;
    let end = text.as_str().len();
    let read = expansion.expand(0..end);
    *inserted = expansion.inserted;
    if !read || *inserted > INSERTED {
        // Compose stops here. The text stays as it is written, so that the rest can still be checked.
        let hole = Hole { at: 0, variable: String::new(), nonempty: false, span: text.span() };
        let detail = Detail { holes: vec![hole], ..Detail::default() };
        return Text::with_detail(String::new(), text.span(), detail);
    }
    let Expansion { value, detail, .. } = expansion;
    Text::with_detail(value, text.span(), detail)
}

/// Expands the variables of a string outside of YAML, as in a `.env` file. What `lookup` does not have is unset.
///
/// # Errors
/// Compose refuses the string. The text is Compose's own.
pub fn expand_str(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    if !text.contains('$') {
        return Ok(text.to_string());
    }
    let mut variables = Variables::complete();
    for (at, _) in text.match_indices('$') {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let name = &rest[..name_length(rest)];
        if let Some(value) = lookup(name) {
            variables.set(name, value);
        }
    }
    // Only what becomes of the string is asked for. Its spans point into an empty file, and are dropped.
    let file = Sources::new().add_text("", "");
    let input = Text::verbatim(text, Span::new(file, 0..text.len()), 0);
    let mut problems = Vec::new();
    let mut expansion = Expansion::new(&input, &variables, &mut problems);
    if expansion.expand(0..text.len()) { Ok(expansion.value) } else { Err(expansion.refusal) }
}

/// A string in double quotes as Go's `%q` writes it, which the messages of Compose have.
pub(crate) fn go_quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\x07' => quoted.push_str("\\a"),
            '\x08' => quoted.push_str("\\b"),
            '\x0c' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\x0b' => quoted.push_str("\\v"),
            '\0'..='\x1f' | '\x7f' => quoted.push_str(&format!("\\x{:02x}", u32::from(letter))),
            // Rust escapes what cannot be printed, and a combining mark at the beginning of a string.
            _ if format!("a{letter}").escape_debug().count() == 2 || letter == '\'' => quoted.push(letter),
            '\0'..='\u{ffff}' => quoted.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => quoted.push_str(&format!("\\U{:08x}", u32::from(letter))),
        }
    }
    quoted + "\""
}

/// The length of the variable name at the beginning of `text`.
fn name_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(first) if first.is_ascii_alphabetic() || *first == b'_' => {
            bytes.iter().take_while(|it| it.is_ascii_alphanumeric() || **it == b'_').count()
        }
        _ => 0,
    }
}

struct Expansion<'a> {
    input: &'a Text,
    variables: &'a Variables,
    problems: &'a mut Vec<Problem>,
    value: String,
    detail: Detail,
    /// What Compose says of the first mistake.
    refusal: String,
    /// How many words inside of words this is.
    depth: u32,
    /// The bytes of all values of variables up to here.
    inserted: usize,
    lines: Lines,
}

/// How many defaults of one scalar are remembered.
const NAMED_DEFAULTS: usize = 256;
/// How deep words may be nested. Real files nest two or three.
const DEEPEST: u32 = 64;

impl<'a> Expansion<'a> {
    fn new(input: &'a Text, variables: &'a Variables, problems: &'a mut Vec<Problem>) -> Expansion<'a> {
        Expansion {
            input,
            variables,
            problems,
            value: String::new(),
            detail: Detail::default(),
            refusal: String::new(),
            depth: 0,
            inserted: 0,
            lines: Lines::default(),
        }
    }

    /// Expands a range of the input to the end of the output. False if Compose cannot read it.
    fn expand(&mut self, range: Range<usize>) -> bool {
        let input = self.input.as_str();
        let mut at = range.start;
        while at < range.end {
            let rest = &input[at..range.end];
            let Some(dollar) = rest.find('$') else {
                self.copy(at..range.end);
                return true;
            };
            self.copy(at..at + dollar);
            at += dollar;
            let rest = &input[at + 1..range.end];
            if rest.starts_with('$') {
                self.copy(at..at + 1);
                at += 2;
            } else if rest.starts_with('{') {
                let Some(length) = self.braced(at, rest) else {
                    if self.refusal.is_empty() {
                        // Compose shows the innermost word that it was reading.
                        self.refusal = format!("Invalid template: {}", go_quoted(&input[range]));
                    }
                    return false;
                };
                at += length;
            } else {
                match name_length(rest) {
                    // A lone `$` stays as it is.
                    0 => {
                        self.copy(at..at + 1);
                        at += 1;
                    }
                    length => {
                        let span = self.input.span_of(at..at + 1 + length);
                        self.plain(&rest[..length], span);
                        at += 1 + length;
                    }
                }
            }
        }
        true
    }

    /// Expands `${…}`, whose `$` is at `at`; `rest` begins with the brace. Gives the length of the whole expression.
    fn braced(&mut self, at: usize, rest: &str) -> Option<usize> {
        let invalid = |this: &mut Self, length: usize, why: &str| {
            let span = this.input.span_of(at..at + length);
            let shown = &this.input.as_str()[at..at + length];
            let shown: String = shown.lines().next().unwrap_or_default().chars().take(80).collect();
            let problem = Problem::new(
                ProblemKind::InvalidInterpolation,
                span,
                format!("Compose cannot read the variable expression `{shown}`"),
            );
            this.problems.push(problem.because(why).help("write `$$` if a literal dollar sign is meant"));
            None
        };
        if self.depth > DEEPEST {
            return invalid(self, 1, "the expressions are nested too deeply");
        }
        // Compose takes everything up to the last brace of the line, counts braces inside of that, and if they do not
        // balance the last one closes the expression.
        let Some(last) = self.lines.last_brace(self.depth, at + 1, rest) else {
            return invalid(self, 1 + rest.len(), "the brace is not closed");
        };
        let close = closing_brace(&rest[..=last]).unwrap_or(last);
        let whole = 1 + close + 1;
        let body = &rest[1..close];
        let name = name_length(body);
        if name == 0 {
            let why = if body.is_empty() { "the name is missing" } else { "a name starts with a letter or `_`" };
            return invalid(self, whole, why);
        }
        let span = self.input.span_of(at..at + whole);
        let (name, tail) = body.split_at(name);
        if tail.is_empty() {
            self.plain(name, span);
            return Some(whole);
        }
        let (colon, operator) = match tail.strip_prefix(':') {
            Some(tail) => (true, tail.as_bytes().first().copied()),
            None => (false, tail.as_bytes().first().copied()),
        };
        let word = at + 2 + name.len() + usize::from(colon) + 1..at + whole - 1;
        let Some(operator @ (b'-' | b'?' | b'+')) = operator else {
            return invalid(self, whole, "the operators are `:-`, `-`, `:?`, `?`, `:+` and `+`");
        };
        self.operator(name, operator, colon, word, span).then_some(whole)
    }

    fn plain(&mut self, name: &str, span: Span) {
        match self.variables.state(name) {
            State::Set(value) => self.insert_value(name, value, span),
            // It leaves a trace: what is written is a string, and not nothing.
            State::Unset => self.insert_value(name, "", span),
            State::Unknown => self.hole(name, false, span),
        }
    }

    /// Compose 2.40.3 expands the word even where it is not used, so its mistakes count.
    fn operator(&mut self, name: &str, operator: u8, colon: bool, word: Range<usize>, span: Span) -> bool {
        let state = self.variables.state(name);
        let set = match state {
            State::Set(value) => Some(!colon || !value.is_empty()),
            State::Unset => Some(false),
            State::Unknown => None,
        };
        let uses_word = matches!((operator, set), (b'-', Some(false) | None) | (b'+', Some(true)));
        if uses_word {
            let start = self.value.len() as u32;
            self.depth += 1;
            let read = self.expand(word);
            self.depth -= 1;
            if !read {
                return false;
            }
            self.detail.expanded = true;
            if set.is_none() {
                let range = start..self.value.len() as u32;
                if range.is_empty() {
                    self.detail.runs.push(run(range.clone(), span, false));
                }
                // They only serve to name defaults, and nobody reads a thousand names.
                if self.detail.assumptions.len() < NAMED_DEFAULTS {
                    self.detail.assumptions.push(Assumption { range, variable: name.to_string(), span });
                }
            }
            return true;
        }
        let text = self.input.slice(word.clone());
        let mut aside = Expansion::new(&text, self.variables, self.problems);
        aside.depth = self.depth + 1;
        aside.inserted = self.inserted;
        let read = aside.expand(0..text.as_str().len());
        let Expansion { value: word, refusal, inserted, .. } = aside;
        self.inserted = inserted;
        if !read {
            self.refusal = refusal;
            return false;
        }
        match (operator, state, set) {
            (b'?', _, Some(false)) => {
                let message = format!("the variable `{name}` is required and has no value");
                let problem = Problem::new(ProblemKind::InvalidInterpolation, span, message);
                // What the file says is one line of ours.
                self.problems.push(problem.because(text.as_str().replace(char::is_control, " ")));
                let colon = if word.is_empty() { "" } else { ": " };
                self.refusal = format!("required variable {name} is missing a value{colon}{word}");
                return false;
            }
            (b'?' | b'-', State::Set(value), _) => self.insert_value(name, value, span),
            (b'?', State::Unknown, _) => self.hole(name, colon, span),
            (b'+', State::Unknown, _) => self.hole(name, false, span),
            _ => self.insert_value(name, "", span),
        }
        true
    }

    /// Copies a range of the input, with its places.
    fn copy(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let start = self.value.len() as u32;
        self.value.push_str(&self.input.as_str()[range.clone()]);
        let span = self.input.span_of(range.clone());
        let verbatim = (span.end - span.start) as usize == range.len();
        if verbatim {
            self.detail.runs.push(run(start..self.value.len() as u32, span, true));
            return;
        }
        // The scalar has escapes or folded lines: keep the place of every character.
        for (at, letter) in self.input.as_str()[range.clone()].char_indices() {
            let from = range.start + at;
            let span = self.input.span_of(from..from + letter.len_utf8());
            let value = start + at as u32..start + (at + letter.len_utf8()) as u32;
            let verbatim = span.end - span.start == value.end - value.start;
            self.detail.runs.push(run(value, span, verbatim));
        }
    }

    /// The value of a variable, which is remembered, so that it need not be shown.
    fn insert_value(&mut self, variable: &str, value: &str, span: Span) {
        let start = self.value.len() as u32;
        self.insert(value, span);
        let range = start..self.value.len() as u32;
        self.detail.inserted.push(Assumption { range, variable: variable.to_string(), span });
    }

    fn insert(&mut self, value: &str, span: Span) {
        let start = self.value.len() as u32;
        self.inserted = self.inserted.saturating_add(value.len());
        if self.inserted > INSERTED {
            return;
        }
        self.value.push_str(value);
        self.detail.runs.push(run(start..self.value.len() as u32, span, false));
    }

    fn hole(&mut self, variable: &str, nonempty: bool, span: Span) {
        let at = self.value.len() as u32;
        self.detail.holes.push(Hole { at, variable: variable.to_string(), nonempty, span });
        self.detail.runs.push(run(at..at, span, false));
    }
}

fn run(value: Range<u32>, span: Span, verbatim: bool) -> Run {
    Run { value, source: span.start..span.end, verbatim }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn expand(raw: &str, variables: &Variables) -> (Text, Vec<Problem>) {
        let mut sources = Sources::new();
        let file = sources.add_text("a", raw);
        let mut problems = Vec::new();
        let text = Text::verbatim(raw, Span::new(file, 0..raw.len()), 0);
        (interpolate(text, variables, &mut 0, &mut problems), problems)
    }

    #[test]
    fn known_assumed_and_unknown() {
        let mut variables = Variables::unknown();
        variables.set("SET", "x").set("EMPTY", "");
        let value = |raw: &str| expand(raw, &variables).0.as_str().to_string();
        assert_eq!(value("a$${b}$1$("), "a${b}$1$(");
        assert_eq!(value("$SET-${SET}-${SET:-d}-${SET+w}"), "x-x-x-w");
        assert_eq!(value("${EMPTY-d}|${EMPTY:-d}|${EMPTY:+w}|${EMPTY+w}"), "|d||w");
        assert_eq!(value("${NO:-{a}}${NO:-a}b}"), "{a}ab}");
        assert_eq!(value("${NO:-${SET:-q}/${OTHER:-r}}"), "x/r");
        let (text, problems) = expand("./${NO}/pg:/data", &variables);
        assert!(problems.is_empty());
        assert_eq!((text.as_str(), text.holes()[0].at), (".//pg:/data", 2));
        assert_eq!(text.span_of(6..11).range(), 11..16);
        let (text, _) = expand("${NO:-./d}:/data", &variables);
        assert_eq!(text.span_of(0..3).range(), 6..9);
        assert_eq!(text.assumptions()[0].variable, "NO");
    }

    #[test]
    fn what_compose_cannot_read_is_a_problem_and_an_unknown_value() {
        for raw in [
            "${}",
            "${1}",
            "${ S }",
            "${S!x}",
            "${S/a/b}",
            "${S:0:1}",
            "${#S}",
            "${S:=d}",
            "${A.B}",
            "${S",
            "${U:-a\nb}",
        ] {
            let (text, problems) = expand(raw, &Variables::unknown());
            assert_eq!(problems.len(), 1, "{raw}");
            assert!(!text.is_known(), "{raw}");
        }
        let (_, problems) = expand("${S:?say it}", &Variables::complete());
        assert_eq!(problems[0].reason, "say it");
        let (_, problems) = expand("${S:?say\tit\u{1b}}", &Variables::complete());
        assert_eq!(problems[0].reason, "say it ");
    }
}
