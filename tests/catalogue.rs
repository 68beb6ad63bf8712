//! The shape of `rules/images.yaml`, and that what it says agrees with itself and with the rules.

use crate::support::{assert_none, check_text, dump, read, root};
use plimsoll_core::check::Options;
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::{duration, image, path, platform, signal};
use plimsoll_core::source::Sources;
use plimsoll_core::syntax;
use plimsoll_core::tree::{NodeId, Tree};
use plimsoll_rules::images::{Confidence, DataPath, Family, Lack, catalogue};
use plimsoll_rules::version::{Version, Versioning, Versions, of_tag};
use std::collections::{BTreeMap, BTreeSet};
use yaml_serde::Value;

const HEAD: [&str; 3] = ["id", "name", "images"];

/// The keys of an entry and of what is in it, and the kind of their values. rules/README.md describes them.
const KEYS: [(&str, &[(&str, Kind)]); 14] = [
    (
        "",
        &[
            ("id", Kind::Word),
            ("name", Kind::Text),
            ("images", Kind::Texts),
            ("kind", Kind::OneOf(&KINDS)),
            ("version", Kind::OneOf(&["leading", "pg"])),
            ("latest", Kind::Number),
            ("data", Kind::Maps),
            ("volumes", Kind::Maps),
            ("wrong", Kind::Maps),
            ("server", Kind::Map),
            ("stop", Kind::Map),
            ("health", Kind::Map),
            ("platforms", Kind::Texts),
            ("old_platforms", Kind::Map),
            ("user", Kind::Number),
            ("bind", Kind::Map),
            ("network", Kind::Map),
            ("floating", Kind::Map),
            ("collation", Kind::OneOf(&["libc"])),
            ("identity", Kind::Map),
            ("also", Kind::Texts),
            ("secrets", Kind::Maps),
            ("memory", Kind::Map),
            ("shared", Kind::OneOf(&["never", "by-design", "unknown"])),
            ("cache", Kind::True),
            ("often_cache", Kind::True),
            ("note", Kind::Text),
            ("dump", Kind::Text),
            ("confidence", Kind::OneOf(&["verified", "documented", "inferred"])),
            ("unverified", Kind::Texts),
            ("see", Kind::Texts),
        ],
    ),
    (
        "data",
        &[
            ("versions", Kind::Range),
            ("tags", Kind::Text),
            ("path", Kind::Path),
            ("links", Kind::Paths),
            ("env", Kind::Texts),
            ("flags", Kind::Texts),
            ("after", Kind::Text),
            ("mount", Kind::Path),
            ("keeps", Kind::Text),
            ("optional", Kind::True),
            ("needs", Kind::Signs),
            ("unless", Kind::Signs),
        ],
    ),
    ("secrets", &[("path", Kind::Path), ("unless", Kind::Signs), ("with", Kind::Signs), ("keeps", Kind::Text)]),
    (
        "memory",
        &[
            ("default", Kind::Text),
            ("on", Kind::Signs),
            ("off", Kind::Signs),
            ("unless", Kind::Signs),
            ("mounts", Kind::Paths),
            ("instead", Kind::Text),
            ("note", Kind::Text),
        ],
    ),
    ("volumes", &[("versions", Kind::Range), ("paths", Kind::Paths)]),
    ("wrong", &[("versions", Kind::Range), ("path", Kind::Path), ("why", Kind::Text)]),
    (
        "server",
        &[
            ("entrypoint", Kind::OneOf(&["script", "binary", "command"])),
            ("names", Kind::Texts),
            ("subcommands", Kind::Texts),
            ("sh", Kind::OneOf(&["dash"])),
        ],
    ),
    (
        "stop",
        &[
            ("image", Kind::Signal),
            ("use", Kind::Signal),
            ("bad", Kind::Map),
            ("grace", Kind::Duration),
            ("basis", Kind::OneOf(&["documented", "inferred"])),
            ("why", Kind::Text),
        ],
    ),
    (
        "health",
        &[
            ("image", Kind::Bool),
            ("test", Kind::Texts),
            ("lacks", Kind::Maps),
            ("early", Kind::Texts),
            ("note", Kind::Text),
        ],
    ),
    ("lacks", &[("versions", Kind::Range), ("tags", Kind::Text), ("unless", Kind::Text), ("tools", Kind::Texts)]),
    ("old_platforms", &[("versions", Kind::Range), ("platforms", Kind::Texts)]),
    ("bind", &[("risk", Kind::Text), ("note", Kind::Text)]),
    (
        "floating",
        &[
            ("risk", Kind::OneOf(&["critical", "high", "medium", "low"])),
            ("note", Kind::Text),
            ("pin", Kind::Text),
            ("minor", Kind::True),
            ("gone", Kind::Texts),
        ],
    ),
    (
        "identity",
        &[
            ("keyed_by", Kind::OneOf(&["hostname", "ip"])),
            ("env", Kind::Texts),
            ("hostname", Kind::True),
            ("files", Kind::Paths),
            ("fix", Kind::Text),
            ("note", Kind::Text),
        ],
    ),
];

