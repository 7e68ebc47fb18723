//! Runs a program for one customer.

mod assign;
mod digits;
mod list;
mod rounds;
mod value;

use std::sync::Arc;

use self::rounds::Round;
use super::{
    Rendered,
    arena::Lent,
    context::Escape,
    escape,
    inputs::Inputs,
    pieces::push_pieces,
    placements::Placements,
    program::{Fallback, Op, Passage, Position, Program},
};
use crate::{
    check::template::DEEPEST_CAPTURE,
    error::LimitKind,
    eval::{self, At, Frame, Machine, MadeLists, Members},
    hir::Place,
    limits::Limits,
    record::{self, PlacedRow, Row},
    value::{Value, text},
};

/// Everything that one message is made from.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) program: &'a Program,
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

/// More locals and loops than these lie in the arena: what is not used takes time to clear.
const LOCALS_IN_PLACE: usize = 4;
const LOOPS_IN_PLACE: usize = 1;

impl<'a> Job<'a> {
    /// Appends the message; when there is none, or a limit is reached, `out` is as it was.
    #[inline]
    pub(super) fn run<R: Row<'a>>(
        self,
        customer: R,
        members: Option<&Members<'a, R>>,
        inputs: &'a Inputs,
        out: &mut String,
    ) -> Result<Rendered, Reached> {
        let base = out.len();
        out.reserve(self.program.length);
        let result = self.straight(customer, members, inputs, out);
        if !matches!(result, Ok(Rendered::Sent)) {
            out.truncate(base);
        }
        result
    }

    /// Runs the steps that need nothing but slots of the customer and inputs, and leaves the rest to a machine. It is not
    /// small: for a short message, making one would take longer than all else.
    fn straight<R: Row<'a>>(
        self,
        customer: R,
        members: Option<&Members<'a, R>>,
        inputs: &'a Inputs,
        out: &mut String,
    ) -> Result<Rendered, Reached> {
        let program = self.program;
        let end = out.len().saturating_add(self.limits.output_bytes);
        let mut next = 0;
        while let Some(step) = program.steps.get(next) {
            step.text.push_to(out);
            if out.len() > end {
                return Err(self.too_long(next, Part::Text));
            }
            let here = next;
            next += 1;
            // Asked for first, because a jump by a table takes longer.
            if let Op::Text {
                place,
                escape,
                fallback,
                is_filled,
            } = step.op
                && place.row == 0
            {
                let text = customer.text(place.slot);
                if !self.show_text(text, is_filled, escape, fallback, out) {
                    return Ok(self.without_value());
                }
                if out.len() > end {
                    return Err(self.too_long(here, Part::Op));
                }
                continue;
            }
            let is_shown = match step.op {
                Op::Nothing => continue,
                Op::Number {
                    place,
                    is_decimal,
                    fallback,
                } if place.row == 0 => {
                    let number = if is_decimal {
                        customer.decimal(place.slot)
                    } else {
                        customer.int(place.slot)
                    };
                    self.show_number(number, is_decimal, fallback, out)
                }
                Op::Input {
                    index,
                    escape,
                    fallback,
                } => self.show_input(inputs, index, escape, fallback, out),
                Op::Unless { condition, to } => {
                    match eval::test_slots(&program.plan, customer, self.at, condition) {
                        Some(true) => {}
                        Some(false) => next = to as usize,
                        None => return self.with_machine(here, customer, members, inputs, out, end),
                    }
                    continue;
                }
                Op::Jump(to) => {
                    next = to as usize;
                    continue;
                }
                Op::Skip(reason) => return Ok(self.skipped(reason)),
                _ => return self.with_machine(here, customer, members, inputs, out, end),
            };
            if !is_shown {
                return Ok(self.without_value());
            }
            if out.len() > end {
                return Err(self.too_long(here, Part::Op));
            }
        }
        Ok(Rendered::Sent)
    }

    /// Goes on from the instruction of a step, whose text is written.
    #[inline(never)]
    fn with_machine<R: Row<'a>>(
        self,
        step: usize,
        customer: R,
        members: Option<&Members<'a, R>>,
        inputs: &'a Inputs,
        out: &mut String,
        end: usize,
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
        let mut few_loops = [None; LOOPS_IN_PLACE];
        let deepest = self.program.deepest_loop;
        let loops = match few_loops.get_mut(..deepest) {
            Some(few) => few,
            None => self.arena.get().places(deepest, None),
        };
        let mut renderer = Renderer {
            machine: Machine::with_locals(&self.program.plan, customer, self.at, locals),
            job: &self,
            inputs,
            out,
            end,
            rounds: 0,
            loops,
            depth: 0,
            lists: &[],
            captures: [0; DEEPEST_CAPTURE],
            captured: 0,
        };
        renderer.machine.ask_for_segments(members);
        renderer.make_places();
        renderer.run(step)
    }

    /// Writes a text, which may be known not to be blank, or what stands in its place; `false` when there is neither.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "most steps of most messages do this and nothing else"
    )]
    fn show_text(
        &self,
        value: Option<&str>,
        is_filled: bool,
        escape: Escape,
        fallback: Fallback,
        out: &mut String,
    ) -> bool {
        match value {
            Some(it) if is_filled || fallback == Fallback::NONE || text::filled(it) => {
                if escape == Escape::None {
                    out.push_str(it);
                } else {
                    escape::write(escape, it, out);
                }
                true
            }
            _ => self.fall_back(fallback, out),
        }
    }

    #[inline]
    fn show_number(
        &self,
        value: Option<i64>,
        is_decimal: bool,
        fallback: Fallback,
        out: &mut String,
    ) -> bool {
        match value {
            Some(it) if is_decimal => digits::write_decimal(it, out),
            Some(it) => digits::write_int(it, out),
            None => return self.fall_back(fallback, out),
        }
        true
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "many short messages show one, and a call takes as long as what it does"
    )]
    fn show_input(
        &self,
        inputs: &Inputs,
        index: u32,
        escape: Escape,
        fallback: Fallback,
        out: &mut String,
    ) -> bool {
        match inputs.value(index) {
            // Texts are let in only where they are filled.
            Some(Value::Text(it)) => self.show_text(Some(it), true, escape, fallback, out),
            Some(it) if fallback == Fallback::NONE || !value::gives_way(it.as_ref(), false) => {
                value::write_value(it.as_ref(), escape, self, out);
                true
            }
            _ => self.fall_back(fallback, out),
        }
    }

    #[inline]
    fn fall_back(&self, fallback: Fallback, out: &mut String) -> bool {
        let text = self.program.fallbacks.get(fallback.0 as usize);
        out.push_str(text.map_or("", |it| &**it));
        text.is_some()
    }

    #[cold]
    fn skipped(&self, reason: u32) -> Rendered {
        Rendered::Skipped(Arc::clone(&self.program.reasons[reason as usize]))
    }

    #[cold]
    fn without_value(&self) -> Rendered {
        Rendered::Skipped(Arc::clone(&self.program.no_value))
    }

    #[cold]
    fn too_long(&self, step: usize, part: Part) -> Reached {
        self.reached(LimitKind::OutputBytes(self.limits.output_bytes), step, part)
    }

    #[cold]
    fn reached(&self, kind: LimitKind, step: usize, part: Part) -> Reached {
        let positions = self.program.positions.get(step);
        let position = positions.map_or_else(Position::default, |it| it[part as usize]);
        Reached { kind, position }
    }
}

