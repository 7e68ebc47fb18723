//! Loops: over items of the customer, of a placement, or over numbers.

use super::{Job, Next, Part, Reached, Renderer};
use crate::{
    eval::{Frame, Walk},
    plan::{BlockId, NodeId},
    record::{PlacedRow, Row},
    template::program::{Over, Passage, Stock},
    value::ValueRef,
};

/// A loop at one of its items.
pub(super) struct Round<'a, R: Row<'a>> {
    over: Rounds<'a, R>,
    /// Rounds begun, and how many there are to be.
    begun: usize,
    count: usize,
    reversed: bool,
    index: Option<usize>,
}

pub(super) enum Rounds<'a, R: Row<'a>> {
    /// From the items found, this is the first.
    Walk(Walk, usize),
    List {
        items: &'a [Frame<'a, R>],
        row: u8,
    },
    /// The first number.
    Range {
        from: i64,
        row: u8,
    },
}

#[expect(
    clippy::expl_impl_clone_on_copy,
    reason = "a derived `Clone` has other bounds"
)]
impl<'a, R: Row<'a>> Clone for Rounds<'a, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, R: Row<'a>> Copy for Rounds<'a, R> {}

#[expect(
    clippy::expl_impl_clone_on_copy,
    reason = "a derived `Clone` has other bounds"
)]
impl<'a, R: Row<'a>> Clone for Round<'a, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, R: Row<'a>> Copy for Round<'a, R> {}

