//! The strategies of the feature `proptest`: what is drawn is allowed, and selective rules are met.

use std::sync::LazyLock;

use audience::{At, Definitions, Format, Segment, Zone, testing};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use crate::properties::{choices::Choices, schema};

/// Segments of many kinds, most of which blind drawing would hardly ever meet.
const RICH: &str = r#"
customer {
  id:           string key
  first_name:   string? personal filled
  country:      string?
  plan:         ("free" | "silver" | "gold")?
  birth_date:   date?
  signed_up_at: datetime
  orders:       int
  spent:        decimal
  score:        float?
  active:       bool
  vip:          bool?
  interests:    [string]
  address:      { city: string?, floor: int }?
  cart:         [{ sku: ref products, quantity: int, price: decimal? }]
  site:         url?
  home:         geo?
}
catalog products { sku: string key, name: string }
event purchases { amount: decimal, category: string, gift: bool? }
event page_views { path: string, seconds: int }

trait age = years_since(birth_date)
trait total = sum(amount of purchases)
trait stage = case when no purchases then "prospect" when exactly 1 purchases then "first_time" else "regular" end

segment number        = orders = 4711
segment range         = orders between 1000 and 1001 and spent > 99.9999 and spent < 100.0002
segment float         = score > 0.123 and score < 0.124
segment words         = plan = "gold" and country in ["ES", "FR"]
segment text          = first_name starts with "Ana" and country = "DE" and address.city = "Madrid"
segment negated       = plan != "gold" and country is known and not active and vip
segment nested        = address.floor = 12 and address.city is unknown
segment missing       = first_name is unknown and birth_date is unknown and score is unknown
segment window        = signed_up_at in last 1 hour
segment fixed_window  = signed_up_at between 2019-03-01 and 2019-03-02
segment age_of_30     = age = 30 and active
segment birthday      = birth_date anniversary today
segment in_tags       = interests contains "jazz" and interests contains "tea" and interests not contains "rock"
segment no_tags       = interests is empty and cart is empty
segment cart_of       = any cart where (sku = "X9" and quantity >= 10)
segment many_events   = at least 7 purchases in last 30 days where (category = "books" and amount > 50)
segment no_events     = no purchases and no page_views
segment lapsed        = any purchases and no purchases in last 90 days
segment exactly_two   = exactly 2 purchases in last 7 days and count(page_views) = 3
segment all_of        = all purchases where (amount > 1000) and any purchases
segment sum_of        = total = 1234.56
segment sum_window    = sum(amount of purchases in last 365 days) >= 5000 and orders = 12
segment average       = avg(amount of purchases) between 77 and 78
segment last_of       = last(category of purchases) = "garden"
segment staged        = stage = "first_time" and orders > 500
segment calculated    = spent / 4 > 1000 and orders * 3 = 333 and -orders < 0
segment since_then    = days_since(signed_up_at) = 42
segment alternatives  = (orders = 777 and plan = "silver") or (spent = 0.01 and active)
segment of_segments   = in segment lapsed and not in segment words and orders = 55
segment of_case       = (case when vip then "a" when active then "b" else "c" end) = "c"
segment mailed        = domain(site) = "es" or site starts with "https://shop."
segment default_value = default(score, 0.25) = 0.25
segment deep          = ((orders > 900 and orders < 903) and (active or vip)) and not (plan = "free" or country = "IT")
"#;

/// What takes more than a constant beside an attribute: of each of them nobody was found once.
const HARD: &str = r#"
customer {
  id: string key, day: date?, at: datetime?, n: int, m: int?, home: geo?, tags: [string]?, url: url?
  fav: (ref products)?, lines: [{ sku: ref products, q: int }]?
}
catalog products { sku: string key, stock: int?, price: decimal }
event buys { amount: decimal, kind: string }
trait pause = first(at of buys in last 30 days) - last(at of buys before first(at of buys in last 30 days))

