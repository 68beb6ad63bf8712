//! Mounts that are written and not made, where they would have kept the data of a store.

use crate::drive::drive;
use crate::state::{Cover, Layout, Place, State};
use plimsoll_core::grammar::path;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Mount, MountKind, Service};
use plimsoll_core::text::Text;

/// Whether a mount that would have kept the data is written, but Compose leaves it out or takes it for another one.
/// What happens to the data is then not a matter of what is mounted, and a rule of its own speaks of it.
pub(crate) fn loses_data(service: &Service, layouts: &[Layout]) -> bool {
    let bare = |it: &&Place| !it.optional && !is_kept(service, it);
    let places: Vec<&Place> = layouts.iter().flat_map(|it| &it.places).filter(bare).collect();
    let drives = service.mounts.iter().filter_map(|it| drive(service, it));
    let targets = drives.filter_map(|it| it.path.split_once(':').map(|it| path::clean(it.1)));
    let lost = service.lost_mounts.iter().map(|it| &it.mount).filter(|it| keeps(it));
    let targets: Vec<String> = targets.chain(lost.filter_map(|it| it.path_in_container.clone())).collect();
    places.iter().any(|place| targets.iter().any(|it| path::covers(it, &place.path)))
}

/// Whether something is left of what is behind a mount when the container is gone.
pub(crate) fn keeps(mount: &Mount) -> bool {
    matches!(mount.kind, MountKind::Volume | MountKind::Bind)
}

/// Whether a mount that is made keeps the directory, as far as one can see, or may keep it.
pub(crate) fn is_kept(service: &Service, place: &Place) -> bool {
    let lasting = |it: &Mount| keeps(it) || matches!(it.kind, MountKind::Unknown | MountKind::Other);
    match place.cover {
        Cover::Mount(at) => service.mounts.get(at).is_some_and(lasting),
        Cover::ImageVolume(_) | Cover::Layer => false,
    }
}

/// Whether two mounts have the same behind them.
pub(crate) fn is_same(a: &Mount, b: &Mount) -> bool {
    let source = |it: &Mount| it.source.as_ref().map(|it| it.shown().trim_end_matches('/').to_string());
    let part = |it: &Mount| it.subpath.as_deref().map(Text::shown);
    a.kind == b.kind && source(a) == source(b) && part(a) == part(b)
}

/// Whether the one that is lost is read-only and the one that is made is not, and does not say so.
pub(crate) fn is_opened(lost: &Mount, made: &Mount) -> bool {
    let said = made.options.as_ref().is_some_and(|it| it.as_str().split(',').any(|it| it == "rw"));
    lost.read_only == Some(true) && made.read_only == Some(false) && !said
}

/// Whether a store has its data in the mount of this index.
pub(crate) fn holds_data(state: Option<&State>, mount: usize) -> bool {
    let mut places = state.into_iter().flat_map(|it| &it.layouts).flat_map(|it| &it.places);
    places.any(|it| !it.optional && it.cover == Cover::Mount(mount))
}

/// Whether a directory is one that a build or a download fills again.
pub(crate) fn is_refilled(mount: &Mount) -> bool {
    const NAMES: [&str; 7] = ["node_modules", "vendor", "target", ".venv", ".next", "dist", "build"];
    let target = mount.target.as_str().trim_end_matches('/');
    target.contains("cache") || NAMES.contains(&file_name(target))
}
