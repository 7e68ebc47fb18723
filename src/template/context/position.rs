//! Where the text so far leads, in any format.

use super::{Context, Escape, Misfit, Unsafe, Worlds};
use crate::template::Format;

/// A place of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// In plain text, which has no places.
    Text,
    Page(Context),
    Json(Worlds),
}

impl Position {
    /// The start of a message.
    pub(crate) fn new(format: Format) -> Self {
        match format {
            Format::Html => Self::Page(Context::new()),
            Format::Text => Self::Text,
            Format::Json => Self::Json(Worlds::new()),
        }
    }

    /// Goes over literal text; on error gives the position of the byte that does not fit.
    pub(crate) fn advance(&mut self, literal: &str) -> Result<(), (usize, Misfit)> {
        match self {
            Self::Text => Ok(()),
            Self::Page(context) => context.advance(literal),
            Self::Json(json) => json
                .advance(literal)
                .map_err(|(at, expected)| (at, Misfit::Json(expected))),
        }
    }

    /// How to write a value here.
    pub(crate) fn escape(&self) -> Result<Escape, Unsafe> {
        match self {
            Self::Text => Ok(Escape::None),
            Self::Page(context) => context.escape(),
            Self::Json(json) => json.escape(),
        }
    }

    /// Goes over a value written as [`Position::escape`] says.
    pub(crate) fn pass_value(&mut self) {
        match self {
            Self::Text => {}
            Self::Page(context) => context.pass_value(),
            Self::Json(json) => json.pass_value(),
        }
    }

    /// The place after two branches, when what follows has one meaning after both.
    pub(crate) fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Page(one), Self::Page(two)) => one.join(two).map(Self::Page),
            (Self::Json(one), Self::Json(two)) => one.join(two).map(Self::Json),
            (one, _) => Some(one.clone()),
        }
    }

    /// Where each round of a loop that begins here begins.
    pub(crate) fn round(&self) -> Self {
        match self {
            // The first item has no comma before it, but all others have.
            Self::Json(json) => Self::Json(json.round()),
            other => other.clone(),
        }
    }

    /// Goes on after a round that began there and ended elsewhere, which was told.
    pub(crate) fn end_round(&mut self, begin: &Self) {
        match (&mut *self, begin) {
            (Self::Json(json), Self::Json(begin)) => json.end_round(begin),
            (position, begin) => *position = begin.clone(),
        }
    }

    /// Whether the next byte must be a blank, `/` or `>`, because the branches before it end in different places of a tag.
    pub(crate) fn must_separate(&self) -> bool {
        matches!(self, Self::Page(context) if context.must_separate())
    }

    /// What the text so far has led to, for a diagnostic.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Text => "in text".to_owned(),
            Self::Page(context) => context.describe(),
            Self::Json(json) => json.describe(),
        }
    }

    /// How what is open here begins, for a diagnostic.
    pub(crate) fn opened_by(&self) -> Option<String> {
        match self {
            Self::Page(context) => context.opened_by(),
            Self::Text | Self::Json(_) => None,
        }
    }

    /// The name of the attribute whose value is open, for a diagnostic.
    pub(crate) fn attribute(&self) -> &str {
        match self {
            Self::Page(context) => context.attribute(),
            Self::Text | Self::Json(_) => "",
        }
    }

    /// Whether a message may end here.
    pub(crate) fn may_end(&self) -> bool {
        match self {
            Self::Text => true,
            Self::Page(context) => context.is_between_tags(),
            Self::Json(json) => json.is_whole(),
        }
    }

    /// Whether values may be written as they are, when a template asks for it.
    pub(crate) fn takes_raw(&self) -> bool {
        match self {
            Self::Text => true,
            Self::Page(context) => context.is_plain_text(),
            Self::Json(_) => false,
        }
    }
}
