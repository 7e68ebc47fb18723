//! How many events does a service take in a second that keeps 100,000 customers in 100 segments: when it asks the segments that read what changed, and
//! when it asks all of them?

#![expect(clippy::print_stdout, reason = "the comparison is what a bench is run for")]

#[expect(dead_code, reason = "shared with other benches, which need more of it")]
#[path = "support/random.rs"]
mod random;

use std::{fmt::Write, mem, time::Instant};

use audience::{At, Customer, DateTime, Definitions, SegmentSet, Segments, What, Zone};

use random::Random;

const SCHEMA: &str = "
customer { id: string key, country: string, age: int, email: bool, orders: int, total_spent: decimal, last_order_at: datetime?, tags: [string] }
event purchases { amount: decimal, category: string }
event visits { page: string }
";

const COUNTRIES: [&str; 8] = ["ES", "FR", "DE", "IT", "US", "GB", "BR", "MX"];
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// 100 segments of two to five conditions on attributes and windows of events.
fn shop() -> Definitions {
    let mut random = Random(5);
    let mut text = SCHEMA.to_owned();
    for index in 0..100 {
        let days = *random.pick(&[7, 14, 30, 60, 90]);
        let country = *random.pick(&COUNTRIES);
        let first = match random.below(3) {
            0 => format!("country = {country:?}"),
            1 => format!("country in [{country:?}, \"ES\", \"US\"]"),
            _ => "email".to_owned(),
        };
        let mut conditions = vec![first];
        for _ in 0..=random.below(3) {
            let number = random.int(1, 200);
            conditions.push(match random.below(8) {
                0 => format!("age >= {}", 16 + number % 50),
                1 => format!("total_spent > {}", number * 10),
                2 => format!("orders >= {}", number % 12),
                3 => format!("last_order_at in last {days} days"),
                4 => format!("sum(amount of purchases in last {days} days) > {number}"),
                5 => format!("at least {} purchases in last {days} days", 1 + number % 3),
                6 => format!("any visits in last {days} days"),
                _ => format!("no purchases in last {days} days"),
            });
        }
        writeln!(text, "segment s{index} = {}", conditions.join(" and ")).expect("a String takes all");
    }
    Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn instant(micros: i64) -> DateTime {
    DateTime::from_micros(micros).expect("within the calendar")
}

/// Something that happens to a customer.
struct Happened {
    customer: usize,
    what: What,
    after: Customer,
    at: At,
}

struct Crowd {
    shop: Definitions,
    customers: Vec<Customer>,
    random: Random,
    start: i64,
    now: i64,
    at: At,
}

impl Crowd {
    fn new(count: usize) -> Self {
        let shop = shop();
        let mut random = Random(9);
        let start: DateTime = "2026-06-01T00:00:00Z".parse().expect("an instant");
        let at = shop.at(start, &Zone::UTC);
        let customers = (0..count).map(|index| {
            let mut events = |most: usize, member: &str| {
                let events: Vec<_> = (0..random.below(most))
                    .map(|_| format!(r#"{{"at": "{}", {member}}}"#, instant(start.micros() - random.int(0, 120 * DAY))))
                    .collect();
                events.join(", ")
            };
            let purchases = events(6, r#""amount": 25, "category": "tea""#);
            let visits = events(6, r#""page": "/""#);
            let json = format!(
                r#"{{"id": "c{index}", "country": "{}", "age": {}, "email": {}, "orders": {}, "total_spent": {}, "tags": [], "purchases": [{purchases}], "visits": [{visits}]}}"#,
                random.pick(&COUNTRIES),
                random.int(12, 90),
                random.one_in(2),
                random.int(0, 20),
                random.int(0, 3_000),
            );
            shop.customer_from_json(json).unwrap_or_else(|error| panic!("{error}"))
        });
        let customers = customers.collect();
        Self {
            customers,
            random,
            start: start.micros(),
            now: start.micros(),
            at,
            shop,
        }
    }

    /// The next that happens: mostly visits, some purchases, and some changes of attributes. The evaluation is resolved once a second.
    fn next(&mut self, every: i64) -> Happened {
        self.now += every;
        if self.now - self.at.now().micros() >= SECOND {
            self.at = self.shop.at(instant(self.now), &Zone::UTC);
        }
        let customer = self.random.below(self.customers.len());
        let (before, loader, now) = (&self.customers[customer], self.shop.loader(), self.at.now());
        let (what, after) = match self.random.below(10) {
            0..=5 => (
                What::event("visits"),
                loader.with_event(before, "visits", format!(r#"{{"at": "{now}", "page": "/tea"}}"#)),
            ),
            6 | 7 => (
                What::event("purchases"),
                loader.with_event(
                    before,
                    "purchases",
                    format!(r#"{{"at": "{now}", "amount": 12, "category": "tea"}}"#),
                ),
            ),
            8 => (
                What::attribute("total_spent"),
                loader.with_attribute(before, "total_spent", self.random.int(0, 3_000).to_string()),
            ),
            _ => (
                What::attribute("country"),
                loader.with_attribute(before, "country", format!("{:?}", self.random.pick(&COUNTRIES))),
            ),
        };
        let after = after.unwrap_or_else(|error| panic!("{error}"));
        self.customers[customer] = after.clone();
        Happened {
            customer,
            what,
            after,
            at: self.at.clone(),
        }
    }
}

/// Who is in which segments, by asking all of them anew.
struct Anew {
    sets: Vec<SegmentSet>,
    found: SegmentSet,
}

impl Anew {
    /// How many segments she entered or left.
    fn changed(&mut self, segments: &Segments, it: &Happened) -> usize {
        segments.matching(&it.after, &it.at, &mut self.found);
        let known = &mut self.sets[it.customer];
        let stayed = self
            .found
            .iter()
            .filter(|position| known.contains(*position))
            .count();
        let turned = self.found.len() + known.len() - 2 * stayed;
        if turned > 0 {
            mem::swap(known, &mut self.found);
        }
        turned
    }
}

fn main() {
    let is_test = cfg!(debug_assertions) || std::env::args().any(|argument| argument == "--test");
    let (count, events) = if is_test {
        (500, 2_000_i32)
    } else {
        (100_000, 1_000_000)
    };
    let mut crowd = Crowd::new(count);
    let segments = crowd.shop.segments();
    let begin = Instant::now();
    let mut memberships: Vec<_> = crowd
        .customers
        .iter()
        .map(|it| segments.enter(it, &crowd.at))
        .collect();
    println!(
        "{count} customers entered {} segments in {:.2} s",
        segments.len(),
        begin.elapsed().as_secs_f64()
    );
    let mut anew = Anew {
        sets: vec![SegmentSet::new(); count],
        found: SegmentSet::new(),
    };
    for (it, set) in crowd.customers.iter().zip(&mut anew.sets) {
        segments.matching(it, &crowd.at, set);
    }
    // Ten days, so that time turns segments, too.
    let every = 10 * DAY / i64::from(events);
    let (mut seconds, mut turned, mut by_one) = ([0.0; 4], 0, 0);
    let (mut left, mut kept_first) = (events, true);
    while left > 0 {
        // In portions so small that the customers are still in the caches: a service asks when it has just made them. Both ask of
        // each portion and take turns at being the first.
        let portion = left.min(100);
        left -= portion;
        let begin = Instant::now();
        let happened: Vec<_> = (0..portion).map(|_| crowd.next(every)).collect();
        seconds[0] += begin.elapsed().as_secs_f64();
        let mut found = [0; 2];
        for who in if kept_first { [0, 1] } else { [1, 0] } {
            let begin = Instant::now();
            for it in &happened {
                found[who] += if who == 0 {
                    let changes =
                        segments.changed(&it.after, &it.what, &it.at, &mut memberships[it.customer]);
                    let changes = changes.expect("known names");
                    changes.entered.len() + changes.left.len()
                } else {
                    anew.changed(&segments, it)
                };
            }
            seconds[1 + who] += begin.elapsed().as_secs_f64();
        }
        assert_eq!(found[0], found[1], "the same segments turn");
        (turned, kept_first) = (turned + found[0], !kept_first);
        // Every hundredth also by asking one segment after the other.
        let begin = Instant::now();
        for it in happened.iter().step_by(100) {
            by_one += segments
                .iter()
                .filter(|one| one.matches(&it.after, &it.at))
                .count();
        }
        seconds[3] += begin.elapsed().as_secs_f64() * 100.0;
    }
    for (kept, anew) in memberships.iter().zip(&anew.sets) {
        assert!(kept.iter().eq(anew.iter()), "{kept:?} is not {anew:?}");
    }
    assert!(turned > 0 && by_one > 0 && crowd.now > crowd.start);
    println!("{events} events, {turned} segments entered or left");
    for (name, seconds) in [
        ("making the new customers", seconds[0]),
        ("what changed", seconds[1]),
        ("all segments together", seconds[2]),
        ("all segments one by one", seconds[3]),
    ] {
        println!(
            "  {name:<28}{:>12.0} events per second",
            f64::from(events) / seconds
        );
    }
}
