//! The filters that Liquid does not have: amounts, forms of nouns, dates of a language, links.

use audience::{Code, Definitions, Format, Inputs, Level, Placements, Zone};

use super::{ANA, NOBODY, compile, says, shop};

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

/// [filter-7]
#[test]
fn numbers_are_written_in_groups() {
    table(&[
        (
            "{{ 1234567.891 | number }} {{ total_spent | number: 2 }} {{ orders | number: 1 }}",
            "1,234,567.891 1,234.50 3.0",
        ),
        (
            "{{ -1234.5 | number: 0 }} {{ 999 | number }} {{ ratio | number: 1 | default: \"-\" }}",
            "-1,235 999 0.3",
        ),
        (
            "{{ total_spent | number: orders }} {{ total_spent | money: \"EUR\", locale: \"en\" }}",
            "1,234.500 €1,234.50",
        ),
    ]);
    assert_eq!(problems("{{ country | number }}"), ["`number` takes a number"]);
    assert_eq!(problems("{{ orders | number: \"two\" }}"), ["`two` is no number"]);
}

/// [filter-8]
#[test]
fn nouns_have_the_form_of_their_number() {
    table(&[
        (
            "{{ orders }} {{ orders | plural: \"order\", \"orders\" }}",
            "3 orders",
        ),
        (
            "{{ 1 | plural: \"order\", \"orders\" }} {{ 0 | plural: one: \"order\", other: \"orders\" }}",
            "order orders",
        ),
        (
            "{{ 1.5 | plural: \"hour\", \"hours\" }} {{ -1 | plural: \"day\", \"days\" }}",
            "hours day",
        ),
    ]);
    assert_eq!(
        says(
            Format::Text,
            NOBODY,
            "{{ nps | plural: \"point\", \"points\" | default: \"none\" }}"
        ),
        "none"
    );
    for (text, problem) in [
        (
            "{{ orders | plural }}",
            "`plural` lacks `one` and `other`, which `en` has",
        ),
        (
            "{{ orders | plural: \"order\" }}",
            "`plural` lacks `other`, which `en` has",
        ),
        (
            "{{ orders | plural: \"a\", \"b\", few: \"c\" }}",
            "`en` has no form `few`",
        ),
        (
            "{{ orders | plural: \"a\", \"b\", one: \"c\" }}",
            "`one` is given twice",
        ),
        (
            "{{ orders | plural: \"a\", \"b\", \"c\" }}",
            "the filter `plural` takes at most 2 arguments, found 3",
        ),
        (
            "{{ orders | plural: \"a\", others: \"b\" }}",
            "`plural` has no argument named `others`",
        ),
        ("{{ country | plural: \"a\", \"b\" }}", "`plural` takes a number"),
        (
            "{{ orders | plural: \"a\", first_name }}",
            "`first_name` may be missing",
        ),
        (
            "{{ orders | plural: \"a\", country }}",
            "`orders | plural: \"a\", country` may be blank",
        ),
        (
            "{{ orders | plural: \"a\", \"b\", locale: country }}",
            "expected a language such as `\"es\"`",
        ),
        (
            "{{ orders | plural: \"a\", \"b\", locale: \"xx\" }}",
            "unknown locale `xx`",
        ),
    ] {
        assert_eq!(problems(text), [problem], "{text}");
    }
}

/// [filter-9]
#[test]
fn days_are_counted_by_the_calendar_of_the_zone() {
    // It is two in the morning of 1 June in Madrid.
    table(&[
        (
            "{{ 2026-06-08 | days_until }} {{ today | days_until }} {{ 2026-05-31 | days_until }}",
            "7 0 -1",
        ),
        (
            "{{ 2026-06-02T21:59:00Z | days_until }} {{ 2026-06-02T22:00:00Z | days_until }}",
            "1 2",
        ),
        (
            "{{ last_seen | days_until | default: \"never\" }} {{ signed_up_at | days_until }}",
            "never -516",
        ),
        ("{{ 2026-06-02 | days_until | plural: \"day\", \"days\" }}", "day"),
        (
            "{{ now | date: \"%H:%M %Z\", zone: \"America/New_York\" }} {{ today | date: \"%d %H\", zone: \"UTC\" }}",
            "20:00 EDT 01 00",
        ),
    ]);
    assert_eq!(
        problems("{{ country | days_until }}"),
        ["`days_until` takes a date or a datetime"]
    );
    assert_eq!(
        problems("{{ now | date: \"%d\", zone: \"Europe/Madird\" }}").len(),
        1
    );
}

