//! The projects that open documents belong to: which there are, what is found in them, and what they have read.

use crate::documents::{Document, Kind};
use crate::position::Lines;
use crate::recover::{Recovered, recover};
use plimsoll_core::check::Options;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::fix::Texts;
use plimsoll_core::load::discover::{DEFAULT_NAMES, base_name, default_file, project_of};
use plimsoll_core::load::files::{directory, join};
use plimsoll_core::load::request::{self, Request};
use plimsoll_core::source::{FileId, Source, Sources};
use plimsoll_workspace::baseline::{Baseline, Outlines};
use plimsoll_workspace::disk::{Disk, absolute, relative};
use plimsoll_workspace::settings::{self, Asked, ConfigError, ConfigFile, Configs, Which};
use plimsoll_workspace::subject::{Outcome, Subject, check_part};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many directories above a file are asked for a project that includes it.
const ABOVE: usize = 8;

/// How a project is checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Way {
    /// By the file that is open.
    Found,
    /// By a file that is open and that another project reads.
    Part,
    /// As the settings name it.
    Named,
    /// A text without a file.
    Alone,
}

impl Way {
    /// Checks a project in this way.
    pub fn check(self, subject: &Subject, disk: &Disk, options: &Options) -> Outcome {
        match (self, subject) {
            (Way::Part, Subject::Found(path)) => check_part(disk, path, options),
            _ => subject.check(disk, options),
        }
    }
}

/// What a project is known by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// The directory from which paths are seen.
    pub root: String,
    /// The files, from there.
    pub files: Vec<String>,
    /// How it is checked.
    pub way: Way,
}

/// A project that was checked.
pub struct Project {
    /// What it is.
    pub subject: Subject,
    /// What holds for it.
    pub options: Options,
    /// The texts.
    pub sources: Sources,
    /// What was found.
    pub found: Vec<Diagnostic>,
    /// Why it could not be checked, if that is so: the path, and what to say of it.
    pub failures: Vec<(String, String)>,
    /// Every path that was asked for.
    pub reads: BTreeSet<String>,
    files: HashMap<FileId, File>,
}

/// One file of a project.
struct File {
    /// Its absolute path, or its address if it is no file.
    path: String,
    lines: Lines,
}

impl Project {
    /// The absolute path of one of its files.
    pub fn path_of(&self, file: FileId) -> &str {
        self.files.get(&file).map_or("", |it| &it.path)
    }

    /// The lines of one of its files.
    pub fn lines(&self, file: FileId) -> &Lines {
        // Every file has its lines from the start.
        static NONE: Lines = Lines::none();
        self.files.get(&file).map_or(&NONE, |it| &it.lines)
    }

    /// Whether it has read a file beside those that it is made of.
    fn takes_in(&self, path: &str) -> bool {
        self.files.values().any(|it| it.path == path)
    }
}

/// Files as open documents have them, seen from one directory, and the settings for them.
pub struct View {
    /// The directory.
    pub root: String,
    /// The files.
    pub disk: Disk,
    pub(crate) configs: Configs,
}

/// All projects of all open documents.
#[derive(Default)]
pub struct Projects {
    /// Which settings are read.
    pub which: Which,
    /// Those that were checked, and have not changed since.
    pub all: BTreeMap<Key, Project>,
    /// For each open document, the projects that speak of it.
    pub of: HashMap<String, Vec<Key>>,
    /// Texts in which lines were taken out to read the rest, by path.
    pub recovered: HashMap<String, Recovered>,
    /// The documents whose texts were looked at since they changed.
    looked_at: HashSet<String>,
    /// What was found in a file when it could last be read.
    good: HashMap<String, HashSet<(&'static str, String)>>,
    /// The files of settings that cannot be used: path, and what is wrong.
    pub broken: BTreeMap<String, ConfigError>,
}

impl Projects {
    /// Forgets what has read a file. All of it without one.
    pub fn forget(&mut self, path: Option<&str>) {
        match path {
            Some(path) => {
                self.all.retain(|_, it| !it.reads.contains(path));
                self.looked_at.remove(path);
            }
            None => {
                self.all.clear();
                self.looked_at.clear();
            }
        }
    }

