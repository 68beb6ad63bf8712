//! A store without a probe, in the file or in its image.

use crate::state::{Probe, name_defaults, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Condition, Project};
use std::collections::HashMap;

pub static RULE: Rule = Rule {
    id: "missing-healthcheck",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("missing-healthcheck.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    let kept = states.kept().filter(|it| project.is_whole() && !it.family.health.test.is_empty());
    let waiting = waiting(project);
    for state in kept {
        let service = state.of(project);
        let family = &state.family;
        if state.probe != Probe::None || service.extends.is_some() {
            continue;
        }
        let span = service.healthcheck.as_ref().map_or(service.key, |it| it.key);
        let name = &service.name;
        // Where nobody can wait for it, and for what is there at once, it is hygiene.
        let at_once = family.often_cache || family.kind == "object-store";
        let minor = at_once || project.services.len() == 1;
        let message = match (waiting.get(name.as_str()), family.kind.as_str()) {
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
    }
}

/// For each service, the first other one that waits for it without looking at its end.
fn waiting(project: &Project) -> HashMap<&str, &str> {
    let mut waiting = HashMap::new();
    for service in &project.services {
        for it in service.depends_on.iter().filter(|it| it.condition != Condition::Completed) {
            waiting.entry(it.service.as_str()).or_insert(service.name.as_str());
        }
    }
    waiting
}

/// A list as it is written in YAML on one line.
fn flow(words: &[String]) -> String {
    let quoted = words
        .iter()
        .map(|it| if it.contains('"') { format!("'{}'", it.replace('\'', "''")) } else { format!("\"{it}\"") });
    format!("[{}]", quoted.collect::<Vec<_>>().join(", "))
}
