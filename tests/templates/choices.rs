//! Values that choose fields and items, ranges, and the mends that are offered for them.

use audience::{Code, Definitions, Diagnostic, Format, Inputs, Limits, Placements, Rendered};

const SHOP: &str = r#"
customer {
    id: int key, size: string?, word: ("index" | "length")?, mixed: ("index" | "first")?, names: [string],
    pets: [{ name: string filled }], prices: { s: decimal?, m: decimal? }
}
"#;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn shop() -> Result<Definitions> {
    Ok(Definitions::parse(SHOP)?)
}

fn rendered(template: &str) -> Result<String> {
    let shop = shop()?;
    let ana = shop.customer_from_json(
        r#"{"id": 1, "size": "m", "word": "length", "mixed": "index", "names": ["x", "y"], "pets": [{"name": "Cat"}, {"name": "Don"}], "prices": {"m": 2}}"#,
    )?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &audience::Zone::UTC);
    let template = shop
        .template(Format::Text, template)
        .map_err(|error| format!("{template}\n{error}"))?;
    let mut out = String::new();
    let sent = template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out)?;
    assert_eq!(sent, Rendered::Sent);
    Ok(out)
}

/// The only thing that is said of a template which does not compile.
#[track_caller]
fn refused(template: &str) -> Diagnostic {
    let shop = shop().unwrap_or_else(|error| panic!("{error}"));
    match shop.template(Format::Text, template) {
        Ok(_) => panic!("accepted {template}"),
        Err(error) => match error.diagnostics() {
            [one] => one.clone(),
            more => panic!("{template}: {more:?}"),
        },
    }
}

/// What a diagnostic points at.
fn place(diagnostic: &Diagnostic, template: &str) -> String {
    let span = diagnostic.span();
    template[span.start as usize..span.end as usize].to_owned()
}

#[test]
fn a_value_chose_nothing_but_the_index_of_a_loop() -> Result {
    for path in ["forloop[size]", "forloop[mixed]", "forloop.parentloop[size]"] {
        let template = format!(
            "{{% for m in names %}}{{% for n in names %}}{{{{ {path} | default: \"-\" }}}}{{% endfor %}}{{% endfor %}}"
        );
        let error = refused(&template);
        assert_eq!(error.code, Code::Unsupported, "{error:?}");
        assert_eq!(error.message, "a value chooses among fields of one type alone");
        let inside = path.split_once('[').map(|it| it.1).unwrap_or_default();
        assert_eq!(place(&error, &template), format!("[{inside}"));
        let key = inside.trim_end_matches(']');
        assert!(
            error.help[0].starts_with(&format!("ask for each name: `{{% if {key} = ")),
            "{error:?}"
        );
    }
    // What the help says is a tag that can be written, also where steps are in brackets.
    let error = refused("{% for n in names %}{{ forloop[names[0]] | default: 0 }}{% endfor %}");
    let (_, tag) = error.help[0].split_once('`').expect("a tag");
    let (tag, _) = tag.split_once('`').expect("a tag");
    assert!(tag.starts_with("{% if names[0] = "), "{error:?}");
    assert_eq!(
        rendered(&format!("{tag}is{{% else %}}is not{{% endif %}}"))?,
        "is not"
    );
    // Names that are known stand for fields of one type.
    assert_eq!(
        rendered("{% for n in names %}{{ forloop[word] | default: 0 }}{% endfor %}")?,
        "22"
    );
    assert_eq!(
        rendered("{% for n in names %}{{ forloop[\"rindex\"] }}{% endfor %}")?,
        "21"
    );
    Ok(())
}

#[test]
fn a_position_too_large_was_taken_for_a_name() -> Result {
    let large = "99999999999999999999";
    for template in [
        format!("{{{{ names[{large}] | default: \"-\" }}}}"),
        format!("{{{{ names[-{large}] | default: \"-\" }}}}"),
        format!("{{% assign n = names[{large}] %}}"),
        format!("{{% if names[{large}] is known %}}x{{% endif %}}"),
        format!("{{{{ prices[{large}] | default: 1 }}}}"),
        format!("{{{{ prices[names[{large}]] | default: 1 }}}}"),
    ] {
        let error = refused(&template);
        assert_eq!(
            (error.code, &*error.message),
            (Code::InvalidLiteral, "a position that no list has"),
            "{template}"
        );
        assert!(place(&error, &template).contains(large), "{template}");
        assert!(error.help[0].contains("`[-1]` the last"), "{error:?}");
    }
    // The largest that there is leads nowhere, as any other beyond the end.
    for position in [i64::MAX, i64::MIN] {
        assert_eq!(
            rendered(&format!("{{{{ names[{position}] | default: \"-\" }}}}"))?,
            "-"
        );
    }
    Ok(())
}

