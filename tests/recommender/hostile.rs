//! What comes from outside: numbers that are none, too much of one customer, files that were tampered with.

use audience::{
    Action, ActionWeights, Assortment, Blend, DateTime, Duration, Interaction, Interactions, Likeness,
    NeighbourOptions, Neighbours, PairCounts, Popularity, PopularityOptions, Profile, Rebuy, RebuyOptions,
    Shelf, Together, Wish,
};

use super::{ITEMS, any_support, assortment, bought, carts, day, model, popular};

#[test]
fn an_empty_catalogue_has_nothing_to_show() {
    let none: [(&str, &str); 0] = [];
    let empty = Assortment::from_iter(none);
    let taken = carts(&["tea pot"]);
    let blend = Blend::new()
        .add(
            1.0,
            Neighbours::fit(&any_support(), &taken, &empty).expect("valid options"),
        )
        .expect("a weight")
        .add(
            1.0,
            Rebuy::fit(&RebuyOptions::default(), &taken, &empty).expect("valid options"),
        )
        .expect("a weight")
        .or_else(Popularity::fit(&PopularityOptions::default(), &taken, &empty).expect("valid options"));
    assert_eq!(
        Shelf::new(&empty).choose(&blend, &bought("tea"), &Wish::new(4)),
        []
    );
    let unknown = Blend::new().or_else(popular(&["tea"]));
    assert_eq!(
        Shelf::new(&empty).choose(&unknown, &bought("tea"), &Wish::new(usize::MAX)),
        []
    );
}

#[test]
fn models_of_nothing_still_serve() {
    let nothing = Interactions::new();
    let blend = Blend::new()
        .add(
            1.0,
            Neighbours::fit(&any_support(), &nothing, &assortment()).expect("valid options"),
        )
        .expect("a weight")
        .or_else(
            Popularity::fit(&PopularityOptions::trending(), &nothing, &assortment()).expect("valid options"),
        );
    let list = Shelf::new(&assortment()).choose(&blend, &bought("tea"), &Wish::new(usize::MAX));
    assert_eq!(list.len(), ITEMS.len() - 1);
    assert!(Rebuy::fit(&RebuyOptions::default(), &nothing, &assortment()).is_ok());
}

#[test]
fn one_customer_may_have_very_much() {
    // A machine that looked at a hundred thousand things.
    let keys: Vec<String> = (0..100_000).map(|it| format!("{it:06}")).collect();
    let mut taken = Interactions::from_iter([("ana", "tea", day(1)), ("ana", "pot", day(1))]);
    for key in &keys {
        taken.add_purchase("machine", key, day(2));
    }
    let mut pairs = PairCounts::new(Together::Customer);
    pairs.add(&taken);
    assert_eq!(
        (pairs.both("000000", "000001"), pairs.both("000000", "099999")),
        (1, 0)
    );
    assert_eq!(pairs.both("tea", "pot"), 1);
    // And one with a hundred thousand events in her history.
    let model = model(&any_support(), &["tea pot"]);
    let profile = (0..100_000).fold(Profile::new(day(9)), |it, micros| {
        it.did(
            Action::View,
            "tea",
            DateTime::from_micros(micros).expect("in range"),
        )
    });
    let list = Shelf::new(&assortment()).choose(&model, &profile, &Wish::new(1));
    assert_eq!(&*list[0].item, "pot");
}

