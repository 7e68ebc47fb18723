//! A question about the customer's events in a window that has the same ends for everyone.

use super::program::{CollectionId, End, Kind, Node, Op, Program, Source, Target};
use crate::hir::AggregateKind;

/// That a number of the events of a type, from one moment up to, but not including, another, lies in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventTest {
    pub(crate) event: usize,
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// A condition about slots of the event and nothing else.
    pub(crate) filter: Option<Target>,
    pub(crate) number: EventNumber,
    pub(crate) low: i64,
    pub(crate) high: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventNumber {
    /// How many there are.
    Count,
    /// The exact sum of a slot, which holds ints.
    Ints(u32),
    /// Or decimals.
    Decimals(u32),
}

impl EventTest {
    /// Nothing for a test about anything else, about a window whose ends are not the same for everyone, or with a filter that looks
    /// at more than the event.
    #[inline]
    pub(crate) fn of(program: &Program, op: &Op) -> Option<Self> {
        match *op {
            Op::Count { items, low, high } => Self::number(program, items, EventNumber::Count, (low, high)),
            Op::Value { node, low, high } => {
                let Node::Aggregate {
                    kind: AggregateKind::Sum,
                    of,
                    value,
                    items,
                } = program.nodes[node.0 as usize]
                else {
                    return None;
                };
                let Node::Slot { place, .. } = program.nodes[value.0 as usize] else {
                    return None;
                };
                if place.row != program.collections[items.0 as usize].row {
                    return None;
                }
                let number = match of {
                    Kind::Int => EventNumber::Ints(place.slot),
                    Kind::Decimal => EventNumber::Decimals(place.slot),
                    _ => return None,
                };
                Self::number(program, items, number, (low, high))
            }
            _ => None,
        }
    }

    #[inline]
    fn number(
        program: &Program,
        items: CollectionId,
        number: EventNumber,
        (low, high): (i64, i64),
    ) -> Option<Self> {
        let collection = program.collections[items.0 as usize];
        let stretch = program.stretches[collection.stretch? as usize];
        let (Source::Events(event), End::Moment(from), End::Moment(to)) =
            (collection.source, stretch.from, stretch.to)
        else {
            return None;
        };
        let filter = match collection.filter {
            None => None,
            Some(filter) => {
                let block = program.blocks[filter.0 as usize];
                Some(block.of_slots.then_some(block.start)?)
            }
        };
        Some(Self {
            event,
            from,
            to,
            filter,
            number,
            low,
            high,
        })
    }
}
