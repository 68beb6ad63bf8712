//! A file says which version of the format it has, which Compose no longer asks.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::fix::{Fix, Safety};

pub static RULE: Rule = Rule {
    id: "obsolete-version",
    severity: Severity::Info,
    group: Group::Correctness,
    fix: Some(Safety::Safe),
    on: true,
    since: "0.1.0",
    page: include_str!("obsolete-version.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, edit) = (cx.project, cx.edit());
    let Some(version) = &project.version else { return };
    let found = cx.report(version.key, "`version` has no effect: Compose reads every file by one specification");
    found.because("Compose warns about it at each command").help("remove the line");
    found.fix = edit.remove_entry(version.key).map(|it| Fix::safe("remove `version`", it));
}
