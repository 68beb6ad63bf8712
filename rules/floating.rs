//! How far a tag says which version of an image runs.

use crate::images::Family;
use crate::state::{State, kind};
use crate::version::{Versioning, of_tag};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::image::{self, Reference};
use plimsoll_core::grammar::path;
use plimsoll_core::model::{Mount, MountKind, Project, Service};

/// What a pull may bring under the tag of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tag {
    /// Nothing: the registry does not have it.
    Gone,
    /// Any version: there is no tag, or one without a number (`latest`, `stable`, `alpine`).
    Any,
    /// Any minor version of one major version, or of a line with long support.
    Major,
    /// Patches, or the files do not show it.
    Fixed,
}

/// Words of tags that name no version.
const CHANNELS: [&str; 24] = [
    "latest",
    "stable",
    "lts",
    "rolling",
    "innovation",
    "main",
    "master",
    "edge",
    "nightly",
    "release",
    "management",
    "community",
    "enterprise",
    "server",
    "slim",
    "alpine",
    "debian",
    "ubuntu",
    "ubi",
    "oracle",
    "oraclelinux",
    "ol",
    "full",
    "standard",
];

/// Releases of Debian and Ubuntu, by which official images name their base.
const SUITES: [&str; 10] =
    ["stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "bionic", "focal", "jammy", "noble"];

/// What a pull may bring to a store. A digest holds the image still, and so does one that is never pulled.
pub(crate) fn tag(service: &Service, state: &State) -> Tag {
    let policy = service.pull_policy.as_ref();
    let kept = policy.is_some_and(|it| it.known().is_none_or(|it| matches!(it, "never" | "build")));
    let reference = service.image.as_ref().and_then(|it| it.known()).and_then(|it| image::parse(it).ok());
    // What is built is not pulled.
    match reference.filter(|it| it.digest.is_none() && !kept && !state.is_built()) {
        Some(reference) => of(&reference, &state.family),
        None => Tag::Fixed,
    }
}

fn of(reference: &Reference<'_>, family: &Family) -> Tag {
    let tag = reference.tag.unwrap_or("latest");
    let gone = |pattern: &String| {
        let Some((repository, gone)) = pattern.rsplit_once(':') else { return false };
        let versioned = || tag.starts_with(|it: char| it.is_ascii_digit());
        repository == reference.repository() && if gone == "{version}" { versioned() } else { gone == tag }
    };
    if family.floating.iter().flat_map(|it| &it.gone).any(gone) {
        return Tag::Gone;
    }
    let first = tag.split(['-', '_']).find(|it| match family.versioning {
        Versioning::Leading => true,
        Versioning::Pg => it.starts_with("pg"),
    });
    match of_tag(Some(tag), family.versioning, None) {
        Some(_) if first.is_some_and(|it| !it.contains('.')) => Tag::Major,
        Some(_) => Tag::Fixed,
        // A line with long support moves seldom, and people choose it for that.
        None if tag.split('-').all(is_channel) && tag.split('-').any(|it| it == "lts") => Tag::Major,
        None if tag.split('-').all(is_channel) => Tag::Any,
        None => Tag::Fixed,
    }
}

/// What a pull may do to the data of a store that keeps it: what the tag is, and how bad that is. Applications migrate
/// their data, which is what people who follow `latest` want.
pub(crate) fn harm(project: &Project, state: &State) -> Option<(Tag, Severity)> {
    let floating = state.family.floating.as_ref()?;
    let verified = state.family.is_verified("floating");
    let tag = tag(state.of(project), state);
    if tag == Tag::Any && floating.risk == "critical" && verified && mounts_volume(project, state) {
        return Some((tag, Severity::Error));
    }
    let severity = match (tag, floating.risk.as_str()) {
        (Tag::Gone, _) if verified => Severity::Error,
        (Tag::Any, "high") if state.family.is_store() => Severity::Warning,
        (Tag::Any, "high") => Severity::Info,
        (Tag::Major, _) if floating.minor => Severity::Info,
        _ => return None,
    };
    state.is_kept.then_some((tag, severity))
}

/// Whether something that lasts is mounted where some version of the image declares a VOLUME. Where versions differ
/// about the place, this says that the data of one of them is to be kept.
fn mounts_volume(project: &Project, state: &State) -> bool {
    let lasting = |it: &&Mount| matches!(kind(project, it), MountKind::Bind | MountKind::Volume);
    let targets = || state.of(project).mounts.iter().filter(lasting).filter_map(|it| it.path_in_container.as_deref());
    let mut volumes = state.layouts.iter().flat_map(|it| &it.volumes);
    !state.opaque && volumes.any(|volume| targets().any(|it| path::covers(it, volume)))
}

/// Whether a word of a tag names no version of the server: a channel, an edition, or the base of the image.
fn is_channel(word: &str) -> bool {
    let bare = word.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    CHANNELS.contains(&bare) || SUITES.contains(&word)
}

/// The base that a tag names: `alpine`, or the release of Debian or Ubuntu.
pub(crate) fn base(tag: &str) -> Option<&str> {
    let base = |it: &&str| it.starts_with("alpine") || SUITES.contains(it);
    tag.split('-').find(base).map(|it| if it.starts_with("alpine") { "alpine" } else { it })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::catalogue;

    #[test]
    fn tags() {
        let cases = [
            ("postgres", Tag::Any),
            ("postgres:alpine", Tag::Any),
            ("postgres:alpine3.20", Tag::Any),
            ("postgres:bookworm", Tag::Any),
            ("mariadb:lts", Tag::Major),
            ("postgres:16", Tag::Major),
            ("postgres:16-alpine", Tag::Major),
            ("postgres:16.4", Tag::Fixed),
            ("postgres:ours", Tag::Fixed),
            ("rabbitmq:management-alpine", Tag::Any),
            ("rabbitmq:4-management", Tag::Major),
            ("pgvector/pgvector:pg17", Tag::Major),
            ("pgvector/pgvector:latest", Tag::Any),
            ("elasticsearch", Tag::Gone),
            ("elasticsearch:8.15.0", Tag::Fixed),
            ("bitnami/postgresql:16.3.0", Tag::Gone),
            ("bitnami/postgresql:latest", Tag::Any),
            ("bitnamilegacy/postgresql:16.3.0", Tag::Fixed),
            ("registry.example/bitnami/postgresql:16.3.0", Tag::Fixed),
            ("minio/minio:RELEASE.2024-01-01T00-00-00Z", Tag::Fixed),
        ];
        for (text, expected) in cases {
            let reference = image::parse(text).expect("a valid reference");
            let family = catalogue().lookup(&reference).or_else(|| catalogue().by_id("postgres")).expect("an entry");
            assert_eq!(of(&reference, &family), expected, "{text}");
        }
    }

    #[test]
    fn bases() {
        assert_eq!(base("16-alpine3.20"), Some("alpine"));
        assert_eq!(base("0.8.0-pg17-bookworm"), Some("bookworm"));
        assert_eq!(base("16.4"), None);
    }
}
