//! The text of a page, for readers of e-mail that show no pages and for those who have them read aloud.
//!
//! Tags become line breaks and marks of lists, pictures their words, and a link the text that it has with the address behind it,
//! `See your present <https://shop.example/present>`. What the page hides is left out, as are its head, styles and scripts.

use std::convert::Infallible;

use html5gum::{
    Span, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};

use crate::value::Schemes;

/// Appends the text of a page to `out`.
///
/// Takes time proportional to the length of the page.
pub(crate) fn write(page: &str, out: &mut String) {
    let mut writer = Writer {
        start: out.len(),
        out,
        tag: Tag::default(),
        hidden: None,
        space: Space::Nothing,
        mark: String::new(),
        lists: Vec::new(),
        tables: Vec::new(),
        link: None,
        last: None,
        preformatted: 0,
    };
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| {
        writer.event(&event);
        None::<Infallible>
    });
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(page, emitter).finish();
    writer.end_link();
}

/// What comes between what was written and what is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Space {
    Nothing,
    Blank,
    Line,
    Paragraph,
}

/// The tag that is being read.
#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    attribute: Vec<u8>,
    href: Option<String>,
    alt: Option<String>,
    hides: bool,
    is_presentation: bool,
}

struct Link {
    address: String,
    /// Where its text begins, once there is some.
    text: Option<usize>,
}

/// A link that was written.
struct Written {
    address: String,
    text: String,
    /// Where it ends.
    end: usize,
}

struct Writer<'o> {
    out: &'o mut String,
    start: usize,
    tag: Tag,
    /// The element whose content is left out, and how many of its kind are open.
    hidden: Option<(Vec<u8>, usize)>,
    space: Space,
    /// What stands before the next text: the mark of an item.
    mark: String,
    /// The lists around, with the number of the last item where they are numbered.
    lists: Vec<Option<usize>>,
    /// The tables around, and whether each only arranges the page.
    tables: Vec<bool>,
    link: Option<Link>,
    last: Option<Written>,
    preformatted: usize,
}

/// Elements whose content is not shown as text.
const UNSEEN: [&[u8]; 8] = [
    b"head",
    b"title",
    b"style",
    b"script",
    b"template",
    b"svg",
    b"object",
    b"iframe",
];

/// Elements without content, which have no end.
const VOID: [&[u8]; 13] = [
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"source",
    b"track", b"wbr",
];

/// Elements with a blank line around them.
const PARAGRAPHS: [&[u8]; 15] = [
    b"p",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"table",
    b"blockquote",
    b"pre",
    b"dl",
    b"figure",
    b"section",
    b"article",
    b"fieldset",
];

/// Elements on lines of their own.
const LINES: [&[u8]; 17] = [
    b"div",
    b"tr",
    b"dt",
    b"dd",
    b"center",
    b"address",
    b"header",
    b"footer",
    b"main",
    b"nav",
    b"aside",
    b"form",
    b"figcaption",
    b"caption",
    b"legend",
    b"body",
    b"option",
];

/// Lists and tables inside each other, of which more are not told apart.
const DEEPEST: usize = 100;

