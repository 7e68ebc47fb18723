//! What changed of what is defined, and whether its meaning did.

use std::collections::{HashMap, HashSet};

use super::{Defined, Difference, Effect, campaign, message, schema::described, written_out::Names};
use crate::{
    check::{self, Given, Relation},
    definitions::Definitions,
    hir,
    limits::Limits,
    span::Span,
    syntax::{
        self,
        ast::{Expr, File, Item, ItemKind, Name, Text},
        quote,
    },
};

pub(super) fn compare(old: &Definitions, new: &Definitions, changes: &mut Vec<Difference>) {
    let files = [files(old), files(new)];
    let [before, after] = [&files[0], &files[1]].map(|files| Formulas::of(files));
    let names = [
        Names::of(&files[0], old.schema()),
        Names::of(&files[1], new.schema()),
    ];
    let mut compared = Compared {
        new,
        names: &names,
        // Those that mean something else, so that what names them in a place that cannot be written out does, too.
        different: HashSet::new(),
    };
    for kind in [Defined::List, Defined::Trait, Defined::Segment] {
        for (name, formula) in after
            .all
            .iter()
            .filter(|(key, _)| key.0 == kind)
            .map(|(key, it)| (key.1, it))
        {
            match before.find(kind, name) {
                None => changes.push(Difference::new(kind, name, Effect::Added).to(formula.body.shown())),
                Some(earlier) => {
                    if let Some(change) = compared.formula(kind, name, earlier, formula) {
                        changes.push(change);
                    }
                    if earlier.description != formula.description {
                        let (old, new) = (earlier.description, formula.description);
                        changes.push(described(kind, name, old, new));
                    } else if earlier.owner != formula.owner {
                        changes.push(described(kind, name, earlier.owner, formula.owner));
                    }
                }
            }
        }
        for (key, formula) in before.all.iter().filter(|(key, _)| key.0 == kind) {
            if after.find(kind, key.1).is_none() {
                changes.push(Difference::new(kind, key.1, Effect::Removed).from(formula.body.shown()));
            }
        }
    }
    message::compare((old, &files[0]), (new, &files[1]), changes);
    campaign::compare(&files[0], &files[1], changes);
}

/// The sources as trees. They were read before, so that nothing is wrong with them.
fn files(definitions: &Definitions) -> Vec<File> {
    let sources = (0..).zip(&definitions.sources()[..definitions.inner.definitions]);
    let limits = &definitions.inner.limits;
    sources
        .map(|(index, source)| syntax::parse_file(index, &source.text, limits).0)
        .collect()
}

/// What is defined, in the order written.
struct Formulas<'a> {
    all: Vec<((Defined, &'a str), Formula<'a>)>,
    places: HashMap<(Defined, &'a str), usize>,
}

#[derive(Clone, Copy)]
struct Formula<'a> {
    description: Option<&'a str>,
    owner: Option<&'a str>,
    body: Body<'a>,
}

#[derive(Clone, Copy)]
enum Body<'a> {
    Expr(&'a Expr),
    Values(&'a [Expr]),
}

impl Body<'_> {
    fn shown(self) -> String {
        match self {
            Self::Expr(expr) => quote(expr),
            Self::Values(values) => {
                let values: Vec<_> = values.iter().map(quote).collect();
                format!("[{}]", values.join(", "))
            }
        }
    }
}

impl<'a> Formulas<'a> {
    fn of(files: &'a [File]) -> Self {
        let mut found = Self {
            all: Vec::new(),
            places: HashMap::new(),
        };
        for item in files.iter().flat_map(|file| &file.items) {
            let (kind, name, description, owner, body): (_, &Name, &Option<Text>, _, _) = match &item.kind {
                ItemKind::Trait {
                    name,
                    description,
                    value,
                } => (Defined::Trait, name, description, None, Body::Expr(value)),
                ItemKind::Segment {
                    name,
                    description,
                    owner,
                    condition,
                } => (
                    Defined::Segment,
                    name,
                    description,
                    owner.as_ref(),
                    Body::Expr(condition),
                ),
                ItemKind::List {
                    name,
                    description,
                    values,
                } => (Defined::List, name, description, None, Body::Values(values)),
                _ => continue,
            };
            let formula = Formula {
                description: description.as_ref().map(|it| &*it.text),
                owner: owner.map(|it| &*it.text),
                body,
            };
            found.places.insert((kind, &name.text), found.all.len());
            found.all.push(((kind, &name.text), formula));
        }
        found
    }

