//! Whether a mapping fits a schema.

use super::{Column, Form, Mapping, MappingError, MappingProblem, StoredColumn, Table, TableName};
use crate::{
    diagnostic::suggest,
    function::HostFunction,
    schema::{Layout, Schema, Slot},
    sql::{Dialect, dialect::Member},
    value::Type,
};

impl Mapping {
    /// Whether everything in it is of the schema or a function of the application, in a form that the engine can have. What it leaves out is no matter here.
    pub(crate) fn check(
        &self,
        schema: &Schema,
        functions: &[HostFunction],
        dialect: Dialect,
    ) -> Result<(), MappingError> {
        let mut checking = Checking {
            dialect,
            problems: Vec::new(),
        };
        let layout = Layout::of_fields(&schema.customer);
        checking.table("customers", &self.customers, Rows::Customers, &layout);
        for (name, table) in &self.events {
            let path = step("events", name);
            match schema.events.get(name.as_str()) {
                Some(event) => checking.table(&path, table, Rows::Events, &Layout::of_event(&event.fields)),
                None => checking.unknown(path, "event", name, schema.events.keys().map(|it| &**it)),
            }
        }
        for (name, table) in &self.catalogs {
            let path = step("catalogs", name);
            match schema.catalogs.get(name.as_str()) {
                Some(catalog) => {
                    checking.table(&path, table, Rows::Items, &Layout::of_fields(&catalog.fields));
                }
                None => checking.unknown(path, "catalogue", name, schema.catalogs.keys().map(|it| &**it)),
            }
        }
        for (name, function) in &self.functions {
            let path = step("functions", name);
            if let Some(of) = functions.iter().find(|it| it.name() == name) {
                checking.function(&path, function, of);
                continue;
            }
            let names = functions.iter().map(HostFunction::name);
            let help = suggest::did_you_mean(name, names).unwrap_or_else(|| "leave it out".to_owned());
            checking.problem(path, format!("the application has no function `{name}`"), help);
        }
        if let Some(changed) = &self.changed {
            checking.table("changed", changed, Rows::Changed, &Layout::of_fields(&[]));
        }
        if checking.problems.is_empty() {
            Ok(())
        } else {
            Err(MappingError {
                problems: checking.problems,
            })
        }
    }
}

/// What the rows of a table are.
#[derive(Clone, Copy, PartialEq)]
enum Rows {
    Customers,
    Events,
    /// The items of a catalogue.
    Items,
    /// The customers whose data have changed.
    Changed,
    /// The items of a list whose row is known by so many columns, and whether it may be missing.
    List {
        of: usize,
        optional: bool,
    },
}

impl Rows {
    /// So many columns say whose rows they are.
    fn key(self) -> usize {
        match self {
            Self::Customers | Self::Events | Self::Items | Self::Changed => 1,
            Self::List { of, .. } => of,
        }
    }
}

struct Checking {
    dialect: Dialect,
    problems: Vec<MappingProblem>,
}

