//! An input of two parts: definitions, then a line of two percent signs, then a customer's JSON.

use audience::{At, Customer, Definitions, Zone};

use crate::{definitions, json, random::Random};

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
        customer = json::mutate(&customer, random);
    }
    rules + BETWEEN + &customer
}

/// Definitions with somebody to ask; ranks compare with her alone.
pub fn compiled(text: &str) -> Option<(Definitions, Customer, At)> {
    let (rules, customer) = split(text);
    let shop = Definitions::parse(rules).ok()?;
    let loader = shop.loader().ignore_unknown(true);
    let customer = loader.customer_from_json(customer).ok()?;
    let zone = Zone::named("Europe/Madrid").expect("in the time zone database");
    let now = "2026-06-01T12:00:00Z".parse().expect("a datetime");
    let population = shop.fit([&customer], &shop.at(now, &zone));
    let shop = shop.with_population(&population).expect("fitted for it");
    assert_eq!(shop.unfitted().count(), 0, "all of it can be asked");
    let at = shop.at(now, &zone);
    Some((shop, customer, at))
}
