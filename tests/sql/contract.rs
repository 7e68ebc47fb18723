//! Rows that break the contract are listed, each with what is wrong, and no others.

use audience::{Date, Decimal, Definitions, Zone, sql::Dialect};

use super::{
    clickhouse::ClickHouse,
    datafusion::DataFusion,
    duckdb::DuckDb,
    engine::Engine,
    postgresql::PostgreSql,
    spark::Spark,
    sqlite::Sqlite,
    store::{self, Cell},
};
use crate::properties::customers::Datum;

const SHOP: &str = r#"
customer {
  id:      string key
  level:   ("gold" | "silver")
  name:    string? filled except ["N/A"]
  nick:    string? at most 3 letters
  age:     int?
  score:   float?
  spent:   decimal
  born:    date?
  seen:    datetime
  home:    geo?
  site:    url?
  agreed:  bool
  address: { street: string, zip: string? }?
  tags:    [string]?
}
event purchases { amount: decimal, sku: ref products, lines: [{ sku: string }] }
catalog products { sku: int key, price: decimal }
"#;

/// What is done to the data, and what is found then: table, key, column and problem.
type Breach = (&'static str, [&'static str; 4]);

const EVERYWHERE: &[Breach] = &[
    (
        "UPDATE customers SET tags_present = FALSE",
        [
            "customers_tags",
            "ana, -2",
            "customer_id",
            "an item of a list that is not there",
        ],
    ),
    (
        "UPDATE customers SET level = NULL",
        ["customers", "ana", "level", "null, but required"],
    ),
    (
        "UPDATE customers SET level = 'Gold'",
        ["customers", "ana", "level", "no word of the enumeration"],
    ),
    (
        "UPDATE customers SET name = ' \u{a0}\u{2003}'",
        ["customers", "ana", "name", "blank, which is to be null"],
    ),
    (
        "UPDATE customers SET name = ''",
        ["customers", "ana", "name", "blank, which is to be null"],
    ),
    (
        "UPDATE customers SET name = 'N/A'",
        [
            "customers",
            "ana",
            "name",
            "a word that counts as missing, which is to be null",
        ],
    ),
    (
        "UPDATE customers SET nick = 'ññññ'",
        ["customers", "ana", "nick", "more than 3 letters"],
    ),
    (
        "UPDATE customers SET home_y = NULL",
        [
            "customers",
            "ana",
            "home_x",
            "some coordinates of a place are null, and others are not",
        ],
    ),
    (
        "UPDATE customers SET home_z = 100000001",
        [
            "customers",
            "ana",
            "home_z",
            "no coordinate of a unit vector in units of 10⁻⁸",
        ],
    ),
    (
        "UPDATE customers SET site = 'javascript:alert(1)'",
        ["customers", "ana", "site", "no URL of http, https, mailto or tel"],
    ),
    (
        "UPDATE customers SET address_street = NULL",
        [
            "customers",
            "ana",
            "address_street",
            "null, but required where others of `address` are known",
        ],
    ),
    (
        "UPDATE customers SET tags_present = NULL",
        [
            "customers",
            "ana",
            "tags_present",
            "null, but it tells whether the list is there",
        ],
    ),
    (
        "UPDATE customers_tags SET value = NULL",
        ["customers_tags", "ana, -2", "value", "null, but required"],
    ),
    (
        "UPDATE purchases_lines SET sku = NULL",
        ["purchases_lines", "ana, -2, -2", "sku", "null, but required"],
    ),
    (
        "UPDATE purchases SET sku = NULL",
        ["purchases", "ana, -2", "sku", "null, but required"],
    ),
    (
        r#"UPDATE purchases SET "at" = NULL"#,
        ["purchases", "ana, -2", "at", "null, but required"],
    ),
    (
        "UPDATE purchases SET sequence = NULL",
        [
            "purchases",
            "ana, null",
            "sequence",
            "null, but it orders the rows",
        ],
    ),
    (
        "UPDATE purchases SET customer_id = NULL",
        [
            "purchases",
            "null, -2",
            "customer_id",
            "null, but it says whose row it is",
        ],
    ),
    (
        "INSERT INTO purchases SELECT * FROM purchases",
        [
            "purchases",
            "ana, -2",
            "sequence",
            "not the only row of this key and sequence",
        ],
    ),
    (
        "INSERT INTO customers SELECT * FROM customers",
        ["customers", "ana", "id", "not the only row of this key"],
    ),
    (
        "INSERT INTO products SELECT * FROM products",
        ["products", "7", "sku", "not the only row of this key"],
    ),
];

