//! Two servers, or two containers of one, that write to the same data directory.

use crate::needs::never_together;
use crate::state::{Cover, State, states};
use crate::storage::{Storage, Uses, storage, uses};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path;
use plimsoll_core::model::{Condition, Field, Mount, Project, Service};
use plimsoll_core::source::Span;
use std::collections::{HashMap, HashSet};

pub static RULE: Rule = Rule {
    id: "shared-data-directory",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("shared-data-directory.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states, uses) = (cx.project, states(cx), uses(cx));
    let once = run_once(project);
    let mut writers: HashMap<(Storage, String), Vec<(&State, &Mount)>> = HashMap::new();
    for state in states.kept().filter(|it| !it.opaque && is_exclusive(it)) {
        let service = state.of(project);
        if once.contains(service.name.as_str()) {
            continue;
        }
        let directories = directories(project, state);
        if let Some((_, mount)) = directories.first() {
            copies(cx, service, mount);
        }
        for (directory, mount) in directories.into_iter().filter(|it| is_shared(&uses, &it.0.0)) {
            let others = writers.entry(directory).or_default();
            // A few suffice: those that are never together with all others are few.
            let known = others
                .iter()
                .take(8)
                .find(|it| it.0.service != state.service && !never_together(it.0.of(project), service));
            if let Some((other, at)) = known {
                report(cx, project, state, mount, other, at);
            }
            others.push((state, mount));
        }
    }
}

/// Whether a second server at the same files damages them, or cannot start.
fn is_exclusive(state: &State) -> bool {
    state.family.is_store() && state.family.shared.as_deref() == Some("never") && state.family.is_verified("shared")
}

/// Whether anybody else mounts the same.
fn is_shared(uses: &Uses, behind: &Storage) -> bool {
    uses.of(behind).len() > 1
}

/// Services that end by themselves before those start that wait for it.
fn run_once(project: &Project) -> HashSet<&str> {
    let waits = project.services.iter().flat_map(|it| &it.depends_on);
    let done = waits.filter(|it| it.condition == Condition::Completed);
    done.map(|it| it.service.as_str()).collect()
}

/// The directories that a server writes to, as what is behind them, each with its mount.
fn directories<'a>(project: &'a Project, state: &State) -> Vec<((Storage, String), &'a Mount)> {
    let service = &project.services[state.service];
    let Some(layout) = state.layout() else { return Vec::new() };
    let places = layout.places.iter().filter(|it| !it.optional && !it.uncertain);
    let directory = places.filter_map(|place| {
        let Cover::Mount(at) = place.cover else { return None };
        let mount = service.mounts.get(at).filter(|it| it.read_only == Some(false))?;
        let (behind, within) = storage(project, service, mount)?;
        let rest = place.path.strip_prefix(mount.path_in_container.as_deref()?)?;
        // Swarm fills in templates, so that every container gets a volume of its own.
        let own = matches!(&behind, Storage::Volume(it) | Storage::Host(it) if it.contains("{{"));
        (!own).then(|| ((behind, path::clean(&format!("/{within}/{rest}"))), mount))
    });
    directory.collect()
}

fn report(cx: &mut Cx<'_>, project: &Project, state: &State, mount: &Mount, other: &State, at: &Mount) {
    let (one, two) = (other.of(project), state.of(project));
    let message = format!("`{}` and `{}` write to one data directory, in {}", one.name, two.name, mount.describe());
    let found = cx.report(mount.span, message);
    found.because(format!("{} needs its data directory for itself", state.family.name)).through(&mount.path);
    found.label(at.span, format!("`{}` mounts it here", one.name));
    other.explain(project, found);
    state.explain(project, found);
    found.help("give each of the two a volume of its own");
}

/// Several containers of one service, for good or while it is updated.
fn copies(cx: &mut Cx<'_>, service: &Service, mount: &Mount) {
    let many = |it: Option<&Field<Option<i128>>>| it.filter(|it| it.value.is_some_and(|it| it > 1)).map(|it| it.span);
    // With constraints a container may have a machine of its own, and the volume of that machine.
    let placed = service.deploy.constraints.is_some();
    let copies = many(service.scale.as_deref()).or_else(|| many(service.deploy.replicas.as_ref()).filter(|_| !placed));
    let first = service.deploy.update_order.as_ref().filter(|it| it.known() == Some("start-first")).map(|it| it.span);
    let (span, what): (Span, _) = match (copies, first) {
        (Some(span), _) => (span, "several containers of it write to one data directory"),
        (None, Some(span)) => (span, "at an update the new container writes to its data while the old one still does"),
        _ => return,
    };
    let message = format!("`{}` shares {} with itself: {what}", service.name, mount.describe());
    let found = cx.report(span, message);
    found.because("more than one container at a time").label(mount.span, "all of them mount this");
    found.help(match copies {
        Some(_) => "run one container, or make each copy a service with a volume of its own",
        None => "write `order: stop-first`",
    });
}
