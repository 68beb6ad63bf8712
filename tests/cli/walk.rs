//! Directories: what is found in them, what is left out, and how several projects are told apart.

use super::{GOOD, Outcome, Place, finish};
use expect_test::expect;

/// Compose refuses it, whatever it is merged over.
const BAD: &str = "services:\n  db:\n    image: example/app:1\n    imagee: x\n";
const ONLY: [&str; 3] = ["check", "--select", "unknown-key,undeclared-volume"];

/// The files in which something was found, in order.
fn found(outcome: &Outcome) -> Vec<&str> {
    assert_eq!(outcome.stderr, "", "{outcome:?}");
    outcome.stdout.lines().map(|it| it.split(':').next().unwrap()).collect()
}

fn check(place: &Place, args: &[&str]) -> Outcome {
    place.run(&[&ONLY[..], &["--format", "concise"], args].concat())
}

const CONFIG: &str = ".plimsoll.yaml";

#[test]
fn a_directory_is_walked_in_a_stable_order() {
    let place = Place::new(&[
        ("b/compose.yaml", BAD),
        ("a/z/docker-compose.yml", BAD),
        ("a/docker-compose.dev.yml", BAD),
        ("a/stack.yml", BAD),
        ("compose.yml", BAD),
        ("a/values.yaml", "a: 1\n"),
        ("a/composer.json", "{}"),
        ("a/readme.md", BAD),
    ]);
    let all = ["compose.yml", "a/docker-compose.dev.yml", "a/stack.yml", "a/z/docker-compose.yml", "b/compose.yaml"];
    for _ in 0..5 {
        assert_eq!(found(&check(&place, &["."])), all);
    }
    assert_eq!(found(&check(&place, &[])), all);
    assert_eq!(found(&check(&place, &["b", "a"])), ["b/compose.yaml", all[1], all[2], all[3]]);
    // What is named twice is checked once.
    assert_eq!(found(&check(&place, &["b/compose.yaml", ".", "b"])).len(), 5);
    let whole = place.path().join("b");
    assert!(check(&place, &[whole.to_str().unwrap()]).stdout.contains("/b/compose.yaml:4:5: "));
}

#[test]
fn the_summary_counts_projects_and_files() {
    let place = Place::new(&[("a/compose.yaml", GOOD), ("a/compose.override.yaml", GOOD), ("b/compose.yaml", GOOD)]);
    assert_eq!(place.run(&["check"]).stdout, "no findings in 2 projects, 3 files\n");
    assert_eq!(place.run(&["check", "a"]).stdout, "no findings in 2 files\n");
    assert_eq!(place.run(&["check", "b"]).stdout, "no findings in 1 file\n");
    let json: serde_json::Value = serde_json::from_str(&place.run(&["check", "--format", "json"]).stdout).unwrap();
    assert_eq!((&json["summary"]["projects"], &json["summary"]["files"]), (&2.into(), &3.into()));
}

#[test]
fn without_a_path_the_one_project_here_is_what_compose_would_run() {
    let place = Place::new(&[("compose.yaml", BAD), ("compose.prod.yaml", BAD)]);
    assert_eq!(found(&check(&place, &[])), ["compose.yaml"]);
    assert_eq!(found(&check(&place, &["."])), ["compose.yaml", "compose.prod.yaml"]);
    // As soon as there are several, it is everything.
    place.write("sub/compose.yaml", BAD.as_bytes());
    assert_eq!(found(&check(&place, &[])), ["compose.yaml", "compose.prod.yaml", "sub/compose.yaml"]);
    // Below a project, what is below counts and not what is above.
    let mut command = place.command(&[&ONLY[..], &["--format", "concise"]].concat());
    assert_eq!(found(&finish(command.current_dir(place.path().join("sub")), b"")), ["compose.yaml"]);
}

#[test]
fn overrides_and_what_is_included_are_parts_of_their_project() {
    let place = Place::new(&[
        (
            "a/compose.yaml",
            "include: [../parts/db.yaml]\nvolumes: {data: }\nservices:\n  app: {image: a, extends: {file: ../parts/base.yaml, service: any}}\n",
        ),
        ("a/compose.override.yaml", "services:\n  app: {restart: always}\n"),
        ("parts/db.yaml", BAD),
        ("parts/base.yaml", "services:\n  any: {image: a, depends_on: [nobody]}\n"),
    ]);
    let outcome = place.run(&["check", "--format", "json", "--select", "correctness"]);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["summary"]["projects"], 1, "{outcome:?}");
    // The same file by its name is a project of its own.
    assert_eq!(found(&check(&place, &["parts/db.yaml"])), ["parts/db.yaml"]);
}

