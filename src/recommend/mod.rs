//! Which items to show to whom, and why.
//!
//! A [`Recommender`] scores the items of an [`Assortment`] for what is known of a customer, her [`Profile`]. A [`Shelf`]
//! turns scores into the list that fills a placement: it knows what is available, leaves out what lies in the cart and what
//! she has, spreads the list over categories, and fills it up. Each [`Recommendation`] has its [`Reason`].
//!
//! Models learn from [`Interactions`], "this customer did this with that item at that time", which a [`History`] reads from
//! customers' events: [`Popularity`] what many take, [`Neighbours`] what is taken by the same people or on the same
//! occasion, [`Rebuy`] what is due again; a [`Blend`] puts them together. [`Evaluation`] measures on data that was held back
//! whether one is better than another.

mod alerts;
mod assortment;
mod blend;
mod decay;
#[cfg(feature = "ease")]
mod ease;
mod evaluate;
mod history;
mod interactions;
mod neighbours;
mod pairs;
mod popularity;
mod profile;
mod rebuy;
mod scores;
mod shelf;
mod wire;

pub use alerts::{LowStock, PriceDrop};
pub use assortment::{Assortment, AssortmentItem};
pub use blend::Blend;
pub use decay::ActionWeights;
#[cfg(feature = "ease")]
pub use ease::{Ease, EaseOptions};
pub use evaluate::{Evaluation, Split, Target};
pub use history::History;
pub use interactions::{Action, Interaction, Interactions, WeightError};
pub use neighbours::{Likeness, NeighbourOptions, Neighbours};
pub use pairs::{PairCounts, Together};
pub use popularity::{Popularity, PopularityOptions};
pub use profile::Profile;
pub use rebuy::{Rebuy, RebuyOptions};
pub use scores::Scores;
pub use shelf::{Mode, Shelf, Wish};

use std::{fmt, sync::Arc};

use crate::{template::PlacedItem, value::Decimal};

/// Says how well items of a catalogue suit a customer.
///
/// Models of this crate are recommenders, and so is whatever the host has: scores from elsewhere, a list made by hand. The
/// same question has the same answer. [`Shelf::choose`] makes a list of the scores.
///
/// # Example
///
/// ```
/// use audience::{Assortment, Profile, Reason, Recommender, Scores, Shelf, Wish};
///
/// /// Shows everyone the same.
/// struct Window(Vec<&'static str>);
///
/// impl Recommender for Window {
///     fn score(&self, _profile: &Profile<'_>, scores: &mut Scores) {
///         for (place, item) in (1..).zip(&self.0) {
///             scores.add(item, 1.0 / f64::from(place), Reason::Said("in our window".into()));
///         }
///     }
/// }
///
/// let shelf = Shelf::new(&Assortment::from_iter([("mug", "Mug"), ("pot", "Teapot"), ("tea", "Green tea")]));
/// let list = shelf.choose(&Window(vec!["tea", "mug"]), &Profile::new("2026-06-01T09:00:00Z".parse()?), &Wish::new(1));
/// assert_eq!((&*list[0].item, list[0].reason.to_string()), ("tea", "in our window".to_owned()));
/// # Ok::<(), audience::TimeError>(())
/// ```
pub trait Recommender {
    /// Adds to the scores of the items that it has something to say about.
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores);
}

impl<R: Recommender + ?Sized> Recommender for &R {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        (**self).score(profile, scores);
    }
}

impl<R: Recommender + ?Sized> Recommender for Arc<R> {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        (**self).score(profile, scores);
    }
}

impl<R: Recommender + ?Sized> Recommender for Box<R> {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        (**self).score(profile, scores);
    }
}

/// An item, and why it is shown.
///
/// ```
/// # use audience::{Reason, Recommendation};
/// let tea = Recommendation { item: "tea".into(), reason: Reason::Popular };
/// assert_eq!(tea.reason.to_string(), "popular with our customers");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// The item's key in the catalogue.
    pub item: Arc<str>,
    /// Why this item.
    pub reason: Reason,
}

/// As a placement shows it: the reason in English.
///
/// ```
/// # use audience::{Placements, Reason, Recommendation};
/// let mut placements = Placements::new();
/// placements.set("recommendations", [&Recommendation { item: "tea".into(), reason: Reason::Popular }]);
/// assert_eq!(placements.get("recommendations")[0].reason(), "popular with our customers");
/// ```
impl From<&Recommendation> for PlacedItem {
    fn from(recommendation: &Recommendation) -> Self {
        Self::new(recommendation.item.clone(), recommendation.reason.to_string())
    }
}

