//! A service with nothing to run: no image, no build, no provider.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

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
    for service in project.services.iter().filter(|it| !it.has_image_or_build() && !it.has_wrong_image) {
        cx.report(service.key, format!("`{}` has neither an image nor a build", service.name))
            .because("Compose does not know what to run")
            .help("add `image:` or `build:`, or merge this file over the one that has it");
    }
}
