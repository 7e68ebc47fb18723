//! `audience fmt`: canonical text, in place.

use std::{io::Write, path::Path};

use audience::Definitions;

use crate::{args, failure::Failure, input, output, replace};

/// Formats each file on its own. What is wrong with one is told, it stays as it is, and the others are still done.
pub(crate) fn run(arguments: &args::Fmt) -> Result<(), Failure> {
    let mut out = output::stdout();
    let mut clean = true;
    for path in &arguments.files {
        let told = match canonical(path) {
            Ok(None) => continue,
            Ok(Some(_)) if arguments.check => writeln!(out, "{}", path.display()).map(|()| None)?,
            Ok(Some(text)) => match replace::replace(path, text.as_bytes()) {
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
    let text = input::text(path).map_err(|problem| format!("error: {}: {problem}\n", path.display()))?;
    let canonical = Definitions::format(&path.to_string_lossy(), &text).map_err(|error| error.to_string())?;
    Ok((canonical != text).then_some(canonical))
}
