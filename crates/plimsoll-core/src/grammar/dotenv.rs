//! Files of variables: `.env`, and what `env_file` names, each line `NAME=value`.
//!
//! Source: behaviour of Docker Compose 2.40.3, which has a dialect of its own (`dotenv/parser.go` of compose-go 2.9.1);
//! for `format: raw` it reads as `docker run --env-file` does.

use crate::load::interpolate::{expand_str, go_quoted};
use crate::source::Sources;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

/// One variable of the file. Ranges are bytes of the input.
///
/// Of several with one name the last that has a value counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// The name. Empty if nothing stands before the `=`, and for a word on a last line that has no line break: Compose
    /// takes that for the value of a variable without a name.
    pub name: String,
    /// Where the name is written.
    pub name_range: Range<usize>,
    /// The value; `None` if the name stands alone and the environment does not have the variable, either.
    pub value: Option<String>,
    /// Where the value is written, quotes included. Empty if the name stands alone.
    pub value_range: Range<usize>,
}

/// Why Compose refuses a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DotenvError {
    /// The line that Compose names, from 1. For quotes that are not closed it is the last one.
    pub line: usize,
    /// Bytes of the input to blame.
    pub at: Range<usize>,
    /// What Compose says, without the line. Of some mistakes Compose does not name the line at all.
    pub message: String,
}

impl DotenvError {
    /// The same without what stands in the file: a line that cannot be read may well be a password.
    pub fn discreet(&self) -> String {
        let said = |begin: &str| self.message.starts_with(begin);
        let why = match () {
            () if said("unexpected character") => "a name holds a character that no name may hold",
            () if said("unterminated quoted value") => "a quote is not closed",
            () if said("Invalid template") => "Compose cannot read an expression with `$`",
            () if said("required variable") => "a variable that is required has no value",
            () if said("no variable name") => "no name stands before the `=`",
            () if said("variable '") => "a name holds blanks",
            () => self.message.as_str(),
        };
        format!("line {}: {why}", self.line)
    }
}

impl fmt::Display for DotenvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for DotenvError {}

