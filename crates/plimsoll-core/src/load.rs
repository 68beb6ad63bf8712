//! Files to one resolved project: syntax, variables, aliases, `extends`, `include`, merging.
//!
//! The order is that of Compose 2.40.3: variables are expanded in each file, then `extends` is followed, then what the
//! document resets is taken away from those before it, then `include`, then it is merged over them.

pub mod discover;
mod dockerfiles;
mod env_files;
mod extends;
pub mod files;
mod include;
pub mod interpolate;
pub mod likeness;
pub mod limits;
pub mod merge;
mod outside;
pub mod request;
mod reset;
pub mod resolve;
mod unique;

use crate::dockerfile::Dockerfile;
use crate::parallel::MANY;
use crate::problem::{Problem, ProblemKind};
use crate::quick::QuickSet;
use crate::source::{FileId, Sources, Span};
use crate::syntax;
use crate::text::Text;
use crate::tree::{Document, Entry, NodeId, Tree, Value};
pub use env_files::EnvFiles;
use files::{Files, NoFiles, ReadError, directory};
use interpolate::Variables;
use reset::Resets;
use std::collections::HashMap;
use std::sync::Arc;

/// A project as a resolved tree.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The nodes of all files.
    pub tree: Tree,
    /// The top of the project; `None` if no file has a mapping at its top.
    pub root: Option<NodeId>,
    /// The files, in the order in which they were read.
    pub documents: Vec<Document>,
    /// The files that the project is made of, without those that they extend and include.
    pub own: Vec<FileId>,
    /// Whether the text of a file could not be read to its end.
    pub broken: bool,
    /// What the project names and could not be read. What it would say is unknown.
    pub unread: Vec<Unread>,
    /// Whether any variable that the files use has a value, from a `.env` or as it was given.
    pub knows_variables: bool,
    /// What the project was before the last of several documents was merged over it: each must be right by itself.
    pub stages: Vec<NodeId>,
    /// What `env_file` brings into the environment, by the node of the service.
    pub env_files: HashMap<NodeId, EnvFiles>,
    /// The Dockerfiles that could be read, by the node of the service that is built from them.
    pub dockerfiles: HashMap<NodeId, Arc<Dockerfile>>,
}

impl Loaded {
    /// Whether there is so much that it is worth to look at it with two threads.
    pub(crate) fn is_large(&self) -> bool {
        let services = self.root.and_then(|it| self.tree.get(it, "services"));
        services.is_some_and(|it| self.tree.entries(it.value).len() >= MANY)
    }
}

/// Something that the project names and that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// Where it is named.
    pub span: Span,
    /// What it is, such as "`include` of a remote project".
    pub what: String,
    /// The service that needs it, if it is one of its `env_file`s.
    pub env_file: Option<NodeId>,
}

/// Loads a project of one text that is already there, and nothing else: no other file is read.
pub fn load(sources: &Sources, file: FileId, variables: &Variables, problems: &mut Vec<Problem>) -> Loaded {
    let mut loader = Loader::new(Texts::Given(sources), &NoFiles, problems);
    loader.variables = variables.clone();
    let name = loader.sources.all().get(file).name().to_string();
    let context = Context { path: name, base: String::new(), variables, included: Vec::new() };
    let root = loader.documents(file, &context, Mode::WHOLE, None);
    loader.own.push(file);
    loader.finish(root)
}

/// Loads a project of several files, each merged over those before it, with what they extend and include.
///
/// # Errors
/// One of `paths` cannot be read. A file that one of them names is a problem with a place instead.
pub fn load_files(
    sources: &mut Sources,
    files: &dyn Files,
    paths: &[String],
    base: &str,
    variables: &Variables,
    problems: &mut Vec<Problem>,
) -> Result<Loaded, (String, ReadError)> {
    let mut loader = Loader::new(Texts::Growing(sources), files, problems);
    loader.variables = variables.clone();
    let mut root = None;
    for path in paths {
        let file = loader.open(path).map_err(|why| (path.clone(), why))?;
        loader.own.push(file);
        if loader.is_foreign(file, path, Span::start_of(file)) {
            continue;
        }
        let context = Context { path: path.clone(), base: base.to_string(), variables, included: Vec::new() };
        root = loader.documents(file, &context, Mode::WHOLE, root);
    }
    Ok(loader.finish(root))
}

/// Where a file is read from, and with what.
struct Context<'a> {
    path: String,
    /// The directory that relative paths start from.
    base: String,
    variables: &'a Variables,
    /// Files that include this one, outermost first.
    included: Vec<String>,
}

/// What is followed while reading.
#[derive(Clone, Copy)]
struct Mode {
    extends: bool,
    include: bool,
}

