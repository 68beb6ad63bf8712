//! YAML text to a [`Tree`] with byte spans. The only file that names the YAML library.
//!
//! Parsing never fails: what could be read is in the tree, what could not is a [`Problem`].
//! What the library reports differently from what a linter needs (ends of block collections, starts of block
//! scalars, absent values) is put right here, so that nobody else has to know.

pub mod dialect;
mod keys;
mod mistake;
mod runs;
pub mod scalar;

use crate::problem::{Problem, ProblemKind};
use crate::source::{FileId, Source, Span};
use crate::tree::{Alias, Document, Entry, Item, Mark, Node, NodeId, Path, Style, Tree, Value};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag, options};
use keys::Keys;
use mistake::{Context, Mistake};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Reads one file into the tree.
pub fn parse(tree: &mut Tree, file: FileId, source: &Source, problems: &mut Vec<Problem>) -> Document {
    let text = source.text();
    let (first, known) = (tree.nodes.len(), problems.len());
    // Compose looks at the characters before anything else.
    let bytes = dialect::Bytes::of(text);
    let readable = dialect::check_characters(file, text, bytes, problems);
    let mut reader = Reader {
        tree,
        file,
        source,
        text,
        problems,
        open: Vec::new(),
        entries: Vec::new(),
        items: Vec::new(),
        anchors: HashMap::new(),
        names: HashMap::new(),
        keys: HashSet::new(),
        copies: Vec::new(),
        last: None,
        end: 0,
        roots: Vec::new(),
        comments: Vec::new(),
        merges: Vec::new(),
    };
    let options = options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        // The default of 96 refuses files in which more lines than that are commented out.
        max_buffered_comment_events: 1 << 20,
    };
    let mut broken = !readable;
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => reader.event(event, &span),
            Err(error) => {
                if readable {
                    reader.syntax_error(&error);
                }
                broken = true;
                break;
            }
        }
    }
    while !reader.open.is_empty() {
        reader.close(None);
    }
    let Reader { roots, mut comments, merges, copies, .. } = reader;
    // The library gives the comment behind a `|` after the scalar.
    comments.sort_unstable();
    let nodes = first..tree.nodes.len();
    let mut document = Document { file, roots, comments, merges, copies, nodes, broken };
    if !broken {
        dialect::check(tree, &document, source, bytes, problems);
    }
    document.broken = problems[known..].iter().any(|it| it.kind.breaks());
    document
}

/// A collection that is still being read.
struct Open {
    id: NodeId,
    mapping: bool,
    /// Its first entry or item among those of all that are open.
    first: usize,
    key: Option<NodeId>,
    keys: Keys,
}

struct Reader<'a> {
    tree: &'a mut Tree,
    file: FileId,
    source: &'a Source,
    text: &'a str,
    problems: &'a mut Vec<Problem>,
    open: Vec<Open>,
    /// Entries and items of what is open, the innermost last.
    entries: Vec<Entry>,
    items: Vec<Item>,
    anchors: HashMap<usize, NodeId>,
    names: HashMap<String, NodeId>,
    /// Keys that have an anchor.
    keys: HashSet<NodeId>,
    copies: Vec<NodeId>,
    last: Option<NodeId>,
    /// End of the last token that was read.
    end: usize,
    roots: Vec<NodeId>,
    comments: Vec<Span>,
    merges: Vec<NodeId>,
}

