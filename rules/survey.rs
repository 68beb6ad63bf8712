//! The survey of a project: each place where state lives, what keeps it, and what it outlives.
//!
//! Its page, `rules/survey.md`, says what is listed and gives the reason of every cell with its source.

mod fate;
mod keeper;
mod listed;

use crate::lost::is_refilled;
use crate::miss::culprit;
use crate::role::is_in_memory;
use crate::state::{Cover, Place, State, States, is_for_tests, shown_volume};
pub use fate::{Event, Fates, REASONS, Reason, Verdict};
use fate::{Fixed, fates};
pub use keeper::{Keeper, KeeperKind};
use keeper::{Keepers, layer};
use plimsoll_core::model::{Mount, MountKind, Project, Service};
use std::collections::HashSet;

/// The page, as Markdown.
pub static PAGE: &str = include_str!("survey.md");

/// What is said of a place besides its fate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// Nothing is lost with it: a cache, or what a build or a download fills again.
    Cache,
    /// The service is there for tests.
    Test,
    /// Nothing of the user's is lost with it, such as logs.
    Optional,
    /// It is listed for its mount: what the service keeps there is not known.
    ByMount,
    /// It is meant for the data of a store that writes somewhere else.
    Misplaced,
    /// Something that the files do not show may move the data to another place.
    Uncertain,
}

impl Mark {
    /// Whether a place with this mark is not counted.
    pub fn is_negligible(self) -> bool {
        matches!(self, Mark::Cache | Mark::Test | Mark::Optional | Mark::Misplaced)
    }
}

/// One place where state lives.
#[derive(Clone, Debug)]
pub struct Row {
    /// Index of the service in [`Project::services`].
    pub service: usize,
    /// Where it is in the container, for people. Several, if the version of the image decides.
    pub paths: Vec<String>,
    /// What the catalogue calls the image, if it knows it and the place is one of its own.
    pub image: Option<String>,
    /// What lies there, if the catalogue says.
    pub keeps: Option<String>,
    /// What keeps it.
    pub keeper: Keeper,
    /// What else is to be said.
    pub marks: Vec<Mark>,
    /// Variables that have no value, so that the default in the files stands for it.
    pub assumes: Vec<String>,
    /// What it outlives, in the order of [`Event::ALL`].
    pub fates: Fates,
}

impl Row {
    /// Whether it is one of the places that are counted.
    pub fn counts(&self) -> bool {
        !self.marks.iter().any(|it| it.is_negligible())
    }

    /// Whether it outlives an event, and why.
    pub fn fate(&self, event: Event) -> &'static Reason {
        self.fates[event as usize]
    }
}

/// What is known of the name of the project, on which the names of its volumes hang.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Naming {
    /// The name, if it is known.
    pub name: Option<String>,
    /// Whether it is written down, and not taken from the directory; `None` if a variable decides.
    pub fixed: Option<bool>,
}

impl Naming {
    fn fixed(&self) -> Fixed {
        match self.fixed {
            Some(true) => Fixed::Yes,
            Some(false) => Fixed::No,
            None => Fixed::Unknown,
        }
    }
}

/// The survey of a project.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The places, by service in the order of the files.
    pub rows: Vec<Row>,
    /// Indexes of volumes in [`Project::volumes`] that no service mounts.
    pub unused: Vec<usize>,
    /// Indexes of services in [`Project::services`] of which nothing is known and that mount nothing that is listed.
    pub unseen: Vec<usize>,
}

impl Survey {
    /// The places that are counted.
    pub fn counted(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|it| it.counts())
    }

    /// How many of the places that are counted have this fate at an event.
    pub fn count(&self, event: Event, verdict: Verdict) -> usize {
        self.counted().filter(|it| it.fate(event).verdict == verdict).count()
    }
}

/// Surveys a project, with services of all profiles.
pub fn survey(project: &Project, states: &States, naming: &Naming) -> Survey {
    let surveyor = Surveyor { project, naming, keepers: Keepers::new(project, naming) };
    let mut survey = Survey { unused: surveyor.keepers.unused(), ..Survey::default() };
    for (at, service) in project.services.iter().enumerate().filter(|it| it.1.provider.is_none()) {
        let state = states.of(at).filter(|it| it.role == crate::Role::Server);
        let before = survey.rows.len();
        let mut used = HashSet::new();
        if let Some(state) = state {
            surveyor.places(state, service, &mut survey.rows, &mut used);
        }
        surveyor.mounts(at, service, state, &used, &mut survey.rows);
        if survey.rows.len() == before && states.of(at).is_none() {
            survey.unseen.push(at);
        }
    }
    survey
}