#[test]
fn what_lies_beside_a_project_is_blamed_for_what_holds_either_way() {
    // Over `compose.yaml`, the volume is declared; alone, it is not.
    let base = "services:\n  db:\n    image: example/app:1\nvolumes: {data: }\n";
    let over = "services:\n  db:\n    image: example/app:1\n    volumes: [\"data:/data\"]\n";
    let place = Place::new(&[("compose.yaml", base), ("compose.prod.yaml", over)]);
    assert_eq!(found(&check(&place, &["."])), [""; 0]);
    assert_eq!(found(&check(&place, &["compose.prod.yaml"])), ["compose.prod.yaml"]);
    place.write("compose.prod.yaml", over.replace("data:", "other:").as_bytes());
    assert_eq!(found(&check(&place, &["."])), ["compose.prod.yaml"]);
    // Without a file that it may be meant over, nobody knows what is there.
    std::fs::rename(place.path().join("compose.yaml"), place.path().join("base.yaml")).unwrap();
    assert_eq!(found(&check(&place, &["."])), [""; 0]);
    assert_eq!(found(&check(&place, &["compose.prod.yaml"])), ["compose.prod.yaml"]);
}

#[test]
fn of_several_names_in_a_folder_the_first_counts() {
    let place = Place::new(&[("a/compose.yaml", GOOD), ("a/docker-compose.yml", BAD), ("b/compose.override.yml", BAD)]);
    assert_eq!(found(&check(&place, &["."])), ["b/compose.override.yml"]);
}

#[test]
fn hidden_vendored_and_ignored_folders_are_left_out() {
    let place = Place::new(&[
        (".git/HEAD", ""),
        (".gitignore", "/build/\n*.local.yaml\n"),
        ("compose.yaml", GOOD),
        ("build/compose.yaml", BAD),
        ("x/compose.local.yaml", BAD),
        (".hidden/compose.yaml", BAD),
        ("x/node_modules/a/compose.yaml", BAD),
        ("vendor/a/compose.yaml", BAD),
        ("target/compose.yaml", BAD),
        ("x/.gitignore", "inner\n"),
        ("x/inner/compose.yaml", BAD),
    ]);
    assert_eq!(found(&check(&place, &["."])), [""; 0]);
    // What is named is checked.
    for path in ["build/compose.yaml", "x/compose.local.yaml", ".hidden", "vendor", "target/compose.yaml"] {
        assert_eq!(found(&check(&place, &[path])).len(), 1, "{path}");
    }
    // What Git is told on one machine only does not count.
    place.write(".git/info/exclude", b"extra\n");
    place.write("extra/compose.yaml", BAD.as_bytes());
    assert_eq!(found(&check(&place, &["."])), ["extra/compose.yaml"]);
}

#[test]
fn an_archive_of_a_repository_is_read_like_the_repository() {
    let place = Place::new(&[
        (".gitignore", "*"),
        ("archive/.gitignore", "/build/\n"),
        ("archive/compose.yaml", BAD),
        ("archive/build/compose.yaml", BAD),
    ]);
    // What lies above, such as in a home directory, has nothing to do with it.
    assert_eq!(found(&check(&place, &["archive"])), ["archive/compose.yaml"]);
    assert_eq!(check(&place, &["."]).status, 2);
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_read_is_said_and_the_rest_is_checked() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new(&[("locked/compose.yaml", BAD), ("open/compose.yaml", BAD)]);
    let locked = place.path().join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read anything.
    let refused = fs::read_dir(&locked).is_err();
    let outcome = check(&place, &["."]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    if refused {
        assert_eq!((outcome.status, outcome.stderr.as_str()), (2, "error: locked: permission denied\n"));
        assert_eq!(found(&outcome), ["open/compose.yaml"]);
    }
}

#[test]
fn what_the_settings_exclude_is_left_out_unless_it_is_named() {
    let place = Place::new(&[
        (".git/HEAD", ""),
        (CONFIG, "exclude: [old, examples/*.yaml]"),
        ("compose.yaml", BAD),
        ("x/old/compose.yaml", BAD),
        ("examples/a.yaml", BAD),
        ("examples/deep/compose.yaml", BAD),
        ("sub/.plimsoll.yaml", "exclude: [compose.yaml]"),
        ("sub/compose.yaml", BAD),
        ("sub/old/compose.yml", BAD),
    ]);
    assert_eq!(found(&check(&place, &["."])), ["compose.yaml", "examples/deep/compose.yaml"]);
    assert_eq!(found(&check(&place, &["x/old/compose.yaml", "examples/a.yaml"])).len(), 2);
    assert_eq!(found(&check(&place, &["x/old"])), ["x/old/compose.yaml"]);
    assert_eq!(found(&check(&place, &[".", "--isolated"])).len(), 6);
    // For a hook that names files, the settings hold as well.
    let hook = ["--force-exclude", "x/old/compose.yaml", "compose.yaml", "examples/a.yaml"];
    assert_eq!(found(&check(&place, &hook)), ["compose.yaml"]);
    let none = place.run(&["check", "--force-exclude", "x/old/compose.yaml", "x/old"]);
    assert_eq!((none.status, none.stdout.as_str()), (0, ""));
    assert_eq!(none.stderr, "note: nothing was checked: the settings exclude all that is named\n");
    place.write(CONFIG, b"exclude: [\"*.yaml\", sub]");
    let outcome = place.run(&["check"]);
    assert_eq!(outcome.status, 2);
    expect!["error: .: the settings exclude everything here, so there is nothing to check\n"]
        .assert_eq(&outcome.stderr);
}

#[test]
fn nothing_to_check_is_an_error() {
    let place = Place::new(&[("a/values.yaml", "a: 1\n"), (".hidden/compose.yaml", GOOD)]);
    for args in [&["check", "."][..], &["check", "a"]] {
        let outcome = place.run(args);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""));
        let message = "there is no Compose file in this directory or below (such as `compose.yaml`)";
        assert_eq!(outcome.stderr, format!("error: {}: {message}\n", args[1]));
    }
    assert_eq!(place.run(&["check"]).status, 2);
}

