//! Input that is meant to hurt: it is read in bounded time, and what is wrong with it is said.

use super::Read;
use plimsoll_core::tree::NodeId;
use std::fmt::Write;

/// What is found first in a file, which is all that these tests ask beside coming to an end.
fn first(text: &str) -> String {
    Read::resolved(text).unwrap().first()
}

#[test]
fn deep_files_are_refused_where_they_become_too_deep() {
    let deep = 10_000;
    let block: String = (0..2_000).map(|it| format!("{}k:\n", " ".repeat(it))).collect();
    assert_eq!(first(&block), "256:256 the file is nested too deeply");
    assert_eq!(first(&"[".repeat(deep)), "1:256 the file is nested too deeply");
    assert_eq!(first(&"{".repeat(deep)), "1:256 the file is nested too deeply");
    assert_eq!(first(&"? ".repeat(deep)), "1:511 the file is nested too deeply");
    assert_eq!(first(&"- ".repeat(deep)), "1:511 the file is nested too deeply");
    assert_eq!(first(&"{a: [".repeat(deep)), "1:640 the file is nested too deeply");
    assert_eq!(first(&format!("{}{}", "[".repeat(255), "]".repeat(255))), "no problem");
}

#[test]
fn an_alias_inside_its_own_anchor_ends_there() {
    assert_eq!(first("a: &a\n  k: *a\n"), "2:6 `*a` stands inside its own anchor");
    assert_eq!(first("a: &a [1, *a]\n"), "1:11 `*a` stands inside its own anchor");
    assert_eq!(first("a: &a\n  <<: *a\n"), "2:7 `*a` stands inside its own anchor");
    assert_eq!(first("a: &a\n  b: [{<<: [*a]}]\n"), "2:13 `*a` stands inside its own anchor");
    assert_eq!(first("&a *a\n"), "1:4 text follows a value that is already complete");
}

#[test]
fn billions_of_laughs_are_never_copied() {
    let mut plain = "a0: &a0 [lol]\n".to_string();
    let mut merged = "a0: &a0 {k0: 0}\n".to_string();
    for level in 1..1_000 {
        let before = level - 1;
        let ten = vec![format!("*a{before}"); 10].join(", ");
        writeln!(plain, "a{level}: &a{level} [{ten}]").unwrap();
        writeln!(merged, "a{level}: &a{level} {{<<: [{ten}], k{level}: 0}}").unwrap();
    }
    assert_eq!(first(&plain), "no problem");
    // Each level takes in all keys of those before it, so the sum is what grows.
    let found = first(&merged);
    assert!(found.ends_with("the merge keys of this file take in too many entries"), "{found}");
    let wide: String = (0..20_000).map(|it| format!("  k{it}: 1\n")).collect();
    let uses: String = (0..20_000).map(|it| format!("m{it}:\n  <<: *a\n")).collect();
    let read = Read::resolved(format!("a: &a\n{wide}{uses}")).unwrap();
    assert_eq!(read.problems.len(), 1, "it is said once");
    // The ways of the entries are bounded with them.
    let chain: String = (1..50_000).map(|it| format!("a{it}: &a{it} {{<<: *a{}}}\n", it - 1)).collect();
    assert!(first(&format!("a0: &a0 {{k: 1}}\n{chain}")).ends_with("take in too many entries"));
}

#[test]
fn many_anchors_comments_keys_and_long_lines() {
    let chained: String = (1..100_000).map(|it| format!("a{it}: &a{it} [*a{}]\n", it - 1)).collect();
    assert_eq!(first(&format!("a0: &a0 1\n{chained}")), "no problem");
    assert_eq!(first(&format!("a: {}\n", "x".repeat(1 << 20))), "no problem");
    assert_eq!(first(&format!("a: \"{}\"\n", "x \\n".repeat(1 << 18))), "no problem");
    assert_eq!(first(&format!("a: >\n{}", "  x\n".repeat(100_000))), "no problem");
    assert_eq!(first(&format!("a: \"x\n{}\"\n", "  x\n".repeat(100_000))), "no problem");
    assert_eq!(first(&format!("a:\n{}  - b\n", "  # c\n".repeat(100_000))), "no problem");
    assert_eq!(
        first(&format!("{}a: b\n", "-\n# c\n".repeat(50_000))),
        "100001:1 this line stands between the items of a list and is none"
    );
    let keys: String = (0..200_000).map(|it| format!("k{it}: v\n")).collect();
    assert_eq!(first(&keys), "no problem");
    let read = Read::resolved("k: v\n".repeat(50_000)).unwrap();
    assert_eq!(read.problems.len(), 49_999);
    assert!(read.problems.iter().all(|it| read.sources.start(it.labels[0].span).line == 1));
    let read = Read::resolved(format!("{{{}}}", "k, ".repeat(50_000))).unwrap();
    assert_eq!(read.problems.len(), 49_999);
}

