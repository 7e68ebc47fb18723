//! DataFusion, whose whole numbers go on from the other end where they are out of range.

use std::sync::Arc;

use super::{Apart, Bind, DatePart, Encoding, Nearly};
use crate::{
    sql::translate::{
        Patterns,
        fragment::{Sql, sql},
    },
    value::{Type, Value},
};

pub(super) struct DataFusion;

impl Encoding for DataFusion {
    fn float(&self, float: f64) -> String {
        format!("CAST('{float:e}' AS DOUBLE)")
    }

    fn type_name(&self, ty: &Type) -> &'static str {
        match ty {
            Type::Bool => "BOOLEAN",
            Type::Float => "DOUBLE",
            Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => "VARCHAR",
            _ => "BIGINT",
        }
    }

    /// The engine has no word for it.
    fn step(&self) -> &'static str {
        " AS ("
    }

    /// Rows are not chosen by what comes out of a list before it does.
    fn apart(&self) -> Option<Apart> {
        Some(Apart {
            before: "UNNEST(MAKE_ARRAY(",
            after: "))",
            end: None,
        })
    }

    /// It reads fifty, and spends long on telling that there are more.
    fn depth(&self) -> usize {
        16
    }

    fn place(&self, number: usize) -> String {
        format!("${number}")
    }

    fn read(&self, column: Sql, ty: &Type) -> Sql {
        match ty {
            Type::Decimal => sql!["CAST(", column.operand(), " * 10000 AS BIGINT)"].tight(),
            Type::Date => sql!["CAST(", column, " AS INT)"].tight(),
            // Whatever its unit and its zone are, it is an instant.
            Type::DateTime => sql!["CAST(CAST(", column, " AS TIMESTAMP(6)) AS BIGINT)"].tight(),
            _ => column,
        }
    }

    /// Digits with a point would be a binary number, and an instant would be one of nanoseconds, in the zone of the session.
    fn native(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Decimal(it) => format!("CAST('{it}' AS DECIMAL(19, 4))"),
            Value::Date(it) => format!("DATE '{it}'"),
            Value::DateTime(it) => format!("ARROW_CAST('{it}', 'Timestamp(Microsecond, Some(\"UTC\"))')"),
            _ => return None,
        })
    }

    /// Beside a column with a zone, one without it would be taken for what the clock of that zone shows.
    fn compares(&self, ty: &Type) -> bool {
        *ty != Type::DateTime
    }

    fn date(&self, days: Sql) -> Sql {
        sql!["CAST(CAST(", days, " AS INT) AS DATE)"].tight()
    }

    fn part(&self, date: Sql, part: DatePart) -> Sql {
        let part = match part {
            DatePart::Year => "YEAR",
            DatePart::Month => "MONTH",
            DatePart::Day => "DAY",
        };
        sql!["EXTRACT(", part, " FROM ", date, ")"].tight()
    }

    fn months_later(&self, date: Sql, months: i32) -> Sql {
        sql![
            "(",
            date.operand(),
            " + INTERVAL '",
            months.to_string(),
            " months')"
        ]
        .tight()
    }

    /// Text is always compared so.
    fn bytewise(&self, text: String) -> String {
        text
    }

    fn int_of_text(&self, bind: Bind<'_>, text: Sql) -> Sql {
        let text = bind(text);
        sql![
            "CASE WHEN REGEXP_LIKE(",
            &text,
            ", '^-?[0-9]{1,19}$') THEN TRY_CAST(",
            &text,
            " AS BIGINT) END"
        ]
        .maybe()
    }

    fn hash(&self, salt: &str, text: Sql) -> Option<Sql> {
        let whole = sql![Arc::<str>::from(salt), " || CHR(0) || ", text.operand()];
        Some(sql!["SUBSTR(ENCODE(SHA256(", whole, "), 'hex'), 1, 16)"].tight())
    }

    /// Beside a constant a `TRY_CAST` alone is left away, and what is out of range is no longer null.
    fn narrow(&self, _: Bind<'_>, wide: Sql) -> Sql {
        sql!["(TRY_CAST(", wide, " AS BIGINT) + 0)"].tight().maybe()
    }

    /// Sums of 64-bit integers are such integers.
    fn addends(&self, int: Sql) -> Vec<Sql> {
        vec![self.wide(int)]
    }

    /// A quotient has four digits after the point, for which 38 digits are too few.
    fn wide_quotient(&self, wide: Sql, divisor: Sql) -> Sql {
        let wider = sql!["CAST(", &wide, " AS DECIMAL(76, 0))"];
        let rest = sql![wide.operand(), " % ", &divisor];
        sql![
            "CAST((",
            wider,
            " - ",
            rest,
            ") / ",
            divisor.operand(),
            " AS DECIMAL(38, 0))"
        ]
        .tight()
    }

    /// The engine calls an aggregate of a `CAST` as that of what is cast, and takes no two of one name; this is a function like others.
    fn to_float(&self, int: Sql) -> Sql {
        sql!["ARROW_CAST(", int, ", 'Float64')"].tight()
    }

    fn to_int(&self, float: Sql) -> Sql {
        sql!["TRY_CAST(", float, " AS BIGINT)"].tight()
    }

    /// Long lists are looked up by bits.
    fn tells_zeros_apart(&self) -> bool {
        true
    }

    fn patterns(&self) -> Option<&'static Patterns> {
        Some(&Patterns::RE2)
    }

    fn found(&self, text: Sql, pattern: Sql) -> Option<Nearly> {
        let found = sql!["REGEXP_LIKE(", text, ", ", pattern, ")"].tight();
        Some(Nearly::new(
            found,
            "letters are those of the Unicode of the engine",
        ))
    }
}
