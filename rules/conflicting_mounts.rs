//! Two mounts of a service at one path, of which Compose does not know which is meant.

use crate::refused::refused;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Mount, MountKind, Syntax};
use std::collections::HashMap;

pub static RULE: Rule = Rule {
    id: "conflicting-mounts",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("conflicting-mounts.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    for service in cx.project.services.iter().filter(|it| it.mounts.len() > 1) {
        // Compose looks at `tmpfs` first. Two items of `volumes` cannot meet: the later one has replaced the other.
        let (memory, volumes): (Vec<_>, Vec<_>) = service.mounts.iter().partition(|it| it.syntax == Syntax::Tmpfs);
        let mut places: HashMap<&str, &Mount> = HashMap::new();
        for mount in memory.into_iter().chain(volumes) {
            let Some(place) = place(mount) else { continue };
            let Some(first) = places.get(place) else {
                places.insert(place, mount);
                continue;
            };
            let shown = mount.target.shown();
            let (one, other) = (first.describe(), mount.describe());
            let message = match mount.kind == MountKind::Tmpfs && first.kind == MountKind::Tmpfs {
                true => format!("`{}` has two entries for a tmpfs at `{shown}`", service.name),
                false => format!("`{}` mounts both {one} and {other} at `{shown}`", service.name),
            };
            let help = match mount.syntax == Syntax::Tmpfs {
                true => format!("write all options behind one `{shown}:`, with commas between"),
                false => "remove one of the two".to_string(),
            };
            let found = cx.report(mount.target.span(), message);
            found
                .because(refused(&[&first.target, &mount.target]))
                .label(first.target.span(), format!("{one} is here"))
                .through(&mount.path)
                .help(help);
        }
    }
}

/// The path that Compose compares: that of a `tmpfs` entry is taken as it is written.
fn place(mount: &Mount) -> Option<&str> {
    if mount.syntax == Syntax::Tmpfs { mount.target.known() } else { mount.path_in_container.as_deref() }
}
