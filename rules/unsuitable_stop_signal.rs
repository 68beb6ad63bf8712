//! A store that is stopped with a signal on which it does not shut down cleanly.

use crate::state::{State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::signal;

pub static RULE: Rule = Rule {
    id: "unsuitable-stop-signal",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unsuitable-stop-signal.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept() {
        let service = state.of(project);
        let stop = &state.family.stop;
        let Some(written) = &service.stop_signal else {
            missing(cx, state);
            continue;
        };
        let Some(signal) = written.known().and_then(signal::parse) else { continue };
        let name = signal.name();
        let bad = stop.bad.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
        let why =
            bad.or((name == "SIGKILL").then_some("SIGKILL gives the server no chance to write what it has in memory"));
        let Some(why) = why else { continue };
        let graceful = stop.wanted.as_deref().or(stop.image.as_deref()).unwrap_or("SIGTERM");
        let message = format!(
            "`{}` is stopped with {name}, on which {} does not shut down cleanly",
            service.name, state.family.name
        );
        let found = cx.report(written.span, message);
        found.because(why).through(&written.path);
        found.help(match stop.wanted {
            Some(_) => format!("write `stop_signal: {graceful}`"),
            None => format!("remove the line: the image's own {graceful} is right"),
        });
    }
}

/// The image's own signal is not graceful, and the file sets no other.
fn missing(cx: &mut Cx<'_>, state: &State) {
    let project = cx.project;
    let service = state.of(project);
    let stop = &state.family.stop;
    let Some(wanted) = &stop.wanted else { return };
    if !project.is_whole() || service.extends.is_some() || state.is_unkept(project) {
        return;
    }
    let own = stop.image.as_deref().unwrap_or("SIGTERM");
    let message =
        format!("`{}` is stopped with {own}, on which {} does not shut down cleanly", service.name, state.family.name);
    let why = stop.bad.iter().find(|it| it.0 == own).map(|it| it.1.clone());
    let found = cx.report(service.key, message);
    if let (Some(why), Some(image)) = (why, &service.image) {
        found.label(image.span, why);
    }
    found.help(format!("set `stop_signal: {wanted}`"));
}
