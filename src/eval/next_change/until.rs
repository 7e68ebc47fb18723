//! Until when something stays as it is.

use super::cycle::Turning;
use crate::span::Span;

/// The earliest later instant at which something may differ. What is unclear may differ at any moment, so it comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Until {
    /// It moves in a way that this part of the rule does not let one follow.
    Unclear(Span),
    At(i64),
    Never,
}

/// Whether a condition holds now, and until when that is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) holds: bool,
    pub(super) until: Until,
    /// When it follows the hours or the days.
    pub(super) turning: Option<Turning>,
}

impl Held {
    pub(super) fn new(holds: bool, until: Until) -> Self {
        Self {
            holds,
            until,
            turning: None,
        }
    }

    pub(super) fn always(holds: bool) -> Self {
        Self::new(holds, Until::Never)
    }

    pub(super) fn not(self) -> Self {
        Self {
            holds: !self.holds,
            ..self
        }
    }

    /// Whether all hold. As long as one of them fails for certain, the others do not matter.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let (mut kept, mut failing) = (Until::Never, None);
        for part in parts {
            if part.holds {
                kept = kept.min(part.until);
            } else {
                failing = failing.max(Some(part.until));
            }
        }
        match failing {
            Some(until) => Self::new(false, until),
            None => Self::new(true, kept),
        }
    }

    /// Whether one holds.
    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::all(parts.into_iter().map(Self::not)).not()
    }

    /// Whether at least so many hold: certain until enough of those that decide may have changed.
    pub(super) fn at_least(least: u64, parts: &[Self]) -> Self {
        let passing = parts.iter().filter(|it| it.holds).count() as u64;
        let holds = passing >= least;
        // That many must change before the answer can.
        let needed = if holds {
            passing - least
        } else {
            least - passing - 1
        };
        let mut deciding: Vec<Until> = parts
            .iter()
            .filter(|it| it.holds == holds)
            .map(|it| it.until)
            .collect();
        deciding.sort_unstable();
        let until = usize::try_from(needed)
            .ok()
            .and_then(|needed| deciding.get(needed).copied())
            .unwrap_or(Until::Never);
        Self::new(holds, until)
    }
}

impl Until {
    /// Whether nothing differs before an instant, and at it.
    pub(super) fn is_after(self, at: i64) -> bool {
        self > Self::At(at)
    }

    /// The first of ascending instants that comes after `now`.
    pub(super) fn first_after(now: i64, instants: impl IntoIterator<Item = i64>) -> Self {
        instants
            .into_iter()
            .find(|it| *it > now)
            .map_or(Self::Never, Self::At)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(holds: bool, at: i64) -> Held {
        Held::new(holds, Until::At(at))
    }

    #[test]
    fn one_that_fails_longest_decides_for_all() {
        assert_eq!(Held::all([held(true, 3), held(true, 5)]), held(true, 3));
        assert_eq!(
            Held::all([held(true, 1), held(false, 3), held(false, 5)]),
            held(false, 5)
        );
        assert_eq!(
            Held::any([held(true, 3), held(true, 5), held(false, 1)]),
            held(true, 5)
        );
        assert_eq!(Held::any([held(false, 3), held(false, 5)]), held(false, 3));
        assert_eq!(Held::all([]), Held::always(true));
        let unclear = Held::new(false, Until::Unclear(Span::default()));
        assert_eq!(Held::all([unclear, held(false, 5)]), held(false, 5));
        assert_eq!(Held::any([unclear, held(false, 5)]).until, unclear.until);
    }

    #[test]
    fn a_count_is_certain_until_enough_have_changed() {
        let parts = [
            held(true, 3),
            held(true, 5),
            held(true, 4),
            held(false, 1),
            held(false, 2),
        ];
        assert_eq!(Held::at_least(1, &parts), held(true, 5));
        assert_eq!(Held::at_least(3, &parts), held(true, 3));
        assert_eq!(Held::at_least(0, &parts), Held::always(true));
        assert_eq!(Held::at_least(4, &parts), held(false, 1));
        assert_eq!(Held::at_least(5, &parts), held(false, 2));
        assert_eq!(Held::at_least(6, &parts), Held::always(false));
        assert_eq!(Held::at_least(0, &[]), Held::always(true));
    }
}
