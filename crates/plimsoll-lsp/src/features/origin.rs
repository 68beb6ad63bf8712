//! Where a variable has its value from. The value itself is never looked at by anybody who shows something.

use super::look::{document, includes};
use crate::analysis::Analysis;
use crate::position::Lines;
use lsp_types::{Location, Range};
use plimsoll_core::grammar::dotenv;
use plimsoll_core::load::files::{Files, join};
use plimsoll_core::source::FileId;
use plimsoll_workspace::disk::absolute;

/// Where a variable has its value from.
pub(super) enum Origin {
    /// The settings.
    Settings,
    /// A file of variables.
    File(Written),
    /// It is what the project is called.
    ProjectName,
    /// It has a value, and no file that is looked at says so.
    Outside,
    /// Nothing sets it.
    Unset,
}

/// A variable in a file of variables.
pub(super) struct Written {
    /// The file, as the project names it.
    pub name: String,
    /// The file, from the top of the file system.
    path: String,
    /// Where the name is.
    range: Range,
    /// Whether the name stands alone, so that the value comes from outside all the same.
    pub is_bare: bool,
}

impl Written {
    /// The line, from 1.
    pub fn line(&self) -> u32 {
        self.range.start.line + 1
    }

    /// The place.
    pub fn location(&self, analysis: &Analysis<'_>) -> Option<Location> {
        Some(Location { uri: analysis.session.uri(&self.path)?, range: self.range })
    }
}

/// How far includes are followed outwards.
const DEPTH: usize = 16;

/// Where a variable of the document has its value from.
pub(super) fn origin(analysis: &Analysis<'_>, name: &str) -> Origin {
    if analysis.given.variables.get(name).is_some() {
        return Origin::Settings;
    }
    for group in groups(analysis) {
        // Of two files the later one wins.
        if let Some(found) = group.iter().rev().find_map(|it| in_file(analysis, it, name)) {
            return Origin::File(found);
        }
    }
    match analysis.target.variables.get(name) {
        Some(_) if name == "COMPOSE_PROJECT_NAME" => Origin::ProjectName,
        Some(_) => Origin::Outside,
        None => Origin::Unset,
    }
}

/// The files of variables that count for the document, those that win first. What includes a file hands its
/// variables down.
fn groups(analysis: &Analysis<'_>) -> Vec<Vec<String>> {
    let given = &analysis.given;
    let listed = given.variables.get("COMPOSE_ENV_FILES").unwrap_or_default();
    let listed: Vec<String> = listed.split(',').filter(|it| !it.is_empty()).map(str::to_string).collect();
    let own = match (given.env_files.as_slice(), listed) {
        ([], listed) if listed.is_empty() => vec![join(&analysis.target.folder, ".env")],
        ([], listed) => listed,
        (files, _) => files.to_vec(),
    };
    let loaded = &analysis.resolution.loaded;
    let mut inner = Vec::new();
    let mut file = analysis.file;
    for _ in 0..DEPTH {
        if loaded.own.contains(&file) {
            break;
        }
        let Some((by, files)) = included(analysis, file) else { break };
        inner.push(files);
        file = by;
    }
    std::iter::once(own).chain(inner.into_iter().rev()).collect()
}

/// The file that includes a file, and the files of variables that this gives it.
fn included(analysis: &Analysis<'_>, file: FileId) -> Option<(FileId, Vec<String>)> {
    let loaded = &analysis.resolution.loaded;
    let name = analysis.sources.get(file).name();
    loaded.documents.iter().filter(|it| it.file != file).find_map(|by| {
        let item = includes(&loaded.tree, by).into_iter().find(|it| it.paths.iter().any(|it| it == name))?;
        let root = loaded.documents.iter().find(|it| it.file == file)?.roots.first().copied()?;
        let files = item.env_files.unwrap_or_else(|| vec![join(loaded.tree.base(root), ".env")]);
        Some((by.file, files))
    })
}

/// A variable in one file.
fn in_file(analysis: &Analysis<'_>, name: &str, variable: &str) -> Option<Written> {
    if document(analysis).is_none() || analysis.root.is_empty() {
        return None;
    }
    let bytes = analysis.disk.read(name).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let lookup = |it: &str| analysis.target.variables.get(it).map(str::to_string);
    let all = dotenv::parse(&text, &lookup).ok()?;
    let found = all.iter().rev().find(|it| it.name == variable)?;
    let range = Lines::new(&text).range(&text, found.name_range.clone(), analysis.session.encoding());
    let is_bare =
        found.value_range.is_empty() && !text[found.name_range.end..].trim_start_matches(' ').starts_with(['=', ':']);
    Some(Written { name: name.to_string(), path: absolute(&analysis.root, name), range, is_bare })
}