/// What is behind a mount, and what that outlives.
pub fn behind(project: &Project, mount: &Mount, naming: &Naming) -> (Keeper, Fates) {
    let keeper = Keepers::new(project, naming).of(mount);
    let fates = fates(&keeper, naming.fixed());
    (keeper, fates)
}

/// What a volume of the project stands for, and what it outlives.
pub fn behind_volume(project: &Project, name: &str, naming: &Naming) -> (Keeper, Fates) {
    let keeper = Keepers::new(project, naming).volume(name, Some(name.to_string()));
    let fates = fates(&keeper, naming.fixed());
    (keeper, fates)
}

struct Surveyor<'a> {
    project: &'a Project,
    naming: &'a Naming,
    keepers: Keepers<'a>,
}

/// One place, with the fate that one version of the image gives it.
struct Found<'a> {
    place: &'a Place,
    keeper: Keeper,
    fates: Fates,
}

impl Surveyor<'_> {
    /// The directories that the catalogue knows. `used` are the mounts that keep one of them.
    fn places(&self, state: &State, service: &Service, rows: &mut Vec<Row>, used: &mut HashSet<usize>) {
        let found: Vec<Vec<Found<'_>>> = state
            .layouts
            .iter()
            .map(|layout| layout.places.iter().filter_map(|it| self.found(state, service, it)).collect())
            .collect();
        let covers = state.layouts.iter().flat_map(|it| &it.places).map(|it| &it.cover);
        used.extend(covers.filter_map(|it| if let Cover::Mount(at) = it { Some(*at) } else { None }));
        let everywhere = |it: &Found<'_>| {
            let here = |layout: &Vec<Found<'_>>| layout.iter().any(|other| other.place.path == it.place.path);
            found.iter().all(here)
        };
        let mut seen = HashSet::new();
        let mut open: Vec<&Found<'_>> = Vec::new();
        for it in found.iter().flatten() {
            if !everywhere(it) {
                open.push(it);
            } else if seen.insert(&it.place.path) {
                let same: Vec<&Found<'_>> =
                    found.iter().flatten().filter(|other| other.place.path == it.place.path).collect();
                rows.push(self.row(state, service, &same));
            }
        }
        // What lies in one place in one version and in another one in the next is one row.
        if !open.is_empty() {
            rows.push(self.row(state, service, &open));
        }
    }

    /// What keeps a place. None: nothing is lost with it, and nothing is mounted for it.
    fn found<'p>(&self, state: &State, service: &Service, place: &'p Place) -> Option<Found<'p>> {
        let keeper = match &place.cover {
            Cover::Mount(at) => self.keepers.of(&service.mounts[*at]),
            Cover::ImageVolume(volume) => Keeper::new(KeeperKind::ImageVolume, Some(shown_volume(service, volume))),
            Cover::Layer => layer(),
        };
        let mounted = matches!(place.cover, Cover::Mount(_));
        if place.optional && !mounted {
            return None;
        }
        let elsewhere = place.uncertain || state.may_be_remote(self.project, place) || is_in_memory(service);
        // Another mount may be there, and the image may write somewhere else.
        let hidden = match mounted {
            false if self.hides_mounts(service) => Some(&fate::HIDDEN_MOUNTS),
            false if elsewhere => Some(&fate::HIDDEN_PLACE),
            _ => None,
        };
        Some(match hidden {
            Some(reason) => Found { place, keeper: Keeper::new(KeeperKind::Hidden, None), fates: [reason; 8] },
            None => Found { place, fates: self.fates(&keeper), keeper },
        })
    }

    fn fates(&self, keeper: &Keeper) -> Fates {
        fates(keeper, self.naming.fixed())
    }

    /// Joins what the versions of the image say of one place.
    fn row(&self, state: &State, service: &Service, found: &[&Found<'_>]) -> Row {
        let first = found[0];
        let mut paths: Vec<String> = Vec::new();
        for it in found {
            let path = it.place.shown.clone();
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        let same = found.iter().all(|it| it.keeper == first.keeper);
        let keeper = if same { first.keeper.clone() } else { Keeper::new(KeeperKind::Version, None) };
        let mut fates = first.fates;
        for (at, fate) in fates.iter_mut().enumerate() {
            if found.iter().any(|it| it.fates[at].verdict != fate.verdict) {
                *fate = &fate::HIDDEN_VERSION;
            }
        }
        let mut marks = Vec::new();
        let mut mark = |on: bool, mark: Mark| marks.extend(on.then_some(mark));
        mark(state.cache, Mark::Cache);
        mark(state.ephemeral, Mark::Test);
        mark(found.iter().all(|it| it.place.optional), Mark::Optional);
        let moved = |it: &&Found<'_>| it.place.uncertain || state.may_be_remote(self.project, it.place);
        mark(found.iter().any(moved), Mark::Uncertain);
        let mounts = found.iter().filter_map(|it| match it.place.cover {
            Cover::Mount(at) => Some(&service.mounts[at]),
            _ => None,
        });
        Row {
            service: state.service,
            paths,
            image: Some(state.family.name.clone()),
            keeps: first.place.keeps.clone().filter(|_| same || found.len() == 1),
            keeper,
            marks,
            assumes: self.assumes(service, mounts),
            fates,
        }
    }

    /// The mounts that keep no directory of the catalogue and look like state.
    fn mounts(&self, at: usize, service: &Service, state: Option<&State>, used: &HashSet<usize>, rows: &mut Vec<Row>) {
        let misplaced = state.and_then(|it| culprit(self.project, it)).map(|it| it.mount);
        for (index, mount) in service.mounts.iter().enumerate().filter(|it| !used.contains(&it.0)) {
            if !listed::looks_like_state(service, mount) {
                continue;
            }
            let keeper = self.keepers.of(mount);
            let fates = self.fates(&keeper);
            let mut marks = Vec::new();
            let mut mark = |on: bool, mark: Mark| marks.extend(on.then_some(mark));
            mark(is_refilled(mount) || state.is_some_and(|it| it.cache), Mark::Cache);
            mark(is_for_tests(self.project, service), Mark::Test);
            mark(listed::holds_logs(mount), Mark::Optional);
            mark(misplaced == Some(index), Mark::Misplaced);
            mark(true, Mark::ByMount);
            let path = mount.path_in_container.clone().filter(|_| !mount.target.is_interpolated());
            rows.push(Row {
                service: at,
                paths: vec![path.unwrap_or_else(|| mount.target.shown())],
                image: None,
                keeps: None,
                keeper,
                marks,
                assumes: self.assumes(service, std::iter::once(mount)),
                fates,
            });
        }
    }

    /// Whether more may be mounted than the files show.
    fn hides_mounts(&self, service: &Service) -> bool {
        !shows_all(self.project)
            || service.extends.is_some()
            || !service.volumes_from.is_empty()
            || service.mounts.iter().any(|it| it.is_opaque() || it.kind == MountKind::Unknown && it.source.is_none())
    }

    /// The variables whose defaults stand in what decides about a place.
    fn assumes<'m>(&self, service: &Service, mounts: impl Iterator<Item = &'m Mount>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut texts = Vec::new();
        for mount in mounts {
            texts.extend(mount.source.iter().chain([&mount.target]));
            let volume = mount.volume_name().and_then(|it| self.project.volume(it));
            texts.extend(volume.into_iter().flat_map(|it| &it.driver_opts).map(|it| &it.1.value));
        }
        texts.extend(service.image.as_ref().map(|it| &it.value));
        for text in texts {
            for assumption in text.assumptions() {
                if !names.contains(&assumption.variable) {
                    names.push(assumption.variable.clone());
                }
            }
        }
        names
    }
}

/// Whether the files show all services and mounts. A file of variables that is not there hides none.
fn shows_all(project: &Project) -> bool {
    let hidden = project.unread.iter().any(|it| it.env_file.is_none());
    project.is_whole() || !project.broken && !project.fragment && !project.unread.is_empty() && !hidden
}
