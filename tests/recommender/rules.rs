//! What holds for every catalogue, customer and model.

use std::collections::{BTreeMap, BTreeSet};

use audience::{
    Action, Assortment, AssortmentItem, Blend, Interaction, Interactions, Likeness, Mode, NeighbourOptions,
    Neighbours, PairCounts, Popularity, PopularityOptions, Profile, Reason, Rebuy, RebuyOptions, Shelf,
    Together, Wish,
};
#[cfg(feature = "ease")]
use audience::{Ease, EaseOptions};
use proptest::{collection::vec, prelude::*};

use super::day;

/// Customer, item, action, day.
type Row = (u8, u8, u8, u32);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    vec((0..8_u8, 0..14_u8, 0..4_u8, 1..20_u32), 0..80)
}

fn key(item: u8) -> String {
    format!("item {item:02}")
}

fn action(number: u8) -> Action {
    [Action::Purchase, Action::Favorite, Action::Search, Action::View][usize::from(number)]
}

fn taken(rows: &[Row]) -> Interactions {
    let mut taken = Interactions::new();
    for (customer, item, number, at) in rows {
        let (customer, item) = (customer.to_string(), key(*item));
        let one = Interaction {
            action: action(*number),
            ..Interaction::new(&customer, &item, day(*at))
        };
        taken.add(one).expect("a weight");
        let group = if *customer < *"4" { "low" } else { "high" };
        taken.set_group(&customer, group);
    }
    taken
}

/// Twelve items in three categories; two of those that are taken are none of them.
fn assortment() -> Assortment {
    Assortment::new(
        (0..12).map(|item| AssortmentItem::new(key(item), key(item)).category(format!("{}", item % 3))),
    )
}

fn options(likeness: u8, together: u8) -> NeighbourOptions {
    NeighbourOptions {
        likeness: [Likeness::Cosine, Likeness::bm25(), Likeness::LogLikelihood][usize::from(likeness)],
        together: [Together::Customer, Together::Occasion, Together::Apart][usize::from(together)],
        support: 1,
        ..NeighbourOptions::default()
    }
}

