//! Customers out of Arrow arrays have the values of the same customers out of JSON, whatever form the arrays have.

#![expect(
    clippy::from_iter_instead_of_collect,
    reason = "the name of the array is what a form is about"
)]

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal64Array, Decimal128Array, DictionaryArray,
    FixedSizeListArray, Float32Array, Float64Array, Int16Array, Int64Array, LargeStringArray, ListArray,
    RecordBatch, StringArray, StringViewArray, StructArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, UInt8Array,
    builder::OffsetBufferBuilder,
    types::{Int8Type, UInt32Type},
};
use arrow_schema::{DataType, Field, Fields};
use arrow_select::concat::concat_batches;
use audience::{
    Customer, Definitions, Zone,
    batch::{Customers, arrow::Sorted},
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const SHOP: &str = r#"
customer {
  id:      string key
  vip:     bool?
  orders:  int?
  spent:   decimal?
  score:   float?
  born:    date?
  seen:    datetime?
  city:    string?
  page:    url?
  plan:    ("free" | "paid" | "gold")?
  home:    geo?
  address: { street: string?, number: int? }?
  tags:    [string]
  points:  [int]?
  parts:   [{ name: string?, price: decimal? }]
}
event visits { page: string?, amount: decimal?, mobile: bool? }
trait t_vip = vip              trait t_orders = orders        trait t_spent = spent
trait t_score = score          trait t_born = born            trait t_seen = seen
trait t_city = city            trait t_page = page            trait t_plan = plan
trait t_street = address.street    trait t_number = address.number
trait t_parts = sum(price of parts)
trait t_named = count(parts where name starts with "a")
trait t_visits = count(visits)
trait t_amount = sum(amount of visits)
trait t_mobile = count(visits where mobile)
trait t_last = last(page of visits)
segment tagged = tags contains "a" or tags contains "é"
segment near = home within 500 km of (40.4, -3.7)
segment placed = home is known
segment known = address is known
segment listed = points is known
segment pointed = points contains 1 or points contains 8
segment untagged = tags is empty
"#;

/// A value of JSON, and how likely it is to be missing.
fn maybe(value: impl Strategy<Value = Json> + 'static) -> impl Strategy<Value = Json> {
    prop_oneof![1 => Just(Json::Null), 3 => value]
}

fn text() -> impl Strategy<Value = Json> {
    prop_oneof![Just(""), Just("a"), Just("é"), Just("ab 😀"), Just("Madrid")].prop_map(Json::from)
}

/// Decimals in units, which have a fraction of at most two digits, so that every array can hold them.
fn decimal() -> impl Strategy<Value = Json> {
    (-100_000_i64..100_000)
        .prop_map(|cents| json!(format!("{}.{:02}", cents / 100, (cents % 100).abs())))
        .prop_filter("-0.50 would be written 0.50", |it| {
            it.as_str()
                .is_some_and(|it| !it.starts_with("0.") && !it.starts_with("-0."))
        })
}

fn visit() -> impl Strategy<Value = Json> {
    (
        0_i64..2_000_000_000,
        maybe(text()),
        maybe(decimal()),
        maybe(any::<bool>().prop_map(Json::from)),
    )
        .prop_map(|(seconds, page, amount, mobile)| {
            let at = time(seconds * 1_000_000);
            json!({"at": at, "page": page, "amount": amount, "mobile": mobile})
        })
}

fn time(micros: i64) -> String {
    audience::DateTime::from_micros(micros)
        .map(|it| it.to_string())
        .unwrap_or_default()
}

fn customer() -> impl Strategy<Value = Json> {
    let first = (
        maybe(any::<bool>().prop_map(Json::from)),
        maybe((0_i64..200).prop_map(Json::from)),
        maybe(decimal()),
        maybe((-1000_i32..1000).prop_map(|it| json!(f64::from(it) / 8.0))),
        maybe((-20_000_i64..20_000).prop_map(|days| json!(day(days)))),
        maybe((0_i64..2_000_000_000).prop_map(|seconds| json!(time(seconds * 1_000_000)))),
        maybe(text()),
        maybe(prop_oneof![Just("https://a.es/?q=é"), Just("tel:1")].prop_map(Json::from)),
        maybe(prop_oneof![Just("free"), Just("paid"), Just("gold")].prop_map(Json::from)),
    );
    let second = (
        maybe(
            (-90_i32..=90, -180_i32..=180)
                .prop_map(|(lat, lon)| json!({"lat": f64::from(lat), "lon": f64::from(lon)})),
        ),
        maybe(
            (maybe(text()), maybe((0_i64..100).prop_map(Json::from)))
                .prop_map(|(street, number)| json!({"street": street, "number": number})),
        ),
        proptest::collection::vec(text(), 0..4),
        maybe(proptest::collection::vec((0_i64..9).prop_map(Json::from), 0..3).prop_map(Json::from)),
        proptest::collection::vec(
            (maybe(text()), maybe(decimal())).prop_map(|(name, price)| json!({"name": name, "price": price})),
            0..3,
        ),
        proptest::collection::vec(visit(), 0..4),
    );
    (first, second).prop_map(|(a, b)| {
        json!({
            "vip": a.0, "orders": a.1, "spent": a.2, "score": a.3, "born": a.4, "seen": a.5, "city": a.6, "page": a.7, "plan": a.8,
            "home": b.0, "address": b.1, "tags": b.2, "points": b.3, "parts": b.4, "visits": b.5,
        })
    })
}

fn day(days: i64) -> String {
    audience::Date::from_days(days)
        .map(|it| it.to_string())
        .unwrap_or_default()
}

/// Gives the customers keys in an order that is not theirs.
fn keyed(mut customers: Vec<Json>, reversed: bool) -> Vec<Json> {
    let count = customers.len();
    for (index, customer) in customers.iter_mut().enumerate() {
        let number = if reversed { count - index } else { index };
        customer["id"] = json!(format!("c{number:04}"));
    }
    customers
}

fn texts<'j>(rows: impl Iterator<Item = &'j Json>) -> Vec<Option<&'j str>> {
    rows.map(Json::as_str).collect()
}

