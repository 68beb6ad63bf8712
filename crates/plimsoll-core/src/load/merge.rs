//! One mapping over another, as Compose merges documents, files and `extends`.
//!
//! Source: `override/merge.go` and `override/uncity.go` of compose-go 2.9.1.

use crate::problem::{Problem, ProblemKind};
use crate::source::Span;
use crate::text::Text;
use crate::tree::{Entry, Item, Node, NodeId, Path, Style, Tree, Value};
use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

/// How a place in the model is merged, where it is not simply "maps deeply, lists appended, the rest replaced".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Special {
    /// Replaced as a whole.
    Replace,
    /// `K=V` strings or a mapping: the later one of a key wins.
    Pairs,
    /// A string or a list: appended, the later one of a key wins.
    List,
    /// A list is a mapping whose values are these.
    Names(&'static [(&'static str, &'static str)]),
    /// A string is a mapping with this key.
    Short(&'static str),
    /// Merged only if both name the same driver.
    Logging,
    /// Mappings are merged, anything else is replaced.
    Ulimit,
}

const STARTED: &[(&str, &str)] = &[("condition", "service_started"), ("required", "true")];

fn special(path: &[&str]) -> Option<Special> {
    Some(match path {
        ["services", _, rest @ ..] => match rest {
            ["command" | "entrypoint"] | ["healthcheck", "test"] => Special::Replace,
            ["environment" | "labels" | "annotations" | "sysctls"]
            | ["build", "args" | "labels"]
            | ["deploy", "labels"] => Special::Pairs,
            ["build", "additional_contexts" | "extra_hosts"] | ["extra_hosts"] => Special::Pairs,
            ["dns" | "dns_opt" | "dns_search" | "env_file" | "label_file" | "tmpfs"] => Special::List,
            ["build"] => Special::Short("context"),
            ["depends_on"] => Special::Names(STARTED),
            ["networks" | "models"] => Special::Names(&[]),
            ["logging"] => Special::Logging,
            ["ulimits", _] => Special::Ulimit,
            _ => return None,
        },
        ["networks" | "volumes", _, "labels"] => Special::Pairs,
        _ => return None,
    })
}

/// Merges whole files: the later one over the earlier one.
pub fn merge(tree: &mut Tree, base: NodeId, over: NodeId, problems: &mut Vec<Problem>) -> NodeId {
    let mut merger = Merger { tree, problems };
    merger.node(base, over, &mut Vec::new())
}

/// Merges a service over the one it extends.
pub fn extend(tree: &mut Tree, base: NodeId, over: NodeId, problems: &mut Vec<Problem>) -> NodeId {
    let mut merger = Merger { tree, problems };
    merger.node(base, over, &mut vec!["services", "x"])
}

struct Merger<'a> {
    tree: &'a mut Tree,
    problems: &'a mut Vec<Problem>,
}

