//! A stack for Swarm in which the data of a store stays on the machine that its task leaves.

use crate::state::{Cover, State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Condition, Project, Resource, Service, Volume};

pub static RULE: Rule = Rule {
    id: "unplaced-swarm-volume",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unplaced-swarm-volume.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    if !project.is_whole() || !is_stack(project) {
        return;
    }
    for state in states.kept().filter(|it| it.is_kept) {
        let service = state.of(project);
        if !may_move(service) {
            continue;
        }
        let Some((at, volume)) = local_volume(project, state) else { continue };
        let message = format!(
            "`{}` starts empty when Swarm moves it to another node: the volume `{}` stays where it is",
            service.name, volume.name
        );
        let found = cx.report(service.mounts[at].span, message);
        found.because("each node has a volume of this name for itself");
        found.label(volume.key, "kept by the `local` driver");
        if let Some(deploy) = &service.deploy.written {
            found.label(deploy.key, "no `placement.constraints` in here");
        }
        state.explain(project, found);
        if let Some(source) = &service.mounts[at].source {
            found.rests_on(source);
        }
        found
            .help("add `deploy.placement.constraints` with the node that has the data, such as `node.hostname == db1`");
    }
}

/// Whether the project can only be meant for `docker stack deploy`: a service is placed on nodes or runs on all of
/// them, a network spans nodes, or the name of the file says so. Compose reads `deploy.replicas` and the limits as well.
fn is_stack(project: &Project) -> bool {
    let mut words = project.file_name.split(|it: char| !it.is_alphanumeric());
    let named = words.any(|it| matches!(it.to_ascii_lowercase().as_str(), "stack" | "swarm"));
    // Some call every Compose file a stack, and Swarm does not take everything that Compose does.
    let deployed = project.services.iter().any(|it| it.deploy.written.is_some());
    let refused =
        |it: &Service| !it.profiles.is_empty() || it.depends_on.iter().any(|it| it.condition != Condition::Started);
    let global = |it: &Service| it.deploy.mode.as_ref().is_some_and(|it| it.known() == Some("global"));
    let placed = |it: &Service| it.deploy.constraints.as_ref().is_some_and(|it| !it.is_empty());
    let overlay = |it: &Resource| {
        it.external == Some(false) && it.driver.as_ref().is_some_and(|it| it.known() == Some("overlay"))
    };
    let swarm = project.services.iter().any(|it| global(it) || placed(it)) || project.networks.iter().any(overlay);
    (swarm || named && deployed) && !project.services.iter().any(refused)
}

/// Whether Swarm may start the one task of a service on any node.
fn may_move(service: &Service) -> bool {
    let deploy = &service.deploy;
    let placed = deploy.constraints.as_ref().is_some_and(|it| !it.is_empty());
    let replicated = deploy.mode.as_ref().is_none_or(|it| it.known() == Some("replicated"));
    let off = deploy.replicas.as_ref().is_some_and(|it| it.value.is_none_or(|it| it < 1));
    !placed && replicated && !off
}

/// The first volume that keeps the data on the node, with the mount.
fn local_volume<'a>(project: &'a Project, state: &State) -> Option<(usize, &'a Volume)> {
    let mut places = state.layouts.iter().flat_map(|it| &it.places).filter(|it| !it.optional);
    places.find_map(|place| {
        let Cover::Mount(at) = place.cover else { return None };
        let volume = state.of(project).mounts[at].volume_name().and_then(|it| project.volume(it))?;
        // An external volume, or one with options, may be a share of the network.
        let local = volume.is_local() && volume.is_external() == Some(false) && volume.driver_opts.is_empty();
        local.then_some((at, volume))
    })
}
