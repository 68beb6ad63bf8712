//! From the options of Compose to the files, the directory and the variables of a project.
//!
//! Source: `cli/options.go` of compose-go 2.9.1, and the recorded answers of Docker Compose 2.40.3.

use super::discover::{DEFAULT_NAMES, add_env_files, default_file, override_file};
use super::files::{Files, ReadError, directory, join};
use super::interpolate::{Variables, interpolate};
use crate::source::Sources;
use crate::syntax;
use crate::tree::{Tree, Value};
use std::fmt;

/// What is asked for, as on the command line of Compose. The variables are the whole environment: the shell is not
/// read.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The files, each merged over those before it. None: they are searched for.
    pub files: Vec<String>,
    /// The directory that relative paths start from, instead of that of the first file.
    pub directory: Option<String>,
    /// Files of variables, instead of `.env`.
    pub env_files: Vec<String>,
    /// The profiles that are switched on.
    pub profiles: Vec<String>,
    /// The name of the project.
    pub name: Option<String>,
    /// The environment.
    pub variables: Variables,
    /// The absolute path of the current directory, if the result may depend on it: names of volumes do, findings do not.
    pub here: Option<String>,
}

/// What a [`Request`] comes to.
#[derive(Clone, Debug)]
pub struct Target {
    /// The files, each merged over those before it.
    pub paths: Vec<String>,
    /// The directory that relative paths start from; empty for the current one.
    pub folder: String,
    /// The environment, with what the files of variables add.
    pub variables: Variables,
    /// The profiles that are switched on.
    pub profiles: Vec<String>,
    /// The name of the project, if it is known.
    pub name: Option<String>,
}

/// Why there is no project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RequestError {
    /// No file was named, and none was found.
    NoFile,
    /// This file cannot be read.
    File(String, ReadError),
    /// The name of a project is lower case, with digits, `-` and `_`.
    Name(String),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestError::NoFile => {
                write!(f, "there is no Compose file here or in a directory above (such as `{}`)", DEFAULT_NAMES[0])
            }
            RequestError::File(path, why) => write!(f, "{path}: {why}"),
            RequestError::Name(name) => {
                write!(f, "`{name}` cannot be the name of a project: only lower case, digits, `-` and `_` can")
            }
        }
    }
}

impl std::error::Error for RequestError {}

/// The path that stands for standard input.
pub const STDIN: &str = "-";

/// Finds the files, the directory, the variables and the name of a project.
///
/// # Errors
/// There is no file, one cannot be read, or the name is none.
pub fn resolve(files: &dyn Files, request: &Request) -> Result<Target, RequestError> {
    let mut variables = request.variables.clone();
    let mut paths = request.files.clone();
    let asked = request.directory.as_deref().map(|it| if it == "." { String::new() } else { join("", it) });
    let folder_of = |paths: &[String]| {
        let first = paths.iter().find(|it| *it != STDIN).map_or("", |it| directory(it));
        asked.clone().unwrap_or_else(|| first.to_string())
    };
    let mut env_files = request.env_files.clone();
    if let Some(listed) = request.variables.get("COMPOSE_ENV_FILES").filter(|_| env_files.is_empty()) {
        env_files = listed.split(',').filter(|it| !it.is_empty()).map(str::to_string).collect();
    }
    let env = |folder: &str, variables: &mut Variables| {
        let named = (!env_files.is_empty()).then_some(env_files.as_slice());
        let off = request.variables.get("COMPOSE_DISABLE_ENV_FILE").is_some_and(is_true);
        if named.is_none() && off {
            return Ok(());
        }
        add_env_files(files, folder, named, variables).map_err(|(path, why)| RequestError::File(path, why))
    };
    env(&folder_of(&paths), &mut variables)?;
    if paths.is_empty() {
        let separator = variables.get("COMPOSE_PATH_SEPARATOR").filter(|it| !it.is_empty()).unwrap_or(":");
        let listed = variables.get("COMPOSE_FILE").unwrap_or_default();
        paths = listed.split(separator).filter(|it| !it.is_empty()).map(str::to_string).collect();
    }
    if paths.is_empty() {
        paths =
            search(files, asked.as_deref().unwrap_or_default(), request.here.as_deref()).ok_or(RequestError::NoFile)?;
    }
    let folder = folder_of(&paths);
    if env_files.is_empty() {
        env(&folder, &mut variables)?;
    }
    let mut profiles = request.profiles.clone();
    if profiles.is_empty() {
        let listed = variables.get("COMPOSE_PROFILES").unwrap_or_default();
        profiles = listed.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_string).collect();
    }
    let name = name(files, request, &paths, &folder, &variables)?;
    if let Some(name) = &name {
        variables.set("COMPOSE_PROJECT_NAME", name);
    }
    Ok(Target { paths, folder, variables, profiles, name })
}

