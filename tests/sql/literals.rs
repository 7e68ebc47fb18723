//! Whatever text a rule has, a query has it as a text and as nothing else: written into it, or beside it; and so have names of a mapping.

use std::cell::RefCell;

use audience::{
    Definitions, Zone,
    sql::{Column, TableName},
};
use proptest::prelude::*;

use super::{
    engine::Engine,
    store::{self, Cell},
};
use crate::properties::customers::Datum;

in_each_engine!(reads_any_text, super::reads);

/// Pieces that have ended a literal, begun a comment, or been a place somewhere.
const PIECES: &[&str] = &[
    "'",
    "''",
    "\\",
    "\\'",
    "\\\\",
    "\"",
    "`",
    "--",
    "/*",
    "*/",
    ";",
    "$1",
    "$$",
    "$a$",
    "?",
    ":x",
    "@x",
    "%s",
    "{}",
    "{x:String}",
    "E'",
    "U&'",
    "X'",
    "\n",
    "\r\n",
    "\t",
    "\u{1}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{feff}",
    "\u{2028}",
    "\u{202e}",
    "\u{10fffd}",
    "😀",
    "é",
    "e\u{301}",
    "‘",
    "＇",
    "\\u0027",
    "\\x27",
    "\\0",
    "&#39;",
    " or 1=1",
    "x",
];

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat().replace(is_unshown, ""))
}

/// No text has U+0000, and of what is no character beyond the first plane `psql` shows nothing, though PostgreSQL has it.
fn is_unshown(letter: char) -> bool {
    let code = u32::from(letter);
    code == 0 || code > 0xffff && code & 0xfffe == 0xfffe
}

/// The text as a rule has it.
fn in_rule(text: &str) -> String {
    let mut written = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\\' | '"' => written.extend(['\\', letter]),
            it if it.is_control() => written.extend([format!("\\u{{{:X}}}", u32::from(it))]),
            it => written.push(it),
        }
    }
    written + "\""
}

fn reads(engine: &mut dyn Engine) {
    let engine = RefCell::new(engine);
    let cases = crate::properties::number_from("AUDIENCE_SQL_RULES").unwrap_or(60);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: u32::try_from(cases).expect("not so many"),
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let checked = runner.run(&(any_text(), any_text(), any_text()), |(text, other, name)| {
        // A name has a letter, and no more than engines tell apart.
        let name: String = name
            .chars()
            .filter(|it| !it.is_control())
            .take(8)
            .collect::<String>()
            + "n";
        read(&mut **engine.borrow_mut(), &text, &other, &name).map_err(TestCaseError::fail)
    });
    checked.unwrap_or_else(|error| panic!("{}: {error}", engine.borrow().dialect()));
}

/// One customer has the text, and is found by it; another has another one.
fn read(engine: &mut dyn Engine, text: &str, other: &str, name: &str) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("{error}");
    let rules = format!(
        "customer {{ id: string key, note: string? }}  trait t = case when id = \"x\" then note else {0} end  segment s = note = {0}",
        in_rule(text)
    );
    let shop = Definitions::parse(&rules).map_err(|error| told(&error))?;
    let at = shop.at(
        "2026-06-01T00:00:00Z".parse().map_err(|_| "an instant")?,
        &Zone::UTC,
    );
    let dialect = engine.dialect();
    let mut mapping = shop.mapping(dialect);
    mapping.customers.table = TableName::Plain(name.to_owned());
    mapping
        .customers
        .columns
        .insert("note".to_owned(), Column::Plain(format!("{name}2")));
    let ana = |id: &str, note: &str| {
        Datum::Record(vec![
            ("id".to_owned(), Datum::Text(id.to_owned())),
            ("note".to_owned(), Datum::Text(note.to_owned())),
        ])
    };
    let customers = [ana("ana", text), ana("bea", other)];
    engine.load(&store::tables(shop.schema(), &mapping, &customers, |_| &[]))?;
    let expected = if text == other { 2 } else { 1 };
    let segment = shop.segment("s").map_err(|error| told(&error))?;
    let computed = shop.computed("t").map_err(|error| told(&error))?;
    let members = segment
        .to_sql(dialect, &mapping, &at)
        .map_err(|error| told(&error))?;
    let values = computed
        .to_sql(dialect, &mapping, &at)
        .map_err(|error| told(&error))?;
    for bound in [false, true] {
        let mut ask = |query: &audience::sql::Query| {
            let columns = query.columns().len();
            if bound {
                let (sql, values) = query.bound();
                engine.query_with(&sql, &values, columns)
            } else {
                engine.query(&query.to_string(), columns)
            }
            .map_err(|error| format!("{error}\nin\n{query}"))
        };
        let found = ask(&members)?;
        if found.len() != expected || found[0][0] != Cell::Text("ana".to_owned()) && expected == 1 {
            return Err(format!("{found:?} in\n{members}"));
        }
        for row in ask(&values)? {
            if row[1] != Cell::Text(text.to_owned()) {
                return Err(format!("{row:?} in\n{values}"));
            }
        }
    }
    Ok(())
}
