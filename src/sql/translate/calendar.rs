//! The calendar: days, their parts, and steps of months.

use super::{
    Maybe, Translator, Val,
    fragment::{Sql, sql},
    number::DAY,
};
use crate::{
    function::WEEKDAYS,
    hir::{Expr, Function},
    sql::dialect::DatePart,
    value::{Date, DateTime, Type, Zone},
};

const HOUR: i64 = DAY / 24;

impl Translator<'_> {
    /// The day of a date, or of an instant in the zone.
    pub(super) fn day(&mut self, value: Val) -> Sql {
        if value.ty == Type::Date {
            return self.logical(value);
        }
        let at = self.logical(value);
        let wall = self.wall(at);
        let day = self.floored(wall, DAY);
        if self.at.zone() == Zone::UTC {
            return day;
        }
        // At the ends of the calendar a zone has days that it lacks.
        self.within(day, Date::MIN.days().into(), Date::MAX.days().into())
    }

    /// The same as a date of the engine's own.
    fn engine_date(&mut self, value: Val) -> Sql {
        if value.native && value.ty == Type::Date {
            return value.sql;
        }
        let day = self.day(value);
        let nullable = day.nullable;
        let date = self.encoding.date(day);
        date.null_if(nullable)
    }

    fn date_part(&self, date: &Sql, part: DatePart) -> Sql {
        let nullable = date.nullable;
        let it = self.encoding.part(date.clone(), part);
        it.null_if(nullable)
    }

    /// Year, and month and day as `100 * month + day`.
    pub(super) fn year_and_day(&mut self, value: Val) -> (Sql, Sql) {
        let date = self.engine_date(value);
        let date = self.bind(date, "date");
        let year = self.date_part(&date, DatePart::Year);
        let (month, day) = (
            self.date_part(&date, DatePart::Month),
            self.date_part(&date, DatePart::Day),
        );
        let day = sql![month.operand(), " * 100 + ", day.operand()];
        (self.bind(year, "year"), self.bind(day, "day_of_year"))
    }

    pub(super) fn of_time(&mut self, function: Function, value: Val, expr: &Expr) -> Maybe<Val> {
        let sql = match function {
            Function::Date => self.day(value),
            Function::Year | Function::Month | Function::Day => {
                let part = match function {
                    Function::Year => DatePart::Year,
                    Function::Month => DatePart::Month,
                    _ => DatePart::Day,
                };
                let date = self.engine_date(value);
                self.date_part(&date, part)
            }
            Function::Weekday => {
                let day = self.day(value);
                // 1970-01-01 was a Thursday.
                let monday = self.modulo(sql![day.operand(), " + 3"], 7);
                let mut case = sql!["CASE ", monday];
                for (index, word) in WEEKDAYS.iter().enumerate() {
                    case = sql![case, format!(" WHEN {index} THEN '{word}'")];
                }
                self.bytewise(sql![case, " END"])
            }
            Function::Hour => {
                let at = self.logical(value);
                let wall = self.wall(at);
                let time = self.modulo(wall, DAY);
                match time.as_int() {
                    Some(time) => self.encoding.int(time / HOUR),
                    None => self.encoding.quotient(time, Sql::int(HOUR)),
                }
            }
            Function::YearsSince => self.years_since(value),
            Function::DaysSince if value.ty == Type::Date => {
                let day = self.logical(value);
                sql![i64::from(self.at.today().days()), " - ", day.operand()]
            }
            _ => {
                let at = self.logical(value);
                let passed = sql![self.at.now().micros(), " - ", at.operand()];
                self.floored(passed, DAY)
            }
        };
        Some(Val::new(sql, expr.ty.clone()))
    }

    /// This year and the other, less one where the day does not come until later in this year.
    fn years_since(&mut self, value: Val) -> Sql {
        let today = self.at.today();
        let (year, day) = self.year_and_day(value);
        let until = last_day(today);
        sql![
            i64::from(today.year()),
            " - ",
            year,
            " - CASE WHEN ",
            day,
            " > ",
            until,
            " THEN 1 ELSE 0 END"
        ]
    }

    /// So many calendar months later.
    pub(super) fn shifted(&mut self, operand: Val, months: i32, ty: &Type) -> Maybe<Val> {
        const MOST: i32 = 12 * 10_000;
        if !(-MOST..=MOST).contains(&months) {
            return Some(self.missing(ty.clone()));
        }
        if *ty == Type::Date {
            let date = self.engine_date(operand);
            let nullable = date.nullable;
            let date = self.bind(date, "date");
            let later = self.encoding.months_later(date, months);
            let day = self.encoding.read(later.null_if(nullable), &Type::Date);
            let day = self.within(day, Date::MIN.days().into(), Date::MAX.days().into());
            return Some(Val::new(day, Type::Date));
        }
        let at = self.logical(operand);
        let at = self.months_after(at, months);
        let at = self.within(at, DateTime::MIN.micros(), DateTime::MAX.micros());
        Some(Val::new(at, Type::DateTime))
    }

    /// An instant so many months after another, in the zone; not held to the calendar.
    pub(super) fn months_after(&mut self, at: Sql, months: i32) -> Sql {
        let wall = self.wall(at);
        let wall = self.bind(wall, "clock");
        let day = self.floored(wall.clone(), DAY);
        let time = self.modulo(wall, DAY);
        let encoding = self.encoding;
        let day = encoding.days_months_later(
            &mut |sql| self.relations[self.current].bind(sql, "date"),
            day,
            months,
        );
        let day = day.maybe();
        self.instant(sql![
            day.operand(),
            " * ",
            encoding.int(DAY),
            " + ",
            time.operand()
        ])
    }
}

/// The last `100 * month + day` that is not later in its year than a day: 29 February comes on 28 February in years that lack it.
pub(super) fn last_day(day: Date) -> i64 {
    let it = i64::from(day.month() * 100 + day.day());
    let leap = Date::from_ymd(day.year(), 2, 29).is_some();
    if it == 228 && !leap { 229 } else { it }
}
