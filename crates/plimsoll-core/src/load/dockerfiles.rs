//! The Dockerfiles of services with `build`. A build of which none can be found is unknown, and not a mistake: Compose
//! does not look for it before it builds.

use super::files::{ReadError, join};
use super::{Loader, is_remote};
use crate::dockerfile::{Dockerfile, Page, read};
use crate::source::Span;
use crate::tree::{Entry, NodeId, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// What a context stands for that is no directory, beside addresses.
const ELSEWHERE: [&str; 2] = ["service:", "target:"];

impl Loader<'_> {
    /// Reads the Dockerfiles of services with `build`, each file once.
    pub(super) fn dockerfiles(&mut self, services: &[NodeId]) -> HashMap<NodeId, Arc<Dockerfile>> {
        let mut found = HashMap::new();
        let mut known: HashMap<String, Option<Arc<Dockerfile>>> = HashMap::new();
        for service in services.iter().copied() {
            let Some(build) = self.tree.get(service, "build").cloned() else { continue };
            let field = |key: &str| self.tree.get(build.value, key).map(|it| it.value);
            let place = self.tree.span(build.key);
            let inline = field("dockerfile_inline").filter(|it| !self.tree.is_null(*it));
            let dockerfile = match inline {
                // Beside one with a name, Compose refuses it.
                Some(_) if field("dockerfile").is_some() => None,
                Some(text) => self.tree.text(text).and_then(|it| read(Page::Inline(it))).map(Arc::new),
                None => match self.dockerfile_path(&build) {
                    Some(path) => known.entry(path).or_insert_with_key(|path| self.dockerfile(path, place)).clone(),
                    None => None,
                },
            };
            found.extend(dockerfile.map(|it| (service, it)));
        }
        found
    }

    /// Where the Dockerfile of a build is, if that is on this machine and no variable hides it.
    fn dockerfile_path(&self, build: &Entry) -> Option<String> {
        let field = |key: &str| self.tree.get(build.value, key).map(|it| it.value).filter(|it| !self.tree.is_null(*it));
        let context = match &self.tree.node(build.value).value {
            Value::Mapping(_) => field("context"),
            _ => Some(build.value),
        };
        let (context, base) = match context {
            Some(id) => (self.known(id)?.as_str(), self.tree.base(id)),
            None => ("", self.tree.base(build.key)),
        };
        let elsewhere = is_remote(context) || context.ends_with(".git") || context.starts_with('~');
        if elsewhere || ELSEWHERE.iter().any(|it| context.starts_with(it)) {
            return None;
        }
        let directory = join(base, if context.is_empty() { "." } else { context });
        let name = match field("dockerfile") {
            Some(id) => self.known(id)?.as_str(),
            None => "Dockerfile",
        };
        Some(join(&directory, if name.is_empty() { "Dockerfile" } else { name }))
    }

    fn dockerfile(&mut self, path: &str, place: Span) -> Option<Arc<Dockerfile>> {
        let opened = self.open(path);
        if opened == Err(ReadError::TooLarge) {
            self.leave_out(place, "Dockerfile");
        }
        let file = opened.ok()?;
        read(Page::File(file, self.sources.all().get(file).text())).map(Arc::new)
    }
}
