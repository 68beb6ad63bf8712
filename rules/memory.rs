//! Stores that keep nothing on any disk, because that is their default or because they are told so.

use crate::images::Memory;
use crate::role::{Role, names_configuration};
use crate::sign::{Said, said};
use crate::state::{State, kind};
use plimsoll_core::grammar::path;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{MountKind, Project, Syntax};
use plimsoll_core::source::Span;

/// Why a store keeps nothing.
pub(crate) enum Cause {
    /// It is the default of the image, and nothing says otherwise.
    Default(String),
    /// This says so.
    Told(String, Span),
}

/// Why the store of a service keeps nothing, if that is certain.
pub(crate) fn cause(project: &Project, state: &State) -> Option<Cause> {
    let known = state.role == Role::Server && !state.reconfigured;
    let memory = state.family.memory.as_ref().filter(|_| known)?;
    let service = state.runs(project);
    // What a configuration file says is not known; that of Mosquitto which is in the image is.
    let hidden = memory.default.is_none() && names_configuration(service, &state.family);
    if hidden || !said(service, &memory.unless).is_no() {
        return None;
    }
    let on = said(service, &memory.on);
    match (&memory.default, said(service, &memory.off)) {
        // Where nothing is kept by default, a word that turns it off wins over one that turns it on.
        (Some(_), Said::Yes(sign, span)) => Some(Cause::Told(sign, span)),
        (Some(why), Said::No) if on.is_no() => Some(Cause::Default(why.clone())),
        (None, Said::Yes(sign, span)) if on.is_no() => Some(Cause::Told(sign, span)),
        _ => None,
    }
}

/// The mount that shows that somebody means the data to be kept, by index.
pub(crate) fn meant(project: &Project, state: &State, memory: &Memory) -> Option<usize> {
    const NAMES: [&str; 6] = ["data", "db", "database", "storage", "store", "jetstream"];
    let places: Vec<&str> =
        state.family.data.iter().map(|it| &it.path).chain(&memory.mounts).map(String::as_str).collect();
    state.of(project).mounts.iter().position(|mount| {
        let lasting = match kind(project, mount) {
            MountKind::Volume | MountKind::Bind => true,
            MountKind::Unknown => mount.syntax == Syntax::Short,
            _ => false,
        };
        let Some(target) = mount.path_in_container.as_deref().filter(|_| lasting && mount.read_only == Some(false))
        else {
            return false;
        };
        let name = file_name(target);
        let near = |it: &&str| path::covers(it, target) || path::covers(target, it) && target != "/";
        !name.contains('.') && (NAMES.contains(&name) || places.iter().any(near))
    })
}
