//! Names, literals and JSON: what stands in a text as it is, or with the escapes that it needs.

use std::fmt::{self, Write as _};

use super::separated;
use crate::{
    syntax::{
        ast::{Amount, Json, JsonKind, Literal, Name, Unit},
        scan::is_reserved,
    },
    value::DateTime,
};

pub(super) fn literal(out: &mut String, literal: &Literal) {
    let _ = match literal {
        Literal::Bool(it) => write!(out, "{it}"),
        Literal::Int(it) => write!(out, "{it}"),
        Literal::Decimal(digits) => write!(out, "{digits}"),
        Literal::Percent(it) => write!(out, "{it}%"),
        Literal::Date(it) => write!(out, "{it}"),
        Literal::DateTime { micros, local } => {
            let at = DateTime::from_micros(*micros)
                .unwrap_or(DateTime::MIN)
                .to_string();
            let shown = if *local { at.trim_end_matches('Z') } else { &at };
            write!(out, "{shown}")
        }
        Literal::Text(it) => {
            text(out, it);
            Ok(())
        }
        Literal::Duration(it) => {
            amount(out, *it);
            Ok(())
        }
        Literal::Null => write!(out, "null"),
    };
}

pub(super) fn amount(out: &mut String, amount: Amount) {
    let _ = write!(out, "{amount}");
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calendar = if self.calendar { "calendar " } else { "" };
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {calendar}{}{plural}", self.count, unit_word(self.unit))
    }
}

pub(super) fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Second => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Quarter => "quarter",
        Unit::Year => "year",
    }
}

pub(in crate::syntax) fn path(out: &mut String, steps: &[Name]) {
    for (index, step) in steps.iter().enumerate() {
        if index > 0 {
            out.push('.');
        }
        name(out, step);
    }
}

/// Words that mean something else outside of backticks where a name may stand.
const SPECIAL: [&str; 15] = [
    "null", "nil", "customer", "previous", "count", "sum", "avg", "min", "max", "first", "last", "distinct",
    "mode", "segment", "filled",
];

/// A name as definitions write it.
#[cfg(feature = "proptest")]
pub(crate) fn quote_name(text: &str) -> String {
    let mut out = String::new();
    let quoted = Name {
        text: text.into(),
        span: crate::span::Span::default(),
        quoted: true,
    };
    name(&mut out, &quoted);
    out
}

/// A name, in backticks where it needs them.
pub(in crate::syntax) fn name(out: &mut String, name: &Name) {
    let mut letters = name.text.chars();
    let is_plain = letters
        .next()
        .is_some_and(|c| c == '_' || pest::unicode::XID_START(c))
        && letters.all(pest::unicode::XID_CONTINUE);
    let is_special = || SPECIAL.iter().any(|it| it.eq_ignore_ascii_case(&name.text));
    if !is_plain || is_reserved(&name.text) || (name.quoted && is_special()) {
        let _ = write!(out, "`{}`", name.text);
    } else {
        out.push_str(&name.text);
    }
}

/// A text in double quotes, with the escapes that it needs.
pub(in crate::syntax) fn text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:X}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// JSON on one line, its values as they were written.
pub(crate) fn json_text(it: &Json) -> String {
    let mut out = String::new();
    json(&mut out, it);
    out
}

/// JSON on one line, its values as they were written.
pub(in crate::syntax) fn json(out: &mut String, it: &Json) {
    match &it.kind {
        JsonKind::Plain(written) => out.push_str(written),
        JsonKind::List(items) => {
            out.push('[');
            separated(out, items, json);
            out.push(']');
        }
        JsonKind::Record(members) if members.is_empty() => out.push_str("{}"),
        JsonKind::Record(members) => {
            out.push_str("{ ");
            separated(out, members, |out, member| {
                out.push_str(&member.written);
                out.push_str(": ");
                json(out, &member.value);
            });
            out.push_str(" }");
        }
    }
}
