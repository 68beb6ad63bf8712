//! Where every node, key, anchor, tag and comment is written.

use super::files::FILES;
use super::{Read, snippets};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;
use plimsoll_core::tree::{NodeId, Style, Value};

/// Everything in a file with its place, in the order of the tree; comments at the end.
fn marked(read: &Read) -> Vec<(&'static str, Span)> {
    let mut found = Vec::new();
    for root in &read.document.roots {
        collect(read, *root, &mut found);
    }
    found.extend(read.document.comments.iter().map(|it| ("comment", *it)));
    found
}

fn collect(read: &Read, id: NodeId, found: &mut Vec<(&'static str, Span)>) {
    let node = read.tree.node(id);
    found.extend(read.tree.anchor(id).map(|it| ("anchor", it.span)));
    found.extend(read.tree.tag(id).map(|it| ("tag", it.span)));
    let name = match (&node.value, node.style) {
        (Value::Scalar(_), Style::Single | Style::Double) => "quoted",
        (Value::Scalar(_), Style::Literal | Style::Folded) => "block",
        (Value::Scalar(_), _) => "plain",
        (Value::Sequence(_), Style::Flow) => "flow list",
        (Value::Mapping(_), Style::Flow) => "flow map",
        (Value::Sequence(_), _) => "list",
        (Value::Mapping(_), _) => "map",
        (Value::Alias(_), _) => "alias",
    };
    found.push((name, node.span));
    for entry in read.tree.entries(id) {
        collect(read, entry.key, found);
        collect(read, entry.value, found);
    }
    for item in read.tree.items(id) {
        collect(read, item.value, found);
    }
}

/// The text of every scalar, keys included.
pub fn scalars(read: &Read) -> Vec<(Text, Style)> {
    let mut waiting = read.document.roots.clone();
    let mut found = Vec::new();
    while let Some(id) = waiting.pop() {
        let node = read.tree.node(id);
        if let Value::Scalar(text) = &node.value {
            found.push((text.clone(), node.style));
        }
        waiting.extend(read.tree.entries(id).iter().flat_map(|it| [it.key, it.value]));
        waiting.extend(read.tree.items(id).iter().map(|it| it.value));
    }
    found
}

/// What is marked, with the middle of long collections left out.
fn shown(read: &Read, name: &str, span: Span) -> String {
    let text = read.slice(span);
    let letters: Vec<char> = text.chars().collect();
    match (name, letters.len()) {
        ("map" | "list" | "flow map" | "flow list", 33..) => {
            let (head, tail): (String, String) =
                (letters[..16].iter().collect(), letters[letters.len() - 12..].iter().collect());
            format!("{name} {head} … {tail}")
        }
        // Nothing is written: what stands around the place says where it is.
        _ if text.is_empty() => {
            let source = read.sources.get(read.file).text();
            let before = source[..span.range().start].chars().next_back().unwrap_or('^');
            let after = source[span.range().start..].chars().next().unwrap_or('$');
            format!("absent between {before:?} and {after:?}")
        }
        _ => format!("{name} {text}"),
    }
}

#[test]
fn everything_is_marked_as_a_person_would() {
    let mut wrong = String::new();
    for (file, expected) in FILES {
        let read = Read::parsed(*file).unwrap();
        let found: Vec<String> = marked(&read).into_iter().map(|(name, span)| shown(&read, name, span)).collect();
        if found != *expected {
            wrong += &format!("{:?}: {}\n{found:#?}\n", String::from_utf8_lossy(file), read.first());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What holds for the places of any file that could be read.
#[test]
fn places_fit_together_in_every_snippet() {
    let files = FILES.iter().map(|it| ("", it.0.to_vec()));
    let snippets = snippets();
    let mut count = 0;
    for (name, bytes) in snippets.iter().map(|it| (it.name.as_str(), it.bytes.clone())).chain(files) {
        let Ok(read) = Read::parsed(bytes) else { continue };
        count += 1;
        for comment in &read.document.comments {
            let text = read.slice(*comment);
            assert!(text.starts_with('#') && !text.contains('\n'), "{name}: {text:?}");
        }
        assert!(read.document.comments.is_sorted());
        // Behind an error the tree may end anywhere.
        let broken = !read.accepted();
        for root in &read.document.roots {
            check(&read, name, *root, broken);
        }
    }
    assert!(count > 220);
}

fn check(read: &Read, name: &str, id: NodeId, broken: bool) {
    let node = read.tree.node(id);
    let text = read.slice(node.span);
    let case = format!("{name}: {text:?}");
    let ends = |open: char, close: char| text.starts_with(open) && text.ends_with(close) && text.len() > 1;
    if let Some(anchor) = read.tree.anchor(id) {
        assert_eq!(read.slice(anchor.span), format!("&{}", anchor.name));
        assert!(anchor.span.end <= node.span.start, "{case}");
    }
    if let Some(tag) = read.tree.tag(id) {
        assert!(read.slice(tag.span).starts_with('!') && tag.span.end <= node.span.start, "{case}");
    }
    assert_eq!(text, text.trim_matches([' ', '\n', '\r', '\t']), "{name}");
    match (&node.value, node.style) {
        (Value::Scalar(value), Style::Plain) if !text.contains('\n') && read.tree.tag(id).is_none() => {
            assert_eq!(value.as_str(), if text.starts_with('*') { value.as_str() } else { text }, "{case}");
        }
        (_, Style::Single) => assert!(ends('\'', '\''), "{case}"),
        (_, Style::Double) => assert!(ends('"', '"'), "{case}"),
        (_, Style::Literal) => assert!(text.starts_with('|'), "{case}"),
        (_, Style::Folded) => assert!(text.starts_with('>'), "{case}"),
        (Value::Sequence(_), Style::Flow) if !broken => assert!(ends('[', ']'), "{case}"),
        (Value::Sequence(_), Style::Block) => assert!(text.starts_with('-'), "{case}"),
        (Value::Alias(alias), _) => assert_eq!(text, format!("*{}", alias.name)),
        _ => {}
    }
    let children: Vec<NodeId> = match &node.value {
        Value::Mapping(entries) => entries.iter().flat_map(|it| [it.key, it.value]).collect(),
        Value::Sequence(items) => items.iter().map(|it| it.value).collect(),
        _ => Vec::new(),
    };
    let mut end = node.span.start;
    for child in &children {
        let span = read.tree.span(*child);
        assert!(end <= span.start && span.end <= node.span.end, "{case} holds {:?}", read.slice(span));
        end = span.end;
        check(read, name, *child, broken);
    }
    if !node.is_flow() && !broken && !children.is_empty() {
        // An anchor without a value behind it may be the last that is written.
        assert!(
            end == node.span.end
                || read.slice(node.span)[(end - node.span.start) as usize..].trim().starts_with(['&', '!'])
        );
    }
}
