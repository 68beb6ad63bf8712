//! Suppression: `# plimsoll: ignore[rule-id, …] reason` behind a line, above it, or above a service.

use crate::check::{INVALID_IGNORE, Rule, UNUSED_IGNORE};
use crate::diagnostic::Diagnostic;
use crate::load::Loaded;
use crate::source::{FileId, Source, Sources, Span};
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// One rule named in one comment, and the lines (from 0, inclusive) on which it is silent.
struct Ignore {
    rule: String,
    span: Span,
    lines: RangeInclusive<usize>,
    used: bool,
}

/// Takes away what is suppressed, and adds what is wrong with the suppressions themselves.
pub(crate) fn apply(
    sources: &Sources,
    loaded: &Loaded,
    rules: &[&'static Rule],
    selected: &[&'static Rule],
    found: &mut Vec<Diagnostic>,
) {
    let rule = |id: &str| selected.iter().find(|it| it.id == id);
    for document in &loaded.documents {
        let source = sources.get(document.file);
        let mut ignores: Vec<Ignore> = Vec::new();
        let (mut places, mut guesses) = (None, HashMap::new());
        for comment in &document.comments {
            let text = sources.slice(*comment);
            let Some(body) = directive(text) else { continue };
            let start = comment.start as usize + (text.len() - body.len());
            match names(body) {
                Ok(names) => {
                    let places = places.get_or_insert_with(|| Places::new(source, loaded, document.file));
                    let lines = places.scope(source, *comment);
                    for name in names {
                        let at = start + name.start..start + name.end;
                        let id = &body[name];
                        let span = Span::new(document.file, at);
                        if let Some(known) = rules.iter().find(|it| it.id == id) {
                            ignores.push(Ignore {
                                rule: known.id.to_string(),
                                span,
                                lines: lines.clone(),
                                used: false,
                            });
                        } else if let Some(rule) = rule(INVALID_IGNORE) {
                            found.push(unknown(rule, rules, id, span, &mut guesses));
                        }
                    }
                }
                Err(why) => {
                    if let Some(rule) = rule(INVALID_IGNORE) {
                        let message = format!("this suppression is not understood: {why}");
                        let mut problem = Diagnostic::new(rule.id, rule.severity, *comment, message);
                        problem.help("write `# plimsoll: ignore[rule-id] reason`");
                        found.push(problem);
                    }
                }
            }
        }
        if ignores.is_empty() {
            continue;
        }
        suppress(&mut ignores, source, document.file, found);
        let Some(unused) = rule(UNUSED_IGNORE) else { continue };
        for ignore in ignores.iter().filter(|it| !it.used && rule(&it.rule).is_some()) {
            let message = format!("nothing here is suppressed by `ignore[{}]`", ignore.rule);
            let mut problem = Diagnostic::new(unused.id, unused.severity, ignore.span, message);
            problem.help("remove it, so that it does not hide a later finding");
            found.push(problem);
        }
    }
}

/// Takes away what is suppressed in one file. There may be thousands of findings and of comments.
fn suppress(ignores: &mut [Ignore], source: &Source, file: FileId, found: &mut Vec<Diagnostic>) {
    // What is named in several comments for the same lines is looked up once.
    let mut groups: HashMap<&str, HashMap<(usize, usize), bool>> = HashMap::new();
    for it in ignores.iter() {
        groups.entry(&it.rule).or_default().insert((*it.lines.start(), *it.lines.end()), false);
    }
    let mut sorted: HashMap<&str, Vec<(usize, usize, usize, bool)>> = HashMap::new();
    for (rule, ranges) in groups {
        let mut ranges: Vec<_> = ranges.into_keys().map(|(start, end)| (start, end, end, false)).collect();
        ranges.sort_unstable();
        // With the last line of this one and all before it, the way back has an end.
        for at in 1..ranges.len() {
            ranges[at].2 = ranges[at].1.max(ranges[at - 1].2);
        }
        sorted.insert(rule, ranges);
    }
    found.retain(|it| {
        let Some(ranges) = sorted.get_mut(it.rule).filter(|_| it.span.file == file) else { return true };
        let line = source.line_of(it.span.start);
        let before = ranges.partition_point(|it| it.0 <= line);
        let mut keep = true;
        for range in ranges[..before].iter_mut().rev().take_while(|it| it.2 >= line).filter(|it| it.1 >= line) {
            range.3 = true;
            keep = false;
        }
        keep
    });
    let used = |it: &Ignore| {
        let ranges = sorted.get(it.rule.as_str())?;
        let at = ranges.binary_search_by_key(&(*it.lines.start(), *it.lines.end()), |it| (it.0, it.1)).ok()?;
        Some(ranges[at].3)
    };
    let used: Vec<bool> = ignores.iter().map(|it| used(it).unwrap_or_default()).collect();
    ignores.iter_mut().zip(used).for_each(|(it, used)| it.used = used);
}

/// How many words that are no rules are compared with all rules. Nobody misspells as many.
const GUESSES: usize = 1_000;

fn unknown(
    rule: &Rule,
    rules: &[&'static Rule],
    id: &str,
    span: Span,
    guesses: &mut HashMap<String, Option<&'static str>>,
) -> Diagnostic {
    let mut problem = Diagnostic::new(rule.id, rule.severity, span, format!("there is no rule `{id}`"));
    if !guesses.contains_key(id) && guesses.len() < GUESSES {
        guesses.insert(id.to_string(), crate::suggest::closest(id, rules.iter().map(|it| it.id)));
    }
    match guesses.get(id).copied().flatten() {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None => problem.help("`plimsoll rules` lists all rules"),
    };
    problem
}

/// Where in a comment that suppresses something a further rule can be named: before its `]`.
pub fn end_of_names(comment: &str) -> Option<usize> {
    let body = directive(comment)?;
    names(body).ok()?;
    Some(comment.len() - body.len() + body.find(']')?)
}

/// What follows `# plimsoll:` in a comment.
fn directive(comment: &str) -> Option<&str> {
    let body = comment.trim_start_matches('#').trim_start();
    Some(body.strip_prefix("plimsoll:")?.trim_start())
}

/// The byte ranges of the rule names in `ignore[a, b] reason`.
fn names(body: &str) -> Result<Vec<std::ops::Range<usize>>, &'static str> {
    let rest = body.strip_prefix("ignore").ok_or("the only word known here is `ignore`")?;
    let list = rest.trim_start();
    let list = list.strip_prefix('[').ok_or("the rules must be named in brackets")?;
    let close = list.find(']').ok_or("the bracket is not closed")?;
    let mut at = body.len() - list.len();
    let mut names = Vec::new();
    for part in list[..close].split(',') {
        let name = part.trim();
        if name.is_empty() {
            return Err("a name is missing between the brackets");
        }
        let start = at + (part.len() - part.trim_start().len());
        names.push(start..start + name.len());
        at += part.len() + 1;
    }
    Ok(names)
}

/// Where the lines of a file lead, for comments that stand above something.
struct Places {
    /// For each line the next one, or itself, that has content.
    content: Vec<usize>,
    /// The last line of the service whose name stands on a line.
    services: HashMap<usize, usize>,
}

impl Places {
    fn new(source: &Source, loaded: &Loaded, file: FileId) -> Places {
        let count = source.line_starts().len();
        let mut content = vec![count; count + 1];
        for line in (0..count).rev() {
            let text = source.text()[source.line_range(line)].trim_start();
            let has_content = !text.is_empty() && !text.starts_with('#');
            content[line] = if has_content { line } else { content[line + 1] };
        }
        let tree = &loaded.tree;
        let entries = loaded.root.and_then(|root| tree.get(root, "services")).map(|it| tree.entries(it.value));
        let mut services = HashMap::new();
        for entry in entries.unwrap_or_default().iter().filter(|it| tree.span(it.key).file == file) {
            let (key, value) = (tree.span(entry.key), tree.span(entry.value));
            // A service that is an alias is written elsewhere, where its own comments stand.
            let end = if entry.path.steps().is_empty() && value.end > key.end { value.end } else { key.end };
            services.entry(source.line_of(key.start)).or_insert(source.line_of(end));
        }
        Places { content, services }
    }

    /// The lines on which a comment is heard: its own; the next one with content, if it stands alone; and the whole
    /// service, if that line names one.
    fn scope(&self, source: &Source, comment: Span) -> RangeInclusive<usize> {
        let own = source.line_of(comment.start);
        let before = &source.text()[source.line_range(own).start..comment.start as usize];
        let alone = before.trim_start_matches('\u{feff}').trim().is_empty();
        let line = if alone { self.content.get(own + 1).copied().unwrap_or(own + 1) } else { own };
        line..=self.services.get(&line).copied().unwrap_or(line)
    }
}
