//! `audience explain`.

use super::Folder;

const SHOP: &str = r#"
customer { id: string key, birth_date: date? personal }
event purchases { amount: decimal }
segment regular "Buys often" = at least 2 purchases in last 30 days
segment adults  = years_since(birth_date) >= 18
"#;

const CUSTOMERS: &str = concat!(
    r#"{"id":"ana","birth_date":"2010-03-29","purchases":[{"at":"2026-05-20T08:00:00Z","amount":99.99}]}"#,
    "\n",
    r#"{"id":"ben","purchases":[{"at":"2026-05-20T08:00:00Z","amount":1},{"at":"2026-05-21T08:00:00Z","amount":1}]}"#,
    "\n",
);

const EXPLAIN: &str =
    "explain shop.audience --customers customers.jsonl --at 2026-06-01T00:00:00Z --zone Europe/Madrid";

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder
        .write("shop.audience", SHOP)
        .write("customers.jsonl", CUSTOMERS);
    folder
}

/// [explain-11]
#[test]
fn it_says_why_and_what_would_turn_it_and_when_that_comes_by_itself() {
    let folder = folder("explain_tree");
    folder
        .run(&format!("{EXPLAIN} --key ana --segment regular"))
        .expect(
            0,
            "Not in “Buys often” because there is 1 purchase in the last 30 days, which is fewer than 2.\n\
         ✗ at least 2 purchases in last 30 days\n    \
         1 purchase, decided by that of 20 May 2026 at 10:00\n\
         to be in: 1 more purchase before 19 June\n\
         without new data: the same for ten years\n",
            "",
        );
    folder
        .run(&format!("{EXPLAIN} --key ben --segment regular"))
        .expect(
            0,
            "In “Buys often” because there are 2 purchases in the last 30 days, which is at least 2.\n\
         ✓ at least 2 purchases in last 30 days\n    \
         2 purchases, decided by that of 21 May 2026 at 10:00\n\
         to be out: no more purchases until 19 June at 10:00\n\
         without new data: out on 19 June 2026 at 10:00\n",
            "",
        );
}

/// [explain-5] [explain-16]
#[test]
fn personal_values_are_hidden_unless_asked_for_and_so_is_the_birthday_that_is_to_come() {
    let folder = folder("explain_personal");
    let hidden = "Not in adults because the number of years since the birth date is not at least 18.\n\
         ✗ years_since(birth_date) >= 18\n    \
         years_since(birth_date) is (hidden)\n    \
         birth_date is (hidden)\n\
         to be in: the number of years since the birth date is at least 18\n\
         without new data: (hidden)\n";
    let command = format!("{EXPLAIN} --key ana --segment adults");
    folder.run(&command).expect(0, hidden, "");
    let shown = "Not in adults because the number of years since the birth date is 16, which is less than 18.\n\
         ✗ years_since(birth_date) >= 18\n    \
         years_since(birth_date) is 16\n    \
         birth_date is 29 March 2010\n\
         to be in: waiting until 29 March 2028\n\
         without new data: in on 29 March 2028 at 00:00\n";
    folder
        .run(&format!("{command} --show-personal"))
        .expect(0, shown, "");
}

#[test]
fn json_has_all_of_it() {
    let run = folder("explain_json").run(&format!("{EXPLAIN} --key ana --segment regular --json"));
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["key"], "ana");
    assert_eq!(json["holds"], false);
    assert_eq!(json["clause"]["counted"][0]["count"], 1);
    assert_eq!(json["change"]["before"], "2026-06-19T08:00:00Z");
    assert!(json["next_change"]["not_within"].is_string(), "{json}");
}

/// A key that is a number is given as its digits; a bad line before the customer stops, unless it is let pass.
#[test]
fn one_customer_is_found_among_others() {
    let folder = Folder::new("explain_one");
    folder
        .write(
            "shop.audience",
            "customer { id: int key, n: int }\nsegment many = n > 1\n",
        )
        .write(
            "customers.jsonl",
            "{\"id\":1}\r\n\r\n{\"id\":-7,\"n\":2}\r\n{\"id\":8,\"oops\":1}\r\n",
        );
    let explain = format!("{EXPLAIN} --key -7 --segment many");
    folder
        .run(&explain)
        .expect(2, "", "error: customers.jsonl:1: n: required, but missing\n");
    let run = folder.run(&format!("{explain} --skip-bad"));
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(
        run.stdout
            .starts_with("In many because n is 2, which is more than 1.\n"),
        "{}",
        run.stdout
    );
    // Nothing is read after the customer.
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
}

#[test]
fn what_cannot_be_found_is_told() {
    let folder = folder("explain_unknown");
    let key = folder.run(&format!("{EXPLAIN} --key eva --segment regular"));
    assert_eq!(key.status, Some(2));
    assert_eq!(
        key.stderr,
        "error: customers.jsonl: no customer with the key `eva`\n"
    );
    let segment = folder.run(&format!("{EXPLAIN} --key ana --segment regulars"));
    assert_eq!(segment.status, Some(2));
    assert!(
        segment.stderr.contains("did you mean `regular`?"),
        "{}",
        segment.stderr
    );
}