impl Merger<'_> {
    fn node(&mut self, base: NodeId, over: NodeId, path: &mut Vec<&str>) -> NodeId {
        if let Some(special) = special(path) {
            return self.special(special, base, over, path);
        }
        if self.tree.is_null(over) {
            return base;
        }
        match (&self.tree.node(base).value, &self.tree.node(over).value) {
            (Value::Mapping(_), Value::Mapping(_)) => self.mappings(base, over, path),
            (Value::Sequence(a), Value::Sequence(b)) => {
                let items = a.iter().chain(b).cloned().collect();
                let made = self.make(over, Value::Sequence(items));
                for one in [base, over] {
                    self.tree.inherit(made, one);
                }
                made
            }
            (Value::Mapping(_) | Value::Sequence(_), _) => self.clash(base, over, path),
            _ => {
                self.tree.shadow(over, base);
                over
            }
        }
    }

    fn clash(&mut self, base: NodeId, over: NodeId, path: &[&str]) -> NodeId {
        let what = path.last().copied().unwrap_or_default();
        let (is, was) = (self.what(over), self.what(base));
        let message = format!("`{what}` is {is} here and {was} in what it is merged over");
        let problem = Problem::new(ProblemKind::InvalidValue, self.tree.span(over), message);
        self.problems.push(problem.label(self.tree.span(base), "merged over this"));
        base
    }

    fn what(&self, id: NodeId) -> &'static str {
        match self.tree.node(id).value {
            Value::Mapping(_) => "a mapping",
            Value::Sequence(_) => "a list",
            _ => "a single value",
        }
    }

    fn mappings(&mut self, base: NodeId, over: NodeId, path: &mut Vec<&str>) -> NodeId {
        let mut entries = self.tree.entries(base).to_vec();
        let mut index: HashMap<String, usize> =
            entries.iter().enumerate().map(|(at, it)| (self.tree.key(it.key).to_string(), at)).collect();
        for entry in self.tree.entries(over).to_vec() {
            let name = self.tree.key(entry.key).to_string();
            match index.get(&name) {
                None => {
                    index.insert(name, entries.len());
                    entries.push(entry);
                }
                Some(at) => {
                    let below = entries[*at].clone();
                    // The path borrows the name only for this step.
                    let mut next: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
                    let value = self.node(below.value, entry.value, &mut next);
                    // What is made of both is named where it is first written.
                    entries[*at] = if value == entry.value { entry } else { Entry { value, ..below } };
                }
            }
        }
        self.make(over, Value::Mapping(entries.into()))
    }

    /// A node of its own that stands for two; it is blamed where the upper one is written.
    fn make(&mut self, over: NodeId, value: Value) -> NodeId {
        self.tree.make(over, value)
    }

    fn special(&mut self, special: Special, base: NodeId, over: NodeId, path: &mut Vec<&str>) -> NodeId {
        match special {
            Special::Replace => {
                self.tree.shadow(over, base);
                over
            }
            Special::Pairs => {
                let (below, above) = (self.pairs(base), self.pairs(over));
                match (below, above) {
                    (Some(below), Some(above)) => {
                        let mut entries: Vec<Entry> = below;
                        let mut index = HashMap::new();
                        for (at, it) in entries.iter().enumerate() {
                            index.entry(self.tree.key(it.key).to_string()).or_insert(at);
                        }
                        for entry in above {
                            match index.entry(self.tree.key(entry.key).to_string()) {
                                Occupied(at) => {
                                    let at = *at.get();
                                    self.tree.shadow(entry.value, entries[at].value);
                                    entries[at] = entry;
                                }
                                Vacant(place) => {
                                    place.insert(entries.len());
                                    entries.push(entry);
                                }
                            }
                        }
                        self.make(over, Value::Mapping(entries.into()))
                    }
                    (Some(_), None) if self.tree.is_null(over) => base,
                    (Some(_), None) => self.clash(base, over, path),
                    (None, _) => over,
                }
            }
            Special::List => {
                let mut items = self.items(base);
                items.extend(self.items(over));
                self.make(over, Value::Sequence(items.into()))
            }
            Special::Names(fields) => match (self.names(base, fields), self.names(over, fields)) {
                (Some(below), Some(above)) => self.mappings(below, above, path),
                (Some(_), None) => base,
                _ => over,
            },
            Special::Short(key) => match (self.long(base, key), self.long(over, key)) {
                (Some(below), Some(above)) => self.mappings(below, above, path),
                (Some(_), None) => base,
                _ => over,
            },
            Special::Logging => {
                let driver = |it: &Self, id| {
                    it.tree.get(id, "driver").and_then(|e| it.tree.text(e.value)).map(|it| it.as_str().to_string())
                };
                if self.tree.is_null(over) {
                    return base;
                }
                match (driver(self, base), driver(self, over)) {
                    (Some(a), Some(b)) if a != b => over,
                    _ => self.mappings(base, over, path),
                }
            }
            Special::Ulimit => {
                let both = [base, over].iter().all(|it| matches!(self.tree.node(*it).value, Value::Mapping(_)));
                if both { self.mappings(base, over, path) } else { over }
            }
        }
    }

    /// Entries of a mapping, or of a list of `K=V` strings, which are taken apart with their places.
    fn pairs(&mut self, id: NodeId) -> Option<Vec<Entry>> {
        match &self.tree.node(id).value {
            Value::Mapping(entries) => Some(entries.to_vec()),
            Value::Sequence(items) => {
                let items = items.clone();
                Some(items.into_iter().filter_map(|it| self.pair(it)).collect())
            }
            Value::Scalar(..) if !self.tree.is_null(id) => {
                let item = Item { value: id, path: Path::default() };
                Some(self.pair(item).into_iter().collect())
            }
            _ => None,
        }
    }

    fn pair(&mut self, item: Item) -> Option<Entry> {
        let text = self.tree.text(item.value)?.clone();
        let equals = text.as_str().find('=');
        let end = text.as_str().len();
        let name = text.slice(0..equals.unwrap_or(end));
        let value = equals.map(|at| text.slice(at + 1..end));
        let key = self.scalar(name, Style::Single);
        let value = match value {
            Some(value) => self.scalar(value, Style::Single),
            None => {
                let span = Span { start: text.span().end, ..text.span() };
                self.scalar(Text::verbatim("", span, 0), Style::Plain)
            }
        };
        Some(Entry { key, value, path: item.path })
    }

    fn scalar(&mut self, text: Text, style: Style) -> NodeId {
        let span = text.span();
        self.tree.push(Node::new(Value::Scalar(text), span, style))
    }

    fn items(&self, id: NodeId) -> Vec<Item> {
        match &self.tree.node(id).value {
            Value::Sequence(items) => items.to_vec(),
            Value::Scalar(..) if !self.tree.is_null(id) => vec![Item { value: id, path: Path::default() }],
            _ => Vec::new(),
        }
    }

    /// A mapping, or a list of names as one, each with the same fields.
    fn names(&mut self, id: NodeId, fields: &[(&str, &str)]) -> Option<NodeId> {
        match &self.tree.node(id).value {
            Value::Mapping(_) => Some(id),
            Value::Sequence(items) => {
                let items = items.clone();
                let mut entries = Vec::new();
                for item in items {
                    let span = self.tree.span(item.value);
                    let value = if fields.is_empty() {
                        self.scalar(Text::verbatim("", span, 0), Style::Plain)
                    } else {
                        let fields = fields.iter().map(|(key, value)| {
                            let key = self.scalar(Text::verbatim(*key, span, 0), Style::Plain);
                            let value = self.scalar(Text::verbatim(*value, span, 0), Style::Plain);
                            Entry { key, value, path: Path::default() }
                        });
                        let fields = fields.collect();
                        self.tree.push(Node::new(Value::Mapping(fields), span, Style::Flow))
                    };
                    entries.push(Entry { key: item.value, value, path: item.path });
                }
                Some(self.make(id, Value::Mapping(entries.into())))
            }
            _ => None,
        }
    }

    fn long(&mut self, id: NodeId, key: &str) -> Option<NodeId> {
        match &self.tree.node(id).value {
            Value::Mapping(_) => Some(id),
            Value::Scalar(..) if !self.tree.is_null(id) => {
                let span = self.tree.span(id);
                let key = self.scalar(Text::verbatim(key, span, 0), Style::Plain);
                let entry = Entry { key, value: id, path: Path::default() };
                Some(self.make(id, Value::Mapping(Box::new([entry]))))
            }
            _ => None,
        }
    }
}
