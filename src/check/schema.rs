//! The data contract: fields as written to [`Schema`], and the rules of [`validate`] with the places where they are broken.

use std::{collections::HashSet, sync::Arc};

use super::{
    definitions::Definitions,
    report::{Report, type_name},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    schema::{
        Catalog, Event, Placement, Schema,
        validate::{self, Definition, Fault, Part, Place},
    },
    span::Span,
    syntax::ast::{self, Role, Text, TypeKind},
    value::{Field, Filled, Roles, Type},
};

/// Makes the schema, which may begin with a given one, and reports what is wrong with it. Fields without a legible type
/// are left out; their names come back, so that uses of them stay silent.
pub(crate) fn check(
    definitions: &Definitions<'_>,
    given: Option<&Schema>,
    report: &mut Report,
) -> (Schema, HashSet<Arc<str>>) {
    let mut reader = Reader {
        report,
        definitions,
        broken: HashSet::new(),
        lost_keys: false,
    };
    let is_given = given.is_some();
    let mut schema = given.cloned().unwrap_or_default();
    let mut spans = Spans::beside(&schema);
    if let Some(customer) = definitions.customer.filter(|_| is_given) {
        let error = Diagnostic::new(Code::DuplicateName, "the customer is defined twice").label(
            customer.word,
            "the schema that was given says what is known of a customer",
        );
        reader.report.push(error);
    } else if let Some(customer) = &definitions.customer {
        schema.open = customer.open;
        schema.customer = reader.block(Definition::Customer, customer.word, customer.fields, &mut spans);
    } else if !definitions.customer_broken && !is_given {
        let error = Diagnostic::new(Code::MissingCustomer, "no `customer` block")
            .label(Span::default(), "nothing says what is known of a customer")
            .help("begin with `customer { id: string key }`".to_owned());
        reader.report.push(error);
    }
    for (name, block) in &definitions.catalogs {
        if schema.catalogs.contains_key(name) {
            reader.refuse_given("catalogue", block.name);
            continue;
        }
        let place = Definition::Catalog(schema.catalogs.len());
        let catalog = Catalog {
            description: text_of(block.description),
            fields: reader.block(place, block.name.span, block.fields, &mut spans),
        };
        schema.catalogs.insert(name.clone(), catalog);
    }
    for (name, block) in &definitions.events {
        if schema.events.contains_key(name) {
            reader.refuse_given("event", block.name);
            continue;
        }
        let place = Definition::Event(schema.events.len());
        let event = Event {
            description: text_of(block.description),
            fields: reader.block(place, block.name.span, block.fields, &mut spans),
        };
        schema.events.insert(name.clone(), event);
    }
    let placements = definitions.placements.iter();
    for (name, placement) in placements.filter(|(_, it)| !definitions.broken.contains(&it.catalog.text)) {
        if schema.placements.contains_key(name) {
            reader.refuse_given("placement", placement.name);
            continue;
        }
        spans.placements.push(FieldSpans {
            name: placement.name.span,
            ty: placement.catalog.span,
            ..FieldSpans::default()
        });
        let placement = Placement {
            description: text_of(placement.description),
            catalog: placement.catalog.text.clone(),
        };
        schema.placements.insert(name.clone(), placement);
    }
    for fault in validate::validate(&schema) {
        if !reader.is_due_to_another(&fault) {
            let error = Diagnostic::new(fault.code, fault.message)
                .label(spans.of(&fault.place), fault.label)
                .help(fault.help);
            let error = match &fault.other {
                Some(other) => error.label(spans.of(other), "first here"),
                None => error,
            };
            reader.report.push(error);
        }
    }
    (schema, reader.broken)
}

