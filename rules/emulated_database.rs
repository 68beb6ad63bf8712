//! A store that is made to run as amd64, although its image has a build for arm64.

use crate::host::is_for_linux;
use crate::state::{State, name_defaults, states};
use crate::version::Versions;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::{image, platform};
use plimsoll_core::model::Service;

pub static RULE: Rule = Rule {
    id: "emulated-database",
    severity: Severity::Warning,
    group: Group::Portability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("emulated-database.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    if !cx.hosts.macos || is_for_linux(project) {
        return;
    }
    for state in states.kept().filter(|it| it.family.is_store() && !it.is_built() && has_arm64(it, it.of(project))) {
        let service = state.of(project);
        // A variable is there so that each machine can say what it is.
        let Some(field) = service.platform.as_ref().filter(|it| !it.is_interpolated()) else { continue };
        let parsed = platform::parse(field.as_str());
        if parsed.is_none_or(|it| it.to_string() != "linux/amd64") {
            continue;
        }
        let message = format!(
            "`{}` runs emulated on an Apple-silicon Mac, although {} is published for arm64",
            service.name, state.family.name
        );
        let found = cx.report(field.span, message);
        found.because("Docker calls emulation best effort: it is slow, and processes may crash").through(&field.path);
        name_defaults(found, service);
        found.help("leave `platform` out, so that each machine takes the build that is made for it");
    }
}

/// Whether the catalogue knows that this version has a build for arm64. Of the major version in which arm64 came, an exact
/// tag may be of a time before it.
fn has_arm64(state: &State, service: &Service) -> bool {
    let family = &state.family;
    let Some(image) = service.image.as_ref().and_then(|it| it.known()).and_then(|it| image::parse(it).ok()) else {
        return false;
    };
    let exact = image.digest.is_some() || image.tag.is_some_and(|it| it.split(['.', '-']).nth(2).is_some());
    let first = family.platforms.iter().filter_map(|it| match it.0 {
        Versions::Before(limit) => Some(limit.major),
        _ => None,
    });
    if exact && first.into_iter().any(|it| state.version.is_none_or(|version| version.major <= it)) {
        return false;
    }
    let found = family.platforms.iter().find(|it| it.0.holds(state.version) != Some(false));
    let found = found.filter(|it| it.0.holds(state.version) == Some(true));
    let has = |name: &str| found.is_some_and(|it| it.1.iter().any(|it| it.starts_with(name)));
    family.is_verified("platforms") && has("linux/amd64") && has("linux/arm64")
}
