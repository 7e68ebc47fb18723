//! The other engines.

use std::hint::black_box;

use askama::Template as _;
use serde::Serialize;

use super::letter::{self, COUPON, Catalog, Client, Dialect, Document, Product};

/// An engine with the template of a message.
pub(crate) trait Rival {
    fn name(&self) -> &'static str;
    fn render(&self, client: &Client, catalog: &Catalog, out: &mut Buffer);
}

/// Some write text, some bytes.
#[derive(Default)]
pub(crate) struct Buffer {
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Buffer {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.bytes.clear();
    }
}

/// What the templates of all of them see.
#[derive(Serialize)]
struct Context<'a> {
    client: &'a Client,
    /// None in a message that shows none.
    products: Option<[&'a Product; 4]>,
    coupon: &'static str,
}

impl<'a> Context<'a> {
    fn of(client: &'a Client, catalog: &'a Catalog, document: Document) -> Self {
        Self {
            client,
            products: (document == Document::Letter).then(|| products(client, catalog)),
            coupon: COUPON,
        }
    }
}

/// The products that were chosen for a customer.
fn products<'a>(client: &Client, catalog: &'a Catalog) -> [&'a Product; 4] {
    client.recommended.each_ref().map(|key| &catalog[key])
}

pub(crate) fn all(document: Document) -> Vec<Box<dyn Rival>> {
    vec![
        Box::new(Askama(document)),
        Box::new(tera(document)),
        Box::new(minijinja(document)),
        Box::new(upon(document)),
        Box::new(handlebars(document)),
        Box::new(liquid(document)),
    ]
}

/// The name of an engine, and what compiles a template with it.
pub(crate) type Compiler = (&'static str, Box<dyn FnMut()>);

/// What compiles the e-mail, with an engine that is there already and a text that is written already; askama compiles with the program.
pub(crate) fn compilers() -> Vec<Compiler> {
    let jinja = || letter::template(Document::Letter, &Jinja);
    let (mut tera, source) = (tera::Tera::default(), jinja());
    let with_tera = move || {
        tera.add_raw_template("message.html", &source)
            .expect("it compiles")
    };
    let (mut minijinja, source) = (minijinja::Environment::new(), jinja());
    let with_minijinja = move || {
        let added = minijinja.add_template_owned("message.html", source.clone());
        added.expect("it compiles");
    };
    let (upon, source) = (upon::Engine::new(), jinja());
    let with_upon = move || drop(black_box(upon.compile(&*source).expect("it compiles")));
    let source = letter::template(Document::Letter, &Mustache);
    let with_handlebars = move || {
        let template = handlebars::Template::compile(&source);
        drop(black_box(template.expect("it compiles")));
    };
    let parser = liquid::ParserBuilder::with_stdlib().build().expect("a parser");
    let source = letter::template(Document::Letter, &LiquidDialect);
    let with_liquid = move || drop(black_box(parser.parse(&source).expect("it compiles")));
    vec![
        ("tera", Box::new(with_tera)),
        ("minijinja", Box::new(with_minijinja)),
        ("upon", Box::new(with_upon)),
        ("handlebars", Box::new(with_handlebars)),
        ("liquid", Box::new(with_liquid)),
    ]
}

/// Most are like this.
struct Jinja;

impl Dialect for Jinja {
    fn name(&self, name: &str) -> String {
        format!("client.{name}")
    }

    fn value(&self, _: Document, value: &str) -> String {
        format!("{{{{ {value} }}}}")
    }

    fn or(&self, document: Document, value: &str, fallback: &str) -> String {
        let shown = self.value(document, value);
        format!("{{% if {value} %}}{shown}{{% else %}}{fallback}{{% endif %}}")
    }

    fn when(&self, condition: &str, then: &str) -> String {
        format!("{{% if {condition} %}}{then}{{% endif %}}")
    }

    fn each(&self, _: Document, then: &str) -> String {
        format!("{{% for it in products %}}{then}{{% endfor %}}")
    }
}

struct Askama(Document);

#[derive(askama::Template)]
#[template(path = "letter.html")]
struct Letter<'a> {
    client: &'a Client,
    products: [&'a Product; 4],
    coupon: &'static str,
}

#[derive(askama::Template)]
#[template(path = "page.html")]
struct Page<'a> {
    client: &'a Client,
    coupon: &'static str,
}

#[derive(askama::Template)]
#[template(path = "push.txt")]
struct Push<'a> {
    client: &'a Client,
    coupon: &'static str,
}

impl Rival for Askama {
    fn name(&self) -> &'static str {
        "askama"
    }

    fn render(&self, client: &Client, catalog: &Catalog, out: &mut Buffer) {
        let (coupon, out) = (COUPON, &mut out.text);
        let written = match self.0 {
            Document::Letter | Document::Favorites => {
                let products = products(client, catalog);
                Letter {
                    client,
                    products,
                    coupon,
                }
                .render_into(out)
            }
            Document::Page => Page { client, coupon }.render_into(out),
            Document::Push => Push { client, coupon }.render_into(out),
        };
        written.expect("memory takes all");
    }
}

/// The name decides whether values are escaped.
fn file(document: Document) -> &'static str {
    match document {
        Document::Letter | Document::Favorites | Document::Page => "message.html",
        Document::Push => "message.txt",
    }
}

struct Tera {
    tera: tera::Tera,
    file: &'static str,
    document: Document,
}

fn tera(document: Document) -> Tera {
    let (mut tera, file) = (tera::Tera::default(), file(document));
    tera.add_raw_template(file, &letter::template(document, &Jinja))
        .expect("it compiles");
    Tera { tera, file, document }
}

