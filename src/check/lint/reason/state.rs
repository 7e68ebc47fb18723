//! What is assumed of values, counts and opaque tests.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::{
    domain::{self, Domain},
    ranges::Ranges,
    tally::{Tallies, Tally},
};
use crate::{
    hir::{ConditionKind, Expr, ExprKind, Part, Source, Spot},
    value::Value,
};

/// The contradiction was found.
#[derive(Debug)]
pub(super) struct Contradiction;

pub(super) type Outcome = Result<(), Contradiction>;

/// Everything assumed so far.
#[derive(Clone, Debug, Default)]
pub(super) struct State<'m> {
    /// With a number that is the same for the same subject, as comparing expressions takes long.
    values: Vec<(u64, Subject<'m>, Domain<'m>)>,
    /// In which order two values may stand, a bit for each [`Stand`].
    pub(super) pairs: Vec<(&'m Expr, &'m Expr, u8)>,
    atoms: Vec<(Atom<'m>, bool)>,
    pub(super) tallies: Tallies<'m>,
}

/// What has a domain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Subject<'m> {
    Expr(&'m Expr),
    /// The number of items of a list, missing when the list is.
    Size(&'m Spot),
    /// Where the customer stands for a salt, in millionths.
    Point(&'m str),
    /// The smallest share of a rank, from the top or the bottom, that takes the value in.
    Share {
        rank: usize,
        top: bool,
    },
    /// How far two places are apart.
    Chord(&'m Expr, &'m Expr),
}

/// A test that is true or false, and nothing more is known of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Atom<'m> {
    Kind(&'m ConditionKind),
    Segment(usize),
    Contains(&'m Spot, &'m Value),
}

/// How two values stand to each other.
pub(super) mod stand {
    pub(in super::super) const LESS: u8 = 1;
    pub(in super::super) const EQUAL: u8 = 2;
    pub(in super::super) const GREATER: u8 = 4;
    /// One of them is missing.
    pub(in super::super) const NOT: u8 = 8;
}

impl<'m> Subject<'m> {
    pub(super) fn of(expr: &'m Expr) -> Self {
        match &expr.kind {
            ExprKind::Size(list) => Self::Size(list),
            _ => Self::Expr(expr),
        }
    }

    /// A number that is the same for the same subject, and nearly always another one for others.
    pub(super) fn hint(self) -> u64 {
        let mut hasher = DefaultHasher::new();
        match self {
            Self::Expr(expr) => hint(expr, 2, &mut hasher),
            Self::Size(list) => list.slot().hash(&mut hasher),
            Self::Point(salt) => salt.hash(&mut hasher),
            Self::Share { rank, .. } => rank.hash(&mut hasher),
            Self::Chord(..) => {}
        }
        hasher.finish()
    }

    pub(super) fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Expr(a), Self::Expr(b)) => same(a, b),
            (Self::Chord(a, b), Self::Chord(c, d)) => same(a, c) && same(b, d),
            _ => self == other,
        }
    }
}

/// Takes in an expression and so many levels of what it is computed of.
fn hint(expr: &Expr, levels: u8, hasher: &mut DefaultHasher) {
    std::mem::discriminant(&expr.kind).hash(hasher);
    match &expr.kind {
        ExprKind::Trait(index) | ExprKind::Local(index) => index.hash(hasher),
        ExprKind::Slot(place) => (place.row, place.slot).hash(hasher),
        _ if levels > 0 => expr.parts(&mut |part| {
            if let Part::Expr(inner) = part {
                hint(inner, levels - 1, hasher);
            }
        }),
        _ => {}
    }
}

/// Tells whether two expressions are one, quickly where they are.
pub(super) fn same(a: &Expr, b: &Expr) -> bool {
    std::ptr::eq(a, b) || a == b
}

impl<'m> State<'m> {
    pub(super) fn domain(&mut self, subject: Subject<'m>) -> &mut Domain<'m> {
        let hint = subject.hint();
        let found = self
            .values
            .iter()
            .position(|(known, it, _)| *known == hint && it.is(subject));
        let index = found.unwrap_or_else(|| {
            let domain = match subject {
                Subject::Expr(expr) => Domain::of(expr),
                // Whether the list, or both places, are there for everyone is not known here.
                Subject::Size(_) | Subject::Chord(..) => Domain::steps(true, Ranges::at_least(0)),
                Subject::Point(_) => Domain::steps(false, Ranges::between(0, 999_999)),
                // More than all of them for a value beyond those of the population.
                Subject::Share { .. } => Domain::steps(true, Ranges::between(1, 1_000_001)),
            };
            self.values.push((hint, subject, domain));
            self.values.len() - 1
        });
        &mut self.values[index].2
    }

    /// The place of two values, whichever was first.
    pub(super) fn pair(&mut self, lhs: &'m Expr, rhs: &'m Expr) -> usize {
        let found = self
            .pairs
            .iter()
            .position(|(a, b, _)| same(a, lhs) && same(b, rhs) || same(a, rhs) && same(b, lhs));
        found.unwrap_or_else(|| {
            let mut stands = stand::EQUAL;
            if !same(lhs, rhs) {
                stands |= stand::LESS | stand::GREATER;
            }
            if !(domain::is_total(lhs) && domain::is_total(rhs)) {
                stands |= stand::NOT;
            }
            self.pairs.push((lhs, rhs, stands));
            self.pairs.len() - 1
        })
    }

    pub(super) fn atom(&mut self, atom: Atom<'m>, holds: bool) -> Outcome {
        if let Some((_, known)) = self.atoms.iter().find(|(it, _)| *it == atom) {
            return possible(*known == holds);
        }
        self.atoms.push((atom, holds));
        Ok(())
    }

    pub(super) fn size(&mut self, list: &'m Spot, accepted: &Ranges, holds: bool) -> Outcome {
        possible(self.domain(Subject::Size(list)).assume_steps(accepted, holds))
    }

    /// So many items are in a collection, or so many are not.
    pub(super) fn tally(&mut self, tally: Tally<'m>, accepted: &Ranges, holds: bool) -> Outcome {
        let count = if holds {
            accepted.clone()
        } else {
            accepted.complement()
        };
        let count = count.intersect(&Ranges::at_least(0));
        if let Some(list) = tally.whole_list() {
            // A missing list has no items.
            return if count.contains(0) {
                let others = count.complement().intersect(&Ranges::at_least(0));
                self.size(list, &others, false)
            } else {
                self.size(list, &count, true)
            };
        }
        if let (Source::List(list), false) = (tally.source(), count.contains(0)) {
            let least = count.first().unwrap_or(1);
            self.size(list, &Ranges::at_least(least), true)?;
        }
        possible(self.tallies.assume(tally, &count))
    }
}

pub(super) fn possible(it: bool) -> Outcome {
    if it { Ok(()) } else { Err(Contradiction) }
}