impl Reader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range)
    }

    fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) {
        let range = at.byte_range().unwrap_or(self.end..self.end);
        let tag = event.tag().map(|tag| {
            let place = at.tag_span().and_then(|it| it.byte_range()).unwrap_or(range.start..range.start);
            Mark { name: tag_name(tag), span: self.span(place) }
        });
        match event {
            Event::Comment(..) => {
                self.end = self.end.max(range.end);
                self.comments.push(self.span(range));
            }
            Event::DocumentStart(false, _) if !self.roots.is_empty() => {
                let span = self.span(range.start..self.text.ceil_char_boundary((range.start + 1).min(self.text.len())));
                let message = "a document behind `...` must begin with `---`";
                self.problems.push(Problem::new(ProblemKind::YamlSyntax, span, message));
            }
            Event::Anchor(id, name) => self.anchor(id, name.into_owned(), range),
            Event::Scalar(value, style, ..) => self.scalar(value, style, range, tag),
            Event::SequenceStart(style, ..) => self.start(Value::Sequence(Box::default()), range, style, tag),
            Event::MappingStart(style, ..) => self.start(Value::Mapping(Box::default()), range, style, tag),
            Event::SequenceEnd | Event::MappingEnd => self.close(Some(range)),
            Event::Alias(id) => {
                let target = self.anchors.get(&id).copied();
                let name = self.text[range.clone()].trim_start_matches('*').to_string();
                self.alias(name, target, range);
            }
            Event::UnresolvedAlias(name) => {
                // Compose resolves aliases across the documents of a file.
                let target = self.names.get(name.as_ref()).copied();
                self.alias(name.into_owned(), target, range);
            }
            _ => {}
        }
    }

    fn scalar(&mut self, mut value: Cow<'_, str>, style: ScalarStyle, mut range: Range<usize>, tag: Option<Mark>) {
        let style = style_of(style);
        if style == Style::Plain && range.is_empty() {
            // An absent value arrives as `~` with an empty span, before the `:` or at the next token.
            value = Cow::default();
            let in_mapping = self.open.last().is_some_and(|it| it.key.is_some());
            let at = match self.text.as_bytes().get(range.start) {
                Some(b':') if in_mapping => range.start + 1,
                // Not before the collection that it is the first of.
                _ => runs::before_comments(self.text, &self.comments, range.start)
                    .max(self.open.last().map_or(0, |it| self.tree.span(it.id).range().start)),
            };
            range = at..at;
        }
        if matches!(style, Style::Literal | Style::Folded) {
            let properties = tag.as_ref().map_or(self.end, |tag| self.end.max(tag.span.range().end));
            if range.end == self.text.len() && !range.is_empty() {
                runs::trim_unfinished_line(self.text, value.to_mut());
            }
            range = runs::block_range(self.text, properties, range);
        }
        self.end = self.end.max(range.end);
        let span = self.span(range);
        let mut text = None;
        if tag.as_ref().is_some_and(|it| it.name == "!!binary") {
            text = scalar::decode_base64(&value).map(|it| runs::whole(it, span));
            if text.is_none() {
                let message = "the value is not base64, as its tag `!!binary` says";
                self.problems.push(Problem::new(ProblemKind::InvalidValue, span, message));
            }
        }
        let text = text.unwrap_or_else(|| runs::text(self.source, &value, span, style));
        self.node(Value::Scalar(text), span, style, tag);
    }

    fn anchor(&mut self, id: usize, name: String, range: Range<usize>) {
        let Some(last) = self.last else { return };
        self.anchors.insert(id, last);
        self.names.insert(name.clone(), last);
        if self.open.last().is_some_and(|it| it.key == Some(last)) {
            self.keys.insert(last);
        }
        let span = self.span(range);
        self.end = self.end.max(span.range().end);
        self.tree.mark(last, |it| it.anchor = Some(Mark { name, span }));
    }

    fn alias(&mut self, name: String, target: Option<NodeId>, range: Range<usize>) {
        let span = self.span(range);
        self.end = self.end.max(span.range().end);
        let enclosing = target.filter(|target| self.open.iter().any(|it| it.id == *target));
        let mut target = if enclosing.is_some() { None } else { target };
        if let Some(enclosing) = enclosing {
            let at = self.tree.anchor(enclosing).map_or(span, |it| it.span);
            let message = format!("`*{name}` stands inside its own anchor");
            let problem = Problem::new(ProblemKind::YamlSyntax, span, message);
            self.problems.push(problem.label(at, "the anchor").because("the value would contain itself"));
        } else if target.is_none() {
            self.problems.push(mistake::unknown_alias(&name, span));
        }
        let scalar = target.map(|id| self.tree.node(id)).filter(|it| matches!(it.value, Value::Scalar(..)));
        if let (Some(node), Some(id)) = (scalar.cloned(), target) {
            if self.open.last().is_some_and(|it| it.mapping && it.key.is_none()) {
                // A key that is an alias is as good as the key written out.
                let Value::Scalar(text) = node.value else { return };
                let value = Value::Scalar(runs::whole(text.as_str().to_string(), span));
                let tag = self.tree.tag(id).cloned();
                return self.node(value, span, node.style, tag);
            }
            if target.is_some_and(|it| self.keys.contains(&it)) {
                // Keys are never interpolated, their use as a value is.
                let tag = self.tree.tag(id).cloned();
                let copy = self.tree.push(Node::new(node.value, node.span, node.style));
                tag.into_iter().for_each(|tag| self.tree.mark(copy, |it| it.tag = Some(tag)));
                self.copies.push(copy);
                target = Some(copy);
            }
        }
        self.node(Value::Alias(Box::new(Alias { name, target })), span, Style::Plain, None);
    }

    fn start(&mut self, value: Value, mut range: Range<usize>, style: StructureStyle, tag: Option<Mark>) {
        let flow = style == StructureStyle::Flow;
        if flow {
            self.end = self.end.max(range.end);
        } else if matches!(value, Value::Sequence(_)) && self.open.last().is_some_and(|it| it.key.is_some()) {
            // A list that is not indented below its key is given from its first item on, not from its first dash.
            let dash =
                |bytes: &[u8], at: usize| bytes[at] == b'-' && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
            range.start = runs::find_outside(self.text, self.end..range.start, dash);
        }
        let span = self.span(range.start..if flow { range.end } else { range.start });
        let mapping = matches!(value, Value::Mapping(_));
        let id = self.push(value, span, if flow { Style::Flow } else { Style::Block }, tag);
        let first = if mapping { self.entries.len() } else { self.items.len() };
        self.open.push(Open { id, mapping, first, key: None, keys: Keys::default() });
    }

    fn node(&mut self, value: Value, span: Span, style: Style, tag: Option<Mark>) {
        let id = self.push(value, span, style, tag);
        self.attach(id);
    }

    fn push(&mut self, value: Value, span: Span, style: Style, tag: Option<Mark>) -> NodeId {
        let id = self.tree.push(Node::new(value, span, style));
        tag.into_iter().for_each(|tag| self.tree.mark(id, |it| it.tag = Some(tag)));
        self.last = Some(id);
        id
    }

    fn attach(&mut self, id: NodeId) {
        let Some(open) = self.open.last_mut() else {
            self.roots.push(id);
            return;
        };
        if open.mapping && open.key.is_none() {
            open.key = Some(id);
            open.keys.add(self.tree, self.text, &self.entries[open.first..], id, self.problems);
            return;
        }
        match open.key.take() {
            Some(key) => self.entries.push(Entry { key, value: id, path: Path::default() }),
            None => self.items.push(Item { value: id, path: Path::default() }),
        }
    }

    /// Ends the innermost collection. Block collections end with their last value, not at the next token.
    fn close(&mut self, range: Option<Range<usize>>) {
        let Some(open) = self.open.pop() else { return };
        let last = match open.mapping {
            true => self.entries[open.first..].last().map(|it| it.value),
            false => self.items[open.first..].last().map(|it| it.value),
        };
        let last = open.key.or(last);
        let value = match open.mapping {
            true => Value::Mapping(open.keys.finish(self.tree, self.entries.drain(open.first..))),
            false => Value::Sequence(self.items.drain(open.first..).collect()),
        };
        let node = self.tree.node(open.id);
        let inner = last.map_or(node.span.end, |id| end_with_marks(self.tree, id));
        let end = match range {
            Some(range) if node.is_flow() => Span::new(self.file, range).end.max(inner),
            _ => inner,
        };
        let node = &mut self.tree.nodes[open.id.0 as usize];
        node.value = value;
        node.span.end = end.max(node.span.start);
        self.end = self.end.max(node.span.range().end);
        if open.keys.has_merge() {
            self.merges.push(open.id);
        }
        self.attach(open.id);
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let at = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        let flow =
            self.open.iter().map(|it| self.tree.node(it.id)).find(|it| it.is_flow()).map(|it| it.span.range().start);
        let context = Context {
            text: self.text,
            file: self.file,
            at: self.text.floor_char_boundary(at),
            end: self.end.min(at),
            flow,
            in_sequence: self.open.last().is_some_and(|it| !it.mapping),
        };
        let mistake = mistake_of(error.kind());
        if let Some(problem) = mistake::problem(mistake, &error.info(), &context, self.problems.last()) {
            self.problems.push(problem);
        }
    }
}

