//! Pages made of pieces that show a value in every place there is, and what a browser makes of them.
//!
//! Also part of the tests of the library, so it needs nothing of this crate.

use std::sync::LazyLock;

use audience::{At, Definitions, Format, Placements, Rendered, Template, Value, Zone};
use html5ever::{
    ParseOpts, parse_document, tendril::TendrilSink, tokenizer::TokenizerOpts, tree_builder::TreeBuilderOpts,
};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Each shows the value somewhere, and ends in the text of the page, so that they stand in any order.
pub const PIECES: [&str; 34] = [
    r#"<p>Hello {{ name | default: "you" }}, {{ city | default: "x" }} {{ code }}</p>"#,
    r#"<p title="{{ city | default: 'x' }}" class='{{ name | default: "x" }} box'>{{ code }}</p>"#,
    r#"<p title="a{{ city | default: 'x' }}{{ code }}b" data-x = "{{ code }}" hidden>x</p>"#,
    r#"<a href="{{ link | default: home }}">x</a>"#,
    r#"<a href='{{ city | default: "x" }}'>x</a><a href=" {{ code }} ">x</a>"#,
    r#"<a href="https://shop.example/{{ city | default: 'x' }}?q={{ name | default: 'x' }}#{{ code }}">x</a>"#,
    r#"<a href="/{{ code }}">x</a><a href="?{{ code }}={{ code | url_encode }}">x</a>"#,
    r#"<a href="mailto:{{ code }}">{{ code | url_encode }}</a>"#,
    r#"<img src="{{ link | default: home }}" alt="{{ code }}"><img src='/{{ code }}.png' alt=''>"#,
    r#"<form action="{{ city | default: 'x' }}"><input name="q" value="{{ code }}"><button>{{ code }}</button></form>"#,
    "<textarea>{{ code }}</textarea>",
    r#"<title>{{ code }} | {{ name | default: "x" }}</title>"#,
    "<!-- {{ code }} --><p>x</p>",
    r#"<!-- a{{ code }} b{{ name | default: "x" }}- --><p>x</p>"#,
    r#"<!--[if mso]><td title="{{ city | default: 'x' }}">{{ code }}<a href="{{ link | default: home }}">x</a></td><![endif]-->"#,
    r#"<!--[if (gte mso 9)|(IE)]><v:rect href='https://shop.example/{{ code }}' alt="{{ code }}">{{ name | default: "x" }}</v:rect><![endif]-->"#,
    "<!--[if !mso]><!--><p>{{ code }}</p><!--<![endif]-->",
    r#"<style>p { width: {{ size }}px }</style><p style="width: {{ size }}px">{{ code }}</p>"#,
    r#"<script>var a = "<b>";</script>{{ code }}"#,
    "<pre>\n{{ code }}</pre>",
    r#"<table><tr><td>{{ code }}</td><th abbr="{{ code }}">x</th></tr></table>"#,
    r#"<select><option value="{{ code }}">{{ code }}</option></select>"#,
    "<svg><text>{{ code }}</text></svg>",
    r#"<h1>{% for t in tags %}<b>{{ t | default: "-" }}</b>{% endfor %}</h1>"#,
    r#"{{ tags | join: "<br>" | default: "-" }}"#,
    r#"{% capture c %}<i title="{{ code }}">{{ code }}</i>{% endcapture %}<div>{{ c }}{{ c }}</div>"#,
    r#"{% capture c %}{{ code }}-{% endcapture %}<div title="{{ c }}">{{ c }}</div>"#,
    r#"{% assign u = city | default: "x" | upcase %}<p title="{{ u }}">{{ u | truncate: 3 }}</p>"#,
    r#"<ul>{% for p in picks %}<li title="{{ p.reason }}"><a href="{{ p.url }}">{{ p.name }} {{ p.reason }}</a></li>{% endfor %}</ul>"#,
    r#"{% for w in wishes %}<u>{{ w.note | default: "-" }}</u>{% endfor %}"#,
    r#"<p>{{ code | escape }}{{ city | downcase | default: "x" }}{{ code | append: "<i>" }}</p>"#,
    r#"{% render "standard/button", label: code, link: home %}"#,
    r#"{% render "standard/hero", image: home, alt: code %}"#,
    r#"{% capture c %}{% render "standard/text", title: code, content: code %}{% endcapture %}{% render "standard/layout", title: code, lang: code, content: c, sender: code, preheader: code %}"#,
];

const SHOP: &str = "
customer {
  id:     string key
  name:   string? filled
  city:   string
  link:   url?
  size:   int
  tags:   [string]
  wishes: [{ note: string }]
}
catalog products { sku: string key, name: string filled, url: url }
placement picks of products
";

struct Setting {
    shop: Definitions,
    now: At,
}

static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let shop = Definitions::parse(SHOP).expect("it compiles");
    let now = "2026-06-01T12:00:00Z".parse().expect("a datetime");
    let now = shop.at(now, &Zone::UTC);
    Setting { shop, now }
});

