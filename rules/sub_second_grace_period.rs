//! A grace period below one second, which is none.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: "sub-second-grace-period",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("sub-second-grace-period.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    for service in &project.services {
        let Some(period) = &service.stop_grace_period else { continue };
        // Zero that is written is meant.
        if !period.length.is_some_and(|it| it.0 != 0 && it.seconds() == 0) {
            continue;
        }
        let message = format!(
            "`{}` is killed at once when it is stopped: `stop_grace_period: {}` counts as 0 s",
            service.name,
            period.text.shown()
        );
        let found = cx.report(period.span, message);
        found.because("Compose cuts it down to whole seconds");
        found.help("give it whole seconds, such as `stop_grace_period: 1s`");
    }
}
