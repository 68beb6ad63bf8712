//! A store that keeps nothing, by its default or by an option, although its data is meant to stay.

use crate::local::{is_local, stays};
use crate::memory::{Cause, cause, meant};
use crate::role::is_for_caching;
use crate::state::{State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Project, Service};

pub static RULE: Rule = Rule {
    id: "in-memory-store",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("in-memory-store.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    // Redis without snapshots counts as a cache elsewhere; with a volume it is asked here.
    for state in states.0.iter().filter(|it| !it.ephemeral && !it.opaque && !it.family.cache) {
        let (service, family) = (state.of(project), &state.family);
        let Some(memory) = &family.memory else { continue };
        let Some(cause) = cause(project, state) else { continue };
        let mount = meant(project, state, memory);
        let told = matches!(cause, Cause::Told(..)) || is_for_development(service);
        if is_for_caching(service) || mount.is_none() && (told || !is_missed(state, project)) {
            continue;
        }
        let what = match mount {
            Some(at) => {
                let mount = &service.mounts[at];
                let (mounted, target) = (mount.describe(), mount.target.shown());
                format!(
                    "`{}` keeps nothing: {mounted} is mounted at `{target}`, and no data is written there",
                    service.name
                )
            }
            None => format!("`{}` keeps its data in memory: every stop or restart empties it", service.name),
        };
        let severity = match () {
            () if !family.is_store() => Severity::Info,
            () if told || family.often_cache || !family.is_verified("memory") => Severity::Warning,
            () if mount.is_some() || family.kind == "database" => Severity::Error,
            () => Severity::Warning,
        };
        let image = (state.origin.span, &state.origin.path);
        let found = match cause {
            Cause::Default(why) => {
                // An option that is missing is missing where the command is.
                let span = service.command.as_ref().map_or(image.0, |it| it.span);
                cx.report_as(severity, span, what).because(why)
            }
            Cause::Told(sign, span) => {
                cx.report_as(severity, state.in_compose(span), what).because(format!("with `{sign}` nothing is kept"))
            }
        };
        state.explain(project, found.through(image.1));
        if let Some(mount) = mount.map(|at| &service.mounts[at]) {
            found.label(mount.span, "stays empty");
        }
        if let Some(instead) = &memory.instead {
            found.help(instead.clone());
        }
    }
}

/// Whether a variable is only of use to the mode for development, such as `VAULT_DEV_ROOT_TOKEN_ID`.
fn is_for_development(service: &Service) -> bool {
    service.environment.iter().chain(&service.env_file_variables).any(|it| it.name.contains("_DEV_"))
}

/// Whether the data is missed although nothing is mounted: of a database always, of other stores that are always
/// restarted. Who sends messages through memory may want just that.
fn is_missed(state: &State, project: &Project) -> bool {
    let service = state.of(project);
    match state.family.kind.as_str() {
        "database" => !is_local(project, service),
        "secrets" | "coordination" => stays(service) && !is_local(project, service),
        _ => false,
    }
}
