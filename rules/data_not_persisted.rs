//! A store whose data outlives neither `down` nor a new image, because nothing or an anonymous volume is mounted.

use crate::clients::Clients;
use crate::local::{is_for_work, is_list, stays};
use crate::miss::culprit;
use crate::role::is_in_memory;
use crate::state::{Cover, Place, State, kind, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{MountKind, Project};

pub static RULE: Rule = Rule {
    id: "data-not-persisted",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("data-not-persisted.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    let keeps = |kinds: &[&str]| {
        let mut states = states.kept().filter(|it| kinds.contains(&it.family.kind.as_str()));
        states.any(|it| !it.is_unkept)
    };
    let (database, queue) = (keeps(&["database", "document"]), keeps(&["queue"]));
    let list = is_list(project);
    for state in states.kept().filter(|it| !it.opaque && !it.family.cache && !list) {
        let place = state.layouts.first().and_then(|it| it.places.iter().find(|it| !it.optional));
        let Some(place) = place.filter(|_| state.is_unkept) else { continue };
        let service = state.of(project);
        // Another rule speaks of a mount that misses, and of memory.
        let tmpfs = |at: usize| kind(project, &service.mounts[at]) == MountKind::Tmpfs;
        let memory = matches!(place.cover, Cover::Mount(at) if tmpfs(at)) || is_in_memory(state.runs(project));
        let demo = is_for_work(cx, service) || !means_to_keep(state, project, database, queue);
        if demo || state.may_be_remote(project, place) {
            continue;
        }
        if memory || culprit(project, state).is_some() || may_be_elsewhere(state, project, place) {
            continue;
        }
        if !stays(service) && cx.facts(Clients::of).are_telemetry(project, state) {
            continue;
        }
        // So it does of a default that keeps nothing, and of a container that cannot write at all.
        if crate::memory::cause(project, state).is_some() || crate::readonly::is_sealed(state, project, place) {
            continue;
        }
        report(cx, state, project, place);
    }
}

/// Whether more than a demonstration is meant. Nobody misses the metrics and messages of yesterday, unless the service
/// is always restarted, or a database is kept beside the messages, or a queue beside the ZooKeeper that has to know it.
fn means_to_keep(state: &State, project: &Project, database: bool, queue: bool) -> bool {
    match state.family.kind.as_str() {
        "queue" | "coordination" | "time-series" if stays(state.of(project)) => true,
        "queue" => database,
        "coordination" => queue,
        "time-series" => false,
        _ if !state.family.is_store() => crate::role::runs_for_good(state.of(project), &state.family),
        _ => true,
    }
}

/// Whether the data may be moved to one of the mounts by something that the files do not show.
fn may_be_elsewhere(state: &State, project: &Project, place: &Place) -> bool {
    let mounts = &state.of(project).mounts;
    let lasting = mounts.iter().any(|it| {
        matches!(it.kind, MountKind::Volume | MountKind::Bind | MountKind::Unknown) && !is_file(it.target.as_str())
    });
    place.uncertain && lasting
}

fn is_file(target: &str) -> bool {
    let name = plimsoll_core::grammar::path::file_name(target);
    name.contains('.') && !name.starts_with('.')
        || target.starts_with("/docker-entrypoint")
        || target.starts_with("/etc/")
}

fn report(cx: &mut Cx<'_>, state: &State, project: &Project, place: &Place) {
    let service = state.of(project);
    let family = &state.family;
    let shown = &place.shown;
    let (span, path) = match &place.cover {
        Cover::Mount(at) => (service.mounts[*at].span, &service.mounts[*at].path),
        _ => (state.origin.span, &state.origin.path),
    };
    let message = match &place.cover {
        Cover::Layer => {
            format!("`{}` keeps its data in the container itself: `docker compose down` deletes it", service.name)
        }
        _ => format!(
            "`{}` keeps its data in an anonymous volume: after `docker compose down`, `up` starts with an empty one",
            service.name
        ),
    };
    let severity = if family.is_verified("data") && family.is_store() { Severity::Error } else { Severity::Warning };
    let found = cx.report_as(severity, span, message);
    found.because(match place.cover {
        Cover::Mount(_) => "a path without a source is a volume without a name".to_string(),
        _ if place.uncertain => "nothing is mounted for its data".to_string(),
        _ => format!("{} writes to `{shown}`, and nothing is mounted there", family.name),
    });
    state.explain(project, found.through(path));
    if let Some(moved) = &place.moved {
        found.label(moved.span, format!("{} puts the data into `{shown}`", moved.by));
    }
    found.help(match &place.variable {
        // A volume below `/tmp` belongs to root: the server could not write to it.
        Some(variable) if place.path.starts_with("/tmp/") => {
            format!("set `{variable}` to a directory of the image's user and mount a named volume there")
        }
        _ => format!("mount a named volume at `{}`", place.mount_shown()),
    });
}
