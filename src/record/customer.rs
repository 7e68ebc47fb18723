//! Our own compact form of a customer.

use std::{fmt, sync::Arc};

use super::{
    Row, Rows,
    events::Events,
    table::{Store, Table, TableRow, TableRows, days_of, word_of},
};
use crate::{
    schema::{Layout, Schema, SchemaId},
    value::{Date, DateTime, Decimal, Geo, Type, ValueRef},
};

/// What customers of a schema look like: computed once, shared by all of them.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) id: SchemaId,
    pub(crate) schema: Arc<Schema>,
    pub(crate) customer: Arc<Layout>,
    /// In the order of [`Schema::events`].
    pub(crate) events: Vec<Arc<Layout>>,
    /// The slot of the customer's key.
    pub(crate) key: u32,
    /// Where the values begin among the cells of a customer's own row.
    values: usize,
}

impl Shape {
    /// The shape of a valid schema.
    pub(crate) fn new(schema: Arc<Schema>) -> Self {
        let customer = Layout::of_fields(&schema.customer);
        let key = customer.slots.iter().position(|slot| slot.roles.key);
        Self {
            id: schema.id(),
            key: u32::try_from(key.unwrap_or(0)).unwrap_or(0),
            values: customer.cell(0),
            customer: customer.into(),
            events: schema
                .events
                .values()
                .map(|it| Layout::of_event(&it.fields).into())
                .collect(),
            schema,
        }
    }
}

/// A customer in our own compact form: attributes in 8-byte slots, events by type in the order of time with running
/// sums, so that a condition over a window of events takes a binary search or two, or a look at each event of the window where it
/// asks something of the events. Where the last event of the type comes before the window, it takes one comparison. The first two
/// types of a schema are reached soonest.
///
/// It is made by loading, from JSON or from anything that implements `Serialize`, and checked against the schema in the
/// process: what it holds is valid. It stays valid for every set of definitions with the same schema, see
/// [`SchemaId`].
///
/// `Debug` shows neither personal nor sensitive values.
///
/// # Example
///
/// ```
/// use audience::{Field, Loader, Schema, Type, ValueRef};
///
/// let schema = Schema::builder()
///     .attribute(Field::new("id", Type::String).key())
///     .attribute(Field::new("email", Type::String).optional().personal())
///     .event("visits", [])
///     .build()?;
/// let ana = Loader::new(&schema)?.customer_from_json(
///     r#"{"id": "ana", "email": "ana@example.com", "visits": [{"at": "2026-01-31T09:00:00Z"}]}"#,
/// )?;
/// assert_eq!(ana.key(), ValueRef::Text("ana"));
/// assert_eq!(ana.event_count("visits"), 1);
/// assert_eq!(ana.schema_id(), schema.id());
/// assert_eq!(format!("{ana:?}"), r#"Customer { id: "ana", email: _, visits: 1 events }"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// In this order and at the beginning of a cache line, so that what every question begins with lies together.
#[derive(Clone)]
#[repr(C, align(64))]
pub struct Customer {
    pub(super) shape: Arc<Shape>,
    /// The first cells of the root once more: reaching it is a step that takes longer than a test.
    near: [u64; Layout::NEAR],
    pub(super) events: Events,
    pub(super) root: Table,
    pub(super) store: Store,
}

/// The cells of a customer's own row, see [`Table`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'a> {
    near: &'a [u64; Layout::NEAR],
    all: &'a [u64],
}

impl Cells<'_> {
    /// The bits of the first 64 values, set where they are known.
    #[inline]
    pub(crate) fn known(self) -> u64 {
        self.near[0]
    }

    /// One of the first [`Layout::NEAR`].
    #[inline]
    pub(crate) fn near(self, index: usize) -> Option<u64> {
        self.near.get(index).copied()
    }

    /// Any of them.
    #[inline]
    pub(crate) fn get(self, index: usize) -> Option<u64> {
        self.near(index).or_else(|| self.all.get(index).copied())
    }
}

impl Customer {
    pub(super) fn new(shape: Arc<Shape>, root: Table, events: Events, store: Store) -> Self {
        let mut near = [0; Layout::NEAR];
        for (near, cell) in near.iter_mut().zip(&root.cells) {
            *near = *cell;
        }
        Self {
            shape,
            near,
            events,
            root,
            store,
        }
    }

