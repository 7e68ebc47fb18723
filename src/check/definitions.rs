//! Sorts the definitions of all files by kind and finds names that are defined twice.

use std::{collections::HashSet, sync::Arc};

use indexmap::{IndexMap, map::Entry};

use super::{report::Report, scope::Names};
use crate::{
    diagnostic::{Code, Diagnostic},
    limits::Limits,
    span::Span,
    syntax::ast::{
        Campaign, Channel, Expr, Field, File, ItemKind, ItemWord, Message, Name, Offer, Share, Test, Text,
    },
};

/// The definitions of all files. The second definition of a name is reported and left out, except that the
/// expressions of such traits and segments are still checked.
#[derive(Debug, Default)]
pub(crate) struct Definitions<'a> {
    pub(crate) customer: Option<Customer<'a>>,
    pub(crate) catalogs: IndexMap<Arc<str>, Block<'a>>,
    pub(crate) events: IndexMap<Arc<str>, Block<'a>>,
    pub(crate) placements: IndexMap<Arc<str>, Placement<'a>>,
    /// Traits and segments in the order written.
    pub(crate) formulas: Vec<Formula<'a>>,
    /// Positions in `formulas`.
    pub(crate) traits: IndexMap<Arc<str>, usize>,
    pub(crate) segments: IndexMap<Arc<str>, usize>,
    pub(crate) lists: IndexMap<Arc<str>, List<'a>>,
    pub(crate) messages: IndexMap<Arc<str>, &'a Message>,
    pub(crate) channels: IndexMap<Arc<str>, &'a Channel>,
    pub(crate) offers: IndexMap<Arc<str>, &'a Offer>,
    pub(crate) campaigns: IndexMap<Arc<str>, &'a Campaign>,
    /// Of all campaigns, and where it stands.
    pub(crate) holdout: Option<(&'a Share, Span)>,
    pub(crate) tests: Vec<&'a Test>,
    /// Names whose definition could not be read.
    pub(crate) broken: HashSet<Arc<str>>,
    /// The `customer` block could not be read.
    pub(crate) customer_broken: bool,
    /// A field could not be read, and it may have been the key.
    pub(crate) lost_fields: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer<'a> {
    pub(crate) open: bool,
    /// The word `customer` of the block.
    pub(crate) word: Span,
    pub(crate) fields: &'a [Field],
}

/// A catalogue or an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    pub(crate) name: &'a Name,
    pub(crate) description: Option<&'a Text>,
    pub(crate) fields: &'a [Field],
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Placement<'a> {
    pub(crate) name: &'a Name,
    pub(crate) description: Option<&'a Text>,
    pub(crate) catalog: &'a Name,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'a> {
    pub(crate) name: &'a Name,
    pub(crate) values: &'a [Expr],
}

/// A trait or a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Formula<'a> {
    pub(crate) kind: FormulaKind,
    pub(crate) name: &'a Name,
    pub(crate) description: Option<&'a Text>,
    pub(crate) owner: Option<&'a Text>,
    pub(crate) body: &'a Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormulaKind {
    Trait,
    Segment,
}

impl FormulaKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Trait => "trait",
            Self::Segment => "segment",
        }
    }
}

