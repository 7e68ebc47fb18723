//! Events that follow one another: `any … followed by …`.

use std::sync::Arc;

use super::{
    Checker,
    collections::Collection,
    scope::{Entry, Shape},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Condition, ConditionKind, Items, MOST_STEPS, Source, Step},
    span::Span,
    syntax::ast,
    value::Type,
};

impl Checker<'_> {
    /// `any first followed by … followed by …`.
    pub(crate) fn sequence(
        &mut self,
        span: Span,
        first: &ast::Items,
        steps: &[ast::Step],
    ) -> Option<Condition> {
        if let Some(step) = steps.get(MOST_STEPS) {
            let error = Diagnostic::new(Code::Limit, "too many steps")
                .label(step.span, format!("more than {MOST_STEPS} times `followed by`"));
            self.report.push(error);
        }
        let collection = self.collection(&first.collection);
        let window = match &first.window {
            Some(window) => self.window(window, &Type::DateTime, first.span).map(Some),
            None => Some(None),
        };
        let collection = self.events_of(collection?, first.span)?;
        let row = self.next_row(first.span)?;
        self.scope.entries.push(Entry::Item {
            of: collection.name.clone(),
            row,
            shape: collection.shape.clone(),
        });
        let filter = self.filter(first);
        self.scope.entries.pop();
        let mut right = true;
        let mut before = collection.shape;
        let mut checked = Vec::with_capacity(steps.len());
        for (index, step) in steps.iter().take(MOST_STEPS).enumerate() {
            if step.none && index + 1 < steps.len() {
                let error = Diagnostic::new(Code::Syntax, "`followed by no` is not the last step")
                    .label(step.span, "nothing can follow what did not happen");
                self.report.push(error);
            }
            // What the next step calls `previous` is not known when this step has no events.
            let (step, next) = self.following(step, row, before)?;
            match step {
                Some(step) => checked.push(step),
                None => right = false,
            }
            before = next;
        }
        let first = Items {
            source: collection.source,
            window: window?,
            filter: filter?,
            row,
        };
        let kind = ConditionKind::Sequence {
            first: Box::new(first),
            steps: checked,
        };
        (right && steps.len() <= MOST_STEPS).then(|| Condition::new(span, kind))
    }

    /// A step behind the one whose event is in row `row`, and what its own event looks like.
    fn following(
        &mut self,
        step: &ast::Step,
        row: u8,
        before: Arc<Shape>,
    ) -> Option<(Option<Step>, Arc<Shape>)> {
        let within = self.distance(step.span, step.within);
        let collection = self.collection(&step.items.collection)?;
        let collection = self.events_of(collection, step.items.span)?;
        if step.items.window.is_some() {
            let error = Diagnostic::new(Code::TypeMismatch, "a step has no window of its own")
                .label(step.items.span, "when it follows is said by `within`")
                .help(
                    "a condition on its time stands in its `where`, as in `where at in last 30 days`"
                        .to_owned(),
                );
            self.report.push(error);
        }
        self.scope.entries.push(Entry::Previous { row, shape: before });
        let of_item = self.next_row(step.items.span);
        let filter = of_item.and_then(|row| {
            self.scope.entries.push(Entry::Item {
                of: collection.name.clone(),
                row,
                shape: collection.shape.clone(),
            });
            let filter = self.filter(&step.items);
            self.scope.entries.pop();
            filter
        });
        self.scope.entries.pop();
        let checked = within
            .zip(filter)
            .zip(of_item)
            .map(|((within, filter), row)| Step {
                none: step.none,
                items: Items {
                    source: collection.source,
                    window: None,
                    filter,
                    row,
                },
                within,
            });
        Some((checked, collection.shape))
    }

    /// The condition of a `where`, the inner `None` without one.
    #[expect(clippy::option_option, reason = "the outer one is an error that was reported")]
    fn filter(&mut self, items: &ast::Items) -> Option<Option<Box<Condition>>> {
        match &items.filter {
            None => Some(None),
            Some(filter) => {
                let condition = self.apart(|it| it.condition(filter))?;
                Some(Some(Box::new(condition)))
            }
        }
    }

    fn events_of(&mut self, collection: Collection, span: Span) -> Option<Collection> {
        if let Source::Events(_) = collection.source {
            return Some(collection);
        }
        let error = Diagnostic::new(Code::TypeMismatch, "only events follow one another")
            .label(span, "a list, whose items have no time");
        self.report.fail(error)
    }
}
