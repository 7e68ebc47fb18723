//! Text to `ast`, and back. The only place that knows pest.

pub(crate) mod ast;
mod campaign;
mod collection;
mod condition;
mod definitions;
mod error;
mod expression;
mod foreign;
mod format;
mod grammar;
mod heads;
mod json;
mod limit;
mod literal;
mod message;
mod print;
mod said;
mod scan;
pub(crate) mod template;
mod test;

pub(crate) use definitions::parse_file;
pub(crate) use expression::last_bare_filter;
pub(crate) use format::{
    format_file, written_campaign_clause, written_channel_clause, written_clause, written_offer,
    written_share,
};
pub(crate) use json::{from_json, schema as json_schema, to_json};
pub(crate) use literal::offset_in_literal;
#[cfg(feature = "proptest")]
pub(crate) use print::quote_name;
pub(crate) use print::{json_text, quote, quote_operand};
pub(crate) use scan::is_plain_name;

#[cfg(test)]
mod tests;
