//! The settings of a check: which `.plimsoll.yaml` holds for a file, and what it and the options come to.
//!
//! Only the files of the repository are asked: nothing is read from the home directory of whoever runs the program.

use crate::disk::{Disk, Failure, absolute, relative, slashed};
use plimsoll_core::check::{Hosts, Knowledge, Options};
use plimsoll_core::config::{Config, Environment, FILE_NAME, NamedProject, Settings, parse};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::load::files::{Files, directory, join};
use plimsoll_core::load::interpolate::Variables;
use plimsoll_core::load::request::Request;
use plimsoll_core::source::Sources;
use plimsoll_core::suggest::closest;
use plimsoll_rules::RULES;
use plimsoll_rules::images::read_user;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file of settings, read.
pub struct ConfigFile {
    /// Its text, for findings in it.
    pub sources: Sources,
    /// The directory in which it is, as an absolute path.
    pub folder: String,
    /// The same directory, as it is seen from the current one.
    pub shown: String,
    /// What it says.
    pub config: Config,
    /// The images that it describes.
    pub knowledge: Knowledge,
}

impl ConfigFile {
    /// Reads a file of settings, under the name that people know it by.
    fn read(path: &str, shown: &str, here: &str, disk: &Disk) -> Result<ConfigFile, ConfigError> {
        let unread = |message: String| {
            ConfigError::Unread(Failure { file: shown.to_string(), message: format!("the settings: {message}") })
        };
        let bytes = disk.read(path).map_err(|why| unread(why.to_string()))?;
        let mut sources = Sources::new();
        let file = sources.add(shown, bytes).map_err(|why| unread(why.to_string()))?;
        let (config, mut mistakes) = parse(&sources, file, RULES);
        let mut knowledge = Knowledge::default();
        if let Some(images) = config.images {
            let (catalogue, wrong) = read_user(&config.tree, images);
            mistakes.extend(wrong);
            mistakes.sort_by_key(|it| it.span);
            knowledge = Knowledge::new(catalogue);
        }
        // A link may lead to anything, and a mistake would be told with parts of it.
        if !mistakes.is_empty() && Disk::at(Path::new(directory(path))).is_outside(path) {
            return Err(unread("there are mistakes in them, and they lie outside of where they are named".to_string()));
        }
        if !mistakes.is_empty() {
            return Err(ConfigError::Wrong(sources, mistakes));
        }
        let folder = directory(path).to_string();
        Ok(ConfigFile { sources, shown: relative(here, &folder), folder, config, knowledge })
    }

    /// A path as the patterns in the file see it.
    pub fn inner(&self, path: &str) -> String {
        relative(&self.folder, path)
    }

    /// A path that is written in the file, from the current directory.
    fn outer(&self, path: &str) -> String {
        join(&self.shown, path)
    }

    /// The baseline, from the current directory.
    pub fn baseline(&self) -> Option<String> {
        self.config.baseline.as_ref().map(|it| self.outer(it))
    }

    fn environment(&self, of: &Environment) -> Environment {
        let files = of.env_files.as_ref();
        let env_files = files.map(|it| it.iter().map(|it| self.outer(it)).collect());
        Environment { env_files, ..of.clone() }
    }
}

/// Why there are no settings.
pub enum ConfigError {
    /// The file cannot be read.
    Unread(Failure),
    /// What is wrong in it.
    Wrong(Sources, Vec<Diagnostic>),
}

impl ConfigError {
    /// The file of settings, as it is shown.
    pub fn path(&self) -> Option<&str> {
        match self {
            ConfigError::Unread(failure) => Some(&failure.file),
            ConfigError::Wrong(sources, mistakes) => mistakes.first().map(|it| sources.get(it.span.file).name()),
        }
    }
}

/// What is asked for besides the settings, such as by the options of a command line. It wins over them.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The rules that run.
    pub select: Vec<String>,
    /// Rules that do not run.
    pub ignore: Vec<String>,
    /// Where the files are run.
    pub hosts: Option<Hosts>,
    /// The project.
    pub project: AskedProject,
}