/// Looks for a default file in a directory and those above it; its override comes along.
fn search(files: &dyn Files, from: &str, here: Option<&str>) -> Option<Vec<String>> {
    let depth = here.map_or(0, |it| join(it, from).matches('/').count());
    let mut folder = from.to_string();
    for _ in 0..=depth {
        if let Some(found) = default_file(files, &folder) {
            return Some(std::iter::once(found).chain(override_file(files, &folder)).collect());
        }
        folder = if folder.starts_with('/') { directory(&folder).to_string() } else { join(&folder, "..") };
        if folder.is_empty() {
            folder = "..".to_string();
        }
    }
    None
}

/// The name of the project: what is asked for, the environment, the last `name:` of the files, the directory.
fn name(
    files: &dyn Files,
    request: &Request,
    paths: &[String],
    folder: &str,
    variables: &Variables,
) -> Result<Option<String>, RequestError> {
    let given = request.name.as_deref().or_else(|| variables.get("COMPOSE_PROJECT_NAME"));
    if let Some(name) = given.filter(|it| !it.is_empty()) {
        if normalized(name) != name {
            return Err(RequestError::Name(name.to_string()));
        }
        return Ok(Some(name.to_string()));
    }
    let whole = request.here.as_deref().map(|here| join(here, folder));
    let base = whole.as_deref().map(|it| normalized(it.rsplit('/').next().unwrap_or_default()));
    let mut variables = variables.clone();
    if let Some(base) = &base {
        variables.set("COMPOSE_PROJECT_NAME", base);
    }
    let written = paths.iter().filter(|it| *it != STDIN).rev().find_map(|path| {
        let bytes = files.read(path).ok()?;
        written_name(bytes, &variables)
    });
    let name = written.or(base);
    if name.as_deref() == Some("") {
        return Err(RequestError::Name(String::new()));
    }
    Ok(name)
}

/// The last `name:` of a file, normalized.
fn written_name(bytes: Vec<u8>, variables: &Variables) -> Option<String> {
    let mut sources = Sources::new();
    let file = sources.add("", bytes).ok()?;
    if !sources.get(file).text().contains("name") {
        return None;
    }
    let mut tree = Tree::default();
    let document = syntax::parse(&mut tree, file, sources.get(file), &mut Vec::new());
    document.roots.iter().rev().find_map(|root| {
        let value = tree.get(*root, "name")?.value;
        let Value::Scalar(text) = &tree.node(value).value else { return None };
        let written = text.clone();
        let name = interpolate(written.clone(), variables, &mut 0, &mut Vec::new());
        // A name of which nothing is left is a mistake, and not the same as none.
        (!written.as_str().is_empty()).then(|| name.known().map(normalized))?
    })
}

/// A name as Compose makes it fit: lower case, without other characters than letters, digits, `-` and `_`.
pub fn normalized(name: &str) -> String {
    let kept = |it: &char| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '-' | '_');
    let name: String = name.to_lowercase().chars().filter(kept).collect();
    name.trim_start_matches(['-', '_']).to_string()
}

/// What Go's `strconv.ParseBool` takes for true.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}
