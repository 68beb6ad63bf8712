//! The page of a rule, where a suppression or the settings name it.

use super::super::page::Page;
use crate::cursor::{Spot, Structure};
use crate::documents::Kind;
use crate::session::Session;
use lsp_types::{Range, TextDocumentPositionParams};
use plimsoll_core::check::Rule;
use plimsoll_workspace::page_url;
use std::ops::Range as Bytes;

/// Pages up to this length are shown as a whole.
const SHORT: usize = 30;

/// Writes the page of the rule that is named at a place.
pub(super) fn hover(session: &Session, at: &TextDocumentPositionParams, page: &mut Page) -> Option<Range> {
    let document = session.documents.get(&Session::path(&at.text_document.uri))?;
    let (text, lines, encoding) = (document.text(), document.lines(), session.encoding());
    let offset = lines.offset(text, at.position, encoding);
    let line = lines.line(text, lines.line_of(offset));
    let range = match document.kind {
        Kind::Compose => {
            // Where nothing of the kind stands, nothing has to be read.
            if !text[line].contains("plimsoll:") {
                return None;
            }
            let recovered = session.projects.recovered.get(&document.path);
            if recovered.is_some_and(|it| it.hides(offset..offset)) {
                return None;
            }
            let structure = Structure::new(recovered.map_or(text, |it| it.text.as_str()));
            let cursor = structure.at(offset);
            let comment = Some(cursor.span).filter(|_| cursor.spot == Spot::Comment)?;
            named(text, comment).into_iter().find(|it| it.start <= offset && offset <= it.end)?
        }
        Kind::Settings => {
            let structure = Structure::new(text);
            let cursor = structure.at(offset);
            match cursor.spot {
                Spot::Key | Spot::Scalar => unquoted(text, cursor.span),
                Spot::Comment => {
                    named(text, cursor.span).into_iter().find(|it| it.start <= offset && offset <= it.end)?
                }
                _ => return None,
            }
        }
        Kind::Other => return None,
    };
    let rule = plimsoll_rules::rule(text.get(range.clone())?)?;
    write(page, rule);
    Some(lines.range(text, range, encoding))
}

/// The bytes of the rules that a comment names: `# plimsoll: ignore[a, b] reason`.
fn named(text: &str, comment: Bytes<usize>) -> Vec<Bytes<usize>> {
    let whole = text.get(comment.clone()).unwrap_or_default();
    let body = whole.trim_start_matches('#').trim_start();
    let Some(body) = body.strip_prefix("plimsoll:").map(str::trim_start) else { return Vec::new() };
    let Some(list) = body.strip_prefix("ignore").and_then(|it| it.trim_start().strip_prefix('[')) else {
        return Vec::new();
    };
    let mut at = comment.end - list.len();
    let mut found = Vec::new();
    for part in list.split(']').next().unwrap_or_default().split(',') {
        let start = at + (part.len() - part.trim_start().len());
        found.push(start..start + part.trim().len());
        at += part.len() + 1;
    }
    found
}

fn unquoted(text: &str, span: Bytes<usize>) -> Bytes<usize> {
    let inner = text.get(span.clone()).unwrap_or_default();
    let is_quoted = |quote: char| inner.len() > 1 && inner.starts_with(quote) && inner.ends_with(quote);
    if is_quoted('"') || is_quoted('\'') { span.start + 1..span.end - 1 } else { span }
}

fn write(page: &mut Page, rule: &Rule) {
    page.heading(rule.id);
    let on = if rule.on { "on by default" } else { "off unless it is asked for" };
    page.paragraph(&format!("{} · {} · {on}", rule.severity.name(), rule.group.name()));
    let body = rule.page.split_once('\n').map_or("", |it| it.1).trim();
    if body.lines().count() <= SHORT {
        page.own(body);
    } else {
        page.own(&rule.summary());
        let why = body.split_once("## Why\n").map_or("", |it| it.1);
        page.own(why.split("\n## ").next().unwrap_or_default());
    }
    let link = page.link("the whole page", &page_url(rule.id));
    page.paragraph(&link);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_in_a_comment() {
        let text = "a: 1 #  plimsoll: ignore [ a-b,c ] why, d";
        let found = named(text, 5..text.len());
        assert_eq!(found.into_iter().map(|it| &text[it]).collect::<Vec<_>>(), ["a-b", "c"]);
        assert!(named("# plimsoll: ignored", 0..19).is_empty());
        assert!(named("# other", 0..7).is_empty());
    }
}
