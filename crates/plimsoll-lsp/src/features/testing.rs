//! A session with open documents, for tests of what is answered.

use crate::documents::Document;
use crate::session::Session;
use lsp_types::{InitializeParams, Position, TextDocumentIdentifier, TextDocumentPositionParams, Uri};
use serde_json::{Value, json};
use std::str::FromStr;

/// The folder in which the documents are. Nothing of it is on the disk.
pub(super) const ROOT: &str = "/nowhere/at all";

/// A session in which files are open, by their names in the folder.
pub(super) fn session(files: &[(&str, &str)]) -> Session {
    session_with(files, &json!({}))
}

/// The same, with what the user wants.
pub(super) fn session_with(files: &[(&str, &str)], preferences: &Value) -> Session {
    let params: InitializeParams = serde_json::from_value(json!({
        "processId": null,
        "rootUri": address(""),
        "capabilities": {"textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}}},
        "initializationOptions": preferences,
    }))
    .expect("these are parameters");
    let (mut session, wrong) = Session::new(&params);
    assert_eq!(wrong, None);
    for (name, text) in files {
        let uri = address(name);
        let path = Session::path(&uri);
        let document = Document::new(uri, path.clone(), 1, "yaml".to_string(), (*text).to_string());
        session.documents.insert(path, document);
    }
    session.refresh();
    session
}

/// The address of a file in the folder.
pub(super) fn address(name: &str) -> Uri {
    let folder = ROOT.replace(' ', "%20");
    Uri::from_str(format!("file://{folder}/{name}").trim_end_matches('/')).expect("it is an address")
}

/// The name of the file of an address.
pub(super) fn name(uri: &Uri) -> String {
    Session::path(uri).strip_prefix(&format!("{ROOT}/")).unwrap_or(uri.as_str()).to_string()
}

/// A place: so many bytes behind the beginning of a word.
pub(super) fn at(session: &Session, file: &str, word: &str, more: usize) -> TextDocumentPositionParams {
    let uri = address(file);
    let document = &session.documents[&Session::path(&uri)];
    let offset = document.text().find(word).unwrap_or_else(|| panic!("`{word}` is not in {file}")) + more;
    let position: Position = document.lines().position(document.text(), offset, session.encoding());
    TextDocumentPositionParams { text_document: TextDocumentIdentifier { uri }, position }
}

/// The text under a range.
pub(super) fn slice(session: &Session, file: &str, range: lsp_types::Range) -> String {
    let document = &session.documents[&Session::path(&address(file))];
    let offset = |it| document.lines().offset(document.text(), it, session.encoding());
    document.text()[offset(range.start)..offset(range.end)].to_string()
}
