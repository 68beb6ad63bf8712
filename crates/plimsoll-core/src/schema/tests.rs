//! Mistakes with their exact messages, and what looks like a mistake and is none.
//!
//! Every line of the three lists was held against Docker Compose 2.40.3: it refuses the mistakes and accepts the rest.
//! A line stands for a whole file: `^` begins what follows a complete service, `!` a whole file, and anything else is
//! a key of the service `a` beside a service `b`. Under a mistake stand what is blamed, the message, and the help.

use super::walk::Walk;
use super::{check, check_override, top};
use crate::load::interpolate::Variables;
use crate::load::resolve::resolve;
use crate::problem::{Problem, ProblemKind};
use crate::source::Sources;
use crate::syntax;
use crate::tree::{NodeId, Tree};

fn with<T>(text: &str, variables: &Variables, look: impl FnOnce(&Tree, NodeId, &Sources) -> T) -> T {
    let (mut sources, mut tree, mut problems) = (Sources::new(), Tree::default(), Vec::new());
    let file = sources.add_text("compose.yaml", text);
    let document = syntax::parse(&mut tree, file, sources.get(file), &mut problems);
    resolve(&mut tree, &document, variables, &mut 0, &mut problems);
    assert!(problems.is_empty(), "{text}: {problems:?}");
    look(&tree, document.roots[0], &sources)
}

fn problems_of(text: &str, variables: &Variables) -> Vec<Problem> {
    with(text, variables, |tree, root, _| {
        let mut problems = Vec::new();
        check(tree, root, &mut problems);
        problems
    })
}

fn file(line: &str) -> String {
    if let Some(rest) = line.strip_prefix("^ ") {
        format!("services: {{a: {{image: x}}}}\n{rest}")
    } else if let Some(rest) = line.strip_prefix("! ") {
        rest.to_string()
    } else {
        format!("services: {{a: {{image: x, {line}}}, b: {{image: x}}}}")
    }
}

/// A service with one more key, in block style, since `{` has a meaning in flow style.
fn block(line: &str) -> String {
    format!("services:\n  a:\n    image: x\n    {line}\n  b: {{image: x}}\n")
}

fn mistakes(list: &str, kind: ProblemKind) {
    let lines: Vec<&str> = list.lines().collect();
    let mut wrong = Vec::new();
    for pair in lines.chunks(2) {
        let said = with(&file(pair[0]), &Variables::complete(), |tree, root, sources| {
            let mut problems = Vec::new();
            check(tree, root, &mut problems);
            let lines = problems.iter().map(|it| {
                assert_eq!(it.kind, kind, "{}", pair[0]);
                let help = it.help.as_ref().map_or(String::new(), |help| format!(" ¦ {help}"));
                format!("    {} ¦ {}{help}", sources.slice(it.span), it.message)
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        if said != pair[1] {
            wrong.push(format!("{}\n{said}", pair[0]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unknown_keys_are_reported_with_what_was_meant() {
    mistakes(include_str!("tests/unknown_keys.txt"), ProblemKind::UnknownKey);
}

#[test]
fn invalid_values_are_reported_with_what_is_right() {
    mistakes(include_str!("tests/invalid_values.txt"), ProblemKind::InvalidValue);
}

#[test]
fn what_compose_accepts_is_not_reported() {
    for line in include_str!("tests/accepted.txt").lines() {
        let problems = problems_of(&file(line), &Variables::complete());
        assert!(problems.is_empty(), "{line}: {problems:?}");
    }
}

#[test]
fn the_unknown_is_not_reported() {
    let unknown = Variables::unknown();
    for line in [
        "ports: '${PORTS}'",
        "ports: ['${A}:${B}', '${A}x']",
        "read_only: ${RO}",
        "healthcheck: {interval: '${I}', test: ['${T}', a]}",
        "mem_limit: ${M}q",
        "security_opt: ['${A}', '${A}']",
        "depends_on: {b: {condition: '${C}'}}",
        "deploy: {replicas: '${N}'}",
        "environment: ['${NAME} =1']",
    ] {
        assert_eq!(problems_of(&block(line), &unknown), [], "{line}");
    }
    // A default is what Compose would read.
    assert_eq!(problems_of(&block("read_only: ${RO:-maybe}"), &unknown).len(), 1);
}

#[test]
fn what_comes_out_of_a_variable_is_a_string() {
    let mut variables = Variables::complete();
    variables.set("A", "80").set("TRUE", "true").set("EMPTY", "");
    for line in ["user: $A", "user: ${A}", "user: ${TRUE}", "user: ${EMPTY}", "read_only: ${TRUE}", "scale: $A"] {
        assert_eq!(problems_of(&block(line), &variables), [], "{line}");
    }
    assert_eq!(problems_of(&block("blkio_config: {weight: $A}"), &variables).len(), 1);
}

#[test]
fn a_mistake_behind_aliases_is_reported_once() {
    let text = "x-health: &health {intervall: 5s, timeout: 5}\nservices:\n  a: &a {image: x, healthcheck: *health}\n  \
                b: {image: x, healthcheck: *health}\n  c: *a\n  d: {<<: *a, hostname: d}\n";
    let problems = problems_of(text, &Variables::complete());
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn what_stands_in_the_base_is_not_missed() {
    let text = "services:\n  a:\n    environment:\n    depends_on: {b: {restart: true}}\n    prots: []\n    \
                volumes: [{type: volume}]\n";
    let said = with(text, &Variables::complete(), |tree, root, _| {
        let mut problems = Vec::new();
        check_override(tree, root, &mut problems);
        problems.into_iter().map(|it| it.message).collect::<Vec<_>>()
    });
    assert_eq!(said, ["`prots` is not a key of a service", "an item of `volumes` needs `target`"]);
    let extends = "services:\n  a: {extends: b, environment: , depends_on: {c: {restart: true}}}\n";
    assert_eq!(problems_of(extends, &Variables::complete()), []);
}

#[test]
fn the_walk_is_bounded() {
    // 4^30 values for who follows every alias.
    let mut text = "x-0: &l0 {a: b}\n".to_string();
    for level in 1..30 {
        let below = format!("*l{}", level - 1);
        text += &format!("x-{level}: &l{level} {{a: {below}, b: {below}, c: {below}, d: {below}}}\n");
    }
    text += "services: {a: {image: x, environment: *l29, ports: [*l29, *l29]}}\n";
    assert!(problems_of(&text, &Variables::complete()).len() < 20);
    with(&file("cap_add: [a, b, c]"), &Variables::complete(), |tree, root, _| {
        let mut problems = Vec::new();
        Walk::new(tree, false, &mut problems).limit(3).root(root, &top::FILE);
        let said: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(said, ["aliases expand to too many values"]);
    });
}
