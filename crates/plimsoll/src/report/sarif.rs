//! SARIF 2.1.0, which code scanning services read. The types here are the part of the format that is written.
//!
//! Source: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" of OASIS, and GitHub's "SARIF support for
//! code scanning".

use crate::report::fingerprint::fingerprints;
use crate::report::{Report, json};
use plimsoll_core::check::Rule;
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::source::{Sources, Span};
use plimsoll_rules::RULES;
use plimsoll_workspace::escape;
use plimsoll_workspace::page_url;
use plimsoll_workspace::uri;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    results: Vec<Finding>,
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

/// The page of a rule. GitHub shows the Markdown, others the text.
#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: [&'static str; 2],
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
    locations: [Location; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Message,
    artifact_changes: Vec<Change>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

/// Shows findings as one SARIF log with one run.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let found = report.diagnostics.iter().zip(fingerprints(report));
    let notifications = report.failures.iter().map(|it| Notification {
        level: "error",
        message: message(&it.message),
        locations: [Location { id: None, physical_location: physical(&it.file, None), message: None }],
    });
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "plimsoll",
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: RULES.iter().map(|it| descriptor(it)).collect(),
            },
        },
        invocations: [Invocation {
            execution_successful: report.failures.is_empty(),
            tool_execution_notifications: notifications.collect(),
        }],
        results: found.map(|(it, fingerprint)| finding(report.sources, it, fingerprint)).collect(),
        column_kind: "unicodeCodePoints",
    };
    let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
    json::print(out, &Log { schema, version: "2.1.0", runs: [run] })
}

fn descriptor(rule: &Rule) -> Descriptor {
    // The page without its title, which is the identifier.
    let page = rule.page.split_once('\n').map_or(rule.page, |it| it.1).trim();
    Descriptor {
        id: rule.id,
        name: pascal(rule.id),
        short_description: Message { text: rule.summary() },
        full_description: Message { text: rule.summary() },
        help: Help { text: page.to_string(), markdown: page.to_string() },
        help_uri: page_url(rule.id),
        default_configuration: Configuration { enabled: rule.on, level: level(rule.severity) },
        properties: Properties {
            tags: ["docker-compose", rule.group.name()],
            precision: "high",
            severity: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
        },
    }
}

/// `tmpfs-on-data-path` as `TmpfsOnDataPath`: SARIF wants a name that reads as one word.
fn pascal(id: &str) -> String {
    let word = |it: &str| {
        let mut letters = it.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    id.split('-').map(word).collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn finding(sources: &Sources, it: &Diagnostic, fingerprint: String) -> Finding {
    let mut text = it.message.clone();
    if !it.reason.is_empty() {
        text.push_str(&format!(": {}", it.reason));
    }
    if let Some(help) = &it.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    let related = it.labels.iter().enumerate().map(|(at, label)| Location {
        id: Some(at),
        physical_location: place(sources, label.span),
        message: Some(message(&label.text)),
    });
    let fix = it.fix.iter().map(|it| {
        let mut changes: BTreeMap<&str, Vec<Replacement>> = BTreeMap::new();
        for edit in &it.edits {
            let inserted_content = Message { text: edit.text.clone() };
            let replacement = Replacement { deleted_region: region(sources, edit.span), inserted_content };
            changes.entry(sources.get(edit.span.file).name()).or_default().push(replacement);
        }
        let change = |(file, replacements)| Change { artifact_location: artifact(file), replacements };
        let title = format!("{} ({})", it.title, it.safety.name());
        Fix { description: message(&title), artifact_changes: changes.into_iter().map(change).collect() }
    });
    Finding {
        rule_id: it.rule,
        rule_index: RULES.iter().position(|rule| rule.id == it.rule).unwrap_or_default(),
        level: level(it.severity),
        message: Message { text: escape::block(&text).into_owned() },
        locations: [Location { id: None, physical_location: place(sources, it.span), message: None }],
        related_locations: related.collect(),
        partial_fingerprints: BTreeMap::from([("plimsoll/v1", fingerprint)]),
        fixes: fix.collect(),
    }
}

fn message(text: &str) -> Message {
    Message { text: escape::line(text).into_owned() }
}

fn artifact(file: &str) -> Artifact {
    Artifact { uri: uri::reference(file) }
}

fn physical(file: &str, region: Option<Region>) -> Physical {
    Physical { artifact_location: artifact(file), region }
}

fn place(sources: &Sources, span: Span) -> Physical {
    physical(sources.get(span.file).name(), Some(region(sources, span)))
}

fn region(sources: &Sources, span: Span) -> Region {
    let (start, end) = (sources.start(span), sources.end(span));
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}
