//! Lists in which a later item replaces an earlier one of the same key, such as two mounts on one target.
//!
//! Source: `override/uncity.go` of compose-go 2.9.1. The same happens inside of one list.

use crate::grammar::path;
use crate::model::short_target;
use crate::quick::QuickSet;
use crate::tree::{Item, NodeId, Tree, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// What makes two items of a list the same.
#[derive(Clone, Copy)]
enum Key {
    /// The text before the first `=`.
    Name,
    /// The path in the container.
    Target,
    /// The path in the container, or the name below this directory.
    File(&'static str),
    /// The path of the file.
    Path,
    /// Address, ports and protocol.
    Port,
}

const LISTS: [(&str, Key); 18] = [
    ("annotations", Key::Name),
    ("cap_add", Key::Name),
    ("cap_drop", Key::Name),
    ("configs", Key::File("")),
    ("dns", Key::Name),
    ("dns_opt", Key::Name),
    ("dns_search", Key::Name),
    ("env_file", Key::Path),
    ("environment", Key::Name),
    ("expose", Key::Name),
    ("labels", Key::Name),
    ("links", Key::Name),
    ("ports", Key::Port),
    ("profiles", Key::Name),
    ("secrets", Key::File("/run/secrets")),
    ("sysctls", Key::Name),
    ("tmpfs", Key::Name),
    ("volumes", Key::Target),
];

/// Takes out of the lists of all services what a later item replaces. What is taken out stays known as shadowed.
///
/// `done` holds the nodes where that is done: documents that are merged one over another have most services in common.
pub(crate) fn unify(tree: &mut Tree, root: NodeId, done: &mut QuickSet<NodeId>) {
    let Some(services) = tree.get(root, "services").map(|it| it.value).filter(|it| done.insert(*it)) else { return };
    let mut lists = Vec::new();
    for service in tree.entries(services).iter().map(|it| it.value).filter(|it| done.insert(*it)) {
        let mut first = [true; LISTS.len()];
        for entry in tree.entries(service) {
            let Some(at) = LISTS.iter().position(|it| tree.is_key(entry.key, it.0)) else { continue };
            // Of a key that comes twice, which Compose refuses, the first counts.
            if std::mem::take(&mut first[at]) && tree.items(entry.value).len() > 1 {
                lists.push((entry.value, LISTS[at].1));
            }
        }
    }
    for (list, key) in lists {
        unify_list(tree, list, key);
    }
}

/// Lists up to this length are compared item by item first.
const SHORT: usize = 8;

fn unify_list(tree: &mut Tree, list: NodeId, key: Key) {
    let items = tree.items(list);
    // Nearly all are short, and hold nothing twice.
    if items.len() <= SHORT {
        let keys: Vec<_> = items.iter().map(|it| key_of(tree, it.value, key)).collect();
        if !keys.iter().enumerate().any(|(at, it)| it.is_some() && keys[..at].contains(it)) {
            return;
        }
    }
    let mut seen: HashMap<Cow<'_, str>, usize> = HashMap::with_capacity(items.len());
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    let mut replaced = Vec::new();
    for item in items {
        let Some(name) = key_of(tree, item.value, key) else {
            kept.push(item.clone());
            continue;
        };
        match seen.get(&name) {
            Some(at) => {
                replaced.push((item.value, kept[*at].value));
                kept[*at] = item.clone();
            }
            None => {
                seen.insert(name, kept.len());
                kept.push(item.clone());
            }
        }
    }
    if replaced.is_empty() {
        return;
    }
    for (winner, loser) in replaced {
        tree.shadow(winner, loser);
    }
    tree.change(list, Value::Sequence(kept.into()));
}

/// The key of an item; `None` if a variable hides it, so that it is like no other.
fn key_of(tree: &Tree, id: NodeId, key: Key) -> Option<Cow<'_, str>> {
    let text = tree.text(id);
    let field = |name: &str| {
        let entry = tree.get(id, name)?;
        tree.text(entry.value)?.known().map(Cow::from)
    };
    match (key, text) {
        (Key::Name, Some(text)) => Some(text.known()?.split('=').next().unwrap_or_default().into()),
        (Key::Name, None) => None,
        (Key::Target, Some(text)) => Some(path::clean(short_target(text)?.known()?).into()),
        (Key::Target, None) => Some(path::clean(&field("target")?).into()),
        (Key::File(directory), Some(text)) => Some(format!("{directory}/{}", text.known()?).into()),
        (Key::File(directory), None) => {
            field("target").or_else(|| Some(format!("{directory}/{}", field("source")?).into()))
        }
        (Key::Path, Some(text)) => text.known().map(Cow::from),
        (Key::Path, None) => field("path"),
        (Key::Port, Some(text)) => text.known().map(Cow::from),
        (Key::Port, None) => {
            let part = |name: &str| field(name).unwrap_or_default();
            let protocol = field("protocol").unwrap_or("tcp".into());
            Some(format!("{}:{}:{}/{protocol}", part("host_ip"), part("published"), part("target")).into())
        }
    }
}
