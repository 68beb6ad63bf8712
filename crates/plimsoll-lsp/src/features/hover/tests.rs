//! What is said of places in documents.

use super::super::testing::{at, session, slice};
use super::*;

fn ask(session: &mut Session, file: &str, word: &str, more: usize) -> Option<(String, String)> {
    let params = HoverParams {
        text_document_position_params: at(session, file, word, more),
        work_done_progress_params: Default::default(),
    };
    let it = hover(session, &params)?;
    let HoverContents::Markup(contents) = it.contents else { panic!("it is Markdown") };
    let range = it.range.map(|it| slice(session, file, it)).unwrap_or_default();
    Some((range, contents.value))
}

const BASE: &str = "# é🐳\r\nname: shop\r\nx-img: &img\r\n  image: mysql:8.4\r\nservices:\r\n  db: # plimsoll: ignore[missing-backup, nonsense] why\r\n    image: \"postgres:16\"\r\n    \
                    environment:\r\n      PASSWORD: 🐳${SECRET:-x}\r\n    volumes:\r\n      - data:/var/lib/postgresql/data\r\n      \
                    - ./init:/docker-entrypoint-initdb.d\r\n    tmpfs: /scratch:size=1m\r\n  my:\r\n    <<: *img\r\n    tmpfs: [/var/lib/mysql]\r\n  \
                    app:\r\n    image: shop/app:${TAG}\r\n    ports: [\"${PORT:?no}:80\"]\r\n  built:\r\n    build:\r\n      dockerfile_inline: |\r\n        FROM redis:7\r\n\
                    volumes:\r\n  data:\r\n  share:\r\n    driver_opts: {type: nfs, device: \":/x\", o: addr=nas}\r\n";
const OVERRIDE: &str = "services:\n  db:\n    image: postgres:18\n    volumes:\n      - type: bind\n        source: ./pg\n        target: /var/lib/postgresql/data\n";
const ENV: &str = "# secrets\nSECRET=hunter2\nTAG=top-secret-tag\n";

#[test]
fn an_image() {
    let mut session = session(&[("compose.yaml", BASE)]);
    let (range, text) = ask(&mut session, "compose.yaml", "postgres:16", 4).expect("it is known");
    assert_eq!(range, "\"postgres:16\"");
    for part in [
        "PostgreSQL",
        "version 16",
        "**data** `/var/lib/postgresql/data`",
        "**stop** `SIGINT`",
        "**VOLUME**",
        "pg_isready",
        "**platforms**",
        "**see** [",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("`/var/lib/postgresql/18"), "what holds for other versions only: {text}");
    // In an anchor that a service takes in.
    assert!(ask(&mut session, "compose.yaml", "mysql:8.4", 1).is_some_and(|it| it.1.contains("MySQL")));
    assert!(ask(&mut session, "compose.yaml", "shop/app", 1).is_none());
    let (range, text) = ask(&mut session, "compose.yaml", "build:", 1).expect("its base is known");
    assert_eq!(range, "build");
    assert!(text.contains("The Dockerfile is made from `redis:7`."), "{text}");
}

