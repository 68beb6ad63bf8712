//! The YAML tree with spans, in which all files of a project share one arena.

mod path;

use crate::quick::QuickMap;
use crate::source::{FileId, Span};
use crate::syntax::scalar::{self, Kind};
use crate::text::Text;
pub use path::{Path, Via};
use std::collections::BTreeMap;
use std::ops::Range;

/// Names a node of a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(crate) u32);

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// A list or mapping by indentation.
    Block,
    /// A list or mapping in `[ ]` or `{ }`.
    Flow,
    /// A scalar without quotes, or an alias.
    Plain,
    /// A scalar in `'single quotes'`.
    Single,
    /// A scalar in `"double quotes"`.
    Double,
    /// A scalar after `|`.
    Literal,
    /// A scalar after `>`.
    Folded,
}

/// One `key: value` of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The node of the key. Its text is [`Tree::key`].
    pub key: NodeId,
    /// The node of the value.
    pub value: NodeId,
    /// How the entry got here.
    pub path: Path,
}

/// One `- item` of a sequence.
#[derive(Clone, Debug)]
pub struct Item {
    /// The node of the item.
    pub value: NodeId,
    /// How the item got here.
    pub path: Path,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string, number, boolean or null; which one is for [`Tree::kind`] to say.
    Scalar(Text),
    /// A list.
    Sequence(Box<[Item]>),
    /// A mapping, in the order of the file.
    Mapping(Box<[Entry]>),
    /// An alias `*name`; gone after resolution, unless its anchor is missing or encloses it.
    Alias(Box<Alias>),
}

/// A use of an anchor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alias {
    /// The name, without `*`.
    pub name: String,
    /// What has the anchor; `None` if nothing has, or what encloses the alias.
    pub target: Option<NodeId>,
}

/// A name with its place: an anchor or a tag.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The name, without `&`; a tag in its short form, such as `!!str` or `!reset`, however it is written.
    pub name: String,
    /// Where it is written.
    pub span: Span,
}

/// Anchor and tag of a node.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// `&name`.
    pub anchor: Option<Mark>,
    /// `!tag`.
    pub tag: Option<Mark>,
}

/// One value of a YAML file.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it holds.
    pub value: Value,
    /// Where it is written, without anchor and tag. Collections end with their last value or their bracket.
    pub span: Span,
    /// How it is written.
    pub style: Style,
    /// Whether it has an anchor or a tag: [`Tree::anchor`], [`Tree::tag`].
    pub marked: bool,
    /// Whether it stands otherwise in its file: [`Tree::written`].
    pub(crate) changed: bool,
}

/// A large file has millions of nodes.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Node>() == 40 && size_of::<Text>() == 24);

impl Node {
    /// A value without anchor and tag.
    pub(crate) fn new(value: Value, span: Span, style: Style) -> Node {
        Node { value, span, style, marked: false, changed: false }
    }

    /// Whether it is a list or mapping in `[ ]` or `{ }`.
    pub fn is_flow(&self) -> bool {
        self.style == Style::Flow
    }

    /// The entries of a mapping; none for other nodes.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for other nodes.
    pub fn items(&self) -> &[Item] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }
}

/// All nodes of all files of a project.
#[derive(Default, Debug)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// Anchors and tags, which few nodes have.
    marks: BTreeMap<NodeId, Marks>,
    /// What nodes were before variables, aliases and merging changed them.
    written: QuickMap<NodeId, Node>,
    /// Scalars in which a variable has a part.
    interpolated: Vec<NodeId>,
    /// What a value replaced when it was merged over something, nearest first.
    shadowed: QuickMap<NodeId, Vec<NodeId>>,
    /// Nodes of one reading of a file, and the directory that relative paths in them start from.
    bases: Vec<(Range<usize>, String)>,
    /// Entries, items and steps of the way to them in collections that no file holds as they are.
    pub(crate) copied: usize,
}

