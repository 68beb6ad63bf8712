//! Which mounts look like state, where nothing is known of the image. The page says the same in words.

use plimsoll_core::grammar::path::{clean, covers};
use plimsoll_core::model::{Build, Mount, MountKind, Service};
use plimsoll_core::text::Text;

/// Directories of the host, or of the container, that belong to the system and hold no data of a service.
const SYSTEM: [&str; 13] = [
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr/bin", "/usr/lib",
    "/var/run",
];
/// What lies in `/etc` and is written by the service all the same.
const KEPT_IN_ETC: [&str; 4] = ["letsencrypt", "acme", "pihole", "wireguard"];
/// Names of files that are databases, or else written by the service.
const STATE_FILES: [&str; 7] = [".db", ".sqlite", ".sqlite3", ".db3", ".mdb", ".rdb", "acme.json"];
/// Names of directories that hold what somebody wrote by hand.
const WRITTEN: [&str; 44] = [
    "app",
    "apps",
    "assets",
    "bin",
    "client",
    "code",
    "conf",
    "conf.d",
    "config",
    "configs",
    "configuration",
    "dashboards",
    "docs",
    "entrypoint",
    "examples",
    "frontend",
    "backend",
    "init",
    "initdb",
    "initdb.d",
    "migrations",
    "nginx",
    "provisioning",
    "public",
    "scripts",
    "server",
    "sql",
    "src",
    "static",
    "templates",
    "test",
    "tests",
    "web",
    "www",
    "html",
    "htdocs",
    "cert",
    "certs",
    "certificates",
    "ssl",
    "tls",
    "secrets",
    "pki",
    "msp",
];
/// Names of directories that hold data, wherever they lie.
const DATA: [&str; 26] = [
    "backup",
    "backups",
    "cache",
    "data",
    "database",
    "databases",
    "db",
    "downloads",
    "files",
    "library",
    "log",
    "logs",
    "media",
    "models",
    "output",
    "outputs",
    "postgres",
    "redis",
    "repositories",
    "results",
    "state",
    "storage",
    "store",
    "upload",
    "uploads",
    "volumes",
];

/// Whether a mount holds what the service writes, as far as one can see.
pub(super) fn looks_like_state(service: &Service, mount: &Mount) -> bool {
    if mount.read_only == Some(true) || is_system(&mount.target, KEPT_IN_ETC.as_slice()) {
        return false;
    }
    let Some(source) = &mount.source else { return mount.kind == MountKind::Anonymous };
    match mount.kind {
        // Whoever gives it a name wants it kept, or shared.
        MountKind::Volume => !is_file(&mount.target) || is_state_file(&mount.target),
        MountKind::Anonymous => true,
        MountKind::Tmpfs | MountKind::Other => false,
        MountKind::Unknown => is_state_file(&mount.target) || !is_file(&mount.target),
        MountKind::Bind => is_data(service, source, &mount.target),
    }
}

/// Whether a directory of the host holds data, and not code or configuration.
fn is_data(service: &Service, source: &Text, target: &Text) -> bool {
    if is_state_file(source) || is_state_file(target) {
        return true;
    }
    if is_file(source) || is_file(target) || is_system(source, &[]) || is_root(source) {
        return false;
    }
    let names = [last(source), last(target)];
    if names.iter().any(|it| DATA.contains(&it.as_str())) || target.as_str() == "/config" {
        return true;
    }

    let code = service.build.as_ref().is_some_and(|it| is_code(source, it));
    !code && !names.iter().any(|it| WRITTEN.contains(&it.as_str()))
}

/// Whether the directory that an image is built from holds the source, or lies in it.
fn is_code(source: &Text, build: &Build) -> bool {
    let context = build.context.as_ref().map_or(".", Text::as_str);
    let (source, context) = (clean(source.as_str()), clean(context));
    covers(&source, &context) || covers(&context, &source)
}

/// Whether it is the whole project, or the whole host.
fn is_root(path: &Text) -> bool {
    let session = path.holes().first().is_some_and(|it| it.at == 0 && matches!(it.variable.as_str(), "PWD" | "HOME"));
    let text = path.as_str();
    match path.is_known() {
        true => clean(text).split('/').all(|it| matches!(it, "." | ".." | "~" | "")),
        false => session && matches!(text, "" | "/"),
    }
}

fn is_system(path: &Text, but: &[&str]) -> bool {
    let path = path.as_str();
    let inside = SYSTEM.iter().any(|it| covers(it, path));
    let shared = (covers("/dev/shm", path) && !covers(path, "/dev/shm"))
        || but.iter().any(|it| covers(&format!("/etc/{it}"), path));
    // A socket, or the directory in which Docker keeps everything.
    let docker = path.contains(".sock") || covers("/var/lib/docker", path);
    inside && !shared || docker
}

fn is_state_file(path: &Text) -> bool {
    STATE_FILES.iter().any(|it| path.as_str().ends_with(it))
}

/// Whether a path is that of a file: its name has an extension, or is one that files have.
fn is_file(path: &Text) -> bool {
    let name = last(path);
    let extension = name.rsplit_once('.').filter(|it| !it.0.is_empty()).map_or("", |it| it.1);
    let version = extension.bytes().all(|it| it.is_ascii_digit());
    let directory = matches!(extension, "d" | "git");
    let known =
        ["dockerfile", "caddyfile", "makefile", "hosts", "passwd", "localtime", "timezone", "crontab", "procfile"];
    !version && !directory && extension.len() <= 10 || name.starts_with(".env") || known.contains(&name.as_str())
}

/// The last name of a path, in lower case.
fn last(path: &Text) -> String {
    let path = path.as_str().trim_end_matches('/');
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase()
}

/// Whether it holds logs, with which nothing of the user's is lost.
pub(super) fn holds_logs(mount: &Mount) -> bool {
    let below = |path: &Text| path.as_str().split(['/', '\\']).any(|it| matches!(it, "log" | "logs"));
    let named = |path: &Text| ["log", "logs"].iter().any(|it| last(path).ends_with(&format!("_{it}")));
    let source = mount.source.as_ref().filter(|_| mount.kind == MountKind::Bind);
    below(&mount.target) || source.is_some_and(|it| named(it) || matches!(last(it).as_str(), "log" | "logs"))
}
