//! Who has to be asked again after some time.
//!
//! With the same data an answer changes only where a moment that a rule compares with the clock was passed: an event between two places of a
//! window's edge, or a date between two days that were today. Whoever has such a moment is due, and whoever the application says has changed. Where
//! something else reads the clock, everyone is.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::{Maybe, Translator, fragment::sql, number::DAY, rows::Row};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        AggregateKind, ArithmeticOp, Condition, ConditionKind, Distance, Edge, Expr, ExprKind, Function,
        Items, Order, Part, Source, Spot, Step, Window,
    },
    plan::Steady,
    span::Span,
    value::{DateTime, Type, Value, months_later},
};

/// What the passing of time may change.
#[derive(Debug)]
pub(super) struct Passed<'q> {
    from: DateTime,
    /// Where the clock is read in another way than beside a moment that is kept.
    everyone: Vec<Span>,
    /// The columns that the clock is compared with, by the path of their table and their slot.
    moments: IndexMap<(String, u32), Moments<'q>>,
    /// What was looked at already: traits also with the ranges that they were looked at for.
    traits: HashSet<usize>,
    spread: HashSet<(usize, (i64, i64))>,
    segments: HashSet<usize>,
}

/// A column, and between which numbers a moment in it makes a customer due: microseconds, or days.
#[derive(Debug)]
struct Moments<'q> {
    row: Row<'q>,
    ty: Type,
    span: Span,
    ranges: Vec<(i64, i64)>,
}

