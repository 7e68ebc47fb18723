//! `audience diff`: what changed between two sets of definitions, and whom it moves.

use std::{io::Write, path::Path};

use audience::{Definitions, Diff, Limits, Move, Moves};
use serde::Serialize;

use crate::{
    args,
    failure::Failure,
    input::{Line, Lines},
    output,
};

/// The result of `--json`.
#[derive(Serialize)]
struct Found<'a> {
    #[serde(flatten)]
    diff: &'a Diff,
    #[serde(skip_serializing_if = "Option::is_none")]
    moves: Option<&'a [Move]>,
}

/// Compares the files, and asks the customers when there are some.
pub(crate) fn run(arguments: &args::Diff) -> Result<(), Failure> {
    let [old, new] = [&arguments.old, &arguments.new].map(|file| Definitions::builder().file(file).build());
    let (old, new) = (old?, new?);
    let diff = Definitions::diff(&old, &new);
    let moves = match (&arguments.customers, arguments.at) {
        (Some(file), Some(at)) => {
            let mut moves = Moves::between(&old, &new, at, &arguments.zone);
            ask(file, arguments.ignore_unknown, [&old, &new], &mut moves)?;
            Some(moves)
        }
        _ => None,
    };
    let moves = moves.as_ref().map(Moves::segments);
    let mut out = output::stdout();
    if arguments.json {
        let found = Found { diff: &diff, moves };
        serde_json::to_writer(&mut out, &found).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{diff}")?;
        for it in moves.into_iter().flatten() {
            writeln!(out, "{it}")?;
        }
    }
    Ok(out.flush()?)
}

fn ask(
    file: &Path,
    ignore_unknown: bool,
    [old, new]: [&Definitions; 2],
    moves: &mut Moves,
) -> Result<(), Failure> {
    let name = file.display();
    let loaders = [old, new].map(|it| it.loader().ignore_unknown(ignore_unknown));
    let limit = Limits::default().record_bytes;
    let mut lines = Lines::open(file, limit).map_err(|error| Failure::data(&name, error))?;
    while let Some(Line { number, json }) = lines.next().map_err(|error| Failure::data(&name, error))? {
        let bad = |problem: String| Failure::Data(format!("{name}:{number}: {problem}"));
        let json = json.map_err(|_| bad(format!("the line has more than {limit} bytes")))?;
        let [before, after] = [&loaders[0], &loaders[1]].map(|loader| loader.customer_from_json(json));
        let before = before.map_err(|error| bad(error.to_string()))?;
        let after = after.map_err(|error| bad(error.to_string()))?;
        moves
            .add(&before, &after)
            .map_err(|error| bad(error.to_string()))?;
    }
    Ok(())
}
