//! Services that make copies of the data of others: dumps, backup tools, and commands that copy files.

use plimsoll_core::grammar::path::file_name;
use plimsoll_core::grammar::{image, path};
use plimsoll_core::model::{EnvValue, Service};

/// Programs that copy the data of a server in a way that the server knows of.
const DUMPS: [&str; 14] = [
    "pg_dump",
    "pg_dumpall",
    "pg_basebackup",
    "pgbackrest",
    "mysqldump",
    "mysqlpump",
    "mariadb-dump",
    "mariadb-backup",
    "mariabackup",
    "mydumper",
    "xtrabackup",
    "mongodump",
    "etcdctl",
    "nodetool",
];
/// Words by which a server is told to hold still, or is stopped, before its files are copied.
const PAUSES: [&str; 7] = ["docker", "BGSAVE", "bgsave", "sqlite3", "pg_backup_start", "influx", "kubectl"];
/// Words in the name of an image that copies whatever is mounted into it.
const TOOLS: [&str; 10] = [
    "restic",
    "resticker",
    "resticprofile",
    "autorestic",
    "backrest",
    "borg",
    "borgmatic",
    "duplicati",
    "duplicity",
    "kopia",
];
/// Ends of names of files that are archives or dumps.
const ARCHIVES: [&str; 13] =
    [".tar", ".tgz", ".gz", ".zst", ".bz2", ".xz", ".zip", ".sql", ".dump", ".bak", ".archive", ".7z", ".snap"];

/// Of the paths in a command line, as many are looked at.
const ENOUGH: usize = 64;

/// How a service copies files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Copier {
    /// docker-volume-backup: what is mounted below one directory, and labels can stop the others before.
    Volumes,
    /// A tool that copies what it is told to, from what is mounted.
    Tool,
    /// Its command, which is shown.
    Command(&'static str),
}

/// What a service copies, as far as the files show it.
pub(crate) struct Copies {
    /// Directories, and how each is copied. What is at, above or below one is copied with it, or a part of it.
    directories: Vec<(String, Copier)>,
    /// Whatever is mounted is copied.
    all: bool,
}

impl Copies {
    /// How the directory at this path of the container is copied, if it is.
    pub fn how(&self, directory: &str) -> Option<Copier> {
        let touches = |it: &str| path::covers(it, directory) || path::covers(directory, it);
        let found = self.directories.iter().find(|it| touches(&it.0)).map(|it| it.1);
        found.or(self.all.then_some(Copier::Tool))
    }
}

/// What a service copies.
pub(crate) fn copies(service: &Service) -> Copies {
    let none = Copies { directories: Vec::new(), all: false };
    let repository = repository(service).unwrap_or_default();
    if repository.ends_with("offen/docker-volume-backup") {
        let sources = match service.variable("BACKUP_SOURCES") {
            EnvValue::Set(_, text) => text.as_str().to_string(),
            EnvValue::Unknown if !service.env_file_hidden => return none,
            _ => "/backup".to_string(),
        };
        let excludes =
            !matches!(service.variable("BACKUP_EXCLUDE_REGEXP"), EnvValue::Absent) && !service.env_file_hidden;
        return if excludes { none } else { Copies { directories: vec![(sources, Copier::Volumes)], all: false } };
    }
    let pauses = words(service).any(|it| PAUSES.contains(&program(&it)));
    if may_stop_others(service) || dumps(service) || pauses {
        return none;
    }
    if is_tool(&repository) && service.command.is_none() && service.entrypoint.is_none() {
        return Copies { all: true, ..none };
    }
    let mut cwd = service.working_dir.as_ref().and_then(|it| it.known()).unwrap_or("/").to_string();
    let mut directories = Vec::new();
    for command in commands(service) {
        if let Some(at) = command.iter().position(|it| it == "cd") {
            cwd = command.get(at + 1).cloned().unwrap_or_default();
        }
        let found = command.iter().enumerate().find_map(|(at, it)| Some((at, reads(program(it))?)));
        let Some((at, program)) = found else { continue };
        let arguments = &command[at + 1..];
        if arguments.iter().any(|it| it.starts_with("--exclude")) {
            continue;
        }
        for source in sources(program, arguments).into_iter().take(ENOUGH - directories.len().min(ENOUGH)) {
            let source = if source.starts_with('/') { source.clone() } else { format!("{cwd}/{source}") };
            let source = path::clean(source.trim_end_matches(['*', '.']));
            if source != "/" {
                directories.push((source, Copier::Command(program)));
            }
        }
    }
    Copies { directories, all: false }
}

/// Whether a service makes dumps: its command names a program that does.
pub(crate) fn dumps(service: &Service) -> bool {
    words(service).any(|it| DUMPS.contains(&program(&it)))
}

