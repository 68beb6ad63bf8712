//! Completion in `.plimsoll.yaml`.

use super::Offer;
use super::line::Line;
use lsp_types::CompletionItemKind;
use plimsoll_core::check::Group;
use plimsoll_core::config::KEYS;
use plimsoll_rules::images::{KINDS, catalogue, keys};
use std::ops::Range;

const SEVERITIES: &[&str] = &["error", "warning", "info"];
const HOSTS: &[&str] = &["linux", "macos", "windows"];

/// What can stand at a place.
pub(super) fn offers(line: &Line<'_>) -> Vec<Offer> {
    let behind = line.behind();
    let mut path: Vec<&str> = line.keys.iter().map(String::as_str).collect();
    path.extend(behind.iter().map(|it| it.key));
    // What an override may say is the same as what stands at the top.
    let is_override = path.first() == Some(&"overrides");
    let inner = &path[usize::from(is_override)..];
    let span = line.word();
    let is_key = behind.is_none() && line.is_key();
    let in_list = line.is_item || behind.as_ref().is_some_and(|it| it.in_flow) || is_continued(line);
    match inner {
        [] if is_key && is_override => named(keys_of("overrides"), line),
        [] if is_key && !line.is_item => {
            let known =
                |it: &&str| line.text.lines().any(|line| line.strip_prefix(it).is_some_and(|it| it.starts_with(':')));
            let left: Vec<&'static str> = keys_of("").iter().copied().filter(|it| !known(it)).collect();
            named(&left, line)
        }
        [key @ ("select" | "ignore")] => listed(rules(&span, *key == "select"), in_list),
        ["severity"] if is_key => with_colon(Offer::rules(&span), line),
        ["severity", _] if behind.is_some() => words(SEVERITIES, &span),
        ["hosts"] => listed(words(HOSTS, &span), in_list),
        ["fail-on"] if behind.is_some() => words(&[SEVERITIES, &["never"]].concat(), &span),
        ["services", _] if is_key => named(keys_of("services"), line),
        ["services", _, "ignore"] if is_key => with_colon(Offer::rules(&span), line),
        ["projects", _] if is_key => named(keys_of("projects"), line),
        ["images"] if is_key => {
            let all = keys().into_iter().filter(|it| !it.contains('.'));
            with_colon(all.map(|it| Offer::new(it, CompletionItemKind::PROPERTY, span.clone())), line)
        }
        ["images", "like"] if behind.is_some() => {
            let offer = |id: &str| Offer::new(id, CompletionItemKind::VALUE, span.clone());
            catalogue().all().iter().map(|it| offer(&it.id).saying(it.name.as_str())).collect()
        }
        ["images", "kind"] if behind.is_some() => words(KINDS, &span),
        _ => Vec::new(),
    }
}

/// Whether the line goes on with a list in brackets that began above it.
fn is_continued(line: &Line<'_>) -> bool {
    let above = line.text[..line.content.start].trim_end();
    above.ends_with(['[', ','])
}

fn keys_of(table: &str) -> &'static [&'static str] {
    KEYS.iter().find(|it| it.0 == table).map_or(&[], |it| it.1)
}

fn words(words: &[&str], span: &Range<usize>) -> Vec<Offer> {
    words.iter().map(|it| Offer::new(*it, CompletionItemKind::ENUM_MEMBER, span.clone())).collect()
}

/// Rules and groups.
fn rules(span: &Range<usize>, all: bool) -> Vec<Offer> {
    let group = |it: &str| Offer::new(it, CompletionItemKind::ENUM, span.clone()).at(3);
    let groups = Group::ALL.iter().map(|it| group(it.name()).saying("all rules of this group"));
    let all = all.then(|| group("all").saying("every rule"));
    groups.chain(all).chain(Offer::rules(span)).collect()
}

/// Where there is no list yet, it begins with its bracket.
fn listed(offers: Vec<Offer>, in_list: bool) -> Vec<Offer> {
    let bracket = |it: Offer| {
        let text = format!("[{}]", it.text);
        it.with(text)
    };
    if in_list { offers } else { offers.into_iter().map(bracket).collect() }
}

fn named(keys: &[&'static str], line: &Line<'_>) -> Vec<Offer> {
    with_colon(keys.iter().map(|it| Offer::new(*it, CompletionItemKind::PROPERTY, line.word())), line)
}

/// Keys, with a colon if there is none.
fn with_colon(offers: impl Iterator<Item = Offer>, line: &Line<'_>) -> Vec<Offer> {
    let has = line.text[line.word().end..].starts_with(':');
    let colon = |it: Offer| {
        let text = format!("{}:", it.text);
        it.with(text)
    };
    offers.map(|it| if has { it } else { colon(it) }).collect()
}
