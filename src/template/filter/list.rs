//! Filters on lists.

use super::super::{arena::Arena, held::Held};
use crate::{eval::Frame, hir::template::ListFilter, record::Row, value::ValueRef};

/// Applies a filter; `show` writes a plain value as text.
pub(in crate::template) fn apply<'a, R: Row<'a>>(
    filter: ListFilter,
    items: &'a [Frame<'a, R>],
    arguments: &[ValueRef<'a>],
    show: impl Fn(ValueRef<'a>) -> &'a str,
    arena: &'a Arena,
) -> Held<'a, R> {
    match (filter, arguments) {
        (ListFilter::First, _) => items.first().copied().map_or(Held::Missing, Held::of_item),
        (ListFilter::Last, _) => items.last().copied().map_or(Held::Missing, Held::of_item),
        (ListFilter::At, [ValueRef::Int(at)]) => {
            let from_end = |at: i64| items.len().checked_sub(usize::try_from(at.unsigned_abs()).ok()?);
            let at = if *at < 0 {
                from_end(*at)
            } else {
                usize::try_from(*at).ok()
            };
            let item = at.and_then(|at| items.get(at)).copied();
            item.map_or(Held::Missing, Held::of_item)
        }
        (ListFilter::Join, [ValueRef::Text(glue)]) => Held::text(arena.write(|draft| {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    draft.push_str(glue);
                }
                if let Frame::Value(value) = item {
                    draft.push_str(show(*value));
                }
                if draft.is_full() {
                    break;
                }
            }
        })),
        // The checker has seen to the arguments.
        (ListFilter::Join | ListFilter::At, _) => Held::Missing,
    }
}
