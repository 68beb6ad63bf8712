//! `plimsoll model`, and how `check` makes projects of paths.

use crate::cli::Place;

const BASE: &str = "services:\n  app: &app\n    image: example/app:1\n    volumes: [data:/data]\nvolumes:\n  data:\n";
const OVERRIDE: &str = "services:\n  app:\n    image: example/app:2\n    volumes: [logs:/logs]\n";

#[test]
fn a_project_is_printed_with_its_override() {
    let place = Place::new(&[("compose.yaml", BASE), ("compose.override.yml", "services: {app: {hostname: h}}\n")]);
    let outcome = place.run(&["model", "-p", "shop"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    for part in ["\"hostname\": \"h\"", "\"name\": \"shop_data\"", "\"name\": \"shop\""] {
        assert!(outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
    }
    // Files that are named bring nothing along.
    let outcome = place.run(&["model", "-f", "compose.yaml"]);
    assert!(!outcome.stdout.contains("hostname"), "{}", outcome.stdout);
}

#[test]
fn what_compose_refuses_is_not_printed() {
    let place = Place::new(&[("compose.yaml", BASE), ("compose.override.yaml", OVERRIDE)]);
    let outcome = place.run(&["model"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""));
    assert!(outcome.stderr.starts_with("compose.override.yaml:4:15: error undeclared-volume "), "{}", outcome.stderr);
    assert_eq!(Place::new(&[]).run(&["model"]).status, 1);
}

#[test]
fn origins_say_where_a_value_is_written_and_never_what_it_is() {
    let over = "services:\n  app:\n    image: example/app:${TAG}\n  other:\n    extends: app\n    hostname: ${H:-h}\n";
    let place = Place::new(&[("compose.yaml", BASE), ("compose.override.yaml", over)]);
    let outcome = place.run(&["model", "--origins", "--env", "TAG=secret"]);
    let expected = "services.app.image  compose.override.yaml:3:12, variable `TAG`, over compose.yaml:3:12\n";
    assert!(outcome.stdout.contains(expected), "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stdout.contains("services.other.image  compose.override.yaml:3:12, by extends at "));
    assert!(!outcome.stdout.contains("secret"));
}

#[test]
fn a_project_is_checked_once_however_many_of_its_files_are_named() {
    let place = Place::new(&[("compose.yaml", BASE), ("compose.override.yaml", OVERRIDE)]);
    let once = place.run(&["check", "--format", "concise", "compose.yaml"]);
    assert!(once.stdout.contains("compose.override.yaml:4:15: error undeclared-volume"), "{}", once.stdout);
    for paths in
        [["compose.override.yaml", "compose.yaml"], ["compose.yaml", "compose.override.yaml"], [".", "./compose.yaml"]]
    {
        let outcome = place.run(&[&["check", "--format", "concise"], &paths[..]].concat());
        assert_eq!((outcome.status, outcome.stdout), (once.status, once.stdout.clone()), "{paths:?}");
    }
}

#[test]
fn files_of_one_project_are_merged_and_other_paths_are_not() {
    let volumes = "volumes:\n  logs:\n";
    let place = Place::new(&[("a.yaml", BASE), ("b.yaml", OVERRIDE), ("c.yaml", volumes)]);
    let check = |args: &[&str]| place.run(&[&["check", "--select", "undeclared-volume"], args].concat()).status;
    assert_eq!(check(&["-f", "a.yaml", "-f", "b.yaml", "-f", "c.yaml"]), 0);
    assert_eq!(check(&["-f", "a.yaml", "-f", "b.yaml"]), 1);
    assert_eq!(check(&["-f", "a.yaml", "b.yaml"]), 2);
}
