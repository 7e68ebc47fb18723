//! Definitions: from the text of a file to its items, each parsed on its own.

use pest::{Parser, iterators::Pair};

use super::{
    ast::{Broken, Expr, Field, File, Item, ItemKind, ItemWord, Name, Role, Set, Text, Type, TypeKind},
    error::{self, Part},
    expression::{Builder, next},
    foreign,
    grammar::{Grammar, Rule},
    heads::{self, Chunk, Head},
    limit, literal,
    scan::{self, Token, TokenKind},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    limits::Limits,
    span::Span,
};

/// Reads all definitions of a source: those that are well, and what is wrong with the others.
///
/// Takes time linear in the length of the text, whatever it holds.
pub(crate) fn parse_file(source: u32, text: &str, limits: &Limits) -> (File, Vec<Diagnostic>) {
    let mut file = File::default();
    if let Err(diagnostic) = limit::check_length(source, text, limits) {
        return (file, vec![diagnostic]);
    }
    let scan = scan::scan(source, text);
    file.comments = scan.comments;
    file.blanks = scan.blanks;
    let chunks = heads::split(text, &scan.tokens);
    if let Some(chunk) = chunks.get(limits.definitions) {
        let message = format!("more than {} definitions", limits.definitions);
        let one_too_many = chunk.tokens[0].span(source);
        // The `customer` block may be among them: that it is not read is told by the limit.
        file.broken.push(Broken {
            kind: ItemWord::Customer,
            name: None,
            field: None,
        });
        return (
            file,
            vec![Diagnostic::new(Code::Limit, message).label(one_too_many, "one too many")],
        );
    }
    let mut reader = Reader {
        source,
        text,
        limits,
        file,
        diagnostics: Vec::new(),
    };
    for chunk in &chunks {
        reader.chunk(chunk);
        reader.diagnostics.truncate(MOST_DIAGNOSTICS);
    }
    reader.diagnostics.sort_by_key(Diagnostic::span);
    (reader.file, reader.diagnostics)
}

/// Nobody reads more, and a text of nothing but mistakes must not fill the memory.
const MOST_DIAGNOSTICS: usize = 10_000;

