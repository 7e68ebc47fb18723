//! Segments with conditions that are drawn, in the language and by hand.

use std::fmt::Write;

use audience::DateTime;

use super::{
    random::Random,
    shopper::{DAY, Device, Gender, Shopper, TAGS},
};

/// Where a shop that sends everywhere sends to.
pub(crate) const MANY_COUNTRIES: [&str; 40] = [
    "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CL", "CN", "CO", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
    "FR", "GB", "GR", "HR", "HU", "IE", "IN", "IT", "JP", "KR", "LT", "LU", "LV", "MT", "MX", "NL", "NO",
    "PL", "PT", "RO", "SE", "SI", "US",
];

const PREFIXES: [&str; 6] = ["Ma", "Mad", "Mál", "Bar", "Par", "Ber"];

/// A segment before it is written down: those conditions that it has.
pub(crate) struct Rule {
    countries: Vec<&'static str>,
    ages: Option<(i64, i64)>,
    email: bool,
    /// More than so much spent, or so many orders.
    worth: Option<(i64, i64)>,
    days: Option<i64>,
    without_tag: Option<&'static str>,
    devices: Option<[Device; 2]>,
    city: Option<&'static str>,
    gender: Option<Gender>,
    cart: bool,
}

impl Rule {
    /// One that has each condition but the first with that many chances in ten.
    pub(crate) fn draw(random: &mut Random, countries: &[&'static str], chances: usize) -> Self {
        let has = |random: &mut Random| random.below(10) < chances;
        let low = random.int(16, 40);
        let devices = [
            [Device::Mobile, Device::Desktop],
            [Device::Mobile, Device::Tablet],
            [Device::Tablet, Device::Desktop],
        ];
        Self {
            countries: (0..=random.below(8)).map(|_| *random.pick(countries)).collect(),
            ages: has(random).then(|| (low, low + random.int(10, 50))),
            email: has(random),
            worth: has(random).then(|| (random.int(0, 1_000), random.int(1, 20))),
            days: has(random).then(|| *random.pick(&[7, 14, 30, 45, 60])),
            without_tag: has(random).then(|| *random.pick(&TAGS)),
            devices: has(random).then(|| *random.pick(&devices)),
            city: has(random).then(|| *random.pick(&PREFIXES)),
            gender: has(random).then(|| *random.pick(&[Gender::Female, Gender::Male, Gender::Other])),
            cart: has(random),
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = format!("country in {:?}", self.countries);
        let mut and = |condition: String| write!(text, " and {condition}").expect("a String takes all");
        if let Some((low, high)) = self.ages {
            and(format!("age between {low} and {high}"));
        }
        if self.email {
            and("consent.email".to_owned());
        }
        if let Some((spent, orders)) = self.worth {
            and(format!("(total_spent > {spent} or orders >= {orders})"));
        }
        if let Some(days) = self.days {
            and(format!("last_order_at in last {days} days"));
        }
        if let Some(tag) = self.without_tag {
            and(format!("not (tags contains {tag:?})"));
        }
        if let Some([one, other]) = self.devices {
            and(format!("device in [{:?}, {:?}]", one.word(), other.word()));
        }
        if let Some(city) = self.city {
            and(format!("city starts with {city:?}"));
        }
        if let Some(gender) = self.gender {
            and(format!("(gender = {:?} or gender is unknown)", gender.word()));
        }
        if self.cart {
            and("cart.value > 0".to_owned());
        }
        text
    }

    /// The same by hand, with the constants in the closure and no test for conditions that there are not.
    pub(crate) fn by_hand(&self, now: DateTime) -> Box<dyn Fn(&Shopper) -> bool> {
        let countries = self.countries.clone();
        let ages = self.ages.unwrap_or((i64::MIN, i64::MAX));
        let email = self.email;
        let (spent, orders) = self
            .worth
            .map_or((i64::MIN, 0), |(spent, orders)| (spent * 10_000, orders));
        let from = self
            .days
            .and_then(|days| DateTime::from_micros(now.micros() - days * DAY));
        let without_tag = self.without_tag;
        let devices = self.devices;
        let city = self.city;
        let gender = self.gender;
        let cart = if self.cart { 0 } else { i64::MIN };
        Box::new(move |it| {
            countries.iter().any(|country| *country == it.country)
                && (ages.0..=ages.1).contains(&it.age)
                && (!email || it.consent.email)
                && (it.total_spent.units() > spent || it.orders >= orders)
                && from.is_none_or(|from| it.last_order_at.is_some_and(|at| from < at && at <= now))
                && without_tag.is_none_or(|without| !it.tags.iter().any(|tag| tag == without))
                && devices.is_none_or(|devices| it.device.is_some_and(|it| devices.contains(&it)))
                && city.is_none_or(|prefix| it.city.as_ref().is_some_and(|city| city.starts_with(prefix)))
                && (gender.is_none() || it.gender == gender || it.gender.is_none())
                && it.cart.value.units() > cart
        })
    }
}
