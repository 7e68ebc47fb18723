//! `test` blocks: a customer in JSON and what must hold for it, read piece by piece.

use pest::iterators::Pair;

use super::{
    ast::{Expr, ExprKind, Item, ItemKind, Json, JsonKind, JsonMember, Test, TestPart, TestPartKind, Text},
    definitions::Reader,
    error,
    expression::{Builder, expr},
    grammar::Rule,
    scan::{Token, TokenKind, is_reserved},
};
use crate::diagnostic::{Code, Diagnostic};

/// What the end of an expectation is called.
const END: &str = "the end of the expectation";

/// A definition with braces.
pub(super) struct Braces<'k, T> {
    pub(super) head: Option<T>,
    pub(super) inner: &'k [Token],
    /// Whether there was nothing to report of the braces and of what follows them.
    pub(super) right: bool,
}

impl<'t> Reader<'t> {
    /// The test that these tokens are. All that is wrong with its pieces is reported.
    pub(super) fn test(&mut self, tokens: &[Token]) -> Option<Item> {
        let head = (Rule::test_head, "a customer and what must hold for it");
        let body = self.braces(tokens, head, Builder::test_head);
        let mut right = body.right;
        let mut parts = Vec::new();
        let mut rest = body.inner;
        while let Some(length) = self.piece(rest) {
            let piece;
            (piece, rest) = rest.split_at(length);
            if piece[0].text(self.text) == "," {
                continue;
            }
            match self.part(piece) {
                Some(part) => parts.push(part),
                None => right = false,
            }
        }
        let (name, at, zone) = body.head?;
        let span = tokens
            .first()?
            .span(self.source)
            .to(tokens.last()?.span(self.source));
        let test = Test {
            name,
            at,
            zone,
            parts,
        };
        right.then_some(Item {
            span,
            kind: ItemKind::Test(test),
        })
    }

