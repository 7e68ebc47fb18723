//! How fast is an e-mail of about 6 KB, against hand-written `push_str` with an escape by a table of bytes?

#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "support/random.rs"]
mod random;
mod support;

use std::{fmt::Write, hint::black_box};

use audience::{Customer, Decimal, Definitions, Format, Placements, Rendered, Type, Zone, record};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Serialize;

use random::Random;
use support::{compare, contender};

const DEFINITIONS: &str = "
customer {
  id:         string key
  first_name: string? filled
  city:       string? filled
  orders:     int
  spent:      decimal
  vip:        bool
  favorites:  [{ name: string filled, url: url, price: decimal }]
}
";

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The spring collection is here</title></head>
<body bgcolor="ffffff"><table width="600" align="center" cellpadding="0" cellspacing="0" role="presentation">
<tr><td align="center"><img src="https://cdn.example.com/logo.png" width="120" height="40" alt="The Shop"></td></tr>
<tr><td>"#;

const STORY: &str = r"
<p>Our buyers have been travelling since autumn: to the potteries of the north, where glazes are still mixed by eye; to
the weavers of the coast, who dye their linen with what grows on the cliffs; and to a family of glass blowers who make
forty lamps a year and have kept eleven of them for you. Everything in this letter was made by people we know by name,
in workshops that we visit every season, and it comes to you without plastic and with free returns for thirty days.</p>
<p>What is new this spring: tableware in three greens, bed linen that gets softer with each wash, candles of rapeseed wax
that burn for sixty hours, and a small edition of prints which show the gardens of the south before the first visitors
arrive in the morning. Each piece is numbered, and each comes with the story of the people who made it for us.</p>
";

const FOOT: &str = r"
<p>You receive this letter because you asked for it when you created your account. You can choose how often we write, or
ask us to stop, at any time and with one click; we will not ask why. The Shop, 1 Example Street, 28001 Madrid, Spain.</p>
</td></tr></table></body></html>
";

/// One tile of the products.
const TILE: [&str; 5] = [
    "<table width=\"280\" align=\"left\" cellpadding=\"8\" role=\"presentation\"><tr><td align=\"center\">\n<a href=\"",
    "\"><img src=\"https://cdn.example.com/tile.jpg\" width=\"260\" height=\"200\" alt=\"",
    "\"></a>\n<h3>",
    "</h3>\n<p>Made in small numbers, sent within two working days: <b>",
    "</b></p>\n</td></tr></table>\n",
];

fn template() -> String {
    let [before, alt, title, price, after] = TILE;
    format!(
        "{HEAD}<h1>{{{{ first_name | default: \"Hello\" }}}}, spring is here</h1>\n\
        {{% if vip %}}<p>Thank you for {{{{ orders }}}} orders: you see it a week before everyone else.</p>\n{{% endif %}}\
        <p>Friends of the house in {{{{ city | default: \"your town\" }}}} have been asking for it.</p>{STORY}\
        {{% for it in favorites limit: 4 %}}{before}{{{{ it.url }}}}{alt}{{{{ it.name }}}}{title}{{{{ it.name }}}}{price}\
        {{{{ it.price }}}} EUR{after}{{% endfor %}}\
        {STORY}{STORY}{STORY}<p>Your code: <b>{{{{ coupon }}}}</b></p>{FOOT}"
    )
}

#[derive(Clone, Debug, Serialize)]
struct Client {
    id: String,
    first_name: Option<String>,
    city: Option<String>,
    orders: i64,
    spent: Decimal,
    vip: bool,
    favorites: Vec<Favorite>,
}

#[derive(Clone, Debug, Serialize)]
struct Favorite {
    name: String,
    url: String,
    price: Decimal,
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
    impl Record for Favorite {
        name: |it| &it.name,
        url: |it| &it.url,
        price: |it| it.price,
    }
}

fn clients(count: usize) -> Vec<Client> {
    let mut random = Random(5);
    let names = ["Ana", "Björn", "O'Neil", "Chloé & Luc", "Δήμητρα", "Jo"];
    let things = [
        "Lamp \"Aurora\"",
        "Bowl <small>",
        "Salt & pepper",
        "Linen, washed",
        "Candle",
        "Vase No. 7",
    ];
    (0..count)
        .map(|index| Client {
            id: format!("c{index}"),
            first_name: (!random.one_in(5)).then(|| (*random.pick(&names)).to_owned()),
            city: (!random.one_in(3)).then(|| "Alcalá de Henares".to_owned()),
            orders: random.int(0, 300),
            spent: Decimal::from_units(random.int(0, 10_000_000)),
            vip: random.one_in(2),
            favorites: (0..4)
                .map(|_| Favorite {
                    name: (*random.pick(&things)).to_owned(),
                    url: format!(
                        "https://shop.example.com/product/{}?from=mail",
                        random.below(10_000)
                    ),
                    price: Decimal::from_units(random.int(100, 9_999) * 100),
                })
                .collect(),
        })
        .collect()
}

