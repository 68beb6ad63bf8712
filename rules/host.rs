//! On which hosts a project can run, as far as its paths show it.

use plimsoll_core::model::{MountKind, Project};

/// Whether the project can only run on Linux: it mounts paths that Docker Desktop does not share (`/etc/localtime`,
/// `/srv`), or lives in the network of the host. What belongs to Docker's own machine (`/proc`, the socket) says nothing.
pub(crate) fn is_for_linux(project: &Project) -> bool {
    let shared = [
        "/Users",
        "/Volumes",
        "/private",
        "/tmp",
        "/host_mnt",
        "/var/folders",
        "/mnt/c",
        "/mnt/d",
        "/c",
        "/d",
        "/proc",
        "/sys",
        "/dev",
        "/run",
        "/var/run",
        "/var/lib/docker",
        "/lib/modules",
        "/cgroup",
    ];
    let foreign = |path: &str| {
        let below = |it: &&str| path.strip_prefix(*it).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        path.starts_with('/') && path.len() > 1 && !path.starts_with("//") && !shared.iter().any(below)
    };
    project.services.iter().any(|service| {
        let mut binds =
            service.mounts.iter().filter(|it| it.kind == MountKind::Bind).filter_map(|it| it.source.as_ref());
        let host = service.network_mode.as_ref().is_some_and(|it| it.known() == Some("host"));
        host || binds.any(|it| it.known().is_some_and(foreign))
    })
}