/// Why an item is shown. `Display` says it to the customer in English; a host with another language matches on it.
///
/// ```
/// # use audience::{Action, Reason};
/// let reason = Reason::Did { action: Action::Purchase, item: "22961".into(), name: "JAM MAKING SET PRINTED".into() };
/// assert_eq!(reason.to_string(), "because you bought JAM MAKING SET PRINTED");
/// assert_eq!(Reason::PopularIn { group: "Spain".into() }.to_string(), "popular in Spain");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Customers who did something with `item` took this.
    Did {
        /// What the customer did.
        action: Action,
        /// The key of the item that she did it with.
        item: Arc<str>,
        /// Its name in the assortment.
        name: Arc<str>,
    },
    /// It is taken together with `item`.
    GoesWith {
        /// The key of the other item.
        item: Arc<str>,
        /// Its name in the assortment.
        name: Arc<str>,
    },
    /// It is taken in place of `item`.
    Like {
        /// The key of the other item.
        item: Arc<str>,
        /// Its name in the assortment.
        name: Arc<str>,
    },
    /// Many customers took it.
    Popular,
    /// Many customers of the group took it.
    PopularIn {
        /// The customer's group, such as a country.
        group: Arc<str>,
    },
    /// Many customers took it lately.
    Trending,
    /// Many customers of the group took it lately.
    TrendingIn {
        /// The customer's group, such as a country.
        group: Arc<str>,
    },
    /// The customer took it before, and the usual time until she takes it again has passed.
    BuyAgain,
    /// The customer took it before.
    BoughtBefore,
    /// It is a favourite of the customer of which few are left.
    LowStock {
        /// How many there are.
        left: i64,
    },
    /// It is a favourite of the customer that costs less than before.
    PriceDrop {
        /// What it did cost.
        from: Decimal,
        /// What it costs now.
        to: Decimal,
    },
    /// What a recommender of the host says.
    Said(Arc<str>),
    /// No recommender speaks for it, and the customer has not bought it.
    NewToYou,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Did { action, name, .. } => match action {
                Action::Purchase => write!(f, "because you bought {name}"),
                Action::Favorite => write!(f, "because you like {name}"),
                Action::Search => write!(f, "because you looked for {name}"),
                Action::View => write!(f, "because you viewed {name}"),
            },
            Self::GoesWith { name, .. } => write!(f, "goes with {name}"),
            Self::Like { name, .. } => write!(f, "similar to {name}"),
            Self::Popular => f.write_str("popular with our customers"),
            Self::PopularIn { group } => write!(f, "popular in {group}"),
            Self::Trending => f.write_str("popular right now"),
            Self::TrendingIn { group } => write!(f, "popular right now in {group}"),
            Self::BuyAgain => f.write_str("time to buy it again"),
            Self::BoughtBefore => f.write_str("you bought it before"),
            Self::LowStock { left: 1 } => f.write_str("only one left"),
            Self::LowStock { left } => write!(f, "only {left} left"),
            Self::PriceDrop { from, to } => write!(f, "now {to}, was {from}"),
            Self::Said(text) => f.write_str(text),
            Self::NewToYou => f.write_str("new to you"),
        }
    }
}

/// Why a model was not fitted: an option that it cannot work with.
///
/// ```
/// # use audience::{Assortment, Duration, Interactions, Popularity, PopularityOptions};
/// let options = PopularityOptions { half_life: Some(Duration::from_micros(0)), ..PopularityOptions::default() };
/// let none: [(&str, &str); 0] = [];
/// let error = Popularity::fit(&options, &Interactions::new(), &Assortment::from_iter(none)).unwrap_err();
/// assert_eq!(error.to_string(), "`half_life` in days is 0; it must be longer than nothing");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{what} is {given}; it must be {must}")]
pub struct FitError {
    what: String,
    given: String,
    must: &'static str,
}

impl FitError {
    pub(crate) fn new(what: String, given: impl fmt::Display, must: &'static str) -> Self {
        let given = given.to_string();
        Self { what, given, must }
    }
}
