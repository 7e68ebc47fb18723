//! The customers of a case as tables of a database.

use std::collections::BTreeMap;

use audience::{
    Date, DateTime, Decimal, Field, Filled, Geo, Roles, Schema, Type,
    sql::{Column, Form, Mapping, Table, TableName},
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::properties::customers::Datum;

/// What stands in a cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Decimal(Decimal),
    Text(String),
    Date(Date),
    DateTime(DateTime),
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
    Decimal,
    Text,
    Date,
    DateTime,
}

/// A table with its rows.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) name: TableName,
    pub(super) columns: Vec<(String, Kind)>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A place of a row that has a column, or a table of its own: nested records flattened.
pub(super) struct Slot<'s> {
    pub(super) path: String,
    pub(super) ty: &'s Type,
    steps: Vec<&'s str>,
    filled: Option<&'s Filled>,
}

/// What a row is made of.
#[derive(Clone, Copy)]
pub(super) enum Shape<'s> {
    Record(&'s [Field]),
    Plain(&'s Type, &'s Roles),
}

/// A row before it is written: what it is known by, its position in its list, and what it holds.
struct Row<'d> {
    key: Vec<Cell>,
    position: Option<usize>,
    datum: &'d Datum,
}

impl<'s> Shape<'s> {
    /// The rows of a list.
    pub(super) fn of_items(item: &'s Type, roles: &'s Roles) -> Self {
        match item {
            Type::Record(fields) => Self::Record(fields),
            plain => Self::Plain(plain, roles),
        }
    }

    pub(super) fn slots(self) -> Vec<Slot<'s>> {
        match self {
            Self::Record(fields) => flattened(fields, &[]),
            Self::Plain(ty, roles) => vec![Slot {
                path: "value".to_owned(),
                ty,
                steps: Vec::new(),
                filled: roles.filled.as_ref(),
            }],
        }
    }
}

fn flattened<'s>(fields: &'s [Field], around: &[&'s str]) -> Vec<Slot<'s>> {
    let mut slots = Vec::new();
    for field in fields {
        let mut steps = around.to_vec();
        steps.push(&field.name);
        if let Type::Record(inner) = &field.ty {
            slots.extend(flattened(inner, &steps));
        } else {
            slots.push(Slot {
                path: steps.join("."),
                ty: &field.ty,
                steps,
                filled: field.roles.filled.as_ref(),
            });
        }
    }
    slots
}

impl Slot<'_> {
    /// What a row has there; what counts as missing is missing.
    fn of<'d>(&self, datum: &'d Datum) -> &'d Datum {
        let mut found = datum;
        for step in &self.steps {
            let Datum::Record(fields) = found else {
                return &Datum::Missing;
            };
            let field = fields.iter().find(|(name, _)| name == step);
            found = field.map_or(&Datum::Missing, |(_, it)| it);
        }
        match (found, self.filled) {
            (Datum::Text(text), Some(filled)) if !filled.accepts(text) => &Datum::Missing,
            (Datum::List(items), Some(_)) if items.is_empty() => &Datum::Missing,
            _ => found,
        }
    }
}

