//! Models, shelves and blends, on carts small enough to reckon with.

mod alerts;
mod hostile;
mod rules;
mod values;

use audience::{
    Action, Assortment, AssortmentItem, Blend, DateTime, Duration, Interaction, Interactions, Likeness, Mode,
    NeighbourOptions, Neighbours, Popularity, PopularityOptions, Profile, Reason, Rebuy, RebuyOptions,
    Recommendation, Recommender, Scores, Shelf, Together, Wish,
};

const ITEMS: [(&str, &str); 6] = [
    ("cake", "Cake"),
    ("jam", "Jam"),
    ("mug", "Mug"),
    ("pot", "Teapot"),
    ("tea", "Green tea"),
    ("tray", "Tray"),
];

pub(crate) fn day(day: u32) -> DateTime {
    format!("2026-05-{day:02}T09:00:00Z").parse().expect("a datetime")
}

/// Each cart a customer's, all on one day.
fn carts(carts: &[&str]) -> Interactions {
    let rows = carts.iter().enumerate().flat_map(|(customer, cart)| {
        let items = cart.split_whitespace();
        items.map(move |item| (format!("customer {customer}"), item, day(1)))
    });
    rows.collect()
}

fn assortment() -> Assortment {
    Assortment::from_iter(ITEMS)
}

fn any_support() -> NeighbourOptions {
    NeighbourOptions {
        support: 1,
        ..NeighbourOptions::default()
    }
}

fn model(options: &NeighbourOptions, baskets: &[&str]) -> Neighbours {
    Neighbours::fit(options, &carts(baskets), &assortment()).expect("valid options")
}

fn popular(baskets: &[&str]) -> Popularity {
    Popularity::fit(&PopularityOptions::default(), &carts(baskets), &assortment()).expect("valid options")
}

