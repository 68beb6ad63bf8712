//! Findings that are known, and do not count.

use super::{BAD, GOOD, Place};
use expect_test::expect;

const CHECK: [&str; 3] = ["check", "--select", "undeclared-volume,unknown-key"];

fn run(place: &Place, args: &[&str]) -> (i32, String) {
    let outcome = place.run(&[&CHECK[..], args].concat());
    (outcome.status, outcome.stdout + &outcome.stderr)
}

#[test]
fn only_what_is_new_counts() {
    let place = Place::new(&[("a/compose.yaml", BAD), ("b/compose.yaml", GOOD)]);
    assert_eq!(run(&place, &["--write-baseline", "known.json"]), (0, "wrote 1 finding to known.json\n".to_string()));
    expect![[r#"
        {
          "version": 1,
          "findings": [
            {
              "file": "a/compose.yaml",
              "place": "services.db.volumes",
              "rule": "undeclared-volume",
              "count": 1
            }
          ]
        }
    "#]]
    .assert_eq(&std::fs::read_to_string(place.path().join("known.json")).unwrap());
    let known = ["--baseline", "known.json"];
    assert_eq!(run(&place, &known), (0, "no findings, and 1 known in 2 files\n".to_string()));
    // It stays known when lines move, and when it is looked at from elsewhere.
    place
        .write("a/compose.yaml", format!("# a comment\n\nname: shop\n{}", BAD.replace("db:", "db: # here")).as_bytes());
    assert_eq!(run(&place, &known).0, 0);
    let mut command = place.command(&[&CHECK[..], &["--baseline", "../known.json"]].concat());
    assert_eq!(super::finish(command.current_dir(place.path().join("a")), b"").status, 0);
    // What is new is shown: one more in the list, another rule, another service, another file.
    for text in [
        BAD.replace("- data:/data", "- data:/data\n      - more:/more"),
        format!("{BAD}    imagee: x\n"),
        format!("{BAD}  db2:\n    image: example/app:1\n    volumes: [\"data:/data\"]\n"),
    ] {
        place.write("a/compose.yaml", text.as_bytes());
        let (status, said) = run(&place, &known);
        assert_eq!(status, 1);
        assert!(said.contains("\n1 error, and 1 known in 2 files"), "{said}");
    }
    place.write("b/compose.yaml", BAD.as_bytes());
    assert_eq!(run(&place, &[&known[..], &["b"]].concat()).0, 1);
}

#[test]
fn what_is_gone_is_said() {
    let place = Place::new(&[("a/compose.yaml", BAD), ("b/compose.yaml", BAD)]);
    let write = ["check", "--write-baseline", "known.json"];
    assert_eq!(place.run(&write).stdout, "wrote 2 findings to known.json\n");
    place.write("a/compose.yaml", GOOD.as_bytes());
    let outcome = place.run(&["check", "--baseline", "known.json"]);
    assert_eq!(outcome.status, 0);
    let note = "note: known.json: 1 finding is gone; write it anew with `--write-baseline known.json`\n";
    assert_eq!(outcome.stderr, note);
    // A file that was not looked at, and a rule that did not run, show nothing.
    assert_eq!(place.run(&["check", "--baseline", "known.json", "b"]).stderr, "");
    assert_eq!(place.run(&["check", "--baseline", "known.json", "--select", "missing-image"]).stderr, "");
    assert_eq!(place.run(&write).stdout, "wrote 1 finding to known.json\n");
    assert_eq!(place.run(&["check", "--baseline", "known.json"]).stderr, "");
}

#[test]
fn the_settings_name_it() {
    let place = Place::new(&[
        (".git/HEAD", ""),
        ("shop/.plimsoll.yaml", "baseline: known.json\n"),
        ("shop/compose.yaml", BAD),
        ("other/compose.yaml", BAD),
    ]);
    assert_eq!(place.run(&["check", "shop"]).status, 2);
    assert_eq!(place.run(&["check", "shop", "--write-baseline", "shop/known.json"]).status, 0);
    assert_eq!(place.run(&["check", "shop"]).status, 0);
    assert_eq!(place.run(&["check", "shop", "--isolated"]).status, 1);
    assert_eq!(place.run(&["check"]).status, 1);
}

#[test]
fn what_is_no_baseline_is_refused() {
    let place =
        Place::new(&[("compose.yaml", BAD), ("a.json", "[]"), ("b.json", "{\"version\": 2, \"findings\": []}")]);
    for (file, why) in [("missing.json", "cannot be read"), ("a.json", "no baseline"), ("b.json", "version 2")] {
        let outcome = place.run(&["check", "--baseline", file]);
        assert_eq!(outcome.status, 2);
        assert!(outcome.stderr.contains(file) && outcome.stderr.contains(why), "{outcome:?}");
    }
    let outcome = place.run(&["check", "--write-baseline", "nowhere/a.json"]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.stderr.contains("cannot be written"), "{outcome:?}");
    // What could not be checked is not known.
    assert_eq!(place.run(&["check", "compose.yaml", "missing.yaml", "--write-baseline", "c.json"]).status, 2);
    assert!(!place.path().join("c.json").exists());
}
