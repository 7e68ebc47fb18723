//! `ast` to `hir`: names are looked up, types found, and everything that is wrong is said at once.
//!
//! [`check_beside`] takes all definitions. Templates check their own expressions with a [`Checker`] over the [`Names`] of the
//! checked module: they add their inputs, loop variables and `assign`s to its [`Scope`], and call
//! [`Checker::check_condition`], [`Checker::check_value`] and [`Checker::check_items`].

mod call;
mod campaign;
mod case;
mod chosen;
mod coerce;
mod collections;
mod condition;
mod definitions;
mod expectations;
mod expression;
mod facts;
mod filled;
mod follow;
mod held;
mod host;
mod lint;
mod liquid;
mod lists;
mod literal;
mod membership;
mod message;
mod named;
mod path;
mod pattern;
mod place;
mod rank;
mod references;
mod report;
mod said;
mod sample;
mod schema;
mod scope;
mod sequence;
mod state;
pub(crate) mod template;
mod text;
mod time;
mod window;
mod written;

#[cfg(test)]
mod tests;

pub(crate) use facts::{Facts, is_list_there, known_given, proves};
pub(crate) use held::{Held, HeldKind};
pub(crate) use lint::{REASONED, Relation, definitions as lint, relation, template as lint_template};
pub(crate) use path::{Found, List};
pub(crate) use report::{Report, type_name};
pub(crate) use scope::{Entry, Local, Member, Names, Scope, Shape};

use std::{collections::HashSet, sync::Arc};

use self::{
    definitions::{Definitions, Formula, FormulaKind},
    lint::Negation,
    rank::{Ranking, Ranks},
    scope::TraitType,
};
use crate::{
    diagnostic::Diagnostic,
    hir::{self, Condition, Expr, Items, Module},
    limits::Limits,
    schema::Schema,
    syntax::ast,
    value::{Filled, Roles},
};

/// What the application gives beside the sources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub(crate) schema: Option<Schema>,
    pub(crate) lists: Vec<Arc<hir::List>>,
    pub(crate) functions: Vec<hir::HostFunction>,
}

/// Checks definitions that stand alone.
#[cfg(test)]
pub(crate) fn check(files: &[ast::File], limits: &Limits) -> (Option<Module>, Vec<Diagnostic>) {
    check_beside(&Given::default(), files, limits)
}

/// Checks all definitions. The module is there when no diagnostic is an error; the diagnostics are in the order of the
/// text.
///
/// Where a schema is given, it says what is known of a customer; the definitions may add catalogues, events and placements
/// to it.
pub(crate) fn check_beside(
    given: &Given,
    files: &[ast::File],
    limits: &Limits,
) -> (Option<Module>, Vec<Diagnostic>) {
    let mut report = Report::new(limits);
    let definitions = definitions::collect(files, limits, &mut report);
    let (schema, broken) = schema::check(&definitions, given.schema.as_ref(), &mut report);
    let mut names = Names::of_schema(Arc::new(schema));
    names.broken = broken;
    names.broken.extend(definitions.broken.iter().cloned());
    names.everything_broken = definitions.customer.is_none() && given.schema.is_none();
    names.segments = definitions.segments.keys().cloned().collect();
    names.conditions = vec![None; names.segments.len()];
    names.segment_roles = vec![Roles::default(); names.segments.len()];
    names.functions.clone_from(&given.functions);
    for list in &given.lists {
        names.lists.insert(list.name.clone(), list.clone());
    }
    lists::check(&definitions, &mut names, &mut report);
    if given.schema.is_some() {
        definitions.refuse_traits_of(&names, &mut report);
    }
    for name in definitions.traits.keys() {
        names.traits.insert(name.clone(), None);
    }
    let mut ranks = Ranks::default();
    let formulas = formulas(&definitions, &mut names, limits, &mut ranks, &mut report);
    let messages = message::check(&definitions, &names, &mut report);
    let (campaigns, rules) = campaign::check(&definitions, &names, &messages, &mut ranks, &mut report);
    let tests = expectations::check(&definitions, &messages, &names, &mut report);
    let module = (!report.has_errors()).then(|| module(&definitions, &names, formulas, rules, ranks));
    let mut module = module.flatten();
    if let Some(module) = &mut module {
        module.messages = messages;
        module.campaigns = campaigns;
        module.tests = tests;
        follow::warn(module, &mut report);
    }
    (module, report.finish())
}

