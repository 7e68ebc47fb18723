//! Memberships that are kept up to date: rules about time, over long stretches of it, in zones whose clocks are set.

use audience::{
    At, ChangedError, Customer, DateTime, Definitions, HostFunction, Membership, Segments, Type, Value,
    ValueRef, What, Zone,
};

const SHOP: &str = r#"
customer { id: string key, country: string?, last_order_at: datetime?, born: date?, member_until: date?, spent: decimal, consent: { email: bool } }
catalog products { sku: string key, price: decimal }
event purchases { amount: decimal, sku: ref products, delivered_on: date? }
event visits {}
segment c1 = country = "ES"
segment c2 = consent.email and spent > 100
segment t1 = last_order_at in last 30 days
segment t2 = last_order_at in last 1 month
segment t3 = last_order_at in last 3 months and country = "ES"
segment t4 = last_order_at in this month
segment t5 = last_order_at before today
segment t6 = days_since(last_order_at) > 20
segment t7 = now - last_order_at > 10 days
segment t8 = last_order_at < now - 1 month
segment t9 = not (last_order_at in last 1 year)
segment d1 = years_since(born) >= 18
segment d2 = born anniversary today
segment d3 = born anniversary in next 7 days
segment d4 = member_until >= today
segment d5 = days_since(member_until) between 0 and 10
segment e1 = any purchases in last 7 days
segment e2 = at least 2 purchases in last 1 month
segment e3 = sum(amount of purchases in last 90 days) > 100
segment e4 = no purchases in this month
segment e5 = any purchases yesterday
segment e6 = any purchases in last 60 days where amount > 50
segment e7 = days_since(max(at of purchases)) > 10
segment e8 = last(at of purchases) in last 2 months
segment e9 = any visits followed by any purchases within 3 days
segment e10 = any visits in last 30 days followed by no purchases within 1 day
segment e11 = any purchases where delivered_on in last 7 days
segment e12 = any purchases where sku.price > 10
segment h1 = hour(now) < 9 and any visits
segment h2 = weekday(today) = "monday" and spent > 10
segment s1 = in segment e1 or in segment t2
segment s2 = count(purchases) > 1 and not in segment e3
"#;

struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % count
    }
}

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

fn instant(micros: i64) -> DateTime {
    DateTime::from_micros(micros).expect("within the calendar")
}

fn shop() -> Definitions {
    Definitions::parse(SHOP).unwrap_or_else(|error| panic!("{error}"))
}

fn alone(segments: &Segments, customer: &Customer, at: &At) -> Vec<usize> {
    let found = segments
        .iter()
        .enumerate()
        .filter(|(_, it)| it.interpret(customer, at));
    found.map(|(position, _)| position).collect()
}

