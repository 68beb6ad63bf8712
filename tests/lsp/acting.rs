//! What the editor offers does what it says: fixes, suppressions, pages, completions.

use super::client::{Client, Folder, apply};
use serde_json::{Value, json};
use std::process::Command;

const TEXT: &str = "services:\n  db:\n    image: postgres:16 # é🐳\n    restart: always\n    volumes:\n      - \
                    pgdata:/var/lib/postgresql/data\n  other:\n    image: mysql:8.4\n    restart: always\n    \
                    volumes:\n      - mydata:/var/lib/mysql\nvolumes:\n  pgdata:\n  mydata:\n";

fn capabilities() -> Value {
    json!({
        "window": {"showDocument": {"support": true}},
        "workspace": {"workspaceEdit": {"documentChanges": true}},
        "textDocument": {
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source.fixAll"]}},
                "isPreferredSupport": true,
            },
            "completion": {"completionItem": {"snippetSupport": true}},
        },
    })
}

fn actions(client: &mut Client, uri: &str, context: Value) -> Vec<Value> {
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let params = json!({"textDocument": {"uri": uri}, "range": range, "context": context});
    client.ask("textDocument/codeAction", params)["result"].as_array().unwrap().clone()
}

fn edited(text: &str, action: &Value) -> String {
    let change = &action["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], json!(1), "{action}");
    apply(text, change["edits"].as_array().unwrap())
}

#[test]
fn all_safe_fixes_are_what_the_program_writes() {
    let folder = Folder::new(&[("compose.yaml", TEXT)]);
    let mut client = Client::with(&folder.path(), capabilities());
    let uri = folder.uri("compose.yaml");
    client.open(&uri, TEXT);
    let found = actions(&mut client, &uri, json!({"diagnostics": [], "only": ["source.fixAll"]}));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["kind"], "source.fixAll.plimsoll");
    let ours = edited(TEXT, &found[0]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["check", "--fix"]).current_dir(folder.path()).env_clear().output().unwrap();
    assert_ne!(ours, TEXT);
    assert_eq!(ours, std::fs::read_to_string(folder.path().join("compose.yaml")).unwrap());
    assert_eq!(client.end(), 0);
}

#[test]
fn a_finding_is_ignored_with_a_reason_and_its_page_is_opened() {
    let folder = Folder::new(&[("compose.yaml", TEXT)]);
    let mut client = Client::with(&folder.path(), capabilities());
    let uri = folder.uri("compose.yaml");
    client.open(&uri, TEXT);
    let mut found = client.told(&uri, Some(1));
    found.retain(|it| it["code"] == "short-stop-grace-period" && it["range"]["start"]["line"] == 1);
    let offered = actions(&mut client, &uri, json!({"diagnostics": found}));
    let titled = |part: &str| {
        let found = offered.iter().find(|it| it["title"].as_str().unwrap().contains(part));
        found.unwrap_or_else(|| panic!("{part}: {offered:#?}")).clone()
    };
    let ignore = titled("ignore `short-stop-grace-period` for the service `db`");
    let after = edited(TEXT, &ignore);
    assert_eq!(after, TEXT.replacen("  db:", "  # plimsoll: ignore[short-stop-grace-period] <reason>\n  db:", 1));
    for (action, is_page) in [(ignore, false), (titled("open the page"), true)] {
        assert_eq!(client.ask("workspace/executeCommand", action["command"].clone())["result"], Value::Null);
        let shown = client.wait(|it| it["method"] == "window/showDocument");
        assert_eq!(shown["params"]["external"], json!(is_page));
        assert_eq!(shown["params"]["selection"].is_object(), !is_page);
    }
    client.replace(&uri, 2, &after);
    let left = client.told(&uri, Some(2));
    assert!(left.iter().all(|it| it["range"]["start"]["line"] != 2 && it["code"] != "unused-ignore"), "{left:?}");
    let wrong = json!({"command": "plimsoll.openPage", "arguments": ["https://example.com"]});
    assert!(client.ask("workspace/executeCommand", wrong)["error"].is_object());
    assert_eq!(client.end(), 0);
}

#[test]
fn data_paths_are_completed_while_the_line_is_typed() {
    let folder = Folder::new(&[("compose.yaml", TEXT)]);
    let mut client = Client::with(&folder.path(), capabilities());
    let uri = folder.uri("compose.yaml");
    let text = TEXT.replacen("      - pgdata:/var/lib/postgresql/data", "      - \"pgdata:", 1);
    client.open(&uri, &text);
    let position = json!({"line": 5, "character": 16});
    let params = json!({"textDocument": {"uri": uri}, "position": position});
    let items = client.ask("textDocument/completion", params)["result"].as_array().unwrap().clone();
    let labels: Vec<&str> = items.iter().map(|it| it["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["/var/lib/postgresql/data"]);
    let full = apply(&text, &[items[0]["textEdit"].clone()]);
    assert!(full.contains("      - \"pgdata:/var/lib/postgresql/data\n"), "{full}");
    assert_eq!(client.end(), 0);
}
