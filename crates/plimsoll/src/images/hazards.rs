//! What the catalogue knows of an image beside its directories: how its data is lost although something is mounted.

use plimsoll_rules::images::{Family, Floating, Identity, Lack, Memory, Risk, Secret};
use plimsoll_rules::version::Versions;
use serde::Serialize;
use std::io;

/// What data is lost by, beside a mount that is missing.
#[derive(Serialize)]
pub(super) struct Hazards<'a> {
    /// What else has to be kept so that the data can be read.
    also: &'a [String],
    secrets: Vec<SecretEntry<'a>>,
    memory: Option<MemoryEntry<'a>>,
    identity: Option<IdentityEntry<'a>>,
    /// Number of the user that the image runs as, where it cannot take over a directory that belongs to root.
    user: Option<u32>,
    bind: Option<RiskEntry<'a>>,
    network: Option<RiskEntry<'a>>,
    floating: Option<FloatingEntry<'a>>,
    /// Text is sorted as the C library of the image does.
    collation: bool,
    /// Whether two containers may use one data directory.
    shared: Option<&'a str>,
    /// Used as a cache, unless its command says that it keeps data.
    often_cache: bool,
    /// The program that copies the data while the server runs.
    dump: Option<&'a str>,
}

#[derive(Serialize)]
struct SecretEntry<'a> {
    path: &'a str,
    keeps: &'a str,
    unless: &'a [String],
    with: &'a [String],
}

#[derive(Serialize)]
struct MemoryEntry<'a> {
    /// None: it keeps its data unless it is told otherwise.
    default: Option<&'a str>,
    on: &'a [String],
    off: &'a [String],
    unless: &'a [String],
    instead: Option<&'a str>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct IdentityEntry<'a> {
    keyed_by: &'a str,
    env: &'a [String],
    hostname: bool,
    files: &'a [String],
    fix: Option<&'a str>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct RiskEntry<'a> {
    risk: &'a str,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct FloatingEntry<'a> {
    risk: &'a str,
    minor: bool,
    gone: &'a [String],
    pin: Option<&'a str>,
    note: Option<&'a str>,
}

/// Programs that are not in the image.
#[derive(Serialize)]
pub(super) struct LackEntry<'a> {
    versions: Option<String>,
    tags: Option<&'a str>,
    unless: Option<&'a str>,
    tools: &'a [String],
}

impl<'a> Hazards<'a> {
    pub(super) fn new(family: &'a Family) -> Hazards<'a> {
        let secret =
            |it: &'a Secret| SecretEntry { path: &it.path, keeps: &it.keeps, unless: &it.unless, with: &it.with };
        let memory = |it: &'a Memory| MemoryEntry {
            default: it.default.as_deref(),
            on: &it.on,
            off: &it.off,
            unless: &it.unless,
            instead: it.instead.as_deref(),
            note: it.note.as_deref(),
        };
        let identity = |it: &'a Identity| IdentityEntry {
            keyed_by: &it.keyed_by,
            env: &it.env,
            hostname: it.hostname,
            files: &it.files,
            fix: it.fix.as_deref(),
            note: it.note.as_deref(),
        };
        let risk = |it: &'a Risk| RiskEntry { risk: &it.level, note: it.note.as_deref() };
        let floating = |it: &'a Floating| FloatingEntry {
            risk: &it.risk,
            minor: it.minor,
            gone: &it.gone,
            pin: it.pin.as_deref(),
            note: it.note.as_deref(),
        };
        Hazards {
            also: &family.also,
            secrets: family.secrets.iter().map(secret).collect(),
            memory: family.memory.as_ref().map(memory),
            identity: family.identity.as_ref().map(identity),
            user: family.user,
            bind: family.bind.as_ref().map(risk),
            network: family.network.as_ref().map(risk),
            floating: family.floating.as_ref().map(floating),
            collation: family.collation,
            shared: family.shared.as_deref(),
            often_cache: family.often_cache,
            dump: family.dump.as_deref(),
        }
    }

    /// Writes the rows that speak of the data, as a table of two columns.
    pub(super) fn write(&self, row: &mut impl FnMut(&str, &str) -> io::Result<()>) -> io::Result<()> {
        self.also.iter().try_for_each(|it| row("also keep", it))?;
        for it in &self.secrets {
            row("also keep", &sentence(&[&format!("{} ({})", it.path, it.keeps)], &[("unless given by", it.unless)]))?;
        }
        if let Some(it) = &self.memory {
            let signs = [("kept with", it.on), ("not kept with", it.off), ("unless", it.unless)];
            let parts = [it.default.unwrap_or_default(), it.instead.unwrap_or_default(), it.note.unwrap_or_default()];
            row("in memory", &sentence(&parts[..1], &signs))?;
            parts[1..].iter().filter(|it| !it.is_empty()).try_for_each(|it| row("", it))?;
        }
        if let Some(it) = &self.identity {
            let by = if it.keyed_by == "ip" { "its address" } else { "its host name" };
            let head = format!("files its data under {by}");
            let parts = [&*head, it.note.unwrap_or_default()];
            row("identity", &sentence(&parts, &[("told by", it.env), ("or in", it.files)]))?;
            it.fix.map_or(Ok(()), |it| row("", it))?;
        }
        if let Some(user) = self.user {
            row("user", &format!("{user}: cannot write to a directory that Docker makes for root"))?;
        }
        let risks = [
            ("bind", "a directory of macOS or Windows", &self.bind),
            ("network", "a network file system", &self.network),
        ];
        for (name, what, risk) in risks {
            let Some(it) = risk else { continue };
            row(name, &sentence(&[&format!("{what}: {}", it.risk), it.note.unwrap_or_default()], &[]))?;
        }
        if let Some(it) = &self.floating {
            let minor = if it.minor { "a minor version counts as a major one" } else { "" };
            let pin = it.pin.map_or_else(String::new, |it| format!("pin {it}"));
            let head = format!("{} risk if the tag moves", it.risk);
            row("tags", &sentence(&[&head, it.note.unwrap_or_default(), minor, &pin], &[("not to be had:", it.gone)]))?;
        }
        if self.collation {
            row("collation", "text is sorted as the C library of the image does")?;
        }
        match self.shared {
            Some("never") => row("sharing", "a data directory is for one container")?,
            Some("by-design") => row("sharing", "containers may share a data directory")?,
            _ => {}
        }
        if self.often_cache {
            row("cache", "counts as one, unless it says that it keeps data")?;
        }
        self.dump.map_or(Ok(()), |it| row("backup", &format!("`{it}`, while the server runs")))
    }
}

