//! SQLite, whose only numbers are 64-bit integers and binary numbers, and whose dates are texts.

use std::sync::Arc;

use super::{Bind, DatePart, Encoding, Member, Nearly};
use crate::{
    sql::translate::fragment::{Sql, sql},
    value::{Type, Value},
};

pub(super) struct Sqlite;

/// So many units divided by 10000 are the largest that can be multiplied by it again.
const SMALL: i64 = i64::MAX / 10_000;

impl Encoding for Sqlite {
    /// Digits that the engine reads as this number and no other.
    fn float(&self, float: f64) -> String {
        format!("CAST('{float:e}' AS REAL)")
    }

    fn read(&self, column: Sql, ty: &Type) -> Sql {
        match ty {
            Type::Date => sql!["CAST(JULIANDAY(", column, ") - 2440587.5 AS INTEGER)"].tight(),
            _ => column,
        }
    }

    fn native(&self, value: &Value) -> Option<String> {
        match value {
            Value::Date(it) => Some(format!("'{it}'")),
            _ => None,
        }
    }

    /// Of a number that is no integer the engine would give the nearest binary one, so that digits are read as JSON has them.
    fn member(&self, column: &str, path: &[String], member: Member) -> Option<String> {
        let path = self.json_path(path);
        Some(match member {
            Member::Float => format!("CAST(JSON_EXTRACT({column}, {path}) AS REAL)"),
            Member::Digits => format!("TRIM(NULLIF({column} -> {path}, 'null'), '\"')"),
            Member::Text | Member::Bool | Member::Int => format!("JSON_EXTRACT({column}, {path})"),
        })
    }

    fn finds_member(&self, name: &str) -> bool {
        !name.contains(['"', '\\'])
    }

    fn is_other_member(&self, column: &str, path: &[String], member: Member) -> Option<String> {
        let path = self.json_path(path);
        let kind = format!("JSON_TYPE({column}, {path})");
        Some(match member {
            Member::Text => format!("{kind} NOT IN ('text', 'null')"),
            Member::Bool => format!("{kind} NOT IN ('true', 'false', 'null')"),
            Member::Int => format!(
                "TYPEOF(JSON_EXTRACT({column}, {path})) NOT IN ('integer', 'null') OR {kind} IN ('true', 'false')"
            ),
            Member::Float => format!("{kind} NOT IN ('real', 'integer', 'null')"),
            Member::Digits => format!("{kind} NOT IN ('text', 'real', 'integer', 'null')"),
        })
    }

    /// It joins 64, of which one may be the step below.
    fn tables(&self) -> usize {
        63
    }

    fn of_text(&self, bind: Bind<'_>, text: Sql, ty: &Type) -> Sql {
        match ty {
            Type::Decimal => sql!["CAST(", four_digits(&text), " AS INTEGER)"].tight(),
            Type::Date => self.read(text, ty),
            _ => {
                let zone = bind(zone_of(&text));
                let fraction = fraction_of(&text, &zone);
                // The engine itself knows no zones of fifteen hours and more.
                sql![
                    "(CAST(STRFTIME('%s', SUBSTR(",
                    &text,
                    ", 1, 19)) AS INTEGER) - (CASE WHEN ",
                    &zone,
                    " GLOB '-*' THEN -1 ELSE 1 END) * (CAST(SUBSTR(",
                    &zone,
                    ", 2, 2) AS INTEGER) * 3600 + CAST(SUBSTR(",
                    &zone,
                    ", 5) AS INTEGER) * 60)) * 1000000 + CAST(SUBSTR(SUBSTR(",
                    fraction,
                    ", 2) || '000000', 1, 6) AS INTEGER)"
                ]
            }
        }
    }

