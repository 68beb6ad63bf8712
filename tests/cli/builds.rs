//! Dockerfiles on the disk: which one is read, and what happens if it is none.

use super::Place;
use expect_test::expect;
use std::fmt::Write;
use std::time::{Duration, Instant};

const POSTGRES: &str = "FROM postgres:16\nRUN true\n";
const ONLY: [&str; 5] = ["check", "--select", "data-not-persisted", "--format", "concise"];

/// A Compose file with one service for each build.
fn compose(builds: &[&str]) -> String {
    let mut text = "services:\n".to_string();
    for (at, build) in builds.iter().enumerate() {
        writeln!(text, "  s{at}:\n    build: {build}").unwrap();
    }
    text
}

#[test]
fn a_dockerfile_is_found_from_the_file_that_names_it() {
    let extending = "services:\n  one:\n    extends: { file: ../base/compose.yaml, service: s0 }\n  two:\n    build: ../images/pg\n";
    let place = Place::new(&[
        (
            "base/compose.yaml",
            &compose(&["pg", "{ dockerfile: pg/Dockerfile }", "{ context: pg, dockerfile: ../pg/Dockerfile }"]),
        ),
        ("base/pg/Dockerfile", POSTGRES),
        ("app/compose.yaml", extending),
        ("app/pg/Dockerfile", "FROM node:20\n"),
        ("images/pg/Dockerfile", POSTGRES),
    ]);
    let outcome = place.run(&[&ONLY[..], &["base", "app"]].concat());
    expect![[r#"
        base/compose.yaml:3:12: error data-not-persisted `s0` keeps its data in an anonymous volume: after `docker compose down`, `up` starts with an empty one
        base/compose.yaml:5:5: error data-not-persisted `s1` keeps its data in an anonymous volume: after `docker compose down`, `up` starts with an empty one
        base/compose.yaml:7:5: error data-not-persisted `s2` keeps its data in an anonymous volume: after `docker compose down`, `up` starts with an empty one
        app/compose.yaml:5:12: error data-not-persisted `two` keeps its data in an anonymous volume: after `docker compose down`, `up` starts with an empty one
        base/compose.yaml:3:12: error data-not-persisted `one` keeps its data in an anonymous volume: after `docker compose down`, `up` starts with an empty one
    "#]]
    .assert_eq(&outcome.stdout);
    assert_eq!(outcome.stderr, "");
    let absolute =
        format!("{{ context: {}, dockerfile: /nowhere/Dockerfile }}", place.path().join("base/pg").display());
    let context = place.path().join("base/pg").display().to_string();
    place.write("absolute/compose.yaml", compose(&[&absolute, &context]).as_bytes());
    let outcome = place.run(&[&ONLY[..], &["absolute"]].concat());
    assert!(outcome.stdout.contains("`s1`") && !outcome.stdout.contains("`s0`"), "{outcome:?}");
}

#[test]
fn what_cannot_be_read_is_unknown_and_no_mistake() {
    let place = Place::new(&[
        ("compose.yaml", &compose(&["nowhere", "directory", "binary", "garbage", "https://example.com/x.git", "~/x"])),
        ("directory/Dockerfile/file", ""),
        ("garbage/Dockerfile", "FRUM postgres:16\n"),
    ]);
    place.write("binary/Dockerfile", b"FROM postgres:16\n\xff\xfe\x00");
    let outcome = place.run(&["check", "--select", "all"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
}

#[test]
fn too_large_a_file_is_left_out_and_the_rest_is_checked() {
    let text = "services:\n  a: {build: large}\n  b: {image: x, env_file: large/a.env}\n";
    let place = Place::new(&[("compose.yaml", text), ("large/Dockerfile", ""), ("large/a.env", "")]);
    for name in ["large/Dockerfile", "large/a.env"] {
        let file = std::fs::File::options().write(true).open(place.path().join(name)).unwrap();
        file.set_len(plimsoll_core::source::Sources::LIMIT as u64 + 1).unwrap();
    }
    let outcome = place.run(&["check", "--format", "concise"]);
    let said = "compose.yaml:2:7: error yaml-syntax the Dockerfile is too large\ncompose.yaml:3:27: error yaml-syntax the `env_file` is too large\n";
    assert!(outcome.status == 1 && outcome.stdout == said, "{outcome:?}");
    // What is read unasked is no exception.
    let file = std::fs::File::create(place.path().join(".env")).unwrap();
    file.set_len(plimsoll_core::source::Sources::LIMIT as u64 + 1).unwrap();
    let outcome = place.run(&["check"]);
    assert!(outcome.status == 2 && outcome.stderr.starts_with("error: .env: "), "{outcome:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_does_not_stop_it() {
    let place = Place::new(&[("compose.yaml", &compose(&["."]))]);
    let made = std::process::Command::new("mkfifo").arg(place.path().join("Dockerfile")).status().unwrap();
    assert!(made.success());
    assert_eq!(place.run(&["check"]).status, 0);
}

#[test]
fn standard_input_has_no_dockerfile_beside_it() {
    let place = Place::new(&[("Dockerfile", POSTGRES)]);
    let inline = "{ dockerfile_inline: \"FROM postgres:16\" }";
    let outcome = place.feed(&[&ONLY[..], &["-"]].concat(), compose(&[".", inline]).as_bytes());
    assert!(outcome.stdout.contains("`s1`") && !outcome.stdout.contains("`s0`"), "{outcome:?}");
}

#[test]
fn thousands_of_services_share_a_dockerfile_of_thousands_of_stages() {
    let mut stages = "ARG V=16\nFROM postgres:$V AS s0\n".to_string();
    for at in 1..2_000 {
        writeln!(stages, "FROM s{} AS s{at}\nENV A{at}=$A{}\n", at - 1, at - 1).unwrap();
    }
    let builds: Vec<String> = (0..2_000)
        .map(|at| if at % 2 == 0 { ".".to_string() } else { format!("{{ context: ., args: {{ V: {at} }} }}") })
        .collect();
    let builds: Vec<&str> = builds.iter().map(String::as_str).collect();
    let place = Place::new(&[("compose.yaml", &compose(&builds)), ("Dockerfile", &stages)]);
    let started = Instant::now();
    let outcome = place.run(&ONLY);
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}
