//! The data contract: fields as written to [`Schema`], with the rules for types and roles.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    definitions::{Block, Definitions, duplicate},
    report::{Report, type_name},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    schema::{Catalog, Event, Placement, Schema},
    span::Span,
    syntax::ast::{self, Role, Text, TypeKind},
    value::{Field, Filled, Roles, Type},
};

/// Where a field stands, which decides the roles it may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Customer,
    Catalog,
    Event,
    Nested,
}

/// Makes the schema. Fields with an error are left out; their names come back, so that uses of them stay silent.
pub(crate) fn check(definitions: &Definitions<'_>, report: &mut Report) -> (Schema, HashSet<Arc<str>>) {
    let mut fields = Fields {
        definitions,
        report,
        broken: HashSet::new(),
    };
    let mut schema = Schema::default();
    match &definitions.customer {
        Some(customer) => {
            schema.customer = fields.of(customer.fields, Owner::Customer);
            fields.key(customer.fields, customer.span, "the `customer` block");
        }
        None => fields.missing_customer(),
    }
    for (name, block) in &definitions.catalogs {
        let catalog = Catalog {
            description: text_of(block.description),
            fields: fields.of(block.fields, Owner::Catalog),
        };
        fields.key(block.fields, block.name.span, &format!("catalogue `{name}`"));
        schema.catalogs.insert(name.clone(), catalog);
    }
    for (name, block) in &definitions.events {
        fields.refuse_at(block);
        let event = Event {
            description: text_of(block.description),
            fields: fields.of(block.fields, Owner::Event),
        };
        schema.events.insert(name.clone(), event);
    }
    for (name, placement) in &definitions.placements {
        if fields.catalog(placement.catalog).is_some() {
            let placement = Placement {
                description: text_of(placement.description),
                catalog: placement.catalog.text.clone(),
            };
            schema.placements.insert(name.clone(), placement);
        }
    }
    (schema, fields.broken)
}

pub(crate) fn text_of(text: Option<&Text>) -> Option<Arc<str>> {
    text.map(|it| it.text.clone())
}

struct Fields<'a> {
    definitions: &'a Definitions<'a>,
    report: &'a mut Report,
    broken: HashSet<Arc<str>>,
}

