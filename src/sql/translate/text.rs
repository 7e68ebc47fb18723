//! Texts: parts of them, and their differences of case.

use std::sync::Arc;

use super::{
    Maybe, Test, Translator, Val,
    fragment::{Part, Sql, sql},
};
use crate::{
    hir::{Expr, ExprKind, TextTest},
    value::{Value, fold},
};

/// The letters with the property `White_Space`.
pub(in crate::sql) const WHITE_SPACE: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\
    \u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// Letters, each with the one that stands in its place.
type Letters = Vec<(char, char)>;

impl Translator<'_> {
    /// Whether a text has a pattern in it, at its start or at its end.
    pub(super) fn text_has(
        &mut self,
        asks: TextTest,
        text: Sql,
        constant: Option<&str>,
        pattern: Sql,
    ) -> Test {
        let encoding = self.encoding;
        Test::of(match (asks, constant) {
            (_, Some("")) => sql![text.operand(), " IS NOT NULL"],
            (TextTest::Contains, _) => encoding.contains(text, pattern),
            (TextTest::StartsWith, Some(start)) => {
                let text = self.bind(text, "text");
                if let Some(end) = following(start) {
                    let (from, to) = (
                        sql![&text, " >= ", pattern],
                        sql![&text, " < ", Arc::<str>::from(end)],
                    );
                    Sql::joined(vec![from.comparison(), to.comparison()], &Part::And)
                } else {
                    sql![text, " >= ", pattern]
                }
            }
            (TextTest::StartsWith, None) => {
                encoding.starts_with(&mut |sql| self.bind(sql, "pattern"), text, pattern)
            }
            (TextTest::EndsWith, _) => {
                encoding.ends_with(&mut |sql| self.bind(sql, "pattern"), text, pattern)
            }
        })
    }

    /// What follows the last `@`; null without one.
    pub(super) fn domain(&mut self, text: Sql) -> Sql {
        let text = self.bind(text, "address");
        let encoding = self.encoding;
        let has = encoding.contains(text.clone(), sql!["'@'"]);
        let domain = encoding.after_last(&mut |sql| self.bind(sql, "address"), text);
        sql!["CASE WHEN ", has, " THEN ", domain, " END"].maybe()
    }

    /// A text beside a folded constant: the text as it is, the letters that have to be replaced in it, and the constant. Only letters that the constant
    /// has matter: every other letter is none of them, folded or not. None where the text is a constant, too.
    pub(super) fn unfolded_beside(
        &mut self,
        lhs: &Expr,
        rhs: &Expr,
    ) -> Maybe<Option<(Sql, Letters, String)>> {
        let ((ExprKind::Folded(inner), ExprKind::Constant(Value::Text(pattern)))
        | (ExprKind::Constant(Value::Text(pattern)), ExprKind::Folded(inner))) = (&lhs.kind, &rhs.kind)
        else {
            return Some(None);
        };
        let text = self.value(inner)?;
        let of_text = |text: Val| (text.sql, letters(pattern.chars()), pattern.to_string());
        Some(text.constant.is_none().then(|| of_text(text)))
    }

    /// The same beside constants that are folded.
    pub(super) fn unfolded(&mut self, operand: &Expr, set: &[Value]) -> Maybe<Option<(Sql, Letters)>> {
        let ExprKind::Folded(inner) = &operand.kind else {
            return Some(None);
        };
        let text = self.value(inner)?;
        if text.constant.is_some() {
            return Some(None);
        }
        let texts = set.iter().filter_map(|it| match it {
            Value::Text(text) => Some(text),
            _ => None,
        });
        Some(Some((text.sql, letters(texts.flat_map(|it| it.chars())))))
    }
}

/// The letters that stand for those of a folded text, in the order of their code points.
fn letters(folded: impl Iterator<Item = char>) -> Letters {
    let mut wanted: Vec<char> = folded.collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut letters: Letters = wanted
        .into_iter()
        .flat_map(|to| fold::stands_for(to).map(move |from| (from, to)))
        .collect();
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// The first text that comes after all that start with this one, if there is one.
fn following(start: &str) -> Option<String> {
    let mut letters: Vec<char> = start.chars().collect();
    while let Some(last) = letters.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            char::MAX => None,
            last => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_with_a_text_lies_before_the_following_one() {
        assert_eq!(following("abc").as_deref(), Some("abd"));
        assert_eq!(following("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(following("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(following("\u{10ffff}"), None);
    }

    #[test]
    fn all_letters_of_a_folding_are_replaced() {
        assert_eq!(letters("k".chars()), [('K', 'k'), ('\u{212a}', 'k')]);
        assert_eq!(letters("σσ".chars()), [('Σ', 'σ'), ('ς', 'σ')]);
        for code in 0..=u32::from(char::MAX) {
            let Some(letter) = char::from_u32(code) else {
                continue;
            };
            let folded = fold::letter(letter);
            assert!(
                folded == letter || fold::stands_for(folded).any(|it| it == letter),
                "{letter}"
            );
        }
    }

    #[test]
    fn white_space_is_what_rust_says_it_is() {
        let all: String = (0..=u32::from(char::MAX))
            .filter_map(char::from_u32)
            .filter(|it| it.is_whitespace())
            .collect();
        assert_eq!(all, WHITE_SPACE);
    }
}
