//! `audience infer`: writes what `learn` proposes.

pub(crate) mod learn;

use std::{io::Write, ops::ControlFlow};

use self::learn::Samples;
use crate::{
    args,
    failure::Failure,
    lines::{self, OnBad},
    output, progress,
};

/// Reads all customers and writes definitions to standard output.
pub(crate) fn run(arguments: &args::Infer) -> Result<(), Failure> {
    let name = arguments.file.display();
    let bar = progress::over(&arguments.file, true);
    let mut samples = Samples::new();
    let look = |json: &[u8], line| samples.add(json, line);
    lines::each(&arguments.file, "customers", OnBad::Stop, &bar, look, |()| {
        Ok(ControlFlow::Continue(()))
    })?;
    if samples.is_empty() {
        return Err(Failure::data(&name, "there are no customers to learn from"));
    }
    let text = samples.definitions(&name.to_string())?;
    let mut out = output::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
