//! What is checked as one project, and how: a path, files that are named together, or a text that stands alone.

use crate::disk::{self, Disk, Failure, slashed};
use plimsoll_core::check::{Group, Options, Selection, check, check_files, check_path, check_target};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::load::discover::{DEFAULT_NAMES, base_name, default_file, project_of};
use plimsoll_core::load::files::{ReadError, directory, join};
use plimsoll_core::load::request::Target;
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// What a project is made of.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A text that stands for itself, as standard input does: nothing beside it is read.
    Alone(PathBuf, Option<String>),
    /// The project that a path stands for.
    Path(String),
    /// The same, of a file that nobody has named.
    Found(String),
    /// These files.
    Target(Target),
    /// It cannot be checked.
    Lost(Failure),
}

/// What has become of a project.
#[derive(Default)]
pub struct Outcome {
    /// The texts that were read.
    pub sources: Sources,
    /// The files that make the project. None if it could not be checked.
    pub files: Vec<String>,
    /// What was found.
    pub found: Vec<Diagnostic>,
    /// What could not be read.
    pub failures: Vec<Failure>,
}

type Found = Result<Vec<Diagnostic>, (String, ReadError)>;

impl Subject {
    /// The file that says where the project is.
    pub fn place(&self) -> &str {
        match self {
            Subject::Alone(_, name) => name.as_deref().unwrap_or_default(),
            Subject::Path(path) | Subject::Found(path) => path,
            Subject::Target(target) => target.paths.first().map_or("", String::as_str),
            Subject::Lost(failure) => &failure.file,
        }
    }

    /// Checks it.
    pub fn check(&self, disk: &Disk, options: &Options) -> Outcome {
        let mut outcome = Outcome::default();
        let sources = &mut outcome.sources;
        let failure = |(file, message): (String, ReadError)| {
            // Read once more, to say of it what can be said.
            let again = disk::open(&mut Sources::new(), Path::new(&file), None, disk);
            again.err().unwrap_or(Failure { file, message: message.to_string() })
        };
        let found = match self {
            Subject::Lost(failure) => Err(failure.clone()),
            Subject::Alone(path, name) => {
                let opened = disk::open(sources, path, name.as_deref(), disk);
                opened.map(|file| {
                    outcome.files = vec![sources.get(file).name().to_string()];
                    check(sources, file, RULES, options)
                })
            }
            Subject::Path(path) => {
                outcome.files = project_of(disk, path);
                check_path(sources, disk, path, RULES, options).map_err(failure)
            }
            Subject::Found(path) => {
                outcome.files = project_of(disk, path);
                check_found(sources, disk, path, options).map_err(failure)
            }
            Subject::Target(target) => {
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
}

/// Whether a check with these options says everything that Compose refuses, as it does.
pub fn tells_refusals(options: &Options) -> bool {
    options.selection.select.is_empty() && options.selection.ignore.is_empty() && options.severity.is_empty()
}

/// The same options with the rules that say what Compose refuses, whatever is selected and excused.
pub fn refusing(options: &Options) -> Options {
    let selection = Selection { select: vec![Group::Correctness.name().to_string()], ignore: Vec::new() };
    Options { selection, severity: HashMap::new(), services: Vec::new(), ..options.clone() }
}

/// Checks a file that another project includes or extends. What it misses may be there.
pub fn check_part(disk: &Disk, path: &str, options: &Options) -> Outcome {
    let mut outcome = Outcome { files: project_of(disk, path), ..Outcome::default() };
    let options = Options { found: true, ..options.clone() };
    outcome.found = check_path(&mut outcome.sources, disk, path, RULES, &options).unwrap_or_default();
    outcome
}

/// Checks a file that nobody has named. If Compose does not look for its name, it may be meant to stand alone or over
/// another file. What is found has to hold either way where that is the default file beside it, and where there is
/// none, it is unknown.
fn check_found(sources: &mut Sources, disk: &Disk, path: &str, options: &Options) -> Found {
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
