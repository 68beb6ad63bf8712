//! What `env_file` brings into the environment of a service.

use super::files::{ReadError, join};
use super::limits::{BYTES, EXPANDED, more_than};
use super::{Loader, Unread};
use crate::grammar::dotenv;
use crate::problem::{Problem, ProblemKind};
use crate::source::Span;
use crate::text::Text;
use crate::tree::{NodeId, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// The variables of the files that one service names.
#[derive(Clone, Debug, Default)]
pub struct EnvFiles {
    /// Name, value and the place that names the file; a later one wins. No value: handed through from the host.
    pub variables: Vec<(String, Option<String>, Span)>,
    /// Whether a file could not be read, so that there may be more.
    pub hidden: bool,
    /// Files that Compose cannot use, with the place that names each. They count only if the service is enabled.
    pub wrong: Vec<Problem>,
}

impl Loader<'_> {
    /// The services with an `env_file` or a `label_file`, and those with a `build`.
    pub(super) fn readers(&self, root: NodeId) -> (Vec<NodeId>, Vec<NodeId>) {
        let (mut listing, mut built) = (Vec::new(), Vec::new());
        let services = self.tree.get(root, "services").map(|it| self.tree.entries(it.value)).unwrap_or_default();
        for service in services.iter().map(|it| it.value) {
            for entry in self.tree.entries(service) {
                let is = |key: &str| self.tree.is_key(entry.key, key);
                if is("build") && built.last() != Some(&service) {
                    built.push(service);
                } else if (is("env_file") || is("label_file")) && listing.last() != Some(&service) {
                    listing.push(service);
                }
            }
        }
        (listing, built)
    }

    /// Reads the `env_file`s of services that have some.
    pub(super) fn env_files(&mut self, services: &[NodeId]) -> HashMap<NodeId, EnvFiles> {
        let mut found = HashMap::new();
        for service in services.iter().copied() {
            let mut files = EnvFiles::default();
            for node in self.listed(service, "env_file") {
                if !self.full {
                    self.env_file(service, node, &mut files);
                }
            }
            for node in self.listed(service, "label_file") {
                self.label_file(service, node);
            }
            found.insert(service, files);
        }
        found
    }

    /// The items of a list, or the value that stands for a list of one.
    fn listed(&self, service: NodeId, key: &str) -> Vec<NodeId> {
        let Some(entry) = self.tree.get(service, key).map(|it| it.value) else { return Vec::new() };
        match &self.tree.node(entry).value {
            Value::Sequence(items) => items.iter().map(|it| it.value).collect(),
            _ => vec![entry],
        }
    }

    /// The variables that a service sets by itself.
    fn own_environment(&self, service: NodeId) -> Vec<(String, String)> {
        let Some(own) = self.tree.get(service, "environment").map(|it| it.value) else { return Vec::new() };
        let value = |id: NodeId| self.tree.scalar_text(id).filter(Text::is_known).map(|it| it.as_str().to_string());
        let pairs = self.tree.entries(own).iter();
        let pairs = pairs.filter_map(|it| Some((self.tree.key(it.key).to_string(), value(it.value)?)));
        let listed = self.tree.items(own).iter().filter_map(|it| {
            let text = value(it.value)?;
            text.split_once('=').map(|(name, value)| (name.to_string(), value.to_string()))
        });
        pairs.chain(listed).collect()
    }

    /// What the labels are is nobody's business here, but the file must be there.
    fn label_file(&mut self, service: NodeId, node: NodeId) {
        let Some(text) = self.known(node).cloned() else { return };
        if !self.files.exists(&join(self.tree.base(node), text.as_str())) {
            let what = format!("the `label_file` `{}`", text.shown());
            self.unread.push(Unread { span: text.span(), what, env_file: Some(service) });
        }
    }

    /// The text of an `env_file`. Each is read once.
    fn env_text(&mut self, path: &str, span: Span) -> Option<Arc<str>> {
        if let Some(known) = self.env_texts.get(path) {
            return known.clone();
        }
        let read = self.files.read(path);
        if read == Err(ReadError::TooLarge) {
            self.leave_out(span, "`env_file`");
        }
        let text: Option<Arc<str>> = read.ok().map(|it| String::from_utf8_lossy(&it).into());
        self.env_texts.insert(path.to_string(), text.clone());
        text
    }

    fn env_file(&mut self, service: NodeId, node: NodeId, found: &mut EnvFiles) {
        let field = |key: &str| self.tree.get(node, key).map(|it| it.value);
        let mapping = matches!(self.tree.node(node).value, Value::Mapping(_));
        let path = if mapping { field("path") } else { Some(node) };
        let Some(path) = path.and_then(|it| self.known(it).map(|text| (it, text.clone()))) else {
            found.hidden = true;
            return;
        };
        let (id, text) = path;
        let format = field("format").and_then(|it| self.known(it)).filter(|_| mapping).cloned();
        if let Some(format) = format.filter(|it| it.as_str() != "raw") {
            let message = format!("Compose does not know the format `{}` of an `env_file`", format.shown());
            let problem = Problem::new(ProblemKind::InvalidValue, format.span(), message);
            found.wrong.push(problem.help("the only one is `raw`; without it the file is read like a `.env`"));
        }
        let raw = mapping && field("format").and_then(|it| self.known(it)).is_some_and(|it| it.as_str() == "raw");
        let required = field("required").and_then(|it| self.tree.text(it)).is_none_or(|it| it.as_str() != "false");
        let full = join(self.tree.base(id), text.as_str());
        let Some(content) = self.env_text(&full, text.span()) else {
            found.hidden = true;
            if required || !mapping {
                let what = format!("the `env_file` `{}`", text.shown());
                self.unread.push(Unread { span: text.span(), what, env_file: Some(service) });
            }
            return;
        };
        self.env_bytes += content.len();
        if self.env_bytes > BYTES {
            self.exceed(text.span(), "the `env_file`s are too large together", more_than(BYTES >> 20, "MiB"));
            return;
        }
        let complete = self.variables.is_complete();
        // Compose looks into the environment of the service next, and not into the files before this one.
        let own: HashMap<String, String> = self.own_environment(service).into_iter().collect();
        let variables = &self.variables;
        let lookup = |name: &str| variables.get(name).or_else(|| own.get(name).map(String::as_str)).map(str::to_string);
        let parsed = if raw { dotenv::parse_raw(&content, &lookup) } else { dotenv::parse(&content, &lookup) };
        match parsed {
            Ok(list) => {
                self.env_variables += list.len();
                if self.env_variables > EXPANDED {
                    let message = "the `env_file`s give the services too many variables";
                    return self.exceed(text.span(), message, more_than(EXPANDED, "variables"));
                }
                found.variables.extend(list.into_iter().map(|it| {
                    // What the variables of the host would give may not be known here.
                    let value = it.value.filter(|_| complete || !content[it.value_range].contains('$'));
                    (it.name, value, text.span())
                }));
            }
            Err(why) => {
                found.hidden = true;
                // What lacks a variable may have it where the file is used.
                if complete || !why.message.starts_with("required variable") {
                    let message = format!("Compose cannot read the `env_file` `{}`: {}", text.shown(), why.discreet());
                    found.wrong.push(Problem::new(ProblemKind::MissingFile, text.span(), message));
                }
            }
        }
    }
}
