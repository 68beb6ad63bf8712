//! Which files are a project: the names that Compose looks for, `.env` beside them, and overlays.
//!
//! Source: `cli/options.go` of compose-go 2.9.1, and the recorded answers of Docker Compose 2.40.3.

use super::files::{Files, ReadError, directory, join};
use crate::grammar::dotenv::{self, DotenvError};
use crate::load::interpolate::Variables;

/// The names that Compose looks for, in its order.
pub const DEFAULT_NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// The names that Compose merges over the file it has found, in its order; the first that is there counts.
pub const OVERRIDE_NAMES: [&str; 4] =
    ["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// The name of a file without its folder.
pub fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The file that Compose takes in a directory.
pub fn default_file(files: &dyn Files, directory: &str) -> Option<String> {
    DEFAULT_NAMES.iter().map(|name| join(directory, name)).find(|it| files.exists(it))
}

/// The override that Compose takes along in a directory.
pub fn override_file(files: &dyn Files, directory: &str) -> Option<String> {
    OVERRIDE_NAMES.iter().map(|name| join(directory, name)).find(|it| files.exists(it))
}

/// The files of the project that a path stands for: a default file takes its override along, an override stands for
/// the project of the default file beside it, and any other file stands for itself.
pub fn project_of(files: &dyn Files, path: &str) -> Vec<String> {
    let (name, folder) = (base_name(path), directory(path));
    if DEFAULT_NAMES.contains(&name) {
        return std::iter::once(path.to_string()).chain(override_file(files, folder)).collect();
    }
    let base = default_file(files, folder).filter(|_| OVERRIDE_NAMES.contains(&name));
    base.into_iter().chain([path.to_string()]).collect()
}

/// Adds the variables of `.env` in a directory, or of the files that are named instead. What is already there wins;
/// of two files the later one does.
///
/// # Errors
/// A file that is named cannot be read, or Compose cannot read what is in one.
pub fn add_env_files(
    files: &dyn Files,
    folder: &str,
    named: Option<&[String]>,
    variables: &mut Variables,
) -> Result<(), (String, ReadError)> {
    let given = variables.clone();
    let default = [join(folder, ".env")];
    for path in named.unwrap_or(&default) {
        let bytes = match files.read(path) {
            Ok(bytes) => bytes,
            Err(why) if named.is_none() && why != ReadError::TooLarge => continue,
            Err(why) => return Err((path.clone(), why)),
        };
        add_env_text(&bytes, &given, variables).map_err(|why| (path.clone(), ReadError::Other(why.discreet())))?;
    }
    Ok(())
}

/// Adds the variables of one file of variables. Those that are `given` from outside win.
///
/// # Errors
/// Compose cannot read the file.
pub(super) fn add_env_text(bytes: &[u8], given: &Variables, variables: &mut Variables) -> Result<(), DotenvError> {
    let text = String::from_utf8_lossy(bytes);
    let before = variables.clone();
    let lookup = |name: &str| before.get(name).map(str::to_string);
    for it in dotenv::parse(&text, &lookup)? {
        // What a variable of the host has a part in is unknown with it.
        let shown = given.is_complete() || !text[it.value_range.clone()].contains('$');
        if let Some(value) = it.value.filter(|_| shown && given.get(&it.name).is_none()) {
            variables.set(it.name, value);
        }
    }
    Ok(())
}