/// Beside those of [`KEYS`]: here the level is one of four words.
const NETWORK: &[(&str, Kind)] =
    &[("risk", Kind::OneOf(&["unsupported", "discouraged", "conditional", "ok"])), ("note", Kind::Text)];

const KINDS: [&str; 15] = [
    "database",
    "key-value",
    "document",
    "search",
    "vector",
    "graph",
    "time-series",
    "queue",
    "object-store",
    "coordination",
    "secrets",
    "application",
    "updater",
    "cache",
    "proxy",
];

/// What a value may be.
#[derive(Clone, Copy)]
enum Kind {
    Word,
    Text,
    Texts,
    Signs,
    Number,
    Bool,
    True,
    Path,
    Paths,
    Range,
    Signal,
    Duration,
    OneOf(&'static [&'static str]),
    Map,
    Maps,
}

impl Kind {
    /// What is wrong with a value of this kind.
    fn mistake(self, value: &Value) -> Option<String> {
        let text = value.as_str().filter(|it| !it.trim().is_empty());
        let texts =
            || value.as_sequence().is_some_and(|it| it.iter().all(|it| it.as_str().is_some_and(|it| !it.is_empty())));
        let say = |fine: bool, what: &str| (!fine).then(|| what.to_string());
        match self {
            Kind::Word => say(text.is_some_and(is_word), "is not kebab-case"),
            Kind::Text => say(text.is_some_and(|it| it == it.trim()), "is not a text"),
            Kind::Texts => say(texts(), "is not a list of texts"),
            // A sign is a word, an option with a value, a variable or a path, and it is read by its first character.
            Kind::Signs => {
                let sign = |it: &str| it.trim() == it && !it.starts_with('$') && (!it.starts_with('/') || is_clean(it));
                let signs = value.as_sequence().is_some_and(|it| it.iter().all(|it| it.as_str().is_some_and(sign)));
                say(texts() && signs, "is not a list of signs such as `--save ''`, `NAME=value` or `/path`")
            }
            Kind::Number => say(value.as_u64().is_some(), "is not a number"),
            Kind::Bool => say(value.as_bool().is_some(), "is neither true nor false"),
            Kind::True => say(value.as_bool() == Some(true), "can only be true; leave it out otherwise"),
            Kind::Path => {
                say(text.is_some_and(is_clean), "is not an absolute path without `//`, `..` and `/` at its end")
            }
            Kind::Paths => {
                let clean = |it: &Value| it.as_str().is_some_and(is_clean);
                say(value.as_sequence().is_some_and(|it| it.iter().all(clean)), "is not a list of clean absolute paths")
            }
            Kind::Range => say(text.is_some_and(is_range), "is not a range such as \"<18\" or \">=1.136\""),
            Kind::Signal => say(text.is_some_and(is_signal), "is not the full name of a signal, such as SIGTERM"),
            Kind::Duration => {
                let length = text.and_then(|it| duration::parse(it).ok());
                say(
                    length.is_some_and(|it| it.seconds() > 10),
                    "is not a duration above the 10 s that Docker waits anyway",
                )
            }
            Kind::OneOf(words) => {
                say(text.is_some_and(|it| words.contains(&it)), &format!("is none of {}", words.join(", ")))
            }
            Kind::Map => say(value.is_mapping(), "is not a mapping"),
            Kind::Maps => {
                say(value.as_sequence().is_some_and(|it| it.iter().all(Value::is_mapping)), "is not a list of mappings")
            }
        }
    }
}

fn is_word(text: &str) -> bool {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    text.bytes().all(fits) && !text.starts_with('-') && !text.ends_with('-') && !text.contains("--")
}

