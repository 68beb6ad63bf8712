//! Names of volumes that Compose takes for a Windows drive.

use plimsoll_core::model::{Mount, MountKind, Service, Syntax};

/// A short mount in which a single letter before the first colon was meant as a volume.
pub(crate) struct Drive<'a> {
    /// The letter.
    pub name: &'a str,
    /// The whole path that Compose reads, drive included.
    pub path: &'a str,
}

/// What Compose reads as a Windows drive and nobody can have meant as one. Backslashes are Windows, and so is a path
/// of the host that is mounted somewhere (`d:/data:/data`).
pub(crate) fn drive<'a>(service: &Service, mount: &'a Mount) -> Option<Drive<'a>> {
    let windows = service.platform.as_ref().is_some_and(|it| it.as_str().starts_with("windows"));
    if mount.syntax != Syntax::Short || windows {
        return None;
    }
    let path = match (mount.kind, &mount.source) {
        (MountKind::Anonymous, None) => mount.target.known()?,
        // `d:/data:ro`: the mode is where the target should be.
        (MountKind::Bind, Some(source)) if is_mode(mount.target.known()?) => source.known()?,
        _ => return None,
    };
    let (name, rest) = path.split_once(':')?;
    let mut letters = name.chars();
    let single = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
    (single && rest.starts_with('/')).then_some(Drive { name, path })
}

fn is_mode(target: &str) -> bool {
    target.split(',').all(|it| matches!(it, "ro" | "rw" | "z" | "Z" | "nocopy" | "cached" | "delegated" | "consistent"))
}
