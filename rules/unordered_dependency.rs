//! An application that connects to a store of its project and is not started after it.

use crate::needs::{WAY, leads, never_together};
use crate::role::Role;
use crate::state::{Probe, State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Condition, Service, Variable};
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

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    if !project.is_whole() {
        return;
    }
    let stores = states.0.iter().filter(|it| it.role == Role::Server && it.family.is_store() && !it.cache);
    let stores: HashMap<_, _> = stores.map(|it| (it.of(project).name.as_str(), it)).collect();
    let few = |it: &&Service| it.extends.is_none() && it.depends_on.len() <= WAY;
    for (at, service) in project.services.iter().enumerate().filter(|it| few(&it.1)) {
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

fn report(cx: &mut Cx<'_>, service: &Service, store: &State, variable: &Variable) {
    let project = cx.project;
    let other = store.of(project);
    let (from, to) = (&service.name, &other.name);
    // In another profile it may be left out on purpose.
    if never_together(service, other)
        || !other.profiles.is_empty() && service.profiles.is_empty()
        || leads(project, other, from)
    {
        return;
    }
    let named = service.depends_on.iter().find(|it| it.service == *to);
    let probe = matches!(store.probe, Probe::Has(_));
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

/// The hosts that a variable of the environment names, if it has the name and the form of an address.
fn hosts(variable: &Variable) -> Vec<&str> {
    // Most names are told by their last letter, and a file may have millions.
    if !variable.name.bytes().next_back().is_some_and(|it| b"EILNRST".contains(&it.to_ascii_uppercase())) {
        return Vec::new();
    }
    let Some(value) = variable.value.as_ref().and_then(|it| it.known()) else { return Vec::new() };
    let last = variable.name.rsplit(['_', '.']).next().unwrap_or_default().to_ascii_uppercase();
    if !ADDRESSES.iter().any(|it| last.ends_with(it)) {
        return Vec::new();
    }
    value.split(',').map(|it| host(it.trim())).filter(|it| !it.is_empty()).collect()
}

/// The host of an address: what stands behind the scheme and the password, and before the port and the path.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |it| it.1);
    let rest = rest.split(['/', '?']).next().unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |it| it.1);
    rest.split(':').next().unwrap_or_default()
}
