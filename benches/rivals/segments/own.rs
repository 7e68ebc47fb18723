//! The library itself: its own struct in place, loaded customers, and columns.

use std::{fmt::Write, hint::black_box};

use audience::{At, Customer, Definitions, SegmentSet, Segments, Zone, batch::Customers};

use super::{
    Contestant,
    by_hand::{ATTRIBUTES, EVENTS},
    rules::{Rule, Ten},
    shopper::{SCHEMA, Shopper, now},
};

pub(crate) struct Own {
    shop: Definitions,
    at: At,
    names: Vec<String>,
}

impl Own {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut text = [SCHEMA, ATTRIBUTES, EVENTS].concat();
        let mut names = Vec::new();
        for (place, rule) in rules.iter().enumerate() {
            let name = match rule {
                Rule::Simple => "simple".to_owned(),
                Rule::Ten(_) if rules.len() == 1 => "ten".to_owned(),
                Rule::Ten(ten) => {
                    let name = format!("ten_{place}");
                    writeln!(text, "segment {name} = {}", written(ten)).expect("a String takes all");
                    name
                }
                Rule::Filtered => "filtered".to_owned(),
                Rule::AllThree => "all_three".to_owned(),
            };
            names.push(name);
        }
        let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        let at = shop.at(now(), &Zone::UTC);
        Self { shop, at, names }
    }

    pub(crate) fn load(&self, shoppers: &[Shopper]) -> Vec<Customer> {
        let load = |it| {
            self.shop
                .customer_from(it)
                .unwrap_or_else(|error| panic!("{error}"))
        };
        shoppers.iter().map(load).collect()
    }

    pub(crate) fn columns(&self, customers: &[Customer]) -> Customers<'static> {
        Customers::from_customers(&self.shop, customers).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A single segment by itself, several together.
    pub(crate) fn in_place<'a>(&'a self, shoppers: &'a [Shopper]) -> Box<dyn Contestant + 'a> {
        let bound = self
            .shop
            .bind::<Shopper>()
            .unwrap_or_else(|error| panic!("{error}"));
        let at = &self.at;
        if let [name] = &self.names[..] {
            let segment = bound.segment(name).expect("defined above");
            return Box::new(move |index: usize| {
                u128::from(segment.matches(black_box(&shoppers[index]), at))
            });
        }
        let segments = bound.segments().only(&self.names).expect("defined above");
        Box::new(Together(move |index: usize, found: &mut SegmentSet| {
            segments.matching(black_box(&shoppers[index]), at, found);
        }))
    }

    pub(crate) fn loaded<'a>(&'a self, customers: &'a [Customer]) -> Box<dyn Contestant + 'a> {
        let at = &self.at;
        if let [name] = &self.names[..] {
            let segment = self.shop.segment(name).expect("defined above");
            return Box::new(move |index: usize| {
                u128::from(segment.matches(black_box(&customers[index]), at))
            });
        }
        let segments = self.shop.segments().only(&self.names).expect("defined above");
        Box::new(Together(move |index: usize, found: &mut SegmentSet| {
            segments.matching(black_box(&customers[index]), at, found);
        }))
    }

    pub(crate) fn columnar<'a>(&'a self, customers: &'a Customers<'static>) -> Box<dyn Contestant + 'a> {
        Box::new(Columnar {
            segments: self.shop.segments().only(&self.names).expect("defined above"),
            customers,
            at: &self.at,
        })
    }
}

/// All segments of a customer at once, into a set that is used again.
struct Together<F>(F);

impl<F: FnMut(usize, &mut SegmentSet)> Contestant for Together<F> {
    fn answers(&mut self, customers: usize) -> Vec<u128> {
        let mut found = SegmentSet::new();
        let bits = (0..customers).map(|index| {
            (self.0)(index, &mut found);
            found.iter().fold(0, |bits, place| bits | 1 << place)
        });
        bits.collect()
    }

    fn count(&mut self, order: &[usize]) -> u64 {
        let mut found = SegmentSet::new();
        let counts = order.iter().map(|index| {
            (self.0)(*index, &mut found);
            found.len() as u64
        });
        counts.sum()
    }
}

struct Columnar<'a> {
    segments: Segments,
    customers: &'a Customers<'static>,
    at: &'a At,
}

impl Contestant for Columnar<'_> {
    fn answers(&mut self, customers: usize) -> Vec<u128> {
        let mut answers = vec![0; customers];
        let members = self.segments.evaluate(self.customers, self.at);
        for (place, members) in members.iter().enumerate() {
            members.rows().for_each(|row| answers[row] |= 1 << place);
        }
        answers
    }

    fn count(&mut self, _: &[usize]) -> u64 {
        let counts = self.segments.counts(black_box(self.customers), self.at);
        counts.iter().map(|count| *count as u64).sum()
    }
}

/// A rule of ten conditions in the language.
fn written(ten: &Ten) -> String {
    let [device, other] = ten.devices.map(|it| it.word());
    format!(
        "country in {:?} and age between {} and {} and consent.email and (total_spent > {} or orders >= {}) \
        and last_order_at in last {} days and not (tags contains {:?}) and device in [{device:?}, {other:?}] \
        and city starts with {:?} and (gender = {:?} or gender is unknown) and cart.value > {}",
        ten.countries,
        ten.ages.0,
        ten.ages.1,
        ten.spent,
        ten.orders,
        ten.days,
        ten.tag,
        ten.prefix,
        ten.gender.word(),
        ten.cart,
    )
}