/// The page of some pieces, compiled.
pub fn template(pieces: &[usize]) -> Template {
    let text: String = pieces.iter().map(|it| PIECES[it % PIECES.len()]).collect();
    let builder = SETTING.shop.template_builder(Format::Html);
    let builder = builder
        .source("page", format!("<!doctype html><body>{text}"))
        .input("code", audience::Type::String)
        .input("home", audience::Type::Url);
    builder.build().unwrap_or_else(|error| panic!("{error}"))
}

/// The page with a value in all its places. A value is text that is not blank and has no NUL, for no other gets there.
pub fn rendered(template: &Template, value: &str) -> String {
    let Setting { shop, now } = &*SETTING;
    let json = serde_json::json!({
        "id": "x",
        "name": value,
        "city": value,
        "link": format!("https:{value}"),
        "size": 7,
        "tags": [value, format!("a{value}")],
        "wishes": [{"note": value}],
    });
    let customer = shop.customer_from_json(json.to_string()).expect("a customer");
    let product =
        serde_json::json!({"sku": "A", "name": value, "url": format!("https://shop.example/{value}")});
    let items = shop
        .loader()
        .items_from_json_lines("products", product.to_string().as_bytes());
    let at = now.clone().with_items(items.expect("a product"));
    let home = format!("https://shop.example/?{value}");
    let inputs = [("code", Value::from(value)), ("home", home.as_str().into())];
    let inputs = template.inputs(inputs).expect("inputs");
    let mut placements = Placements::new();
    placements.set("picks", [("A", value)]);
    let mut page = String::new();
    let rendered = template.render_into(&customer, &inputs, &placements, &at, &mut page);
    assert_eq!(rendered.expect("within the limits"), Rendered::Sent);
    page
}

/// A value that can get into a page, and is shown where any other is.
pub fn as_value(text: &str) -> String {
    let mut value = text.replace('\0', "");
    if value.trim().is_empty() {
        value.push('x');
    }
    value
}

/// No value is more than a value.
pub fn check(pieces: &[usize], text: &str) {
    let template = template(pieces);
    let value = as_value(text);
    let (harmless, page) = (rendered(&template, "word"), rendered(&template, &value));
    assert_eq!(structure(&page), structure(&harmless), "{value:?} in {page}");
}

/// What a browser makes of a page: elements with the names of their attributes, texts, comments, in the order of the tree. Of
/// conditional comments, what Outlook makes of them.
pub fn structure(page: &str) -> Vec<String> {
    let options = ParseOpts {
        // A byte order mark is one at the beginning of a page; the parser would drop it behind each script, too.
        tokenizer: TokenizerOpts {
            discard_bom: false,
            ..TokenizerOpts::default()
        },
        tree_builder: TreeBuilderOpts {
            scripting_enabled: false,
            ..TreeBuilderOpts::default()
        },
    };
    let dom: RcDom = parse_document(RcDom::default(), options).one(page);
    let mut found = Vec::new();
    walk(&dom.document, &mut found);
    found
}

/// Where addresses lead that are no part of the page itself.
const ALLOWED: [&str; 4] = ["http", "https", "mailto", "tel"];

fn walk(node: &Handle, found: &mut Vec<String>) {
    match &node.data {
        NodeData::Document => {}
        NodeData::Doctype { name, .. } => found.push(format!("doctype {name}")),
        NodeData::Text { .. } => found.push("text".to_owned()),
        NodeData::ProcessingInstruction { .. } => found.push("instruction".to_owned()),
        NodeData::Comment { contents } => {
            found.push("comment".to_owned());
            if let Some((_, inside)) = contents.strip_prefix("[if").and_then(|it| it.split_once("]>")) {
                found.extend(structure(inside.trim_end_matches("<![endif]")));
            }
        }
        NodeData::Element { name, attrs, .. } => {
            let attributes = attrs.borrow();
            let names: Vec<_> = attributes.iter().map(|it| &*it.name.local).collect();
            found.push(format!("<{} {}>", name.local, names.join(" ")));
            for it in attributes.iter() {
                if matches!(&*it.name.local, "href" | "src" | "action") {
                    assert!(leads_somewhere(&it.value), "{} in {}", it.value, name.local);
                }
            }
        }
    }
    for child in node.children.borrow().iter() {
        walk(child, found);
    }
    if matches!(node.data, NodeData::Element { .. }) {
        found.push("end".to_owned());
    }
}

/// Whether an address is relative or has an allowed scheme, as browsers read it.
fn leads_somewhere(address: &str) -> bool {
    let address = address.trim_start_matches(|it: char| it <= ' ');
    let address: String = address
        .chars()
        .filter(|it| !matches!(it, '\t' | '\n' | '\r'))
        .collect();
    let head = address.split(['/', '?', '#']).next().unwrap_or_default();
    let scheme = head
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_none_or(|scheme| {
        let letters = |it: char| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.');
        let is_scheme =
            scheme.starts_with(|it: char| it.is_ascii_alphabetic()) && scheme.chars().all(letters);
        !is_scheme || ALLOWED.contains(&&*scheme)
    })
}
