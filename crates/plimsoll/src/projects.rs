//! From the paths of the command line to projects, each of which is checked once.

mod gather;
mod plan;

use crate::args::{Check, FailOn};
use crate::progress::Progress;
pub(crate) use plan::Plan;
use plimsoll_core::check::Options;
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::load::files::{directory, join};
use plimsoll_core::load::request::Request;
use plimsoll_core::source::Sources;
use plimsoll_workspace::disk::{Disk, Failure, slashed};
use plimsoll_workspace::settings::{ConfigError, ConfigFile};
use plimsoll_workspace::subject::{Outcome, Subject, refusing, tells_refusals};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// What was checked, and what was found.
#[derive(Default)]
pub(crate) struct Checked {
    /// The texts.
    pub sources: Sources,
    /// How many projects were checked.
    pub projects: usize,
    /// How many files were checked.
    pub files: usize,
    /// The findings, in the order of the projects.
    pub found: Vec<Diagnostic>,
    /// What could not be read.
    pub failures: Vec<Failure>,
    /// Whether one of the findings is as bad as it takes to fail.
    pub fails: bool,
    /// How many findings are in a baseline, and are not among the others.
    pub known: usize,
    /// How many findings were written to a baseline, if one was asked for.
    pub written: Option<usize>,
    /// What else there is to say.
    pub notes: Vec<String>,
}

/// One project that is to be checked.
struct Job {
    subject: Subject,
    config: Option<Arc<ConfigFile>>,
    options: Options,
    fail_on: FailOn,
}

/// Finds what the command line asks for, and hands it to the work.
pub(crate) fn with_plan<T>(
    options: &Check,
    request: &Request,
    work: impl FnOnce(&Plan<'_>) -> T,
) -> Result<T, ConfigError> {
    Progress::show(|progress| {
        let mut plan = Plan::new(options)?;
        plan.make(request)?;
        progress.expect(plan.jobs.len());
        plan.progress = Some(progress);
        Ok(work(&plan))
    })
}

impl Plan<'_> {
    /// Checks everything in it.
    pub(crate) fn check(&self, disk: &Disk) -> Checked {
        let outcomes = each(&self.jobs, |it| self.step(it.subject.check(disk, &it.options)));
        gather::gather(self, outcomes, disk)
    }

    /// Why Compose would refuse the projects, whatever rules are selected.
    pub(crate) fn refusals(&self, disk: &Disk) -> Vec<Diagnostic> {
        if self.jobs.iter().all(|it| tells_refusals(&it.options)) {
            return Vec::new();
        }
        let run = |job: &Job| job.subject.check(disk, &refusing(&job.options));
        let outcomes = each(&self.jobs, run);
        let mut found = gather::all(self, outcomes, disk).found;
        found.retain(|it| it.severity == Severity::Error);
        found
    }

    /// Whether something among the findings is as bad as it takes to fail, where its file is.
    pub(crate) fn fails(&self, checked: &Checked) -> bool {
        let mut near: HashMap<String, FailOn> = HashMap::new();
        for job in &self.jobs {
            near.entry(directory(&join("", job.subject.place())).to_string()).or_insert(job.fail_on);
        }
        let limit = |it: &Diagnostic| {
            let name = join("", &slashed(checked.sources.get(it.span.file).name()));
            near.get(directory(&name)).copied().or_else(|| self.jobs.first().map(|it| it.fail_on))
        };
        checked.found.iter().any(|it| limit(it).is_some_and(|limit| limit.includes(it.severity)))
    }

    fn step(&self, outcome: Outcome) -> Outcome {
        if let Some(progress) = self.progress {
            progress.step();
        }
        outcome
    }
}

/// Does the same to each of several things, at once. To start threads takes as long as to check a small project.
fn each<T: Sync, R: Send>(all: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    match all.len() {
        0 | 1 => all.iter().map(run).collect(),
        _ => all.par_iter().map(&run).collect(),
    }
}
