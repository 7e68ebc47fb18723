//! Where the data of a schema live in a database.

mod check;
mod draft;
mod error;

pub use error::{MappingError, MappingProblem};

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Where the data of a schema live in a database: tables, keys and columns.
///
/// It is drafted from the schema by [`Definitions::mapping`](crate::Definitions::mapping), or by `audience mapping`, and then edited by whoever
/// knows the database; as JSON it is a file of the project. [`to_sql`](crate::Segment::to_sql) checks it against the schema. All names are
/// written in quotes, so that they may have any letters.
///
/// ```
/// # use audience::{Definitions, sql::{Dialect, Mapping}};
/// let shop = Definitions::parse("customer { id: string key, consent: { email: bool } }")?;
/// let mapping = shop.mapping(Dialect::PostgreSql);
/// assert_eq!(mapping.customers.columns["consent.email"].to_string(), "consent_email");
/// let json = serde_json::to_string(&mapping)?;
/// assert_eq!(serde_json::from_str::<Mapping>(&json)?, mapping);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Mapping {
    /// The customers.
    pub customers: Table,
    /// The events of each type, by its name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub events: IndexMap<String, Table>,
    /// The items of each catalogue, by its name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub catalogs: IndexMap<String, Table>,
    /// Functions of the database that answer as [functions of the application](crate::HostFunction) do, by the names of these.
    ///
    /// Whoever names one promises that it gives the same for the same arguments, and null where that is missing. Arguments and result are in the
    /// logical form: decimals as 64-bit counts of 1/10000, datetimes and durations in microseconds, dates in days since 1970-01-01, all others as they are.
    /// It is asked when all arguments are known, or always when the function was made by [`with_missing`](crate::HostFunction::with_missing).
    /// What is named here goes before what [`HostFunction::sql`](crate::HostFunction::sql) says.
    ///
    /// ```
    /// # use audience::{Definitions, HostFunction, Type, ValueRef, Zone, sql::Dialect};
    /// let score = HostFunction::new("loyalty_score", [Type::Int], Type::Int, |args| match args {
    ///     [ValueRef::Int(orders)] => Some(orders.checked_mul(10)?.into()),
    ///     _ => None,
    /// });
    /// let text = "customer { id: string key, orders: int }  segment loyal = loyalty_score(orders) >= 50";
    /// let shop = Definitions::builder().function(score).source("shop", text).build()?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let mut mapping = shop.mapping(Dialect::PostgreSql);
    /// mapping.functions.insert("loyalty_score".into(), serde_json::from_str(r#"["crm", "score"]"#)?);
    /// let query = shop.segment("loyal")?.to_sql(Dialect::PostgreSql, &mapping, &at)?;
    /// assert!(query.to_string().contains(r#""crm"."score"("c"."orders") >= 50"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub functions: IndexMap<String, TableName>,
    /// Where the keys of the customers are whose data have changed since an earlier run, for [`to_sql_since`](crate::Segments::to_sql_since): a table or view with
    /// a column that is its key. Keys may come several times, and be of nobody. Who is new is among them.
    ///
    /// ```
    /// # use audience::sql::{Mapping, Table};
    /// let mapping: Mapping = serde_json::from_str(
    ///     r#"{"customers": {"table": "clients", "key": ["id"]}, "changed": {"table": "changed_clients", "key": ["client_id"]}}"#,
    /// )?;
    /// assert_eq!(mapping.changed.map(|it| it.key), Some(vec!["client_id".to_owned()]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Table>,
}

/// Where rows of one kind live: customers, events of a type, items of a catalogue, or items of a list.
///
/// ```
/// # use audience::sql::Table;
/// let table: Table = serde_json::from_str(
///     r#"{ "table": ["crm", "orders"], "key": ["customer_id"], "at": "placed_at", "sequence": "order_id", "columns": { "amount": "total" } }"#,
/// )?;
/// assert_eq!(table.table.to_string(), "crm.orders");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Table {
    /// The table, or view.
    pub table: TableName,
    /// The columns that say whose rows they are: of customers and catalogues their key, of events the customer's key, of a
    /// list's items the key of the row that has the list and, when that row has a sequence, its sequence.
    pub key: Vec<String>,
    /// Of events: when they happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Column>,
    /// Of events and items: a column of numbers that orders those of one key, and no two of one key share one. Events are in
    /// the order of time, and in that of the sequence at the same instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
    /// The column of each value, by its path as rules write it: `consent.email`. The values of a list of plain values have the path
    /// `value`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub columns: IndexMap<String, Column>,
    /// The tables of the lists, by the path of the list.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub lists: IndexMap<String, Table>,
    /// Of a list that may be missing: the column of bools, in the table of the row that has the list, that tells whether it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<String>,
    /// Of customers: columns of their points in samples, by the salt; needed where the database has no SHA-256. A point is written as the
    /// first sixteen lower-case hexadecimal digits of the hash, or more.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub samples: IndexMap<String, String>,
}

