//! Mappings with other names and forms than a draft has.

use audience::{
    Schema, Type,
    sql::{Column, Dialect, Form, Mapping, PlaceColumns, Table, TableName},
};

use super::store::Shape;
use crate::properties::choices::Choices;

/// Names that must be quoted, and quoted well.
const NAMES: &[&str] = &[
    "", "order", "Select", "a b", "\"q\"", "it's", "é😀", "a.b", "--x", "a\\b", "?1", "$1", ":x", "%_", "/*",
];

/// So many bytes of a name tell it from others in every engine.
const LONGEST: usize = 40;

struct Varying<'c, 'n> {
    choices: &'c mut Choices<'n>,
    dialect: Dialect,
    /// So many names were given.
    names: usize,
    /// The column of the table that has JSON, if it has one, and the member in which others are.
    json: Option<(String, String)>,
}

/// Gives columns and tables other names, and values other forms that the engine can have.
pub(super) fn vary(mapping: &mut Mapping, schema: &Schema, dialect: Dialect, choices: &mut Choices<'_>) {
    let mut varying = Varying {
        choices,
        dialect,
        names: 0,
        json: None,
    };
    varying.table(&mut mapping.customers, Shape::Record(&schema.customer));
    for (name, table) in &mut mapping.events {
        varying.table(table, Shape::Record(&schema.events[&**name].fields));
    }
    for (name, table) in &mut mapping.catalogs {
        varying.table(table, Shape::Record(&schema.catalogs[&**name].fields));
    }
}

impl Varying<'_, '_> {
    fn table(&mut self, table: &mut Table, shape: Shape<'_>) {
        let name = self.name(&table.table.to_string());
        table.table = match self.dialect {
            Dialect::Sqlite if self.choices.one_in(2) => TableName::Qualified(vec!["main".to_owned(), name]),
            Dialect::ClickHouse if self.choices.one_in(2) => {
                TableName::Qualified(vec!["the case".to_owned(), name])
            }
            _ => TableName::Plain(name),
        };
        let keys = table.key.clone();
        for column in &mut table.key {
            *column = self.name(column);
        }
        if let Some(at) = &mut table.at {
            *at = self.column(at, &Type::DateTime);
        }
        if let Some(sequence) = &mut table.sequence {
            *sequence = self.name(sequence);
        }
        let reads_json = matches!(
            self.dialect,
            Dialect::Sqlite | Dialect::DuckDb | Dialect::PostgreSql
        );
        self.json = (reads_json && self.choices.one_in(2)).then(|| (self.name("json"), self.name("inner")));
        let slots = shape.slots();
        for (path, column) in &mut table.columns {
            let slot = slots
                .iter()
                .find(|it| it.path == *path)
                .expect("drafted from the schema");
            match (&*column, keys.iter().position(|it| *it == column.to_string())) {
                (_, Some(key)) => *column = Column::Plain(table.key[key].clone()),
                (other, None) => *column = self.column(other, slot.ty),
            }
        }
        for (path, list) in &mut table.lists {
            let slot = slots
                .iter()
                .find(|it| it.path == *path)
                .expect("drafted from the schema");
            let Type::List(item) = slot.ty else {
                panic!("`{path}` is no list")
            };
            if let Some(present) = &mut list.present {
                *present = self.name(present);
            }
            let roles = audience::Roles::default();
            self.table(list, Shape::of_items(item, &roles));
        }
    }

    /// A place inside of the column that has JSON.
    fn member(&mut self, name: &str) -> Option<(String, Vec<String>)> {
        let (column, inner) = self.json.clone()?;
        if self.choices.one_in(2) {
            return None;
        }
        let name = self.name(name);
        // SQLite does not find others.
        let name = match self.dialect {
            Dialect::Sqlite => name.replace(['"', '\\'], "'"),
            _ => name,
        };
        let inner = match self.dialect {
            Dialect::Sqlite => inner.replace(['"', '\\'], "'"),
            _ => inner,
        };
        let path = if self.choices.one_in(2) {
            vec![name]
        } else {
            vec![inner, name]
        };
        Some((column, path))
    }

    /// A name that no other table or column has.
    fn name(&mut self, name: &str) -> String {
        self.names += 1;
        let name: String = name.chars().take(LONGEST / 4).collect();
        if self.choices.one_in(2) {
            format!("{name}{}", self.names)
        } else {
            format!("{}{}", self.choices.pick(NAMES), self.names)
        }
    }

    fn column(&mut self, column: &Column, ty: &Type) -> Column {
        if let Column::Place(place) = column {
            let [x, y, z] = [&place.x, &place.y, &place.z].map(|it| self.name(it));
            return Column::Place(PlaceColumns { x, y, z });
        }
        let member = self.member(&column.to_string());
        let name = self.name(&column.to_string());
        let form = match ty {
            Type::Decimal => Form::Units,
            Type::DateTime => Form::Micros,
            Type::Date => Form::Days,
            Type::String | Type::Url | Type::Words(_) | Type::Ref(_) if self.choices.one_in(2) => {
                let folded = self.name(&format!("{name} folded"));
                let (name, json) = member.unwrap_or((name, Vec::new()));
                return serde_json::from_value(
                    serde_json::json!({ "column": name, "folded": folded, "json": json }),
                )
                .expect("a column");
            }
            _ => Form::Native,
        };
        if let Some((column, json)) = member {
            let form = if self.choices.one_in(2) {
                form
            } else {
                Form::Native
            };
            return serde_json::from_value(
                serde_json::json!({ "column": column, "form": form, "json": json }),
            )
            .expect("a column");
        }
        // SQLite has no other form than this for the first two.
        let other = self.dialect == Dialect::Sqlite && *ty != Type::Date;
        Column::new(
            name,
            if other || self.choices.one_in(2) {
                form
            } else {
                Form::Native
            },
        )
    }
}
