//! Windows of time.

use super::{
    Maybe, Test, Translator, Val,
    fragment::{Sql, sql},
    number::DAY,
};
use crate::{
    hir::{Bound, Edge, Expr, Order, Window},
    value::{Date, DateTime, Type, Value},
};

/// An end of a window: the same for all, or worked out for each.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// Instants in microseconds, days in days.
    Fixed(i64),
    /// Null where it is missing.
    Moving(Sql),
}

impl Translator<'_> {
    pub(super) fn in_window(&mut self, operand: &Expr, window: &Window) -> Maybe<Test> {
        let operand = self.value(operand)?;
        let operand = if window.from.is_some() && window.to.is_some() {
            self.bound_value(operand, "moment")
        } else {
            operand
        };
        let test = self.in_stretch(&operand, window)?;
        Some(match test {
            // A window without ends, or with one that is missing for nobody: the operand has to be known all the same.
            Test::Always => self.known(&operand),
            test => test,
        })
    }

    /// Whether a moment lies in a window.
    pub(super) fn in_stretch(&mut self, moment: &Val, window: &Window) -> Maybe<Test> {
        let mut tests = Vec::new();
        for (edge, later) in [(&window.from, true), (&window.to, false)] {
            let Some(edge) = edge else { continue };
            let op = match (later, edge.inclusive) {
                (true, true) => Order::Ge,
                (true, false) => Order::Gt,
                (false, true) => Order::Le,
                (false, false) => Order::Lt,
            };
            tests.push(match self.end(edge)? {
                End::Fixed(it) => self.beside_fixed(op, moment, it),
                End::Moving(sql) => {
                    let end = Val::new(sql, moment.ty.clone());
                    let moment = Val {
                        native: false,
                        sql: self.logical(moment.clone()),
                        ..moment.clone()
                    };
                    self.compare(op, moment, end)?
                }
            });
        }
        Some(Self::all(tests))
    }

    /// The window without an end that is not before now: no event that happened comes after it.
    pub(super) fn until_now(&mut self, window: &Window) -> Maybe<Window> {
        let now = self.at.now().micros();
        let open = match &window.to {
            None => true,
            Some(edge) => {
                matches!(self.end(edge)?, End::Fixed(end) if end > now || edge.inclusive && end == now)
            }
        };
        let to = if open { None } else { window.to.clone() };
        Some(Window { to, ..window.clone() })
    }

    /// A moment beside one that is the same for all, which may be before or after the calendar.
    pub(super) fn beside_fixed(&mut self, op: Order, moment: &Val, end: i64) -> Test {
        let (low, high) = if moment.ty == Type::Date {
            (i64::from(Date::MIN.days()), i64::from(Date::MAX.days()))
        } else {
            (DateTime::MIN.micros(), DateTime::MAX.micros())
        };
        let above = end > high;
        if above || end < low {
            return match (op, above) {
                (Order::Lt | Order::Le, true) | (Order::Gt | Order::Ge, false) => self.known(moment),
                _ => Test::Never,
            };
        }
        let end = if moment.ty == Type::Date {
            Date::from_days(end).map(Value::Date)
        } else {
            DateTime::from_micros(end).map(Value::DateTime)
        };
        end.map_or(Test::Never, |end| self.compare_with(op, moment.clone(), &end))
    }

    /// A day so many days after another. One behind the calendar begins after all instants, which a clock ahead of UTC has to be
    /// told: it shows that day before they end.
    fn days_later(&self, day: &Sql, plus: i64) -> Sql {
        let later = sql![day.clone().operand(), " + ", plus];
        let last = i64::from(Date::MAX.days());
        if plus <= 0 || self.at.zone().instant((last + 1) * DAY) > DateTime::MAX.micros() {
            return later;
        }
        let behind = sql!["CASE WHEN ", day, " > ", last - plus, " THEN 1 ELSE 0 END"].operand();
        sql![later, " + ", behind]
    }

    /// Where an end of a window lies.
    pub(super) fn end(&mut self, edge: &Edge) -> Maybe<End> {
        self.bound_of(&edge.bound)
    }

    fn bound_of(&mut self, bound: &Bound) -> Maybe<End> {
        let (now, zone) = (self.at.now(), self.at.zone());
        match bound {
            Bound::Expr(expr) => {
                let value = self.value(expr)?;
                Some(match &value.constant {
                    Some(Value::DateTime(it)) => End::Fixed(it.micros()),
                    Some(Value::Date(it)) => End::Fixed(it.days().into()),
                    _ => End::Moving(self.bound(value, "bound")),
                })
            }
            Bound::DayStart { day, plus } => match self.bound_of(day)? {
                End::Fixed(day) => {
                    let day = Bound::DayStart {
                        day: Box::new(Bound::FromToday(day - i64::from(self.at.today().days()))),
                        plus: *plus,
                    };
                    day.resolve(now, zone, &mut |_| None).map(End::Fixed)
                }
                End::Moving(day) => {
                    let later = self.days_later(&day, *plus);
                    Some(End::Moving(self.start_of_day(later)))
                }
            },
            bound => bound.resolve(now, zone, &mut |_| None).map(End::Fixed),
        }
    }
}
