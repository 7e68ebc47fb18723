//! Messages in `test` blocks.

use super::shop;

const SHOP: &str = r#"
segment best = orders in top 50%
message m for win_back {
  channel   push
  inputs    { code: string, off: decimal?, until: date? }
  languages ["en", "es"] by language
  title.en  "Hi {{ first_name }}"
  title.es  "Hola {{ first_name }}"
  body      "{% if orders = 7 %}{% skip 'seven' %}{% endif %}{{ code }} {{ off | default: 0 }}{% for p in recommendations %} {{ p.name }}: {{ p.reason }}{% endfor %}"
}
message ranked for best { channel sms, text "Hi" }
"#;

/// The failures of one test with a customer and these expectations.
#[track_caller]
fn failures(orders: u32, expects: &str) -> Vec<String> {
    let text = format!(
        r#"{SHOP}
test "it" at 2026-06-01 {{
  customer {{ "id": "ana", "first_name": "Ana", "language": "es", "orders": {orders}, "consent": {{ "email": true }} }}
  catalog products [{{ "sku": "A1", "name": "Tea", "price": 1, "url": "https://shop.example/a" }}]
  placement recommendations [{{ "sku": "A1", "reason": "new" }}, {{ "sku": "gone", "reason": "x" }}]
  inputs {{ "code": "SPRING", "off": 2.50, "until": null }}
  {expects}
}}"#
    );
    let shop = shop(&text);
    let case = shop.tests().next().expect("one test");
    case.run().failures().iter().map(ToString::to_string).collect()
}

/// [message-21] [message-22]
#[test]
fn a_test_says_what_messages_say() {
    for holds in [
        "message m sent",
        "message m contains \"Hola\"",
        "message m title = \"Hola Ana\"",
        "message m title starts with 'Hola'",
        "message m body ends with \"Tea: new\"",
        "message m body = \"SPRING 2.5 Tea: new\"",
        "message m not contains \"Hi\"",
        "message m title not contains \"SPRING\"  message m contains \"SPRING\"",
        "orders = 3, message m sent, in win_back  message m contains \"Ana\"",
    ] {
        assert_eq!(failures(3, holds), [""; 0], "{holds}");
    }
    for (fails, why) in [
        (
            "message m skipped",
            "`title` is \"Hola Ana\", `body` is \"SPRING 2.5 Tea: new\"",
        ),
        (
            "message m contains \"Hi\"",
            "`title` is \"Hola Ana\", `body` is \"SPRING 2.5 Tea: new\"",
        ),
        ("message m title contains \"SPRING\"", "`title` is \"Hola Ana\""),
        (
            "message m title not starts with \"Hola\"",
            "`title` is \"Hola Ana\"",
        ),
        ("message m title = \"Hola\"", "`title` is \"Hola Ana\""),
    ] {
        assert_eq!(failures(3, fails), [format!("`{fails}` does not hold: {why}")]);
    }
}

/// [message-21]
#[test]
fn a_test_says_why_messages_are_skipped() {
    assert_eq!(
        failures(7, "message m skipped  message m skipped \"seven\""),
        [""; 0]
    );
    assert_eq!(failures(0, "message m skipped \"not in the audience\""), [""; 0]);
    assert_eq!(
        failures(
            7,
            "message m skipped \"eight\"  message m sent  message m not contains \"x\""
        ),
        [
            "`message m skipped \"eight\"` does not hold: it is skipped: seven",
            "`message m sent` does not hold: it is skipped: seven",
            "`message m not contains \"x\"` does not hold: it is skipped: seven",
        ]
    );
    assert_eq!(
        failures(7, "message m skipped  message ranked sent"),
        ["`message ranked sent` does not hold: there is no population to compare with"]
    );
    assert_eq!(
        failures(
            7,
            "population [{ \"id\": \"b\", \"orders\": 1, \"consent\": { \"email\": true } }]  message m skipped  message ranked sent"
        ),
        [""; 0]
    );
}
