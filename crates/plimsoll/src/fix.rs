//! `check --fix` and `--diff`: the fixes of all projects, applied and written, or shown.

use crate::escape;
use crate::input::{Disk, Failure, STDIN};
use crate::projects::{Checked, Plan};
use crate::report::several;
use crate::write;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::fix::{self, Fixed, Safety, Texts, fix_all};
use similar::TextDiff;
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

impl Outcome {
    /// Writes the changed files, but for standard input. What cannot be written is a failure, and counts as not fixed.
    pub fn write(&mut self, stdin: &str) {
        let mut failed = Vec::new();
        for (name, text) in self.fixed.texts.iter().filter(|it| it.0 != stdin && it.0 != STDIN) {
            let before = self.fixed.before.get(name).map_or("", String::as_str);
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
        match self.fixed.count() {
            0 => format!("{verb} nothing; {left} left{more}"),
            _ => format!("{verb} {fixed} in {files}; {left} left{more}"),
        }
    }
}
