//! A store that is killed before it has shut down.

use crate::local::is_for_work;
use crate::recommended::{DEFAULT, LONGEST, is_ceiling, written};
use crate::role::keeps;
use crate::state::{State, name_defaults, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::fix::{Fix, Safety, Yaml};
use plimsoll_core::source::Span;

pub static RULE: Rule = Rule {
    id: "short-stop-grace-period",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: Some(Safety::Safe),
    on: true,
    since: "0.1.0",
    page: include_str!("short-stop-grace-period.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept() {
        let service = state.of(project);
        let Some(wanted) = state.family.stop.grace.filter(|it| it.seconds() > DEFAULT) else { continue };
        // What is not kept cannot be damaged by a kill.
        if !state.is_kept {
            continue;
        }
        let (span, seconds) = match &service.stop_grace_period {
            None if !project.is_whole() || service.extends.is_some() => continue,
            None => (service.key, DEFAULT),
            Some(period) => match period.length {
                // Another rule speaks of a fraction of a second, which is cut off.
                Some(length) if length.0 != 0 && length.seconds() == 0 => continue,
                Some(length) => (period.span, length.seconds()),
                None => continue,
            },
        };
        // A negative period waits for ever.
        let is_ceiling = is_ceiling(&state.family.stop, wanted.seconds());
        let needed = if is_ceiling { LONGEST / 2 } else { wanted.seconds() };
        if seconds < 0 || seconds >= needed {
            continue;
        }
        report(cx, state, span, seconds, if is_ceiling { LONGEST } else { wanted.seconds() });
    }
}

/// What is only inferred is hygiene, and so is what serves the work on one machine. So are metrics, which a kill cuts
/// off by minutes, and Redis unless it is to keep its data: what it keeps as a cache or as a queue is written within
/// the second.
fn severity(cx: &Cx<'_>, state: &State) -> Severity {
    let (family, stop) = (&state.family, &state.family.stop);
    let minor = family.kind == "time-series" || family.often_cache && !keeps(state.runs(cx.project));
    let said = stop.documented || stop.own;
    if said && !minor && !is_for_work(cx, state.of(cx.project)) { Severity::Warning } else { Severity::Info }
}

fn report(cx: &mut Cx<'_>, state: &State, span: Span, seconds: i64, wanted: i64) {
    let (project, edit, severity) = (cx.project, cx.edit(), severity(cx, state));
    let service = state.of(project);
    let family = &state.family;
    let message = format!(
        "`{}` has {seconds} s to shut down before `docker compose stop` kills it; {} may need {} s",
        service.name, family.name, wanted
    );
    let found = cx.report_as(severity, span, message);
    if service.stop_grace_period.is_none() {
        found.because("no `stop_grace_period`: Docker waits 10 s, then sends SIGKILL");
    } else {
        found.because("then Docker sends SIGKILL");
    }
    name_defaults(found, state.runs(project));
    if let Some(why) = &family.stop.why {
        state.origin.explain(found, why.clone());
    }
    let line = format!("stop_grace_period: {}", written(wanted));
    found.help(format!("set `{line}`"));
    // A variable stays one: somebody sets it somewhere.
    if service.stop_grace_period.as_ref().is_none_or(|it| !it.text.is_interpolated()) {
        let edits = edit.set(service, &["stop_grace_period"], &Yaml::text(written(wanted)));
        found.fix = edits.map(|it| Fix::safe(format!("set `{line}`"), it));
    }
}
