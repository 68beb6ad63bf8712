//! Which fixes are applied together, and how.

use super::{Edit, Fix};
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, HashSet};

/// The fixes that are applied in one pass.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chosen {
    /// The edits of each file, in the order of the file.
    pub edits: BTreeMap<FileId, Vec<Edit>>,
    /// Which of the fixes they are, by their place in what was chosen from.
    pub fixes: Vec<usize>,
}

/// Chooses fixes whose edits do not touch each other, the first first. The others have to wait until these are
/// applied, and the files are checked again. A fix that is offered twice is applied once.
pub fn choose<'a>(fixes: impl IntoIterator<Item = Option<&'a Fix>>) -> Chosen {
    let mut chosen = Chosen::default();
    let mut seen: HashSet<Vec<(Span, &str)>> = HashSet::new();
    // By file and first byte. Two edits that begin at one place are neighbours.
    let mut taken: BTreeMap<(FileId, u32), Vec<&Edit>> = BTreeMap::new();
    for (at, fix) in fixes.into_iter().enumerate() {
        let Some(fix) = fix.filter(|it| !it.edits.is_empty()) else { continue };
        let key = fix.edits.iter().map(|it| (it.span, it.text.as_str())).collect();
        if seen.contains(&key) {
            chosen.fixes.push(at);
            continue;
        }
        if fix.edits.iter().any(|it| touches(&taken, it)) {
            continue;
        }
        seen.insert(key);
        chosen.fixes.push(at);
        for edit in &fix.edits {
            taken.entry((edit.span.file, edit.span.start)).or_default().push(edit);
        }
    }
    for ((file, _), edits) in taken {
        let edits = edits.into_iter().cloned();
        chosen.edits.entry(file).or_default().extend(edits);
    }
    chosen
}

fn touches(taken: &BTreeMap<(FileId, u32), Vec<&Edit>>, edit: &Edit) -> bool {
    let Span { file, start, end } = edit.span;
    let before = taken.range((file, 0)..(file, start)).next_back();
    if before.is_some_and(|(_, edits)| edits.iter().any(|it| it.span.end > start)) {
        return true;
    }
    let same = taken.get(&(file, start)).map(Vec::as_slice).unwrap_or_default();
    if same.iter().any(|it| !(it.span.is_empty() && edit.span.is_empty() && are_neighbours(&it.text, &edit.text))) {
        return true;
    }
    taken.range((file, start + 1)..(file, end.max(start + 1))).next().is_some()
}

/// Whether two insertions at one place can stand one behind the other: whole entries with different keys.
fn are_neighbours(one: &str, other: &str) -> bool {
    let key = |text: &str| {
        let first = text.trim_start_matches([',', '\r', '\n', ' ']);
        first.split(':').next().unwrap_or_default().to_string()
    };
    let whole = |text: &str| text.ends_with(['\r', '\n']) || text.starts_with([',', '\r', '\n']);
    whole(one)
        && whole(other)
        && one.starts_with([',', '\r', '\n']) == other.starts_with([',', '\r', '\n'])
        && key(one) != key(other)
}

/// The text of a file after edits, which lie in it, are in order, and do not overlap; `None` if they are not.
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut made = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        made.push_str(text.get(at..range.start)?);
        text.get(range.clone())?;
        made.push_str(&edit.text);
        at = range.end;
    }
    made.push_str(text.get(at..)?);
    Some(made)
}
