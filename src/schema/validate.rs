//! The rules that every schema keeps, whether written as text, built in Rust or deserialised.

use std::collections::HashMap;

use super::Schema;
use crate::{
    diagnostic::{Code, suggest},
    value::{Field, Type},
};

/// How deep lists and records may stand in each other.
pub(crate) const NESTING: usize = 64;

/// A rule that a schema breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) place: Place,
    /// One sentence, as of a diagnostic.
    pub(crate) message: String,
    /// A few words to stand beside the place.
    pub(crate) label: String,
    /// The other half of the story, such as the first of two definitions.
    pub(crate) other: Option<Place>,
    pub(crate) help: Option<String>,
}

/// Where in a schema something stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) definition: Definition,
    /// The positions of the fields on the way, the outermost first; lists on the way do not count. Empty for the
    /// definition itself.
    pub(crate) fields: Vec<usize>,
    pub(crate) part: Part,
}

/// Numbers are positions in the schema's maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Definition {
    Customer,
    Catalog(usize),
    Event(usize),
    Placement(usize),
}

/// What of a field, or of a definition, it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Name,
    Type,
    /// One of the words of an enumeration, by position.
    Word(usize),
    /// The role `key`.
    Key,
    /// The role `filled`.
    Filled,
    /// How many letters it has at most.
    Letters,
    /// The role `zone`.
    Zone,
    /// The role `channel`.
    Channel,
}

/// For so many faults names are searched for a near one; a hostile schema may have very many of both.
const SUGGESTIONS: usize = 100;

/// All rules that the schema breaks, in the order of its definitions.
///
/// A schema without faults has a layout whose every slot can be loaded, bound and evaluated.
pub(crate) fn validate(schema: &Schema) -> Vec<Fault> {
    let mut rules = Rules {
        schema,
        faults: Vec::new(),
        definition: Definition::Customer,
        path: Vec::new(),
        in_list: false,
        given: [None, None],
    };
    if schema.customer.is_empty() {
        rules.fault(
            Code::MissingCustomer,
            Part::Name,
            "the customer has no attributes",
            "nothing is known of it",
        );
    } else {
        rules.key(&schema.customer, "the customer", &[Type::String, Type::Int]);
        rules.fields(&schema.customer, 0);
    }
    for (index, (name, catalog)) in schema.catalogs.iter().enumerate() {
        rules.definition = Definition::Catalog(index);
        rules.name(name);
        rules.key(
            &catalog.fields,
            &format!("the catalogue `{name}`"),
            &[Type::String, Type::Int],
        );
        rules.fields(&catalog.fields, 0);
    }
    for (index, (name, event)) in schema.events.iter().enumerate() {
        rules.definition = Definition::Event(index);
        rules.name(name);
        rules.event_name(name);
        rules.event_properties(&event.fields);
        rules.fields(&event.fields, 0);
    }
    for (index, (name, placement)) in schema.placements.iter().enumerate() {
        rules.definition = Definition::Placement(index);
        rules.name(name);
        rules.catalog(&placement.catalog);
    }
    rules.faults
}

struct Rules<'s> {
    schema: &'s Schema,
    faults: Vec<Fault>,
    definition: Definition,
    path: Vec<usize>,
    /// Whether it is about items of a list.
    in_list: bool,
    /// Where `zone` and `channel` were given.
    given: [Option<Place>; 2],
}

