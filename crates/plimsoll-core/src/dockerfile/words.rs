//! Words of a Dockerfile: variables, quotes and escapes in them, and `name=value` pairs.
//!
//! Source: `frontend/dockerfile/shell/lex.go` and `parser/line_parsers.go` of BuildKit.

use crate::source::Span;
use crate::text::Text;
use std::ops::Range;

/// What a variable is, if it is known at all.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<Text>;

/// The longest value that is made, in bytes: a few lines can double a value again and again.
const LONGEST: usize = 4096;
/// How many variables without a value one value may have.
const HOLES: usize = 32;
/// How deep defaults may stand in defaults.
const DEEPEST: usize = 8;

/// A word with its variables filled in, without quotes and escapes. What is not known is a hole.
pub(super) fn expand(word: &Text, escape: char, lookup: Lookup<'_>) -> Text {
    if !word.as_str().contains(['$', '"', '\'', escape]) {
        return word.clone();
    }
    let mut expander = Expander { word, escape, lookup, at: 0, parts: Vec::new() };
    expander.until(None, 0);
    bounded(expander.parts, word.span())
}

fn bounded(parts: Vec<Text>, span: Span) -> Text {
    let length: usize = parts.iter().map(|it| it.as_str().len()).sum();
    let holes: usize = parts.iter().map(|it| it.holes().len()).sum();
    if length > LONGEST || holes > HOLES || parts.len() > LONGEST {
        return Text::hole("", false, span);
    }
    Text::concat(&parts, span)
}

/// Cuts a line at its blanks, but not inside of quotes and not at escaped ones.
pub(super) fn split(line: &Text, escape: char) -> Vec<Text> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut chars = line.as_str().char_indices();
    while let Some((at, char)) = chars.next() {
        if char.is_whitespace() && quote.is_none() {
            words.extend(start.take().map(|it| line.slice(it..at)));
            continue;
        }
        start.get_or_insert(at);
        match quote {
            Some('\'') if char == '\'' => quote = None,
            Some('"') if char == '"' => quote = None,
            None if matches!(char, '\'' | '"') => quote = Some(char),
            Some('\'') => {}
            _ if char == escape => _ = chars.next(),
            _ => {}
        }
    }
    words.extend(start.map(|it| line.slice(it..line.as_str().len())));
    words
}

/// The two sides of the first `=` of a word.
pub(super) fn pair(word: &Text) -> (Text, Option<Text>) {
    let (text, end) = (word.as_str(), word.as_str().len());
    match text.find('=') {
        Some(at) => (word.slice(0..at), Some(word.slice(at + 1..end))),
        None => (word.clone(), None),
    }
}

/// The pairs of an `ENV`: `NAME=value …`, or in the old form `NAME value` to the end of the line.
pub(super) fn pairs(line: &Text, escape: char) -> Vec<(Text, Text)> {
    let words = split(line, escape);
    let Some(first) = words.first() else { return Vec::new() };
    if !first.as_str().contains('=') {
        let text = line.as_str();
        let start = text.len() - text.trim_start().len() + first.as_str().len();
        let Some(value) = text.get(start..) else { return Vec::new() };
        let start = text.len() - value.trim_start().len();
        return vec![(first.clone(), line.slice(start..text.len()).trim())];
    }
    words.iter().map(pair).filter_map(|(name, value)| Some((name, value?))).collect()
}

struct Expander<'a> {
    word: &'a Text,
    escape: char,
    lookup: Lookup<'a>,
    at: usize,
    parts: Vec<Text>,
}

impl Expander<'_> {
    fn rest(&self) -> &str {
        self.word.as_str().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    /// Takes over a piece as it is written.
    fn keep(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.parts.push(self.word.slice(range));
        }
    }

    /// Reads up to a character that ends the word, and not over it.
    fn until(&mut self, end: Option<char>, depth: usize) {
        let mut start = self.at;
        let mut quoted = false;
        while let Some(char) = self.peek() {
            if end == Some(char) && !quoted {
                break;
            }
            let here = self.at;
            self.at += char.len_utf8();
            match char {
                '$' => {
                    self.keep(start..here);
                    self.variable(here, depth);
                    start = self.at;
                }
                '"' => {
                    self.keep(start..here);
                    quoted = !quoted;
                    start = self.at;
                }
                '\'' if !quoted => {
                    self.keep(start..here);
                    let close = self.rest().find('\'').map_or(self.word.as_str().len(), |it| self.at + it);
                    self.keep(self.at..close);
                    self.at = (close + 1).min(self.word.as_str().len());
                    start = self.at;
                }
                _ if char == self.escape => {
                    // Between quotes it only takes the meaning of what would have one.
                    let next = self.peek();
                    if !quoted || next.is_some_and(|it| matches!(it, '"' | '$') || it == self.escape) {
                        self.keep(start..here);
                        start = self.at;
                        self.next();
                    }
                }
                _ => {}
            }
        }
        self.keep(start..self.at);
    }

    /// A `$`, which is already read, and what follows it.
    fn variable(&mut self, start: usize, depth: usize) {
        let braced = self.peek() == Some('{');
        self.at += usize::from(braced);
        let name_start = self.at;
        while self.peek().is_some_and(|it| it.is_ascii_alphanumeric() || it == '_') {
            self.at += 1;
        }
        let name = self.word.as_str()[name_start..self.at].to_string();
        if name.is_empty() && !braced {
            self.keep(start..self.at);
            return;
        }
        let known = (self.lookup)(&name);
        if !braced {
            let span = self.word.span_of(start..self.at);
            self.parts.push(known.map_or_else(|| Text::hole(&name, false, span), |it| it.placed(span)));
            return;
        }
        let blank_counts = self.peek() == Some(':');
        self.at += usize::from(blank_counts);
        let operator = self.next();
        if operator == Some('}') || depth >= DEEPEST {
            let close =
                if operator == Some('}') { 0 } else { self.rest().find('}').map_or(self.rest().len(), |it| it + 1) };
            self.at += close;
            let span = self.word.span_of(start..self.at);
            let known = known.filter(|_| operator == Some('}'));
            self.parts.push(known.map_or_else(|| Text::hole(&name, false, span), |it| it.placed(span)));
            return;
        }
        let outer = std::mem::take(&mut self.parts);
        self.until(Some('}'), depth + 1);
        self.next();
        let inner = std::mem::replace(&mut self.parts, outer);
        let span = self.word.span_of(start..self.at);
        let inner = bounded(inner, span);
        let value = match (operator, known) {
            (Some('-'), None) => inner.assumed(&name, span),
            (Some('-'), Some(value)) if value.as_str().is_empty() && !value.is_known() => inner.assumed(&name, span),
            (Some('-'), Some(value)) if blank_counts && value.is_blank() => inner.placed(span),
            (Some('-'), Some(value)) => value.placed(span),
            (Some('+'), Some(value)) if !value.as_str().is_empty() => inner.placed(span),
            (Some('?'), Some(value)) if value.is_known() => value.placed(span),
            (Some('?'), _) => Text::hole(&name, true, span),
            // Patterns that cut something off are rare, and what they leave is not known here.
            _ => Text::hole(&name, false, span),
        };
        self.parts.push(value);
    }
}
