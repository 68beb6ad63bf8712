//! Reads the files under check: finds the default file of a directory, and reads regular files and standard input.

use plimsoll_core::fix::Texts;
use plimsoll_core::load::discover::DEFAULT_NAMES;
use plimsoll_core::load::files::{Files, ReadError, join};
use plimsoll_core::source::{DecodeError, FileId, Sources};
use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

/// The path that stands for standard input.
pub const STDIN: &str = "-";

/// The files that could be read, and those that could not.
#[derive(Default)]
pub struct Input {
    /// The texts.
    pub sources: Sources,
    /// The files to check, in the order in which they were given.
    pub files: Vec<FileId>,
    /// Those of them that stand for themselves, as standard input does: nothing beside them is read.
    pub alone: HashSet<FileId>,
    /// What could not be read.
    pub failures: Vec<Failure>,
}

/// A file that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The path, as it was given.
    pub file: String,
    /// Why.
    pub message: String,
}

impl Failure {
    fn new(path: &Path, message: impl Into<String>) -> Failure {
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

/// Reads files. A directory stands for its default file, `-` for standard input, and no path for the directory that
/// the program runs in. A path that is given twice is read once.
pub fn read(paths: &[PathBuf], stdin_name: Option<&str>, disk: &Disk) -> Input {
    let mut input = Input::default();
    let here = [PathBuf::from(".")];
    let mut seen = HashSet::new();
    for path in if paths.is_empty() { &here } else { paths } {
        if let Err(failure) = input.add(path, stdin_name, disk, &mut seen) {
            input.failures.push(failure);
        }
    }
    input
}

impl Input {
    fn add(
        &mut self,
        path: &Path,
        stdin_name: Option<&str>,
        disk: &Disk,
        seen: &mut HashSet<PathBuf>,
    ) -> Result<(), Failure> {
        let is_stdin = path == Path::new(STDIN);
        let path = if !is_stdin && path.is_dir() { default_file(path)? } else { path.to_path_buf() };
        if !seen.insert(path.components().filter(|it| *it != Component::CurDir).collect()) {
            return Ok(());
        }
        // Names of files are text to everything that looks beside them.
        let alone = is_stdin || path.to_str().is_none();
        let name = if is_stdin { PathBuf::from(stdin_name.unwrap_or("<stdin>")) } else { path };
        let bytes = match disk.changed(&slashed(&name.to_string_lossy())) {
            Some(text) => text.as_bytes().to_vec(),
            None if is_stdin => disk.read(STDIN).map_err(|why| Failure::new(&name, why.to_string()))?,
            None => read_file(&name)?.map_err(|error| Failure::from_io(&name, &error))?,
        };
        // A line is easier to find than an offset. It is counted here because the bytes are gone afterwards.
        let wrong = std::str::from_utf8(&bytes).err().map(|it| &bytes[..it.valid_up_to()]);
        let wrong = wrong.map(|before| before.iter().filter(|it| **it == b'\n').count() + 1);
        match self.sources.add(name.to_string_lossy(), bytes) {
            Ok(file) => {
                self.files.push(file);
                self.alone.extend(alone.then_some(file));
            }
            Err(error) => {
                let line = wrong.filter(|_| matches!(error, DecodeError::NotUtf8 { .. }));
                let line = line.map_or_else(String::new, |it| format!(" (line {it})"));
                return Err(Failure::new(&name, format!("{error}{line}")));
            }
        }
        Ok(())
    }
}

/// The default file of a directory. The one that is there is taken even if it turns out not to be readable.
fn default_file(directory: &Path) -> Result<PathBuf, Failure> {
    // `compose.yaml` says no less than `./compose.yaml`, and is what other programs can match with their own paths.
    let is_here = directory.components().all(|it| it == Component::CurDir);
    for name in DEFAULT_NAMES {
        let path = if is_here { PathBuf::from(name) } else { directory.join(name) };
        match fs::symlink_metadata(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::from_io(&path, &error)),
        }
    }
    Err(Failure::new(directory, "there is no Compose file in this directory (such as `compose.yaml`)"))
}

/// Reads a regular file. Nothing else is opened: a pipe may block, and a device may do anything.
fn read_file(path: &Path) -> Result<io::Result<Vec<u8>>, Failure> {
    let metadata = fs::metadata(path).map_err(|error| Failure::from_io(path, &error))?;
    if metadata.is_dir() {
        return Err(Failure::new(path, "it is a directory"));
    }
    if !metadata.is_file() {
        return Err(Failure::new(path, "it is not a regular file; to check what a program writes, pipe it to `-`"));
    }
    Ok(File::open(path).and_then(|file| read_limited(file, metadata.len())))
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
    stdin: Rc<OnceCell<Option<Vec<u8>>>>,
    changed: Rc<Texts>,
}

impl Disk {
    /// The same files, some of which have another text.
    pub fn with(&self, changed: &Texts) -> Disk {
        Disk { stdin: self.stdin.clone(), changed: Rc::new(changed.clone()) }
    }

    fn changed(&self, path: &str) -> Option<&str> {
        if self.changed.is_empty() {
            return None;
        }
        self.changed.get(&join("", path)).map(String::as_str)
    }
}

/// A path with `/` between its parts, as Compose files have it.
pub fn slashed(path: &str) -> String {
    if cfg!(windows) && path != STDIN { path.replace('\\', "/") } else { path.to_string() }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if let Some(text) = self.changed(path) {
            return Ok(text.as_bytes().to_vec());
        }
        if path == STDIN {
            let bytes = self.stdin.get_or_init(|| read_limited(io::stdin().lock(), 0).ok());
            return bytes.clone().ok_or_else(|| ReadError::Other("standard input cannot be read".to_string()));
        }
        let metadata = fs::metadata(path).map_err(|error| read_error(&error))?;
        if !metadata.is_file() {
            return Err(ReadError::NotAFile);
        }
        if metadata.len() > Sources::LIMIT as u64 {
            return Err(ReadError::TooLarge);
        }
        let bytes = File::open(path).and_then(|file| read_limited(file, metadata.len()));
        bytes.map_err(|error| read_error(&error))
    }

    fn exists(&self, path: &str) -> bool {
        fs::metadata(path).is_ok_and(|it| it.is_file())
    }

    fn is_directory(&self, path: &str) -> bool {
        fs::metadata(if path.is_empty() { "." } else { path }).is_ok_and(|it| it.is_dir())
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
