//! Liquid's filters on texts, numbers and lists, with the cases of its documentation.

use audience::Format;

use super::{ANA, NOBODY, Result, compile, says, shop};

#[track_caller]
fn table(cases: &[(&str, &str)]) {
    for (template, expected) in cases {
        assert_eq!(says(Format::Text, ANA, template), *expected, "{template}");
    }
}

/// The messages of all that is wrong with a template.
fn problems(text: &str) -> Vec<String> {
    let shop = shop().expect("it compiles");
    match compile(&shop, Format::Html, "template", text) {
        Ok(_) => Vec::new(),
        Err(error) => error.diagnostics().iter().map(|it| it.message.clone()).collect(),
    }
}

/// [filter-1]
#[test]
fn texts_are_changed_as_liquid_documents() {
    table(&[
        (
            "[{{ \"          So much room for activities          \" | strip }}]",
            "[So much room for activities]",
        ),
        (
            "[{{ \"  a  \" | lstrip }}] [{{ \"  a  \" | rstrip }}]",
            "[a  ] [  a]",
        ),
        (
            "{{ \"apples, oranges, and bananas\" | prepend: \"Some fruit: \" }}",
            "Some fruit: apples, oranges, and bananas",
        ),
        (
            "{{ \"/index.html\" | prepend: \"example.com\" | append: 5 }}",
            "example.com/index.html5",
        ),
        (
            "{{ \"Take my protein pills and put my helmet on\" | replace: \"my\", \"your\" }}",
            "Take your protein pills and put your helmet on",
        ),
        (
            "{{ \"Take my protein pills and put my helmet on\" | replace_first: \"my\", \"your\" }}",
            "Take your protein pills and put my helmet on",
        ),
        (
            "{{ \"Take my protein pills and put my helmet on\" | replace_last: \"my\", \"your\" }}",
            "Take my protein pills and put your helmet on",
        ),
        (
            "{{ \"I strained to see the train through the rain\" | remove: \"rain\" }}",
            "I sted to see the t through the ",
        ),
        (
            "{{ \"I strained to see the train through the rain\" | remove_first: \"rain\" }}",
            "I sted to see the train through the rain",
        ),
        (
            "{{ \"I strained to see the train through the rain\" | remove_last: \"rain\" }}",
            "I strained to see the train through the ",
        ),
        (
            "{{ \"Liquid\" | slice: 0 }}{{ \"Liquid\" | slice: 2 }}{{ \"Liquid\" | slice: 2, 5 }}",
            "Lqquid",
        ),
        (
            "{{ \"Liquid\" | slice: -3, 2 }} {{ 1234 | slice: 1, 2 }}",
            "ui 23",
        ),
        (
            "{{ \"Have <em>you</em> read <strong>Ulysses</strong>?\" | strip_html }}",
            "Have you read Ulysses?",
        ),
        ("{{ \"\\nHello\\nthere\\n\" | strip_newlines }}", "Hellothere"),
        (
            "{{ \"\\nHello\\nthere\\n\" | newline_to_br }}",
            "<br />\nHello<br />\nthere<br />\n",
        ),
        (
            "{{ \"Ground control to Major Tom.\" | truncatewords: 3 }}",
            "Ground control to...",
        ),
        (
            "{{ \"Ground control to Major Tom.\" | truncatewords: 3, \"--\" }}",
            "Ground control to--",
        ),
        (
            "{{ \"Ground control to Major Tom.\" | truncatewords: 3, \"\" | default: \"-\" }}",
            "Ground control to",
        ),
        ("{{ \"Ground control to Major Tom.\" | truncate: 0 }}", "..."),
        (
            "{{ \"1 < 2 & 3\" | escape_once }} {{ \"1 &lt; 2 &amp; 3\" | escape_once }}",
            "1 &lt; 2 &amp; 3 1 &lt; 2 &amp; 3",
        ),
        (
            "{{ \"%27Stop%21%27+said+Fred\" | url_decode }}",
            "'Stop!' said Fred",
        ),
        ("{{ \"one two three\" | base64_encode }}", "b25lIHR3byB0aHJlZQ=="),
        ("{{ \"b25lIHR3byB0aHJlZQ==\" | base64_decode }}", "one two three"),
        (
            "{{ \"ÿ?>ñ\" | base64_url_safe_encode }} {{ \"w78_PsOx\" | base64_url_safe_decode }}",
            "w78_PsOx ÿ?>ñ",
        ),
        ("{{ \"no base64\" | base64_decode | default: \"-\" }}", "-"),
        (
            "{{ \"abc\" | sha256 }}",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            "{{ \"what do ya want for nothing?\" | hmac_sha256: \"Jefe\" }}",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            "{{ city | strip | upcase | replace: \"MAD\", \"mad\" | default: \"-\" }} {{ nps | default: 0 | prepend: \"n\" }}",
            "madRID n9",
        ),
    ]);
}

