//! How fast are models of purchases fitted on the 23,570 customers of CDNOW, and asked for each of them?
//!
//! One line of JSON for each fit, which `benches/rivals/fit_lifetimes.py` compares with Python's `lifetimes`. With the name of a model,
//! that one is fitted and nothing is asked: `cargo bench --features analytics --bench lifetime -- bg_nbd`.

#![expect(clippy::print_stdout, reason = "the figures are what a bench is run for")]

use std::{
    collections::BTreeMap,
    fs::File,
    hint::black_box,
    io::Read,
    time::{Duration, Instant},
};

use audience::{
    Date, DateTime,
    analytics::{
        NotEnoughData,
        lifetime::{BgNbd, Discount, Fit, GammaGamma, MbgNbd, ParetoNbd, Summary, Time, Weeks},
    },
};
use flate2::read::GzDecoder;
use serde::Serialize;

/// The day up to which the papers fit.
const UNTIL: &str = "1997-09-30";

fn customers() -> Vec<Summary<Weeks>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_master.txt.gz");
    let mut text = String::new();
    let mut file = GzDecoder::new(File::open(path).expect("is there"));
    file.read_to_string(&mut text).expect("is text");
    let mut orders: BTreeMap<&str, Vec<(Date, f64)>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [customer, date, _, dollars] = fields[..] else {
            panic!("four fields: {line}")
        };
        let date = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
        let order = (date.parse().expect("a day"), dollars.parse().expect("dollars"));
        orders.entry(customer).or_default().push(order);
    }
    let until = UNTIL.parse().expect("a day");
    orders
        .into_values()
        .filter_map(|orders| Summary::of_orders(orders, until))
        .collect()
}

#[derive(Serialize)]
struct Fitted<'a> {
    model: &'a str,
    customers: usize,
    /// The median.
    seconds: f64,
    rounds: usize,
    evaluations: u32,
    log_likelihood: f64,
    parameters: &'a serde_json::Value,
}

/// Fits for three seconds, or once where one only wants to see it work.
fn fit<M: Serialize>(
    name: &str,
    customers: &[Summary<Weeks>],
    fit: impl Fn() -> Result<M, NotEnoughData>,
    report: impl Fn(&M) -> Option<&Fit>,
) -> M {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let limit = Duration::from_secs(if is_test { 0 } else { 3 });
    let begin = Instant::now();
    let mut times = Vec::new();
    let model = loop {
        let begin_of_round = Instant::now();
        let model = black_box(fit()).expect("enough customers");
        times.push(begin_of_round.elapsed().as_secs_f64());
        if begin.elapsed() >= limit {
            break model;
        }
    };
    times.sort_by(f64::total_cmp);
    let saved = serde_json::to_value(&model).expect("writes");
    let report = report(&model).expect("was fitted");
    let line = Fitted {
        model: name,
        customers: customers.len(),
        seconds: times[times.len() / 2],
        rounds: times.len(),
        evaluations: report.evaluations(),
        log_likelihood: report.log_likelihood(),
        parameters: &saved["parameters"],
    };
    println!("{}", serde_json::to_string(&line).expect("writes"));
    model
}

/// Time of one answer for each customer.
#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn ask(name: &str, customers: &[Summary<Weeks>], answer: impl Fn(&Summary<Weeks>) -> f64) {
    let begin = Instant::now();
    let sum: f64 = customers.iter().map(answer).sum();
    let microseconds = begin.elapsed().as_secs_f64() * 1e6 / customers.len() as f64;
    println!("# {name}: {microseconds:.1} µs per customer, sum {sum:.2}");
}

fn main() {
    let customers = customers();
    let at = DateTime::MAX;
    let year = Time::from_days(365);
    let bg = || {
        let model = || BgNbd::fit(at, &customers);
        fit("bg_nbd", &customers, model, BgNbd::fit_report)
    };
    let mbg = || {
        let model = || MbgNbd::fit(at, &customers);
        fit("mbg_nbd", &customers, model, MbgNbd::fit_report)
    };
    let pareto = || {
        let model = || ParetoNbd::fit(at, &customers);
        fit("pareto_nbd", &customers, model, ParetoNbd::fit_report)
    };
    let values = || {
        let model = || GammaGamma::fit(at, &customers);
        fit("gamma_gamma", &customers, model, GammaGamma::fit_report)
    };
    // As with other benches, a word chooses: here, the model of that name.
    let only = std::env::args().skip(1).find(|it| !it.starts_with('-'));
    if let Some(word) = only {
        let has = |name: &str| name == word;
        if has("bg_nbd") {
            bg();
        }
        if has("mbg_nbd") {
            mbg();
        }
        if has("pareto_nbd") {
            pareto();
        }
        if has("gamma_gamma") {
            values();
        }
        return;
    }
    bg();
    let (mbg, pareto, values) = (mbg(), pareto(), values());
    let discount = Discount::per_year(0.15).expect("a rate");
    ask("mbg_nbd, no purchase in a year", &customers, |it| {
        mbg.p_no_purchase(it, year)
    });
    ask("mbg_nbd, purchases in a year", &customers, |it| {
        mbg.expected_purchases(it, year)
    });
    ask("mbg_nbd, value of a year, discounted", &customers, |it| {
        mbg.lifetime_value(it, &values, year, discount).unwrap_or(0.0)
    });
    ask("pareto_nbd, no purchase in a year", &customers, |it| {
        pareto.p_no_purchase(it, year)
    });
    ask("pareto_nbd, purchases in a year", &customers, |it| {
        pareto.expected_purchases(it, year)
    });
    ask("pareto_nbd, value of a year, discounted", &customers, |it| {
        pareto.lifetime_value(it, &values, year, discount).unwrap_or(0.0)
    });
}
