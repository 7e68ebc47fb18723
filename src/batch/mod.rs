//! Many customers at once: a column per attribute, and answers as sets of rows (feature `batch`).
//!
//! [`Customers`] are columns that were checked once, borrowed from wherever they lie or gathered from loaded customers.
//! [`Segment::evaluate`](crate::Segment::evaluate) answers for all of them as [`Members`].
//!
//! ```
//! use audience::{Definitions, Zone, batch::Customers};
//!
//! let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
//! let loaded = [r#"{"id": "ana", "orders": 12}"#, r#"{"id": "ben", "orders": 3}"#].map(|it| shop.customer_from_json(it));
//! let loaded = loaded.into_iter().collect::<Result<Vec<_>, _>>()?;
//! let people = Customers::from_customers(&shop, &loaded)?;
//! let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
//! let loyal = shop.segment("loyal")?.evaluate(&people, &at);
//! assert_eq!((loyal.count(), loyal.contains(0), loyal.contains(1)), (1, true, false));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "arrow")]
pub mod arrow;
mod bits;
mod check;
mod column;
mod customers;
mod error;
mod evaluate;
mod gather;
mod members;
mod table;
mod values;

pub use bits::Bits;
pub use column::{Codes, Column, Columns, Offsets, Texts};
pub use customers::Customers;
pub use error::ColumnError;
pub(crate) use evaluate::{Conditions, Question, values};
pub use members::{KeyChanges, Members};
pub use values::TraitValues;
