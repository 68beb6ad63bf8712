//! The tags `!reset` and `!override`: what a document takes away from those before it.
//!
//! Source: `loader/reset.go` of compose-go 2.9.1.

use crate::tree::{Entry, Item, NodeId, Tree, Value};
use std::ops::Range;

/// Places that a document resets: keys from the top, `[]` for any item of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resets(Vec<Vec<String>>);

/// How deep below the top anything is reset.
const DEEPEST: usize = 300;

impl Resets {
    /// Takes every `!reset` value out of a document, whose file has these nodes, and remembers where these and the `!override` values stood.
    pub fn collect(tree: &mut Tree, root: NodeId, nodes: Range<usize>) -> Resets {
        let mut resets = Resets::default();
        // Tags are rare; a walk over everything is not worth it without one.
        let tagged =
            |it: &crate::tree::Node| it.tag().is_some_and(|it| matches!(it.name.as_str(), "!reset" | "!override"));
        if tree.nodes[nodes].iter().any(tagged) {
            let mut budget = tree.nodes.len() * 4;
            resets.walk(tree, root, &mut Vec::new(), &mut budget);
        }
        resets
    }

    /// Walks one value. False if it is to be taken out.
    fn walk(&mut self, tree: &mut Tree, id: NodeId, path: &mut Vec<String>, budget: &mut usize) -> bool {
        // A chain of aliases may be deeper than the stack of a thread. No file is.
        if *budget == 0 || path.len() > DEEPEST {
            return true;
        }
        *budget -= 1;
        match tree.node(id).tag().map(|it| it.name.as_str()) {
            Some("!reset") => {
                self.0.push(path.clone());
                return false;
            }
            Some("!override") => {
                self.0.push(path.clone());
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

    /// A copy of a value without what is reset, `prefix` being where it stands.
    pub fn apply(&self, tree: &mut Tree, id: NodeId, prefix: &[&str]) -> NodeId {
        let mut result = id;
        for path in &self.0 {
            let inside = path.len() > prefix.len() && path.iter().zip(prefix).all(|(a, b)| a == b);
            if inside {
                result = remove(tree, result, &path[prefix.len()..]);
            }
        }
        result
    }
}

fn remove(tree: &mut Tree, id: NodeId, path: &[String]) -> NodeId {
    let [key, rest @ ..] = path else { return id };
    let node = tree.node(id).clone();
    let Value::Mapping(entries) = &node.value else { return id };
    let mut entries = entries.to_vec();
    let Some(at) = entries.iter().position(|it| tree.key(it.key) == key) else { return id };
    if rest.is_empty() {
        entries.remove(at);
    } else {
        entries[at].value = remove(tree, entries[at].value, rest);
    }
    tree.push(crate::tree::Node { value: Value::Mapping(entries.into()), ..node })
}
