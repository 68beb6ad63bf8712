//! Reads the files of a check: regular files and standard input, and nothing else.

use crate::near::Near;
use plimsoll_core::fix::Texts;
use plimsoll_core::load::files::{Files, ReadError, join};
use plimsoll_core::source::{DecodeError, FileId, Sources};
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// The path that stands for standard input.
pub const STDIN: &str = "-";

/// A file that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The path, as it was given.
    pub file: String,
    /// Why.
    pub message: String,
}

impl Failure {
    /// A failure at a path.
    pub fn new(path: &Path, message: impl Into<String>) -> Failure {
        Failure { file: path.to_string_lossy().into_owned(), message: message.into() }
    }

    fn from_io(path: &Path, error: &io::Error) -> Failure {
        let message = match error.kind() {
            ErrorKind::NotFound => "there is no such file or directory".to_string(),
            ErrorKind::PermissionDenied => "permission denied".to_string(),
            ErrorKind::IsADirectory => "it is a directory".to_string(),
            _ => error.to_string(),
        };
        Failure::new(path, message)
    }
}

/// Reads one file, or standard input, which has another name if there is one.
///
/// # Errors
/// It is not a regular file, cannot be read, is too large, or is no text.
pub fn open(sources: &mut Sources, path: &Path, stdin_name: Option<&str>, disk: &Disk) -> Result<FileId, Failure> {
    let is_stdin = path == Path::new(STDIN);
    let name = if is_stdin { PathBuf::from(stdin_name.unwrap_or("<stdin>")) } else { path.to_path_buf() };
    let bytes = match disk.changed(&slashed(&name.to_string_lossy())) {
        Some(text) => text.as_bytes().to_vec(),
        None if is_stdin => disk.read(STDIN).map_err(|why| Failure::new(&name, why.to_string()))?,
        None => read_file(&name, disk)?.map_err(|error| Failure::from_io(&name, &error))?,
    };
    // A line is easier to find than an offset. It is counted here because the bytes are gone afterwards.
    let wrong = std::str::from_utf8(&bytes).err().map(|it| &bytes[..it.valid_up_to()]);
    let wrong = wrong.map(|before| before.iter().filter(|it| **it == b'\n').count() + 1);
    sources.add(name.to_string_lossy(), bytes).map_err(|error| {
        let line = wrong.filter(|_| matches!(error, DecodeError::NotUtf8 { .. }));
        let line = line.map_or_else(String::new, |it| format!(" (line {it})"));
        Failure::new(&name, format!("{error}{line}"))
    })
}

/// The current directory.
pub fn here() -> Option<String> {
    std::env::current_dir().ok().map(|it| slashed(&it.to_string_lossy()))
}

/// A path with `/` between its parts, as Compose files have it.
pub fn slashed(path: &str) -> String {
    if cfg!(windows) && path != STDIN { path.replace('\\', "/") } else { path.to_string() }
}

/// A path from the top of the file system. Links are not followed: what people write is what patterns see.
pub fn absolute(here: &str, path: &str) -> String {
    if Path::new(path).is_absolute() { join("", path) } else { join(here, path) }
}

/// A path as it is seen from a directory, both of them absolute. Empty for the directory itself.
pub fn relative(from: &str, path: &str) -> String {
    let parts = |it: &str| it.split('/').filter(|it| !it.is_empty()).map(str::to_string).collect::<Vec<_>>();
    let (from, path) = (parts(from), parts(path));
    let same = from.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - same);
    up.chain(path[same..].iter().map(String::as_str)).collect::<Vec<_>>().join("/")
}

/// Lets everybody read a file: a temporary file is for its owner only, and settings are for all who have the repository.
///
/// # Errors
/// The system refuses it.
#[cfg(unix)]
pub fn readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

/// Elsewhere, whoever may read the directory may read the file.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Reads a regular file. Nothing else is opened: a pipe may block, and a device may do anything.
fn read_file(path: &Path, disk: &Disk) -> Result<io::Result<Vec<u8>>, Failure> {
    let place = disk.place(path);
    let metadata = fs::metadata(&place).map_err(|error| Failure::from_io(path, &error))?;
    if metadata.is_dir() {
        return Err(Failure::new(path, "it is a directory"));
    }
    if !metadata.is_file() || is_made_up(&place, metadata.len()) {
        return Err(Failure::new(path, "it is not a regular file; to check what a program writes, pipe it to `-`"));
    }
    Ok(File::open(&place).and_then(|file| read_limited(file, metadata.len())))
}

/// Reads a regular file that is no file under check, such as a baseline. A stranger may have said which one it is.
///
/// # Errors
/// There is none, it is not a regular file, it is too large, or it cannot be read.
pub fn read_regular(path: &Path) -> Result<Vec<u8>, ReadError> {
    let metadata = fs::metadata(path).map_err(|error| read_error(&error))?;
    if !metadata.is_file() || is_made_up(path, metadata.len()) {
        return Err(ReadError::NotAFile);
    }
    if metadata.len() > Sources::LIMIT as u64 {
        return Err(ReadError::TooLarge);
    }
    let bytes = File::open(path).and_then(|file| read_limited(file, metadata.len()));
    let bytes = bytes.map_err(|error| read_error(&error))?;
    if bytes.len() > Sources::LIMIT { Err(ReadError::TooLarge) } else { Ok(bytes) }
}

