//! Tree to model: the small readers that every part of the model is made with.

use super::{Builds, Field, Project, Resource, Service, Volume};
use crate::load::Loaded;
use crate::problem::Problem;
use crate::source::Span;
use crate::syntax::scalar::Kind;
use crate::text::Text;
use crate::tree::{Entry, Item, NodeId, Path, Tree, Value};

/// Makes the model of a loaded project.
pub fn lower(loaded: &Loaded, problems: &mut Vec<Problem>) -> Project {
    let mut lower = Lower { tree: &loaded.tree, problems };
    let mut project = Project::default();
    let mut builds = Builds::default();
    let Some(root) = loaded.root else { return project };
    for entry in loaded.tree.entries(root) {
        match lower.tree.key(entry.key) {
            "name" => project.name = lower.text_field(entry),
            "version" => project.version = Some(lower.field(entry, ())),
            "services" => {
                let service = |it: &Entry| {
                    let mut service = Service::lower(&mut lower, it);
                    if let Some(files) = loaded.env_files.get(&it.value) {
                        service.add_env_files(files);
                    }
                    if let (Some(build), Some(dockerfile)) = (&mut service.build, loaded.dockerfiles.get(&it.value)) {
                        build.value.image = builds.image(&build.value, dockerfile);
                    }
                    service
                };
                project.services = loaded.tree.entries(entry.value).iter().map(service).collect();
            }
            "volumes" => {
                let volumes = lower.entries(entry.value).map(|it| Volume::lower(&lower, it));
                project.volumes = collect(loaded.tree.entries(entry.value).len(), volumes);
            }
            "networks" => project.networks = lower.resources(entry.value),
            "configs" => project.configs = lower.resources(entry.value),
            "secrets" => project.secrets = lower.resources(entry.value),
            "models" => project.models = lower.resources(entry.value),
            "include" => project.includes = true,
            _ => {}
        }
    }
    project
}

pub(crate) struct Lower<'a> {
    pub tree: &'a Tree,
    pub problems: &'a mut Vec<Problem>,
}

impl<'a> Lower<'a> {
    /// The entries of a mapping, without extension keys and merge keys left over from an error.
    pub fn entries(&self, id: NodeId) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let tree = self.tree;
        tree.entries(id).iter().filter(move |it| !tree.is_key(it.key, "<<"))
    }

    pub fn get(&self, map: NodeId, key: &str) -> Option<&'a Entry> {
        self.tree.get(map, key)
    }

    pub fn is_mapping(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id).value, Value::Mapping(_))
    }

    pub fn is_sequence(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id).value, Value::Sequence(_))
    }

    pub fn is_null(&self, id: NodeId) -> bool {
        self.tree.is_null(id)
    }

    /// A scalar that is not null.
    pub fn text(&self, id: NodeId) -> Option<Text> {
        self.tree.text(id).filter(|_| !self.is_null(id)).cloned()
    }

    pub fn field<T>(&self, entry: &Entry, value: T) -> Field<T> {
        let (key, span) = (self.tree.span(entry.key), self.tree.span(entry.value));
        Field { value, key, span, path: entry.path.clone() }
    }

    pub fn text_field(&self, entry: &Entry) -> Option<Field<Text>> {
        Some(self.field(entry, self.text(entry.value)?))
    }

    /// True or false; `None` inside means that the files do not show which.
    pub fn bool_field(&self, entry: &Entry) -> Option<Field<Option<bool>>> {
        Some(self.field(entry, self.truth(entry.value)?))
    }

    /// A boolean, or a string that Compose casts to one.
    pub fn truth(&self, id: NodeId) -> Option<Option<bool>> {
        match self.tree.kind(id)? {
            Kind::Bool(value) => Some(Some(value)),
            Kind::Null => None,
            _ => {
                let text = self.tree.text(id)?;
                let Some(known) = text.known() else { return Some(None) };
                match known.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "y" | "on" => Some(Some(true)),
                    "false" | "no" | "n" | "off" => Some(Some(false)),
                    _ => None,
                }
            }
        }
    }

    /// A whole number, or a string that Compose casts to one; `None` inside means unknown.
    pub fn integer(&self, id: NodeId) -> Option<Option<i128>> {
        match self.tree.kind(id)? {
            Kind::Integer(value) => Some(Some(value)),
            Kind::String => match self.tree.text(id)?.known() {
                Some(known) => known.parse().ok().map(Some),
                None => Some(None),
            },
            _ => None,
        }
    }

    pub fn integer_field(&self, entry: &Entry) -> Option<Field<Option<i128>>> {
        Some(self.field(entry, self.integer(entry.value)?))
    }

    /// A string, or the strings of a list. The path is the way of each item.
    pub fn texts(&self, entry: &Entry) -> Vec<(Text, Path)> {
        if self.is_sequence(entry.value) {
            let items = self.tree.items(entry.value);
            let texts = items.iter().filter_map(|it: &Item| Some((self.text(it.value)?, entry.path.then(&it.path))));
            collect(items.len(), texts)
        } else {
            self.text(entry.value).map(|it| (it, entry.path.clone())).into_iter().collect()
        }
    }

    /// What a scalar of `environment` or `labels` is to the container: numbers and booleans in their canonical form.
    pub fn scalar_value(&self, id: NodeId) -> Option<Text> {
        self.tree.scalar_text(id)
    }

    /// The texts that a scalar took the place of when files were merged, the nearest first.
    pub fn replaced(&self, id: NodeId) -> Vec<Text> {
        // A project has few files, and a chain of its own would never end.
        let chain = std::iter::successors(Some(id), |it| self.tree.shadowed(*it).first().copied());
        chain.skip(1).take(20).filter_map(|it| self.text(it)).collect()
    }

    fn resources(&self, id: NodeId) -> Vec<Resource> {
        self.entries(id)
            .map(|entry| Resource {
                name: self.tree.key(entry.key).to_string(),
                key: self.tree.span(entry.key),
                external: self.get(entry.value, "external").and_then(|it| self.truth(it.value)).unwrap_or(Some(false)),
                driver: self.get(entry.value, "driver").and_then(|it| self.text(it.value)),
            })
            .collect()
    }

    pub fn span(&self, id: NodeId) -> Span {
        self.tree.span(id)
    }
}

/// A list of this length or somewhat less. A large project has a hundred thousand short ones, for which the room for
/// more would be most of what they take.
pub(crate) fn collect<T>(most: usize, values: impl Iterator<Item = T>) -> Vec<T> {
    let mut list = Vec::with_capacity(most);
    list.extend(values);
    list
}
