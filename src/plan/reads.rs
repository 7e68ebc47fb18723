//! What a condition of a program reads, and at which moments time alone may turn it.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt::{self, Write},
    rc::Rc,
};

use indexmap::IndexSet;
use sha2::{Digest, Sha256};

use super::{
    Anchor, BlockId, Collection, CollectionId, End, Kind, Node, NodeId, Op, Origin, Program, Shared, Source,
    Spot, Target, Test, steady::Steady,
};
use crate::{function::Function, hir::Place};

/// What a condition of the customer reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads {
    pub(crate) slots: BTreeSet<u32>,
    /// By their position in the schema.
    pub(crate) events: BTreeSet<usize>,
    /// By their number in the program.
    pub(crate) catalogs: BTreeSet<u32>,
    pub(crate) clocks: IndexSet<Clock>,
    /// Whether time has a part in it that no clock here tells of.
    pub(crate) lost: bool,
}

/// When time alone may turn something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Clock {
    /// An event that is dated later than now comes into being.
    Arrival { event: usize },
    /// The end of a window passes an event.
    Event { event: usize, motion: Motion },
    /// The end of a window passes a value of the customer.
    Value { node: NodeId, motion: Motion },
    /// The same for an instant at a slot.
    Instant { slot: u32, motion: Motion },
    /// Whole days since an instant become more.
    Days { node: NodeId },
    /// The day becomes another.
    Today,
}

/// How the end of a window moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Motion {
    /// So many microseconds from now, where what lies before it was passed.
    Along(i64),
    /// So many calendar months from now.
    Months(i32),
    /// With the day, in steps; the moment of that number.
    Daily(u32),
}

/// Looks into the blocks of a program; what is shared is looked into once.
pub(crate) fn reads(program: &Program, blocks: &[BlockId]) -> Vec<Reads> {
    let mut shared = HashMap::new();
    let each = blocks.iter().map(|block| {
        let mut walk = Walk::new(program, &mut shared);
        walk.block(*block);
        walk.found
    });
    each.collect()
}

/// What a clock reads of a customer to tell when.
pub(crate) fn reads_of_clock(program: &Program, clock: Clock) -> Reads {
    let mut shared = HashMap::new();
    let mut walk = Walk::new(program, &mut shared);
    match clock {
        Clock::Arrival { event } | Clock::Event { event, .. } => walk.event(event),
        Clock::Value { node, .. } | Clock::Days { node } => walk.node(node),
        Clock::Instant { slot, .. } => walk.place(Place { row: 0, slot }),
        Clock::Today => {}
    }
    walk.found
}

struct Walk<'p> {
    program: &'p Program,
    shared: &'p mut HashMap<u32, Rc<Reads>>,
    found: Reads,
    nodes: HashSet<NodeId>,
    blocks: HashSet<BlockId>,
}

/// Whether an end of a window moves, and how.
enum Moves {
    Still,
    As(Motion),
    Lost,
}

impl<'p> Walk<'p> {
    fn new(program: &'p Program, shared: &'p mut HashMap<u32, Rc<Reads>>) -> Self {
        Self {
            program,
            shared,
            found: Reads::default(),
            nodes: HashSet::new(),
            blocks: HashSet::new(),
        }
    }

    fn block(&mut self, id: BlockId) {
        if !self.blocks.insert(id) {
            return;
        }
        let block = self.program.blocks[id.0 as usize];
        let (mut next, mut last) = (block.start.0, block.start.0);
        while next <= last
            && let Some(leaf) = self.program.leaves.get(next as usize)
        {
            self.op(leaf.op, block.row);
            for target in [leaf.then, leaf.otherwise] {
                if target != Target::TRUE && target != Target::FALSE {
                    last = last.max(target.0);
                }
            }
            next += 1;
        }
    }

    fn op(&mut self, op: Op, row: u8) {
        if let Some(slot) = op.slot() {
            self.place(Place { row, slot });
        }
        match op {
            Op::DateWindow { from, to, .. } | Op::AnniversaryWindow { from, to, .. } => self.days([from, to]),
            Op::DateTimeWindow { slot, from, to } => {
                for moment in [from, to] {
                    match (self.moves(moment), row) {
                        (Moves::Still, _) => {}
                        (Moves::As(motion), 0) => self.clock(Clock::Instant { slot, motion }),
                        (Moves::As(Motion::Daily(_)), _) => self.clock(Clock::Today),
                        _ => self.found.lost = true,
                    }
                }
            }
            Op::Count { items, .. } => self.collection(items),
            Op::Value { node, .. } => self.node(node),
            Op::Shared { shared } => self.shared(shared),
            Op::Test { test } => self.test(self.program.tests[test as usize], row),
            // Its slot, and nothing that time could turn.
            _ => {}
        }
    }

