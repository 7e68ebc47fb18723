//! `in top`, `in bottom` and `quantile`: what compares a customer with the others.

use std::{collections::HashMap, sync::Arc};

use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::{
    Checker,
    definitions::{Definitions, FormulaKind},
    expression::{bare, plain},
    report::type_name,
    scope::Entry,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{self, Condition, ConditionKind, Constants, Expr, ExprKind, Module, Part},
    population::{Cut, Fingerprint, MOST_PARTS, Wanted},
    span::Span,
    syntax::{
        ast::{self, Literal},
        quote,
    },
    value::{Decimal, Roles, Type, Value},
};

/// What a checker knows of ranks where it stands.
#[derive(Debug, Default)]
pub(super) struct Ranking<'a> {
    /// Where they are gathered; absent in templates and tests, which may name them only.
    pub(super) ranks: Option<&'a mut Ranks>,
    /// Whether what is checked is itself compared with a population.
    is_inside: bool,
    /// Whether a population is needed for what was checked so far.
    pub(super) is_needed: bool,
    /// Whether the customer's key was used so far, other than to draw a sample.
    pub(super) of_key: bool,
}

/// The expressions that are compared with a population, each once: two are the same when they are written the same, as
/// all of them see the customer alone.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    by_text: IndexMap<Arc<str>, (Expr, Vec<Cut>)>,
}

impl Ranks {
    /// The number of an expression.
    fn add(&mut self, written: Arc<str>, operand: &Expr, cut: Cut) -> usize {
        let entry = self.by_text.entry(written);
        let index = entry.index();
        let (_, cuts) = entry.or_insert_with(|| (operand.clone(), Vec::new()));
        if !cuts.contains(&cut) {
            cuts.push(cut);
        }
        index
    }

    /// The ranks of the finished module.
    pub(super) fn finish(self, module: &Module, definitions: &Definitions<'_>) -> Vec<hir::Rank> {
        if self.by_text.is_empty() {
            return Vec::new();
        }
        let mut fingerprints = Fingerprints::new(module, definitions);
        let ranks = self.by_text.into_iter().map(|(written, (operand, mut cuts))| {
            cuts.sort_unstable();
            let fingerprint = fingerprints.of_rank(&written, &operand);
            let wanted = Wanted {
                written,
                ty: operand.ty.clone(),
                fingerprint,
                cuts,
            };
            hir::Rank { operand, wanted }
        });
        ranks.collect()
    }
}

