//! `check --fix` and `--diff`: what is written, what is only shown, and what happens where nothing can be written.

use super::{BAD, GOOD, Place};
use expect_test::expect;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// One finding with a safe fix, two with an unsafe one.
const STORE: &str = "\
# shop
services:
  app:
    image: example/app
    depends_on: [db]
  db:
    image: postgres:17 # the database
    stop_grace_period: 5s # soon
    volumes:
      - pgdata:/var/lib/postgresql/data
  next:
    image: postgres:18
    stop_grace_period: 90s
    healthcheck: {test: pg_isready -U postgres -h 127.0.0.1}
    volumes: [\"next:/var/lib/postgresql/data\"] # for later

volumes:
  pgdata:
  next:
";

fn read(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap()
}

/// Everything in a folder, by name.
fn listing(path: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(path).unwrap().map(|it| it.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn safe_fixes_are_applied_and_the_rest_is_reported() {
    let place = Place::new(&[("compose.yaml", STORE), ("bad/compose.yaml", BAD), ("good.yaml", GOOD)]);
    let outcome = place.run(&["check", "--fix", "compose.yaml", "bad/compose.yaml", "good.yaml"]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.stdout.ends_with("\nFixed 2 findings in 2 files; 2 left (2 more with --unsafe-fixes)\n"),
        "{outcome:?}"
    );
    assert_eq!(read(&place, "bad/compose.yaml"), format!("{BAD}volumes:\n  data:\n"));
    assert_eq!(read(&place, "compose.yaml"), STORE.replace("5s", "90s"));
    assert_eq!(read(&place, "good.yaml"), GOOD);
    assert_eq!(listing(place.path()), ["bad", "compose.yaml", "good.yaml"]);
    // Nothing is left for a second run.
    let before = fs::metadata(place.path().join("bad/compose.yaml")).unwrap().modified().unwrap();
    let outcome = place.run(&["check", "--fix", "compose.yaml", "bad/compose.yaml"]);
    assert!(outcome.stdout.ends_with("\nFixed nothing; 2 left (2 more with --unsafe-fixes)\n"), "{outcome:?}");
    assert_eq!(fs::metadata(place.path().join("bad/compose.yaml")).unwrap().modified().unwrap(), before);
}

#[test]
fn unsafe_fixes_are_for_those_who_ask() {
    let place = Place::new(&[("compose.yaml", STORE)]);
    assert_eq!(place.run(&["check", "--unsafe-fixes"]).status, 2);
    let outcome = place.run(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "Fixed 3 findings in 1 file; 0 left\n"));
    expect![[r##"
        # shop
        services:
          app:
            image: example/app
            depends_on: [db]
          db:
            image: postgres:17 # the database
            stop_grace_period: 90s # soon
            healthcheck:
              test: ["CMD-SHELL", 'pg_isready -U "$${POSTGRES_USER:-postgres}" -h 127.0.0.1']
              interval: 10s
              timeout: 5s
              retries: 5
              start_period: 1m
            volumes:
              - pgdata:/var/lib/postgresql/data
          next:
            image: postgres:18
            stop_grace_period: 90s
            healthcheck: {test: pg_isready -U postgres -h 127.0.0.1}
            volumes: ["next:/var/lib/postgresql"] # for later

        volumes:
          pgdata:
          next:
    "##]]
    .assert_eq(&read(&place, "compose.yaml"));
}

#[test]
fn the_summary_says_what_could_be_fixed() {
    let place = Place::new(&[("compose.yaml", STORE)]);
    let last = |args: &[&str]| place.run(args).stdout.lines().last().unwrap_or_default().to_string();
    assert_eq!(last(&["check"]), "1 error, 2 warnings in 1 file · 1 fixable with --fix, 2 with --unsafe-fixes");
    let only = ["check", "--ignore", "short-stop-grace-period"];
    assert_eq!(last(&only), "1 error, 1 warning in 1 file · 2 fixable with --fix --unsafe-fixes");
    assert_eq!(last(&["check", "--select", "short-stop-grace-period"]), "1 warning in 1 file · 1 fixable with --fix");
}

#[test]
fn only_what_is_selected_is_fixed() {
    let text = format!("{STORE}  # more\n").replace("  pgdata:\n", "");
    let place = Place::new(&[("compose.yaml", &text)]);
    place.run(&["check", "--fix", "--select", "short-stop-grace-period"]);
    assert_eq!(read(&place, "compose.yaml"), text.replace("5s", "90s"));
    // A finding that somebody has accepted is none.
    let text = STORE.replace("# soon", "# plimsoll: ignore[short-stop-grace-period] it is small");
    place.write("compose.yaml", text.as_bytes());
    place.run(&["check", "--fix"]);
    assert_eq!(read(&place, "compose.yaml"), text);
}

#[test]
fn bytes_around_a_fix_stay_as_they_are() {
    let text =
        format!("\u{feff}{}", STORE.replace('\n', "\r\n")).replace("\r\nvolumes:\r\n  pgdata:\r\n  next:\r\n", "# end");
    let place = Place::new(&[("compose.yaml", &text)]);
    place.run(&["check", "--fix"]);
    let wanted = text.replace("5s", "90s").replace("# end", "# end\r\nvolumes:\r\n  pgdata:\r\n  next:");
    assert_eq!(read(&place, "compose.yaml"), wanted);
    // What is not UTF-8 is not rewritten.
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(BAD.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    place.write("wide.yaml", &wide);
    assert_eq!(place.run(&["check", "--fix", "wide.yaml"]).status, 1);
    assert_eq!(fs::read(place.path().join("wide.yaml")).unwrap(), wide);
}

#[test]
fn a_project_of_several_files_is_fixed_where_it_is_written() {
    let base = "services:\n  db:\n    image: postgres:17\n    volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes: {data: }\n";
    let over = "services:\n  db:\n    stop_grace_period: 5s\n";
    let shared = "services:\n  store:\n    image: postgres:17\n    stop_grace_period: 5s\n    volumes: [\"data:/var/lib/postgresql/data\"]\n";
    let place = Place::new(&[("compose.yaml", base), ("compose.override.yaml", over), ("lib/shared.yaml", shared)]);
    place.run(&["check", "--fix"]);
    assert_eq!(read(&place, "compose.yaml"), base);
    assert_eq!(read(&place, "compose.override.yaml"), over.replace("5s", "90s"));
    // A file that is only extended may have other users.
    let using = "services:\n  db:\n    extends: {file: lib/shared.yaml, service: store}\nvolumes: {data: }\n";
    place.write("using.yaml", using.as_bytes());
    place.run(&["check", "--fix", "using.yaml"]);
    assert_eq!(read(&place, "lib/shared.yaml"), shared);
}

#[test]
fn a_diff_is_shown_and_nothing_is_written() {
    let place = Place::new(&[("compose.yaml", STORE), ("bad/compose.yaml", BAD), ("good.yaml", GOOD)]);
    let outcome = place.run(&["check", "--diff", "compose.yaml", "bad/compose.yaml", "good.yaml"]);
    assert_eq!(outcome.status, 1);
    assert_eq!(outcome.stderr, "Would fix 2 findings in 2 files; 2 left (2 more with --unsafe-fixes)\n");
    expect![[r#"
        --- bad/compose.yaml
        +++ bad/compose.yaml
        @@ -3,3 +3,5 @@
             image: example/app:1
             volumes:
               - data:/data
        +volumes:
        +  data:
        --- compose.yaml
        +++ compose.yaml
        @@ -5,7 +5,7 @@
             depends_on: [db]
           db:
             image: postgres:17 # the database
        -    stop_grace_period: 5s # soon
        +    stop_grace_period: 90s # soon
             volumes:
               - pgdata:/var/lib/postgresql/data
           next:
    "#]]
    .assert_eq(&outcome.stdout);
    assert_eq!((read(&place, "compose.yaml"), read(&place, "bad/compose.yaml")), (STORE.to_string(), BAD.to_string()));
    let outcome = place.run(&["check", "--diff", "good.yaml"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, ""));
}

#[test]
fn a_diff_is_no_report() {
    let place = Place::new(&[("compose.yaml", BAD)]);
    for format in ["json", "text=a.txt", "sarif=a.sarif"] {
        let outcome = place.run(&["check", "--diff", "--format", format]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{format}");
        assert!(outcome.stderr.contains("`--diff` prints a patch and no report"), "{outcome:?}");
    }
    let printed = place.run(&["check", "--diff", "-q"]);
    assert_eq!((printed.status, printed.stderr.as_str()), (1, ""));
    let outcome = place.run(&["check", "--diff", "-q", "--format", "text", "--output", "fixes.diff"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""));
    assert_eq!(read(&place, "fixes.diff"), printed.stdout);
    assert_eq!(place.run(&["check", "--diff", "--output", "missing/fixes.diff"]).status, 2);
}

#[test]
fn what_is_known_is_not_fixed_and_what_is_left_counts() {
    let place = Place::new(&[("compose.yaml", STORE), ("bad/compose.yaml", BAD)]);
    assert_eq!(place.run(&["check", "bad", "--write-baseline", "known.json", "-q"]).stdout, "");
    let args = ["check", ".", "--fix", "--baseline", "known.json", "--fail-on"];
    let run = |fail_on| place.run(&[&args[..], &[fail_on]].concat());
    let outcome = run("never");
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    let last = "\nFixed 1 finding in 1 file; 2 left, and 1 known (2 more with --unsafe-fixes)\n";
    assert!(outcome.stdout.ends_with(last), "{outcome:?}");
    assert_eq!(read(&place, "bad/compose.yaml"), BAD);
    assert_eq!(run("warning").status, 1);
    // What is gone is said here as well.
    place.write("bad/compose.yaml", GOOD.as_bytes());
    assert!(run("never").stderr.starts_with("note: known.json: 1 finding is gone"));
}

#[test]
fn patch_takes_the_diff() {
    let unfinished = STORE.replace("\nvolumes:\n  pgdata:\n  next:\n", "").trim_end().to_string();
    let place = Place::new(&[("compose.yaml", &unfinished), ("bad/compose.yaml", BAD)]);
    let args = ["check", "--diff", "--unsafe-fixes", "compose.yaml", "bad/compose.yaml"];
    let diff = place.run(&args).stdout;
    place.write("fixes.diff", diff.as_bytes());
    let mut patch = Command::new("patch");
    let patch = patch.args(["-p0", "-i", "fixes.diff"]).current_dir(place.path()).stdout(Stdio::piped());
    // Not every machine has it.
    let Ok(outcome) = patch.output() else { return };
    assert!(outcome.status.success(), "{outcome:?}");
    let patched = (read(&place, "compose.yaml"), read(&place, "bad/compose.yaml"));
    place.write("compose.yaml", unfinished.as_bytes());
    place.write("bad/compose.yaml", BAD.as_bytes());
    place.run(&["check", "--fix", "--unsafe-fixes", "compose.yaml", "bad/compose.yaml"]);
    assert_eq!((read(&place, "compose.yaml"), read(&place, "bad/compose.yaml")), patched);
}

#[test]
fn standard_input_comes_out_fixed() {
    let place = Place::new(&[]);
    let outcome = place.feed(&["check", "--fix", "--format", "concise", "-"], STORE.as_bytes());
    assert_eq!((outcome.status, outcome.stdout), (1, STORE.replace("5s", "90s")));
    assert!(outcome.stderr.starts_with("<stdin>:6:3: warning missing-healthcheck "), "{}", outcome.stderr);
    assert!(outcome.stderr.ends_with("Fixed 1 finding in 1 file; 2 left (2 more with --unsafe-fixes)\n"));
    // Nothing to fix: what comes in goes out, whatever it is called.
    let outcome = place.feed(&["check", "--fix", "-q", "-", "--stdin-filename", "a/./compose.yaml"], GOOD.as_bytes());
    assert_eq!((outcome.status, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, GOOD, ""));
    let named =
        ["check", "--fix", "-q", "--ignore", "lifecycle,durability", "-", "--stdin-filename", "a/./compose.yaml"];
    assert_eq!(place.feed(&named, BAD.as_bytes()).stdout, format!("{BAD}volumes:\n  data:\n"));
    assert_eq!(
        place.feed(&["check", "--fix", "-q", "-f", "-"], BAD.as_bytes()).stdout,
        format!("{BAD}volumes:\n  data:\n")
    );
    assert!(listing(place.path()).is_empty());
}

#[test]
fn other_formats_report_what_is_left() {
    let place = Place::new(&[("compose.yaml", STORE)]);
    let outcome = place.run(&["check", "--fix", "--format", "json", "--output", "left.json"]);
    let said = "Fixed 1 finding in 1 file; 2 left (2 more with --unsafe-fixes)\n";
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", said));
    assert!(read(&place, "left.json").contains("\"fixable_unsafe\": 2"));
    place.write("compose.yaml", STORE.as_bytes());
    let outcome = place.run(&["check", "--fix", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["diagnostics"].as_array().unwrap().len(), 2);
    assert_eq!(outcome.stderr, "Fixed 1 finding in 1 file; 2 left (2 more with --unsafe-fixes)\n");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_link_stays_a_link_and_the_mode_stays() {
        let place = Place::new(&[("real/compose.yaml", BAD)]);
        let (real, link) = (place.path().join("real/compose.yaml"), place.path().join("compose.yaml"));
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real/compose.yaml", &link).unwrap();
        assert_eq!(place.run(&["check", "--fix", "-q"]).status, 0);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), format!("{BAD}volumes:\n  data:\n"));
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(listing(&place.path().join("real")), ["compose.yaml"]);
    }

    #[test]
    fn a_file_with_two_names_is_fixed_once() {
        let place = Place::new(&[("a/compose.yaml", BAD), ("b/empty", "")]);
        symlink("../a/compose.yaml", place.path().join("b/compose.yaml")).unwrap();
        let outcome = place.run(&["check", "--fix", "a", "b", "--select", "undeclared-volume"]);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
        assert!(outcome.stdout.ends_with("; 0 left\n"), "{outcome:?}");
        assert_eq!(read(&place, "a/compose.yaml"), format!("{BAD}volumes:\n  data:\n"));
        assert!(fs::symlink_metadata(place.path().join("b/compose.yaml")).unwrap().is_symlink());
    }

    #[test]
    fn what_cannot_be_written_is_said_and_left_alone() {
        let place = Place::new(&[("fixed/compose.yaml", BAD), ("locked/compose.yaml", BAD)]);
        let locked = place.path().join("locked/compose.yaml");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o444)).unwrap();
        let outcome = place.run(&["check", "--fix", "locked/compose.yaml", "fixed/compose.yaml"]);
        assert_eq!(outcome.status, 2);
        assert_eq!(outcome.stderr, "error: locked/compose.yaml: it could not be fixed: it is read-only\n");
        assert!(outcome.stdout.contains("locked/compose.yaml:5:9"), "{}", outcome.stdout);
        assert!(outcome.stdout.ends_with("\nFixed 1 finding in 1 file; 1 left\n"), "{}", outcome.stdout);
        assert_eq!((read(&place, "locked/compose.yaml"), listing(place.path()).len()), (BAD.to_string(), 2));
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_said() {
        let place = Place::new(&[("locked/compose.yaml", BAD)]);
        let folder = place.path().join("locked");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
        // The superuser may write anywhere.
        let refused = fs::write(folder.join("probe"), "").is_err();
        let outcome = place.run(&["check", "--fix", "locked"]);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        if refused {
            assert_eq!(outcome.status, 2);
            assert!(outcome.stderr.contains("nothing can be written beside it: permission denied"), "{outcome:?}");
            assert_eq!(read(&place, "locked/compose.yaml"), BAD);
        }
    }
}
