//! What is known of deliveries: the event that caps count, and that tells which channel a customer answers.

use super::{CampaignChecker, channel::compared};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{self, Bound, Campaign, Channel, Edge, ExprKind as Meant, Window},
    span::Span,
    syntax::ast::{AggregateKind, CompareOp, Expr, ExprKind, Items, Literal, Name, Set},
    value::{Type, Value},
};

/// The event, as every host that counts deliveries has it.
const EVENT: &str = "deliveries";
const HELP: &str = "write `event deliveries { channel: string, message: string, kind: (\"sent\" | \"opened\" | \"clicked\" | \"bounced\" | \"complained\" | \"unsubscribed\") }`";

/// The kinds of deliveries that are an answer.
const ANSWERS: [&str; 2] = ["opened", "clicked"];

impl CampaignChecker<'_, '_> {
    /// How many were sent by a channel.
    pub(super) fn deliveries_by(&mut self, channel: Channel, span: Span) -> Option<hir::Expr> {
        self.sent("channel", &[channel.as_str()], span)
    }

    /// How many of the messages of a campaign were sent.
    pub(super) fn deliveries_of(&mut self, campaign: &Campaign, span: Span) -> Option<hir::Expr> {
        let variants = campaign.sends.iter().flat_map(|it| &it.variants);
        let messages = self.messages;
        let names: Vec<_> = variants.map(|it| &*messages[it.message].name).collect();
        // Without one the campaign has an error already.
        if names.is_empty() {
            return None;
        }
        self.sent("message", &names, span)
    }

    /// How often an offer was sent.
    pub(super) fn deliveries_with(&mut self, offer: &str, span: Span) -> Option<hir::Expr> {
        self.sent("offer", &[offer], span)
    }

    /// How many deliveries of kind `sent` have one of these values, since an instant that is local 0.
    fn sent(&mut self, property: &str, values: &[&str], span: Span) -> Option<hir::Expr> {
        let fields = self.fields(span)?;
        for name in [property, "kind"] {
            let field = fields.iter().find(|(it, _)| it == name);
            let problem = match field {
                // It could not be read, which is told already.
                None if self.names.is_silent(name) => return None,
                None => format!("the event `{EVENT}` has no property `{name}`"),
                Some((_, Type::String | Type::Words(_))) => continue,
                Some((_, ty)) => format!(
                    "the property `{name}` of `{EVENT}` is a text, not {}",
                    crate::check::type_name(ty)
                ),
            };
            let help = match name {
                "offer" => "add `offer: string?` to the event".to_owned(),
                _ => HELP.to_owned(),
            };
            let error = Diagnostic::new(Code::InvalidChannel, problem)
                .label(span, "counts what was sent")
                .help(help);
            return self.report.fail(error);
        }
        let path = |name: &str| ExprKind::Path(vec![named(span, name)]);
        let text = |text: &str| ExprKind::Literal(Literal::Text(text.into()));
        let is_one = Expr {
            span,
            kind: ExprKind::In {
                operand: Box::new(Expr {
                    span,
                    kind: path(property),
                }),
                set: Set::Literals(values.iter().map(|it| Expr { span, kind: text(it) }).collect()),
                negated: false,
                ignoring_case: false,
            },
        };
        let is_sent = compared(span, CompareOp::Eq, path("kind"), text("sent"));
        let mut counted = self.count(span, vec![is_one, is_sent])?;
        if let Meant::Aggregate { items, .. } = &mut counted.kind {
            let bound = Bound::Expr(Box::new(hir::Expr {
                span,
                ty: Type::DateTime,
                optional: false,
                kind: Meant::Local(0),
            }));
            let from = Edge {
                bound,
                inclusive: false,
            };
            items.window = Some(Window {
                from: Some(from),
                to: None,
            });
        }
        Some(counted)
    }

    /// Of each channel how many deliveries were answered; nothing where the event does not tell.
    pub(super) fn answered(&mut self) -> Vec<hir::Expr> {
        let Some(index) = self.names.schema.events.get_index_of(EVENT) else {
            return Vec::new();
        };
        let fields = &self.names.schema.events[index].fields;
        let has = |name: &str, word: &str| {
            fields.iter().any(|it| {
                *it.name == *name
                    && match &it.ty {
                        Type::String => true,
                        Type::Words(words) => words.iter().any(|it| **it == *word),
                        _ => false,
                    }
            })
        };
        let kinds: Vec<_> = ANSWERS.into_iter().filter(|it| has("kind", it)).collect();
        let known: Vec<_> = Channel::ALL
            .iter()
            .map(|it| !kinds.is_empty() && has("channel", it.as_str()))
            .collect();
        let span = Span::default();
        let text = |text: &str| ExprKind::Literal(Literal::Text(text.into()));
        let path = |name: &str| ExprKind::Path(vec![named(span, name)]);
        let counts = Channel::ALL.iter().zip(known).map(|(channel, known)| {
            if !known {
                return Some(hir::Expr::constant(span, Type::Int, Value::Int(0)));
            }
            let by = compared(span, CompareOp::Eq, path("channel"), text(channel.as_str()));
            let kind = Expr {
                span,
                kind: ExprKind::In {
                    operand: Box::new(Expr {
                        span,
                        kind: path("kind"),
                    }),
                    set: Set::Literals(kinds.iter().map(|it| Expr { span, kind: text(it) }).collect()),
                    negated: false,
                    ignoring_case: false,
                },
            };
            self.count(span, vec![by, kind])
        });
        counts.collect::<Option<_>>().unwrap_or_default()
    }

    fn count(&mut self, span: Span, filter: Vec<Expr>) -> Option<hir::Expr> {
        let items = Items {
            span,
            collection: vec![named(span, EVENT)],
            window: None,
            filter: Some(Expr {
                span,
                kind: ExprKind::And(filter),
            }),
        };
        let count = Expr {
            span,
            kind: ExprKind::Aggregate {
                kind: AggregateKind::Count,
                value: None,
                items: Box::new(items),
            },
        };
        self.checker().check_value(&count)
    }

    /// The names and types of the properties of the event.
    fn fields(&mut self, span: Span) -> Option<Vec<(String, Type)>> {
        if let Some(event) = self.names.schema.events.get(EVENT) {
            let fields = event.fields.iter();
            return Some(fields.map(|it| (it.name.to_string(), it.ty.clone())).collect());
        }
        if self.names.is_silent(EVENT) {
            return None;
        }
        let error = Diagnostic::new(Code::InvalidChannel, format!("no event `{EVENT}`"))
            .label(span, "counts what was sent")
            .help(HELP.to_owned());
        self.report.fail(error)
    }
}

fn named(span: Span, text: &str) -> Name {
    Name {
        span,
        text: text.into(),
        quoted: true,
    }
}
