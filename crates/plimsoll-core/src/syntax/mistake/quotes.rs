//! Mistakes in quoted text.

use super::Context;
use crate::problem::Problem;

/// The quote that is opened last before the reader stopped, and not closed there.
pub(super) fn unclosed(cx: &Context<'_>) -> Problem {
    let bytes = cx.text.as_bytes();
    let mut at = cx.end;
    let mut open = None;
    while at <= cx.at && at < bytes.len() {
        let begins = at == 0 || matches!(bytes[at - 1], b' ' | b'\t' | b'\n' | b'\r' | b'[' | b'{' | b',' | b':');
        match bytes[at] {
            b'#' if begins => at = cx.line(at).end,
            quote @ (b'"' | b'\'') if begins => {
                open = Some(at);
                at = closing_quote(bytes, at, quote).unwrap_or(bytes.len());
            }
            _ => {}
        }
        at += 1;
    }
    let Some(open) = open else { return cx.problem(cx.mark(cx.at), "a quote is not closed before this") };
    // Where the quote is closed in good order, only the indentation is wrong.
    let close = closing_quote(bytes, open, bytes[open]).filter(|it| *it >= cx.at);
    if close.is_some_and(|it| {
        matches!(cx.text[it + 1..].trim_start_matches(' ').chars().next(), None | Some('\n' | '\r' | '#'))
    }) {
        return cx
            .problem(cx.mark(cx.at), "a text in quotes goes on without indentation")
            .because("Compose happens to read it; it is not valid YAML")
            .label(cx.mark(open), "opened here")
            .help("indent every line of it deeper than its key, or close the quote");
    }
    let problem = cx.problem(cx.mark(open), "a quote is opened and not closed");
    if cx.at >= cx.text.trim_end().len() {
        return problem.help("close the quote");
    }
    problem
        .label(cx.mark(cx.at), "the text cannot go on here")
        .help("close the quote; a text of several lines is indented deeper than its key")
}

fn closing_quote(bytes: &[u8], open: usize, quote: u8) -> Option<usize> {
    let mut at = open + 1;
    while at < bytes.len() {
        if bytes[at] == b'\\' && quote == b'"' {
            at += 1;
        } else if bytes[at] == quote {
            if quote == b'"' || bytes.get(at + 1) != Some(&quote) {
                return Some(at);
            }
            at += 1;
        }
        at += 1;
    }
    None
}

/// The first escape that is none, at or behind the place where the reader stopped.
pub(super) fn escape(cx: &Context<'_>) -> Problem {
    let bytes = cx.text.as_bytes();
    let mut at = cx.at;
    while at < bytes.len() && bytes[at] != b'\\' {
        at += 1;
    }
    let hex =
        |at: usize, length: usize| bytes.get(at..at + length).is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit));
    loop {
        let known = match bytes.get(at + 1) {
            Some(b'x') => hex(at + 2, 2),
            Some(b'u') => {
                hex(at + 2, 4)
                    && !matches!(bytes[at + 2..at + 4], [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F'])
            }
            Some(b'U') => hex(at + 2, 8),
            Some(it) => b"0abt\tnvfre \"/\\N_LP\n\r".contains(it),
            None => break,
        };
        if !known {
            break;
        }
        let Some(next) = bytes[at + 2..].iter().position(|it| *it == b'\\') else { break };
        at += 2 + next;
    }
    let shown = cx.text[at.min(cx.text.len())..].chars().take(2).collect::<String>();
    let span = cx.span(at.min(cx.text.len())..(at + 2).min(cx.text.len()));
    cx.problem(span, format!("`{shown}` is no escape of a text in double quotes"))
        .help("use single quotes, in which a backslash is only a backslash, or double it")
}
