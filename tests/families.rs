//! Each entry of the catalogue with a mount that keeps its data and one that does not, in `fixtures/families/`.

use crate::support::{assert_none, check_text, entries, has_extension, read, root, shown};
use plimsoll_core::check::{Options, Selection};
use plimsoll_core::grammar::image;
use plimsoll_rules::images::{DataPath, Family, catalogue, matches};
use plimsoll_rules::version::of_tag;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use yaml_serde::Value;

/// The rules that say that data is not kept.
const RULES: [&str; 4] = ["data-not-persisted", "misplaced-data-mount", "replaced-mount", "tmpfs-on-data-path"];

fn files() -> Vec<PathBuf> {
    let mut files = entries(&root().join("fixtures/families"));
    files.retain(|it| has_extension(it, "yaml"));
    files
}

/// A service of one of the files.
struct Sample {
    place: String,
    family: Arc<Family>,
    tag: String,
    wrong: bool,
    mounts: bool,
}

impl Sample {
    /// Whether it shows one directory of its family, as far as that hangs on the tag.
    fn shows(&self, data: &DataPath) -> bool {
        let version = of_tag(Some(&self.tag), self.family.versioning, self.family.latest);
        let tags = data.tags.as_deref().is_none_or(|it| matches(it, &self.tag));
        tags && data.versions.holds(version) == Some(true)
    }
}

fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for path in files() {
        let file: Value = yaml_serde::from_str(&read(&path)).unwrap();
        for (name, service) in file.get("services").and_then(Value::as_mapping).unwrap() {
            let place = format!("{}, `{}`", shown(&path), name.as_str().unwrap());
            let written = service.get("image").and_then(Value::as_str).unwrap();
            let reference = image::parse(written).unwrap();
            let family = catalogue().lookup(&reference);
            let family = family.unwrap_or_else(|| panic!("{place}: the catalogue does not know `{written}`"));
            let tag = reference.tag.unwrap_or_else(|| panic!("{place}: the version is to be pinned")).to_string();
            let (wrong, mounts) = (place.ends_with("-wrong`"), service.get("volumes").is_some());
            samples.push(Sample { place, family, tag, wrong, mounts });
        }
    }
    samples
}

#[test]
fn right_mounts_are_silent_and_wrong_ones_are_found() {
    let selection = Selection { select: RULES.map(str::to_string).to_vec(), ignore: Vec::new() };
    let options = Options { selection, ..Options::default() };
    let mut wrong = Vec::new();
    for path in files() {
        let text = read(&path);
        let checked = check_text(&text, &options);
        let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for it in &checked.found {
            found.entry(checked.sources.start(it.span).line as usize).or_default().push(it.rule);
        }
        for (at, line) in text.lines().enumerate() {
            let marked: Vec<&str> = line.split_once("#~").map(|it| it.1.trim()).into_iter().collect();
            let found = found.remove(&(at + 1)).unwrap_or_default();
            if marked != found {
                wrong.push(format!("{}:{}: marked {marked:?}, found {found:?}", shown(&path), at + 1));
            }
            if line.contains("-wrong: ") == marked.is_empty() {
                wrong.push(format!("{}:{}: `-wrong` and `#~ rule` belong together", shown(&path), at + 1));
            }
        }
    }
    assert_none(&wrong, "a mistake in the catalogue, in a rule, or in the file: mend that one");
}

#[test]
fn every_family_occurs_with_each_of_its_layouts() {
    let samples = samples();
    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    for family in catalogue().all() {
        known.insert(family.id.clone());
        let of_family = || samples.iter().filter(|it| it.family.id == family.id);
        let needs = family.data.iter().any(|it| !it.optional);
        let right = of_family().any(|it| !it.wrong && it.mounts == needs);
        if !right {
            wrong.push(format!("{}: there is no service that is right", family.id));
        }
        for data in family.data.iter().filter(|it| !it.optional) {
            for is_wrong in [false, true] {
                if !of_family().any(|it| it.wrong == is_wrong && it.shows(data)) {
                    let which = if is_wrong { "wrong" } else { "right" };
                    wrong.push(format!("{}: `{}` is shown by no service that is {which}", family.id, data.path));
                }
            }
        }
        // Without data there is nothing to keep, and nothing to be wrong.
        wrong.extend(of_family().filter(|it| it.wrong && !needs).map(|it| format!("{}: keeps no data", it.place)));
    }
    assert_none(&wrong, "add the service to the file of its kind in fixtures/families");
    assert!(samples.iter().all(|it| known.contains(&it.family.id)));
}
