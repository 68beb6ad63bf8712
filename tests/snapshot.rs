//! How many findings of each rule there are in the projects of `fixtures/corpus/`, so that a review shows whom a change
//! of a rule reaches.

use crate::support::{
    Checked, Texts, assert_none, check_named, entries, expect_file, files_below, has_extension, read, root, shown,
    unsound,
};
use plimsoll_core::check::{Group, Options};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::load::discover::{DEFAULT_NAMES, OVERRIDE_NAMES, base_name};
use plimsoll_core::load::likeness::is_compose;
use plimsoll_rules::RULES;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const HEAD: &str = "\
# What the rules find in the projects of this folder. `UPDATE_EXPECT=1 cargo test snapshot` writes this file.

# Findings of each file, with the rules that are on by default. Files without any are counted at the end.
";

const TOTALS: &str = "
# Findings of each rule: on by default, with all rules selected, and in how many files. Rules without any are left out.
";

/// How often something is there.
type Counts = BTreeMap<&'static str, usize>;

/// A file that Compose could be started with, and what is found in its project.
struct File {
    name: String,
    by_default: Checked,
    with_all: Checked,
}

/// Every `fixtures/corpus/<project>/`.
fn projects() -> Vec<PathBuf> {
    entries(&root().join("fixtures/corpus")).into_iter().filter(|it| it.is_dir()).collect()
}

/// The files of a project, by their path in it.
fn texts_of(project: &Path) -> Texts {
    let name = |it: &Path| shown(it.strip_prefix(project).unwrap());
    files_below(project).iter().map(|it| (name(it), read(it))).collect()
}

/// Whether somebody gives this file to Compose. An override comes along with its base.
fn is_named(path: &str, text: &str) -> bool {
    let name = base_name(path);
    let json = has_extension(Path::new(path), "json") && name.starts_with("compose");
    !OVERRIDE_NAMES.contains(&name) && (json || DEFAULT_NAMES.contains(&name) || is_compose(path, text))
}

/// All files that are named. What another one of the project includes, extends or merges is part of that one.
fn files() -> Vec<File> {
    let mut all = Options::default();
    all.selection.select.push("all".to_string());
    let mut files = Vec::new();
    for project in projects() {
        let texts = texts_of(&project);
        let mut paths: Vec<&String> = texts.iter().filter(|it| is_named(it.0, it.1)).map(|it| it.0).collect();
        paths.sort_by_key(|it| (it.matches('/').count(), !DEFAULT_NAMES.contains(&base_name(it)), *it));
        let mut parts = BTreeSet::new();
        for path in paths {
            if parts.contains(path) {
                continue;
            }
            let check = |options: &Options| check_named(&texts, path, RULES, options);
            let name = format!("{}/{path}", project.file_name().unwrap().to_string_lossy());
            let file = File { name, by_default: check(&Options::default()), with_all: check(&all) };
            parts.extend(file.with_all.sources.iter().map(|it| it.1.name().to_string()));
            files.push(file);
        }
    }
    files
}

fn counts(checked: &Checked) -> Counts {
    let mut counts = Counts::new();
    for found in &checked.found {
        *counts.entry(found.rule).or_default() += 1;
    }
    counts
}

#[test]
fn the_counts_are_those_that_were_looked_at() {
    let mut text = HEAD.to_string();
    let (mut by_default, mut with_all, mut reached) = (Counts::new(), Counts::new(), Counts::new());
    let (mut clean, mut many) = (0, 0);
    for file in files() {
        let found = counts(&file.by_default);
        let list: Vec<String> = found.iter().map(|(rule, count)| format!("{rule}×{count}")).collect();
        if list.is_empty() {
            clean += 1;
        } else {
            let _ = writeln!(text, "{}: {}", file.name, list.join(" "));
        }
        found.into_iter().for_each(|(rule, count)| *by_default.entry(rule).or_default() += count);
        for (rule, count) in counts(&file.with_all) {
            *with_all.entry(rule).or_default() += count;
            *reached.entry(rule).or_default() += 1;
        }
        many += 1;
    }
    let _ = writeln!(text, "without findings: {clean} of {many}");
    text.push_str(TOTALS);
    for (rule, count) in &with_all {
        let on = by_default.get(rule).unwrap_or(&0);
        let _ = writeln!(text, "{rule:<32} {on:>4} {count:>4} {:>4}", reached[rule]);
    }
    let mut wrong = Vec::new();
    expect_file(&root().join("fixtures/corpus/counts.txt"), Some(&text), &mut wrong);
    assert_none(
        &wrong,
        "look at the findings that came or went; `UPDATE_EXPECT=1 cargo test snapshot` keeps the counts",
    );
}

#[test]
fn only_what_compose_refuses_is_said_to_be_refused() {
    assert!(projects().len() >= 60);
    let mut wrong = Vec::new();
    let mut refused = 0;
    for file in files() {
        wrong.extend(unsound(&file.with_all).iter().map(|it| format!("{}: {it}", file.name)));
        let is_refusal = |rule: &str| plimsoll_rules::rule(rule).is_some_and(|it| it.group == Group::Correctness);
        let mut refusals =
            file.with_all.found.iter().filter(|it| it.severity == Severity::Error && is_refusal(it.rule));
        let first = refusals.next().map(|it| it.rule);
        let expected = file.name.split('/').next().unwrap().ends_with("-refused");
        refused += usize::from(expected);
        if first.is_some() != expected {
            wrong.push(format!("{}: {}", file.name, first.unwrap_or("nothing is said of what Compose refuses")));
        }
    }
    assert!(refused >= 4);
    assert_none(&wrong, "Docker Compose takes every project there but those whose name ends in `-refused`");
}