/// Reads a file of variables. `lookup` is the environment outside of the file.
///
/// A variable inside a value comes from the environment, and if that does not have it, from the lines above. What the
/// file says of a variable that the environment has, too, is not replaced here: for `.env` the environment wins, for
/// `env_file` it does not.
///
/// A name may hold letters, digits and `_.-[]`. What Unicode calls alphabetic without calling it a letter (`Ⓐ`, vowel
/// signs of Indic scripts) passes here as well.
///
/// # Errors
/// Compose refuses the file, or the values, each made of others, become larger than any file that is read.
pub fn parse(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Assignment>, DotenvError> {
    let at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let (assignments, values) = (Vec::new(), HashMap::new());
    let mut parser = Parser { text, at, line: 1, lookup, assignments, values, longest: 0, room: Sources::LIMIT };
    while parser.skip_to_statement() {
        parser.statement()?;
    }
    Ok(parser.assignments)
}

/// Reads a file of variables as `docker run --env-file` does: no quotes, no variables in values, no `export`, and
/// blanks behind the `=` and at the end of the line belong to the value. `lookup` is the environment.
///
/// # Errors
/// Compose refuses the file.
pub fn parse_raw(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Assignment>, DotenvError> {
    let mut assignments = Vec::new();
    let mut at = 0;
    for (number, whole) in text.split('\n').enumerate() {
        let error = |at: Range<usize>, message: String| Err(DotenvError { line: number + 1, at, message });
        let from = at;
        at += whole.len() + 1;
        if whole.len() > RAW_LINE {
            return error(from..from + whole.len(), "bufio.Scanner: token too long".to_string());
        }
        let line = whole.strip_suffix('\r').unwrap_or(whole);
        let end = from + line.len();
        let line = if number == 0 { line.strip_prefix(BOM).unwrap_or(line) } else { line };
        let line = line.trim_start();
        let start = end - line.len();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=').map_or((line, None), |(name, value)| (name, Some(value)));
        let name_range = start..start + name.len();
        if name.is_empty() {
            return error(start..end, format!("no variable name on line '{line}'"));
        }
        if name.contains([' ', '\t']) {
            return error(name_range, format!("variable '{name}' contains whitespaces"));
        }
        let value_range = end - value.unwrap_or_default().len()..end;
        let value = value.map(str::to_string).or_else(|| lookup(name));
        assignments.push(Assignment { name: name.to_string(), name_range, value, value_range });
    }
    Ok(assignments)
}

const BOM: char = '\u{feff}';

/// Compose reads no longer line, without its line break, in the raw format.
const RAW_LINE: usize = (1 << 16) - 1;

/// White space that does not end a line. Unlike elsewhere, it is not all of Unicode's.
fn is_blank(letter: char) -> bool {
    matches!(letter, '\t' | '\x0b' | '\x0c' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// The line as Compose counts, which is not always where `at` stands.
    line: usize,
    lookup: &'a dyn Fn(&str) -> Option<String>,
    assignments: Vec<Assignment>,
    /// The values up to here, for the variables in the next ones.
    values: HashMap<String, String>,
    /// The length of the longest of them.
    longest: usize,
    /// How many bytes all further values may have.
    room: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error<T>(&self, at: Range<usize>, message: impl Into<String>) -> Result<T, DotenvError> {
        Err(DotenvError { line: self.line, at, message: message.into() })
    }

    /// Goes behind white space and comments. False at the end of the file.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            let space = &rest[..rest.len() - trimmed.len()];
            self.line += space.matches('\n').count();
            self.at += space.len();
            if !trimmed.starts_with('#') {
                return !trimmed.is_empty();
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn statement(&mut self) -> Result<(), DotenvError> {
        if let Some(rest) = self.rest().strip_prefix("export") {
            // A line break counts here as a blank, but is left where it is.
            if rest.starts_with(['\t', '\n', '\x0c', '\r', ' ']) {
                self.at = self.text.len() - rest.trim_start_matches(is_blank).len();
            }
        }
        let start = self.at;
        let Some((separator, at)) = self.separator()? else {
            if self.rest().is_empty() {
                return self.error(start..start, "zero length string");
            }
            // Without a line break behind it, Compose takes the name for the value of a variable without one.
            return self.value(String::new(), start..start);
        };
        let written = &self.text[start..at];
        let name = written.trim_end();
        let name_range = start..start + name.len();
        let alone = separator == '\n';
        if alone && !written.contains(' ') {
            self.line += 1;
        }
        if name.contains(' ') {
            return self.error(name_range, "key cannot contain a space");
        }
        let rest = &self.text[at + 1..];
        self.at = self.text.len() - rest.trim_start_matches(is_blank).len();
        if alone {
            let value_range = name_range.end..name_range.end;
            self.push(name.to_string(), name_range, (self.lookup)(name), value_range);
            return Ok(());
        }
        self.value(name.to_string(), name_range)
    }

    /// What ends the name, and where: `=`, `:` or a line break.
    fn separator(&self) -> Result<Option<(char, usize)>, DotenvError> {
        for (offset, letter) in self.rest().char_indices() {
            let at = self.at + offset;
            match letter {
                '=' | ':' | '\n' => return Ok(Some((letter, at))),
                '_' | '.' | '-' | '[' | ']' => {}
                _ if is_blank(letter) || letter.is_alphanumeric() => {}
                _ => {
                    let line = self.rest().split('\n').next().unwrap_or_default();
                    let (letter_shown, line) = (go_quoted(letter.encode_utf8(&mut [0; 4])), go_quoted(line));
                    let message = format!("unexpected character {letter_shown} in variable name {line}");
                    return self.error(at..at + letter.len_utf8(), message);
                }
            }
        }
        Ok(None)
    }

    fn value(&mut self, name: String, name_range: Range<usize>) -> Result<(), DotenvError> {
        let start = self.at;
        let quote = self.rest().chars().next().filter(|it| matches!(it, '"' | '\''));
        let line = self.line;
        let (value, end) = match quote {
            Some(quote) => {
                let (value, end) = self.quoted(quote)?;
                self.at = end;
                (value, end)
            }
            None => {
                let rest = self.rest();
                let written = rest.split('\n').next().unwrap_or_default();
                self.at = (start + written.len() + 1).min(self.text.len());
                self.line += 1;
                let value = written.split(" #").next().unwrap_or_default().trim_end();
                (value.to_string(), start + value.len())
            }
        };
        let value_range = start..end;
        let value = match quote {
            Some('\'') => value,
            _ => {
                let value = if quote.is_some() { unescape(&value) } else { value };
                // Lines that each name the one before twice would double it until the memory is full.
                let most = value.matches('$').count().saturating_mul(self.longest).saturating_add(value.len());
                if most > self.room {
                    return Err(DotenvError { line, at: value_range, message: "the values are too large".to_string() });
                }
                let find = |name: &str| (self.lookup)(name).or_else(|| self.values.get(name).cloned());
                expand_str(&value, &find).map_err(|message| DotenvError { line, at: value_range.clone(), message })?
            }
        };
        self.push(name, name_range, Some(value), value_range);
        Ok(())
    }

    /// What stands between the quotes, and where the closing one ends. A backslash takes only the meaning of the quote
    /// away; it stays before everything else.
    fn quoted(&mut self, quote: char) -> Result<(String, usize), DotenvError> {
        let (start, rest) = (self.at, self.rest());
        let mut value = String::new();
        let mut escaped = false;
        for (offset, letter) in rest.char_indices().skip(1) {
            if letter == '\n' {
                self.line += 1;
            }
            match (letter == quote, escaped) {
                (true, false) => return Ok((value, start + offset + 1)),
                (false, false) if letter == '\\' => {
                    escaped = true;
                    continue;
                }
                (false, true) => value.push('\\'),
                _ => {}
            }
            value.push(letter);
            escaped = false;
        }
        let line = rest.split('\n').next().unwrap_or_default();
        self.error(start..start + line.len(), format!("unterminated quoted value {line}"))
    }

    fn push(&mut self, name: String, name_range: Range<usize>, value: Option<String>, value_range: Range<usize>) {
        if let Some(value) = &value {
            self.longest = self.longest.max(value.len());
            self.room = self.room.saturating_sub(value.len());
            self.values.insert(name.clone(), value.clone());
        }
        self.assignments.push(Assignment { name, name_range, value, value_range });
    }
}

/// Replaces the escapes of a value in double quotes. Every other backslash stays.
fn unescape(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        value.push_str(before);
        let simple = match behind.as_bytes().first() {
            Some(b'a') => "\x07",
            Some(b'b') => "\x08",
            Some(b'f') => "\x0c",
            Some(b'n') => "\n",
            Some(b'r') => "\r",
            Some(b't') => "\t",
            Some(b'v') => "\x0b",
            Some(b'"') => "\"",
            Some(b'\\') => "\\",
            // The variables are expanded later.
            Some(b'$') => "$$",
            Some(b'0') => {
                let digits = behind[1..].bytes().take(3).take_while(u8::is_ascii_digit).count();
                let (digits, behind) = behind[1..].split_at(digits);
                match u8::from_str_radix(digits, 8) {
                    Ok(byte) if digits.len() == 3 => value.push(char::from(byte)),
                    // Compose has already dropped the zero when it finds that this is no character.
                    _ => value.extend(["\\", digits]),
                }
                rest = behind;
                continue;
            }
            _ => {
                value.push('\\');
                rest = behind;
                continue;
            }
        };
        value.push_str(simple);
        rest = &behind[1..];
    }
    value + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reader = fn(&str, &dyn Fn(&str) -> Option<String>) -> Result<Vec<Assignment>, DotenvError>;

    fn shown(read: Reader, text: &str) -> Vec<(&str, &str, Option<String>)> {
        let assignments = read(text, &|name| (name == "SHELL").then(|| "sh".to_string())).unwrap_or_default();
        let part = |it: Assignment| (&text[it.name_range], &text[it.value_range], it.value);
        assignments.into_iter().map(part).collect()
    }

    #[test]
    fn ranges_are_what_is_written() {
        let text = "\u{feff}# c\nexport A = \"é\\n\" # c\nB: ${A} \t# d\r\nSHELL \nNO\nC=";
        let some = |value: &str| Some(value.to_string());
        let expected = [
            ("A", "\"é\\n\"", some("é\n")),
            ("B", "${A} \t# d", some("é\n \t# d")),
            ("SHELL", "", some("sh")),
            ("NO", "", None),
            ("C", "", some("")),
        ];
        assert_eq!(shown(parse, text), expected);
        let expected = [("A", " 'x' ", some(" 'x' ")), ("SHELL", "", some("sh")), ("NO", "", None)];
        assert_eq!(shown(parse_raw, "\u{feff}  A= 'x' \r\n# c\nSHELL\nNO"), expected);
    }

    #[test]
    fn values_do_not_grow_without_end() {
        let lines = |count: usize| (0..count).map(|it| format!("A{}=${{A{it}}}${{A{it}}}\n", it + 1));
        let text = |count: usize| "A0=0123456789\n".to_string() + &lines(count).collect::<String>();
        assert!(parse(&text(12), &|_| None).is_ok_and(|it| it[12].value.as_ref().is_some_and(|it| it.len() == 40960)));
        assert!(parse(&text(64), &|_| None).is_err_and(|it| it.message == "the values are too large"));
    }

    #[test]
    fn errors_point_at_the_mistake() {
        let error = |read: Reader, text: &str| match read(text, &|_| None) {
            Ok(_) => panic!("{text:?} is read"),
            Err(error) => (text[error.at.clone()].to_string(), error.to_string()),
        };
        let cases: [(Reader, &str, &str, &str); 8] = [
            (parse, "A=1\nB C = 2", "B C", "line 2: key cannot contain a space"),
            (
                parse,
                "A\u{301}b=1\n",
                "\u{301}",
                "line 1: unexpected character \"\u{301}\" in variable name \"A\u{301}b=1\"",
            ),
            (parse, "A=1\nB = 'x\ny\n", "'x", "line 4: unterminated quoted value 'x"),
            (parse, "A=\n\nB=\"\n${}\" # c", "\"\n${}\"", "line 3: Invalid template: \"\\n${}\""),
            (parse, "export ", "", "line 1: zero length string"),
            (parse_raw, "A=1\n =2 \r\n", "=2 ", "line 2: no variable name on line '=2 '"),
            (parse_raw, " A B=1", "A B", "line 1: variable 'A B' contains whitespaces"),
            (
                parse_raw,
                &format!("\n{}", "x".repeat(1 << 16)),
                &"x".repeat(1 << 16),
                "line 2: bufio.Scanner: token too long",
            ),
        ];
        for (read, text, at, message) in cases {
            assert_eq!(error(read, text), (at.to_string(), message.to_string()));
        }
    }
}
