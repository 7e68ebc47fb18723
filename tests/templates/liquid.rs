//! Tags as Liquid documents them: what a template holds, chooses, repeats and renders.

use audience::{Delimiters, Format, Inputs, Limits, Placements, Rendered, Zone};

use super::{ANA, NOBODY, Result, compile, says, shop};

/// What a template with partials says to Ana.
#[track_caller]
fn renders(format: Format, partials: &[(&str, &str)], text: &str) -> String {
    let render = || -> Result<String> {
        let shop = shop()?;
        let mut builder = shop.template_builder(format).source("template", text);
        for (name, text) in partials {
            builder = builder.partial(*name, text);
        }
        let template = builder.build()?;
        let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
        let ana = shop.customer_from_json(ANA)?;
        let mut out = String::new();
        Ok(
            match template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out)? {
                Rendered::Sent => out,
                Rendered::Skipped(reason) => format!("skipped: {reason}"),
            },
        )
    };
    render().unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// The messages of all that is wrong with a template.
fn problems(text: &str) -> Vec<String> {
    let shop = shop().expect("it compiles");
    match compile(&shop, Format::Html, "template", text) {
        Ok(_) => Vec::new(),
        Err(error) => error.diagnostics().iter().map(|it| it.message.clone()).collect(),
    }
}

#[track_caller]
fn table(cases: &[(&str, &str)]) {
    for (template, expected) in cases {
        assert_eq!(says(Format::Text, ANA, template), *expected, "{template}");
    }
}

/// [tag-1]
#[test]
fn assign_gives_a_name_a_value() {
    table(&[
        ("{% assign x = 1 %}{{ x }}{% assign x = 2 %}{{ x }}", "12"),
        (
            "{% assign name = first_name | default: \"there\" %}Hi {{ name }}",
            "Hi Ana",
        ),
        (
            "{% assign first_name = first_name | default: \"you\" | upcase %}{{ first_name }}",
            "ANA",
        ),
        (
            "{% assign n = nps | default: 0 %}{% if n > 5 %}{{ n | append: \"!\" }}{% endif %}",
            "9!",
        ),
        (
            "{% assign words = \"a,b,c\" | split: \",\" %}{{ words.size }}{{ words.first | default: \"-\" }}{{ words[1] | default: \"-\" }}{{ words[-1] | default: \"-\" }}",
            "3abc",
        ),
        (
            "{% assign words = \"a,b\" | split: \",\" %}{% for w in words %}[{{ w | default: \"-\" }}]{% endfor %}",
            "[a][b]",
        ),
        (
            "{% assign words = \"a,b\" | split: \",\" %}{% if words contains \"b\" %}yes{% endif %}",
            "yes",
        ),
        (
            "{% assign f = favorites | first %}{% if f %}{{ f.sku.name | default: \"gone\" }}{% endif %}",
            "Tea light",
        ),
        (
            "{% assign f = favorites[1] %}{% if f != nil %}{{ f.added_at | date: \"%d\" }}{% endif %}",
            "02",
        ),
        (
            "{% assign list = favorites %}{{ list.size }}{{ list.last.sku | default: \"-\" }}",
            "3C3",
        ),
        (
            "{% assign list = favorites %}{% for f in list where sku.stock > 0 %}{{ f.sku | default: \"-\" }}{% endfor %}",
            "A1C3",
        ),
        (
            "{% for f in favorites %}{% assign last = f %}{% endfor %}{% if last %}{{ last.sku | default: \"-\" }}{% endif %}",
            "C3",
        ),
    ]);
}

