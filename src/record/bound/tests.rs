//! Structs that are read in place, against the same customers loaded.

use std::{fmt::Write, sync::Arc};

use super::*;
use crate::{
    record::{BindError, Customer, Loader, Rows, Shape},
    schema::Schema,
    value::{Field, Schemes, Type},
};

#[derive(Default)]
struct Client {
    id: u64,
    first: Option<String>,
    gender: &'static str,
    site: Option<Box<str>>,
    score: f64,
    total: Option<Decimal>,
    vip: Option<bool>,
    born: Option<Date>,
    home: Option<Geo>,
    by_mail: bool,
    tags: Vec<String>,
    sizes: Option<Vec<u16>>,
    favorites: Vec<Favorite>,
    purchases: Vec<Purchase>,
}

struct Favorite {
    sku: Arc<str>,
    seen: Vec<Date>,
}

struct Purchase {
    at: DateTime,
    amount: Option<Decimal>,
    items: Vec<Favorite>,
}

crate::record! {
    impl Record for Client {
        id: |client| client.id,
        "first name": |client| client.first.as_deref(),
        gender: |client| client.gender,
        site: |client| client.site.as_deref(),
        score: |Client { score, .. }| *score,
        total: |client| client.total,
        vip: |client| client.vip,
        born: |client| client.born,
        home: |client| client.home,
        consent.email: |client| client.by_mail,
        r#type: |_| "unused",
        tags: |client| &client.tags,
        sizes: |client| client.sizes.as_deref(),
        favorites: |client| &client.favorites[..],
        purchases: |client| &client.purchases[..],
    }
}

crate::record! {
    impl Record for Favorite {
        sku: |favorite| &favorite.sku,
        seen: |favorite| &favorite.seen[..],
    }
}

crate::record! {
    impl Record for Purchase {
        amount: |purchase| purchase.amount,
        at: |purchase| purchase.at,
        items: |purchase| &purchase.items[..],
    }
}

fn schema() -> Schema {
    let favorite = || {
        Type::list(Type::record([
            Field::new("sku", Type::reference("products")),
            Field::new("seen", Type::list(Type::Date)),
        ]))
    };
    Schema::builder()
        .attribute(Field::new("id", Type::Int).key())
        .attribute(
            Field::new("first name", Type::String)
                .optional()
                .filled_except(["N/A"]),
        )
        .attribute(Field::new("gender", Type::words(["female", "male"])).optional())
        .attribute(Field::new("site", Type::Url).optional())
        .attribute(Field::new("score", Type::Float).optional())
        .attribute(Field::new("total", Type::Decimal).optional())
        .attribute(Field::new("vip", Type::Bool).optional())
        .attribute(Field::new("born", Type::Date).optional())
        .attribute(Field::new("home", Type::Geo).optional())
        .attribute(Field::new(
            "consent",
            Type::record([Field::new("email", Type::Bool)]),
        ))
        .attribute(Field::new("tags", Type::list(Type::String)))
        .attribute(Field::new("sizes", Type::list(Type::Int)).optional())
        .attribute(Field::new("favorites", favorite()))
        .event(
            "purchases",
            [
                Field::new("amount", Type::Decimal).optional(),
                Field::new("items", favorite()),
            ],
        )
        .catalog("products", [Field::new("sku", Type::String).key()])
        .build()
        .expect("a valid schema")
}

fn bind<R: Record>(schema: Schema) -> Result<Binding, BindError> {
    Binding::new::<R>(&Shape::new(schema.into()), &Schemes::default())
}

fn day(day: &str) -> Date {
    day.parse().expect(day)
}

fn ana() -> Client {
    let favorite = |sku: &str, seen: &[&str]| Favorite {
        sku: sku.into(),
        seen: seen.iter().copied().map(day).collect(),
    };
    let purchase = |at: &str, units, items| Purchase {
        at: at.parse().expect(at),
        amount: units,
        items,
    };
    Client {
        id: 7,
        first: Some("Ana".to_owned()),
        gender: "male",
        site: Some("https://x".into()),
        score: 0.5,
        total: Some(Decimal::from_units(199_900)),
        vip: Some(false),
        born: Some(day("2000-02-29")),
        home: Geo::new(1.0, 2.0),
        by_mail: true,
        tags: vec!["a".to_owned(), String::new()],
        sizes: Some(vec![36, 38]),
        favorites: vec![favorite("s1", &[]), favorite("s2", &["2026-01-01"])],
        purchases: vec![
            purchase(
                "2026-01-01T00:00:00Z",
                Some(Decimal::from_units(5)),
                vec![favorite("s3", &[])],
            ),
            purchase("2026-01-02T00:00:00Z", None, vec![]),
        ],
    }
}

