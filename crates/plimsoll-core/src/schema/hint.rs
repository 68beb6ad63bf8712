//! What to say of a key that does not belong where it stands.

use super::{Map, Rest, Shape};
use crate::tree::{NodeId, Tree};

/// Keys that people write although Compose never had them, or no longer has them, and what to write instead.
const INSTEAD: &[(&str, &str, &str)] = &[
    ("a service", "net", "write `network_mode`"),
    ("a service", "memory", "write `mem_limit`"),
    ("a service", "cpu", "write `cpus`"),
    ("a service", "args", "`args` belongs under `build`"),
    ("a service", "replicas", "`replicas` belongs under `deploy`"),
    ("a service", "resources", "`resources` belongs under `deploy`"),
    ("a service", "dockerfile", "`dockerfile` belongs under `build`"),
    ("a service", "context", "`context` belongs under `build`"),
    ("a service", "env", "did you mean `environment`?"),
    ("a service", "envs", "did you mean `environment`?"),
    ("a service", "cmd", "did you mean `command`?"),
    ("a service", "depends", "did you mean `depends_on`?"),
    ("a service", "mounts", "did you mean `volumes`?"),
    ("a service", "log_driver", "write `driver` under `logging`"),
    ("a service", "log_opt", "write `options` under `logging`"),
    ("a service", "health", "did you mean `healthcheck`?"),
    ("a healthcheck", "command", "did you mean `test`?"),
    ("a healthcheck", "cmd", "did you mean `test`?"),
    ("`limits`", "mem", "did you mean `memory`?"),
    ("`logging`", "opts", "did you mean `options`?"),
    ("a mount", "src", "did you mean `source`?"),
    ("a mount", "dst", "did you mean `target`?"),
    ("a mount", "destination", "did you mean `target`?"),
    ("a mount", "ro", "did you mean `read_only`?"),
    ("a network", "subnet", "write it in an item of `config` under `ipam`"),
    ("a network", "gateway", "write it in an item of `config` under `ipam`"),
    ("a volume", "type", "write it under `driver_opts`"),
    ("a volume", "o", "write it under `driver_opts`"),
    ("a volume", "device", "write it under `driver_opts`"),
];

/// What to do about an unknown key. `maps` are the mappings around it, the nearest last.
pub(super) fn unknown_key(tree: &Tree, maps: &[&'static Map], key: &str, value: NodeId) -> Option<String> {
    let (map, around) = maps.split_last()?;
    if let Some(hint) = INSTEAD.iter().find(|it| it.0 == map.what && it.1 == key) {
        return Some(hint.2.to_string());
    }
    if key == "<<" {
        return Some("remove the quotes if a merge key is meant".to_string());
    }
    let keys = || map.keys.iter().map(|it| it.0);
    if let Some(same) = keys().find(|it| spelling(it) == spelling(key)) {
        return Some(format!("did you mean `{same}`?"));
    }
    if let Some(outer) = around.iter().rev().find(|it| it.get(key).is_some()) {
        return Some(format!("`{key}` is a key of {}; move it there", outer.what));
    }
    // A key that only one of the mappings below has.
    let mut inner = map.keys.iter().filter(|it| it.1.map.is_some_and(|map| map.get(key).is_some()));
    if let (Some(owner), None) = (inner.next(), inner.next()) {
        return Some(format!("`{key}` belongs under `{}`", owner.0));
    }
    if around.is_empty() {
        let service = map.get("services").and_then(names);
        if let Some(service) = service.filter(|it| it.get(key).is_some()) {
            return Some(format!("`{key}` is a key of {}; move it there", service.what));
        }
        if tree.get(value, "image").is_some() || tree.get(value, "build").is_some() {
            return Some("services belong under `services`".to_string());
        }
    }
    nearest(key, keys()).map(|it| format!("did you mean `{it}`?"))
}

/// The objects under a key that takes names.
fn names(shape: &'static Shape) -> Option<&'static Map> {
    match shape.map?.rest {
        Rest::Names(shape) => shape.map,
        _ => None,
    }
}

/// A key without what people confuse: case, `-` and `_`, singular and plural.
fn spelling(key: &str) -> String {
    let letters: String = key.chars().filter(|it| !matches!(it, '-' | '_' | ' ')).collect();
    letters.to_lowercase().trim_end_matches('s').to_string()
}

/// The word that `word` was probably meant to be.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match word.len() {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    known
        .map(|it| (strsim::damerau_levenshtein(word, it), it))
        .filter(|it| it.0 <= limit)
        .min_by_key(|it| it.0)
        .map(|it| it.1)
}
