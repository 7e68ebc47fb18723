//! What decisions say: explanations, summaries, differences, sheets.

use audience::{Definitions, Effect, Zone};

const SHOP: &str = r#"
customer { id: string key, email: string personal, agreed: bool, age: int personal, orders: int }
event deliveries { channel: string, message: string, kind: ("sent" | "opened"), offer: string? }
channel email "Letters" { address email  consent agreed  at most 3 in 7 days  quiet 22:00 to 08:00  suppress if orders < 0 }
segment grown "grown-ups" = age >= 18
offer gift "A present" for orders > 2 at most 1 in 30 days { percent: orders, code: unique code }
message letter { channel email, inputs { unsubscribe: url, code: string }, subject "{{ code }}", text "{{ unsubscribe }}" }
message other { channel email, inputs { unsubscribe: url, code: string? }, subject "Hi", text "{{ unsubscribe }}" }
holdout 5% of "2026"
campaign spring for grown "Spring" owner "CRM" {
  priority 3
  holdout 10% of "spring"
  at most 2 in 1 month
  prefer email when orders > 5
  send 50% letter with gift, 50% other as plain of "copy" to 40% when orders > 1
}
"#;

#[test]
fn a_sheet_says_all_of_a_campaign() {
    let shop = Definitions::parse(SHOP).unwrap_or_else(|error| panic!("{error}"));
    let said = |name: &str| shop.describe().only(name).expect("defined").to_string();
    assert_eq!(
        said("spring"),
        "## Campaign spring

Spring

- Owner: CRM
- For segment grown
- Priority 3
- Holds out 10% of “spring”
- Sends at most 2 in 1 month
- Prefers email when orders are more than 5
- Sends 50% letter by email with gift or 50% other by email as plain when orders are more than 1 and orders are more than 2 and the customer is in 40% of the sample “copy/exposure”
- Needs attributes: id (string, key), email (string, personal), agreed (bool), age (int, personal), orders (int)
- Needs events: deliveries of the last 30 days and the last calendar month (channel: string, message: string, kind: (\"sent\" | \"opened\"), offer: string?)
- Needs time: now, zone
"
    );
    assert_eq!(
        said("email"),
        "## Channel email

Letters

- Goes to email
- Consent: agreed is true
- Sends at most 3 in 7 days
- Quiet from 22:00 to 08:00
- Suppressed if orders are less than 0
- Needs attributes: id (string, key), email (string, personal), agreed (bool), orders (int)
- Needs events: deliveries of the last 7 days (channel: string, kind: (\"sent\" | \"opened\"))
- Needs time: now, zone
"
    );
    assert_eq!(
        said("gift"),
        "## Offer gift

A present

- For whom orders are more than 2
- Given at most 1 in 30 days
- percent: orders
- code: a code that nobody else gets
- Needs attributes: id (string, key), orders (int)
- Needs events: deliveries of the last 30 days (kind: (\"sent\" | \"opened\"), offer: string?)
- Needs time: now
"
    );
}

#[test]
fn what_changed_of_a_campaign_is_told_clause_by_clause() {
    let old = Definitions::parse(SHOP).unwrap_or_else(|error| panic!("{error}"));
    let text = SHOP
        .replace("at most 3 in 7 days", "at most 4 in 7 days")
        .replace("holdout 10%", "holdout 5%")
        .replace("holdout 5% of \"2026\"", "")
        .replace("A present", "A gift")
        .replace("percent: orders", "percent: 20")
        .replace("to 40%", "to 100%");
    let new = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let diff = Definitions::diff(&old, &new);
    let told: Vec<_> = diff
        .changes()
        .iter()
        .map(|it| (it.name.as_str(), it.effect))
        .collect();
    assert_eq!(
        told,
        [
            ("email.at most in 7 days", Effect::Meaning),
            ("gift", Effect::Described),
            ("gift", Effect::Meaning),
            ("spring.holdout", Effect::Meaning),
            ("spring.send letter, other", Effect::Meaning),
            ("of all campaigns", Effect::Removed),
        ]
    );
    assert!(Definitions::diff(&old, &old).changes().is_empty());
}

#[test]
fn an_explanation_shows_no_address_and_nothing_personal() {
    let shop = Definitions::parse(SHOP).unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let spring = shop.campaign("spring").expect("defined");
    for number in 0..60 {
        let json = format!(
            r#"{{"id": "c{number}", "email": "canary@example.com", "agreed": {}, "age": {}, "orders": 4}}"#,
            number % 3 > 0,
            if number % 4 > 0 { 77 } else { 17 }
        );
        let customer = shop.customer_from_json(json).expect("fits");
        let explanation = spring.explain(&customer, &at);
        let all = format!(
            "{explanation}{explanation:?}{}",
            serde_json::to_string(&explanation).expect("JSON")
        );
        for secret in ["canary", "77"] {
            assert!(!all.contains(secret), "{all}");
        }
    }
}

/// A description with the word `because` was once taken for the reason; and what was asked after the answer was told, too.
#[test]
fn an_explanation_tells_the_facts_and_ends_with_the_answer() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(
        r#"
        customer { id: string key, agreed: bool, orders: int }
        event deliveries { channel: string, message: string, kind: ("sent" | "opened") }
        channel web { consent agreed }
        segment angry "left because of us" = orders < 3
        message hi { channel web, body "Hi" }
        campaign sorry for angry { at most 1 in 7 days  send hi }
        "#,
    )?;
    let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    let ana = shop.customer_from_json(
        r#"{"id": "ana", "agreed": true, "orders": 1,
            "deliveries": [{"at": "2026-05-31T12:00:00Z", "channel": "web", "message": "hi", "kind": "sent"}]}"#,
    )?;
    let explanation = shop.campaign("sorry")?.explain(&ana, &at);
    assert_eq!(
        explanation.to_string(),
        "sorry: cap reached, until 2026-06-07T12:00:00Z
  in angry: there is 1 order, which is fewer than 3
✗ at most 1 in 7 days of sorry: 1 since 2026-05-25T12:00:00Z
"
    );
    Ok(())
}
