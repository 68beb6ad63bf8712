//! What `env_file` brings into the environment of a service.

use super::files::join;
use super::{Loader, Unread};
use crate::grammar::dotenv;
use crate::source::Span;
use crate::tree::{NodeId, Value};
use std::collections::HashMap;

/// The variables of the files that one service names.
#[derive(Clone, Debug, Default)]
pub struct EnvFiles {
    /// Name, value and the place that names the file; a later one wins. No value: handed through from the host.
    pub variables: Vec<(String, Option<String>, Span)>,
    /// Whether a file could not be read, so that there may be more.
    pub hidden: bool,
}

impl Loader<'_> {
    /// Reads the `env_file`s of every service.
    pub(super) fn env_files(&mut self, root: NodeId) -> HashMap<NodeId, EnvFiles> {
        let mut found = HashMap::new();
        let Some(services) = self.tree.get(root, "services").map(|it| it.value) else { return found };
        let services: Vec<NodeId> = self.tree.entries(services).iter().map(|it| it.value).collect();
        for service in services {
            let Some(entry) = self.tree.get(service, "env_file").map(|it| it.value) else { continue };
            let nodes: Vec<NodeId> = match &self.tree.node(entry).value {
                Value::Sequence(items) => items.iter().map(|it| it.value).collect(),
                _ => vec![entry],
            };
            let mut files = EnvFiles::default();
            for node in nodes {
                self.env_file(node, &mut files);
            }
            found.insert(service, files);
        }
        found
    }

    fn env_file(&mut self, node: NodeId, found: &mut EnvFiles) {
        let field = |key: &str| self.tree.get(node, key).map(|it| it.value);
        let mapping = matches!(self.tree.node(node).value, Value::Mapping(_));
        let path = if mapping { field("path") } else { Some(node) };
        let Some(path) = path.and_then(|it| self.known(it).map(|text| (it, text.clone()))) else {
            found.hidden = true;
            return;
        };
        let (id, text) = path;
        let raw = mapping && field("format").and_then(|it| self.known(it)).is_some_and(|it| it.as_str() == "raw");
        let required = field("required").and_then(|it| self.tree.text(it)).is_none_or(|it| it.as_str() != "false");
        let full = join(self.tree.base(id), text.as_str());
        let Ok(bytes) = self.files.read(&full) else {
            found.hidden = true;
            if required || !mapping {
                self.unread.push(Unread { span: text.span(), what: format!("the `env_file` `{}`", text.shown()) });
            }
            return;
        };
        let content = String::from_utf8_lossy(&bytes).into_owned();
        // What the variables of the host would give is not known here.
        let nothing = |_: &str| None;
        let parsed = if raw { dotenv::parse_raw(&content, &nothing) } else { dotenv::parse(&content, &nothing) };
        match parsed {
            Ok(list) => found.variables.extend(list.into_iter().map(|it| {
                let value = it.value.filter(|_| !content[it.value_range].contains('$'));
                (it.name, value, text.span())
            })),
            Err(_) => found.hidden = true,
        }
    }
}
