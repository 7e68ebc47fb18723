//! What a customer is due to take again.

use std::fmt;

use super::{
    Action, Assortment, FitError, Interactions, Profile, Reason, Recommender,
    decay::{DAY, count, float, narrow},
    scores::Scores,
};
use crate::value::DateTime;

/// Recommends what a customer bought before and is due to buy again.
///
/// How often she buys an item is a rate: how often she did, with some of what everybody does with this item and with items at
/// all, over the time that she has had. When it is due depends on how long customers wait: right after a purchase it counts
/// little, once the usual time between two purchases of the item has passed (of all items, where nobody bought it twice) it
/// counts fully, and the longer it lies back, the more the rate sinks. It has something to say only about what was bought.
///
/// The rate is the Poisson–Gamma model, and to hold back right after a purchase is the modification, of Bhagat, Muralidharan,
/// Lobzhanidze and Vishwanath, "Buy it again: modeling repeat purchase recommendations", KDD 2018; the form of the hold-back
/// is simpler here, and that what lies far longer back than usual counts less is a choice of our own. It is for goods that are
/// used up. Of things that one has for years, a purchase says that she needs no other.
///
/// # Example
///
/// ```
/// # use audience::{Action, Assortment, DateTime, Interactions, Profile, Rebuy, RebuyOptions, Shelf, Wish};
/// let day = |day| -> DateTime { format!("2026-05-{day:02}T09:00:00Z").parse().unwrap() };
/// let mut bought = Interactions::new();
/// for name in ["ana", "eva", "leo"] {
///     bought.extend([(name, "tea", day(1)), (name, "tea", day(11)), (name, "tea", day(21)), (name, "pot", day(1))]);
/// }
/// let assortment = Assortment::from_iter([("pot", "Teapot"), ("tea", "Green tea")]);
/// let rebuy = Rebuy::fit(&RebuyOptions::default(), &bought, &assortment)?;
/// assert_eq!(rebuy.usual_days("tea"), Some(10.0));
///
/// let mia = Profile::new(day(21)).did(Action::Purchase, "pot", day(11)).did(Action::Purchase, "tea", day(11));
/// let list = Shelf::new(&assortment).choose(&rebuy, &mia, &Wish::rebuy(2));
/// assert_eq!((&*list[0].item, list[0].reason.to_string()), ("tea", "time to buy it again".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Rebuy {
    pub(super) assortment: Assortment,
    /// By position: the rate of everybody, in purchases a day.
    pub(super) rates: Vec<f32>,
    /// By position: the usual number of days between two purchases; 0 where there were none.
    pub(super) days: Vec<f32>,
    /// The same of all items together, for those without; 0 where there were none at all.
    pub(super) overall_days: f32,
    pub(super) options: RebuyOptions,
}

/// How a [`Rebuy`] is fitted. Written with `..RebuyOptions::default()`, as fields may be added.
///
/// ```
/// # use audience::RebuyOptions;
/// assert_eq!(RebuyOptions::default().prior_days, 60.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RebuyOptions {
    /// For how many days of a customer what everybody does counts. Default 60.
    pub prior_days: f64,
    /// For how many customers of an item what is done with all items counts. Default 20.
    pub prior_customers: f64,
}

impl Default for RebuyOptions {
    fn default() -> Self {
        Self {
            prior_days: 60.0,
            prior_customers: 20.0,
        }
    }
}

impl RebuyOptions {
    pub(super) fn check(&self) -> Result<(), FitError> {
        for (name, given) in [
            ("`prior_days`", self.prior_days),
            ("`prior_customers`", self.prior_customers),
        ] {
            if !(given > 0.0 && given <= 1e9) {
                return Err(FitError::new(name.to_owned(), given, "above 0 and at most 1e9"));
            }
        }
        Ok(())
    }
}

