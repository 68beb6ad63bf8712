//! The state profile of a service: whether it runs a store, where its data lies, what is mounted there, how it stops.
//!
//! Rules ask this instead of looking at image names. It is computed once for a project.

mod build;
mod layout;

use crate::images::{Catalogue, Family, catalogue_of};
pub(crate) use crate::role::is_for_tests;
use crate::role::{Role, role};
use crate::version::{Version, of_tag};
pub(crate) use build::shown_volume;
use build::{Look, Looks, bakes, built, running};
pub use build::{Origin, Probe, Said, StopSignal};
use layout::{Subject, layouts};
use plimsoll_core::check::Cx;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::grammar::image;
use plimsoll_core::model::{EnvValue, Mount, MountKind, Project, Service, Syntax};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;
use std::borrow::Cow;
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
    /// What is written, with the names of variables in place of their values, if there are any.
    pub shown: Option<String>,
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

impl Place {
    /// Where a volume should be mounted, for people: the name of a variable stands for its value.
    pub fn mount_shown(&self) -> &str {
        if self.mount == self.path && self.moved.is_some() { &self.shown } else { &self.mount }
    }
}

/// The directories of one version of the image. Where the tag does not show the version, there are several layouts,
/// and only what holds in all of them may be said.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The directories.
    pub places: Vec<Place>,
    /// The VOLUMEs of the image, with those that a Dockerfile adds; empty if there are none or they are not known.
    pub volumes: Vec<String>,
}

/// The state profile of one service.
#[derive(Clone, Debug)]
pub struct State {
    /// Index of the service in [`Project::services`].
    pub service: usize,
    /// Where its image is said.
    pub origin: Origin,
    /// What the catalogue says of its image, or of the one that it is built from.
    pub family: Arc<Family>,
    /// The version that the tag stands for.
    pub version: Option<Version>,
    /// What the container runs.
    pub role: Role,
    /// Where the data is, for each version that it may be.
    pub layouts: Vec<Layout>,
    /// The signal with which it is stopped.
    pub stop_signal: StopSignal,
    /// The probe that applies to it.
    pub probe: Probe,
    /// It is used as a cache: nothing is lost with it.
    pub cache: bool,
    /// It is there for tests, by its profile or its name, or its data comes with its image: nobody wants to keep it.
    pub ephemeral: bool,
    /// The files do not show all mounts: something is inherited, included or hidden in a variable; or Compose leaves
    /// out one that is written.
    pub opaque: bool,
    /// The Dockerfile that it is built with brings configuration or an entrypoint, which may say anything.
    pub reconfigured: bool,
    /// Whether some directory that matters has a mount that outlives the container, whatever the version and the
    /// variables are. A file of variables that is not there is not held against it.
    pub is_kept: bool,
    /// Whether every directory that matters is without a mount that outlives the container, whatever the version.
    pub is_unkept: bool,
    /// The service as it runs, where a Dockerfile has a part in that.
    running: Option<Box<Service>>,
}

/// The state profiles of a project, one for each service whose image the catalogue knows, or the image that it is
/// built from.
pub struct States(pub Vec<State>);

/// The state profiles of the project under check.
pub fn states(cx: &Cx<'_>) -> Arc<States> {
    let catalogue = catalogue_of(cx);
    cx.facts(|project| States::new(project, catalogue))
}

impl States {
    /// The state profiles of a project.
    pub fn new(project: &Project, catalogue: &Catalogue) -> States {
        let mut looks = Looks::default();
        let services = project.services.iter().enumerate();
        States(services.filter_map(|(at, service)| state(project, catalogue, at, service, &mut looks)).collect())
    }

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
    /// Whether it runs a server with data worth keeping: not a cache, not a tool, not for tests. Of an application that
    /// is built anew nobody knows what it keeps.
    pub fn is_worth_keeping(&self) -> bool {
        let rebuilt = self.is_built() && !self.family.is_store();
        self.role == Role::Server && !self.cache && !self.ephemeral && !rebuilt
    }

    /// Whether it is built, and the catalogue only knows what it is built from.
    pub fn is_built(&self) -> bool {
        self.origin.from.is_some()
    }

