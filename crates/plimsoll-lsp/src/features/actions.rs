//! Code actions: the fix of each finding, all safe ones at once, suppressions, and the page of the rule.

mod all;
mod ignore;
mod page;

use crate::diagnostics::{Data, DocumentEdits, Fix, SOURCE, code};
use crate::session::Session;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionTriggerKind, Diagnostic,
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit, Uri,
    WorkspaceEdit,
};
pub(super) use page::{COMMANDS, execute};
use serde::Deserialize;
use std::collections::HashMap;

/// The kind of the action that fixes what is safe to fix in a file.
pub const FIX_ALL: &str = "source.fixAll.plimsoll";

/// What can be done at a place. A finding carries its fix along, so nothing has to be remembered.
pub(super) fn actions(session: &Session, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let path = Session::path(&params.text_document.uri);
    if !session.client.actions || !session.documents.contains_key(&path) {
        return Vec::new();
    }
    // Editors ask with each move of the cursor, and what takes a while to work out has to be asked for.
    let is_automatic = params.context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
    let is_named = params.context.only.is_some();
    let mut found = Vec::new();
    let mut all = Vec::new();
    if wants(params, "quickfix") {
        found = findings(session, &path, params);
        all.extend(found.iter().filter_map(|it| fix(session, it)));
    }
    let is_fixable = all.iter().any(|it| !it.title.ends_with(UNSAFE));
    let quick = is_fixable && !is_automatic && all::count(session, &path) > 1;
    let source = wants(params, FIX_ALL) && (is_named || !is_automatic);
    let fixed = if quick || source { all::edits(session, &path) } else { None };
    for (kind, _) in
        [(CodeActionKind::QUICKFIX, quick), (CodeActionKind::from(FIX_ALL), source)].iter().filter(|it| it.1)
    {
        all.extend(fixed.iter().map(|it| CodeAction {
            title: "fix all safe problems in this file".to_string(),
            kind: Some(kind.clone()),
            edit: Some(edit(session, vec![it.clone()])),
            ..CodeAction::default()
        }));
    }
    all.extend(ignore::actions(session, &path, &found));
    all.extend(page::actions(session, &found));
    all.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// What a title of a fix ends with that has to be looked at.
const UNSAFE: &str = " (unsafe: look at it first)";

/// The findings that are meant. What the client has is out of date or without its fix, if it cannot keep that: then it
/// is looked up.
fn findings(session: &Session, path: &str, params: &CodeActionParams) -> Vec<Diagnostic> {
    let given = params.context.diagnostics.iter().filter(|it| it.source.as_deref() == Some(SOURCE));
    let given: Vec<&Diagnostic> = given.collect();
    if !given.is_empty() && given.iter().all(|it| is_fresh(session, it)) {
        return given.into_iter().cloned().collect();
    }
    let mut all = session.diagnostics(path);
    let is_same = |it: &Diagnostic, other: &Diagnostic| code(it) == code(other) && it.range == other.range;
    let touches = |it: &Range| it.start <= params.range.end && params.range.start <= it.end;
    all.retain(|it| match given[..] {
        [] => touches(&it.range),
        _ => given.iter().any(|other| is_same(it, other)),
    });
    all
}

/// Whether a finding has what it was sent with, and is of the documents as they are.
fn is_fresh(session: &Session, it: &Diagnostic) -> bool {
    let Some(Ok(data)) = it.data.as_ref().map(Data::deserialize) else { return false };
    let mut documents = data.fix.iter().flat_map(|it| &it.documents);
    documents.all(|it| session.documents.get(&Session::path(&it.uri)).map(|it| it.version) == it.version)
}

/// Whether the client wants actions of a kind: all, or one that it is a part of.
fn wants(params: &CodeActionParams, kind: &str) -> bool {
    let is_under = |it: &CodeActionKind| {
        kind.strip_prefix(it.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || it.as_str().is_empty())
    };
    params.context.only.as_ref().is_none_or(|it| it.iter().any(is_under))
}

fn fix(session: &Session, diagnostic: &Diagnostic) -> Option<CodeAction> {
    // What was found before the text was broken may have a fix for another text.
    let data = diagnostic.data.as_ref().filter(|_| is_fresh(session, diagnostic))?;
    let Fix { title, safe, documents } = Data::deserialize(data).ok()?.fix?;
    let title = if safe { title } else { format!("{title}{UNSAFE}") };
    Some(CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic.clone()]),
        edit: Some(edit(session, documents)),
        is_preferred: (safe && session.client.prefers).then_some(true),
        ..CodeAction::default()
    })
}

/// Edits as the client takes them.
fn edit(session: &Session, documents: Vec<DocumentEdits>) -> WorkspaceEdit {
    if !session.client.versioned {
        #[expect(clippy::mutable_key_type, reason = "an address does not change")]
        let changes: HashMap<Uri, Vec<TextEdit>> = documents.into_iter().map(|it| (it.uri, it.edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let changes = documents.into_iter().map(|it| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri: it.uri, version: it.version },
        edits: it.edits.into_iter().map(OneOf::Left).collect(),
    });
    WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(changes.collect())), ..WorkspaceEdit::default() }
}

#[cfg(test)]
mod tests;
