//! How messages name values and what may stand in their place.

use super::{Cast, Shape, Types};
use crate::syntax::scalar::Kind;

/// The type of a scalar, in words.
pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "empty",
        Kind::Bool(_) => "a boolean",
        Kind::Integer(_) | Kind::Float(_) => "a number",
        Kind::String => "a string",
        Kind::Timestamp => "a date",
        Kind::Merge => "a merge key",
    }
}

/// What a shape allows, in words.
pub(super) fn expected(shape: &Shape) -> String {
    let mut words = Vec::new();
    let types = shape.types;
    // Where Compose casts, a string is only a spelling of something else.
    let string = types.has(Types::STRING) && shape.cast == Cast::None;
    if string {
        words.push("a string");
    }
    if types.has(Types::NUMBER) {
        words.push("a number");
    } else if types.has(Types::INTEGER) {
        words.push("a whole number");
    }
    if types.has(Types::BOOL) {
        words.push(if words.is_empty() { "`true` or `false`" } else { "a boolean" });
    }
    if shape.list.is_some() {
        words.push("a list");
    }
    if shape.map.is_some() {
        words.push("a mapping");
    }
    either(&words)
}

/// `a, b or c`.
pub(super) fn either<T: AsRef<str>>(words: &[T]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_string(),
        [rest @ .., last] => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} or {}", rest.join(", "), last.as_ref())
        }
    }
}

/// A value in a sentence: `is …`.
pub(super) fn quoted(value: &str) -> String {
    if value.is_empty() { "empty".to_string() } else { format!("`{}`", shown(value)) }
}

/// A value as the subject of a sentence.
pub(super) fn named(value: &str) -> String {
    if value.is_empty() { "`\"\"`".to_string() } else { quoted(value) }
}

/// A value as a message quotes it: one line, not too long.
pub(super) fn shown(value: &str) -> String {
    let line = value.lines().next().unwrap_or_default();
    if line.chars().count() <= 60 && line.len() == value.len() {
        return line.to_string();
    }
    line.chars().take(59).chain(['…']).collect()
}
