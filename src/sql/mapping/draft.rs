//! A mapping to start from.

use super::{Column, Form, Mapping, PlaceColumns, Table, TableName};
use crate::{
    schema::{Layout, Schema, Slot},
    sql::{Dialect, names::Names},
    value::{Field, Type},
};

impl Mapping {
    /// Tables and columns named as the schema names things.
    pub(crate) fn draft(schema: &Schema, dialect: Dialect) -> Self {
        let mut drafting = Drafting {
            dialect,
            tables: Names::default(),
        };
        let owner = whose("customer", &schema.customer);
        let customers = Rows {
            wanted: "customers",
            key: vec![key_of(&schema.customer)],
            inherited: vec![owner.clone()],
            ordered: false,
            event: false,
        };
        let mut mapping = Self {
            customers: drafting.table(&customers, &Layout::of_fields(&schema.customer)),
            ..Self::default()
        };
        for (name, event) in &schema.events {
            let rows = Rows {
                wanted: name,
                key: vec![owner.clone()],
                inherited: vec![owner.clone(), format!("{name}_sequence")],
                ordered: true,
                event: true,
            };
            let table = drafting.table(&rows, &Layout::of_event(&event.fields));
            mapping.events.insert(name.to_string(), table);
        }
        for (name, catalog) in &schema.catalogs {
            let rows = Rows {
                wanted: name,
                key: vec![key_of(&catalog.fields)],
                inherited: vec![whose(name, &catalog.fields)],
                ordered: false,
                event: false,
            };
            let table = drafting.table(&rows, &Layout::of_fields(&catalog.fields));
            mapping.catalogs.insert(name.to_string(), table);
        }
        mapping
    }
}

/// What is known of a table's rows before its columns are named.
struct Rows<'a> {
    wanted: &'a str,
    key: Vec<String>,
    /// What the key is called in the tables of its lists.
    inherited: Vec<String>,
    /// Whether its rows have a sequence.
    ordered: bool,
    /// Whether they happen at an instant.
    event: bool,
}

struct Drafting {
    dialect: Dialect,
    tables: Names,
}

impl Drafting {
    fn table(&mut self, rows: &Rows<'_>, layout: &Layout) -> Table {
        let mut names = Names::with(RESERVED);
        let name = self.tables.unique(&plain(rows.wanted));
        let mut table = Table {
            table: TableName::Plain(name),
            key: rows.key.iter().map(|it| names.unique(&plain(it))).collect(),
            ..Table::default()
        };
        if rows.event {
            table.at = Some(self.column(&names.unique(&plain("at")), &Type::DateTime));
        }
        if rows.ordered {
            table.sequence = Some(names.unique(&plain("sequence")));
        }
        for slot in layout.slots.iter().skip(usize::from(rows.event)) {
            let path = slot.mapped();
            if slot.items.is_some() {
                continue;
            }
            // A key is a column like others, too.
            let column = if slot.roles.key && !rows.ordered {
                Column::Plain(table.key[0].clone())
            } else if slot.ty == Type::Geo {
                let [x, y, z] = ["x", "y", "z"].map(|it| names.unique(&plain(&format!("{path}_{it}"))));
                Column::Place(PlaceColumns { x, y, z })
            } else {
                self.column(&names.unique(&plain(&path)), &slot.ty)
            };
            table.columns.insert(path, column);
        }
        for slot in &layout.slots {
            let Some(items) = &slot.items else { continue };
            let path = slot.mapped();
            let mut inherited = rows.inherited.clone();
            inherited.push(format!("{path}_sequence"));
            let list = Rows {
                wanted: &format!("{}_{path}", table.table),
                key: rows.inherited.clone(),
                inherited,
                ordered: true,
                event: false,
            };
            let mut list = self.table(&list, items);
            list.present = slot
                .optional
                .then(|| names.unique(&plain(&format!("{path}_present"))));
            table.lists.insert(path, list);
        }
        table
    }

    /// A column in the form that loses nothing.
    fn column(&self, name: &str, ty: &Type) -> Column {
        let form = match (self.dialect, ty) {
            (Dialect::Sqlite, Type::Decimal) => Form::Units,
            (Dialect::Sqlite, Type::DateTime) => Form::Micros,
            _ => Form::Native,
        };
        Column::new(name, form)
    }
}

impl Slot {
    /// Its path in a mapping.
    pub(in crate::sql) fn mapped(&self) -> String {
        if self.path.is_empty() {
            "value".to_owned()
        } else {
            self.name()
        }
    }
}

fn key_of(fields: &[Field]) -> String {
    let key = fields.iter().find(|field| field.roles.key);
    key.map_or_else(|| "key".to_owned(), |field| field.name.to_string())
}

