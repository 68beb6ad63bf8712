//! A line as it is typed, and the keys above it that lead to it.
//!
//! It goes by indentation alone, because a line that is being typed is often no YAML.

use std::ops::Range;

/// A line with a cursor in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line<'a> {
    /// The text of the document.
    pub text: &'a str,
    /// Where the cursor is.
    pub cursor: usize,
    /// The keys that lead to the mapping or the list that the line is of. Items have none.
    pub keys: Vec<String>,
    /// Whether it begins an item.
    pub is_item: bool,
    /// What stands on it, behind indentation and dashes, without the comment at its end.
    pub content: Range<usize>,
    /// Where the comment begins that the cursor is in.
    pub comment: Option<usize>,
}

/// The same without the text, for whoever needs the session meanwhile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Typed {
    /// Where the cursor is.
    pub cursor: usize,
    /// The keys that lead there.
    pub keys: Vec<String>,
    /// Whether it begins an item.
    pub is_item: bool,
    /// The bytes of what stands on it.
    pub content: Range<usize>,
    /// How far from the left that begins.
    pub column: usize,
    /// What stands on it.
    pub written: String,
    /// The blanks by which the lines of the file are indented, each under the other.
    pub step: usize,
    /// The line break of the file.
    pub end: &'static str,
}

/// What stands behind a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Behind<'a> {
    /// The key.
    pub key: &'a str,
    /// The word at the cursor.
    pub word: Range<usize>,
    /// Whether it is in brackets.
    pub in_flow: bool,
}

impl<'a> Line<'a> {
    /// The line of a byte.
    pub fn new(text: &'a str, cursor: usize) -> Line<'a> {
        let cursor = text.floor_char_boundary(cursor.min(text.len()));
        let start = text[..cursor].rfind(['\n', '\r']).map_or(0, |it| it + 1);
        let end = text[cursor..].find(['\n', '\r']).map_or(text.len(), |it| cursor + it);
        let comment = comment(&text[start..end]).map(|it| start + it);
        let whole = text[start..comment.unwrap_or(end)].trim_end();
        let parts = Parts::of(whole);
        let is_blank = parts.content == whole.len();
        let column = if is_blank && !parts.is_item() { (cursor - start).max(parts.content) } else { parts.indentation };
        let at = if is_blank { cursor } else { start + parts.content };
        let content = at..at.max(start + whole.len());
        Line {
            text,
            cursor,
            keys: keys_above(&text[..start], column, parts.is_item()),
            is_item: parts.is_item(),
            content,
            comment: comment.filter(|it| *it < cursor),
        }
    }

    /// What is typed of the line, up to the cursor.
    pub fn before(&self) -> &'a str {
        self.text.get(self.content.start..self.cursor).unwrap_or_default()
    }

    /// The word at the cursor.
    pub fn word(&self) -> Range<usize> {
        word(self.text, self.cursor)
    }

    /// Whether a key is typed: nothing but a word stands before the cursor, and nothing behind it.
    pub fn is_key(&self) -> bool {
        let word = self.word();
        let rest = self.text.get(word.end..self.content.end).unwrap_or_default();
        word.start <= self.content.start && rest.trim_end_matches(':').trim().is_empty()
    }

    /// The key that the cursor is behind.
    pub fn behind(&self) -> Option<Behind<'a>> {
        let (key, value) = self.before().split_once(':')?;
        let is_value = value.is_empty() || value.starts_with(' ');
        is_value.then(|| Behind {
            key: key.trim().trim_matches(['"', '\'']),
            word: self.word(),
            in_flow: value.trim_start().starts_with(['[', '{']),
        })
    }

    /// The line without the text of the document.
    pub fn owned(&self) -> Typed {
        let start = self.text[..self.content.start].rfind(['\n', '\r']).map_or(0, |it| it + 1);
        // A blank that is typed belongs to it.
        let content = self.content.start..self.content.end.max(self.cursor);
        let indents = self.text.lines().map(|it| it.len() - it.trim_start_matches(' ').len());
        Typed {
            cursor: self.cursor,
            keys: self.keys.clone(),
            is_item: self.is_item,
            column: self.content.start - start,
            written: self.text.get(content.clone()).unwrap_or_default().to_string(),
            content,
            step: indents.filter(|it| *it > 0).min().unwrap_or(2),
            end: if self.text.contains("\r\n") { "\r\n" } else { "\n" },
        }
    }
}

/// The word around a byte: letters, digits, `-` and `_`.
pub(super) fn word(text: &str, at: usize) -> Range<usize> {
    let is_inside = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    let start = text[..at].trim_end_matches(is_inside).len();
    let end = text.len() - text[at..].trim_start_matches(is_inside).len();
    // The dash of an item is none of a word.
    let dash = text[start..at].starts_with('-');
    if dash { at..end.max(at) } else { start..end }
}