#[test]
fn other_yaml_is_not_taken_for_compose() {
    let place = Place::new(&[
        ("k8s/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nservices:\n  a: {image: b}\n"),
        ("api/openapi.yaml", "openapi: 3.0.0\npaths: {}\n"),
        ("ci/workflow.yml", "on: push\njobs:\n  a:\n    services:\n      db: {image: postgres}\n"),
        ("symfony/services.yaml", "services:\n  _defaults: {autowire: true}\n  App\\A: {class: b}\n"),
        ("helm/compose-values.yaml", "image: a\nreplicas: 1\n"),
        ("ansible/docker-compose.tpl.yml", "services:\n  a:\n    image: {{ image }}\n"),
        ("lists.yaml", "services:\n  - docker\n"),
        ("latin1.yaml", "services:\n"),
    ]);
    place.write("latin1.yaml", b"services:\n  caf\xe9: {image: a}\n");
    assert_eq!(place.run(&["check", "."]).status, 2);
    // What is called so and cannot be read is a finding.
    place.write("docker-compose.dev.yml", b"services: [");
    let outcome = place.run(&["check", "--format", "concise", "."]);
    assert!(outcome.stdout.starts_with("docker-compose.dev.yml:1:11: error yaml-syntax "), "{outcome:?}");
}

#[test]
fn projects_that_are_named_take_their_files_along() {
    let config = "projects:\n  prod:\n    files: [compose.yaml, prod/compose.prod.yaml]\n";
    let place = Place::new(&[
        (".git/HEAD", ""),
        ("shop/.plimsoll.yaml", config),
        ("shop/compose.yaml", GOOD),
        ("shop/prod/compose.prod.yaml", BAD),
        ("other/compose.yaml", GOOD),
    ]);
    let outcome = place.run(&["check", "--select", "unknown-key"]);
    assert!(outcome.stdout.ends_with("\n1 error in 2 projects, 3 files\n"), "{outcome:?}");
    // What the project does not hold is a project of its own: the override.
    place.write("shop/compose.override.yaml", BAD.as_bytes());
    let outcome = place.run(&["check", "--select", "unknown-key"]);
    assert!(outcome.stdout.ends_with("\n2 errors in 3 projects, 4 files\n"), "{outcome:?}");
}

#[test]
fn a_service_that_is_nowhere_is_named_if_everything_was_looked_at() {
    let config = "services:\n  gone: {ignore: {missing-image: it was there}}\n";
    let place = Place::new(&[(".git/HEAD", ""), (CONFIG, config), ("a/compose.yaml", GOOD), ("b/compose.yaml", GOOD)]);
    let outcome = place.run(&["check", "--format", "concise"]);
    let said = "no project here has a service `gone`, for which `missing-image` is ignored\n";
    assert!(outcome.stdout.ends_with(said), "{outcome:?}");
    assert_eq!(place.run(&["check", "--format", "concise", "a"]).stdout, "");
    // What is not read may have it.
    place.write("b/compose.yaml", b"include: [oci://example.com/a]\nservices: {}\n");
    assert_eq!(place.run(&["check", "--format", "concise"]).stdout, "");
}

#[cfg(unix)]
#[test]
fn links_and_what_is_no_file_do_not_trap_a_walk() {
    let place = Place::new(&[("a/compose.yaml", BAD), ("compose.yaml/x", ""), ("b/real.yaml", BAD)]);
    std::os::unix::fs::symlink("..", place.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink("nowhere", place.path().join("b/compose.yml")).unwrap();
    std::os::unix::fs::symlink("../b/real.yaml", place.path().join("b/docker-compose.yml")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(place.path().join("b/compose.yaml")).status().unwrap();
    assert!(made.success());
    let outcome = check(&place, &["."]);
    assert_eq!(found(&outcome), ["a/compose.yaml", "b/docker-compose.yml"]);
}

#[test]
fn many_projects_are_checked() {
    let place = Place::new(&[]);
    for at in 0..300 {
        place.write(&format!("p{at:03}/compose.yaml"), BAD.as_bytes());
    }
    let outcome = check(&place, &[]);
    let names: Vec<String> = (0..300).map(|at| format!("p{at:03}/compose.yaml")).collect();
    assert_eq!(found(&outcome), names);
}
