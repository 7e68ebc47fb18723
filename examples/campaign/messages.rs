//! Which message a customer gets, and what it says.

use std::{error::Error, fs, path::Path};

use audience::{
    At, Customer, Definitions, Format, InputError, Inputs, Placements, Rendered, Segment, Template, Type,
};

/// The messages, each with the segment it is for. A customer gets the first whose segment they are in.
const LIST: [(&str, &str); 7] = [
    ("put_it_right", "returns_a_lot"),
    ("welcome", "new_customers"),
    ("win_back", "win_back"),
    ("last_christmas", "last_christmas_only"),
    ("trade", "bulk_buyers"),
    ("thank_you", "recent_buyers"),
    ("what_is_new", "lapsed"),
];

/// A message, compiled.
pub(crate) struct Message {
    pub name: &'static str,
    pub audience: Segment,
    subject: Template,
    html: Template,
}

/// What came of a message for one customer.
pub(crate) enum Outcome {
    Written { subject: String, html: String },
    Skipped(String),
}

/// Compiles the messages in `folder`. `NAME.txt` holds the subject and the line that a mailbox shows below it, `NAME.html`
/// what `layout.html` has at its mark.
pub(crate) fn compile(shop: &Definitions, folder: &Path) -> Result<Vec<Message>, Box<dyn Error>> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    let layout = read("layout.html")?;
    let mut messages = Vec::new();
    for (name, segment) in LIST {
        let lines = read(&format!("{name}.txt"))?;
        let (subject, preheader) = lines
            .trim_end()
            .split_once('\n')
            .ok_or("a subject and a preheader")?;
        let html = layout
            .replace("<!-- preheader -->", preheader)
            .replace("<!-- message -->", &read(&format!("{name}.html"))?);
        let template = |format, file: String, text: &str| {
            shop.template_builder(format)
                .source(&file, text)
                .input("shop_url", Type::Url)
                .input("unsubscribe", Type::Url)
                .input("coupon", Type::String)
                .build()
        };
        messages.push(Message {
            name,
            audience: shop.segment(segment)?,
            subject: template(Format::Text, format!("{name}.txt"), subject)?,
            html: template(Format::Html, format!("{name}.html"), &html)?,
        });
    }
    Ok(messages)
}

impl Message {
    /// The values that the shop passes with the message.
    pub(crate) fn inputs(&self, values: &[(&str, &str)]) -> Result<Inputs, InputError> {
        self.html.inputs(values.iter().copied())
    }

    /// Writes the message for a customer, or says why it has none for them.
    pub(crate) fn render(
        &self,
        customer: &Customer,
        inputs: &Inputs,
        placements: &Placements,
        at: &At,
    ) -> Result<Outcome, Box<dyn Error>> {
        let (mut subject, mut html) = (String::new(), String::new());
        for (template, out) in [(&self.subject, &mut subject), (&self.html, &mut html)] {
            if let Rendered::Skipped(reason) = template.render_into(customer, inputs, placements, at, out)? {
                return Ok(Outcome::Skipped(reason.to_string()));
            }
        }
        Ok(Outcome::Written { subject, html })
    }
}
