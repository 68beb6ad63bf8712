//! A name that nothing in the project has: a service that is extended, or one that includes itself.

use plimsoll_core::check::{Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::problem::ProblemKind;

pub static RULE: Rule = Rule {
    id: "undefined-reference",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("undefined-reference.md"),
    check: |cx| cx.report_problems(ProblemKind::UndefinedReference),
};
