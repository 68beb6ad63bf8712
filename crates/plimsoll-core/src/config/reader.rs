//! Reads values of settings from a tree. What is not as it should be is a mistake with a place, and reading goes on.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Span, Spanned};
use crate::suggest::closest;
use crate::syntax::scalar::Kind;
use crate::tree::{NodeId, Tree, Value};

/// How many mistakes are kept. Whoever has more has another kind of file.
const MOST: usize = 20;

/// One `key: value` of settings.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The key.
    pub key: Spanned<String>,
    /// The value. It is not null.
    pub value: NodeId,
}

/// Reads a tree, and keeps what is wrong in it.
pub struct Reader<'a> {
    /// The tree.
    pub tree: &'a Tree,
    mistakes: Vec<Diagnostic>,
    spare: Diagnostic,
}

impl<'a> Reader<'a> {
    /// Reads this tree. `start` is any place in it.
    pub fn new(tree: &'a Tree, start: Span) -> Reader<'a> {
        Reader { tree, mistakes: Vec::new(), spare: mistake(start, String::new()) }
    }

    /// What is wrong, in the order in which it was found.
    pub fn mistakes(self) -> Vec<Diagnostic> {
        self.mistakes
    }

    /// Remembers a mistake.
    pub fn mistake(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let at = self.mistakes.len();
        if at >= MOST {
            return &mut self.spare;
        }
        self.mistakes.push(mistake(span, message.into()));
        &mut self.mistakes[at]
    }

    /// A mistake on a word that is not one of those that are known.
    pub fn unknown<'b>(
        &mut self,
        word: &Spanned<String>,
        message: impl Into<String>,
        known: impl Iterator<Item = &'b str> + Clone,
    ) {
        if self.mistakes.len() >= MOST {
            return;
        }
        let close = closest(word, known.clone());
        let help = close.map(|it| format!("did you mean `{it}`?")).or_else(|| {
            let words: Vec<String> = known.take(16).map(|it| format!("`{it}`")).collect();
            (words.len() < 16).then(|| format!("known here: {}", words.join(", ")))
        });
        let found = self.mistake(word.span, message);
        found.help = help;
    }

    /// The entries of a mapping, whatever their keys are. An entry without a value is none.
    pub fn mapping(&mut self, id: NodeId, name: &str) -> Vec<Setting> {
        self.entries(id, &format!("`{name}`"))
    }

    fn entries(&mut self, id: NodeId, what: &str) -> Vec<Setting> {
        let tree = self.tree;
        let Value::Mapping(entries) = &tree.node(id).value else {
            self.wrong(id, what, "a mapping");
            return Vec::new();
        };
        let written = entries.iter().filter(|it| !tree.is_null(it.value));
        let setting = |key| Spanned::new(tree.key(key).to_string(), tree.span(key));
        written.map(|it| Setting { key: setting(it.key), value: it.value }).collect()
    }

    /// The entries of a mapping that has these keys only. `what` is the mapping, with its article.
    pub fn table(&mut self, id: NodeId, what: &str, keys: &[&str]) -> Vec<Setting> {
        let mut settings = self.entries(id, what);
        settings.retain(|it| {
            let known = keys.contains(&it.key.as_str());
            if !known {
                let message = format!("`{}` is not a key of {what}", it.key.value);
                self.unknown(&it.key, message, keys.iter().copied());
            }
            known
        });
        settings
    }

    /// The items of a list.
    pub fn list(&mut self, id: NodeId, name: &str) -> Vec<NodeId> {
        match &self.tree.node(id).value {
            Value::Sequence(items) => items.iter().map(|it| it.value).collect(),
            Value::Scalar(..) => {
                self.wrong(id, &format!("`{name}`"), "a list").help("put it in brackets: `[ … ]`");
                Vec::new()
            }
            _ => {
                self.wrong(id, &format!("`{name}`"), "a list");
                Vec::new()
            }
        }
    }

    /// A string. It is not empty.
    pub fn text(&mut self, id: NodeId, name: &str) -> Option<Spanned<String>> {
        let text = match (self.tree.kind(id), self.tree.text(id)) {
            (Some(Kind::String), Some(text)) => text.as_str(),
            _ => {
                let quotes = matches!(self.tree.kind(id), Some(kind) if kind != Kind::Null);
                let found = self.wrong(id, &format!("`{name}`"), "a text");
                if quotes {
                    found.help("put it in quotes");
                }
                return None;
            }
        };
        let span = self.tree.span(id);
        if text.trim().is_empty() {
            self.mistake(span, format!("`{name}` is empty"));
            return None;
        }
        Some(Spanned::new(text.to_string(), span))
    }

    /// A list of strings.
    pub fn texts(&mut self, id: NodeId, name: &str) -> Vec<Spanned<String>> {
        self.list(id, name).into_iter().filter_map(|it| self.text(it, name)).collect()
    }

    /// One of several words.
    pub fn word(&mut self, id: NodeId, name: &str, words: &[&str]) -> Option<Spanned<String>> {
        let text = self.text(id, name)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        let message = format!("`{}` is not a value of `{name}`", text.value);
        self.unknown(&text, message, words.iter().copied());
        None
    }

    /// `true` or `false`.
    pub fn flag(&mut self, id: NodeId, name: &str) -> Option<bool> {
        match self.tree.kind(id) {
            Some(Kind::Bool(value)) => Some(value),
            _ => {
                self.wrong(id, &format!("`{name}`"), "true or false");
                None
            }
        }
    }

    /// A number that is not negative.
    pub fn number(&mut self, id: NodeId, name: &str) -> Option<u32> {
        match self.tree.kind(id) {
            Some(Kind::Integer(value)) if u32::try_from(value).is_ok() => u32::try_from(value).ok(),
            _ => {
                self.wrong(id, &format!("`{name}`"), "a whole number");
                None
            }
        }
    }

    /// Whether there is a list without items.
    pub fn is_empty_list(&self, id: NodeId) -> bool {
        matches!(&self.tree.node(id).value, Value::Sequence(items) if items.is_empty())
    }

    /// Any scalar, as it is written.
    pub fn scalar(&mut self, id: NodeId, name: &str) -> Option<String> {
        if let Some(text) = self.tree.text(id) {
            return Some(text.as_str().to_string());
        }
        self.wrong(id, &format!("`{name}`"), "a single value");
        None
    }

    /// A value is of another type than it should be.
    fn wrong(&mut self, id: NodeId, what: &str, wanted: &str) -> &mut Diagnostic {
        let node = self.tree.node(id);
        if matches!(&node.value, Value::Alias(alias) if alias.target.is_none()) {
            // That its anchor is missing is said already.
            return &mut self.spare;
        }
        let found = match (&node.value, self.tree.kind(id)) {
            (Value::Mapping(_), _) => "a mapping",
            (Value::Sequence(_), _) => "a list",
            (Value::Alias(..), _) => "an alias",
            (_, Some(Kind::Null)) => "nothing",
            (_, Some(Kind::Bool(_))) => "true or false",
            (_, Some(Kind::Integer(_) | Kind::Float(_))) => "a number",
            (_, Some(Kind::Timestamp)) => "a date",
            _ => "a text",
        };
        let span = node.span;
        let alias = matches!(node.value, Value::Alias(..));
        let mistake = self.mistake(span, format!("{what} must be {wanted}, and this is {found}"));
        if alias {
            mistake.help("write the value out: there are no aliases in this file");
        }
        mistake
    }
}

/// No rule speaks of the settings, so the finding has the name of none.
fn mistake(span: Span, message: String) -> Diagnostic {
    Diagnostic::new("", Severity::Error, span, message)
}