    /// The identity of the schema that it was loaded for.
    #[must_use]
    pub fn schema_id(&self) -> SchemaId {
        self.shape.id
    }

    /// What [`Table`] says of the cells of its own row.
    #[inline]
    pub(crate) fn cells(&self) -> Cells<'_> {
        Cells {
            near: &self.near,
            all: &self.root.cells,
        }
    }

    /// The value of a slot, where it is known.
    #[inline]
    fn cell(&self, slot: u32) -> Option<u64> {
        self.cell_at(slot, self.shape.values + slot as usize)
    }

    /// What stands at a place of its own row, where a slot is known.
    #[inline]
    fn cell_at(&self, slot: u32, place: usize) -> Option<u64> {
        let cells = self.cells();
        let bits = cells.get(slot as usize >> 6)?;
        if bits >> (slot & 63) & 1 == 0 {
            return None;
        }
        cells.get(place)
    }

    /// Tells whether it can be used with definitions of that shape.
    #[inline]
    pub(crate) fn fits(&self, shape: &Arc<Shape>) -> bool {
        Arc::ptr_eq(&self.shape, shape) || self.shape.id == shape.id
    }

    /// The attribute with the role `key`: text or a whole number.
    #[must_use]
    pub fn key(&self) -> ValueRef<'_> {
        value(self.root.single(&self.store), self.shape.key as usize).unwrap_or(ValueRef::Text(""))
    }

    /// The value of an attribute, such as `country` or `consent.email`.
    ///
    /// `None` when the value is missing, when there is no such attribute, and for lists and whole records.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<ValueRef<'_>> {
        let slots = self.shape.customer.slots.iter();
        let slot = slots.into_iter().position(|slot| slot.name() == path)?;
        value(self.root.single(&self.store), slot)
    }

    /// How many events of that type it has; 0 when there is no such type.
    #[must_use]
    pub fn event_count(&self, event: &str) -> usize {
        let index = self.shape.schema.events.get_index_of(event);
        index
            .and_then(|index| self.events.get(index))
            .map_or(0, |table| table.rows)
    }
}

/// The value of a slot, unless it is missing or a list.
pub(super) fn value(row: TableRow<'_>, slot: usize) -> Option<ValueRef<'_>> {
    let ty = &row.layout().slots.get(slot)?.ty;
    let slot = u32::try_from(slot).ok()?;
    match ty {
        Type::Bool => row.bool(slot).map(ValueRef::Bool),
        Type::Int => row.int(slot).map(ValueRef::Int),
        Type::Float => row.float(slot).map(ValueRef::Float),
        Type::Decimal => row
            .decimal(slot)
            .map(|units| ValueRef::Decimal(Decimal::from_units(units))),
        Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => row.text(slot).map(ValueRef::Text),
        Type::Date => row
            .date(slot)
            .and_then(|days| Date::from_days(days.into()))
            .map(ValueRef::Date),
        Type::DateTime => row
            .datetime(slot)
            .and_then(DateTime::from_micros)
            .map(ValueRef::DateTime),
        Type::Geo => row.geo(slot).map(ValueRef::Geo),
        Type::Duration | Type::List(_) | Type::Record(_) => None,
    }
}

impl<'a> Row<'a> for &'a Customer {
    type Item = TableRow<'a>;
    type Rows = TableRows<'a>;

    #[inline]
    fn known(self, slot: u32) -> bool {
        self.cell(slot).is_some()
    }

    #[inline]
    fn bool(self, slot: u32) -> Option<bool> {
        self.cell(slot).map(|cell| cell != 0)
    }

    #[inline]
    fn int(self, slot: u32) -> Option<i64> {
        self.cell(slot).map(u64::cast_signed)
    }

    #[inline]
    fn float(self, slot: u32) -> Option<f64> {
        self.cell(slot).map(f64::from_bits)
    }

    #[inline]
    fn decimal(self, slot: u32) -> Option<i64> {
        self.cell(slot).map(u64::cast_signed)
    }

    #[inline]
    fn text(self, slot: u32) -> Option<&'a str> {
        let cell = self.cell(slot)?;
        self.root.text(&self.store, slot as usize, cell)
    }

    #[inline]
    fn text_is(self, slot: u32, text: &str) -> bool {
        let cell = self.cell(slot);
        cell.is_some_and(|cell| self.root.text_is(&self.store, slot as usize, cell, text))
    }

    #[inline]
    fn head(self, slot: u32, cell: u32) -> Option<u64> {
        self.cell_at(slot, cell as usize)
    }

    #[inline]
    fn word(self, slot: u32) -> Option<u32> {
        self.cell(slot).map(word_of)
    }

    #[inline]
    fn date(self, slot: u32) -> Option<i32> {
        self.cell(slot).map(days_of)
    }

    #[inline]
    fn datetime(self, slot: u32) -> Option<i64> {
        self.cell(slot).map(u64::cast_signed)
    }

    #[inline]
    fn geo(self, slot: u32) -> Option<Geo> {
        self.root.single(&self.store).geo(slot)
    }

    #[inline]
    fn list(self, slot: u32) -> Option<TableRows<'a>> {
        let cell = self.cell(slot)?;
        self.root.list(&self.store, slot as usize, cell)
    }

    #[inline]
    fn events(self, event: usize) -> TableRows<'a> {
        match self.events.get(event) {
            Some(table) => table.rows(&self.store),
            None => self.root.single(&self.store).events(event),
        }
    }
}

