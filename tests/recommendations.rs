//! Recommendations on a thousand real customers.

use std::{collections::BTreeSet, error::Error, fs::File};

use audience::{
    Action, Assortment, Blend, DateTime, Interactions, NeighbourOptions, Neighbours, Popularity,
    PopularityOptions, Profile, Reason, Rebuy, RebuyOptions, Shelf, Split, Target, Together, Wish,
};

use crate::retail::{self, Customer, Data};

fn data() -> Result<Data, Box<dyn Error>> {
    retail::read(File::open(retail::SAMPLE)?)
}

fn bought(data: &Data) -> Interactions {
    let invoices = |customer: &Customer| customer.purchases.len();
    assert!(data.customers.iter().map(invoices).sum::<usize>() > 4_000);
    let mut bought = Interactions::new();
    for customer in &data.customers {
        for invoice in &customer.purchases {
            let items = invoice.items.iter();
            bought.extend(items.map(|item| (&customer.id, &item.sku, invoice.at)));
        }
        bought.set_group(&customer.id, &customer.country);
    }
    bought
}

fn shelf(data: &Data) -> Shelf {
    let items = data.products.iter().map(|it| (it.sku.as_str(), it.name.as_str()));
    Shelf::new(&items.collect::<Assortment>())
}

fn blend(bought: &Interactions, shelf: &Shelf) -> Result<Blend, Box<dyn Error>> {
    let assortment = shelf.assortment();
    let alike = Neighbours::fit(&NeighbourOptions::default(), bought, assortment)?;
    let trending = Popularity::fit(&PopularityOptions::trending(), bought, assortment)?;
    let popular = Popularity::fit(&PopularityOptions::default(), bought, assortment)?;
    Ok(Blend::new().add(1.0, alike)?.add(0.4, trending)?.or_else(popular))
}

fn profile(customer: &Customer, now: DateTime) -> Profile<'_> {
    let purchases = customer.purchases.iter();
    let items = purchases.flat_map(|invoice| invoice.items.iter().map(|it| (it.sku.as_str(), invoice.at)));
    items.fold(
        Profile::new(now).in_group(&customer.country),
        |profile, (sku, at)| profile.did(Action::Purchase, sku, at),
    )
}

#[test]
fn guess_the_last_four_weeks_better_than_popularity() -> Result<(), Box<dyn Error>> {
    let data = data()?;
    let shelf = shelf(&data);
    let split = Split::new(
        &bought(&data),
        "2011-11-12T00:00:00Z".parse()?,
        retail::NOW.parse()?,
    );
    let blend = blend(split.train(), &shelf)?;
    let popular = Popularity::fit(&PopularityOptions::default(), split.train(), shelf.assortment())?;
    let rebuy = Rebuy::fit(&RebuyOptions::default(), split.train(), shelf.assortment())?;
    let ours = split.evaluate(&blend, &shelf, 10, Target::New);
    let theirs = split.evaluate(&popular, &shelf, 10, Target::New);
    println!("{ours:?} {theirs:?}");
    assert!(ours.customers > 200);
    assert!(ours.hit_rate > theirs.hit_rate && ours.ndcg > theirs.ndcg);
    assert!(ours.coverage > theirs.coverage && ours.novelty > theirs.novelty);
    let again = split.evaluate(&rebuy, &shelf, 10, Target::Repeats);
    let any = split.evaluate(&popular, &shelf, 10, Target::Repeats);
    assert!(
        again.hit_rate > any.hit_rate && again.ndcg > any.ndcg,
        "{again:?} {any:?}"
    );
    Ok(())
}

#[test]
fn every_customer_gets_a_full_list_of_new_products() -> Result<(), Box<dyn Error>> {
    let data = data()?;
    let shelf = shelf(&data);
    let model = blend(&bought(&data), &shelf)?;
    let now = retail::NOW.parse()?;
    for customer in &data.customers {
        let own: BTreeSet<&str> = customer
            .purchases
            .iter()
            .flat_map(|it| &it.items)
            .map(|it| it.sku.as_str())
            .collect();
        let list = shelf.choose(&model, &profile(customer, now), &Wish::new(4));
        assert_eq!(list.len(), 4, "{}", customer.id);
        for shown in &list {
            assert!(!own.contains(&*shown.item), "{} has {}", customer.id, shown.item);
            if let Reason::Did { item, .. } = &shown.reason {
                assert!(own.contains(&**item), "{} never bought {item}", customer.id);
            }
        }
    }
    Ok(())
}

/// Upsell and cross-sell: what stands in for a product, and what goes with it.
#[test]
fn similar_and_bought_together_are_different_lists() -> Result<(), Box<dyn Error>> {
    let data = data()?;
    let (bought, shelf) = (bought(&data), shelf(&data));
    let model = |together| {
        let options = NeighbourOptions {
            together,
            ..NeighbourOptions::default()
        };
        Neighbours::fit(&options, &bought, shelf.assortment())
    };
    let (apart, occasion) = (model(Together::Apart)?, model(Together::Occasion)?);
    let (mut shared, mut shown) = (0, 0);
    for product in data.products.iter().take(500) {
        let similar = shelf.similar_to(&product.sku, &apart, 5);
        let together = shelf.bought_with([product.sku.as_str()], &occasion, 5);
        let likes = similar
            .iter()
            .all(|it| matches!(it.reason, Reason::Like { .. } | Reason::NewToYou));
        assert!(
            likes
                && together
                    .iter()
                    .all(|it| matches!(it.reason, Reason::GoesWith { .. }))
        );
        let both = similar
            .iter()
            .filter(|it| together.iter().any(|other| other.item == it.item));
        shared += both.count();
        shown += together.len();
    }
    println!("{shared} of {shown} are on both lists");
    assert!(
        shown > 1_500 && shared * 5 < shown,
        "{shared} of {shown} are on both lists"
    );
    Ok(())
}

/// What customers of a country buy is told as such, where they are enough.
#[test]
fn reasons_name_the_country() -> Result<(), Box<dyn Error>> {
    let data = data()?;
    let shelf = shelf(&data);
    let options = PopularityOptions {
        smallest_group: 15,
        ..PopularityOptions::default()
    };
    let popular = Popularity::fit(&options, &bought(&data), shelf.assortment())?;
    let groups: Vec<&str> = popular.groups().collect();
    assert!(
        groups.contains(&"France") && !groups.contains(&"Malta"),
        "{groups:?}"
    );
    let first = |group| {
        shelf.choose(
            &popular,
            &Profile::new(DateTime::MAX).in_group(group),
            &Wish::new(1),
        )
    };
    assert_eq!(first("France")[0].reason.to_string(), "popular in France");
    assert_eq!(first("Malta")[0].reason.to_string(), "popular with our customers");
    Ok(())
}