/// The same texts in one of four forms.
fn array_of_texts(texts: Vec<Option<&str>>, form: u8) -> ArrayRef {
    match form % 5 {
        0 => Arc::new(StringArray::from(texts)),
        1 => Arc::new(LargeStringArray::from(texts)),
        2 => Arc::new(StringViewArray::from(texts)),
        3 => Arc::new(texts.into_iter().collect::<DictionaryArray<Int8Type>>()),
        _ => {
            // Number 0 of this dictionary is null.
            let mut words = vec![None];
            let keys: Vec<Option<u32>> = texts
                .iter()
                .map(|text| {
                    let at = words.iter().position(|it| it == text).unwrap_or_else(|| {
                        words.push(*text);
                        words.len() - 1
                    });
                    u32::try_from(at).ok()
                })
                .collect();
            let keys = arrow_array::UInt32Array::from(keys);
            Arc::new(DictionaryArray::<UInt32Type>::new(
                keys,
                Arc::new(StringArray::from(words)),
            ))
        }
    }
}

fn units(value: &Json) -> Option<i64> {
    value
        .as_str()?
        .parse::<audience::Decimal>()
        .ok()
        .map(audience::Decimal::units)
}

fn array_of_decimals<'j>(rows: impl Iterator<Item = &'j Json>, form: u8) -> ArrayRef {
    let units = rows.map(units);
    if form.is_multiple_of(2) {
        Arc::new(
            Decimal64Array::from_iter(units)
                .with_precision_and_scale(18, 4)
                .expect("it holds all"),
        )
    } else {
        let cents = units.map(|it| it.map(|it| i128::from(it / 100)));
        Arc::new(
            Decimal128Array::from_iter(cents)
                .with_precision_and_scale(20, 2)
                .expect("it holds all"),
        )
    }
}

