//! A dependency that waited for health, until a list was merged over it.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::Condition;

pub static RULE: Rule = Rule {
    id: "downgraded-dependency",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("downgraded-dependency.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    for service in &project.services {
        for dependency in service.depends_on.iter().filter(|it| it.condition == Condition::Started) {
            let Some(reset) = dependency.reset else { continue };
            let (until, condition) = match reset.condition {
                Condition::Completed => ("has finished", "service_completed_successfully"),
                _ => ("is healthy", "service_healthy"),
            };
            let name = &dependency.service;
            let message =
                format!("`{}` no longer waits until `{name}` {until}, only until it is started", service.name);
            let found = cx.report(reset.by, message);
            found.because("a name in a list means `condition: service_started`, and replaces the condition below it");
            found.label(reset.span, "this condition is lost");
            found.help(format!("leave `{name}` out here, or write `{name}: {{condition: {condition}}}`"));
        }
    }
}
