//! A suppression that suppresses nothing. The core finds it, when all other rules have spoken.

use plimsoll_core::check::{Group, Rule, UNUSED_IGNORE};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: UNUSED_IGNORE,
    severity: Severity::Warning,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("unused-ignore.md"),
    check: |_| {},
};
