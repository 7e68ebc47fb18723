//! What a value has to be.

use std::sync::Arc;

use super::{At, Contract, first, told};
use crate::{
    sql::{
        Dialect,
        dialect::Member,
        mapping::{Column, Form, StoredColumn},
        translate::{
            fragment::{Sql, sql},
            member::{logical_member, read_member},
        },
    },
    value::{Date, DateTime, Decimal, Schemes, Type, Value},
};

impl Contract<'_> {
    /// A value is one of its type.
    pub(super) fn value(&mut self, at: At<'_>, column: &Column, ty: &Type) {
        if let Column::Place(place) = column {
            for name in [&place.x, &place.y, &place.z] {
                self.stored_as(at, name, &Type::Int, Form::Native);
                let outside = sql![self.encoding.quote(name), " NOT BETWEEN -100000000 AND 100000000"];
                self.breach(
                    at,
                    name,
                    "no coordinate of a unit vector in units of 10⁻⁸",
                    outside,
                );
            }
            return;
        }
        if let Some(stored) = column.member() {
            return self.inside(at, column, stored, ty);
        }
        let (name, form) = (first(column), column.form());
        self.stored_as(at, name, ty, form);
        let it = self.column_of(name, ty);
        match (ty, form) {
            (Type::Float, _) => {
                let infinite = sql!["NOT ", self.encoding.is_finite(&it).operand()];
                self.breach(at, name, "not a finite number", infinite);
            }
            (Type::Decimal, Form::Native) => {
                let [least, most] = [i64::MIN, i64::MAX]
                    .map(|units| self.bound(&Value::Decimal(Decimal::from_units(units)), form));
                let bounds = sql![least, " AND ", most];
                let rest = if self.dialect == Dialect::DataFusion {
                    // Its rounded numbers have a type of their own, which it does not compare.
                    sql![&it, " % CAST('0.0001' AS DECIMAL(19, 4)) <> 0"]
                } else {
                    sql!["ROUND(", &it, ", 4) <> ", &it]
                };
                let inexact = sql![&it, " NOT BETWEEN ", bounds, " OR ", rest];
                self.breach(
                    at,
                    name,
                    "more than four digits after the point, or out of range",
                    inexact,
                );
            }
            (Type::Date, form) => {
                let [from, to] = [(1, 1, 1), (9999, 12, 31)].map(|(year, month, day)| {
                    let day = Date::from_ymd(year, month, day).expect("a day of the calendar");
                    self.bound(&Value::Date(day), form)
                });
                let outside = sql![&it, " NOT BETWEEN ", from, " AND ", to];
                let outside = match (self.dialect, form) {
                    // Texts that are no days of the calendar are between them, too.
                    (Dialect::Sqlite, Form::Native) => sql![outside, " OR DATE(", &it, ") IS NOT ", &it],
                    _ => outside,
                };
                self.breach(at, name, "no day of the years 0001 to 9999", outside);
            }
            (Type::DateTime, form) => {
                let [from, to] = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"].map(|moment| {
                    let moment: DateTime = moment.parse().expect("an instant of the calendar");
                    self.bound(&Value::DateTime(moment), form)
                });
                let outside = sql![&it, " NOT BETWEEN ", from, " AND ", to];
                self.breach(at, name, "no instant of the years 0001 to 9999", outside);
            }
            _ => {}
        }
        if ty.is_text() {
            self.text(at, name, &it, ty);
        }
    }

    /// A text is one of its type, and has no U+0000.
    fn text(&mut self, at: At<'_>, name: &str, it: &Sql, ty: &Type) {
        match ty {
            Type::Words(words) => {
                let other = sql![it, " NOT IN (", Self::texts(words.iter().map(|it| &**it)), ")"];
                self.breach(at, name, "no word of the enumeration", other);
            }
            Type::Url => {
                let mut other = Sql::default();
                let schemes = Schemes::default();
                for (index, scheme) in schemes.each().enumerate() {
                    let scheme = format!("{scheme}:");
                    let length = i64::try_from(scheme.len()).unwrap_or(0);
                    let begins = sql!["LOWER(SUBSTR(", it, ", 1, ", length, "))"];
                    let and = if index == 0 { "" } else { " AND " };
                    other = sql![other, and, begins, " <> ", Arc::<str>::from(scheme)];
                }
                self.breach(at, name, "no URL of http, https, mailto or tel", other);
            }
            _ => {}
        }
        let zero = self.encoding.zero_letter();
        let zero = zero.map(|zero| self.encoding.contains(it.clone(), sql![zero]));
        if let Some(zero) = zero {
            self.breach(at, name, "text with the character U+0000", zero);
        }
    }

    /// A value inside of JSON is of its type.
    fn inside(&mut self, at: At<'_>, column: &Column, stored: &StoredColumn, ty: &Type) {
        let (name, form) = (told(column), stored.form);
        let (quoted, member) = (self.encoding.quote(&stored.column), Member::of(ty, form));
        let encoding = self.encoding;
        let (Some(other), Some(it)) = (
            encoding.is_other_member(&quoted, &stored.json, member),
            read_member(encoding, &quoted, &stored.json, member),
        ) else {
            return;
        };
        let (other, it) = (sql![other], sql![it]);
        let kind = match member {
            Member::Text => "no text of JSON",
            Member::Bool => "no bool of JSON",
            Member::Int => "no whole number of JSON of 64 bits",
            Member::Float => "no number of JSON, or out of range",
            Member::Digits => "neither a number of JSON that keeps its digits nor a text",
        };
        self.breach(at, &name, kind, other.clone());
        // What is of another kind is told already, and might stop the engine.
        let guarded = |condition: Sql| sql!["CASE WHEN ", &other, " THEN FALSE ELSE ", condition, " END"];
        let logical = logical_member(encoding, &mut |sql| sql, it.clone(), ty, form).operand();
        let outside = match (range(ty), form) {
            (Some((low, high)), _) => {
                let outside = sql![logical, " NOT BETWEEN ", low, " AND ", high];
                match form {
                    Form::Native => sql![
                        "CASE WHEN ",
                        encoding.is_no(&it, ty),
                        " THEN TRUE ELSE ",
                        outside,
                        " END"
                    ],
                    _ => outside,
                }
            }
            (None, Form::Native) if *ty == Type::Decimal => encoding.is_no(&it, ty),
            _ => {
                if ty.is_text() {
                    self.text(at, &name, &it, ty);
                }
                return;
            }
        };
        let problem = match ty {
            Type::Date => "no day of the years 0001 to 9999",
            Type::DateTime => "no instant of the years 0001 to 9999",
            _ => "more than four digits after the point, or out of range",
        };
        self.breach(at, &name, problem, guarded(outside));
    }

    /// SQLite keeps anything in any column.
    pub(super) fn stored_as(&mut self, at: At<'_>, name: &str, ty: &Type, form: Form) {
        if self.dialect != Dialect::Sqlite {
            return;
        }
        let it = self.encoding.quote(name);
        let kind = match (ty, form) {
            (_, Form::Units | Form::Micros | Form::Days) | (Type::Bool | Type::Int, _) => "integer",
            (Type::Float, _) => "real",
            _ => "text",
        };
        let other = sql!["TYPEOF(", it.clone(), ") NOT IN ('", kind, "', 'null')"];
        self.breach(at, name, &format!("not stored as {kind}"), other);
        if *ty == Type::Bool {
            self.breach(at, name, "neither 0 nor 1", sql![it, " NOT IN (0, 1)"]);
        }
    }
}

/// The first and the last value of the calendar, in the logical form.
fn range(ty: &Type) -> Option<(i64, i64)> {
    match ty {
        Type::Date => Some((Date::MIN.days().into(), Date::MAX.days().into())),
        Type::DateTime => Some((DateTime::MIN.micros(), DateTime::MAX.micros())),
        _ => None,
    }
}
