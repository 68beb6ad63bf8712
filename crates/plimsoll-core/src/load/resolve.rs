//! Aliases and merge keys: every use of an anchor is led to its value, without copying it.

use crate::load::interpolate::{Variables, interpolate};
use crate::load::limits::{INSERTED, MERGED_ENTRIES, more_than};
use crate::problem::{Problem, ProblemKind};
use crate::source::Span;
use crate::syntax::scalar::Kind;
use crate::tree::{Document, Entry, NodeId, Path, Tree, Value, Via};
use std::collections::HashMap;

/// Expands variables, then leads aliases and merge keys to their values, in the nodes of one file.
///
/// Nothing is copied but the entries of merged mappings, and these only up to a limit, so the cost is linear in the
/// file whatever its anchors say.
///
/// `inserted` counts the bytes of the values that variables bring in, over all files of a project.
pub fn resolve(
    tree: &mut Tree,
    document: &Document,
    variables: &Variables,
    inserted: &mut usize,
    problems: &mut Vec<Problem>,
) {
    let mut expansions = Expansions { variables, inserted, problems };
    for at in document.nodes.clone() {
        // The children are taken out while they change: they are all nodes of the same tree.
        match &mut tree.nodes[at].value {
            Value::Mapping(entries) => {
                let mut entries = std::mem::take(entries);
                let written = entries.iter().any(|it| is_alias(tree, it.value)).then(|| entries.clone());
                for entry in &mut entries {
                    follow(tree, &mut entry.value, &mut entry.path, &mut expansions);
                }
                put(tree, at, written.map(Value::Mapping), Value::Mapping(entries));
            }
            Value::Sequence(items) => {
                let mut items = std::mem::take(items);
                let written = items.iter().any(|it| is_alias(tree, it.value)).then(|| items.clone());
                for item in &mut items {
                    follow(tree, &mut item.value, &mut item.path, &mut expansions);
                }
                put(tree, at, written.map(Value::Sequence), Value::Sequence(items));
            }
            _ => {}
        }
    }
    for alone in document.roots.iter().chain(&document.copies) {
        expand(tree, *alone, &mut expansions);
    }
    let mut budget = Some(MERGED_ENTRIES);
    for id in &document.merges {
        merge(tree, *id, &mut budget, problems);
    }
}

fn is_alias(tree: &Tree, id: NodeId) -> bool {
    matches!(&tree.node(id).value, Value::Alias(alias) if alias.target.is_some())
}

/// Puts the children of a node back. Where they are others now, what is written there is kept.
fn put(tree: &mut Tree, at: usize, written: Option<Value>, value: Value) {
    match written {
        None => tree.nodes[at].value = value,
        Some(written) => {
            tree.nodes[at].value = written;
            tree.change(NodeId(at as u32), value);
        }
    }
}

/// Leads an alias to its value, or expands a scalar. Only values come here: keys are never interpolated.
fn follow(tree: &mut Tree, value: &mut NodeId, path: &mut Path, expansions: &mut Expansions<'_>) {
    let node = tree.node(*value);
    if let Value::Alias(alias) = &node.value
        && let Some(target) = alias.target
    {
        // The target is expanded where it stands, and only there.
        *path = Path::default().through(Via::Alias(node.span));
        *value = target;
    } else {
        expand(tree, *value, expansions);
    }
}

/// What variables are expanded with.
struct Expansions<'a> {
    variables: &'a Variables,
    inserted: &'a mut usize,
    problems: &'a mut Vec<Problem>,
}

fn expand(tree: &mut Tree, id: NodeId, expansions: &mut Expansions<'_>) {
    if let Value::Scalar(text) = &tree.node(id).value
        && text.as_str().contains('$')
    {
        let Expansions { variables, inserted, problems } = expansions;
        let before = **inserted;
        let expanded = interpolate(text.clone(), variables, inserted, problems);
        if **inserted > INSERTED && before <= INSERTED {
            let message = "the values of the variables make too much text up to here";
            let problem = Problem::new(ProblemKind::Limit, text.span(), message);
            problems.push(problem.because(more_than(INSERTED >> 20, "MiB")));
        }
        tree.expand(id, expanded);
    }
}

