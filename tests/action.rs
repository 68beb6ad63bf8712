//! The GitHub Action: its shell part is run with the variables that a runner sets.

use crate::support::{read, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A runner: a checkout, and the files through which a step speaks to it.
struct Runner {
    directory: TempDir,
}

impl Runner {
    fn new(files: &[(&str, &str)]) -> Runner {
        let runner = Runner { directory: TempDir::new().unwrap() };
        fs::create_dir_all(runner.path("temp")).unwrap();
        for (name, text) in files {
            fs::create_dir_all(runner.path(name).parent().unwrap()).unwrap();
            fs::write(runner.path(name), text).unwrap();
        }
        runner
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Runs a step; `None` where there is no bash.
    fn run(&self, step: &str, variables: &[(&str, &str)]) -> Option<Output> {
        let program = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(program.to_path_buf()).chain(std::env::split_paths(&path)));
        let mut command = Command::new("bash");
        command.arg(root().join(".ci/action")).arg(step).current_dir(self.directory.path()).env_clear();
        command.env("PATH", path.unwrap()).env("RUNNER_TEMP", self.path("temp"));
        command.env("GITHUB_STEP_SUMMARY", self.path("summary")).env("GITHUB_OUTPUT", self.path("output"));
        command.env("GITHUB_PATH", self.path("path")).envs(variables.iter().copied());
        command.output().ok()
    }
}

const LOST: &str =
    "services:\n  db:\n    image: postgres:18\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes: {data: }\n";

#[test]
fn findings_become_annotations_a_summary_and_sarif() {
    let runner = Runner::new(&[("my app/compose.yaml", LOST), ("summary", "before\n")]);
    let inputs = [
        ("INPUT_PATHS", "my app/compose.yaml\n"),
        ("INPUT_ARGS", "--select=misplaced-data-mount\r\n\n--host=linux"),
        ("INPUT_SARIF", "true"),
    ];
    let Some(outcome) = runner.run("check", &inputs) else { return };
    let shown = String::from_utf8_lossy(&outcome.stdout);
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
    assert!(shown.starts_with("::error file=my app/compose.yaml,line=4,"), "{shown}");
    assert_eq!(shown.lines().count(), 1, "{shown}");
    let summary = runner.file("summary");
    assert!(summary.starts_with("before\n## Plimsoll\n\n1 error in 1 file · 1 fixable "), "{summary}");
    let output = runner.file("output");
    assert!(output.starts_with("status=1\nsarif="), "{output}");
    let sarif = output.lines().nth(1).unwrap().strip_prefix("sarif=").unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&read(Path::new(sarif))).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "misplaced-data-mount");
}

#[test]
fn the_exit_status_is_that_of_the_program() {
    let runner = Runner::new(&[("compose.yaml", LOST)]);
    let status = |inputs: &[(&str, &str)]| runner.run("check", inputs).map(|it| it.status.code());
    if let Some(found) = status(&[]) {
        assert_eq!(found, Some(1));
        assert_eq!(status(&[("INPUT_FAIL_ON", "never")]), Some(Some(0)));
        assert_eq!(status(&[("INPUT_PATHS", "missing.yaml")]), Some(Some(2)));
        assert_eq!(status(&[("INPUT_ARGS", "--nonsense")]), Some(Some(2)));
        assert!(runner.file("output").lines().eq(["status=1", "status=0", "status=2", "status=2"]));
    }
}

#[test]
fn the_settings_decide_what_the_inputs_leave_open() {
    let settings = "fail-on: never\nprojects: {shop: {files: [compose.yaml]}}\n";
    let runner = Runner::new(&[("compose.yaml", LOST), (".plimsoll.yaml", settings)]);
    let status = |inputs: &[(&str, &str)]| runner.run("check", inputs).map(|it| it.status.code());
    if let Some(found) = status(&[("INPUT_FAIL_ON", "")]) {
        assert_eq!(found, Some(0));
        assert_eq!(status(&[("INPUT_FAIL_ON", "error")]), Some(Some(1)));
        // A project has no paths.
        let shop = ("INPUT_ARGS", "--project=shop");
        assert_eq!(status(&[("INPUT_PATHS", ""), shop]), Some(Some(0)));
        assert_eq!(status(&[("INPUT_PATHS", "\n"), shop, ("INPUT_FAIL_ON", "error")]), Some(Some(1)));
        assert_eq!(status(&[shop]), Some(Some(2)));
    }
}

