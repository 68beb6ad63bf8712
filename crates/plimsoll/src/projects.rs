//! From the paths of the command line to projects, each of which is checked once.

mod gather;
mod plan;

use crate::args::{Check, FailOn};
use crate::config::{ConfigError, ConfigFile};
use crate::input::{self, Disk, Failure, slashed};
use crate::progress::Progress;
pub(crate) use plan::Plan;
use plimsoll_core::check::{Group, Options, Selection, check, check_files, check_path, check_target};
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::load::discover::{DEFAULT_NAMES, base_name, default_file, project_of};
use plimsoll_core::load::files::{ReadError, directory, join};
use plimsoll_core::load::request::{Request, Target};
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
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
    what: What,
    config: Option<Arc<ConfigFile>>,
    options: Options,
    fail_on: FailOn,
}

/// What a project is made of.
enum What {
    /// A text that stands for itself, as standard input does: nothing beside it is read.
    Alone(PathBuf, Option<String>),
    /// The project that a path stands for.
    Path(String),
    /// The same, of a file that nobody has named.
    Walked(String),
    /// These files.
    Target(Target),
    /// It cannot be checked.
    Lost(Failure),
}

/// What has become of a project.
#[derive(Default)]
struct Outcome {
    sources: Sources,
    /// The files that make the project.
    files: Vec<String>,
    found: Vec<Diagnostic>,
    failures: Vec<Failure>,
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
        let outcomes = each(&self.jobs, |it| self.step(it.run(disk, &it.options)));
        gather::gather(self, outcomes, disk)
    }

    /// Why Compose would refuse the projects, whatever rules are selected.
    pub(crate) fn refusals(&self, disk: &Disk) -> Vec<Diagnostic> {
        let is_default = |it: &Selection| it.select.is_empty() && it.ignore.is_empty();
        if self.jobs.iter().all(|it| is_default(&it.options.selection) && it.options.severity.is_empty()) {
            return Vec::new();
        }
        let selection = Selection { select: vec![Group::Correctness.name().to_string()], ignore: Vec::new() };
        let run = |job: &Job| {
            let given = job.options.clone();
            let options =
                Options { selection: selection.clone(), severity: HashMap::new(), services: Vec::new(), ..given };
            job.run(disk, &options)
        };
        let outcomes = each(&self.jobs, run);
        let mut found = gather::all(self, outcomes, disk).found;
        found.retain(|it| it.severity == Severity::Error);
        found
    }

    /// Whether something among the findings is as bad as it takes to fail, where its file is.
    pub(crate) fn fails(&self, checked: &Checked) -> bool {
        let mut near: HashMap<String, FailOn> = HashMap::new();
        for job in &self.jobs {
            near.entry(directory(&join("", job.place())).to_string()).or_insert(job.fail_on);
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

type Found = Result<Vec<Diagnostic>, (String, ReadError)>;

impl Job {
    /// The file that says where the project is.
    fn place(&self) -> &str {
        match &self.what {
            What::Alone(_, name) => name.as_deref().unwrap_or_default(),
            What::Path(path) | What::Walked(path) => path,
            What::Target(target) => target.paths.first().map_or("", String::as_str),
            What::Lost(failure) => &failure.file,
        }
    }

    fn run(&self, disk: &Disk, options: &Options) -> Outcome {
        let mut outcome = Outcome::default();
        let sources = &mut outcome.sources;
        let failure = |(file, message): (String, ReadError)| {
            // Read once more, to say of it what can be said.
            let again = input::open(&mut Sources::new(), Path::new(&file), None, disk);
            again.err().unwrap_or(Failure { file, message: message.to_string() })
        };
        let found = match &self.what {
            What::Lost(failure) => Err(failure.clone()),
            What::Alone(path, name) => {
                let opened = input::open(sources, path, name.as_deref(), disk);
                opened.map(|file| {
                    outcome.files = vec![sources.get(file).name().to_string()];
                    check(sources, file, RULES, options)
                })
            }
            What::Path(path) => {
                outcome.files = project_of(disk, path);
                check_path(sources, disk, path, RULES, options).map_err(failure)
            }
            What::Walked(path) => {
                outcome.files = project_of(disk, path);
                walked(sources, disk, path, options).map_err(failure)
            }
            What::Target(target) => {
                outcome.files.clone_from(&target.paths);
                let found = check_target(sources, disk, target, RULES, options);
                found.map_err(|(file, why)| Failure { file, message: why.to_string() })
            }
        };
        match found {
            Ok(found) => outcome.found = found,
            Err(failure) => {
                outcome.files.clear();
                outcome.failures.push(failure);
            }
        }
        outcome
    }

    /// Checks a file that another project includes or extends.
    fn run_as_part(&self, disk: &Disk, path: &str) -> Outcome {
        let mut outcome = Outcome { files: project_of(disk, path), ..Outcome::default() };
        let options = Options { found: true, ..self.options.clone() };
        outcome.found = check_path(&mut outcome.sources, disk, path, RULES, &options).unwrap_or_default();
        outcome
    }
}

/// Checks a file that nobody has named. If Compose does not look for its name, it may be meant to stand alone or over
/// another file. What is found has to hold either way where that is the default file beside it, and where there is
/// none, it is unknown.
fn walked(sources: &mut Sources, disk: &Disk, path: &str, options: &Options) -> Found {
    let folder = directory(path);
    let is_known = DEFAULT_NAMES.contains(&base_name(path));
    let base = default_file(disk, folder).filter(|_| !is_known);
    let found = !is_known && base.is_none();
    let alone = check_path(sources, disk, path, RULES, &Options { found, ..options.clone() })?;
    let Some(base) = base.filter(|_| !alone.is_empty()) else { return Ok(alone) };
    let paths = [base, path.to_string()];
    let mut texts = Sources::new();
    let Ok((_, over)) = check_files(&mut texts, disk, &paths, folder, RULES, options) else {
        return Ok(alone);
    };
    let key = |sources: &Sources, it: &Diagnostic| {
        (it.rule, join("", &slashed(sources.get(it.span.file).name())), it.span.range())
    };
    let over: HashSet<_> = over.iter().map(|it| key(&texts, it)).collect();
    Ok(alone.into_iter().filter(|it| over.contains(&key(sources, it))).collect())
}