impl<'q> Translator<'q> {
    /// Makes the relation of the keys of those who are due, unless that is everyone.
    pub(super) fn due(&mut self, segments: &[usize], from: DateTime) {
        self.passed = Some(Passed {
            from,
            everyone: Vec::new(),
            moments: IndexMap::new(),
            traits: HashSet::new(),
            spread: HashSet::new(),
            segments: HashSet::new(),
        });
        for index in segments {
            self.passing_segment(*index);
        }
        let Some(passed) = self.passed.take() else { return };
        self.everyone = passed
            .everyone
            .into_iter()
            .map(|span| {
                Diagnostic::new(Code::EveryoneDue, "everyone is asked, as this may be another answer for anyone now")
                    .label(span, "reads the clock, or is a function that may answer in another way each time")
                    .help("compare a moment that is kept with `now` or `today`, or ask this segment apart from the others".to_owned())
            })
            .collect();
        if !self.everyone.is_empty() {
            return;
        }
        let mut parts = Vec::new();
        if let Some(changed) = &self.mapping.changed {
            let key = changed
                .key
                .first()
                .map(|key| self.encoding.quote(key))
                .unwrap_or_default();
            let key = self.compared_key(key);
            parts.push((key, self.table_name(changed)));
        }
        let mut tables: IndexMap<String, Vec<(u32, Moments<'q>)>> = IndexMap::new();
        for ((path, slot), moments) in passed.moments {
            tables.entry(path).or_default().push((slot, moments));
        }
        let mut depends = Vec::new();
        for (path, moments) in tables {
            let name = path.rsplit('.').next().unwrap_or(&path);
            let index = self.begin(&format!("due_{name}"));
            let _: Maybe<()> = self.turned(index, |this| this.due_of(moments));
            parts.push((
                self.encoding.quote("key"),
                self.encoding.quote(&self.relations[index].name),
            ));
            depends.push(index);
        }
        if parts.is_empty() {
            // Nothing that any rule reads was passed, and nobody changed.
            let index = self.begin("due_customers");
            let _: Maybe<()> = self.turned(index, |this| {
                let customers = this.customers();
                let key = this.keys(&customers, Span::default())?.into_iter().next()?;
                let relation = this.relation();
                relation.filter.push(sql!["FALSE"].atom());
                relation.gives.push(("key".to_owned(), key));
                Some(())
            });
            parts.push((
                self.encoding.quote("key"),
                self.encoding.quote(&self.relations[index].name),
            ));
            depends.push(index);
        }
        let due = self.begin("due");
        self.relations[due].union = parts;
        self.relations[due].depends = depends;
        self.restrict = Some(due);
    }

    /// The keys of those who have a moment of a table in one of the ranges.
    fn due_of(&mut self, moments: Vec<(u32, Moments<'q>)>) -> Maybe<()> {
        let mut row = moments.first()?.1.row.clone();
        row.alias = self.alias("e", "");
        row.layer = 0;
        self.add_table(&row, None);
        let mut tests = Vec::new();
        for (
            slot,
            Moments {
                ty, span, mut ranges, ..
            },
        ) in moments
        {
            let value = self.slot_of(&row, slot, &ty, true, span)?;
            ranges.sort_unstable();
            let mut apart: Vec<(i64, i64)> = Vec::new();
            for (low, high) in ranges {
                match apart.last_mut() {
                    Some((_, end)) if low <= *end => *end = high.max(*end),
                    _ => apart.push((low, high)),
                }
            }
            for (low, high) in apart {
                let low = self.beside_fixed(Order::Ge, &value, low);
                let high = self.beside_fixed(Order::Le, &value, high);
                tests.push(Self::all(vec![low, high]));
            }
        }
        let test = Self::any(tests);
        let filters = self.filters(test);
        let key = self.keys(&row, Span::default())?.into_iter().next()?;
        let relation = self.relation();
        relation.filter = filters;
        relation.gives.push(("key".to_owned(), key));
        Some(())
    }

    /// Leaves only those who are due, where a relation begins to read what customers have.
    pub(super) fn restricted(&mut self, row: &Row<'q>) {
        let Some(due) = self.restrict else { return };
        if !of_customers(&row.path) || !self.narrowed_relations.insert(self.current) {
            return;
        }
        let Some(column) = row.table.key.first() else {
            return;
        };
        let key = self.read_plain(row, column, &self.key_type(), false);
        let table = self.encoding.quote(&self.relations[due].name);
        let alias = self.alias("due", &table);
        let on = sql![
            format!("{}.{}", self.encoding.quote(&alias), self.encoding.quote("key")),
            " = ",
            key
        ];
        self.relation().depends.push(due);
        self.relation().table(table, alias, Some(on));
    }

    fn compared_key(&self, key: String) -> String {
        if super::rows::is_text(&self.key_type()) {
            self.encoding.bytewise(key)
        } else {
            key
        }
    }

    fn everyone(&mut self, span: Span) {
        if let Some(passed) = &mut self.passed
            && !passed.everyone.contains(&span)
        {
            passed.everyone.push(span);
        }
    }

    fn earlier(&self) -> DateTime {
        self.passed.as_ref().map_or(self.at.now(), |it| it.from)
    }

    fn day_passed(&self) -> bool {
        self.at.zone().date_of(self.earlier()) != self.at.today()
    }

    fn passing_segment(&mut self, index: usize) {
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

    fn passing_expr(&mut self, expr: &'q Expr) {
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
            if let (true, Some(row)) = (*none, &last) {
                if let Some(range) = ordered(self.earlier().micros(), self.at.now().micros()) {
                    let range = match within {
                        Distance::Micros(micros) => moved(range, micros.saturating_neg()),
                        Distance::Months(months) => before_months(range, *months, DAY),
                    };
                    self.moment(row, 0, &Type::DateTime, Span::default(), range);
                }
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

    /// Between which numbers the edges of a window that follow the clock went.
    fn edges(&mut self, window: &'q Window) -> Vec<(i64, i64)> {
        [&window.from, &window.to]
            .into_iter()
            .flatten()
            .filter_map(|edge| self.edge(edge))
            .collect()
    }

    fn edge(&mut self, edge: &'q Edge) -> Option<(i64, i64)> {
        let zone = self.at.zone();
        let module = self.module;
        let mut steady = None;
        if let Some(expr) = edge.bound.moving() {
            steady = Steady::of(expr, module);
            if steady.is_none() {
                self.passing_expr(expr);
                return None;
            }
        }
        let place = |now: DateTime| {
            edge.bound
                .resolve(now, zone, &mut |_| steady.as_ref()?.steps(now, zone))
        };
        passed(place(self.earlier()), place(self.at.now()))
    }

    /// Whether the other side is a time that follows the clock alone; then whoever has a moment that it passed is due.
    fn beside_time(&mut self, operand: &'q Expr, time: &'q Expr) -> bool {
        if let (
            ExprKind::Call {
                function: Function::DaysSince,
                args,
            },
            ExprKind::Constant(Value::Int(days)),
        ) = (&operand.kind, &time.kind)
            && let [moment] = &**args
        {
            // So many days ago, with a day on either side.
            let (before, now, day) = if moment.ty == Type::Date {
                let today = |at| i64::from(self.at.zone().date_of(at).days());
                (today(self.earlier()), today(self.at.now()), 1)
            } else {
                (self.earlier().micros(), self.at.now().micros(), DAY)
            };
            let back = |at: i64| at.saturating_sub(days.saturating_mul(day));
            if let Some((low, high)) = ordered(back(before), back(now)) {
                self.spread(
                    moment,
                    (low.saturating_sub(2 * day), high.saturating_add(2 * day)),
                );
            }
            self.passing_expr(moment);
            return true;
        }
        if let (
            ExprKind::Arithmetic {
                op: ArithmeticOp::Subtract,
                lhs,
                rhs,
            },
            ExprKind::Constant(Value::Duration(apart)),
        ) = (&operand.kind, &time.kind)
        {
            // How far a moment is behind a time, or before it.
            let apart = apart.micros();
            for (time, moment, apart) in [(lhs, rhs, apart.saturating_neg()), (rhs, lhs, apart)] {
                if lhs.ty == Type::DateTime
                    && let Some(steady) = Steady::of(time, self.module)
                {
                    let place = |now| Some(steady.steps(now, self.at.zone())?.saturating_add(apart));
                    if let Some(range) = passed(place(self.earlier()), place(self.at.now())) {
                        self.spread(moment, range);
                    }
                    self.passing_expr(moment);
                    return true;
                }
            }
        }
        let Some(steady) = Steady::of(time, self.module) else {
            return false;
        };
        let place = |now| steady.steps(now, self.at.zone());
        if let Some(range) = passed(place(self.earlier()), place(self.at.now())) {
            self.spread(operand, range);
        }
        self.passing_expr(operand);
        true
    }

    /// Whoever may have this value in a range is due.
    fn spread(&mut self, expr: &'q Expr, range: (i64, i64)) {
        let (low, high) = range;
        match &expr.kind {
            ExprKind::Slot(place) => match self.row(place.row) {
                Some(row) if of_customers(&row.path) => {
                    self.moment(&row, place.slot, &expr.ty, expr.span, range);
                }
                _ => self.everyone(expr.span),
            },
            ExprKind::Constant(value) => {
                let number = crate::sql::dialect::integer(value);
                if number.is_none_or(|it| low <= it && it <= high) {
                    self.everyone(expr.span);
                }
            }
            ExprKind::Trait(index) => {
                let module = self.module;
                if self
                    .passed
                    .as_mut()
                    .is_some_and(|it| it.spread.insert((*index, range)))
                {
                    self.of_customer(|this| this.spread(&module.traits[*index].value, range));
                }
            }
            ExprKind::Aggregate {
                kind:
                    AggregateKind::Min
                    | AggregateKind::Max
                    | AggregateKind::First
                    | AggregateKind::Last
                    | AggregateKind::Mode,
                value: Some(value),
                items,
            } => {
                let Some(row) = self.row_of_source(&items.source, expr.span) else {
                    return self.everyone(expr.span);
                };
                let before = self.rows.clone();
                self.rows.resize(usize::from(items.row), None);
                self.rows.push(Some(row));
                self.spread(value, range);
                self.rows = before;
            }
            ExprKind::Call {
                function: Function::Default | Function::Min | Function::Max,
                args,
            } => {
                for arg in args {
                    self.spread(arg, range);
                }
            }
            ExprKind::Call {
                function: Function::Date,
                args,
            } => {
                let micros = |day: i64| day.saturating_mul(DAY);
                for arg in args.iter().filter(|it| it.ty == Type::DateTime) {
                    let range = (micros(low.saturating_sub(2)), micros(high.saturating_add(3)));
                    self.spread(arg, range);
                }
            }
            ExprKind::Case { arms, otherwise } => {
                for (_, value) in arms {
                    self.spread(value, range);
                }
                if let Some(value) = otherwise {
                    self.spread(value, range);
                }
            }
            ExprKind::Shift { operand, months } => {
                let day = if expr.ty == Type::Date { 1 } else { DAY };
                self.spread(operand, before_months(range, *months, day));
            }
            ExprKind::Arithmetic { op, lhs, rhs } => match (op, &rhs.kind) {
                (ArithmeticOp::Add | ArithmeticOp::Subtract, ExprKind::Constant(Value::Duration(by))) => {
                    let by = if expr.ty == Type::Date {
                        by.micros() / DAY
                    } else {
                        by.micros()
                    };
                    let by = if *op == ArithmeticOp::Add {
                        by
                    } else {
                        by.saturating_neg()
                    };
                    self.spread(lhs, moved(range, by.saturating_neg()));
                }
                _ => self.everyone(expr.span),
            },
            _ => self.everyone(expr.span),
        }
    }

    fn moment(&mut self, row: &Row<'q>, slot: u32, ty: &Type, span: Span, range: (i64, i64)) {
        if !of_customers(&row.path) {
            return self.everyone(span);
        }
        if let Some(passed) = &mut self.passed {
            let moments = passed
                .moments
                .entry((row.path.clone(), slot))
                .or_insert_with(|| Moments {
                    row: row.clone(),
                    ty: ty.clone(),
                    span,
                    ranges: Vec::new(),
                });
            moments.ranges.push(range);
        }
    }
}

/// Whether the rows of a table are the customers or something of them, so that their key says of whom.
fn of_customers(path: &str) -> bool {
    !path.starts_with("catalogs")
}

/// The same range so much later.
fn moved((low, high): (i64, i64), by: i64) -> (i64, i64) {
    (low.saturating_add(by), high.saturating_add(by))
}

/// Where everything lies that is in a range of days, or of instants where a day has so many microseconds, when it is so many months later.
fn before_months((low, high): (i64, i64), months: i32, day: i64) -> (i64, i64) {
    /// A day that a month does not have counts as one up to three days earlier, a clock is up to a day from UTC, and what is cut off of the day of an instant
    /// is up to a day, too.
    const SLACK: i64 = 5;
    // Far outside of the calendar nothing lies.
    const FAR: i64 = 4_000_000;
    const MOST: i32 = 12 * 10_000;
    let back = |at: i64| match at.div_euclid(day) {
        at if (-FAR..=FAR).contains(&at) => months_later(at, -months.clamp(-MOST, MOST)),
        at => at,
    };
    let slack = |at: i64, days: i64| at.saturating_add(days).saturating_mul(day);
    (slack(back(low), -SLACK), slack(back(high), SLACK))
}

/// What lies between two places, of which each may be beyond the calendar.
fn passed(before: Option<i64>, now: Option<i64>) -> Option<(i64, i64)> {
    match (before, now) {
        (Some(before), Some(now)) => ordered(before, now),
        (None, None) => None,
        _ => Some((i64::MIN, i64::MAX)),
    }
}

/// What lies between two places, which are no range when they are one.
fn ordered(one: i64, other: i64) -> Option<(i64, i64)> {
    (one != other).then(|| (one.min(other), one.max(other)))
}
