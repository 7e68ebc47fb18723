//! Messages: the pictures of their errors, where their files come from, and what they say.

mod batch;
mod blocks;
mod errors;
mod files;
mod letters;
mod partials;
mod render;
mod sheet;
#[cfg(feature = "plain-text")]
mod standard;

use audience::{Builder, CompileError, Definitions, Message, Parts, Placements, Rendered, Value, Zone};

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const SHOP: &str = include_str!("../golden/message/shop.audience");

fn builder(text: &str) -> Builder {
    Definitions::builder()
        .source("shop.audience", SHOP)
        .source("messages.audience", text)
}

/// The shop with further definitions.
#[track_caller]
fn shop(text: &str) -> Definitions {
    builder(text).build().unwrap_or_else(|error| panic!("{error}"))
}

/// The codes and messages of what is wrong with messages.
#[track_caller]
fn problems(text: &str) -> Vec<String> {
    let error: CompileError = builder(text).build().expect_err(text);
    let each = error.diagnostics().iter();
    each.map(|it| format!("{}: {}", it.code, it.message)).collect()
}

/// What a message says to a customer: `part: text` for each part, or why it is skipped.
#[track_caller]
fn says(shop: &Definitions, message: &str, customer: &str, inputs: &[(&str, Value)]) -> String {
    let render = || -> Result<String> {
        let message = shop.message(message)?;
        let customer = shop.customer_from_json(customer)?;
        let inputs = message.inputs(inputs.iter().cloned())?;
        let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
        let mut parts = Parts::new();
        let rendered = message.render_into(&customer, &inputs, &Placements::new(), &at, &mut parts)?;
        Ok(match rendered {
            Rendered::Sent => shown(&parts),
            Rendered::Skipped(reason) => {
                assert_eq!(
                    parts.iter().count(),
                    0,
                    "a skipped message leaves something behind"
                );
                format!("skipped: {reason}")
            }
        })
    };
    render().unwrap_or_else(|error| panic!("{message}: {error}"))
}

fn shown(parts: &Parts) -> String {
    let each: Vec<_> = parts
        .iter()
        .map(|(name, text)| format!("{name}: {text}"))
        .collect();
    each.join("\n")
}

#[test]
fn handles_may_be_shared_between_threads() {
    fn is_shared<T: Send + Sync + Clone + 'static>() {}
    is_shared::<Message>();
    is_shared::<Parts>();
}
