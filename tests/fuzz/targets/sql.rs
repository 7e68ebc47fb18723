#![no_main]
//! No text and no name changes what a query is: the input is a text, a table and a column, a line of `%%` between them.

use audience_fuzz::{
    report::{Outcome, Report},
    sql,
};
use libfuzzer_sys::fuzz_target;

static REPORT: Report = Report::new("sql");

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, "\n%%\n");
    let (note, table, column) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or("t"),
        parts.next().unwrap_or("c"),
    );
    REPORT.count(if sql::check(note, table, column) {
        Outcome::Compiled
    } else {
        Outcome::Refused
    });
});
