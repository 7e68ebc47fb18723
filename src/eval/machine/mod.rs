//! Answers a program's questions for one customer.

mod general;
#[cfg(feature = "batch")]
mod single;
mod value;

#[cfg(feature = "batch")]
pub(crate) use single::{accepts_text, test_op, test_slot};

use super::{At, events::of_events, frame::Frames, members::Members, scratch::Scratch};
use crate::{
    hir::Place,
    plan::{BlockId, Kind, Node, NodeId, Op, Program, Target, float_key, set_order},
    record::{ItemRow, PlacedRow, Row},
    value::{Date, DateTime, Decimal, Geo, ValueRef, text},
};

/// A [`Program`] at work on one customer at one moment.
///
/// Nothing fails and, once a thread has warmed up, nothing is allocated. What several conditions share is worked out
/// once per machine, so whoever asks several questions about one customer keeps the machine.
pub(crate) struct Machine<'a, 'l, R: Row<'a>> {
    pub(super) program: &'a Program,
    pub(super) at: &'a At,
    pub(super) customer: R,
    pub(super) frames: Frames<'a, R>,
    locals: &'l mut [Option<ValueRef<'a>>],
    /// What a message has found out about the customer in its other parts.
    members: Option<&'l Members<'a, R>>,
    /// The values of the program's moments; in the scratch when the evaluation was made for another program.
    moments: Option<&'a [i64]>,
    scratch: Option<Box<Scratch>>,
}

/// A value between two steps: read from the record or the program, or text in the scratch.
#[derive(Clone, Copy, Debug)]
pub(super) enum Datum<'a> {
    Plain(ValueRef<'a>),
    Made(usize, usize),
    Kept(usize, usize),
}

/// Tells whether a condition of the customer holds.
///
/// A machine is not small, and is only made at the first leaf that needs one: it takes over from there.
#[inline]
pub(crate) fn test<'a, R: Row<'a>>(program: &'a Program, customer: R, at: &'a At, block: BlockId) -> bool {
    let block = program.blocks[block.0 as usize];
    debug_assert_eq!(block.row, 0, "a condition of the customer");
    test_from(program, customer, at, block.start)
}

/// The same, from a leaf on.
#[inline]
pub(super) fn test_from<'a, R: Row<'a>>(
    program: &'a Program,
    customer: R,
    at: &'a At,
    start: Target,
) -> bool {
    let mut target = start;
    if let Some(moments) = at.resolved(&program.moments) {
        while let Some(leaf) = program.leaves.get(target.0 as usize) {
            let slot = of_customer(program, &leaf.op, customer, moments);
            let Some(holds) = slot.or_else(|| of_events(program, &leaf.op, customer, moments)) else {
                return take_over(program, customer, at, target);
            };
            target = if holds { leaf.then } else { leaf.otherwise };
        }
        return target == Target::TRUE;
    }
    take_over(program, customer, at, target)
}

/// The same, but only for conditions that look at slots of the customer and nothing else; nothing for others.
#[inline]
pub(crate) fn test_slots<'a, R: Row<'a>>(
    program: &'a Program,
    customer: R,
    at: &'a At,
    block: BlockId,
) -> Option<bool> {
    let block = program.blocks[block.0 as usize];
    if block.row != 0 {
        return None;
    }
    let moments = at.resolved(&program.moments)?;
    let mut target = block.start;
    while let Some(leaf) = program.leaves.get(target.0 as usize) {
        let holds = of_slot(program, &leaf.op, customer, |number| moments[number as usize])?;
        target = if holds { leaf.then } else { leaf.otherwise };
    }
    Some(target == Target::TRUE)
}

#[inline(never)]
fn take_over<'a, R: Row<'a>>(program: &'a Program, customer: R, at: &'a At, target: Target) -> bool {
    Machine::new(program, customer, at).run(target, customer)
}

/// Tests a slot of a customer; nothing when the test is about more than that.
///
/// What most tests ask is called by itself, so that it needs no more than it uses.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over leaves is where conditions spend their time"
)]
pub(super) fn of_customer<'a, R: Row<'a>>(
    program: &'a Program,
    op: &Op,
    customer: R,
    moments: &[i64],
) -> Option<bool> {
    match *op {
        Op::Int { slot, low, high } => Some(int_within(customer, slot, low, high)),
        Op::TextIs { slot, text } => Some(text_is(customer, slot, &program.texts[text as usize])),
        _ => of_any(program, op, customer, moments),
    }
}

/// Apart from the loops that ask, as are the next two: within one, all that any getter of a struct reads would be read before the
/// first test is known, and a struct lies in several cache lines.
#[inline(never)]
fn of_any<'a, R: Row<'a>>(program: &'a Program, op: &Op, customer: R, moments: &[i64]) -> Option<bool> {
    of_slot(program, op, customer, |number| moments[number as usize])
}