/// [filter-2]
#[test]
fn numbers_are_calculated_as_liquid_documents() {
    table(&[
        ("{{ -17 | abs }} {{ 4 | abs }} {{ -19.86 | abs }}", "17 4 19.86"),
        (
            "{{ 1.2 | ceil }} {{ 2.0 | ceil }} {{ 183.357 | ceil }} {{ -1.2 | ceil }}",
            "2 2 184 -1",
        ),
        (
            "{{ 1.2 | floor }} {{ 2.0 | floor }} {{ 183.357 | floor }} {{ -1.2 | floor }}",
            "1 2 183 -2",
        ),
        (
            "{{ 1.2 | round }} {{ 2.7 | round }} {{ 183.357 | round: 2 }} {{ 155 | round: -1 }}",
            "1 3 183.36 160",
        ),
        (
            "{{ 4 | plus: 2 }} {{ 16 | plus: 4 }} {{ 183.357 | plus: 12 }}",
            "6 20 195.357",
        ),
        (
            "{{ 4 | minus: 2 }} {{ 16 | minus: 4 }} {{ 183.357 | minus: 12 }}",
            "2 12 171.357",
        ),
        (
            "{{ 3 | times: 2 }} {{ 24 | times: 7 }} {{ 183.357 | times: 12 }}",
            "6 168 2200.284",
        ),
        (
            "{{ 16 | divided_by: 4 }} {{ 5 | divided_by: 3 }} {{ 20 | divided_by: 7 }} {{ -7 | divided_by: 2 }}",
            "4 1 2 -4",
        ),
        (
            "{{ 7.5 | floor | divided_by: 2 }} {{ 20 | divided_by: 7.0 }}",
            "3 2.8571",
        ),
        (
            "{{ 3 | modulo: 2 }} {{ 24 | modulo: 7 }} {{ 183.357 | modulo: 12 }} {{ -7 | modulo: 3 }}",
            "1 3 3.357 2",
        ),
        (
            "{{ 4 | at_least: 5 }} {{ 4 | at_least: 3 }} {{ 4 | at_most: 5 }} {{ 4 | at_most: 3 }}",
            "5 4 4 3",
        ),
        (
            "{{ 4 | at_least: 4.5 | plus: 1 }} {{ 4 | at_most: 4.5 | plus: 0.25 }}",
            "5.5 4.25",
        ),
        (
            "{{ nps | plus: orders | times: 2 | default: 0 }} {{ total_spent | divided_by: orders | default: 0 }}",
            "24 411.5",
        ),
        (
            "{{ ratio | times: 3 | default: 0 }} {{ ratio | plus: 0.5 | round: 1 | default: 0 }}",
            "0.75 0.8",
        ),
        ("{{ orders | divided_by: 0 | default: \"none\" }}", "none"),
        ("{% assign n = orders | plus: 1 %}{{ n | times: n }}", "16"),
        (
            "{% assign n = 4 | at_most: 4.5 %}{% if n < 4.5 %}{{ n + 0.5 }}{% endif %}",
            "4.5",
        ),
    ]);
    assert_eq!(
        problems("{{ orders | divided_by: nps }}"),
        ["`nps` may be missing"]
    );
    assert_eq!(
        problems("{{ orders | divided_by: orders }}"),
        ["`orders | divided_by: orders` may be missing"]
    );
    assert_eq!(problems("{{ orders | plus: \"one\" }}"), ["`one` is no number"]);
    assert_eq!(problems("{{ orders | plus: \"1\" }}"), Vec::<String>::new());
    assert_eq!(
        problems("{{ interests | plus: 1 }}"),
        ["`plus` takes one value, found a list"]
    );
    assert_eq!(problems("{{ birth_date | plus: 1 }}"), ["`plus` takes a number"]);
    assert_eq!(problems("{{ orders | round: 1.5 }}"), ["expected a whole number"]);
}