/// [tag-2]
#[test]
fn what_one_branch_gives_may_be_missing_behind_it() {
    table(&[
        (
            "{% if nps > 100 %}{% assign x = \"a\" %}{% endif %}{{ x | default: \"none\" }}",
            "none",
        ),
        (
            "{% if nps > 5 %}{% assign x = \"a\" %}{% else %}{% assign x = \"b\" %}{% endif %}{{ x }}",
            "a",
        ),
        (
            "{% if nps > 5 %}{% assign x = 1 %}{% else %}{% assign x = 2.5 %}{% endif %}{{ x }}",
            "1",
        ),
        (
            "{% if nps > 5 %}{% assign x = \"a\" %}{% else %}{% skip \"none\" %}{% endif %}{{ x }}",
            "a",
        ),
        // Where it was not given, the attribute of that name is meant.
        (
            "{% if nps > 100 %}{% assign country = \"XX\" %}{% endif %}{% if country is filled %}{{ country }}{% endif %}",
            "ES",
        ),
        (
            "{% if first_name is unknown %}{% assign first_name = \"you\" %}{% endif %}{{ first_name }}",
            "Ana",
        ),
    ]);
    assert_eq!(
        problems("{% if nps > 5 %}{% assign x = \"a\" %}{% endif %}{{ x }}"),
        ["`x` may be missing"]
    );
    assert_eq!(
        problems("{% if nps > 5 %}{% assign x = \"a\" %}{% else %}{% assign x = 1 %}{% endif %}{{ x }}"),
        ["`x` may hold things of different kinds here"]
    );
    // Nobody is troubled who does not use it.
    assert_eq!(
        problems("{% if nps > 5 %}{% assign x = \"a\" %}{% else %}{% assign x = 1 %}{% endif %}"),
        [""; 0]
    );
}

/// [tag-3]
#[test]
fn names_keep_their_values_from_round_to_round() {
    table(&[
        (
            "{% assign n = 0 %}{% for f in favorites %}{% assign n = n + 1 %}{% endfor %}{{ n }}",
            "3",
        ),
        (
            "{% assign total = 0 %}{% for p in purchases %}{% assign total = total + p.amount %}{% endfor %}{{ total }}",
            "130.49",
        ),
        (
            "{% assign total = 0 %}{% for p in purchases %}{% if p.amount > 15 %}{% assign total = total + p.amount %}{% endif %}{% endfor %}{{ total }}",
            "120.49",
        ),
        (
            "{% assign total = 0 %}{% for f in favorites %}{% for p in purchases %}{% assign total = total + p.amount %}{% endfor %}{% endfor %}{{ total }}",
            "391.47",
        ),
        (
            "{% assign last = \"none\" %}{% for f in favorites %}{{ last }} {% assign last = f.note | default: \"-\" %}{% endfor %}{{ last }}",
            "none for Eva - me",
        ),
        (
            "{% assign seen = \"\" %}{% for i in interests %}{% assign seen = seen | append: i %}{% endfor %}{{ seen | default: \"none\" }}",
            "teabooks",
        ),
        (
            "{% for f in favorites %}{% if x %}{{ x }},{% endif %}{% assign x = f.sku | default: \"-\" %}{% endfor %}",
            "A1,B2,",
        ),
        (
            "{% assign x = \"a\" %}{% for p in purchases where amount > 1000 %}{% assign x = p.amount %}{% endfor %}",
            "",
        ),
    ]);
    assert_eq!(
        problems("{% assign x = \"a\" %}{% for p in purchases %}{{ x }}{% assign x = p.gift %}{% endfor %}"),
        ["`x` may hold things of different kinds here"]
    );
    assert_eq!(
        problems("{% assign x = \"a\" %}{% for f in favorites %}{{ x }}{% assign x = f.note %}{% endfor %}"),
        ["`x` may be missing or blank"]
    );
    assert_eq!(
        problems("{% assign x = \"a\" %}{% for f in favorites %}{% assign x = f.note %}{% endfor %}{{ x }}"),
        ["`x` may be missing or blank"]
    );
}

/// The loop inside took the place of the record that the round before had put aside.
#[test]
fn a_record_of_the_round_before_was_lost_to_a_loop_of_this_one() {
    table(&[(
        "{% for i in (1..3) %}{% for f in favorites limit: 1 %}{% endfor %}{% if kept %}{{ kept.added_at | date: \"%d\" }} {% endif %}{% assign kept = favorites | last %}{% endfor %}",
        "03 03 ",
    )]);
}

