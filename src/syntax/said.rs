//! What a test expects of messages: `message win_back_mail subject contains "Hola"`.

use pest::iterators::Pair;

use super::{
    ast::{Outcome, Said, SaidTest},
    definitions::Reader,
    expression::{Builder, next},
    grammar::Rule,
    scan::{Token, TokenKind},
};

/// Words with which a condition about something called `message` goes on.
const OPERATORS: [&str; 8] = [
    "contains", "starts", "ends", "matches", "before", "after", "since", "within",
];

/// Whether a word without backticks after `message` goes on with a condition.
pub(super) fn is_operator(word: &str) -> bool {
    OPERATORS.iter().any(|it| it.eq_ignore_ascii_case(word))
}

impl Reader<'_> {
    /// How many tokens there are of what a message must say, when the tokens begin with that.
    pub(super) fn said(&self, tokens: &[Token]) -> Option<usize> {
        let name = tokens
            .get(1)
            .filter(|it| !it.first_on_line && self.is_name(**it))?;
        let goes_on = name.kind == TokenKind::Word && is_operator(name.text(self.text));
        if !tokens[0].is(self.text, "message") || goes_on {
            return None;
        }
        let is = |index: usize, word: &str| tokens.get(index).is_some_and(|it| it.is(self.text, word));
        let is_text = |index: usize| {
            let token = tokens.get(index);
            token.is_some_and(|it| it.kind == TokenKind::Text && !it.first_on_line)
        };
        if is(2, "sent") && !is_text(3) {
            return Some(3);
        }
        if is(2, "skipped") {
            return Some(3 + usize::from(is_text(3)));
        }
        let rest = tokens.iter().enumerate().skip(2);
        for (index, token) in rest {
            if token.text(self.text) == "," || token.first_on_line && token.kind != TokenKind::Text {
                return Some(index);
            }
            if token.kind == TokenKind::Text {
                return Some(index + 1);
            }
        }
        Some(tokens.len())
    }
}

impl Builder<'_> {
    pub(super) fn said_of(&self, pair: Pair<'_, Rule>) -> Said {
        let mut parts = pair.into_inner().filter(|it| it.as_rule() != Rule::message_word);
        let message = self.name(&next(&mut parts));
        let mut outcome = Outcome::Sent;
        let mut named = None;
        for part in parts {
            match part.as_rule() {
                Rule::skipped_word => outcome = Outcome::Skipped(None),
                Rule::text => outcome = Outcome::Skipped(Some(self.text(&part))),
                Rule::name => named = Some(self.name(&part)),
                Rule::says => outcome = self.says(part),
                _ => {}
            }
        }
        if let Outcome::Says { part, .. } = &mut outcome {
            *part = named;
        }
        Said { message, outcome }
    }

    fn says(&self, pair: Pair<'_, Rule>) -> Outcome {
        let mut negated = false;
        let mut test = SaidTest::Is;
        let mut wanted = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::negation => negated = true,
                Rule::says_word => {
                    test = match part.as_str().as_bytes()[0].to_ascii_lowercase() {
                        b'c' => SaidTest::Contains,
                        b's' => SaidTest::StartsWith,
                        b'e' => SaidTest::EndsWith,
                        _ => SaidTest::Is,
                    }
                }
                _ => wanted = Some(self.text(&part)),
            }
        }
        Outcome::Says {
            part: None,
            negated,
            test,
            text: wanted.expect("the grammar asks for a text"),
        }
    }
}
