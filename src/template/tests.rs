//! What cannot be seen from outside: that what is kept for messages is used.

use crate::{At, Definitions, Format, Inputs, Items, Limits, Placements, Rendered, Zone};

const SHOP: &str = "customer { id: string key, refs: [{ sku: ref products }] }
    catalog products { sku: string key filled, name: string filled, page: string filled }
    placement shown of products";

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn items(shop: &Definitions) -> Result<Items> {
    let lines = r#"
        {"sku": "a", "name": "A & B", "page": "<1>"}
        {"sku": "b", "name": "\"C\"", "page": "2?"}
    "#;
    Ok(shop
        .loader()
        .items_from_json_lines("products", lines.as_bytes())?)
}

/// What a template shows, and how much room of the items it has taken.
fn shown(shop: &Definitions, items: &Items, format: Format, template: &str) -> Result<(String, usize)> {
    let before = items.room_for_texts();
    let at = shop
        .at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC)
        .with_items(items.clone());
    let ana = shop.customer_from_json(r#"{"id": "ana", "refs": [{"sku": "a"}, {"sku": "b"}]}"#)?;
    let mut placements = Placements::new();
    placements.set("shown", [("a", "new"), ("b", "liked")]);
    let mut out = String::new();
    let sent =
        shop.template(format, template)?
            .render_into(&ana, &Inputs::default(), &placements, &at, &mut out)?;
    assert_eq!(sent, Rendered::Sent);
    Ok((out, before - items.room_for_texts()))
}

#[test]
fn texts_of_catalogues_could_be_made_anew_for_each_message_without_a_test_to_tell() -> Result {
    let shop = Definitions::parse(SHOP)?;
    let name = "{% for p in shown %}{{ p.name }},{% endfor %}";
    let of_reference = "{% for r in refs %}{{ r.sku.name | default: \"-\" }},{% endfor %}";
    let page =
        "{% for p in shown %}<a href=\"https://a.example/{{ p.page }}\">{{ p.reason }}</a>{% endfor %}";
    let json = "[{% for p in shown %}{{ p.name }},{% endfor %}0]";
    // By itself, each makes the texts of one field in one way, and no more when it is rendered again.
    for (format, template) in [
        (Format::Html, name),
        (Format::Html, of_reference),
        (Format::Html, page),
        (Format::Json, json),
    ] {
        let items = items(&shop)?;
        let (first, taken) = shown(&shop, &items, format, template)?;
        assert!(taken > 0, "{template}");
        assert_eq!(shown(&shop, &items, format, template)?, (first, 0), "{template}");
    }
    // The same passage in another template takes nothing more, and another kind of place does.
    let items = items(&shop)?;
    let (text, taken) = shown(&shop, &items, Format::Html, name)?;
    assert_eq!((&*text, taken > 0), ("A &amp; B,&quot;C&quot;,", true));
    let (text, taken) = shown(&shop, &items, Format::Html, &format!("<p>{name}</p>"))?;
    assert_eq!((&*text, taken), ("<p>A &amp; B,&quot;C&quot;,</p>", 0));
    let (text, taken) = shown(&shop, &items, Format::Html, of_reference)?;
    assert_eq!((&*text, taken > 0), ("A &amp; B,&quot;C&quot;,", true));
    assert!(shown(&shop, &items, Format::Html, page)?.1 > 0);
    assert!(shown(&shop, &items, Format::Json, json)?.1 > 0);
    // Where texts stand as they are, none is made.
    assert_eq!(
        shown(&shop, &items, Format::Text, name)?,
        ("A & B,\"C\",".to_owned(), 0)
    );
    Ok(())
}

const TOYS: &str = "customer { id: string key filled, vip: bool, spent: decimal }
    catalog toys {
      sku: string key filled, name: string filled, alias: string?, page: url, price: decimal, pieces: int, since: datetime,
      born: date, kind: \"car\" | \"doll\", parts: [{ name: string filled }]
    }
    catalog books { isbn: int key, name: string filled, reason: string filled }
    placement liked of toys
    placement also of toys
    placement read of books";

