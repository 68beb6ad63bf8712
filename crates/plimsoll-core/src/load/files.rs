//! How files are reached: through a trait, so that an editor's unsaved text works as well as a disk.

use crate::grammar::path::clean;
use crate::source::Sources;
use std::fmt;

/// Why a file was not read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// There is no such file.
    Missing,
    /// It is a directory, a device, a pipe or the like.
    NotAFile,
    /// It is larger than [`crate::source::Sources::LIMIT`].
    TooLarge,
    /// Anything else, as the system says it.
    Other(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Missing => f.write_str("there is no such file"),
            ReadError::NotAFile => f.write_str("it is not a regular file"),
            ReadError::TooLarge => write!(f, "it is larger than {} MiB", Sources::LIMIT >> 20),
            ReadError::Other(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ReadError {}

/// Where files come from. Paths are as the request and the files name them, joined with `/`; a relative one starts
/// from the current directory of whoever implements this.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// There is none, it is not a regular file, or it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// Whether there is a regular file of this name.
    fn exists(&self, path: &str) -> bool;

    /// Whether there is a directory of this name. Where only files are known, there may be any.
    fn is_directory(&self, _path: &str) -> bool {
        true
    }

    /// Whether a file lies where nobody has pointed to but the files under check, which may be a stranger's. Where only
    /// files are known, none does.
    fn is_outside(&self, _path: &str) -> bool {
        false
    }
}

/// No files at all: for a text that stands alone.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, ReadError> {
        Err(ReadError::Missing)
    }

    fn exists(&self, _: &str) -> bool {
        false
    }
}

/// A path as seen from a directory. An absolute one stays; an empty directory is the current one.
pub fn join(directory: &str, path: &str) -> String {
    if path.starts_with('/') || directory.is_empty() {
        return if path.is_empty() { String::new() } else { clean(path) };
    }
    clean(&format!("{directory}/{path}"))
}

/// The directory that a path is in; empty for the current one.
pub fn directory(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(at) => &path[..at],
        None => "",
    }
}