/// The name of a table, or of a function, with the schema or database around it: `"orders"` or `["crm", "orders"]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected the name of a table, or a list of names such as [\"schema\", \"table\"]"
)]
pub enum TableName {
    /// The name alone.
    Plain(String),
    /// The name, and what is around it, outermost first.
    Qualified(Vec<String>),
}

/// Where a value lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected the name of a column, {\"column\": …} with \"form\" (native, units, micros or days), \"json\" (a list of names) or \"folded\", or {\"x\": …, \"y\": …, \"z\": …}"
)]
pub enum Column {
    /// A column of the type that the database has for such values.
    Plain(String),
    /// A column with more to say of it.
    Stored(StoredColumn),
    /// A place, in three columns of whole numbers: its unit vector, each coordinate rounded to 10⁻⁸ and counted in units of it.
    Place(PlaceColumns),
}

/// A column that keeps values in a form of its own, inside of JSON, or has a folded copy.
///
/// ```
/// # use audience::{Definitions, Zone, sql::Dialect};
/// let shop = Definitions::parse("customer { id: string key, city: string? }  segment here = city = \"Vigo\"")?;
/// let mut mapping = shop.mapping(Dialect::DuckDb);
/// let city = serde_json::from_str(r#"{ "column": "profile", "json": ["address", "city"] }"#)?;
/// mapping.customers.columns.insert("city".into(), city);
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let query = shop.segment("here")?.to_sql(Dialect::DuckDb, &mapping, &at)?;
/// assert!(query.to_string().contains(r#"JSON_EXTRACT_STRING("c"."profile", '/address/city')"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StoredColumn {
    /// Its name.
    pub column: String,
    /// How it keeps the values.
    #[serde(default, skip_serializing_if = "Form::is_native")]
    pub form: Form,
    /// Of a column of JSON: the names of the members that lead to the value, outermost first. What is not there, or null, is missing. The others are
    /// bools, whole numbers, numbers and texts as JSON has them; a decimal is a number or a text of its digits, a date and a datetime a text as
    /// `2026-01-31` and `2026-01-31T12:00:00.5+01:00`, unless `form` says that they are counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub json: Vec<String>,
    /// A column with the text after simple case folding, for `ignoring case` between two columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folded: Option<String>,
}

/// The columns of a place, see [`Geo::coordinates`](crate::Geo::coordinates).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceColumns {
    /// Towards latitude 0, longitude 0.
    pub x: String,
    /// Towards latitude 0, longitude 90° east.
    pub y: String,
    /// Towards the north pole.
    pub z: String,
}

/// How a column keeps values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Form {
    /// As the database's own type for them: booleans, 64-bit integers, double precision, text, dates, instants with a time zone, decimals with
    /// four digits. SQLite has no type for the last three: there dates are texts as `2026-01-31`, and the others need another form.
    #[default]
    Native,
    /// A decimal as a 64-bit count of 1/10000.
    Units,
    /// A datetime as 64-bit microseconds since 1970 in UTC.
    Micros,
    /// A date as days since 1970-01-01.
    Days,
}

impl Mapping {
    /// The names of all tables.
    pub(super) fn tables(&self) -> impl Iterator<Item = &TableName> {
        let mut open: Vec<&Table> = Vec::new();
        open.push(&self.customers);
        open.extend(
            self.events
                .values()
                .chain(self.catalogs.values())
                .chain(&self.changed),
        );
        std::iter::from_fn(move || {
            let table = open.pop()?;
            open.extend(table.lists.values());
            Some(&table.table)
        })
    }
}

impl Form {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    fn is_native(&self) -> bool {
        *self == Self::Native
    }
}

impl Column {
    /// A column of that form.
    #[must_use]
    pub fn new(column: impl Into<String>, form: Form) -> Self {
        let column = column.into();
        match form {
            Form::Native => Self::Plain(column),
            form => Self::Stored(StoredColumn {
                column,
                form,
                json: Vec::new(),
                folded: None,
            }),
        }
    }

    /// The names of the columns: one, or three of a place.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = match self {
            Self::Plain(column) | Self::Stored(StoredColumn { column, .. }) => [Some(column), None, None],
            Self::Place(PlaceColumns { x, y, z }) => [Some(x), Some(y), Some(z)],
        };
        names.into_iter().flatten().map(String::as_str)
    }

    /// How it keeps values; places have a form of their own.
    #[must_use]
    pub fn form(&self) -> Form {
        match self {
            Self::Stored(stored) => stored.form,
            _ => Form::Native,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names().collect();
        f.write_str(&names.join(", "))
    }
}

impl TableName {
    /// The name and what is around it, outermost first.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        match self {
            Self::Plain(name) => std::slice::from_ref(name),
            Self::Qualified(names) => names,
        }
    }
}

impl Default for TableName {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl From<&str> for TableName {
    fn from(name: &str) -> Self {
        Self::Plain(name.to_owned())
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts().join("."))
    }
}
