//! A store or an application that keeps its state in several places, of which only some outlive the container.

use crate::images::Secret;
use crate::memory;
use crate::miss::culprit;
use crate::sign::{Said, said};
use crate::state::{Cover, Place, State, kind, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path;
use plimsoll_core::model::{Mount, MountKind, Project};

pub static RULE: Rule = Rule {
    id: "partly-persisted-data",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("partly-persisted-data.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept().filter(|it| !it.opaque && it.family.is_verified("data")) {
        // Another rule speaks of a mount that misses, and of a store that keeps nothing.
        if culprit(project, state).is_some() || memory::cause(project, state).is_some() {
            continue;
        }
        places(cx, project, state);
        for secret in &state.family.secrets {
            if is_missing(project, state, secret) {
                report_secret(cx, project, state, secret);
            }
        }
    }
}

fn places(cx: &mut Cx<'_>, project: &Project, state: &State) {
    let service = state.of(project);
    let Some(layout) = state.layout() else { return };
    let places: Vec<&Place> = layout.places.iter().filter(|it| !it.optional).collect();
    let kept = |it: &&&Place| mount_of(it).is_some_and(|at| is_lasting(project, &service.mounts[at]));
    // An application that keeps a part of no weight here, because its data is in a database, is meant to keep the rest.
    let any: Vec<&Place> = layout.places.iter().filter(|it| !it.optional || !state.family.is_store()).collect();
    let Some(one) = any.iter().find(kept).and_then(|it| mount_of(it)) else { return };
    let bare = places.iter().filter(|it| !it.uncertain && it.below.is_empty() && is_bare(project, state, it));
    let bare: Vec<&&Place> = bare.collect();
    let Some(first) = bare.first() else { return };
    let parts: Vec<String> = bare.iter().map(|it| part(&it.shown, it.keeps.as_deref())).collect();
    let message =
        format!("`{}` keeps only a part of its data: nothing is mounted at {}", service.name, parts.join(" and at "));
    let lost = match first.cover {
        Cover::Layer => "after `docker compose down` this part is gone",
        _ => "after `docker compose down` this part is in an anonymous volume that nobody mounts again",
    };
    let found = cx.report(state.origin.span, message);
    state.explain(project, found.because(lost).through(&state.origin.path));
    found.label(service.mounts[one].span, "only this part is kept");
    for moved in bare.iter().filter_map(|it| it.moved.as_ref()) {
        found.label(moved.span, format!("{} puts the other part there", moved.by));
    }
    found.help(format!("mount a named volume at `{}`, too", first.shown));
}

/// Whether nothing outlives the container here, for certain.
fn is_bare(project: &Project, state: &State, place: &Place) -> bool {
    match mount_of(place) {
        // A tmpfs is the business of another rule.
        Some(at) => kind(project, &state.of(project).mounts[at]) == MountKind::Anonymous,
        None => true,
    }
}

fn mount_of(place: &Place) -> Option<usize> {
    match place.cover {
        Cover::Mount(at) => Some(at),
        Cover::ImageVolume(_) | Cover::Layer => None,
    }
}

fn is_lasting(project: &Project, mount: &Mount) -> bool {
    matches!(kind(project, mount), MountKind::Bind | MountKind::Volume)
}

/// Whether a key is made anew with each container, while what it opens is kept.
fn is_missing(project: &Project, state: &State, secret: &Secret) -> bool {
    let service = state.of(project);
    let near = |it: &Mount| it.path_in_container.as_deref().is_some_and(|it| path::covers(it, &secret.path));
    let below = |it: &Mount| it.path_in_container.as_deref().is_some_and(|it| path::covers(&secret.path, it));
    let kept = match secret.with.is_empty() {
        true => state.is_kept,
        false => matches!(said(state.runs(project), &secret.with), Said::Yes(..)),
    };
    kept && !service.mounts.iter().any(|it| near(it) || below(it)) && said(state.runs(project), &secret.unless).is_no()
}

fn report_secret(cx: &mut Cx<'_>, project: &Project, state: &State, secret: &Secret) {
    let service = state.of(project);
    let what = part(&secret.path, Some(&secret.keeps));
    let message = format!("`{}` keeps its data, but not what opens it: nothing is mounted at {what}", service.name);
    let found = cx.report(state.origin.span, message);
    found.because(format!("{} makes a new one in every new container", state.family.name)).through(&state.origin.path);
    state.explain(project, found);
    if let Said::Yes(_, span) = said(state.runs(project), &secret.with) {
        found.label(span, "the data is kept here");
    }
    let given = secret.unless.first().map_or_else(String::new, |it| format!("set `{it}`, or "));
    found.help(format!("{given}mount a named volume at `{}`", secret.path));
}

/// A directory with what lies in it.
fn part(path: &str, keeps: Option<&str>) -> String {
    keeps.map_or_else(|| format!("`{path}`"), |it| format!("`{path}` ({it})"))
}
