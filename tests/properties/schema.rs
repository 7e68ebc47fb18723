//! The schemas of the cases: one that has everything, and random ones.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a test may take the time, and it reads better"
)]

use audience::{Field, Filled, Roles, Schema, Type};

use super::{choices::Choices, palette::WORDS};

/// A schema with every type and role, read in place by [`Client`](super::client::Client) too.
pub(crate) const SHOP: &str = include_str!("shop.audience");

/// A place that a path reaches: the names joined by points as a rule writes them, and what stands there.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) path: String,
    pub(crate) ty: Type,
    pub(crate) optional: bool,
    /// Personal, sensitive or a key, or a record in which something is.
    pub(crate) private: bool,
    /// In an item that a reference points to.
    pub(crate) followed: bool,
}

impl Slot {
    /// The same of an item that a reference points to, which may be gone.
    pub(crate) fn followed(self) -> Self {
        Self {
            optional: true,
            followed: true,
            ..self
        }
    }
}

/// All that paths reach from a row with these fields, also in the items that its references point to, and from there one
/// step further.
pub(crate) fn reached(schema: &Schema, fields: &[Field]) -> Vec<Slot> {
    let mut slots = slots(fields);
    let mut from = 0;
    for _ in 0..2 {
        let until = slots.len();
        for index in from..until {
            let Slot {
                path, ty, private, ..
            } = slots[index].clone();
            let Type::Ref(catalog) = &ty else { continue };
            let Some(catalog) = schema.catalogs.get(catalog) else {
                continue;
            };
            slots.extend(self::slots(&catalog.fields).into_iter().map(|slot| {
                let path = format!("{path}.{}", slot.path);
                let private = private || slot.private;
                Slot {
                    path,
                    private,
                    ..slot
                }
                .followed()
            }));
        }
        from = until;
    }
    slots
}

/// All that paths reach from a row with these fields, nested records and what is in them included.
pub(crate) fn slots(fields: &[Field]) -> Vec<Slot> {
    let mut slots = Vec::new();
    for field in fields {
        let path = name(&field.name);
        let mut private = field.roles.personal || field.roles.sensitive || field.roles.key;
        if let Type::Record(inner) = &field.ty {
            let around = private;
            slots.extend(self::slots(inner).into_iter().map(|slot| {
                private |= slot.private;
                Slot {
                    path: format!("{path}.{}", slot.path),
                    optional: slot.optional || field.optional,
                    private: slot.private || around,
                    followed: false,
                    ty: slot.ty,
                }
            }));
        }
        slots.push(Slot {
            path,
            ty: field.ty.clone(),
            optional: field.optional,
            private,
            followed: false,
        });
    }
    slots
}

/// Words that cannot stand for a name unless in backticks, wherever they are.
const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "is", "where", "of", "any", "no", "all", "between", "case", "when", "then",
    "else", "end", "true", "false", "now", "today", "customer", "previous",
];

/// A name as definitions write it.
pub(crate) fn name(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_alphanumeric() || c == '_') && !text.starts_with(char::is_numeric);
    if plain && !RESERVED.contains(&text) {
        text.to_owned()
    } else {
        format!("`{text}`")
    }
}

/// Names that are words of the language elsewhere, and names of other scripts.
const NAMES: &[&str] = &[
    "plain",
    "at",
    "last",
    "day",
    "list",
    "days",
    "count",
    "sum",
    "first",
    "contains",
    "known",
    "segment",
    "event",
    "nombre",
    "όνομα",
    "First Name",
    "in",
    "where",
    "_x",
    "empty",
    "ago",
    "min",
    "year",
    "string",
    "since",
    "owner",
    "trait",
    "exactly",
    "least",
    "starts",
    "ignoring",
    "this",
    "before",
    "key",
    "filled",
    "personal",
    "by",
    "date",
];

/// A catalogue of which some have to do with.
const GOODS: &str = "goods by code";

