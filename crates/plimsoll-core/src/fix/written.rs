//! One file as it is written, before variables, aliases and merging: where each key stands, and who uses an anchor.

use crate::problem::ProblemKind;
use crate::source::{Encoding, FileId, Source, Span};
use crate::syntax;
use crate::tree::{Document, Entry, Node, NodeId, Style, Tree, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// How far the uses of an anchor are followed.
const DEEPEST: usize = 16;
/// Mappings up to this size are searched entry by entry.
const LARGE: usize = 16;

/// An entry of a mapping, or an item of a list: the collection, and the place in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Slot {
    pub parent: NodeId,
    pub at: usize,
}

/// One file as it is written.
pub(super) struct Written {
    pub source: Arc<Source>,
    pub file: FileId,
    pub tree: Tree,
    pub document: Document,
    /// Entries, by the first byte of their key.
    keys: HashMap<u32, Slot>,
    /// Where a value stands in its parent.
    slots: HashMap<NodeId, Slot>,
    /// Scalars by their first byte, keys left out.
    scalars: HashMap<u32, NodeId>,
    /// The first bytes of scalars, in order.
    starts: Vec<u32>,
    /// Items of lists, by the first byte of their value.
    items: HashMap<u32, Slot>,
    /// The first bytes of anchors, in order.
    anchors: Vec<u32>,
    /// Entries of large mappings, by their key.
    names: HashMap<NodeId, HashMap<String, usize>>,
    /// What was found out about a mapping, and is asked for again with each entry that is added to it.
    pub columns: RefCell<HashMap<NodeId, Option<usize>>>,
    pub bottoms: RefCell<HashMap<NodeId, Option<usize>>>,
    /// The aliases of a value.
    uses: HashMap<NodeId, Vec<NodeId>>,
}

impl Written {
    /// Reads the file again. `None` where no edit can be exact: its bytes are not those of the text, or it is not YAML.
    pub fn new(source: Arc<Source>, file: FileId) -> Option<Written> {
        if source.encoding() != Encoding::Utf8 {
            return None;
        }
        let (mut tree, mut problems) = (Tree::default(), Vec::new());
        let document = syntax::parse(&mut tree, file, &source, &mut problems);
        let broken = problems.iter().any(|it| it.kind == ProblemKind::YamlSyntax);
        // A key that is an anchor may be used anywhere.
        if broken || !document.copies.is_empty() {
            return None;
        }
        let mut written = Written {
            source,
            file,
            tree,
            document,
            keys: HashMap::new(),
            slots: HashMap::new(),
            scalars: HashMap::new(),
            starts: Vec::new(),
            names: HashMap::new(),
            columns: RefCell::default(),
            bottoms: RefCell::default(),
            items: HashMap::new(),
            anchors: Vec::new(),
            uses: HashMap::new(),
        };
        written.index();
        Some(written)
    }

    fn index(&mut self) {
        for (at, node) in self.tree.nodes.iter().enumerate() {
            let parent = NodeId(at as u32);
            self.anchors.extend(node.anchor().map(|it| it.span.start));
            match &node.value {
                Value::Mapping(entries) => {
                    if entries.len() > LARGE {
                        let names = entries.iter().enumerate().rev();
                        let names = names.map(|(at, it)| (self.tree.key(it.key).to_string(), at)).collect();
                        self.names.insert(parent, names);
                    }
                    for (at, entry) in entries.iter().enumerate() {
                        self.keys.insert(self.tree.span(entry.key).start, Slot { parent, at });
                        self.slots.insert(entry.value, Slot { parent, at });
                    }
                }
                Value::Sequence(items) => {
                    for (at, item) in items.iter().enumerate() {
                        self.items.insert(self.tree.span(item.value).start, Slot { parent, at });
                        self.slots.insert(item.value, Slot { parent, at });
                    }
                }
                Value::Alias(_, Some(target)) => self.uses.entry(*target).or_default().push(parent),
                _ => {}
            }
        }
        for node in self.slots.keys() {
            if matches!(self.tree.node(*node).value, Value::Scalar(..)) {
                self.scalars.insert(self.tree.span(*node).start, *node);
            }
        }
        self.starts = self.scalars.keys().copied().collect();
        self.starts.sort_unstable();
        self.anchors.sort_unstable();
    }

    pub fn text(&self) -> &str {
        self.source.text()
    }

