//! Puts together what the projects of a check have come to.

use super::{Checked, Job, Plan};
use crate::args::{Check, FailOn};
use plimsoll_core::check::UNUSED_IGNORE;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::load::discover::{DEFAULT_NAMES, base_name, default_file, project_of};
use plimsoll_core::load::files::{directory, join};
use plimsoll_core::source::Sources;
use plimsoll_workspace::baseline::{Baseline, Outlines};
use plimsoll_workspace::disk::{Disk, Failure, here, slashed};
use plimsoll_workspace::settings::ConfigFile;
use plimsoll_workspace::subject::{Outcome, Subject, check_part};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Puts the outcomes together, leaves out what is known, and adds what is wrong with the settings.
pub(super) fn gather(plan: &Plan<'_>, outcomes: Vec<Outcome>, disk: &Disk) -> Checked {
    put(plan, outcomes, disk, Some(Known::new(plan.options)))
}

/// Puts the outcomes together, and nothing else.
pub(super) fn all(plan: &Plan<'_>, outcomes: Vec<Outcome>, disk: &Disk) -> Checked {
    put(plan, outcomes, disk, None)
}

/// What several projects take in is blamed once, and what another project includes or extends is not taken for a
/// project of its own, unless it is called like one.
fn put(plan: &Plan<'_>, outcomes: Vec<Outcome>, disk: &Disk, mut known: Option<Known<'_>>) -> Checked {
    let jobs = &plan.jobs;
    let parts = parts(jobs, &outcomes);
    let mut checked = Checked::default();
    let (mut seen, mut names) = (HashSet::new(), HashSet::new());
    for (at, (job, mut outcome)) in jobs.iter().zip(outcomes).enumerate() {
        checked.failures.extend(outcome.failures.iter().cloned());
        names.extend(outcome.files.iter().map(|it| join("", it)));
        if parts.contains(&at) {
            let Subject::Found(path) = &job.subject else { continue };
            if !DEFAULT_NAMES.contains(&base_name(path)) {
                continue;
            }
            // Compose runs it alone, too, and what it misses may be in the other project.
            outcome = check_part(disk, path, &job.options);
        }
        checked.projects += usize::from(outcome.failures.is_empty());
        let name = |it: &Diagnostic| name_of(&outcome.sources, it);
        let mut found: Vec<Diagnostic> = outcome.found.clone();
        found.retain(|it| seen.insert((it.rule, name(it), it.span.range(), it.message.clone())));
        let moved = checked.sources.append(outcome.sources);
        found.iter_mut().for_each(|it| it.move_spans(&moved));
        if let Some(known) = &mut known {
            known.leave_new(job, &checked.sources, &mut found);
        }
        checked.fails |= found.iter().any(|it| job.fail_on.includes(it.severity));
        checked.found.append(&mut found);
    }
    checked.files = names.len();
    if jobs.is_empty() && !plan.options.quiet {
        checked.notes.push("nothing was checked: the settings exclude all that is named".to_string());
    }
    if let Some(known) = known {
        unused(plan, &mut checked);
        known.finish(&names, &mut checked);
    }
    checked
}

/// The baselines of a check: one for everything, or those of the settings.
struct Known<'a> {
    options: &'a Check,
    here: String,
    baselines: BTreeMap<PathBuf, Baseline>,
    outlines: Outlines,
    failures: Vec<Failure>,
    count: usize,
}

