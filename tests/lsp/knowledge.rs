//! What the server knows of a place, and where names lead.

use super::client::{Client, Folder};
use serde_json::{Value, json};

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    env_file: db.env\n    environment:\n      PASSWORD: ${SECRET}\n    \
                       volumes:\n      - data:/var/lib/postgresql/data\n";
const OVERRIDE: &str = "services:\n  db:\n    stop_grace_period: 1m\nvolumes:\n  data:\n";

fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}})
}

fn folder() -> Folder {
    Folder::new(&[
        ("compose.yaml", COMPOSE),
        ("compose.override.yaml", OVERRIDE),
        (".env", "SECRET=hunter2\n"),
        ("db.env", ""),
    ])
}

#[test]
fn what_is_under_the_cursor() {
    let folder = folder();
    let hover = json!({"textDocument": {"hover": {"contentFormat": ["markdown"]}}});
    let mut client = Client::with(&folder.path(), hover);
    let uri = folder.uri("compose.yaml");
    client.open(&uri, COMPOSE);
    let image = client.ask("textDocument/hover", at(&uri, 2, 14));
    assert_eq!(image["result"]["contents"]["kind"], "markdown");
    let text = image["result"]["contents"]["value"].as_str().unwrap();
    assert!(text.contains("PostgreSQL") && text.contains("`SIGINT`"), "{text}");
    let range = json!({"start": {"line": 2, "character": 11}, "end": {"line": 2, "character": 22}});
    assert_eq!(image["result"]["range"], range);
    let variable = client.ask("textDocument/hover", at(&uri, 5, 20));
    let text = variable["result"]["contents"]["value"].as_str().unwrap();
    assert!(text.contains("set in `.env`, line 1") && !text.contains("hunter2"), "{text}");
    assert_eq!(client.ask("textDocument/hover", at(&uri, 4, 6))["result"], Value::Null);
    assert_eq!(client.ask("textDocument/hover", at(&uri, 99, 99))["result"], Value::Null);
    assert_eq!(client.end(), 0);
}

#[test]
fn plain_text_for_who_has_no_markdown() {
    let folder = folder();
    let mut client = Client::with(&folder.path(), json!({}));
    let uri = folder.uri("compose.yaml");
    client.open(&uri, COMPOSE);
    let mount = client.ask("textDocument/hover", at(&uri, 7, 10));
    assert_eq!(mount["result"]["contents"]["kind"], "plaintext");
    let text = mount["result"]["contents"]["value"].as_str().unwrap();
    assert!(text.contains("`down -v` · no · ") && !text.contains("**"), "{text}");
    assert_eq!(client.end(), 0);
}

#[test]
fn names_lead_to_files_and_declarations() {
    let folder = folder();
    let mut client = Client::with(&folder.path(), json!({}));
    let (uri, other) = (folder.uri("compose.yaml"), folder.uri("compose.override.yaml"));
    client.open(&uri, COMPOSE);
    let volume = client.ask("textDocument/definition", at(&uri, 7, 9));
    assert_eq!(volume["result"][0]["uri"], json!(other));
    assert_eq!(volume["result"][0]["range"]["start"], json!({"line": 4, "character": 2}));
    let variable = client.ask("textDocument/definition", at(&uri, 5, 20));
    assert_eq!(variable["result"][0]["uri"], json!(folder.uri(".env")));
    let links = client.ask("textDocument/documentLink", json!({"textDocument": {"uri": uri}}));
    assert_eq!(links["result"][0]["target"], json!(folder.uri("db.env")));
    client.open(&other, OVERRIDE);
    let params = json!({"textDocument": {"uri": other}, "position": {"line": 4, "character": 3}, "context": {"includeDeclaration": false}});
    let uses = client.ask("textDocument/references", params);
    assert_eq!(uses["result"].as_array().map(Vec::len), Some(1));
    assert_eq!(uses["result"][0]["uri"], json!(uri));
    assert_eq!(client.end(), 0);
}

#[test]
fn hints_are_shown_to_who_wants_them() {
    let folder = folder();
    let mut client = Client::with(&folder.path(), json!({"workspace": {"inlayHint": {"refreshSupport": true}}}));
    let (uri, other) = (folder.uri("compose.yaml"), folder.uri("compose.override.yaml"));
    client.open(&uri, COMPOSE);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 0}});
    let params = json!({"textDocument": {"uri": uri}, "range": range});
    assert_eq!(client.ask("textDocument/inlayHint", params.clone())["result"], json!([]));
    client.tell("workspace/didChangeConfiguration", json!({"settings": {"plimsoll": {"inlayHints": true}}}));
    client.wait(|it| it["method"] == "workspace/inlayHint/refresh");
    let hints = client.ask("textDocument/inlayHint", params.clone());
    assert_eq!(hints["result"][0]["label"], "SIGINT", "the grace period is written in the override");
    // A change in another file of the project is one here.
    client.open(&other, "services: {}\nvolumes:\n  data:\n");
    client.wait(|it| it["method"] == "workspace/inlayHint/refresh");
    assert_eq!(client.ask("textDocument/inlayHint", params)["result"][0]["label"], "SIGINT, 10s");
    assert_eq!(client.end(), 0);
}