impl Rival for Tera {
    fn name(&self) -> &'static str {
        "tera"
    }

    fn render(&self, client: &Client, catalog: &Catalog, out: &mut Buffer) {
        let context =
            tera::Context::from_serialize(&Context::of(client, catalog, self.document)).expect("an object");
        let written = self.tera.render_to(self.file, &context, &mut out.bytes);
        written.expect("it renders");
    }
}

struct MiniJinja {
    environment: minijinja::Environment<'static>,
    file: &'static str,
    document: Document,
}

fn minijinja(document: Document) -> MiniJinja {
    let (mut environment, file) = (minijinja::Environment::new(), file(document));
    environment
        .add_template_owned(file, letter::template(document, &Jinja))
        .expect("it compiles");
    MiniJinja {
        environment,
        file,
        document,
    }
}

impl Rival for MiniJinja {
    fn name(&self) -> &'static str {
        "minijinja"
    }

    fn render(&self, client: &Client, catalog: &Catalog, out: &mut Buffer) {
        let template = self.environment.get_template(self.file).expect("it is there");
        let context = minijinja::Value::from(minijinja::value::Serde(Context::of(
            client,
            catalog,
            self.document,
        )));
        out.text = template.render(context).expect("it renders");
    }
}

struct Upon {
    engine: upon::Engine<'static>,
    document: Document,
}

fn upon(document: Document) -> Upon {
    let mut engine = upon::Engine::new();
    if document != Document::Push {
        engine.set_default_formatter(&escaped);
    }
    engine
        .add_template("message", letter::template(document, &Jinja))
        .expect("it compiles");
    Upon { engine, document }
}

/// It has no escaping of its own.
fn escaped(out: &mut upon::fmt::Formatter<'_>, value: &upon::Value) -> upon::fmt::Result {
    use std::fmt::Write;
    let upon::Value::String(text) = value else {
        return upon::fmt::default(out, value);
    };
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = letter::ENTITIES[usize::from(byte)];
        if !entity.is_empty() {
            out.write_str(&text[done..at])?;
            out.write_str(entity)?;
            done = at + 1;
        }
    }
    Ok(out.write_str(&text[done..])?)
}

impl Rival for Upon {
    fn name(&self) -> &'static str {
        "upon"
    }

    fn render(&self, client: &Client, catalog: &Catalog, out: &mut Buffer) {
        let template = self.engine.template("message");
        let message = template
            .render(Context::of(client, catalog, self.document))
            .to_string();
        out.text = message.expect("it renders");
    }
}

struct Mustache;

impl Dialect for Mustache {
    fn name(&self, name: &str) -> String {
        format!("client.{name}")
    }

    fn value(&self, document: Document, value: &str) -> String {
        match document {
            Document::Letter | Document::Favorites | Document::Page => format!("{{{{{value}}}}}"),
            Document::Push => format!("{{{{{{{value}}}}}}}"),
        }
    }

    fn or(&self, document: Document, value: &str, fallback: &str) -> String {
        let shown = self.value(document, value);
        format!("{{{{#if {value}}}}}{shown}{{{{else}}}}{fallback}{{{{/if}}}}")
    }

    fn when(&self, condition: &str, then: &str) -> String {
        format!("{{{{#if {condition}}}}}{then}{{{{/if}}}}")
    }

    fn each(&self, _: Document, then: &str) -> String {
        format!("{{{{#each products as |it|}}}}{then}{{{{/each}}}}")
    }
}

struct Handlebars {
    registry: handlebars::Handlebars<'static>,
    document: Document,
}

fn handlebars(document: Document) -> Handlebars {
    let mut registry = handlebars::Handlebars::new();
    registry
        .register_template_string("message", letter::template(document, &Mustache))
        .expect("it compiles");
    Handlebars { registry, document }
}

impl Rival for Handlebars {
    fn name(&self) -> &'static str {
        "handlebars"
    }

    fn render(&self, client: &Client, catalog: &Catalog, out: &mut Buffer) {
        let context = Context::of(client, catalog, self.document);
        self.registry
            .render_to_write("message", &context, &mut out.bytes)
            .expect("it renders");
    }
}

struct LiquidDialect;

impl Dialect for LiquidDialect {
    fn name(&self, name: &str) -> String {
        Jinja.name(name)
    }

    fn value(&self, document: Document, value: &str) -> String {
        match document {
            Document::Letter | Document::Favorites | Document::Page => format!("{{{{ {value} | escape }}}}"),
            Document::Push => format!("{{{{ {value} }}}}"),
        }
    }

    fn or(&self, document: Document, value: &str, fallback: &str) -> String {
        let shown = self.value(document, value);
        format!("{{% if {value} %}}{shown}{{% else %}}{fallback}{{% endif %}}")
    }

    fn when(&self, condition: &str, then: &str) -> String {
        Jinja.when(condition, then)
    }

    fn each(&self, document: Document, then: &str) -> String {
        Jinja.each(document, then)
    }
}

struct Liquid {
    template: liquid::Template,
    document: Document,
}

fn liquid(document: Document) -> Liquid {
    let parser = liquid::ParserBuilder::with_stdlib().build().expect("a parser");
    let source = letter::template(document, &LiquidDialect);
    let template = parser.parse(&source).expect("it compiles");
    Liquid { template, document }
}

impl Rival for Liquid {
    fn name(&self) -> &'static str {
        "liquid"
    }

    fn render(&self, client: &Client, catalog: &Catalog, out: &mut Buffer) {
        let globals = liquid::to_object(&Context::of(client, catalog, self.document)).expect("an object");
        self.template
            .render_to(&mut out.bytes, &globals)
            .expect("it renders");
    }
}
