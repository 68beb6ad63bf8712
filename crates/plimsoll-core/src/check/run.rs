//! Running rules: what they find, what is suppressed, and what rests on a default.

use super::{Cx, Facts, Options, Rule, Selection, YAML_SYNTAX, owners};
use crate::diagnostic::{Diagnostic, Severity, where_unset};
use crate::fix::Editor;
use crate::ignore;
use crate::load::Loaded;
use crate::model::Project;
use crate::parallel::join;
use crate::problem::{Problem, ProblemKind};
use crate::source::{Sources, Span};
use crate::tree::Tree;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the selected rules find, without what is suppressed.
pub(super) fn run(
    sources: &Sources,
    loaded: &Loaded,
    project: &Project,
    problems: &[Problem],
    rules: &[&'static Rule],
    options: &Options,
) -> Vec<Diagnostic> {
    // What would not be shown need not be looked for.
    let worst = |it: &Rule| options.severity.get(it.id).copied().unwrap_or(it.severity);
    let shown = |it: &&Rule| worst(it) > Severity::Info || options.selection.wants_info();
    let selected = rules.iter().copied().filter(|it| options.selection.runs(it)).filter(shown);
    let selected: Vec<&'static Rule> = selected.collect();
    let mut found = findings(project, problems, (sources, loaded), selected.iter().copied(), options);
    found.extend(unread(problems, rules, &selected, &options.selection));
    name_defaults(&loaded.tree, &mut found);
    if loaded.knows_variables {
        hide_values(sources, loaded, &mut found);
    }
    owners::apply(loaded, project, options, |id| selected.iter().any(|it| it.id == id), &mut found);
    ignore::apply(sources, loaded, rules, &selected, &mut found);
    for it in &mut found {
        it.severity = options.severity.get(it.rule).copied().unwrap_or(it.severity);
    }
    found.retain(|it| it.severity > Severity::Info || options.selection.wants_info());
    found.sort_by(|a, b| (a.span, a.rule, &a.message).cmp(&(b.span, b.rule, &b.message)));
    found
}

/// Limits that were passed and texts that are no YAML, if the rule that says so does not run: a file that nobody has
/// looked at is not a good one. Who ignores the rule wants to hear nothing of YAML, but a limit is said all the same.
fn unread(
    problems: &[Problem],
    rules: &[&'static Rule],
    selected: &[&'static Rule],
    selection: &Selection,
) -> Vec<Diagnostic> {
    let rule = |all: &[&'static Rule]| all.iter().copied().find(|it| it.id == YAML_SYNTAX);
    let Some(known) = rule(rules).filter(|_| rule(selected).is_none()) else { return Vec::new() };
    let ignored = selection.ignores(known);
    let wanted = |it: &&Problem| it.kind == ProblemKind::Limit || it.kind == ProblemKind::YamlSyntax && !ignored;
    problems.iter().filter(wanted).map(|it| it.diagnostic(YAML_SYNTAX, Severity::Error)).collect()
}

/// What some rules find, in the order of the files.
pub(super) fn findings(
    project: &Project,
    problems: &[Problem],
    (sources, loaded): (&Sources, &Loaded),
    rules: impl Iterator<Item = &'static Rule>,
    options: &Options,
) -> Vec<Diagnostic> {
    let facts = Facts::default();
    let run = |rule: &'static Rule, editor: &Editor<'_>, found: &mut Vec<Diagnostic>| {
        let mut cx = Cx {
            project,
            hosts: options.hosts,
            knowledge: &options.knowledge,
            problems,
            facts: &facts,
            editor,
            rule,
            found: Vec::new(),
        };
        (rule.check)(&mut cx);
        found.append(&mut cx.found);
    };
    // What an editor finds out about a large file is large, so those that make edits share one.
    let (editing, others): (Vec<_>, Vec<_>) = rules.partition(|it| it.fix.is_some());
    let next = AtomicUsize::new(0);
    let work = |first: &[&'static Rule]| {
        let (editor, mut found) = (Editor::new(sources, loaded), Vec::new());
        first.iter().for_each(|it| run(it, &editor, &mut found));
        while let Some(rule) = others.get(next.fetch_add(1, Ordering::Relaxed)) {
            run(rule, &editor, &mut found);
        }
        found
    };
    let (mut found, mut rest) = join(loaded.is_large(), || work(&editing), || work(&[]));
    found.append(&mut rest);
    let mut seen = HashSet::new();
    found.sort_by(|a, b| (a.span, a.rule, &a.message).cmp(&(b.span, b.rule, &b.message)));
    // What is written once is blamed once, however many services take it in.
    found.retain(|it| seen.insert((it.rule, it.span)));
    found
}

/// Puts the variable in the place of its value, wherever a finding quotes the text that it blames. Names of services
/// and the like are told by every rule, and may come from a `.env` all the same. What is written in one of the files
/// as well is no secret, and is meant there.
fn hide_values(sources: &Sources, loaded: &Loaded, found: &mut [Diagnostic]) {
    let tree = &loaded.tree;
    let mut texts: Vec<(Span, Vec<(&str, &str)>)> = Vec::new();
    for text in tree.interpolated() {
        let values: Vec<(&str, &str)> = text.inserted().filter(|it| it.1.len() >= SHORTEST).collect();
        if !values.is_empty() {
            texts.push((text.span(), values));
        }
    }
    texts.sort_by_key(|it| it.0);
    let mut written: HashMap<&str, bool> = HashMap::new();
    let mut is_written = |value| {
        let somewhere = || loaded.documents.iter().any(|it| sources.get(it.file).text().contains(value));
        *written.entry(value).or_insert_with(somewhere)
    };
    for it in found {
        let spans: Vec<Span> = std::iter::once(it.span).chain(it.labels.iter().map(|it| it.span)).collect();
        for span in spans {
            let end = texts.partition_point(|it| it.0 <= Span { end: u32::MAX, ..span });
            let near = texts[..end].last().filter(|it| it.0.file == span.file && it.0.end >= span.start);
            for (variable, value) in near.into_iter().flat_map(|it| &it.1) {
                let mut hide = |text: &mut String| {
                    if text.contains(value) && !is_written(value) {
                        *text = hidden(text, value, variable);
                    }
                };
                hide(&mut it.message);
                hide(&mut it.reason);
                it.help.iter_mut().for_each(&mut hide);
                it.labels.iter_mut().for_each(|it| hide(&mut it.text));
            }
        }
    }
}

/// A text with a variable in the place of its value, where it quotes. Words outside of quotes are our own.
fn hidden(text: &str, value: &str, variable: &str) -> String {
    let with = format!("${{{variable}}}");
    if value.contains('`') {
        return text.replace(value, &with);
    }
    let parts = text.split('`').enumerate();
    let parts: Vec<String> =
        parts.map(|(at, it)| if at % 2 == 1 { it.replace(value, &with) } else { it.to_string() }).collect();
    parts.join("`")
}

/// A value with fewer bytes than this is in half of all words, and tells nothing.
const SHORTEST: usize = 4;

/// A scalar in which a variable has its default.
struct Default<'a> {
    scalar: Span,
    variable: &'a str,
    expression: Span,
}

/// How many scalars a finding is held against at the most. A span that covers more says nothing about one of them.
const NEAREST: usize = 32;

/// Says of each finding whether it rests on the default of a variable: `${V:-default}` may be something else elsewhere.
fn name_defaults(tree: &Tree, found: &mut [Diagnostic]) {
    let mut defaults: Vec<Default<'_>> = Vec::new();
    for text in tree.interpolated() {
        defaults.extend(text.assumptions().iter().map(|it| Default {
            scalar: text.span(),
            variable: &it.variable,
            expression: it.span,
        }));
    }
    if defaults.is_empty() {
        return;
    }
    defaults.sort_by_key(|it| it.scalar);
    for diagnostic in found {
        let spans: Vec<Span> =
            std::iter::once(diagnostic.span).chain(diagnostic.labels.iter().map(|it| it.span)).collect();
        for span in spans {
            let end = Span { start: span.end.max(span.start + 1), ..span };
            let before = defaults.partition_point(|it| it.scalar < Span { end: 0, ..end });
            for it in defaults[..before].iter().rev().take(NEAREST) {
                let touches = it.scalar.file == span.file && it.scalar.end > span.start;
                let text = where_unset(it.variable);
                let said =
                    diagnostic.reason.contains(&text) || diagnostic.labels.iter().any(|label| label.text == text);
                if touches && !said {
                    diagnostic.label(it.expression, text);
                }
            }
        }
    }
}
