//! The rules that are asked, by hand as loops over columns.

use std::collections::HashMap;

use super::{
    Contestant,
    rules::{EURO, Rule, Ten},
    shopper::{DAY, Device, Gender, Shopper, now},
};

/// The customers by columns: words as codes, times and amounts as whole numbers.
pub(crate) struct Columns {
    country: Words,
    age: Vec<i64>,
    gender: Words,
    device: Words,
    city: Words,
    orders: Vec<i64>,
    spent: Vec<i64>,
    ordered_at: Vec<i64>,
    tags: Words,
    tags_of: Vec<usize>,
    consent: Vec<bool>,
    cart: Vec<i64>,
    purchases_of: Vec<usize>,
    purchased_at: Vec<i64>,
    amount: Vec<i64>,
    returns_of: Vec<usize>,
    returned_at: Vec<i64>,
}

/// A code per value, and the word of each code; the first is that of missing values.
struct Words {
    codes: Vec<u8>,
    words: Vec<String>,
}

impl Words {
    fn new<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut known = HashMap::from([("", 0)]);
        let mut words = vec![String::new()];
        let codes = values.into_iter().map(|value| {
            *known.entry(value.unwrap_or_default()).or_insert_with_key(|word| {
                words.push((*word).to_owned());
                u8::try_from(words.len() - 1).expect("few words")
            })
        });
        Self {
            codes: codes.collect(),
            words,
        }
    }

    /// A bit for each word that is as wanted.
    fn mask(&self, wanted: impl Fn(&str) -> bool) -> u64 {
        let words = self.words.iter().rev();
        words.fold(0, |mask, word| mask << 1 | u64::from(wanted(word)))
    }
}

#[inline]
fn is_in(mask: u64, code: u8) -> bool {
    mask >> code & 1 == 1
}

