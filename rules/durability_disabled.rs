//! A store that is told not to wait for the disk, although its data is kept.

use crate::local::{is_for_work, stays};
use crate::state::states;
use crate::syncing::{Cost, unsafe_settings};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: "durability-disabled",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("durability-disabled.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    // What is lost with the container anyway may as well be fast.
    for state in states.kept().filter(|it| it.is_kept) {
        let (service, runs) = (state.of(project), state.runs(project));
        for found in unsafe_settings(runs, &state.family) {
            let (setting, shown) = (found.setting, &found.shown);
            // How the append-only file is written is of no matter to a server that has none.
            let idle = setting.name == "appendfsync" && !crate::role::keeps(runs);
            if idle || setting.common && !stays(state.of(project)) {
                continue;
            }
            let (severity, message) = match setting.cost {
                Cost::Everything => (
                    if is_for_work(cx, state.of(project)) { Severity::Warning } else { Severity::Error },
                    format!("`{}` may lose all of its data when the machine crashes: `{shown}`", service.name),
                ),
                Cost::Newest => (
                    Severity::Warning,
                    format!("`{}` may lose its newest writes when the machine crashes: `{shown}`", service.name),
                ),
            };
            // What a Dockerfile says is shown there, and blamed on the service.
            let own = state.origin.from.as_ref().is_none_or(|it| it.span().file != found.span.file);
            let span = if own { found.span } else { state.origin.span };
            let report = cx.report_as(severity, span, message);
            report.because(setting.why);
            if !own {
                report.label(found.span, "here");
            }
            state.explain(project, report);
            report.help(match setting.name {
                "mode" => "leave the mode out, and set what is needed of it one by one".to_string(),
                _ => format!("remove `{shown}`"),
            });
        }
    }
}
