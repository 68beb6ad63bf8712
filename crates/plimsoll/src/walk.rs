//! Finds the Compose files below a directory.

use ignore::{DirEntry, WalkBuilder};
use plimsoll_core::load::discover::{DEFAULT_NAMES, OVERRIDE_NAMES, base_name};
use plimsoll_core::load::files::{directory, join};
use plimsoll_core::load::likeness::{is_compose, is_yaml};
use plimsoll_workspace::disk::{Failure, slashed};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Folders that hold what others have written, or what is made from something else.
const VENDORED: [&str; 9] = [
    "__pycache__",
    "bower_components",
    "node_modules",
    "site-packages",
    "target",
    "third_party",
    "vendor",
    "venv",
    "virtualenv",
];

/// Files larger than this are no Compose files that somebody has forgotten to name.
const LARGEST: u64 = 1 << 20;

/// What was found.
#[derive(Default)]
pub(crate) struct Found {
    /// Files, one for each project, in the order of their folders. An override belongs to its base.
    pub files: Vec<String>,
    /// Folders that could not be read.
    pub failures: Vec<Failure>,
}

/// Looks through a directory and those below it. What is hidden, vendored or ignored by Git is left out, and what
/// `excluded` says.
pub(crate) fn below(root: &Path, excluded: impl Fn(&str) -> bool + Send + Sync + 'static) -> Found {
    let mut found = Found::default();
    let mut walk = WalkBuilder::new(root);
    // Two settings of Git are those of one machine: what is not in the repository is not asked.
    walk.git_global(false).git_exclude(false).sort_by_file_name(Ord::cmp);
    if !is_in_repository(root) {
        // What was taken out of a repository, such as an archive, is read as it is there. What lies above is not a
        // part of it, such as the `.gitignore` of a home directory.
        walk.require_git(false).parents(false);
    }
    walk.filter_entry(move |it| it.depth() == 0 || !is_left_out(it) && !excluded(&path_of(it)));
    let mut candidates = Vec::new();
    for entry in walk.build() {
        match entry {
            Ok(entry) => candidates.extend(Some(path_of(&entry)).filter(|it| is_yaml(it) && is_file(&entry, it))),
            Err(error) => {
                let name = match &error {
                    ignore::Error::WithPath { path, .. } => path.clone(),
                    ignore::Error::WithDepth { err, .. } => match &**err {
                        ignore::Error::WithPath { path, .. } => path.clone(),
                        _ => root.to_path_buf(),
                    },
                    _ => root.to_path_buf(),
                };
                let why = match error.io_error().map(std::io::Error::kind) {
                    Some(ErrorKind::PermissionDenied) => "permission denied".to_string(),
                    _ => error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
                };
                found.failures.push(Failure::new(&name, why));
            }
        }
    }
    let known: Vec<bool> = candidates.par_iter().map(|it| is_known(base_name(it)) || looks_like_compose(it)).collect();
    let mut keep = known.into_iter();
    candidates.retain(|_| keep.next().unwrap_or_default());
    // What a link leads to is the same file under another name.
    let is_link = |it: &String| std::fs::symlink_metadata(it).is_ok_and(|it| it.is_symlink());
    let (links, mut files): (Vec<String>, Vec<String>) = candidates.into_iter().partition(is_link);
    if !links.is_empty() {
        let targets: HashSet<PathBuf> = links.iter().filter_map(|it| std::fs::canonicalize(it).ok()).collect();
        files.retain(|it| !std::fs::canonicalize(it).is_ok_and(|it| targets.contains(&it)));
        files.extend(links);
    }
    let candidates = files;
    found.files = one_for_each(candidates);
    found
}

/// Whether a directory belongs to a Git repository.
fn is_in_repository(directory: &Path) -> bool {
    let whole = std::fs::canonicalize(directory);
    whole.is_ok_and(|it| it.ancestors().any(|it| it.join(".git").exists()))
}

/// The path of an entry as people write it: without `./` at its beginning.
fn path_of(entry: &DirEntry) -> String {
    join("", &slashed(&entry.path().to_string_lossy()))
}

fn is_left_out(entry: &DirEntry) -> bool {
    let is_directory = entry.file_type().is_some_and(|it| it.is_dir());
    is_directory && entry.file_name().to_str().is_some_and(|it| VENDORED.contains(&it))
}

/// Whether an entry is a regular file, or a link to one under a name that Compose looks for.
fn is_file(entry: &DirEntry, path: &str) -> bool {
    let Some(kind) = entry.file_type() else { return false };
    let name = base_name(path);
    entry.path().to_str().is_some()
        && (kind.is_file() || kind.is_symlink() && is_known(name) && Path::new(path).is_file())
}

/// Whether Compose itself looks for a file of this name.
fn is_known(name: &str) -> bool {
    DEFAULT_NAMES.contains(&name) || OVERRIDE_NAMES.contains(&name)
}

fn looks_like_compose(path: &str) -> bool {
    let small = std::fs::metadata(path).is_ok_and(|it| it.len() <= LARGEST);
    small && std::fs::read(path).is_ok_and(|it| String::from_utf8(it).is_ok_and(|text| is_compose(path, &text)))
}

/// Of the names that Compose looks for in a folder, it takes the first, and the override comes along.
fn one_for_each(files: Vec<String>) -> Vec<String> {
    let mut bases: HashMap<&str, usize> = HashMap::new();
    for file in &files {
        if let Some(rank) = DEFAULT_NAMES.iter().position(|it| *it == base_name(file)) {
            let best = bases.entry(directory(file)).or_insert(rank);
            *best = rank.min(*best);
        }
    }
    let wanted = |file: &String| {
        let (name, base) = (base_name(file), bases.get(directory(file)));
        match (DEFAULT_NAMES.iter().position(|it| *it == name), base) {
            (Some(rank), Some(best)) => rank == *best,
            (_, Some(_)) => !OVERRIDE_NAMES.contains(&name),
            _ => true,
        }
    };
    let chosen: Vec<&String> = files.iter().filter(|it| wanted(it)).collect();
    // The default file of a folder comes first, and then what is beside it.
    let mut folders: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for file in chosen {
        folders.entry(directory(file)).or_default().push(file);
    }
    for files in folders.values_mut() {
        files.sort_by_key(|it| (!DEFAULT_NAMES.contains(&base_name(it)), *it));
    }
    folders.into_values().flatten().cloned().collect()
}
