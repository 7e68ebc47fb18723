//! What is shown in one language is shown in all.

use std::collections::BTreeSet;

use super::Written;
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{self, Module},
    requirements::Gather,
};

/// What the parts in one language show of what the host and recommenders give.
#[derive(Default)]
struct Shown {
    inputs: BTreeSet<usize>,
    placements: BTreeSet<usize>,
}

/// Each language but the first that shows other inputs or placements than the first.
pub(super) fn check(module: &Module, message: &hir::Message, parts: &[Written<'_>]) -> Vec<Diagnostic> {
    let Some(languages) = &message.languages else {
        return Vec::new();
    };
    let all: Vec<Shown> = (0..languages.tags.len())
        .map(|language| shown(module, language, parts))
        .collect();
    let first = &languages.tags[0];
    let others = languages.tags.iter().zip(&all).enumerate().skip(1);
    others
        .filter_map(|(index, (tag, shown))| {
            let missing = names(module, message, &all[0], shown);
            let added = names(module, message, shown, &all[0]);
            let (what, without, with) = match (missing, added) {
                (missing, _) if !missing.is_empty() => (missing, tag, first),
                (_, added) if !added.is_empty() => (added, first, tag),
                _ => return None,
            };
            let span = parts.iter().find(|it| it.part.language == Some(index))?.name;
            let message =
                format!("in `{without}` the message does not show {what}, which it shows in `{with}`");
            Some(
                Diagnostic::new(Code::LanguagesDiffer, message)
                    .label(span, format!("written in `{tag}`"))
                    .help("show the same in every language".to_owned()),
            )
        })
        .collect()
}

fn shown(module: &Module, language: usize, parts: &[Written<'_>]) -> Shown {
    let mut gather = Gather::new(module);
    let of_language = |it: &&Written<'_>| it.part.language.is_none_or(|it| it == language);
    for part in parts.iter().filter(of_language) {
        gather.template(part.part.template.checked());
    }
    let (inputs, placements) = gather.given();
    Shown { inputs, placements }
}

/// What is shown in `these` and not in `others`, as a sentence names it.
fn names(module: &Module, message: &hir::Message, these: &Shown, others: &Shown) -> String {
    let inputs = these.inputs.difference(&others.inputs);
    // Behind the inputs come the values that a template makes itself.
    let inputs = inputs.filter_map(|it| Some(format!("the input `{}`", message.inputs.get(*it)?.name)));
    let placements = these.placements.difference(&others.placements);
    let placements = placements.filter_map(|it| {
        let (name, _) = module.schema.placements.get_index(*it)?;
        Some(format!("the placement `{name}`"))
    });
    inputs.chain(placements).collect::<Vec<_>>().join(", ")
}
