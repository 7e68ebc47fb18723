//! Sorts a thousand real customers into segments, chooses a message for each, and writes the e-mails.
//!
//! ```sh
//! cargo run --release --example campaign
//! ```
//!
//! It reads invoices of a gift shop (`examples/data/`), asks the definitions in `shop.audience` who is who, learns from
//! the invoices what to recommend, and writes to `target/campaign/`: `index.html` to look at everything, one page and one
//! subject for each e-mail in `mail/`, and the customers and products as JSON lines for the command line.
#![expect(clippy::print_stdout, reason = "what it found is what it is for")]

mod data;
mod index;
mod messages;
mod report;

use std::{
    error::Error,
    fs::{self, File},
    io::{BufReader, BufWriter},
    path::Path,
};

use audience::{
    Assortment, At, Blend, Customer, Definitions, Duration, FitError, History, Interactions,
    NeighbourOptions, Neighbours, Placements, Popularity, PopularityOptions, Shelf, Split, Target, Wish,
    Zone,
};
use indexmap::IndexMap;
use indicatif::{ProgressBar, ProgressStyle};
use messages::{Message, Outcome};

/// No such shop: a name set aside for examples.
const SHOP: &str = "https://shop.example/";

/// The recommender is tried on what was bought since then: four weeks.
const LAST_DAYS: &str = "2011-11-12T00:00:00Z";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("target/campaign");
    fs::create_dir_all(&target)?;

    let retail = read(root)?;
    write_lines(&target.join("customers.jsonl"), &retail.customers)?;
    write_lines(&target.join("products.jsonl"), &retail.products)?;

    let shop = Definitions::builder()
        .file(root.join("examples/campaign/shop.audience"))
        .build()?;
    let products = BufReader::new(File::open(target.join("products.jsonl"))?);
    let at = shop
        .at(data::NOW.parse()?, &Zone::named(data::ZONE)?)
        .with_items(shop.loader().items_from_json_lines("products", products)?);
    let customers = load(&shop, &retail.customers)?;
    println!(
        "{} customers and {} products at {}",
        customers.len(),
        retail.products.len(),
        data::NOW
    );
    report::segments(&shop, &customers, &at);
    report::words(&shop, "stage", &customers, &at)?;

    let history = History::new(shop.schema(), "purchases", "items.sku")?.until(at.now());
    let mut bought = Interactions::new();
    for customer in &customers {
        bought.add_events(customer, &history);
    }
    let products = at.items("products").ok_or("the products were added")?;
    let shelf = Shelf::new(&Assortment::from_items(products, "name", None)?);
    let split = Split::new(&bought, LAST_DAYS.parse()?, at.now());
    let report = |model: &Blend| split.evaluate(model, &shelf, 10, Target::New);
    report::recommendations(
        &report(&recommender(split.train(), &shelf)?),
        &report(&Blend::new().or_else(popular(split.train(), &shelf)?)),
    );
    let recommendations = Recommendations {
        model: recommender(&bought, &shelf)?,
        shelf,
        history,
    };

    let messages = messages::compile(&shop, &root.join("examples/campaign/messages"))?;
    let written = write(&messages, &customers, &recommendations, &at, &target)?;
    report::written(&written.groups, &written.skipped, customers.len());
    fs::write(target.join("index.html"), index::page(&written.groups))?;
    println!("\nopen target/campaign/index.html to look at them");
    Ok(())
}

fn read(root: &Path) -> Result<data::Data, Box<dyn Error>> {
    let path = root.join(data::SAMPLE);
    let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let bar = progress("reading invoices", file.metadata()?.len());
    let retail = data::read(bar.wrap_read(file))?;
    bar.finish_and_clear();
    Ok(retail)
}

fn write_lines<T: serde::Serialize>(file: &Path, rows: &[T]) -> Result<(), Box<dyn Error>> {
    data::write_lines(BufWriter::new(File::create(file)?), rows)
}

fn load(shop: &Definitions, customers: &[data::Customer]) -> Result<Vec<Customer>, Box<dyn Error>> {
    let bar = progress("loading customers", customers.len() as u64);
    let mut loaded = Vec::new();
    for customer in bar.wrap_iter(customers.iter()) {
        loaded.push(shop.customer_from(customer)?);
    }
    bar.finish_and_clear();
    Ok(loaded)
}

/// What is recommended to whom.
struct Recommendations {
    shelf: Shelf,
    model: Blend,
    history: History,
}

/// What customers with the same purchases bought, leaning on what sells right now.
fn recommender(bought: &Interactions, shelf: &Shelf) -> Result<Blend, FitError> {
    let assortment = shelf.assortment();
    let options = NeighbourOptions {
        half_life: Some(Duration::from_micros(120 * 86_400_000_000)),
        support: 3,
        ..NeighbourOptions::default()
    };
    let alike = Neighbours::fit(&options, bought, assortment)?;
    let trending = Popularity::fit(&PopularityOptions::trending(), bought, assortment)?;
    Blend::new().add(1.0, alike)?.add(0.4, trending)
}

fn popular(bought: &Interactions, shelf: &Shelf) -> Result<Popularity, FitError> {
    Popularity::fit(&PopularityOptions::default(), bought, shelf.assortment())
}

/// What was written, by message, and how many customers got nothing, by reason.
struct Written {
    groups: Vec<index::Group>,
    skipped: IndexMap<String, usize>,
}

/// Writes to each customer the first message whose segment they are in.
fn write(
    messages: &[Message],
    customers: &[Customer],
    recommendations: &Recommendations,
    at: &At,
    target: &Path,
) -> Result<Written, Box<dyn Error>> {
    let folder = target.join("mail");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir(&folder)?;
    let mut written = Written {
        groups: messages.iter().map(index::Group::new).collect(),
        skipped: IndexMap::new(),
    };
    let mut placements = Placements::new();
    let bar = progress("writing e-mails", customers.len() as u64);
    for customer in bar.wrap_iter(customers.iter()) {
        let Some(choice) = messages.iter().position(|it| it.audience.matches(customer, at)) else {
            written.skip("no message is for them");
            continue;
        };
        let key = customer.key().to_string();
        let profile = recommendations.history.profile(customer, at.now());
        let list = recommendations
            .shelf
            .choose(&recommendations.model, &profile, &Wish::new(4));
        placements.set("recommendations", &list);
        let unsubscribe = format!("{SHOP}unsubscribe/{key}");
        let inputs = messages[choice].inputs(&[
            ("shop_url", SHOP),
            ("unsubscribe", &unsubscribe),
            ("coupon", "WELCOMEBACK"),
        ])?;
        match messages[choice].render(customer, &inputs, &placements, at)? {
            Outcome::Skipped(reason) => written.skip(&reason),
            Outcome::Written { subject, html } => {
                assert_eq!(
                    html.matches("class=\"tile\"").count(),
                    4,
                    "four products for {key}"
                );
                fs::write(folder.join(format!("{key}.html")), html)?;
                fs::write(folder.join(format!("{key}.txt")), &subject)?;
                let reasons = list.iter().map(|it| it.reason.to_string()).collect();
                written.groups[choice].mails.push(index::Mail {
                    customer: key,
                    subject,
                    reasons,
                });
            }
        }
    }
    bar.finish_and_clear();
    Ok(written)
}

impl Written {
    fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress(step: &'static str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:20} {bar:40} {percent:>3} %");
    ProgressBar::new(length)
        .with_style(style.expect("the template is right"))
        .with_message(step)
}
