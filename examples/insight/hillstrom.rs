//! The Hillstrom e-mail experiment: nothing, an e-mail about things for men, one about things for women.

use std::{error::Error, path::Path};

use audience::experiment::{Counted, Experiment, Metric, Treatment};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    segment: String,
    newbie: u8,
    visit: u8,
    conversion: u8,
    spend: f64,
}

pub(crate) fn run(root: &Path) -> Result<(), Box<dyn Error>> {
    crate::title("Hillstrom: did the e-mails pay?");
    let experiment = Experiment::builder("hillstrom")
        .arm("none", 1.0 / 3.0, Treatment::Nothing)
        .arm("mens", 1.0 / 3.0, Treatment::SameForAll)
        .arm("womens", 1.0 / 3.0, Treatment::SameForAll)
        .goal(Metric::rate("visit"))
        .goal(Metric::rate("conversion"))
        .goal(Metric::mean("spend"))
        .segments(["new", "known"])
        .build()?;
    let mut counted = Counted::new(&experiment);
    let lines = csv::Reader::from_reader(crate::open(root, "hillstrom_email.csv.gz")?).into_deserialize();
    for (row, line) in lines.enumerate() {
        let line: Line = line?;
        let arm = match &*line.segment {
            "No E-Mail" => "none",
            "Mens E-Mail" => "mens",
            "Womens E-Mail" => "womens",
            other => return Err(format!("line {row}: no arm is called {other}").into()),
        };
        let values = [
            ("visit", (line.visit == 1).into()),
            ("conversion", (line.conversion == 1).into()),
            ("spend", line.spend.into()),
        ];
        let segment = if line.newbie == 1 { "new" } else { "known" };
        counted.add(&row.to_string(), arm, [segment], values)?;
    }
    println!("{}", counted.into_tally().analyze());
    Ok(())
}
