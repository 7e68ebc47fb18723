//! PostgreSQL.

use std::sync::Arc;

use super::{Bind, DatePart, Encoding, Member, Nearly};
use crate::{
    sql::translate::{
        Patterns,
        fragment::{Sql, sql},
    },
    value::Type,
};

pub(super) struct PostgreSql;

impl Encoding for PostgreSql {
    /// With a backslash in it, in the form that means the same whatever the session says of backslashes.
    fn text(&self, text: &str) -> String {
        let quoted = text.replace('\'', "''");
        if text.contains('\\') {
            format!("E'{}'", quoted.replace('\\', "\\\\"))
        } else {
            format!("'{quoted}'")
        }
    }

    fn float(&self, float: f64) -> String {
        format!("'{float:e}'::float8")
    }

    fn place(&self, number: usize) -> String {
        format!("${number}::text")
    }

    fn read(&self, column: Sql, ty: &Type) -> Sql {
        match ty {
            Type::Decimal => sql!["(", column, " * 10000)::bigint"].tight(),
            Type::Date => sql!["(", column, " - DATE '1970-01-01')::bigint"].tight(),
            Type::DateTime => sql!["(EXTRACT(EPOCH FROM ", column, ") * 1000000)::bigint"].tight(),
            _ => column,
        }
    }

    fn member(&self, column: &str, path: &[String], member: Member) -> Option<String> {
        let it = format!("JSONB_EXTRACT_PATH_TEXT({})", self.steps(column, path));
        Some(match member {
            Member::Text | Member::Digits => it,
            Member::Bool => format!("{it}::boolean"),
            Member::Int => format!("{it}::bigint"),
            Member::Float => format!("{it}::float8"),
        })
    }

    fn is_other_member(&self, column: &str, path: &[String], member: Member) -> Option<String> {
        let kind = format!("JSONB_TYPEOF(JSONB_EXTRACT_PATH({}))", self.steps(column, path));
        let text = self.member(column, path, Member::Text)?;
        Some(match member {
            Member::Text => format!("{kind} NOT IN ('string', 'null')"),
            Member::Bool => format!("{kind} NOT IN ('boolean', 'null')"),
            Member::Int => format!(
                "CASE WHEN {kind} <> 'number' THEN {kind} <> 'null' WHEN {text} !~ '^-?[0-9]+$' THEN TRUE \
                 ELSE {text}::numeric NOT BETWEEN -9223372036854775808 AND 9223372036854775807 END"
            ),
            Member::Float => format!(
                "CASE WHEN {kind} <> 'number' THEN {kind} <> 'null' ELSE ABS({text}::numeric) > 1.7976931348623157e308 END"
            ),
            Member::Digits => format!("{kind} NOT IN ('string', 'number', 'null')"),
        })
    }

    fn of_text(&self, _: Bind<'_>, text: Sql, ty: &Type) -> Sql {
        let own = match ty {
            Type::Decimal => "::numeric",
            Type::Date => "::date",
            _ => "::timestamptz",
        };
        self.read(sql![text.operand(), own].tight(), ty)
    }

    /// Whatever is no date or number would stop the engine, so that is told beforehand.
    fn is_no(&self, text: &Sql, ty: &Type) -> Sql {
        if *ty == Type::Decimal {
            return sql![
                "CASE WHEN ",
                text,
                " !~ '^-?[0-9]+([.][0-9]{1,4})?$' THEN TRUE ELSE ",
                text,
                "::numeric NOT BETWEEN -922337203685477.5808 AND 922337203685477.5807 END"
            ];
        }
        let day = "^[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}";
        let time =
            "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])";
        let time = if *ty == Type::Date { "" } else { time };
        sql![
            "CASE WHEN ",
            text,
            " !~ '",
            day,
            time,
            "$' OR ",
            text,
            " < '0001' THEN TRUE ELSE SUBSTR(",
            text,
            ", 9, 2)::int NOT BETWEEN 1 AND EXTRACT(DAY FROM (SUBSTR(",
            text,
            ", 1, 7) || '-01')::date + INTERVAL '1 month - 1 day') END"
        ]
    }

    fn date(&self, days: Sql) -> Sql {
        sql!["(DATE '1970-01-01' + ", days.operand(), "::int)"].tight()
    }

    fn part(&self, date: Sql, part: DatePart) -> Sql {
        let part = match part {
            DatePart::Year => "YEAR",
            DatePart::Month => "MONTH",
            DatePart::Day => "DAY",
        };
        sql!["EXTRACT(", part, " FROM ", date, ")::bigint"].tight()
    }

