//! `plimsoll model --origins`: where each leaf of the project is written, how it got here, and what it replaced.

use plimsoll_core::check::Resolution;
use plimsoll_core::source::{Sources, Span};
use plimsoll_core::tree::{NodeId, Path, Tree, Value, Via};
use plimsoll_workspace::escape;
use std::fmt::Write;

/// How many lines are shown. Aliases can make a small file as large as they like.
const LINES: usize = 200_000;

/// One line for each leaf: its path, its place, and its way.
pub(super) fn list(sources: &Sources, found: &Resolution) -> String {
    let mut lister = Lister { sources, tree: &found.loaded.tree, out: String::new(), lines: 0 };
    if let Some(root) = found.loaded.root {
        lister.node(root, String::new(), &Path::default());
    }
    lister.out
}

struct Lister<'a> {
    sources: &'a Sources,
    tree: &'a Tree,
    out: String,
    lines: usize,
}

impl Lister<'_> {
    fn node(&mut self, id: NodeId, path: String, way: &Path) {
        if self.lines >= LINES {
            return;
        }
        match &self.tree.node(id).value {
            Value::Mapping(entries) if !entries.is_empty() => {
                for entry in entries {
                    let key = self.tree.key(entry.key);
                    let below = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                    self.node(entry.value, below, &way.then(&entry.path));
                }
            }
            Value::Sequence(items) if !items.is_empty() => {
                for (at, item) in items.iter().enumerate() {
                    self.node(item.value, format!("{path}[{at}]"), &way.then(&item.path));
                }
            }
            _ => self.leaf(id, &path, way),
        }
    }

    fn leaf(&mut self, id: NodeId, path: &str, way: &Path) {
        self.lines += 1;
        let mut line = format!("{path}  {}", self.place(self.tree.span(id)));
        for via in way.steps() {
            let name = match via {
                Via::Alias(_) => "alias",
                Via::MergeKey(_) => "merge key",
                Via::Extends(_) => "extends",
                Via::Include(_) => "include",
            };
            _ = write!(line, ", by {name} at {}", self.place(via.span()));
        }
        if let Some(text) = self.tree.text(id) {
            for it in text.variables() {
                _ = write!(line, ", {} `{}`", if it.1 { "default of" } else { "variable" }, it.0);
            }
        }
        let mut below = self.tree.shadowed(id).to_vec();
        let mut seen = 0;
        while let (Some(loser), true) = (below.pop(), seen < 100) {
            seen += 1;
            _ = write!(line, ", over {}", self.place(self.tree.span(loser)));
            below.extend(self.tree.shadowed(loser));
        }
        self.out.push_str(&escape::line(&line));
        self.out.push('\n');
    }

    fn place(&self, span: Span) -> String {
        let start = self.sources.start(span);
        format!("{}:{}:{}", self.sources.get(span.file).name(), start.line, start.column)
    }
}
