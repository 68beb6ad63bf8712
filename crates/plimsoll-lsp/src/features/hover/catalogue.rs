//! An entry of the catalogue, as far as it holds for an image.

use super::super::page::Page;
use plimsoll_rules::images::{Confidence, DataPath, Family, matches};
use plimsoll_rules::state::State;
use plimsoll_rules::version::{Version, Versions};
use std::sync::Arc;

/// An image that the catalogue knows.
pub(super) struct Known {
    /// The entry.
    pub family: Arc<Family>,
    /// The version, if it is known.
    pub version: Option<Version>,
    /// The tag, if it is known. It may be the value of a variable, so it is not shown.
    pub tag: Option<String>,
    /// Whether the tag has directories of its own.
    pub special: bool,
    /// The image as it is written.
    pub shown: String,
    /// Whether the tag is written.
    pub is_tag_known: bool,
}

impl Known {
    /// The image of a service.
    pub fn of_state(state: &State, shown: String) -> Known {
        let tag = shown.rsplit_once(':').map(|it| it.1).filter(|it| !it.contains(['/', '$', '@'])).map(str::to_string);
        let tag_of = tag.as_deref().unwrap_or_default();
        let special = state.family.data.iter().any(|it| it.tags.as_ref().is_some_and(|it| matches(it, tag_of)));
        let is_tag_known = !shown.contains(['$', '@']);
        Known { family: state.family.clone(), version: state.version, tag, special, shown, is_tag_known }
    }

    /// Whether something may hold for this version.
    fn holds(&self, versions: Versions) -> bool {
        self.version.is_none() || versions.holds(self.version) == Some(true)
    }

    /// The versions that something holds for, if it is not known which one this is.
    fn condition(&self, versions: Versions) -> String {
        match (self.version, versions) {
            (Some(_), _) | (None, Versions::All) => String::new(),
            (None, Versions::Before(limit)) => format!("before {}: ", number(limit)),
            (None, Versions::From(limit)) => format!("from {} on: ", number(limit)),
        }
    }

    /// Whether a directory is one of this tag.
    fn has(&self, data: &DataPath) -> bool {
        if !self.is_tag_known {
            return true;
        }
        match &data.tags {
            Some(glob) => matches(glob, self.tag.as_deref().unwrap_or_default()),
            None => !self.special,
        }
    }
}

/// A version without a minor number that is not there, or that stands for the newest.
fn number(version: Version) -> String {
    match version.minor {
        0 | u32::MAX => version.major.to_string(),
        minor => format!("{}.{minor}", version.major),
    }
}

/// Writes what is known of an image.
pub(super) fn write(page: &mut Page, it: &Known) {
    let family = &*it.family;
    let (shown, name) = (page.code(&it.shown), page.prose(&family.name));
    page.heading(&format!("{name}: {shown}"));
    let version = match it.version {
        // What a variable says is not shown.
        Some(version) if !it.shown.contains('$') => format!(", version {}", number(version)),
        Some(_) => String::new(),
        None => ", version not known".to_string(),
    };
    let kind = page.prose(&family.kind);
    page.paragraph(&format!("{kind}{version}"));
    data(page, it);
    hazards(page, it);
    running(page, it);
    if let Some(note) = &family.note {
        let note = page.prose(note);
        page.item("note", &note);
    }
    let mut founded = match family.confidence {
        Confidence::Verified => "the Dockerfile of the image was read",
        Confidence::Documented => "the documentation was read",
        Confidence::Inferred => "general knowledge, in no source",
    }
    .to_string();
    if !family.unverified.is_empty() {
        founded = format!("{founded}, but not for {}", page.codes(&family.unverified));
    }
    page.item("founded on", &founded);
    let links: Vec<String> = family.see.iter().map(|it| page.link(host(it), it)).collect();
    if !links.is_empty() {
        page.item("see", &links.join(", "));
    }
}

/// The host of an address, or all of it.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |it| it.1);
    let host = rest.split('/').next().unwrap_or(rest);
    let is_plain = host.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-'));
    if is_plain && !host.is_empty() { host } else { "source" }
}

/// Where it keeps data.
fn data(page: &mut Page, it: &Known) {
    let family = &*it.family;
    let major = it.version.filter(|_| !it.shown.contains('$')).map_or("<major>".to_string(), |it| it.major.to_string());
    let path = |text: &str| text.replace("{major}", &major);
    for data in family.data.iter().filter(|data| it.holds(data.versions) && it.has(data)) {
        let mut text = format!("{}{}", it.condition(data.versions), page.code(&path(&data.path)));
        if let Some(tags) = data.tags.as_ref().filter(|_| !it.is_tag_known) {
            text = format!("{text} (tags {})", page.code(tags));
        }
        if let Some(keeps) = &data.keeps {
            text = format!("{text}: {}", page.prose(keeps));
        }
        if data.optional {
            text.push_str("; nothing of yours is lost with it");
        }
        if let Some(mount) = data.mount.as_ref().filter(|it| **it != data.path) {
            text = format!("{text}; mount at {}", page.code(&path(mount)));
        }
        let moves: Vec<&String> = data.env.iter().chain(&data.flags).collect();
        for (what, signs) in [
            ("moved by", moves),
            ("only with", data.needs.iter().collect()),
            ("elsewhere with", data.unless.iter().collect()),
        ] {
            if !signs.is_empty() {
                text = format!("{text}; {what} {}", page.codes(&signs));
            }
        }
        page.item("data", &text);
    }
    if family.cache {
        page.item("cache", "nothing is lost with it");
    }
    if family.often_cache {
        page.item("cache", "counts as one, unless it says that it keeps data");
    }
    match &family.volumes {
        None => page.item("VOLUME", "not known"),
        Some(sets) => {
            let sets: Vec<_> = sets.iter().filter(|set| it.holds(set.0) && !set.1.is_empty()).collect();
            if sets.is_empty() {
                page.item("VOLUME", "none");
            }
            for set in sets {
                let text = format!("{}{}", it.condition(set.0), page.codes(&set.1));
                page.item("VOLUME", &text);
            }
        }
    }
    for wrong in family.wrong.iter().filter(|wrong| it.holds(wrong.versions)) {
        let text = format!("{}{}: {}", it.condition(wrong.versions), page.code(&wrong.path), page.prose(&wrong.why));
        page.item("do not mount at", &text);
    }
}

