//! Rules and how they run over a project.

mod facts;
mod owners;
mod run;

use crate::config::ServiceIgnore;
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::{Editor, Safety};
use crate::load::discover::{DEFAULT_NAMES, add_env_files, base_name, default_file, project_of};
use crate::load::files::{Files, ReadError, directory};
use crate::load::interpolate::Variables;
use crate::load::request::Target;
use crate::load::{Loaded, load, load_files};
use crate::model::{Project, lower};
use crate::parallel::join;
use crate::problem::{Problem, ProblemKind};
use crate::schema;
use crate::source::{FileId, Sources, Span};
use facts::Facts;
use run::{findings, run};
use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// What a rule is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Group {
    /// Compose refuses the file, or reads it differently from what is meant.
    Correctness,
    /// Data is lost or corrupted.
    Durability,
    /// Services start and stop in a way that puts data at risk.
    Lifecycle,
    /// It works on one kind of host only.
    Portability,
}

impl Group {
    /// All groups, in the order of documentation.
    pub const ALL: [Group; 4] = [Group::Correctness, Group::Durability, Group::Lifecycle, Group::Portability];

    /// The word people and programs use.
    pub fn name(self) -> &'static str {
        match self {
            Group::Correctness => "correctness",
            Group::Durability => "durability",
            Group::Lifecycle => "lifecycle",
            Group::Portability => "portability",
        }
    }
}

/// A rule: what it is called, how bad its findings are, and the function that finds them. It has no state.
pub struct Rule {
    /// Kebab-case identifier, such as `tmpfs-on-data-path`.
    pub id: &'static str,
    /// How bad a finding is, unless the rule says otherwise for one of them. A rule of severity `info` reports
    /// nothing above it: it does not run where that is not shown.
    pub severity: Severity,
    /// What it is about.
    pub group: Group,
    /// Whether it offers fixes, and how safe they are at best.
    pub fix: Option<Safety>,
    /// Whether it runs without being asked for.
    pub on: bool,
    /// First version of the program that has it.
    pub since: &'static str,
    /// Its page, as Markdown.
    pub page: &'static str,
    /// Finds. Reports through [`Cx::report`].
    pub check: fn(&mut Cx<'_>),
}

impl Rule {
    /// The summary: the first paragraph of the page, on one line.
    pub fn summary(&self) -> String {
        let mut paragraphs = self.page.split("\n\n").map(str::trim).filter(|it| !it.is_empty());
        paragraphs.find(|it| !it.starts_with('#')).unwrap_or_default().replace('\n', " ")
    }
}

/// The hosts on which the files are run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hosts {
    /// A Linux machine.
    pub linux: bool,
    /// Docker Desktop or the like on macOS.
    pub macos: bool,
    /// Docker Desktop or the like on Windows.
    pub windows: bool,
}

impl Default for Hosts {
    fn default() -> Hosts {
        Hosts { linux: true, macos: true, windows: true }
    }
}

/// Which rules run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Identifiers, groups or `all`. Empty: every rule that is on by default.
    pub select: Vec<String>,
    /// Identifiers or groups that do not run. They win over `select`.
    pub ignore: Vec<String>,
}

impl Selection {
    /// Whether a rule runs.
    pub fn runs(&self, rule: &Rule) -> bool {
        let names = |it: &String| it == rule.id || it == rule.group.name() || it == "all";
        let selected = if self.select.is_empty() { rule.on } else { self.select.iter().any(names) };
        selected && !self.ignores(rule)
    }

    /// Whether a rule is ignored, by its name or that of its group.
    pub fn ignores(&self, rule: &Rule) -> bool {
        self.ignore.iter().any(|it| it == rule.id || it == rule.group.name())
    }

    /// Whether findings of severity `info` are wanted: only where the rule is asked for.
    fn wants_info(&self) -> bool {
        !self.select.is_empty()
    }
}

/// How a check is done.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which rules run.
    pub selection: Selection,
    /// Where the files are run.
    pub hosts: Hosts,
    /// What is known of variables.
    pub variables: Variables,
    /// The profiles that are switched on.
    pub profiles: Vec<String>,
    /// Files of variables, instead of `.env`.
    pub env_files: Vec<String>,
    /// How bad the findings of a rule are, where that is not left to the rule.
    pub severity: HashMap<String, Severity>,
    /// Rules that do not run for one service.
    pub services: Vec<Arc<ServiceIgnore>>,
    /// What the user knows that the rules do not.
    pub knowledge: Knowledge,
    /// Nobody has named the file. If it needs what it does not have, it is meant to be merged over another one.
    pub found: bool,
}

/// What the user knows, for the rules that can make something of it. Nobody here looks into it.
#[derive(Clone, Default)]
pub struct Knowledge(Option<Arc<dyn Any + Send + Sync>>);

