//! A store that is stopped with a signal on which it does not shut down cleanly.

use crate::state::{Said, State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::fix::{Fix, Safety, Yaml};
use plimsoll_core::model::Service;
use plimsoll_core::source::Span;

pub static RULE: Rule = Rule {
    id: "unsuitable-stop-signal",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: Some(Safety::Safe),
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
    format!("`{}` is stopped with {signal}, on which {} does not shut down cleanly", service.name, state.family.name)
}

fn written(cx: &mut Cx<'_>, state: &State, span: Span) {
    let (service, edit) = (state.of(cx.project), cx.edit());
    let stop = &state.family.stop;
    let Some(name) = &state.stop_signal.name else { return };
    let Some(why) = why(state, name) else { return };
    let graceful = stop.wanted.as_deref().or(stop.image.as_deref()).unwrap_or("SIGTERM");
    let found = cx.report(span, message(state, service, name));
    found.because(why);
    if let Some(field) = &service.stop_signal {
        found.through(&field.path);
    }
    let field = service.stop_signal.as_ref().filter(|it| !it.is_interpolated());
    let (help, edits) = match (&stop.wanted, state.is_built()) {
        (None, false) => {
            let own = field.filter(|it| it.path.steps().is_empty() && service.extends.is_none());
            let edits = own.and_then(|it| edit.remove_entry(it.key));
            (format!("remove the line: the image's own {graceful} is right"), edits)
        }
        _ => {
            let edits = field.and_then(|_| edit.set(service, &["stop_signal"], &Yaml::text(graceful)));
            (format!("write `stop_signal: {graceful}`"), edits)
        }
    };
    found.fix = edits.map(|it| Fix::safe(help.clone(), it));
    found.help(help);
}

/// The file sets no signal, and that of the image or of the Dockerfile is not graceful.
fn missing(cx: &mut Cx<'_>, state: &State) {
    let (project, edit) = (cx.project, cx.edit());
    let service = state.of(project);
    let stop = &state.family.stop;
    let set = |signal: &str| {
        let edits = edit.set(service, &["stop_signal"], &Yaml::text(signal));
        edits.map(|it| Fix::safe(format!("set `stop_signal: {signal}`"), it))
    };
    if !project.is_whole() || service.extends.is_some() || state.is_unkept {
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
            found.fix = set(graceful);
            found.help(format!("write `STOPSIGNAL {graceful}`, or set `stop_signal: {graceful}`"));
        }
        _ => {
            let Some(wanted) = &stop.wanted else { return };
            let found = cx.report(service.key, message(state, service, name));
            if let Some(why) = stop.bad.iter().find(|it| it.0 == *name) {
                state.origin.explain(found, why.1.clone());
            }
            found.fix = set(wanted);
            found.help(format!("set `stop_signal: {wanted}`"));
        }
    }
}