    fn is_no(&self, text: &Sql, ty: &Type) -> Sql {
        let day = |text: Sql| sql!["DATE(", &text, ") IS NOT ", text];
        match ty {
            Type::Decimal => {
                let digits = sql!["LTRIM(", four_digits(text), ", '-0')"];
                let largest = sql![
                    "CASE WHEN ",
                    text,
                    " GLOB '-*' THEN '9223372036854775808' ELSE '9223372036854775807' END"
                ];
                sql![
                    "(",
                    text,
                    " NOT GLOB '*[0-9]' OR ",
                    text,
                    " GLOB '*[^-0-9.]*' OR ",
                    text,
                    " GLOB '?*-*' OR ",
                    text,
                    " GLOB '*.*.*' OR ",
                    text,
                    " GLOB '.*' OR ",
                    text,
                    " GLOB '-.*' OR ",
                    text,
                    " GLOB '*.?????*' OR LENGTH(",
                    &digits,
                    ") > 19 OR LENGTH(",
                    &digits,
                    ") = 19 AND ",
                    digits,
                    " > ",
                    largest,
                    ")"
                ]
            }
            Type::Date => sql!["(", day(text.clone()), ")"],
            _ => {
                let zone = zone_of(text).operand();
                let fraction = fraction_of(text, &zone);
                let date = sql!["SUBSTR(", text, ", 1, 10)"].tight();
                let time = sql!["SUBSTR(", text, ", 1, 19)"].tight();
                sql![
                    "(",
                    day(date),
                    " OR ",
                    text,
                    " NOT GLOB '??????????T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*' OR DATETIME(",
                    &time,
                    ") IS NOT REPLACE(",
                    &time,
                    ", 'T', ' ') OR ",
                    &zone,
                    " <> 'Z' AND ",
                    &zone,
                    " NOT GLOB '[+-][01][0-9]:[0-5][0-9]' AND ",
                    zone,
                    " NOT GLOB '[+-]2[0-3]:[0-5][0-9]' OR ",
                    &fraction,
                    " <> '' AND ",
                    &fraction,
                    " NOT GLOB '.[0-9]*' OR ",
                    &fraction,
                    " GLOB '?*[^0-9]*' OR LENGTH(",
                    fraction,
                    ") > 7)"
                ]
            }
        }
    }

    fn date(&self, days: Sql) -> Sql {
        sql!["DATE(", days.operand(), " * 86400, 'unixepoch')"].tight()
    }

    fn part(&self, date: Sql, part: DatePart) -> Sql {
        let part = match part {
            DatePart::Year => "'%Y'",
            DatePart::Month => "'%m'",
            DatePart::Day => "'%d'",
        };
        sql!["CAST(STRFTIME(", part, ", ", date, ") AS INTEGER)"].tight()
    }

    /// A day that its month does not have goes on into the next month, whose number of the day is another.
    fn months_later(&self, date: Sql, months: i32) -> Sql {
        let later = sql!["DATE(", &date, ", '", months.to_string(), " months')"].tight();
        sql![
            "CASE WHEN STRFTIME('%d', ",
            &later,
            ") = STRFTIME('%d', ",
            date,
            ") THEN ",
            &later,
            " ELSE DATE(",
            &later,
            ", 'start of month', '-1 day') END"
        ]
        .operand()
    }

    /// The engine has no dates after the year 9999: late days are taken 400 years earlier, where the calendar is the same.
    fn days_months_later(&self, bind: Bind<'_>, days: Sql, months: i32) -> Sql {
        let days = bind(days);
        let cycle = sql!["CASE WHEN ", &days, " > 2000000 THEN 146097 ELSE 0 END"].operand();
        let date = bind(self.date(sql![&days, " - ", &cycle]).null_if(days.nullable));
        sql![
            self.read(self.months_later(date, months), &Type::Date),
            " + ",
            cycle
        ]
    }

    fn day_of(&self, year: Sql, month: Sql, day: Sql) -> Sql {
        let date = sql!["PRINTF('%04d-%02d-%02d', ", year, ", ", month, ", ", day, ")"].tight();
        self.read(date, &Type::Date)
    }

    fn bytewise(&self, text: String) -> String {
        format!("{text} COLLATE BINARY")
    }