/// What a merge key takes in: a mapping, the way to it, and where it is named.
struct Taken {
    source: NodeId,
    path: Path,
    written: Span,
}

/// Adds the entries of a mapping's `<<`. Own entries win wherever `<<` stands; of several sources the earlier wins.
/// Without a `budget` nothing is taken in any more.
fn merge(tree: &mut Tree, id: NodeId, budget: &mut Option<usize>, problems: &mut Vec<Problem>) {
    let (merges, mut entries): (Vec<Entry>, Vec<Entry>) =
        tree.entries(id).iter().cloned().partition(|it| tree.kind(it.key) == Some(Kind::Merge));
    // The own value of each name, unless it is an alias, which may stand in other places, too.
    let own = |it: &Entry| it.path.steps().is_empty().then_some(it.value);
    let mut names: HashMap<String, Option<NodeId>> =
        entries.iter().map(|it| (tree.key(it.key).to_string(), own(it))).collect();
    let taken: Vec<Taken> = merges.iter().flat_map(|it| sources(tree, it)).collect();
    'all: for Taken { source, path, written } in taken {
        match &tree.node(source).value {
            Value::Mapping(_) => {}
            // The missing anchor is already reported.
            Value::Alias(alias) if alias.target.is_none() => continue,
            _ => {
                let span = path.steps().first().map_or(written, Via::span);
                let problem = Problem::new(ProblemKind::YamlSyntax, span, "`<<` can only take in a mapping");
                problems.push(problem.help("give it an alias to a mapping, or a list of such aliases"));
                continue;
            }
        }
        for at in 0..tree.entries(source).len() {
            let entry = &tree.entries(source)[at];
            let cost = 1 + entry.path.steps().len();
            let Some(left) = *budget else { break 'all };
            *budget = left.checked_sub(cost);
            if budget.is_none() {
                let message = "the merge keys of this file take in too many entries";
                let problem = Problem::new(ProblemKind::Limit, written, message);
                problems.push(problem.because(more_than(MERGED_ENTRIES, "entries")));
                break 'all;
            }
            if let Some(winner) = names.get(tree.key(entry.key)) {
                // A list is not merged, so that what it replaces is lost.
                let (loser, list) = (entry.value, |it: &NodeId| matches!(tree.node(*it).value, Value::Sequence(_)));
                if let Some(winner) = winner.filter(list) {
                    tree.shadow(winner, loser);
                }
                continue;
            }
            names.insert(tree.key(entry.key).to_string(), None);
            let path = Path::default().through(Via::MergeKey(written)).then(&entry.path);
            entries.push(Entry { path, ..entry.clone() });
        }
    }
    tree.change(id, Value::Mapping(entries.into()));
}

/// The values that one `<<` names: a mapping, or each item of a list.
fn sources(tree: &Tree, merge: &Entry) -> Vec<Taken> {
    let written = |value: NodeId, path: &Path| path.steps().first().map_or(tree.span(value), Via::span);
    let whole = match written(merge.value, &merge.path) {
        // `<<:` without a value.
        span if span.is_empty() => tree.span(merge.key),
        span => span,
    };
    match &tree.node(merge.value).value {
        Value::Sequence(items) => {
            let direct = merge.path.steps().is_empty();
            let taken = items.iter().map(|it| Taken {
                source: it.value,
                path: merge.path.then(&it.path),
                // In a list that stands here, the item is what names the source.
                written: if direct { written(it.value, &it.path) } else { whole },
            });
            taken.collect()
        }
        _ => vec![Taken { source: merge.value, path: merge.path.clone(), written: whole }],
    }
}