/// Which half of a step.
#[derive(Clone, Copy, Debug)]
enum Part {
    Text,
    Op,
}

/// What comes after an instruction.
enum Next {
    Step(usize),
    /// There is no message.
    None(Rendered),
}

struct Renderer<'a, 'l, 'o, R: Row<'a>> {
    machine: Machine<'a, 'l, R>,
    job: &'l Job<'a>,
    inputs: &'a Inputs,
    out: &'o mut String,
    /// The length that the buffer may reach.
    end: usize,
    rounds: usize,
    /// The loops that are open, as many as there can be.
    loops: &'l mut [Option<Round<'a, R>>],
    depth: usize,
    /// The lists that the template made.
    lists: MadeLists<'a, R>,
    /// Where in the buffer each open capture begins.
    captures: [usize; DEEPEST_CAPTURE],
    captured: usize,
}

impl<'a, R: Row<'a>> Renderer<'a, '_, '_, R> {
    /// Runs the program from the instruction of that step on.
    fn run(&mut self, step: usize) -> Result<Rendered, Reached> {
        let (job, program) = (self.job, self.job.program);
        let mut here = step;
        while let Some(step) = program.steps.get(here) {
            // Asked for first, because a jump by a table takes longer.
            if let Op::Text {
                place,
                escape,
                fallback,
                is_filled,
            } = step.op
            {
                if !self.text(place, is_filled, escape, fallback) {
                    return Ok(job.without_value());
                }
                self.check_length(here, Part::Op)?;
                here += 1;
            } else {
                here = match self.other(here, step.op)? {
                    Next::Step(next) => next,
                    Next::None(rendered) => return Ok(rendered),
                };
            }
            if let Some(step) = program.steps.get(here) {
                step.text.push_to(self.out);
                self.check_length(here, Part::Text)?;
            }
        }
        Ok(Rendered::Sent)
    }

    /// Writes the text at a slot; `false` when there is none.
    #[inline]
    fn text(&mut self, place: Place, is_filled: bool, escape: Escape, fallback: Fallback) -> bool {
        let value = self.machine.text_at(place);
        self.job.show_text(value, is_filled, escape, fallback, self.out)
    }

    /// Copies a passage, or writes it for the first time; gives the reason when there is no message.
    #[inline]
    fn passage(
        &mut self,
        here: usize,
        passage: &Passage,
        item: Option<PlacedRow<'a>>,
    ) -> Result<Option<Rendered>, Reached> {
        let kept = item.and_then(|item| item.passage(&passage.key));
        match kept.and_then(record::Passage::text) {
            // Where a limit is reached, each step tells whether it is the one.
            Some(kept)
                if kept.text.len() <= self.end.saturating_sub(self.out.len())
                    && (kept.scratch == 0 || kept.scratch <= self.job.arena.left()) =>
            {
                if kept.scratch > 0 {
                    self.job.arena.get().charge(kept.scratch);
                }
                push_pieces(&kept.text, self.out);
                Ok(None)
            }
            _ => self.write_passage(here, passage, item, kept),
        }
    }

    #[cold]
    fn write_passage(
        &mut self,
        here: usize,
        passage: &Passage,
        item: Option<PlacedRow<'a>>,
        kept: Option<record::Passage<'a>>,
    ) -> Result<Option<Rendered>, Reached> {
        self.machine.place(passage.row, item.map(Frame::Placed));
        let (steps, until) = (&self.job.program.steps, passage.until as usize);
        let (start, left) = (self.out.len(), self.job.arena.left());
        for (number, step) in (here + 1..until).zip(&steps[here + 1..until]) {
            step.text.push_to(self.out);
            self.check_length(number, Part::Text)?;
            if let Next::None(rendered) = self.other(number, step.op)? {
                return Ok(Some(rendered));
            }
        }
        if let Some(kept) = kept {
            kept.keep(&self.out[start..], left - self.job.arena.left());
        }
        Ok(None)
    }

    /// Does what is no text of a slot.
    #[inline]
    fn other(&mut self, here: usize, op: Op) -> Result<Next, Reached> {
        let (job, program) = (self.job, self.job.program);
        let mut next = here + 1;
        let is_shown = match op {
            Op::Text {
                place,
                escape,
                fallback,
                is_filled,
            } => self.text(place, is_filled, escape, fallback),
            Op::Number {
                place,
                is_decimal,
                fallback,
            } => {
                let number = self.machine.number_at(place, is_decimal);
                job.show_number(number, is_decimal, fallback, self.out)
            }
            Op::Input {
                index,
                escape,
                fallback,
            } => job.show_input(self.inputs, index, escape, fallback, self.out),
            Op::Value {
                node,
                fallback,
                escape,
            } => self.value(node, fallback, escape),
            Op::Output(number) => {
                let is_shown = self.output(&program.outputs[number as usize]);
                if is_shown {
                    self.check_rounds(here)?;
                }
                is_shown
            }
            Op::Unless { condition, to } => {
                if !self.machine.test(condition) {
                    next = to as usize;
                }
                true
            }
            Op::Nothing => true,
            Op::Passage(number) => {
                let passage = &program.passages[number as usize];
                let item = self.machine.placed_item(passage.row);
                return Ok(match self.passage(here, passage, item)? {
                    Some(rendered) => Next::None(rendered),
                    None => Next::Step(passage.until as usize),
                });
            }
            Op::Jump(to) => {
                next = to as usize;
                true
            }
            Op::Open { number, none } => {
                if let Some(passage) = program.loops[number as usize].passage {
                    return self.rounds_of(here, number as usize, &program.passages[passage as usize], none);
                }
                if self.open(number as usize) {
                    self.count_round(here)?;
                } else {
                    next = none as usize;
                }
                true
            }
            Op::Next { body } => {
                if self.go_on() {
                    self.count_round(here)?;
                    next = body as usize;
                }
                true
            }
            Op::Leave => {
                self.end_round();
                true
            }
            Op::Assign { number, target } => {
                self.assign(&program.outputs[number as usize], target);
                self.check_rounds(here)?;
                true
            }
            Op::Capture => {
                self.captures[self.captured] = self.out.len();
                self.captured += 1;
                true
            }
            Op::Captured { local } => {
                self.end_capture(local);
                true
            }
            Op::Skip(reason) => return Ok(Next::None(job.skipped(reason))),
        };
        if !is_shown {
            return Ok(Next::None(job.without_value()));
        }
        self.check_length(here, Part::Op)?;
        Ok(Next::Step(next))
    }

    #[inline]
    fn check_length(&self, step: usize, part: Part) -> Result<(), Reached> {
        if self.out.len() > self.end {
            return Err(self.job.too_long(step, part));
        }
        if self.job.arena.is_full() {
            let kind = LimitKind::ScratchBytes(self.job.limits.scratch_bytes);
            return Err(self.job.reached(kind, step, part));
        }
        Ok(())
    }

    fn count_round(&mut self, step: usize) -> Result<(), Reached> {
        self.rounds += 1;
        self.check_rounds(step)
    }

    fn check_rounds(&self, step: usize) -> Result<(), Reached> {
        if self.rounds > self.job.limits.iterations {
            let kind = LimitKind::Iterations(self.job.limits.iterations);
            return Err(self.job.reached(kind, step, Part::Op));
        }
        Ok(())
    }
}
