//! What Compose asks beyond types and forms of single values.

use super::walk::Walk;
use super::words::{either, shown};
use crate::tree::{NodeId, Tree, Value};

/// The text of a scalar without unknown parts.
fn known(tree: &Tree, id: NodeId) -> Option<&str> {
    tree.text(id)?.known()
}

/// A test as a list says in its first item how it is run.
pub(super) fn test(walk: &mut Walk<'_>, id: NodeId) {
    let tree = walk.tree;
    let Some(first) = tree.items(id).first() else { return };
    let Some(word) = known(tree, first.value).filter(|it| !["CMD", "CMD-SHELL", "NONE"].contains(it)) else { return };
    let message =
        format!("{} must begin with `CMD`, `CMD-SHELL` or `NONE`, and begins with `{}`", walk.name(), shown(word));
    let help = match word.contains(' ') || tree.items(id).len() == 1 {
        true => "put `CMD-SHELL` before it, to run it in a shell",
        false => "put `CMD` before it, to run it without a shell",
    };
    walk.invalid(tree.span(first.value), message, Some(help.to_string()));
}

/// A volume that somebody else makes has a name and nothing else.
pub(super) fn external_volume(walk: &mut Walk<'_>, id: NodeId) {
    let tree = walk.tree;
    external(walk, id);
    let Some(external) = tree.get(id, "external") else { return };
    let is_external = match known(tree, external.value) {
        Some(word) => ["true", "y", "yes", "on"].contains(&word.to_lowercase().as_str()),
        // The old form, `external: {name: …}`.
        None => tree.text(external.value).is_none(),
    };
    if !is_external {
        return;
    }
    for entry in tree.entries(id) {
        let key = tree.key(entry.key);
        if matches!(key, "driver" | "driver_opts" | "labels") {
            let message = format!("an external volume cannot have `{key}`");
            let help = format!("remove `{key}`, or remove `external` if Compose is to create the volume");
            walk.invalid(tree.span(entry.key), message, Some(help));
        }
    }
}

/// The old form of `external` cannot give another name than `name`.
pub(super) fn external(walk: &mut Walk<'_>, id: NodeId) {
    let tree = walk.tree;
    let (Some(name), Some(external)) = (tree.get(id, "name"), tree.get(id, "external")) else { return };
    let Some(old) = tree.get(external.value, "name") else { return };
    if let (Some(new), Some(former)) = (known(tree, name.value), known(tree, old.value))
        && new != former
    {
        let message = format!("`name` is `{}`, and `external.name` is `{}`", shown(new), shown(former));
        walk.invalid(tree.span(old.value), message, Some("write `external: true` and keep `name`".to_string()));
    }
}

/// A bind mount needs to know what it binds.
pub(super) fn mount(walk: &mut Walk<'_>, id: NodeId) {
    let tree = walk.tree;
    let bind = tree.get(id, "type").is_some_and(|it| known(tree, it.value) == Some("bind"));
    if bind && tree.get(id, "source").is_none() {
        let message = format!("{} is a bind mount, and needs `source`", walk.name());
        walk.invalid(walk.start(id), message, None);
    }
}

/// A variable whose name ends with a blank is refused in a list, and accepted in a mapping.
pub(super) fn variables(walk: &mut Walk<'_>, id: NodeId) {
    let tree = walk.tree;
    for item in tree.items(id) {
        let Some(text) = tree.text(item.value) else { continue };
        let end = text.as_str().find('=').unwrap_or(text.as_str().len());
        let name = text.slice(0..end);
        if name.is_known() && name.as_str().ends_with([' ', '\t']) {
            let message = format!("the name of the variable `{}` ends with a blank", shown(name.trim().as_str()));
            walk.invalid(tree.span(item.value), message, Some("remove the blank before `=`".to_string()));
        }
    }
}

/// `extends` is done before anything is merged, so its `service` stands here or nowhere.
pub(super) fn extends(walk: &mut Walk<'_>, id: NodeId) {
    if matches!(walk.tree.node(id).value, Value::Mapping(_)) && walk.tree.get(id, "service").is_none() {
        let message = format!("{} needs `service`", walk.name());
        walk.invalid(walk.start(id), message, None);
    }
}

/// Devices are counted or listed.
pub(super) fn device_request(walk: &mut Walk<'_>, id: NodeId) {
    let tree = walk.tree;
    if let (Some(_), Some(ids)) = (tree.get(id, "count"), tree.get(id, "device_ids")) {
        let message = format!("{} has both `count` and `device_ids`", walk.name());
        walk.invalid(tree.span(ids.key), message, Some("keep one of them".to_string()));
    }
}

/// What is synchronised into a container needs a place there.
pub(super) fn watch(walk: &mut Walk<'_>, id: NodeId) {
    let tree = walk.tree;
    let Some(action) = tree.get(id, "action").and_then(|it| known(tree, it.value)) else { return };
    if action.starts_with("sync") && tree.get(id, "target").is_none() {
        let message = format!("{} with the action `{action}` needs `target`", walk.name());
        walk.invalid(walk.start(id), message, None);
    }
}

/// A config is made from one source.
pub(super) fn config(walk: &mut Walk<'_>, id: NodeId) {
    one_source(walk, id, "a config", &["file", "environment", "content"]);
}

/// A secret is made from one source.
pub(super) fn secret(walk: &mut Walk<'_>, id: NodeId) {
    one_source(walk, id, "a secret", &["file", "environment"]);
}

fn one_source(walk: &mut Walk<'_>, id: NodeId, what: &str, sources: &[&str]) {
    let tree = walk.tree;
    external(walk, id);
    if walk.partial || tree.get(id, "external").is_some() {
        return;
    }
    let mut given = tree.entries(id).iter().filter(|it| sources.contains(&tree.key(it.key)));
    match (given.next(), given.next()) {
        (Some(first), Some(second)) => {
            let message = format!("{what} has both `{}` and `{}`", tree.key(first.key), tree.key(second.key));
            walk.invalid(tree.span(second.key), message, Some("keep one of them".to_string()));
        }
        (None, _) if tree.get(id, "driver").is_none() => {
            let sources: Vec<String> = sources.iter().map(|it| format!("`{it}`")).collect();
            let message = format!("{} needs {}", walk.name(), either(&sources));
            walk.invalid(walk.start(id), message, Some("or write `external: true`".to_string()));
        }
        _ => {}
    }
}