/// [filter-3]
#[test]
fn lists_are_changed_as_liquid_documents() {
    table(&[
        (
            "{{ \"apples, oranges, peaches\" | split: \", \" | reverse | join: \", \" }}",
            "peaches, oranges, apples",
        ),
        (
            "{{ \"zebra, octopus, giraffe, Sally Snake\" | split: \", \" | sort | join: \", \" }}",
            "Sally Snake, giraffe, octopus, zebra",
        ),
        (
            "{{ \"zebra, octopus, giraffe, Sally Snake\" | split: \", \" | sort_natural | join: \", \" }}",
            "giraffe, octopus, Sally Snake, zebra",
        ),
        (
            "{{ \"ants, bugs, bees, bugs, ants\" | split: \", \" | uniq | join: \", \" }}",
            "ants, bugs, bees",
        ),
        (
            "{% assign fruits = \"apples, oranges\" | split: \", \" %}{% assign more = \"leeks\" | split: \", \" %}{{ fruits | concat: more | concat: interests | join: \"-\" | default: \"-\" }}",
            "apples-oranges-leeks-tea-books",
        ),
        (
            "{{ \"John, Paul, George, Ringo\" | split: \", \" | slice: 1, 2 | join: \" \" | default: \"-\" }}",
            "Paul George",
        ),
        (
            "{{ \"John, Paul, George, Ringo\" | split: \", \" | slice: -2, 9 | join: \" \" | default: \"-\" }}",
            "George Ringo",
        ),
        ("{{ \"a,b\" | split: \",\" | slice: 5 | size }}", "0"),
        (
            "{{ \"John, Paul\" | split: \", \" | first }} {{ \"John, Paul\" | split: \", \" | last }}",
            "John Paul",
        ),
        (
            "{{ scores | sum | default: 0 }} {{ favorites | map: \"sku.price\" | sum }}",
            "7 1242.75",
        ),
        ("{{ favorites | sum: \"sku.stock\" }}", "15"),
        (
            "{{ favorites | map: \"sku\" | join: \" \" | default: \"-\" }}",
            "A1 B2 C3",
        ),
        (
            "{{ favorites | map: \"note\" | join: \",\" | default: \"-\" }}",
            "for Eva,,me",
        ),
        (
            "{{ favorites | map: \"note\" | compact | join: \",\" | default: \"-\" }}",
            "for Eva,me",
        ),
        (
            "{{ favorites | compact: \"note\" | size }} {{ favorites | compact | size }}",
            "2 3",
        ),
        (
            "{{ favorites | map: \"note\" | size }} {{ favorites | map: \"note\" | uniq | size }}",
            "3 3",
        ),
        (
            "{{ favorites | sort: \"sku.price\" | map: \"sku\" | join: \" \" | default: \"-\" }}",
            "A1 C3 B2",
        ),
        (
            "{{ favorites | sort: \"note\" | map: \"sku\" | join: \" \" | default: \"-\" }}",
            "A1 C3 B2",
        ),
        (
            "{{ favorites | sort_natural: \"sku.name\" | map: \"sku\" | join: \" \" | default: \"-\" }}",
            "B2 C3 A1",
        ),
        (
            "{{ favorites | where: \"sku\", \"B2\" | map: \"sku.name\" | first | default: \"-\" }}",
            "Lamp <b>\"Luna\"</b>",
        ),
        (
            "{{ favorites | where: \"note\" | size }} {{ favorites | reject: \"note\" | size }}",
            "2 1",
        ),
        (
            "{{ favorites | where: \"note\", nil | size }} {{ favorites | reject: \"note\", \"me\" | size }}",
            "2 2",
        ),
        (
            "{{ favorites | where: \"sku.stock\", 0 | size }} {{ favorites | where: \"sku.category\", country | size }}",
            "1 0",
        ),
        (
            "{{ favorites | find_index: \"sku\", \"C3\" | default: -1 }} {{ favorites | find_index: \"sku\", \"X\" | default: -1 }}",
            "2 -1",
        ),
        (
            "{{ favorites | has: \"sku.category\", \"lamps\" }} {{ favorites | has: \"note\", \"him\" }}",
            "true false",
        ),
        (
            "{% assign f = favorites | find: \"note\", \"me\" %}{% if f %}{{ f.sku.name | default: \"-\" }}{% endif %}",
            "Mug",
        ),
        (
            "{% assign f = favorites | find: \"note\", \"him\" %}{% if f %}x{% else %}none{% endif %}",
            "none",
        ),
        (
            "{% assign notes = favorites | map: \"note\" %}{% for n in notes %}[{{ n | default: \"-\" }}]{% endfor %}",
            "[for Eva][-][me]",
        ),
        (
            "{% assign cheap = favorites | reject: \"sku.stock\", 0 | sort: \"added_at\" | reverse %}{% for f in cheap %}{{ f.sku.name | default: \"-\" }};{% endfor %}",
            "Mug;Tea light;",
        ),
        (
            "{{ recommendations | map: \"name\" | join: \"|\" | default: \"-\" }}",
            "Lamp <b>\"Luna\"</b>|Tea light",
        ),
        (
            "{{ recommendations | where: \"category\", \"lamps\" | map: \"price\" | sum }}",
            "1234.5",
        ),
        (
            "{% for i in (1..2) %}{{ favorites | where: \"sku.stock\", forloop.index0 | size }}{% endfor %}",
            "10",
        ),
        (
            "{{ interests | sort | join: \" \" | default: \"-\" }} {{ scores | reverse | join | default: \"-\" }}",
            "books tea 4 3",
        ),
    ]);
    assert_eq!(
        says(
            Format::Text,
            NOBODY,
            "{{ favorites | map: \"sku.price\" | sum }} {{ scores | sum | default: \"none\" }} {{ favorites | has: \"note\" }}{{ interests | sort | first | default: \"-\" }}"
        ),
        "0 none false-"
    );
}

