//! What holds for every file, tried on files that are made up, on all fixtures, and on what damage makes of them.

use crate::fixes::file;
use crate::fuzzed::plimsoll_fuzz::{self, SEPARATOR};
use crate::robust::run_all;
use crate::support::{MAIN, Memory, Texts, all, assert_none, check_text, entries, files_below, has_extension};
use crate::support::{read, root, shown};
use plimsoll_core::check::model;
use plimsoll_core::load::interpolate::Variables;
use plimsoll_core::load::{Loaded, load_files, merge::merge, resolve::resolve};
use plimsoll_core::problem::{Problem, ProblemKind};
use plimsoll_core::source::Sources;
use plimsoll_core::syntax;
use plimsoll_core::tree::{NodeId, Tree, Value};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Every fixture that is a YAML file, with its name.
fn fixtures() -> Vec<(String, String)> {
    let files = files_below(&root().join("fixtures"));
    let files = files.iter().filter(|it| has_extension(it, "yaml") || has_extension(it, "yml"));
    files.filter_map(|it| Some((shown(it), std::fs::read_to_string(it).ok()?))).collect()
}

/// What is loaded from some of these files, each merged over those before it.
fn loaded(texts: &Texts, names: &[&str]) -> (Loaded, Vec<Problem>) {
    let (mut sources, mut problems) = (Sources::new(), Vec::new());
    // The file of interest is the second one, whether another one is read before it or not.
    if names[0] == MAIN {
        sources.add_text("", "");
    }
    let names: Vec<String> = names.iter().map(|it| it.to_string()).collect();
    let loaded = load_files(&mut sources, &Memory(texts), &names, "", &Variables::unknown(), &mut problems);
    (loaded.unwrap(), problems)
}

/// The model, and what is wrong with it, without what hangs on the name of the last file and on the numbers of nodes.
fn described((loaded, mut problems): (Loaded, Vec<Problem>)) -> String {
    let it = model(&loaded, MAIN, &mut problems);
    // What is wrong in one of the files is wrong in all of them together.
    let wrong: BTreeSet<_> = problems.iter().map(|it| (it.span, it.kind, &it.message)).collect();
    let unread: Vec<_> = it.unread.iter().map(|it| (it.span, &it.what)).collect();
    let top = (&it.name, &it.version, &it.volumes, &it.networks, &it.configs, &it.secrets, &it.models);
    format!("{top:#?}\n{:#?}\n{unread:#?}\n{:?}\n{wrong:#?}", it.services, (it.includes, it.broken))
}

fn without_effect(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for empty in ["{}\n", "services: {}\n"] {
        let texts = Texts::from([(MAIN.to_string(), text.to_string()), ("empty.yaml".to_string(), empty.to_string())]);
        let alone = loaded(&texts, &[MAIN]);
        if alone.1.iter().any(|it| it.kind == ProblemKind::DuplicateKey) {
            // Of two values of one key nobody knows which is meant.
            continue;
        }
        let alone = described(alone);
        for (names, place) in [(["empty.yaml", MAIN], "before"), ([MAIN, "empty.yaml"], "behind")] {
            let merged = described(loaded(&texts, &names));
            if merged != alone {
                let difference = crate::support::difference(&alone, &merged);
                wrong.push(format!("{empty:?} {place} {text:?}\n{difference}"));
            }
        }
    }
    wrong
}

#[test]
fn an_empty_file_changes_no_fixture() {
    let mut wrong = Vec::new();
    for (name, text) in fixtures() {
        wrong.extend(without_effect(&text).into_iter().map(|it| format!("{name}: {it}")));
    }
    assert_none(&wrong, "merging with an empty file changes nothing");
}

/// The findings with their lines, for a text whose line breaks may be of either kind.
fn found(text: &str) -> String {
    let checked = check_text(text, &all());
    let mut lines = String::new();
    for it in &checked.found {
        let (start, end) = (checked.sources.start(it.span), checked.sources.end(it.span));
        let labels: Vec<u32> = it.labels.iter().map(|it| checked.sources.start(it.span).line).collect();
        let places = [start.line, start.column, end.line, end.column];
        _ = writeln!(lines, "{places:?} {} {:?} {:?} {labels:?}", it.rule, it.message, it.help);
    }
    lines
}

fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