fn bought(items: &'static str) -> Profile<'static> {
    items
        .split_whitespace()
        .fold(Profile::new(day(9)), Profile::bought)
}

pub(crate) fn told(list: &[Recommendation]) -> Vec<String> {
    list.iter()
        .map(|it| format!("{}: {}", it.item, it.reason))
        .collect()
}

#[track_caller]
fn check(recommender: &impl Recommender, profile: &Profile<'_>, wish: &Wish, expected: &[&str]) {
    let list = Shelf::new(&assortment()).choose(recommender, profile, wish);
    assert_eq!(told(&list), expected);
}

#[test]
fn likenesses_add_up_and_the_strongest_gives_the_reason() {
    // To jam: tea 1/√2, pot 1/√3. To mug: pot 2/√6. Jam's sum 1.28 beats mug's 0.82.
    let model = model(&any_support(), &["tea jam pot", "pot mug", "pot mug", "tea"]);
    let expected = [
        "jam: because you bought Green tea",
        "mug: because you bought Teapot",
    ];
    check(&model, &bought("tea pot"), &Wish::new(2), &expected);
}

#[test]
fn lists_are_filled_by_what_is_popular_and_then_the_rest() {
    let baskets = ["tea pot", "mug", "mug", "jam"];
    let blend = Blend::new()
        .add(1.0, model(&any_support(), &baskets))
        .expect("a weight")
        .or_else(popular(&baskets));
    let expected = [
        "pot: because you bought Green tea",
        "mug: popular with our customers",
        "jam: popular with our customers",
        "cake: new to you",
        "tray: new to you",
    ];
    check(&blend, &bought("tea"), &Wish::new(9), &expected);
}

#[test]
fn ties_stand_in_the_order_of_the_keys() {
    let model = model(&any_support(), &["tea pot mug cake jam"]);
    let list = Shelf::new(&assortment()).choose(&model, &bought("tea"), &Wish::new(4));
    let keys: Vec<&str> = list.iter().map(|it| &*it.item).collect();
    assert_eq!(keys, ["cake", "jam", "mug", "pot"]);
}

#[test]
fn neither_order_nor_repetition_matters() {
    let baskets = ["tea jam pot", "pot mug cake", "pot mug tray", "tea tray"];
    let model = model(&any_support(), &baskets);
    let shelf = Shelf::new(&assortment());
    let list = |profile| shelf.choose(&model, &profile, &Wish::new(3));
    assert_eq!(list(bought("tea pot cake")), list(bought("cake pot tea pot")));
}

#[test]
fn nothing_stays_behind_from_the_customer_before() {
    let model = model(&any_support(), &["tea pot mug", "cake jam", "jam tray"]);
    let shelf = Shelf::new(&assortment());
    let fresh = shelf.choose(&model, &bought("cake"), &Wish::new(9));
    for count in 0..9 {
        let _ = shelf.choose(&model, &bought("tea pot"), &Wish::new(count));
        assert_eq!(fresh, shelf.choose(&model, &bought("cake"), &Wish::new(9)));
    }
}

#[test]
fn a_recommender_may_ask_another_shelf() {
    struct Curious(Neighbours);
    impl Recommender for Curious {
        fn score(&self, profile: &Profile<'_>, scores: &mut audience::Scores) {
            let inner = Shelf::new(scores.assortment());
            for it in inner.choose(&self.0, profile, &Wish::new(1)) {
                scores.add(&it.item, 1.0, it.reason);
            }
        }
    }
    let curious = Curious(model(&any_support(), &["tea pot", "pot jam"]));
    check(
        &curious,
        &bought("tea"),
        &Wish::new(1),
        &["pot: because you bought Green tea"],
    );
}

#[test]
fn what_lies_longer_back_counts_less() {
    let options = NeighbourOptions {
        half_life: Some(audience::Duration::from_micros(86_400_000_000)),
        ..any_support()
    };
    let model = model(&options, &["tea pot", "jam cake"]);
    let now = Profile::new(day(9));
    let profile = now
        .did(Action::Purchase, "tea", day(7))
        .did(Action::Purchase, "jam", day(8));
    let expected = [
        "cake: because you bought Jam",
        "pot: because you bought Green tea",
    ];
    check(&model, &profile, &Wish::new(2), &expected);
}

#[test]
fn what_is_still_to_come_counts_nothing() {
    let model = model(&any_support(), &["tea pot"]);
    let profile = Profile::new(day(9)).did(Action::Purchase, "tea", day(10));
    check(
        &model,
        &profile,
        &Wish {
            fill: false,
            ..Wish::new(2)
        },
        &[],
    );
}

#[test]
fn views_speak_more_softly_and_say_so() {
    let model = model(&any_support(), &["tea pot", "jam cake"]);
    let now = day(9);
    let profile = Profile::new(now).did(Action::View, "tea", now).bought("jam");
    let expected = [
        "cake: because you bought Jam",
        "pot: because you viewed Green tea",
    ];
    check(&model, &profile, &Wish::new(2), &expected);
}

#[test]
fn what_was_only_viewed_may_be_shown_and_what_was_bought_not() {
    let popular = popular(&["tea", "pot"]);
    let profile = Profile::new(day(9))
        .did(Action::View, "tea", day(8))
        .bought("pot");
    let wish = Wish {
        fill: false,
        ..Wish::new(9)
    };
    check(&popular, &profile, &wish, &["tea: popular with our customers"]);
}

#[test]
fn nothing_that_lies_in_the_cart_is_shown_in_any_mode() {
    let popular = popular(&["tea", "tea pot", "tea pot mug"]);
    for mode in [Mode::Discover, Mode::Rebuy, Mode::Any] {
        let list = Shelf::new(&assortment()).choose(
            &popular,
            &bought("tea mug").in_cart("tea").in_cart("pot"),
            &Wish { mode, ..Wish::new(9) },
        );
        assert!(
            list.iter().all(|it| !["tea", "pot"].contains(&&*it.item)),
            "{mode:?}"
        );
    }
}

#[test]
fn discovering_and_rebuying_are_kept_apart() {
    let taken = Interactions::from_iter([
        ("ana", "tea", day(1)),
        ("ana", "tea", day(6)),
        ("eva", "mug", day(2)),
        ("eva", "tea", day(2)),
        ("eva", "tea", day(7)),
    ]);
    let rebuy = Rebuy::fit(&RebuyOptions::default(), &taken, &assortment()).expect("valid options");
    let popular =
        Popularity::fit(&PopularityOptions::default(), &taken, &assortment()).expect("valid options");
    let blend = Blend::new().add(1.0, rebuy).expect("a weight").or_else(popular);
    let leo = Profile::new(day(9))
        .did(Action::Purchase, "pot", day(1))
        .did(Action::Purchase, "tea", day(2));
    let again = [
        "tea: time to buy it again",
        "pot: time to buy it again",
        "mug: popular with our customers",
    ];
    check(&blend, &leo, &Wish::rebuy(3), &again);
    let discover = [
        "mug: popular with our customers",
        "cake: new to you",
        "jam: new to you",
    ];
    check(&blend, &leo, &Wish::new(3), &discover);
}

#[test]
fn what_was_bought_just_now_is_not_due() {
    let weekly = |item| [1, 8, 15, 22].map(|at| ("ana", item, day(at)));
    let taken: Interactions = weekly("tea").into_iter().chain(weekly("jam")).collect();
    let rebuy = Rebuy::fit(&RebuyOptions::default(), &taken, &assortment()).expect("valid options");
    let leo =
        Profile::new(day(22))
            .did(Action::Purchase, "jam", day(22))
            .did(Action::Purchase, "tea", day(15));
    let expected = ["tea: time to buy it again", "jam: you bought it before"];
    check(&rebuy, &leo, &Wish::rebuy(2), &expected);
}

/// A fridge that nobody ever bought twice was due a day after its purchase.
#[test]
fn what_nobody_buys_again_is_due_when_other_things_are() {
    let weekly = [1, 8, 15, 22].map(|at| ("ana", "tea", day(at)));
    let taken: Interactions = weekly.into_iter().chain([("ana", "pot", day(1))]).collect();
    let rebuy = Rebuy::fit(&RebuyOptions::default(), &taken, &assortment()).expect("valid options");
    assert_eq!(
        (rebuy.usual_days("tea"), rebuy.usual_days("pot")),
        (Some(7.0), None)
    );
    let bought = |at| Profile::new(day(20)).did(Action::Purchase, "pot", day(at));
    check(
        &rebuy,
        &bought(18),
        &Wish::rebuy(1),
        &["pot: you bought it before"],
    );
    check(
        &rebuy,
        &bought(13),
        &Wish::rebuy(1),
        &["pot: time to buy it again"],
    );
}

/// Rates, and how due it is, reckoned by hand.
#[test]
fn what_is_due_scores_by_its_rate_and_by_how_long_it_lies_back() {
    struct Told<'a>(&'a Rebuy, std::cell::Cell<f64>);
    impl Recommender for Told<'_> {
        fn score(&self, profile: &Profile<'_>, scores: &mut audience::Scores) {
            self.0.score(profile, scores);
            self.1.set(scores.get("tea"));
        }
    }
    let taken: Interactions = [1, 11, 21]
        .map(|at| ("ana", "tea", day(at)))
        .into_iter()
        .collect();
    let options = RebuyOptions {
        prior_days: 10.0,
        prior_customers: 1.0,
    };
    let rebuy = Rebuy::fit(&options, &taken, &assortment()).expect("valid options");
    // Two more purchases in 20 days, with as much again as prior: of all items as well.
    let everybody = (2.0 + 2.0 / 20.0 * 20.0) / (20.0 + 20.0);
    // Bought once, so many days ago: 10 days are usual.
    let expected = |since: f64, due: f64, left: f64| (1.0 + everybody * 10.0) / (since + 10.0) * due * left;
    let far = {
        let rate = (1.0 + everybody * 10.0) / 30.0;
        (-0.5 * (20.0_f64 / 10.0 - 1.0) * (rate * 10.0).min(1.0)).exp()
    };
    for (since, expected) in [
        (0, expected(0.0, 0.1, 1.0)),
        (5, expected(5.0, 0.55, 1.0)),
        (10, expected(10.0, 1.0, 1.0)),
        (20, expected(20.0, 1.0, far)),
    ] {
        let told = Told(&rebuy, std::cell::Cell::new(0.0));
        let leo = Profile::new(day(21)).did(Action::Purchase, "tea", day(21 - since));
        let _ = Shelf::new(&assortment()).choose(&told, &leo, &Wish::rebuy(1));
        assert!(
            (told.1.get() / expected - 1.0).abs() < 1e-6,
            "{since}: {} {expected}",
            told.1.get()
        );
    }
}

