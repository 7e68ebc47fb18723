//! Tags that are none: what to write instead.

use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    span::Span,
};

/// All tags, for suggestions.
pub(super) const TAGS: [&str; 26] = [
    "if",
    "elsif",
    "else",
    "endif",
    "unless",
    "endunless",
    "case",
    "when",
    "endcase",
    "for",
    "endfor",
    "break",
    "continue",
    "assign",
    "capture",
    "endcapture",
    "echo",
    "render",
    "inputs",
    "liquid",
    "skip",
    "comment",
    "endcomment",
    "raw",
    "endraw",
    "abort_message",
];

/// Tags of Liquid and its kin that are refused on purpose: whether each is a block, and what to write instead.
const REFUSED: [(&str, bool, &str, &str); 13] = [
    (
        "include",
        false,
        "it would see and change every name of this template",
        "write `{% render \"name\", title: title %}` with what the partial needs",
    ),
    (
        "tablerow",
        true,
        "mail programs differ in what they make of its cells",
        "write the rows out, with `{% for … %}` and `forloop.index`",
    ),
    (
        "increment",
        false,
        "it counts in names of its own that look like those of `assign`",
        "in a loop take `forloop.index`, elsewhere `{% assign n = n + 1 %}`",
    ),
    (
        "decrement",
        false,
        "it counts in names of its own that look like those of `assign`",
        "in a loop take `forloop.rindex`, elsewhere `{% assign n = n - 1 %}`",
    ),
    (
        "cycle",
        false,
        "which value comes next depends on all that was shown before",
        "choose by `forloop.index`, as in `{% if forloop.first %}`, or write the values out",
    ),
    (
        "ifchanged",
        true,
        "it compares with what the round before has shown",
        "keep the last value: `{% if x != last %}` … `{% endif %}{% assign last = x %}`",
    ),
    (
        "layout",
        false,
        "a template is no page inside another",
        "capture the content and give it to a partial: `{% render \"layout\", content: content %}`",
    ),
    (
        "section",
        false,
        "there are no sections",
        "write `{% render \"name\" %}`",
    ),
    (
        "block",
        true,
        "a template is no page inside another",
        "capture the content and give it to a partial: `{% render \"layout\", content: content %}`",
    ),
    (
        "extends",
        false,
        "a template is no page inside another",
        "capture the content and give it to a partial: `{% render \"layout\", content: content %}`",
    ),
    (
        "macro",
        true,
        "a template defines no functions",
        "write a partial and `{% render \"name\", title: title %}`",
    ),
    (
        "import",
        false,
        "a template defines no functions",
        "write a partial and `{% render \"name\", title: title %}`",
    ),
    (
        "with",
        true,
        "it only gives a name",
        "write `{% assign name = … %}`",
    ),
];

/// Blocks of other template languages whose ends are told with their beginnings.
const BLOCKS: [&str; 5] = ["set", "foreach", "switch", "while", "autoescape"];

/// Whether that is the word of a tag.
pub(super) fn is_tag(word: &str) -> bool {
    TAGS.contains(&word)
}

/// What to say of a tag that is none, where that block is the innermost, and the block that it would begin.
pub(super) fn foreign(
    word: &str,
    span: Span,
    name: Span,
    inner: Option<&str>,
) -> (Diagnostic, Option<&'static str>) {
    if let Some((word, block, reason, help)) = REFUSED.iter().find(|(known, ..)| *known == word) {
        let diagnostic = Diagnostic::new(Code::Unsupported, format!("the tag `{word}` is not supported"))
            .label(span, *reason)
            .help((*help).to_owned());
        return (diagnostic, block.then_some(word));
    }
    if matches!(word, "endcomment" | "endraw") {
        return (outside(word, &word[3..], span), None);
    }
    let end = inner.map(|block| format!("write `{{% end{block} %}}`"));
    let instead = match word {
        "elseif" | "elif" | "elsieif" => "write `{% elsif … %}`",
        "end" | "fi" => end.as_deref().unwrap_or("leave it out: no block is open"),
        "default" | "otherwise" => "write `{% else %}`",
        "while" => "write `{% for i in (1..10) %}`, and `{% break %}` where it ends",
        "autoescape" => "leave it out: values are escaped by where they stand",
        "foreach" => "write `{% for item in items %}`",
        "set" | "let" => "write `{% assign name = … %}`",
        "print" => "write `{{ … }}`",
        "switch" => "write `{% case … %}`",
        "endliquid" => "`liquid` ends with its own `%}`",
        _ => "",
    };
    if !instead.is_empty() {
        let diagnostic = Diagnostic::new(Code::ForeignSyntax, format!("`{word}` is not a tag"))
            .label(span, "not of this language")
            .help(instead.to_owned());
        return (diagnostic, BLOCKS.into_iter().find(|it| *it == word));
    }
    let message = if word.is_empty() {
        "a tag without a name".to_owned()
    } else {
        format!("unknown tag `{word}`")
    };
    let diagnostic = Diagnostic::new(Code::Syntax, message)
        .label(name, "not a tag")
        .help(suggest::did_you_mean(word, TAGS));
    (diagnostic, None)
}

/// Placeholders as other template languages write their blocks.
pub(super) fn foreign_output(written: &str, span: Span) -> Option<Diagnostic> {
    let (message, help) = match written.chars().next()? {
        '#' | '/' | '^' => (
            "`{{# … }}` is not a block",
            "write `{% if … %}` … `{% endif %}`, or `{% for … %}` … `{% endfor %}`",
        ),
        '{' => ("three braces do not switch escaping off", "write `{{ … | raw }}`"),
        '>' => ("`{{> … }}` renders nothing", "write `{% render \"name\" %}`"),
        '!' if written.starts_with("!--") || written.starts_with("! ") => (
            "`{{! … }}` is no comment",
            "write `{% comment %}` … `{% endcomment %}`",
        ),
        _ => return None,
    };
    Some(
        Diagnostic::new(Code::ForeignSyntax, message)
            .label(span, "of another template language")
            .help(help.to_owned()),
    )
}

pub(super) fn outside(word: &str, of: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::UnbalancedTag, format!("`{word}` outside of `{of}`"))
        .label(span, "belongs to nothing")
        .help(match word {
            "when" => Some("write `{% case … %}` before it".to_owned()),
            "else" | "elsif" => Some("write `{% if … %}` before it".to_owned()),
            "endcomment" | "endraw" => Some("leave it out".to_owned()),
            _ => None,
        })
}
