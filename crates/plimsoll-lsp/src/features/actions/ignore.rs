//! Suppressing a finding, on its line or for its service, with a place for the reason.

use super::{edit, page};
use crate::cursor::Structure;
use crate::diagnostics::{DocumentEdits, code};
use crate::documents::Document;
use crate::position::Lines;
use crate::session::Session;
use crate::trial::Trial;
use lsp_types::{CodeAction, CodeActionKind, Diagnostic, Location, TextEdit};
use plimsoll_core::check::{INVALID_IGNORE, UNUSED_IGNORE};
use plimsoll_core::ignore::end_of_names;
use plimsoll_core::tree::{NodeId, Value};
use plimsoll_workspace::escape;
use std::collections::HashMap;
use std::ops::Range;

/// What stands for the reason until somebody writes it.
const REASON: &str = "<reason>";
/// What no comment can suppress, or should.
const NEVER: [&str; 3] = ["yaml-syntax", INVALID_IGNORE, UNUSED_IGNORE];
/// Behind a line of this length a comment is hard to read.
const LONG: usize = 80;

type Counts = HashMap<(&'static str, String), usize>;

/// A comment, or a name in one.
struct Insertion {
    at: usize,
    text: String,
}

/// A document in which something is to be suppressed.
struct Place<'a> {
    session: &'a Session,
    document: &'a Document,
    structure: Structure,
    trial: Trial,
    before: Counts,
}

/// How each finding can be suppressed. Each way is tried, so that it silences what it should, and nothing is said of it.
pub(super) fn actions(session: &Session, path: &str, found: &[Diagnostic]) -> Vec<CodeAction> {
    let wanted: Vec<_> = found
        .iter()
        .filter_map(|it| Some((it, plimsoll_rules::rule(code(it))?.id)))
        .filter(|it| !NEVER.contains(&it.1))
        .collect();
    let Some(document) = session.documents.get(path).filter(|_| !wanted.is_empty()) else { return Vec::new() };
    let Some(trial) = session.trial(path) else { return Vec::new() };
    let text = document.text();
    let before = trial.findings(text);
    let place = Place { session, document, structure: Structure::new(text), trial, before };
    let mut actions = Vec::new();
    // A long text takes longer to check.
    for (it, rule) in wanted.into_iter().take((500_000 / text.len().max(1)).clamp(1, 15)) {
        let offset = document.lines().offset(text, it.range.start, session.encoding());
        let service = place.service(offset);
        let line = document.lines().line_of(offset);
        let is_service = |it: &(String, usize)| document.lines().line_of(it.1) == line;
        if !service.as_ref().is_some_and(is_service) {
            let title = format!("ignore `{rule}` on this line");
            actions.extend(place.on_line(rule, offset).and_then(|at| place.action(it, rule, &title, &at)));
        }
        if let Some((name, key)) = service {
            let title = format!("ignore `{rule}` for the service `{}`", escape::line(&name));
            actions.extend(place.above(rule, key).and_then(|at| place.action(it, rule, &title, &at)));
        }
    }
    actions
}