    fn months_later(&self, date: Sql, months: i32) -> Sql {
        sql![
            "(",
            date.operand(),
            " + INTERVAL '",
            months.to_string(),
            " months')::date"
        ]
        .tight()
    }

    fn day_of(&self, year: Sql, month: Sql, day: Sql) -> Sql {
        let date = sql![
            "MAKE_DATE(",
            year.operand(),
            "::int, ",
            month.operand(),
            "::int, ",
            day.operand(),
            "::int)"
        ];
        self.read(date, &Type::Date)
    }

    fn bytewise(&self, text: String) -> String {
        format!("{text} COLLATE \"C\"")
    }

    fn zero_letter(&self) -> Option<&'static str> {
        None
    }

    fn contains(&self, text: Sql, pattern: Sql) -> Sql {
        sql!["STRPOS(", text, ", ", pattern, ") > 0"]
    }

    fn trimmed(&self, text: Sql, letters: &str) -> Sql {
        sql!["BTRIM(", text, ", ", Arc::<str>::from(letters), ")"].tight()
    }

    fn digits(&self, int: Sql) -> Sql {
        sql![int.operand(), "::text COLLATE \"C\""].tight()
    }

    fn int_of_text(&self, bind: Bind<'_>, text: Sql) -> Sql {
        let text = bind(text);
        let wide = sql![
            "CASE WHEN ",
            &text,
            " ~ '^-?[0-9]{1,19}$' THEN ",
            &text,
            "::numeric END"
        ]
        .maybe();
        self.narrow(bind, wide)
    }

    fn hash(&self, salt: &str, text: Sql) -> Option<Sql> {
        let bytes = |it: Sql| sql!["CONVERT_TO(", it, ", 'UTF8')"];
        let salt = bytes(sql![Arc::<str>::from(salt)]);
        let hash = sql!["SHA256(", salt, " || DECODE('00', 'hex') || ", bytes(text), ")"];
        Some(sql!["ENCODE(SUBSTR(", hash, ", 1, 8), 'hex') COLLATE \"C\""].tight())
    }

    fn wide(&self, int: Sql) -> Sql {
        sql![int.operand(), "::numeric"].tight()
    }

    fn narrow(&self, bind: Bind<'_>, wide: Sql) -> Sql {
        let wide = bind(wide);
        sql![
            "CASE WHEN ",
            &wide,
            " BETWEEN -9223372036854775808 AND 9223372036854775807 THEN ",
            &wide,
            "::bigint END"
        ]
        .maybe()
    }

    fn wide_quotient(&self, wide: Sql, divisor: Sql) -> Sql {
        sql!["DIV(", wide, ", ", divisor, ")"].tight()
    }

    fn to_float(&self, int: Sql) -> Sql {
        sql![int.operand(), "::float8"].tight()
    }

    fn to_int(&self, float: Sql) -> Sql {
        sql![float.operand(), "::bigint"].tight()
    }

    /// The engine stops where a result is too large, or where it is so small that it would be zero, so that is told beforehand.
    fn float_arithmetic(&self, bind: Bind<'_>, op: char, lhs: Sql, rhs: Sql) -> Sql {
        let (a, b) = (bind(lhs), bind(rhs));
        let plain = sql![&a, " ", op.to_string(), " ", &b];
        let arms = match op {
            '*' => self.product(&a, &b),
            '/' => self.ratio(&a, &b),
            _ => {
                let half = sql![
                    "ABS(",
                    &a,
                    " * ",
                    self.power(-1),
                    " ",
                    op.to_string(),
                    " ",
                    &b,
                    " * ",
                    self.power(-1),
                    ")"
                ];
                vec![
                    (sql![self.below(&a, 0), " OR ", self.below(&b, 0)], plain.clone()),
                    (sql![half, " >= ", self.power(1023)], sql!["NULL"]),
                ]
            }
        };
        let mut case = sql!["CASE"];
        for it in [&a, &b].into_iter().filter(|it| it.nullable) {
            case = sql![case, " WHEN ", it, " IS NULL THEN NULL"];
        }
        for (when, then) in arms {
            case = sql![case, " WHEN ", when, " THEN ", then];
        }
        sql![case, " ELSE ", plain, " END"].maybe()
    }

    fn patterns(&self) -> Option<&'static Patterns> {
        Some(&Patterns::POSTGRESQL)
    }

    fn found(&self, text: Sql, pattern: Sql) -> Option<Nearly> {
        let differs = "its own regular expressions look for it, to which words are of ASCII letters";
        Some(Nearly::new(
            sql![text.operand(), " ~ ", pattern.operand()],
            differs,
        ))
    }

    /// By the collation of the database: the one of bytes knows ASCII letters only.
    fn recased(&self, text: Sql, capitals: bool) -> Option<Nearly> {
        let name = if capitals { "UPPER((" } else { "LOWER((" };
        let sql = sql![name, text, ") COLLATE \"default\") COLLATE \"C\""].tight();
        Some(Nearly::new(
            sql,
            "letters change as the collation of the database says",
        ))
    }

    fn float_digits(&self, float: Sql) -> Option<Nearly> {
        let differs =
            "large and small numbers have an exponent, and the session says how many digits there are";
        Some(Nearly::new(
            sql![float.operand(), "::text COLLATE \"C\""].tight(),
            differs,
        ))
    }

    fn float_total(&self, _: Bind<'_>, sum: Sql) -> Option<Nearly> {
        let differs = "the numbers are added in any order, which the last digits depend on, and the query stops where a sum is out of range";
        Some(Nearly::new(sum, differs))
    }
}

