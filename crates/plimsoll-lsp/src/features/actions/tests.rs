use super::*;
use crate::documents::Document;
use crate::session::Client;
use lsp_types::{CodeActionContext, InitializeParams, Position, TextDocumentIdentifier};
use plimsoll_core::check::Options;
use plimsoll_core::fix::{Checked, Safety, Texts, fix_all};
use plimsoll_workspace::disk::Disk;
use plimsoll_workspace::subject::Subject;
use serde_json::json;
use std::path::Path;
use std::str::FromStr;

const CLIENT: Client = Client {
    encoding: crate::position::Encoding::Utf16,
    pulls: false,
    refreshes: false,
    related: true,
    watches: false,
    versioned: true,
    snippets: false,
    keeps_indentation: false,
    completes_markdown: false,
    actions: true,
    prefers: true,
    shows: true,
    markdown: false,
    rehints: false,
};
const PATH: &str = "/none/compose.yaml";

fn session(path: &str, text: &str, client: Client) -> Session {
    let (mut session, _) = Session::new(&InitializeParams::default());
    session.client = client;
    let uri = Uri::from_str(&format!("file://{path}")).expect("an address");
    let document = Document::new(uri, path.to_string(), 3, "yaml".to_string(), text.to_string());
    session.documents.insert(path.to_string(), document);
    session.refresh();
    session
}

fn params(session: &Session, path: &str, context: CodeActionContext) -> CodeActionParams {
    let range = Range { start: Position::new(0, 0), end: Position::new(100_000, 0) };
    let range = context.diagnostics.first().map_or(range, |it| it.range);
    CodeActionParams {
        text_document: TextDocumentIdentifier { uri: session.documents[path].uri.clone() },
        range,
        context,
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    }
}

fn ask(session: &Session, path: &str, context: CodeActionContext) -> Vec<CodeAction> {
    let found = actions(session, &params(session, path, context));
    let action = |it| match it {
        CodeActionOrCommand::CodeAction(it) => it,
        CodeActionOrCommand::Command(_) => panic!("a command alone"),
    };
    found.into_iter().map(action).collect()
}

fn only(kind: &str) -> CodeActionContext {
    CodeActionContext { only: Some(vec![CodeActionKind::from(kind.to_string())]), ..CodeActionContext::default() }
}

/// What can be done about the findings of a rule.
fn about(session: &Session, rule: &str) -> Vec<CodeAction> {
    let mut diagnostics = session.diagnostics(PATH);
    diagnostics.retain(|it| code(it) == rule);
    assert!(!diagnostics.is_empty(), "{rule} finds nothing");
    ask(session, PATH, CodeActionContext { diagnostics, ..CodeActionContext::default() })
}

fn titled<'a>(actions: &'a [CodeAction], part: &str) -> &'a CodeAction {
    let titles: Vec<&str> = actions.iter().map(|it| it.title.as_str()).collect();
    actions.iter().find(|it| it.title.contains(part)).unwrap_or_else(|| panic!("{part} is not in {titles:?}"))
}

