//! Completion in a Compose file: what the catalogue knows of the image of the service.

use super::Offer;
use super::line::Typed;
use crate::analysis::Analysis;
use crate::session::Session;
use lsp_types::{CompletionItemKind, Uri};
use plimsoll_core::fix::Yaml;
use plimsoll_core::model::{Service, Test};
use plimsoll_rules::recommended;
use plimsoll_rules::state::{Cover, State};
use std::ops::Range;

/// What can stand at a place.
pub(super) fn offers(session: &mut Session, uri: &Uri, line: &Typed) -> Vec<Offer> {
    let keys: Vec<&str> = line.keys.iter().map(String::as_str).collect();
    let (["services", name] | ["services", name, "volumes" | "healthcheck"]) = keys[..] else { return Vec::new() };
    let Some(analysis) = session.analysis(uri) else { return Vec::new() };
    let Some(service) = analysis.service(name) else { return Vec::new() };
    let state = analysis.state(service);
    let written = Written::new(line);
    match (&keys[2..], state) {
        ([], Some(state)) if !line.is_item => own(&written, state, state.runs(analysis.project()), service),
        (["volumes"], state) => volumes(&written, &analysis, state),
        (["healthcheck"], Some(state)) if !line.is_item && written.is_key() => {
            let test = recommended::test(state.runs(analysis.project()), &state.family);
            let test =
                test.filter(|_| service.healthcheck.as_ref().is_none_or(|it| matches!(it.test, Test::Inherited)));
            test.into_iter().map(|it| written.entry("test", &it, &state.family.name)).collect()
        }
        _ => Vec::new(),
    }
}

/// What is typed of a line, and what of it an offer replaces.
struct Written<'a> {
    line: &'a Typed,
    /// What stands before the cursor.
    before: &'a str,
    /// What stands behind it.
    after: &'a str,
}