impl Checking {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(MappingProblem {
            path: path.into(),
            message: message.into(),
            help: Some(help.into()),
        });
    }

    fn unknown<'a>(&mut self, path: String, what: &str, name: &str, names: impl Iterator<Item = &'a str>) {
        let help = suggest::did_you_mean(name, names).unwrap_or_else(|| "leave it out".to_owned());
        self.problem(path, format!("the contract has no {what} `{name}`"), help);
    }

    fn table(&mut self, path: &str, table: &Table, rows: Rows, layout: &Layout) {
        self.table_name(&step(path, "table"), &table.table);
        self.key(path, table, rows);
        self.what_belongs(path, table, rows);
        if let Some(at) = table.at.as_ref().filter(|_| rows == Rows::Events) {
            self.column(&step(path, "at"), at, &Type::DateTime);
        }
        for (field, column) in &table.columns {
            let path = step(&step(path, "columns"), field);
            match layout.slots.iter().find(|slot| slot.mapped() == *field) {
                Some(_) if rows == Rows::Events && field == "at" => {
                    self.problem(
                        path,
                        "when an event happened is said beside `columns`",
                        "write it as `at` of the table",
                    );
                }
                Some(slot) if slot.items.is_some() => {
                    self.problem(path, format!("`{field}` is a list"), "give its table in `lists`");
                }
                Some(slot) => self.column(&path, column, &slot.ty),
                None => self.no_path(path, field, layout, |slot| slot.items.is_none()),
            }
        }
        let ordered = matches!(rows, Rows::Events | Rows::List { .. }) && table.sequence.is_some();
        let of = rows.key() + usize::from(ordered);
        for (field, list) in &table.lists {
            let path = step(&step(path, "lists"), field);
            match layout.slots.iter().find(|slot| slot.mapped() == *field) {
                Some(Slot {
                    items: Some(items),
                    optional,
                    ..
                }) => {
                    let optional = *optional;
                    self.table(&path, list, Rows::List { of, optional }, items);
                }
                Some(_) => self.problem(
                    path,
                    format!("`{field}` is no list"),
                    "give its column in `columns`",
                ),
                None => self.no_path(path, field, layout, |slot| slot.items.is_some()),
            }
        }
    }

    fn no_path(&mut self, path: String, field: &str, layout: &Layout, wanted: impl Fn(&Slot) -> bool) {
        let inside = format!("{field}.");
        let names: Vec<String> = layout
            .slots
            .iter()
            .filter(|it| wanted(it))
            .map(Slot::mapped)
            .collect();
        if let Some(inner) = names.iter().find(|name| name.starts_with(&inside)) {
            let help = format!("give each of its fields, such as `{inner}`");
            self.problem(path, format!("`{field}` is a record"), help);
            return;
        }
        let help = suggest::did_you_mean(field, names.iter().map(String::as_str));
        let help = help.unwrap_or_else(|| "leave it out".to_owned());
        self.problem(path, format!("the contract has no `{field}` here"), help);
    }

    fn key(&mut self, path: &str, table: &Table, rows: Rows) {
        let path = step(path, "key");
        let expected = rows.key();
        let why = match rows {
            Rows::Customers => "customers are known by one column",
            Rows::Events | Rows::Changed => "the key of the customer is one column",
            Rows::Items => "items of a catalogue are known by one column",
            Rows::List { .. } => {
                "the row that has the list is known by its key and, when it has one, its sequence"
            }
        };
        if table.key.len() != expected {
            let columns = if expected == 1 { "column" } else { "columns" };
            let message = format!("expected {expected} {columns}, found {}: {why}", table.key.len());
            self.problem(path.clone(), message, "name the columns in that order");
        }
        for column in &table.key {
            self.name(&path, column, "a column");
        }
    }

    /// What is said of a table is of its kind of rows.
    fn what_belongs(&mut self, path: &str, table: &Table, rows: Rows) {
        if table.at.is_some() && rows != Rows::Events {
            self.problem(
                step(path, "at"),
                "only events happen at an instant",
                "leave it out",
            );
        }
        if let Some(sequence) = &table.sequence {
            let path = step(path, "sequence");
            if matches!(rows, Rows::Customers | Rows::Items | Rows::Changed) {
                let message = "rows that are known by a key alone have no order";
                self.problem(path.clone(), message, "leave it out");
            }
            self.name(&path, sequence, "a column");
        }
        if let Some(present) = &table.present {
            let path = step(path, "present");
            match rows {
                Rows::List { optional: true, .. } => {}
                Rows::List { .. } => self.problem(path.clone(), "the list is never missing", "leave it out"),
                _ => self.problem(path.clone(), "only lists may be missing", "leave it out"),
            }
            self.name(&path, present, "a column");
        }
        for (salt, column) in &table.samples {
            let path = step(&step(path, "samples"), salt);
            if rows != Rows::Customers {
                self.problem(path.clone(), "only customers are in samples", "leave it out");
            }
            self.name(&path, column, "a column");
        }
    }

    fn column(&mut self, path: &str, column: &Column, ty: &Type) {
        for name in column.names() {
            self.name(path, name, "a column");
        }
        match (column, ty) {
            (Column::Place(_), Type::Geo) => return,
            (Column::Place(_), _) => {
                let help = "name one column";
                return self.problem(
                    path,
                    format!("only places have three columns, and this is {ty}"),
                    help,
                );
            }
            (_, Type::Geo) => {
                let help = r#"write {"x": …, "y": …, "z": …}"#;
                return self.problem(path, "a place is kept in three columns of whole numbers", help);
            }
            _ => {}
        }
        if let Some(stored) = column.member() {
            self.json(&step(path, "json"), &stored.json);
        }
        // What is inside of JSON may be text.
        let sqlite = self.dialect == Dialect::Sqlite && column.member().is_none();
        match (column.form(), ty) {
            (Form::Native, Type::Decimal) if sqlite => {
                let help = "keep a count of 1/10000 and say `\"form\": \"units\"`";
                self.problem(path, "SQLite has no type for decimals", help);
            }
            (Form::Native, Type::DateTime) if sqlite => {
                let help = "keep microseconds since 1970 and say `\"form\": \"micros\"`";
                self.problem(path, "SQLite has no type for datetimes", help);
            }
            (Form::Native, _)
            | (Form::Units, Type::Decimal)
            | (Form::Micros, Type::DateTime)
            | (Form::Days, Type::Date) => {}
            (form, ty) => {
                let (name, of) = match form {
                    Form::Units => ("units", "decimals"),
                    Form::Micros => ("micros", "datetimes"),
                    _ => ("days", "dates"),
                };
                self.problem(
                    path,
                    format!("the form `{name}` is of {of}, and this is {ty}"),
                    "leave it out",
                );
            }
        }
        if let Column::Stored(StoredColumn {
            folded: Some(folded), ..
        }) = column
        {
            let path = step(path, "folded");
            if !(ty.is_text() || matches!(ty, Type::Ref(_))) {
                self.problem(
                    path.clone(),
                    format!("only text is folded, and this is {ty}"),
                    "leave it out",
                );
            }
            self.name(&path, folded, "a column");
        }
    }

    /// The names of the members that lead to a value inside of JSON.
    fn json(&mut self, path: &str, names: &[String]) {
        let encoding = self.dialect.encoding();
        if encoding.member("", names, Member::Text).is_none() {
            let message = format!("values inside of JSON are not read in {}", self.dialect);
            self.problem(path, message, "keep the value in a column of its own");
        }
        for name in names {
            self.name(path, name, "a member");
            if !encoding.finds_member(name) {
                let message = format!("{} does not find the member {name:?}", self.dialect);
                self.problem(
                    path,
                    message,
                    "only names without quotation marks and backslashes are found",
                );
            }
        }
    }

    fn table_name(&mut self, path: &str, name: &TableName) {
        let most = match self.dialect {
            Dialect::Sqlite | Dialect::ClickHouse => 2,
            _ => 3,
        };
        self.parts(path, name, most, "a table");
    }

    /// A name, with what is around it.
    fn parts(&mut self, path: &str, name: &TableName, most: usize, what: &str) {
        let parts = name.parts();
        if parts.is_empty() {
            self.problem(path, format!("{what} has no name"), "name it");
        }
        if parts.len() > most {
            let message = format!(
                "{} parts of a name, and {what} has {most} at most in {}",
                parts.len(),
                self.dialect
            );
            let help = format!("leave out the first {}", parts.len() - most);
            self.problem(path, message, help);
        }
        for part in parts {
            self.name(path, part, what);
        }
    }

    fn function(&mut self, path: &str, name: &TableName, of: &HostFunction) {
        let most = if self.dialect == Dialect::Sqlite { 1 } else { 3 };
        self.parts(path, name, most, "a function");
        if of.gives() == &Type::Geo || of.takes().contains(&Type::Geo) {
            let message = format!("it is `{of:?}`, and a place is no single value of a database");
            self.problem(path, message, "leave it out");
        }
    }

    fn name(&mut self, path: &str, name: &str, what: &str) {
        if name.is_empty() {
            self.problem(
                path,
                format!("the name of {what} is empty"),
                "write the name that it has in the database",
            );
        } else if name.contains('\0') {
            self.problem(
                path,
                format!("the name of {what} has the character U+0000"),
                "no database has such names",
            );
        }
    }
}

