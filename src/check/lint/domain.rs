//! What one value may be: missing, and which.

use super::{
    moment::{self, End, Origin},
    ranges::{Ranges, Scale},
    texts::{Test, Texts},
};
use crate::{
    hir::{AggregateKind, Expr, ExprKind, Function},
    value::Type,
};

/// The values that something may have where all that was assumed holds; more than there are, never fewer.
#[derive(Clone, Debug)]
pub(super) struct Domain<'m> {
    /// It may be missing.
    missing: bool,
    /// It may be there.
    present: bool,
    /// What it may be, when it is there.
    kind: Kind<'m>,
}

#[derive(Clone, Debug)]
enum Kind<'m> {
    Any,
    Steps(Ranges),
    Texts(Texts<'m>),
    Times(Times<'m>),
}

/// A date or a datetime, held to what stands still, to what moves with now, and to ends that are neither.
#[derive(Clone, Debug)]
struct Times<'m> {
    fixed: Ranges,
    /// After `now`, or today.
    relative: Ranges,
    from: Vec<End<'m>>,
    to: Vec<End<'m>>,
}

impl<'m> Domain<'m> {
    /// All that an expression may give.
    pub(super) fn of(expr: &'m Expr) -> Self {
        Self {
            missing: !is_total(expr),
            present: true,
            kind: match (&expr.ty, Scale::of(&expr.ty)) {
                (Type::Words(words), _) if !matches!(expr.kind, ExprKind::Folded(_)) => {
                    Kind::Texts(Texts::words(words.iter().map(|it| &**it)))
                }
                (ty, _) if ty.is_text() => Kind::Texts(Texts::default()),
                (_, Some(scale @ (Scale::Date | Scale::DateTime))) => Kind::Times(Times {
                    fixed: scale.universe(),
                    relative: Ranges::all(),
                    from: Vec::new(),
                    to: Vec::new(),
                }),
                (_, Some(scale)) => Kind::Steps(scale.universe().intersect(&possible(expr))),
                _ => Kind::Any,
            },
        }
    }

    /// A number, perhaps missing.
    pub(super) fn steps(missing: bool, ranges: Ranges) -> Self {
        Self {
            missing,
            present: true,
            kind: Kind::Steps(ranges),
        }
    }

    /// Tells whether nothing is left.
    pub(super) fn is_impossible(&self) -> bool {
        !self.missing && !self.present
    }

    /// Tells whether it cannot be missing.
    pub(super) fn is_known(&self) -> bool {
        !self.missing
    }

    /// It is there; `false` when it cannot be.
    pub(super) fn know(&mut self) -> bool {
        self.missing = false;
        self.present
    }

    /// It is missing; `false` when it cannot be.
    pub(super) fn miss(&mut self) -> bool {
        self.present = false;
        self.missing
    }

    /// It is there and among `accepted`, or it is not; `false` when that cannot be.
    pub(super) fn assume_steps(&mut self, accepted: &Ranges, holds: bool) -> bool {
        self.missing &= !holds;
        let kept = match &mut self.kind {
            Kind::Steps(steps) | Kind::Times(Times { fixed: steps, .. }) => {
                narrow(steps, accepted, holds);
                !steps.is_empty()
            }
            _ => true,
        };
        self.present &= kept;
        self.settle()
    }

    /// It is there and meets `test`, or not; `false` when that cannot be.
    pub(super) fn assume_text(&mut self, test: Test<'m>, holds: bool) -> bool {
        self.missing &= !holds;
        if let Kind::Texts(texts) = &mut self.kind
            && self.present
        {
            self.present = texts.assume(test, holds);
        }
        !self.is_impossible()
    }

    /// It is there and lies between the ends given, or it does not; `false` when that cannot be.
    ///
    /// Of two ends that are not sure, the complement says nothing here.
    pub(super) fn assume_window(&mut self, from: Option<End<'m>>, to: Option<End<'m>>, holds: bool) -> bool {
        self.missing &= !holds;
        let Kind::Times(times) = &mut self.kind else {
            return !self.is_impossible();
        };
        if let Some(accepted) = between(from, to, Origin::Fixed) {
            narrow(&mut times.fixed, &accepted, holds);
        } else if let Some(accepted) = between(from, to, Origin::Now) {
            narrow(&mut times.relative, &accepted, holds);
        } else if holds {
            times.from.extend(from);
            times.to.extend(to);
        } else {
            match (from, to) {
                (Some(from), None) => times.to.push(from.turned()),
                (None, Some(to)) => times.from.push(to.turned()),
                _ => {}
            }
        }
        self.settle()
    }

    /// If it is there, it lies between the ends given; `false` when that cannot be.
    pub(super) fn assume_ends(&mut self, from: Option<End<'m>>, to: Option<End<'m>>) -> bool {
        if let Kind::Times(times) = &mut self.kind {
            times.from.extend(from);
            times.to.extend(to);
        }
        self.settle()
    }

