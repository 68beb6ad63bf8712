//! A store that files its data under a name that the next container does not have.

use crate::images::{Family, Identity};
use crate::state::{State, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path;
use plimsoll_core::model::{EnvValue, Project, Service};
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "unstable-node-identity",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unstable-node-identity.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept().filter(|it| !it.reconfigured && it.is_kept) {
        let service = state.runs(project);
        let Some(identity) = &state.family.identity else { continue };
        let by_address = identity.keyed_by == "ip";
        let fixed = by_address && service.fixed_address || identity.hostname && has_host_name(service);
        if fixed || shares_network(project, service) || may_be_told(state, identity, service) {
            continue;
        }
        let what = if by_address { "address, which may be" } else { "host name, which is" };
        let message = format!(
            "`{}` does not find its data again in a new container: {} files it under the {what} another then",
            service.name, state.family.name
        );
        let found = cx.report_as(severity(&state.family, by_address), state.origin.span, message);
        let note = identity.note.clone();
        found.because(note.unwrap_or_else(|| format!("nothing here tells {} a name of its own", state.family.name)));
        if let Some(name) = &service.container_name {
            found.label(name.span, "this is not the host name");
        }
        if let Some(fix) = &identity.fix {
            found.help(fix.clone());
        }
        state.explain(project, found);
    }
}

/// A new container has another host name for certain; another address only if something else took the old one.
fn severity(family: &Family, by_address: bool) -> Severity {
    let certain = !by_address && family.is_verified("identity");
    if certain { Severity::Error } else { Severity::Warning }
}

/// Whether the host name is written, or is that of the host.
fn has_host_name(service: &Service) -> bool {
    let written = service.hostname.as_ref().is_some_and(|it| !it.is_blank());
    written || service.uts.is_some()
}

/// Whether host name and address are those of something else: the host, another service, or what a variable says.
fn shares_network(project: &Project, service: &Service) -> bool {
    let own = |it: &Text| matches!(it.known(), Some("bridge" | "default" | ""));
    !project.is_whole() || service.network_mode.as_ref().is_some_and(|it| !own(it))
}

/// Whether a variable, the command or a configuration file fixes the name, or may do so; or the data is moved to where
/// the name has no part in it.
fn may_be_told(state: &State, identity: &Identity, service: &Service) -> bool {
    let told = identity.env.iter().any(|it| match service.variable(it) {
        EnvValue::Absent => false,
        EnvValue::Set(_, text) => !text.is_blank(),
        EnvValue::Unknown => true,
    });
    let words = || service.entrypoint.iter().chain(&service.command).flat_map(|it| &it.words);
    let in_command = || words().any(|it| !it.is_known() || identity.env.iter().any(|name| it.as_str().contains(name)));
    let covered = |target: &str| identity.files.iter().any(|it| path::covers(target, it));
    let mounted = || service.mounts.iter().filter_map(|it| it.path_in_container.as_deref()).any(covered);
    let files = service.configs.iter().chain(&service.secrets).filter_map(|it| it.target.as_ref());
    let configured = || files.into_iter().any(|it| it.known().is_none_or(covered));
    // `RABBITMQ_MNESIA_DIR` is the directory of the node, with no name in it.
    let mut places = state.layouts.iter().flat_map(|it| &it.places);
    let moved = places.any(|it| it.moved.as_ref().is_some_and(|it| it.by.ends_with("_DIR`")));
    moved || told || in_command() || mounted() || configured()
}