    fn find(&self, kind: Defined, name: &str) -> Option<&Formula<'a>> {
        let index = *self.places.get(&(kind, name))?;
        Some(&self.all[index].1)
    }
}

struct Compared<'a> {
    new: &'a Definitions,
    names: &'a [Names<'a>; 2],
    different: HashSet<String>,
}

impl Compared<'_> {
    fn formula(
        &mut self,
        kind: Defined,
        name: &str,
        old: &Formula<'_>,
        new: &Formula<'_>,
    ) -> Option<Difference> {
        let effect = match (old.body, new.body) {
            (Body::Expr(old), Body::Expr(new)) => self.exprs(kind, old, new)?,
            (Body::Values(old), Body::Values(new)) => {
                let set = |values: &[Expr]| values.iter().map(quote).collect::<HashSet<_>>();
                match (quote_all(old) == quote_all(new), set(old) == set(new)) {
                    (true, _) => return None,
                    (false, true) => Effect::Written,
                    (false, false) => Effect::Meaning,
                }
            }
            _ => Effect::Meaning,
        };
        if effect != Effect::Written {
            self.different.insert(name.to_owned());
        }
        let (before, after) = (old.body.shown(), new.body.shown());
        let change = Difference::new(kind, name, effect);
        // What changed through what it names is written as before.
        Some(if before == after {
            change.to(after)
        } else {
            change.from(before).to(after)
        })
    }

    fn exprs(&self, kind: Defined, old: &Expr, new: &Expr) -> Option<Effect> {
        let same_text = quote(old) == quote(new);
        let written = [self.names[0].written_out(old), self.names[1].written_out(new)];
        let [Some(before), Some(after)] = written else {
            // Named inside of a collection: it is the same when it is written so and all that it may name is.
            let text = quote(new);
            let names_different = self.different.iter().any(|name| text.contains(name.as_str()));
            return match (same_text, names_different) {
                (true, false) => None,
                _ => Some(Effect::Meaning),
            };
        };
        if quote(&before) == quote(&after) {
            return (!same_text).then_some(Effect::Written);
        }
        Some(self.meaning(kind, before, after).unwrap_or(Effect::Meaning))
    }

    /// Compiles both for the new customers, and compares what they mean.
    fn meaning(&self, kind: Defined, before: Expr, after: Expr) -> Option<Effect> {
        let limits = Limits {
            nesting: self.new.inner.limits.nesting * 4,
            ..self.new.inner.limits.clone()
        };
        let module = &self.new.inner.module;
        let given = Given {
            schema: Some(self.new.schema().clone()),
            lists: module.lists.clone(),
            functions: module.functions.clone(),
        };
        let items = [("before", before), ("after", after)].map(|(name, body)| item(kind, name, body));
        let file = File {
            items: items.into(),
            ..File::default()
        };
        let (module, _) = check::check_beside(&given, &[file], &limits);
        let module = module?;
        if kind == Defined::Trait {
            let [one, other] = &module.traits[..] else {
                return None;
            };
            return Some(if one.value == other.value {
                Effect::Written
            } else {
                Effect::Meaning
            });
        }
        let [before, after] = &module.segments[..] else {
            return None;
        };
        Some(effect(&module, &before.condition, &after.condition))
    }
}

fn effect(module: &hir::Module, before: &hir::Condition, after: &hir::Condition) -> Effect {
    if before == after {
        return Effect::Written;
    }
    match check::relation(module, before, after) {
        Relation::Equal => Effect::Written,
        Relation::Inside => Effect::Wider,
        Relation::Around => Effect::Narrower,
        Relation::Disjoint => Effect::Replaced,
        Relation::Unknown => Effect::Meaning,
    }
}

fn quote_all(values: &[Expr]) -> Vec<String> {
    values.iter().map(quote).collect()
}

fn item(kind: Defined, name: &str, body: Expr) -> Item {
    let name = Name {
        span: Span::default(),
        text: name.into(),
        quoted: true,
    };
    let kind = if kind == Defined::Trait {
        ItemKind::Trait {
            name,
            description: None,
            value: body,
        }
    } else {
        ItemKind::Segment {
            name,
            description: None,
            owner: None,
            condition: body,
        }
    };
    Item {
        span: Span::default(),
        kind,
    }
}