pub(super) struct Reader<'t> {
    pub(super) source: u32,
    pub(super) text: &'t str,
    limits: &'t Limits,
    file: File,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    fn chunk(&mut self, chunk: &Chunk<'_>) {
        let Some(&first) = chunk.tokens.first() else {
            return;
        };
        let word = match chunk.head {
            Some(Head::Item(word)) => word,
            Some(Head::Slip(word)) => {
                self.refuse_unknown(first);
                if let Some(Head::Item(word)) = Head::of(word) {
                    self.give_up(word, chunk.tokens);
                }
                return;
            }
            None => return self.refuse_unknown(first),
        };
        if self.diagnostics.len() >= MOST_DIAGNOSTICS {
            return self.give_up(word, chunk.tokens);
        }
        let before = self.diagnostics.len();
        let tokens = self.without_semicolons(chunk.tokens);
        if !self.is_legible(tokens) {
            return self.give_up(word, tokens);
        }
        let item = match word {
            ItemWord::Message => self.message(tokens),
            ItemWord::Channel => self.channel(tokens),
            ItemWord::Campaign => self.campaign(tokens),
            ItemWord::Test => self.test(tokens),
            _ => self.definition(tokens),
        };
        if let Some(item) = item {
            self.file.items.push(item);
        } else if matches!(word, ItemWord::Customer | ItemWord::Catalog | ItemWord::Event) {
            // What is wrong is found again, field by field.
            self.diagnostics.truncate(before);
            match self.block_by_fields(word, tokens) {
                Some(item) => self.file.items.push(item),
                None => self.give_up(word, tokens),
            }
        } else {
            self.give_up(word, tokens);
        }
    }

    fn give_up(&mut self, kind: ItemWord, tokens: &[Token]) {
        let is_named = !matches!(
            kind,
            ItemWord::Customer | ItemWord::Use | ItemWord::Test | ItemWord::Holdout
        );
        let name = tokens.get(1).filter(|_| is_named);
        let name = name.and_then(|token| self.name_of(*token));
        self.file.broken.push(Broken {
            kind,
            name,
            field: None,
        });
    }

    pub(super) fn name_of(&self, token: Token) -> Option<Name> {
        let written = token.text(self.text);
        let (text, quoted) = match token.kind {
            TokenKind::Word => (written, false),
            TokenKind::QuotedName => (written.trim_matches('`'), true),
            _ => return None,
        };
        Some(Name {
            span: token.span(self.source),
            text: text.into(),
            quoted,
        })
    }

    fn refuse_unknown(&mut self, first: Token) {
        let word = first.text(self.text);
        let help = heads::nearest(word).map(|near| format!("did you mean `{near}`?"));
        let diagnostic = Diagnostic::new(
            Code::Syntax,
            format!("expected a definition, found {}", error::found(word)),
        )
        .label(
            first.span(self.source),
            "expected `customer`, `catalog`, `event`, `placement`, `trait`, `segment`, `message`, `channel`, `campaign`, `offer`, `holdout`, `list`, `use` or `test`",
        )
        .help(help.or_else(|| foreign::comment(&self.text[first.start as usize..]).map(str::to_owned)));
        self.diagnostics.push(diagnostic);
    }

    /// Drops the `;` that other languages end with, and says so.
    fn without_semicolons<'c>(&mut self, mut tokens: &'c [Token]) -> &'c [Token] {
        let mut first = None;
        while let Some((last, rest)) = tokens.split_last()
            && last.text(self.text) == ";"
            && !rest.is_empty()
        {
            first = Some(last);
            tokens = rest;
        }
        self.diagnostics.extend(first.map(|it| {
            Diagnostic::new(Code::ForeignSyntax, "a definition ends without `;` here")
                .label(it.span(self.source), "leave it out")
        }));
        tokens
    }

    /// Reports what keeps pest from looking at these tokens.
    fn is_legible(&mut self, tokens: &[Token]) -> bool {
        let before = self.diagnostics.len();
        let mut rest = tokens.iter();
        while let Some(&token) = rest.next()
            && self.diagnostics.len() < MOST_DIAGNOSTICS + before
        {
            if token.kind == TokenKind::Unclosed {
                self.diagnostics
                    .push(scan::unclosed(self.source, self.text, token));
            } else if token.kind == TokenKind::Symbol && foreign::is_curly_quote(token.text(self.text)) {
                let end = rest.find(|it| it.first_on_line || foreign::is_curly_quote(it.text(self.text)));
                let end = end.filter(|it| !it.first_on_line).unwrap_or(&token);
                let span = token.span(self.source).to(end.span(self.source));
                self.diagnostics.push(foreign::curly_quotes(span));
            }
        }
        if let Err(diagnostic) = limit::check_tokens(self.source, self.text, tokens, self.limits) {
            self.diagnostics.push(diagnostic);
        }
        self.diagnostics.len() == before
    }

    /// The definition that these tokens are, or what is wrong with it.
    fn definition(&mut self, tokens: &[Token]) -> Option<Item> {
        self.parse(
            Rule::definition,
            tokens,
            "the end of the definition",
            Builder::item,
        )
    }

    /// Parses some tokens alone and builds a tree of the first pair inside of `rule`.
    pub(super) fn parse<T>(
        &mut self,
        rule: Rule,
        tokens: &[Token],
        end: &'static str,
        build: impl FnOnce(&Builder<'t>, Pair<'_, Rule>) -> T,
    ) -> Option<T> {
        let start = tokens.first()?.start;
        let text: &'t str = &self.text[start as usize..tokens.last()?.end as usize];
        let builder = Builder::new(self.source, start, text);
        let tree = match Grammar::parse(rule, &scan::without_comments(text, start, &self.file.comments)) {
            Ok(mut pairs) => {
                let inner = pairs.next().and_then(|pair| pair.into_inner().next());
                Some(build(&builder, inner.expect("the rule holds what is built")))
            }
            Err(error) => {
                let part = Part {
                    source: self.source,
                    text: self.text,
                    tokens,
                    end,
                };
                self.diagnostics.push(error::from_pest(&error, &part));
                None
            }
        };
        let broken = builder.broken.get();
        self.diagnostics.extend(builder.diagnostics.into_inner());
        tree.filter(|_| !broken)
    }

    /// A block with something wrong in it: the fields that are well, and what is wrong with the others.
    fn block_by_fields(&mut self, word: ItemWord, tokens: &[Token]) -> Option<Item> {
        let open = tokens.iter().position(|token| token.text(self.text) == "{");
        let Some(open) = open else {
            let diagnostic = self.parse(Rule::definition, tokens, "the end of the definition", |_, _| ());
            debug_assert!(diagnostic.is_none(), "a block has a brace");
            return None;
        };
        let head = self.parse(Rule::block_head, &tokens[..open], "`{`", Builder::item)?;
        let name = match &head.kind {
            ItemKind::Catalog { name, .. } | ItemKind::Event { name, .. } => Some(name.clone()),
            _ => None,
        };
        let (pieces, close) = fields(self.text, &tokens[open + 1..]);
        let mut good = Vec::new();
        for piece in pieces {
            let field = self.parse(Rule::lone_field, piece, error::END_OF_FIELD, Builder::field);
            match field {
                Some(field) => good.push(field),
                None => self.file.broken.push(Broken {
                    kind: word,
                    name: name.clone(),
                    field: piece.first().and_then(|token| self.name_of(*token)),
                }),
            }
        }
        match &tokens[open + 1..][close..] {
            [] => self.diagnostics.push(error::unclosed_bracket(
                self.source,
                self.text,
                tokens[open],
                tokens[tokens.len() - 1],
            )),
            [_] => {}
            [_, next, ..] => self.diagnostics.push(
                Diagnostic::new(
                    Code::Syntax,
                    format!(
                        "expected a definition, found {}",
                        error::found(next.text(self.text))
                    ),
                )
                .label(next.span(self.source), "unexpected"),
            ),
        }
        let span = tokens[0]
            .span(self.source)
            .to(tokens[tokens.len() - 1].span(self.source));
        let kind = match head.kind {
            ItemKind::Catalog {
                name, description, ..
            } => ItemKind::Catalog {
                name,
                description,
                fields: good,
            },
            ItemKind::Event {
                name, description, ..
            } => ItemKind::Event {
                name,
                description,
                fields: good,
            },
            ItemKind::Customer { open, .. } => ItemKind::Customer { open, fields: good },
            other => other,
        };
        Some(Item { span, kind })
    }
}