    fn zero_letter(&self) -> Option<&'static str> {
        Some("CHAR(0)")
    }

    fn contains(&self, text: Sql, pattern: Sql) -> Sql {
        sql!["INSTR(", text, ", ", pattern, ") > 0"]
    }

    fn ending(&self, text: Sql, pattern: &Sql) -> Sql {
        sql![
            "CASE WHEN ",
            pattern,
            " = '' THEN SUBSTR(",
            &text,
            ", 1, 0) ELSE SUBSTR(",
            text,
            ", -LENGTH(",
            pattern,
            ")) END"
        ]
        .operand()
    }

    fn translated(&self, text: Sql, letters: &[(char, char)]) -> Sql {
        letters.iter().fold(text, |text, (from, to)| {
            let (from, to) = (
                Arc::<str>::from(from.to_string()),
                Arc::<str>::from(to.to_string()),
            );
            sql!["REPLACE(", text, ", ", from, ", ", to, ")"].tight()
        })
    }

    fn digits(&self, int: Sql) -> Sql {
        sql!["CAST(", int, " AS TEXT)"].tight()
    }

    fn int_of_text(&self, bind: Bind<'_>, text: Sql) -> Sql {
        let text = bind(text);
        let int = bind(sql!["CAST(", &text, " AS INTEGER)"].tight());
        let digits = sql!["LTRIM(", &text, ", '-0')"];
        sql![
            "CASE WHEN LTRIM(CAST(",
            &int,
            " AS TEXT), '-0') = ",
            digits,
            " AND ",
            &text,
            " GLOB '*[0-9]' AND ",
            &text,
            " NOT GLOB '?*-*' THEN ",
            &int,
            " END"
        ]
        .maybe()
    }

    /// Sums, differences and products that are out of range become binary numbers.
    fn wide(&self, int: Sql) -> Sql {
        int
    }

    fn narrow(&self, bind: Bind<'_>, wide: Sql) -> Sql {
        let wide = bind(wide);
        sql!["CASE WHEN TYPEOF(", &wide, ") = 'integer' THEN ", &wide, " END"].maybe()
    }

    /// Both are cut into tenthousands and a rest, whose products are in range one by one and all of one sign.
    fn decimal_product(&self, bind: Bind<'_>, units: Sql, other: Sql) -> Sql {
        let (a, b) = (bind(units), bind(other));
        let high = bind(sql!["(", &a, " / 10000) * ", &b].maybe());
        let middle = bind(sql!["(", &a, " % 10000) * (", &b, " / 10000)"].maybe());
        let low = bind(sql!["(", &a, " % 10000) * (", &b, " % 10000)"].maybe());
        let rounded = sql![
            "(",
            &low,
            " + CASE WHEN ",
            &low,
            " < 0 THEN -5000 ELSE 5000 END) / 10000"
        ];
        self.narrow(bind, sql![&high, " + ", &middle, " + ", rounded].maybe())
    }

    fn decimal_quotient(&self, bind: Bind<'_>, units: Sql, other: Sql) -> Sql {
        let (a, b) = (bind(units), bind(other));
        let sign = bind(sql![
            "CASE WHEN (",
            &a,
            " < 0) = (",
            &b,
            " < 0) THEN 1 ELSE -1 END"
        ]);
        match b.as_int() {
            Some(0) => return self.null(&Type::Decimal),
            Some(it) if (-SMALL..=SMALL).contains(&it) => {
                return divided_by_small(self, bind, &a, &b, &sign);
            }
            _ => {}
        }
        let small = divided_by_small(self, bind, &a, &b, &sign);
        let large = divided_by_large(bind, &a, &b, &sign);
        sql![
            "CASE WHEN ",
            &b,
            " = 0 THEN NULL WHEN ",
            &b,
            " BETWEEN ",
            -SMALL,
            " AND ",
            SMALL,
            " THEN ",
            small,
            " ELSE ",
            large,
            " END"
        ]
        .maybe()
    }

    /// The upper and the lower half of each number, so that neither sum goes out of range.
    fn addends(&self, int: Sql) -> Vec<Sql> {
        let int = int.operand();
        vec![sql![&int, " >> 32"], sql![&int, " & 4294967295"]]
    }

    fn total(&self, bind: Bind<'_>, sums: Vec<Sql>) -> Sql {
        let [high, low] = halves(bind, sums);
        sql![
            "CASE WHEN ",
            &high,
            " BETWEEN -2147483648 AND 2147483647 THEN ",
            &high,
            " * 4294967296 + ",
            &low,
            " END"
        ]
        .maybe()
    }

    /// A division of the halves, downward, whose rest is not negative.
    fn mean(&self, bind: Bind<'_>, sums: Vec<Sql>, factor: i64, count: Sql) -> Sql {
        let [high, low] = halves(bind, sums);
        let count = bind(count);
        let upper = bind(sql![
            "(", &high, " - (", &high, " % ", &count, " + ", &count, ") % ", &count, ") / ", &count
        ]);
        let rest = bind(sql![
            "(",
            &high,
            " - ",
            &upper,
            " * ",
            &count,
            ") * 4294967296 + ",
            &low
        ]);
        let whole = bind(sql![&upper, " * 4294967296 + ", &rest, " / ", &count].maybe());
        let rest = bind(sql!["(", &rest, " % ", &count, ") * ", factor]);
        // Half away from zero: of a negative total, what is exactly half stays below.
        let half = sql!["CASE WHEN ", &high, " < 0 THEN 1 ELSE 0 END"];
        let fraction = sql![
            "(", &rest, " * 2 + ", &count, " - (", half, ")) / (", &count, " * 2)"
        ];
        // A whole number below zero is one step nearer to it, so that the product is in range where the result is.
        let step = bind(sql![
            "CASE WHEN ",
            &whole,
            " < 0 AND ",
            &rest,
            " > 0 THEN 1 ELSE 0 END"
        ]);
        self.narrow(
            bind,
            sql![
                "(", &whole, " + ", &step, ") * ", factor, " + (", fraction, " - ", &step, " * ", factor, ")"
            ]
            .maybe(),
        )
    }

    fn to_float(&self, int: Sql) -> Sql {
        sql!["CAST(", int, " AS REAL)"].tight()
    }

    fn truncated(&self, float: Sql) -> Sql {
        // What is larger has no fraction.
        let float = float.operand();
        sql![
            "CASE WHEN ABS(",
            &float,
            ") < 9007199254740992.0 THEN CAST(CAST(",
            &float,
            " AS INTEGER) AS REAL) ELSE ",
            &float,
            " END"
        ]
        .operand()
    }

    fn to_int(&self, float: Sql) -> Sql {
        sql!["CAST(", float, " AS INTEGER)"].tight()
    }

    fn floor(&self, float: Sql) -> Sql {
        let whole = self.truncated(float.clone());
        sql![
            &whole,
            " - CASE WHEN ",
            float.operand(),
            " < ",
            &whole,
            " THEN 1.0 ELSE 0.0 END"
        ]
        .operand()
    }

    fn ceil(&self, float: Sql) -> Sql {
        let whole = self.truncated(float.clone());
        sql![
            &whole,
            " + CASE WHEN ",
            float.operand(),
            " > ",
            &whole,
            " THEN 1.0 ELSE 0.0 END"
        ]
        .operand()
    }

    fn recased(&self, text: Sql, capitals: bool) -> Option<Nearly> {
        let name = if capitals { "UPPER(" } else { "LOWER(" };
        let sql = sql![name, text, ")"].tight();
        Some(Nearly::new(sql, "letters beyond ASCII stay as they are"))
    }

    fn float_digits(&self, float: Sql) -> Option<Nearly> {
        let differs = "there are fifteen digits at most, and large and small numbers have an exponent";
        Some(Nearly::new(sql!["CAST(", float, " AS TEXT)"].tight(), differs))
    }

    /// Not every SQLite has one.
    fn arc_sine(&self, _: Sql) -> Option<Nearly> {
        None
    }

    fn scalar_extreme(&self, larger: bool) -> &'static str {
        if larger { "MAX" } else { "MIN" }
    }
}

