//! What compares a customer with others.

use std::collections::{BTreeSet, HashSet};

use super::{Condition, ConditionKind, Expr, ExprKind, Module, Part};
use crate::{
    population::{Cut, Wanted},
    value::Value,
};

/// An expression of the customer that is compared with its values for all others.
#[derive(Clone, Debug)]
pub(crate) struct Rank {
    pub(crate) operand: Expr,
    /// What a population has to say of it.
    pub(crate) wanted: Wanted,
}

impl Module {
    /// The ranks that stand in a part, and in the definitions that it refers to.
    pub(crate) fn ranks_of(&self, part: Part<'_>) -> BTreeSet<usize> {
        let mut search = Search {
            module: self,
            segments: HashSet::new(),
            traits: HashSet::new(),
            found: BTreeSet::new(),
        };
        search.part(part);
        search.found
    }

    /// The cut points of a rank, the lowest first; none when no customer of the population had a value, or no population
    /// was given.
    pub(crate) fn cut_points(&self, rank: usize, cut: Cut) -> &[Value] {
        let cuts = self.cuts.as_ref().and_then(|cuts| cuts.get(rank));
        cuts.map_or(&[], |cuts| cuts.points(cut))
    }
}

/// Looks into each definition once. References count as nesting, so this is not deep.
struct Search<'m> {
    module: &'m Module,
    segments: HashSet<usize>,
    traits: HashSet<usize>,
    found: BTreeSet<usize>,
}

impl Search<'_> {
    fn part(&mut self, part: Part<'_>) {
        let module = self.module;
        part.walk(&mut |part| match part {
            Part::Condition(Condition {
                kind: ConditionKind::Rank { rank, .. },
                ..
            })
            | Part::Expr(Expr {
                kind: ExprKind::Quantile { rank, .. },
                ..
            }) => {
                self.found.insert(*rank);
            }
            Part::Condition(Condition {
                kind: ConditionKind::Segment(index),
                ..
            }) if self.segments.insert(*index) => {
                self.part(Part::Condition(&module.segments[*index].condition));
            }
            Part::Expr(Expr {
                kind: ExprKind::Trait(index),
                ..
            }) if self.traits.insert(*index) => self.part(Part::Expr(&module.traits[*index].value)),
            _ => {}
        });
    }
}