/// [tag-4]
#[test]
fn what_was_proven_of_a_name_ends_when_it_is_given_another_value() {
    for template in [
        "{% assign x = city %}{% if x is filled %}{% assign x = city %}{{ x }}{% endif %}",
        "{% assign x = city %}{% if x is filled %}{{ x }}{% assign x = city %}{% endif %}{{ x }}",
        "{% assign x = city %}{% if x is filled %}{% for i in interests %}{{ x }}{% assign x = city %}{% endfor %}{% endif %}",
        "{% if x is unknown %}{% skip \"a\" %}{% else %}{% assign x = city %}{% endif %}{{ x }}",
    ] {
        let template = format!("{{% assign x = city %}}{template}");
        assert_eq!(
            problems(&template),
            ["`x` may be missing or blank"].map(str::to_owned),
            "{template}"
        );
    }
    assert_eq!(
        problems(
            "{% assign f = favorites | first %}{% if f %}{% assign f = favorites | last %}{{ f.sku }}{% endif %}"
        ),
        ["`f.sku` may be missing or blank"]
    );
}

/// [tag-5]
#[test]
fn capture_gives_a_name_a_text() {
    table(&[
        ("{% capture x %}a{{ orders }}b{% endcapture %}[{{ x }}]", "[a3b]"),
        (
            "{% capture x %}{% for i in interests %}{{ i | default: \"-\" }},{% endfor %}{% endcapture %}{{ x | default: \"none\" | upcase }}",
            "TEA,BOOKS,",
        ),
        (
            "{% capture x %}{% capture y %}in{% endcapture %}out{{ y }}{% endcapture %}{{ x }}",
            "outin",
        ),
        ("{% capture \"x\" %}a{% endcapture %}{{ x }}", "a"),
        (
            "{% for i in interests %}{% capture x %}{{ i | default: \"-\" }}{% endcapture %}{{ x }};{% endfor %}",
            "tea;books;",
        ),
    ]);
    assert_eq!(
        problems("{% capture x %}{% if nps > 5 %}a{% endif %}{% endcapture %}{{ x }}"),
        ["`x` may be blank"]
    );
    assert_eq!(
        problems("{% for i in interests %}{% capture x %}a{% break %}{% endcapture %}{% endfor %}"),
        ["`break` inside of `capture`"]
    );
}

/// [tag-6]
#[test]
fn what_is_captured_is_escaped_once() {
    for (template, expected) in [
        (
            "{% capture x %}Tea & {{ \"<b>\" }}{% endcapture %}<p>{{ x }}</p>",
            "<p>Tea & &lt;b&gt;</p>",
        ),
        (
            "{% capture x %}Tea + {{ \"<b>\" }}{% endcapture %}<p>{{ x }}</p>",
            "<p>Tea + &lt;b&gt;</p>",
        ),
        (
            "{% capture x %}Tea + {{ \"'\" }}{% endcapture %}<p title='{{ x }}'>",
            "<p title='Tea + &#39;'>",
        ),
        (
            "{% capture x %}<b>{{ \"<i>\" }}</b>{% endcapture %}<p>{{ x }}</p>",
            "<p><b>&lt;i&gt;</b></p>",
        ),
        (
            "{% capture x %}<b>a</b>{% endcapture %}{% assign y = x %}{% capture z %}{{ y }}!{% endcapture %}{{ z }}",
            "<b>a</b>!",
        ),
        (
            "{% capture x %}{% if nps > 100 %}<b>a</b>{% endif %}{% endcapture %}<p>{{ x }}</p>",
            "<p></p>",
        ),
    ] {
        assert_eq!(says(Format::Html, ANA, template), expected, "{template}");
    }
    for (template, expected) in [
        (
            "{% capture x %}<b>a</b>{% endcapture %}<p title=\"{{ x }}\">",
            "a part of a page in the attribute `title`, a value in double quotes",
        ),
        (
            "{% capture x %}<b>a</b>{% endcapture %}{{ x | upcase }}",
            "`upcase` takes text, found part of a page",
        ),
        (
            "{% capture x %}<b {% endcapture %}",
            "the captured part of the page ends inside the tag `<b`",
        ),
        (
            "{% if nps > 5 %}{% capture x %}<b>a</b>{% endcapture %}{% else %}{% assign x = \"a\" %}{% endif %}{{ x }}",
            "`x` may hold things of different kinds here",
        ),
    ] {
        assert_eq!(problems(template), [expected], "{template}");
    }
}