/// The meaning of a trait or a segment.
enum Meaning {
    /// And whether it is computed from the customer's key.
    Trait(hir::Trait, bool),
    Segment(hir::Segment),
}

/// Checks traits and segments, each after those it refers to. The result is in the order written.
fn formulas(
    definitions: &Definitions<'_>,
    names: &mut Names,
    limits: &Limits,
    ranks: &mut Ranks,
    report: &mut Report,
) -> Vec<Option<Meaning>> {
    let mut meanings: Vec<Option<Meaning>> = definitions.formulas.iter().map(|_| None).collect();
    for index in references::order(definitions, names, limits, report) {
        let formula = &definitions.formulas[index];
        let meaning = formula_meaning(formula, names, ranks, report);
        if let Some(Meaning::Trait(it, of_key)) = &meaning
            && definitions.traits.get(&it.name) == Some(&index)
        {
            let ty = TraitType {
                ty: it.value.ty.clone(),
                optional: it.value.optional,
                roles: it.roles.clone(),
                of_key: *of_key,
                ranked: it.ranked,
            };
            names.traits.insert(it.name.clone(), Some(ty));
        }
        if let Some(Meaning::Segment(it)) = &meaning
            && it.ranked
        {
            names.ranked_segments.insert(it.name.clone());
        }
        if let Some(Meaning::Segment(it)) = &meaning
            && let Some(segment) = names.segments.get_index_of(&it.name)
            && definitions.segments.get(&it.name) == Some(&index)
        {
            names.conditions[segment] = Some(Arc::clone(&it.condition));
            names.segment_roles[segment] = it.roles.clone();
        }
        meanings[index] = meaning;
    }
    meanings
}

fn formula_meaning(
    formula: &Formula<'_>,
    names: &Names,
    ranks: &mut Ranks,
    report: &mut Report,
) -> Option<Meaning> {
    let mut checker = Checker::new(names, report);
    checker.ranking.ranks = Some(ranks);
    let name = formula.name.text.clone();
    let description = schema::text_of(formula.description);
    match formula.kind {
        FormulaKind::Trait => {
            checker.flags_sensitive = false;
            let value = checker.check_value(formula.body)?;
            let filled = value.ty.is_text() && checker.is_filled(&value, &Facts::default());
            let meaning = hir::Trait {
                name,
                description,
                roles: Roles {
                    filled: filled.then(Filled::default),
                    ..checker.used.clone()
                },
                value,
                ranked: checker.is_ranked(),
            };
            Some(Meaning::Trait(meaning, checker.ranking.of_key))
        }
        FormulaKind::Segment => {
            let condition = checker.check_condition(formula.body)?;
            Some(Meaning::Segment(hir::Segment {
                name,
                span: formula.name.span,
                description,
                owner: schema::text_of(formula.owner),
                condition: condition.into(),
                roles: checker.used.clone(),
                ranked: checker.is_ranked(),
            }))
        }
    }
}

/// Puts the parts together; `None` when one is missing, which an error has told.
fn module(
    definitions: &Definitions<'_>,
    names: &Names,
    meanings: Vec<Option<Meaning>>,
    rules: Vec<hir::Segment>,
    ranks: Ranks,
) -> Option<Module> {
    let mut module = Module {
        schema: names.schema.clone(),
        segments: Vec::with_capacity(definitions.segments.len()),
        traits: Vec::with_capacity(definitions.traits.len()),
        lists: names.lists.values().cloned().collect(),
        functions: names.functions.clone(),
        ranks: Vec::new(),
        messages: Vec::new(),
        named: definitions.segments.len(),
        campaigns: hir::Campaigns::default(),
        tests: Vec::new(),
        cuts: None,
        translations: Arc::default(),
    };
    for meaning in meanings {
        match meaning? {
            Meaning::Trait(it, _) => module.traits.push(it),
            Meaning::Segment(it) => module.segments.push(it),
        }
    }
    module.segments.extend(rules);
    module.ranks = ranks.finish(&module, definitions);
    Some(module)
}

