//! The order of the questions, one by one.

use audience::{Decision, Definitions, HoldReason, NameError, Parts, Placements, Rendered, Zone};

const SHOP: &str = r#"
customer {
  id: string key, email: string? personal, token: string?, consent: { email: bool, push: bool },
  likes: ("email" | "push")? channel, orders: int, complained: bool
}
event deliveries { channel: string, message: string, kind: ("sent" | "opened" | "clicked") }
channel email { address email  consent consent.email  at most 1 in 7 days  quiet 22:00 to 08:00  suppress if complained }
channel push  { address token  consent consent.push }
segment buyers = orders > 0
message letter  { channel email, inputs { unsubscribe: url }, subject "Hi", text "{{ unsubscribe }}" }
message receipt { channel email, transactional, subject "Thank you", text "Thank you" }
message ping    { channel push, body "Hi" }
message big for buyers { channel push, body "Hi, buyer" }
"#;

/// Decides a campaign for a customer who agreed to everything, but for what `json` says.
fn decide(campaign: &str, json: &str, at: &str) -> String {
    let shop = Definitions::parse(&format!("{SHOP}\ncampaign it {campaign}"))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut customer: serde_json::Value = serde_json::json!({
        "id": "ana", "email": "ana@example.com", "token": "t", "consent": {"email": true, "push": true}, "orders": 1,
        "complained": false,
    });
    let changes: serde_json::Value = serde_json::from_str(json).expect("JSON");
    for (name, value) in changes.as_object().expect("an object") {
        customer[name] = value.clone();
    }
    let customer = shop.customer_from_json(customer.to_string()).expect("fits");
    let at = shop.at(at.parse().expect("an instant"), &Zone::UTC);
    let campaign = shop.campaign("it").expect("defined");
    match campaign.decide(&customer, &at) {
        Decision::Send(choice) => choice.message().to_owned(),
        Decision::Hold(hold) => hold.to_string(),
    }
}

const DAY: &str = "2026-06-01T12:00:00Z";
const NIGHT: &str = "2026-06-01T23:00:00Z";

