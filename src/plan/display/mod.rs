//! Programs for people: each leaf on a line, with where it goes on.

mod moment;
mod words;

use std::fmt::{self, Display, Formatter, Write};

use super::program::{
    BlockId, CollectionId, End, Kind, Node, NodeId, Op, Program, Sequence, Shared, Source, Spot, Stretch,
    Target, Test,
};
use crate::{
    function::Gives,
    hir::{AggregateKind, ArithmeticOp, Distance, Place, TextTest},
    schema::Layout,
    value::{Duration, Value},
};
use moment::moment_after;
use words::{aggregate, around, folded, matches, number, range, shares, sign, value, values};

/// Every block with its leaves, then what is shared.
///
/// ```text
/// block 0
///     0  country is "ES"                    1      no
///     1  count of purchases from now-PT2592000S to now where block 1 in 2..  yes  no
/// ```
impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, block) in self.blocks.iter().enumerate() {
            let names = Names {
                program: self,
                row: block.row,
                layout: self.layouts.get(index).and_then(|it| it.as_deref()),
            };
            writeln!(f, "block {index}")?;
            let end = self.end_of(index);
            match block.start {
                Target(start) if (start as usize) < self.leaves.len() => {
                    for place in start as usize..end {
                        let leaf = self.leaves[place];
                        let mut line = String::new();
                        names.op(leaf.op, &mut line)?;
                        let (then, otherwise) = (Goal(leaf.then), Goal(leaf.otherwise));
                        writeln!(f, "{place:>5}  {line:<50}  {then:<5} {otherwise}")?;
                    }
                }
                constant => writeln!(f, "       {}", Goal(constant))?,
            }
        }
        let names = Names {
            program: self,
            row: 0,
            layout: Some(&self.customer),
        };
        for (index, shared) in self.shared.iter().enumerate() {
            let mut line = String::new();
            match shared {
                Shared::Segment { block, .. } => write!(line, "block {}", block.0)?,
                Shared::Value(node) => names.node(*node, &mut line)?,
            }
            writeln!(f, "shared {index} = {line}")?;
        }
        Ok(())
    }
}

impl Program {
    /// The leaf after the last one of a block: blocks lie one behind the other.
    fn end_of(&self, block: usize) -> usize {
        let starts = self.blocks[block + 1..].iter().map(|it| it.start.0 as usize);
        starts
            .filter(|start| *start < self.leaves.len())
            .min()
            .unwrap_or(self.leaves.len())
    }

    /// A value as it would be written.
    #[cfg(test)]
    pub(crate) fn show(&self, node: NodeId) -> String {
        let names = Names {
            program: self,
            row: 0,
            layout: Some(&self.customer),
        };
        let mut out = String::new();
        names
            .node(node, &mut out)
            .expect("writing to a string cannot fail");
        out
    }
}

struct Goal(Target);

impl Display for Goal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Target::TRUE => f.pad("yes"),
            Target::FALSE => f.pad("no"),
            Target(leaf) => f.pad(&leaf.to_string()),
        }
    }
}

/// What slots are called where a leaf or a value stands.
#[derive(Clone, Copy)]
struct Names<'p> {
    program: &'p Program,
    row: u8,
    layout: Option<&'p Layout>,
}