/// The path to a part of the mapping, in quotes where its name is not plain.
fn step(path: &str, name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain {
        format!("{path}.{name}")
    } else {
        format!("{path}.{name:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{schema::Schema, sql::mapping::PlaceColumns, value::Field};

    fn schema() -> Schema {
        Schema::builder()
            .attribute(Field::new("id", Type::String).key())
            .attribute(Field::new(
                "consent",
                Type::record([Field::new("email", Type::Bool)]),
            ))
            .attribute(Field::new("born", Type::Date).optional())
            .attribute(Field::new("spent", Type::Decimal))
            .attribute(Field::new("home", Type::Geo))
            .attribute(Field::new("tags", Type::list(Type::String)).optional())
            .event(
                "purchases",
                [
                    Field::new("amount", Type::Decimal),
                    Field::new("marks", Type::list(Type::Int)),
                ],
            )
            .catalog("products", [Field::new("sku", Type::String).key()])
            .build()
            .expect("a schema")
    }

    #[track_caller]
    fn expect(dialect: Dialect, change: impl FnOnce(&mut Mapping), problems: &[&str]) {
        let schema = schema();
        let mut mapping = Mapping::draft(&schema, dialect);
        change(&mut mapping);
        let functions = [
            HostFunction::new("score", [Type::Int], Type::Decimal, |_| None),
            HostFunction::new("near", [Type::Geo], Type::Bool, |_| None),
        ];
        let found = mapping
            .check(&schema, &functions, dialect)
            .err()
            .map_or_else(Vec::new, |it| it.problems);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, problems);
    }

    #[test]
    fn names_must_be_of_the_schema() {
        expect(
            Dialect::PostgreSql,
            |it| {
                let table = it.events["purchases"].clone();
                it.events.insert("purchase".into(), table.clone());
                it.catalogs.insert("goods".into(), table);
                let plain = || Column::Plain("c".into());
                let customers = &mut it.customers;
                for path in ["consent", "consent.mail", "tags"] {
                    customers.columns.insert(path.into(), plain());
                }
                let list = customers.lists["tags"].clone();
                customers.lists.insert("tag".into(), list.clone());
                customers.lists.insert("born".into(), list);
                it.events["purchases"].columns.insert("at".into(), plain());
            },
            &[
                "customers.columns.consent: `consent` is a record; give each of its fields, such as `consent.email`",
                "customers.columns.\"consent.mail\": the contract has no `consent.mail` here; did you mean `consent.email`?",
                "customers.columns.tags: `tags` is a list; give its table in `lists`",
                "customers.lists.tag: the contract has no `tag` here; did you mean `tags`?",
                "customers.lists.born: `born` is no list; give its column in `columns`",
                "events.purchases.columns.at: when an event happened is said beside `columns`; write it as `at` of the table",
                "events.purchase: the contract has no event `purchase`; did you mean `purchases`?",
                "catalogs.goods: the contract has no catalogue `goods`; leave it out",
            ],
        );
    }

    #[test]
    fn forms_must_be_of_the_type_and_of_the_engine() {
        expect(
            Dialect::Sqlite,
            |it| {
                let columns = &mut it.customers.columns;
                columns.insert("spent".into(), Column::Plain("spent".into()));
                columns.insert("born".into(), Column::new("born", Form::Micros));
                columns.insert("home".into(), Column::Plain("home".into()));
                let [x, y, z] = ["x", "y", "z"].map(str::to_owned);
                columns.insert("consent.email".into(), Column::Place(PlaceColumns { x, y, z }));
                columns.insert(
                    "id".into(),
                    Column::Stored(StoredColumn {
                        column: "id".into(),
                        form: Form::Days,
                        json: Vec::new(),
                        folded: Some("id_folded".into()),
                    }),
                );
                it.events["purchases"].at = Some(Column::Plain("at".into()));
                it.events["purchases"].columns.insert(
                    "amount".into(),
                    Column::Stored(StoredColumn {
                        column: "amount".into(),
                        form: Form::Units,
                        json: Vec::new(),
                        folded: Some(String::new()),
                    }),
                );
            },
            &[
                "customers.columns.id: the form `days` is of dates, and this is string; leave it out",
                "customers.columns.\"consent.email\": only places have three columns, and this is bool; name one column",
                "customers.columns.born: the form `micros` is of datetimes, and this is date; leave it out",
                "customers.columns.spent: SQLite has no type for decimals; keep a count of 1/10000 and say `\"form\": \"units\"`",
                "customers.columns.home: a place is kept in three columns of whole numbers; write {\"x\": …, \"y\": …, \"z\": …}",
                "events.purchases.at: SQLite has no type for datetimes; keep microseconds since 1970 and say `\"form\": \"micros\"`",
                "events.purchases.columns.amount.folded: only text is folded, and this is decimal; leave it out",
                "events.purchases.columns.amount.folded: the name of a column is empty; write the name that it has in the database",
            ],
        );
    }

    #[test]
    fn values_inside_of_json_have_a_path_of_names() {
        expect(
            Dialect::Sqlite,
            |it| {
                let mut insert = |path: &str, json: &str| {
                    let column = serde_json::from_str(json).expect("a column");
                    it.customers.columns.insert(path.into(), column);
                };
                insert("spent", r#"{"column": "profile", "json": ["a b", "c"]}"#);
                insert("consent.email", r#"{"column": "profile", "json": ["a", ""]}"#);
                insert(
                    "born",
                    r#"{"column": "profile", "json": ["\"born\""], "form": "units"}"#,
                );
                insert("home", r#"{"column": "profile", "json": ["home"]}"#);
            },
            &[
                "customers.columns.\"consent.email\".json: the name of a member is empty; write the name that it has in the database",
                "customers.columns.born.json: sqlite does not find the member \"\\\"born\\\"\"; only names without quotation marks and backslashes are found",
                "customers.columns.born: the form `units` is of decimals, and this is date; leave it out",
                "customers.columns.home: a place is kept in three columns of whole numbers; write {\"x\": …, \"y\": …, \"z\": …}",
            ],
        );
    }

    #[test]
    fn tables_must_say_whose_their_rows_are() {
        expect(
            Dialect::Sqlite,
            |it| {
                it.customers.table = TableName::Plain(String::new());
                it.customers.key = vec!["a".into(), "b\0".into()];
                it.customers.at = Some(Column::new("at", Form::Micros));
                it.customers.sequence = Some("n".into());
                it.events["purchases"].table =
                    TableName::Qualified(["a", "b", "c"].map(str::to_owned).to_vec());
                it.events["purchases"].lists["marks"].key.pop();
                it.events["purchases"].lists["marks"].present = Some("there".into());
                it.events["purchases"]
                    .samples
                    .insert("spring".into(), String::new());
                it.catalogs["products"].table = TableName::Qualified(Vec::new());
                it.catalogs["products"].present = Some("there".into());
                it.customers.lists["tags"].key.push("more".into());
                it.customers.lists["tags"].key.push("yet".into());
            },
            &[
                "customers.table: the name of a table is empty; write the name that it has in the database",
                "customers.key: expected 1 column, found 2: customers are known by one column; name the columns in that order",
                "customers.key: the name of a column has the character U+0000; no database has such names",
                "customers.at: only events happen at an instant; leave it out",
                "customers.sequence: rows that are known by a key alone have no order; leave it out",
                "customers.lists.tags.key: expected 1 column, found 3: the row that has the list is known by its key and, when it has one, its \
                 sequence; name the columns in that order",
                "events.purchases.table: 3 parts of a name, and a table has 2 at most in sqlite; leave out the first 1",
                "events.purchases.samples.spring: only customers are in samples; leave it out",
                "events.purchases.samples.spring: the name of a column is empty; write the name that it has in the database",
                "events.purchases.lists.marks.key: expected 2 columns, found 1: the row that has the list is known by its key and, when it \
                 has one, its sequence; name the columns in that order",
                "events.purchases.lists.marks.present: the list is never missing; leave it out",
                "catalogs.products.table: a table has no name; name it",
                "catalogs.products.present: only lists may be missing; leave it out",
            ],
        );
    }

    #[test]
    fn functions_must_be_of_the_application_and_of_values_that_a_database_has() {
        let parts = |names: &[&str]| TableName::Qualified(names.iter().map(|&it| it.to_owned()).collect());
        expect(
            Dialect::Sqlite,
            |it| {
                it.functions.insert("scor".into(), "crm_score".into());
                it.functions.insert("lower".into(), "lower".into());
                it.functions.insert("score".into(), parts(&["crm", ""]));
                it.functions.insert("near".into(), parts(&[]));
            },
            &[
                "functions.scor: the application has no function `scor`; did you mean `score`?",
                "functions.lower: the application has no function `lower`; leave it out",
                "functions.score: 2 parts of a name, and a function has 1 at most in sqlite; leave out the first 1",
                "functions.score: the name of a function is empty; write the name that it has in the database",
                "functions.near: a function has no name; name it",
                "functions.near: it is `near(geo): bool?`, and a place is no single value of a database; leave it out",
            ],
        );
        expect(
            Dialect::PostgreSql,
            |it| {
                it.functions
                    .insert("score".into(), parts(&["crm", "public", "score"]));
            },
            &[],
        );
    }

    #[test]
    fn what_is_left_out_is_no_problem() {
        expect(
            Dialect::DuckDb,
            |it| {
                it.events.clear();
                it.catalogs.clear();
                it.customers.columns.clear();
                it.customers.lists.clear();
            },
            &[],
        );
    }
}
