//! A server whose data directory it cannot write to.

use crate::readonly::is_sealed;
use crate::state::{Cover, Place, State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::Project;

pub static RULE: Rule = Rule {
    id: "read-only-data-mount",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("read-only-data-mount.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept().filter(|it| !it.opaque) {
        let Some(layout) = state.layout() else { continue };
        let service = state.of(project);
        // What keeps nothing on a disk needs none.
        if crate::memory::cause(project, state).is_some() {
            continue;
        }
        let mut places = layout.places.iter().filter(|it| !it.optional && !it.uncertain && it.below.is_empty());
        let read_only = |it: &Place| matches!(it.cover, Cover::Mount(at) if service.mounts[at].read_only == Some(true));
        let sealed = |it: &Place| is_sealed(state, project, it) && is_certain(state, project, it);
        // One is enough: no server gets far without it.
        if let Some(place) = places.find(|it| read_only(it) || sealed(it)) {
            report(cx, state, project, place);
        }
    }
}

/// An application in a read-only container may have all of its data elsewhere.
fn is_certain(state: &State, project: &Project, place: &Place) -> bool {
    state.family.is_store() && state.family.is_verified("data") && !state.may_be_remote(project, place)
}

fn report(cx: &mut Cx<'_>, state: &State, project: &Project, place: &Place) {
    let (service, family) = (state.of(project), &state.family);
    // Redis serves a snapshot that it cannot replace, and an application may get along for a while.
    let certain = family.is_store() && family.is_verified("data") && !family.often_cache;
    let severity = if certain { Severity::Error } else { Severity::Warning };
    let writes = format!("{} writes to `{}`", family.name, place.shown);
    let found = match place.cover {
        Cover::Mount(at) => {
            let mount = &service.mounts[at];
            let (mounted, target) = (mount.describe(), mount.target.shown());
            let message = format!("`{}` cannot write its data: {mounted} is read-only at `{target}`", service.name);
            let found = cx.report_as(severity, mount.span, message);
            found.because(writes).through(&mount.path).help("mount it without `ro`")
        }
        _ => {
            let message = format!(
                "`{}` cannot write its data: the container is read-only, and nothing is mounted at `{}`",
                service.name, place.shown
            );
            let span = service.read_only.as_ref().map_or(service.key, |it| it.span);
            let help = format!("mount a named volume at `{}`", place.mount);
            cx.report_as(severity, span, message).because(writes).help(help)
        }
    };
    state.explain(project, found);
    if let Some(moved) = &place.moved {
        found.label(moved.span, format!("{} puts the data there", moved.by));
    }
}