impl<'a> Written<'a> {
    fn new(line: &'a Typed) -> Written<'a> {
        let at = line.cursor.saturating_sub(line.content.start).min(line.written.len());
        let (before, after) = line.written.split_at_checked(at).unwrap_or((&line.written, ""));
        Written { line, before, after }
    }

    /// Whether a key is typed, and nothing stands behind it.
    fn is_key(&self) -> bool {
        let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
        self.before.chars().all(is_word) && self.after.trim_start_matches(is_word).trim_start_matches(':').is_empty()
    }

    /// The key that the cursor is behind, and the bytes of what stands there.
    fn value(&self) -> Option<(&'a str, Range<usize>)> {
        let (key, rest) = self.before.split_once(':')?;
        let value = rest.trim_start();
        let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
        let until = self.after.find(['"', '\'', ' ']).unwrap_or(self.after.len());
        let is_value = rest.starts_with(' ');
        is_value.then(|| (key, self.line.cursor - value.len()..self.line.cursor + until))
    }

    /// A whole entry in place of the key that is typed, or behind it.
    fn entry(&self, key: &str, value: &Yaml, of: &str) -> Offer {
        let indentation = format!("{}{}", self.line.end, " ".repeat(self.line.column));
        let step = " ".repeat(self.line.step);
        let text = format!("{key}:{}", value.behind_key(&indentation, &step));
        let label = if matches!(value, Yaml::Map(_)) { key.to_string() } else { text.clone() };
        let span = self.line.content.clone();
        Offer::new(label, CompletionItemKind::PROPERTY, span).with(text).saying(format!("recommended for {of}")).at(1)
    }
}

/// What stands right in a service: its probe, and how it is stopped.
fn own(written: &Written<'_>, state: &State, runs: &Service, service: &Service) -> Vec<Offer> {
    let family = &state.family;
    let grace = recommended::grace(&family.stop);
    let (wanted, image) = (family.stop.wanted.clone(), family.stop.image.clone());
    let probe = recommended::healthcheck(runs, family);
    if written.is_key() {
        let mut offers = Vec::new();
        let typed = written.line.written.trim_end_matches(':');
        let is_free = |key: &str, there: bool| !there || typed == key;
        if let Some(probe) = probe.filter(|_| is_free("healthcheck", service.healthcheck.is_some())) {
            offers.push(written.entry("healthcheck", &probe, &family.name));
        }
        if let Some(grace) = grace.filter(|_| is_free("stop_grace_period", service.stop_grace_period.is_some())) {
            offers.push(written.entry("stop_grace_period", &Yaml::text(grace), &family.name));
        }
        if let Some(signal) = wanted.filter(|_| is_free("stop_signal", service.stop_signal.is_some())) {
            offers.push(written.entry("stop_signal", &Yaml::text(signal), &family.name));
        }
        return offers;
    }
    // Right behind the colon nothing is typed yet that could be a value.
    if written.before.trim_end() == "healthcheck:" && written.after.is_empty() {
        let Some(probe) = probe else { return Vec::new() };
        let start = written.line.content.start + "healthcheck:".len();
        let indentation = format!("{}{}", written.line.end, " ".repeat(written.line.column));
        let text = probe.behind_key(&indentation, &" ".repeat(written.line.step));
        let offer = Offer::new("healthcheck", CompletionItemKind::PROPERTY, start..written.line.cursor).with(text);
        return vec![offer.saying(format!("recommended for {}", family.name)).at(1)];
    }
    let Some((key, span)) = written.value() else { return Vec::new() };
    let value = |text: String| Offer::new(text, CompletionItemKind::VALUE, span.clone());
    match key {
        "stop_grace_period" => {
            let why = family.stop.why.clone().unwrap_or_else(|| format!("recommended for {}", family.name));
            grace.into_iter().map(|it| value(it).saying(why.as_str()).at(1)).collect()
        }
        "stop_signal" => {
            let is_bad = |name: &String| family.stop.bad.iter().any(|it| it.0 == *name);
            let image = image.filter(|it| !is_bad(it) && wanted.as_ref() != Some(it));
            let wanted = wanted.map(|it| value(it).saying(format!("recommended for {}", family.name)).at(1));
            wanted.into_iter().chain(image.map(|it| value(it).saying("what the image has").at(2))).collect()
        }
        _ => Vec::new(),
    }
}

/// Sources and targets of mounts.
fn volumes(written: &Written<'_>, analysis: &Analysis<'_>, state: Option<&State>) -> Vec<Offer> {
    if let Some((key, span)) = written.value() {
        return match key {
            "target" => paths(state, &span),
            "source" => names(analysis).map(|it| Offer::new(it, CompletionItemKind::REFERENCE, span.clone())).collect(),
            _ => Vec::new(),
        };
    }
    if !written.line.is_item {
        return Vec::new();
    }
    let quote = written.before.len() - written.before.trim_start_matches(['"', '\'']).len();
    let typed = &written.before[quote..];
    let start = written.line.cursor - typed.len();
    let until = |stops: &[char]| written.after.find(stops).unwrap_or(written.after.len());
    match source(typed) {
        // A drive of Windows.
        Some(at) if at == 1 && typed.starts_with(|it: char| it.is_ascii_alphabetic()) => Vec::new(),
        Some(at) if !typed[at + 1..].contains(':') => {
            let span = start + at + 1..written.line.cursor + until(&[':', '"', '\'', ' ']);
            paths(state, &span)
        }
        None if !typed.contains(['/', '.', ' ', '$', '~', '{']) => {
            let end = until(&[':', '"', '\'', ' ']);
            let has_colon = written.after[end..].starts_with(':');
            let span = start..written.line.cursor + end;
            let offer = |it: &str| {
                let text = if has_colon { it.to_string() } else { format!("{it}:") };
                Offer::new(it, CompletionItemKind::REFERENCE, span.clone())
                    .with(text)
                    .saying("a volume of this project")
            };
            names(analysis).map(offer).collect()
        }
        _ => Vec::new(),
    }
}

/// Where the source of a short mount ends. A colon in `${…}` is a part of it.
fn source(typed: &str) -> Option<usize> {
    let mut open = 0usize;
    for (at, it) in typed.char_indices() {
        match it {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            ':' if open == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// The volumes of the project that can be written without quotes.
fn names<'a>(analysis: &'a Analysis<'_>) -> impl Iterator<Item = &'a str> {
    let is_plain = |it: &&str| it.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-'));
    analysis.project().volumes.iter().map(|it| it.name.as_str()).filter(is_plain)
}

/// Where the image keeps its data. What has no mount yet comes first.
fn paths(state: Option<&State>, span: &Range<usize>) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    let Some(state) = state else { return offers };
    for place in state.layouts.iter().flat_map(|it| &it.places) {
        let path = place.mount_shown();
        let is_known = path.starts_with(['/', '$']) && !path.contains("{major}") && path != "/";
        if !is_known || offers.iter().any(|it| it.label == path) {
            continue;
        }
        let order = match (&place.cover, place.optional) {
            (Cover::Mount(_), _) => 4,
            (_, true) => 3,
            _ => 1,
        };
        let keeps = place.keeps.as_deref().unwrap_or("data");
        let detail = format!("{}: {keeps}", state.family.name);
        offers.push(Offer::new(path, CompletionItemKind::FOLDER, span.clone()).saying(detail).at(order));
    }
    offers
}
