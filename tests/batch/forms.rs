//! Columns in every form answer as loaded customers do, over more than one block of rows.

use std::fmt::Write;

use audience::{
    At, Customer, Definitions, Value, ValueRef, Zone,
    batch::{Bits, Codes, Column, Columns, Customers, Texts},
};

const DEFINITIONS: &str = r#"
customer {
  id: int key
  country: string?
  plan: ("free" | "paid" | "trial")?
  age: int
  spent: decimal?
  score: float?
  born: date?
  seen: datetime?
  email: bool?
  tags: [string]?
  home: geo?
}
event purchases { amount: decimal?, sku: string }

segment adults = age >= 18
segment young = age < 12 or age in [15, 16]
segment middle = age between 30 and 40
segment old = age > 60
segment far = age > 1000
segment spanish = country = "ES"
segment iberian = country in ["ES", "PT"]
segment not_iberian = not (country in ["ES", "PT"]) and country is known
segment of_many = country in ["ES", "PT", "FR", "IT", "DE", "AT", "BE", "NL", "LU"]
segment s_land = country starts with "S" or country contains "T"
segment paying = plan = "paid"
segment some_plan = plan in ["paid", "trial"]
segment rich = spent > 50
segment poor = spent <= 20.5
segment richest = spent > 95
segment scored = score > 0.25
segment low_score = score < -0.5
segment none_score = score is unknown
segment zero = score = 0
segment born_late = born >= 1990-01-01
segment birthday = born anniversary in next 30 days
segment recently = seen in last 10 days
segment recent_or_never = seen in last 20 days or seen is unknown
segment agreed = email
segment declined = not email
segment vip = tags contains "vip"
segment any_tag = tags contains any ["new", "old"]
segment all_tags = tags contains all ["new", "vip"]
segment tagged = count(tags) >= 2
segment untagged = tags is unknown
segment bought = any purchases in last 30 days
segment bought_much = at least 2 purchases in last 100 days where amount > 10
segment spent_much = sum(amount of purchases in last 100 days) > 60
segment mean = avg(amount of purchases) > 30
segment last_big = last(amount of purchases) > 40
segment first_small = first(amount of purchases) < 20
segment most = max(amount of purchases in last 200 days) between 20 and 60
segment least = min(amount of purchases) > 5
segment of_sku = any purchases where (sku = "A1" and amount > 5)
segment near = home within 500 km of (40.4, -3.7)
segment both = in segment adults and in segment vip
segment sampled = in sample 30% of "salt"
segment few_rich = age = 33 and spent > 50
segment few_poor = age = 33 and not (spent > 50)
segment few_lately = age = 33 and seen in last 10 days
segment few_spanish = age = 33 and (country = "ES" or spent > 95)
segment few_young = age = 33 and born >= 1990-01-01
segment few_scored = age = 33 and score > 0.25
segment few_agreed = age = 33 and (email or spent > 95)
"#;

