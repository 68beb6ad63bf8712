//! Makes text from files safe to show: nothing in it can steer a terminal, hide, or pass for a command.
//!
//! Names of files and everything in them may come from a stranger. Shown as they are, they could move the cursor,
//! turn the reading direction round or, in the log of a CI service, be taken for one of its commands.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text for one line: control and invisible characters, line breaks included, become visible escapes.
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, false)
}

/// A text that may have several lines: like [`line()`], but line breaks and tabs stay.
pub fn block(text: &str) -> Cow<'_, str> {
    escape(text, true)
}

/// A line of source. One visible character stands for each that cannot be shown, so that columns do not move.
///
/// Control characters become their pictures (`␛` for ESC), all others `U+FFFD`. Tabs stay.
pub fn source(text: &str) -> Cow<'_, str> {
    let harmless = |(at, it): (usize, char)| it == '\t' || (!is_hidden(it) && !opens_command(text, at, it));
    if text.char_indices().all(harmless) {
        return Cow::Borrowed(text);
    }
    let show = |(at, it): (usize, char)| match it {
        '\t' => it,
        // The picture of a control character has its number in the block at U+2400.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(it)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        '#' if opens_command(text, at, it) => '\u{ff03}',
        _ if is_hidden(it) => char::REPLACEMENT_CHARACTER,
        _ => it,
    };
    Cow::Owned(text.char_indices().map(show).collect())
}

/// JSON in which nothing is invisible. What is hidden there can only stand in strings, and means the same as an escape.
pub fn json(text: &str) -> Cow<'_, str> {
    let unit = |unit: &u16| format!("\\u{unit:04x}");
    replace(text, |it| it.encode_utf16(&mut [0; 2]).iter().map(unit).collect())
}

/// XML in which nothing is invisible.
pub fn xml(text: &str) -> Cow<'_, str> {
    replace(text, |it| format!("&#x{:x};", u32::from(it)))
}

/// Replaces what is hidden, but for the control characters of ASCII, of which these formats have their own opinion.
fn replace(text: &str, shown: impl Fn(char) -> String) -> Cow<'_, str> {
    let must = |it: char| is_hidden(it) && (!it.is_ascii() || it == '\x7f');
    if !text.contains(must) {
        return Cow::Borrowed(text);
    }
    let each = |it: char| if must(it) { shown(it) } else { it.to_string() };
    Cow::Owned(text.chars().map(each).collect())
}

fn escape(text: &str, multiline: bool) -> Cow<'_, str> {
    let is_layout = |it: char| multiline && matches!(it, '\n' | '\t');
    let must = |at: usize, it: char| (is_hidden(it) && !is_layout(it)) || opens_command(text, at, it);
    let Some((first, _)) = text.char_indices().find(|(at, it)| must(*at, *it)) else {
        return Cow::Borrowed(text);
    };
    let mut shown = text[..first].to_string();
    for (at, it) in text[first..].char_indices() {
        match it {
            _ if !must(first + at, it) => shown.push(it),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            // Writing to a string cannot fail.
            _ => _ = write!(shown, "\\u{{{:x}}}", u32::from(it)),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character begins what the log of a CI service takes for a command: `::` at the beginning of a line
/// (GitHub Actions), `##[` or `##vso[` anywhere in it (GitHub Actions, Azure Pipelines).
///
/// Behind a blank counts as the beginning, because a text may be wrapped there.
fn opens_command(text: &str, at: usize, it: char) -> bool {
    let rest = &text[at..];
    match it {
        '#' => rest.starts_with("##[") || rest.starts_with("##vso["),
        ':' => rest.starts_with("::") && text[..at].chars().next_back().is_none_or(char::is_whitespace),
        _ => false,
    }
}

/// Whether a character controls the terminal or the layout, or takes no place of its own.
fn is_hidden(it: char) -> bool {
    matches!(it,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' // C0, DEL and C1
        | '\u{ad}' | '\u{34f}' // soft hyphen, grapheme joiner
        | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // reading direction, zero width
        | '\u{2028}' | '\u{2029}' // line and paragraph separator
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' // fillers, invisible vowels
        | '\u{180b}'..='\u{180f}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' // invisible operators and the like
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}' // byte order mark, annotations
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' // tags and further variation selectors
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(line("db\u{1b}[31m\r\n\tx\u{7}"), "db\\u{1b}[31m\\r\\n\\tx\\u{7}");
        assert_eq!(block("a\n\tb\u{9b}1m\u{202e}\u{2028}"), "a\n\tb\\u{9b}1m\\u{202e}\\u{2028}");
        assert!(matches!(line("网页 `é` 🐳 ❤\u{fe0f}"), Cow::Borrowed(_)));
    }

    #[test]
    fn formats_for_programs_hide_nothing() {
        assert_eq!(json("\"a\u{9b}\u{e0001}é\""), "\"a\\u009b\\udb40\\udc01é\"");
        assert_eq!(xml("<a b='\u{202e}'/>\n"), "<a b='&#x202e;'/>\n");
    }

    #[test]
    fn nothing_passes_for_a_command() {
        assert_eq!(line("::error::x"), "\\u{3a}:error::x");
        assert_eq!(line("a ::stop-commands::x"), "a \\u{3a}:stop-commands::x");
        assert_eq!(line("[::1]:80"), "[::1]:80");
        assert_eq!(line("###[group] ##vso[x]"), "#\\u{23}#[group] \\u{23}#vso[x]");
    }

    #[test]
    fn a_line_of_source_keeps_its_columns() {
        let written = "a\u{1b}\t\u{7f}\u{200b}\u{85}é##[x";
        let shown = source(written);
        assert_eq!(shown, "a␛\t␡\u{fffd}\u{fffd}é＃#[x");
        assert_eq!(shown.chars().count(), written.chars().count());
    }
}
