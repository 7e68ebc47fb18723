//! The other engines.

use std::{collections::HashMap, hint::black_box, sync::Arc};

use askama::Template as _;
use audience::Decimal;
use liquid::model::KString;
use serde::Serialize;
use serde_json::Value as Json;

use super::letter::{self, COUPON, Catalog, Client, Dialect, Document, Product};

/// An engine with the template of a message.
pub(crate) trait Rival {
    fn name(&self) -> &'static str;
    fn render(&self, client: &Client, out: &mut Buffer);
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

/// What messages show of a customer.
#[derive(Clone, Copy, Serialize)]
struct Shown<'a> {
    first_name: Option<&'a str>,
    city: Option<&'a str>,
    orders: i64,
    vip: bool,
}

impl<'a> Shown<'a> {
    fn of(client: &'a Client) -> Self {
        Self {
            first_name: client.first_name.as_deref(),
            city: client.city.as_deref(),
            orders: client.orders,
            vip: client.vip,
        }
    }
}

/// What messages show of a product.
#[derive(Serialize)]
struct Tile<'a> {
    name: &'a str,
    url: &'a str,
    price: Decimal,
}

/// The catalogue in the form of an engine, made once; empty for a message that shows no products.
struct Products<V>(HashMap<Arc<str>, V>);

impl<V> Products<V> {
    fn of(document: Document, catalog: &Catalog, value: impl Fn(&Tile) -> V) -> Self {
        let shown = catalog.iter().filter(|_| document == Document::Letter);
        let values = shown.map(|(key, it)| {
            let tile = Tile {
                name: &it.name,
                url: &it.url,
                price: it.price,
            };
            (key.clone(), value(&tile))
        });
        Self(values.collect())
    }

    /// Those that were chosen for a customer; none in a message that shows none.
    fn chosen<'a>(&'a self, client: &Client) -> Option<[&'a V; 4]> {
        (!self.0.is_empty()).then(|| client.recommended.each_ref().map(|key| &self.0[key]))
    }

    fn cloned(&self, client: &Client) -> Vec<V>
    where
        V: Clone,
    {
        let chosen = self.chosen(client).into_iter().flatten();
        chosen.cloned().collect()
    }
}

pub(crate) fn all(document: Document, catalog: &Catalog) -> Vec<Box<dyn Rival + '_>> {
    vec![
        Box::new(Askama { document, catalog }),
        Box::new(tera(document, catalog)),
        Box::new(minijinja(document, catalog)),
        Box::new(upon(document, catalog)),
        Box::new(handlebars(document, catalog)),
        Box::new(liquid(document, catalog)),
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

struct Askama<'a> {
    document: Document,
    catalog: &'a Catalog,
}

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

impl Rival for Askama<'_> {
    fn name(&self) -> &'static str {
        "askama"
    }

    fn render(&self, client: &Client, out: &mut Buffer) {
        let (coupon, out) = (COUPON, &mut out.text);
        let written = match self.document {
            Document::Letter | Document::Favorites => {
                let products = client.recommended.each_ref().map(|key| &self.catalog[key]);
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
    products: Products<tera::Value>,
}

fn tera(document: Document, catalog: &Catalog) -> Tera {
    let (mut tera, file) = (tera::Tera::default(), file(document));
    tera.add_raw_template(file, &letter::template(document, &Jinja))
        .expect("it compiles");
    let products = Products::of(document, catalog, |tile: &Tile| {
        tera::Value::from_serializable(tile)
    });
    Tera { tera, file, products }
}

impl Rival for Tera {
    fn name(&self) -> &'static str {
        "tera"
    }

    fn render(&self, client: &Client, out: &mut Buffer) {
        let mut context = tera::Context::new();
        context.insert("client", &Shown::of(client));
        context.insert_value("products", self.products.cloned(client).into());
        context.insert_value("coupon", COUPON.into());
        let written = self.tera.render_to(self.file, &context, &mut out.bytes);
        written.expect("it renders");
    }
}

struct MiniJinja {
    environment: minijinja::Environment<'static>,
    file: &'static str,
    products: Products<minijinja::Value>,
}

fn minijinja(document: Document, catalog: &Catalog) -> MiniJinja {
    let (mut environment, file) = (minijinja::Environment::new(), file(document));
    environment
        .add_template_owned(file, letter::template(document, &Jinja))
        .expect("it compiles");
    let value = |tile: &Tile| minijinja::Value::from(minijinja::value::Serde(tile));
    MiniJinja {
        environment,
        file,
        products: Products::of(document, catalog, value),
    }
}

impl Rival for MiniJinja {
    fn name(&self) -> &'static str {
        "minijinja"
    }

    fn render(&self, client: &Client, out: &mut Buffer) {
        let template = self.environment.get_template(self.file).expect("it is there");
        let context = minijinja::context! {
            client => minijinja::Value::from(minijinja::value::Serde(Shown::of(client))),
            products => self.products.cloned(client),
            coupon => COUPON,
        };
        let written = template.render_captured_to(context, &mut out.bytes);
        written.expect("it renders");
    }
}

