//! Days on which a date returns each year.

use super::{
    Maybe, Test, Translator,
    calendar::last_day,
    fragment::{Sql, sql},
    window::End,
};
use crate::{
    hir::{Expr, Window},
    value::{Date, Type},
};

impl Translator<'_> {
    /// Whether a date returns in a window of days, from the year after its own on.
    pub(super) fn anniversary(&mut self, operand: &Expr, window: &Window) -> Maybe<Test> {
        let date = self.value(operand)?;
        let from = match &window.from {
            None => None,
            Some(edge) => Some((self.end(edge)?, i64::from(!edge.inclusive))),
        };
        let to = match &window.to {
            None => None,
            Some(edge) => Some((self.end(edge)?, i64::from(!edge.inclusive))),
        };
        let (first, last) = (i64::from(Date::MIN.days()), i64::from(Date::MAX.days()));
        let fixed = |end: &Option<(End, i64)>, open: i64, sign: i64| match end {
            None => Some(open),
            Some((End::Fixed(day), plus)) => Some(day.saturating_add(sign * plus)),
            Some((End::Moving(_), _)) => None,
        };
        let (year, day) = self.year_and_day(date);
        let null = self.encoding.null(&Type::Date);
        match (fixed(&from, first, 1), fixed(&to, last, -1)) {
            (Some(from), Some(to)) => {
                let days = Date::from_days(from.max(first)).zip(Date::from_days(to.min(last)));
                Some(match days {
                    Some((from, to)) if from <= to => Self::returns(&year, &day, from, to),
                    _ => Test::Never,
                })
            }
            (fixed_from, fixed_to) => {
                let moving = |fixed: Option<i64>, end: Option<(End, i64)>, sign: i64| match (fixed, end) {
                    (None, Some((End::Moving(sql), plus))) => sql![sql.operand(), " + ", sign * plus],
                    (Some(day), _) => Sql::int(day.clamp(first, last + 1)),
                    _ => null.clone(),
                };
                let from = moving(fixed_from, from, 1);
                let to = moving(fixed_to, to, -1);
                Some(self.returns_within(year, day, from, to))
            }
        }
    }

    /// The first year of the window in part, the last in part, and those between them whole.
    fn returns(year: &Sql, day: &Sql, from: Date, to: Date) -> Test {
        let (first, last) = (i64::from(from.year()), i64::from(to.year()));
        let (from, to) = (i64::from(from.month() * 100 + from.day()), last_day(to));
        let not_before = sql![day, " >= ", from];
        let not_after = sql![day, " <= ", to];
        let before = |until: i64| Test::of(sql![year, " < ", until]);
        if first == last {
            return Self::all(vec![before(first), Test::of(not_before), Test::of(not_after)]);
        }
        let mut parts = vec![
            Self::all(vec![before(first), Test::of(not_before)]),
            Self::all(vec![before(last), Test::of(not_after)]),
        ];
        if last - first > 1 {
            parts.push(before(last - 1));
        }
        Self::any(parts)
    }

    /// The first return that is not before the window is not after it either: that of its first year, or of the year after.
    fn returns_within(&mut self, year: Sql, day: Sql, from: Sql, to: Sql) -> Test {
        let from = self.bind(from, "from");
        let encoding = self.encoding;
        // A constant is kept inside of the calendar, where it has a year.
        let start = encoding.part(encoding.date(from.clone()), crate::sql::dialect::DatePart::Year);
        let start = self.bind(start.maybe(), "first_year");
        let first = sql![
            "CASE WHEN ",
            &start,
            " > ",
            &year,
            " THEN ",
            &start,
            " ELSE ",
            &year,
            " + 1 END"
        ]
        .maybe();
        let first = self.bind(first, "return_year");
        let in_first = self.return_in(first.clone(), &day);
        let next = self.bind(sql![first, " + 1"].maybe(), "next_year");
        let in_next = self.return_in(next, &day);
        let found = sql![
            "CASE WHEN ",
            &in_first,
            " >= ",
            &from,
            " THEN ",
            &in_first,
            " ELSE ",
            in_next,
            " END"
        ]
        .operand();
        let last = i64::from(Date::MAX.days());
        let found = self.bind(found.maybe(), "return");
        // It is not before the window but where the window has no beginning.
        let parts = [
            sql![&found, " >= ", from],
            sql![&found, " <= ", to],
            sql![&found, " <= ", last],
        ];
        Self::all(parts.into_iter().map(Test::of).collect())
    }

    fn return_in(&mut self, year: Sql, day: &Sql) -> Sql {
        let encoding = self.encoding;
        let by = |divisor: i64| encoding.remainder(year.clone(), Sql::int(divisor)).operand();
        let leap = sql![by(4), " = 0 AND (", by(100), " <> 0 OR ", by(400), " = 0)"];
        let day = sql![
            "CASE WHEN ",
            day,
            " = 229 AND NOT (",
            leap,
            ") THEN 228 ELSE ",
            day,
            " END"
        ]
        .maybe();
        let day = self.bind(day, "day");
        let month = encoding.quotient(day.clone(), Sql::int(100));
        let of_month = encoding.remainder(day, Sql::int(100));
        let it = encoding.day_of(year, month, of_month).maybe();
        self.bind(it, "return")
    }
}
