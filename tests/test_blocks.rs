//! `test` blocks: what they are given, what they expect, and what they say when it does not hold.

use audience::{Code, CompileError, Definitions, TestCase, TestFailure, Value, render};

const SHOP: &str = r#"
customer {
  id: string key, name: string? personal, orders: int, gender: ("female" | "male")?, favorites: [{ sku: ref products, stars: int? }]?
  address: { city: string, zip: string? }?
}
catalog products { sku: string key, stock: int }
event purchases { amount: decimal, tags: [string] }
trait spent = sum(amount of purchases)
segment loyal = orders >= 10
segment rich = spent >= 100 and orders > 1
segment best = spent in top 20%
"#;

fn build(tests: &str) -> Result<Definitions, CompileError> {
    Definitions::parse(&(SHOP.to_owned() + tests))
}

#[track_caller]
fn failures(tests: &str) -> Vec<String> {
    let shop = build(tests).unwrap_or_else(|error| panic!("{error}"));
    let outcomes = shop.tests().flat_map(|test| test.run().failures().to_vec());
    outcomes.map(|it| it.to_string()).collect()
}

/// [test-1] [test-2] [test-3]
#[test]
fn what_holds_passes_and_what_does_not_says_why() {
    let given = r#"customer { "id": "ana", "orders": 9, "purchases": [{ "at": "2026-05-01T00:00:00Z", "amount": 60.5, "tags": [] }] }"#;
    let test = |expected: &str| {
        failures(&format!(
            "test \"it\" at 2026-06-01T00:00:00Z {{ {given} {expected} }}"
        ))
    };
    for holds in [
        "not in loyal",
        "not in loyal not in rich orders = 9",
        "orders = 9, spent = 60.5\n not in rich",
        "name is unknown\n any purchases where amount > 60",
        "days_since(last(at of purchases)) = 31",
        "in segment loyal or orders = 9",
        "spent between 60\n and 61",
        "name != \"Ana\"",
    ] {
        assert!(test(holds).is_empty(), "{holds}: {:?}", test(holds));
    }
    for (wrong, said) in [
        ("in loyal", "`in loyal` does not hold: `orders` is 9"),
        (
            "in segment rich",
            "`in segment rich` does not hold: `spent` is 60.5, `orders` is 9",
        ),
        ("orders\n = 8", "`orders = 8` does not hold: `orders` is 9"),
        (
            "name = \"Ana\"",
            "`name = \"Ana\"` does not hold: `name` is missing",
        ),
        (
            "no purchases",
            "`no purchases` does not hold: `no purchases` is 1",
        ),
        (
            "not in loyal and false",
            "`not in loyal and false` does not hold: not so",
        ),
        (
            "gender = \"male\" or spent > orders * 10",
            "`gender = \"male\" or spent > orders * 10` does not hold: `gender` is missing, `spent` is 60.5, `orders * 10` is 90",
        ),
    ] {
        // A segment in `and` and `or` is written out.
        let wrong = wrong.replace("not in loyal and", "not in segment loyal and");
        let said = said.replace("not in loyal and", "not in segment loyal and");
        let found = test(&wrong);
        assert!(
            found == [said.clone()] || wrong.contains("and false") && found.len() == 1,
            "{wrong}: {found:?}"
        );
    }
}

/// [test-2]
#[test]
fn failures_know_their_place_and_values() {
    let text = "test \"it\" at 2026-06-01 { customer { \"id\": \"ana\", \"orders\": 3 } orders = 3, in loyal name is known }";
    let shop = build(text).unwrap_or_else(|error| panic!("{error}"));
    let tests: Vec<TestCase> = shop.tests().collect();
    assert_eq!(tests.len(), 1);
    assert_eq!(tests[0].name(), "it");
    let outcome = tests[0].run();
    assert!(!outcome.passed());
    let [loyal, name] = outcome.failures() else {
        panic!("{outcome:?}");
    };
    let source = &shop.sources()[0].text;
    assert_eq!(
        &source[loyal.span().start as usize..loyal.span().end as usize],
        "in loyal"
    );
    assert_eq!(loyal.expectation(), "in loyal");
    assert_eq!(
        loyal.actual().collect::<Vec<_>>(),
        [("orders", Some(&Value::Int(3)))]
    );
    assert_eq!(name.actual().collect::<Vec<_>>(), [("name", None)]);
    let drawn: Vec<_> = outcome.failures().iter().map(TestFailure::diagnostic).collect();
    assert_eq!(drawn[0].code, Code::FailedTest);
    let drawn = render(&drawn, shop.sources());
    assert!(
        drawn.contains("error[failed-test]: `in loyal` does not hold") && drawn.contains("`orders` is 3"),
        "{drawn}"
    );
}

