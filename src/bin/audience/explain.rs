//! `audience explain`: why one customer is in a segment or not, what would turn that, and until when it stays so.

use std::{io::Write, ops::ControlFlow};

use audience::{
    Customer, DecisionExplanation, Definitions, ExplainOptions, Explanation, NameError, NextChange, Segment,
};
use serde::Serialize;

use crate::{args, failure::Failure, input, lines::OnBad, output, progress};

/// What is printed with `--json`.
#[derive(Serialize)]
struct Answer<'a> {
    key: String,
    #[serde(flatten)]
    explanation: &'a Explanation,
    /// `"hidden"` where it would tell something personal.
    next_change: Next,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Next {
    Known(NextChange),
    Hidden(&'static str),
}

/// A tree, or one JSON object.
pub(crate) fn run(arguments: &args::Explain) -> Result<(), Failure> {
    let (shop, at) = input::setting(&arguments.setting)?;
    let options = ExplainOptions::default().show_personal(arguments.show_personal);
    if let Some(name) = &arguments.campaign {
        let campaign = shop.campaign(name).map_err(|error| refused(name, error))?;
        input::needs_catalogs(&at, [campaign.requirements()])?;
        let customer = customer(arguments, &shop)?;
        let explanation = campaign.explain_with(&customer, &at, &options);
        return write_decision(arguments, &explanation);
    }
    let name = arguments.segment.as_deref().unwrap_or_default();
    let segment = shop.segment(name).map_err(|error| refused(name, error))?;
    input::needs_catalogs(&at, [segment.requirements()])?;
    let customer = customer(arguments, &shop)?;
    let explanation = segment.explain_with(&customer, &at, &options);
    write(arguments, &segment, &customer, &at, &explanation)
}

fn refused(name: &str, error: NameError) -> Failure {
    match error {
        NameError::NeedsPopulation(_) => input::needs_population(&[name.to_owned()]),
        error => Failure::Data(error.to_string()),
    }
}

/// The customer with the key that was asked for.
fn customer(arguments: &args::Explain, shop: &Definitions) -> Result<Customer, Failure> {
    let bar = progress::over(&arguments.customers.file, true);
    let mut found = None;
    let on_bad = OnBad::of(arguments.customers.skip_bad);
    input::each_customer(shop, &arguments.customers, on_bad, &bar, |customer| {
        if customer.key().to_string() != arguments.key {
            return Ok(ControlFlow::Continue(()));
        }
        found = Some(customer.clone());
        Ok(ControlFlow::Break(()))
    })?;
    found.ok_or_else(|| {
        Failure::data(
            arguments.customers.file.display(),
            format_args!("no customer with the key `{}`", arguments.key),
        )
    })
}

/// Why a campaign decides so: line by line, or one JSON object.
fn write_decision(arguments: &args::Explain, explanation: &DecisionExplanation) -> Result<(), Failure> {
    let mut out = output::stdout();
    if arguments.json {
        let json =
            serde_json::to_string_pretty(explanation).map_err(|error| Failure::Data(error.to_string()))?;
        writeln!(out, "{json}")?;
    } else {
        write!(out, "{explanation}")?;
    }
    Ok(out.flush()?)
}

fn write(
    arguments: &args::Explain,
    segment: &Segment,
    customer: &Customer,
    at: &audience::At,
    explanation: &Explanation,
) -> Result<(), Failure> {
    let next = if explanation.hides() {
        Next::Hidden("hidden")
    } else {
        Next::Known(segment.next_change(customer, at))
    };
    let mut out = output::stdout();
    if arguments.json {
        let answer = Answer {
            key: arguments.key.clone(),
            explanation,
            next_change: next,
        };
        let json = serde_json::to_string_pretty(&answer).map_err(|error| Failure::Data(error.to_string()))?;
        writeln!(out, "{json}")?;
    } else {
        write!(out, "{explanation}")?;
        match next {
            Next::Hidden(_) => writeln!(out, "without new data: (hidden)")?,
            Next::Known(NextChange::At(at)) => {
                let until = if explanation.holds() { "out" } else { "in" };
                writeln!(out, "without new data: {until} on {}", explanation.in_words(at))?;
            }
            Next::Known(NextChange::NotWithin(_)) => {
                writeln!(out, "without new data: the same for ten years")?;
            }
            Next::Known(_) => writeln!(out, "without new data: when it changes cannot be told")?,
        }
    }
    Ok(out.flush()?)
}
