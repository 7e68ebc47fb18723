//! The rows that break the data contract, as a query.

mod value;
mod write;

use crate::{
    hir::Module,
    schema::{Catalog, Layout, Schema, Slot},
    value::Type,
};

use super::{
    Dialect, Mapping, Query, SqlError,
    dialect::{Encoding, Member},
    mapping::{Column, Form, Table},
    translate::{
        WHITE_SPACE,
        fragment::{Sql, sql},
    },
};

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
            self.encoding.table(list),
            " AS ",
            alias("i"),
            "\nJOIN ",
            self.encoding.table(at.table),
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
            self.encoding.table(at.table),
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