/// [filter-4]
#[test]
fn what_is_written_out_needs_no_fallback() {
    table(&[
        (
            "{{ \" a \" | strip }}{{ \"a-b\" | split: \"-\" | last }}{{ \"abc\" | remove: \"b\" }}",
            "abac",
        ),
        (
            "{% assign words = \"a b\" | split: \" \" %}{{ words.first }}{{ words | join }}",
            "aa b",
        ),
        (
            "{% assign words = \"a b\" | split: \" \" %}{% for w in words %}{{ w }}{% endfor %}",
            "ab",
        ),
        (
            "{% assign words = \"a b\" | split: \" \" %}{% if nps > 5 %}{% assign words = city | default: \"x\" | split: \" \" %}{% endif %}{{ words | first | default: \"-\" }}",
            "Madrid",
        ),
    ]);
    for (text, problem) in [
        (
            "{{ \"b\" | remove: \"b\" }}",
            "`\"b\" | remove: \"b\"` may be blank",
        ),
        (
            "{{ \"a b\" | split: \" \" | slice: 1 | first }}",
            "`\"a b\" | split: \" \" | slice: 1 | first` may be missing",
        ),
        (
            "{{ \",a\" | split: \",\" | first }}",
            "`\",a\" | split: \",\" | first` may be blank",
        ),
        (
            "{{ \"?\" | base64_decode }}",
            "`\"?\" | base64_decode` may be missing or blank",
        ),
        ("{{ country | strip }}", "`country | strip` may be blank"),
        ("{{ id | slice: 1, 3 }}", "`id | slice: 1, 3` may be blank"),
        (
            "{{ favorites | map: \"note\" | join }}",
            "`favorites | map: \"note\" | join` may be blank",
        ),
        (
            "{% assign w = \"a b\" | split: \" \" %}{% if nps > 5 %}{% assign w = country | split: \" \" %}{% endif %}{{ w | first }}",
            "`w | first` may be missing or blank",
        ),
    ] {
        assert_eq!(problems(text), [problem], "{text}");
    }
}

