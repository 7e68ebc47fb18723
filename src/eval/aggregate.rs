//! Summing and choosing among events and the items of lists.

use std::cmp::Ordering;

use super::{
    collection::with_rows,
    frame::Frame,
    machine::{Datum, Machine, count, read},
};
use crate::{
    hir::{AggregateKind, Place},
    plan::{Collection, CollectionId, Kind, Node, NodeId, Source, Spot},
    record::{Row, Rows},
    value::{Decimal, ValueRef, number},
};

impl<'a, R: Row<'a>> Machine<'a, '_, R> {
    /// The value of an aggregate of something of each item.
    pub(super) fn aggregate(
        &mut self,
        kind: AggregateKind,
        of: Kind,
        value: NodeId,
        items: CollectionId,
    ) -> Option<Datum<'a>> {
        let collection = self.program.collections[items.0 as usize];
        let over = Over {
            kind,
            of,
            value,
            collection,
        };
        with_rows!(
            self,
            collection.source,
            |rows, wrap| self.aggregate_over(over, rows, wrap),
            { Tally::default().result(kind, of).map(Datum::Plain) }
        )
    }

    fn aggregate_over<C: Rows<'a>>(
        &mut self,
        over: Over,
        rows: C,
        wrap: impl Fn(C::Row) -> Frame<'a, R>,
    ) -> Option<Datum<'a>> {
        let Over {
            kind,
            of,
            value,
            collection,
        } = over;
        let slot = match self.program.nodes[value.0 as usize] {
            Node::Slot { place, .. } if place.row == collection.row => Some(place.slot),
            _ => None,
        };
        let exact = matches!(of, Kind::Int | Kind::Decimal);
        let sums = matches!(kind, AggregateKind::Sum | AggregateKind::Avg);
        let ordered = matches!(kind, AggregateKind::First | AggregateKind::Last) || sums && of == Kind::Float;
        let reach = self.reach(collection, rows, ordered);
        if let (true, true, None, None, Some(slot)) = (exact, sums, collection.filter, reach.times, slot)
            && let Some((total, known)) = rows.running_sum(slot, reach.from..reach.to.max(reach.from))
        {
            let tally = Tally {
                total,
                known,
                ..Tally::default()
            };
            return tally.result(kind, of).map(Datum::Plain);
        }
        let sorted = (ordered && reach.times.is_some()).then(|| self.sort(reach, rows));
        if let (true, Some(slot), None) = (sums, slot, sorted) {
            // The common case, and nothing but a sum.
            return self.scoped(collection.row, |this| {
                let mut tally = Tally::default();
                for index in reach.from..reach.to {
                    if this.accepts(collection, reach, rows, index, &wrap)
                        && let Some(number) = read(rows.get(index), slot, of)
                    {
                        tally.add(number);
                    }
                }
                tally.result(kind, of).map(Datum::Plain)
            });
        }
        let result = self.scoped(collection.row, |this| {
            let len = match sorted {
                Some(start) => this.scratch().order.len() - start,
                None => reach.to.saturating_sub(reach.from),
            };
            let mut tally = Tally::default();
            let mut best = None;
            let (numbers, spans, seen) = (this.numbers(), this.spans(), this.seen());
            for step in 0..len {
                let step = if kind == AggregateKind::Last {
                    len - 1 - step
                } else {
                    step
                };
                let index = match sorted {
                    Some(start) => this.scratch().order[start + step] as usize,
                    None => reach.from + step,
                };
                if !this.accepts(collection, reach, rows, index, &wrap) {
                    continue;
                }
                let mark = this.mark();
                let datum = if let Some(slot) = slot {
                    read(rows.get(index), slot, of).map(Datum::Plain)
                } else {
                    this.frames.set(collection.row, Some(wrap(rows.get(index))));
                    this.eval(value)
                };
                match kind {
                    AggregateKind::First | AggregateKind::Last => {
                        best = datum;
                        break;
                    }
                    AggregateKind::Min | AggregateKind::Max => {
                        let side = if kind == AggregateKind::Min {
                            Ordering::Less
                        } else {
                            Ordering::Greater
                        };
                        best = match (best, datum) {
                            (Some(best), Some(next)) => Some(this.better(best, next, side)),
                            (best, next) => best.or(next),
                        };
                    }
                    AggregateKind::Distinct => {
                        if let Some(datum) = datum {
                            this.remember(datum);
                            tally.known += 1;
                        }
                    }
                    AggregateKind::Mode => {
                        if let Some(datum) = datum {
                            let at = match collection.source {
                                Source::Events(_) => rows.at(index),
                                Source::List(_) => i64::try_from(index).unwrap_or(i64::MAX),
                            };
                            this.see(datum, at);
                        }
                    }
                    AggregateKind::Count | AggregateKind::Sum | AggregateKind::Avg => {
                        if let Some(datum) = datum {
                            tally.add(this.resolve(datum));
                        }
                        this.release(mark);
                    }
                }
            }
            match kind {
                AggregateKind::First | AggregateKind::Last | AggregateKind::Min | AggregateKind::Max => best,
                AggregateKind::Distinct => Some(Datum::Plain(count(this.different(
                    of,
                    tally.known,
                    numbers,
                    spans,
                )))),
                AggregateKind::Mode => this.most_frequent(of, seen),
                _ => tally.result(kind, of).map(Datum::Plain),
            }
        });
        if let Some(start) = sorted {
            self.scratch().order.truncate(start);
        }
        result
    }
}

/// What is asked of an aggregate.
#[derive(Clone, Copy)]
struct Over {
    kind: AggregateKind,
    of: Kind,
    value: NodeId,
    collection: Collection,
}

/// Sums, exact and in the order given.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    total: i128,
    float: f64,
    known: usize,
}

impl Tally {
    fn add(&mut self, value: ValueRef<'_>) {
        self.known += 1;
        match value {
            ValueRef::Int(it) => self.total += i128::from(it),
            ValueRef::Decimal(it) => self.total += i128::from(it.units()),
            ValueRef::Float(it) => self.float += it,
            _ => {}
        }
    }

    /// The value of `count`, `sum`, `avg` or `distinct`; nothing for the others, as over no items.
    fn result(self, kind: AggregateKind, of: Kind) -> Option<ValueRef<'static>> {
        match (kind, of) {
            (AggregateKind::Count | AggregateKind::Distinct, _) => Some(count(self.known)),
            (AggregateKind::Sum, Kind::Int) => i64::try_from(self.total).ok().map(ValueRef::Int),
            (AggregateKind::Sum, Kind::Decimal) => i64::try_from(self.total)
                .ok()
                .map(|units| ValueRef::Decimal(Decimal::from_units(units))),
            (AggregateKind::Sum, Kind::Float) => number::finite(self.float),
            (AggregateKind::Avg, _) if self.known == 0 => None,
            (AggregateKind::Avg, Kind::Int | Kind::Decimal) => {
                let scale = if of == Kind::Int {
                    i128::from(Decimal::SCALE)
                } else {
                    1
                };
                let known = i128::try_from(self.known).ok()?;
                Decimal::from_ratio(self.total * scale, known).map(ValueRef::Decimal)
            }
            #[expect(clippy::cast_precision_loss, reason = "no collection has 2^53 items")]
            (AggregateKind::Avg, Kind::Float) => number::finite(self.float / self.known as f64),
            _ => None,
        }
    }
}
