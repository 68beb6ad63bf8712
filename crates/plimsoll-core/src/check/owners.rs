//! Which services a place in the files belongs to.

use crate::load::Loaded;
use crate::model::Project;
use crate::source::{FileId, Span};
use crate::tree::{NodeId, Tree, Value};
use std::collections::{HashMap, HashSet};

/// How many nodes are looked at to find who takes in what is written outside of the services. Real projects have
/// thousands; aliases can make as many as they like.
const NODES: usize = 1_000_000;
/// A place that more services than this take in belongs to none of them.
const MANY: usize = 64;

/// The services of a project, by place.
pub(super) struct Owners<'a> {
    /// Where services are written, in the order of the files, with their names.
    blocks: Vec<(Span, &'a str)>,
    /// What is written elsewhere, such as under an anchor or in a file that is extended, and the service that has it.
    outside: Vec<(Span, &'a str)>,
}

impl<'a> Owners<'a> {
    /// Looks through a project once.
    pub fn new(loaded: &'a Loaded, project: &Project) -> Owners<'a> {
        let tree = &loaded.tree;
        let mut blocks = Vec::new();
        for root in loaded.documents.iter().flat_map(|it| &it.roots) {
            for entry in tree.get(*root, "services").map(|it| tree.entries(it.value)).unwrap_or_default() {
                let (name, span) = (tree.key(entry.key), tree.span(entry.key));
                // A file that is extended has services that are none of the project.
                if project.service(name).is_some() {
                    let own = entry.path.steps().is_empty();
                    blocks.push((if own { span.to(tree.span(entry.value)) } else { span }, name));
                }
            }
        }
        blocks.sort_unstable();
        blocks.dedup();
        let mut owners = Owners { blocks, outside: Vec::new() };
        let mut left = NODES;
        let services = loaded.root.and_then(|it| tree.get(it, "services"));
        for entry in services.map(|it| tree.entries(it.value)).unwrap_or_default() {
            owners.collect(tree, tree.key(entry.key), entry.value, &mut left);
        }
        owners.outside.sort_unstable();
        owners.outside.dedup();
        owners
    }

    fn collect(&mut self, tree: &'a Tree, name: &'a str, service: NodeId, left: &mut usize) {
        let mut seen = HashSet::new();
        let mut open = vec![service];
        while let Some(id) = open.pop() {
            if *left == 0 || !seen.insert(id) {
                continue;
            }
            *left -= 1;
            match &tree.node(id).value {
                Value::Mapping(entries) => open.extend(entries.iter().flat_map(|it| [it.key, it.value])),
                Value::Sequence(items) => open.extend(items.iter().map(|it| it.value)),
                _ => {
                    let span = tree.span(id);
                    if self.block(span).is_none() {
                        self.outside.push((span, name));
                    }
                }
            }
        }
    }

    /// The service in whose block a place lies.
    fn block(&self, span: Span) -> Option<&'a str> {
        let at = self.blocks.partition_point(|it| (it.0.file, it.0.start) <= (span.file, span.start));
        let (block, name) = self.blocks.get(at.checked_sub(1)?)?;
        (block.file == span.file && span.start <= block.end).then_some(*name)
    }

    /// The services that have what is written at a place: the one in which it stands, or all that take it in.
    pub fn of(&self, span: Span) -> Vec<&'a str> {
        if let Some(name) = self.block(span) {
            return vec![name];
        }
        let key = |it: &(Span, &str)| -> (FileId, u32) { (it.0.file, it.0.start) };
        let end = self.outside.partition_point(|it| key(it) <= (span.file, span.start));
        // Scalars do not overlap, so the last one that begins here or before is the only one that can hold the place.
        let Some(last) = end.checked_sub(1).map(|at| self.outside[at].0).filter(|it| it.file == span.file) else {
            return Vec::new();
        };
        if last.end < span.start {
            return Vec::new();
        }
        let start = self.outside.partition_point(|it| key(it) < (last.file, last.start));
        if end - start > MANY {
            return Vec::new();
        }
        let mut names: Vec<&str> = self.outside[start..end].iter().map(|it| it.1).collect();
        names.dedup();
        names
    }
}

/// Takes away what is ignored for the services that it belongs to: all of them, where several share it.
pub(super) fn apply(
    loaded: &Loaded,
    project: &Project,
    options: &super::Options,
    ran: impl Fn(&str) -> bool,
    found: &mut Vec<crate::diagnostic::Diagnostic>,
) {
    if options.services.is_empty() {
        return;
    }
    let mut ignores: HashMap<(&str, &str), Vec<&crate::config::ServiceIgnore>> = HashMap::new();
    for it in &options.services {
        let is_there = project.service(&it.service).is_some();
        if is_there || !project.is_whole() {
            it.is_there();
        }
        if is_there && project.is_whole() && ran(&it.rule) && ran(super::UNUSED_IGNORE) {
            it.ran();
        }
        ignores.entry((&it.service, &it.rule)).or_default().push(it);
    }
    let owners = Owners::new(loaded, project);
    found.retain(|it| {
        let names = owners.of(it.span);
        let ignored: Vec<_> = names.iter().filter_map(|name| ignores.get(&(*name, it.rule))).collect();
        let suppressed = !names.is_empty() && ignored.len() == names.len();
        if suppressed {
            ignored.into_iter().flatten().for_each(|it| it.suppresses());
        }
        !suppressed
    });
}
