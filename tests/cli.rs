//! The program as it is called: options, exit statuses, what it reads, and what it says.

mod baseline;
mod builds;
mod config;
mod faults;
mod fix;
mod formats;
mod hostile;
mod outputs;
mod secrets;
mod shell;
mod strangers;
mod walk;

use expect_test::expect;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Compose refuses it: the volume is not declared.
pub(crate) const BAD: &str = "services:\n  db:\n    image: example/app:1\n    volumes:\n      - data:/data\n";
/// Nothing is wrong with it.
pub(crate) const GOOD: &str = "services:\n  app:\n    image: example/app:1\n";
/// The options that leave nothing but the finding in [`BAD`].
pub(crate) const ONLY: [&str; 3] = ["check", "--select", "undeclared-volume"];

/// A directory with files, in which the program runs.
pub(crate) struct Place {
    directory: TempDir,
}

/// What the program did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    pub fn new(files: &[(&str, &str)]) -> Place {
        let place = Place { directory: TempDir::new().unwrap() };
        for (name, text) in files {
            place.write(name, text.as_bytes());
        }
        place
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The program, in this directory and without an environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.current_dir(self.path()).env_clear().args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Outcome {
        self.feed(args, b"")
    }

    /// Runs it with something on standard input.
    pub fn feed(&self, args: &[&str], stdin: &[u8]) -> Outcome {
        finish(&mut self.command(args), stdin)
    }
}

