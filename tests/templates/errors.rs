//! The pictures of all errors: `tests/golden/template`.

use audience::{Format, Type};

use super::{Result, compile, shop};

#[test]
fn golden() -> Result {
    let shop = shop()?;
    insta::glob!("../golden/template", "*.{html,txt,json}", |path| {
        let text = std::fs::read_to_string(path).expect("glob found it");
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let format = match path.extension().and_then(|it| it.to_str()) {
            Some("html") => Format::Html,
            Some("json") => Format::Json,
            _ => Format::Text,
        };
        let picture = match compile(&shop, format, &file, &text) {
            Ok(_) => "no error".to_owned(),
            Err(error) => error.to_string(),
        };
        insta::with_settings!({
            snapshot_path => "../golden/template",
            prepend_module_to_snapshot => false,
            snapshot_suffix => "",
            omit_expression => true,
        }, {
            insta::assert_snapshot!(file.split('.').next().unwrap_or_default(), picture);
        });
    });
    Ok(())
}

#[test]
fn inputs_are_checked_when_declared() -> Result {
    let shop = shop()?;
    let errors = |builder: audience::TemplateBuilder| match builder.build() {
        Ok(_) => Vec::new(),
        Err(error) => error.diagnostics().iter().map(|it| it.message.clone()).collect(),
    };
    let builder = || shop.template_builder(Format::Text).source("t", "x");
    assert_eq!(errors(builder().input("a", Type::Int)), [""; 0]);
    assert_eq!(
        errors(builder().input("a", Type::Int).input("a", Type::Int)),
        ["the input `a` has the name of another input"]
    );
    assert_eq!(
        errors(builder().input("city", Type::String)),
        ["the input `city` has the name of an attribute or trait"]
    );
    assert_eq!(
        errors(builder().input("a", Type::List(Type::Int.into()))),
        ["the input `a` cannot be of type `[int]`"]
    );
    Ok(())
}

#[test]
fn inputs_are_checked_when_given() -> Result {
    let shop = shop()?;
    let words = Type::Words(["red".into(), "green".into()].into());
    let template = shop
        .template_builder(Format::Text)
        .source(
            "t",
            "{{ n }}{{ d | date: \"%d\" }}{{ price }}{{ colour }}{{ link }}{{ word }}",
        )
        .input("n", Type::Int)
        .input("d", Type::Date)
        .input("price", Type::Decimal)
        .input("colour", words)
        .input("link", Type::Url)
        .input("word", Type::String)
        .build()?;
    let fine = [
        ("d", "2026-01-31"),
        ("price", "1.5"),
        ("colour", "red"),
        ("link", "https://x"),
        ("word", "w"),
    ];
    let given = |name: &str, value: audience::Value| {
        let mut values: Vec<(&str, audience::Value)> =
            fine.iter().map(|(name, it)| (*name, (*it).into())).collect();
        values.push(("n", 1.into()));
        values.retain(|(known, _)| *known != name);
        values.push((name, value));
        template
            .inputs(values)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    for (name, value, message) in [
        ("n", 2.into(), ""),
        ("n", "2".into(), "the input `n` takes `int`, found text"),
        ("price", 2.into(), ""),
        (
            "price",
            "1.23456".into(),
            "the input `price` takes `decimal`, found text",
        ),
        ("d", "2026-02-30".into(), "the input `d` takes `date`, found text"),
        (
            "colour",
            "gren".into(),
            "the input `colour` takes `(\"red\" | \"green\")`, found \"gren\"; did you mean `green`?",
        ),
        (
            "link",
            "javascript:x".into(),
            "the input `link` takes a URL that begins with one of http, https, mailto, tel",
        ),
        ("word", " \u{a0}".into(), "the input `word` is blank"),
        (
            "word",
            "a\0".into(),
            "the input `word` holds the character U+0000",
        ),
    ] {
        assert_eq!(given(name, value), message);
    }
    let missing = template
        .inputs([("n", 1)])
        .err()
        .map(|error| error.problems().len());
    assert_eq!(missing, Some(5));
    Ok(())
}

#[test]
fn a_negation_over_a_missing_value_is_pointed_out_unless_a_guard_settles_it() -> Result {
    let shop = shop()?;
    for (text, warnings) in [
        ("{% if city != \"Madrid\" %}far{% endif %}", 1),
        ("{% unless city = \"Madrid\" %}far{% endunless %}", 1),
        ("{% unless city != \"Madrid\" %}near{% endunless %}", 0),
        (
            "{% if city is known %}{% if city != \"Madrid\" %}far{% endif %}{% endif %}",
            0,
        ),
        (
            "{% if city is unknown %}?{% elsif city != \"Madrid\" %}far{% endif %}",
            0,
        ),
        (
            "{% if city is known %}x{% endif %}{% if city != \"Madrid\" %}far{% endif %}",
            1,
        ),
    ] {
        let template = compile(&shop, Format::Text, "t", text)?;
        assert_eq!(template.warnings().len(), warnings, "{text}");
    }
    Ok(())
}

#[test]
fn a_letter_of_several_bytes_in_the_wrong_place_is_pointed_at_whole() -> Result {
    let shop = shop()?;
    let page = "<a{% if subscribed %} class=\"b\"{% endif %}é=\"y\">";
    let error = compile(&shop, Format::Html, "page.html", page).unwrap_err();
    let span = error.diagnostics()[0].span();
    assert_eq!(
        page.get(span.start as usize..span.end as usize),
        Some("é"),
        "{error}"
    );
    Ok(())
}
