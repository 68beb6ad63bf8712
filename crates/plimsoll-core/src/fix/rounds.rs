//! Fixing until nothing is left to fix: choose, apply, check again, and take back what did not do what it should.

use super::{Chosen, Edit, Fix, apply, choose};
use crate::diagnostic::{Diagnostic, Severity};
use crate::load::files::join;
use crate::source::{FileId, Sources};
use crate::syntax;
use crate::tree::Tree;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How often the files are checked again at the most. Real ones take two or three.
const ROUNDS: usize = 100;
/// How many bytes are checked at the most to find out which fixes do harm. Those that are not tried are left out.
const ROOM: usize = 8 << 20;

/// What a check found.
pub struct Checked {
    /// The texts that the spans point into.
    pub sources: Sources,
    /// The findings.
    pub found: Vec<Diagnostic>,
    /// What else Compose would refuse, if not all rules run that say so.
    pub refusals: Vec<Diagnostic>,
}

/// Files that were changed, by name.
pub type Texts = BTreeMap<String, String>;

/// What came of fixing.
pub struct Fixed {
    /// The files that differ now.
    pub texts: Texts,
    /// What these files were before.
    pub before: Texts,
    /// How many findings were fixed, by the file that was changed.
    pub fixed: BTreeMap<String, usize>,
    /// What is left, in the changed files.
    pub left: Checked,
}

impl Fixed {
    /// How many findings were fixed.
    pub fn count(&self) -> usize {
        self.fixed.values().sum()
    }
}

/// What a finding is known by before and after an edit, which moves its place.
type Name = (&'static str, String);

fn name(it: &Diagnostic) -> Name {
    (it.rule, it.message.clone())
}

/// Applies the fixes that are `wanted`, again and again until there is none. `check` checks the files, some of which
/// have another text by now.
///
/// A fix is left out if its finding is still there afterwards, if the text is no YAML any more, or if Compose would
/// refuse what it did not refuse before.
pub fn fix_all(check: &mut dyn FnMut(&Texts) -> Checked, wanted: &dyn Fn(&Diagnostic, &Fix) -> bool) -> Fixed {
    let left = check(&Texts::new());
    let mut now = Fixed { texts: Texts::new(), before: Texts::new(), fixed: BTreeMap::new(), left };
    let mut refused: HashSet<Name> = HashSet::new();
    let mut room = ROOM;
    for _ in 0..ROUNDS {
        let offers = offers(&now.left, wanted, &refused);
        let chosen = choose(offers.iter().copied());
        if chosen.fixes.is_empty() {
            break;
        }
        // Where one of them does harm, halves show which.
        let (mut parts, mut good, mut better) = (vec![chosen.fixes], Vec::new(), None);
        while let Some(mut part) = parts.pop() {
            let wanted: HashSet<usize> = good.iter().chain(&part).copied().collect();
            let among = offers.iter().enumerate().map(|(at, it)| it.filter(|_| wanted.contains(&at)));
            if let Some(next) = attempt(&now, &choose(among), check) {
                better = Some(next);
                good.append(&mut part);
                continue;
            }
            room = room.saturating_sub(now.left.sources.iter().map(|it| it.1.text().len()).sum());
            match part.len() {
                1 => _ = refused.insert(name(&now.left.found[part[0]])),
                _ if room == 0 => break,
                length => {
                    parts.push(part.split_off(length / 2));
                    parts.push(part);
                }
            }
        }
        match better {
            Some(next) => now = next,
            None if room == 0 => break,
            None => {}
        }
    }
    now
}

/// The fix of each finding that may be applied in this round.
fn offers<'a>(
    left: &'a Checked,
    wanted: &dyn Fn(&Diagnostic, &Fix) -> bool,
    refused: &HashSet<Name>,
) -> Vec<Option<&'a Fix>> {
    // A file that several projects take in is there several times; one of them is enough for one round.
    let mut files: HashMap<String, FileId> = HashMap::new();
    let mut is_first = |it: &Edit| {
        let name = file_name(&left.sources, it.span.file);
        *files.entry(name).or_insert(it.span.file) == it.span.file
    };
    let offer = |it: &'a Diagnostic| {
        let fix = it.fix.as_ref().filter(|fix| wanted(it, fix))?;
        (!refused.contains(&name(it)) && fix.edits.iter().all(&mut is_first)).then_some(fix)
    };
    left.found.iter().map(offer).collect()
}

fn file_name(sources: &Sources, file: FileId) -> String {
    join("", sources.get(file).name())
}

/// The files after these fixes; `None` if they do not do what they should.
fn attempt(now: &Fixed, chosen: &Chosen, check: &mut dyn FnMut(&Texts) -> Checked) -> Option<Fixed> {
    let Checked { sources, found, refusals } = &now.left;
    let (mut texts, mut before) = (now.texts.clone(), now.before.clone());
    for (file, edits) in &chosen.edits {
        let (old, name) = (sources.get(*file).text(), file_name(sources, *file));
        let new = apply(old, edits)?;
        if mistakes(&new) > mistakes(old) {
            return None;
        }
        before.entry(name.clone()).or_insert_with(|| old.to_string());
        texts.insert(name, new);
    }
    let left = check(&texts);
    let gone: Vec<&Diagnostic> = chosen.fixes.iter().map(|it| &found[*it]).collect();
    if !is_better(found, &left.found, &gone) || !is_better(refusals, &left.refusals, &[]) {
        return None;
    }
    let mut fixed = now.fixed.clone();
    for it in gone {
        let edit = it.fix.as_ref().and_then(|it| it.edits.first());
        let file = edit.map_or(it.span.file, |it| it.span.file);
        *fixed.entry(file_name(sources, file)).or_default() += 1;
    }
    Some(Fixed { texts, before, fixed, left })
}

/// How much is wrong with a text as YAML.
fn mistakes(text: &str) -> usize {
    let (mut sources, mut problems) = (Sources::new(), Vec::new());
    let file = sources.add_text("", text);
    syntax::parse(&mut Tree::default(), file, sources.get(file), &mut problems);
    problems.len()
}

/// Whether all these findings are gone, and no error has come.
fn is_better(before: &[Diagnostic], after: &[Diagnostic], gone: &[&Diagnostic]) -> bool {
    let mut counts: HashMap<Name, isize> = HashMap::new();
    before.iter().for_each(|it| *counts.entry(name(it)).or_default() += 1);
    gone.iter().for_each(|it| *counts.entry(name(it)).or_default() -= 1);
    let fixed: HashSet<Name> = gone.iter().map(|it| name(it)).collect();
    after.iter().all(|it| {
        let count = counts.entry(name(it)).or_default();
        *count -= 1;
        *count >= 0 || (it.severity < Severity::Error && !fixed.contains(&name(it)))
    })
}
