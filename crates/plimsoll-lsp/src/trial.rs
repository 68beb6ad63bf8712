//! What would be found if the texts were others: edits are tried before they are offered.

use crate::project::{Way, leave_new, name_of, root_of};
use crate::session::Session;
use plimsoll_core::check::Options;
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::fix::{Checked, Texts};
use plimsoll_core::load::files::join;
use plimsoll_core::source::Sources;
use plimsoll_workspace::disk::Disk;
use plimsoll_workspace::settings::{ConfigFile, Configs};
use plimsoll_workspace::subject::{Outcome, Subject, refusing, tells_refusals};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// One project that is checked.
struct Job {
    subject: Subject,
    options: Options,
    config: Option<Arc<ConfigFile>>,
    way: Way,
}

/// The projects of a document, to be checked with other texts. Nothing of it is remembered.
pub struct Trial {
    /// What the projects call the document.
    pub name: String,
    root: String,
    disk: Disk,
    texts: Texts,
    jobs: Vec<Job>,
}

impl Session {
    /// The projects of a document. `None` if it cannot be read as it stands, or is no Compose file.
    pub fn trial(&self, path: &str) -> Option<Trial> {
        let document = self.documents.get(path).filter(|_| !self.projects.recovered.contains_key(path))?;
        let root = root_of(document, &self.folders);
        let texts = self.projects.texts(&root, &self.documents);
        let disk = Disk::at(Path::new(&root));
        let mut configs = Configs::new(&self.projects.which, root.clone(), &disk.with(&texts)).ok()?;
        let mut jobs = Vec::new();
        for key in self.projects.of.get(path)? {
            let project = self.projects.all.get(key).filter(|it| it.failures.is_empty())?;
            let config = match key.way {
                Way::Alone => None,
                _ => configs.of_file(project.subject.place()).ok()?,
            };
            let (subject, options) = (project.subject.clone(), project.options.clone());
            jobs.push(Job { subject, options, config, way: key.way });
        }
        let name = join("", &name_of(&root, document));
        (!jobs.is_empty()).then_some(Trial { name, root, disk, texts, jobs })
    }
}

impl Trial {
    /// Checks everything, where some files have another text.
    pub fn check(&self, changed: &Texts) -> Checked {
        let disk = self.disk(changed);
        let (sources, found) = self.run(&disk, true, |job| job.options.clone());
        Checked { sources, found, refusals: self.refusals(&disk) }
    }

    /// What is found, where the document has another text: the rules and messages of its findings, with their number.
    pub fn findings(&self, text: &str) -> HashMap<(&'static str, String), usize> {
        let disk = self.disk(&Texts::from([(self.name.clone(), text.to_string())]));
        let (_, found) = self.run(&disk, true, |job| job.options.clone());
        let mut counts = HashMap::new();
        for it in found {
            *counts.entry((it.rule, it.message)).or_default() += 1;
        }
        counts
    }

    fn disk(&self, changed: &Texts) -> Disk {
        let mut texts = self.texts.clone();
        texts.extend(changed.iter().map(|(name, text)| (name.clone(), text.clone())));
        self.disk.with(&texts)
    }

    /// Why Compose would refuse the projects, whatever rules are selected.
    fn refusals(&self, disk: &Disk) -> Vec<Diagnostic> {
        if self.jobs.iter().all(|it| tells_refusals(&it.options)) {
            return Vec::new();
        }
        let (_, mut found) = self.run(disk, false, |job| refusing(&job.options));
        found.retain(|it| it.severity == Severity::Error);
        found
    }

    /// Checks each project, and gives each finding once, with or without those that are in a baseline.
    fn run(&self, disk: &Disk, only_new: bool, options: impl Fn(&Job) -> Options) -> (Sources, Vec<Diagnostic>) {
        let (mut sources, mut all) = (Sources::new(), Vec::new());
        let mut seen = HashSet::new();
        for job in &self.jobs {
            let options = options(job);
            let Outcome { sources: own, mut found, .. } = job.way.check(&job.subject, disk, &options);
            if let Some(config) = job.config.as_ref().filter(|_| only_new) {
                leave_new(config, &self.root, &own, &mut found);
            }
            let name = |it: &Diagnostic| join("", own.get(it.span.file).name());
            found.retain(|it| seen.insert((it.rule, name(it), it.span.range(), it.message.clone())));
            let moved = sources.append(own);
            found.iter_mut().for_each(|it| it.move_spans(&moved));
            all.append(&mut found);
        }
        (sources, all)
    }
}
