//! The diagnostic format of reviewdog, which writes findings as review comments on any forge.
//!
//! Source: `proto/rdf/reviewdog.proto` of reviewdog.

use crate::report::{Report, json};
use plimsoll_core::diagnostic::{self, Severity};
use plimsoll_core::source::{Position, Sources, Span};
use plimsoll_workspace::escape;
use plimsoll_workspace::page_url;
use plimsoll_workspace::uri;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Result {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

/// A line and a column from 1. Columns count bytes of UTF-8 here.
#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related {
    message: String,
    location: Location,
}

/// Shows findings as one JSON object.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let diagnostics = report.diagnostics.iter().map(|it| diagnostic(report.sources, it)).collect();
    let source = Source { name: "plimsoll", url: env!("CARGO_PKG_REPOSITORY") };
    json::print(out, &Result { source, diagnostics })
}

fn diagnostic(sources: &Sources, it: &diagnostic::Diagnostic) -> Diagnostic {
    let mut message = it.message.clone();
    if !it.reason.is_empty() {
        message.push_str(&format!(": {}", it.reason));
    }
    if let Some(help) = &it.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    // A suggestion replaces one range of the file that the comment stands in.
    let edits = it.fix.iter().flat_map(|it| &it.edits).collect::<Vec<_>>();
    let suggestions = match edits.as_slice() {
        [edit] if edit.span.file == it.span.file => {
            vec![Suggestion { range: range(sources, edit.span), text: edit.text.clone() }]
        }
        _ => Vec::new(),
    };
    let related = it
        .labels
        .iter()
        .map(|it| Related { message: escape::line(&it.text).into_owned(), location: location(sources, it.span) });
    Diagnostic {
        message: escape::block(&message).into_owned(),
        location: location(sources, it.span),
        severity: match it.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: Code { value: it.rule, url: page_url(it.rule) },
        suggestions,
        related_locations: related.collect(),
    }
}

fn location(sources: &Sources, span: Span) -> Location {
    Location { path: uri::relative(sources.get(span.file).name()), range: range(sources, span) }
}

fn range(sources: &Sources, span: Span) -> Range {
    let source = sources.get(span.file);
    let place = |it: Position| {
        let line = source.line_starts().get(it.line as usize - 1).copied().unwrap_or_default();
        Place { line: it.line, column: it.offset.saturating_sub(line) + 1 }
    };
    Range { start: place(sources.start(span)), end: place(sources.end(span)) }
}