/// What one file holds: its documents, and what stands beside the data.
#[derive(Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// Top nodes of the documents, in order.
    pub roots: Vec<NodeId>,
    /// Every comment, from `#` to the end of its line, in order.
    pub comments: Vec<Span>,
    /// Mappings with a merge key, in the order in which they end, so that what they take in comes first.
    pub merges: Vec<NodeId>,
    /// The place of the file's nodes in the tree.
    pub(crate) nodes: Range<usize>,
    /// Whether it is no YAML, and only a part of it could be read.
    pub(crate) broken: bool,
    /// Copies of keys that an alias uses as values.
    pub(crate) copies: Vec<NodeId>,
}

impl Tree {
    /// The node of an id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn push(&mut self, node: Node) -> NodeId {
        // Those of the files are empty at first.
        self.copied += match &node.value {
            Value::Mapping(entries) => entries.iter().map(|it| 1 + it.path.steps().len()).sum(),
            Value::Sequence(items) => items.iter().map(|it| 1 + it.path.steps().len()).sum(),
            _ => 0,
        };
        self.nodes.push(node);
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// Another value in the place of a node, without its anchor and tag.
    pub(crate) fn make(&mut self, place: NodeId, value: Value) -> NodeId {
        let Node { span, style, .. } = *self.node(place);
        self.push(Node::new(value, span, style))
    }

    /// Gives a node the anchor and the tag that are written before it.
    pub(crate) fn mark(&mut self, id: NodeId, mark: impl FnOnce(&mut Marks)) {
        mark(self.marks.entry(id).or_default());
        self.nodes[id.0 as usize].marked = true;
    }

    /// The nodes of a file that have an anchor or a tag, in order.
    pub(crate) fn marked(&self, nodes: &Range<usize>) -> impl Iterator<Item = (NodeId, &Marks)> {
        let range = NodeId(nodes.start as u32)..NodeId(nodes.end as u32);
        self.marks.range(range).map(|it| (*it.0, it.1))
    }

    fn marks(&self, id: NodeId) -> Option<&Marks> {
        if self.node(id).marked { self.marks.get(&id) } else { None }
    }

    /// The tag of a node in its short form, such as `!reset`.
    pub fn tag(&self, id: NodeId) -> Option<&Mark> {
        self.marks(id)?.tag.as_ref()
    }

    /// The anchor of a node.
    pub fn anchor(&self, id: NodeId) -> Option<&Mark> {
        self.marks(id)?.anchor.as_ref()
    }

    /// Gives a node of a file another value. What is written there stays known.
    pub(crate) fn change(&mut self, id: NodeId, value: Value) {
        let node = &mut self.nodes[id.0 as usize];
        let value = std::mem::replace(&mut node.value, value);
        if !std::mem::replace(&mut node.changed, true) {
            self.written.insert(id, Node { value, ..*node });
        }
    }

    /// Gives a scalar of a file the text that variables make of it.
    pub(crate) fn expand(&mut self, id: NodeId, text: Text) {
        if text.is_interpolated() {
            self.interpolated.push(id);
        }
        self.change(id, Value::Scalar(text));
    }

    /// The texts of the files in which a variable has a part.
    pub(crate) fn interpolated(&self) -> impl Iterator<Item = &Text> {
        self.interpolated.iter().filter_map(|it| self.text(*it))
    }

    /// A node as it stands in its file.
    pub(crate) fn written(&self, id: NodeId) -> &Node {
        let node = self.node(id);
        if node.changed { self.written.get(&id).unwrap_or(node) } else { node }
    }

    /// Remembers that a value replaced another one.
    pub(crate) fn shadow(&mut self, winner: NodeId, loser: NodeId) {
        if winner != loser {
            let losers = self.shadowed.entry(winner).or_default();
            if !losers.contains(&loser) {
                losers.push(loser);
            }
        }
    }

