//! The standard library: files of the language that `use standard.x` brings in.

use std::collections::HashMap;

use crate::{
    diagnostic::{Code, Diagnostic, Severity, Source, suggest},
    limits::Limits,
    span::Span,
    syntax::{
        self,
        ast::{File, ItemKind, Name},
    },
};

/// The name by which sources use it.
const LIBRARY: &str = "standard";

/// Every file with its name, in the order of the manual.
const FILES: [(&str, &str); 11] = [
    ("lifecycle", include_str!("../standard/lifecycle.audience")),
    ("value", include_str!("../standard/value.audience")),
    ("behaviour", include_str!("../standard/behaviour.audience")),
    ("calendar", include_str!("../standard/calendar.audience")),
    ("place", include_str!("../standard/place.audience")),
    ("technology", include_str!("../standard/technology.audience")),
    ("interests", include_str!("../standard/interests.audience")),
    ("needs", include_str!("../standard/needs.audience")),
    ("onboarding", include_str!("../standard/onboarding.audience")),
    ("feedback", include_str!("../standard/feedback.audience")),
    ("rfm", include_str!("../standard/rfm.audience")),
];

/// The files of the library that the sources use.
#[derive(Debug)]
pub(super) struct Library {
    /// For each file of the library, by the number of its source: where it was first used.
    used: HashMap<u32, Span>,
}

impl Library {
    /// Adds the files that the sources use, each once, and those that these use in turn. Their tests are left out: they are
    /// about another contract.
    pub(super) fn add(
        sources: &mut Vec<Source>,
        files: &mut Vec<File>,
        problems: &mut Vec<Diagnostic>,
        limits: &Limits,
    ) -> Self {
        let mut used = HashMap::new();
        let mut known: HashMap<&str, u32> = HashMap::new();
        let mut next = 0;
        while let Some(file) = files.get(next) {
            next += 1;
            let named = file.items.iter().filter_map(|item| match &item.kind {
                ItemKind::Use { library, file } => Some((item.span, library.clone(), file.clone())),
                _ => None,
            });
            for (span, library, name) in named.collect::<Vec<_>>() {
                let Some((name, text)) = find(&library, &name, problems) else {
                    continue;
                };
                if known.contains_key(name) {
                    continue;
                }
                let index = super::builder::offset(sources.len());
                known.insert(name, index);
                used.insert(index, span);
                let (mut parsed, diagnostics) = syntax::parse_file(index, text, limits);
                debug_assert!(diagnostics.is_empty(), "{name}: {diagnostics:?}");
                parsed
                    .items
                    .retain(|item| !matches!(item.kind, ItemKind::Test(_)));
                sources.push(Source::new(format!("{LIBRARY}/{name}.audience"), text));
                files.push(parsed);
            }
        }
        Self { used }
    }

    /// Leaves out warnings about files of the library, which a user cannot mend, and says of errors where the file was
    /// brought in.
    pub(super) fn explain(&self, problems: &mut Vec<Diagnostic>) {
        problems.retain(|problem| {
            problem.severity == Severity::Error || !self.used.contains_key(&problem.span().source)
        });
        for problem in problems {
            let Some(used) = self.used.get(&problem.span().source) else {
                continue;
            };
            // What a file of the library uses is told at the source that used the first.
            let mut span = *used;
            while let Some(outer) = self.used.get(&span.source) {
                span = *outer;
            }
            let taken = std::mem::replace(problem, Diagnostic::new(problem.code, ""));
            *problem = taken.label(span, "brought in here").help(
                "docs/standard.md says which attributes and events a file of the library needs".to_owned(),
            );
        }
    }
}

/// The file that is meant. An unknown name is reported; the nearest file is taken in its place, so that its names are known.
fn find(library: &Name, file: &Name, problems: &mut Vec<Diagnostic>) -> Option<(&'static str, &'static str)> {
    if *library.text != *LIBRARY {
        let message = format!("unknown library `{}`", library.text);
        let error = Diagnostic::new(Code::UnknownFile, message)
            .label(library.span, "no such library")
            .help(format!("there is one: `use {LIBRARY}.lifecycle`"));
        problems.push(error);
        return None;
    }
    let named = |name: &str| FILES.iter().find(|(it, _)| *it == name).copied();
    if let Some(found) = named(&file.text) {
        return Some(found);
    }
    let near = suggest::nearest(&file.text, FILES.iter().map(|(name, _)| *name));
    let help = near.map_or_else(
        || {
            let all: Vec<_> = FILES.iter().map(|(name, _)| format!("`{name}`")).collect();
            format!("the files are {}", all.join(", "))
        },
        |near| format!("did you mean `{near}`?"),
    );
    let message = format!("the standard library has no file `{}`", file.text);
    let error = Diagnostic::new(Code::UnknownFile, message)
        .label(file.span, "no such file")
        .help(help);
    problems.push(error);
    named(near?)
}
