//! Conditions at one instant: whether they hold, and until when that is certain.

use std::{cmp::Ordering, collections::HashMap, ops::Range, rc::Rc};

use super::{
    clock::{self, DAY},
    motion::{Motion, Shape},
    until::{Held, Until},
};
use crate::{
    eval::{
        At, interpret,
        interpret::{Interpreter, Item},
    },
    hir::{
        Bound, Condition, ConditionKind, Distance, Edge, Expr, Items, Module, Part, Quantifier, Source, Step,
        Window,
    },
    record::{Row, Rows},
    span::Span,
    value::{Date, Zone},
};

/// What is worked out once for all instants that are visited.
pub(super) struct Memory {
    /// From the first instant to the horizon.
    pub(super) stretch: Range<i64>,
    /// When a moving bound (by its address) reaches, or passes, a place in time.
    flips: HashMap<(usize, i64, bool), Rc<[i64]>>,
}

/// One customer at one instant.
pub(super) struct Walker<'w, 'm, 'a, R: Row<'a>> {
    pub(super) interpreter: Interpreter<'m, 'a, R>,
    pub(super) memory: &'w mut Memory,
    /// So that definitions that build on each other many times over stay cheap.
    segments: HashMap<usize, Held>,
    pub(super) traits: HashMap<usize, Motion>,
}

/// An item of a collection, with whether it is counted.
pub(super) struct Member<I> {
    pub(super) held: Held,
    pub(super) row: I,
}

impl Memory {
    pub(super) fn new(stretch: Range<i64>) -> Self {
        Self {
            stretch,
            flips: HashMap::new(),
        }
    }
}

