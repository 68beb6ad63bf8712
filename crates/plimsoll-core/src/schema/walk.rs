//! One walk over a file with the tables in hand.

use super::words::{either, expected, kind_name, named, quoted, shown};
use super::{Cast, Form, List, Map, Rest, Shape, Types, form, hint};
use crate::problem::{Problem, ProblemKind};
use crate::quick::QuickSet;
use crate::source::Span;
use crate::syntax::scalar::Kind;
use crate::text::Text;
use crate::tree::{NodeId, Style, Tree, Value};
use std::collections::HashSet;

/// A step from an object down to one of its values.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Item,
}

/// How many unknown keys are compared with all known ones. Nobody misspells as many.
const GUESSES: usize = 1_000;

pub(super) struct Walk<'a> {
    pub(super) tree: &'a Tree,
    problems: &'a mut Vec<Problem>,
    /// Something else is merged under the values, so that what is absent here may be there.
    pub(super) partial: bool,
    path: Vec<Step<'a>>,
    maps: Vec<&'static Map>,
    /// What each node was looked at as, by its address, and as what else: aliases lead to a node again and again.
    first: Vec<usize>,
    seen: QuickSet<(NodeId, usize)>,
    /// Keys that nothing knows, and the object in which they stand: merge keys lead to the same one again and again.
    unknown: HashSet<(NodeId, usize)>,
    reported: HashSet<(Span, String)>,
    budget: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(tree: &'a Tree, partial: bool, problems: &'a mut Vec<Problem>) -> Walk<'a> {
        let budget = 10 * tree.nodes.len() + 100_000;
        let (path, maps, seen, unknown, reported) = Default::default();
        let first = vec![0; tree.nodes.len()];
        Walk { tree, problems, partial, path, maps, first, seen, unknown, reported, budget }
    }

    /// The same with fewer values to look at.
    #[cfg(test)]
    pub(super) fn limit(self, budget: usize) -> Walk<'a> {
        Walk { budget, ..self }
    }

    pub(super) fn root(&mut self, root: NodeId, map: &'static Map) {
        // A document that is no mapping is for the reader of the syntax to report.
        if matches!(self.tree.node(root).value, Value::Mapping(_)) {
            self.map(root, map);
        }
    }

    /// Reports a refused value. A mistake that several aliases lead to is reported once.
    pub(super) fn invalid(&mut self, span: Span, message: String, help: Option<String>) {
        self.report(ProblemKind::InvalidValue, span, message, help);
    }

    fn report(&mut self, kind: ProblemKind, span: Span, message: String, help: Option<String>) {
        if self.reported.insert((span, message.clone())) {
            self.problems.push(Problem { help, ..Problem::new(kind, span, message) });
        }
    }

    /// What the value under the walk is called: its keys, from the object down that has a name.
    pub(super) fn name(&self) -> String {
        let mut name = String::new();
        for step in &self.path {
            if let Step::Key(key) = step {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(key);
            }
        }
        match self.path.last() {
            Some(Step::Item) => format!("an item of `{name}`"),
            _ => format!("`{name}`"),
        }
    }

    /// Whether a node was not looked at as this yet.
    fn is_new(&mut self, id: NodeId, shape: &'static Shape) -> bool {
        // Shapes do not stand at odd addresses.
        let shape = std::ptr::from_ref(shape).addr() + usize::from(self.partial);
        match &mut self.first[id.0 as usize] {
            first @ 0 => {
                *first = shape;
                true
            }
            first => *first != shape && self.seen.insert((id, shape)),
        }
    }

    fn value(&mut self, id: NodeId, shape: &'static Shape) {
        if shape.any || self.budget == 0 || !self.is_new(id, shape) {
            return;
        }
        self.budget -= 1;
        if self.budget == 0 {
            let message = "aliases expand to too many values".to_string();
            return self.report(ProblemKind::Limit, self.tree.span(id), message, None);
        }
        let node = self.tree.node(id);
        let found = match &node.value {
            Value::Alias(..) => return,
            Value::Scalar(text) => {
                if text.is_known() && self.scalar(id, text, node.style, shape) {
                    self.also(id, shape);
                }
                return;
            }
            Value::Sequence(_) => match shape.list {
                Some(list) => {
                    self.list(id, list);
                    return self.also(id, shape);
                }
                None => "this is a list",
            },
            Value::Mapping(_) => match shape.map {
                Some(map) => {
                    // What seems to be missing may be what is misspelt.
                    if self.map(id, map) {
                        self.also(id, shape);
                    }
                    return;
                }
                None => "this is a mapping",
            },
        };
        let message = format!("{} must be {}, and {found}", self.name(), expected(shape));
        self.invalid(self.start(id), message, None);
    }

    fn also(&mut self, id: NodeId, shape: &Shape) {
        if let Some(also) = shape.also {
            also(self, id);
        }
    }

    /// The place to blame for a whole value: a scalar itself, or the first line of a collection.
    pub(super) fn start(&self, id: NodeId) -> Span {
        let span = self.tree.span(id);
        match &self.tree.node(id).value {
            Value::Mapping(entries) if !self.tree.node(id).is_flow() => {
                // Merged entries stand elsewhere.
                let own = entries.iter().find(|it| span.contains(self.tree.span(it.key)));
                own.map_or(span, |it| self.tree.span(it.key))
            }
            Value::Sequence(items) if !self.tree.node(id).is_flow() => {
                let own = items.iter().find(|it| span.contains(self.tree.span(it.value)));
                own.map_or(span, |it| self.start(it.value))
            }
            _ => span,
        }
    }

    fn list(&mut self, id: NodeId, list: &'static List) {
        let tree = self.tree;
        // A list is taken over whole, so nothing stands under its items.
        let partial = std::mem::replace(&mut self.partial, false);
        self.path.push(Step::Item);
        let mut seen = HashSet::new();
        for item in tree.items(id) {
            self.value(item.value, &list.item);
            let Some(text) = tree.text(item.value).filter(|it| list.unique && it.is_known()) else { continue };
            let number = matches!(tree.kind(item.value), Some(Kind::Integer(_) | Kind::Float(_)));
            if !seen.insert((number, text.as_str())) {
                self.path.pop();
                let told =
                    if self.is_private() { "an item".to_string() } else { format!("`{}`", shown(&text.shown())) };
                let message = format!("{} has {told} twice", self.name());
                self.path.push(Step::Item);
                let span = item.path.steps().first().map_or(tree.span(item.value), |it| it.span());
                self.invalid(span, message, Some("remove one of them".to_string()));
            }
        }
        self.path.pop();
        self.partial = partial;
    }

    /// Whether every key is known.
    fn map(&mut self, id: NodeId, map: &'static Map) -> bool {
        let mut known = true;
        let tree = self.tree;
        let outer = map.named.then(|| std::mem::take(&mut self.path));
        let partial = self.partial;
        if map.named && tree.get(id, "extends").is_some() {
            self.partial = true;
        }
        self.maps.push(map);
        for entry in tree.entries(id) {
            let key = tree.key(entry.key);
            // Keys that are no strings are for the reader of the syntax to report.
            let is_string = matches!(tree.kind(entry.key), Some(Kind::String | Kind::Merge));
            if !is_string || tree.tag(entry.value).is_some_and(|it| it.name == "!reset") {
                continue;
            }
            let shape = match (map.get(key), map.rest) {
                (Some(shape), _) | (None, Rest::Open(shape)) => shape,
                (None, Rest::Names(shape)) => {
                    if !form::is_name(key) {
                        let message = format!("`{}` is not a name of {}", shown(key), map.what);
                        let help = "use only letters, digits, `.`, `_` and `-`".to_string();
                        self.invalid(tree.span(entry.key), message, Some(help));
                    }
                    shape
                }
                (None, Rest::Extensions) => {
                    if !key.starts_with("x-") {
                        known = false;
                        if !self.unknown.insert((entry.key, std::ptr::from_ref(map) as usize)) {
                            continue;
                        }
                        let message = format!("`{}` is not a key of {}", shown(key), map.what);
                        let guess = self.unknown.len() <= GUESSES;
                        let help = if guess { hint::unknown_key(tree, &self.maps, key, entry.value) } else { None };
                        self.report(ProblemKind::UnknownKey, tree.span(entry.key), message, help);
                    }
                    continue;
                }
            };
            self.path.push(Step::Key(key));
            self.value(entry.value, shape);
            self.path.pop();
        }
        self.maps.pop();
        if let Some(outer) = outer {
            self.path = outer;
        }
        let missing = map.needs.iter().find(|it| tree.get(id, it).is_none());
        if let Some(missing) = missing.filter(|_| known && !self.partial) {
            let message = format!("{} needs `{missing}`", self.name());
            self.invalid(self.start(id), message, None);
        }
        self.partial = partial;
        known
    }

    /// Whether the scalar is of the right type and form; reports it if not.
    fn scalar(&mut self, id: NodeId, text: &Text, style: Style, shape: &Shape) -> bool {
        let Some(kind) = self.tree.kind(id) else { return true };
        if kind == Kind::Null {
            if shape.types.has(Types::NULL) || self.partial {
                return true;
            }
            let message = format!("{} must be {}, and it is empty", self.name(), expected(shape));
            self.invalid(text.span(), message, Some("give it a value, or remove the key".to_string()));
            return false;
        }
        let value = text.as_str();
        let (types, number) = match kind {
            Kind::String => match cast(value, shape.cast) {
                Ok(it) => it,
                Err(()) => return self.wrong_type(text, kind, style, shape),
            },
            Kind::Bool(_) => (Types::BOOL, None),
            Kind::Integer(it) => (Types::INTEGER, Some(it as f64)),
            // Where a whole number is asked for, `2.0` is one.
            Kind::Float(it) if it.fract() == 0.0 => (Types::INTEGER, Some(it)),
            Kind::Float(it) => (Types::FLOAT, Some(it)),
            Kind::Null | Kind::Timestamp | Kind::Merge => (Types::NONE, None),
        };
        if !shape.types.has(types) {
            return self.wrong_type(text, kind, style, shape);
        }
        let wrong = match shape.form {
            Form::OneOf(words) if types.has(Types::STRING) && !words.contains(&value) => {
                let mut allowed: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
                allowed.extend(shape.list.map(|_| "a list".to_string()));
                let message = format!("{} must be {}, and is {}", self.name(), either(&allowed), quoted(value));
                let part = words.iter().find(|it| !value.is_empty() && it.ends_with(value)).copied();
                let help = part.or_else(|| hint::nearest(value, words.iter().copied()));
                Some((message, help.map(|it| format!("did you mean `{it}`?"))))
            }
            Form::Between(from, to) => number.filter(|it| !(from..=to).contains(it)).map(|_| {
                let range = match (from, to) {
                    (_, f64::INFINITY) => format!("at least {from}"),
                    _ => format!("between {from} and {to}"),
                };
                (format!("{} must be {range}, and is `{}`", self.name(), shown(value)), None)
            }),
            Form::Text(check) if types.has(Types::STRING) => check(value)
                .err()
                .map(|wrong| (format!("{} is {}, {}", self.name(), quoted(value), wrong.why), wrong.help)),
            _ => None,
        };
        let Some((message, help)) = wrong else { return true };
        self.refuse(text, message, help);
        false
    }

    fn wrong_type(&mut self, text: &Text, kind: Kind, style: Style, shape: &Shape) -> bool {
        let value = text.as_str();
        // A duration without unit is a number; its unit is what is missing.
        if let Form::Text(check) = shape.form
            && !matches!(kind, Kind::Bool(_))
            && let Err(wrong) = check(value)
        {
            let message = format!("{} is {}, {}", self.name(), quoted(value), wrong.why);
            self.refuse(text, message, wrong.help);
            return false;
        }
        let told = if self.is_private() { "this".to_string() } else { named(&text.shown()) };
        let message = format!("{} must be {}, and {told} is {}", self.name(), expected(shape), kind_name(kind));
        let quotable = kind != Kind::String && shape.types.has(Types::STRING) && shape.cast == Cast::None;
        let list = shape.list.is_some() && shape.map.is_none() && !shape.types.has(Types::STRING);
        let help = if list && !text.has_inserted() && style == Style::Plain && !value.contains([',', '[', ']', '\n']) {
            Some(format!("write it as a list: `[{value}]`"))
        } else if quotable && (self.is_private() || text.has_inserted()) {
            Some("put it in quotes".to_string())
        } else if quotable && !value.contains(['"', '\\', '\n']) {
            Some(format!("put it in quotes: `\"{value}\"`"))
        } else if kind == Kind::String && style != Style::Plain && !shape.types.has(Types::STRING) {
            let unquoted = crate::syntax::scalar::kind(value, true, None);
            let fits = match unquoted {
                Kind::Bool(_) => shape.types.has(Types::BOOL),
                Kind::Integer(_) => shape.types.has(Types::INTEGER),
                Kind::Float(_) => shape.types.has(Types::NUMBER),
                _ => false,
            };
            fits.then(|| "remove the quotes".to_string())
        } else {
            None
        };
        self.invalid(text.span(), message, help);
        false
    }

    /// Whether values here may be passwords, and are not told.
    fn is_private(&self) -> bool {
        self.path.iter().any(|it| matches!(it, Step::Key("environment")))
    }

    /// Reports a refused scalar. The value of a variable is not told, nor what is wrong with it.
    fn refuse(&mut self, text: &Text, message: String, help: Option<String>) {
        if self.is_private() {
            let message = format!("{} has a value that Compose does not take", self.name());
            self.invalid(text.span(), message, None);
        } else if text.has_inserted() {
            let message = format!("{} is {}, whose value Compose does not take", self.name(), quoted(&text.shown()));
            self.invalid(text.span(), message, None);
        } else {
            self.invalid(text.span(), message, help);
        }
    }
}

/// The type of a string after the cast that Compose makes, with its number.
fn cast(value: &str, cast: Cast) -> Result<(Types, Option<f64>), ()> {
    match cast {
        Cast::None => Ok((Types::STRING, None)),
        Cast::Bool => {
            let word = value.to_lowercase();
            let known = ["true", "false", "y", "yes", "on", "n", "no", "off"].contains(&word.as_str());
            if known { Ok((Types::BOOL, None)) } else { Err(()) }
        }
        Cast::Integer => value.parse().map(|it: i64| (Types::INTEGER, Some(it as f64))).map_err(|_| ()),
        Cast::Float => {
            let number = form::number(value).ok_or(())?;
            Ok((if number.fract() == 0.0 { Types::INTEGER } else { Types::FLOAT }, Some(number)))
        }
    }
}
