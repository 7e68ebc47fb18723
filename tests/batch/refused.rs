//! Every way in which columns can be wrong has an error that names the place.

use audience::{
    Definitions, Zone,
    batch::{Bits, Codes, Column, Columns, Customers, Offsets, Texts},
};

const SCHEMA: &str = r#"
customer {
  id: string key
  plan: ("free" | "paid")?
  name: string? filled
  nick: string filled
  code: string? at most 3 letters
  zone: string? zone
  site: url?
  age: int?
  score: float?
  spent: decimal?
  born: date?
  seen: datetime?
  home: geo?
  tags: [string]?
  lines: [{ price: decimal, note: string? }]?
  email: bool?
  secret: ("a" | "b")? sensitive
}
event visits { page: string }
"#;

fn shop() -> Definitions {
    Definitions::parse(SCHEMA).unwrap_or_else(|error| panic!("{error}"))
}

fn texts(texts: &[&str]) -> Column<'static> {
    Column::texts(Texts::from_iter(texts))
}

/// Three customers with what they must have.
fn three() -> Columns<'static> {
    Columns::new(3)
        .column("id", texts(&["a", "b", "c"]))
        .column("nick", texts(&["x", "y", "z"]))
}

fn visits(times: Vec<i64>) -> Columns<'static> {
    let pages = vec!["p"; times.len()];
    Columns::new(times.len())
        .column("page", texts(&pages))
        .column("at", Column::datetimes(times))
}

#[track_caller]
fn refused(columns: Columns<'_>, expected: &str) {
    match Customers::new(&shop(), columns) {
        Ok(_) => panic!("let in, instead of: {expected}"),
        Err(error) => assert_eq!(error.to_string(), expected),
    }
}

#[test]
fn columns_of_other_names_and_lengths() {
    refused(
        three().column("agee", Column::ints(vec![1, 2, 3])),
        "column `agee`: there is no such attribute; did you mean `age`?",
    );
    refused(
        three().column("id", texts(&["a", "b", "c"])),
        "column `id`: given twice; leave one of the two out",
    );
    refused(
        Columns::new(3).column("id", texts(&["a", "b", "c"])),
        "column `nick`: required, but not given; add the column, or write `?` behind its type in the schema",
    );
    refused(
        three().column("age", Column::ints(vec![1, 2])),
        "column `age`: 2 values, but there are 3 rows",
    );
    refused(
        three().column("home", Column::places(vec![1.0, 2.0, 3.0], vec![1.0])),
        "column `home`: 1 longitudes, but there are 3 rows",
    );
    refused(
        three().column("age", Column::ints(vec![1, 2, 3]).known(Bits::from_iter([true]))),
        "column `age`: says of 1 rows whether they are known, but there are 3",
    );
    refused(
        three().column("age", Column::decimals(vec![1, 2, 3])),
        "column `age`: expected ints, found decimals",
    );
    refused(
        three().events("visit", vec![0, 0, 0, 0], visits(vec![])),
        "column `visit`: there is no such event; did you mean `visits`?",
    );
    let none = || visits(vec![]);
    refused(
        three()
            .events("visits", vec![0, 0, 0, 0], none())
            .events("visits", vec![0, 0, 0, 0], none()),
        "column `visits`: the customers have these events already; add each type once",
    );
    refused(
        three().events(
            "visits",
            vec![0, 0, 0, 0],
            none().events("visits", vec![0], none()),
        ),
        "column `visits.visits`: only customers have events",
    );
}

#[test]
fn offsets_that_lead_nowhere() {
    let with = |offsets: Vec<i32>| three().events("visits", offsets, visits(vec![1, 2]));
    refused(
        with(vec![0, 1, 2]),
        "column `visits`: 3 offsets, but 3 rows need 4",
    );
    refused(
        with(vec![0, 2, 1, 2]),
        "column `visits`, row 1: the offsets go back from 2 to 1",
    );
    refused(
        with(vec![-1, 0, 1, 2]),
        "column `visits`, row 0: an offset is negative",
    );
    refused(
        with(vec![0, 1, 2, 3]),
        "column `visits`, row 2: the offsets 2 to 3 lie beyond the 2 that there are",
    );
    let tags = |offsets: Vec<i32>| three().column("tags", Column::list(offsets, 1, texts(&["vip"])));
    refused(
        tags(vec![0, 1, 1, 2]),
        "column `tags`, row 2: the offsets 1 to 2 lie beyond the 1 that there are",
    );
    let name = |offsets: Vec<i32>| three().column("name", Column::texts(Texts::new(offsets, "año")));
    refused(
        name(vec![0, 1, 2, 4]),
        "column `name`, row 1: the offsets 1 to 2 cut a character in two",
    );
    refused(
        name(vec![0, 1, 3, 9]),
        "column `name`, row 2: the offsets 3 to 9 lie beyond the 4 bytes that there are",
    );
    refused(name(vec![0, 1]), "column `name`: 1 values, but there are 3 rows");
    refused(
        name(vec![1, 0, 3, 4]),
        "column `name`, row 0: the offsets go back from 1 to 0",
    );
}