#[test]
fn line_breaks_of_windows_change_no_finding() {
    let mut wrong = Vec::new();
    for (name, text) in fixtures() {
        let text = text.replace("\r\n", "\n");
        let (unix, windows) = (found(&text), found(&with_crlf(&text)));
        if unix != windows {
            wrong.push(format!("{name}\n{}", crate::support::difference(&unix, &windows)));
        }
    }
    assert_none(&wrong, "LF and CRLF are one");
}

/// Entries of a service that merge in every way that Compose knows.
const MERGED: [&str; 24] = [
    "image: a",
    "image: b",
    "command: [a]",
    "command: b c",
    "environment: {A: a, B: b}",
    "environment: [A=x, C=c]",
    "labels: {A: a}",
    "labels: [A=x, B]",
    "depends_on: [x]",
    "depends_on: {x: {condition: service_healthy}, y: {condition: service_started}}",
    "volumes: ['a:/a', 'b:/b']",
    "volumes: ['c:/a']",
    "ports: ['80:80']",
    "build: a",
    "build: {context: b, args: {A: a}}",
    "healthcheck: {test: [CMD, a], interval: 1s}",
    "healthcheck: {test: b, retries: 2}",
    "dns: 1.1.1.1",
    "dns: [1.1.1.1, 2.2.2.2]",
    "ulimits: {nofile: 1}",
    "ulimits: {nofile: {soft: 1, hard: 2}}",
    "networks: [x]",
    "networks: {x: {aliases: [a]}}",
    "stop_grace_period: 1m",
];

/// A file with one service of such entries.
fn layer() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..MERGED.len(), 0..6).prop_map(|picked| {
        let (mut text, mut seen) = (String::from("services:\n  db:\n    x-a: b\n"), Vec::new());
        for at in picked {
            let key = MERGED[at].split(':').next();
            if !seen.contains(&key) {
                seen.push(key);
                text += &format!("    {}\n", MERGED[at]);
            }
        }
        text
    })
}

