//! Runs the program `audience` as its users do, on good input and bad.

mod check;
mod decide;
mod describe;
mod diff;
mod eval;
mod explain;
mod fit;
mod fmt;
mod help;
mod infer;
mod json;
mod message;
mod render;
mod report;
mod sql;
mod tables;
mod test;

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

/// A folder of its own for each test, empty at the start.
struct Folder {
    path: PathBuf,
}

/// What a run of the program gave.
#[derive(Debug, PartialEq)]
struct Run {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder below target/");
        Self { path }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path.join(name), content).expect("a file below target/");
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).expect("a file below target/")
    }

    /// The names in the folder, sorted.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).expect("a folder below target/");
        let mut names: Vec<_> = entries
            .map(|it| it.expect("an entry").file_name().into_string().expect("ASCII"))
            .collect();
        names.sort();
        names
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_audience"));
        command.current_dir(&self.path).args(arguments.split_whitespace());
        command
    }

    /// Runs `audience` in the folder with arguments parted by blanks.
    #[track_caller]
    fn run(&self, arguments: &str) -> Run {
        run(self.command(arguments), "")
    }

    #[track_caller]
    fn run_with_input(&self, arguments: &str, input: &str) -> Run {
        run(self.command(arguments), input)
    }
}

#[track_caller]
fn run(mut command: Command, input: &str) -> Run {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(input.as_bytes())
        .expect("the program reads its input");
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Run {
        status: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

impl Run {
    /// What was printed, a value in each line.
    #[track_caller]
    fn json_lines(&self) -> Vec<serde_json::Value> {
        let lines = self.stdout.lines();
        lines
            .map(|it| serde_json::from_str(it).expect("a line of JSON"))
            .collect()
    }

    #[track_caller]
    fn expect(&self, status: i32, stdout: &str, stderr: &str) {
        assert_eq!(
            (self.stdout.as_str(), self.stderr.as_str(), self.status),
            (stdout, stderr, Some(status))
        );
    }
}
