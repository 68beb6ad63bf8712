//! Which projects there are to check: what is named, and what is found below directories.

use super::Job;
use crate::args::{Check, FailOn};
use crate::config;
use crate::progress::Progress;
use crate::walk;
use plimsoll_core::check::Options;
use plimsoll_core::config::NamedProject;
use plimsoll_core::load::discover::{DEFAULT_NAMES, base_name, default_file, project_of};
use plimsoll_core::load::files::{directory, join};
use plimsoll_core::load::request::{self, Request};
use plimsoll_workspace::disk::{Disk, Failure, STDIN, absolute, here, slashed};
use plimsoll_workspace::settings::{self, Asked, ConfigError, ConfigFile, Configs};
use plimsoll_workspace::subject::Subject;
use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// What there is to do.
pub(crate) struct Plan<'a> {
    /// The options.
    pub(super) options: &'a Check,
    asked: Asked,
    configs: Configs,
    here: String,
    /// The projects.
    pub(super) jobs: Vec<Job>,
    /// Who is told how far it is.
    pub(super) progress: Option<&'a Progress>,
    /// Directories that are looked through as a whole, as absolute paths.
    walked: Vec<String>,
    /// The files of each project that is there already.
    known: HashSet<Vec<String>>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(options: &'a Check) -> Result<Plan<'a>, ConfigError> {
        Ok(Plan {
            options,
            asked: config::asked(options),
            configs: config::configs(&options.settings)?,
            here: here().unwrap_or_default(),
            jobs: Vec::new(),
            progress: None,
            walked: Vec::new(),
            known: HashSet::new(),
        })
    }

    /// What holds at the top of a file of settings.
    pub(super) fn base_options(&self, config: &ConfigFile) -> Options {
        self.configs.options(Some(config), &join(&config.shown, "."), &self.asked)
    }

    /// Whether everything that a file of settings holds for was looked at.
    pub(super) fn covers(&self, config: &ConfigFile) -> bool {
        let holds =
            |it: &String| config.folder == *it || config.folder.starts_with(&format!("{}/", it.trim_end_matches('/')));
        self.walked.iter().any(holds)
    }

    pub(super) fn make(&mut self, request: &Request) -> Result<(), ConfigError> {
        let options = self.options;
        if let Some(name) = &options.named {
            return self.named(name);
        }
        let named = !options.project.file.is_empty() || options.project.project_directory.is_some();
        if options.paths.is_empty() {
            return if named || are_listed(request) { self.request(request, None) } else { self.around(request) };
        }
        let mut seen = HashSet::new();
        for path in &options.paths {
            if !seen.insert(path.components().filter(|it| *it != Component::CurDir).collect::<PathBuf>()) {
                continue;
            }
            let is_stdin = path == Path::new(STDIN);
            let shown = slashed(&path.to_string_lossy());
            if !is_stdin && path.is_dir() {
                if self.walk(path)? == 0 && !self.is_excluded(&shown)? {
                    let message =
                        format!("there is no Compose file in this directory or below (such as `{}`)", DEFAULT_NAMES[0]);
                    self.fail(Failure { file: shown, message });
                }
                continue;
            }
            // Names of files are text to everything that looks beside them.
            if is_stdin || path.to_str().is_none() {
                let name = options.stdin_filename.clone().filter(|_| is_stdin);
                let place = name.as_deref().unwrap_or(if is_stdin { "<stdin>" } else { &shown }).to_string();
                self.add(Subject::Alone(path.clone(), name), &place)?;
            } else if !self.is_excluded(&shown)? && self.is_new(&shown) {
                self.add(Subject::Path(shown.clone()), &shown)?;
            }
        }
        Ok(())
    }

    /// Nothing is named: everything below the current directory, or what Compose finds here or above.
    fn around(&mut self, request: &Request) -> Result<(), ConfigError> {
        if self.walk(Path::new("."))? == 0 {
            // What Git ignores is there for Compose all the same, but what the settings exclude was meant.
            let Some(default) = default_file(&Disk::default(), "") else { return self.request(request, None) };
            if !self.matches_exclude(&default)? {
                return self.request(request, None);
            }
            let message = "the settings exclude everything here, so there is nothing to check".to_string();
            self.fail(Failure { file: ".".to_string(), message });
            return Ok(());
        }
        // Where only this directory has a project, it is the one that Compose would run.
        let found = self.jobs.iter().filter_map(|it| match &it.subject {
            Subject::Found(path) => Some(path.as_str()),
            _ => None,
        });
        let defaults: Vec<&str> = found.filter(|it| DEFAULT_NAMES.contains(&base_name(it))).collect();
        let named = self.jobs.iter().any(|it| matches!(it.subject, Subject::Target(_)));
        if !named && matches!(defaults[..], [one] if directory(one).is_empty()) {
            self.jobs.retain(|it| match &it.subject {
                Subject::Found(path) => DEFAULT_NAMES.contains(&base_name(path)),
                _ => true,
            });
            self.walked.clear();
        }
        Ok(())
    }

    /// Adds the projects below a directory, and says how many there are, those that were named before included.
    fn walk(&mut self, root: &Path) -> Result<usize, ConfigError> {
        let shown = slashed(&root.to_string_lossy());
        let whole = absolute(&self.here, &shown);
        let config = self.configs.nearest(&whole)?;
        // A directory that is named is looked through, even if what is above it leaves it out.
        let force = self.options.force_exclude;
        let left_out = config.as_ref().is_some_and(|it| it.config.exclude.matches(&it.inner(&whole)));
        if left_out && force {
            return Ok(0);
        }
        let (pruning, here) = (config.clone().filter(|_| !left_out), self.here.clone());
        let excluded = move |path: &str| {
            pruning.as_ref().is_some_and(|it| it.config.exclude.matches(&it.inner(&absolute(&here, path))))
        };
        let walk::Found { files, failures } = walk::below(root, excluded);
        let parts = self.projects_below(&whole, config.as_ref(), &files)?;
        let mut count = parts.len() + failures.len();
        for file in files {
            let config = self.configs.of_file(&file)?;
            let inner = config.as_ref().map(|it| it.inner(&absolute(&self.here, &file)));
            let out = config.zip(inner).is_some_and(|(config, it)| config.config.exclude.matches(&it));
            let project: Vec<String> =
                project_of(&Disk::default(), &file).iter().map(|it| absolute(&self.here, it)).collect();
            let is_part = parts.iter().any(|it| project.iter().all(|file| it.contains(file)));
            if is_part || out && !left_out {
                continue;
            }
            count += 1;
            if self.is_new(&file) {
                self.add(Subject::Found(file.clone()), &file)?;
            }
        }
        for failure in failures {
            self.fail(failure);
        }
        if !left_out {
            self.walked.push(whole);
        }
        Ok(count)
    }

    /// Adds the projects that settings name below a directory, and gives the files of each, as absolute paths.
    fn projects_below(
        &mut self,
        whole: &str,
        nearest: Option<&Arc<ConfigFile>>,
        files: &[String],
    ) -> Result<Vec<HashSet<String>>, ConfigError> {
        let mut configs: HashMap<String, Arc<ConfigFile>> = HashMap::new();
        configs.extend(nearest.map(|it| (it.folder.clone(), it.clone())));
        for file in files {
            configs.extend(self.configs.of_file(file)?.map(|it| (it.folder.clone(), it)));
        }
        let mut configs: Vec<Arc<ConfigFile>> = configs.into_values().collect();
        configs.sort_by(|a, b| a.folder.cmp(&b.folder));
        let mut parts = Vec::new();
        for config in configs {
            for project in &config.config.projects {
                let paths: Vec<String> = project.files.iter().map(|it| join(&config.folder, it)).collect();
                let inside = format!("{}/", whole.trim_end_matches('/'));
                if paths.first().is_some_and(|it| it.starts_with(&inside)) {
                    parts.push(paths.into_iter().collect());
                    self.project(&config, project)?;
                }
            }
        }
        Ok(parts)
    }

    /// Whether a file that is named is left out all the same.
    fn is_excluded(&mut self, path: &str) -> Result<bool, ConfigError> {
        Ok(self.options.force_exclude && self.matches_exclude(path)?)
    }

    /// Whether the settings exclude a file.
    fn matches_exclude(&mut self, path: &str) -> Result<bool, ConfigError> {
        let config = self.configs.of_file(path)?;
        let whole = absolute(&self.here, path);
        Ok(config.is_some_and(|it| it.config.exclude.matches(&it.inner(&whole))))
    }

    /// Whether no other path stands for the project of this one.
    fn is_new(&mut self, path: &str) -> bool {
        self.known.insert(project_of(&Disk::default(), path).iter().map(|it| join("", it)).collect())
    }

    /// Adds a project whose settings are those for a path.
    fn add(&mut self, subject: Subject, path: &str) -> Result<(), ConfigError> {
        let config = self.configs.of_file(path)?;
        let options = self.configs.options(config.as_deref(), path, &self.asked);
        let fail_on = config::fail_on(config.as_deref(), self.options);
        self.jobs.push(Job { subject, config, options, fail_on });
        Ok(())
    }

    /// Adds what cannot be checked, at its place among the others.
    fn fail(&mut self, failure: Failure) {
        let subject = Subject::Lost(failure);
        self.jobs.push(Job { subject, config: None, options: Options::default(), fail_on: FailOn::Never });
    }

    /// Adds the project of a request. What the settings give goes into it, if it is not from them already.
    fn request(&mut self, request: &Request, given: Option<&ConfigFile>) -> Result<(), ConfigError> {
        let mut request = request.clone();
        if given.is_none() {
            let first = request.files.iter().find(|it| *it != STDIN).map(|it| directory(it).to_string());
            let place = request.directory.clone().or(first).unwrap_or_default();
            let config = self.configs.nearest(&place)?;
            let options = self.configs.options(config.as_deref(), &join(&place, "compose.yaml"), &self.asked);
            (request.variables, request.profiles) = (options.variables, options.profiles);
            request.env_files = options.env_files;
        }
        let failure = match request::resolve(&Disk::default(), &request) {
            Ok(target) => {
                let first = target.paths.iter().find(|it| *it != STDIN).cloned();
                let place = first.unwrap_or_else(|| join(&target.folder, "<stdin>"));
                return self.add(Subject::Target(target), &place);
            }
            Err(request::RequestError::File(path, why)) => Failure { file: path, message: why.to_string() },
            Err(why) => {
                Failure { file: request.directory.clone().unwrap_or_else(|| ".".to_string()), message: why.to_string() }
            }
        };
        self.fail(failure);
        Ok(())
    }

    /// Adds the project of a name.
    fn named(&mut self, name: &str) -> Result<(), ConfigError> {
        let config = self.configs.nearest("")?;
        match (settings::project(config.as_deref(), name), &config) {
            (Ok(project), Some(config)) => self.project(config, project)?,
            (Err(failure), _) => self.fail(failure),
            (Ok(_), None) => {}
        }
        Ok(())
    }

    fn project(&mut self, config: &Arc<ConfigFile>, project: &NamedProject) -> Result<(), ConfigError> {
        let request = settings::request_of(config, project, &self.asked.project);
        self.request(&request, Some(config))
    }
}

/// Whether `.env` says which files are the project.
fn are_listed(request: &Request) -> bool {
    if default_file(&Disk::default(), "").is_none() && !Path::new(".env").exists() {
        return false;
    }
    let target = request::resolve(&Disk::default(), request);
    target.is_ok_and(|it| it.variables.get("COMPOSE_FILE").is_some_and(|it| !it.is_empty()))
}
