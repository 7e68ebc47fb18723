//! The partials of the standard library: one e-mail that uses all of them.

use audience::{Definitions, Inputs, Message, Parts, PlacedItem, Placements, Rendered, Value, Zone};

use super::Result;

const SHOP: &str = include_str!("../golden/message/standard/mail.audience");

fn shop() -> Result<Definitions> {
    let shop = Definitions::builder()
        .source("mail.audience", SHOP)
        .message_file(
            "present.html",
            include_str!("../golden/message/standard/present.html"),
        )
        .message_file(
            "receipt.html",
            include_str!("../golden/message/standard/receipt.html"),
        )
        .build()?;
    assert_eq!(audience::render(shop.warnings(), shop.sources()), "");
    Ok(shop)
}

/// What a message says, with three products recommended.
fn page_and_text(shop: &Definitions, message: &Message, inputs: &Inputs) -> Result<String> {
    let items = r#"
        {"sku": "A", "name": "Lamp “Luna”", "price": 49.5, "url": "https://shop.example/luna?a=1&b=2", "image": "https://shop.example/luna.jpg"}
        {"sku": "B", "name": "Vase <tall>", "price": 1200, "url": "https://shop.example/vase"}
        {"sku": "C", "name": "A bowl with a name that is much longer than one line of a tile", "price": 8, "url": "https://shop.example/bowl", "image": "https://shop.example/bowl.jpg"}"#;
    let items = shop
        .loader()
        .items_from_json_lines("products", items.trim().as_bytes())?;
    let picks = ["A", "B", "C"].map(|sku| PlacedItem::new(sku, "Goes with your table"));
    let at = shop
        .at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC)
        .with_items(items);
    let mut placements = Placements::new();
    placements.set("picks", picks);
    let ana = shop.customer_from_json(r#"{"id": "ana", "first_name": "Ana", "orders": 3}"#)?;
    let mut parts = Parts::new();
    let rendered = message.render_into(&ana, inputs, &placements, &at, &mut parts)?;
    assert_eq!(rendered, Rendered::Sent);
    let part = |name: &str| parts.part(name).unwrap_or_default().to_owned();
    Ok([part("html"), part("text")].join("\n---\n"))
}

const LINKS: [(&str, &str); 2] = [
    ("shop", "https://shop.example/?from=mail&x=1"),
    ("unsubscribe", "https://shop.example/stop/1"),
];

/// `[partial-7]`
#[test]
fn golden() -> Result {
    let shop = shop()?;
    for (name, links) in [("present", &LINKS[..]), ("receipt", &LINKS[..1])] {
        let message = shop.message(name)?;
        let days = (name == "present").then_some(("days", Value::Int(7)));
        let links = links.iter().map(|(name, link)| (*name, Value::from(*link)));
        let inputs = message.inputs(links.chain(days))?;
        let both = page_and_text(&shop, &message, &inputs)?;
        insta::with_settings!({
            snapshot_path => "../golden/message/standard",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, both);
        });
        let (page, _) = both.split_once("\n---\n").expect("a page and a text");
        check(page);
    }
    Ok(())
}

/// `[message-29]`
#[test]
fn an_e_mail_without_text_gets_one() -> Result {
    let shop = shop()?;
    let message = shop.message("receipt")?;
    let inputs = message.inputs(LINKS[..1].iter().map(|(name, link)| (*name, *link)))?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 3}"#)?;
    let mut parts = Parts::new();
    // The memory of the one before is used again.
    for _ in 0..2 {
        let rendered = message.render_into(&ana, &inputs, &Placements::new(), &at, &mut parts)?;
        assert_eq!(rendered, Rendered::Sent);
        let text = "It is on its way\n\nFollow it <https://shop.example/?from=mail&x=1>\n\nCasa Verde";
        assert_eq!(parts.part("text"), Some(text));
        assert_eq!(parts.iter().last(), Some(("text", text)));
    }
    let given = super::shop(
        r#"message m { channel email, transactional, subject "Hi", html "<p>a</p>", text "b" }
        message n { channel email, transactional, subject "Hi", html "<p> </p>" }
        message o { channel in_app, html "<p>a</p>" }"#,
    );
    let ana = r#"{"id": "ana", "orders": 3, "consent": {"email": true}}"#;
    let says = |name: &str| super::says(&given, name, ana, &[]);
    assert_eq!(says("m"), "subject: Hi\nhtml: <p>a</p>\ntext: b");
    assert_eq!(says("n"), "subject: Hi\nhtml: <p> </p>");
    assert_eq!(says("o"), "html: <p>a</p>");
    Ok(())
}

