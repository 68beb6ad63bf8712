//! A store whose data outlives neither `down` nor a new image, because nothing or an anonymous volume is mounted.

use crate::miss::culprit;
use crate::state::{Cover, Place, State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{MountKind, Project, Service};
use plimsoll_core::source::Span;

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
    for state in states.kept().filter(|it| !it.opaque && it.family.is_store()) {
        let unkept = state.is_unkept(project);
        let mut layouts = state.layouts.iter();
        let place = layouts.next().and_then(|it| it.places.iter().find(|it| !it.optional));
        let Some(place) = place.filter(|_| unkept) else { continue };
        let service = state.of(project);
        // Another rule speaks of a mount that misses, and of memory.
        let memory = matches!(place.cover, Cover::Mount(at) if crate::state::kind(project, &service.mounts[at]) == MountKind::Tmpfs);
        let derived = matches!(state.family.kind.as_str(), "queue" | "coordination" | "time-series");
        if derived && !means_to_keep(project, service) {
            continue;
        }
        if memory || culprit(project, state).is_some() || may_be_elsewhere(state, project, place) {
            continue;
        }
        report(cx, state, project, place);
    }
}

/// Whether something in the project says that it is more than a demonstration: a named volume, or a service that is
/// always restarted. Without it, nobody misses the metrics and messages of yesterday.
fn means_to_keep(project: &Project, service: &Service) -> bool {
    let restart = service.restart.as_ref().and_then(|it| it.known());
    !project.volumes.is_empty() || matches!(restart, Some("always" | "unless-stopped"))
}

/// Whether the data may be moved to one of the mounts by something that the files do not show.
fn may_be_elsewhere(state: &State, project: &Project, place: &Place) -> bool {
    let mounts = &state.of(project).mounts;
    let lasting = mounts.iter().any(|it| matches!(it.kind, MountKind::Volume | MountKind::Bind | MountKind::Unknown) && !is_file(it.target.as_str()));
    place.uncertain && lasting
}

fn is_file(target: &str) -> bool {
    let name = target.rsplit('/').next().unwrap_or_default();
    name.contains('.') && !name.starts_with('.') || target.starts_with("/docker-entrypoint") || target.starts_with("/etc/")
}

fn report(cx: &mut Cx<'_>, state: &State, project: &Project, place: &Place) {
    let service = state.of(project);
    let family = &state.family;
    let image = service.image.as_ref().map_or(service.key, |it| it.span);
    let path = &place.shown;
    let (span, message): (Span, String) = match &place.cover {
        Cover::Mount(at) => {
            let mount = &service.mounts[*at];
            let message = format!(
                "`{}` keeps its data in an anonymous volume: after `docker compose down`, `up` starts with an empty one",
                service.name
            );
            (mount.span, message)
        }
        Cover::ImageVolume(_) => {
            let message = format!(
                "`{}` keeps its data in an anonymous volume: after `docker compose down`, `up` starts with an empty one",
                service.name
            );
            (image, message)
        }
        Cover::Layer => {
            let message = format!("`{}` keeps its data in the container itself: `docker compose down` deletes it", service.name);
            (image, message)
        }
    };
    let severity = if family.is_verified("data") { Severity::Error } else { Severity::Warning };
    let found = cx.report_as(severity, span, message);
    found.because(match place.cover {
        Cover::Mount(_) => "a path without a source is a volume without a name".to_string(),
        _ => format!("{} writes to `{path}`, and nothing is mounted there", family.name),
    });
    if let Some(moved) = &place.moved {
        found.label(moved.span, format!("{} puts the data into `{path}`", moved.by));
    }
    found.help(format!("mount a named volume at `{}`", place.mount));
}