impl Checker<'_> {
    pub(crate) fn rank(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        top: bool,
        share: Decimal,
        negated: bool,
    ) -> Option<Condition> {
        if share > Decimal::from_units(1_000_000) {
            let error = Diagnostic::new(
                Code::InvalidLiteral,
                format!("{share}% of the customers is more than all"),
            )
            .label(expr.span, "a share from 0% to 100%");
            return self.report.fail(error);
        }
        // A hundredth of a hundredth of a percent is a millionth, and one unit of a decimal.
        let share = u32::try_from(share.units()).unwrap_or(u32::MAX);
        let cut = if top { Cut::Top(share) } else { Cut::Bottom(share) };
        let (operand, rank) = self.compared(expr.span, operand_written, cut)?;
        let kind = ConditionKind::Rank {
            operand: Box::new(operand.clone()),
            top,
            share,
            rank,
        };
        let condition = Condition::new(expr.span, kind);
        Some(self.test(expr, negated, condition, &[(operand_written, &operand)]))
    }

    pub(crate) fn quantile(&mut self, span: Span, args: &[ast::Expr]) -> Option<Expr> {
        let [operand, parts_written] = args else {
            for arg in args {
                self.operand(arg);
            }
            let error = Diagnostic::new(Code::ArgumentCount, "`quantile` takes two arguments")
                .label(span, format!("{} given", args.len()))
                .help("write `quantile(x, 5)` for fifths".to_owned());
            return self.report.fail(error);
        };
        let parts = match &bare(parts_written).kind {
            ast::ExprKind::Literal(Literal::Int(parts)) => {
                u32::try_from(*parts).ok().filter(|it| Cut::is_parts(*it))
            }
            _ => None,
        };
        let Some(parts) = parts else {
            let message = format!("the parts of a quantile are a number from 2 to {MOST_PARTS}");
            let error = Diagnostic::new(Code::InvalidLiteral, message)
                .label(parts_written.span, "not such a number")
                .help("write `quantile(x, 5)` for fifths".to_owned());
            self.operand(operand);
            return self.report.fail(error);
        };
        let (operand, rank) = self.compared(span, operand, Cut::Quantile(parts))?;
        let kind = ExprKind::Quantile {
            operand: Box::new(operand),
            parts,
            rank,
        };
        Some(Expr {
            // Where nobody has a value there are no parts.
            optional: true,
            ..plain(span, Type::Int, kind)
        })
    }

    /// What is compared with the population, and its number among the ranks.
    fn compared(&mut self, span: Span, written: &ast::Expr, cut: Cut) -> Option<(Expr, usize)> {
        let error = |message: &str| Diagnostic::new(Code::RankPlace, message);
        if self.ranking.is_inside {
            let error = error("a rank of what is made from a rank")
                .label(span, "this is itself compared with the others")
                .help("all ranks are fitted in one pass: compare with the value itself".to_owned());
            return self.report.fail(error);
        }
        if self.ranking.ranks.is_none() {
            let name = if matches!(cut, Cut::Quantile(_)) {
                "trait"
            } else {
                "segment"
            };
            let error = error("only traits and segments compare a customer with the others")
                .label(span, "neither a template nor a test can")
                .help(format!("name it there as a {name}, and use the {name} here"));
            return self.report.fail(error);
        }
        let item = self.scope.entries.iter().rev().find_map(|entry| match entry {
            Entry::Item { of, .. } => Some(of.clone()),
            _ => None,
        });
        if let Some(of) = item {
            let error = error("customers are compared with each other, not their items")
                .label(span, format!("looks at one of `{of}`"))
                .help("name it as a trait or segment of the customer, and use that here".to_owned());
            return self.report.fail(error);
        }
        let before = (
            std::mem::take(&mut self.used),
            std::mem::take(&mut self.ranking.of_key),
        );
        self.ranking.is_inside = true;
        let operand = self
            .apart(|it| it.operand(written))
            .and_then(|it| self.settle(it));
        self.ranking.is_inside = false;
        let used = std::mem::replace(&mut self.used, before.0);
        let of_key = std::mem::replace(&mut self.ranking.of_key, before.1);
        let operand = operand?;
        self.ranks_personal(&operand, &used, of_key)?;
        self.ranks_ordered(&operand)?;
        let quoted: Arc<str> = quote(bare(written)).into();
        let ranks = self.ranking.ranks.as_deref_mut()?;
        let rank = ranks.add(quoted, &operand, cut);
        self.ranking.is_needed = true;
        Some((operand, rank))
    }

    fn ranks_personal(&mut self, operand: &Expr, used: &Roles, of_key: bool) -> Option<()> {
        let what = match used {
            Roles { sensitive: true, .. } => "a sensitive value",
            Roles { personal: true, .. } => "a personal value",
            _ if of_key => "the key of a customer",
            _ => return Some(()),
        };
        let message = format!("{what} is not compared with those of others");
        let error = Diagnostic::new(Code::RankOfPersonal, message)
            .label(operand.span, "a cut point would be somebody's own value")
            .help("compare with a number or a date of your choice".to_owned());
        self.report.fail(error)
    }

    fn ranks_ordered(&mut self, operand: &Expr) -> Option<()> {
        if operand.ty.is_number() || matches!(operand.ty, Type::Date | Type::DateTime | Type::Duration) {
            return Some(());
        }
        let named = type_name(&operand.ty);
        let error = Diagnostic::new(Code::TypeMismatch, format!("{named} has no rank")).label(
            operand.span,
            "a number, date, datetime or duration is needed here",
        );
        self.report.fail(error)
    }

    /// Notes that a trait or segment is used that needs a population; `None` where that cannot be.
    pub(crate) fn note_rank(&mut self, span: Span, kind: &str, name: &str) -> Option<()> {
        if self.ranking.is_inside {
            let error = Diagnostic::new(Code::RankPlace, "a rank of what is made from a rank")
                .label(span, format!("the {kind} `{name}` compares with the others"))
                .help("all ranks are fitted in one pass: compare with the value itself".to_owned());
            return self.report.fail(error);
        }
        if self.names.unfitted {
            let message = format!("the {kind} `{name}` needs a population, and none was given");
            let error = Diagnostic::new(Code::NeedsPopulation, message)
                .label(span, "compares a customer with the others")
                .help("fit one from a batch of customers, and give it to the definitions".to_owned());
            return self.report.fail(error);
        }
        self.ranking.is_needed = true;
        Some(())
    }
}

