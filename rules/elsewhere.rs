//! Whether what the files do not declare may be declared in a file that is not here.

use plimsoll_core::fix::Safety;
use plimsoll_core::load::discover::DEFAULT_NAMES;
use plimsoll_core::model::Project;
use plimsoll_core::text::Text;

/// Whether the project is a part of a larger one, as far as services go.
///
/// Compose reads a file of one of the default names on its own. One of another name may be meant for several `-f`, and
/// so may one with a single service whose variables come from a program that puts the parts together.
pub(crate) fn services_may_be_elsewhere(project: &Project) -> bool {
    may_be_part(project) || (project.services.len() == 1 && has_variables(project))
}

/// The same for a kind of resource of which the project declares none at all (`none`).
pub(crate) fn resources_may_be_elsewhere(project: &Project, none: bool) -> bool {
    may_be_part(project) || (none && has_variables(project))
}

/// How sure it is that what is missing belongs into this file: `None` if other things of the same project are missing
/// as well, so that they are all in another file.
pub(crate) fn safety_of_adding(project: &Project) -> Option<Safety> {
    let declared = |name: &str| name == "default" || project.networks.iter().any(|it| it.name == name);
    let mut networks = project.services.iter().flat_map(|it| &it.networks).filter_map(Text::known).take(SOME);
    let part = may_be_part(project);
    let hidden = project.volumes.is_empty() && has_variables(project);
    if hidden || networks.any(|it| !declared(it)) {
        return None;
    }
    Some(if part { Safety::Unsafe } else { Safety::Safe })
}

/// How many networks are looked for. A project with more is no part of another one.
const SOME: usize = 100;

/// Whether this is one file that Compose does not look for by itself.
fn may_be_part(project: &Project) -> bool {
    let name = project.file_name.as_str();
    let mut files = project.services.iter().map(|it| it.key.file);
    let first = files.next();
    let several = files.any(|it| Some(it) != first);
    !several && !name.starts_with(['<', '-']) && !DEFAULT_NAMES.contains(&name)
}

/// Whether a variable has a part in what a service is.
fn has_variables(project: &Project) -> bool {
    project.services.iter().any(|it| it.has_variables)
}

/// Whether a name that is not there is a slip of another one, so that it cannot stand for something elsewhere.
pub(crate) fn is_slip(name: &str, meant: &str) -> bool {
    name.len().abs_diff(meant.len()) <= 1
}