pub(crate) fn finish(command: &mut Command, stdin: &[u8]) -> Outcome {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // It may end without reading.
    _ = pipe.write_all(stdin);
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    Outcome {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn the_exit_status_says_what_happened() {
    let place = Place::new(&[("good.yaml", GOOD), ("bad.yaml", BAD)]);
    assert_eq!(place.run(&["check", "good.yaml"]).status, 0);
    assert_eq!(place.run(&["check", "bad.yaml"]).status, 1);
    assert_eq!(place.run(&["check", "bad.yaml", "good.yaml"]).status, 1);
    assert_eq!(place.run(&["check", "bad.yaml", "missing.yaml"]).status, 2);
    assert_eq!(place.run(&["check", "--nonsense"]).status, 2);
    assert_eq!(place.run(&["chekc"]).status, 2);
}

#[test]
fn fail_on_sets_the_least_severity() {
    let place = Place::new(&[("bad.yaml", BAD)]);
    let status = |fail_on| place.run(&[&ONLY[..], &["--fail-on", fail_on, "bad.yaml"]].concat()).status;
    assert_eq!([status("error"), status("warning"), status("info"), status("never")], [1, 1, 1, 0]);
    assert_eq!(place.run(&["check", "--fail-on", "never", "missing.yaml"]).status, 2);
}

#[test]
fn a_directory_stands_for_its_default_file() {
    let place = Place::new(&[("a/compose.yml", GOOD), ("a/docker-compose.yml", BAD), ("b/docker-compose.yaml", BAD)]);
    assert_eq!(place.run(&["check", "a"]).stdout, "no findings in 1 file\n");
    let found = place.run(&["check", "--format", "concise", "b"]).stdout;
    assert!(found.starts_with(&format!("{}:5:", Path::new("b").join("docker-compose.yaml").display())), "{found}");
    place.write("a/compose.yaml", BAD.as_bytes());
    assert_eq!(place.run(&["check", "a"]).status, 1);
}

#[test]
fn without_a_path_the_current_directory_is_checked() {
    let place = Place::new(&[("compose.yaml", BAD)]);
    for args in [&["check", "--format", "concise"][..], &["check", "--format", "concise", "."]] {
        let outcome = place.run(args);
        assert!(outcome.stdout.starts_with("compose.yaml:5:9: error undeclared-volume "), "{outcome:?}");
    }
}

#[test]
fn a_directory_without_a_compose_file_is_an_error() {
    let place = Place::new(&[("values.yaml", "a: 1\n")]);
    let outcome = place.run(&["check"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""));
    expect!["error: .: there is no Compose file here or in a directory above (such as `compose.yaml`)\n"]
        .assert_eq(&outcome.stderr);
    // A directory that is named is not left.
    let outcome = place.run(&["check", "."]);
    expect![[r#"
        error: .: there is no Compose file in this directory or below (such as `compose.yaml`)
    "#]]
    .assert_eq(&outcome.stderr);
}

#[test]
fn without_a_path_the_directories_above_are_searched_as_compose_does() {
    let place = Place::new(&[("compose.yaml", BAD), ("src/app/main.txt", "")]);
    let mut command = place.command(&["check", "--format", "concise"]);
    let outcome = finish(command.current_dir(place.path().join("src/app")), b"");
    assert!(outcome.stdout.starts_with("../../compose.yaml:5:9: error undeclared-volume "), "{outcome:?}");
    assert_eq!(outcome.status, 1);
}

#[test]
fn standard_input_is_read_where_a_dash_stands() {
    let place = Place::new(&[]);
    let concise = |args: &[&str]| place.feed(&[&ONLY[..], &["--format", "concise"], args].concat(), BAD.as_bytes());
    assert!(concise(&["-"]).stdout.starts_with("<stdin>:5:9: error "));
    assert!(concise(&["-", "--stdin-filename", "deploy/a.yaml"]).stdout.starts_with("deploy/a.yaml:5:9: error "));
    // Read only once, and an empty text is not a good one.
    assert_eq!(concise(&["-", "-"]).stdout.lines().count(), 1);
    assert_eq!(place.feed(&["check", "-"], b"").status, 1);
    // A name for what is not read is a mistake.
    assert_eq!(concise(&["--stdin-filename", "a.yaml"]).status, 2);
}

#[test]
fn files_are_checked_in_the_order_given_and_once() {
    let place = Place::new(&[("b.yaml", BAD), ("a.yaml", BAD)]);
    let args = [&ONLY[..], &["--format", "concise", "b.yaml", "a.yaml", "./b.yaml"]].concat();
    let names = place.run(&args).stdout;
    let names: Vec<&str> = names.lines().map(|it| it.split(':').next().unwrap()).collect();
    assert_eq!(names, ["b.yaml", "a.yaml"]);
}

#[test]
fn rules_are_selected_and_ignored_by_name_and_group() {
    let text = format!("{BAD}    imagee: x\n  web:\n    labels: {{}}\n");
    let place = Place::new(&[("compose.yaml", &text)]);
    let found = |args: &[&str]| {
        let outcome = place.run(&[&["check", "--format", "concise"], args].concat());
        let rules = outcome.stdout.lines().map(|it| it.split(' ').nth(2).unwrap().to_string());
        rules.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found(&["--select", "undeclared-volume,unknown-key"]), "undeclared-volume unknown-key");
    assert_eq!(found(&["--select", "missing-image", "--select", "unknown-key"]), "missing-image unknown-key");
    assert_eq!(found(&["--select", "correctness", "--ignore", "unknown-key"]), "missing-image undeclared-volume");
    assert_eq!(found(&["--select", "all", "--ignore", "correctness"]).find("undeclared-volume"), None);
    assert_eq!(found(&["--ignore", "correctness,durability,lifecycle,portability"]), "");
}

#[test]
fn unknown_names_are_errors_with_a_suggestion() {
    let place = Place::new(&[("compose.yaml", GOOD)]);
    for (args, hint) in [
        (&["check", "--select", "undeclared-volumes"][..], "did you mean `undeclared-volume`?"),
        (&["check", "--ignore", "unknown-key,durabilty"], "did you mean `durability`?"),
        (&["check", "--format", "jsn"], "did you mean `json`?"),
        (&["check", "--host", "linux,macos,beos"], "beos"),
        (&["check", "--env", "TAG"], "KEY=VALUE"),
        (&["check", "--env", "=1"], "KEY=VALUE"),
        (&["explain", "unkown-key"], "did you mean `unknown-key`?"),
        (&["images", "postgress"], "did you mean `postgres`?"),
        (&["images", "Not An Image"], "no image"),
    ] {
        let outcome = place.run(args);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{args:?}");
        assert!(outcome.stderr.starts_with("error: ") && outcome.stderr.contains(hint), "{}", outcome.stderr);
    }
}

#[test]
fn env_gives_variables_their_values() {
    let text = "services:\n  app:\n    image: example/app:1\n    volumes:\n      - ${SOURCE}:/data\n";
    let place = Place::new(&[("compose.yaml", text)]);
    assert_eq!(place.run(&ONLY).status, 0);
    assert_eq!(place.run(&[&ONLY[..], &["--env", "SOURCE=./data"]].concat()).status, 0);
    let outcome = place.run(&[&ONLY[..], &["--env", "OTHER=a=b", "--env", "SOURCE=data"]].concat());
    // The value decides, and is not shown: it may come from a file that is nobody else's business.
    assert_eq!(outcome.status, 1);
    assert!(outcome.stdout.contains("the volume `${SOURCE}`"), "{outcome:?}");
    // What is set around the program is not looked at.
    assert_eq!(finish(place.command(&ONLY).env("SOURCE", "data"), b"").status, 0);
}

#[test]
fn host_leaves_out_what_does_not_concern_it() {
    let text = "services:\n  db:\n    image: postgres:17\n    volumes: [\"./data:/var/lib/postgresql/data\"]\n";
    let place = Place::new(&[("compose.yaml", text)]);
    let found = |hosts: &[&str]| place.run(&[&["check", "--select", "database-on-bind-mount"], hosts].concat()).stdout;
    let all = found(&[]);
    assert_eq!(found(&["--host", "linux,macos,windows"]), all);
    assert_eq!(found(&["--host", "linux", "--host", "macos", "--host", "windows"]), all);
    assert_ne!(found(&["--host", "linux"]), all);
}

#[test]
fn quiet_leaves_out_the_summary() {
    let place = Place::new(&[("good.yaml", GOOD), ("bad.yaml", BAD)]);
    assert_eq!(place.run(&["check", "-q", "good.yaml"]).stdout, "");
    let (loud, quiet) =
        (place.run(&[&ONLY[..], &["bad.yaml"]].concat()), place.run(&[&ONLY[..], &["--quiet", "bad.yaml"]].concat()));
    assert_eq!(loud.stdout, format!("{}1 error in 1 file · 1 fixable with --fix --unsafe-fixes\n", quiet.stdout));
    assert!(place.run(&["check", "-q", "missing.yaml"]).stderr.contains("missing.yaml"));
}

#[test]
fn colors_are_for_terminals_unless_asked_for() {
    let place = Place::new(&[("compose.yaml", BAD)]);
    let shown = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = place.command(&[&ONLY[..], args].concat());
        finish(command.envs(variables.iter().copied()), b"").stdout
    };
    let plain = shown(&[], &[]);
    assert!(!plain.contains('\u{1b}'));
    assert_eq!(shown(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]), plain);
    assert_eq!(shown(&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]), plain);
    let forced = shown(&[], &[("CLICOLOR_FORCE", "1")]);
    assert!(forced.contains("\u{1b}[") && !forced.contains("\u{1b}]8"), "{forced}");
    let always = shown(&["--color", "always"], &[("NO_COLOR", "1")]);
    let link = "\u{1b}]8;;https://github.com/plimsoll-lint/plimsoll/blob/main/rules/undeclared-volume.md\u{1b}\\undeclared-volume\u{1b}]8;;\u{1b}\\";
    assert!(always.contains("\u{1b}[") && always.contains(link), "{always}");
}

#[test]
fn help_fits_a_screen() {
    let place = Place::new(&[]);
    for command in
        ["", "check", "explain", "rules", "images", "model", "survey", "init", "schema", "completions", "man"]
    {
        let args: Vec<&str> = [command, "--help"].into_iter().filter(|it| !it.is_empty()).collect();
        let outcome = place.run(&args);
        assert_eq!(outcome.status, 0);
        assert!(outcome.stdout.contains("Examples:\n  plimsoll "), "{}", outcome.stdout);
        assert!(outcome.stdout.lines().all(|it| it.chars().count() <= 80), "{}", outcome.stdout);
        // An option has one line; `check` has many of them.
        let limit = if command == "check" { 78 } else { 46 };
        assert!(outcome.stdout.lines().count() <= limit, "{}", outcome.stdout);
    }
    // Nothing was asked for, so a script that forgot its arguments does not pass.
    let bare = place.run(&[]);
    assert_eq!((bare.status, bare.stdout.as_str()), (2, ""));
    assert!(bare.stderr.contains("Usage: plimsoll"));
    let version = place.run(&["--version"]);
    assert_eq!(version.stdout, format!("plimsoll {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn rules_are_listed_and_explained() {
    let place = Place::new(&[]);
    let list = place.run(&["rules"]).stdout;
    assert_eq!(list.lines().count(), plimsoll_rules::RULES.len());
    let json: serde_json::Value = serde_json::from_str(&place.run(&["rules", "--format", "json"]).stdout).unwrap();
    for (rule, (line, entry)) in plimsoll_rules::RULES.iter().zip(list.lines().zip(json["rules"].as_array().unwrap())) {
        assert!(line.starts_with(rule.id) && line.ends_with(&rule.summary()), "{line}");
        assert_eq!(line.split_whitespace().nth(3).unwrap() == "on", rule.on, "{line}");
        assert_eq!(entry["id"], rule.id);
        assert_eq!(entry["severity"], rule.severity.name());
    }
    let page = place.run(&["explain", "undeclared-volume"]);
    assert_eq!(
        (page.status, page.stdout.trim_end()),
        (0, plimsoll_rules::rule("undeclared-volume").unwrap().page.trim_end())
    );
}

#[test]
fn images_are_listed_and_looked_up() {
    let place = Place::new(&[]);
    let list = place.run(&["images"]).stdout;
    assert!(list.lines().any(|it| it.starts_with("postgres ") && it.contains("database")), "{list}");
    let shown = |name| place.run(&["images", name]).stdout;
    assert!(shown("postgres").contains("/var/lib/postgresql/<major>/docker"));
    assert!(shown("postgres:18-alpine").contains("/var/lib/postgresql/18/docker"));
    let old = shown("docker.io/library/postgres:17");
    assert!(old.contains("keeps      /var/lib/postgresql/data") && !old.contains("docker;"), "{old}");
    assert!(
        old.contains("SIGINT") && old.contains("documented") && old.contains("pg_isready") && old.contains("https://")
    );
    assert!(shown("quay.io/minio/minio").contains("MinIO"));
    let json: serde_json::Value =
        serde_json::from_str(&place.run(&["images", "postgres:17", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["image"]["data"][0]["path"], "/var/lib/postgresql/data");
    assert_eq!(json["image"]["for_version"], "17");
    let json: serde_json::Value = serde_json::from_str(&place.run(&["images", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["images"].as_array().unwrap().len(), list.lines().count());
    // What the catalogue knows beside the directories, for people and for programs.
    assert!(shown("postgres").contains("not with   SIGQUIT") && shown("postgres").contains("`pg_dump`"));
    assert!(shown("vault").contains("in memory  `server -dev`"), "{}", shown("vault"));
    assert!(shown("nats").contains("has no     sh ") && shown("n8n").contains("(the key to the stored credentials)"));
    let json = |name: &str| -> serde_json::Value {
        serde_json::from_str(&place.run(&["images", name, "--format", "json"]).stdout).unwrap()
    };
    let node = &json("rabbitmq")["image"];
    assert_eq!((&node["identity"]["keyed_by"], &node["floating"]["minor"]), (&"hostname".into(), &true.into()));
    assert_eq!(json("n8n")["image"]["secrets"][0]["unless"][0], "N8N_ENCRYPTION_KEY");
    assert_eq!(json("nats")["image"]["health"]["lacks"][0]["unless"], "*alpine*");
}