    fn test(&mut self, test: Test, row: u8) {
        match test {
            Test::Holds(node) | Test::Known(node) | Test::TextEmpty(node) | Test::TextFilled(node) => {
                self.node(node);
            }
            Test::Compare { lhs, rhs, .. } => self.each([lhs, rhs]),
            Test::Between { operand, low, high } => self.each([operand, low, high]),
            Test::TextIn { operand, .. }
            | Test::ValueIn { operand, .. }
            | Test::Folded { operand, .. }
            | Test::Matches { operand, .. }
            | Test::Around { operand, .. } => self.node(operand),
            Test::Text { operand, pattern, .. } => self.each([operand, pattern]),
            Test::Near { operand, of, .. } => self.each([operand, of]),
            Test::Window { operand, stretch } => {
                self.node(operand);
                for end in self.ends(stretch) {
                    match (self.moves(end), row) {
                        (Moves::Still, _) => {}
                        (Moves::As(Motion::Daily(_)), _) => self.clock(Clock::Today),
                        (Moves::As(motion), 0) if self.is_instant(operand) => {
                            self.clock(Clock::Value {
                                node: operand,
                                motion,
                            });
                        }
                        _ => self.found.lost = true,
                    }
                }
                // Up to now goes on with it.
                self.found.lost |= self.program.stretches[stretch as usize].until_now;
            }
            Test::Anniversary { operand, stretch } => {
                self.node(operand);
                let ends = self.ends(stretch);
                self.days(ends);
            }
            Test::AnyKnown { first, last } => self.spot(first, last),
            Test::ListSize { list, .. }
            | Test::ContainsText { list, .. }
            | Test::ContainsEach { list, .. } => {
                self.spot(list, 0);
            }
            Test::Contains { list, item, .. } => {
                self.spot(list, 0);
                self.node(item);
            }
            Test::Sequence(number) => {
                let sequence = &self.program.sequences[number as usize];
                self.collection(sequence.first);
                for step in &sequence.steps {
                    self.event(step.event);
                    if let Some(filter) = step.filter {
                        self.block(filter);
                    }
                    // Whether something did not happen is known when there was time for it.
                    self.found.lost |= step.none;
                }
            }
        }
    }

    fn node(&mut self, id: NodeId) {
        if !self.nodes.insert(id) {
            return;
        }
        let program = self.program;
        match program.nodes[id.0 as usize] {
            Node::Constant(_) | Node::Missing | Node::Clock(_) | Node::Local(_) => {}
            Node::Slot { place, .. } => self.place(place),
            Node::Now => self.found.lost = true,
            Node::Today => self.clock(Clock::Today),
            Node::Shared(number) => self.shared(number),
            Node::Condition(block) => self.block(block),
            Node::Arithmetic { lhs, rhs, .. } => self.each([lhs, rhs]),
            Node::Negate(inner) | Node::Folded(inner) => self.node(inner),
            Node::Shift { operand, .. } => self.node(operand),
            Node::Point { slot, .. } => self.place(Place { row: 0, slot }),
            Node::Call { function, args } => {
                let args = &program.args[args as usize];
                self.each(args.iter().copied());
                match (function, args.first()) {
                    (Function::YearsSince, _) => self.clock(Clock::Today),
                    (Function::DaysSince, Some(since)) if self.is_instant(*since) => {
                        self.clock(Clock::Days { node: *since });
                    }
                    (Function::DaysSince, Some(since)) if self.is_day(*since) => self.clock(Clock::Today),
                    (Function::DaysSince, _) => self.found.lost = true,
                    _ => {}
                }
            }
            Node::Host { function, args } => {
                self.each(program.args[args as usize].iter().copied());
                let function = program.functions.get(function as usize);
                self.found.lost |= function.is_none_or(|it| !it.pure);
            }
            Node::Size(spot) => self.spot(spot, 0),
            Node::Follow { key, catalog, .. } => {
                self.node(key);
                self.found.catalogs.insert(catalog);
            }
            Node::Quantile { value, .. } => self.node(value),
            Node::Case { arms, otherwise } => {
                for (block, value) in &program.arms[arms as usize] {
                    self.block(*block);
                    self.node(*value);
                }
                self.each(otherwise);
            }
            Node::Count(items) => self.collection(items),
            Node::Aggregate { value, items, .. } => {
                self.collection(items);
                self.node(value);
            }
        }
    }

