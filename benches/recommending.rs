//! How fast are the ten items of one customer chosen, of 4,000 items and with 100 things that she did, by each model, and by a
//! function written by hand that knows the same likenesses?

#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "support/random.rs"]
mod random;
mod support;

use std::{collections::HashMap, sync::Arc};

use audience::{
    Action, Assortment, Blend, DateTime, Duration, FitError, Interactions, NeighbourOptions, Neighbours,
    Popularity, PopularityOptions, Profile, Rebuy, RebuyOptions, Recommender, Shelf, Wish,
};
#[cfg(feature = "ease")]
use audience::{Ease, EaseOptions};
use random::Random;
use support::{compare, contender};

const ITEMS: usize = 4_000;
const CATEGORIES: usize = 40;
const CUSTOMERS: usize = 5_000;
const DONE: usize = 100;
const ASKED: usize = 500;
const LENGTH: usize = 10;
const GROUPS: [&str; 3] = ["Spain", "Greece", "Romania"];
const NOW: &str = "2026-06-01T09:00:00Z";
const DAY: i64 = 86_400_000_000;
const HALF_LIFE_DAYS: i64 = 120;

/// What one customer did: the item, and how many days ago.
type Past = Vec<(usize, i64)>;

/// Items of three categories that she likes, mostly those that many like.
fn past(random: &mut Random) -> Past {
    let liked = [(); 3].map(|()| random.below(CATEGORIES));
    let item = |random: &mut Random| {
        let category = *random.pick(&liked);
        let ranks = ITEMS / CATEGORIES;
        // The smaller of three draws: some items are bought far more often than others.
        let rank = (0..3).map(|_| random.below(ranks)).min().expect("three");
        category + CATEGORIES * rank
    };
    (0..DONE).map(|_| (item(random), random.int(1, 365))).collect()
}

fn days_ago(days: i64) -> DateTime {
    let now: DateTime = NOW.parse().expect("an instant");
    DateTime::from_micros(now.micros() - days * DAY).expect("in range")
}

fn main() -> Result<(), FitError> {
    let mut random = Random(7);
    let keys: Vec<String> = (0..ITEMS).map(|it| format!("item{it:04}")).collect();
    let assortment = Assortment::new(keys.iter().enumerate().map(|(index, key)| {
        let category = format!("category{}", index % CATEGORIES);
        audience::AssortmentItem::new(key.as_str(), key.as_str()).category(&*category)
    }));
    let pasts: Vec<Past> = (0..CUSTOMERS).map(|_| past(&mut random)).collect();
    let mut bought = Interactions::new();
    for (number, past) in pasts.iter().enumerate() {
        let name = format!("customer{number}");
        bought.extend(
            past.iter()
                .map(|(item, days)| (&name, &keys[*item], days_ago(*days))),
        );
        bought.set_group(&name, GROUPS[number % GROUPS.len()]);
    }
    let profiles: Vec<Profile<'_>> = pasts[..ASKED]
        .iter()
        .enumerate()
        .map(|(number, past)| {
            let blank = Profile::new(days_ago(0)).in_group(GROUPS[number % GROUPS.len()]);
            past.iter().fold(blank, |profile, (item, days)| {
                profile.did(Action::Purchase, &keys[*item], days_ago(*days))
            })
        })
        .collect();

    let options = NeighbourOptions {
        half_life: Some(Duration::from_micros(HALF_LIFE_DAYS * DAY)),
        ..NeighbourOptions::default()
    };
    let alike = Arc::new(Neighbours::fit(&options, &bought, &assortment)?);
    let popular = Arc::new(Popularity::fit(
        &PopularityOptions::default(),
        &bought,
        &assortment,
    )?);
    let trending = Arc::new(Popularity::fit(
        &PopularityOptions::trending(),
        &bought,
        &assortment,
    )?);
    let again = Rebuy::fit(&RebuyOptions::default(), &bought, &assortment)?;

    let shelf = Shelf::new(&assortment);
    let wish = Wish::new(LENGTH);
    let spread = Wish {
        per_category: Some(3),
        ..Wish::new(LENGTH)
    };
    let by_hand = ByHand::new(&alike, &keys);
    let lists = |recommender: &dyn Recommender, wish: &Wish| -> u64 {
        let lists = profiles.iter().map(|it| shelf.choose(recommender, it, wish));
        lists
            .map(|list| checksum(list.iter().map(|it| by_hand.positions[&*it.item])))
            .sum()
    };
    compare(
        "ten items like those that she bought",
        ASKED,
        &mut [
            contender("by hand", || {
                let mut work = Work::default();
                let lists = pasts[..ASKED].iter();
                lists
                    .map(|it| checksum(by_hand.list(it, &mut work).iter().map(|it| *it as usize)))
                    .sum()
            }),
            contender("Neighbours", || lists(&*alike, &wish)),
        ],
    );
    let alone = |question: &str, recommender: &dyn Recommender, wish: &Wish| {
        compare(
            question,
            ASKED,
            &mut [contender("Shelf::choose", || lists(recommender, wish))],
        );
    };
    alone("the same, three of a category at most", &*alike, &spread);
    alone("what is popular in her country", &*popular, &wish);
    alone("what is due again", &again, &Wish::rebuy(LENGTH));
    #[cfg(feature = "ease")]
    {
        let ease = Arc::new(Ease::fit(&EaseOptions::default(), &bought, &assortment)?);
        alone("a regression over all items", &*ease, &wish);
        let blend = Blend::new().add(1.0, ease.clone())?.add(0.4, trending.clone())?;
        alone("it and what is trending", &blend, &wish);
    }
    let blend = Blend::new().add(1.0, alike.clone())?.add(0.4, trending.clone())?;
    alone("neighbours and what is trending", &blend, &wish);
    let blend = Blend::new().add(1.0, alike.clone())?.or_else(popular.clone());
    alone("neighbours, and else what is popular", &blend, &wish);
    Ok(())
}

