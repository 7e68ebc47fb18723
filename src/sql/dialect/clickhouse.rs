//! ClickHouse, whose integers go on with another number where they are out of range, and whose counts have a type that does not mix with others.

use std::sync::Arc;

use super::{Apart, Bind, DatePart, Encoding, Nearly, encoding::values};
use crate::{
    sql::translate::{
        Patterns,
        fragment::{Sql, sql},
    },
    value::{Type, Value},
};

pub(super) struct ClickHouse;

/// So many days, and months, are 400 years, after which the calendar is the same again.
const CYCLE: i64 = 146_097;
const CYCLE_MONTHS: i32 = 4_800;

impl Encoding for ClickHouse {
    /// A backslash escapes in names, too.
    fn quote(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\"\""))
    }

    fn text(&self, text: &str) -> String {
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
    }

    /// Digits that are read exactly, as those of a text are not. Two signs in a row would begin a comment.
    fn float(&self, float: f64) -> String {
        if float.is_sign_negative() {
            format!("({float:e})")
        } else {
            format!("{float:e}")
        }
    }

    /// Larger numbers have no sign and no type in common with those that have one.
    fn int(&self, int: i64) -> Sql {
        if int > u32::MAX.into() {
            sql!["toInt64(", int, ")"].number(int)
        } else {
            Sql::int(int)
        }
    }

    fn type_name(&self, ty: &Type) -> &'static str {
        match ty {
            Type::Bool => "Nullable(Bool)",
            Type::Float => "Nullable(Float64)",
            Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => "Nullable(String)",
            _ => "Nullable(Int64)",
        }
    }

    fn step(&self) -> &'static str {
        " AS ("
    }

    /// As one text, which is read at once where hundreds of literals take longer than the rest of the query, and with the types of the columns.
    fn constants(&self, name: &str, columns: &[String], rows: &[Vec<Option<i64>>]) -> String {
        let nullable = (0..columns.len()).map(|column| rows.iter().any(|row| row[column].is_none()));
        let rows: Vec<String> = rows
            .iter()
            .map(|row| format!("({})", values(row, "NULL").join(", ")))
            .collect();
        let rows = self.text(&rows.join(", "));
        // A column without nulls is of the type of what it is compared with.
        let columns: Vec<String> = columns
            .iter()
            .zip(nullable)
            .map(|(it, nullable)| format!("{it} {}", if nullable { "Nullable(Int64)" } else { "Int64" }))
            .collect();
        let columns = self.text(&columns.join(", "));
        format!("{name} AS (SELECT *, toInt64(0) AS \"zero\" FROM format(Values, {columns}, {rows}))")
    }

    /// The nearest row that is not after the value. That join needs something equal, too, and no constant.
    fn range(&self, column: &dyn Fn(&str) -> String, value: &Sql) -> (&'static str, Sql) {
        let on = sql![
            column("zero"),
            " = ",
            value,
            " * 0 AND ",
            column("from"),
            " <= ",
            value
        ];
        ("ASOF LEFT JOIN ", on)
    }

    /// Rows are not chosen before so many are taken, which no table has.
    fn apart(&self) -> Option<Apart> {
        Some(Apart {
            before: "",
            after: "",
            end: Some("LIMIT 1000000000000000000"),
        })
    }

    /// What a row without a match has is null, rows match as often as they do, distinct values are counted one by one and null is in no list,
    /// whatever the session says. Conditions stay where they are written: where a step's truth value moves below a join the engine may
    /// lose the column, and stop.
    fn settings(&self) -> &'static str {
        "\nSETTINGS join_use_nulls = 1, join_default_strictness = 'ALL', count_distinct_implementation = 'uniqExact', transform_null_in = 0, query_plan_filter_push_down = 0"
    }

    fn place(&self, number: usize) -> String {
        format!("{{p{number}:String}}")
    }

    fn read(&self, column: Sql, ty: &Type) -> Sql {
        match ty {
            Type::Decimal => sql!["toInt64(toDecimal128(", column, ", 4) * 10000)"].tight(),
            Type::Date => sql!["toInt64(", column, ")"].tight(),
            Type::DateTime => sql!["toUnixTimestamp64Micro(toDateTime64(", column, ", 6))"].tight(),
            _ => column,
        }
    }

    fn native(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Decimal(it) => format!("toDecimal128('{it}', 4)"),
            Value::Date(it) => format!("toDate32('{it}')"),
            Value::DateTime(it) => {
                let at = it.to_string().replace('T', " ").replace('Z', "");
                format!("toDateTime64('{at}', 6, 'UTC')")
            }
            _ => return None,
        })
    }

    /// Those in a list are brought to the type of the column, where they may be out of range.
    fn lists_natives(&self) -> bool {
        false
    }

    fn date(&self, days: Sql) -> Sql {
        sql!["toDate32(", days, ")"].tight()
    }

    fn part(&self, date: Sql, part: DatePart) -> Sql {
        let part = match part {
            DatePart::Year => "toYear(",
            DatePart::Month => "toMonth(",
            DatePart::Day => "toDayOfMonth(",
        };
        sql![part, date, ")"].tight()
    }

    /// Beyond the calendar the engine would stay at its end.
    fn months_later(&self, date: Sql, months: i32) -> Sql {
        sql![
            "CASE WHEN toYear(",
            &date,
            ") * 12 + toMonth(",
            &date,
            ") BETWEEN ",
            13 - i64::from(months),
            " AND ",
            120_000 - i64::from(months),
            " THEN addMonths(toDate32(",
            date,
            "), ",
            months.to_string(),
            ") END"
        ]
        .maybe()
    }

    /// In the years after 1970, where the engine has dates whatever the days are.
    fn days_months_later(&self, bind: Bind<'_>, days: Sql, months: i32) -> Sql {
        let days = bind(days);
        let day = bind(sql!["positiveModulo(", &days, ", ", CYCLE, ")"].tight());
        let cycles = i64::from(months.div_euclid(CYCLE_MONTHS)) * CYCLE;
        sql![
            "toInt64(addMonths(",
            self.date(day.clone()),
            ", ",
            months.rem_euclid(CYCLE_MONTHS).to_string(),
            ")) + ",
            days,
            " - ",
            day,
            " + ",
            cycles
        ]
    }

    /// The first day after the calendar stands for all that come later.
    fn day_of(&self, year: Sql, month: Sql, day: Sql) -> Sql {
        let date = sql!["makeDate32(", &year, ", ", month, ", ", day, ")"].tight();
        sql![
            "CASE WHEN ",
            year.operand(),
            " > 9999 THEN 2932897 ELSE ",
            self.read(date, &Type::Date),
            " END"
        ]
        .operand()
    }

    /// Text is compared so in any case.
    fn bytewise(&self, text: String) -> String {
        text
    }

    fn length(&self, text: Sql) -> Sql {
        sql!["toInt64(lengthUTF8(", text, "))"].tight()
    }

    fn zero_letter(&self) -> Option<&'static str> {
        Some("char(0)")
    }

    fn contains(&self, text: Sql, pattern: Sql) -> Sql {
        sql!["position(", text, ", ", pattern, ") > 0"]
    }

    fn starts_with(&self, _: Bind<'_>, text: Sql, pattern: Sql) -> Sql {
        sql!["startsWith(", text, ", ", pattern, ")"].tight()
    }

    fn ends_with(&self, _: Bind<'_>, text: Sql, pattern: Sql) -> Sql {
        sql!["endsWith(", text, ", ", pattern, ")"].tight()
    }

    fn ending(&self, text: Sql, pattern: &Sql) -> Sql {
        sql!["rightUTF8(", text, ", lengthUTF8(", pattern, "))"].tight()
    }

    fn after_last(&self, _: Bind<'_>, text: Sql) -> Sql {
        sql!["extract(", text, ", '@([^@]*)$')"].tight()
    }

    /// `trim` would take bytes of other letters for these.
    fn trimmed(&self, text: Sql, letters: &str) -> Sql {
        let ends = format!("^[{letters}]+|[{letters}]+$");
        sql!["replaceRegexpAll(", text, ", ", Arc::<str>::from(ends), ", '')"].tight()
    }

    fn translated(&self, text: Sql, letters: &[(char, char)]) -> Sql {
        let from: String = letters.iter().map(|(from, _)| *from).collect();
        let to: String = letters.iter().map(|(_, to)| *to).collect();
        let (from, to) = (Arc::<str>::from(from), Arc::<str>::from(to));
        sql!["translateUTF8(", text, ", ", from, ", ", to, ")"].tight()
    }

    fn digits(&self, int: Sql) -> Sql {
        sql!["toString(", int, ")"].tight()
    }

    fn int_of_text(&self, bind: Bind<'_>, text: Sql) -> Sql {
        let text = bind(text);
        sql![
            "CASE WHEN match(",
            &text,
            ", '^-?[0-9]{1,19}$') THEN toInt64OrNull(",
            &text,
            ") END"
        ]
        .maybe()
    }

    fn hash(&self, salt: &str, text: Sql) -> Option<Sql> {
        let salt = Arc::<str>::from(salt);
        let hash = sql!["SHA256(concat(", salt, ", char(0), ", text, "))"];
        Some(sql!["lower(hex(substring(", hash, ", 1, 8)))"].tight())
    }

    fn wide(&self, int: Sql) -> Sql {
        sql!["toInt128(", int, ")"].tight()
    }

    fn narrow(&self, _: Bind<'_>, wide: Sql) -> Sql {
        sql!["accurateCastOrNull(", wide, ", 'Int64')"].tight().maybe()
    }

    fn quotient(&self, int: Sql, divisor: Sql) -> Sql {
        sql!["intDiv(", int, ", ", divisor, ")"].tight()
    }

    /// Where a divisor is null the engine may divide by the zero that lies below, and stop.
    fn wide_quotient(&self, wide: Sql, divisor: Sql) -> Sql {
        sql!["intDivOrZero(", wide, ", ", divisor, ")"].tight()
    }

    fn wide_remainder(&self, wide: Sql, divisor: Sql) -> Sql {
        sql!["moduloOrZero(", wide, ", ", divisor, ")"].tight()
    }

    fn counted(&self, count: Sql) -> Sql {
        sql!["toInt64(", count, ")"].tight()
    }

    /// Sums of 64-bit integers are such integers, too.
    fn addends(&self, int: Sql) -> Vec<Sql> {
        vec![self.wide(int)]
    }

    fn to_float(&self, int: Sql) -> Sql {
        sql!["toFloat64(", int, ")"].tight()
    }

    /// The branches of a condition that are not taken may be worked out, too: nothing may stop the engine.
    fn to_int(&self, float: Sql) -> Sql {
        sql!["accurateCastOrNull(", float, ", 'Int64')"].tight()
    }

    fn is_finite(&self, float: &Sql) -> Sql {
        sql!["isFinite(", float, ")"].tight()
    }

    fn tells_zeros_apart(&self) -> bool {
        true
    }

    fn patterns(&self) -> Option<&'static Patterns> {
        Some(&Patterns::RE2)
    }

    fn found(&self, text: Sql, pattern: Sql) -> Option<Nearly> {
        let differs = "RE2 looks for it, to which words are of ASCII letters";
        Some(Nearly::new(
            sql!["match(", text, ", ", pattern, ")"].tight(),
            differs,
        ))
    }

    fn recased(&self, text: Sql, capitals: bool) -> Option<Nearly> {
        let name = if capitals { "upperUTF8(" } else { "lowerUTF8(" };
        let differs = "letters are those of the Unicode of the engine";
        Some(Nearly::new(sql![name, text, ")"].tight(), differs))
    }
}