/// Numbers that look random and are the same every time.
fn number(row: usize, salt: u64, below: u64) -> u64 {
    let seed = (row as u64 * 31 + salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % below
}

/// Two blocks and a part of a third one.
const ROWS: usize = 16_600;
const COUNTRIES: [&str; 6] = ["ES", "PT", "FR", "US", "ST", ""];
const PLANS: [&str; 3] = ["trial", "free", "paid"];
const TAGS: [&str; 4] = ["vip", "new", "old", "none"];
const SKUS: [&str; 3] = ["A1", "B2", "C3"];
const DAY: i64 = 86_400_000_000;

/// What the columns below hold, value by value.
struct Data {
    now: i64,
}

impl Data {
    fn known(row: usize, salt: u64) -> bool {
        number(row, salt + 1000, 5) > 0
    }

    fn int(row: usize, salt: u64, below: u64) -> i64 {
        i64::try_from(number(row, salt, below)).expect("small")
    }

    fn pick(row: usize, salt: u64, among: usize) -> usize {
        usize::try_from(number(row, salt, among as u64)).expect("small")
    }

    fn score(row: usize) -> f64 {
        match number(row, 5, 9) {
            0 => 0.0,
            1 => -0.0,
            _ => f64::from(u32::try_from(number(row, 6, 2_001)).expect("small")) / 1_000.0 - 1.0,
        }
    }

    fn tags(row: usize) -> Vec<usize> {
        (0..Self::pick(row, 7, 4))
            .map(|it| Self::pick(row, 8 + it as u64, TAGS.len()))
            .collect()
    }

    /// Times, amounts and articles. Some lie in the future.
    fn purchases(&self, row: usize) -> Vec<(i64, Option<i64>, usize)> {
        let mut times: Vec<i64> = (0..Self::pick(row, 20, 7))
            .map(|it| self.now - (Self::int(row, 30 + it as u64, 300) - 10) * DAY)
            .collect();
        times.sort_unstable();
        let of = |(index, time): (usize, i64)| {
            let salt = 40 + index as u64;
            let amount = Self::known(row, salt).then(|| Self::int(row, salt, 1_000_000));
            (time, amount, Self::pick(row, salt + 60, SKUS.len()))
        };
        times.into_iter().enumerate().map(of).collect()
    }

    fn json(&self, row: usize) -> String {
        let date = |days: i64| audience::Date::from_days(days).expect("a day").to_string();
        let time = |micros: i64| {
            audience::DateTime::from_micros(micros)
                .expect("a time")
                .to_string()
        };
        let decimal = |units: i64| audience::Decimal::from_units(units).to_string();
        let mut json = format!("{{\"id\": {row}, \"age\": {}", Self::int(row, 1, 90));
        let mut member = |salt: u64, name: &str, value: String| {
            if Self::known(row, salt) {
                write!(json, ", \"{name}\": {value}").expect("text");
            }
        };
        member(2, "country", format!("{:?}", COUNTRIES[Self::pick(row, 2, 6)]));
        member(3, "plan", format!("{:?}", PLANS[Self::pick(row, 3, 3)]));
        member(4, "spent", decimal(Self::int(row, 4, 1_000_000)));
        member(5, "score", format!("{:?}", Self::score(row)));
        member(9, "born", format!("{:?}", date(Self::int(row, 9, 20_000))));
        member(
            10,
            "seen",
            format!("{:?}", time(self.now - Self::int(row, 10, 30) * DAY)),
        );
        member(11, "email", (number(row, 11, 2) == 1).to_string());
        let tags: Vec<&str> = Self::tags(row).into_iter().map(|it| TAGS[it]).collect();
        member(12, "tags", format!("{tags:?}"));
        let (lat, lon) = Self::home(row);
        member(13, "home", format!("[{lat:?}, {lon:?}]"));
        let purchases = self.purchases(row).into_iter().map(|(at, amount, sku)| {
            let amount = amount.map_or("null".to_owned(), decimal);
            format!(
                "{{\"at\": {:?}, \"amount\": {amount}, \"sku\": {:?}}}",
                time(at),
                SKUS[sku]
            )
        });
        let purchases: Vec<String> = purchases.collect();
        write!(json, ", \"purchases\": [{}]}}", purchases.join(", ")).expect("text");
        json
    }

    fn home(row: usize) -> (f64, f64) {
        let degrees = |salt, below| f64::from(u32::try_from(number(row, salt, below)).expect("small"));
        (30.0 + degrees(14, 20), degrees(15, 20) - 10.0)
    }
}

/// Values in the given form, from a function of the row; where they are missing, something else stands.
fn all<T>(of: impl Fn(usize) -> T) -> Vec<T> {
    (0..ROWS).map(of).collect()
}

fn known(salt: u64) -> Bits<'static> {
    (0..ROWS).map(|row| Data::known(row, salt)).collect()
}

/// Codes of one of six widths, with numbers of no text where the value is missing.
fn codes(width: u64, salt: u64, among: usize) -> Codes<'static> {
    let code = |row: usize| {
        if Data::known(row, salt) {
            Data::pick(row, salt, among)
        } else {
            100 + row % 7
        }
    };
    let code = |row| u8::try_from(code(row)).expect("small");
    match width {
        0 => all(code).into(),
        1 => all(|row| u16::from(code(row))).into(),
        2 => all(|row| u32::from(code(row))).into(),
        3 => all(|row| code(row).cast_signed()).into(),
        4 => all(|row| i16::from(code(row))).into(),
        _ => all(|row| i32::from(code(row))).into(),
    }
}

