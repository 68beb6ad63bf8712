//! A service that waits for the health of another one that has no probe.

use crate::probe::{Absent, absent, flow, is_awaited_in_vain, waiting};
use crate::state::{name_defaults, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: "unhealthy-dependency",
    severity: Severity::Error,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unhealthy-dependency.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states, waiting) = (cx.project, states(cx), waiting(cx));
    for (at, service) in project.services.iter().enumerate() {
        if !is_awaited_in_vain(project, &states, &waiting, at) {
            continue;
        }
        let name = &service.name;
        let waiters = waiting.on(name);
        let Some((waiter, dependency)) = waiters.first().and_then(|it| {
            let waiter = project.services.get(it.0)?;
            Some((waiter, waiter.depends_on.get(it.1)?))
        }) else {
            continue;
        };
        let others = match waiters.len() {
            1 => String::new(),
            2 => " and one more service".to_string(),
            more => format!(" and {} more services", more - 1),
        };
        let message = format!("`{}`{others} cannot start: `{name}` has no healthcheck to wait for", waiter.name);
        // What nobody has read in a source makes no error.
        let told = states.of(at).is_none_or(|it| it.family.is_verified("health"));
        let certain = told || absent(project, service, states.of(at)) == Some(Absent::Disabled);
        let found = cx.report_as(if certain { Severity::Error } else { Severity::Warning }, dependency.key, message);
        found.because(format!("`up` starts `{name}`, finds that it has no healthcheck configured, and fails"));
        found.through(&dependency.path);
        if let Some(condition) = &dependency.written {
            found.rests_on(condition);
        }
        let state = states.of(at);
        let family = state.map(|it| &it.family);
        match (absent(project, service, state), &service.healthcheck) {
            (Some(Absent::Disabled), Some(probe)) => {
                let field = probe.disable.as_ref().or(probe.test_field.as_ref());
                found.label(field.map_or(probe.key, |it| it.span), "the probe is switched off here");
            }
            (_, probe) => {
                if let Some(probe) = probe {
                    found.label(probe.key, "this has no `test`");
                }
                if let Some(state) = state {
                    state.origin.explain(found, "the image has none of its own");
                    name_defaults(found, state.runs(project));
                }
            }
        }
        match family.map(|it| &it.health.test).filter(|it| !it.is_empty()) {
            Some(test) => found.help(format!("add a healthcheck to `{name}`, such as `test: {}`", flow(test))),
            None => found.help(format!("add a healthcheck to `{name}`, or wait for `service_started` only")),
        };
    }
}
