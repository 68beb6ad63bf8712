//! What is behind a mount, as a key: two mounts with the same key have the same files.

use plimsoll_core::check::Cx;
use plimsoll_core::grammar::path;
use plimsoll_core::model::{Mount, MountKind, Project, Service};
use plimsoll_core::text::Text;
use plimsoll_core::tree::{Path, Via};
use std::collections::HashMap;
use std::sync::Arc;

/// What keeps the files of a mount.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Storage {
    /// A volume, by its key at the top of the project.
    Volume(String),
    /// A directory of the host, cleaned, as it is written or as a variable stands for it.
    Host(String),
}

/// One use of a storage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Use {
    /// Index of the service in [`Project::services`].
    pub service: usize,
    /// Index of the mount in the service.
    pub mount: usize,
    /// The directory inside of the storage that is mounted; empty for all of it.
    pub within: String,
}

/// Who mounts what, in the order of the services.
pub(crate) struct Uses(HashMap<Storage, Vec<Use>>);

/// Who mounts what in the project under check.
pub(crate) fn uses(cx: &Cx<'_>) -> Arc<Uses> {
    cx.facts(|project| {
        let mut uses: HashMap<Storage, Vec<Use>> = HashMap::new();
        for (service, of) in project.services.iter().enumerate() {
            for (mount, it) in of.mounts.iter().enumerate() {
                let Some((storage, within)) = storage(project, of, it) else { continue };
                // Most are used once.
                uses.entry(storage).or_insert_with(|| Vec::with_capacity(1)).push(Use { service, mount, within });
            }
        }
        Uses(uses)
    })
}

impl Uses {
    /// The uses of a storage.
    pub fn of(&self, storage: &Storage) -> &[Use] {
        self.0.get(storage).map_or(&[], Vec::as_slice)
    }
}

/// What is behind a mount of this service, and which directory of it; `None` if the files do not show it, or nothing
/// outlives the container. A volume that binds a directory of the host is that directory; two volumes with one outer name
/// are one. What is included starts from its own file, and has variables of its own; only the service knows that.
pub(crate) fn storage(project: &Project, service: &Service, mount: &Mount) -> Option<(Storage, String)> {
    let (storage, within) = behind(project, mount)?;
    let included = service.path.steps().iter().any(|it| matches!(it, Via::Include(_)));
    let storage = match storage {
        Storage::Host(it) if included && !it.starts_with(['/', '~']) => {
            Storage::Host(format!("{:?}/{it}", service.key.file))
        }
        other => other,
    };
    Some((storage, within))
}

/// The same, as far as the mount alone tells.
fn behind(project: &Project, mount: &Mount) -> Option<(Storage, String)> {
    let within = mount.subpath.as_ref().map_or(Some(String::new()), |it| it.known().map(path::clean))?;
    match mount.kind {
        MountKind::Volume => {
            let name = mount.volume_name()?;
            let Some(volume) = project.volume(name) else { return Some((Storage::Volume(name.to_string()), within)) };
            if volume.tmpfs_option().is_some() {
                return None;
            }
            if let Some(device) = volume.bind_device() {
                return Some((Storage::Host(host(&device.value, &device.path)?), within));
            }
            let outer = volume.external_name.as_ref().map(|it| it.value.shown());
            // A name of its own may be that of another entry; a key can never hold a slash.
            Some((Storage::Volume(outer.map_or_else(|| name.to_string(), |it| format!("/{it}"))), within))
        }
        MountKind::Bind => Some((Storage::Host(host(mount.source.as_ref()?, &mount.path)?), within)),
        _ => None,
    }
}

/// A directory of the host in one form. The same variable stands for the same value.
fn host(text: &Text, way: &Path) -> Option<String> {
    let shown = text.shown();
    let cleaned = path::clean(shown.strip_prefix("./").unwrap_or(&shown));
    // A relative path of a file that is included or extended starts from that file: the same words, another directory.
    let from = |it: &Via| matches!(it, Via::Extends(_) | Via::Include(_)) && it.span().file != text.span().file;
    let elsewhere = shown.starts_with('.') && way.steps().iter().any(from);
    let cleaned = if elsewhere { format!("{:?}/{cleaned}", text.span().file) } else { cleaned };
    (!cleaned.is_empty()).then_some(cleaned)
}