/// What e-mails need to be read by everyone, everywhere.
fn check(page: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut tags = 0;
    for Ok(token) in html5gum::Tokenizer::new(page) {
        match token {
            html5gum::Token::StartTag(tag) => {
                tags += 1;
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let attribute = |name: &str| {
                    let found = tag.attributes.get(name.as_bytes());
                    found.map(|it| String::from_utf8_lossy(it).trim().to_owned())
                };
                match &*name {
                    "img" => {
                        assert!(
                            attribute("alt").is_some_and(|it| !it.is_empty()),
                            "a picture without words"
                        );
                        assert!(
                            attribute("width").is_some(),
                            "Outlook shows pictures as wide as they are"
                        );
                    }
                    "table" => assert_eq!(attribute("role").as_deref(), Some("presentation")),
                    "html" => assert_eq!(attribute("lang").as_deref(), Some("en")),
                    _ => {}
                }
                if !matches!(&*name, "img" | "meta") {
                    open.push(name);
                }
            }
            html5gum::Token::EndTag(tag) => {
                assert_eq!(open.pop().as_deref(), Some(&*String::from_utf8_lossy(&tag.name)));
            }
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(tags > 20, "only {tags} tags");
    // What only Outlook sees opens and closes as many tables.
    let count = |what: &str| page.matches(what).count();
    assert_eq!(count("<table"), count("</table>"));
    assert_eq!(count("<td"), count("</td>"));
    assert_eq!(count("<!--[if"), count("<![endif]-->"));
}

/// `[partial-8]`
#[test]
fn a_partial_of_the_application_takes_the_place_of_one_of_the_library() -> Result {
    let text = r#"message m { channel email, transactional, subject "Hi", html '{% render "standard/hero", alt: "x" %}', text "-" }"#;
    let shop = super::builder(text)
        .partial(
            "standard/hero",
            "{% inputs alt: string filled -%}<b>{{ alt }}</b>",
        )
        .build()?;
    assert_eq!(
        super::says(
            &shop,
            "m",
            r#"{"id": "a", "orders": 1, "consent": {"email": true}}"#,
            &[]
        ),
        "subject: Hi\nhtml: <b>x</b>\ntext: -"
    );
    assert_eq!(
        super::problems(text),
        ["argument-count: `standard/hero` is not given `image`"]
    );
    // They are pages, and no part of a text.
    assert_eq!(
        super::problems(r#"message m { channel sms, text '{% render "standard/hero", alt: "x" %}' }"#),
        ["unknown-partial: unknown partial `standard/hero`"]
    );
    Ok(())
}

/// `[partial-7]`
#[test]
fn the_page_about_the_library_shows_what_each_takes() {
    let manual = include_str!("../../docs/standard.md");
    let partials = [
        ("layout", include_str!("../../src/standard/layout.html")),
        ("header", include_str!("../../src/standard/header.html")),
        ("hero", include_str!("../../src/standard/hero.html")),
        ("text", include_str!("../../src/standard/text.html")),
        ("button", include_str!("../../src/standard/button.html")),
        ("product", include_str!("../../src/standard/product.html")),
    ];
    for (name, text) in partials {
        let (_, section) = manual
            .split_once(&format!("### `standard/{name}`\n"))
            .expect(name);
        let (_, shown) = section.split_once("```text inputs\n").expect(name);
        let (_, written) = text.split_once("{%- inputs\n").expect(name);
        let ends = (shown.split_once("```"), written.split_once("-%}"));
        let (Some((shown, _)), Some((written, _))) = ends else {
            panic!("{name} is not closed");
        };
        assert_eq!(shown.trim_end(), written.trim_end(), "{name}");
    }
}