fn is_clean(text: &str) -> bool {
    text.starts_with('/') && path::clean(text) == text && text.replace("{major}", "").find(['{', '}']).is_none()
}

fn is_range(text: &str) -> bool {
    let number = text.strip_prefix('<').or_else(|| text.strip_prefix(">=")).unwrap_or_default();
    let parts = number.split('.').count();
    parts <= 2 && number.split('.').all(|it| it.parse::<u32>().is_ok()) && Versions::parse(text) != Versions::All
}

fn is_signal(text: &str) -> bool {
    signal::parse(text).is_some_and(|it| it.name() == text)
}

fn text() -> String {
    read(&root().join("rules/images.yaml"))
}

/// The entries by a YAML library of another family than the one that the program has.
fn entries() -> Vec<(String, Value)> {
    let list: Value = match yaml_serde::from_str(&text()) {
        Ok(list) => list,
        Err(error) => panic!("rules/images.yaml is not YAML: {error}"),
    };
    let list = list.as_sequence().expect("rules/images.yaml must be a list of entries").clone();
    assert!(!list.is_empty(), "rules/images.yaml is empty");
    let id = |it: &Value| it.get("id").and_then(Value::as_str).unwrap_or("an entry without `id`").to_string();
    list.into_iter().map(|it| (id(&it), it)).collect()
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_sequence).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_string).collect()
}

fn assert_catalogue(wrong: &[String]) {
    assert_none(wrong, "rules/images.yaml: rules/README.md describes its shape");
}

#[test]
fn entries_begin_so_that_they_are_found_without_a_parser() {
    let text = text();
    let mut wrong = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate().filter(|it| it.1.starts_with('-')) {
        let line_of = |key: &str| format!("  {key}: ");
        let name = lines.get(at + 1).is_some_and(|it| it.starts_with(&line_of("name")));
        let images = lines.get(at + 2).is_some_and(|it| it.starts_with("  images: [") && it.ends_with(']'));
        let id = line.strip_prefix("- id: ").is_some_and(is_word);
        if !id || !name || !images {
            wrong.push(format!(
                "line {}: an entry begins with `- id: word`, `  name: …` and `  images: […]`, each on one line",
                at + 1
            ));
        }
        if at > 0 && !lines[at - 1].is_empty() {
            wrong.push(format!("line {}: a blank line is missing before this entry", at + 1));
        }
    }
    assert_eq!(lines.iter().filter(|it| it.starts_with("- id: ")).count(), entries().len());
    for (at, line) in lines.iter().enumerate() {
        if line.chars().count() > 140 && !line.contains("https://") {
            wrong.push(format!("line {}: {} columns; at most 140, links aside", at + 1, line.chars().count()));
        }
        if line.ends_with(' ') || line.contains('\t') {
            wrong.push(format!("line {}: a tab, or a blank at its end", at + 1));
        }
    }
    assert_catalogue(&wrong);
}

#[test]
fn it_is_plain_yaml_that_both_parsers_read_alike() {
    let mut sources = Sources::new();
    let file = sources.add_text("images.yaml", text());
    let (mut tree, mut problems) = (Tree::default(), Vec::new());
    let document = syntax::parse(&mut tree, file, sources.get(file), &mut problems);
    let mut wrong: Vec<String> = Vec::new();
    let line = |span| sources.start(span).line;
    wrong.extend(problems.iter().map(|it| format!("line {}: {}", line(it.span), it.message)));
    wrong.extend(document.comments.iter().map(|it| format!("line {}: use `note:` instead of a comment", line(*it))));
    let mut open: Vec<NodeId> = document.roots.clone();
    while let Some(id) = open.pop() {
        let node = tree.node(id);
        if tree.tag(id).is_some()
            || tree.anchor(id).is_some()
            || matches!(node.value, plimsoll_core::tree::Value::Alias(..))
        {
            wrong.push(format!("line {}: no anchors, aliases and tags here", line(node.span)));
        }
        open.extend(tree.entries(id).iter().flat_map(|it| [it.key, it.value]));
        open.extend(tree.items(id).iter().map(|it| it.value));
    }
    assert_catalogue(&wrong);
    // The loader cuts the text by itself; it must come to the same entries.
    let read: Vec<(String, String)> = catalogue().all().iter().map(|it| (it.id.clone(), it.name.clone())).collect();
    let name = |it: &Value| it.get("name").and_then(Value::as_str).unwrap_or_default().to_string();
    let meant: Vec<(String, String)> = entries().iter().map(|it| (it.0.clone(), name(&it.1))).collect();
    assert_eq!(read, meant, "the loader reads other entries than a YAML parser");
}

