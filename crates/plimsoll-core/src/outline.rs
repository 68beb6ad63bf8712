//! Where in the structure of a YAML file a place is: the keys that lead to it. Lines may move, and it stays the same.

use crate::source::{FileId, Sources, Span};
use crate::syntax;
use crate::tree::{NodeId, Tree, Value};

/// How deep a path may lead. Nobody writes Compose files that are deeper.
const DEPTH: usize = 32;

/// The structure of one file.
pub struct Outline {
    tree: Tree,
    roots: Vec<NodeId>,
}

impl Outline {
    /// Reads a file.
    pub fn new(sources: &Sources, file: FileId) -> Outline {
        let mut tree = Tree::default();
        let document = syntax::parse(&mut tree, file, sources.get(file), &mut Vec::new());
        Outline { tree, roots: document.roots }
    }

    /// The keys that lead to a place, with dots between them: `services.db.volumes`. Items of lists have no name, so
    /// that one more changes nothing. Empty if the place is under no key.
    pub fn path(&self, span: Span) -> String {
        let mut keys: Vec<&str> = Vec::new();
        let start = |id: NodeId| self.tree.span(id).start;
        let mut at = self.roots.iter().rev().find(|it| start(**it) <= span.start).copied();
        while let Some(id) = at.filter(|_| keys.len() < DEPTH) {
            // What holds a place begins before it, and is the last that does.
            at = match &self.tree.node(id).value {
                Value::Mapping(entries) => {
                    let behind = entries.partition_point(|it| start(it.key) <= span.start);
                    let entry = behind.checked_sub(1).map(|at| &entries[at]);
                    keys.extend(entry.map(|it| self.tree.key(it.key)));
                    entry.map(|it| it.value).filter(|it| start(*it) <= span.start && self.holds(*it, span))
                }
                Value::Sequence(items) => {
                    let behind = items.partition_point(|it| start(it.value) <= span.start);
                    behind.checked_sub(1).map(|at| items[at].value)
                }
                _ => None,
            };
        }
        keys.join(".")
    }

    fn holds(&self, id: NodeId, span: Span) -> bool {
        let node = self.tree.span(id);
        node.start <= span.start && span.start <= node.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_to_a_place() {
        let text = "services:\n  db:\n    image: a\n    volumes:\n      - a:/b\n      - {type: bind, source: c}\nvolumes:\n  a:\n";
        let mut sources = Sources::new();
        let file = sources.add_text("compose.yaml", text);
        let outline = Outline::new(&sources, file);
        let path = |word: &str| {
            let at = text.find(word).expect("it is there");
            outline.path(Span::new(file, at..at + word.len()))
        };
        assert_eq!(path("db"), "services.db");
        assert_eq!(path("image"), "services.db.image");
        assert_eq!(path("/b"), "services.db.volumes");
        assert_eq!(path("c}"), "services.db.volumes.source");
        assert_eq!(path("volumes:\n  a"), "volumes");
    }
}
