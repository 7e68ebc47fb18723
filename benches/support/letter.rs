//! Messages to compare ways of rendering with: the same people, the same texts.

use std::{collections::HashMap, fmt::Write, sync::Arc};

use audience::{Decimal, Definitions, Items, PlacedItem, Placements, record};
use serde::Serialize;

use super::random::Random;

pub(crate) const DEFINITIONS: &str = "
customer {
  id:         string key
  first_name: string? filled
  city:       string? filled
  orders:     int
  spent:      decimal
  vip:        bool
  favorites:  [{ name: string filled, url: url, price: decimal }]
}
catalog products { sku: string key, name: string filled, url: url, price: decimal }
placement recommended of products
";

pub(crate) const COUPON: &str = "SPRING & SUN";

/// The parts of the e-mail in which nothing changes.
pub(crate) const HEAD: &str = include_str!("letter/head.html");
pub(crate) const STORY: &str = include_str!("letter/story.html");
pub(crate) const FOOT: &str = include_str!("letter/foot.html");

/// One tile of the products.
pub(crate) const TILE: [&str; 5] = [
    "<table width=\"280\" align=\"left\" cellpadding=\"8\" role=\"presentation\"><tr><td align=\"center\">\n<a href=\"",
    "\"><img src=\"https://cdn.example.com/tile.jpg\" width=\"260\" height=\"200\" alt=\"",
    "\"></a>\n<h3>",
    "</h3>\n<p>Made in small numbers, sent within two working days: <b>",
    "</b></p>\n</td></tr></table>\n",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    /// An e-mail of about 6 KB with four products of a catalogue, which were chosen for the customer by their keys.
    Letter,
    /// The same with products that the customer's own data hold in full.
    Favorites,
    /// The e-mail without its products.
    Page,
    /// A text of about 95 bytes.
    Push,
}

/// How a template language says what the messages need.
pub(crate) trait Dialect {
    fn name(&self, name: &str) -> String;
    fn value(&self, document: Document, value: &str) -> String;
    /// The value, or a text where it is missing.
    fn or(&self, document: Document, value: &str, fallback: &str) -> String;
    fn when(&self, condition: &str, then: &str) -> String;
    /// Something for each of the products, which are `it`.
    fn each(&self, document: Document, then: &str) -> String;
    /// A property of `it`.
    fn of_item(&self, name: &str) -> String {
        self.value(Document::Letter, &format!("it.{name}"))
    }
}

/// The template of a message.
pub(crate) fn template(document: Document, dialect: &impl Dialect) -> String {
    let name = |name| dialect.name(name);
    let value = |it| dialect.value(document, &name(it));
    let or = |it, fallback| dialect.or(document, &name(it), fallback);
    if document == Document::Push {
        return format!(
            "Hi {}, {} points are yours. Use them in {} until Sunday: {}",
            or("first_name", "there"),
            value("orders"),
            or("city", "your town"),
            dialect.value(document, "coupon"),
        );
    }
    let tiles = match document {
        Document::Letter | Document::Favorites => tiles(document, dialect),
        _ => String::new(),
    };
    let vip = format!(
        "<p>Thank you for {} orders: you see it a week before everyone else.</p>\n",
        value("orders")
    );
    format!(
        "{HEAD}<h1>{}, spring is here</h1>\n{}<p>Friends of the house in {} have been asking for it.</p>\
        {STORY}{tiles}{STORY}{STORY}{STORY}<p>Your code: <b>{}</b></p>{FOOT}",
        or("first_name", "Hello"),
        dialect.when(&name("vip"), &vip),
        or("city", "your town"),
        dialect.value(document, "coupon"),
    )
}

/// The tiles of the products.
fn tiles(document: Document, dialect: &impl Dialect) -> String {
    let [before, alt, title, price, after] = TILE;
    let (url, item, cost) = (
        dialect.of_item("url"),
        dialect.of_item("name"),
        dialect.of_item("price"),
    );
    let then = format!("{before}{url}{alt}{item}{title}{item}{price}{cost} EUR{after}");
    dialect.each(document, &then)
}

/// A part of a page that may be repeated: who is spoken to, a story and products.
pub(crate) fn section(dialect: &impl Dialect) -> String {
    let name = dialect.or(Document::Letter, &dialect.name("first_name"), "Hello");
    format!("<h1>{name}</h1>\n{STORY}{}", tiles(Document::Letter, dialect))
}

/// Our own templates.
pub(crate) struct Own;

impl Dialect for Own {
    fn name(&self, name: &str) -> String {
        name.to_owned()
    }

    fn value(&self, _: Document, value: &str) -> String {
        format!("{{{{ {value} }}}}")
    }

    fn or(&self, _: Document, value: &str, fallback: &str) -> String {
        format!("{{{{ {value} | default: \"{fallback}\" }}}}")
    }

    fn when(&self, condition: &str, then: &str) -> String {
        format!("{{% if {condition} %}}{then}{{% endif %}}")
    }

    fn each(&self, document: Document, then: &str) -> String {
        let list = match document {
            Document::Favorites => "favorites",
            _ => "recommended",
        };
        format!("{{% for it in {list} limit: 4 %}}{then}{{% endfor %}}")
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) first_name: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) orders: i64,
    pub(crate) spent: Decimal,
    pub(crate) vip: bool,
    pub(crate) favorites: Vec<Product>,
    /// Products of the catalogue by their keys, which are not the customer's own data.
    #[serde(skip)]
    pub(crate) recommended: [Arc<str>; 4],
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Product {
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) sku: Arc<str>,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) price: Decimal,
}

record! {
    impl Record for Client {
        id: |it| &it.id,
        first_name: |it| it.first_name.as_deref(),
        city: |it| it.city.as_deref(),
        orders: |it| it.orders,
        spent: |it| it.spent,
        vip: |it| it.vip,
        favorites: |it| &it.favorites,
    }
}

