//! A value of the wrong type, form or range.

use plimsoll_core::check::{Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::problem::ProblemKind;

pub static RULE: Rule = Rule {
    id: "invalid-value",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("invalid-value.md"),
    check: |cx| cx.report_problems(ProblemKind::InvalidValue),
};