#[test]
fn codes_without_a_text() {
    let plan =
        |codes: Vec<i8>| three().column("plan", Column::coded(codes, Texts::from_iter(["paid", "free"])));
    refused(
        plan(vec![0, 1, 2]),
        "column `plan`, row 2: text number 2, but there are 2",
    );
    refused(
        plan(vec![0, -1, 1]),
        "column `plan`, row 1: the number of the text is negative",
    );
    assert!(Customers::new(&shop(), plan(vec![0, 1, 1])).is_ok());
}

#[test]
fn values_that_loading_refuses() {
    let one = |name: &str, column: Column<'static>| three().column(name, column);
    refused(
        one("plan", texts(&["free", "paid", "lent"])),
        r#"column `plan`, row 2: "lent" is none of ("free" | "paid")"#,
    );
    refused(
        one(
            "plan",
            Column::coded(vec![0_u8, 1, 1], Texts::from_iter(["free", "payd"])),
        ),
        r#"column `plan`, row 1: "payd" is none of ("free" | "paid"); did you mean "paid"?"#,
    );
    refused(
        one("secret", texts(&["a", "b", "tumour"])),
        r#"column `secret`, row 2: the text is none of ("a" | "b")"#,
    );
    refused(
        one("code", texts(&["abc", "abcd", ""])),
        "column `code`, row 1: 4 letters, and at most 3 are allowed",
    );
    refused(
        one("zone", texts(&["Europe/Madrid", "UTC", "Madrid"])),
        "column `zone`, row 2: \"Madrid\" is no time zone; use an IANA name such as `Europe/Madrid`",
    );
    refused(
        one("site", texts(&["https://a", "javascript:x", "https://b"])),
        "column `site`, row 1: \"javascript:x\" has none of the schemes http, https, mailto, tel",
    );
    refused(
        one("name", texts(&["a", "b\0", "c"])),
        "column `name`, row 1: text with the character U+0000",
    );
    refused(
        one("score", Column::floats(vec![1.0, f64::NAN, 2.0])),
        "column `score`, row 1: expected a finite float",
    );
    refused(
        one("born", Column::dates(vec![0, i32::MAX, 1])),
        "column `born`, row 1: a day outside the years 0001 to 9999",
    );
    refused(
        one("seen", Column::datetimes(vec![0, 1, i64::MIN])),
        "column `seen`, row 2: a time outside the years 0001 to 9999",
    );
    refused(
        one("home", Column::places(vec![0.0, 91.0, 0.0], vec![0.0; 3])),
        "column `home`, row 1: a latitude outside ±90 or a longitude outside ±180",
    );
}

#[test]
fn what_must_not_be_missing() {
    let known = |bits: [bool; 3]| texts(&["x", "y", "z"]).known(Bits::from_iter(bits));
    let ids = || Columns::new(3).column("id", texts(&["a", "b", "c"]));
    refused(
        ids().column("nick", known([true, true, false])),
        "column `nick`, row 2: required, but missing; give a value, or write `?` behind its type in the schema",
    );
    refused(
        ids().column("nick", texts(&["x", " ", "z"])),
        "column `nick`, row 1: required, but the text counts as missing; give one that shows something, or write `?` behind its type in the schema",
    );
    let prices = Column::decimals(vec![1, 2]).known(Bits::from_iter([true, false]));
    let lines = Columns::new(2).column("price", prices);
    refused(
        three().column("lines", Column::records(vec![0, 1, 1, 2], lines)),
        "column `lines[].price`, row 1: required, but missing; give a value, or write `?` behind its type in the schema",
    );
    let tags = texts(&["vip"]).known(Bits::from_iter([false]));
    refused(
        three().column("tags", Column::list(vec![0, 1, 1, 1], 1, tags)),
        "column `tags[]`, row 0: required, but missing; give a value",
    );
    refused(
        three().events(
            "visits",
            vec![0, 1, 1, 1],
            Columns::new(1).column("page", texts(&["p"])),
        ),
        "column `visits.at`: required, but not given; add the column",
    );
    // What makes a customer a customer cannot be optional.
    let ids = texts(&["a", "b", "c"]).known(Bits::from_iter([true, false, true]));
    refused(
        Columns::new(3).column("id", ids),
        "column `id`, row 1: required, but missing; give a value",
    );
}

#[test]
fn events_out_of_order() {
    let sort = "the event is earlier than the one before it; sort the events of each customer by `at`";
    refused(
        three().events("visits", vec![0, 2, 2, 4], visits(vec![5, 5, 3, 2])),
        &format!("column `visits.at`, row 3: {sort}"),
    );
    // The first event of a customer may be earlier than the last one of another.
    let fine = three().events("visits", vec![0, 2, 2, 4], visits(vec![5, 6, 1, 2]));
    assert!(Customers::new(&shop(), fine).is_ok());
}

