//! Findings as JSON, for programs. The types here are the format; nothing else is written to users as JSON.
//!
//! A field is never removed, and never changes its meaning, without a new version number. New fields may come.

use crate::report::Report;
use plimsoll_core::diagnostic;
use plimsoll_core::fix;
use plimsoll_core::source::{Position, Sources, Span};
use plimsoll_workspace::page_url;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

/// The number of the format.
const VERSION: u32 = 1;

/// What `plimsoll check --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Plimsoll findings")]
struct Envelope<'a> {
    /// The version of this format.
    #[schemars(extend("const" = VERSION))]
    version: u32,
    /// The findings, in the order of the files and then by place.
    diagnostics: Vec<Diagnostic<'a>>,
    /// How many there are.
    summary: Summary,
    /// Files that could not be checked. If there are any, the exit status is 2.
    errors: Vec<Error<'a>>,
}

/// One finding of one rule.
#[derive(Serialize, JsonSchema)]
struct Diagnostic<'a> {
    /// Identifier of the rule, such as `tmpfs-on-data-path`.
    rule: &'a str,
    /// How bad it is.
    severity: Severity,
    /// What the rule is about, such as `durability`.
    group: &'a str,
    /// What is at risk, on one line.
    message: &'a str,
    /// Why, at the place to blame.
    reason: Option<&'a str>,
    /// What to do.
    help: Option<&'a str>,
    /// Where the page of the rule can be read.
    url: String,
    /// The file, as it was named on the command line.
    file: &'a str,
    /// The place to blame.
    range: Range,
    /// Further places that explain it.
    labels: Vec<Label<'a>>,
    /// Edits that mend it.
    fix: Option<Fix<'a>>,
}

/// How bad a finding is: `error` means that an ordinary command loses data or that Compose refuses the file,
/// `warning` that a foreseeable event loses data, `info` hygiene.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
    Info,
}

/// A part of a file, from the first character to the one behind the last. It may be empty.
#[derive(Serialize, JsonSchema)]
struct Range {
    /// The first character.
    start: Place,
    /// The character behind the last.
    end: Place,
}

/// A place between two characters of a file.
#[derive(Serialize, JsonSchema)]
struct Place {
    /// Line, from 1.
    #[schemars(range(min = 1))]
    line: u32,
    /// Column in Unicode scalar values, from 1. A byte order mark is not counted.
    #[schemars(range(min = 1))]
    column: u32,
    /// Offset in bytes, from 0, into the text as UTF-8. A byte order mark is counted.
    offset: u32,
}

/// A second place, with the reason why it matters.
#[derive(Serialize, JsonSchema)]
struct Label<'a> {
    /// Why it matters.
    message: &'a str,
    /// The file, as it was named on the command line.
    file: &'a str,
    /// The place.
    range: Range,
}

/// Edits that belong together.
#[derive(Serialize, JsonSchema)]
struct Fix<'a> {
    /// What they do.
    title: &'a str,
    /// Whether they may be applied without asking.
    safety: Safety,
    /// The edits. They do not overlap.
    edits: Vec<Edit<'a>>,
}

/// Whether a fix may be applied without asking: `safe` if data that exists now stays attached after it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Safety {
    Safe,
    Unsafe,
}

/// One replacement. An empty range inserts, an empty text deletes.
#[derive(Serialize, JsonSchema)]
struct Edit<'a> {
    /// The file, as it was named on the command line.
    file: &'a str,
    /// What is replaced.
    range: Range,
    /// What stands there afterwards.
    text: &'a str,
}

/// How many projects and files were checked, and how many findings there are: of each severity, known, and with a fix.
#[derive(Serialize, JsonSchema)]
struct Summary {
    /// Projects that were checked. One may have several files.
    projects: usize,
    /// Files that were checked.
    files: usize,
    /// Findings of severity `error`.
    errors: usize,
    /// Findings of severity `warning`.
    warnings: usize,
    /// Findings of severity `info`.
    infos: usize,
    /// Findings that are in a baseline. They are not among the others.
    known: usize,
    /// Findings that `--fix` mends.
    fixable: usize,
    /// Findings that `--fix --unsafe-fixes` mends beside those.
    fixable_unsafe: usize,
}

/// A file that could not be checked.
#[derive(Serialize, JsonSchema)]
struct Error<'a> {
    /// The path, as it was given.
    file: &'a str,
    /// Why.
    message: &'a str,
}

/// Shows findings as one JSON object.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let counts = report.counts();
    let envelope = Envelope {
        version: VERSION,
        diagnostics: report.diagnostics.iter().map(|it| diagnostic(report.sources, it)).collect(),
        summary: Summary {
            projects: report.projects,
            files: report.files,
            errors: counts.errors,
            warnings: counts.warnings,
            infos: counts.infos,
            known: report.known,
            fixable: counts.fixable,
            fixable_unsafe: counts.fixable_unsafe,
        },
        errors: report.failures.iter().map(|it| Error { file: &it.file, message: &it.message }).collect(),
    };
    print(out, &envelope)
}

/// Writes the JSON Schema of what [`write()`] writes.
///
/// # Errors
/// The output cannot be written.
pub fn write_schema(out: &mut dyn Write) -> io::Result<()> {
    print(out, &schemars::schema_for!(Envelope<'_>))
}

/// Writes any value as JSON for people and programs.
pub(crate) fn print(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

fn diagnostic<'a>(sources: &'a Sources, it: &'a diagnostic::Diagnostic) -> Diagnostic<'a> {
    Diagnostic {
        rule: it.rule,
        severity: match it.severity {
            diagnostic::Severity::Error => Severity::Error,
            diagnostic::Severity::Warning => Severity::Warning,
            diagnostic::Severity::Info => Severity::Info,
        },
        group: plimsoll_rules::rule(it.rule).map_or("", |it| it.group.name()),
        message: &it.message,
        reason: Some(it.reason.as_str()).filter(|it| !it.is_empty()),
        help: it.help.as_deref(),
        url: page_url(it.rule),
        file: file(sources, it.span),
        range: range(sources, it.span),
        labels: it.labels.iter().map(|it| label(sources, it)).collect(),
        fix: it.fix.as_ref().map(|it| fix(sources, it)),
    }
}

fn label<'a>(sources: &'a Sources, it: &'a diagnostic::Label) -> Label<'a> {
    Label { message: &it.text, file: file(sources, it.span), range: range(sources, it.span) }
}

fn fix<'a>(sources: &'a Sources, it: &'a fix::Fix) -> Fix<'a> {
    let edit =
        |it: &'a fix::Edit| Edit { file: file(sources, it.span), range: range(sources, it.span), text: &it.text };
    let safety = match it.safety {
        fix::Safety::Safe => Safety::Safe,
        fix::Safety::Unsafe => Safety::Unsafe,
    };
    Fix { title: &it.title, safety, edits: it.edits.iter().map(edit).collect() }
}

fn file(sources: &Sources, span: Span) -> &str {
    sources.get(span.file).name()
}

fn range(sources: &Sources, span: Span) -> Range {
    let place = |it: Position| Place { line: it.line, column: it.column, offset: it.offset };
    Range { start: place(sources.start(span)), end: place(sources.end(span)) }
}
