//! `audience render`: the message of each customer.

use std::{io::Write, ops::ControlFlow, path::Path};

use audience::{At, Code, Customer, Definitions, Format, Inputs, Placements, Rendered, Severity, Template};

use crate::{args, context::Context, failure::Failure, input, output, progress};

/// One line per customer, or the message of one as it is.
pub(crate) fn run(arguments: &args::Render) -> Result<(), Failure> {
    let (shop, mut at) = input::setting(&arguments.setting)?;
    let context = context(arguments, &shop, &at)?;
    for items in context.items {
        at = at.with_items(items);
    }
    let template = template(arguments, &shop, &context.inputs)?;
    // A placement whose catalogue is not there shows nothing, which is no mistake.
    let mut looked_into = template.requirements().clone();
    let placements = looked_into.placements.clone();
    looked_into
        .catalogs
        .retain(|it| placements.iter().all(|placement| placement.catalog != it.name));
    input::needs_catalogs(&at, [looked_into])?;
    let values = context.inputs.into_iter().map(|(name, _, value)| (name, value));
    let inputs = template
        .inputs(values)
        .map_err(|error| Failure::Data(error.to_string()))?;
    let message = Message {
        template,
        inputs,
        placements: context.placements,
        at,
    };
    match &arguments.key {
        Some(key) => one(arguments, &shop, &message, key),
        None => all(arguments, &shop, &message),
    }
}

/// All that makes a message, but for the customer.
struct Message {
    template: Template,
    inputs: Inputs,
    placements: Placements,
    at: At,
}

impl Message {
    /// Renders into `text`, whose old content is dropped.
    fn render(&self, customer: &Customer, text: &mut String) -> Result<Rendered, Failure> {
        text.clear();
        self.template
            .render_into(customer, &self.inputs, &self.placements, &self.at, text)
            .map_err(|error| Failure::Data(format!("customer `{}`: {error}", customer.key())))
    }
}

fn context(arguments: &args::Render, shop: &Definitions, at: &At) -> Result<Context, Failure> {
    let Some(path) = &arguments.context else {
        return Ok(Context::default());
    };
    let json = input::text(path).map_err(|problem| Failure::data(path.display(), problem))?;
    Context::read(input::unmarked(&json).as_bytes(), shop, |catalog| {
        at.items(catalog).is_some()
    })
    .map_err(|problem| Failure::data(path.display(), problem))
}

fn template(
    arguments: &args::Render,
    shop: &Definitions,
    inputs: &[(String, audience::Type, audience::Value)],
) -> Result<Template, Failure> {
    let path = &arguments.template;
    let text = text_of(path)?;
    let format = arguments.format.map_or_else(|| format_of(path), Format::from);
    let mut builder = shop.template_builder(format).source(path.to_string_lossy(), text);
    for (name, ty, _) in inputs {
        builder = builder.input(name.as_str(), ty.clone());
    }
    let template = builder.build().map_err(|error| {
        let mut codes = error
            .diagnostics()
            .iter()
            .filter(|it| it.severity == Severity::Error);
        if codes.any(|it| it.code == Code::NeedsPopulation) {
            eprint!("{error}");
            return input::needs_population(&[path.display().to_string()]);
        }
        error.into()
    })?;
    eprint!(
        "{}",
        audience::render(template.warnings(), std::slice::from_ref(template.source()))
    );
    Ok(template)
}

/// The text of a template file.
pub(crate) fn text_of(path: &Path) -> Result<String, Failure> {
    let text = input::text(path).map_err(|problem| Failure::data(path.display(), problem))?;
    Ok(input::unmarked(&text).to_owned())
}

/// Plain text or JSON where the name says so; else HTML, whose escaping does no harm.
pub(crate) fn format_of(path: &Path) -> Format {
    let is = |ending: &str| path.extension().is_some_and(|it| it.eq_ignore_ascii_case(ending));
    if is("txt") {
        Format::Text
    } else if is("json") {
        Format::Json
    } else {
        Format::Html
    }
}

fn one(arguments: &args::Render, shop: &Definitions, message: &Message, key: &str) -> Result<(), Failure> {
    let bar = progress::over(&arguments.customers.file, true);
    let mut found = None;
    let mut text = String::new();
    input::each_customer(shop, &arguments.customers, &bar, |customer| {
        if customer.key().to_string() != key {
            return Ok(ControlFlow::Continue(()));
        }
        found = Some(message.render(customer, &mut text)?);
        Ok(ControlFlow::Break(()))
    })?;
    match found {
        None => Err(Failure::data(
            arguments.customers.file.display(),
            format_args!("no customer with the key `{key}`"),
        )),
        Some(Rendered::Skipped(reason)) => {
            eprintln!("skipped: {reason}");
            Ok(())
        }
        Some(Rendered::Sent) => {
            let mut out = output::stdout();
            out.write_all(text.as_bytes())?;
            Ok(out.flush()?)
        }
    }
}

/// `{"key":"17850","message":"…"}` or `{"key":"17850","skipped":"…"}` for each customer.
fn all(arguments: &args::Render, shop: &Definitions, message: &Message) -> Result<(), Failure> {
    let bar = progress::over(&arguments.customers.file, false);
    let mut out = output::stdout();
    let mut text = String::new();
    input::each_customer(shop, &arguments.customers, &bar, |customer| {
        let rendered = message.render(customer, &mut text)?;
        let (kind, text) = match &rendered {
            Rendered::Sent => ("message", text.as_str()),
            Rendered::Skipped(reason) => ("skipped", &**reason),
        };
        out.write_all(b"{\"key\":")?;
        output::write_value(&mut out, Some(customer.key()))?;
        write!(out, ",\"{kind}\":")?;
        output::write_text(&mut out, text)?;
        out.write_all(b"}\n")?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out.flush()?)
}
