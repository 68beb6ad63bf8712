//! The text is not YAML, or not YAML that Compose reads.

use plimsoll_core::check::{Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::problem::ProblemKind;

pub static RULE: Rule = Rule {
    id: "yaml-syntax",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("yaml-syntax.md"),
    check: |cx| {
        cx.report_problems(ProblemKind::YamlSyntax);
        cx.report_problems(ProblemKind::Limit);
    },
};
