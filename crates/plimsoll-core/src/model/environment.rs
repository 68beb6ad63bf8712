//! The environment of a container, as far as the Compose file shows it.

use super::lower::Lower;
use crate::source::Span;
use crate::text::Text;
use crate::tree::{Entry, Path};
use std::collections::HashSet;

/// One variable of `environment:`.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where the name is written.
    pub key: Span,
    /// Its value; `None` if it is handed through from the host.
    pub value: Option<Text>,
    /// How it got here.
    pub path: Path,
}

/// One file of `env_file:`.
#[derive(Clone, Debug)]
pub struct EnvFile {
    /// Its path.
    pub file: Text,
    /// Whether Compose stops if it is not there.
    pub required: Option<bool>,
}

/// What is known of one variable of a container.
#[derive(Clone, Copy, Debug)]
pub enum EnvValue<'a> {
    /// It is not set by the Compose file, and not by a Dockerfile.
    Absent,
    /// It is set, to this.
    Set(&'a Variable, &'a Text),
    /// It may be set, to something that the files do not show.
    Unknown,
}

/// The variables of a mapping or a list. The second value is true if the name of one is hidden in a variable.
pub(crate) fn lower(lower: &Lower<'_>, entry: &Entry) -> (Vec<Variable>, bool) {
    let count = lower.tree.entries(entry.value).len() + lower.tree.items(entry.value).len();
    let mut variables: Vec<Variable> = Vec::with_capacity(count);
    let mut opaque = false;
    if !lower.is_sequence(entry.value) {
        for it in lower.entries(entry.value) {
            variables.push(Variable {
                name: lower.tree.key(it.key).to_string(),
                key: lower.span(it.key),
                value: lower.scalar_value(it.value),
                path: entry.path.then(&it.path),
            });
        }
        return (variables, opaque);
    }
    for (text, path) in lower.texts(entry) {
        let equals = text.as_str().find('=');
        let name = text.slice(0..equals.unwrap_or(text.as_str().len()));
        if name.known().is_none() {
            opaque = true;
            continue;
        }
        let value = equals.map(|at| text.slice(at + 1..text.as_str().len()));
        variables.push(Variable { name: name.as_str().to_string(), key: name.span(), value, path });
    }
    // Of two with one name the last counts, at its own place.
    let mut seen = HashSet::with_capacity(variables.len());
    let last: Vec<bool> = variables.iter().rev().map(|it| seen.insert(it.name.as_str())).collect();
    let mut last = last.into_iter().rev();
    variables.retain(|_| last.next().unwrap_or(true));
    (variables, opaque)
}

pub(crate) fn lower_files(lower: &Lower<'_>, entry: &Entry) -> Vec<EnvFile> {
    let one = |id| {
        if lower.is_mapping(id) {
            let file = lower.get(id, "path").and_then(|it| lower.text(it.value))?;
            let required = lower.get(id, "required").map_or(Some(true), |it| lower.truth(it.value).flatten());
            return Some(EnvFile { file, required });
        }
        Some(EnvFile { file: lower.text(id)?, required: Some(true) })
    };
    if lower.is_sequence(entry.value) {
        lower.tree.items(entry.value).iter().filter_map(|it| one(it.value)).collect()
    } else {
        one(entry.value).into_iter().collect()
    }
}
