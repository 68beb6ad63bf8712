//! Values that an edit writes, and how they look in YAML.

use crate::syntax::scalar::{self, Kind};

/// A value to write. Texts are as a Compose file has them: `$$` stands for a dollar, `$NAME` for a variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Yaml {
    /// Nothing, as behind `data:` in `volumes`.
    Null,
    /// A whole number.
    Number(u32),
    /// A string, in quotes if it needs them.
    Text(String),
    /// A list of strings, written on one line.
    List(Vec<String>),
    /// A mapping.
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    /// A string.
    pub fn text(text: impl Into<String>) -> Yaml {
        Yaml::Text(text.into())
    }

    /// A list of strings.
    pub fn list<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Yaml {
        Yaml::List(words.into_iter().map(Into::into).collect())
    }

    /// A mapping.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Yaml)>) -> Yaml {
        Yaml::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// The value on one line, for a place in `[ ]` or `{ }` or behind a key. With `json` everything is in quotes.
    pub(super) fn flow(&self, json: bool) -> String {
        match self {
            Yaml::Null if json => "null".to_string(),
            // Without this the end of a flow mapping would follow a colon.
            Yaml::Null => "{}".to_string(),
            Yaml::Number(number) => number.to_string(),
            Yaml::Text(text) if json => double(text),
            Yaml::Text(text) => word(text),
            Yaml::List(words) => {
                let quoted: Vec<String> = words.iter().map(|it| if json { double(it) } else { quoted(it) }).collect();
                format!("[{}]", quoted.join(", "))
            }
            Yaml::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| format!("{}: {}", name(key, json), value.flow(json)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// What stands behind `key:`, with a blank before it unless it begins on a line of its own. Each further line
    /// begins with `line`, which is a line break and the indentation of the key.
    pub fn behind_key(&self, line: &str, step: &str) -> String {
        match self {
            Yaml::Null => String::new(),
            Yaml::Map(entries) if !entries.is_empty() => {
                let inner = format!("{line}{step}");
                let entry =
                    |it: &(String, Yaml)| format!("{inner}{}:{}", name(&it.0, false), it.1.behind_key(&inner, step));
                entries.iter().map(entry).collect()
            }
            _ => format!(" {}", self.flow(false)),
        }
    }
}

/// A key.
pub(super) fn name(key: &str, json: bool) -> String {
    if json { double(key) } else { word(key) }
}

/// A string without quotes, if it is one to YAML then.
fn word(text: &str) -> String {
    if is_plain(text) { text.to_string() } else { quoted(text) }
}

/// Whether a text may stand anywhere without quotes, and is a string there.
fn is_plain(text: &str) -> bool {
    let letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'/' | b'$' | b'-' | b':' | b'@');
    text.bytes().all(letter)
        && text.starts_with(|it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '/' | '$'))
        && !text.ends_with(':')
        && !(text.contains(':') && text.starts_with(|it: char| it.is_ascii_digit()))
        && scalar::kind(text, true, None) == Kind::String
}

/// A string in the quotes in which it is easier to read.
fn quoted(text: &str) -> String {
    let calm = !text.contains(char::is_control);
    if calm && text.contains(['"', '\\']) { single(text) } else { double(text) }
}

pub(super) fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(super) fn double(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // A line break to YAML as well.
            it if it.is_control() || matches!(it, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(it)));
            }
            it => quoted.push(it),
        }
    }
    quoted + "\""
}
