//! A volume with a name of one letter, which Compose takes for a Windows drive.

use crate::drive::{Drive, drive};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::MountKind;

pub static RULE: Rule = Rule {
    id: "windows-drive-volume",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("windows-drive-volume.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    for service in &project.services {
        // Two with a mode have the same target, `ro`, so that Compose keeps one of them.
        let lost = service.lost_mounts.iter().map(|it| &it.mount);
        for mount in service.mounts.iter().chain(lost) {
            let Some(Drive { name, .. }) = drive(service, mount) else { continue };
            let declared = project.volume(name);
            // Without a declaration, a capital letter may be a drive that lacks its target.
            if declared.is_none() && name.chars().all(char::is_uppercase) {
                continue;
            }
            let text = if mount.kind == MountKind::Anonymous {
                &mount.target
            } else {
                mount.source.as_ref().unwrap_or(&mount.target)
            };
            let path = text.shown();
            let (name, target) = path.split_once(':').unwrap_or((name, &path));
            let message = format!(
                "`{}` does not get the volume `{name}`: Compose reads `{path}` as a path on a Windows drive",
                service.name,
            );
            let found = cx.report(mount.span, message);
            found.because(match mount.kind {
                MountKind::Anonymous => "an anonymous volume, at a path that does not exist in the container",
                _ => "a directory of the host, and the mode is taken for its target",
            });
            if let Some(volume) = declared {
                found.label(volume.key, "this volume is not mounted here");
            }
            found.help(format!("give the volume a name of two letters or more, or mount it with `type: volume`, `source: {name}` and `target: {target}`"));
        }
    }
}
