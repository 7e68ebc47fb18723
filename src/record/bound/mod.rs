//! Reads a struct in place, through its binding.

mod item;

use self::item::{BoundItem, BoundRows};
use super::{
    Record, Row,
    binding::{Binding, Check, Kind, Place},
};
use crate::value::{
    Date, DateTime, Decimal, Geo, Zone,
    text::{any_byte, has_zero, same},
};

/// A struct that is read as a customer.
#[derive(Debug)]
pub(crate) struct BoundRow<'a, R> {
    record: &'a R,
    binding: &'a Binding,
}

impl<R> Clone for BoundRow<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for BoundRow<'_, R> {}

impl<'a, R: Record> BoundRow<'a, R> {
    /// Reads `record` as `binding` says, which was made for its type.
    #[inline]
    pub(crate) fn new(record: &'a R, binding: &'a Binding) -> Self {
        Self { record, binding }
    }

    #[inline]
    pub(crate) fn record(self) -> &'a R {
        self.record
    }
}

impl Check {
    fn accepts(&self, text: &str) -> bool {
        self.filled.as_ref().is_none_or(|filled| filled.accepts(text))
            && self
                .words
                .as_ref()
                .is_none_or(|words| words.iter().any(|word| **word == *text))
            && self.short.as_ref().is_none_or(|roles| roles.is_short(text))
            && self.schemes.as_ref().is_none_or(|schemes| schemes.allow(text))
            && (!self.zone || Zone::named(text).is_ok())
    }

    fn word(&self, text: &str) -> Option<u32> {
        let word = self.words.as_ref()?.iter().position(|word| **word == *text)?;
        u32::try_from(word)
            .ok()
            .filter(|_| self.filled.as_ref().is_none_or(|filled| filled.accepts(text)))
    }
}

impl Place {
    /// The text, unless it is one that counts as missing.
    #[inline]
    fn checked<'a>(&self, text: &'a str) -> Option<&'a str> {
        let nul = any_byte(text.as_bytes(), |byte| byte == 0, has_zero);
        let refused = nul || self.check.as_ref().is_some_and(|check| !check.accepts(text));
        (!refused).then_some(text)
    }
}

/// Whether a value is known, by the kind of its place.
fn known<'a>(row: impl Row<'a>, slot: u32, kind: Option<Kind>) -> bool {
    match kind {
        None => false,
        Some(Kind::Bool) => row.bool(slot).is_some(),
        Some(Kind::Int) => row.int(slot).is_some(),
        Some(Kind::Float) => row.float(slot).is_some(),
        Some(Kind::Decimal) => row.decimal(slot).is_some(),
        Some(Kind::Text) => row.text(slot).is_some(),
        Some(Kind::Date) => row.date(slot).is_some(),
        Some(Kind::DateTime) => row.datetime(slot).is_some(),
        Some(Kind::Geo) => row.geo(slot).is_some(),
        Some(Kind::List) => row.list(slot).is_some(),
    }
}

impl<'a, R: Record> BoundRow<'a, R> {
    #[inline]
    fn place(self, slot: u32) -> Option<&'a Place> {
        self.binding.customer.0.get(slot as usize)
    }
}

impl<'a, R: Record> Row<'a> for BoundRow<'a, R> {
    type Item = BoundItem<'a>;
    type Rows = BoundRows<'a>;

    fn known(self, slot: u32) -> bool {
        known(self, slot, self.place(slot).map(|place| place.kind))
    }

    #[inline]
    fn bool(self, slot: u32) -> Option<bool> {
        self.record.bool(self.place(slot)?.field)
    }

    #[inline]
    fn int(self, slot: u32) -> Option<i64> {
        self.record.int(self.place(slot)?.field)
    }

    #[inline]
    fn float(self, slot: u32) -> Option<f64> {
        self.record
            .float(self.place(slot)?.field)
            .filter(|it| it.is_finite())
    }

    #[inline]
    fn decimal(self, slot: u32) -> Option<i64> {
        self.record.decimal(self.place(slot)?.field).map(Decimal::units)
    }

    #[inline]
    fn text(self, slot: u32) -> Option<&'a str> {
        let place = self.place(slot)?;
        place.checked(self.record.text(place.field)?)
    }

    /// Whether the text may be taken as it is matters only when it is the right one, and without a check it may.
    #[inline]
    fn text_is(self, slot: u32, text: &str) -> bool {
        let Some(place) = self.place(slot) else {
            return false;
        };
        let is_same = self.record.text(place.field).is_some_and(|it| same(it, text));
        match &place.check {
            None => is_same,
            Some(check) => is_same && check.accepts(text),
        }
    }

    #[inline]
    fn word(self, slot: u32) -> Option<u32> {
        let place = self.place(slot)?;
        place.check.as_ref()?.word(self.record.text(place.field)?)
    }

    #[inline]
    fn date(self, slot: u32) -> Option<i32> {
        self.record.date(self.place(slot)?.field).map(Date::days)
    }

    #[inline]
    fn datetime(self, slot: u32) -> Option<i64> {
        self.record
            .datetime(self.place(slot)?.field)
            .map(DateTime::micros)
    }

    #[inline]
    fn geo(self, slot: u32) -> Option<Geo> {
        self.record.geo(self.place(slot)?.field)
    }

    #[inline]
    fn list(self, slot: u32) -> Option<BoundRows<'a>> {
        self.place(slot)?.rows(self.record)
    }

    #[inline]
    fn events(self, event: usize) -> BoundRows<'a> {
        let place = self.binding.events.get(event);
        place
            .and_then(|place| place.rows(self.record))
            .unwrap_or(BoundRows::NONE)
    }
}

#[cfg(test)]
mod tests;