impl<'w, 'm, 'a, R: Row<'a>> Walker<'w, 'm, 'a, R> {
    pub(super) fn new(module: &'m Module, customer: R, at: &'m At, memory: &'w mut Memory) -> Self {
        Self {
            interpreter: Interpreter::new(module, customer, at, &[]),
            memory,
            segments: HashMap::new(),
            traits: HashMap::new(),
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.interpreter.at.now().micros()
    }

    pub(super) fn zone(&self) -> Zone {
        self.interpreter.at.zone()
    }

    pub(super) fn condition(&mut self, condition: &Condition) -> Held {
        match &condition.kind {
            ConditionKind::Not(inner) => self.condition(inner).not(),
            ConditionKind::And(parts) => {
                let parts: Vec<Held> = parts.iter().map(|it| self.condition(it)).collect();
                Held::all(parts)
            }
            ConditionKind::Or(parts) => {
                let parts: Vec<Held> = parts.iter().map(|it| self.condition(it)).collect();
                Held::any(parts)
            }
            ConditionKind::Segment(index) => self.segment(*index),
            ConditionKind::Compare { lhs, rhs, .. } => {
                let until = self.pair(lhs, rhs, condition.span);
                self.held(condition, until)
            }
            ConditionKind::Between { operand, low, high } => {
                let motion = self.motion(operand);
                let mut until = Until::Never;
                for end in [low, high] {
                    let of_end = self.motion(end);
                    let changes = self.pair_of((operand, motion), (end, of_end), condition.span);
                    until = until.min(changes);
                }
                self.held(condition, until)
            }
            ConditionKind::InWindow { operand, window } => self.in_window(condition, operand, window),
            ConditionKind::Anniversary { operand, window } => {
                let until = self.anniversary(operand, window, condition.span);
                self.held(condition, until)
            }
            ConditionKind::Quantified { quantifier, items } => self.quantified(*quantifier, items),
            ConditionKind::Sequence { first, steps } => {
                let until = self.sequence(first, steps);
                self.held(condition, until)
            }
            // What moves on with `now` stays known for as long as it is in the calendar.
            ConditionKind::Known(operand) => {
                let until = match self.motion(operand) {
                    Motion {
                        shape: Shape::Line { .. } | Shape::Curve { .. },
                        until,
                    } => until,
                    motion => self.still_until(motion),
                };
                self.held(condition, until)
            }
            _ => {
                let mut operands = Vec::new();
                condition.parts(&mut |part| {
                    if let Part::Expr(operand) = part {
                        operands.push(operand);
                    }
                });
                let until = operands.into_iter().map(|it| self.still(it)).min();
                self.held(condition, until.unwrap_or(Until::Never))
            }
        }
    }

    fn held(&mut self, condition: &Condition, until: Until) -> Held {
        Held::new(self.interpreter.test(condition), until)
    }

    fn segment(&mut self, index: usize) -> Held {
        if let Some(known) = self.segments.get(&index) {
            return *known;
        }
        let module = self.interpreter.module;
        let held = self.outside(|this| this.condition(&module.segments[index].condition));
        self.segments.insert(index, held);
        held
    }

    /// Does something with the customer alone in scope.
    pub(super) fn outside<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let items = std::mem::take(&mut self.interpreter.items);
        let result = work(self);
        self.interpreter.items = items;
        result
    }

    /// Does something with an item in scope.
    pub(super) fn inside<T>(
        &mut self,
        items: &Items,
        row: Item<'m, R::Item>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.inside_row((&items.source, items.row), row, work)
    }

    fn inside_row<T>(
        &mut self,
        (source, number): (&Source, u8),
        row: Item<'m, R::Item>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.interpreter.items.clone();
        self.interpreter
            .items
            .truncate(usize::from(number).saturating_sub(1));
        self.interpreter.items.push((source.clone(), row));
        let result = work(self);
        self.interpreter.items = outer;
        result
    }

    /// Asks the interpreter at another instant, with the same items in scope.
    pub(super) fn at<T>(&self, instant: i64, ask: impl FnOnce(&mut Interpreter<'_, 'a, R>) -> T) -> T {
        let at = self.interpreter.at.moved(clock::instant(instant));
        let mut other = Interpreter::new(self.interpreter.module, self.interpreter.customer, &at, &[]);
        other.items.clone_from(&self.interpreter.items);
        ask(&mut other)
    }

    fn quantified(&mut self, quantifier: Quantifier, items: &Items) -> Held {
        if quantifier == Quantifier::All {
            let Some(filter) = &items.filter else {
                return Held::always(true);
            };
            let mut against = Vec::new();
            for member in self.members(items, None) {
                let fails = if member.held.holds {
                    let filter = self.inside(items, member.row, |this| this.condition(filter));
                    Held::all([member.held, filter.not()])
                } else {
                    member.held
                };
                against.push(fails);
            }
            return Held::any(against).not();
        }
        let members = self.members(items, items.filter.as_deref());
        let members: Vec<Held> = members.into_iter().map(|it| it.held).collect();
        let at_least = |least| Held::at_least(least, &members);
        match quantifier {
            Quantifier::Any | Quantifier::All => at_least(1),
            Quantifier::No => at_least(1).not(),
            Quantifier::AtLeast(least) => at_least(least),
            Quantifier::AtMost(most) => at_least(most.saturating_add(1)).not(),
            Quantifier::Exactly(number) => {
                Held::all([at_least(number), at_least(number.saturating_add(1)).not()])
            }
        }
    }

    /// The items of a collection, those that do not count now too: events in the order of time.
    pub(super) fn members(
        &mut self,
        items: &Items,
        filter: Option<&Condition>,
    ) -> Vec<Member<Item<'m, R::Item>>> {
        let now = self.now();
        let mut members = Vec::new();
        match &items.source {
            Source::List(list) => {
                for row in self.interpreter.rows(list).unwrap_or_default() {
                    let held = self.filtered(items, filter, row, Held::always(true));
                    members.push(Member { held, row });
                }
            }
            &Source::Events(event) => {
                let ends = items.window.as_ref().map(|window| self.ends(window, None));
                let events = self.interpreter.customer.events(event);
                let mut order: Vec<usize> = (0..events.len()).collect();
                order.sort_by_key(|index| events.at(*index));
                for index in order {
                    let (at, row) = (events.at(index), Item::Own(events.get(index)));
                    let exists = if at <= now {
                        Held::always(true)
                    } else {
                        Held::new(false, Until::At(at))
                    };
                    let within = match &ends {
                        Some(ends) => self.within(ends, at),
                        None => Held::always(true),
                    };
                    let held = self.filtered(items, filter, row, Held::all([exists, within]));
                    members.push(Member { held, row });
                }
            }
        }
        members
    }

    /// The filter is only asked for what is there.
    fn filtered(
        &mut self,
        items: &Items,
        filter: Option<&Condition>,
        row: Item<'m, R::Item>,
        there: Held,
    ) -> Held {
        match filter {
            Some(filter) if there.holds => {
                let filter = self.inside(items, row, |this| this.condition(filter));
                Held::all([there, filter])
            }
            _ => there,
        }
    }

    fn in_window(&mut self, condition: &Condition, operand: &Expr, window: &Window) -> Held {
        let motion = self.motion(operand);
        let until = if motion.shape == Shape::Still {
            let value = self
                .interpreter
                .value(operand)
                .and_then(|it| interpret::steps(&it));
            let within = value.map_or(Until::Never, |value| {
                let ends = self.ends(window, Some(condition.span));
                self.within(&ends, value).until
            });
            within.min(motion.until)
        } else {
            let mut until = motion.until;
            for edge in [&window.from, &window.to].into_iter().flatten() {
                until = until.min(self.edge_of_moving(operand, motion, &edge.bound, condition.span));
            }
            until
        };
        self.held(condition, until)
    }

    /// Until when an operand that moves keeps its side of a bound.
    fn edge_of_moving(&mut self, operand: &Expr, motion: Motion, bound: &Bound, span: Span) -> Until {
        let of_bound = self.motion_of_bound(bound);
        match (motion.shape, of_bound) {
            // Both go on with `now`, at one distance.
            (
                Shape::Line { sign: 1, .. },
                Motion {
                    shape: Shape::Line { sign: 1, .. },
                    until,
                },
            ) => until,
            (Shape::Lost(inner), _) => Until::Unclear(inner),
            (Shape::Line { sign: 1, offset }, bound_motion) => {
                let until = self.still_or(bound_motion, span);
                let place = self.interpreter.bound(bound);
                until.min(place.map_or(Until::Never, |place| {
                    let crossing = place.saturating_sub(offset);
                    Until::first_after(self.now(), [crossing, crossing.saturating_add(1)])
                }))
            }
            (
                Shape::Days,
                Motion {
                    shape: Shape::Still,
                    until,
                },
            ) => {
                let until = until.min(motion.until);
                let place = self.interpreter.bound(bound);
                let side = |asked: &mut Interpreter<'_, 'a, R>| -> Option<Ordering> {
                    let value = asked.value(operand).and_then(|it| interpret::steps(&it))?;
                    Some(value.cmp(&place?))
                };
                self.until_days_differ(until, side)
            }
            (Shape::Days | Shape::Ticks { .. }, bound_motion) => {
                self.still_until(motion).min(self.still_or(bound_motion, span))
            }
            _ => Until::Unclear(span),
        }
    }

    /// Until when an answer that follows the days one way, before `until`, is the same as now.
    pub(super) fn until_days_differ<T: PartialEq>(
        &self,
        until: Until,
        answer: impl Fn(&mut Interpreter<'_, 'a, R>) -> T,
    ) -> Until {
        let (zone, now) = (self.zone(), self.now());
        let last = match until {
            Until::Unclear(_) => return until,
            Until::At(at) => (at - 1).min(self.memory.stretch.end),
            Until::Never => self.memory.stretch.end,
        };
        let present = self.at(now, &answer);
        let differs = |at: i64| self.at(at, &answer) != present;
        // The calendar may step back within a day after it went on.
        let near = now + 2 * DAY;
        for step in clock::breaks(zone, now..near.min(last) + 1) {
            if step > now && differs(step) {
                return Until::At(step);
            }
        }
        if near >= last || !differs(last) {
            return until;
        }
        let days = clock::day_of(zone, now)..clock::day_of(zone, last);
        let day = clock::first(days, |day| differs(clock::start_of(zone, day).min(last)));
        Until::At(clock::start_of(zone, day))
    }

    /// Until when an answer that follows `now` one way, before `until`, is the same as now.
    pub(super) fn until_instants_differ<T: PartialEq>(
        &self,
        until: Until,
        answer: impl Fn(&mut Interpreter<'_, 'a, R>) -> T,
    ) -> Until {
        let now = self.now();
        let last = match until {
            Until::Unclear(_) => return until,
            Until::At(at) => (at - 1).min(self.memory.stretch.end),
            Until::Never => self.memory.stretch.end,
        };
        let present = self.at(now, &answer);
        let differs = |at: i64| self.at(at, &answer) != present;
        if now >= last || !differs(last) {
            return until;
        }
        Until::At(clock::first(now..last, differs))
    }

    /// Until when any of a day's yearly returns may come into the window or leave it.
    fn anniversary(&mut self, operand: &Expr, window: &Window, span: Span) -> Until {
        let motion = self.motion(operand);
        if !motion.shape.steps() {
            return Until::Unclear(span);
        }
        let until = self.still_until(motion);
        if let Until::Unclear(_) = until {
            return until;
        }
        let day = match self.interpreter.value(operand) {
            Some(crate::value::Value::Date(day)) => day,
            Some(crate::value::Value::DateTime(at)) => self.zone().date_of(at),
            _ => return until,
        };
        let ends = self.ends(window, None);
        let (now, end) = (self.now(), self.memory.stretch.end);
        let year_at = |edge: &Option<Edge>, at: i64| {
            let edge = edge.as_ref()?;
            let day = self.at(at, |it| it.bound(&edge.bound))?;
            Some(Date::from_days(day).map_or(if day < 0 { 1 } else { 9999 }, Date::year))
        };
        // The returns that can matter: those of the years that the window sees until the horizon.
        let first = year_at(&window.from, now).unwrap_or(1) - 1;
        let last = match (&window.from, &window.to) {
            (_, Some(_)) => year_at(&window.to, end).unwrap_or(1) + 1,
            (Some(_), None) => year_at(&window.from, end).unwrap_or(1) + 2,
            (None, None) => return until,
        };
        let mut returns = Vec::new();
        for year in first.max(day.year() + 1)..=last.min(9999) {
            let returned =
                Date::from_ymd(year, day.month(), day.day()).or_else(|| Date::from_ymd(year, 2, 28));
            if let Some(returned) = returned {
                returns.push(self.within(&ends, returned.days().into()));
            }
        }
        Held::any(returns).until.min(until)
    }

    /// Sequences change where an event may begin one or comes into being, where a filter turns, and at deadlines of a closing `no`.
    fn sequence(&mut self, first: &Items, steps: &[Step]) -> Until {
        let mut until = Until::Never;
        let mut before = (first, self.members(first, first.filter.as_deref()));
        for member in &before.1 {
            until = until.min(member.held.until);
        }
        for step in steps {
            let here = self.members(&step.items, None);
            for member in &here {
                until = until.min(member.held.until);
            }
            if let Some(filter) = &step.items.filter {
                for earlier in &before.1 {
                    for member in &here {
                        let outer = step.items.row.saturating_sub(1);
                        let turned = self.inside_row((&before.0.source, outer), earlier.row, |this| {
                            this.inside(&step.items, member.row, |this| this.condition(filter))
                        });
                        until = until.min(turned.until);
                    }
                }
            }
            if step.none {
                until = until.min(self.deadline(before.0, step.within));
            }
            before = (&step.items, here);
        }
        until
    }

    /// The first instant after now at which a wait for what follows one of these events is over.
    fn deadline(&self, items: &Items, within: Distance) -> Until {
        let &Source::Events(event) = &items.source else {
            return Until::Never;
        };
        let events = self.interpreter.customer.events(event);
        let ends = (0..events.len()).filter_map(|index| self.later(events.at(index), within));
        let later = ends.filter(|it| *it > self.now());
        later.min().map_or(Until::Never, Until::At)
    }

    /// So much later than an instant.
    fn later(&self, at: i64, by: Distance) -> Option<i64> {
        match by {
            Distance::Micros(micros) => at.checked_add(micros),
            Distance::Months(months) => self.at(at, |it| it.bound(&Bound::MonthsFromNow(months))),
        }
    }

    /// The ends of a window now: where each is, and how it moves. What is unclear of one is told at `span`, or where the end is written.
    fn ends<'h>(&mut self, window: &'h Window, span: Option<Span>) -> [Option<End<'h>>; 2] {
        [(&window.from, true), (&window.to, false)].map(|(edge, from)| {
            let edge = edge.as_ref()?;
            Some(End {
                bound: &edge.bound,
                span: match &edge.bound {
                    Bound::Expr(expr) => span.unwrap_or(expr.span),
                    _ => span.unwrap_or_default(),
                },
                // Whether something lies past the edge is asked in the same way for both: has the bound reached it, or is it past it?
                past: edge.inclusive == from,
                from,
                place: self.interpreter.bound(&edge.bound),
                motion: self.motion_of_bound(&edge.bound),
            })
        })
    }

    /// Whether something at a place in time lies in a window.
    fn within(&mut self, ends: &[Option<End<'_>>; 2], it: i64) -> Held {
        let parts = ends.each_ref().map(|end| match end {
            Some(end) => self.inside_of(end, it),
            None => Held::always(true),
        });
        Held::all(parts)
    }

    fn inside_of(&mut self, end: &End<'_>, it: i64) -> Held {
        let Some(place) = end.place else {
            let until = match end.motion.shape {
                Shape::Line { .. } => end.motion.until,
                _ => self.still_or(end.motion, end.span),
            };
            return Held::new(false, until);
        };
        let passed = if end.past { place > it } else { place >= it };
        let until = match (end.bound, end.motion.shape) {
            (_, Shape::Still) => end.motion.until,
            (_, Shape::Line { sign: 1, offset }) => {
                let crossing = it.saturating_sub(offset).saturating_add(i64::from(end.past));
                Until::first_after(self.now(), [crossing]).min(end.motion.until)
            }
            (Bound::Expr(_), _) => self.still_or(end.motion, end.span),
            (bound, _) => Until::first_after(self.now(), self.flips(bound, it, end.past).iter().copied()),
        };
        Held::new(passed != end.from, until)
    }

    /// When a bound that follows the calendar reaches a place in time, or is past it, and when it is not any more.
    fn flips(&mut self, bound: &Bound, it: i64, past: bool) -> Rc<[i64]> {
        let key = (std::ptr::from_ref(bound).addr(), it, past);
        if let Some(known) = self.memory.flips.get(&key) {
            return Rc::clone(known);
        }
        let (zone, stretch) = (self.zone(), self.memory.stretch.clone());
        let passes = |at: i64| {
            let place = self.at(at, |asked| asked.bound(bound));
            place.is_some_and(|place| if past { place > it } else { place >= it })
        };
        let flips: Rc<[i64]> = match bound {
            Bound::MonthsFromNow(months) => clock::month_flips(zone, stretch, *months, it, passes),
            _ => clock::day_flips(zone, stretch, passes),
        }
        .into();
        self.memory.flips.insert(key, Rc::clone(&flips));
        flips
    }

    fn motion_of_bound(&mut self, bound: &Bound) -> Motion {
        match bound {
            Bound::Instant(_) | Bound::Local(_) | Bound::Day(_) => Motion::still(Until::Never),
            Bound::FromNow(micros) => Motion::line(1, *micros, Until::Never),
            Bound::MonthsFromNow(months) => Motion {
                shape: Shape::Curve {
                    months: *months,
                    plus: 0,
                },
                until: Until::Never,
            },
            Bound::FromToday(_) | Bound::MonthsFromToday(_) | Bound::PeriodFromToday { .. } => Motion {
                shape: Shape::Days,
                until: Until::Never,
            },
            Bound::DayStart { day, .. } => match &**day {
                Bound::Expr(expr) => {
                    let motion = self.motion(expr);
                    Motion::still(self.still_until(motion))
                }
                day => self.motion_of_bound(day),
            },
            Bound::Expr(expr) => self.motion(expr),
        }
    }
}

/// An end of a window at one instant.
struct End<'h> {
    bound: &'h Bound,
    /// What to tell of when it moves in a way that is not followed.
    span: Span,
    /// Whether to ask if the bound is past something, rather than has reached it.
    past: bool,
    /// Whether it is the lower end.
    from: bool,
    /// `None` when it is missing for the customer.
    place: Option<i64>,
    motion: Motion,
}