fn array_of_times<'j>(rows: impl Iterator<Item = &'j Json>, form: u8) -> ArrayRef {
    let micros = rows.map(|it| {
        it.as_str()?
            .parse::<audience::DateTime>()
            .ok()
            .map(audience::DateTime::micros)
    });
    match form % 3 {
        0 => Arc::new(TimestampMicrosecondArray::from_iter(micros).with_timezone("Europe/Madrid")),
        1 => Arc::new(TimestampMillisecondArray::from_iter(
            micros.map(|it| it.map(|it| it / 1_000)),
        )),
        _ => Arc::new(
            TimestampNanosecondArray::from_iter(micros.map(|it| it.map(|it| it * 1_000)))
                .with_timezone("UTC"),
        ),
    }
}

fn ints<'j>(rows: impl Iterator<Item = &'j Json>) -> Vec<Option<i64>> {
    rows.map(Json::as_i64).collect()
}

fn field(name: &str, array: &ArrayRef) -> Field {
    Field::new(name, array.data_type().clone(), true)
}

fn record(columns: Vec<(&str, ArrayRef)>, known: Option<Vec<bool>>) -> ArrayRef {
    let fields: Fields = columns.iter().map(|(name, array)| field(name, array)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Arc::new(StructArray::new(fields, arrays, known.map(Into::into)))
}

fn list(lengths: impl Iterator<Item = Option<usize>>, items: ArrayRef) -> ArrayRef {
    let lengths: Vec<_> = lengths.collect();
    let known: Vec<bool> = lengths.iter().map(Option::is_some).collect();
    let mut offsets = OffsetBufferBuilder::<i32>::new(lengths.len());
    for length in &lengths {
        offsets.push_length(length.unwrap_or(0));
    }
    let item = Arc::new(Field::new("item", items.data_type().clone(), true));
    Arc::new(ListArray::new(item, offsets.finish(), items, Some(known.into())))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .expect("columns of one length")
}

/// Customers as a batch, in arrays of the forms that those numbers choose.
fn customers(rows: &[Json], forms: &[u8]) -> RecordBatch {
    let each = |name: &'static str| rows.iter().map(move |it| &it[name]);
    let inside = |name: &'static str, field: &'static str| {
        each(name).flat_map(move |it| it.as_array().into_iter().flatten().map(move |it| &it[field]))
    };
    let plain = |name: &'static str| each(name).flat_map(|it| it.as_array().into_iter().flatten());
    let lengths = |name: &'static str| each(name).map(|it| it.as_array().map(Vec::len));
    let orders: ArrayRef = match forms[0] % 3 {
        0 => Arc::new(Int64Array::from(ints(each("orders")))),
        1 => Arc::new(Int16Array::from_iter(
            ints(each("orders"))
                .into_iter()
                .map(|it| it.and_then(|it| it.try_into().ok())),
        )),
        _ => Arc::new(UInt8Array::from_iter(
            ints(each("orders"))
                .into_iter()
                .map(|it| it.and_then(|it| it.try_into().ok())),
        )),
    };
    let score: ArrayRef = if forms[1].is_multiple_of(2) {
        Arc::new(Float64Array::from_iter(each("score").map(Json::as_f64)))
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "eighths below a thousand are exact"
        )]
        Arc::new(Float32Array::from_iter(
            each("score").map(|it| it.as_f64().map(|it| it as f32)),
        ))
    };
    let born = each("born").map(|it| Some(it.as_str()?.parse::<audience::Date>().ok()?.days()));
    let born: ArrayRef = Arc::new(Date32Array::from_iter(born));
    let degrees = |name: &'static str| each("home").map(move |it| it[name].as_f64());
    let home: ArrayRef = if forms[2].is_multiple_of(2) {
        let [lat, lon] = ["lat", "lon"].map(|it| Arc::new(Float64Array::from_iter(degrees(it))) as ArrayRef);
        record(
            vec![("lat", lat), ("lon", lon)],
            Some(each("home").map(Json::is_object).collect()),
        )
    } else {
        let pairs = degrees("lat")
            .zip(degrees("lon"))
            .flat_map(|(lat, lon)| [lat.unwrap_or(0.0), lon.unwrap_or(0.0)]);
        let item = Arc::new(Field::new("item", DataType::Float64, true));
        let known: Vec<bool> = each("home").map(Json::is_object).collect();
        Arc::new(FixedSizeListArray::new(
            item,
            2,
            Arc::new(Float64Array::from_iter_values(pairs)),
            Some(known.into()),
        ))
    };
    let street = array_of_texts(texts(each("address").map(|it| &it["street"])), forms[3]);
    let number: ArrayRef = Arc::new(Int64Array::from(ints(each("address").map(|it| &it["number"]))));
    let parts = record(
        vec![
            ("name", array_of_texts(texts(inside("parts", "name")), forms[4])),
            ("price", array_of_decimals(inside("parts", "price"), forms[4])),
        ],
        None,
    );
    let mut columns = vec![
        ("id", array_of_texts(texts(each("id")), forms[5] % 3)),
        (
            "vip",
            Arc::new(BooleanArray::from_iter(each("vip").map(Json::as_bool))),
        ),
        ("orders", orders),
        ("spent", array_of_decimals(each("spent"), forms[6])),
        ("score", score),
        ("born", born),
        ("seen", array_of_times(each("seen"), forms[7])),
        ("city", array_of_texts(texts(each("city")), forms[8])),
        ("page", array_of_texts(texts(each("page")), forms[9])),
        ("plan", array_of_texts(texts(each("plan")), forms[10])),
        ("home", home),
        (
            "tags",
            list(lengths("tags"), array_of_texts(texts(plain("tags")), forms[11])),
        ),
        (
            "points",
            list(
                lengths("points"),
                Arc::new(Int64Array::from(ints(plain("points")))),
            ),
        ),
        ("parts", list(lengths("parts"), parts)),
    ];
    if forms[3].is_multiple_of(2) {
        let known = each("address").map(Json::is_object).collect();
        columns.push((
            "address",
            record(vec![("street", street), ("number", number)], Some(known)),
        ));
    } else {
        columns.push(("address.street", street));
        columns.push(("address.number", number));
    }
    batch(columns)
}

