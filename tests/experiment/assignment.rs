//! The arms that customers are counted in are those that campaigns draw.

use audience::{
    Decision, Definitions, HoldReason, Zone,
    experiment::{Assignment, Experiment, Metric, Tally, Treatment},
};

const SHOP: &str = r#"
customer { id: string key, agreed: bool, orders: int }
channel web { consent agreed  suppress if orders > 90 }
segment buyers = orders > 0
message short { channel web, body "Hello!" }
message long  { channel web, body "Hello, and welcome back!" }
holdout 5% of "2026"
campaign copy for buyers {
  holdout 10% of "copy-holdout"
  send    20% short, 30% long, 50% short as again of "copy" to 60%
}
campaign alone { send short of "alone" to 25% }
campaign several { holdout 12.3456% of "copy"  send short when orders > 5  send long }
campaign same { holdout 20% of "copy"  send 50% short, 50% long of "copy" }
"#;

struct Client {
    name: String,
    agreed: bool,
    orders: i64,
}

audience::record! { impl Record for Client { id: |c| c.name.as_str(), agreed: |c| c.agreed, orders: |c| c.orders } }

/// Of each customer and each campaign, what is decided and where she is counted go together.
#[test]
fn arms_are_what_campaigns_decide() {
    let shop = Definitions::parse(SHOP).unwrap_or_else(|error| panic!("{error}"));
    let bound = shop.bind::<Client>().expect("all attributes");
    let at = shop.at("2026-06-01T09:00:00Z".parse().expect("an instant"), &Zone::UTC);
    for (name, most) in [("copy", 4), ("alone", 2), ("several", 2), ("same", 3)] {
        let (campaign, of_records) = (
            shop.campaign(name).expect("defined"),
            bound.campaign(name).expect("defined"),
        );
        let assignment = campaign.assignment().expect("one draw");
        assert_eq!(of_records.assignment(), Ok(assignment.clone()));
        assert_eq!(assignment.arms().count(), most, "{name}");
        let mut sizes = vec![0_u32; most];
        for number in 0..4_000 {
            let client = Client {
                name: format!("customer {number}"),
                agreed: number % 3 > 0,
                orders: number % 100,
            };
            let (id, agreed, orders) = (&client.name, client.agreed, client.orders);
            let json = serde_json::json!({ "id": id, "agreed": agreed, "orders": orders });
            let customer = shop.customer_from_json(json.to_string()).expect("fits");
            let arm = campaign.arm(&assignment, &customer, &at);
            assert_eq!(of_records.arm(&assignment, &client, &at), arm);
            let position = assignment.arms().position(|(it, _)| Some(it) == arm);
            assert_eq!(position.is_some(), arm.is_some());
            if let Some(position) = position {
                sizes[position] += 1;
            }
            match campaign.decide(&customer, &at) {
                Decision::Send(choice) => assert_eq!(arm, Some(choice.variant().unwrap_or(name))),
                Decision::Hold(hold) => match hold.reason() {
                    HoldReason::Suppressed | HoldReason::NotInAudience => assert_eq!(arm, None),
                    HoldReason::Holdout => assert_eq!(arm, Some(Assignment::HOLDOUT)),
                    // She is in the arm that she would be in if she had agreed.
                    HoldReason::NoConsent => assert!(arm.is_some_and(|it| it != Assignment::HOLDOUT)),
                    HoldReason::NothingToSend => assert_eq!((arm, assignment.arm(id)), (None, None)),
                    other => panic!("{other}"),
                },
            }
            if let Some(arm) = arm {
                assert_eq!(assignment.arm(id), Some(arm));
            }
        }
        // The shares that the assignment promises are those of its customers.
        let all: u32 = sizes.iter().sum();
        assert!(all > 800, "{name}: {sizes:?}");
        for (size, (arm, share)) in sizes.iter().zip(assignment.arms()) {
            let chance = (f64::from(all) * share * (1.0 - share)).sqrt();
            assert!(
                (f64::from(*size) - f64::from(all) * share).abs() < 4.0 * chance,
                "{name} {arm}: {size} of {all}"
            );
        }
    }
}

