//! Links from the names of files to the files: `include`, `extends`, `env_file`, Dockerfiles, configs and secrets.

use super::look::{document, listed, services, written};
use crate::analysis::Analysis;
use crate::diagnostics::address;
use crate::session::Session;
use lsp_types::{DocumentLink, DocumentLinkParams, Range, Uri};
use plimsoll_core::load::files::join;
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;
use plimsoll_core::tree::{NodeId, Tree, Value};
use plimsoll_workspace::disk::absolute;
use std::str::FromStr;

/// A name of a file, and where it leads.
pub(super) struct Link {
    /// Where it is written, without quotes.
    pub span: Span,
    /// The file, as the project names it; or the address of something that is not on this machine.
    pub target: Target,
    words: &'static str,
}

/// Where a link leads.
pub(super) enum Target {
    /// A file, as the project names it.
    File(String),
    /// An address of the web.
    Web(String),
}

/// The links of a document.
pub(super) fn links(session: &mut Session, params: &DocumentLinkParams) -> Vec<DocumentLink> {
    let Some(analysis) = session.analysis(&params.text_document.uri) else { return Vec::new() };
    let link = |it: Link| {
        let range: Range = analysis.range(it.span)?;
        let target = match &it.target {
            Target::File(name) => file(&analysis, name)?,
            Target::Web(address) => Uri::from_str(address).ok()?,
        };
        Some(DocumentLink { range, target: Some(target), tooltip: Some(it.words.to_string()), data: None })
    };
    all(&analysis).into_iter().filter_map(link).collect()
}

/// The address of a file of the project. Only what is on this machine has one.
pub(super) fn file(analysis: &Analysis<'_>, name: &str) -> Option<Uri> {
    let path = absolute(&analysis.root, name);
    let uri = analysis.session.documents.get(&path).map(|it| it.uri.clone()).or_else(|| address(&path))?;
    uri.as_str().starts_with("file:").then_some(uri)
}

/// The names of files in a document.
pub(super) fn all(analysis: &Analysis<'_>) -> Vec<Link> {
    // A text without a file has nothing beside it.
    let Some(document) = document(analysis).filter(|_| !analysis.root.is_empty()) else { return Vec::new() };
    let mut finder = Finder { tree: &analysis.resolution.loaded.tree, found: Vec::new() };
    for root in &document.roots {
        finder.root(*root);
    }
    let text = analysis.text();
    finder.found.sort_by_key(|it| it.span);
    finder.found.retain(|it| it.span.file == analysis.file && !text[it.span.range()].contains(['\n', '\r']));
    finder.found
}

struct Finder<'a> {
    tree: &'a Tree,
    found: Vec<Link>,
}

impl Finder<'_> {
    fn root(&mut self, root: NodeId) {
        let tree = self.tree;
        for section in written(tree, root) {
            match tree.key(section.key) {
                "include" => listed(tree, section.value).into_iter().for_each(|it| self.include(it)),
                "configs" | "secrets" => {
                    let files = written(tree, section.value).filter_map(|it| tree.get(it.value, "file"));
                    files.for_each(|it| self.add(it.value, "open the file"));
                }
                _ => {}
            }
        }
        services(tree, root).into_iter().for_each(|it| self.service(it));
    }

    fn include(&mut self, item: NodeId) {
        let tree = self.tree;
        let Value::Mapping(_) = tree.node(item).value else { return self.included(item) };
        for field in written(tree, item) {
            let inner = listed(tree, field.value);
            match tree.key(field.key) {
                "path" => inner.into_iter().for_each(|it| self.included(it)),
                "env_file" => inner.into_iter().for_each(|it| self.add(it, "open the file of variables")),
                _ => {}
            }
        }
    }

    fn included(&mut self, id: NodeId) {
        let Some(text) = shown(self.tree, id) else { return };
        match web(text.as_str()) {
            Some(address) => {
                let span = text.slice(0..text.as_str().len()).span();
                self.found.push(Link { span, target: Target::Web(address), words: "open the included project" });
            }
            None => self.add(id, "open the included file"),
        }
    }

    fn service(&mut self, id: NodeId) {
        let tree = self.tree;
        for field in written(tree, id) {
            let value = field.value;
            match tree.key(field.key) {
                "extends" => {
                    let file = tree.get(value, "file");
                    file.into_iter().for_each(|it| self.add(it.value, "open the extended file"));
                }
                "env_file" => {
                    for item in listed(tree, value) {
                        let path = match tree.node(item).value {
                            Value::Mapping(_) => tree.get(item, "path").map(|it| it.value),
                            _ => Some(item),
                        };
                        path.into_iter().for_each(|it| self.add(it, "open the file of variables"));
                    }
                }
                "label_file" => listed(tree, value).into_iter().for_each(|it| self.add(it, "open the file of labels")),
                "build" => self.build(value),
                _ => {}
            }
        }
    }

    fn build(&mut self, id: NodeId) {
        let tree = self.tree;
        let mapping = matches!(tree.node(id).value, Value::Mapping(_));
        let field = |key: &str| tree.get(id, key).map(|it| it.value).filter(|it| mapping && !tree.is_null(*it));
        if field("dockerfile_inline").is_some() {
            return;
        }
        let context = if mapping { field("context") } else { Some(id) };
        let base = context.map_or_else(|| tree.base(id), |it| tree.base(it));
        let directory = match context {
            None => join(base, "."),
            Some(context) => match shown(tree, context).filter(|it| is_here(it.as_str())) {
                Some(text) => join(base, text.as_str()),
                None => return,
            },
        };
        let named = field("dockerfile");
        let name = match named {
            Some(it) => shown(tree, it).map(Text::as_str),
            None => Some("Dockerfile"),
        };
        let Some(path) = name.map(|it| join(&directory, it)) else { return };
        for text in [context, named].into_iter().flatten().filter_map(|it| shown(tree, it)) {
            let span = text.slice(0..text.as_str().len()).span();
            self.found.push(Link { span, target: Target::File(path.clone()), words: "open the Dockerfile" });
        }
    }

    fn add(&mut self, id: NodeId, words: &'static str) {
        let Some(text) = shown(self.tree, id).filter(|it| is_here(it.as_str())) else { return };
        let path = join(self.tree.base(id), text.as_str());
        let span = text.slice(0..text.as_str().len()).span();
        self.found.push(Link { span, target: Target::File(path), words });
    }
}

