//! Which keys a Compose file may have, and of which type and form their values are.
//!
//! The tables in [`service`] and [`top`] are data; [`walk`] is the one place that looks at a file through them.
//! Source: the Compose Specification, and the verdicts of Docker Compose 2.40.3, which accepts more than it says in
//! some places and less in others.

mod also;
mod deploy;
mod form;
mod hint;
mod service;
mod top;
mod walk;
mod words;

#[cfg(test)]
mod tests;

use crate::problem::Problem;
use crate::tree::{NodeId, Tree};

/// Reports every key that Compose does not know and every value that it refuses, in one resolved document.
///
/// `root` is the top node of a document in which variables are expanded and aliases and merge keys are led to their
/// values. What is unknown is never reported, and the same mistake reached through several aliases is reported once.
pub fn check(tree: &Tree, root: NodeId, problems: &mut Vec<Problem>) {
    walk::Walk::new(tree, false, problems).root(root, &top::FILE);
}

/// The same for several documents, such as those that make a project one after the other. What they share is looked
/// at once.
pub fn check_all(tree: &Tree, roots: impl IntoIterator<Item = NodeId>, problems: &mut Vec<Problem>) {
    let mut walk = walk::Walk::new(tree, false, problems);
    for root in roots {
        walk.root(root, &top::FILE);
    }
}

/// The same for a document that Compose merges onto another one: an override file, or a later document of a file.
///
/// An empty value keeps what the base says and a missing key may stand in the base, so neither is reported.
pub fn check_override(tree: &Tree, root: NodeId, problems: &mut Vec<Problem>) {
    walk::Walk::new(tree, true, problems).root(root, &top::FILE);
}

/// Whether a key may stand at the top of a Compose file.
pub fn is_top_key(key: &str) -> bool {
    top::FILE.keys.iter().any(|it| it.0 == key)
}

/// Whether a key may stand in a service.
pub fn is_service_key(key: &str) -> bool {
    service::SERVICE.keys.iter().any(|it| it.0 == key)
}

/// A set of scalar types.
#[derive(Clone, Copy)]
struct Types(u8);

impl Types {
    const NONE: Types = Types(0);
    const NULL: Types = Types(1);
    const BOOL: Types = Types(2);
    const INTEGER: Types = Types(4);
    const FLOAT: Types = Types(8);
    /// A whole number is a number too.
    const NUMBER: Types = Types::INTEGER.with(Types::FLOAT);
    const STRING: Types = Types(16);

    const fn with(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    fn has(self, other: Types) -> bool {
        self.0 & other.0 == other.0 && other.0 != 0
    }
}

/// What Compose makes of a string before it looks at its type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cast {
    None,
    Bool,
    Integer,
    Float,
}

/// What is asked of a scalar beside its type.
#[derive(Clone, Copy)]
enum Form {
    Free,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A number between these two, both included.
    Between(f64, f64),
    /// A string that this function accepts.
    Text(fn(&str) -> Result<(), form::Wrong>),
}

/// A check that a table cannot say, made of a value whose type is right.
type Also = fn(&mut walk::Walk<'_>, NodeId);

/// What a value may be: some types of scalars, a list, a mapping, or several of these.
#[derive(Clone, Copy)]
struct Shape {
    types: Types,
    cast: Cast,
    form: Form,
    list: Option<&'static List>,
    map: Option<&'static Map>,
    any: bool,
    also: Option<Also>,
}

/// What a list may hold.
struct List {
    item: Shape,
    /// Whether the same scalar twice is refused.
    unique: bool,
}

/// What a mapping may hold.
struct Map {
    /// What the mapping is, with its article: `a service`.
    what: &'static str,
    /// The keys that Compose knows.
    keys: &'static [(&'static str, Shape)],
    /// What other keys may be.
    rest: Rest,
    /// Keys that must be there.
    needs: &'static [&'static str],
    /// Whether names of values start anew inside, because the mapping is an object with a name of its own.
    named: bool,
}

