//! Findings as the protocol has them.

use crate::position::{Encoding, Lines};
use crate::project::Project;
use crate::session::Session;
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Range, TextEdit, Uri,
};
use plimsoll_core::check::{Options, Selection, UNUSED_IGNORE, check};
use plimsoll_core::diagnostic::{self, Severity};
use plimsoll_core::fix::Safety;
use plimsoll_core::source::{FileId, Sources, Span};
use plimsoll_rules::RULES;
use plimsoll_workspace::settings::ConfigError;
use plimsoll_workspace::{escape, page_url, uri};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Who says it.
pub const SOURCE: &str = "plimsoll";
/// The rule on texts that are no YAML.
const SYNTAX: &str = "yaml-syntax";

/// What a finding carries along, so that a fix can be offered without anything to remember.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Data {
    /// The fix, if there is one.
    pub fix: Option<Fix>,
}

/// A fix that travels with its finding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether it may be applied without asking.
    pub safe: bool,
    /// The edits of each document.
    pub documents: Vec<DocumentEdits>,
}

/// The edits of one document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DocumentEdits {
    /// The document.
    pub uri: Uri,
    /// The version for which they are right, if it is open.
    pub version: Option<i32>,
    /// The edits.
    pub edits: Vec<TextEdit>,
}

/// The address of a path.
pub fn address(path: &str) -> Option<Uri> {
    let text = if path.contains(':') && !path.starts_with('/') { path.to_string() } else { uri::reference(path) };
    Uri::from_str(&text).ok()
}

impl Session {
    /// What there is to say of a file, in the order of its lines.
    pub fn diagnostics(&self, path: &str) -> Vec<Diagnostic> {
        let found = self.projects.found_in(path);
        let mut all: Vec<Diagnostic> = found.map(|(project, it)| self.diagnostic(project, it)).collect();
        for kept in self.kept(path) {
            if !all.iter().any(|it| it.code == kept.code && it.range.start == kept.range.start) {
                all.push(kept);
            }
        }
        all.extend(self.syntax_of(path));
        all.extend(self.unread(path));
        if let Some(error) = self.projects.broken.get(path) {
            all.extend(self.mistakes(error));
        }
        all.sort_by_key(|it| (it.range.start, it.range.end, code(it).to_string()));
        all
    }

