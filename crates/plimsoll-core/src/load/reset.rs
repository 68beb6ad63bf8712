//! The tags `!reset` and `!override`: what a document takes away from those before it.
//!
//! Source: `loader/reset.go` of compose-go 2.9.1.

use crate::tree::{Entry, Item, NodeId, Tree, Value};
use std::collections::HashMap;
use std::ops::Range;

/// Places that a document resets, below one place: by key, `[]` for any item of a list.
#[derive(Debug, Default)]
pub(crate) struct Resets {
    /// Whether it is this place.
    whole: bool,
    below: HashMap<String, Resets>,
}

/// How deep below the top anything is reset.
const DEEPEST: usize = 300;

impl Resets {
    /// How many values of a file with these nodes may be walked over, with those that aliases lead to.
    pub fn budget(tree: &Tree, nodes: Range<usize>) -> usize {
        // Tags are rare; a walk over everything is not worth it without one.
        let tags = tree.marked(&nodes).filter_map(|it| it.1.tag.as_ref());
        if tags.into_iter().any(|it| matches!(it.name.as_str(), "!reset" | "!override")) { nodes.len() * 4 } else { 0 }
    }

    /// Takes every `!reset` value out of a document, and remembers where these and the `!override` values stood.
    pub fn collect(tree: &mut Tree, root: NodeId, budget: &mut usize) -> Resets {
        let mut resets = Resets::default();
        resets.walk(tree, root, &mut Vec::new(), budget);
        resets
    }

    /// Walks one value. False if it is to be taken out.
    fn walk(&mut self, tree: &mut Tree, id: NodeId, path: &mut Vec<String>, budget: &mut usize) -> bool {
        // A chain of aliases may be deeper than the stack of a thread. No file is.
        if *budget == 0 || path.len() > DEEPEST {
            return true;
        }
        *budget -= 1;
        match tree.tag(id).map(|it| it.name.as_str()) {
            Some("!reset") => {
                self.add(path);
                return false;
            }
            Some("!override") => {
                self.add(path);
                return true;
            }
            _ => {}
        }
        match tree.node(id).value.clone() {
            Value::Mapping(entries) => {
                let count = entries.len();
                let mut kept: Vec<Entry> = Vec::with_capacity(count);
                for entry in entries {
                    path.push(tree.key(entry.key).to_string());
                    if self.walk(tree, entry.value, path, budget) {
                        kept.push(entry);
                    }
                    path.pop();
                }
                if kept.len() != count {
                    tree.change(id, Value::Mapping(kept.into()));
                }
            }
            Value::Sequence(items) => {
                let count = items.len();
                path.push("[]".to_string());
                let kept: Vec<Item> = items.into_iter().filter(|it| self.walk(tree, it.value, path, budget)).collect();
                path.pop();
                if kept.len() != count {
                    tree.change(id, Value::Sequence(kept.into()));
                }
            }
            _ => {}
        }
        true
    }

    fn add(&mut self, path: &[String]) {
        let mut at = self;
        for key in path {
            at = at.below.entry(key.clone()).or_default();
        }
        at.whole = true;
    }

    /// A copy of a value without what is reset, `prefix` being where it stands.
    pub fn apply(&self, tree: &mut Tree, id: NodeId, prefix: &[&str]) -> NodeId {
        let mut resets = self;
        for key in prefix {
            let Some(below) = resets.below.get(*key) else { return id };
            resets = below;
        }
        resets.remove(tree, id)
    }

    fn remove(&self, tree: &mut Tree, id: NodeId) -> NodeId {
        if self.below.is_empty() {
            return id;
        }
        let Value::Mapping(entries) = tree.node(id).value.clone() else { return id };
        let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
        for mut entry in entries {
            match self.below.get(tree.key(entry.key)) {
                Some(resets) if resets.whole => continue,
                Some(resets) => entry.value = resets.remove(tree, entry.value),
                None => {}
            }
            kept.push(entry);
        }
        tree.make(id, Value::Mapping(kept.into()))
    }
}