/// How its data is lost although something is mounted.
fn hazards(page: &mut Page, it: &Known) {
    let family = &*it.family;
    let noted = |page: &Page, head: &str, note: &Option<String>| match note {
        Some(note) => format!("{head}: {}", page.prose(note)),
        None => head.to_string(),
    };
    for also in &family.also {
        let text = page.prose(also);
        page.item("keep as well", &text);
    }
    for secret in &family.secrets {
        let text = format!("{}: {}", page.code(&secret.path), page.prose(&secret.keeps));
        page.item("keep as well", &text);
    }
    if let Some(memory) = &family.memory {
        let parts = [&memory.default, &memory.instead, &memory.note];
        let mut text = parts.into_iter().flatten().map(|it| page.prose(it)).collect::<Vec<_>>();
        for (what, signs) in [("kept with", &memory.on), ("not kept with", &memory.off)] {
            if !signs.is_empty() {
                text.push(format!("{what} {}", page.codes(signs)));
            }
        }
        page.item("in memory", &text.join("; "));
    }
    if let Some(identity) = &family.identity {
        let by = if identity.keyed_by == "ip" { "its address" } else { "its host name" };
        let mut text = noted(page, &format!("files its data under {by}"), &identity.note);
        if let Some(fix) = &identity.fix {
            text = format!("{text}; {}", page.prose(fix));
        }
        page.item("identity", &text);
    }
    if let Some(user) = family.user {
        page.item("user", &format!("{user}; it cannot write to a directory that Docker makes for root"));
    }
    let risks = [("on a directory of macOS or Windows", &family.bind), ("on a network file system", &family.network)];
    for (what, risk) in risks.into_iter().filter_map(|it| Some((it.0, it.1.as_ref()?))) {
        let level = page.prose(&risk.level);
        let text = noted(page, &level, &risk.note);
        page.item(what, &text);
    }
    if let Some(floating) = &family.floating {
        let head = format!("{} risk if the tag moves", page.prose(&floating.risk));
        let mut text = noted(page, &head, &floating.note);
        if let Some(pin) = &floating.pin {
            text = format!("{text}; pin {}", page.prose(pin));
        }
        page.item("tag", &text);
    }
    if family.collation {
        page.item("collation", "text is sorted as the C library of the image does");
    }
    match family.shared.as_deref() {
        Some("never") => page.item("sharing", "a data directory is for one container"),
        Some("by-design") => page.item("sharing", "containers may share a data directory"),
        _ => {}
    }
    if let Some(dump) = &family.dump {
        let text = format!("{}, while the server runs", page.code(dump));
        page.item("backup", &text);
    }
}

/// How it stops, how to ask whether it is well, and where it runs.
fn running(page: &mut Page, it: &Known) {
    let family = &*it.family;
    let mut stop = page.code(family.stop.image.as_deref().unwrap_or("SIGTERM"));
    if let Some(wanted) = &family.stop.wanted {
        stop = format!("{stop}; set {}", page.code(wanted));
    }
    if let Some(grace) = family.stop.grace {
        let by = if family.stop.documented { "documented" } else { "inferred" };
        stop = format!("{stop}; may take {grace} ({by})");
    }
    if let Some(why) = &family.stop.why {
        stop = format!("{stop}; {}", page.prose(why));
    }
    page.item("stop", &stop);
    for (signal, why) in &family.stop.bad {
        let text = format!("{}: {}", page.code(signal), page.prose(why));
        page.item("do not stop with", &text);
    }
    let mut health = match family.health.image {
        Some(true) => "the image has one",
        Some(false) => "the image has none",
        None => "not known whether the image has one",
    }
    .to_string();
    if !family.health.test.is_empty() {
        // As it can be written into a Compose file: a list in JSON is one in YAML.
        let test = serde_json::to_string(&family.health.test).unwrap_or_default();
        health = format!("{health}; {}", page.code(&format!("test: {test}")));
    }
    if let Some(note) = &family.health.note {
        health = format!("{health}; {}", page.prose(note));
    }
    page.item("healthcheck", &health);
    for set in family.platforms.iter().filter(|set| it.holds(set.0) && !set.1.is_empty()) {
        let text = format!("{}{}", it.condition(set.0), page.codes(&set.1));
        page.item("platforms", &text);
    }
}