#[test]
fn below_the_top_files_are_named_from_the_top() {
    let runner = Runner::new(&[("temp/x", ""), ("compose.yaml", LOST)]);
    let top = runner.path("..").canonicalize().unwrap();
    let below = runner.directory.path().file_name().unwrap().to_str().unwrap().to_string();
    let inputs = [
        ("GITHUB_WORKSPACE", top.to_str().unwrap()),
        ("INPUT_SARIF", "true"),
        ("INPUT_ARGS", "--select=misplaced-data-mount"),
    ];
    let Some(outcome) = runner.run("check", &inputs) else { return };
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
    let shown = String::from_utf8_lossy(&outcome.stdout);
    assert!(shown.starts_with(&format!("::error file={below}/compose.yaml,line=4,")), "{shown}");
    let sarif: serde_json::Value = serde_json::from_str(&runner.file("temp/plimsoll.sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    for place in [&result["locations"][0]["physicalLocation"], &result["fixes"][0]["artifactChanges"][0]] {
        assert_eq!(place["artifactLocation"]["uri"], format!("{below}/compose.yaml"), "{result:#}");
    }
}

#[test]
fn inputs_are_never_code() {
    let runner = Runner::new(&[("compose.yaml", LOST)]);
    let evil = "$(touch owned); touch owned `touch owned`";
    let inputs = [("INPUT_PATHS", evil), ("INPUT_ARGS", evil), ("INPUT_FAIL_ON", evil), ("INPUT_SARIF", evil)];
    if let Some(outcome) = runner.run("check", &inputs) {
        assert_eq!(outcome.status.code(), Some(2), "{outcome:?}");
        assert!(!runner.path("owned").exists());
    }
}

#[test]
fn a_release_is_held_against_its_checksum() {
    let script = r#"
        set -e
        case "$(uname -s)-$(uname -m)" in Linux-x86_64) ;; *) exit 77 ;; esac
        command -v curl sha256sum tar >/dev/null || exit 77
        mkdir -p releases/v9.9.9 content && cd content
        printf '#!/bin/sh\necho nine\n' >plimsoll && chmod +x plimsoll
        name=plimsoll-v9.9.9-x86_64-unknown-linux-musl.tar.gz
        tar -czf ../releases/v9.9.9/$name plimsoll && cd ../releases/v9.9.9
        sha256sum $name >$name.sha256"#;
    let runner = Runner::new(&[]);
    let made = Command::new("bash").args(["-c", script]).current_dir(runner.directory.path()).status();
    if !made.is_ok_and(|it| it.success()) {
        return;
    }
    let releases = format!("file://{}", runner.path("releases").display());
    let inputs = [("INPUT_VERSION", "9.9.9"), ("PLIMSOLL_RELEASES", releases.as_str())];
    let outcome = runner.run("install", &inputs).unwrap();
    assert_eq!(outcome.status.code(), Some(0), "{outcome:?}");
    let bin = runner.file("path");
    let nine = Command::new(Path::new(bin.trim()).join("plimsoll")).output().unwrap();
    assert_eq!(nine.stdout, b"nine\n");
    let sum = runner.path("releases/v9.9.9/plimsoll-v9.9.9-x86_64-unknown-linux-musl.tar.gz.sha256");
    let wrong = fs::read_to_string(&sum).unwrap().split_off(64);
    fs::write(&sum, format!("{}{wrong}", "0".repeat(64))).unwrap();
    let outcome = runner.run("install", &inputs).unwrap();
    assert_eq!(outcome.status.code(), Some(2), "{outcome:?}");
    assert!(String::from_utf8_lossy(&outcome.stderr).contains("the checksum of"), "{outcome:?}");
}

#[test]
fn every_input_is_used_and_documented() {
    let action = read(&root().join("action.yml"));
    let value: yaml_serde::Value = yaml_serde::from_str(&action).unwrap();
    let inputs: BTreeSet<String> =
        value["inputs"].as_mapping().unwrap().keys().map(|it| it.as_str().unwrap().to_string()).collect();
    let used = action.split("inputs.").skip(1).filter_map(|it| it.split([' ', '}']).next());
    let used: BTreeSet<String> = used.map(str::to_string).collect();
    assert_eq!(used, inputs);
    let (script, page) = (read(&root().join(".ci/action")), read(&root().join("docs/github.md")));
    for variable in action.lines().filter_map(|it| it.trim().strip_prefix("INPUT_")) {
        let name = variable.split(':').next().unwrap();
        assert!(script.contains(&format!("INPUT_{name}")), "the script does not read INPUT_{name}");
    }
    for input in inputs {
        assert!(page.contains(&format!("| `{input}` |")), "docs/github.md does not name `{input}`");
    }
}
