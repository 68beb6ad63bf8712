//! What a rule asks for when it mends something: a change in the words of the model, out of which come exact edits.

use super::written::{Index, Slot, Written};
use super::{Edit, Yaml};
use crate::load::Loaded;
use crate::model::Service;
use crate::source::{FileId, Sources, Span};
use crate::text::Text;
use crate::tree::{NodeId, Value, Via};
use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

/// Makes edits. Each operation gives `None` where it cannot be exact, or would change more than what is asked for:
/// what several services share through an anchor or `extends`, and files that the project only includes or extends.
pub struct Editor<'a> {
    sources: &'a Sources,
    loaded: &'a Loaded,
    files: RefCell<HashMap<FileId, Rc<Index>>>,
    services: OnceCell<HashMap<String, NodeId>>,
    extended: OnceCell<HashSet<String>>,
}

impl<'a> Editor<'a> {
    /// An editor for the files of a project.
    pub fn new(sources: &'a Sources, loaded: &'a Loaded) -> Editor<'a> {
        Editor { sources, loaded, files: RefCell::default(), services: OnceCell::new(), extended: OnceCell::new() }
    }

    /// Gives a key of a service a value: `&["stop_signal"]`, or `&["healthcheck", "test"]` for one in a mapping.
    /// A value that is written for this service is replaced, else a new line is added.
    pub fn set(&self, service: &Service, path: &[&str], value: &Yaml) -> Option<Vec<Edit>> {
        let known = self.services().get(service.name.as_str()).copied()?;
        let (first, rest) = path.split_first()?;
        let Some(entry) = self.loaded.tree.get(known, first) else {
            let (written, slot) = self.own_entry(service.key)?;
            let map = written.entry(slot).value;
            let is_map = matches!(written.node(map).value, Value::Mapping(_));
            if !is_map || !self.is_alone(&written, map) || written.find(map, first).is_some() {
                return None;
            }
            let nested = rest.iter().rev().fold(value.clone(), |inner, key| Yaml::map([(*key, inner)]));
            return written.insert(map, first, &nested);
        };
        // An alias that stands here is replaced as a whole; what is inside of it belongs to others, too.
        let direct = match entry.path.steps() {
            [] => true,
            [first, ..] => matches!(first, Via::Alias(_)) && rest.is_empty(),
        };
        let here = direct.then(|| self.own_entry(self.loaded.tree.span(entry.key))).flatten();
        let Some((written, slot)) = here else {
            // It comes from somewhere else; what is written here goes over it. A mapping would replace it, or not.
            let over = rest.is_empty() && matches!(value, Yaml::Text(_) | Yaml::Number(_));
            let (written, slot) = self.own_entry(service.key).filter(|_| over)?;
            let map = written.entry(slot).value;
            let own = matches!(written.node(map).value, Value::Mapping(_)) && written.find(map, first).is_none();
            return (own && self.is_alone(&written, map)).then(|| written.insert(map, first, value)).flatten();
        };
        if !self.is_alone(&written, slot.parent) {
            return None;
        }
        let Some((inner, rest)) = rest.split_first() else { return written.set_value(slot, value) };
        if !rest.is_empty() {
            return None;
        }
        let map = written.entry(slot).value;
        let found = self.loaded.tree.get(entry.value, inner);
        match (&written.node(map).value, found) {
            (Value::Mapping(_), Some(found)) => {
                let (written, slot) = self.own_entry(self.loaded.tree.span(found.key))?;
                let direct = found.path.steps().is_empty() && self.is_alone(&written, slot.parent);
                direct.then(|| written.set_value(slot, value)).flatten()
            }
            (Value::Mapping(_), None) => {
                let free = written.find(map, inner).is_none() && self.is_alone(&written, map);
                free.then(|| written.insert(map, inner, value)).flatten()
            }
            (Value::Scalar(..), None) if written.is_null(map) => {
                written.set_value(slot, &Yaml::map([(*inner, value.clone())]))
            }
            _ => None,
        }
    }

    /// Replaces a byte range of a text of the model, in the quotes in which it is written. `new` is written as it is
    /// in a Compose file, with `$$` for a dollar. The bytes of the range must stand in the file as they are.
    pub fn replace(&self, text: &Text, range: Range<usize>, new: &str) -> Option<Vec<Edit>> {
        let (written, scalar, span) = self.own_part(text, range)?;
        self.is_alone(&written, scalar).then(|| written.replace_part(span, new)).flatten()
    }

    /// Takes a part of a text out, with the comma behind it, or the comma or colon before it.
    pub fn cut(&self, text: &Text, range: Range<usize>) -> Option<Vec<Edit>> {
        let (written, scalar, mut span) = self.own_part(text, range)?;
        let around = written.node(scalar).span;
        if written.text()[span.end as usize..around.end as usize].starts_with(',') {
            span.end += 1;
        } else if written.text()[around.start as usize..span.start as usize].ends_with([',', ':']) {
            span.start -= 1;
        } else {
            return None;
        }
        self.is_alone(&written, scalar).then(|| written.replace_part(span, "")).flatten()
    }

    /// Doubles the `$` of a variable that is written here, so that Compose leaves it to the container.
    pub fn escape_dollar(&self, variable: Span) -> Option<Vec<Edit>> {
        let written = self.written(variable.file).filter(|_| self.sources.slice(variable).starts_with('$'))?;
        let (scalar, _) = written.scalar_around(variable)?;
        let edit = Edit { span: Span { end: variable.start, ..variable }, text: "$".to_string() };
        (self.is_alone(&written, scalar) && written.anchor(scalar).is_none()).then(|| vec![edit])
    }

    /// Removes an entry by the place of its key, with its line. A mapping that would be empty goes with it.
    pub fn remove_entry(&self, key: Span) -> Option<Vec<Edit>> {
        let (written, slot) = self.own_entry(key)?;
        self.remove(&written, slot)
    }

    /// Removes an item of a list by the place of its value, with its line. A list that would be empty goes with it.
    pub fn remove_item(&self, item: Span) -> Option<Vec<Edit>> {
        let written = self.written(item.file)?;
        let slot = written.item_at(item)?;
        self.remove(&written, slot)
    }

    fn remove(&self, written: &Written<'_>, slot: Slot) -> Option<Vec<Edit>> {
        let value = match &written.node(slot.parent).value {
            Value::Mapping(entries) => entries.get(slot.at())?.value,
            Value::Sequence(items) => items.get(slot.at())?.value,
            _ => return None,
        };
        // An anchor inside of it may be used elsewhere.
        (self.is_alone(written, slot.parent) && !written.has_anchor(value)).then(|| written.remove(slot)).flatten()
    }

    /// Declares a volume at the top level of the file in which it is used.
    pub fn declare_volume(&self, volume: &str, used: Span) -> Option<Vec<Edit>> {
        let written = self.written(used.file)?;
        let mut roots = written.document.roots.iter().copied();
        let root = roots.find(|it| written.node(*it).span.contains(used))?;
        if !matches!(written.node(root).value, Value::Mapping(_)) || volume.contains(char::is_control) {
            return None;
        }
        let first = Yaml::map([(volume, Yaml::Null)]);
        let Some(slot) = written.find(root, "volumes") else { return written.append(root, "volumes", &first) };
        let map = written.entry(slot).value;
        match &written.node(map).value {
            Value::Mapping(_) if written.find(map, volume).is_none() && written.is_used_once(map) => {
                written.insert(map, volume, &Yaml::Null)
            }
            Value::Scalar(..) if written.is_null(map) => written.set_value(slot, &first),
            _ => None,
        }
    }

    fn services(&self) -> &HashMap<String, NodeId> {
        self.services.get_or_init(|| {
            let tree = &self.loaded.tree;
            let services = self.loaded.root.and_then(|it| tree.get(it, "services"));
            let entries = services.map(|it| tree.entries(it.value)).unwrap_or_default();
            entries.iter().map(|it| (tree.key(it.key).to_string(), it.value)).collect()
        })
    }

    /// The names of services that others extend, in whatever file.
    fn extended(&self) -> &HashSet<String> {
        self.extended.get_or_init(|| {
            let tree = &self.loaded.tree;
            let entries = tree.nodes.iter().filter_map(|it| match &it.value {
                Value::Mapping(entries) => Some(entries),
                _ => None,
            });
            let extends = entries.flatten().filter(|it| tree.key(it.key) == "extends");
            let names = extends.filter_map(|it| match tree.text(it.value) {
                Some(text) => Some(text),
                None => tree.text(tree.get(it.value, "service")?.value),
            });
            names.map(|it| it.as_str().to_string()).collect()
        })
    }

    /// A file of the project itself, as it is written.
    fn written(&self, file: FileId) -> Option<Written<'a>> {
        if !self.loaded.own.contains(&file) || self.sources.get(file).is_outside() {
            return None;
        }
        let known = self.files.borrow().get(&file).cloned();
        let written = Written::new(self.sources, self.loaded, file, known)?;
        self.files.borrow_mut().entry(file).or_insert_with(|| written.index.clone());
        Some(written)
    }

    /// The entry whose key is written here.
    fn own_entry(&self, key: Span) -> Option<(Written<'a>, Slot)> {
        let written = self.written(key.file)?;
        let slot = written.entry_at(key)?;
        Some((written, slot))
    }

    /// A part of a text that stands in a file as it is, outside of any expression with a variable.
    fn own_part(&self, text: &Text, range: Range<usize>) -> Option<(Written<'a>, NodeId, Span)> {
        let part = text.slice(range.start..range.end.min(text.as_str().len()));
        let span = text.span_of(range);
        if part.variables().next().is_some() || self.sources.slice(span) != part.as_str() {
            return None;
        }
        let written = self.written(span.file)?;
        let (scalar, _) = written.scalar_around(span)?;
        let before = &written.text()[written.node(scalar).span.range().start..span.start as usize];
        let open = before.matches('{').count() > before.matches('}').count();
        (!open || !part.is_interpolated()).then_some((written, scalar, span))
    }

    /// Whether a change inside of this value changes one service only.
    fn is_alone(&self, written: &Written<'_>, id: NodeId) -> bool {
        let shared = match written.path_of(id).as_slice() {
            ["services", name, ..] => self.extended().contains(*name),
            _ => false,
        };
        !shared && written.is_used_once(id)
    }
}
