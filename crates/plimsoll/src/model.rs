//! `plimsoll model`: the project as Compose would run it, in the shape of `docker compose config --format json`.

mod origins;
mod paths;
mod ports;
mod project;
mod service;

use crate::report::{Report, Style, concise};
use plimsoll_core::check::{Resolution, resolve};
use plimsoll_core::load::request::{self, Request, Target};
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use plimsoll_workspace::disk::Disk;
use serde_json::Value;
use std::io::{self, Write};

/// What to print.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    /// Paths become absolute.
    pub resolve_paths: bool,
    /// Resources that no service uses are printed, too.
    pub all_resources: bool,
    /// Where each leaf comes from, instead of the project.
    pub origins: bool,
}

/// The text to print; without one, why there is none.
pub(crate) fn model(request: &Request, shape: Shape, disk: &Disk) -> Result<String, String> {
    let target = request::resolve(disk, request).map_err(|it| format!("error: {it}\n"))?;
    let mut sources = Sources::new();
    let found = resolve(&mut sources, disk, &target, RULES);
    let found = found.map_err(|(path, why)| format!("error: {path}: {why}\n"))?;
    if !found.refusals.is_empty() {
        return Err(refusals(&sources, &found).unwrap_or_else(|error| format!("error: {error}\n")));
    }
    if let Some(missing) = project::unreadable(&found) {
        return Err(format!("error: {missing}\n"));
    }
    if shape.origins {
        return Ok(origins::list(&sources, &found));
    }
    let value = json(&found, &target, request, shape);
    serde_json::to_string_pretty(&value).map(|it| it + "\n").map_err(|error| format!("error: {error}\n"))
}

fn json(found: &Resolution, target: &Target, request: &Request, shape: Shape) -> Value {
    let home = target.variables.get("HOME").map(str::to_string);
    let paths = paths::Paths {
        here: request.here.clone().filter(|_| shape.resolve_paths),
        folder: target.folder.clone(),
        home: home.filter(|it| !it.is_empty()),
    };
    project::Printer { found, target, paths, all_resources: shape.all_resources }.project()
}

fn refusals(sources: &Sources, found: &Resolution) -> io::Result<String> {
    let mut out = Vec::new();
    let files = found.loaded.documents.len();
    let report = Report { files, diagnostics: &found.refusals, ..Report::new(sources) };
    concise::write(&mut out, &report, Style::default())?;
    out.flush()?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
