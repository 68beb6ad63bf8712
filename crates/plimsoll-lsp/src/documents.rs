//! The documents that are open in the editor: their texts as they are there, saved or not.

use crate::position::{Encoding, Lines};
use lsp_types::{TextDocumentContentChangeEvent, Uri};
use plimsoll_core::config::FILE_NAME;
use plimsoll_core::load::discover::{DEFAULT_NAMES, OVERRIDE_NAMES, base_name};
use plimsoll_core::load::likeness::{is_compose, is_yaml};

/// What a document is to the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A Compose file.
    Compose,
    /// A file of settings.
    Settings,
    /// Something that a project may read, such as `.env` or a Dockerfile.
    Other,
}

/// An open document.
#[derive(Debug)]
pub struct Document {
    /// As the client calls it.
    pub uri: Uri,
    /// Where it is: an absolute path with `/`, or the whole URI if it is no file.
    pub path: String,
    /// The version that the client gave it.
    pub version: i32,
    /// What it is.
    pub kind: Kind,
    text: String,
    lines: Lines,
    language: String,
}

impl Document {
    /// A document as it was opened.
    pub fn new(uri: Uri, path: String, version: i32, language: String, text: String) -> Document {
        let lines = Lines::new(&text);
        let mut document = Document { uri, path, version, kind: Kind::Other, text, lines, language };
        document.kind = document.classify();
        document
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its lines.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Whether it is on a disk, or may be.
    pub fn is_file(&self) -> bool {
        self.uri.as_str().starts_with("file:")
    }

    /// Takes over what the client has changed, in its order.
    pub fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        self.version = version;
        for change in changes {
            match change.range {
                None => self.text = change.text,
                Some(range) => {
                    let start = self.lines.offset(&self.text, range.start, encoding);
                    let end = self.lines.offset(&self.text, range.end, encoding);
                    self.text.replace_range(start.min(end)..start.max(end), &change.text);
                }
            }
            self.lines = Lines::new(&self.text);
        }
        self.kind = self.classify();
    }

    /// Nobody wants a file that is open to change what it is with every key, so what was a Compose file stays one.
    fn classify(&self) -> Kind {
        let name = base_name(&self.path);
        let known = DEFAULT_NAMES.contains(&name) || OVERRIDE_NAMES.contains(&name);
        let said = matches!(self.language.as_str(), "dockercompose" | "docker-compose" | "yaml.docker-compose");
        let is_compose = || (is_yaml(name) || self.language == "yaml") && is_compose(&self.path, &self.text);
        match name {
            FILE_NAME => Kind::Settings,
            _ if known || said || self.kind == Kind::Compose || is_compose() => Kind::Compose,
            _ => Kind::Other,
        }
    }
}
