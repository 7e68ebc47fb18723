//! Why a command stops, and the exit status that tells.

use std::{fmt::Display, io, process::ExitCode};

use audience::CompileError;

/// Why a command did not do what was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Definitions or a template have errors: status 1.
    Definitions(CompileError),
    /// The command found something and has shown it: status 1.
    Found,
    /// The arguments or the data cannot be used: status 2.
    Data(String),
    /// Standard output is gone.
    Output(io::Error),
}

impl Failure {
    /// Something about the data, as `file: what is wrong`.
    pub(crate) fn data(what: impl Display, problem: impl Display) -> Self {
        Self::Data(format!("{what}: {problem}"))
    }

    /// Tells it on standard error, and gives the exit status.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Definitions(error) => {
                eprint!("{error}");
                ExitCode::from(1)
            }
            Self::Found => ExitCode::from(1),
            Self::Data(message) => {
                eprintln!("error: {message}");
                ExitCode::from(2)
            }
            // Who reads the output has seen enough; `head` does this.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Output(error) => {
                eprintln!("error: standard output: {error}");
                ExitCode::from(2)
            }
        }
    }
}

impl From<CompileError> for Failure {
    fn from(error: CompileError) -> Self {
        Self::Definitions(error)
    }
}

/// For `?` after writing to standard output. What goes wrong with files is told with their names.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