    /// Checks what has to be checked again, and forgets what nobody has open any more.
    pub fn refresh(&mut self, documents: &BTreeMap<String, Document>, folders: &[String]) {
        self.recover(documents);
        self.broken.clear();
        self.of.clear();
        let mut views: HashMap<String, Option<View>> = HashMap::new();
        let mut wanted: BTreeSet<Key> = BTreeSet::new();
        for document in documents.values().filter(|it| it.kind != Kind::Other) {
            let root = root_of(document, folders);
            let view = views.entry(root.clone()).or_insert_with(|| self.view(&root, documents));
            let Some(view) = view else { continue };
            if document.kind == Kind::Settings {
                // Its mistakes are shown even if nothing is open that it holds for.
                if let Err(error) = view.configs.of_file(&relative(&root, &document.path)) {
                    let path = error.path().map_or_else(String::new, |it| absolute(&root, it));
                    self.broken.insert(path, error);
                }
                continue;
            }
            let keys = self.keys_of(document, view, folders).unwrap_or_else(|error| {
                let path = error.path().map_or_else(String::new, |it| absolute(&root, it));
                self.broken.insert(path, error);
                // What was found before is better than nothing.
                let known =
                    |it: &&Key| it.root == root && it.files.iter().any(|it| absolute(&root, it) == document.path);
                self.all.keys().filter(known).cloned().collect()
            });
            wanted.extend(keys.iter().cloned());
            self.of.insert(document.path.clone(), keys);
        }
        self.all.retain(|key, _| wanted.contains(key));
        for path in documents.keys().filter(|it| !self.recovered.contains_key(*it)) {
            let found = self.found_in(path).map(|(_, it)| (it.rule, it.message.clone())).collect();
            self.good.insert(path.clone(), found);
        }
        self.good.retain(|path, _| documents.contains_key(path));
    }

    /// What was found in a file, each finding once, with the project that it is from.
    pub fn found_in<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a Project, &'a Diagnostic)> {
        let mut seen = HashSet::new();
        let all = self.all.values().flat_map(|project| project.found.iter().map(move |it| (project, it)));
        all.filter(move |(project, it)| project.path_of(it.span.file) == path && self.holds(path, it))
            .filter(move |(_, it)| seen.insert((it.rule, it.span.range(), it.message.as_str())))
    }

    /// Whether a finding may be shown: in a text in which lines were taken out, those may be what is missed. What was
    /// found before they were changed is.
    fn holds(&self, path: &str, found: &Diagnostic) -> bool {
        let Some(recovered) = self.recovered.get(path) else { return true };
        match self.good.get(path) {
            _ if recovered.hides(found.span.range()) => false,
            Some(good) => good.contains(&(found.rule, found.message.clone())),
            // What is there cannot be there by what is not.
            None => found.severity == plimsoll_core::diagnostic::Severity::Error,
        }
    }

    fn recover(&mut self, documents: &BTreeMap<String, Document>) {
        self.recovered.retain(|path, _| documents.contains_key(path));
        self.looked_at.retain(|path| documents.contains_key(path));
        for document in documents.values() {
            if !self.looked_at.insert(document.path.clone()) {
                continue;
            }
            let small = document.text().len() <= Sources::LIMIT;
            match Some(()).filter(|()| document.kind == Kind::Compose && small).and_then(|()| recover(document.text()))
            {
                Some(found) => _ = self.recovered.insert(document.path.clone(), found),
                None => _ = self.recovered.remove(&document.path),
            }
        }
    }

    /// The texts of the documents that can be read, by their paths as they are seen from a directory.
    pub fn texts(&self, root: &str, documents: &BTreeMap<String, Document>) -> Texts {
        let text = |it: &Document| match self.recovered.get(&it.path) {
            Some(recovered) => recovered.text.clone(),
            None => it.text().to_string(),
        };
        documents.values().map(|it| (name_of(root, it), text(it))).collect()
    }

    /// The files as they are seen from a directory. `None` if the settings that everything has cannot be used.
    pub fn view(&mut self, root: &str, documents: &BTreeMap<String, Document>) -> Option<View> {
        let disk = Disk::at(Path::new(root)).with(&self.texts(root, documents));
        match Configs::new(&self.which, root.to_string(), &disk) {
            Ok(configs) => Some(View { root: root.to_string(), disk, configs }),
            Err(error) => {
                let path = error.path().map_or_else(String::new, |it| absolute(root, it));
                self.broken.insert(path, error);
                None
            }
        }
    }

    /// The projects that speak of a document, each of them checked.
    fn keys_of(&mut self, document: &Document, view: &mut View, folders: &[String]) -> Result<Vec<Key>, ConfigError> {
        let root = view.root.clone();
        if !document.is_file() {
            let subject = Subject::Alone(PathBuf::from(&document.path), Some(document.path.clone()));
            let key = Key { root, files: vec![document.path.clone()], way: Way::Alone };
            self.check(&key, subject, view)?;
            return Ok(vec![key]);
        }
        let path = relative(&root, &document.path);
        let config = view.configs.of_file(&path)?;
        if config.as_ref().is_some_and(|it| it.config.exclude.matches(&it.inner(&document.path))) {
            return Ok(Vec::new());
        }
        let mut keys = Vec::new();
        let own: Vec<String> = project_of(&view.disk, &path);
        let mut is_named = false;
        if let Some(config) = &config {
            for project in &config.config.projects {
                let files: Vec<String> = project.files.iter().map(|it| join(&config.shown, it)).collect();
                if !files.contains(&path) {
                    continue;
                }
                is_named |= own.iter().all(|it| files.contains(it));
                let request = settings::request_of(config, project, &Asked::default().project);
                let key = Key { root: root.clone(), files, way: Way::Named };
                self.check(&key, target(view, &request), view)?;
                keys.push(key);
            }
        }
        let readers = self.readers(&path, &own, view, folders)?;
        let is_default = DEFAULT_NAMES.contains(&base_name(&path));
        let is_part = !readers.is_empty();
        keys.extend(readers);
        if !is_named && (!is_part || is_default) {
            let way = if is_part { Way::Part } else { Way::Found };
            let key = Key { root, files: own, way };
            self.check(&key, Subject::Found(path), view)?;
            keys.push(key);
        }
        Ok(keys)
    }

