//! A backup that copies the files of a store while the store writes to them.

use crate::backup::{Copier, copies};
use crate::needs::never_together;
use crate::state::{State, name_defaults, states};
use crate::storage::storage;
use crate::stores::stores;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Mount, Service};

pub static RULE: Rule = Rule {
    id: "live-data-backup",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("live-data-backup.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states, stores) = (cx.project, states(cx), stores(cx));
    for (at, service) in project.services.iter().enumerate() {
        // Looked for where there is something to copy: it goes through the whole environment.
        let mut found = None;
        for mount in &service.mounts {
            let Some((key, part)) = storage(project, service, mount) else { continue };
            for data in stores.of(&key).iter().filter(|it| it.service != at) {
                let Some(state) = states.of(data.service).filter(|it| !tolerates_a_copy(it)) else { continue };
                let store = state.of(project);
                if is_stopped_for_it(store) || waits_for(store, service) || never_together(store, service) {
                    continue;
                }
                let Some(copier) =
                    data.seen(mount, &part).and_then(|it| found.get_or_insert_with(|| copies(service)).how(&it))
                else {
                    continue;
                };
                // A tool with a configuration of its own may leave out what is further down.
                if !(data.above && copier == Copier::Tool) {
                    report(cx, service, mount, state, data.mount, copier);
                    break;
                }
            }
        }
    }
}

/// Whether a copy of the files as they are is one that the store can start from: it replaces a file as a whole, or
/// keeps one for each object.
fn tolerates_a_copy(state: &State) -> bool {
    state.family.often_cache || !state.family.is_store() || state.family.kind == "object-store"
}

/// Whether labels tell docker-volume-backup to stop the store before, or to run a command in it.
fn is_stopped_for_it(service: &Service) -> bool {
    service.labels.iter().any(|it| it.name.starts_with("docker-volume-backup."))
}

/// Whether the store starts behind the service, which then copies files that nobody writes to.
fn waits_for(store: &Service, service: &Service) -> bool {
    store.depends_on.iter().any(|it| it.service == service.name)
}

fn report(cx: &mut Cx<'_>, service: &Service, mount: &Mount, state: &State, data: usize, copier: Copier) {
    let (store, family) = (state.of(cx.project), &state.family);
    let message =
        format!("`{}` copies the files of `{}` while {} writes to them", service.name, store.name, family.name);
    // Who starts a backup by hand may stop the database before. What metrics lose is the last minutes.
    let minor = !service.profiles.is_empty() || family.kind == "time-series";
    let severity = if minor { Severity::Info } else { Severity::Warning };
    let found = cx.report_as(severity, mount.span, message);
    found.because("such a copy mixes states of different moments, and may not start again").through(&mount.path);
    if let (Copier::Command(program), Some(command)) =
        (copier, service.command.as_ref().or(service.entrypoint.as_ref()))
    {
        found.label(command.span, format!("`{program}` reads the directory here"));
    }
    found.label(store.mounts[data].span, format!("`{}` writes here", store.name));
    name_defaults(found, store);
    name_defaults(found, service);
    found.help(match (copier, &family.dump) {
        (Copier::Volumes, _) => {
            format!("label `{}` with `docker-volume-backup.stop-during-backup: \"true\"`, or dump it first", store.name)
        }
        (_, Some(dump)) => format!("copy what `{dump}` writes, or stop `{}` for the copy", store.name),
        (_, None) => format!("copy a snapshot that {} makes, or stop `{}` for the copy", family.name, store.name),
    });
}