/// [filter-10]
#[test]
fn the_forms_of_dates_have_names() {
    table(&[
        (
            "{{ 2026-07-05 | date: \"short\" }}; {{ 2026-07-05 | date: \"medium\" }}",
            "7/5/26; Jul 5, 2026",
        ),
        (
            "{{ 2026-07-05 | date: \"long\" }}; {{ 2026-07-05 | date: \"full\" }}",
            "July 5, 2026; Sunday, July 5, 2026",
        ),
    ]);
}

/// [filter-11]
#[test]
fn links_say_where_a_visit_comes_from() {
    for (template, expected) in [
        (
            "<a href=\"{{ shop_url | utm: \"newsletter\", \"email\", \"spring sale\" }}\">",
            "<a href=\"https://shop.example/?utm_source=newsletter&amp;utm_medium=email&amp;utm_campaign=spring+sale\">",
        ),
        (
            "<a href=\"{{ website | utm: campaign: country, source: \"x\" | default: shop_url }}\">",
            "<a href=\"https://ana.example/?a=1&amp;b=2&amp;utm_source=x&amp;utm_campaign=ES\">",
        ),
        (
            "{% for p in recommendations limit: 1 %}<a href=\"{{ p.url | utm: \"x\" }}\">{% endfor %}",
            "<a href=\"https://shop.example/b2?utm_source=x\">",
        ),
    ] {
        assert_eq!(says(Format::Html, ANA, template), expected, "{template}");
    }
    assert_eq!(
        problems("<a href=\"{{ website | utm: \"x\" }}\">"),
        ["`website | utm: \"x\"` may be missing"]
    );
    assert_eq!(
        problems("<a href=\"{{ shop_url | utm: \"x\", source: \"y\" }}\">"),
        ["`source` is given twice"]
    );
}

