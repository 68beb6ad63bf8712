//! Completions and the manual, which are made from the list of options.

use super::{GOOD, Place, finish};
use std::process::Command;

/// The long options that the help of a command shows.
fn options(place: &Place, command: &str) -> Vec<String> {
    let help = place.run(&[command, "--help"]).stdout;
    let words = help.lines().filter(|it| it.trim_start().starts_with('-')).flat_map(str::split_whitespace);
    words.filter_map(|it| it.strip_prefix("--")).map(|it| it.trim_end_matches(',').to_string()).collect()
}

#[test]
fn completions_know_every_option() {
    let place = Place::new(&[]);
    let commands = ["check", "model", "survey", "images", "rules"];
    let options: Vec<String> = commands.iter().flat_map(|it| options(&place, it)).collect();
    assert!(options.len() > 30, "{options:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let outcome = place.run(&["completions", shell]);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""), "{shell}");
        for option in &options {
            assert!(outcome.stdout.contains(option.as_str()), "{shell} does not know `--{option}`");
        }
    }
    assert_eq!(place.run(&["completions", "csh"]).status, 2);
}

#[test]
fn examples_in_help_can_be_typed() {
    let mut tried = 0;
    let help = Place::new(&[]);
    for command in ["check", "explain", "rules", "images", "model", "survey", "init", "schema", "completions", "man"] {
        let text = help.run(&[command, "--help"]).stdout;
        let examples = text.split_once("Examples:\n").unwrap().1.lines().map_while(|it| it.strip_prefix("  plimsoll "));
        // What goes to a file or to another program is not tried: it would leave this place.
        for example in examples.filter(|it| !it.contains(['|', '>'])) {
            let line = example.split("   ").next().unwrap().replace('\'', "");
            let place = Place::new(&[
                ("compose.yaml", GOOD),
                ("compose.prod.yaml", "services: {}\n"),
                ("deploy/compose.yaml", GOOD),
            ]);
            let outcome = place.run(&line.split_whitespace().collect::<Vec<_>>());
            assert_eq!(outcome.status, 0, "{example}: {outcome:?}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn completions_are_scripts() {
    let place = Place::new(&[]);
    for shell in ["bash", "zsh", "fish"] {
        let script = place.run(&["completions", shell]).stdout;
        // Not every machine has every shell.
        if Command::new(shell).arg("--version").output().is_ok() {
            let outcome = finish(Command::new(shell).arg("-n"), script.as_bytes());
            assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""), "{shell}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let place = Place::new(&[]);
    let page = place.run(&["man"]).stdout;
    assert!(page.contains(".TH plimsoll 1") && page.contains(".SH SUBCOMMANDS"), "{page}");
    let commands = page.lines().filter_map(|it| it.strip_prefix("plimsoll\\-")?.strip_suffix("(1)"));
    let commands: Vec<&str> = commands.collect();
    assert!(commands.contains(&"check"), "{page}");
    for command in commands {
        let page = place.run(&["man", command]).stdout;
        assert!(page.contains(&format!(".TH plimsoll-{command} 1")), "{page}");
        for option in options(&place, command) {
            assert!(page.contains(&option.replace('-', "\\-")), "{command}: `--{option}` is not in its page");
        }
    }
    let outcome = place.run(&["man", "chekc"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (2, "error: there is no command `chekc`\n"));
}
