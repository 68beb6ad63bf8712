//! The life of a session, and what is no message, comes too early or too late.

use super::client::{Client, Folder, rules};
use serde_json::{Value, json};

const BAD: &str = "services:\n  db:\n    image: example/app:1\n    volumes:\n      - data:/data\n";

fn code(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("this is no error: {answer}"))
}

#[test]
fn a_session_from_its_beginning_to_its_end() {
    let folder = Folder::new(&[("compose.yaml", BAD)]);
    let mut client = Client::with(&folder.path(), json!({}));
    let uri = folder.uri("compose.yaml");
    client.open(&uri, BAD);
    assert_eq!(client.rules(&uri, 1), ["undeclared-volume"]);
    client.replace(&uri, 2, &format!("{BAD}volumes:\n  data:\n"));
    assert!(client.rules(&uri, 2).is_empty());
    client.tell("textDocument/didSave", json!({"textDocument": {"uri": uri}}));
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    assert_eq!(client.end(), 0);
}

#[test]
fn before_and_after() {
    let mut client = Client::start();
    assert_eq!(code(&client.ask("textDocument/hover", json!({}))), -32002);
    client.tell("textDocument/didOpen", json!({"nonsense": true}));
    assert_eq!(code(&client.ask("initialize", json!({"capabilities": 7}))), -32602);
    assert!(client.ask("initialize", json!({"capabilities": {}}))["result"].is_object());
    assert_eq!(code(&client.ask("initialize", json!({"capabilities": {}}))), -32600);
    assert_eq!(client.ask("shutdown", Value::Null)["result"], Value::Null);
    assert_eq!(code(&client.ask("textDocument/hover", json!({}))), -32600);
    assert_eq!(code(&client.ask("shutdown", Value::Null)), -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.status(), 0);
}

#[test]
fn an_end_that_comes_early() {
    let mut client = Client::start();
    client.tell("exit", Value::Null);
    assert_eq!(client.status(), 1, "`exit` without `shutdown`");
    assert_eq!(Client::start().close(), 1, "the input ends");
    let folder = Folder::new(&[]);
    assert_eq!(Client::with(&folder.path(), json!({})).close(), 1);
}

#[test]
fn what_is_no_message() {
    let folder = Folder::new(&[("compose.yaml", BAD)]);
    let mut client = Client::with(&folder.path(), json!({}));
    for (text, wanted) in
        [("{", -32700), ("[]", -32600), ("{\"jsonrpc\": \"2.0\"}", -32600), ("null", -32600), ("\u{0}", -32700)]
    {
        client.send_raw(text);
        let answer = client.wait(|it| it["id"] == Value::Null && it.get("error").is_some());
        assert_eq!(code(&answer), wanted, "{text}");
    }
    assert_eq!(code(&client.ask("plimsoll/nonsense", json!({}))), -32601);
    assert_eq!(code(&client.ask("textDocument/codeAction", json!({"textDocument": 1}))), -32602);
    // A notification has no answer, so a message is shown.
    client.tell("textDocument/didChange", json!({"textDocument": []}));
    client.wait(|it| it["method"] == "window/showMessage");
    client.tell("$/nonsense", json!([1, 2]));
    client.send(&json!({"jsonrpc": "2.0", "id": 99, "result": null}));
    let uri = folder.uri("compose.yaml");
    client.open(&uri, BAD);
    assert_eq!(client.rules(&uri, 1), ["undeclared-volume"], "it goes on all the same");
    assert_eq!(client.end(), 0);
}

#[test]
fn what_hides_the_next_message() {
    for bytes in [
        &b"Content-Length: 18446744073709551615\r\n\r\n"[..],
        b"Content-Length: 99999999999\r\n\r\n{}",
        b"Content-Length: many\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\r\n\r\n",
        b"\xff\xfe\x00\r\n",
    ] {
        let mut client = Client::start();
        client.send_bytes(bytes);
        assert_eq!(client.status(), 2, "{}", String::from_utf8_lossy(bytes));
        let said = client.errors();
        assert!(said.starts_with("error: the language server cannot go on: ") && said.lines().count() == 1, "{said}");
    }
    let mut client = Client::start();
    client.send_bytes(b"Content-Length: 400000000\r\n\r\n{");
    assert_eq!(client.close(), 2, "no buffer is made for what has not come");
}

