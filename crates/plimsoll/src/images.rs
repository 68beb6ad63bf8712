//! `plimsoll images`: what the catalogue says, as a list or about one image.

mod hazards;

use crate::args::ListFormat;
use crate::report::json;
use hazards::{Hazards, LackEntry, lacks};
use plimsoll_core::grammar::image;
use plimsoll_core::suggest::closest;
use plimsoll_rules::images::{Catalogue, Confidence, Family};
use plimsoll_rules::version::{Version, Versions, of_tag};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

/// What was asked for.
pub(crate) enum Found {
    /// All entries.
    All(Vec<Arc<Family>>),
    /// One entry. The version is not known if the entry was asked for by its identifier: it holds for all.
    One(Arc<Family>, Option<Version>),
}

/// Finds an entry by its identifier or by an image, or all of them.
pub(crate) fn find(catalogue: &Catalogue, name: Option<&str>) -> Result<Found, String> {
    let Some(name) = name else { return Ok(Found::All(catalogue.all())) };
    if let Some(family) = catalogue.by_id(name) {
        return Ok(Found::One(family, None));
    }
    let reference = image::parse(name).map_err(|error| format!("`{name}` is no image: {error}"))?;
    if let Some(family) = catalogue.lookup(&reference) {
        // A digest alone does not show the version.
        let shows = reference.tag.is_some() || reference.digest.is_none();
        let version = if shows { of_tag(reference.tag, family.versioning, family.latest) } else { None };
        return Ok(Found::One(family, version));
    }
    let all = catalogue.all();
    let names = all.iter().flat_map(|it| it.images.iter().chain([&it.id])).filter(|it| !it.contains('*'));
    let hint = closest(reference.repository(), names.map(String::as_str));
    let hint = hint.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
    Err(format!("the catalogue does not know `{name}`{hint} (`plimsoll images` lists what it knows)"))
}

/// Shows what was found. Sentences are wrapped if there is a `width`, which is for terminals.
pub(crate) fn write(out: &mut dyn Write, found: &Found, format: ListFormat, width: Option<usize>) -> io::Result<()> {
    match (found, format) {
        (Found::All(families), ListFormat::Text) => write_list(out, families),
        (Found::All(families), ListFormat::Json) => {
            json::print(out, &List { version: 1, images: families.iter().map(|it| Brief::new(it)).collect() })
        }
        (Found::One(family, version), ListFormat::Text) => write_entry(out, &Entry::new(family, *version), width),
        (Found::One(family, version), ListFormat::Json) => {
            json::print(out, &One { version: 1, image: Entry::new(family, *version) })
        }
    }
}

fn write_list(out: &mut dyn Write, families: &[Arc<Family>]) -> io::Result<()> {
    let width = |text: fn(&Family) -> &str| families.iter().map(|it| text(it).chars().count()).max().unwrap_or(0);
    let (id, kind) = (width(|it| &it.id), width(|it| &it.kind));
    for it in families {
        writeln!(out, "{:id$}  {:kind$}  {}", it.id, it.kind, it.images.join(" "))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    images: Vec<Brief<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    version: u32,
    image: Entry<'a>,
}

#[derive(Serialize)]
struct Brief<'a> {
    id: &'a str,
    name: &'a str,
    kind: &'a str,
    images: &'a [String],
}

impl Brief<'_> {
    fn new(family: &Family) -> Brief<'_> {
        Brief { id: &family.id, name: &family.name, kind: &family.kind, images: &family.images }
    }
}

/// One entry, as far as it holds for a version.
#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    brief: Brief<'a>,
    /// The version it is shown for; none stands for all of them.
    for_version: Option<String>,
    data: Vec<Data<'a>>,
    /// None: not known.
    volumes: Option<Vec<VolumeSet<'a>>>,
    wrong_mounts: Vec<Wrong<'a>>,
    stop: Stop<'a>,
    health: Health<'a>,
    platforms: Vec<PlatformSet<'a>>,
    cache: bool,
    #[serde(flatten)]
    hazards: Hazards<'a>,
    note: Option<&'a str>,
    confidence: &'static str,
    unverified: &'a [String],
    see: &'a [String],
}

#[derive(Serialize)]
struct Data<'a> {
    versions: Option<String>,
    tags: Option<&'a str>,
    path: String,
    mount: String,
    keeps: Option<&'a str>,
    optional: bool,
    env: &'a [String],
    flags: &'a [String],
    /// Signs without which the server keeps nothing here.
    needs: &'a [String],
    /// Signs with which what would be here is in another service.
    unless: &'a [String],
}

