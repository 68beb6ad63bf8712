//! A store whose data directory is memory.

use crate::state::{Cover, kind, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::MountKind;

pub static RULE: Rule = Rule {
    id: "tmpfs-on-data-path",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("tmpfs-on-data-path.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept() {
        let service = state.of(project);
        let Some(layout) = state.layout() else { continue };
        for place in layout.places.iter().filter(|it| !it.optional && !it.uncertain) {
            let Cover::Mount(at) = place.cover else { continue };
            let mount = &service.mounts[at];
            if kind(project, mount) != MountKind::Tmpfs {
                continue;
            }
            let message = format!(
                "`{}` keeps its data in memory: `{}` is a tmpfs, empty after every stop",
                service.name,
                mount.target.shown()
            );
            let volume = mount.volume_name().and_then(|it| project.volume(it));
            let option = volume.and_then(|it| it.tmpfs_option());
            let verified = state.family.is_verified("data");
            let severity = if verified { Severity::Error } else { Severity::Warning };
            let found = cx.report_as(severity, mount.span, message);
            found.because(format!("{} writes to `{}`", state.family.name, place.shown)).through(&mount.path);
            state.explain(project, found);
            if let Some(option) = option {
                found.label(option.span, "makes the volume a tmpfs");
            }
            if let Some(moved) = &place.moved {
                found.label(moved.span, format!("{} puts the data here", moved.by));
            }
            found.help(format!("mount a named volume at `{}`", place.mount_shown()));
        }
    }
}
