//! Files to one resolved project: syntax, variables, aliases, merge keys.

pub mod interpolate;
pub mod resolve;

use crate::problem::{Problem, ProblemKind};
use crate::source::{FileId, Sources, Span};
use crate::syntax;
use crate::tree::{Document, NodeId, Tree, Value};
use interpolate::Variables;

/// A project as a resolved tree.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The nodes of all files.
    pub tree: Tree,
    /// The top of the project; `None` if no file has a mapping at its top.
    pub root: Option<NodeId>,
    /// The files, in the order in which they were read.
    pub documents: Vec<Document>,
    /// Whether the text of a file could not be read to its end.
    pub broken: bool,
    /// Whether a file has several documents, of which only the first is read.
    pub more: bool,
}

/// Loads a project of one file.
pub fn load(sources: &Sources, file: FileId, variables: &Variables, problems: &mut Vec<Problem>) -> Loaded {
    let mut tree = Tree::default();
    let document = syntax::parse(&mut tree, file, sources.get(file), problems);
    let broken = problems.iter().any(|it| it.kind == ProblemKind::YamlSyntax);
    resolve::resolve(&mut tree, &document, variables, problems);
    let root = top(&tree, &document, broken, problems);
    Loaded { tree, root, more: document.roots.len() > 1, documents: vec![document], broken }
}

/// The first document, which must be a mapping.
fn top(tree: &Tree, document: &Document, broken: bool, problems: &mut Vec<Problem>) -> Option<NodeId> {
    let start = Span::start_of(document.file);
    let Some(root) = document.roots.first().copied().filter(|it| !tree.is_null(*it)) else {
        if !broken {
            let problem = Problem::new(ProblemKind::InvalidValue, start, "the file is empty");
            problems.push(problem.help("a Compose file is a mapping with the key `services`"));
        }
        return None;
    };
    let what = match tree.node(root).value {
        Value::Mapping(_) => return Some(root),
        Value::Sequence(_) => "a list",
        _ => "a single value",
    };
    if !broken {
        let first = tree.items(root).first().map_or(tree.span(root), |it| tree.span(it.value));
        let problem =
            Problem::new(ProblemKind::InvalidValue, first, format!("the file holds {what} and not a mapping"));
        problems.push(problem.help("a Compose file is a mapping with the key `services`"));
    }
    None
}
