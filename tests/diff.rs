//! What is told of two versions of definitions.

use audience::{Defined, Definitions, Difference, Effect, Moves, Zone};

const SHOP: &str = r#"
customer { id: string key, orders: int, spent: decimal?, country: string?, tier: ("gold" | "silver") }
event purchases { amount: decimal, kind: string }
"#;

fn shop(text: &str) -> Definitions {
    Definitions::parse(&format!("{SHOP}{text}")).unwrap_or_else(|error| panic!("{error}"))
}

fn changes(old: &Definitions, new: &Definitions) -> Vec<(Defined, String, Effect)> {
    let diff = Definitions::diff(old, new);
    let short = |it: &Difference| (it.kind, it.name.clone(), it.effect);
    diff.changes().iter().map(short).collect()
}

/// `[diff-2]` `[diff-3]` `[diff-4]`
#[test]
fn segments_differ_in_meaning_or_only_in_writing() {
    for (old, new, effect) in [
        ("orders > 5", "5 < orders", Some(Effect::Written)),
        ("orders > 5", "(orders > 5)", Some(Effect::Written)),
        ("orders > 5", "orders > 5 # many", None),
        ("orders > 5", "orders>5", None),
        ("orders > 5", "orders >= 6", Some(Effect::Written)),
        (
            "not (orders > 5 or spent > 1)",
            "not (orders > 5) and not (spent > 1)",
            Some(Effect::Written),
        ),
        (
            "orders > 5 and spent > 1 and country = \"x\"",
            "country = \"x\" and (spent > 1 and orders > 5)",
            Some(Effect::Written),
        ),
        ("tier = \"gold\"", "tier != \"silver\"", Some(Effect::Written)),
        (
            "country in [\"a\", \"b\"]",
            "country = \"b\" or country = \"a\"",
            Some(Effect::Written),
        ),
        ("orders > 5", "orders > 3", Some(Effect::Wider)),
        (
            "any purchases in last 90 days",
            "any purchases in last 30 days",
            Some(Effect::Narrower),
        ),
        ("orders > 5", "orders < 3", Some(Effect::Replaced)),
        ("orders > 5", "spent > 5", Some(Effect::Meaning)),
        ("spent > 5", "not (spent <= 5)", Some(Effect::Wider)),
        (
            "in segment base",
            "orders > 0 and spent > 0",
            Some(Effect::Written),
        ),
        (
            "of_trait > 5",
            "sum(amount of purchases) > 5",
            Some(Effect::Written),
        ),
        (
            "country in near",
            "country in [\"ES\", \"PT\"]",
            Some(Effect::Written),
        ),
        (
            "any purchases where of_trait > 5",
            "any purchases where of_trait > 5",
            None,
        ),
    ] {
        let base = "segment base = orders > 0 and spent > 0  trait of_trait = sum(amount of purchases)
            list near = [\"ES\", \"PT\"] segment it = ";
        let found = changes(&shop(&format!("{base}{old}")), &shop(&format!("{base}{new}")));
        let expected = effect.map(|effect| (Defined::Segment, "it".to_owned(), effect));
        assert_eq!(found, Vec::from_iter(expected), "{old}\n{new}");
    }
}

/// What a definition names counts as a part of it.
#[test]
fn what_changes_through_a_name_has_changed() {
    let old = shop(
        "trait many = orders * 2  segment a = many > 5  segment b = in segment a and spent > 1  segment c = any purchases where many > 5",
    );
    let new = shop(
        "trait many = orders * 3  segment a = many > 5  segment b = in segment a and spent > 1  segment c = any purchases where many > 5",
    );
    let meaning = |kind, name: &str| (kind, name.to_owned(), Effect::Meaning);
    assert_eq!(
        changes(&old, &new),
        [
            meaning(Defined::Trait, "many"),
            meaning(Defined::Segment, "a"),
            meaning(Defined::Segment, "b"),
            meaning(Defined::Segment, "c"),
        ]
    );
    // The same name for something else, and something taken out of a definition.
    let old = shop("segment a = orders > 5 and spent > 1");
    let new = shop("trait many = orders  segment rich = spent > 1  segment a = many > 5 and in segment rich");
    assert_eq!(
        changes(&old, &new),
        [
            (Defined::Trait, "many".to_owned(), Effect::Added),
            (Defined::Segment, "rich".to_owned(), Effect::Added),
            (Defined::Segment, "a".to_owned(), Effect::Written),
        ]
    );
}

/// `[diff-1]`
#[test]
fn what_is_known_of_a_customer_is_compared_field_by_field() {
    let old = Definitions::parse(
        r#"customer { id: string key, gone: int, orders: int "how many", name: string, cart: [{ sku: string, n: int }] }
        event purchases { amount: decimal } event visits { path: string }
        catalog products { sku: string key } catalog pages { url: string key }
        placement shown of products
        segment a = orders > 1"#,
    )
    .expect("it compiles");
    let new = Definitions::parse(
        r#"customer { id: string key, orders: decimal?, name: string personal filled, cart: [{ sku: string, n: int? }], more: int }
        event purchases "money" { amount: decimal, tax: decimal? }
        catalog products { sku: string key } catalog pages { url: string key }
        placement shown of pages
        segment a "A" owner "me" = orders > 1"#,
    )
    .expect("it compiles");
    let diff = Definitions::diff(&old, &new);
    insta::assert_snapshot!(diff, @r#"
    attribute orders is of another type
      - int
      + decimal?
    attribute orders is described in another way
      - "how many"
    attribute name has other roles
      - no role
      + personal filled
    attribute cart.n is of another type
      - int
      + int?
    attribute more is new
      + int
    attribute gone is gone
      - int
    event purchases is described in another way
      + "money"
    property purchases.tax is new
      + decimal?
    event visits is gone
    placement shown is of another type
      - of products
      + of pages
    segment a is described in another way
      + "A"
    "#);
    assert!(!diff.is_harmless());
    assert_eq!(
        Definitions::diff(&new, &new).to_string(),
        "nothing is different\n"
    );
    let json = serde_json::to_value(&diff).expect("it is serde");
    assert_eq!(
        json["changes"][0],
        serde_json::json!({"kind": "attribute", "name": "orders", "effect": "type", "old": "int", "new": "decimal?"})
    );
}

/// `[diff-8]`
#[test]
fn a_contract_became_open_or_closed_without_a_word() {
    let [closed, open] = ["customer", "customer open"]
        .map(|it| Definitions::parse(&format!("{it} {{ id: int key }}")).expect("it compiles"));
    let opened = Definitions::diff(&closed, &open);
    insta::assert_snapshot!(opened, @"
    contract customer is open now: what it does not name is passed over
      - customer
      + customer open
    ");
    insta::assert_snapshot!(Definitions::diff(&open, &closed), @"
    contract customer is no longer open: what it does not name is refused
      - customer open
      + customer
    ");
    // What was refused may come in, or what came in may be refused.
    assert!(!opened.is_harmless());
    assert_eq!(
        Definitions::diff(&open, &open).to_string(),
        "nothing is different\n"
    );
}

/// `[diff-5]`
#[test]
fn customers_enter_and_leave() {
    let old = shop("segment many = orders > 5  segment gone = true");
    let new = shop("segment fresh = orders = 0  segment many = orders > 3 and tier = \"gold\"");
    let now = "2026-06-01T00:00:00Z".parse().expect("an instant");
    let [before, after] = [&old, &new].map(|it| it.at(now, &Zone::UTC));
    let mut moves = Moves::between(&old, before, &new, after);
    for (id, orders, tier) in [
        ("ana", 7, "gold"),
        ("ben", 4, "gold"),
        ("cem", 9, "silver"),
        ("dua", 0, "gold"),
    ] {
        let json = format!(r#"{{"id": "{id}", "orders": {orders}, "tier": "{tier}"}}"#);
        let load = |it: &Definitions| it.customer_from_json(&json).expect("it loads");
        moves.add(&load(&old), &load(&new)).expect("the schemas fit");
    }
    let shown: Vec<_> = moves
        .segments()
        .iter()
        .map(|it| format!("{it} {:?} {:?}", it.entering, it.leaving))
        .collect();
    assert_eq!(
        shown,
        [
            r#"fresh: 1 enters, 0 leave, 0 stay ["dua"] []"#,
            r#"many: 1 enters, 1 leaves, 1 stays ["ben"] ["cem"]"#,
            r#"gone: 0 enter, 4 leave, 0 stay [] ["ana", "ben", "cem", "dua"]"#,
        ]
    );
    let other = Definitions::parse("customer { id: string key }").expect("it compiles");
    let stranger = other.customer_from_json(r#"{"id": "eve"}"#).expect("it loads");
    assert!(moves.add(&stranger, &stranger).is_err());
}
