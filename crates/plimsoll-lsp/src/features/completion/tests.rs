use super::*;
use crate::session::Client;
use lsp_types::{
    CompletionContext, InitializeParams, Position, TextDocumentIdentifier, TextDocumentPositionParams, Uri,
};
use std::str::FromStr;

fn session(client: Client) -> Session {
    let (mut session, _) = Session::new(&InitializeParams::default());
    session.client = client;
    session
}

/// What is offered where `|` stands.
fn offered(path: &str, text: &str, client: Client) -> (String, Vec<CompletionItem>) {
    let at = text.find('|').expect("there is a cursor");
    let text = text.replacen('|', "", 1);
    let uri = Uri::from_str(&format!("file://{path}")).expect("an address");
    let mut session = session(client);
    let document = Document::new(uri.clone(), path.to_string(), 1, "yaml".to_string(), text.clone());
    let position: Position = document.lines().position(&text, at, session.encoding());
    session.documents.insert(path.to_string(), document);
    session.refresh();
    let text_document = TextDocumentIdentifier { uri };
    let context = CompletionContext { trigger_kind: CompletionTriggerKind::INVOKED, trigger_character: None };
    let params = CompletionParams {
        text_document_position: TextDocumentPositionParams { text_document, position },
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
        context: Some(context),
    };
    let found = items(&mut session, &params);
    (text, found)
}

/// The text once the offer of a label is taken.
fn taken(path: &str, written: &str, label: &str) -> String {
    taken_by(path, written, label, Client::default())
}

fn taken_by(path: &str, written: &str, label: &str, client: Client) -> String {
    let (text, found) = offered(path, written, client);
    let labels: Vec<&str> = found.iter().map(|it| it.label.as_str()).collect();
    let item = found.iter().find(|it| it.label == label).unwrap_or_else(|| panic!("{label} is not in {labels:?}"));
    let Some(CompletionTextEdit::Edit(edit)) = &item.text_edit else { panic!("no edit") };
    assert_eq!(edit.range.start.line, edit.range.end.line, "a client takes nothing else");
    let lines = crate::position::Lines::new(&text);
    let start = lines.offset(&text, edit.range.start, client.encoding);
    let end = lines.offset(&text, edit.range.end, client.encoding);
    format!("{}{}{}", &text[..start], edit.new_text, &text[end..])
}

fn labels(path: &str, written: &str) -> Vec<String> {
    let mut found = offered(path, written, Client::default()).1;
    found.sort_by(|a, b| a.sort_text.cmp(&b.sort_text));
    found.into_iter().map(|it| it.label).collect()
}

const COMPOSE: &str = "/none/compose.yaml";
const SETTINGS: &str = "/none/.plimsoll.yaml";
const DB: &str = "services:\n  db:\n    image: postgres:16\n";
const END: &str = "volumes:\n  pgdata:\n  other:\n";

#[test]
fn data_paths_behind_a_volume() {
    let path = "/var/lib/postgresql/data";
    for (line, wanted) in [
        ("      - pgdata:|", "      - pgdata:/var/lib/postgresql/data"),
        ("      - pgdata:/var/l|", "      - pgdata:/var/lib/postgresql/data"),
        ("      - pgdata:/va|r:ro", "      - pgdata:/var/lib/postgresql/data:ro"),
        ("      - \"pgdata:|\"", "      - \"pgdata:/var/lib/postgresql/data\""),
        ("      - \"pgdata:|", "      - \"pgdata:/var/lib/postgresql/data"),
        ("      - ${DIR:-./x}:|", "      - ${DIR:-./x}:/var/lib/postgresql/data"),
        (
            "      - type: volume\n        source: pgdata\n        target: |",
            "      - type: volume\n        source: pgdata\n        target: /var/lib/postgresql/data",
        ),
        ("      - target: /v|", "      - target: /var/lib/postgresql/data"),
        ("    - pgdata:| # kept", "    - pgdata:/var/lib/postgresql/data # kept"),
    ] {
        let text = format!("{DB}    volumes:\n{line}\n{END}");
        assert_eq!(taken(COMPOSE, &text, path), format!("{DB}    volumes:\n{wanted}\n{END}"));
    }
    // The version decides.
    let new = format!("{}    volumes:\n      - pgdata:|\n", DB.replace("16", "18"));
    assert_eq!(labels(COMPOSE, &new), ["/var/lib/postgresql"]);
    let both = format!("{}    volumes:\n      - pgdata:|\n", DB.replace(":16", ""));
    assert!(labels(COMPOSE, &both).contains(&"/var/lib/postgresql".to_string()));
    for nothing in [
        "      - C:|",
        "      - pgdata:/x:|",
        "      - |pgdata:/x\n    tmpfs:\n      - a:",
        "    command: >\n      volumes:\n        - a:|",
    ] {
        let text = format!("{DB}    volumes:\n{nothing}\n");
        assert!(!labels(COMPOSE, &text).contains(&path.to_string()), "{nothing}");
    }
    assert_eq!(labels(COMPOSE, "services:\n  app:\n    image: app\n    volumes:\n      - a:|\n"), [""; 0]);
    assert_eq!(labels(COMPOSE, &format!("{DB}volumes:\n  - a:|\n")), [""; 0]);
}

