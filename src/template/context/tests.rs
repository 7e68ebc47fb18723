//! The reduced tokenizer against html5gum, and what each place of a page asks for.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use proptest::prelude::*;

use super::{Context, Escape, Misfit, Mode, Quote, State, Unsafe};

fn at_end_of(page: &str) -> Context {
    let mut context = Context::new();
    let _ = context.advance(page);
    context
}

#[test]
fn each_place_has_its_escaping() {
    use Escape::{Comment, Html, UrlPart, UrlPartNoSlash, UrlWhole};
    for (page, expected) in [
        ("", Ok(Html)),
        ("<p>", Ok(Html)),
        ("<title>", Ok(Html)),
        ("<textarea> <b ", Ok(Html)),
        ("<p title=\"", Ok(Html)),
        ("<p title = 'a", Ok(Html)),
        ("<a href=\"", Ok(UrlWhole)),
        ("<A HREF='\n ", Ok(UrlWhole)),
        ("<img data-src=\"", Ok(UrlWhole)),
        ("<v:roundrect xlink:href=\"", Ok(UrlWhole)),
        ("<a href=\"https://shop.example/", Ok(UrlPart)),
        ("<a href=\"?q=", Ok(UrlPart)),
        ("<a href=\"/", Ok(UrlPartNoSlash)),
        ("<a href=\"https://", Ok(UrlPartNoSlash)),
        ("<a href=\"mailto:", Ok(UrlPartNoSlash)),
        ("<a href=\"java", Err(Unsafe::Scheme)),
        ("<a href=\"javascript:", Err(Unsafe::Scheme)),
        ("<a href=\"java&#115;cript:", Err(Unsafe::Scheme)),
        ("<a href=\"data:text/html,", Err(Unsafe::Scheme)),
        ("<script src=\"", Err(Unsafe::CodeUrl)),
        ("<script src=\"https://", Err(Unsafe::CodeUrl)),
        ("<script src=\"https://cdn.example/a.js?v=", Ok(UrlPart)),
        ("<script>", Err(Unsafe::Script)),
        ("<script>var a = '</scr", Err(Unsafe::Script)),
        ("<style>", Err(Unsafe::Style)),
        ("<style> p { color: ", Ok(Escape::Css)),
        ("<style> p { color: red } ", Err(Unsafe::Style)),
        ("<style> p { color: </style> ", Ok(Html)),
        ("<iframe>", Err(Unsafe::RawText)),
        ("<p style=\"", Err(Unsafe::Style)),
        ("<p style=\"color:", Ok(Escape::Css)),
        ("<p style=\"background: url(", Err(Unsafe::Style)),
        ("<p style=\"color:\" title=\"", Ok(Html)),
        ("<p onclick=\"", Err(Unsafe::Handler)),
        ("<iframe srcdoc=\"", Err(Unsafe::Markup)),
        ("<meta http-equiv=\"refresh\" content=\"", Err(Unsafe::Markup)),
        ("<img srcset=\"", Err(Unsafe::UrlList)),
        ("<p title=", Err(Unsafe::Unquoted)),
        ("<p title=a", Err(Unsafe::Unquoted)),
        ("<p ", Err(Unsafe::AttributeName)),
        ("<p title", Err(Unsafe::AttributeName)),
        ("<p title=\"a\"", Err(Unsafe::AttributeName)),
        ("<", Err(Unsafe::Tag)),
        ("</", Err(Unsafe::Tag)),
        ("<p", Err(Unsafe::Tag)),
        ("<title></ti", Err(Unsafe::Tag)),
        ("<!-- ", Ok(Comment)),
        ("<!--", Err(Unsafe::Comment)),
        ("<!-- -", Err(Unsafe::Comment)),
        ("<!--[if ", Err(Unsafe::ConditionalComment)),
        ("<!--[if mso]", Err(Unsafe::ConditionalComment)),
        ("<!--[if mso]>", Ok(Comment)),
        ("<!--[if mso]> <p>", Ok(Comment)),
        ("<!--[if mso]> <p title=\"", Ok(Comment)),
        ("<!--[if (gte mso 9)|(IE)]><v:rect href='", Ok(UrlWhole)),
        ("<!--[if mso]><a href=\"https://shop.example/", Ok(UrlPart)),
        ("<!--[if mso]><script>", Err(Unsafe::Script)),
        ("<!--[if mso]><p ", Err(Unsafe::AttributeName)),
        ("<!--[if mso]><p title=", Err(Unsafe::Unquoted)),
        ("<!--[if mso]><p style='width:", Ok(Escape::Css)),
        ("<!--[if mso]> <table> <![endif]--> <p>", Ok(Html)),
        ("<!--[if mso]> a --> <a href='", Ok(UrlWhole)),
        ("<!--[if !mso]><!--> <p>", Ok(Html)),
        ("<!DOCTYPE ", Err(Unsafe::Declaration)),
        ("<?xml ", Err(Unsafe::Declaration)),
        ("<p>a < b", Ok(Html)),
        ("<style>a{}</style>", Ok(Html)),
        ("<script><!-- <script> </script> ", Err(Unsafe::Script)),
        ("<script><!-- <script> </script> --></script> ", Ok(Html)),
    ] {
        assert_eq!(at_end_of(page).escape(), expected, "{page}");
    }
}

