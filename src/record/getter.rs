//! How one field of a struct is read, without asking which one it is each time.

use super::{Record, binding::Binding, binding::Kind};

/// Reads one field of a [`Record`]; [`record!`](crate::record!) writes one for each.
///
/// ```
/// use audience::Record;
///
/// struct Client { id: String, nps: Option<i32> }
/// audience::record! { impl Record for Client { id: |it| &it.id, nps: |it| it.nps } }
///
/// let ana = Client { id: "ana".to_owned(), nps: Some(9) };
/// let getter = |field| Client::getter(field).ok_or("no such field");
/// assert_eq!((getter(0)?.text)(&ana), Some("ana"));
/// assert_eq!((getter(1)?.number)(&ana), Some(9));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "`record!` makes one in the crate of the struct"
)]
pub struct Getter<R: ?Sized> {
    /// The whole number by which the value is compared, see [`FieldValue::number`](super::FieldValue::number).
    pub number: fn(&R) -> Option<i64>,
    /// Text.
    pub text: for<'a> fn(&'a R) -> Option<&'a str>,
}

impl Binding {
    /// Reads the whole number by which a value of the customer is compared; nothing for values that have none, or that have it for
    /// some fields only.
    pub(crate) fn number<R: Record>(&self, slot: u32) -> Option<fn(&R) -> Option<i64>> {
        let place = self.customer.0.get(slot as usize)?;
        match place.kind {
            Kind::Bool | Kind::Int | Kind::Decimal | Kind::Date | Kind::DateTime => {
                R::getter(place.field).map(|it| it.number)
            }
            Kind::Float | Kind::Text | Kind::Geo | Kind::List => None,
        }
    }

    /// Reads a text of the customer, which may be any; nothing for others.
    pub(crate) fn text<R: Record>(&self, slot: u32) -> Option<for<'a> fn(&'a R) -> Option<&'a str>> {
        let place = self.customer.0.get(slot as usize)?;
        if place.kind != Kind::Text || place.check.is_some() {
            return None;
        }
        R::getter(place.field).map(|it| it.text)
    }
}
