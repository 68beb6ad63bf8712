//! What a mount or a volume is, what it covers of the data of the image, and what it outlives.

use super::super::look::Place;
use super::super::page::Page;
use super::{fates, naming};
use crate::cursor::Spot;
use plimsoll_core::model::{Lost, Mount, MountKind, Service, Syntax};
use plimsoll_rules::Role;
use plimsoll_rules::state::{Cover, State};
use plimsoll_rules::survey::{Keeper, KeeperKind, behind, behind_volume};

/// How many services are named.
const NAMES: usize = 8;

/// Writes of the mount or the volume at a place.
pub(super) fn hover(place: &Place<'_>, page: &mut Page) -> Option<std::ops::Range<usize>> {
    if let (Spot::Key, ["volumes", name]) = (&place.cursor.spot, place.cursor.path().as_slice()) {
        return declared(place, name, page).then(|| place.cursor.span.clone());
    }
    let found = mounts(place);
    let first = found.first()?;
    let mount = first.mount;
    let (keeper, outlives) = behind(place.analysis.project(), mount, &naming(&place.analysis));
    let target = page.code(&mount.target.shown());
    let what = what(page, mount);
    page.heading(&format!("{what} at {target}"));
    stands_for(page, &keeper);
    if mount.read_only == Some(true) {
        page.item("read-only", "the container cannot write to it");
    }
    let mut said: Vec<String> = Vec::new();
    for it in &found {
        if let Some(text) = covers(place, it, page).filter(|it| !said.contains(it)) {
            page.item("data", &text);
            said.push(text);
        }
    }
    if found.len() > 1 {
        let names: Vec<&str> = found.iter().take(NAMES).map(|it| it.service.name.as_str()).collect();
        let more = if found.len() > NAMES { format!(" and {} more", found.len() - NAMES) } else { String::new() };
        let names = page.codes(&names);
        page.item("of the services", &format!("{names}{more}"));
    }
    match first.lost {
        Some(Lost::Twice(_)) => page.item("left out", "a later entry of the list has the same path in the container"),
        Some(Lost::Overridden(_)) => {
            page.item("left out", "what is merged over it mounts something else at the same path in the container");
        }
        Some(Lost::MergeKey) => {
            page.item("left out", "`<<` does not merge lists, and the service has `volumes` of its own")
        }
        None => fates(page, &outlives),
    }
    Some(mount.span.range())
}

/// A mount that is written at a place.
struct Found<'a> {
    service: &'a Service,
    mount: &'a Mount,
    /// Its index, if it is made.
    at: Option<usize>,
    lost: Option<Lost>,
}

/// The mounts that are written at a place: one, or one of each service that takes an anchor in.
fn mounts<'a>(place: &'a Place<'_>) -> Vec<Found<'a>> {
    let mut found: Vec<Found<'a>> = Vec::new();
    for service in &place.analysis.project().services {
        let made = service.mounts.iter().enumerate().map(|(at, mount)| (mount, Some(at), None));
        let lost = service.lost_mounts.iter().map(|it| (&it.mount, None, Some(it.how)));
        let mut here = made.chain(lost).filter(|it| place.is_in(it.0.span));
        found.extend(here.next().map(|(mount, at, lost)| Found { service, mount, at, lost }));
    }
    // Where it is made is more to the point than where it is not.
    found.sort_by_key(|it| it.lost.is_some());
    let made = found.iter().filter(|it| it.lost.is_none()).count();
    if made > 0 {
        found.truncate(made);
    }
    found
}

/// What it is, in a few words.
fn what(page: &Page, mount: &Mount) -> String {
    let source = mount.source.as_ref().filter(|it| !it.as_str().is_empty() || !it.is_known());
    let source = source.map(|it| page.code(&it.shown()));
    match (mount.kind, source) {
        (MountKind::Bind, Some(source)) => format!("directory or file of the host {source}"),
        (MountKind::Bind, None) => "directory of the host".to_string(),
        (MountKind::Volume, Some(source)) => format!("volume {source}"),
        (MountKind::Volume, None) => "volume".to_string(),
        (MountKind::Anonymous, _) => "anonymous volume".to_string(),
        (MountKind::Tmpfs, _) => "tmpfs".to_string(),
        (MountKind::Unknown, Some(source)) if mount.syntax == Syntax::Short => format!("volume or bind {source}"),
        (MountKind::Unknown, _) => "mount of a kind that a variable decides".to_string(),
        (MountKind::Other, Some(source)) => format!("mount {source}"),
        (MountKind::Other, None) => "mount".to_string(),
    }
}

