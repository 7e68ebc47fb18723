//! `audience fmt`: canonical text, in place.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

use audience::Definitions;

use crate::{args, failure::Failure, output};

/// Formats each file on its own. What is wrong with one is told, it stays as it is, and the others are still done.
pub(crate) fn run(arguments: &args::Fmt) -> Result<(), Failure> {
    let mut out = output::stdout();
    let mut clean = true;
    for path in &arguments.files {
        let told = match canonical(path) {
            Ok(None) => continue,
            Ok(Some(_)) if arguments.check => writeln!(out, "{}", path.display()).map(|()| None)?,
            Ok(Some(text)) => match replace(path, &text) {
                Ok(()) => continue,
                Err(error) => Some(format!("error: {}: {error}\n", path.display())),
            },
            Err(picture) => Some(picture),
        };
        clean = false;
        if let Some(told) = told {
            eprint!("{told}");
        }
    }
    out.flush()?;
    if clean { Ok(()) } else { Err(Failure::Found) }
}

/// The canonical text of a file, unless it is canonical already, or what to tell of it.
fn canonical(path: &Path) -> Result<Option<String>, String> {
    let bytes = fs::read(path).map_err(|error| format!("error: {}: {error}\n", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        format!(
            "error: {}: byte {} is not UTF-8\n",
            path.display(),
            error.utf8_error().valid_up_to()
        )
    })?;
    let canonical = Definitions::format(&path.to_string_lossy(), &text).map_err(|error| error.to_string())?;
    Ok((canonical != text).then_some(canonical))
}

/// Puts `text` in the place of the file in one step: whoever reads it finds the old text or the new one, and when something
/// goes wrong, the old one. A link stays a link.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let new = beside(&path);
    let written = write_new(&new, &path, text).and_then(|()| fs::rename(&new, &path));
    if written.is_err() {
        // The first error is the one to tell; the file may not even have been made.
        let _ = fs::remove_file(&new);
    }
    written
}

fn write_new(new: &Path, old: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(new)?;
    file.set_permissions(fs::metadata(old)?.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A hidden file of this process in the same folder, so that renaming stays within one file system.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", process::id()))
}