/// All tables of a mapping: customers, what else is told of them, items of catalogues by its name, and events and items of customers who are gone.
pub(super) fn tables<'d>(
    schema: &Schema,
    mapping: &Mapping,
    customers: &'d [Datum],
    items: impl Fn(&str) -> &'d [Datum],
) -> Vec<Stored> {
    let mut tables = Vec::new();
    let key = schema.customer.iter().find(|it| it.roles.key).expect("a key");
    let key_kind = kind(&key.ty, Form::Native);
    let row = |datum| Row {
        key: vec![key_of(datum, &key.name)],
        position: None,
        datum,
    };
    let gone = match key_kind {
        Kind::Int => Cell::Int(-1),
        _ => Cell::Text("nobody".to_owned()),
    };
    let rows = customers.iter().map(row).collect();
    let shape = Shape::Record(&schema.customer);
    fill(schema, &mut tables, &mapping.customers, shape, &[key_kind], rows);
    // The lists of a customer who is gone are still there: those that the first one has.
    if let Some(first) = customers.first().map(|it| key_of(it, &key.name)) {
        for stored in &mut tables[1..] {
            let mut orphans: Vec<_> = stored
                .rows
                .iter()
                .filter(|row| row[0] == first)
                .cloned()
                .collect();
            for row in &mut orphans {
                row[0] = gone.clone();
            }
            stored.rows.extend(orphans);
        }
    }
    for (name, event) in &schema.events {
        let Some(table) = mapping.events.get(&**name) else {
            continue;
        };
        let mut rows = Vec::new();
        let owners = customers.iter().map(|it| (key_of(it, &key.name), it));
        let orphans = customers.iter().take(1).map(|it| (gone.clone(), it));
        for (key, customer) in owners.chain(orphans) {
            let Datum::List(events) = member(customer, name) else {
                continue;
            };
            rows.extend(events.iter().enumerate().map(|(index, datum)| Row {
                key: vec![key.clone()],
                position: Some(index),
                datum,
            }));
        }
        fill(
            schema,
            &mut tables,
            table,
            Shape::Record(&event.fields),
            &[key_kind],
            rows,
        );
    }
    for (name, catalog) in &schema.catalogs {
        let Some(table) = mapping.catalogs.get(&**name) else {
            continue;
        };
        let key = catalog.fields.iter().find(|it| it.roles.key).expect("a key");
        let rows = items(name).iter().map(|datum| Row {
            key: vec![key_of(datum, &key.name)],
            position: None,
            datum,
        });
        let kinds = [kind(&key.ty, Form::Native)];
        fill(
            schema,
            &mut tables,
            table,
            Shape::Record(&catalog.fields),
            &kinds,
            rows.collect(),
        );
    }
    tables
}

/// A table and those of its lists.
#[expect(
    clippy::needless_pass_by_value,
    reason = "whoever asks has made them for this"
)]
fn fill(
    schema: &Schema,
    tables: &mut Vec<Stored>,
    table: &Table,
    shape: Shape<'_>,
    keys: &[Kind],
    rows: Vec<Row<'_>>,
) {
    let slots = shape.slots();
    let mut making = Making::default();
    for (index, (name, kind)) in table.key.iter().zip(keys).enumerate() {
        making.column(name, *kind, rows.iter().map(|row| row.key[index].clone()));
    }
    if let Some(sequence) = &table.sequence {
        making.column(
            sequence,
            Kind::Int,
            rows.iter().map(|row| Cell::Int(sequence_of(row))),
        );
    }
    if let Some(at) = &table.at {
        let data: Vec<&Datum> = rows.iter().map(|row| member(row.datum, "at")).collect();
        making.value(at, kind(&Type::DateTime, at.form()), &data);
    }
    for (path, column) in &table.columns {
        let slot = slots.iter().find(|it| it.path == *path);
        let slot = slot.unwrap_or_else(|| panic!("the schema has no `{path}`"));
        let data: Vec<&Datum> = rows.iter().map(|row| slot.of(row.datum)).collect();
        if let Column::Place(place) = column {
            let coordinates = |datum: &&Datum| match datum {
                Datum::Geo(lat, lon) => {
                    let (x, y, z) = Geo::new(*lat, *lon).expect("on Earth").coordinates();
                    [x, y, z].map(|it| Cell::Int(it.into()))
                }
                _ => [Cell::Null, Cell::Null, Cell::Null],
            };
            let coordinates: Vec<[Cell; 3]> = data.iter().map(coordinates).collect();
            for (index, name) in [&place.x, &place.y, &place.z].into_iter().enumerate() {
                making.column(name, Kind::Int, coordinates.iter().map(|it| it[index].clone()));
            }
            continue;
        }
        making.value(column, kind(kept_as(schema, slot.ty), column.form()), &data);
        if let Column::Stored(stored) = column
            && let Some(folded) = &stored.folded
        {
            let cells = data.iter().map(|datum| match datum {
                Datum::Text(text) => Cell::Text(text.chars().map(fold).collect()),
                _ => Cell::Null,
            });
            making.column(folded, Kind::Text, cells);
        }
    }
    for (salt, column) in &table.samples {
        making.column(
            column,
            Kind::Text,
            rows.iter().map(|row| Cell::Text(hash(salt, &row.key[0]))),
        );
    }
    let mut child_keys = keys.to_vec();
    child_keys.extend(table.sequence.as_ref().map(|_| Kind::Int));
    let mut lists = Vec::new();
    for (path, list) in &table.lists {
        let slot = slots.iter().find(|it| it.path == *path);
        let slot = slot.unwrap_or_else(|| panic!("the schema has no `{path}`"));
        let Type::List(item) = slot.ty else {
            panic!("`{path}` is no list")
        };
        if let Some(present) = &list.present {
            let there = rows
                .iter()
                .map(|row| matches!(slot.of(row.datum), Datum::List(_)));
            making.column(present, Kind::Bool, there.map(Cell::Bool));
        }
        let mut items = Vec::new();
        for row in &rows {
            let Datum::List(data) = slot.of(row.datum) else {
                continue;
            };
            let mut key = row.key.clone();
            key.extend(table.sequence.as_ref().map(|_| Cell::Int(sequence_of(row))));
            items.extend(data.iter().enumerate().map(|(index, datum)| Row {
                key: key.clone(),
                position: Some(index),
                datum,
            }));
        }
        lists.push((list, Shape::of_items(item, NO_ROLES), items));
    }
    tables.push(making.finish(&table.table));
    for (list, shape, items) in lists {
        fill(schema, tables, list, shape, &child_keys, items);
    }
}

