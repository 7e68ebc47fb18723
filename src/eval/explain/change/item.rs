//! Items that a collection counts: made like one that is there, or from nothing, so that they meet its `where`.

use super::{core, edit};
use crate::{
    eval::explain::{
        names::Names,
        picture::{Cell, Picture, PictureRow},
    },
    eval::{
        At,
        interpret::{Interpreter, Item},
    },
    hir::{Condition, ConditionKind, Expr, ExprKind, Items, Module, Part, Source},
    schema::Layout,
    value::{DateTime, Field, Geo, Type, Value},
};

/// How many of the items that are there are tried as patterns.
const PATTERNS: usize = 20;

/// Makes items for one customer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Maker<'s> {
    pub(super) module: &'s Module,
    pub(super) names: &'s Names<'s>,
    pub(super) at: &'s At,
    pub(super) picture: &'s Picture,
}

/// An item, what it was made like, and where it differs from it.
pub(super) type Made = (Option<usize>, PictureRow, Vec<u32>);

impl Maker<'_> {
    /// Positions of the items that count.
    pub(super) fn counted(&self, items: &Items) -> Vec<usize> {
        let mut ask = Interpreter::new(self.module, self.picture, self.at, &[]);
        let found = ask.items(items);
        let all = edit::rows(self.picture, &items.source);
        // Both are in one order.
        let mut next = 0;
        let position = |row: &PictureRow| {
            let from = next;
            let found = all[from..].iter().position(|it| std::ptr::eq(it, row));
            next = found.map_or(from, |it| from + it + 1);
            found.map(|it| from + it)
        };
        found
            .into_iter()
            .filter_map(Item::own)
            .filter_map(position)
            .collect()
    }

    /// Items that count, for which `value`, if given, is `target` or near it; at the latest moment that the window has. The
    /// first are like those that are there, the last is made from nothing; at most `most`.
    pub(super) fn make(&self, items: &Items, target: Option<(&Expr, &Value)>, most: usize) -> Vec<Made> {
        let Some(layout) = self.names.layout_of(&items.source) else {
            return Vec::new();
        };
        let moment = match (&items.source, self.moment(items)) {
            (Source::Events(_), None) => return Vec::new(),
            (Source::Events(_), moment) => moment,
            (Source::List(_), _) => None,
        };
        let mut made: Vec<Made> = Vec::new();
        let all = edit::rows(self.picture, &items.source);
        let counted = self.counted(items);
        let others = (0..all.len()).rev().filter(|it| !counted.contains(it));
        let patterns = counted.iter().rev().copied().chain(others).take(PATTERNS);
        let patterns = patterns.map(|index| (Some(index), all[index].clone()));
        let from_nothing = std::iter::once((None, self.blank(&items.source, &layout)));
        for (like, pattern) in patterns.chain(from_nothing) {
            if made.len() == most || like.is_some() && made.len() + 1 == most && most > 1 {
                continue;
            }
            let mut row = pattern.clone();
            if let Some(moment) = moment {
                edit::put(&mut row, 0, &Value::DateTime(moment));
            }
            let Some(row) = self.fitted(items, row, target, &layout) else {
                continue;
            };
            let with = (0..)
                .zip(row.cells.iter().zip(&pattern.cells))
                .filter(|(slot, (cell, before))| match (cell, before) {
                    (Cell::Value(now), Cell::Value(before)) => {
                        like.is_none() || now != before || (*slot == 0 && moment.is_some())
                    }
                    (Cell::Value(_), _) => true,
                    _ => false,
                })
                .map(|(slot, _)| slot);
            let with = with.collect();
            made.push((like, row, with));
        }
        made
    }

    /// The row with the target in it, and then so that it meets the filter; nothing when both do not go together.
    fn fitted(
        &self,
        items: &Items,
        row: PictureRow,
        target: Option<(&Expr, &Value)>,
        layout: &Layout,
    ) -> Option<PictureRow> {
        let aimed: Vec<PictureRow> = match target {
            None => vec![row],
            Some((value, target)) => self.aimed(items, &row, value, target),
        };
        for mut row in aimed {
            let before = target.and_then(|(value, _)| self.value(items, &row, value));
            if let Some(filter) = &items.filter {
                self.meet(items, filter, true, &mut row, layout, 3);
                if !self.test(items, &row, filter) {
                    continue;
                }
            }
            let after = target.and_then(|(value, _)| self.value(items, &row, value));
            if before == after && self.complete(&items.source, &mut row) {
                return Some(row);
            }
        }
        None
    }

    /// Copies of the row in which `value` is the target, or near it.
    pub(super) fn aimed(
        &self,
        items: &Items,
        row: &PictureRow,
        value: &Expr,
        target: &Value,
    ) -> Vec<PictureRow> {
        let probe = Condition::new(
            value.span,
            ConditionKind::Compare {
                op: crate::hir::Order::Eq,
                lhs: Box::new(value.clone()),
                rhs: Box::new(Expr::constant(value.span, value.ty.clone(), target.clone())),
            },
        );
        let mut ask = Interpreter::new(self.module, self.picture, self.at, &[]);
        let points = ask.with_item(items, Item::Own(row), |ask| {
            core::points(self.module, &probe, items.row, ask)
        });
        let Some((slot, mut points)) = points else {
            return Vec::new();
        };
        let ExprKind::Slot(place) = slot.kind else {
            return Vec::new();
        };
        points.sort_by(|a, b| {
            let size = |it| super::leaf::size(Some(target), it);
            size(a).total_cmp(&size(b))
        });
        let mut rows: Vec<PictureRow> = points
            .iter()
            .map(|point| {
                let mut row = row.clone();
                edit::put(&mut row, place.slot, point);
                row
            })
            .collect();
        // Those that are exactly right first.
        rows.sort_by_key(|row| !self.test(items, row, &probe));
        rows
    }

    /// The latest moment until now that the window has.
    fn moment(&self, items: &Items) -> Option<DateTime> {
        let now = self.at.now();
        let Some(window) = &items.window else {
            return Some(now);
        };
        let mut ask = Interpreter::new(self.module, self.picture, self.at, &[]);
        let stretch = ask.stretch(window)?;
        let last = stretch.to.map_or(now.micros(), |(to, inclusive)| {
            let to = if inclusive { to } else { to.saturating_sub(1) };
            to.min(now.micros())
        });
        DateTime::from_micros(last).filter(|_| stretch.contains(last))
    }

    pub(super) fn test(&self, items: &Items, row: &PictureRow, condition: &Condition) -> bool {
        let mut ask = Interpreter::new(self.module, self.picture, self.at, &[]);
        ask.with_item(items, Item::Own(row), |ask| ask.test(condition))
    }

    pub(super) fn value(&self, items: &Items, row: &PictureRow, value: &Expr) -> Option<Value> {
        let mut ask = Interpreter::new(self.module, self.picture, self.at, &[]);
        ask.with_item(items, Item::Own(row), |ask| ask.value(value))
    }

    /// Changes the row until the condition is as wanted, or gives up.
    fn meet(
        &self,
        items: &Items,
        condition: &Condition,
        want: bool,
        row: &mut PictureRow,
        layout: &Layout,
        tries: u8,
    ) {
        for _ in 0..tries {
            if self.test(items, row, condition) == want {
                return;
            }
            match &condition.kind {
                ConditionKind::Not(inner) => self.meet(items, inner, !want, row, layout, 1),
                ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                    let all = matches!(condition.kind, ConditionKind::And(_)) == want;
                    for part in parts {
                        self.meet(items, part, want, row, layout, 1);
                        if !all && self.test(items, row, condition) == want {
                            return;
                        }
                    }
                }
                _ => self.turn(items, condition, want, row, layout),
            }
        }
    }

    /// Tries values for the slots that a test reads.
    fn turn(&self, items: &Items, condition: &Condition, want: bool, row: &mut PictureRow, layout: &Layout) {
        let mut slots = Vec::new();
        let mut texts = Vec::new();
        Part::Condition(condition).walk(&mut |part| match part {
            Part::Expr(expr) => match &expr.kind {
                ExprKind::Slot(place) if place.row == items.row => slots.push(place.slot),
                ExprKind::Constant(Value::Text(text)) => texts.push(Value::Text(text.clone())),
                _ => {}
            },
            Part::Condition(inner) => {
                if let ConditionKind::In { set, .. } = &inner.kind {
                    texts.extend(set.iter().filter(|it| matches!(it, Value::Text(_))).cloned());
                }
            }
            _ => {}
        });
        let mut ask = Interpreter::new(self.module, self.picture, self.at, &[]);
        let before: &PictureRow = &row.clone();
        let points = ask.with_item(items, Item::Own(before), |ask| {
            core::points(self.module, condition, items.row, ask)
        });
        for slot in slots {
            let Some(it) = layout.slots.get(slot as usize) else {
                continue;
            };
            let mut values: Vec<Option<Value>> = Vec::new();
            if let Some((
                Expr {
                    kind: ExprKind::Slot(place),
                    ..
                },
                points,
            )) = &points
                && place.slot == slot
            {
                values.extend(points.iter().cloned().map(Some));
            }
            match &it.ty {
                Type::Words(words) => values.extend(words.iter().map(|it| Some(Value::Text(it.clone())))),
                Type::Bool => values.extend([true, false].map(|it| Some(Value::Bool(it)))),
                ty if ty.is_text() => values.extend(texts.iter().cloned().map(Some)),
                _ => {}
            }
            values.push(Some(self.default(&it.ty)));
            if it.optional {
                values.push(None);
            }
            for value in values {
                let mut changed = before.clone();
                changed.cells[slot as usize] = value.map_or(Cell::Missing, Cell::Value);
                if allowed(&changed, slot, it) && self.test(items, &changed, condition) == want {
                    *row = changed;
                    return;
                }
            }
        }
    }

    /// An item without what may be missing.
    fn blank(&self, source: &Source, layout: &Layout) -> PictureRow {
        let mut row = PictureRow {
            cells: vec![Cell::Missing; layout.slots.len()],
        };
        if matches!(source, Source::Events(_)) {
            edit::put(&mut row, 0, &Value::DateTime(self.at.now()));
        }
        row
    }

    /// Fills in what an item of its collection must have; tells whether that can be done.
    fn complete(&self, source: &Source, row: &mut PictureRow) -> bool {
        let schema = &self.module.schema;
        match source {
            Source::Events(event) => {
                let Some((_, event)) = schema.events.get_index(*event) else {
                    return false;
                };
                self.fill(&event.fields, &mut 1, row, true);
            }
            Source::List(list) => {
                let slot = self.names.spot(list);
                match slot.map(|it| it.ty) {
                    Some(Type::List(item)) => match *item {
                        Type::Record(fields) => self.fill(&fields, &mut 0, row, true),
                        ty => {
                            if matches!(row.cells.first(), Some(Cell::Missing)) {
                                row.cells[0] = Cell::Value(self.default(&ty));
                            }
                        }
                    },
                    _ => return false,
                }
            }
        }
        true
    }

    /// Walks fields and slots side by side; a record that is there needs its fields.
    fn fill(&self, fields: &[Field], next: &mut usize, row: &mut PictureRow, wanted: bool) {
        for field in fields {
            if let Type::Record(inner) = &field.ty {
                let end = *next + slots(inner);
                let present = row.cells[*next..end.min(row.cells.len())]
                    .iter()
                    .any(|it| !matches!(it, Cell::Missing));
                self.fill(inner, next, row, present || wanted && !field.optional);
                continue;
            }
            let missing = matches!(row.cells.get(*next), Some(Cell::Missing));
            if wanted && !field.optional && missing {
                row.cells[*next] = match field.ty {
                    Type::List(_) => Cell::List(std::sync::Arc::default()),
                    ref ty => Cell::Value(self.default(ty)),
                };
            }
            *next += 1;
        }
    }

    /// Some value of a type.
    fn default(&self, ty: &Type) -> Value {
        match ty {
            Type::Bool => Value::Bool(false),
            Type::Int => Value::Int(1),
            Type::Float => Value::Float(1.0),
            Type::Decimal => crate::value::Decimal::from_int(1).map_or(Value::Int(1), Value::Decimal),
            Type::Words(words) => words
                .first()
                .map_or_else(|| "other".into(), |it| Value::Text(it.clone())),
            Type::Date => Value::Date(self.at.today()),
            Type::DateTime => Value::DateTime(self.at.now()),
            Type::Geo => Geo::new(0.0, 0.0).map_or_else(|| Value::from("other"), Value::Geo),
            Type::Url => "https://example.com/".into(),
            _ => "other".into(),
        }
    }
}

/// Whether text may stand there.
fn allowed(row: &PictureRow, slot: u32, it: &crate::schema::Slot) -> bool {
    match (&row.cells[slot as usize], &it.ty) {
        (Cell::Value(Value::Text(text)), Type::Url) => text.starts_with("https://"),
        (Cell::Value(Value::Text(text)), Type::Words(words)) => words.contains(text),
        (Cell::Value(Value::Text(text)), _) => {
            it.roles.filled.as_ref().is_none_or(|filled| filled.accepts(text)) && it.roles.is_short(text)
        }
        _ => true,
    }
}

/// How many slots fields have.
pub(super) fn slots(fields: &[Field]) -> usize {
    fields
        .iter()
        .map(|it| match &it.ty {
            Type::Record(inner) => slots(inner),
            _ => 1,
        })
        .sum()
}
