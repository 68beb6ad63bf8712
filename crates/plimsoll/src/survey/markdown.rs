//! A survey as a table in Markdown, for the comment on a pull request.

use super::{Found, words};
use plimsoll_rules::survey::{Event, KeeperKind, Verdict};
use plimsoll_workspace::escape;
use plimsoll_workspace::page_url;
use std::io::{self, Write};

/// Shows a survey.
pub(super) fn write(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    let page = page_url("survey");
    let title = words::project(found).map_or_else(String::new, |it| format!(" of {}", code(it)));
    writeln!(out, "### Where the state{title} lives, and what it outlives\n")?;
    if !found.survey.rows.is_empty() {
        let events: Vec<String> = Event::ALL.iter().map(|it| format!("`{}`", it.name())).collect();
        writeln!(out, "| service | state in | kept on | {} |", events.join(" | "))?;
        writeln!(out, "|---|---|---|{}", ":-:|".repeat(Event::ALL.len()))?;
        for row in &found.survey.rows {
            let star = if row.counts() { "" } else { " \\*" };
            let paths: Vec<String> = row.paths.iter().map(|it| code(it)).collect();
            let kind = row.keeper.kind.name();
            let name = row.keeper.name.as_ref().filter(|_| row.keeper.kind != KeeperKind::ImageVolume);
            let kept = name.map_or_else(|| kind.to_string(), |it| format!("{kind} {}", code(it)));
            write!(out, "| {}{star} | {} | {kept} |", code(found.service(row.service)), paths.join(" or "))?;
            for event in Event::ALL {
                let cell = match row.fate(event).verdict {
                    Verdict::No => "**no**",
                    verdict => verdict.name(),
                };
                write!(out, " {cell} |")?;
            }
            writeln!(out)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}.\n", prose(&words::summary(found)))?;
    for (reason, sentence) in words::reasons(found) {
        let word = reason.verdict.name();
        writeln!(out, "- {word}: {} ([{key}]({page}#{key}))", prose(&sentence), key = reason.key)?;
    }
    for note in words::notes(found) {
        let names: Vec<String> = note.names.iter().map(|it| code(it)).collect();
        let more = if note.more > 0 { format!(" and {} more", note.more) } else { String::new() };
        writeln!(out, "- {}: {}{more}", plain(note.words), names.join(", "))?;
    }
    writeln!(out, "- [why each cell is so]({page})")
}

/// A text from the files, as code in a cell of a table: nothing in it is Markdown, HTML or the end of the cell.
fn code(text: &str) -> String {
    let mut html = String::from("<code>");
    for letter in escape::line(text).chars() {
        match letter {
            // Whatever could mean something is written as its number.
            '&' | '<' | '>' | '"' | '\'' | '`' | '|' | '*' | '_' | '[' | ']' | '(' | ')' | '\\' | '~' | '#' | '@'
            | '!' | ':' | '{' | '}' | '$' | '=' | '^' => html.push_str(&format!("&#{};", u32::from(letter))),
            _ => html.push(letter),
        }
    }
    html + "</code>"
}

/// A sentence of our own, with code in backticks.
fn prose(text: &str) -> String {
    let mut shown = String::new();
    let parts: Vec<&str> = text.split('`').collect();
    for (at, part) in parts.iter().enumerate() {
        let quoted = at % 2 == 1 && at + 1 < parts.len();
        shown.push_str(&if quoted { code(part) } else { plain(part) });
    }
    shown
}

fn plain(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars() {
        match letter {
            '&' | '<' | '>' | '|' | '*' | '[' | ']' | '\\' | '#' | '@' | '!' | '$' => {
                shown.push_str(&format!("&#{};", u32::from(letter)));
            }
            _ => shown.push(letter),
        }
    }
    shown
}
