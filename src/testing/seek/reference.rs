//! Which items of a catalogue a customer should have to do with: each is asked in its turn.

use std::{marker::PhantomData, ops::Range};

use super::Seeker;
use crate::{
    eval::interpret::Interpreter,
    hir::{Condition, Expr, ExprKind, Part, Place, Source, Spot},
    record::{Row, Rows},
    schema::CatalogId,
    testing::aim::Test,
    value::{Geo, Value},
};

/// So many items of a catalogue are asked.
const ASKED: usize = 10_000;
/// So many to choose from are enough.
const FOUND: usize = 32;

/// A reference in a row, and the catalogue that it is to.
type Reference = (Place, usize);

impl Seeker<'_> {
    /// Aims at items of which a condition holds, or does not, as far as it is about items that rows in scope refer to.
    pub(super) fn referred(&mut self, condition: &Condition, holds: bool) {
        let mut references: Vec<Reference> = Vec::new();
        Part::Condition(condition).walk(&mut |part| {
            let found = match part {
                Part::Expr(expr) => of_value(expr),
                Part::Items(items) => match &items.source {
                    Source::List(list) => of_spot(list),
                    Source::Events(_) => None,
                },
                Part::List(spot) | Part::Slots { first: spot, .. } => of_spot(spot),
                Part::Condition(_) | Part::Window(_) => None,
            };
            references.extend(found.filter(|(place, _)| usize::from(place.row) < self.rows.len()));
        });
        references.dedup();
        for reference in references {
            self.aim_at(reference, |ask| ask.test(condition) == holds);
        }
    }

    /// Aims at items of which a value is among the candidates, or what the test asks for.
    pub(super) fn referred_value(&mut self, expr: &Expr, candidates: &[Value], test: &Test) {
        let among = Test::Among(candidates.to_vec(), true);
        let reference = match &expr.kind {
            ExprKind::Size(list) => of_spot(list),
            ExprKind::Aggregate { items, .. } => match &items.source {
                Source::List(list) => of_spot(list),
                Source::Events(_) => None,
            },
            _ => of_value(expr),
        };
        if let Some(reference) = reference {
            self.aim_at(reference, |ask| {
                let value = ask.value(expr);
                value.is_some_and(|it| among.accepts(&it) || !matches!(test, Test::Open) && test.accepts(&it))
            });
        }
    }

    /// Aims at items of which a field is known, or not; tells whether there are any.
    pub(super) fn referred_known(&mut self, field: &Expr, known: bool) -> bool {
        of_value(field)
            .is_some_and(|reference| self.aim_at(reference, |ask| ask.value(field).is_some() == known))
    }

    /// Aims at the items that are accepted; tells whether there are any.
    fn aim_at(
        &mut self,
        (place, catalog): Reference,
        mut accepts: impl for<'k> FnMut(&mut Interpreter<'_, 'k, Named<'k>>) -> bool,
    ) -> bool {
        let module = self.module;
        let Some((name, fields)) = module.schema.catalogs.get_index(catalog) else {
            return false;
        };
        let Some(items) = self.at.items_of(CatalogId::of(name, fields)).cloned() else {
            return false;
        };
        let first = self.below(items.len());
        let mut keys = Vec::new();
        let all = items.keys().skip(first).chain(items.keys().take(first));
        let nobody = Named { slot: None, key: "" };
        let mut ask = Interpreter::new(module, nobody, self.at, &[]);
        for key in all.take(ASKED) {
            let named = |row: u8| Named {
                slot: if row == place.row { Some(place.slot) } else { None },
                key,
            };
            ask.turn_to(named(0), (1..=place.row).map(named));
            if accepts(&mut ask) {
                keys.push(Value::from(key));
                if keys.len() == FOUND {
                    break;
                }
            }
        }
        if !keys.is_empty() {
            let aim = self.slot(place);
            aim.add(&keys, Test::Among(keys.clone(), true));
            aim.missing = Some(false);
        }
        !keys.is_empty()
    }
}

/// The reference that a field of an item is reached by.
fn of_value(expr: &Expr) -> Option<Reference> {
    match &expr.kind {
        ExprKind::Follow { key, catalog, .. } => from(key, *catalog),
        _ => None,
    }
}

fn of_spot(spot: &Spot) -> Option<Reference> {
    match spot {
        Spot::Row(_) => None,
        Spot::Item { key, catalog, .. } => from(key, *catalog),
    }
}

/// The first reference on the way through several catalogues.
fn from(key: &Expr, catalog: usize) -> Option<Reference> {
    match key.kind {
        ExprKind::Slot(place) => Some((place, catalog)),
        _ => of_value(key),
    }
}

/// A row of which nothing is known but the item that one slot refers to.
#[derive(Clone, Copy)]
struct Named<'a> {
    slot: Option<u32>,
    key: &'a str,
}

/// No rows.
#[derive(Clone, Copy)]
struct Nothing<'a>(PhantomData<&'a str>);

macro_rules! missing {
    ($($name:ident -> $to:ty;)*) => {$(
        fn $name(self, _: u32) -> Option<$to> {
            None
        }
    )*};
}

impl<'a> Row<'a> for Named<'a> {
    type Item = Self;
    type Rows = Nothing<'a>;

    fn known(self, slot: u32) -> bool {
        self.slot == Some(slot)
    }

    fn text(self, slot: u32) -> Option<&'a str> {
        (self.slot == Some(slot)).then_some(self.key)
    }

    missing! {
        bool -> bool;
        int -> i64;
        float -> f64;
        decimal -> i64;
        word -> u32;
        date -> i32;
        datetime -> i64;
        geo -> Geo;
        list -> Nothing<'a>;
    }

    fn events(self, _: usize) -> Nothing<'a> {
        Nothing(PhantomData)
    }
}

impl<'a> Rows<'a> for Nothing<'a> {
    type Row = Named<'a>;

    fn len(self) -> usize {
        0
    }

    fn get(self, _: usize) -> Named<'a> {
        Named { slot: None, key: "" }
    }

    fn at(self, _: usize) -> i64 {
        0
    }

    fn sorted(self) -> bool {
        true
    }

    fn searchable(self) -> bool {
        true
    }

    fn running_sum(self, _: u32, _: Range<usize>) -> Option<(i128, usize)> {
        None
    }
}