/// [filter-12]
#[cfg(feature = "locale")]
#[test]
fn languages_write_amounts_dates_and_nouns_their_own_way() {
    let blanks = |text: &str| text.replace('\u{a0}', "_").replace('\u{202f}', "~");
    for (template, expected) in [
        // Amounts.
        (
            "{{ total_spent | money: \"EUR\", locale: \"es\" }} {{ 12345.5 | money: \"EUR\", locale: \"es-ES\" }}",
            "1234,50_€ 12.345,50_€",
        ),
        (
            "{{ total_spent | money: \"EUR\", locale: \"el\" }} {{ -5 | money: \"USD\", locale: \"el\" }}",
            "1.234,50_€ -5,00_$",
        ),
        (
            "{{ total_spent | money: \"RON\", locale: \"ro\" }} {{ 5 | money: \"EUR\", locale: \"ro\" }}",
            "1.234,50_RON 5,00_EUR",
        ),
        (
            "{{ total_spent | money: \"EUR\", locale: \"de\" }} {{ 5 | money: \"CHF\", locale: \"de\" }}",
            "1.234,50_€ 5,00_CHF",
        ),
        (
            "{{ total_spent | money: \"EUR\", locale: \"fr\" }} {{ 5 | money: \"USD\", locale: \"fr\" }}",
            "1~234,50_€ 5,00_$US",
        ),
        (
            "{{ 12345.5 | money: \"PLN\", locale: \"pl\" }} {{ 1234.5 | money: \"EUR\", locale: \"pl\" }}",
            "12_345,50_zł 1234,50_€",
        ),
        (
            "{{ -1234.5 | money: \"EUR\", locale: \"nl\" }} {{ -1234.5 | money: \"BRL\", locale: \"pt-BR\" }} {{ 1234.5 | money: \"EUR\", locale: \"it\" }}",
            "€_-1.234,50 -R$_1.234,50 1234,50_€",
        ),
        (
            "{{ 1234567.891 | number: 1, locale: \"de\" }} {{ 1234567.891 | number: locale: \"pl\" }} {{ 0.5 | number: locale: \"fr\" }}",
            "1.234.567,9 1_234_567,891 0,5",
        ),
        // Dates.
        (
            "{{ 2026-07-05 | date: \"%A, %-d de %B de %Y\", locale: \"es\" }} {{ 2026-09-02 | date: \"%a %b\", locale: \"es\" }}",
            "domingo, 5 de julio de 2026 mié sept",
        ),
        (
            "{{ 2026-07-05 | date: \"full\", locale: \"es\" }}; {{ 2026-07-05 | date: \"short\", locale: \"es\" }}",
            "domingo, 5 de julio de 2026; 5/7/26",
        ),
        (
            "{{ 2026-07-05 | date: \"full\", locale: \"el\" }}; {{ 2026-05-05 | date: \"%B %Y\", locale: \"el\" }}",
            "Κυριακή 5 Ιουλίου 2026; Μάιος 2026",
        ),
        (
            "{{ 2026-07-05 | date: \"full\", locale: \"ro\" }}; {{ 2026-07-05 | date: \"medium\", locale: \"ro\" }}",
            "duminică, 5 iulie 2026; 5 iul. 2026",
        ),
        (
            "{{ 2026-03-05 | date: \"full\", locale: \"de\" }}; {{ 2026-03-05 | date: \"short\", locale: \"de\" }}",
            "Donnerstag, 5. März 2026; 05.03.26",
        ),
        (
            "{{ 2026-08-05 | date: \"full\", locale: \"fr\" }}; {{ 2026-08-05 | date: \"%^B\", locale: \"fr\" }}",
            "mercredi 5 août 2026; AOÛT",
        ),
        (
            "{{ 2026-07-05 | date: \"full\", locale: \"pl\" }}; {{ 2026-12-05 | date: \"%B %Y\", locale: \"pl\" }}",
            "niedziela, 5 lipca 2026; grudzień 2026",
        ),
        (
            "{{ 2026-07-05 | date: \"long\", locale: \"it\" }}; {{ 2026-07-05 | date: \"long\", locale: \"pt\" }}; {{ 2026-07-05 | date: \"long\", locale: \"nl\" }}",
            "5 luglio 2026; 5 de julho de 2026; 5 juli 2026",
        ),
        (
            "{{ 2026-07-05T12:03:00Z | date: \"%I:%M %p\", locale: \"el\" }}",
            "02:03 μ.μ.",
        ),
        // Nouns.
        (
            "{% for n in (0..2) %}{{ n }} {{ n | plural: \"pedido\", \"pedidos\", locale: \"es\" }},{% endfor %}",
            "0 pedidos,1 pedido,2 pedidos,",
        ),
        (
            "{% for n in (0..2) %}{{ n }} {{ n | plural: \"article\", \"articles\", locale: \"fr\" }},{% endfor %}",
            "0 article,1 article,2 articles,",
        ),
        (
            "{{ 1000000 | plural: \"article\", \"articles\", many: \"d’articles\", locale: \"fr\" }}",
            "d’articles",
        ),
        (
            "{% for n in (1..2) %}{{ n }} {{ n | plural: \"παραγγελία\", \"παραγγελίες\", locale: \"el\" }},{% endfor %}",
            "1 παραγγελία,2 παραγγελίες,",
        ),
        (
            "{{ 1 | plural: \"Bestellung\", \"Bestellungen\", locale: \"de-AT\" }}",
            "Bestellung",
        ),
        (
            "{% for n in (18..21) %}{{ n }} {{ n | plural: \"comandă\", \"de comenzi\", few: \"comenzi\", locale: \"ro\" }},{% endfor %}",
            "18 comenzi,19 comenzi,20 de comenzi,21 de comenzi,",
        ),
        (
            "{% for n in (1..5) %}{{ n | plural: one: \"zamówienie\", few: \"zamówienia\", many: \"zamówień\", locale: \"pl\" }},{% endfor %}",
            "zamówienie,zamówienia,zamówienia,zamówienia,zamówień,",
        ),
        (
            "{{ 1.5 | plural: one: \"godzina\", few: \"godziny\", many: \"godzin\", other: \"godziny\", locale: \"pl\" }}",
            "godziny",
        ),
    ] {
        assert_eq!(blanks(&says(Format::Text, ANA, template)), expected, "{template}");
    }
    for (text, problem) in [
        (
            "{{ orders | plural: \"a\", \"b\", locale: \"pl\" }}",
            "`plural` lacks `few` and `many`, which `pl` has",
        ),
        (
            "{{ orders | plural: \"a\", \"b\", locale: \"ro\" }}",
            "`plural` lacks `few`, which `ro` has",
        ),
        (
            "{{ total_spent | plural: one: \"a\", few: \"b\", many: \"c\", locale: \"pl\" }}",
            "`plural` lacks `other`, which `pl` has",
        ),
        (
            "{{ orders | plural: \"a\", \"b\", few: \"c\", locale: \"es\" }}",
            "`es` has no form `few`",
        ),
        (
            "{{ orders | money: \"EUR\", locale: \"zz\" }}",
            "unknown locale `zz`",
        ),
    ] {
        assert_eq!(problems(text), [problem], "{text}");
    }
}

