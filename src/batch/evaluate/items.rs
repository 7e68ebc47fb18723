//! Events and items of lists: which of them count, asked once for all customers of a block.

use super::{
    super::table::{Child, Held, Table, Values},
    direct::{Asked, Direct},
    kernel,
    sieve::{Asks, Sieve},
};
use crate::{
    bits::{contains, ones},
    hir::{AggregateKind, Place},
    plan::{Collection, End, Kind, Node, NodeId, Source, Spot},
    value::Decimal,
};

/// Which rows of another table belong to the customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Belonging {
    /// The events of a type.
    Events(usize),
    /// The items of the list in a slot.
    List(usize),
}

/// Items in a stretch of time that meet a condition on nothing but themselves.
#[derive(Debug)]
pub(super) struct Counted<'q> {
    pub(super) of: Belonging,
    /// From one time up to another.
    window: Option<(i64, i64)>,
    filter: Option<(Sieve, Vec<Direct<'q>>)>,
}

/// More items per customer than this are not all looked at: customers with so many are asked one by one, and find the ends
/// of a window by searching.
const MANY: usize = 64;

impl Belonging {
    pub(super) fn of(source: Source) -> Option<Self> {
        match source {
            Source::Events(event) => Some(Self::Events(event)),
            Source::List(Spot::Row(Place { row: 0, slot })) => Some(Self::List(slot as usize)),
            Source::List(_) => None,
        }
    }

    /// The list as a column, and the rows that belong to each customer.
    pub(super) fn child<'t>(self, table: &'t Table<'t>) -> (Option<&'t Held<'t>>, Option<&'t Child<'t>>) {
        match self {
            Self::Events(event) => (None, table.events.get(event).and_then(Option::as_ref)),
            Self::List(slot) => {
                let held = table.columns.get(slot);
                let child = match held.map(|it| &it.values) {
                    Some(Values::List(list)) => table.lists.get(*list).and_then(Option::as_ref),
                    _ => None,
                };
                (held, child)
            }
        }
    }

    /// Those of one customer: the first, and how many there are; nothing where her list is missing.
    pub(super) fn span<'t>(
        self,
        table: &'t Table<'t>,
        row: usize,
    ) -> Option<(&'t Child<'t>, (usize, usize))> {
        let (held, child) = self.child(table);
        let (child, is_there) = (child?, held.is_none_or(|it| it.knows(row)));
        let (from, to) = child.offsets.range(row).filter(|_| is_there)?;
        Some((child, (from, to - from)))
    }

    /// Whether there are so few of them that all may be looked at.
    pub(super) fn is_short(self, table: &Table<'_>) -> bool {
        let (_, child) = self.child(table);
        child.is_none_or(|child| {
            // Of a slice, only those from its first row on.
            let end = |row| child.offsets.at(row).unwrap_or(0);
            let items = end(table.rows) - end(0);
            items / MANY <= table.rows && u32::try_from(items).is_ok()
        })
    }
}

impl<'q> Counted<'q> {
    /// How a collection is counted; nothing where that depends on more than its items.
    pub(super) fn new(collection: Collection, table: &Table<'_>, asked: Asked<'q>) -> Option<Self> {
        let of = Belonging::of(collection.source)?;
        if !of.is_short(table) {
            return None;
        }
        let window = match collection.stretch.map(|it| asked.program.stretches[it as usize]) {
            None => None,
            Some(stretch) => match (stretch.from, stretch.to) {
                (End::Moment(from), End::Moment(to)) => {
                    Some((asked.moments[from as usize], asked.moments[to as usize]))
                }
                _ => return None,
            },
        };
        let filter = match (collection.filter, of.child(table).1) {
            (Some(block), Some(child)) => {
                if !asked.program.blocks[block.0 as usize].closed {
                    return None;
                }
                let mut directs = Vec::new();
                let sieve = Sieve::new(asked.program, block, |op| {
                    directs.push(Direct::new(op, &child.table, asked));
                    directs.len() - 1
                });
                Some((sieve, directs.into_iter().collect::<Option<Vec<_>>>()?))
            }
            _ => None,
        };
        Some(Self { of, window, filter })
    }

