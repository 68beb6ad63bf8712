//! Writing a file so that at every moment the old or the new text is there, whole.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Gives a file another text, if it still has the one that was read. Where a link leads, the file there is written,
/// and the link stays.
///
/// # Errors
/// Why it was not written. The file is as it was.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), String> {
    let target = fs::canonicalize(path).map_err(|error| said(&error))?;
    let metadata = fs::metadata(&target).map_err(|error| said(&error))?;
    if metadata.permissions().readonly() {
        return Err("it is read-only".to_string());
    }
    // Whoever may replace a file in a directory need not be allowed to write the file.
    OpenOptions::new().write(true).open(&target).map_err(|error| said(&error))?;
    let folder = target.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let unwritten = |error: io::Error| format!("nothing can be written beside it: {}", said(&error));
    let mut beside = tempfile::Builder::new().prefix(".plimsoll-").tempfile_in(&folder).map_err(unwritten)?;
    fill(&mut beside, after, &metadata).map_err(unwritten)?;
    if fs::read(&target).map_err(|error| said(&error))? != before.as_bytes() {
        return Err("it was changed while it was checked; try again".to_string());
    }
    beside.persist(&target).map_err(|error| said(&error.error))?;
    // The name is in the directory, which has to be on the disk, too. Not every file system can say so.
    if cfg!(unix) {
        _ = File::open(&folder).and_then(|it| it.sync_all());
    }
    Ok(())
}

fn fill(file: &mut NamedTempFile, text: &str, like: &Metadata) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    keep_owner(file.as_file(), like)?;
    file.as_file().set_permissions(like.permissions())?;
    file.as_file().sync_all()
}

/// A file that belongs to somebody else does so afterwards.
#[cfg(unix)]
fn keep_owner(file: &File, like: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let now = file.metadata()?;
    if (now.uid(), now.gid()) == (like.uid(), like.gid()) {
        return Ok(());
    }
    fchown(file, Some(like.uid()), Some(like.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

fn said(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => "permission denied".to_string(),
        ErrorKind::StorageFull => "the disk is full".to_string(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_string(),
        ErrorKind::NotFound => "it is gone".to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("compose.yaml");
        fs::write(&path, "mine").expect("a file");
        let refused = replace(&path, "read", "fixed").expect_err("another text");
        assert!(refused.starts_with("it was changed"), "{refused}");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "mine");
        assert_eq!(replace(&path, "mine", "fixed"), Ok(()));
        assert_eq!(fs::read_to_string(&path).expect("the file"), "fixed");
        fs::remove_file(&path).expect("the file");
        assert_eq!(replace(&path, "fixed", "again"), Err("it is gone".to_string()));
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
    }
}
