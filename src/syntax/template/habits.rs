//! Habits from other template languages and from word processors inside of tags: what to write instead.

use crate::{
    diagnostic::{Code, Diagnostic},
    span::Span,
    syntax::{
        grammar::Rule,
        scan::{Token, TokenKind},
    },
};

/// What came along with copied text: curly quotes, invisible characters, and quotes inside of quotes.
pub(super) fn of_copied_text(source: u32, text: &str, tokens: &[Token]) -> Option<Diagnostic> {
    for (index, token) in tokens.iter().enumerate() {
        let written = token.text(text);
        if token.kind == TokenKind::Symbol && is_curly(written) {
            return Some(
                Diagnostic::new(Code::ForeignSyntax, format!("`{written}` does not begin a text"))
                    .label(token.span(source), "a curly quote")
                    .help(
                        "write straight quotes, `\"…\"` or `'…'`; word processors turn them into curly ones"
                            .to_owned(),
                    ),
            );
        }
        if let Some(letter) = written.chars().next().filter(|it| is_invisible(*it)) {
            let number = u32::from(letter);
            return Some(
                Diagnostic::new(
                    Code::ForeignSyntax,
                    format!("an invisible character, U+{number:04X}"),
                )
                .label(token.span(source), "it stands here")
                .help("delete it: it came along with copied text".to_owned()),
            );
        }
        let next = tokens.get(index + 1);
        if token.kind == TokenKind::Text
            && let Some(next) = next.filter(|it| it.start == token.end && it.kind == TokenKind::Word)
            && tokens.iter().any(|it| it.kind == TokenKind::Unclosed)
        {
            let quote = &written[..1];
            let other = if quote == "'" { "\"" } else { "'" };
            let begin = &written[1..written.len() - 1];
            let word = next.text(text);
            let mend = format!("write `{other}{begin}{quote}{word} …{other}`, or `\\{quote}` inside of it");
            let place = Span::new(source, token.end - 1, token.end);
            return Some(
                Diagnostic::new(Code::Syntax, "a text that ends too soon")
                    .label(place, "this quote ends it")
                    .help(mend),
            );
        }
    }
    None
}

fn is_curly(symbol: &str) -> bool {
    matches!(symbol, "“" | "”" | "„" | "‘" | "’" | "«" | "»")
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// How to write what stands where something else was expected, at that offset.
pub(super) fn mend(rule: Rule, text: &str, tokens: &[Token], at: usize) -> Option<String> {
    let index = tokens.iter().position(|it| it.start as usize == at)?;
    let word = |index: Option<usize>| {
        let token = index.and_then(|it| tokens.get(it));
        token.map_or("", |it| it.text(text))
    };
    let (found, before) = (word(Some(index)), word(index.checked_sub(1)));
    let before_that = word(index.checked_sub(2));
    let rest = text[at..].trim();
    let write = |mend: &str| format!("write `{mend}`");
    match rule {
        Rule::placeholder | Rule::assign_tag if before_that == "|" => {
            // A filter and its arguments without the colon.
            let arguments = rest.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
            let literal = tokens[index].kind == TokenKind::Text || tokens[index].kind == TokenKind::Number;
            match arguments {
                Some(arguments) => Some(format!("write `{before}: {arguments}`")),
                None if literal => Some(format!("write `{before}: {rest}`")),
                None => None,
            }
        }
        Rule::placeholder if found == "$" => {
            Some("write the name alone, as in `{{ first_name }}`".to_owned())
        }
        Rule::placeholder if rest.starts_with("??") => {
            let value = text[..at].trim_end();
            let fallback = rest[2..].trim_start();
            Some(format!("write `{value} | default: {fallback}`"))
        }
        Rule::placeholder if found == "," => Some("filters stand behind `|`".to_owned()),
        Rule::placeholder if found == "=" => {
            Some("to give a name a value write `{% assign x = … %}`".to_owned())
        }
        Rule::assign_tag if found == "=" && before == "=" => Some("write one `=`".to_owned()),
        Rule::assign_tag if index == 1 => Some(format!("write `{{% assign {before} = … %}}`")),
        Rule::for_tag if found == "," && index == 1 => Some(
            "a loop has one variable: write `{% for item in … %}`, and `item.name` for its fields".to_owned(),
        ),
        Rule::for_tag if matches!(before, "limit" | "offset") => {
            let value = rest.trim_start_matches(['=', ' ']);
            let value = value.split_whitespace().next().unwrap_or("3");
            Some(format!("write `{before}: {value}`"))
        }
        Rule::for_tag if !text.contains('(') => bare_range(text, tokens).map(|(range, _)| write(&range)),
        // No argument of a filter is a range.
        Rule::placeholder | Rule::assign_tag if found == "." && !text[..at].contains('|') => {
            let (range, dots) = bare_range(text, tokens)?;
            (at == dots || at == dots + 1).then(|| write(&range))
        }
        Rule::if_tag if matches!(found, "then" | ":" | "{") => Some(format!("leave `{found}` out")),
        _ => None,
    }
}

/// A range without its parentheses, as it is to be written, and where its dots are.
fn bare_range(text: &str, tokens: &[Token]) -> Option<(String, usize)> {
    let is_dot = |token: &Token| token.text(text) == ".";
    let dots = tokens
        .windows(2)
        .position(|two| two.iter().all(is_dot) && two[0].end == two[1].start)?;
    let is_operand = |token: &Token| match token.kind {
        TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::QuotedName => true,
        TokenKind::Symbol => matches!(token.text(text), "." | "-"),
        TokenKind::Open | TokenKind::Close => matches!(token.text(text), "[" | "]"),
        TokenKind::Unclosed => false,
    };
    // An operand goes on as long as nothing stands between its tokens.
    let (before, behind) = (&tokens[..dots], &tokens[dots + 2..]);
    let (mut from, mut to) = (before.last()?.end, behind.first()?.start);
    let (from_end, to_start) = (from as usize, to as usize);
    for token in before.iter().rev().take_while(|it| is_operand(it)) {
        if token.end == from {
            from = token.start;
        }
    }
    for token in behind.iter().take_while(|it| is_operand(it)) {
        if token.start == to {
            to = token.end;
        }
    }
    let (from, to) = (
        text.get(from as usize..from_end)?,
        text.get(to_start..to as usize)?,
    );
    // Three dots, two ranges or brackets cut through are none; nor is one whose end goes on with a sum.
    let is_whole = |end: &str| {
        let is_cut = end.starts_with('.') || end.ends_with('.') || end.contains("..");
        !end.is_empty() && !is_cut && end.matches('[').count() == end.matches(']').count()
    };
    let goes_on = behind.iter().find(|it| it.start as usize >= to_start + to.len());
    let goes_on = goes_on.is_some_and(|it| matches!(it.text(text), "+" | "-" | "*" | "/" | "]" | "["));
    (is_whole(from) && is_whole(to) && !goes_on)
        .then(|| (format!("({from}..{to})"), tokens[dots].start as usize))
}
