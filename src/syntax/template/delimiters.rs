//! What begins and ends placeholders and tags.

/// The marks between which placeholders and tags stand, for texts in which Liquid's own mean something else.
///
/// Given to [`TemplateBuilder::delimiters`](crate::TemplateBuilder::delimiters). Each has one to eight ASCII signs other than
/// quotes, `-`, `_` and `#`; a `-` beside them drops white space, as with Liquid's own.
///
/// ```
/// # use audience::{Definitions, Delimiters, Format, Inputs, Placements, Zone};
/// let shop = Definitions::parse("customer { id: string key filled, vip: bool }")?;
/// let template = shop
///     .template_builder(Format::Text)
///     .delimiters(Delimiters::new(["[[", "]]"], ["<%", "%>"]))
///     .source("mail.txt", "{{ stays }} [[ id ]]<% if vip %>!<% endif %>")
///     .build()?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "vip": true}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let mut out = String::new();
/// template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out)?;
/// assert_eq!(out, "{{ stays }} ana!");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delimiters {
    pub(super) output: [Box<str>; 2],
    pub(super) tag: [Box<str>; 2],
}

impl Default for Delimiters {
    fn default() -> Self {
        Self::new(["{{", "}}"], ["{%", "%}"])
    }
}

impl Delimiters {
    /// The marks around placeholders and those around tags. Whether they serve is checked when the template is built.
    #[must_use]
    pub fn new(output: [&str; 2], tag: [&str; 2]) -> Self {
        Self {
            output: output.map(Into::into),
            tag: tag.map(Into::into),
        }
    }

    /// Why they do not serve.
    pub(super) fn flaw(&self) -> Option<String> {
        let all = || self.output.iter().chain(&self.tag).map(|it| &**it);
        let unfit = |it: &&str| {
            !(1..=8).contains(&it.len())
                || !it
                    .bytes()
                    .all(|byte| byte.is_ascii_punctuation() && !b"\"'-_#".contains(&byte))
        };
        if let Some(mark) = all().find(unfit) {
            return Some(format!(
                "`{mark}` is not one to eight signs other than quotes, `-`, `_` and `#`"
            ));
        }
        let opens = [&self.output[0], &self.tag[0]];
        let twice = opens[0] == opens[1]
            || opens
                .iter()
                .any(|open| [&self.output[1], &self.tag[1]].contains(open));
        twice.then(|| "what begins a placeholder, begins a tag and ends them must differ".to_owned())
    }

    /// The mark that begins something at the start of `text`, and the one that ends it; whether it is a tag.
    pub(super) fn at(&self, text: &[u8]) -> Option<(&str, &str, bool)> {
        let [output, tag] = [&self.output, &self.tag].map(|[open, close]| (&**open, &**close));
        let is_output = text.starts_with(output.0.as_bytes());
        let is_tag = text.starts_with(tag.0.as_bytes());
        // Of two that begin alike, the longer one is meant.
        match (is_output, is_tag) {
            (true, true) if output.0.len() < tag.0.len() => Some((tag.0, tag.1, true)),
            (true, _) => Some((output.0, output.1, false)),
            (_, true) => Some((tag.0, tag.1, true)),
            _ => None,
        }
    }
}
