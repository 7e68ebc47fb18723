//! Customers that are made up have the same answers in each form.

use std::{fmt::Write, sync::Arc};

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
    builder::{ListBuilder, StringBuilder},
};
use audience::{DateTime, Decimal};
use chrono::NaiveDate;
use parquet::arrow::ArrowWriter;
use proptest::{collection::vec, option::of, prelude::*, sample::select};
use serde_json::{Value, json};

use super::{Folder, SHOP, answers};

#[derive(Clone, Debug)]
struct Made {
    key: String,
    vip: Option<bool>,
    orders: Option<i64>,
    /// In ten-thousandths.
    spent: Option<i64>,
    born: Option<NaiveDate>,
    seen: Option<DateTime>,
    city: Option<String>,
    tags: Vec<String>,
    purchases: Vec<Purchase>,
}

/// When, for how much, in ten-thousandths, and where.
type Purchase = (DateTime, Option<i64>, Option<String>);

/// A few instants, so that some are the same, and any.
fn instant() -> impl Strategy<Value = DateTime> {
    let second = 1_780_272_000_000_000_i64;
    let few = (0..4_i64).prop_map(move |days| second - days * 20 * 86_400_000_000);
    prop_oneof![few, -62_135_596_800_000_000..=253_402_300_799_999_999_i64]
        .prop_map(|micros| DateTime::from_micros(micros).expect("within the years 1 to 9999"))
}

/// What is hard to write down between commas; not empty, because an empty cell is a missing value.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "Ávila",
            "Αθήνα",
            "Iași",
            "a,b",
            "\"",
            "two\nlines",
            "a\r\nb",
            " a ",
            "null",
            "-",
            "0",
            "new",
            "é"
        ])
        .prop_map(str::to_owned),
        "\\PC{1,6}",
    ]
}

fn made() -> impl Strategy<Value = Made> {
    let day = (1..=9999_i32, 1..=366_u32);
    let day = day.prop_filter_map("there is no such day", |(year, day)| {
        NaiveDate::from_yo_opt(year, day)
    });
    // What 19 digits hold, of which four stand behind the point.
    let units = || prop_oneof![any::<i64>(), -20_000..20_000_i64];
    let purchase = (instant(), of(units()), of(text()));
    let attributes = (
        of(any::<bool>()),
        of(any::<i64>()),
        of(units()),
        of(day),
        of(instant()),
    );
    (attributes, of(text()), vec(text(), 0..3), vec(purchase, 0..4)).prop_map(
        |((vip, orders, spent, born, seen), city, tags, mut purchases)| {
            // In the order in which all forms keep those of one instant.
            purchases.sort_by_key(|(at, ..)| *at);
            Made {
                key: String::new(),
                vip,
                orders,
                spent,
                born,
                seen,
                city,
                tags,
                purchases,
            }
        },
    )
}

/// Customers with keys, in the order of these or not.
fn all() -> impl Strategy<Value = (Vec<Made>, bool)> {
    (vec(made(), 0..12), any::<bool>()).prop_map(|(mut all, is_sorted)| {
        let count = all.len();
        for (place, made) in all.iter_mut().enumerate() {
            let number = if is_sorted { place } else { count - place };
            made.key = format!("k{number:02}");
        }
        (all, is_sorted)
    })
}

fn decimal(units: i64) -> String {
    Decimal::from_units(units).to_string()
}

fn json_lines(all: &[Made]) -> String {
    all.iter().fold(String::new(), |mut lines, it| {
        let purchases: Vec<Value> = it
            .purchases
            .iter()
            .map(|(at, amount, shop)| {
                json!({"at": at.to_string(), "amount": amount.map(decimal), "shop": shop})
            })
            .collect();
        let customer = json!({
            "id": it.key, "vip": it.vip, "orders": it.orders, "spent": it.spent.map(decimal),
            "born": it.born.map(|it| it.format("%Y-%m-%d").to_string()), "seen": it.seen.map(|it| it.to_string()),
            "city": it.city, "tags": it.tags, "purchases": purchases,
        });
        writeln!(lines, "{customer}").expect("a String takes all");
        lines
    })
}

/// The first of each customer, the second of each, and so on, unless they are to be in the order of keys.
fn events(all: &[Made], in_order: bool) -> Vec<(&str, &Purchase)> {
    let mut events: Vec<_> = all
        .iter()
        .flat_map(|it| {
            it.purchases
                .iter()
                .enumerate()
                .map(|(place, event)| (place, it.key.as_str(), event))
        })
        .collect();
    if !in_order {
        events.sort_by_key(|(place, ..)| *place);
    }
    events.into_iter().map(|(_, key, event)| (key, event)).collect()
}

fn written(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("as many cells as before");
    }
    writer.into_inner().expect("memory takes all")
}

fn cell<T: ToString>(value: Option<&T>) -> String {
    value.map(T::to_string).unwrap_or_default()
}

