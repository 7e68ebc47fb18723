//! The meaning of conditions and values, as a plain walk over `hir`.
//!
//! Every faster path is held to this one. It takes its time: values are owned, items are collected into vectors, and
//! windows are resolved wherever they are met. It shares nothing with the fast path except what single values mean
//! (`value::compare`, `value::number`, `value::text` and the calendar).

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use crate::{
    eval::At,
    hir::{
        AggregateKind, ArithmeticOp, Bound, Condition, ConditionKind, Edge, Expr, ExprKind, Function, Items,
        Module, Order, Place, Quantifier, Source, Step, TextTest, Window,
    },
    population::Cut,
    record::{Row, Rows},
    schema::{CatalogId, Layout},
    value::{
        Date, DateTime, Decimal, Type, Value, ValueRef, compare, fold, months_later, number,
        sample::{self, Key},
        start_of_period, text,
    },
};

/// Tells whether a condition of the definitions holds for a customer.
pub(crate) fn test<'a, R: Row<'a>>(module: &Module, condition: &Condition, customer: R, at: &At) -> bool {
    Interpreter::new(module, customer, at, &[]).test(condition)
}

/// The value of an expression of the definitions for a customer.
pub(crate) fn value<'a, R: Row<'a>>(module: &Module, expr: &Expr, customer: R, at: &At) -> Option<Value> {
    Interpreter::new(module, customer, at, &[]).value(expr)
}

/// One customer at one moment.
pub(crate) struct Interpreter<'m, 'a, R: Row<'a>> {
    pub(super) module: &'m Module,
    pub(super) at: &'m At,
    pub(super) customer: R,
    /// The rows in scope after the customer, number 1 first, each with the collection it is of.
    pub(super) items: Vec<(Source, R::Item)>,
    locals: &'m [Option<Value>],
    /// What was worked out already, so that definitions that build on each other many times over stay cheap.
    segments: HashMap<usize, bool>,
    traits: HashMap<usize, Option<Value>>,
}