/// Whether a service writes dumps or archives, by its command or its image.
pub(crate) fn writes_backups(service: &Service) -> bool {
    let archives = |it: &Vec<String>| {
        let at = it.iter().position(|it| matches!(program(it), "tar" | "zip"));
        at.is_some_and(|at| !sources(program(&it[at]), &it[at + 1..]).is_empty())
    };
    dumps(service) || is_archiver(service) || commands(service).iter().any(archives)
}

/// Whether a service writes its backups to this directory of its container: its command says so, or its image, and if
/// neither does, the name of the directory.
pub(crate) fn writes_backups_to(service: &Service, directory: &str, outputs: &[String]) -> bool {
    // This image has what is to be copied below `/backup`.
    if repository(service).is_some_and(|it| it.ends_with("volume-backup")) {
        return match service.variable("BACKUP_ARCHIVE") {
            EnvValue::Set(_, text) => path::covers(directory, text.as_str()),
            _ => directory == "/archive",
        };
    }
    match outputs {
        [] => is_named_backup(file_name(directory)),
        _ => outputs.iter().any(|it| path::covers(directory, it)),
    }
}

fn is_archiver(service: &Service) -> bool {
    let repository = repository(service).unwrap_or_default();
    // `backup` alone may be anything.
    let known = [
        "-backup-local",
        "-cron-backup",
        "volume-backup",
        "/db-backup",
        "/mysql-backup",
        "/pg-backup",
        "/postgres-backup",
    ];
    known.iter().any(|it| repository.ends_with(it)) || repository.ends_with("/pgbackweb")
}

/// Whether the command of a service puts data back.
pub(crate) fn restores(service: &Service) -> bool {
    words(service).any(|it| it.starts_with('<') || matches!(program(&it), "pg_restore" | "mongorestore"))
}

/// Whether a service is there to secure the data of others: by its name, its image or its command.
pub(crate) fn is_backup(service: &Service) -> bool {
    let speaks = |name: &str| {
        let mut words = name.split(|it: char| !it.is_alphanumeric()).map(str::to_ascii_lowercase);
        words.any(|it| {
            let backup = it.contains("backup") || it.ends_with("dump") || it.ends_with("dumps");
            backup || it == "bkp" || it == "rclone" || it == "rsync" || TOOLS.contains(&it.as_str())
        })
    };
    let container = service.container_name.as_ref().map(|it| it.as_str());
    let image = service.image.as_ref().map(|it| it.as_str());
    let named = speaks(&service.name) || container.is_some_and(speaks) || image.is_some_and(speaks);
    named || dumps(service)
}

/// Whether the command of a service hands files over to another user.
pub(crate) fn changes_owners(service: &Service) -> bool {
    words(service).any(|it| matches!(program(&it), "chown" | "chmod" | "setfacl" | "install"))
}

/// Whether what a service writes also leaves this machine, or may.
pub(crate) fn may_upload(service: &Service) -> bool {
    const REMOTE: [&str; 22] = [
        "S3", "AWS", "B2", "GCS", "AZURE", "SFTP", "SSH", "FTP", "RCLONE", "REMOTE", "BUCKET", "WEBDAV", "DROPBOX",
        "MINIO", "RSYNC", "GDRIVE", "GOOGLE", "STORAGE", "RESTIC", "BORG", "NFS", "SMB",
    ];
    let variables = service.environment.iter().chain(&service.env_file_variables);
    let named = variables.into_iter().any(|it| it.name.split('_').any(|it| REMOTE.contains(&it)));
    let programs = ["rclone", "aws", "s3cmd", "mc", "scp", "rsync", "sftp", "curl", "gsutil", "az", "restic", "borg"];
    let sends = words(service).any(|it| programs.contains(&program(&it)));
    named || sends || service.env_file_hidden || service.environment_opaque
}

/// The paths into which the command of a service writes: behind `>`, as the value of an option, as an archive, and the
/// last argument of a copy.
pub(crate) fn outputs(service: &Service) -> Vec<String> {
    const OPTIONS: [&str; 12] = [
        "-f",
        "--file",
        "-o",
        "--out",
        "--output",
        "-r",
        "--result-file",
        "--archive",
        "--target-dir",
        "--backup-dir",
        "-D",
        "--directory",
    ];
    let mut found = Vec::new();
    for command in commands(service) {
        let copy = command.iter().any(|it| matches!(program(it), "cp" | "mv" | "rsync"));
        let tar = command.iter().any(|it| program(it) == "tar");
        for (at, word) in command.iter().enumerate() {
            let before = at.checked_sub(1).map_or("", |at| command[at].as_str());
            let (option, value) = word.split_once('=').unwrap_or((before, word));
            let value = value.trim_start_matches('>');
            // `tar czf archive`
            let packs =
                before.trim_start_matches('-').chars().all(|it| it.is_ascii_alphabetic()) && before.ends_with('f');
            let written = word.starts_with('>') || before.ends_with('>') || OPTIONS.contains(&option) || packs && tar;
            let archive = ARCHIVES.iter().any(|it| value.ends_with(it));
            if value.starts_with('/') && (written || archive || copy && at + 1 == command.len()) {
                found.push(path::clean(value));
            }
        }
    }
    found.truncate(ENOUGH);
    found
}