impl Names<'_> {
    fn slot(self, row: u8, slot: u32, out: &mut String) -> fmt::Result {
        let layout = match row {
            0 => Some(&*self.program.customer),
            row if row == self.row => self.layout,
            _ => None,
        };
        // As it would be written: past what is called so nearer by.
        let path = layout.and_then(|it| Some(&it.slots.get(slot as usize)?.path));
        let own = self.layout.filter(|_| row == 0 && self.row != 0);
        if own.is_some_and(|it| it.slots.iter().any(|slot| path == Some(&slot.path))) {
            out.write_str("customer.")?;
        }
        match layout.and_then(|it| it.slots.get(slot as usize)) {
            Some(slot) if slot.path.is_empty() => out.write_str("it"),
            Some(slot) => out.write_str(&slot.name()),
            None => write!(out, "row {row} slot {slot}"),
        }
    }

    fn op(self, op: Op, out: &mut String) -> fmt::Result {
        let program = self.program;
        let text = |index: u32| &*program.texts[index as usize];
        let own = |slot: u32, out: &mut String| self.slot(self.row, slot, out);
        match op {
            Op::Known { slot } => {
                own(slot, out)?;
                out.write_str(" is known")
            }
            Op::Bool { slot } => own(slot, out),
            Op::Int { slot, low, high } => {
                own(slot, out)?;
                range(Kind::Int, low, high, out)
            }
            Op::Decimal { slot, low, high } => {
                own(slot, out)?;
                range(Kind::Decimal, low, high, out)
            }
            Op::Float { slot, low, high } => {
                own(slot, out)?;
                range(Kind::Float, low, high, out)
            }
            Op::Date { slot, low, high } => {
                own(slot, out)?;
                range(Kind::Date, low, high, out)
            }
            Op::DateTime { slot, low, high } => {
                own(slot, out)?;
                range(Kind::DateTime, low, high, out)
            }
            Op::DateWindow { slot, from, to } | Op::DateTimeWindow { slot, from, to } => {
                own(slot, out)?;
                let (from, to) = (End::Moment(from), End::Moment(to));
                let until_now = false;
                self.stretch(Stretch { from, to, until_now }, out)
            }
            Op::AnniversaryWindow { slot, from, to } => {
                own(slot, out)?;
                out.write_str(" anniversary")?;
                let (from, to) = (End::Moment(from), End::Moment(to));
                let until_now = false;
                self.stretch(Stretch { from, to, until_now }, out)
            }
            Op::Words { slot, mask } => {
                own(slot, out)?;
                out.write_str(" in")?;
                self.words(slot, mask, out)
            }
            Op::TextIs { slot, text: index } => {
                own(slot, out)?;
                write!(out, " is {:?}", text(index))
            }
            Op::TextIn { slot, set } => {
                own(slot, out)?;
                write!(out, " in {:?}", program.text_sets[set as usize])
            }
            Op::TextStarts { slot, text: index } => {
                own(slot, out)?;
                write!(out, " starts with {:?}", text(index))
            }
            Op::TextEnds { slot, text: index } => {
                own(slot, out)?;
                write!(out, " ends with {:?}", text(index))
            }
            Op::TextContains { slot, finder } => {
                own(slot, out)?;
                let needle = program.finders[finder as usize].needle();
                write!(out, " contains {:?}", String::from_utf8_lossy(needle))
            }
            Op::TextFolded { slot, folding } => {
                own(slot, out)?;
                folded(&program.foldings[folding as usize], out)
            }
            Op::TextMatches { slot, pattern } => {
                own(slot, out)?;
                matches(&program.patterns[pattern as usize], out)
            }
            Op::Near { slot, near } => {
                own(slot, out)?;
                around(&program.nears[near as usize], out)
            }
            Op::TextEmpty { slot } => {
                own(slot, out)?;
                out.write_str(" is empty")
            }
            Op::TextFilled { slot } => {
                own(slot, out)?;
                out.write_str(" is filled")
            }
            Op::NumberIn { slot, kind, set } => {
                own(slot, out)?;
                out.write_str(" in [")?;
                for (index, it) in program.number_sets[set as usize].iter().enumerate() {
                    out.write_str(if index == 0 { "" } else { ", " })?;
                    number(kind, *it, out)?;
                }
                out.write_str("]")
            }
            Op::Count { items, low, high } => {
                out.write_str("count of ")?;
                self.collection(items, out)?;
                range(Kind::Int, low, high, out)
            }
            Op::Value { node, low, high } => {
                self.node(node, out)?;
                if self.is_point(node) {
                    return shares(low, high, out);
                }
                range(self.kind(node), low, high, out)
            }
            Op::Shared { shared } => write!(out, "shared {shared}"),
            Op::Test { test } => self.test(program.tests[test as usize], out),
        }
    }

    fn words(self, slot: u32, mask: u64, out: &mut String) -> fmt::Result {
        let ty = self
            .layout
            .and_then(|it| it.slots.get(slot as usize))
            .map(|it| &it.ty);
        let words: &[_] = match ty {
            Some(crate::value::Type::Words(words)) => words,
            _ => &[],
        };
        for bit in (0..64).filter(|bit| mask >> bit & 1 == 1) {
            match words.get(bit) {
                Some(word) => write!(out, " {word:?}")?,
                None => write!(out, " {bit}")?,
            }
        }
        Ok(())
    }

    fn test(self, test: Test, out: &mut String) -> fmt::Result {
        let program = self.program;
        let between = |lhs, word: &str, rhs, out: &mut String| {
            self.node(lhs, out)?;
            write!(out, " {word} ")?;
            self.node(rhs, out)
        };
        let after = |node, words: &str, out: &mut String| {
            self.node(node, out)?;
            out.write_str(words)
        };
        match test {
            Test::Holds(node) => self.node(node, out),
            Test::Known(node) => after(node, " is known", out),
            Test::TextEmpty(node) => after(node, " is empty", out),
            Test::TextFilled(node) => after(node, " is filled", out),
            Test::Compare { op, lhs, rhs } => between(lhs, sign(op), rhs, out),
            Test::Between { operand, low, high } => {
                between(operand, "between", low, out)?;
                out.write_str(" and ")?;
                self.node(high, out)
            }
            Test::TextIn { operand, set } => {
                self.node(operand, out)?;
                write!(out, " in {:?}", program.text_sets[set as usize])
            }
            Test::ValueIn { operand, set } => {
                self.node(operand, out)?;
                out.write_str(" in ")?;
                values(&program.value_sets[set as usize], out)
            }
            Test::Text {
                test,
                operand,
                pattern,
            } => {
                let word = match test {
                    TextTest::Contains => "contains",
                    TextTest::StartsWith => "starts with",
                    TextTest::EndsWith => "ends with",
                };
                between(operand, word, pattern, out)
            }
            Test::Folded { operand, folding } => {
                self.node(operand, out)?;
                folded(&program.foldings[folding as usize], out)
            }
            Test::Matches { operand, pattern } => {
                self.node(operand, out)?;
                matches(&program.patterns[pattern as usize], out)
            }
            Test::Around { operand, near } => {
                self.node(operand, out)?;
                around(&program.nears[near as usize], out)
            }
            Test::Near { operand, of, within } => {
                self.node(operand, out)?;
                write!(out, " within chord² {within} of ")?;
                self.node(of, out)
            }
            Test::Window { operand, stretch } => {
                self.node(operand, out)?;
                self.stretch(program.stretches[stretch as usize], out)
            }
            Test::Anniversary { operand, stretch } => {
                self.node(operand, out)?;
                out.write_str(" anniversary")?;
                self.stretch(program.stretches[stretch as usize], out)
            }
            Test::AnyKnown { first, last } => {
                self.spot(first, out)?;
                out.write_str(" to ")?;
                self.spot(first.with_slot(last), out)?;
                out.write_str(" any known")
            }
            Test::ListSize { list, low, high } => {
                out.write_str("size of ")?;
                self.spot(list, out)?;
                let high = if high == u32::MAX { i64::MAX } else { high.into() };
                range(Kind::Int, low.into(), high, out)
            }
            Test::Contains { list, item, .. } => {
                self.spot(list, out)?;
                out.write_str(" contains ")?;
                self.node(item, out)
            }
            Test::Sequence(number) => self.sequence(&program.sequences[number as usize], out),
            Test::ContainsText { list, set } => {
                self.spot(list, out)?;
                write!(out, " contains any {:?}", program.text_sets[set as usize])
            }
            Test::ContainsEach { list, all, set, .. } => {
                self.spot(list, out)?;
                out.write_str(if all { " contains all " } else { " contains any " })?;
                values(&program.value_sets[set as usize], out)
            }
        }
    }

    fn node(self, node: NodeId, out: &mut String) -> fmt::Result {
        let program = self.program;
        match program.nodes[node.0 as usize] {
            Node::Constant(index) => value(&program.constants[index as usize], out),
            Node::Missing => out.write_str("missing"),
            Node::Clock(wall) => {
                out.write_str("clock ")?;
                number(Kind::DateTime, wall, out)
            }
            Node::Slot { place, .. } => self.slot(place.row, place.slot, out),
            Node::Follow {
                key, catalog, slot, ..
            } => self.field(key, catalog, slot, out),
            Node::Local(index) => write!(out, "local {index}"),
            Node::Now => out.write_str("now"),
            Node::Today => out.write_str("today"),
            Node::Shared(index) => write!(out, "shared {index}"),
            Node::Condition(block) => Self::block(block, out),
            Node::Arithmetic { op, lhs, rhs } => {
                out.write_str("(")?;
                self.node(lhs, out)?;
                out.write_str(match op {
                    ArithmeticOp::Add => " + ",
                    ArithmeticOp::Subtract => " - ",
                    ArithmeticOp::Multiply => " * ",
                    ArithmeticOp::Divide => " / ",
                })?;
                self.node(rhs, out)?;
                out.write_str(")")
            }
            Node::Negate(inner) => {
                out.write_str("-")?;
                self.node(inner, out)
            }
            Node::Shift { operand, months } => {
                out.write_str("(")?;
                self.node(operand, out)?;
                let sign = if months < 0 { '-' } else { '+' };
                write!(out, " {sign} {} months)", months.unsigned_abs())
            }
            Node::Point { salt, .. } => {
                write!(out, "sample {:?}", program.texts[salt as usize])
            }
            Node::Folded(inner) => {
                out.write_str("fold(")?;
                self.node(inner, out)?;
                out.write_str(")")
            }
            Node::Call { function, args } => {
                write!(out, "{}(", function.name())?;
                for (index, arg) in program.args[args as usize].iter().enumerate() {
                    out.write_str(if index == 0 { "" } else { ", " })?;
                    self.node(*arg, out)?;
                }
                out.write_str(")")
            }
            Node::Quantile { value, cuts } => {
                out.write_str("quantile(")?;
                self.node(value, out)?;
                write!(out, ", {:?})", program.number_sets[cuts as usize])
            }
            Node::Host { function, args } => {
                let name = program
                    .functions
                    .get(function as usize)
                    .map_or("?", |it| &it.name);
                write!(out, "{name}(")?;
                for (index, arg) in program.args[args as usize].iter().enumerate() {
                    out.write_str(if index == 0 { "" } else { ", " })?;
                    self.node(*arg, out)?;
                }
                out.write_str(")")
            }
            Node::Size(list) => {
                out.write_str("size(")?;
                self.spot(list, out)?;
                out.write_str(")")
            }
            Node::Case { arms, otherwise } => {
                out.write_str("case")?;
                for (condition, value) in &program.arms[arms as usize] {
                    out.write_str(" when ")?;
                    Self::block(*condition, out)?;
                    out.write_str(" then ")?;
                    self.node(*value, out)?;
                }
                if let Some(otherwise) = otherwise {
                    out.write_str(" else ")?;
                    self.node(otherwise, out)?;
                }
                out.write_str(" end")
            }
            Node::Count(items) => {
                out.write_str("count(")?;
                self.collection(items, out)?;
                out.write_str(")")
            }
            Node::Aggregate {
                kind, value, items, ..
            } => {
                write!(out, "{}(", aggregate(kind))?;
                let collection = program.collections[items.0 as usize];
                let inner = Names {
                    row: collection.row,
                    layout: self.layout_of(collection.source),
                    ..self
                };
                inner.node(value, out)?;
                out.write_str(" of ")?;
                self.collection(items, out)?;
                out.write_str(")")
            }
        }
    }

    fn block(block: BlockId, out: &mut String) -> fmt::Result {
        write!(out, "block {}", block.0)
    }

    fn layout_of(&self, source: Source) -> Option<&Layout> {
        match source {
            Source::Events(event) => self.program.events.get(event).map(|(_, layout)| &**layout),
            Source::List(Spot::Row(Place { row: 0, slot })) => {
                self.program.customer.slots.get(slot as usize)?.items.as_deref()
            }
            Source::List(Spot::Row(place)) if place.row == self.row => {
                self.layout?.slots.get(place.slot as usize)?.items.as_deref()
            }
            Source::List(Spot::Row(_)) => None,
            Source::List(Spot::Item { catalog, slot, .. }) => {
                let layout = &self.program.catalogs.get(catalog as usize)?.layout;
                layout.slots.get(slot as usize)?.items.as_deref()
            }
        }
    }

    fn spot(self, spot: Spot, out: &mut String) -> fmt::Result {
        match spot {
            Spot::Row(place) => self.slot(place.row, place.slot, out),
            Spot::Item { key, catalog, slot } => self.field(key, catalog, slot, out),
        }
    }

    /// A field of a catalogue's item.
    fn field(self, key: NodeId, catalog: u32, slot: u32, out: &mut String) -> fmt::Result {
        self.node(key, out)?;
        let layout = &self.program.catalogs[catalog as usize].layout;
        match layout.slots.get(slot as usize) {
            Some(slot) => write!(out, ".{}", slot.name()),
            None => write!(out, ".{slot}"),
        }
    }

    fn collection(self, items: CollectionId, out: &mut String) -> fmt::Result {
        let collection = self.program.collections[items.0 as usize];
        match collection.source {
            Source::Events(event) => match self.program.events.get(event) {
                Some((name, _)) => out.write_str(name)?,
                None => write!(out, "events {event}")?,
            },
            Source::List(list) => self.spot(list, out)?,
        }
        if let Some(stretch) = collection.stretch {
            self.stretch(self.program.stretches[stretch as usize], out)?;
        }
        match collection.filter {
            Some(filter) => write!(out, " where block {}", filter.0),
            None => Ok(()),
        }
    }

    fn sequence(self, sequence: &Sequence, out: &mut String) -> fmt::Result {
        out.write_str("any ")?;
        self.collection(sequence.first, out)?;
        for step in &sequence.steps {
            let word = if step.none { "no" } else { "any" };
            let name = self.program.events.get(step.event);
            write!(
                out,
                " followed by {word} {}",
                name.map_or("events", |(name, _)| name)
            )?;
            if let Some(filter) = step.filter {
                write!(out, " where block {}", filter.0)?;
            }
            match step.within {
                Distance::Micros(micros) => write!(out, " within {}", Duration::from_micros(micros))?,
                Distance::Months(months) => write!(out, " within {months} months")?,
            }
        }
        Ok(())
    }

    fn stretch(self, stretch: Stretch, out: &mut String) -> fmt::Result {
        self.end([" from ", " after "], stretch.from, out)?;
        self.end([" to before ", " to "], stretch.to, out)
    }

    /// An end with the words before it: those for the moment itself, and those for the step after it.
    fn end(self, words: [&str; 2], end: End, out: &mut String) -> fmt::Result {
        match end {
            End::Moment(index) => match self.program.moments.get(index) {
                Some(moment) => moment_after(words, moment, &self.program.moments, out),
                None => Ok(()),
            },
            End::Value {
                node,
                start_of_day,
                after,
            } => {
                out.write_str(words[usize::from(after)])?;
                if let Some(plus) = start_of_day {
                    write!(out, "the start of {plus} days after ")?;
                }
                self.node(node, out)
            }
        }
    }

    fn is_point(self, node: NodeId) -> bool {
        match self.program.nodes[node.0 as usize] {
            Node::Point { .. } => true,
            Node::Shared(index) => {
                matches!(self.program.shared[index as usize], Shared::Value(node) if self.is_point(node))
            }
            _ => false,
        }
    }

    /// How a value's range is written.
    fn kind(self, node: NodeId) -> Kind {
        match self.program.nodes[node.0 as usize] {
            Node::Slot { kind, .. } => kind,
            Node::Aggregate { kind, of, .. } => match kind {
                AggregateKind::Count | AggregateKind::Distinct => Kind::Int,
                AggregateKind::Avg if of == Kind::Int => Kind::Decimal,
                _ => of,
            },
            Node::Negate(inner) | Node::Shift { operand: inner, .. } => self.kind(inner),
            Node::Shared(index) => match self.program.shared[index as usize] {
                Shared::Value(node) => self.kind(node),
                Shared::Segment { .. } => Kind::Bool,
            },
            Node::Constant(index) => match &self.program.constants[index as usize] {
                Value::Decimal(_) => Kind::Decimal,
                Value::Float(_) => Kind::Float,
                Value::Date(_) => Kind::Date,
                Value::DateTime(_) => Kind::DateTime,
                Value::Duration(_) => Kind::Duration,
                _ => Kind::Int,
            },
            Node::Arithmetic { op, lhs, .. } => match (op, self.kind(lhs)) {
                (ArithmeticOp::Divide, Kind::Int) => Kind::Decimal,
                (ArithmeticOp::Subtract, Kind::Date | Kind::DateTime) => Kind::Duration,
                (_, kind) => kind,
            },
            Node::Call { function, args } => match function.signature().gives {
                Gives::Float => Kind::Float,
                Gives::Decimal => Kind::Decimal,
                Gives::Date => Kind::Date,
                Gives::Same => self.kind(self.program.args[args as usize][0]),
                Gives::Int | Gives::String | Gives::Weekday => Kind::Int,
            },
            Node::Now | Node::Clock(_) => Kind::DateTime,
            Node::Today => Kind::Date,
            _ => Kind::Int,
        }
    }
}