impl Knowledge {
    /// Puts knowledge away.
    pub fn new(knowledge: impl Any + Send + Sync) -> Knowledge {
        Knowledge(Some(Arc::new(knowledge)))
    }

    /// The knowledge, if there is some of this type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.as_ref()?.downcast_ref()
    }
}

impl fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Knowledge(…)" } else { "Knowledge" })
    }
}

/// What a rule sees: the project, the options, and a place to report to. It never sees source text.
pub struct Cx<'a> {
    /// The project.
    pub project: &'a Project,
    /// Where the files are run.
    pub hosts: Hosts,
    /// What the user knows.
    pub knowledge: &'a Knowledge,
    problems: &'a [Problem],
    facts: &'a Facts,
    editor: &'a Editor<'a>,
    rule: &'static Rule,
    found: Vec<Diagnostic>,
}

impl<'a> Cx<'a> {
    /// Reports a finding with the severity of the rule.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.report_as(self.rule.severity, span, message)
    }

    /// Reports a finding with a severity of its own.
    pub fn report_as(&mut self, severity: Severity, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        debug_assert!(severity.min(self.rule.severity) > Severity::Info || severity == Severity::Info);
        let at = self.found.len();
        self.found.push(Diagnostic::new(self.rule.id, severity, span, message));
        &mut self.found[at]
    }

    /// Reports every problem of a kind that loading has found.
    pub fn report_problems(&mut self, kind: ProblemKind) {
        for problem in self.problems.iter().filter(|it| it.kind == kind) {
            self.found.push(problem.diagnostic(self.rule.id, self.rule.severity));
        }
    }

    /// Makes the edits of fixes.
    pub fn edit(&self) -> &'a Editor<'a> {
        self.editor
    }

    /// What several rules derive from the project: made by the first that asks, then shared.
    pub fn facts<T: Any + Send + Sync>(&self, make: impl FnOnce(&Project) -> T) -> Arc<T> {
        self.facts.get(|| make(self.project))
    }
}

/// The variable that names a project.
const PROJECT_NAME: &str = "COMPOSE_PROJECT_NAME";
/// Identifier of the rule on texts that cannot be read, or only in part.
const YAML_SYNTAX: &str = "yaml-syntax";
/// Identifier of the rule on suppressions that suppress nothing.
pub const UNUSED_IGNORE: &str = "unused-ignore";
/// Identifier of the rule on suppressions that cannot be understood.
pub const INVALID_IGNORE: &str = "invalid-ignore";

