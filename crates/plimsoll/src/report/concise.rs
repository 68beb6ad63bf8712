//! One line for each finding: `file:line:column: severity rule message`.

use crate::report::{Report, Style, color};
use plimsoll_workspace::escape;
use std::io::{self, Write};

/// Shows findings, one line each.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>, style: Style) -> io::Result<()> {
    for it in report.diagnostics {
        let name = escape::line(report.sources.get(it.span.file).name());
        let start = report.sources.start(it.span);
        let paint = if style.color { color(it.severity) } else { anstyle::Style::new() };
        let (severity, message) = (it.severity.name(), escape::line(&it.message));
        let (line, column, rule) = (start.line, start.column, it.rule);
        writeln!(out, "{name}:{line}:{column}: {paint}{severity}{paint:#} {rule} {message}")?;
    }
    Ok(())
}
