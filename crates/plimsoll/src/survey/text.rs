//! A survey as a table for people.

use super::{Found, words};
use crate::report::Style;
use anstyle::AnsiColor;
use plimsoll_rules::survey::{Event, Keeper, KeeperKind, Verdict};
use plimsoll_workspace::escape;
use std::io::{self, Write};
use textwrap::core::display_width;

/// The least widths of the three columns of names. The last one holds words of our own.
const NARROWEST: [usize; 3] = [8, 12, 16];

/// Shows a survey.
pub(super) fn write(out: &mut dyn Write, found: &Found, style: Style) -> io::Result<()> {
    let rows = &found.survey.rows;
    if !rows.is_empty() {
        table(out, found, style)?;
        writeln!(out)?;
        writeln!(out, "{}", legend(found, style))?;
    }
    let mut notes: Vec<String> = words::reasons(found)
        .into_iter()
        .map(|(reason, sentence)| format!("{} {}: {sentence}", sign(reason.verdict), reason.key))
        .collect();
    notes.extend(words::notes(found).into_iter().map(|note| {
        let names: Vec<String> = note.names.iter().map(|it| format!("`{it}`")).collect();
        let more = if note.more > 0 { format!(" and {} more", note.more) } else { String::new() };
        format!("{}: {}{more}", note.words, names.join(", "))
    }));
    for note in notes {
        let note = escape::line(&note).into_owned();
        let options = textwrap::Options::new(style.width).subsequent_indent("  ").break_words(false);
        let options = options.word_separator(textwrap::WordSeparator::AsciiSpace);
        let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
        writeln!(out, "{}", textwrap::fill(&note, options))?;
    }
    if !rows.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", words::summary(found))
}

/// What keeps it, in our words and by its name. A path of the host is known by its form, and of most volumes the first
/// word is enough.
fn kept_on(keeper: &Keeper) -> (String, &str) {
    let kind = keeper.kind.name();
    match (&keeper.name, keeper.kind) {
        (Some(name), KeeperKind::Bind | KeeperKind::Variable) => (String::new(), name),
        (None, _) | (_, KeeperKind::ImageVolume) => (kind.to_string(), ""),
        (Some(name), _) => (format!("{} ", kind.trim_end_matches(" volume")), name),
    }
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Yes => "✓",
        Verdict::No => "✗",
        Verdict::Maybe => "~",
        Verdict::Unknown => "?",
    }
}

fn paint(verdict: Verdict, style: Style) -> anstyle::Style {
    let color = match verdict {
        _ if !style.color => return anstyle::Style::new(),
        Verdict::Yes => AnsiColor::Green,
        Verdict::No => AnsiColor::Red,
        Verdict::Maybe | Verdict::Unknown => AnsiColor::Yellow,
    };
    color.on_default()
}

fn table(out: &mut dyn Write, found: &Found, style: Style) -> io::Result<()> {
    let heads = ["service", "state in", "kept on"];
    let lines: Vec<[String; 3]> = found
        .survey
        .rows
        .iter()
        .map(|row| {
            let star = if row.counts() { "" } else { "*" };
            let service = format!("{}{star}", found.service(row.service));
            let (kind, name) = kept_on(&row.keeper);
            [service, words::paths(row), kind + name].map(|it| escape::line(&it).into_owned())
        })
        .collect();
    let events: usize = Event::ALL.iter().map(|it| it.name().len() + 1).sum();
    let natural = [0, 1, 2].map(|column| {
        lines.iter().map(|it| display_width(&it[column])).chain([heads[column].len()]).max().unwrap_or_default()
    });
    let widths = fit(natural, style.width.saturating_sub(events + 5));
    for (at, head) in heads.iter().enumerate() {
        write!(out, "{head}{}", " ".repeat(widths[at].saturating_sub(head.len()) + 2))?;
    }
    writeln!(out, "{}", Event::ALL.map(Event::name).join(" "))?;
    for (line, row) in lines.iter().zip(&found.survey.rows) {
        for (at, cell) in line.iter().enumerate() {
            let cell = match at {
                2 if display_width(cell) > widths[at] => {
                    let (kind, name) = kept_on(&row.keeper);
                    // The key of a volume says more than a part of its name.
                    let name = escape::line(row.keeper.volume.as_deref().unwrap_or(name)).into_owned();
                    let room = widths[at].saturating_sub(kind.len());
                    format!("{kind}{}", shorten(&name, room))
                }
                _ => shorten(cell, widths[at]),
            };
            write!(out, "{cell}{}", " ".repeat(widths[at].saturating_sub(display_width(&cell)) + 2))?;
        }
        let mut before = 0;
        for event in Event::ALL {
            let verdict = row.fate(event).verdict;
            let (paint, width) = (paint(verdict, style), event.name().len());
            // Blanks are written before a sign only, so that no line ends with one.
            let left = width.div_ceil(2) - 1;
            write!(out, "{}{paint}{}{paint:#}", " ".repeat(before + left), sign(verdict))?;
            before = width - left;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Shares the room between three columns: what is narrow is shown whole, the rest of the room goes to the others.
fn fit(natural: [usize; 3], room: usize) -> [usize; 3] {
    let mut widths = natural;
    while widths.iter().sum::<usize>() > room {
        let shrinks = widths.iter_mut().zip(NARROWEST).filter(|(width, least)| **width > *least);
        let Some((widest, _)) = shrinks.max_by_key(|it| *it.0) else { break };
        *widest -= 1;
    }
    widths
}

/// Cuts out the middle of a text that is wider than its column.
fn shorten(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_string();
    }
    let room = width.saturating_sub(1);
    // The end of a path says more than its beginning.
    let (head, tail) = (room / 3, room - room / 3);
    let mut start = String::new();
    for letter in text.chars() {
        start.push(letter);
        if display_width(&start) > head {
            start.pop();
            break;
        }
    }
    let mut end = String::new();
    for letter in text.chars().rev() {
        end.insert(0, letter);
        if display_width(&end) > tail {
            end.remove(0);
            break;
        }
    }
    format!("{start}…{end}")
}

fn legend(found: &Found, style: Style) -> String {
    let mut parts = Vec::new();
    let all = [
        (Verdict::Yes, "survives"),
        (Verdict::No, "is lost"),
        (Verdict::Maybe, "it depends"),
        (Verdict::Unknown, "the files do not show it"),
    ];
    for (verdict, word) in all {
        let seen = found.survey.rows.iter().flat_map(|it| it.fates).any(|it| it.verdict == verdict);
        if seen {
            let paint = paint(verdict, style);
            parts.push(format!("{paint}{}{paint:#} {word}", sign(verdict)));
        }
    }
    format!("{}   (`plimsoll explain survey` says why)", parts.join("   "))
}
