//! Runs a program for one customer.

mod assign;
mod list;
mod value;

use std::sync::Arc;

use super::{
    Rendered,
    arena::Lent,
    compile::DEEPEST_LOOP,
    inputs::Inputs,
    placements::Placements,
    program::{Op, Over, Position, Program, Stock},
};
use crate::{
    check::template::DEEPEST_CAPTURE,
    error::LimitKind,
    eval::{At, Frame, Machine, MadeLists, Walk},
    limits::Limits,
    plan::{BlockId, NodeId},
    record::{PlacedRow, Row},
    value::{Schemes, ValueRef},
};

/// Everything that one message is made from.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) program: &'a Program,
    pub(super) schemes: &'a Schemes,
    pub(super) placements: &'a Placements,
    pub(super) at: &'a At,
    pub(super) arena: &'a Lent,
    pub(super) limits: &'a Limits,
}

/// A limit that was reached, at a position of the template.
pub(super) struct Reached {
    pub(super) kind: LimitKind,
    pub(super) position: Position,
}

/// More locals than these lie in the arena.
const LOCALS_IN_PLACE: usize = 16;

impl<'a> Job<'a> {
    /// Appends the message; when there is none, or a limit is reached, `out` is as it was.
    pub(super) fn run<R: Row<'a>>(
        self,
        customer: R,
        inputs: &'a Inputs,
        out: &mut String,
    ) -> Result<Rendered, Reached> {
        let mut few = [None; LOCALS_IN_PLACE];
        let count = self.program.locals;
        let locals = match few.get_mut(..count) {
            Some(few) => few,
            None => self.arena.get().places(count, None),
        };
        for (local, value) in locals.iter_mut().zip(inputs.values()) {
            *local = value;
        }
        let base = out.len();
        out.reserve(self.program.text.len());
        let mut renderer = Renderer {
            machine: Machine::with_locals(&self.program.plan, customer, self.at, locals),
            job: self,
            out,
            end: base.saturating_add(self.limits.output_bytes),
            rounds: 0,
            loops: [None; DEEPEST_LOOP],
            depth: 0,
            lists: &[],
            captures: [0; DEEPEST_CAPTURE],
            captured: 0,
        };
        renderer.make_places();
        let result = renderer.run();
        drop(renderer);
        if !matches!(result, Ok(Rendered::Sent)) {
            out.truncate(base);
        }
        result
    }
}

struct Renderer<'a, 'l, 'o, R: Row<'a>> {
    machine: Machine<'a, 'l, R>,
    job: Job<'a>,
    out: &'o mut String,
    /// The length that the buffer may reach.
    end: usize,
    rounds: usize,
    loops: [Option<Round<'a, R>>; DEEPEST_LOOP],
    depth: usize,
    /// The lists that the template made.
    lists: MadeLists<'a, R>,
    /// Where in the buffer each open capture begins.
    captures: [usize; DEEPEST_CAPTURE],
    captured: usize,
}

/// A loop at one of its items.
struct Round<'a, R: Row<'a>> {
    over: Rounds<'a, R>,
    /// Rounds begun, and how many there are to be.
    begun: usize,
    count: usize,
    reversed: bool,
    index: Option<usize>,
}

enum Rounds<'a, R: Row<'a>> {
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
    fn run(&mut self) -> Result<Rendered, Reached> {
        let program = self.job.program;
        let mut next = 0;
        while let Some(op) = program.ops.get(next) {
            let here = next;
            next += 1;
            match *op {
                Op::Literal { start, end } => self.out.push_str(&program.text[start as usize..end as usize]),
                Op::Value {
                    node,
                    fallback,
                    escape,
                } => {
                    if !self.value(node, fallback, escape) {
                        return Ok(Rendered::Skipped(Arc::clone(&program.no_value)));
                    }
                }
                Op::Output(number) => {
                    if !self.output(&program.outputs[number as usize]) {
                        return Ok(Rendered::Skipped(Arc::clone(&program.no_value)));
                    }
                    self.check_rounds(here)?;
                }
                Op::Unless { condition, to } => {
                    if !self.machine.test(condition) {
                        next = to as usize;
                    }
                    continue;
                }
                Op::Jump(to) => {
                    next = to as usize;
                    continue;
                }
                Op::Open { number, none } => {
                    if self.open(number as usize) {
                        self.count_round(here)?;
                    } else {
                        next = none as usize;
                    }
                    continue;
                }
                Op::Next { body } => {
                    if self.go_on() {
                        self.count_round(here)?;
                        next = body as usize;
                    }
                    continue;
                }
                Op::Leave => {
                    self.end_round();
                    continue;
                }
                Op::Assign { number, target } => {
                    self.assign(&program.outputs[number as usize], target);
                    self.check_rounds(here)?;
                }
                Op::Capture => {
                    self.captures[self.captured] = self.out.len();
                    self.captured += 1;
                    continue;
                }
                Op::Captured { local } => self.end_capture(local),
                Op::Skip(reason) => {
                    return Ok(Rendered::Skipped(Arc::clone(&program.reasons[reason as usize])));
                }
            }
            if self.out.len() > self.end {
                return Err(self.reached(LimitKind::OutputBytes(self.job.limits.output_bytes), here));
            }
            if self.job.arena.is_full() {
                return Err(self.reached(LimitKind::ScratchBytes(self.job.limits.scratch_bytes), here));
            }
        }
        Ok(Rendered::Sent)
    }

    fn reached(&self, kind: LimitKind, op: usize) -> Reached {
        let position = self.job.program.positions.get(op).copied().unwrap_or_default();
        Reached { kind, position }
    }

    fn count_round(&mut self, op: usize) -> Result<(), Reached> {
        self.rounds += 1;
        self.check_rounds(op)
    }

    fn check_rounds(&self, op: usize) -> Result<(), Reached> {
        if self.rounds > self.job.limits.iterations {
            return Err(self.reached(LimitKind::Iterations(self.job.limits.iterations), op));
        }
        Ok(())
    }

    /// Starts a loop at its first item; `false` when there is none.
    fn open(&mut self, number: usize) -> bool {
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

    /// Takes the innermost loop to its next item; `false` when it has ended.
    fn go_on(&mut self) -> bool {
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
    fn end_round(&mut self) {
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
    fn count(&mut self, node: NodeId) -> usize {
        let whole = self.whole(node).unwrap_or(0);
        usize::try_from(whole).unwrap_or(0)
    }

    fn whole(&mut self, node: NodeId) -> Option<i64> {
        match self.machine.value(node) {
            Some(ValueRef::Int(whole)) => Some(whole),
            _ => None,
        }
    }

    /// The items of a placement that are shown, as many as `most`: with a filter, those that it lets through as this row.
    fn stocked(
        &mut self,
        stock: &'a Stock,
        filter: Option<(u8, Option<BlockId>)>,
        most: usize,
    ) -> &'a [Frame<'a, R>] {
        let job = self.job;
        let Some(items) = job.at.items(&stock.catalog) else {
            return &[];
        };
        assert!(
            items.fits(&stock.fields),
            "the items of `{}` were loaded for another schema",
            stock.catalog
        );
        let placed = job.placements.get(&stock.name).iter();
        let found = placed.filter_map(|placed| {
            let row = items.find(placed.key()).filter(|_| placed.is_shown())?;
            let row = PlacedRow::new(items.row(row)?, placed.reason(), stock.reason);
            let frame = Frame::Placed(row);
            if let Some((row, Some(filter))) = filter {
                self.machine.place(row, Some(frame));
                return self.machine.test(filter).then_some(frame);
            }
            Some(frame)
        });
        job.arena.get().list(found.take(most))
    }
}
