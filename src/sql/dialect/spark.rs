//! Spark, with answers that do not hang on whether its session is an ANSI one.

use std::sync::Arc;

use super::{Apart, Bind, DatePart, Encoding, Nearly};
use crate::{
    sql::translate::{
        Patterns,
        fragment::{Sql, sql},
    },
    value::{Type, Value},
};

pub(super) struct Spark;

impl Encoding for Spark {
    fn quote(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    /// By its bytes where the session says what a quote, a backslash or the name of a variable is.
    fn text(&self, text: &str) -> String {
        if text.contains(['\'', '\\', '$']) {
            let bytes = text
                .bytes()
                .fold(String::new(), |bytes, it| format!("{bytes}{it:02X}"));
            format!("CAST(X'{bytes}' AS STRING)")
        } else {
            format!("'{text}'")
        }
    }

    /// Two signs in a row would begin a comment.
    fn float(&self, float: f64) -> String {
        if float < 0.0 {
            format!("({float:e}D)")
        } else {
            format!("{float:e}D")
        }
    }

    fn type_name(&self, ty: &Type) -> &'static str {
        match ty {
            Type::Bool => "BOOLEAN",
            Type::Float => "DOUBLE",
            Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => "STRING",
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
            before: "EXPLODE(ARRAY(",
            after: "))",
            end: None,
        })
    }

    fn read(&self, column: Sql, ty: &Type) -> Sql {
        match ty {
            Type::Decimal => sql!["CAST(", column.operand(), " * 10000 AS BIGINT)"].tight(),
            Type::Date => sql!["CAST(UNIX_DATE(", column, ") AS BIGINT)"].tight(),
            Type::DateTime => sql!["UNIX_MICROS(", column, ")"].tight(),
            _ => column,
        }
    }

    fn native(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Decimal(it) if it.units() < 0 => format!("({it}BD)"),
            Value::Decimal(it) => format!("{it}BD"),
            Value::Date(it) => format!("DATE '{it}'"),
            Value::DateTime(it) => format!("TIMESTAMP_LTZ '{it}'"),
            _ => return None,
        })
    }

    fn date(&self, days: Sql) -> Sql {
        sql!["DATE_FROM_UNIX_DATE(TRY_CAST(", days, " AS INT))"].tight()
    }

    fn part(&self, date: Sql, part: DatePart) -> Sql {
        let part = match part {
            DatePart::Year => "YEAR",
            DatePart::Month => "MONTH",
            DatePart::Day => "DAY",
        };
        sql!["CAST(", part, "(", date, ") AS BIGINT)"].tight()
    }

    fn months_later(&self, date: Sql, months: i32) -> Sql {
        sql!["ADD_MONTHS(", date, ", ", months.to_string(), ")"].tight()
    }

    fn day_of(&self, year: Sql, month: Sql, day: Sql) -> Sql {
        let int = |it: Sql| sql!["CAST(", it, " AS INT)"];
        let date = sql!["MAKE_DATE(", int(year), ", ", int(month), ", ", int(day), ")"].tight();
        self.read(date, &Type::Date)
    }

    fn bytewise(&self, text: String) -> String {
        format!("{text} COLLATE UTF8_BINARY")
    }

    fn after_last(&self, _: Bind<'_>, text: Sql) -> Sql {
        sql!["SUBSTRING_INDEX(", text, ", '@', -1)"].tight()
    }

    fn trimmed(&self, text: Sql, letters: &str) -> Sql {
        sql!["TRIM(BOTH ", Arc::<str>::from(letters), " FROM ", text, ")"].tight()
    }

    fn trimmed_end(&self, text: Sql, letters: &'static str) -> Sql {
        sql!["TRIM(TRAILING '", letters, "' FROM ", text, ")"].tight()
    }

    fn digits(&self, int: Sql) -> Sql {
        sql!["CAST(", int, " AS STRING)"].tight()
    }

    /// A `$` would stand before the end of a last line, too.
    fn int_of_text(&self, bind: Bind<'_>, text: Sql) -> Sql {
        let text = bind(text);
        sql![
            "CASE WHEN ",
            &text,
            " RLIKE '^-?[0-9]{1,19}(?!(?s:.))' THEN TRY_CAST(",
            &text,
            " AS BIGINT) END"
        ]
        .maybe()
    }

    fn hash(&self, salt: &str, text: Sql) -> Option<Sql> {
        let whole = sql![
            Arc::<str>::from(salt),
            " || CAST(X'00' AS STRING) || ",
            text.operand()
        ];
        Some(sql!["SUBSTR(SHA2(", whole, ", 256), 1, 16)"].tight())
    }

    fn quotient(&self, int: Sql, divisor: Sql) -> Sql {
        sql![int.operand(), " DIV ", divisor.operand()]
    }

    /// `DIV` gives 64 bits. A quotient has six digits after the point, and is null where the others do not hold it: far beyond 64 bits.
    fn wide_quotient(&self, wide: Sql, divisor: Sql) -> Sql {
        let rest = sql![wide.clone().operand(), " % ", divisor.clone().operand()];
        sql![
            "CAST(TRY_DIVIDE(",
            wide.operand(),
            " - ",
            rest.operand(),
            ", ",
            divisor,
            ") AS DECIMAL(38, 0))"
        ]
        .tight()
        .maybe()
    }

    /// Sums of 64-bit integers are such integers.
    fn addends(&self, int: Sql) -> Vec<Sql> {
        vec![self.wide(int)]
    }

    fn truncated(&self, float: Sql) -> Sql {
        sql![float.clone().operand(), " - ", float.operand(), " % 1e0D"].operand()
    }

    fn to_int(&self, float: Sql) -> Sql {
        sql!["TRY_CAST(", float, " AS BIGINT)"].tight()
    }

    fn floor(&self, float: Sql) -> Sql {
        whole("FLOOR", float)
    }

    fn ceil(&self, float: Sql) -> Sql {
        whole("CEIL", float)
    }

    fn float_arithmetic(&self, bind: Bind<'_>, op: char, lhs: Sql, rhs: Sql) -> Sql {
        let it = if op == '/' {
            sql!["TRY_DIVIDE(", lhs, ", ", rhs, ")"].tight()
        } else {
            sql![lhs.operand(), " ", op.to_string(), " ", rhs.operand()]
        };
        self.finite(bind, it)
    }

    /// Long lists are looked up by bits.
    fn tells_zeros_apart(&self) -> bool {
        true
    }

    fn patterns(&self) -> Option<&'static Patterns> {
        Some(&Patterns::JAVA)
    }

    fn found(&self, text: Sql, pattern: Sql) -> Option<Nearly> {
        let differs = "Java looks for it, to which words are of ASCII letters from version 19 on, and which stops where it looks too deep";
        Some(Nearly::new(sql![text.operand(), " RLIKE ", pattern], differs))
    }
}

/// The functions give 64-bit integers. What such integers do not hold has no fraction.
fn whole(function: &'static str, float: Sql) -> Sql {
    sql![
        "CASE WHEN ABS(",
        &float,
        ") < 4503599627370496 THEN CAST(",
        function,
        "(",
        &float,
        ") AS DOUBLE) ELSE ",
        float,
        " END"
    ]
    .operand()
}