impl Sqlite {
    fn json_path(&self, path: &[String]) -> String {
        let names: Vec<String> = path.iter().map(|name| format!(".\"{name}\"")).collect();
        self.text(&format!("${}", names.concat()))
    }
}

/// The digits of a decimal with four of them behind the point, and no point.
fn four_digits(text: &Sql) -> Sql {
    let point = sql!["INSTR(", text, " || '.', '.')"].tight();
    sql![
        "SUBSTR(",
        text,
        ", 1, ",
        &point,
        " - 1) || SUBSTR(SUBSTR(",
        text,
        ", ",
        point,
        " + 1) || '0000', 1, 4)"
    ]
    .operand()
}

/// The zone at the end of a datetime in RFC 3339.
fn zone_of(text: &Sql) -> Sql {
    sql![
        "CASE WHEN ",
        text,
        " GLOB '*Z' THEN 'Z' ELSE SUBSTR(",
        text,
        ", -6) END"
    ]
}

/// What stands between the seconds of a datetime and its zone.
fn fraction_of(text: &Sql, zone: &Sql) -> Sql {
    sql![
        "SUBSTR(",
        text,
        ", 20, LENGTH(",
        text,
        ") - 19 - LENGTH(",
        zone,
        "))"
    ]
    .tight()
}

