//! A suppression that cannot be understood. The core finds it, when all other rules have spoken.

use plimsoll_core::check::{Group, INVALID_IGNORE, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: INVALID_IGNORE,
    severity: Severity::Warning,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("invalid-ignore.md"),
    check: |_| {},
};
