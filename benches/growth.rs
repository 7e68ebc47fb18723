//! How does the time grow with the customers, the events of each, the segments, the conditions of a segment, and the length of the
//! definitions? Each is ten times as much, step by step, against what one would write by hand.
//!
//! An argument that ends in `.svg` is where the picture goes: `cargo bench --features batch --bench growth -- docs/growth.svg`.

#![expect(clippy::print_stdout, reason = "the comparison is what a bench is run for")]

#[path = "support/drawn.rs"]
mod drawn;
#[path = "support/plot.rs"]
mod plot;
#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "support/random.rs"]
mod random;
#[expect(dead_code, reason = "shared with benches that ask other rules")]
#[path = "support/rules.rs"]
mod rules;
#[path = "support/shopper.rs"]
mod shopper;
mod support;

use std::{fmt::Write, hint::black_box, path::Path};

use audience::{At, Customer, Definitions, SegmentSet, Zone, batch::Customers};

use drawn::{MANY_COUNTRIES, Rule};
use plot::{Line, Panel};
use random::Random;
use rules::{ATTRIBUTES, EVENTS, all_three_by_hand, ten_by_hand};
use shopper::{COUNTRIES, DAY, SCHEMA, Shopper, now, shoppers};
use support::{Contender, compare, contender};

fn main() {
    let is_test = cfg!(debug_assertions) || std::env::args().any(|argument| argument == "--test");
    let steps = |first: u32, last: u32| -> Vec<usize> {
        let last = if is_test { first } else { last };
        (first..=last).map(|exponent| 10_usize.pow(exponent)).collect()
    };
    let most = if is_test { 100 } else { 1_000_000 };
    let panels = [
        customers(&steps(3, 6)),
        events(&steps(1, 4), most),
        segments(&steps(1, 4)),
        conditions(&steps(0, 3)),
        definitions(&steps(1, 4)),
        long_rules(&steps(0, 4)),
    ];
    for panel in &panels {
        println!("\n{}", panel.title);
        for line in panel.lines.iter().filter(|line| line.points.len() > 1) {
            let grown = line.points.windows(2).map(|pair| pair[1].1 / pair[0].1);
            let grown: Vec<String> = grown.map(|ratio| format!("{ratio:.1}")).collect();
            println!(
                "  {:<24} ten times as much takes {} times as long",
                line.name,
                grown.join(", ")
            );
        }
    }
    let mut arguments = std::env::args().skip(1);
    if let Some(path) = arguments.find(|it| Path::new(it).extension().is_some_and(|it| it == "svg")) {
        plot::picture(&path, &panels).unwrap_or_else(|error| panic!("{path}: {error}"));
        println!("\n{path} is written");
    }
}

/// Each contender by its name, and the seconds that it takes for an item.
type Measured = Vec<(String, f64)>;

/// Asks the same for each amount.
fn panel(title: &'static str, amounts: &[usize], ask: impl Fn(usize) -> Measured) -> Panel {
    let mut lines: Vec<Line> = Vec::new();
    for amount in amounts {
        for (place, (name, seconds)) in ask(*amount).into_iter().enumerate() {
            if place == lines.len() {
                let points = Vec::new();
                lines.push(Line { name, points });
            }
            #[expect(clippy::cast_precision_loss, reason = "far below what a float holds")]
            lines[place].points.push((*amount as f64, seconds));
        }
    }
    Panel { title, lines }
}

fn measured(question: &str, items: usize, contenders: &mut [Contender<'_>]) -> Measured {
    let times = compare(question, items, contenders).into_iter();
    let named = contenders.iter().zip(times);
    named
        .map(|(it, nanoseconds)| (it.name.to_owned(), nanoseconds / 1e9))
        .collect()
}

/// Shoppers in each of the forms that they can be asked in.
struct Crowd {
    shop: Definitions,
    at: At,
    shoppers: Vec<Shopper>,
    customers: Vec<Customer>,
    columns: Customers<'static>,
}

impl Crowd {
    fn new(definitions: &str, shoppers: Vec<Shopper>) -> Self {
        let shop = Definitions::parse(definitions).unwrap_or_else(|error| panic!("{error}"));
        let load = |it: &Shopper| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
        let customers: Vec<Customer> = shoppers.iter().map(load).collect();
        let columns = Customers::from_customers(&shop, &customers).unwrap_or_else(|error| panic!("{error}"));
        let at = shop.at(now(), &Zone::UTC);
        Self {
            shop,
            at,
            shoppers,
            customers,
            columns,
        }
    }

    /// Who is in the segment.
    fn contenders<'a>(
        &'a self,
        segment: &str,
        by_hand: impl Fn(&Shopper) -> bool + 'a,
    ) -> [Contender<'a>; 4] {
        let bound = self
            .shop
            .bind::<Shopper>()
            .unwrap_or_else(|error| panic!("{error}"));
        let in_place = bound.segment(segment).expect("defined before");
        let loaded = self.shop.segment(segment).expect("defined before");
        let columnar = loaded.clone();
        [
            contender("by hand", move || {
                let all = self.shoppers.iter();
                all.map(|it| u64::from(by_hand(black_box(it)))).sum()
            }),
            contender("own struct", move || {
                let all = self.shoppers.iter();
                all.map(|it| u64::from(in_place.matches(black_box(it), &self.at)))
                    .sum()
            }),
            contender("Customer", move || {
                let all = self.customers.iter();
                all.map(|it| u64::from(loaded.matches(black_box(it), &self.at)))
                    .sum()
            }),
            contender("columns", move || {
                columnar.evaluate(black_box(&self.columns), &self.at).count() as u64
            }),
        ]
    }
}

