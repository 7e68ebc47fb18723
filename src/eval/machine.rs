//! Answers a program's questions for one customer.

use super::{
    At,
    frame::Frames,
    scratch::{Kept, Scratch},
};
use crate::{
    hir::Place,
    plan::{
        BlockId, End, Kind, Leaf, Node, NodeId, Op, Program, Shared, Target, Test, calculate, float_key,
        set_order, start_of,
    },
    record::Row,
    value::{
        Date, DateTime, Decimal, Geo, ValueRef, compare, fold, number,
        sample::{self, Key},
        text,
    },
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
    let mut target = block.start;
    if let Some(moments) = at.resolved(&program.moments) {
        while let Some(leaf) = program.leaves.get(target.0 as usize) {
            let Some(holds) = of_slot(program, leaf.op, customer, |number| moments[number as usize]) else {
                return take_over(program, customer, at, target);
            };
            target = if holds { leaf.then } else { leaf.otherwise };
        }
        return target == Target::TRUE;
    }
    take_over(program, customer, at, target)
}

#[inline(never)]
fn take_over<'a, R: Row<'a>>(program: &'a Program, customer: R, at: &'a At, target: Target) -> bool {
    Machine::new(program, customer, at).run(target, customer)
}

/// Tests a slot of a row; nothing when the test is about more than a slot.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over leaves is where conditions spend their time"
)]
fn of_slot<'a, T: Row<'a>>(
    program: &'a Program,
    op: Op,
    row: T,
    moment: impl Fn(u32) -> i64,
) -> Option<bool> {
    Some(match op {
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
            row.date(slot)
                .and_then(|it| Date::from_days(it.into()))
                .is_some_and(|it| it.returns_within(from, to))
        }
        Op::Words { slot, mask } => row.word(slot).is_some_and(|it| it < 64 && mask >> it & 1 == 1),
        Op::TextIs { slot, text } => row.text_is(slot, &program.texts[text as usize]),
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
        Op::Near { slot, near } => row.geo(slot).is_some_and(|it| around(program, near, it)),
        Op::TextEmpty { slot } => row.text(slot).is_some_and(str::is_empty),
        Op::TextFilled { slot } => row.text(slot).is_some_and(text::filled),
        Op::NumberIn { slot, kind, set } => read(row, slot, kind)
            .and_then(key)
            .is_some_and(|it| program.number_sets[set as usize].binary_search(&it).is_ok()),
        Op::Count { .. } | Op::Value { .. } | Op::Shared { .. } | Op::Test { .. } => return None,
    })
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
            moments,
            scratch,
        }
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
        self.release(0);
        let datum = self.eval(node)?;
        Some(self.resolve(datum))
    }

    #[inline]
    pub(super) fn run<T: Row<'a>>(&mut self, start: Target, row: T) -> bool {
        let program = self.program;
        let mut target = start;
        while let Some(leaf) = program.leaves.get(target.0 as usize) {
            target = if self.leaf(leaf, row) {
                leaf.then
            } else {
                leaf.otherwise
            };
        }
        target == Target::TRUE
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over leaves is where conditions spend their time"
    )]
    fn leaf<T: Row<'a>>(&mut self, leaf: &Leaf, row: T) -> bool {
        let program = self.program;
        if let Some(holds) = of_slot(program, leaf.op, row, |number| self.moment(number)) {
            return holds;
        }
        match leaf.op {
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

    fn general(&mut self, test: Test) -> bool {
        let program = self.program;
        match test {
            Test::Holds(node) => matches!(self.eval(node), Some(Datum::Plain(ValueRef::Bool(true)))),
            Test::Known(node) => self.eval(node).is_some(),
            Test::TextEmpty(node) => self.text(node).is_some_and(str::is_empty),
            Test::TextFilled(node) => self.text(node).is_some_and(text::filled),
            Test::Compare { op, lhs, rhs } => {
                let (Some(lhs), Some(rhs)) = (self.eval(lhs), self.eval(rhs)) else {
                    return false;
                };
                let order = compare::compare(self.resolve(lhs), self.resolve(rhs));
                order.is_some_and(|order| op.accepts(order))
            }
            Test::Between { operand, low, high } => {
                let (Some(operand), Some(low), Some(high)) =
                    (self.eval(operand), self.eval(low), self.eval(high))
                else {
                    return false;
                };
                let order = |end| compare::compare(self.resolve(operand), self.resolve(end));
                order(low).is_some_and(std::cmp::Ordering::is_ge)
                    && order(high).is_some_and(std::cmp::Ordering::is_le)
            }
            Test::TextIn { operand, set } => self
                .text(operand)
                .is_some_and(|it| is_among(it, &program.text_sets[set as usize])),
            Test::ValueIn { operand, set } => self.eval(operand).is_some_and(|operand| {
                let operand = self.resolve(operand);
                let mut values = program.value_sets[set as usize].iter();
                values.any(|it| compare::equal(operand, it.as_ref()))
            }),
            Test::Text {
                test,
                operand,
                pattern,
            } => {
                let (Some(operand), Some(pattern)) = (self.eval(operand), self.eval(pattern)) else {
                    return false;
                };
                match (self.resolve(operand), self.resolve(pattern)) {
                    (ValueRef::Text(operand), ValueRef::Text(pattern)) => test.accepts(operand, pattern),
                    _ => false,
                }
            }
            Test::Folded { operand, folding } => {
                self.text(operand).is_some_and(|it| folded(program, folding, it))
            }
            Test::Matches { operand, pattern } => {
                self.text(operand).is_some_and(|it| matches(program, pattern, it))
            }
            Test::Around { operand, near } => {
                let place = self.geo(operand);
                place.is_some_and(|it| around(program, near, it))
            }
            Test::Near { operand, of, within } => match (self.geo(operand), self.geo(of)) {
                (Some(place), Some(of)) => of.direction().reaches(place, within),
                _ => false,
            },
            Test::Window { operand, stretch } => {
                let operand = self.eval(operand).and_then(|it| key(self.resolve(it)));
                match (operand, self.stretch(stretch)) {
                    (Some(it), Some((from, to))) => from <= it && it < to,
                    _ => false,
                }
            }
            Test::Anniversary { operand, stretch } => {
                let Some(Datum::Plain(ValueRef::Date(day))) = self.eval(operand) else {
                    return false;
                };
                self.stretch(stretch)
                    .is_some_and(|(from, to)| day.returns_within(from, to))
            }
            Test::AnyKnown { first, last } => {
                let mut slots = first.slot..=last;
                match first.row {
                    0 => slots.any(|slot| self.customer.known(slot)),
                    row => match self.frames.get(row) {
                        Some(frame) => slots.any(|slot| frame.known(slot)),
                        None => false,
                    },
                }
            }
            Test::ListSize { list, low, high } => self
                .list_size(list)
                .is_some_and(|len| low as usize <= len && (high == u32::MAX || len <= high as usize)),
            Test::Contains { list, kind, item } => match self.eval(item) {
                Some(item) => self.any_in_list(list, kind, self.resolve(item)),
                None => false,
            },
            Test::Sequence(number) => self.sequence(&program.sequences[number as usize]),
            Test::ContainsText { list, set } => self.any_text_in_list(list, &program.text_sets[set as usize]),
            Test::ContainsEach { list, kind, all, set } => {
                let mut values = program.value_sets[set as usize].iter();
                let mut found = |it: &'a crate::value::Value| self.any_in_list(list, kind, it.as_ref());
                if all {
                    values.all(&mut found) && self.list_size(list).is_some()
                } else {
                    values.any(&mut found)
                }
            }
        }
    }

    /// The value of a node.
    pub(super) fn eval(&mut self, node: NodeId) -> Option<Datum<'a>> {
        let program = self.program;
        let plain = |value| Some(Datum::Plain(value));
        match program.nodes[node.0 as usize] {
            Node::Constant(index) => plain(program.constants[index as usize].as_ref()),
            Node::Missing => None,
            Node::Clock(wall) => DateTime::from_micros(self.at.zone().instant(wall))
                .map(|it| Datum::Plain(ValueRef::DateTime(it))),
            Node::Slot { place, kind } => self.slot(place, kind).map(Datum::Plain),
            Node::Local(index) => self
                .locals
                .get(index as usize)
                .copied()
                .flatten()
                .map(Datum::Plain),
            Node::Now => plain(ValueRef::DateTime(self.at.now())),
            Node::Today => plain(ValueRef::Date(self.at.today())),
            Node::Shared(number) => self.shared(number),
            Node::Condition(block) => plain(ValueRef::Bool(self.test(block))),
            Node::Arithmetic { op, lhs, rhs } => {
                let (lhs, rhs) = (self.eval(lhs)?, self.eval(rhs)?);
                calculate(op, self.resolve(lhs), self.resolve(rhs)).map(Datum::Plain)
            }
            Node::Negate(inner) => {
                let inner = self.eval(inner)?;
                number::negate(self.resolve(inner)).map(Datum::Plain)
            }
            Node::Shift { operand, months } => match self.eval(operand)? {
                Datum::Plain(ValueRef::Date(it)) => it.checked_add_months(months).map(ValueRef::Date),
                Datum::Plain(ValueRef::DateTime(it)) => {
                    let later = self.at.zone().months_later(it, months);
                    later.map(ValueRef::DateTime)
                }
                _ => None,
            }
            .map(Datum::Plain),
            Node::Point { salt, slot, kind } => {
                let key = match read(self.customer, slot, kind)? {
                    ValueRef::Text(text) => Key::Text(text),
                    ValueRef::Int(int) => Key::Int(int),
                    _ => return None,
                };
                let point = sample::point(&program.texts[salt as usize], key);
                plain(ValueRef::Int(sample::signed(point)))
            }
            Node::Folded(inner) => {
                let inner = self.eval(inner)?;
                self.make(inner, fold::fold)
            }
            Node::Call { function, args } => self.call(function, &program.args[args as usize]),
            Node::Quantile { value, cuts } => {
                let value = self.eval(value)?;
                let number = key(self.resolve(value))?;
                let cuts = &program.number_sets[cuts as usize];
                plain(count(1 + cuts.partition_point(|cut| *cut < number)))
            }
            Node::Host { function, args } => self.host(function, &program.args[args as usize]),
            Node::Follow {
                key,
                catalog,
                slot,
                kind,
            } => {
                let key = self.eval(key)?;
                let items = self.at.items_of(program.catalogs[catalog as usize].id)?;
                let found = match self.resolve(key) {
                    ValueRef::Text(key) => items.find(key),
                    ValueRef::Int(key) => items.find_number(key),
                    _ => None,
                };
                read(items.row(found?)?, slot, kind).map(Datum::Plain)
            }
            Node::Size(list) => plain(count(self.list_size(list)?)),
            Node::Case { arms, otherwise } => {
                for (block, value) in &program.arms[arms as usize] {
                    if self.test(*block) {
                        return self.eval(*value);
                    }
                }
                self.eval(otherwise?)
            }
            Node::Count(items) => plain(count(self.count(items))),
            Node::Aggregate {
                kind,
                of,
                value,
                items,
            } => self.aggregate(kind, of, value, items),
        }
    }

    fn slot(&self, place: Place, kind: Kind) -> Option<ValueRef<'a>> {
        match place.row {
            0 => read(self.customer, place.slot, kind),
            row => read(self.frames.get(row)?, place.slot, kind),
        }
    }

    fn shared(&mut self, index: u32) -> Option<Datum<'a>> {
        let index = index as usize;
        let scratch = self.scratch();
        if let Some((machine, kept)) = scratch.shared.get(index)
            && *machine == scratch.machine
        {
            return kept.map(|kept| match kept {
                Kept::Plain(value) => Datum::Plain(value),
                Kept::Text(start, end) => Datum::Kept(start, end),
            });
        }
        let datum = match self.program.shared[index] {
            Shared::Condition(block) => Some(Datum::Plain(ValueRef::Bool(self.test(block)))),
            Shared::Value(node) => self.eval(node),
        };
        let kept = datum.map(|datum| self.keep(datum));
        let scratch = self.scratch();
        if scratch.shared.len() <= index {
            scratch.shared.resize(index + 1, (0, None));
        }
        scratch.shared[index] = (scratch.machine, kept);
        datum
    }

    /// A copy of a value that lasts as long as the machine.
    fn keep(&mut self, datum: Datum<'a>) -> Kept {
        let copied = match self.resolve(datum) {
            ValueRef::Text(_) => None,
            ValueRef::Bool(it) => Some(ValueRef::Bool(it)),
            ValueRef::Int(it) => Some(ValueRef::Int(it)),
            ValueRef::Float(it) => Some(ValueRef::Float(it)),
            ValueRef::Decimal(it) => Some(ValueRef::Decimal(it)),
            ValueRef::Date(it) => Some(ValueRef::Date(it)),
            ValueRef::DateTime(it) => Some(ValueRef::DateTime(it)),
            ValueRef::Duration(it) => Some(ValueRef::Duration(it)),
            ValueRef::Geo(it) => Some(ValueRef::Geo(it)),
        };
        if let Some(value) = copied {
            return Kept::Plain(value);
        }
        self.draft(|this, draft| {
            if let ValueRef::Text(text) = this.resolve(datum) {
                draft.push_str(text);
            }
        });
        let scratch = self.scratch();
        let start = scratch.kept.len();
        scratch.kept.push_str(&scratch.draft);
        Kept::Text(start, scratch.kept.len())
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

    fn text(&mut self, node: NodeId) -> Option<&str> {
        let datum = self.eval(node)?;
        match self.resolve(datum) {
            ValueRef::Text(text) => Some(text),
            _ => None,
        }
    }

    fn geo(&mut self, node: NodeId) -> Option<Geo> {
        let datum = self.eval(node)?;
        match self.resolve(datum) {
            ValueRef::Geo(place) => Some(place),
            _ => None,
        }
    }

    /// The ends of a stretch of time; nothing when one of them is missing.
    pub(super) fn stretch(&mut self, stretch: u32) -> Option<(i64, i64)> {
        let stretch = self.program.stretches[stretch as usize];
        let (from, to) = (self.end(stretch.from)?, self.end(stretch.to)?);
        // A moment that ends at now already knows.
        let ends = matches!(stretch.to, End::Value { .. }) && stretch.until_now;
        Some((
            from,
            if ends {
                to.min(self.at.now().micros() + 1)
            } else {
                to
            },
        ))
    }

    fn end(&mut self, end: End) -> Option<i64> {
        match end {
            End::Moment(moment) => Some(self.moment(moment)),
            End::Value {
                node,
                start_of_day,
                after,
            } => {
                let datum = self.eval(node)?;
                let value = key(self.resolve(datum))?;
                let start = match start_of_day {
                    Some(plus) => start_of(value.saturating_add(plus), self.at.zone()),
                    None => value,
                };
                Some(start.saturating_add(after.into()))
            }
        }
    }

    #[inline]
    fn moment(&self, moment: u32) -> i64 {
        let moments = match self.moments {
            Some(moments) => moments,
            None => self.scratch.as_deref().map_or(&[][..], |it| &it.moments),
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
pub(super) fn read<'a>(row: impl Row<'a>, slot: u32, kind: Kind) -> Option<ValueRef<'a>> {
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
