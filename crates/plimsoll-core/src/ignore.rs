//! Suppression: `# plimsoll: ignore[rule-id, …] reason` behind a line, above it, or above a service.

use crate::check::{INVALID_IGNORE, Rule, UNUSED_IGNORE};
use crate::diagnostic::Diagnostic;
use crate::load::Loaded;
use crate::source::{Source, Sources, Span};

/// One rule named in one comment, and the lines (from 0, inclusive) on which it is silent.
struct Ignore {
    rule: String,
    span: Span,
    lines: std::ops::RangeInclusive<usize>,
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
        for comment in &document.comments {
            let text = sources.slice(*comment);
            let Some(body) = directive(text) else { continue };
            let start = comment.start as usize + (text.len() - body.len());
            match names(body) {
                Ok(names) => {
                    let lines = scope(source, loaded, *comment);
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
                            found.push(unknown(rule, rules, id, span));
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
        found.retain(|it| {
            if it.span.file != document.file {
                return true;
            }
            let line = source.line_of(it.span.start);
            let mut keep = true;
            for ignore in ignores.iter_mut().filter(|ignore| ignore.rule == it.rule && ignore.lines.contains(&line)) {
                ignore.used = true;
                keep = false;
            }
            keep
        });
        let Some(unused) = rule(UNUSED_IGNORE) else { continue };
        for ignore in ignores.iter().filter(|it| !it.used && rule(&it.rule).is_some()) {
            let message = format!("nothing here is suppressed by `ignore[{}]`", ignore.rule);
            let mut problem = Diagnostic::new(unused.id, unused.severity, ignore.span, message);
            problem.help("remove it, so that it does not hide a later finding");
            found.push(problem);
        }
    }
}

fn unknown(rule: &Rule, rules: &[&'static Rule], id: &str, span: Span) -> Diagnostic {
    let mut problem = Diagnostic::new(rule.id, rule.severity, span, format!("there is no rule `{id}`"));
    match crate::suggest::closest(id, rules.iter().map(|it| it.id)) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None => problem.help("`plimsoll rules` lists all rules"),
    };
    problem
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

/// The lines on which a comment is heard: its own; the next one with content, if it stands alone; and the whole
/// service, if that line names one.
fn scope(source: &Source, loaded: &Loaded, comment: Span) -> std::ops::RangeInclusive<usize> {
    let own = source.line_of(comment.start);
    let before = &source.text()[source.line_range(own).start..comment.start as usize];
    let mut line = own;
    if before.trim_start_matches('\u{feff}').trim().is_empty() {
        line += 1;
        while line < source.line_starts().len() {
            let content = source.text()[source.line_range(line)].trim_start();
            if !content.is_empty() && !content.starts_with('#') {
                break;
            }
            line += 1;
        }
    }
    let tree = &loaded.tree;
    let services = loaded.root.and_then(|root| tree.get(root, "services"));
    for entry in services.into_iter().flat_map(|it| tree.entries(it.value)) {
        let key = tree.span(entry.key);
        if key.file != comment.file || source.line_of(key.start) != line {
            continue;
        }
        // A service that is an alias is written elsewhere, where its own comments stand.
        let value = tree.span(entry.value);
        let end = if entry.path.steps().is_empty() && value.end > key.end { value.end } else { key.end };
        return line..=source.line_of(end);
    }
    line..=line
}