    /// One finding.
    fn diagnostic(&self, project: &Project, it: &diagnostic::Diagnostic) -> Diagnostic {
        let labels = it.labels.iter().filter_map(|label| {
            let location =
                Location { uri: self.uri_of(project, label.span.file)?, range: self.range(project, label.span) };
            Some(DiagnosticRelatedInformation { location, message: escape::line(&label.text).into_owned() })
        });
        let mut related: Vec<DiagnosticRelatedInformation> = labels.collect();
        let mut message = text(it);
        if !self.client.related {
            for label in related.drain(..) {
                let line = label.location.range.start.line + 1;
                message.push_str(&format!("\nline {line}: {}", label.message));
            }
        }
        let fix = it.fix.as_ref().and_then(|fix| self.fix(project, fix));
        Diagnostic {
            range: self.range(project, it.span),
            severity: Some(severity(it.severity)),
            code: Some(NumberOrString::String(it.rule.to_string())),
            code_description: Uri::from_str(&page_url(it.rule)).ok().map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_string()),
            message,
            related_information: (!related.is_empty()).then_some(related),
            tags: tags(it.rule),
            data: serde_json::to_value(Data { fix }).ok(),
        }
    }

    /// Its fix. None if one of its files has no address.
    fn fix(&self, project: &Project, fix: &plimsoll_core::fix::Fix) -> Option<Fix> {
        let mut documents: Vec<DocumentEdits> = Vec::new();
        for edit in &fix.edits {
            // Where lines were taken out, the places around them are not what they seem.
            let path = project.path_of(edit.span.file);
            if self.projects.recovered.contains_key(path) {
                return None;
            }
            let uri = self.uri_of(project, edit.span.file)?;
            let edit = TextEdit { range: self.range(project, edit.span), new_text: edit.text.clone() };
            match documents.iter_mut().find(|it| it.uri == uri) {
                Some(known) => known.edits.push(edit),
                None => {
                    let version = self.documents.get(path).map(|it| it.version);
                    documents.push(DocumentEdits { uri, version, edits: vec![edit] });
                }
            }
        }
        Some(Fix { title: escape::line(&fix.title).into_owned(), safe: fix.safety == Safety::Safe, documents })
    }

    /// What makes a text no YAML. Of the text as it is, and not as it was recovered.
    fn syntax_of(&self, path: &str) -> Vec<Diagnostic> {
        let Some(document) = self.documents.get(path).filter(|_| self.projects.recovered.contains_key(path)) else {
            return Vec::new();
        };
        let key = self.projects.of.get(path).and_then(|it| it.first());
        let given = key.and_then(|it| self.projects.all.get(it)).map(|it| it.options.clone()).unwrap_or_default();
        if !RULES.iter().any(|it| it.id == SYNTAX && given.selection.runs(it)) {
            return Vec::new();
        }
        let selection = Selection { select: vec![SYNTAX.to_string()], ignore: Vec::new() };
        let options = Options { selection, ..given };
        let mut sources = Sources::new();
        let file = sources.add_text(path, document.text());
        let found = check(&sources, file, RULES, &options);
        found.iter().map(|it| self.plain(&sources, document.lines(), it)).collect()
    }

    /// Why a project could not be checked, at the top of its file.
    fn unread(&self, path: &str) -> Vec<Diagnostic> {
        let Some(keys) = self.projects.of.get(path) else { return Vec::new() };
        let projects = keys.iter().filter_map(|it| self.projects.all.get(it));
        let failures = projects.flat_map(|it| &it.failures);
        let mut texts: Vec<String> = failures
            .map(|(file, why)| match file == path {
                true => format!("this file cannot be checked: {why}"),
                false => format!("this file cannot be checked, because of {file}: {why}"),
            })
            .collect();
        let broken = self.projects.broken.keys().filter(|it| *it != path);
        texts.extend(
            broken.map(|it| format!("this file is not checked again, because the settings in {it} cannot be used")),
        );
        texts.iter().map(|it| at_top(it)).collect()
    }

    /// What is wrong with settings.
    fn mistakes(&self, error: &ConfigError) -> Vec<Diagnostic> {
        match error {
            ConfigError::Unread(failure) => vec![at_top(&failure.message)],
            ConfigError::Wrong(sources, mistakes) => {
                let lines = mistakes.first().map(|it| Lines::new(sources.get(it.span.file).text())).unwrap_or_default();
                mistakes.iter().map(|it| self.plain(sources, &lines, it)).collect()
            }
        }
    }

    /// A finding that speaks of nothing but its own text.
    fn plain(&self, sources: &Sources, lines: &Lines, it: &diagnostic::Diagnostic) -> Diagnostic {
        let text_of = sources.get(it.span.file).text();
        let known = plimsoll_rules::rule(it.rule).is_some();
        Diagnostic {
            range: lines.range(text_of, it.span.range(), self.client.encoding),
            severity: Some(severity(it.severity)),
            code: known.then(|| NumberOrString::String(it.rule.to_string())),
            code_description: Uri::from_str(&page_url(it.rule))
                .ok()
                .filter(|_| known)
                .map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_string()),
            message: text(it),
            ..Diagnostic::default()
        }
    }

    /// A span of a project as a range.
    pub fn range(&self, project: &Project, span: Span) -> Range {
        let text = project.sources.get(span.file).text();
        project.lines(span.file).range(text, span.range(), self.client.encoding)
    }

    /// The address of a file of a project: what the client calls it, if it is open.
    pub fn uri_of(&self, project: &Project, file: FileId) -> Option<Uri> {
        self.uri(project.path_of(file))
    }

    /// The address of a path: what the client calls it, if it is open.
    pub fn uri(&self, path: &str) -> Option<Uri> {
        self.documents.get(path).map(|it| it.uri.clone()).or_else(|| address(path))
    }

    /// How the client counts.
    pub fn encoding(&self) -> Encoding {
        self.client.encoding
    }
}

/// The identifier of the rule.
pub fn code(it: &Diagnostic) -> &str {
    match &it.code {
        Some(NumberOrString::String(code)) => code,
        _ => "",
    }
}

fn at_top(message: &str) -> Diagnostic {
    Diagnostic {
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(SOURCE.to_string()),
        message: escape::line(message).into_owned(),
        ..Diagnostic::default()
    }
}

/// What is at risk, why, and what to do, each on its line.
fn text(it: &diagnostic::Diagnostic) -> String {
    let mut text = escape::line(&it.message).into_owned();
    if !it.reason.is_empty() {
        text.push('\n');
        text.push_str(&escape::line(&it.reason));
    }
    if let Some(help) = &it.help {
        text.push_str("\nhelp: ");
        text.push_str(&escape::line(help));
    }
    text
}

fn severity(it: Severity) -> DiagnosticSeverity {
    match it {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
    }
}

/// What editors strike through, and what they grey out.
fn tags(rule: &str) -> Option<Vec<DiagnosticTag>> {
    match rule {
        "obsolete-version" | "obsolete-mount-consistency" => Some(vec![DiagnosticTag::DEPRECATED]),
        UNUSED_IGNORE => Some(vec![DiagnosticTag::UNNECESSARY]),
        _ => None,
    }
}