/// [filter-12]
#[cfg(not(feature = "locale"))]
#[test]
fn other_languages_need_the_feature() {
    let error = problems("{{ orders | money: \"EUR\", locale: \"es\" }}");
    assert_eq!(error, ["the locale `es` is not built in"]);
}

/// What a template in a language says to Ana.
fn translated(language: &str, text: &str) -> Result<String, Vec<String>> {
    let shop = Definitions::builder()
        .source("shop.audience", include_str!("../golden/template/shop.audience"))
        .translations(
            "en",
            r#"{"hello": "Hello {name}!", "bye": "Goodbye", "cart": {"title": "Your {what}"}, "blank": "{name}",
               "points": {"one": "one point, {name}", "other": "{count} points, {name}"}}"#,
        )
        .translations(
            "pl",
            r#"{"hello": "Cześć {name}!", "points": {"one": "{count} punkt", "few": "{count} punkty", "many": "{count} punktów"}}"#,
        )
        .build()
        .expect("it compiles");
    let mut builder = shop.template_builder(Format::Text).source("t", text);
    if !language.is_empty() {
        builder = builder.language(language);
    }
    let template = builder.build().map_err(|error| {
        error
            .diagnostics()
            .iter()
            .map(|it| it.message.clone())
            .collect::<Vec<_>>()
    })?;
    let ana = shop.customer_from_json(ANA).expect("it is one");
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a moment"), &Zone::UTC);
    let mut out = String::new();
    let _ = template
        .render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out)
        .expect("no limit is reached");
    Ok(out)
}

/// [filter-13]
#[test]
fn texts_come_from_a_catalogue() {
    for (language, text, expected) in [
        (
            "en",
            "{{ \"hello\" | t: name: first_name | default: \"x\" }}",
            Err("`first_name` may be missing"),
        ),
        (
            "en",
            "{{ \"hello\" | t: name: country }} {{ \"bye\" | t | upcase }}",
            Ok("Hello ES! GOODBYE"),
        ),
        (
            "en-GB",
            "{{ \"cart.title\" | t: what: \"{name} basket\" }}",
            Ok("Your {name} basket"),
        ),
        (
            "",
            "{{ \"hello\" | t: name: country, locale: \"pl\" }}",
            Ok("Cześć ES!"),
        ),
        (
            "en",
            "{{ \"points\" | t: count: 1, name: country }}; {{ \"points\" | t: count: orders, name: country }}",
            Ok("one point, ES; 3 points, ES"),
        ),
        (
            "",
            "{{ \"hello\" | t: name: country }}",
            Err("it is not known which language this is in"),
        ),
        (
            "de",
            "{{ \"hello\" | t: name: country }}",
            Err("no translations for `de`"),
        ),
        ("pl", "{{ \"bye\" | t }}", Err("no translation of `bye`")),
        (
            "en",
            "{{ \"hallo\" | t: name: country }}",
            Err("no translation of `hallo`"),
        ),
        ("en", "{{ \"hello\" | t }}", Err("the text needs `name`")),
        (
            "en",
            "{{ \"bye\" | t: name: country }}",
            Err("the text has no place for `name`"),
        ),
        (
            "en",
            "{{ \"bye\" | t: country }}",
            Err("`t` takes arguments with names"),
        ),
        (
            "en",
            "{{ \"points\" | t: name: country }}",
            Err("the text needs `count`"),
        ),
        (
            "en",
            "{{ \"points\" | t: count: country, name: country }}",
            Err("`count` takes a number"),
        ),
        (
            "en",
            "{{ \"blank\" | t: name: country }}",
            Err("`\"blank\" | t: name: country` may be blank"),
        ),
        ("en", "{{ country | t }}", Err("`t` takes the key of a text")),
        (
            "en",
            "{{ \"bye\" | upcase | t }}",
            Err("`t` is not the first filter"),
        ),
    ] {
        match expected {
            Ok(expected) => assert_eq!(translated(language, text).as_deref(), Ok(expected), "{text}"),
            Err(problem) => assert_eq!(
                translated(language, text),
                Err(vec![problem.to_owned()]),
                "{text}"
            ),
        }
    }
}

