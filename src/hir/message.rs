//! What a message is: its channel and parts, checked but for the templates in them.

use std::{fmt, sync::Arc};

use serde::Serialize;

use super::Expr;
use crate::{span::Span, value::Field};

/// The way a message takes, which decides which parts it has.
///
/// ```
/// # use audience::{Channel, Definitions};
/// let shop = Definitions::parse(
///     r#"customer { id: string key }  message code { channel sms, inputs { code: int }, text "Your code is {{ code }}" }"#,
/// )?;
/// assert_eq!(shop.message("code")?.channel(), Channel::Sms);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// An e-mail.
    Email,
    /// A notification on a device.
    Push,
    /// A text message on a telephone.
    Sms,
    /// Shown while the application is in use.
    InApp,
    /// Shown on a page of a website.
    Web,
}

impl Channel {
    /// All of them, in the order of the manual.
    pub const ALL: &'static [Self] = &[Self::Email, Self::Push, Self::Sms, Self::InApp, Self::Web];

    /// As definitions write it: `email`, `push`, `sms`, `in_app`, `web`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Push => "push",
            Self::Sms => "sms",
            Self::InApp => "in_app",
            Self::Web => "web",
        }
    }

    /// The message that it takes, as sentences name it.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Email => "an e-mail",
            Self::Push => "a push message",
            Self::Sms => "a text message",
            Self::InApp => "a message in the application",
            Self::Web => "a message on a page",
        }
    }

    /// The parts that its messages have, in the order in which they are written.
    pub(crate) fn parts(self) -> &'static [Rule] {
        const fn rule(name: &'static str, form: Form, need: Need) -> Rule {
            Rule { name, form, need }
        }
        use Form::{Html, Json, Line, Text};
        use Need::{Always, Maybe, OneOf};
        match self {
            Self::Email => {
                const {
                    &[
                        rule("sender", Line, Maybe),
                        rule("subject", Line, Always),
                        rule("preheader", Line, Maybe),
                        rule("html", Html, OneOf),
                        rule("text", Text, OneOf),
                    ]
                }
            }
            Self::Push => {
                const {
                    &[
                        rule("title", Line, Maybe),
                        rule("body", Text, Always),
                        rule("data", Json, Maybe),
                    ]
                }
            }
            Self::Sms => const { &[rule("sender", Line, Maybe), rule("text", Text, Always)] },
            Self::InApp | Self::Web => {
                const {
                    &[
                        rule("title", Line, Maybe),
                        rule("html", Html, OneOf),
                        rule("body", Text, OneOf),
                        rule("data", Json, Maybe),
                    ]
                }
            }
        }
    }
}

/// As definitions write it.
impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A part that the messages of a channel have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) need: Need,
}

/// What a part is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Plain text of one line, such as what stands in the head of an e-mail.
    Line,
    /// Plain text.
    Text,
    Html,
    Json,
}

/// Whether a message has the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Always,
    Maybe,
    /// At least one of those marked so.
    OneOf,
}

/// A message, its names resolved. The templates in its parts are compiled where templates are.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) name: Arc<str>,
    /// Where its name stands.
    pub(crate) span: Span,
    pub(crate) description: Option<Arc<str>>,
    pub(crate) channel: Channel,
    pub(crate) transactional: bool,
    /// Index into [`Module::segments`](super::Module::segments).
    pub(crate) audience: Option<usize>,
    /// [`ExprKind::Local`](super::ExprKind::Local) is a position here.
    pub(crate) inputs: Vec<Field>,
    pub(crate) languages: Option<Languages>,
    /// The link that an e-mail must show.
    pub(crate) unsubscribe: Option<Expr>,
    pub(crate) limits: Vec<Most>,
    /// In the order of the channel's table, those of one name in the order of the languages.
    pub(crate) parts: Vec<Part>,
}

/// The languages of a message; the first is that of everyone whose own is not among them.
#[derive(Clone, Debug)]
pub(crate) struct Languages {
    pub(crate) tags: Vec<Arc<str>>,
    /// A text: the customer's language.
    pub(crate) by: Expr,
}

impl Languages {
    /// The position of the language that serves who wants `wanted`: the longest that it is, or that it begins with up to a
    /// `-` or `_`, in any case; else the first.
    pub(crate) fn choose(&self, wanted: &str) -> usize {
        let wanted = wanted.trim().as_bytes();
        let serves = |tag: &str| {
            let tag = tag.as_bytes();
            let same = |(a, b): (&u8, &u8)| a.eq_ignore_ascii_case(b) || *a == b'-' && *b == b'_';
            tag.len() <= wanted.len()
                && tag.iter().zip(wanted).all(same)
                && wanted
                    .get(tag.len())
                    .is_none_or(|next| matches!(next, b'-' | b'_'))
        };
        let serving = self.tags.iter().enumerate().filter(|(_, tag)| serves(tag));
        let best = serving.max_by_key(|(index, tag)| (tag.len(), std::cmp::Reverse(*index)));
        best.map_or(0, |(index, _)| index)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) rule: Rule,
    /// Where its name stands.
    pub(crate) span: Span,
    /// Index into [`Languages::tags`]; `None` for a part that is the same in all languages.
    pub(crate) language: Option<usize>,
    pub(crate) content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A literal.
    Text { text: Arc<str>, span: Span },
    /// The name of a file beside the definitions, and where it is written.
    File { name: Arc<str>, span: Span },
}

impl Content {
    /// The name of the file.
    pub(crate) fn file(&self) -> Option<&str> {
        match self {
            Self::Text { .. } => None,
            Self::File { name, .. } => Some(name),
        }
    }
}

/// `at most 2 segments`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    pub(crate) span: Span,
    /// In bytes or in segments.
    pub(crate) count: u64,
    pub(crate) unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Bytes,
    /// Of a text message.
    Segments,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hir::ExprKind, value::Type};

    /// [message-13]
    #[test]
    fn the_nearest_language_is_chosen() {
        let by = Expr {
            span: Span::default(),
            ty: Type::String,
            optional: true,
            kind: ExprKind::Local(0),
        };
        let tags = ["en", "es", "pt-BR", "pt", "zh-Hant"].map(Arc::from).to_vec();
        let languages = Languages { tags, by };
        for (wanted, chosen) in [
            ("en", "en"),
            ("es", "es"),
            ("ES", "es"),
            ("es-MX", "es"),
            ("es_MX", "es"),
            ("est", "en"),
            ("pt-BR", "pt-BR"),
            ("pt_br", "pt-BR"),
            ("pt-BRA", "pt"),
            ("pt-BR-x", "pt-BR"),
            ("pt-PT", "pt"),
            ("zh", "en"),
            ("zh-Hant-TW", "zh-Hant"),
            (" de ", "en"),
            (" es ", "es"),
            ("", "en"),
        ] {
            assert_eq!(&*languages.tags[languages.choose(wanted)], chosen, "{wanted:?}");
        }
    }
}