#[test]
fn a_service() {
    let mut session = session(&[("compose.yaml", BASE)]);
    let (range, text) = ask(&mut session, "compose.yaml", "db: #", 0).expect("it is known");
    assert_eq!(range, "db");
    for part in [
        "service `db`",
        "**stop** `SIGINT` (of the image), grace period `10s`",
        "**healthcheck** none",
        "| `/var/lib/postgresql/data` | volume `shop_data` | yes | yes | yes | **no** |",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(ask(&mut session, "compose.yaml", "app:", 1).is_none());
}

#[test]
fn a_mount() {
    let mut session = session(&[("compose.yaml", BASE)]);
    let (range, text) = ask(&mut session, "compose.yaml", "data:/var", 1).expect("it is a mount");
    assert_eq!(range, "data:/var/lib/postgresql/data");
    for part in [
        "#### volume `data` at `/var/lib/postgresql/data`",
        "Docker knows it as `shop_data`",
        "covers `/var/lib/postgresql/data` of PostgreSQL",
        "| `down -v` | **no** |",
        "| `reboot` | yes |",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let (_, text) = ask(&mut session, "compose.yaml", "./init", 1).expect("it is a mount");
    assert!(text.contains("directory or file of the host `./init`"), "{text}");
    assert!(text.contains("covers none of the directories in which PostgreSQL keeps data"), "{text}");
    let (range, text) = ask(&mut session, "compose.yaml", "/scratch", 1).expect("it is a mount");
    assert!(range == "/scratch:size=1m" && text.contains("#### tmpfs at `/scratch`"), "{range} {text}");
    let (_, text) = ask(&mut session, "compose.yaml", "[/var/lib/mysql", 3).expect("it is a mount");
    assert!(
        text.contains("covers `/var/lib/mysql` of MySQL") && text.contains("`reboot`, `move` | **no** |"),
        "{text}"
    );
    let (range, text) = ask(&mut session, "compose.yaml", "data:\r\n  share", 1).expect("it is a volume");
    assert!(range == "data" && text.contains("**mounted by** `db` at `/var/lib/postgresql/data`"), "{text}");
    let (_, text) = ask(&mut session, "compose.yaml", "share:", 1).expect("it is a volume");
    assert!(text.contains("share of another computer") && text.contains("no service"), "{text}");
}

#[test]
fn a_mount_that_an_override_takes_the_place_of() {
    let mut session = session(&[("compose.yaml", BASE), ("compose.override.yaml", OVERRIDE)]);
    let (_, text) = ask(&mut session, "compose.yaml", "data:/var", 1).expect("it is a mount");
    assert!(text.contains("**left out**") && !text.contains("| after |"), "{text}");
    let (range, text) = ask(&mut session, "compose.override.yaml", "source:", 2).expect("it is a mount");
    assert!(range.starts_with("type: bind") && text.contains("`./pg`"), "{range} {text}");
    // What is written decides, and not what it is merged to.
    let (_, text) = ask(&mut session, "compose.yaml", "postgres:16", 1).expect("it is known");
    assert!(text.contains("version 16"), "{text}");
    let (_, text) = ask(&mut session, "compose.override.yaml", "postgres:18", 1).expect("it is known");
    assert!(text.contains("version 18"), "{text}");
}

#[test]
fn a_variable() {
    let mut session = session(&[("compose.yaml", BASE), (".env", ENV)]);
    let (range, text) = ask(&mut session, "compose.yaml", "${SECRET", 3).expect("it is a variable");
    assert_eq!(range, "${SECRET:-x}");
    assert!(text.contains("variable `SECRET`") && text.contains("It is set in `.env`, line 2."), "{text}");
    assert!(!text.contains("hunter2"));
    let (_, text) = ask(&mut session, "compose.yaml", "${PORT", 3).expect("it is a variable");
    assert!(text.contains("not set in the files") && text.contains("Compose stops"), "{text}");
    let (_, text) = ask(&mut session, "compose.yaml", "${TAG", 3).expect("it is a variable");
    assert!(!text.contains("top-secret"), "{text}");
}

#[test]
fn variables_of_settings_and_of_included_files() {
    let main =
        "include:\n  - path: in/compose.yaml\n    env_file: in/x.env\nservices:\n  a:\n    image: a:${A}${B}${C}\n";
    let inner = "services:\n  b:\n    image: b:${A}${B}${C}\n";
    let settings = "env:\n  A: secret-1\nenv-files: [vars.env]\n";
    let files = [
        ("compose.yaml", main),
        ("in/compose.yaml", inner),
        ("in/x.env", "B=secret-2\nC=secret-3\n"),
        ("vars.env", "X=1\nB=secret-4\n"),
        (".plimsoll.yaml", settings),
    ];
    let mut session = session(&files);
    for (file, word, wanted) in [
        ("compose.yaml", "${A", "set in the settings"),
        ("compose.yaml", "${B", "set in `vars.env`, line 2"),
        ("compose.yaml", "${C", "not set in the files"),
        ("in/compose.yaml", "${A", "set in the settings"),
        ("in/compose.yaml", "${B", "set in `vars.env`, line 2"),
        ("in/compose.yaml", "${C", "set in `in/x.env`, line 2"),
    ] {
        let (_, text) = ask(&mut session, file, word, 2).expect("it is a variable");
        assert!(text.contains(wanted) && !text.contains("secret-"), "{file} {word}: {text}");
    }
}

#[test]
fn variables_of_a_project_that_the_settings_name() {
    let text = "services:\n  a:\n    image: a:${A}${B}\n";
    let settings = "env-files: [all.env]\nprojects:\n  prod:\n    files: [prod.yaml]\n    env: {A: secret-1}\n    env-files: [prod.env]\n";
    let files =
        [("prod.yaml", text), ("prod.env", "\nB=secret-2\n"), ("all.env", "B=3\n"), (".plimsoll.yaml", settings)];
    let mut session = session(&files);
    let (_, text) = ask(&mut session, "prod.yaml", "${A", 2).expect("it is a variable");
    assert!(text.contains("set in the settings"), "{text}");
    let (_, text) = ask(&mut session, "prod.yaml", "${B", 2).expect("it is a variable");
    assert!(text.contains("set in `prod.env`, line 2"), "{text}");
}

#[test]
fn a_rule() {
    let settings = "ignore: [missing-backup]\nseverity:\n  \"data-not-persisted\": warning\n";
    let mut session = session(&[("compose.yaml", BASE), (".plimsoll.yaml", settings)]);
    let (range, text) = ask(&mut session, "compose.yaml", "missing-backup", 3).expect("it is a rule");
    assert_eq!(range, "missing-backup");
    assert!(text.contains("#### missing-backup") && text.contains("rules/missing-backup.md)"), "{text}");
    assert!(ask(&mut session, "compose.yaml", "nonsense", 1).is_none());
    assert!(ask(&mut session, "compose.yaml", "why", 1).is_none());
    let (range, _) = ask(&mut session, ".plimsoll.yaml", "data-not", 1).expect("it is a rule");
    assert_eq!(range, "data-not-persisted");
    assert!(ask(&mut session, ".plimsoll.yaml", "missing-backup", 0).is_some());
    assert!(ask(&mut session, ".plimsoll.yaml", "severity", 0).is_none());
}

#[test]
fn nothing_is_said_of_anything_else() {
    let mut session = session(&[("compose.yaml", BASE), (".env", ENV), ("other.txt", "${A}")]);
    for (word, more) in
        [("# é", 4), ("services:", 1), ("environment", 1), ("ports", 2), ("shop\r", 1), ("    tmpfs", 1)]
    {
        assert!(ask(&mut session, "compose.yaml", word, more).is_none(), "{word}");
    }
    assert!(ask(&mut session, ".env", "SECRET", 1).is_none());
    assert!(ask(&mut session, "other.txt", "A", 0).is_none());
}

#[test]
fn a_line_that_is_taken_for_blank() {
    let text = BASE.replace("\"postgres:16\"", "\"postgres:16");
    let mut session = session(&[("compose.yaml", &text)]);
    assert!(ask(&mut session, "compose.yaml", "postgres:16", 1).is_none());
    let (range, _) = ask(&mut session, "compose.yaml", "data:/var", 1).expect("the rest is there");
    assert_eq!(range, "data:/var/lib/postgresql/data");
}

#[test]
fn positions_that_do_not_exist() {
    let mut session = session(&[("compose.yaml", BASE)]);
    let mut params = at(&session, "compose.yaml", "services", 0);
    params.position = lsp_types::Position::new(u32::MAX, u32::MAX);
    let params = HoverParams { text_document_position_params: params, work_done_progress_params: Default::default() };
    assert!(hover(&mut session, &params).is_none());
}

/// Every place of a text at which a word begins or ends, asked for everything.
fn everything(session: &mut Session, file: &str) -> String {
    use super::super::testing::address;
    use super::super::{definition, hints, links};
    use lsp_types::{GotoDefinitionParams, Position, TextDocumentIdentifier, TextDocumentPositionParams};
    let uri = address(file);
    let text = session.documents[&Session::path(&uri)].text().to_string();
    let is_word = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    let is_edge = |at: &usize| {
        let (Some(before), Some(behind)) = (text.get(..*at), text.get(*at..)) else { return false };
        let (left, right) = (is_word(before.chars().next_back()), is_word(behind.chars().next()));
        left != right || !left && at.is_multiple_of(2)
    };
    let mut said = String::new();
    for offset in (0..=text.len()).filter(is_edge) {
        let document = &session.documents[&Session::path(&uri)];
        let position = document.lines().position(document.text(), offset, session.encoding());
        let at = TextDocumentPositionParams { text_document: TextDocumentIdentifier { uri: uri.clone() }, position };
        let params =
            HoverParams { text_document_position_params: at.clone(), work_done_progress_params: Default::default() };
        said.push_str(&serde_json::to_string(&hover(session, &params)).expect("it can be written"));
        let params = GotoDefinitionParams {
            text_document_position_params: at,
            work_done_progress_params: Default::default(),
            partial_result_params: Default::default(),
        };
        said.push_str(&serde_json::to_string(&definition::definition(session, &params)).expect("it can be written"));
    }
    let text_document = TextDocumentIdentifier { uri };
    let params = lsp_types::InlayHintParams {
        work_done_progress_params: Default::default(),
        text_document: text_document.clone(),
        range: Range { start: Position::new(0, 0), end: Position::new(u32::MAX, 0) },
    };
    said.push_str(&serde_json::to_string(&hints::hints(session, &params)).expect("it can be written"));
    let params = lsp_types::DocumentLinkParams {
        text_document,
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    said.push_str(&serde_json::to_string(&links::links(session, &params)).expect("it can be written"));
    said
}

#[test]
fn no_value_of_a_variable_is_shown_anywhere() {
    let text = "name: ${NAME}\nservices:\n  db:\n    image: postgres:${TAG}\n    stop_signal: ${SIGNAL}\n    \
                stop_grace_period: ${GRACE}\n    environment:\n      PGDATA: ${WHERE}/x\n    env_file: [\"${FILE}\", own.env]\n    \
                volumes: [\"${SOURCE}:${WHERE}\", \"${VOLUME}:/v\", \"ok:${WHERE}2\"]\n    tmpfs: \"${SCRATCH}\"\n  \
                own:\n    image: ${IMAGE}\n  built:\n    build:\n      context: ${CONTEXT}\n      args: {V: \"${TAG}\"}\n      \
                dockerfile_inline: |\n        ARG V=1\n        FROM redis:$${V}\n        STOPSIGNAL $${V}\n        ENV A=1\n\
                volumes:\n  ok:\n    name: ${OUTSIDE}\n    driver_opts: {type: none, o: bind, device: \"${SOURCE}\"}\n";
    let env = "NAME=leak-name\nTAG=17-leak-tag\nSIGNAL=SIGUSR1\nGRACE=77s\nWHERE=/leak-where\nFILE=leak.env\nSOURCE=./leak-source\n\
               VOLUME=leak-volume\nSCRATCH=/leak-scratch\nIMAGE=mysql:9-leak\nCONTEXT=leak-context\nOUTSIDE=leak-outside\n";
    let files = [("compose.yaml", text), (".env", env), ("own.env", "X=leak-x\n")];
    let mut session = super::super::testing::session_with(&files, &serde_json::json!({"inlayHints": true}));
    let said = everything(&mut session, "compose.yaml");
    for secret in ["leak", "SIGUSR1", "77s", "1m17"] {
        let at = said.find(secret).map(|at| {
            said.floor_char_boundary(at.saturating_sub(200))..said.floor_char_boundary((at + 50).min(said.len()))
        });
        assert!(at.is_none(), "{secret}: {}", &said[at.unwrap_or_default()]);
    }
    assert!(said.contains("${WHERE}/x") && said.contains("PostgreSQL"));
}

#[test]
fn nothing_makes_it_panic() {
    let bomb = "a: &a [1]\nb: &b [*a, *a]\nservices: {x: *b, y: *y, z: &z {<<: *z}}\n";
    for text in [
        "",
        "\u{feff}services:\n  db:\n    image: postgres\n",
        "services: [",
        "services:\n  a: *b\n  c: 1\n  d:\n",
        "- a\n- b\n",
        "x",
        bomb,
        "services:\n  a:\n    image: \"${A:-${B:-${C\n    volumes: [':', '::', 'a:b:c:d', 1, {}, {type: x}, [a]]\n    tmpfs: [':', {}]\n",
        "services:\n  é🐳:\n    image: 'mysql:8'\n    volumes: ['🐳:/var/lib/mysql', \"\\x41:/é\"]\n    depends_on: [é🐳, {}]\n    links: [':', 'é🐳:🐳']\n    extends: {file: [], service: {}}\n    network_mode: 'service:'\nvolumes:\n  ? [a]\n  : b\n",
        "include: [a, {path: [b, {}], env_file: {}}, [], {}]\nconfigs: []\nsecrets: {a: {file: []}}\n",
        "services:\r  db:\r    image: postgres:16\r    volumes:\r      - |\r        a:/b\r      - >-\r        c:\r        /d\r",
        "# plimsoll: ignore[\n# plimsoll: ignore[]\n# plimsoll: ignore[,é,]\nservices: {} # plimsoll:\n---\nservices: {a: {image: redis}}\n",
    ] {
        let mut session = session(&[("compose.yaml", text), ("compose.override.yaml", bomb)]);
        everything(&mut session, "compose.yaml");
    }
}
