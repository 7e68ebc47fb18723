//! `audience decide`.

use super::Folder;

const SHOP: &str = r#"
customer { id: string key, email: string? personal, agreed: bool, orders: int, home: string? zone }
event deliveries { channel: string, message: string, kind: ("sent" | "opened") }
channel email { address email  consent agreed  at most 1 in 7 days  quiet 22:00 to 08:00  suppress if orders < 0 }
segment buyers = orders > 0
offer gift for orders > 5 { percent: 10 }
message hi { channel email, inputs { unsubscribe: url }, subject "Hi", text "{{ unsubscribe }}" }
message big { channel email, inputs { unsubscribe: url, percent: int }, subject "{{ percent }}", text "{{ unsubscribe }}" }
campaign spring for buyers { send big with gift  send 50% hi as a, 50% hi as b of "copy" }
campaign news { priority 1  send hi when orders < 3 }
"#;

const CUSTOMERS: &str = concat!(
    r#"{"id":"ana","email":"a@example.com","agreed":true,"orders":9}"#,
    "\n",
    r#"{"id":"ben","email":"b@example.com","agreed":true,"orders":1}"#,
    "\n",
    r#"{"id":"cem","email":"c@example.com","agreed":false,"orders":1}"#,
    "\n",
    r#"{"id":"dan","agreed":true,"orders":2}"#,
    "\n",
    r#"{"id":"eva","email":"e@example.com","agreed":true,"orders":0}"#,
    "\n",
    r#"{"id":"fay","email":"f@example.com","agreed":true,"orders":9,"home":"Asia/Tokyo"}"#,
    "\n",
    r#"{"id":"gil","email":"g@example.com","agreed":true,"orders":9,"deliveries":[{"at":"2026-05-30T00:00:00Z","channel":"email","message":"x","kind":"sent"}]}"#,
    "\n",
    r#"{"id":"hal","email":"h@example.com","agreed":true,"orders":-1}"#,
    "\n",
);

const DECIDE: &str = "decide shop.audience --customers customers.jsonl --at 2026-06-01T14:00:00Z";

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder
        .write("shop.audience", SHOP)
        .write("customers.jsonl", CUSTOMERS);
    folder
}

#[test]
fn each_customer_is_a_line_that_says_what_is_sent_or_why_not() {
    let expected = concat!(
        r#"{"key":"ana","send":{"message":"big","channel":"email","variant":null,"offer":"gift"}}"#,
        "\n",
        r#"{"key":"ben","send":{"message":"hi","channel":"email","variant":"b"}}"#,
        "\n",
        r#"{"key":"cem","hold":"no consent"}"#,
        "\n",
        r#"{"key":"dan","hold":"no address"}"#,
        "\n",
        r#"{"key":"eva","hold":"not in the audience"}"#,
        "\n",
        r#"{"key":"fay","hold":"quiet until 2026-06-02T08:00"}"#,
        "\n",
        r#"{"key":"gil","hold":"cap reached"}"#,
        "\n",
        r#"{"key":"hal","hold":"suppressed"}"#,
        "\n",
    );
    folder("decide_lines")
        .run(&format!("{DECIDE} --campaign spring"))
        .expect(0, expected, "");
}

#[test]
fn all_campaigns_share_the_caps() {
    let folder = folder("decide_all");
    let run = folder.run(DECIDE);
    assert_eq!(
        run.stdout.lines().nth(1),
        Some(
            r#"{"key":"ben","campaigns":[{"campaign":"news","send":{"message":"hi","channel":"email","variant":null}},{"campaign":"spring","hold":"cap reached"}]}"#
        )
    );
    assert_eq!(run.stdout.lines().count(), 8);
}

#[test]
fn a_dry_run_counts() {
    let folder = folder("decide_dry_run");
    let expected = "8 customers
spring: sent big by email 1
spring: sent hi by email (b) 1
spring: held, suppressed 1
spring: held, not in the audience 1
spring: held, no consent 1
spring: held, no address 1
spring: held, cap reached 1
spring: held, quiet 1
";
    let alone = "campaign news { priority 1  send hi when orders < 3 }\n";
    folder.write("alone.audience", SHOP.replace(alone, ""));
    let run = DECIDE.replace("shop.audience", "alone.audience");
    folder.run(&format!("{run} --dry-run")).expect(0, expected, "");
    let json = folder.run(&format!("{DECIDE} --campaign news --dry-run --json"));
    assert!(
        json.stdout.starts_with(r#"{"customers":8,"sent":[{"campaign":"news","message":"hi","channel":"email","count":2}],"held":[{"campaign":"news","reason":"suppressed","count":1}"#),
        "{}",
        json.stdout
    );
}

#[test]
fn a_campaign_that_is_not_there_is_named() {
    folder("decide_unknown")
        .run(&format!("{DECIDE} --campaign sprig"))
        .expect(2, "", "error: unknown campaign `sprig`; did you mean `spring`?\n");
}

#[test]
fn a_decision_is_explained() {
    let folder = folder("decide_explain");
    let explain = DECIDE.replace("decide ", "explain ");
    let expected = "\
spring: cap reached, until 2026-06-06T00:00:00Z
  in buyers: there are 9 orders, which is more than 0
  the offer gift: there are 9 orders, which is more than 5
  consent to email: agreed is true
  address for email: there is one
✗ at most 1 in 7 days by email: 1 since 2026-05-25T14:00:00Z
  the sending of hi or hi: for everyone
  consent to email: agreed is true
  address for email: there is one
✗ at most 1 in 7 days by email: 1 since 2026-05-25T14:00:00Z
";
    folder
        .run(&format!("{explain} --key gil --campaign spring"))
        .expect(0, expected, "");
    let json = folder.run(&format!("{explain} --key ben --campaign spring --json"));
    assert!(
        json.stdout.contains(r#""decision": "hi by email""#),
        "{}",
        json.stdout
    );
}