/// [test-4]
#[test]
fn the_moment_is_that_of_the_test_in_its_zone() {
    let test = |head: &str, expected: &str| {
        failures(&format!(
            "test \"it\" at {head} {{ customer {{ \"id\": \"ana\", \"orders\": 1 }} {expected} }}"
        ))
    };
    for (head, expected) in [
        ("2026-06-01T00:00:00Z", "now = 2026-06-01T00:00:00Z"),
        ("2026-06-01T00:00:00+02:00", "now = 2026-05-31T22:00:00Z"),
        ("2026-06-01T00:00:00", "now = 2026-06-01T00:00:00Z"),
        (
            "2026-06-01T00:00:00 zone \"Europe/Madrid\"",
            "now = 2026-05-31T22:00:00Z",
        ),
        ("2026-06-01 zone \"Europe/Madrid\"", "now = 2026-05-31T22:00:00Z"),
        ("2026-06-01 zone 'America/New_York'", "today = 2026-06-01"),
        (
            "2026-06-01T03:00:00Z zone \"America/New_York\"",
            "today = 2026-05-31",
        ),
    ] {
        assert_eq!(test(head, expected), Vec::<String>::new(), "{head}");
    }
}

/// [test-5]
#[test]
fn a_test_may_have_a_population_to_be_compared_with() {
    let person = |spent: i32| {
        format!(
            "{{ \"id\": \"p{spent}\", \"orders\": 1, \"purchases\": [{{ \"at\": \"2026-05-01T00:00:00Z\", \"amount\": {spent}, \"tags\": [] }}] }}"
        )
    };
    let others: Vec<String> = [10, 20, 30, 40, 50].map(person).to_vec();
    let test = |spent: i32, population: &str, expected: &str| {
        failures(&format!(
            "test \"it\" at 2026-06-01 {{ customer {} {population} {expected} }}",
            person(spent)
        ))
    };
    let population = format!("population [{}]", others.join(", "));
    assert!(test(50, &population, "in best").is_empty());
    assert!(test(49, &population, "not in best spent = 49").is_empty());
    assert_eq!(
        test(49, &population, "in best"),
        ["`in best` does not hold: `spent` is 49"]
    );
    let without = "`in best` does not hold: there is no population to compare with";
    assert_eq!(test(50, "", "in best"), [without]);

    let shop = build(&format!(
        "test \"it\" at 2026-06-01 {{ customer {} in best }}",
        person(50)
    ));
    let shop = shop.unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at(
        "2026-06-01T00:00:00Z".parse().expect("a datetime"),
        &audience::Zone::UTC,
    );
    let others: Vec<_> = others
        .iter()
        .map(|json| shop.customer_from_json(json).expect("fits"))
        .collect();
    let fitted = shop
        .with_population(&shop.fit(&others, &at))
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(
        fitted.tests().all(|test| test.run().passed()),
        "that of the definitions serves, too"
    );
}

