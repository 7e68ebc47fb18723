#![no_main]
//! No value changes what a browser makes of a page: the first bytes choose its pieces, the others are the value.

use audience_fuzz::{
    page,
    report::{Outcome, Report},
};
use libfuzzer_sys::fuzz_target;

static REPORT: Report = Report::new("html");

fuzz_target!(|data: &[u8]| {
    let Some((count, rest)) = data.split_first() else {
        return REPORT.count(Outcome::Refused);
    };
    let count = usize::from(count % 4 + 1).min(rest.len());
    let (pieces, value) = rest.split_at(count);
    let pieces: Vec<usize> = pieces.iter().map(|it| usize::from(*it)).collect();
    page::check(&pieces, &String::from_utf8_lossy(value));
    REPORT.count(Outcome::Compiled);
});
