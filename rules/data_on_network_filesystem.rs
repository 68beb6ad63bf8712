//! A store whose data lies on a network file system that it is not made for.

use crate::state::{Cover, Place, State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Field, Volume};
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "data-on-network-filesystem",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("data-on-network-filesystem.md"),
    check,
};

/// Drivers of volumes that mount a network file system; those that attach a disk are not among them.
const DRIVERS: [&str; 9] = [
    "nfs",
    "cifs",
    "vieux/sshfs",
    "rclone",
    "rclone/docker-volume-rclone",
    "glusterfs",
    "trajano/glusterfs-volume-plugin",
    "rexray/efs",
    "rexray/s3fs",
];

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept() {
        let (service, family) = (state.of(project), &state.family);
        // Where a database is somewhere else, only files are here.
        if !family.is_store() && crate::role::may_have_database(state.runs(project)) {
            continue;
        }
        let Some(layout) = state.layout() else { continue };
        for place in layout.places.iter().filter(|it| !it.optional && !it.uncertain) {
            let Cover::Mount(at) = place.cover else { continue };
            let mount = &service.mounts[at];
            let Some(volume) = mount.volume_name().and_then(|it| project.volume(it)) else { continue };
            let Some((system, shown)) = network(volume) else { continue };
            let soft = volume.option("o").filter(|it| has_option(&it.value, "soft") && !has_option(&it.value, "ro"));
            let Some(severity) = severity(state, soft.is_some()) else { continue };
            let message = format!(
                "`{}` keeps its data on a network file system, in the volume `{}` ({shown})",
                service.name, volume.name
            );
            let found = cx.report_as(severity, mount.span, message);
            found.because(why(state, place)).through(&mount.path);
            state.explain(project, found);
            found.label(system.span, "a network file system");
            if let Some(soft) = soft {
                found.label(
                    soft.span,
                    "with `soft` a write is given up when the server is slow, and the store may not notice",
                );
            }
            found.help(match soft.is_some() && severity != Severity::Error {
                true => "write `hard` instead of `soft`, or use a disk of this machine",
                false => "use a disk of this machine, and copy backups to the network",
            });
        }
    }
}

/// The option or driver that makes a volume one of the network, and what that is.
fn network(volume: &Volume) -> Option<(&Field<Text>, String)> {
    if !volume.is_local() {
        let driver = volume.driver.as_deref()?;
        let name = driver.known()?.split(':').next()?;
        return DRIVERS.contains(&name).then(|| (driver, format!("driver `{name}`")));
    }
    let kind = volume.option("type")?;
    let name = kind.known()?;
    let remote =
        matches!(name, "nfs" | "nfs4" | "cifs" | "smb" | "smb2" | "smb3" | "smbfs" | "glusterfs" | "fuse.sshfs");
    (remote && volume.bind_device().is_none()).then(|| (kind, format!("`type: {name}`")))
}

fn has_option(options: &Text, name: &str) -> bool {
    options.as_str().split(',').any(|it| it.trim() == name)
}

/// How bad it is by what upstream says; a mount that gives up writes makes it worse.
fn severity(state: &State, soft: bool) -> Option<Severity> {
    let family = &state.family;
    let verified = family.is_verified("network") && family.is_verified("data");
    // What is said of all images of a publisher need not hold for each.
    let particular = family.images.iter().any(|it| !it.contains('*'));
    match (family.network.as_ref().map(|it| it.level.as_str()), soft) {
        (Some("ok"), _) => None,
        (Some("unsupported"), _) if verified && particular => Some(Severity::Error),
        (Some("discouraged"), true) if verified => Some(Severity::Error),
        (Some("unsupported" | "discouraged"), _) => Some(Severity::Warning),
        (Some(_), false) => Some(Severity::Info),
        (Some(_), true) => Some(Severity::Warning),
        (None, true) if family.is_store() => Some(Severity::Warning),
        (None, _) => None,
    }
}

fn why(state: &State, place: &Place) -> String {
    let name = &state.family.name;
    match state.family.network.as_ref().and_then(|it| it.note.as_ref()) {
        Some(note) => format!("{name}: {note}"),
        None => format!("{name} writes to `{}` and trusts the disk", place.shown),
    }
}
