//! A database whose files lie in a directory of the host, which on macOS and Windows is shared into a virtual machine.

use crate::host::is_for_linux;
use crate::images::Family;
use crate::state::{Cover, kind, states};
use plimsoll_core::check::{Cx, Group, Hosts, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::MountKind;
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "database-on-bind-mount",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("database-on-bind-mount.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    if is_for_linux(project) {
        return;
    }
    for state in states.kept().filter(|it| is_database(&it.family)) {
        let service = state.of(project);
        let Some(layout) = state.layouts.first() else { continue };
        // The first is the database; keys and the like may lie beside it.
        for place in layout.places.iter().filter(|it| !it.optional && !it.uncertain).take(1) {
            let Cover::Mount(at) = place.cover else { continue };
            let mount = &service.mounts[at];
            let device = mount.volume_name().and_then(|it| project.volume(it)).and_then(|it| it.bind_device());
            let source = device.map(|it| &it.value).or(mount.source.as_ref());
            let Some(source) = source.filter(|_| kind(project, mount) == MountKind::Bind) else { continue };
            let Some(hosts) = desktops(cx.hosts, source) else { continue };
            let message = format!(
                "`{}` keeps its database in `{}` on the host: on {hosts}, Docker's file sharing can damage it",
                service.name,
                source.shown()
            );
            let found = cx.report_as(severity(&state.family), source.span(), message);
            found.because("a directory of the host").through(&mount.path);
            if device.is_some() {
                found.label(mount.span, "mounted here");
            }
            found.help(format!(
                "use a named volume at `{}`, or `--host linux` if these files only run on Linux",
                place.mount_shown()
            ));
        }
    }
}

/// Queues, caches and stores of whole objects write plain files and are not known to suffer.
fn is_database(family: &Family) -> bool {
    let kinds = ["database", "document", "graph", "search", "vector", "time-series", "key-value"];
    let low = family.bind.as_ref().is_some_and(|it| it.level == "low");
    kinds.contains(&family.kind.as_str()) && !family.often_cache && !low
}

/// Damage is reported of relational and document databases, and some makers warn of it; the rest is likely to suffer.
fn severity(family: &Family) -> Severity {
    let warned = family.bind.as_ref().is_some_and(|it| it.level.starts_with("macos"));
    let known = warned || matches!(family.kind.as_str(), "database" | "document");
    if known { Severity::Warning } else { Severity::Info }
}

/// The desktops on which a path can be one that Docker shares into its machine. Other absolute paths are those of a
/// Linux host, and a path that begins with a variable may be one.
fn desktops(hosts: Hosts, source: &Text) -> Option<&'static str> {
    let path = source.as_str();
    let begins = |prefixes: &[&str]| prefixes.iter().any(|it| path.starts_with(it));
    let drive = path.as_bytes().get(1) == Some(&b':') || begins(&["\\\\", "/mnt/c/", "/mnt/d/", "/c/", "/d/", "//"]);
    let mac = begins(&["/Users/", "/Volumes/", "/private/"]);
    let unknown = source.holes().first().is_some_and(|it| it.at == 0);
    let anywhere = !path.starts_with('/') && !drive && !unknown || begins(&["/host_mnt/"]);
    match (hosts.macos && (mac || anywhere), hosts.windows && (drive || anywhere)) {
        (true, true) => Some("macOS and Windows"),
        (true, false) => Some("macOS"),
        (false, true) => Some("Windows"),
        (false, false) => None,
    }
}