/// [campaign-1]
#[test]
fn what_says_no_first_is_the_reason() {
    for (campaign, json, at, decided) in [
        ("{ send letter }", "{}", DAY, "letter"),
        (
            "{ send letter }",
            r#"{"consent": {"email": false, "push": true}}"#,
            DAY,
            "no consent",
        ),
        ("{ send letter }", r#"{"email": null}"#, DAY, "no address"),
        ("{ send letter }", r#"{"email": " "}"#, DAY, "no address"),
        ("{ send letter }", "{}", NIGHT, "quiet until 2026-06-02T08:00"),
        ("{ send letter }", r#"{"complained": true}"#, DAY, "suppressed"),
        (
            "for buyers { send letter }",
            r#"{"orders": 0}"#,
            DAY,
            "not in the audience",
        ),
        // Suppression comes before everything else, where it leaves no way.
        (
            "for buyers { send letter }",
            r#"{"orders": 0, "complained": true}"#,
            DAY,
            "suppressed",
        ),
        (
            "{ holdout 100% of \"x\"  send letter }",
            r#"{"complained": true}"#,
            DAY,
            "suppressed",
        ),
        (
            "for buyers { send letter send ping }",
            r#"{"orders": 0, "complained": true}"#,
            DAY,
            "not in the audience",
        ),
        (
            "for buyers { holdout 100% of \"x\"  send letter }",
            r#"{"orders": 0}"#,
            DAY,
            "not in the audience",
        ),
        (
            "{ holdout 100% of \"x\"  send letter }",
            r#"{"consent": {"email": false, "push": true}}"#,
            DAY,
            "holdout",
        ),
        ("{ send letter when orders > 5 }", "{}", DAY, "nothing to send"),
        ("{ send big }", r#"{"orders": 0}"#, DAY, "nothing to send"),
        // A receipt needs no consent and waits for nothing; a bounce stops it.
        (
            "{ send receipt }",
            r#"{"consent": {"email": false, "push": true}}"#,
            NIGHT,
            "receipt",
        ),
        ("{ send receipt }", r#"{"complained": true}"#, DAY, "suppressed"),
        ("{ send receipt }", r#"{"email": null}"#, DAY, "no address"),
    ] {
        assert_eq!(decide(campaign, json, at), decided, "{campaign} {json}");
    }
}

/// [campaign-4]
#[test]
fn caps_count_what_was_sent_and_nothing_else() {
    let sent = |at: &str, channel: &str, kind: &str| {
        format!(
            r#"{{"deliveries": [{{"at": "{at}", "channel": "{channel}", "message": "letter", "kind": "{kind}"}}]}}"#
        )
    };
    for (json, decided) in [
        (
            sent("2026-05-25T12:00:00.000001Z", "email", "sent"),
            "cap reached",
        ),
        (sent("2026-05-25T12:00:00Z", "email", "sent"), "letter"),
        (sent("2026-06-01T12:00:00Z", "email", "sent"), "cap reached"),
        (sent("2026-06-01T12:00:00.000001Z", "email", "sent"), "letter"), // yet to come
        (sent("2026-05-30T12:00:00Z", "push", "sent"), "letter"),
        (sent("2026-05-30T12:00:00Z", "email", "opened"), "letter"),
    ] {
        assert_eq!(decide("{ send letter }", &json, DAY), decided, "{json}");
    }
    let campaign = "{ at most 1 in 30 days  send ping }";
    let pinged = r#"{"deliveries": [{"at": "2026-05-20T12:00:00Z", "channel": "push", "message": "ping", "kind": "sent"}]}"#;
    assert_eq!(decide(campaign, pinged, DAY), "cap reached");
    assert_eq!(decide(campaign, &pinged.replace("ping", "big"), DAY), "ping");
}

/// [campaign-2]
#[test]
fn the_channel_that_comes_first_is_taken_if_it_may_be() {
    let both = "{ send letter  send ping }";
    let answered = r#"{"deliveries": [{"at": "2026-01-01T12:00:00Z", "channel": "push", "message": "x", "kind": "clicked"}]}"#;
    for (campaign, json, decided) in [
        (both, "{}", "letter"),
        ("{ send ping  send letter }", "{}", "ping"),
        (both, answered, "ping"),
        (both, r#"{"likes": "push"}"#, "ping"),
        (
            "{ prefer email  send letter  send ping }",
            r#"{"likes": "push"}"#,
            "letter",
        ),
        (
            "{ prefer email when orders > 5  send letter  send ping }",
            r#"{"likes": "push"}"#,
            "ping",
        ),
        (both, r#"{"likes": "push", "token": null}"#, "letter"),
        (
            both,
            r#"{"likes": "push", "consent": {"email": true, "push": false}}"#,
            "letter",
        ),
        (both, r#"{"complained": true}"#, "ping"),
        // The first send that concerns her, of those on one channel.
        (
            "{ send big when orders > 5  send ping  send letter }",
            "{}",
            "ping",
        ),
        // The reason told is of the one that came nearest.
        (
            both,
            r#"{"email": null, "consent": {"email": true, "push": false}}"#,
            "no address",
        ),
    ] {
        assert_eq!(decide(campaign, json, DAY), decided, "{campaign} {json}");
    }
    assert_eq!(
        decide(both, r#"{"consent": {"email": true, "push": false}}"#, NIGHT),
        "quiet until 2026-06-02T08:00"
    );
}

/// [campaign-3]
#[test]
fn nothing_is_rendered_for_who_did_not_agree() {
    let shop = Definitions::parse(SHOP).unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at(DAY.parse().expect("an instant"), &Zone::UTC);
    let customer = |agreed: bool, complained: bool| {
        let json = format!(
            r#"{{"id": "ana", "email": "ana@example.com", "consent": {{"email": {agreed}, "push": false}}, "orders": 1, "complained": {complained}}}"#
        );
        shop.customer_from_json(json).expect("fits")
    };
    let letter = shop.message("letter").expect("defined");
    let inputs = letter
        .inputs([("unsubscribe", "https://shop.example/u")])
        .expect("fit");
    let mut parts = Parts::new();
    let mut render = |customer: &audience::Customer| {
        letter
            .render_into(customer, &inputs, &Placements::new(), &at, &mut parts)
            .expect("no limit")
    };
    assert_eq!(render(&customer(true, false)), Rendered::Sent);
    assert_eq!(
        render(&customer(false, false)),
        Rendered::Skipped("no consent".into())
    );
    assert_eq!(
        render(&customer(true, true)),
        Rendered::Skipped("suppressed".into())
    );
    let receipt = shop.message("receipt").expect("defined");
    let none = audience::Inputs::default();
    let rendered = receipt.render_into(
        &customer(false, false),
        &none,
        &Placements::new(),
        &at,
        &mut parts,
    );
    assert_eq!(rendered.expect("no limit"), Rendered::Sent);
}

/// [campaign-6] More and more get it, each stays with her variant, and the halves stay halves.
#[test]
fn ramping_up_moves_nobody_between_variants() {
    let variants = |exposure: u32| {
        let campaign =
            format!(r#"campaign it {{ send 50% ping as short, 50% big as long of "copy" to {exposure}% }}"#);
        let shop =
            Definitions::parse(&format!("{SHOP}\n{campaign}")).unwrap_or_else(|error| panic!("{error}"));
        let at = shop.at(DAY.parse().expect("an instant"), &Zone::UTC);
        let it = shop.campaign("it").expect("defined");
        let each = (0..2000).map(|number| {
            let json = format!(
                r#"{{"id": "c{number}", "token": "t", "consent": {{"email": false, "push": true}}, "orders": 1, "complained": false}}"#
            );
            let customer = shop.customer_from_json(json).expect("fits");
            match it.decide(&customer, &at) {
                Decision::Send(choice) => choice.variant().map(str::to_owned),
                Decision::Hold(hold) => {
                    assert_eq!(hold.reason(), HoldReason::NothingToSend);
                    None
                }
            }
        });
        each.collect::<Vec<_>>()
    };
    let steps = [5, 20, 60, 100].map(variants);
    for (before, after) in steps.iter().zip(&steps[1..]) {
        for (before, after) in before.iter().zip(after) {
            assert!(before.is_none() || before == after, "{before:?} became {after:?}");
        }
    }
    for (step, share) in steps.iter().zip([0.05, 0.2, 0.6, 1.0]) {
        let count = |name: &str| step.iter().filter(|it| it.as_deref() == Some(name)).count();
        let (short, long) = (count("short"), count("long"));
        let expected = 1000.0 * share;
        for count in [short, long] {
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let away = (count as f64 - expected).abs();
            assert!(away < 4.0 * f64::sqrt(expected) + 1.0, "{count} of {expected}");
        }
    }
    assert!(steps[3].iter().all(Option::is_some));
}

/// [campaign-10]
#[test]
fn sends_and_variants_are_bounded() {
    let sends = "send ping ".repeat(65);
    let error = Definitions::parse(&format!("{SHOP}\ncampaign it {{ {sends} }}")).unwrap_err();
    assert!(error.to_string().contains("more than 64 sends"), "{error}");
    let variants = vec!["1% ping"; 65].join(", ");
    let error =
        Definitions::parse(&format!("{SHOP}\ncampaign it {{ send {variants} of \"x\" }}")).unwrap_err();
    assert!(error.to_string().contains("more than 64 variants"), "{error}");
}

/// A list of the host serves as a list of those who must not be written to.
#[test]
fn a_list_of_the_host_suppresses() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::builder()
        .source(
            "shop",
            r#"customer { id: string key, email: string personal, agreed: bool }
               channel email { address email  consent agreed  suppress if email in blocked ignoring case }
               message hi { channel email, transactional, subject "Hi", text "Hi" }
               campaign it { send hi }"#,
        )
        .list("blocked", ["ben@example.com"])
        .build()?;
    let at = shop.at(DAY.parse()?, &Zone::UTC);
    let it = shop.campaign("it")?;
    for (email, sends) in [("ana@example.com", true), ("Ben@Example.com", false)] {
        let customer =
            shop.customer_from_json(format!(r#"{{"id": "x", "email": "{email}", "agreed": true}}"#))?;
        assert_eq!(it.decide(&customer, &at).sends(), sends, "{email}");
    }
    Ok(())
}

/// Also where only the message, or a term of an offer, compares the customer with the others.
#[test]
fn a_campaign_that_compares_customers_needs_a_population() -> Result<(), Box<dyn std::error::Error>> {
    let text = r#"
        customer { id: string key, agreed: bool, orders: int }
        channel web { consent agreed }
        segment best = orders in top 50%
        message hi { channel web, body "Hi{% if in segment best %}, you best{% endif %}" }
        message percent { channel web, inputs { percent: int }, body "{{ percent }}" }
        offer rank { percent: default(quantile(orders, 5), 0) }
        campaign by_message { send hi }
        campaign by_term { send percent with rank }
    "#;
    let shop = Definitions::parse(text)?;
    for (name, expression) in [("by_message", "orders"), ("by_term", "orders")] {
        let Err(NameError::NeedsPopulation(needs)) = shop.campaign(name) else {
            panic!("{name} has no population");
        };
        assert_eq!(
            (needs.name(), needs.expressions()),
            (name, &[expression.to_owned()][..])
        );
    }
    assert_eq!(shop.campaigns().names().count(), 0);
    assert!(shop.unfitted().any(|it| it == "by_term"));
    let at = shop.at(DAY.parse()?, &Zone::UTC);
    let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": true, "orders": 3}"#)?;
    let shop = shop.with_population(&shop.fit([&ana], &at))?;
    let at = shop.at(at.now(), &at.zone());
    let mut parts = Parts::new();
    let mut said = Vec::new();
    for name in ["by_message", "by_term"] {
        let campaign = shop.campaign(name)?;
        let Decision::Send(choice) = campaign.decide(&ana, &at) else {
            panic!("she agreed");
        };
        let inputs = choice.inputs([("", ""); 0])?;
        let rendered = choice.render_into(&inputs, &Placements::new(), &mut parts)?;
        assert_eq!(rendered, Rendered::Sent);
        said.push(parts.part("body").unwrap_or_default().to_owned());
    }
    assert_eq!(said, ["Hi, you best", "1"]);
    Ok(())
}

/// A message cannot be left without what its offer promises.
#[test]
fn a_term_that_may_be_blank_is_not_for_an_input_that_may_not() -> Result<(), Box<dyn std::error::Error>> {
    let shop = |term: &str, input: &str| {
        Definitions::parse(&format!(
            r#"customer {{ id: string key, agreed: bool, name: string, nick: string? filled }}
               channel web {{ consent agreed }}
               offer gift {{ dear: {term} }}
               message hi {{ channel web, inputs {{ dear: {input} }}, body "{{{{ dear | default: 'you' }}}}" }}
               campaign it {{ send hi with gift }}"#
        ))
    };
    for term in ["name", "nick", "trim(name)"] {
        let error = shop(term, "string").expect_err(term).to_string();
        assert!(
            error.contains("`dear` may be missing or blank in the offer"),
            "{error}"
        );
    }
    assert!(shop(r#"default(nick, "you")"#, "string").is_ok());
    let shop = shop("name", "string?")?;
    let at = shop.at(DAY.parse()?, &Zone::UTC);
    let it = shop.campaign("it")?;
    for (name, said) in [("Ana", "Ana"), (" \u{a0}", "you")] {
        let customer =
            shop.customer_from_json(format!(r#"{{"id": "x", "agreed": true, "name": "{name}"}}"#))?;
        let Decision::Send(choice) = it.decide(&customer, &at) else {
            panic!("she agreed");
        };
        let mut parts = Parts::new();
        let inputs = choice.inputs([("", ""); 0])?;
        let rendered = choice.render_into(&inputs, &Placements::new(), &mut parts)?;
        assert_eq!((rendered, parts.part("body")), (Rendered::Sent, Some(said)));
    }
    Ok(())
}
