//! What is behind a mount, seen through the volume that it names.

use super::{Naming, shows_all};
use plimsoll_core::grammar::path::{clean, covers};
use plimsoll_core::model::{Mount, MountKind, Project, Syntax, Volume};
use plimsoll_core::text::Text;
use std::collections::HashMap;

/// The kind of what keeps state.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeeperKind {
    /// A volume of the project on this host.
    Volume,
    /// A volume that is made outside of the project.
    ExternalVolume,
    /// A volume that stands for a directory or a disk of the host.
    BindVolume,
    /// A volume that stands for a share of another computer.
    ShareVolume,
    /// A volume of a driver other than Docker's own.
    PluginVolume,
    /// A volume in memory.
    MemoryVolume,
    /// A volume of which the files do not show what it is.
    UnknownVolume,
    /// A volume without a name, written in the file.
    AnonymousVolume,
    /// A volume without a name, made because the image declares a VOLUME.
    ImageVolume,
    /// A directory of the host.
    Bind,
    /// Memory.
    Tmpfs,
    /// The layer of the container.
    Layer,
    /// A variable decides whether it is a volume or a directory of the host.
    Variable,
    /// The version of the image decides.
    Version,
    /// The files do not show it.
    Hidden,
    /// An image, a cluster volume or a pipe.
    Other,
}

impl KeeperKind {
    /// What it is, in a few words.
    pub fn name(self) -> &'static str {
        match self {
            KeeperKind::Volume => "volume",
            KeeperKind::ExternalVolume => "external volume",
            KeeperKind::BindVolume => "host volume",
            KeeperKind::ShareVolume => "share volume",
            KeeperKind::PluginVolume => "plugin volume",
            KeeperKind::MemoryVolume => "memory volume",
            KeeperKind::UnknownVolume => "unknown volume",
            KeeperKind::AnonymousVolume | KeeperKind::ImageVolume => "anonymous volume",
            KeeperKind::Bind => "bind",
            KeeperKind::Tmpfs => "tmpfs",
            KeeperKind::Layer => "container layer",
            KeeperKind::Variable => "volume or bind",
            KeeperKind::Version => "version decides",
            KeeperKind::Hidden => "not known",
            KeeperKind::Other => "another mount",
        }
    }
}

/// Where the name of a volume comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Named {
    /// It is written down.
    Fixed,
    /// The name of the project is a part of it.
    ByProject,
}

/// Where a directory of the host is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Home {
    /// In the directory of the project.
    Project,
    /// At a place that is told from the directory of the project, outside of it.
    Beside,
    /// At a fixed place.
    Absolute,
    /// At a place that many systems empty when they start.
    Tmp,
    /// At a place that is in memory.
    Run,
    /// A variable decides.
    Variable,
}

/// What keeps state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keeper {
    /// What it is.
    pub kind: KeeperKind,
    /// Which one, for people: the name that Docker knows a volume by, a path of the host, the VOLUME of an image.
    pub name: Option<String>,
    /// The key of the volume in the files, for people.
    pub volume: Option<String>,
    pub(super) named: Named,
    pub(super) home: Home,
    /// Whether more than one service mounts it; of something unknown, whether it may be in memory.
    pub(super) shared: bool,
}

impl Keeper {
    pub(super) fn new(kind: KeeperKind, name: Option<String>) -> Keeper {
        Keeper { kind, name, volume: None, named: Named::ByProject, home: Home::Absolute, shared: false }
    }
}

/// The layer of the container.
pub(super) fn layer() -> Keeper {
    Keeper::new(KeeperKind::Layer, None)
}

/// What the volumes of a project keep.
pub(super) struct Keepers<'a> {
    project: &'a Project,
    naming: &'a Naming,
    /// How many services mount a volume.
    users: HashMap<&'a str, usize>,
    /// Whether a mount may be of any volume.
    any: bool,
    /// Whether one of the volumes is in memory.
    memory: bool,
}

