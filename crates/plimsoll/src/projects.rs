//! From the paths of the command line to projects, each of which is checked once.

use crate::args::Check;
use crate::input::{self, Disk, Failure, Input, slashed};
use plimsoll_core::check::{Options, check, check_path, check_target};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::load::discover::{default_file, project_of};
use plimsoll_core::load::files::join;
use plimsoll_core::load::request::{self, Request};
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use std::collections::HashSet;

/// What was checked, and what was found.
#[derive(Default)]
pub(crate) struct Checked {
    /// The texts.
    pub sources: Sources,
    /// How many files were checked.
    pub files: usize,
    /// The findings, in the order of the projects.
    pub found: Vec<Diagnostic>,
    /// What could not be read.
    pub failures: Vec<Failure>,
}

/// Whether `.env` says which files are the project.
pub(crate) fn are_listed(request: &Request) -> bool {
    let target = request::resolve(&Disk::default(), request);
    target.is_ok_and(|it| it.variables.get("COMPOSE_FILE").is_some_and(|it| !it.is_empty()))
}

/// Whether the current directory has no Compose file, so that Compose looks in those above it.
pub(crate) fn are_above() -> bool {
    default_file(&Disk::default(), "").is_none()
}

/// Checks the files of the options as one project.
pub(crate) fn check_one(request: &Request, settings: &Options, disk: &Disk) -> Checked {
    let mut checked = Checked { sources: Sources::new(), files: 0, found: Vec::new(), failures: Vec::new() };
    let failure = |file: &str, message: String| Failure { file: file.to_string(), message };
    match request::resolve(disk, request) {
        Ok(target) => match check_target(&mut checked.sources, disk, &target, RULES, settings) {
            Ok(found) => (checked.files, checked.found) = (target.paths.len(), found),
            Err((path, why)) => checked.failures.push(failure(&path, why.to_string())),
        },
        Err(request::RequestError::File(path, why)) => checked.failures.push(failure(&path, why.to_string())),
        Err(why) => checked.failures.push(failure(request.directory.as_deref().unwrap_or("."), why.to_string())),
    }
    checked
}

/// Checks every path as the project that it stands for. Paths of one project are checked together, and what several
/// projects take in is blamed once.
pub(crate) fn check_each(options: &Check, settings: &Options, disk: &Disk) -> Checked {
    let Input { mut sources, files, alone, mut failures } =
        input::read(&options.paths, options.stdin_filename.as_deref(), disk);
    let (mut projects, mut names) = (HashSet::new(), HashSet::new());
    let mut all = Vec::new();
    for file in files {
        if alone.contains(&file) {
            names.insert(sources.get(file).name().to_string());
            all.extend(check(&sources, file, RULES, settings));
            continue;
        }
        let path = slashed(sources.get(file).name());
        let project: Vec<String> = project_of(disk, &path).iter().map(|it| join("", it)).collect();
        names.extend(project.iter().cloned());
        if !projects.insert(project) {
            continue;
        }
        match check_path(&mut sources, disk, &path, RULES, settings) {
            Ok(found) => all.extend(found),
            Err((file, why)) => failures.push(Failure { file, message: why.to_string() }),
        }
    }
    let mut seen = HashSet::new();
    all.retain(|it| {
        let name = join("", &slashed(sources.get(it.span.file).name()));
        seen.insert((it.rule, name, it.span.range(), it.message.clone()))
    });
    Checked { sources, files: names.len(), found: all, failures }
}
