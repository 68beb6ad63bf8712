//! A store that is started by a shell, which keeps the signal to stop for itself.

use crate::shell::{BEHIND, Lost, lost};
use crate::state::states;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::fix::{Edit, Fix, Safety};

pub static RULE: Rule = Rule {
    id: "signal-lost-in-shell",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: Some(Safety::Safe),
    on: true,
    since: "0.1.0",
    page: include_str!("signal-lost-in-shell.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept().filter(|it| it.family.is_store() && !it.is_unkept) {
        let service = state.runs(project);
        let Some(Lost { shell, server, span, stays, exec }) = lost(service, state) else { continue };
        let name = &service.name;
        let message = format!("`{name}` is killed at every stop: `{shell}` does not pass the signal on to `{server}`");
        let place = state.in_compose(span);
        let found = cx.report(place, message);
        found.because(stays);
        found.help(match stays {
            BEHIND => format!("write `exec {server}`, and nothing behind it"),
            _ => format!("write `exec {server}`, so that it takes the place of the shell"),
        });
        if place != span {
            found.label(span, "the Dockerfile starts it here");
        }
        state.explain(project, found);
        if let Some(span) = exec {
            let edits = vec![Edit { span, text: "exec ".to_string() }];
            found.fix(Fix { title: format!("put `exec` before `{server}`"), safety: Safety::Safe, edits });
        }
    }
}
