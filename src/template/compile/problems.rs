//! What is said of places where no value is safe, and of branches that do not fit.

use crate::{
    diagnostic::{Code, Diagnostic},
    span::Span,
    template::context::{Misfit, Position, Unsafe},
};

/// A round of a loop that ends in another place than it began.
pub(super) fn unlike_rounds(begin: &Position, end: &Position, span: Span) -> Diagnostic {
    let is_json = matches!(begin, Position::Json(_));
    let (message, help) = if is_json {
        (
            "a round of the loop ends in another place of the JSON than it began",
            "put the same number of items and commas into each round",
        )
    } else {
        (
            "a round of the loop ends in another place of the page than it began",
            "open and close tags, quotes and comments in the same round",
        )
    };
    let tag = Span {
        end: span.start + 2,
        ..span
    };
    Diagnostic::new(Code::BranchContext, message)
        .label(
            tag,
            format!("begins {}, ends {}", begin.describe(), end.describe()),
        )
        .help(help.to_owned())
}

pub(super) fn misfits(misfit: Misfit, here: Span, found: Option<char>) -> Diagnostic {
    let (message, label, help) = match misfit {
        Misfit::Json(expected) => {
            let help = "no comma stands behind the last item: in a loop write `{% unless forloop.last %},{% endunless %}`";
            let help = (matches!(found, Some(']' | '}')) && !expected.contains('`')).then(|| help.to_owned());
            return Diagnostic::new(Code::InvalidJson, "this is no JSON")
                .label(here, expected)
                .help(help);
        }
        Misfit::SchemeFromValue => (
            "a placeholder would become the scheme of a URL",
            "this colon makes a scheme of the value before it",
            "write the scheme out, as in `https://…`",
        ),
        Misfit::EndOfComment => (
            "a placeholder at the edge of a conditional comment",
            "a value that ends in `--` and this would end the comment",
            "leave a blank between them, or put the value in quotes",
        ),
    };
    Diagnostic::new(Code::UnsafePlace, message)
        .label(here, label)
        .help(help.to_owned())
}

pub(super) fn unsafe_place(reason: Unsafe, position: &Position, span: Span) -> Diagnostic {
    let attribute = position.attribute();
    let (message, help) = match reason {
        Unsafe::Script => (
            "a placeholder in a script".to_owned(),
            "no escaping is safe there; put the value into an attribute such as `data-name=\"…\"` and read it from the script",
        ),
        Unsafe::Style => (
            "a placeholder in a style, outside of the value of a declaration".to_owned(),
            "numbers and words may follow the colon, as in `width: {{ percent }}%`; otherwise choose between classes with `{% if … %}`",
        ),
        Unsafe::RawText => (
            "a placeholder in text that is read without entities".to_owned(),
            "put it outside of this element",
        ),
        Unsafe::Handler => (
            format!("a placeholder in the event handler `{attribute}`"),
            "handlers are scripts; put the value into an attribute such as `data-name=\"…\"`",
        ),
        Unsafe::Unquoted => (
            format!("a placeholder in the attribute `{attribute}` without quotes"),
            "put the value in quotes: `name=\"{{ … }}\"`",
        ),
        Unsafe::AttributeName => (
            "a placeholder among the attributes of a tag".to_owned(),
            "write the name out: `name=\"{{ … }}\"`, and choose with `{% if … %}`",
        ),
        Unsafe::Tag => (
            "a placeholder in a tag".to_owned(),
            "write the tag out, and choose with `{% if … %}`",
        ),
        Unsafe::Markup => (
            format!("a placeholder in `{attribute}`, which is read as more than text"),
            "write its value out",
        ),
        Unsafe::UrlList => (
            format!("a placeholder in `{attribute}`, which holds several URLs"),
            "write one URL in `src`",
        ),
        Unsafe::CodeUrl => (
            format!("a placeholder at the start of `{attribute}`, from where code or a page is loaded"),
            "write the scheme and the host out: `https://…/`",
        ),
        Unsafe::Scheme => (
            "a placeholder in a URL whose scheme is not known to be safe".to_owned(),
            "begin with `https:`, `http:`, `mailto:`, `tel:` or a path, or let the placeholder be the whole URL",
        ),
        Unsafe::UnclearUrl => (
            "a placeholder in a URL that begins in different ways on different branches".to_owned(),
            "write the whole attribute in each branch",
        ),
        Unsafe::Comment => (
            "a placeholder at the edge of a comment".to_owned(),
            "leave a blank before it",
        ),
        Unsafe::ConditionalComment => (
            "a placeholder in the condition of a conditional comment".to_owned(),
            "write the condition out",
        ),
        Unsafe::Declaration => (
            "a placeholder in a declaration".to_owned(),
            "write the declaration out",
        ),
        Unsafe::JsonName => (
            "a placeholder in the name of a member".to_owned(),
            "write the name out, in double quotes",
        ),
        Unsafe::JsonPlace => (
            format!("a placeholder {}", position.describe()),
            "it may stand inside a text in quotes, or where a whole value stands",
        ),
    };
    Diagnostic::new(Code::UnsafePlace, message)
        .label(span, "no value is safe here")
        .help(help.to_owned())
}
