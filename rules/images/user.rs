//! Images that the user describes: entries of the catalogue's own shape, or like one that is there.

use super::read::family;
use super::shape::{ENTRY, Kind, Table};
use super::{Catalogue, Confidence, Family, catalogue};
use crate::version::Versions;
use plimsoll_core::config::reader::{Reader, Setting};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::grammar::{duration, image, path, platform, signal};
use plimsoll_core::tree::{NodeId, Tree};

/// Reads the value of `images` in a file of settings: the user's entries over those that are built in, and what is
/// wrong with them.
pub fn read_user(tree: &Tree, images: NodeId) -> (Catalogue, Vec<Diagnostic>) {
    let mut reader = Reader::new(tree, tree.span(images));
    let mut families = Vec::new();
    for item in reader.list(images, "images") {
        let settings = check(&mut reader, item, &ENTRY);
        let has = |key: &str| settings.iter().any(|it| it.key.as_str() == key);
        let like = settings.iter().find(|it| it.key.as_str() == "like");
        let span = tree.span(item);
        if like.is_none() && has("images") {
            if !has("kind") {
                let found = reader.mistake(span, "an image needs its `kind`, such as `database`");
                found.help("or say which image it is like: `like: postgres`");
            }
            if !has("data") && !has("cache") {
                let found = reader.mistake(span, "an image needs `data`, the directories that it keeps");
                found.help("write `data: []` if it keeps nothing");
            }
        }
        let like = like.and_then(|it| catalogue().by_id(tree.key(it.value)));
        let mut family = known(family(tree, item, like.as_deref()), like.as_deref(), &settings);
        let stop = settings.iter().find(|it| it.key.as_str() == "stop");
        family.stop.own = stop.is_some_and(|it| tree.get(it.value, "grace").is_some());
        families.push(family);
    }
    (Catalogue::over(families, catalogue()), reader.mistakes())
}

/// What the user says counts as read in a source. What an entry takes over from another one is as good as it was there.
fn known(mut family: Family, like: Option<&Family>, settings: &[Setting]) -> Family {
    let has = |key: &str| settings.iter().any(|it| it.key.as_str() == key);
    if !has("confidence") {
        family.confidence = Confidence::Verified;
    }
    let taken_over = like.is_some_and(|it| it.confidence == Confidence::Inferred) && !has("confidence");
    if taken_over {
        family.unverified = ENTRY.keys.iter().map(|it| it.0.to_string()).collect();
    }
    if !has("unverified") {
        family.unverified.retain(|it| !has(it));
    }
    let first = family.images.first().cloned().unwrap_or_default();
    if family.name.is_empty() {
        let last = file_name(&first);
        family.name = last.trim_matches('*').to_string();
    }
    if !has("id") {
        family.id = first;
    }
    family
}

/// Holds a mapping against its table, and gives its entries.
fn check(reader: &mut Reader<'_>, id: NodeId, table: &Table) -> Vec<Setting> {
    let keys: Vec<&str> = table.keys.iter().map(|it| it.0).collect();
    let settings = reader.table(id, table.what, &keys);
    for it in &settings {
        if let Some((name, kind)) = table.keys.iter().find(|key| key.0 == it.key.as_str()) {
            value(reader, it.value, name, *kind);
        }
    }
    let is_mapping = !reader.tree.entries(id).is_empty();
    for key in table.needs.iter().filter(|key| is_mapping && !settings.iter().any(|it| it.key.as_str() == **key)) {
        reader.mistake(reader.tree.span(id), format!("`{key}` is missing in {}", table.what));
    }
    settings
}

fn value(reader: &mut Reader<'_>, id: NodeId, name: &str, kind: Kind) {
    match kind {
        Kind::Text => _ = reader.text(id, name),
        Kind::Texts => _ = reader.texts(id, name),
        Kind::Number => _ = reader.number(id, name),
        Kind::Flag => _ = reader.flag(id, name),
        Kind::OneOf(words) => _ = reader.word(id, name, words),
        Kind::Map(table) => _ = check(reader, id, table),
        Kind::Maps(table) => {
            for item in reader.list(id, name) {
                check(reader, item, table);
            }
        }
        Kind::Entry => {
            let Some(text) = reader.text(id, name) else { return };
            if catalogue().by_id(&text).is_none() {
                let all = catalogue().all();
                let message = format!("the catalogue has no entry `{}`", text.value);
                reader.unknown(&text, message, all.iter().map(|it| it.id.as_str()));
            }
        }
        Kind::Images => {
            if reader.tree.items(id).is_empty() {
                reader.mistake(reader.tree.span(id), "`images` needs the name of an image at least");
            }
            for text in reader.texts(id, name) {
                let whole = text.replace('*', "example");
                let help = match image::parse(&whole) {
                    Err(_) => "write it as in a Compose file, without tag".to_string(),
                    Ok(it) if it.tag.is_some() || it.digest.is_some() => {
                        "leave tag and digest out; `versions` says for which ones something holds".to_string()
                    }
                    Ok(it) if it.repository() != whole => {
                        format!("write `{}`", it.repository().replace("example", "*"))
                    }
                    Ok(_) => continue,
                };
                let message = format!("`{}` is not the name of an image as the catalogue has it", text.value);
                reader.mistake(text.span, message).help(help);
            }
        }
        Kind::Path => {
            each(reader, id, name, false, is_path, "must be an absolute path, without `//`, `..` and `/` at its end")
        }
        Kind::Paths => {
            each(reader, id, name, true, is_path, "must hold absolute paths, without `//`, `..` and `/` at their end");
        }
        Kind::Range => each(reader, id, name, false, is_range, "must be a range such as `<18` or `>=1.136`"),
        Kind::Signal => {
            each(reader, id, name, false, is_signal, "must be the full name of a signal, such as `SIGTERM`")
        }
        Kind::Duration => {
            let is_long = |it: &str| duration::parse(it).is_ok_and(|it| it.0 > 0);
            each(reader, id, name, false, is_long, "must be a duration such as `90s` or `3m`");
        }
        Kind::Platforms => {
            let is_platform =
                |it: &str| platform::parse(it).is_some_and(|it| it.os.is_some() && it.architecture.is_some());
            each(reader, id, name, true, is_platform, "must hold platforms such as `linux/arm64`");
        }
        Kind::Signals => {
            for it in reader.mapping(id, name) {
                if !is_signal(&it.key) {
                    let message = format!("`{}` is not the full name of a signal, such as `SIGTERM`", it.key.value);
                    reader.mistake(it.key.span, message);
                }
                reader.text(it.value, "the reason");
            }
        }
    }
}

/// Holds one text, or every text of a list, against a form.
fn each(reader: &mut Reader<'_>, id: NodeId, name: &str, list: bool, fits: impl Fn(&str) -> bool, what: &str) {
    let texts = if list { reader.texts(id, name) } else { reader.text(id, name).into_iter().collect() };
    for text in texts.into_iter().filter(|it| !fits(it)) {
        reader.mistake(text.span, format!("`{name}` {what}"));
    }
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && path::clean(text) == text && text.replace("{major}", "").find(['{', '}']).is_none()
}

fn is_range(text: &str) -> bool {
    let number = text.strip_prefix('<').or_else(|| text.strip_prefix(">=")).unwrap_or_default();
    let plain = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()) && it.parse::<u32>().is_ok();
    number.split('.').count() <= 2 && number.split('.').all(plain) && Versions::parse(text) != Versions::All
}

fn is_signal(text: &str) -> bool {
    signal::parse(text).is_some_and(|it| it.name() == text)
}
