//! Nothing personal reaches a log, an explanation, an error or a fitted model unless somebody asks for it.

use std::fmt::Debug;

use audience::{
    Assortment, Blend, CodePool, CodeRequest, Decision, Definitions, ExplainOptions, Interactions, Moves,
    NeighbourOptions, Neighbours, PairCounts, Placements, Popularity, PopularityOptions, Profile, Rebuy,
    RebuyOptions, Recipient, Shelf, Split, Target, Together, Wish, Zone,
};

/// Texts, a date, a datetime, numbers and a place that occur nowhere but in personal values, in every form in which they could
/// be shown.
const CANARIES: &[&str] = &[
    "canary",
    "Canary",
    "7771",
    "7772.5",
    "7773",
    "7774",
    "1911-11-11",
    "11 November 1911",
    "1912-12-12",
    "12 December 1912",
    "71.2345",
];

const SHOP: &str = r#"
customer {
  id: string key personal, name: string? personal filled, email: string personal, born: date personal, seen: datetime sensitive,
  age_like: int personal, wealth: decimal sensitive, score: float personal, home: geo personal, agreed: bool, orders: int,
  nested: { note: string sensitive }, tags: [string] personal, cart: [{ wish: string personal }],
  mood: ("canary_mood" | "fine") personal
}
event visits { page: string personal, cost: decimal }
event deliveries { channel: string, message: string personal, kind: ("sent" | "opened") }
channel email { address email  consent agreed and born before 2000-01-01  at most 1 in 7 days  suppress if name = "x" }
trait age = age_like + 1
segment named = name is known and name != "x"
segment rich = wealth > 10 or score > 10.0 or age > 3
segment old = born before 1950-01-01 and seen after 1900-01-01 and home within 9000 km of (0, 0)
segment deep = nested.note contains "a" and tags contains "y" and any cart where wish = "z"
segment moody = mood = "fine"
segment paged = (any visits where page = "p") and sum(cost of visits where page != "q") > 0
segment many = orders in top 50%
offer gift for name is known { code: unique code, dear: default(name, "you") }
message hi { channel email, inputs { unsubscribe: url, code: string, dear: string }, subject "{{ dear }}", text "{{ code }} {{ unsubscribe }}" }
campaign all_of_it for named { prefer email when born before 1950-01-01  send hi with gift when wealth > 0 }
campaign held for deep { send hi with gift }
"#;

const CUSTOMER: &str = r#"{
  "id": "canary-key", "name": "Canary Bird", "email": "canary@example.com", "born": "1911-11-11", "seen": "1912-12-12T12:12:12Z",
  "age_like": 7771, "wealth": 7772.5, "score": 7773.5, "home": [71.2345, 7.1], "agreed": true, "orders": 3,
  "nested": {"note": "canary note"}, "tags": ["canary tag"], "cart": [{"wish": "canary wish"}], "mood": "canary_mood",
  "visits": [{"at": "2026-05-01T00:00:00Z", "page": "/canary", "cost": 7774}],
  "deliveries": [{"at": "2026-01-01T00:00:00Z", "channel": "email", "message": "canary mail", "kind": "sent"}]
}"#;

/// Fails when `shown`, which came from `what`, has a canary. The definitions name one word of an enumeration themselves.
fn clean(what: &str, shown: &str) {
    let shown_apart = shown.replace("canary_mood", "");
    for canary in CANARIES {
        assert!(!shown_apart.contains(canary), "{what} shows {canary}:\n{shown}");
    }
}

fn clean_debug(what: &str, shown: &impl Debug) {
    clean(what, &format!("{shown:?}"));
    clean(what, &format!("{shown:#?}"));
}

