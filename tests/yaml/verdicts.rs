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

/// Typical mistakes below a whole service, with their first problem as `line:column message`.
const MISTAKES: &[(&str, &str)] = &[
    ("    command: \"abc\n    ports: []", "4:14 a quote is opened and not closed"),
    ("    command: 'abc", "4:14 a quote is opened and not closed"),
    ("    command: 'it's'", "4:18 text follows a quote that is already closed"),
    ("    command: \"C:\\Users\"", "4:17 `\\U` is no escape of a text in double quotes"),
    ("    command: \"a\n  b\"", "5:3 a text in quotes goes on without indentation"),
    ("    command: [a, b\n    ports: []", "4:14 a bracket is opened and not closed"),
    ("    command: [a, {b: c]", "4:18 this bracket is closed by one of another kind"),
    ("    command: [a, b]]", "4:20 this bracket closes nothing"),
    ("   command: a", "4:4 the indentation of this line fits no line above it"),
    ("      command: a", "4:7 this key is indented deeper than the line above, which already has a value"),
    ("    ports:\n      - a\n     - b", "6:6 an item of a list stands here among keys"),
    ("\tcommand: a", "4:1 a tab is used for indentation"),
    ("    ports:\n\t- a", "5:1 a tab is used for indentation"),
    ("    command:a\n    ports: []", "4:12 a blank is missing after this `:`"),
    ("    command:a", "4:12 a blank is missing after this `:`"),
    ("    command\n    ports: []", "4:5 this line is only text; a `:` is missing"),
    ("    ports:\n      - 80:80\n      81:81", "6:7 this item of a list does not begin with `- `"),
    ("    ports:\n      - 80:80\n      -81:81", "6:7 a blank is missing after this `-`"),
    ("    ports:\n      - 80:80\n      a: b", "6:7 this line stands between the items of a list and is none"),
    ("    command: - a", "4:14 a list cannot begin on the line of its key"),
    ("    command: @x", "4:14 a value cannot begin with `@`"),
    ("    command: `x`", "4:14 a value cannot begin with a backquote"),
    ("    command: *.log", "4:14 a value cannot begin with `*`, which is the sign of an alias"),
    ("    command: *none", "4:14 `*none` has no anchor before it"),
    ("    command: {{ x }}", "4:15 `{{ … }}` is a mapping inside a mapping to YAML, not text"),
    ("{{- if x }}", "4:1 a template is not YAML"),
    ("    command: a: b: c", "4:15 the value holds a second `: `"),
    ("    command: a # b\n      c", "4:16 a comment interrupts a text that goes on below"),
    ("    command: | a\n      b", "4:14 text follows a `|` or `>` on the same line"),
    ("<<<<<<< HEAD\n    ports: []\n=======", "4:1 a merge conflict is not resolved here"),
    ("    <<:", "4:5 `<<` can only take in a mapping"),
    ("    image: y", "4:5 the key `image` is already defined"),
    ("    5: y", "4:5 the key `5` is not a string"),
    ("    command: !!int five", "4:20 the value is not what its tag `!!int` says"),
    ("...\nx-a: b", "5:1 a document behind `...` must begin with `---`"),
];

#[test]
fn typical_mistakes_are_explained_where_they_are() {
    for (mistake, expected) in MISTAKES {
        let read = Read::resolved(format!("services:\n  a:\n    image: x\n{mistake}\n")).unwrap();
        assert_eq!(read.first(), *expected, "{mistake}");
    }
}