    fn each(&mut self, nodes: impl IntoIterator<Item = NodeId>) {
        nodes.into_iter().for_each(|it| self.node(it));
    }

    fn shared(&mut self, number: u32) {
        let known = self.shared.get(&number).cloned();
        let reads = known.unwrap_or_else(|| {
            let mut walk = Walk::new(self.program, self.shared);
            match walk.program.shared[number as usize] {
                Shared::Segment { block, .. } => walk.block(block),
                Shared::Value(node) => walk.node(node),
            }
            let reads = Rc::new(walk.found);
            self.shared.insert(number, Rc::clone(&reads));
            reads
        });
        self.found.slots.extend(&reads.slots);
        self.found.events.extend(&reads.events);
        self.found.catalogs.extend(&reads.catalogs);
        self.found.clocks.extend(&reads.clocks);
        self.found.lost |= reads.lost;
    }

    fn collection(&mut self, id: CollectionId) {
        let Collection {
            source,
            stretch,
            filter,
            ..
        } = self.program.collections[id.0 as usize];
        if let Some(filter) = filter {
            self.block(filter);
        }
        match source {
            Source::Events(event) => {
                self.event(event);
                let Some(stretch) = stretch else { return };
                for end in self.ends(stretch) {
                    match self.moves(end) {
                        Moves::Still => {}
                        Moves::As(motion) => self.clock(Clock::Event { event, motion }),
                        Moves::Lost => self.found.lost = true,
                    }
                }
            }
            Source::List(list) => self.spot(list, 0),
        }
    }

    /// The moments at which a stretch ends; an end that is a value is looked into.
    fn ends(&mut self, stretch: u32) -> Vec<u32> {
        let stretch = self.program.stretches[stretch as usize];
        let mut moments = Vec::new();
        for end in [stretch.from, stretch.to] {
            match end {
                End::Moment(moment) => moments.push(moment),
                End::Value { node, .. } => self.node(node),
            }
        }
        moments
    }

    fn event(&mut self, event: usize) {
        self.found.events.insert(event);
        self.clock(Clock::Arrival { event });
    }

    /// A list, or the slots of a record up to the last.
    fn spot(&mut self, spot: Spot, last: u32) {
        match spot {
            Spot::Row(place) => {
                for slot in place.slot..=last.max(place.slot) {
                    self.place(Place { slot, ..place });
                }
            }
            Spot::Item { key, catalog, .. } => {
                self.node(key);
                self.found.catalogs.insert(catalog);
            }
        }
    }

    /// Slots of items belong to the list or the events that they are of.
    fn place(&mut self, place: Place) {
        if place.row == 0 {
            self.found.slots.insert(place.slot);
        }
    }

    fn clock(&mut self, clock: Clock) {
        self.found.clocks.insert(clock);
    }

    /// Windows of dates, whose ends are days.
    fn days(&mut self, moments: impl IntoIterator<Item = u32>) {
        for moment in moments {
            match self.moves(moment) {
                Moves::Still => {}
                Moves::As(Motion::Daily(_)) => self.clock(Clock::Today),
                _ => self.found.lost = true,
            }
        }
    }

    /// Whether a value is an instant of the customer herself that stays.
    fn is_instant(&self, node: NodeId) -> bool {
        match self.program.nodes[node.0 as usize] {
            Node::Slot { place, kind } => place.row == 0 && kind == Kind::DateTime,
            Node::Aggregate { of, items, .. } => {
                let collection = self.program.collections[items.0 as usize];
                of == Kind::DateTime && collection.row == 1
            }
            _ => false,
        }
    }

    fn is_day(&self, node: NodeId) -> bool {
        let program = self.program;
        matches!(
            program.nodes[node.0 as usize],
            Node::Slot { kind: Kind::Date, .. }
        )
    }