    /// The service.
    pub fn of<'a>(&self, project: &'a Project) -> &'a Service {
        &project.services[self.service]
    }

    /// The service as it runs: with image, command, entrypoint and variables of the Dockerfile that it is built from.
    /// Where it is built from nothing, that is the service itself.
    pub fn runs<'a>(&'a self, project: &'a Project) -> &'a Service {
        self.running.as_deref().unwrap_or_else(|| self.of(project))
    }

    /// A place for a finding: where its cause is written, or the `build` of the service if that is in the Dockerfile.
    pub fn in_compose(&self, cause: Span) -> Span {
        let dockerfile = self.origin.from.as_ref().map(|it| it.span().file);
        let inline = self.origin.span.file == cause.file;
        if dockerfile == Some(cause.file) && !inline { self.origin.span } else { cause }
    }

    /// Says of a finding what it hangs on: the image that a Dockerfile is made from, and the defaults that decide what
    /// the service runs and what is mounted.
    pub fn explain(&self, project: &Project, found: &mut Diagnostic) {
        if let Some(from) = &self.origin.from {
            found.label(from.span(), format!("built from `{}`", from.shown()));
        }
        name_defaults(found, self.runs(project));
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
        let service = self.runs(project);
        let mut names = self.family.data.iter().flat_map(|it| &it.env);
        let said = names.any(|it| match service.variable(it) {
            EnvValue::Set(_, text) => text.known().is_some_and(remote),
            _ => false,
        });
        let configured = matches!(self.family.kind.as_str(), "time-series" | "object-store")
            && self.family.data.iter().all(|it| it.env.is_empty() && it.flags.is_empty());
        said || configured && place.uncertain
    }

    fn keeps_data(&self, project: &Project) -> bool {
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

    fn keeps_no_data(&self, project: &Project) -> bool {
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

fn state(project: &Project, catalogue: &Catalogue, at: usize, service: &Service, looks: &mut Looks) -> Option<State> {
    // The image of a build is what the build makes of it, whatever it is called.
    let origin = Origin::of(service)?;
    let built = built(service);
    let runs = built.map_or(Cow::Borrowed(service), |it| Cow::Owned(running(service, it)));
    let written = &runs.image.as_ref()?.value;
    // The repository must be known; the tag may be hidden in a variable.
    let hole = written.holes().first().map_or(written.as_str().len(), |it| it.at as usize);
    let visible = &written.as_str()[..hole];
    let hidden_tag = !written.is_known();
    let visible = if hidden_tag { visible.strip_suffix(':').or_else(|| tag_started(visible))? } else { visible };
    let reference = image::parse(visible).ok()?;
    let family = catalogue.lookup(&reference)?;
    let tag = reference.tag.filter(|_| !hidden_tag);
    if tag.is_some_and(is_unlike) {
        return None;
    }
    let pinned_by_digest = reference.digest.is_some() && reference.tag.is_none();
    let version = match hidden_tag || pinned_by_digest {
        true => None,
        false => of_tag(tag, family.versioning, family.latest),
    };
    let role = role(&runs, &family);
    let added = built.map(|it| it.volumes.as_slice()).unwrap_or_default();
    let opaque = !project.is_whole()
        || service.extends.is_some()
        || !service.volumes_from.is_empty()
        || service.mounts.iter().any(Mount::is_opaque)
        || !added.iter().all(Text::is_known);
    let look = built.map_or(Look::default(), |it| looks.at(it, &family));
    let subject = Subject { service: &runs, family: &family, tag, added, reconfigured: look.reconfigures };
    let layouts = layouts(&subject, version);
    let opaque = opaque || crate::lost::loses_data(service, &layouts);
    let mut state = State {
        service: at,
        origin,
        version,
        role,
        layouts,
        stop_signal: StopSignal::of(service, &family),
        probe: Probe::of(service, &family),
        family,
        cache: false,
        ephemeral: false,
        opaque,
        reconfigured: look.reconfigures,
        is_kept: false,
        is_unkept: false,
        running: None,
    };
    state.is_kept = state.keeps_data(project);
    state.is_unkept = state.keeps_no_data(project);
    // A mount that misses shows that its data is to be kept.
    let unkept = state.is_unkept && crate::miss::culprit(project, &state).is_none();
    state.cache = state.family.cache || crate::role::is_cache(&runs, &state.family, unkept);
    // Data that is in the image is there again in each new container.
    let baked = built.is_some_and(|it| look.starts_server || bakes(it, &state.layouts));
    state.ephemeral = is_for_tests(project, service) || baked && unkept;
    state.running = match runs {
        Cow::Owned(runs) => Some(Box::new(runs)),
        Cow::Borrowed(_) => None,
    };
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

/// Names the defaults that decide what a service runs and what is mounted: somewhere else they may be another value.
pub fn name_defaults(found: &mut Diagnostic, service: &Service) {
    let image = service.image.iter().map(|it| &it.value);
    let words = service.command.iter().chain(&service.entrypoint).flat_map(|it| &it.words);
    let mounts = service.mounts.iter().map(|it| &it.target);
    for text in image.chain(words).chain(mounts) {
        found.rests_on(text);
    }
}
