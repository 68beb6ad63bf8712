//! `plimsoll survey`: what outlives what, and how it is shown.

use crate::cli::{Outcome, Place};
use crate::support::{assert_none, entries, expect_file, read, root};
use expect_test::expect_file;
use plimsoll_core::check::model;
use plimsoll_core::load::interpolate::Variables;
use plimsoll_core::load::load;
use plimsoll_core::source::Sources;
use plimsoll_rules::state::States;
use plimsoll_rules::survey::{Naming, PAGE, REASONS, Verdict, survey as surveyed};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const EVENTS: [&str; 8] = ["restart", "up", "down", "down_volumes", "rename", "prune", "reboot", "move"];

/// Every `fixtures/survey/<case>/`. The name of the folder is that of the project.
fn cases() -> Vec<PathBuf> {
    let cases: Vec<PathBuf> = entries(&root().join("fixtures/survey")).into_iter().filter(|it| it.is_dir()).collect();
    assert!(cases.len() >= 8);
    cases
}

/// What the program says in a folder, without an environment.
fn survey(folder: &Path, format: &str) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let command = command.current_dir(folder).env_clear().args(["survey", "--format", format]);
    let outcome = crate::cli::finish(command, b"");
    assert!(outcome.status < 2, "{}: {outcome:?}", folder.display());
    outcome
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

/// The cells of a place, one letter each: yes, no, maybe, unknown.
fn cells(place: &Value) -> String {
    let letter = |event: &str| place["survives"][event]["verdict"].as_str().unwrap()[..1].to_string();
    EVENTS.iter().map(|it| letter(it)).collect()
}

#[test]
fn every_case_is_shown_in_every_format() {
    let mut wrong = Vec::new();
    for case in cases() {
        for (format, name) in [("text", "txt"), ("json", "json"), ("markdown", "md"), ("mermaid", "mmd")] {
            let outcome = survey(&case, format);
            expect_file(&case.join(format!("out.{name}")), Some(&outcome.stdout), &mut wrong);
        }
    }
    assert_none(&wrong, "run `UPDATE_EXPECT=1 cargo test survey`, and look at what changed");
}

#[test]
fn each_keeper_outlives_what_its_documentation_says() {
    // The mount, what is declared for it, and the cells: restart, up, down, down -v, rename, prune, reboot, move.
    let bind = "{driver: local, driver_opts: {type: none, o: bind, device: /srv/x}}";
    let cases = [
        ("data:/x", "", "yyynnyyn"),
        ("data:/x", "{name: fixed}", "yyynyyyn"),
        ("data:/x", "{external: true}", "yyyyyyym"),
        ("data:/x", "{external: true, name: \"${N:-n}\"}", "yyyyyyym"),
        ("data:/x", bind, "yyyyyyyn"),
        ("data:/x", "{driver_opts: {type: none, o: bind, device: \"${D:?}/x\"}}", "yyyyuyuu"),
        ("data:/x", "{driver_opts: {type: none, o: bind, device: /tmp/x}}", "yyyyyymn"),
        ("data:/x", "{driver_opts: {type: tmpfs, device: tmpfs}}", "nnnnnnnn"),
        ("data:/x", "{driver_opts: {type: nfs4, o: addr=a, device: \":/x\"}}", "yyyyyyyy"),
        ("data:/x", "{driver: local}", "yyynnyyn"),
        ("data:/x", "{driver: vieux/sshfs}", "yyymmymm"),
        ("data:/x", "{driver: \"${DRIVER}\"}", "uuuuuuuu"),
        ("data:/x", "{driver_opts: {type: \"${TYPE}\", device: x}}", "uuuuuuuu"),
        ("/x", "", "yynnnnyn"),
        ("./x:/x", "", "yyyyyyym"),
        ("./a/../../x:/x", "", "yyyyyyyn"),
        ("/srv/x:/x", "", "yyyyyyyn"),
        ("/tmp/x:/x", "", "yyyyyymn"),
        ("/var/tmp/x:/x", "", "yyyyyyyn"),
        ("~/x:/x", "", "yyyyyyyn"),
        ("${HOME}/x:/x", "", "yyyyyyyn"),
        ("${PWD}/x:/x", "", "yyyyyyym"),
        ("${D}/x:/x", "", "yyyyuyuu"),
        ("/${D}/x:/x", "", "yyyyuyuu"),
        ("/srv/${D}/x:/x", "", "yyyyyyyn"),
        ("${D:-./d}/x:/x", "", "yyyyyyym"),
        ("${D}:/x", "", "yyyuuyuu"),
        ("{type: volume, target: /x}", "", "yynnnnyn"),
        ("{type: volume, source: \"${D}\", target: /x}", "", "uuuuuuuu"),
        ("{type: bind, source: x, target: /x}", "", "yyyyyyym"),
    ];
    let mut wrong = Vec::new();
    for (mount, volume, expected) in cases {
        let mount = if mount.starts_with('{') { mount.to_string() } else { format!("\"{mount}\"") };
        let text = format!(
            "services:\n  a:\n    image: example/a\n    volumes:\n      - {mount}\nvolumes:\n  data: {volume}\n"
        );
        let place = Place::new(&[("compose.yaml", &text)]);
        let found = json(&place.run(&["survey", "--format", "json"]));
        let places = found["places"].as_array().unwrap();
        let said: Vec<String> = places.iter().map(cells).collect();
        if said != [expected] {
            wrong.push(format!("{mount} {volume}: {said:?}, not {expected}"));
        }
    }
    assert_none(&wrong, "rules/survey.md says what outlives what");
}

