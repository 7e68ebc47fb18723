//! Customers by columns.

use std::{fmt, sync::Arc};

use super::{
    ColumnError, check,
    column::Columns,
    gather::Gather,
    table::{ColumnRow, Table},
};
use crate::{
    eval,
    plan::Kind,
    record::{Customer, Loader, Shape},
    schema::SchemaId,
    value::ValueRef,
};

/// Customers by columns: what the schema says, and nothing else, is what they hold.
///
/// Made of [`Columns`], which are borrowed where they can be, by [`Customers::new`], or of loaded customers by
/// [`Customers::from_customers`]. Like a [`Customer`] they stay valid for every set of definitions with the same schema.
///
/// `Debug` shows how many there are.
#[derive(Clone)]
pub struct Customers<'a> {
    pub(super) shape: Arc<Shape>,
    #[cfg(feature = "arrow")]
    pub(super) schemes: crate::value::Schemes,
    /// Whether columns of events that have no name in the schema are passed over.
    #[cfg(feature = "arrow")]
    pub(super) open: bool,
    pub(super) table: Table<'a>,
}

impl<'a> Customers<'a> {
    /// Checks columns, once: what has been let in needs no check later.
    pub(crate) fn checked(columns: Columns<'a>, loader: &Loader) -> Result<Self, ColumnError> {
        let shape = Arc::clone(loader.shape());
        let table = check::customers(columns, &shape, loader.schemes())?;
        Ok(Self {
            shape,
            #[cfg(feature = "arrow")]
            schemes: loader.schemes().clone(),
            #[cfg(feature = "arrow")]
            open: loader.passes_unknown(),
            table,
        })
    }

    /// How many customers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.rows
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.rows == 0
    }

    /// The identity of the schema that they were made for.
    #[must_use]
    pub fn schema_id(&self) -> SchemaId {
        self.shape.id
    }

    /// The key of the customer in that row; nothing where there is no such row.
    #[must_use]
    pub fn key(&self, row: usize) -> Option<ValueRef<'_>> {
        if row >= self.len() {
            return None;
        }
        let (slot, row) = (self.shape.key, self.table.row(row));
        eval::read(
            row,
            slot,
            Kind::of(&self.shape.customer.slots.get(slot as usize)?.ty)?,
        )
    }

    /// The name of the attribute that is the key.
    #[cfg(feature = "arrow")]
    pub(super) fn key_name(&self) -> String {
        self.shape.customer.slots[self.shape.key as usize].name()
    }

    /// Tells whether they can be used with definitions of that shape.
    #[inline]
    pub(crate) fn fits(&self, shape: &Arc<Shape>) -> bool {
        Arc::ptr_eq(&self.shape, shape) || self.shape.id == shape.id
    }

    pub(super) fn table(&self) -> &Table<'_> {
        &self.table
    }

    /// The customer in that row, which is less than their number.
    #[inline]
    pub(crate) fn row(&self, row: usize) -> ColumnRow<'_> {
        self.table.row(row)
    }
}

impl Customers<'static> {
    /// The columns of loaded customers; nothing when one was loaded for another schema.
    pub(crate) fn gathered<'c>(
        shape: &Arc<Shape>,
        customers: impl IntoIterator<Item = &'c Customer>,
    ) -> Option<Self> {
        let mut gather = Gather::customers(shape);
        for customer in customers {
            if !customer.fits(shape) {
                return None;
            }
            gather.push(customer);
        }
        Some(Self {
            shape: Arc::clone(shape),
            #[cfg(feature = "arrow")]
            schemes: crate::value::Schemes::default(),
            #[cfg(feature = "arrow")]
            open: shape.schema.open,
            table: gather.finish(),
        })
    }
}

impl fmt::Debug for Customers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customers")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
