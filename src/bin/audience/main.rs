//! The command line: segments and messages from `*.audience` files. See `audience help`.

mod args;
mod check;
mod context;
mod decide;
mod describe;
mod diff;
mod eval;
mod explain;
mod failure;
mod fit;
mod fmt;
mod infer;
mod input;
mod json;
mod lines;
mod output;
mod progress;
mod render;
mod replace;
mod report;
mod sql;
mod tables;
mod test;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let outcome = match args::Arguments::parse().command {
        args::Command::Check(arguments) => check::run(&arguments),
        args::Command::Diff(arguments) => diff::run(&arguments),
        args::Command::Fmt(arguments) => fmt::run(&arguments),
        args::Command::Json(arguments) => json::run(&arguments),
        args::Command::Fit(arguments) => fit::run(&arguments),
        args::Command::Eval(arguments) => eval::run(&arguments),
        args::Command::Decide(arguments) => decide::run(&arguments),
        args::Command::Explain(arguments) => explain::run(&arguments),
        args::Command::Describe(arguments) => describe::run(&arguments),
        args::Command::Infer(arguments) => infer::run(&arguments),
        args::Command::Test(arguments) => test::run(&arguments),
        args::Command::Render(arguments) => render::run(&arguments),
        args::Command::Sql(arguments) => sql::run(&arguments),
        args::Command::Mapping(arguments) => sql::mapping(&arguments),
        args::Command::Report(arguments) => report::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
