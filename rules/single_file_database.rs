//! A database of one file that is mounted without the directory in which it keeps its journal.

use crate::file_mount::is_single_file_database;
use crate::state::is_for_tests;
use crate::stores::above;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Mount, MountKind, Service};
use std::collections::HashSet;

pub static RULE: Rule = Rule {
    id: "single-file-database",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("single-file-database.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    for service in &project.services {
        let files: Vec<&Mount> = service.mounts.iter().filter(|it| is_single_file_database(it)).collect();
        if files.is_empty() || is_for_tests(project, service) {
            continue;
        }
        let (kept, sqlite) = (kept(service), speaks_of_sqlite(service));
        for mount in files {
            let Some(target) = mount.path_in_container.as_deref() else { continue };
            let Some((directory, name)) = target.rsplit_once('/') else { continue };
            if is_kept(&kept, directory) || keeps_its_files_elsewhere(service) {
                continue;
            }
            // What is called `.db` may be of another kind, unless something speaks of SQLite.
            let known = !name.ends_with(".db") || sqlite;
            let message = format!(
                "`{}` keeps a database in `{}`, which is mounted alone: {} journal stays in the container",
                service.name,
                mount.target.shown(),
                if known { "its" } else { "if it is SQLite, its" }
            );
            let severity = if known { Severity::Warning } else { Severity::Info };
            let found = cx.report_as(severity, mount.span, message);
            found
                .because(format!("SQLite writes `{name}-wal` or `{name}-journal` beside it, where nothing is mounted"));
            found.through(&mount.path).rests_on(&mount.target);
            found.help("keep the database in a directory of its own, such as `/data`, and mount that");
        }
    }
}

/// The paths at which something is mounted that outlives the container.
fn kept(service: &Service) -> HashSet<&str> {
    let lasting = |it: MountKind| !matches!(it, MountKind::Tmpfs | MountKind::Anonymous);
    let mounts = service.mounts.iter().filter(|it| lasting(it.kind));
    mounts.filter_map(|it| it.path_in_container.as_deref()).collect()
}

/// Whether the directory is kept, and the journal with it.
fn is_kept(kept: &HashSet<&str>, directory: &str) -> bool {
    above(directory).chain([directory, "/"]).any(|it| kept.contains(it))
}

/// Whether the name of the image, the environment or the command names SQLite.
fn speaks_of_sqlite(service: &Service) -> bool {
    let variables = service.environment.iter().chain(&service.env_file_variables);
    let values = variables.clone().filter_map(|it| it.value.as_ref());
    let words = service.command.iter().chain(&service.entrypoint).flat_map(|it| &it.words);
    let mut texts = values.chain(words).chain(service.image.iter().map(|it| &it.value)).map(|it| it.as_str());
    let named = |it: &str| it.to_ascii_lowercase().contains("sqlite");
    texts.any(named) || variables.into_iter().any(|it| named(&it.name))
}

/// Whether an image is known to write files that are called `.db` and have no journal beside them.
fn keeps_its_files_elsewhere(service: &Service) -> bool {
    let image = service.image.as_ref().map_or("", |it| it.as_str());
    ["filebrowser", "portainer", "influxdb", "etcd"].iter().any(|it| image.contains(it))
}