impl Writer<'_> {
    fn event(&mut self, event: &CallbackEvent<'_>) {
        match *event {
            CallbackEvent::OpenStartTag { name } => {
                let mut buffer = std::mem::take(&mut self.tag.name);
                buffer.clear();
                buffer.extend_from_slice(name);
                self.tag = Tag {
                    name: buffer,
                    attribute: std::mem::take(&mut self.tag.attribute),
                    ..Tag::default()
                };
            }
            CallbackEvent::AttributeName { name } => {
                self.tag.attribute.clear();
                self.tag.attribute.extend_from_slice(name);
                self.tag.hides |= name == b"hidden";
            }
            CallbackEvent::AttributeValue { value } => self.tag.value(value),
            CallbackEvent::CloseStartTag { .. } => {
                let name = std::mem::take(&mut self.tag.name);
                self.open(&name);
                self.tag.name = name;
            }
            CallbackEvent::EndTag { name } => self.close(name),
            CallbackEvent::String { value } if self.hidden.is_none() => {
                self.text(&String::from_utf8_lossy(value));
            }
            CallbackEvent::String { .. }
            | CallbackEvent::Comment { .. }
            | CallbackEvent::Doctype { .. }
            | CallbackEvent::Error(_) => {}
        }
    }

    fn open(&mut self, name: &[u8]) {
        if let Some((hidden, depth)) = &mut self.hidden {
            // A body begins where a head was not closed.
            if hidden == b"head" && name == b"body" {
                self.hidden = None;
            } else {
                *depth += usize::from(hidden == name);
                return;
            }
        }
        if VOID.contains(&name) {
            match name {
                b"br" => {
                    let next = if self.space == Space::Line {
                        Space::Paragraph
                    } else {
                        Space::Line
                    };
                    self.space = self.space.max(next);
                }
                b"hr" => {
                    self.space(Space::Paragraph);
                    self.text("---");
                    self.space(Space::Paragraph);
                }
                b"img" if !self.tag.hides => {
                    if let Some(alt) = self.tag.alt.take() {
                        self.text(&alt);
                    }
                }
                _ => {}
            }
            return;
        }
        if self.tag.hides || UNSEEN.contains(&name) {
            self.hidden = Some((name.to_vec(), 1));
            return;
        }
        match name {
            b"a" => {
                self.end_link();
                let address = self.tag.href.take();
                self.link = address.map(|address| Link { address, text: None });
            }
            b"ul" | b"ol" => {
                let inner = if self.lists.is_empty() {
                    Space::Paragraph
                } else {
                    Space::Line
                };
                self.space(inner);
                if self.lists.len() < DEEPEST {
                    self.lists.push((name == b"ol").then_some(0));
                }
            }
            b"li" => {
                self.space(Space::Line);
                self.mark.clear();
                for _ in 1..self.lists.len() {
                    self.mark.push_str("  ");
                }
                match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        self.mark.push_str(&number.to_string());
                        self.mark.push_str(". ");
                    }
                    _ => self.mark.push_str("- "),
                }
            }
            b"table" => {
                self.block(name);
                if self.tables.len() < DEEPEST {
                    self.tables.push(self.tag.is_presentation);
                }
            }
            b"pre" => {
                self.block(name);
                self.preformatted += 1;
            }
            _ => self.block(name),
        }
    }

    fn close(&mut self, name: &[u8]) {
        if let Some((hidden, depth)) = &mut self.hidden {
            if hidden == name {
                *depth -= 1;
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return;
        }
        match name {
            b"a" => self.end_link(),
            b"ul" | b"ol" => {
                self.lists.pop();
                self.mark.clear();
                self.space(if self.lists.is_empty() {
                    Space::Paragraph
                } else {
                    Space::Line
                });
            }
            b"li" => {
                self.mark.clear();
                self.space(Space::Line);
            }
            b"table" => {
                self.tables.pop();
                self.block(name);
            }
            b"pre" => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.block(name);
            }
            _ => self.block(name),
        }
    }

    /// What stands at the beginning and at the end of an element.
    fn block(&mut self, name: &[u8]) {
        if PARAGRAPHS.contains(&name) {
            self.space(Space::Paragraph);
        } else if LINES.contains(&name) {
            self.space(Space::Line);
        } else if matches!(name, b"td" | b"th") {
            // Where a table arranges the page, its cells are parts of that; else they are one line.
            let arranges = self.tables.last() != Some(&false);
            self.space(if arranges { Space::Line } else { Space::Blank });
        }
    }

    fn space(&mut self, space: Space) {
        self.space = self.space.max(space);
    }

    fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '\n' if self.preformatted > 0 => {
                    self.put("");
                    self.out.push('\n');
                }
                // Where a word may be parted, and what has no width.
                '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
                _ if letter.is_whitespace() && self.preformatted > 0 => self.put(" "),
                _ if letter.is_whitespace() || letter.is_control() => self.space(Space::Blank),
                _ => self.put(letter.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// Writes what comes before a text, and the text.
    fn put(&mut self, text: &str) {
        if self.out.len() > self.start {
            self.out.push_str(match self.space {
                Space::Nothing => "",
                Space::Blank => " ",
                Space::Line => "\n",
                Space::Paragraph => "\n\n",
            });
        }
        self.space = Space::Nothing;
        self.out.push_str(&self.mark);
        self.mark.clear();
        if let Some(link) = &mut self.link {
            link.text.get_or_insert(self.out.len());
        }
        self.out.push_str(text);
    }

    /// Writes the address of a link behind its text.
    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let Some(from) = link.text else {
            // A picture without words.
            self.put("<");
            self.out.push_str(&link.address);
            self.out.push('>');
            return;
        };
        let text = &self.out[from..];
        let shown = link
            .address
            .strip_prefix("mailto:")
            .or(link.address.strip_prefix("tel:"));
        if text == link.address || Some(text) == shown {
            return;
        }
        // A picture and the headline below it lead to the same place and often say the same.
        if let Some(last) = &self.last
            && last.address == link.address
            && last.text == text
            && self.out[last.end..from].trim().is_empty()
        {
            self.out.truncate(last.end);
            return;
        }
        let text = text.to_owned();
        self.out.push_str(" <");
        self.out.push_str(&link.address);
        self.out.push('>');
        self.last = Some(Written {
            address: link.address,
            text,
            end: self.out.len(),
        });
    }
}