/// The text of the one document that an action changes.
fn applied(session: &Session, path: &str, action: &CodeAction) -> String {
    let Some(DocumentChanges::Edits(changes)) = action.edit.as_ref().and_then(|it| it.document_changes.clone()) else {
        panic!("no edits with a version: {action:?}")
    };
    let [change] = &changes[..] else { panic!("several documents") };
    let document = &session.documents[path];
    assert_eq!(change.text_document.version, Some(document.version));
    let mut text = document.text().to_string();
    let offset = |it| document.lines().offset(document.text(), it, session.encoding());
    let mut edits: Vec<(usize, usize, &str)> = Vec::new();
    for it in &change.edits {
        let OneOf::Left(it) = it else { panic!("an annotation") };
        edits.push((offset(it.range.start), offset(it.range.end), &it.new_text));
    }
    edits.sort();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

const FIXABLE: &str = "services:\r\n  db:\r\n    image: postgres:16 # é🐳\r\n    restart: always\r\n    volumes:\r\n      - aa:/var/lib/postgresql/data\r\n  \
                       other:\r\n    image: mysql:8.4\r\n    restart: always\r\n    volumes:\r\n      - bb:/var/lib/mysql\r\nvolumes:\r\n  aa:\r\n  bb:\r\n";

/// What the program would write.
fn by_program(path: &str) -> Option<String> {
    let options = Options::default();
    let mut check = |texts: &Texts| {
        let outcome = Subject::Path(path.to_string()).check(&Disk::default().with(texts), &options);
        Checked { sources: outcome.sources, found: outcome.found, refusals: Vec::new() }
    };
    fix_all(&mut check, &|_, it| it.safety == Safety::Safe).texts.remove(path)
}

#[test]
fn all_safe_fixes_are_those_of_the_program() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let fixtures = std::fs::canonicalize(fixtures).expect("the fixtures are there");
    let folders = std::fs::read_dir(&fixtures).expect("a folder").flatten();
    let files = folders.flat_map(|it| std::fs::read_dir(it.path()).into_iter().flatten().flatten());
    let (mut changed, mut count) = (0, 0);
    for path in files.map(|it| it.path().to_string_lossy().replace('\\', "/")) {
        let Some(text) = std::fs::read_to_string(&path).ok().filter(|_| path.ends_with(".yaml")) else { continue };
        // A fixture stands for itself here, as a file does that the program is given.
        let mut session = session(&path, &text, CLIENT);
        session.preferences.isolated = true;
        let wanted = by_program(&path);
        let actions = ask(&session, &path, only("source.fixAll"));
        let ours = actions.first().map(|it| applied(&session, &path, it));
        if session.projects.all.values().all(|it| matches!(&it.subject, Subject::Found(_))) && ours != wanted {
            // Where the name tells nothing, what is found is less than what is named.
            assert!(ours.is_none(), "{path} is fixed in another way");
            continue;
        }
        count += 1;
        changed += usize::from(ours.is_some());
    }
    assert!(count > 100 && changed > 20, "{changed} of {count}");
}

#[test]
fn all_safe_fixes_keep_what_is_not_theirs() {
    let session = session(PATH, FIXABLE, CLIENT);
    let actions = ask(&session, PATH, only("source.fixAll.plimsoll"));
    assert_eq!(actions.len(), 1);
    let text = applied(&session, PATH, &actions[0]);
    let grace = "\r\n    stop_grace_period:";
    assert_eq!(text.matches(grace).count(), 2);
    let lines: Vec<&str> = text.split("\r\n").filter(|it| !it.contains("stop_grace_period")).collect();
    assert_eq!(lines.join("\r\n"), FIXABLE);
}

#[test]
fn what_is_asked_for() {
    let it = session(PATH, FIXABLE, CLIENT);
    let automatic = |only: Option<&str>| CodeActionContext {
        only: only.map(|it| vec![CodeActionKind::from(it.to_string())]),
        trigger_kind: Some(CodeActionTriggerKind::AUTOMATIC),
        ..CodeActionContext::default()
    };
    let is_all = |it: &CodeAction| it.kind.as_ref().is_some_and(|it| it.as_str() == FIX_ALL);
    assert!(!ask(&it, PATH, automatic(None)).iter().any(is_all));
    assert!(ask(&it, PATH, automatic(Some("source.fixAll"))).iter().all(is_all));
    assert!(ask(&it, PATH, only("source")).iter().all(is_all));
    assert_eq!(ask(&it, PATH, only("source.organizeImports")), []);
    assert_eq!(ask(&it, PATH, only("refactor")), []);
    let listed = ask(&it, PATH, CodeActionContext::default());
    assert_eq!(listed.iter().filter(|it| is_all(it)).count(), 1);
    assert_eq!(listed.iter().filter(|it| it.title == "fix all safe problems in this file").count(), 2);
    assert!(ask(&it, PATH, only("quickfix")).iter().all(|it| it.kind == Some(CodeActionKind::QUICKFIX)));
    // Nothing to do, or nothing to be sure of.
    for text in ["services:\n  a:\n    image: nginx:1.27\n", &FIXABLE.replace("postgres:16", "\"postgres:16")] {
        assert_eq!(ask(&session(PATH, text, CLIENT), PATH, only("source.fixAll")), []);
    }
    let older = Client { actions: false, ..CLIENT };
    assert_eq!(ask(&session(PATH, FIXABLE, older), PATH, CodeActionContext::default()), []);
}

