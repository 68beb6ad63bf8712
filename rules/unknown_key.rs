//! A key that Compose does not know.

use plimsoll_core::check::{Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::problem::ProblemKind;

pub static RULE: Rule = Rule {
    id: "unknown-key",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unknown-key.md"),
    check: |cx| cx.report_problems(ProblemKind::UnknownKey),
};