/// Blank texts in filled lists are refused on loading, so there are none.
const NO_ROLES: &Roles = &Roles {
    key: false,
    personal: false,
    sensitive: false,
    filled: None,
    letters: None,
    zone: false,
    channel: false,
};

/// In the order of the list, and nothing more.
fn sequence_of(row: &Row<'_>) -> i64 {
    i64::try_from(row.position.unwrap_or(0)).expect("a short list") * 3 - 2
}

/// A table in the making; a column that is there already is the same again, as the key is.
#[derive(Default)]
struct Making {
    columns: Vec<(String, Kind)>,
    cells: Vec<Vec<Cell>>,
    /// The columns that have JSON, with an object for each row.
    objects: BTreeMap<String, Vec<Map<String, Value>>>,
}

impl Making {
    fn column(&mut self, name: &str, kind: Kind, cells: impl Iterator<Item = Cell>) {
        let cells: Vec<Cell> = cells.collect();
        if let Some(index) = self.columns.iter().position(|(it, _)| it == name) {
            assert_eq!(self.cells[index], cells, "`{name}` is two columns");
            return;
        }
        self.columns.push((name.to_owned(), kind));
        self.cells.push(cells);
    }

    /// A column, or a member of one.
    fn value(&mut self, column: &Column, kind: Kind, data: &[&Datum]) {
        let (name, form) = (name_of(column), column.form());
        match column {
            Column::Stored(stored) if !stored.json.is_empty() => {
                let objects = self.objects.entry(name).or_default();
                objects.resize_with(data.len(), Map::new);
                for (row, (object, datum)) in objects.iter_mut().zip(data).enumerate() {
                    insert(object, &stored.json, inside(datum, form, row));
                }
            }
            _ => self.column(&name, kind, data.iter().map(|datum| cell(datum, form))),
        }
    }

    /// The rows stand in another order than they came in.
    fn finish(mut self, name: &TableName) -> Stored {
        for (name, objects) in std::mem::take(&mut self.objects) {
            let texts = objects
                .into_iter()
                .map(|it| Cell::Text(Value::Object(it).to_string()));
            self.column(&name, Kind::Text, texts);
        }
        let rows = self.cells.first().map_or(0, Vec::len);
        let row = |index: usize| self.cells.iter().map(|it| it[index].clone()).collect();
        Stored {
            name: name.clone(),
            rows: (0..rows).rev().map(row).collect(),
            columns: self.columns,
        }
    }
}

/// The key of a customer or an item.
pub(super) fn key_of(datum: &Datum, name: &str) -> Cell {
    match member(datum, name) {
        Datum::Int(it) => Cell::Int(*it),
        Datum::Text(it) => Cell::Text(it.clone()),
        other => panic!("{other:?} is no key"),
    }
}

fn member<'d>(datum: &'d Datum, name: &str) -> &'d Datum {
    let Datum::Record(fields) = datum else {
        panic!("{datum:?} is no record")
    };
    let field = fields.iter().find(|(it, _)| it == name);
    field.map_or(&Datum::Missing, |(_, it)| it)
}

fn name_of(column: &Column) -> String {
    column.names().next().expect("a column has a name").to_owned()
}