/// What is said of items must not depend on who saw them before.
#[test]
fn a_passage_could_be_copied_where_something_else_is_to_be_said() -> Result {
    let shop = Definitions::parse(TOYS)?;
    let toys = r#"
        {"sku": "a", "name": "A & B", "alias": "", "page": "https://a.example/?x=1&y=2", "price": 1.5, "pieces": 3,
         "since": "2026-01-31T23:30:00Z", "born": "2024-02-29", "kind": "car", "parts": [{"name": "<1>"}, {"name": "2"}]}
        {"sku": "b", "name": "\"C\"", "alias": "Sí", "page": "tel:1", "price": 1234, "pieces": 1,
         "since": "2026-07-01T00:00:00Z", "born": "2020-01-01", "kind": "doll", "parts": []}
    "#;
    let toys = toys.replace(",\n", ",");
    let books = r#"
        {"isbn": 7, "name": "Seven", "reason": "as it is"}
        {"isbn": 8, "name": "Eight", "reason": "as it was"}
    "#;
    let items = || -> Result<[Items; 2]> {
        Ok([
            shop.loader().items_from_json_lines("toys", toys.as_bytes())?,
            shop.loader().items_from_json_lines("books", books.as_bytes())?,
        ])
    };
    let customers = [
        (
            r#"{"id": "ana", "vip": true, "spent": 10}"#,
            [("a", "new"), ("b", "liked")],
            [("7", "x"), ("8", "y")],
        ),
        (
            r#"{"id": "jo", "vip": false, "spent": 0.5}"#,
            [("b", "old"), ("a", "<&>")],
            [("8", "z"), ("7", "x")],
        ),
    ];
    let all = items()?;
    for template in [
        "{% for p in liked %}<p>{{ p.name }}{{ p.name }}</p>{% endfor %}",
        "{% for p in liked %}<p>{{ p.name }} {{ p.reason }}</p>{% endfor %}",
        "{% for b in read %}<p>{{ b.name }} {{ b.reason }}</p>{% endfor %}",
        "{% for p in liked %}<p>{{ p.name }}{{ forloop.index }}{{ p.price }}</p>{% endfor %}",
        "{% for p in liked %}<p>{{ p.alias | default: \"none\" }} {{ p.price }} EUR</p>{% endfor %}",
        "{% for p in liked %}<p>{{ p.alias | default: \"no\" }} {{ p.price }} EUR</p>{% endfor %}",
        "{% for p in liked %}<p>{{ p.alias | default: id }} {{ p.price }}</p>{% endfor %}",
        "{% for p in liked %}<p>{{ p.price | money: \"EUR\" }} {{ p.price | money: \"JPY\" }}</p>{% endfor %}",
        "{% for p in liked %}<p>{{ p.price | money: \"USD\" }} {{ p.price | money: \"JPY\" }}</p>{% endfor %}",
        "{% for p in liked %}<p>{{ p.price | plus: spent }} {{ p.price | times: 2 | minus: p.pieces }}</p>{% endfor %}",
        "{% for p in liked %}<p>{{ p.price * 2 - p.pieces }} {{ p.price + spent }}</p>{% endfor %}",
        "{% for p in liked %}{{ p.name | upcase | append: p.sku }}{{ p.name | append: id }}{% endfor %}",
        "{% for p in liked %}{{ p.since }}{{ p.since | date: \"%H:%M\" }}{{ p.born }}{{ p.born | days_until }}{% endfor %}",
        "{% for p in liked %}{{ p.kind }}{{ p.pieces | plural: \"piece\", \"pieces\" }}{{ p.parts.size }}{% endfor %}",
        "{% for p in liked %}{{ p.sku }}<a href=\"{{ p.page }}\">{% if vip %}{{ p.name }} you{% else %}{{ p.name }}{% endif %}</a>{% endfor %}",
        "{% for p in liked %}{% if p.price > spent %}{{ p.name }}!{{ p.sku }}{% continue %}{% endif %}{{ p.sku }}{{ p.name }}{% endfor %}",
        "{% for p in liked %}{{ p.name }}{{ p.sku }}{% if forloop.first and vip %}{% break %}{% endif %}{% endfor %}",
        "{% for p in liked %}{% for q in also %}{{ p.name }}{{ p.sku }}{{ q.name }}{{ q.sku }}{% endfor %}{{ p.name }}{{ p.sku }}{% endfor %}",
        "{% for p in liked %}{% for part in p.parts %}{{ part.name }}{{ p.name }}{{ p.sku }}{% else %}{{ p.sku }}{{ p.name }}{% endfor %}{% endfor %}",
        "{% for p in liked reversed %}{{ p.name }}{{ p.sku }}{% endfor %}{% for p in also limit: 1 %}{{ p.name }}{{ p.sku }}{% endfor %}{% for b in read %}{{ b.isbn }}{{ b.name }}{% endfor %}",
        "{% for p in liked %}{% assign n = p.name %}{% capture c %}{{ p.name }}{{ p.sku }}{% endcapture %}{{ n }}{{ c }}{{ p.name }}{{ p.sku }}{% endfor %}",
    ] {
        for format in [Format::Html, Format::Text] {
            for zone in [Zone::UTC, Zone::named("Europe/Madrid")?] {
                let at = shop.at("2026-06-01T00:00:00Z".parse()?, &zone);
                for (customer, toys, books) in customers.iter().chain(&customers) {
                    let customer = shop.customer_from_json(customer)?;
                    let mut placements = Placements::new();
                    placements.set("liked", *toys);
                    placements.set("also", [toys[1], toys[0]]);
                    placements.set("read", *books);
                    let mut both = [String::new(), String::new()];
                    for (out, items) in both.iter_mut().zip([items()?, all.clone()]) {
                        let at = items.into_iter().fold(at.clone(), At::with_items);
                        let compiled = shop.template(format, template)?;
                        let sent =
                            compiled.render_into(&customer, &Inputs::default(), &placements, &at, out)?;
                        assert_eq!(sent, Rendered::Sent, "{template}");
                    }
                    assert_eq!(both[0], both[1], "{template}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn the_text_between_two_passages_could_be_in_the_names_of_both() -> Result {
    let shop = Definitions::parse(
        "customer { id: string key }  catalog toys { sku: string key filled, name: string filled }
         placement liked of toys  placement also of toys",
    )?;
    let toys = r#"
        {"sku": "a", "name": "A"}
        {"sku": "b", "name": "B"}
    "#;
    let both = "{% for p in liked %}{% for q in also %}[{{ p.name }}{{ p.sku }}-{{ q.name }}{{ q.sku }}]{% endfor %}{% endfor %}";
    let one = "{% for q in also %}-{{ q.name }}{{ q.sku }}]{% endfor %}";
    for (template, expected) in [
        (format!("{both} {one}"), "[Aa-Bb] -Bb]"),
        (format!("{one} {both}"), "-Bb] [Aa-Bb]"),
    ] {
        let items = shop.loader().items_from_json_lines("toys", toys.as_bytes())?;
        let at = shop
            .at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC)
            .with_items(items);
        let mut placements = Placements::new();
        placements.set("liked", [("a", "x")]);
        placements.set("also", [("b", "x")]);
        let ana = shop.customer_from_json(r#"{"id": "ana"}"#)?;
        for _ in 0..2 {
            let mut out = String::new();
            let sent = shop.template(Format::Html, &template)?.render_into(
                &ana,
                &Inputs::default(),
                &placements,
                &at,
                &mut out,
            )?;
            assert_eq!(sent, Rendered::Sent);
            assert_eq!(out, expected, "{template}");
        }
    }
    Ok(())
}

#[test]
fn who_came_first_could_decide_on_a_limit() -> Result {
    let shop = Definitions::parse(SHOP)?;
    let template = "{% for p in shown %}{{ p.name | upcase }}{% endfor %}";
    let long = "x".repeat(60);
    let lines = ["a", "b"]
        .map(|sku| format!(r#"{{"sku": "{sku}", "name": "{long}", "page": "p"}}"#))
        .join("\n");
    let items = shop
        .loader()
        .items_from_json_lines("products", lines.as_bytes())?;
    let at = shop
        .at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC)
        .with_items(items);
    let limits = Limits {
        scratch_bytes: 100,
        ..Limits::default()
    };
    let template = shop
        .template_builder(Format::Html)
        .source("t", template)
        .limits(limits)
        .build()?;
    let ana = shop.customer_from_json(r#"{"id": "ana", "refs": []}"#)?;
    let render = |keys: &[&str]| {
        let mut placements = Placements::new();
        placements.set("shown", keys.iter().map(|key| (*key, "new")));
        let mut out = String::new();
        template
            .render_into(&ana, &Inputs::default(), &placements, &at, &mut out)
            .map_err(|error| error.to_string())
    };
    let refused = render(&["a", "b"]);
    assert!(refused.is_err());
    assert_eq!(render(&["b"]), Ok(Rendered::Sent));
    assert_eq!(render(&["a"]), Ok(Rendered::Sent));
    assert_eq!(render(&["a", "b"]), refused);
    Ok(())
}