/// [test-6] [test-7]
#[test]
fn what_does_not_fit_is_told_at_its_place() {
    let text = r#"
test "no customer" at 2026-06-01 { in loyal }
test "nothing expected" at 2026-06-01 { customer { "id": "ana", "orders": 1 } }
test "no customer" at 2026-06-01 { customer { "id": "ana" } customer { "id": "ben" } in loyal }
test "no zone" at 2026-06-01 zone "Europe/Madird" { customer { "id": "ana" } in loyal }
test "kinds" at 2026-06-01 { customer [{ "id": "ana" }] catalog products { "sku": "A" } catalog product [] in loyal }
test "names" at 2026-06-01 { customer { "id": "ana" } in loyl  ordres > 3, orders = "x", spent in top 10% }
test "line" at 2026-06-01 { customer { "id": "ana" } orders = 3 spent = 4 }
"#;
    insta::assert_snapshot!(build(text).expect_err("refused"), @r#"
    error[invalid-test]: the test has no customer
      --> definitions:13:6
       |
    13 | test "no customer" at 2026-06-01 { in loyal }
       |      ^^^^^^^^^^^^^ in this test
       |
       = help: write `customer { "id": "ana" }` with what is known of her

    error[invalid-test]: the test expects nothing
      --> definitions:14:6
       |
    14 | test "nothing expected" at 2026-06-01 { customer { "id": "ana", "orders": 1 } }
       |      ^^^^^^^^^^^^^^^^^^ in this test
       |
       = help: write what must hold: `in s`, `not in s` or any condition

    error[duplicate-name]: the test "no customer" is defined twice
      --> definitions:15:6
       |
    13 | test "no customer" at 2026-06-01 { in loyal }
       |      ------------- first defined here
    14 | test "nothing expected" at 2026-06-01 { customer { "id": "ana", "orders": 1 } }
    15 | test "no customer" at 2026-06-01 { customer { "id": "ana" } customer { "id": "ben" } in loyal }
       |      ^^^^^^^^^^^^^ defined again here

    error[duplicate-name]: a test has one customer
      --> definitions:15:70
       |
    15 | test "no customer" at 2026-06-01 { customer { "id": "ana" } customer { "id": "ben" } in loyal }
       |                                             ---------------          ^^^^^^^^^^^^^^^ defined again here
       |                                             |
       |                                             first defined here

    error[invalid-literal]: unknown time zone `Europe/Madird`; use an IANA name such as `Europe/Madrid`, or `UTC`
      --> definitions:16:35
       |
    16 | test "no zone" at 2026-06-01 zone "Europe/Madird" { customer { "id": "ana" } in loyal }
       |                                   ^^^^^^^^^^^^^^^ not of the IANA time zone database

    error[invalid-test]: a customer is one object of JSON
      --> definitions:17:39
       |
    17 | test "kinds" at 2026-06-01 { customer [{ "id": "ana" }] catalog products { "sku": "A" } catalog product [] in loyal }
       |                                       ^^^^^^^^^^^^^^^^^ a list
       |
       = help: the customers she is compared with stand in `population [ … ]`

    error[invalid-test]: expected a list of objects in JSON
      --> definitions:17:74
       |
    17 | test "kinds" at 2026-06-01 { customer [{ "id": "ana" }] catalog products { "sku": "A" } catalog product [] in loyal }
       |                                                                          ^^^^^^^^^^^^^^ one object
       |
       = help: put brackets around it

    error[unknown-catalog]: unknown catalogue `product`
      --> definitions:17:97
       |
    17 | test "kinds" at 2026-06-01 { customer [{ "id": "ana" }] catalog products { "sku": "A" } catalog product [] in loyal }
       |                                                                                                 ^^^^^^^ not defined
       |
       = help: did you mean `products`?

    error[unknown-segment]: unknown segment `loyl`
      --> definitions:18:58
       |
    18 | test "names" at 2026-06-01 { customer { "id": "ana" } in loyl  ordres > 3, orders = "x", spent in top 10% }
       |                                                          ^^^^ not defined
       |
       = help: did you mean `loyal`?

    error[unknown-attribute]: unknown attribute `ordres`
      --> definitions:18:64
       |
    18 | test "names" at 2026-06-01 { customer { "id": "ana" } in loyl  ordres > 3, orders = "x", spent in top 10% }
       |                                                                ^^^^^^ not in the schema
       |
       = help: did you mean `orders`?

    error[incompatible-types]: `int` and `string` cannot be compared
      --> definitions:18:85
       |
    18 | test "names" at 2026-06-01 { customer { "id": "ana" } in loyl  ordres > 3, orders = "x", spent in top 10% }
       |                                                                            ------   ^^^ `string`
       |                                                                            |
       |                                                                            `int`
       |
       = help: a number is written without quotes

    error[rank-place]: only traits and segments compare a customer with the others
      --> definitions:18:90
       |
    18 | test "names" at 2026-06-01 { customer { "id": "ana" } in loyl  ordres > 3, orders = "x", spent in top 10% }
       |                                                                                          ^^^^^^^^^^^^^^^^ neither a template nor a test can
       |
       = help: name it there as a segment, and use the segment here

    error[syntax]: expected an operator or the end of the expectation, found `spent`
      --> definitions:19:65
       |
    19 | test "line" at 2026-06-01 { customer { "id": "ana" } orders = 3 spent = 4 }
       |                                                                 ^^^^^ unexpected
       |
       = help: write each expectation on a line of its own, or a comma between them
    "#);
    let text = r#"
test "a" at 2026-06-01 { customer { "id": "ana", "orders": "nine" } in loyal }
test "b" at 2026-06-01 { customer { "id": "ana", "orders": 9, "gendr": "male" } in loyal }
test "c" at 2026-06-01 { customer { "id": "ana" } in loyal }
test "d" at 2026-06-01 { customer { "id": "ana", "orders": 9, "favorites": [{ "sku": "A" }, { "sku": "B", "stars": [1] }] } in loyal }
test "e" at 2026-06-01 { customer { "id": "ana", "orders": 9, "purchases": [{ "at": "2026-05-01", "amount": 1, "tags": ["a", 5] }] } in loyal }
test "f" at 2026-06-01 { customer { "id": "ana", "orders": 9, "orders": 10 } in loyal }
test "g" at 2026-06-01 { customer { "id": "ana", "orders": 9, "address": { "zip": "28001" } } in loyal }
test "h" at 2026-06-01 { customer { "id": "ana", "orders": 9 } catalog products [{ "sku": "A", "stock": 1 }, { "sku": "B", "stock": "x" }] in loyal }
test "i" at 2026-06-01 { customer { "id": "ana", "orders": 9 } population [{ "id": "ben", "orders": 1 }, { "id": 5 }] in loyal }
test "j" at 2026-06-01 { customer { "id": "ana", "orders": 9, "name": "\u0000" } in loyal }
"#;
    insta::assert_snapshot!(build(text).expect_err("refused"), @r#"
    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:13:50
       |
    13 | test "a" at 2026-06-01 { customer { "id": "ana", "orders": "nine" } in loyal }
       |      --- in this test                            ^^^^^^^^^^^^^^^^ orders: expected int, found text "nine"

    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:14:63
       |
    14 | test "b" at 2026-06-01 { customer { "id": "ana", "orders": 9, "gendr": "male" } in loyal }
       |      --- in this test                                         ^^^^^^^^^^^^^^^ gendr: unknown member; did you mean `gender`?

    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:15:35
       |
    15 | test "c" at 2026-06-01 { customer { "id": "ana" } in loyal }
       |      --- in this test             ^ orders: required, but missing

    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:16:107
       |
    16 | test "d" at 2026-06-01 { customer { "id": "ana", "orders": 9, "favorites": [{ "sku": "A" }, { "sku": "B", "stars": [1] }] } in loyal }
       |      --- in this test                                                                                     ^^^^^^^^^^^^ favorites[1].stars: expected int, found a list

    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:17:79
       |
    17 | test "e" at 2026-06-01 { customer { "id": "ana", "orders": 9, "purchases": [{ "at": "2026-05-01", "amount": 1, "tags": ["a", 5] }] }...
       |      --- in this test                                                         ^^^^^^^^^^^^^^^^^^ purchases[0].at: expected a datetime such as 2026-01-31T09:00:00Z (RFC 3339), found text "2026-05-01"

    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:18:63
       |
    18 | test "f" at 2026-06-01 { customer { "id": "ana", "orders": 9, "orders": 10 } in loyal }
       |      --- in this test                                         ^^^^^^^^^^^^ orders: given twice

    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:19:74
       |
    19 | test "g" at 2026-06-01 { customer { "id": "ana", "orders": 9, "address": { "zip": "28001" } } in loyal }
       |      --- in this test                                                    ^ address.city: required, but missing

    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:20:124
       |
    20 | test "h" at 2026-06-01 { customer { "id": "ana", "orders": 9 } catalog products [{ "sku": "A", "stock": 1 }, { "sku": "B", "stock": "x" }]...
       |      --- in this test                                                                                                      ^^^^^^^^^^^^ stock: expected int, found text "x"

    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:21:108
       |
    21 | test "i" at 2026-06-01 { customer { "id": "ana", "orders": 9 } population [{ "id": "ben", "orders": 1 }, { "id": 5 }] in loyal }
       |      --- in this test                                                                                      ^^^^^^^ id: expected string, found 5

    error[invalid-test]: what the test gives does not fit the contract
      --> definitions:22:63
       |
    22 | test "j" at 2026-06-01 { customer { "id": "ana", "orders": 9, "name": "\u0000" } in loyal }
       |      --- in this test                                         ^^^^^^^^^^^^^^^^ name: text with the character U+0000
    "#);
}

/// [test-8]
#[test]
fn warnings_are_for_definitions_not_for_what_is_expected_of_them() {
    let shop = build(
        "test \"it\" at 2026-06-01 { customer { \"id\": \"ana\", \"orders\": 1 } name != \"Ana\", true }",
    );
    let shop = shop.unwrap_or_else(|error| panic!("{error}"));
    assert!(shop.warnings().is_empty(), "{:?}", shop.warnings());
    assert!(shop.tests().all(|test| test.run().passed()));
}
