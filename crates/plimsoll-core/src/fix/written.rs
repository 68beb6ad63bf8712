//! One file as it is written, before variables, aliases and merging: where each key stands, and who uses an anchor.

use crate::load::Loaded;
use crate::source::{Encoding, FileId, Source, Sources, Span};
use crate::syntax::scalar::Kind;
use crate::tree::{Document, Entry, Item, Mark, Node, NodeId, Style, Tree, Value};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// How far the uses of an anchor are followed.
const DEEPEST: usize = 16;
/// Mappings up to this size are searched entry by entry.
const LARGE: usize = 16;

/// An entry of a mapping, or an item of a list: the collection, and the place in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Slot {
    pub parent: NodeId,
    place: u32,
}

/// The parent of the top of a document.
const NOWHERE: NodeId = NodeId(u32::MAX);

impl Slot {
    pub fn new(parent: NodeId, at: usize) -> Slot {
        Slot { parent, place: at as u32 }
    }

    /// The place in the collection.
    pub fn at(self) -> usize {
        self.place as usize
    }
}

/// One file as it is written.
pub(super) struct Written<'a> {
    pub source: &'a Source,
    pub file: FileId,
    tree: &'a Tree,
    pub document: &'a Document,
    pub index: Rc<Index>,
}

/// Where to find what in a file.
#[derive(Default)]
pub(super) struct Index {
    /// The collection that a key, a value or an item stands in, by its place among the nodes of the file.
    parents: Vec<NodeId>,
    /// The first bytes of anchors, in order.
    anchors: Vec<u32>,
    /// How many nodes stood before the last place that was looked for. The next one is mostly near.
    near: Cell<usize>,
    /// Entries of large mappings, by their key.
    names: HashMap<NodeId, HashMap<String, usize>>,
    /// What was found out about a mapping, and is asked for again with each entry that is added to it.
    pub columns: RefCell<HashMap<NodeId, Option<usize>>>,
    pub bottoms: RefCell<HashMap<NodeId, Option<usize>>>,
    /// The aliases of a value.
    uses: HashMap<NodeId, Vec<NodeId>>,
}

impl Index {
    fn new(tree: &Tree, document: &Document) -> Index {
        // Nodes are searched by where they begin, and children by their ids.
        debug_assert!(tree.nodes[document.nodes.clone()].is_sorted_by_key(|it| it.span.start));
        let first = document.nodes.start;
        let mut index = Index { parents: vec![NOWHERE; document.nodes.len()], ..Index::default() };
        for at in document.nodes.clone() {
            let parent = NodeId(at as u32);
            let node = tree.written(parent);
            match &node.value {
                Value::Mapping(entries) => {
                    if entries.len() > LARGE {
                        let names = entries.iter().enumerate().rev();
                        let names = names.map(|(at, it)| (tree.key(it.key).to_string(), at)).collect();
                        index.names.insert(parent, names);
                    }
                    for child in entries.iter().flat_map(|it| [it.key, it.value]) {
                        index.parents[child.0 as usize - first] = parent;
                    }
                }
                Value::Sequence(items) => {
                    for item in items {
                        index.parents[item.value.0 as usize - first] = parent;
                    }
                }
                Value::Alias(alias) => {
                    if let Some(target) = alias.target {
                        index.uses.entry(target).or_default().push(parent);
                    }
                }
                Value::Scalar(_) => {}
            }
        }
        index.anchors =
            tree.marked(&document.nodes).filter_map(|it| it.1.anchor.as_ref()).map(|it| it.span.start).collect();
        index.anchors.sort_unstable();
        index
    }
}

