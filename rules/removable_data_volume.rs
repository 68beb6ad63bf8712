//! Data in a volume that one careless command removes.

use crate::state::{name_defaults, states};
use crate::stores::{mounts, removable};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use std::collections::HashSet;

pub static RULE: Rule = Rule {
    id: "removable-data-volume",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: false,
    since: "0.1.0",
    page: include_str!("removable-data-volume.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    let mut seen = HashSet::new();
    if !project.is_whole() {
        return;
    }
    for state in states.kept() {
        let service = state.of(project);
        for at in mounts(state) {
            let mount = &service.mounts[at];
            let Some(volume) = removable(project, mount).filter(|it| seen.insert(it.key)) else { continue };
            let message =
                format!("`docker compose down -v` removes `{}` with the data of `{}`", volume.name, service.name);
            let found = cx.report(volume.key, message);
            found.because("a volume of this project, which goes with it");
            found.label(mount.span, format!("the data of `{}`", service.name)).through(&mount.path);
            name_defaults(found, service);
            found.help("make the volume once with `docker volume create`, and write `external: true`");
        }
    }
}