/// The programs that are not in the image, in the versions that are asked for.
pub(super) fn lacks<'a>(
    family: &'a Family,
    holds: impl Fn(Versions) -> bool,
    condition: impl Fn(Versions) -> Option<String>,
) -> Vec<LackEntry<'a>> {
    let entry = |it: &'a Lack| LackEntry {
        versions: condition(it.versions),
        tags: it.tags.as_deref(),
        unless: it.unless.as_deref(),
        tools: &it.tools,
    };
    family.health.lacks.iter().filter(|it| holds(it.versions)).map(entry).collect()
}

impl LackEntry<'_> {
    /// What is not there, and where.
    pub(super) fn describe(&self) -> String {
        let versions = self.versions.as_ref().map_or_else(String::new, |it| format!("{it}  "));
        let tags = self.tags.map_or_else(String::new, |it| format!("; tags {it}"));
        let unless = self.unless.map_or_else(String::new, |it| format!("; not tags {it}"));
        format!("{versions}{}{tags}{unless}", self.tools.join(" "))
    }
}

/// Joins what there is, with lists behind what they are.
fn sentence(parts: &[&str], lists: &[(&str, &[String])]) -> String {
    let lists = lists.iter().filter(|it| !it.1.is_empty()).map(|it| format!("{} {}", it.0, it.1.join(", ")));
    let parts = parts.iter().filter(|it| !it.is_empty()).map(|it| (*it).to_string());
    parts.chain(lists).collect::<Vec<_>>().join("; ")
}