#[derive(Serialize)]
struct VolumeSet<'a> {
    versions: Option<String>,
    paths: &'a [String],
}

#[derive(Serialize)]
struct Wrong<'a> {
    versions: Option<String>,
    path: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct Stop<'a> {
    /// The signal of the image.
    signal: &'a str,
    /// The signal to set instead.
    wanted: Option<&'a str>,
    grace: Option<String>,
    documented: bool,
    why: Option<&'a str>,
    /// Signals on which it does not stop cleanly, each with the reason.
    bad: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Health<'a> {
    /// None: not known.
    in_image: Option<bool>,
    test: &'a [String],
    note: Option<&'a str>,
    lacks: Vec<LackEntry<'a>>,
    /// Programs that, without a host, reach the server of the first initialisation.
    early: &'a [String],
}

#[derive(Serialize)]
struct PlatformSet<'a> {
    versions: Option<String>,
    platforms: &'a [String],
}

impl Entry<'_> {
    fn new(family: &Family, version: Option<Version>) -> Entry<'_> {
        let holds = |versions: Versions| version.is_none() || versions.holds(version) == Some(true);
        // What holds for the version that was asked for holds without a condition.
        let condition = |versions: Versions| if version.is_some() { None } else { range(versions) };
        let major = version.map_or_else(|| "<major>".to_string(), |it| it.major.to_string());
        let path = |it: &str| it.replace("{major}", &major);
        let data = family.data.iter().filter(|it| holds(it.versions)).map(|it| Data {
            versions: condition(it.versions),
            tags: it.tags.as_deref(),
            path: path(&it.path),
            mount: path(it.mount.as_deref().unwrap_or(&it.path)),
            keeps: it.keeps.as_deref(),
            optional: it.optional,
            env: &it.env,
            flags: &it.flags,
            needs: &it.needs,
            unless: &it.unless,
        });
        let volumes = family.volumes.as_ref().map(|sets| {
            let sets = sets.iter().filter(|it| holds(it.0));
            sets.map(|it| VolumeSet { versions: condition(it.0), paths: &it.1 }).collect()
        });
        let wrong = family.wrong.iter().filter(|it| holds(it.versions));
        let platforms = family.platforms.iter().filter(|it| holds(it.0) && !it.1.is_empty());
        Entry {
            brief: Brief::new(family),
            for_version: version.map(number),
            data: data.collect(),
            volumes,
            wrong_mounts: wrong
                .map(|it| Wrong { versions: condition(it.versions), path: &it.path, why: &it.why })
                .collect(),
            stop: Stop {
                signal: family.stop.image.as_deref().unwrap_or("SIGTERM"),
                wanted: family.stop.wanted.as_deref(),
                grace: family.stop.grace.map(|it| it.to_string()),
                documented: family.stop.documented,
                why: family.stop.why.as_deref(),
                bad: family.stop.bad.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect(),
            },
            health: Health {
                in_image: family.health.image,
                test: &family.health.test,
                note: family.health.note.as_deref(),
                lacks: lacks(family, holds, condition),
                early: &family.health.early,
            },
            platforms: platforms.map(|it| PlatformSet { versions: condition(it.0), platforms: &it.1 }).collect(),
            cache: family.cache,
            hazards: Hazards::new(family),
            note: family.note.as_deref(),
            confidence: match family.confidence {
                Confidence::Verified => "verified",
                Confidence::Documented => "documented",
                Confidence::Inferred => "inferred",
            },
            unverified: &family.unverified,
            see: &family.see,
        }
    }
}

/// A range of versions as people write it.
fn range(versions: Versions) -> Option<String> {
    match versions {
        Versions::All => None,
        Versions::Before(limit) => Some(format!("<{}", number(limit))),
        Versions::From(limit) => Some(format!(">={}", number(limit))),
    }
}

/// A version without a minor number that is not there, or that stands for the newest.
fn number(version: Version) -> String {
    match version.minor {
        0 | u32::MAX => version.major.to_string(),
        minor => format!("{}.{minor}", version.major),
    }
}

