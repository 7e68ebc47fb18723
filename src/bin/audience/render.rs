//! `audience render`: the message of each customer.

use std::{io::Write, ops::ControlFlow, path::Path};

use audience::{
    At, Code, Customer, Definitions, Format, InputError, Inputs, LimitError, Message, NameError, Parts,
    Placements, Rendered, Requirements, Severity, Template,
};

use crate::{
    args,
    context::{Context, Input},
    failure::Failure,
    input,
    lines::OnBad,
    output, progress,
};

/// One line per customer, or the message of one as it is.
pub(crate) fn run(arguments: &args::Render) -> Result<(), Failure> {
    let (shop, mut at) = input::setting(&arguments.setting)?;
    let context = context(arguments, &shop, &at)?;
    for items in context.items {
        at = at.with_items(items);
    }
    let unfit = |error: InputError| Failure::Data(error.to_string());
    let (text, inputs) = match (&arguments.message, &arguments.template) {
        (Some(name), _) => {
            let message = message(&shop, name)?;
            let values = context.inputs.into_iter().map(|it| (it.name, it.written));
            let inputs = message.inputs(values).map_err(unfit)?;
            (Text::Message(message), inputs)
        }
        (None, Some(path)) => {
            let template = template(arguments, path, &shop, &context.inputs)?;
            let values = context.inputs.into_iter().map(|it| (it.name, it.value));
            let inputs = template.inputs(values).map_err(unfit)?;
            (Text::Template(template), inputs)
        }
        (None, None) => return Err(Failure::Data("neither a template nor a message".to_owned())),
    };
    // A placement whose catalogue is not there shows nothing, which is no mistake.
    let mut looked_into = text.requirements().clone();
    let placements = looked_into.placements.clone();
    looked_into
        .catalogs
        .retain(|it| placements.iter().all(|placement| placement.catalog != it.name));
    input::needs_catalogs(&at, [looked_into])?;
    let job = Job {
        text,
        inputs,
        placements: context.placements,
        at,
        hides_keys: hides_keys(&shop),
    };
    match &arguments.key {
        Some(key) => one(arguments, &shop, &job, key),
        None => all(arguments, &shop, &job),
    }
}

/// What is rendered.
enum Text {
    Template(Template),
    Message(Message),
}

impl Text {
    fn requirements(&self) -> &Requirements {
        match self {
            Self::Template(template) => template.requirements(),
            Self::Message(message) => message.requirements(),
        }
    }
}

/// All that makes a message, but for the customer.
struct Job {
    text: Text,
    inputs: Inputs,
    placements: Placements,
    at: At,
    /// Whether the key is personal.
    hides_keys: bool,
}

/// What was rendered last.
#[derive(Default)]
struct Said {
    text: String,
    parts: Parts,
}

impl Job {
    /// Renders into `said`, whose old content is dropped.
    fn render(&self, customer: &Customer, said: &mut Said) -> Result<Rendered, LimitError> {
        said.text.clear();
        let (inputs, placements, at) = (&self.inputs, &self.placements, &self.at);
        match &self.text {
            Text::Template(it) => it.render_into(customer, inputs, placements, at, &mut said.text),
            Text::Message(it) => it.render_into(customer, inputs, placements, at, &mut said.parts),
        }
    }

    /// Why there is no message.
    fn failure(&self, customer: &Customer, error: &LimitError) -> Failure {
        // A key that is personal stays out of errors, and out of the logs that keep them.
        let whose = if self.hides_keys {
            "a customer".to_owned()
        } else {
            format!("customer `{}`", customer.key())
        };
        Failure::Data(format!("{whose}: {error}"))
    }
}

fn hides_keys(shop: &Definitions) -> bool {
    let mut keys = shop.schema().customer.iter().filter(|it| it.roles.key);
    keys.any(|it| it.roles.personal || it.roles.sensitive)
}

