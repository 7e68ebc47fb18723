//! Until when something has to happen to count.

use crate::{
    eval::{At, explain::picture::Picture, interpret::Interpreter},
    hir::{Items, Module, Source},
    value::DateTime,
};

/// How far it is looked ahead: ten years.
const HORIZON: i64 = 3_653 * 86_400_000_000;

/// The first moment after now at which the window has lost one of the events that count now, or would not take in an event of
/// that moment.
///
/// A window moves forward with time, so that what it has lost it does not get back: the moment is found by halving. Nothing when
/// there is no such moment within ten years, when there is no window, or when it takes in no events of now to begin with.
pub(super) fn of(module: &Module, picture: &Picture, at: &At, items: &Items) -> Option<DateTime> {
    let Source::Events(_) = items.source else {
        return None;
    };
    let window = items.window.as_ref()?;
    let counted: Vec<i64> = {
        let mut ask = Interpreter::new(module, picture, at, &[]);
        ask.items(items).into_iter().map(|it| it.at()).collect()
    };
    let (first, last) = (counted.iter().min(), counted.iter().max());
    let counts_at = |micros: i64| {
        let Some(then) = DateTime::from_micros(micros) else {
            return false;
        };
        let then = at.moved(then);
        let stretch = Interpreter::new(module, picture, &then, &[]).stretch(window);
        stretch.is_some_and(|stretch| {
            let ends = [first, last].into_iter().flatten();
            stretch.contains(micros) && ends.into_iter().all(|it| stretch.contains(*it))
        })
    };
    let (mut counts, mut lost) = (at.now().micros(), at.now().micros().saturating_add(HORIZON));
    lost = lost.min(DateTime::MAX.micros());
    if !counts_at(counts) || counts_at(lost) {
        return None;
    }
    while lost - counts > 1 {
        let middle = counts + (lost - counts) / 2;
        if counts_at(middle) {
            counts = middle;
        } else {
            lost = middle;
        }
    }
    DateTime::from_micros(lost)
}
