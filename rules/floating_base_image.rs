//! A database that sorts text as the C library of its image does, and whose image does not say which one that is.

use crate::floating::{Tag, base, tag};
use crate::state::{State, name_defaults, states};
use crate::version::of_tag;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::image;
use plimsoll_core::model::Service;
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "floating-base-image",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("floating-base-image.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    for state in states.kept().filter(|it| it.family.collation && !it.is_built() && it.is_kept) {
        let service = state.of(project);
        let Some(image) = &service.image else { continue };
        let (name, store, shown) = (&service.name, &state.family.name, image.shown());
        if let Some(other) = replaced(state, service) {
            let before = other.shown();
            let message = format!(
                "`{name}` has another C library as `{shown}` than as `{before}`, and text indexes of {store} go wrong in between"
            );
            let found = cx.report(image.span, message);
            found.because("has another base, which sorts text otherwise");
            found.label(other.span(), "replaces this image");
            found.help("name the same base in all files, or run `REINDEX` after each change");
            name_defaults(found, service);
            continue;
        }
        let plain = image.known().and_then(|it| image::parse(it).ok()).and_then(|it| it.tag);
        let pulled = plain.is_some_and(|it| base(it).is_none()) && tag(service, state) == Tag::Major;
        let unpinned = state.version.is_some() && !image.as_str().contains('@');
        if !pulled || !unpinned {
            continue;
        }
        let message =
            format!("`{name}` may get another C library with a pull of `{shown}`, and text indexes go wrong with it");
        let found = cx.report_as(Severity::Info, image.span, message);
        found.because("the tag does not name the Debian release, and moves from one to the next");
        found.help("name the release that the image has now, such as `-bookworm` or `-trixie`, in the tag");
        name_defaults(found, service);
    }
}

/// The image that another file gives the service, if it is the same database of the same version on another base. Only
/// one of two bases with names is certain to be another, and Alpine, which no plain tag is.
fn replaced<'a>(state: &State, service: &'a Service) -> Option<&'a Text> {
    let now = service.image.as_ref()?;
    let parsed = image::parse(now.known()?).ok()?;
    service.replaced_images.iter().filter(|it| it.span().file != now.value.span().file).find(|it| {
        let Some(before) = it.known().and_then(|it| image::parse(it).ok()) else { return false };
        let version = of_tag(before.tag, state.family.versioning, state.family.latest);
        let same = version.map(|it| it.major) == state.version.map(|it| it.major) && version.is_some();
        let bases = (before.tag.and_then(base), parsed.tag.and_then(base));
        let differ = match bases {
            (Some(a), Some(b)) => a != b,
            (Some(it), None) | (None, Some(it)) => it == "alpine",
            (None, None) => false,
        };
        before.repository() == parsed.repository() && same && differ
    })
}