/// [tag-7]
#[test]
fn case_compares_one_value() {
    table(&[
        (
            "{% case gender %}{% when \"female\" %}Ms{% when \"male\" %}Mr{% else %}{{ id | default: \"-\" }}{% endcase %}",
            "Ms",
        ),
        (
            "{% case nps %}{% when 1, 2 %}low{% when 9 or 10 %}high{% else %}middle{% endcase %}",
            "high",
        ),
        ("{% case city %}\n {% when \"Madrid\" %}M{% endcase %}", "M"),
        (
            "{% case last_seen %}{% when nil %}never{% else %}seen{% endcase %}",
            "never",
        ),
        (
            "{% case subscribed %}{% when true %}yes{% when false %}no{% endcase %}",
            "no",
        ),
        (
            "{% case nps %}{% when 9 %}{% assign x = \"a\" %}{% else %}{% assign x = \"b\" %}{% endcase %}{{ x }}",
            "a",
        ),
    ]);
    let shop = shop().expect("it compiles");
    let template = compile(
        &shop,
        Format::Text,
        "template",
        "{% case gender %}{% when \"female\" %}Ms{% endcase %}{% case gender %}{% when \"female\" %}a{% else %}b{% endcase %}",
    )
    .expect("a warning only");
    let warnings: Vec<_> = template.warnings().iter().map(|it| it.message.as_str()).collect();
    assert_eq!(warnings, ["no `when` for `male`, `other`"]);
    for (template, expected) in [
        (
            "{% case nps %}{% when 1 %}a{% when 1 %}b{% endcase %}",
            "a value with a second `when`",
        ),
        (
            "{% case nps %}{% when orders, 1 %}a{% endcase %}",
            "one `when` with values that may be equal",
        ),
        (
            "{% case nps %}text{% when 1 %}a{% endcase %}",
            "this stands before the first `when`",
        ),
        (
            "{% case nps %}{% when 1 %}a{% else %}b{% when 2 %}c{% endcase %}",
            "`when` after `else`",
        ),
        ("{% when 1 %}", "`when` outside of `case`"),
        ("{% case nps %}{% when 1 %}", "`case` is not closed"),
    ] {
        assert_eq!(problems(template), [expected], "{template}");
    }
}