impl<'m, 'a, R: Row<'a>> Interpreter<'m, 'a, R> {
    pub(crate) fn new(module: &'m Module, customer: R, at: &'m At, locals: &'m [Option<Value>]) -> Self {
        Self {
            module,
            at,
            customer,
            items: Vec::new(),
            locals,
            segments: HashMap::new(),
            traits: HashMap::new(),
        }
    }

    /// When and where it answers.
    pub(super) fn at(&self) -> &'m At {
        self.at
    }

    /// Tells whether the condition holds.
    pub(crate) fn test(&mut self, condition: &Condition) -> bool {
        match &condition.kind {
            ConditionKind::Constant(it) => *it,
            ConditionKind::Not(inner) => !self.test(inner),
            ConditionKind::And(conditions) => conditions.iter().all(|it| self.test(it)),
            ConditionKind::Or(conditions) => conditions.iter().any(|it| self.test(it)),
            ConditionKind::Holds(expr) => self.value(expr) == Some(Value::Bool(true)),
            ConditionKind::Compare { op, lhs, rhs } => {
                self.order(lhs, rhs).is_some_and(|order| accepts(*op, order))
            }
            ConditionKind::Between { operand, low, high } => {
                self.order(operand, low).is_some_and(Ordering::is_ge)
                    && self.order(operand, high).is_some_and(Ordering::is_le)
            }
            ConditionKind::In { operand, set } => {
                let operand = self.value(operand);
                operand.is_some_and(|it| is_among(&it, set))
            }
            ConditionKind::Text {
                test,
                operand,
                pattern,
            } => match (self.value(operand), self.value(pattern)) {
                (Some(Value::Text(operand)), Some(Value::Text(pattern))) => match test {
                    TextTest::Contains => operand.contains(&*pattern),
                    TextTest::StartsWith => operand.starts_with(&*pattern),
                    TextTest::EndsWith => operand.ends_with(&*pattern),
                },
                _ => false,
            },
            ConditionKind::Matches { operand, pattern } => {
                matches!(self.value(operand), Some(Value::Text(it)) if pattern.regex.is_match(&it))
            }
            ConditionKind::Contains { list, item } => {
                let Some(item) = self.value(item) else {
                    return false;
                };
                let values = self.plain_list(*list);
                values.is_some_and(|values| is_among(&item, &values))
            }
            ConditionKind::ContainsEach { list, all, set } => {
                // A missing list contains nothing, not even all of nothing.
                self.plain_list(*list).is_some_and(|values| {
                    let found = |wanted: &Value| is_among(wanted, &values);
                    if *all {
                        set.iter().all(found)
                    } else {
                        set.iter().any(found)
                    }
                })
            }
            ConditionKind::Known(expr) => self.value(expr).is_some(),
            ConditionKind::AnyKnown { first, last } => {
                (first.slot..=*last).any(|slot| match first.row.checked_sub(1) {
                    None => self.customer.known(slot),
                    Some(item) => self
                        .items
                        .get(usize::from(item))
                        .is_some_and(|(_, row)| row.known(slot)),
                })
            }
            ConditionKind::ListKnown(place) => self.rows(*place).is_some(),
            ConditionKind::ListEmpty(place) => self.rows(*place).is_some_and(|rows| rows.is_empty()),
            ConditionKind::ListFilled(place) => self.rows(*place).is_some_and(|rows| !rows.is_empty()),
            ConditionKind::TextEmpty(expr) => {
                matches!(self.value(expr), Some(Value::Text(it)) if it.is_empty())
            }
            ConditionKind::TextFilled(expr) => {
                matches!(self.value(expr), Some(Value::Text(it)) if text::filled(&it))
            }
            ConditionKind::InWindow { operand, window } => {
                let stretch = self.stretch(window);
                let operand = self.value(operand).and_then(|it| steps(&it));
                operand
                    .zip(stretch)
                    .is_some_and(|(it, stretch)| stretch.contains(it))
            }
            ConditionKind::Quantified { quantifier, items } => self.quantified(*quantifier, items),
            ConditionKind::Anniversary { operand, window } => {
                let stretch = self.stretch(window);
                match (self.value(operand), stretch) {
                    (Some(Value::Date(day)), Some(stretch)) => returns(day, stretch),
                    _ => false,
                }
            }
            ConditionKind::Rank {
                operand,
                top,
                share,
                rank,
            } => {
                let cut = if *top {
                    Cut::Top(*share)
                } else {
                    Cut::Bottom(*share)
                };
                let point = self.module.cut_points(*rank, cut).first();
                let order = self
                    .value(operand)
                    .zip(point)
                    .and_then(|(value, point)| compare::compare(value.as_ref(), point.as_ref()));
                order.is_some_and(|order| if *top { order.is_ge() } else { order.is_le() })
            }
            ConditionKind::Sequence { first, steps } => self.sequence(first, steps),
            ConditionKind::Near { operand, of, within } => match (self.value(operand), self.value(of)) {
                (Some(Value::Geo(place)), Some(Value::Geo(of))) => {
                    place.direction().squared_chord(of.direction()) <= within.0
                }
                _ => false,
            },
            ConditionKind::Sample { from, to, salt } => {
                let share = |millionths: u32| u128::from(millionths) << 64;
                // The point and the shares, all of them times a million and 2⁶⁴.
                self.point(salt).is_some_and(|point| {
                    let point = u128::from(point) * 1_000_000;
                    share(*from) <= point && point < share(*to)
                })
            }
            ConditionKind::Segment(index) => self.segment(*index),
        }
    }

    /// The value of the expression, or nothing when it is missing.
    pub(crate) fn value(&mut self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Constant(value) => Some(value.clone()),
            ExprKind::Clock(wall) => {
                DateTime::from_micros(self.at.zone().instant(*wall)).map(Value::DateTime)
            }
            ExprKind::Slot(place) => self.slot(*place, &expr.ty),
            ExprKind::Local(index) => self.locals.get(*index)?.clone(),
            ExprKind::Now => Some(self.at.now().into()),
            ExprKind::Today => Some(self.at.today().into()),
            ExprKind::Trait(index) => self.computed(*index),
            ExprKind::Condition(condition) => Some(Value::Bool(self.test(condition))),
            ExprKind::Arithmetic { op, lhs, rhs } => {
                let (lhs, rhs) = (self.value(lhs)?, self.value(rhs)?);
                let calculate = match op {
                    ArithmeticOp::Add => number::add,
                    ArithmeticOp::Subtract => number::subtract,
                    ArithmeticOp::Multiply => number::multiply,
                    ArithmeticOp::Divide => number::divide,
                };
                calculate(lhs.as_ref(), rhs.as_ref()).map(ValueRef::to_owned)
            }
            ExprKind::Negate(inner) => number::negate(self.value(inner)?.as_ref()).map(ValueRef::to_owned),
            ExprKind::Folded(inner) => match self.value(inner)? {
                Value::Text(text) => Some(fold::folded(&text).into()),
                _ => None,
            },
            ExprKind::Call { function, args } => self.call(*function, args),
            ExprKind::Quantile { operand, parts, rank } => {
                let value = self.value(operand)?;
                let cuts = self.module.cut_points(*rank, Cut::Quantile(*parts));
                let above = cuts.iter().filter(|cut| {
                    compare::compare(value.as_ref(), cut.as_ref()).is_some_and(Ordering::is_gt)
                });
                (!cuts.is_empty()).then(|| int(1 + above.count()))
            }
            ExprKind::Host { function, args } => {
                let args: Vec<_> = args.iter().map(|arg| self.value(arg)).collect();
                let args: Vec<_> = args.iter().map(|arg| arg.as_ref().map(Value::as_ref)).collect();
                self.module.functions.get(*function)?.value(&args)
            }
            ExprKind::Size(place) => Some(int(self.rows(*place)?.len())),
            ExprKind::Case { arms, otherwise } => {
                let arm = arms.iter().find(|(condition, _)| self.test(condition));
                match (arm, otherwise) {
                    (Some((_, value)), _) => self.value(value),
                    (None, Some(value)) => self.value(value),
                    (None, None) => None,
                }
            }
            ExprKind::Aggregate { kind, value, items } => self.aggregate(*kind, value.as_deref(), items),
            ExprKind::Shift { operand, months } => match self.value(operand)? {
                Value::Date(it) => it.checked_add_months(*months).map(Value::Date),
                Value::DateTime(it) => self.at.zone().months_later(it, *months).map(Value::DateTime),
                _ => None,
            },
            ExprKind::Follow {
                key, catalog, slot, ..
            } => {
                let key = self.value(key)?;
                let (name, fields) = self.module.schema.catalogs.get_index(*catalog)?;
                let items = self.at.items_of(CatalogId::of(name, fields))?;
                let found = items.find(&key.to_string())?;
                read(items.row(found)?, *slot, &expr.ty)
            }
        }
    }

    /// The customer's point in a sample.
    fn point(&self, salt: &str) -> Option<u64> {
        let layout = Layout::of_fields(&self.module.schema.customer);
        let (slot, key) = (0..).zip(&layout.slots).find(|(_, slot)| slot.roles.key)?;
        match read(self.customer, slot, &key.ty)? {
            Value::Text(text) => Some(sample::point(salt, Key::Text(&text))),
            Value::Int(int) => Some(sample::point(salt, Key::Int(int))),
            _ => None,
        }
    }

    pub(super) fn order(&mut self, lhs: &Expr, rhs: &Expr) -> Option<Ordering> {
        let (lhs, rhs) = (self.value(lhs)?, self.value(rhs)?);
        compare::compare(lhs.as_ref(), rhs.as_ref())
    }

    fn segment(&mut self, index: usize) -> bool {
        if let Some(known) = self.segments.get(&index) {
            return *known;
        }
        // A segment is the customer's: the items in scope where it is named are not in scope in it.
        let items = std::mem::take(&mut self.items);
        let holds = self.test(&self.module.segments[index].condition);
        self.items = items;
        self.segments.insert(index, holds);
        holds
    }

    fn computed(&mut self, index: usize) -> Option<Value> {
        if let Some(known) = self.traits.get(&index) {
            return known.clone();
        }
        let items = std::mem::take(&mut self.items);
        let value = self.value(&self.module.traits[index].value);
        self.items = items;
        self.traits.insert(index, value.clone());
        value
    }

    fn call(&mut self, function: Function, args: &[Expr]) -> Option<Value> {
        if function == Function::Default {
            return self.value(&args[0]).or_else(|| self.value(&args[1]));
        }
        let values = args
            .iter()
            .map(|arg| self.value(arg))
            .collect::<Option<Vec<_>>>()?;
        let (first, now, zone) = (values.first()?, self.at.now(), self.at.zone());
        let as_text = || match first {
            Value::Text(it) => Some(&**it),
            _ => None,
        };
        let as_date = || match first {
            Value::Date(it) => Some(*it),
            Value::DateTime(it) => zone.checked_date_of(*it),
            _ => None,
        };
        let calculated = match function {
            Function::Lower => return Some(as_text()?.to_lowercase().into()),
            Function::Upper => return Some(as_text()?.to_uppercase().into()),
            Function::Trim => return Some(as_text()?.trim().into()),
            Function::Length => return Some(text::length(as_text()?).into()),
            Function::Domain => return Some(text::domain(as_text()?)?.into()),
            Function::String => return Some(first.to_string().into()),
            Function::Date => return as_date().map(Value::Date),
            Function::Year => return Some(i64::from(as_date()?.year()).into()),
            Function::Month => return Some(i64::from(as_date()?.month()).into()),
            Function::Day => return Some(i64::from(as_date()?.day()).into()),
            Function::Weekday => return Some(text::weekday(as_date()?.days_from_monday()).into()),
            Function::Hour => match first {
                Value::DateTime(it) => return Some(zone.hour_of(*it).into()),
                _ => return None,
            },
            Function::YearsSince => {
                return Some(i64::from(as_date()?.full_years_until(self.at.today())).into());
            }
            Function::DaysSince => match first {
                Value::DateTime(it) => {
                    return Some((now.micros() - it.micros()).div_euclid(86_400_000_000).into());
                }
                Value::Date(it) => {
                    return Some((i64::from(self.at.today().days()) - i64::from(it.days())).into());
                }
                _ => return None,
            },
            Function::Min | Function::Max => {
                let side = if function == Function::Min {
                    Ordering::Less
                } else {
                    Ordering::Greater
                };
                let mut rest = values.iter().map(Value::as_ref);
                let first = rest.next()?;
                return Some(rest.fold(first, |a, b| compare::extreme(a, b, side)).to_owned());
            }
            Function::Distance => match (first, values.get(1)?) {
                (Value::Geo(one), Value::Geo(other)) => Some(ValueRef::Float(one.distance_to(*other))),
                _ => None,
            },
            Function::Abs => number::absolute(first.as_ref()),
            Function::Round => number::round(first.as_ref()),
            Function::Floor => number::floor(first.as_ref()),
            Function::Ceil => number::ceil(first.as_ref()),
            Function::Int => number::to_int(first.as_ref()),
            Function::Float => number::to_float(first.as_ref()),
            Function::Decimal => number::to_decimal(first.as_ref()),
            Function::Default => None,
        };
        calculated.map(ValueRef::to_owned)
    }

    fn quantified(&mut self, quantifier: Quantifier, items: &Items) -> bool {
        if quantifier == Quantifier::All {
            let unfiltered = Items {
                filter: None,
                ..items.clone()
            };
            let all = self.items(&unfiltered);
            return all.len() == self.items(items).len();
        }
        let count = self.items(items).len() as u64;
        match quantifier {
            Quantifier::Any | Quantifier::All => count > 0,
            Quantifier::No => count == 0,
            Quantifier::AtLeast(least) => count >= least,
            Quantifier::AtMost(most) => count <= most,
            Quantifier::Exactly(exactly) => count == exactly,
        }
    }

    fn aggregate(&mut self, kind: AggregateKind, value: Option<&Expr>, items: &Items) -> Option<Value> {
        let found = self.items(items);
        let Some(expr) = value else {
            return Some(int(found.len()));
        };
        if kind == AggregateKind::Mode {
            return self.mode(expr, items);
        }
        let mut each = Vec::new();
        for item in found {
            each.push(self.with_item(items, item, |this| this.value(expr)));
        }
        match kind {
            AggregateKind::First => return each.into_iter().next()?,
            AggregateKind::Last => return each.into_iter().next_back()?,
            _ => {}
        }
        let known: Vec<Value> = each.into_iter().flatten().collect();
        let extreme = |side| {
            let mut values = known.iter().map(Value::as_ref);
            let first = values.next()?;
            Some(values.fold(first, |a, b| compare::extreme(a, b, side)).to_owned())
        };
        match kind {
            AggregateKind::Count => Some(int(known.len())),
            AggregateKind::Sum => total(&known, &expr.ty),
            AggregateKind::Avg => average(&known, &expr.ty),
            AggregateKind::Min => extreme(Ordering::Less),
            AggregateKind::Max => extreme(Ordering::Greater),
            AggregateKind::Distinct => {
                let mut different: Vec<&Value> = Vec::new();
                for value in &known {
                    if !different
                        .iter()
                        .any(|it| compare::equal(it.as_ref(), value.as_ref()))
                    {
                        different.push(value);
                    }
                }
                Some(int(different.len()))
            }
            AggregateKind::First | AggregateKind::Last | AggregateKind::Mode => None,
        }
    }

    /// The value that occurs most often; of several, the one seen latest, then the smaller. An event is seen at its time,
    /// an item of a list at its place.
    fn mode(&mut self, expr: &Expr, items: &Items) -> Option<Value> {
        let mut found: Vec<(Value, usize, i64)> = Vec::new();
        for (index, item) in (0..).zip(self.items(items)) {
            let Some(value) = self.with_item(items, item, |this| this.value(expr)) else {
                continue;
            };
            // Both zeros are one value.
            let value = match value {
                Value::Float(it) => Value::Float(it + 0.0),
                value => value,
            };
            let seen = match items.source {
                Source::Events(_) => item.datetime(0)?,
                Source::List(_) => index,
            };
            match found
                .iter_mut()
                .find(|(it, ..)| compare::equal(it.as_ref(), value.as_ref()))
            {
                Some((_, count, latest)) => {
                    *count += 1;
                    *latest = seen.max(*latest);
                }
                None => found.push((value, 1, seen)),
            }
        }
        let better = |(a, a_count, a_seen): &(Value, usize, i64),
                      (b, b_count, b_seen): &(Value, usize, i64)| {
            let smaller = compare::compare(b.as_ref(), a.as_ref()).unwrap_or(Ordering::Equal);
            a_count.cmp(b_count).then(a_seen.cmp(b_seen)).then(smaller)
        };
        found.into_iter().max_by(better).map(|(value, ..)| value)
    }

    /// Tries every chain of events.
    fn sequence(&mut self, first: &Items, steps: &[Step]) -> bool {
        let Source::Events(event) = first.source else {
            return false;
        };
        let stretch = match &first.window {
            None => Some(Stretch::default()),
            Some(window) => self.stretch(window),
        };
        let Some(stretch) = stretch else {
            return false;
        };
        self.happened(event).into_iter().any(|it| {
            stretch.contains(it.at) && self.meets(first, it.item) && self.goes_on(&mut vec![it], steps)
        })
    }

    /// Tells whether the steps can follow the last event of the chain.
    fn goes_on(&mut self, chain: &mut Vec<Happened<R::Item>>, steps: &[Step]) -> bool {
        let ([step, rest @ ..], Some(last), Source::Events(event)) = (
            steps,
            chain.last().copied(),
            steps.first().map_or(Source::Events(0), |step| step.items.source),
        ) else {
            return true;
        };
        let until = step.within.after(last.at, self.at.zone());
        let mut following = self.happened(event);
        following.retain(|it| {
            let later = it.at > last.at || it.at == last.at && (event != last.event || it.index > last.index);
            let in_chain = chain
                .iter()
                .any(|known| (known.event, known.index) == (it.event, it.index));
            later && it.at <= until && !in_chain
        });
        following.retain(|it| {
            let previous = Items {
                row: step.items.row - 1,
                source: Source::Events(last.event),
                ..step.items.clone()
            };
            self.with_item(&previous, last.item, |this| this.meets(&step.items, it.item))
        });
        if step.none {
            return until <= self.at.now().micros() && following.is_empty();
        }
        following.into_iter().any(|it| {
            chain.push(it);
            let found = self.goes_on(chain, rest);
            chain.pop();
            found
        })
    }

    /// The events of a type that exist, in the order given.
    fn happened(&self, event: usize) -> Vec<Happened<R::Item>> {
        let events = self.customer.events(event);
        let all = (0..events.len()).map(|index| Happened {
            event,
            index,
            at: events.at(index),
            item: events.get(index),
        });
        all.filter(|it| it.at <= self.at.now().micros()).collect()
    }

    /// Tells whether an item meets the filter of its collection.
    fn meets(&mut self, items: &Items, item: R::Item) -> bool {
        match &items.filter {
            None => true,
            Some(filter) => self.with_item(items, item, |this| this.test(filter)),
        }
    }

    /// The items of a collection that exist, lie in the window and meet the filter: events in the order of time, items
    /// of a list in their own.
    pub(super) fn items(&mut self, items: &Items) -> Vec<R::Item> {
        let stretch = match &items.window {
            None => Some(Stretch::default()),
            Some(window) => self.stretch(window),
        };
        let Some(stretch) = stretch else {
            return Vec::new();
        };
        let mut found = match items.source {
            Source::List(place) => self.rows(place).unwrap_or_default(),
            Source::Events(event) => {
                let events = self.customer.events(event);
                let mut timed: Vec<_> = (0..events.len())
                    .map(|index| (events.at(index), events.get(index)))
                    .collect();
                timed.retain(|(at, _)| *at <= self.at.now().micros() && stretch.contains(*at));
                timed.sort_by_key(|(at, _)| *at);
                timed.into_iter().map(|(_, item)| item).collect()
            }
        };
        if let Some(filter) = &items.filter {
            found.retain(|item| self.with_item(items, *item, |this| this.test(filter)));
        }
        found
    }

    /// Does something while `item` of `items` is in scope.
    pub(super) fn with_item<T>(
        &mut self,
        items: &Items,
        item: R::Item,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.items.clone();
        self.items.truncate(usize::from(items.row).saturating_sub(1));
        self.items.push((items.source, item));
        let result = work(self);
        self.items = outer;
        result
    }

    /// The window's ends, or nothing when one of them is missing for the customer.
    pub(super) fn stretch(&mut self, window: &Window) -> Option<Stretch> {
        let mut end = |edge: &Option<Edge>| match edge {
            None => Some(None),
            Some(edge) => self.bound(&edge.bound).map(|bound| Some((bound, edge.inclusive))),
        };
        Some(Stretch {
            from: end(&window.from)?,
            to: end(&window.to)?,
        })
    }

    pub(super) fn bound(&mut self, bound: &Bound) -> Option<i64> {
        let today = i64::from(self.at.today().days());
        Some(match bound {
            Bound::Instant(at) => at.micros(),
            Bound::FromNow(micros) => self.at.now().micros().saturating_add(*micros),
            Bound::Local(wall) => self.at.zone().instant(*wall),
            Bound::Day(day) => i64::from(day.days()),
            Bound::FromToday(days) => today.saturating_add(*days),
            Bound::MonthsFromNow(months) => match self.at.zone().months_later(self.at.now(), *months) {
                Some(at) => at.micros(),
                // No instant of the calendar: before, or after, all of them.
                None if *months < 0 => i64::MIN,
                None => i64::MAX,
            },
            Bound::MonthsFromToday(months) => months_later(today, *months),
            Bound::PeriodFromToday { period, plus } => start_of_period(today, *period, *plus),
            Bound::Expr(expr) => steps(&self.value(expr)?)?,
            Bound::DayStart { day, plus } => {
                let day = self.bound(day)?.saturating_add(*plus);
                match Date::from_days(day) {
                    Some(date) => self.at.zone().start_of(date),
                    // No day of the calendar: before, or after, all of them.
                    None if day < 0 => i64::MIN,
                    None => i64::MAX,
                }
            }
        })
    }

    fn slot(&self, place: Place, ty: &Type) -> Option<Value> {
        match place.row.checked_sub(1) {
            None => read(self.customer, place.slot, ty),
            Some(item) => read(self.items.get(usize::from(item))?.1, place.slot, ty),
        }
    }

    /// The rows of a list, or nothing when it is missing.
    pub(super) fn rows(&self, place: Place) -> Option<Vec<R::Item>> {
        fn collect<'a, C: Rows<'a>>(rows: C) -> Vec<C::Row> {
            (0..rows.len()).map(|index| rows.get(index)).collect()
        }
        match place.row.checked_sub(1) {
            None => self.customer.list(place.slot).map(collect),
            Some(item) => self.items.get(usize::from(item))?.1.list(place.slot).map(collect),
        }
    }

    /// The values of a list of plain values, or nothing when it is missing.
    pub(super) fn plain_list(&self, place: Place) -> Option<Vec<Value>> {
        let rows = self.rows(place)?;
        let layout = self.layout(place.row)?;
        let ty = &layout
            .slots
            .get(place.slot as usize)?
            .items
            .as_ref()?
            .slots
            .first()?
            .ty;
        Some(rows.iter().filter_map(|row| read(*row, 0, ty)).collect())
    }

    /// The slots of a row in scope.
    fn layout(&self, row: u8) -> Option<Arc<Layout>> {
        let schema = &self.module.schema;
        let Some(item) = row.checked_sub(1) else {
            return Some(Arc::new(Layout::of_fields(&schema.customer)));
        };
        match self.items.get(usize::from(item))?.0 {
            Source::Events(event) => {
                let (_, event) = schema.events.get_index(event)?;
                Some(Arc::new(Layout::of_event(&event.fields)))
            }
            Source::List(place) => self
                .layout(place.row)?
                .slots
                .get(place.slot as usize)?
                .items
                .clone(),
        }
    }
}

