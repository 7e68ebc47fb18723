//! `audience json`: definitions as JSON and back.

use std::{fmt::Display, io::Write, path::Path};

use audience::Definitions;

use crate::{args, failure::Failure, input, output};

/// One line of JSON, the canonical text of definitions, or the JSON Schema.
pub(crate) fn run(arguments: &args::Json) -> Result<(), Failure> {
    let mut out = output::stdout();
    match &arguments.file {
        None => write!(out, "{}", Definitions::json_schema())?,
        Some(path) if arguments.from => write!(out, "{}", definitions(path)?)?,
        Some(path) => {
            let text = input::text(path).map_err(|problem| told(path, problem))?;
            writeln!(out, "{}", Definitions::to_json(&path.to_string_lossy(), &text)?)?;
        }
    }
    Ok(out.flush()?)
}

/// The text that the JSON of a file says.
fn definitions(path: &Path) -> Result<String, Failure> {
    let text = input::text(path).map_err(|problem| told(path, problem))?;
    let json = input::unmarked(&text);
    Definitions::from_json(json).map_err(|error| told(path, error))
}

/// What is wrong with a file of definitions is shown like their other errors, with the same status.
fn told(path: &Path, problem: impl Display) -> Failure {
    eprintln!("error: {}: {problem}", path.display());
    Failure::Found
}
