//! What happens while somebody types: in the document, in an override, in `.env`, in the settings.

use super::client::{Client, Folder, apply, rules};
use serde_json::{Value, json};

const STORE: &str = "services:\n  db:\n    image: postgres:17\n    stop_grace_period: 90s\n    volumes:\n      - data:/var/lib/postgresql/data\n";
const DECLARED: &str = "volumes:\n  data:\n";

fn whole() -> String {
    format!("{STORE}{DECLARED}")
}

#[test]
fn a_fix_travels_with_its_finding() {
    let folder = Folder::new(&[("compose.yaml", STORE)]);
    let actions = json!({
        "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
        "isPreferredSupport": true,
    });
    let mut client = Client::with(&folder.path(), json!({"textDocument": {"codeAction": actions}}));
    let uri = folder.uri("compose.yaml");
    client.open(&uri, STORE);
    let found = client.told(&uri, Some(1));
    let undeclared = found.iter().find(|it| it["code"] == "undeclared-volume").unwrap();
    assert!(undeclared["codeDescription"]["href"].as_str().unwrap().ends_with("undeclared-volume.md"));
    let params = json!({"textDocument": {"uri": uri}, "range": undeclared["range"],
        "context": {"diagnostics": [undeclared], "only": ["quickfix"]}});
    let answer = client.ask("textDocument/codeAction", params);
    let action =
        answer["result"].as_array().unwrap().iter().find(|it| it["isPreferred"] == json!(true)).unwrap().clone();
    assert_eq!(action["kind"], "quickfix");
    let edits = action["edit"]["changes"][&uri].as_array().unwrap();
    let text = apply(STORE, edits);
    client.replace(&uri, 2, &text);
    assert!(!client.rules(&uri, 2).contains(&"undeclared-volume".to_string()), "{text}");
    folder.write("compose.yaml", STORE);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["check", "--fix", "--select", "undeclared-volume"]).current_dir(folder.path()).env_clear();
    command.output().unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("compose.yaml")).unwrap(), text, "as the program fixes it");
    assert_eq!(client.end(), 0);
}

#[test]
fn an_override_in_another_buffer() {
    let over = "services:\n  db:\n    volumes: !override\n      - ./data:/var/lib/postgresql/data\n";
    let folder = Folder::new(&[("compose.yaml", &whole()), ("compose.override.yaml", "services: {}\n")]);
    let mut client = Client::with(&folder.path(), json!({}));
    let (base, other) = (folder.uri("compose.yaml"), folder.uri("compose.override.yaml"));
    client.open(&base, &whole());
    assert!(!client.rules(&base, 1).contains(&"database-on-bind-mount".to_string()));
    client.open(&other, "services: {}\n");
    client.told(&other, Some(1));
    client.replace(&other, 2, over);
    assert!(client.rules(&other, 2).contains(&"database-on-bind-mount".to_string()));
    // Now the base has a finding by what is unsaved in the other.
    client.replace(&other, 3, "services:\n  db:\n    tmpfs: /var/lib/postgresql/data\n    volumes: !reset []\n");
    assert!(client.rules(&other, 3).contains(&"tmpfs-on-data-path".to_string()));
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": other}}));
    let gone = client.wait(|it| it["params"]["uri"] == json!(other) && it["params"].get("version").is_none());
    assert_eq!(gone["params"]["diagnostics"], json!([]), "what is on the disk is right");
    assert_eq!(client.end(), 0);
}

