//! What elements and attributes mean for a value that is put into them.

/// A name in lower case, cut at a length that no name with a meaning reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name(String);

impl Name {
    const LONGEST: usize = 64;

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn push(&mut self, byte: u8) {
        if self.0.len() < Self::LONGEST {
            // A byte beyond ASCII only has to keep the name from being one that we know.
            self.0.push(if byte.is_ascii() {
                byte.to_ascii_lowercase() as char
            } else {
                '\u{fffd}'
            });
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the text between an element's tags is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Tags and entities.
    Data,
    /// Entities only: `title`, `textarea`.
    RcData,
    /// Neither: `style`, `iframe` …
    RawText,
    Script,
    /// Everything to the end of the page.
    PlainText,
}

impl Mode {
    /// How what follows the start tag of this element is read.
    pub(super) fn after(element: &str) -> Self {
        match element {
            "title" | "textarea" => Self::RcData,
            "style" | "iframe" | "xmp" | "noembed" | "noframes" => Self::RawText,
            "script" => Self::Script,
            "plaintext" => Self::PlainText,
            _ => Self::Data,
        }
    }
}

/// What an attribute's value is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttributeKind {
    Text,
    Url,
    /// A URL whose page, script or object the reader's program loads and runs.
    Code,
    /// URLs with descriptors, separated by commas.
    UrlList,
    Style,
    Handler,
    /// A page of its own, or text whose meaning another attribute decides.
    Markup,
}

impl AttributeKind {
    pub(super) fn of(element: &str, attribute: &str) -> Self {
        let name = attribute.rsplit(':').next().unwrap_or(attribute);
        let name = name.strip_prefix("data-").unwrap_or(name);
        match name {
            "style" => Self::Style,
            "srcdoc" => Self::Markup,
            "content" | "http-equiv" if element == "meta" => Self::Markup,
            "srcset" | "imagesrcset" | "ping" | "archive" => Self::UrlList,
            // An animation writes its values into an attribute that it names elsewhere.
            "to" | "from" | "by" | "values" | "attributename" if is_animation(element) => Self::Markup,
            "href" | "src" | "action" | "formaction" | "cite" | "poster" | "background" | "data"
            | "manifest" | "icon" | "longdesc" | "profile" | "codebase" | "classid" | "usemap" | "lowsrc"
            | "dynsrc" | "base" => {
                if loads_code(element) {
                    Self::Code
                } else {
                    Self::Url
                }
            }
            _ if attribute.starts_with("on") || name.starts_with("on") => Self::Handler,
            _ => Self::Text,
        }
    }
}

fn is_animation(element: &str) -> bool {
    matches!(
        element,
        "animate" | "set" | "animatemotion" | "animatetransform" | "animatecolor"
    )
}

fn loads_code(element: &str) -> bool {
    matches!(
        element,
        "script" | "iframe" | "frame" | "object" | "embed" | "applet" | "base" | "link" | "param" | "portal"
    )
}
