//! The purchases of CDNOW's customers, see `examples/data/README.md`.

use std::{collections::BTreeMap, fs::File, io::Read};

use audience::{
    Date,
    analytics::lifetime::{Summary, Time, Weeks},
};
use flate2::read::GzDecoder;

/// The last day that the models of the papers have seen: 39 weeks.
pub(crate) const CALIBRATED: &str = "1997-09-30";
/// The last day of all, 39 weeks later.
pub(crate) const END: &str = "1998-06-30";

fn text(name: &str) -> String {
    let path = format!("{}/examples/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    let mut file = GzDecoder::new(File::open(path).expect("is there"));
    file.read_to_string(&mut text).expect("is text");
    text
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// Days and dollars of each customer, by the number of the customer in that file.
pub(crate) fn orders(name: &str) -> BTreeMap<u32, Vec<(Date, f64)>> {
    let mut customers: BTreeMap<u32, Vec<_>> = BTreeMap::new();
    for line in text(name).lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // The sample has the number in the master before its own; the master has a header.
        let Ok(number) = fields[fields.len() - 4].parse() else {
            continue;
        };
        let [date, _, dollars] = fields[fields.len() - 3..] else {
            panic!("a line of three fields at least: {line}")
        };
        let date = day(&format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]));
        let dollars = dollars.parse().expect("dollars");
        customers.entry(number).or_default().push((date, dollars));
    }
    customers
}

/// The table of the papers: weeks with two decimals.
pub(crate) fn published() -> Vec<Summary<Weeks>> {
    let text = text("cdnow_summary.csv.gz");
    let weeks = |field: &str| Time::exactly(field.parse().expect("weeks")).expect("a time");
    let summary = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let repeats = fields[1].parse().expect("a count");
        let summary = Summary::new(repeats, weeks(fields[2]), weeks(fields[3])).expect("a summary");
        summary.with_mean_value(fields[4].trim().parse().expect("dollars"))
    };
    text.lines().skip(1).map(summary).collect()
}