    /// What a node replaced, one that is made of it replaced as well.
    pub(crate) fn inherit(&mut self, made: NodeId, of: NodeId) {
        for loser in self.shadowed(of).to_vec() {
            self.shadow(made, loser);
        }
    }

    /// What a value replaced: in a file, a document or a service that it was merged over, earlier in its list, or in
    /// a mapping that `<<` takes in.
    pub fn shadowed(&self, id: NodeId) -> &[NodeId] {
        self.shadowed.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn set_base(&mut self, nodes: Range<usize>, base: String) {
        self.bases.push((nodes, base));
    }

    /// The directory that relative paths start from, if they are written in this node: that of the project, or of
    /// the file that is extended or included. Empty for the directory of the project itself.
    pub fn base(&self, id: NodeId) -> &str {
        let at = id.0 as usize;
        let found = self.bases.iter().find(|it| it.0.contains(&at));
        found.map_or("", |it| it.1.as_str())
    }

    /// Where a node is written.
    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// The text of a scalar.
    pub fn text(&self, id: NodeId) -> Option<&Text> {
        match &self.node(id).value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a key. Keys are never interpolated, so it is known.
    pub fn key(&self, id: NodeId) -> &str {
        self.text(id).map_or("", Text::as_str)
    }

    /// Whether this is the text of a key.
    pub(crate) fn is_key(&self, id: NodeId, key: &str) -> bool {
        self.text(id).is_some_and(|it| it.is(key))
    }

    /// What a scalar is by Compose's rules; `None` for lists, mappings and aliases.
    pub fn kind(&self, id: NodeId) -> Option<Kind> {
        self.kind_of(id, self.node(id))
    }

    /// What a scalar is, as it stands in its file.
    pub(crate) fn written_kind(&self, id: NodeId) -> Option<Kind> {
        self.kind_of(id, self.written(id))
    }

    fn kind_of(&self, id: NodeId, node: &Node) -> Option<Kind> {
        let Value::Scalar(text) = &node.value else { return None };
        // What was interpolated is a string, whatever it looks like now.
        if text.is_interpolated() {
            return Some(Kind::String);
        }
        Some(scalar::kind(text.as_str(), node.style == Style::Plain, self.tag(id).map(|it| it.name.as_str())))
    }

    /// A scalar that is not null as the string that Compose makes of it: numbers and booleans in their canonical form.
    pub fn scalar_text(&self, id: NodeId) -> Option<Text> {
        let text = self.text(id)?;
        let shown = match self.kind(id)? {
            Kind::Null => return None,
            Kind::Integer(value) => value.to_string(),
            Kind::Bool(value) => value.to_string(),
            Kind::Float(value) => float_text(value),
            _ => return Some(text.clone()),
        };
        if shown == text.as_str() { Some(text.clone()) } else { Some(Text::verbatim(shown, text.span(), 0)) }
    }

    /// Whether the node is a null scalar, or absent.
    pub fn is_null(&self, id: NodeId) -> bool {
        self.kind(id) == Some(Kind::Null)
    }

    /// The entries of a mapping; none for other nodes.
    pub fn entries(&self, id: NodeId) -> &[Entry] {
        self.node(id).entries()
    }

    /// The items of a sequence; none for other nodes.
    pub fn items(&self, id: NodeId) -> &[Item] {
        self.node(id).items()
    }

    /// The entry of a mapping under `key`.
    pub fn get(&self, map: NodeId, key: &str) -> Option<&Entry> {
        self.entries(map).iter().find(|entry| self.is_key(entry.key, key))
    }
}

/// A float as Go prints it with `%v`: the shortest digits that read back, an exponent from 1e21 on and below 1e-4.
fn float_text(value: f64) -> String {
    let size = value.abs();
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_string();
    }
    if size != 0.0 && !(1e-4..1e21).contains(&size) {
        let shown = format!("{value:e}");
        let (digits, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(it) => ('-', it),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{value}")
}