/// Where the comment of a line begins.
fn comment(line: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, ' ');
    for (at, it) in line.char_indices() {
        match (quote, it) {
            (None, '#') if before.is_whitespace() || before == '\u{feff}' => return Some(at),
            (None, '"' | '\'') if matches!(before, ' ' | '[' | '{' | ',' | ':') => quote = Some(it),
            (Some(open), it) if open == it => quote = None,
            _ => {}
        }
        before = it;
    }
    None
}

/// A line in its parts: indentation, dashes, and the rest.
struct Parts {
    indentation: usize,
    dashes: Vec<usize>,
    content: usize,
}

impl Parts {
    fn of(line: &str) -> Parts {
        let indentation = line.len() - line.trim_start_matches([' ', '\u{feff}']).len();
        let (mut at, mut dashes) = (indentation, Vec::new());
        while let Some(rest) = line[at..].strip_prefix('-').filter(|it| it.is_empty() || it.starts_with(' ')) {
            dashes.push(at);
            at = line.len() - rest.trim_start_matches(' ').len();
        }
        Parts { indentation, dashes, content: at }
    }

    fn is_item(&self) -> bool {
        !self.dashes.is_empty()
    }
}

/// The keys that lead to what stands at a column below these lines.
fn keys_above(above: &str, column: usize, is_item: bool) -> Vec<String> {
    let (mut limit, mut in_list) = (column, is_item);
    let mut keys = Vec::new();
    for line in above.lines().rev() {
        let parts = Parts::of(line);
        let rest = line[parts.content..].trim_end();
        if line.starts_with("---") || limit == 0 && !in_list {
            break;
        }
        if rest.starts_with('#') || rest.is_empty() && !parts.is_item() {
            continue;
        }
        let at = parts.content;
        // The dashes of a list may stand right below its key.
        let is_above = at < limit || at == limit && in_list && !parts.is_item();
        if let Some(key) = opening(rest).filter(|_| is_above) {
            keys.push(key.to_string());
            (limit, in_list) = (at, false);
        }
        for dash in parts.dashes.iter().rev().filter(|it| **it < at) {
            if *dash < limit {
                (limit, in_list) = (*dash, true);
            }
        }
    }
    keys.reverse();
    keys
}

/// The key of a line whose value stands on the lines below.
fn opening(rest: &str) -> Option<&str> {
    let rest = &rest[..comment(rest).unwrap_or(rest.len())];
    let (key, value) = rest.split_once(':').filter(|it| it.1.is_empty() || it.1.starts_with(' '))?;
    let value = value.trim();
    let below = value.is_empty() || value.starts_with(['&', '!', '|', '>']) || value.ends_with(['[', ',']);
    let key = key.trim().trim_matches(['"', '\'']);
    (below && !key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys and the rest of the line, where `|` is the cursor.
    fn at(text: &str) -> (String, bool, String) {
        let cursor = text.find('|').expect("there is a cursor");
        let text = text.replacen('|', "", 1);
        let line = Line::new(&text, cursor);
        (line.keys.join("."), line.is_item, line.before().to_string())
    }

    fn given(keys: &str, is_item: bool, before: &str) -> (String, bool, String) {
        (keys.to_string(), is_item, before.to_string())
    }

    #[test]
    fn keys_by_indentation() {
        let top = "services:\n  db: # the store\n    image: postgres:16\n    volumes:\n";
        assert_eq!(at(&format!("{top}      - da|")), given("services.db.volumes", true, "da"));
        assert_eq!(at(&format!("{top}      - |")), given("services.db.volumes", true, ""));
        assert_eq!(at(&format!("{top}    - data:|\n")), given("services.db.volumes", true, "data:"));
        assert_eq!(
            at(&format!("{top}      - type: volume\n        source: |")),
            given("services.db.volumes", false, "source: ")
        );
        assert_eq!(at(&format!("{top}      - a:/b\n    heal|")), given("services.db", false, "heal"));
        assert_eq!(at(&format!("{top}      - a:/b\n    |\n  web:\n")), given("services.db", false, ""));
        assert_eq!(at(&format!("{top}\n  w|")), given("services", false, "w"));
        assert_eq!(at(&format!("{top}vol|")), given("", false, "vol"));
        assert_eq!(
            at("services:\n  db:\n    command: >\n      volumes:\n        - |"),
            given("services.db.command.volumes", true, "")
        );
        assert_eq!(at("a:\n  b:\n---\n  |"), given("", false, ""));
        assert_eq!(at("overrides:\n  - files: [a]\n    select: [|"), given("overrides", false, "select: ["));
        assert_eq!(at("- |"), given("", true, ""));
        assert_eq!(at("|"), given("", false, ""));
    }

    #[test]
    fn comments() {
        assert_eq!(comment("a: b # c"), Some(5));
        assert_eq!(comment("a: 'b # c' # d"), Some(11));
        assert_eq!(comment("a: b#c"), None);
        assert_eq!(comment("# c"), Some(0));
        let text = "a: b # plimsoll: ";
        assert_eq!(Line::new(text, text.len()).comment, Some(5));
        assert_eq!(Line::new(text, 3).comment, None);
    }
}