/// [filter-14]
#[cfg(feature = "locale")]
#[test]
fn filters_write_in_the_language_of_the_text() {
    let blanks = |text: &str| text.replace('\u{a0}', "_");
    for (language, text, expected) in [
        (
            "pl",
            "{{ \"points\" | t: count: 1 }}, {{ \"points\" | t: count: 3 }}, {{ \"points\" | t: count: 5 }}",
            "1 punkt, 3 punkty, 5 punktów",
        ),
        (
            "pl",
            "{{ 2026-07-05 | date: \"%-d %B\" }} {{ 12345.5 | money: \"PLN\" }} {{ 0.5 | number }}",
            "5 lipca 12_345,50_zł 0,5",
        ),
        (
            "de",
            "{{ 2026-03-05 | date: \"long\" }} {{ 2 | plural: \"Tag\", \"Tage\" }} {{ 1 | money: \"EUR\", locale: \"en\" }}",
            "5. März 2026 Tage €1.00",
        ),
        ("sv", "{{ 2026-03-05 | date: \"%d/%m/%Y\" }}", "05/03/2026"),
    ] {
        let shown = translated(language, text).map(|it| blanks(&it));
        assert_eq!(shown.as_deref(), Ok(expected), "{text}");
    }
    for text in [
        "{{ 2026-03-05 | date: \"%B\" }}",
        "{{ 1 | money: \"EUR\" }}",
        "{{ 1 | number }}",
        "{{ 1 | plural: \"a\", \"b\" }}",
    ] {
        assert_eq!(
            translated("sv", text),
            Err(vec!["unknown locale `sv`".to_owned()]),
            "{text}"
        );
    }
    assert_eq!(
        translated("pl", "{{ 1 | plural: \"a\", \"b\" }}").map_err(|it| it.len()),
        Err(1)
    );
}

/// [filter-16]
#[test]
fn who_denies_values_without_escaping_takes_no_raw() {
    let text = "customer { id: string key, bio: string filled }
        message m { channel email, transactional, subject \"Hello\", text \"-\", html BODY }";
    let build = |body: &str, level| {
        let builder = Definitions::builder()
            .source("shop", text.replace("BODY", &format!("\"{body}\"")))
            .partial("about", "<p>{{ text | raw }}</p>");
        builder.lint(Code::Unescaped, level).build()
    };
    for body in ["<p>{{ bio | raw }}</p>", "{% render 'about', text: bio %}"] {
        let told = build(body, Level::Warn).expect("it compiles");
        let codes: Vec<_> = told.warnings().iter().map(|it| it.code).collect();
        assert_eq!(codes, [Code::Unescaped], "{body}");
        assert!(
            build(body, Level::Allow)
                .expect("it compiles")
                .warnings()
                .is_empty()
        );
        let error = build(body, Level::Deny).expect_err("it is denied");
        assert_eq!(error.diagnostics()[0].code, Code::Unescaped, "{error}");

        let strict = build("-", Level::Deny).expect("it compiles");
        let error = strict.template(Format::Html, body).expect_err("it is denied");
        assert_eq!(error.diagnostics().len(), 1, "{error}");
        let loose = build("-", Level::Allow).expect("it compiles");
        let template = loose.template(Format::Html, body).expect("it compiles");
        assert!(template.warnings().is_empty());
    }
}

/// [filter-15]
#[test]
fn values_and_lists_are_written_as_json() {
    table(&[
        (
            "{{ \"a\\\"b\\n\" | json }} {{ orders | json }} {{ total_spent | json }} {{ consent.email | json }}",
            "\"a\\\"b\\n\" 3 1234.5 true",
        ),
        (
            "{{ interests | json }} {{ scores | json | default: \"-\" }} {{ \"\" | split: \",\" | json }} {{ today | json }}",
            "[\"tea\",\"books\"] [3,4] [] \"2026-06-01\"",
        ),
        (
            "{{ favorites | map: \"note\" | compact | json }}",
            "[\"for Eva\",\"me\"]",
        ),
    ]);
    assert_eq!(
        says(Format::Html, ANA, "<p data-x=\"{{ interests | json }}\">"),
        "<p data-x=\"[&quot;tea&quot;,&quot;books&quot;]\">"
    );
    assert_eq!(
        says(
            Format::Json,
            ANA,
            "{\"list\": {{ interests | json }}, \"one\": {{ country | json }}, \"text\": \"{{ country | json }}\"}"
        ),
        "{\"list\": [\"tea\",\"books\"], \"one\": \"ES\", \"text\": \"\\\"ES\\\"\"}"
    );
    for (text, problem) in [
        ("{{ favorites | json }}", "`json` takes a list of plain values"),
        ("{{ favorites | map: \"note\" | json }}", "an item may be missing"),
        ("{{ nps | json }}", "`nps | json` may be missing"),
        ("{{ orders | size }}", "`size` takes a text or a list"),
    ] {
        assert_eq!(problems(text), [problem], "{text}");
    }
}