/// Reads the inputs of a message, which keep the rules of attributes. Those without a legible type are left out; their names
/// come back.
pub(crate) fn inputs(
    definitions: &Definitions<'_>,
    written: &[ast::Field],
    report: &mut Report,
) -> (Vec<Field>, HashSet<Arc<str>>) {
    let mut reader = Reader {
        report,
        definitions,
        broken: HashSet::new(),
        lost_keys: false,
    };
    let mut spans = Spans::default();
    let schema = Schema {
        customer: reader.block(Definition::Customer, Span::default(), written, &mut spans),
        ..Schema::default()
    };
    for (field, spans) in schema
        .customer
        .iter()
        .zip(spans.customer.iter().flat_map(|it| &it.fields))
    {
        let problem = match &field.ty {
            Type::List(_) | Type::Record(_) | Type::Ref(_) | Type::Geo => {
                let message = format!("the input `{}` is not one value that can be shown", field.name);
                let help =
                    "an input is a text, a word, a number, true or false, a date, a datetime or a `url`";
                Diagnostic::new(Code::InvalidType, message)
                    .label(spans.ty, format!("of type {}", type_name(&field.ty)))
                    .help(help.to_owned())
            }
            _ if field.roles.key => Diagnostic::new(Code::InvalidRole, "an input is no key")
                .label(spans.key.unwrap_or(spans.name), "leave it out"),
            _ if field.roles.zone || field.roles.channel => {
                let span = spans.zone.or(spans.channel).unwrap_or(spans.name);
                Diagnostic::new(Code::InvalidRole, "a role of one attribute of the customer")
                    .label(span, "leave it out")
            }
            _ => continue,
        };
        reader.report.push(problem);
    }
    for fault in validate::validate(&schema) {
        let is_of_customers = matches!(
            fault.code,
            Code::InvalidKey | Code::MissingCustomer | Code::UnknownCatalog
        );
        if !is_of_customers {
            let error = Diagnostic::new(fault.code, fault.message)
                .label(spans.of(&fault.place), fault.label)
                .help(fault.help);
            let first = fault.other.map(|other| spans.of(&other));
            reader.report.push(match first {
                Some(first) => error.label(first, "first here"),
                None => error,
            });
        }
    }
    (schema.customer, reader.broken)
}

pub(crate) fn text_of(text: Option<&Text>) -> Option<Arc<str>> {
    text.map(|it| it.text.clone())
}

/// Where the parts of each definition stand, by the positions that they have in the schema.
#[derive(Debug, Default)]
struct Spans {
    customer: Option<FieldSpans>,
    catalogs: Vec<FieldSpans>,
    events: Vec<FieldSpans>,
    placements: Vec<FieldSpans>,
}

/// Where the parts of a field, or of a whole definition, stand.
#[derive(Debug, Default)]
struct FieldSpans {
    name: Span,
    ty: Span,
    key: Option<Span>,
    filled: Option<Span>,
    letters: Option<Span>,
    zone: Option<Span>,
    channel: Option<Span>,
    words: Vec<Span>,
    fields: Vec<FieldSpans>,
}

impl Spans {
    /// Nowhere, for the parts of a schema that was given.
    fn beside(given: &Schema) -> Self {
        let nowhere = |count: usize| (0..count).map(|_| FieldSpans::default()).collect();
        Self {
            customer: None,
            catalogs: nowhere(given.catalogs.len()),
            events: nowhere(given.events.len()),
            placements: nowhere(given.placements.len()),
        }
    }

    fn of(&self, place: &Place) -> Span {
        let definition = match place.definition {
            Definition::Customer => self.customer.as_ref(),
            Definition::Catalog(index) => self.catalogs.get(index),
            Definition::Event(index) => self.events.get(index),
            Definition::Placement(index) => self.placements.get(index),
        };
        let field = definition.and_then(|definition| {
            let mut fields = place.fields.iter();
            fields.try_fold(definition, |field, index| field.fields.get(*index))
        });
        field.map(|field| field.part(place.part)).unwrap_or_default()
    }
}

