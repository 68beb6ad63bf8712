//! What can go wrong while the program works: full disks, read-only files, closed pipes, a sudden end.

#![cfg(unix)]
#![expect(clippy::print_stderr, reason = "that a test was skipped has to be seen")]

use super::{BAD, GOOD, Outcome, Place, finish};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const FIXED: &str = "services:\n  db:\n    image: example/app:1\n    volumes:\n      - data:/data\nvolumes:\n  data:\n";

/// What lies in a folder beside the file itself.
fn strays(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|it| it != "compose.yaml").collect()
}

/// Runs the program in a shell that limits it first.
fn limited(place: &Place, limit: &str, args: &str) -> Outcome {
    let mut shell = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_plimsoll");
    shell.args(["-c", &format!("{limit}; exec {program} {args}")]).current_dir(place.path());
    finish(&mut shell, b"")
}

/// A file that is fixed, with so much behind it that it does not fit any more.
fn large() -> String {
    format!("{BAD}# {}\n", "x".repeat(1 << 20))
}

#[test]
fn a_disk_that_is_full_leaves_the_old_file() {
    let place = Place::new(&[("compose.yaml", &large())]);
    // A signal would end the program where it is not ignored, and a real disk sends none.
    let outcome = limited(&place, "trap '' XFSZ; ulimit -f 64", "check --fix --select undeclared-volume");
    assert_eq!(outcome.status, 2, "{outcome:?}");
    assert!(
        outcome.stderr.contains("error: compose.yaml: it could not be fixed: nothing can be written beside it"),
        "{outcome:?}"
    );
    assert_eq!(fs::read_to_string(place.path().join("compose.yaml")).unwrap(), large());
    assert_eq!(strays(place.path()), Vec::<String>::new());
    for format in ["json=out", "text=out"] {
        let many = format!("services:\n{}", (0..5_000).map(|it| format!("  s{it}: {{}}\n")).collect::<String>());
        place.write("compose.yaml", many.as_bytes());
        let outcome =
            limited(&place, "trap '' XFSZ; ulimit -f 64", &format!("check --select missing-image --format {format}"));
        assert_eq!(outcome.status, 2, "{outcome:?}");
        assert!(outcome.stderr.contains("error: out: cannot be written"), "{outcome:?}");
        let outcome =
            limited(&place, "trap '' XFSZ; ulimit -f 0", "check --select missing-image --write-baseline known.json");
        assert_eq!(outcome.status, 2, "{outcome:?}");
        assert!(outcome.stderr.contains("known.json") && !place.path().join("known.json").exists(), "{outcome:?}");
    }
    let outcome = limited(&Place::new(&[]), "trap '' XFSZ; ulimit -f 0", "init");
    assert_eq!(outcome.status, 2, "{outcome:?}");
}

/// A file system of a few kilobytes, where the machine lets us have one.
#[cfg(target_os = "linux")]
#[test]
fn a_small_file_system_that_is_full_leaves_the_old_file() {
    let place = Place::new(&[("disk/here", "")]);
    let disk = place.path().join("disk");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1536k", "tmpfs"])
        .arg(&disk)
        .stderr(Stdio::null())
        .status();
    if !mounted.is_ok_and(|it| it.success()) {
        eprintln!("skipped: nothing can be mounted here");
        return;
    }
    fs::write(disk.join("compose.yaml"), large()).unwrap();
    let outcome = place.run(&["check", "--fix", "--select", "undeclared-volume", "disk"]);
    let (text, strays) = (fs::read_to_string(disk.join("compose.yaml")).unwrap(), strays(&disk));
    let read_only = Command::new("mount").args(["-o", "remount,ro"]).arg(&disk).status().unwrap();
    fs::write(place.path().join("small"), BAD).unwrap();
    let refused = place.run(&["check", "--fix", "--select", "undeclared-volume", "disk"]);
    assert!(Command::new("umount").arg(&disk).status().unwrap().success());
    assert_eq!(outcome.status, 2, "{outcome:?}");
    assert!(outcome.stderr.contains("nothing can be written beside it: the disk is full"), "{outcome:?}");
    assert!(text == large() && strays.is_empty(), "{strays:?}");
    assert!(read_only.success());
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(refused.stderr.contains("the file system is read-only"), "{refused:?}");
}

/// What each command that prints does if nobody listens, and if nothing can be written.
#[test]
fn outputs_that_are_closed_or_full() {
    let place = Place::new(&[("compose.yaml", BAD)]);
    let good = Place::new(&[("compose.yaml", GOOD)]);
    let only = ["--select", "undeclared-volume"];
    let mut all: Vec<(&Place, Vec<&str>, i32)> = Vec::new();
    for format in ["text", "concise", "json", "github", "gitlab", "sarif", "junit", "checkstyle", "rdjson", "markdown"]
    {
        all.push((&place, [&["check", "--format", format][..], &only].concat(), 1));
    }
    all.push((&place, [&["check", "--diff"][..], &only].concat(), 1));
    for args in [&["survey"][..], &["survey", "--format", "json"], &["model"], &["model", "--origins"]] {
        all.push((&good, args.to_vec(), 0));
    }
    for args in [
        &["rules"][..],
        &["rules", "--format", "json"],
        &["explain", "yaml-syntax"],
        &["images"],
        &["images", "postgres"],
        &["schema", "json"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["--version"],
    ] {
        all.push((&good, args.to_vec(), 0));
    }
    for (place, args, status) in all {
        let mut child = place.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
        assert!(!said.contains("error:") && !said.contains("panicked"), "{args:?}: {said}");
        if Path::new("/dev/full").exists() {
            let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            let output = place.command(&args).stdout(full).stderr(Stdio::piped()).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
            assert!(said.contains("error: cannot write the output: "), "{args:?}: {said}");
        }
        // Nobody may listen to what goes wrong, either.
        let mut child = place.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(status), "{args:?}");
    }
}

