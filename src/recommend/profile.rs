//! What is known of a customer when items are chosen.

use std::fmt;

use super::{Action, assortment::Assortment};
use crate::value::DateTime;

/// What is known of a customer when items are chosen: what she did, what lies in her cart, to which group she belongs, and
/// when it is.
///
/// It borrows keys from where the host has them; [`History::profile`](crate::History::profile) makes one of a
/// [`Customer`](crate::Customer). What happened later than now is left aside by models.
///
/// # Example
///
/// ```
/// # use audience::{Action, Profile};
/// let now = "2026-06-01T09:00:00Z".parse()?;
/// let ana = Profile::new(now)
///     .did(Action::Purchase, "tea", "2026-05-01T09:00:00Z".parse()?)
///     .did(Action::View, "pot", now)
///     .in_cart("mug")
///     .in_group("Spain");
/// assert_eq!((ana.len(), ana.group()), (2, Some("Spain")));
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Profile<'a> {
    pub(super) now: DateTime,
    pub(super) done: Vec<Done<'a>>,
    pub(super) cart: Vec<&'a str>,
    pub(super) group: Option<&'a str>,
}

#[derive(Clone, Copy)]
pub(super) struct Done<'a> {
    pub(super) item: &'a str,
    pub(super) action: Action,
    pub(super) at: DateTime,
    pub(super) weight: f64,
}

impl<'a> Profile<'a> {
    /// Someone of whom nothing is known.
    pub fn new(now: DateTime) -> Self {
        Self {
            now,
            done: Vec::new(),
            cart: Vec::new(),
            group: None,
        }
    }

    /// Adds what she did with an item.
    pub fn did(mut self, action: Action, item: &'a str, at: DateTime) -> Self {
        self.add(action, item, at);
        self
    }

    /// Adds something that counts more or less than others of its kind. A weight that is none, as
    /// [`Interactions::add`](crate::Interactions::add) would refuse it, counts nothing.
    pub fn did_weighted(mut self, action: Action, item: &'a str, at: DateTime, weight: f64) -> Self {
        if weight > 0.0 && weight.is_finite() {
            self.done.push(Done {
                item,
                action,
                at,
                weight,
            });
        }
        self
    }

    /// Adds a purchase at this moment.
    pub fn bought(self, item: &'a str) -> Self {
        let now = self.now;
        self.did(Action::Purchase, item, now)
    }

    /// Adds what lies in her cart: it is not shown again.
    pub fn in_cart(mut self, item: &'a str) -> Self {
        self.cart.push(item);
        self
    }

    /// Says to which group she belongs, such as a country or a segment, see
    /// [`Interactions::set_group`](crate::Interactions::set_group).
    pub fn in_group(mut self, group: &'a str) -> Self {
        self.group = Some(group);
        self
    }

    pub(super) fn add(&mut self, action: Action, item: &'a str, at: DateTime) {
        self.done.push(Done {
            item,
            action,
            at,
            weight: 1.0,
        });
    }

    /// When it is.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.now
    }

    /// Her group.
    #[must_use]
    pub fn group(&self) -> Option<&'a str> {
        self.group
    }

    /// How much is known of what she did.
    #[must_use]
    pub fn len(&self) -> usize {
        self.done.len()
    }

    /// Tells whether nothing is known of what she did.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.done.is_empty()
    }

    /// What she did with items of an assortment, by item and then by time.
    pub(super) fn past(&self, assortment: &Assortment, past: &mut Vec<Past>) {
        past.clear();
        for done in self.done.iter().filter(|done| done.at <= self.now) {
            let item = assortment.position(done.item);
            past.extend(item.map(|item| Past {
                item,
                action: done.action,
                at: done.at.micros(),
                weight: done.weight,
            }));
        }
        // Sorted, so that the same history in another order adds up to the same sums.
        let order = |it: &Past| (it.item, it.at, it.action);
        past.sort_unstable_by(|a, b| order(a).cmp(&order(b)).then(b.weight.total_cmp(&a.weight)));
        past.dedup_by_key(|it| order(it));
    }
}

/// Something done with an item at a position of an assortment.
#[derive(Clone, Copy)]
pub(super) struct Past {
    pub(super) item: u32,
    pub(super) action: Action,
    pub(super) at: i64,
    pub(super) weight: f64,
}

/// How much there is, not what.
impl fmt::Debug for Profile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("done", &self.done.len())
            .field("cart", &self.cart.len())
            .finish_non_exhaustive()
    }
}