#[test]
fn extreme_weights_and_times_stay_finite() {
    let mut taken = Interactions::new();
    for (customer, item, at, weight) in [
        ("ana", "tea", DateTime::MIN, f64::MAX),
        ("eva", "tea", DateTime::MAX, f64::MAX),
        ("eva", "mug", DateTime::MAX, f64::MIN_POSITIVE),
        ("leo", "pot", day(1), 1.0),
    ] {
        let one = Interaction {
            weight,
            ..Interaction::new(customer, item, at)
        };
        taken.add(one).expect("a weight");
    }
    let shelf = Shelf::new(&assortment());
    for half_life in [
        None,
        Some(Duration::from_micros(1)),
        Some(Duration::from_micros(i64::MAX)),
    ] {
        let options = PopularityOptions {
            half_life,
            ..PopularityOptions::default()
        };
        let popular = Popularity::fit(&options, &taken, &assortment()).expect("valid options");
        let wish = Wish {
            fill: false,
            ..Wish::new(9)
        };
        let list = shelf.choose(&popular, &Profile::new(DateTime::MAX), &wish);
        assert_eq!(list.len(), 3, "{half_life:?}: {list:?}");
        assert_eq!(&*list[0].item, "tea");
    }
    let options = NeighbourOptions {
        half_life: Some(Duration::from_micros(1)),
        ..any_support()
    };
    let model = Neighbours::fit(&options, &taken, &assortment()).expect("valid options");
    let profile = Profile::new(DateTime::MAX).did_weighted(Action::Purchase, "tea", DateTime::MIN, f64::MAX);
    assert_eq!(shelf.choose(&model, &profile, &Wish::new(9)).len(), 5);
    let none = [f64::NAN, f64::INFINITY, -1.0, 0.0];
    let none = none.into_iter().fold(Profile::new(day(9)), |it, weight| {
        it.did_weighted(Action::Purchase, "tea", day(1), weight)
    });
    assert!(none.is_empty());
}

#[test]
fn options_that_make_no_sense_are_refused_with_the_reason() {
    let (taken, assortment) = (carts(&["tea pot"]), assortment());
    let neighbours = |options: NeighbourOptions| {
        let error = Neighbours::fit(&options, &taken, &assortment).expect_err("no sense");
        error.to_string()
    };
    let bm25 = |k1, b| {
        neighbours(NeighbourOptions {
            likeness: Likeness::Bm25 { k1, b },
            ..any_support()
        })
    };
    assert_eq!(
        bm25(f64::NAN, 0.5),
        "`k1` is NaN; it must be 0 or more, and not infinite"
    );
    assert_eq!(bm25(1.2, 1.5), "`b` is 1.5; it must be from 0 to 1");
    let weights = ActionWeights {
        view: -1.0,
        ..ActionWeights::default()
    };
    let negative = neighbours(NeighbourOptions {
        weights,
        ..any_support()
    });
    assert_eq!(
        negative,
        "the weight of a view is -1; it must be 0 or more, and not infinite"
    );
    let backwards = neighbours(NeighbourOptions {
        half_life: Some(Duration::from_micros(-86_400_000_000)),
        ..any_support()
    });
    assert_eq!(
        backwards,
        "`half_life` in days is -1; it must be longer than nothing"
    );
    let rebuy = RebuyOptions {
        prior_days: f64::INFINITY,
        ..RebuyOptions::default()
    };
    let error = Rebuy::fit(&rebuy, &taken, &assortment)
        .expect_err("no sense")
        .to_string();
    assert_eq!(error, "`prior_days` is inf; it must be above 0 and at most 1e9");
    let error = Blend::new()
        .add(f64::NAN, popular(&["tea"]))
        .expect_err("no sense")
        .to_string();
    assert_eq!(
        error,
        "the weight of a part is NaN; it must be from a millionth to a million"
    );
    #[cfg(feature = "ease")]
    {
        let options = audience::EaseOptions {
            regularization: 0.0,
            ..audience::EaseOptions::default()
        };
        let error = audience::Ease::fit(&options, &taken, &assortment)
            .expect_err("no sense")
            .to_string();
        assert_eq!(
            error,
            "`regularization` is 0; it must be above 0 and at most 1e12"
        );
    }
}

#[cfg(feature = "ease")]
#[test]
fn ease_refuses_more_items_than_it_can_invert() {
    let keys: Vec<String> = (0..=audience::Ease::MOST_ITEMS)
        .map(|it| format!("{it:06}"))
        .collect();
    let mut taken = Interactions::new();
    for (customer, key) in keys.iter().enumerate() {
        taken.add_purchase(&customer.to_string(), key, day(1));
    }
    let assortment = keys
        .iter()
        .map(|it| (it.as_str(), it.as_str()))
        .collect::<Assortment>();
    let error =
        audience::Ease::fit(&audience::EaseOptions::default(), &taken, &assortment).expect_err("too many");
    let expected =
        "the number of items that were taken is 5001; it must be at most 5,000: leave out rare ones";
    assert_eq!(error.to_string(), expected);
}

