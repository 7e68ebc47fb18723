//! The rows that break the data contract, as a query.

use std::sync::Arc;

use crate::{
    hir::Module,
    schema::{Catalog, Layout, Schema, Slot},
    value::{Date, DateTime, Decimal, Schemes, Type, Value},
};

use super::{
    Dialect, Mapping, Query, SqlError,
    dialect::{Encoding, Member},
    mapping::{Column, Form, StoredColumn, Table},
    query::Piece,
    translate::{
        WHITE_SPACE,
        fragment::{Part, Sql, sql},
        member::{logical_member, read_member},
    },
};

/// A statement has no more parts than this; SQLite stops at 500.
const PARTS: usize = 250;

/// What the query gives of each breach.
const COLUMNS: [&str; 4] = ["table", "key", "column", "problem"];

/// Writes the query that gives a row for each breach.
pub(crate) fn contract(module: &Module, dialect: Dialect, mapping: &Mapping) -> Result<Query, SqlError> {
    let schema = &module.schema;
    mapping.check(schema, &module.functions, dialect)?;
    let mut contract = Contract {
        schema,
        dialect,
        encoding: dialect.encoding(),
        breaches: Vec::new(),
    };
    let layout = Layout::of_fields(&schema.customer);
    contract.table(&mapping.customers, &layout, &[key_type(&layout)], true);
    for (name, table) in &mapping.events {
        let event = Layout::of_event(&schema.events[name.as_str()].fields);
        contract.table(table, &event, &[key_type(&layout)], false);
    }
    for (name, table) in &mapping.catalogs {
        let items = Layout::of_fields(&schema.catalogs[name.as_str()].fields);
        contract.table(table, &items, &[key_type(&items)], true);
    }
    Ok(Query {
        dialect,
        pieces: contract.write(),
        columns: COLUMNS.map(str::to_owned).to_vec(),
        approximate: Vec::new(),
        everyone: Vec::new(),
    })
}

fn key_type(layout: &Layout) -> Type {
    let key = layout.slots.iter().find(|slot| slot.roles.key);
    key.map_or(Type::String, |slot| slot.ty.clone())
}

struct Contract<'s> {
    schema: &'s Schema,
    dialect: Dialect,
    encoding: &'static dyn Encoding,
    /// A `SELECT` each.
    breaches: Vec<Sql>,
}

/// The table that is looked at.
#[derive(Clone, Copy)]
struct At<'t> {
    table: &'t Table,
    keys: &'t [Type],
}

