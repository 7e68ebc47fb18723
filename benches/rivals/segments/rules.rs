//! The rules that are asked, by hand: as closures over the struct, and as loops over columns.

use std::hint::black_box;

use audience::DateTime;

use super::{
    Contestant, bits,
    by_hand::{all_three_by_hand, filtered_by_hand, simple_by_hand, ten_by_hand},
    random::Random,
    shopper::{DAY, Device, Gender, Shopper, now},
};

#[derive(Clone, Debug)]
pub(crate) enum Rule {
    Simple,
    Ten(Ten),
    /// A count of purchases in a window, of those with an amount.
    Filtered,
    /// That, a sum in another window, and no returns in a third.
    AllThree,
}

/// Ten conditions with these constants.
#[derive(Clone, Debug)]
pub(crate) struct Ten {
    pub(crate) countries: Vec<&'static str>,
    pub(crate) ages: (i64, i64),
    /// Euros.
    pub(crate) spent: i64,
    pub(crate) orders: i64,
    pub(crate) days: i64,
    pub(crate) tag: &'static str,
    pub(crate) devices: [Device; 2],
    pub(crate) prefix: &'static str,
    pub(crate) gender: Gender,
    /// Euros.
    pub(crate) cart: i64,
}

/// So many units has an euro.
pub(crate) const EURO: i64 = 10_000;

impl Ten {
    /// The constants of the bench `matching`.
    pub(crate) fn first() -> Self {
        Self {
            countries: vec!["ES", "FR", "DE", "IT", "PT", "NL", "BE", "AT"],
            ages: (18, 65),
            spent: 250,
            orders: 5,
            days: 30,
            tag: "churned",
            devices: [Device::Mobile, Device::Desktop],
            prefix: "Ma",
            gender: Gender::Female,
            cart: 0,
        }
    }

    fn any(random: &mut Random) -> Self {
        let mut countries = vec!["ES", "FR", "DE", "IT", "US", "GB", "BR", "MX", "PT", "NL"];
        random.shuffle(&mut countries);
        countries.truncate(random.below(7) + 2);
        let devices = [Device::Mobile, Device::Tablet, Device::Desktop];
        let first = random.below(3);
        Self {
            countries,
            ages: (random.int(12, 40), random.int(45, 90)),
            spent: random.int(100, 900),
            orders: random.int(2, 18),
            days: *random.pick(&[7, 14, 30, 45]),
            tag: random.pick::<&str>(&["vip", "newsletter", "churned", "wholesale", "student"]),
            devices: [devices[first], devices[(first + 1) % 3]],
            prefix: random.pick::<&str>(&["Ma", "Ba", "Pa", "Be", "M"]),
            gender: *random.pick(&[Gender::Female, Gender::Male]),
            cart: *random.pick(&[0, 20]),
        }
    }

    pub(crate) fn from(&self) -> i64 {
        now().micros() - self.days * DAY
    }

    /// What one would write by hand for such a rule, with its constants captured.
    fn closure(self) -> impl Fn(&Shopper) -> bool {
        let (from, now) = (self.from(), now().micros());
        let (spent, cart) = (self.spent * EURO, self.cart * EURO);
        move |it| {
            self.countries.contains(&it.country.as_str())
                && (self.ages.0..=self.ages.1).contains(&it.age)
                && it.consent.email
                && (it.total_spent.units() > spent || it.orders >= self.orders)
                && it
                    .last_order_at
                    .is_some_and(|at| from < at.micros() && at.micros() <= now)
                && !it.tags.iter().any(|tag| tag == self.tag)
                && it.device.is_some_and(|device| self.devices.contains(&device))
                && it.city.as_ref().is_some_and(|city| city.starts_with(self.prefix))
                && it.gender.is_none_or(|gender| gender == self.gender)
                && it.cart.value.units() > cart
        }
    }
}

/// So many rules of ten conditions, each with constants of its own.
pub(crate) fn hundred() -> Vec<Rule> {
    let mut random = Random(17);
    (0..100).map(|_| Rule::Ten(Ten::any(&mut random))).collect()
}

/// Which of the rules hold, by closures over the struct.
pub(crate) fn closures<'a>(rules: &[Rule], shoppers: &'a [Shopper]) -> Box<dyn Contestant + 'a> {
    let now = now();
    match rules {
        [Rule::Simple] => one(shoppers, simple_by_hand),
        [Rule::Ten(ten)] => {
            let from = DateTime::from_micros(ten.from()).expect("in range");
            one(shoppers, move |it| ten_by_hand(it, from, now))
        }
        [Rule::Filtered] => one(shoppers, move |it| filtered_by_hand(it, now)),
        [Rule::AllThree] => one(shoppers, move |it| all_three_by_hand(it, now)),
        many => {
            let tens = many.iter().filter_map(|rule| match rule {
                Rule::Ten(ten) => Some(ten.clone().closure()),
                _ => None,
            });
            let closures: Vec<_> = tens.collect();
            assert_eq!(closures.len(), many.len());
            Box::new(move |index: usize| {
                let shopper = black_box(&shoppers[index]);
                bits(&closures, |closure| closure(shopper))
            })
        }
    }
}

fn one<'a>(shoppers: &'a [Shopper], holds: impl Fn(&Shopper) -> bool + 'a) -> Box<dyn Contestant + 'a> {
    Box::new(move |index: usize| u128::from(holds(black_box(&shoppers[index]))))
}