/// `[tag-24]`
/// Each place where a value chooses is compared with all fields, so that a short template could become a long program.
#[test]
fn fields_chosen_by_values_grew_without_a_limit() -> Result {
    let fields: Vec<_> = (0..200).map(|it| format!("f{it}: string?")).collect();
    let shop = format!(
        "customer {{ id: int key, k: string, o: {{ {} }} }}",
        fields.join(", ")
    );
    let limits = Limits {
        nodes: 2_000,
        ..Limits::default()
    };
    let shop = Definitions::builder()
        .source("shop", &shop)
        .limits(limits)
        .build()?;
    let chosen = "{{ o[k] | default: \"-\" }}";
    shop.template(Format::Text, &chosen.repeat(5))?;
    let error = shop
        .template(Format::Text, &chosen.repeat(6))
        .map(drop)
        .err()
        .ok_or("accepted")?;
    let error = &error.diagnostics()[0];
    assert_eq!(error.code, Code::Limit);
    assert_eq!(
        error.message,
        "values choose among more than 2000 names of fields"
    );
    assert_eq!(
        error.span().start as usize,
        chosen.len() * 5 + 4,
        "the first one too many"
    );
    // What the help says.
    let kept = format!(
        "{{% assign item = o[k] %}}{}",
        "{{ item | default: \"-\" }}".repeat(100)
    );
    shop.template(Format::Text, &kept)?;
    Ok(())
}

/// What a mend says to write, instead of what is wrong.
fn mend(error: &Diagnostic) -> String {
    let help = &error.help[0];
    let begin = help.find('`').map_or(0, |it| it + 1);
    let end = help.rfind('`').unwrap_or(help.len());
    help[begin..end].replace('…', "-")
}

#[test]
fn mends_of_ranges_had_lost_a_parenthesis() -> Result {
    for (template, written, text) in [
        // The whole placeholder is said.
        (
            "{{ (1..names.size) | join: \",\" }}",
            "{{ (1..names.size) | join: \",\" }}",
            "1,2",
        ),
        ("{{ (1..3) }}", "{{ (1..3) }}", "1, 2, 3"),
        (
            "{{ ( 1 .. 3 ) | reverse }}",
            "{{ ( 1 .. 3 ) | reverse }}",
            "3, 2, 1",
        ),
        // A range is.
        ("{% for i in 1..3 %}{{ i }}{% endfor %}", "1..3", "123"),
        (
            "{% for i in 1 .. 3 limit: 2 %}{{ i }}{% endfor %}",
            "1 .. 3",
            "12",
        ),
        (
            "{% for i in 1..names.size reversed %}{{ i }}{% endfor %}",
            "1..names.size",
            "21",
        ),
        ("{{ 1..3 | join: \"\" }}", "1..3", "123"),
        (
            "{{ -1 .. names.size| join: \"\" | default: \"-\" }}",
            "-1 .. names.size",
            "-1012",
        ),
        (
            "{% assign x = names.size..3 %}{{ x | join: \"\" | default: \"-\" }}",
            "names.size..3",
            "23",
        ),
    ] {
        let error = refused(template);
        assert!(template.contains(written), "{template}");
        let mended = template.replace(written, &mend(&error));
        assert_eq!(rendered(&mended)?, text, "{template}\n{mended}");
    }
    // What filters made of a list of records has no name for a loop.
    let template = "{{ pets | reverse }}";
    let error = refused(template);
    assert_eq!(
        error.help,
        ["write `{% assign items = pets | reverse %}{% for item in items %}` … `{% endfor %}`"]
    );
    assert_eq!(
        rendered("{% assign items = pets | reverse %}{% for item in items %}{{ item.name }}{% endfor %}")?,
        "DonCat"
    );
    // There is none where a range cannot stand.
    for template in [
        "{{ names | concat: 1..3 }}",
        "{{ 1.. }}",
        "{{ names | join: \", \" | append: 1..3 }}",
        "{% for i in 1...3 %}{{ i }}{% endfor %}",
        "{{ 1..3..5 }}",
        "{{ names[0..1] }}",
        "{% for i in 1..names.size + 1 %}{{ i }}{% endfor %}",
    ] {
        let error = refused(template);
        assert!(error.help.iter().all(|it| !it.contains("..")), "{error:?}");
    }
    // The place is the range with its parentheses.
    assert_eq!(place(&refused("{{ (1..3) }}"), "{{ (1..3) }}"), "(1..3)");
    Ok(())
}

#[test]
fn a_branch_left_the_loop_behind_the_else_of_another() -> Result {
    let case = |inner: &str| {
        format!(
            "{{% for n in names %}}{{% case n %}}{{% when size %}}a{inner}{{% when \"x\" %}}b{{% endcase %}}{{% endfor %}}"
        )
    };
    for word in ["break", "continue"] {
        let template = case(&format!(
            "{{% for i in names %}}i{{% else %}}{{% {word} %}}{{% endfor %}}"
        ));
        let error = refused(&template);
        assert_eq!(
            error.message,
            "a branch leaves the loop before others are compared"
        );
        assert_eq!(place(&error, &template), format!("{{% {word} %}}"));
    }
    // A loop may be left by its own rounds.
    assert_eq!(
        rendered(&case("{% for i in names %}i{% break %}{% endfor %}"))?,
        "b"
    );
    Ok(())
}
