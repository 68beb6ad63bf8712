//! A volume that is a directory of the host, and whose directory is missing, relative or in a variable.

use crate::unset::{begins_with_session, leading, rest, severity_of_unset};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Field, Volume};
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "relative-volume-device",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("relative-volume-device.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    for volume in project.volumes.iter().filter(|it| it.is_local() && it.is_external() == Some(false)) {
        let Some(options) = volume.option("o") else { continue };
        let Some(written) = options.known() else { continue };
        if !written.split(',').any(|it| matches!(it.trim(), "bind" | "rbind")) {
            continue;
        }
        match volume.option("device") {
            Some(device) => check_device(cx, volume, options, device),
            // What is merged over the file may bring it.
            None if project.is_whole() => {
                let message = format!(
                    "the volume `{}` cannot be made: it has `o: {}` and no `device`",
                    volume.name,
                    options.shown()
                );
                let found = cx.report(options.span, message);
                found.because("Docker wants the directory to bind");
                found.help("add `device:` with the absolute path of the directory, and `type: none`");
            }
            None => {}
        }
    }
}

fn check_device(cx: &mut Cx<'_>, volume: &Volume, options: &Field<Text>, device: &Field<Text>) {
    let (name, path, shown) = (&volume.name, device.as_str(), device.shown());
    // Only in exactly this form Compose makes the path absolute.
    let local = volume.driver.as_ref().and_then(|it| it.known()) == Some("local");
    let literal = local && options.as_str() == "bind";
    if let Some(hole) = leading(device) {
        let variable = &hole.variable;
        let rest = rest(device, hole);
        let then = match rest.as_str() {
            // Compose makes it absolute, so that it is the directory it starts from.
            "" if literal => "is the directory of the Compose file".to_string(),
            "" => "has no directory".to_string(),
            _ if rest.starts_with('/') => format!("is `{rest}` on the host"),
            _ => return,
        };
        let severity = severity_of_unset(cx.project, hole);
        let message = format!("the volume `{name}` {then} where `{variable}` is not set");
        let found = cx.report_as(severity, device.span, message);
        found.because("a variable without a value is empty");
        found.help(format!("write `${{{variable}:?}}`, so that Compose stops without it"));
        return;
    }
    if device.holes().first().is_some_and(|it| it.at == 0) || begins_with_session(device) || !is_relative(path) {
        return;
    }
    if literal {
        return;
    }
    let message = format!("the volume `{name}` cannot be mounted: `{shown}` is not looked for beside the Compose file");
    let found = cx.report(device.span, message);
    found.because("Docker gets the relative path as it is");
    if local {
        found.label(options.span, "Compose makes the path absolute only for exactly `o: bind`");
    } else {
        found.label(volume.key, "Compose makes the path absolute only with `driver: local` written out");
    }
    let rest = shown.trim_start_matches("./");
    found.help(match path.starts_with('~') {
        true => "write an absolute path".to_string(),
        false => format!("write an absolute path, such as `${{PWD}}/{rest}`, or `driver: local` and `o: bind`"),
    });
}

/// Whether it starts from somewhere else than the root of a Linux or Windows host. An address of a share does not.
fn is_relative(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    !path.is_empty() && !path.starts_with(['/', '\\', ':']) && !drive && !path.contains("://")
}