    /// The projects in the directory of a file and above it that include or extend it.
    fn readers(
        &mut self,
        path: &str,
        own: &[String],
        view: &mut View,
        folders: &[String],
    ) -> Result<Vec<Key>, ConfigError> {
        let whole = absolute(&view.root, path);
        let top = folders.iter().filter(|it| is_below(&whole, it)).map(String::len).min();
        let mut folder = directory(&whole).to_string();
        let mut found = Vec::new();
        for _ in 0..ABOVE {
            if top.is_some_and(|it| folder.len() < it) || top.is_none() && folder != directory(&whole) {
                break;
            }
            let seen = relative(&view.root, &folder);
            if let Some(default) = default_file(&view.disk, &seen) {
                let files = project_of(&view.disk, &default);
                if !own.contains(&default) && !files.iter().any(|it| it == path) {
                    let key = Key { root: view.root.clone(), files, way: Way::Found };
                    self.check(&key, Subject::Found(default), view)?;
                    if self.all.get(&key).is_some_and(|it| it.takes_in(&whole)) {
                        found.push(key);
                    }
                }
            }
            match folder.rfind('/') {
                Some(at) if at > 0 => folder.truncate(at),
                _ => break,
            }
        }
        Ok(found)
    }

    /// Checks a project, if it is not checked already.
    fn check(&mut self, key: &Key, subject: Subject, view: &mut View) -> Result<(), ConfigError> {
        let place = subject.place().to_string();
        let config = if key.way == Way::Alone { None } else { view.configs.of_file(&place)? };
        if self.all.contains_key(key) {
            return Ok(());
        }
        let options = view.configs.options(config.as_deref(), &place, &Asked::default());
        let disk = view.disk.recording();
        let mut outcome = key.way.check(&subject, &disk, &options);
        if let Some(config) = &config {
            leave_new(config, &key.root, &outcome.sources, &mut outcome.found);
        }
        let mut reads: BTreeSet<String> = disk.asked().iter().map(|it| absolute(&key.root, it)).collect();
        let file = |it: &Source| File { path: path_in(&key.root, it.name()), lines: Lines::new(it.text()) };
        let files: HashMap<FileId, File> = outcome.sources.iter().map(|(id, it)| (id, file(it))).collect();
        reads.extend(files.values().map(|it| it.path.clone()));
        reads.extend(config.iter().map(|it| join(&it.folder, plimsoll_core::config::FILE_NAME)));
        let failures = outcome.failures.into_iter().map(|it| (absolute(&key.root, &it.file), it.message)).collect();
        let (sources, found) = (outcome.sources, outcome.found);
        let project = Project { subject, options, sources, found, failures, reads, files };
        self.all.insert(key.clone(), project);
        Ok(())
    }
}

/// The project of a request.
fn target(view: &View, request: &Request) -> Subject {
    match request::resolve(&view.disk, request) {
        Ok(target) => Subject::Target(target),
        Err(request::RequestError::File(file, why)) => {
            Subject::Lost(plimsoll_workspace::disk::Failure { file, message: why.to_string() })
        }
        Err(why) => Subject::Lost(plimsoll_workspace::disk::Failure {
            file: request.files.first().cloned().unwrap_or_default(),
            message: why.to_string(),
        }),
    }
}

/// The path of a file that is seen from a directory. A text that is no file is seen from nowhere, and has its address.
pub fn path_in(root: &str, name: &str) -> String {
    if root.is_empty() { name.to_string() } else { absolute(root, name) }
}

/// What the files of a project call a document.
pub fn name_of(root: &str, document: &Document) -> String {
    if document.is_file() { relative(root, &document.path) } else { document.path.clone() }
}

/// Takes away what is in the baseline that the settings name. One that cannot be read is none.
pub(crate) fn leave_new(config: &Arc<ConfigFile>, root: &str, sources: &Sources, found: &mut Vec<Diagnostic>) {
    let Some(path) = config.baseline() else { return };
    let Ok(mut baseline) = Baseline::read(Path::new(&absolute(root, &path)), root) else { return };
    let mut outlines = Outlines::default();
    found.retain(|it| !baseline.knows(sources, &mut outlines, it));
}

/// The directory from which the paths of a document's project are seen: the innermost folder of the workspace that it
/// is in, or its own.
pub fn root_of(document: &Document, folders: &[String]) -> String {
    if !document.is_file() {
        return String::new();
    }
    let around = folders.iter().filter(|it| is_below(&document.path, it));
    around.max_by_key(|it| it.len()).cloned().unwrap_or_else(|| directory(&document.path).to_string())
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|it| it.starts_with('/'))
}
