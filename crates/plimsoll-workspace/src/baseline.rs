//! The findings that are known: a file of them, so that only new ones count.
//!
//! A finding is told by its rule, its file and the keys that lead to it, and not by its line, so that edits elsewhere
//! change nothing.

use crate::disk::{Failure, absolute, read_regular, readable, relative, slashed};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::load::files::directory;
use plimsoll_core::load::likeness::is_yaml;
use plimsoll_core::outline::Outline;
use plimsoll_core::source::{FileId, Sources};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::Path;

/// The number of the format.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    findings: Vec<Entry>,
}

/// Findings of one rule at one place.
#[derive(Serialize, Deserialize)]
struct Entry {
    file: String,
    /// The keys that lead to it.
    place: String,
    rule: String,
    /// How many, such as one for each item of a list.
    count: usize,
}

/// File, place and rule.
type Key = (String, String, String);

/// Known findings.
pub struct Baseline {
    name: String,
    /// The directory of the file. Its paths start there.
    folder: String,
    here: String,
    findings: BTreeMap<Key, usize>,
    /// How many were found.
    found: BTreeMap<Key, usize>,
}

impl Baseline {
    /// No findings, for a file that is to be written.
    ///
    /// Relative paths of files start from `here`, a directory.
    pub fn empty(path: &Path, here: &str) -> Baseline {
        let name = slashed(&path.to_string_lossy());
        let folder = directory(&absolute(here, &name)).to_string();
        Baseline { name, folder, here: here.to_string(), findings: BTreeMap::new(), found: BTreeMap::new() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no baseline.
    pub fn read(path: &Path, here: &str) -> Result<Baseline, Failure> {
        let mut baseline = Baseline::empty(path, here);
        let failed = |why: String| Failure { file: slashed(&path.to_string_lossy()), message: why };
        let text = read_regular(path).map_err(|why| failed(format!("the baseline cannot be read: {why}")))?;
        let written: Written =
            serde_json::from_slice(&text).map_err(|error| failed(format!("this is no baseline: {error}")))?;
        if written.version != VERSION {
            return Err(failed(format!("this is a baseline of version {}, and not of {VERSION}", written.version)));
        }
        for it in written.findings {
            *baseline.findings.entry((it.file, it.place, it.rule)).or_default() += it.count;
        }
        Ok(baseline)
    }

    fn key(&self, sources: &Sources, outlines: &mut Outlines, it: &Diagnostic) -> Key {
        let name = slashed(sources.get(it.span.file).name());
        let file = relative(&self.folder, &absolute(&self.here, &name));
        (file, outlines.path(sources, it), it.rule.to_string())
    }

    /// Counts a finding. Whether it is known.
    pub fn knows(&mut self, sources: &Sources, outlines: &mut Outlines, it: &Diagnostic) -> bool {
        let key = self.key(sources, outlines, it);
        let known = self.findings.get(&key).copied().unwrap_or_default();
        let found = self.found.entry(key).or_default();
        *found += 1;
        *found <= known
    }

    /// How many known findings are gone from files that were checked.
    pub fn gone(&self, checked: &HashSet<String>) -> usize {
        let checked: HashSet<String> =
            checked.iter().map(|it| relative(&self.folder, &absolute(&self.here, it))).collect();
        let gone = self.findings.iter().filter(|it| checked.contains(&it.0.0));
        gone.map(|it| it.1.saturating_sub(self.found.get(it.0).copied().unwrap_or_default())).sum()
    }

    /// How the file is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes what was found, and gives its number.
    ///
    /// # Errors
    /// It cannot be written. The file is as it was, then.
    pub fn write(&self) -> Result<usize, Failure> {
        let findings = self.found.iter().map(|((file, place, rule), count)| Entry {
            file: file.clone(),
            place: place.clone(),
            rule: rule.clone(),
            count: *count,
        });
        let written = Written { version: VERSION, findings: findings.collect() };
        let failed = |why: String| Failure { file: self.name.clone(), message: format!("cannot be written: {why}") };
        let mut text = serde_json::to_string_pretty(&written).map_err(|it| failed(it.to_string()))?;
        text.push('\n');
        let folder = if self.folder.is_empty() { "." } else { &self.folder };
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|it| failed(it.to_string()))?;
        file.write_all(text.as_bytes()).map_err(|it| failed(it.to_string()))?;
        readable(file.path()).map_err(|it| failed(it.to_string()))?;
        file.persist(&self.name).map_err(|it| failed(it.error.to_string()))?;
        Ok(self.found.values().sum())
    }
}

/// The structure of the files in which something was found, each of which is looked at once.
#[derive(Default)]
pub struct Outlines(HashMap<FileId, Option<Outline>>);

impl Outlines {
    fn path(&mut self, sources: &Sources, it: &Diagnostic) -> String {
        let file = it.span.file;
        let name = sources.get(file).name();
        // What is no YAML, such as a Dockerfile, has no keys.
        let is_yaml = is_yaml(name) || name.starts_with('<');
        let outline = self.0.entry(file).or_insert_with(|| is_yaml.then(|| Outline::new(sources, file)));
        outline.as_ref().map_or_else(String::new, |outline| outline.path(it.span))
    }
}
