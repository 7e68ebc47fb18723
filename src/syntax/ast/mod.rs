//! What was written: the trees that the parser gives, before any name is looked up.

mod campaign;
mod expression;
mod message;

pub(crate) use campaign::{
    Campaign, CampaignClause, CampaignClauseKind, Cap, Channel, ChannelClause, ChannelClauseKind, Clock,
    Exposure, Offer, Preferred, Send, Share, Term, Variant,
};
pub(crate) use expression::{
    AggregateKind, Amount, ArithmeticOp, CompareOp, DistanceUnit, Expr, ExprKind, Items, Literal, Place,
    Quantifier, Set, State, Step, TextTest, Unit, Window,
};
pub(crate) use message::{Clause, ClauseKind, Content, Message, Outcome, Said, SaidTest};

use std::sync::Arc;

use crate::span::Span;

/// All definitions of one source, in the order written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct File {
    pub items: Vec<Item>,
    /// Every comment with its place; the formatter puts them back.
    pub comments: Vec<Comment>,
    /// Where something begins after a blank line, in the order of the text; the formatter keeps those lines.
    pub blanks: Vec<u32>,
    /// Names that were defined, but not legibly. The error is told already; a use of such a name is no second one.
    pub broken: Vec<Broken>,
}

/// Something whose text did not parse, so that it is missing from the items.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Broken {
    pub kind: ItemWord,
    /// The definition's name; none for `customer`, or where it could not be read either.
    pub name: Option<Name>,
    /// When only one field could not be read: the item is there without it.
    pub field: Option<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ItemWord {
    Customer,
    Catalog,
    Event,
    Placement,
    Trait,
    Segment,
    Message,
    Channel,
    Campaign,
    Offer,
    Holdout,
    List,
    Use,
    Test,
}

#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub span: Span,
    /// Without the `#`, trimmed at the end.
    pub text: String,
    /// Whether nothing but blanks stood before it on its line.
    pub own_line: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub span: Span,
    pub kind: ItemKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ItemKind {
    Customer {
        /// Whether members that it does not name are passed over.
        open: bool,
        fields: Vec<Field>,
    },
    Catalog {
        name: Name,
        description: Option<Text>,
        fields: Vec<Field>,
    },
    Event {
        name: Name,
        description: Option<Text>,
        fields: Vec<Field>,
    },
    Placement {
        name: Name,
        catalog: Name,
        description: Option<Text>,
    },
    Trait {
        name: Name,
        description: Option<Text>,
        value: Expr,
    },
    Segment {
        name: Name,
        description: Option<Text>,
        owner: Option<Text>,
        condition: Expr,
    },
    Message(Message),
    Channel(Channel),
    Campaign(Campaign),
    Offer(Offer),
    /// `holdout 5% of "2026"`, of all campaigns.
    Holdout {
        share: Share,
        description: Option<Text>,
    },
    List {
        name: Name,
        description: Option<Text>,
        values: Vec<Expr>,
    },
    /// `use standard.lifecycle`.
    Use {
        library: Name,
        file: Name,
    },
    Test(Test),
}

/// `test "a lapsed VIP" at 2026-06-01T00:00:00Z { … }`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Test {
    pub name: Text,
    /// A literal: a date or a datetime.
    pub at: Expr,
    pub zone: Option<Text>,
    /// In the order written.
    pub parts: Vec<TestPart>,
}