fn visits(rows: &[Json], forms: &[u8]) -> RecordBatch {
    let all: Vec<(&Json, &Json)> = rows
        .iter()
        .flat_map(|it| {
            it["visits"]
                .as_array()
                .into_iter()
                .flatten()
                .map(move |visit| (&it["id"], visit))
        })
        .collect();
    let each = |name: &'static str| all.iter().map(move |(_, it)| &it[name]);
    batch(vec![
        (
            "customer",
            array_of_texts(texts(all.iter().map(|(id, _)| *id)), forms[0] % 4),
        ),
        ("at", array_of_times(each("at"), forms[1])),
        ("page", array_of_texts(texts(each("page")), forms[2])),
        ("amount", array_of_decimals(each("amount"), forms[3])),
        (
            "mobile",
            Arc::new(BooleanArray::from_iter(each("mobile").map(Json::as_bool))),
        ),
    ])
}

/// Rows of the batch from the second on, so that arrays begin elsewhere than their buffers.
fn behind_one(batch: &RecordBatch) -> RecordBatch {
    let twice = concat_batches(&batch.schema(), [batch, batch]).expect("the same columns");
    twice.slice(batch.num_rows(), batch.num_rows())
}

proptest! {
    #[test]
    fn arrow_has_the_same_customers_as_json(
        rows in proptest::collection::vec(customer(), 1..12),
        reversed in any::<bool>(),
        forms in proptest::collection::vec(any::<u8>(), 16),
        cut in 1_usize..5,
        sliced in any::<bool>(),
    ) {
        let shop = Definitions::parse(SHOP)?;
        let at = shop.at("2030-01-01T00:00:00Z".parse()?, &Zone::UTC);
        let rows = keyed(rows, reversed);
        let mut loaded: Vec<Customer> = rows
            .iter()
            .map(|it| shop.customer_from_json(it.to_string()))
            .collect::<std::result::Result<_, _>>()?;
        loaded.sort_by_key(|it| it.key().to_string());
        let (mut people, mut events) = (customers(&rows, &forms), visits(&rows, &forms[12..]));
        if sliced {
            (people, events) = (behind_one(&people), behind_one(&events));
        }
        let sorted = Sorted::new("id", &[people], cut)?.events("visits", "customer", &[events])?;
        let mut before = 0;
        for part in sorted.parts() {
            let mut people = Customers::from_arrow(&shop, part.customers())?;
            for (name, events) in part.events() {
                people = people.events_by(name, "customer", events)?;
            }
            let these = &loaded[before..before + people.len()];
            before += people.len();
            for value in shop.computed_all() {
                let column = value.evaluate(&people, &at);
                for (row, customer) in these.iter().enumerate() {
                    prop_assert_eq!(people.key(row), Some(customer.key()));
                    prop_assert_eq!(column.get(row).map(audience::ValueRef::to_owned), value.value(customer, &at), "{} of row {}", value.name(), row);
                }
            }
            for segment in &shop.segments() {
                let members = segment.evaluate(&people, &at);
                for (row, customer) in these.iter().enumerate() {
                    prop_assert_eq!(members.contains(row), segment.matches(customer, &at), "{}", segment.name());
                }
            }
        }
        prop_assert_eq!(before, loaded.len());
    }
}

