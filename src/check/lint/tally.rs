//! How many items collections have, and which collections are parts of others.

use super::{moment, ranges::Ranges, reason::Goal};
use crate::hir::{Condition, ConditionKind, Items, Source, Spot, Window};

/// The number of items of a collection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally<'m> {
    source: &'m Source,
    window: Option<&'m Window>,
    /// What they meet, or do not meet.
    filter: Option<(&'m Condition, bool)>,
    row: u8,
}

/// What is known of the numbers of items.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies<'m>(Vec<(Tally<'m>, Ranges)>);

/// So many collections are compared with each other.
const COMPARED: usize = 16;

impl<'m> Tally<'m> {
    /// The items that meet their filter.
    pub(super) fn of(items: &'m Items) -> Self {
        Self::new(items, true)
    }

    /// The items that do not.
    pub(super) fn of_others(items: &'m Items) -> Self {
        Self::new(items, false)
    }

    fn new(items: &'m Items, mut holds: bool) -> Self {
        let filter = items.filter.as_deref().map(|mut filter| {
            while let ConditionKind::Not(inner) = &filter.kind {
                (filter, holds) = (inner, !holds);
            }
            (filter, holds)
        });
        Self {
            source: &items.source,
            window: items.window.as_ref(),
            filter,
            row: items.row,
        }
    }

    pub(super) fn source(&self) -> &'m Source {
        self.source
    }

    /// The list whose items these are all.
    pub(super) fn whole_list(&self) -> Option<&'m Spot> {
        match self.source {
            Source::List(list) if self.filter.is_none() && self.window.is_none() => Some(list),
            _ => None,
        }
    }

    fn is(&self, other: &Self) -> bool {
        self.source == other.source
            && self.row == other.row
            && self.filter == other.filter
            && self.window == other.window
    }

    /// Tells whether every item of this one surely is one of `other`. `contradict` tells whether two conditions on an
    /// item never hold together.
    fn is_part_of(&self, other: &Self, contradict: &mut dyn FnMut(Goal<'m>, Goal<'m>) -> bool) -> bool {
        if self.source != other.source
            || self.row != other.row
            || !moment::is_within(self.window, other.window)
        {
            return false;
        }
        match (self.filter, other.filter) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(inner), Some(outer)) if inner == outer => true,
            (Some((inner, holds)), Some((outer, outer_holds))) => contradict(
                Goal {
                    condition: inner,
                    holds,
                },
                Goal {
                    condition: outer,
                    holds: !outer_holds,
                },
            ),
        }
    }
}

impl<'m> Tallies<'m> {
    /// There are so many items; `false` when there cannot be.
    pub(super) fn assume(&mut self, tally: Tally<'m>, count: &Ranges) -> bool {
        let found = self.0.iter().position(|(it, _)| it.is(&tally));
        let index = found.unwrap_or_else(|| {
            let has_none = tally.window.is_some_and(moment::has_no_event);
            let most = if has_none {
                Ranges::between(0, 0)
            } else {
                Ranges::at_least(0)
            };
            self.0.push((tally, most));
            self.0.len() - 1
        });
        let known = &mut self.0[index].1;
        *known = known.intersect(count);
        !known.is_empty()
    }

    /// A part has no more items than the whole; `false` when that cannot be.
    pub(super) fn settle(&mut self, contradict: &mut dyn FnMut(Goal<'m>, Goal<'m>) -> bool) -> bool {
        let count = self.0.len();
        if !(2..=COMPARED).contains(&count) {
            return true;
        }
        for part in 0..count {
            for whole in 0..count {
                // Only a part that has more than the whole may have is of interest.
                let least = self.0[part].1.first().unwrap_or(0);
                let most = self.0[whole].1.last();
                if part == whole || most.is_none_or(|most| least <= most) {
                    continue;
                }
                if self.0[part].0.is_part_of(&self.0[whole].0, contradict) {
                    return false;
                }
            }
        }
        true
    }
}
