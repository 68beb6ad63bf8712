//! Whether a project is there for the work on one machine, and is made anew at any time.

use plimsoll_core::check::Cx;
use plimsoll_core::model::{MountKind, Project, Service};
use plimsoll_core::text::Text;

/// Words in names that say so.
const WORDS: [&str; 8] =
    ["dev", "devel", "develop", "development", "devcontainer", "quickstart", "playground", "sandbox"];

/// Whether somebody writes code in one of the containers, or a label says that one is there for tests.
struct Workshop(bool);

/// Whether the name of the file or of the service says that it is only there for the work on this machine.
pub(crate) fn is_local(project: &Project, service: &Service) -> bool {
    let local = |name: &str| words(name).any(|it| it == "local");
    local(&project.file_name) || local(&service.name)
}

/// Whether the service is there for the work on this machine, or to be tried: it says so by its name or by that of the
/// file, or it stands beside a container in which somebody writes code.
pub(crate) fn is_for_work(cx: &Cx<'_>, service: &Service) -> bool {
    let project = cx.project;
    let work = |name: &str| words(name).any(|it| WORDS.iter().any(|known| it.eq_ignore_ascii_case(known)));
    let workshop = cx.facts(|project| Workshop(project.services.iter().any(|it| is_workshop(it) || is_labelled(it))));
    is_local(project, service) || work(&project.file_name) || work(&service.name) || workshop.0
}

/// Whether the service is always restarted, and so meant to stay.
pub(crate) fn stays(service: &Service) -> bool {
    let restart = service.restart.as_ref().and_then(|it| it.known());
    matches!(restart, Some("always" | "unless-stopped"))
}

/// Whether the project is a list of images and not one that is run: eight services or more, and nothing but
/// their images. Robots keep the versions in such files up to date.
pub(crate) fn is_list(project: &Project) -> bool {
    let bare = |it: &Service| it.image.is_some() && it.keys == 1 + usize::from(it.container_name.is_some());
    project.services.len() >= 8 && project.services.iter().all(bare)
}

/// Whether somebody writes code in the container: it sleeps for ever, with a directory of the host in it.
fn is_workshop(service: &Service) -> bool {
    let Some(command) = &service.command else { return false };
    let words: Vec<&str> = command.value.words.iter().filter_map(Text::known).flat_map(str::split_whitespace).collect();
    let ends = |with: &[&str]| words.ends_with(with);
    let loops = words.windows(2).any(|it| it == ["while", "sleep"]);
    let sleeps = loops || ends(&["sleep", "infinity"]) || ends(&["tail", "-f", "/dev/null"]);
    let source = |it: &Text| it.as_str().starts_with('.');
    sleeps && service.mounts.iter().any(|it| it.kind == MountKind::Bind && it.source.as_ref().is_some_and(source))
}

/// Whether a label says that the service is there for tests, as `cluster: test` does.
pub(crate) fn is_labelled(service: &Service) -> bool {
    service.labels.iter().filter_map(|it| it.value.as_ref()).any(|it| it.known() == Some("test"))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|it: char| !it.is_alphanumeric())
}
