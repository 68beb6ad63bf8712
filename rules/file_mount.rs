//! Mounts of a single file of the host, as far as its name shows that it is one.

use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Mount, MountKind};

/// Ends of names that files have and directories have not.
const EXTENSIONS: [&str; 40] = [
    "cer",
    "cfg",
    "cnf",
    "conf",
    "config",
    "crt",
    "css",
    "db",
    "db3",
    "env",
    "hcl",
    "htm",
    "html",
    "htpasswd",
    "ini",
    "js",
    "json",
    "key",
    "log",
    "lua",
    "md",
    "mjs",
    "pem",
    "php",
    "pid",
    "properties",
    "py",
    "rb",
    "rdb",
    "repo",
    "sh",
    "sql",
    "sqlite",
    "sqlite3",
    "toml",
    "ts",
    "txt",
    "xml",
    "yaml",
    "yml",
];

/// The name of the file, with its extension, where a directory of the host and the path in the container both end in
/// one of the same kind.
pub(crate) fn file(mount: &Mount) -> Option<(&str, &str)> {
    let source = mount.source.as_ref().filter(|_| mount.kind == MountKind::Bind)?;
    let start = source.as_str().rfind(['/', '\\']).map_or(0, |it| it + 1);
    if source.holes().iter().any(|it| it.at as usize >= start) {
        return None;
    }
    let name = &source.as_str()[start..];
    let target = mount.path_in_container.as_deref()?;
    let extension = extension(name)?;
    (self::extension(target) == Some(extension)).then_some((name, extension))
}

/// The extension of a file name, if it is known to be one.
pub(crate) fn extension(path: &str) -> Option<&'static str> {
    let name = file_name(path);
    let (stem, extension) = name.rsplit_once('.')?;
    let known = EXTENSIONS.into_iter().find(|it| it.eq_ignore_ascii_case(extension))?;
    // `.env` and `.htpasswd` are files, `.config` is a directory.
    (!stem.is_empty() || matches!(known, "env" | "htpasswd")).then_some(known)
}

/// Whether a file is a database that is kept in this one file and in journals beside it, as far as its name says.
pub(crate) fn is_single_file_database(mount: &Mount) -> bool {
    // These keep all in one file, or are looked up and not written, or are there to be tried out.
    const OTHERS: [&str; 12] = [
        "aliases",
        "filebrowser",
        "portainer",
        "bolt",
        "geoip",
        "geolite",
        "chinook",
        "northwind",
        "sakila",
        "sample",
        "example",
        "demo",
    ];
    let database = file(mount).is_some_and(|it| matches!(it.1, "db" | "db3" | "sqlite" | "sqlite3"));
    let target = mount.path_in_container.as_deref().unwrap_or_default();
    let source = mount.source.as_ref().map_or("", |it| it.as_str());
    let other = |path: &str| {
        let name = file_name(path).to_ascii_lowercase();
        OTHERS.iter().any(|it| name.contains(it)) || name.starts_with("test") || name.contains("_test")
    };
    database && !other(target) && !other(source) && !target.starts_with("/etc/") && mount.read_only == Some(false)
}