#[test]
fn characters_that_compose_reads_nowhere() {
    assert_eq!(first("a: b\0c\n"), "1:5 the control character U+0000 stands in the file");
    assert_eq!(first("a: b # \u{1}\n"), "1:8 the control character U+0001 stands in the file");
    assert_eq!(first("a: \"\u{1b}\"\n"), "1:5 the control character U+001B stands in the file");
    assert_eq!(first("a: \u{7f}\n"), "1:4 the control character U+007F stands in the file");
    assert_eq!(first("a: é\u{9f}\n"), "1:5 the control character U+009F stands in the file");
    assert_eq!(first("a: \u{ffff}\n"), "1:4 the control character U+FFFF stands in the file");
    assert_eq!(first(&"\0".repeat(1 << 20)), "1:1 the control character U+0000 stands in the file");
    assert_eq!(first("a: b\rc: d\r"), "no problem");
    assert_eq!(first("a: b\rc d\r"), "2:1 this line is only text; a `:` is missing");
    assert_eq!(first(&format!("a:{}b: c", "\r".repeat(1 << 20))), "no problem");
}

#[test]
fn what_makes_other_readers_slow() {
    let many = 100_000;
    assert_eq!(first(&"\"".repeat(many)), "1:3 text follows a quote that is already closed");
    assert_eq!(first(&"'".repeat(many + 1)), "1:1 a quote is opened and not closed");
    assert_eq!(first(&"\" ".repeat(many)), "1:5 text follows a quote that is already closed");
    assert_eq!(first(&"[]".repeat(many)), "1:3 text follows a value that is already complete");
    assert_eq!(first(&format!("[{}]", "[],".repeat(many))), "no problem");
    assert_eq!(first(&format!("[{}]", "{},".repeat(many))), "no problem");
    assert_eq!(first(&format!("{}a: b", "%TAG !a! tag:a\n".repeat(many))), "2:1 this is not valid YAML");
    assert_eq!(
        first(&format!("{}a: b", "%FOO x\n".repeat(many))),
        "100001:1 the indentation of this line fits no line above it"
    );
    assert_eq!(first(&"a: [\n".repeat(many)), "256:4 the file is nested too deeply");
    assert_eq!(first(&format!("a: [{}", "b,\n".repeat(many))), "1:4 a bracket is opened and not closed");
    assert_eq!(first(&"&a ".repeat(many)), "1:4 text follows a value that is already complete");
    assert_eq!(first(&"*a ".repeat(many)), "1:1 `*a` has no anchor before it");
    assert_eq!(first(&"<<<<<<< x\n".repeat(many)), "no problem");
    assert_eq!(
        first(&format!("a: |\n{}b", "  \t\n".repeat(many))),
        "100002:1 this line is only text; a `:` is missing"
    );
    assert_eq!(
        first(&format!("a:\n{}", "\t# x\n".repeat(many))),
        "2:1 a tab is used for indentation; Compose reads only blanks"
    );
    assert_eq!(first(&format!("a: \"{}", "\\".repeat(many))), "1:4 a quote is opened and not closed");
}

/// Nothing that is read refers to a node that is not there.
#[test]
fn ids_stay_inside_the_tree() {
    let read = Read::resolved("a: &a [1]\n&k b: *a\nc: *k\nd: *none\n").unwrap();
    let mut waiting: Vec<NodeId> = read.document.roots.clone();
    let mut count = 0;
    while let Some(id) = waiting.pop() {
        count += 1;
        waiting.extend(read.tree.entries(id).iter().map(|it| it.value));
        waiting.extend(read.tree.items(id).iter().map(|it| it.value));
    }
    assert_eq!(count, 7);
    assert_eq!(read.json(read.document.roots[0], 9)["c"], "b");
}
