//! Where in the structure of a document a place is: the keys that lead to it, and what it is in.
//!
//! It looks at the text as it is written, before variables, anchors and merging, so it works on half a file.

use plimsoll_core::source::{FileId, Sources};
use plimsoll_core::syntax;
use plimsoll_core::tree::{Document, NodeId, Tree, Value};
use std::ops::Range;

/// What a place is in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Spot {
    /// A key.
    Key,
    /// A scalar value or item.
    Scalar,
    /// An alias `*name`.
    Alias(String),
    /// A comment, from its `#` on.
    Comment,
    /// Anything else: blank space, brackets, dashes.
    Blank,
}

/// A place in a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The keys that lead there; items of lists have none.
    pub keys: Vec<String>,
    /// What it is in.
    pub spot: Spot,
    /// The bytes of that; empty at the place itself for [`Spot::Blank`].
    pub span: Range<usize>,
}

impl Cursor {
    /// The keys, to be matched against.
    pub fn path(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }
}

/// The structure of one text.
pub struct Structure {
    sources: Sources,
    file: FileId,
    tree: Tree,
    document: Document,
}

impl Structure {
    /// Reads a text. What cannot be read is left out.
    pub fn new(text: &str) -> Structure {
        let mut sources = Sources::new();
        let file = sources.add_text("", text);
        let mut tree = Tree::default();
        let document = syntax::parse(&mut tree, file, sources.get(file), &mut Vec::new());
        Structure { sources, file, tree, document }
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.sources.get(self.file).text()
    }

    /// The tree.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Its documents and comments.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What is at a byte. A place right behind a word counts as in it.
    pub fn at(&self, offset: usize) -> Cursor {
        let holds = |it: &Range<usize>| it.start <= offset && offset <= it.end;
        let blank = offset..offset;
        if let Some(comment) = self.document.comments.iter().map(|it| it.range()).find(holds) {
            let keys = self.walk(comment.start).0;
            return Cursor { keys, spot: Spot::Comment, span: comment };
        }
        let (keys, found) = self.walk(offset);
        match found {
            Some((spot, span)) => Cursor { keys, spot, span },
            None => Cursor { keys, spot: Spot::Blank, span: blank },
        }
    }

    /// The keys that lead to a byte, and the leaf that it is in.
    fn walk(&self, offset: usize) -> (Vec<String>, Option<(Spot, Range<usize>)>) {
        let start = |id: NodeId| self.tree.span(id).range().start;
        let mut keys = Vec::new();
        let mut at = self.document.roots.iter().rev().find(|it| start(**it) <= offset).copied();
        while let Some(id) = at.take() {
            let span = self.tree.span(id).range();
            match &self.tree.node(id).value {
                Value::Mapping(entries) => {
                    let behind = entries.partition_point(|it| start(it.key) <= offset);
                    let Some(entry) = behind.checked_sub(1).map(|at| &entries[at]) else { break };
                    let key = self.tree.span(entry.key).range();
                    // What stands further left than the key is not under it.
                    let below = self.line_start(offset) > key.end && !self.tree.node(id).is_flow();
                    if below && self.column(offset) <= self.column(key.start) {
                        break;
                    }
                    keys.push(self.tree.key(entry.key).to_string());
                    if key.start <= offset && offset <= key.end {
                        return (keys, Some((Spot::Key, key)));
                    }
                    at = Some(entry.value).filter(|it| start(*it) <= offset);
                }
                Value::Sequence(items) => {
                    let behind = items.partition_point(|it| start(it.value) <= offset);
                    at = behind.checked_sub(1).map(|at| items[at].value);
                }
                Value::Scalar(..) if offset <= span.end => return (keys, Some((Spot::Scalar, span))),
                Value::Alias(alias) if offset <= span.end => {
                    return (keys, Some((Spot::Alias(alias.name.clone()), span)));
                }
                _ => {}
            }
        }
        (keys, None)
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text()[..offset.min(self.text().len())].rfind(['\n', '\r']).map_or(0, |it| it + 1)
    }

    /// How far right a byte stands in its line: its column if something stands there, else its indentation.
    fn column(&self, offset: usize) -> usize {
        let start = self.line_start(offset);
        let line = &self.text()[start..];
        let indentation = line.len() - line.trim_start_matches([' ', '-']).len();
        indentation.min(offset - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# top\nservices:\n  db:\n    image: postgres:16 # here\n    volumes:\n      - data:/var\n      \
                        - {type: bind, source: ./x}\n    \n  web: *db\n\nvolumes:\n  data:\n";

    fn at(word: &str, more: usize) -> Cursor {
        Structure::new(TEXT).at(TEXT.find(word).expect("it is there") + more)
    }

    #[test]
    fn keys_values_comments_and_blanks() {
        let found = at("postgres", 3);
        assert_eq!((found.path(), found.spot.clone()), (vec!["services", "db", "image"], Spot::Scalar));
        assert_eq!(&TEXT[found.span], "postgres:16");
        let found = at("image", 5);
        assert_eq!((found.path(), found.spot.clone()), (vec!["services", "db", "image"], Spot::Key));
        let found = at("# here", 4);
        assert_eq!(found.spot, Spot::Comment);
        assert_eq!(&TEXT[found.span], "# here");
        assert_eq!(at("data:/var", 9).path(), ["services", "db", "volumes"]);
        assert_eq!(at("bind", 0).path(), ["services", "db", "volumes", "type"]);
        let found = at("*db", 1);
        assert_eq!((found.path(), found.spot.clone()), (vec!["services", "web"], Spot::Alias("db".to_string())));
        // A blank line belongs to what it is indented under.
        let found = at("    \n  web", 4);
        assert_eq!((found.path(), found.spot.clone()), (vec!["services", "db"], Spot::Blank));
        assert_eq!(at("# top", 1).path(), Vec::<&str>::new());
        assert_eq!(Structure::new("").at(0).spot, Spot::Blank);
    }
}
