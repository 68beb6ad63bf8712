//! What a `.plimsoll.yaml` says, and what of it holds for a file.
//!
//! A file of settings is read through the tree that Compose files are read through, so that every mistake in it has a
//! place. Nothing here looks for the file, and nothing here knows an image: what stands under `images` is left to
//! whoever knows some.

mod parse;
mod patterns;
pub mod reader;

use crate::check::{Hosts, Selection};
use crate::diagnostic::Severity;
use crate::source::{Span, Spanned};
use crate::tree::{NodeId, Tree};
pub use parse::{KEYS, parse};
pub use patterns::Patterns;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// What the file is called.
pub const FILE_NAME: &str = ".plimsoll.yaml";

/// A file of settings.
#[derive(Debug, Default)]
pub struct Config {
    /// What holds for every file.
    pub all: Layer,
    /// From which severity on a finding counts as a failure: a severity, or `never`.
    pub fail_on: Option<String>,
    /// What is left out when directories are walked.
    pub exclude: Patterns,
    /// The file of findings that are known.
    pub baseline: Option<String>,
    /// What variables are, profiles and files of variables.
    pub environment: Environment,
    /// What holds for some files only, in the order in which it is written. The last one wins.
    pub overrides: Vec<Override>,
    /// Projects of several files.
    pub projects: Vec<NamedProject>,
    /// The images that the user describes, for the catalogue to read.
    pub images: Option<NodeId>,
    /// The nodes of the file.
    pub tree: Tree,
}

/// Settings that may stand at the top and in an override.
#[derive(Debug, Default)]
pub struct Layer {
    /// The rules that run. Where a layer has them, it begins anew.
    pub select: Option<Vec<String>>,
    /// Rules that do not run.
    pub ignore: Vec<String>,
    /// How bad the findings of a rule are.
    pub severity: Vec<(String, Severity)>,
    /// Where the files are run.
    pub hosts: Option<Hosts>,
    /// Rules that do not run for one service.
    pub services: Vec<Arc<ServiceIgnore>>,
}

/// What a project is given from outside of its files.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Variables.
    pub variables: Vec<(String, String)>,
    /// Files of variables, instead of `.env`.
    pub env_files: Option<Vec<String>>,
    /// Profiles that are switched on.
    pub profiles: Option<Vec<String>>,
}

/// Settings for some files.
#[derive(Debug)]
pub struct Override {
    /// Which files.
    pub files: Patterns,
    /// The settings.
    pub layer: Layer,
}

/// A project of several files.
#[derive(Debug)]
pub struct NamedProject {
    /// What it is called.
    pub name: Spanned<String>,
    /// Its files, each merged over those before it, from the directory of the settings.
    pub files: Vec<Spanned<String>>,
    /// The directory that relative paths start from, instead of that of the first file.
    pub directory: Option<String>,
    /// What it is given, over what all projects are given.
    pub environment: Environment,
}

/// One rule that does not run for one service, and what has come of it so far.
#[derive(Debug)]
pub struct ServiceIgnore {
    /// The service.
    pub service: Spanned<String>,
    /// The rule.
    pub rule: Spanned<String>,
    /// Several projects are checked at once, and each says what it has seen.
    met: AtomicU8,
}

impl ServiceIgnore {
    const SEEN: u8 = 1;
    const RAN: u8 = 2;
    const USED: u8 = 4;

    fn new(service: Spanned<String>, rule: Spanned<String>) -> ServiceIgnore {
        ServiceIgnore { service, rule, met: AtomicU8::new(0) }
    }

    /// A project has the service, or may have it.
    pub(crate) fn is_there(&self) {
        self.met.fetch_or(ServiceIgnore::SEEN, Ordering::Relaxed);
    }

    /// The rule has looked at the service.
    pub(crate) fn ran(&self) {
        self.met.fetch_or(ServiceIgnore::RAN, Ordering::Relaxed);
    }

    /// A finding was suppressed.
    pub(crate) fn suppresses(&self) {
        self.met.fetch_or(ServiceIgnore::USED, Ordering::Relaxed);
    }

    fn has(&self, flag: u8) -> bool {
        self.met.load(Ordering::Relaxed) & flag != 0
    }

    /// Whether the rule has looked at the service and found nothing.
    pub fn is_unused(&self) -> bool {
        self.has(ServiceIgnore::RAN) && !self.has(ServiceIgnore::USED)
    }

    /// Whether no project that was checked can have the service.
    pub fn is_lost(&self) -> bool {
        !self.has(ServiceIgnore::SEEN)
    }

    /// Where it is written.
    pub fn span(&self) -> Span {
        self.rule.span
    }
}

/// What holds for one file.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The rules that run.
    pub selection: Selection,
    /// How bad their findings are, where that is not left to them.
    pub severity: HashMap<String, Severity>,
    /// Where the file is run.
    pub hosts: Option<Hosts>,
    /// What does not run for one service.
    pub services: Vec<Arc<ServiceIgnore>>,
}

impl Settings {
    /// Adds a layer. What it selects replaces what was selected and ignored before; what it ignores is added.
    pub fn add(&mut self, layer: &Layer) {
        self.select(layer.select.as_deref().unwrap_or_default(), &layer.ignore);
        self.severity.extend(layer.severity.iter().cloned());
        self.hosts = layer.hosts.or(self.hosts);
        self.services.extend(layer.services.iter().cloned());
    }

    /// Selects and ignores rules, over what was said before.
    pub fn select(&mut self, select: &[String], ignore: &[String]) {
        if !select.is_empty() {
            self.selection = Selection { select: select.to_vec(), ignore: Vec::new() };
        }
        self.selection.ignore.extend(ignore.iter().cloned());
    }
}

impl Config {
    /// What holds for a file, given by its path from the directory of the settings.
    pub fn settings(&self, path: &str) -> Settings {
        let mut settings = Settings::default();
        settings.add(&self.all);
        for it in self.overrides.iter().filter(|it| it.files.matches(path)) {
            settings.add(&it.layer);
        }
        settings
    }

    /// Every rule that is ignored for one service, wherever that is said.
    pub fn service_ignores(&self) -> impl Iterator<Item = &Arc<ServiceIgnore>> {
        self.all.services.iter().chain(self.overrides.iter().flat_map(|it| &it.layer.services))
    }
}
