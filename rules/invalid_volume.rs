//! A volume that Compose cannot read, or that Docker refuses when the container is made.

use crate::drive::drive;
use crate::refused::up_fails;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path::clean;
use plimsoll_core::model::{Field, Mount, MountKind, Service, Syntax, Volume};
use plimsoll_core::problem::ProblemKind;
use plimsoll_core::text::Text;
use std::collections::HashSet;

pub static RULE: Rule = Rule {
    id: "invalid-volume",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("invalid-volume.md"),
    check,
};

/// What `docker compose config` accepts and `up` refuses loses nothing: it does not start.
const UP: Severity = Severity::Warning;

fn check(cx: &mut Cx<'_>) {
    cx.report_problems(ProblemKind::InvalidVolume);
    let project = cx.project;
    let wrong: Vec<_> = project.volumes.iter().filter_map(|it| Some((it, wrong_name(it)?))).collect();
    let mut used = HashSet::new();
    for service in project.services.iter().filter(|it| it.provider.is_none() && may_run(it)) {
        for mount in &service.mounts {
            used.extend(mount.volume_name().filter(|_| !wrong.is_empty()));
            target(cx, service, mount);
            long(cx, service, mount);
        }
    }
    for (volume, field) in wrong.into_iter().filter(|it| used.contains(it.0.name.as_str())) {
        let message = format!("the volume `{}` has the name `{}`, which is not valid", volume.name, field.shown());
        let help = "use at least two letters, digits, `_`, `.` or `-`, and begin with a letter or digit";
        cx.report_as(UP, field.span, message).because(up_fails(field)).help(help);
    }
}

/// Whether a container is ever made of it.
fn may_run(service: &Service) -> bool {
    service.scale.as_deref().or(service.deploy.replicas.as_ref()).is_none_or(|it| it.value != Some(0))
}

/// A target is an absolute path, and not the root.
fn target(cx: &mut Cx<'_>, service: &Service, mount: &Mount) {
    let Some(path) = mount.path_in_container.as_deref() else { return };
    let (what, shown) = (mount.describe(), mount.target.shown());
    if path == "/" {
        let message = format!("`{}` mounts {what} at `/`, over all that is in the container", service.name);
        cx.report_as(UP, mount.target.span(), message).because(up_fails(&mount.target)).help("name a directory in it");
        return;
    }
    // A path on a drive is right in a container of Windows.
    let windows = drive(service, mount).is_some() || path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '\\']) || mount.kind == MountKind::Other || windows {
        return;
    }
    let service = &service.name;
    let message = match (mount.syntax, mount.kind) {
        (Syntax::Short, MountKind::Anonymous) => format!("`{service}` mounts `{shown}`, which is not an absolute path"),
        _ => format!("`{service}` mounts {what} at `{shown}`, which is not an absolute path"),
    };
    let help = match (mount.syntax, &mount.source) {
        (Syntax::Short, None) => format!("write `{shown}:/path/in/container` if the volume `{shown}` is meant"),
        (Syntax::Short, Some(it)) => format!("write `{}:/path/in/container`", it.shown()),
        _ => "begin the path with `/`".to_string(),
    };
    cx.report_as(UP, mount.target.span(), message).because(up_fails(&mount.target)).help(help);
}

/// What the long form can say and Docker refuses.
fn long(cx: &mut Cx<'_>, service: &Service, mount: &Mount) {
    let (name, place) = (&service.name, mount.target.shown());
    if let (MountKind::Tmpfs, Some(source)) = (mount.kind, &mount.source)
        && !source.may_be_blank()
    {
        let message = format!("`{name}` has a tmpfs with the source `{}` at `{place}`", source.shown());
        cx.report_as(UP, source.span(), message)
            .because(up_fails(source))
            .help("remove `source`, or give the mount another `type`");
    }
    if mount.kind == MountKind::Anonymous && mount.syntax == Syntax::Long && mount.read_only == Some(true) {
        let message = format!("`{name}` mounts an anonymous volume read-only at `{place}`");
        cx.report_as(UP, mount.target.span(), message)
            .because(up_fails(&mount.target))
            .help("add the `source` that holds what is to be read");
    }
    let Some(subpath) = mount.subpath.as_ref().filter(|it| it.known().is_some_and(|it| !it.is_empty())) else { return };
    if mount.kind == MountKind::Anonymous {
        let message = format!("`{name}` mounts the directory `{}` of an anonymous volume", subpath.shown());
        cx.report_as(UP, subpath.span(), message)
            .because(up_fails(subpath))
            .help("add the `source` that has this directory");
    } else if mount.kind == MountKind::Volume && !is_inside(subpath.as_str()) {
        let message = format!("`{name}` mounts `{}`, which is not inside of the volume", subpath.shown());
        cx.report_as(UP, subpath.span(), message).because(up_fails(subpath)).help("write a path inside of it");
    }
}

/// Whether a relative path stays below where it starts.
fn is_inside(path: &str) -> bool {
    let path = clean(path);
    !path.starts_with('/') && path.split('/').next() != Some("..")
}

/// The name of a volume that Docker makes, if it refuses to.
fn wrong_name(volume: &Volume) -> Option<&Field<Text>> {
    let field = volume.external_name.as_ref().filter(|_| volume.is_local())?;
    let name = field.known().filter(|_| volume.is_external() == Some(false))?;
    let letter = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '-');
    let wrong = name.len() < 2 || !name.chars().all(letter) || name.starts_with(['_', '.', '-']);
    wrong.then_some(field)
}