#[test]
fn a_value_cannot_become_a_scheme() {
    let mut context = at_end_of("<a href=\"");
    context.pass_value();
    assert_eq!(context.escape(), Ok(Escape::UrlWhole));
    assert_eq!(context.clone().advance("x:y"), Err((1, Misfit::SchemeFromValue)));
    assert_eq!(context.advance("/a:b"), Ok(()));
    assert_eq!(context.escape(), Ok(Escape::UrlPart));
}

#[test]
fn a_value_cannot_end_a_conditional_comment() {
    for (literal, expected) in [
        (">", Err((0, Misfit::EndOfComment))),
        ("->", Err((0, Misfit::EndOfComment))),
        ("!>", Err((0, Misfit::EndOfComment))),
        (" -->", Ok(())),
        ("</p>", Ok(())),
    ] {
        let mut context = at_end_of("<!--[if mso]><p>--");
        context.pass_value();
        assert_eq!(context.advance(literal), expected, "{literal}");
    }
}

#[test]
fn branches_join_where_the_rest_reads_the_same() {
    let joined = |one: &str, other: &str| at_end_of(one).join(&at_end_of(other)).map(|it| it.escape());
    assert_eq!(joined("<p>", "<a href='x'>"), Some(Ok(Escape::Html)));
    assert_eq!(joined("<a", "<a class=\"b\""), Some(Err(Unsafe::AttributeName)));
    assert_eq!(joined("<a", "<b"), None);
    assert_eq!(joined("<a", "</a "), None);
    assert_eq!(joined("<p title='", "<p title=\""), None);
    assert_eq!(joined("<p title='a", "<p title='b"), Some(Ok(Escape::Html)));
    assert_eq!(
        joined("<a href='", "<a href='https://x/"),
        Some(Err(Unsafe::UnclearUrl))
    );
    assert_eq!(
        joined("<a href='https://x/", "<a href='?"),
        Some(Ok(Escape::UrlPart))
    );
    assert_eq!(joined("", "<style>"), None);
    assert_eq!(joined("", "<!-- "), None);
    assert_eq!(
        joined("<p style='color:", "<p style='color: red;"),
        Some(Err(Unsafe::Style))
    );
    assert_eq!(
        joined("<p style='color:red;", "<p style='"),
        Some(Err(Unsafe::Style))
    );
    assert_eq!(joined("<style>a{b:", "<style>a{"), Some(Err(Unsafe::Style)));
    assert_eq!(
        joined("<!--[if mso]><p>", "<!--[if mso]><a>"),
        Some(Ok(Escape::Comment))
    );
    assert_eq!(joined("<!--[if mso]><p>", "<!--[if mso]><a"), None);
}