impl Fields<'_> {
    fn of(&mut self, fields: &[ast::Field], owner: Owner) -> Vec<Field> {
        let mut first: HashMap<&str, Span> = HashMap::new();
        let mut checked = Vec::with_capacity(fields.len());
        for field in fields {
            let name = &field.name;
            if let Some(first) = first.get(&*name.text) {
                let message = format!("`{}` is defined twice", name.text);
                self.report.push(duplicate(message, name.span, *first));
                continue;
            }
            first.insert(&name.text, name.span);
            let ty = self.ty(&field.ty);
            let roles = self.roles(field, ty.as_ref(), owner);
            let Some(ty) = ty else {
                self.broken.insert(name.text.clone());
                continue;
            };
            checked.push(Field {
                name: name.text.clone(),
                ty,
                optional: field.ty.optional,
                roles,
                description: text_of(field.description.as_ref()),
            });
        }
        checked
    }

    fn ty(&mut self, ty: &ast::Type) -> Option<Type> {
        match &ty.kind {
            TypeKind::Name(name) => self.named(name),
            TypeKind::Words(words) => self.words(ty.span, words),
            TypeKind::Ref(catalog) => self.catalog(catalog).map(Type::Ref),
            TypeKind::List(item) => self.list(item),
            TypeKind::Record(fields) => {
                let checked = self.of(fields, Owner::Nested);
                if fields.is_empty() {
                    let error = Diagnostic::new(Code::InvalidType, "a record without fields")
                        .label(ty.span, "needs at least one field");
                    return self.report.fail(error);
                }
                Some(Type::Record(checked.into()))
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
            "duration" => {
                let error = Diagnostic::new(Code::InvalidType, "an attribute cannot be a duration")
                    .label(name.span, "durations come from calculations only")
                    .help("keep a number, such as `seconds: int`".to_owned());
                return self.report.fail(error);
            }
            text => {
                let help = familiar(text)
                    .map(|it| format!("write `{it}`"))
                    .or_else(|| self.report.suggest(text, NAMES))
                    .or_else(|| self.catalog_help(text));
                let error = Diagnostic::new(Code::UnknownType, format!("unknown type `{text}`"))
                    .label(name.span, "no such type")
                    .help(help);
                return self.report.fail(error);
            }
        })
    }

    fn catalog_help(&self, name: &str) -> Option<String> {
        let known = self.definitions.catalogs.contains_key(name);
        known.then(|| format!("for the key of an item write `ref {name}`"))
    }

    fn words(&mut self, span: Span, words: &[Text]) -> Option<Type> {
        let mut first: HashMap<&str, Span> = HashMap::new();
        let mut right = true;
        for word in words {
            if let Some(first) = first.insert(&word.text, word.span) {
                let message = format!("the word {:?} stands twice", &*word.text);
                let error = Diagnostic::new(Code::DuplicateName, message)
                    .label(word.span, "again here")
                    .label(first, "first here");
                self.report.push(error);
                right = false;
            }
            right &= self.text(word).is_some();
        }
        if words.is_empty() {
            let error = Diagnostic::new(Code::InvalidType, "no words to choose from")
                .label(span, "needs at least one word");
            return self.report.fail(error);
        }
        right.then(|| Type::Words(words.iter().map(|word| word.text.clone()).collect()))
    }

    fn catalog(&mut self, name: &ast::Name) -> Option<Arc<str>> {
        if self.definitions.catalogs.contains_key(&name.text) {
            return Some(name.text.clone());
        }
        let names = self.definitions.catalogs.keys().map(|it| &**it);
        let help = self.report.suggest(&name.text, names);
        let error = Diagnostic::new(Code::UnknownCatalog, format!("unknown catalogue `{}`", name.text))
            .label(name.span, "not defined")
            .help(help);
        self.report.fail(error)
    }

    fn list(&mut self, item: &ast::Type) -> Option<Type> {
        let checked = self.ty(item);
        if item.optional {
            let error = Diagnostic::new(Code::InvalidType, "an item of a list cannot be missing")
                .label(item.span, "remove the `?`")
                .help("a list that may be missing as a whole is written `[…]?`".to_owned());
            return self.report.fail(error);
        }
        match checked? {
            Type::List(_) => {
                let error = Diagnostic::new(Code::InvalidType, "a list cannot hold lists")
                    .label(item.span, "a list inside a list")
                    .help("hold records that have the inner list: `[{ values: […] }]`".to_owned());
                self.report.fail(error)
            }
            item => Some(Type::List(Box::new(item))),
        }
    }

    fn roles(&mut self, field: &ast::Field, ty: Option<&Type>, owner: Owner) -> Roles {
        let mut roles = Roles::default();
        for role in &field.roles {
            match role {
                Role::Key(span) => {
                    self.once(roles.key, "key", *span);
                    roles.key = true;
                    if matches!(owner, Owner::Event | Owner::Nested) {
                        let place = if owner == Owner::Event {
                            "an event"
                        } else {
                            "a nested record"
                        };
                        let error = Diagnostic::new(Code::InvalidRole, format!("{place} has no key"))
                            .label(*span, "only the customer and catalogues have one");
                        self.report.push(error);
                    } else {
                        self.key_type(field, ty, *span);
                    }
                }
                Role::Personal(span) => {
                    self.once(roles.personal, "personal", *span);
                    roles.personal = true;
                }
                Role::Sensitive(span) => {
                    self.once(roles.sensitive, "sensitive", *span);
                    roles.sensitive = true;
                }
                Role::Filled { span, except } => {
                    self.once(roles.filled.is_some(), "filled", *span);
                    if ty.is_some_and(|ty| !ty.is_text()) {
                        let named = ty.map(type_name).unwrap_or_default();
                        let error = Diagnostic::new(Code::InvalidRole, "only text can be `filled`")
                            .label(*span, format!("`{}` is a {named}", field.name.text));
                        self.report.push(error);
                    }
                    roles.filled = Some(self.filled(except));
                }
                Role::Unknown(name) => {
                    let names = ["key", "personal", "sensitive", "filled"];
                    let help = self.report.suggest(&name.text, names).unwrap_or_else(|| {
                        "the roles are `key`, `personal`, `sensitive` and `filled`".to_owned()
                    });
                    let error = Diagnostic::new(Code::UnknownRole, format!("unknown role `{}`", name.text))
                        .label(name.span, "no such role")
                        .help(help);
                    self.report.push(error);
                }
            }
        }
        roles
    }

    fn once(&mut self, given: bool, role: &str, span: Span) {
        if given {
            let error = Diagnostic::new(Code::InvalidRole, format!("`{role}` is given twice"))
                .label(span, "remove this one");
            self.report.push(error);
        }
    }

    fn filled(&mut self, except: &[Text]) -> Filled {
        let mut words: Vec<Arc<str>> = Vec::new();
        let mut seen = HashSet::new();
        for word in except {
            self.text(word);
            if seen.insert(&*word.text) {
                words.push(word.text.clone());
            }
        }
        Filled { except: words }
    }

    /// Text has no U+0000, so a word with it would never be met.
    fn text(&mut self, text: &Text) -> Option<()> {
        if text.text.contains('\0') {
            let error = Diagnostic::new(Code::InvalidLiteral, "text cannot contain U+0000")
                .label(text.span, "contains U+0000");
            return self.report.fail(error);
        }
        Some(())
    }

    fn key_type(&mut self, field: &ast::Field, ty: Option<&Type>, span: Span) {
        let error = Diagnostic::new(Code::InvalidKey, format!("`{}` cannot be a key", field.name.text));
        match ty {
            Some(ty) if !matches!(ty, Type::String | Type::Int) => {
                let label = format!("a key is a `string` or an `int`, not {}", type_name(ty));
                self.report
                    .push(error.label(field.ty.span, label).label(span, "made the key here"));
            }
            _ if field.ty.optional => self.report.push(
                error
                    .label(field.ty.span, "a key is never missing")
                    .help("remove the `?`".to_owned()),
            ),
            _ => {}
        }
    }

    /// Exactly one field is the key.
    fn key(&mut self, fields: &[ast::Field], span: Span, block: &str) {
        let mut keys = fields
            .iter()
            .filter(|field| field.roles.iter().any(|role| matches!(role, Role::Key(_))));
        let Some(first) = keys.next() else {
            let error = Diagnostic::new(Code::InvalidKey, format!("{block} has no key"))
                .label(span, "one field must be the `key`")
                .help("write `key` after its type, as in `id: string key`".to_owned());
            self.report.push(error);
            return;
        };
        for field in keys.filter(|it| it.name != first.name) {
            let error = Diagnostic::new(Code::InvalidKey, format!("{block} has two keys"))
                .label(field.name.span, "a second key")
                .label(first.name.span, "the first key");
            self.report.push(error);
        }
    }

    fn refuse_at(&mut self, block: &Block<'_>) {
        for field in block.fields.iter().filter(|field| &*field.name.text == "at") {
            let message = format!("event `{}` has a property `at`", block.name.text);
            let error = Diagnostic::new(Code::DuplicateName, message)
                .label(field.name.span, "every event has `at: datetime` already")
                .help("remove it, or give another time another name".to_owned());
            self.report.push(error);
        }
    }

    fn missing_customer(&mut self) {
        let error = Diagnostic::new(Code::MissingCustomer, "no `customer` block");
        let error = error
            .label(Span::default(), "no definition says what is known of a customer")
            .help("begin with `customer { id: string key }`".to_owned());
        self.report.push(error);
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
