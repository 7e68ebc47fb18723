//! Liquid's documented behaviour, run as the command line runs it: a contract is inferred from one JSON object, and the template rendered for it.
//!
//! `cases` are those with the same text, `refused` those that do not compile and why, `intended` the differences that the manual lists.

#[path = "../../src/bin/audience/infer/learn/mod.rs"]
mod learn;

mod cases;
mod infer;
mod intended;
mod reference;
mod refused;

use audience::{Definitions, Format, Inputs, Placements, Rendered, Zone};

use self::learn::Samples;

/// [liquid-3]
#[test]
fn pages_are_escaped_where_liquid_escapes_nothing() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse("customer { id: string key filled }")?;
    let customer = shop.customer_from_json(r#"{"id": "<b>"}"#)?;
    let at = shop.at("2026-06-01T10:20:30Z".parse()?, &Zone::UTC);
    for (format, expected) in [(Format::Text, "<b>"), (Format::Html, "&lt;b&gt;")] {
        let template = shop.template(format, "{{ id }}")?;
        let mut out = String::new();
        let _ = template.render_into(&customer, &Inputs::default(), &Placements::new(), &at, &mut out)?;
        assert_eq!(out, expected);
    }
    Ok(())
}

/// What a template says to the customer that an object describes.
enum Outcome {
    Said(String),
    /// It does not compile: the codes of the errors, and their picture.
    Refused(Vec<&'static str>, String),
}

#[track_caller]
fn outcome(template: &str, json: &str) -> Outcome {
    let render = || -> Result<Outcome, Box<dyn std::error::Error>> {
        let json = if json.is_empty() { "{}" } else { json };
        let mut samples = Samples::new();
        samples.add(json.as_bytes(), 1)?;
        assert!(!samples.is_empty());
        let contract = samples.definitions("context.json")?;
        let shop = Definitions::builder()
            .source("context.audience", &contract)
            .build()?;
        let template = shop
            .template_builder(Format::Text)
            .source("template.liquid", template)
            .build();
        let template = match template {
            Ok(template) => template,
            Err(error) => {
                let codes = error.diagnostics().iter().map(|it| it.code.as_str()).collect();
                return Ok(Outcome::Refused(codes, format!("{error}\n{contract}")));
            }
        };
        let json = learn::numbered(json.as_bytes(), 1, learn::line_number(&shop));
        let customer = shop.customer_from_json(json)?;
        let at = shop.at("2026-06-01T10:20:30Z".parse()?, &Zone::UTC);
        let mut out = String::new();
        Ok(
            match template.render_into(&customer, &Inputs::default(), &Placements::new(), &at, &mut out)? {
                Rendered::Sent => Outcome::Said(out),
                Rendered::Skipped(reason) => Outcome::Said(format!("skipped: {reason}")),
            },
        )
    };
    render().unwrap_or_else(|error| panic!("{template}\n{json}\n{error}"))
}

/// [liquid-1] [liquid-2] [liquid-4] [liquid-5] [liquid-6] [liquid-7] [liquid-8] [liquid-10]
/// [liquid-11] [liquid-12] [liquid-13] [liquid-14] [liquid-15] [liquid-16] [liquid-17] [liquid-18] [liquid-19] [tag-20] [tag-21] [tag-22] [tag-23] [tmpl-29] [filter-17] [filter-18]
#[test]
fn what_is_accepted_has_the_text_that_liquid_documents() {
    let (mut same, mut wrong) = (0, Vec::new());
    for (template, json, expected) in cases::ALL.iter().flat_map(|it| it.iter()) {
        match outcome(template, json) {
            Outcome::Said(said) if said == *expected => same += 1,
            Outcome::Said(said) => wrong.push(format!("{template}\n{json}\n{said:?}, expected {expected:?}")),
            Outcome::Refused(_, picture) => wrong.push(format!("{template}\n{json}\n{picture}")),
        }
    }
    let mut refused = 0;
    for (template, json, _, code) in refused::ALL {
        match outcome(template, json) {
            Outcome::Refused(codes, _) if codes == [*code] => refused += 1,
            Outcome::Refused(codes, picture) => wrong.push(format!("{template}: {codes:?}\n{picture}")),
            Outcome::Said(said) => wrong.push(format!("{template}\n{json}\nno longer refused: {said:?}")),
        }
    }
    let mut different = 0;
    for (template, json, theirs, ours) in intended::ALL {
        match outcome(template, json) {
            Outcome::Said(said) if said == *ours && ours != theirs => different += 1,
            Outcome::Said(said) => wrong.push(format!("{template}\n{json}\n{said:?}, expected {ours:?}")),
            Outcome::Refused(_, picture) => wrong.push(format!("{template}\n{json}\n{picture}")),
        }
    }
    println!(
        "same {same}, refused {refused}, different {different}, as the manual lists; wrong {}",
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    assert!(same >= 150, "only {same} cases");
    assert!(refused * 4 <= same, "{refused} of {same} are refused");
}