/// Checks a project of one text with the rules that the options select, and gives the findings in the order of the
/// file. No other file is read.
///
/// `rules` are all rules there are, so that a suppression of one that does not exist can be told from one that does
/// not run.
pub fn check(sources: &Sources, file: FileId, rules: &[&'static Rule], options: &Options) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let loaded = load(sources, file, &options.variables, &mut problems);
    let name = base_name(sources.get(file).name()).to_string();
    let mut project = model(&loaded, &name, &mut problems);
    project.named_outside = options.variables.get(PROJECT_NAME).is_some();
    enable(&mut project, &loaded, &options.profiles, &mut problems);
    run(sources, &loaded, &project, &problems, rules, options)
}

/// Checks the project that a path stands for, with the files beside it that Compose would take along: an override,
/// `.env`, and what is extended and included. A file that cannot stand alone is checked merged over the default file
/// beside it, and only what that adds is reported.
///
/// # Errors
/// The path, or a file that is read for the project as a whole, cannot be read.
pub fn check_path(
    sources: &mut Sources,
    files: &dyn Files,
    path: &str,
    rules: &[&'static Rule],
    options: &Options,
) -> Result<Vec<Diagnostic>, (String, ReadError)> {
    let folder = directory(path);
    let paths = project_of(files, path);
    let alone = paths.len() == 1 && !stands_alone(base_name(path));
    let (project, found) = check_files(sources, files, &paths, folder, rules, options)?;
    let base = default_file(files, folder).filter(|_| alone && project.fragment);
    let Some(base) = base else { return Ok(found) };
    let below = project_of(files, &base);
    let (_, known) = check_files(sources, files, &below, folder, rules, options)?;
    let (_, found) = check_files(sources, files, &[base, path.to_string()], folder, rules, options)?;
    let known: HashSet<(&str, &str)> = known.iter().map(|it| (it.rule, it.message.as_str())).collect();
    Ok(found.into_iter().filter(|it| !known.contains(&(it.rule, it.message.as_str()))).collect())
}

/// Checks files as one project, each merged over those before it. Relative paths start from `folder`.
///
/// # Errors
/// One of the files cannot be read.
pub fn check_files(
    sources: &mut Sources,
    files: &dyn Files,
    paths: &[String],
    folder: &str,
    rules: &[&'static Rule],
    options: &Options,
) -> Result<(Project, Vec<Diagnostic>), (String, ReadError)> {
    let mut variables = options.variables.clone();
    let named = (!options.env_files.is_empty()).then_some(options.env_files.as_slice());
    add_env_files(files, folder, named, &mut variables)?;
    check_with(sources, files, paths, folder, &variables, rules, options)
}

/// Checks the project that was asked for. Its variables and profiles count, and not those of the options.
///
/// # Errors
/// One of the files cannot be read.
pub fn check_target(
    sources: &mut Sources,
    files: &dyn Files,
    target: &Target,
    rules: &[&'static Rule],
    options: &Options,
) -> Result<Vec<Diagnostic>, (String, ReadError)> {
    let options = Options { profiles: target.profiles.clone(), ..options.clone() };
    let Target { paths, folder, variables, .. } = target;
    check_with(sources, files, paths, folder, variables, rules, &options).map(|it| it.1)
}

fn check_with(
    sources: &mut Sources,
    files: &dyn Files,
    paths: &[String],
    folder: &str,
    variables: &Variables,
    rules: &[&'static Rule],
    options: &Options,
) -> Result<(Project, Vec<Diagnostic>), (String, ReadError)> {
    let mut problems = Vec::new();
    let loaded = load_files(sources, files, paths, folder, variables, &mut problems)?;
    let name = paths.last().map_or("", |it| base_name(it));
    let mut project = model(&loaded, name, &mut problems);
    project.named_outside = variables.get(PROJECT_NAME).is_some();
    project.fragment |= options.found && project.needs_more();
    enable(&mut project, &loaded, &options.profiles, &mut problems);
    let found = run(sources, &loaded, &project, &problems, rules, options);
    Ok((project, found))
}

/// A project as Compose would run it.
pub struct Resolution {
    /// The tree.
    pub loaded: Loaded,
    /// The model of it.
    pub project: Project,
    /// Why Compose refuses it. None: it does not.
    pub refusals: Vec<Diagnostic>,
}

/// Loads the project that was asked for, and says why Compose would refuse it. Suppressions do not count here.
///
/// # Errors
/// One of the files cannot be read.
pub fn resolve(
    sources: &mut Sources,
    files: &dyn Files,
    target: &Target,
    rules: &[&'static Rule],
) -> Result<Resolution, (String, ReadError)> {
    let mut problems = Vec::new();
    let Target { paths, folder, variables, .. } = target;
    let loaded = load_files(sources, files, paths, folder, variables, &mut problems)?;
    // Compose takes every file for a whole one here, whatever it is called.
    let mut project = model(&loaded, DEFAULT_NAMES[0], &mut problems);
    enable(&mut project, &loaded, &target.profiles, &mut problems);
    let options = Options { profiles: target.profiles.clone(), ..Options::default() };
    let refusing = rules.iter().copied().filter(|it| it.group == Group::Correctness && it.on);
    let mut refusals = findings(&project.only_enabled(), &problems, (sources, &loaded), refusing, &options);
    refusals.retain(|it| it.severity == Severity::Error);
    Ok(Resolution { loaded, project, refusals })
}

/// Switches profiles on. What is wrong with the files of a service counts only if the service is enabled.
fn enable(project: &mut Project, loaded: &Loaded, profiles: &[String], problems: &mut Vec<Problem>) {
    project.enable(profiles);
    let services = loaded.root.and_then(|it| loaded.tree.get(it, "services"));
    let services = services.map(|it| loaded.tree.entries(it.value)).unwrap_or_default();
    for (entry, service) in services.iter().zip(&project.services) {
        if let Some(files) = loaded.env_files.get(&entry.value).filter(|_| service.enabled) {
            problems.extend(files.wrong.iter().cloned());
        }
    }
}

/// Whether Compose reads a file of this name on its own: one of the four names it looks for, or a text without a name.
///
/// A file of another name in which a service has no image is meant to be merged over one of these.
fn stands_alone(base: &str) -> bool {
    base.starts_with(['<', '-']) || DEFAULT_NAMES.contains(&base)
}

/// Schema and model of a loaded project; `name` is that of its last file.
pub fn model(loaded: &Loaded, name: &str, problems: &mut Vec<Problem>) -> Project {
    let check = || {
        let mut found = Vec::new();
        if let Some(root) = loaded.root.filter(|_| !loaded.broken) {
            schema::check_all(&loaded.tree, loaded.stages.iter().copied().chain([root]), &mut found);
        }
        found
    };
    let mut meanwhile = Vec::new();
    let (mut found, mut project) = join(loaded.is_large(), check, || lower(loaded, &mut meanwhile));
    problems.append(&mut found);
    problems.append(&mut meanwhile);
    project.file_name = name.to_string();
    project.broken = loaded.broken;
    project.includes |= !loaded.unread.is_empty();
    project.unread.clone_from(&loaded.unread);
    project.knows_variables = loaded.knows_variables;
    project.fragment = !stands_alone(name) && project.services.iter().any(|it| !it.has_image_or_build());
    project
}
