//! The output formats.

use super::{BAD, GOOD, ONLY, Place};
use expect_test::{expect, expect_file};
use plimsoll_cli::report::{Report, Style, text};
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::fix::{Edit, Fix, Safety};
use plimsoll_core::source::{FileId, Sources, Span};
use serde_json::Value;

fn json(place: &Place, args: &[&str]) -> Value {
    let outcome = place.run(&[&["check", "--format", "json"], args].concat());
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

#[test]
fn text() {
    let place = Place::new(&[("compose.yaml", BAD)]);
    expect![[r#"
          × undeclared-volume: `db` mounts the volume `data`, which is not declared
           ╭─[compose.yaml:5:9]
         4 │     volumes:
         5 │       - data:/data
           ·         ──┬─
           ·           ╰── Compose refuses the file
           ╰────
          help: declare it at the top level: `volumes:` with `data:` below it
          fix (safe): declare the volume `data`

        1 error in 1 file · 1 fixable with --fix
    "#]]
    .assert_eq(&place.run(&ONLY).stdout);
}

#[test]
fn text_counts_in_its_last_line() {
    let place = Place::new(&[("a.yaml", BAD), ("b.yaml", BAD), ("c.yaml", GOOD)]);
    let last = |files: &[&str]| {
        let outcome = place.run(&[&ONLY[..], files].concat());
        outcome.stdout.lines().last().unwrap_or_default().to_string()
    };
    assert_eq!(last(&["a.yaml", "b.yaml", "c.yaml"]), "2 errors in 3 files · 2 fixable with --fix --unsafe-fixes");
    assert_eq!(last(&["c.yaml"]), "no findings in 1 file");
    assert_eq!(last(&["missing.yaml"]), "");
}

/// A finding in one of several files, with everything that a finding can have.
fn elaborate(sources: &mut Sources) -> Diagnostic {
    let find = |sources: &Sources, file: FileId, word: &str| {
        let at = sources.get(file).text().find(word).unwrap();
        Span::new(file, at..at + word.len())
    };
    let main =
        sources.add_text("compose.yaml", "a: 1\nb: 2\nc: 3\nd: |\n  first\n  second\ne: 5\nf: 6\ng: 7\nh: 8\ni: 9\n");
    let other = sources.add_text("other.yaml", "\u{feff}网页: 1\r\nwidth: é\there\r\n");
    let mut found =
        Diagnostic::new("undeclared-volume", Severity::Warning, find(sources, main, "i: 9"), "what is at risk");
    found.because("why").help("what to do");
    found.label(find(sources, main, "|\n  first\n  second"), "a block, marked on its first line");
    found.label(find(sources, main, "b"), "near the block");
    found.label(find(sources, other, "here"), "in another file");
    found.label(Span::new(other, 3..3), "an empty span");
    let end = sources.get(main).text().len();
    found.label(Span::new(main, end..end), "the end of the file");
    let edits = vec![Edit { span: find(sources, main, "9"), text: "10".to_string() }];
    found.fix(Fix { title: "change the 9".to_string(), safety: Safety::Unsafe, edits });
    found
}

#[test]
fn text_shows_every_part_of_a_finding() {
    let mut sources = Sources::new();
    let found = [elaborate(&mut sources)];
    let mut out = Vec::new();
    let report = Report { diagnostics: &found, files: 1, ..Report::new(&sources) };
    text::write(&mut out, &report, Style { width: 60, ..Style::default() }).unwrap();
    expect![[r#"
          ⚠ undeclared-volume: what is at risk
            ╭─[compose.yaml:11:1]
         10 │ h: 8
         11 │ i: 9
            · ──┬─
            ·   ╰── why
         12 │ 
            · ┬
            · ╰── the end of the file
            ╰────
           ╭─[compose.yaml:2:1]
         1 │ a: 1
         2 │ b: 2
           · ┬
           · ╰── near the block
         3 │ c: 3
         4 │ d: |
           ·    ┬
           ·    ╰── a block, marked on its first line
         5 │   first
           ╰────
           ╭─[other.yaml:1:1]
         1 │ 网页: 1
           · ─┬
           ·  ╰── an empty span
         2 │ width: é    here
           ·             ──┬─
           ·               ╰── in another file
           ╰────
          help: what to do
          fix (unsafe): change the 9

        1 warning in 1 file · 1 fixable with --fix --unsafe-fixes
    "#]]
    .assert_eq(&String::from_utf8(out).unwrap());
}

#[test]
fn text_keeps_long_lines_and_far_columns_readable() {
    let line = format!("    labels: {{{}here: x, {}}}", "k: é, ".repeat(100), "more: 1, ".repeat(100));
    let mut sources = Sources::new();
    let file = sources.add_text("compose.yaml", format!("a: 1\n{line}\nb: 2\n"));
    let at = sources.get(file).text().find("here").unwrap();
    let mut found =
        Diagnostic::new("unknown-key", Severity::Info, Span::new(file, at..at + 4), "message ".repeat(12).trim_end());
    found.because("a reason that is too long for the line").label(Span::new(file, 9..15), "out of sight");
    let mut out = Vec::new();
    let report = Report { diagnostics: &[found], files: 1, ..Report::new(&sources) };
    text::write(&mut out, &report, Style { width: 60, ..Style::default() }).unwrap();
    expect![[r#"
          ☞ unknown-key: message message message message message
          │ message message message message message message
          │ message
           ╭─[compose.yaml:2:614]
         1 │ a: 1
         2 │ …, k: é, k: é, k: é, k: é, k: é, here: x, more: 1…
           · ┬                                ──┬─
           · │                                  ╰─┤ a reason that is too long for
           · │                                    │ the line
           · ╰── out of sight
         3 │ b: 2
           ╰────

        1 info in 1 file
    "#]]
    .assert_eq(&String::from_utf8(out).unwrap());
}

#[test]
fn concise() {
    let place = Place::new(&[("compose.yaml", BAD), ("good.yaml", GOOD)]);
    let outcome = place.run(&[&ONLY[..], &["--format", "concise", ".", "good.yaml"]].concat());
    expect!["compose.yaml:5:9: error undeclared-volume `db` mounts the volume `data`, which is not declared\n"]
        .assert_eq(&outcome.stdout);
}

#[test]
fn github() {
    let place = Place::new(&[("compose.yaml", BAD)]);
    let outcome = place.run(&[&ONLY[..], &["--format", "github"]].concat());
    expect!["::error file=compose.yaml,line=5,col=9,endLine=5,endColumn=13,title=undeclared-volume::`db` mounts the volume `data`, which is not declared%0ACompose refuses the file%0Ahelp: declare it at the top level: `volumes:` with `data:` below it\n"]
        .assert_eq(&outcome.stdout);
}

#[test]
fn json_holds_everything() {
    let place = Place::new(&[("compose.yaml", BAD)]);
    let found = json(&place, &["--select", "undeclared-volume"]);
    expect![[r#"
        {
          "diagnostics": [
            {
              "file": "compose.yaml",
              "fix": {
                "edits": [
                  {
                    "file": "compose.yaml",
                    "range": {
                      "end": {
                        "column": 1,
                        "line": 6,
                        "offset": 73
                      },
                      "start": {
                        "column": 1,
                        "line": 6,
                        "offset": 73
                      }
                    },
                    "text": "volumes:\n  data:\n"
                  }
                ],
                "safety": "safe",
                "title": "declare the volume `data`"
              },
              "group": "correctness",
              "help": "declare it at the top level: `volumes:` with `data:` below it",
              "labels": [],
              "message": "`db` mounts the volume `data`, which is not declared",
              "range": {
                "end": {
                  "column": 13,
                  "line": 5,
                  "offset": 66
                },
                "start": {
                  "column": 9,
                  "line": 5,
                  "offset": 62
                }
              },
              "reason": "Compose refuses the file",
              "rule": "undeclared-volume",
              "severity": "error",
              "url": "https://github.com/plimsoll-lint/plimsoll/blob/main/rules/undeclared-volume.md"
            }
          ],
          "errors": [],
          "summary": {
            "errors": 1,
            "files": 1,
            "fixable": 1,
            "fixable_unsafe": 0,
            "infos": 0,
            "known": 0,
            "projects": 1,
            "warnings": 0
          },
          "version": 1
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&found).unwrap());
}

#[test]
fn json_is_json_whatever_happens() {
    let place = Place::new(&[("a.yaml", BAD), ("b.yaml", GOOD)]);
    place.write("latin1.yaml", b"services:\n  caf\xe9: {}\n");
    let clean = json(&place, &["b.yaml"]);
    assert_eq!((clean["diagnostics"].as_array().unwrap().len(), &clean["summary"]["files"]), (0, &Value::from(1)));
    assert_eq!(clean["errors"], Value::from(Vec::<Value>::new()));
    let args = ["latin1.yaml", "a.yaml", "missing.yaml", "b.yaml"];
    let mixed = json(&place, &args);
    assert_eq!(mixed["summary"]["files"], 2);
    assert_eq!(mixed["errors"][0]["file"], "latin1.yaml");
    assert_eq!(mixed["errors"][0]["message"], "the byte at offset 15 is not valid UTF-8 (line 2)");
    assert_eq!(mixed["errors"][1]["file"], "missing.yaml");
    assert!(mixed["diagnostics"].as_array().unwrap().iter().any(|it| it["file"] == "a.yaml"));
    assert_eq!(place.run(&[&["check", "--format", "json"], &args[..]].concat()).status, 2);
}

#[test]
fn the_schema_is_published_and_describes_the_output() {
    let place =
        Place::new(&[("bad.yaml", BAD), ("good.yaml", GOOD), ("list.yaml", "- 1\n"), ("syntax.yaml", "a: [1\n")]);
    let printed = place.run(&["schema", "json"]).stdout;
    expect_file!["../../docs/json.schema.json"].assert_eq(&printed);
    let schema = jsonschema::validator_for(&serde_json::from_str(&printed).unwrap()).unwrap();
    let files = crate::support::files_below(&crate::support::root().join("fixtures"));
    let fixtures = files.iter().filter(|it| crate::support::has_extension(it, "yaml")).filter_map(|it| it.to_str());
    let mut args = vec!["--select", "all", "bad.yaml", "good.yaml", "list.yaml", "syntax.yaml", "missing.yaml"];
    args.extend(fixtures);
    let output = json(&place, &args);
    let wrong: Vec<String> = schema.iter_errors(&output).map(|it| format!("{}: {it}", it.instance_path)).collect();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(!schema.is_valid(&serde_json::json!({"version": 2, "diagnostics": []})));
}

#[test]
fn positions_of_all_formats_agree() {
    let text = "\u{feff}services:\r\n  网页:\r\n    image: example/app:1\r\n    # é\r\n    volumes: [\"é:/x\", data:/data]\r\n";
    let place = Place::new(&[("compose.yaml", text)]);
    let found = json(&place, &["--select", "undeclared-volume"]);
    let last = found["diagnostics"].as_array().unwrap().last().unwrap().clone();
    let (start, end) = (&last["range"]["start"], &last["range"]["end"]);
    assert_eq!((&start["line"], &start["column"]), (&Value::from(5), &Value::from(23)));
    let range = start["offset"].as_u64().unwrap() as usize..end["offset"].as_u64().unwrap() as usize;
    assert_eq!(&text[range], "data");
    assert!(place.run(&ONLY).stdout.contains("╭─[compose.yaml:5:23]"));
    let concise = place.run(&[&ONLY[..], &["--format", "concise"]].concat()).stdout;
    assert!(concise.lines().last().unwrap().starts_with("compose.yaml:5:23: "), "{concise}");
}
