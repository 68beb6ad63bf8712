//! Names of services, volumes and the like: where they are declared, and where they are used.

use super::look::{known, listed, services, taken_in, written};
use crate::analysis::Analysis;
use plimsoll_core::load::files::join;
use plimsoll_core::source::{FileId, Span};
use plimsoll_core::text::Text;
use plimsoll_core::tree::{NodeId, Tree, Value};

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Service,
    Volume,
    Network,
    Config,
    Secret,
}

impl Kind {
    const ALL: [(Kind, &'static str); 5] = [
        (Kind::Service, "services"),
        (Kind::Volume, "volumes"),
        (Kind::Network, "networks"),
        (Kind::Config, "configs"),
        (Kind::Secret, "secrets"),
    ];

    /// What is declared in a section.
    pub fn of(section: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|it| it.1 == section).map(|it| it.0)
    }

    fn section(self) -> &'static str {
        Kind::ALL.into_iter().find(|it| it.0 == self).map_or("", |it| it.1)
    }
}

/// A name where it is used.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// What it stands for.
    pub kind: Kind,
    /// The name.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// The file in which it is looked for, if it does not stand for what the project has by this name.
    pub home: Option<String>,
}

/// Every use of a name in the files of the project, each place once.
pub(super) fn uses(analysis: &Analysis<'_>) -> Vec<Use> {
    let loaded = &analysis.resolution.loaded;
    let mut finder = Finder { tree: &loaded.tree, file: String::new(), found: Vec::new() };
    for document in &loaded.documents {
        finder.file = analysis.sources.get(document.file).name().to_string();
        for root in &document.roots {
            services(&loaded.tree, *root).into_iter().for_each(|it| finder.service(it));
        }
    }
    let mut found = finder.found;
    for service in &analysis.project().services {
        let mounts = service.mounts.iter().chain(service.lost_mounts.iter().map(|it| &it.mount));
        for mount in mounts {
            if let (Some(name), Some(source)) = (mount.volume_name(), &mount.source) {
                let span = inner(source).span();
                found.push(Use { kind: Kind::Volume, name: name.to_string(), span, home: None });
            }
        }
    }
    found.sort_by_key(|it| (it.span.file, it.span.start, it.span.end));
    found.dedup_by_key(|it| it.span);
    found
}

/// Where a name is declared in the project: it may be in several files that are merged.
pub(super) fn declarations(analysis: &Analysis<'_>, kind: Kind, name: &str) -> Vec<Span> {
    let files = taken_in(analysis);
    in_files(analysis, kind, name, &|it| files.contains(&it))
}

/// Where a use of a name leads.
pub(super) fn declared(analysis: &Analysis<'_>, it: &Use) -> Vec<Span> {
    let Some(home) = &it.home else { return declarations(analysis, it.kind, &it.name) };
    in_files(analysis, it.kind, &it.name, &|file| analysis.sources.get(file).name() == home)
}

fn in_files(analysis: &Analysis<'_>, kind: Kind, name: &str, is_asked: &dyn Fn(FileId) -> bool) -> Vec<Span> {
    let loaded = &analysis.resolution.loaded;
    let tree = &loaded.tree;
    let documents = loaded.documents.iter().filter(|it| is_asked(it.file));
    let sections = documents.flat_map(|it| &it.roots).filter_map(|it| tree.get(*it, kind.section()));
    let entries = sections.flat_map(|it| written(tree, it.value));
    entries.filter(|it| tree.key(it.key) == name).map(|it| tree.span(it.key)).collect()
}

/// The text without its quotes, as a place.
fn inner(text: &Text) -> Text {
    text.slice(0..text.as_str().len())
}

struct Finder<'a> {
    tree: &'a Tree,
    file: String,
    found: Vec<Use>,
}

impl Finder<'_> {
    fn service(&mut self, id: NodeId) {
        let tree = self.tree;
        for field in written(tree, id) {
            let value = field.value;
            match tree.key(field.key) {
                "depends_on" => self.names(Kind::Service, value),
                "networks" => self.names(Kind::Network, value),
                "configs" => self.sources(Kind::Config, value),
                "secrets" => self.sources(Kind::Secret, value),
                "build" => {
                    let secrets = tree.get(value, "secrets").map(|it| it.value);
                    secrets.into_iter().for_each(|it| self.sources(Kind::Secret, it));
                }
                "links" | "volumes_from" => {
                    for text in listed(tree, value).into_iter().filter_map(|it| known(tree, it)) {
                        let end = text.as_str().find(':').unwrap_or(text.as_str().len());
                        if &text.as_str()[..end] != "container" {
                            self.add(Kind::Service, text.slice(0..end), None);
                        }
                    }
                }
                "network_mode" | "ipc" | "pid" => {
                    let text = known(tree, value).filter(|it| it.as_str().starts_with("service:"));
                    text.into_iter().for_each(|it| {
                        self.add(Kind::Service, it.slice("service:".len()..it.as_str().len()), None);
                    });
                }
                "extends" => self.extends(value),
                _ => {}
            }
        }
    }

    fn extends(&mut self, id: NodeId) {
        let tree = self.tree;
        let field = |key: &str| tree.get(id, key).map(|it| it.value);
        let mapping = matches!(tree.node(id).value, Value::Mapping(_));
        let home = match field("file").filter(|it| mapping && !tree.is_null(*it)) {
            Some(file) => match known(tree, file) {
                Some(path) => join(tree.base(file), path.as_str()),
                None => return,
            },
            None => self.file.clone(),
        };
        let service = if mapping { field("service") } else { Some(id) };
        if let Some(text) = service.and_then(|it| known(tree, it)) {
            self.add(Kind::Service, inner(text), Some(home));
        }
    }

    /// The items of a list, or the keys of a mapping.
    fn names(&mut self, kind: Kind, id: NodeId) {
        let tree = self.tree;
        if let Value::Mapping(_) = tree.node(id).value {
            for key in written(tree, id).map(|it| it.key) {
                self.found.push(Use { kind, name: tree.key(key).to_string(), span: tree.span(key), home: None });
            }
            return;
        }
        for text in listed(tree, id).into_iter().filter_map(|it| known(tree, it)) {
            self.add(kind, inner(text), None);
        }
    }

    /// The items of a list, or what they name as `source`.
    fn sources(&mut self, kind: Kind, id: NodeId) {
        let tree = self.tree;
        for item in listed(tree, id) {
            let item = match tree.node(item).value {
                Value::Mapping(_) => tree.get(item, "source").map(|it| it.value),
                _ => Some(item),
            };
            if let Some(text) = item.and_then(|it| known(tree, it)) {
                self.add(kind, inner(text), None);
            }
        }
    }

    fn add(&mut self, kind: Kind, text: Text, home: Option<String>) {
        self.found.push(Use { kind, name: text.as_str().to_string(), span: text.span(), home });
    }
}
