//! Sentences of the manual that are shown by no example there.

use audience::{Customer, DateTime, Definitions, Duration, Explanation, Shown, Value, Zone};

const NOW: &str = "2026-06-01T12:00:00Z";

fn explained(text: &str, json: &str) -> Explanation {
    let shop = Definitions::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let customer = shop
        .customer_from_json(json)
        .unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at(NOW.parse().expect("a datetime"), &Zone::UTC);
    let segment = shop.segments().iter().last().expect("a segment");
    let explanation = segment.explain(&customer, &at);
    assert_eq!(explanation.holds(), segment.matches(&customer, &at));
    explanation
}

/// Every leaf of each kind is turned, whichever way, when it alone decides. [explain-6]
#[test]
fn there_is_a_change_whenever_one_test_decides() {
    const SHOP: &str = "customer { id: string key, i: int, d: decimal, f: float, day: date, at: datetime, list: [{ n: int }], oi: int? }
        event visits { n: int, d: decimal, f: float, word: string, day: date }
        trait total = sum(n of visits)  trait half = d / 2  trait member = years_since(day)\n";
    const CUSTOMERS: [&str; 2] = [
        r#"{"id": "ana", "i": 3, "d": 3, "f": 3, "day": "2000-02-29", "at": "2026-05-30T00:00:00Z", "list": [{"n": 3}],
            "visits": [{"at": "2026-05-01T00:00:00Z", "n": 3, "d": 3, "f": 3, "word": "a", "day": "2026-01-01"},
                       {"at": "2026-05-20T00:00:00Z", "n": 1, "d": 0.5, "f": 2.5, "word": "b", "day": "2026-03-01"}]}"#,
        r#"{"id": "ben", "i": 100, "d": 1000, "f": 0, "day": "2030-01-01", "at": "2020-05-30T00:00:00Z", "list": [], "oi": 7}"#,
    ];
    let rules = [
        "i > 5",
        "i = 5",
        "i != 3",
        "i between 5 and 7",
        "i in [5, 6]",
        "not i in [3, 100]",
        "oi >= 2",
        "oi < 5",
        "d <= 2.5",
        "d > 3.0001",
        "half > 50",
        "-d < -5",
        "d * 3 > 100",
        "1 - d > 0",
        "f > 3",
        "f <= 0.0",
        "round(d) > 5",
        "default(oi, 0) > 5",
        "day < 1990-01-01",
        "day between 1990-01-01 and 1995-12-31",
        "day in last 7 days",
        "not day in next 7 days",
        "at after 2026-05-31",
        "at in last 1 day",
        "at before 30 days ago",
        "now - at > 100 days",
        "member >= 30",
        "year(day) = 1999",
        "days_since(at) > 20",
        "date(at) = 2026-06-01",
        "any visits",
        "no visits",
        "at least 3 visits in last 30 days",
        "at most 1 visits",
        "exactly 4 visits",
        "exactly 2 visits",
        "all visits where n > 1",
        "count(visits where word = \"a\") > 1",
        "total > 10",
        "total < 2",
        "sum(d of visits) > 10.5",
        "sum(f of visits) < 1.0",
        "avg(n of visits) > 2.5",
        "avg(d of visits) < 1",
        "avg(f of visits) > 3",
        "min(n of visits) > 2",
        "min(n of visits) < 0",
        "max(d of visits) > 5",
        "max(d of visits) < 2",
        "min(day of visits) > 2026-02-01",
        "first(n of visits) = 1",
        "last(n of visits) = 3",
        "last(word of visits) = \"a\"",
        "last(at of visits) > 2026-05-25T00:00:00Z",
        "distinct(word of visits) > 3",
        "distinct(word of visits) < 2",
        "mode(word of visits) = \"c\"",
        "size(list) > 2",
        "no list",
        "any list where n > 5",
        "sum(n of list) > 10",
        "any visits between 2025-01-01 and 2025-12-31",
        "any visits in this year",
        "any visits where (n > 50 and word starts with \"x\" and day in last 7 days)",
        "at least 2 visits where word in [\"p\", \"q\"]",
    ];
    let mut turned = 0;
    for rule in rules {
        for json in CUSTOMERS {
            let text = format!("{SHOP} segment s = {rule}");
            let explanation = explained(&text, json);
            let change = explanation
                .change()
                .unwrap_or_else(|| panic!("no change for {rule}:\n{explanation}"));
            assert_eq!(change.leaves.len(), 1, "{rule}");
            turned += 1;
        }
    }
    assert_eq!(turned, rules.len() * 2);
}

