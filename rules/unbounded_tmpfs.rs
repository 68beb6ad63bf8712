//! Memory that looks like a directory and has no limit.

use crate::lost::holds_data;
use crate::state::{is_for_tests, kind, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path;
use plimsoll_core::model::{Mount, MountKind, Project, Service, Syntax};

pub static RULE: Rule = Rule {
    id: "unbounded-tmpfs",
    severity: Severity::Info,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unbounded-tmpfs.md"),
    check,
};

/// Directories in which a few sockets, locks and settings lie, and that do not grow.
const SMALL: [&str; 6] = ["/run", "/var/run", "/var/lock", "/run/lock", "/etc", "/dev"];

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for (at, service) in project.services.iter().enumerate().filter(|it| !has_a_limit(it.1)) {
        for (index, mount) in service.mounts.iter().enumerate() {
            let memory = kind(project, mount) == MountKind::Tmpfs && has_no_size(project, mount);
            let Some(target) = mount.path_in_container.as_deref().filter(|_| memory) else { continue };
            // What a store keeps in memory has a rule of its own.
            let small = SMALL.iter().any(|it| path::covers(it, target)) || target.ends_with(".d");
            if small || holds_data(states.of(at), index) || is_for_tests(project, service) {
                continue;
            }
            let message = format!(
                "`{}` can fill half of the memory of the machine through `{}`: the tmpfs has no size",
                service.name,
                mount.target.shown()
            );
            let found = cx.report(mount.span, message);
            found.because("where memory runs out, the kernel kills a process, and it may be that of a database");
            found.through(&mount.path);
            found.help(match mount.syntax {
                _ if mount.kind != MountKind::Tmpfs => {
                    "add `size=64m` to `o` of the volume, with a size that fits".to_string()
                }
                Syntax::Long => "add `tmpfs: {size: 64m}`, with a size that fits".to_string(),
                _ if mount.options.is_some() => "add `size=64m` to its options, with a size that fits".to_string(),
                _ => format!("write `{}:size=64m`, with a size that fits", mount.target.shown()),
            });
        }
    }
}

/// Whether the memory of the container has a limit, which counts what lies in a tmpfs.
fn has_a_limit(service: &Service) -> bool {
    service.limits.memory.is_some() || service.deploy.limits.as_ref().is_some_and(|it| it.memory.is_some())
}

/// Whether the files show that no size is given.
fn has_no_size(project: &Project, mount: &Mount) -> bool {
    let volume = mount.volume_name().and_then(|it| project.volume(it));
    let options = mount.options.as_ref().filter(|_| volume.is_none());
    let options = options.or_else(|| volume.and_then(|it| it.option("o")).map(|it| &it.value));
    let sized =
        |text: &str| text.split(',').any(|it| it.trim().starts_with("size=") || it.trim().starts_with("nr_blocks="));
    mount.size.is_none() && options.is_none_or(|it| it.known().is_some_and(|it| !sized(it)))
}
