//! What an engine answers nearly as the language does is refused, and answered where that is allowed: on tame data the answers are the same.

use audience::{
    Code, Definitions, Zone,
    sql::{Dialect, SqlError, Strictness},
};

use super::{
    contract::{record, text},
    edges::{MADRID, agrees, at},
    engine::Engine,
};
use crate::properties::customers::Datum;

const CONTRACT: &str = "customer { id: string key, name: string?, nick: string?, home: geo, score: float }  event visits { spent: float }\n";

const NONE: &[Dialect] = &[];
const SQLITE: &[Dialect] = &[Dialect::Sqlite];

/// Rules, and the engines that have nothing near.
const RULES: &[(&str, &[Dialect])] = &[
    ("trait t = sum(spent of visits)", NONE),
    ("trait t = avg(spent of visits)", NONE),
    (
        "segment s = sum(spent of visits) >= 2.5 and avg(spent of visits) < 10",
        NONE,
    ),
    ("trait t = sum(spent of visits where spent > 1)", NONE),
    ("trait t = lower(name)", NONE),
    ("trait t = upper(name)", NONE),
    (r#"segment s = lower(name) starts with "an""#, NONE),
    ("segment s = name = nick ignoring case", NONE),
    ("segment s = name contains nick ignoring case", NONE),
    ("trait t = string(score)", NONE),
    ("trait t = round(distance(home, (40.4168, -3.7038)))", SQLITE),
    (
        "segment s = distance(home, (40.4168, -3.7038)) < 502448 and distance(home, home) = 0",
        SQLITE,
    ),
    (r#"segment s = name matches "^[Aa]n+a?$""#, SQLITE),
    (r#"segment s = not name matches "a.b""#, SQLITE),
    (r#"segment s = name matches "an" ignoring case"#, SQLITE),
    (r#"segment s = name matches "(x|an{2,}|é+?)a|\\s\\S*\\d""#, SQLITE),
    (r#"segment s = name matches "(?m)^\\w+$""#, SQLITE),
    (r#"segment s = name matches "\\bana\\b""#, SQLITE),
    (r#"segment s = name matches "a\\B""#, SQLITE),
    (r#"segment s = name matches "[\\[\\]^\\\\'\"-]""#, SQLITE),
    (
        r#"segment s = name matches "<[^>]+>" or name matches "[<>]$""#,
        SQLITE,
    ),
    (
        r#"segment s = name matches "\\p{Lu}\\P{L}|[^\\x00-\\x{7f}]$""#,
        SQLITE,
    ),
    (r#"segment s = name matches "(|a)*x?$|(?:^)*(){2}b""#, SQLITE),
    (r#"segment s = name matches "^$""#, SQLITE),
    (
        r#"segment s = name matches "a{300}""#,
        &[Dialect::Sqlite, Dialect::PostgreSql],
    ),
];

/// Names, among them some that patterns and literals may be taken in by.
const NAMES: &[&str] = &[
    "Ana",
    "ana",
    "ANNA",
    "",
    "annna",
    "b",
    "a\nb",
    "a b",
    "x\nana\ny",
    "hanan",
    "é",
    "éa",
    "Éa",
    "\u{212a} 1",
    "it's \\ \"q\"",
    "[a-z]^",
    "x😀",
    "\u{a0}7",
    "Ab",
    "A-",
    "(?i)a",
    "<b>",
];

fn customers() -> Vec<Datum> {
    let moment = Zone::UTC.parse("2026-01-31T12:00:00Z").expect("an instant");
    let spent = [0.5, 1.25, -2.0, 8.75, 100.0];
    let customer = |(index, name): (usize, &&str)| {
        let visit = |spent: &f64| record([("at", Datum::DateTime(moment)), ("spent", Datum::Float(*spent))]);
        let mut fields = vec![
            ("id", text(&format!("c{index}"))),
            ("home", Datum::Geo(38.7223, -9.1393)),
            ("score", Datum::Float(spent[index % 5] * 4.0)),
            (
                "visits",
                Datum::List(spent[..index % 6].iter().map(visit).collect()),
            ),
        ];
        if index % 7 != 6 {
            fields.push(("name", text(name)));
            fields.push(("nick", text(NAMES[index / 2])));
        }
        Datum::Record(
            fields
                .into_iter()
                .map(|(name, it)| (name.to_owned(), it))
                .collect(),
        )
    };
    NAMES.iter().enumerate().map(customer).collect()
}

in_each_engine!(answers_nearly, super::answers);

fn answers(engine: &mut dyn Engine) {
    let dialect = engine.dialect();
    let mut customers = customers();
    if dialect == Dialect::Sqlite {
        // There letters beyond ASCII have no case.
        customers.retain(|it| !format!("{it:?}").contains(['é', 'É', '\u{212a}']));
    }
    for (rule, without) in RULES {
        let rules = format!("{CONTRACT}{rule}");
        let shop = Definitions::parse(&rules).unwrap_or_else(|error| panic!("{error}"));
        let mapping = shop.mapping(dialect);
        let at = at(&shop);
        let ask = |strictness| match shop.computed("t") {
            Ok(computed) => computed.to_sql_with(dialect, &mapping, &at, strictness),
            Err(_) => shop
                .segment("s")
                .expect("there is one")
                .to_sql_with(dialect, &mapping, &at, strictness),
        };
        let exact = ask(Strictness::Exact);
        let Err(SqlError::Refused(refusal)) = exact else {
            panic!("{dialect}: {rule} is not refused")
        };
        assert!(
            refusal.diagnostics().iter().all(|it| it.code == Code::NoSql),
            "{refusal}"
        );
        let allowed = refusal.to_string().contains("Strictness::Approximate");
        assert_eq!(allowed, !without.contains(&dialect), "{dialect}: {refusal}");
        if !allowed {
            assert!(matches!(ask(Strictness::Approximate), Err(SqlError::Refused(_))));
            continue;
        }
        let query = ask(Strictness::Approximate).unwrap_or_else(|error| panic!("{error}"));
        assert!(!query.approximate().is_empty(), "{dialect}: {rule}");
        for warning in query.approximate() {
            let place = warning.span();
            assert_eq!(warning.code, Code::ApproximateSql);
            assert!(place.start >= u32::try_from(CONTRACT.len()).expect("short") && place.start < place.end);
            assert!(!warning.labels[0].text.is_empty() && !warning.help.is_empty());
        }
        agrees(engine, &rules, &customers, MADRID, Strictness::Approximate);
    }
}

#[test]
fn what_is_exact_stays_so() {
    let shop =
        Definitions::parse(&format!("{CONTRACT}segment s = trim(name) = \"Ana\"")).expect("it compiles");
    let at = at(&shop);
    for dialect in Dialect::ALL {
        let segment = shop.segment("s").expect("it is there");
        let mapping = shop.mapping(*dialect);
        let query = segment.to_sql_with(*dialect, &mapping, &at, Strictness::Approximate);
        assert_eq!(query, segment.to_sql(*dialect, &mapping, &at));
        assert!(query.expect("it can be said").approximate().is_empty());
    }
}
