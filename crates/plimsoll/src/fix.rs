//! `check --fix` and `--diff`: the fixes of all projects, applied and written, or shown.

use crate::args::Check;
use crate::projects::{Checked, Plan};
use crate::report::several;
use crate::write;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::fix::{self, Fixed, Safety, Texts, fix_all};
use plimsoll_core::load::files::join;
use plimsoll_workspace::disk::{Disk, Failure, STDIN, slashed};
use plimsoll_workspace::escape;
use similar::TextDiff;
use std::collections::HashSet;
use std::io;
use std::path::Path;

/// What came of fixing.
pub(crate) struct Outcome {
    /// What was checked in the end.
    pub checked: Checked,
    /// What was changed.
    pub fixed: Fixed,
}

/// Fixes as far as it goes, and writes nothing.
pub(crate) fn fix(plan: &Plan<'_>, disk: &Disk, with_unsafe: bool) -> Outcome {
    let wanted = |_: &Diagnostic, it: &fix::Fix| with_unsafe || it.safety == Safety::Safe;
    let mut last = Checked::default();
    let fixed = {
        let mut run = |texts: &Texts| {
            let disk = disk.with(texts);
            last = plan.check(&disk);
            let (sources, found) = (std::mem::take(&mut last.sources), std::mem::take(&mut last.found));
            fix::Checked { sources, found, refusals: plan.refusals(&disk) }
        };
        fix_all(&mut run, &wanted)
    };
    let mut outcome = Outcome { checked: last, fixed };
    let left = &mut outcome.fixed.left;
    outcome.checked.sources = std::mem::take(&mut left.sources);
    outcome.checked.found = std::mem::take(&mut left.found);
    outcome.checked.fails = plan.fails(&outcome.checked);
    outcome
}

/// How often the same files are fixed again at the most, because they were changed under another name.
const PASSES: usize = 10;

/// Fixes as far as it goes, and writes it.
pub(crate) fn fix_files(options: &Check, plan: &Plan<'_>, disk: &Disk) -> Outcome {
    let mut outcome = fix(plan, disk, options.unsafe_fixes);
    let stdin = stdin_name(options);
    for _ in 0..PASSES {
        if !outcome.write(&stdin) {
            break;
        }
        // A file that has two names is fixed under one, and then read again.
        let before = std::mem::replace(&mut outcome, fix(plan, disk, options.unsafe_fixes));
        for (name, count) in before.fixed.fixed.into_iter().filter(|it| it.0 != stdin && it.0 != STDIN) {
            *outcome.fixed.fixed.entry(name).or_default() += count;
        }
    }
    if !outcome.checked.failures.is_empty() {
        // What could not be written is as it was.
        let failures = std::mem::take(&mut outcome.checked.failures);
        let given = outcome.fixed.texts.iter().filter(|it| *it.0 == stdin || it.0 == STDIN);
        let given = given.map(|it| (it.0.clone(), it.1.clone())).collect();
        outcome.checked = Checked { failures, ..plan.check(&disk.with(&given)) };
    }
    outcome
}

/// What standard input is called.
fn stdin_name(options: &Check) -> String {
    join("", &slashed(options.stdin_filename.as_deref().unwrap_or("<stdin>")))
}

impl Outcome {
    /// What standard input has become, if it was changed.
    pub fn given(&self, options: &Check) -> Option<Vec<u8>> {
        let names = [&stdin_name(options), STDIN];
        names.iter().find_map(|it| self.fixed.texts.get(*it)).map(|it| it.as_bytes().to_vec())
    }

    /// Writes the changed files, but for standard input. What cannot be written is a failure, and counts as not fixed.
    /// Whether one of them was not written because it already was, under another name.
    fn write(&mut self, stdin: &str) -> bool {
        let (mut failed, mut done, mut again) = (Vec::new(), HashSet::new(), false);
        for (name, text) in self.fixed.texts.iter().filter(|it| it.0 != stdin && it.0 != STDIN) {
            let before = self.fixed.before.get(name).map_or("", String::as_str);
            if std::fs::canonicalize(name).is_ok_and(|it| !done.insert(it)) {
                again = true;
                failed.push(name.clone());
                continue;
            }
            if let Err(why) = write::replace(Path::new(name), before, text) {
                let message = format!("it could not be fixed: {why}");
                failed.push(name.clone());
                self.checked.failures.push(Failure { file: name.clone(), message });
            }
        }
        for name in failed {
            self.fixed.texts.remove(&name);
            self.fixed.fixed.remove(&name);
        }
        again
    }

    /// The changes as a patch that `patch -p0` takes.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write_diff(&self, out: &mut dyn io::Write) -> io::Result<()> {
        for (name, after) in &self.fixed.texts {
            let before = self.fixed.before.get(name).map_or("", String::as_str);
            let shown = escape::line(name);
            let diff = TextDiff::from_lines(before, after);
            write!(out, "{}", diff.unified_diff().header(&shown, &shown))?;
        }
        Ok(())
    }

    /// `Fixed 3 findings in 2 files; 1 left (2 more with --unsafe-fixes)`.
    pub fn summary(&self, verb: &str) -> String {
        let fixed = several(self.fixed.count(), "finding");
        let files = several(self.fixed.fixed.len(), "file");
        let left = self.checked.found.len();
        let held = self.checked.found.iter().filter(|it| it.fix.as_ref().is_some_and(|it| it.safety == Safety::Unsafe));
        let more = match held.count() {
            0 => String::new(),
            count => format!(" ({count} more with --unsafe-fixes)"),
        };
        let known = match self.checked.known {
            0 => String::new(),
            count => format!(", and {count} known"),
        };
        match self.fixed.count() {
            0 => format!("{verb} nothing; {left} left{known}{more}"),
            _ => format!("{verb} {fixed} in {files}; {left} left{known}{more}"),
        }
    }
}
