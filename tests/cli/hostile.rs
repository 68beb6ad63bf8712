//! Files that are not what they should be, or were written to do harm.

use super::{BAD, GOOD, ONLY, Place, finish};
use expect_test::expect;
use std::process::Stdio;

const FORMATS: [&str; 3] = ["text", "concise", "github"];
/// Those that programs read, and Markdown.
const OTHERS: [&str; 7] = ["json", "gitlab", "sarif", "junit", "checkstyle", "rdjson", "markdown"];

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_checked() {
    let place = Place::new(&[("good.yaml", GOOD), ("empty/readme", "")]);
    place.write("latin1.yaml", b"services:\n  caf\xe9: {}\n");
    place.write("odd.yaml", b"\xff\xfea");
    let outcome = place.run(&["check", "missing.yaml", "latin1.yaml", "good.yaml", "odd.yaml", "empty"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (2, "no findings in 1 file\n"));
    expect![[r#"
        error: missing.yaml: there is no such file or directory
        error: latin1.yaml: the byte at offset 15 is not valid UTF-8 (line 2)
        error: odd.yaml: the text is marked as UTF-16, and is not valid UTF-16
        error: empty: there is no Compose file in this directory or below (such as `compose.yaml`)
    "#]]
    .assert_eq(&outcome.stderr);
}

#[test]
fn too_large_a_file_is_refused() {
    let place = Place::new(&[]);
    let file = std::fs::File::create(place.path().join("large.yaml")).unwrap();
    let limit = plimsoll_core::source::Sources::LIMIT;
    file.set_len(limit as u64 + 1).unwrap();
    let outcome = place.run(&["check", "large.yaml"]);
    assert_eq!(outcome.status, 2);
    let said = format!("large.yaml: the file is larger than {} MiB", limit >> 20);
    assert!(outcome.stderr.contains(&said), "{outcome:?}");
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_opened() {
    let place = Place::new(&[("dir/compose.yaml/file", "")]);
    let made = std::process::Command::new("mkfifo").arg(place.path().join("pipe.yaml")).status().unwrap();
    assert!(made.success());
    _ = std::os::unix::net::UnixListener::bind(place.path().join("socket.yaml")).unwrap();
    std::os::unix::fs::symlink("nowhere", place.path().join("broken.yaml")).unwrap();
    for (path, why) in [
        ("pipe.yaml", "not a regular file"),
        ("socket.yaml", "not a regular file"),
        ("/dev/null", "not a regular file"),
        ("broken.yaml", "no such file"),
        ("dir", "directory"),
    ] {
        let outcome = place.run(&["check", path]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""));
        assert!(outcome.stderr.contains(path) && outcome.stderr.contains(why), "{outcome:?}");
    }
}

#[test]
fn odd_texts_are_findings_and_not_failures() {
    let place = Place::new(&[]);
    let texts: [&[u8]; 7] =
        [b"", b"\n\n", b"- a\n- b\n", b"services: \"a\0b\"\n", b"services: [", b"\xef\xbb\xbf", b"just words"];
    for text in texts {
        let outcome = place.feed(&["check", "-"], text);
        assert_eq!(outcome.status, 1, "{outcome:?}");
        assert_eq!(outcome.stderr, "");
        assert!(outcome.stdout.contains("╭─[<stdin>:"), "{outcome:?}");
    }
}

/// Names with everything that must not reach a terminal or a log as it is. The YAML escapes make it past the parser.
const NASTY: &str = r#"services:
  "db\e[31m\r\n::error file=x::boo\u202E\u2028\u200B\b##[group]x %0A":
    image: example/app:1
    volumes: ["da\e]0;title\aTA\n::stop-commands::x:/data"]
    "k\te\u009by\n::set-output name=a::b": 1 # RLO ##[endgroup]
    depends_on: ["x ::add-mask::y"]
"#;

#[test]
fn nothing_from_a_file_steers_a_terminal_or_a_log() {
    let place = Place::new(&[("compose.yaml", &NASTY.replace("RLO", "\u{202e}"))]);
    for format in FORMATS {
        let outcome = place.run(&["check", "--select", "all", "--format", format]);
        assert_eq!(outcome.status, 1);
        assert!(outcome.stdout.contains("\\u{1b}"), "{format}: {}", outcome.stdout);
        assert_harmless(&outcome.stdout, format);
    }
}

#[test]
fn no_format_holds_a_control_character() {
    // In names of files, services and keys; as YAML has them in quotes, and as they are.
    let name = "odd\u{1b}[2J\u{9b}1m\u{202e}\u{200b},:%\n::error::x##[group]/compose.yaml";
    let place = Place::new(&[(name, &NASTY.replace("RLO", "\u{202e}\u{9b}31m"))]);
    for format in FORMATS.iter().chain(&OTHERS) {
        let outcome = place.run(&["check", "--select", "all", "--format", format, "."]);
        assert_eq!(outcome.status, 1, "{format}: {outcome:?}");
        for said in [&outcome.stdout, &outcome.stderr] {
            let wrong = said.chars().find(|it| it.is_control() && *it != '\n');
            assert!(wrong.is_none(), "{format}: {wrong:?} in {said}");
        }
        // A log that takes lines for commands sees none, whatever format somebody prints there.
        for line in outcome.stdout.lines().filter(|_| *format != "github") {
            assert!(!line.trim_start().starts_with("::"), "{format}: {line}");
        }
    }
}

#[cfg(unix)]
#[test]
fn nothing_from_the_name_of_a_file_does_either() {
    let names = ["::error file=x::boo.yaml", "a\n::error::b,c:%.yaml", "\u{1b}[31m\u{202e}##[group].yaml"];
    let place = Place::new(&names.map(|it| (it, BAD)));
    for format in FORMATS {
        for name in names {
            assert_harmless(&place.run(&[&ONLY[..], &["--format", format, name]].concat()).stdout, format);
        }
    }
    for name in names {
        let outcome = place.run(&["check", &format!("missing{name}")]);
        assert_eq!(outcome.stderr.lines().count(), 1);
        assert_harmless(&outcome.stderr, "text");
        assert_harmless(&place.run(&["images", name]).stderr, "text");
        assert_harmless(&place.run(&["check", "--select", name]).stderr, "text");
    }
    let github = place.run(&[&ONLY[..], &["--format", "github", names[1]]].concat()).stdout;
    assert!(github.starts_with("::error file=a\\n\\u{3a}%3Aerror%3A%3Ab%2Cc%3A%25.yaml,line=5,col=9,"), "{github}");
}

fn assert_harmless(shown: &str, format: &str) {
    for it in shown.chars().filter(|it| *it != '\n') {
        let is_invisible = matches!(it, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!it.is_control() && !is_invisible, "{it:?} in {shown}");
    }
    for line in shown.lines() {
        assert!(!line.contains("##["), "{line}");
        // Only the program itself gives commands, of these kinds and with a title.
        let is_own = ["::error file=", "::warning file=", "::notice file="].iter().any(|it| line.starts_with(it));
        let is_own = is_own && format == "github" && line.matches(",title=").count() == 1;
        assert!(is_own || !line.trim_start().starts_with("::"), "{line}");
    }
}

#[test]
fn a_label_stays_below_what_it_marks() {
    let place =
        Place::new(&[("compose.yaml", "services:\n  a:\n    image: x\n    \"é\u{202e}\u{200b}\": {} # 网页\n")]);
    let outcome = place.run(&["check", "--select", "unknown-key"]);
    expect![[r#"
          × unknown-key: `é\u{202e}\u{200b}` is not a key of a service
           ╭─[compose.yaml:4:5]
         3 │     image: x
         4 │     "é��": {} # 网页
           ·     ─────
           ╰────

        1 error in 1 file
    "#]]
    .assert_eq(&outcome.stdout);
}

#[test]
fn a_long_line_makes_a_short_report() {
    let text = format!(
        "services:\n  a:\n    image: x\n    labels: [{}]\n    volumes: [\"data:/x\"]\n",
        "a=1, ".repeat(200_000)
    );
    let place = Place::new(&[("compose.yaml", &text)]);
    let outcome = place.run(&ONLY);
    assert_eq!(outcome.status, 1);
    assert!(outcome.stdout.len() < 2_000 && outcome.stdout.lines().all(|it| it.chars().count() <= 100), "{outcome:?}");
}

#[test]
fn a_million_findings_are_not_shown() {
    let many = plimsoll_cli::report::MOST + 500;
    let place = Place::new(&[]);
    let services: String = (0..many).map(|it| format!("  s{it}: {{}}\n")).collect();
    // What is worse is shown first, wherever it stands.
    let last = "  z: {image: x, volumes: [\"vol:/v\"], depends_on: [nobody]}\n";
    place.write("compose.yaml", format!("services:\n  a: {{image: x, imagee: x}}\n{services}{last}").as_bytes());
    let settings = "severity: {missing-image: info}\n";
    place.write(".plimsoll.yaml", settings.as_bytes());
    let select = ["--select", "missing-image,undeclared-volume,unknown-key"];
    for format in ["concise", "text", "json", "github", "gitlab", "sarif", "junit", "checkstyle", "rdjson", "markdown"]
    {
        let run = || place.run(&[&["check", "--format", format][..], &select].concat());
        let outcome = run();
        assert_eq!(outcome.status, 1);
        let said = "502 more findings in this file and not shown";
        // JUnit has each message twice. A summary in Markdown has fewer rows, and says so itself.
        let times = match format {
            "junit" => 2,
            "markdown" => 0,
            _ => 1,
        };
        assert_eq!(outcome.stdout.matches(said).count(), times, "{format}");
        // Who counts them counts all.
        let counted = match format {
            "text" => format!("\n2 errors, {many} infos in 1 file"),
            "json" => format!("\"infos\": {many},"),
            "markdown" => format!("\n{} more are not listed.\n", many + 2 - 200),
            _ => String::new(),
        };
        assert!(outcome.stdout.contains(&counted), "{format}: {counted}");
        assert!(outcome.stdout.contains("imagee") && outcome.stdout.contains("not declared"), "{format}");
        assert_eq!(run().stdout, outcome.stdout, "{format}");
    }
    let outcome = place.run(&[&["check", "--format", "concise"][..], &select].concat());
    assert_eq!(outcome.stdout.lines().count(), plimsoll_cli::report::MOST + 1);
    // A baseline knows all of them.
    let written = place.run(&[&["check", "--write-baseline", "known.json"][..], &select].concat());
    assert_eq!(written.stdout, format!("wrote {} findings to known.json\n", many + 2));
    let outcome = place.run(&[&["check", "--baseline", "known.json"][..], &select].concat());
    assert_eq!(outcome.status, 0, "{}", &outcome.stdout[..outcome.stdout.len().min(500)]);
}

#[test]
fn a_closed_output_is_a_quiet_end() {
    let place = Place::new(&[]);
    let many: String = (0..2_000).map(|it| format!("  s{it}: {{}}\n")).collect();
    place.write("compose.yaml", format!("services:\n{many}").as_bytes());
    for format in ["text", "json"] {
        let mut command = place.command(&["check", "--select", "missing-image", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let place = Place::new(&[("compose.yaml", GOOD)]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = place.command(&["check"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: cannot write the output: "));
    // The same program is well without a full disk.
    assert_eq!(finish(&mut place.command(&["check"]), b"").status, 0);
}