/// "Popular in Spain" was said of what one customer of sixty bought.
#[test]
fn what_few_of_a_group_took_is_not_said_to_be_popular_there() {
    let mut taken = Interactions::new();
    for number in 0..60 {
        let customer = number.to_string();
        taken.add_purchase(&customer, "tea", day(1));
        taken.set_group(&customer, "Spain");
    }
    taken.add_purchase("7", "pot", day(1));
    for number in 0..5 {
        taken.add_purchase(&number.to_string(), "mug", day(1));
    }
    let popular =
        Popularity::fit(&PopularityOptions::default(), &taken, &assortment()).expect("valid options");
    let expected = [
        "tea: popular in Spain",
        "mug: popular in Spain",
        "pot: popular with our customers",
    ];
    check(
        &popular,
        &Profile::new(day(2)).in_group("Spain"),
        &Wish::new(3),
        &expected,
    );
}

/// A score of the host beyond what is kept made the whole part of a blend vanish.
#[test]
fn large_scores_of_the_host_leave_those_of_others() {
    struct Host;
    impl Recommender for Host {
        fn score(&self, _: &Profile<'_>, scores: &mut audience::Scores) {
            scores.add("tea", 1e300, audience::Reason::Said("first".into()));
            scores.add("mug", 1e29, audience::Reason::Said("second".into()));
        }
    }
    let blend = Blend::new().add(1.0, Host).expect("a weight");
    check(
        &blend,
        &Profile::new(day(1)),
        &Wish::new(2),
        &["tea: first", "mug: second"],
    );
}