/// References are kept as the keys of what they point to.
fn kept_as<'s>(schema: &'s Schema, ty: &'s Type) -> &'s Type {
    let Type::Ref(catalog) = ty else { return ty };
    let key = schema.catalogs[catalog].fields.iter().find(|it| it.roles.key);
    &key.expect("a key").ty
}

pub(super) fn kind(ty: &Type, form: Form) -> Kind {
    match (ty, form) {
        (_, Form::Units | Form::Micros | Form::Days) | (Type::Int, _) => Kind::Int,
        (Type::Bool, _) => Kind::Bool,
        (Type::Float, _) => Kind::Float,
        (Type::Decimal, _) => Kind::Decimal,
        (Type::Date, _) => Kind::Date,
        (Type::DateTime, _) => Kind::DateTime,
        _ => Kind::Text,
    }
}

fn cell(datum: &Datum, form: Form) -> Cell {
    match (datum, form) {
        (Datum::Missing, _) => Cell::Null,
        (Datum::Bool(it), _) => Cell::Bool(*it),
        (Datum::Int(it), _) => Cell::Int(*it),
        (Datum::Float(it), _) => Cell::Float(*it),
        (Datum::Decimal(it), Form::Units) => Cell::Int(it.units()),
        (Datum::Decimal(it), _) => Cell::Decimal(*it),
        (Datum::Text(it), _) => Cell::Text(it.clone()),
        (Datum::Date(it), Form::Days) => Cell::Int(it.days().into()),
        (Datum::Date(it), _) => Cell::Date(*it),
        (Datum::DateTime(it), Form::Micros) => Cell::Int(it.micros()),
        (Datum::DateTime(it), _) => Cell::DateTime(*it),
        (Datum::Geo(..) | Datum::List(_) | Datum::Record(_), _) => panic!("{datum:?} is in no single column"),
    }
}

/// Puts a value at the end of a path of members; `None` leaves it out.
fn insert(object: &mut Map<String, Value>, path: &[String], value: Option<Value>) {
    let (Some((name, rest)), Some(value)) = (path.split_first(), value) else {
        return;
    };
    if rest.is_empty() {
        object.insert(name.clone(), value);
        return;
    }
    let inner = object
        .entry(name.clone())
        .or_insert_with(|| Value::Object(Map::new()));
    let inner = inner.as_object_mut().expect("names of members are different");
    insert(inner, rest, Some(value));
}

/// A value as JSON has it, in one way or another; what is missing is null or left out.
fn inside(datum: &Datum, form: Form, row: usize) -> Option<Value> {
    let odd = row % 2 == 1;
    Some(match cell(datum, form) {
        Cell::Null if odd => return None,
        Cell::Null => Value::Null,
        Cell::Bool(it) => it.into(),
        Cell::Int(it) => it.into(),
        // A whole number without its point.
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
        Cell::Float(it) if odd && it.fract() == 0.0 && it.abs() < 1e15 && it.is_sign_positive() => {
            (it as i64).into()
        }
        Cell::Float(it) => it.into(),
        // So many digits every engine reads from a number.
        Cell::Decimal(it) if odd && it.units().unsigned_abs() < 1_000_000_000_000_000 => {
            it.to_string().parse::<f64>().expect("digits").into()
        }
        Cell::Decimal(it) => it.to_string().into(),
        Cell::Text(it) => it.into(),
        Cell::Date(it) => it.to_string().into(),
        Cell::DateTime(it) => {
            let ahead = it
                .micros()
                .checked_add(20_700_000_000)
                .and_then(DateTime::from_micros);
            match ahead.filter(|_| odd) {
                Some(ahead) => format!("{}+05:45", ahead.to_string().trim_end_matches('Z')).into(),
                None => it.to_string().into(),
            }
        }
    })
}

/// Simple case folding, by a crate that is not ours.
fn fold(letter: char) -> char {
    let folded = unicode_case_mapping::case_folded(letter);
    folded.and_then(|it| char::from_u32(it.get())).unwrap_or(letter)
}

/// The point of a key in the sample of a salt.
fn hash(salt: &str, key: &Cell) -> String {
    let key = match key {
        Cell::Int(it) => it.to_string(),
        Cell::Text(it) => it.clone(),
        other => panic!("{other:?} is no key"),
    };
    let hash = Sha256::digest(format!("{salt}\0{key}"));
    let (first, _) = hash.split_first_chunk().expect("it is longer");
    format!("{:016x}", u64::from_be_bytes(*first))
}
