//! `plimsoll survey`: where state lives and what it outlives, in one of several formats.

mod json;
mod markdown;
mod mermaid;
mod text;
mod words;

use crate::args::SurveyFormat;
use crate::report::{Report, Style, concise};
use plimsoll_core::check::{Resolution, resolve};
use plimsoll_core::load::discover::{base_name, default_file, project_of};
use plimsoll_core::load::files::{Files, join};
use plimsoll_core::load::request::{self, Request, STDIN, Target};
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use plimsoll_rules::images::Catalogue;
use plimsoll_rules::state::States;
use plimsoll_rules::survey::{Naming, Survey, survey};
use plimsoll_workspace::disk::{Disk, slashed};
use std::io::{self, Write};

pub(crate) use json::write_schema;

/// A project with its survey.
pub(crate) struct Found {
    sources: Sources,
    resolution: Resolution,
    naming: Naming,
    survey: Survey,
}

impl Found {
    /// Whether Compose would refuse the project.
    pub fn is_refused(&self) -> bool {
        !self.resolution.refusals.is_empty()
    }

    /// Whether the text could not be read to its end, so that nothing can be shown.
    pub fn is_broken(&self) -> bool {
        self.resolution.loaded.broken || self.resolution.loaded.root.is_none()
    }

    /// Why Compose would refuse the project, one line each.
    pub fn refusals(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let report = Report { diagnostics: &self.resolution.refusals, ..Report::new(&self.sources) };
        // Writing to memory cannot fail.
        _ = concise::write(&mut out, &report, Style::default());
        out
    }

    /// The name of a service.
    fn service(&self, at: usize) -> &str {
        &self.resolution.project.services[at].name
    }
}

/// Surveys the project that was asked for.
pub(crate) fn find(mut request: Request, path: Option<&str>, known: &Catalogue, disk: &Disk) -> Result<Found, String> {
    if let Some(path) = path {
        request.files = files_of(disk, path)?;
    }
    let target = request::resolve(disk, &request).map_err(|it| it.to_string())?;
    let mut sources = Sources::new();
    let mut resolution = resolve(&mut sources, disk, &target, RULES).map_err(|(path, why)| format!("{path}: {why}"))?;
    // The name of the file may say that it is there for tests.
    resolution.project.file_name = target.paths.last().map_or("", |it| base_name(it)).to_string();
    let naming = naming(disk, &request, &target, &resolution);
    let survey = survey(&resolution.project, &States::new(&resolution.project, known), &naming);
    Ok(Found { sources, resolution, naming, survey })
}

/// The files of the project that a path stands for.
fn files_of(disk: &Disk, path: &str) -> Result<Vec<String>, String> {
    let slashed = slashed(path);
    if slashed == STDIN {
        return Ok(vec![slashed]);
    }
    if !disk.is_directory(&slashed) {
        return Ok(project_of(disk, &slashed));
    }
    let folder = if slashed == "." { String::new() } else { join("", &slashed) };
    let file = default_file(disk, &folder);
    let file =
        file.ok_or_else(|| format!("{path}: there is no Compose file in this directory (such as `compose.yaml`)"));
    file.map(|it| project_of(disk, &it))
}

/// What the project is called, and whether it is still called so when its directory is not.
fn naming(disk: &Disk, request: &Request, target: &Target, found: &Resolution) -> Naming {
    // Without a directory only a name that is written down is left.
    let folder = if target.folder.is_empty() { "." } else { &target.folder };
    let nowhere =
        Request { files: target.paths.clone(), directory: Some(folder.to_string()), here: None, ..request.clone() };
    let written = request::resolve(disk, &nowhere).is_ok_and(|it| it.name.is_some());
    let hidden = found.project.name.as_ref().is_some_and(|it| !it.value.is_known());
    let fixed = if written { Some(true) } else { (!hidden).then_some(false) };
    let name = target.name.clone().filter(|_| fixed.is_some());
    // The value of a variable is never shown.
    let shown = match &found.project.name {
        _ if request.name.is_some() => None,
        Some(name) => Some(name.value.shown()).filter(|it| it.contains('$')),
        None => written.then(|| "${COMPOSE_PROJECT_NAME}".to_string()),
    };
    Naming { name: shown.or(name), fixed }
}

/// Shows a survey.
pub(crate) fn write(out: &mut dyn Write, found: &Found, format: SurveyFormat, style: Style) -> io::Result<()> {
    match format {
        SurveyFormat::Text => text::write(out, found, style),
        SurveyFormat::Json => json::write(out, found),
        SurveyFormat::Markdown => markdown::write(out, found),
        SurveyFormat::Mermaid => mermaid::write(out, found),
    }
}
