//! Completion in comments of a Compose file: `# plimsoll: ignore[rule-id] reason`.

use super::Offer;
use super::line::Line;
use crate::diagnostics::code;
use crate::documents::Document;
use crate::session::Session;
use lsp_types::CompletionItemKind;

/// What a comment begins with that suppresses something.
const BEGIN: &str = "plimsoll: ignore[";

/// The rules between the brackets, or all of it. `typed`: somebody asks for it, and it is not only a character.
pub(super) fn offers(session: &Session, document: &Document, line: &Line<'_>, at: usize, typed: bool) -> Vec<Offer> {
    let written = &line.text[at..line.cursor];
    let body = written.trim_start_matches('#').trim_start();
    let start = line.cursor - body.len();
    if let Some(names) = names(body) {
        return rules(session, document, line, names);
    }
    let is_begun = BEGIN.starts_with(body) && (typed || !body.is_empty());
    if !is_begun {
        return Vec::new();
    }
    let blank = if written.ends_with('#') { " " } else { "" };
    let mut offer = Offer::new("plimsoll: ignore[…]", CompletionItemKind::SNIPPET, start..line.cursor)
        .with(format!("{blank}{BEGIN}"))
        .saying("says that a finding is meant to be, and why");
    offer.snippet = Some(format!("{blank}{BEGIN}${{1:rule}}] ${{0:reason}}"));
    vec![offer]
}

/// What stands between the brackets, up to the cursor.
fn names(body: &str) -> Option<&str> {
    let rest = body.strip_prefix("plimsoll:")?.trim_start().strip_prefix("ignore")?.trim_start();
    rest.strip_prefix('[').filter(|it| !it.contains(']'))
}

/// All rules that are not named yet. Those that have something to say here come first.
fn rules(session: &Session, document: &Document, line: &Line<'_>, names: &str) -> Vec<Offer> {
    let span = line.word();
    let behind = line.text[span.end..].split([']', '\n', '\r']).next().unwrap_or_default();
    let before = &names[..names.len().min(names.len() - (line.cursor - span.start).min(names.len()))];
    let named: Vec<&str> = before.split(',').chain(behind.split(',')).map(str::trim).collect();
    let lines = document.lines();
    let own = lines.line_of(line.cursor);
    // Standing alone, it is for the next line that has something on it, and for all of a service.
    let alone = line.content.is_empty();
    let is_empty = |it: &usize| {
        let content = line.text[lines.line(line.text, *it)].trim_start();
        content.is_empty() || content.starts_with('#')
    };
    let next = (own + 1..lines.count()).find(|it| !is_empty(it)).filter(|_| alone).unwrap_or(own);
    let found = session.diagnostics(&document.path);
    let here: Vec<&str> = found.iter().filter(|it| it.range.start.line as usize == next).map(code).collect();
    let all = Offer::rules(&span).filter(|it| !named.contains(&it.label.as_str()));
    all.map(|it| if here.contains(&it.label.as_str()) { it.at(0) } else { it }).collect()
}
