//! The rows in scope: where their values are read.

use std::sync::Arc;

use super::{
    Maybe, Translator, Val,
    fragment::{Sql, sql},
};
use crate::{
    hir::{Place, Source, Spot},
    schema::{Layout, Slot},
    span::Span,
    sql::mapping::{Column, Form, Table},
    value::Type,
};

/// A row in scope, in the relation that is being made.
#[derive(Clone, Debug)]
pub(super) struct Row<'q> {
    pub(super) alias: String,
    pub(super) table: &'q Table,
    pub(super) layout: Arc<Layout>,
    /// The types of the columns of its table's key.
    pub(super) keys: Vec<Type>,
    /// What it is an item of; the customer is of nothing.
    pub(super) source: Option<Source>,
    /// How the mapping names it: `events.purchases`.
    pub(super) path: String,
    /// The layer of the relation that reads it.
    pub(super) layer: usize,
}

impl<'q> Translator<'q> {
    /// The customers, as a table of the relation that is being made.
    pub(super) fn customers(&mut self) -> Row<'q> {
        let row = self.customer_row();
        self.add_table(&row, None);
        row
    }

    pub(super) fn customer_row(&mut self) -> Row<'q> {
        let mapping = self.mapping;
        Row {
            alias: self.alias("c", ""),
            table: &mapping.customers,
            layout: Arc::new(Layout::of_fields(&self.module.schema.customer)),
            keys: vec![self.key_type()],
            source: None,
            path: "customers".to_owned(),
            layer: 0,
        }
    }

    /// Adds the table of a row to layer 0 of the relation that is being made.
    pub(super) fn add_table(&mut self, row: &Row<'q>, on: Option<Sql>) {
        let table = self.encoding.table(row.table);
        let alias = row.alias.clone();
        self.relation().table(table, alias, on);
        self.restricted(row);
    }

    pub(super) fn key_type(&self) -> Type {
        let key = self.module.schema.customer.iter().find(|field| field.roles.key);
        key.map_or(Type::String, |field| field.ty.clone())
    }

    pub(super) fn key_name(&self) -> Arc<str> {
        let key = self.module.schema.customer.iter().find(|field| field.roles.key);
        key.map_or_else(|| "key".into(), |field| field.name.clone())
    }

    pub(super) fn row(&self, row: u8) -> Maybe<Row<'q>> {
        self.rows.get(usize::from(row)).cloned().flatten()
    }

    /// The customer's key, as the row of customers has it.
    pub(super) fn customer_key(&mut self, span: Span) -> Maybe<Sql> {
        let customers = self.row(0)?;
        self.keys(&customers, span)?.into_iter().next()
    }

    /// The columns of a table's key.
    pub(super) fn keys(&mut self, row: &Row<'q>, span: Span) -> Maybe<Vec<Sql>> {
        if row.table.key.len() != row.keys.len() {
            return self.unmapped(span, "whose rows these are", &format!("`{}.key`", row.path));
        }
        let keys = row.table.key.iter().zip(&row.keys);
        Some(
            keys.map(|(column, ty)| self.read_plain(row, column, ty, false))
                .collect(),
        )
    }

    /// The column that orders the rows of one key.
    pub(super) fn sequence(&mut self, row: &Row<'q>, span: Span) -> Maybe<Sql> {
        let Some(sequence) = &row.table.sequence else {
            return self.unmapped(
                span,
                "in which order these rows are",
                &format!("`{}.sequence`", row.path),
            );
        };
        Some(self.read_plain(row, sequence, &Type::Int, false))
    }

    /// What no other row of its table has: its key, and where it stands among those of that key.
    pub(super) fn identity(&mut self, row: &Row<'q>, span: Span) -> Maybe<Vec<Sql>> {
        let mut identity = self.keys(row, span)?;
        if row.source.is_some() {
            identity.push(self.sequence(row, span)?);
        }
        Some(identity)
    }

    /// The types of [`identity`](Self::identity).
    pub(super) fn identity_types(row: &Row<'q>) -> Vec<Type> {
        let sequence = row.source.as_ref().map(|_| Type::Int);
        row.keys.iter().cloned().chain(sequence).collect()
    }

    /// A column of a table in the relation that is being made.
    pub(super) fn read_plain(&mut self, row: &Row<'q>, column: &str, ty: &Type, nullable: bool) -> Sql {
        let alias = row.alias.clone();
        self.read_column(&alias, column, ty, row.layer, nullable)
    }

    pub(super) fn read_column(
        &mut self,
        alias: &str,
        column: &str,
        ty: &Type,
        layer: usize,
        nullable: bool,
    ) -> Sql {
        let quoted = format!("{}.{}", self.encoding.quote(alias), self.encoding.quote(column));
        let written = if is_text(ty) {
            self.encoding.bytewise(quoted)
        } else {
            quoted
        };
        self.relation().read(written, column, layer, nullable)
    }

    /// When an event happened, in microseconds or as the engine has it.
    pub(super) fn at_of(&mut self, row: &Row<'q>, span: Span) -> Maybe<Val> {
        let table = row.table;
        let Some(at) = &table.at else {
            return self.unmapped(span, "when these events happened", &format!("`{}.at`", row.path));
        };
        self.read_value(row, at, &Type::DateTime, false)
    }

    /// The value of a slot.
    pub(super) fn slot(&mut self, place: Place, ty: &Type, span: Span) -> Maybe<Val> {
        let row = self.row(place.row)?;
        self.slot_of(&row, place.slot, ty, false, span)
    }

    /// The value of a slot of a row; `absent` when the row itself may not be there.
    pub(super) fn slot_of(
        &mut self,
        row: &Row<'q>,
        slot: u32,
        ty: &Type,
        absent: bool,
        span: Span,
    ) -> Maybe<Val> {
        let layout = Arc::clone(&row.layout);
        if slot == 0 && matches!(row.source, Some(Source::Events(_))) {
            return self.at_of(row, span);
        }
        let slot = layout.slots.get(slot as usize)?;
        let path = slot.mapped();
        let table = row.table;
        let Some(column) = table.columns.get(&path) else {
            let place = format!("`{}.columns.{path}`", row.path);
            return self.unmapped(span, &format!("where `{path}` is kept"), &place);
        };
        self.read_value(row, column, ty_of(slot, ty), slot.optional || absent)
    }

    fn read_value(&mut self, row: &Row<'q>, column: &Column, ty: &Type, nullable: bool) -> Maybe<Val> {
        if let Column::Place(place) = column {
            // A place is known when its first coordinate is; the others are read where they are asked for.
            let sql = self.read_plain(row, &place.x, &Type::Int, nullable);
            return Some(Val::new(sql, Type::Geo));
        }
        if let Some(stored) = column.member() {
            return self.read_inside(row, stored, ty, nullable);
        }
        let name = column.names().next()?.to_owned();
        let reference = self.reference_type(ty);
        let kept = reference.as_ref().unwrap_or(ty);
        let sql = self.read_plain(row, &name, kept, nullable);
        if reference == Some(Type::Int) {
            return Some(Val::new(self.encoding.digits(sql), Type::String));
        }
        let native =
            column.form() == Form::Native && matches!(ty, Type::Decimal | Type::Date | Type::DateTime);
        let folded = match column {
            Column::Stored(stored) => stored.folded.clone(),
            _ => None,
        };
        let folded = folded.map(|folded| self.read_plain(row, &folded, &Type::String, nullable));
        Some(Val {
            native,
            folded,
            ..Val::new(sql, ty.clone())
        })
    }

    /// The type of the keys of what a reference points to.
    pub(super) fn reference_type(&self, ty: &Type) -> Option<Type> {
        let Type::Ref(catalog) = ty else { return None };
        let catalog = self.module.schema.catalogs.get(catalog)?;
        Some(if catalog.has_int_key() {
            Type::Int
        } else {
            Type::String
        })
    }

    /// The three coordinates of a place that is kept in a slot.
    pub(super) fn coordinates(
        &mut self,
        row: &Row<'q>,
        slot: u32,
        absent: bool,
        span: Span,
    ) -> Maybe<[Sql; 3]> {
        let layout = Arc::clone(&row.layout);
        let slot = layout.slots.get(slot as usize)?;
        let path = slot.mapped();
        let table = row.table;
        let Some(Column::Place(place)) = table.columns.get(&path) else {
            let at = format!("`{}.columns.{path}`, with `x`, `y` and `z`", row.path);
            return self.unmapped(span, &format!("where the coordinates of `{path}` are kept"), &at);
        };
        let nullable = slot.optional || absent;
        Some([&place.x, &place.y, &place.z].map(|name| self.read_plain(row, name, &Type::Int, nullable)))
    }

    /// The item of a catalogue that has a key, joined to the relation that is being made.
    pub(super) fn item(&mut self, key: &Val, catalog: usize, span: Span) -> Maybe<Row<'q>> {
        let (name, fields) = self.module.schema.catalogs.get_index(catalog)?;
        let mapping = self.mapping;
        let path = format!("catalogs.{name}");
        let Some(table) = mapping.catalogs.get(&**name) else {
            return self.unmapped(
                span,
                &format!("where the items of `{name}` are"),
                &format!("`{path}`"),
            );
        };
        let Some(column) = table.key.first() else {
            return self.unmapped(span, "the key of the items", &format!("`{path}.key`"));
        };
        let key_type = if fields.has_int_key() {
            Type::Int
        } else {
            Type::String
        };
        let signature = format!("item {catalog} {:?}", key.sql.parts);
        let mut row = Row {
            alias: String::new(),
            table,
            layout: Arc::new(Layout::of_fields(&fields.fields)),
            keys: vec![key_type.clone()],
            source: None,
            path,
            layer: key.sql.layer,
        };
        if let Some((alias, layer)) = self.joined.get(&(self.current, signature.clone())) {
            (row.alias, row.layer) = (alias.clone(), *layer);
            return Some(row);
        }
        let quoted = self.encoding.table(table);
        row.layer = self.relation().room(key.sql.layer);
        row.alias = self.alias(name, &quoted);
        let own = self.read_column(&row.alias.clone(), column, &key_type, row.layer, true);
        let own = if key_type == Type::Int {
            self.encoding.digits(own)
        } else {
            own
        };
        let on = sql![own, " = ", &key.sql];
        let (alias, layer) = (row.alias.clone(), row.layer);
        self.relation().join(layer, quoted, alias.clone(), on);
        self.joined.insert((self.current, signature), (alias, layer));
        Some(row)
    }

    /// Where the items of a source live.
    fn place_of(&mut self, source: &Source, span: Span) -> Maybe<Home<'q>> {
        let mapping = self.mapping;
        let module = self.module;
        match source {
            Source::Events(event) => {
                let (name, fields) = module.schema.events.get_index(*event)?;
                let path = format!("events.{name}");
                let Some(table) = mapping.events.get(&**name) else {
                    return self.unmapped(
                        span,
                        &format!("where the events `{name}` are"),
                        &format!("`{path}`"),
                    );
                };
                let layout = Arc::new(Layout::of_event(&fields.fields));
                Some(Home {
                    table,
                    layout,
                    keys: vec![self.key_type()],
                    path,
                })
            }
            Source::List(spot) => {
                let (table, layout, keys, path) = self.parent_of(spot, span)?;
                let list_slot = layout.slots.get(spot.slot() as usize)?;
                let name = list_slot.mapped();
                let Some(list) = table.lists.get(&name) else {
                    let place = format!("`{path}.lists.{name}`");
                    return self.unmapped(span, &format!("where the items of `{name}` are"), &place);
                };
                Some(Home {
                    table: list,
                    layout: list_slot.items.clone()?,
                    keys,
                    path: format!("{path}.lists.{name}"),
                })
            }
        }
    }

    /// A row of a source, which has no alias yet.
    pub(super) fn row_of_source(&mut self, source: &Source, span: Span) -> Maybe<Row<'q>> {
        let Home {
            table,
            layout,
            keys,
            path,
        } = self.place_of(source, span)?;
        Some(Row {
            alias: String::new(),
            table,
            layout,
            keys,
            source: Some(source.clone()),
            path,
            layer: 0,
        })
    }

    /// The table and layout of the row that has a list, and the types of what tells it from others.
    pub(super) fn parent_of(
        &mut self,
        spot: &Spot,
        span: Span,
    ) -> Maybe<(&'q Table, Arc<Layout>, Vec<Type>, String)> {
        match spot {
            Spot::Row(place) => {
                let row = self.row(place.row)?;
                Some((
                    row.table,
                    Arc::clone(&row.layout),
                    Self::identity_types(&row),
                    row.path,
                ))
            }
            Spot::Item { catalog, .. } => {
                let (name, fields) = self.module.schema.catalogs.get_index(*catalog)?;
                let mapping = self.mapping;
                let path = format!("catalogs.{name}");
                let Some(table) = mapping.catalogs.get(&**name) else {
                    return self.unmapped(
                        span,
                        &format!("where the items of `{name}` are"),
                        &format!("`{path}`"),
                    );
                };
                let key = if fields.has_int_key() {
                    Type::Int
                } else {
                    Type::String
                };
                Some((
                    table,
                    Arc::new(Layout::of_fields(&fields.fields)),
                    vec![key],
                    path,
                ))
            }
        }
    }

    /// The row that something lies in, and whether the row may be absent.
    pub(super) fn row_of(&mut self, spot: &Spot, span: Span) -> Maybe<(Row<'q>, bool)> {
        match spot {
            Spot::Row(place) => Some((self.row(place.row)?, false)),
            Spot::Item { key, catalog, .. } => {
                let key = self.key_of(key)?;
                Some((self.item(&key, *catalog, span)?, true))
            }
        }
    }
}

/// Where the items of a list live.
struct Home<'q> {
    table: &'q Table,
    layout: Arc<Layout>,
    keys: Vec<Type>,
    path: String,
}

/// The tree has texts where the schema has references.
fn ty_of<'a>(slot: &'a Slot, ty: &'a Type) -> &'a Type {
    if matches!(slot.ty, Type::Ref(_)) {
        &slot.ty
    } else {
        ty
    }
}

pub(super) fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Words(_) | Type::Url | Type::Ref(_))
}