struct Upon {
    engine: upon::Engine<'static>,
    products: Products<upon::Value>,
}

fn upon(document: Document, catalog: &Catalog) -> Upon {
    let mut engine = upon::Engine::new();
    if document != Document::Push {
        engine.set_default_formatter(&escaped);
    }
    engine
        .add_template("message", letter::template(document, &Jinja))
        .expect("it compiles");
    let value = |tile: &Tile| upon::to_value(tile).expect("a value");
    let products = Products::of(document, catalog, value);
    Upon { engine, products }
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

    fn render(&self, client: &Client, out: &mut Buffer) {
        let context = upon::Value::from([
            ("client", upon::to_value(Shown::of(client)).expect("a value")),
            ("products", self.products.cloned(client).into()),
            ("coupon", COUPON.into()),
        ]);
        let template = self.engine.template("message");
        let renderer = template.render_from(&context);
        renderer.to_writer(&mut out.bytes).expect("it renders");
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
    products: Products<Json>,
}

fn handlebars(document: Document, catalog: &Catalog) -> Handlebars {
    let mut registry = handlebars::Handlebars::new();
    registry
        .register_template_string("message", letter::template(document, &Mustache))
        .expect("it compiles");
    let value = |tile: &Tile| serde_json::to_value(tile).expect("a value");
    Handlebars {
        registry,
        products: Products::of(document, catalog, value),
    }
}

impl Rival for Handlebars {
    fn name(&self) -> &'static str {
        "handlebars"
    }

    fn render(&self, client: &Client, out: &mut Buffer) {
        let mut context = handlebars::Context::null();
        // By itself it would copy once more what is JSON already.
        *context.data_mut() = Json::Object(serde_json::Map::from_iter([
            (
                "client".to_owned(),
                serde_json::to_value(Shown::of(client)).expect("a value"),
            ),
            ("products".to_owned(), Json::Array(self.products.cloned(client))),
            ("coupon".to_owned(), COUPON.into()),
        ]));
        self.registry
            .render_with_context_to_write("message", &context, &mut out.bytes)
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
    products: Products<liquid::Object>,
}

fn liquid(document: Document, catalog: &Catalog) -> Liquid {
    let parser = liquid::ParserBuilder::with_stdlib().build().expect("a parser");
    let source = letter::template(document, &LiquidDialect);
    let value = |tile: &Tile| liquid::to_object(tile).expect("an object");
    Liquid {
        template: parser.parse(&source).expect("it compiles"),
        products: Products::of(document, catalog, value),
    }
}

impl Rival for Liquid {
    fn name(&self) -> &'static str {
        "liquid"
    }

    fn render(&self, client: &Client, out: &mut Buffer) {
        let client_seen = liquid::to_object(&Shown::of(client)).expect("an object");
        let products: Vec<&liquid::Object> = self.products.chosen(client).into_iter().flatten().collect();
        // It looks into what it borrows.
        let globals: HashMap<KString, &dyn liquid::ValueView> = HashMap::from([
            (
                KString::from_static("client"),
                &client_seen as &dyn liquid::ValueView,
            ),
            (KString::from_static("products"), &products),
            (KString::from_static("coupon"), &COUPON),
        ]);
        self.template
            .render_to(&mut out.bytes, &globals)
            .expect("it renders");
    }
}
