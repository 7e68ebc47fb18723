//! Random typed rules, as text of the language.

#![expect(
    clippy::format_push_string,
    reason = "a test may take the time, and it reads better"
)]

mod collection;
mod condition;
mod expression;
mod literal;
mod place;
mod rank;
mod window;

use std::{collections::BTreeSet, fmt::Write, sync::Arc};

use audience::{Schema, Type};

use super::{
    choices::Choices,
    palette::Palette,
    schema::{self, Slot},
};

/// Segments and traits over one schema.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) schema: String,
    pub(crate) lists: Vec<Named>,
    pub(crate) traits: Vec<Named>,
    pub(crate) segments: Vec<Named>,
    /// Each condition that the segments and traits are made of, as a segment of its own.
    pub(crate) probes: Vec<Probe>,
}

#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) text: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) rule: Named,
    /// What the condition is made of, other conditions inside it left out.
    pub(crate) constructs: BTreeSet<&'static str>,
    /// Whether it asks something of a collection's items; then the probe is true when it holds for any of them.
    pub(crate) of_items: bool,
}

impl Rules {
    /// All definitions.
    pub(crate) fn text(&self) -> String {
        let mut text = self.text_without_probes();
        for Probe { rule, .. } in &self.probes {
            writeln!(text, "segment {} = {}", rule.name, rule.text).expect("a String takes all");
        }
        text
    }

    /// The order is of no matter to the language, so what is used mostly stands after its use.
    pub(crate) fn text_without_probes(&self) -> String {
        let mut text = self.schema.clone();
        for it in &self.segments {
            writeln!(text, "segment {} = {}", it.name, it.text).expect("a String takes all");
        }
        for it in &self.lists {
            writeln!(text, "list {} = {}", it.name, it.text).expect("a String takes all");
        }
        for it in self.traits.iter().rev() {
            writeln!(text, "trait {} = {}", it.name, it.text).expect("a String takes all");
        }
        text
    }
}

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Bool,
    Int,
    Decimal,
    Float,
    Text,
    Words(Arc<[Arc<str>]>),
    Url,
    Ref,
    Date,
    DateTime,
    Duration,
    Geo,
}

impl Kind {
    fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Bool => Self::Bool,
            Type::Int => Self::Int,
            Type::Float => Self::Float,
            Type::Decimal => Self::Decimal,
            Type::String => Self::Text,
            Type::Words(words) => Self::Words(words.clone()),
            Type::Date => Self::Date,
            Type::DateTime => Self::DateTime,
            Type::Duration => Self::Duration,
            Type::Geo => Self::Geo,
            Type::Url => Self::Url,
            Type::Ref(_) => Self::Ref,
            _ => return None,
        })
    }
}

/// How tightly a text holds together, from the loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// A quantifier with a bare `where` too: what follows must not be read into it.
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
    Primary,
}

/// A piece of the language.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    level: Level,
    /// The same in terms of the probes that it is made of.
    short: Option<String>,
}

impl Piece {
    fn new(level: Level, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            level,
            short: None,
        }
    }

    fn primary(text: impl Into<String>) -> Self {
        Self::new(Level::Primary, text)
    }

    /// The text where something at least that tight must stand.
    fn at(&self, level: Level) -> String {
        if self.level < level {
            format!("({})", self.text)
        } else {
            self.text.clone()
        }
    }
}

/// A list of records or of references, or an event type.
#[derive(Clone, Debug)]
struct Collection {
    name: String,
    slots: Vec<Slot>,
    is_event: bool,
    private: bool,
    whose: Whose,
}

/// What has a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Customer,
    /// An item in scope.
    Item,
    /// An item that a reference points to.
    Catalogue,
}

impl Collection {
    /// The list that lies in a slot.
    fn of(slot: &Slot, schema: &Schema, whose: Whose) -> Option<Self> {
        let Type::List(item) = &slot.ty else { return None };
        let slots = match &**item {
            Type::Record(fields) => schema::reached(schema, fields),
            // What the items have is that to which they point.
            Type::Ref(catalog) => {
                let fields = schema::reached(schema, &schema.catalogs.get(catalog)?.fields);
                fields.into_iter().map(Slot::followed).collect()
            }
            _ => return None,
        };
        Some(Self {
            name: slot.path.clone(),
            slots,
            is_event: false,
            private: slot.private,
            whose: if slot.followed { Whose::Catalogue } else { whose },
        })
    }
}

