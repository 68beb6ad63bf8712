//! A summary in Markdown, for a job or a pull request.

use crate::report::{Report, text};
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_workspace::escape;
use plimsoll_workspace::page_url;
use plimsoll_workspace::uri;
use std::io::{self, Write};

/// How many findings are listed. GitHub takes summaries up to 1 MiB and comments up to 65,536 characters.
const LONGEST: usize = 200;

/// Shows findings as a table.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    writeln!(out, "## Plimsoll\n\n{}", text::count(report))?;
    if !report.diagnostics.is_empty() {
        writeln!(out, "\n| | place | finding |\n|---|---|---|")?;
    }
    // The worst come first, because the list may be cut.
    let mut found: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.severity));
    for it in found.iter().take(LONGEST) {
        let start = report.sources.start(it.span);
        let file = cell(&uri::relative(report.sources.get(it.span.file).name()));
        let sign = match it.severity {
            Severity::Error => ":x: error",
            Severity::Warning => ":warning: warning",
            Severity::Info => ":information_source: info",
        };
        write!(out, "| {sign} | <code>{file}:{}</code> | ", start.line)?;
        write!(out, "[{}]({})<br>{}", it.rule, page_url(it.rule), spans(&it.message))?;
        if let Some(help) = &it.help {
            write!(out, "<br>**help:** {}", spans(help))?;
        }
        writeln!(out, " |")?;
    }
    if found.len() > LONGEST {
        writeln!(out, "\n{} more are not listed.", report.counts().total() - LONGEST)?;
    }
    if !report.failures.is_empty() {
        writeln!(out, "\n### Not checked\n")?;
    }
    for failure in report.failures {
        writeln!(out, "- <code>{}</code>: {}", cell(&failure.file), cell(&failure.message))?;
    }
    Ok(())
}

/// A message with what it quotes in `<code>`. A name may hold a backtick: then other parts are in `<code>`, and
/// nothing else happens.
fn spans(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let open = text.matches('`').count() % 2 == 1;
    let last = text.split('`').count() - 1;
    let parts = parts.map(|(at, part)| match at % 2 == 1 && !(open && at == last) {
        true => format!("<code>{}</code>", cell(part)),
        false => cell(part),
    });
    parts.collect()
}

/// A text in which nothing is Markdown, HTML, a mention or a reference to an issue.
fn cell(text: &str) -> String {
    let mut shown = String::new();
    for it in escape::line(text).chars() {
        match it {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '|' | '\\' | '*' | '_' | '~' | '[' | ']' | '!' | '`' | '@' | '#' | '$' | ':' => {
                shown.push_str(&format!("&#{};", u32::from(it)));
            }
            _ => shown.push(it),
        }
    }
    shown
}
