//! The file of settings: what it does, who wins over whom, and what is said where it is wrong.

use super::{BAD, GOOD, ONLY, Outcome, Place, finish};
use crate::support;
use expect_test::{expect, expect_file};
use plimsoll_core::config::{KEYS, parse};
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;

const DB: &str = "services:\n  db:\n    image: postgres:17\n    healthcheck: {test: [CMD, pg_isready]}\n";
const CONFIG: &str = ".plimsoll.yaml";

/// The rules of the findings, in their order.
fn rules(outcome: &Outcome) -> Vec<&str> {
    assert_eq!(outcome.stderr, "", "{outcome:?}");
    outcome.stdout.lines().filter_map(|it| it.split(' ').nth(2)).collect()
}

/// A repository with a file of settings at its top, and another file.
fn place(config: &str, name: &str, text: &str) -> Place {
    Place::new(&[(".git/HEAD", ""), (CONFIG, config), (name, text)])
}

fn concise(place: &Place, args: &[&str]) -> Outcome {
    place.run(&[&["check", "--format", "concise"], args].concat())
}

#[test]
fn rules_are_selected_and_ignored() {
    let both = format!("{BAD}  web: {{}}\n");
    let found = |config: &str, args: &[&str]| {
        let place = place(config, "compose.yaml", &both);
        rules(&concise(&place, args)).join(" ")
    };
    assert_eq!(found("", &[]), "undeclared-volume missing-image");
    assert_eq!(found("select: [missing-image]", &[]), "missing-image");
    assert_eq!(found("ignore: [undeclared-volume]", &[]), "missing-image");
    assert_eq!(found("select: [correctness]\nignore: [missing-image]", &[]), "undeclared-volume");
    // What is ignored on the command line comes on top; what is selected there begins anew.
    assert_eq!(found("ignore: [undeclared-volume]", &["--ignore", "missing-image"]), "");
    assert_eq!(found("ignore: [undeclared-volume]", &["--select", "undeclared-volume"]), "undeclared-volume");
    assert_eq!(found("select: [missing-image]", &["--select", "undeclared-volume"]), "undeclared-volume");
    // An empty value is none.
    assert_eq!(found("select:\nignore:\noverrides:\n", &[]), "undeclared-volume missing-image");
}

#[test]
fn severities_are_set_and_count() {
    let place = place("severity: {undeclared-volume: warning}", "compose.yaml", BAD);
    let outcome = concise(&place, &[]);
    assert!(outcome.stdout.starts_with("compose.yaml:5:9: warning undeclared-volume "), "{outcome:?}");
    assert_eq!(concise(&place, &["--fail-on", "error"]).status, 0);
    // What only informs is shown where somebody asks for it.
    place.write(CONFIG, b"severity: {undeclared-volume: info}");
    assert_eq!(rules(&concise(&place, &[])), [""; 0]);
    assert_eq!(rules(&concise(&place, &["--select", "undeclared-volume"])), ["undeclared-volume"]);
    place.write(CONFIG, b"severity: {incomplete-project: error}");
    place.write("compose.yaml", b"services:\n  app:\n    image: example/app:${TAG}\n");
    assert_eq!(rules(&concise(&place, &[])), ["incomplete-project"]);
}

#[test]
fn fail_on_and_hosts_are_overruled_by_the_command_line() {
    let place = place("fail-on: never\nhosts: [linux]", "compose.yaml", BAD);
    assert_eq!(place.run(&["check"]).status, 0);
    assert_eq!(place.run(&["check", "--fail-on", "error"]).status, 1);
    assert_eq!(place.run(&["check", "--isolated"]).status, 1);
    let bind = format!("{DB}    volumes: [\"./data:/var/lib/postgresql/data\"]\n    stop_grace_period: 5m\n");
    place.write("compose.yaml", bind.as_bytes());
    let found = |args: &[&str]| rules(&concise(&place, args)).contains(&"database-on-bind-mount");
    assert_eq!((found(&[]), found(&["--host", "macos"])), (false, true));
}

