//! DuckDB.

use std::sync::Arc;

use super::{Bind, DatePart, Encoding, Member, Nearly};
use crate::{
    sql::translate::{
        Patterns,
        fragment::{Sql, sql},
    },
    value::Type,
};

pub(super) struct DuckDb;

impl Encoding for DuckDb {
    fn float(&self, float: f64) -> String {
        format!("CAST('{float:e}' AS DOUBLE)")
    }

    fn read(&self, column: Sql, ty: &Type) -> Sql {
        match ty {
            Type::Decimal => sql!["CAST(", column, " * 10000 AS BIGINT)"].tight(),
            Type::Date => sql!["DATE_DIFF('day', DATE '1970-01-01', ", column, ")"].tight(),
            Type::DateTime => sql!["EPOCH_US(", column, ")"].tight(),
            _ => column,
        }
    }

    fn member(&self, column: &str, path: &[String], member: Member) -> Option<String> {
        let it = format!("JSON_EXTRACT_STRING({column}, {})", self.pointer(path));
        Some(match member {
            Member::Text | Member::Digits => it,
            Member::Bool => format!("TRY_CAST({it} AS BOOLEAN)"),
            Member::Int => format!("TRY_CAST({it} AS BIGINT)"),
            Member::Float => format!("TRY_CAST({it} AS DOUBLE)"),
        })
    }

    /// Numbers that are not whole are binary: beyond fifteen digits they are no decimals.
    fn is_other_member(&self, column: &str, path: &[String], member: Member) -> Option<String> {
        let kind = format!("JSON_TYPE({column}, {})", self.pointer(path));
        let value = |member| self.member(column, path, member);
        Some(match member {
            Member::Text => format!("{kind} NOT IN ('VARCHAR', 'NULL')"),
            Member::Bool => format!("{kind} NOT IN ('BOOLEAN', 'NULL')"),
            Member::Int => format!(
                "{kind} NOT IN ('BIGINT', 'UBIGINT', 'NULL') OR {kind} = 'UBIGINT' AND {} IS NULL",
                value(Member::Int)?
            ),
            Member::Float => format!("{kind} NOT IN ('DOUBLE', 'BIGINT', 'UBIGINT', 'NULL')"),
            Member::Digits => format!(
                "{kind} NOT IN ('VARCHAR', 'DOUBLE', 'BIGINT', 'UBIGINT', 'NULL') OR {kind} = 'DOUBLE' AND ABS({}) >= 1e11",
                value(Member::Float)?
            ),
        })
    }

    fn of_text(&self, _: Bind<'_>, text: Sql, ty: &Type) -> Sql {
        match ty {
            Type::Decimal => sql![
                "TRY_CAST(TRY_CAST(",
                text,
                " AS DECIMAL(19, 4)) * 10000 AS BIGINT)"
            ]
            .tight(),
            Type::Date => self.read(sql!["TRY_CAST(", text, " AS DATE)"].tight(), ty),
            _ => self.read(sql!["TRY_CAST(", text, " AS TIMESTAMPTZ)"].tight(), ty),
        }
    }

    fn is_no(&self, text: &Sql, ty: &Type) -> Sql {
        let form = match ty {
            Type::Decimal => "-?[0-9]+([.][0-9]{1,4})?",
            Type::Date => "[0-9]{4}-[0-9]{2}-[0-9]{2}",
            _ => {
                "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
            }
        };
        let value = self.of_text(&mut |sql| sql, text.clone(), ty);
        sql![
            "NOT REGEXP_FULL_MATCH(",
            text,
            ", '",
            form,
            "') OR ",
            text,
            " IS NOT NULL AND ",
            value,
            " IS NULL"
        ]
        .operand()
    }

    fn date(&self, days: Sql) -> Sql {
        sql!["(DATE '1970-01-01' + CAST(", days, " AS INTEGER))"].tight()
    }

    fn part(&self, date: Sql, part: DatePart) -> Sql {
        let part = match part {
            DatePart::Year => "YEAR(",
            DatePart::Month => "MONTH(",
            DatePart::Day => "DAY(",
        };
        sql![part, date, ")"].tight()
    }

    fn months_later(&self, date: Sql, months: i32) -> Sql {
        sql![
            "CAST(",
            date.operand(),
            " + INTERVAL '",
            months.to_string(),
            " months' AS DATE)"
        ]
        .tight()
    }

    fn bytewise(&self, text: String) -> String {
        format!("{text} COLLATE \"binary\"")
    }

    fn int_of_text(&self, bind: Bind<'_>, text: Sql) -> Sql {
        let text = bind(text);
        sql![
            "CASE WHEN REGEXP_FULL_MATCH(",
            &text,
            ", '-?[0-9]{1,19}') THEN TRY_CAST(",
            &text,
            " AS BIGINT) END"
        ]
        .maybe()
    }

    fn hash(&self, salt: &str, text: Sql) -> Option<Sql> {
        Some(
            sql![
                "SUBSTR(SHA256(",
                Arc::<str>::from(salt),
                " || CHR(0) || ",
                text.operand(),
                "), 1, 16)"
            ]
            .tight(),
        )
    }

    fn wide(&self, int: Sql) -> Sql {
        sql!["CAST(", int, " AS HUGEINT)"].tight()
    }

    fn quotient(&self, int: Sql, divisor: Sql) -> Sql {
        sql![int.operand(), " // ", divisor.operand()]
    }

    /// A division by zero is an error from 2.0 on.
    fn float_arithmetic(&self, bind: Bind<'_>, op: char, lhs: Sql, rhs: Sql) -> Sql {
        let rhs = if op == '/' {
            sql!["NULLIF(", rhs, ", 0)"].tight().maybe()
        } else {
            rhs
        };
        self.finite(bind, sql![lhs.operand(), " ", op.to_string(), " ", rhs.operand()])
    }

    fn is_finite(&self, float: &Sql) -> Sql {
        sql!["ISFINITE(", float, ")"].tight()
    }

    fn patterns(&self) -> Option<&'static Patterns> {
        Some(&Patterns::RE2)
    }

    fn found(&self, text: Sql, pattern: Sql) -> Option<Nearly> {
        let differs = "RE2 looks for it, to which words are of ASCII letters";
        Some(Nearly::new(
            sql!["REGEXP_MATCHES(", text, ", ", pattern, ")"].tight(),
            differs,
        ))
    }

    fn recased(&self, text: Sql, capitals: bool) -> Option<Nearly> {
        let name = if capitals { "UPPER(" } else { "LOWER(" };
        let differs = "each letter becomes one letter, so that `ß` stays in capitals";
        Some(Nearly::new(sql![name, text, ")"].tight(), differs))
    }
}

impl DuckDb {
    /// A JSON pointer.
    fn pointer(&self, path: &[String]) -> String {
        let mut pointer = String::new();
        for name in path {
            pointer.push('/');
            pointer += &name.replace('~', "~0").replace('/', "~1");
        }
        self.text(&pointer)
    }
}
