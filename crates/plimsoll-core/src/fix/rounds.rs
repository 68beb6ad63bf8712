//! Fixing until nothing is left to fix: choose, apply, check again, and take back what did not do what it should.

use super::{Chosen, Fix, apply, choose};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How often the files are checked again at the most. Real ones take two or three.
const ROUNDS: usize = 100;

/// What a check found, with the texts that its spans point into.
pub type Checked = (Sources, Vec<Diagnostic>);

/// Files that were changed, by name.
pub type Texts = BTreeMap<String, String>;

/// What came of fixing.
pub struct Fixed {
    /// The files that differ now.
    pub texts: Texts,
    /// How many findings were fixed, and in which files.
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
/// A fix is taken back if its finding is still there afterwards, or if something new is found that is an error: then
/// the file is left as it was.
///
/// # Errors
/// The files cannot be checked.
pub fn fix_all<E>(
    check: &mut dyn FnMut(&Texts) -> Result<Checked, E>,
    wanted: &dyn Fn(&Diagnostic, &Fix) -> bool,
) -> Result<Fixed, E> {
    let mut now = Fixed { texts: Texts::new(), fixed: BTreeMap::new(), left: check(&Texts::new())? };
    let mut refused: HashSet<Name> = HashSet::new();
    for _ in 0..ROUNDS {
        let offers: Vec<Option<&Fix>> = now.left.1.iter().map(|it| offer(it, wanted, &refused)).collect();
        let chosen = choose(offers.iter().copied());
        if chosen.fixes.is_empty() {
            break;
        }
        if let Some(next) = attempt(&now, &chosen, check)? {
            now = next;
            continue;
        }
        // One of them does harm. Each by itself shows which.
        let mut better = None;
        for at in &chosen.fixes {
            let alone = |it: usize| if it == *at { offers[it] } else { None };
            let one = choose((0..offers.len()).map(alone));
            better = attempt(&now, &one, check)?;
            if better.is_some() {
                break;
            }
            refused.insert(name(&now.left.1[*at]));
        }
        if let Some(next) = better {
            now = next;
        }
    }
    Ok(now)
}

fn offer<'a>(
    it: &'a Diagnostic,
    wanted: &dyn Fn(&Diagnostic, &Fix) -> bool,
    refused: &HashSet<Name>,
) -> Option<&'a Fix> {
    let fix = it.fix.as_ref().filter(|fix| wanted(it, fix))?;
    (!refused.contains(&name(it))).then_some(fix)
}

/// The files after these fixes; `None` if they do not do what they should.
fn attempt<E>(
    now: &Fixed,
    chosen: &Chosen,
    check: &mut dyn FnMut(&Texts) -> Result<Checked, E>,
) -> Result<Option<Fixed>, E> {
    let (sources, found) = &now.left;
    let mut texts = now.texts.clone();
    for (file, edits) in &chosen.edits {
        let source = sources.get(*file);
        let Some(text) = apply(source.text(), edits) else { return Ok(None) };
        texts.insert(source.name().to_string(), text);
    }
    let left = check(&texts)?;
    let gone: Vec<&Diagnostic> = chosen.fixes.iter().map(|it| &found[*it]).collect();
    if !is_better(found, &left.1, &gone) {
        return Ok(None);
    }
    let mut fixed = now.fixed.clone();
    for it in gone {
        let edit = it.fix.as_ref().and_then(|it| it.edits.first());
        let file = edit.map_or(it.span.file, |it| it.span.file);
        *fixed.entry(sources.get(file).name().to_string()).or_default() += 1;
    }
    Ok(Some(Fixed { texts, fixed, left }))
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
