//! A mount that is meant to keep the data of a store and misses the directory that the store writes to.

use crate::state::{Cover, Place, State, kind, shown_volume};
use plimsoll_core::grammar::path;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{MountKind, Project};

/// Why a mount keeps nothing.
pub(crate) struct Culprit {
    /// Index of the mount.
    pub mount: usize,
    /// The directory that is missed.
    pub place: Place,
    /// Why, in one sentence.
    pub why: String,
}

/// The mount that is meant for the data and misses it, whatever version of the image it is.
pub(crate) fn culprit(project: &Project, state: &State) -> Option<Culprit> {
    let mut first = None;
    for layout in &state.layouts {
        let found = layout.places.iter().find_map(|place| miss(project, state, place, layout.places.as_slice()))?;
        first.get_or_insert(found);
    }
    first
}

fn miss(project: &Project, state: &State, place: &Place, places: &[Place]) -> Option<Culprit> {
    let service = state.of(project);
    let anonymous = matches!(place.cover, Cover::Mount(at) if service.mounts[at].kind == MountKind::Anonymous);
    let kept = matches!(place.cover, Cover::Mount(_)) && !anonymous;
    if kept || place.optional || place.uncertain || !place.below.is_empty() {
        return None;
    }
    let found = |mount: usize, why: String| Some(Culprit { mount, place: place.clone(), why });
    let name = &state.family.name;
    for (at, mount) in service.mounts.iter().enumerate() {
        let lasting = matches!(kind(project, mount), MountKind::Volume | MountKind::Bind | MountKind::Unknown);
        let Some(target) = mount.path_in_container.as_deref().filter(|_| lasting) else { continue };
        if place.moved.is_some() && (path::covers(target, &place.default) && target != "/") {
            return found(at, String::new());
        }
        // A mount that keeps another directory of this image is in its place.
        if places.iter().any(|it| path::covers(target, &it.path) && it.cover == Cover::Mount(at)) {
            continue;
        }
        if let Cover::ImageVolume(volume) = &place.cover
            && path::is_strictly_above(target, volume)
        {
            let volume = shown_volume(service, volume);
            let why = format!(
                "the image declares `{volume}` a VOLUME: Docker lays an anonymous volume over that part of the mount"
            );
            return found(at, why);
        }
        let mut wrong = state.family.wrong.iter().filter(|it| it.versions.holds(state.version) == Some(true));
        if let Some(wrong) = wrong.rfind(|it| it.path == target) {
            return found(at, wrong.why.clone());
        }
        let host = mount.kind == MountKind::Bind && is_like_ours(target, &state.family.id);
        if host || mount.kind == MountKind::Volume && looks_like_data(target, &state.family.id) {
            return found(at, format!("{name} writes to `{}`", place.shown));
        }
    }
    None
}

/// Whether a target is named like a data directory of this image.
fn looks_like_data(target: &str, id: &str) -> bool {
    let last = file_name(target);
    matches!(last, "data" | "db" | "database") || is_of_package(target, id)
}

/// Whether a directory of the host is mounted where the data of this server lies in another image or in a package.
fn is_like_ours(target: &str, id: &str) -> bool {
    is_of_package(target, id) || target.ends_with(&format!("/{id}/data"))
}

/// Whether a target is the directory of a package of this server: `/var/lib/mongo`, but not `/var/lib/mysql-files`.
fn is_of_package(target: &str, id: &str) -> bool {
    let rest = target.strip_prefix("/var/lib/").unwrap_or_default();
    let name = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
    let file = file_name(rest).contains('.');
    name.contains(id.strip_prefix("bitnami-").unwrap_or(id)) && !name.ends_with("-files") && !file
}
