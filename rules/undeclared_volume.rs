//! A service mounts a named volume that the top level does not declare.

use crate::elsewhere::safety_of_adding;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::fix::{Fix, Safety};
use plimsoll_core::suggest::closest;

pub static RULE: Rule = Rule {
    id: "undeclared-volume",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: Some(Safety::Safe),
    on: true,
    since: "0.1.0",
    page: include_str!("undeclared-volume.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, edit) = (cx.project, cx.edit());
    // The declaration may be in a file that is not read here.
    if !project.is_whole() {
        return;
    }
    let safety = safety_of_adding(project);
    for service in &project.services {
        for mount in &service.mounts {
            let (Some(name), Some(source)) = (mount.volume_name(), &mount.source) else { continue };
            if project.volume(name).is_some() {
                continue;
            }
            let close = closest(name, project.volumes.iter().map(|it| it.name.as_str()));
            let declared = close.and_then(|it| project.volume(it));
            // As written: the value of a variable is nobody else's business.
            let (name, known) = (source.shown(), !source.is_interpolated());
            let message = format!("`{}` mounts the volume `{name}`, which is not declared", service.name);
            let found = cx.report(source.span(), message);
            found.because("Compose refuses the file").through(&mount.path);
            let plain = name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-'));
            // A name like a declared one is a slip, and then it is the name that is wrong.
            if let Some(safety) = safety.filter(|_| known && plain && name.len() > 1 && declared.is_none()) {
                let edits = edit.declare_volume(&name, source.span());
                let title = format!("declare the volume `{name}`");
                found.fix = edits.map(|edits| Fix { title, safety, edits });
            }
            if let Some(volume) = declared {
                found.label(volume.key, "this one is declared").help(format!("did you mean `{}`?", volume.name));
            } else if name.contains('/') {
                found.help(format!("write `./{name}` if a directory beside the Compose file is meant"));
            } else {
                found.help(format!("declare it at the top level: `volumes:` with `{name}:` below it"));
            }
        }
    }
}
