//! Which items to show to whom, and why.
//!
//! A [`Recommender`] fills a placement: given a customer, the placement's name and how many items there is room for, it
//! gives items of the catalogue with a [`Reason`]. [`CoPurchase`] is the recommender that comes with the crate. It learns
//! from [`Interactions`], "this customer took this item at that time", which a [`History`] reads from customers' events;
//! [`leave_last_out`] measures on the same data whether it does better than showing everyone what sells best.

mod co_purchase;
mod evaluate;
mod history;
mod interactions;

pub use co_purchase::{CoPurchase, CoPurchaseOptions, Serving};
pub use evaluate::{Evaluation, leave_last_out};
pub use history::History;
pub use interactions::Interactions;

use std::{fmt, sync::Arc};

use crate::{record::Customer, template::PlacedItem};

/// Chooses items of a catalogue for a customer.
///
/// `C` is what the host knows customers as: its own struct, or our [`Customer`]. The answer is at most `count` items, best
/// first, no item twice; fewer only when there is nothing else to show. The same question has the same answer.
///
/// # Example
///
/// ```
/// use audience::{Reason, Recommendation, Recommender};
///
/// /// Shows everyone the same.
/// struct Window(Vec<&'static str>);
///
/// impl Recommender<str> for Window {
///     fn recommend(&self, _customer: &str, _placement: &str, count: usize) -> Vec<Recommendation> {
///         let pick = |item: &&str| Recommendation { item: (*item).into(), reason: Reason::Popular };
///         self.0.iter().take(count).map(pick).collect()
///     }
/// }
///
/// let list = Window(vec!["tea", "mug"]).recommend("ana", "recommendations", 1);
/// assert_eq!(list[0].item.as_ref(), "tea");
/// ```
pub trait Recommender<C: ?Sized = Customer> {
    /// At most `count` items for that place in a message, best first.
    fn recommend(&self, customer: &C, placement: &str, count: usize) -> Vec<Recommendation>;
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
/// # use audience::Reason;
/// let reason = Reason::Bought { item: "22961".into(), name: "JAM MAKING SET PRINTED".into() };
/// assert_eq!(reason.to_string(), "because you bought JAM MAKING SET PRINTED");
/// assert_eq!(Reason::Popular.to_string(), "popular with our customers");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Customers who bought `item` bought this too.
    Bought {
        /// The key of what the customer bought.
        item: Arc<str>,
        /// Its name in the catalogue.
        name: Arc<str>,
    },
    /// Many customers bought it.
    Popular,
    /// Nobody in the data bought it yet, and neither did this customer.
    NewToYou,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bought { name, .. } => write!(f, "because you bought {name}"),
            Self::Popular => f.write_str("popular with our customers"),
            Self::NewToYou => f.write_str("new to you"),
        }
    }
}