/// The columns, with texts as they are or by codes of a width.
fn columns(data: &Data, width: Option<u64>) -> Columns<'static> {
    let text = |salt: u64, words: &[&str]| {
        let column = match width {
            Some(width) => Column::coded(codes(width, salt, words.len()), Texts::from_iter(words)),
            None => Column::texts(
                all(|row| words[Data::pick(row, salt, words.len())])
                    .into_iter()
                    .collect(),
            ),
        };
        column.known(known(salt))
    };
    let mut offsets: Vec<i32> = vec![0];
    let (mut tags, mut purchases) = (Vec::new(), Vec::new());
    let mut purchase_offsets: Vec<i64> = vec![0];
    for row in 0..ROWS {
        tags.extend(Data::tags(row));
        offsets.push(i32::try_from(tags.len()).expect("few"));
        purchases.extend(data.purchases(row));
        purchase_offsets.push(i64::try_from(purchases.len()).expect("few"));
    }
    let tag_count = tags.len();
    let tags = match width {
        Some(_) => {
            let codes: Vec<u8> = tags
                .into_iter()
                .map(|it| u8::try_from(it).expect("few"))
                .collect();
            Column::coded(codes, Texts::from_iter(TAGS))
        }
        None => Column::texts(tags.into_iter().map(|it| TAGS[it]).collect()),
    };
    let amounts: Vec<i64> = purchases.iter().map(|it| it.1.unwrap_or(i64::MAX)).collect();
    let events = Columns::new(purchases.len())
        .column(
            "at",
            Column::datetimes(purchases.iter().map(|it| it.0).collect::<Vec<_>>()),
        )
        .column(
            "amount",
            Column::decimals(amounts).known(purchases.iter().map(|it| it.1.is_some()).collect()),
        )
        .column(
            "sku",
            Column::texts(purchases.iter().map(|it| SKUS[it.2]).collect()),
        );
    let seen = |row: usize| data.now - Data::int(row, 10, 30) * DAY;
    let born = |row: usize| i32::try_from(number(row, 9, 20_000)).expect("small");
    Columns::new(ROWS)
        .column("id", Column::ints(all(|row| i64::try_from(row).expect("few"))))
        .column("country", text(2, &COUNTRIES))
        .column("plan", text(3, &PLANS))
        .column("age", Column::ints(all(|row| Data::int(row, 1, 90))))
        .column(
            "spent",
            Column::decimals(all(|row| Data::int(row, 4, 1_000_000))).known(known(4)),
        )
        .column(
            "score",
            Column::floats(all(|row| {
                if Data::known(row, 5) {
                    Data::score(row)
                } else {
                    f64::NAN
                }
            }))
            .known(known(5)),
        )
        .column("born", Column::dates(all(born)).known(known(9)))
        .column("seen", Column::datetimes(all(seen)).known(known(10)))
        .column(
            "email",
            Column::bools((0..ROWS).map(|row| number(row, 11, 2) == 1).collect()).known(known(11)),
        )
        .column("tags", Column::list(offsets, tag_count, tags).known(known(12)))
        .column(
            "home",
            Column::places(all(|row| Data::home(row).0), all(|row| Data::home(row).1)).known(known(13)),
        )
        .events("purchases", purchase_offsets, events)
}

type Setting = (Definitions, At, Data, Vec<Customer>);

fn setting() -> Result<Setting, Box<dyn std::error::Error>> {
    let shop = Definitions::parse(DEFINITIONS).map_err(|error| error.to_string())?;
    let now: audience::DateTime = "2026-06-01T12:00:00Z".parse()?;
    let at = shop.at(now, &Zone::named("Europe/Madrid")?);
    let data = Data { now: now.micros() };
    let customers = (0..ROWS).map(|row| shop.customer_from_json(data.json(row)));
    let customers = customers.collect::<Result<_, _>>()?;
    Ok((shop, at, data, customers))
}