impl PostgreSql {
    /// What leads to a member: the column, and the names.
    fn steps(&self, column: &str, path: &[String]) -> String {
        let names: Vec<String> = path.iter().map(|name| self.text(name)).collect();
        format!("{column}::jsonb, {}", names.join(", "))
    }
}

/// Whether results are in range, told on numbers that are brought away from the ends of the range by powers of two, which is exact.
impl PostgreSql {
    fn power(&self, exponent: i32) -> String {
        self.float(2_f64.powi(exponent))
    }

    fn below(&self, it: &Sql, exponent: i32) -> Sql {
        sql!["ABS(", it, ") < ", self.power(exponent)]
    }

    fn product(&self, a: &Sql, b: &Sql) -> Vec<(Sql, Sql)> {
        let scaled = |exponent: i32| {
            let power = self.power(exponent);
            sql!["ABS((", a, " * ", power.clone(), ") * (", b, " * ", power, "))"]
        };
        let zero = self.float(0.0);
        vec![
            (sql![a, " = 0 OR ", b, " = 0"], sql![zero.clone()]),
            (
                sql!["ABS(", a, ") >= 1 AND ABS(", b, ") >= 1"],
                sql!["CASE WHEN ", scaled(-512), " < 1 THEN ", a, " * ", b, " END"],
            ),
            (
                sql![
                    self.below(a, 0),
                    " AND ",
                    self.below(b, 0),
                    " AND (",
                    self.below(a, -500),
                    " OR ",
                    self.below(b, -500),
                    ")"
                ],
                sql![
                    "CASE WHEN ",
                    scaled(537),
                    " <= ",
                    self.power(-1),
                    " THEN ",
                    zero,
                    " ELSE ",
                    a,
                    " * ",
                    b,
                    " END"
                ],
            ),
        ]
    }

    /// A dividend below 2⁻⁵⁰ is never too large by any divisor, and one above never too small by a divisor below 1.
    fn ratio(&self, a: &Sql, b: &Sql) -> Vec<(Sql, Sql)> {
        let zero = self.float(0.0);
        vec![
            (sql![b, " = 0"], sql!["NULL"]),
            (sql![a, " = 0"], sql![zero.clone()]),
            (
                sql![self.below(b, 0), " AND ABS(", a, ") >= ", self.power(-50)],
                sql![
                    "CASE WHEN ABS(",
                    a,
                    ") * ",
                    self.power(-1),
                    " < ABS(",
                    b,
                    ") * ",
                    self.power(1023),
                    " THEN ",
                    a,
                    " / ",
                    b,
                    " END"
                ],
            ),
            (
                sql!["ABS(", b, ") >= 1 AND ", self.below(a, -50)],
                sql![
                    "CASE WHEN ABS((",
                    a,
                    " * ",
                    self.power(537),
                    ") / (",
                    b,
                    " * ",
                    self.power(-537),
                    ")) <= ",
                    self.power(-1),
                    " THEN ",
                    zero,
                    " ELSE ",
                    a,
                    " / ",
                    b,
                    " END"
                ],
            ),
        ]
    }
}
