//! A mount asks for a weaker consistency, which Docker no longer makes any use of.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::fix::{Edit, Fix, Safety};
use plimsoll_core::model::{Mount, MountKind, Service};
use plimsoll_core::source::Span;

pub static RULE: Rule = Rule {
    id: "obsolete-mount-consistency",
    severity: Severity::Info,
    group: Group::Portability,
    fix: Some(Safety::Safe),
    on: true,
    since: "0.1.0",
    page: include_str!("obsolete-mount-consistency.md"),
    check,
};

/// The consistencies that there were.
const OBSOLETE: [&str; 3] = ["cached", "delegated", "consistent"];

fn check(cx: &mut Cx<'_>) {
    let (project, edit) = (cx.project, cx.edit());
    for service in &project.services {
        for mount in service.mounts.iter().filter(|it| it.kind != MountKind::Tmpfs) {
            if let Some(field) = &mount.consistency {
                let edits = field.path.steps().is_empty().then(|| edit.remove_entry(field.key)).flatten();
                report(cx, service, mount, field.key.to(field.span), &field.shown(), edits);
                continue;
            }
            let Some(options) = mount.options.as_ref().filter(|it| it.is_known()) else { continue };
            let mut start = 0;
            for option in options.as_str().split(',') {
                let range = start..start + option.len();
                start = range.end + 1;
                if OBSOLETE.contains(&option) {
                    let edits = edit.cut(options, range.clone());
                    report(cx, service, mount, options.span_of(range), option, edits);
                }
            }
        }
    }
}

fn report(cx: &mut Cx<'_>, service: &Service, mount: &Mount, span: Span, option: &str, edits: Option<Vec<Edit>>) {
    let message = format!("`{option}` has no effect on {} of `{}`", mount.describe(), service.name);
    let found = cx.report(span, message);
    found.because("of use to an old Docker Desktop for Mac only").help("remove it").through(&mount.path);
    found.fix = edits.map(|it| Fix::safe(format!("remove `{option}`"), it));
}
