//! The meaning of conditions and values, as a plain walk over `hir`.
//!
//! Every faster path is held to this one. It takes its time: values are owned, items are collected into vectors, and
//! windows are resolved wherever they are met. It shares nothing with the fast path except what single values mean
//! (`value::compare`, `value::number`, `value::text` and the calendar).
//!
//! - `condition` and `value` go through the kinds of each;
//! - `item` is a row in scope, `collection` finds the items that count, and `aggregate` what is computed over them;
//! - `window` has the ends of windows, and `sequence` the chains of events.

mod aggregate;
mod collection;
mod condition;
mod item;
mod sequence;
mod value;
mod window;

use std::collections::HashMap;

use crate::{
    eval::At,
    hir::{Condition, Expr, Module, Source},
    record::{Items, Row},
    value::{Date, DateTime, Decimal, Type, Value},
};

pub(in crate::eval) use item::Item;
pub(super) use window::steps;

/// Tells whether a condition of the definitions holds for a customer.
pub(crate) fn test<'a, R: Row<'a>>(module: &Module, condition: &Condition, customer: R, at: &At) -> bool {
    Interpreter::new(module, customer, at, &[]).test(condition)
}

/// The value of an expression of the definitions for a customer.
pub(crate) fn value<'a, R: Row<'a>>(module: &Module, expr: &Expr, customer: R, at: &At) -> Option<Value> {
    Interpreter::new(module, customer, at, &[]).value(expr)
}

/// One customer at one moment.
pub(crate) struct Interpreter<'m, 'a, R: Row<'a>> {
    pub(super) module: &'m Module,
    pub(super) at: &'m At,
    pub(super) customer: R,
    /// The rows in scope after the customer, number 1 first, each with the collection it is of.
    pub(super) items: Vec<(Source, Item<'m, R::Item>)>,
    locals: &'m [Option<Value>],
    /// What was worked out already, so that definitions that build on each other many times over stay cheap.
    segments: HashMap<usize, bool>,
    traits: HashMap<usize, Option<Value>>,
    /// The items of each catalogue, if they were given.
    catalogs: HashMap<usize, Option<&'m Items>>,
}

impl<'m, 'a, R: Row<'a>> Interpreter<'m, 'a, R> {
    pub(crate) fn new(module: &'m Module, customer: R, at: &'m At, locals: &'m [Option<Value>]) -> Self {
        Self {
            module,
            at,
            customer,
            items: Vec::new(),
            locals,
            segments: HashMap::new(),
            traits: HashMap::new(),
            catalogs: HashMap::new(),
        }
    }

    /// Turns to another customer, with rows in scope besides.
    #[cfg(feature = "proptest")]
    pub(crate) fn turn_to(&mut self, customer: R, rows: impl IntoIterator<Item = R::Item>) {
        let rows = rows.into_iter().map(|row| (Source::Events(0), Item::Own(row)));
        self.items = rows.collect();
        self.customer = customer;
        self.segments.clear();
        self.traits.clear();
    }

    /// When and where it answers.
    pub(super) fn at(&self) -> &'m At {
        self.at
    }

    fn segment(&mut self, index: usize) -> bool {
        if let Some(known) = self.segments.get(&index) {
            return *known;
        }
        // A segment is the customer's: the items in scope where it is named are not in scope in it.
        let items = std::mem::take(&mut self.items);
        let holds = self.test(&self.module.segments[index].condition);
        self.items = items;
        self.segments.insert(index, holds);
        holds
    }

    fn computed(&mut self, index: usize) -> Option<Value> {
        if let Some(known) = self.traits.get(&index) {
            return known.clone();
        }
        let items = std::mem::take(&mut self.items);
        let value = self.value(&self.module.traits[index].value);
        self.items = items;
        self.traits.insert(index, value.clone());
        value
    }
}

fn read<'a>(row: impl Row<'a>, slot: u32, ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Bool => Value::Bool(row.bool(slot)?),
        Type::Int => Value::Int(row.int(slot)?),
        Type::Float => Value::Float(row.float(slot)?),
        Type::Decimal => Value::Decimal(Decimal::from_units(row.decimal(slot)?)),
        Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => Value::Text(row.text(slot)?.into()),
        Type::Date => Value::Date(Date::from_days(row.date(slot)?.into())?),
        Type::DateTime => Value::DateTime(DateTime::from_micros(row.datetime(slot)?)?),
        Type::Geo => Value::Geo(row.geo(slot)?),
        Type::Duration | Type::List(_) | Type::Record(_) => return None,
    })
}

fn int(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}
