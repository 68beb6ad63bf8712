//! The keys of one mapping while it is read: Compose refuses one that comes twice or is not a string.

use crate::problem::{Problem, ProblemKind};
use crate::syntax::scalar::Kind;
use crate::tree::{Entry, NodeId, Tree, Value};
use std::collections::{HashMap, HashSet};

/// Mappings up to this size are compared entry by entry, which is faster than a table.
const SMALL: usize = 16;

/// The keys that a mapping has so far.
#[derive(Default)]
pub(super) struct Keys {
    count: usize,
    merge: bool,
    alias: bool,
    table: Option<HashMap<String, NodeId>>,
}

impl Keys {
    /// Whether one of them is `<<`.
    pub fn has_merge(&self) -> bool {
        self.merge
    }

    /// Adds a key behind those of `entries`, and a problem if Compose refuses it.
    pub fn add(&mut self, tree: &Tree, source: &str, entries: &[Entry], key: NodeId, problems: &mut Vec<Problem>) {
        let span = tree.span(key);
        let merge = match tree.kind(key) {
            Some(Kind::String) => false,
            Some(Kind::Merge) => true,
            _ => return problems.extend(not_a_string(tree, source, key)),
        };
        self.merge |= merge;
        self.alias |= is_alias(tree, source, key);
        let Some(first) = self.twin(tree, source, entries, key) else { return };
        let name = tree.key(key);
        let problem = Problem::new(ProblemKind::DuplicateKey, span, format!("the key `{name}` is already defined"));
        let help = match merge {
            true => "give one `<<` a list: `<<: [*a, *b]`",
            false => "keep one of the two; Compose refuses the file",
        };
        problems.push(problem.because("defined again here").help(help).label(tree.span(first), "first defined here"));
    }

    /// The key of the same name that stands before this one. Remembers this one if there is none.
    fn twin(&mut self, tree: &Tree, source: &str, entries: &[Entry], key: NodeId) -> Option<NodeId> {
        self.count += 1;
        if self.count <= SMALL {
            let (name, alias) = name(tree, source, key);
            return entries.iter().map(|it| it.key).find(|it| self::name(tree, source, *it) == (name, alias));
        }
        let table = self.table.get_or_insert_with(|| {
            let mut table = HashMap::new();
            for entry in entries {
                table.entry(entry_name(tree, source, entry.key)).or_insert(entry.key);
            }
            table
        });
        match table.entry(entry_name(tree, source, key)) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(key);
                None
            }
        }
    }

    /// The entries of the mapping. Compares aliases by their own names only, as Compose does: where `*a` gives a key
    /// that is there already, the later value wins.
    pub fn finish(&self, tree: &Tree, entries: impl Iterator<Item = Entry>) -> Box<[Entry]> {
        if !self.alias {
            return entries.collect();
        }
        let mut kept: Vec<Entry> = entries.collect();
        let mut seen = HashSet::new();
        let later: Vec<bool> = kept.iter().rev().map(|it| seen.insert(tree.key(it.key))).collect();
        let mut keep = later.into_iter().rev();
        kept.retain(|_| keep.next().unwrap_or(true));
        kept.into()
    }
}

fn is_alias(tree: &Tree, source: &str, key: NodeId) -> bool {
    source.as_bytes().get(tree.span(key).range().start) == Some(&b'*')
}

fn name<'a>(tree: &'a Tree, source: &'a str, key: NodeId) -> (&'a str, bool) {
    match is_alias(tree, source, key) {
        true => (&source[tree.span(key).range()], true),
        false => (tree.key(key), false),
    }
}

fn entry_name(tree: &Tree, source: &str, key: NodeId) -> String {
    match name(tree, source, key) {
        // No key that is written out holds a NUL.
        (name, true) => format!("\0{name}"),
        (name, false) => name.to_string(),
    }
}

fn not_a_string(tree: &Tree, source: &str, key: NodeId) -> Option<Problem> {
    let node = tree.node(key);
    let span = node.span;
    let (message, help) = match &node.value {
        // Its anchor is missing, which is reported already.
        Value::Alias(alias) if alias.target.is_none() => return None,
        Value::Scalar(..) if span.is_empty() => ("a key is missing before `:`".to_string(), None),
        Value::Scalar(text) => {
            let name = text.as_str();
            (format!("the key `{name}` is not a string"), Some(format!("put it in quotes: `\"{name}\":`")))
        }
        Value::Mapping(_) if node.is_flow() && source[..span.range().start].ends_with('{') => {
            let message = "`{{ … }}` is a mapping inside a mapping to YAML, not text".to_string();
            (message, Some("put the whole value in quotes".to_string()))
        }
        Value::Mapping(_) => ("a mapping stands in the place of a key".to_string(), None),
        Value::Sequence(_) => ("a list stands in the place of a key".to_string(), None),
        Value::Alias(..) => ("a key must be a string".to_string(), None),
    };
    let problem = Problem { help, ..Problem::new(ProblemKind::InvalidValue, span, message) };
    Some(problem.because("Compose reads only strings as keys"))
}
