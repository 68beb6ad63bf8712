//! A mount that is written, and that another one or the service's own list replaces without a word.

use crate::drive::drive;
use crate::lost::{holds_data, is_kept, is_opened, is_refilled, is_same, keeps};
use crate::state::{State, is_for_tests, kind, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path;
use plimsoll_core::model::{Lost, Mount, MountKind, Service};

pub static RULE: Rule = Rule {
    id: "replaced-mount",
    severity: Severity::Error,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("replaced-mount.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for (at, service) in project.services.iter().enumerate() {
        if service.lost_mounts.is_empty() {
            continue;
        }
        let state = states.of(at).filter(|it| it.is_worth_keeping());
        for lost in &service.lost_mounts {
            match lost.how {
                Lost::Twice(made) => pair(cx, service, state, &lost.mount, made, true),
                Lost::Overridden(made) if !is_for_tests(project, service) => {
                    pair(cx, service, state, &lost.mount, made, false);
                }
                Lost::Overridden(_) | Lost::MergeKey => {}
            }
        }
        if let Some(state) = state {
            merged(cx, service, state);
        }
    }
}

/// Two entries with one target. In one list that is a mistake. To put another source over one of another file, or of
/// an extended service, is what overrides are for, so only what nobody can mean is said.
fn pair(cx: &mut Cx<'_>, service: &Service, state: Option<&State>, lost: &Mount, made: usize, one_list: bool) {
    let (data, made) = (holds_data(state, made), &service.mounts[made]);
    // Another rule speaks of what Compose takes for a drive.
    if drive(service, lost).is_some() {
        return;
    }
    if is_same(lost, made) {
        if is_opened(lost, made) {
            writable(cx, service, lost, made);
        }
        return;
    }
    let memory = kind(cx.project, made) == MountKind::Tmpfs;
    let named = lost.kind == MountKind::Volume;
    let gone = named && (memory || made.kind == MountKind::Anonymous) && !is_refilled(made);
    let worth = !matches!(lost.kind, MountKind::Anonymous | MountKind::Tmpfs);
    // Another rule speaks of data in memory.
    if (data && memory) || !(gone || (one_list && worth)) {
        return;
    }
    let severity = if data || named { Severity::Error } else { Severity::Warning };
    replaced(cx, severity, service, lost, made);
}

/// Mounts that would have come with `<<` and would have kept the data.
fn merged(cx: &mut Cx<'_>, service: &Service, state: &State) {
    let hidden = service.lost_mounts.iter().filter(|it| it.how == Lost::MergeKey).map(|it| &it.mount);
    let hidden: Vec<&Mount> = hidden.filter(|it| keeps(it)).collect();
    let Some(layout) = state.layout() else { return };
    for place in layout.places.iter().filter(|it| !it.optional && !it.uncertain && !is_kept(service, it)) {
        let covers = |it: &&&Mount| it.path_in_container.as_deref().is_some_and(|it| path::covers(it, &place.path));
        let Some(mount) = hidden.iter().find(covers) else { continue };
        let severity = if state.family.is_verified("data") { Severity::Error } else { Severity::Warning };
        let message = format!(
            "`{}` loses its data: {} that comes with `<<` is not mounted at `{}`",
            service.name,
            mount.describe(),
            mount.target.shown()
        );
        let found = cx.report_as(severity, service.key, message);
        found.because("it has `volumes` of its own, and `<<` does not merge lists");
        found.label(mount.span, "left out without a word");
        found.help("repeat the mount in the `volumes` of the service, or take them in with `extends`");
        return;
    }
}

fn replaced(cx: &mut Cx<'_>, severity: Severity, service: &Service, lost: &Mount, made: &Mount) {
    let message = format!(
        "`{}` does not get {}: {} takes its place at `{}`",
        service.name,
        lost.describe(),
        made.describe(),
        made.target.shown()
    );
    let found = cx.report_as(severity, made.span, message);
    found.because("of two mounts with one target Compose keeps the last");
    found.label(lost.span, "left out without a word");
    found.help("remove one of the two, or give it another target");
}

fn writable(cx: &mut Cx<'_>, service: &Service, lost: &Mount, made: &Mount) {
    let message = format!(
        "`{}` can write to {} at `{}`: a mount of the same target drops the read-only one",
        service.name,
        made.describe(),
        made.target.shown()
    );
    let found = cx.report_as(Severity::Warning, made.span, message);
    found.because("mounts are replaced as a whole, not merged");
    found.label(lost.span, "read-only, and left out without a word");
    found.help("make this one read-only, too");
}
