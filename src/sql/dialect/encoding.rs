//! What an engine has to say, and how most say it.

use std::sync::Arc;

use crate::{
    sql::{
        mapping::Table,
        translate::{
            Patterns,
            fragment::{Sql, sql},
        },
    },
    value::{Type, Value},
};

/// Gives an expression a name in the relation it belongs to, so that it can be written twice.
pub(in crate::sql) type Bind<'b> = &'b mut dyn FnMut(Sql) -> Sql;

/// Which part of a day's date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sql) enum DatePart {
    Year,
    Month,
    Day,
}

/// What a value inside of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sql) enum Member {
    Text,
    Bool,
    Int,
    /// A binary number.
    Float,
    /// The digits of a decimal, as a number or as text.
    Digits,
}

/// What keeps a condition where it is: what stands around it, and at the end of its step.
#[derive(Clone, Copy, Debug)]
pub(in crate::sql) struct Apart {
    pub(in crate::sql) before: &'static str,
    pub(in crate::sql) after: &'static str,
    pub(in crate::sql) end: Option<&'static str>,
}

/// Something of an engine that is nearly what the language says.
pub(in crate::sql) struct Nearly {
    pub(in crate::sql) sql: Sql,
    /// How it may differ, in a few words.
    pub(in crate::sql) differs: &'static str,
}

impl Nearly {
    pub(in crate::sql) fn new(sql: Sql, differs: &'static str) -> Self {
        Self { sql, differs }
    }
}

/// How an engine says things. Unless told otherwise operands are in the logical form: ints, decimals as counts of 1/10000, datetimes and durations in
/// microseconds and dates in days are 64-bit integers. Whatever has a null operand is null.
pub(in crate::sql) trait Encoding: Sync {
    /// A name in quotes.
    fn quote(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// The name of a table, with the schema around it.
    fn table(&self, table: &Table) -> String {
        let parts: Vec<String> = table.table.parts().iter().map(|it| self.quote(it)).collect();
        parts.join(".")
    }

    /// A text as a literal.
    fn text(&self, text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    /// A value as a literal, numbers in the logical form.
    fn literal(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => self.text(text),
            Value::Bool(true) => "TRUE".to_owned(),
            Value::Bool(false) => "FALSE".to_owned(),
            // Both zeros are one.
            Value::Float(float) => self.float(*float + 0.0),
            _ => integer(value).map_or_else(|| "NULL".to_owned(), |it| it.to_string()),
        }
    }

    /// A whole number of a rule.
    fn int(&self, int: i64) -> Sql {
        Sql::int(int)
    }

    /// A binary number as a literal.
    fn float(&self, float: f64) -> String {
        format!("{float:e}")
    }

    /// What the engine calls the type that has the logical form of another, and null.
    fn type_name(&self, ty: &Type) -> &'static str {
        match ty {
            Type::Bool => "BOOLEAN",
            Type::Float => "FLOAT8",
            Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => "TEXT",
            _ => "BIGINT",
        }
    }

    /// No value of a type.
    fn null(&self, ty: &Type) -> Sql {
        sql!["CAST(NULL AS ", self.type_name(ty), ")"].atom().maybe()
    }