/// [tag-8] [tag-9] [tag-10]
#[test]
fn loops_choose_count_and_turn() {
    table(&[
        ("{% for i in (1..5) %}{{ i }}{% endfor %}", "12345"),
        ("{% for i in (1..orders) %}{{ i }}{% endfor %}", "123"),
        ("{% for i in (3..1) %}{{ i }}{% else %}none{% endfor %}", "none"),
        (
            "{% for i in (1..9) limit: 2 offset: 3 %}{{ i }}{% endfor %}",
            "45",
        ),
        (
            "{% for i in (1..9), limit: 3 reversed %}{{ i }}{% endfor %}",
            "321",
        ),
        (
            "{% for f in favorites offset: 1 %}{{ f.sku | default: \"-\" }}{% endfor %}",
            "B2C3",
        ),
        (
            "{% for f in favorites limit: 2 reversed %}{{ f.sku | default: \"-\" }}{% endfor %}",
            "B2A1",
        ),
        (
            "{% for f in favorites offset: 7 %}{{ f.sku | default: \"-\" }}{% else %}none{% endfor %}",
            "none",
        ),
        (
            "{% for p in purchases reversed limit: 2 %}{{ p.amount }};{% endfor %}",
            "10;99.99;",
        ),
        (
            "{% for p in recommendations offset: 1 %}{{ p.name }}{% endfor %}",
            "Tea light",
        ),
        (
            "{% for p in recommendations reversed %}{{ p.name | truncate: 4, \".\" }}{% endfor %}",
            "Tea.Lam.",
        ),
        (
            "{% for f in favorites %}{{ forloop.index }}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.rindex0 }}{{ forloop.length }}{% if forloop.first %}f{% endif %}{% if forloop.last %}l{% endif %} {% endfor %}",
            "10323f 21213 32103l ",
        ),
        (
            "{% for p in recommendations %}{{ forloop.index }}/{{ forloop.length }} {% endfor %}",
            "1/2 2/2 ",
        ),
        (
            "{% for i in (1..2) %}{% for j in (1..2) %}{{ forloop.parentloop.index }}{{ forloop.index }} {% endfor %}{% endfor %}",
            "11 12 21 22 ",
        ),
        (
            "{% for i in (1..9) %}{% if i = 4 %}{% break %}{% endif %}{{ i }}{% endfor %}",
            "123",
        ),
        (
            "{% for i in (1..5) %}{% if i = 2 or i = 4 %}{% continue %}{% endif %}{{ i }}{% endfor %}",
            "135",
        ),
        (
            "{% for i in (1..3) %}{% for j in (1..9) %}{% if j > i %}{% break %}{% endif %}{{ j }}{% endfor %};{% endfor %}",
            "1;12;123;",
        ),
        // Behind a `continue`, what it was about is known.
        (
            "{% for f in favorites %}{% if f.note is unknown %}{% continue %}{% endif %}{% if f.note is filled %}{{ f.note }};{% endif %}{% endfor %}",
            "for Eva;me;",
        ),
        (
            "{% for f in favorites %}{% unless f.note is filled %}{% continue %}{% endunless %}{{ f.note }};{% endfor %}",
            "for Eva;me;",
        ),
    ]);
    for (template, expected) in [
        (
            "{% for i in (1..3) offset: 1 offset: continue %}{{ i }}{% endfor %}",
            "a second `offset`",
        ),
        (
            "{% for i in (1..nps) %}{{ i }}{% endfor %}",
            "an end of the range may be missing",
        ),
        ("{% break %}", "`break` outside of `for`"),
        (
            "{% for i in (1..3) %}{{ forloop.parentloop.index }}{% endfor %}",
            "this loop stands in no other",
        ),
        (
            "{% for i in (1..3) %}{{ forloop.indx }}{% endfor %}",
            "`forloop` has no field `indx`",
        ),
        (
            "{% for i in (1..3) %}{% assign i = 2 %}{% endfor %}",
            "`i` is the variable of a loop around",
        ),
        (
            "{% for i in (1..3) %}<p title=\"{% if i = 2 %}{% break %}{% endif %}\">{% endfor %}",
            "a round of the loop ends in another place of the page than it began",
        ),
    ] {
        assert_eq!(problems(template), [expected], "{template}");
    }
}

/// [tag-11]
#[test]
fn conditions_ask_as_liquid_does() {
    table(&[
        (
            "{% if first_name %}a{% endif %}{% if last_seen %}b{% endif %}{% if subscribed %}c{% endif %}",
            "a",
        ),
        (
            "{% if favorites %}a{% endif %}{% unless coupon %}b{% endunless %}",
            "ab",
        ),
        (
            "{% if last_seen == nil %}a{% endif %}{% if nps != null %}b{% endif %}{% if nil != nps %}c{% endif %}",
            "abc",
        ),
        (
            "{% if city != blank %}a{% endif %}{% if last_seen == blank %}b{% endif %}{% if subscribed == blank %}c{% endif %}",
            "abc",
        ),
        (
            "{% if interests == empty %}a{% endif %}{% if interests != empty %}b{% endif %}",
            "b",
        ),
        (
            "{% if interests.size > 1 %}a{% endif %}{% if favorites.first.sku = \"A1\" %}b{% endif %}{% if city.size = 6 %}c{% endif %}",
            "abc",
        ),
        (
            "{% if favorites[0].sku = \"A1\" and favorites[-1].sku = \"C3\" %}a{% endif %}",
            "a",
        ),
        (
            "{{ consent[\"email\"] }}{% if recommendations.size = 2 %}a{% endif %}",
            "truea",
        ),
        (
            "{% assign p = recommendations | first %}{% if p %}{{ p.name }}: {{ p.reason }}{% endif %}",
            "Lamp <b>\"Luna\"</b>: because of \"Luna\" & more",
        ),
        ("{% if city != blank %}{{ city }}{% endif %}", "Madrid"),
    ]);
    assert_eq!(
        says(Format::Text, NOBODY, "{% if country %}there{% endif %}"),
        "there"
    );
    assert_eq!(
        problems("{% if nps > 5 or subscribed and orders > 1 %}a{% endif %}"),
        ["`and` and `or` are mixed without parentheses"]
    );
    assert_eq!(
        problems("{{ interests[2].size }}"),
        ["only the first and the last item are reached in here"]
    );
}