/// With nothing left out, what she bought was "new to you".
#[test]
fn what_she_bought_is_never_new_to_her() {
    let popular = Popularity::fit(&PopularityOptions::default(), &Interactions::new(), &assortment())
        .expect("valid options");
    let wish = Wish {
        mode: Mode::Any,
        ..Wish::new(9)
    };
    let list = Shelf::new(&assortment()).choose(&popular, &bought("tea"), &wish);
    let of = |key: &str| {
        list.iter()
            .find(|it| &*it.item == key)
            .map(|it| it.reason.to_string())
    };
    assert_eq!(of("tea").as_deref(), Some("you bought it before"));
    assert_eq!(of("pot").as_deref(), Some("new to you"));
}

#[test]
fn what_is_taken_together_depends_on_what_counts_as_such() {
    // Tea and pot on one day, tea and mug on different days.
    let mut taken = Interactions::new();
    for name in ["ana", "eva"] {
        taken.extend([
            (name, "tea", day(1)),
            (name, "pot", day(1)),
            (name, "mug", day(2)),
        ]);
    }
    let alike = |together| -> Vec<String> {
        let options = NeighbourOptions {
            together,
            ..any_support()
        };
        let model = Neighbours::fit(&options, &taken, &assortment()).expect("valid options");
        model.alike("tea").map(|(key, _)| key.to_owned()).collect()
    };
    assert_eq!(alike(Together::Customer), ["mug", "pot"]);
    assert_eq!(alike(Together::Occasion), ["pot"]);
    assert_eq!(alike(Together::Apart), ["mug"]);
}

#[test]
fn support_and_neighbours_bound_what_is_kept() {
    let baskets = ["tea pot mug", "tea pot", "tea jam"];
    let supported = model(
        &NeighbourOptions {
            support: 2,
            ..any_support()
        },
        &baskets,
    );
    assert_eq!(supported.alike("tea").map(|it| it.0).collect::<Vec<_>>(), ["pot"]);
    let one = model(
        &NeighbourOptions {
            neighbours: 1,
            ..any_support()
        },
        &baskets,
    );
    assert!(ITEMS.iter().all(|(key, _)| one.alike(key).count() <= 1));
}