/// Sorts the items of `files`.
pub(crate) fn collect<'a>(files: &'a [File], limits: &Limits, report: &mut Report) -> Definitions<'a> {
    let mut all = Definitions::default();
    for broken in files.iter().flat_map(|file| &file.broken) {
        let names = broken.field.iter().chain(&broken.name);
        all.broken.extend(names.map(|name| name.text.clone()));
        all.lost_fields |= broken.field.is_some();
        all.customer_broken |= broken.kind == ItemWord::Customer && broken.field.is_none();
    }
    let items = files.iter().flat_map(|file| &file.items);
    for (index, item) in items.enumerate() {
        if index == limits.definitions {
            let message = format!("more than {index} definitions");
            report.push(Diagnostic::new(Code::Limit, message).label(item.span, "one too many"));
            break;
        }
        match &item.kind {
            ItemKind::Customer { open, fields } => {
                let word = Span {
                    end: item.span.start + 8,
                    ..item.span
                };
                match &all.customer {
                    None => {
                        let open = *open;
                        all.customer = Some(Customer { open, word, fields });
                    }
                    Some(first) => {
                        let message = "the `customer` block is written twice";
                        report.push(duplicate(message.to_owned(), word, first.word));
                    }
                }
            }
            ItemKind::Catalog {
                name,
                description,
                fields,
            } => {
                let block = Block {
                    name,
                    description: description.as_ref(),
                    fields,
                };
                define(&mut all.catalogs, "catalogue", name, block, |it| it.name, report);
            }
            ItemKind::Event {
                name,
                description,
                fields,
            } => {
                let block = Block {
                    name,
                    description: description.as_ref(),
                    fields,
                };
                define(&mut all.events, "event", name, block, |it| it.name, report);
            }
            ItemKind::Placement {
                name,
                catalog,
                description,
            } => {
                let placement = Placement {
                    name,
                    description: description.as_ref(),
                    catalog,
                };
                define(
                    &mut all.placements,
                    "placement",
                    name,
                    placement,
                    |it| it.name,
                    report,
                );
            }
            ItemKind::Trait {
                name,
                description,
                value,
            } => all.add(
                Formula {
                    kind: FormulaKind::Trait,
                    name,
                    description: description.as_ref(),
                    owner: None,
                    body: value,
                },
                report,
            ),
            ItemKind::Segment {
                name,
                description,
                owner,
                condition,
            } => all.add(
                Formula {
                    kind: FormulaKind::Segment,
                    name,
                    description: description.as_ref(),
                    owner: owner.as_ref(),
                    body: condition,
                },
                report,
            ),
            ItemKind::Message(message) => define(
                &mut all.messages,
                "message",
                &message.name,
                message,
                |it| &it.name,
                report,
            ),
            ItemKind::Channel(it) => {
                define(&mut all.channels, "channel", &it.name, it, |it| &it.name, report);
            }
            ItemKind::Offer(it) => define(&mut all.offers, "offer", &it.name, it, |it| &it.name, report),
            ItemKind::Campaign(it) => define(
                &mut all.campaigns,
                "campaign",
                &it.name,
                it,
                |it| &it.name,
                report,
            ),
            ItemKind::Holdout { share, .. } => match all.holdout {
                None => all.holdout = Some((share, item.span)),
                Some((_, first)) => {
                    let message = "the holdout of all campaigns is given twice".to_owned();
                    report.push(duplicate(message, item.span, first));
                }
            },
            ItemKind::List { name, values, .. } => {
                let list = List { name, values };
                define(&mut all.lists, "list", name, list, |it| it.name, report);
            }
            // The file that it names has been added beside the others.
            ItemKind::Use { .. } => {}
            ItemKind::Test(test) => all.tests.push(test),
        }
    }
    all.shared_names(report);
    all
}

impl<'a> Definitions<'a> {
    fn add(&mut self, formula: Formula<'a>, report: &mut Report) {
        let index = self.formulas.len();
        self.formulas.push(formula);
        let names = match formula.kind {
            FormulaKind::Trait => &mut self.traits,
            FormulaKind::Segment => &mut self.segments,
        };
        match names.entry(formula.name.text.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(index);
            }
            Entry::Occupied(entry) => {
                let message = format!(
                    "the {} `{}` is defined twice",
                    formula.kind.word(),
                    formula.name.text
                );
                let first = self.formulas[*entry.get()].name.span;
                report.push(duplicate(message, formula.name.span, first));
            }
        }
    }

    /// Refuses traits with the name of an attribute of a schema that was given.
    pub(crate) fn refuse_traits_of(&self, names: &Names, report: &mut Report) {
        for (name, index) in &self.traits {
            if names.customer.members.contains_key(name) {
                let message = format!("`{name}` is the name of an attribute and of a trait");
                let error = Diagnostic::new(Code::DuplicateName, message).label(
                    self.formulas[*index].name.span,
                    "the schema that was given has the attribute",
                );
                report.push(error);
            }
        }
    }

    /// Attributes and traits share one namespace.
    fn shared_names(&self, report: &mut Report) {
        for field in self.customer.iter().flat_map(|it| it.fields) {
            let name = &field.name;
            if let Some(index) = self.traits.get(&name.text) {
                let message = format!("`{}` is the name of an attribute and of a trait", name.text);
                report.push(duplicate(message, self.formulas[*index].name.span, name.span));
            }
        }
    }
}

fn define<'a, T>(
    map: &mut IndexMap<Arc<str>, T>,
    kind: &str,
    name: &Name,
    definition: T,
    name_of: impl Fn(&T) -> &'a Name,
    report: &mut Report,
) {
    match map.entry(name.text.clone()) {
        Entry::Vacant(entry) => {
            entry.insert(definition);
        }
        Entry::Occupied(entry) => {
            let message = format!("the {kind} `{}` is defined twice", name.text);
            report.push(duplicate(message, name.span, name_of(entry.get()).span));
        }
    }
}

/// A name that was taken, with the place that took it.
pub(crate) fn duplicate(message: String, second: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, message)
        .label(second, "defined again here")
        .label(first, "first defined here")
}