const ANA: &str = r#"{"id": 7, "first name": "Ana", "gender": "male", "site": "https://x", "score": 0.5,
        "total": 19.99, "vip": false, "born": "2000-02-29", "home": [1, 2], "consent": {"email": true},
        "tags": ["a", ""], "sizes": [36, 38],
        "favorites": [{"sku": "s1", "seen": []}, {"sku": "s2", "seen": ["2026-01-01"]}],
        "purchases": [{"at": "2026-01-01T00:00:00Z", "amount": 0.0005, "items": [{"sku": "s3", "seen": []}]},
                      {"at": "2026-01-02T00:00:00Z", "items": []}]}"#;

/// Everything that can be read of a row, in words.
fn read<'a>(row: impl Row<'a>, layout: &crate::schema::Layout) -> String {
    let mut out = String::new();
    for (slot, it) in (0_u32..).zip(&layout.slots) {
        let value = match &it.ty {
            Type::Bool => format!("{:?}", row.bool(slot)),
            Type::Int => format!("{:?}", row.int(slot)),
            Type::Float => format!("{:?}", row.float(slot)),
            Type::Decimal => format!("{:?}", row.decimal(slot)),
            Type::Words(_) => format!(
                "{:?} {:?} {}",
                row.text(slot),
                row.word(slot),
                row.text_is(slot, "male")
            ),
            Type::Date => format!("{:?}", row.date(slot)),
            Type::DateTime => format!("{:?}", row.datetime(slot)),
            Type::Geo => format!("{:?}", row.geo(slot)),
            Type::List(_) => {
                let items = it.items.as_deref().expect("a list has items");
                format!("{:?}", row.list(slot).map(|rows| read_all(rows, items)))
            }
            _ => {
                let text = row.text(slot);
                assert!(
                    row.text_is(slot, text.unwrap_or("other")) == text.is_some(),
                    "{text:?}"
                );
                format!("{text:?}")
            }
        };
        _ = writeln!(out, "{}: {} {value}", it.name(), row.known(slot));
    }
    out
}

fn read_all<'a>(rows: impl Rows<'a>, layout: &crate::schema::Layout) -> Vec<String> {
    (0..rows.len())
        .map(|index| read(rows.get(index), layout))
        .collect()
}

fn load(json: &str) -> Customer {
    Loader::new(&schema())
        .expect("valid")
        .customer_from_json(json)
        .expect("valid")
}

#[test]
fn a_struct_reads_as_the_customer_with_the_same_values() {
    let (shape, ana) = (Shape::new(schema().into()), ana());
    let binding = bind::<Client>(schema()).expect("fits");
    let (bound, loaded) = (BoundRow::new(&ana, &binding), load(ANA));
    assert_eq!(read(bound, &shape.customer), read(&loaded, &shape.customer));
    let (events, others) = (bound.events(0), (&loaded).events(0));
    assert_eq!(
        read_all(events, &shape.events[0]),
        read_all(others, &shape.events[0])
    );
    assert_eq!((events.at(1), events.sorted()), (others.at(1), true));
    assert_eq!((bound.events(1).len(), events.get(2).int(0)), (0, None));
}

