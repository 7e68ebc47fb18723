//! What the invoices do not tell of the customers: made of their numbers, so that it is the same each time, and of nobody.

use std::collections::HashMap;

use audience::DateTime;
use serde::Serialize;

use crate::data::{Customer, Data, Order};

/// The moment the campaign is decided: noon in London, late in the evening in Sydney.
pub(crate) const NOW: &str = "2011-12-10T11:30:00Z";
const FIRST_NAMES: [&str; 4] = ["Ana", "Ben", "Cem", "Eva"];
const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// Favourites are chosen from as many products, those bought most often.
const POPULAR: usize = 300;

#[derive(Serialize)]
pub(crate) struct Person<'d> {
    pub id: &'d str,
    country: &'d str,
    first_name: Option<&'static str>,
    language: &'static str,
    zone: Option<&'static str>,
    birth_date: Option<String>,
    email: Option<String>,
    push_token: Option<String>,
    pub consent: Consent,
    favorites: Vec<Favorite<'d>>,
    scores: Option<Scores>,
    purchases: &'d [Order],
    page_views: Vec<View<'d>>,
    deliveries: Vec<Delivery>,
}

#[derive(Serialize)]
pub(crate) struct Consent {
    pub email: bool,
    pub push: bool,
}

#[derive(Serialize)]
struct Favorite<'d> {
    sku: &'d str,
    added_at: DateTime,
}

/// As a model delivers them, with its name and its day.
#[derive(Serialize)]
struct Scores {
    model: &'static str,
    made_on: &'static str,
    buys_again: f64,
    leaves: f64,
}

#[derive(Serialize)]
struct View<'d> {
    at: DateTime,
    sku: &'d str,
    sorted_by: &'static str,
}

#[derive(Serialize)]
struct Delivery {
    at: DateTime,
    channel: &'static str,
    message: &'static str,
    kind: &'static str,
}

#[derive(Serialize)]
pub(crate) struct Product<'d> {
    sku: &'d str,
    name: &'d str,
    price: audience::Decimal,
    stock: u32,
}

pub(crate) fn products(retail: &Data) -> Vec<Product<'_>> {
    retail
        .products
        .iter()
        .map(|it| Product {
            sku: &it.sku,
            name: &it.name,
            price: it.price,
            stock: spread(&it.sku, "stock") % 40,
        })
        .collect()
}

pub(crate) fn people(retail: &Data, now: DateTime) -> Vec<Person<'_>> {
    let mut bought: HashMap<&str, usize> = HashMap::new();
    let orders = retail.customers.iter().flat_map(|it| &it.purchases);
    for item in orders.flat_map(|it| &it.items) {
        *bought.entry(&item.sku).or_default() += 1;
    }
    let mut popular: Vec<&str> = retail.products.iter().map(|it| &*it.sku).collect();
    popular.sort_by_key(|sku| std::cmp::Reverse(bought.get(sku).copied().unwrap_or(0)));
    popular.truncate(POPULAR);
    retail
        .customers
        .iter()
        .map(|it| person(it, &popular, now))
        .collect()
}

fn person<'d>(customer: &'d Customer, popular: &[&'d str], now: DateTime) -> Person<'d> {
    let id = &*customer.id;
    // A number from 0 to 99 that stays with her, another one for each question.
    let of_hundred = |question: &str| spread(id, question) % 100;
    let pick = |question: &str| popular[spread(id, question) as usize % popular.len()];
    let ago = |days: i64| DateTime::from_micros(now.micros() - days * DAY).unwrap_or(now);
    let delivery = |days, channel, kind| Delivery {
        at: ago(days),
        channel,
        message: "november",
        kind,
    };

    let (language, zone) = home(&customer.country);
    let by_price = of_hundred("sorts by price") < 30;
    let views = match of_hundred("views") {
        0..55 => 0,
        55..75 => 2,
        _ => 5,
    };
    let mut deliveries = Vec::new();
    if of_hundred("newsletter") < 35 {
        deliveries.push(delivery(9, "email", "sent"));
        deliveries.push(delivery(3, "email", "sent"));
    }
    match of_hundred("answers") {
        0..8 => deliveries.extend([delivery(2, "email", "sent"), delivery(1, "email", "sent")]),
        8..20 => deliveries.extend([delivery(8, "push", "sent"), delivery(8, "push", "opened")]),
        20..22 => deliveries.push(delivery(6, "email", "complained")),
        _ => {}
    }
    Person {
        id,
        country: &customer.country,
        first_name: FIRST_NAMES.get(of_hundred("name") as usize % 6).copied(),
        language,
        zone,
        birth_date: (of_hundred("tells her birthday") < 60).then(|| {
            let day = spread(id, "birthday");
            format!(
                "{}-{:02}-{:02}",
                1950 + day % 45,
                day / 45 % 12 + 1,
                day / 540 % 28 + 1
            )
        }),
        email: (of_hundred("email") < 96).then(|| format!("customer{id}@example.com")),
        push_token: (of_hundred("push") < 40).then(|| format!("token-{id}")),
        consent: Consent {
            email: of_hundred("agrees to email") < 75,
            push: of_hundred("agrees to push") < 80,
        },
        favorites: (0..of_hundred("favorites") % 3)
            .map(|it| Favorite {
                sku: pick(&format!("favorite {it}")),
                added_at: ago(20),
            })
            .collect(),
        scores: scores(customer, of_hundred("score"), now),
        purchases: &customer.purchases,
        page_views: (0..views)
            .map(|it| View {
                at: ago(1 + it),
                sku: pick(&format!("view {it}")),
                sorted_by: if by_price { "price" } else { "newest" },
            })
            .collect(),
        deliveries,
    }
}

/// The language and the zone of a country, as far as they are known.
fn home(country: &str) -> (&'static str, Option<&'static str>) {
    match country {
        "Germany" => ("de", Some("Europe/Berlin")),
        "Austria" => ("de", Some("Europe/Vienna")),
        "Switzerland" => ("de", Some("Europe/Zurich")),
        "France" => ("en", Some("Europe/Paris")),
        "Belgium" => ("en", Some("Europe/Brussels")),
        "Spain" => ("en", Some("Europe/Madrid")),
        "Australia" => ("en", Some("Australia/Sydney")),
        "Japan" => ("en", Some("Asia/Tokyo")),
        "United Kingdom" => ("en", Some("Europe/London")),
        _ => ("en", None),
    }
}

/// Stands for a model: the longer ago the last order, the sooner she is gone, and the more orders, the sooner she comes again.
fn scores(customer: &Customer, luck: u32, now: DateTime) -> Option<Scores> {
    let last = customer.purchases.last()?;
    #[expect(clippy::cast_precision_loss, reason = "a year in days is exact")]
    let (days, orders) = (
        (now.micros() - last.at.micros()) as f64 / DAY as f64,
        customer.purchases.len() as f64,
    );
    let rounded = |score: f64| (score * 1000.0).round() / 1000.0;
    let stays = 0.5_f64.powf(days / 90.0);
    // One in ten is new to the model, and of another one the score is from the autumn.
    (luck >= 10).then(|| Scores {
        model: "returns-2011-12",
        made_on: if luck < 20 { "2011-10-20" } else { "2011-12-05" },
        buys_again: rounded(stays * orders / (orders + 2.0)),
        leaves: rounded(1.0 - stays),
    })
}

/// A number that depends on a key and a question, and on nothing else.
fn spread(key: &str, question: &str) -> u32 {
    let bytes = question.bytes().chain([0]).chain(key.bytes());
    let mixed = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The first half depends on all bytes, the other one less so.
    (mixed >> 32) as u32
}