/// What the key is called where it says whose a row is: `customer_id`, `products_sku`.
fn whose(owner: &str, fields: &[Field]) -> String {
    let key = key_of(fields);
    if key.starts_with(owner) {
        key
    } else {
        format!("{owner}_{key}")
    }
}

/// Names that an engine keeps for columns of its own.
const RESERVED: &[&str] = &["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "oid", "rowid"];

/// The wanted name with `_` for what is neither letter nor digit.
fn plain(wanted: &str) -> String {
    let mut plain: String = wanted
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    // SQLite keeps such names for itself.
    if plain.to_lowercase().starts_with("sqlite_") {
        plain.insert(0, '_');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    fn id() -> Field {
        Field::new("id", Type::String).key()
    }

    #[test]
    fn everything_has_a_place_of_its_own() {
        let line = Type::record([
            Field::new("sku", Type::String),
            Field::new("notes", Type::list(Type::String)),
        ]);
        let schema = Schema::builder()
            .attribute(id())
            .attribute(Field::new("home", Type::Geo).optional())
            .attribute(Field::new("tags", Type::list(Type::String)).optional())
            .event(
                "purchases",
                [
                    Field::new("amount", Type::Decimal),
                    Field::new("lines", Type::list(line)),
                ],
            )
            .catalog(
                "products",
                [
                    Field::new("sku", Type::Int).key(),
                    Field::new("marks", Type::list(Type::Int)),
                ],
            )
            .build()
            .expect("a schema");
        for dialect in Dialect::ALL {
            let mapping = Mapping::draft(&schema, *dialect);
            assert_eq!(mapping.check(&schema, &[], *dialect), Ok(()));
        }
        let mapping = Mapping::draft(&schema, Dialect::Sqlite);
        let tags = &mapping.customers.lists["tags"];
        assert_eq!(
            (tags.table.to_string(), &*tags.key),
            ("customers_tags".into(), &["customer_id".to_owned()][..])
        );
        assert_eq!(tags.present.as_deref(), Some("tags_present"));
        assert_eq!(tags.columns["value"], Column::Plain("value".into()));
        assert_eq!(
            mapping.customers.columns["home"].to_string(),
            "home_x, home_y, home_z"
        );
        let purchases = &mapping.events["purchases"];
        assert_eq!(purchases.at, Some(Column::new("at", Form::Micros)));
        assert_eq!(purchases.columns["amount"].form(), Form::Units);
        let lines = &purchases.lines();
        assert_eq!(lines.key, ["customer_id", "purchases_sequence"]);
        assert_eq!(
            lines.lists["notes"].key,
            ["customer_id", "purchases_sequence", "lines_sequence"]
        );
        assert_eq!(lines.lists["notes"].table.to_string(), "purchases_lines_notes");
        assert_eq!(mapping.catalogs["products"].lists["marks"].key, ["products_sku"]);
    }

    impl Table {
        fn lines(&self) -> &Self {
            &self.lists["lines"]
        }
    }

    #[test]
    fn names_that_collide_are_numbered() {
        let schema = Schema::builder()
            .attribute(id())
            .attribute(Field::new("a", Type::record([Field::new("b", Type::Int)])))
            .attribute(Field::new("a_b", Type::Int))
            .attribute(Field::new("A b", Type::Int))
            .attribute(Field::new("ctid", Type::Int))
            .attribute(Field::new("é".repeat(80), Type::Int))
            .attribute(Field::new("é".repeat(81), Type::Int))
            .event(
                "customers",
                [
                    Field::new("sequence", Type::Int),
                    Field::new("customer_id", Type::Int),
                ],
            )
            .event("sqlite_x", [Field::new("x", Type::Int)])
            .build()
            .expect("a schema");
        let mapping = Mapping::draft(&schema, Dialect::Sqlite);
        let column = |path: &str| mapping.customers.columns[path].to_string();
        assert_eq!(
            [column("a.b"), column("a_b"), column("A b")],
            ["a_b", "a_b_2", "A_b_3"]
        );
        assert_eq!(column("ctid"), "ctid_2");
        assert_eq!(column(&"é".repeat(80)), "é".repeat(31));
        assert_eq!(column(&"é".repeat(81)), format!("{}_2", "é".repeat(30)));
        let event = &mapping.events["customers"];
        assert_eq!(event.table.to_string(), "customers_2");
        assert_eq!(
            [&event.columns["sequence"], &event.columns["customer_id"]].map(ToString::to_string),
            ["sequence_2", "customer_id_2"]
        );
        assert_eq!(mapping.events["sqlite_x"].table.to_string(), "_sqlite_x");
    }
}
