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
pub(crate) const SAMPLE: &str = "examples/data/online_retail_1000_customers.csv.gz";
/// The shop's clock: invoices are dated in local time.
pub(crate) const ZONE: &str = "Europe/London";
/// The moment the campaign is written for, a few hours after the last invoice.
pub(crate) const NOW: &str = "2011-12-10T00:00:00Z";

/// Customers in the order of their numbers, products in the order of their codes.
pub(crate) struct Data {
    pub customers: Vec<Customer>,
    pub products: Vec<Product>,
}

#[derive(Serialize)]
pub(crate) struct Customer {
    pub id: String,
    pub country: String,
    pub purchases: Vec<Order>,
    pub returns: Vec<Order>,
}

#[derive(Serialize)]
pub(crate) struct Order {
    pub at: DateTime,
    pub invoice: String,
    /// The exact sum of quantity × price; negative on returns.
    pub amount: Decimal,
    pub items: Vec<Item>,
}

#[derive(Serialize)]
pub(crate) struct Item {
    pub sku: String,
    pub name: String,
    pub quantity: i64,
    pub price: Decimal,
}

#[derive(Serialize)]
pub(crate) struct Product {
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
pub(crate) fn read(compressed: impl Read) -> Result<Data, Box<dyn Error>> {
    let zone = Zone::named(ZONE)?;
    let mut customers: BTreeMap<String, Customer> = BTreeMap::new();
    let mut products: BTreeMap<String, Product> = BTreeMap::new();
    // Lines stand in the order of time, so the last one seen is the latest.
    for line in csv::Reader::from_reader(flate2::read::GzDecoder::new(compressed)).into_deserialize() {
        let line: Line = line?;
        let at = zone.parse(&line.at)?;
        let name = tidied(&line.name);
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
pub(crate) fn write_lines<T: Serialize>(mut out: impl Write, rows: &[T]) -> Result<(), Box<dyn Error>> {
    for row in rows {
        serde_json::to_writer(&mut out, row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Adds an item to its invoice. An invoice that was typed over two minutes has two times; the first counts.
fn add(invoices: &mut Vec<Order>, number: String, at: DateTime, item: Item) -> Option<()> {
    let amount = item.price.checked_mul(Decimal::from_int(item.quantity)?)?;
    if let Some(invoice) = invoices.iter_mut().rev().find(|it| it.invoice == number) {
        invoice.amount = invoice.amount.checked_add(amount)?;
        invoice.items.push(item);
    } else {
        invoices.push(Order {
            at,
            invoice: number,
            amount,
            items: vec![item],
        });
    }
    Some(())
}

/// Tells products from postage, corrections and fees.
pub(crate) fn is_product(sku: &str) -> bool {
    sku.len() >= 5 && sku.bytes().take(5).all(|b| b.is_ascii_digit())
}

/// `LUNCH BAG  BLACK SKULL.` without the second blank and the point.
fn tidied(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").trim_end_matches(['.', ',']).to_owned()
}

/// The first letters of the first and the last word that say something: `LUNCH BAG SPACEBOY DESIGN` gives `LS`.
fn initials(name: &str) -> String {
    const SMALL: [&str; 14] = [
        "SET", "PACK", "BOX", "OF", "THE", "AND", "IN", "WITH", "FOR", "A", "DESIGN", "SMALL", "LARGE",
        "ASSORTED",
    ];
    let says_something = |word: &&str| word.starts_with(char::is_alphabetic) && !SMALL.contains(word);
    let mut letters = name
        .split([' ', ',', '.', '/', '-'])
        .filter(says_something)
        .filter_map(|word| word.chars().next());
    match (letters.next(), letters.next_back()) {
        (Some(first), Some(last)) => format!("{first}{last}"),
        (Some(first), None) => first.to_string(),
        _ => name.chars().take(1).collect(),
    }
}

/// A colour that stays with the product, dark enough for white letters.
fn tint(sku: &str) -> &'static str {
    const TINTS: [&str; 9] = [
        "#c2533f", "#2f7f79", "#a86d14", "#6a5d8f", "#3f6b9c", "#8c2f39", "#55753a", "#9a4a78", "#4a5568",
    ];
    let spread = sku.bytes().fold(0, |sum, byte| sum * 31 + usize::from(byte));
    TINTS[spread % TINTS.len()]
}