/// [explain-6]
#[test]
fn what_is_neither_number_nor_day_nor_aggregate_is_not_changed() {
    for rule in [
        "country = \"ES\"",
        "vip",
        "country = \"ES\" and x > 3",
        "id = \"ben\"",
        "tags contains \"a\"",
        "x > 5 and x < 3",
    ] {
        let text = format!(
            "customer {{ id: string key, country: string?, vip: bool, x: int, tags: [string] }} segment s = {rule}"
        );
        let explanation = explained(&text, r#"{"id": "ana", "vip": false, "x": 1, "tags": []}"#);
        assert_eq!(explanation.change(), None, "{rule}");
    }
}

/// [explain-15]
#[test]
fn a_change_adds_no_more_than_a_thousand_items() {
    for (wanted, says) in [(1000, Some("1000 visits")), (1001, None)] {
        let text =
            format!("customer {{ id: string key }} event visits {{}} segment s = at least {wanted} visits");
        let explanation = explained(&text, r#"{"id": "ana"}"#);
        assert_eq!(explanation.change().map(audience::Change::says), says, "{wanted}");
    }
}

/// [explain-9] [explain-14]
#[test]
fn what_comes_before_the_moment_counts_and_what_comes_at_it_is_too_late() {
    let text = "customer { id: string key } event visits {} segment s = at least 3 visits in last 30 days";
    let json = |more: &str| {
        format!(
            r#"{{"id": "ana", "visits": [{{"at": "2026-05-04T08:00:00Z"}}, {{"at": "2026-05-20T00:00:00Z"}}{more}]}}"#
        )
    };
    let explanation = explained(text, &json(""));
    let change = explanation.change().expect("one more");
    assert_eq!(change.says(), "1 more visit before 3 June");
    let before = change.before.expect("a moment");
    assert_eq!(before.to_string(), "2026-06-03T08:00:00Z");
    let shop = Definitions::parse(text).expect("compiles");
    let segment = shop.segment("s").expect("defined");
    let at_that_moment = |moment: DateTime| {
        let json = json(&format!(r#", {{"at": "{moment}"}}"#));
        let customer: Customer = shop.customer_from_json(json).expect("loads");
        segment.matches(&customer, &shop.at(moment, &Zone::UTC))
    };
    let just_before = before.checked_add(Duration::from_micros(-1)).expect("in range");
    assert!(at_that_moment(just_before));
    assert!(!at_that_moment(before));
    // Windows that end, windows of the calendar, and windows that do not move.
    for (window, expected) in [
        ("in this month", Some("2026-07-01T00:00:00Z")),
        ("today", Some("2026-06-02T00:00:00Z")),
        ("before 2026-06-10", Some("2026-06-10T00:00:00Z")),
        ("between 2026-05-01 and 2026-06-20", Some("2026-06-21T00:00:00Z")),
        ("since 2026-05-01", None),
        // Ten years are 3652 days and a half.
        ("before 2036-06-01", Some("2036-06-01T00:00:00Z")),
        ("before 2036-06-02", None),
        ("in last 30 days where (n > 5)", None),
        ("between 2025-01-01 and 2025-12-31", None),
    ] {
        let text = format!(
            "customer {{ id: string key }} event visits {{ n: int }} segment s = at least 3 visits {window}"
        );
        let explanation = explained(
            &text,
            r#"{"id": "ana", "visits": [{"at": "2026-06-01T09:00:00Z", "n": 1}]}"#,
        );
        let change = explanation.change().expect("more visits");
        let before = change.before.map(|it| it.to_string());
        assert_eq!(before.as_deref(), expected, "{window}: {}", change.says());
    }
}

/// Leaves that read the same value or the same events. [explain-8]
#[test]
fn a_change_that_disturbs_another_test_is_not_told() {
    let shop =
        |rule: &str| format!("customer {{ id: string key, x: int }} event e {{ n: int }} segment s = {rule}");
    let two = r#"{"id": "ana", "x": 3, "e": [{"at": "2026-05-01T00:00:00Z", "n": 9}, {"at": "2026-05-02T00:00:00Z", "n": 9}]}"#;
    // Another like the others would be too much.
    let explanation = explained(&shop("count(e) >= 3 and sum(n of e) <= 20"), two);
    assert_eq!(explanation.change().expect("a small one").says(), "1 more e");
    // From 6 to 8 it would be out for another reason.
    let explanation = explained(&shop("x > 5 and not (x between 6 and 8)"), two);
    assert_eq!(
        explanation.change().map(|it| it.leaves[0].to.clone()),
        Some(Shown::Known(Value::Int(9)))
    );
    for impossible in [
        "count(e) >= 3 and count(e) <= 1",
        "x > 5 and x < 5",
        "any e where (n > 5 and n < 3)",
    ] {
        assert_eq!(explained(&shop(impossible), two).change(), None, "{impossible}");
    }
}

/// [explain-4]
#[test]
fn personal_values_are_nowhere_unless_asked_for() {
    const CANARIES: [&str; 6] = ["canary", "1987", "98765", "4111", "31 years", "(40.5"];
    let text = r#"
        customer {
          id: string key, name: string personal, born: date personal, income: decimal sensitive, home: geo? personal
          orders: [{ code: string personal, n: int }], tags: [string] personal, card: { number: string, due: date } personal
        }
        event payments { card: string personal, amount: decimal personal, n: int }
        trait age = years_since(born)
        trait label = case when income > 50000 then name else "none" end
        trait paid  = sum(amount of payments)
        trait grown = in segment adults
        segment adults = age >= 18
        segment a = label = "x" or label != "x"
        segment b = paid > 10 and avg(amount of payments) < 1 and last(amount of payments) > 7
        segment c = any payments where (card contains "41") or count(payments where amount > 3) > 1
        segment d = tags contains "x" or card.number starts with "4" or card.due after 2020-01-01
        segment e = any orders where (code = "x") or first(code of orders) = "x"
        segment f = grown or born in last 30 days or income between 1 and 2 or not in segment adults
        segment g = length(name) > 3 and lower(name) != "x" and home is known and min(born, 2000-01-01) < 1999-01-01
        segment h = any payments since born or all payments where n > years_since(born)
    "#;
    let json = r#"{"id": "ana", "name": "canary", "born": "1987-06-05", "income": 98765.4321, "home": [40.5, -3.7],
        "orders": [{"code": "canary", "n": 1}], "tags": ["canary"], "card": {"number": "4111canary", "due": "1987-01-01"},
        "payments": [{"at": "2026-05-01T00:00:00Z", "card": "4111canary", "amount": 98765, "n": 2}]}"#;
    let shop = Definitions::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let ana = shop
        .customer_from_json(json)
        .unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at(NOW.parse().expect("a datetime"), &Zone::UTC);
    for segment in shop.segments() {
        let explanation = segment.explain(&ana, &at);
        assert!(explanation.hides(), "{}", segment.name());
        let json = serde_json::to_string(&explanation).expect("JSON");
        for said in [explanation.to_string(), json, format!("{explanation:?}")] {
            for canary in CANARIES {
                assert!(!said.contains(canary), "{canary} in {said}");
            }
        }
    }
    let shown = audience::ExplainOptions::default().show_personal(true);
    let adults = shop
        .segment("adults")
        .expect("defined")
        .explain_with(&ana, &at, &shown);
    assert!(
        !adults.hides() && adults.to_string().contains("is 38"),
        "{adults}"
    );
}

/// Definitions that name each other over and over again, deep nesting, and many tests.
#[test]
fn rules_that_are_large_are_explained() {
    let mut text = String::from(
        "customer { id: string key, x: int, y: decimal } event e { n: int } trait t0 = x > 5 and y > 5\n segment s0 = x > 3 or y > 3\n",
    );
    text.extend((1..30).map(|index| {
        let before = index - 1;
        format!(
            "trait t{index} = (t{before} and t{before}) or not t{before}
             segment s{index} = (in segment s{before} and in segment s{before}) or (not in segment s{before} and t{index})\n"
        )
    }));
    let mut rounded = String::from("y");
    for _ in 0..30 {
        rounded = format!("round({rounded} + 1)");
    }
    let many: Vec<String> = (0..300)
        .map(|n| format!("(x > {n} or y < {n} or count(e where n > {n}) > {n})"))
        .collect();
    let many = many.join(" and ");
    text.extend([
        format!("segment rounded = {rounded} > 100\n"),
        format!("segment many = {many}\n"),
        "segment huge = at least 900000 e\n".to_owned(),
    ]);
    let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let ana = shop
        .customer_from_json(r#"{"id": "ana", "x": 4, "y": 4}"#)
        .expect("loads");
    let at = shop.at(NOW.parse().expect("a datetime"), &Zone::UTC);
    for segment in shop.segments() {
        let explanation = segment.explain(&ana, &at);
        assert_eq!(explanation.holds(), segment.matches(&ana, &at));
        let said = explanation.reason().len();
        assert!(said < 5_000, "a sentence of {said} bytes for {}", segment.name());
        assert!(serde_json::to_string(&explanation).expect("JSON").len() < 2_000_000);
    }
}

/// Ranks, and functions and lists of the application.
#[test]
fn what_comes_from_outside_the_definitions_has_words_too() {
    let text = "customer { id: string key, spent: decimal?, country: string? }
        segment best   = spent in top 50%
        segment lowest = quantile(spent, 2) = 1
        segment scored = loyalty_score(spent) > 10
        segment near   = country in markets";
    let score = audience::HostFunction::new(
        "loyalty_score",
        [audience::Type::Decimal],
        audience::Type::Int,
        |args| match args {
            [audience::ValueRef::Decimal(it)] => Some(Value::Int(it.units() / 10_000)),
            _ => None,
        },
    );
    let shop = Definitions::builder()
        .source("shop.audience", text)
        .function(score)
        .list("markets", ["ES", "PT"])
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let load = |json: &str| shop.customer_from_json(json).expect("loads");
    let customers = [
        load(r#"{"id": "ana", "spent": 20, "country": "ES"}"#),
        load(r#"{"id": "ben", "spent": 5, "country": "FR"}"#),
        load(r#"{"id": "cem"}"#),
    ];
    let at = shop.at(NOW.parse().expect("a datetime"), &Zone::UTC);
    let shop = shop
        .with_population(&shop.fit(&customers, &at))
        .expect("fitted for it");
    let at = shop.at(NOW.parse().expect("a datetime"), &Zone::UTC);
    let said: Vec<String> = (shop.segments().iter())
        .flat_map(|it| {
            customers
                .each_ref()
                .map(|customer| it.explain(customer, &at).reason().to_owned())
        })
        .collect();
    let expected = [
        "In best because spent is 20, which is in the top 50% of all customers.",
        "Not in best because spent is 5, which is not in the top 50% of all customers.",
        "Not in best because spent is unknown.",
        "Not in lowest because the position of spent from 1 (lowest) to 2 (highest) is 2, not 1.",
        "In lowest because the position of spent from 1 (lowest) to 2 (highest) is 1.",
        "Not in lowest because the position of spent from 1 (lowest) to 2 (highest) is unknown.",
        "In scored because the loyalty score of spent is 20, which is more than 10.",
        "Not in scored because the loyalty score of spent is 5, which is at most 10.",
        "Not in scored because the loyalty score of spent is unknown.",
        "In near because country is “ES”, which is in the list “markets”.",
        "Not in near because country is “FR”, which is not in the list “markets”.",
        "Not in near because country is unknown.",
    ];
    assert_eq!(said, expected);
}

/// [explain-12] [explain-16]
#[test]
fn what_undoes_the_past_comes_last() {
    const SHOP: &str = "customer { id: string key, seen_at: datetime?, renews_on: date, tags: [{ n: int }] }
        event purchases { amount: decimal }\n";
    const ANA: &str = r#"{"id": "ana", "seen_at": "2026-05-20T12:00:00Z", "renews_on": "2026-07-01", "tags": [{"n": 1}],
        "purchases": [{"at": "2026-01-10T12:00:00Z", "amount": 10}, {"at": "2026-05-10T12:00:00Z", "amount": 10}]}"#;
    for (rule, expected) in [
        // Something new, though one of the past alone would do.
        (
            "no purchases in last 30 days or at least 3 purchases",
            "1 more purchase",
        ),
        ("any purchases and at most 2 purchases", "1 more purchase"),
        (
            "any purchases and no purchases in last 20 days",
            "1 more purchase",
        ),
        (
            "avg(amount of purchases) <= 5",
            "the average amount of purchases is at most 5 (now 10)",
        ),
        ("no tags", "no tags"),
        (
            "renews_on after 2026-08-01",
            "the date “renews on” is after 1 August 2026 (instead of 1 July 2026)",
        ),
        // Time.
        (
            "any purchases and no purchases in last 30 days",
            "no more purchases until 9 June at 12:00",
        ),
        (
            "any purchases in previous month",
            "no more purchases until 1 July",
        ),
        ("not seen_at in last 30 days", "waiting until 19 June at 12:00"),
        // The past.
        ("exactly 1 purchases", "1 purchase fewer"),
        (
            "any purchases between 2025-01-01 and 2025-12-31",
            "1 more purchase between 1 January 2025 and 31 December 2025",
        ),
        (
            "first(amount of purchases) > 15",
            "the amount of the first purchase is more than 15 (now 10)",
        ),
    ] {
        let explanation = explained(&format!("{SHOP} segment s = {rule}"), ANA);
        let says = explanation.change().map(audience::Change::says);
        assert_eq!(says, Some(expected), "{rule}\n{explanation}");
    }
}

/// A purchase counts from now on, but the days after the sign-up run out. [explain-9]
#[test]
fn the_rest_of_the_rule_has_its_time_too() {
    const ANA: &str = r#"{"id": "ana", "signed_up_at": "2026-05-30T08:00:00Z", "points": 0,
        "purchases": [{"at": "2026-05-20T12:00:00Z"}]}"#;
    for (rule, expected) in [
        (
            "at least 2 purchases and signed_up_at in last 7 days",
            "1 more purchase before 6 June",
        ),
        (
            "points >= 5 and signed_up_at in last 7 days",
            "points are at least 5 before 6 June (now 0)",
        ),
        (
            "points >= 5 and at least 3 purchases in last 30 days",
            "points are at least 5 (now 0) and 2 more purchases, both before 19 June",
        ),
        // The purchases that count now have left by then, but those that are new stand in for them.
        (
            "count(purchases in last 30 days) >= 1 and at least 2 purchases",
            "1 more purchase",
        ),
        (
            "at least 2 purchases or signed_up_at before 2026-01-01",
            "1 more purchase",
        ),
    ] {
        let text = format!(
            "customer {{ id: string key, signed_up_at: datetime, points: int }} event purchases {{}} segment s = {rule}"
        );
        let explanation = explained(&text, ANA);
        let says = explanation.change().map(audience::Change::says);
        assert_eq!(says, Some(expected), "{rule}\n{explanation}");
    }
}