const IN_SQLITE: &[Breach] = &[
    (
        "UPDATE customers SET score = 9e999",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET age = 'many'",
        ["customers", "ana", "age", "not stored as integer"],
    ),
    (
        "UPDATE customers SET agreed = 2",
        ["customers", "ana", "agreed", "neither 0 nor 1"],
    ),
    (
        "UPDATE purchases SET amount = 0.5",
        ["purchases", "ana, -2", "amount", "not stored as integer"],
    ),
    (
        "UPDATE customers SET born = '2026-02-30'",
        ["customers", "ana", "born", "no day of the years 0001 to 9999"],
    ),
    (
        "UPDATE customers SET born = '10000-01-01'",
        ["customers", "ana", "born", "no day of the years 0001 to 9999"],
    ),
    (
        "UPDATE customers SET seen = 253402300800000000",
        ["customers", "ana", "seen", "no instant of the years 0001 to 9999"],
    ),
    (
        "UPDATE customers SET name = 'a' || CHAR(0) || 'b'",
        ["customers", "ana", "name", "text with the character U+0000"],
    ),
];

const IN_POSTGRESQL: &[Breach] = &[
    (
        "UPDATE customers SET score = 'NaN'",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET score = '-Infinity'",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET born = 'infinity'",
        ["customers", "ana", "born", "no day of the years 0001 to 9999"],
    ),
    (
        "UPDATE customers SET seen = '10000-01-01 00:00:00+00'",
        ["customers", "ana", "seen", "no instant of the years 0001 to 9999"],
    ),
    (
        "ALTER TABLE customers ALTER COLUMN spent TYPE numeric USING 0.00001",
        [
            "customers",
            "ana",
            "spent",
            "more than four digits after the point, or out of range",
        ],
    ),
    (
        "ALTER TABLE customers ALTER COLUMN spent TYPE numeric USING 922337203685477.5808",
        [
            "customers",
            "ana",
            "spent",
            "more than four digits after the point, or out of range",
        ],
    ),
    (
        "ALTER TABLE customers ALTER COLUMN spent TYPE numeric USING 'NaN'",
        [
            "customers",
            "ana",
            "spent",
            "more than four digits after the point, or out of range",
        ],
    ),
];

const IN_DUCKDB: &[Breach] = &[
    (
        "UPDATE customers SET score = 'nan'::DOUBLE",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET score = '-inf'::DOUBLE",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET born = DATE '10000-01-01'",
        ["customers", "ana", "born", "no day of the years 0001 to 9999"],
    ),
    (
        "UPDATE customers SET seen = TIMESTAMPTZ '10000-01-01 00:00:00+00'",
        ["customers", "ana", "seen", "no instant of the years 0001 to 9999"],
    ),
    (
        "ALTER TABLE customers ALTER COLUMN spent TYPE DECIMAL(38, 6) USING 0.00001::DECIMAL(38, 6)",
        [
            "customers",
            "ana",
            "spent",
            "more than four digits after the point, or out of range",
        ],
    ),
    (
        "UPDATE customers SET name = 'a' || CHR(0)",
        ["customers", "ana", "name", "text with the character U+0000"],
    ),
];

const IN_CLICKHOUSE: &[Breach] = &[
    (
        "UPDATE customers SET score = nan",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET score = -inf",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET seen = fromUnixTimestamp64Micro(253402300800000000)",
        ["customers", "ana", "seen", "no instant of the years 0001 to 9999"],
    ),
    (
        "UPDATE customers SET spent = toDecimal128('922337203685477.5808', 4)",
        [
            "customers",
            "ana",
            "spent",
            "more than four digits after the point, or out of range",
        ],
    ),
    (
        "UPDATE customers SET name = 'a' || char(0)",
        ["customers", "ana", "name", "text with the character U+0000"],
    ),
];