/// Works out what identifies the definition of an expression: what is written, its type, the schema, the values of the
/// lists that it names, and likewise each trait and segment that it refers to.
struct Fingerprints<'m, 'd> {
    module: &'m Module,
    /// What is written of each, in the order of the module.
    traits: Vec<&'d ast::Expr>,
    segments: Vec<&'d ast::Expr>,
    known_traits: Vec<Option<Fingerprint>>,
    known_segments: Vec<Option<Fingerprint>>,
    /// By where the values lie, which they do as long as the module.
    known_sets: HashMap<*const Value, Fingerprint>,
    schema: String,
}

impl<'m, 'd> Fingerprints<'m, 'd> {
    fn new(module: &'m Module, definitions: &Definitions<'d>) -> Self {
        let bodies = |kind| {
            let formulas = definitions.formulas.iter();
            formulas
                .filter(move |it| it.kind == kind)
                .map(|it| it.body)
                .collect()
        };
        Self {
            traits: bodies(FormulaKind::Trait),
            segments: bodies(FormulaKind::Segment),
            known_traits: vec![None; module.traits.len()],
            known_segments: vec![None; module.segments.len()],
            known_sets: HashMap::new(),
            schema: module.schema.id().to_string(),
            module,
        }
    }

    fn of_rank(&mut self, written: &str, operand: &Expr) -> Fingerprint {
        let mut hash = Hash::default();
        hash.text(&self.schema);
        hash.text(&operand.ty.to_string());
        self.content(&mut hash, written, Part::Expr(operand));
        hash.finish()
    }

    fn of_trait(&mut self, index: usize) -> Fingerprint {
        if let Some(known) = self.known_traits[index] {
            return known;
        }
        let module = self.module;
        let written = quote(self.traits[index]);
        let mut hash = Hash::default();
        self.content(&mut hash, &written, Part::Expr(&module.traits[index].value));
        *self.known_traits[index].insert(hash.finish())
    }

    fn of_segment(&mut self, index: usize) -> Fingerprint {
        if let Some(known) = self.known_segments[index] {
            return known;
        }
        let module = self.module;
        let written = quote(self.segments[index]);
        let mut hash = Hash::default();
        self.content(
            &mut hash,
            &written,
            Part::Condition(&module.segments[index].condition),
        );
        *self.known_segments[index].insert(hash.finish())
    }

    /// Of a list that many name, once.
    fn of_set(&mut self, set: &Constants) -> Fingerprint {
        let known = self.known_sets.entry(Arc::as_ptr(&set.values).cast());
        *known.or_insert_with(|| {
            let mut hash = Hash::default();
            for value in set.iter() {
                hash.text(&value.to_string());
            }
            hash.finish()
        })
    }

    /// What is written, and what the names in it stand for. The limit on nesting counts references, so this is not deep.
    fn content(&mut self, hash: &mut Hash, written: &str, meaning: Part<'_>) {
        hash.text(written);
        meaning.walk(&mut |part| match part {
            Part::Expr(Expr {
                kind: ExprKind::Trait(index),
                ..
            }) => hash.bytes(&self.of_trait(*index).0),
            Part::Condition(Condition {
                kind: ConditionKind::Segment(index),
                ..
            }) => hash.bytes(&self.of_segment(*index).0),
            Part::Condition(Condition {
                kind: ConditionKind::In { set, .. } | ConditionKind::ContainsEach { set, .. },
                ..
            }) => hash.bytes(&self.of_set(set).0),
            _ => {}
        });
    }
}

/// Every part is written with its length first, so different contents never read the same.
#[derive(Default)]
struct Hash(Sha256);

impl Hash {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn finish(self) -> Fingerprint {
        Fingerprint(self.0.finalize().into())
    }
}