/// An event of the customer: of which type, and at which place in the list as given.
#[derive(Clone, Copy)]
struct Happened<T> {
    event: usize,
    index: usize,
    at: i64,
    item: T,
}

/// The ends of a window, each with whether it belongs to it.
#[derive(Clone, Copy, Default)]
pub(super) struct Stretch {
    pub(super) from: Option<(i64, bool)>,
    pub(super) to: Option<(i64, bool)>,
}

impl Stretch {
    pub(super) fn contains(self, it: i64) -> bool {
        let after_from = self
            .from
            .is_none_or(|(from, inclusive)| it > from || inclusive && it == from);
        let before_to = self
            .to
            .is_none_or(|(to, inclusive)| it < to || inclusive && it == to);
        after_from && before_to
    }
}

/// Whether a day returns in a stretch of days, in one of the years after its own.
fn returns(day: Date, stretch: Stretch) -> bool {
    // No later year has a return before the stretch ends.
    let end = stretch.to.and_then(|(to, _)| Date::from_days(to));
    let last = end.map_or(9999, Date::year);
    let mut days = (day.year() + 1..=last).filter_map(|year| match (day.month(), day.day()) {
        (2, 29) => Date::from_ymd(year, 2, 29).or_else(|| Date::from_ymd(year, 2, 28)),
        (month, day) => Date::from_ymd(year, month, day),
    });
    days.any(|day| stretch.contains(day.days().into()))
}