    /// It is there and, seen from now or today, in `accepted`; `false` when that cannot be.
    pub(super) fn assume_relative(&mut self, accepted: &Ranges, holds: bool) -> bool {
        self.missing &= !holds;
        if let Kind::Times(times) = &mut self.kind {
            narrow(&mut times.relative, accepted, holds);
        }
        self.settle()
    }

    fn settle(&mut self) -> bool {
        if let Kind::Times(times) = &self.kind {
            self.present &= times.is_possible();
        }
        !self.is_impossible()
    }
}

/// Tells whether what lies outside of these ends is one stretch, or is known to the step.
pub(super) fn has_complement(from: Option<End<'_>>, to: Option<End<'_>>) -> bool {
    from.is_none()
        || to.is_none()
        || [Origin::Fixed, Origin::Now]
            .into_iter()
            .any(|origin| between(from, to, origin).is_some())
}

/// The steps between two ends that both stand so many steps after `origin`.
fn between(from: Option<End<'_>>, to: Option<End<'_>>, origin: Origin) -> Option<Ranges> {
    let step = |end: End<'_>| {
        let stretch = moment::stretch(end.bound)?;
        (stretch.is_exact() && stretch.origin == origin).then_some((stretch.low, i128::from(!end.inclusive)))
    };
    let mut accepted = Ranges::all();
    if let Some(from) = from {
        let (low, open) = step(from)?;
        accepted = Ranges::at_least(low + open);
    }
    if let Some(to) = to {
        let (high, open) = step(to)?;
        accepted = accepted.intersect(&Ranges::at_most(high - open));
    }
    Some(accepted)
}

fn narrow(steps: &mut Ranges, accepted: &Ranges, holds: bool) {
    *steps = if holds {
        steps.intersect(accepted)
    } else {
        steps.intersect(&accepted.complement())
    };
}

impl Times<'_> {
    fn is_possible(&self) -> bool {
        if self.fixed.is_empty() || self.relative.is_empty() {
            return false;
        }
        let later = |from: &End<'_>, ends: &Ranges, origin| {
            let stretch = moment::stretch(from.bound).filter(|it| it.origin == origin);
            stretch
                .zip(ends.last())
                .is_some_and(|(from, last)| last < from.low)
        };
        let earlier = |to: &End<'_>, ends: &Ranges, origin| {
            let stretch = moment::stretch(to.bound).filter(|it| it.origin == origin);
            stretch
                .zip(ends.first())
                .is_some_and(|(to, first)| to.high < first)
        };
        let sets = [(&self.fixed, Origin::Fixed), (&self.relative, Origin::Now)];
        let outside = sets.iter().any(|(set, origin)| {
            self.from.iter().any(|from| later(from, set, *origin))
                || self.to.iter().any(|to| earlier(to, set, *origin))
        });
        let apart = |from: &End<'_>| self.to.iter().any(|to| moment::are_apart(*from, *to));
        !outside && !self.from.iter().any(apart)
    }
}

/// What a number can be at all.
fn possible(expr: &Expr) -> Ranges {
    match &expr.kind {
        ExprKind::Size(_)
        | ExprKind::Aggregate {
            kind: AggregateKind::Count | AggregateKind::Distinct,
            ..
        } => Ranges::at_least(0),
        ExprKind::Call { function, .. } => match function {
            Function::Length => Ranges::at_least(0),
            Function::Year => Ranges::between(1, 9999),
            Function::Month => Ranges::between(1, 12),
            Function::Day => Ranges::between(1, 31),
            Function::Hour => Ranges::between(0, 23),
            _ => Ranges::all(),
        },
        ExprKind::Quantile { parts, .. } => Ranges::between(1, (*parts).into()),
        _ => Ranges::all(),
    }
}

/// Tells whether an expression has a value for every customer, overflow included.
pub(super) fn is_total(expr: &Expr) -> bool {
    if expr.optional {
        return false;
    }
    match &expr.kind {
        ExprKind::Constant(_)
        | ExprKind::Slot(_)
        | ExprKind::Now
        | ExprKind::Today
        | ExprKind::Condition(_)
        | ExprKind::Size(_)
        | ExprKind::Aggregate {
            kind: AggregateKind::Count | AggregateKind::Distinct,
            ..
        } => true,
        ExprKind::Folded(inner) => is_total(inner),
        ExprKind::Call { function, args } => match function {
            Function::Lower
            | Function::Upper
            | Function::Trim
            | Function::Length
            | Function::Min
            | Function::Max => args.iter().all(is_total),
            Function::Default => args.iter().any(is_total),
            _ => false,
        },
        ExprKind::Case {
            arms,
            otherwise: Some(otherwise),
        } => is_total(otherwise) && arms.iter().all(|(_, value)| is_total(value)),
        _ => false,
    }
}
