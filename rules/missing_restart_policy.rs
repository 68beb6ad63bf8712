//! A store that nobody starts again after a reboot or a crash.

use crate::local::is_local;
use crate::state::{name_defaults, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: "missing-restart-policy",
    severity: Severity::Info,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("missing-restart-policy.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states) = (cx.project, states(cx));
    let has = |name: &str, words: &[&str]| name.split(|it: char| !it.is_alphanumeric()).any(|it| words.contains(&it));
    let dev = |name: &str| has(name, &["dev", "development"]);
    // Swarm restarts what it runs unless it is told not to.
    let swarm = has(&project.file_name, &["stack", "swarm"]);
    if !project.is_whole() || dev(&project.file_name) || swarm {
        return;
    }
    for state in states.kept().filter(|it| it.family.is_store() && it.is_kept) {
        let service = state.of(project);
        let hidden = service.mounts.iter().any(|it| !it.target.is_known());
        let managed = service.restart.is_some() || service.deploy.written.is_some() || service.extends.is_some();
        if managed
            || hidden
            || is_local(project, service)
            || dev(&service.name)
            || service.profiles.iter().any(|it| dev(it.as_str()))
        {
            continue;
        }
        let message = format!("`{}` stays down after a crash or a reboot, until somebody starts it", service.name);
        let found = cx.report(service.key, message);
        found.because("without `restart`, Docker never starts it again");
        found.help("set `restart: unless-stopped`");
        name_defaults(found, service);
    }
}