impl<'a> Keepers<'a> {
    pub fn new(project: &'a Project, naming: &'a Naming) -> Keepers<'a> {
        let mut users: HashMap<&str, usize> = HashMap::new();
        let mut any = !shows_all(project);
        for service in &project.services {
            let mut names: Vec<&str> = service.mounts.iter().filter_map(Mount::volume_name).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                *users.entry(name).or_default() += 1;
            }
            let hidden = |it: &Mount| match it.kind {
                MountKind::Unknown | MountKind::Volume => it.volume_name().is_none(),
                _ => false,
            };
            any |= service.extends.is_some() || service.mounts.iter().any(hidden);
        }
        let memory = project.volumes.iter().any(|it| it.tmpfs_option().is_some());
        Keepers { project, naming, users, any, memory }
    }

    /// Indexes of the volumes that no service mounts.
    pub fn unused(&self) -> Vec<usize> {
        let volumes = self.project.volumes.iter().enumerate().filter(|_| !self.any);
        volumes.filter(|it| !self.users.contains_key(it.1.name.as_str())).map(|it| it.0).collect()
    }

    /// What is behind a mount.
    pub fn of(&self, mount: &Mount) -> Keeper {
        let shown = mount.source.as_ref().map(Text::shown);
        match mount.kind {
            MountKind::Bind => {
                let whole = mount.source.as_ref().is_none_or(|it| it.is_blank());
                let home = mount.source.as_ref().map_or(Home::Project, home);
                let name = if whole { Some(".".to_string()) } else { shown };
                Keeper { home, ..Keeper::new(KeeperKind::Bind, name) }
            }
            MountKind::Volume => match mount.volume_name() {
                Some(name) => self.volume(name, shown),
                None => self.hidden(shown),
            },
            MountKind::Anonymous => Keeper::new(KeeperKind::AnonymousVolume, None),
            MountKind::Tmpfs => Keeper::new(KeeperKind::Tmpfs, None),
            // In the long form `type: volume` without a source is an anonymous one, and `type` itself may be hidden.
            MountKind::Unknown if mount.syntax == Syntax::Short && mount.source.is_some() => self.hidden(shown),
            MountKind::Unknown => Keeper { shared: true, ..Keeper::new(KeeperKind::Variable, shown) },
            MountKind::Other => Keeper::new(KeeperKind::Other, shown),
        }
    }

    /// A volume or a directory of the host.
    fn hidden(&self, shown: Option<String>) -> Keeper {
        Keeper { shared: self.memory || !shows_all(self.project), ..Keeper::new(KeeperKind::Variable, shown) }
    }

    /// A volume that a service mounts by this name.
    pub fn volume(&self, name: &str, shown: Option<String>) -> Keeper {
        // The value of a variable is not shown; that of a declared volume is its name in the files.
        let Some(volume) = self.project.volume(name) else {
            return Keeper { volume: shown.clone(), ..Keeper::new(KeeperKind::UnknownVolume, shown) };
        };
        let (kind, home) = kind_of(volume);
        let external = volume.is_external() == Some(true);
        let own = volume.external_name.as_ref();
        let by_project = |it: &Text| it.variables().any(|it| it.0 == "COMPOSE_PROJECT_NAME");
        let named = match own {
            Some(own) if by_project(own) => Named::ByProject,
            Some(_) => Named::Fixed,
            None if external => Named::Fixed,
            None => Named::ByProject,
        };
        let outside = match (own, &self.naming.name) {
            (Some(own), _) => own.shown(),
            (None, Some(project)) if !external => format!("{project}_{name}"),
            _ => name.to_string(),
        };
        let shared = self.users.get(name).is_some_and(|it| *it > 1);
        Keeper { kind, name: Some(outside), volume: Some(name.to_string()), named, home, shared }
    }
}

/// What a volume stands for.
fn kind_of(volume: &Volume) -> (KeeperKind, Home) {
    let unknown = (KeeperKind::UnknownVolume, Home::Variable);
    match volume.is_external() {
        Some(true) => return (KeeperKind::ExternalVolume, Home::Absolute),
        Some(false) => {}
        None => return unknown,
    }
    if let Some(driver) = &volume.driver {
        match driver.known() {
            Some("local" | "") => {}
            Some(_) => return (KeeperKind::PluginVolume, Home::Absolute),
            None => return unknown,
        }
    }
    if volume.tmpfs_option().is_some() {
        return (KeeperKind::MemoryVolume, Home::Run);
    }
    if let Some(device) = volume.bind_device() {
        let literal = volume.driver.as_ref().and_then(|it| it.known()) == Some("local")
            && volume.option("o").is_some_and(|it| it.known() == Some("bind"));
        return match home(device) {
            // Docker refuses a path that Compose does not make absolute.
            Home::Project | Home::Beside if !literal && !starts_here(device) => unknown,
            home => (KeeperKind::BindVolume, home),
        };
    }
    let option = |name: &str| volume.option(name);
    match (option("type").map(|it| it.known()), option("device"), option("o").map(|it| it.known())) {
        (None, None, None) => (KeeperKind::Volume, Home::Absolute),
        // Sizes and owners say nothing about the place.
        (None, None, Some(Some(_))) => (KeeperKind::Volume, Home::Absolute),
        (Some(Some(kind)), Some(_), _) if is_share(kind) => (KeeperKind::ShareVolume, Home::Absolute),
        (Some(Some("ext4" | "ext3" | "xfs" | "btrfs" | "vfat" | "zfs")), Some(_), _) => {
            (KeeperKind::BindVolume, Home::Absolute)
        }
        _ => unknown,
    }
}

/// Whether files of this type are on another computer.
fn is_share(kind: &str) -> bool {
    matches!(
        kind,
        "nfs" | "nfs3" | "nfs4" | "cifs" | "smb" | "smb2" | "smb3" | "smbfs" | "ceph" | "glusterfs" | "fuse.sshfs"
    )
}

/// Whether a path begins with the directory that Compose is called in.
fn starts_here(path: &Text) -> bool {
    path.holes().first().is_some_and(|it| it.at == 0 && it.variable == "PWD")
}

/// Where a path of the host leads.
fn home(path: &Text) -> Home {
    let whole = path.as_str();
    let hole = path.holes().first();
    // What stands before the first variable without a value.
    let seen = hole.map_or(whole, |it| &whole[..it.at as usize]);
    match hole.filter(|it| it.at == 0).map(|it| it.variable.as_str()) {
        Some("PWD") if whole.trim_start_matches('/').starts_with("..") => return Home::Beside,
        Some("PWD") => return Home::Project,
        Some("HOME" | "USERPROFILE") => return Home::Absolute,
        Some(_) => return Home::Variable,
        None => {}
    }
    let drive = seen.as_bytes().get(1) == Some(&b':');
    if !seen.starts_with('/') {
        let beside = clean(seen).starts_with("..");
        return match seen {
            _ if seen.starts_with(['~', '\\']) || drive => Home::Absolute,
            _ if beside => Home::Beside,
            _ => Home::Project,
        };
    }
    let clean = clean(seen);
    let below = |folder: &str| covers(folder, &clean);
    match () {
        () if ["/run", "/var/run", "/dev/shm", "/var/lock"].iter().any(|it| below(it)) => Home::Run,
        () if ["/tmp", "/private/tmp"].iter().any(|it| below(it)) => Home::Tmp,
        // Of `/${DIR}/data` not even the first name is known.
        () if hole.is_some() && seen[1..].find('/').is_none() => Home::Variable,
        () => Home::Absolute,
    }
}