fn message(shop: &Definitions, name: &str) -> Result<Message, Failure> {
    shop.message(name).map_err(|error| match error {
        NameError::NeedsPopulation(_) => input::needs_population(&[name.to_owned()]),
        error => Failure::Data(error.to_string()),
    })
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
    path: &Path,
    shop: &Definitions,
    inputs: &[Input],
) -> Result<Template, Failure> {
    let text = text_of(path)?;
    let format = arguments.format.map_or_else(|| format_of(path), Format::from);
    let mut builder = shop.template_builder(format).source(path.to_string_lossy(), text);
    for input in inputs {
        builder = builder.input(input.name.as_str(), input.ty.clone());
    }
    if let Some(language) = &arguments.language {
        builder = builder.language(language);
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
    eprint!("{}", audience::render(template.warnings(), template.sources()));
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

fn one(arguments: &args::Render, shop: &Definitions, job: &Job, key: &str) -> Result<(), Failure> {
    let bar = progress::over(&arguments.customers.file, true);
    let mut found = None;
    let mut said = Said::default();
    let on_bad = OnBad::of(arguments.customers.skip_bad);
    input::each_customer(shop, &arguments.customers, on_bad, &bar, |customer| {
        if customer.key().to_string() != key {
            return Ok(ControlFlow::Continue(()));
        }
        let rendered = job.render(customer, &mut said);
        found = Some(rendered.map_err(|error| job.failure(customer, &error))?);
        Ok(ControlFlow::Break(()))
    })?;
    let mut out = output::stdout();
    match (found, &job.text) {
        (None, _) => {
            let message = format_args!("no customer with the key `{key}`");
            return Err(Failure::data(arguments.customers.file.display(), message));
        }
        (Some(Rendered::Skipped(reason)), _) => {
            eprintln!("skipped: {reason}");
            return Ok(());
        }
        (Some(Rendered::Sent), Text::Template(_)) => out.write_all(said.text.as_bytes())?,
        (Some(Rendered::Sent), Text::Message(_)) => {
            let parts: Vec<_> = parts(arguments, &said.parts)?.collect();
            let is_alone = parts.len() == 1;
            for (name, text) in parts {
                if !is_alone {
                    writeln!(out, "== {name} ==")?;
                }
                out.write_all(text.as_bytes())?;
                if !is_alone && !text.ends_with('\n') {
                    writeln!(out)?;
                }
            }
        }
    }
    Ok(out.flush()?)
}

/// The parts that are asked for.
fn parts<'p>(
    arguments: &'p args::Render,
    parts: &'p Parts,
) -> Result<impl Iterator<Item = (&'static str, &'p str)>, Failure> {
    let wanted = arguments.part.as_deref();
    if let Some(wanted) = wanted
        && parts.part(wanted).is_none()
    {
        let all: Vec<_> = parts.iter().map(|(name, _)| name).collect();
        let message = format!("the message has no part `{wanted}`, only {}", all.join(", "));
        return Err(Failure::Data(message));
    }
    Ok(parts
        .iter()
        .filter(move |(name, _)| wanted.is_none_or(|it| it == *name)))
}

/// `{"key":"17850","message":"…"}` or `{"key":"17850","skipped":"…"}` for each customer. Of a message with parts, `message` is
/// an object of them, beside the `language` of one with languages.
fn all(arguments: &args::Render, shop: &Definitions, job: &Job) -> Result<(), Failure> {
    let bar = progress::over(&arguments.customers.file, false);
    let mut out = output::stdout();
    let mut said = Said::default();
    let prints = arguments.print_bad.print_bad;
    let on_bad = OnBad::among(&out, shop, &arguments.customers, &arguments.print_bad);
    input::each_customer(shop, &arguments.customers, on_bad, &bar, |customer| {
        let rendered = job.render(customer, &mut said);
        if let Err(error) = &rendered
            && !prints
        {
            return Err(job.failure(customer, error));
        }
        out.write_all(b"{\"key\":")?;
        output::write_value(&mut out, Some(customer.key()))?;
        let mut text_of = |name: &[u8], text: &str| {
            out.write_all(name)?;
            output::write_text(&mut out, text)
        };
        match (&rendered, &job.text) {
            (Err(error), _) => text_of(b",\"failed\":", &error.to_string())?,
            (Ok(Rendered::Skipped(reason)), _) => text_of(b",\"skipped\":", reason)?,
            (Ok(Rendered::Sent), Text::Template(_)) => text_of(b",\"message\":", &said.text)?,
            (Ok(Rendered::Sent), Text::Message(_)) => {
                if let Some(language) = said.parts.language() {
                    out.write_all(b",\"language\":")?;
                    output::write_text(&mut out, language)?;
                }
                out.write_all(b",\"message\":")?;
                let mut open = "{";
                for (name, text) in parts(arguments, &said.parts)? {
                    write!(out, "{open}\"{name}\":")?;
                    output::write_text(&mut out, text)?;
                    open = ",";
                }
                out.write_all(b"}")?;
            }
        }
        out.write_all(b"}\n")?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out.flush()?)
}
