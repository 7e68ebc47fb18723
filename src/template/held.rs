//! Values on their way through a message.

use super::arena::Arena;
use crate::{eval::Frame, record::Row, value::ValueRef};

/// A value between two filters. All that it refers to lasts as long as the message, so that it is copied freely.
pub(super) enum Held<'a, R: Row<'a>> {
    Missing,
    Plain(ValueRef<'a>),
    /// Of plain values, each a [`Frame::Value`], or of records.
    List(&'a [Frame<'a, R>]),
    /// One record.
    Item(Frame<'a, R>),
}

#[expect(
    clippy::expl_impl_clone_on_copy,
    reason = "a derived `Clone` has other bounds"
)]
impl<'a, R: Row<'a>> Clone for Held<'a, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, R: Row<'a>> Copy for Held<'a, R> {}

impl<'a, R: Row<'a>> Held<'a, R> {
    pub(super) fn of(value: Option<ValueRef<'a>>) -> Self {
        value.map_or(Self::Missing, Self::Plain)
    }

    /// An item of a list: its value, or the record that it is.
    pub(super) fn of_item(item: Frame<'a, R>) -> Self {
        match item {
            Frame::Nothing => Self::Missing,
            Frame::Value(value) => Self::Plain(value),
            item => Self::Item(item),
        }
    }

    pub(super) fn text(text: &'a str) -> Self {
        Self::Plain(ValueRef::Text(text))
    }

    /// The items of a list of texts.
    pub(super) fn texts(texts: impl IntoIterator<Item = &'a str>, arena: &'a Arena) -> Self {
        let items = texts.into_iter().map(|text| Frame::Value(ValueRef::Text(text)));
        Self::List(arena.list(items))
    }
}
