//! A store that is started by a shell, which keeps the signal to stop for itself.

use crate::images::Family;
use crate::script::{End, Simple, commands};
use crate::state::{State, name_defaults, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::image;
use plimsoll_core::model::Service;
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "signal-lost-in-shell",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("signal-lost-in-shell.md"),
    check,
};

/// Programs that start what follows them and then are no more: they go behind `exec`.
const WRAPPERS: [&str; 8] = ["gosu", "su-exec", "setpriv", "env", "nohup", "nice", "ionice", "numactl"];

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept().filter(|it| it.family.is_store() && !it.is_unkept(project)) {
        let service = state.of(project);
        let Some((shell, script)) = script(service) else { continue };
        let Some((server, at, stays)) = lost(script, &shell, service, state) else { continue };
        let name = &service.name;
        let message = format!("`{name}` is killed at every stop: `{shell}` does not pass the signal on to `{server}`");
        let found = cx.report(script.span_of(at), message);
        found.because(stays);
        found.help(match stays {
            BEHIND => format!("write `exec {server}`, and nothing behind it"),
            _ => format!("write `exec {server}`, so that it takes the place of the shell"),
        });
        name_defaults(found, service);
    }
}

const BEHIND: &str = "the shell stays, because it has more to do, and it ignores the signal";
const DASH: &str = "`sh` is dash in this image: it waits for what it starts, and ignores the signal";

/// The shell and the script that it is given.
fn script(service: &Service) -> Option<(String, &Text)> {
    let lines = service.entrypoint.iter().chain(&service.command).flat_map(|it| &it.words);
    let mut words = lines.skip_while(|it| matches!(it.as_str().rsplit('/').next(), Some("env" | "tini" | "dumb-init" | "--" | "-g")));
    let shell = words.next()?.known()?.rsplit('/').next()?.to_string();
    if !matches!(shell.as_str(), "sh" | "bash" | "ash" | "dash") {
        return None;
    }
    // `-c`, `-ec`, `-lc`: the next word is the script.
    for word in words.by_ref() {
        let word = word.known()?;
        if word.starts_with('-') && !word.starts_with("--") && word.contains('c') {
            return Some((shell, words.next()?));
        }
        if !word.starts_with('-') {
            return None;
        }
    }
    None
}

/// The server in a script that does not get the signal, its place, and why.
fn lost(script: &Text, shell: &str, service: &Service, state: &State) -> Option<(String, std::ops::Range<usize>, &'static str)> {
    let list = commands(script.as_str())?;
    let programs = || list.iter().filter_map(|it| it.program().first());
    // Who traps signals, or ends in another program, knows what a shell does with them.
    if programs().any(|it| matches!(it.0.as_str(), "exec" | "trap" | "." | "source" | "eval" | "kill" | "fg")) {
        return None;
    }
    let at = list.iter().rposition(|it| server(it, &state.family).is_some())?;
    let it = &list[at];
    let (name, start) = server(it, &state.family)?;
    let line = it.words.first()?.1.start..it.words.last()?.1.end;
    // What a variable hides before it may be `exec`.
    if it.depth > 0 || script.holes().iter().any(|hole| (line.start..=start).contains(&(hole.at as usize))) {
        return None;
    }
    let range = start..line.end.min(start + script.as_str()[start..].find(char::is_whitespace).unwrap_or(line.end - start));
    let waits = list[at + 1..].iter().any(|it| it.program().first().is_some_and(|it| matches!(it.0.as_str(), "wait" | "tail" | "sleep")));
    match it.end {
        End::Background if waits => Some((name, range, BEHIND)),
        End::Pipe | End::Or if !it.is_compound() => Some((name, range, BEHIND)),
        End::Last | End::Next if is_dash(shell, service, &state.family) => Some((name, range, DASH)),
        End::Next if !list.iter().any(Simple::is_compound) && at + 1 < list.len() => Some((name, range, BEHIND)),
        _ => None,
    }
}

/// The server that a command starts, and where its line begins.
fn server(it: &Simple, family: &Family) -> Option<(String, usize)> {
    let line = it.program();
    let start = line.first()?.1.start;
    let wrapper = |it: &str| WRAPPERS.contains(&it.rsplit('/').next().unwrap_or(it));
    let wrapped = wrapper(&line[0].0);
    // Behind a wrapper come its options, and a user.
    let named = |it: &&(String, std::ops::Range<usize>)| family.server.names.iter().any(|known| Some(known.as_str()) == it.0.rsplit('/').next());
    let found = if wrapped { line.iter().skip(1).rfind(named)? } else { line.first().filter(named)? };
    let subcommands = &family.server.subcommands;
    let runs = subcommands.is_empty() || line.iter().any(|it| subcommands.contains(&it.0));
    let name = if wrapped { &line[0].0 } else { &found.0 };
    runs.then(|| (name.rsplit('/').next().unwrap_or(name).to_string(), start))
}

/// Whether the shell is dash, which never gives its process away. Others do for the last command of a script.
fn is_dash(shell: &str, service: &Service, family: &Family) -> bool {
    let tag = service.image.as_ref().and_then(|it| Some(image::parse(it.known()?).ok()?.tag.unwrap_or_default().to_string()));
    let other = ["alpine", "ubi", "rocky", "oracle", "windows", "bitnami", "fips"];
    let plain = tag.is_some_and(|tag| !other.iter().any(|it| tag.contains(it)));
    shell == "dash" || shell == "sh" && family.server.sh.as_deref() == Some("dash") && plain
}
