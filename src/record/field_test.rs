//! How one field of a struct is compared, without asking which one it is each time.

use std::fmt;

use super::{Record, binding::Binding, binding::Kind};

/// Compares one field of a [`Record`]; [`record!`](crate::record!) writes one for each.
///
/// ```
/// use audience::Record;
///
/// struct Client { id: String, nps: Option<i32> }
/// audience::record! { impl Record for Client { id: |it| &it.id, nps: |it| it.nps } }
///
/// let ana = Client { id: "ana".to_owned(), nps: Some(9) };
/// let test = |field| Client::field_test(field).ok_or("no such field");
/// assert!((test(0)?.is)(&ana, "ana"));
/// assert!((test(1)?.within)(&ana, 9, 10));
/// # Ok::<(), &str>(())
/// ```
#[expect(
    clippy::exhaustive_structs,
    reason = "`record!` makes one in the crate of the struct"
)]
pub struct FieldTest<R: ?Sized> {
    /// Whether its number lies in a range, see [`FieldValue::within`](super::FieldValue::within).
    pub within: fn(&R, i64, i64) -> bool,
    /// Whether it is that text, see [`FieldValue::is`](super::FieldValue::is).
    pub is: fn(&R, &str) -> bool,
}

// Derived ones would ask the same of the struct.
impl<R: ?Sized> Clone for FieldTest<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: ?Sized> Copy for FieldTest<R> {}

impl<R: ?Sized> fmt::Debug for FieldTest<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldTest").finish_non_exhaustive()
    }
}

impl Binding {
    /// Compares a value of the customer by its whole number; nothing for values that have none, or that have it for some fields
    /// only.
    pub(crate) fn within<R: Record>(&self, slot: u32) -> Option<fn(&R, i64, i64) -> bool> {
        let place = self.customer.0.get(slot as usize)?;
        match place.kind {
            Kind::Bool | Kind::Int | Kind::Decimal | Kind::Date | Kind::DateTime => {
                R::field_test(place.field).map(|it| it.within)
            }
            Kind::Float | Kind::Text | Kind::Geo | Kind::List => None,
        }
    }

    /// Compares a text of the customer, which may be any; nothing for others.
    pub(crate) fn is<R: Record>(&self, slot: u32) -> Option<fn(&R, &str) -> bool> {
        let place = self.customer.0.get(slot as usize)?;
        if place.kind != Kind::Text || place.check.is_some() {
            return None;
        }
        R::field_test(place.field).map(|it| it.is)
    }
}