#[test]
fn fixes_are_those_of_the_text_as_it_is() {
    let session = session(PATH, FIXABLE, CLIENT);
    let mut diagnostics = session.diagnostics(PATH);
    diagnostics.retain(|it| code(it) == "short-stop-grace-period");
    let fixes = |diagnostics: Vec<Diagnostic>| {
        let mut found = ask(&session, PATH, CodeActionContext { diagnostics, ..only("quickfix") });
        found.retain(|it| it.title.starts_with("set"));
        found
    };
    let wanted = fixes(diagnostics.clone());
    assert!(wanted.len() == 2 && wanted.iter().all(|it| it.is_preferred == Some(true)));
    // A client that drops what it does not know, and one that has an older version.
    for data in [
        None,
        Some(
            json!({"fix": {"title": "x", "safe": true, "documents": [{"uri": "file:///none/compose.yaml", "version": 2, "edits": []}]}}),
        ),
    ] {
        let given = diagnostics.iter().map(|it| Diagnostic { data: data.clone(), ..it.clone() }).collect();
        assert_eq!(fixes(given), wanted);
    }
}

#[test]
fn what_is_unsafe_says_so() {
    let text = "services:\n  db:\n    image: postgres:16\n    volumes: [aa:/var/lib/postgresql/data]\n  app:\n    image: app\n    \
                depends_on: [db]\nvolumes:\n  aa:\n";
    let found = about(&session(PATH, text, CLIENT), "missing-healthcheck");
    let fix = titled(&found, "add a probe");
    assert!(fix.title.ends_with("(unsafe: look at it first)") && fix.is_preferred.is_none());
}

/// What is left of the findings of a text once an action is applied.
fn left(session: &Session, action: &CodeAction) -> Vec<String> {
    let after = self::session(PATH, &applied(session, PATH, action), CLIENT);
    after.diagnostics(PATH).iter().map(|it| code(it).to_string()).collect()
}

#[test]
fn ignoring_on_a_line_and_for_a_service() {
    let top = "services:\n  db:\n    image: postgres:16\n";
    let end = "    stop_grace_period: 90s\n";
    let rule = "tmpfs-on-data-path";
    let why = "# plimsoll: ignore[tmpfs-on-data-path] <reason>";
    for (line, wanted) in [
        ("    tmpfs: /var/lib/postgresql/data\n", format!("    tmpfs: /var/lib/postgresql/data {why}\n")),
        ("    tmpfs:\n      - /var/lib/postgresql/data  \n", format!("    tmpfs:\n      - /var/lib/postgresql/data {why}  \n")),
        ("    tmpfs: /var/lib/postgresql/data # fast\n", format!("    {why}\n    tmpfs: /var/lib/postgresql/data # fast\n")),
        (
            "    tmpfs: /var/lib/postgresql/data # plimsoll: ignore[duplicate-key] x\n",
            "    tmpfs: /var/lib/postgresql/data # plimsoll: ignore[duplicate-key, tmpfs-on-data-path] x\n".to_string(),
        ),
        (
            "    # plimsoll: ignore[duplicate-key] x\n    # more\n\n    tmpfs: /var/lib/postgresql/data\n",
            "    # plimsoll: ignore[duplicate-key, tmpfs-on-data-path] x\n    # more\n\n    tmpfs: /var/lib/postgresql/data\n".to_string(),
        ),
    ] {
        let text = format!("{top}{line}{end}");
        let session = session(PATH, &text, CLIENT);
        let found = about(&session, rule);
        let action = titled(&found, "on this line");
        assert_eq!(applied(&session, PATH, action), format!("{top}{wanted}{end}"));
        assert!(!left(&session, action).contains(&rule.to_string()));
        let action = titled(&found, "for the service `db`");
        assert_eq!(applied(&session, PATH, action), text.replacen("  db:\n", &format!("  {why}\n  db:\n"), 1));
        assert!(!left(&session, action).contains(&rule.to_string()));
        assert!(action.is_preferred.is_none());
    }
    // What stands at the name of the service is for all of it.
    let text = format!("{top}    restart: always\n    volumes: [aa:/var/lib/postgresql/data]\nvolumes:\n  aa:\n");
    let session = session(PATH, &text, CLIENT);
    let found = about(&session, "short-stop-grace-period");
    assert!(!found.iter().any(|it| it.title.contains("this line")));
    let known = text.replacen("  db:\n", "  # plimsoll: ignore[missing-healthcheck] x\n  db:\n", 1);
    let session = self::session(PATH, &known, CLIENT);
    let after = applied(&session, PATH, titled(&about(&session, "short-stop-grace-period"), "for the service"));
    assert_eq!(after, known.replacen("healthcheck]", "healthcheck, short-stop-grace-period]", 1));
}

