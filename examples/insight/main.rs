//! What is known of customers, on three public data sets: who they are by what they bought, whether they come back, what they will be
//! worth, what to recommend to them, and whether an e-mail paid.
//!
//! ```sh
//! cargo run --release --example insight --features analytics,experiment
//! ```
//!
//! - Online Retail: scores of recency, frequency and value, retention, models of churn and lifetime value whose scores segments read,
//!   and recommenders, tried on four weeks that they have not seen.
//! - CDNOW: three models of purchases against the figures of the papers, and against what happened in the next 39 weeks.
//! - Hillstrom: an experiment of 64,000 customers, with every figure's interval.
#![expect(clippy::print_stdout, reason = "what it found is what it is for")]

#[path = "../recommending/bought.rs"]
mod bought;
mod cdnow;
#[expect(
    dead_code,
    reason = "the example that it belongs to shows and writes more of it"
)]
#[path = "../campaign/data.rs"]
mod data;
mod hillstrom;
mod recommended;
mod retail;

use std::{error::Error, fs::File, path::Path};

use flate2::read::GzDecoder;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    retail::run(root)?;
    cdnow::run(root)?;
    hillstrom::run(root)
}

/// A file of the public data, unpacked.
fn open(root: &Path, name: &str) -> Result<GzDecoder<File>, Box<dyn Error>> {
    let path = root.join("examples/data").join(name);
    let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(GzDecoder::new(file))
}

fn title(text: &str) {
    println!("\n{text}\n{}", "=".repeat(text.chars().count()));
}
