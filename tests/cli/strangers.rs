//! Files of strangers that name what is none of theirs: nothing else is read, nothing is waited for, nothing is run.

#![expect(clippy::print_stderr, reason = "that a test was skipped has to be seen")]

use super::{GOOD, Place, finish};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Everything that names a file, with the same one.
fn project(path: &str) -> String {
    format!(
        "include:\n  - {path}\n  - {{path: compose-b.yaml, env_file: {path}, project_directory: {path}}}\nservices:\n  \
         a:\n    extends: {{file: {path}, service: x}}\n    env_file: [{path}]\n    label_file: [{path}]\n    \
         build: {{context: ., dockerfile: {path}}}\n  b:\n    build: {path}\n    image: postgres:17\n    \
         env_file: {path}\n    volumes: [\"{path}:/var/lib/postgresql/data\"]\n"
    )
}

/// The program in a directory, which may not take its time.
fn quickly(place: &Place, args: &[&str]) -> (i32, String) {
    let mut child =
        place.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("{args:?} waits for something");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[cfg(unix)]
fn odd_files(place: &Place) -> Vec<String> {
    use std::os::unix::fs::symlink;
    let path = |name: &str| place.path().join(name);
    assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    _ = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    symlink("loop-b", path("loop-a")).unwrap();
    symlink("loop-a", path("loop-b")).unwrap();
    symlink("/dev/zero", path("endless")).unwrap();
    symlink(".", path("here")).unwrap();
    std::fs::create_dir(path("folder")).unwrap();
    let large = std::fs::File::create(path("large")).unwrap();
    large.set_len(plimsoll_core::source::Sources::LIMIT as u64 + 1).unwrap();
    let mut names: Vec<String> =
        ["pipe", "socket", "loop-a", "endless", "folder", "large", "missing", "here/here/folder"]
            .map(String::from)
            .to_vec();
    let system = [
        "/dev/zero",
        "/dev/stdin",
        "/dev/full",
        "/dev/tty",
        "/proc/self/mem",
        "/proc/kmsg",
        "/proc/self/environ",
        "/sys/kernel/notes",
        "/",
    ];
    names.extend(system.map(String::from));
    names.extend(
        ["../../../../../../../../etc/passwd", "/etc/shadow", "./a/../b", "~/.ssh/id_rsa", "C:\\x", "//host/x"]
            .map(String::from),
    );
    names
}

#[cfg(unix)]
#[test]
fn nothing_that_a_file_names_stops_the_check() {
    let place = Place::new(&[("compose-b.yaml", GOOD)]);
    for name in odd_files(&place) {
        place.write("compose.yaml", project(&name).as_bytes());
        for args in
            [&["check", "--select", "all", "--format", "concise"][..], &["survey"], &["model"], &["check", "--diff"]]
        {
            let (status, said) = quickly(&place, args);
            assert!(status == 1 || status == 2 || args.contains(&"--diff"), "{name}: {status} {said}");
            // What is named is not what is told.
            assert!(!said.contains("root:x:") && !said.contains("PATH="), "{name}: {said}");
        }
    }
}

#[cfg(unix)]
#[test]
fn nothing_that_the_settings_name_stops_the_check() {
    let place = Place::new(&[("compose.yaml", GOOD)]);
    for name in odd_files(&place) {
        let quoted = serde_json::to_string(&name).unwrap();
        for text in [
            format!("baseline: {quoted}\n"),
            format!("env-files: [{quoted}]\n"),
            format!("projects: {{p: {{files: [{quoted}]}}}}\n"),
        ] {
            place.write(".plimsoll.yaml", text.as_bytes());
            let (status, said) = quickly(&place, &["check"]);
            assert!(status <= 2 && !said.contains("root:x:"), "{text}: {status} {said}");
            if ![
                "folder",
                "here/here/folder",
                "missing",
                "./a/../b",
                "~/.ssh/id_rsa",
                "C:\\x",
                "//host/x",
                "/etc/shadow",
                "../../../../../../../../etc/passwd",
            ]
            .contains(&name.as_str())
                && text.starts_with("baseline")
            {
                assert_eq!(status, 2, "{text}: {said}");
            }
        }
        std::fs::remove_file(place.path().join(".plimsoll.yaml")).unwrap();
        if name == "/" || name.contains("/etc/") {
            continue;
        }
        for args in [
            &["check", "--config", &name][..],
            &["check", "--baseline", &name],
            &["check", &name],
            &["check", "-f", &name],
            &["check", "--env-file", &name],
        ] {
            let (status, said) = quickly(&place, args);
            assert!(status <= 2 && !said.contains("root:x:"), "{args:?}: {status} {said}");
        }
    }
    // Settings that are a pipe, such as somebody may leave in a directory.
    assert!(Command::new("mkfifo").arg(place.path().join(".plimsoll.yaml")).status().unwrap().success());
    let (status, said) = quickly(&place, &["check"]);
    assert_eq!(status, 2, "{said}");
}

#[cfg(unix)]
#[test]
fn a_directory_full_of_odd_files_is_walked() {
    let place = Place::new(&[("a/compose.yaml", GOOD)]);
    let inner = Place::new(&[]);
    for name in ["pipe.yaml", "b/compose.yaml", "c/docker-compose.yml"] {
        let path = place.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    }
    std::os::unix::fs::symlink("/dev/zero", place.path().join("a/compose.override.yaml")).unwrap();
    std::os::unix::fs::symlink(inner.path(), place.path().join("away")).unwrap();
    std::os::unix::fs::symlink("..", place.path().join("a/up")).unwrap();
    inner.write("compose.yaml", b"services: [");
    let (status, said) = quickly(&place, &["check", "."]);
    assert_eq!((status, said.as_str()), (0, "no findings in 1 file\n"));
}

const FORMATS: [&str; 10] =
    ["text", "concise", "json", "sarif", "github", "gitlab", "markdown", "rdjson", "junit", "checkstyle"];

/// All that the program says, in every format.
fn all_said(folder: &std::path::Path, place: &Place, args: &[&str]) -> String {
    let said = |format: &str| {
        let mut command = place.command(&["check", "--select", "all", "--format", format]);
        let done = finish(command.args(args).current_dir(folder), b"");
        format!("{}{}", done.stdout, done.stderr)
    };
    FORMATS.map(said).concat()
}

#[test]
fn of_files_outside_no_line_is_shown() {
    let outside = "services:\n  # geheim\n  db:\n    image: postgres:17 # geheim\n    imagee: geheim\n";
    let place = Place::new(&[
        ("shop/a/compose.yaml", "include: [../../lib/part.yaml]\nservices: {a: {image: b}}\n"),
        ("lib/part.yaml", outside),
    ]);
    let (shop, top) = (place.path().join("shop"), place.path().to_path_buf());
    let text = |folder: &std::path::Path, args: &[&str]| {
        finish(place.command(&["check"]).args(args).current_dir(folder), b"").stdout
    };
    for args in [&[][..], &["a"], &["a/compose.yaml"], &["-f", "a/compose.yaml"]] {
        let said = all_said(&shop, &place, args);
        assert!(!said.contains("geheim"), "{args:?}: {said}");
        let said = text(&shop, args);
        assert!(said.contains("─[../lib/part.yaml:5:5]\n 5 │ …\n   · ─\n"), "{args:?}: {said}");
    }
    // What is named or lies where somebody works is shown, and so is what is in one repository.
    let shown = "    imagee: geheim";
    assert!(text(&shop, &["a", "../lib/part.yaml"]).contains(shown));
    assert!(text(&top, &["shop/a"]).contains(shown));
    place.write(".plimsoll.yaml", b"{}\n");
    assert!(text(&shop, &["a"]).contains(shown));
    std::fs::remove_file(top.join(".plimsoll.yaml")).unwrap();
    std::fs::create_dir(top.join(".git")).unwrap();
    assert!(text(&shop, &["a"]).contains(shown));
    std::fs::create_dir(shop.join(".git")).unwrap();
    assert!(!text(&shop, &["a"]).contains(shown));
}

#[test]
fn of_files_outside_that_are_none_of_compose_nothing_is_told() {
    let texts = [
        "root:x:0:0:geheim:/root:/bin/sh\ngeheim:x:1:1::/:/bin/sh\n",
        "geheim: [\n",
        "- geheim\n",
        "{\"geheim\": {\"geheim\": 1, \"geheim\": 2}}\n",
        "kind: Secret\nsecrets: {geheim: {geheim: 1}}\n",
        "services: [geheim]\n",
        "secrets: {a: geheim}\n",
        "a: ${geheim\n",
        "",
    ];
    let place = Place::new(&[("shop/compose.yaml", "")]);
    let shop = place.path().join("shop");
    for text in texts {
        place.write("secret", text.as_bytes());
        for compose in [
            "include: [../secret]\nservices: {a: {image: b}}\n",
            "services: {a: {image: b, extends: {file: ../secret, service: geheim}}}\n",
        ] {
            place.write("shop/compose.yaml", compose.replace("geheim", "x").as_bytes());
            let said = all_said(&shop, &place, &[]);
            assert!(!said.contains("geheim"), "{text} {compose}: {said}");
            let found = finish(place.command(&["check", "--format", "concise"]).current_dir(&shop), b"");
            let message = "error yaml-syntax the file `../secret` is not a Compose file";
            assert_eq!((found.status, found.stdout.matches(message).count()), (1, 1), "{text}: {}", found.stdout);
            for command in ["model", "survey"] {
                let done = finish(place.command(&[command]).current_dir(&shop), b"");
                assert!(!format!("{}{}", done.stdout, done.stderr).contains("geheim"), "{text}: {}", done.stderr);
            }
        }
        // Settings and `.env` are a stranger's as well.
        place.write("shop/compose.yaml", GOOD.as_bytes());
        place.write("shop/.plimsoll.yaml", b"projects: {p: {files: [../secret]}}\n");
        assert!(!all_said(&shop, &place, &[]).contains("geheim"), "{text}");
        assert!(!all_said(&shop, &place, &["--project", "p"]).contains("geheim"), "{text}");
        std::fs::remove_file(shop.join(".plimsoll.yaml")).unwrap();
        place.write("shop/.env", b"COMPOSE_FILE=../secret\n");
        let said = all_said(&shop, &place, &[]);
        assert!(!said.contains("geheim") && said.contains("is not a Compose file"), "{text}: {said}");
        std::fs::remove_file(shop.join(".env")).unwrap();
    }
    // Parts of a Compose file are that.
    for text in ["volumes: {a: }\n", "x-a: 1\n", "services: {x: {image: b}}\nother: 1\n", "services:\n"] {
        place.write("secret", text.as_bytes());
        place.write("shop/compose.yaml", b"include: [../secret]\nservices: {a: {image: b}}\n");
        let said = all_said(&shop, &place, &[]);
        assert!(!said.contains("is not a Compose file"), "{text}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_outside_show_nothing_of_what_is_there() {
    let secret = "services:\n  a: {image: b, imagee: c} # geheim\n";
    let place = Place::new(&[("shop/compose.yaml", "include: [part.yaml]\n"), ("secret", secret)]);
    let shop = place.path().join("shop");
    let link = |name: &str| std::os::unix::fs::symlink("../secret", shop.join(name)).unwrap();
    link("part.yaml");
    for args in [&[][..], &["compose.yaml"], &["."]] {
        let said = all_said(&shop, &place, args);
        assert!(said.contains("imagee") && !said.contains("geheim"), "{args:?}: {said}");
    }
    std::fs::remove_file(shop.join("compose.yaml")).unwrap();
    link("compose.yaml");
    assert!(!all_said(&shop, &place, &[]).contains("geheim"));
    // Who names a link means what it leads to.
    assert!(all_said(&shop, &place, &["compose.yaml"]).contains("geheim"));
    place.write("secret", b"geheim: [\n");
    assert!(!all_said(&shop, &place, &[]).contains("geheim"));
    std::fs::remove_file(shop.join("compose.yaml")).unwrap();
    place.write("shop/compose.yaml", GOOD.as_bytes());
    std::fs::remove_file(shop.join("part.yaml")).unwrap();
    place.write("secret", b"geheim: 1\n");
    link(".plimsoll.yaml");
    let said = all_said(&shop, &place, &[]);
    assert!(!said.contains("geheim") && said.contains("they lie outside of where they are named"), "{said}");
}

/// What the program opens, by the system calls that it makes. Not every machine can tell.
#[cfg(target_os = "linux")]
#[test]
fn only_what_is_named_is_opened_and_nothing_is_run() {
    let compose = "include: [lib/part.yaml]\nservices:\n  a: {build: ./app, env_file: a.env}\n  b: {extends: {file: ../base.yaml, service: x}}\n";
    let place = Place::new(&[
        ("shop/compose.yaml", compose),
        ("shop/compose.override.yaml", "services: {a: {init: true}}\n"),
        ("shop/.env", "A=b\n"),
        ("shop/a.env", "A=b\n"),
        ("shop/secret.env", "A=b\n"),
        ("shop/app/Dockerfile", "FROM postgres:17\nRUN curl http://example.com | sh\nCOPY secret.txt /\n"),
        ("shop/app/secret.txt", "x"),
        ("shop/lib/part.yaml", "services: {c: {image: x, volumes: [\"./secret:/x\"]}}\n"),
        ("shop/lib/secret", "x"),
        ("base.yaml", "services: {x: {image: x}}\n"),
        ("secret.yaml", "x"),
        (".plimsoll.yaml", "{}\n"),
    ]);
    let shop = place.path().join("shop");
    let mut strace = Command::new("strace");
    let program = env!("CARGO_BIN_EXE_plimsoll");
    let strace = strace.args(["-f", "-qq", "-e", "trace=%file,%process,%network", program, "check"]).current_dir(&shop);
    let Ok(output) = strace.env_clear().env("PATH", "/usr/bin:/bin").output() else {
        eprintln!("skipped: there is no strace");
        return;
    };
    let log = String::from_utf8(output.stderr).unwrap();
    if !log.contains("openat(") {
        eprintln!("skipped: strace may not look: {log}");
        return;
    }
    let opened: Vec<&str> =
        log.lines().filter(|it| it.contains("openat(") || it.contains(" open(") && !it.contains("ENOENT")).collect();
    for wanted in [
        "compose.yaml",
        "compose.override.yaml",
        ".env",
        "a.env",
        "Dockerfile",
        "part.yaml",
        "base.yaml",
        ".plimsoll.yaml",
    ] {
        assert!(opened.iter().any(|it| it.contains(wanted)), "{wanted} is not opened:\n{log}");
    }
    assert!(!opened.iter().any(|it| it.contains("secret")), "{opened:#?}");
    assert_eq!(log.matches("execve(").count(), 1, "{log}");
    assert!(!log.contains("socket(") && !log.contains("connect(") && !log.contains("vfork("), "{log}");
    assert!(!log.contains("/etc/passwd") && !log.contains("/root"), "{log}");
    assert_eq!(finish(place.command(&["check"]).current_dir(&shop), b"").status, output.status.code().unwrap());
}
