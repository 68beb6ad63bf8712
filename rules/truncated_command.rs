//! A command that is written for a shell, of which Compose runs only the beginning.

use crate::state::{States, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Command, Field, Service};
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "truncated-command",
    severity: Severity::Warning,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("truncated-command.md"),
    check,
};

/// Programs that write a backup. Without what follows them, it is not written, or not where it should be.
const BACKUPS: [&str; 10] = [
    "pg_dump",
    "pg_dumpall",
    "pg_basebackup",
    "mysqldump",
    "mariadb-dump",
    "mariadb-backup",
    "mongodump",
    "restic",
    "borg",
    "rclone",
];
/// How much of a command a message shows, in characters.
const SHOWN: usize = 50;

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for (at, service) in project.services.iter().enumerate() {
        for (key, command) in [("entrypoint", &service.entrypoint), ("command", &service.command)] {
            if let Some(command) = command {
                check_command(cx, service, key, command, severity(&states, at, command));
            }
        }
    }
}

fn check_command(cx: &mut Cx<'_>, service: &Service, key: &str, command: &Field<Command>, severity: Severity) {
    let Some(dropped) = &command.dropped else { return };
    let operator = |it: char| it.is_whitespace() || ";&|<>".contains(it);
    // `server &` and `server;` lose nothing, and nobody knows what is in a variable.
    // Docker keeps both outputs in one log anyway, which is what `2>&1` asks for.
    if dropped.as_str().replace("2>&1", "").trim_matches(operator).is_empty() {
        return;
    }
    let words: Vec<String> = command.words.iter().map(Text::shown).collect();
    let left_out = short(&dropped.shown());
    let message = match words.is_empty() {
        true => format!("`{}` runs nothing of its `{key}`: Compose drops `{left_out}`", service.name),
        false => format!("`{}` runs only `{}`: Compose drops `{left_out}`", service.name, short(&words.join(" "))),
    };
    let found = cx.report_as(severity, dropped.span(), message);
    found.because("no shell runs this; what follows an unquoted `;`, `&`, `|`, `<` or `>` is left out");
    if is_within_word(command, dropped) {
        found.help("put the word into quotes");
    } else {
        found.help(format!("write `{key}: [\"sh\", \"-c\", \"…\"]`, so that a shell runs all of it"));
    }
}

/// It is worst where a store is not started, or a backup not written.
fn severity(states: &States, service: usize, command: &Command) -> Severity {
    let dropped = command.dropped.as_ref().map(Text::as_str).unwrap_or_default();
    let name = |it: &str| file_name(it).to_string();
    let lost: Vec<String> = dropped.split(|it: char| it.is_whitespace() || ";&|<>".contains(it)).map(name).collect();
    let kept: Vec<String> = command.words.iter().map(|it| name(it.as_str())).collect();
    let state = states.of(service);
    let server =
        state.is_some_and(|it| it.family.server.names.iter().any(|it| lost.contains(it) && !kept.contains(it)));
    let backup = lost.iter().chain(&kept).any(|it| BACKUPS.contains(&it.as_str()));
    if server || backup { Severity::Error } else { Severity::Warning }
}

/// Whether the cut goes through a word, such as an address with `&` in it.
fn is_within_word(command: &Command, dropped: &Text) -> bool {
    let joined = command.words.last().is_some_and(|it| it.span().end == dropped.span().start);
    joined && dropped.as_str().chars().nth(1).is_some_and(|it| it.is_alphanumeric() || it == '=')
}

/// On one line, and not longer than people read.
fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text,
    }
}