/// Who is suppressed on the channel of one variant only would be in the holdout, or in the other variant, if she had been drawn there.
#[test]
fn who_is_suppressed_on_the_channel_of_her_variant_was_in_no_arm() {
    let definitions = r#"
        customer { id: string key, agreed: bool, complained: bool, gone: bool }
        channel web { consent agreed  suppress if gone }
        channel in_app { consent agreed  suppress if gone  suppress if complained }
        message banner { channel web, body "Hello!" }
        message note { channel in_app, body "Hello!" }
        campaign greeting { holdout 20% of "kept"  send 50% banner, 50% note of "copy" }
        "#;
    let shop = Definitions::parse(definitions).unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at("2026-06-01T09:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let greeting = shop.campaign("greeting").expect("defined");
    let assignment = greeting.assignment().expect("one draw");
    let mut sizes = [0_u32; 3];
    let mut held = 0;
    for number in 0..1_000 {
        let id = format!("customer {number}");
        let customer = |complained: bool, gone: bool| {
            let json =
                serde_json::json!({ "id": id, "agreed": true, "complained": complained, "gone": gone });
            shop.customer_from_json(json.to_string()).expect("fits")
        };
        let [free, complained, gone] =
            [(false, false), (true, false), (true, true)].map(|it| customer(it.0, it.1));
        let arm = greeting.arm(&assignment, &complained, &at);
        assert_eq!(
            (arm, arm),
            (greeting.arm(&assignment, &free, &at), assignment.arm(&id))
        );
        assert_eq!(greeting.arm(&assignment, &gone, &at), None);
        let position = assignment.arms().position(|(it, _)| Some(it) == arm);
        sizes[position.expect("an arm")] += 1;
        if let Decision::Hold(hold) = greeting.decide(&complained, &at) {
            held += u32::from(hold.reason() == HoldReason::Suppressed);
        }
    }
    // All whose letter it was, and nobody else.
    let note = assignment
        .arms()
        .position(|(it, _)| it == "note")
        .expect("an arm");
    assert!(held > 300 && held == sizes[note], "{held} of {sizes:?}");
}

#[test]
fn a_key_that_is_a_number_is_drawn_by_its_digits() {
    let shop = Definitions::parse(
        r#"
        customer { id: int key, agreed: bool }
        channel web { consent agreed }
        message hi { channel web, body "Hi!" }
        campaign greeting { holdout 50% of "spring-2026"  send hi }
        "#,
    )
    .expect("compiles");
    let greeting = shop.campaign("greeting").expect("defined");
    let assignment = greeting.assignment().expect("one draw");
    let at = shop.at("2026-06-01T09:00:00Z".parse().expect("an instant"), &Zone::UTC);
    for number in -50..50 {
        let customer = shop
            .customer_from_json(format!(r#"{{"id": {number}, "agreed": true}}"#))
            .expect("fits");
        let held = matches!(greeting.decide(&customer, &at), Decision::Hold(hold) if hold.reason() == HoldReason::Holdout);
        let arm = greeting.arm(&assignment, &customer, &at).expect("for everyone");
        assert_eq!(
            (arm == "holdout", assignment.arm(&number.to_string())),
            (held, Some(arm))
        );
    }
}

#[test]
fn what_several_sends_draw_is_no_assignment() {
    for sends in [
        "send short when orders > 5  send 50% short, 50% long of \"x\"",
        "send short of \"x\" to 20%  send long",
    ] {
        let shop = SHOP.split_once("campaign copy").expect("a campaign").0;
        let shop = Definitions::parse(&format!("{shop} campaign it {{ {sends} }}")).expect("compiles");
        let error = shop
            .campaign("it")
            .expect("defined")
            .assignment()
            .expect_err("refused");
        assert_eq!(
            error.to_string(),
            "`it` has several sends, and what one of them draws is only for those whom it concerns: give each its own campaign, or name \
             the samples yourself"
        );
    }
}

/// Whoever counts only those who were sent something finds a gain where there is none; whoever counts by the arm does not.
#[test]
fn people_who_cannot_be_reached_are_counted_where_they_would_be() {
    let shop = Definitions::parse(SHOP).expect("compiles");
    let campaign = shop.campaign("several").expect("defined");
    let assignment = campaign.assignment().expect("one draw");
    let design = Experiment::builder("several").arms_of(&assignment, |arm| match arm {
        Assignment::HOLDOUT => Treatment::Nothing,
        _ => Treatment::PerSegment,
    });
    let experiment = design
        .goal(Metric::rate("ordered"))
        .build()
        .expect("an experiment");
    let at = shop.at("2026-06-01T09:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let [mut by_arm, mut by_sent] = [Tally::new(&experiment), Tally::new(&experiment)];
    for number in 0..6_000 {
        // Who agreed orders far more often, and a message changes nothing.
        let agreed = number % 2 == 0;
        let ordered = number % 10 < if agreed { 6 } else { 2 };
        let json = format!(r#"{{"id": "customer {number}", "agreed": {agreed}, "orders": 1}}"#);
        let customer = shop.customer_from_json(json).expect("fits");
        let arm = campaign.arm(&assignment, &customer, &at).expect("for everyone");
        by_arm
            .add(arm, [], [("ordered", ordered.into())])
            .expect("counted");
        let sent = match campaign.decide(&customer, &at) {
            Decision::Send(_) => Some("several"),
            Decision::Hold(hold) => (hold.reason() == HoldReason::Holdout).then_some("holdout"),
        };
        if let Some(arm) = sent {
            by_sent
                .add(arm, [], [("ordered", ordered.into())])
                .expect("counted");
        }
    }
    let gain = |tally: &Tally| {
        tally.analyze().goals[0].comparisons[0]
            .difference
            .clone()
            .expect("enough")
    };
    assert!(
        gain(&by_arm).low < 0.0 && gain(&by_arm).high > 0.0,
        "{:?}",
        gain(&by_arm)
    );
    assert!(gain(&by_sent).low > 0.1);
    assert!(
        by_sent.analyze().mismatch.expect("enough").found,
        "half of one arm is missing"
    );
    assert!(!by_arm.analyze().mismatch.expect("enough").found);
}
