//! Serving recommendations allocates nothing but the answer, once a thread has served a first customer.

use std::sync::Arc;

use audience::{
    Action, Assortment, Blend, Interactions, NeighbourOptions, Neighbours, Popularity, PopularityOptions,
    Profile, Shelf, Wish,
};

#[test]
fn serving_allocates_one_list() -> Result<(), Box<dyn std::error::Error>> {
    let at = "2026-06-01T09:00:00Z".parse()?;
    let keys: Vec<String> = (0..200).map(|item| format!("item {item:03}")).collect();
    let mut bought = Interactions::new();
    for customer in 0..300_usize {
        for step in 0..12 {
            let item = &keys[(customer * 7 + step * step) % keys.len()];
            bought.add_purchase(&customer.to_string(), item, at);
        }
    }
    let assortment = keys
        .iter()
        .map(|it| (it.as_str(), it.as_str()))
        .collect::<Assortment>();
    let alike = Neighbours::fit(&NeighbourOptions::default(), &bought, &assortment)?;
    let popular = Arc::new(Popularity::fit(
        &PopularityOptions::default(),
        &bought,
        &assortment,
    )?);
    // So many parts that a thread keeps many scores.
    let many = (0..20).try_fold(Blend::new(), |blend, _| blend.add(0.01, popular.clone()))?;
    let blend = Blend::new().add(1.0, alike)?.add(0.1, many)?.or_else(popular);
    let shelf = Shelf::new(&assortment);
    let profiles = (0..100).map(|first| {
        let history = keys[first..first + first % 9].iter();
        history.fold(Profile::new(at), |it, key| it.did(Action::Purchase, key, at))
    });
    let profiles: Vec<Profile<'_>> = profiles.collect();
    let serve = |profile: &Profile<'_>| shelf.choose(&blend, profile, &Wish::new(10)).len();
    for profile in &profiles {
        assert_eq!(serve(profile), 10);
    }
    for profile in &profiles {
        let counted = allocation_counter::measure(|| assert_eq!(serve(profile), 10));
        assert_eq!(counted.count_total, 1, "a history of {}", profile.len());
    }
    Ok(())
}