/// A schema of a few attributes and events with hard names, and perhaps a catalogue.
pub(crate) fn draw(choices: &mut Choices<'_>) -> Schema {
    let mut names: Vec<&str> = NAMES.to_vec();
    let mut schema = Schema::default();
    // Numbers as keys are tried elsewhere.
    let refs = choices.one_in(2);
    if refs {
        let mut names: Vec<&str> = NAMES.to_vec();
        let key = Field {
            roles: Roles {
                key: true,
                ..Roles::default()
            },
            ..field("code", Type::String)
        };
        let count = 1 + choices.below(5);
        let others = fields(choices, &mut names, count, 2, refs);
        schema.catalogs.insert(
            GOODS.into(),
            audience::Catalog {
                description: None,
                fields: std::iter::once(key).chain(others).collect(),
            },
        );
    }
    schema.customer.push(Field {
        roles: Roles {
            key: true,
            ..Roles::default()
        },
        ..field(
            "id",
            if choices.one_in(3) {
                Type::Int
            } else {
                Type::String
            },
        )
    });
    let count = 1 + choices.below(8);
    schema
        .customer
        .extend(fields(choices, &mut names, count, 2, refs));
    for event in ["bought", "last seen"].into_iter().take(choices.below(3)) {
        let mut names: Vec<&str> = NAMES.iter().copied().filter(|it| *it != "at").collect();
        let count = 1 + choices.below(4);
        schema.events.insert(
            event.into(),
            audience::Event {
                description: None,
                fields: fields(choices, &mut names, count, 1, refs),
            },
        );
    }
    schema
}

fn fields(
    choices: &mut Choices<'_>,
    names: &mut Vec<&str>,
    count: usize,
    depth: usize,
    refs: bool,
) -> Vec<Field> {
    (0..count.min(names.len()))
        .map(|_| {
            let name = names.remove(choices.below(names.len()));
            let ty = ty(choices, depth, refs);
            let is_list = matches!(ty, Type::List(_));
            let filled = ((ty == Type::String || is_list) && choices.one_in(4)).then(|| Filled {
                except: if choices.one_in(2) {
                    vec!["N/A".into(), "a".into()]
                } else {
                    vec![]
                },
            });
            Field {
                optional: filled.is_some() || choices.one_in(2),
                roles: Roles {
                    personal: choices.one_in(6),
                    filled,
                    ..Roles::default()
                },
                ..field(name, ty)
            }
        })
        .collect()
}

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: false,
        roles: Roles::default(),
        description: None,
    }
}

fn ty(choices: &mut Choices<'_>, depth: usize, refs: bool) -> Type {
    if refs && choices.one_in(4) {
        return Type::Ref(GOODS.into());
    }
    let kinds = if depth == 0 { 10 } else { 13 };
    match choices.below(kinds) {
        0 => Type::Int,
        1 => Type::Bool,
        2 => Type::String,
        3 => Type::Decimal,
        4 => Type::Float,
        5 => Type::Date,
        6 => Type::DateTime,
        7 => Type::Geo,
        8 => Type::Url,
        9 => {
            let count = 1 + choices.below(WORDS.len() - 1);
            Type::Words(WORDS[..count].iter().map(|&word| word.into()).collect())
        }
        10 => Type::List(Box::new(ty(choices, 0, refs))),
        11 => Type::List(Box::new(record(choices, depth, refs))),
        _ => record(choices, depth, refs),
    }
}

fn record(choices: &mut Choices<'_>, depth: usize, refs: bool) -> Type {
    let mut names: Vec<&str> = NAMES.to_vec();
    let count = 1 + choices.below(3);
    Type::Record(fields(choices, &mut names, count, depth - 1, refs).into())
}

/// The definitions that say what the schema says.
pub(crate) fn text(schema: &Schema) -> String {
    let mut text = format!("customer {{\n{}}}\n", block(&schema.customer));
    for (catalog, it) in &schema.catalogs {
        text += &format!("catalog {} {{\n{}}}\n", name(catalog), block(&it.fields));
    }
    for (event, it) in &schema.events {
        text += &format!("event {} {{\n{}}}\n", name(event), block(&it.fields));
    }
    text
}

fn block(fields: &[Field]) -> String {
    fields
        .iter()
        .map(|it| format!("  {}\n", declaration(it)))
        .collect()
}

fn declaration(field: &Field) -> String {
    let mark = if field.optional { "?" } else { "" };
    let ty = type_text(&field.ty);
    let ty = if mark == "?" && matches!(field.ty, Type::Ref(_)) {
        format!("({ty})")
    } else {
        ty
    };
    let mut text = format!("{}: {ty}{mark}", name(&field.name));
    if field.roles.key {
        text += " key";
    }
    if field.roles.personal {
        text += " personal";
    }
    if field.roles.sensitive {
        text += " sensitive";
    }
    if let Some(filled) = &field.roles.filled {
        text += " filled";
        if !filled.except.is_empty() {
            text += &format!(" except {:?}", filled.except);
        }
    }
    text
}

fn type_text(ty: &Type) -> String {
    match ty {
        Type::List(item) => format!("[{}]", type_text(item)),
        Type::Ref(catalog) => format!("ref {}", name(catalog)),
        Type::Record(fields) => {
            let fields: Vec<String> = fields.iter().map(declaration).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        plain => plain.to_string(),
    }
}