/// A place on the line of time: microseconds of a datetime, days of a date.
pub(super) fn steps(value: &Value) -> Option<i64> {
    match value {
        Value::DateTime(it) => Some(it.micros()),
        Value::Date(it) => Some(i64::from(it.days())),
        _ => None,
    }
}

fn read<'a>(row: impl Row<'a>, slot: u32, ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Bool => Value::Bool(row.bool(slot)?),
        Type::Int => Value::Int(row.int(slot)?),
        Type::Float => Value::Float(row.float(slot)?),
        Type::Decimal => Value::Decimal(Decimal::from_units(row.decimal(slot)?)),
        Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => Value::Text(row.text(slot)?.into()),
        Type::Date => Value::Date(Date::from_days(row.date(slot)?.into())?),
        Type::DateTime => Value::DateTime(DateTime::from_micros(row.datetime(slot)?)?),
        Type::Geo => Value::Geo(row.geo(slot)?),
        Type::Duration | Type::List(_) | Type::Record(_) => return None,
    })
}

pub(super) fn accepts(op: Order, order: Ordering) -> bool {
    match op {
        Order::Eq => order.is_eq(),
        Order::Lt => order.is_lt(),
        Order::Le => order.is_le(),
        Order::Gt => order.is_gt(),
        Order::Ge => order.is_ge(),
    }
}

