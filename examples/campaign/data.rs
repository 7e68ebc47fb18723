//! The Online Retail sample as customers with their invoices, and as a catalogue.
//!
//! The file has one line for each product on an invoice. Codes that start with five digits are products; the others
//! (`POST`, `M`, `D`, `C2`, `BANK CHARGES` …) are postage, corrections and discounts, which belong to an invoice's amount
//! but not into the catalogue.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{Read, Write},
};

use audience::{DateTime, Decimal, Zone};
use serde::{Deserialize, Serialize};

/// Where the sample lies, from the root of the repository.
pub const SAMPLE: &str = "examples/data/online_retail_1000_customers.csv.gz";
/// The shop's clock: invoices are dated in local time.
pub const ZONE: &str = "Europe/London";
/// The moment the campaign is written for, a few hours after the last invoice.
pub const NOW: &str = "2011-12-10T00:00:00Z";

/// Customers in the order of their numbers, products in the order of their codes.
pub struct Data {
    pub customers: Vec<Customer>,
    pub products: Vec<Product>,
}

#[derive(Serialize)]
pub struct Customer {
    pub id: String,
    pub country: String,
    pub purchases: Vec<Invoice>,
    pub returns: Vec<Invoice>,
}

#[derive(Serialize)]
pub struct Invoice {
    pub at: DateTime,
    pub invoice: String,
    /// The exact sum of quantity × price; negative on returns.
    pub amount: Decimal,
    pub items: Vec<Item>,
}

#[derive(Serialize)]
pub struct Item {
    pub sku: String,
    pub name: String,
    pub quantity: i64,
    pub price: Decimal,
}

#[derive(Serialize)]
pub struct Product {
    pub sku: String,
    /// As on the latest invoice.
    pub name: String,
    /// The latest that was not zero.
    pub price: Decimal,
    /// What a tile shows in place of a picture, and the colour it shows them on.
    pub initials: String,
    pub tint: String,
}

/// A line of the file.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "InvoiceNo")]
    invoice: String,
    #[serde(rename = "StockCode")]
    sku: String,
    #[serde(rename = "Description")]
    name: String,
    #[serde(rename = "Quantity")]
    quantity: i64,
    #[serde(rename = "InvoiceDate")]
    at: String,
    #[serde(rename = "UnitPrice")]
    price: Decimal,
    #[serde(rename = "CustomerID")]
    customer: String,
    #[serde(rename = "Country")]
    country: String,
}

/// Reads the compressed sample.
pub fn read(compressed: impl Read) -> Result<Data, Box<dyn Error>> {
    let zone = Zone::named(ZONE)?;
    let mut customers: BTreeMap<String, Customer> = BTreeMap::new();
    let mut products: BTreeMap<String, Product> = BTreeMap::new();
    // Lines stand in the order of time, so the last one seen is the latest.
    for line in csv::Reader::from_reader(flate2::read::GzDecoder::new(compressed)).into_deserialize() {
        let line: Line = line?;
        let at = zone.parse(&line.at)?;
        let name = line.name.trim().to_owned();
        if is_product(&line.sku) && line.price > Decimal::ZERO {
            let product = Product {
                sku: line.sku.clone(),
                initials: initials(&name),
                name: name.clone(),
                price: line.price,
                tint: tint(&line.sku).to_owned(),
            };
            products.insert(line.sku.clone(), product);
        }
        let customer = customers
            .entry(line.customer.clone())
            .or_insert_with(|| Customer {
                id: line.customer,
                country: String::new(),
                purchases: Vec::new(),
                returns: Vec::new(),
            });
        customer.country = line.country;
        let invoices = if line.invoice.starts_with('C') {
            &mut customer.returns
        } else {
            &mut customer.purchases
        };
        let item = Item {
            sku: line.sku,
            name,
            quantity: line.quantity,
            price: line.price,
        };
        add(invoices, line.invoice, at, item).ok_or("an invoice too large for a decimal")?;
    }
    Ok(Data {
        customers: customers.into_values().collect(),
        products: products.into_values().collect(),
    })
}

/// Writes one JSON object on each line.
pub fn write_lines<T: Serialize>(mut out: impl Write, rows: &[T]) -> Result<(), Box<dyn Error>> {
    for row in rows {
        serde_json::to_writer(&mut out, row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Adds an item to its invoice. An invoice that was typed over two minutes has two times; the first counts.
fn add(invoices: &mut Vec<Invoice>, number: String, at: DateTime, item: Item) -> Option<()> {
    let amount = item.price.checked_mul(Decimal::from_int(item.quantity)?)?;
    if let Some(invoice) = invoices.iter_mut().rev().find(|it| it.invoice == number) {
        invoice.amount = invoice.amount.checked_add(amount)?;
        invoice.items.push(item);
    } else {
        invoices.push(Invoice {
            at,
            invoice: number,
            amount,
            items: vec![item],
        });
    }
    Some(())
}

fn is_product(sku: &str) -> bool {
    sku.len() >= 5 && sku.bytes().take(5).all(|b| b.is_ascii_digit())
}

/// The first letters of the first two words that say something: `SET OF 3 CAKE TINS` gives `CT`.
fn initials(name: &str) -> String {
    const SMALL: [&str; 10] = ["SET", "PACK", "BOX", "OF", "THE", "AND", "IN", "WITH", "FOR", "A"];
    let says_something = |word: &&str| word.starts_with(char::is_alphabetic) && !SMALL.contains(word);
    let letters: String = name
        .split([' ', ',', '.', '/', '-'])
        .filter(says_something)
        .filter_map(|word| word.chars().next())
        .take(2)
        .collect();
    if letters.is_empty() {
        name.chars().take(1).collect()
    } else {
        letters
    }
}

/// A colour that stays with the product, dark enough for white letters.
fn tint(sku: &str) -> &'static str {
    const TINTS: [&str; 7] = [
        "#c2533f", "#2f7f79", "#b9791b", "#6a5d8f", "#3f6b9c", "#8c2f39", "#55753a",
    ];
    TINTS[sku.bytes().map(usize::from).sum::<usize>() % TINTS.len()]
}
