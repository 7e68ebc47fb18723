//! One typed language for who a message is for and what it says to each person.
//!
//! A service gives this crate a few text files: what is known of its customers, the segments that they fall into, and the
//! messages that they get. They are compiled once, and everything that can fail fails then. What is asked afterwards, of
//! one customer at one moment, always has an answer.
//!
//! # A segment
//!
//! [`Definitions`] is the door. Customers are loaded from JSON or from anything that implements `Serialize`, and checked
//! against the contract on the way in. [`At`] says which instant counts as now, and in which zone a day begins.
//!
//! ```
//! use audience::{Definitions, Zone};
//!
//! let shop = Definitions::parse(
//!     r#"
//!     customer { id: string key, first_name: string? filled, country: string? }
//!     event purchases { amount: decimal }
//!
//!     segment spain   = country = "ES"
//!     segment regular "Three orders or more within a year" = at least 3 purchases in last 365 days
//!     "#,
//! )?;
//! let ana = shop.customer_from_json(
//!     r#"{"id": "ana", "country": "ES", "purchases": [{"at": "2026-05-01T09:00:00Z", "amount": 19.99}]}"#,
//! )?;
//! let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::named("Europe/Madrid")?);
//! assert!(shop.segment("spain")?.matches(&ana, &at));
//! assert!(!shop.segment("regular")?.matches(&ana, &at));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A service that has its customers in memory already reads them in place: [`record!`] says where a struct has each
//! attribute, and [`Definitions::bind`] checks it against the contract.
//!
//! # A message
//!
//! A [`Template`] has the same expressions and the same names. It compiles when every placeholder has something to show,
//! and values are escaped for the place where they stand.
//!
//! ```
//! # use audience::{Definitions, Format, Inputs, Placements, Zone};
//! # let shop = Definitions::parse(r#"
//! #     customer { id: string key, first_name: string? filled, country: string? }
//! #     segment spain = country = "ES"
//! # "#)?;
//! # let ana = shop.customer_from_json(r#"{"id": "ana", "country": "ES"}"#)?;
//! # let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
//! let mail = shop.template(
//!     Format::Html,
//!     r#"<p>Hello {{ first_name | default: "there" }}{% if in segment spain %}, free delivery this week{% endif %}.</p>"#,
//! )?;
//! let mut out = String::new();
//! mail.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out)?;
//! assert_eq!(out, "<p>Hello there, free delivery this week.</p>");
//!
//! assert!(shop.template(Format::Html, "<p>Hello {{ first_name }}.</p>").is_err()); // some have no name
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A campaign
//!
//! A [`Campaign`] decides who may have a message now, and by which channel: consent, suppression, caps, quiet hours and holdouts are
//! rules of the language, and a message for sending is rendered from a [`Choice`] that only a decision makes.
//!
//! ```
//! use audience::{Decision, Definitions, Zone};
//!
//! let shop = Definitions::parse(
//!     r#"
//!     customer { id: string key, phone: string? personal, agreed: bool }
//!     channel sms { address phone  consent agreed  quiet 22:00 to 08:00 }
//!     message hi { channel sms, text "Hi!" }
//!     campaign greeting { send hi }
//!     "#,
//! )?;
//! let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
//! let ana = shop.customer_from_json(r#"{"id": "ana", "phone": "+34 600 000 000", "agreed": false}"#)?;
//! match shop.campaign("greeting")?.decide(&ana, &at) {
//!     Decision::Send(choice) => println!("{} by {}", choice.message(), choice.channel()),
//!     Decision::Hold(reason) => assert_eq!(reason.to_string(), "no consent"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a message shows from a catalogue comes from a [`Recommender`]. [`Popularity`], [`Neighbours`] and [`Rebuy`] learn from what
//! customers did, a [`Blend`] puts them together, and a [`Shelf`] makes the list, each item with its [`Reason`].
//!
//! # Errors
//!
//! Each door has its own: [`CompileError`] has all that is wrong with a source, and its `Display` draws it; [`LoadError`]
//! has the path of the value that does not fit; [`BindError`] lists what a struct lacks; [`LimitError`] is the only error of
//! rendering. Evaluation has none: a missing value makes a condition false. Text from outside is safe to compile, within
//! [`Limits`].
//!
//! # Features
//!
//! The default build has all of the language. `analytics` adds the module `analytics`: what is known of customers from what
//! they bought. `batch` adds the module `batch`: customers by columns, and answers for all of them at once; `arrow` lets them
//! come as record batches. `cli` adds the program `audience` with `check`, `fmt`, `test`, `fit`, `eval`,
//! `explain`, `decide`, `describe`, `infer`, `render`, `sql` and `mapping`. `experiment` adds the module `experiment`: whether messages do any
//! good, and which step of personalising them does. `locale` lets filters write amounts, dates and nouns
//! in other languages than English. `parallel` adds `render_many_parallel` to messages, `decide_many_parallel` to campaigns and,
//! with `batch`, `evaluate_parallel` and `counts_parallel` to segments. `plain-text` makes the text of an e-mail that has none from its page.
//! `ease` adds `Ease`, a recommender by regression. `proptest` adds the module `testing`, with strategies for customers, definitions and
//! templates. `sql` adds the module `sql`: segments and traits as queries for a database.
//!
//! # Where to read on
//!
//! The [manual of the language](language), `docs/from_segment_to_sent.md` for the way to a sent message, `docs/analytics.md` for the models of customers, and `docs/architecture.md` for how the crate is built.
#![forbid(unsafe_code)]

