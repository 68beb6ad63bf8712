//! Completion: rules in comments and settings, and in Compose files what the catalogue knows of the image.

mod comment;
mod compose;
mod line;
mod settings;

use crate::documents::{Document, Kind};
use crate::session::Session;
use line::Line;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionOptions, CompletionParams, CompletionTextEdit, CompletionTriggerKind,
    Documentation, MarkupContent, MarkupKind, TextEdit,
};
use plimsoll_core::check::Rule;
use plimsoll_rules::RULES;
use plimsoll_workspace::{escape, page_url};
use serde_json::json;
use std::ops::Range;

/// What the client has to know.
pub(super) fn options() -> CompletionOptions {
    CompletionOptions {
        resolve_provider: Some(true),
        trigger_characters: Some(["[", ":", "-", " ", ",", "#", "/"].map(str::to_string).to_vec()),
        ..CompletionOptions::default()
    }
}

/// What can stand at a place. It looks at the lines as they are typed, so half a line is enough.
pub(super) fn items(session: &mut Session, params: &CompletionParams) -> Vec<CompletionItem> {
    let at = &params.text_document_position;
    let path = Session::path(&at.text_document.uri);
    let Some(document) = session.documents.get(&path).filter(|it| it.kind != Kind::Other) else { return Vec::new() };
    let (kind, text) = (document.kind, document.text());
    let offset = document.lines().offset(text, at.position, session.encoding());
    let typed = params.context.as_ref().is_none_or(|it| it.trigger_kind == CompletionTriggerKind::INVOKED);
    let line = Line::new(text, offset);
    let offers = match (&line.comment, kind) {
        (Some(comment), Kind::Compose) => comment::offers(session, document, &line, *comment, typed),
        (Some(_), _) => Vec::new(),
        (None, Kind::Settings) => settings::offers(&line),
        (None, _) => compose::offers(session, &at.text_document.uri, &line.owned()),
    };
    let Some(document) = session.documents.get(&path) else { return Vec::new() };
    offers.into_iter().map(|it| it.item(session, document)).collect()
}

/// The page of a rule, which is only sent for the one that somebody looks at.
pub(super) fn resolve(session: &Session, mut item: CompletionItem) -> CompletionItem {
    let rule = item.data.as_ref().and_then(|it| plimsoll_rules::rule(it.get("rule")?.as_str()?));
    if let Some(rule) = rule {
        item.documentation = Some(if session.client.completes_markdown {
            let value = format!("{}\n\n[{}]({})", rule.page.trim_end(), rule.id, page_url(rule.id));
            Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
        } else {
            Documentation::String(rule.page.to_string())
        });
    }
    item
}

/// Something that can be written.
struct Offer {
    label: String,
    kind: CompletionItemKind,
    /// What it replaces.
    span: Range<usize>,
    text: String,
    /// The same with places to fill in, if there are some.
    snippet: Option<String>,
    detail: Option<String>,
    rule: Option<&'static str>,
    /// The smaller, the higher it stands.
    order: usize,
}

impl Offer {
    fn new(label: impl Into<String>, kind: CompletionItemKind, span: Range<usize>) -> Offer {
        let label = label.into();
        let text = label.clone();
        Offer { label, kind, span, text, snippet: None, detail: None, rule: None, order: 5 }
    }

    fn rule(rule: &'static Rule, span: Range<usize>) -> Offer {
        let offer = Offer::new(rule.id, CompletionItemKind::ENUM_MEMBER, span);
        Offer { rule: Some(rule.id), detail: Some(rule.summary()), ..offer }
    }

    /// Every rule.
    fn rules(span: &Range<usize>) -> impl Iterator<Item = Offer> {
        RULES.iter().map(|it| Offer::rule(it, span.clone()))
    }

    fn with(mut self, text: impl Into<String>) -> Offer {
        self.text = text.into();
        self
    }

    fn saying(mut self, detail: impl Into<String>) -> Offer {
        self.detail = Some(detail.into()).filter(|it| !it.is_empty());
        self
    }

    fn at(mut self, order: usize) -> Offer {
        self.order = order;
        self
    }

    fn item(self, session: &Session, document: &Document) -> CompletionItem {
        let snippet = self.snippet.filter(|_| session.client.snippets);
        let is_snippet = snippet.is_some();
        let new_text = snippet.unwrap_or(self.text);
        let range = document.lines().range(document.text(), self.span.clone(), session.encoding());
        let before = &document.text()[self.span];
        // Editors hold what is replaced against this. What is only blank is held against nothing.
        let filter = (before.trim().is_empty() && !before.is_empty()).then(|| format!("{before}{}", self.label));
        let keeps = new_text.contains('\n') && session.client.keeps_indentation;
        CompletionItem {
            label: escape::line(&self.label).into_owned(),
            kind: Some(self.kind),
            detail: self.detail.map(|it| escape::line(&it).into_owned()),
            sort_text: Some(format!("{}{}", self.order, self.label)),
            filter_text: filter,
            insert_text_format: is_snippet.then_some(lsp_types::InsertTextFormat::SNIPPET),
            insert_text_mode: keeps.then_some(lsp_types::InsertTextMode::AS_IS),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            data: self.rule.map(|it| json!({ "rule": it })),
            ..CompletionItem::default()
        }
    }
}

#[cfg(test)]
mod tests;
