//! The formats for CI services, and where they go.

use super::{BAD, GOOD, ONLY, Place};
use expect_test::expect;
use serde_json::Value;
use std::collections::HashSet;
use std::fs;
use std::process::Command;

/// Names as hostile as files can hold them: Markdown, HTML, XML, mentions, shell and workflow commands.
const HOSTILE: &str =
    "services:\n  \"a|b <i>@x</i> ]]> `c` \\e[31m ::error::\":\n    image: x\n    volumes: ['d&|\"e:/data']\n";

fn output(place: &Place, format: &str, args: &[&str]) -> String {
    place.run(&[&["check", "--format", format][..], args].concat()).stdout
}

fn json(place: &Place, format: &str, args: &[&str]) -> Value {
    let text = output(place, format, args);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The schema that OASIS publishes, as the crate `serde-sarif` carries it.
fn sarif_schema() -> Value {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform"])
        .arg("x86_64-unknown-linux-gnu")
        .current_dir(crate::support::root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&cargo.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&cargo.stderr)));
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|it| it["name"] == "serde-sarif").unwrap();
    let manifest = std::path::Path::new(package["manifest_path"].as_str().unwrap());
    let text = fs::read_to_string(manifest.with_file_name("src").join("schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let place = Place::new(&[
        ("bad.yaml", BAD),
        ("my dir/hostile#1.yaml", HOSTILE),
        ("good.yaml", GOOD),
        (
            "lost.yaml",
            "services:\n  db:\n    image: postgres:18\n    volumes: [d:/var/lib/postgresql/data]\nvolumes: {d: }\n",
        ),
        ("broken.yaml", "a: [\n"),
    ]);
    let schema = jsonschema::validator_for(&sarif_schema()).unwrap();
    for args in [&["bad.yaml", "my dir/hostile#1.yaml", "lost.yaml", "broken.yaml", "missing.yaml"][..], &["good.yaml"]]
    {
        let log = json(&place, "sarif", args);
        let wrong: Vec<String> = schema.iter_errors(&log).map(|it| format!("{}: {it}", it.instance_path)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn sarif_has_fixes_of_several_edits_and_findings_that_are_off_by_default() {
    let text = "version: '3'\nservices:\n  db:\n    image: postgres:17\n    command: [\"sh\", \"-c\", \"echo $A $B; exec postgres\"]\n    environment: {A: 1, B: 2}\n    volumes: [\"d:/var/lib/postgresql/data\"]\nvolumes: {d: }\n";
    let place = Place::new(&[("compose.yaml", text)]);
    let log = json(&place, "sarif", &["--select", "host-expanded-variable,obsolete-version"]);
    let schema = jsonschema::validator_for(&sarif_schema()).unwrap();
    let wrong: Vec<String> = schema.iter_errors(&log).map(|it| format!("{}: {it}", it.instance_path)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let levels: HashSet<&str> = results.iter().map(|it| it["level"].as_str().unwrap()).collect();
    assert_eq!(levels, HashSet::from(["warning", "note"]), "{results:#?}");
    let edits = results.iter().filter_map(|it| it["fixes"][0]["artifactChanges"][0]["replacements"].as_array());
    assert!(edits.clone().any(|it| it.len() > 1), "{results:#?}");
    // What a viewer shows of a rule is what holds without settings.
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for (rule, shown) in plimsoll_rules::RULES.iter().zip(rules) {
        assert_eq!((&shown["id"], &shown["defaultConfiguration"]["enabled"]), (&rule.id.into(), &rule.on.into()));
    }
}

#[test]
fn sarif_has_places_rules_and_fingerprints() {
    let twice = format!("{BAD}  other:\n    image: x\n    volumes:\n      - data:/data\n      - data:/b\n");
    let place = Place::new(&[("my dir/bad.yaml", &twice)]);
    let args = ["--select", "undeclared-volume", "my dir/bad.yaml"];
    let log = json(&place, "sarif", &args);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let first = &results[0];
    assert_eq!(first["ruleId"], "undeclared-volume");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = &rules[usize::try_from(first["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!(rule["id"], "undeclared-volume");
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Why"));
    let physical = &first["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "my%20dir/bad.yaml");
    let region = serde_json::to_string(&physical["region"]).unwrap();
    expect![[r#"{"endColumn":13,"endLine":5,"startColumn":9,"startLine":5}"#]].assert_eq(&region);
    let prints = |log: &Value| {
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|it| it["partialFingerprints"]["plimsoll/v1"].to_string()).collect::<Vec<_>>()
    };
    let before = prints(&log);
    assert_eq!(before.iter().collect::<HashSet<_>>().len(), results.len());
    // They do not hang on the line.
    place.write("my dir/bad.yaml", format!("# moved\n\n{twice}").as_bytes());
    assert_eq!(prints(&json(&place, "sarif", &args)), before);
}

#[test]
fn sarif_says_what_could_not_be_read() {
    let place = Place::new(&[]);
    let log = json(&place, "sarif", &["missing.yaml"]);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["message"]["text"], "there is no such file or directory");
}

#[test]
fn gitlab() {
    let place = Place::new(&[("bad.yaml", BAD)]);
    let mut issues = json(&place, "gitlab", &["--select", "undeclared-volume", "./bad.yaml"]);
    let print = issues[0]["fingerprint"].take();
    assert_eq!(print.as_str().unwrap().len(), 32);
    expect![[r#"
        [
          {
            "check_name": "undeclared-volume",
            "description": "`db` mounts the volume `data`, which is not declared (declare it at the top level: `volumes:` with `data:` below it)",
            "fingerprint": null,
            "location": {
              "lines": {
                "begin": 5,
                "end": 5
              },
              "path": "bad.yaml"
            },
            "severity": "critical"
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&issues).unwrap());
}

#[test]
fn rdjson_counts_columns_in_bytes() {
    let place = Place::new(&[("bad.yaml", "services:\n  db: {image: x, labels: {é: é}, volumes: [data:/d]}\n")]);
    let found = json(&place, "rdjson", &["--select", "undeclared-volume", "bad.yaml"]);
    let found = &found["diagnostics"][0];
    assert_eq!(found["severity"], "ERROR");
    assert_eq!(found["code"]["value"], "undeclared-volume");
    let range = serde_json::to_string(&found["location"]["range"]).unwrap();
    expect![[r#"{"end":{"column":50,"line":2},"start":{"column":46,"line":2}}"#]].assert_eq(&range);
}

#[test]
fn junit() {
    let place = Place::new(&[("bad.yaml", BAD), ("good.yaml", GOOD)]);
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="plimsoll" tests="2" failures="1" errors="1">
          <testsuite name="bad.yaml" tests="1" failures="1" errors="0">
            <testcase classname="bad.yaml" name="undeclared-volume (5:9)" file="bad.yaml" line="5">
              <failure type="error" message="`db` mounts the volume `data`, which is not declared">bad.yaml:5:9: `db` mounts the volume `data`, which is not declared
        why: Compose refuses the file
        help: declare it at the top level: `volumes:` with `data:` below it</failure>
            </testcase>
          </testsuite>
          <testsuite name="missing.yaml" tests="1" failures="0" errors="1">
            <testcase classname="missing.yaml" name="plimsoll">
              <error message="there is no such file or directory"/>
            </testcase>
          </testsuite>
        </testsuites>
    "#]]
    .assert_eq(&output(&place, "junit", &["--select", "undeclared-volume", "bad.yaml", "missing.yaml"]));
    assert!(output(&place, "junit", &["good.yaml"]).contains(r#"<testcase classname="plimsoll" name="no findings"/>"#));
}

#[test]
fn checkstyle() {
    let place = Place::new(&[("bad.yaml", BAD)]);
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <checkstyle version="4.3">
          <file name="bad.yaml">
            <error line="5" column="9" severity="error" message="`db` mounts the volume `data`, which is not declared (declare it at the top level: `volumes:` with `data:` below it)" source="plimsoll.undeclared-volume"/>
          </file>
        </checkstyle>
    "#]]
    .assert_eq(&output(&place, "checkstyle", &["--select", "undeclared-volume", "bad.yaml"]));
}

#[test]
fn markdown() {
    let place = Place::new(&[("bad.yaml", BAD), ("hostile.yaml", HOSTILE), ("good.yaml", GOOD)]);
    expect![[r#"
        ## Plimsoll

        1 error in 1 file · 1 fixable with --fix --unsafe-fixes

        | | place | finding |
        |---|---|---|
        | :x: error | <code>bad.yaml:5</code> | [undeclared-volume](https://github.com/plimsoll-lint/plimsoll/blob/main/rules/undeclared-volume.md)<br><code>db</code> mounts the volume <code>data</code>, which is not declared<br>**help:** declare it at the top level&#58; <code>volumes&#58;</code> with <code>data&#58;</code> below it |
    "#]]
    .assert_eq(&output(&place, "markdown", &["--select", "undeclared-volume", "bad.yaml"]));
    let hostile = output(&place, "markdown", &["--select", "undeclared-volume", "hostile.yaml"]);
    let row = hostile.lines().find(|it| it.contains("hostile.yaml")).unwrap();
    assert_eq!(row.matches('|').count(), 4, "{row}");
    assert!(!row.contains("<i>") && !row.contains('@') && !row.contains('\u{1b}'), "{row}");
    assert_eq!(output(&place, "markdown", &["good.yaml"]), "## Plimsoll\n\nno findings in 1 file\n");
}

#[test]
fn hostile_names_stay_data_in_xml() {
    let place = Place::new(&[("hostile.yaml", HOSTILE)]);
    for format in ["junit", "checkstyle"] {
        let text = output(&place, format, &["--select", "undeclared-volume", "hostile.yaml"]);
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{format}: {error}\n{text}"),
            }
        }
        assert!(!text.contains("<i>"), "{text}");
    }
}

#[test]
fn several_formats_at_once() {
    let place = Place::new(&[("bad.yaml", BAD)]);
    let args =
        [&ONLY[..], &["bad.yaml", "--format", "concise", "--format", "sarif=out.sarif", "--format", "json=o.json"]];
    let outcome = place.run(&args.concat());
    assert_eq!(outcome.status, 1);
    assert!(outcome.stdout.starts_with("bad.yaml:5:9: error undeclared-volume "), "{outcome:?}");
    for name in ["out.sarif", "o.json"] {
        let text = fs::read_to_string(place.path().join(name)).unwrap();
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{name}: {text}");
    }
    let outcome = place.run(&[&ONLY[..], &["bad.yaml", "--format", "markdown", "--output", "out.md"]].concat());
    assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""));
    assert!(fs::read_to_string(place.path().join("out.md")).unwrap().starts_with("## Plimsoll\n"));
}

#[test]
fn outputs_that_make_no_sense_are_refused() {
    let place = Place::new(&[("bad.yaml", BAD)]);
    let error = |args: &[&str]| {
        let outcome = place.run(&[&["check", "bad.yaml"], args].concat());
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{outcome:?}");
        outcome.stderr
    };
    expect![[r#"
        error: several formats go to standard output: write `--format FORMAT=FILE`
    "#]]
    .assert_eq(&error(&["--format", "json", "--format", "text"]));
    expect![[r#"
        error: `--output` is for a format without a file of its own
    "#]]
    .assert_eq(&error(&["--format", "json=a.json", "--output", "b.json"]));
    let wrong = error(&["--format", "sarfi=x"]);
    assert!(wrong.contains("there is no such format; did you mean `sarif`?"), "{wrong}");
    let outcome = place.run(&[&ONLY[..], &["bad.yaml", "--format", "json=missing/a.json"]].concat());
    assert_eq!(outcome.status, 2);
    assert!(outcome.stderr.contains("cannot be written"), "{outcome:?}");
}
