//! Code actions: the fix of each finding, all safe ones at once, suppressions, and the page of the rule.

use crate::diagnostics::{Data, DocumentEdits, Fix, SOURCE};
use crate::session::Session;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, Diagnostic, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use serde::Deserialize;
use std::collections::HashMap;

/// The kind of the action that fixes what is safe to fix in a file.
pub const FIX_ALL: &str = "source.fixAll.plimsoll";

/// What can be done at a place. A finding carries its fix along, so nothing has to be remembered.
pub(super) fn actions(session: &Session, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let wanted = |kind: &str| wants(params, kind);
    let mut all = Vec::new();
    if wanted("quickfix") {
        for it in params.context.diagnostics.iter().filter(|it| it.source.as_deref() == Some(SOURCE)) {
            all.extend(fix(session, it));
        }
    }
    all.into_iter().map(CodeActionOrCommand::CodeAction).collect()
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
    let Fix { title, safe, documents } = Data::deserialize(diagnostic.data.as_ref()?).ok()?.fix?;
    let title = if safe { title } else { format!("{title} (unsafe: look at it first)") };
    Some(CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic.clone()]),
        edit: Some(edit(session, documents)),
        is_preferred: Some(safe),
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
