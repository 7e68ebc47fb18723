//! The text of a schema, as it stands in definitions: what `schema` reads, the other way.

use std::{fmt, sync::Arc};

use crate::{
    schema::Schema,
    span::Span,
    syntax::{
        ast::{Field, File, Item, ItemKind, Name, Role, Text, Type, TypeKind},
        format_file,
    },
    value,
};

/// The definitions of the schema, in canonical form: `customer { … }`, then catalogues, events and placements.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Field, Schema, Type};
/// let schema = Schema::builder()
///     .attribute(Field::new("id", Type::String).key())
///     .attribute(Field::new("first name", Type::String).optional().personal())
///     .event("visits", [Field::new("path", Type::String)])
///     .build()?;
/// let text = schema.to_string();
/// assert!(text.contains("`first name`: string? personal"));
/// assert_eq!(*Definitions::parse(&text)?.schema(), schema);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_file(&file(self)))
    }
}

fn file(schema: &Schema) -> File {
    let mut file = File::default();
    let mut add = |kind| {
        file.items.push(Item {
            span: Span::default(),
            kind,
        });
    };
    add(ItemKind::Customer {
        open: schema.open,
        fields: fields(&schema.customer),
    });
    for (name, catalog) in &schema.catalogs {
        add(ItemKind::Catalog {
            name: name_of(name),
            description: catalog.description.as_ref().map(text),
            fields: fields(&catalog.fields),
        });
    }
    for (name, event) in &schema.events {
        add(ItemKind::Event {
            name: name_of(name),
            description: event.description.as_ref().map(text),
            fields: fields(&event.fields),
        });
    }
    for (name, placement) in &schema.placements {
        add(ItemKind::Placement {
            name: name_of(name),
            catalog: name_of(&placement.catalog),
            description: placement.description.as_ref().map(text),
        });
    }
    file
}

fn fields(fields: &[value::Field]) -> Vec<Field> {
    let field = |field: &value::Field| Field {
        span: Span::default(),
        name: name_of(&field.name),
        ty: type_of(&field.ty, field.optional),
        roles: roles(&field.roles),
        description: field.description.as_ref().map(text),
    };
    fields.iter().map(field).collect()
}

fn roles(roles: &value::Roles) -> Vec<Role> {
    let span = Span::default();
    let filled = roles.filled.as_ref().map(|filled| Role::Filled {
        span,
        except: filled.except.iter().map(text).collect(),
    });
    let marks = [
        roles.key.then_some(Role::Key(span)),
        roles.personal.then_some(Role::Personal(span)),
        roles.sensitive.then_some(Role::Sensitive(span)),
        roles.zone.then_some(Role::Zone(span)),
        roles.channel.then_some(Role::Channel(span)),
        filled,
        roles.letters.map(|most| Role::Letters {
            span,
            most: most.into(),
        }),
    ];
    marks.into_iter().flatten().collect()
}

fn type_of(ty: &value::Type, optional: bool) -> Type {
    let kind = match ty {
        value::Type::Words(words) => TypeKind::Words(words.iter().map(text).collect()),
        value::Type::Ref(catalog) => TypeKind::Ref(name_of(catalog)),
        value::Type::List(item) => TypeKind::List(type_of(item, false).into()),
        value::Type::Record(inner) => TypeKind::Record(fields(inner)),
        plain => TypeKind::Name(name_of(&plain.to_string().into())),
    };
    Type {
        span: Span::default(),
        kind,
        optional,
    }
}

fn name_of(name: &Arc<str>) -> Name {
    Name {
        span: Span::default(),
        text: name.clone(),
        quoted: false,
    }
}

fn text(text: &Arc<str>) -> Text {
    Text {
        span: Span::default(),
        text: text.clone(),
    }
}
