//! A survey as a flowchart in Mermaid, which GitHub and GitLab draw.

use super::{Found, words};
use plimsoll_rules::survey::{Event, KeeperKind, Row, Verdict};
use plimsoll_workspace::escape;
use std::collections::HashMap;
use std::io::{self, Write};

/// Colors of what keeps state. The words in it say the same.
const CLASSES: &str = "  classDef service fill:#eef2f7,stroke:#5b6b7f,color:#111
  classDef kept fill:#d9f2dd,stroke:#1e7b34,color:#111
  classDef deletable fill:#fff3cd,stroke:#8a6d00,color:#111
  classDef lost fill:#f8d7da,stroke:#b02a37,color:#111,stroke-width:2px
  classDef unknown fill:#e9ecef,stroke:#6c757d,color:#111,stroke-dasharray:4 3
";

/// Shows a survey. All identifiers are our own, so that no name in the files can be a word of the language.
pub(super) fn write(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    let mut keepers: HashMap<String, usize> = HashMap::new();
    let mut last = None;
    for (at, row) in found.survey.rows.iter().enumerate() {
        let service = row.service;
        if last.replace(service) != Some(service) {
            writeln!(out, "  s{service}[\"{}\"]:::service", label(found.service(service)))?;
        }
        let next = keepers.len();
        let key = key(row, at);
        let keeper = *keepers.entry(key).or_insert(next);
        if keeper == next {
            let (open, close) = shape(row.keeper.kind);
            let fate = fate(row);
            let text = format!("{}<br/>{fate}", label(&words::keeper(&row.keeper)));
            writeln!(out, "  k{keeper}{open}\"{text}\"{close}:::{}", class(row))?;
        }
        let line = if row.counts() { "-->" } else { "-.->" };
        writeln!(out, "  s{service} {line}|\"{}\"| k{keeper}", label(&words::paths(row)))?;
    }
    for at in &found.survey.unused {
        let name = label(&found.resolution.project.volumes[*at].name);
        writeln!(out, "  u{at}[(\"volume {name}<br/>no service mounts it\")]:::unknown")?;
    }
    if found.survey.rows.is_empty() && found.survey.unused.is_empty() {
        writeln!(out, "  none[\"{}\"]:::unknown", label(&words::summary(found)))?;
    }
    out.write_all(CLASSES.as_bytes())
}

/// What makes two keepers the same one.
fn key(row: &Row, at: usize) -> String {
    let it = &row.keeper;
    match (&it.name, it.kind) {
        // These belong to one container.
        (_, KeeperKind::ImageVolume | KeeperKind::AnonymousVolume | KeeperKind::Tmpfs | KeeperKind::Layer)
        | (_, KeeperKind::Version | KeeperKind::Hidden | KeeperKind::Other)
        | (None, _) => format!("{at}"),
        (Some(name), kind) => format!("{kind:?} {name} {:?}", row.fates.map(|it| it.key)),
    }
}

fn shape(kind: KeeperKind) -> (&'static str, &'static str) {
    match kind {
        KeeperKind::Bind => ("[/", "/]"),
        KeeperKind::Tmpfs | KeeperKind::MemoryVolume => ("([", "])"),
        KeeperKind::Layer => ("[[", "]]"),
        KeeperKind::Variable
        | KeeperKind::Version
        | KeeperKind::Hidden
        | KeeperKind::UnknownVolume
        | KeeperKind::Other => ("{{", "}}"),
        _ => ("[(", ")]"),
    }
}

/// What it does not outlive, in words.
fn fate(row: &Row) -> String {
    let of = |verdict: Verdict| {
        let events = Event::ALL.iter().filter(|it| row.fate(**it).verdict == verdict);
        events.map(|it| it.name()).collect::<Vec<_>>().join(", ")
    };
    let mut parts = Vec::new();
    for (verdict, words) in
        [(Verdict::No, "lost by"), (Verdict::Maybe, "maybe lost by"), (Verdict::Unknown, "unknown for")]
    {
        let events = of(verdict);
        if !events.is_empty() {
            parts.push(format!("{words}: {events}"));
        }
    }
    if parts.is_empty() { "outlives all".to_string() } else { parts.join("<br/>") }
}

fn class(row: &Row) -> &'static str {
    let is = |event: Event, verdict: Verdict| row.fate(event).verdict == verdict;
    let daily = [Event::Restart, Event::Up, Event::Down];
    match () {
        () if daily.iter().any(|it| is(*it, Verdict::No)) => "lost",
        () if daily.iter().any(|it| is(*it, Verdict::Unknown)) => "unknown",
        () if is(Event::DownVolumes, Verdict::No) => "deletable",
        () if is(Event::DownVolumes, Verdict::Unknown) => "unknown",
        () => "kept",
    }
}

/// A text for a label in quotes: everything that could mean something to Mermaid, Markdown or HTML is written as its
/// number, as Mermaid does it.
fn label(text: &str) -> String {
    let mut shown = String::new();
    for letter in escape::line(text).chars() {
        match letter {
            _ if letter.is_alphanumeric() || !letter.is_ascii() => shown.push(letter),
            ' ' | '/' | '.' | '-' | ',' => shown.push(letter),
            _ => shown.push_str(&format!("#{};", u32::from(letter))),
        }
    }
    shown
}
