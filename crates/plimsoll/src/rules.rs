//! `plimsoll rules`: all rules, whether they are on by default, and what of them can be fixed.

use crate::args::ListFormat;
use crate::report::json;
use plimsoll_rules::RULES;
use plimsoll_workspace::page_url;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct RuleList {
    version: u32,
    rules: Vec<RuleEntry>,
}

#[derive(Serialize)]
struct RuleEntry {
    id: &'static str,
    severity: &'static str,
    group: &'static str,
    summary: String,
    on: bool,
    fix: Option<&'static str>,
    since: &'static str,
    url: String,
}

/// Shows all rules.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write(out: &mut dyn Write, format: ListFormat) -> io::Result<()> {
    let entries = RULES.iter().map(|it| RuleEntry {
        id: it.id,
        severity: it.severity.name(),
        group: it.group.name(),
        summary: it.summary(),
        on: it.on,
        fix: it.fix.map(|it| it.name()),
        since: it.since,
        url: page_url(it.id),
    });
    if format == ListFormat::Json {
        return json::print(out, &RuleList { version: 1, rules: entries.collect() });
    }
    let width = |name: fn(&RuleEntry) -> &'static str| entries.clone().map(|it| name(&it).len()).max().unwrap_or(0);
    let (id, severity, group) = (width(|it| it.id), width(|it| it.severity), width(|it| it.group));
    for it in entries.clone() {
        let (on, fix) = (if it.on { "on" } else { "off" }, it.fix.unwrap_or_default());
        let head = format!("{:id$}  {:severity$}  {:group$}  {on:3}  {fix:6}", it.id, it.severity, it.group);
        writeln!(out, "{head}  {}", it.summary)?;
    }
    Ok(())
}
