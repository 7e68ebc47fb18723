//! The values of nodes.

use super::{super::scratch::Kept, Datum, Machine, count, key, read};
use crate::{
    hir::Place,
    plan::{End, Kind, Node, NodeId, Shared, calculate, start_of},
    record::{ItemRow, Row},
    value::{
        DateTime, ValueRef, fold, number,
        sample::{self, Key},
    },
};

impl<'a, R: Row<'a>> Machine<'a, '_, R> {
    /// The value of a node.
    pub(in crate::eval) fn eval(&mut self, node: NodeId) -> Option<Datum<'a>> {
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
                let item = self.item(key, catalog)?;
                read(item.fields(), slot, kind).map(Datum::Plain)
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

    /// The item of a catalogue that has this key.
    pub(in crate::eval) fn item(&mut self, key: NodeId, catalog: u32) -> Option<ItemRow<'a>> {
        let key = self.eval(key)?;
        let items = self.at.items_of(self.program.catalogs[catalog as usize].id)?;
        let found = match self.resolve(key) {
            ValueRef::Text(key) => items.find(key),
            ValueRef::Int(key) => items.find_number(key),
            _ => None,
        };
        items.item_at(found?)
    }

    pub(super) fn slot(&self, place: Place, kind: Kind) -> Option<ValueRef<'a>> {
        match place.row {
            0 => read(self.customer, place.slot, kind),
            row => read(self.frames.get(row)?, place.slot, kind),
        }
    }

    pub(in crate::eval) fn shared(&mut self, index: u32) -> Option<Datum<'a>> {
        let index = index as usize;
        if let Shared::Segment { segment, .. } = self.program.shared[index]
            && let Some(members) = self.members
        {
            return Some(Datum::Plain(ValueRef::Bool(members.has(segment))));
        }
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
            Shared::Segment { block, .. } => Some(Datum::Plain(ValueRef::Bool(self.test(block)))),
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

    /// The ends of a stretch of time; nothing when one of them is missing.
    pub(in crate::eval) fn stretch(&mut self, stretch: u32) -> Option<(i64, i64)> {
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
}