/// Checks expressions against the names that they may use.
///
/// Every method that gives `None` has reported why, or met a name whose definition had an error.
#[derive(Debug)]
pub(crate) struct Checker<'a> {
    pub(crate) names: &'a Names,
    pub(crate) report: &'a mut Report,
    /// What the place adds to the names.
    pub(crate) scope: Scope,
    /// Whether an odd number of `not`s stands around.
    negated: bool,
    /// Negated tests that may be warned about.
    negations: Vec<Negation>,
    /// What is known where the next expression stands, such as behind a guard of a template: it settles negations.
    pub(crate) given: Facts,
    /// Whether what is checked stands beside a text, so that an unknown name may be a text without quotes.
    beside_text: bool,
    /// Whether uses of sensitive values are warned about, and which were.
    flags_sensitive: bool,
    flagged: HashSet<Arc<str>>,
    /// `personal` when a personal value was used so far, `sensitive` likewise.
    pub(crate) used: Roles,
    ranking: Ranking<'a>,
    /// Among how many names values have chosen so far.
    chosen: usize,
}

impl<'a> Checker<'a> {
    /// A checker with an empty scope.
    pub(crate) fn new(names: &'a Names, report: &'a mut Report) -> Self {
        Self {
            names,
            report,
            scope: Scope::default(),
            negated: false,
            negations: Vec::new(),
            given: Facts::default(),
            beside_text: false,
            flags_sensitive: true,
            flagged: HashSet::new(),
            used: Roles::default(),
            ranking: Ranking::default(),
            chosen: 0,
        }
    }

    /// The sensitive values that were warned of, before something is checked once more.
    pub(crate) fn flagged(&self) -> HashSet<Arc<str>> {
        self.flagged.clone()
    }

    pub(crate) fn set_flagged(&mut self, flagged: HashSet<Arc<str>>) {
        self.flagged = flagged;
    }

    /// Checks a whole condition: that of a segment, of an `if`.
    pub(crate) fn check_condition(&mut self, expr: &ast::Expr) -> Option<Condition> {
        let condition = self.condition(expr);
        self.warn_of_negations(condition.is_some());
        condition
    }

    /// Whether a population is needed for what was checked so far.
    pub(crate) fn is_ranked(&self) -> bool {
        self.ranking.is_needed
    }

    /// Checks a whole condition that is to be false: that of an `unless`. Gives its complement.
    pub(crate) fn check_negation(&mut self, expr: &ast::Expr) -> Option<Condition> {
        self.negated = true;
        let condition = self.check_condition(expr);
        self.negated = false;
        condition.map(Condition::not)
    }

    /// Checks a whole value: that of a trait, of a placeholder.
    pub(crate) fn check_value(&mut self, expr: &ast::Expr) -> Option<Expr> {
        let operand = self.operand(expr);
        let value = operand.and_then(|operand| self.settle(operand));
        self.warn_of_negations(value.is_some());
        value
    }

    /// Checks the collection that a `for` goes through. The loop variable then takes the number `row` of the result:
    /// push [`Entry::Loop`] with the shape that comes back before checking the body, and pop it after.
    pub(crate) fn check_items(&mut self, items: &ast::Items) -> Option<(Items, Arc<Shape>)> {
        let checked = self.items(items, None);
        self.warn_of_negations(checked.is_some());
        checked.map(|(items, _, shape)| (items, shape))
    }

    /// Checks something whose truth does not pass on to what stands around, such as the filter of a collection.
    fn apart<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        let negated = std::mem::replace(&mut self.negated, false);
        let result = check(self);
        self.negated = negated;
        result
    }

    fn warn_of_negations(&mut self, right: bool) {
        for mut negation in std::mem::take(&mut self.negations) {
            if right && !negation.is_settled_by(&self.given) {
                self.report.push(negation.into_warning());
            }
        }
    }
}
