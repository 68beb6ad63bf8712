//! Lists in which a later item replaces an earlier one of the same key, such as two mounts on one target.
//!
//! Source: `override/uncity.go` of compose-go 2.9.1. The same happens inside of one list.

use crate::grammar::path;
use crate::model::short_target;
use crate::tree::{Item, NodeId, Tree, Value};
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
pub(crate) fn unify(tree: &mut Tree, root: NodeId) {
    let Some(services) = tree.get(root, "services").map(|it| it.value) else { return };
    let services: Vec<NodeId> = tree.entries(services).iter().map(|it| it.value).collect();
    for service in services {
        for (name, key) in LISTS {
            if let Some(list) = tree.get(service, name).map(|it| it.value) {
                unify_list(tree, list, key);
            }
        }
    }
}

fn unify_list(tree: &mut Tree, list: NodeId, key: Key) {
    let Value::Sequence(items) = &tree.node(list).value else { return };
    if items.len() < 2 {
        return;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
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
    tree.nodes[list.0 as usize].value = Value::Sequence(kept);
}

/// The key of an item; `None` if a variable hides it, so that it is like no other.
fn key_of(tree: &Tree, id: NodeId, key: Key) -> Option<String> {
    let text = tree.text(id);
    let field = |name: &str| {
        let entry = tree.get(id, name)?;
        tree.text(entry.value)?.known().map(str::to_string)
    };
    match (key, text) {
        (Key::Name, Some(text)) => Some(text.known()?.split('=').next().unwrap_or_default().to_string()),
        (Key::Name, None) => None,
        (Key::Target, Some(text)) => Some(path::clean(short_target(text)?.known()?)),
        (Key::Target, None) => Some(path::clean(&field("target")?)),
        (Key::File(directory), Some(text)) => Some(format!("{directory}/{}", text.known()?)),
        (Key::File(directory), None) => field("target").or_else(|| Some(format!("{directory}/{}", field("source")?))),
        (Key::Path, Some(text)) => text.known().map(str::to_string),
        (Key::Path, None) => field("path"),
        (Key::Port, Some(text)) => text.known().map(str::to_string),
        (Key::Port, None) => {
            let part = |name: &str| field(name).unwrap_or_default();
            let protocol = field("protocol").unwrap_or_else(|| "tcp".to_string());
            Some(format!("{}:{}:{}/{protocol}", part("host_ip"), part("published"), part("target")))
        }
    }
}
