//! Compares all models on all customers of the Online Retail data.
//!
//! ```sh
//! cargo run --release --example recommending --features ease
//! ```
//!
//! Everything before 12 November 2011 is known, and models guess what the 1,300 customers who came back bought in the 28 days
//! after it. Options were chosen on an earlier cut, 28 days before, which `-- --tune` prints: the later one was looked at once
//! they stood.
//!
//! It writes both splits to `target/recommending/`, for `benches/rivals/implicit.py`, which writes the lists of another library
//! there; where they lie, they are measured by the same code and printed beside ours. At the end it makes up views, to show what
//! lists make of them.
#![expect(clippy::print_stdout, reason = "what it found is what it is for")]

mod bought;
#[expect(
    dead_code,
    reason = "the example that it belongs to shows and writes more of it"
)]
#[path = "../campaign/data.rs"]
mod data;
mod models;
mod rivals;
mod views;

use std::{error::Error, fs, fs::File, path::Path};

use audience::{Assortment, DateTime, Evaluation, Shelf, Split, Target};

/// The length of the lists.
const LENGTH: usize = 10;

/// What happened until `cut` is known, and what is bought until `end` is guessed.
pub(crate) struct Cut {
    pub name: &'static str,
    from: &'static str,
    end: &'static str,
}

/// For choosing options.
const VALIDATION: Cut = Cut {
    name: "validation",
    from: "2011-10-15T00:00:00Z",
    end: "2011-11-12T00:00:00Z",
};
/// For the report: the last 28 days.
const TEST: Cut = Cut {
    name: "test",
    from: "2011-11-12T00:00:00Z",
    end: "2011-12-10T00:00:00Z",
};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/recommending");
    fs::create_dir_all(&folder)?;
    let path = root.join(bought::ALL);
    let retail = data::read(File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?)?;
    let bought = bought::bought(&retail);
    println!(
        "{} purchases of {} products by {} customers",
        bought.len(),
        bought.items(),
        bought.customers()
    );
    let tune = std::env::args().any(|it| it == "--tune");
    for cut in [&VALIDATION, &TEST] {
        let (from, end): (DateTime, DateTime) = (cut.from.parse()?, cut.end.parse()?);
        let split = Split::new(&bought, from, end);
        rivals::export(&folder, cut, &split)?;
        if (cut.name == VALIDATION.name) != tune {
            continue;
        }
        // What was sold before the cut: nobody knew of the others.
        let known = split.train();
        let products = retail.products.iter().filter(|it| known.has_item(&it.sku));
        let assortment: Assortment = products.map(|it| (it.sku.as_str(), it.name.as_str())).collect();
        let shelf = Shelf::new(&assortment);
        println!(
            "\n{}: {} to {}, {} products",
            cut.name,
            cut.from,
            cut.end,
            assortment.len()
        );
        let mut best: Vec<(String, Target, Evaluation)> = Vec::new();
        for (target, title) in [
            (Target::New, "items new to the customer"),
            (Target::All, "with repeats"),
            (Target::Repeats, "repeats only"),
        ] {
            println!("\n### {title}\n");
            println!("| model | customers | HR@10 | NDCG@10 | MAP@10 | coverage | novelty |");
            println!("|---|---:|---:|---:|---:|---:|---:|");
            for (name, model) in models::all(known, &assortment, tune)? {
                let report = split.evaluate(&*model, &shelf, LENGTH, target);
                row(&name, &report);
                best.push((format!("ours: {name}"), target, report));
            }
            for (name, lists) in rivals::lists(&folder, cut, target)? {
                let of = |customer: &str| lists.get(customer).cloned().unwrap_or_default();
                let report = split.evaluate_lists(of, &shelf, LENGTH, target);
                row(&name, &report);
                best.push((name, target, report));
            }
        }
        rivals::compare(&best);
        views::report(known, &assortment, from)?;
    }
    Ok(())
}

fn row(name: &str, it: &Evaluation) {
    println!(
        "| {name} | {} | {:.4} | {:.4} | {:.4} | {:.3} | {:.2} |",
        it.customers, it.hit_rate, it.ndcg, it.map, it.coverage, it.novelty
    );
}