#[test]
fn the_name_of_the_project_decides_only_if_it_is_that_of_the_directory() {
    let file = |head: &str| {
        format!("{head}services:\n  a:\n    image: qdrant/qdrant\n    volumes: [v:/v]\nvolumes: {{v: }}\n")
    };
    let rename = |head: &str, env: &str, args: &[&str]| {
        let place = Place::new(&[("compose.yaml", &file(head)), (".env", env)]);
        let found = json(&place.run(&[&["survey", "--format", "json"], args].concat()));
        let places = found["places"].as_array().unwrap();
        // The layer, then the volume.
        places.iter().map(|it| cells(it)[4..5].to_string()).collect::<String>()
    };
    assert_eq!(rename("", "", &[]), "nn");
    assert_eq!(rename("name: shop\n", "", &[]), "my");
    assert_eq!(rename("name: ${NAME:-shop}\n", "", &[]), "my");
    assert_eq!(rename("name: ${NAME}\n", "", &[]), "uu");
    assert_eq!(rename("", "COMPOSE_PROJECT_NAME=shop\n", &[]), "my");
    assert_eq!(rename("", "", &["-p", "shop"]), "my");
    assert_eq!(rename("", "", &["--env", "COMPOSE_PROJECT_NAME=shop"]), "my");
}

/// The reasons on the page: what they come to, and their text.
fn explained() -> Vec<(String, String, String)> {
    let sections = PAGE.split("\n### ").skip(1);
    let reason = |it: &str| {
        let (key, rest) = it.split_once("\n\n").unwrap_or((it, ""));
        let text = rest.split("\n## ").next().unwrap_or_default();
        let verdict = text.strip_prefix("**").and_then(|it| it.split_once(".** ")).map_or("", |it| it.0);
        (key.to_string(), verdict.to_lowercase(), text.to_string())
    };
    sections.map(reason).collect()
}

#[test]
fn the_page_explains_each_reason_with_a_source_and_no_other() {
    let word = |it: Verdict| match it {
        Verdict::Yes => "yes",
        Verdict::No => "no",
        Verdict::Maybe => "maybe",
        Verdict::Unknown => "unknown",
    };
    let known: Vec<(String, String)> =
        REASONS.iter().map(|it| (it.key.to_string(), word(it.verdict).to_string())).collect();
    let explained = explained();
    let mut listed: Vec<(String, String)> = explained.iter().map(|it| (it.0.clone(), it.1.clone())).collect();
    let mut sorted = known.clone();
    sorted.sort();
    listed.sort();
    assert_eq!(listed, sorted);
    let mut wrong = Vec::new();
    for (key, _, text) in &explained {
        if !text.contains("](https://") {
            wrong.push(format!("`{key}` has no source"));
        }
    }
    for reason in REASONS {
        let sentence = reason.sentence();
        if sentence.len() < 20 || sentence.len() > 200 || sentence.contains("](") || sentence.ends_with('.') {
            wrong.push(format!("`{}`: the first sentence is {sentence:?}", reason.key));
        }
    }
    for (at, line) in PAGE.lines().enumerate() {
        let address: usize = line.split("](").skip(1).map(|it| it.split(')').next().unwrap_or_default().len()).sum();
        if line.chars().count() - address > 120 || line.ends_with(' ') || line.contains("](http://") {
            wrong.push(format!("line {} is too wide, ends with a blank or has a link without https", at + 1));
        }
    }
    assert_none(&wrong, "each reason is a heading in rules/survey.md, with the verdict, a first sentence and a link");
}