#[test]
fn what_loading_would_refuse_is_missing() {
    let shape = Shape::new(schema().into());
    let binding = bind::<Client>(schema()).expect("fits");
    let client = Client {
        id: u64::MAX,
        first: Some(" \u{a0}".to_owned()),
        gender: "other",
        site: Some("javascript:alert(1)".into()),
        score: f64::NAN,
        tags: vec!["a\0b".to_owned()],
        ..Client::default()
    };
    let shown = read(BoundRow::new(&client, &binding), &shape.customer);
    let nothing = [
        "id",
        "first name",
        "site",
        "score",
        "total",
        "vip",
        "born",
        "home",
        "sizes",
    ];
    for name in nothing {
        assert!(
            shown.contains(&format!("{name}: false None\n")),
            "{name} in {shown}"
        );
    }
    assert!(shown.contains("gender: false None None false\n"), "{shown}");
    assert!(
        shown.contains(r#"tags: true Some([": false None\n"])"#),
        "{shown}"
    );
    let listed = Client {
        first: Some("N/A".to_owned()),
        score: f64::NEG_INFINITY,
        ..ana()
    };
    let row = BoundRow::new(&listed, &binding);
    assert_eq!((row.text(1), row.float(4)), (None, None));
}

#[test]
fn unsorted_events_say_so() {
    let binding = bind::<Client>(schema()).expect("fits");
    let mut client = ana();
    client.purchases.reverse();
    assert!(!BoundRow::new(&client, &binding).events(0).sorted());
}

#[test]
fn binding_lists_everything_that_does_not_fit() {
    let schema = Schema::builder()
        .attribute(Field::new("id", Type::String).key())
        .attribute(Field::new("first_name", Type::String))
        .attribute(Field::new("first name", Type::String))
        .attribute(Field::new("score", Type::Int))
        .attribute(Field::new("tags", Type::list(Type::Int)))
        .attribute(Field::new("sizes", Type::list(Type::record([Field::new("n", Type::Int)]))).optional())
        .attribute(Field::new("favorites", Type::list(Type::String)))
        .attribute(Field::new(
            "consent",
            Type::record([Field::new("email", Type::Bool), Field::new("sms", Type::Bool)]),
        ))
        .event(
            "purchases",
            [
                Field::new("amount", Type::Decimal),
                Field::new(
                    "items",
                    Type::list(Type::record([Field::new("name", Type::String)])),
                ),
            ],
        )
        .event("gender", [])
        .event("visits", [])
        .build()
        .expect("a valid schema");
    let error = bind::<Client>(schema).expect_err("nothing fits");
    assert_eq!(
        error.to_string(),
        "the record `Client` does not fit the schema:
  id: expected string, the record has int
  first_name: missing, expected string
  first name: an `Option`, but the schema requires it
  score: expected int, the record has float
  tags: expected [int], the record has [text]
  sizes: expected [{ n: int }]?, the record has [int]
  favorites: expected [string], the record has [{ sku, seen }]
  consent.sms: missing, expected bool
  purchases[].amount: an `Option`, but the schema requires it
  purchases[].items[].name: missing, expected string
  gender: expected a slice of records with `at`, the record has text
  visits: missing, expected a slice of records with `at`"
    );
    assert_eq!(error.problems().len(), 12);
}

struct Twice;

crate::record! {
    impl Record for Twice {
        id: |_| 1_i64,
        id: |_| 2_i64,
        contry: |_| None::<&str>,
    }
}

/// A record that borrows what it shows.
struct View<'v> {
    id: &'v str,
    parts: &'v [View<'v>],
    tags: Vec<&'v str>,
}

crate::record! {
    impl Record for View<'_> {
        id: |view| view.id,
        parts: |view| view.parts,
        tags: |view| &view.tags[..],
    }
}

#[test]
fn borrowing_structs_are_read_too() {
    let parts = || {
        Type::list(Type::record([
            Field::new("id", Type::String),
            Field::new("tags", Type::list(Type::String)),
        ]))
    };
    let schema = Schema::builder()
        .attribute(Field::new("id", Type::String).key())
        .attribute(Field::new("parts", parts()));
    let binding = bind::<View<'_>>(schema.build().expect("valid")).expect("fits");
    let id = "inner".to_owned();
    let inner = [View {
        id: &id,
        parts: &[],
        tags: vec!["x"],
    }];
    let outer = View {
        id: "outer",
        parts: &inner,
        tags: Vec::new(),
    };
    let row = BoundRow::new(&outer, &binding);
    let part = row.list(1).expect("a list is always known").get(0);
    assert_eq!((row.text(0), part.text(0)), (Some("outer"), Some("inner")));
    assert_eq!(part.list(1).and_then(|tags| tags.get(0).text(0)), Some("x"));
}

#[test]
fn near_names_and_repetitions_are_told() {
    let schema = Schema::builder()
        .attribute(Field::new("id", Type::Int).key())
        .attribute(Field::new("country", Type::String).optional());
    let error = bind::<Twice>(schema.build().expect("valid")).expect_err("does not fit");
    assert_eq!(
        error.to_string(),
        "the record `Twice` does not fit the schema:
  id: listed twice in the record
  country: missing, expected string?; the record has `contry`"
    );
}