fn one(name: &'static str, array: ArrayRef) -> RecordBatch {
    let rows = array.len();
    let ids = (0..rows).map(|row| Some(format!("c{row}")));
    batch(vec![
        ("id", Arc::new(StringArray::from_iter(ids)) as ArrayRef),
        (name, array),
        ("tags", no_lists(rows)),
        ("parts", no_parts(rows)),
    ])
}

fn no_lists(rows: usize) -> ArrayRef {
    list(
        (0..rows).map(|_| Some(0)),
        Arc::new(StringArray::from(Vec::<Option<&str>>::new())),
    )
}

fn no_parts(rows: usize) -> ArrayRef {
    let name: ArrayRef = Arc::new(StringArray::from(Vec::<Option<&str>>::new()));
    list((0..rows).map(|_| Some(0)), record(vec![("name", name)], None))
}

#[test]
fn what_an_array_cannot_say_is_refused_with_its_row() -> Result {
    let shop = Definitions::parse(SHOP)?;
    let decimals = |numbers: Vec<i128>, scale| {
        let array = Decimal128Array::from(numbers).with_precision_and_scale(38, scale);
        Arc::new(array.expect("a scale that there is")) as ArrayRef
    };
    for (name, array, expected) in [
        (
            "spent",
            decimals(vec![10, 12345], 5),
            "column `spent`, row 1: more digits than the four of a decimal",
        ),
        (
            "spent",
            decimals(vec![i128::from(i64::MAX)], 0),
            "column `spent`, row 0: more than a decimal holds",
        ),
        (
            "spent",
            Arc::new(Float64Array::from(vec![0.1, 0.000_01])),
            "column `spent`, row 1: more digits than the four of a decimal",
        ),
        (
            "orders",
            Arc::new(arrow_array::UInt64Array::from(vec![1, u64::MAX])),
            "column `orders`, row 1: 18446744073709551615 is more than an int holds",
        ),
        (
            "seen",
            Arc::new(TimestampNanosecondArray::from(vec![1_000, 1_001])),
            "column `seen`, row 1: a time with parts of a microsecond; round it to whole ones",
        ),
        (
            "seen",
            Arc::new(TimestampMillisecondArray::from(vec![i64::MAX])),
            "column `seen`, row 0: a time outside the years 0001 to 9999",
        ),
        (
            "score",
            Arc::new(Float64Array::from(vec![f64::NAN])),
            "column `score`, row 0: expected a finite float",
        ),
        (
            "plan",
            Arc::new(StringArray::from(vec!["free", "golt"])),
            "column `plan`, row 1: \"golt\" is none of (\"free\" | \"paid\" | \"gold\"); did you mean \"gold\"?",
        ),
        (
            "city",
            Arc::new(Int64Array::from(vec![1])),
            "column `city`: `string` cannot be read from an array of Int64",
        ),
        (
            "ordres",
            Arc::new(Int64Array::from(vec![1])),
            "column `ordres`: there is no such attribute; did you mean `orders`?",
        ),
        (
            "address",
            record(vec![("stret", Arc::new(StringArray::from(vec!["a"])))], None),
            "column `address.stret`: there is no such attribute; did you mean `address.street`?",
        ),
        (
            "points",
            Arc::new(Int64Array::from(vec![1])),
            "column `points`: `[int]` cannot be read from an array of Int64",
        ),
    ] {
        let batch = one(name, array);
        let error = Customers::from_arrow(&shop, &batch).map(|_| ()).expect_err(name);
        assert_eq!(error.to_string(), expected);
    }
    Ok(())
}