fn customers_csv(all: &[Made]) -> Vec<u8> {
    let names = ["id", "vip", "orders", "spent", "born", "seen", "city", "tags"];
    let names = names.map(str::to_owned).to_vec();
    written(std::iter::once(names).chain(all.iter().map(|it| {
        vec![
            it.key.clone(),
            cell(it.vip.as_ref()),
            cell(it.orders.as_ref()),
            it.spent.map(decimal).unwrap_or_default(),
            it.born
                .map(|it| it.format("%Y-%m-%d").to_string())
                .unwrap_or_default(),
            cell(it.seen.as_ref()),
            cell(it.city.as_ref()),
            json!(it.tags).to_string(),
        ]
    })))
}

fn events_csv(all: &[Made], in_order: bool) -> Vec<u8> {
    let names = ["id", "at", "amount", "shop"].map(str::to_owned).to_vec();
    let events = events(all, in_order).into_iter();
    written(
        std::iter::once(names).chain(events.map(|(key, (at, amount, shop))| {
            vec![
                key.to_owned(),
                at.to_string(),
                amount.map(decimal).unwrap_or_default(),
                cell(shop.as_ref()),
            ]
        })),
    )
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, it)| (name, it, true)))
            .expect("columns as long as each other");
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).expect("types that Parquet has");
    writer.write(&batch).expect("memory takes all");
    writer.close().expect("memory takes all");
    file
}

fn decimals(units: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    let decimals: Decimal128Array = units.map(|it| it.map(i128::from)).collect();
    Arc::new(
        decimals
            .with_precision_and_scale(19, 4)
            .expect("19 digits hold them"),
    )
}

fn instants(instants: impl Iterator<Item = Option<DateTime>>) -> ArrayRef {
    let micros: TimestampMicrosecondArray = instants.map(|it| it.map(DateTime::micros)).collect();
    Arc::new(micros.with_timezone("UTC"))
}

fn customers_parquet(all: &[Made]) -> Vec<u8> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day");
    let days = |it: NaiveDate| i32::try_from(it.signed_duration_since(epoch).num_days()).expect("few");
    let mut tags = ListBuilder::new(StringBuilder::new());
    for made in all {
        tags.append_value(made.tags.iter().map(Some));
    }
    parquet(vec![
        (
            "id",
            Arc::new(StringArray::from_iter_values(all.iter().map(|it| &it.key))),
        ),
        (
            "vip",
            Arc::new(all.iter().map(|it| it.vip).collect::<BooleanArray>()),
        ),
        (
            "orders",
            Arc::new(all.iter().map(|it| it.orders).collect::<Int64Array>()),
        ),
        ("spent", decimals(all.iter().map(|it| it.spent))),
        (
            "born",
            Arc::new(all.iter().map(|it| it.born.map(days)).collect::<Date32Array>()),
        ),
        ("seen", instants(all.iter().map(|it| it.seen))),
        (
            "city",
            Arc::new(all.iter().map(|it| it.city.as_ref()).collect::<StringArray>()),
        ),
        ("tags", Arc::new(tags.finish())),
    ])
}

fn events_parquet(all: &[Made], in_order: bool) -> Vec<u8> {
    let events = events(all, in_order);
    parquet(vec![
        (
            "id",
            Arc::new(StringArray::from_iter_values(events.iter().map(|(key, _)| *key))),
        ),
        ("at", instants(events.iter().map(|(_, it)| Some(it.0)))),
        ("amount", decimals(events.iter().map(|(_, it)| it.1))),
        (
            "shop",
            Arc::new(
                events
                    .iter()
                    .map(|(_, it)| it.2.as_ref())
                    .collect::<StringArray>(),
            ),
        ),
    ])
}

/// Writes them in all forms, and asks of each.
fn agree(folder: &Folder, all: &[Made], in_order: bool) {
    folder.write("c.jsonl", json_lines(all));
    folder.write("c.csv", customers_csv(all));
    folder.write("p.csv", events_csv(all, in_order));
    folder.write("c.parquet", customers_parquet(all));
    folder.write("p.parquet", events_parquet(all, in_order));
    let expected = answers(folder, "--customers c.jsonl");
    assert_eq!(expected.lines().count(), all.len());
    for arguments in [
        "--customers c.csv --events purchases=p.parquet",
        "--customers c.parquet --events purchases=p.csv",
    ] {
        assert_eq!(answers(folder, arguments), expected, "{arguments}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn each_form_has_the_same_answers((all, is_sorted) in all(), events_in_order in any::<bool>()) {
        let folder = Folder::new("tables_made");
        folder.write("shop.audience", SHOP);
        agree(&folder, &all, is_sorted && events_in_order);
    }
}

/// More than are read at once, in the order of keys, with customers whose events stand on both sides of a cut.
#[test]
fn many_are_read_a_part_at_a_time() {
    let folder = Folder::new("tables_many");
    folder.write("shop.audience", SHOP);
    let at =
        |second: i64| DateTime::from_micros(1_780_000_000_000_000 + second * 1_000_000).expect("in range");
    let all: Vec<Made> = (0..20_000_i64)
        .map(|index| Made {
            key: format!("k{index:05}"),
            vip: None,
            orders: Some(index),
            spent: None,
            born: None,
            seen: None,
            city: None,
            tags: Vec::new(),
            // None for some, and many for a few.
            purchases: (0..if index % 4_096 == 4_095 { 9_000 } else { index % 3 })
                .map(|second| (at(second), Some(second), None))
                .collect(),
        })
        .collect();
    agree(&folder, &all, true);
}
