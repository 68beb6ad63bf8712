//! A mount that is meant to keep the data of a store and misses the directory that the store writes to.

use crate::miss::{Culprit, culprit};
use crate::state::{name_defaults, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: "misplaced-data-mount",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("misplaced-data-mount.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept().filter(|it| !it.opaque) {
        let Some(Culprit { mount, place, why }) = culprit(project, state) else { continue };
        let service = state.of(project);
        let mount = &service.mounts[mount];
        let message = format!(
            "`{}` keeps its data in `{}`, and {} is mounted beside it at `{}`",
            service.name,
            place.shown,
            mount.describe(),
            mount.target.shown()
        );
        let severity = if state.family.is_verified("data") { Severity::Error } else { Severity::Warning };
        let found = cx.report_as(severity, mount.target.span(), message);
        found.because("the data is not kept here").through(&mount.path);
        match &place.moved {
            Some(moved) => _ = found.label(moved.span, format!("{} puts the data into `{}`", moved.by, place.shown)),
            None => state.origin.explain(found, why),
        }
        name_defaults(found, state.runs(project));
        found.help(match &place.variable {
            // A volume below `/tmp` belongs to root: the server could not write to it.
            Some(variable) if place.path.starts_with("/tmp/") => format!("set `{variable}: {}`", mount.target.shown()),
            _ => format!("mount it at `{}`", place.mount),
        });
    }
}