/// Text made of what matters to a tokenizer.
fn page() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<",
        ">",
        "/",
        "=",
        "\"",
        "'",
        " ",
        "\n",
        "-",
        "--",
        "!",
        "<!--",
        "-->",
        "--!>",
        "<!-",
        "<!doctype html",
        "<?",
        "a",
        "b",
        "é",
        "<p",
        "<p ",
        "</p>",
        "<a href=\"",
        "<a href='x'>",
        "title=",
        "class=\"c\"",
        "<title>",
        "</title>",
        "</title ",
        "<textarea>",
        "</textarea>",
        "<script>",
        "</script>",
        "<script",
        "script",
        "<style>",
        "</style>",
        "</styl",
        "<iframe>",
        "</iframe>",
        "<xmp>",
        "</xmp>",
        "<plaintext>",
        "&amp;",
        "&",
        "<!--[if mso]>",
        "<![endif]-->",
        "<![CDATA[",
        "]]>",
        "<br/>",
        "?",
        "<<",
        "</>",
        "<A B=C>",
        "<x y='\"'>",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn tokens(page: &str) -> Vec<Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(page, emitter)
        .flatten()
        .filter(|token| !matches!(token, Token::Error(_)))
        .collect()
}

/// Puts into `prefix` what must stay together if the place is the one that `context` says, and looks at the last token.
fn agrees(context: &Context, prefix: &str) -> Result<(), String> {
    let page = |rest: &str| tokens(&format!("{prefix}{rest}"));
    let ends_with = |text: &[u8], end: &str| text.ends_with(end.as_bytes());
    let tag = |token: Option<&Token>| matches!(token, Some(Token::StartTag(_) | Token::EndTag(_)));
    let fine = match context.state {
        State::Text if context.mode == Mode::Data => {
            let tokens = page("zq\"'>z<zqb>");
            matches!(&tokens[..], [.., Token::String(text), Token::StartTag(tag)]
                if ends_with(text, "zq\"'>z") && tag.name.as_slice() == b"zqb")
        }
        State::Text => {
            matches!(page("zq\"'>z<zqb>").last(), Some(Token::String(text)) if ends_with(text, "z<zqb>"))
        }
        State::Value(quote @ (Quote::Double | Quote::Single)) => {
            let (probe, close) = if quote == Quote::Double {
                ("zq'<>z", "\">")
            } else {
                ("zq\"<>z", "'>")
            };
            let name = context.attribute.as_str();
            // Of two attributes of one name the first counts, and an end tag has none.
            if context.closing || prefix.to_ascii_lowercase().matches(name).count() > 1 || !name.is_ascii() {
                tag(page(&format!("{probe}{close}")).last())
            } else {
                matches!(page(&format!("{probe}{close}")).last(), Some(Token::StartTag(tag))
                    if (!context.element.as_str().is_ascii() || tag.name.as_slice() == context.element.as_str().as_bytes())
                        && tag.attributes.get(name.as_bytes()).is_some_and(|value| ends_with(value, probe)))
            }
        }
        State::TagOpen
        | State::EndTagOpen
        | State::TagName
        | State::BeforeAttributeName
        | State::AttributeName
        | State::AfterAttributeName
        | State::BeforeValue
        | State::Value(Quote::None)
        | State::AfterValue
        | State::SelfClosing => tag(page("zq>").last()),
        State::Comment => {
            matches!(page("zq<>\"z-->").last(), Some(Token::Comment(text)) if ends_with(text, "zq<>\"z"))
        }
        state if state.is_comment() => matches!(page("zq-->").last(), Some(Token::Comment(_))),
        State::Declaration(_) | State::BogusComment | State::Doctype => {
            matches!(page("zq>").last(), Some(Token::Comment(_) | Token::Doctype(_)))
        }
        _ => matches!(page("zq").last(), Some(Token::String(text)) if ends_with(text, "zq")),
    };
    if fine {
        Ok(())
    } else {
        Err(format!("{prefix:?}: {context:?}: {:?}", page("zq>")))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn html5gum_reads_pages_in_the_same_way(page in page()) {
        let mut context = Context::new();
        for (position, letter) in page.char_indices() {
            prop_assert_eq!(agrees(&context, &page[..position]), Ok(()));
            let _ = context.advance(&page[position..position + letter.len_utf8()]);
        }
        prop_assert_eq!(agrees(&context, &page), Ok(()));
    }

    #[test]
    fn going_over_a_page_in_pieces_gives_the_same_context(page in page(), cut in any::<prop::sample::Index>()) {
        let mut cut = cut.index(page.len() + 1);
        while !page.is_char_boundary(cut) { cut -= 1 }
        let mut context = Context::new();
        let _ = context.advance(&page[..cut]);
        let _ = context.advance(&page[cut..]);
        prop_assert_eq!(context, at_end_of(&page));
    }
}