struct Generator<'a, 'b> {
    choices: Choices<'a>,
    schema: &'b Schema,
    palette: &'b Palette,
    customer: Vec<Slot>,
    collections: Vec<Collection>,
    /// The items that `where` looks at.
    item: Option<Collection>,
    /// The items around it, the outermost first.
    around: Vec<Collection>,
    /// In the `where` of a step, the events of the step before.
    previous: Option<Collection>,
    /// What was found inside of collections, to be noted for the condition around all of them.
    inside: BTreeSet<&'static str>,
    traits: Vec<(String, Kind)>,
    segments: Vec<String>,
    lists: Vec<Named>,
    /// The traits and segments that ranks may be made of.
    comparable: BTreeSet<String>,
    /// Whether what is drawn may stand in a rank: nothing private, and no rank.
    compared: bool,
    /// Whether what is drawn is kept to what databases can say, too.
    portable: bool,
    probes: Vec<Probe>,
    /// What the condition at hand is made of.
    found: BTreeSet<&'static str>,
}

/// The first step of a path.
fn head(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// What rules are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// They are of the whole language, each part as often as any other.
    Language,
    /// They are asked of databases: what has no SQL is drawn now and then only.
    Databases,
}

/// Draws a trait or a segment from each of the strings of numbers.
pub(crate) fn draw(
    schema: &Schema,
    schema_text: &str,
    palette: &Palette,
    strings: &[Vec<u16>],
    purpose: Purpose,
) -> Rules {
    let mut generator = Generator::new(schema, palette);
    let mut rules = Rules {
        schema: schema_text.to_owned(),
        lists: Vec::new(),
        traits: Vec::new(),
        segments: Vec::new(),
        probes: Vec::new(),
    };
    for (index, numbers) in strings.iter().enumerate() {
        generator.choices = Choices::new(numbers);
        generator.compared = generator.choices.one_in(3);
        generator.portable = purpose == Purpose::Databases && !generator.choices.one_in(40);
        if generator.compared {
            generator
                .comparable
                .extend([format!("t{index}"), format!("s{index}")]);
        }
        if generator.choices.one_in(7) {
            let (kind, piece) = generator.any_value();
            let name = format!("t{index}");
            generator.traits.push((name.clone(), kind));
            rules.traits.push(Named {
                name,
                text: piece.text,
            });
        } else {
            let depth = 3;
            let piece = generator.condition(depth);
            let name = format!("s{index}");
            generator.segments.push(name.clone());
            rules.segments.push(Named {
                name,
                text: piece.text,
            });
        }
        generator.found.clear();
    }
    rules.lists = generator.lists;
    rules.probes = generator.probes;
    rules
}

