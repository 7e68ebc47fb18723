//! The same rules over the same customers: by hand, by the library, and by other engines, each in the fastest way that its
//! documentation shows for one customer after another.
//!
//! **Out of the time** is what is done once for all customers: compiling the rules, the bounds of windows (constants in the
//! rules of other engines), loading customers for `Customer` and for columns, and, where a row says `values there already`,
//! bringing what the rules read into the form of the engine. Where it says `values made`, that is **in the time**, with
//! everything else that a program has to do that holds its customers in structs of its own.
//!
//! Other engines are given what they compare fastest, see `shown`. All answers are compared, customer by customer, before
//! anything is timed. Ways take turns, and each has the processor's time of its thread.

#[expect(dead_code, reason = "shared with a bench that asks one rule more")]
#[path = "../../support/rules.rs"]
mod by_hand;
mod cel;
mod columns;
mod datalogic;
mod evalexpr;
mod minijinja;
mod own;
#[path = "../../support/random.rs"]
mod random;
mod rhai;
mod rules;
#[path = "../../support/shopper.rs"]
mod shopper;
mod shown;
#[expect(dead_code, reason = "shared with benches that have the time on the wall")]
#[path = "../../support/mod.rs"]
mod support;
mod wirefilter;
mod zen;

use std::{cell::OnceCell, hint::black_box, time::Duration};

use bumpalo::Bump;
use rustix::time::{ClockId, clock_gettime};

use columns::{Columns, Loops};
use own::Own;
use random::Random;
use rules::{Rule, Ten, closures, hundred};
use shopper::{COUNTRIES, Shopper, shoppers};
use support::{compare_by, contender};

/// So many fit into the caches of a processor, and so many do not.
const HOT: usize = 5_000;
const COLD: usize = 100_000;

/// Less purchases than this has a customer, of whom events are asked.
const PURCHASES: usize = 24;

/// One of those who answer.
pub(crate) trait Contestant {
    /// Which of the rules hold, as bits, for each of so many customers in the order of memory.
    fn answers(&mut self, customers: usize) -> Vec<u128>;

    /// How many of the rules hold for all customers, taken in this order.
    fn count(&mut self, order: &[usize]) -> u64;
}

/// One customer after another.
impl<F: FnMut(usize) -> u128> Contestant for F {
    fn answers(&mut self, customers: usize) -> Vec<u128> {
        (0..customers).map(self).collect()
    }

    fn count(&mut self, order: &[usize]) -> u64 {
        order
            .iter()
            .map(|index| u64::from(self(*index).count_ones()))
            .sum()
    }
}

/// A bit for each rule that holds.
#[inline]
pub(crate) fn bits<T>(rules: &[T], mut holds: impl FnMut(&T) -> bool) -> u128 {
    if let [rule] = rules {
        return u128::from(holds(rule));
    }
    rules.chunks(64).rev().fold(0, |bits, rules| {
        let word = rules
            .iter()
            .rev()
            .fold(0_u64, |word, rule| word << 1 | u64::from(holds(rule)));
        bits << 64 | u128::from(word)
    })
}

/// What rivals borrow from.
#[derive(Default)]
pub(crate) struct Store {
    arena: Bump,
    environment: OnceCell<::minijinja::Environment<'static>>,
    scheme: OnceCell<::wirefilter::Scheme>,
    tags: OnceCell<Vec<String>>,
}

/// Who answers, by the name of the crate, and in which mode.
const WAYS: [(&str, &str); 19] = [
    ("hand-written", "closures over the struct"),
    ("hand-written", "loops over columns"),
    ("audience", "own struct through `Record`"),
    ("audience", "`Customer`"),
    ("audience", "columns"),
    ("cel", "values made, when a resolver is asked"),
    ("cel", "values there already, resolver"),
    ("datalogic-rs", "values made, arena"),
    ("datalogic-rs", "values there already"),
    ("evalexpr", "values made, own `Context`"),
    ("evalexpr", "values there already, own `Context`"),
    ("minijinja", "values made, own `Object`"),
    ("minijinja", "values there already, own `Object`"),
    ("rhai", "values made, `Scope` used again"),
    ("rhai", "values there already, `Scope`"),
    (
        "wirefilter-engine",
        "values set but the tags, `ExecutionContext` used again",
    ),
    ("wirefilter-engine", "values there already, `ExecutionContext`"),
    ("zen-expression", "values made, `VM` used again"),
    ("zen-expression", "values there already, `VM` used again"),
];

/// The ways that are not other engines.
const OURS: usize = 5;

struct Question {
    name: &'static str,
    rules: Vec<Rule>,
    purchases: usize,
    /// A hundred rules take other engines minutes when out of cache, where they take the same as in it.
    is_cold_for_rivals: bool,
}

fn questions() -> Vec<Question> {
    let question = |name, rules, purchases| Question {
        name,
        rules,
        purchases,
        is_cold_for_rivals: true,
    };
    vec![
        question("simple", vec![Rule::Simple], 0),
        question("ten conditions", vec![Rule::Ten(Ten::first())], 0),
        Question {
            is_cold_for_rivals: false,
            ..question("100 segments", hundred(), 0)
        },
        question("events: a count", vec![Rule::Filtered], PURCHASES),
        question("events: three windows", vec![Rule::AllThree], PURCHASES),
    ]
}

