//! What is computed about each customer, as a column.

use std::{fmt, sync::Arc};

use super::table::{Held, Table, Values};
use crate::{
    eval,
    plan::Kind,
    record::Row,
    value::{Duration, Type, ValueRef},
};

/// The values of a trait for the customers of a batch, one per row.
///
/// ```
/// # use audience::{Definitions, ValueRef, Zone, batch::{Column, Columns, Customers, Texts}};
/// let shop = Definitions::parse("customer { id: string key, orders: int, visits: int }  trait each = visits / orders")?;
/// let columns = Columns::new(2)
///     .column("id", Column::texts(Texts::from_iter(["ana", "ben"])))
///     .column("orders", Column::ints(&[2, 0]))
///     .column("visits", Column::ints(&[5, 3]));
/// let people = Customers::new(&shop, columns)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let each = shop.computed("each")?.evaluate(&people, &at);
/// assert_eq!(each.get(0).map(|it| it.to_string()), Some("2.5".to_owned()));
/// assert_eq!(each.get(1), None); // a division by zero is missing
/// assert_eq!(each.numbers().map(|units| units[0]), Some(25_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct TraitValues {
    name: Arc<str>,
    ty: Type,
    table: Table<'static>,
}

impl TraitValues {
    pub(super) fn new(name: &str, ty: &Type, rows: usize, held: Held<'static>) -> Self {
        Self {
            name: name.into(),
            ty: ty.clone(),
            table: Table {
                rows,
                columns: vec![held],
                lists: Vec::new(),
                events: Vec::new(),
            },
        }
    }

    /// The name of the trait.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of the values.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.rows
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.rows == 0
    }

    /// The value in that row; nothing when it is missing or there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<ValueRef<'_>> {
        if row >= self.len() {
            return None;
        }
        let row = self.table.row(row);
        match self.ty {
            // No attribute is one, so that no slot is read so.
            Type::Duration => row.int(0).map(Duration::from_micros).map(ValueRef::Duration),
            ref ty => eval::read(row, 0, Kind::of(ty)?),
        }
    }

    /// The value of each row, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<ValueRef<'_>>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Whole numbers as they lie: ints, units of decimals, microseconds of times and durations; nothing for other types. What
    /// stands in a row whose value is missing means nothing.
    #[must_use]
    pub fn numbers(&self) -> Option<&[i64]> {
        match &self.table.columns.first()?.values {
            Values::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }

    /// Floats as they lie; nothing for other types. What stands in a row whose value is missing means nothing.
    #[must_use]
    pub fn floats(&self) -> Option<&[f64]> {
        match &self.table.columns.first()?.values {
            Values::Floats(floats) => Some(floats),
            _ => None,
        }
    }
}

/// The name and how many there are; values may be personal.
impl fmt::Debug for TraitValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraitValues")
            .field("name", &self.name)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
