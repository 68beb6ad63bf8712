//! What the server can do, request by request.

mod actions;
mod completion;
mod definition;
mod hints;
mod hover;
mod links;
mod look;
mod names;
mod origin;
mod page;
mod pull;
#[cfg(test)]
mod testing;

use crate::server::read;
use crate::session::Session;
use lsp_server::{ErrorCode, Request};
use lsp_types::request::{self as ask, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, DiagnosticOptions, DiagnosticServerCapabilities,
    DocumentLinkOptions, ExecuteCommandOptions, HoverProviderCapability, OneOf, SaveOptions, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde::Serialize;
use serde_json::{Value, json};

pub use actions::FIX_ALL;

type Answer = Result<Value, (ErrorCode, String)>;

/// What is answered to `initialize`.
pub fn initialize(session: &Session) -> Value {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let kinds = vec![CodeActionKind::QUICKFIX, CodeActionKind::from(FIX_ALL)];
    let folders =
        WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
    let capabilities = ServerCapabilities {
        position_encoding: Some(session.encoding().kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some("plimsoll".to_string()),
            inter_file_dependencies: true,
            workspace_diagnostics: false,
            ..DiagnosticOptions::default()
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(kinds),
            ..CodeActionOptions::default()
        })),
        completion_provider: Some(completion::options()),
        execute_command_provider: session.client.shows.then(|| ExecuteCommandOptions {
            commands: actions::COMMANDS.map(str::to_string).to_vec(),
            ..ExecuteCommandOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        workspace: Some(WorkspaceServerCapabilities { workspace_folders: Some(folders), file_operations: None }),
        ..ServerCapabilities::default()
    };
    json!({
        "capabilities": capabilities,
        "serverInfo": {"name": "plimsoll", "version": env!("CARGO_PKG_VERSION")},
    })
}

/// Answers a request.
pub(crate) fn request(session: &mut Session, it: &Request) -> Answer {
    match it.method.as_str() {
        ask::DocumentDiagnosticRequest::METHOD => give(&pull::diagnostics(session, &read(&it.params)?)),
        ask::CodeActionRequest::METHOD => give(&actions::actions(session, &read(&it.params)?)),
        ask::ExecuteCommand::METHOD => actions::execute(session, &read(&it.params)?),
        ask::Completion::METHOD => give(&completion::items(session, &read(&it.params)?)),
        ask::ResolveCompletionItem::METHOD => give(&completion::resolve(session, read(&it.params)?)),
        ask::HoverRequest::METHOD => give(&hover::hover(session, &read(&it.params)?)),
        ask::InlayHintRequest::METHOD => give(&hints::hints(session, &read(&it.params)?)),
        ask::DocumentLinkRequest::METHOD => give(&links::links(session, &read(&it.params)?)),
        ask::GotoDefinition::METHOD => give(&definition::definition(session, &read(&it.params)?)),
        ask::References::METHOD => give(&definition::references(session, &read(&it.params)?)),
        ask::DocumentHighlightRequest::METHOD => give(&definition::highlights(session, &read(&it.params)?)),
        other => Err((ErrorCode::MethodNotFound, format!("there is no method `{other}` here"))),
    }
}

fn give(value: &impl Serialize) -> Answer {
    serde_json::to_value(value).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}