/// Splits the tokens after a brace into fields, at commas and new lines between them; also where the brace closes.
fn fields<'t>(text: &str, tokens: &'t [Token]) -> (Vec<&'t [Token]>, usize) {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut open: Vec<&str> = Vec::new();
    let mut end = tokens.len();
    for (index, token) in tokens.iter().enumerate() {
        let is_colon = |index: Option<usize>| {
            index
                .and_then(|it| tokens.get(it))
                .is_some_and(|it| it.text(text) == ":")
        };
        if token.first_on_line {
            // Between `[` and `]` stands no field: the bracket was left open.
            if is_colon(Some(index + 1)) && open.last().is_some_and(|it| *it != "{") {
                open.clear();
            }
            if open.is_empty() && !is_colon(Some(index)) && !is_colon(index.checked_sub(1)) {
                pieces.push(&tokens[start..index]);
                start = index;
            }
        }
        let written = token.text(text);
        match token.kind {
            TokenKind::Open => open.push(written),
            TokenKind::Close if open.is_empty() && written == "}" => {
                end = index;
                break;
            }
            TokenKind::Close => drop(open.pop()),
            TokenKind::Symbol if open.is_empty() && written == "," => {
                pieces.push(&tokens[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    pieces.push(&tokens[start.min(end)..end]);
    pieces.retain(|piece| !piece.is_empty());
    (pieces, end)
}

impl Builder<'_> {
    fn item(&self, pair: Pair<'_, Rule>) -> Item {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        if rule == Rule::offer {
            let kind = ItemKind::Offer(self.offer(pair));
            return Item { span, kind };
        }
        let mut names = Vec::new();
        let mut description = None;
        let mut owner = None;
        let mut open = false;
        let mut share = None;
        let mut fields = Vec::new();
        let mut value = None;
        let mut values = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(self.name(&part)),
                Rule::description => description = Some(self.only_text(part)),
                Rule::open_word => open = true,
                Rule::owner => owner = Some(self.only_text(part)),
                Rule::block => fields = self.block(part),
                Rule::holdout => share = Some(self.share(part)),
                Rule::expr => value = Some(self.expr(part)),
                Rule::set => {
                    if let Set::Literals(items) = self.set(part) {
                        values = items;
                    }
                }
                Rule::equals if part.as_str() != "=" => {
                    self.report(foreign::operator(self.span(&part), part.as_str(), "="));
                }
                _ => {}
            }
        }
        let span = value.as_ref().map_or(span, |value: &Expr| span.to(value.span));
        let mut names = names.into_iter();
        let mut name = || names.next().expect("the grammar asks for a name");
        let mut value = || value.take().expect("the grammar asks for an expression");
        let kind = match rule {
            Rule::customer | Rule::customer_head => ItemKind::Customer { open, fields },
            Rule::global_holdout => ItemKind::Holdout {
                share: share.expect("the grammar asks for a share"),
                description,
            },
            Rule::catalog | Rule::catalog_head => ItemKind::Catalog {
                name: name(),
                description,
                fields,
            },
            Rule::event | Rule::event_head => ItemKind::Event {
                name: name(),
                description,
                fields,
            },
            Rule::placement => ItemKind::Placement {
                name: name(),
                catalog: name(),
                description,
            },
            Rule::list => ItemKind::List {
                name: name(),
                description,
                values,
            },
            Rule::use_file => ItemKind::Use {
                library: name(),
                file: name(),
            },
            Rule::computed => ItemKind::Trait {
                name: name(),
                description,
                value: value(),
            },
            _ => ItemKind::Segment {
                name: name(),
                description,
                owner,
                condition: value(),
            },
        };
        Item { span, kind }
    }

    /// The text inside a description, a field's description or an `owner`.
    pub(super) fn only_text(&self, pair: Pair<'_, Rule>) -> Text {
        let text = pair.into_inner().find(|it| it.as_rule() == Rule::text);
        self.text(&text.expect("the rule holds a text"))
    }

    pub(super) fn block(&self, pair: Pair<'_, Rule>) -> Vec<Field> {
        pair.into_inner()
            .filter(|it| it.as_rule() == Rule::field)
            .map(|field| self.field(field))
            .collect()
    }

    pub(super) fn field(&self, pair: Pair<'_, Rule>) -> Field {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let name = self.name(&parts.next().expect("a field has a name"));
        let ty = self.ty(parts.nth(1).expect("a field has a type"));
        let mut roles = Vec::new();
        let mut description = None;
        for part in parts {
            if part.as_rule() == Rule::role {
                roles.push(self.role(part.into_inner().next().expect("a role is one word")));
            } else {
                description = Some(self.only_text(part));
            }
        }
        Field {
            span,
            name,
            ty,
            roles,
            description,
        }
    }

    fn role(&self, pair: Pair<'_, Rule>) -> Role {
        let span = self.span(&pair);
        if pair.as_rule() == Rule::filled {
            let except = pair.into_inner().next().map(|words| self.words(words));
            return Role::Filled {
                span,
                except: except.unwrap_or_default(),
            };
        }
        if pair.as_rule() == Rule::letters {
            let number = next(&mut pair.into_inner());
            let most = literal::amount(number.as_str()).unwrap_or_else(|flaw| {
                self.flaw(&number, flaw);
                1
            });
            return Role::Letters { span, most };
        }
        let name = self.name(&pair);
        match &*name.text {
            _ if name.quoted => Role::Unknown(name),
            word if word.eq_ignore_ascii_case("key") => Role::Key(span),
            word if word.eq_ignore_ascii_case("personal") => Role::Personal(span),
            word if word.eq_ignore_ascii_case("sensitive") => Role::Sensitive(span),
            word if word.eq_ignore_ascii_case("zone") => Role::Zone(span),
            word if word.eq_ignore_ascii_case("channel") => Role::Channel(span),
            _ => Role::Unknown(name),
        }
    }

    fn words(&self, pair: Pair<'_, Rule>) -> Vec<Text> {
        let texts = pair.into_inner().filter(|it| it.as_rule() == Rule::text);
        texts.map(|text| self.text(&text)).collect()
    }

    fn ty(&self, pair: Pair<'_, Rule>) -> Type {
        let span: Span = self.span(&pair);
        let mut parts = pair.into_inner();
        let kind = parts.next().expect("a type says what it is");
        let marked = parts.next().is_some();
        let (kind, optional) = match kind.as_rule() {
            Rule::list_type => {
                let item = kind.into_inner().next().expect("a list has items");
                (TypeKind::List(Box::new(self.ty(item))), false)
            }
            Rule::block => (TypeKind::Record(self.block(kind)), false),
            Rule::words_type | Rule::bare_words => (TypeKind::Words(self.words(kind)), false),
            Rule::paren_type => {
                let inner = self.ty(kind.into_inner().next().expect("parentheses hold a type"));
                (inner.kind, inner.optional)
            }
            Rule::ref_type => {
                let catalog = kind.into_inner().next().expect("`ref` names a catalogue");
                (TypeKind::Ref(self.name(&catalog)), false)
            }
            _ => (TypeKind::Name(self.name(&kind)), false),
        };
        Type {
            span,
            kind,
            optional: optional || marked,
        }
    }
}
