//! An application that connects to a store of its project and is not started after it.

use crate::needs::{needs, never_together};
use crate::role::Role;
use crate::state::{State, States, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Condition, Project, Service, Test, Variable};
use std::collections::{HashMap, HashSet};

pub static RULE: Rule = Rule {
    id: "unordered-dependency",
    severity: Severity::Info,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unordered-dependency.md"),
    check,
};

/// Ends of the names of variables whose value is an address.
const ADDRESSES: [&str; 11] =
    ["HOST", "HOSTNAME", "SERVER", "SERVERS", "HOSTS", "ADDR", "ADDRESS", "URL", "URI", "DSN", "ENDPOINT"];
/// How many services are looked through for a way that leads to the store over others.
const WAY: usize = 64;

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    if !project.is_whole() {
        return;
    }
    let stores = stores(project, &states);
    for (at, service) in project.services.iter().enumerate().filter(|it| it.1.extends.is_none()) {
        let own = states.of(at).map(|it| it.family.id.as_str());
        let mut said = HashSet::new();
        for variable in &service.environment {
            for host in hosts(variable) {
                let Some(store) = stores.get(host) else { continue };
                // Nodes of one cluster name each other.
                let other = store.service != at && own != Some(store.family.id.as_str());
                if other && said.insert(host) {
                    report(cx, service, store, variable);
                }
            }
        }
    }
}

/// The services that run a store, by name.
fn stores<'a>(project: &'a Project, states: &'a States) -> HashMap<&'a str, &'a State> {
    let stores = states.0.iter().filter(|it| it.role == Role::Server && it.family.is_store() && !it.cache);
    stores.map(|it| (it.of(project).name.as_str(), it)).collect()
}

fn report(cx: &mut Cx<'_>, service: &Service, store: &State, variable: &Variable) {
    let project = cx.project;
    let other = store.of(project);
    let (from, to) = (&service.name, &other.name);
    // In another profile it may be left out on purpose.
    if never_together(service, other) || !other.profiles.is_empty() && service.profiles.is_empty() || leads(project, other, from) {
        return;
    }
    let named = service.depends_on.iter().find(|it| it.service == *to);
    let probe = match other.healthcheck.as_ref().map(|it| &it.test) {
        Some(Test::Shell(_) | Test::Command(_)) => true,
        None | Some(Test::Inherited) => store.family.health.image == Some(true),
        _ => false,
    };
    let name = &variable.name;
    match named {
        Some(it) if it.condition == Condition::Started && it.reset.is_none() && probe => {
            let message = format!("`{from}` is started before `{to}` is ready, although `{to}` has a healthcheck");
            let found = cx.report(it.key, message);
            found.label(variable.key, format!("`{name}` leads to `{to}`"));
            found.help(format!("write `{to}: {{condition: service_healthy}}`"));
        }
        Some(_) => {}
        None if leads(project, service, to) => {}
        None => {
            let found = cx.report(service.key, format!("`{from}` connects to `{to}` and may be started before it"));
            found.label(variable.key, format!("`{name}` leads to `{to}`"));
            let condition = if probe { "service_healthy" } else { "service_started" };
            found.help(format!("add `depends_on: {{{to}: {{condition: {condition}}}}}`"));
        }
    }
}

/// Whether one service needs another one, directly or over others; where that is too far to follow, it may.
fn leads(project: &Project, from: &Service, to: &str) -> bool {
    let mut open = vec![from];
    let mut seen = HashSet::new();
    while let Some(service) = open.pop() {
        if !seen.insert(service.name.as_str()) {
            continue;
        }
        let needs = needs(service);
        if needs.iter().any(|it| it.service == to) || seen.len() > WAY {
            return true;
        }
        open.extend(needs.iter().filter_map(|it| project.service(&it.service)));
    }
    false
}

/// The hosts that a variable of the environment names, if it has the name and the form of an address.
fn hosts(variable: &Variable) -> Vec<&str> {
    let Some(value) = variable.value.as_ref().and_then(|it| it.known()) else { return Vec::new() };
    let last = variable.name.rsplit(['_', '.']).next().unwrap_or_default().to_ascii_uppercase();
    if !ADDRESSES.iter().any(|it| last.ends_with(it)) {
        return Vec::new();
    }
    let host = |part: &'_ str| -> std::ops::Range<usize> {
        let start = part.find("://").map_or(0, |at| at + 3);
        let end = part[start..].find(['/', '?']).map_or(part.len(), |at| start + at);
        let start = part[start..end].rfind('@').map_or(start, |at| start + at + 1);
        start..part[start..end].find(':').map_or(end, |at| start + at)
    };
    value.split(',').map(|it| it.trim()).map(|it| &it[host(it)]).filter(|it| !it.is_empty()).collect()
}
