//! A store that nothing in the project makes a copy of.

use crate::backup::{is_backup, is_named_backup};
use crate::state::{State, name_defaults, states};
use crate::storage::storage;
use crate::stores::{Stores, stores};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Project, Service};
use std::collections::HashSet;

pub static RULE: Rule = Rule {
    id: "missing-backup",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: false,
    since: "0.1.0",
    page: include_str!("missing-backup.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states, stores) = (cx.project, states(cx), stores(cx));
    if !project.is_whole() {
        return;
    }
    let Some(secured) = secured(project, &stores) else { return };
    for state in states.kept().filter(|it| is_irreplaceable(it) && it.is_kept) {
        let service = state.of(project);
        if secured.contains(service.name.as_str()) || has_its_own(service) {
            continue;
        }
        let message = format!("nothing in this project backs up the data of `{}`", service.name);
        let found = cx.report(service.key, message);
        found.because("no service makes dumps of it, or copies its files");
        name_defaults(found, service);
        found.help(match &state.family.dump {
            Some(dump) => format!("add a service that runs `{dump}` on a schedule, and writes to another machine"),
            None => "add a service that makes backups on a schedule, and writes to another machine".to_string(),
        });
    }
}

/// The names of the services that a backup service has to do with; `None` if one may have to do with all.
fn secured<'a>(project: &'a Project, stores: &Stores) -> Option<HashSet<&'a str>> {
    let mut secured = HashSet::new();
    for service in project.services.iter().filter(|it| is_backup(it)) {
        let known = secured.len();
        let hidden = service.env_file_hidden || service.environment_opaque || service.extends.is_some();
        if hidden || service.mounts.iter().any(|it| it.target.as_str().contains("docker.sock")) {
            return None;
        }
        for mount in &service.mounts {
            let data = storage(project, service, mount).map(|it| stores.of(&it.0)).unwrap_or_default();
            secured.extend(data.iter().map(|it| project.services[it.service].name.as_str()));
        }
        let values = service.environment.iter().chain(&service.env_file_variables).filter_map(|it| it.value.as_ref());
        let words = service.command.iter().chain(&service.entrypoint).flat_map(|it| &it.words);
        for text in values.chain(words).map(|it| it.as_str()) {
            let names = text.split(|it: char| !it.is_alphanumeric() && !matches!(it, '-' | '_' | '.'));
            secured.extend(names.filter_map(|it| project.service(it)).map(|it| it.name.as_str()));
        }
        secured
            .extend(service.depends_on.iter().filter_map(|it| project.service(&it.service)).map(|it| it.name.as_str()));
        // What it has to do with stands somewhere else.
        if secured.len() == known {
            return None;
        }
    }
    Some(secured)
}

/// Whether what is lost with it cannot be had again: not messages on their way, metrics or agreements.
fn is_irreplaceable(state: &State) -> bool {
    let passing = matches!(state.family.kind.as_str(), "queue" | "time-series" | "coordination");
    state.family.is_store() && !state.family.often_cache && !passing
}

/// Whether the store has a place for backups, or labels that ask for them.
fn has_its_own(service: &Service) -> bool {
    let target = |it: &str| is_named_backup(file_name(it));
    let mut targets = service.mounts.iter().filter_map(|it| it.path_in_container.as_deref());
    service.labels.iter().any(|it| it.name.contains("backup")) || targets.any(target)
}