#[test]
fn events_out_of_the_order_of_their_customers_are_refused_with_their_row() -> Result {
    let shop = Definitions::parse("customer { id: int key }  event visits { }")?;
    let ids = |ids: Vec<i64>| Arc::new(Int64Array::from(ids)) as ArrayRef;
    let times = |times: Vec<i64>| Arc::new(TimestampMicrosecondArray::from(times)) as ArrayRef;
    for (customers, events, at, expected) in [
        (
            vec![1, 2],
            vec![1, 2, 1],
            vec![1, 1, 2],
            "column `visits.id`, row 2: the event comes after those of a later key; `Sorted` brings events into the order of their customers' keys",
        ),
        (
            vec![1, 3],
            vec![1, 2, 3],
            vec![1, 1, 2],
            "column `visits.id`, row 1: no customer has this key; leave the event out, or add the customer",
        ),
        (
            vec![1, 3],
            vec![3, 4],
            vec![1, 1],
            "column `visits.id`, row 1: no customer has this key; leave the event out, or add the customer",
        ),
        (
            vec![3, 1],
            vec![1],
            vec![1],
            "column `id`, row 1: the keys of customers must ascend where events are added; `Sorted` brings them into that order",
        ),
        (
            vec![1, 1],
            vec![1],
            vec![1],
            "column `id`, row 1: the keys of customers must ascend where events are added; `Sorted` brings them into that order",
        ),
        (
            vec![1],
            vec![1, 1],
            vec![2, 1],
            "column `visits.at`, row 1: the event is earlier than the one before it; sort the events of each customer by `at`",
        ),
    ] {
        let (customers, events) = (
            batch(vec![("id", ids(customers))]),
            batch(vec![("id", ids(events)), ("at", times(at))]),
        );
        let people = Customers::from_arrow(&shop, &customers)?;
        let error = people.events("visits", &events).map(|_| ()).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    }
    let customers = batch(vec![("id", ids(vec![1]))]);
    let events = batch(vec![
        (
            "customer",
            Arc::new(Int64Array::from(vec![Some(1), None])) as ArrayRef,
        ),
        ("at", times(vec![1, 2])),
    ]);
    let people = Customers::from_arrow(&shop, &customers)?;
    let error = people
        .clone()
        .events_by("visits", "customer", &events)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `visits.customer`, row 1: the key of the customer is missing"
    );
    let error = people.clone().events("visits", &events).map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `visits.id`: there is no such column; `events_by` takes the keys of customers from one of another name"
    );
    let error = people.events("visit", &events).map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `visit`: there is no such event; did you mean `visits`?"
    );
    let error = Sorted::new("id", &[customers], 10)?
        .events("visits", "customer", &[events.slice(0, 1)])
        .map(|it| it.parts().len());
    assert_eq!(error?, 1);
    Ok(())
}

#[test]
fn events_whose_customers_are_missing_are_not_lost_by_sorting() -> Result {
    let ids = |ids: Vec<i64>| Arc::new(Int64Array::from(ids)) as ArrayRef;
    let customers = batch(vec![("id", ids(vec![2, 1]))]);
    let times = Arc::new(TimestampMicrosecondArray::from(vec![1, 1, 1])) as ArrayRef;
    let events = batch(vec![("id", ids(vec![7, 2, 8])), ("at", times)]);
    let error = Sorted::new("id", &[customers], 10)?
        .events("visits", "id", &[events])
        .map(|_| ())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `id`, row 0: no customer has this key; leave the event out, or add the customer"
    );
    Ok(())
}