impl Contract<'_> {
    /// A table and those of its lists; `alone` where a key has one row.
    fn table(&mut self, table: &Table, layout: &Layout, keys: &[Type], alone: bool) {
        let at = At { table, keys };
        for (name, ty) in table.key.iter().zip(keys) {
            let key = self.column_of(name, ty);
            self.breach(
                at,
                name,
                "null, but it says whose row it is",
                sql![&key, " IS NULL"],
            );
            self.stored_as(at, name, ty, Form::Native);
        }
        if let Some(sequence) = &table.sequence {
            let column = self.column_of(sequence, &Type::Int);
            self.breach(
                at,
                sequence,
                "null, but it orders the rows",
                sql![&column, " IS NULL"],
            );
            self.stored_as(at, sequence, &Type::Int, Form::Native);
            self.twice(at, Some(sequence), "not the only row of this key and sequence");
        } else if alone {
            self.twice(at, None, "not the only row of this key");
        }
        if let Some(moment) = &table.at {
            self.required(at, moment, &Type::DateTime, "null, but required");
            self.value(at, moment, &Type::DateTime);
        }
        for (path, column) in &table.columns {
            let Some(slot) = layout.slots.iter().find(|slot| slot.mapped() == *path) else {
                continue;
            };
            let ty = self.kept_as(&slot.ty);
            self.presence(at, layout, slot, column);
            self.value(at, column, &ty);
            self.roles(at, slot, column);
        }
        let mut of = keys.to_vec();
        of.extend(table.sequence.as_ref().map(|_| Type::Int));
        for (path, list) in &table.lists {
            let slot = layout.slots.iter().find(|slot| slot.mapped() == *path);
            if let Some(present) = &list.present {
                let column = self.column_of(present, &Type::Bool);
                self.breach(
                    at,
                    present,
                    "null, but it tells whether the list is there",
                    sql![&column, " IS NULL"],
                );
                self.stored_as(at, present, &Type::Bool, Form::Native);
                self.items_of_none(at, list, &of, present);
            }
            if let Some(items) = slot.and_then(|slot| slot.items.as_ref()) {
                self.table(list, items, &of, false);
            }
        }
    }

    /// References are kept as the keys of what they point to.
    fn kept_as(&self, ty: &Type) -> Type {
        match ty {
            Type::Ref(catalog)
                if self
                    .schema
                    .catalogs
                    .get(catalog)
                    .is_some_and(Catalog::has_int_key) =>
            {
                Type::Int
            }
            Type::Ref(_) => Type::String,
            other => other.clone(),
        }
    }

    /// A value that is required is there, and one that is required of a record is there where the record is.
    fn presence(&mut self, at: At<'_>, layout: &Layout, slot: &Slot, column: &Column) {
        if let Column::Place(place) = column {
            let names = [&place.x, &place.y, &place.z].map(|it| self.encoding.quote(it));
            let [x, y, z] = &names;
            let differ = format!("({x} IS NULL) <> ({y} IS NULL) OR ({x} IS NULL) <> ({z} IS NULL)");
            self.breach(
                at,
                &place.x,
                "some coordinates of a place are null, and others are not",
                sql![differ],
            );
        }
        if !slot.optional {
            self.required(at, column, &slot.ty, "null, but required");
        } else if slot.record > 0 {
            // The record is known when one of its values is.
            let record = &slot.path[..slot.record];
            let inside = layout
                .slots
                .iter()
                .filter(|it| it.path.starts_with(record) && it.path != slot.path);
            let others: Vec<String> = inside
                .filter_map(|it| at.table.columns.get(&it.mapped()))
                .map(|it| format!("{} IS NOT NULL", self.plain(it)))
                .collect();
            if others.is_empty() {
                return;
            }
            let null = sql![self.plain(column), " IS NULL AND (", others.join(" OR "), ")"];
            let problem = format!(
                "null, but required where others of `{}` are known",
                record.join(".")
            );
            self.breach(at, &told(column), &problem, null);
        }
    }

    fn required(&mut self, at: At<'_>, column: &Column, ty: &Type, problem: &str) {
        let null = sql![self.text_or_value(column, ty), " IS NULL"];
        self.breach(at, &told(column), problem, null);
    }

    /// The first column as it is, or a member of it as text: null where the value is missing.
    fn plain(&self, column: &Column) -> String {
        let quoted = self.encoding.quote(first(column));
        let member = column
            .member()
            .and_then(|it| self.encoding.member(&quoted, &it.json, Member::Text));
        member.unwrap_or(quoted)
    }

    /// The same, compared byte by byte where it is text.
    fn text_or_value(&self, column: &Column, ty: &Type) -> String {
        let ty = column.member().map_or(ty, |_| &Type::String);
        self.compared(self.plain(column), ty)
    }

    /// A value is one of its type.
    fn value(&mut self, at: At<'_>, column: &Column, ty: &Type) {
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
                let infinite = match self.dialect {
                    Dialect::Sqlite => sql!["ABS(", &it, ") > 1.7976931348623157e308"],
                    Dialect::DuckDb => sql!["NOT ISFINITE(", &it, ")"],
                    Dialect::ClickHouse => sql!["NOT isFinite(", &it, ")"],
                    // No number is larger than one that is none.
                    Dialect::DataFusion | Dialect::Spark => {
                        sql!["ABS(", &it, ") > ", self.encoding.float(f64::MAX)]
                    }
                    Dialect::PostgreSql => sql![
                        &it,
                        " IN ('NaN'::float8, 'Infinity'::float8, '-Infinity'::float8)"
                    ],
                };
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
        let zero = match self.dialect {
            Dialect::Sqlite => Some(sql!["INSTR(", it, ", CHAR(0)) > 0"]),
            Dialect::DuckDb | Dialect::DataFusion | Dialect::Spark => {
                Some(sql!["CONTAINS(", it, ", CHR(0))"])
            }
            Dialect::ClickHouse => Some(sql!["position(", it, ", char(0)) > 0"]),
            // It has no such texts.
            Dialect::PostgreSql => None,
        };
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
    fn stored_as(&mut self, at: At<'_>, name: &str, ty: &Type, form: Form) {
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

    /// Text that counts as missing is missing, and short text is short.
    fn roles(&mut self, at: At<'_>, slot: &Slot, column: &Column) {
        let name = &told(column);
        let it = sql![self.text_or_value(column, &slot.ty)];
        if let Some(filled) = slot.roles.filled.as_ref().filter(|_| slot.ty.is_text()) {
            let blank = sql![self.encoding.trimmed(it.clone(), WHITE_SPACE), " = ''"];
            self.breach(at, name, "blank, which is to be null", blank);
            if !filled.except.is_empty() {
                let word = sql![
                    &it,
                    " IN (",
                    Self::texts(filled.except.iter().map(|it| &**it)),
                    ")"
                ];
                self.breach(
                    at,
                    name,
                    "a word that counts as missing, which is to be null",
                    word,
                );
            }
        }
        if let Some(most) = slot.roles.letters {
            let long = sql![self.encoding.length(it), " > ", i64::from(most)];
            self.breach(at, name, &format!("more than {most} letters"), long);
        }
    }

    /// A list that is not there has no items: a database would find them all the same.
    fn items_of_none(&mut self, at: At<'_>, list: &Table, of: &[Type], present: &str) {
        let alias = |name: &str| self.encoding.quote(name);
        let quote = |of: &str, name: &str| format!("{}.{}", alias(of), alias(name));
        let own: Vec<&String> = at.table.key.iter().chain(&at.table.sequence).collect();
        let pairs = list.key.iter().zip(own).zip(of).map(|((key, own), ty)| {
            let [key, own] = [quote("i", key), quote("r", own)].map(|it| self.compared(it, ty));
            format!("{key} = {own}")
        });
        let on = pairs.collect::<Vec<_>>().join(" AND ");
        let mut key: Vec<Sql> = list.key.iter().map(|name| sql![quote("i", name)]).collect();
        key.extend(list.sequence.as_ref().map(|name| sql![quote("i", name)]));
        let column = list.key.first().map_or("", String::as_str);
        let items = At {
            table: list,
            keys: of,
        };
        let row = self.row(
            items,
            self.key_text(key),
            column,
            "an item of a list that is not there",
        );
        let breach = sql![
            row,
            "\nFROM ",
            self.name(list),
            " AS ",
            alias("i"),
            "\nJOIN ",
            self.name(at.table),
            " AS ",
            alias("r"),
            " ON ",
            on,
            "\nWHERE NOT ",
            quote("r", present)
        ];
        self.breaches.push(breach);
    }

    /// Rows that share their key, and their sequence where there is one.
    fn twice(&mut self, at: At<'_>, sequence: Option<&str>, problem: &str) {
        let mut columns: Vec<Sql> = at
            .table
            .key
            .iter()
            .zip(at.keys)
            .map(|(name, ty)| self.column_of(name, ty))
            .collect();
        columns.extend(sequence.map(|name| self.column_of(name, &Type::Int)));
        let (mut named, mut group, mut known) = (Sql::default(), Sql::default(), Sql::default());
        let mut key = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let (comma, and) = if index == 0 { ("", "") } else { (", ", " AND ") };
            let alias = self.encoding.quote(&format!("k{}", index + 1));
            named = sql![named, comma, column, " AS ", alias.clone()];
            group = sql![group, comma, column];
            known = sql![known, and, column, " IS NOT NULL"];
            key.push(sql![self.encoding.quote("d"), ".", alias]);
        }
        let from = sql![
            "(\n  SELECT ",
            named,
            "\n  FROM ",
            self.name(at.table),
            "\n  WHERE ",
            known,
            "\n  GROUP BY ",
            group,
            "\n  HAVING COUNT(*) > 1\n) AS ",
            self.encoding.quote("d")
        ];
        let column = sequence.unwrap_or(&at.table.key[0]);
        let row = self.row(at, self.key_text(key), column, problem);
        self.breaches.push(sql![row, "\nFROM ", from]);
    }

    fn breach(&mut self, at: At<'_>, column: &str, problem: &str, condition: Sql) {
        let mut key: Vec<Sql> = at
            .table
            .key
            .iter()
            .map(|name| sql![self.encoding.quote(name)])
            .collect();
        key.extend(
            at.table
                .sequence
                .as_ref()
                .map(|name| sql![self.encoding.quote(name)]),
        );
        let row = self.row(at, self.key_text(key), column, problem);
        let from = self.name(at.table);
        self.breaches
            .push(sql![row, "\nFROM ", from, "\nWHERE ", condition]);
    }

    fn row(&self, at: At<'_>, key: Sql, column: &str, problem: &str) -> Sql {
        let [table_name, key_name, column_name, problem_name] = COLUMNS.map(|it| self.encoding.quote(it));
        let table = at.table.table.to_string();
        sql![
            "SELECT\n  ",
            Arc::<str>::from(table),
            " AS ",
            table_name,
            ",\n  ",
            key,
            " AS ",
            key_name,
            ",\n  ",
            Arc::<str>::from(column),
            " AS ",
            column_name,
            ",\n  ",
            Arc::<str>::from(problem),
            " AS ",
            problem_name
        ]
    }

    /// The columns of a key as one text.
    fn key_text(&self, key: Vec<Sql>) -> Sql {
        let text_type = self.encoding.type_name(&Type::String);
        let mut text = Sql::default();
        for (index, column) in key.into_iter().enumerate() {
            let comma = if index == 0 { "" } else { " || ', ' || " };
            let cast = sql!["CAST(", column, " AS ", text_type, ")"];
            let plain = self.encoding.bytewise(String::new());
            text = sql![text, comma, "COALESCE(", cast, plain, ", 'null')"];
        }
        text
    }

    fn name(&self, table: &Table) -> String {
        let parts: Vec<String> = table
            .table
            .parts()
            .iter()
            .map(|it| self.encoding.quote(it))
            .collect();
        parts.join(".")
    }

    /// A column, compared byte by byte where it is text.
    fn column_of(&self, name: &str, ty: &Type) -> Sql {
        sql![self.compared(self.encoding.quote(name), ty)]
    }

    fn compared(&self, column: String, ty: &Type) -> String {
        if ty.is_text() {
            self.encoding.bytewise(column)
        } else {
            column
        }
    }

    fn bound(&self, value: &Value, form: Form) -> String {
        let native = (form == Form::Native)
            .then(|| self.encoding.native(value))
            .flatten();
        native.unwrap_or_else(|| self.encoding.literal(value))
    }

    fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Sql {
        let mut list = Sql::default();
        for (index, text) in texts.enumerate() {
            list = sql![list, if index == 0 { "" } else { ", " }, Arc::<str>::from(text)];
        }
        list
    }

    /// One after the other; in several steps where they are many.
    fn write(self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let text = |pieces: &mut Vec<Piece>, text: &str| match pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            _ => pieces.push(Piece::Text(text.to_owned())),
        };
        let steps = self.breaches.len().div_ceil(PARTS);
        for (step, breaches) in self.breaches.chunks(PARTS).enumerate() {
            if steps > 1 {
                text(&mut pieces, if step == 0 { "WITH " } else { ",\n" });
                let part = self.encoding.quote(&format!("part_{}", step + 1));
                text(&mut pieces, &format!("{part} AS (\n"));
            }
            for (index, breach) in breaches.iter().enumerate() {
                if index > 0 {
                    text(&mut pieces, "\nUNION ALL\n");
                }
                for part in &breach.parts {
                    match part {
                        Part::Text(it) => text(&mut pieces, it),
                        Part::Value(value) => pieces.push(Piece::Value(value.clone())),
                        Part::Open => text(&mut pieces, "("),
                        Part::Close => text(&mut pieces, ")"),
                        // Only translations have these.
                        Part::Column(_) | Part::And | Part::Or => {}
                    }
                }
            }
            text(&mut pieces, if steps > 1 { "\n)" } else { "\n" });
        }
        if steps > 1 {
            let all: Vec<String> = (1..=steps)
                .map(|step| format!("SELECT * FROM {}", self.encoding.quote(&format!("part_{step}"))))
                .collect();
            text(&mut pieces, &format!("\n{}\n", all.join("\nUNION ALL\n")));
        }
        let settings = self.encoding.settings().trim_start();
        if !settings.is_empty() {
            text(&mut pieces, &format!("{settings}\n"));
        }
        pieces
    }
}

fn first(column: &Column) -> &str {
    column.names().next().unwrap_or_default()
}

/// How a column is told: with the path inside of it.
fn told(column: &Column) -> String {
    let mut told = first(column).to_owned();
    for name in column.member().into_iter().flat_map(|it| &it.json) {
        told.push('.');
        told += name;
    }
    told
}

/// The first and the last value of the calendar, in the logical form.
fn range(ty: &Type) -> Option<(i64, i64)> {
    match ty {
        Type::Date => Some((Date::MIN.days().into(), Date::MAX.days().into())),
        Type::DateTime => Some((DateTime::MIN.micros(), DateTime::MAX.micros())),
        _ => None,
    }
}
