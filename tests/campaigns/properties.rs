//! Decisions against the model, and what must never happen whatever is written.

use audience::{Decision, Definitions, NextChange, Zone};
use jiff::Timestamp;
use proptest::{collection::vec, prelude::*, test_runner::TestCaseResult};

use super::model::{self, Campaign, Channels, Delivery, Person, SHOP};

fn shop(channels: &Channels, campaigns: &[Campaign]) -> Definitions {
    let mut text = SHOP.to_owned() + "holdout 5% of \"2026\"\n";
    channels.write(&mut text);
    for campaign in campaigns {
        campaign.write(&mut text);
    }
    Definitions::parse(&text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn campaigns() -> impl Strategy<Value = Vec<Campaign>> {
    (
        model::campaign("a".into()),
        model::campaign("b".into()),
        model::campaign("c".into()),
    )
        .prop_map(|(a, b, c)| vec![a, b, c])
}

/// Nights on which clocks are changed among them.
fn moment() -> impl Strategy<Value = Timestamp> {
    let days = vec![
        "2026-03-29T00:00:00Z",
        "2026-10-25T00:00:00Z",
        "2026-03-08T00:00:00Z",
        "2026-04-04T12:00:00Z",
        "2026-03-31T00:00:00Z",
        "2024-02-29T00:00:00Z",
        "2026-06-01T00:00:00Z",
    ];
    (prop::sample::select(days), 0..86_400_i64).prop_map(|(day, seconds)| {
        let day: Timestamp = day.parse().expect("an instant");
        Timestamp::from_second(day.as_second() + seconds).expect("in range")
    })
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

/// What a campaign decides, in words.
fn words<R>(decision: &Decision<'_, R>) -> String {
    match decision {
        Decision::Hold(hold) => hold.to_string(),
        Decision::Send(choice) => {
            let label = choice.variant().map(|it| format!(" ({it})")).unwrap_or_default();
            let offer = choice.offer().map(|it| format!(" with {it}")).unwrap_or_default();
            format!("{} by {}{label}{offer}", choice.message(), choice.channel())
        }
    }
}

/// All that must hold of what one customer gets.
fn check(
    shop: &Definitions,
    channels: &Channels,
    campaigns: &[Campaign],
    person: &Person,
    now: Timestamp,
) -> TestCaseResult {
    let customer = shop.customer_from_json(person.json(now)).expect("fits");
    let at = shop.at(
        now.to_string().parse().expect("an instant"),
        &Zone::named("Europe/Bucharest").expect("a zone"),
    );
    for campaign in campaigns {
        let compiled = shop.campaign(&campaign.name).expect("defined");
        let decision = compiled.decide(&customer, &at);
        prop_assert_eq!(
            words(&decision),
            person.decide(campaign, channels, now),
            "{:?} of {:?}",
            campaign,
            person
        );
        if let Decision::Send(choice) = &decision {
            let channel = choice.channel().as_str();
            prop_assert!(person.has_address(channel));
            prop_assert!(choice.message() == "receipt" || person.has_consent(channel));
            let place = model::CHANNELS
                .iter()
                .position(|it| *it == channel)
                .expect("a channel");
            let quiet = channels.quiet[place].and_then(|it| person.quiet_until(it, now));
            prop_assert!(choice.message() == "receipt" || quiet.is_none());
        }
        // The explanation tells the same, and as long as it says.
        let explanation = compiled.explain(&customer, &at);
        let said = words(&decision);
        prop_assert_eq!(
            explanation.decision(),
            said.split(" (")
                .next()
                .and_then(|it| it.split(" with ").next())
                .unwrap_or_default()
        );
        let refused = explanation.steps().iter().any(|it| !it.passed);
        prop_assert!(
            explanation.sends() || refused || said == "nothing to send",
            "{explanation}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(250))]

    /// [campaign-5] [campaign-7]
    #[test]
    fn decisions_are_those_of_the_model(
        channels in model::channels(),
        campaigns in campaigns(),
        people in vec(model::person(), 1..8),
        now in moment(),
    ) {
        let shop = shop(&channels, &campaigns);
        for person in &people {
            check(&shop, &channels, &campaigns, person, now)?;
        }
    }

    /// [campaign-8] Deciding all campaigns at once is deciding one after the other, when each sending is a delivery for the next.
    #[test]
    fn a_batch_decides_as_one_by_one(
        channels in model::channels(),
        campaigns in campaigns(),
        people in vec(model::person(), 1..8),
        now in moment(),
    ) {
        let shop = shop(&channels, &campaigns);
        let at = shop.at(now.to_string().parse().expect("an instant"), &Zone::named("Europe/Bucharest").expect("a zone"));
        let mut order: Vec<_> = campaigns.iter().collect();
        order.sort_by_key(|it| std::cmp::Reverse(it.priority));
        let customers: Vec<_> = people.iter().map(|it| shop.customer_from_json(it.json(now)).expect("fits")).collect();
        let all = shop.campaigns();
        let mut decided: Vec<Vec<(String, String)>> = Vec::new();
        let summary = all.decide_many(&customers, &at, |decisions| {
            decided.push(decisions.iter().map(|it| (it.campaign.to_owned(), words(&it.decision))).collect());
        });
        let mut sent = 0;
        for (person, decided) in people.iter().zip(&decided) {
            let mut person = person.clone();
            let mut expected = Vec::new();
            for campaign in &order {
                let customer = shop.customer_from_json(person.json(now)).expect("fits");
                let compiled = shop.campaign(&campaign.name).expect("defined");
                let decision = compiled.decide(&customer, &at);
                expected.push((campaign.name.clone(), words(&decision)));
                if let Decision::Send(choice) = decision {
                    sent += 1;
                    let channel = model::channel_of(choice.message());
                    person.deliveries.push(Delivery {
                        minutes: 0,
                        channel,
                        message: choice.message().to_owned(),
                        kind: "sent",
                        offer: choice.offer().map(|_| "gift"),
                    });
                }
            }
            prop_assert_eq!(decided, &expected);
        }
        prop_assert_eq!(summary.sent().map(|it| it.count).sum::<u64>(), sent);
        let held: u64 = summary.held().map(|it| it.count).sum();
        prop_assert_eq!(sent + held, (people.len() * campaigns.len()) as u64);
        #[cfg(feature = "parallel")]
        {
            let seen = std::sync::Mutex::new(Vec::new());
            let parallel = all.decide_many_parallel(&customers, &at, |decisions| {
                let words = decisions.iter().map(|it| (it.campaign.to_owned(), words(&it.decision))).collect::<Vec<_>>();
                seen.lock().expect("nobody panicked").push((decisions.customer().key().to_string(), words));
            });
            prop_assert_eq!(&parallel, &summary);
            let mut seen = seen.into_inner().expect("nobody panicked");
            let mut expected: Vec<_> = people.iter().map(|it| it.id.clone()).zip(decided).collect();
            seen.sort();
            expected.sort();
            prop_assert_eq!(seen, expected);
        }
    }

    /// Nothing changes before the next change, and something does at it.
    #[test]
    fn decisions_stay_until_they_change(
        channels in model::channels(),
        campaign in model::campaign("a".into()),
        person in model::person(),
        now in moment(),
        between in vec(0.0..1.0_f64, 12),
    ) {
        let shop = shop(&channels, std::slice::from_ref(&campaign));
        let customer = shop.customer_from_json(person.json(now)).expect("fits");
        let zone = Zone::named("Europe/Bucharest").expect("a zone");
        let start = shop.at(now.to_string().parse().expect("an instant"), &zone);
        let compiled = shop.campaign("a").expect("defined");
        // What is sent, or the kind of reason and its channel: when quiet hours end goes on with time.
        let outcome = |micros: i64| {
            let at = shop.at(audience::DateTime::from_micros(micros).expect("in range"), &zone);
            match compiled.decide(&customer, &at) {
                Decision::Hold(hold) => format!("{} {:?}", hold.reason(), hold.channel()),
                sent @ Decision::Send(_) => words(&sent),
            }
        };
        let first = start.now().micros();
        let change = compiled.next_change(&customer, &start);
        let (end, turns) = match change {
            NextChange::At(at) => (at.micros(), true),
            NextChange::NotWithin(horizon) => (first + horizon.micros().min(400 * 86_400_000_000), false),
            NextChange::Unknown(span) => panic!("everything here can be followed: {span:?}"),
        };
        for share in between {
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any instant between")]
            let instant = first + (share * (end - 1 - first) as f64) as i64;
            prop_assert_eq!(outcome(instant), outcome(first), "{} of {}", instant, end);
        }
        if turns {
            prop_assert_eq!(outcome(end - 1), outcome(first));
            prop_assert_ne!(outcome(end), outcome(first));
        }
    }
}
