//! What Compose accepts, and what scalars are to it.

use super::{Read, fixture, snippets};
use plimsoll_core::syntax::scalar::Kind;
use serde_json::Value as Json;

/// Snippets whose verdict differs from Compose's, each with its reason.
const DIFFERENCES: &[(&str, &str)] = &[
    ("alias_as_key_nospace", "YAML 1.2 counts the colon of `*n:` to the name; Compose happens to read it"),
    ("block_comment_nospace", "a comment needs a blank before it (`|# c`); Compose happens to read it"),
    ("flow_comment_nospace", "a comment needs a blank before it (`[a,# c`); Compose happens to read it"),
    ("quoted_then_comment_nospace", "a comment needs a blank before it (`\"a\"# c`); Compose happens to read it"),
    ("dq_multiline_outdent", "quoted text must be indented deeper than its key; Compose happens to read it"),
    ("tab_flow_map", "a tab is no indentation, not even inside brackets; Compose reads it in some places"),
    ("depth_300_block", "nesting ends at 255 levels, so that nothing that walks the tree runs out of stack"),
    ("depth_300_flow", "nesting ends at 255 levels, so that nothing that walks the tree runs out of stack"),
];

/// Refusals that come after YAML: from the schema, or because the file as a whole is no project.
const LATER: &[&str] = &["validation: ", "top-level object must be a mapping", "empty compose file", "services."];

#[test]
fn verdicts_on_the_snippets_are_those_of_compose() {
    let mut wrong = Vec::new();
    for snippet in snippets() {
        let read = Read::resolved(snippet.bytes);
        let accepted = read.as_ref().is_ok_and(Read::accepted);
        let listed = DIFFERENCES.iter().any(|it| it.0 == snippet.name);
        let later = LATER.iter().any(|it| snippet.error.starts_with(it));
        // What later stages refuse may be refused here already.
        let agreed = accepted == snippet.accepted || (later && (accepted || !snippet.accepted));
        if agreed == listed {
            let first = read.map_or_else(|error| error.to_string(), |it| it.first());
            let compose = if snippet.accepted { "accepts it" } else { &snippet.error };
            wrong.push(format!("{}: Compose: {compose}; here: {first}", snippet.name));
        }
    }
    assert!(wrong.is_empty(), "a difference that is not listed, or is gone:\n{}", wrong.join("\n"));
}

#[test]
fn scalars_are_what_compose_makes_of_them() {
    let file = fixture("scalars.json");
    for (scalar, expected) in file["scalars"].as_object().unwrap() {
        let read = Read::resolved(format!("x-t: {scalar}\n")).unwrap();
        let id = read.tree.entries(read.document.roots[0]).first().map(|it| it.value);
        let Some(error) = expected.get("error").and_then(Json::as_str) else {
            assert!(read.accepted(), "{scalar}: {}", read.first());
            let id = id.unwrap();
            let kind = read.tree.kind(id).unwrap();
            let agreed = match kind {
                Kind::Timestamp => expected.as_str().is_some_and(is_instant),
                // Whether a string is a date shows in how Compose writes it.
                Kind::String => read.json(id, 1) == *expected && !is_instant(scalar),
                _ => same(&read.json(id, 1), expected),
            };
            assert!(agreed, "{scalar}: Compose: {expected}, here: {kind:?} {}", read.json(id, 1));
            continue;
        };
        match error.strip_prefix("json: ") {
            // JSON cannot write what was read.
            Some(_) => {
                let kind = id.and_then(|it| read.tree.kind(it));
                let unwritable = |it: f64| !it.is_finite();
                assert!(matches!(kind, Some(Kind::Float(it)) if unwritable(it)) || kind == Some(Kind::Timestamp));
            }
            None => assert!(!read.accepted(), "{scalar}: {error}"),
        }
    }
}

fn is_instant(text: &str) -> bool {
    text.len() >= 20
        && text.as_bytes()[10] == b'T'
        && text.is_ascii()
        && text.as_bytes()[13] == b':'
        && (text.ends_with('Z') || text.as_bytes()[text.len() - 6] == b'-' || text.as_bytes()[text.len() - 6] == b'+')
}

/// JSON does not tell `1` from `1.0`.
fn same(left: &Json, right: &Json) -> bool {
    left == right || matches!((left.as_f64(), right.as_f64()), (Some(left), Some(right)) if left == right)
}

/// The first problem of typical mistakes, as `line:column message`. All but the last two begin with a whole service.
const MISTAKES: &[(&str, &str)] = &[];

#[test]
fn typical_mistakes_are_explained_where_they_are() {
    for (mistake, expected) in MISTAKES {
        let read = Read::resolved(format!("services:\n  a:\n    image: x\n{mistake}\n")).unwrap();
        assert_eq!(read.first(), *expected, "{mistake}");
    }
}