/// Where the parts of each customer end, with a 0 before.
fn ends(lengths: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let ends = lengths.into_iter().scan(0, |end, length| {
        *end += length;
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

impl Columns {
    pub(crate) fn new(shoppers: &[Shopper]) -> Self {
        let of = |value: &dyn Fn(&Shopper) -> i64| shoppers.iter().map(value).collect::<Vec<i64>>();
        let purchases = || shoppers.iter().flat_map(|it| &it.purchases);
        let returns = shoppers.iter().flat_map(|it| &it.returns);
        Self {
            country: Words::new(shoppers.iter().map(|it| Some(it.country.as_str()))),
            age: of(&|it| it.age),
            gender: Words::new(shoppers.iter().map(|it| it.gender.map(Gender::word))),
            device: Words::new(shoppers.iter().map(|it| it.device.map(Device::word))),
            city: Words::new(shoppers.iter().map(|it| it.city.as_deref())),
            orders: of(&|it| it.orders),
            spent: of(&|it| it.total_spent.units()),
            ordered_at: of(&|it| it.last_order_at.map_or(i64::MIN, |at| at.micros())),
            tags: Words::new(
                shoppers
                    .iter()
                    .flat_map(|it| &it.tags)
                    .map(|it| Some(it.as_str())),
            ),
            tags_of: ends(shoppers.iter().map(|it| it.tags.len())),
            consent: shoppers.iter().map(|it| it.consent.email).collect(),
            cart: of(&|it| it.cart.value.units()),
            purchases_of: ends(shoppers.iter().map(|it| it.purchases.len())),
            purchased_at: purchases().map(|it| it.at.micros()).collect(),
            amount: purchases().map(|it| it.amount.units()).collect(),
            returns_of: ends(shoppers.iter().map(|it| it.returns.len())),
            returned_at: returns.map(|it| it.at.micros()).collect(),
        }
    }

    /// Says of each row whether the rule holds.
    #[inline]
    fn visit(&self, rule: &Rule, mut found: impl FnMut(usize, bool)) {
        let now = now().micros();
        let rows = self.age.len();
        match rule {
            Rule::Simple => {
                let spain = self.country.mask(|word| word == "ES");
                for (row, (code, age)) in self.country.codes.iter().zip(&self.age).enumerate() {
                    found(row, is_in(spain, *code) & (*age >= 18));
                }
            }
            Rule::Ten(ten) => self.ten(ten, now, found),
            Rule::Filtered => (0..rows).for_each(|row| found(row, self.filtered(row, now))),
            Rule::AllThree => (0..rows).for_each(|row| {
                let sum = |row| {
                    let lately = self.purchases(row, 365, now).map(|(_, amount)| amount);
                    lately.sum::<i64>() > 500 * EURO
                };
                let sent_back = |row| {
                    let returned_at = &self.returned_at[self.returns_of[row]..self.returns_of[row + 1]];
                    returned_at.iter().any(|at| now - 90 * DAY < *at && *at <= now)
                };
                found(row, self.filtered(row, now) && sum(row) && !sent_back(row));
            }),
        }
    }

    /// The times and amounts of those in the last so many days.
    fn purchases(&self, row: usize, days: i64, now: i64) -> impl Iterator<Item = (i64, i64)> {
        let of = self.purchases_of[row]..self.purchases_of[row + 1];
        let all = self.purchased_at[of.clone()].iter().zip(&self.amount[of]);
        let all = all.map(|(at, amount)| (*at, *amount));
        all.filter(move |(at, _)| now - days * DAY < *at && *at <= now)
    }

    fn filtered(&self, row: usize, now: i64) -> bool {
        let lately = self.purchases(row, 30, now);
        lately.filter(|(_, amount)| *amount > 50 * EURO).nth(1).is_some()
    }

    #[inline]
    fn ten(&self, ten: &Ten, now: i64, mut found: impl FnMut(usize, bool)) {
        let rows = self.age.len();
        let country = self.country.mask(|word| ten.countries.contains(&word));
        let device = self
            .device
            .mask(|word| ten.devices.iter().any(|it| it.word() == word));
        let city = self.city.mask(|word| word.starts_with(ten.prefix));
        let gender = self
            .gender
            .mask(|word| word.is_empty() || word == ten.gender.word());
        let tag = self.tags.mask(|word| word == ten.tag);
        let (from, spent, cart) = (ten.from(), ten.spent * EURO, ten.cart * EURO);
        // As long as each other, which the compiler may know.
        let (countries, devices) = (&self.country.codes[..rows], &self.device.codes[..rows]);
        let (cities, genders) = (&self.city.codes[..rows], &self.gender.codes[..rows]);
        let (consents, spents, orders) = (&self.consent[..rows], &self.spent[..rows], &self.orders[..rows]);
        let (ordered_at, carts) = (&self.ordered_at[..rows], &self.cart[..rows]);
        let tags_of = &self.tags_of[..=rows];
        for row in 0..rows {
            let holds = is_in(country, countries[row])
                & is_in(device, devices[row])
                & is_in(city, cities[row])
                & is_in(gender, genders[row])
                & consents[row]
                & (ten.ages.0 <= self.age[row])
                & (self.age[row] <= ten.ages.1)
                & ((spents[row] > spent) | (orders[row] >= ten.orders))
                & (from < ordered_at[row])
                & (ordered_at[row] <= now)
                & (carts[row] > cart);
            let tags = || &self.tags.codes[tags_of[row]..tags_of[row + 1]];
            found(row, holds && !tags().iter().any(|code| is_in(tag, *code)));
        }
    }
}

pub(crate) struct Loops<'a> {
    pub(crate) columns: &'a Columns,
    pub(crate) rules: &'a [Rule],
}

impl Contestant for Loops<'_> {
    fn answers(&mut self, customers: usize) -> Vec<u128> {
        let mut answers = vec![0; customers];
        for (place, rule) in self.rules.iter().enumerate() {
            self.columns
                .visit(rule, |row, holds| answers[row] |= u128::from(holds) << place);
        }
        answers
    }

    fn count(&mut self, _: &[usize]) -> u64 {
        let mut count = 0;
        for rule in self.rules {
            self.columns.visit(rule, |_, holds| count += u64::from(holds));
        }
        count
    }
}