#[test]
fn a_request_that_is_canceled_and_one_that_is_out_of_date() {
    let folder = Folder::new(&[("compose.yaml", BAD)]);
    let mut client = Client::with(&folder.path(), json!({}));
    let uri = folder.uri("compose.yaml");
    client.open(&uri, BAD);
    client.told(&uri, Some(1));
    let document = json!({"textDocument": {"uri": uri}});
    let message = |body: Value| {
        let text = body.to_string();
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    };
    let ask = |id: i64| json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/diagnostic", "params": document});
    let cancel = json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 501}});
    let change = json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params":
        {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "services: {}\n"}]}});
    // All at once, so that the server sees them together; it may be quicker, and then it answers.
    let all: String = [ask(501), cancel, ask(502), change, ask(503)].into_iter().map(message).collect();
    client.send_bytes(all.as_bytes());
    let first = client.answer(501);
    assert!(first.get("result").is_some() || code(&first) == -32800, "{first}");
    let second = client.answer(502);
    assert!(second.get("result").is_some() || code(&second) == -32801, "{second}");
    assert_eq!(client.answer(503)["result"]["items"], json!([]));
    assert_eq!(client.end(), 0);
}

#[test]
fn edits_that_cannot_be() {
    let folder = Folder::new(&[("compose.yaml", BAD)]);
    let mut client = Client::with(&folder.path(), json!({}));
    let uri = folder.uri("compose.yaml");
    client.open(&uri, BAD);
    client.told(&uri, Some(1));
    let range = |a: (u32, u32), b: (u32, u32)| json!({"start": {"line": a.0, "character": a.1}, "end": {"line": b.0, "character": b.1}});
    client.change(
        &uri,
        2,
        json!([
            {"range": range((900, 0), (901, 7)), "text": "volumes:\n"},
            {"range": range((900, 0), (900, 0)), "text": "  data:\n"},
            {"range": range((0, u32::MAX), (0, u32::MAX)), "text": " # 🐳"},
            {"range": range((0, 13), (0, 13)), "text": "inside of a character"},
            {"range": range((3, 2), (1, 2)), "text": "  db:\n  "},
        ]),
    );
    client.told(&uri, Some(2));
    client.tell(
        "textDocument/didChange",
        json!({"textDocument": {"uri": folder.uri("other.yaml"), "version": 9},
        "contentChanges": [{"text": "x"}]}),
    );
    client.change(&uri, 3, json!([{"text": BAD}]));
    assert_eq!(client.rules(&uri, 3), ["undeclared-volume"]);
    let negative = json!({"start": {"line": -1, "character": 0}, "end": {"line": 0, "character": 0}});
    client.change(&uri, 4, json!([{"range": negative, "text": ""}]));
    client.wait(|it| it["method"] == "window/showMessage");
    assert_eq!(client.end(), 0);
}

#[test]
fn documents_that_are_no_files() {
    let folder = Folder::new(&[]);
    let mut client = Client::with(&folder.path(), json!({}));
    for uri in ["untitled:Untitled-1", "git:/srv/compose.yaml?x", "file:///%00/compose.yaml", "x:"] {
        let document = json!({"uri": uri, "languageId": "dockercompose", "version": 1, "text": BAD});
        client.tell("textDocument/didOpen", json!({"textDocument": document}));
        let found = client.told(uri, Some(1));
        assert!(rules(&found).contains(&"undeclared-volume".to_string()), "{uri}: {found:?}");
    }
    assert_eq!(client.end(), 0);
}

#[test]
fn a_document_that_is_too_large() {
    let folder = Folder::new(&[("compose.yaml", BAD)]);
    let mut client = Client::with(&folder.path(), json!({}));
    let uri = folder.uri("compose.yaml");
    let line = format!("# {}\n", "x".repeat(1 << 20));
    client.open(&uri, &format!("{BAD}{}", line.repeat(plimsoll_core::source::Sources::LIMIT / line.len() + 1)));
    let found = client.told(&uri, Some(1));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0]["message"].as_str().unwrap().contains("larger than"), "{found:?}");
    client.replace(&uri, 2, BAD);
    assert_eq!(client.rules(&uri, 2), ["undeclared-volume"]);
    assert_eq!(client.end(), 0);
}