/// What is asked for of a project, as Compose has it on its command line.
#[derive(Clone, Debug, Default)]
pub struct AskedProject {
    /// The files, each merged over those before it.
    pub files: Vec<String>,
    /// Where relative paths start.
    pub directory: Option<String>,
    /// Files of variables, instead of `.env`.
    pub env_files: Vec<String>,
    /// Variables.
    pub variables: Vec<(String, String)>,
    /// The profiles that are switched on.
    pub profiles: Vec<String>,
    /// The name of the project.
    pub name: Option<String>,
}

/// Which settings are read.
#[derive(Clone, Debug, Default)]
pub enum Which {
    /// The nearest file of settings.
    #[default]
    Nearest,
    /// This file, for everything.
    File(PathBuf),
    /// None.
    None,
}

/// Finds the settings for files, and reads each file of settings once.
pub struct Configs {
    here: String,
    disk: Disk,
    /// The file that holds for everything.
    one: Option<Option<Arc<ConfigFile>>>,
    known: HashMap<String, Option<Arc<ConfigFile>>>,
}

impl Configs {
    /// Settings as seen from the current directory.
    ///
    /// # Errors
    /// The one file that is named cannot be used.
    pub fn new(which: &Which, here: String, disk: &Disk) -> Result<Configs, ConfigError> {
        let one = match which {
            Which::None => Some(None),
            Which::File(path) => {
                let shown = slashed(&path.to_string_lossy());
                let whole = absolute(&here, &shown);
                Some(Some(Arc::new(ConfigFile::read(&whole, &shown, &here, disk)?)))
            }
            Which::Nearest => None,
        };
        Ok(Configs { here, disk: disk.clone(), one, known: HashMap::new() })
    }

    /// The settings for what is in a directory: the nearest file of settings in it and those above, up to the top of
    /// the repository.
    pub fn nearest(&mut self, folder: &str) -> Result<Option<Arc<ConfigFile>>, ConfigError> {
        if let Some(one) = &self.one {
            return Ok(one.clone());
        }
        let mut way = Vec::new();
        let mut folder = absolute(&self.here, folder);
        let found = loop {
            if let Some(known) = self.known.get(&folder) {
                break known.clone();
            }
            let path = join(&folder, FILE_NAME);
            // Whatever has the name is meant, even if it cannot be read.
            if self.disk.exists(&path) || std::fs::symlink_metadata(&path).is_ok() {
                let shown = relative(&self.here, &path);
                break Some(Arc::new(ConfigFile::read(&path, &shown, &self.here, &self.disk)?));
            }
            let is_top = Path::new(&join(&folder, ".git")).exists();
            let above = directory(&folder).to_string();
            way.push(folder.clone());
            if is_top || above.is_empty() || above == folder {
                break None;
            }
            folder = above;
        };
        for it in way.into_iter().chain([folder]) {
            self.known.insert(it, found.clone());
        }
        Ok(found)
    }

    /// The settings for a file.
    pub fn of_file(&mut self, path: &str) -> Result<Option<Arc<ConfigFile>>, ConfigError> {
        let path = absolute(&self.here, path);
        self.nearest(directory(&path))
    }

    /// The images that are described for a file or a directory.
    pub fn knowledge(&mut self, path: &str) -> Result<Knowledge, ConfigError> {
        let is_directory = path.is_empty() || self.disk.is_directory(path);
        let config = if is_directory { self.nearest(path)? } else { self.of_file(path)? };
        Ok(config.map(|it| it.knowledge.clone()).unwrap_or_default())
    }

