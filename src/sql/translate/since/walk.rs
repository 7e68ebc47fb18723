//! Looks for whatever reads the clock.

use super::{
    Translator,
    spread::{before_months, moved, ordered},
};
use crate::{
    hir::{Condition, ConditionKind, Distance, Expr, ExprKind, Function, Items, Part, Source, Spot, Step},
    span::Span,
    sql::translate::{Maybe, number::DAY, rows::Row},
    value::Type,
};

impl<'q> Translator<'q> {
    pub(super) fn passing_segment(&mut self, index: usize) {
        let module = self.module;
        if self.passed.as_mut().is_some_and(|it| it.segments.insert(index)) {
            self.of_customer(|this| this.passing(&module.segments[index].condition));
        }
    }

    fn passing(&mut self, condition: &'q Condition) {
        match &condition.kind {
            ConditionKind::InWindow { operand, window } => {
                for range in self.edges(window) {
                    self.spread(operand, range);
                }
                self.passing_expr(operand);
            }
            ConditionKind::Anniversary { operand, window } => {
                if self.day_passed() || !self.edges(window).is_empty() {
                    self.everyone(condition.span);
                }
                self.passing_expr(operand);
            }
            ConditionKind::Compare { lhs, rhs, .. } => {
                if !self.beside_time(lhs, rhs) && !self.beside_time(rhs, lhs) {
                    self.passing_expr(lhs);
                    self.passing_expr(rhs);
                }
            }
            ConditionKind::Between { operand, low, high } => {
                for end in [low, high] {
                    if !self.beside_time(operand, end) {
                        self.passing_expr(end);
                    }
                }
                self.passing_expr(operand);
            }
            ConditionKind::Sequence { first, steps } => self.passing_sequence(first, steps),
            ConditionKind::Segment(index) => self.passing_segment(*index),
            _ => {
                let mut parts = Vec::new();
                condition.parts(&mut |part| parts.push(part));
                self.passing_parts(parts);
            }
        }
    }

    fn passing_parts(&mut self, parts: Vec<Part<'q>>) {
        for part in parts {
            match part {
                Part::Condition(condition) => self.passing(condition),
                Part::Expr(expr) => self.passing_expr(expr),
                // Those of conditions and of items are looked at with what lies in them.
                Part::Window(window) => {
                    if !self.edges(window).is_empty() {
                        self.everyone(Span::default());
                    }
                }
                Part::Items(items) => self.passing_items(items, None),
                Part::List(spot) | Part::Slots { first: spot, .. } => {
                    if let Some(key) = spot.key() {
                        self.passing_expr(key);
                    }
                }
            }
        }
    }

    pub(super) fn passing_expr(&mut self, expr: &'q Expr) {
        match &expr.kind {
            ExprKind::Now => {
                if self.earlier() != self.at.now() {
                    self.everyone(expr.span);
                }
            }
            ExprKind::Today => {
                if self.day_passed() {
                    self.everyone(expr.span);
                }
            }
            ExprKind::Trait(index) => {
                let module = self.module;
                if self.passed.as_mut().is_some_and(|it| it.traits.insert(*index)) {
                    self.of_customer(|this| this.passing_expr(&module.traits[*index].value));
                }
            }
            ExprKind::Aggregate { value, items, .. } => self.passing_items(items, value.as_deref()),
            kind => {
                let reads = match kind {
                    ExprKind::Host { function, .. } => !self.module.functions[*function].is_pure(),
                    ExprKind::Call {
                        function: Function::YearsSince,
                        ..
                    } => self.day_passed(),
                    ExprKind::Call {
                        function: Function::DaysSince,
                        args,
                    } => self.day_passed() || args.iter().any(|it| it.ty == Type::DateTime),
                    _ => false,
                };
                if reads {
                    self.everyone(expr.span);
                }
                let mut parts = Vec::new();
                expr.parts(&mut |part| parts.push(part));
                self.passing_parts(parts);
            }
        }
    }

    fn passing_items(&mut self, items: &'q Items, value: Option<&'q Expr>) {
        if let Source::List(Spot::Item { key, .. }) = &items.source {
            self.passing_expr(key);
        }
        let Some(row) = self.happening(items) else {
            return self.everyone(Span::default());
        };
        let before = self.rows.clone();
        self.rows.resize(usize::from(items.row), None);
        self.rows.push(Some(row));
        if let Some(filter) = &items.filter {
            self.passing(filter);
        }
        if let Some(value) = value {
            self.passing_expr(value);
        }
        self.rows = before;
    }

    /// The row of the items, with what of it lies between two places of now or of its window's edges.
    fn happening(&mut self, items: &'q Items) -> Maybe<Row<'q>> {
        let row = self.row_of_source(&items.source, Span::default())?;
        let mut ranges = Vec::new();
        if let Source::Events(_) = items.source {
            ranges.extend(ordered(self.earlier().micros(), self.at.now().micros()));
        }
        if let Some(window) = &items.window {
            ranges.extend(self.edges(window));
        }
        for range in ranges {
            self.moment(&row, 0, &Type::DateTime, Span::default(), range);
        }
        Some(row)
    }

    fn passing_sequence(&mut self, first: &'q Items, steps: &'q [Step]) {
        let before = self.rows.clone();
        let depth = usize::from(first.row);
        let mut last = self.happening(first);
        self.rows.resize(depth, None);
        self.rows.push(last.clone());
        if let Some(filter) = &first.filter {
            self.passing(filter);
        }
        for Step { none, items, within } in steps {
            // That nothing follows is clear once there is no time left for it.
            let passed = ordered(self.earlier().micros(), self.at.now().micros());
            if let (true, Some(row), Some(passed)) = (*none, &last, passed) {
                let range = match within {
                    Distance::Micros(micros) => moved(passed, micros.saturating_neg()),
                    Distance::Months(months) => before_months(passed, *months, DAY),
                };
                self.moment(row, 0, &Type::DateTime, Span::default(), range);
            }
            let row = self.happening(items);
            self.rows.truncate(depth);
            self.rows.push(last);
            self.rows.push(row.clone());
            if let Some(filter) = &items.filter {
                self.passing(filter);
            }
            last = row;
        }
        self.rows = before;
    }
}