impl Rebuy {
    /// Learns how often items of an assortment are bought again.
    ///
    /// Takes time proportional to the interactions. To follow new ones, fit again. The time that customers have had ends with the
    /// latest interaction: leave out what a wrong clock dated into the future, with [`Interactions::before`].
    pub fn fit(
        options: &RebuyOptions,
        interactions: &Interactions,
        assortment: &Assortment,
    ) -> Result<Self, FitError> {
        options.check()?;
        let rows: Vec<_> = interactions.distinct();
        let latest = interactions.rows().iter().map(|row| row.at).max();
        let latest = float(latest.unwrap_or(DateTime::MIN).micros());
        let mut again = vec![0_usize; assortment.len()];
        let mut exposed = vec![0.0_f64; assortment.len()];
        let mut customers = vec![0_usize; assortment.len()];
        let mut gaps = vec![Vec::new(); assortment.len()];
        for same in rows.chunk_by(|a, b| (a.customer, a.item, a.action) == (b.customer, b.item, b.action)) {
            let position = assortment.position(interactions.item_key(same[0].item));
            let Some(position) = position.filter(|_| same[0].action == Action::Purchase) else {
                continue;
            };
            let position = position as usize;
            customers[position] += 1;
            again[position] += same.len() - 1;
            // In whole days, whose sums are exact in any order.
            exposed[position] += ((latest - float(same[0].at.micros())) / DAY).ceil();
            for two in same.windows(2) {
                gaps[position].push((float(two[1].at.micros()) - float(two[0].at.micros())) / DAY);
            }
        }
        let (all_again, all_exposed): (usize, f64) = (again.iter().sum(), exposed.iter().sum());
        let overall = count(all_again) / all_exposed.max(1.0);
        let average = all_exposed / count(customers.iter().sum::<usize>().max(1));
        let prior = options.prior_customers * average.max(1.0);
        let rate = |item: usize| narrow((count(again[item]) + overall * prior) / (exposed[item] + prior));
        let rates = (0..assortment.len()).map(rate).collect();
        let overall_days = narrow(median(&mut gaps.concat()));
        let days = gaps.iter_mut().map(|gaps| narrow(median(gaps))).collect();
        Ok(Self {
            assortment: assortment.clone(),
            rates,
            days,
            overall_days,
            options: options.clone(),
        })
    }

    /// The usual number of days between two purchases of an item by one customer: the median, where there were any.
    #[must_use]
    pub fn usual_days(&self, item: &str) -> Option<f64> {
        let position = self.assortment.position(item)?;
        Some(f64::from(self.days[position as usize])).filter(|days| *days > 0.0)
    }
}

impl Recommender for Rebuy {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        scores.over(&self.assortment, profile, |scores| {
            let past = std::mem::take(&mut scores.past);
            let now = float(profile.now().micros());
            for same in past.chunk_by(|a, b| a.item == b.item) {
                let mut bought = same.iter().filter(|it| it.action == Action::Purchase);
                let Some(first) = bought.next() else { continue };
                let (times, last) = bought.fold((1_usize, first), |(times, _), it| (times + 1, it));
                let item = same[0].item as usize;
                let prior = self.options.prior_days;
                let had = (now - float(first.at)).max(0.0) / DAY;
                let since = (now - float(last.at)).max(0.0) / DAY;
                let rate = (count(times) + f64::from(self.rates[item]) * prior) / (had + prior);
                let usual = [self.days[item], self.overall_days]
                    .into_iter()
                    .find(|days| *days > 0.0);
                let usual = f64::from(usual.unwrap_or_default()).max(1.0);
                // From a tenth right after the purchase to 1 after the usual time.
                let due = 0.1 + 0.9 * (since / usual).min(1.0);
                // The longer beyond the usual time, the less, and the sooner for those who buy often.
                let left = libm::exp(-0.5 * (since / usual - 1.0).max(0.0) * (rate * usual).min(1.0));
                scores.say(
                    same[0].item,
                    narrow(rate * due * left).max(f32::MIN_POSITIVE),
                    if since < usual {
                        Reason::BoughtBefore
                    } else {
                        Reason::BuyAgain
                    },
                );
            }
            scores.past = past;
        });
    }
}

/// How much it knows.
impl fmt::Debug for Rebuy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rebuy")
            .field("items", &self.assortment.len())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The middle one, of two the smaller; 0 of none.
fn median(numbers: &mut [f64]) -> f64 {
    if numbers.is_empty() {
        return 0.0;
    }
    let middle = (numbers.len() - 1) / 2;
    *numbers.select_nth_unstable_by(middle, f64::total_cmp).1
}