/// The data of a node, in words.
fn data(tree: &Tree, id: NodeId) -> String {
    match &tree.node(id).value {
        Value::Scalar(text) => format!("{:?}", text.as_str()),
        Value::Sequence(items) => {
            format!("[{}]", items.iter().map(|it| data(tree, it.value)).collect::<Vec<_>>().join(", "))
        }
        Value::Mapping(entries) => {
            let entry = |it: &plimsoll_core::tree::Entry| format!("{}: {}", tree.key(it.key), data(tree, it.value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::Alias(alias) => format!("*{}", alias.name),
    }
}

/// The names behind `$` and `${` in a text.
fn variables(text: &str) -> BTreeSet<&str> {
    let names = text.split('$').skip(1).map(|it| it.strip_prefix('{').unwrap_or(it));
    let names =
        names.map(|it| it.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').next().unwrap_or_default());
    names.filter(|it| it.starts_with(|it: char| !it.is_ascii_digit())).collect()
}

/// What a variable may be a part of: a word, a path, a mount, an image, something that cannot be read.
const SHAPES: [&str; 11] = ["_", "./_", "/_/a", "_:/a", "_/a:17", "a:_", "1_s", "_ {", "fsync=_", "_, _", "a\\n_"];

#[test]
fn no_value_of_a_variable_is_shown() {
    let projects = fixtures().into_iter().map(|it| it.1).chain(projects());
    let projects: Vec<String> = projects.filter(|it| it.contains('$') || it.contains("env_file")).collect();
    let jobs: Vec<_> = projects.iter().enumerate().collect();
    run_all(&jobs, |(at, text)| {
        // Every project has some of the shapes, and every kind of place in a file stands in many projects.
        for shape in [at % SHAPES.len(), (at + 4) % SHAPES.len(), (at + 7) % SHAPES.len()] {
            let value = SHAPES[shape].replace('_', plimsoll_fuzz::SECRET);
            let given = |names: &mut dyn Iterator<Item = &str>| -> String {
                names.map(|it| format!("{it}=\"{value}\"\n")).collect()
            };
            let project = given(&mut variables(text).into_iter());
            let service = given(&mut ["TZ", "PGDATA", "POSTGRES_PASSWORD", "MYSQL_USER", "DATABASE_URL"].into_iter());
            let whole = format!("{text}\n{SEPARATOR}.env\n{project}{SEPARATOR}app.env\n{service}");
            if std::panic::catch_unwind(|| plimsoll_fuzz::check(whole.as_bytes())).is_err() {
                return Some(whole);
            }
        }
        None
    });
}

/// One line of a hostile file.
fn scrap() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,40}", "[ -~\n\r\t\\$\\{\\}\"'\\\\#=:é🐳\u{feff}\0\u{85}\u{2028}]{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_empty_file_changes_nothing(text in file()) {
        assert_none(&without_effect(&text), "merging with an empty file changes nothing");
    }

    #[test]
    fn it_does_not_matter_what_is_merged_first(layers in proptest::collection::vec(layer(), 3)) {
        let (mut sources, mut tree, mut problems) = (Sources::new(), Tree::default(), Vec::new());
        let mut read = |tree: &mut Tree, text: &String| {
            let file = sources.add_text(MAIN, text.clone());
            let document = syntax::parse(tree, file, sources.get(file), &mut problems);
            resolve(tree, &document, &Variables::unknown(), &mut 0, &mut problems);
            document.roots[0]
        };
        let [a, b, c] = [0, 1, 2].map(|at| read(&mut tree, &layers[at]));
        let mut refused = Vec::new();
        let left = merge(&mut tree, a, b, &mut refused);
        let left = merge(&mut tree, left, c, &mut refused);
        let right = merge(&mut tree, b, c, &mut refused);
        let right = merge(&mut tree, a, right, &mut refused);
        prop_assert!(refused.is_empty(), "{refused:?}");
        prop_assert_eq!(data(&tree, left), data(&tree, right), "{:?}", layers);
    }

    #[test]
    fn findings_stay_on_their_lines(text in file()) {
        let text = text.replace("\r\n", "\n");
        prop_assert_eq!(found(&text), found(&with_crlf(&text)));
    }

    #[test]
    fn values_are_expanded_soundly(names in "[ -~\n]{0,20}", value in scrap()) {
        plimsoll_fuzz::interpolation(format!("{names}\n\n{value}").as_bytes());
    }

    #[test]
    fn files_of_variables_are_read_soundly(text in scrap()) {
        plimsoll_fuzz::dotenv(text.as_bytes());
    }

    #[test]
    fn a_place_is_the_line_and_column_that_people_count(text in "[a-b\n\ré🐳]{0,60}", bom in any::<bool>()) {
        let text = if bom { format!("\u{feff}{text}") } else { text };
        let mut sources = Sources::new();
        let file = sources.add_text(MAIN, text.clone());
        let (mut line, mut column) = (1, 1);
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter == '\u{feff}' {
                continue;
            }
            let place = sources.get(file).position(at as u32);
            prop_assert_eq!((place.line, place.column), (line, column), "{:?}", &text[..at]);
            let next = letters.peek().map(|it| it.1);
            if letter == '\n' || letter == '\r' && next != Some('\n') {
                (line, column) = (line + 1, 1);
            } else {
                column += 1;
            }
        }
    }
}

/// The fixtures of several files, each as one text in the form that the fuzzer reads.
fn projects() -> Vec<String> {
    let mut found = Vec::new();
    for folder in entries(&root().join("fixtures")).iter().flat_map(|it| entries(it)).filter(|it| it.is_dir()) {
        let main = folder.join(MAIN);
        if !main.is_file() {
            continue;
        }
        let mut text = read(&main);
        for path in files_below(&folder).into_iter().filter(|it| *it != main) {
            let name = shown(path.strip_prefix(&folder).unwrap());
            text += &format!("\n{SEPARATOR}{name}\n{}", std::fs::read_to_string(&path).unwrap_or_default());
        }
        found.push(text);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_projects_are_checked_soundly(
        project in any::<Index>(),
        damage in proptest::collection::vec((any::<Index>(), any::<Index>(), 0..3_u8, scrap()), 1..4),
    ) {
        let projects = projects();
        let mut lines: Vec<String> = project.get(&projects).lines().map(str::to_string).collect();
        for (from, to, kind, scrap) in damage {
            let (from, to) = (from.index(lines.len()), to.index(lines.len()));
            match kind {
                0 => lines.swap(from, to),
                1 => _ = lines.drain(from..(from + 3).min(lines.len() - 1).max(from)),
                _ => {
                    let line = &mut lines[from];
                    line.insert_str(line.floor_char_boundary(to % 40), &scrap);
                }
            }
        }
        let text = lines.join("\n");
        plimsoll_fuzz::check(text.as_bytes());
        plimsoll_fuzz::fix(text.as_bytes());
    }
}