#[test]
fn only_known_keys_with_values_that_can_be_read() {
    let mut wrong = Vec::new();
    for (id, entry) in entries() {
        keys(&id, "", &entry, &mut wrong);
        for key in HEAD.iter().chain(&["kind", "data", "server", "stop", "confidence", "see"]) {
            if entry.get(*key).is_none() && !(*key == "stop" || entry.get("cache").is_some()) {
                wrong.push(format!("{id}: `{key}` is missing"));
            }
        }
        for (table, key) in [
            ("data", "path"),
            ("volumes", "paths"),
            ("wrong", "path"),
            ("wrong", "why"),
            ("secrets", "path"),
            ("secrets", "keeps"),
        ] {
            let items = entry.get(table).and_then(Value::as_sequence).into_iter().flatten();
            if items.into_iter().any(|it| it.get(key).is_none()) {
                wrong.push(format!("{id}: `{key}` is missing in an item of `{table}`"));
            }
        }
        let bad = entry.get("stop").and_then(|it| it.get("bad")).and_then(Value::as_mapping);
        for (name, why) in bad.into_iter().flatten() {
            if !name.as_str().is_some_and(is_signal) || why.as_str().is_none_or(str::is_empty) {
                wrong.push(format!("{id}: `stop.bad` maps the full name of a signal to a reason, unlike {name:?}"));
            }
        }
        for list in [entry.get("platforms"), entry.get("old_platforms").and_then(|it| it.get("platforms"))] {
            for name in strings(list) {
                if !platform::parse(&name).is_some_and(|it| it.os.is_some() && it.architecture.is_some()) {
                    wrong.push(format!("{id}: `{name}` is no platform such as linux/arm64"));
                }
            }
        }
        for name in strings(entry.get("unverified")) {
            if !KEYS[0].1.iter().any(|it| it.0 == name) {
                wrong.push(format!("{id}: `unverified` names `{name}`, which is no key of an entry"));
            }
        }
        let see = strings(entry.get("see"));
        let unique: BTreeSet<&String> = see.iter().collect();
        if see.is_empty() || see.len() > 4 || unique.len() != see.len() {
            wrong.push(format!("{id}: `see` holds one to four links, here are {}", see.len()));
        }
        for link in see.iter().filter(|it| !it.starts_with("https://") || it.contains([' ', '<', '>'])) {
            wrong.push(format!("{id}: `{link}` in `see` is no https link"));
        }
    }
    assert_catalogue(&wrong);
}

/// Holds the keys of a mapping, and of the mappings in it, against [`KEYS`].
fn keys(place: &str, table: &str, map: &Value, wrong: &mut Vec<String>) {
    let known = KEYS.iter().find(|it| it.0 == table).map_or(NETWORK, |it| it.1);
    for (key, value) in map.as_mapping().into_iter().flatten() {
        let key = key.as_str().unwrap_or_default();
        let Some((_, kind)) = known.iter().find(|it| it.0 == key) else {
            wrong.push(format!("{place}: there is no key `{key}` here"));
            continue;
        };
        if let Some(mistake) = kind.mistake(value) {
            wrong.push(format!("{place}: `{key}` {mistake}"));
        } else if table.is_empty() || key == "lacks" {
            let place = format!("{place}, `{key}`");
            match kind {
                Kind::Map => keys(&place, key, value, wrong),
                Kind::Maps => value.as_sequence().into_iter().flatten().for_each(|it| keys(&place, key, it, wrong)),
                _ => {}
            }
        }
    }
}

#[test]
fn ids_are_sorted_and_unique() {
    let ids: Vec<String> = entries().into_iter().map(|it| it.0).collect();
    let wrong = ids.windows(2).filter(|it| it[0] >= it[1]);
    let wrong: Vec<String> = wrong.map(|it| format!("`{}` must not stand behind `{}`", it[1], it[0])).collect();
    assert_catalogue(&wrong);
}

