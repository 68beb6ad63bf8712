//! The state profile of a service: whether it runs a store, where its data lies, what is mounted there, how it stops.
//!
//! Rules ask this instead of looking at image names. It is computed once for a project.

use crate::images::{DataPath, Family, catalogue};
pub(crate) use crate::role::is_for_tests;
use crate::role::{Role, role};
use crate::version::{Version, of_tag};
use plimsoll_core::check::Cx;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::grammar::image;
use plimsoll_core::grammar::path;
use plimsoll_core::model::{EnvValue, Mount, MountKind, Project, Service, Syntax};
use plimsoll_core::source::Span;
use std::rc::Rc;
use std::sync::Arc;

/// What keeps a directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cover {
    /// The mount at this index of [`Service::mounts`].
    Mount(usize),
    /// Nothing is mounted, and the image declares this directory a VOLUME: Docker makes an anonymous volume.
    ImageVolume(String),
    /// Nothing: the data is in the layer of the container.
    Layer,
}

/// What moved a directory away from where the image has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// What did, for a sentence: "`PGDATA`" or "`--datadir`".
    pub by: String,
    /// Where it is written.
    pub span: Span,
}

/// A directory in which the service keeps state.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it is, cleaned.
    pub path: String,
    /// Where it is, for people: the name of a variable stands for its value.
    pub shown: String,
    /// Where the image has it, unless it is moved.
    pub default: String,
    /// Where a volume should be mounted.
    pub mount: String,
    /// What lies there, if the catalogue says.
    pub keeps: Option<String>,
    /// Nothing of the user's is lost with it.
    pub optional: bool,
    /// The variable that moves it, if the image has one.
    pub variable: Option<String>,
    /// What moved it.
    pub moved: Option<Moved>,
    /// Whether something that the files do not show may move it (an `env_file`, a variable, a configuration file).
    pub uncertain: bool,
    /// What keeps it.
    pub cover: Cover,
    /// Mounts below it, by index: parts of it are kept.
    pub below: Vec<usize>,
}

/// The directories of one version of the image. Where the tag does not show the version, there are several layouts,
/// and only what holds in all of them may be said.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The directories.
    pub places: Vec<Place>,
    /// The VOLUMEs of the image; empty if it has none or they are not known.
    pub volumes: Vec<String>,
}

/// The state profile of one service.
#[derive(Clone, Debug)]
pub struct State {
    /// Index of the service in [`Project::services`].
    pub service: usize,
    /// What the catalogue says of its image.
    pub family: Arc<Family>,
    /// The version that the tag stands for.
    pub version: Option<Version>,
    /// What the container runs.
    pub role: Role,
    /// Where the data is, for each version that it may be.
    pub layouts: Vec<Layout>,
    /// It is used as a cache: nothing is lost with it.
    pub cache: bool,
    /// It is there for tests, by its profile or its name: nobody wants to keep its data.
    pub ephemeral: bool,
    /// The files do not show all mounts: something is inherited, included or hidden in a variable; or Compose leaves
    /// out one that is written.
    pub opaque: bool,
}

/// The state profiles of a project, one for each service whose image the catalogue knows.
pub struct States(pub Vec<State>);

/// The state profiles of the project under check.
pub fn states(cx: &Cx<'_>) -> Rc<States> {
    cx.facts(|project| {
        let services = project.services.iter().enumerate();
        States(services.filter_map(|(at, service)| state(project, at, service)).collect())
    })
}

impl States {
    /// The services that run a server with data worth keeping: not caches, not tools, not for tests.
    pub fn kept(&self) -> impl Iterator<Item = &State> {
        self.0.iter().filter(|it| it.is_worth_keeping())
    }

    /// The profile of the service at an index of [`Project::services`].
    pub fn of(&self, service: usize) -> Option<&State> {
        self.0.binary_search_by_key(&service, |it| it.service).ok().map(|at| &self.0[at])
    }
}

