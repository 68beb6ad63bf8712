//! An image that is published for amd64 only, without a word about the platform.

use crate::state::{State, states};
use crate::version::Versions;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::Service;

pub static RULE: Rule = Rule {
    id: "missing-platform",
    severity: Severity::Warning,
    group: Group::Portability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("missing-platform.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    if !cx.hosts.macos || !project.is_whole() {
        return;
    }
    for state in &states.0 {
        let service = state.of(project);
        if says_platform(service) || !state.runs(project).image.as_ref().is_some_and(|it| it.is_known()) {
            continue;
        }
        let Some(all) = amd64_only(state) else { continue };
        let which = if all { "" } else { "this version of " };
        let does = if state.is_built() { "is built from" } else { "runs" };
        let message = format!(
            "`{}` {does} an image that is published for linux/amd64 only: an Apple-silicon Mac refuses it or emulates it",
            service.name
        );
        let found = cx.report(state.origin.span, message);
        found.because(format!("{which}{} has no build for linux/arm64", state.family.name));
        if let Some(from) = &state.origin.from {
            found.label(from.span(), format!("built from `{}`", from.shown()));
        }
        found
            .help("set `platform: linux/amd64` to say that emulation is meant, or use an image with a build for arm64");
    }
}

/// Whether the platform is written, in the service, in its build or in its Dockerfile; or may be, where it is extended.
fn says_platform(service: &Service) -> bool {
    let build = service.build.as_ref();
    let built = build.is_some_and(|it| !it.platforms.is_empty() || it.image.as_ref().is_some_and(|it| it.has_platform));
    service.platform.is_some() || service.extends.is_some() || built
}

/// Whether the image is published for amd64 and not for arm64; and if so, whether that holds for all versions.
fn amd64_only(state: &State) -> Option<bool> {
    let (versions, platforms) = state.family.platforms.iter().find(|it| it.0.holds(state.version) == Some(true))?;
    let has = |name: &str| platforms.iter().any(|it| it.starts_with(name));
    let only = has("linux/amd64") && !has("linux/arm64");
    (only && state.family.is_verified("platforms")).then_some(*versions == Versions::All)
}
