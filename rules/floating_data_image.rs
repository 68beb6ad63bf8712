//! A store whose tag does not say which version wrote its data.

use crate::floating::{Tag, harm};
use crate::state::{name_defaults, states};
use crate::updates::updaters;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: "floating-data-image",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("floating-data-image.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states, updaters) = (cx.project, states(cx), updaters(cx));
    for state in states.kept() {
        let service = state.of(project);
        let (Some((tag, severity)), Some(image)) = (harm(project, state), &service.image) else { continue };
        // What pulls without being asked is the greater danger, and has a rule of its own.
        if tag == Tag::Any && severity > Severity::Info && updaters.update(project, state).is_some() {
            continue;
        }
        let (name, store, shown) = (&service.name, &state.family.name, image.shown());
        let message = match (tag, severity) {
            (Tag::Gone, _) => {
                format!("`{name}` cannot be started on a new machine: the registry does not have `{shown}`")
            }
            (Tag::Any, Severity::Error) => {
                format!(
                    "`{name}` starts without its data after a pull: the {store} that `{shown}` moves to keeps it elsewhere"
                )
            }
            (Tag::Any, _) => {
                format!("`{name}` keeps its data, and `{shown}` is whatever version of {store} a pull brings")
            }
            _ => format!("`{name}` keeps its data, and a pull of `{shown}` may bring another minor version of {store}"),
        };
        let floating = state.family.floating.clone().unwrap_or_default();
        let found = cx.report_as(severity, image.span, message);
        found.because(floating.note.unwrap_or_else(|| "the files of one version are not those of another".to_string()));
        found.through(&image.path);
        found.help(match (floating.pin, tag) {
            (Some(pin), _) => format!("name the version that wrote the data: {pin}"),
            (None, Tag::Gone) => "name an image that is there, of the version that wrote the data".to_string(),
            (None, _) => "name the version that wrote the data in the tag".to_string(),
        });
        name_defaults(found, service);
    }
}