#[test]
fn columns_of_every_form_answer_as_customers_do() -> Result<(), Box<dyn std::error::Error>> {
    let (shop, at, data, customers) = setting()?;
    let forms = [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), None];
    let batches = forms.map(|width| Customers::new(&shop, columns(&data, width)));
    let mut batches = batches.into_iter().collect::<Result<Vec<_>, _>>()?;
    batches.push(Customers::from_customers(&shop, &customers)?);
    let expected: Vec<Vec<bool>> = shop
        .segments()
        .iter()
        .map(|segment| customers.iter().map(|it| segment.matches(it, &at)).collect())
        .collect();
    for (form, people) in batches.iter().enumerate() {
        let together = shop.segments().evaluate(people, &at);
        #[cfg(feature = "parallel")]
        assert_eq!(shop.segments().evaluate_parallel(people, &at), together);
        for ((segment, members), expected) in shop.segments().iter().zip(&together).zip(&expected) {
            let alone = segment.evaluate(people, &at);
            for (row, expected) in expected.iter().enumerate() {
                let found = (members.contains(row), alone.contains(row));
                if found != (*expected, *expected) {
                    let (name, json) = (segment.name(), data.json(row));
                    panic!("{name}, form {form}, row {row}: {found:?} together and alone, of {json}");
                }
            }
            let count = expected.iter().filter(|it| **it).count();
            assert_eq!(members.count(), count);
            assert!(count < ROWS, "{} tells nobody from anybody", segment.name());
            assert_eq!(count > 0, segment.name() != "far", "{}", segment.name());
        }
    }
    Ok(())
}

/// An `At` of other definitions has other windows resolved.
#[test]
fn windows_are_those_of_the_definitions_that_are_asked() -> Result<(), Box<dyn std::error::Error>> {
    let (shop, at, data, _) = setting()?;
    let people = Customers::new(&shop, columns(&data, Some(0)))?;
    let other = Definitions::parse("customer { id: int key }  segment everyone = true")?;
    let of_other = other.at(at.now(), &at.zone());
    assert_eq!(
        shop.segments().evaluate(&people, &of_other),
        shop.segments().evaluate(&people, &at)
    );
    Ok(())
}

#[test]
fn a_batch_of_another_schema_is_refused() -> Result<(), Box<dyn std::error::Error>> {
    let (shop, at, data, customers) = setting()?;
    let people = Customers::new(&shop, columns(&data, Some(0)))?;
    assert_eq!(people.key(7), Some(ValueRef::Int(7)));
    assert_eq!(people.key(ROWS), None);
    let other = Definitions::parse("customer { id: int key }  trait same = id  segment everyone = true")?;
    let other_at = other.at(at.now(), &at.zone());
    assert!(
        other
            .segment("everyone")?
            .try_evaluate(&people, &other_at)
            .is_err()
    );
    assert!(other.segments().try_evaluate(&people, &other_at).is_err());
    assert!(other.computed("same")?.try_evaluate(&people, &other_at).is_err());
    assert!(other.fitter(&other_at).try_add_batch(&people).is_err());
    assert!(Customers::from_customers(&other, &customers).is_err());
    // The same schema in other definitions is the same schema.
    let again = Definitions::parse(DEFINITIONS.split_once("segment adults").map_or("", |it| it.0))?;
    assert_eq!(again.schema().id(), people.schema_id());
    Ok(())
}

#[test]
fn a_batch_without_customers_has_no_members() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(DEFINITIONS).map_err(|error| error.to_string())?;
    let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    let people = Customers::new(&shop, Columns::new(0))?;
    assert!(people.is_empty());
    for members in shop.segments().evaluate(&people, &at) {
        assert_eq!((members.count(), members.rows().next()), (0, None));
    }
    Ok(())
}

#[test]
fn values_of_every_type_come_back() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(
        "customer { id: string key, born: date, seen: datetime?, home: geo }
         trait words = lower(id)
         trait truth = seen is known
         trait whole = years_since(born)
         trait exact = years_since(born) / 3
         trait day = born + 1 day
         trait time = seen + 1 hour
         trait span = now - seen
         trait place = home
         trait far = distance(home, (0, 0))",
    )
    .map_err(|error| error.to_string())?;
    let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    let lines = [
        r#"{"id": "Ana", "born": "1990-01-02", "seen": "2026-05-01T10:00:00Z", "home": [1, 2]}"#,
        r#"{"id": "BEN", "born": "2001-07-30", "home": [-30.5, 80.25]}"#,
    ];
    let customers = lines.map(|line| shop.customer_from_json(line));
    let customers = customers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let people = Customers::from_customers(&shop, &customers)?;
    for computed in shop.computed_all() {
        let values = computed.evaluate(&people, &at);
        let found: Vec<Option<Value>> = values.iter().map(|it| it.map(ValueRef::to_owned)).collect();
        let expected: Vec<Option<Value>> = customers.iter().map(|it| computed.value(it, &at)).collect();
        assert_eq!(found, expected, "{}", computed.name());
        assert!(found.iter().any(Option::is_some), "{}", computed.name());
    }
    Ok(())
}
