//! A store whose data goes somewhere else where a variable is not set.

use crate::state::{Cover, states};
use crate::unset::{is_included, leading, rest, severity_of_unset};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{MountKind, Syntax};

pub static RULE: Rule = Rule {
    id: "empty-mount-source",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("empty-mount-source.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept().filter(|it| it.family.is_store()) {
        let service = state.of(project);
        if is_included(service) {
            continue;
        }
        let places = state.layout().into_iter().flat_map(|it| &it.places);
        for place in places.filter(|it| !it.optional && !it.uncertain) {
            let Cover::Mount(at) = place.cover else { continue };
            let mount = &service.mounts[at];
            let Some(source) = &mount.source else { continue };
            let Some(hole) = leading(source) else { continue };
            let rest = rest(source, hole);
            let then = match (mount.syntax, mount.kind) {
                (Syntax::Short | Syntax::Long, MountKind::Bind) if rest.starts_with('/') => {
                    format!("in `{rest}` on the host")
                }
                (Syntax::Long, MountKind::Bind) if rest.is_empty() => {
                    "in the directory of the Compose file".to_string()
                }
                (Syntax::Long, MountKind::Unknown) if rest.is_empty() => "in an anonymous volume".to_string(),
                // Compose refuses a short mount without a source.
                _ => continue,
            };
            let variable = &hole.variable;
            let message = format!("`{}` keeps its data {then} where `{variable}` is not set", service.name);
            let found = cx.report_as(severity_of_unset(project, hole), source.span(), message);
            found.because("a variable without a value is empty, and Compose only warns");
            found.help(format!("write `${{{variable}:?}}`, so that Compose stops without it"));
        }
    }
}