impl<'a> Known<'a> {
    fn new(options: &'a Check) -> Known<'a> {
        let mut known = Known {
            options,
            here: here().unwrap_or_default(),
            baselines: BTreeMap::new(),
            outlines: Outlines::default(),
            failures: Vec::new(),
            count: 0,
        };
        if let Some(path) = options.write_baseline.as_ref() {
            let baseline = Baseline::empty(path, &known.here);
            known.baselines.insert(path.clone(), baseline);
        } else if let Some(path) = &options.baseline {
            // It is read even if nothing is found.
            known.read(path);
        }
        known
    }

    fn read(&mut self, path: &Path) {
        if !self.baselines.contains_key(path) {
            let baseline = Baseline::read(path, &self.here).unwrap_or_else(|failure| {
                self.failures.push(failure);
                Baseline::empty(path, &self.here)
            });
            self.baselines.insert(path.to_path_buf(), baseline);
        }
    }

    /// Takes away what is known.
    fn leave_new(&mut self, job: &Job, sources: &Sources, found: &mut Vec<Diagnostic>) {
        let own = self.options.write_baseline.as_ref().or(self.options.baseline.as_ref()).cloned();
        let path = own.or_else(|| job.config.as_ref()?.baseline().map(PathBuf::from));
        let Some(path) = path else { return };
        self.read(&path);
        let Some(baseline) = self.baselines.get_mut(&path) else { return };
        let before = found.len();
        found.retain(|it| !baseline.knows(sources, &mut self.outlines, it));
        self.count += before - found.len();
    }

    /// Writes the baseline that is to be written, or says what of the others is gone.
    fn finish(self, names: &HashSet<String>, checked: &mut Checked) {
        checked.failures.extend(self.failures);
        checked.known = self.count;
        let whole = self.options.select.is_empty() && self.options.ignore.is_empty();
        for baseline in self.baselines.values() {
            if self.options.write_baseline.is_some() {
                if checked.failures.is_empty() {
                    match baseline.write() {
                        Ok(count) => checked.written = Some(count),
                        Err(failure) => checked.failures.push(failure),
                    }
                }
                continue;
            }
            let gone = if whole { baseline.gone(names) } else { 0 };
            if gone > 0 {
                let (verb, s) = if gone == 1 { ("is", "") } else { ("are", "s") };
                let name = baseline.name();
                let note =
                    format!("{name}: {gone} finding{s} {verb} gone; write it anew with `--write-baseline {name}`");
                checked.notes.push(note);
            }
        }
    }
}

fn name_of(sources: &Sources, it: &Diagnostic) -> String {
    join("", &slashed(sources.get(it.span.file).name()))
}

/// The jobs whose file was found by itself and is read by another project, which includes or extends it. Alone it may
/// miss what stands in the other one.
fn parts(jobs: &[Job], outcomes: &[Outcome]) -> HashSet<usize> {
    let mut readers: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, (job, outcome)) in jobs.iter().zip(outcomes).enumerate() {
        let mut own: HashSet<String> = outcome.files.iter().map(|it| join("", it)).collect();
        if let Subject::Path(path) | Subject::Found(path) = &job.subject {
            // It may have been checked over the default file beside it.
            let disk = Disk::default();
            let base = default_file(&disk, directory(path)).map(|it| project_of(&disk, &it));
            own.extend(base.into_iter().flatten().map(|it| join("", &it)));
        }
        for (_, source) in outcome.sources.iter() {
            let name = join("", &slashed(source.name()));
            if !own.contains(&name) {
                readers.entry(name).or_default().push(at);
            }
        }
    }
    let mut parts = HashSet::new();
    for (at, job) in jobs.iter().enumerate() {
        let Subject::Found(path) = &job.subject else { continue };
        let others = readers.get(&join("", path)).map(Vec::as_slice).unwrap_or_default();
        // Of two that read each other, one stays.
        if others.iter().any(|it| *it != at && !parts.contains(it)) {
            parts.insert(at);
        }
    }
    parts
}

/// Adds what the settings ignore for services without effect.
fn unused(plan: &Plan<'_>, checked: &mut Checked) {
    let Some(rule) = plimsoll_rules::rule(UNUSED_IGNORE) else { return };
    let mut seen = HashSet::new();
    let configs: Vec<(&ConfigFile, FailOn)> = plan
        .jobs
        .iter()
        .filter_map(|job| Some((job.config.as_deref()?, job.fail_on)))
        .filter(|it| seen.insert(it.0.folder.as_str()))
        .collect();
    for (config, fail_on) in configs {
        let runs = plan.base_options(config);
        if !runs.selection.runs(rule) {
            continue;
        }
        // A service may be in a project that was not looked at.
        let all = plan.covers(config) && checked.failures.is_empty();
        let ignores = config.config.service_ignores().filter(|it| it.is_unused() || all && it.is_lost());
        let ignores: Vec<_> = ignores.collect();
        let Some((_, text)) = config.sources.iter().next().filter(|_| !ignores.is_empty()) else { continue };
        let mut copy = Sources::new();
        copy.add_text(text.name(), text.text());
        let moved = checked.sources.append(copy);
        let severity = runs.severity.get(rule.id).copied().unwrap_or(rule.severity);
        for it in ignores {
            let (service, id) = (&it.service.value, &it.rule.value);
            let message = match it.is_lost() {
                true => format!("no project here has a service `{service}`, for which `{id}` is ignored"),
                false => format!("nothing in `{service}` is suppressed by `{id}`"),
            };
            let mut found = Diagnostic::new(rule.id, severity, moved(it.span()), message);
            found.help("remove it, so that it does not hide a later finding");
            checked.fails |= fail_on.includes(severity);
            checked.found.push(found);
        }
    }
}
