//! `include`: other projects, each with its own directory and variables, whose resources are taken in.
//!
//! Source: `loader/include.go` of compose-go 2.9.1.

use super::discover::add_env_text;
use super::files::join;
use super::limits::{INCLUDES, more_than};
use super::{Context, Loader, Mode, Unread, base_of, is_remote};
use crate::load::interpolate::Variables;
use crate::problem::{Problem, ProblemKind};
use crate::source::Span;
use crate::tree::{Entry, Item, NodeId, Path, Value, Via};
use std::collections::HashMap;

/// Sections whose entries are taken in. Everything else of an included file is left out.
const SECTIONS: [&str; 6] = ["services", "volumes", "networks", "secrets", "configs", "models"];

impl Loader<'_> {
    /// The document with the resources of what it includes.
    pub(super) fn include_all(&mut self, root: NodeId, context: &Context<'_>) -> NodeId {
        let Some(include) = self.tree.get(root, "include").map(|it| it.value) else { return root };
        if !matches!(self.tree.node(include).value, Value::Sequence(_)) && !self.tree.is_null(include) {
            let message = "`include` must be a list";
            self.problems.push(Problem::new(ProblemKind::InvalidValue, self.tree.span(include), message));
        }
        let items = self.tree.items(include).to_vec();
        let mut root = self.with(root, "include", None);
        for item in items {
            let span = self.tree.span(item.value);
            // Every project that is included takes the variables of this one over.
            self.tree.copied += context.variables.len();
            if self.is_full(span) {
                break;
            }
            if let Some(imported) = self.include(&item, context) {
                root = self.import(root, imported, span);
            }
        }
        root
    }

    /// The project that one item names; `None` if it cannot be read.
    fn include(&mut self, item: &Item, context: &Context<'_>) -> Option<NodeId> {
        let span = self.tree.span(item.value);
        let field = |key: &str| self.tree.get(item.value, key).map(|it| it.value);
        let mapping = matches!(self.tree.node(item.value).value, Value::Mapping(_));
        let (paths, directory, env_files) = match mapping {
            true => (self.strings(field("path")), field("project_directory"), field("env_file")),
            false => (self.strings(Some(item.value)), None, None),
        };
        let paths = paths.filter(|it| !it.is_empty());
        let hidden = directory.is_some_and(|it| self.known(it).is_none());
        let Some(paths) = paths.filter(|_| !hidden) else {
            self.unread.push(Unread {
                span,
                what: "an included file whose name is in a variable".to_string(),
                env_file: None,
            });
            return None;
        };
        if let Some(remote) = paths.iter().find(|it| is_remote(&it.0)) {
            let what = format!("the remote project `{}`", self.named(remote.1, &remote.0));
            self.unread.push(Unread { span, what, env_file: None });
            return None;
        }
        let paths: Vec<(String, Span)> = paths.into_iter().map(|it| (join(&context.base, &it.0), it.1)).collect();
        let first = &paths[0].0;
        if context.included.contains(first) || context.path == *first {
            let message = format!("`{}` includes itself", self.named(paths[0].1, first));
            self.problems.push(Problem::new(ProblemKind::UndefinedReference, span, message));
            return None;
        }
        let base = match directory.and_then(|it| self.known(it)) {
            Some(directory) => {
                let directory = join(&context.base, directory.as_str());
                // Compose takes what is no directory for a file in one.
                if self.files.is_directory(&directory) { directory } else { base_of(&directory) }
            }
            None => base_of(first),
        };
        if context.included.len() >= INCLUDES {
            self.exceed(span, "the chain of `include` is too long", more_than(INCLUDES, "files"));
            return None;
        }
        let variables = self.include_variables(env_files, &base, context)?;
        let mut included = context.included.clone();
        included.push(context.path.clone());
        let mut root = None;
        for (path, at) in paths {
            let file = match self.open(&path) {
                Ok(file) => file,
                Err(why) => {
                    self.missing(at, &path, &why);
                    return None;
                }
            };
            if self.is_foreign(file, &path, at) {
                return None;
            }
            let inner = Context { path, base: base.clone(), variables: &variables, included: included.clone() };
            root = self.documents(file, &inner, Mode::WHOLE, root);
        }
        root
    }

    /// The variables of an included project: those of the including one, then those of its own `.env`.
    fn include_variables(&mut self, env_files: Option<NodeId>, base: &str, context: &Context<'_>) -> Option<Variables> {
        let mut variables = context.variables.clone();
        let files = match env_files {
            None => vec![(join(base, ".env"), None)],
            Some(id) => {
                let files = self.strings(Some(id))?.into_iter().filter(|it| it.0 != "/dev/null");
                files.map(|it| (join(&context.base, &it.0), Some(it.1))).collect()
            }
        };
        for (path, span) in files {
            match (self.files.read(&path), span) {
                (Ok(bytes), _) => {
                    // A `.env` with a mistake is not this file's; what it sets stays unknown.
                    _ = add_env_text(&bytes, context.variables, &mut variables);
                }
                (Err(why), Some(span)) => self.missing(span, &path, &why),
                (Err(_), None) => {}
            }
        }
        Some(variables)
    }

    /// Takes the resources of an included project in. Two that differ under one name are a conflict.
    fn import(&mut self, root: NodeId, imported: NodeId, span: Span) -> NodeId {
        let mut root = root;
        for section in SECTIONS {
            let Some(from) = self.tree.get(imported, section).map(|it| it.value) else { continue };
            let own = self.tree.get(root, section).cloned();
            let mut entries = own.as_ref().map(|it| self.tree.entries(it.value).to_vec()).unwrap_or_default();
            let numbered = entries.iter().enumerate().rev();
            let mut index: HashMap<String, usize> =
                numbered.map(|(at, it)| (self.tree.key(it.key).to_string(), at)).collect();
            for entry in self.tree.entries(from).to_vec() {
                let name = self.tree.key(entry.key).to_string();
                let twin = index.get(&name).map(|at| entries[*at].clone());
                match twin {
                    None => {
                        index.insert(name, entries.len());
                        entries.push(Entry { path: entry.path.through(Via::Include(span)), ..entry });
                    }
                    Some(twin) if self.same(twin.value, entry.value, 0) => {}
                    Some(twin) => {
                        let message = format!("`{name}` is defined here and in an included file, and the two differ");
                        let problem = Problem::new(ProblemKind::DuplicateKey, self.tree.span(twin.key), message);
                        let problem = problem.label(self.tree.span(entry.key), "defined in the included file");
                        self.problems.push(problem.label(span, "included here"));
                    }
                }
            }
            let place = own.as_ref().map_or(from, |it| it.value);
            let value = self.tree.make(place, Value::Mapping(entries.into()));
            root = match own {
                Some(_) => self.with(root, section, Some(value)),
                None => self.add(root, imported, section, value),
            };
        }
        root
    }

    /// A mapping like this one, with the key of another mapping and a value.
    fn add(&mut self, root: NodeId, other: NodeId, key: &str, value: NodeId) -> NodeId {
        let Some(entry) = self.tree.get(other, key).cloned() else { return root };
        let mut entries = self.tree.entries(root).to_vec();
        entries.push(Entry { value, path: Path::default(), ..entry });
        self.tree.make(root, Value::Mapping(entries.into()))
    }

    /// Whether two values are the same, wherever they are written.
    fn same(&self, a: NodeId, b: NodeId, depth: usize) -> bool {
        if a == b {
            return true;
        }
        let tree = &self.tree;
        match (&tree.node(a).value, &tree.node(b).value) {
            (Value::Scalar(left), Value::Scalar(right)) => {
                left.as_str() == right.as_str() && tree.is_null(a) == tree.is_null(b)
            }
            (Value::Sequence(left), Value::Sequence(right)) => {
                let all = || left.iter().zip(right).all(|(a, b)| self.same(a.value, b.value, depth + 1));
                left.len() == right.len() && depth < 64 && all()
            }
            (Value::Mapping(left), Value::Mapping(right)) => {
                let all = || {
                    left.iter().all(|entry| {
                        let twin = tree.get(b, tree.key(entry.key));
                        twin.is_some_and(|it| self.same(entry.value, it.value, depth + 1))
                    })
                };
                left.len() == right.len() && depth < 64 && all()
            }
            _ => false,
        }
    }

    /// A string or a list of strings with their places; `None` if a variable hides one.
    fn strings(&self, id: Option<NodeId>) -> Option<Vec<(String, Span)>> {
        let id = id?;
        let nodes: Vec<NodeId> = match &self.tree.node(id).value {
            Value::Sequence(items) => items.iter().map(|it| it.value).collect(),
            _ => vec![id],
        };
        let one = |id: NodeId| self.known(id).map(|it| (it.as_str().to_string(), it.span()));
        nodes.into_iter().map(one).collect()
    }
}