/// [tag-12] [tag-19]
#[test]
fn raw_echo_comments_and_lines_are_tags() {
    table(&[
        ("{% raw %}{{ x }} {% if %}{% endraw %}", "{{ x }} {% if %}"),
        ("a {%- raw -%} {{ x }} {%- endraw -%} b", "a {{ x }} b"),
        ("{% echo orders | append: \"!\" %}", "3!"),
        (
            "a{% # note %}b{% comment %}{{ x }}{% if %}{% endcomment %}c",
            "abc",
        ),
        (
            "{% liquid\n  # a note\n  assign x = orders\n  comment\n    nothing else here\n  endcomment\n  if x > 2\n    echo x\n    for i in interests\n      echo i | default: \"-\" | append: \";\"\n    endfor\n  endif\n%}!",
            "3tea;books;!",
        ),
    ]);
    for (template, expected) in [
        ("{% liquid\n if orders > 1\n%}", "`if` is not closed"),
        ("{% liquid\n raw\n%}", "`raw` in a `liquid` tag"),
        ("{% liquid\n comment\n%}", "`comment` is not closed"),
        ("{% include \"x\" %}", "the tag `include` is not supported"),
        (
            "{% tablerow x in y %}{% endtablerow %}",
            "the tag `tablerow` is not supported",
        ),
        ("{% increment n %}", "the tag `increment` is not supported"),
        ("{% decrement n %}", "the tag `decrement` is not supported"),
        ("{% cycle \"a\", \"b\" %}", "the tag `cycle` is not supported"),
        (
            "{% ifchanged %}a{% endifchanged %}",
            "the tag `ifchanged` is not supported",
        ),
        (
            "{% if orders > 1 %}{% else if orders > 2 %}{% endif %}",
            "`else` takes no condition",
        ),
    ] {
        assert_eq!(problems(template), [expected], "{template}");
    }
}

/// [tag-13] [tag-14] [tag-15]
#[test]
fn partials_see_what_they_are_given() {
    let html = Format::Html;
    let hello = [("hello", "<p>Hello {{ name }}</p>")];
    assert_eq!(
        renders(html, &hello, "{% render \"hello\", name: \"<Ana>\" %}"),
        "<p>Hello &lt;Ana&gt;</p>"
    );
    // What is known where it is rendered is known inside.
    assert_eq!(
        renders(
            html,
            &hello,
            "{% if first_name is known %}{% render \"hello\", name: first_name %}{% endif %}"
        ),
        "<p>Hello Ana</p>"
    );
    let favorite = [(
        "favorite",
        "{{ forloop.index }}{{ favorite.sku | default: \"-\" }} ",
    )];
    assert_eq!(
        renders(html, &favorite, "{% render \"favorite\" for favorites %}"),
        "1A1 2B2 3C3 "
    );
    let f = [("f", "{{ x.sku | default: \"-\" }}{{ more }}")];
    assert_eq!(
        renders(
            html,
            &f,
            "{% for f in favorites %}{% render \"f\" with f as x, more: orders %};{% endfor %}"
        ),
        "A13;B23;C33;"
    );
    assert_eq!(
        renders(
            html,
            &[("f", "{% if f %}{{ f.sku | default: \"-\" }}{% endif %}")],
            "{% render \"f\" with favorites.last %}"
        ),
        "C3"
    );
    let nested = [
        ("outer", "[{% render \"inner\", text: text %}]"),
        ("inner", "{% assign text = text | upcase %}{{ text }}"),
    ];
    assert_eq!(
        renders(
            html,
            &nested,
            "{% assign text = \"a\" %}{% render \"outer\", text: text %}{{ text }}"
        ),
        "[A]a"
    );
    // Each use begins afresh, whatever the one before left in the names.
    let once = [(
        "once",
        "{% if n = 1 %}{% assign seen = \"seen\" %}{% endif %}{{ n }}{{ seen | default: \"-\" }} ",
    )];
    assert_eq!(
        renders(
            html,
            &once,
            "{% for i in (1..2) %}{% render \"once\", n: i %}{% endfor %}"
        ),
        "1seen 2- "
    );
}

