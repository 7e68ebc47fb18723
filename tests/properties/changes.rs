//! The next change of an answer is the earliest: nothing else is found by asking at many instants.

use std::cell::Cell;

use audience::{At, Code, Customer, DateTime, Definitions, Duration, NextChange, Segment};

use super::palette::{Palette, moved};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1440 * MINUTE;

/// How often each kind of answer was given.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    pub(crate) at: Cell<usize>,
    pub(crate) not_within: Cell<usize>,
    pub(crate) unknown: Cell<usize>,
}

/// The instants at which answers are compared: dense for a few days, sparse for ten years, and around what the palette holds.
pub(crate) fn instants(definitions: &Definitions, palette: &Palette) -> Vec<At> {
    let now = palette.now;
    let mut micros: Vec<i64> = (1..=144).map(|it| now.micros() + it * 20 * MINUTE).collect();
    micros.extend((1..=180).map(|it| now.micros() + it * 20 * DAY + it * 97 * MINUTE));
    for span in &palette.spans {
        let steps = palette.instants.iter().map(|it| it.micros());
        let days = palette.dates.iter().map(|it| palette.zone.start_of(*it));
        for step in steps.chain(days) {
            for by in [0, span.micros(), span.micros() + 1, -span.micros()] {
                micros.extend([step.saturating_add(by) - 1, step.saturating_add(by)]);
            }
        }
    }
    micros.retain(|it| *it > now.micros());
    micros.sort_unstable();
    micros.dedup();
    micros
        .into_iter()
        .filter_map(DateTime::from_micros)
        .map(|it| definitions.at(it, &palette.zone))
        .collect()
}

/// An error when the next change is not what asking at the instants shows.
pub(crate) fn check(
    definitions: &Definitions,
    segment: &Segment,
    customer: &Customer,
    palette: &Palette,
    instants: &[At],
    kinds: &Kinds,
) -> Result<(), String> {
    let at = |now: DateTime| definitions.at(now, &palette.zone);
    let start = at(palette.now);
    let answer = segment.matches(customer, &start);
    let (change, end) = match segment.next_change(customer, &start) {
        NextChange::At(change) => {
            kinds.at.set(kinds.at.get() + 1);
            if change <= palette.now || segment.matches(customer, &at(change)) == answer {
                return Err(format!("the answer is still {answer} at {change}"));
            }
            if segment.matches(customer, &at(moved(change, -1))) != answer {
                return Err(format!(
                    "the answer is not {answer} any more just before {change}"
                ));
            }
            (change.to_string(), change)
        }
        NextChange::NotWithin(horizon) => {
            kinds.not_within.set(kinds.not_within.get() + 1);
            let end = palette.now.checked_add(horizon).unwrap_or(DateTime::MAX);
            ("not within ten years".to_owned(), moved(end, 1))
        }
        NextChange::Unknown(span) => {
            kinds.unknown.set(kinds.unknown.get() + 1);
            let warned = definitions
                .warnings()
                .iter()
                .any(|it| it.code == Code::NextChangeUnknown && it.span() == span);
            return if warned {
                Ok(())
            } else {
                Err(format!(
                    "no warning that the next change is unknown because of {span:?}"
                ))
            };
        }
    };
    for earlier in instants.iter().take_while(|it| it.now() < end) {
        if segment.matches(customer, earlier) != answer {
            return Err(format!(
                "the next change is said to be {change}, but the answer is not {answer} at {}",
                earlier.now()
            ));
        }
    }
    // A nearer horizon gives the same, or less.
    let day = Duration::from_micros(DAY);
    let near = segment.next_change_within(customer, &start, day);
    let expected = match segment.next_change(customer, &start) {
        NextChange::At(change) if change.micros() - palette.now.micros() <= DAY => NextChange::At(change),
        _ => NextChange::NotWithin(day),
    };
    if near != expected {
        return Err(format!("within a day: {near}, not {expected}"));
    }
    Ok(())
}
