//! A mount inside of another one that hides a part of the data of a store, or holds the same files once more.

use crate::images::WrongMount;
use crate::state::{Cover, State, kind, states};
use crate::storage::storage;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Mount, MountKind, Project, Service};
use std::collections::HashMap;

pub static RULE: Rule = Rule {
    id: "overlapping-mounts",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("overlapping-mounts.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for (at, service) in project.services.iter().enumerate() {
        twice(cx, project, service);
        if let Some(state) = states.of(at).filter(|it| it.is_worth_keeping() && it.family.is_store()) {
            hidden(cx, project, state);
        }
    }
}

/// The same files at a path and below it: whoever writes to the lower one changes the upper one.
fn twice(cx: &mut Cx<'_>, project: &Project, service: &Service) {
    if service.mounts.len() < 2 {
        return;
    }
    let mut known: HashMap<_, Vec<(&Mount, &str)>> = HashMap::new();
    for mount in service.mounts.iter().filter(|it| it.kind == MountKind::Volume && it.read_only == Some(false)) {
        let Some(target) = mount.path_in_container.as_deref() else { continue };
        let Some(key) = storage(project, service, mount) else { continue };
        // Only the first few are compared: nobody mounts a volume a hundred times.
        let others = known.entry(key).or_default();
        let nested =
            |it: &&(&Mount, &str)| path::is_strictly_above(it.1, target) || path::is_strictly_above(target, it.1);
        if let Some((other, _)) = others.iter().take(8).find(nested) {
            let (what, upper, lower) = (mount.describe(), other.target.shown(), mount.target.shown());
            let message =
                format!("`{}` has {what} twice, at `{upper}` and at `{lower}`, one inside of the other", service.name);
            let found = cx.report(mount.span, message);
            found.because("the same files once more").through(&mount.path);
            found
                .label(other.span, "here for the first time")
                .help("keep one of the two, or give each its own `subpath`");
        }
        others.push((mount, target));
    }
}

/// A volume inside of the data directory of a store, where the store has a directory of its own.
fn hidden(cx: &mut Cx<'_>, project: &Project, state: &State) {
    let service = state.of(project);
    let Some(layout) = state.layout() else { return };
    for place in layout.places.iter().filter(|it| !it.optional && !it.uncertain) {
        let Cover::Mount(at) = place.cover else { continue };
        let outer = &service.mounts[at];
        let outer_target = outer.path_in_container.as_deref().unwrap_or_default();
        let takes_part = |it: &&Mount| {
            let target = it.path_in_container.as_deref().unwrap_or_default();
            let inside = path::is_strictly_above(outer_target, target) && !path::covers(target, &place.path);
            let within = path::is_strictly_above(&place.path, target);
            // Beside the directory of this version, at that of another.
            let useless = useless(state, target).is_some();
            inside
                && it.read_only == Some(false)
                && is_store(project, it)
                && (within && is_like_data(target) || useless)
        };
        if !is_store(project, outer) {
            continue;
        }
        // The same volume twice is spoken of above.
        let other = |it: &&Mount| storage(project, service, it) != storage(project, service, outer);
        let Some(inner) = service.mounts.iter().filter(takes_part).find(other) else { continue };
        let (name, below) = (&state.family.name, inner.target.shown());
        let message = format!(
            "`{}` has {} inside of its data directory, at `{below}`, beside {} at `{}`",
            service.name,
            inner.describe(),
            outer.describe(),
            outer.target.shown()
        );
        let found = cx.report(inner.span, message);
        found.because(format!("{name} writes to `{}`", place.shown)).through(&inner.path);
        found.label(outer.span, "the data is kept here");
        state.explain(project, found);
        let wrong = useless(state, inner.path_in_container.as_deref().unwrap_or_default());
        if let Some(wrong) = wrong {
            state.origin.explain(found, wrong.why.clone());
        }
        found.help(format!("mount one volume, at `{}`", place.mount_shown()));
        return;
    }
}

/// Why a mount at this path keeps nothing, if the catalogue knows.
fn useless<'a>(state: &'a State, target: &str) -> Option<&'a WrongMount> {
    let mut wrong = state.family.wrong.iter();
    wrong.find(|it| it.path == target && it.versions.holds(state.version) == Some(true))
}

fn is_store(project: &Project, mount: &Mount) -> bool {
    matches!(kind(project, mount), MountKind::Volume | MountKind::Bind)
}

/// Whether a directory is called as if it were the whole: logs, certificates and backups have other names.
fn is_like_data(target: &str) -> bool {
    matches!(file_name(target), "data" | "db" | "database" | "mysql" | "pgdata")
}
