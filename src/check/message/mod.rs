//! Messages: channel, inputs, languages and parts. The templates in the parts are compiled where templates are.

mod clauses;
mod parts;

use std::{collections::HashSet, sync::Arc};

use self::clauses::Clauses;
use super::{
    Checker, Entry, Local,
    definitions::Definitions,
    named,
    report::{Report, type_name},
    schema,
    scope::Names,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Channel, Expr, Languages, Message, Most, MostUnit},
    span::Span,
    syntax::ast::{self, Expr as Written, ExprKind, Name, Text},
    value::{Field, Type},
};

/// Inputs of one message.
const MOST_INPUTS: usize = 1_000;

/// Checks all messages. Those with an error are left out.
pub(crate) fn check(definitions: &Definitions<'_>, names: &Names, report: &mut Report) -> Vec<Arc<Message>> {
    let mut messages = Vec::with_capacity(definitions.messages.len());
    for message in definitions.messages.values() {
        let checker = MessageChecker {
            definitions,
            names,
            report,
            broken: HashSet::new(),
        };
        messages.extend(checker.message(message).map(Arc::new));
    }
    messages
}

struct MessageChecker<'c, 'd> {
    definitions: &'c Definitions<'d>,
    names: &'c Names,
    report: &'c mut Report,
    /// Inputs without a legible type.
    broken: HashSet<Arc<str>>,
}

impl MessageChecker<'_, '_> {
    fn message(mut self, message: &ast::Message) -> Option<Message> {
        let before = self.report.error_count();
        let clauses = Clauses::sort(message, self.report);
        let audience = message
            .audience
            .as_ref()
            .map(|name| named::segment(name, self.names, self.report));
        let channel = self.channel(message, &clauses);
        let inputs = self.inputs(clauses.inputs);
        let languages = clauses
            .languages
            .map(|(tags, by)| self.languages(tags, by, &inputs));
        let parts = channel.map(|channel| self.parts(message, channel, &clauses));
        let unsubscribe = channel.and_then(|channel| self.unsubscribe(message, channel, &clauses, &inputs));
        let limits = channel.map(|channel| self.limits(channel, &clauses));
        if self.report.error_count() > before {
            return None;
        }
        Some(Message {
            name: message.name.text.clone(),
            span: message.name.span,
            description: schema::text_of(message.description.as_ref()),
            channel: channel?,
            transactional: clauses.transactional.is_some(),
            // Names whose own definition has an error are `None` without a word.
            audience: audience.map_or(Some(None), |it| it.map(Some))?,
            inputs,
            languages: languages.map_or(Some(None), |it| it.map(Some))?,
            unsubscribe,
            limits: limits?,
            parts: parts?,
        })
    }

    fn channel(&mut self, message: &ast::Message, clauses: &Clauses<'_>) -> Option<Channel> {
        let Some(name) = clauses.channel else {
            let error = Diagnostic::new(Code::InvalidMessage, "the message has no channel")
                .label(message.name.span, "which way does it take?")
                .help(format!("write `channel email`; {}", named::all_channels()));
            return self.report.fail(error);
        };
        named::channel(name, Code::InvalidMessage, self.report)
    }

    fn inputs(&mut self, written: Option<&[ast::Field]>) -> Vec<Field> {
        let Some(written) = written else {
            return Vec::new();
        };
        if let Some(field) = written.get(MOST_INPUTS) {
            let message = format!("more than {MOST_INPUTS} inputs");
            let error = Diagnostic::new(Code::Limit, message).label(field.span, "one too many");
            self.report.push(error);
            return Vec::new();
        }
        let (fields, broken) = schema::inputs(self.definitions, written, self.report);
        self.broken = broken;
        for field in written {
            let name = &field.name;
            let other = if self.names.customer.members.contains_key(&name.text) {
                "an attribute"
            } else if self.names.traits.contains_key(&name.text) {
                "a trait"
            } else {
                continue;
            };
            let message = format!("the input `{}` has the name of {other}", name.text);
            let error =
                Diagnostic::new(Code::DuplicateName, message).label(name.span, "give it another name");
            self.report.push(error);
        }
        fields
    }

    fn languages(&mut self, tags: &[Text], by: &Written, inputs: &[Field]) -> Option<Languages> {
        let mut seen: HashSet<String> = HashSet::new();
        for tag in tags {
            if !is_language(&tag.text) {
                let message = format!("{:?} is no language", tag.text);
                let error = Diagnostic::new(Code::InvalidLiteral, message)
                    .label(tag.span, "expected a tag such as `en` or `pt-BR`")
                    .help("letters and digits, with `-` between".to_owned());
                self.report.push(error);
            } else if !seen.insert(tag.text.to_ascii_lowercase()) {
                let message = format!("the language {:?} is given twice", tag.text);
                let error =
                    Diagnostic::new(Code::DuplicateName, message).label(tag.span, "leave this one out");
                self.report.push(error);
            }
        }
        let by = self.value(by, inputs)?;
        if !by.ty.is_text() || by.ty == Type::Url {
            let error = Diagnostic::new(Code::TypeMismatch, "a language is a text")
                .label(by.span, format!("of type {}", type_name(&by.ty)));
            return self.report.fail(error);
        }
        let tags = tags.iter().map(|it| it.text.clone()).collect();
        Some(Languages { tags, by })
    }