/// Whether a file only looks like one: what the kernel makes up as it is read claims to be empty, may have no end, and
/// may show what other programs hold.
fn is_made_up(path: &Path, length: u64) -> bool {
    let system = ["/proc", "/sys", "/dev"];
    length == 0 && fs::canonicalize(path).is_ok_and(|it| system.iter().any(|system| it.starts_with(system)))
}

/// Reads up to the limit of [`Sources`], and one byte more so that the excess is noticed there.
fn read_limited(from: impl Read, expected: u64) -> io::Result<Vec<u8>> {
    let limit = Sources::LIMIT as u64 + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(expected.min(limit)).unwrap_or_default());
    from.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The files of this machine, and what was changed in them and is not written yet. Only regular files are opened, and
/// standard input under its own path, once.
#[derive(Clone, Default)]
pub struct Disk {
    /// Where relative paths start, if not from the current directory.
    root: Option<Arc<Path>>,
    stdin: Arc<OnceLock<Option<Vec<u8>>>>,
    changed: Arc<Texts>,
    /// The names of what was changed, by where links lead.
    names: Arc<HashMap<PathBuf, String>>,
    near: Arc<Near>,
    /// What was asked for, if somebody wants to know.
    asked: Option<Arc<Mutex<BTreeSet<String>>>>,
}

impl Disk {
    /// The files of this machine, where relative paths start from a directory.
    pub fn at(root: &Path) -> Disk {
        Disk { root: Some(root.into()), ..Disk::default() }
    }

    /// The files of this machine, some of which somebody has named. What lies elsewhere is a stranger's to name.
    pub fn near(named: Vec<PathBuf>) -> Disk {
        Disk { near: Arc::new(Near::new(named)), ..Disk::default() }
    }

    /// Where a path leads on this machine.
    pub fn place(&self, path: &Path) -> PathBuf {
        match &self.root {
            Some(root) => root.join(path),
            None if path.as_os_str().is_empty() => PathBuf::from("."),
            None => path.to_path_buf(),
        }
    }

    /// The same files, which remember what they are asked for from now on.
    pub fn recording(&self) -> Disk {
        Disk { asked: Some(Arc::default()), ..self.clone() }
    }

    /// The paths that were asked for, whether there is something or not. A result may change if one of them does.
    pub fn asked(&self) -> BTreeSet<String> {
        let asked = self.asked.as_ref().and_then(|it| it.lock().ok());
        asked.map(|it| it.clone()).unwrap_or_default()
    }

    /// What a path is called among those that were changed.
    fn name(&self, path: &str) -> String {
        match &self.root {
            Some(root) if Path::new(path).is_absolute() => relative(&slashed(&root.to_string_lossy()), path),
            _ => join("", path),
        }
    }

    fn record(&self, path: &str) {
        if let Some(mut asked) = self.asked.as_ref().and_then(|it| it.lock().ok()) {
            asked.insert(path.to_string());
        }
    }

    /// The same files, some of which have another text.
    pub fn with(&self, changed: &Texts) -> Disk {
        let name = |it: &String| Some((fs::canonicalize(self.place(Path::new(it))).ok()?, it.clone()));
        let names = changed.keys().filter_map(name).collect();
        Disk { changed: Arc::new(changed.clone()), names: Arc::new(names), ..self.clone() }
    }

    fn changed(&self, path: &str) -> Option<&str> {
        if self.changed.is_empty() {
            return None;
        }
        let text = self.changed.get(&self.name(path));
        let place = || fs::canonicalize(self.place(Path::new(path))).ok();
        text.or_else(|| self.changed.get(self.names.get(&place()?)?)).map(String::as_str)
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.record(path);
        if let Some(text) = self.changed(path) {
            return Ok(text.as_bytes().to_vec());
        }
        if path == STDIN {
            let bytes = self.stdin.get_or_init(|| read_limited(io::stdin().lock(), 0).ok());
            return bytes.clone().ok_or_else(|| ReadError::Other("standard input cannot be read".to_string()));
        }
        read_regular(&self.place(Path::new(path)))
    }

    fn exists(&self, path: &str) -> bool {
        self.record(path);
        // What is not written yet is there for whoever has it open.
        self.changed.contains_key(&self.name(path))
            || fs::metadata(self.place(Path::new(path))).is_ok_and(|it| it.is_file())
    }

    fn is_directory(&self, path: &str) -> bool {
        fs::metadata(self.place(Path::new(path))).is_ok_and(|it| it.is_dir())
    }

    fn is_outside(&self, path: &str) -> bool {
        // Who changes a file has seen it.
        let unchanged = || self.changed(path).is_none();
        let file = fs::canonicalize(self.place(Path::new(path))).ok();
        file.is_some_and(|it| !self.near.holds(&self.place(Path::new("")), &it) && unchanged())
    }
}

fn read_error(error: &io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::Missing,
        ErrorKind::IsADirectory => ReadError::NotAFile,
        ErrorKind::PermissionDenied => ReadError::Other("permission denied".to_string()),
        _ => ReadError::Other(error.to_string()),
    }
}
