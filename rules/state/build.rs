//! What a build makes of a service: what its Dockerfile says stands below what the service says itself.

use super::Layout;
use crate::images::Family;
use crate::role::script_runs_server;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::dockerfile::{BuiltImage, Copied};
use plimsoll_core::grammar::path;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Field, Service, Test};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;
use plimsoll_core::tree::Path;
use std::collections::HashMap;

/// Where the image of a service is said.
#[derive(Clone, Debug)]
pub struct Origin {
    /// In the Compose file: the value of `image:`, or `build:`.
    pub span: Span,
    /// How it got there.
    pub path: Path,
    /// The image in the `FROM` of the Dockerfile, if the service is built.
    pub from: Option<Text>,
}

impl Origin {
    pub(super) fn of(service: &Service) -> Option<Origin> {
        if let Some(build) = &service.build {
            let from = built(service)?.base.clone();
            let span = if build.is_mapping { build.key } else { build.span };
            return Some(Origin { span, path: build.path.clone(), from: Some(from) });
        }
        let image = service.image.as_ref()?;
        Some(Origin { span: image.span, path: image.path.clone(), from: None })
    }

    /// Says something of the image where it is named: in the Compose file, or in the Dockerfile. What variables make of
    /// a `FROM` is repeated there.
    pub fn explain(&self, found: &mut Diagnostic, why: impl Into<String>) {
        let why = why.into();
        match &self.from {
            Some(from) if from.as_str().len() != from.span().range().len() => {
                found.label(from.span(), format!("`{}`: {why}", from.shown()));
            }
            Some(from) => _ = found.label(from.span(), why),
            None => _ = found.label(self.span, why),
        }
    }
}

/// How many VOLUMEs of one Dockerfile are looked at. Real ones have one or two; thousands of services may share it.
const VOLUMES: usize = 100;

/// How many of its `COPY` and `ADD` are looked at for each service.
const COPIES: usize = 100;

/// What the Dockerfile of a service makes, if it has one that is known.
pub(super) fn built(service: &Service) -> Option<&BuiltImage> {
    service.build.as_ref()?.image.as_deref().filter(|it| it.volumes.len() <= VOLUMES)
}

/// A VOLUME of the image of a service as it is told, without the values of variables.
pub(crate) fn shown_volume(service: &Service, volume: &str) -> String {
    let added = built(service).map(|it| it.volumes.as_slice()).unwrap_or_default();
    let written = added.iter().find(|it| path::clean(it.as_str()) == volume);
    written.map_or_else(|| volume.to_string(), |it| it.shown())
}

/// The service as it runs: the image is the one that it is built from, and what its Dockerfile adds is its own, unless
/// it says otherwise.
pub(super) fn running(service: &Service, image: &BuiltImage) -> Service {
    let mut runs = service.clone();
    runs.image = service.build.as_ref().map(|it| Field { span: image.base.span(), ..it.with(image.base.clone()) });
    // An entrypoint of the service takes the command of the image away.
    if service.entrypoint.is_none() {
        runs.entrypoint = image.entrypoint.clone().map(Box::new);
        runs.command = service.command.clone().or_else(|| image.command.clone().map(Box::new));
    }
    runs.working_dir = service.working_dir.clone().or_else(|| image.working_dir.clone().map(Box::new));
    runs.user = service.user.clone().or_else(|| image.user.clone().map(Box::new));
    runs
}

/// What a Dockerfile does beside what its image says. It is looked at once for all services that are built alike.
#[derive(Default)]
pub(super) struct Looks(HashMap<*const BuiltImage, Look>);

/// What one Dockerfile does.
#[derive(Clone, Copy, Default)]
pub(super) struct Look {
    /// It brings configuration or an entrypoint of its own, which may say where the data is.
    pub reconfigures: bool,
    /// It starts the server while it builds, so that there is data in the image.
    pub starts_server: bool,
}

impl Looks {
    pub fn at(&mut self, image: &BuiltImage, family: &Family) -> Look {
        // A list of words is run as well as a line for a shell.
        let line = |it: &Text| it.as_str().replace(['[', ']', ',', '"'], " ");
        let look = || Look {
            reconfigures: reconfigures(image),
            starts_server: image.scripts.iter().any(|it| script_runs_server(&line(it), family)),
        };
        *self.0.entry(std::ptr::from_ref(image)).or_insert_with(look)
    }
}

