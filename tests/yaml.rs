//! The YAML layer: what it accepts, what it makes of scalars, where it says that things stand, and that it always
//! comes to an end.

mod differential;
mod files;
mod hostile;
mod spans;
mod text;
mod verdicts;

use plimsoll_core::load::interpolate::Variables;
use plimsoll_core::load::resolve::resolve;
use plimsoll_core::problem::{Problem, ProblemKind};
use plimsoll_core::source::{DecodeError, FileId, Sources, Span};
use plimsoll_core::syntax::{parse, scalar::Kind};
use plimsoll_core::tree::{Document, NodeId, Tree, Value};
use serde_json::Value as Json;

/// The named file of `fixtures/yaml`.
fn fixture(name: &str) -> Json {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/yaml/");
    serde_json::from_str(&std::fs::read_to_string(format!("{folder}{name}")).unwrap()).unwrap()
}

/// One snippet of `fixtures/yaml/snippets.json`.
struct Snippet {
    name: String,
    bytes: Vec<u8>,
    accepted: bool,
    error: String,
}

fn snippets() -> Vec<Snippet> {
    let file = fixture("snippets.json");
    let snippets = file["snippets"].as_object().unwrap();
    let snippet = |(name, it): (&String, &Json)| Snippet {
        name: name.clone(),
        bytes: match it["source"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => base64(it["base64"].as_str().unwrap()),
        },
        accepted: it["accepted"].as_bool().unwrap(),
        error: it["error"].as_str().unwrap_or_default().to_string(),
    };
    snippets.iter().map(snippet).collect()
}

fn base64(text: &str) -> Vec<u8> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|it| *it != b'=') {
        bits = bits << 6 | digits.iter().position(|it| *it == letter).unwrap() as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// One file, read.
struct Read {
    sources: Sources,
    file: FileId,
    tree: Tree,
    document: Document,
    problems: Vec<Problem>,
}

impl Read {
    /// Reads syntax only.
    fn parsed(bytes: impl Into<Vec<u8>>) -> Result<Read, DecodeError> {
        let (mut sources, mut tree, mut problems) = (Sources::new(), Tree::default(), Vec::new());
        let file = sources.add("compose.yaml", bytes.into())?;
        let document = parse(&mut tree, file, sources.get(file), &mut problems);
        Ok(Read { sources, file, tree, document, problems })
    }

    /// Reads syntax, and follows aliases and merge keys.
    fn resolved(bytes: impl Into<Vec<u8>>) -> Result<Read, DecodeError> {
        let mut read = Read::parsed(bytes)?;
        resolve(&mut read.tree, &read.document, &Variables::unknown(), &mut 0, &mut read.problems);
        Ok(read)
    }

    fn slice(&self, span: Span) -> &str {
        assert_eq!(span.file, self.file);
        &self.sources.get(self.file).text()[span.range()]
    }

    /// Whether nothing of what Compose refuses while it reads YAML was found.
    fn accepted(&self) -> bool {
        let kinds = [ProblemKind::YamlSyntax, ProblemKind::Limit, ProblemKind::DuplicateKey, ProblemKind::InvalidValue];
        !self.problems.iter().any(|it| kinds.contains(&it.kind))
    }

    /// The first problem as `line:column message`.
    fn first(&self) -> String {
        let Some(problem) = self.problems.first() else { return "no problem".to_string() };
        let place = self.sources.start(problem.span);
        format!("{}:{} {}", place.line, place.column, problem.message)
    }

    /// A value as JSON, as far as JSON goes; what is deeper than `depth` is left out.
    fn json(&self, id: NodeId, depth: usize) -> Json {
        if depth == 0 {
            return Json::Null;
        }
        match &self.tree.node(id).value {
            Value::Sequence(items) => items.iter().map(|it| self.json(it.value, depth - 1)).collect(),
            Value::Mapping(entries) => {
                let entry = |it: &plimsoll_core::tree::Entry| {
                    (self.tree.key(it.key).to_string(), self.json(it.value, depth - 1))
                };
                Json::Object(entries.iter().map(entry).collect())
            }
            Value::Alias(alias) => Json::String(format!("*{}", alias.name)),
            Value::Scalar(text) => match self.tree.kind(id) {
                Some(Kind::Null) => Json::Null,
                Some(Kind::Bool(value)) => value.into(),
                Some(Kind::Integer(value)) => number(value),
                Some(Kind::Float(value)) => serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number),
                _ => text.as_str().into(),
            },
        }
    }
}

fn number(value: i128) -> Json {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => value.into(),
        (_, Ok(value)) => value.into(),
        _ => Json::Null,
    }
}
