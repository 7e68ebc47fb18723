//! `audience infer`: a proposal for the `customer` block and the events of samples.
//!
//! `seen` notes what stands at each place of the samples, with `fits` asking the loader itself whether a value is of a type;
//! `guess` has the rules of thumb, and `propose` writes definitions. They compile, and load the very samples, unless a comment says
//! what could not be had.

mod fits;
mod guess;
mod propose;
mod seen;

use std::{io::Write, ops::ControlFlow};

use audience::Definitions;

use self::{fits::Fits, seen::Record};
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
    let fits = Fits::new();
    let mut customers = Record::default();
    let look = |json: &[u8], line| customers.add(json, line, &fits);
    lines::each(&arguments.file, OnBad::Stop, &bar, look, |()| {
        Ok(ControlFlow::Continue(()))
    })?;
    if customers.count == 0 {
        return Err(Failure::data(&name, "there are no customers to learn from"));
    }
    let text = propose::definitions(&customers, &name.to_string())
        .map_err(|problem| Failure::data(&name, problem))?;
    let text = Definitions::format("the proposal", &text)?;
    let mut out = output::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
