//! From `followed by` to a chain of steps.

use super::{
    optimize,
    planner::Planner,
    program::{Sequence, Step},
    tree::Tree,
};
use crate::hir::{self, Items, Part, Source, Spot};

impl Planner<'_> {
    pub(super) fn sequence(&mut self, first: &Items, steps: &[hir::Step]) -> Tree {
        let (Some(start), Source::Events(event)) = (self.collection(first, false), &first.source) else {
            return Tree::FALSE;
        };
        let mut events = vec![*event];
        let mut planned = Vec::with_capacity(steps.len());
        for step in steps {
            let (Source::Events(event), Some(previous)) = (&step.items.source, events.last()) else {
                return Tree::FALSE;
            };
            let row = step.items.row;
            let filter = self.at_a_step([*previous, *event], row, |this| {
                let filter = step.items.filter.as_ref()?;
                match optimize(this.condition(filter, false)) {
                    Tree::Constant(true) => None,
                    tree => Some(this.block(tree)),
                }
            });
            events.push(*event);
            planned.push(Step {
                event: *event,
                none: step.none,
                filter,
                row,
                correlated: step
                    .items
                    .filter
                    .as_deref()
                    .is_some_and(|it| reads(Part::Condition(it), row - 1)),
                within: step.within,
            });
        }
        self.add_sequence(Sequence {
            first: start,
            steps: planned.into(),
            repeats: repeats(&events),
        })
    }
}

/// Tells whether a row is looked at.
fn reads(part: Part<'_>, row: u8) -> bool {
    let mut found = false;
    part.walk(&mut |part| {
        let place = match part {
            Part::Expr(hir::Expr {
                kind: hir::ExprKind::Slot(place),
                ..
            })
            | Part::Items(Items {
                source: Source::List(Spot::Row(place)),
                ..
            })
            | Part::List(Spot::Row(place))
            | Part::Slots {
                first: Spot::Row(place),
                ..
            } => Some(place),
            _ => None,
        };
        found |= place.is_some_and(|place| place.row == row);
    });
    found
}

/// Tells whether a type of event occurs again behind another one. Of events of one type, each that follows stands behind
/// the one before, so that none occurs twice.
fn repeats(events: &[usize]) -> bool {
    let mut runs = events.to_vec();
    runs.dedup();
    runs.iter()
        .enumerate()
        .any(|(index, event)| runs[..index].contains(event))
}

#[cfg(test)]
mod tests {
    use super::repeats;

    #[test]
    fn a_type_repeats_only_behind_another() {
        for (events, expected) in [
            (&[1][..], false),
            (&[1, 1, 1], false),
            (&[1, 2, 3], false),
            (&[1, 1, 2, 2], false),
            (&[1, 2, 1], true),
            (&[1, 1, 2, 3, 3, 2], true),
        ] {
            assert_eq!(repeats(events), expected, "{events:?}");
        }
    }
}