/// By halves, a matrix of more than one block is inverted as a small one is.
#[cfg(feature = "ease")]
#[test]
fn ease_of_many_items_predicts_as_one_of_few() {
    let keys: Vec<String> = (0..150).map(|it| format!("{it:03}")).collect();
    let mut taken = Interactions::new();
    for customer in 0..300_usize {
        // Pairs that belong together, and now and then something else.
        let item = customer * 2 % 150;
        for item in [item, item + 1, customer * customer % 150] {
            taken.add_purchase(&customer.to_string(), &keys[item], day(1));
        }
    }
    let assortment = keys
        .iter()
        .map(|it| (it.as_str(), it.as_str()))
        .collect::<Assortment>();
    let options = audience::EaseOptions {
        regularization: 2.0,
        ..audience::EaseOptions::default()
    };
    let model = audience::Ease::fit(&options, &taken, &assortment).expect("valid options");
    for item in (0..150).step_by(2) {
        let largest = model.weights(&keys[item]).max_by(|a, b| a.1.total_cmp(&b.1));
        assert_eq!(largest.map(|it| it.0), Some(keys[item + 1].as_str()));
    }
}

#[test]
fn files_that_were_tampered_with_are_refused() {
    let model = model(&any_support(), &["tea pot", "tea mug jam"]);
    let saved = serde_json::to_string(&model).expect("writing to memory");
    assert_eq!(
        serde_json::from_str::<Neighbours>(&saved).expect("as written"),
        model
    );
    for (from, to, expected) in [
        (
            r#""version":1"#,
            r#""version":9"#,
            "a model of version 9, and only version 1 is known: fit it again",
        ),
        (
            r#""model":"neighbours""#,
            r#""model":"rebuy""#,
            "a model of rebuy, and not of neighbours",
        ),
        (
            r#""together":"customer""#,
            r#""together":"mars""#,
            "neighbours of an unknown kind",
        ),
        (
            r#""key":"cake""#,
            r#""key":"zoo""#,
            "the items are not in the order of their keys, each once",
        ),
        (
            r#""lengths":[0"#,
            r#""lengths":[7"#,
            "the lengths are not those of the links of all items",
        ),
        (
            r#""lengths":[0"#,
            r#""lengths":[4294967295"#,
            "more links than can be counted",
        ),
        (r#""items":[2,"#, r#""items":[6,"#, "a link to item 6 of 6"),
        (
            r#""half_life_micros":null"#,
            r#""half_life_micros":0"#,
            "`half_life` in days is 0",
        ),
    ] {
        assert!(saved.contains(from), "{from} in {saved}");
        let error = serde_json::from_str::<Neighbours>(&saved.replace(from, to))
            .expect_err(to)
            .to_string();
        assert!(error.starts_with(expected), "{to}: {error}");
    }
    let saved = serde_json::to_string(&popular(&["tea"])).expect("writing to memory");
    let tampered = saved.replace("1065353216", "2143289344"); // 1 becomes NaN
    let error = serde_json::from_str::<Popularity>(&tampered)
        .expect_err("not a number")
        .to_string();
    assert!(
        error.starts_with("number 4 of the scores is NaN, and not from 0 to 1"),
        "{error}"
    );
}

/// Likenesses of very many customers add up to millions: such a model was written and not read.
#[test]
fn large_likenesses_are_read_and_sums_of_them_stay_finite() {
    let model = model(&any_support(), &["tea pot", "tea mug jam"]);
    let mut saved = serde_json::to_value(&model).expect("writing to memory");
    let mut set = |number: f32| {
        for link in saved["links"]["numbers"].as_array_mut().expect("a list") {
            *link = number.to_bits().into();
        }
        serde_json::from_value::<Neighbours>(saved.clone())
    };
    let model = set(9e14).expect("may be so large");
    let profile = Profile::new(day(9)).did_weighted(Action::Purchase, "tea", day(8), 1e300);
    let list = Shelf::new(&assortment()).choose(&model, &profile, &Wish::new(3));
    assert_eq!(list.len(), 3);
    assert!(
        list.iter()
            .all(|it| it.reason.to_string() == "because you bought Green tea")
    );
    let error = set(2e15).expect_err("larger than any");
    assert!(
        error
            .to_string()
            .starts_with("number 0 of the links is 2000000000000000, "),
        "{error}"
    );
}
