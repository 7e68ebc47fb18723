//! Nothing personal reaches a log, an explanation, an error or a fitted model unless somebody asks for it.

use std::fmt::Debug;

use audience::{CodePool, CodeRequest, Decision, Definitions, ExplainOptions, Zone};

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
