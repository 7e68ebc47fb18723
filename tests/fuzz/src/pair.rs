//! An input of two parts: definitions, then a line of two percent signs, then a customer's JSON.

use audience::{At, Customer, DateTime, Definitions, Items, Zone};

use crate::{customer, definitions, random::Random};

const BETWEEN: &str = "\n%%\n";

/// The two parts; an input without the line has the customer of the seeds.
pub fn split(text: &str) -> (&str, &str) {
    text.split_once(BETWEEN)
        .unwrap_or((text, include_str!("../seeds/customer.json")))
}

/// Changes one part, or both.
pub fn mutate(text: &str, random: &mut Random) -> String {
    let (mut rules, mut customer) = {
        let (rules, customer) = split(text);
        (rules.to_owned(), customer.to_owned())
    };
    let which = random.below(4);
    if which != 0 {
        rules = definitions::mutate(&rules, random);
    }
    if which < 2 {
        customer = customer::mutate(&customer, random);
    }
    rules + BETWEEN + &customer
}

/// When and where definitions are asked: changes of the clock, ends of months, a skipped day, the ends of the calendar.
const MOMENTS: &[(&str, &str)] = &[
    ("Europe/Madrid", "2026-06-01T12:00:00Z"),
    ("Europe/Madrid", "2026-03-29T00:30:00Z"),
    ("Europe/Madrid", "2026-10-25T00:30:00.000001Z"),
    ("UTC", "2026-02-28T23:59:59.999999Z"),
    ("UTC", "2024-02-29T00:00:00Z"),
    ("America/St_Johns", "2009-10-31T20:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T14:45:00Z"),
    ("Pacific/Apia", "2011-12-29T09:00:00Z"),
    ("Asia/Kathmandu", "9999-12-31T12:00:00Z"),
    ("America/New_York", "0001-01-01T00:00:00Z"),
];

/// Definitions with somebody to ask; ranks compare with her alone.
pub struct Asked {
    pub shop: Definitions,
    pub customer: Customer,
    pub at: At,
    items: Option<Items>,
}

impl Asked {
    /// The same question at another instant.
    pub fn at(&self, now: DateTime) -> At {
        let at = self.shop.at(now, &self.at.zone());
        match &self.items {
            Some(items) => at.with_items(items.clone()),
            None => at,
        }
    }
}

/// What an input asks, if it can be asked; when and where follows from the text.
pub fn compiled(text: &str) -> Option<Asked> {
    let (rules, customer) = split(text);
    let shop = Definitions::parse(rules).ok()?;
    let loader = shop.loader().ignore_unknown(true);
    let customer = loader.customer_from_json(customer).ok()?;
    let (zone, now) = MOMENTS[text.bytes().map(usize::from).sum::<usize>() % MOMENTS.len()];
    let zone = Zone::named(zone).expect("in the time zone database");
    let now = now.parse().expect("a datetime");
    let products = include_bytes!("../seeds/products.jsonl");
    // The catalogue may have other fields, or be gone.
    let items = loader.items_from_json_lines("products", &products[..]).ok();
    let at = shop.at(now, &zone);
    let mut asked = Asked {
        shop,
        customer,
        at,
        items,
    };
    asked.at = asked.at(now);
    let population = asked.shop.fit([&asked.customer], &asked.at);
    asked.shop = asked.shop.with_population(&population).expect("fitted for it");
    assert_eq!(asked.shop.unfitted().count(), 0, "all of it can be asked");
    asked.at = asked.at(now);
    Some(asked)
}
