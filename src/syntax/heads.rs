//! Where each definition begins, so that an error in one does not hide those of the others.

use super::{
    ast::ItemWord,
    scan::{Token, TokenKind, is_reserved},
};
use crate::diagnostic::suggest;

/// What the word at the head of a definition announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    Item(ItemWord),
    /// A slip for this keyword.
    Slip(&'static str),
}

/// The keywords of definitions, in the order of the manual.
const WORDS: [(&str, ItemWord); 14] = [
    ("customer", ItemWord::Customer),
    ("catalog", ItemWord::Catalog),
    ("event", ItemWord::Event),
    ("placement", ItemWord::Placement),
    ("trait", ItemWord::Trait),
    ("segment", ItemWord::Segment),
    ("message", ItemWord::Message),
    ("channel", ItemWord::Channel),
    ("campaign", ItemWord::Campaign),
    ("offer", ItemWord::Offer),
    ("holdout", ItemWord::Holdout),
    ("list", ItemWord::List),
    ("use", ItemWord::Use),
    ("test", ItemWord::Test),
];

impl Head {
    pub(super) fn of(word: &str) -> Option<Self> {
        let is = |keyword: &str| keyword.len() == word.len() && keyword.eq_ignore_ascii_case(word);
        let (_, item) = WORDS.iter().find(|(it, _)| is(it))?;
        Some(Self::Item(*item))
    }
}

/// The keyword that was probably meant.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    // Only words of nearly the same length can be near, and most texts have none of them.
    let is_near = |it: &&str| it.len().abs_diff(word.len()) <= word.len() / 3;
    suggest::nearest(word, WORDS.iter().map(|(it, _)| *it).filter(is_near))
}

/// The tokens of one definition: those from its head up to the next.
#[derive(Debug)]
pub(super) struct Chunk<'t> {
    /// `None` for what stands before the first definition.
    pub(super) head: Option<Head>,
    pub(super) tokens: &'t [Token],
}

/// Splits the tokens where definitions begin.
pub(super) fn split<'t>(text: &str, tokens: &'t [Token]) -> Vec<Chunk<'t>> {
    let mut chunks = Vec::new();
    let mut place = Place { text, tokens, at: 0 };
    let mut start = 0;
    let mut head = None;
    let mut depth = 0_usize;
    while let Some(&token) = tokens.get(place.at) {
        if let Some(found) = place.head(depth, head) {
            if place.at > 0 {
                chunks.push(Chunk {
                    head,
                    tokens: &tokens[start..place.at],
                });
            }
            start = place.at;
            head = Some(found);
            depth = 0;
            // What follows is the name, even where it is a keyword.
            let has_name = found != Head::Item(ItemWord::Customer) && place.next_is(TokenKind::Word);
            place.at += usize::from(has_name && !place.next_begins_definition());
        } else {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        place.at += 1;
    }
    if start < tokens.len() {
        chunks.push(Chunk {
            head,
            tokens: &tokens[start..],
        });
    }
    chunks
}

/// A token among the others.
///
/// Keywords are free as names, so what stands around a word decides whether it is the head of a definition.
struct Place<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
}