#[test]
fn every_image_leads_to_its_entry() {
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (id, entry) in entries() {
        let images = strings(entry.get("images"));
        if images.is_empty() {
            wrong.push(format!("{id}: `images` is empty, so nothing leads here"));
        }
        for pattern in images {
            if let Some(other) = seen.insert(pattern.clone(), id.clone()) {
                wrong.push(format!("{id}: `{pattern}` is also an image of {other}"));
            }
            // What a star stands for is a registry, a namespace or a part of a name.
            let name = pattern.replace('*', "example");
            match image::parse(&name) {
                Ok(reference) if reference.tag.is_some() || reference.digest.is_some() => {
                    wrong.push(format!("{id}: `{pattern}`: leave tag and digest out; use `versions` or `tags`"));
                }
                Ok(reference) if reference.repository() != name => {
                    wrong.push(format!("{id}: write `{}` instead of `{pattern}`", reference.repository()));
                }
                Ok(_) => {}
                Err(error) => wrong.push(format!("{id}: `{pattern}` is not the name of an image: {error}")),
            }
            let reached = image::parse(&name).ok().and_then(|it| catalogue().lookup(&it)).map(|it| it.id.clone());
            if reached.as_deref() != Some(&id) {
                let reached = reached.unwrap_or("nothing".to_string());
                wrong.push(format!("{id}: `{name}`, for the pattern `{pattern}`, leads to {reached}"));
            }
        }
        let found = catalogue().by_id(&id).map(|it| it.id.clone());
        if found.as_deref() != Some(&id) {
            wrong.push(format!("{id}: not found by its id"));
        }
    }
    assert_catalogue(&wrong);
}

#[test]
fn probes_can_be_pasted() {
    let mut wrong = Vec::new();
    for family in catalogue().all() {
        let test = &family.health.test;
        let id = &family.id;
        let program = match test.first().map(String::as_str) {
            None => continue,
            Some("CMD") if test.len() > 1 => test[1].as_str(),
            Some("CMD-SHELL") if test.len() == 2 => "sh",
            _ => {
                wrong.push(format!(
                    "{id}: `health.test` is `[CMD, program, …]` or `[CMD-SHELL, \"one string\"]`: {test:?}"
                ));
                continue;
            }
        };
        let lacks = |it: &Lack| it.tags.is_none() && it.tools.iter().any(|it| it == program);
        if family.health.lacks.iter().any(lacks) {
            wrong.push(format!("{id}: `health.test` needs `{program}`, and `health.lacks` says that it is not there"));
        }
        if test.iter().any(|it| it.replace("$$", "").contains('$')) {
            wrong.push(format!("{id}: `health.test` has a single `$`, which Compose expands: write `$$`"));
        }
    }
    assert_catalogue(&wrong);
}

/// Tags for each side of every limit that an entry names, and no tag.
fn tags(family: &Family) -> Vec<Option<String>> {
    let volumes = family.volumes.iter().flatten().map(|it| it.0);
    let ranges =
        family.data.iter().map(|it| it.versions).chain(family.wrong.iter().map(|it| it.versions)).chain(volumes);
    let mut tags = vec![None];
    for limit in ranges.filter_map(|it| match it {
        Versions::All => None,
        Versions::Before(limit) | Versions::From(limit) => Some(limit),
    }) {
        for Version { major, minor } in [limit, Version { major: limit.major.saturating_sub(1), minor: 0 }] {
            tags.push(Some(match family.versioning {
                Versioning::Leading => format!("{major}.{minor}"),
                Versioning::Pg => format!("pg{major}"),
            }));
        }
    }
    tags.sort();
    tags.dedup();
    tags
}

/// The directories of a version, each with the place where a volume is to be mounted.
fn directories<'a>(family: &'a Family, tag: Option<&str>) -> Vec<(&'a DataPath, String, String)> {
    let version = of_tag(tag, family.versioning, family.latest);
    let major = version.map_or(String::new(), |it| it.major.to_string());
    let data = family.data.iter().filter(|it| it.tags.is_none() && it.versions.holds(version) == Some(true));
    data.map(|it| {
        let path = it.path.replace("{major}", &major);
        let mount = it.mount.as_ref().map_or_else(|| path.clone(), |mount| mount.replace("{major}", &major));
        (it, path, mount)
    })
    .collect()
}

/// An exact name of an image of the entry.
fn name(family: &Family) -> Option<&String> {
    family.images.iter().find(|it| !it.contains('*'))
}

