//! `volumes_from` with a mode that never reaches Docker.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;

pub static RULE: Rule = Rule {
    id: "ignored-volumes-from-mode",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("ignored-volumes-from-mode.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    for service in &project.services {
        for from in &service.volumes_from {
            let text = &from.source;
            let Some(source) = text.as_str().strip_suffix(":ro") else { continue };
            // A variable may bring more behind it.
            if text.holes().iter().any(|it| it.at as usize > source.len()) {
                continue;
            }
            let source = text.slice(0..source.len()).shown();
            let container = source.strip_prefix("container:");
            if container.is_none() && project.is_whole() && project.service(&source).is_none() {
                // Compose refuses the file, and another rule says so.
                continue;
            }
            let name = container.unwrap_or(&source);
            let message =
                format!("`{}` can write to the volumes of `{name}`, which are meant to be read-only", service.name);
            let found = cx.report(text.span(), message);
            found.because("Compose passes on the name alone, without `ro`");
            found.help("mount each volume by its name with `:ro` instead of `volumes_from`");
        }
    }
}
