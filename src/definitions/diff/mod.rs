//! What changed between two sets of definitions, and whom it moves.

mod campaign;
mod meaning;
mod message;
mod moves;
mod schema;
mod written_out;

pub use moves::{Move, Moves};

use std::fmt;

use serde::Serialize;

use super::Definitions;

/// What is different between two sets of definitions, made by [`Definitions::diff`].
///
/// `Display` shows it as a list; `Serialize` gives the same to programs.
///
/// ```
/// # use audience::{Definitions, Effect};
/// let shop = "customer { id: string key, orders: int }";
/// let old = Definitions::parse(&format!("{shop} segment loyal = orders >= 10 segment new_here = orders < 1"))?;
/// let new = Definitions::parse(&format!("{shop} segment loyal = orders >= 5  segment new_here = not (orders >= 1)"))?;
/// let diff = Definitions::diff(&old, &new);
/// let effects: Vec<_> = diff.changes().iter().map(|it| (&*it.name, it.effect)).collect();
/// assert_eq!(effects, [("loyal", Effect::Wider), ("new_here", Effect::Written)]);
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    changes: Vec<Difference>,
}

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// What it is.
    pub kind: Defined,
    /// Its name; of a property with that of its event or catalogue, `purchases.amount`.
    pub name: String,
    /// How it is different.
    pub effect: Effect,
    /// What it was, as text of the language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// What can be different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Defined {
    /// What a customer may have: whether members that are not named are passed over.
    Contract,
    /// Something known of a customer.
    Attribute,
    /// A catalogue of things.
    Catalog,
    /// A field of a catalogue's items.
    Field,
    /// A type of event.
    Event,
    /// A property of events.
    Property,
    /// A list that a recommender fills.
    Placement,
    /// Named constants.
    List,
    /// A computed value.
    Trait,
    /// A group of customers.
    Segment,
    /// What is sent; with the name of a clause, `win_back_mail.subject`.
    Message,
    /// When a way to customers may be used; with the name of a clause, `email.consent`.
    Channel,
    /// What is given on certain terms.
    Offer,
    /// Who gets which message; with the name of a clause, `spring.holdout`.
    Campaign,
    /// Those whom no campaign writes to.
    Holdout,
}

/// How something is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is of another type, may now be missing, or no longer may.
    Type,
    /// It has other roles.
    Roles,
    /// Members that it does not name were refused on loading, and are passed over.
    Opened,
    /// Members that it does not name were passed over on loading, and are refused.
    Closed,
    /// Its description, or its owner, is another.
    Described,
    /// It is written in another way and means the same for every customer.
    Written,
    /// Whoever was in is in, and others may be too.
    Wider,
    /// Whoever is in was in, and others were too.
    Narrower,
    /// Whoever was in is out.
    Replaced,
    /// It means something else, or may do so.
    Meaning,
}

impl Diff {
    /// All changes: first of what is known of a customer, then of what is defined with it, each in the order of the new
    /// definitions, and what is gone last.
    #[must_use]
    pub fn changes(&self) -> &[Difference] {
        &self.changes
    }

    /// Tells whether nothing is different, as far as answers go: what is only written or described otherwise does not
    /// count.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let old = Definitions::parse("customer { id: string key, age: int }  segment adult = age >= 18")?;
    /// let new = Definitions::parse("customer { id: string key, age: int }  segment adult \"grown up\" = 18 <= age")?;
    /// assert!(Definitions::diff(&old, &new).is_harmless());
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        self.changes
            .iter()
            .all(|it| matches!(it.effect, Effect::Written | Effect::Described))
    }
}

impl Definitions {
    /// Compares two sets of definitions.
    ///
    /// A segment or trait that is written in another way is written out, with all that it names, and compared as a
    /// condition: what is proven to be the same for every customer is [`Effect::Written`]. Where neither that nor that one is
    /// inside the other can be proven, it is [`Effect::Meaning`]. Takes a bounded number of steps for each definition.
    ///
    /// ```
    /// # use audience::{Defined, Definitions, Effect};
    /// let old = Definitions::parse("customer { id: string key, age: int }  segment adult = age >= 18")?;
    /// let new = Definitions::parse("customer { id: string key, age: int? }  segment adult = age >= 21")?;
    /// let diff = Definitions::diff(&old, &new);
    /// let [age, adult] = diff.changes() else { panic!("two changes") };
    /// assert_eq!((age.kind, age.effect), (Defined::Attribute, Effect::Type));
    /// assert_eq!((adult.kind, adult.effect), (Defined::Segment, Effect::Narrower));
    /// assert_eq!((adult.old.as_deref(), adult.new.as_deref()), (Some("age >= 18"), Some("age >= 21")));
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    #[must_use]
    pub fn diff(old: &Self, new: &Self) -> Diff {
        let mut changes = Vec::new();
        schema::compare(old.schema(), new.schema(), &mut changes);
        meaning::compare(old, new, &mut changes);
        Diff { changes }
    }
}

impl Difference {
    fn new(kind: Defined, name: impl Into<String>, effect: Effect) -> Self {
        Self {
            kind,
            name: name.into(),
            effect,
            old: None,
            new: None,
        }
    }

    fn from(mut self, old: impl Into<Option<String>>) -> Self {
        self.old = old.into();
        self
    }

    fn to(mut self, new: impl Into<Option<String>>) -> Self {
        self.new = new.into();
        self
    }
}

impl fmt::Display for Defined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contract => "contract",
            Self::Attribute => "attribute",
            Self::Catalog => "catalogue",
            Self::Field => "field",
            Self::Event => "event",
            Self::Property => "property",
            Self::Placement => "placement",
            Self::List => "list",
            Self::Trait => "trait",
            Self::Segment => "segment",
            Self::Message => "message",
            Self::Channel => "channel",
            Self::Offer => "offer",
            Self::Campaign => "campaign",
            Self::Holdout => "holdout",
        })
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "is new",
            Self::Removed => "is gone",
            Self::Type => "is of another type",
            Self::Roles => "has other roles",
            Self::Opened => "is open now: what it does not name is passed over",
            Self::Closed => "is no longer open: what it does not name is refused",
            Self::Described => "is described in another way",
            Self::Written => "is written in another way and means the same",
            Self::Wider => "is wider: whoever was in is in, and others may be too",
            Self::Narrower => "is narrower: whoever is in was in, and others were too",
            Self::Replaced => "has other customers: whoever was in is out",
            Self::Meaning => "may mean something else",
        })
    }
}

/// One line for each change, with what it was and what it is now below.
impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return writeln!(f, "nothing is different");
        }
        for change in &self.changes {
            let Difference {
                kind,
                name,
                effect,
                old,
                new,
            } = change;
            writeln!(f, "{kind} {name} {effect}")?;
            for (mark, text) in [("-", old), ("+", new)] {
                if let Some(text) = text {
                    writeln!(f, "  {mark} {text}")?;
                }
            }
        }
        Ok(())
    }
}