/// The halves of a total, the lower one from 0 to 2³² - 1.
fn halves(bind: Bind<'_>, sums: Vec<Sql>) -> [Sql; 2] {
    let [high, low] = <[Sql; 2]>::try_from(sums).unwrap_or_default();
    let (high, low) = (bind(high), bind(low));
    [
        bind(sql![&high, " + (", &low, " >> 32)"]),
        bind(sql![&low, " & 4294967295"]),
    ]
}

/// Where the divisor times 10000 is in range, what is left of the division can be multiplied by it.
fn divided_by_small(dialect: &Sqlite, bind: Bind<'_>, a: &Sql, b: &Sql, sign: &Sql) -> Sql {
    let whole = bind(sql!["(", a, " / ", b, ") * 10000"].maybe());
    let rest = bind(sql![a, " % ", b].maybe());
    let digits = bind(sql!["ABS(", &rest, ") * 10000"].maybe());
    let rounded = sql![
        "(",
        &digits,
        " / ABS(",
        b,
        ") + CASE WHEN ",
        &digits,
        " % ABS(",
        b,
        ") >= ABS(",
        b,
        ") - ",
        &digits,
        " % ABS(",
        b,
        ") THEN 1 ELSE 0 END) * ",
        sign
    ];
    // Either size is computed whichever the divisor is, so a divisor out of range must not stop the engine.
    let safe = sql![
        "CASE WHEN ",
        b,
        " BETWEEN ",
        -SMALL,
        " AND ",
        SMALL,
        " THEN ",
        rounded,
        " END"
    ]
    .operand();
    let sum = sql![&whole, " + ", safe].maybe();
    dialect.narrow(bind, sum).operand()
}

/// Where the divisor is larger, the result is below 10⁸: a binary number gives it but for the last step, which is decided by comparing
/// 20000 · |a| with (2c + 1) · |b|, each in two halves. Sizes are kept negative, as the smallest number has no positive one.
fn divided_by_large(bind: Bind<'_>, a: &Sql, b: &Sql, sign: &Sql) -> Sql {
    let size = |it: &Sql| sql!["CASE WHEN ", it, " > 0 THEN -", it, " ELSE ", it, " END"].maybe();
    let (a, b) = (bind(size(a)), bind(size(b)));
    let cut = bind(sql!["CAST(CAST(", &a, " AS REAL) * 10000.0 / ", &b, " AS INTEGER)"].maybe());
    let times = |bind: Bind<'_>, it: &Sql, factor: Sql| {
        let low = bind(sql!["(", it, " & 4294967295) * ", &factor].maybe());
        let high = bind(sql!["(", it, " >> 32) * ", &factor, " + (", &low, " >> 32)"].maybe());
        let low = bind(sql![&low, " & 4294967295"].maybe());
        (high, low)
    };
    let (a_high, a_low) = times(bind, &a, Sql::int(20_000));
    let (b_high, b_low) = times(bind, &b, sql!["(2 * ", &cut, " + 1)"].tight());
    let reaches = sql![
        &a_high, " < ", &b_high, " OR ", &a_high, " = ", &b_high, " AND ", &a_low, " <= ", &b_low
    ];
    sql![
        "(",
        &cut,
        " + CASE WHEN ",
        reaches,
        " THEN 1 ELSE 0 END) * ",
        sign
    ]
    .operand()
}
