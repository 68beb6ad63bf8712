//! Where files lie that somebody has pointed to. What a file under check names elsewhere may be none of its writer's
//! business.

use plimsoll_core::config::FILE_NAME;
use plimsoll_core::load::discover::DEFAULT_NAMES;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What somebody has pointed to, and what lies near it.
#[derive(Default)]
pub(crate) struct Near {
    named: Vec<PathBuf>,
    found: OnceLock<Found>,
}

#[derive(Default)]
struct Found {
    files: HashSet<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Near {
    /// What lies near these paths, which are absolute or start from the current directory.
    pub fn new(named: Vec<PathBuf>) -> Near {
        Near { named, found: OnceLock::new() }
    }

    /// Whether a file, as links lead to it, is named or lies near. Where nothing is named, that is near `here`.
    pub fn holds(&self, here: &Path, file: &Path) -> bool {
        let found = self.found.get_or_init(|| self.find(here));
        found.folders.iter().any(|it| file.starts_with(it)) || found.files.contains(file)
    }

    fn find(&self, here: &Path) -> Found {
        let here = fs::canonicalize(here).unwrap_or_default();
        let mut found = Found::default();
        for path in &self.named {
            let path = here.join(path);
            if path.is_dir() {
                found.folders.extend(fs::canonicalize(path));
            } else {
                // A link is named with the directory that it is in.
                found.folders.extend(path.parent().and_then(|it| fs::canonicalize(it).ok()));
                found.files.extend(fs::canonicalize(path));
            }
        }
        if self.named.is_empty() {
            // Compose looks above for a project as well. One above the repository is another one's.
            let top = here.ancestors().position(|it| it.join(".git").exists()).unwrap_or(usize::MAX - 1);
            let has_project = |it: &&Path| DEFAULT_NAMES.iter().any(|name| it.join(name).exists());
            found.folders.push(here.ancestors().take(top + 1).find(has_project).unwrap_or(&here).to_path_buf());
        }
        found.folders.iter_mut().for_each(|it| *it = widest(it, &here));
        found
    }
}

/// The repository that a directory is in, the directory of its settings, or the current one, if it is in that.
fn widest(folder: &Path, here: &Path) -> PathBuf {
    let above = |name: &str| folder.ancestors().find(|it| it.join(name).exists());
    let top = above(".git").or_else(|| above(FILE_NAME)).unwrap_or(folder);
    let here = if folder.starts_with(here) { here } else { folder };
    // The top of everything says nothing.
    let near = [top, here].into_iter().filter(|it| it.parent().is_some());
    near.min_by_key(|it| it.components().count()).unwrap_or(folder).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near() {
        let place = tempfile::tempdir().expect("a folder");
        let top = place.path();
        for folder in ["repo/.git", "repo/a/b", "repo/c", "plain/a", "other"] {
            fs::create_dir_all(top.join(folder)).expect("a folder");
        }
        for file in ["repo/a/b/x", "repo/c/x", "plain/a/x", "plain/x", "other/x"] {
            fs::write(top.join(file), "").expect("a file");
        }
        let near = |here: &str, named: &[&str]| {
            let near = Near::new(named.iter().map(PathBuf::from).collect());
            let holds = |it: &&&str| near.holds(&top.join(here), &fs::canonicalize(top.join(it)).expect("a file"));
            ["repo/a/b/x", "repo/c/x", "plain/a/x", "plain/x", "other/x"].iter().filter(holds).copied().collect()
        };
        let found: Vec<&str> = near("repo/a", &["b/x"]);
        assert_eq!(found, ["repo/a/b/x", "repo/c/x"]);
        assert_eq!(near("repo/a", &[]), found);
        assert_eq!(near("other", &["../repo/a/b"]), found);
        assert_eq!(near("plain/a", &["x"]), ["plain/a/x"]);
        assert_eq!(near("plain", &["a/x"]), ["plain/a/x", "plain/x"]);
        assert_eq!(near("other", &["../plain/a/x"]), ["plain/a/x"]);
        fs::write(top.join("plain/compose.yaml"), "").expect("a file");
        assert_eq!(near("plain/a", &[]), ["plain/a/x", "plain/x"]);
        fs::write(top.join("plain").join(FILE_NAME), "").expect("a file");
        assert_eq!(near("other", &["../plain/a/x"]), ["plain/a/x", "plain/x"]);
        assert_eq!(near("/", &["/"]).len(), 5);
    }
}
