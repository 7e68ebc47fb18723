//! Views, which are **made up**: there are no data on browsing that may be given on. They show what a list makes of them, and say
//! nothing of how good it is.

use std::{collections::BTreeSet, error::Error};

use audience::{
    Action, Assortment, DateTime, Duration, Interaction, Interactions, NeighbourOptions, Neighbours, Profile,
    Reason, Shelf, Wish,
};

const SEED: u64 = 20_111_112;
const HOUR: i64 = 3_600_000_000;

/// Purchases, before half of them a view of the same product within three days; and every second customer has looked at five products
/// in the last day.
fn with_views(
    bought: &Interactions,
    products: &[&str],
    now: DateTime,
) -> Result<Interactions, Box<dyn Error>> {
    let mut all = bought.clone();
    let mut random = Random(SEED);
    let mut view = |customer, item, until: DateTime, hours| -> Result<(), Box<dyn Error>> {
        let at = until.micros() - i64::try_from(hours)? * HOUR;
        let at = DateTime::from_micros(at).ok_or("before all time")?;
        Ok(all.add(Interaction {
            action: Action::View,
            ..Interaction::new(customer, item, at)
        })?)
    };
    for purchase in bought.iter() {
        if random.below(2) == 0 {
            view(purchase.customer, purchase.item, purchase.at, random.below(72))?;
        }
    }
    let customers: BTreeSet<&str> = bought.iter().map(|it| it.customer).collect();
    for customer in customers {
        if random.below(2) == 0 {
            for _ in 0..5 {
                let item = usize::try_from(random.below(u64::try_from(products.len())?))?;
                view(customer, products[item], now, random.below(24))?;
            }
        }
    }
    Ok(all)
}

/// Of the customers' lists of items that they did not buy, how many have something that is there for a view.
pub(crate) fn report(
    bought: &Interactions,
    assortment: &Assortment,
    now: DateTime,
) -> Result<(), Box<dyn Error>> {
    let products: Vec<&str> = assortment.keys().collect();
    let all = with_views(bought, &products, now)?;
    let model = Neighbours::fit(
        &NeighbourOptions {
            neighbours: 20,
            half_life: Some(Duration::from_micros(120 * 24 * HOUR)),
            ..NeighbourOptions::default()
        },
        bought,
        assortment,
    )?;
    let mut rows: Vec<Interaction<'_>> = all.iter().collect();
    rows.sort_by(|a, b| a.customer.cmp(b.customer));
    let shelf = Shelf::new(assortment);
    let (mut lists, mut for_views, mut shown) = (0, 0, None);
    for hers in rows.chunk_by(|a, b| a.customer == b.customer) {
        let profile = hers.iter().fold(Profile::new(now), |profile, it| {
            profile.did(it.action, it.item, it.at)
        });
        let list = shelf.choose(&model, &profile, &Wish::new(10));
        let is_for_view = |reason: &Reason| {
            matches!(
                reason,
                Reason::Did {
                    action: Action::View,
                    ..
                }
            )
        };
        lists += 1;
        if let Some(it) = list.iter().find(|it| is_for_view(&it.reason)) {
            for_views += 1;
            shown.get_or_insert_with(|| format!("{}, {}", it.item, it.reason));
        }
    }
    println!(
        "\n### views, which are made up\n\nOf {lists} lists {for_views} have something that is there for a view{}. How good they are cannot be told from these.",
        shown.map(|it| format!(", such as {it}")).unwrap_or_default()
    );
    Ok(())
}

/// The generator `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % count
    }
}
