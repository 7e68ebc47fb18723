//! Values as text, as the function `string` gives them.

use super::{
    Maybe, Translator, Val,
    fragment::{Sql, sql},
    number::DAY,
    rows::is_text,
};
use crate::{span::Span, sql::dialect::DatePart, value::Type};

impl Translator<'_> {
    pub(super) fn printed(&mut self, value: Val, span: Span) -> Maybe<Sql> {
        let ty = value.ty.clone();
        if is_text(&ty) {
            return Some(self.logical(value));
        }
        let it = self.bound(value, "printed");
        let nullable = it.nullable;
        let text = match ty {
            Type::Bool => sql![
                "CASE WHEN ",
                &it,
                " THEN 'true' WHEN NOT ",
                it,
                " THEN 'false' END"
            ],
            Type::Int => return Some(self.encoding.digits(it)),
            Type::Decimal => self.decimal_printed(&it),
            Type::Date => self.day_printed(it),
            Type::DateTime => self.moment_printed(&it),
            _ => self.float_printed(&it, span)?,
        };
        Some(self.bytewise(text).null_if(nullable))
    }

    /// The whole part, and as many digits behind the point as there are.
    fn decimal_printed(&self, units: &Sql) -> Sql {
        let encoding = self.encoding;
        let size = |it: Sql| sql!["ABS(", it, ")"].tight();
        let whole = size(encoding.quotient(units.clone(), Sql::int(10_000)));
        let rest = size(encoding.remainder(units.clone(), Sql::int(10_000)));
        let sign = sql!["CASE WHEN ", units, " < 0 THEN '-' ELSE '' END"].operand();
        sql![
            sign,
            " || ",
            encoding.digits(whole),
            " || ",
            self.fraction_printed(&rest, 4)
        ]
    }

    /// What stands behind the point, with it, of a count of so many digits.
    fn fraction_printed(&self, rest: &Sql, digits: u32) -> Sql {
        let printed = self.encoding.trimmed_end(self.padded(rest.clone(), digits), "0");
        sql!["CASE WHEN ", rest, " = 0 THEN '' ELSE '.' || ", printed, " END"].operand()
    }

    /// A number that is not negative, with so many digits.
    fn padded(&self, number: Sql, digits: u32) -> Sql {
        let above = sql![number.operand(), " + ", 10_i64.pow(digits)];
        sql!["SUBSTR(", self.encoding.digits(above), ", 2)"].tight()
    }

    fn day_printed(&mut self, days: Sql) -> Sql {
        let nullable = days.nullable;
        let date = self.encoding.date(days).null_if(nullable);
        let date = self.bind(date, "day");
        let part = |this: &Self, part, digits| this.padded(this.encoding.part(date.clone(), part), digits);
        sql![
            part(self, DatePart::Year, 4),
            " || '-' || ",
            part(self, DatePart::Month, 2),
            " || '-' || ",
            part(self, DatePart::Day, 2)
        ]
    }

    /// In UTC.
    fn moment_printed(&mut self, micros: &Sql) -> Sql {
        let days = self.floored(micros.clone(), DAY);
        let of_day = self.modulo(micros.clone(), DAY);
        let of_day = self.bind(of_day, "time_of_day");
        let encoding = self.encoding;
        let part = |divisor: i64, modulus: i64| {
            let whole = encoding.quotient(of_day.clone(), Sql::int(divisor)).operand();
            self.padded(encoding.remainder(whole, Sql::int(modulus)), 2)
        };
        let (hour, minute, second) = (part(DAY / 24, 24), part(60_000_000, 60), part(1_000_000, 60));
        let rest = encoding.remainder(of_day.clone(), Sql::int(1_000_000));
        let fraction = self.fraction_printed(&rest.operand(), 6);
        let day = self.day_printed(days);
        sql![
            day,
            " || 'T' || ",
            hour,
            " || ':' || ",
            minute,
            " || ':' || ",
            second,
            " || ",
            fraction,
            " || 'Z'"
        ]
    }

    /// Whole numbers without a point, as the language writes them.
    fn float_printed(&mut self, float: &Sql, span: Span) -> Maybe<Sql> {
        let encoding = self.encoding;
        let digits = self.nearly(
            span,
            "a float as text",
            "keep the number as `decimal`, or its text in an attribute",
            encoding.float_digits(float.clone()),
        )?;
        let whole = self.bind(encoding.truncated(float.clone()), "whole");
        let limit = encoding.float(1e15);
        Some(sql![
            "CASE WHEN ",
            float,
            " = ",
            &whole,
            " AND ABS(",
            &whole,
            ") < ",
            limit,
            " THEN ",
            encoding.digits(encoding.to_int(whole.clone())),
            " ELSE ",
            digits,
            " END"
        ])
    }
}