    /// What is asked for at a place, or the project of a name: what the settings give, and the options over it.
    pub fn request(
        &mut self,
        place: &str,
        named: Option<&str>,
        options: &AskedProject,
    ) -> Result<Request, ConfigError> {
        let is_directory = place.is_empty() || self.disk.is_directory(place);
        let config = if is_directory { self.nearest(place)? } else { self.of_file(place)? };
        let mut request = match (named, &config) {
            (Some(name), _) => {
                let project = project(config.as_deref(), name).map_err(ConfigError::Unread)?;
                let Some(config) = &config else { return Ok(Request::default()) };
                request_of(config, project, options)
            }
            (None, Some(config)) => request_with(config.environment(&config.config.environment), options),
            (None, None) => request_with(Environment::default(), options),
        };
        request.here = Some(self.here.clone()).filter(|it| !it.is_empty());
        Ok(request)
    }

    /// What the settings and the options come to for a file.
    pub fn options(&self, config: Option<&ConfigFile>, path: &str, options: &Asked) -> Options {
        let inner = config.map(|it| it.inner(&absolute(&self.here, path)));
        let mut settings = match (config, inner) {
            (Some(config), Some(path)) => config.config.settings(&path),
            _ => Settings::default(),
        };
        settings.select(&options.select, &options.ignore);
        let given = config.map(|it| it.environment(&it.config.environment)).unwrap_or_default();
        let given = given_or(&options.project, given);
        let mut variables = Variables::unknown();
        for (key, value) in &given.variables {
            variables.set(key, value);
        }
        Options {
            selection: settings.selection,
            hosts: options.hosts.or(settings.hosts).unwrap_or_default(),
            variables,
            profiles: given.profiles.unwrap_or_default(),
            env_files: given.env_files.unwrap_or_default(),
            severity: settings.severity,
            services: settings.services,
            knowledge: config.map(|it| it.knowledge.clone()).unwrap_or_default(),
            found: false,
        }
    }
}

/// What the options give a project wins over what the settings do: variables one by one, lists as a whole.
fn given_or(options: &AskedProject, mut settings: Environment) -> Environment {
    settings.variables.extend(options.variables.iter().cloned());
    if !options.env_files.is_empty() {
        settings.env_files = Some(options.env_files.clone());
    }
    if !options.profiles.is_empty() {
        settings.profiles = Some(options.profiles.clone());
    }
    settings
}

/// The request for a project that the settings name.
pub fn request_of(config: &ConfigFile, project: &NamedProject, options: &AskedProject) -> Request {
    let mut given = config.environment(&config.config.environment);
    let own = config.environment(&project.environment);
    given.variables.extend(own.variables);
    given.env_files = own.env_files.or(given.env_files);
    given.profiles = own.profiles.or(given.profiles);
    let directory = project.directory.as_ref().map(|it| config.outer(it));
    Request {
        files: project.files.iter().map(|it| config.outer(it)).collect(),
        directory: directory.map(|it| if it.is_empty() { ".".into() } else { it }),
        ..request_with(given, options)
    }
}

/// The request of the options, with what the settings give.
fn request_with(given: Environment, options: &AskedProject) -> Request {
    let given = given_or(options, given);
    let mut variables = Variables::unknown();
    for (key, value) in &given.variables {
        variables.set(key, value);
    }
    Request {
        files: options.files.clone(),
        directory: options.directory.clone(),
        env_files: given.env_files.unwrap_or_default(),
        profiles: given.profiles.unwrap_or_default(),
        name: options.name.clone(),
        variables,
        here: None,
    }
}

/// The project of a name, or why there is none.
pub fn project<'a>(config: Option<&'a ConfigFile>, name: &str) -> Result<&'a NamedProject, Failure> {
    let projects = config.map(|it| it.config.projects.as_slice()).unwrap_or_default();
    projects.iter().find(|it| *it.name == *name).ok_or_else(|| {
        let hint = closest(name, projects.iter().map(|it| it.name.as_str()));
        let hint = hint.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
        let place = if config.is_some() { "the settings name" } else { "there are no settings, and they name" };
        Failure { file: "--project".to_string(), message: format!("{place} no project `{name}`{hint}") }
    })
}
