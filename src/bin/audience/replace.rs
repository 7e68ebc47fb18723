//! Writes files in one step.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

/// Puts `content` in the place of the file, or where there is none yet, in one step: whoever reads it finds the old content
/// or the new one, and when something goes wrong, the old one. A link stays a link.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let (path, permissions) = match fs::canonicalize(path) {
        Ok(path) => {
            let permissions = fs::metadata(&path)?.permissions();
            (path, Some(permissions))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (path.to_owned(), None),
        Err(error) => return Err(error),
    };
    let new = beside(&path);
    let written = write_new(&new, permissions, content).and_then(|()| fs::rename(&new, &path));
    if written.is_err() {
        // The first error is the one to tell; the file may not even have been made.
        let _ = fs::remove_file(&new);
    }
    written
}

fn write_new(new: &Path, permissions: Option<Permissions>, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(new)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.write_all(content)?;
    file.sync_all()
}

/// A hidden file of this process in the same folder, so that renaming stays within one file system.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", process::id()))
}