/// Whether the data of a server is copied into its image, so that each container starts with it.
pub(super) fn bakes(image: &BuiltImage, layouts: &[Layout]) -> bool {
    let places = || layouts.iter().flat_map(|it| &it.places).filter(|it| !it.optional);
    let targets = image.copies.iter().take(COPIES).filter_map(|it| it.target.known());
    targets.into_iter().any(|target| places().any(|it| path::covers(&it.path, target)))
}

fn reconfigures(image: &BuiltImage) -> bool {
    let word = |it: char| it.is_whitespace() || matches!(it, '"' | '\'' | ';' | ',' | '>' | '[' | ']');
    image.copies.iter().any(brings_configuration)
        || image.scripts.iter().any(|it| it.as_str().split(word).any(is_configuration))
}

fn brings_configuration(copied: &Copied) -> bool {
    let Some(target) = copied.target.known() else { return true };
    // Scripts that run once on an empty database.
    if target.contains("initdb") {
        return false;
    }
    let last = file_name(target);
    // A directory as a whole, so that its name says nothing of what is in it.
    let whole = matches!(path::clean(target).as_str(), "/" | ".") || target.starts_with("/etc/") && !last.contains('.');
    let mut names = copied.sources.iter().map(Text::as_str).chain([target]);
    whole || names.any(|it| is_configuration(it) || it.contains("entrypoint"))
}

/// Whether a word names a file that programs are configured with, or a directory of such files.
fn is_configuration(word: &str) -> bool {
    const ENDINGS: [&str; 8] = [".ini", ".yml", ".yaml", ".toml", ".hcl", ".json", ".xml", ".properties"];
    const PARTS: [&str; 3] = [".conf", ".cnf", "conf.d"];
    PARTS.iter().any(|it| word.contains(it)) || ENDINGS.iter().any(|it| word.ends_with(it))
}

/// Who says something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// The service, here.
    Service(Span),
    /// The Dockerfile that it is built from, here.
    Dockerfile(Span),
    /// The image of the catalogue.
    Image,
}

/// The signal with which a service is stopped.
#[derive(Clone, Debug)]
pub struct StopSignal {
    /// Its name, such as `SIGTERM`; `None` if the files do not show it.
    pub name: Option<String>,
    /// Who says so.
    pub said: Said,
}

impl StopSignal {
    pub(super) fn of(service: &Service, family: &Family) -> StopSignal {
        let name = |it: &Text| it.known().and_then(plimsoll_core::grammar::signal::parse).map(|it| it.name());
        if let Some(written) = &service.stop_signal {
            return StopSignal { name: name(written), said: Said::Service(written.span) };
        }
        if let Some(written) = built(service).and_then(|it| it.stop_signal.as_ref()) {
            return StopSignal { name: name(written), said: Said::Dockerfile(written.span) };
        }
        let own = family.stop.image.clone().unwrap_or_else(|| "SIGTERM".to_string());
        StopSignal { name: Some(own), said: Said::Image }
    }
}

/// The probe that applies to a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Probe {
    /// The service or its Dockerfile has one, or the image of the catalogue.
    Has(Said),
    /// The service or its Dockerfile switches it off.
    Disabled(Said),
    /// Nobody has one.
    None,
    /// The files do not show it.
    Unknown,
}

impl Probe {
    pub(super) fn of(service: &Service, family: &Family) -> Probe {
        let probe = |test: &Test, said: Said| match test {
            Test::Inherited => None,
            Test::Disabled => Some(Probe::Disabled(said)),
            Test::Shell(_) | Test::Command(_) => Some(Probe::Has(said)),
            Test::Unknown => Some(Probe::Unknown),
        };
        let own = service.healthcheck.as_ref().and_then(|it| probe(&it.test, Said::Service(it.span)));
        let built = built(service).and_then(|it| it.healthcheck.as_ref());
        own.or_else(|| built.and_then(|it| probe(&it.value, Said::Dockerfile(it.span)))).unwrap_or_else(|| match family
            .health
            .image
        {
            Some(true) => Probe::Has(Said::Image),
            Some(false) if family.confidence != crate::images::Confidence::Inferred => Probe::None,
            _ => Probe::Unknown,
        })
    }
}