#[test]
fn the_nearest_file_counts_up_to_the_top_of_the_repository() {
    let place = Place::new(&[
        (CONFIG, "ignore: [undeclared-volume]"),
        ("repo/.git/HEAD", ""),
        ("repo/compose.yaml", BAD),
        ("repo/inner/.plimsoll.yaml", "ignore: [undeclared-volume]"),
        ("repo/inner/deep/a.yaml", BAD),
        ("loose/a.yaml", BAD),
    ]);
    let found = |path: &str, args: &[&str]| {
        let outcome = place.run(&[&["check", "--format", "concise", path], args].concat());
        rules(&outcome).len()
    };
    assert_eq!(found("repo/compose.yaml", &[]), 1);
    assert_eq!(found("repo/inner/deep/a.yaml", &[]), 0);
    assert_eq!(found("loose/a.yaml", &[]), 0);
    assert_eq!(found("loose/a.yaml", &["--isolated"]), 1);
    // A file that is named holds for everything.
    assert_eq!(found("repo/compose.yaml", &["--config", CONFIG]), 0);
    assert_eq!(place.run(&["check", "--config", CONFIG, "--isolated", "repo/compose.yaml"]).status, 2);
    let missing = place.run(&["check", "--config", "missing.yaml", "repo/compose.yaml"]);
    assert_eq!(missing.status, 2);
    assert_eq!(missing.stderr, "error: missing.yaml: the settings: there is no such file\n");
    // The place of what is checked counts, not the directory that the program runs in.
    let mut command = place.command(&["check", "--format", "concise", "../compose.yaml"]);
    let outcome = finish(command.current_dir(place.path().join("repo/inner")), b"");
    assert_eq!(rules(&outcome).len(), 1);
}

#[test]
fn standard_input_has_the_settings_of_its_name() {
    let place = Place::new(&[(".git/HEAD", ""), ("deploy/.plimsoll.yaml", "ignore: [undeclared-volume]")]);
    let found = |args: &[&str]| {
        let outcome = place.feed(&[&["check", "--format", "concise", "-"], args].concat(), BAD.as_bytes());
        rules(&outcome).len()
    };
    assert_eq!((found(&[]), found(&["--stdin-filename", "deploy/a.yaml"])), (1, 0));
}

#[test]
fn nothing_around_the_files_is_read() {
    let place = place("", "compose.yaml", BAD);
    let home = Place::new(&[
        (CONFIG, "ignore: [undeclared-volume]"),
        (".config/plimsoll/.plimsoll.yaml", "ignore: [undeclared-volume]"),
        (".config/git/ignore", "compose.yaml"),
    ]);
    let mut command = place.command(&["check", "--format", "concise"]);
    let home = home.path();
    let outcome = finish(command.env("HOME", home).env("XDG_CONFIG_HOME", home.join(".config")), b"");
    assert_eq!(rules(&outcome), ["undeclared-volume"]);
}