impl State {
    /// Whether it runs a server with data worth keeping: not a cache, not a tool, not for tests.
    pub fn is_worth_keeping(&self) -> bool {
        self.role == Role::Server && !self.cache && !self.ephemeral
    }

    /// The service.
    pub fn of<'a>(&self, project: &'a Project) -> &'a Service {
        &project.services[self.service]
    }

    /// The directories, if the version is known or does not matter.
    pub fn layout(&self) -> Option<&Layout> {
        match &self.layouts[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Whether the data may be in another service altogether: a variable says so (`s3`, an address), or only a
    /// configuration file says where it is, and there is one.
    pub fn may_be_remote(&self, project: &Project, place: &Place) -> bool {
        let remote = |text: &str| !text.contains('/') || text.contains("://");
        let service = self.of(project);
        let mut names = self.family.data.iter().flat_map(|it| &it.env);
        let said = names.any(|it| match service.variable(it) {
            EnvValue::Set(_, text) => text.known().is_some_and(remote),
            _ => false,
        });
        let configured = matches!(self.family.kind.as_str(), "time-series" | "object-store")
            && self.family.data.iter().all(|it| it.env.is_empty() && it.flags.is_empty());
        said || configured && place.uncertain
    }

    /// Whether some directory that matters has a mount that outlives the container, whatever the version and the
    /// variables are. A file of variables that is not there is not held against it.
    pub fn is_kept(&self, project: &Project) -> bool {
        let service = self.of(project);
        let certain = |place: &Place| !place.uncertain || service.env_file_hidden;
        let lasting = |at: usize| match (kind(project, &service.mounts[at]), service.mounts[at].syntax) {
            (MountKind::Bind | MountKind::Volume, _) => true,
            // A volume or a directory of the host: a short one with a source is one of the two.
            (MountKind::Unknown, Syntax::Short) => true,
            _ => false,
        };
        let kept = |place: &Place| matches!(place.cover, Cover::Mount(at) if lasting(at)) && certain(place);
        !self.opaque && self.layouts.iter().all(|it| it.places.iter().any(|place| !place.optional && kept(place)))
    }

    /// Whether every directory that matters is without a mount that outlives the container, whatever the version.
    pub fn is_unkept(&self, project: &Project) -> bool {
        let lasting = |place: &Place| match place.cover {
            Cover::Mount(at) => {
                !matches!(kind(project, &self.of(project).mounts[at]), MountKind::Anonymous | MountKind::Tmpfs)
            }
            _ => !place.below.is_empty(),
        };
        self.layouts.iter().all(|it| !it.places.iter().any(|place| !place.optional && lasting(place)))
    }
}

/// What is behind a mount, looking through the driver options of a named volume.
pub fn kind(project: &Project, mount: &Mount) -> MountKind {
    let volume = mount.volume_name().and_then(|it| project.volume(it));
    match volume {
        Some(volume) if volume.tmpfs_option().is_some() => MountKind::Tmpfs,
        Some(volume) if volume.bind_device().is_some() => MountKind::Bind,
        _ => mount.kind,
    }
}

fn state(project: &Project, at: usize, service: &Service) -> Option<State> {
    // The image of a build is what the build makes of it, whatever it is called.
    if service.build.is_some() {
        return None;
    }
    let written = &service.image.as_ref()?.value;
    // The repository must be known; the tag may be hidden in a variable.
    let hole = written.holes().first().map_or(written.as_str().len(), |it| it.at as usize);
    let visible = &written.as_str()[..hole];
    let hidden_tag = !written.is_known();
    let visible = if hidden_tag { visible.strip_suffix(':').or_else(|| tag_started(visible))? } else { visible };
    let reference = image::parse(visible).ok()?;
    let family = catalogue().lookup(&reference)?;
    let tag = reference.tag.filter(|_| !hidden_tag);
    if tag.is_some_and(is_unlike) {
        return None;
    }
    let pinned_by_digest = reference.digest.is_some() && reference.tag.is_none();
    let version = match hidden_tag || pinned_by_digest {
        true => None,
        false => of_tag(tag, family.versioning, family.latest),
    };
    let role = role(service, &family);
    let opaque = !project.is_whole()
        || service.extends.is_some()
        || !service.volumes_from.is_empty()
        || service.mounts.iter().any(Mount::is_opaque);
    let layouts = layouts(service, &family, version, tag);
    let opaque = opaque || crate::lost::loses_data(service, &layouts);
    let mut state = State { service: at, family, version, role, layouts, cache: false, ephemeral: false, opaque };
    // A mount that misses shows that its data is to be kept.
    let unkept = state.is_unkept(project) && crate::miss::culprit(project, &state).is_none();
    state.cache = state.family.cache || crate::role::is_cache(service, &state.family, unkept);
    state.ephemeral = is_for_tests(project, service);
    Some(state)
}

/// The part before the tag, where a variable hides only the end of it: `postgres:16-${SUITE}`.
fn tag_started(visible: &str) -> Option<&str> {
    let at = visible.rfind(':').filter(|at| !visible[*at..].contains('/'))?;
    Some(&visible[..at])
}

/// Whether a tag says that the image is not the one that the catalogue describes: built on this machine, or for
/// Windows, where every path is another.
fn is_unlike(tag: &str) -> bool {
    let mut words = tag.split(|it: char| !it.is_alphanumeric());
    words.any(|it| matches!(it, "local" | "nanoserver") || it.starts_with("windowsservercore"))
}

/// One layout for each set of directories that the version allows.
fn layouts(service: &Service, family: &Family, version: Option<Version>, tag: Option<&str>) -> Vec<Layout> {
    let mut worlds = vec![version];
    if version.is_none() {
        // Look at each side of every limit that the entry names.
        let ranges = family.data.iter().map(|it| it.versions).chain(family.volumes.iter().flatten().map(|it| it.0));
        let limits: Vec<Version> = ranges
            .filter_map(|it| match it {
                crate::version::Versions::All => None,
                crate::version::Versions::Before(limit) | crate::version::Versions::From(limit) => Some(limit),
            })
            .collect();
        for limit in limits {
            let before = Version { major: limit.major.saturating_sub(1), minor: u32::MAX };
            for side in [Some(limit), Some(before)] {
                if !worlds.contains(&side) {
                    worlds.push(side);
                }
            }
        }
        if worlds.len() > 1 {
            worlds.remove(0);
        }
    }
    worlds.into_iter().map(|it| layout(service, family, it, tag)).collect()
}

fn layout(service: &Service, family: &Family, version: Option<Version>, tag: Option<&str>) -> Layout {
    let by_tag = |it: &DataPath| Some(crate::images::matches(it.tags.as_deref()?, tag.unwrap_or_default()));
    let special = family.data.iter().any(|it| by_tag(it) == Some(true));
    let data = family.data.iter().filter(|it| by_tag(it).unwrap_or(!special));
    let data = data.filter(|it| it.versions.holds(version) != Some(false));
    let volumes: Vec<String> = family
        .volumes
        .iter()
        .flatten()
        .filter(|it| it.0.holds(version) != Some(false))
        .flat_map(|it| it.1.iter().cloned())
        .collect();
    let places = data.flat_map(|it| places(service, family, it, version, &volumes)).collect();
    Layout { places, volumes }
}

/// Where one directory of the catalogue really is, after environment and options.
fn places(
    service: &Service,
    family: &Family,
    data: &DataPath,
    version: Option<Version>,
    volumes: &[String],
) -> Vec<Place> {
    let major = version.map_or_else(|| "{major}".to_string(), |it| it.major.to_string());
    let default = path::clean(&data.path.replace("{major}", &major));
    let mut uncertain = false;
    let mut found: Vec<(String, Option<Moved>)> = Vec::new();
    let mut hidden_value = None;
    for name in &data.env {
        match service.variable(name) {
            EnvValue::Absent => {}
            EnvValue::Unknown => uncertain = true,
            EnvValue::Set(variable, text) if text.as_str().starts_with('/') => {
                let moved = Moved { by: format!("`{name}`"), span: variable.key.to(text.span()) };
                hidden_value = text.is_interpolated().then(|| text.shown());
                found = split_paths(text.as_str()).map(|it| (it, Some(moved.clone()))).collect();
                uncertain = false;
                break;
            }
            EnvValue::Set(..) => uncertain = true,
        }
    }
    let (by_option, hidden) = crate::role::option_value(service, &data.flags, data.after.as_deref());
    uncertain |= hidden;
    if !by_option.is_empty() {
        found = by_option;
        uncertain = false;
    } else if data.after.is_some() && found.is_empty() {
        // The directory is an argument, and there is none.
        return Vec::new();
    }
    uncertain |= crate::role::names_configuration(service, family);
    // Some servers write below the directory they are started in.
    uncertain |= service.working_dir.is_some() && found.is_empty();
    if found.is_empty() {
        found.push((default.clone(), None));
    }
    let place = |(path, moved): (String, Option<Moved>)| {
        let shows = moved.is_some();
        let moved = moved.filter(|_| path != default);
        let mount = match (&moved, &data.mount) {
            (None, Some(mount)) => path::clean(&mount.replace("{major}", &major)),
            _ => path.clone(),
        };
        let (mut cover, below) = self::cover(service, &path, volumes);
        for link in data.links.iter().filter(|_| moved.is_none() && !matches!(cover, Cover::Mount(_))) {
            if let (found @ Cover::Mount(_), _) = self::cover(service, link, &[]) {
                cover = found;
                break;
            }
        }
        Place {
            mount,
            default: default.clone(),
            keeps: data.keeps.clone(),
            optional: data.optional,
            variable: data.env.first().cloned(),
            moved,
            uncertain,
            cover,
            below,
            shown: match &hidden_value {
                Some(value) if shows => value.clone(),
                // Where exactly hangs on what else is set.
                _ if !shows && path.starts_with("/tmp/") => "/tmp".to_string(),
                _ => path.clone(),
            },
            path,
        }
    };
    found.into_iter().map(place).collect()
}

fn split_paths(value: &str) -> impl Iterator<Item = String> {
    let paths = value.split([',', ' ']).filter(|it| it.starts_with('/'));
    paths.flat_map(crate::role::expand).map(|it| path::clean(&it))
}

/// What keeps a directory: of all mounts and image VOLUMEs at or above it, the nearest. A VOLUME that lies between a
/// mount and the directory takes it away from the mount, because Docker lays an anonymous volume there.
fn cover(service: &Service, directory: &str, volumes: &[String]) -> (Cover, Vec<usize>) {
    let mut best: (usize, Cover) = (0, Cover::Layer);
    for volume in volumes.iter().filter(|it| path::covers(it, directory)) {
        if volume.len() > best.0 {
            best = (volume.len(), Cover::ImageVolume(volume.clone()));
        }
    }
    let mut below = Vec::new();
    for (at, mount) in service.mounts.iter().enumerate() {
        let Some(target) = mount.path_in_container.as_deref() else { continue };
        if path::covers(target, directory) && target.len() >= best.0 {
            best = (target.len(), Cover::Mount(at));
        } else if path::is_strictly_above(directory, target) && mount.kind != MountKind::Tmpfs {
            below.push(at);
        }
    }
    (best.1, below)
}

/// Names the defaults that decide what a service runs and what is mounted: somewhere else they may be another value.
pub fn name_defaults(found: &mut Diagnostic, service: &Service) {
    let image = service.image.iter().map(|it| &it.value);
    let words = service.command.iter().chain(&service.entrypoint).flat_map(|it| &it.words);
    let mounts = service.mounts.iter().map(|it| &it.target);
    for text in image.chain(words).chain(mounts) {
        found.rests_on(text);
    }
}