#[test]
fn a_list_spreads_over_categories_while_there_are_others() {
    let item = |key: &'static str, category: &'static str| AssortmentItem::new(key, key).category(category);
    let assortment = Assortment::new([
        item("black", "teas"),
        item("green", "teas"),
        item("white", "teas"),
        item("mug", "kitchen"),
        item("pot", "kitchen"),
    ]);
    let taken = carts(&["black green white", "black green", "black", "mug", "pot"]);
    let popular = Popularity::fit(&PopularityOptions::default(), &taken, &assortment).expect("valid options");
    let shelf = Shelf::new(&assortment);
    let list = |count, per_category| -> Vec<String> {
        let wish = Wish {
            per_category,
            ..Wish::new(count)
        };
        let list = shelf.choose(&popular, &Profile::new(day(9)), &wish);
        list.into_iter().map(|it| it.item.to_string()).collect()
    };
    assert_eq!(list(3, None), ["black", "green", "mug"]);
    assert_eq!(list(2, Some(1)), ["black", "mug"]);
    assert_eq!(list(4, Some(1)), ["black", "mug", "green", "pot"]); // no third category
    assert_eq!(list(2, Some(0)), ["black", "green"]);
}

#[test]
fn each_customer_counts_once_for_what_is_popular() {
    let mut taken = carts(&["mug", "mug"]);
    for minute in 0..50 {
        let at = format!("2026-05-01T10:{minute:02}:00Z")
            .parse()
            .expect("a datetime");
        taken.add_purchase("fan", "tea", at);
    }
    let popular =
        Popularity::fit(&PopularityOptions::default(), &taken, &assortment()).expect("valid options");
    check(
        &popular,
        &Profile::new(day(9)),
        &Wish::new(1),
        &["mug: popular with our customers"],
    );
}

#[test]
fn what_was_taken_lately_is_trending() {
    let taken = Interactions::from_iter([
        ("ana", "mug", day(1)),
        ("eva", "mug", day(1)),
        ("leo", "mug", day(1)),
        ("ivo", "tea", day(28)),
    ]);
    let ever = Popularity::fit(&PopularityOptions::default(), &taken, &assortment()).expect("valid options");
    let lately =
        Popularity::fit(&PopularityOptions::trending(), &taken, &assortment()).expect("valid options");
    check(
        &ever,
        &Profile::new(day(28)),
        &Wish::new(1),
        &["mug: popular with our customers"],
    );
    check(
        &lately,
        &Profile::new(day(28)),
        &Wish::new(1),
        &["tea: popular right now"],
    );
}

#[test]
fn a_heavier_action_counts_more() {
    let mut taken = Interactions::new();
    let one = |customer, item, action| Interaction {
        action,
        ..Interaction::new(customer, item, day(1))
    };
    for (customer, item, action) in [
        ("ana", "mug", Action::View),
        ("eva", "mug", Action::View),
        ("leo", "tea", Action::Purchase),
    ] {
        taken.add(one(customer, item, action)).expect("a weight");
    }
    let popular =
        Popularity::fit(&PopularityOptions::default(), &taken, &assortment()).expect("valid options");
    check(
        &popular,
        &Profile::new(day(9)),
        &Wish::new(1),
        &["tea: popular with our customers"],
    );
}

/// A catalogue of searches is recommended as one of products is.
#[test]
fn searches_can_be_recommended() {
    let searches = Assortment::from_iter(["green tea", "tea pot", "jam"].map(|it| (it, it)));
    let mut taken = Interactions::new();
    for name in ["ana", "eva"] {
        for search in ["green tea", "tea pot"] {
            let one = Interaction {
                action: Action::Search,
                ..Interaction::new(name, search, day(1))
            };
            taken.add(one).expect("a weight");
        }
    }
    let model = Neighbours::fit(&NeighbourOptions::default(), &taken, &searches).expect("valid options");
    let profile = Profile::new(day(9)).did(Action::Search, "green tea", day(8));
    let list = Shelf::new(&searches).choose(&model, &profile, &Wish::new(1));
    assert_eq!(told(&list), ["tea pot: because you looked for green tea"]);
}