/// The text of a scalar in which there is no value of a variable: where a link leads is shown.
fn shown(tree: &Tree, id: NodeId) -> Option<&Text> {
    let is_plain = |it: &Text| it.is_known() && it.shown() == it.as_str();
    tree.text(id).filter(|it| !it.as_str().is_empty() && !tree.is_null(id) && is_plain(it))
}

/// Whether a path is one of this machine that Compose reads.
fn is_here(path: &str) -> bool {
    let elsewhere = path.contains("://")
        || ["git@", "oci:", "github.com/", "service:", "target:", "~"].iter().any(|it| path.starts_with(it));
    !elsewhere && path != "/dev/null" && !path.ends_with(".git") && !path.contains(['\\', '\0'])
}

/// The address at which people can look at an included project.
fn web(path: &str) -> Option<String> {
    let is_address = |it: char| it.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(it);
    let address = match path.starts_with("github.com/") {
        true => format!("https://{path}"),
        false => path.to_string(),
    };
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    (is_web && address.chars().all(is_address)).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{address, name, session, slice};
    use super::*;
    use lsp_types::TextDocumentIdentifier;

    fn of(session: &mut Session, file: &str) -> Vec<(String, String)> {
        let params = DocumentLinkParams {
            text_document: TextDocumentIdentifier { uri: address(file) },
            work_done_progress_params: Default::default(),
            partial_result_params: Default::default(),
        };
        let found = links(session, &params);
        let show =
            |it: DocumentLink| (slice(session, file, it.range), it.target.map(|it| name(&it)).unwrap_or_default());
        found.into_iter().map(show).collect()
    }

    fn pairs(found: &[(String, String)]) -> Vec<(&str, &str)> {
        found.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect()
    }

    const MAIN: &str = "# é🐳\r\ninclude:\r\n  - sub/compose.yaml\r\n  - path: [\"a b.yaml\", 'c.yaml']\r\n    env_file: x.env\r\n  \
                        - https://github.com/a/b.git#main:x\r\n  - github.com/a/c\r\n  - git@github.com:a/b.git\r\n  - javascript:x//\r\n\
                        services:\r\n  a:\r\n    extends: {file: \"../base.yaml\", service: a}\r\n    env_file: [one.env, {path: ./two.env, required: false}]\r\n    \
                        build: ./dir\r\n  b:\r\n    build: {context: dir, dockerfile: Other}\r\n    env_file: ${UNSET}/x.env\r\n  \
                        c:\r\n    build: https://a/b.git\r\n    env_file: ${SET}.env\r\n  d:\r\n    image: a\r\n    env_file: ~/x.env\r\n    label_file: l.env\r\n\
                        configs:\r\n  x: {file: ./c.conf}\r\nsecrets:\r\n  y: {file: /run/y}\r\n  z: {environment: Z}\r\n";

    #[test]
    fn names_of_files_lead_to_them() {
        let sub = "services:\n  e:\n    image: a\n    env_file: e.env\n";
        let mut session = session(&[("compose.yaml", MAIN), ("sub/compose.yaml", sub), (".env", "SET=secret\n")]);
        let found = of(&mut session, "compose.yaml");
        assert_eq!(
            pairs(&found),
            [
                ("sub/compose.yaml", "sub/compose.yaml"),
                ("a b.yaml", "a b.yaml"),
                ("c.yaml", "c.yaml"),
                ("x.env", "x.env"),
                ("https://github.com/a/b.git#main:x", "https://github.com/a/b.git#main:x"),
                ("github.com/a/c", "https://github.com/a/c"),
                ("javascript:x//", "javascript:x"),
                ("../base.yaml", "file:///nowhere/base.yaml"),
                ("one.env", "one.env"),
                ("./two.env", "two.env"),
                ("./dir", "dir/Dockerfile"),
                ("dir", "dir/Other"),
                ("Other", "dir/Other"),
                ("l.env", "l.env"),
                ("./c.conf", "c.conf"),
                ("/run/y", "file:///run/y"),
            ]
        );
        // From where the file is, and not from the project that includes it.
        assert_eq!(pairs(&of(&mut session, "sub/compose.yaml")), [("e.env", "sub/e.env")]);
        assert_eq!(of(&mut session, ".env"), []);
    }

    #[test]
    fn an_override_has_the_directory_of_the_project() {
        let main = "name: x\nservices:\n  a:\n    image: a\n";
        let over = "services:\n  a:\n    env_file: [a.env]\nx-b: &b\n  env_file: b.env\n";
        let mut session = session(&[("p/compose.yaml", main), ("p/compose.override.yaml", over)]);
        assert_eq!(pairs(&of(&mut session, "p/compose.override.yaml")), [("a.env", "p/a.env"), ("b.env", "p/b.env")]);
    }
}
