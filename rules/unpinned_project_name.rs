//! A volume whose name begins with that of the directory.

use crate::elsewhere::resources_may_be_elsewhere;
use crate::state::{Cover, State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Mount, Volume};

pub static RULE: Rule = Rule {
    id: "unpinned-project-name",
    severity: Severity::Info,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unpinned-project-name.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    let named = project.name.is_some() || project.named_outside;
    if named || !project.is_whole() || resources_may_be_elsewhere(project, false) {
        return;
    }
    let mut found: Vec<(&Volume, &State, &Mount)> = Vec::new();
    for state in states.kept().filter(|it| it.is_kept) {
        let service = state.of(project);
        let places = state.layouts.iter().flat_map(|it| &it.places).filter(|it| !it.optional);
        for place in places {
            let Cover::Mount(at) = place.cover else { continue };
            let mount = &service.mounts[at];
            let volume = mount.volume_name().and_then(|it| project.volume(it));
            let Some(volume) = volume.filter(|it| has_prefix(it)) else { continue };
            if found.last().is_none_or(|it| it.0.key != volume.key) {
                found.push((volume, state, mount));
            }
        }
    }
    // One name mends them all, so there is one finding.
    let Some((volume, state, mount)) = found.first().copied() else { return };
    let message = format!(
        "`{}` starts empty when the directory is renamed: the volume `{}` is named after it",
        state.of(project).name,
        volume.name
    );
    let others: Vec<_> = found.iter().skip(1).filter(|it| it.0.key != volume.key).take(3).map(|it| it.0.key).collect();
    let found = cx.report(volume.key, message);
    found.because("Docker calls it `<project>_<volume>`, and the project has the name of its directory");
    state.explain(project, found);
    if let Some(source) = &mount.source {
        found.rests_on(source);
    }
    for span in others {
        found.label(span, "this one as well");
    }
    found.help("add a `name:` at the top: the name that the project has now, or the data that exists is left behind");
}

/// Whether the name of the project is a part of its name, and decides where the data is. One that binds a directory or
/// names a share has the same data whatever it is called.
fn has_prefix(volume: &Volume) -> bool {
    volume.external_name.is_none() && volume.is_external() == Some(false) && volume.driver_opts.is_empty()
}
