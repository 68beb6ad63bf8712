//! A configuration file that a store could change, and does not have to.

use crate::early::SCRIPTS;
use crate::file_mount::extension;
use crate::state::{State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Mount, MountKind, Syntax};

pub static RULE: Rule = Rule {
    id: "writable-config-mount",
    severity: Severity::Info,
    group: Group::Durability,
    fix: None,
    on: false,
    since: "0.1.0",
    page: include_str!("writable-config-mount.md"),
    check,
};

/// Files that their server or the entrypoint of the image writes to.
const REWRITTEN: [&str; 8] =
    ["sentinel.conf", "nodes.conf", "neo4j.conf", "redpanda.yaml", "local.ini", "docker.ini", "users.acl", "acl.conf"];

fn check(cx: &mut Cx<'_>) {
    let states = states(cx);
    for state in states.kept().filter(|it| it.family.is_store()) {
        let service = state.of(cx.project);
        let binds = service.mounts.iter().filter(|it| it.kind == MountKind::Bind && it.read_only == Some(false));
        for mount in binds.filter(|it| is_configuration(it) && !is_data(state, it)) {
            let message = format!("`{}` can write to its configuration `{}`", service.name, mount.target.shown());
            let found = cx.report(mount.span, message);
            found.because("what the container changes here is changed on the host").through(&mount.path);
            found.help(match mount.syntax {
                Syntax::Long => "add `read_only: true`",
                _ if mount.options.is_some() => "add `ro` to its options",
                _ => "end the mount with `:ro`",
            });
        }
    }
}

fn is_configuration(mount: &Mount) -> bool {
    let Some(target) = mount.path_in_container.as_deref() else { return false };
    let name = file_name(target);
    let configuration = matches!(
        extension(target),
        Some(
            "cfg" | "cnf" | "conf" | "config" | "hcl" | "ini" | "json" | "properties" | "toml" | "xml" | "yaml" | "yml"
        )
    );
    path::covers(SCRIPTS, target) || configuration && !REWRITTEN.contains(&name)
}

/// Whether it lies inside of the data, all of which the entrypoint of many images hands over to the server.
fn is_data(state: &State, mount: &Mount) -> bool {
    let target = mount.path_in_container.as_deref().unwrap_or_default();
    state.layouts.iter().flat_map(|it| &it.places).any(|it| path::covers(&it.path, target))
}