impl FieldSpans {
    fn part(&self, part: Part) -> Span {
        match part {
            Part::Name => self.name,
            Part::Type => self.ty,
            Part::Word(index) => self.words.get(index).copied().unwrap_or(self.ty),
            Part::Key => self.key.unwrap_or(self.name),
            Part::Filled => self.filled.unwrap_or(self.name),
            Part::Letters => self.letters.unwrap_or(self.name),
            Part::Zone => self.zone.unwrap_or(self.name),
            Part::Channel => self.channel.unwrap_or(self.name),
        }
    }
}

struct Reader<'a> {
    report: &'a mut Report,
    definitions: &'a Definitions<'a>,
    broken: HashSet<Arc<str>>,
    /// A field with the role `key` was left out.
    lost_keys: bool,
}

impl Reader<'_> {
    /// Tells whether a fault follows from something that was reported.
    fn is_due_to_another(&self, fault: &Fault) -> bool {
        match fault.code {
            Code::MissingCustomer => {
                self.definitions.customer.is_none() || self.definitions.lost_fields || !self.broken.is_empty()
            }
            Code::InvalidKey => {
                (self.lost_keys || self.definitions.lost_fields) && fault.place.part == Part::Name
            }
            _ => false,
        }
    }

    /// A name that the schema that was given has already.
    fn refuse_given(&mut self, kind: &str, name: &ast::Name) {
        let message = format!("the {kind} `{}` is defined twice", name.text);
        let error = Diagnostic::new(Code::DuplicateName, message)
            .label(name.span, "the schema that was given has it already");
        self.report.push(error);
    }

    fn block(
        &mut self,
        definition: Definition,
        name: Span,
        fields: &[ast::Field],
        spans: &mut Spans,
    ) -> Vec<Field> {
        let (fields, inner) = self.fields(fields);
        let block = FieldSpans {
            name,
            ty: name,
            fields: inner,
            ..FieldSpans::default()
        };
        match definition {
            Definition::Customer => spans.customer = Some(block),
            Definition::Catalog(_) => spans.catalogs.push(block),
            Definition::Event(_) => spans.events.push(block),
            Definition::Placement(_) => spans.placements.push(block),
        }
        fields
    }

    fn fields(&mut self, fields: &[ast::Field]) -> (Vec<Field>, Vec<FieldSpans>) {
        let mut read = Vec::with_capacity(fields.len());
        for field in fields {
            let mut spans = FieldSpans {
                name: field.name.span,
                ty: field.ty.span,
                ..FieldSpans::default()
            };
            let roles = self.roles(&field.roles, &mut spans);
            let Some(ty) = self.ty(&field.ty, &mut spans) else {
                self.broken.insert(field.name.text.clone());
                self.lost_keys |= roles.key;
                continue;
            };
            let field = Field {
                name: field.name.text.clone(),
                ty,
                optional: field.ty.optional,
                roles,
                description: text_of(field.description.as_ref()),
            };
            read.push((field, spans));
        }
        read.into_iter().unzip()
    }

    fn ty(&mut self, ty: &ast::Type, spans: &mut FieldSpans) -> Option<Type> {
        match &ty.kind {
            TypeKind::Name(name) => self.named(name),
            TypeKind::Words(words) => {
                self.report.check_words(words.len(), ty.span)?;
                spans.words = words.iter().map(|word| word.span).collect();
                Some(Type::Words(words.iter().map(|word| word.text.clone()).collect()))
            }
            TypeKind::Ref(catalog) if self.definitions.broken.contains(&catalog.text) => None,
            TypeKind::Ref(catalog) => {
                spans.ty = catalog.span;
                Some(Type::Ref(catalog.text.clone()))
            }
            TypeKind::List(item) => {
                let read = self.ty(item, spans);
                if item.optional {
                    let error = Diagnostic::new(Code::InvalidType, "an item of a list cannot be missing")
                        .label(item.span, "remove the `?`")
                        .help("a list that may be missing as a whole is written `[…]?`".to_owned());
                    return self.report.fail(error);
                }
                Some(Type::List(Box::new(read?)))
            }
            TypeKind::Record(fields) => {
                let (read, inner) = self.fields(fields);
                if read.is_empty() && !fields.is_empty() {
                    return None;
                }
                spans.fields = inner;
                Some(Type::Record(read.into()))
            }
        }
    }

    fn named(&mut self, name: &ast::Name) -> Option<Type> {
        const NAMES: [&str; 9] = [
            "bool", "int", "float", "decimal", "string", "date", "datetime", "geo", "url",
        ];
        Some(match &*name.text {
            "bool" => Type::Bool,
            "int" => Type::Int,
            "float" => Type::Float,
            "decimal" => Type::Decimal,
            "string" => Type::String,
            "date" => Type::Date,
            "datetime" => Type::DateTime,
            "geo" => Type::Geo,
            "url" => Type::Url,
            "duration" => Type::Duration,
            text => {
                let help = familiar(text)
                    .map(|it| format!("write `{it}`"))
                    .or_else(|| {
                        let catalog = self.definitions.catalogs.contains_key(text);
                        catalog.then(|| format!("for the key of an item write `ref {text}`"))
                    })
                    .or_else(|| self.report.suggest(text, NAMES));
                let error = Diagnostic::new(Code::UnknownType, format!("unknown type `{text}`"))
                    .label(name.span, "no such type")
                    .help(help);
                return self.report.fail(error);
            }
        })
    }

    fn roles(&mut self, written: &[Role], spans: &mut FieldSpans) -> Roles {
        let mut roles = Roles::default();
        for role in written {
            let (span, word, before) = match role {
                Role::Key(span) => {
                    spans.key = Some(*span);
                    (*span, "key", std::mem::replace(&mut roles.key, true))
                }
                Role::Personal(span) => (*span, "personal", std::mem::replace(&mut roles.personal, true)),
                Role::Sensitive(span) => (*span, "sensitive", std::mem::replace(&mut roles.sensitive, true)),
                Role::Zone(span) => {
                    spans.zone = Some(*span);
                    (*span, "zone", std::mem::replace(&mut roles.zone, true))
                }
                Role::Channel(span) => {
                    spans.channel = Some(*span);
                    (*span, "channel", std::mem::replace(&mut roles.channel, true))
                }
                Role::Filled { span, except } => {
                    spans.filled = Some(*span);
                    (*span, "filled", roles.filled.replace(filled(except)).is_some())
                }
                Role::Letters { span, most } => {
                    spans.letters = Some(*span);
                    let most = u32::try_from(*most).unwrap_or(u32::MAX);
                    (*span, "at most … letters", roles.letters.replace(most).is_some())
                }
                Role::Unknown(name) => {
                    let names = ["key", "personal", "sensitive", "filled", "zone", "channel"];
                    let help = self.report.suggest(&name.text, names).unwrap_or_else(|| {
                        "the roles are `key`, `personal`, `sensitive`, `filled`, `at most 30 letters`, `zone` and `channel`"
                            .to_owned()
                    });
                    let error = Diagnostic::new(Code::UnknownRole, format!("unknown role `{}`", name.text))
                        .label(name.span, "no such role")
                        .help(help);
                    self.report.push(error);
                    continue;
                }
            };
            if before {
                let error = Diagnostic::new(Code::InvalidRole, format!("`{word}` is given twice"))
                    .label(span, "remove this one");
                self.report.push(error);
            }
        }
        roles
    }
}

/// The words that count as missing, each once.
fn filled(except: &[Text]) -> Filled {
    let words: indexmap::IndexSet<_> = except.iter().map(|word| word.text.clone()).collect();
    Filled {
        except: words.into_iter().collect(),
    }
}

/// What a type is called here that other languages call `name`.
fn familiar(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "text" | "str" | "varchar" | "char" => "string",
        "integer" | "number" | "long" | "bigint" | "i64" => "int",
        "boolean" => "bool",
        "double" | "real" | "f64" => "float",
        "money" | "numeric" | "currency" => "decimal",
        "timestamp" | "timestamptz" | "instant" | "time" => "datetime",
        "point" | "location" => "geo",
        "uri" | "link" => "url",
        _ => return None,
    })
}