    fn moves(&self, moment: u32) -> Moves {
        let Some(found) = self.program.moments.get(moment) else {
            return Moves::Lost;
        };
        let of_day = |from: Origin| match from {
            Origin::Epoch => Moves::Still,
            Origin::Today | Origin::Months(_) | Origin::Period(..) => Moves::As(Motion::Daily(moment)),
        };
        let along = |by: i64| Moves::As(Motion::Along(by.saturating_add(found.after.into())));
        match found.anchor {
            Anchor::Beginning | Anchor::End | Anchor::Instant(_) | Anchor::Local(_) => Moves::Still,
            Anchor::FromNow(micros) => along(micros),
            Anchor::MonthsFromNow(months) => Moves::As(Motion::Months(months)),
            Anchor::Day(day) | Anchor::StartOf(day) => of_day(day.from),
            Anchor::Time { time, .. } => match self.program.moments.time_at(time) {
                Some(Steady::Now) => along(0),
                Some(Steady::Later(time, by)) if **time == Steady::Now => along(by.micros()),
                Some(Steady::Months(time, months)) if **time == Steady::Now => {
                    Moves::As(Motion::Months(*months))
                }
                Some(time) if is_still(time) => Moves::Still,
                Some(time) if is_daily(time) => Moves::As(Motion::Daily(moment)),
                _ => Moves::Lost,
            },
        }
    }
}

fn is_still(time: &Steady) -> bool {
    match time {
        Steady::Instant(_) | Steady::Day(_) | Steady::Clock(_) => true,
        Steady::DayOf(time) | Steady::Later(time, _) | Steady::Months(time, _) => is_still(time),
        Steady::Now | Steady::Today => false,
    }
}

fn is_daily(time: &Steady) -> bool {
    match time {
        Steady::Today => true,
        Steady::DayOf(time) => **time == Steady::Now || is_daily(time),
        Steady::Later(time, _) | Steady::Months(time, _) => is_daily(time),
        _ => false,
    }
}

/// What conditions of these names are, by their content: another text for others, whoever compiled them.
pub(crate) fn content(program: &Program, blocks: &[BlockId], names: &[&str]) -> String {
    let mut content = Content(Sha256::new());
    // Written by the tables, as their order is that of what was planned.
    let patterns: Vec<_> = program
        .patterns
        .iter()
        .map(|it| (&it.source, it.ignoring_case))
        .collect();
    let finders: Vec<_> = program
        .finders
        .iter()
        .map(memchr::memmem::Finder::needle)
        .collect();
    // Numbers of the module differ with what else is defined there.
    let shared: Vec<_> = program
        .shared
        .iter()
        .map(|it| match it {
            Shared::Segment { block, .. } => (Some(block), None),
            Shared::Value(node) => (None, Some(node)),
        })
        .collect();
    let host = |node: &Node| match *node {
        Node::Host { function, args } => Some((&program.functions[function as usize].name, args)),
        _ => None,
    };
    let nodes: Vec<_> = program
        .nodes
        .iter()
        .map(|node| (host(node), Some(node).filter(|it| host(it).is_none())))
        .collect();
    let catalogs: Vec<_> = program.catalogs.iter().map(|it| it.id).collect();
    let starts: Vec<_> = blocks
        .iter()
        .map(|it| program.blocks[it.0 as usize].start)
        .collect();
    let written = write!(
        content,
        "{names:?}{starts:?}{:?}{:?}{:?}",
        program.leaves, program.blocks, nodes
    )
    .and_then(|()| write!(content, "{:?}{:?}", program.tests, program.collections))
    .and_then(|()| write!(content, "{:?}{:?}", program.sequences, program.stretches))
    .and_then(|()| write!(content, "{shared:?}{:?}", program.moments))
    .and_then(|()| write!(content, "{:?}{:?}", program.constants, program.texts))
    .and_then(|()| write!(content, "{:?}{:?}", program.foldings, program.nears))
    .and_then(|()| write!(content, "{:?}{:?}", program.text_sets, program.number_sets))
    .and_then(|()| {
        write!(
            content,
            "{:?}{:?}{:?}",
            program.value_sets, program.args, program.arms
        )
    })
    .and_then(|()| write!(content, "{patterns:?}{finders:?}{catalogs:?}"));
    debug_assert!(written.is_ok(), "a hash takes all");
    content
        .0
        .finalize()
        .iter()
        .take(16)
        .fold(String::new(), |mut text, byte| {
            _ = write!(text, "{byte:02x}");
            text
        })
}

struct Content(Sha256);

impl Write for Content {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
