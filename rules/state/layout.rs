//! Where the data of a service lies, and what keeps it: one layout for each version that the image may have.

use super::{Cover, Layout, Moved, Place};
use crate::images::{DataPath, Family};
use crate::version::{Version, Versions};
use plimsoll_core::grammar::path;
use plimsoll_core::model::{EnvValue, MountKind, Service};
use plimsoll_core::text::Text;

/// What is looked at.
pub(super) struct Subject<'a> {
    /// The service as it runs.
    pub service: &'a Service,
    /// What the catalogue says of its image.
    pub family: &'a Family,
    /// The tag of the image.
    pub tag: Option<&'a str>,
    /// VOLUMEs of its Dockerfile.
    pub added: &'a [Text],
    /// Whether its Dockerfile brings configuration, which may say where the data is.
    pub reconfigured: bool,
}

/// One layout for each set of directories that the version allows.
pub(super) fn layouts(subject: &Subject<'_>, version: Option<Version>) -> Vec<Layout> {
    let family = subject.family;
    let mut worlds = vec![version];
    if version.is_none() {
        // Look at each side of every limit that the entry names.
        let ranges = family.data.iter().map(|it| it.versions).chain(family.volumes.iter().flatten().map(|it| it.0));
        let limits: Vec<Version> = ranges
            .filter_map(|it| match it {
                Versions::All => None,
                Versions::Before(limit) | Versions::From(limit) => Some(limit),
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
    worlds.into_iter().map(|it| layout(subject, it)).collect()
}

fn layout(subject: &Subject<'_>, version: Option<Version>) -> Layout {
    let Subject { family, tag, .. } = subject;
    let by_tag = |it: &DataPath| Some(crate::images::matches(it.tags.as_deref()?, tag.unwrap_or_default()));
    let special = family.data.iter().any(|it| by_tag(it) == Some(true));
    let data = family.data.iter().filter(|it| by_tag(it).unwrap_or(!special));
    let data =
        data.filter(|it| it.versions.holds(version) != Some(false) && crate::sign::is_in_use(subject.service, it));
    let volumes: Vec<String> = family
        .volumes
        .iter()
        .flatten()
        .filter(|it| it.0.holds(version) != Some(false))
        .flat_map(|it| it.1.iter().cloned())
        .chain(subject.added.iter().filter_map(Text::known).filter(|it| it.starts_with('/')).map(path::clean))
        .collect();
    let mut places: Vec<Place> = data.flat_map(|it| places(subject, it, version, &volumes)).collect();
    // Most have one, and a place is large.
    places.shrink_to_fit();
    Layout { places, volumes }
}

/// Where one directory of the catalogue really is, after environment and options.
fn places(subject: &Subject<'_>, data: &DataPath, version: Option<Version>, volumes: &[String]) -> Vec<Place> {
    let Subject { service, family, .. } = subject;
    let major = version.map_or_else(|| "{major}".to_string(), |it| it.major.to_string());
    let default = path::clean(&data.path.replace("{major}", &major));
    let mut uncertain = false;
    let mut found: Vec<(String, Option<Moved>)> = Vec::new();
    for name in &data.env {
        match service.variable(name) {
            EnvValue::Absent => {}
            EnvValue::Unknown => uncertain = true,
            EnvValue::Set(variable, text) if text.as_str().starts_with('/') => {
                let span = variable.key.to(text.span());
                let moved = Moved { by: format!("`{name}`"), span, shown: crate::role::hides(text) };
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
        let written = moved.as_ref().and_then(|it| it.shown.clone());
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
        let uncertain = uncertain || subject.reconfigured && !matches!(cover, Cover::Mount(_));
        Place {
            mount,
            default: default.clone(),
            keeps: data.keeps.clone(),
            optional: data.optional || crate::sign::is_elsewhere(service, data),
            variable: data.env.first().cloned(),
            moved,
            uncertain,
            cover,
            below,
            shown: match written {
                Some(written) => written,
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
