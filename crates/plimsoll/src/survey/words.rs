//! The words of a survey that several formats share.

use super::Found;
use plimsoll_core::text::Text;
use plimsoll_rules::survey::{Event, Keeper, KeeperKind, Mark, Reason, Row, Verdict};
use std::collections::HashSet;

/// What a keeper is, and which.
pub(super) fn keeper(it: &Keeper) -> String {
    match (&it.name, it.kind) {
        (Some(_), KeeperKind::ImageVolume) | (None, _) => it.kind.name().to_string(),
        (Some(name), KeeperKind::Bind) => format!("bind {name}"),
        (Some(name), _) => format!("{} {name}", it.kind.name()),
    }
}

fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// The line that counts.
pub(super) fn summary(found: &Found) -> String {
    let total = found.survey.counted().count();
    if total == 0 {
        return match found.survey.rows.len() {
            0 => "no place with state is known".to_string(),
            _ => "no place with state that counts is known".to_string(),
        };
    }
    let mut parts = Vec::new();
    for event in [Event::Restart, Event::Up, Event::Down, Event::DownVolumes] {
        let name = event.name();
        match found.survey.count(event, Verdict::No) {
            0 => {}
            lost if parts.is_empty() => {
                let does = if lost == 1 { "does" } else { "do" };
                parts.push(format!("{lost} of {} {does} not survive `{name}`", count(total, "place")));
            }
            lost => parts.push(format!("{lost} `{name}`")),
        }
    }
    let hidden = |row: &&Row| Event::ALL[..4].iter().any(|it| row.fate(*it).verdict == Verdict::Unknown);
    let unknown = found.survey.counted().filter(hidden).count();
    let mut line = match (parts.is_empty(), unknown) {
        (false, _) => parts.join(", "),
        (true, 0) if found.survey.count(Event::DownVolumes, Verdict::Yes) == total => {
            format!("every place ({total}) survives `down -v`")
        }
        (true, _) => format!("no place (of {total}) is known to be lost by `down -v`"),
    };
    if unknown > 0 {
        line = format!("{line}; of {unknown} the files do not show it");
    }
    line
}

/// A line below the table: our own words, and names from the files.
pub(super) struct Note {
    /// What is said of them.
    pub words: &'static str,
    /// Whom it is said of; not all of them, if there are many.
    pub names: Vec<String>,
    /// How many names are left out.
    pub more: usize,
}

/// How many names are written out.
const NAMES: usize = 8;

/// What stands below the table.
pub(super) fn notes(found: &Found) -> Vec<Note> {
    let rows = &found.survey.rows;
    let project = &found.resolution.project;
    let marked = |mark: Mark| services(found, rows.iter().filter(move |it| it.marks.contains(&mark)));
    let known: HashSet<usize> = rows.iter().filter(|it| it.image.is_some()).map(|it| it.service).collect();
    let unknown = rows.iter().filter(|it| !known.contains(&it.service));
    let off = rows.iter().filter(|it| !project.services[it.service].enabled);
    let mut assumed: Vec<String> = Vec::new();
    for name in rows.iter().flat_map(|it| &it.assumes) {
        if !assumed.contains(name) {
            assumed.push(name.clone());
        }
    }
    let unused = found.survey.unused.iter().map(|it| project.volumes[*it].name.clone());
    let unseen = found.survey.unseen.iter().map(|it| found.service(*it).to_string());
    let mut unread: Vec<String> = project.unread.iter().map(|it| it.what.replace('`', "")).collect();
    unread.sort_unstable();
    unread.dedup();
    let notes = [
        ("* not counted, caches and what is filled again", marked(Mark::Cache)),
        ("* not counted, for tests", marked(Mark::Test)),
        ("* not counted, logs and the like", marked(Mark::Optional)),
        ("* not counted, mounted beside the data (misplaced-data-mount)", marked(Mark::Misplaced)),
        ("listed for the mounts, what the service keeps is not known", services(found, unknown)),
        ("may keep its state elsewhere, which the files do not show", marked(Mark::Uncertain)),
        ("in a profile that is not switched on", services(found, off)),
        ("taken with the default of the files", assumed),
        ("declared, and no service mounts it", unused.collect()),
        ("not listed, image not known and no mount that looks like state", unseen.collect()),
        ("not read", unread),
    ];
    let notes = notes.into_iter().filter(|it| !it.1.is_empty()).map(|(words, mut names)| {
        let more = names.len().saturating_sub(NAMES);
        names.truncate(NAMES);
        Note { words, names, more }
    });
    notes.collect()
}

/// The names of the services of some rows, each once.
fn services<'a>(found: &Found, rows: impl Iterator<Item = &'a Row>) -> Vec<String> {
    let mut last = None;
    let mut names = Vec::new();
    for row in rows {
        if last.replace(row.service) != Some(row.service) {
            names.push(found.service(row.service).to_string());
        }
    }
    names
}

/// The reasons of the cells that say neither yes nor no, each once, with what the page says first.
pub(super) fn reasons(found: &Found) -> Vec<(&'static Reason, String)> {
    let mut seen: Vec<&'static Reason> = Vec::new();
    for fate in found.survey.rows.iter().flat_map(|it| it.fates) {
        if matches!(fate.verdict, Verdict::Maybe | Verdict::Unknown) && !seen.contains(&fate) {
            seen.push(fate);
        }
    }
    seen.into_iter().map(|it| (it, it.sentence())).collect()
}

/// The paths of a row, for one cell.
pub(super) fn paths(row: &Row) -> String {
    row.paths.join(" or ")
}

/// What the project is called; a name that is not known is left out.
pub(super) fn project(found: &Found) -> Option<&str> {
    found.naming.name.as_deref().filter(|it| !it.is_empty())
}

/// The profiles of a service, as they are written.
pub(super) fn profiles(found: &Found, service: usize) -> Vec<String> {
    found.resolution.project.services[service].profiles.iter().map(Text::shown).collect()
}
