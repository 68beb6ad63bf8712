//! Shows findings, in one of several formats.

pub mod checkstyle;
pub mod concise;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod rdjson;
pub mod sarif;
mod snippet;
pub mod text;

use crate::args::Format;
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::fix::Safety;
use plimsoll_core::source::{FileId, Sources};
use plimsoll_workspace::disk::Failure;
use plimsoll_workspace::escape;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

/// What there is to show.
pub struct Report<'a> {
    /// The texts that were checked.
    pub sources: &'a Sources,
    /// How many projects were checked.
    pub projects: usize,
    /// How many files were checked.
    pub files: usize,
    /// How many findings are in a baseline, and are not shown.
    pub known: usize,
    /// The findings, in the order in which they are shown.
    pub diagnostics: &'a [Diagnostic],
    /// How many findings there are, if there are more than are shown.
    pub all: Option<Counts>,
    /// The files that could not be read.
    pub failures: &'a [Failure],
}

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether there are colors.
    pub color: bool,
    /// Whether identifiers of rules are links to their pages, as terminals understand them.
    pub links: bool,
    /// The width to wrap at, in columns.
    pub width: usize,
    /// Whether a last line counts the findings.
    pub summary: bool,
}

impl Default for Style {
    fn default() -> Style {
        Style { color: false, links: false, width: 100, summary: true }
    }
}

/// Shows findings.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>, format: Format, style: Style) -> io::Result<()> {
    let mut whole = Vec::new();
    match format {
        Format::Text => return text::write(out, report, style),
        Format::Concise => return concise::write(out, report, style),
        Format::Github => return github::write(out, report),
        Format::Markdown => return markdown::write(out, report),
        Format::Json => json::write(&mut whole, report)?,
        Format::Gitlab => gitlab::write(&mut whole, report)?,
        Format::Sarif => sarif::write(&mut whole, report)?,
        Format::Rdjson => rdjson::write(&mut whole, report)?,
        Format::Junit => junit::write(&mut whole, report)?,
        Format::Checkstyle => checkstyle::write(&mut whole, report)?,
    }
    // Programs get every character, and a terminal that shows them all the same none that steers it.
    let text = String::from_utf8_lossy(&whole);
    let is_xml = matches!(format, Format::Junit | Format::Checkstyle);
    out.write_all(if is_xml { escape::xml(&text) } else { escape::json(&text) }.as_bytes())
}

/// How many findings there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Findings of severity `error`.
    pub errors: usize,
    /// Findings of severity `warning`.
    pub warnings: usize,
    /// Findings of severity `info`.
    pub infos: usize,
    /// Findings with a safe fix.
    pub fixable: usize,
    /// Findings with a fix that is not safe.
    pub fixable_unsafe: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of(found: &[Diagnostic]) -> Counts {
        let severe = |severity| found.iter().filter(|it| it.severity == severity).count();
        let fixable = |safety| found.iter().filter(|it| it.fix.as_ref().is_some_and(|it| it.safety == safety)).count();
        Counts {
            errors: severe(Severity::Error),
            warnings: severe(Severity::Warning),
            infos: severe(Severity::Info),
            fixable: fixable(Safety::Safe),
            fixable_unsafe: fixable(Safety::Unsafe),
        }
    }

    /// All of them.
    pub fn total(&self) -> usize {
        self.errors + self.warnings + self.infos
    }
}

impl<'a> Report<'a> {
    /// Nothing was found in these files.
    pub fn new(sources: &'a Sources) -> Report<'a> {
        Report {
            sources,
            projects: 1,
            files: sources.iter().count(),
            known: 0,
            diagnostics: &[],
            all: None,
            failures: &[],
        }
    }

    /// Counts the findings, with those that are not shown.
    pub fn counts(&self) -> Counts {
        self.all.unwrap_or_else(|| Counts::of(self.diagnostics))
    }
}

/// How many findings of one file are shown at the most. Nobody reads as many, and few programs take more.
pub const MOST: usize = 10_000;

/// Leaves out what is too much in one file, the least bad first, and says so in the place of the rest. How many there
/// were, if anything is left out.
pub fn limit(found: &mut Vec<Diagnostic>) -> Option<Counts> {
    let mut left: HashMap<FileId, Left> = HashMap::new();
    for it in found.iter() {
        left.entry(it.span.file).or_default().count(it.severity);
    }
    left.retain(|_, it| it.total() > MOST);
    if left.is_empty() {
        return None;
    }
    let all = Counts::of(found);
    left.values_mut().for_each(Left::give_room);
    let mut first: BTreeMap<FileId, Diagnostic> = BTreeMap::new();
    found.retain(|it| {
        let Some(left) = left.get_mut(&it.span.file) else { return true };
        if left.shows(it.severity) {
            return true;
        }
        // Of what is left out, the first of the worst stands for all.
        let known = first.get(&it.span.file).is_some_and(|known| known.severity >= it.severity);
        if !known {
            first.insert(it.span.file, Diagnostic::new(it.rule, it.severity, it.span, String::new()));
        }
        false
    });
    for (file, mut it) in first {
        let Some(left) = left.get(&file) else { continue };
        let [errors, warnings, _] = left.counts;
        let of_these = match (errors, warnings) {
            (0, 0) => String::new(),
            (0, _) => format!(", {} among them,", several(warnings, "warning")),
            (_, _) => format!(", {} among them,", several(errors, "error")),
        };
        let (count, s) = (left.total(), if left.total() == 1 { "" } else { "s" });
        it.message = format!("{count} more finding{s}{of_these} in this file and not shown");
        it.because(format!("of one file no more than {MOST} are"));
        it.help("mend what is shown, or select fewer rules");
        found.push(it);
    }
    Some(all)
}

/// The findings of one file by severity, the worst first: all of them, then those that are left out.
#[derive(Default)]
struct Left {
    counts: [usize; 3],
    room: [usize; 3],
}

impl Left {
    fn at(severity: Severity) -> usize {
        match severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Info => 2,
        }
    }

    fn count(&mut self, severity: Severity) {
        self.counts[Left::at(severity)] += 1;
    }

    fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    fn give_room(&mut self) {
        let mut rest = MOST;
        for (count, room) in self.counts.iter_mut().zip(&mut self.room) {
            *room = rest.min(*count);
            rest -= *room;
            *count -= *room;
        }
    }

    /// Whether there is room for one more.
    fn shows(&mut self, severity: Severity) -> bool {
        let room = &mut self.room[Left::at(severity)];
        let shows = *room > 0;
        *room = room.saturating_sub(1);
        shows
    }
}

/// `1 file`, `2 files`.
pub(crate) fn several(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The color of a severity.
fn color(severity: Severity) -> anstyle::Style {
    let color = match severity {
        Severity::Error => anstyle::AnsiColor::Red,
        Severity::Warning => anstyle::AnsiColor::Yellow,
        Severity::Info => anstyle::AnsiColor::Cyan,
    };
    color.on_default()
}
