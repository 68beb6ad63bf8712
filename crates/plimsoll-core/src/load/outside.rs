//! Files that lie where nobody has pointed to but the files under check. A stranger may name anything there, such as
//! what holds passwords, and what is wrong with it would be told with parts of it.

use super::Loader;
use crate::problem::{Problem, ProblemKind};
use crate::schema;
use crate::source::{FileId, Source, Span};
use crate::syntax;
use crate::tree::{NodeId, Tree, Value};

/// Sections of a Compose file, which hold mappings by name.
const SECTIONS: [&str; 6] = ["services", "volumes", "networks", "secrets", "configs", "models"];

impl Loader<'_> {
    /// Whether a file lies outside and is something else than a Compose file. That is said at the place that names it,
    /// and nothing else of what it holds.
    pub(super) fn is_foreign(&mut self, file: FileId, path: &str, span: Span) -> bool {
        let source = self.sources.all().get(file);
        if !source.is_outside() {
            return false;
        }
        let is_foreign = *self.foreign.entry(file).or_insert_with(|| !is_compose(file, source));
        // What is not read on counts all the same, so that there is an end to it.
        if is_foreign && self.may_read(file) {
            self.broken = true;
            let message = format!("the file `{}` is not a Compose file", self.named(span, path));
            let problem = Problem::new(ProblemKind::YamlSyntax, span, message);
            self.problems.push(problem.because("it lies outside of the project, so no more is told of it"));
        }
        is_foreign
    }
}

/// Whether a text is that of a Compose file, or of a part of one.
fn is_compose(file: FileId, source: &Source) -> bool {
    let (mut tree, mut problems) = (Tree::default(), Vec::new());
    let document = syntax::parse(&mut tree, file, source, &mut problems);
    let mut roots = document.roots.iter().filter(|it| !tree.is_null(**it)).peekable();
    !problems.iter().any(|it| it.kind.breaks()) && roots.peek().is_some() && roots.all(|it| is_part(&tree, *it))
}

/// Whether a document has something that only Compose has, mappings where they belong, and no keys of something else.
/// Of a file that is extended, Compose looks at the services only.
fn is_part(tree: &Tree, root: NodeId) -> bool {
    let is_free = |id: NodeId| matches!(tree.node(id).value, Value::Alias(..)) || tree.is_null(id);
    let is_map = |id: NodeId| matches!(tree.node(id).value, Value::Mapping(_));
    let is_section = |id: NodeId| is_map(id) && tree.entries(id).iter().all(|it| is_free(it.value) || is_map(it.value));
    let entries = tree.entries(root).iter().map(|it| (tree.key(it.key), it.value));
    let mut sections = entries.clone().filter(|it| SECTIONS.contains(&it.0));
    let all_known = || entries.clone().all(|it| schema::is_top_key(it.0) || it.0.starts_with("x-") || it.0 == "<<");
    let has = |wanted: &dyn Fn(&str) -> bool| entries.clone().any(|it| wanted(it.0));
    let says_something = || has(&|it| SECTIONS.contains(&it) || it == "include" || it.starts_with("x-"));
    sections.all(|it| is_free(it.1) || is_section(it.1))
        && (has(&|it| it == "services") || all_known() && says_something())
}