/// Whether a name says that copies are kept there.
pub(crate) fn is_named_backup(name: &str) -> bool {
    let words = name.split(|it: char| !it.is_alphanumeric()).map(str::to_ascii_lowercase);
    let known = ["backup", "backups", "dump", "dumps", "bkp", "pgbackups", "pgbackup", "dbbackup", "dbbackups"];
    words.into_iter().any(|it| known.contains(&it.as_str()))
}

/// The image without its tag. That of a build is what the build makes of it, whatever it is called.
fn repository(service: &Service) -> Option<String> {
    let written = service.image.as_ref().filter(|_| service.build.is_none())?.as_str();
    Some(image::parse(written).ok()?.repository().to_string())
}

/// Whether an image is a tool that copies files. A server for the copies of others is none.
fn is_tool(repository: &str) -> bool {
    let mut words = repository.split(|it: char| !it.is_alphanumeric());
    words.any(|it| TOOLS.contains(&it)) && !repository.contains("server")
}

/// Whether a service can stop other containers before it copies, in a way that the files do not show.
fn may_stop_others(service: &Service) -> bool {
    let socket = |it: &str| it.contains("docker.sock");
    let hook = |it: &str| it.contains("PRE_") || it.contains("HOOK") || it == "DOCKER_HOST";
    service.mounts.iter().any(|it| socket(it.target.as_str()))
        || service.environment.iter().chain(&service.env_file_variables).any(|it| hook(&it.name))
}

/// The programs that copy files, by name.
fn reads(program: &str) -> Option<&'static str> {
    const PROGRAMS: [&str; 9] = ["tar", "cp", "rsync", "zip", "restic", "borg", "kopia", "rclone", "duplicity"];
    PROGRAMS.into_iter().find(|it| *it == program)
}

/// What a program copies, of its arguments.
fn sources<'a>(program: &str, arguments: &'a [String]) -> Vec<&'a String> {
    let archive = |it: &&String| ARCHIVES.iter().any(|end| it.ends_with(end));
    let plain = arguments.iter().filter(|it| !it.starts_with('-') && !it.starts_with('>') && !archive(it));
    let mut plain: Vec<&String> = plain.collect();
    let has = |word: &str| arguments.iter().any(|it| it == word);
    match program {
        "tar" => {
            let mode = arguments.first().map_or("", String::as_str);
            let short = !mode.starts_with("--") && mode.contains('c') && !mode.contains(['x', '/']);
            if !short && !has("--create") {
                return Vec::new();
            }
            plain.retain(|it| *it != mode);
        }
        "cp" | "rsync" => {
            plain.pop();
        }
        "restic" | "borg" | "kopia" | "rclone" => {
            let saves = ["backup", "create", "copy", "sync"];
            if !saves.iter().any(|it| has(it)) {
                return Vec::new();
            }
        }
        _ => {}
    }
    plain
}

/// The name of the program that a word may be. A path that leads elsewhere than to programs is none.
fn program(word: &str) -> &str {
    let name = file_name(word);
    if word.contains('/') && !word.contains("bin/") { "" } else { name }
}

/// All words of the command lines, those in scripts included.
fn words(service: &Service) -> impl Iterator<Item = String> {
    commands(service).into_iter().flatten()
}

/// The simple commands of entrypoint and command: a script is cut where a shell would begin the next one.
fn commands(service: &Service) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = vec![Vec::new()];
    for word in service.entrypoint.iter().chain(&service.command).flat_map(|it| &it.words) {
        let text = word.as_str();
        if !text.contains([' ', '\n', ';']) {
            found.iter_mut().last().into_iter().for_each(|it| it.push(text.to_string()));
            continue;
        }
        for part in text.replace("\\\n", " ").split(['\n', ';', '|', '&']) {
            let words = part
                .split_whitespace()
                .map(|it| it.trim_matches(['"', '\'', '`', '$', '(', ')', '{', '}']).to_string());
            found.push(words.filter(|it| !it.is_empty()).collect());
        }
    }
    found
}