impl<'a, R: Row<'a>> Renderer<'a, '_, '_, R> {
    /// Starts a loop at its first item; `false` when there is none.
    pub(super) fn open(&mut self, number: usize) -> bool {
        let job = self.job;
        let it = &job.program.loops[number];
        let limit = it.limit.map_or(usize::MAX, |node| self.count(node));
        let offset = it.offset.map_or(0, |node| self.count(node));
        // One more than the loops may have rounds is enough to notice.
        let most = job
            .limits
            .iterations
            .saturating_sub(self.rounds)
            .saturating_add(1);
        let limit = limit.min(most);
        let (over, count) = match &it.over {
            Over::Items(items) => {
                let walk = self.machine.open(*items, limit.saturating_add(offset));
                (Rounds::Walk(walk, offset), walk.len().saturating_sub(offset))
            }
            Over::Placement { stock, row, filter } => {
                let items = self.stocked(stock, Some((*row, *filter)), limit.saturating_add(offset));
                let items = items.get(offset..).unwrap_or_default();
                (Rounds::List { items, row: *row }, items.len())
            }
            Over::Range { from, to, row } => {
                let (Some(from), Some(to)) = (self.whole(*from), self.whole(*to)) else {
                    return false;
                };
                let left = i64::try_from(offset).unwrap_or(i64::MAX);
                let from = from.saturating_add(left);
                let all = i128::from(to) - i128::from(from) + 1;
                let count = usize::try_from(all.max(0)).unwrap_or(usize::MAX).min(limit);
                (Rounds::Range { from, row: *row }, count)
            }
        };
        if let Some(length) = it.length {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.machine.set_local(length, Some(ValueRef::Int(count)));
        }
        let round = Round {
            over,
            begun: 0,
            count,
            reversed: it.reversed,
            index: it.index,
        };
        self.loops[self.depth] = Some(round);
        self.depth += 1;
        self.go_on()
    }

    /// Goes through a loop whose rounds are a passage and nothing else.
    pub(super) fn rounds_of(
        &mut self,
        here: usize,
        number: usize,
        passage: &Passage,
        none: u32,
    ) -> Result<Next, Reached> {
        let job = self.job;
        let it = &job.program.loops[number];
        let next = passage.until as usize;
        let Over::Placement { stock, .. } = &it.over else {
            return Ok(Next::Step(here + 1));
        };
        let limit = it.limit.map_or(usize::MAX, |node| self.count(node));
        let offset = it.offset.map_or(0, |node| self.count(node));
        let mut step = here;
        for item in job.items(stock).skip(offset).take(limit) {
            self.count_round(step)?;
            if let Some(rendered) = self.passage(here + 1, passage, Some(item))? {
                return Ok(Next::None(rendered));
            }
            step = next;
        }
        self.machine.place(passage.row, None);
        self.check_length(step, Part::Op)?;
        Ok(Next::Step(if step == here { none as usize } else { next + 1 }))
    }

    /// Takes the innermost loop to its next item; `false` when it has ended.
    pub(super) fn go_on(&mut self) -> bool {
        let innermost = self
            .depth
            .checked_sub(1)
            .and_then(|depth| self.loops[depth].as_mut());
        let Some(round) = innermost else {
            return false;
        };
        if round.begun >= round.count {
            self.end_round();
            return false;
        }
        let step = if round.reversed {
            round.count - 1 - round.begun
        } else {
            round.begun
        };
        match round.over {
            Rounds::Walk(walk, offset) => {
                self.machine.enter(walk, offset + step);
            }
            Rounds::List { items, row } => self.machine.place(row, items.get(step).copied()),
            Rounds::Range { from, row } => {
                let number = from.saturating_add(i64::try_from(step).unwrap_or(i64::MAX));
                self.machine.place(row, Some(Frame::Value(ValueRef::Int(number))));
            }
        }
        if let Some(index) = round.index {
            let begun = i64::try_from(round.begun).unwrap_or(i64::MAX);
            self.machine.set_local(index, Some(ValueRef::Int(begun)));
        }
        round.begun += 1;
        true
    }

    /// Ends the innermost loop.
    pub(super) fn end_round(&mut self) {
        let Some(depth) = self.depth.checked_sub(1) else {
            return;
        };
        match self.loops[depth].take().map(|round| round.over) {
            Some(Rounds::Walk(walk, _)) => self.machine.leave(walk),
            Some(Rounds::List { row, .. } | Rounds::Range { row, .. }) => self.machine.place(row, None),
            None => {}
        }
        self.depth = depth;
    }

    /// A number of items.
    pub(super) fn count(&mut self, node: NodeId) -> usize {
        let whole = self.whole(node).unwrap_or(0);
        usize::try_from(whole).unwrap_or(0)
    }

    pub(super) fn whole(&mut self, node: NodeId) -> Option<i64> {
        match self.machine.value(node) {
            Some(ValueRef::Int(whole)) => Some(whole),
            _ => None,
        }
    }

    /// The items of a placement that are shown, as many as `most`: with a filter, those that it lets through as this row.
    pub(super) fn stocked(
        &mut self,
        stock: &'a Stock,
        filter: Option<(u8, Option<BlockId>)>,
        most: usize,
    ) -> &'a [Frame<'a, R>] {
        let job = self.job;
        let found = job.items(stock).filter_map(|item| {
            let frame = Frame::Placed(item);
            if let Some((row, Some(filter))) = filter {
                self.machine.place(row, Some(frame));
                return self.machine.test(filter).then_some(frame);
            }
            Some(frame)
        });
        job.arena.get().list(found.take(most))
    }
}

impl<'a> Job<'a> {
    /// The items that a placement shows.
    #[inline]
    pub(super) fn items(&self, stock: &'a Stock) -> impl Iterator<Item = PlacedRow<'a>> + use<'a> {
        let items = self.at.items_of(stock.id);
        assert!(
            items.is_some() || self.at.items(&stock.catalog).is_none(),
            "the items of `{}` were loaded for another schema",
            stock.catalog
        );
        let placed = items.map_or(&[][..], |_| self.placements.get(&stock.name));
        placed.iter().filter_map(move |placed| {
            let item = items?.item(placed.key()).filter(|_| placed.is_shown())?;
            Some(PlacedRow::new(item, placed.reason(), stock.reason))
        })
    }
}
