//! Definitions: from the text of a file to its items, each parsed on its own.

use pest::{Parser, iterators::Pair};

use super::{
    ast::{Broken, Expr, Field, File, Item, ItemKind, ItemWord, Name, Role, Text, Type, TypeKind},
    error,
    expression::Builder,
    foreign,
    grammar::{Grammar, Rule},
    limit,
    scan::{self, Chunk, Head, Token, TokenKind},
};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
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
    let mut reader = Reader {
        source,
        text,
        limits,
        file,
        diagnostics: Vec::new(),
    };
    let chunks = scan::split(text, &scan.tokens);
    if let Some(chunk) = chunks.get(limits.definitions) {
        let message = format!("more than {} definitions", limits.definitions);
        let one_too_many = chunk.tokens[0].span(source);
        let diagnostic = Diagnostic::new(Code::Limit, message).label(one_too_many, "one too many");
        return (reader.file, vec![diagnostic]);
    }
    for chunk in &chunks {
        reader.chunk(chunk);
    }
    (reader.file, reader.diagnostics)
}

struct Reader<'t> {
    source: u32,
    text: &'t str,
    limits: &'t Limits,
    file: File,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    fn chunk(&mut self, chunk: &Chunk<'_>) {
        let Some(&first) = chunk.tokens.first() else {
            return;
        };
        let word = match chunk.head {
            None => return self.refuse_unknown(first),
            Some(Head::Later(word)) => return self.refuse_later(word, first),
            Some(Head::Customer) => ItemWord::Customer,
            Some(Head::Catalog) => ItemWord::Catalog,
            Some(Head::Event) => ItemWord::Event,
            Some(Head::Placement) => ItemWord::Placement,
            Some(Head::Trait) => ItemWord::Trait,
            Some(Head::Segment) => ItemWord::Segment,
        };
        let before = self.diagnostics.len();
        self.diagnostics.extend(
            chunk
                .tokens
                .iter()
                .filter(|it| it.kind == TokenKind::Unclosed)
                .map(|it| scan::unclosed(self.source, self.text, *it)),
        );
        if let Err(diagnostic) = limit::check_tokens(self.source, self.text, chunk.tokens, self.limits) {
            self.diagnostics.push(diagnostic);
        }
        let item = if self.diagnostics.len() == before {
            self.definition(word, chunk.tokens)
        } else {
            None
        };
        match item {
            Some(item) => self.file.items.push(item),
            None => self.file.broken.push(Broken {
                kind: word,
                name: self.name_of(word, chunk.tokens),
                field: None,
            }),
        }
    }

    /// The name of a definition that could not be read.
    fn name_of(&self, word: ItemWord, tokens: &[Token]) -> Option<Name> {
        let token = tokens.get(1).filter(|_| word != ItemWord::Customer)?;
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
        let near = suggest::nearest(word, scan::HEADS);
        self.diagnostics.push(
            Diagnostic::new(
                Code::Syntax,
                format!("expected a definition, found {}", error::found(word)),
            )
            .label(
                first.span(self.source),
                "expected `customer`, `catalog`, `event`, `placement`, `trait` or `segment`",
            )
            .help(near.map(|near| format!("did you mean `{near}`?"))),
        );
    }

    fn refuse_later(&mut self, word: &str, head: Token) {
        self.diagnostics.push(
            Diagnostic::new(Code::Unsupported, format!("`{word}` is not supported yet"))
                .label(head.span(self.source), "this definition is left out"),
        );
    }

    fn definition(&mut self, word: ItemWord, tokens: &[Token]) -> Option<Item> {
        let (start, end) = ends(tokens)?;
        let part = &self.text[start as usize..end as usize];
        let builder = Builder::new(self.source, start, part);
        let item = match Grammar::parse(Rule::definition, part) {
            Ok(mut pairs) => {
                let definition = pairs.next().expect("a parse gives its rule").into_inner().next();
                Some(builder.item(definition.expect("the rule holds one definition")))
            }
            Err(error) => {
                let diagnostic = error::from_pest(&error, self.source, self.text, start, tokens);
                self.diagnostics.push(diagnostic);
                None
            }
        };
        let _ = word;
        let broken = builder.broken.get();
        self.diagnostics.extend(builder.diagnostics.into_inner());
        item.filter(|_| !broken)
    }
}

/// The first and the last byte of some tokens.
fn ends(tokens: &[Token]) -> Option<(u32, u32)> {
    Some((tokens.first()?.start, tokens.last()?.end))
}

impl Builder<'_> {
    fn item(&self, pair: Pair<'_, Rule>) -> Item {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut names = Vec::new();
        let mut description = None;
        let mut owner = None;
        let mut fields = Vec::new();
        let mut value = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(self.name(&part)),
                Rule::description => description = Some(self.only_text(part)),
                Rule::owner => owner = Some(self.only_text(part)),
                Rule::block => fields = self.block(part),
                Rule::expr => value = Some(self.expr(part)),
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
            Rule::customer => ItemKind::Customer { fields },
            Rule::catalog => ItemKind::Catalog {
                name: name(),
                description,
                fields,
            },
            Rule::event => ItemKind::Event {
                name: name(),
                description,
                fields,
            },
            Rule::placement => ItemKind::Placement {
                name: name(),
                catalog: name(),
                description,
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
    fn only_text(&self, pair: Pair<'_, Rule>) -> Text {
        let text = pair.into_inner().find(|it| it.as_rule() == Rule::text);
        self.text(&text.expect("the rule holds a text"))
    }

    fn block(&self, pair: Pair<'_, Rule>) -> Vec<Field> {
        pair.into_inner()
            .filter(|it| it.as_rule() == Rule::field)
            .map(|field| self.field(field))
            .collect()
    }

    fn field(&self, pair: Pair<'_, Rule>) -> Field {
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
            let words = pair.into_inner().next().map(Pair::into_inner);
            return Role::Filled {
                span,
                except: words.into_iter().flatten().map(|word| self.text(&word)).collect(),
            };
        }
        let name = self.name(&pair);
        match &*name.text {
            _ if name.quoted => Role::Unknown(name),
            word if word.eq_ignore_ascii_case("key") => Role::Key(span),
            word if word.eq_ignore_ascii_case("personal") => Role::Personal(span),
            word if word.eq_ignore_ascii_case("sensitive") => Role::Sensitive(span),
            _ => Role::Unknown(name),
        }
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
            Rule::words_type => {
                let words = kind.into_inner().map(|word| self.text(&word)).collect();
                (TypeKind::Words(words), false)
            }
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
