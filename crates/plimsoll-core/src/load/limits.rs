//! How much one project may make of its files. What is said in a few lines must not become work without end: an alias
//! costs a word and brings in a thousand, and each of these may be an alias.
//!
//! `docs/limits.md` says the same to people.

use super::Loader;
use crate::problem::{Problem, ProblemKind};
use crate::source::{FileId, Sources, Span};
use crate::tree::{NodeId, Tree};

/// How often files are read for one project, each use by `extends` or `include` counted. Real ones read tens.
pub const FILES: usize = 1_000;
/// How many bytes these may have together, and as many again the `env_file`s, each use counted.
pub const BYTES: usize = 4 * Sources::LIMIT;
/// How many projects may include one another, one inside of the other. Real ones have two or three.
pub const INCLUDES: usize = 100;
/// How many services may stand between one that `extends` and the last one that it goes back to. Real chains have two.
pub const EXTENDS: usize = 100;
/// How many entries all merge keys of a file may take in together, and steps of the way to them. Compose itself hangs
/// far below; real files take in hundreds.
pub const MERGED_ENTRIES: usize = 500_000;
/// How many entries and items may be copied by `extends`, `include` and merging, and steps of the way to them.
pub const COPIED: usize = 5_000_000;
/// How many values a project may have beyond those that are written: through aliases, merge keys and `extends`, and
/// variables through `env_file`.
pub const EXPANDED: usize = 1_000_000;
/// How many names are compared with those that are misspelt.
pub const GUESSES: usize = 200_000;
/// How many bytes the values of variables may take up where they are inserted.
pub const INSERTED: usize = Sources::LIMIT;

impl Loader<'_> {
    /// Says that a limit is passed. That is said once, and nothing is followed any more: what is absent may be behind.
    pub(super) fn exceed(&mut self, span: Span, message: impl Into<String>, reason: impl Into<String>) {
        if !std::mem::replace(&mut self.full, true) {
            self.broken = true;
            self.problems.push(Problem::new(ProblemKind::Limit, span, message).because(reason));
        }
    }

    /// Counts one more reading of a file. Whether nothing is too much yet.
    pub(super) fn may_read(&mut self, file: FileId) -> bool {
        self.readings += 1;
        self.readings_bytes += self.sources.all().get(file).text().len();
        let place = Span::start_of(file);
        if self.readings > FILES {
            self.exceed(place, "the project reads too many files", more_than(FILES, "files"));
        } else if self.readings_bytes > BYTES {
            let most = more_than(BYTES >> 20, "MiB");
            self.exceed(place, "the files of the project are too large together", most);
        }
        !self.full
    }

    /// Says that a file that brings in a part is not read for its size. What the rest says holds all the same.
    pub(super) fn leave_out(&mut self, span: Span, what: &str) {
        let message = format!("the {what} is too large");
        let problem = Problem::new(ProblemKind::Limit, span, message);
        self.problems.push(problem.because(more_than(Sources::LIMIT >> 20, "MiB")));
    }

    /// Whether no more may be copied. If so, that is said of a place.
    pub(super) fn is_full(&mut self, span: Span) -> bool {
        if self.tree.copied > COPIED {
            self.exceed(
                span,
                "what is extended, included and merged up to here is too much",
                more_than(COPIED, "entries"),
            );
        }
        self.full
    }

    /// Says so if a project has become too large. It is then as good as none.
    pub(super) fn limit(&mut self, root: Option<NodeId>) -> Option<NodeId> {
        let root = root?;
        let written: usize = self.readings_nodes;
        let sizes = Sizes::new(&self.tree, root);
        let most = (written + EXPANDED) as u64;
        if sizes.of(root) > most {
            let at = sizes.largest(&self.tree, root, most);
            self.exceed(
                self.tree.span(at),
                "aliases and merges make too many values of this",
                more_than(EXPANDED, "values"),
            );
        }
        (!self.full).then_some(root)
    }
}

/// `more than 1000 files`.
pub(super) fn more_than(limit: usize, what: &str) -> String {
    format!("more than {limit} {what}")
}

/// How many values there are below each node, if every alias were written out.
struct Sizes(Vec<u64>);

impl Sizes {
    fn new(tree: &Tree, root: NodeId) -> Sizes {
        let mut sizes = Sizes(vec![0; tree.nodes.len()]);
        // A chain of aliases may be deeper than the stack of a thread.
        let mut open = vec![(root, false)];
        while let Some((id, counted)) = open.pop() {
            if counted {
                let sum = children(tree, id).map(|it| sizes.of(it)).fold(1, u64::saturating_add);
                sizes.0[id.0 as usize] = sum;
            } else if sizes.of(id) == 0 {
                sizes.0[id.0 as usize] = 1;
                open.push((id, true));
                open.extend(children(tree, id).filter(|it| sizes.of(*it) == 0).map(|it| (it, false)));
            }
        }
        sizes
    }

    fn of(&self, id: NodeId) -> u64 {
        self.0[id.0 as usize]
    }

    /// The first value with which there are too many: deep inside, if one value alone is too much.
    fn largest(&self, tree: &Tree, root: NodeId, most: u64) -> NodeId {
        let mut at = root;
        loop {
            let mut sum = 0_u64;
            let next = children(tree, at).find(|it| {
                sum = sum.saturating_add(self.of(*it));
                sum > most
            });
            match next {
                Some(next) if self.of(next) > most => at = next,
                Some(next) => return next,
                None => return at,
            }
        }
    }
}

fn children(tree: &Tree, id: NodeId) -> impl Iterator<Item = NodeId> {
    let node = tree.node(id);
    let (entries, items) = (node.entries(), node.items());
    entries.iter().map(|it| it.value).chain(items.iter().map(|it| it.value))
}