#[test]
fn every_reason_is_the_reason_of_a_cell() {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for case in cases() {
        let found = json(&survey(&case, "json"));
        for place in found["places"].as_array().unwrap() {
            seen.extend(EVENTS.iter().map(|it| place["survives"][*it]["reason"].as_str().unwrap().to_string()));
        }
    }
    let all: BTreeSet<String> = REASONS.iter().map(|it| it.key.to_string()).collect();
    assert_eq!(seen, all, "fixtures/survey shows each reason");
}

#[test]
fn the_schema_is_published_and_describes_the_output() {
    let place = Place::new(&[]);
    let printed = place.run(&["schema", "survey"]).stdout;
    expect_file!["../docs/survey.schema.json"].assert_eq(&printed);
    let schema = jsonschema::validator_for(&serde_json::from_str(&printed).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in cases() {
        let output = json(&survey(&case, "json"));
        wrong.extend(schema.iter_errors(&output).map(|it| format!("{}: {it}", it.instance_path)));
    }
    assert_none(&wrong, "the schema describes what is printed");
    assert!(!schema.is_valid(&serde_json::json!({"version": 2})));
}

#[test]
fn no_value_of_a_variable_is_shown() {
    for format in ["text", "json", "markdown", "mermaid"] {
        let outcome = survey(&root().join("fixtures/survey/secret"), format);
        assert!(!outcome.stdout.contains("hush") && !outcome.stderr.contains("hush"), "{outcome:?}");
    }
}

#[test]
fn nothing_in_the_files_is_taken_for_markdown_or_mermaid_or_a_command() {
    let case = root().join("fixtures/survey/hostile");
    for format in ["text", "markdown", "mermaid"] {
        let said = survey(&case, format).stdout;
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\r']), "{said:?}");
    }
    let markdown = survey(&case, "markdown").stdout;
    let table: Vec<&str> = markdown.lines().filter(|it| it.starts_with('|')).collect();
    assert!(table.len() > 5 && table.iter().all(|it| it.matches('|').count() == 12), "{markdown}");
    assert!(!markdown.contains("<script") && !markdown.contains("<b>"), "{markdown}");
    // Identifiers are our own, and between quotes there is nothing that could end a label.
    for line in survey(&case, "mermaid").stdout.lines().skip(1).filter(|it| !it.contains("classDef")) {
        let parts: Vec<&str> = line.split('"').collect();
        assert_eq!(parts.len(), 3, "{line}");
        let harmless = |it: char| !it.is_ascii() || it.is_ascii_alphanumeric() || " /.-,#;:".contains(it);
        assert!(parts[1].replace("<br/>", "").chars().all(harmless), "{line}");
        let own = |it: &str| it.chars().all(|it| it.is_ascii_alphanumeric() || " []()/{}|->.:".contains(it));
        assert!(own(parts[0]) && own(parts[2]), "{line}");
    }
}

#[test]
fn the_table_fits_its_width() {
    for case in cases() {
        let said = survey(&case, "text").stdout;
        let table = said.split("\n\n").next().unwrap();
        let wide = table.lines().find(|it| textwrap_width(it) > 100);
        assert_eq!(wide, None, "{}", case.display());
        assert!(said.lines().all(|it| !it.ends_with(' ')), "{said}");
    }
}

/// Columns, where a picture takes two.
fn textwrap_width(line: &str) -> usize {
    line.chars().map(|it| if it > '\u{1f000}' { 2 } else { 1 }).sum()
}

#[test]
fn signs_do_not_need_colors() {
    let case = root().join("fixtures/survey/shop");
    let plain = survey(&case, "text").stdout;
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let command = command.current_dir(&case).env_clear().args(["survey", "--color", "always"]);
    let painted = crate::cli::finish(command, b"").stdout;
    assert!(painted.contains("\u{1b}[31m✗") && painted.contains("\u{1b}[32m✓"), "{painted}");
    let mut bare = String::new();
    for (at, part) in painted.split('\u{1b}').enumerate() {
        bare.push_str(if at == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(bare, plain);
}

#[test]
fn a_path_stands_for_its_project() {
    let base = "services:\n  db:\n    image: mongo:8\n";
    let over = "services:\n  db:\n    volumes: [\"./db:/data/db\"]\n";
    let place = Place::new(&[("a/compose.yaml", base), ("a/compose.override.yaml", over), ("b.yaml", base)]);
    let kind = |args: &[&str]| {
        let found = json(&place.run(&[&["survey", "--format", "json"], args].concat()));
        found["places"][0]["kept_on"]["kind"].as_str().unwrap().to_string()
    };
    for path in ["a", "a/compose.yaml", "a/compose.override.yaml"] {
        assert_eq!(kind(&[path]), "bind", "{path}");
    }
    assert_eq!(kind(&["-f", "a/compose.yaml"]), "image-volume");
    assert_eq!(kind(&["-f", "a/compose.yaml", "-f", "a/compose.override.yaml"]), "bind");
    assert_eq!(kind(&["b.yaml"]), "image-volume");
    let fed = place.feed(&["survey", "-", "--format", "json"], base.as_bytes());
    assert_eq!((fed.status, json(&fed)["places"][0]["service"].as_str()), (0, Some("db")));
}

#[test]
fn the_exit_status_says_what_happened() {
    let refused = "services:\n  db:\n    image: mongo:8\n    volumes: [\"data:/data/db\"]\n";
    let place = Place::new(&[("refused.yaml", refused), ("broken.yaml", "services: [\n"), ("dir/file", "")]);
    let outcome = place.run(&["survey", "refused.yaml"]);
    assert_eq!(outcome.status, 1);
    assert!(outcome.stderr.starts_with("refused.yaml:4:16: error undeclared-volume "), "{outcome:?}");
    assert!(outcome.stdout.contains("/data/db"), "{outcome:?}");
    let outcome = place.run(&["survey", "broken.yaml"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""));
    for args in [&["survey", "dir"][..], &["survey", "missing.yaml"], &["survey"], &["survey", "-f", "a", "b"]] {
        let outcome = place.run(args);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{args:?}");
        assert!(outcome.stderr.starts_with("error: "), "{outcome:?}");
    }
    assert_eq!(place.run(&["explain", "survey"]).stdout, read(&root().join("rules/survey.md")));
}

#[test]
fn many_services_take_no_more_than_their_number() {
    let file = |count: usize| {
        let service = |at: usize| {
            format!("  s{at}: {{image: \"postgres:17\", volumes: [\"v{at}:/var/lib/postgresql/data\", shared:/x]}}\n")
        };
        let services: String = (0..count).map(service).collect();
        let volumes: String = (0..count).map(|it| format!("  v{it}: \n  unused{it}: \n")).collect();
        format!("services:\n{services}volumes:\n  shared:\n{volumes}")
    };
    let place = Place::new(&[("compose.yaml", &file(2_000))]);
    let start = std::time::Instant::now();
    for format in ["text", "json", "markdown", "mermaid"] {
        assert_eq!(place.run(&["survey", "--format", format]).status, 0);
    }
    // A product of two numbers of this size would take minutes.
    assert!(start.elapsed().as_secs() < 40, "{:?}", start.elapsed());
    let found = json(&place.run(&["survey", "--format", "json"]));
    assert_eq!(found["places"].as_array().unwrap().len(), 4_000);
    assert_eq!(found["unused_volumes"].as_array().unwrap().len(), 2_000);
}

#[test]
fn damaged_files_are_surveyed_as_far_as_they_can_be_read() {
    let files = crate::support::files_below(&root().join("fixtures"));
    let texts: Vec<String> =
        files.iter().filter(|it| crate::support::has_extension(it, "yaml")).map(|it| read(it)).collect();
    let cuts = texts.iter().flat_map(|text| {
        let ends = text.char_indices().map(|it| it.0).filter(|it| it % 37 == 0);
        ends.map(move |it| &text[..it])
    });
    let mut rows = 0;
    for text in cuts.chain(texts.iter().map(String::as_str)) {
        let mut sources = Sources::new();
        let file = sources.add_text("compose.yaml", text);
        let mut problems = Vec::new();
        let loaded = load(&sources, file, &Variables::unknown(), &mut problems);
        let project = model(&loaded, "compose.yaml", &mut problems);
        let found = surveyed(&project, &States::new(&project, plimsoll_rules::images::catalogue()), &Naming::default());
        rows += found.rows.len();
        for row in &found.rows {
            assert!(row.service < project.services.len() && !row.paths.is_empty(), "{text}");
        }
    }
    assert!(rows > 100, "{rows}");
}