impl Place<'_> {
    fn token(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn next_is(&self, kind: TokenKind) -> bool {
        self.token(1).is_some_and(|it| it.kind == kind)
    }

    fn is_symbol(&self, ahead: usize, symbols: &[&str]) -> bool {
        self.token(ahead)
            .is_some_and(|it| symbols.contains(&it.text(self.text)))
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        self.token(ahead).is_some_and(|it| it.is(self.text, word))
    }

    fn is_name(&self, ahead: usize) -> bool {
        self.token(ahead).is_some_and(|it| match it.kind {
            TokenKind::QuotedName => true,
            TokenKind::Word => !is_reserved(it.text(self.text)),
            _ => false,
        })
    }

    /// Whether a definition begins at this token, `depth` brackets deep in one with the head `inside`.
    fn head(&self, depth: usize, inside: Option<Head>) -> Option<Head> {
        let token = self.tokens[self.at];
        if token.kind != TokenKind::Word {
            return None;
        }
        let before = self.at.checked_sub(1).map(|index| self.tokens[index]);
        let follows_dot = before.is_some_and(|it| it.text(self.text) == ".");
        if follows_dot {
            return None;
        }
        let follows = |word| before.is_some_and(|it| it.is(self.text, word));
        let is_audience = depth == 0
            && matches!(inside, Some(Head::Item(ItemWord::Message | ItemWord::Campaign)))
            && follows("for");
        if follows("in") || is_audience {
            let head = Head::of(token.text(self.text)).filter(|_| token.first_on_line)?;
            return self.is_whole(head).then_some(head);
        }
        let ended = || depth == 0 && self.may_end_before();
        let Some(head) = Head::of(token.text(self.text)) else {
            return self.slip(ended);
        };
        // An expression that goes on, on the same line, goes on with something called so.
        let is_offered = follows("for") && inside == Some(Head::Item(ItemWord::Offer));
        if depth == 0 && !token.first_on_line && (is_offered || !self.may_end_before()) {
            return None;
        }
        // A message names its channel, and a campaign has a holdout of its own.
        let at_margin = token.start == 0 || self.text.as_bytes()[token.start as usize - 1] == b'\n';
        let has_clauses = matches!(
            inside,
            Some(Head::Item(
                ItemWord::Message | ItemWord::Channel | ItemWord::Campaign
            ))
        );
        if depth > 0 && has_clauses {
            return (at_margin && self.is_whole(head)).then_some(head);
        }
        // A test has a customer of its own, in JSON.
        if depth > 0 && inside == Some(Head::Item(ItemWord::Test)) {
            let is_json = head == Head::Item(ItemWord::Customer) && !self.is_name(2);
            return (at_margin && self.is_whole(head) && !is_json).then_some(head);
        }
        let is_head = self.is_whole(head)
            || (ended() && (token.first_on_line || self.is_name(1) || self.is_start_without_name(head)))
            || ((at_margin || depth == 0 && token.first_on_line)
                && self.is_name(1)
                && !self.is_operator(1)
                && !self.next_begins_definition());
        is_head.then_some(head)
    }

    /// Whether this is the head of a definition that no expression and no block of fields contains, such as
    /// `segment name =`. A colon tells that `at` or `for` is the name of the next field.
    fn is_whole(&self, head: Head) -> bool {
        if head == Head::Item(ItemWord::Customer) {
            let is_open = self.is_word(1, "open");
            return self.is_symbol(1 + usize::from(is_open), &["{"]);
        }
        let is_text = |ahead: usize| self.token(ahead).is_some_and(|it| it.kind == TokenKind::Text);
        if head == Head::Item(ItemWord::Test) {
            return is_text(1) && self.is_word(2, "at") && !self.is_symbol(3, &[":"]);
        }
        if head == Head::Item(ItemWord::Holdout) {
            return self.next_is(TokenKind::Number);
        }
        if !self.is_name(1) {
            return false;
        }
        let mut next = 2 + usize::from(is_text(2));
        match head {
            Head::Item(ItemWord::Placement) => self.is_word(2, "of"),
            Head::Item(ItemWord::Catalog | ItemWord::Event | ItemWord::Channel) => {
                self.is_symbol(next, &["{"])
            }
            Head::Item(ItemWord::Use) => self.is_symbol(2, &["."]) && self.is_name(3),
            Head::Item(ItemWord::Segment | ItemWord::Trait | ItemWord::List) => {
                if self.is_word(next, "owner") && is_text(next + 1) {
                    next += 2;
                }
                self.is_symbol(next, &["="])
            }
            Head::Item(ItemWord::Message) => {
                if self.is_word(2, "for") && self.is_name(3) {
                    next = 4 + usize::from(is_text(4));
                }
                self.is_symbol(next, &["{"])
            }
            Head::Item(ItemWord::Campaign) => {
                if self.is_word(2, "for") && self.is_name(3) {
                    next = 4 + usize::from(is_text(4));
                }
                if self.is_word(next, "owner") && is_text(next + 1) {
                    next += 2;
                }
                self.is_symbol(next, &["{"])
            }
            Head::Item(ItemWord::Offer) => {
                self.is_symbol(next, &["{"])
                    || self.is_word(next, "for") && !self.is_symbol(next + 1, &[":"])
                    || self.is_word(next, "at")
                        && self.is_word(next + 1, "most")
                        && self
                            .token(next + 2)
                            .is_some_and(|it| it.kind == TokenKind::Number)
                        && self.is_word(next + 3, "in")
            }
            _ => false,
        }
    }

    /// Whether what follows begins a body, or the name is a reserved word.
    fn is_start_without_name(&self, head: Head) -> bool {
        match head {
            Head::Item(ItemWord::Segment | ItemWord::Trait | ItemWord::List) => self.is_symbol(1, &["="]),
            Head::Item(ItemWord::Test) => self.next_is(TokenKind::Text),
            Head::Item(ItemWord::Use) | Head::Slip(_) => false,
            Head::Item(_) => self.is_symbol(1, &["{"]),
        }
    }

    /// A definition whose keyword is misspelled.
    fn slip(&self, ended: impl Fn() -> bool) -> Option<Head> {
        let token = self.tokens[self.at];
        let after_block = self.at > 0 && self.tokens[self.at - 1].text(self.text) == "}";
        let begins = (token.first_on_line || after_block)
            && ended()
            && self.token(1).is_some_and(|it| !it.first_on_line)
            && (self.is_name(1)
                && (self.is_symbol(2, &["=", "{"])
                    || self.is_word(2, "of")
                    || self.token(2).is_some_and(|it| it.kind == TokenKind::Text))
                || self.is_symbol(1, &["{"]));
        if !begins {
            return None;
        }
        nearest(token.text(self.text)).map(Head::Slip)
    }

    /// Whether the next token is the head of another definition, so that this one lacks its name.
    fn next_begins_definition(&self) -> bool {
        let next = Place {
            at: self.at + 1,
            ..*self
        };
        self.token(1).is_some_and(|it| it.first_on_line)
            && Head::of(self.tokens[next.at].text(self.text)).is_some_and(|head| next.is_whole(head))
    }

    /// Whether an expression, a block or a description may end before this token.
    fn may_end_before(&self) -> bool {
        let Some((last, before)) = self.tokens[..self.at].split_last() else {
            return true;
        };
        let text = self.text;
        let is_one_of = |words: &[&str]| words.iter().any(|it| last.is(text, it));
        let follows = |words: &[&str]| {
            before
                .last()
                .is_some_and(|token| words.iter().any(|it| token.is(text, it)))
        };
        match last.kind {
            TokenKind::Word if before.last().is_some_and(|token| token.text(text) == ".") => true,
            TokenKind::Word if is_one_of(&["case"]) => follows(&["ignoring"]),
            TokenKind::Word if is_reserved(last.text(text)) => {
                is_one_of(&["end", "true", "false", "now", "today"])
            }
            TokenKind::Word => !is_one_of(&LEADING),
            TokenKind::Number => !follows(&["least", "most", "exactly", "last", "next"]),
            TokenKind::Symbol => [";", "%"].contains(&last.text(text)),
            TokenKind::Open => false,
            _ => true,
        }
    }

    fn is_operator(&self, ahead: usize) -> bool {
        FOLLOWING.iter().any(|word| self.is_word(ahead, word))
    }
}

/// Words after which an expression goes on, though they may also be names.
const LEADING: [&str; 10] = [
    "contains",
    "with",
    "matches",
    "before",
    "after",
    "since",
    "within",
    "anniversary",
    "segment",
    "like",
];

/// Words with which an expression goes on, though they may also be names.
const FOLLOWING: [&str; 15] = [
    "contains",
    "starts",
    "ends",
    "matches",
    "before",
    "after",
    "since",
    "within",
    "anniversary",
    "ignoring",
    "followed",
    "yesterday",
    "tomorrow",
    "like",
    "ilike",
];
