//! How long a message may become, and whether it keeps to its limits.

mod size;
mod value;

use std::sync::Arc;

use self::{size::Size, value::Rows};
use super::Written;
use crate::{
    check::template::placed_fields,
    diagnostic::{Code, Diagnostic},
    hir::{
        self, Channel, ExprKind, Form, Module, Most, MostUnit,
        template::{Loop, Node, NodeKind, Over},
    },
    schema::Layout,
    span::Span,
    value::{Roles, Type, Value},
};

/// Longer pages are cut by programs that show e-mails.
const CLIPPED: u64 = 102 * 1024;
/// Longer push messages are refused by those who deliver them.
const PAYLOAD: u64 = 4096;

/// What of a message is held to a limit, in one of its languages.
struct Measured {
    size: Size,
    /// Places that show what may be of any length.
    endless: Vec<Span>,
}

/// Whether a message keeps to the limits that it names, and else to those that its channel has.
pub(super) fn check(module: &Module, message: &hir::Message, parts: &[Written<'_>]) -> Option<Diagnostic> {
    let count = message.languages.as_ref().map_or(1, |it| it.tags.len());
    let in_language = |language: usize| {
        let is_counted = move |part: &&Written<'_>| {
            let is_of_language = part.part.language.is_none_or(|it| it == language);
            is_of_language && counts(message.channel, part.part.rule.form)
        };
        parts.iter().filter(is_counted)
    };
    for language in 0..count {
        let mut all = Measured {
            size: Size::NOTHING,
            endless: Vec::new(),
        };
        let mut name = message.span;
        let mut counted = 0;
        for part in in_language(language) {
            counted += 1;
            let mut ruler = Ruler::new(module, message, part.part.rule.form);
            all.size = all.size.then(ruler.nodes(part.nodes(), part));
            all.endless
                .extend(ruler.endless.iter().map(|it| part.place.span(*it)));
            name = part.name;
        }
        let found = if message.limits.is_empty() {
            own_limit(
                message.channel,
                &all,
                name,
                if counted > 1 {
                    "this part and those before it"
                } else {
                    "this part"
                },
            )
        } else {
            message.limits.iter().find_map(|limit| broken(limit, &all))
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether a part counts: of an e-mail only the page, which is what is cut.
fn counts(channel: Channel, form: Form) -> bool {
    match channel {
        Channel::Email => form == Form::Html,
        Channel::Sms => form == Form::Text,
        Channel::Push | Channel::InApp | Channel::Web => true,
    }
}

/// A limit that the message names and may go beyond.
fn broken(limit: &Most, all: &Measured) -> Option<Diagnostic> {
    let (most, unit) = match limit.unit {
        MostUnit::Bytes => (all.size.most_bytes(), "bytes"),
        MostUnit::Segments => (all.size.most_segments(), "segments"),
    };
    let Some(most) = most else {
        let message = "the message may be of any length";
        let mut error =
            Diagnostic::new(Code::TooLong, message).label(limit.span, "nothing keeps it to this limit");
        for span in all.endless.iter().take(MOST_PLACES) {
            error = error.label(*span, "of any length");
        }
        let help = "say how long the value may be, as in `string at most 30 letters`, or cut it: `{{ … | truncate: 30 }}`; write `limit: 4` in a loop";
        return Some(error.help(help.to_owned()));
    };
    (most > limit.count).then(|| {
        let message = format!("the message may have {most} {unit}");
        Diagnostic::new(Code::TooLong, message)
            .label(limit.span, format!("at most {} are allowed", limit.count))
            .help(alphabet(limit.unit, all))
    })
}

/// Places of any length that are shown.
const MOST_PLACES: usize = 5;

/// What a channel itself does to messages that are too long, as far as their length is known.
fn own_limit(channel: Channel, all: &Measured, span: Span, what: &str) -> Option<Diagnostic> {
    let bytes = |limit: u64, then: &str| {
        let (least, most) = (all.size.least_bytes(), all.size.most_bytes());
        let found = most
            .filter(|it| *it > limit)
            .or(Some(least).filter(|it| *it > limit))?;
        let message = format!("the message may have {found} bytes, and {then} what has more than {limit}");
        let help = format!(
            "shorten it, or say how long it may be: `at most {} KB`",
            found.div_ceil(1024)
        );
        Some(
            Diagnostic::new(Code::MayBeTooLong, message)
                .label(span, what)
                .help(help),
        )
    };
    match channel {
        Channel::Email => bytes(CLIPPED, "readers of e-mail cut off"),
        Channel::Push => bytes(PAYLOAD, "devices do not get"),
        Channel::Sms => {
            let segments = all.size.most_segments().or(Some(all.size.least_segments()));
            let segments = segments.filter(|it| *it > 1)?;
            let message = format!("the message may be sent as {segments} text messages");
            let help = format!("shorten it, or say that it may: `at most {segments} segments`");
            Some(
                Diagnostic::new(Code::MayBeTooLong, message)
                    .label(span, what)
                    .help(alphabet(MostUnit::Segments, all))
                    .help(help),
            )
        }
        Channel::InApp | Channel::Web => None,
    }
}

/// Why segments are short.
fn alphabet(unit: MostUnit, all: &Measured) -> Option<String> {
    if unit != MostUnit::Segments {
        return None;
    }
    let reason = all.size.why_unicode()?;
    Some(format!(
        "{reason} makes segments of 70 letters, or 67 each when there are several, instead of 160 and 153"
    ))
}

/// Measures the nodes of one part.
struct Ruler<'m> {
    module: &'m Module,
    message: &'m hir::Message,
    form: Form,
    rows: Rows,
    endless: Vec<Span>,
}

impl<'m> Ruler<'m> {
    fn new(module: &'m Module, message: &'m hir::Message, form: Form) -> Self {
        Self {
            module,
            message,
            form,
            rows: vec![Layout::of_fields(&module.schema.customer).into()],
            endless: Vec::new(),
        }
    }

    fn nodes(&mut self, nodes: &[Node], part: &Written<'_>) -> Size {
        let mut all = Size::NOTHING;
        for node in nodes {
            let size = match &node.kind {
                NodeKind::Text => Size::of_literal(part.text(node.span)),
                NodeKind::Output(output) => {
                    let size = value::output(self.module, (self.message, self.form), &self.rows, output);
                    if size.is_endless() {
                        self.endless.push(node.span);
                    }
                    size
                }
                NodeKind::If { branches, otherwise } => {
                    let bodies = branches.iter().map(|it| &it.body).chain([otherwise]);
                    let sizes: Vec<_> = bodies.map(|body| self.nodes(body, part)).collect();
                    sizes.into_iter().reduce(Size::or).unwrap_or(Size::NOTHING)
                }
                NodeKind::For(it) => self.repeated(it, node.span, part),
                NodeKind::Partial(body) => self.nodes(body, part),
                NodeKind::Hole
                | NodeKind::Skip(_)
                | NodeKind::Break
                | NodeKind::Continue
                | NodeKind::Assign(_)
                | NodeKind::Capture { .. } => Size::NOTHING,
            };
            all = all.then(size);
        }
        all
    }

    fn repeated(&mut self, it: &Loop, span: Span, part: &Written<'_>) -> Size {
        let layout = match &it.over {
            Over::Items(items) => value::layout_of(self.module, &self.rows, &items.source),
            Over::Placement { placement, .. } => {
                let schema = &self.module.schema;
                let placement = schema.placements.get_index(*placement).map(|(_, it)| it);
                let catalog = placement.and_then(|it| schema.catalogs.get(&it.catalog));
                catalog.map(|it| Layout::of_fields(&placed_fields(&it.fields)).into())
            }
            Over::Range { .. } => Some(Layout::of_items(&Type::Int, &Roles::default()).into()),
        };
        let row = usize::from(it.over.row());
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Arc::default());
        }
        self.rows[row] = layout.unwrap_or_default();
        let known = self.endless.len();
        let body = self.nodes(&it.body, part);
        self.rows[row] = Arc::default();
        let limit = it.limit.as_ref().and_then(|limit| match limit.kind {
            ExprKind::Constant(Value::Int(limit)) => u64::try_from(limit).ok(),
            _ => None,
        });
        if limit.is_none() && self.endless.len() == known {
            self.endless.push(Span {
                end: span.start + 2,
                ..span
            });
        }
        let otherwise = self.nodes(&it.otherwise, part);
        body.times(limit).or(otherwise)
    }
}