/// [tag-13] [tag-15]
#[test]
fn partials_are_refused_where_they_cannot_be_checked() {
    let build = |partials: &[(&str, &str)], text: &str| {
        let shop = shop().expect("it compiles");
        let mut builder = shop.template_builder(Format::Html).source("template", text);
        for (name, text) in partials {
            builder = builder.partial(*name, text);
        }
        match builder.build() {
            Ok(_) => Vec::new(),
            Err(error) => error
                .diagnostics()
                .iter()
                .map(|it| it.message.clone())
                .collect::<Vec<_>>(),
        }
    };
    assert_eq!(build(&[], "{% render \"x\" %}"), ["unknown partial `x`"]);
    assert_eq!(
        build(&[("x", "{{ first_name }}")], "{% render \"x\" %}"),
        ["`first_name` is not among the arguments of this partial"]
    );
    assert_eq!(
        build(
            &[("x", "{% render \"y\" %}"), ("y", "{% render \"x\" %}")],
            "{% render \"x\" %}"
        ),
        ["the partial `x` renders itself"]
    );
    assert_eq!(
        build(&[("x", "{{ n }}")], "{% render \"x\", n: city %}"),
        ["`n` may be missing or blank"]
    );
    assert_eq!(
        build(
            &[("x", "{% break %}")],
            "{% for i in (1..2) %}{% render \"x\" %}{% endfor %}"
        ),
        ["`break` outside of `for`"]
    );
    assert_eq!(
        build(&[("x", "<b")], "{% render \"x\" %}"),
        ["the template ends inside the tag `<b`"]
    );
    let error = shop()
        .expect("it compiles")
        .template_builder(Format::Text)
        .source("mail", "{% render \"x\", n: nps %}")
        .partial("x", "\n{{ n }}")
        .build()
        .expect_err("it may be missing")
        .to_string();
    assert!(error.contains("x:2:4") && error.contains("mail:1:1"), "{error}");
}

/// [tag-16]
#[test]
fn delimiters_may_be_others() {
    let shop = shop().expect("it compiles");
    let build = |delimiters: Delimiters, text: &str| {
        shop.template_builder(Format::Text)
            .delimiters(delimiters)
            .source("template", text)
            .build()
    };
    let template = build(
        Delimiters::new(["[[", "]]"], ["<%", "%>"]),
        "{{ x }} [[- orders -]] <%- if orders > 1 -%> {% a %} <% endif %>",
    )
    .expect("it compiles");
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let ana = shop.customer_from_json(ANA).expect("it fits");
    let mut out = String::new();
    let sent = template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out);
    assert_eq!((sent, out.as_str()), (Ok(Rendered::Sent), "{{ x }}3{% a %} "));
    for bad in [
        Delimiters::new(["{{", "}}"], ["{{", "%}"]),
        Delimiters::new(["", "}}"], ["{%", "%}"]),
        Delimiters::new(["a", "b"], ["{%", "%}"]),
    ] {
        assert!(build(bad, "x").is_err());
    }
}

/// [tag-17]
#[test]
fn a_template_cannot_take_more_memory_than_it_may() {
    let shop = shop().expect("it compiles");
    let limits = Limits {
        scratch_bytes: 10_000,
        ..Limits::default()
    };
    let render = |text: &str| {
        let template = shop
            .template_builder(Format::Text)
            .source("mail", text)
            .limits(limits.clone())
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
        let ana = shop.customer_from_json(ANA).expect("it fits");
        let mut out = String::new();
        let result = template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out);
        result.map(|_| out).map_err(|error| error.to_string())
    };
    for text in [
        "{% assign x = \"ab\" %}\n{% for i in (1..60) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}",
        "{% assign x = \"ab\" %}\n{% for i in (1..60) %}{% assign x = x | append: x %}{% endfor %}",
    ] {
        let error = render(text).expect_err("it doubles sixty times");
        assert!(error.starts_with("mail:2:"), "{error}");
        assert!(
            error.ends_with("the values made on the way to the message have more than 10000 bytes"),
            "{error}"
        );
    }
    assert_eq!(
        render("{% for i in (1..1000000000) %}x{% endfor %}")
            .map_err(|error| error.contains("100000 rounds")),
        Err(true)
    );
}