    /// What a common table expression begins with whose columns are worked out once and used several times above. Engines that take it
    /// apart would write each wherever it is used, and again in the steps above.
    fn step(&self) -> &'static str {
        " AS MATERIALIZED ("
    }

    /// How a condition is worked out as a column and stays where it is. Nothing for engines that take the columns of a step as they are;
    /// others write each out in a condition on them, wherever it is used, and so on down the steps.
    fn apart(&self) -> Option<Apart> {
        None
    }

    /// How many tables the engine joins in one step.
    fn tables(&self) -> usize {
        usize::MAX
    }

    /// How many parentheses and cases the engine reads inside of each other, so that no more stand in one expression.
    fn depth(&self) -> usize {
        usize::MAX
    }

    /// A common table expression of constants: its name and those of its columns, in quotes, and the rows.
    fn constants(&self, name: &str, columns: &[String], rows: &[Vec<Option<i64>>]) -> String {
        // The first row says which type the columns have.
        let typed = format!("CAST(NULL AS {})", self.type_name(&Type::Int));
        let rows = rows.iter().enumerate().map(|(index, row)| {
            let null = if index == 0 { &typed } else { "NULL" };
            format!("({})", values(row, null).join(", "))
        });
        let rows: Vec<String> = rows.collect();
        format!("{name} ({}) AS (VALUES {})", columns.join(", "), rows.join(", "))
    }

    /// How the row is joined whose range a value lies in: what the join begins with, and on what it is. The ranges of constants begin at
    /// their column `from`, end before `until`, and leave nothing out.
    fn range(&self, column: &dyn Fn(&str) -> String, value: &Sql) -> (&'static str, Sql) {
        let on = sql![
            column("from"),
            " <= ",
            value,
            " AND ",
            value,
            " < ",
            column("until")
        ];
        ("LEFT JOIN ", on)
    }

    /// What stands at the end of a query.
    fn settings(&self) -> &'static str {
        ""
    }

    /// The place of a bound text.
    fn place(&self, _number: usize) -> String {
        "?".to_owned()
    }

    /// A column of the engine's own type in the logical form.
    fn read(&self, column: Sql, ty: &Type) -> Sql;

    /// A member of a column of JSON, which is in quotes already: text, a bool, an integer, a binary number, or the digits of a decimal as text. Null where it is
    /// null or not there.
    fn member(&self, _column: &str, _path: &[String], _member: Member) -> Option<String> {
        None
    }

    /// Whether a member of that name is found at all.
    fn finds_member(&self, _name: &str) -> bool {
        true
    }

    /// Whether a member is neither null nor what it is to be.
    fn is_other_member(&self, _column: &str, _path: &[String], _member: Member) -> Option<String> {
        None
    }

    /// What stands in JSON as text in the logical form: a decimal, a date as `2026-01-31`, and a datetime in RFC 3339.
    fn of_text(&self, _bind: Bind<'_>, text: Sql, _ty: &Type) -> Sql {
        text
    }

    /// Whether a text in JSON is none of these. It may be asked of any text.
    fn is_no(&self, text: &Sql, _ty: &Type) -> Sql {
        sql![text, " IS NULL"]
    }

    /// A value as a literal of the engine's own type, where values of that type are compared as such.
    fn native(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Decimal(it) => it.to_string(),
            Value::Date(it) => format!("DATE '{it}'"),
            Value::DateTime(it) => format!("TIMESTAMPTZ '{it}'"),
            _ => return None,
        })
    }

    /// Whether a column of the engine's own type can stand before a list of such literals.
    fn lists_natives(&self) -> bool {
        true
    }

    /// Whether two columns of the engine's own type compare as their values do.
    fn compares(&self, _ty: &Type) -> bool {
        true
    }

    /// Days as a date of the engine's own.
    fn date(&self, days: Sql) -> Sql;

    /// A part of a date of the engine's own.
    fn part(&self, date: Sql, part: DatePart) -> Sql;

    /// The date of the engine's own so many months later, clamped to the end of the month; null or out of range beyond the calendar.
    fn months_later(&self, date: Sql, months: i32) -> Sql;

    /// The same of days: also of a day before or after the calendar, as the ends of the calendar have in a zone.
    fn days_months_later(&self, bind: Bind<'_>, days: Sql, months: i32) -> Sql {
        let nullable = days.nullable;
        let date = bind(self.date(days).null_if(nullable));
        self.read(self.months_later(date, months), &Type::Date)
    }

    /// The day of year, month and day, as days; they are a day of the calendar.
    fn day_of(&self, year: Sql, month: Sql, day: Sql) -> Sql {
        let date = sql!["MAKE_DATE(", year, ", ", month, ", ", day, ")"].tight();
        self.read(date, &Type::Date)
    }

    /// Text that is compared byte by byte, whatever the column or the session says.
    fn bytewise(&self, text: String) -> String;

    /// The number of code points.
    fn length(&self, text: Sql) -> Sql {
        sql!["LENGTH(", text, ")"].tight()
    }

    /// Whether a text has another in it.
    fn contains(&self, text: Sql, pattern: Sql) -> Sql {
        sql!["CONTAINS(", text, ", ", pattern, ")"].tight()
    }

    /// The letter U+0000, where texts can have it.
    fn zero_letter(&self) -> Option<&'static str> {
        Some("CHR(0)")
    }

    /// Whether it starts with another text.
    fn starts_with(&self, bind: Bind<'_>, text: Sql, pattern: Sql) -> Sql {
        let pattern = bind(pattern);
        let length = self.length(pattern.clone());
        sql!["SUBSTR(", text, ", 1, ", length, ") = ", pattern]
    }

    /// Whether it ends with another text.
    fn ends_with(&self, bind: Bind<'_>, text: Sql, pattern: Sql) -> Sql {
        let pattern = bind(pattern);
        sql![self.ending(text, &pattern), " = ", pattern]
    }

    /// What follows the last `@` of a text that has one.
    fn after_last(&self, bind: Bind<'_>, text: Sql) -> Sql {
        let text = bind(text);
        let others = sql!["REPLACE(", &text, ", '@', '')"];
        let until = self.length(sql!["RTRIM(", &text, ", ", others, ")"].tight());
        sql!["SUBSTR(", text, ", ", until, " + 1)"].tight()
    }

    /// Its last code points, so many as another text has.
    fn ending(&self, text: Sql, pattern: &Sql) -> Sql {
        sql!["RIGHT(", text, ", LENGTH(", pattern, "))"].tight()
    }

    /// The text without the code points of another at its ends.
    fn trimmed(&self, text: Sql, letters: &str) -> Sql {
        sql!["TRIM(", text, ", ", Arc::<str>::from(letters), ")"].tight()
    }

    /// The text without letters at its end, which are of ASCII and no quotes.
    fn trimmed_end(&self, text: Sql, letters: &'static str) -> Sql {
        sql!["RTRIM(", text, ", '", letters, "')"].tight()
    }

    /// The text with some letters replaced by others.
    fn translated(&self, text: Sql, letters: &[(char, char)]) -> Sql {
        let from: String = letters.iter().map(|(from, _)| *from).collect();
        let to: String = letters.iter().map(|(_, to)| *to).collect();
        sql![
            "TRANSLATE(",
            text,
            ", ",
            Arc::<str>::from(from),
            ", ",
            Arc::<str>::from(to),
            ")"
        ]
        .tight()
    }

    /// A whole number as text.
    fn digits(&self, int: Sql) -> Sql {
        sql!["CAST(", int, " AS VARCHAR)"].tight()
    }

    /// A text of digits as a whole number; null when it is none.
    fn int_of_text(&self, bind: Bind<'_>, text: Sql) -> Sql;

    /// The first sixteen hexadecimal digits, in lower case, of SHA-256 over a salt, a zero byte and a text.
    fn hash(&self, _salt: &str, _text: Sql) -> Option<Sql> {
        None
    }

    /// A number in which sums and products of two others are exact, or can be told to be out of range.
    fn wide(&self, int: Sql) -> Sql {
        sql!["CAST(", int, " AS DECIMAL(38, 0))"].tight()
    }

    /// A wide number as a 64-bit integer, null when it is out of range.
    fn narrow(&self, _: Bind<'_>, wide: Sql) -> Sql {
        sql!["TRY_CAST(", wide, " AS BIGINT)"].tight().maybe()
    }

    /// The quotient of integers, cut toward zero. The divisor is not zero.
    fn quotient(&self, int: Sql, divisor: Sql) -> Sql {
        sql![int.operand(), " / ", divisor.operand()]
    }

    /// What a division leaves, with the sign of the dividend.
    fn remainder(&self, int: Sql, divisor: Sql) -> Sql {
        sql![int.operand(), " % ", divisor.operand()]
    }

    /// `units * other / 10000`, rounded half away from zero, null when out of range.
    fn decimal_product(&self, bind: Bind<'_>, units: Sql, other: Sql) -> Sql {
        let product = sql![self.wide(units), " * ", self.wide(other)];
        self.rounded(bind, product, self.wide(sql!["10000"].atom()))
    }

    /// `units * 10000 / other`, rounded half away from zero, null when out of range or when the divisor is zero.
    fn decimal_quotient(&self, bind: Bind<'_>, units: Sql, other: Sql) -> Sql {
        let numerator = sql![self.wide(units), " * 10000"];
        let divisor = sql!["NULLIF(", self.wide(other), ", 0)"].tight().maybe();
        self.rounded(bind, numerator, divisor)
    }

    /// What `COUNT` gives as a 64-bit integer.
    fn counted(&self, count: Sql) -> Sql {
        count
    }

    /// What has to be added up, row by row, for the exact total of integers.
    fn addends(&self, int: Sql) -> Vec<Sql> {
        vec![int]
    }

    /// The total of integers out of the sums of their addends; null when out of range.
    fn total(&self, bind: Bind<'_>, sums: Vec<Sql>) -> Sql {
        let [sum] = <[Sql; 1]>::try_from(sums).unwrap_or_default();
        self.narrow(bind, sum)
    }

    /// The total times a small factor divided by a count that is not zero, rounded half away from zero.
    fn mean(&self, bind: Bind<'_>, sums: Vec<Sql>, factor: i64, count: Sql) -> Sql {
        let [sum] = <[Sql; 1]>::try_from(sums).unwrap_or_default();
        let total = if factor == 1 {
            sum
        } else {
            sql![sum, " * ", factor]
        };
        self.rounded(bind, total, self.wide(count))
    }

    /// The quotient of wide numbers, cut toward zero. The divisor is not zero.
    fn wide_quotient(&self, wide: Sql, divisor: Sql) -> Sql {
        self.quotient(wide, divisor)
    }

    /// What a division of wide numbers leaves, of which none is negative. The divisor is not zero.
    fn wide_remainder(&self, wide: Sql, divisor: Sql) -> Sql {
        self.remainder(wide, divisor)
    }

    /// The quotient of wide numbers, rounded half away from zero, null when out of range.
    fn rounded(&self, bind: Bind<'_>, numerator: Sql, divisor: Sql) -> Sql {
        let (n, d) = (bind(numerator), bind(divisor));
        let size = |it: &Sql| sql!["ABS(", it, ")"].tight();
        let whole = self.wide_quotient(size(&n), size(&d));
        let rest = self.wide_remainder(size(&n), size(&d)).operand();
        let away = sql!["CASE WHEN ", rest, " * 2 >= ABS(", &d, ") THEN 1 ELSE 0 END"].operand();
        let sign = sql!["CASE WHEN (", &n, " < 0) = (", &d, " < 0) THEN 1 ELSE -1 END"].operand();
        self.narrow(
            bind,
            sql![sql![whole.operand(), " + ", away].operand(), " * ", sign],
        )
    }

    /// An integer as a binary number, the nearest one.
    fn to_float(&self, int: Sql) -> Sql {
        sql!["CAST(", int, " AS DOUBLE)"].tight()
    }

    /// A binary number without its fraction.
    fn truncated(&self, float: Sql) -> Sql {
        sql!["TRUNC(", float, ")"].tight()
    }

    /// A binary number without fraction and in range as an integer.
    fn to_int(&self, float: Sql) -> Sql {
        sql!["CAST(", float, " AS BIGINT)"].tight()
    }

    /// The binary number downward to a whole one.
    fn floor(&self, float: Sql) -> Sql {
        sql!["FLOOR(", float, ")"].tight()
    }

    /// The binary number upward to a whole one.
    fn ceil(&self, float: Sql) -> Sql {
        sql!["CEIL(", float, ")"].tight()
    }

    /// Whether the two zeros of binary numbers are two values in a list of constants, to a `GROUP BY`, or in a condition by which
    /// tables are joined.
    fn tells_zeros_apart(&self) -> bool {
        false
    }

    /// A binary number of whose zeros there is one.
    fn one_zero(&self, float: Sql) -> Sql {
        sql![float.operand(), " + ", self.float(0.0)]
    }

    /// Whether a binary number is finite.
    fn is_finite(&self, float: &Sql) -> Sql {
        sql!["ABS(", float, ") <= ", self.float(f64::MAX)]
    }

    /// A binary number, null when it is not finite.
    fn finite(&self, bind: Bind<'_>, float: Sql) -> Sql {
        let float = bind(float.maybe());
        sql!["CASE WHEN ", self.is_finite(&float), " THEN ", &float, " END"].maybe()
    }

    /// The result of a calculation with binary numbers, null when it is not finite.
    fn float_arithmetic(&self, bind: Bind<'_>, op: char, lhs: Sql, rhs: Sql) -> Sql {
        self.finite(bind, sql![lhs.operand(), " ", op.to_string(), " ", rhs.operand()])
    }

    /// How its regular expressions are written.
    fn patterns(&self) -> Option<&'static Patterns> {
        None
    }

    /// Whether a regular expression is found in a text.
    fn found(&self, _text: Sql, _pattern: Sql) -> Option<Nearly> {
        None
    }

    /// A text in small letters, or in capitals.
    fn recased(&self, text: Sql, capitals: bool) -> Option<Nearly> {
        let name = if capitals { "UPPER(" } else { "LOWER(" };
        let differs = "letters are those of the Unicode of the engine";
        Some(Nearly::new(sql![name, text, ")"].tight(), differs))
    }

    /// A binary number as text.
    fn float_digits(&self, float: Sql) -> Option<Nearly> {
        let differs = "large and small numbers have an exponent";
        Some(Nearly::new(self.digits(float), differs))
    }

    /// The sum of binary numbers, null when it is not finite.
    fn float_total(&self, bind: Bind<'_>, sum: Sql) -> Option<Nearly> {
        let differs = "the numbers are added in any order, which the last digits depend on";
        Some(Nearly::new(self.finite(bind, sum), differs))
    }

    /// The angle, in radians, whose sine is a binary number from 0 to 1, which may be calculated to be a hair more.
    fn arc_sine(&self, sine: Sql) -> Option<Nearly> {
        let sql = sql!["ASIN(LEAST(", sine, ", ", self.float(1.0), "))"].tight();
        Some(Nearly::new(sql, "the last digits may be others"))
    }

    /// The square root of an integer as a binary number.
    fn square_root(&self, wide: Sql) -> Sql {
        sql!["SQRT(", self.to_float(wide), ")"].tight()
    }

    /// The name of the function that gives the smaller, or larger, of two values.
    fn scalar_extreme(&self, larger: bool) -> &'static str {
        if larger { "GREATEST" } else { "LEAST" }
    }
}

/// Numbers as they are written in a row of constants.
pub(super) fn values(row: &[Option<i64>], null: &str) -> Vec<String> {
    let written = |it: &Option<i64>| it.map_or_else(|| null.to_owned(), |it| it.to_string());
    row.iter().map(written).collect()
}

/// A value in the logical form, when that is an integer.
pub(in crate::sql) fn integer(value: &Value) -> Option<i64> {
    Some(match value {
        Value::Int(it) => *it,
        Value::Decimal(it) => it.units(),
        Value::Date(it) => it.days().into(),
        Value::DateTime(it) => it.micros(),
        Value::Duration(it) => it.micros(),
        _ => return None,
    })
}