fn main() {
    // Cargo's tests want to see that all give the same answers.
    let is_test = cfg!(debug_assertions) || std::env::args().any(|argument| argument == "--test");
    let (hot, cold) = if is_test { (100, 200) } else { (HOT, COLD) };
    let only = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let questions = questions().into_iter();
    let questions = questions.filter(|it| only.as_ref().is_none_or(|only| it.name.contains(only.as_str())));
    let mut columns = Vec::new();
    for question in questions {
        let cells = measure(&question, "hot", hot, true);
        columns.push((format!("{}, hot", question.name), cells));
        let cells = measure(&question, "out of cache", cold, question.is_cold_for_rivals);
        columns.push(("out of cache".to_owned(), cells));
    }
    if !is_test {
        table(&columns);
    }
}

type Cells = [Option<f64>; WAYS.len()];

/// The nanoseconds that each way takes for a customer.
fn measure(question: &Question, temperature: &str, count: usize, with_rivals: bool) -> Cells {
    let rules = &question.rules;
    let shoppers = shoppers(count, &COUNTRIES, question.purchases);
    // In memory they stand in one order and are asked in another.
    let mut order: Vec<usize> = (0..count).collect();
    if count == COLD {
        Random(3).shuffle(&mut order);
    }
    let columns = Columns::new(&shoppers);
    let own = Own::new(rules);
    let customers = own.load(&shoppers);
    let people = own.columns(&customers);
    let store = Store::default();

    let ours: [Box<dyn Contestant + '_>; OURS] = [
        closures(rules, &shoppers),
        Box::new(Loops {
            columns: &columns,
            rules,
        }),
        own.in_place(&shoppers),
        own.loaded(&customers),
        own.columnar(&people),
    ];
    let mut ways: Vec<(usize, Box<dyn Contestant + '_>)> = ours.into_iter().enumerate().collect();
    if with_rivals {
        let rivals = rivals(rules, &shoppers, &store).into_iter().enumerate();
        ways.extend(rivals.filter_map(|(place, way)| Some((OURS + place, way?))));
    }

    let expected = ways[0].1.answers(count);
    for (place, way) in &mut ways[1..] {
        let (name, mode) = WAYS[*place];
        for (index, (answer, expected)) in way.answers(count).iter().zip(&expected).enumerate() {
            assert_eq!(
                answer, expected,
                "{}: {name}, {mode} says something else of {:?}",
                question.name, shoppers[index]
            );
        }
    }
    let names: Vec<String> = ways
        .iter()
        .map(|(place, _)| format!("{}, {}", WAYS[*place].0, WAYS[*place].1))
        .collect();
    let order = &order;
    let contenders = ways.iter_mut().zip(&names);
    let mut contenders: Vec<_> = contenders
        .map(|((_, way), name)| contender(name, move || way.count(black_box(order))))
        .collect();
    let name = format!("{}, {temperature}", question.name);
    let times = compare_by(thread_time, &name, count, &mut contenders);
    drop(contenders);
    let mut cells = Cells::default();
    for ((place, _), time) in ways.iter().zip(times) {
        cells[*place] = Some(time);
    }
    cells
}

/// Two ways for each engine, or nothing where it cannot express the rules.
fn rivals<'a>(
    rules: &[Rule],
    shoppers: &'a [Shopper],
    store: &'a Store,
) -> Vec<Option<Box<dyn Contestant + 'a>>> {
    let [made, ready] = [false, true];
    vec![
        cel::contestant(rules, shoppers, made),
        cel::contestant(rules, shoppers, ready),
        datalogic::contestant(rules, shoppers, made, store),
        datalogic::contestant(rules, shoppers, ready, store),
        evalexpr::contestant(rules, shoppers, made),
        evalexpr::contestant(rules, shoppers, ready),
        minijinja::contestant(rules, shoppers, made, store),
        minijinja::contestant(rules, shoppers, ready, store),
        rhai::contestant(rules, shoppers, made),
        rhai::contestant(rules, shoppers, ready),
        wirefilter::contestant(rules, shoppers, made, store),
        wirefilter::contestant(rules, shoppers, ready, store),
        zen::contestant(rules, shoppers, made),
        zen::contestant(rules, shoppers, ready),
    ]
}

/// The processor's time of this thread, which work of others does not lengthen.
fn thread_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime)
        .try_into()
        .expect("a time that has passed")
}

/// All in one table in Markdown: nanoseconds for a customer, and the ratio to the closures.
fn table(columns: &[(String, Cells)]) {
    print!("\n| | mode |");
    columns.iter().for_each(|(name, _)| print!(" {name} |"));
    println!("\n|---|---|{}", "---:|".repeat(columns.len()));
    for (place, (name, mode)) in WAYS.iter().enumerate() {
        print!("| {name}{} | {mode} |", version(name));
        for (_, cells) in columns {
            match (cells[place], cells[0]) {
                (Some(time), Some(by_hand)) => print!(" {time:.1} ns ({:.2} ×) |", time / by_hand),
                _ => print!(" |"),
            }
        }
        println!();
    }
    println!(
        "\nNo value: cel has no sum; evalexpr and wirefilter-engine have no expressions over the items of a list; \
        and a hundred segments out of cache are asked of no other engine.\n\nThe engines with the features that are on:"
    );
    for line in include_str!("../Cargo.toml").lines() {
        if WAYS
            .iter()
            .any(|(name, _)| line.starts_with(&format!("{name} = ")))
        {
            println!("  {line}");
        }
    }
}

/// What the lock file says, with a blank before.
fn version(name: &str) -> String {
    let lock = include_str!("../Cargo.lock");
    let mut lines = lock
        .lines()
        .skip_while(|line| *line != format!("name = {name:?}"));
    match lines.nth(1).and_then(|line| line.strip_prefix("version = ")) {
        Some(version) => format!(" {}", version.trim_matches('"')),
        None => String::new(),
    }
}
