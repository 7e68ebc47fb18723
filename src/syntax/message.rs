//! Messages, read clause by clause, so that an error in one does not hide those of the others.

use pest::iterators::Pair;

use super::{
    ast::{Clause, ClauseKind, Content, Item, ItemKind, Message, Name, Text},
    definitions::Reader,
    expression::{Builder, next},
    grammar::Rule,
    literal,
    scan::{Token, TokenKind},
};
use crate::diagnostic::{Diagnostic, suggest};

/// What the end of a clause is called.
const END: &str = "the end of the clause";

/// The words that clauses begin with, but for the names of parts.
const WORDS: [&str; 5] = ["channel", "transactional", "inputs", "languages", "unsubscribe"];

impl Reader<'_> {
    /// The message that these tokens are. All that is wrong with its clauses is reported.
    pub(super) fn message(&mut self, tokens: &[Token]) -> Option<Item> {
        let head = (Rule::message_head, "a channel and what it says");
        let body = self.braces(tokens, head, Builder::message_head);
        let mut right = body.right;
        let mut clauses = Vec::new();
        let mut rest = body.inner;
        while let Some(length) = self.clause_length(rest) {
            let piece;
            (piece, rest) = rest.split_at(length);
            if piece[0].text(self.text) == "," {
                continue;
            }
            match self.clause(piece) {
                Some(clause) => clauses.push(clause),
                None => right = false,
            }
        }
        let (name, audience, description) = body.head?;
        let span = tokens
            .first()?
            .span(self.source)
            .to(tokens.last()?.span(self.source));
        let message = Message {
            name,
            audience,
            description,
            clauses,
        };
        right.then_some(Item {
            span,
            kind: ItemKind::Message(message),
        })
    }

    /// How many tokens the first clause has, or 1 for a comma. It ends at a comma, and where a line begins that does not go on with it.
    fn clause_length(&self, tokens: &[Token]) -> Option<usize> {
        if tokens.first()?.text(self.text) == "," {
            return Some(1);
        }
        let mut depth = 0_usize;
        for (index, token) in tokens.iter().enumerate() {
            if index > 0 && depth == 0 {
                let is_comma = token.text(self.text) == ",";
                if is_comma || token.first_on_line && self.begins_clause(tokens, index) {
                    return Some(index);
                }
            }
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Some(tokens.len())
    }

    /// Whether the token that a line begins with begins another clause.
    fn begins_clause(&self, tokens: &[Token], index: usize) -> bool {
        let (before, line) = tokens.split_at(index);
        let is = |token: Token, word: &str| token.is(self.text, word);
        let goes_on = self.asks_for_more(before)
            || self.goes_on(line)
            || is(line[0], "by") && is(before[0], "languages") && !before.iter().any(|it| is(*it, "by"))
            || is(line[0], "from") && self.is_part_without_content(before);
        is_name(line[0]) && !goes_on
    }

    /// Whether the tokens are the name of a part alone, also with a language, and not a clause already.
    fn is_part_without_content(&self, tokens: &[Token]) -> bool {
        if tokens.len() == 1 && tokens[0].is(self.text, "transactional") {
            return false;
        }
        let is_mark = |token: Option<&Token>| token.is_none_or(|it| [".", "-"].contains(&it.text(self.text)));
        tokens
            .chunks(2)
            .all(|pair| is_name(pair[0]) && is_mark(pair.get(1)))
    }

    fn clause(&mut self, piece: &[Token]) -> Option<Clause> {
        let before = self.diagnostics.len();
        let clause = self.parse(Rule::lone_clause, piece, END, Builder::clause);
        let help = self.diagnostics.get(before).filter(|it| it.help.is_empty());
        if let Some(help) = help.and_then(|error| self.help_with(piece, error)) {
            self.diagnostics[before].help.push(help);
        }
        clause
    }

    /// How to mend a clause that was not legible.
    fn help_with(&self, piece: &[Token], error: &Diagnostic) -> Option<String> {
        let first = piece[0].text(self.text);
        let at = piece.iter().position(|it| it.start == error.span().start)?;
        let found = piece[at].text(self.text);
        if at == 1 && [":", "="].contains(&found) {
            return Some(format!("leave it out: `{first} …`"));
        }
        if at == 1 && !WORDS.contains(&first) {
            return suggest::did_you_mean(first, WORDS);
        }
        let expects_end = error.message.contains(&format!("{END}, found"));
        expects_end.then(|| "clauses end at a comma or a new line".to_owned())
    }
}

impl Builder<'_> {
    fn message_head(&self, pair: Pair<'_, Rule>) -> (Name, Option<Name>, Option<Text>) {
        let mut names = Vec::new();
        let mut description = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(self.name(&part)),
                Rule::description => description = Some(self.only_text(part)),
                _ => {}
            }
        }
        let mut names = names.into_iter();
        let name = names.next().expect("a message has a name");
        (name, names.next(), description)
    }

    fn clause(&self, pair: Pair<'_, Rule>) -> Clause {
        let span = self.span(&pair);
        let pair = next(&mut pair.into_inner());
        let rule = pair.as_rule();
        let mut parts = pair.into_inner().filter(|it| !is_word(it.as_rule()));
        let kind = match rule {
            Rule::channel => ClauseKind::Channel(self.name(&next(&mut parts))),
            Rule::transactional => ClauseKind::Transactional,
            Rule::inputs => ClauseKind::Inputs(self.block(next(&mut parts))),
            Rule::languages => {
                let tags = next(&mut parts).into_inner();
                let tags = tags.filter(|it| it.as_rule() == Rule::text);
                ClauseKind::Languages {
                    tags: tags.map(|it| self.text(&it)).collect(),
                    by: self.expr(next(&mut parts)),
                }
            }
            Rule::unsubscribe => ClauseKind::Unsubscribe(parts.map(|it| self.name(&it)).collect()),
            Rule::most => {
                let number = next(&mut next(&mut parts).into_inner());
                let count = literal::amount(number.as_str()).unwrap_or_else(|flaw| {
                    self.flaw(&number, flaw);
                    0
                });
                let unit = self.name(&next(&mut parts));
                ClauseKind::AtMost { count, unit }
            }
            _ => self.part(parts),
        };
        Clause { span, kind }
    }

    fn part<'i>(&self, mut parts: impl Iterator<Item = Pair<'i, Rule>>) -> ClauseKind {
        let name = self.name(&next(&mut parts));
        let mut language = None;
        let mut is_file = false;
        let mut text = None;
        for part in parts {
            match part.as_rule() {
                Rule::language => {
                    language = Some(Text {
                        span: self.span(&part),
                        text: part.as_str().into(),
                    });
                }
                Rule::from_word => is_file = true,
                _ => text = Some(self.text(&part)),
            }
        }
        let text = text.expect("a part has a text");
        ClauseKind::Part {
            name,
            language,
            content: if is_file {
                Content::File(text)
            } else {
                Content::Text(text)
            },
        }
    }
}

fn is_name(token: Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::QuotedName)
}

/// The marks of a clause, which say nothing once it is known which one it is.
fn is_word(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::channel_word
            | Rule::inputs_word
            | Rule::languages_word
            | Rule::by_word
            | Rule::unsubscribe_word
            | Rule::dot
    )
}