const IN_DATAFUSION: &[Breach] = &[
    (
        "UPDATE customers SET score = CAST('NaN' AS DOUBLE)",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET score = CAST('-inf' AS DOUBLE)",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET born = CAST(2932897 AS DATE)",
        ["customers", "ana", "born", "no day of the years 0001 to 9999"],
    ),
    (
        "UPDATE customers SET seen = ARROW_CAST(253402300800000000, 'Timestamp(Microsecond, Some(\"UTC\"))')",
        ["customers", "ana", "seen", "no instant of the years 0001 to 9999"],
    ),
    (
        "CREATE OR REPLACE TABLE customers AS SELECT id, level, name, nick, age, score, CAST('0.00001' AS DECIMAL(38, 6)) AS spent, born, seen, \
         home_x, home_y, home_z, site, agreed, address_street, address_zip, tags_present FROM customers",
        [
            "customers",
            "ana",
            "spent",
            "more than four digits after the point, or out of range",
        ],
    ),
    (
        "CREATE OR REPLACE TABLE customers AS SELECT id, level, name, nick, age, score, CAST('922337203685477.5808' AS DECIMAL(19, 4)) AS spent, born, seen, \
         home_x, home_y, home_z, site, agreed, address_street, address_zip, tags_present FROM customers",
        [
            "customers",
            "ana",
            "spent",
            "more than four digits after the point, or out of range",
        ],
    ),
    (
        "UPDATE customers SET name = 'a' || CHR(0)",
        ["customers", "ana", "name", "text with the character U+0000"],
    ),
];

const IN_SPARK: &[Breach] = &[
    (
        "UPDATE customers SET score = CAST('NaN' AS DOUBLE)",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET score = CAST('-Infinity' AS DOUBLE)",
        ["customers", "ana", "score", "not a finite number"],
    ),
    (
        "UPDATE customers SET born = DATE_FROM_UNIX_DATE(2932897)",
        ["customers", "ana", "born", "no day of the years 0001 to 9999"],
    ),
    (
        "UPDATE customers SET seen = TIMESTAMP_MICROS(253402300800000000)",
        ["customers", "ana", "seen", "no instant of the years 0001 to 9999"],
    ),
    (
        "UPDATE customers SET spent = CAST('0.00001' AS DECIMAL(38, 6))",
        [
            "customers",
            "ana",
            "spent",
            "more than four digits after the point, or out of range",
        ],
    ),
    (
        "UPDATE customers SET spent = CAST('922337203685477.5808' AS DECIMAL(19, 4))",
        [
            "customers",
            "ana",
            "spent",
            "more than four digits after the point, or out of range",
        ],
    ),
    (
        "UPDATE customers SET name = 'a' || CHR(0)",
        ["customers", "ana", "name", "text with the character U+0000"],
    ),
];

#[test]
fn sqlite_lists_what_breaks_the_contract() {
    lists(&mut Sqlite::start(), IN_SQLITE);
}

#[test]
#[ignore = "tests/engines/postgresql runs it"]
fn postgresql_lists_what_breaks_the_contract() {
    lists(&mut PostgreSql::start(), IN_POSTGRESQL);
}

#[test]
#[ignore = "tests/engines/duckdb runs it"]
fn duckdb_lists_what_breaks_the_contract() {
    lists(&mut DuckDb::start(), IN_DUCKDB);
}

#[test]
#[ignore = "tests/engines/clickhouse runs it"]
fn clickhouse_lists_what_breaks_the_contract() {
    lists(&mut ClickHouse::lenient(), IN_CLICKHOUSE);
}

#[test]
#[ignore = "tests/engines/datafusion runs it"]
fn datafusion_lists_what_breaks_the_contract() {
    lists(&mut DataFusion::start(), IN_DATAFUSION);
}