/// A struct whose `Record` is written by hand, without tests of single fields.
struct ByHand(Buyer);

struct Buyer {
    id: String,
    city: Option<&'static str>,
    age: Option<i64>,
    spent: Decimal,
    vip: Option<bool>,
    born: Date,
    seen: Option<DateTime>,
}

crate::record! {
    impl Record for Buyer {
        id: |it| &it.id,
        city: |it| it.city,
        age: |it| it.age,
        spent: |it| it.spent,
        vip: |it| it.vip,
        born: |it| it.born,
        seen: |it| it.seen,
    }
}

macro_rules! delegated {
    ($($name:ident -> $to:ty;)*) => {$(
        fn $name(&self, field: usize) -> Option<$to> {
            self.0.$name(field)
        }
    )*};
}

impl Record for ByHand {
    fn fields() -> &'static [crate::RecordField] {
        Buyer::fields()
    }

    delegated! {
        bool -> bool;
        int -> i64;
        float -> f64;
        decimal -> Decimal;
        text -> &str;
        date -> Date;
        datetime -> DateTime;
        geo -> Geo;
        item_count -> usize;
    }

    fn item(&self, field: usize, index: usize) -> Option<crate::Item<'_>> {
        self.0.item(field, index)
    }
}

#[test]
fn a_struct_answers_with_field_tests_as_without() -> Result<(), Box<dyn std::error::Error>> {
    let rules = [
        "age >= 18",
        "age != 18",
        "spent between 1.5 and 2",
        "vip",
        "not vip",
        "born before 2000-01-01",
        "born in last 30 years",
        "seen in last 7 days",
        "seen not in last 7 days",
        "id = \"ana\"",
        "id != \"ana\" and age < 40 or vip",
        "age >= 17 and id = \"ana\"",
        "age >= 17 and id = \"ben\" and spent > 1.5",
        "age >= 17 and id = \"ben\" and spent > 1.5 and vip",
        "age >= 17 and id = \"ben\" and seen in last 8 days",
        "city = \"Ma\"",
        "city = \"Ma\" and id = \"ben\"",
        "age >= 17 and city = \"Ma\" and vip",
        "city = \"Ma\" or vip and age >= 18",
        "city != \"Ma\" and age >= 18",
    ];
    let mut text =
        "customer { id: string key, city: string?, age: int?, spent: decimal, vip: bool?, born: date, seen: datetime? }\n"
            .to_owned();
    for (place, rule) in rules.iter().enumerate() {
        writeln!(text, "segment s{place} = {rule}")?;
    }
    let shop = crate::Definitions::parse(&text)?;
    let now: DateTime = "2026-06-15T12:00:00Z".parse()?;
    let at = shop.at(now, &Zone::UTC);
    let (with, without) = (shop.bind::<Buyer>()?, shop.bind::<ByHand>()?);
    let mut held = vec![[false; 2]; rules.len()];
    for age in [None, Some(17), Some(18), Some(i64::MAX)] {
        for (days, vip) in [(0, None), (7, Some(true)), (8, Some(false)), (30_000, None)] {
            let at_days = DateTime::from_micros(now.micros() - days * 86_400_000_000);
            let buyer = || -> Result<Buyer, Box<dyn std::error::Error>> {
                Ok(Buyer {
                    id: if age == Some(17) { "ana" } else { "ben" }.to_owned(),
                    city: [Some("Ma"), Some("Mo"), None][usize::try_from((days + 2) % 3)?],
                    age,
                    spent: Decimal::from_units(15_000 + days),
                    vip,
                    born: Date::from_days(20_000 - days).ok_or("a day")?,
                    seen: at_days.filter(|_| days != 30_000),
                })
            };
            for (place, rule) in rules.iter().enumerate() {
                let name = format!("s{place}");
                let (with, without) = (with.segment(&name)?, without.segment(&name)?);
                let holds = with.interpret(&buyer()?, &at);
                assert_eq!(with.matches(&buyer()?, &at), holds, "{rule}");
                assert_eq!(without.matches(&ByHand(buyer()?), &at), holds, "{rule}");
                held[place][usize::from(holds)] = true;
            }
        }
    }
    for (rule, held) in rules.iter().zip(held) {
        assert_eq!(held, [true; 2], "{rule}");
    }
    Ok(())
}