/// What stands in place of each byte of HTML text; nothing for those that stay.
const ENTITIES: [&str; 256] = {
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

fn by_hand(client: &Client, coupon: &str, out: &mut String) {
    let [before, alt, title, price, after] = TILE;
    out.push_str(HEAD);
    out.push_str("<h1>");
    escape(client.first_name.as_deref().unwrap_or("Hello"), out);
    out.push_str(", spring is here</h1>\n");
    if client.vip {
        out.push_str("<p>Thank you for ");
        write!(out, "{}", client.orders).expect("a String takes all");
        out.push_str(" orders: you see it a week before everyone else.</p>\n");
    }
    out.push_str("<p>Friends of the house in ");
    escape(client.city.as_deref().unwrap_or("your town"), out);
    out.push_str(" have been asking for it.</p>");
    out.push_str(STORY);
    for favorite in client.favorites.iter().take(4) {
        out.push_str(before);
        escape(&favorite.url, out);
        out.push_str(alt);
        escape(&favorite.name, out);
        out.push_str(title);
        escape(&favorite.name, out);
        out.push_str(price);
        write!(out, "{}", favorite.price).expect("a String takes all");
        out.push_str(" EUR");
        out.push_str(after);
    }
    for _ in 0..3 {
        out.push_str(STORY);
    }
    out.push_str("<p>Your code: <b>");
    escape(coupon, out);
    out.push_str("</b></p>");
    out.push_str(FOOT);
}

#[expect(clippy::print_stdout, reason = "the size of the output belongs to the result")]
fn rendering(criterion: &mut Criterion) {
    const COUNT: usize = 2_000;
    const COUPON: &str = "SPRING & SUN";
    let shop = Definitions::parse(DEFINITIONS).unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let clients = clients(COUNT);
    let load = |it: &Client| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
    let customers: Vec<Customer> = clients.iter().map(load).collect();
    let placements = Placements::new();

    let source = template();
    let loaded = shop
        .template_builder(Format::Html)
        .source("spring.html", &source)
        .input("coupon", Type::String);
    let loaded = loaded.build().unwrap_or_else(|error| panic!("{error}"));
    let loaded_inputs = loaded.inputs([("coupon", COUPON)]).expect("the declared input");
    let bound = shop.bind::<Client>().unwrap_or_else(|error| panic!("{error}"));
    let bound = bound
        .template_builder(Format::Html)
        .source("spring.html", &source)
        .input("coupon", Type::String);
    let bound = bound.build().unwrap_or_else(|error| panic!("{error}"));
    let bound_inputs = bound.inputs([("coupon", COUPON)]).expect("the declared input");

    let mut written = 0;
    for (client, customer) in clients.iter().zip(&customers) {
        let mut messages = [String::new(), String::new(), String::new()];
        by_hand(client, COUPON, &mut messages[0]);
        let sent = [
            bound.render_into(client, &bound_inputs, &placements, &at, &mut messages[1]),
            loaded.render_into(customer, &loaded_inputs, &placements, &at, &mut messages[2]),
        ];
        assert!(sent.iter().all(|it| matches!(it, Ok(Rendered::Sent))), "{sent:?}");
        assert_eq!(messages[0], messages[1]);
        assert_eq!(messages[0], messages[2]);
        written += messages[0].len();
    }
    println!("{} bytes per message on average", written / COUNT);

    let (mut one, mut two, mut three) = (String::new(), String::new(), String::new());
    let mut contenders = [
        contender("push_str", || {
            let mut bytes = 0;
            for client in &clients {
                one.clear();
                by_hand(black_box(client), COUPON, &mut one);
                bytes += one.len() as u64;
            }
            bytes
        }),
        contender("Record over the struct", || {
            let mut bytes = 0;
            for client in &clients {
                two.clear();
                let sent = bound.render_into(black_box(client), &bound_inputs, &placements, &at, &mut two);
                debug_assert!(sent.is_ok());
                bytes += two.len() as u64;
            }
            bytes
        }),
        contender("Customer", || {
            let mut bytes = 0;
            for customer in &customers {
                three.clear();
                let sent =
                    loaded.render_into(black_box(customer), &loaded_inputs, &placements, &at, &mut three);
                debug_assert!(sent.is_ok());
                bytes += three.len() as u64;
            }
            bytes
        }),
    ];
    compare("an e-mail", COUNT, &mut contenders);
    let mut group = criterion.benchmark_group("an e-mail");
    group
        .throughput(Throughput::Bytes(written as u64))
        .sample_size(20);
    for contender in &mut contenders {
        group.bench_function(contender.name, |it| it.iter(|| (contender.run)()));
    }
    group.finish();
}

criterion_group!(benches, rendering);
criterion_main!(benches);