#[test]
fn nothing_personal_is_shown_unless_asked_for() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(SHOP)?;
    let bird = shop.customer_from_json(CUSTOMER)?;
    clean_debug("Customer", &bird);
    let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    let population = shop.fit([&bird], &at);
    clean_debug("Population", &population);
    clean("a population in JSON", &serde_json::to_string(&population)?);
    let shop = shop.with_population(&population)?;
    let at = shop.at(at.now(), &at.zone());
    clean_debug("Definitions", &shop);
    for segment in shop.segments() {
        let explanation = segment.explain(&bird, &at);
        clean_debug("Explanation", &explanation);
        clean("an explanation", &explanation.to_string());
        clean("an explanation in JSON", &serde_json::to_string(&explanation)?);
    }
    for name in ["all_of_it", "held"] {
        let campaign = shop.campaign(name)?;
        let explanation = campaign.explain(&bird, &at);
        clean_debug("DecisionExplanation", &explanation);
        clean("an explanation of a decision", &explanation.to_string());
        clean(
            "an explanation of a decision in JSON",
            &serde_json::to_string(&explanation)?,
        );
        let decision = campaign.decide(&bird, &at);
        clean_debug("Decision", &decision);
        assert_eq!(decision.sends(), name == "all_of_it");
        if let Decision::Send(choice) = decision {
            clean_debug("Choice", &choice);
            let codes = CodePool::new([("gift", ["G-1"])]);
            let inputs =
                choice.inputs_with_codes([("unsubscribe", "https://shop.example/u")], "o-1", &codes)?;
            clean_debug("CodePool", &codes);
            let error = choice
                .inputs_with_codes([("unsubscribe", "https://shop.example/u")], "o-2", &codes)
                .unwrap_err();
            clean_debug("ChoiceError", &error);
            clean("an error of codes", &error.to_string());
            // What a message is given is what it says: asked for.
            assert_eq!(
                inputs.get("dear").map(ToString::to_string),
                Some("Canary Bird".to_owned())
            );
        }
    }
    let campaigns = shop.campaigns();
    let decisions = campaigns.decide(&bird, &at);
    clean_debug("Decisions", &decisions);
    let summary = campaigns.decide_many([&bird], &at, |_| {});
    clean_debug("Summary", &summary);
    clean("a summary", &summary.to_string());
    let request = CodeRequest {
        offer: "gift",
        customer: "canary-key",
        occasion: "o",
    };
    clean_debug("CodeRequest", &request);
    clean("a request for a code", &request.to_string());
    // Asked for, it is shown: the canaries do sing.
    let shown = shop
        .segment("old")?
        .explain_with(&bird, &at, &ExplainOptions::default().show_personal(true));
    assert!(shown.to_string().contains("1911"), "{shown}");
    Ok(())
}

#[test]
fn errors_do_not_quote_personal_values() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(SHOP)?;
    let customer: serde_json::Value = serde_json::from_str(CUSTOMER)?;
    let spoilt = [
        ("id", serde_json::json!(7771)),
        ("name", serde_json::json!(["canary"])),
        ("email", serde_json::json!("canary\u{0}")),
        ("born", serde_json::json!("canary day")),
        ("born", serde_json::json!("1911-11-31")),
        ("seen", serde_json::json!("1912-12-12 canary")),
        ("age_like", serde_json::json!(7772.5)),
        ("age_like", serde_json::json!("7771")),
        ("wealth", serde_json::json!("7772.55555")),
        ("score", serde_json::json!("7773 canaries")),
        ("home", serde_json::json!([171.2345, 0])),
        ("nested", serde_json::json!({"note": 7771})),
        ("tags", serde_json::json!(["a", 7771])),
        ("cart", serde_json::json!([{"wish": {"canary": 7771}}])),
        ("mood", serde_json::json!("canary mood")),
        (
            "visits",
            serde_json::json!([{"at": "2026-05-01T00:00:00Z", "page": 7771, "cost": 1}]),
        ),
    ];
    for (name, value) in spoilt {
        let mut bad = customer.clone();
        bad[name] = value;
        let error = shop.customer_from_json(bad.to_string()).expect_err(name);
        clean_debug(name, &error);
        // A member that the contract does not know is named, as it has to be mended.
        let shown = error.to_string();
        if !shown.contains("unknown member") {
            clean(name, &shown);
        }
    }
    Ok(())
}

/// Terms of an offer and codes stood in the `Debug` of the inputs that they were given to.
#[test]
fn inputs_do_not_show_what_a_message_is_given() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(SHOP)?;
    let bird = shop.customer_from_json(CUSTOMER)?;
    let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    let campaign = shop.campaign("all_of_it")?;
    let Decision::Send(choice) = campaign.decide(&bird, &at) else {
        return Err("she agreed".into());
    };
    let codes = CodePool::new([("gift", ["7771-G"])]);
    let inputs = choice.inputs_with_codes([("unsubscribe", "https://shop.example/canary")], "o-1", &codes)?;
    clean_debug("Inputs", &inputs);
    assert_eq!(format!("{inputs:?}"), r#"{"unsubscribe", "code", "dear"}"#);
    let recipient = Recipient {
        customer: &bird,
        inputs: &inputs,
        placements: &Placements::new(),
    };
    clean_debug("Recipient", &recipient);
    Ok(())
}