/// What stands where a value is missing means nothing, whatever it is.
#[test]
fn missing_values_are_not_looked_at() {
    let none = || Bits::from_iter([false; 3]);
    let columns = three()
        .column(
            "plan",
            Column::coded(vec![99_u8, 7, 200], Texts::from_iter(["free"])).known(none()),
        )
        .column("score", Column::floats(vec![f64::NAN; 3]).known(none()))
        .column("born", Column::dates(vec![i32::MIN; 3]).known(none()))
        .column(
            "home",
            Column::places(vec![999.0; 3], vec![f64::NAN; 3]).known(none()),
        )
        .column("site", texts(&["javascript:x"; 3]).known(none()));
    assert!(Customers::new(&shop(), columns).is_ok());
}

#[test]
fn offsets_of_a_list_that_is_missing_could_lead_elsewhere() {
    let shop = Definitions::parse(
        "customer { id: string key, tags: [string]? }  segment vips = tags contains \"vip\"",
    )
    .expect("compiles");
    for (known, offsets, expected) in [
        (
            [true, false],
            vec![0, 2, 0],
            "column `tags`, row 1: the offsets go back from 2 to 0",
        ),
        (
            [false, true],
            vec![5, 0, 2],
            "column `tags`, row 0: the offsets go back from 5 to 0",
        ),
        (
            [true, false],
            vec![0, 2, -1],
            "column `tags`, row 1: an offset is negative",
        ),
    ] {
        let tags = Column::list(offsets, 2, Column::texts(Texts::from_iter(["vip", "new"])));
        let columns = Columns::new(2)
            .column("id", Column::texts(Texts::from_iter(["ana", "ben"])))
            .column("tags", tags.known(known.into_iter().collect()));
        let error = Customers::new(&shop, columns).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn the_sum_of_a_column_that_is_not_given_is_0() {
    let shop = Definitions::parse(
        "customer { id: string key }  event visits { pages: int? }  event buys { amount: decimal }
         segment few = sum(pages of visits) < 10  segment poor = sum(amount of buys) < 10",
    )
    .expect("compiles");
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let columns = Columns::new(2)
        .column("id", Column::texts(Texts::from_iter(["ana", "ben"])))
        .events(
            "visits",
            vec![0, 2, 2],
            Columns::new(2).column("at", Column::datetimes(vec![1, 2])),
        )
        .events("buys", vec![0, 0, 0], Columns::new(0));
    let people = Customers::new(&shop, columns).expect("as declared");
    for segment in &shop.segments() {
        assert_eq!(
            segment.evaluate(&people, &at).rows().collect::<Vec<_>>(),
            [0, 1],
            "{}",
            segment.name()
        );
    }
}

/// Whatever is written into a log says how many there are, and nothing of anybody.
#[test]
fn columns_show_no_values() {
    let columns = three()
        .column("age", Column::ints(vec![7_001, 7_002, 7_003]))
        .column("spent", Column::decimals(vec![70_010_000, 0, 0]))
        .column("score", Column::floats(vec![7_001.5, 0.0, 0.0]))
        .column("born", Column::dates(vec![7_001, 7_002, 7_003]))
        .column(
            "home",
            Column::places(vec![70.01, 0.0, 0.0], vec![0.0, 70.01, 0.0]),
        )
        .column("email", Column::bools(Bits::from_iter([true, false, true])))
        .column(
            "code",
            Column::coded(vec![0_u8, 1, 1], Texts::from_iter(["ana", "ben"])),
        )
        .column("tags", Column::list(vec![0, 1, 1, 1], 1, texts(&["anaid"])))
        .events("visits", vec![0, 1, 1, 1], visits(vec![7_001]));
    let given = format!("{columns:?}");
    assert_eq!(
        given,
        r#"{"rows": 3, "id": texts in 3 rows, "nick": texts in 3 rows, "age": ints in 3 rows, "spent": decimals in 3 rows, "score": floats in 3 rows, "born": dates in 3 rows, "home": places in 3 rows, "email": truth values in 3 rows, "code": texts in 3 rows, "tags": lists in 3 rows of 1 items, "visits": {"rows": 1, "page": texts in 1 rows, "at": datetimes in 1 rows}}"#
    );
    let shop = Definitions::parse(&format!("{SCHEMA} segment mailed = email")).expect("compiles");
    let people = Customers::new(&shop, columns).expect("valid");
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let mailed = shop.segment("mailed").expect("defined").evaluate(&people, &at);
    let nobody = Customers::new(&shop, Columns::new(0)).expect("valid");
    let before = shop.segment("mailed").expect("defined").evaluate(&nobody, &at);
    let changes = mailed.diff(&people, &before, &nobody);
    assert_eq!(changes.entered.len(), 2);
    let shown = [
        format!("{changes:?}"),
        format!("{people:?}"),
        format!("{mailed:?}"),
        format!("{:?}", Texts::from_iter(["anaid"])),
        format!("{:?}", Bits::from_iter([true])),
        format!("{:?}", Codes::from(vec![7_001_u16])),
        format!("{:?}", Offsets::from(vec![7_001_i32])),
    ];
    assert_eq!(
        shown,
        [
            "KeyChanges { entered: 2, left: 0, .. }",
            "Customers { len: 3, .. }",
            r#"Members { name: "mailed", count: 2, of: 3, .. }"#,
            "1 texts",
            "1 bits",
            "Codes of 1 u16",
            "Offsets of 1 i32",
        ]
    );
}
