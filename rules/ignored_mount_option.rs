//! A mount option that Compose does not know and leaves out without a word.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Mount, Service, Syntax};
use plimsoll_core::suggest::closest;
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "ignored-mount-option",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("ignored-mount-option.md"),
    check,
};

/// What Compose reads behind the second colon. Source: `format/volume.go` of compose-go.
const KNOWN: [&str; 11] =
    ["ro", "rw", "nocopy", "z", "Z", "private", "rprivate", "shared", "rshared", "slave", "rslave"];
/// Without effect for years, and meant for speed only.
const OBSOLETE: [&str; 3] = ["cached", "delegated", "consistent"];
/// What people write for `ro`.
const READ_ONLY: [&str; 5] = ["ro", "readonly", "read-only", "read_only", "r"];
/// Options of Podman. A file that has them is written for it.
const PODMAN: [&str; 5] = ["U", "O", "idmap", "copy", "rbind"];

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    for service in &project.services {
        for mount in service.mounts.iter().filter(|it| it.syntax == Syntax::Short) {
            let Some(options) = mount.options.as_ref().filter(|it| it.is_known()) else { continue };
            // Where the target is no path, the parts are not what they seem, and another rule says so.
            if mount.path_in_container.as_deref().is_some_and(|it| !it.starts_with('/')) {
                continue;
            }
            let parts = parts(options);
            for part in &parts {
                check_part(cx, service, mount, part);
            }
            let modes = parts.iter().filter(|it| matches!(it.as_str(), "ro" | "rw"));
            let modes: Vec<&Text> = modes.collect();
            if let [first, .., last] = modes[..]
                && first.as_str() == "ro"
                && last.as_str() == "rw"
            {
                let message = writable(service, mount);
                let found = cx.report(first.span(), message);
                found.because("of `ro` and `rw` the last wins");
                found.help("keep one of the two");
            }
        }
    }
}

fn check_part(cx: &mut Cx<'_>, service: &Service, mount: &Mount, part: &Text) {
    let option = part.as_str();
    if KNOWN.contains(&option) || OBSOLETE.contains(&option) || PODMAN.contains(&option) {
        return;
    }
    let plain = option.trim().to_ascii_lowercase();
    if plain.is_empty() {
        return;
    }
    // `roz` is `ro` with a label of SELinux, and no comma between them.
    let (mode, label) = match plain.strip_suffix('z').filter(|it| matches!(*it, "ro" | "rw")) {
        Some(mode) => (mode, option.trim().chars().last().map_or_else(String::new, |it| format!(",{it}"))),
        None => (plain.as_str(), String::new()),
    };
    if READ_ONLY.contains(&mode) && mount.read_only != Some(true) {
        let found = cx.report(part.span(), writable(service, mount));
        found.because("not an option that Compose knows, so it is left out");
        found.help(format!("write `ro{label}`, in small letters and without blanks"));
        return;
    }
    // A mode of the host's `mount` that is left out leaves the mount as it would be anyway.
    let shown = part.shown();
    let message =
        format!("`{}` gets {} without the option `{shown}`, which Compose leaves out", service.name, mount.describe());
    let found = cx.report(part.span(), message);
    found.because("not one of the options that it knows");
    let close = closest(&plain, KNOWN).filter(|it| it.len() > 2 || *it == mode);
    match close {
        Some(close) => found.help(format!("write `{close}{label}`")),
        None if mode == "rw" => found.help(format!("write `rw{label}`")),
        None => found.help("remove it, or say what it is for in the long form of the mount"),
    };
}

fn writable(service: &Service, mount: &Mount) -> String {
    format!(
        "`{}` can write to {} at `{}`, which is meant to be read-only",
        service.name,
        mount.describe(),
        mount.target.shown()
    )
}

/// The options between the commas, each with its place.
fn parts(options: &Text) -> Vec<Text> {
    let mut start = 0;
    let mut parts = Vec::new();
    for part in options.as_str().split(',') {
        parts.push(options.slice(start..start + part.len()));
        start += part.len() + 1;
    }
    parts
}