#[test]
fn overrides_hold_for_some_files_and_the_last_wins() {
    let config = "
ignore: [missing-image]
overrides:
  - files: [deploy]
    ignore: [undeclared-volume]
  - files: [deploy/prod/**, special.yaml]
    select: [undeclared-volume]
    severity: {undeclared-volume: warning}
";
    let place = place(config, "a.yaml", BAD);
    for path in ["deploy/compose.yaml", "deploy/prod/compose.yaml"] {
        place.write(path, format!("{BAD}  web: {{}}\n").as_bytes());
    }
    place.write("deploy/x/special.yaml", BAD.as_bytes());
    let found = |path: &str| {
        let outcome = concise(&place, &[path]);
        assert_eq!(outcome.stderr, "");
        outcome.stdout.lines().map(|it| it.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(found("a.yaml"), ["error undeclared-volume"]);
    assert_eq!(found("deploy/compose.yaml"), [""; 0]);
    assert_eq!(found("deploy/prod/compose.yaml"), ["warning undeclared-volume"]);
    assert_eq!(found("deploy/x/special.yaml"), ["warning undeclared-volume"]);
}

#[test]
fn env_env_files_and_profiles_are_given() {
    let text = "services:\n  app:\n    image: example/app:1\n    volumes: [\"${SOURCE}:/data\"]\n";
    let place = place("env: {SOURCE: data}", "compose.yaml", text);
    assert_eq!(place.run(&ONLY).status, 1);
    assert_eq!(place.run(&[&ONLY[..], &["--env", "SOURCE=./data"]].concat()).status, 0);
    place.write(CONFIG, b"env-files: [deploy/ci.env]");
    place.write("deploy/ci.env", b"SOURCE=data");
    assert_eq!(place.run(&ONLY).status, 1);
    place.write("empty.env", b"");
    assert_eq!(place.run(&[&ONLY[..], &["--env-file", "empty.env"]].concat()).status, 0);
    // Of another directory, the paths are the same.
    let mut command = place.command(&[&ONLY[..], &["../compose.yaml"]].concat());
    assert_eq!(finish(command.current_dir(place.path().join("deploy")), b"").status, 1);
    // A number is as it is written.
    place.write(CONFIG, b"env: {TAG: 17.10, SOURCE: ./x}");
    assert_eq!(place.run(&ONLY).status, 0);
}

#[test]
fn services_are_excused_with_a_reason() {
    let config = "
services:
  db:
    ignore:
      data-not-persisted: filled by the nightly import
      tmpfs-on-data-path: it has none
  gone:
    ignore: {data-not-persisted: it was there once}
";
    let place = place(config, "compose.yaml", DB);
    let outcome = concise(&place, &[]);
    // A service that is not there may be in another project.
    assert_eq!(rules(&outcome), ["unused-ignore"]);
    assert!(
        outcome.stdout.starts_with(
            ".plimsoll.yaml:6:7: warning unused-ignore nothing in `db` is suppressed by `tmpfs-on-data-path`"
        ),
        "{outcome:?}"
    );
    // A rule that does not run suppresses nothing, and there is nothing to say of it.
    assert_eq!(rules(&concise(&place, &["--ignore", "tmpfs-on-data-path"])), [""; 0]);
    assert_eq!(rules(&concise(&place, &["--select", "data-not-persisted"])), [""; 0]);
    // The name is that of the service, whichever file it is written in.
    place.write("compose.yaml", b"services:\n  db: {extends: {file: base.yaml, service: any}}\n");
    place.write("base.yaml", DB.replace("db:", "any:").as_bytes());
    assert!(!rules(&concise(&place, &["--ignore", "unused-ignore"])).contains(&"data-not-persisted"));
}

#[test]
fn what_two_services_share_is_excused_by_both_only() {
    let text = "x-tmp: &tmp\n  tmpfs: /var/lib/postgresql/data\nservices:\n  a:\n    image: postgres:17\n    <<: *tmp\n  \
                b:\n    image: postgres:17\n    <<: *tmp\n";
    let place = place("services: {a: {ignore: {tmpfs-on-data-path: test}}}", "compose.yaml", text);
    let found = |place: &Place| rules(&concise(place, &["--select", "tmpfs-on-data-path"])).len();
    assert_eq!(found(&place), 1);
    let both = "services:\n  a: {ignore: {tmpfs-on-data-path: test}}\n  b: {ignore: {tmpfs-on-data-path: test}}\n";
    place.write(CONFIG, both.as_bytes());
    assert_eq!(found(&place), 0);
}

#[test]
fn projects_are_checked_by_name_and_with_their_directory() {
    let config = "
projects:
  production:
    files: [shop/compose.yaml, shop/compose.production.yaml]
    env: {SOURCE: data}
";
    let place = place(config, "shop/compose.yaml", GOOD);
    place.write("shop/compose.production.yaml", b"services:\n  app:\n    volumes: [\"${SOURCE}:/data\"]\n");
    let expected = "shop/compose.production.yaml:3:16: error undeclared-volume ";
    for args in [&["--project", "production"][..], &["shop"]] {
        let outcome = concise(&place, args);
        assert!(outcome.stdout.starts_with(expected), "{args:?} {outcome:?}");
        assert_eq!(rules(&outcome), ["undeclared-volume"]);
    }
    assert_eq!(concise(&place, &["--project", "production", "--env", "SOURCE=./x"]).status, 0);
    let outcome = concise(&place, &["--project", "prodution"]);
    assert_eq!(outcome.status, 2);
    assert_eq!(
        outcome.stderr,
        "error: --project: the settings name no project `prodution`; did you mean `production`?\n"
    );
    assert_eq!(concise(&place, &["--project", "production", "--isolated"]).status, 2);
}

#[test]
fn a_survey_takes_what_the_settings_give() {
    let text = "services:\n  db:\n    image: postgres:17\n    volumes: [\"${SOURCE}:/var/lib/postgresql/data\"]\nvolumes: {data: }\n";
    let config = "
env: {SOURCE: data}
projects:
  other:
    files: [other/compose.yaml]
    env: {SOURCE: ./data}
";
    let place = place(config, "compose.yaml", text);
    place.write("other/compose.yaml", text.as_bytes());
    let keepers = |args: &[&str]| {
        let outcome = place.run(&[&["survey", "--format", "json"], args].concat());
        assert_eq!(outcome.status, 0, "{args:?} {outcome:?}");
        let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let kinds = json["places"].as_array().unwrap().iter().map(|it| it["kept_on"]["kind"].to_string());
        kinds.collect::<Vec<_>>()
    };
    let volume = keepers(&[]);
    assert_eq!(volume.len(), 1);
    assert_eq!(keepers(&["-f", "compose.yaml"]), volume);
    assert_eq!(keepers(&["compose.yaml"]), volume);
    let bind = keepers(&["--env", "SOURCE=./x"]);
    assert_ne!(bind, volume);
    assert_eq!(keepers(&["--project", "other"]), bind);
    assert_ne!(keepers(&["--isolated"]), volume);
    let outcome = place.run(&["survey", "--project", "othre"]);
    let said = "error: --project: the settings name no project `othre`; did you mean `other`?\n";
    assert_eq!((outcome.status, outcome.stderr.as_str()), (2, said));
}

#[test]
fn images_are_described() {
    let private = "services:\n  db:\n    image: registry.example.com/team/pg:17\n    volumes: [\"data:/data\"]\nvolumes: {data: }\n";
    let config = "
images:
  - images: [registry.example.com/team/pg]
    like: postgres
    name: TeamDB
    stop: {grace: 3m}
";
    let place = place(config, "compose.yaml", private);
    let found = rules(&concise(&place, &["--isolated"])).len();
    assert_eq!(found, 0);
    let outcome = concise(&place, &["--select", "misplaced-data-mount"]);
    assert_eq!(rules(&outcome), ["misplaced-data-mount"]);
    let right = private.replace("data:/data", "data:/var/lib/postgresql/data") + "";
    place.write("compose.yaml", right.as_bytes());
    let outcome = concise(&place, &["--select", "short-stop-grace-period"]);
    assert!(outcome.stdout.contains("TeamDB may need 180 s"), "{outcome:?}");
    let shown = place.run(&["images", "registry.example.com/team/pg:17"]);
    assert!(shown.stdout.contains("may take 3m0s (documented)\n"), "{shown:?}");
    assert!(place.run(&["images"]).stdout.lines().any(|it| it.starts_with("registry.example.com/team/pg ")));
    assert_eq!(place.run(&["images", "registry.example.com/team/pg", "--isolated"]).status, 2);
    assert_ne!(place.run(&["survey"]).stdout, place.run(&["survey", "--isolated"]).stdout);
    // A whole entry, over one that is built in.
    let own = "
images:
  - images: [postgres, \"*/team-*\"]
    name: Ours
    kind: database
    data: [{path: /ours}]
";
    place.write(CONFIG, own.as_bytes());
    place.write("compose.yaml", DB.as_bytes());
    let outcome = concise(&place, &["--select", "data-not-persisted"]);
    assert!(outcome.stdout.contains("error data-not-persisted `db`"), "{outcome:?}");
    assert!(place.run(&["images", "postgres"]).stdout.contains("keeps      /ours\n"));
    assert!(place.run(&["images", "example/team-b:1"]).stdout.contains("Ours (database)"));
    assert!(place.run(&["images", "mysql"]).stdout.contains("MySQL"));
}

#[test]
fn what_an_image_takes_over_is_as_certain_as_it_was() {
    let catalogue = plimsoll_rules::images::catalogue();
    let inferred = catalogue.all().into_iter().find(|it| !it.is_verified("data") && !it.data.is_empty());
    let Some(inferred) = inferred else { return };
    let config = format!("images:\n  - images: [example/mine]\n    like: {}\n", inferred.id);
    let place = place(&config, "compose.yaml", "services:\n  a:\n    image: example/mine\n");
    assert!(!concise(&place, &[]).stdout.contains(" error "));
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let config = "selct: [all]\nseverity: {missing-healthcheck: off}\noverrides:\n  - files: [\"a[\"]\nimages:\n  - images: [x]\n    like: postgrse\n";
    let outcome = place(config, "compose.yaml", GOOD).run(&["check"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""));
    expect![[r#"
          × `selct` is not a key of a file of settings
           ╭─[.plimsoll.yaml:1:1]
         1 │ selct: [all]
           · ─────
         2 │ severity: {missing-healthcheck: off}
           ╰────
          help: did you mean `select`?

          × a severity is `error`, `warning` or `info`
           ╭─[.plimsoll.yaml:2:33]
         1 │ selct: [all]
         2 │ severity: {missing-healthcheck: off}
           ·                                 ───
         3 │ overrides:
           ╰────
          help: to switch a rule off, name it under `ignore`

          × `a[` is not a pattern: unclosed character class; missing ']'
           ╭─[.plimsoll.yaml:4:13]
         3 │ overrides:
         4 │   - files: ["a["]
           ·             ────
         5 │ images:
           ╰────

          × the catalogue has no entry `postgrse`
           ╭─[.plimsoll.yaml:7:11]
         6 │   - images: [x]
         7 │     like: postgrse
           ·           ────────
           ╰────
          help: did you mean `postgres`?

        error: .plimsoll.yaml: these settings cannot be used
    "#]]
    .assert_eq(&outcome.stderr);
}

#[test]
fn each_kind_of_mistake_has_a_sentence() {
    let mut shown = String::new();
    for config in [
        "[]",
        "a",
        "select: all",
        "select: []",
        "select: [missing-imag]",
        "ignore: [all]",
        "ignore: [1]",
        "ignore: [\"\"]",
        "severity: [a]",
        "severity: {durability: error}",
        "severity: {missing-image: fatal}",
        "hosts: [beos]",
        "hosts: []",
        "fail-on: always",
        "exclude: [../a]",
        "exclude: [\"!a\"]",
        "exclude: ['deploy\\old']",
        "env: [A=1]",
        "env: {A: [1]}",
        "overrides: {files: [a]}",
        "overrides: [{select: [all]}]",
        "overrides: [{files: [a], hots: [linux]}]",
        "projects: {shop: {}}",
        "projects: {shop: [compose.yaml]}",
        "services: {db: {ignore: [missing-image]}}",
        "services: {db: {ignore: {missing-image: }}}",
        "services: {db: {ignore: {lifecycle: because}}}",
        "images: [postgres]",
        "images: [{like: postgres}]",
        "images: [{images: [\"a:1\"], like: postgres}]",
        "images: [{images: [library/a], like: postgres}]",
        "images: [{images: [a]}]",
        "images: [{images: [a], like: postgres, data: [{path: data}]}]",
        "images: [{images: [a], like: postgres, data: [{path: /a, versions: 18}]}]",
        "images: [{images: [a], like: postgres, data: [{path: /a, versions: \"=18\"}]}]",
        "images: [{images: [a], like: postgres, stop: {use: 15}}]",
        "images: [{images: [a], like: postgres, stop: {use: TERM, grace: 3 minutes}}]",
        "images: [{images: [a], like: postgres, paths: []}]",
        "images: [{images: [a], like: postgres, cache: yes}]",
        "a: 1\n--- \nb: 1",
        "ignore: &a [missing-image]\nselect: *a",
        "ignore: [missing-image]\nignore: [missing-image]",
        "ignore: [missing-image",
    ] {
        let outcome = place(config, "compose.yaml", GOOD).run(&["check"]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{config}");
        let wanted = |it: &&str| it.starts_with("  × ") || it.starts_with("  │ ") || it.starts_with("  help: ");
        _ = writeln!(shown, "{}", config.replace('\n', "\\n"));
        for line in outcome.stderr.lines().filter(wanted) {
            _ = writeln!(shown, "  {line}");
        }
    }
    expect_file!["../../fixtures/cli/config-mistakes.txt"].assert_eq(&shown);
}

#[test]
fn odd_files_are_refused_and_nothing_breaks() {
    let deep = "[".repeat(100_000);
    let many: String = (0..200_000).map(|it| format!("key-{it}: 1\n")).collect();
    let aliases = "a: &a [x, x]\nb: &b [*a, *a]\nselect: [*b, *b]\n";
    let long = format!("exclude: [{}]\n", "\"a*b\", ".repeat(200));
    for text in
        [&b"\xff\xfe\x00"[..], b"\x00\x01\x02", b"caf\xe9", deep.as_bytes(), many.as_bytes(), aliases.as_bytes()]
    {
        let place = Place::new(&[(".git/HEAD", ""), ("compose.yaml", GOOD)]);
        place.write(CONFIG, text);
        let outcome = place.run(&["check"]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""));
        assert!(outcome.stderr.lines().count() < 500 && outcome.stderr.contains(CONFIG), "{}", outcome.stderr.len());
    }
    assert_eq!(place(&long, "compose.yaml", GOOD).run(&["check"]).status, 0);
    // A directory of that name is no file that can be left out quietly.
    assert_eq!(Place::new(&[(".plimsoll.yaml/a", ""), ("compose.yaml", GOOD)]).run(&["check"]).status, 2);
    let steering = place("\"a\\e[31m\\n::error::x\": 1\n", "compose.yaml", GOOD).run(&["check"]);
    assert!(!steering.stderr.contains('\u{1b}') && !steering.stderr.contains("\n::error"), "{steering:?}");
}

#[test]
fn init_writes_a_file_that_changes_nothing() {
    let place = Place::new(&[
        (".git/HEAD", ""),
        (
            "compose.yaml",
            "services:\n  a:\n    image: registry.example.com/a/b:1\n    volumes: [/data]\n  db:\n    image: postgres\n  web:\n    image: nginx\n",
        ),
        ("compose.staging.yaml", "services: {}\n"),
    ]);
    let before = place.run(&["check"]).stdout;
    let outcome = place.run(&["init"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "wrote .plimsoll.yaml\n"));
    let text = std::fs::read_to_string(place.path().join(CONFIG)).unwrap();
    expect_file!["../../fixtures/cli/init.txt"].assert_eq(&text);
    assert_eq!(place.run(&["check"]).stdout, before);
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 4, "nothing else is left behind");
    let again = place.run(&["init"]);
    assert_eq!(again.status, 2);
    assert_eq!(again.stderr, "error: .plimsoll.yaml: it is there already, and is left as it is\n");
    // What it says is right: without the marks of comments, it can be used.
    let used: String =
        text.lines().skip(4).filter_map(|it| it.strip_prefix("# ")).map(|it| format!("{it}\n")).collect();
    let used: String = used.lines().filter(|it| !it.ends_with('.')).map(|it| format!("{it}\n")).collect();
    place.write(CONFIG, used.as_bytes());
    let outcome = place.run(&["check"]);
    assert!(outcome.status < 2, "{used}\n{}", outcome.stderr);
}

fn schema() -> Value {
    serde_json::from_str(&Place::new(&[]).run(&["schema", "config"]).stdout).unwrap()
}

#[test]
fn the_schema_is_in_the_repository() {
    let printed = Place::new(&[]).run(&["schema", "config"]).stdout;
    expect_file!["../../docs/config.schema.json"].assert_eq(&printed);
    let schema = schema();
    for key in ["$id", "$schema", "title", "description", "examples"] {
        assert!(!schema[key].is_null(), "{key}");
    }
    let mut silent = Vec::new();
    visit(&schema, &schema, "", &mut |path, it| {
        if it["description"].is_null() {
            silent.push(path.to_string());
        }
    });
    support::assert_none(&silent, "a key without a description");
}

/// What a reference leads to.
fn follow<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => &root["$defs"][name.trim_start_matches("#/$defs/")],
        None => schema,
    }
}

