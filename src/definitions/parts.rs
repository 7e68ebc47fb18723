//! What a message says to one customer, part by part.

use std::{fmt, sync::Arc};

use crate::value::text::breaks_line;

/// The parts of one rendered message, in a buffer that is used again from customer to customer.
///
/// Filled by [`Message::render_into`](crate::Message::render_into).
///
/// ```
/// # use audience::{Definitions, Inputs, Parts, Placements, Zone};
/// let shop = Definitions::parse(
///     r#"customer { id: string key filled }  message hi { channel push, title "Hi", body "Hello {{ id }}" }"#,
/// )?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let mut parts = Parts::new();
/// for key in ["ana", "ben"] {
///     let customer = shop.customer_from_json(format!(r#"{{"id": "{key}"}}"#))?;
///     shop.message("hi")?.render_into(&customer, &Inputs::default(), &Placements::new(), &at, &mut parts)?;
/// }
/// assert_eq!(parts.part("body"), Some("Hello ben"));
/// assert_eq!(parts.part("data"), None);
/// assert_eq!(parts.iter().collect::<Vec<_>>(), [("title", "Hi"), ("body", "Hello ben")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Parts {
    text: String,
    /// The name of each part, and where it ends in the text.
    ends: Vec<(&'static str, usize)>,
    language: Option<Arc<str>>,
    /// For parts that are written anew.
    scratch: String,
}

impl Parts {
    /// No part, and no memory taken yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The part of that name, if the message has it.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&str> {
        self.iter().find(|(it, _)| *it == name).map(|(_, text)| text)
    }

    /// All parts with their names, in the order of the channel's table in the manual.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        let each = self.ends.iter().zip(starts);
        each.map(|(&(name, end), start)| (name, &self.text[start..end]))
    }

    /// The language that was chosen for the customer, of a message with languages.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// Drops all parts and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.language = None;
    }

    pub(super) fn set_language(&mut self, language: Arc<str>) {
        self.language = Some(language);
    }

    /// Where the next part is written.
    pub(super) fn buffer(&mut self) -> &mut String {
        &mut self.text
    }

    /// Ends a part that was written behind the one before.
    pub(super) fn end(&mut self, name: &'static str) {
        self.ends.push((name, self.text.len()));
    }

    /// What was written of a part that has not ended.
    pub(super) fn unended(&self) -> &str {
        &self.text[self.start()..]
    }

    fn start(&self) -> usize {
        self.ends.last().map_or(0, |(_, end)| *end)
    }

    /// Makes the text of an e-mail from its page, unless it has one; a page without text has none.
    #[cfg(feature = "plain-text")]
    pub(super) fn add_plain_text(&mut self) {
        if self.part("text").is_some() {
            return;
        }
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        if let Some(page) = self.part("html") {
            crate::message::plain::write(page, &mut text);
        }
        if !text.is_empty() {
            self.text.push_str(&text);
            self.end("text");
        }
        self.scratch = text;
    }

    /// Puts a blank in the place of line breaks and other control characters in the part that has not ended, one for those
    /// beside each other: so a value cannot begin another line, as of the head of an e-mail.
    pub(super) fn make_one_line(&mut self) {
        if !self.unended().contains(breaks_line) {
            return;
        }
        let start = self.start();
        self.scratch.clear();
        let mut rest = &self.text[start..];
        while let Some(at) = rest.find(breaks_line) {
            self.scratch.push_str(&rest[..at]);
            self.scratch.push(' ');
            rest = rest[at..].trim_start_matches(breaks_line);
        }
        self.scratch.push_str(rest);
        self.text.truncate(start);
        self.text.push_str(&self.scratch);
    }
}

/// The names of the parts; what they say may be personal.
impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.ends.iter().map(|(name, _)| name).collect();
        f.debug_struct("Parts")
            .field("parts", &names)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}
