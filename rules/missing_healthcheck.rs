//! A store without a probe, in the file or in its image.

use crate::clients::Clients;
use crate::images::Family;
use crate::local::is_for_work;
use crate::probe::{flow, is_awaited_in_vain, waiting};
use crate::recommended;
use crate::state::{Probe, name_defaults, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::fix::{Edit, Editor, Fix, Safety};
use plimsoll_core::model::Service;

pub static RULE: Rule = Rule {
    id: "missing-healthcheck",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: Some(Safety::Unsafe),
    on: true,
    since: "0.1.0",
    page: include_str!("missing-healthcheck.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states, edit) = (cx.project, states(cx), cx.edit());
    let kept = states.kept().filter(|it| project.is_whole() && !it.family.health.test.is_empty());
    let kept: Vec<_> = kept.filter(|it| it.probe == Probe::None).collect();
    if kept.is_empty() {
        return;
    }
    let (clients, awaited) = (cx.facts(Clients::of), waiting(cx));
    for state in kept {
        let service = state.of(project);
        let family = &state.family;
        // Where somebody waits in vain, `unhealthy-dependency` says so.
        let in_vain = is_awaited_in_vain(project, &states, &awaited, state.service);
        if service.extends.is_some() || in_vain {
            continue;
        }
        let span = service.healthcheck.as_ref().map_or(service.key, |it| it.key);
        let name = &service.name;
        // Where nobody waits for it, and for what is there at once, it is hygiene.
        let at_once = family.often_cache || family.kind == "object-store";
        let waiter = clients.first(project, &states, state);
        let minor = at_once || waiter.is_none() || is_for_work(cx, service);
        let message = match (waiter, family.kind.as_str()) {
            // Nobody waits for metrics or for an application to be there.
            (_, "application" | "proxy" | "cache" | "time-series") => continue,
            (Some(other), _) => {
                format!("`{name}` has no healthcheck, so `{other}` cannot wait until {} is ready", family.name)
            }
            (None, "database" | "document") => {
                format!("`{name}` has no healthcheck: a hanging or still recovering {} counts as running", family.name)
            }
            (None, _) => continue,
        };
        let found = cx.report_as(if minor { Severity::Info } else { RULE.severity }, span, message);
        state.origin.explain(found, "the image has none of its own");
        name_defaults(found, state.runs(project));
        found.help(format!("add a healthcheck, such as `test: {}`", flow(&family.health.test)));
        let title = "add a probe; where it does not fit, the service counts as unhealthy";
        found.fix = probe(edit, service, family).map(|it| Fix::needs_care(title, it));
    }
}

/// Writes the recommended probe, if what it asks for is there.
fn probe(edit: &Editor<'_>, service: &Service, family: &Family) -> Option<Vec<Edit>> {
    // The image may be another one by now.
    if service.build.is_some() {
        return None;
    }
    if service.healthcheck.is_some() {
        return edit.set(service, &["healthcheck", "test"], &recommended::test(service, family)?);
    }
    edit.set(service, &["healthcheck"], &recommended::healthcheck(service, family)?)
}
