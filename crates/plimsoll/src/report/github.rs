//! Workflow commands, from which GitHub Actions makes annotations.
//!
//! Source: "Workflow commands for GitHub Actions", and `ActionCommand.cs` and `ActionCommandManager.cs` of the runner.

use crate::report::Report;
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::source::Sources;
use plimsoll_workspace::escape;
use std::io::{self, Write};

/// Shows findings as workflow commands, one line each.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    report.diagnostics.iter().try_for_each(|it| command(out, report.sources, it))
}

fn command(out: &mut dyn Write, sources: &Sources, diagnostic: &Diagnostic) -> io::Result<()> {
    let name = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = (sources.start(diagnostic.span), sources.end(diagnostic.span));
    write!(out, "::{name} file={}", property(sources.get(diagnostic.span.file).name()))?;
    // The runner drops the columns where the lines differ.
    if start.line == end.line {
        write!(out, ",line={},col={},endLine={},endColumn={}", start.line, start.column, end.line, end.column)?;
    } else {
        write!(out, ",line={},endLine={}", start.line, end.line)?;
    }
    write!(out, ",title={}::{}", property(diagnostic.rule), message(&diagnostic.message))?;
    if !diagnostic.reason.is_empty() {
        write!(out, "%0A{}", message(&diagnostic.reason))?;
    }
    if let Some(help) = &diagnostic.help {
        write!(out, "%0Ahelp: {}", message(help))?;
    }
    writeln!(out)
}

fn message(text: &str) -> String {
    // Line breaks are escaped twice: once for people, and here for the case that one is left.
    escape::line(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
