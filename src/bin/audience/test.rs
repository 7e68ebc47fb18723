//! `audience test`: the tests that stand in definition files.

use std::io::Write;

use audience::Diagnostic;

use crate::{args, failure::Failure, input, output};

/// One line for each test, and a picture of each expectation that does not hold.
pub(crate) fn run(arguments: &args::Test) -> Result<(), Failure> {
    let shop = input::definitions(&arguments.files, &arguments.partials).build()?;
    let mut out = output::stdout();
    let mut problems: Vec<Diagnostic> = Vec::new();
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for test in shop.tests() {
        let outcome = test.run();
        let name = output::one_line(test.name());
        if outcome.passed() {
            passed += 1;
            writeln!(out, "ok      {name}")?;
        } else {
            failed += 1;
            writeln!(out, "FAILED  {name}")?;
        }
        problems.extend(outcome.failures().iter().map(audience::TestFailure::diagnostic));
    }
    let tests = if passed + failed == 1 { "test" } else { "tests" };
    writeln!(out, "{} {tests}, {failed} failed", passed + failed)?;
    out.flush()?;
    eprint!("{}", audience::render(&problems, shop.sources()));
    if failed > 0 { Err(Failure::Found) } else { Ok(()) }
}