/// Two customers are equal when they are of the same schema and hold the same values.
impl PartialEq for Customer {
    fn eq(&self, other: &Self) -> bool {
        let same =
            |(mine, others): (&Table, &Table)| same_rows(mine.rows(&self.store), others.rows(&other.store));
        self.fits(&other.shape)
            && same((&self.root, &other.root))
            && self.events.iter().zip(other.events.iter()).all(same)
    }
}

fn same_rows(mine: TableRows<'_>, others: TableRows<'_>) -> bool {
    mine.len() == others.len()
        && (0..mine.len()).all(|index| {
            let (mine, others) = (mine.get(index), others.get(index));
            (0_u32..).zip(&mine.layout().slots).all(|(slot, it)| {
                if it.items.is_none() {
                    value(mine, slot as usize) == value(others, slot as usize)
                } else {
                    match (mine.list(slot), others.list(slot)) {
                        (Some(mine), Some(others)) => same_rows(mine, others),
                        (mine, others) => mine.is_none() && others.is_none(),
                    }
                }
            })
        })
}

/// The known values by name; `_` for what is personal or sensitive, whether known or not; of events only how many.
#[expect(
    clippy::missing_fields_in_debug,
    reason = "`near` is shown as a part of the root"
)]
impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Customer");
        let row = self.root.single(&self.store);
        for (slot, it) in row.layout().slots.iter().enumerate() {
            if let Some(value) = Shown::of(row, slot) {
                shown.field(&it.name(), &value);
            }
        }
        for (name, table) in self.shape.schema.events.keys().zip(self.events.iter()) {
            shown.field(name, &format_args!("{} events", table.rows));
        }
        shown.finish()
    }
}

enum Shown<'a> {
    Hidden,
    Value(ValueRef<'a>),
    List(TableRows<'a>),
    Record(TableRow<'a>),
}

impl<'a> Shown<'a> {
    fn of(row: TableRow<'a>, slot: usize) -> Option<Self> {
        let it = &row.layout().slots[slot];
        if it.hidden() {
            Some(Self::Hidden)
        } else if it.items.is_some() {
            row.list(u32::try_from(slot).ok()?).map(Self::List)
        } else {
            value(row, slot).map(Self::Value)
        }
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hidden => f.write_str("_"),
            Self::Value(ValueRef::Text(text)) => write!(f, "{text:?}"),
            Self::Value(value) => write!(f, "{value}"),
            Self::List(rows) => f
                .debug_list()
                .entries((0..rows.len()).map(|index| Self::Record(rows.get(index))))
                .finish(),
            Self::Record(row) => {
                let slots = &row.layout().slots;
                if let [only] = &slots[..]
                    && only.path.is_empty()
                {
                    return Self::of(*row, 0).unwrap_or(Self::Hidden).fmt(f);
                }
                let mut shown = f.debug_map();
                for (slot, it) in slots.iter().enumerate() {
                    if let Some(value) = Self::of(*row, slot) {
                        shown.entry(&format_args!("{}", it.name()), &value);
                    }
                }
                shown.finish()
            }
        }
    }
}