    pub fn node(&self, id: NodeId) -> &Node {
        self.tree.node(id)
    }

    /// The entry whose key is written here.
    pub fn entry_at(&self, key: Span) -> Option<Slot> {
        self.keys.get(&key.start).copied().filter(|it| self.tree.span(self.entry(*it).key) == key)
    }

    /// The item of a list whose value is written here.
    pub fn item_at(&self, value: Span) -> Option<Slot> {
        let slot = self.items.get(&value.start).copied()?;
        let item = self.tree.items(slot.parent).get(slot.at)?;
        (self.tree.span(item.value) == value).then_some(slot)
    }

    /// Whether an anchor stands in a value or before it.
    pub fn has_anchor(&self, value: NodeId) -> bool {
        let (start, end) = (self.start_of(value), self.end_of(value));
        let from = self.anchors.partition_point(|it| (*it as usize) < start);
        self.anchors.get(from).is_some_and(|it| (*it as usize) < end)
    }

    pub fn entry(&self, slot: Slot) -> &Entry {
        &self.tree.entries(slot.parent)[slot.at]
    }

    /// The entry of a mapping under this key.
    pub fn find(&self, map: NodeId, key: &str) -> Option<Slot> {
        let at = match self.names.get(&map) {
            Some(names) => *names.get(key)?,
            None => self.tree.entries(map).iter().position(|it| self.tree.key(it.key) == key)?,
        };
        Some(Slot { parent: map, at })
    }

    /// Where a value stands in its collection.
    pub fn slot(&self, value: NodeId) -> Option<Slot> {
        self.slots.get(&value).copied()
    }

    /// The scalar that a part of a value lies in.
    pub fn scalar_around(&self, span: Span) -> Option<(NodeId, Style)> {
        let before = self.starts.partition_point(|it| *it <= span.start);
        let id = *self.scalars.get(self.starts.get(before.checked_sub(1)?)?)?;
        let node = self.tree.node(id);
        let Value::Scalar(_, style) = node.value else { return None };
        node.span.contains(span).then_some((id, style))
    }

    /// The keys that lead to a node from the top of its document, without lists.
    pub fn path_of(&self, mut id: NodeId) -> Vec<&str> {
        let mut path = Vec::new();
        while let Some(slot) = self.slot(id) {
            if let Value::Mapping(entries) = &self.tree.node(slot.parent).value {
                path.push(self.tree.key(entries[slot.at].key));
            }
            id = slot.parent;
        }
        path.reverse();
        path
    }

    /// Whether what is written in this collection counts in one place only: no alias leads to it or to what is around
    /// it, but for one that leads out of an extension field.
    pub fn is_used_once(&self, id: NodeId) -> bool {
        self.is_used_once_within(id, DEEPEST)
    }

    fn is_used_once_within(&self, id: NodeId, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let mut at = id;
        let mut shared = None;
        loop {
            if let Some(uses) = self.uses.get(&at) {
                if uses.len() > 1 || shared.is_some() {
                    return false;
                }
                shared = uses.first().copied();
            }
            match self.slot(at) {
                Some(slot) => at = slot.parent,
                None => break,
            }
        }
        match shared {
            None => true,
            Some(alias) => {
                let top = self.path_of(id);
                top.first().is_some_and(|it| it.starts_with("x-")) && self.is_used_once_within(alias, depth)
            }
        }
    }

    /// The comments that begin in a byte range.
    pub fn comments_in(&self, start: usize, end: usize) -> &[Span] {
        let comments = &self.document.comments;
        let from = comments.partition_point(|it| it.range().start < start);
        let to = comments.partition_point(|it| it.range().start < end);
        &comments[from..to.max(from)]
    }

    /// One past the last byte of a value, its anchor and tag included.
    pub fn end_of(&self, id: NodeId) -> usize {
        let node = self.tree.node(id);
        let marks = [node.anchor(), node.tag()].into_iter().flatten().map(|it| it.span.end);
        marks.fold(node.span.end, u32::max) as usize
    }

    /// The first byte of a value, its anchor and tag included.
    pub fn start_of(&self, id: NodeId) -> usize {
        let node = self.tree.node(id);
        let marks = [node.anchor(), node.tag()].into_iter().flatten().map(|it| it.span.start);
        marks.fold(node.span.start, u32::min) as usize
    }
}
