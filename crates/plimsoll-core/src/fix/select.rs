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

/// What begins at one byte of a file.
#[derive(Default)]
struct Spot<'a> {
    edits: Vec<&'a Edit>,
    /// The keys of the entries that are written here, if nothing else is.
    keys: HashSet<(char, &'a str)>,
}

type Spots<'a> = BTreeMap<(FileId, u32), Spot<'a>>;

/// Chooses fixes whose edits do not touch each other, the first first. The others have to wait until these are
/// applied, and the files are checked again. A fix that is offered twice is applied once.
pub fn choose<'a>(fixes: impl IntoIterator<Item = Option<&'a Fix>>) -> Chosen {
    let mut chosen = Chosen::default();
    let mut seen: HashSet<Vec<(Span, &str)>> = HashSet::new();
    let mut taken = Spots::new();
    for (at, fix) in fixes.into_iter().enumerate() {
        let Some(fix) = fix.filter(|it| !it.edits.is_empty()) else { continue };
        let key: Vec<(Span, &str)> = fix.edits.iter().map(|it| (it.span, it.text.as_str())).collect();
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
            let spot = taken.entry((edit.span.file, edit.span.start)).or_default();
            spot.keys.extend(entry_key(edit));
            spot.edits.push(edit);
        }
    }
    for ((file, _), spot) in taken {
        let edits = spot.edits.into_iter().cloned();
        chosen.edits.entry(file).or_default().extend(edits);
    }
    chosen
}

fn touches(taken: &Spots<'_>, edit: &Edit) -> bool {
    let Span { file, start, end } = edit.span;
    let before = taken.range((file, 0)..(file, start)).next_back();
    if before.is_some_and(|(_, spot)| spot.edits.iter().any(|it| it.span.end > start)) {
        return true;
    }
    if let Some(spot) = taken.get(&(file, start)) {
        // Whole entries with different keys may stand one behind the other, if they are written in one way.
        let key = entry_key(edit).filter(|_| spot.keys.len() == spot.edits.len());
        let fits =
            |key: (char, &str)| !spot.keys.contains(&key) && spot.keys.iter().next().is_none_or(|it| it.0 == key.0);
        if !key.is_some_and(fits) {
            return true;
        }
    }
    taken.range((file, start + 1)..(file, end.max(start + 1))).next().is_some()
}

/// The key of an entry that is written whole, and how it is kept apart from what is beside it.
fn entry_key(edit: &Edit) -> Option<(char, &str)> {
    let text = edit.text.as_str();
    let first = text.chars().next().filter(|_| edit.span.is_empty())?;
    let way = match first {
        ',' => ',',
        '\r' | '\n' => '<',
        _ if text.ends_with(['\r', '\n']) => '>',
        _ => return None,
    };
    let key = text.trim_start_matches([',', '\r', '\n', ' ']);
    Some((way, key.split(':').next().unwrap_or_default()))
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
