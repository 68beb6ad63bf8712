//! Opening the page of a rule, and putting the cursor where something is to be filled in: what the client is asked to
//! show by commands of our own.

use crate::diagnostics::code;
use crate::session::Session;
use lsp_server::ErrorCode;
use lsp_types::{
    CodeAction, CodeActionKind, Command, Diagnostic, ExecuteCommandParams, Location, ShowDocumentParams, Uri,
};
use plimsoll_workspace::page_url;
use serde::Deserialize;
use serde_json::{Value, json};
use std::str::FromStr;

/// Opens the page of the rule that it is given.
const OPEN_PAGE: &str = "plimsoll.openPage";
/// Selects the place that it is given.
const SELECT: &str = "plimsoll.select";
/// All commands.
pub const COMMANDS: [&str; 2] = [OPEN_PAGE, SELECT];

/// The page of each rule that has found something.
pub(super) fn actions(session: &Session, found: &[Diagnostic]) -> Vec<CodeAction> {
    let mut actions: Vec<CodeAction> = Vec::new();
    for it in found.iter().filter(|_| session.client.shows) {
        let Some(rule) = plimsoll_rules::rule(code(it)) else { continue };
        let title = format!("open the page of `{}`", rule.id);
        if let Some(known) = actions.iter_mut().find(|it| it.title == title) {
            known.diagnostics.get_or_insert_default().push(it.clone());
            continue;
        }
        let command = Command::new(title.clone(), OPEN_PAGE.to_string(), Some(vec![json!(rule.id)]));
        actions.push(CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![it.clone()]),
            command: Some(command),
            ..CodeAction::default()
        });
    }
    actions
}

/// The command that selects a place, if the client can do that.
pub(super) fn select(session: &Session, title: &str, place: &Location) -> Option<Command> {
    let place = serde_json::to_value(place).ok().filter(|_| session.client.shows)?;
    Some(Command::new(title.to_string(), SELECT.to_string(), Some(vec![place])))
}

/// Runs a command.
///
/// # Errors
/// There is no such command, or what it is given is not what it needs.
pub fn execute(session: &mut Session, params: &ExecuteCommandParams) -> Result<Value, (ErrorCode, String)> {
    let given = params.arguments.first();
    let shown = match params.command.as_str() {
        // Only pages of ours are opened, whatever is asked for.
        OPEN_PAGE => given.and_then(|it| plimsoll_rules::rule(it.as_str()?)).and_then(|it| {
            let uri = Uri::from_str(&page_url(it.id)).ok()?;
            Some(ShowDocumentParams { uri, external: Some(true), take_focus: Some(true), selection: None })
        }),
        SELECT => given.and_then(|it| Location::deserialize(it).ok()).and_then(|it| {
            session.documents.get(&Session::path(&it.uri))?;
            let (take_focus, selection) = (Some(true), Some(it.range));
            Some(ShowDocumentParams { uri: it.uri, external: Some(false), take_focus, selection })
        }),
        other => return Err((ErrorCode::InvalidParams, format!("there is no command `{other}` here"))),
    };
    match shown.filter(|_| session.client.shows) {
        Some(shown) => session.shown.push(shown),
        None => return Err((ErrorCode::InvalidParams, format!("`{}` has nothing to show", params.command))),
    }
    Ok(Value::Null)
}