    /// A bit for each item of so many from the first on: whether it counts.
    pub(super) fn fill(
        &self,
        child: &Child<'_>,
        asked: Asked<'_>,
        (first, items): (usize, usize),
        out: &mut Vec<u64>,
        reach: &mut Vec<u64>,
    ) {
        out.clear();
        out.resize(items.div_ceil(64), u64::MAX);
        if let Some((from, to)) = self.window {
            // Nothing lies in a window that ends before it begins.
            match child.table.columns.first().map(|it| &it.values) {
                Some(Values::Numbers(times)) if from < to => {
                    kernel::range(&times[first..first + items], out, (from, to - 1));
                }
                _ => out.fill(0),
            }
        }
        kernel::only_first(items, out);
        if let Some((sieve, directs)) = &self.filter {
            let mut asking = Asking {
                directs,
                table: &child.table,
                asked,
                span: (first, items),
                holds: vec![0; out.len()],
            };
            let found = sieve.run(out, reach, &mut asking);
            out.copy_from_slice(found);
        }
    }
}

/// A filter at work.
struct Asking<'f> {
    directs: &'f [Direct<'f>],
    table: &'f Table<'f>,
    asked: Asked<'f>,
    span: (usize, usize),
    holds: Vec<u64>,
}

impl Asks for Asking<'_> {
    fn ask(&mut self, test: usize, reached: &[u64]) -> &[u64] {
        self.directs[test].fill_reached(self.table, self.asked, self.span, reached, &mut self.holds);
        &self.holds
    }

    /// Each test is asked of the items that are reached.
    fn answered(&self, _: usize) -> Option<&[u64]> {
        None
    }
}

/// The items that belong to each customer of a block.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    pub(super) ready: bool,
    /// The first item of the block.
    pub(super) first: usize,
    /// How many items the block has.
    pub(super) items: usize,
    /// Where those of each customer begin, counted from the first of the block; then where the last ones end.
    starts: Vec<u32>,
    /// Of lists: a bit for each customer who has one.
    pub(super) known: Option<Vec<u64>>,
    /// The customer of each item, once that was asked for.
    owners: Vec<u16>,
}

impl Spans {
    /// Of so many customers from the first on.
    pub(super) fn fill(&mut self, of: Belonging, table: &Table<'_>, (first, rows): (usize, usize)) {
        let (held, child) = of.child(table);
        self.ready = true;
        self.owners.clear();
        self.starts.clear();
        self.known = held.and_then(|it| it.known.as_ref()).map(|known| {
            let words = (0..rows).step_by(64);
            words.map(|row| known.word(first + row)).collect()
        });
        let Some(child) = child else {
            (self.first, self.items) = (0, 0);
            self.starts.resize(rows + 1, 0);
            return;
        };
        let at = |row: usize| child.offsets.at(row).unwrap_or(0);
        self.first = at(first);
        self.items = at(first + rows) - self.first;
        child
            .offsets
            .counted_from(self.first, first..first + rows + 1, &mut self.starts);
    }

    /// From where to where those of a customer go; from and to the same place where her list is missing.
    #[inline]
    pub(super) fn of_row(&self, row: usize) -> (u32, u32) {
        let (from, to) = (self.starts[row], self.starts[row + 1]);
        match &self.known {
            Some(known) if !contains(known, row) => (from, from),
            _ => (from, to),
        }
    }

    /// The customer that each item lies with, whether or not her list is missing.
    pub(super) fn owners(&mut self) -> &[u16] {
        if self.owners.is_empty() {
            // How many customers begin at an item or before it, without the first.
            self.owners.resize(self.items + 1, 0);
            for start in self.starts.iter().skip(1) {
                self.owners[*start as usize] += 1;
            }
            let mut owner = 0_u16;
            for item in &mut self.owners {
                owner += *item;
                *item = owner;
            }
        }
        &self.owners[..self.items]
    }

    /// Counts those that count of each customer.
    pub(super) fn count(&mut self, counting: &[u64], counts: &mut Vec<u32>) {
        counts.clear();
        counts.resize(self.starts.len() - 1, 0);
        let owners = self.owners();
        for (index, word) in counting.iter().enumerate() {
            for bit in ones(*word) {
                counts[usize::from(owners[index * 64 + bit])] += 1;
            }
        }
        if let Some(known) = &self.known {
            for (row, count) in counts.iter_mut().enumerate() {
                *count &= 0_u32.wrapping_sub(u32::from(contains(known, row)));
            }
        }
    }
}

