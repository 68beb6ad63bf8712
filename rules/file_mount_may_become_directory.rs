//! A file of the host that Docker makes as a directory if it is not there.

use crate::file_mount::{file, is_single_file_database};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Mount, Syntax};

pub static RULE: Rule = Rule {
    id: "file-mount-may-become-directory",
    severity: Severity::Info,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("file-mount-may-become-directory.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    for service in &cx.project.services {
        for mount in service.mounts.iter().filter(|it| it.syntax == Syntax::Short && !is_expected(it)) {
            let Some((name, _)) = file(mount).filter(|_| !is_single_file_database(mount)) else { continue };
            let source = mount.source.as_ref().map_or_else(String::new, |it| it.shown());
            let message =
                format!("Docker makes `{source}` a directory if `{}` starts before the file is there", service.name);
            let found = cx.report(mount.span, message);
            found
                .because(format!("the short form creates what is missing, and `{name}` then is no file"))
                .through(&mount.path);
            if let Some(source) = &mount.source {
                found.rests_on(source);
            }
            found.help("write the long form with `bind: {create_host_path: false}`, so that Docker stops without it");
        }
    }
}

/// Whether the file can be taken for granted: a configuration beside the Compose file comes with it, unlike what a
/// program writes and what is kept secret, and some files are on every host.
fn is_expected(mount: &Mount) -> bool {
    const MADE_LATER: [&str; 10] = ["crt", "db", "env", "htpasswd", "key", "log", "pem", "pid", "rdb", "sqlite"];
    // Whoever gives the variable may have made the file.
    if mount.source.as_ref().is_some_and(|it| it.holes().iter().any(|it| it.at == 0)) {
        return true;
    }
    let source = mount.source.as_ref().map_or("", |it| it.as_str());
    let later = |it: (&str, &str)| MADE_LATER.contains(&it.1) || it.0 == "acme.json";
    let beside = source.starts_with('.') && !file(mount).is_some_and(later);
    let system = ["/etc/", "/usr/", "/proc/", "/sys/", "/dev/", "/run/", "/var/run/"];
    beside || system.iter().any(|it| source.starts_with(it))
}