segment same_number    = n = m and n > 1000
segment of_a_winter    = year(day) = 1984 and month(day) = 2
segment of_a_night     = weekday(at) = "sunday" and hour(at) = 3
segment of_an_hour     = any buys where (weekday(at) = "monday" and hour(at) = 9)
segment distant        = distance(home, (0, 0)) < 5000
segment six_tags       = size(tags) = 6
segment address        = url starts with "mailto:" and url ends with "@x.de"
segment few_left       = any lines where (sku.stock < 5 and q >= 3)
segment priced         = fav.price = 12.5 and fav.stock > 4
segment rarely_drawn   = in sample 0.5% of "x" and n = 5
segment of_two_samples = in sample 10% of "x" and not in sample 20% of "y"
segment paused         = pause >= 90 days
segment step_up        = any buys followed by any buys where amount > 2 * previous.amount within 1 month
segment three_steps    = any buys where kind = "x" followed by any buys where (kind = "y" and amount > 100) within 1 day
                         followed by any buys where amount > 10 * previous.amount within 1 month
segment says_and_does  = tags contains last(kind of buys)
"#;

static SHOP: LazyLock<(Definitions, At)> = LazyLock::new(|| {
    let shop = Definitions::parse(RICH).unwrap_or_else(|error| panic!("{error}"));
    let zone = Zone::named("Europe/Madrid").expect("in the time zone database");
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &zone);
    (shop, at)
});

fn draw<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).expect("met soon enough").current())
        .collect()
}

fn share(segment: &Segment, at: &At, drawn: &[testing::Drawn]) -> usize {
    let members = drawn.iter().filter(|it| segment.matches(it.customer(), at));
    members.count() * 100 / drawn.len()
}

/// Each member costs few attempts: the runner would give up after so many rejections in all.
#[test]
fn members_are_found_fast() {
    let (shop, at) = &*SHOP;
    let mut slow = Vec::new();
    for segment in shop.segments() {
        let config = Config {
            max_local_rejects: 400,
            ..Config::default()
        };
        let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
        let members = testing::members_of(&segment, at);
        let found = (0..20).all(|_| match members.new_tree(&mut runner) {
            Ok(tree) => segment.interpret(tree.current().customer(), at),
            Err(_) => false,
        });
        if !found {
            slow.push(segment.name().to_owned());
        }
    }
    assert!(slow.is_empty(), "hardly any members of {slow:?}");
}

