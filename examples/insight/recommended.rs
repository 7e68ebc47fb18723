//! Online Retail: what to recommend, tried on the last 28 days.

use std::{error::Error, sync::Arc};

use audience::{
    Assortment, Blend, DateTime, Duration, Likeness, NeighbourOptions, Neighbours, Popularity,
    PopularityOptions, Recommender, Shelf, Split, Target,
};

use crate::{bought, data};

const CUT: &str = "2011-11-12T00:00:00Z";

pub(crate) fn run(retail: &data::Data) -> Result<(), Box<dyn Error>> {
    let bought = bought::bought(retail);
    let (cut, end): (DateTime, DateTime) = (CUT.parse()?, data::NOW.parse()?);
    let split = Split::new(&bought, cut, end);
    let known = split.train();
    let products = retail.products.iter().filter(|it| known.has_item(&it.sku));
    let assortment: Assortment = products.map(|it| (it.sku.as_str(), it.name.as_str())).collect();
    let shelf = Shelf::new(&assortment);
    let popular = Arc::new(Popularity::fit(
        &PopularityOptions::default(),
        known,
        &assortment,
    )?);
    let trending = Arc::new(Popularity::fit(
        &PopularityOptions::trending(),
        known,
        &assortment,
    )?);
    let options = NeighbourOptions {
        likeness: Likeness::LogLikelihood,
        neighbours: 20,
        support: 3,
        half_life: Some(Duration::from_micros(120 * 86_400_000_000)),
        ..NeighbourOptions::default()
    };
    let alike = Arc::new(Neighbours::fit(&options, known, &assortment)?);
    let blend = Blend::new().add(1.0, alike.clone())?.add(0.6, trending.clone())?;
    let models: [(&str, Arc<dyn Recommender>); 4] = [
        ("popular", popular),
        ("trending", trending),
        ("neighbours", alike),
        ("blend", Arc::new(blend)),
    ];
    println!(
        "\nrecommending {} products: lists of ten against what customers bought for the first time from {CUT} on",
        assortment.len()
    );
    println!(
        "{:<12} {:>9} {:>7} {:>8} {:>7} {:>9} {:>8}",
        "model", "customers", "HR@10", "NDCG@10", "MAP@10", "coverage", "novelty"
    );
    for (name, model) in models {
        let it = split.evaluate(&*model, &shelf, 10, Target::New);
        println!(
            "{name:<12} {:>9} {:>7.3} {:>8.3} {:>7.3} {:>9.3} {:>8.2}",
            it.customers, it.hit_rate, it.ndcg, it.map, it.coverage, it.novelty
        );
    }
    Ok(())
}
