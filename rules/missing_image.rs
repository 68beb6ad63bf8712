//! A service with nothing to run: no image, no build, no provider.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::Service;

pub static RULE: Rule = Rule {
    id: "missing-image",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("missing-image.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    // In a fragment or beside an include, the image may be in the other file.
    if !project.is_whole() {
        return;
    }
    let nothing = |it: &&Service| !it.has_image_or_build() && !it.has_wrong_image;
    let others = project.services.iter().any(Service::has_image_or_build);
    for service in project.services.iter().filter(nothing) {
        let name = &service.name;
        if others && is_addition(service) {
            cx.report_as(Severity::Info, service.key, format!("`{name}` gets its image from somewhere else"))
                .because("it says nothing of its own: Compose refuses this file alone")
                .help("merge this file over the one that has the image");
            continue;
        }
        cx.report(service.key, format!("`{name}` has neither an image nor a build"))
            .because("Compose does not know what to run")
            .help("add `image:` or `build:`, or merge this file over the one that has it");
    }
}

/// Whether a service has a single key, which adds to what another file says: nobody writes that of a service whose
/// image is forgotten.
fn is_addition(service: &Service) -> bool {
    let adds = !service.environment.is_empty() || !service.env_file.is_empty() || !service.labels.is_empty();
    let limits = service.limits.cpus.is_some() || service.limits.memory.is_some() || service.deploy.limits.is_some();
    service.keys == 1 && (adds || limits)
}
