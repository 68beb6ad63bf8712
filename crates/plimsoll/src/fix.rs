//! `check --fix` and `--diff`: the fixes of all projects, applied and written, or shown.

use crate::escape;
use crate::input::{Disk, Failure, STDIN};
use crate::projects::Checked;
use crate::report::several;
use crate::write;
use plimsoll_core::check::{Group, Options, Selection};
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::fix::{self, Fixed, Safety, Texts, fix_all};
use similar::TextDiff;
use std::io;
use std::path::Path;

/// Checks the files as they would be with some changes.
pub(crate) type Check<'a> = dyn Fn(&Disk, &Options) -> Checked + 'a;

/// What came of fixing.
pub(crate) struct Outcome {
    /// What was checked in the end.
    pub checked: Checked,
    /// What was changed.
    pub fixed: Fixed,
}

/// Fixes as far as it goes, and writes nothing.
pub(crate) fn fix(check: &Check<'_>, disk: &Disk, settings: &Options, with_unsafe: bool) -> Outcome {
    let wanted = |_: &Diagnostic, it: &fix::Fix| with_unsafe || it.safety == Safety::Safe;
    let mut files = 0;
    let mut failures = Vec::new();
    let fixed = {
        let mut run = |texts: &Texts| {
            let disk = disk.with(texts);
            let checked = check(&disk, settings);
            (files, failures) = (checked.files, checked.failures);
            let refusals = refusals(check, &disk, settings);
            fix::Checked { sources: checked.sources, found: checked.found, refusals }
        };
        fix_all(&mut run, &wanted)
    };
    let mut outcome = Outcome { checked: Checked { files, failures, ..Checked::default() }, fixed };
    let left = &mut outcome.fixed.left;
    outcome.checked.sources = std::mem::take(&mut left.sources);
    outcome.checked.found = std::mem::take(&mut left.found);
    outcome
}

/// Why Compose would refuse the files, where the rules that say so were not all selected.
fn refusals(check: &Check<'_>, disk: &Disk, settings: &Options) -> Vec<Diagnostic> {
    let Selection { select, ignore } = &settings.selection;
    if select.is_empty() && ignore.is_empty() {
        return Vec::new();
    }
    let selection = Selection { select: vec![Group::Correctness.name().to_string()], ignore: Vec::new() };
    let mut found = check(disk, &Options { selection, ..settings.clone() }).found;
    found.retain(|it| it.severity == Severity::Error);
    found
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
