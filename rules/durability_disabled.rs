//! A store that is told not to wait for the disk, although its data is kept.

use crate::role::is_local;
use crate::state::{State, states};
use crate::syncing::{Cost, unsafe_settings};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::Project;

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
    for state in states.kept().filter(|it| it.is_kept(project)) {
        let (service, runs) = (state.of(project), state.runs(project));
        for found in unsafe_settings(runs, &state.family) {
            let (setting, shown) = (found.setting, &found.shown);
            // How the append-only file is written is of no matter to a server that has none.
            let idle = setting.name == "appendfsync" && !crate::role::keeps(runs);
            if idle || setting.common && !stays(state, project) {
                continue;
            }
            let (severity, message) = match setting.cost {
                Cost::Everything => (
                    if is_for_work(project, state) { Severity::Warning } else { Severity::Error },
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

/// Whether the service is meant to stay.
fn stays(state: &State, project: &Project) -> bool {
    let restart = state.of(project).restart.as_ref().and_then(|it| it.known());
    matches!(restart, Some("always" | "unless-stopped"))
}

/// Whether the names say that this is for the work on one machine, where speed may count for more.
fn is_for_work(project: &Project, state: &State) -> bool {
    let dev = |name: &str| name.split(|it: char| !it.is_alphanumeric()).any(|it| matches!(it, "dev" | "develop" | "development"));
    is_local(project, state.of(project)) || dev(&project.file_name) || dev(&state.of(project).name)
}
