//! A `SELECT` for each breach, and all of them as one statement.

use std::sync::Arc;

use super::{At, COLUMNS, Contract};
use crate::{
    sql::{
        mapping::Form,
        query::Piece,
        translate::fragment::{Part, Sql, sql},
    },
    value::{Type, Value},
};

/// A statement has no more parts than this; SQLite stops at 500.
const PARTS: usize = 250;

impl Contract<'_> {
    pub(super) fn breach(&mut self, at: At<'_>, column: &str, problem: &str, condition: Sql) {
        let mut key: Vec<Sql> = at
            .table
            .key
            .iter()
            .map(|name| sql![self.encoding.quote(name)])
            .collect();
        key.extend(
            at.table
                .sequence
                .as_ref()
                .map(|name| sql![self.encoding.quote(name)]),
        );
        let row = self.row(at, self.key_text(key), column, problem);
        let from = self.encoding.table(at.table);
        self.breaches
            .push(sql![row, "\nFROM ", from, "\nWHERE ", condition]);
    }

    pub(super) fn row(&self, at: At<'_>, key: Sql, column: &str, problem: &str) -> Sql {
        let [table_name, key_name, column_name, problem_name] = COLUMNS.map(|it| self.encoding.quote(it));
        let table = at.table.table.to_string();
        sql![
            "SELECT\n  ",
            Arc::<str>::from(table),
            " AS ",
            table_name,
            ",\n  ",
            key,
            " AS ",
            key_name,
            ",\n  ",
            Arc::<str>::from(column),
            " AS ",
            column_name,
            ",\n  ",
            Arc::<str>::from(problem),
            " AS ",
            problem_name
        ]
    }

    /// The columns of a key as one text.
    pub(super) fn key_text(&self, key: Vec<Sql>) -> Sql {
        let text_type = self.encoding.type_name(&Type::String);
        let mut text = Sql::default();
        for (index, column) in key.into_iter().enumerate() {
            let comma = if index == 0 { "" } else { " || ', ' || " };
            let cast = sql!["CAST(", column, " AS ", text_type, ")"];
            let plain = self.encoding.bytewise(String::new());
            text = sql![text, comma, "COALESCE(", cast, plain, ", 'null')"];
        }
        text
    }

    /// A column, compared byte by byte where it is text.
    pub(super) fn column_of(&self, name: &str, ty: &Type) -> Sql {
        sql![self.compared(self.encoding.quote(name), ty)]
    }

    pub(super) fn compared(&self, column: String, ty: &Type) -> String {
        if ty.is_text() {
            self.encoding.bytewise(column)
        } else {
            column
        }
    }

    pub(super) fn bound(&self, value: &Value, form: Form) -> String {
        let native = (form == Form::Native)
            .then(|| self.encoding.native(value))
            .flatten();
        native.unwrap_or_else(|| self.encoding.literal(value))
    }

    pub(super) fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Sql {
        let mut list = Sql::default();
        for (index, text) in texts.enumerate() {
            list = sql![list, if index == 0 { "" } else { ", " }, Arc::<str>::from(text)];
        }
        list
    }

    /// One after the other; in several steps where they are many.
    pub(super) fn write(self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let text = |pieces: &mut Vec<Piece>, text: &str| match pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            _ => pieces.push(Piece::Text(text.to_owned())),
        };
        let steps = self.breaches.len().div_ceil(PARTS);
        for (step, breaches) in self.breaches.chunks(PARTS).enumerate() {
            if steps > 1 {
                text(&mut pieces, if step == 0 { "WITH " } else { ",\n" });
                let part = self.encoding.quote(&format!("part_{}", step + 1));
                text(&mut pieces, &format!("{part} AS (\n"));
            }
            for (index, breach) in breaches.iter().enumerate() {
                if index > 0 {
                    text(&mut pieces, "\nUNION ALL\n");
                }
                for part in &breach.parts {
                    match part {
                        Part::Text(it) => text(&mut pieces, it),
                        Part::Value(value) => pieces.push(Piece::Value(value.clone())),
                        Part::Open => text(&mut pieces, "("),
                        Part::Close => text(&mut pieces, ")"),
                        // Only translations have these.
                        Part::Column(_) | Part::And | Part::Or => {}
                    }
                }
            }
            text(&mut pieces, if steps > 1 { "\n)" } else { "\n" });
        }
        if steps > 1 {
            let all: Vec<String> = (1..=steps)
                .map(|step| format!("SELECT * FROM {}", self.encoding.quote(&format!("part_{step}"))))
                .collect();
            text(&mut pieces, &format!("\n{}\n", all.join("\nUNION ALL\n")));
        }
        let settings = self.encoding.settings().trim_start();
        if !settings.is_empty() {
            text(&mut pieces, &format!("{settings}\n"));
        }
        pieces
    }
}