record! {
    impl Record for Product {
        name: |it| &it.name,
        url: |it| &it.url,
        price: |it| it.price,
    }
}

/// A product with that key, or of no catalogue.
fn product(random: &mut Random, sku: Arc<str>) -> Product {
    let things = [
        "Lamp \"Aurora\"",
        "Bowl <small>",
        "Salt & pepper",
        "Linen, washed",
        "Candle",
        "Vase No. 7",
    ];
    Product {
        sku,
        name: (*random.pick(&things)).to_owned(),
        url: format!(
            "https://shop.example.com/product/{}?from=mail",
            random.below(10_000)
        ),
        price: Decimal::from_units(random.int(100, 9_999) * 100),
    }
}

/// A catalogue, found by the keys of its products.
pub(crate) type Catalog = HashMap<Arc<str>, Product>;

pub(crate) fn catalog() -> Catalog {
    let mut random = Random(11);
    let skus = (0..PRODUCTS).map(|number| Arc::from(format!("sku-{number}")));
    skus.map(|sku: Arc<str>| (sku.clone(), product(&mut random, sku)))
        .collect()
}

const PRODUCTS: usize = 300;

/// The same catalogue for us, and what is chosen for each customer.
pub(crate) fn placed(shop: &Definitions, catalog: &Catalog, clients: &[Client]) -> (Items, Vec<Placements>) {
    let items = shop.loader().items_from("products", catalog.values());
    let reason: Arc<str> = "popular".into();
    let placed = clients.iter().map(|client| {
        let keys = client.recommended.iter().cloned();
        let mut placements = Placements::new();
        placements.set(
            "recommended",
            keys.map(|key| PlacedItem::new(key, reason.clone())),
        );
        placements
    });
    (items.unwrap_or_else(|error| panic!("{error}")), placed.collect())
}

pub(crate) fn clients(count: usize) -> Vec<Client> {
    let mut random = Random(5);
    let names = ["Ana", "Björn", "O'Neil", "Chloé & Luc", "Δήμητρα", "Jo"];
    let skus: Vec<Arc<str>> = (0..PRODUCTS)
        .map(|number| format!("sku-{number}").into())
        .collect();
    (0..count)
        .map(|index| Client {
            id: format!("c{index}"),
            first_name: (!random.one_in(5)).then(|| (*random.pick(&names)).to_owned()),
            city: (!random.one_in(3)).then(|| "Alcalá de Henares".to_owned()),
            orders: random.int(0, 300),
            spent: Decimal::from_units(random.int(0, 10_000_000)),
            vip: random.one_in(2),
            favorites: (0..4).map(|_| product(&mut random, Arc::default())).collect(),
            recommended: [(); 4].map(|()| random.pick(&skus).clone()),
        })
        .collect()
}

/// What stands in place of each byte of HTML text; nothing for those that stay.
pub(crate) const ENTITIES: [&str; 256] = {
    let mut table = [""; 256];
    table[b'&' as usize] = "&amp;";
    table[b'<' as usize] = "&lt;";
    table[b'>' as usize] = "&gt;";
    table[b'"' as usize] = "&quot;";
    table[b'\'' as usize] = "&#39;";
    table
};

fn escape(text: &str, out: &mut String) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = ENTITIES[usize::from(byte)];
        if !entity.is_empty() {
            out.push_str(&text[done..at]);
            out.push_str(entity);
            done = at + 1;
        }
    }
    out.push_str(&text[done..]);
}

/// What one would write by hand.
pub(crate) fn by_hand(document: Document, client: &Client, catalog: &Catalog, out: &mut String) {
    let number = |number: &dyn std::fmt::Display, out: &mut String| {
        write!(out, "{number}").expect("a String takes all");
    };
    let tile = |product: &Product, out: &mut String| {
        let [before, alt, title, price, after] = TILE;
        out.push_str(before);
        escape(&product.url, out);
        out.push_str(alt);
        escape(&product.name, out);
        out.push_str(title);
        escape(&product.name, out);
        out.push_str(price);
        number(&product.price, out);
        out.push_str(" EUR");
        out.push_str(after);
    };
    if document == Document::Push {
        out.push_str("Hi ");
        out.push_str(client.first_name.as_deref().unwrap_or("there"));
        out.push_str(", ");
        number(&client.orders, out);
        out.push_str(" points are yours. Use them in ");
        out.push_str(client.city.as_deref().unwrap_or("your town"));
        out.push_str(" until Sunday: ");
        out.push_str(COUPON);
        return;
    }
    out.push_str(HEAD);
    out.push_str("<h1>");
    escape(client.first_name.as_deref().unwrap_or("Hello"), out);
    out.push_str(", spring is here</h1>\n");
    if client.vip {
        out.push_str("<p>Thank you for ");
        number(&client.orders, out);
        out.push_str(" orders: you see it a week before everyone else.</p>\n");
    }
    out.push_str("<p>Friends of the house in ");
    escape(client.city.as_deref().unwrap_or("your town"), out);
    out.push_str(" have been asking for it.</p>");
    out.push_str(STORY);
    match document {
        Document::Letter => {
            let found = client.recommended.iter().filter_map(|key| catalog.get(key));
            found.for_each(|it| tile(it, out));
        }
        Document::Favorites => client.favorites.iter().take(4).for_each(|it| tile(it, out)),
        Document::Page | Document::Push => {}
    }
    for _ in 0..3 {
        out.push_str(STORY);
    }
    out.push_str("<p>Your code: <b>");
    escape(COUPON, out);
    out.push_str("</b></p>");
    out.push_str(FOOT);
}