#[derive(Clone, Debug)]
pub(crate) struct TestPart {
    pub span: Span,
    pub kind: TestPartKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TestPartKind {
    Customer(Json),
    /// The items of a catalogue.
    Catalog(Name, Json),
    /// The customers that hers is compared with.
    Population(Json),
    /// What messages are given.
    Inputs(Json),
    /// The items that a recommender chose.
    Placement(Name, Json),
    /// A condition that must hold. `in name` is a condition too.
    Expectation(Expr),
    /// What a message must say.
    Said(Said),
}

/// A value in JSON.
#[derive(Clone, Debug)]
pub(crate) struct Json {
    pub span: Span,
    pub kind: JsonKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum JsonKind {
    /// A text, a number, `true`, `false` or `null`, as written.
    Plain(Arc<str>),
    List(Vec<Json>),
    Record(Vec<JsonMember>),
}

#[derive(Clone, Debug)]
pub(crate) struct JsonMember {
    pub span: Span,
    /// The name of the member without its escapes, and as written, with its quotes.
    pub name: Arc<str>,
    pub written: Arc<str>,
    pub value: Json,
}

/// A name as written; `quoted` when it stood in backticks. In the path of a template, `[0]` that is not quoted is the
/// position of an item.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub span: Span,
    pub text: Arc<str>,
    pub quoted: bool,
}

/// A text literal after its escapes were read.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub span: Span,
    pub text: Arc<str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub span: Span,
    pub name: Name,
    pub ty: Type,
    pub roles: Vec<Role>,
    pub description: Option<Text>,
}

#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub span: Span,
    pub kind: TypeKind,
    pub optional: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TypeKind {
    /// `bool`, `int`, … or a word that is no type (the checker says so).
    Name(Name),
    Words(Vec<Text>),
    Ref(Name),
    List(Box<Type>),
    Record(Vec<Field>),
}

#[derive(Clone, Debug)]
pub(crate) enum Role {
    Key(Span),
    Personal(Span),
    Sensitive(Span),
    Filled {
        span: Span,
        except: Vec<Text>,
    },
    /// `at most 30 letters`.
    Letters {
        span: Span,
        most: u64,
    },
    Zone(Span),
    Channel(Span),
    /// A word that is no role (the checker says so, with the nearest one).
    Unknown(Name),
}

impl Name {
    /// The position that a step of a template's path is: `[0]`, `[-1]`.
    pub(crate) fn position(&self) -> Option<i64> {
        let inside = self.text.strip_prefix('[')?.strip_suffix(']')?;
        if self.quoted { None } else { inside.parse().ok() }
    }

    /// Whether a value chooses what this step of a template's path is: `[i]`, `[item.key]`.
    pub(crate) fn is_chosen(&self) -> bool {
        !self.quoted && self.text.starts_with('[') && self.position().is_none()
    }

    /// The path to the value in the brackets; none where it has quoted names.
    pub(crate) fn chosen_by(&self) -> Option<Vec<Self>> {
        let mut rest = self.text.strip_prefix('[')?.strip_suffix(']')?;
        if rest.contains('`') {
            return None;
        }
        let mut path = Vec::new();
        while !rest.is_empty() {
            let begin = usize::from(rest.starts_with(['.', '[']));
            let end = rest[begin..].find(['.', '[']).map_or(rest.len(), |it| it + begin);
            let step = &rest[..end];
            path.push(Self {
                span: self.span,
                text: step.strip_prefix('.').unwrap_or(step).into(),
                quoted: false,
            });
            rest = &rest[end..];
        }
        Some(path)
    }
}

// Where something stood does not matter to what it says: spans stay out of equality.

impl PartialEq for Comment {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for TestPart {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for JsonMember {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written && self.value == other.value
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.ty == other.ty
            && self.roles == other.roles
            && self.description == other.description
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.optional == other.optional
    }
}

impl PartialEq for Role {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Key(_), Self::Key(_))
            | (Self::Personal(_), Self::Personal(_))
            | (Self::Sensitive(_), Self::Sensitive(_))
            | (Self::Zone(_), Self::Zone(_))
            | (Self::Channel(_), Self::Channel(_)) => true,
            (Self::Filled { except, .. }, Self::Filled { except: others, .. }) => except == others,
            (Self::Letters { most, .. }, Self::Letters { most: other, .. }) => most == other,
            (Self::Unknown(name), Self::Unknown(other)) => name == other,
            _ => false,
        }
    }
}