impl Mode {
    const WHOLE: Mode = Mode { extends: true, include: true };
    /// A file that is only extended: its services are taken as they are written.
    const RAW: Mode = Mode { extends: false, include: false };
}

/// The texts of a project: all there from the start, or read as they are named.
enum Texts<'a> {
    Given(&'a Sources),
    Growing(&'a mut Sources),
}

impl Texts<'_> {
    fn all(&self) -> &Sources {
        match self {
            Texts::Given(sources) => sources,
            Texts::Growing(sources) => sources,
        }
    }

    fn hide(&mut self, file: FileId) {
        if let Texts::Growing(sources) = self {
            sources.hide(file);
        }
    }

    fn add(&mut self, path: &str, bytes: Vec<u8>) -> Result<FileId, ReadError> {
        match self {
            Texts::Given(_) => Err(ReadError::Missing),
            Texts::Growing(sources) => sources.add(path, bytes).map_err(|why| ReadError::Other(why.to_string())),
        }
    }
}

struct Loader<'a> {
    sources: Texts<'a>,
    files: &'a dyn Files,
    problems: &'a mut Vec<Problem>,
    tree: Tree,
    documents: Vec<Document>,
    unread: Vec<Unread>,
    broken: bool,
    opened: HashMap<String, FileId>,
    /// Readings of extended files, by path.
    extended: HashMap<String, Option<NodeId>>,
    readings: usize,
    /// The bytes and the nodes of these.
    readings_bytes: usize,
    readings_nodes: usize,
    /// Whether a limit is passed.
    full: bool,
    /// The bytes of all values of variables that are inserted.
    inserted: usize,
    /// Services with what they extend, by the services among which they stand, and how many that were.
    chains: HashMap<(NodeId, String), (NodeId, usize)>,
    /// Services by name, by the mapping in which they stand.
    names: HashMap<NodeId, HashMap<String, NodeId>>,
    /// How many names may still be compared with misspelt ones.
    guesses: usize,
    /// The `env_file`s that were read, and how many bytes of them were gone through.
    env_texts: HashMap<String, Option<Arc<str>>>,
    env_bytes: usize,
    env_variables: usize,
    empty: Vec<FileId>,
    own: Vec<FileId>,
    stages: Vec<NodeId>,
    unified: QuickSet<NodeId>,
    /// Of files from outside, whether they are something else than a Compose file.
    foreign: HashMap<FileId, bool>,
    /// The environment of the project.
    variables: Variables,
}