/// What is behind it, where that is more than its name.
fn stands_for(page: &mut Page, keeper: &Keeper) {
    let (kind, name) = (keeper.kind, keeper.name.as_deref());
    let known = name.map(|it| page.code(it));
    let text = match (kind, known) {
        (KeeperKind::Volume, Some(name)) => format!("Docker knows it as {name}"),
        (KeeperKind::ExternalVolume, Some(name)) => format!("external, Docker knows it as {name}"),
        (KeeperKind::BindVolume, _) => "its driver options lead to a directory or a disk of the host".to_string(),
        (KeeperKind::ShareVolume, _) => "its driver options lead to a share of another computer".to_string(),
        (KeeperKind::PluginVolume, _) => "its driver is not Docker's own".to_string(),
        (KeeperKind::MemoryVolume, _) => "its driver options put it into memory".to_string(),
        (KeeperKind::UnknownVolume, _) => "the files do not show what it stands for".to_string(),
        _ => return,
    };
    page.item(if kind == KeeperKind::Volume { "volume" } else { kind.name() }, &text);
}

/// What it keeps of the data of the image.
fn covers(place: &Place<'_>, it: &Found<'_>, page: &Page) -> Option<String> {
    let state = place.analysis.state(it.service).filter(|it| it.role == Role::Server)?;
    let at = it.at?;
    let name = page.prose(&state.family.name);
    let mut all: Vec<String> = Vec::new();
    for here in state.layouts.iter().flat_map(|it| &it.places) {
        let path = page.code(&here.shown);
        let keeps = here.keeps.as_ref().map_or_else(String::new, |it| format!(" ({})", page.prose(it)));
        let doubt = if here.uncertain { ", unless something that the files do not show moves it" } else { "" };
        let text = if here.cover == Cover::Mount(at) {
            format!("covers {path} of {name}{keeps}{doubt}")
        } else if here.below.contains(&at) {
            format!("covers a part of {path} of {name}{keeps}{doubt}")
        } else {
            continue;
        };
        if !all.contains(&text) {
            all.push(text);
        }
    }
    if !all.is_empty() {
        return Some(all.join("; "));
    }
    misses(state, it.mount).then(|| {
        let mut paths: Vec<&str> = state.layouts.iter().flat_map(|it| &it.places).map(|it| it.shown.as_str()).collect();
        paths.dedup();
        format!("covers none of the directories in which {name} keeps data: {}", page.codes(&paths))
    })
}

/// Whether it is certain that a mount keeps nothing of what the catalogue knows.
fn misses(state: &State, mount: &Mount) -> bool {
    let mut places = state.layouts.iter().flat_map(|it| &it.places).peekable();
    places.peek().is_some()
        && places.all(|it| !it.uncertain)
        && !state.opaque
        && !mount.is_opaque()
        && mount.read_only == Some(false)
        && matches!(mount.kind, MountKind::Volume | MountKind::Bind | MountKind::Anonymous)
}

/// Writes of a declared volume.
fn declared(place: &Place<'_>, name: &str, page: &mut Page) -> bool {
    let project = place.analysis.project();
    if project.volume(name).is_none() {
        return false;
    }
    let (keeper, outlives) = behind_volume(project, name, &naming(&place.analysis));
    let shown = page.code(name);
    page.heading(&format!("volume {shown}"));
    stands_for(page, &keeper);
    let mut users: Vec<String> = Vec::new();
    for service in &project.services {
        for mount in service.mounts.iter().filter(|it| it.volume_name() == Some(name)) {
            users.push(format!("{} at {}", page.code(&service.name), page.code(&mount.target.shown())));
        }
    }
    let more = if users.len() > NAMES { format!(" and {} more", users.len() - NAMES) } else { String::new() };
    users.truncate(NAMES);
    if !users.is_empty() {
        page.item("mounted by", &format!("{}{more}", users.join(", ")));
    } else if project.is_whole() {
        page.item("mounted by", "no service");
    }
    fates(page, &outlives);
    true
}