#[test]
fn links_names_owners_and_modes_stay() {
    let place = Place::new(&[("real/compose.yaml", BAD), ("other/readme", "")]);
    let real = place.path().join("real/compose.yaml");
    let twin = place.path().join("other/twin.yaml");
    fs::hard_link(&real, &twin).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o604)).unwrap();
    // Only who may do anything can give a file away.
    let given = std::os::unix::fs::chown(&real, Some(12_345), Some(12_346)).is_ok();
    symlink("real/compose.yaml", place.path().join("middle")).unwrap();
    symlink("middle", place.path().join("compose.yaml")).unwrap();
    let outcome = place.run(&["check", "--fix", "-q", "--select", "undeclared-volume"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
    let after = fs::metadata(&real).unwrap();
    assert_eq!((fs::read_to_string(&real).unwrap().as_str(), after.mode() & 0o7777), (FIXED, 0o604));
    assert!(!given || (after.uid(), after.gid()) == (12_345, 12_346));
    assert_eq!(fs::read_link(place.path().join("compose.yaml")).unwrap(), Path::new("middle"));
    assert_eq!(fs::read_link(place.path().join("middle")).unwrap(), Path::new("real/compose.yaml"));
    // The other name keeps what it had: a file is replaced, and never half written.
    assert_eq!(fs::read_to_string(&twin).unwrap(), BAD);
}

#[test]
fn a_file_that_vanishes_or_changes_is_left_alone() {
    // Whatever somebody else does to the file meanwhile, it is there as theirs or fixed, and whole.
    let place = Place::new(&[("compose.yaml", BAD)]);
    let path = place.path().join("compose.yaml");
    let (mine, theirs) = (format!("{BAD}# theirs\n"), format!("{BAD}# theirs\nvolumes:\n  data:\n"));
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        fs::write(&path, BAD).unwrap();
        let mut child = place.command(&["check", "--fix", "-q", "--select", "undeclared-volume"]);
        let child = child.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let beside = place.path().join("theirs");
        fs::write(&beside, &mine).unwrap();
        fs::rename(&beside, &path).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text == mine || text == theirs || text == FIXED, "{text}");
        assert!(
            said.is_empty() || output.status.code() == Some(2) && said.contains("it was changed while it was checked"),
            "{said}"
        );
        assert_eq!(strays(place.path()), Vec::<String>::new());
    }
}

#[test]
fn a_sudden_end_leaves_whole_files() {
    let names: Vec<String> = (0..60).map(|it| format!("p{it}/compose.yaml")).collect();
    let place = Place::new(&names.iter().map(|it| (it.as_str(), BAD)).collect::<Vec<_>>());
    let (mut interrupted, mut delay) = (0, 0);
    for round in 0..40 {
        names.iter().for_each(|it| place.write(it, BAD.as_bytes()));
        let start = Instant::now();
        let mut command = place.command(&["check", "--fix", "-q", "--select", "undeclared-volume", "."]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Somewhere in the time that it takes, a little later each time.
        std::thread::sleep(Duration::from_micros(delay));
        let signal = if round % 2 == 0 { "-TERM" } else { "-KILL" };
        _ = Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
        let ended = child.wait().unwrap();
        let took = u64::try_from(start.elapsed().as_micros()).unwrap();
        let texts = names.iter().map(|it| fs::read_to_string(place.path().join(it)).unwrap());
        let fixed = texts.filter(|it| {
            assert!(it == BAD || it == FIXED, "half a file: {it}");
            it == FIXED
        });
        interrupted += usize::from((1..names.len()).contains(&fixed.count()));
        // Once it ends by itself, it is interrupted earlier again.
        delay = if ended.code().is_some() { took / 3 } else { delay + took / 20 };
        for name in &names {
            let folder = place.path().join(name).parent().unwrap().to_path_buf();
            for stray in strays(&folder) {
                assert!(stray.starts_with(".plimsoll-"), "{stray}");
                fs::remove_file(folder.join(stray)).unwrap();
            }
        }
    }
    eprintln!("{interrupted} of 40 ends were in the midst of writing");
    // Whatever was left, another run brings it to its end.
    assert_eq!(place.run(&["check", "--fix", "-q", "--select", "undeclared-volume", "."]).status, 0);
    assert!(names.iter().all(|it| fs::read_to_string(place.path().join(it)).unwrap() == FIXED));
}

#[test]
fn what_is_left_of_a_sudden_end_is_not_taken_for_a_project() {
    let place = Place::new(&[("compose.yaml", GOOD), (".plimsoll-a1B2c3", "services: [")]);
    assert_eq!(place.run(&["check", "."]).stdout, "no findings in 1 file\n");
}

#[test]
fn a_file_that_may_not_be_written_is_said() {
    let place = Place::new(&[("compose.yaml", BAD)]);
    let attribute =
        |it: &str| Command::new("chattr").arg(it).arg(place.path().join("compose.yaml")).stderr(Stdio::null()).status();
    if !attribute("+i").is_ok_and(|it| it.success()) {
        eprintln!("skipped: no file can be made immutable here");
        return;
    }
    let outcome = place.run(&["check", "--fix", "--select", "undeclared-volume"]);
    assert!(attribute("-i").unwrap().success());
    assert_eq!(outcome.status, 2, "{outcome:?}");
    assert!(outcome.stderr.contains("compose.yaml: it could not be fixed: "), "{outcome:?}");
    assert_eq!(fs::read_to_string(place.path().join("compose.yaml")).unwrap(), BAD);
    assert_eq!(strays(place.path()), Vec::<String>::new());
}
