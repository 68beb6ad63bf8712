//! An image that is published for amd64 only, without a word about the platform.

use crate::images::{Family, catalogue};
use crate::version::{Versions, of_tag};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::image;
use plimsoll_core::model::Service;
use std::sync::Arc;

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
    let project = cx.project;
    if !cx.hosts.macos || !project.is_whole() {
        return;
    }
    for service in
        project.services.iter().filter(|it| it.platform.is_none() && it.build.is_none() && it.extends.is_none())
    {
        let (Some((family, all)), Some(image)) = (amd64_only(service), &service.image) else { continue };
        let which = if all { "" } else { "this version of " };
        let message = format!(
            "`{}` runs an image that is published for linux/amd64 only: an Apple-silicon Mac refuses it or emulates it",
            service.name
        );
        cx.report(image.span, message)
            .because(format!("{which}{} has no build for linux/arm64", family.name))
            .help("set `platform: linux/amd64` to say that emulation is meant, or use an image with a build for arm64");
    }
}

/// What the catalogue says of the image, if it is published for amd64 and not for arm64; and whether that holds for
/// all versions.
fn amd64_only(service: &Service) -> Option<(Arc<Family>, bool)> {
    let reference = image::parse(service.image.as_ref()?.known()?).ok()?;
    let family = catalogue().lookup(&reference)?;
    let version = match (reference.tag, reference.digest) {
        (None, Some(_)) => None,
        (tag, _) => of_tag(tag, family.versioning, family.latest),
    };
    let (versions, platforms) = family.platforms.iter().find(|it| it.0.holds(version) == Some(true))?;
    let has = |name: &str| platforms.iter().any(|it| it.starts_with(name));
    let only = has("linux/amd64") && !has("linux/arm64");
    let all = *versions == Versions::All;
    (only && family.is_verified("platforms")).then_some((family, all))
}