/// Ten positions in their order.
fn checksum(list: impl IntoIterator<Item = usize>) -> u64 {
    let add = |sum: u64, position: usize| sum.wrapping_mul(4_099).wrapping_add(position as u64);
    list.into_iter().fold(0, add) % 1_000_003
}

/// What one would write for one shop: numbers instead of keys, one table, no reasons, no categories, no cart.
struct ByHand<'a> {
    positions: HashMap<&'a str, usize>,
    rows: Vec<Vec<(u32, f32)>>,
    /// By days ago.
    decay: Vec<f32>,
}

/// What a list needs, kept for the next one.
#[derive(Default)]
struct Work {
    past: Vec<(usize, i64)>,
    bought: Vec<bool>,
    sums: Vec<f32>,
    scored: Vec<u32>,
}

impl<'a> ByHand<'a> {
    fn new(model: &Neighbours, keys: &'a [String]) -> Self {
        let positions: HashMap<&str, usize> = keys.iter().map(String::as_str).zip(0..).collect();
        #[expect(clippy::cast_possible_truncation, reason = "they were `u32` and `f32` before")]
        let row = |key: &String| {
            let row = model.alike(key);
            row.map(|(other, likeness)| (positions[other] as u32, likeness as f32))
                .collect()
        };
        let rows = keys.iter().map(row).collect();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "days, and sums are `f32`"
        )]
        let decay = (0..366)
            .map(|days| (-f64::from(days) / HALF_LIFE_DAYS as f64).exp2() as f32)
            .collect();
        Self {
            positions,
            rows,
            decay,
        }
    }

    fn list<'w>(&self, past: &[(usize, i64)], work: &'w mut Work) -> &'w [u32] {
        let Work {
            past: sorted,
            bought,
            sums,
            scored,
        } = work;
        // The latest of each item, in the order of the items: so sums are the same to the last bit.
        sorted.clear();
        sorted.extend_from_slice(past);
        sorted.sort_unstable();
        sorted.dedup_by_key(|it| it.0);
        bought.clear();
        bought.resize(self.rows.len(), false);
        sums.clear();
        sums.resize(self.rows.len(), 0.0);
        for (item, days) in &*sorted {
            bought[*item] = true;
            let weight = self.decay[usize::try_from(*days).expect("past")];
            for (other, likeness) in &self.rows[*item] {
                sums[*other as usize] += weight * likeness;
            }
        }
        let better = |a: &u32, b: &u32| {
            let order = sums[*b as usize].total_cmp(&sums[*a as usize]);
            order.then(a.cmp(b))
        };
        scored.clear();
        let mut least = 0.0;
        for (position, sum) in (0..).zip(&*sums) {
            if *sum > least && !bought[position as usize] {
                scored.push(position);
                if scored.len() > 2 * LENGTH {
                    let (_, tenth, _) = scored.select_nth_unstable_by(LENGTH - 1, better);
                    least = sums[*tenth as usize];
                    scored.truncate(LENGTH);
                }
            }
        }
        scored.sort_unstable_by(better);
        scored.truncate(LENGTH);
        scored
    }
}