/// A number worked out of the items of each customer.
#[derive(Debug)]
pub(super) struct Aggregate {
    kind: AggregateKind,
    of: Kind,
    slot: usize,
}

impl Aggregate {
    /// An aggregate of a slot of the items whose values are whole numbers; nothing for others.
    pub(super) fn new(
        kind: AggregateKind,
        of: Kind,
        value: NodeId,
        row: u8,
        asked: Asked<'_>,
    ) -> Option<Self> {
        let Node::Slot { place, .. } = asked.program.nodes[value.0 as usize] else {
            return None;
        };
        let exact = matches!(of, Kind::Int | Kind::Decimal);
        let ordered = exact || matches!(of, Kind::Date | Kind::DateTime);
        let possible = match kind {
            AggregateKind::Sum | AggregateKind::Avg => exact,
            AggregateKind::Min | AggregateKind::Max | AggregateKind::First | AggregateKind::Last => ordered,
            _ => false,
        };
        (possible && place.row == row).then_some(Self {
            kind,
            of,
            slot: place.slot as usize,
        })
    }

    /// The value of no items.
    pub(super) fn of_nothing(&self) -> Option<i64> {
        (self.kind == AggregateKind::Sum).then_some(0)
    }

    /// The value of those items between two that count.
    pub(super) fn of(
        &self,
        child: &Child<'_>,
        first: usize,
        counting: &[u64],
        (from, to): (u32, u32),
    ) -> Option<i64> {
        let held = child.table.columns.get(self.slot)?;
        match &held.values {
            Values::Numbers(numbers) => self.over(held, |at| numbers[at], first, counting, (from, to)),
            Values::Days(days) => self.over(held, |at| days[at].into(), first, counting, (from, to)),
            Values::Missing => self.of_nothing(),
            _ => None,
        }
    }

    #[inline]
    fn over(
        &self,
        held: &Held<'_>,
        number: impl Fn(usize) -> i64,
        first: usize,
        counting: &[u64],
        (from, to): (u32, u32),
    ) -> Option<i64> {
        let (mut total, mut known) = (0_i128, 0_i128);
        let mut best: Option<i64> = None;
        let mut found: Option<Option<i64>> = None;
        kernel::each_between(counting, from as usize, to as usize, |at| {
            let at = first + at;
            let number = held.knows(at).then(|| number(at));
            // The first and the last item count also when their value is missing.
            match self.kind {
                AggregateKind::First => found = found.or(Some(number)),
                AggregateKind::Last => found = Some(number),
                _ => {}
            }
            if let Some(number) = number {
                match self.kind {
                    AggregateKind::Sum | AggregateKind::Avg => {
                        total += i128::from(number);
                        known += 1;
                    }
                    AggregateKind::Min => best = Some(best.map_or(number, |it| it.min(number))),
                    AggregateKind::Max => best = Some(best.map_or(number, |it| it.max(number))),
                    _ => {}
                }
            }
        });
        match self.kind {
            AggregateKind::Sum => i64::try_from(total).ok(),
            AggregateKind::Avg if known == 0 => None,
            AggregateKind::Avg => {
                let scale = if self.of == Kind::Int {
                    Decimal::SCALE.into()
                } else {
                    1
                };
                Decimal::from_ratio(total * scale, known).map(Decimal::units)
            }
            AggregateKind::First | AggregateKind::Last => found.flatten(),
            _ => best,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_belong_to_the_customer_between_whose_ends_they_lie() {
        let mut spans = Spans {
            items: 6,
            starts: vec![0, 0, 2, 2, 5, 6, 6],
            ..Spans::default()
        };
        assert_eq!(spans.owners(), [1, 1, 3, 3, 3, 4]);
        let mut counts = Vec::new();
        spans.count(&[0b11_0110], &mut counts);
        assert_eq!(counts, [0, 1, 0, 2, 1, 0]);
        spans.known = Some(vec![0b01_0111]);
        spans.count(&[0b11_0110], &mut counts);
        assert_eq!(counts, [0, 1, 0, 0, 1, 0]);
        assert_eq!(
            (spans.of_row(1), spans.of_row(3), spans.of_row(4)),
            ((0, 2), (2, 2), (5, 6))
        );
    }
}
