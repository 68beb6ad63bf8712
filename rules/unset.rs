//! Paths that begin with a variable that nothing in the files sets.

use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Project, Service};
use plimsoll_core::text::{Hole, Text};
use plimsoll_core::tree::Via;

/// Variables that every session of a user has. They are not set in files, and not forgotten, either.
const OF_THE_SESSION: [&str; 14] = [
    "APPDATA",
    "HOME",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "LOGNAME",
    "PROGRAMDATA",
    "PWD",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USER",
    "USERPROFILE",
    "XDG_RUNTIME_DIR",
];

/// The variable at the beginning of a text, if it may be empty: it has no value, no default, and is not required.
pub(crate) fn leading(text: &Text) -> Option<&Hole> {
    let first = text.holes().first().filter(|it| it.at == 0)?;
    let others = text.holes().iter().take_while(|it| it.at == 0);
    let required = others.clone().any(|it| it.nonempty);
    let session = others.clone().any(|it| OF_THE_SESSION.contains(&it.variable.as_str()));
    (!required && !session).then_some(first)
}

/// Whether a service is of an included project, which has variables of its own, and a `.env` that may be elsewhere.
pub(crate) fn is_included(service: &Service) -> bool {
    service.path.steps().iter().any(|it| matches!(it, Via::Include(_)))
}

/// What is left of a text for people where its leading variable is not set. The values of others are not shown.
pub(crate) fn rest(text: &Text, leading: &Hole) -> String {
    let shown = text.shown();
    shown.strip_prefix(&format!("${{{}}}", leading.variable)).unwrap_or(&shown).to_string()
}

/// Whether a text begins with the default of a variable that every session has, so that the default is hardly used.
pub(crate) fn begins_with_session(text: &Text) -> bool {
    let first = text.assumptions().first().filter(|it| it.range.start == 0);
    first.is_some_and(|it| OF_THE_SESSION.contains(&it.variable.as_str()))
}

/// How bad a variable without a value is. Where the project takes others from its `.env`, or gives the variable a default in another
/// place, it was forgotten here. Otherwise it may come from somewhere else, as all variables of this project may.
pub(crate) fn severity_of_unset(project: &Project, hole: &Hole) -> Severity {
    let mounts = project.services.iter().flat_map(|it| &it.mounts);
    let devices = project.volumes.iter().filter_map(|it| it.option("device")).map(|it| &it.value);
    let mut texts = mounts.filter_map(|it| it.source.as_ref()).chain(devices);
    let handled = texts.any(|it| {
        let default = it.assumptions().iter().any(|it| it.variable == hole.variable);
        default || it.holes().iter().any(|it| it.nonempty && it.variable == hole.variable)
    });
    let known = project.knows_variables && project.is_whole();
    if known || handled { Severity::Warning } else { Severity::Info }
}
