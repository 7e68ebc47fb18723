//! Values inside of JSON: read to the last digit, and told where they are none.

use audience::{
    Definitions,
    sql::{Column, Dialect, Mapping},
};

use super::{
    duckdb::DuckDb,
    edges::at,
    engine::{Engine, is},
    postgresql::PostgreSql,
    sqlite::Sqlite,
    store::Cell,
};

const CONTRACT: &str = r#"
customer {
  id: string key, name: string?, agreed: bool?, orders: int?, score: float?, spent: decimal?, born: date?, seen: datetime?, level: ("gold" | "silver")?
}
trait v_name   = name
trait v_agreed = agreed
trait v_orders = orders
trait v_score  = score
trait v_spent  = spent
trait v_born   = born
trait v_seen   = seen
trait v_level  = level
"#;

const FIELDS: &[&str] = &[
    "name", "agreed", "orders", "score", "spent", "born", "seen", "level",
];

/// What customers have, as JSON; without the braces.
const CUSTOMERS: &[&str] = &[
    "",
    r#""name": null, "agreed": null, "orders": null, "score": null, "spent": null, "born": null, "seen": null, "level": null"#,
    r#""name": "it's \"q\" \\ \u00e9 😀\n", "agreed": true, "orders": -9223372036854775808, "score": 5e-324, "spent": "-922337203685477.5808",
       "born": "0001-01-01", "seen": "9999-12-31T23:59:59.999999Z", "level": "gold""#,
    r#""name": "", "agreed": false, "orders": 9223372036854775807, "score": 1.7976931348623157e308, "spent": "922337203685477.5807",
       "born": "9999-12-31", "seen": "0001-01-01T05:45:00.5+05:45", "level": "silver""#,
    r#""name": "null", "orders": 9007199254740993, "score": 3, "spent": 12.50, "seen": "2026-03-29T02:30:00.000001-12:30""#,
    r#""name": "5", "orders": 0, "score": -0.1, "spent": -0.05, "born": "2024-02-29", "seen": "1969-12-31T23:59:59.9+00:00""#,
    r#""spent": 7, "score": 0.1"#,
    r#""spent": "-7", "seen": "2026-01-31T12:00:00-00:30""#,
    r#""seen": "2026-01-31T12:00:00.25+15:59""#,
];

/// So many digits of a number DuckDB does not keep.
const LONG: &str = r#""spent": -922337203685477.5807"#;

