//! Asks definitions of a test about a customer, of the interpreter and of the program.

use crate::{At, Customer, Definitions, Items, Value, Zone};

/// Noon in UTC, two in the afternoon in Madrid.
const NOW: &str = "2026-06-01T12:00:00Z";

/// A schema under which questions are asked.
#[derive(Clone, Debug)]
pub(super) struct Shop {
    schema: String,
    /// The items of catalogues, as lines of JSON.
    items: Vec<(&'static str, &'static str)>,
    customer: String,
}

impl Shop {
    pub(super) fn new(schema: &str) -> Self {
        Self {
            schema: schema.to_owned(),
            items: Vec::new(),
            customer: r#"{"id": "ana"}"#.to_owned(),
        }
    }

    /// The same with another customer.
    pub(super) fn customer(&self, json: &str) -> Self {
        Self {
            customer: json.to_owned(),
            ..self.clone()
        }
    }

    /// The same with the items of a catalogue given.
    pub(super) fn items(mut self, catalog: &'static str, lines: &'static str) -> Self {
        self.items.push((catalog, lines));
        self
    }

    /// The value of an expression, on which both ways agree.
    #[track_caller]
    pub(super) fn value(&self, expr: &str) -> Option<Value> {
        let text = format!("{}\ntrait answer = {expr}", self.schema);
        let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        let customer: Customer = shop
            .customer_from_json(&self.customer)
            .unwrap_or_else(|error| panic!("{error}"));
        let zone = Zone::named("Europe/Madrid").expect("exists");
        let at = self.items.iter().fold(
            shop.at(NOW.parse().expect("an instant"), &zone),
            |at: At, (catalog, lines)| {
                let items: Items = shop
                    .loader()
                    .items_from_json_lines(catalog, lines.as_bytes())
                    .unwrap_or_else(|error| panic!("{error}"));
                at.with_items(items)
            },
        );
        let computed = shop.computed("answer").expect("defined");
        let (answer, reference) = (computed.value(&customer, &at), computed.interpret(&customer, &at));
        assert_eq!(answer, reference, "{expr}");
        answer
    }

    /// What the program alone says.
    #[track_caller]
    pub(super) fn program_says(&self, condition: &str) -> bool {
        let text = format!("{}\nsegment answer = {condition}", self.schema);
        let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        let customer = shop
            .customer_from_json(&self.customer)
            .unwrap_or_else(|error| panic!("{error}"));
        let at = shop.at(NOW.parse().expect("an instant"), &Zone::UTC);
        shop.segment("answer").expect("defined").matches(&customer, &at)
    }

    /// The first customer about whom the program and the interpreter do not agree.
    pub(super) fn agrees(&self, condition: &str, customers: &[String]) -> Result<(), String> {
        let text = format!("{}\nsegment answer = {condition}", self.schema);
        let shop = Definitions::parse(&text).map_err(|error| error.to_string())?;
        let segment = shop.segment("answer").map_err(|error| error.to_string())?;
        let at = shop.at(NOW.parse().expect("an instant"), &Zone::UTC);
        for json in customers {
            let customer = shop.customer_from_json(json).map_err(|error| error.to_string())?;
            let (program, reference) = (segment.matches(&customer, &at), segment.interpret(&customer, &at));
            if program != reference {
                return Err(format!(
                    "the program says {program}, the interpreter {reference}\nof {condition}\nfor {json}"
                ));
            }
        }
        Ok(())
    }

    /// Conditions, and their complements, with the answers expected.
    #[track_caller]
    pub(super) fn all(&self, table: &[(&str, bool)]) {
        for (condition, expected) in table {
            for (text, expected) in [
                (format!("({condition})"), *expected),
                (format!("not ({condition})"), !expected),
            ] {
                let expr = format!("case when {text} then true else false end");
                assert_eq!(self.value(&expr), Some(Value::Bool(expected)), "{text}");
            }
        }
    }

    /// Values as they are shown; `-` for a missing one.
    #[track_caller]
    pub(super) fn shown(&self, table: &[(&str, &str)]) {
        for (expr, expected) in table {
            let found = self.value(expr).map_or("-".to_owned(), |it| it.to_string());
            assert_eq!(found, *expected, "{expr} of {}", self.customer);
        }
    }
}