#[test]
fn nulls_inside_of_a_place_could_be_read_as_degrees() -> Result {
    let shop = Definitions::parse("customer { id: string key, home: geo? }  segment placed = home is known")?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let ids =
        |rows: usize| Arc::new(StringArray::from_iter((0..rows).map(|it| Some(it.to_string())))) as ArrayRef;
    let half = |degrees: Vec<Option<f64>>| Arc::new(Float64Array::from(degrees)) as ArrayRef;
    let placed = |lat: Vec<Option<f64>>, lon: Vec<Option<f64>>| {
        let pairs: Vec<_> = lat.iter().zip(&lon).flat_map(|(lat, lon)| [*lat, *lon]).collect();
        let item = Arc::new(Field::new("item", DataType::Float64, true));
        let list: ArrayRef = Arc::new(FixedSizeListArray::new(item, 2, half(pairs), None));
        [record(vec![("lat", half(lat)), ("lon", half(lon))], None), list].map(|home| {
            let people = batch(vec![("id", ids(home.len())), ("home", home)]);
            let people = Customers::from_arrow(&shop, &people).map_err(|error| error.to_string())?;
            let members = shop
                .segments()
                .get(0)
                .map(|it| it.evaluate(&people, &at).rows().collect::<Vec<_>>());
            Ok::<_, String>(members.unwrap_or_default())
        })
    };
    let both = placed(
        vec![Some(40.0), None, Some(1.0)],
        vec![Some(-3.0), None, Some(2.0)],
    );
    assert_eq!(both, [Ok(vec![0, 2]), Ok(vec![0, 2])]);
    let message = "column `home`, row 1: a place with half of its coordinates".to_owned();
    let one = placed(vec![Some(40.0), None], vec![Some(-3.0), Some(1.0)]);
    assert_eq!(one, [Err(message.clone()), Err(message)]);
    Ok(())
}

#[test]
fn what_lies_under_a_record_that_is_null_could_be_looked_at() -> Result {
    let shop = Definitions::parse(
        "customer { id: string key, cart: { items: int, value: decimal, at: datetime }? }  segment full = cart.items > 0",
    )?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let value = Decimal128Array::from(vec![10, 12_345]).with_precision_and_scale(20, 5)?;
    let cart = record(
        vec![
            (
                "items",
                Arc::new(arrow_array::UInt64Array::from(vec![3, u64::MAX])),
            ),
            ("value", Arc::new(value)),
            ("at", Arc::new(TimestampMillisecondArray::from(vec![1, i64::MAX]))),
        ],
        Some(vec![true, false]),
    );
    let customers = batch(vec![
        ("id", Arc::new(StringArray::from(vec!["a", "b"])) as ArrayRef),
        ("cart", cart),
    ]);
    let people = Customers::from_arrow(&shop, &customers)?;
    assert_eq!(
        shop.segment("full")?
            .evaluate(&people, &at)
            .rows()
            .collect::<Vec<_>>(),
        [0]
    );
    Ok(())
}

#[test]
fn parts_could_carry_the_lists_of_all() -> Result {
    let tags: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..4_000).map(|it| format!("tag {it}")),
    ));
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..2_000));
    let people = batch(vec![
        ("id", ids),
        ("tags", list((0..2_000).map(|_| Some(2)), tags)),
    ]);
    let sorted = Sorted::new("id", &[people], 100)?;
    for part in sorted.parts() {
        let lists = part.customers().column(1).as_any().downcast_ref::<ListArray>();
        assert_eq!(lists.map(|it| it.values().len()), Some(200));
    }
    assert_eq!(sorted.parts().len(), 20);
    Ok(())
}

#[test]
fn a_customer_that_stands_twice_could_lose_events_at_a_cut() {
    let ids = |ids: Vec<&str>| Arc::new(StringArray::from(ids)) as ArrayRef;
    let error =
        Sorted::new("id", &[batch(vec![("id", ids(vec!["b", "a", "b"]))])], 2).map(|it| it.parts().len());
    assert_eq!(
        error.map_err(|error| error.to_string()),
        Err("column `id`, row 2: the customer of row 0 has the same key; leave one of them out".to_owned())
    );
    let nobody = Arc::new(StringArray::from(vec![Some("a"), None])) as ArrayRef;
    let error = Sorted::new("id", &[batch(vec![("id", nobody)])], 2).map(|it| it.parts().len());
    assert_eq!(
        error.map_err(|error| error.to_string()),
        Err("column `id`, row 1: the key of the customer is missing".to_owned())
    );
}

