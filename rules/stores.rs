//! Which stores have their data behind a mount, so that another service with the same mount can be told what it has.

use crate::state::{Cover, Place, State, states};
use crate::storage::{Storage, storage};
use plimsoll_core::check::Cx;
use plimsoll_core::grammar::path;
use plimsoll_core::model::{Mount, Project, Volume};
use std::collections::HashMap;
use std::sync::Arc;

/// Of the stores with data in one place, as many are looked at.
const ENOUGH: usize = 16;
/// As many directories above another one are looked at.
const DEEPEST: usize = 16;

/// The data of a store, behind one of its mounts.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    /// Index of the store in [`Project::services`].
    pub service: usize,
    /// Index of the mount in the store.
    pub mount: usize,
    /// Where it is in the storage.
    pub within: String,
    /// Whether the store itself mounts a directory further down than this storage.
    pub above: bool,
}

/// The data of the stores that are worth keeping, by what is behind their mounts.
pub(crate) struct Stores(HashMap<Storage, Vec<Data>>);

/// The data of the stores of the project under check.
pub(crate) fn stores(cx: &Cx<'_>) -> Arc<Stores> {
    let states = states(cx);
    cx.facts(|project| {
        let mut stores: HashMap<Storage, Vec<Data>> = HashMap::new();
        for state in states.kept().filter(|it| !it.opaque) {
            let places = state.layout().into_iter().flat_map(|it| &it.places);
            for place in places.filter(|it| !it.optional && !it.uncertain) {
                for (key, data) in data(project, state, place) {
                    let known = stores.entry(key).or_default();
                    if known.len() < ENOUGH {
                        known.push(data);
                    }
                }
            }
        }
        Stores(stores)
    })
}

impl Stores {
    /// The data behind a storage, that of the directories below it included.
    pub fn of(&self, storage: &Storage) -> &[Data] {
        self.0.get(storage).map_or(&[], Vec::as_slice)
    }
}

impl Data {
    /// Where the data is in a container that mounts this part of its storage, or of what is above it.
    pub fn seen(&self, mount: &Mount, part: &str) -> Option<String> {
        let (target, part) = (mount.path_in_container.as_deref()?, path::clean(&format!("/{part}")));
        if path::covers(&part, &self.within) {
            let rest = self.within.strip_prefix(&part).unwrap_or_default();
            return Some(path::clean(&format!("{target}/{rest}")));
        }
        path::covers(&self.within, &part).then(|| target.to_string())
    }
}

/// The directories above one, from the top, without the root.
pub(crate) fn above(directory: &str) -> impl Iterator<Item = &str> {
    directory.match_indices('/').filter(|it| it.0 > 0).take(DEEPEST).map(|it| &directory[..it.0])
}

/// The storages in which the data of a place can be found: its own, and the directories of the host above it.
fn data(project: &Project, state: &State, place: &Place) -> Vec<(Storage, Data)> {
    let Cover::Mount(at) = place.cover else { return Vec::new() };
    let service = state.of(project);
    let mount = &service.mounts[at];
    let Some((key, part)) = storage(project, service, mount) else { return Vec::new() };
    let below = place.path.strip_prefix(mount.path_in_container.as_deref().unwrap_or_default()).unwrap_or_default();
    let within = path::clean(&format!("/{part}/{below}"));
    let mut found = Vec::new();
    if let Storage::Host(directory) = &key {
        found.extend(above(directory).map(|parent| {
            let within = path::clean(&format!("{}/{within}", &directory[parent.len()..]));
            let data = Data { service: state.service, mount: at, within, above: true };
            (Storage::Host(parent.to_string()), data)
        }));
    }
    found.push((key, Data { service: state.service, mount: at, within, above: false }));
    found
}

/// The mounts, by index, that hold the data of a store, whatever its version.
pub(crate) fn mounts(state: &State) -> Vec<usize> {
    let places = state.layout().into_iter().flat_map(|it| &it.places).filter(|it| !it.optional && !it.uncertain);
    places.filter_map(|it| if let Cover::Mount(at) = it.cover { Some(at) } else { None }).collect()
}

/// The volume behind a mount, if `docker compose down -v` removes it with its files.
pub(crate) fn removable<'a>(project: &'a Project, mount: &Mount) -> Option<&'a Volume> {
    let volume = project.volume(mount.volume_name()?)?;
    // Where `external` is written, a variable may decide it.
    (volume.external.is_none() && volume.is_local() && volume.driver_opts.is_empty()).then_some(volume)
}
