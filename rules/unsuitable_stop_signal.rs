//! A store that is stopped with a signal on which it does not shut down cleanly.

use crate::state::{Said, State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::Service;
use plimsoll_core::source::Span;

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
    let states = states(cx);
    for state in states.kept() {
        match state.stop_signal.said {
            Said::Service(span) => written(cx, state, span),
            Said::Dockerfile(_) | Said::Image => missing(cx, state),
        }
    }
}

/// Why a signal is not graceful.
fn why<'a>(state: &'a State, name: &str) -> Option<&'a str> {
    let bad = state.family.stop.bad.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
    bad.or((name == "SIGKILL").then_some("SIGKILL gives the server no chance to write what it has in memory"))
}

fn message(state: &State, service: &Service, signal: &str) -> String {
    format!(
        "`{}` is stopped with {signal}, on which {} does not shut down cleanly",
        service.name, state.family.name
    )
}

fn written(cx: &mut Cx<'_>, state: &State, span: Span) {
    let service = state.of(cx.project);
    let stop = &state.family.stop;
    let Some(name) = &state.stop_signal.name else { return };
    let Some(why) = why(state, name) else { return };
    let graceful = stop.wanted.as_deref().or(stop.image.as_deref()).unwrap_or("SIGTERM");
    let found = cx.report(span, message(state, service, name));
    found.because(why);
    if let Some(field) = &service.stop_signal {
        found.through(&field.path);
    }
    found.help(match (&stop.wanted, state.is_built()) {
        (None, false) => format!("remove the line: the image's own {graceful} is right"),
        _ => format!("write `stop_signal: {graceful}`"),
    });
}

/// The file sets no signal, and that of the image or of the Dockerfile is not graceful.
fn missing(cx: &mut Cx<'_>, state: &State) {
    let project = cx.project;
    let service = state.of(project);
    let stop = &state.family.stop;
    if !project.is_whole() || service.extends.is_some() || state.is_unkept(project) {
        return;
    }
    let Some(name) = &state.stop_signal.name else { return };
    match state.stop_signal.said {
        Said::Dockerfile(span) => {
            let Some(why) = why(state, name) else { return };
            let graceful = stop.wanted.as_deref().or(stop.image.as_deref()).unwrap_or("SIGTERM");
            let found = cx.report(state.origin.span, message(state, service, name));
            found.because(why).through(&state.origin.path);
            found.label(span, "the Dockerfile sets it");
            found.help(format!("write `STOPSIGNAL {graceful}`, or set `stop_signal: {graceful}`"));
        }
        _ => {
            let Some(wanted) = &stop.wanted else { return };
            let found = cx.report(service.key, message(state, service, name));
            if let Some(why) = stop.bad.iter().find(|it| it.0 == *name) {
                state.origin.explain(found, why.1.clone());
            }
            found.help(format!("set `stop_signal: {wanted}`"));
        }
    }
}