/// What is no value, and what is said of it.
const BREACHES: &[(&str, &str)] = &[
    (r#""name": 5"#, "no text of JSON"),
    (r#""name": {"a": "b"}"#, "no text of JSON"),
    (r#""agreed": 1"#, "no bool of JSON"),
    (r#""agreed": "true""#, "no bool of JSON"),
    (r#""orders": 1.5"#, "no whole number of JSON of 64 bits"),
    (r#""orders": "1""#, "no whole number of JSON of 64 bits"),
    (r#""orders": true"#, "no whole number of JSON of 64 bits"),
    (
        r#""orders": 9223372036854775808"#,
        "no whole number of JSON of 64 bits",
    ),
    (r#""score": "1""#, "no number of JSON, or out of range"),
    (
        r#""spent": true"#,
        "neither a number of JSON that keeps its digits nor a text",
    ),
    (
        r#""spent": "0.00001""#,
        "more than four digits after the point, or out of range",
    ),
    (
        r#""spent": "1e3""#,
        "more than four digits after the point, or out of range",
    ),
    (
        r#""spent": ".5""#,
        "more than four digits after the point, or out of range",
    ),
    (
        r#""spent": "922337203685477.5808""#,
        "more than four digits after the point, or out of range",
    ),
    (r#""born": 5"#, "no text of JSON"),
    (r#""born": "2026-02-30""#, "no day of the years 0001 to 9999"),
    (r#""born": "10000-01-01""#, "no day of the years 0001 to 9999"),
    (r#""born": "tomorrow""#, "no day of the years 0001 to 9999"),
    (
        r#""seen": "2026-01-31T12:00:00""#,
        "no instant of the years 0001 to 9999",
    ),
    (
        r#""seen": "2026-02-30T12:00:00Z""#,
        "no instant of the years 0001 to 9999",
    ),
    (
        r#""seen": "2026-01-31 12:00:00Z""#,
        "no instant of the years 0001 to 9999",
    ),
    (
        r#""seen": "2026-01-31T12:00:00.1234567Z""#,
        "no instant of the years 0001 to 9999",
    ),
    (
        r#""seen": "0001-01-01T00:00:00+01:00""#,
        "no instant of the years 0001 to 9999",
    ),
    (
        r#""seen": "2026-01-31T12:00:00+24:00""#,
        "no instant of the years 0001 to 9999",
    ),
    (
        r#""seen": "2026-01-31T12:00:00+01:60""#,
        "no instant of the years 0001 to 9999",
    ),
    (r#""level": "Gold""#, "no word of the enumeration"),
];

#[test]
fn sqlite_reads_json() {
    reads(&mut Sqlite::start(), &["TEXT"]);
}

#[test]
#[ignore = "tests/engines/postgresql runs it"]
fn postgresql_reads_json() {
    reads(&mut PostgreSql::start(), &["jsonb", "json", "text"]);
}

#[test]
#[ignore = "tests/engines/duckdb runs it"]
fn duckdb_reads_json() {
    reads(&mut DuckDb::start(), &["JSON", "VARCHAR"]);
}

/// Names of members that are hard to write in a path.
fn members(dialect: Dialect) -> [&'static str; 2] {
    match dialect {
        Dialect::Sqlite => ["a.b[0] 'é'", "$1"],
        _ => ["~/a.b[0] \"'\\é", "0"],
    }
}

fn mapping(shop: &Definitions, dialect: Dialect) -> Mapping {
    let mut mapping = shop.mapping(dialect);
    let [one, two] = members(dialect);
    for field in FIELDS {
        let column = serde_json::json!({ "column": "profile", "json": [one, two, field] });
        let column: Column = serde_json::from_value(column).expect("a column");
        mapping.customers.columns.insert((*field).to_owned(), column);
    }
    mapping
}

/// Has these customers, with what they have in a column of that type.
fn load(engine: &mut dyn Engine, ty: &str, customers: &[&str]) {
    let [one, two] = members(engine.dialect()).map(|it| serde_json::to_string(it).expect("a text"));
    engine.load(&[]).expect("nothing is there");
    let quoted = |text: String| {
        let text = text.replace('\'', "''");
        match engine.dialect() {
            Dialect::PostgreSql => format!("E'{}'", text.replace('\\', "\\\\")),
            _ => format!("'{text}'"),
        }
    };
    let rows: Vec<String> = customers
        .iter()
        .enumerate()
        .map(|(index, it)| {
            let json = quoted(format!("{{ {one}: {{ {two}: {{ {it} }} }} }}"));
            format!("('c{index}', {json})")
        })
        .collect();
    for statement in [
        format!("CREATE TABLE customers (id VARCHAR(99), profile {ty})"),
        format!("INSERT INTO customers VALUES {}", rows.join(", ")),
    ] {
        engine
            .query(&statement, 1)
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
}

fn reads(engine: &mut dyn Engine, types: &[&str]) {
    let shop = Definitions::parse(CONTRACT).expect("it compiles");
    let (dialect, at) = (engine.dialect(), at(&shop));
    let mapping = mapping(&shop, dialect);
    let contract = shop.contract_sql(dialect, &mapping).expect("it fits").to_string();
    let breaches = |engine: &mut dyn Engine| {
        engine
            .query(&contract, 4)
            .unwrap_or_else(|error| panic!("{dialect}: {error}\n{contract}"))
    };
    let mut customers = CUSTOMERS.to_vec();
    if dialect != Dialect::DuckDb {
        customers.push(LONG);
    }
    for ty in types {
        load(engine, ty, &customers);
        assert_eq!(breaches(engine), Vec::<Vec<Cell>>::new(), "{dialect}: {ty}");
        for field in FIELDS {
            let computed = shop.computed(&format!("v_{field}")).expect("it is there");
            let query = computed
                .to_sql(dialect, &mapping, &at)
                .unwrap_or_else(|error| panic!("{error}"));
            let rows = engine
                .query(&query.to_string(), 2)
                .unwrap_or_else(|error| panic!("{dialect}: {error}\n{query}"));
            assert_eq!(rows.len(), customers.len());
            for (index, customer) in customers.iter().enumerate() {
                let comma = if customer.is_empty() { "" } else { "," };
                let json = format!("{{ \"id\": \"c{index}\"{comma} {customer} }}");
                let loaded = shop
                    .customer_from_json(&json)
                    .unwrap_or_else(|error| panic!("{error}: {json}"));
                let expected = computed.interpret(&loaded, &at);
                let row = rows
                    .iter()
                    .find(|row| row[0] == Cell::Text(format!("c{index}")))
                    .expect("each has a row");
                assert!(
                    is(&row[1], expected.as_ref()),
                    "{dialect}: {field} is {expected:?}, {row:?} for {json}\n{query}"
                );
            }
        }
    }
    if dialect == Dialect::DuckDb {
        load(engine, types[0], &[LONG]);
        assert_eq!(breaches(engine).len(), 1);
    }
    for (breach, problem) in BREACHES {
        load(engine, types[0], &[breach]);
        let field = breach[1..].split('"').next().expect("a name");
        let [one, two] = members(dialect);
        let expected = [
            "customers".to_owned(),
            "c0".to_owned(),
            format!("profile.{one}.{two}.{field}"),
            (*problem).to_owned(),
        ];
        assert_eq!(
            breaches(engine),
            [expected.map(Cell::Text).to_vec()],
            "{dialect}: {breach}"
        );
    }
}