impl<'a> Written<'a> {
    /// A file of a project. `None` where no edit can be exact: its bytes are not those of the text, or it is not YAML.
    /// What was found out about it the last time is in `known`.
    pub fn new(
        sources: &'a Sources,
        loaded: &'a Loaded,
        file: FileId,
        known: Option<Rc<Index>>,
    ) -> Option<Written<'a>> {
        let (source, tree) = (sources.get(file), &loaded.tree);
        let document = loaded.documents.iter().find(|it| it.file == file)?;
        // A key that is an anchor may be used anywhere.
        if source.encoding() != Encoding::Utf8 || document.broken || !document.copies.is_empty() {
            return None;
        }
        let index = known.unwrap_or_else(|| Rc::new(Index::new(tree, document)));
        Some(Written { source, file, tree, document, index })
    }

    pub fn text(&self) -> &str {
        self.source.text()
    }

    pub fn node(&self, id: NodeId) -> &Node {
        self.tree.written(id)
    }

    pub fn entries(&self, id: NodeId) -> &[Entry] {
        self.node(id).entries()
    }

    pub fn items(&self, id: NodeId) -> &[Item] {
        self.node(id).items()
    }

    pub fn span(&self, id: NodeId) -> Span {
        self.tree.span(id)
    }

    pub fn anchor(&self, id: NodeId) -> Option<&Mark> {
        self.tree.anchor(id)
    }

    pub fn kind(&self, id: NodeId) -> Option<Kind> {
        self.tree.written_kind(id)
    }

    pub fn is_null(&self, id: NodeId) -> bool {
        self.kind(id) == Some(Kind::Null)
    }

    /// The entry whose key is written here.
    pub fn entry_at(&self, key: Span) -> Option<Slot> {
        let here = |it: &NodeId| self.span(*it) == key && self.is_key(*it);
        self.place(self.at(key.start).find(here)?)
    }

    /// The item of a list whose value is written here.
    pub fn item_at(&self, value: Span) -> Option<Slot> {
        let here = |it: &NodeId| {
            let in_list = || self.slot(*it).is_some_and(|it| matches!(self.node(it.parent).value, Value::Sequence(_)));
            self.span(*it) == value && in_list()
        };
        self.slot(self.at(value.start).find(here)?)
    }

    /// The nodes that begin at a byte, the innermost first.
    fn at(&self, start: u32) -> impl Iterator<Item = NodeId> {
        self.before(start).take_while(move |it| self.span(*it).start == start)
    }

    /// The nodes that begin at a byte or before it, the last first. They have ids in the order of the file.
    fn before(&self, start: u32) -> impl Iterator<Item = NodeId> {
        let first = self.document.nodes.start;
        let nodes = &self.tree.nodes[self.document.nodes.clone()];
        let is_before = |at: usize| nodes.get(at).is_some_and(|it| it.span.start <= start);
        let (mut low, mut high, mut step) = (self.index.near.get(), self.index.near.get(), 16);
        while is_before(high) {
            (low, high, step) = (high + 1, high + step, step * 2);
        }
        while low > 0 && !is_before(low - 1) {
            (low, high, step) = (low.saturating_sub(step), low - 1, step * 2);
        }
        let high = high.min(nodes.len());
        let count = low + nodes[low..high].partition_point(|it| it.span.start <= start);
        self.index.near.set(count);
        (first..first + count).rev().map(|it| NodeId(it as u32))
    }

    /// Whether an anchor stands in a value or before it.
    pub fn has_anchor(&self, value: NodeId) -> bool {
        let (start, end) = (self.start_of(value), self.end_of(value));
        let from = self.index.anchors.partition_point(|it| (*it as usize) < start);
        self.index.anchors.get(from).is_some_and(|it| (*it as usize) < end)
    }

    pub fn entry(&self, slot: Slot) -> &Entry {
        &self.entries(slot.parent)[slot.at()]
    }

    /// The entry of a mapping under this key.
    pub fn find(&self, map: NodeId, key: &str) -> Option<Slot> {
        let at = match self.index.names.get(&map) {
            Some(names) => *names.get(key)?,
            None => self.entries(map).iter().position(|it| self.tree.key(it.key) == key)?,
        };
        Some(Slot::new(map, at))
    }

    /// Where a value stands in its collection. Keys are no values.
    pub fn slot(&self, value: NodeId) -> Option<Slot> {
        self.place(value).filter(|_| !self.is_key(value))
    }

    fn place(&self, id: NodeId) -> Option<Slot> {
        let parent = *self.index.parents.get((id.0 as usize).checked_sub(self.document.nodes.start)?)?;
        if parent == NOWHERE {
            return None;
        }
        // Children have ids in the order of the file.
        let at = match &self.node(parent).value {
            Value::Mapping(entries) => entries.partition_point(|it| it.value < id),
            Value::Sequence(items) => items.partition_point(|it| it.value < id),
            _ => return None,
        };
        Some(Slot::new(parent, at))
    }

    fn is_key(&self, id: NodeId) -> bool {
        let slot = self.place(id);
        slot.is_some_and(|it| self.entries(it.parent).get(it.at()).is_some_and(|it| it.key == id))
    }

    /// The scalar that a part of a value lies in.
    pub fn scalar_around(&self, span: Span) -> Option<(NodeId, Style)> {
        // What begins before the part and is no scalar holds it, or ends before it as well.
        let mut near = self.before(span.start);
        let id = near.find(|it| {
            let node = self.node(*it);
            matches!(node.value, Value::Scalar(_)) || node.span.start < span.start
        })?;
        let node = self.node(id);
        let value = matches!(node.value, Value::Scalar(_)) && self.slot(id).is_some();
        (value && node.span.contains(span)).then_some((id, node.style))
    }

    /// The keys that lead to a node from the top of its document, without lists.
    pub fn path_of(&self, mut id: NodeId) -> Vec<&str> {
        let mut path = Vec::new();
        while let Some(slot) = self.slot(id) {
            if let Value::Mapping(entries) = &self.node(slot.parent).value {
                path.push(self.tree.key(entries[slot.at()].key));
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
            if let Some(uses) = self.index.uses.get(&at) {
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
        let node = self.node(id);
        let marks = [self.tree.anchor(id), self.tree.tag(id)].into_iter().flatten().map(|it| it.span.end);
        marks.fold(node.span.end, u32::max) as usize
    }

    /// The first byte of a value, its anchor and tag included.
    pub fn start_of(&self, id: NodeId) -> usize {
        let node = self.node(id);
        let marks = [self.tree.anchor(id), self.tree.tag(id)].into_iter().flatten().map(|it| it.span.start);
        marks.fold(node.span.start, u32::min) as usize
    }
}
