//! The hooks for pre-commit, run by the real program where it is installed.

use crate::cli::BAD;
use crate::support::{read, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

fn hooks() -> Vec<yaml_serde::Value> {
    yaml_serde::from_str(&read(&root().join(".pre-commit-hooks.yaml"))).unwrap()
}

#[test]
fn hooks_are_documented_and_run_in_one_process() {
    let page = read(&root().join("docs/pre-commit.md"));
    for hook in hooks() {
        let id = hook["id"].as_str().unwrap();
        assert!(page.contains(&format!("| `{id}` |")), "docs/pre-commit.md does not name `{id}`");
        assert_eq!(hook["require_serial"].as_bool(), Some(true), "{id}: a project must not be checked twice");
    }
}

/// Runs a command in a directory; `None` where the program is not installed.
fn run(directory: &Path, program: &str, args: &[&str]) -> Option<Output> {
    let ours = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().unwrap().to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(ours).chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new(program);
    command.current_dir(directory).args(args).env("PATH", path).env("PRE_COMMIT_HOME", directory.join("home"));
    // The hooks of this repository must not see the repository that the tests may run in.
    command.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
    command.output().ok()
}

/// A repository with our hook in it, as that of a local repository, so that nothing is fetched. `None` where pre-commit
/// or Git is not installed.
fn repository(place: &TempDir, args: &str) -> Option<PathBuf> {
    let repository = place.path().join("repository");
    fs::create_dir(&repository).unwrap();
    run(&repository, "pre-commit", &["--version"]).filter(|it| it.status.success())?;
    run(&repository, "git", &["init", "-q"])?;
    let hook = hooks().into_iter().find(|it| it["id"].as_str() == Some("plimsoll-system")).unwrap();
    let text = |key: &str| hook[key].as_str().unwrap().to_string();
    let (entry, files) = (text("entry"), text("files"));
    let config = format!(
        "repos:\n- repo: local\n  hooks:\n  - id: plimsoll\n    name: plimsoll\n    entry: {entry}\n    language: system\n    types: [yaml]\n    files: {files}\n    require_serial: true\n    args: [--select=undeclared-volume, --format=concise{args}]\n"
    );
    fs::write(repository.join(".pre-commit-config.yaml"), config).unwrap();
    Some(repository)
}

#[test]
fn a_staged_part_of_a_project_is_checked_as_a_whole() {
    let place = TempDir::new().unwrap();
    let Some(repository) = repository(&place, "") else { return };
    fs::write(repository.join("compose.yaml"), BAD).unwrap();
    fs::write(repository.join("compose.override.yaml"), "services:\n  db:\n    restart: always\n").unwrap();
    fs::write(repository.join("values.yaml"), "a: 1\n").unwrap();
    run(&repository, "git", &["add", ".pre-commit-config.yaml", "compose.override.yaml", "values.yaml"]).unwrap();
    let outcome = run(&repository, "pre-commit", &["run"]).unwrap();
    let shown = String::from_utf8_lossy(&outcome.stdout);
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
    assert!(shown.contains("compose.yaml:5:9: error undeclared-volume"), "{shown}");
    // Nothing that concerns the hook is staged.
    run(&repository, "git", &["rm", "-q", "--cached", "compose.override.yaml"]).unwrap();
    let outcome = run(&repository, "pre-commit", &["run"]).unwrap();
    assert_eq!(outcome.status.code(), Some(0), "{outcome:?}");
    assert!(String::from_utf8_lossy(&outcome.stdout).contains("Skipped"), "{outcome:?}");
}

#[test]
fn a_hook_that_fixes_stops_the_commit_once() {
    let place = TempDir::new().unwrap();
    let Some(repository) = repository(&place, ", --fix") else { return };
    fs::write(repository.join("compose.yaml"), BAD).unwrap();
    run(&repository, "git", &["add", "."]).unwrap();
    let outcome = run(&repository, "pre-commit", &["run"]).unwrap();
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
    assert!(String::from_utf8_lossy(&outcome.stdout).contains("files were modified by this hook"), "{outcome:?}");
    assert_eq!(read(&repository.join("compose.yaml")), format!("{BAD}volumes:\n  data:\n"));
    run(&repository, "git", &["add", "."]).unwrap();
    let outcome = run(&repository, "pre-commit", &["run"]).unwrap();
    assert_eq!(outcome.status.code(), Some(0), "{outcome:?}");
}
