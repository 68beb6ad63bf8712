//! A restart policy that another one replaces with less.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: "lost-restart-policy",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("lost-restart-policy.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    for service in &project.services {
        let (Some(restart), Some(policy)) = (&service.restart, &service.deploy.restart_policy) else { continue };
        let Some(wanted) = restart.known().filter(|it| !matches!(*it, "no" | "")) else { continue };
        let always = matches!(wanted, "always" | "unless-stopped");
        let condition = service.deploy.restart_condition.as_ref();
        let (then, why) = match condition.map(|it| it.known()) {
            None | Some(Some("")) => ("is not restarted", "without `condition`, Compose sets no policy"),
            Some(Some("none")) => ("is not restarted", "`condition: none` means never"),
            Some(Some("on-failure")) if always => (
                "is not started again after a reboot",
                "with `on-failure`, Docker leaves it alone when it starts itself",
            ),
            Some(_) => continue,
        };
        let shown = restart.shown();
        let message = format!("`{}` {then}: `deploy.restart_policy` replaces `restart: {shown}`", service.name);
        let found = cx.report(policy.key, message);
        found.because(why);
        found.label(restart.span, "has no effect");
        if let Some(condition) = condition {
            found.rests_on(condition);
        }
        found.help("remove one of the two, or write `condition: any`");
    }
}
