//! Queries that have a text and names from anywhere in them, and what a tokenizer that is not ours makes of them.

use audience::{
    At, Definitions, Zone,
    sql::{Column, Dialect, Mapping, SqlError, TableName},
};
use sqlparser::{
    dialect::{
        ClickHouseDialect, DatabricksDialect, Dialect as Reader, DuckDbDialect, GenericDialect,
        PostgreSqlDialect, SQLiteDialect,
    },
    tokenizer::{Token, Tokenizer},
};

/// Each dialect, as it is read. None reads Spark or DataFusion by name; Databricks and the generic one have their quotes.
fn dialects() -> [(Dialect, Box<dyn Reader>); 6] {
    [
        (Dialect::Sqlite, Box::new(SQLiteDialect {})),
        (Dialect::DuckDb, Box::new(DuckDbDialect {})),
        (Dialect::PostgreSql, Box::new(PostgreSqlDialect {})),
        (Dialect::ClickHouse, Box::new(ClickHouseDialect {})),
        (Dialect::DataFusion, Box::new(GenericDialect {})),
        (Dialect::Spark, Box::new(DatabricksDialect {})),
    ]
}

/// The query of each dialect for customers whose note is the text, in a table and a column with these names, has one text and these names, and is
/// otherwise what it is for harmless ones. Whether there are queries.
pub fn check(text: &str, table: &str, column: &str) -> bool {
    let Some((shop, at)) = shop(text) else {
        return false;
    };
    // Nothing else in the query has such a name, and gives way to it.
    let (table, column) = (&*format!("{table}-table"), &*format!("{column}-column"));
    let mut is_written = false;
    for (dialect, reader) in dialects() {
        let Some(sql) = query(&shop, &at, dialect, table, column) else {
            continue;
        };
        is_written = true;
        let expected = harmless(dialect, &*reader, text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(it) if it == plain(dialect, text) => Piece::Text(text.to_owned()),
                Piece::Name(it) if it == TABLE => Piece::Name(table.to_owned()),
                Piece::Name(it) if it == COLUMN => Piece::Name(column.to_owned()),
                other => other,
            });
        assert_eq!(
            read(dialect, &*reader, &sql),
            expected.collect::<Vec<_>>(),
            "{dialect}: {text:?}, {table:?} and {column:?} change\n{sql}"
        );
    }
    is_written
}

fn shop(text: &str) -> Option<(Definitions, At)> {
    let mut written = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | '"' => written.extend(['\\', letter]),
            it if it.is_control() => written.push_str(&format!("\\u{{{:X}}}", u32::from(it))),
            it => written.push(it),
        }
    }
    let rules = format!("customer {{ id: string key, note: string? }}  segment s = note = \"{written}\"");
    let shop = Definitions::parse(&rules).ok()?;
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    Some((shop, at))
}

/// None where a name is none. No text is refused.
fn query(shop: &Definitions, at: &At, dialect: Dialect, table: &str, column: &str) -> Option<String> {
    let mut mapping: Mapping = shop.mapping(dialect);
    mapping.customers.table = TableName::Plain(table.to_owned());
    let column = Column::Plain(column.to_owned());
    mapping.customers.columns.insert("note".to_owned(), column);
    let segment = shop.segment("s").expect("it is defined");
    match segment.to_sql(dialect, &mapping, at) {
        Ok(query) => Some(query.to_string()),
        Err(SqlError::Mapping(_)) => None,
        Err(error) => panic!("{dialect}: {error}"),
    }
}

/// Names that nothing else in a query has.
const TABLE: &str = "a_table";
const COLUMN: &str = "a_column";

/// What the query is when there is nothing to quote in it.
fn harmless(dialect: Dialect, reader: &dyn Reader, text: &str) -> Vec<Piece> {
    let (shop, at) = shop(plain(dialect, text)).expect("it compiles");
    let sql = query(&shop, &at, dialect, TABLE, COLUMN).expect("it is written");
    read(dialect, reader, &sql)
}

/// A text that nothing else in a query is, and that the dialect writes as it does this one.
fn plain(dialect: Dialect, text: &str) -> &'static str {
    match dialect {
        Dialect::PostgreSql if text.contains('\\') => "a \\",
        Dialect::Spark if text.contains(['\'', '\\', '$']) => "a $",
        _ => "a note",
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Name(String),
    /// Anything else, as it is written.
    Other(String),
}

fn read(dialect: Dialect, reader: &dyn Reader, sql: &str) -> Vec<Piece> {
    let tokens = Tokenizer::new(reader, sql).tokenize();
    let tokens = tokens.unwrap_or_else(|error| panic!("{error} in\n{sql}"));
    let piece = |token: Token| match token {
        Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text) => Piece::Text(text),
        Token::HexStringLiteral(digits) => {
            let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits");
            let bytes = (0..digits.len()).step_by(2).map(byte).collect();
            Piece::Text(String::from_utf8(bytes).expect("a text"))
        }
        // The tokenizer leaves them as they are written here.
        Token::Word(word) if word.quote_style.is_some() && dialect == Dialect::ClickHouse => {
            Piece::Name(word.value.replace(r"\\", r"\"))
        }
        Token::Word(word) if word.quote_style.is_some() => Piece::Name(word.value),
        other => Piece::Other(other.to_string()),
    };
    tokens.into_iter().map(piece).collect()
}
