//! Shells between the container and its server: whether the server ever gets the signal to stop.
//!
//! Source: behaviour of dash 0.5.12, bash 5.2 and 5.3, and busybox 1.35 and 1.38 as the first process of a container.

use crate::images::Family;
use crate::script::{End, Simple, commands};
use crate::state::State;
use plimsoll_core::dockerfile::{BuiltImage, Copied};
use plimsoll_core::grammar::image;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{CommandForm, Service};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;
use std::ops::Range;

/// Programs that start what follows them and then are no more: they go behind `exec`.
const WRAPPERS: [&str; 8] = ["gosu", "su-exec", "setpriv", "env", "nohup", "nice", "ionice", "numactl"];

/// The server is not the last thing that the script does.
pub(crate) const BEHIND: &str = "the shell stays, because it has more to do, and it ignores the signal";
/// It is the last one, and that does not help.
const DASH: &str = "`sh` is dash in this image: it waits for what it starts, and ignores the signal";

/// A Dockerfile with more to look at is not looked at: thousands of services may share it.
const ENOUGH: usize = 100;

/// The shell, the script that it is given, and whether each byte of it has its place.
fn script(service: &Service) -> Option<(String, &Text, bool)> {
    let lines = service.entrypoint.iter().chain(&service.command).flat_map(|it| &it.words);
    let mut words = lines.skip_while(|it| matches!(file_name(it.as_str()), "env" | "tini" | "dumb-init" | "--" | "-g"));
    let shell = file_name(words.next()?.known()?).to_string();
    if !matches!(shell.as_str(), "sh" | "bash" | "ash" | "dash") {
        return None;
    }
    // `-c`, `-ec`, `-lc`: the next word is the script.
    for word in words.by_ref() {
        let word = word.known()?;
        if word.starts_with('-') && !word.starts_with("--") && word.contains('c') {
            let script = words.next()?;
            // Where Compose took backslashes out of a string, the bytes of the word are not those of the file.
            let (span, text) = (script.span(), script.as_str());
            let whole = text.len() + text.matches('$').count();
            let cut = service.command.iter().chain(&service.entrypoint).any(|it| it.form == CommandForm::String);
            let exact = !cut || matches!((span.end - span.start) as usize, it if it == whole || it == whole + 2);
            return Some((shell, script, exact));
        }
        if !word.starts_with('-') {
            return None;
        }
    }
    None
}

/// A server that does not get the signal.
pub(crate) struct Lost {
    /// File name of the shell.
    pub shell: String,
    /// What the script starts: the server, or what starts it.
    pub server: String,
    /// Where that is written.
    pub span: Span,
    /// Why the shell stays.
    pub stays: &'static str,
    /// Where `exec` may be put in front of it, if nothing else has to change.
    pub exec: Option<Span>,
}

/// Whether a build brings a script for the start, which may do anything with what it is given.
fn brings_entrypoint(image: &BuiltImage) -> bool {
    let named = |it: &Text| it.as_str().contains("entrypoint");
    let brought = |it: &Copied| named(&it.target) || it.sources.iter().any(named);
    image.copies.len().max(image.scripts.len()) > ENOUGH || image.copies.iter().any(brought)
}

/// What is lost in the script that a service runs.
pub(crate) fn lost(service: &Service, state: &State) -> Option<Lost> {
    let (shell, script, exact) = script(service)?;
    let relinked = match service.build.as_ref().and_then(|it| it.image.as_deref()) {
        Some(image) if brings_entrypoint(image) => return None,
        Some(image) => image.scripts.iter().any(|it| it.as_str().contains("/bin/sh")),
        None => false,
    };
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
    let range: Range<usize> =
        start..line.end.min(start + script.as_str()[start..].find(char::is_whitespace).unwrap_or(line.end - start));
    let waits = list[at + 1..]
        .iter()
        .any(|it| it.program().first().is_some_and(|it| matches!(it.0.as_str(), "wait" | "tail" | "sleep")));
    let last = at + 1 == list.len();
    let dash = !relinked && is_dash(&shell, service, &state.family);
    let stays = match it.end {
        End::Background if waits => BEHIND,
        End::Pipe | End::Or if !it.is_compound() => BEHIND,
        End::Last | End::Next if dash && last => DASH,
        End::Next if !last && (dash || !list.iter().any(Simple::is_compound)) => BEHIND,
        _ => return None,
    };
    let exact = exact && state.origin.from.as_ref().is_none_or(|it| it.span().file != script.span().file);
    let span = if exact { script.span_of(range.clone()) } else { script.span() };
    // A word that is written byte for byte, with nothing before it but the line break or the operator.
    let plain = (span.end - span.start) as usize == range.len() && it.words[0].1.start == start;
    // Behind an alias the same text belongs to several services.
    let here = state.origin.from.as_ref().is_none_or(|it| it.span().file != span.file);
    let own = here && service.command.iter().chain(&service.entrypoint).all(|it| it.path.steps().is_empty());
    let exec = (exact && own && plain && stays == DASH).then_some(Span { end: span.start, ..span });
    Some(Lost { shell, server: name, span, stays, exec })
}

/// The server that a command starts, and where its line begins.
fn server(it: &Simple, family: &Family) -> Option<(String, usize)> {
    let line = it.program();
    let start = line.first()?.1.start;
    let wrapper = |it: &str| WRAPPERS.contains(&file_name(it));
    let wrapped = wrapper(&line[0].0);
    // Behind a wrapper come its options, and a user.
    let named = |it: &&(String, Range<usize>)| family.server.names.iter().any(|known| known == file_name(&it.0));
    let found = if wrapped { line.iter().skip(1).rfind(named)? } else { line.first().filter(named)? };
    let subcommands = &family.server.subcommands;
    let runs = subcommands.is_empty() || line.iter().any(|it| subcommands.contains(&it.0));
    let name = if wrapped { &line[0].0 } else { &found.0 };
    runs.then(|| (file_name(name).to_string(), start))
}

/// Whether the shell is dash, which never gives its process away. Others do for the last command of a script.
fn is_dash(shell: &str, service: &Service, family: &Family) -> bool {
    let tag =
        service.image.as_ref().and_then(|it| Some(image::parse(it.known()?).ok()?.tag.unwrap_or_default().to_string()));
    let other = ["alpine", "ubi", "rocky", "oracle", "windows", "bitnami", "fips"];
    let plain = tag.is_some_and(|tag| !other.iter().any(|it| tag.contains(it)));
    shell == "dash" || shell == "sh" && family.server.sh.as_deref() == Some("dash") && plain
}