/// Writes an entry as a table of two columns.
fn write_entry(out: &mut dyn Write, it: &Entry<'_>, width: Option<usize>) -> io::Result<()> {
    let versions = |versions: &Option<String>| versions.as_ref().map_or_else(String::new, |it| format!("{it}  "));
    let mut row = |name: &str, text: &str| {
        let head = format!("{name:<10} ");
        let Some(width) = width else { return writeln!(out, "{head}{text}") };
        let options = textwrap::Options::new(width).initial_indent(&head).subsequent_indent("           ");
        let options = options.break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
        writeln!(out, "{}", textwrap::fill(text, options))
    };
    row("image", &format!("{} ({})", it.brief.name, it.brief.kind))?;
    row("known as", &it.brief.images.join(" "))?;
    row("version", it.for_version.as_deref().unwrap_or("all"))?;
    for data in &it.data {
        let mut text = format!("{}{}", versions(&data.versions), data.path);
        let tags = data.tags.map(|it| format!("tags {it}"));
        let optional = data.optional.then(|| "nothing of yours is lost with it".to_string());
        let mount = (data.mount != data.path).then(|| format!("mount at {}", data.mount));
        let keeps = data.keeps.map(str::to_string);
        for part in [tags, keeps, optional, mount].into_iter().flatten() {
            text = format!("{text}; {part}");
        }
        let moves: Vec<&str> = data.env.iter().chain(data.flags).map(String::as_str).collect();
        if !moves.is_empty() {
            text = format!("{text}; moved by {}", moves.join(", "));
        }
        for (what, signs) in [("only with", data.needs), ("elsewhere with", data.unless)] {
            if !signs.is_empty() {
                text = format!("{text}; {what} {}", signs.join(", "));
            }
        }
        row("keeps", &text)?;
    }
    if it.cache {
        row("cache", "nothing is lost with it")?;
    }
    match &it.volumes {
        None => row("VOLUME", "not known")?,
        Some(sets) if sets.iter().all(|it| it.paths.is_empty()) => row("VOLUME", "none")?,
        Some(sets) => {
            for set in sets.iter().filter(|it| !it.paths.is_empty()) {
                row("VOLUME", &format!("{}{}", versions(&set.versions), set.paths.join(" ")))?;
            }
        }
    }
    for wrong in &it.wrong_mounts {
        row("not at", &format!("{}{}: {}", versions(&wrong.versions), wrong.path, wrong.why))?;
    }
    it.hazards.write(&mut row)?;
    write_running(&mut row, it)?;
    if let Some(note) = it.note {
        row("note", note)?;
    }
    let unverified =
        if it.unverified.is_empty() { String::new() } else { format!(", but not {}", it.unverified.join(", ")) };
    row("founded", &format!("{}{unverified}", it.confidence))?;
    it.see.iter().try_for_each(|it| row("see", it))
}

/// How it stops, how to ask whether it is well, and where it runs.
fn write_running(row: &mut impl FnMut(&str, &str) -> io::Result<()>, it: &Entry<'_>) -> io::Result<()> {
    let mut stop = it.stop.signal.to_string();
    if let Some(wanted) = it.stop.wanted {
        stop = format!("{stop}; set {wanted}");
    }
    if let Some(grace) = &it.stop.grace {
        stop = format!("{stop}; may take {grace} ({})", if it.stop.documented { "documented" } else { "inferred" });
    }
    if let Some(why) = it.stop.why {
        stop = format!("{stop}; {why}");
    }
    row("stop", &stop)?;
    it.stop.bad.iter().try_for_each(|it| row("not with", &format!("{}: {}", it.0, it.1)))?;
    let own = match it.health.in_image {
        Some(true) => "the image has one",
        Some(false) => "the image has none",
        None => "not known whether the image has one",
    };
    row("health", own)?;
    if !it.health.test.is_empty() {
        // As it can be written into a Compose file: a list in JSON is one in YAML.
        row("probe", &serde_json::to_string(it.health.test)?)?;
    }
    if let Some(note) = it.health.note {
        row("", note)?;
    }
    it.health.lacks.iter().try_for_each(|it| row("has no", &it.describe()))?;
    if !it.health.early.is_empty() {
        row("too early", &format!("{} without a host, while it is initialised", it.health.early.join(", ")))?;
    }
    for set in &it.platforms {
        let versions = set.versions.as_ref().map_or_else(String::new, |it| format!("{it}  "));
        row("platforms", &format!("{versions}{}", set.platforms.join(" ")))?;
    }
    Ok(())
}
