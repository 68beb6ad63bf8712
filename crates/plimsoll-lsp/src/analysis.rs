//! The project of a document as it stands: its model, what its images keep, and where things are written.
//!
//! It is made for a request and lives as long as the texts do.

use crate::documents::Kind;
use crate::project::{Key, View, Way, path_in, root_of};
use crate::session::Session;
use lsp_types::{Position, Range, Uri};
use plimsoll_core::check::{Knowledge, Options, Resolution, resolve};
use plimsoll_core::load::discover::project_of;
use plimsoll_core::load::files::{directory, join};
use plimsoll_core::load::interpolate::Variables;
use plimsoll_core::load::request::{self, Request, Target};
use plimsoll_core::model::{Project, Service};
use plimsoll_core::source::{FileId, Sources, Span};
use plimsoll_rules::RULES;
use plimsoll_rules::images::{Catalogue, catalogue};
use plimsoll_rules::state::{State, States};
use plimsoll_workspace::disk::{Disk, relative};
use plimsoll_workspace::settings::{self, Asked};
use plimsoll_workspace::subject::Subject;

/// What the settings give a project from outside of its files.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Variables.
    pub variables: Variables,
    /// Files of variables, instead of `.env`.
    pub env_files: Vec<String>,
}

/// The project of a document.
pub struct Analysis<'a> {
    /// The session it is from.
    pub session: &'a Session,
    /// The path of the document.
    pub path: String,
    /// The document among the files of the project.
    pub file: FileId,
    /// The directory from which paths are seen.
    pub root: String,
    /// The files, as open documents have them.
    pub disk: Disk,
    /// What the settings give, for whoever asks where a variable has its value from.
    pub given: Given,
    /// The texts.
    pub sources: Sources,
    /// The files, variables and profiles.
    pub target: Target,
    /// The tree and the model.
    pub resolution: Resolution,
    /// The state profiles of the services.
    pub states: States,
    knowledge: Knowledge,
}

impl Session {
    /// The project of an open document: the one that is named or found first of those that speak of it. `None`: it is
    /// no Compose file, or its files cannot be read.
    pub fn analysis(&mut self, uri: &Uri) -> Option<Analysis<'_>> {
        let path = Session::path(uri);
        let document = self.documents.get(&path).filter(|it| it.kind == Kind::Compose)?;
        let root = root_of(document, &self.folders);
        let (name, is_file) = (relative(&root, &path), document.is_file());
        let key = self.projects.of.get(&path).and_then(|it| it.first()).cloned();
        let (subject, options): (Option<Subject>, Options) = {
            let project = key.as_ref().and_then(|it| self.projects.all.get(it));
            project.map(|it| (Some(it.subject.clone()), it.options.clone())).unwrap_or_default()
        };
        let mut view = self.projects.view(&root, &self.documents)?;
        let given = key
            .and_then(|key| named(&mut view, &name, &key))
            .unwrap_or_else(|| Given { variables: options.variables.clone(), env_files: options.env_files.clone() });
        let View { disk, .. } = view;
        let target = match subject {
            Some(Subject::Target(target)) => target,
            Some(Subject::Found(first) | Subject::Path(first)) => {
                let request = Request {
                    files: project_of(&disk, &first),
                    directory: Some(directory(&first)).map(|it| if it.is_empty() { "." } else { it }.to_string()),
                    env_files: options.env_files.clone(),
                    profiles: options.profiles.clone(),
                    variables: options.variables.clone(),
                    here: Some(root.clone()),
                    ..Request::default()
                };
                request::resolve(&disk, &request).ok()?
            }
            _ => Target {
                paths: vec![if is_file { name } else { path.clone() }],
                folder: String::new(),
                variables: options.variables.clone(),
                profiles: options.profiles.clone(),
                name: None,
            },
        };
        let mut sources = Sources::new();
        let resolution = resolve(&mut sources, &disk, &target, RULES).ok()?;
        let file = sources.iter().find(|it| path_in(&root, it.1.name()) == path).map(|it| it.0)?;
        let knowledge = options.knowledge;
        let known = knowledge.get::<Catalogue>().unwrap_or_else(|| catalogue());
        let states = States::new(&resolution.project, known);
        Some(Analysis { session: self, path, file, root, disk, given, sources, target, resolution, states, knowledge })
    }
}

/// What the settings give a project that they name.
fn named(view: &mut View, path: &str, key: &Key) -> Option<Given> {
    let config = view.configs.of_file(path).ok()?.filter(|_| key.way == Way::Named)?;
    let is_it = |files: Vec<String>| files == key.files;
    let mut projects = config.config.projects.iter();
    let found = projects.find(|it| is_it(it.files.iter().map(|it| join(&config.shown, it)).collect()))?;
    let request = settings::request_of(&config, found, &Asked::default().project);
    Some(Given { variables: request.variables, env_files: request.env_files })
}

impl Analysis<'_> {
    /// The model.
    pub fn project(&self) -> &Project {
        &self.resolution.project
    }

    /// What is known of images.
    pub fn catalogue(&self) -> &Catalogue {
        self.knowledge.get::<Catalogue>().unwrap_or_else(|| catalogue())
    }

    /// The text of the document, in which lines may be taken out.
    pub fn text(&self) -> &str {
        self.sources.get(self.file).text()
    }

    /// The byte at a position of the document.
    pub fn offset(&self, position: Position) -> Option<usize> {
        let document = self.session.documents.get(&self.path)?;
        Some(document.lines().offset(document.text(), position, self.session.encoding()))
    }

    /// A span of the document as a range. `None` for a span of another file.
    pub fn range(&self, span: Span) -> Option<Range> {
        let document = self.session.documents.get(&self.path).filter(|_| span.file == self.file)?;
        Some(document.lines().range(document.text(), span.range(), self.session.encoding()))
    }

    /// Whether a byte of the document is in a span, or right behind it, where a cursor stands after it was typed.
    pub fn is_in(&self, span: Span, offset: usize) -> bool {
        span.file == self.file && span.range().start <= offset && offset <= span.range().end
    }

    /// The absolute path of a file of the project.
    pub fn path_of(&self, file: FileId) -> String {
        path_in(&self.root, self.sources.get(file).name())
    }

    /// The state profile of a service.
    pub fn state(&self, service: &Service) -> Option<&State> {
        let at = self.project().services.iter().position(|it| std::ptr::eq(it, service))?;
        self.states.of(at)
    }

    /// The service of a name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.project().services.iter().find(|it| it.name == name)
    }
}