/// A decision that a birthday turns told the birthday as the moment until which it stays.
#[test]
fn the_moment_at_which_a_decision_changes_does_not_tell_a_birthday() -> Result<(), Box<dyn std::error::Error>>
{
    let shop = Definitions::parse(
        r#"
        customer { id: string key, born: date personal, agreed: bool, joined: date }
        channel web { consent agreed }
        segment grown = years_since(born) >= 18
        segment settled = days_since(joined) >= 30
        message hi { channel web, body "Hi!" }
        campaign drinks for grown { send hi }
        campaign sweets { send hi when not in segment grown }
        campaign thanks for settled { send hi }
        "#,
    )?;
    let bird = shop.customer_from_json(
        r#"{"id": "bird", "born": "2011-11-11", "agreed": true, "joined": "2026-05-22"}"#,
    )?;
    let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    for name in ["drinks", "sweets"] {
        let campaign = shop.campaign(name)?;
        let explanation = campaign.explain(&bird, &at);
        assert_eq!(explanation.changes(), None, "{name}");
        let json = serde_json::to_string(&explanation)?;
        assert!(json.contains(r#""changes":"hidden""#), "{json}");
        for shown in [json, explanation.to_string(), format!("{explanation:?}")] {
            assert!(!shown.contains("11-11") && !shown.contains("2029"), "{shown}");
        }
        let options = ExplainOptions::default().show_personal(true);
        let shown = campaign.explain_with(&bird, &at, &options);
        assert_eq!(shown.changes(), Some(campaign.next_change(&bird, &at)));
        assert!(
            shown.to_string().contains("until 2029-11-11T00:00:00Z"),
            "{shown}"
        );
    }
    let thanks = shop.campaign("thanks")?.explain(&bird, &at);
    assert!(
        thanks.to_string().contains("until 2026-06-21T00:00:00Z"),
        "{thanks}"
    );
    Ok(())
}

/// The name of a zone is where somebody lives, and so is the hour there.
#[test]
fn quiet_hours_and_calendar_caps_do_not_tell_where_somebody_lives() -> Result<(), Box<dyn std::error::Error>>
{
    let shop = Definitions::parse(
        r#"
        customer { id: string key, home: string zone personal, agreed: bool }
        event deliveries { channel: string, message: string, kind: ("sent" | "opened") }
        channel web { consent agreed  at most 1 in 1 calendar day  quiet 22:00 to 08:00 }
        message hi { channel web, body "Hi!" }
        campaign greeting { send hi }
        "#,
    )?;
    let cases = [
        // On Chatham the clock shows a quarter to one.
        (
            r#"{"id": "bird", "home": "Pacific/Chatham", "agreed": true}"#,
            "quiet until 2026-06-02T08:00",
        ),
        (
            r#"{"id": "bird", "home": "Pacific/Chatham", "agreed": true,
                "deliveries": [{"at": "2026-06-01T11:30:00Z", "channel": "web", "message": "hi", "kind": "sent"}]}"#,
            "cap reached",
        ),
    ];
    let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    let greeting = shop.campaign("greeting")?;
    for (customer, decision) in cases {
        let bird = shop.customer_from_json(customer)?;
        let hold = greeting.decide(&bird, &at);
        let explanation = greeting.explain(&bird, &at);
        assert_eq!(explanation.decision(), decision);
        let all = [
            format!("{hold:?}"),
            explanation.to_string(),
            format!("{explanation:?}"),
            serde_json::to_string(&explanation)?,
        ];
        for shown in all {
            for canary in ["Chatham", "00:45", "11:15", "19:15"] {
                assert!(!shown.contains(canary), "{canary} in {shown}");
            }
        }
        let options = ExplainOptions::default().show_personal(true);
        let shown = greeting.explain_with(&bird, &at, &options);
        assert!(
            shown
                .changes()
                .is_some_and(|it| it == greeting.next_change(&bird, &at))
        );
    }
    Ok(())
}

/// Their `Debug` listed who took what.
#[test]
fn interactions_show_how_many_there_are_and_not_whose() -> Result<(), Box<dyn std::error::Error>> {
    let mut taken = Interactions::new();
    taken.add_purchase("canary", "7771", "2026-06-01T12:00:00Z".parse()?);
    clean_debug("Interactions", &taken);
    assert_eq!(
        format!("{taken:?}"),
        "Interactions { customers: 1, items: 1, rows: 1, .. }"
    );
    Ok(())
}

/// The `Debug` of who enters and leaves listed their keys.
#[test]
fn a_comparison_of_definitions_counts_and_does_not_name() -> Result<(), Box<dyn std::error::Error>> {
    let old = Definitions::parse(SHOP)?;
    let new = Definitions::parse(&SHOP.replace(r#"mood = "fine""#, r#"mood != "fine""#))?;
    let now = "2026-06-01T12:00:00Z".parse()?;
    let mut moves = Moves::between(&old, old.at(now, &Zone::UTC), &new, new.at(now, &Zone::UTC));
    moves.add(
        &old.customer_from_json(CUSTOMER)?,
        &new.customer_from_json(CUSTOMER)?,
    )?;
    assert!(
        moves.segments().iter().any(|it| it.entering == ["canary-key"]),
        "asked for"
    );
    clean_debug("Moves", &moves);
    for found in moves.segments() {
        clean_debug("Move", found);
        clean("a move", &found.to_string());
    }
    clean("a diff", &Definitions::diff(&old, &new).to_string());
    Ok(())
}

/// What a recommender has learned is about items: who took them is not in it, nor in its file.
#[test]
fn a_fitted_recommender_knows_nobody() -> Result<(), Box<dyn std::error::Error>> {
    let mut taken = Interactions::new();
    for (customer, item) in [
        ("canary-1", "tea"),
        ("canary-1", "mug"),
        ("canary-2", "tea"),
        ("canary-2", "mug"),
    ] {
        taken.add_purchase(customer, item, "2026-06-01T12:00:00Z".parse()?);
        // A group of one person would tell what that person bought.
        taken.set_group(customer, customer);
    }
    let assortment = Assortment::from_iter([("tea", "Tea"), ("mug", "Mug")]);
    let alike = Neighbours::fit(&NeighbourOptions::default(), &taken, &assortment)?;
    let popular = Popularity::fit(&PopularityOptions::default(), &taken, &assortment)?;
    let rebuy = Rebuy::fit(&RebuyOptions::default(), &taken, &assortment)?;
    clean_debug("Interactions", &taken);
    clean_debug("Neighbours", &alike);
    clean_debug("Popularity", &popular);
    clean_debug("Rebuy", &rebuy);
    clean("a file", &serde_json::to_string(&alike)?);
    clean("a file", &serde_json::to_string(&popular)?);
    clean("a file", &serde_json::to_string(&rebuy)?);
    let mut pairs = PairCounts::new(Together::Customer);
    pairs.add(&taken);
    clean_debug("PairCounts", &pairs);
    let (now, shelf) = ("2026-06-01T12:00:00Z".parse()?, Shelf::new(&assortment));
    let ana = Profile::new(now)
        .bought("tea")
        .in_cart("canary-1")
        .in_group("canary-2");
    clean_debug("Profile", &ana);
    let blend = Blend::new().add(1.0, alike)?.or_else(popular);
    clean_debug("Blend", &blend);
    let list = shelf.choose(&blend, &ana, &Wish::new(2));
    assert_eq!(list.len(), 1, "it has learned something");
    clean_debug("Recommendation", &list);
    let split = Split::new(
        &taken,
        "2026-06-01T12:00:00Z".parse()?,
        "2026-07-01T12:00:00Z".parse()?,
    );
    clean_debug("Split", &split);
    clean_debug("Evaluation", &split.evaluate(&blend, &shelf, 2, Target::New));
    Ok(())
}

/// A record of the application that is read in place.
struct Client {
    id: String,
    phone: String,
    agreed: bool,
}

audience::record! {
    impl Record for Client { id: |it| it.id.as_str(), phone: |it| it.phone.as_str(), agreed: |it| it.agreed }
}

#[test]
fn records_read_in_place_are_not_shown_either() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(
        r#"
        customer { id: string key personal, phone: string personal, agreed: bool }
        channel sms { address phone  consent agreed and phone != "7" }
        segment own = phone starts with "+34"
        offer gift { code: unique code }
        message hi { channel sms, inputs { code: string }, text "{{ code }}" }
        campaign greeting for own { send hi with gift }
        "#,
    )?;
    let clients = shop.bind::<Client>()?;
    let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    let bird = Client {
        id: "canary-key".to_owned(),
        phone: "+34 7771".to_owned(),
        agreed: true,
    };
    let greeting = clients.campaign("greeting")?;
    let explanation = greeting.explain(&bird, &at);
    clean_debug("DecisionExplanation", &explanation);
    clean("an explanation of a decision", &explanation.to_string());
    let decision = greeting.decide(&bird, &at);
    clean_debug("Decision", &decision);
    let Decision::Send(choice) = decision else {
        panic!("nothing is in the way");
    };
    clean_debug("Choice", &choice);
    assert_eq!(choice.address().as_deref(), Some("+34 7771"), "asked for");
    let codes = CodePool::new([("gift", ["G-1"])]);
    let none: [(&str, &str); 0] = [];
    choice.inputs_with_codes(none, "o-1", &codes)?;
    let error = choice
        .inputs_with_codes(none, "o-2", &codes)
        .expect_err("none is left");
    clean_debug("ChoiceError", &error);
    clean("an error of codes", &error.to_string());
    let campaigns = clients.campaigns();
    clean_debug("Decisions", &campaigns.decide(&bird, &at));
    clean_debug("Campaigns", &campaigns);
    Ok(())
}