#[test]
fn volumes_before_the_colon() {
    for (line, wanted) in [
        ("      - |", "      - pgdata:"),
        ("      - pg|", "      - pgdata:"),
        ("      - p|:/x", "      - pgdata:/x"),
        ("      - \"p|:/x\"", "      - \"pgdata:/x\""),
        ("      - type: volume\n        source: |", "      - type: volume\n        source: pgdata"),
    ] {
        let text = format!("{DB}    volumes:\n{line}\n{END}");
        assert_eq!(taken(COMPOSE, &text, "pgdata"), format!("{DB}    volumes:\n{wanted}\n{END}"));
        assert_eq!(labels(COMPOSE, &text), ["other", "pgdata"]);
    }
    assert_eq!(labels(COMPOSE, &format!("{DB}    volumes:\n      - ./x|\n{END}")), [""; 0]);
}

#[test]
fn probes_and_stops() {
    let test = r#"test: ["CMD-SHELL", 'pg_isready -U "$${POSTGRES_USER:-postgres}" -h 127.0.0.1']"#;
    let rest = "interval: 10s\n      timeout: 5s\n      retries: 5\n      start_period: 1m";
    let whole = format!("{DB}    healthcheck:\n      {test}\n      {rest}\n{END}");
    for line in ["heal|", "|", "healthcheck:|", "healthcheck: |", "healthcheck|:"] {
        assert_eq!(taken(COMPOSE, &format!("{DB}    {line}\n{END}"), "healthcheck"), whole, "{line}");
    }
    let windows = taken(COMPOSE, &format!("{DB}    heal|\n").replace('\n', "\r\n"), "healthcheck");
    assert_eq!(windows, format!("{DB}    healthcheck:\n      {test}\n      {rest}\n").replace('\n', "\r\n"));
    let inner = format!("{DB}    healthcheck:\n      t|\n");
    assert_eq!(taken(COMPOSE, &inner, test), format!("{DB}    healthcheck:\n      {test}\n"));
    assert_eq!(
        taken(COMPOSE, &format!("{DB}    stop_grace_period: |\n"), "90s"),
        format!("{DB}    stop_grace_period: 90s\n")
    );
    assert_eq!(labels(COMPOSE, &format!("{DB}    stop_signal: SIG|\n")), ["SIGINT"]);
    assert_eq!(labels(COMPOSE, &format!("{DB}    st|\n")), ["healthcheck", "stop_grace_period: 90s"]);
    // What is there is not offered again, and what needs a password waits for one.
    assert_eq!(labels(COMPOSE, &format!("{DB}    |\n    healthcheck: {{test: x}}\n")), ["stop_grace_period: 90s"]);
    let mysql = "services:\n  db:\n    image: mysql:8.4\n    |\n";
    assert!(!labels(COMPOSE, mysql).contains(&"healthcheck".to_string()));
}

#[test]
fn editors_are_told_that_the_indentation_is_right() {
    let client = Client { keeps_indentation: true, ..Client::default() };
    let (_, found) = offered(COMPOSE, &format!("{DB}    heal|\n"), client);
    assert_eq!(found[0].insert_text_mode, Some(lsp_types::InsertTextMode::AS_IS));
    assert_eq!(found[1].insert_text_mode, None);
}

#[test]
fn rules_in_comments() {
    let line = |comment: &str| format!("{DB}    volumes: [a:/b] {comment}\n");
    for (written, wanted) in [
        ("# plimsoll: ignore[|", "# plimsoll: ignore[duplicate-key"),
        ("# plimsoll: ignore[dup|]", "# plimsoll: ignore[duplicate-key]"),
        ("# plimsoll: ignore[yaml-syntax, du|pl] x", "# plimsoll: ignore[yaml-syntax, duplicate-key] x"),
        ("#plimsoll:ignore [|]", "#plimsoll:ignore [duplicate-key]"),
    ] {
        assert_eq!(taken(COMPOSE, &line(written), "duplicate-key"), line(wanted));
    }
    assert!(!labels(COMPOSE, &line("# plimsoll: ignore[yaml-syntax, |]")).contains(&"yaml-syntax".to_string()));
    assert_eq!(labels(COMPOSE, &line("# plimsoll: ignore[x] |")), [""; 0]);
    // What is found there comes first.
    let service = "services:\n  # plimsoll: ignore[|]\n  db:\n    image: postgres:16\n    restart: always\n    volumes: [aa:/var/lib/postgresql/data]\nvolumes:\n  aa:\n";
    assert_eq!(labels(COMPOSE, service)[0], "short-stop-grace-period");
    let skeleton = "plimsoll: ignore[…]";
    assert_eq!(taken(COMPOSE, &line("# pl|"), skeleton), line("# plimsoll: ignore["));
    assert_eq!(taken(COMPOSE, &line("#|"), skeleton), line("# plimsoll: ignore["));
    let client = Client { snippets: true, ..Client::default() };
    let wanted = line("# plimsoll: ignore[${1:rule}] ${0:reason}");
    assert_eq!(taken_by(COMPOSE, &line("# plimsoll: ig|"), skeleton, client), wanted);
    assert_eq!(labels(COMPOSE, &line("# pin this|")), [""; 0]);
}

