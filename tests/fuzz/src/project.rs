//! An input as the files of a project.

use plimsoll_core::check::{Knowledge, Options, Selection, check_path, resolve};
use plimsoll_core::config::{Config, FILE_NAME, parse};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::fix::Texts;
use plimsoll_core::load::files::{Files, ReadError, join};
use plimsoll_core::load::interpolate::Variables;
use plimsoll_core::load::request::{self, Request};
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use plimsoll_rules::images::{Catalogue, catalogue, read_user};
use plimsoll_rules::state::States;
use plimsoll_rules::survey::{Event, Naming, Verdict, survey};
use std::collections::BTreeMap;

/// A line that begins so ends a file, and names the next one. It is a comment in most of them.
pub const SEPARATOR: &str = "#=== ";

/// The file that is checked, and the name of what stands before the first separator.
const MAIN: &str = "compose.yaml";

/// Stands in the value of a variable, and may not be shown to anybody.
pub const SECRET: &str = "s3cr3t";

/// Files that are in memory only.
pub struct Project {
    files: BTreeMap<String, Vec<u8>>,
    options: Options,
    /// What the settings say, and their text.
    settings: Option<(Sources, Config)>,
    wrong: Vec<Diagnostic>,
}

/// Files, some of which have another text by now.
struct Memory<'a> {
    files: &'a BTreeMap<String, Vec<u8>>,
    texts: &'a Texts,
}

impl Files for Memory<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let text = self.texts.get(path).map(|it| it.clone().into_bytes());
        text.or_else(|| self.files.get(path).cloned()).ok_or(ReadError::Missing)
    }

    fn exists(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }
}

impl Project {
    /// Cuts an input at its separators.
    pub fn new(bytes: &[u8]) -> Project {
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut name = MAIN.to_string();
        files.insert(name.clone(), Vec::new());
        for line in bytes.split_inclusive(|it| *it == b'\n') {
            if let Some(path) = line.strip_prefix(SEPARATOR.as_bytes()) {
                name = join("", String::from_utf8_lossy(path).trim());
                files.entry(name.clone()).or_default();
            } else if let Some(file) = files.get_mut(&name) {
                file.extend(line);
            }
        }
        let mut project = Project { files, options: Options::default(), settings: None, wrong: Vec::new() };
        project.read_settings();
        project
    }

    /// The options of `.plimsoll.yaml`, but for what it selects: every rule runs.
    fn read_settings(&mut self) {
        let selection = Selection { select: vec!["all".to_string()], ignore: Vec::new() };
        self.options.selection = selection;
        let Some(bytes) = self.files.get(FILE_NAME) else { return };
        let mut sources = Sources::new();
        let Ok(file) = sources.add(FILE_NAME, bytes.clone()) else { return };
        let (config, mut wrong) = parse(&sources, file, RULES);
        if let Some(images) = config.images {
            let (known, mistakes) = read_user(&config.tree, images);
            wrong.extend(mistakes);
            if wrong.is_empty() {
                self.options.knowledge = Knowledge::new(known);
            }
        }
        if wrong.is_empty() {
            let settings = config.settings(MAIN);
            self.options.severity = settings.severity;
            self.options.hosts = settings.hosts.unwrap_or_default();
            self.options.services = settings.services;
            self.options.variables = config.environment.variables.iter().fold(Variables::unknown(), |mut all, it| {
                all.set(&it.0, &it.1);
                all
            });
            self.options.profiles = config.environment.profiles.clone().unwrap_or_default();
            self.options.env_files = config.environment.env_files.clone().unwrap_or_default();
        }
        self.wrong = wrong;
        self.settings = Some((sources, config));
    }

    /// What is found in the project, and in its settings. An error if its first file cannot be read at all.
    pub fn check(&self, texts: &Texts) -> Result<(Sources, Vec<Diagnostic>), String> {
        let mut sources = Sources::new();
        let files = Memory { files: &self.files, texts };
        let found = check_path(&mut sources, &files, MAIN, RULES, &self.options);
        let mut found = found.map_err(|(path, why)| format!("{path}: {why}"))?;
        if let Some((settings, config)) = &self.settings {
            let mut copy = Sources::new();
            for (_, it) in settings.iter() {
                copy.add_text(it.name(), it.text());
            }
            let moved = sources.append(copy);
            for mut it in self.wrong.clone() {
                it.move_spans(&moved);
                found.push(it);
            }
            assert!(config.service_ignores().all(|it| it.span().start <= it.span().end));
        }
        Ok((sources, found))
    }

    /// Whether the secret stands in files of variables only, so that nobody may read it anywhere else.
    pub fn secret(&self, sources: &Sources) -> bool {
        let holds = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|it| it == SECRET.as_bytes());
        let hidden = |name: &str| name.ends_with(".env");
        self.files.iter().any(|it| hidden(it.0) && holds(it.1))
            && !self.files.iter().any(|it| !hidden(it.0) && holds(it.1) || it.0.contains(SECRET))
            && !sources.iter().any(|it| it.1.text().contains(SECRET))
    }

    /// The survey of the project, without a word about its outcome: it must come to one.
    pub fn survey(&self) {
        let files = Memory { files: &self.files, texts: &Texts::new() };
        let request = Request { variables: self.options.variables.clone(), ..Request::default() };
        let Ok(target) = request::resolve(&files, &request) else { return };
        let mut sources = Sources::new();
        let Ok(found) = resolve(&mut sources, &files, &target, RULES) else { return };
        let known = self.options.knowledge.get::<Catalogue>().unwrap_or_else(|| catalogue());
        let naming = Naming { name: target.name.clone(), fixed: None };
        let states = States::new(&found.project, known);
        let survey = survey(&found.project, &states, &naming);
        for row in &survey.rows {
            let lost = |event| row.fate(event).verdict == Verdict::No;
            assert!(!lost(Event::Down) || lost(Event::DownVolumes), "`down -v` keeps nothing that `down` does not");
        }
    }
}