/// Every key of a schema with its path, in which names that the user chooses are left out.
fn visit(root: &Value, schema: &Value, path: &str, each: &mut dyn FnMut(&str, &Value)) {
    let schema = follow(root, schema);
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        each(&path, value);
        visit(root, value, &path, each);
    }
    for inside in ["items", "additionalProperties"] {
        if schema[inside].is_object() {
            visit(root, &schema[inside], path, each);
        }
    }
    for one in schema["anyOf"].as_array().into_iter().flatten() {
        visit(root, one, path, each);
    }
}

/// Every key there is.
const EVERYTHING: &str = r#"
select: [all]
ignore: [missing-healthcheck, lifecycle]
severity: {missing-platform: error}
hosts: [linux, macos, windows]
fail-on: never
exclude: ["*.old.yaml"]
baseline: known.json
env: {TAG: 17, DEBUG: true, NAME: x}
env-files: [.env.ci]
profiles: ["*"]
overrides:
  - files: [deploy/**]
    select: [durability]
    ignore: [unknown-key]
    severity: {missing-platform: info}
    hosts: [linux]
    services: {db: {ignore: {unknown-key: a reason}}}
projects:
  production: {files: [a.yaml, b.yaml], directory: ., env: {A: 1}, env-files: [.env], profiles: [debug]}
services:
  db: {ignore: {data-not-persisted: a reason}}
images:
  - images: [example/pg, "*/pg-*"]
    like: postgres
    id: ours
    name: Ours
    kind: database
    version: leading
    latest: 3
    data:
      - {versions: "<3", tags: "*-x", path: "/a/{major}", links: [/b], env: [A], flags: [-D], mount: /a, keeps: all, optional: false, needs: [-js], unless: [KC_DB]}
      - {versions: ">=3.1", path: /a, after: server}
    volumes: [{versions: "<3", paths: [/a]}]
    wrong: [{versions: "<3", path: /c, why: it is not there}]
    server: {entrypoint: script, names: [a], subcommands: [b], sh: dash}
    stop: {image: SIGTERM, use: SIGINT, bad: {SIGQUIT: it aborts}, grace: 3m, basis: documented, why: it is slow}
    health: {image: false, test: [CMD, a], lacks: [{versions: "<3", tags: "*", unless: "*-alpine", tools: [sh]}], early: [a], note: x}
    platforms: [linux/amd64]
    old_platforms: {versions: "<3", platforms: [linux/arm64]}
    user: 1000
    collation: libc
    bind: {risk: high, note: x}
    network: {risk: ok, note: x}
    floating: {risk: high, note: x, pin: example/pg:3, minor: true, gone: ["example/pg:{version}"]}
    identity: {keyed_by: hostname, env: [A], hostname: true, files: [/a.conf], fix: x, note: x}
    also: [a]
    secrets: [{path: /key, unless: [KEY], with: [DB], keeps: all}]
    memory: {default: x, on: [A], off: [B], unless: [C], mounts: [/d], instead: x, note: x}
    dump: pg_dump
    shared: never
    cache: false
    often_cache: false
    note: x
    confidence: verified
    unverified: [data]
    see: ["https://example.com"]
"#;

/// The paths of the keys of a value, without those that are names that the user chooses.
fn paths(value: &yaml_serde::Value, path: &str, found: &mut BTreeSet<String>) {
    let named = ["severity", "env", "projects", "services", "services.ignore", "images.stop.bad"];
    let is_named = |path: &str| {
        let path = path.strip_prefix("overrides.").or(path.strip_prefix("projects.")).unwrap_or(path);
        named.contains(&path)
    };
    for (key, value) in value.as_mapping().into_iter().flatten() {
        let key = key.as_str().unwrap();
        let below = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        found.insert(below.clone());
        if is_named(&below) {
            value.as_mapping().unwrap().iter().for_each(|it| paths(it.1, &below, found));
        } else {
            paths(value, &below, found);
        }
    }
    for item in value.as_sequence().into_iter().flatten() {
        paths(item, path, found);
    }
}

#[test]
fn the_schema_and_the_program_know_the_same_keys() {
    let mut sources = Sources::new();
    let file = sources.add_text(CONFIG, EVERYTHING);
    let (config, mistakes) = parse(&sources, file, RULES);
    let (_, wrong) = plimsoll_rules::images::read_user(&config.tree, config.images.unwrap());
    let said: Vec<&String> = mistakes.iter().chain(&wrong).map(|it| &it.message).collect();
    assert_eq!(said, [""; 0]);
    // What is written here has every key of the schema, so the program accepts every key of the schema.
    let value: yaml_serde::Value = yaml_serde::from_str(EVERYTHING).unwrap();
    let mut written = BTreeSet::new();
    paths(&value, "", &mut written);
    let mut known = BTreeSet::new();
    let schema = schema();
    visit(&schema, &schema, "", &mut |path, _| _ = known.insert(path.to_string()));
    assert_eq!(written, known);
    // And the schema has every key of the program.
    let read = KEYS.iter().flat_map(|(table, keys)| {
        keys.iter().map(move |it| if table.is_empty() { (*it).to_string() } else { format!("{table}.{it}") })
    });
    let read = read.chain(plimsoll_rules::images::keys().into_iter().map(|it| format!("images.{it}")));
    let more: Vec<String> = known.iter().filter(|it| it.starts_with("overrides.services.")).cloned().collect();
    assert_eq!(read.chain(more).collect::<BTreeSet<_>>(), known);
    // The schema accepts it as well.
    let json: Value = serde_json::to_value(&value).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let refused: Vec<String> = validator.iter_errors(&json).map(|it| format!("{}: {it}", it.instance_path)).collect();
    assert_eq!(refused, [""; 0]);
    for small in [serde_json::json!({}), serde_json::json!({"images": [{"images": ["a"], "like": "postgres"}]})] {
        assert!(validator.is_valid(&small), "{small}");
    }
    let mut wrong = json.clone();
    wrong["selct"] = Value::Null;
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn the_catalogue_has_the_shape_that_users_are_held_to() {
    let text = support::read(&support::root().join("rules/images.yaml"));
    let text: String =
        text.lines().map(|it| if it.is_empty() { "\n".to_string() } else { format!("  {it}\n") }).collect();
    let mut sources = Sources::new();
    let file = sources.add_text(CONFIG, format!("images:\n{text}"));
    let (config, mistakes) = parse(&sources, file, RULES);
    let (_, wrong) = plimsoll_rules::images::read_user(&config.tree, config.images.unwrap());
    let said: Vec<&String> = mistakes.iter().chain(&wrong).map(|it| &it.message).collect();
    assert_eq!(said, [""; 0]);
}

/// The rows of a table of keys, from the schema.
fn table(root: &Value, schema: &Value) -> String {
    let schema = follow(root, schema);
    let mut text = "\n| key | value | meaning |\n|---|---|---|\n".to_string();
    let needed: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (key, value) in schema["properties"].as_object().unwrap() {
        let meaning = value["description"].as_str().unwrap().replace('\n', " ").replace('|', "\\|");
        let needed = if needed.contains(&key.as_str()) { " It is needed." } else { "" };
        _ = writeln!(text, "| `{key}` | {} | {meaning}{needed} |", kind(root, value));
    }
    text + "\n"
}

/// What a value may be, in words.
fn kind(root: &Value, schema: &Value) -> String {
    let schema = follow(root, schema);
    let words = |it: &Value| {
        let words = it.as_array().unwrap().iter().filter_map(Value::as_str);
        let words: Vec<String> = words.map(|it| format!("`{it}`")).collect();
        if words.len() > 5 { "one of several words".to_string() } else { words.join(", ") }
    };
    if let Some(any) = schema["anyOf"].as_array() {
        let any = any.iter().filter(|it| it["type"] != "null").map(|it| kind(root, it));
        return any.collect::<Vec<_>>().join(" or ");
    }
    if !schema["enum"].is_null() {
        return words(&schema["enum"]);
    }
    let kind = schema["type"].as_array().and_then(|it| it.first()).unwrap_or(&schema["type"]).as_str().unwrap();
    let items = follow(root, &schema["items"]);
    match kind {
        "array" if items["properties"].is_object() => "a list of mappings".to_string(),
        "array" if items["enum"].as_array().is_some_and(|it| it.len() > 5) => "a list of rules".to_string(),
        "array" if items["enum"].is_array() => format!("a list of {}", words(&items["enum"])),
        "array" => "a list of texts".to_string(),
        "object" => "a mapping".to_string(),
        "boolean" => "`true` or `false`".to_string(),
        "integer" | "number" => "a number".to_string(),
        _ => "a text".to_string(),
    }
}

#[test]
fn the_documentation_has_every_key() {
    let path = support::root().join("docs/configuration.md");
    let mut text = support::read(&path);
    let schema = schema();
    let inside = |name: &str| {
        let value = &schema["properties"][name];
        [&value["items"], &value["additionalProperties"]].into_iter().find(|it| it.is_object()).unwrap()
    };
    for name in ["", "overrides", "projects", "services", "images"] {
        let open = if name.is_empty() { "<!-- keys -->\n".to_string() } else { format!("<!-- keys {name} -->\n") };
        let (before, rest) = text.split_once(&open).unwrap();
        let (_, after) = rest.split_once("<!-- /keys -->").unwrap();
        let rows = table(&schema, if name.is_empty() { &schema } else { inside(name) });
        text = format!("{before}{open}{rows}<!-- /keys -->{after}");
    }
    let mut wrong = Vec::new();
    support::expect_file(&path, Some(&text), &mut wrong);
    support::assert_none(&wrong, "the tables are made from the schema: run `UPDATE_EXPECT=1 cargo test config`");
    // The examples can be used, and the schema takes them.
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut examples = support::examples(&text);
    examples.extend(support::examples(&support::read(&support::root().join("docs/suppression.md"))));
    examples.retain(|it| it.language == "yaml" && !it.text.contains("    image: "));
    assert_eq!(examples.len(), 3);
    for example in &examples {
        let value: Value = yaml_serde::from_str(&example.text).unwrap();
        let refused: Vec<String> = validator.iter_errors(&value).map(|it| it.to_string()).collect();
        assert_eq!(refused, [""; 0], "{}", example.text);
        let place = place(&example.text, "compose.yaml", &format!("{GOOD}  search: {{image: \"qdrant/qdrant:v1\"}}\n"));
        place.write("compose.production.yaml", b"services: {}");
        place.write("production.env", b"");
        let outcome = place.run(&["check"]);
        assert!(outcome.status < 2, "{outcome:?}");
    }
}
