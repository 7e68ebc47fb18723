//! Conditions at one instant: whether they hold, and until when that is certain.

use std::rc::Rc;

use super::{
    asked::Asked,
    clock::{self, DAY},
    memory::{Counting, Key, Member, Members, Memory},
    motion::{Motion, Shape},
    plan::address,
    until::{Held, Until},
};
use crate::{
    eval::interpret,
    hir::{Bound, Condition, ConditionKind, Edge, Expr, Items, Part, Quantifier, Source, Step, Window},
    record::{Row, Rows},
    span::Span,
    value::{Date, Value, Zone},
};

/// An item in scope.
type ItemOf<'a, R> = interpret::Item<'a, <R as Row<'a>>::Item>;

/// One customer at one instant.
pub(super) struct Walker<'w, 'a, R: Row<'a>> {
    pub(super) asked: Asked<'a, R>,
    pub(super) memory: &'w mut Memory<'a, ItemOf<'a, R>>,
    /// The numbers of the scopes that the items in scope make, see [`Memory::scope`].
    scopes: Vec<u32>,
}

impl<'w, 'a, R: Row<'a>> Walker<'w, 'a, R> {
    pub(super) fn new(asked: Asked<'a, R>, memory: &'w mut Memory<'a, ItemOf<'a, R>>) -> Self {
        Self {
            asked,
            memory,
            scopes: Vec::new(),
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.asked.interpreter.at.now().micros()
    }

    pub(super) fn zone(&self) -> Zone {
        self.asked.interpreter.at.zone()
    }

    /// A part of a rule in the scope that is asked in.
    pub(super) fn key<T>(&self, part: &T) -> Key {
        (address(part), self.scopes.last().copied().unwrap_or_default())
    }

    pub(super) fn condition(&mut self, condition: &Condition) -> Held {
        let (key, now) = (self.key(condition), self.now());
        if let Some(known) = self.memory.held(key, now) {
            return known;
        }
        let held = self.look_at(condition);
        self.memory.remember_held(key, now, held);
        held
    }

    fn look_at(&mut self, condition: &Condition) -> Held {
        match &condition.kind {
            ConditionKind::Not(inner) => self.condition(inner).not(),
            ConditionKind::And(parts) => {
                let each = self.each(parts);
                self.together(Held::all(each.iter().copied()), condition, &each)
            }
            ConditionKind::Or(parts) => {
                let each = self.each(parts);
                self.together(Held::any(each.iter().copied()), condition, &each)
            }
            ConditionKind::Segment(index) => self.segment(*index),
            ConditionKind::InWindow { operand, window } => self.in_window(condition, operand, window),
            ConditionKind::Anniversary { operand, window } => {
                let until = self.anniversary(operand, window, condition.span);
                self.held(condition, until)
            }
            ConditionKind::Quantified { quantifier, items } => self.quantified(*quantifier, items),
            ConditionKind::Sequence { first, steps } => {
                let holds = self.asked.test(condition);
                Held::new(holds, self.sequence(holds, first, steps))
            }
            _ => self.of_operands(condition),
        }
    }

    /// A condition that looks at values and nothing else.
    fn of_operands(&mut self, condition: &Condition) -> Held {
        let mut operands = Vec::new();
        condition.parts(&mut |part| {
            match part {
                Part::Expr(operand) => operands.push(operand),
                // What a catalogue's item has depends on which item that is.
                Part::List(spot) | Part::Slots { first: spot, .. } => operands.extend(spot.key()),
                _ => {}
            }
        });
        let operands: Vec<(&Expr, Motion)> = operands.into_iter().map(|it| (it, self.motion(it))).collect();
        if let Some(turning) = self.turning_of(operands.iter().map(|(_, motion)| *motion)) {
            let until = self.until_turned(turning, |asked| asked.test(condition));
            return Held {
                turning: Some(turning),
                ..self.held(condition, until)
            };
        }
        let until = match (&condition.kind, &operands[..]) {
            (ConditionKind::Compare { .. }, [lhs, rhs]) => self.pair_of(*lhs, *rhs, condition.span),
            (ConditionKind::Between { .. }, [operand, low, high]) => {
                let with_low = self.pair_of(*operand, *low, condition.span);
                with_low.min(self.pair_of(*operand, *high, condition.span))
            }
            // What moves on with `now` stays known for as long as it is in the calendar.
            (ConditionKind::Known(_), [(_, motion)]) => match motion.shape {
                Shape::Line { .. } | Shape::Curve { .. } => motion.until,
                _ => self.still_until(*motion),
            },
            _ => {
                let each = operands
                    .iter()
                    .map(|(operand, motion)| self.still_or(*motion, operand.span));
                each.min().unwrap_or(Until::Never)
            }
        };
        self.held(condition, until)
    }

    fn each(&mut self, parts: &[Condition]) -> Vec<Held> {
        parts.iter().map(|it| self.condition(it)).collect()
    }

    fn held(&mut self, condition: &Condition, until: Until) -> Held {
        Held::new(self.asked.test(condition), until)
    }

    fn segment(&mut self, index: usize) -> Held {
        let module = self.asked.interpreter.module;
        self.outside(|this| this.condition(&module.segments[index].condition))
    }

    /// Does something with the customer alone in scope.
    pub(super) fn outside<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let items = std::mem::take(&mut self.asked.interpreter.items);
        let scopes = std::mem::take(&mut self.scopes);
        let result = work(self);
        (self.asked.interpreter.items, self.scopes) = (items, scopes);
        result
    }

    /// Does something with an item in scope.
    pub(super) fn inside<T>(
        &mut self,
        items: &Items,
        item: Member<ItemOf<'a, R>>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.inside_row((&items.source, items.row), item, work)
    }

    fn inside_row<T>(
        &mut self,
        (source, number): (&Source, u8),
        item: Member<ItemOf<'a, R>>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let (items, scopes) = (self.asked.interpreter.items.clone(), self.scopes.clone());
        let outer = usize::from(number).saturating_sub(1);
        self.asked.interpreter.items.truncate(outer);
        self.scopes.truncate(outer);
        let scope = self.scopes.last().copied().unwrap_or_default();
        self.scopes.push(self.memory.scope(scope, item.number()));
        self.asked.interpreter.items.push((source.clone(), item.row));
        let result = work(self);
        (self.asked.interpreter.items, self.scopes) = (items, scopes);
        result
    }

    /// Asks at another instant, with the same items in scope.
    pub(super) fn at<T>(&self, instant: i64, ask: impl FnOnce(&mut Asked<'a, R>) -> T) -> T {
        let at = self.asked.interpreter.at.moved(clock::instant(instant));
        ask(&mut self.asked.at(self.memory.instants.keep(at)))
    }

    fn quantified(&mut self, quantifier: Quantifier, items: &Items) -> Held {
        let counting = match quantifier {
            Quantifier::All => Counting::Failing,
            _ => Counting::Meeting,
        };
        self.members(items, counting, |_, members| {
            let at_least = |least| Held::at_least(least, &members.held);
            let held = match quantifier {
                Quantifier::Any => at_least(1),
                Quantifier::No | Quantifier::All => at_least(1).not(),
                Quantifier::AtLeast(least) => at_least(least),
                Quantifier::AtMost(most) => at_least(most.saturating_add(1)).not(),
                Quantifier::Exactly(number) => {
                    Held::all([at_least(number), at_least(number.saturating_add(1)).not()])
                }
            };
            Held::new(held.holds, held.until.min(members.stay))
        })
    }

    /// Does something with the items of a collection, those that do not count now too.
    pub(super) fn members<T>(
        &mut self,
        items: &Items,
        counting: Counting,
        work: impl FnOnce(&mut Self, &Members<ItemOf<'a, R>>) -> T,
    ) -> T {
        let (key, now) = ((self.key(items), counting), self.now());
        let known = self.memory.members.remove(&key);
        let mut members = match known.filter(|it| it.stay.is_after(now)) {
            Some(known) => known,
            None => self.all(items),
        };
        let due = members.due(now);
        if !due.is_empty() {
            let ends = items.window.as_ref().map(|window| self.ends(window, None));
            for index in due {
                let held = self.member(items, counting, ends.as_ref(), members.items[index]);
                members.put(index, held);
            }
        }
        let result = work(self, &members);
        self.memory.members.insert(key, members);
        result
    }

    /// All items of a collection, events in the order of time.
    fn all(&mut self, items: &Items) -> Members<ItemOf<'a, R>> {
        let mut stay = Until::Never;
        let mut all: Vec<Member<ItemOf<'a, R>>> = Vec::new();
        match &items.source {
            Source::List(list) => {
                if let Some(key) = list.key() {
                    let motion = self.motion(key);
                    stay = self.still_or(motion, key.span);
                }
                let rows = self.asked.interpreter.rows(list).unwrap_or_default();
                all.extend(rows.into_iter().map(|row| self.memory.member(row, 0)));
            }
            &Source::Events(event) => {
                let events = self.asked.interpreter.customer.events(event);
                for index in 0..events.len() {
                    let row = interpret::Item::Own(events.get(index));
                    all.push(self.memory.member(row, events.at(index)));
                }
                all.sort_by_key(|it| it.at);
            }
        }
        Members::new(all, stay)
    }

    fn member(
        &mut self,
        items: &Items,
        counting: Counting,
        ends: Option<&[Option<End<'_>>; 2]>,
        item: Member<ItemOf<'a, R>>,
    ) -> Held {
        let there = match &items.source {
            Source::Events(_) if item.at > self.now() => Held::new(false, Until::At(item.at)),
            _ => Held::always(true),
        };
        let there = match ends {
            Some(ends) => Held::all([there, self.within(ends, item.at)]),
            None => there,
        };
        // The filter is only asked for what is there.
        if !there.holds || counting == Counting::There {
            return there;
        }
        let filter = items.filter.as_ref();
        let meeting = filter.map_or(Held::always(true), |filter| {
            self.inside(items, item, |this| this.condition(filter))
        });
        match counting {
            Counting::Failing => Held::all([there, meeting.not()]),
            Counting::Meeting | Counting::There => Held::all([there, meeting]),
        }
    }

    fn in_window(&mut self, condition: &Condition, operand: &Expr, window: &Window) -> Held {
        let motion = self.motion(operand);
        let until = if motion.shape == Shape::Still {
            let value = self.asked.steps(operand);
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
                let place = self.asked.bound(bound);
                until.min(place.map_or(Until::Never, |place| {
                    let crossing = place.saturating_sub(offset);
                    Until::first_after(self.now(), [crossing, crossing.saturating_add(1)])
                }))
            }
            (
                Shape::Days { .. },
                Motion {
                    shape: Shape::Still,
                    until,
                },
            ) => {
                let until = until.min(motion.until);
                let place = self.asked.bound(bound);
                let side = |asked: &mut Asked<'a, R>| -> Option<std::cmp::Ordering> {
                    let value = asked.steps(operand)?;
                    Some(value.cmp(&place?))
                };
                self.until_days_differ(until, side)
            }
            (Shape::Days { .. } | Shape::Ticks { .. }, bound_motion) => {
                self.still_until(motion).min(self.still_or(bound_motion, span))
            }
            _ => Until::Unclear(span),
        }
    }

    /// Until when an answer that follows the days one way, before `until`, is the same as now.
    pub(super) fn until_days_differ<T: PartialEq>(
        &self,
        until: Until,
        answer: impl Fn(&mut Asked<'a, R>) -> T,
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
        answer: impl Fn(&mut Asked<'a, R>) -> T,
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
        let day = match self.asked.value(operand) {
            Some(Value::Date(day)) => day,
            Some(Value::DateTime(at)) => self.zone().date_of(at),
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

    /// Sequences come about where an event may begin one or comes into being, where a filter turns, and at the deadline of a closing
    /// `no`. They go where the first event is left behind, or where one comes into being that should not.
    fn sequence(&mut self, holds: bool, first: &Items, steps: &[Step]) -> Until {
        let mut until = self.members(first, Counting::Meeting, |_, members| members.until_some(holds));
        let mut before = (first, Counting::Meeting);
        for step in steps {
            if step.none == holds {
                let comes = self.members(&step.items, Counting::There, |_, members| {
                    members.until_some(false)
                });
                until = until.min(comes);
            }
            if let Some(filter) = &step.items.filter
                && !self.asked.plan.timeless(&**filter)
            {
                until = until.min(self.filter_turns(before, step, filter));
            }
            if step.none && !holds {
                until = until.min(self.deadline(before.0, step));
            }
            before = (&step.items, Counting::There);
        }
        until
    }

    /// Until when the filter of a step is the same for each pair of an event and one that may follow it.
    fn filter_turns(
        &mut self,
        (before, counting): (&Items, Counting),
        step: &Step,
        filter: &Condition,
    ) -> Until {
        let (outer, zone) = (step.items.row.saturating_sub(1), self.zone());
        let earlier: Vec<Member<ItemOf<'a, R>>> =
            self.members(before, counting, |_, members| members.items.clone());
        self.members(&step.items, Counting::There, |this, later| {
            let mut until = Until::Never;
            for one in earlier {
                let last = step.within.after(one.at, zone);
                let start = later.items.partition_point(|it| it.at < one.at);
                for other in later.items[start..].iter().take_while(|it| it.at <= last) {
                    let turned = this.inside_row((&before.source, outer), one, |this| {
                        this.inside(&step.items, *other, |this| this.condition(filter))
                    });
                    until = until.min(turned.until);
                }
            }
            until
        })
    }

    /// The first instant after now at which a wait for what follows one of these events is over.
    fn deadline(&mut self, items: &Items, step: &Step) -> Until {
        let &Source::Events(event) = &items.source else {
            return Until::Never;
        };
        let (zone, now) = (self.zone(), self.now());
        let events = self.asked.interpreter.customer.events(event);
        let ends = self.memory.deadlines.entry(address(step)).or_insert_with(|| {
            let mut ends: Vec<i64> = (0..events.len())
                .map(|index| step.within.after(events.at(index), zone))
                .collect();
            ends.sort_unstable();
            ends.into()
        });
        let next = ends.partition_point(|it| *it <= now);
        ends.get(next).copied().map_or(Until::Never, Until::At)
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
                place: self.asked.bound(&edge.bound),
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
        let key = (address(bound), it, past);
        if let Some(known) = self.memory.flips.get(&key) {
            return Rc::clone(known);
        }
        let (zone, stretch) = (self.zone(), self.memory.stretch.clone());
        let side = |place: i64| if past { place > it } else { place >= it };
        let flips: Rc<[i64]> = match bound {
            Bound::MonthsFromNow(months) => clock::month_flips(zone, stretch, *months, it, |at| {
                side(clock::months_later(zone, at, *months))
            }),
            _ => clock::day_flips(zone, stretch, |at| {
                self.at(at, |asked| asked.bound(bound)).is_some_and(side)
            }),
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
                shape: Shape::Days { up: true },
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
