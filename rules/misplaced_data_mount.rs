//! A mount that is meant to keep the data of a store and misses the directory that the store writes to.

use crate::miss::{Culprit, culprit};
use crate::state::{State, name_defaults, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::fix::{Fix, Safety};
use plimsoll_core::grammar::path;
use plimsoll_core::model::MountKind;

pub static RULE: Rule = Rule {
    id: "misplaced-data-mount",
    severity: Severity::Error,
    group: Group::Durability,
    fix: Some(Safety::Unsafe),
    on: true,
    since: "0.1.0",
    page: include_str!("misplaced-data-mount.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states, edit) = (cx.project, states(cx), cx.edit());
    // Another rule speaks of a store that keeps nothing, wherever the mount is.
    let in_memory = |it: &State| crate::memory::cause(project, it).is_some();
    for state in states.kept().filter(|it| !it.opaque && !in_memory(it)) {
        let Some(Culprit { mount, place, why }) = culprit(project, state) else { continue };
        let service = state.of(project);
        let mount = &service.mounts[mount];
        let message = format!(
            "`{}` keeps its data in `{}`, and {} is mounted beside it at `{}`",
            service.name,
            place.shown,
            mount.describe(),
            mount.target.shown()
        );
        let severity = if state.family.is_verified("data") { Severity::Error } else { Severity::Warning };
        let found = cx.report_as(severity, mount.target.span(), message);
        found.because("the data is not kept here").through(&mount.path);
        match &place.moved {
            Some(moved) => _ = found.label(moved.span, format!("{} puts the data into `{}`", moved.by, place.shown)),
            None => state.origin.explain(found, why),
        }
        name_defaults(found, state.runs(project));
        if let Some(variable) = place.variable.as_ref().filter(|_| place.path.starts_with("/tmp/")) {
            // A volume below `/tmp` belongs to root: the server could not write to it.
            found.help(format!("set `{variable}: {}`", mount.target.shown()));
            continue;
        }
        found.help(format!("mount it at `{}`", place.mount_shown()));
        // Two mounts at one place would be refused, and what a variable has a part in is not the same everywhere.
        let free = service.mounts.iter().all(|it| it.path_in_container.as_deref() != Some(&*place.mount));
        let known = place.moved.as_ref().is_none_or(|_| place.shown == place.path) && !place.mount.contains('{');
        // A directory of the host above it may hold the configuration as well.
        let above = mount.path_in_container.as_deref().is_some_and(|it| path::is_strictly_above(it, &place.mount));
        let shared = above && mount.kind != MountKind::Volume;
        if free && known && !shared && state.layouts.len() == 1 {
            let edits = edit.replace(&mount.target, 0..mount.target.as_str().len(), &place.mount);
            let title = format!("mount it at `{}`; what the server has written so far stays where it is", place.mount);
            found.fix = edits.map(|it| Fix::needs_care(title, it));
        }
    }
}