impl Tag {
    fn value(&mut self, value: &[u8]) {
        let text = String::from_utf8_lossy(value);
        match &*self.attribute {
            b"href" => {
                let address: String = text
                    .chars()
                    .filter(|it| !it.is_whitespace() && !it.is_control() && !matches!(it, '<' | '>'))
                    .collect();
                self.href = Schemes::allow_everywhere(&address).then_some(address);
            }
            b"alt" => self.alt = Some(text.into_owned()),
            b"role" => self.is_presentation = matches!(text.trim(), "presentation" | "none"),
            b"style" => {
                let declarations = text.split(';').filter_map(|it| it.split_once(':'));
                self.hides |= declarations.into_iter().any(|(name, value)| {
                    let (name, value) = (name.trim(), value.trim());
                    name.eq_ignore_ascii_case("display")
                        && value
                            .split_whitespace()
                            .next()
                            .is_some_and(|it| it.eq_ignore_ascii_case("none"))
                });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn says(page: &str, expected: &str) {
        let mut out = "before|".to_owned();
        super::write(page, &mut out);
        assert_eq!(out.strip_prefix("before|"), Some(expected), "{page}");
    }

    #[test]
    fn tags_become_lines() {
        says("", "");
        says("  one\n two&nbsp;three ", "one two three");
        says(
            "<p>one</p><p>two<br>three<br><br>four</p>",
            "one\n\ntwo\nthree\n\nfour",
        );
        says("<div>one<div>two</div></div>three", "one\ntwo\nthree");
        says("<h1>A</h1>b<hr>c", "A\n\nb\n\n---\n\nc");
        says("a<b>b</b> <i>c</i>&shy;d", "ab cd");
        says("<pre>a\n  b</pre>c", "a\n  b\n\nc");
    }

    #[test]
    fn lists_have_marks() {
        says("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc");
        says(
            "<ol><li><p>a</p></li><li>b<ul><li>c</li></ul></li></ol>",
            "1. a\n\n2. b\n  - c",
        );
        says("<ul><li></li></ul>a", "a");
    }

    #[test]
    fn cells_are_one_line_where_the_table_is_one() {
        says(
            "<table role=presentation><tr><td>a</td><td><table><tr><th>b</th><td>1</td></tr><tr><th>c</th><td>2</td></tr></table></td></tr></table>",
            "a\n\nb 1\nc 2",
        );
    }

    #[test]
    fn links_keep_their_addresses() {
        says(
            r#"<a href="https://x.example/?a=1&amp;b=2">See</a>."#,
            "See <https://x.example/?a=1&b=2>.",
        );
        says(
            r#"<a href="https://x.example">https://x.example</a>"#,
            "https://x.example",
        );
        says(r#"<a href="mailto:a@x.example">a@x.example</a>"#, "a@x.example");
        says(
            r##"<a href="#top">Top</a> <a href="/x">x</a> <a href="javascript:x">y</a> <a>z</a>"##,
            "Top x y z",
        );
        says(
            r#"<a href="https://x.example"><img src="x.png" alt=""></a>"#,
            "<https://x.example>",
        );
        says(
            r#"<a href="https://x.example"><img alt="Lamp"></a> <h2><a href="https://x.example">Lamp</a></h2> <a href="https://x.example">More</a>"#,
            "Lamp <https://x.example>\n\nMore <https://x.example>",
        );
        says(
            r#"<a href="https://x.example">never closed"#,
            "never closed <https://x.example>",
        );
    }

    #[test]
    fn what_is_not_seen_is_left_out() {
        says(
            "<html><head><title>T</title><style>p{}</style></head><body><script>x<p></script>a<!-- b --><template><p>c</p></template></body>",
            "a",
        );
        says("<head><meta charset=utf-8><body>a", "a");
        says(
            r#"<div style="max-height:0; DISPLAY : none !important">a<div>b</div>c</div>d<p hidden>e</p><img alt="f" hidden>"#,
            "d",
        );
        says(
            "<!--[if mso]><p>a</p><![endif]--><!--[if !mso]><!--><p>b</p><!--<![endif]-->",
            "b",
        );
    }

    #[test]
    fn broken_pages_are_read_somehow() {
        says("</p></ul></table></a></li>a <", "a <");
        says("a<p", "a");
        says("<div hidden>a", "");
        says(&"<ul>".repeat(10_000), "");
        says(&"<table><tr><td>".repeat(10_000), "");
    }
}