impl Place<'_> {
    fn text(&self) -> &str {
        self.document.text()
    }

    fn lines(&self) -> &Lines {
        self.document.lines()
    }

    /// The service that a byte belongs to, and where its key is.
    fn service(&self, offset: usize) -> Option<(String, usize)> {
        let tree = self.structure.tree();
        for root in &self.structure.document().roots {
            let Some(services) = tree.get(*root, "services") else { continue };
            for it in tree.entries(services.value) {
                let (key, value) = (tree.span(it.key).range(), tree.span(it.value).range());
                if key.start <= offset && offset < value.end.max(key.end) {
                    return Some((tree.key(it.key).to_string(), key.start));
                }
            }
        }
        None
    }

    /// A suppression for the line of a byte: in a comment that is there, behind the line, or above it.
    fn on_line(&self, rule: &str, offset: usize) -> Option<Insertion> {
        let line = self.lines().line_of(offset);
        let range = self.lines().line(self.text(), line);
        let content = self.text()[range.clone()].trim_end();
        let opens = content.ends_with([':', '|', '>', '-', '+', '[', '{', ',']) || content.len() > LONG;
        if opens || self.comment_on(line).is_some() || self.is_in_flow(&range) {
            return self.above(rule, offset);
        }
        let own = self.named_above(rule, line);
        own.or_else(|| Some(Insertion { at: range.start + content.len(), text: format!(" {}", comment(rule)) }))
    }

    /// A suppression in a comment that is there, or above the line of a byte.
    fn above(&self, rule: &str, offset: usize) -> Option<Insertion> {
        let line = self.lines().line_of(offset);
        let known = self.comment_on(line).and_then(|it| self.named(rule, it));
        if let Some(known) = known.or_else(|| self.named_above(rule, line)) {
            return Some(known);
        }
        let range = self.lines().line(self.text(), line);
        if self.is_in_flow(&range) {
            return None;
        }
        let content = self.text()[range.clone()].trim_start_matches('\u{feff}');
        let indentation = &content[..content.len() - content.trim_start().len()];
        let end = self.text()[range.end..].split(|it| !matches!(it, '\r' | '\n')).next().unwrap_or_default();
        let end = if end.starts_with("\r\n") { "\r\n" } else { end.get(..1).unwrap_or("\n") };
        let text = format!("{indentation}{}{end}", comment(rule));
        Some(Insertion { at: range.end - content.len(), text })
    }

    /// The comment of a line.
    fn comment_on(&self, line: usize) -> Option<Range<usize>> {
        let range = self.lines().line(self.text(), line);
        let comments = &self.structure.document().comments;
        let at = comments.partition_point(|it| it.range().start < range.start);
        comments.get(at).map(|it| it.range()).filter(|it| it.start < range.end)
    }

    /// A further name in a comment that suppresses something.
    fn named(&self, rule: &str, comment: Range<usize>) -> Option<Insertion> {
        let at = end_of_names(&self.text()[comment.clone()])?;
        Some(Insertion { at: comment.start + at, text: format!(", {rule}") })
    }

    /// The same, in the comments that stand above a line and are for it.
    fn named_above(&self, rule: &str, line: usize) -> Option<Insertion> {
        for above in (0..line).rev() {
            let range = self.lines().line(self.text(), above);
            if self.text()[range.clone()].trim().is_empty() {
                continue;
            }
            let comment = self.comment_on(above)?;
            if !self.text()[range.start..comment.start].trim_start_matches('\u{feff}').trim().is_empty() {
                return None;
            }
            if let Some(named) = self.named(rule, comment) {
                return Some(named);
            }
        }
        None
    }

    /// Whether a line is a part of something in brackets that has several lines.
    fn is_in_flow(&self, line: &Range<usize>) -> bool {
        let tree = self.structure.tree();
        let mut nodes: Vec<NodeId> = self.structure.document().roots.clone();
        while let Some(id) = nodes.pop() {
            let (node, span) = (tree.node(id), tree.span(id).range());
            if span.end < line.start || span.start > line.end {
                continue;
            }
            if node.is_flow() && (span.start < line.start || span.end > line.end) {
                return true;
            }
            match &node.value {
                Value::Mapping(entries) => nodes.extend(entries.iter().map(|it| it.value)),
                Value::Sequence(items) => nodes.extend(items.iter().map(|it| it.value)),
                _ => {}
            }
        }
        false
    }

    /// The action, if it does what it should: the finding is gone, nothing else has come, and what was written is a
    /// comment.
    fn action(&self, found: &Diagnostic, rule: &'static str, title: &str, it: &Insertion) -> Option<CodeAction> {
        let mut after = self.text().to_string();
        after.insert_str(it.at, &it.text);
        let comments = Structure::new(&after).document().comments.iter().map(|it| it.range()).collect::<Vec<_>>();
        let mark = it.at + it.text.find(rule)?;
        if !comments.iter().any(|it| it.contains(&mark)) || !self.silences(found, rule, &after) {
            return None;
        }
        let uri = self.document.uri.clone();
        let range = self.lines().range(self.text(), it.at..it.at, self.session.encoding());
        let edits = vec![TextEdit { range, new_text: it.text.clone() }];
        let reason = it.text.find(REASON).map(|at| it.at + at..it.at + at + REASON.len());
        let selection = reason.map(|it| Location {
            uri: uri.clone(),
            range: Lines::new(&after).range(&after, it, self.session.encoding()),
        });
        let command = selection.and_then(|it| page::select(self.session, "write the reason", &it));
        Some(CodeAction {
            title: title.to_string(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![found.clone()]),
            edit: Some(edit(self.session, vec![DocumentEdits { uri, version: Some(self.document.version), edits }])),
            command,
            ..CodeAction::default()
        })
    }

    /// Whether a finding is not there in another text, and nothing is that was not there before.
    fn silences(&self, found: &Diagnostic, rule: &'static str, text: &str) -> bool {
        let after = self.trial.findings(text);
        let count = |counts: &Counts, key: &(&'static str, String)| counts.get(key).copied().unwrap_or_default();
        let said = found.message.lines().next().unwrap_or_default();
        let is_it = |key: &(&'static str, String)| key.0 == rule && escape::line(&key.1) == said;
        let fewer = self.before.keys().any(|key| is_it(key) && count(&after, key) < count(&self.before, key));
        let same = |key: &(&'static str, String)| count(&after, key) == count(&self.before, key);
        fewer
            && after.iter().all(|(key, times)| *times <= count(&self.before, key))
            && self.before.keys().all(|key| key.0 == rule || same(key))
    }
}

fn comment(rule: &str) -> String {
    format!("# plimsoll: ignore[{rule}] {REASON}")
}