/// Members within few attempts, and both sides at the edge, of every segment that needs no population.
fn is_met(shop: &Definitions, at: &At) {
    let mut wrong = Vec::new();
    for segment in shop.segments() {
        let config = Config {
            max_local_rejects: 400,
            ..Config::default()
        };
        let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
        let members = testing::members_of(&segment, at);
        if (0..5).any(|_| members.new_tree(&mut runner).is_err()) {
            wrong.push(format!("{}: hardly any members", segment.name()));
        }
        let drawn = draw(&testing::near_the_edge_of(&segment, at), 60);
        let share = share(&segment, at, &drawn);
        if !(5..=95).contains(&share) {
            wrong.push(format!("{}: {share} % at the edge", segment.name()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn what_is_told_by_two_values_has_members_and_an_edge() {
    let shop = Definitions::parse(HARD).unwrap_or_else(|error| panic!("{error}"));
    let items = "{\"sku\": \"a\", \"stock\": 4, \"price\": 12.5}\n{\"sku\": \"b\", \"stock\": 5, \"price\": 12.5}\n{\"sku\": \"c\", \"price\": 9}";
    let items = shop
        .loader()
        .items_from_json_lines("products", items.as_bytes())
        .expect("three items");
    let now = "2026-06-01T12:00:00Z".parse().expect("a datetime");
    let zone = Zone::named("Europe/Madrid").expect("in the time zone database");
    is_met(&shop, &shop.at(now, &zone).with_items(items));
}

#[test]
fn the_standard_library_has_members_and_edges() {
    let page = include_str!("../docs/standard.md");
    let (_, rest) = page.split_once("```audience contract\n").expect("a contract");
    let (contract, _) = rest.split_once("```").expect("its end");
    let files = [
        "lifecycle",
        "value",
        "behaviour",
        "calendar",
        "place",
        "technology",
        "interests",
        "needs",
        "onboarding",
        "feedback",
    ];
    let uses: String = files.map(|it| format!("use standard.{it}\n")).concat();
    let shop = Definitions::parse(&format!("{contract}\n{uses}")).unwrap_or_else(|error| panic!("{error}"));
    let items = "{\"sku\": \"a\", \"stock\": 4, \"price\": 1, \"name\": \"x\"}\n{\"sku\": \"b\", \"stock\": 0, \"price\": 1, \"name\": \"y\"}";
    let items = shop
        .loader()
        .items_from_json_lines("products", items.as_bytes())
        .expect("two items");
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    is_met(&shop, &at.with_items(items));
}

#[test]
fn the_edge_has_both_sides() {
    let (shop, at) = &*SHOP;
    let mut one_sided = Vec::new();
    for segment in shop.segments() {
        let drawn = draw(&testing::near_the_edge_of(&segment, at), 100);
        let share = share(&segment, at, &drawn);
        if !(5..=95).contains(&share) {
            one_sided.push(format!("{}: {share} %", segment.name()));
        }
    }
    assert!(one_sided.is_empty(), "{one_sided:?}");
}

/// Blind drawing would not: all of them but a few ask for something rare.
#[test]
fn customers_of_a_shop_meet_its_segments() {
    let (shop, at) = &*SHOP;
    let drawn = draw(&testing::customers(shop, at), 3_000);
    let unmet: Vec<_> = shop
        .segments()
        .iter()
        .filter(|segment| !drawn.iter().any(|it| segment.matches(it.customer(), at)))
        .map(|it| it.name().to_owned())
        .collect();
    assert!(unmet.is_empty(), "nobody is in {unmet:?}");
    let known = drawn
        .iter()
        .filter(|it| it.customer().get("first_name").is_some());
    assert!((500..2_500).contains(&known.count()));
}

#[test]
fn a_failing_customer_is_made_small() {
    let (shop, at) = &*SHOP;
    let segment = shop.segment("many_events").expect("defined");
    let members = testing::members_of(&segment, at);
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRunner::deterministic().new_rng());
    let failure = runner
        .run(&members, |it| {
            let orders = it.customer().get("orders").map(|it| it.to_string());
            prop_assert!(orders.is_some_and(|it| it.starts_with('-')), "{it:?}");
            Ok(())
        })
        .expect_err("members have all sorts of orders");
    let proptest::test_runner::TestError::Fail(_, smallest) = failure else {
        panic!("{failure}");
    };
    // What is left is what makes it a member.
    let customer = smallest.customer();
    assert!(segment.matches(customer, at));
    assert_eq!(
        customer.get("orders").map(|it| it.to_string()).as_deref(),
        Some("0"),
        "{smallest:?}"
    );
    assert!(!smallest.json().contains("page_views"), "{smallest:?}");
    assert_eq!(smallest.json().matches("\"category\"").count(), 7, "{smallest:?}");
}

#[test]
fn references_are_to_items_that_are_there() {
    let (shop, at) = &*SHOP;
    let items = shop
        .loader()
        .items_from_json_lines("products", r#"{"sku": "only", "name": "Mug"}"#.as_bytes())
        .expect("an item");
    let drawn = draw(&testing::customers(shop, &at.clone().with_items(items)), 200);
    let with_items = drawn.iter().filter(|it| it.json().contains("\"sku\""));
    let given = drawn.iter().filter(|it| it.json().contains("\"sku\":\"only\""));
    let (with_items, given) = (with_items.count(), given.count());
    assert!(
        given * 2 > with_items && with_items > 20,
        "{given} of {with_items}"
    );
}

/// Of many items few are what a rule is about; they are asked beforehand.
#[test]
fn references_are_to_items_that_a_rule_is_about() {
    let shop = Definitions::parse(
        r#"
        customer { id: string key, sku: (ref products)?, wishes: [ref products], cart: [{ sku: ref products, n: int }] }
        catalog products { sku: string key, stock: int?, next: (ref products)?, tags: [string], parts: [{ sku: ref products, n: int }]? }
        event purchases { sku: ref products }
        trait stock = sku.stock
        segment of_a_field    = sku.stock = 77
        segment of_a_trait    = stock between 77 and 78
        segment missing_field = sku is known and sku.stock is unknown
        segment of_a_list     = sku.tags contains "rare"
        segment of_a_size     = size(sku.tags) = 4
        segment of_parts      = any sku.parts where n = 1234
        segment of_a_sum      = sum(n of sku.parts) = 1234
        segment in_an_item    = any cart where (sku.tags contains "rare" and n = 5)
        segment of_wishes     = at least 2 wishes where tags contains "rare"
        segment further       = sku.next.stock = 77
        segment of_events     = any purchases in last 7 days where (any sku.parts where n > 1000)
        segment none_of_them  = any cart and no cart where sku.tags is filled
        "#,
    )
    .expect("it compiles");
    let lines: Vec<String> = (0..400)
        .map(|it| match it {
            300 => r#"{"sku": "s300", "stock": 77, "tags": ["rare", "b", "c", "d"], "parts": [{"sku": "s1", "n": 1234}]}"#.to_owned(),
            301 => r#"{"sku": "s301", "next": "s300", "tags": []}"#.to_owned(),
            it => format!(r#"{{"sku": "s{it}", "stock": {}, "tags": ["common"], "parts": []}}"#, it % 7),
        })
        .collect();
    let items = shop
        .loader()
        .items_from_json_lines("products", lines.join("\n").as_bytes());
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let at = at.with_items(items.expect("items"));
    for segment in shop.segments() {
        let config = Config {
            max_local_rejects: 400,
            ..Config::default()
        };
        let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
        let members = testing::members_of(&segment, &at);
        for _ in 0..10 {
            let drawn = members.new_tree(&mut runner);
            let member = drawn.unwrap_or_else(|error| panic!("{}: {error}", segment.name()));
            assert!(
                segment.interpret(member.current().customer(), &at),
                "{}",
                segment.name()
            );
        }
        let drawn = draw(&testing::near_the_edge_of(&segment, &at), 100);
        let share = share(&segment, &at, &drawn);
        assert!((3..=97).contains(&share), "{}: {share} %", segment.name());
    }
}

/// Schemas with all sorts of types, roles and names: whatever is drawn loads.
#[test]
fn customers_of_any_schema_are_allowed() {
    for seed in 0..60_u16 {
        let numbers: Vec<u16> = (0..200_u16)
            .map(|it| it.wrapping_mul(seed.wrapping_mul(7_919) + 31))
            .collect();
        let schema = schema::draw(&mut Choices::new(&numbers));
        let shop = Definitions::builder()
            .schema(schema)
            .source("none", "")
            .build()
            .expect("a schema");
        let at = shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &Zone::UTC);
        let strategy = testing::customers(&shop, &at);
        let mut runner = TestRunner::new_with_rng(
            Config {
                max_local_rejects: 0,
                ..Config::default()
            },
            TestRunner::deterministic().new_rng(),
        );
        for _ in 0..10 {
            let drawn = strategy
                .new_tree(&mut runner)
                .expect("none is rejected")
                .current();
            assert_eq!(
                shop.customer_from_json(drawn.json()).expect("loads again"),
                *drawn.customer()
            );
        }
        draw(&testing::definitions(&shop), 3);
        draw(&testing::templates(&shop, Format::Text), 3);
    }
}

#[test]
fn ranks_have_an_edge_too() {
    let shop = Definitions::parse(
        "customer { id: string key, spent: decimal }
         segment best = spent in top 10%  segment fourth = quantile(spent, 5) = 4  segment worst = spent in bottom 1%",
    )
    .expect("it compiles");
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let customers: Vec<_> = (0..1_000)
        .map(|it| {
            shop.customer_from_json(format!(r#"{{"id": "c{it}", "spent": {}}}"#, 50_000 + it))
                .expect("valid")
        })
        .collect();
    let shop = shop
        .with_population(&shop.fit(&customers, &at))
        .expect("fitted for it");
    for segment in shop.segments() {
        let drawn = draw(&testing::near_the_edge_of(&segment, &at), 100);
        let share = share(&segment, &at, &drawn);
        assert!((5..=95).contains(&share), "{}: {share} %", segment.name());
        assert!(draw(&testing::members_of(&segment, &at), 5).len() == 5);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn drawn_definitions_compile_and_agree(
        (text, people) in {
            let (shop, at) = &*SHOP;
            (testing::definitions(shop), proptest::collection::vec(testing::customers(shop, at), 3))
        }
    ) {
        let (shop, at) = &*SHOP;
        let drawn = Definitions::builder().schema(shop.schema().clone()).source("drawn", &text).build();
        let drawn = drawn.map_err(|error| TestCaseError::fail(error.to_string()))?;
        for segment in drawn.segments() {
            for person in &people {
                let customer = person.customer();
                prop_assert_eq!(segment.matches(customer, at), segment.interpret(customer, at));
            }
        }
    }

    #[test]
    fn drawn_templates_compile(text in templates()) {
        let (shop, _) = &*SHOP;
        prop_assert!(shop.template(Format::Html, &text).is_ok());
    }
}

fn templates() -> impl Strategy<Value = String> {
    testing::templates(&SHOP.0, Format::Html)
}