#[inline(never)]
fn int_within<'a>(customer: impl Row<'a>, slot: u32, low: i64, high: i64) -> bool {
    within(customer.int(slot), low, high)
}

#[inline(never)]
fn text_is<'a>(customer: impl Row<'a>, slot: u32, text: &str) -> bool {
    customer.text_is(slot, text)
}

/// Tests a slot of a row; nothing when the test is about more than a slot.
///
/// What compares numbers, or a whole text, is done here and the rest is called: were that in the loop, too, every condition would
/// begin by loading what any of its tests may need.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over leaves is where conditions spend their time"
)]
pub(super) fn of_slot<'a, T: Row<'a>>(
    program: &'a Program,
    op: &Op,
    row: T,
    moment: impl Fn(u32) -> i64,
) -> Option<bool> {
    Some(match *op {
        Op::Known { slot } => row.known(slot),
        Op::Bool { slot } => row.bool(slot) == Some(true),
        Op::Int { slot, low, high } => within(row.int(slot), low, high),
        Op::Decimal { slot, low, high } => within(row.decimal(slot), low, high),
        Op::Float { slot, low, high } => within(row.float(slot).map(float_key), low, high),
        Op::Date { slot, low, high } => within(row.date(slot).map(i64::from), low, high),
        Op::DateTime { slot, low, high } => within(row.datetime(slot), low, high),
        Op::DateWindow { slot, from, to } => {
            let (from, to) = (moment(from), moment(to));
            row.date(slot)
                .is_some_and(|it| from <= it.into() && i64::from(it) < to)
        }
        Op::DateTimeWindow { slot, from, to } => {
            let (from, to) = (moment(from), moment(to));
            row.datetime(slot).is_some_and(|it| from <= it && it < to)
        }
        Op::AnniversaryWindow { slot, from, to } => {
            let (from, to) = (moment(from), moment(to));
            row.date(slot).is_some_and(|it| returns(it, from, to))
        }
        Op::Words { slot, mask } => row.word(slot).is_some_and(|it| it < 64 && mask >> it & 1 == 1),
        Op::TextIs { slot, text } => row.text_is(slot, &program.texts[text as usize]),
        Op::Count { .. } | Op::Value { .. } | Op::Shared { .. } | Op::Test { .. } => return None,
        _ => called(program, op, row),
    })
}

#[inline(never)]
fn called<'a, T: Row<'a>>(program: &'a Program, op: &Op, row: T) -> bool {
    match *op {
        Op::TextIn { slot, set } => row
            .text(slot)
            .is_some_and(|it| is_among(it, &program.text_sets[set as usize])),
        Op::TextStarts { slot, text } => row
            .text(slot)
            .is_some_and(|it| it.starts_with(&*program.texts[text as usize])),
        Op::TextEnds { slot, text } => row
            .text(slot)
            .is_some_and(|it| it.ends_with(&*program.texts[text as usize])),
        Op::TextContains { slot, finder } => row
            .text(slot)
            .is_some_and(|it| program.finders[finder as usize].find(it.as_bytes()).is_some()),
        Op::TextFolded { slot, folding } => row.text(slot).is_some_and(|it| folded(program, folding, it)),
        Op::TextMatches { slot, pattern } => row.text(slot).is_some_and(|it| matches(program, pattern, it)),
        Op::TextEmpty { slot } => row.text(slot).is_some_and(str::is_empty),
        Op::TextFilled { slot } => row.text(slot).is_some_and(text::filled),
        Op::Near { slot, near } => row.geo(slot).is_some_and(|it| around(program, near, it)),
        Op::NumberIn { slot, kind, set } => read(row, slot, kind)
            .and_then(key)
            .is_some_and(|it| program.number_sets[set as usize].binary_search(&it).is_ok()),
        _ => false,
    }
}

#[inline(never)]
fn returns(days: i32, from: i64, to: i64) -> bool {
    Date::from_days(days.into()).is_some_and(|it| it.returns_within(from, to))
}