fn is_among(value: &Value, set: &[Value]) -> bool {
    set.iter().any(|it| compare::equal(it.as_ref(), value.as_ref()))
}

fn int(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The exact sum of ints or of a decimal's units.
fn exact_total(values: &[Value]) -> i128 {
    let exact = values.iter().map(|value| match value {
        Value::Int(it) => i128::from(*it),
        Value::Decimal(it) => i128::from(it.units()),
        _ => 0,
    });
    exact.sum()
}

/// The sum of floats in the order given.
fn float_total(values: &[Value]) -> f64 {
    values.iter().fold(0.0, |sum, value| match value {
        Value::Float(it) => sum + it,
        _ => sum,
    })
}

fn total(values: &[Value], ty: &Type) -> Option<Value> {
    match ty {
        Type::Int => i64::try_from(exact_total(values)).ok().map(Value::Int),
        Type::Decimal => {
            let units = i64::try_from(exact_total(values)).ok()?;
            Some(Value::Decimal(Decimal::from_units(units)))
        }
        Type::Float => number::finite(float_total(values)).map(ValueRef::to_owned),
        _ => None,
    }
}

fn average(values: &[Value], ty: &Type) -> Option<Value> {
    let count = i32::try_from(values.len()).ok().filter(|count| *count > 0)?;
    match ty {
        Type::Int => {
            let units = exact_total(values) * i128::from(Decimal::SCALE);
            Decimal::from_ratio(units, count.into()).map(Value::Decimal)
        }
        Type::Decimal => Decimal::from_ratio(exact_total(values), count.into()).map(Value::Decimal),
        Type::Float => number::finite(float_total(values) / f64::from(count)).map(ValueRef::to_owned),
        _ => None,
    }
}