/// The short form of a tag: `!!str` for the tags of YAML itself, else as it is meant, such as `!reset`.
fn tag_name(tag: &Tag) -> String {
    let whole = [tag.handle(), tag.suffix()].concat();
    match whole.strip_prefix("tag:yaml.org,2002:") {
        Some(suffix) => format!("!!{suffix}"),
        None if whole.is_empty() => "!".to_string(),
        None if whole.starts_with('!') => whole,
        None => format!("!<{whole}>"),
    }
}

/// The error of the library, as far as it decides what people are told.
fn mistake_of(kind: &ErrorKind) -> Mistake {
    use ErrorKind as E;
    match kind {
        E::RecursionLimitExceeded => Mistake::Depth,
        E::UnclosedQuotedScalar | E::InvalidQuotedScalarIndent | E::DocumentIndicatorInQuotedScalar => Mistake::Quote,
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => Mistake::AfterQuote,
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => Mistake::Escape,
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabInPlainScalar
        | E::TabAtBlockScalarStart => Mistake::Tab,
        E::UnexpectedCharacter { .. } | E::MissingAnchorOrAliasName | E::UnexpectedEndOfPlainScalar => {
            Mistake::Character
        }
        E::CommentNotSeparated => Mistake::CommentBlank,
        E::CommentInterceptedScalar => Mistake::CommentInside,
        E::MisplacedFlowCollectionEnd => Mistake::ClosesNothing,
        E::MismatchedFlowCollectionEnd { .. } => Mistake::WrongBracket,
        E::UnclosedFlowCollection { .. }
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::InvalidColonPlacement
        | E::BlockEntryInFlowCollection => Mistake::Flow,
        E::MappingValueNotAllowed => Mistake::Colon,
        E::SimpleKeyExpected | E::InvalidSimpleKey => Mistake::KeyWithoutColon,
        E::ExpectedBlockSequenceEntry | E::UnexpectedEofBlockSequence => Mistake::NotAnItem,
        E::ExpectedBlockMappingKey | E::ExpectedDocumentStart => Mistake::NotAKey,
        E::BlockSequenceEntryNotAllowed => Mistake::ListOnKeyLine,
        E::InvalidBlockScalarHeader => Mistake::BlockHeader,
        E::UndeclaredTagHandle => Mistake::TagHandle,
        _ => Mistake::Other,
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn end_with_marks(tree: &Tree, id: NodeId) -> u32 {
    let anchor = tree.anchor(id).map_or(0, |it| it.span.end);
    let tag = tree.tag(id).map_or(0, |it| it.span.end);
    tree.span(id).end.max(anchor).max(tag)
}