#[test]
fn settings() {
    for (written, label, wanted) in [
        ("sel|\n", "select", "select:\n"),
        ("hosts: [linux]\n|\n", "ignore", "hosts: [linux]\nignore:\n"),
        ("ignore: [|]\n", "lifecycle", "ignore: [lifecycle]\n"),
        ("ignore: [duplicate-key, mis|]\n", "missing-healthcheck", "ignore: [duplicate-key, missing-healthcheck]\n"),
        ("ignore:\n  - mis|\n", "missing-healthcheck", "ignore:\n  - missing-healthcheck\n"),
        ("select: |\n", "all", "select: [all]\n"),
        ("severity:\n  du|\n", "duplicate-key", "severity:\n  duplicate-key:\n"),
        ("severity:\n  duplicate-key: |\n", "error", "severity:\n  duplicate-key: error\n"),
        ("hosts: [linux, m|]\n", "macos", "hosts: [linux, macos]\n"),
        ("fail-on: |\n", "never", "fail-on: never\n"),
        (
            "services:\n  db:\n    ignore:\n      |\n",
            "duplicate-key",
            "services:\n  db:\n    ignore:\n      duplicate-key:\n",
        ),
        ("services:\n  db:\n    |\n", "ignore", "services:\n  db:\n    ignore:\n"),
        ("overrides:\n  - files: [a]\n    ign|\n", "ignore", "overrides:\n  - files: [a]\n    ignore:\n"),
        (
            "overrides:\n  - files: [a]\n    ignore: [|]\n",
            "duplicate-key",
            "overrides:\n  - files: [a]\n    ignore: [duplicate-key]\n",
        ),
        ("overrides:\n  - |\n", "files", "overrides:\n  - files:\n"),
        ("projects:\n  a:\n    f|\n", "files", "projects:\n  a:\n    files:\n"),
        ("images:\n  - images: [x]\n    like: post|\n", "postgres", "images:\n  - images: [x]\n    like: postgres\n"),
        ("images:\n  - images: [x]\n    li|\n", "like", "images:\n  - images: [x]\n    like:\n"),
    ] {
        assert_eq!(taken(SETTINGS, written, label), wanted);
    }
    assert!(!labels(SETTINGS, "hosts: [linux]\n|\n").contains(&"hosts".to_string()));
    assert!(!labels(SETTINGS, "ignore: [|]\n").contains(&"all".to_string()));
    assert_eq!(labels(SETTINGS, "baseline: |\n"), [""; 0]);
}

#[test]
fn the_page_comes_with_the_one_that_is_looked_at() {
    let (_, found) = offered(SETTINGS, "ignore: [dup|]\n", Client::default());
    let item = found.into_iter().find(|it| it.label == "duplicate-key").expect("the rule");
    assert!(item.detail.is_some() && item.documentation.is_none());
    let session = session(Client { completes_markdown: true, ..Client::default() });
    let Some(Documentation::MarkupContent(page)) = resolve(&session, item).documentation else { panic!("no page") };
    assert!(page.value.starts_with("# duplicate-key"));
}

#[test]
fn no_place_is_too_odd() {
    let text = "services:\n  db: é🐳\n    - - x: [\n\t|a: 'b # \"c\n  # plimsoll: ignore[,\n---\n- - -\n";
    let session = session(Client::default());
    for (at, _) in text.char_indices() {
        let cut = format!("{}|{}", &text[..at].replace('|', ""), &text[at..].replace('|', ""));
        for path in [COMPOSE, SETTINGS, "/none/Dockerfile"] {
            let (text, found) = offered(path, &cut, session.client);
            for it in found {
                let Some(CompletionTextEdit::Edit(edit)) = it.text_edit else { panic!("no edit") };
                assert!((edit.range.end.line as usize) < text.split('\n').count());
            }
        }
    }
}
