//! A store whose directory lies on a disk that may not be there, and that Docker makes anew without it.

use crate::state::{Cover, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{MountKind, Syntax};
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "unguarded-bind-source",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unguarded-bind-source.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept().filter(|it| it.family.is_store() && it.is_kept) {
        let service = state.of(project);
        let mut seen = Vec::new();
        for place in state.layouts.iter().flat_map(|it| &it.places).filter(|it| !it.optional && !it.uncertain) {
            let Cover::Mount(at) = place.cover else { continue };
            let mount = &service.mounts[at];
            let guarded = mount.kind != MountKind::Bind || mount.create_host_path != Some(true);
            let (Some(source), false) = (&mount.source, guarded || seen.contains(&at)) else { continue };
            seen.push(at);
            let (name, shown) = (&service.name, source.shown());
            if begins_at_home(source) {
                let message =
                    format!("`{name}` starts empty for another user: `{shown}` is below the home of who runs it");
                let found = cx.report_as(Severity::Info, source.span(), message);
                state.explain(project, found);
                found.because("under `sudo`, it is the home of root");
                found.help("write an absolute path, or one beside the Compose file");
                continue;
            }
            let Some(disk) = disk(source.as_str()) else { continue };
            let message = format!(
                "`{name}` starts empty where the disk behind `{shown}` is not mounted, because Docker makes the directory"
            );
            let found = cx.report_as(severity(&disk), source.span(), message);
            found.because("a directory that is missing is made, and empty");
            found.rests_on(source).through(&mount.path);
            state.explain(project, found);
            let form = match mount.syntax {
                Syntax::Long => "add `bind: {create_host_path: false}`".to_string(),
                _ => "write the mount in the long form with `bind: {create_host_path: false}`".to_string(),
            };
            found.help(match source.as_str().trim_end_matches('/') == disk {
                // The mount point is there without the disk, too.
                true => format!("mount a directory of the disk instead of `{disk}` itself, and {form}"),
                false => form,
            });
        }
    }
}

/// The place at which the disk of a path is mounted, if it is one that people and desktops plug in. The drives of
/// Windows under `/mnt/c`, and the shares of Unraid, on which Docker itself lies, are always there.
fn disk(path: &str) -> Option<String> {
    let mut parts = path.split('/').filter(|it| !it.is_empty());
    let depth = match (path.starts_with('/'), parts.next()?, parts.next()?) {
        (true, "mnt", name) if !matches!(name, "wsl" | "user" | "user0" | "cache") && name.len() > 1 => 2,
        (true, "Volumes", name) if !name.starts_with("Macintosh") => 2,
        // Administrators mount at `/media/<disk>`, desktops at `/media/<user>/<disk>`.
        (true, "media", _) => 2,
        (true, "run", "media") => parts.next().map(|_| 4)?,
        _ => return None,
    };
    let parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).take(depth).collect();
    Some(format!("/{}", parts.join("/")))
}

/// Desktops mount what is plugged in below `/media`, `/run/media` and `/Volumes`. Below `/mnt` there may as well be a
/// plain directory, unless its name is that of a disk.
fn severity(disk: &str) -> Severity {
    const NAMES: [&str; 26] = [
        "data", "disk", "drive", "hd", "hdd", "sda", "sdb", "sdc", "ssd", "nvme", "usb", "ext", "external", "raid",
        "pool", "tank", "zfs", "nas", "nfs", "smb", "cifs", "share", "shares", "storage", "volume", "backup",
    ];
    let Some(name) = disk.strip_prefix("/mnt/") else { return Severity::Warning };
    let mut words = name.split(|it: char| !it.is_ascii_alphabetic());
    let disk = words.any(|it| NAMES.contains(&it.to_ascii_lowercase().as_str()));
    if disk { Severity::Warning } else { Severity::Info }
}

/// Whether a path begins in the home of whoever runs Compose.
fn begins_at_home(source: &Text) -> bool {
    let hole = source.holes().first().filter(|it| it.at == 0);
    source.as_str().starts_with('~') || hole.is_some_and(|it| matches!(it.variable.as_str(), "HOME" | "USERPROFILE"))
}