fn customers(amounts: &[usize]) -> Panel {
    panel("customers, one segment of ten conditions", amounts, |count| {
        let crowd = Crowd::new(&[SCHEMA, ATTRIBUTES].concat(), shoppers(count, &COUNTRIES, 0));
        let now = crowd.at.now();
        let from = audience::DateTime::from_micros(now.micros() - 30 * DAY).expect("in range");
        let mut contenders = crowd.contenders("ten", |it| ten_by_hand(it, from, now));
        measured(&format!("{count} customers"), 1, &mut contenders)
    })
}

/// Of one customer; all together have so many.
fn events(amounts: &[usize], all: usize) -> Panel {
    panel(
        "events of a customer, less than so many, three windows",
        amounts,
        |count| {
            // Half as many on average.
            let shoppers = shoppers((2 * all / count).max(1), &COUNTRIES, count);
            let crowd = Crowd::new(&[SCHEMA, EVENTS].concat(), shoppers);
            let now = crowd.at.now();
            let mut contenders = crowd.contenders("all_three", |it| all_three_by_hand(it, now));
            let question = format!("less than {count} events each");
            measured(&question, crowd.shoppers.len(), &mut contenders)
        },
    )
}

/// Of one customer, who is asked for all of them.
fn segments(amounts: &[usize]) -> Panel {
    panel("segments of ten conditions, one customer", amounts, |count| {
        let mut random = Random(11);
        let draw = |_| Rule::draw(&mut random, &MANY_COUNTRIES, 10);
        let rules: Vec<Rule> = (0..count).map(draw).collect();
        let mut text = SCHEMA.to_owned();
        for (index, rule) in rules.iter().enumerate() {
            writeln!(text, "segment s{index} = {}", rule.text()).expect("a String takes all");
        }
        let people = 2_000;
        let crowd = Crowd::new(&text, shoppers(people, &MANY_COUNTRIES, 0));
        let closures: Vec<_> = rules.iter().map(|it| it.by_hand(crowd.at.now())).collect();
        let bound = crowd
            .shop
            .bind::<Shopper>()
            .unwrap_or_else(|error| panic!("{error}"));
        let (in_place, loaded) = (bound.segments(), crowd.shop.segments());
        let (mut of_record, mut of_customer) = (SegmentSet::new(), SegmentSet::new());
        let mut contenders = [
            contender("by hand", || {
                let of = |it: &Shopper| closures.iter().filter(|closure| closure(it)).count();
                crowd.shoppers.iter().map(|it| of(black_box(it)) as u64).sum()
            }),
            contender("own struct", || {
                let mut of = |it: &Shopper| {
                    in_place.matching(it, &crowd.at, &mut of_record);
                    of_record.len()
                };
                crowd.shoppers.iter().map(|it| of(black_box(it)) as u64).sum()
            }),
            contender("Customer", || {
                let mut of = |it: &Customer| {
                    loaded.matching(it, &crowd.at, &mut of_customer);
                    of_customer.len()
                };
                crowd.customers.iter().map(|it| of(black_box(it)) as u64).sum()
            }),
            contender("columns", || {
                let counts = loaded.counts(black_box(&crowd.columns), &crowd.at);
                counts.into_iter().map(|it| it as u64).sum()
            }),
        ];
        measured(&format!("{count} segments"), people, &mut contenders)
    })
}

/// Of one customer, for whom all of them hold, so that each has to be asked.
fn conditions(amounts: &[usize]) -> Panel {
    panel("conditions that hold, one customer", amounts, |count| {
        let count = i64::try_from(count).expect("few conditions");
        let bounds: Vec<(i64, i64)> = (0..count).map(|index| (-1 - index, index)).collect();
        let parts = bounds
            .iter()
            .map(|(orders, spent)| format!("(orders > {orders} or total_spent = {spent})"));
        let parts: Vec<String> = parts.collect();
        let text = format!("{SCHEMA}\nsegment long = {}\n", parts.join(" and "));
        let crowd = Crowd::new(&text, shoppers(5_000, &COUNTRIES, 0));
        let by_hand = |it: &Shopper| {
            let holds = |(orders, spent): &(i64, i64)| {
                it.orders > *orders || it.total_spent.units() == spent * 10_000
            };
            bounds.iter().all(holds)
        };
        let mut contenders = crowd.contenders("long", by_hand);
        measured(
            &format!("{count} conditions"),
            crowd.shoppers.len(),
            &mut contenders,
        )
    })
}

/// Compiles the text.
fn compiled(question: &str, text: &str) -> Measured {
    let compile = || Definitions::parse(black_box(text)).unwrap_or_else(|error| panic!("{error}"));
    let mut contenders = [
        contender("compile", || compile().segments().len() as u64),
        contender("with warnings", || {
            let shop = compile();
            black_box(shop.warnings());
            shop.segments().len() as u64
        }),
    ];
    measured(question, 1, &mut contenders)
}

fn definitions(amounts: &[usize]) -> Panel {
    panel("definitions: segments of ten conditions", amounts, |count| {
        let mut random = Random(11);
        let mut text = SCHEMA.to_owned();
        for index in 0..count {
            let rule = Rule::draw(&mut random, &MANY_COUNTRIES, 10);
            writeln!(text, "segment s{index} = {}", rule.text()).expect("a String takes all");
        }
        compiled(&format!("compile {count} segments, {} bytes", text.len()), &text)
    })
}

fn long_rules(amounts: &[usize]) -> Panel {
    panel("definitions: conditions of one segment", amounts, |count| {
        let part = |index| format!("(orders > {index} or total_spent = {index})");
        let parts: Vec<String> = (0..count).map(part).collect();
        let text = format!("{SCHEMA}\nsegment long = {}\n", parts.join(" and "));
        compiled(
            &format!("compile {count} conditions, {} bytes", text.len()),
            &text,
        )
    })
}
