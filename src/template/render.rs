//! Runs a program for one customer.

use std::{cell::Cell, fmt::Write, sync::Arc};

use super::{
    Rendered,
    compile::DEEPEST_LOOP,
    context::Escape,
    escape,
    filter::text as letters,
    inputs::Inputs,
    placements::{PlacedItem, Placements},
    program::{Filter, Op, Output, Over, Program, Source},
};
use crate::{
    error::LimitKind,
    eval::{At, Frame, Machine, Walk},
    plan::{BlockId, NodeId},
    record::{Items, PlacedRow, Row},
    value::{Schemes, ValueRef, text},
};

/// Everything that one message is made from.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) program: &'a Program,
    pub(super) schemes: &'a Schemes,
    pub(super) placements: &'a Placements,
    pub(super) at: &'a At,
    pub(super) output_bytes: usize,
    pub(super) iterations: usize,
}

/// A limit that was reached, at a position of the template.
pub(super) struct Reached {
    pub(super) kind: LimitKind,
    pub(super) position: u32,
}

/// Inputs beyond this number cost an allocation for each message.
const INPUTS_IN_PLACE: usize = 16;

impl<'a> Job<'a> {
    /// Appends the message; when there is none, or a limit is reached, `out` is as it was.
    pub(super) fn run<R: Row<'a>>(
        self,
        customer: R,
        inputs: &'a Inputs,
        out: &mut String,
    ) -> Result<Rendered, Reached> {
        let mut few = [None; INPUTS_IN_PLACE];
        let mut many = Vec::new();
        let count = inputs.values().count();
        let locals = if count <= few.len() {
            for (local, value) in few.iter_mut().zip(inputs.values()) {
                *local = value;
            }
            &mut few[..count]
        } else {
            many.extend(inputs.values());
            &mut many[..]
        };
        let base = out.len();
        out.reserve(self.program.text.len());
        let mut renderer = Renderer {
            machine: Machine::with_locals(&self.program.plan, customer, self.at, locals),
            job: self,
            out,
            end: base.saturating_add(self.output_bytes),
            rounds: 0,
            loops: [None; DEEPEST_LOOP],
            depth: 0,
            scratch: None,
        };
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
    scratch: Option<Box<Scratch>>,
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

/// What has come out of the filters so far; text lies in the scratch.
#[derive(Clone, Copy)]
enum Current {
    Missing,
    Plain(ValueRef<'static>),
    Text,
}

/// Texts on their way through filters.
#[derive(Default)]
struct Scratch {
    text: String,
    next: String,
}

thread_local! {
    static IDLE: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
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
                return Err(self.reached(LimitKind::OutputBytes(self.job.output_bytes), here));
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
        if self.rounds > self.job.iterations {
            return Err(self.reached(LimitKind::Iterations(self.job.iterations), op));
        }
        Ok(())
    }

    /// Writes a value that passes no filter but `default`; `false` when there is none.
    fn value(&mut self, node: NodeId, fallback: Option<NodeId>, escape: Escape) -> bool {
        let job = self.job;
        if let Some(value) = self.machine.value(node)
            && (fallback.is_none() || !gives_way(value))
        {
            write_value(value, escape, &job, &mut self.scratch, self.out);
            return true;
        }
        let Some(value) = fallback.and_then(|node| self.machine.value(node)) else {
            return false;
        };
        write_value(value, escape, &job, &mut self.scratch, self.out);
        true
    }

    /// Writes a value that passes filters; `false` when nothing came out of them.
    fn output(&mut self, output: &Output) -> bool {
        let mut scratch = self.scratch.take().unwrap_or_else(take_scratch);
        let mut current = match output.source {
            Source::Value(node) => self.load(node, &mut scratch),
            // A list goes into `join` or `size`, which look at it themselves.
            Source::List(..) => Current::Missing,
        };
        for filter in &output.filters {
            current = self.apply(filter, current, output.source, &mut scratch);
        }
        match current {
            Current::Missing => {
                self.scratch = Some(scratch);
                return false;
            }
            Current::Text => escape::write(output.escape, &scratch.text, self.job.schemes, self.out),
            Current::Plain(value) => {
                self.scratch = Some(scratch);
                write_value(value, output.escape, &self.job, &mut self.scratch, self.out);
                return true;
            }
        }
        self.scratch = Some(scratch);
        true
    }

    fn load(&mut self, node: NodeId, scratch: &mut Scratch) -> Current {
        match self.machine.value(node) {
            None => Current::Missing,
            Some(ValueRef::Text(text)) => {
                scratch.text.clear();
                scratch.text.push_str(text);
                Current::Text
            }
            Some(value) => detached(value),
        }
    }

    fn apply(&mut self, filter: &Filter, current: Current, source: Source, scratch: &mut Scratch) -> Current {
        let job = self.job;
        match (filter, current) {
            (Filter::Default(node), current) => {
                let gives_way = match current {
                    Current::Missing => true,
                    Current::Text => !text::filled(&scratch.text),
                    Current::Plain(value) => gives_way(value),
                };
                if gives_way {
                    self.load(*node, scratch)
                } else {
                    current
                }
            }
            (Filter::Join(glue), _) => self.join(glue, source, scratch),
            (Filter::Size, current) => {
                let size = match (source, current) {
                    (Source::List(place, _), Current::Missing) => self.machine.list_size(place).unwrap_or(0),
                    (_, Current::Missing) => 0,
                    (_, current) => {
                        show(current, &job, scratch);
                        scratch.text.chars().count()
                    }
                };
                Current::Plain(ValueRef::Int(i64::try_from(size).unwrap_or(i64::MAX)))
            }
            (_, Current::Missing) => Current::Missing,
            (Filter::Date(form), Current::Plain(value)) => {
                scratch.text.clear();
                if form.write(value, job.at.zone(), &mut scratch.text) {
                    Current::Text
                } else {
                    Current::Missing
                }
            }
            (Filter::Money(currency), Current::Plain(value)) => {
                scratch.text.clear();
                if currency.write(value, &mut scratch.text) {
                    Current::Text
                } else {
                    Current::Missing
                }
            }
            (Filter::Date(_) | Filter::Money(_), Current::Text) => current,
            (filter, current) => {
                show(current, &job, scratch);
                let Scratch { text, next } = scratch;
                next.clear();
                match filter {
                    Filter::Upcase => text::upper(text, next),
                    Filter::Downcase => text::lower(text, next),
                    Filter::Capitalize => letters::capitalize(text, next),
                    Filter::Truncate { length, ellipsis } => letters::truncate(text, *length, ellipsis, next),
                    Filter::Escape => escape::html(text, next),
                    _ => escape::form_url(text, next),
                }
                std::mem::swap(text, next);
                Current::Text
            }
        }
    }

    fn join(&mut self, glue: &str, source: Source, scratch: &mut Scratch) -> Current {
        let Source::List(place, kind) = source else {
            return Current::Missing;
        };
        let (job, most) = (self.job, self.job.output_bytes);
        let text = &mut scratch.text;
        text.clear();
        let mut first = true;
        let present = self.machine.each_in_list(place, kind, |value| {
            if !std::mem::take(&mut first) {
                text.push_str(glue);
            }
            write_plain(value, &job, text);
            // The rest would not fit either.
            text.len() <= most
        });
        if present { Current::Text } else { Current::Missing }
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
                let most = job.iterations.saturating_sub(self.rounds).saturating_add(1);
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

impl<'a, R: Row<'a>> Drop for Renderer<'a, '_, '_, R> {
    fn drop(&mut self) {
        if let Some(scratch) = self.scratch.take() {
            // When the thread is ending there is nobody to give it to.
            let _ = IDLE.try_with(|idle| idle.set(Some(scratch)));
        }
    }
}

#[expect(clippy::unnecessary_box_returns, reason = "it is kept in its box")]
fn take_scratch() -> Box<Scratch> {
    IDLE.try_with(Cell::take).ok().flatten().unwrap_or_default()
}

/// Whether `default` puts something else in place of a value that is there.
fn gives_way(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Text(it) => !text::filled(it),
        ValueRef::Bool(it) => !it,
        _ => false,
    }
}

/// A value without text does not borrow.
fn detached(value: ValueRef<'_>) -> Current {
    Current::Plain(match value {
        ValueRef::Text(_) => return Current::Missing,
        ValueRef::Bool(it) => ValueRef::Bool(it),
        ValueRef::Int(it) => ValueRef::Int(it),
        ValueRef::Float(it) => ValueRef::Float(it),
        ValueRef::Decimal(it) => ValueRef::Decimal(it),
        ValueRef::Date(it) => ValueRef::Date(it),
        ValueRef::DateTime(it) => ValueRef::DateTime(it),
        ValueRef::Duration(it) => ValueRef::Duration(it),
        ValueRef::Geo(it) => ValueRef::Geo(it),
    })
}

/// Turns what is no text yet into text.
fn show(current: Current, job: &Job<'_>, scratch: &mut Scratch) {
    if let Current::Plain(value) = current {
        scratch.text.clear();
        write_plain(value, job, &mut scratch.text);
    }
}

fn write_plain(value: ValueRef<'_>, job: &Job<'_>, out: &mut String) {
    match value {
        ValueRef::Text(it) => out.push_str(it),
        ValueRef::Bool(it) => out.push_str(if it { "true" } else { "false" }),
        ValueRef::Decimal(it) => write_decimal(it.units(), out),
        ValueRef::DateTime(_) => {
            job.program.instants.write(value, job.at.zone(), out);
        }
        value => {
            let _ = write!(out, "{value}");
        }
    }
}

fn write_value(
    value: ValueRef<'_>,
    escape: Escape,
    job: &Job<'_>,
    scratch: &mut Option<Box<Scratch>>,
    out: &mut String,
) {
    match (value, escape) {
        (ValueRef::Text(it), _) => escape::write(escape, it, job.schemes, out),
        // Digits, letters and `-.:+` mean nothing in text.
        (value, Escape::None | Escape::Html | Escape::Css | Escape::JsonText)
        | (
            value @ (ValueRef::Bool(_) | ValueRef::Int(_) | ValueRef::Decimal(_) | ValueRef::Float(_)),
            Escape::JsonValue,
        ) => write_plain(value, job, out),
        (value, escape) => {
            let scratch = scratch.get_or_insert_with(take_scratch);
            scratch.next.clear();
            write_plain(value, job, &mut scratch.next);
            escape::write(escape, &scratch.next, job.schemes, out);
        }
    }
}

/// As many digits as needed, without memory of their own.
fn write_decimal(units: i64, out: &mut String) {
    let magnitude = units.unsigned_abs();
    let (whole, part) = (magnitude / 10_000, magnitude % 10_000);
    let _ = write!(out, "{}{whole}", if units < 0 { "-" } else { "" });
    if part != 0 {
        let _ = write!(out, ".{part:04}");
        out.truncate(out.trim_end_matches('0').len());
    }
}
