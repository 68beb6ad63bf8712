//! A store that an updater or `pull_policy` moves to another version without being asked.

use crate::floating::{Tag, harm};
use crate::state::{name_defaults, states};
use crate::updates::{Update, updaters};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: "unattended-upgrade",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unattended-upgrade.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states, updaters) = (cx.project, states(cx), updaters(cx));
    for state in states.kept() {
        let service = state.of(project);
        let Some((Tag::Any, severity)) = harm(project, state).filter(|it| it.1 > Severity::Info) else { continue };
        let (Some(update), Some(image)) = (updaters.update(project, state), &service.image) else { continue };
        let (who, span) = match update {
            Update::Updater(at) => (project.services[at].name.as_str(), image.span),
            Update::Policy(span) => ("docker compose up", span),
        };
        let message = format!(
            "`{who}` moves `{}` to each new version of {}, which may not read the data of the one before",
            service.name, state.family.name
        );
        let note = state.family.floating.as_ref().and_then(|it| it.note.clone());
        let found = cx.report_as(severity, span, message);
        match update {
            Update::Updater(at) => {
                found.because(note.unwrap_or_else(|| "the tag names no version".to_string()));
                found.label(project.services[at].key, "replaces each container whose image has a newer build");
                found.help(
                    "name the version in the tag, or add the label `com.centurylinklabs.watchtower.enable: \"false\"`",
                );
            }
            Update::Policy(_) => {
                found.because("looks for a newer image without being asked");
                found.label(image.span, note.unwrap_or_else(|| "names no version".to_string()));
                found.help("name the version in the tag, or leave `pull_policy` out");
            }
        }
        name_defaults(found, service);
    }
}