impl<'b> Generator<'_, 'b> {
    fn new(schema: &'b Schema, palette: &'b Palette) -> Self {
        let customer = schema::reached(schema, &schema.customer);
        let lists = customer
            .iter()
            .filter_map(|slot| Collection::of(slot, schema, Whose::Customer));
        let events = schema.events.iter().map(|(name, event)| {
            let at = Slot {
                path: "at".to_owned(),
                ty: Type::DateTime,
                optional: false,
                private: false,
                followed: false,
            };
            Collection {
                name: schema::name(name),
                slots: std::iter::once(at)
                    .chain(schema::reached(schema, &event.fields))
                    .collect(),
                is_event: true,
                private: false,
                whose: Whose::Customer,
            }
        });
        Self {
            choices: Choices::new(&[]),
            schema,
            palette,
            collections: events.chain(lists).collect(),
            customer,
            item: None,
            around: Vec::new(),
            previous: None,
            inside: BTreeSet::new(),
            traits: Vec::new(),
            segments: Vec::new(),
            lists: Vec::new(),
            comparable: BTreeSet::new(),
            compared: false,
            portable: false,
            probes: Vec::new(),
            found: BTreeSet::new(),
        }
    }

    /// Notes that the condition at hand has this construct.
    fn note(&mut self, construct: &'static str) {
        debug_assert!(
            super::constructs::ALL.contains(&construct),
            "`{construct}` is not in the table of constructs"
        );
        self.found.insert(construct);
    }

    /// Notes that the condition around all collections has this construct.
    fn note_outside(&mut self, construct: &'static str) {
        if self.item.is_some() {
            self.inside.insert(construct);
        } else {
            self.note(construct);
        }
    }

    /// Draws something that sees an item of a collection.
    fn within<T>(&mut self, collection: &Collection, draw: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.item.replace(collection.clone());
        self.around.extend(outer.clone());
        let drawn = draw(self);
        if outer.is_some() {
            self.around.pop();
        } else {
            for construct in std::mem::take(&mut self.inside) {
                self.note(construct);
            }
        }
        self.item = outer;
        drawn
    }

    /// How many rows are in scope besides the customer.
    fn rows(&self) -> usize {
        self.around.len() + usize::from(self.item.is_some()) + usize::from(self.previous.is_some())
    }

    /// The slots in scope: the item's, those of the items around it and those of the customer, each unless it is hidden;
    /// then what is reached past them.
    fn slots(&self) -> Vec<Slot> {
        let compared = self.compared;
        let comparable = |slot: &&Slot| !(compared && slot.private);
        let Some(item) = &self.item else {
            return self.customer.iter().filter(comparable).cloned().collect();
        };
        let mut hidden: BTreeSet<&str> = item.slots.iter().map(|slot| head(&slot.path)).collect();
        // The item's own are asked more often.
        let mut slots: Vec<Slot> = [&item.slots; 3].into_iter().flatten().cloned().collect();
        for around in self.around.iter().rev() {
            let seen = around
                .slots
                .iter()
                .filter(|slot| !hidden.contains(head(&slot.path)));
            slots.extend(seen.cloned());
            hidden.extend(around.slots.iter().map(|slot| head(&slot.path)));
        }
        let prefixed = |prefix: &str, slot: &Slot| Slot {
            path: format!("{prefix}.{}", slot.path),
            ..slot.clone()
        };
        for slot in &self.customer {
            if !hidden.contains(head(&slot.path)) {
                slots.push(slot.clone());
            }
            slots.push(prefixed("customer", slot));
        }
        if let Some(previous) = &self.previous {
            for _ in 0..3 {
                slots.extend(previous.slots.iter().map(|slot| prefixed("previous", slot)));
            }
        }
        slots.retain(|slot| comparable(&slot));
        slots
    }

    /// Whether a trait or segment may be used in what is drawn.
    fn is_usable(&self, name: &str) -> bool {
        !self.compared || self.comparable.contains(name)
    }

    /// Draws what may stand in a rank.
    fn comparable<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.compared, true);
        let drawn = draw(self);
        self.compared = before;
        drawn
    }

    /// Traits by name, unless a property of the item hides them.
    fn traits_of(&self, kind: &Kind) -> Vec<String> {
        self.traits
            .iter()
            .filter(|(name, it)| it == kind && self.is_usable(name))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Makes a condition, and remembers it as a rule of its own.
    fn probed(&mut self, make: impl FnOnce(&mut Self) -> Piece) -> Piece {
        let outer = std::mem::take(&mut self.found);
        let piece = make(self);
        let constructs = std::mem::replace(&mut self.found, outer);
        // Behind the first step of a sequence, a condition cannot stand alone.
        if self.previous.is_some() {
            return piece;
        }
        let of_items = self.item.as_ref().map(|item| item.name.clone());
        let name = format!("p{}", self.probes.len());
        let text = match (&of_items, &piece.short) {
            (Some(collection), _) => {
                let innermost = format!("any {collection} where ({})", piece.text);
                let around = self.around.iter().rev();
                around.fold(innermost, |text, it| format!("any {} where ({text})", it.name))
            }
            (None, Some(short)) => short.clone(),
            (None, None) => piece.text.clone(),
        };
        let short = of_items.is_none().then(|| format!("in segment {name}"));
        self.probes.push(Probe {
            rule: Named { name, text },
            constructs,
            of_items: of_items.is_some(),
        });
        Piece { short, ..piece }
    }
}