#[test]
fn variables_settings_and_what_is_included() {
    let text =
        "include: [more/db.yaml]\nservices:\n  app:\n    image: ${STORE:-example/app:1}\n    volumes: [./x:/x]\n";
    let included = "services:\n  db:\n    image: redis:7\n    volumes: [data:/data]\nvolumes:\n  data:\n";
    let folder = Folder::new(&[("compose.yaml", text), ("more/db.yaml", included), (".env", "TAG=1\n")]);
    let mut client = Client::with(&folder.path(), json!({}));
    let (main, part, env, settings) =
        (folder.uri("compose.yaml"), folder.uri("more/db.yaml"), folder.uri(".env"), folder.uri(".plimsoll.yaml"));
    client.open(&main, text);
    assert_eq!(client.rules(&main, 1), Vec::<String>::new());
    // `.env`, unsaved.
    client.open(&env, "TAG=1\n");
    client.replace(&env, 2, "STORE=postgres:17\n");
    let found = client.told(&main, Some(1));
    assert!(rules(&found).contains(&"data-not-persisted".to_string()), "{found:?}");
    client.replace(&env, 3, "");
    assert_eq!(client.rules(&main, 1), Vec::<String>::new());
    // What is included is checked as a part of what includes it.
    client.open(&part, included);
    assert_eq!(client.rules(&part, 1), Vec::<String>::new());
    client.replace(&part, 2, "services:\n  db:\n    image: redis:7\n    volumes: [data:/data]\n");
    assert_eq!(client.rules(&part, 2), ["undeclared-volume"]);
    // Settings, unsaved, and with a mistake.
    client.open(&settings, "ignore: [undeclared-volume]\n");
    assert_eq!(client.rules(&part, 2), Vec::<String>::new());
    client.told(&settings, Some(1));
    client.replace(&settings, 2, "ignore: [undeclared-volum]\n");
    let wrong = client.told(&settings, Some(2));
    assert!(wrong[0]["message"].as_str().unwrap().contains("undeclared-volume"), "{wrong:?}");
    let note = client.told(&part, Some(2));
    assert!(note[0]["message"].as_str().unwrap().contains("the settings in"), "{note:?}");
    client.replace(&settings, 3, "severity: {undeclared-volume: warning}\n");
    let found = client.told(&part, Some(2));
    assert_eq!((&found[0]["code"], &found[0]["severity"]), (&json!("undeclared-volume"), &json!(2)));
    assert_eq!(client.end(), 0);
}

#[test]
fn settings_alone() {
    let folder = Folder::new(&[]);
    let mut client = Client::with(&folder.path(), json!({}));
    let uri = folder.uri(".plimsoll.yaml");
    client.open(&uri, "ignroe: [missing-healthcheck]\n");
    let found = client.told(&uri, Some(1));
    assert_eq!(found[0]["range"]["start"], json!({"line": 0, "character": 0}));
    assert!(found[0]["message"].as_str().unwrap().contains("`ignore`"), "{found:?}");
    client.replace(&uri, 2, "ignore: [missing-healthcheck]\n");
    assert!(client.told(&uri, Some(2)).is_empty());
    assert_eq!(client.end(), 0);
}