#[test]
fn where_no_comment_can_stand() {
    let flow = "services:\n  db:\n    image: postgres:16\n    stop_grace_period: 90s\n    tmpfs: [\n      /var/lib/postgresql/data\n    ]\n";
    let found = about(&session(PATH, flow, CLIENT), "tmpfs-on-data-path");
    assert!(!found.iter().any(|it| it.title.contains("this line")));
    titled(&found, "for the service");
    let broken = session(PATH, "services:\n  db:\n    image: \"postgres\n", CLIENT);
    assert!(!about(&broken, "yaml-syntax").iter().any(|it| it.title.starts_with("ignore")));
}

#[test]
fn the_reason_is_selected_and_the_page_opened() {
    let text = "services:\n  db:\n    image: postgres:16 # é🐳\n    stop_grace_period: 90s\n    tmpfs: /var/lib/postgresql/data\n";
    let mut it = session(PATH, text, CLIENT);
    let found = about(&it, "tmpfs-on-data-path");
    let action = titled(&found, "on this line").clone();
    let after = applied(&it, PATH, &action);
    let mut run = |command: lsp_types::Command| {
        let arguments = command.arguments.unwrap_or_default();
        let params = lsp_types::ExecuteCommandParams { command: command.command, arguments, ..Default::default() };
        execute(&mut it, &params).map(|_| it.shown.pop().expect("something is shown"))
    };
    let shown = run(action.command.expect("a command")).expect("it runs");
    let place = shown.selection.expect("a selection");
    let lines = crate::position::Lines::new(&after);
    let at = |it| lines.offset(&after, it, crate::position::Encoding::Utf16);
    assert_eq!(&after[at(place.start)..at(place.end)], "<reason>");
    let page = titled(&found, "open the page").clone().command.expect("a command");
    let shown = run(page.clone()).expect("it runs");
    assert!(shown.external == Some(true) && shown.uri.as_str().ends_with("rules/tmpfs-on-data-path.md"));
    for (command, argument) in [
        (page.command.as_str(), json!("https://example.com")),
        ("plimsoll.select", json!({"uri": "https://example.com", "range": place})),
        ("plimsoll.select", json!(1)),
        ("rm", json!("x")),
    ] {
        let command = lsp_types::Command::new(String::new(), command.to_string(), Some(vec![argument]));
        assert!(run(command).is_err());
    }
    // Who cannot show anything is not offered it.
    let plain = session(PATH, text, Client { shows: false, ..CLIENT });
    let found = about(&plain, "tmpfs-on-data-path");
    assert!(found.iter().all(|it| it.command.is_none()) && !found.iter().any(|it| it.title.contains("page")));
}