/// [tag-18]
#[test]
fn what_a_template_holds_is_traced_to_what_it_reads() -> Result {
    let shop = shop()?;
    let template = compile(
        &shop,
        Format::Text,
        "template",
        "{% assign f = favorites | first %}{% if f %}{{ f.note | default: \"-\" }}{% endif %}\
         {% assign p = recommendations | last %}{% if p %}{{ p.name }}{% endif %}\
         {% assign c = city | default: \"-\" %}{{ c }}",
    )?;
    let needed = template.requirements().to_string();
    assert!(needed.contains("note"), "{needed}");
    assert!(
        needed.contains("city") && needed.contains("recommendations") && needed.contains("name"),
        "{needed}"
    );
    assert!(!needed.contains("added_at"), "{needed}");
    let shown: Vec<_> = template
        .placeholders()
        .iter()
        .map(|it| it.shows.as_str())
        .collect();
    assert_eq!(shown, ["f.note", "p.name", "c"]);
    Ok(())
}

/// What an error left broken was silent in the next look at the loop, and the error itself forgotten.
#[test]
fn errors_in_loops_are_not_forgotten_when_the_loop_is_looked_at_again() {
    assert_eq!(
        problems(
            r#"{% assign t = "a" %}{% for i in (1..2) %}{% assign t = t | louder %}{% endfor %}{{ t }}"#
        ),
        ["unknown filter `louder`"]
    );
    assert_eq!(
        problems(
            r#"{% assign t = "a" %}{% for i in (1..2) %}{{ t | upcase }}{% assign t = t | size %}{% endfor %}"#
        ),
        ["`t` may hold things of different kinds here"; 2]
    );
}

/// [tag-8]
#[test]
fn loops_go_on_where_others_stopped() {
    table(&[
        (
            "{% for i in (1..6) limit: 2 %}{{ i }}{% endfor %}-{% for i in (1..6) limit: 3 offset: continue %}{{ i }}{% endfor %}-{% for i in (1..6) offset: continue %}{{ i }}{% endfor %}",
            "12-345-6",
        ),
        ("{% for i in (1..3) offset: continue %}{{ i }}{% endfor %}", "123"),
        (
            "{% for i in (1..4) limit: 2 %}{{ i }}{% break %}{% endfor %}{% for i in (1..4) offset: continue %}{{ i }}{% endfor %}",
            "134",
        ),
        (
            "{% assign n = 1 %}{% for i in (1..5) offset: n limit: 2 %}{{ i }}{% assign n = n | plus: 9 %}{% endfor %}{% for i in (1..5) offset: continue %}{{ i }}{% endfor %}",
            "2345",
        ),
        // Another variable, or other items, are another loop.
        (
            "{% for i in (1..3) limit: 1 %}{{ i }}{% endfor %}{% for j in (1..3) offset: continue %}{{ j }}{% endfor %}{% for i in (1..2) offset: continue %}{{ i }}{% endfor %}",
            "112312",
        ),
        (
            "{% for k in (1..2) %}{% for i in (1..4) limit: 2 offset: continue %}{{ i }}{% endfor %};{% endfor %}",
            "12;34;",
        ),
        (
            "{% if orders > 99 %}{% for f in favorites limit: 1 %}{% endfor %}{% endif %}{% for f in favorites offset: continue %}{{ f.note | default: '-' }} {% endfor %}",
            "for Eva - me ",
        ),
    ]);
    let shop = shop().expect("it compiles");
    let error = shop
        .template_builder(Format::Text)
        .source("template", "{% render 'rest' %}")
        .partial(
            "rest",
            "{% for i in (1..3) offset: continue %}{{ i }}{% endfor %}",
        )
        .build()
        .map_or_else(|error| error.to_string(), |_| String::new());
    assert!(error.contains("a partial continues no loop"), "{error}");
}