impl Rules<'_> {
    fn place(&self, part: Part) -> Place {
        Place {
            definition: self.definition,
            fields: self.path.clone(),
            part,
        }
    }

    fn fault(
        &mut self,
        code: Code,
        part: Part,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> &mut Fault {
        let place = self.place(part);
        self.faults.push(Fault {
            code,
            place,
            message: message.into(),
            label: label.into(),
            other: None,
            help: None,
        });
        self.faults.last_mut().expect("pushed above")
    }

    fn at_field<T>(&mut self, index: usize, rule: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(index);
        let result = rule(self);
        self.path.pop();
        result
    }

    /// Whatever can stand in backticks.
    fn name(&mut self, name: &str) {
        if name.trim().is_empty() || name.contains(|c: char| c == '`' || c.is_control()) {
            let message = "a name has letters, and no backtick, line break or other control character";
            self.fault(Code::Syntax, Part::Name, message, "not a name");
        }
    }

    /// Exactly one key, required, of one of `types`.
    fn key(&mut self, fields: &[Field], owner: &str, types: &[Type]) {
        let kinds = types
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" or ");
        let mut keys = fields.iter().enumerate().filter(|(_, field)| field.roles.key);
        let Some((first, field)) = keys.next() else {
            let fault = self.fault(
                Code::InvalidKey,
                Part::Name,
                format!("{owner} has no key"),
                "no field is the key",
            );
            fault.help = Some(format!(
                "write the role `key` after the {kinds} that identifies it"
            ));
            return;
        };
        let first_place = self.at_field(first, |rules| {
            if !types.contains(&field.ty) {
                let message = format!("the key of {owner} is {kinds}, not {}", field.ty);
                rules.fault(Code::InvalidKey, Part::Type, message, format!("expected {kinds}"));
            }
            if field.optional {
                let message = format!("the key of {owner} may be missing");
                rules
                    .fault(Code::InvalidKey, Part::Type, message, "a key is always known")
                    .help = Some("leave out the `?`".to_owned());
            }
            rules.place(Part::Key)
        });
        for (index, _) in keys {
            self.at_field(index, |rules| {
                let message = format!("{owner} has two keys");
                rules
                    .fault(Code::InvalidKey, Part::Key, message, "a second key")
                    .other = Some(first_place.clone());
            });
        }
    }

    /// Attributes and events are members of the same record.
    fn event_name(&mut self, name: &str) {
        let attribute = self.schema.customer.iter().position(|field| *field.name == *name);
        if let Some(index) = attribute {
            let other = Place {
                definition: Definition::Customer,
                fields: vec![index],
                part: Part::Name,
            };
            let message = format!("`{name}` is both an attribute and an event");
            let fault = self.fault(Code::DuplicateName, Part::Name, message, "also an attribute");
            fault.other = Some(other);
            fault.help =
                Some("a customer's attributes and events stand side by side in its record".to_owned());
        }
    }

    fn event_properties(&mut self, fields: &[Field]) {
        for (index, field) in fields.iter().enumerate() {
            if *field.name == *"at" {
                self.at_field(index, |rules| {
                    let message = "every event has `at` already, the time when it happened";
                    rules.fault(Code::DuplicateName, Part::Name, message, "there is one");
                });
            }
        }
    }

    fn fields(&mut self, fields: &[Field], depth: usize) {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (index, field) in fields.iter().enumerate() {
            let before = *first.entry(&field.name).or_insert(index);
            self.at_field(index, |rules| {
                rules.name(&field.name);
                if before != index {
                    let mut other = rules.place(Part::Name);
                    other.fields.pop();
                    other.fields.push(before);
                    let message = format!("`{}` is defined twice", field.name);
                    rules
                        .fault(Code::DuplicateName, Part::Name, message, "defined again")
                        .other = Some(other);
                }
                rules.roles(field, depth);
                rules.ty(&field.ty, depth);
            });
        }
    }

    fn roles(&mut self, field: &Field, depth: usize) {
        let keyed = matches!(self.definition, Definition::Customer | Definition::Catalog(_)) && depth == 0;
        if field.roles.key && !keyed {
            let message = "only an attribute of the customer or a field of a catalogue can be the key";
            self.fault(Code::InvalidRole, Part::Key, message, "cannot be a key");
        }
        if field.roles.filled.is_some() && !field.ty.is_text() && !matches!(field.ty, Type::List(_)) {
            let message = format!("`filled` is for text and lists, not for {}", field.ty);
            self.fault(Code::InvalidRole, Part::Filled, message, "cannot be blank");
        }
        if field.roles.zone {
            let fits = field.ty == Type::String;
            self.of_customer(Part::Zone, ("zone", 0), fits, "a `string`");
        }
        if field.roles.channel {
            let fits = matches!(field.ty, Type::String | Type::Words(_));
            self.of_customer(Part::Channel, ("channel", 1), fits, "a `string` or words");
        }
        if let Some(letters) = field.roles.letters {
            let fault = if !matches!(field.ty, Type::String | Type::Url) {
                Some((
                    format!(
                        "`at most … letters` is for `string` and `url`, not for {}",
                        field.ty
                    ),
                    "has none",
                ))
            } else if letters == 0 {
                Some(("a text of at most no letters".to_owned(), "nothing is that short"))
            } else {
                None
            };
            if let Some((message, label)) = fault {
                self.fault(Code::InvalidRole, Part::Letters, message, label);
            }
        }
    }

    /// A role that one attribute of the customer may have.
    fn of_customer(&mut self, part: Part, (word, index): (&str, usize), fits: bool, types: &str) {
        if self.definition != Definition::Customer || self.in_list {
            let message = format!("`{word}` is a role of one attribute of the customer");
            self.fault(Code::InvalidRole, part, message, "not of a customer");
        } else if !fits {
            let message = format!("`{word}` is the role of {types}");
            self.fault(Code::InvalidRole, part, message, "of another type");
        } else if let Some(first) = self.given[index].clone() {
            let message = format!("two attributes have the role `{word}`");
            self.fault(Code::InvalidRole, part, message, "remove one of them")
                .other = Some(first);
        } else {
            self.given[index] = Some(self.place(part));
        }
    }

    fn ty(&mut self, ty: &Type, depth: usize) {
        if depth >= NESTING {
            let message = format!("lists and records stand in each other more than {NESTING} deep");
            self.fault(Code::Limit, Part::Type, message, "too deep");
            return;
        }
        match ty {
            Type::Duration => {
                let message = "a duration cannot be stored, only computed";
                self.fault(Code::InvalidType, Part::Type, message, "not for attributes")
                    .help = Some("store an int, such as seconds".to_owned());
            }
            Type::Words(words) => self.words(words),
            Type::Ref(catalog) => self.catalog(catalog),
            Type::List(item) => {
                if let Type::List(_) = **item {
                    let message = "a list of lists is not supported";
                    self.fault(Code::InvalidType, Part::Type, message, "a list in a list")
                        .help =
                        Some("make the items records with a list in them: [{ items: [int] }]".to_owned());
                }
                let outside = std::mem::replace(&mut self.in_list, true);
                self.ty(item, depth + 1);
                self.in_list = outside;
            }
            Type::Record(fields) if fields.is_empty() => {
                self.fault(
                    Code::InvalidType,
                    Part::Type,
                    "a record without fields holds nothing",
                    "no fields",
                );
            }
            Type::Record(fields) => self.fields(fields, depth + 1),
            _ => {}
        }
    }

    fn words(&mut self, words: &[std::sync::Arc<str>]) {
        if words.is_empty() {
            self.fault(
                Code::InvalidType,
                Part::Type,
                "an enumeration has at least one word",
                "no words",
            );
        }
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (index, word) in words.iter().enumerate() {
            if word.contains('\0') {
                self.fault(
                    Code::InvalidType,
                    Part::Word(index),
                    "a word with the character U+0000",
                    "not text",
                );
            }
            if let Some(first) = first.insert(word, index) {
                let other = self.place(Part::Word(first));
                self.fault(
                    Code::InvalidType,
                    Part::Word(index),
                    format!("the word {word:?} is listed twice"),
                    "again",
                )
                .other = Some(other);
            }
        }
    }

    fn catalog(&mut self, name: &str) {
        if !self.schema.catalogs.contains_key(name) {
            let names = self.schema.catalogs.keys().map(|name| &**name).take(10_000);
            let few = self.faults.len() < SUGGESTIONS;
            let help = few.then(|| suggest::did_you_mean(name, names)).flatten();
            self.fault(
                Code::UnknownCatalog,
                Part::Type,
                format!("unknown catalogue `{name}`"),
                "not defined",
            )
            .help = help;
        }
    }
}