impl<'a, 'l, R: Row<'a>> Machine<'a, 'l, R> {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "so that the machine is made in its place")]
    pub(crate) fn new(program: &'a Program, customer: R, at: &'a At) -> Self {
        Self::with_locals(program, customer, at, &mut [])
    }

    /// With the values that [`hir::ExprKind::Local`](crate::hir::ExprKind::Local) names.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "so that the machine is made in its place")]
    pub(crate) fn with_locals(
        program: &'a Program,
        customer: R,
        at: &'a At,
        locals: &'l mut [Option<ValueRef<'a>>],
    ) -> Self {
        let moments = at.resolved(&program.moments);
        let scratch = match moments {
            Some(_) => None,
            None => Some(Scratch::resolved(&program.moments, at)),
        };
        // Made in its place: it is not small, and one is made per question.
        Self {
            program,
            at,
            customer,
            frames: Frames::default(),
            locals,
            members: None,
            moments,
            scratch,
        }
    }

    /// Lets somebody who remembers them answer for segments.
    pub(crate) fn ask_for_segments(&mut self, members: Option<&'l Members<'a, R>>) {
        self.members = members;
    }

    /// Tells whether a condition holds.
    #[inline]
    pub(crate) fn test(&mut self, block: BlockId) -> bool {
        let block = self.program.blocks[block.0 as usize];
        match block.row {
            0 => self.run(block.start, self.customer),
            row => match self.frames.get(row) {
                Some(frame) => self.run(block.start, frame),
                None => false,
            },
        }
    }

    /// A value, or nothing when it is missing. Text that had to be made stays until the next question.
    pub(crate) fn value(&mut self, node: NodeId) -> Option<ValueRef<'_>> {
        // What most placeholders show needs nothing made.
        if let Node::Slot { place, kind } = self.program.nodes[node.0 as usize] {
            return self.slot(place, kind);
        }
        self.release(0);
        let datum = self.eval(node)?;
        Some(self.resolve(datum))
    }

    /// The text at a slot of a row in scope.
    #[inline]
    pub(crate) fn text_at(&self, place: Place) -> Option<&'a str> {
        match place.row {
            0 => self.customer.text(place.slot),
            row => self.frames.text(row, place.slot),
        }
    }

    /// The item of a placement in scope.
    #[inline]
    pub(crate) fn placed_item(&self, row: u8) -> Option<PlacedRow<'a>> {
        self.frames.of_catalog(row)
    }

    /// The item and the slot that a node reads a text from, of an item that a reference points to; the item may be gone.
    /// Nothing for other nodes.
    #[inline]
    pub(crate) fn followed(&mut self, node: NodeId) -> Option<(Option<ItemRow<'a>>, u32)> {
        let Node::Follow {
            key,
            catalog,
            slot,
            kind: Kind::Text,
        } = self.program.nodes[node.0 as usize]
        else {
            return None;
        };
        self.release(0);
        Some((self.item(key, catalog), slot))
    }

    /// The number at a slot of a row in scope, of a decimal in its units.
    #[inline]
    pub(crate) fn number_at(&self, place: Place, is_decimal: bool) -> Option<i64> {
        match (place.row, is_decimal) {
            (0, false) => self.customer.int(place.slot),
            (0, true) => self.customer.decimal(place.slot),
            (row, false) => self.frames.int(row, place.slot),
            (row, true) => self.frames.decimal(row, place.slot),
        }
    }

    /// A value that lasts as long as what it was asked of: `keep` makes a copy of text that would not.
    pub(crate) fn lasting(
        &mut self,
        node: NodeId,
        keep: impl FnOnce(&str) -> &'a str,
    ) -> Option<ValueRef<'a>> {
        self.release(0);
        match self.eval(node)? {
            Datum::Plain(value) => Some(value),
            datum => match self.resolve(datum) {
                ValueRef::Text(text) => Some(ValueRef::Text(keep(text))),
                _ => None,
            },
        }
    }

    /// Gives a local of the template another value.
    pub(crate) fn set_local(&mut self, index: usize, value: Option<ValueRef<'a>>) {
        if let Some(local) = self.locals.get_mut(index) {
            *local = value;
        }
    }

    #[inline]
    pub(super) fn run<T: Row<'a>>(&mut self, start: Target, row: T) -> bool {
        let program = self.program;
        let mut target = start;
        while let Some(leaf) = program.leaves.get(target.0 as usize) {
            target = if self.leaf(leaf.op, row) {
                leaf.then
            } else {
                leaf.otherwise
            };
        }
        target == Target::TRUE
    }

    /// Tells whether a test of the customer holds.
    pub(super) fn holds(&mut self, op: Op) -> bool {
        self.leaf(op, self.customer)
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over leaves is where conditions spend their time"
    )]
    fn leaf<T: Row<'a>>(&mut self, op: Op, row: T) -> bool {
        let program = self.program;
        if let Some(holds) = of_slot(program, &op, row, |number| self.moment(number)) {
            return holds;
        }
        let events = self
            .moments
            .and_then(|moments| of_events(program, &op, self.customer, moments));
        if let Some(holds) = events {
            return holds;
        }
        match op {
            Op::Count { items, low, high } => self.count_within(items, low, high),
            Op::Value { node, low, high } => {
                let mark = self.mark();
                let number = self.eval(node).and_then(|it| key(self.resolve(it)));
                self.release(mark);
                within(number, low, high)
            }
            Op::Shared { shared } => {
                matches!(self.shared(shared), Some(Datum::Plain(ValueRef::Bool(true))))
            }
            Op::Test { test } => {
                let mark = self.mark();
                let holds = self.general(program.tests[test as usize]);
                self.release(mark);
                holds
            }
            _ => false,
        }
    }

    /// Writes the draft while the other buffers may be read.
    pub(super) fn draft(&mut self, write: impl FnOnce(&Self, &mut String)) {
        let mut draft = std::mem::take(&mut self.scratch().draft);
        draft.clear();
        write(self, &mut draft);
        self.scratch().draft = draft;
    }

    /// The value that a datum stands for.
    #[inline]
    pub(super) fn resolve(&self, datum: Datum<'a>) -> ValueRef<'_> {
        let made = |buffer: fn(&Scratch) -> &str, start, end| {
            let buffer = self.scratch.as_deref().map_or("", buffer);
            ValueRef::Text(buffer.get(start..end).unwrap_or_default())
        };
        match datum {
            Datum::Plain(value) => value,
            Datum::Made(start, end) => made(|it| &it.text, start, end),
            Datum::Kept(start, end) => made(|it| &it.kept, start, end),
        }
    }

    #[inline]
    fn moment(&self, moment: u32) -> i64 {
        let moments = match self.moments {
            Some(moments) => moments,
            None => self.scratch.as_deref().map_or(&[][..], Scratch::moments),
        };
        moments[moment as usize]
    }

    #[inline]
    pub(super) fn scratch(&mut self) -> &mut Scratch {
        self.scratch.get_or_insert_with(Scratch::take)
    }

    /// How much text was made so far.
    #[inline]
    pub(super) fn mark(&self) -> usize {
        self.scratch.as_deref().map_or(0, |it| it.text.len())
    }

    /// Forgets the text that was made since.
    #[inline]
    pub(super) fn release(&mut self, mark: usize) {
        if let Some(scratch) = &mut self.scratch {
            scratch.text.truncate(mark);
        }
    }
}