/// Something that happens at an instant: what, and the customer after it.
fn happens(shop: &Definitions, numbers: &mut Numbers, customer: &Customer, now: i64) -> (What, Customer) {
    let loader = shop.loader();
    // Some are told late, and some are dated later than now.
    let at =
        instant(now + [0, 0, 0, -DAY, -40 * DAY, 2 * DAY][usize::try_from(numbers.below(6)).expect("small")]);
    let day = at.to_string()[..10].to_owned();
    let event =
        |customer: &Customer, name, json: String| loader.with_event(customer, name, json).expect("valid");
    let set =
        |customer: &Customer, path, json: String| loader.with_attribute(customer, path, json).expect("valid");
    let purchase = format!(
        r#"{{"at": "{at}", "amount": {}, "sku": "{}", "delivered_on": "{day}"}}"#,
        numbers.below(120),
        ["a", "b", "gone"][usize::try_from(numbers.below(3)).expect("small")],
    );
    match numbers.below(10) {
        0 | 1 => (What::event("purchases"), event(customer, "purchases", purchase)),
        2 => (
            What::event("visits"),
            event(customer, "visits", format!(r#"{{"at": "{at}"}}"#)),
        ),
        3 => {
            let customer = event(customer, "purchases", purchase);
            let customer = set(&customer, "last_order_at", format!("\"{at}\""));
            let customer = set(&customer, "spent", numbers.below(200).to_string());
            let what = What::event("purchases").and(What::attribute("last_order_at"));
            (what.and(What::attribute("spent")), customer)
        }
        4 => (
            What::attribute("country"),
            set(
                customer,
                "country",
                ["null", "\"ES\""][usize::from(numbers.below(2) == 0)].to_owned(),
            ),
        ),
        5 => (
            What::attribute("member_until"),
            set(customer, "member_until", format!("\"{day}\"")),
        ),
        6 => (
            What::attribute("consent"),
            set(customer, "consent.email", (numbers.below(2) == 0).to_string()),
        ),
        _ => (What::time(), customer.clone()),
    }
}

/// At every step, and at the last instant before the next change that was told: what all segments asked anew give.
#[test]
fn memberships_follow_time_and_what_happens() {
    let shop = shop();
    let segments = shop.segments();
    let products = r#"{"sku": "a", "price": 5}
{"sku": "b", "price": 15}"#;
    let products = shop
        .loader()
        .items_from_json_lines("products", products.as_bytes())
        .expect("valid");
    let (mut turned, mut by_time) = (vec![0; segments.len()], 0);
    for (seed, zone, start) in [
        (1, "UTC", "2026-01-20T08:00:00Z"),
        (2, "Europe/Madrid", "2026-03-20T08:00:00Z"),
        (3, "Europe/Madrid", "2026-10-15T22:30:00Z"),
        (4, "America/St_Johns", "2009-10-20T03:00:00Z"),
        (5, "Pacific/Apia", "2011-12-20T03:00:00Z"),
        (6, "Australia/Lord_Howe", "2026-03-25T12:00:00Z"),
        (7, "America/New_York", "2024-01-29T01:00:00Z"),
        (8, "UTC", "2024-02-27T23:59:59Z"),
    ] {
        let zone = Zone::named(zone).expect("a zone");
        let start = start.parse::<DateTime>().expect("an instant").micros();
        let mut numbers = Numbers(seed);
        for customer in 0..6 {
            let mut now = start + numbers.below(DAY);
            let born = instant(now - 18 * 365 * DAY - numbers.below(20 * DAY)).to_string()[..10].to_owned();
            let json = format!(
                r#"{{"id": "c{customer}", "born": "{born}", "spent": 0, "consent": {{"email": true}}}}"#
            );
            let mut person = shop.customer_from_json(json).expect("valid");
            let moment = |now: i64| shop.at(instant(now), &zone).with_items(products.clone());
            let mut membership = segments.enter(&person, &moment(now));
            for _ in 0..60 {
                let next = membership.next_change().map_or(i64::MAX, DateTime::micros);
                assert!(next > now, "at {now} the next change is at {next}");
                now = match numbers.below(5) {
                    0 if next < i64::MAX => next,
                    1 if next < i64::MAX => next - 1,
                    2 => now + numbers.below(3 * HOUR),
                    3 => now + numbers.below(3 * DAY),
                    _ => now + numbers.below(35 * DAY),
                };
                let at = moment(now);
                if now < next {
                    let kept: Vec<_> = membership.iter().collect();
                    assert_eq!(
                        kept,
                        alone(&segments, &person, &at),
                        "{} in {}, before {next}",
                        at.now(),
                        zone.name()
                    );
                }
                let (what, after) = happens(&shop, &mut numbers, &person, now);
                person = after;
                let changes = segments
                    .changed(&person, &what, &at, &mut membership)
                    .expect("known");
                let kept: Vec<_> = membership.iter().collect();
                assert_eq!(
                    kept,
                    alone(&segments, &person, &at),
                    "{} in {}: {what:?}",
                    at.now(),
                    zone.name()
                );
                for position in changes.entered.iter().chain(&changes.left) {
                    turned[*position] += 1;
                }
                by_time += usize::from(what == What::time() && !changes.is_empty());
            }
        }
    }
    let still: Vec<_> = segments
        .names()
        .zip(&turned)
        .filter(|(_, times)| **times < 3)
        .collect();
    assert!(
        still.is_empty() && by_time > 100,
        "{still:?} hardly turn; by time alone {by_time}"
    );
}

fn entered(shop: &Definitions, at: &At) -> (Customer, Membership) {
    let ana = shop
        .customer_from_json(r#"{"id": "ana", "spent": 5, "consent": {"email": true}}"#)
        .expect("valid");
    let membership = shop.segments().enter(&ana, at);
    (ana, membership)
}

#[test]
fn memberships_of_other_segments_are_refused() {
    let shop = shop();
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let (ana, membership) = entered(&shop, &at);
    let of = |text: &str| Definitions::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let asked = |shop: &Definitions, membership: &Membership| {
        shop.segments()
            .changed(&ana, &What::time(), &at, &mut membership.clone())
    };
    // Comments, messages and traits that no segment names make no others.
    let same = of(&format!("# ours\n{SHOP}\ntrait double = spent * 2"));
    assert_eq!(asked(&same, &membership), Ok(audience::Changes::default()));
    for (from, to) in [
        ("spent > 100", "spent > 101"),
        ("segment c1", "segment c0"),
        ("segment c1 = country = \"ES\"", ""),
    ] {
        let other = of(&SHOP.replace(from, to));
        assert_eq!(
            asked(&other, &membership),
            Err(ChangedError::OtherSegments),
            "{to}"
        );
    }
    let two = shop.segments().only(["c1", "c2"]).expect("known");
    let error = two.changed(&ana, &What::time(), &at, &mut membership.clone());
    assert_eq!(error, Err(ChangedError::OtherSegments));
}

#[test]
fn what_there_is_not_cannot_have_changed() {
    let shop = shop();
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let (ana, membership) = entered(&shop, &at);
    for (what, message) in [
        (
            What::attribute("contry"),
            "unknown attribute `contry`; did you mean `country`?",
        ),
        (
            What::attribute("consent.mail"),
            "unknown attribute `consent.mail`; did you mean `consent.email`?",
        ),
        (
            What::event("purchase"),
            "unknown event `purchase`; did you mean `purchases`?",
        ),
        (
            What::catalog("product"),
            "unknown catalog `product`; did you mean `products`?",
        ),
    ] {
        let mut kept = membership.clone();
        let error = shop
            .segments()
            .changed(&ana, &what, &at, &mut kept)
            .expect_err("unknown");
        assert_eq!(error.to_string(), message);
        assert_eq!(kept, membership);
    }
    assert!(
        shop.segments()
            .changed(&ana, &What::catalog("products"), &at, &mut membership.clone())
            .is_ok()
    );
}

#[test]
fn stored_memberships_are_read_with_care() {
    let shop = shop();
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let (_, membership) = entered(&shop, &at);
    let stored = serde_json::to_string(&membership).expect("written");
    assert_eq!(
        serde_json::from_str::<Membership>(&stored).expect("read"),
        membership
    );
    for (from, to) in [
        ("\"UTC\"", "\"Mars/Olympus\""),
        ("\"segments\":[", "\"segments\":[4294967295,"),
        ("\"at\":\"2026-06-01T00:00:00Z\"", "\"at\":\"soon\""),
    ] {
        assert!(stored.contains(from), "{stored}");
        assert!(
            serde_json::from_str::<Membership>(&stored.replace(from, to)).is_err(),
            "{to}"
        );
    }
}

#[test]
fn customers_do_not_grow_with_every_change() {
    let shop = Definitions::builder()
        .limits(audience::Limits {
            record_bytes: 2_000,
            ..audience::Limits::default()
        })
        .source("shop", SHOP)
        .build()
        .expect("compiles");
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let (mut ana, _) = entered(&shop, &at);
    let loader = shop.loader();
    for number in 0..500 {
        ana = loader
            .with_attribute(&ana, "country", format!("\"country number {number}\""))
            .expect("there is room");
    }
    assert_eq!(
        ana.get("country").map(|it| it.to_string()).as_deref(),
        Some("country number 499")
    );
    let more = |ana: &Customer| loader.with_event(ana, "visits", r#"{"at": "2026-06-01T00:00:00Z"}"#);
    let full = (0..1_000)
        .try_fold(ana.clone(), |ana, _| more(&ana))
        .expect_err("full at last");
    assert_eq!(full.to_string(), "visits: the record is too large");
    for (event, json, message) in [
        ("visit", "{}", "visit: unknown event; did you mean `visits`?"),
        ("visits", "{}", "visits.at: required, but missing"),
        ("visits", "[]", "visits: expected a record, found a list"),
    ] {
        assert_eq!(
            loader
                .with_event(&ana, event, json)
                .expect_err("refused")
                .to_string(),
            message
        );
    }
    for (path, json, message) in [
        ("visits", "[]", "visits: unknown attribute"),
        (
            "spent",
            "\"lots\"",
            "spent: expected decimal, found text \"lots\"",
        ),
        ("spent", "1 2", "spent: not JSON: trailing characters at column 3"),
        ("consent", "{}", "consent.email: required, but missing"),
        ("consent.email.more", "1", "consent.email.more: unknown attribute"),
    ] {
        assert_eq!(
            loader
                .with_attribute(&ana, path, json)
                .expect_err("refused")
                .to_string(),
            message
        );
    }
}

#[test]
fn another_zone_could_leave_out_what_no_time_changes() {
    let shop = Definitions::parse(
        r"
        customer { id: string key, seen_at: datetime? }
        segment january = seen_at between 2026-01-01 and 2026-01-31
        segment early   = hour(seen_at) < 9
        ",
    )
    .expect("compiles");
    let ana = shop
        .customer_from_json(r#"{"id": "ana", "seen_at": "2026-01-31T23:30:00Z"}"#)
        .expect("valid");
    let now = "2026-06-01T00:00:00Z".parse().expect("a datetime");
    let segments = shop.segments();
    let madrid = shop.at(now, &Zone::named("Europe/Madrid").expect("a zone"));
    let mut membership = segments.enter(&ana, &shop.at(now, &Zone::UTC));
    let changes = segments
        .changed(&ana, &What::time(), &madrid, &mut membership)
        .expect("of the same segments");
    assert_eq!(membership, segments.enter(&ana, &madrid));
    let names = |indices: &[usize]| -> Vec<String> {
        let each = indices.iter().filter_map(|index| segments.get(*index));
        each.map(|it| it.name().to_owned()).collect()
    };
    assert_eq!(
        (names(&changes.entered), names(&changes.left)),
        (vec!["early".to_owned()], vec!["january".to_owned()])
    );
}

#[test]
fn a_record_could_come_without_what_it_must_have() {
    let shop = Definitions::parse(
        "customer {
           id: string key
           address: { city: string, zip: string, at: { floor: int?, door: string }, note: string? }?
           size: { inner: { width: int? }, name: string? }
         }",
    )
    .expect("compiles");
    let loader = shop.loader();
    let ana = shop
        .customer_from_json(r#"{"id": "ana", "size": {"inner": {}}}"#)
        .expect("valid");
    let set = |customer: &Customer, path: &str, json: &str| {
        let set = loader.with_attribute(customer, path, json);
        set.map_err(|error| error.to_string())
    };
    for (path, json, message) in [
        (
            "address.city",
            "\"Madrid\"",
            "address.zip: required, but missing; set `address` as a whole",
        ),
        (
            "address.note",
            "\"ring twice\"",
            "address.city: required, but missing; set `address` as a whole",
        ),
        (
            "address.at.floor",
            "3",
            "address.city: required, but missing; set `address` as a whole",
        ),
    ] {
        assert_eq!(set(&ana, path, json).map(|_| ()), Err(message.to_owned()));
    }
    assert!(set(&ana, "size.name", "\"small\"").is_ok());
    assert!(set(&ana, "address.note", "null").is_ok());
    let whole = r#"{"city": "Madrid", "zip": "28001", "at": {"door": "B"}}"#;
    let ana = set(&ana, "address", whole).expect("all of it");
    let ana = set(&ana, "address.city", "\"Toledo\"").expect("the rest is there");
    let ana = set(&ana, "address.at.floor", "2").expect("the rest is there");
    assert_eq!(
        ana.get("address.city").map(|it| it.to_string()).as_deref(),
        Some("Toledo")
    );
    assert!(set(&ana, "address.zip", "null").is_err());
}

/// Whoever looks only when told to sees every change, and is not told to look over and over.
#[test]
fn a_service_could_be_told_to_look_again_a_microsecond_later() {
    let shop = Definitions::parse(
        "customer { id: string key, last_order_at: datetime?, joined: datetime? }
         event purchases {}
         segment a = last_order_at in last 1 month
         segment b = at least 2 purchases in last 1 month
         segment c = joined < now - 2 months
         segment d = last_order_at in this month
         segment e = any purchases in previous month",
    )
    .expect("compiles");
    let segments = shop.segments();
    for (zone, start, orders) in [
        (
            "UTC",
            "2026-05-10T12:00:00Z",
            [
                "2026-05-10T11:00:00Z",
                "2026-05-10T11:59:00Z",
                "2026-05-10T13:00:00Z",
            ],
        ),
        (
            "Europe/Madrid",
            "2026-03-28T00:30:00Z",
            [
                "2026-02-28T01:30:00Z",
                "2026-03-27T23:30:00Z",
                "2026-03-29T01:30:00Z",
            ],
        ),
        (
            "America/St_Johns",
            "2009-10-01T12:00:00Z",
            [
                "2009-09-30T12:00:00Z",
                "2009-10-01T02:30:30Z",
                "2009-10-15T00:00:00Z",
            ],
        ),
        (
            "Australia/Lord_Howe",
            "2026-03-04T12:00:00Z",
            [
                "2026-03-04T14:30:00Z",
                "2026-03-05T14:30:00Z",
                "2026-03-05T15:10:00Z",
            ],
        ),
    ] {
        let zone = Zone::named(zone).expect("a zone");
        let events: Vec<_> = orders.iter().map(|at| format!(r#"{{"at": "{at}"}}"#)).collect();
        let json = format!(
            r#"{{"id": "ana", "last_order_at": "{}", "joined": "{}", "purchases": [{}]}}"#,
            orders[1],
            orders[0],
            events.join(",")
        );
        let ana = shop.customer_from_json(&json).expect("valid");
        let mut now = start.parse::<DateTime>().expect("an instant").micros();
        let end = now + 120 * DAY;
        let mut membership = segments.enter(&ana, &shop.at(instant(now), &zone));
        let (mut looks, mut turns) = (0, 0);
        while let Some(next) = membership
            .next_change()
            .map(DateTime::micros)
            .filter(|it| *it < end)
        {
            let between = (1..8).map(|part| now + (next - now) / 8 * part).chain([next - 1]);
            for at in between.filter(|at| *at > now).map(instant) {
                let kept: Vec<_> = membership.iter().collect();
                assert_eq!(
                    kept,
                    alone(&segments, &ana, &shop.at(at, &zone)),
                    "{at} in {}",
                    zone.name()
                );
            }
            now = next;
            let at = shop.at(instant(now), &zone);
            let changes = segments
                .changed(&ana, &What::time(), &at, &mut membership)
                .expect("known");
            turns += usize::from(!changes.is_empty());
            looks += 1;
        }
        assert!(turns >= 4, "{turns} turns in {}", zone.name());
        assert!(looks <= 200, "{looks} looks in {}", zone.name());
    }
}

#[test]
fn the_calendar_could_step_back_over_the_start_of_a_month_unseen() {
    let shop =
        Definitions::parse("customer { id: string key, seen: datetime? }  segment here = seen in this month")
            .expect("compiles");
    let zone = Zone::named("America/St_Johns").expect("a zone");
    let ana = shop
        .customer_from_json(r#"{"id": "ana", "seen": "2009-10-15T12:00:00Z"}"#)
        .expect("valid");
    let at = |text: &str| shop.at(text.parse().expect("an instant"), &zone);
    // At one minute past midnight the clock goes back to 31 October.
    let segments = shop.segments();
    let mut membership = segments.enter(&ana, &at("2009-11-01T02:30:10Z"));
    assert!(!membership.contains(0));
    let next = membership.next_change().expect("the calendar goes back");
    assert_eq!(next.to_string(), "2009-11-01T02:31:00Z");
    let at = shop.at(next, &zone);
    let changes = segments.changed(&ana, &What::time(), &at, &mut membership);
    assert_eq!(changes.expect("known").entered, [0]);
}

#[test]
fn a_list_could_be_too_large_to_be_replaced() {
    let shop = Definitions::builder()
        .limits(audience::Limits {
            record_bytes: 1_000,
            ..audience::Limits::default()
        })
        .source(
            "shop",
            "customer { id: string key, sizes: [int], `a.b`: int?, a: { b: int? }? }",
        )
        .build()
        .expect("compiles");
    let loader = shop.loader();
    let list = |from: i64| format!("{:?}", (from..from + 70).collect::<Vec<_>>());
    let load = |sizes: &str| {
        shop.customer_from_json(format!(r#"{{"id": "ana", "sizes": {sizes}}}"#))
            .expect("it fits")
    };
    let ana = load(&list(1));
    let replaced = loader
        .with_attribute(&ana, "sizes", list(2))
        .expect("it fits as well");
    assert_eq!(replaced, load(&list(2)));
    let error = loader
        .with_attribute(&ana, "sizes", format!("{:?}", [1; 200]))
        .expect_err("too many");
    assert_eq!(error.to_string(), "sizes[121]: the record is too large");
    // A name may have dots itself.
    let both = loader
        .with_attribute(&load("[]"), "a.b", "1")
        .expect("an attribute");
    assert_eq!(
        both,
        shop.customer_from_json(r#"{"id": "ana", "sizes": [], "a.b": 1}"#)
            .expect("valid")
    );
    for path in ["a.", "a.c", ".a", "", "a.b.c"] {
        let error = loader.with_attribute(&ana, path, "1").expect_err(path);
        assert!(error.to_string().contains("unknown attribute"), "{path}: {error}");
    }
}

#[test]
fn a_membership_could_be_refused_for_what_its_segments_do_not_name() {
    let long: Vec<_> = (0..60).map(|number| format!("age != {number}")).collect();
    let base = format!(
        "segment base = {}
         segment one = in segment base and city = \"a\" and double(age) > 3
         segment two = in segment base or city = \"b\"",
        long.join(" and ")
    );
    let build = |before: &str, more: bool| {
        let function = |name: &str| {
            HostFunction::new(name, [Type::Int], Type::Int, |args| match args {
                [ValueRef::Int(it)] => it.checked_mul(2).map(Value::Int),
                _ => None,
            })
        };
        let mut builder = Definitions::builder();
        if more {
            builder = builder.function(function("another"));
        }
        let text = format!("customer {{ id: string key, age: int, city: string }} {before} {base}");
        builder
            .function(function("double"))
            .source("shop", text)
            .build()
            .expect("compiles")
    };
    let shops = [
        build("", false),
        build("segment other = age > 1 and another(age) > 2", true),
    ];
    let [here, there] = &shops;
    let only = |shop: &Definitions| shop.segments().only(["one", "two"]).expect("both are there");
    let at = here.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let json = r#"{"id": "ana", "age": 70, "city": "a"}"#;
    let mut membership = only(here).enter(&here.customer_from_json(json).expect("valid"), &at);
    assert!(membership.contains(0));
    let at = there.at("2026-06-02T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let ana = there.customer_from_json(json).expect("valid");
    let changes = only(there).changed(&ana, &What::time(), &at, &mut membership);
    assert!(changes.expect("the same segments").is_empty());
}

/// Whoever swaps the items of a catalogue has to say so; whoever does not keeps what was, until the segment is asked anyway.
#[test]
fn items_of_a_catalogue_could_be_others_without_a_word() {
    let shop = Definitions::parse(
        "customer { id: string key, favourite: ref products?, orders: int }
         catalog products { sku: string key, price: decimal, brand: ref brands? }
         catalog brands { name: string key, fair: bool }
         segment cheap = favourite.price < 10
         segment dear  = favourite.price >= 10
         segment fair  = favourite.brand.fair
         segment loyal = orders >= 10 or favourite.price > 1000",
    )
    .expect("compiles");
    let segments = shop.segments();
    let items = |catalog: &str, json: &str| {
        let items = shop.loader().items_from_json_lines(catalog, json.as_bytes());
        items.expect("valid")
    };
    let at = |price: u32, fair: bool| {
        let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
        let tea = format!(r#"{{"sku": "tea", "price": {price}, "brand": "leaf"}}"#);
        let leaf = format!(r#"{{"name": "leaf", "fair": {fair}}}"#);
        at.with_items(items("products", &tea))
            .with_items(items("brands", &leaf))
    };
    let ana = shop.customer_from_json(r#"{"id": "ana", "favourite": "tea", "orders": 3}"#);
    let ana = ana.expect("valid");
    let mut membership = segments.enter(&ana, &at(8, false));
    let mut changed = |customer: &Customer, what: &What, at: &At| {
        let changes = segments
            .changed(customer, what, at, &mut membership)
            .expect("known");
        let names = |positions: &[usize]| -> Vec<String> {
            let each = positions.iter().filter_map(|it| segments.get(*it));
            each.map(|it| it.name().to_owned()).collect()
        };
        (names(&changes.entered), names(&changes.left))
    };
    let of = |entered: &[&str], left: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        (owned(entered), owned(left))
    };
    let products = What::catalog("products");
    assert_eq!(
        changed(&ana, &products, &at(12, false)),
        of(&["dear"], &["cheap"])
    );
    // The brand is reached through the product, and is a catalogue of its own.
    assert_eq!(changed(&ana, &products, &at(12, true)), of(&["fair"], &[]));
    assert_eq!(
        changed(&ana, &What::catalog("brands"), &at(8, false)),
        of(&[], &["fair"])
    );
    // Nobody said that the price is another one: the segments that read it stay as they were when brands were told of.
    assert_eq!(changed(&ana, &What::time(), &at(8, false)), of(&[], &[]));
    assert_eq!(
        changed(&ana, &What::attribute("orders"), &at(2000, false)),
        of(&["loyal"], &[])
    );
    assert_eq!(
        changed(&ana, &products, &at(8, false)),
        of(&["cheap"], &["dear", "loyal"])
    );
    // One that is gone has no price.
    let gone = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    assert_eq!(changed(&ana, &products, &gone), of(&[], &["cheap"]));
}

/// Flags that change without a word show which segments were asked: who was out enters by one, who was in leaves by the other.
#[test]
fn segments_could_be_asked_whose_time_has_not_come() {
    let rules = [
        ("spain", "country = \"ES\""),
        ("week", "any purchases in last 7 days"),
        ("month", "any purchases in last 30 days"),
        ("visited", "any visits in last 30 days"),
        ("seen", "last_seen in last 2 days"),
        ("monday", "weekday(today) = \"monday\""),
    ];
    let rules: Vec<_> = rules
        .iter()
        .map(|(name, rule)| format!("segment {name} = ({rule} or on) and not off\n"))
        .collect();
    let shop = Definitions::parse(&format!(
        "customer {{ id: string key, country: string, last_seen: datetime?, on: bool, off: bool }}
         event purchases {{}} event visits {{}}
         {}",
        rules.concat()
    ))
    .unwrap_or_else(|error| panic!("{error}"));
    let (segments, loader) = (shop.segments(), shop.loader());
    let at = |time: &str| shop.at(time.parse().expect("an instant"), &Zone::UTC);
    let ana = r#"{"id": "ana", "country": "ES", "on": false, "off": false, "last_seen": "2026-06-02T10:00:00Z",
        "visits": [{"at": "2026-05-04T10:00:00Z"}]}"#;
    let ana = shop.customer_from_json(ana).expect("valid");
    // A Tuesday.
    let mut membership = segments.enter(&ana, &at("2026-06-02T10:00:00Z"));
    let mut asked = |customer: &Customer, what: &What, time: &str| {
        let flagged = ["on", "off"].map(|flag| {
            let flagged = loader.with_attribute(customer, flag, "true").expect("valid");
            let changes = segments.changed(&flagged, what, &at(time), &mut membership.clone());
            let changes = changes.expect("known");
            if flag == "on" {
                changes.entered
            } else {
                changes.left
            }
        });
        // What turns anyway was asked, too.
        let changes = segments
            .changed(customer, what, &at(time), &mut membership)
            .expect("known");
        let mut asked = [flagged.concat(), changes.entered, changes.left].concat();
        asked.sort_unstable();
        asked.dedup();
        let kept: Vec<_> = membership.iter().collect();
        assert_eq!(kept, alone(&segments, customer, &at(time)), "{time}");
        let names: Vec<_> = segments.names().collect();
        asked.iter().map(|it| names[*it].to_owned()).collect::<Vec<_>>()
    };
    let nobody: [&str; 0] = [];
    assert_eq!(asked(&ana, &What::time(), "2026-06-02T11:00:00Z"), nobody);
    let bought = r#"{"at": "2026-06-02T12:00:00Z"}"#;
    let ana = loader.with_event(&ana, "purchases", bought).expect("valid");
    let purchases = What::event("purchases");
    assert_eq!(asked(&ana, &purchases, "2026-06-02T12:00:00Z"), ["week", "month"]);
    assert_eq!(
        asked(&ana, &What::attribute("country"), "2026-06-02T13:00:00Z"),
        ["spain"]
    );
    // The day is over, and then the visit of thirty days ago is.
    assert_eq!(asked(&ana, &What::time(), "2026-06-03T00:00:00Z"), ["monday"]);
    assert_eq!(asked(&ana, &What::time(), "2026-06-03T10:00:00Z"), ["visited"]);
    // What happened and what passed meanwhile, together.
    assert_eq!(
        asked(&ana, &What::attribute("country"), "2026-06-04T10:00:00.000001Z"),
        ["spain", "seen", "monday"]
    );
    assert_eq!(
        asked(&ana, &What::time(), "2026-06-09T12:00:00Z"),
        ["week", "monday"]
    );
    assert_eq!(asked(&ana, &What::time(), "2026-06-09T13:00:00Z"), nobody);
    // Back in time, whatever time can turn is asked.
    let timed = ["week", "month", "visited", "seen", "monday"];
    assert_eq!(asked(&ana, &What::time(), "2026-06-09T12:30:00Z"), timed);
    assert_eq!(asked(&ana, &purchases, "2026-06-09T12:45:00Z"), ["week", "month"]);
}

/// Positions that no segment has are those of other segments.
#[test]
fn a_stored_membership_could_have_more_segments_than_there_are() {
    let shop = Definitions::parse(
        "customer { id: string key, vip: bool }  segment vips = vip  segment others = not vip",
    );
    let shop = shop.expect("compiles");
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let ana = shop
        .customer_from_json(r#"{"id": "ana", "vip": true}"#)
        .expect("valid");
    let segments = shop.segments();
    let stored = serde_json::to_string(&segments.enter(&ana, &at)).expect("written");
    for (positions, is_known) in [
        ("[]", true),
        ("[0,1]", true),
        ("[2]", false),
        ("[0,64]", false),
        ("[9000]", false),
    ] {
        let stored = stored.replace("\"segments\":[0]", &format!("\"segments\":{positions}"));
        let mut membership: Membership = serde_json::from_str(&stored).expect("read");
        let changes = segments.changed(&ana, &What::attribute("vip"), &at, &mut membership);
        assert_eq!(changes.is_ok(), is_known, "{positions}: {changes:?}");
        if is_known {
            assert_eq!(membership, segments.enter(&ana, &at));
        } else {
            assert_eq!(changes, Err(ChangedError::OtherSegments));
        }
    }
}