    /// What stands before the braces of a definition, and the tokens between them. What is wrong is reported.
    pub(super) fn braces<'k, T>(
        &mut self,
        tokens: &'k [Token],
        (rule, lacking): (Rule, &str),
        build: impl FnOnce(&Builder<'t>, Pair<'_, Rule>) -> T,
    ) -> Braces<'k, T> {
        let open = tokens.iter().position(|token| token.text(self.text) == "{");
        let open = open.unwrap_or(tokens.len());
        let mut braces = Braces {
            head: self.parse(rule, &tokens[..open], "`{`", build),
            inner: &[],
            right: false,
        };
        let Some(inner) = tokens.get(open + 1..) else {
            if braces.head.is_some() {
                let message = format!("expected `{{` with {lacking}");
                self.refuse(tokens[open - 1], &message, "it ends here");
            }
            return braces;
        };
        let Some(end) = self.closing(inner) else {
            self.diagnostics.push(error::unclosed_bracket(
                self.source,
                self.text,
                tokens[open],
                tokens[tokens.len() - 1],
            ));
            return braces;
        };
        braces.inner = &inner[..end];
        match inner.get(end + 1) {
            None => braces.right = true,
            Some(&next) => {
                let found = error::found(next.text(self.text));
                self.refuse(
                    next,
                    &format!("expected a definition, found {found}"),
                    "unexpected",
                );
            }
        }
        braces
    }

    fn refuse(&mut self, token: Token, message: &str, label: &str) {
        let diagnostic = Diagnostic::new(Code::Syntax, message).label(token.span(self.source), label);
        self.diagnostics.push(diagnostic);
    }

    /// Where the bracket that was opened before these tokens is closed.
    fn closing(&self, tokens: &[Token]) -> Option<usize> {
        let mut depth = 0_usize;
        for (index, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close if depth == 0 => {
                    return (token.text(self.text) == "}").then_some(index);
                }
                TokenKind::Close => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// How many tokens the first piece has: what is given, one expectation, or a comma between them.
    fn piece(&self, tokens: &[Token]) -> Option<usize> {
        let first = tokens.first()?;
        let start = match self.given(tokens) {
            _ if first.text(self.text) == "," => return Some(1),
            Some(start) => start,
            None => return Some(self.expectation(tokens)),
        };
        let mut depth = 0_usize;
        let end = tokens.iter().skip(start).position(|token| {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        Some(end.map_or(tokens.len(), |end| start + end + 1))
    }

    /// Where the JSON begins, when the tokens say what the test is given.
    fn given(&self, tokens: &[Token]) -> Option<usize> {
        let is = |index: usize, text: &str| tokens.get(index).is_some_and(|it| it.text(self.text) == text);
        let word = tokens.first()?;
        let one = ["customer", "population", "inputs"]
            .iter()
            .any(|it| word.is(self.text, it));
        if one && (is(1, "{") || is(1, "[")) {
            return Some(1);
        }
        let named = ["catalog", "placement"].iter().any(|it| word.is(self.text, it))
            && tokens.get(1).is_some_and(|it| self.is_name(*it));
        (named && (is(2, "[") || is(2, "{"))).then_some(2)
    }

    pub(super) fn is_name(&self, token: Token) -> bool {
        match token.kind {
            TokenKind::QuotedName => true,
            TokenKind::Word => !is_reserved(token.text(self.text)),
            _ => false,
        }
    }

    /// How many tokens `in lapsed` or `not in lapsed` has, when the tokens begin with it.
    fn membership(&self, tokens: &[Token]) -> Option<usize> {
        let is = |index: usize, word: &str| tokens.get(index).is_some_and(|it| it.is(self.text, word));
        let name = |index: usize| {
            let token = tokens.get(index).filter(|token| self.is_name(**token));
            token.is_some_and(|token| !token.first_on_line)
        };
        let start = usize::from(is(0, "not"));
        if !is(start, "in") {
            return None;
        }
        let is_sample = is(start + 1, "sample")
            && tokens
                .get(start + 2)
                .is_some_and(|it| it.kind == TokenKind::Number);
        let end = if is(start + 1, "segment") && name(start + 2) {
            start + 3
        } else if name(start + 1) && !is_sample {
            start + 2
        } else {
            return None;
        };
        let goes_on = is(end, "and") || is(end, "or");
        (!goes_on).then_some(end)
    }

    /// How many tokens the first expectation has. It ends at a comma, and where a line begins that does not go on with it.
    fn expectation(&self, tokens: &[Token]) -> usize {
        if let Some(length) = self.said(tokens).or_else(|| self.membership(tokens)) {
            return length;
        }
        let mut depth = 0_usize;
        for (index, token) in tokens.iter().enumerate() {
            let text = token.text(self.text);
            if index > 0 && depth == 0 {
                let is_new_line = token.first_on_line && !self.asks_for_more(&tokens[..index]);
                if text == "," || is_new_line && !self.goes_on(&tokens[index..]) {
                    return index;
                }
            }
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        tokens.len()
    }

    /// Whether an expression cannot end with the last of these tokens.
    pub(super) fn asks_for_more(&self, tokens: &[Token]) -> bool {
        let Some((last, before)) = tokens.split_last() else {
            return false;
        };
        let is = |token: &Token, words: &[&str]| words.iter().any(|word| token.is(self.text, word));
        match last.kind {
            TokenKind::Word if is(last, &["case"]) => !before.last().is_some_and(|it| is(it, &["ignoring"])),
            TokenKind::Word => {
                is_reserved(last.text(self.text)) && !is(last, &["end", "true", "false", "now", "today"])
            }
            TokenKind::Symbol => last.text(self.text) != "%",
            _ => false,
        }
    }

    /// Whether the expression before goes on at the beginning of this line. `in` and `not` begin another expectation.
    pub(super) fn goes_on(&self, line: &[Token]) -> bool {
        let is = |index: usize, word: &str| line.get(index).is_some_and(|it| it.is(self.text, word));
        let words = [
            "and", "or", "is", "between", "where", "of", "when", "then", "else", "end",
        ];
        match line[0].kind {
            TokenKind::Word => words.iter().any(|word| is(0, word)) || is(0, "followed") && is(1, "by"),
            TokenKind::Symbol => line[0].text(self.text) != "-",
            TokenKind::Close => true,
            _ => false,
        }
    }

    fn part(&mut self, piece: &[Token]) -> Option<TestPart> {
        let (first, last) = (piece.first()?, piece.last()?);
        let span = first.span(self.source).to(last.span(self.source));
        let kind = match self.given(piece) {
            Some(start) => {
                let end = "the end of the JSON";
                let json = self.parse(Rule::lone_json, &piece[start..], end, Builder::json)?;
                match start {
                    1 if first.is(self.text, "population") => TestPartKind::Population(json),
                    1 if first.is(self.text, "inputs") => TestPartKind::Inputs(json),
                    1 => TestPartKind::Customer(json),
                    _ if first.is(self.text, "placement") => {
                        TestPartKind::Placement(self.name_of(piece[1])?, json)
                    }
                    _ => TestPartKind::Catalog(self.name_of(piece[1])?, json),
                }
            }
            None if self.said(piece).is_some() => {
                TestPartKind::Said(self.parse(Rule::lone_said, piece, END, Builder::said_of)?)
            }
            None if self.membership(piece).is_some() => {
                let membership = self.parse(Rule::lone_membership, piece, END, Builder::membership)?;
                TestPartKind::Expectation(membership)
            }
            None => {
                let before = self.diagnostics.len();
                let condition = self.parse(Rule::lone_expectation, piece, END, Builder::expr);
                if let Some(error) = self.diagnostics.get_mut(before)
                    && error.message.contains(END)
                    && error.help.is_empty()
                {
                    error.help.push(
                        "write each expectation on a line of its own, or a comma between them".to_owned(),
                    );
                }
                let condition = condition?;
                TestPartKind::Expectation(condition)
            }
        };
        Some(TestPart { span, kind })
    }
}

impl Builder<'_> {
    fn test_head(&self, pair: Pair<'_, Rule>) -> (Text, Expr, Option<Text>) {
        let mut parts = pair.into_inner().filter(|it| it.as_rule() != Rule::test_word);
        let name = self.text(&parts.next().expect("a test has a name"));
        let at = parts
            .find(|it| it.as_rule() != Rule::at_word)
            .expect("a test has a moment");
        let at = self.settle(self.primary(at));
        let zone = parts.find(|it| it.as_rule() == Rule::zone).map(|zone| {
            let text = zone.into_inner().find(|it| it.as_rule() == Rule::text);
            self.text(&text.expect("a zone has a name"))
        });
        (name, at, zone)
    }

    fn membership(&self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let mut negated = false;
        let mut name = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::negation => negated = true,
                Rule::name => name = Some(self.name(&part)),
                _ => {}
            }
        }
        let name = name.expect("the grammar asks for a segment");
        expr(span, ExprKind::InSegment { name, negated })
    }

    fn json(&self, pair: Pair<'_, Rule>) -> Json {
        let inner = pair.into_inner().next().expect("JSON is one value");
        let span = self.span(&inner);
        let kind = match inner.as_rule() {
            Rule::json_record => {
                let members = inner.into_inner().filter(|it| it.as_rule() == Rule::json_member);
                JsonKind::Record(members.map(|member| self.member(member)).collect())
            }
            Rule::json_list => {
                let items = inner.into_inner().filter(|it| it.as_rule() == Rule::json);
                JsonKind::List(items.map(|item| self.json(item)).collect())
            }
            Rule::json_text => {
                self.json_text(&inner);
                JsonKind::Plain(inner.as_str().into())
            }
            _ => JsonKind::Plain(inner.as_str().into()),
        };
        Json { span, kind }
    }

    fn member(&self, pair: Pair<'_, Rule>) -> JsonMember {
        let span = self.span(&pair);
        let mut parts = pair.into_inner().filter(|it| it.as_rule() != Rule::colon);
        let name = parts.next().expect("a member has a name");
        JsonMember {
            span,
            name: self.json_text(&name).into(),
            written: name.as_str().into(),
            value: self.json(parts.next().expect("a member has a value")),
        }
    }

    /// The text without its escapes; what is wrong with them is reported.
    fn json_text(&self, pair: &Pair<'_, Rule>) -> String {
        serde_json::from_str(pair.as_str()).unwrap_or_else(|error| {
            // The column is of the text alone, and says less than the picture.
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or_default();
            let diagnostic = Diagnostic::new(Code::Syntax, format!("not a text of JSON: {what}"))
                .label(self.span(pair), "no such text in JSON");
            self.break_off(diagnostic);
            String::new()
        })
    }
}
