//! The Code Quality report of GitLab, which it shows in merge requests.
//!
//! Source: "Code Quality report format" in the documentation of GitLab.

use crate::report::fingerprint::fingerprints;
use crate::report::{Report, json};
use plimsoll_core::diagnostic::Severity;
use plimsoll_workspace::escape;
use plimsoll_workspace::uri;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Shows findings as one JSON list.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let issues = report.diagnostics.iter().zip(fingerprints(report)).map(|(it, fingerprint)| {
        let help = it.help.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
        let (start, end) = (report.sources.start(it.span), report.sources.end(it.span));
        Issue {
            description: escape::line(&format!("{}{help}", it.message)).into_owned(),
            check_name: it.rule,
            fingerprint,
            severity: match it.severity {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Info => "info",
            },
            location: Location {
                // GitLab holds it against the paths of the repository, as they are.
                path: uri::relative(report.sources.get(it.span.file).name()),
                lines: Lines { begin: start.line, end: end.line },
            },
        }
    });
    json::print(out, &issues.collect::<Vec<_>>())
}
