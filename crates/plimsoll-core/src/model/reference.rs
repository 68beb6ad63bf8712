//! What a service takes from elsewhere: networks, models, configs and secrets by name, and variables.

use super::lower::{Lower, collect};
use crate::text::Text;
use crate::tree::{NodeId, Value};

/// A config or secret that a service uses.
#[derive(Clone, Debug)]
pub struct FileReference {
    /// Name of the config or secret.
    pub source: Text,
    /// Path in the container.
    pub target: Option<Text>,
}

/// The items of `configs:` or `secrets:`, in the short or the long form.
pub(crate) fn files(lower: &Lower<'_>, id: NodeId) -> Vec<FileReference> {
    let one = |id| {
        if lower.is_mapping(id) {
            let text = |key: &str| lower.get(id, key).and_then(|it| lower.text(it.value));
            return Some(FileReference { source: text("source")?, target: text("target") });
        }
        Some(FileReference { source: lower.text(id)?, target: None })
    };
    lower.tree.items(id).iter().filter_map(|it| one(it.value)).collect()
}

/// The items of a list, or the keys of a mapping.
pub(crate) fn names(lower: &Lower<'_>, id: NodeId) -> Vec<Text> {
    if lower.is_sequence(id) {
        let items = lower.tree.items(id);
        return collect(items.len(), items.iter().filter_map(|it| lower.text(it.value)));
    }
    collect(lower.tree.entries(id).len(), lower.entries(id).filter_map(|it| lower.tree.text(it.key).cloned()))
}

/// How many values are looked at for variables. Real services have tens; aliases can make millions.
const VALUES: usize = 10_000;

/// Whether a variable has a part in a value, or in one inside of it.
pub(crate) fn has_variables(lower: &Lower<'_>, id: NodeId) -> bool {
    let mut waiting = vec![id];
    for _ in 0..VALUES {
        let Some(id) = waiting.pop() else { return false };
        match &lower.tree.node(id).value {
            Value::Scalar(text) if text.is_interpolated() => return true,
            Value::Sequence(items) => waiting.extend(items.iter().map(|it| it.value)),
            Value::Mapping(entries) => waiting.extend(entries.iter().map(|it| it.value)),
            Value::Scalar(..) | Value::Alias(..) => {}
        }
    }
    false
}