impl<'a> Loader<'a> {
    fn new(sources: Texts<'a>, files: &'a dyn Files, problems: &'a mut Vec<Problem>) -> Loader<'a> {
        Loader {
            sources,
            files,
            problems,
            tree: Tree::default(),
            documents: Vec::new(),
            unread: Vec::new(),
            broken: false,
            opened: HashMap::new(),
            extended: HashMap::new(),
            readings: 0,
            readings_bytes: 0,
            readings_nodes: 0,
            full: false,
            inserted: 0,
            chains: HashMap::new(),
            names: HashMap::new(),
            guesses: limits::GUESSES,
            env_texts: HashMap::new(),
            env_bytes: 0,
            env_variables: 0,
            empty: Vec::new(),
            own: Vec::new(),
            stages: Vec::new(),
            unified: QuickSet::default(),
            foreign: HashMap::new(),
            variables: Variables::unknown(),
        }
    }

    fn finish(mut self, root: Option<NodeId>) -> Loaded {
        if let (None, Some(file), false) = (root, self.empty.first().copied(), self.broken) {
            self.not_a_mapping(file, None);
        }
        let (mut env_files, mut dockerfiles) = (HashMap::new(), HashMap::new());
        let mut root = self.limit(root);
        if let Some(top) = root {
            unique::unify(&mut self.tree, top, &mut self.unified);
            let (listing, built) = self.readers(top);
            env_files = self.env_files(&listing);
            dockerfiles = self.dockerfiles(&built);
            root = root.filter(|_| !self.full);
        }
        let Loader { tree, documents, broken, unread, stages, own, .. } = self;
        let knows_variables = tree.interpolated().any(Text::has_inserted);
        Loaded { tree, root, documents, own, broken, unread, knows_variables, stages, env_files, dockerfiles }
    }

    /// Reads a file once, however often it is named.
    fn open(&mut self, path: &str) -> Result<FileId, ReadError> {
        if let Some(file) = self.opened.get(path) {
            return Ok(*file);
        }
        let bytes = self.files.read(path)?;
        let file = self.sources.add(path, bytes)?;
        if self.files.is_outside(path) {
            self.sources.hide(file);
        }
        self.opened.insert(path.to_string(), file);
        Ok(file)
    }

    /// Reads the documents of a file and merges each over what is there before it.
    fn documents(&mut self, file: FileId, context: &Context<'_>, mode: Mode, below: Option<NodeId>) -> Option<NodeId> {
        if !self.may_read(file) {
            return below;
        }
        let mut found = Vec::new();
        let start = self.tree.nodes.len();
        let document = syntax::parse(&mut self.tree, file, self.sources.all().get(file), &mut found);
        self.readings_nodes += document.nodes.len();
        let broken = document.broken;
        self.broken |= broken;
        resolve::resolve(&mut self.tree, &document, context.variables, &mut self.inserted, &mut found);
        self.tree.set_base(start..self.tree.nodes.len(), context.base.clone());
        self.broken |= found.iter().any(|it| it.kind.breaks());
        let again = self.documents.iter().any(|it| it.file == file);
        if !again {
            // A file that is read twice has its mistakes once.
            self.problems.append(&mut found);
        }
        let mut merged = below;
        if document.roots.is_empty() && !broken {
            // An empty file beside others is none.
            self.empty.push(file);
        }
        let mut budget = Resets::budget(&self.tree, document.nodes.clone());
        for root in document.roots.clone() {
            if !matches!(self.tree.node(root).value, Value::Mapping(_)) {
                if !broken {
                    self.not_a_mapping(file, Some(root));
                }
                continue;
            }
            let resets = Resets::collect(&mut self.tree, root, &mut budget);
            let mut root = root;
            if mode.extends {
                root = self.extend_all(root, context, &resets);
            }
            if mode.include {
                root = self.include_all(root, context);
            }
            if merged.is_some() && self.is_full(self.tree.span(root)) {
                return merged;
            }
            if let Some(below) = merged.filter(|_| mode.include) {
                unique::unify(&mut self.tree, below, &mut self.unified);
                self.stages.push(below);
            }
            merged = merged.map(|it| resets.apply(&mut self.tree, it, &[]));
            merged = Some(match merged {
                Some(below) => merge::merge(&mut self.tree, below, root, self.problems),
                None => root,
            });
        }
        if !again {
            self.documents.push(document);
        }
        merged
    }

    fn not_a_mapping(&mut self, file: FileId, root: Option<NodeId>) {
        let tree = &self.tree;
        let root = root.filter(|it| !tree.is_null(*it));
        let (span, message) = match root.map(|it| (it, &tree.node(it).value)) {
            None => (Span::start_of(file), "the file is empty"),
            Some((root, Value::Sequence(items))) => {
                let first = items.first().map_or(tree.span(root), |it| tree.span(it.value));
                (first, "the file holds a list and not a mapping")
            }
            Some((root, _)) => (tree.span(root), "the file holds a single value and not a mapping"),
        };
        let problem = Problem::new(ProblemKind::InvalidValue, span, message);
        self.problems.push(problem.help("a Compose file is a mapping with the key `services`"));
    }

    /// A mapping like this one, with another value under a key; without the key, if there is none.
    fn with(&mut self, map: NodeId, key: &str, value: Option<NodeId>) -> NodeId {
        let Value::Mapping(entries) = &self.tree.node(map).value else { return map };
        let keep = |it: Entry| match (self.tree.key(it.key) == key, value) {
            (false, _) => Some(it),
            (true, Some(value)) => Some(Entry { value, ..it }),
            (true, None) => None,
        };
        let entries = entries.iter().cloned().filter_map(keep).collect();
        self.tree.make(map, Value::Mapping(entries))
    }

    /// A file that another one names is not there. Where no file is read at all, that is no mistake.
    fn missing(&mut self, span: Span, path: &str, why: &ReadError) {
        let path = self.named(span, path);
        if let Texts::Given(_) = self.sources {
            self.unread.push(Unread { span, what: format!("the file `{path}`"), env_file: None });
            return;
        }
        let message = format!("the file `{path}` cannot be read: {why}");
        self.problems.push(Problem::new(ProblemKind::MissingFile, span, message));
    }

    /// A path as it is told: where a variable has a part in it, as it is written.
    fn named(&self, span: Span, path: &str) -> String {
        let written = self.sources.all().slice(span);
        let written = written.trim_matches(['"', '\'']);
        if written.contains('$') { written.to_string() } else { path.to_string() }
    }

    /// The text of a scalar, if there is one and no variable hides it.
    fn known(&self, id: NodeId) -> Option<&Text> {
        self.tree.text(id).filter(|it| it.is_known() && !self.tree.is_null(id))
    }
}

/// Whether a path is an address of something that is not on this machine.
fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@") || path.starts_with("oci:") || path.starts_with("github.com/")
}

/// The directory that a file is in, for relative paths in it.
fn base_of(path: &str) -> String {
    // An empty one would be the project's, whose paths stay as they are written.
    match directory(path) {
        "" => ".".to_string(),
        folder => folder.to_string(),
    }
}