#[test]
fn nothing_of_a_large_array_is_copied() -> Result {
    let shop = Definitions::parse("customer { id: int key, city: string, score: float }")?;
    let rows = 100_000;
    let customers = batch(vec![
        ("id", Arc::new(Int64Array::from_iter_values(0..rows))),
        (
            "city",
            Arc::new(StringArray::from_iter_values(
                (0..rows).map(|it| format!("city {it}")),
            )),
        ),
        (
            "score",
            Arc::new(Float64Array::from_iter_values((0..100_000).map(f64::from))),
        ),
    ]);
    let taken = allocation_counter::measure(|| {
        let people = Customers::from_arrow(&shop, &customers);
        assert_eq!(people.map(|it| it.len()).ok(), Some(100_000));
    });
    assert!(taken.bytes_max < 10_000, "{} bytes", taken.bytes_max);
    Ok(())
}

/// Batches that were sorted say how many rows they have, and nothing of anybody.
#[test]
fn sorted_batches_show_no_values() -> Result {
    let ids = |ids: Vec<&str>| Arc::new(StringArray::from(ids)) as ArrayRef;
    let times = Arc::new(TimestampMicrosecondArray::from(vec![7_001, 7_002])) as ArrayRef;
    let sorted = Sorted::new("id", &[batch(vec![("id", ids(vec!["ana", "ben", "eva"]))])], 2)?.events(
        "visits",
        "id",
        &[batch(vec![("id", ids(vec!["ben", "ana"])), ("at", times)])],
    )?;
    assert_eq!(format!("{sorted:?}"), r#"Sorted { key: "id", parts: 2, .. }"#);
    assert_eq!(
        format!("{:?}", sorted.parts()[0]),
        "Part { customers: 2, visits: 2, .. }"
    );
    Ok(())
}

/// Each error of sorting names the row as it was given, in whichever batch.
#[test]
fn rows_of_batches_to_sort_could_be_told_as_they_are_sorted() -> Result {
    let ids = |ids: Vec<&str>| Arc::new(StringArray::from(ids)) as ArrayRef;
    let events = |keys: Vec<&str>| {
        let times = Arc::new(TimestampMicrosecondArray::from(vec![1; keys.len()])) as ArrayRef;
        batch(vec![("id", ids(keys)), ("at", times)])
    };
    let sorted = Sorted::new("id", &[batch(vec![("id", ids(vec!["eva", "ana", "cid"]))])], 2)?;
    for (batches, row) in [
        (vec![events(vec!["eva", "ana"]), events(vec!["cid", "ben"])], 3),
        (vec![events(vec!["zoe", "ana"])], 0),
        (vec![events(vec!["ana", "eva"]), events(vec!["aaa"])], 2),
    ] {
        let error = sorted
            .clone()
            .events("visits", "id", &batches)
            .map(|_| ())
            .unwrap_err();
        assert_eq!((error.column(), error.row()), (Some("id"), Some(row)));
        assert_eq!(
            error.message(),
            "no customer has this key; leave the event out, or add the customer"
        );
    }
    let error = sorted
        .events("visits", "ids", &[events(vec!["ana"])])
        .map(|_| ())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `ids`: there is no such column; did you mean `id`?"
    );
    Ok(())
}

/// Loaded customers bring their events, and no batch is added to them.
#[test]
fn events_of_loaded_customers_could_be_added_again() -> Result {
    let shop = Definitions::parse("customer { id: string key }  event visits {}")?;
    let ana = shop.customer_from_json(r#"{"id": "ana", "visits": [{"at": "2026-05-01T00:00:00Z"}]}"#)?;
    let times = Arc::new(TimestampMicrosecondArray::from(vec![1])) as ArrayRef;
    let ids = Arc::new(StringArray::from(vec!["ana"])) as ArrayRef;
    let visits = batch(vec![("id", ids), ("at", times)]);
    let loaded = Customers::from_customers(&shop, [&ana])?;
    assert_eq!(
        loaded
            .events("visits", &visits)
            .map(|_| ())
            .unwrap_err()
            .to_string(),
        "column `visits`: the customers have these events already; add each type once"
    );
    Ok(())
}
