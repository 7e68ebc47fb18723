//! `audience diff`: what changed between two sets of definitions, and whom it moves.

use std::{io::Write, ops::ControlFlow, path::Path};

use audience::{At, Customer, DateTime, Definitions, Diff, LoadError, LoadErrorKind, Move, Moves};
use serde::Serialize;

use crate::{
    args,
    failure::Failure,
    input,
    lines::{self, OnBad},
    output, progress,
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
    let [old, new] = [&arguments.old, &arguments.new].map(|file| {
        let files = [file].into_iter().chain(&arguments.more_definitions);
        input::definitions(files, &arguments.partials).build()
    });
    let (old, new) = (old?, new?);
    let diff = Definitions::diff(&old, &new);
    let moves = match (&arguments.customers, arguments.at) {
        (Some(file), Some(at)) => Some(moves(arguments, file, [old, new], at)?),
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

fn moves(
    arguments: &args::Diff,
    file: &Path,
    [mut old, mut new]: [Definitions; 2],
    at: DateTime,
) -> Result<Moves, Failure> {
    let before = moment(arguments, &old, at)?;
    let after = moment(arguments, &new, at)?;
    for (name, _) in &arguments.catalogs {
        if before.items(name).is_none() && after.items(name).is_none() {
            return Err(Failure::Data(format!("there is no catalogue `{name}`")));
        }
    }
    input::needs_catalogs(&before, [old.requirements()])?;
    input::needs_catalogs(&after, [new.requirements()])?;
    if [&old, &new].iter().any(|it| it.unfitted().next().is_some()) {
        if file.as_os_str() == "-" {
            return Err(Failure::Data(
                "customers that are compared with each other are read twice: give a file instead of `-`"
                    .to_owned(),
            ));
        }
        let mut fitters = [old.fitter(&before), new.fitter(&after)];
        let on_bad = if arguments.skip_bad {
            OnBad::Pass
        } else {
            OnBad::Stop
        };
        each_pair(arguments, file, on_bad, [&old, &new], |[before, after]| {
            fitters[0].add(before);
            fitters[1].add(after);
            Ok(())
        })?;
        let [was, is] = fitters.map(audience::Fitter::finish);
        let problem = |error| Failure::data(file.display(), error);
        old = old.with_population(&was).map_err(problem)?;
        new = new.with_population(&is).map_err(problem)?;
    }
    let mut moves = Moves::between(&old, before, &new, after);
    let on_bad = OnBad::of(arguments.skip_bad);
    each_pair(arguments, file, on_bad, [&old, &new], |[before, after]| {
        moves
            .add(before, after)
            .map_err(|error| Failure::data(file.display(), error))
    })?;
    Ok(moves)
}

/// When to ask, with the items of the catalogues that the definitions have.
fn moment(arguments: &args::Diff, shop: &Definitions, at: DateTime) -> Result<At, Failure> {
    let mut moment = shop.at(at, &arguments.zone);
    for (name, path) in &arguments.catalogs {
        if moment.items(name).is_some() {
            return Err(Failure::Data(format!("the items of `{name}` are given twice")));
        }
        if shop.schema().catalogs.contains_key(name.as_str()) {
            moment = moment.with_items(input::items(shop, name, path)?);
        }
    }
    Ok(moment)
}

/// Gives each customer to `visit` as the old definitions load it, and as the new ones do.
fn each_pair(
    arguments: &args::Diff,
    file: &Path,
    on_bad: OnBad,
    both: [&Definitions; 2],
    mut visit: impl FnMut(&[Customer; 2]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let lenient = both.map(|it| it.loader().ignore_unknown(true));
    let strict = both.map(|it| {
        it.loader()
            .ignore_unknown(arguments.ignore_unknown || it.schema().open)
    });
    let load = |json: &[u8], _| {
        let [before, after] = [&strict[0], &strict[1]].map(|loader| loader.customer_from_json(json));
        // What only one of them names is no slip.
        match (before, after) {
            (Ok(before), Ok(after)) => Ok([before, after]),
            (Err(_), Ok(after)) => lenient[0].customer_from_json(json).map(|before| [before, after]),
            (Ok(before), Err(_)) => lenient[1].customer_from_json(json).map(|after| [before, after]),
            (Err(old), Err(new)) if old.path() != new.path() && [&old, &new].iter().all(|it| is_unknown(it)) => {
                return Err(format!(
                    "the old definitions do not name `{}`, and the new ones not `{}`: let both pass with --ignore-unknown",
                    old.path(),
                    new.path(),
                ));
            }
            (Err(_), Err(error)) => Err(error),
        }
        .map_err(|error| error.to_string())
    };
    let bar = progress::over(file, true);
    lines::each(file, "customers", on_bad, &bar, load, |pair| {
        visit(&pair).map(|()| ControlFlow::Continue(()))
    })
}

fn is_unknown(error: &LoadError) -> bool {
    error.kind() == LoadErrorKind::UnknownMember
}
