//! A variable expression that Compose cannot read.

use plimsoll_core::check::{Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::problem::ProblemKind;

pub static RULE: Rule = Rule {
    id: "invalid-interpolation",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("invalid-interpolation.md"),
    check: |cx| cx.report_problems(ProblemKind::InvalidInterpolation),
};