/// [filter-5]
#[test]
fn what_is_escaped_already_is_not_escaped_again() {
    for (template, expected) in [
        (
            "<p>{{ \"1 &lt; 2 & 3\" | escape_once }}</p>",
            "<p>1 &lt; 2 &amp; 3</p>",
        ),
        (
            "<p title=\"{{ \"1 &lt; 2 & 3\" | escape_once }}\">",
            "<p title=\"1 &lt; 2 &amp; 3\">",
        ),
        (
            "<p>{{ \"<a>\\n&\" | newline_to_br }}</p>",
            "<p>&lt;a&gt;<br />\n&amp;</p>",
        ),
        (
            "<p>{{ \"<a>\\n&\" | escape | newline_to_br }}</p>",
            "<p>&lt;a&gt;<br />\n&amp;</p>",
        ),
        (
            "<p>{{ \"<a>\\n\" | newline_to_br | raw }}</p>",
            "<p><a><br />\n</p>",
        ),
        (
            "{% assign x = \"<a>\" | escape %}{% assign y = \"<a>\" | escape | upcase %}{{ x }} {{ x | raw }} {{ y }}",
            "&lt;a&gt; &lt;a&gt; &lt;A&gt;",
        ),
        (
            "{% capture x %}{{ \"<a>\" | escape }}{% endcapture %}{{ x }}",
            "&lt;a&gt;",
        ),
        (
            "{% assign x = \"a\\nb\" | newline_to_br %}<p>{{ x }}</p>",
            "<p>a<br />\nb</p>",
        ),
        (
            "{{ \"a\\nb\" | newline_to_br | strip_newlines | split: \"<br />\" | join: \"|\" }}",
            "a|b",
        ),
    ] {
        assert_eq!(says(Format::Html, ANA, template), expected, "{template}");
    }
    assert_eq!(
        problems("{% assign x = id | escape %}<p title=\"{{ x | default: \"-\" }}\">"),
        ["`default` takes text, found part of a page"]
    );
    assert_eq!(
        problems("{% assign x = \"a\" | escape %}<p title=\"{{ x }}\">"),
        ["a part of a page in the attribute `title`, a value in double quotes"]
    );
    assert_eq!(
        problems("{{ city | newline_to_br | default: \"-\" }}"),
        ["`newline_to_br` is not the last filter"]
    );
}

/// [filter-6]
#[test]
fn what_a_filter_cannot_do_is_said() {
    for (text, problem) in [
        (
            "{{ interests | map: \"x\" | join }}",
            "`map` takes a list of records",
        ),
        ("{{ interests | has: \"x\" }}", "`has` takes a list of records"),
        (
            "{{ interests | sort: \"x\" | join }}",
            "the items have no field `x`",
        ),
        (
            "{{ favorites | sort | size }}",
            "`sort` takes a list of plain values",
        ),
        ("{{ favorites | sum }}", "`sum` takes a list of plain values"),
        ("{{ interests | sum }}", "`sum` takes numbers"),
        ("{{ favorites | sum: \"note\" }}", "`sum` takes numbers"),
        (
            "{{ favorites | map: country | size }}",
            "expected the name of a field",
        ),
        (
            "{{ favorites | where: \"sku.price\", \"x\" | size }}",
            "`decimal` and `string` cannot be compared",
        ),
        (
            "{{ favorites | where: \"sku\", city | size }}",
            "`city` may be missing",
        ),
        (
            "{{ favorites | concat: interests | size }}",
            "`concat` takes lists of the same kind",
        ),
        (
            "{{ interests | concat: country | join }}",
            "`concat` takes another list",
        ),
        (
            "{{ interests | concat: scores | join }}",
            "`scores` may be missing",
        ),
        ("{{ country | sort }}", "`sort` takes a list"),
        (
            "{{ interests | uniq: \"a\", \"b\" | join }}",
            "the filter `uniq` takes at most 1 argument, found 2",
        ),
        ("{{ favorites | join }}", "`join` takes a list of plain values"),
    ] {
        assert_eq!(problems(text), [problem], "{text}");
    }
}

/// The list may be shorter, so that nothing was shown and the message given up.
#[test]
fn an_item_in_the_middle_of_a_filled_list_was_taken_for_known() {
    assert_eq!(
        problems("{% assign xs = interests %}{% if xs is filled %}{{ xs[5] }}{% endif %}"),
        ["`xs[5]` may be missing or blank"]
    );
}

/// Every item that a filter looks at counts as a round of a loop.
#[test]
fn filters_on_lists_stop_at_the_limit_of_loops() -> Result {
    let shop = audience::Definitions::builder()
        .source("shop.audience", include_str!("../golden/template/shop.audience"))
        .limits(audience::Limits {
            iterations: 50,
            ..audience::Limits::default()
        })
        .build()?;
    let text = "{% for i in (1..20) %}{% assign x = favorites | reverse %}{% endfor %}";
    let template = compile(&shop, Format::Text, "t", text)?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &audience::Zone::UTC);
    let ana = shop.customer_from_json(ANA)?;
    let inputs = template.inputs([("shop_url", "https://shop.example/")])?;
    let error = template
        .render_into(
            &ana,
            &inputs,
            &audience::Placements::new(),
            &at,
            &mut String::new(),
        )
        .unwrap_err();
    assert!(error.to_string().contains("50"), "{error}");
    Ok(())
}