impl<'a, R: Row<'a>> Drop for Machine<'a, '_, R> {
    #[inline]
    fn drop(&mut self) {
        if let Some(scratch) = self.scratch.take() {
            scratch.give_back();
        }
    }
}

#[inline]
fn within(value: Option<i64>, low: i64, high: i64) -> bool {
    value.is_some_and(|it| low <= it && it <= high)
}

/// The value of a slot.
#[inline]
pub(crate) fn read<'a>(row: impl Row<'a>, slot: u32, kind: Kind) -> Option<ValueRef<'a>> {
    match kind {
        Kind::Bool => row.bool(slot).map(ValueRef::Bool),
        Kind::Int => row.int(slot).map(ValueRef::Int),
        Kind::Float => row.float(slot).map(ValueRef::Float),
        Kind::Decimal => row
            .decimal(slot)
            .map(|it| ValueRef::Decimal(Decimal::from_units(it))),
        Kind::Text => row.text(slot).map(ValueRef::Text),
        Kind::Date => row
            .date(slot)
            .and_then(|it| Date::from_days(it.into()))
            .map(ValueRef::Date),
        Kind::DateTime => row
            .datetime(slot)
            .and_then(DateTime::from_micros)
            .map(ValueRef::DateTime),
        Kind::Duration => None,
        Kind::Geo => row.geo(slot).map(ValueRef::Geo),
    }
}

/// The whole number by which a number or a time is compared, see [`Kind`].
#[inline]
pub(crate) fn key(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Int(it) => Some(it),
        ValueRef::Decimal(it) => Some(it.units()),
        ValueRef::Float(it) => Some(float_key(it)),
        ValueRef::Date(it) => Some(it.days().into()),
        ValueRef::DateTime(it) => Some(it.micros()),
        ValueRef::Duration(it) => Some(it.micros()),
        ValueRef::Bool(_) | ValueRef::Text(_) | ValueRef::Geo(_) => None,
    }
}

pub(super) fn count(count: usize) -> ValueRef<'static> {
    ValueRef::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Few texts are compared one by one, many are searched.
#[inline]
pub(super) fn is_among(text: &str, set: &[Box<str>]) -> bool {
    if set.len() <= 8 {
        set.iter().any(|it| **it == *text)
    } else {
        set.binary_search_by(|it| set_order(it, text)).is_ok()
    }
}

#[inline(never)]
fn folded(program: &Program, folding: u32, text: &str) -> bool {
    program.foldings[folding as usize].accepts(text)
}

#[inline(never)]
fn around(program: &Program, near: u32, place: Geo) -> bool {
    let near = program.nears[near as usize];
    near.centre.reaches(place, near.within)
}

#[inline(never)]
fn matches(program: &Program, pattern: u32, text: &str) -> bool {
    program.patterns[pattern as usize].regex.is_match(text)
}
