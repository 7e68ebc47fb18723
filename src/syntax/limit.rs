//! The limits on a source text, checked before pest sees it.

use crate::{
    diagnostic::{Code, Diagnostic},
    limits::Limits,
    span::Span,
    syntax::scan::{Token, TokenKind},
};

/// The source is too long to look at.
pub(super) fn check_length(source: u32, text: &str, limits: &Limits) -> Result<(), Diagnostic> {
    if text.len() <= limits.source_bytes.min(u32::MAX as usize) {
        return Ok(());
    }
    Err(Diagnostic::new(
        Code::Limit,
        format!(
            "the source has {} bytes, more than the limit of {}",
            text.len(),
            limits.source_bytes
        ),
    )
    .label(Span::new(source, 0, 0), "in this source"))
}

/// An open bracket or `case`, with what makes the tree deeper on its level.
struct Level {
    token: Token,
    is_case: bool,
    /// Operators since the last sibling began: each may hold the next as its operand.
    pending: usize,
    /// `between`s whose `and` is still to come.
    betweens: usize,
    items: usize,
}

/// Checks nesting, list items and the number of words, literals and operators of one definition.
///
/// The depth counted here is never less than half that of the tree: brackets, `case`s, and operators that hold each
/// other. What `and`, `or`, a comma or the words of a `case` separate stands side by side.
pub(super) fn check_tokens(
    source: u32,
    text: &str,
    tokens: &[Token],
    limits: &Limits,
) -> Result<(), Diagnostic> {
    let Some(&first) = tokens.first() else {
        return Ok(());
    };
    let level = |token, is_case| Level {
        token,
        is_case,
        pending: 0,
        betweens: 0,
        items: 0,
    };
    let mut levels = vec![level(first, false)];
    let mut outer_depth = 0;
    let mut nodes = 0;
    for &token in tokens {
        let current = levels.last_mut().expect("the first level is never popped");
        match token.kind {
            TokenKind::Open => {
                outer_depth += current.pending;
                levels.push(level(token, false));
            }
            TokenKind::Close => {
                while levels.len() > 1 {
                    let closed = levels.pop().expect("there are at least two");
                    outer_depth -= levels.last().expect("there was one more").pending;
                    if !closed.is_case {
                        break;
                    }
                }
            }
            TokenKind::Symbol => match token.text(text) {
                "," => {
                    current.pending = 0;
                    current.items += 1;
                    if current.items >= limits.list_items && current.token.text(text) == "[" {
                        return Err(too_many_items(source, current.token, token, limits));
                    }
                }
                "+" | "-" | "*" | "/" | "!" => {
                    current.pending += 1;
                    nodes += 1;
                }
                "." => {}
                _ => nodes += 1,
            },
            TokenKind::Word => {
                nodes += 1;
                let word = token.text(text);
                let is = |keyword: &str| word.len() == keyword.len() && word.eq_ignore_ascii_case(keyword);
                if is("and") && current.betweens > 0 {
                    current.betweens -= 1;
                } else if is("and") || is("or") || is("when") || is("then") || is("else") {
                    current.pending = 0;
                    current.betweens = 0;
                } else if is("not") || is("where") {
                    current.pending += 1;
                } else if is("between") {
                    current.betweens += 1;
                } else if is("case") {
                    outer_depth += current.pending;
                    levels.push(level(token, true));
                } else if is("end") && current.is_case {
                    levels.pop();
                    outer_depth -= levels.last().expect("a case is never the first level").pending;
                }
            }
            TokenKind::Number | TokenKind::Text | TokenKind::QuotedName | TokenKind::Unclosed => nodes += 1,
        }
        let pending = levels.last().expect("the first level is never popped").pending;
        if levels.len() - 1 + outer_depth + pending > limits.nesting {
            return Err(too_deep(source, token, limits));
        }
        if nodes > limits.nodes {
            return Err(too_long(source, first, limits));
        }
    }
    Ok(())
}

fn too_deep(source: u32, token: Token, limits: &Limits) -> Diagnostic {
    Diagnostic::new(
        Code::Limit,
        format!("nested deeper than {} levels", limits.nesting),
    )
    .label(token.span(source), "one level too many")
    .help("give a part of it a name of its own, as a trait or a segment".to_owned())
}

fn too_many_items(source: u32, open: Token, comma: Token, limits: &Limits) -> Diagnostic {
    Diagnostic::new(
        Code::Limit,
        format!("a list of more than {} items", limits.list_items),
    )
    .label(open.span(source), "this list")
    .label(comma.span(source), "the limit is reached here")
}

fn too_long(source: u32, first: Token, limits: &Limits) -> Diagnostic {
    Diagnostic::new(
        Code::Limit,
        format!("a definition of more than {} words and operators", limits.nodes),
    )
    .label(first.span(source), "it begins here")
    .help("give a part of it a name of its own, as a trait or a segment".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::scan::scan;

    #[track_caller]
    fn depth(text: &str) -> usize {
        let scan = scan(0, text);
        (0..100)
            .find(|nesting| {
                let limits = Limits {
                    nesting: *nesting,
                    ..Limits::default()
                };
                check_tokens(0, text, &scan.tokens, &limits).is_ok()
            })
            .expect("not deeper than 100")
    }

    #[test]
    fn brackets_and_operators_count_together() {
        for (text, expected) in [
            ("a", 0),
            ("(a)", 1),
            ("((a)) and ((b))", 2),
            ("not not a", 2),
            ("not a and not b", 1),
            ("a + b + c", 2),
            ("a + b + (c)", 3),
            ("(a + b) and c", 2),
            ("f(a + b, c + d)", 2),
            ("case when a then (b) else c end", 2),
            ("not not x between 1 and (2)", 3),
            ("any a where any b where c", 2),
            ("any a where (b) and any c where (d)", 2),
            (")))) (a)", 1),
            ("(case when a) and (b)", 2),
        ] {
            assert_eq!(depth(text), expected, "{text}");
        }
    }
}
