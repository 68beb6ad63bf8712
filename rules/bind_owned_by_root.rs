//! A directory that Docker makes for root, and a store that is not root.

use crate::backup::changes_owners;
use crate::state::{Cover, states};
use crate::storage::{Storage, storage};
use crate::stores::above;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{EnvValue, Mount, MountKind, Project};
use std::collections::HashSet;

pub static RULE: Rule = Rule {
    id: "bind-owned-by-root",
    severity: Severity::Info,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("bind-owned-by-root.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    if !cx.hosts.linux {
        return;
    }
    let handed_over = handed_over(project);
    // A Dockerfile may change the user, or begin as root.
    for state in states.kept().filter(|it| !it.opaque && !it.is_built()) {
        let service = state.of(project);
        let takes_over = !matches!(service.variable("TAKE_FILE_OWNERSHIP"), EnvValue::Absent);
        let Some(user) = state.family.user.filter(|_| service.user.is_none() && !takes_over) else { continue };
        let Some(layout) = state.layout() else { continue };
        for place in layout.places.iter().filter(|it| !it.optional && !it.uncertain) {
            let Cover::Mount(at) = place.cover else { continue };
            let mount = &service.mounts[at];
            let Some(source) = mount.source.as_ref().filter(|_| is_made(mount)) else { continue };
            if storage(project, service, mount).is_some_and(|it| is_handed_over(&handed_over, &it.0)) {
                continue;
            }
            let source = source.shown();
            let message = format!(
                "`{}` cannot write its data on Linux if Docker makes `{source}`: it belongs to root then",
                service.name
            );
            let found = cx.report(mount.span, message);
            found.because("what is missing is made by Docker, for root").through(&mount.path);
            if let Some(image) = &service.image {
                found.label(image.span, format!("{} runs as the user {user}", state.family.name));
                found.rests_on(image);
            }
            found.help(format!("use a named volume, or make the directory before and give it to the user {user}"));
        }
    }
}

/// Whether Docker makes the directory if it is missing, on a Linux host.
fn is_made(mount: &Mount) -> bool {
    let source = mount.source.as_ref().map_or("", |it| it.as_str());
    let desktop = ["/Users/", "/Volumes/", "/mnt/c/", "/mnt/d/", "/host_mnt/", "\\\\"];
    let foreign = desktop.iter().any(|it| source.starts_with(it)) || source.as_bytes().get(1) == Some(&b':');
    mount.kind == MountKind::Bind
        && mount.create_host_path == Some(true)
        && mount.read_only == Some(false)
        && !foreign
        // Whoever gives the variable may have made the directory.
        && !mount.source.as_ref().is_some_and(|it| it.holes().iter().any(|it| it.at == 0))
}

/// What a service mounts whose command changes owners or modes.
fn handed_over(project: &Project) -> HashSet<Storage> {
    let services = project.services.iter().filter(|it| changes_owners(it));
    let mounts = services.flat_map(|service| service.mounts.iter().map(move |it| (service, it)));
    mounts.filter_map(|(service, it)| storage(project, service, it)).map(|it| it.0).collect()
}

/// Whether that is a directory, or one above it.
fn is_handed_over(handed_over: &HashSet<Storage>, key: &Storage) -> bool {
    let Storage::Host(directory) = key else { return handed_over.contains(key) };
    let mut above = above(directory).chain([directory.as_str(), "."]);
    !handed_over.is_empty() && above.any(|it| handed_over.contains(&Storage::Host(it.to_string())))
}
