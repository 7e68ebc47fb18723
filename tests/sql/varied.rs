//! Mappings with other names and forms than a draft has.

use audience::{
    Schema, Type,
    sql::{Column, Dialect, Form, Mapping, PlaceColumns, Table, TableName},
};

use super::store::Shape;
use crate::properties::choices::Choices;

/// Names that must be quoted, and quoted well.
const NAMES: &[&str] = &[
    "order", "Select", "a b", "\"q\"", "it's", "é😀", "a.b", "--x", "a\\b", "?1", "$1", ":x", "%_", "/*",
];

/// So many bytes of a name tell it from others in every engine.
const LONGEST: usize = 40;

struct Varying<'c, 'n> {
    choices: &'c mut Choices<'n>,
    dialect: Dialect,
    /// So many names were given.
    names: usize,
}

/// Gives columns and tables other names, and values other forms that the engine can have.
pub(super) fn vary(mapping: &mut Mapping, schema: &Schema, dialect: Dialect, choices: &mut Choices<'_>) {
    let mut varying = Varying {
        choices,
        dialect,
        names: 0,
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
        let name = self.name(&column.to_string());
        let form = match ty {
            Type::Decimal => Form::Units,
            Type::DateTime => Form::Micros,
            Type::Date => Form::Days,
            Type::String | Type::Url | Type::Words(_) | Type::Ref(_) if self.choices.one_in(2) => {
                let folded = self.name(&format!("{name} folded"));
                return serde_json::from_value(serde_json::json!({ "column": name, "folded": folded }))
                    .expect("a column");
            }
            _ => Form::Native,
        };
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
