//! News of a customer's favourites.

use std::{fmt, sync::Arc};

use indexmap::IndexMap;

use super::{Action, Profile, Reason, Recommender, scores::Scores};
use crate::{
    diagnostic::suggest::did_you_mean,
    error::UnknownName,
    record::{Items, Row},
    schema::Slot,
    value::{Decimal, Type},
};

/// Speaks for favourites of which few are left, the fewest first.
///
/// Favourites are what the [`Profile`] has as [`Action::Favorite`]; what is sold out is none of them. Choose with
/// [`Wish::alerts`](crate::Wish::alerts), so that only these are shown.
///
/// # Example
///
/// ```
/// # use audience::{Action, Assortment, Definitions, LowStock, Profile, Shelf, Wish};
/// let shop = Definitions::parse("customer { id: string key }  catalog products { sku: string key, name: string, stock: int }")?;
/// let lines = r#"
///     {"sku": "mug", "name": "Mug", "stock": 0}
///     {"sku": "pot", "name": "Teapot", "stock": 3}
///     {"sku": "tea", "name": "Green tea", "stock": 80}
/// "#;
/// let products = shop.loader().items_from_json_lines("products", lines.as_bytes())?;
/// let alerts = LowStock::new(&products, "stock", 5)?;
///
/// let now = "2026-06-01T09:00:00Z".parse()?;
/// let ana = ["mug", "pot", "tea"].into_iter().fold(Profile::new(now), |it, key| it.did(Action::Favorite, key, now));
/// let shelf = Shelf::new(&Assortment::from_items(&products, "name", None)?);
/// let list = shelf.choose(&alerts, &ana, &Wish::alerts(4));
/// assert_eq!(list.iter().map(|it| format!("{}: {}", it.item, it.reason)).collect::<Vec<_>>(), ["pot: only 3 left"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct LowStock {
    /// Those with few left.
    left: IndexMap<Arc<str>, i64>,
    most: i64,
}

impl LowStock {
    /// `stock` is a field of whole numbers, and at most `most` are few.
    ///
    /// # Errors
    ///
    /// The catalogue has no such field, or it is not `int`.
    pub fn new(items: &Items, stock: &str, most: u32) -> Result<Self, UnknownName> {
        let slot = number_slot(items, stock, &Type::Int)?;
        let most = i64::from(most);
        let left = items.keys().enumerate().filter_map(|(index, key)| {
            let left = items.row(index)?.int(slot)?;
            (1..=most).contains(&left).then(|| (key.into(), left))
        });
        Ok(Self {
            left: left.collect(),
            most,
        })
    }
}

impl Recommender for LowStock {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        for key in favourites(profile) {
            if let Some(left) = self.left.get(key) {
                // Above 0, and the more the fewer are left.
                let share = super::decay::float(self.most - left + 1) / super::decay::float(self.most);
                scores.add(key, share, Reason::LowStock { left: *left });
            }
        }
    }
}

/// Speaks for favourites that cost less than before, the largest share first.
///
/// Favourites are what the [`Profile`] has as [`Action::Favorite`]. Choose with [`Wish::alerts`](crate::Wish::alerts), so that
/// only these are shown.
///
/// # Example
///
/// ```
/// # use audience::{Action, Assortment, Definitions, PriceDrop, Profile, Shelf, Wish};
/// let shop = Definitions::parse("customer { id: string key }  catalog products { sku: string key, name: string, price: decimal }")?;
/// let load = |lines: &str| shop.loader().items_from_json_lines("products", lines.as_bytes());
/// let before = load(r#"{"sku": "pot", "name": "Teapot", "price": 20}"#)?;
/// let today = load(r#"{"sku": "pot", "name": "Teapot", "price": 15.50}"#)?;
/// let alerts = PriceDrop::new(&before, &today, "price", 0.1)?;
///
/// let now = "2026-06-01T09:00:00Z".parse()?;
/// let ana = Profile::new(now).did(Action::Favorite, "pot", now);
/// let shelf = Shelf::new(&Assortment::from_items(&today, "name", None)?);
/// assert_eq!(shelf.choose(&alerts, &ana, &Wish::alerts(4))[0].reason.to_string(), "now 15.5, was 20");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PriceDrop {
    /// Before and after, of those that fell.
    prices: IndexMap<Arc<str>, (Decimal, Decimal)>,
}

impl PriceDrop {
    /// `price` is a field of decimals, and from `least` on, a share from 0 to 1, a drop is worth telling. What is not a number
    /// counts as no least share.
    ///
    /// # Errors
    ///
    /// The catalogue before or now has no such field, or it is not `decimal`.
    pub fn new(before: &Items, now: &Items, price: &str, least: f64) -> Result<Self, UnknownName> {
        let (old_slot, slot) = (
            number_slot(before, price, &Type::Decimal)?,
            number_slot(now, price, &Type::Decimal)?,
        );
        let prices = now.keys().enumerate().filter_map(|(index, key)| {
            let to = now.row(index)?.decimal(slot)?;
            let from = before.row(before.find(key)?)?.decimal(old_slot)?;
            let fell = to < from && from > 0 && to >= 0;
            let prices = (Decimal::from_units(from), Decimal::from_units(to));
            (fell && share(prices) >= least.max(0.0)).then(|| (key.into(), prices))
        });
        Ok(Self {
            prices: prices.collect(),
        })
    }
}

impl Recommender for PriceDrop {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        for key in favourites(profile) {
            if let Some((from, to)) = self.prices.get(key).copied() {
                scores.add(key, share((from, to)), Reason::PriceDrop { from, to });
            }
        }
    }
}

/// What of a price was taken off.
fn share((from, to): (Decimal, Decimal)) -> f64 {
    let units = |it: Decimal| super::decay::float(it.units());
    (units(from) - units(to)) / units(from)
}

/// Each favourite once.
fn favourites<'p>(profile: &Profile<'p>) -> Vec<&'p str> {
    let favourites = profile
        .done
        .iter()
        .filter(|it| it.action == Action::Favorite && it.at <= profile.now);
    let mut keys: Vec<&str> = favourites.map(|it| it.item).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn number_slot(items: &Items, field: &str, ty: &Type) -> Result<u32, UnknownName> {
    let layout = items.layout();
    let slot = layout
        .slots
        .iter()
        .position(|slot| slot.name() == field && slot.ty == *ty);
    let slot = slot.and_then(|slot| u32::try_from(slot).ok());
    slot.ok_or_else(|| {
        let names: Vec<String> = layout.slots.iter().map(Slot::name).collect();
        let others = names.iter().map(String::as_str).filter(|it| *it != field);
        let near = did_you_mean(field, others).filter(|_| !names.iter().any(|it| it == field));
        UnknownName {
            kind: "field",
            name: field.to_owned(),
            help: near.or_else(|| Some(format!("it must be `{ty}` among the fields of the catalogue"))),
        }
    })
}

/// Of how many items.
impl fmt::Debug for LowStock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LowStock")
            .field("items", &self.left.len())
            .finish_non_exhaustive()
    }
}

/// Of how many items.
impl fmt::Debug for PriceDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PriceDrop")
            .field("items", &self.prices.len())
            .finish()
    }
}
