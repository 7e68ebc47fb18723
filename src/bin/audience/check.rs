//! `audience check`: all errors and warnings.

use std::io::Write;

use audience::{Definitions, Diagnostic, Level, Severity, Source};
use serde::Serialize;

use crate::{args, failure::Failure, input, output};

/// Compiles the files as one set of definitions.
pub(crate) fn run(arguments: &args::Check) -> Result<(), Failure> {
    let mut builder = input::definitions(&arguments.files, &arguments.partials);
    let levels = [
        (&arguments.allow, Level::Allow),
        (&arguments.warn, Level::Warn),
        (&arguments.deny, Level::Deny),
    ];
    for (codes, level) in levels {
        builder = codes
            .iter()
            .fold(builder, |builder, code| builder.lint(*code, level));
    }
    let built = builder.build();
    let (diagnostics, sources) = match &built {
        Ok(definitions) => (definitions.warnings(), definitions.sources()),
        Err(error) => (error.diagnostics(), error.sources()),
    };
    if arguments.json {
        let mut out = output::stdout();
        for diagnostic in diagnostics {
            serde_json::to_writer(&mut out, &Entry::new(diagnostic, sources))
                .map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        out.flush()?;
    } else {
        eprint!("{}", audience::render(diagnostics, sources));
    }
    if let Ok(shop) = &built {
        tell(arguments, shop)?;
    }
    match built {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::Found),
    }
}

/// What is no error: the messages that nobody has to have agreed to, and who reads what about customers.
fn tell(arguments: &args::Check, shop: &Definitions) -> Result<(), Failure> {
    let mut out = output::stdout();
    let messages = shop.messages();
    let free: Vec<_> = messages.filter(audience::Message::is_transactional).collect();
    if arguments.json {
        for message in &free {
            let text = format!(
                "the message `{}` needs no consent, being transactional",
                message.name()
            );
            serde_json::to_writer(&mut out, &Entry::note("transactional", &text))
                .map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    } else if !free.is_empty() {
        let names: Vec<_> = free.iter().map(|it| format!("`{}`", it.name())).collect();
        eprintln!(
            "note: needs no consent, being transactional: {}",
            names.join(", ")
        );
    }
    if !arguments.privacy {
        return Ok(out.flush()?);
    }
    let processing = shop.processing();
    if arguments.json {
        serde_json::to_writer(&mut out, &processing).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{processing}")?;
    }
    Ok(out.flush()?)
}

/// A line of `--json`.
#[derive(Serialize)]
struct Entry<'a> {
    /// That of the diagnostic, or `note` for what is neither an error nor a warning.
    severity: Grade,
    code: &'a str,
    message: &'a str,
    labels: Vec<Place<'a>>,
    help: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Grade {
    Note,
    #[serde(untagged)]
    Of(Severity),
}

/// A label: bytes `start..end` of the text, a byte order mark not counted, and where both are for people, counted from 1,
/// columns in characters.
#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    start: usize,
    end: usize,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
}

impl<'a> Entry<'a> {
    fn new(diagnostic: &'a Diagnostic, sources: &'a [Source]) -> Self {
        let labels = diagnostic.labels.iter().filter_map(|label| {
            let source = sources.get(label.span.source as usize)?;
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            let (line, column) = position(&source.text, start);
            let (end_line, end_column) = position(&source.text, end);
            Some(Place {
                file: &source.name,
                start,
                end,
                line,
                column,
                end_line,
                end_column,
                text: &label.text,
            })
        });
        Self {
            severity: Grade::Of(diagnostic.severity),
            code: diagnostic.code.as_str(),
            message: &diagnostic.message,
            labels: labels.collect(),
            help: &diagnostic.help,
        }
    }

    /// What is to be known, without a place.
    fn note(code: &'a str, message: &'a str) -> Self {
        Self {
            severity: Grade::Note,
            code,
            message,
            labels: Vec::new(),
            help: &[],
        }
    }
}

/// The line and the column of a byte.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}