fn blend(options: &NeighbourOptions, taken: &Interactions) -> Blend {
    let assortment = assortment();
    let popular = PopularityOptions {
        smallest_group: 2,
        ..PopularityOptions::trending()
    };
    Blend::new()
        .add(
            1.0,
            Neighbours::fit(options, taken, &assortment).expect("valid options"),
        )
        .expect("a weight")
        .add(
            0.5,
            Rebuy::fit(&RebuyOptions::default(), taken, &assortment).expect("valid options"),
        )
        .expect("a weight")
        .or_else(Popularity::fit(&popular, taken, &assortment).expect("valid options"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Never short, never twice, never hidden, never in the cart, never bought, and the same whenever asked.
    #[test]
    fn lists_keep_their_promises(
        rows in rows(),
        history in vec((0..14_u8, 0..4_u8, 1..20_u32), 0..10),
        cart in vec(0..14_u8, 0..4),
        hidden in vec(0..12_u8, 0..6),
        (likeness, together, mode) in (0..3_u8, 0..3_u8, 0..3_usize),
        (count, per_category) in (0..14_usize, proptest::option::of(0..4_usize)),
    ) {
        let model = blend(&options(likeness, together), &taken(&rows));
        let keys: Vec<String> = (0..14).map(key).collect();
        let hidden: BTreeSet<&str> = hidden.iter().map(|it| keys[usize::from(*it)].as_str()).collect();
        let shelf = Shelf::new(&assortment()).keep(|it| !hidden.contains(it));
        let mut profile = Profile::new(day(10)).in_group("low");
        for (item, number, at) in &history {
            profile = profile.did(action(*number), &keys[usize::from(*item)], day(*at));
        }
        for item in &cart {
            profile = profile.in_cart(&keys[usize::from(*item)]);
        }
        let cart: BTreeSet<&str> = cart.iter().map(|it| keys[usize::from(*it)].as_str()).collect();
        let own = history.iter().filter(|it| it.1 == 0 && it.2 <= 10);
        let own: BTreeSet<&str> = own.map(|it| keys[usize::from(it.0)].as_str()).collect();
        let mode = [Mode::Discover, Mode::Rebuy, Mode::Any][mode];
        let list = shelf.choose(&model, &profile, &Wish { mode, per_category, ..Wish::new(count) });

        let shown: BTreeSet<&str> = list.iter().map(|it| &*it.item).collect();
        prop_assert_eq!(shown.len(), list.len(), "an item twice");
        prop_assert!(shown.iter().all(|it| shelf.shows(it) && !cart.contains(it)));
        let may = |it: &&String| shelf.shows(it) && !cart.contains(it.as_str()) && (mode != Mode::Discover || !own.contains(it.as_str()));
        let possible = keys.iter().filter(may).count();
        prop_assert_eq!(list.len(), count.min(possible), "a short list");
        prop_assert!(shown.iter().all(|it| mode != Mode::Discover || !own.contains(it)));
        if mode == Mode::Rebuy && per_category.is_none() {
            let others = list.iter().skip_while(|it| own.contains(&*it.item));
            prop_assert!(others.clone().all(|it| !own.contains(&*it.item)), "hers come first");
        }
        prop_assert_eq!(&list, &shelf.choose(&model, &profile, &Wish { mode, per_category, ..Wish::new(count) }));
    }

    /// Learning in steps, in another order and with repetitions is learning at once.
    #[test]
    fn pairs_counted_in_steps_are_those_counted_at_once(
        rows in rows(),
        cuts in vec(0..80_usize, 0..4),
        likeness in 0..3_u8,
        together in 0..3_u8,
    ) {
        let options = options(likeness, together);
        let mut steps = PairCounts::new(options.together);
        for (index, part) in parts(&rows, &cuts).into_iter().enumerate() {
            // Every other part comes twice.
            for _ in 0..=(index % 2) {
                steps.add(&taken(part));
            }
        }
        let mut all = PairCounts::new(options.together);
        let mut backwards = rows.clone();
        backwards.reverse();
        all.add(&taken(&backwards));
        for counts in [&steps, &all] {
            for item in 0..14 {
                let (expected, key_of_item) = (sets(&rows, options.together, item), key(item));
                prop_assert_eq!(counts.taken(&key_of_item) as usize, expected.len());
                for other in (0..14).filter(|it| *it != item) {
                    let both = both(&rows, options.together, (item, other));
                    prop_assert_eq!(counts.both(&key_of_item, &key(other)) as usize, both, "{} {}", item, other);
                }
            }
        }
        prop_assert_eq!(steps.total(), all.total());
        let fit = |pairs| Neighbours::from_pairs(&options, pairs, &assortment()).expect("valid options");
        prop_assert_eq!(fit(&steps), fit(&all));
        prop_assert_eq!(fit(&all), Neighbours::fit(&options, &taken(&rows), &assortment()).expect("valid options"));
    }

    /// The order in which interactions come makes no difference to the other models either.
    #[test]
    fn the_order_of_learning_does_not_matter(rows in rows()) {
        let mut backwards = rows.clone();
        backwards.reverse();
        backwards.extend_from_slice(&rows);
        let (one, other) = (taken(&rows), taken(&backwards));
        let options = PopularityOptions { smallest_group: 2, ..PopularityOptions::trending() };
        let popular = |taken| Popularity::fit(&options, taken, &assortment()).expect("valid options");
        prop_assert_eq!(popular(&one), popular(&other));
        let rebuy = |taken| Rebuy::fit(&RebuyOptions::default(), taken, &assortment()).expect("valid options");
        prop_assert_eq!(rebuy(&one), rebuy(&other));
        #[cfg(feature = "ease")]
        {
            let ease = |taken| Ease::fit(&EaseOptions::default(), taken, &assortment()).expect("valid options");
            prop_assert_eq!(ease(&one), ease(&other));
        }
    }

    /// A list is what its definition says: the items sorted by scores that are added up anew, and of each the largest part as the
    /// reason.
    #[test]
    fn scores_add_up_and_the_largest_part_is_the_reason(
        rows in rows(),
        history in vec((0..14_u8, 0..4_u8, 1..20_u32), 0..10),
        likeness in 0..3_u8,
        count in 0..14_usize,
    ) {
        let model = Neighbours::fit(&options(likeness, 0), &taken(&rows), &assortment()).expect("valid options");
        let keys: Vec<String> = (0..14).map(key).collect();
        let mut profile = Profile::new(day(10));
        // By item: what the strongest thing done with it counts.
        let mut weights: BTreeMap<&str, (f64, Action)> = BTreeMap::new();
        for (item, number, at) in &history {
            let (item, action) = (&*keys[usize::from(*item)], action(*number));
            profile = profile.did(action, item, day(*at));
            let weight = [1.0, 0.5, 0.2, 0.1][usize::from(*number)];
            let old = weights.get(item).map_or(0.0, |it| it.0);
            if *at <= 10 && weight > old {
                weights.insert(item, (weight, action));
            }
        }
        let own: BTreeSet<&str> = history.iter().filter(|it| it.1 == 0 && it.2 <= 10).map(|it| &*keys[usize::from(it.0)]).collect();
        let mut expected: Vec<(&str, f64, Option<Action>)> = Vec::new();
        for candidate in keys[..12].iter().filter(|it| !own.contains(it.as_str())) {
            let parts: Vec<(f64, Action)> = weights.iter().filter_map(|(item, (weight, action))| {
                let likeness = model.alike(item).find(|it| it.0 == candidate)?.1;
                Some((weight * likeness, *action))
            }).collect();
            let largest = parts.iter().map(|it| it.0).fold(0.0, f64::max);
            // Parts that floats hardly tell apart may be either.
            let near = |it: &&(f64, Action)| it.0 > largest * 0.999_999;
            let reason = parts.iter().find(near).map(|it| it.1);
            let reason = reason.filter(|action| parts.iter().filter(near).all(|it| it.1 == *action));
            expected.push((candidate, parts.iter().map(|it| it.0).sum(), reason));
        }
        let list = Shelf::new(&assortment()).choose(&model, &profile, &Wish::new(count));
        prop_assert_eq!(list.len(), count.min(expected.len()));
        let score_of = |key: &str| expected.iter().find(|it| it.0 == key).expect("a candidate");
        for two in list.windows(2) {
            let (first, second) = (score_of(&two[0].item), score_of(&two[1].item));
            prop_assert!(first.1 > second.1 * 0.999_999 || (first.1 <= 0.0 && first.0 < second.0), "{:?}", list);
        }
        let least = list.last().map_or(0.0, |it| score_of(&it.item).1);
        for (candidate, score, reason) in &expected {
            let shown = list.iter().find(|it| &*it.item == *candidate);
            prop_assert!(count == 0 || shown.is_some() || *score <= least * 1.000_001, "{} of {:?}", candidate, list);
            match (shown.map(|it| &it.reason), reason) {
                (Some(Reason::Did { action, .. }), Some(expected)) => prop_assert_eq!(action, expected),
                (Some(reason), _) if *score == 0.0 => prop_assert_eq!(reason, &Reason::NewToYou),
                (Some(reason), _) => prop_assert!(matches!(reason, Reason::Did { .. }), "{:?}", reason),
                (None, _) => {}
            }
        }
    }

    /// Saved and read again, a model is the same.
    #[test]
    fn models_survive_their_files(rows in rows(), likeness in 0..3_u8, together in 0..3_u8) {
        let taken = taken(&rows);
        let model = Neighbours::fit(&options(likeness, together), &taken, &assortment()).expect("valid options");
        let saved = serde_json::to_string(&model).expect("writing to memory");
        prop_assert_eq!(serde_json::from_str::<Neighbours>(&saved).expect("as written"), model);
        let options = PopularityOptions { smallest_group: 2, ..PopularityOptions::default() };
        let model = Popularity::fit(&options, &taken, &assortment()).expect("valid options");
        let saved = serde_json::to_string(&model).expect("writing to memory");
        prop_assert_eq!(serde_json::from_str::<Popularity>(&saved).expect("as written"), model);
        let model = Rebuy::fit(&RebuyOptions::default(), &taken, &assortment()).expect("valid options");
        let saved = serde_json::to_string(&model).expect("writing to memory");
        prop_assert_eq!(serde_json::from_str::<Rebuy>(&saved).expect("as written"), model);
        #[cfg(feature = "ease")]
        {
            let model = Ease::fit(&EaseOptions::default(), &taken, &assortment()).expect("valid options");
            let saved = serde_json::to_string(&model).expect("writing to memory");
            prop_assert_eq!(serde_json::from_str::<Ease>(&saved).expect("as written"), model);
        }
    }
}

/// Who took an item, or who did when.
fn sets(rows: &[Row], together: Together, item: u8) -> BTreeSet<(u8, u32)> {
    let hers = rows.iter().filter(|it| it.1 == item);
    hers.map(|it| (it.0, if together == Together::Occasion { it.3 } else { 0 }))
        .collect()
}

/// How many took both, by going through all customers and days.
fn both(rows: &[Row], together: Together, (item, other): (u8, u8)) -> usize {
    let days = |customer: u8, item: u8| -> BTreeSet<u32> {
        let hers = rows.iter().filter(|it| it.0 == customer && it.1 == item);
        hers.map(|it| it.3).collect()
    };
    let count = |customer: u8| {
        let (one, two) = (days(customer, item), days(customer, other));
        match together {
            Together::Customer => usize::from(!one.is_empty() && !two.is_empty()),
            Together::Occasion => one.intersection(&two).count(),
            Together::Apart => usize::from(!one.is_empty() && !two.is_empty() && one.is_disjoint(&two)),
        }
    };
    (0..8).map(count).sum()
}

fn parts<'a>(rows: &'a [Row], cuts: &[usize]) -> Vec<&'a [Row]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|it| (*it).min(rows.len())).collect();
    cuts.extend([0, rows.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|two| &rows[two[0]..two[1]]).collect()
}