#[test]
#[ignore = "tests/engines/spark_cluster runs it"]
fn spark_lists_what_breaks_the_contract() {
    lists(&mut Spark::start(), IN_SPARK);
}

fn lists(engine: &mut dyn Engine, own: &[Breach]) {
    let shop = Definitions::parse(SHOP).expect("it compiles");
    let dialect = engine.dialect();
    let mapping = shop.mapping(dialect);
    let query = shop
        .contract_sql(dialect, &mapping)
        .expect("the draft fits")
        .to_string();
    let items = [product()];
    let tables = store::tables(shop.schema(), &mapping, &[ana()], |_| &items);
    engine.load(&tables).expect("it is stored");
    assert_eq!(
        engine.query(&query, 4),
        Ok(Vec::new()),
        "{dialect}: nothing is wrong"
    );
    for (change, expected) in EVERYWHERE.iter().chain(own) {
        // Events of customers who are gone are no breach, and would be told of here all the same where they are changed.
        engine.load(&tables).expect("it is stored");
        for table in ["purchases", "purchases_lines", "customers_tags"] {
            let gone = format!("DELETE FROM {table} WHERE customer_id <> 'ana'");
            engine.query(&gone, 1).expect("they are gone");
        }
        engine
            .query(change, 1)
            .unwrap_or_else(|error| panic!("{dialect}: {error} in {change}"));
        let found = engine
            .query(&query, 4)
            .unwrap_or_else(|error| panic!("{dialect}: {error}\n{query}"));
        let expected = expected.map(|it| Cell::Text(it.to_owned())).to_vec();
        assert_eq!(found, [expected], "{dialect}: {change}");
    }
}

#[test]
fn the_query_of_a_wide_schema_has_steps_that_sqlite_takes() {
    let fields: Vec<String> = (0..400).map(|it| format!("a{it}: int")).collect();
    let shop = Definitions::parse(&format!("customer {{ id: string key, {} }}", fields.join(", ")))
        .expect("it compiles");
    let mapping = shop.mapping(Dialect::Sqlite);
    let query = shop
        .contract_sql(Dialect::Sqlite, &mapping)
        .expect("the draft fits")
        .to_string();
    let mut engine = Sqlite::start();
    engine
        .load(&store::tables(shop.schema(), &mapping, &[], |_| &[]))
        .expect("it is stored");
    assert_eq!(engine.query(&query, 4), Ok(Vec::new()));
}

pub(super) fn text(text: &str) -> Datum {
    Datum::Text(text.to_owned())
}

pub(super) fn record<const N: usize>(fields: [(&str, Datum); N]) -> Datum {
    Datum::Record(fields.map(|(name, it)| (name.to_owned(), it)).to_vec())
}

fn ana() -> Datum {
    let moment = Zone::UTC.parse("2026-01-31T12:00:00Z").expect("an instant");
    let amount = || Datum::Decimal(Decimal::from_units(i64::MAX));
    let line = record([("sku", text("a"))]);
    let purchase = record([
        ("at", Datum::DateTime(moment)),
        ("amount", amount()),
        ("sku", Datum::Int(7)),
        ("lines", Datum::List(vec![line])),
    ]);
    record([
        ("id", text("ana")),
        ("level", text("gold")),
        ("name", text("Ana")),
        ("nick", text("ñññ")),
        ("age", Datum::Int(i64::MIN)),
        ("score", Datum::Float(f64::MAX)),
        ("spent", amount()),
        ("born", Datum::Date(Date::from_ymd(9999, 12, 31).expect("a day"))),
        ("seen", Datum::DateTime(moment)),
        ("home", Datum::Geo(90.0, 0.0)),
        ("site", text("HTTPS://a.es")),
        ("agreed", Datum::Bool(true)),
        ("address", record([("street", text("")), ("zip", text("8"))])),
        ("tags", Datum::List(vec![text("a")])),
        ("purchases", Datum::List(vec![purchase])),
    ])
}

fn product() -> Datum {
    record([
        ("sku", Datum::Int(7)),
        ("price", Datum::Decimal(Decimal::from_units(1))),
    ])
}