#[test]
fn a_file_changes_on_the_disk() {
    let folder = Folder::new(&[("compose.yaml", &whole())]);
    let capabilities = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut client = Client::with(&folder.path(), capabilities);
    let asked = client.wait(|it| it["method"] == "client/registerCapability");
    assert_eq!(asked["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    let uri = folder.uri("compose.yaml");
    client.open(&uri, &whole());
    client.told(&uri, Some(1));
    folder.write(
        "compose.override.yaml",
        "services:\n  db:\n    tmpfs: /var/lib/postgresql/data\n    volumes: !reset []\n",
    );
    let over = folder.uri("compose.override.yaml");
    client.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": over, "type": 1}]}));
    assert!(rules(&client.told(&over, None)).contains(&"tmpfs-on-data-path".to_string()));
    assert_eq!(client.end(), 0);
}

#[test]
fn half_a_line_does_not_blank_the_file() {
    let two = format!("{STORE}  cache:\n    image: redis:7\n    volumes:\n      - lost:/data\n{DECLARED}");
    let folder = Folder::new(&[("compose.yaml", &two)]);
    let mut client = Client::with(&folder.path(), json!({}));
    let uri = folder.uri("compose.yaml");
    client.open(&uri, &two);
    assert_eq!(client.rules(&uri, 1), ["undeclared-volume"]);
    let mut version = 1;
    for half in
        ["    image: \"redis:7", "    image: [redis", "    image: *", "    image: {", "    imag", "    image: a: b"]
    {
        version += 1;
        client.replace(&uri, version, &two.replace("    image: redis:7", half));
        let found = client.rules(&uri, version);
        assert!(found.contains(&"undeclared-volume".to_string()), "{half}: {found:?}");
        assert!(found.len() == 2, "what is wrong with the line, and what was there: {half}: {found:?}");
    }
    // In another service, too.
    client.replace(&uri, 20, &two.replace("postgres:17", "\"postgres:17"));
    assert_eq!(client.rules(&uri, 20), ["yaml-syntax", "undeclared-volume"]);
    client.replace(&uri, 21, &two);
    assert_eq!(client.rules(&uri, 21), ["undeclared-volume"]);
    assert_eq!(client.end(), 0);
}

#[test]
fn both_ways_of_counting() {
    let text = "services:\n  db:\n    image: \"example/app:1\" # 🐳é\n    volumes: [ \"./é🐳:/x\", data:/data ]\n";
    let folder = Folder::new(&[("compose.yaml", text)]);
    let uri = folder.uri("compose.yaml");
    for (offered, wanted, start) in [
        (json!({}), "utf-16", text.lines().nth(3).unwrap().split("data:").next().unwrap().encode_utf16().count()),
        (
            json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}}),
            "utf-8",
            text.lines().nth(3).unwrap().split("data:").next().unwrap().len(),
        ),
    ] {
        let mut client = Client::start();
        let answer = client.ask("initialize", json!({"capabilities": offered}));
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], wanted);
        client.tell("initialized", json!({}));
        client.open(&uri, text);
        let found = client.told(&uri, Some(1));
        let it = found.iter().rfind(|it| it["code"] == "undeclared-volume").unwrap();
        assert_eq!(it["range"]["start"], json!({"line": 3, "character": start}), "{wanted}");
        // An edit behind what takes more than one unit.
        let end = start + "data:/data".len();
        let range = json!({"start": {"line": 3, "character": start}, "end": {"line": 3, "character": end}});
        client.change(&uri, 2, json!([{"range": range, "text": "./data:/data"}]));
        assert!(!client.rules(&uri, 2).contains(&"undeclared-volume".to_string()), "{wanted}");
        assert_eq!(client.end(), 0);
    }
}

#[test]
fn a_client_that_asks() {
    let folder = Folder::new(&[("compose.yaml", STORE)]);
    let capabilities =
        json!({"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}}});
    let mut client = Client::with(&folder.path(), capabilities);
    let uri = folder.uri("compose.yaml");
    client.open(&uri, STORE);
    let ask = |client: &mut Client, previous: Option<&Value>| {
        let params = json!({"textDocument": {"uri": uri}, "previousResultId": previous});
        client.ask("textDocument/diagnostic", params)["result"].clone()
    };
    let first = ask(&mut client, None);
    assert_eq!(first["kind"], "full");
    assert!(rules(first["items"].as_array().unwrap()).contains(&"undeclared-volume".to_string()));
    let second = ask(&mut client, Some(&first["resultId"]));
    assert_eq!((&second["kind"], &second["resultId"]), (&json!("unchanged"), &first["resultId"]));
    // What another file changes, it is told to ask for.
    client.waiting.clear();
    folder.write("compose.override.yaml", DECLARED);
    let over = folder.uri("compose.override.yaml");
    client.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": over, "type": 1}]}));
    client.wait(|it| it["method"] == "workspace/diagnostic/refresh");
    let third = ask(&mut client, Some(&first["resultId"]));
    assert!(!rules(third["items"].as_array().unwrap()).contains(&"undeclared-volume".to_string()));
    let pushed = client.waiting.iter().any(|it| it["method"] == "textDocument/publishDiagnostics");
    assert!(!pushed, "what is asked for is not told as well");
    assert_eq!(client.end(), 0);
}
