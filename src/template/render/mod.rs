//! Runs a program for one customer.

mod value;

use std::sync::Arc;

use super::{
    Rendered,
    arena::Lent,
    compile::DEEPEST_LOOP,
    inputs::Inputs,
    placements::{PlacedItem, Placements},
    program::{Op, Over, Program},
};
use crate::{
    error::LimitKind,
    eval::{At, Frame, Frames, Machine, Walk},
    limits::Limits,
    plan::BlockId,
    record::{Items, PlacedRow, Row},
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
    pub(super) position: u32,
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
        };
        let rows = Frames::<R>::wanted(self.program.rows);
        if rows > 0 {
            renderer.machine.lend(self.arena.get().cells(rows, None), &[]);
        }
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
    loops: [Option<Round<'a>>; DEEPEST_LOOP],
    depth: usize,
}

/// A loop at one of its items.
#[derive(Clone, Copy)]
enum Round<'a> {
    Walk { walk: Walk, index: usize },
    Placement(Shelf<'a>),
}

/// The items of a placement that are still to come.
#[derive(Clone, Copy)]
struct Shelf<'a> {
    items: &'a Items,
    placed: &'a [PlacedItem],
    row: u8,
    reason: u32,
    filter: Option<BlockId>,
    /// How many may still be shown.
    left: usize,
}

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
        let position = self.job.program.positions.get(op).copied().unwrap_or(0);
        Reached { kind, position }
    }

    fn count_round(&mut self, op: usize) -> Result<(), Reached> {
        self.rounds += 1;
        if self.rounds > self.job.limits.iterations {
            return Err(self.reached(LimitKind::Iterations(self.job.limits.iterations), op));
        }
        Ok(())
    }

    /// Starts a loop at its first item; `false` when there is none.
    fn open(&mut self, number: usize) -> bool {
        let job = self.job;
        let it = &job.program.loops[number];
        let limit = it
            .limit
            .map_or(usize::MAX, |node| match self.machine.value(node) {
                Some(ValueRef::Int(limit)) => usize::try_from(limit).unwrap_or(0),
                _ => 0,
            });
        let mut round = match &it.over {
            Over::Items(items) => {
                // One more than the loops may have rounds is enough to notice.
                let most = job
                    .limits
                    .iterations
                    .saturating_sub(self.rounds)
                    .saturating_add(1);
                let walk = self.machine.open(*items, limit.min(most));
                Round::Walk { walk, index: 0 }
            }
            Over::Placement {
                name,
                catalog,
                fields,
                row,
                reason,
                filter,
            } => {
                let Some(items) = job.at.items(catalog) else {
                    return false;
                };
                assert!(
                    items.fits(fields),
                    "the items of `{catalog}` were loaded for another schema"
                );
                Round::Placement(Shelf {
                    items,
                    placed: job.placements.get(name),
                    row: *row,
                    reason: *reason,
                    filter: *filter,
                    left: limit,
                })
            }
        };
        let found = self.enter(&mut round);
        if found {
            self.loops[self.depth] = Some(round);
            self.depth += 1;
        }
        found
    }

    /// Takes the innermost loop to its next item; `false` when it has ended.
    fn go_on(&mut self) -> bool {
        let depth = self.depth - 1;
        let Some(mut round) = self.loops[depth] else {
            return false;
        };
        let found = self.enter(&mut round);
        self.loops[depth] = found.then_some(round);
        if !found {
            self.depth = depth;
        }
        found
    }

    /// Puts the next item of a loop in scope, or takes the last one out.
    fn enter(&mut self, round: &mut Round<'a>) -> bool {
        match round {
            Round::Walk { walk, index } => {
                let found = self.machine.enter(*walk, *index);
                *index += 1;
                if !found {
                    self.machine.leave(*walk);
                }
                found
            }
            Round::Placement(queue) => {
                while let ([item, rest @ ..], 1..) = (queue.placed, queue.left) {
                    queue.placed = rest;
                    let row = queue.items.find(item.key()).filter(|_| item.is_shown());
                    let Some(row) = row.and_then(|row| queue.items.row(row)) else {
                        continue;
                    };
                    let frame = Frame::Placed(PlacedRow::new(row, item.reason(), queue.reason));
                    self.machine.place(queue.row, Some(frame));
                    if queue.filter.is_none_or(|filter| self.machine.test(filter)) {
                        queue.left -= 1;
                        return true;
                    }
                }
                self.machine.place(queue.row, None);
                false
            }
        }
    }
}