// The parser that pest writes names it so, as its guard of the stack is left out: see `syntax/grammar.rs`.
extern crate alloc;

#[cfg(feature = "analytics")]
pub mod analytics;
#[cfg(feature = "batch")]
pub mod batch;
mod bits;
mod campaign;
mod check;
mod definitions;
mod diagnostic;
mod error;
mod eval;
#[cfg(feature = "experiment")]
pub mod experiment;
mod filter;
mod function;
mod hir;
mod limits;
mod message;
mod plan;
mod population;
mod recommend;
mod record;
mod requirements;
mod schema;
pub mod sms;
mod span;
#[cfg(feature = "sql")]
pub mod sql;
mod syntax;
mod template;
#[cfg(feature = "proptest")]
pub mod testing;
mod value;

pub use campaign::{CodeError, CodePool, CodeRequest, Codes, Hold, HoldReason};
pub use definitions::{
    Batch, Bound, Builder, Campaign, Campaigns, ChangedError, Changes, Choice, ChoiceError, Computed,
    DataUse, Decided, Decision, DecisionExplanation, DecisionStep, Decisions, Defined, Definitions,
    DescribedCampaign, DescribedChannel, DescribedMessage, DescribedOffer, DescribedPart, DescribedSegment,
    DescribedTrait, Description, Diff, Difference, Effect, Fitter, ItemFilter, ItemFilterError, Membership,
    Message, Move, Moves, Parts, Prepared, Processing, Recipient, RenderError, SchemaMismatch, Segment,
    SegmentSet, Segments, SegmentsIter, StepKind, Summary, SummaryHeld, SummarySent, TestCase, TestFailure,
    TestOutcome, What,
};
pub use diagnostic::{Code, Diagnostic, Label, Level, Severity, Source, render};
pub use error::{CompileError, JsonError, LimitError, LimitKind, NameError, NeedsPopulation, UnknownName};
pub use eval::{
    At, NextChange,
    explain::{
        Change, ChangedLeaf, Clause, ClauseKind, Counted, Edit, ExplainOptions, Explanation, Operand, Shown,
    },
};
pub use function::HostFunction;
pub use hir::Channel;
pub use limits::Limits;
pub use population::{Fitted, Population, PopulationError, PopulationProblem};
pub use recommend::{
    Action, ActionWeights, Assortment, AssortmentItem, Blend, Evaluation, FitError, History, Interaction,
    Interactions, Likeness, LowStock, Mode, NeighbourOptions, Neighbours, PairCounts, Popularity,
    PopularityOptions, PriceDrop, Profile, Reason, Rebuy, RebuyOptions, Recommendation, Recommender, Scores,
    Shelf, Split, Target, Together, WeightError, Wish,
};
#[cfg(feature = "ease")]
pub use recommend::{Ease, EaseOptions};
pub use record::{
    BindError, BindProblem, Customer, FieldTest, FieldType, FieldValue, Item, Items, LoadError,
    LoadErrorKind, Loader, Record, RecordField, field_name,
};
pub use requirements::{
    LookBack, RequiredCatalog, RequiredEvent, RequiredField, RequiredPlacement, Requirements,
};
pub use schema::{Catalog, Event, Placement, Schema, SchemaBuilder, SchemaError, SchemaId, SchemaProblem};
pub use span::Span;
pub use template::{
    Delimiters, Format, InputError, Inputs, PlacedItem, Placeholder, Placements, Rendered, Template,
    TemplateBuilder,
};
pub use value::{
    Date, DateTime, Decimal, DecimalError, Duration, Field, Filled, Geo, Roles, TimeError, Type, Value,
    ValueRef, Zone, ZoneError,
};

/// The manual of the language: everything that can be written, what it means, and what it answers at the edges.
#[cfg(doc)]
#[doc = include_str!("../docs/language.md")]
pub mod language {}

/// Compiles and runs the example of the page.
#[cfg(doctest)]
#[doc = include_str!("../docs/from_segment_to_sent.md")]
mod from_segment_to_sent {}

/// Compiles and runs the example of the page.
#[cfg(all(doctest, feature = "experiment"))]
#[doc = include_str!("../docs/experiments.md")]
mod experiments {}

/// Compiles and runs the example of the page.
#[cfg(doctest)]
#[doc = include_str!("../docs/recommendations.md")]
mod recommendations {}

/// Compiles and runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