fn service(family: &Family, tag: Option<&str>, rest: &str) -> Option<String> {
    let tag = tag.map(|it| format!(":{it}")).unwrap_or_default();
    Some(format!("services:\n  a:\n    image: {}{tag}\n{rest}", name(family)?))
}

#[test]
fn paths_and_mounts_of_an_entry_agree() {
    let mut wrong = Vec::new();
    for family in catalogue().all() {
        for tag in tags(&family) {
            let version = of_tag(tag.as_deref(), family.versioning, family.latest);
            let volumes = family.volumes.iter().flatten().filter(|it| it.0.holds(version) == Some(true));
            let volumes: Vec<&String> = volumes.flat_map(|it| &it.1).collect();
            let mut say = |what: String| {
                wrong.push(format!("{}, {}: {what}", family.id, tag.as_deref().unwrap_or("without a tag")));
            };
            let directories = directories(&family, tag.as_deref());
            let mounts: BTreeSet<&String> = directories.iter().map(|it| &it.2).collect();
            for (_, path, mount) in &directories {
                if !path::covers(mount, path) {
                    say(format!("the mount `{mount}` is not above `{path}`"));
                }
                let hides = |it: &&String| path::is_strictly_above(mount, it) && path::covers(it, path);
                if let Some(volume) = volumes.iter().copied().find(|it| hides(it) && !mounts.contains(it)) {
                    say(format!("a mount at `{mount}` does not keep `{path}`: `{volume}` is a VOLUME of the image"));
                }
            }
            let contradicts = |it: &&plimsoll_rules::images::WrongMount| {
                it.versions.holds(version) == Some(true) && mounts.contains(&it.path)
            };
            if let Some(contradiction) = family.wrong.iter().find(contradicts) {
                say(format!("`{}` is in `wrong`, and is also where a volume should be mounted", contradiction.path));
            }
        }
    }
    wrong.dedup();
    assert_catalogue(&wrong);
}

#[test]
fn what_an_entry_recommends_is_accepted() {
    let about_data = ["data-not-persisted", "misplaced-data-mount", "tmpfs-on-data-path", "undeclared-volume"];
    let mut wrong = Vec::new();
    for family in catalogue().all() {
        for tag in tags(&family) {
            let directories = directories(&family, tag.as_deref());
            let mounts: BTreeSet<&String> = directories.iter().filter(|it| !it.0.optional).map(|it| &it.2).collect();
            let named = |it: (usize, &&String)| (format!("      - v{}:{}\n", it.0, it.1), format!("  v{}:\n", it.0));
            let (lines, names): (String, String) = mounts.iter().enumerate().map(named).unzip();
            if mounts.is_empty() {
                continue;
            }
            let Some(text) = service(&family, tag.as_deref(), &format!("    volumes:\n{lines}volumes:\n{names}"))
            else {
                continue;
            };
            let mut checked = check_text(&text, &Options::default());
            checked.found.retain(|it| about_data.contains(&it.rule) || it.rule.starts_with("invalid"));
            if !checked.found.is_empty() {
                wrong.push(format!("{}:\n{text}\n{}", family.id, dump(&checked)));
            }
        }
    }
    assert_none(&wrong, "a volume stands where the entry wants it, and still there is a finding");
}

#[test]
fn what_is_not_verified_never_makes_an_error() {
    let mut wrong = Vec::new();
    let inferred = |it: &Family| it.confidence == Confidence::Inferred || it.unverified.iter().any(|it| it == "data");
    for family in catalogue().all().into_iter().filter(|it| inferred(it)) {
        for tag in tags(&family) {
            let mut files = vec![service(&family, tag.as_deref(), "")];
            for (_, path, _) in directories(&family, tag.as_deref()) {
                files.push(service(&family, tag.as_deref(), &format!("    tmpfs: {path}\n")));
            }
            for it in &family.wrong {
                let rest = format!("    volumes: [data:{}]\nvolumes: {{data: }}\n", it.path);
                files.push(service(&family, tag.as_deref(), &rest));
            }
            for text in files.into_iter().flatten() {
                let mut checked = check_text(&text, &Options::default());
                checked.found.retain(|it| it.severity == Severity::Error);
                if !checked.found.is_empty() {
                    wrong.push(format!("{}:\n{text}\n{}", family.id, dump(&checked)));
                }
            }
        }
    }
    assert_none(
        &wrong,
        "where the directory was not read in a source, a rule may warn, and must not assert: `Family::is_verified(\"data\")`",
    );
}