/// A model serves a shelf of another assortment by key.
#[test]
fn a_catalogue_that_grew_is_served_by_a_model_of_before() {
    let model = model(&any_support(), &["tea pot"]);
    let more = [("almond", "Almonds"), ("zest", "Zest")];
    let grown: Assortment = ITEMS.into_iter().chain(more).collect();
    let list = Shelf::new(&grown).choose(&model, &bought("tea"), &Wish::new(2));
    assert_eq!(
        told(&list),
        ["pot: because you bought Green tea", "almond: new to you"]
    );
}

#[test]
fn fallbacks_stand_in_their_order_below_the_parts() {
    let blend = Blend::new()
        .add(1.0, model(&any_support(), &["tea pot"]))
        .expect("a weight")
        .or_else(model(&any_support(), &["tea jam", "tea mug"]))
        .or_else(popular(&["mug", "mug", "mug", "cake"]));
    let expected = [
        "pot: because you bought Green tea",
        "jam: because you bought Green tea",
        "mug: because you bought Green tea",
        "cake: popular with our customers",
        "tray: new to you",
    ];
    check(&blend, &bought("tea"), &Wish::new(9), &expected);
}

#[test]
fn likeness_by_likelihood_finds_what_is_more_than_popular() {
    // Everybody takes mugs, so that taking one with tea says nothing.
    let baskets = ["tea pot mug", "tea pot mug", "mug", "mug jam", "mug", "mug cake"];
    let options = NeighbourOptions {
        likeness: Likeness::LogLikelihood,
        ..any_support()
    };
    let model = model(&options, &baskets);
    assert_eq!(model.alike("tea").map(|it| it.0).collect::<Vec<_>>(), ["pot"]);
}

/// Speaks for items and against them.
struct Both(&'static [(&'static str, f64)]);

impl Recommender for Both {
    fn score(&self, _profile: &Profile<'_>, scores: &mut Scores) {
        for (item, score) in self.0 {
            scores.add(item, *score, Reason::Said("good".into()));
        }
    }
}

/// An item of which as much was said against as for it had the latter as its reason, and came before others that nobody speaks for.
#[test]
fn what_is_spoken_against_has_no_reason_and_no_place_of_its_own() {
    let both = Both(&[
        ("pot", 5.0),
        ("pot", -6.0),
        ("tray", 1.0),
        ("cake", 2.0),
        ("cake", -2.0),
    ]);
    let expected = [
        "tray: good",
        "cake: new to you",
        "jam: new to you",
        "mug: new to you",
        "pot: new to you",
        "tea: new to you",
    ];
    check(&both, &bought(""), &Wish::new(9), &expected);
    let list = Shelf::new(&assortment()).choose(&both, &bought("pot tray"), &Wish::rebuy(2));
    assert_eq!(told(&list), ["tray: good", "pot: you bought it before"]);
    // Also as a part of a blend.
    let blend = Blend::new().add(1.0, both).expect("a weight");
    check(&blend, &bought(""), &Wish::new(9), &expected);
}

/// All that she did came to nothing, where half-lives were short beside the time that she was away.
#[test]
fn who_comes_back_after_years_had_no_history() {
    let options = NeighbourOptions {
        half_life: Some(Duration::from_micros(3_600_000_000)),
        ..any_support()
    };
    let model = model(&options, &["tea pot", "jam mug mug", "jam mug"]);
    let years_ago = |month: u32| -> DateTime {
        let text = format!("2016-{month:02}-01T00:00:00Z");
        text.parse().expect("a datetime")
    };
    let profile = Profile::new(day(9))
        .did(Action::Purchase, "jam", years_ago(6))
        .did(Action::Purchase, "tea", years_ago(7));
    let expected = "pot: because you bought Green tea";
    let list = Shelf::new(&assortment()).choose(&model, &profile, &Wish::new(1));
    assert_eq!(told(&list), [expected]);
    let blend = Blend::new()
        .add(1e6, model)
        .expect("a weight")
        .or_else(popular(&["cake"]));
    let list = Shelf::new(&assortment()).choose(&blend, &profile, &Wish::new(2));
    assert_eq!(told(&list), [expected, "cake: popular with our customers"]);
}

#[test]
fn a_weight_that_is_next_to_nothing_is_refused() {
    assert!(Blend::new().add(1e-50, popular(&["cake"])).is_err());
    assert!(Blend::new().add(1e-6, popular(&["cake"])).is_ok());
}