    /// The link that the message must show: the one that it names, or what is called `unsubscribe`.
    fn unsubscribe(
        &mut self,
        message: &ast::Message,
        channel: Channel,
        clauses: &Clauses<'_>,
        inputs: &[Field],
    ) -> Option<Expr> {
        const NAME: &str = "unsubscribe";
        let span = message.name.span;
        let named = match clauses.unsubscribe {
            Some((_, span)) if channel != Channel::Email => {
                let message = format!("{} has no link to unsubscribe", channel.message());
                let error = Diagnostic::new(Code::InvalidMessage, message).label(span, "only of e-mails");
                return self.report.fail(error);
            }
            Some((path, _)) => path.to_vec(),
            None if channel != Channel::Email || clauses.transactional.is_some() => return None,
            None if inputs.iter().any(|it| *it.name == *NAME)
                || self.names.customer.members.contains_key(NAME) =>
            {
                let name = Name {
                    span,
                    text: NAME.into(),
                    quoted: false,
                };
                vec![name]
            }
            None if self.names.is_silent(NAME) || self.broken.contains(NAME) => return None,
            None => {
                let error = Diagnostic::new(
                    Code::MissingUnsubscribe,
                    "an e-mail that is not `transactional` has a link to unsubscribe",
                )
                .label(span, "this one has none")
                .help(
                    "write `inputs { unsubscribe: url }` and show it in every part, or name another with `unsubscribe …`"
                        .to_owned(),
                )
                .help("an e-mail that nobody has to have agreed to, such as a receipt, says `transactional`".to_owned());
                return self.report.fail(error);
            }
        };
        let span = super::path::span_of(&named);
        let path = Written {
            span,
            kind: ExprKind::Path(named),
        };
        let link = self.value(&path, inputs)?;
        if link.ty == Type::Url {
            return Some(link);
        }
        let error = Diagnostic::new(Code::TypeMismatch, "a link to unsubscribe is of type `url`")
            .label(span, format!("of type {}", type_name(&link.ty)));
        self.report.fail(error)
    }

    fn limits(&mut self, channel: Channel, clauses: &Clauses<'_>) -> Vec<Most> {
        let mut limits: Vec<Most> = Vec::new();
        for &(count, written, span) in &clauses.limits {
            let (unit, factor) = match written.text.to_ascii_lowercase().as_str() {
                "segments" | "segment" => (MostUnit::Segments, 1),
                "bytes" | "byte" => (MostUnit::Bytes, 1),
                "kb" => (MostUnit::Bytes, 1024),
                _ => {
                    let message = format!("unknown unit `{}`", written.text);
                    let error = Diagnostic::new(Code::InvalidMessage, message)
                        .label(written.span, "expected `segments`, `bytes` or `KB`");
                    self.report.push(error);
                    continue;
                }
            };
            let problem = if unit == MostUnit::Segments && channel != Channel::Sms {
                Some((written.span, "only text messages are sent in segments"))
            } else if count == 0 {
                Some((span, "nothing is that short"))
            } else if limits.iter().any(|it| it.unit == unit) {
                Some((span, "a limit of this kind is given already"))
            } else {
                None
            };
            if let Some((span, label)) = problem {
                let error =
                    Diagnostic::new(Code::InvalidMessage, "a limit that cannot be kept").label(span, label);
                self.report.push(error);
                continue;
            }
            limits.push(Most {
                span,
                count: count.saturating_mul(factor),
                unit,
            });
        }
        limits
    }

    /// Checks an expression over the customer and the inputs.
    fn value(&mut self, expr: &Written, inputs: &[Field]) -> Option<Expr> {
        if !self.broken.is_empty() {
            return None;
        }
        let mut checker = Checker::new(self.names, self.report);
        checker.scope.entries = locals(inputs).map(Entry::Local).collect();
        checker.check_value(expr)
    }
}

/// The inputs as names of expressions.
pub(crate) fn locals(inputs: &[Field]) -> impl Iterator<Item = Local> + '_ {
    inputs.iter().enumerate().map(|(index, input)| Local {
        name: input.name.clone(),
        index,
        ty: input.ty.clone(),
        optional: input.optional,
        filled: true,
    })
}

/// `en`, `pt-BR`, `zh-Hant-TW`.
fn is_language(tag: &str) -> bool {
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_alphanumeric());
    tag.starts_with(|first: char| first.is_ascii_alphabetic()) && tag.split('-').all(is_part)
}

/// A clause that a message has already.
fn twice(what: &str, second: Span, first: Span) -> Diagnostic {
    super::definitions::duplicate(format!("{what} is given twice"), second, first)
}