/// What keys that a table does not list may be.
#[derive(Clone, Copy)]
enum Rest {
    /// `x-*` only.
    Extensions,
    /// Any key, with a value of this shape.
    Open(&'static Shape),
    /// Names of letters, digits, `.`, `_` and `-`, with a value of this shape. `x-*` are names too.
    Names(&'static Shape),
}

const fn scalar(types: Types) -> Shape {
    Shape { types, cast: Cast::None, form: Form::Free, list: None, map: None, any: false, also: None }
}

const ANY: Shape = Shape { any: true, ..scalar(Types::NONE) };
const NULL: Shape = scalar(Types::NULL);
const STRING: Shape = scalar(Types::STRING);
const INTEGER: Shape = scalar(Types::INTEGER);
const NUMBER: Shape = scalar(Types::NUMBER);
const STRICT_BOOL: Shape = scalar(Types::BOOL);
/// A boolean, or a string that Compose casts to one: `yes`, `off`, `${READ_ONLY}`.
const BOOL: Shape = STRICT_BOOL.or(STRING).cast(Cast::Bool);
const CAST_INTEGER: Shape = INTEGER.or(STRING).cast(Cast::Integer);
/// A whole number that Compose stores without sign.
const COUNT: Shape = CAST_INTEGER.form(Form::Between(0.0, f64::INFINITY));
/// A number with or without unit. Only the form of strings is looked at.
const SIZE: Shape = NUMBER.or(STRING).form(Form::Text(form::size));
const WHOLE_SIZE: Shape = INTEGER.or(STRING).form(Form::Text(form::size));
const STRINGS: Shape = list(&List { item: STRING, unique: true });
/// A list in which Compose drops what stands twice before it looks.
const MERGED_STRINGS: Shape = list(&List { item: STRING, unique: false });
/// `KEY: value` or `- KEY=value`.
const PAIRS: Shape = PAIR_MAP.or(STRINGS);
/// The same where Compose drops what stands twice.
const MERGED_PAIRS: Shape = PAIR_MAP.or(MERGED_STRINGS);
const PAIR_MAP: Shape = map(&Map::open(&STRING.or(NUMBER).or(STRICT_BOOL).or(NULL)));
const STRING_OR_LIST: Shape = STRING.or(MERGED_STRINGS);
const DURATION: Shape = STRING.form(Form::Text(form::duration));

const fn list(list: &'static List) -> Shape {
    Shape { list: Some(list), ..scalar(Types::NONE) }
}

const fn map(map: &'static Map) -> Shape {
    Shape { map: Some(map), ..scalar(Types::NONE) }
}

impl Shape {
    /// Either of two shapes. Casts, forms and checks of both hold.
    const fn or(self, other: Shape) -> Shape {
        Shape {
            types: self.types.with(other.types),
            cast: if matches!(self.cast, Cast::None) { other.cast } else { self.cast },
            form: if matches!(self.form, Form::Free) { other.form } else { self.form },
            list: if self.list.is_none() { other.list } else { self.list },
            map: if self.map.is_none() { other.map } else { self.map },
            any: self.any || other.any,
            also: if self.also.is_none() { other.also } else { self.also },
        }
    }

    const fn cast(self, cast: Cast) -> Shape {
        Shape { cast, ..self }
    }

    const fn form(self, form: Form) -> Shape {
        Shape { form, ..self }
    }

    const fn also(self, also: Also) -> Shape {
        Shape { also: Some(also), ..self }
    }
}

impl Map {
    const fn new(what: &'static str, keys: &'static [(&'static str, Shape)]) -> Map {
        Map { what, keys, rest: Rest::Extensions, needs: &[], named: false }
    }

    const fn open(value: &'static Shape) -> Map {
        Map { rest: Rest::Open(value), ..Map::new("a mapping", &[]) }
    }

    /// Names of one kind of object; `what` is the object, with its article.
    const fn names(what: &'static str, value: &'static Shape) -> Map {
        Map { rest: Rest::Names(value), ..Map::new(what, &[]) }
    }

    const fn needs(self, needs: &'static [&'static str]) -> Map {
        Map { needs, ..self }
    }

    const fn named(self) -> Map {
        Map { named: true, ..self }
    }

    fn get(&self, key: &str) -> Option<&'static Shape> {
        self.keys.iter().find(|it| it.0 == key).map(|it| &it.1)
    }
}
