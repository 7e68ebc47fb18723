//! JSON with loops whose commas depend on the round: valid for every customer, or refused.

use audience::{Customer, Format, Placements};
use proptest::prelude::*;

use super::{Result, compile, render_with, shop};

/// Customers with none, one, two and three of everything.
fn customers() -> Vec<String> {
    let texts = [r#""a""#, r#""b\"c""#, r#""d""#];
    let record = |it: &&str| format!(r#"{{"sku": "A1", "note": {it}, "added_at": "2026-05-01T10:00:00Z"}}"#);
    (0..=3)
        .map(|count| {
            let (texts, scores) = (&texts[..count], &["1", "2", "3"][..count]);
            let favorites: Vec<String> = texts.iter().map(record).collect();
            format!(
                r#"{{"id": "x", "country": "ES", "total_spent": 0, "interests": [{}], "scores": [{}], "favorites": [{}],
                "signed_up_at": "2026-01-01T00:00:00Z", "consent": {{"email": true}}}}"#,
                texts.join(","),
                scores.join(","),
                favorites.join(",")
            )
        })
        .collect()
}

/// [tmpl-28]
#[test]
fn commas_may_depend_on_the_round() -> Result {
    let shop = shop()?;
    let item = "{{ i | default: \"-\" }}";
    for (text, some) in [
        (
            format!("[{{% for i in interests %}}{item}{{% unless forloop.last %}},{{% endunless %}}{{% endfor %}}]"),
            r#"["a","b\"c"]"#,
        ),
        (
            format!("[{{% for i in interests %}}{{% if forloop.first == false %}}, {{% endif %}}{item}{{% endfor %}}]"),
            r#"["a","b\"c"]"#,
        ),
        (
            format!("[{{% for i in interests %}}{{% unless forloop.first %}},{{% endunless %}}{item}{{% endfor %}}]"),
            r#"["a","b\"c"]"#,
        ),
        (
            format!("[{{% for i in interests %}}{item}{{% if forloop.last %}}{{% else %}},{{% endif %}}{{% endfor %}}]"),
            r#"["a","b\"c"]"#,
        ),
        (
            format!("[{{% for i in interests %}}{item}{{% if forloop.index < forloop.length %}},{{% endif %}}{{% endfor %}}]"),
            r#"["a","b\"c"]"#,
        ),
        (
            format!("[{{% for i in interests %}}{item}{{% if forloop.rindex0 > 0 %}},{{% endif %}}{{% endfor %}}]"),
            r#"["a","b\"c"]"#,
        ),
        (
            format!("[{{% for i in interests %}}{{% if forloop.index != 1 %}},{{% endif %}}{item}{{% endfor %}}]"),
            r#"["a","b\"c"]"#,
        ),
        (
            format!("[{{% for i in interests reversed %}}{item}{{% if forloop.last == false %}},{{% endif %}}{{% endfor %}}]"),
            r#"["b\"c","a"]"#,
        ),
        (
            "[{% for f in favorites %}{\"n\": {{ forloop.index }}, \"last\": {% if forloop.last %}true{% else %}false{% endif %}}{% unless forloop.last %},{% endunless %}{% endfor %}]".to_owned(),
            r#"[{"n":1,"last":false},{"n":2,"last":true}]"#,
        ),
        (
            "{\"all\": [0{% for s in scores %}, {{ s }}{% endfor %}], \"n\": {{ interests.size }}}".to_owned(),
            r#"{"all":[0,1,2],"n":2}"#,
        ),
        (
            "[{% for f in favorites %}[{% for s in scores %}{{ s }}{% unless forloop.last %},{% endunless %}{% endfor %}]{% unless forloop.last %},{% endunless %}{% endfor %}]".to_owned(),
            "[[1,2],[1,2]]",
        ),
        (
            "[{% for f in favorites %}{% for s in scores %}{% unless forloop.first and forloop.parentloop.first %},{% endunless %}{{ s }}{% endfor %}{% endfor %}]".to_owned(),
            "[1,2,1,2]",
        ),
        (
            "[{% for i in interests %}{{ i | default: \"-\" }}{% unless forloop.last %},{% endunless %}{% else %}\"none\"{% endfor %}]".to_owned(),
            r#"["a","b\"c"]"#,
        ),
        (
            "[{% for i in (1..4) %}{% if forloop.first %}\"first\"{% elsif forloop.last %}\"last\"{% else %}{{ i }}{% endif %}{% unless forloop.last %},{% endunless %}{% endfor %}]".to_owned(),
            r#"["first",2,3,"last"]"#,
        ),
    ] {
        // A comma between the items of two loops inside each other needs an inner loop with items.
        if text.contains("parentloop") {
            assert!(compile(&shop, Format::Json, "t", &text).is_err(), "{text}");
            continue;
        }
        let template = compile(&shop, Format::Json, "t", &text).map_err(|error| format!("{text}\n{error}"))?;
        for (count, customer) in customers().iter().enumerate() {
            let customer = shop.customer_from_json(customer)?;
            let said = render_with(&template, &shop, &customer, &Placements::new())?;
            let json: serde_json::Value = serde_json::from_str(&said).map_err(|error| format!("{text}\n{said}\n{error}"))?;
            if count == 2 {
                assert_eq!(json, serde_json::from_str::<serde_json::Value>(some)?, "{text}");
            }
        }
    }
    Ok(())
}

/// [tmpl-28]
#[test]
fn commas_that_may_be_wrong_are_refused() -> Result {
    let shop = shop()?;
    for (text, code) in [
        ("[{% for i in scores %}{{ i }},{% endfor %}]", "invalid-json"),
        (
            "[{% for i in scores %}{{ i }}{% unless forloop.first %},{% endunless %}{% endfor %}]",
            "branch-context",
        ),
        (
            "[{% for i in scores %}{{ i }}{% if forloop.last %},{% endif %}{% endfor %}]",
            "invalid-json",
        ),
        (
            "[{% for i in scores %}{{ i }}{% if i > 2 %},{% endif %}{% endfor %}]",
            "branch-context",
        ),
        (
            "[{% for i in scores %}{{ i }}{% if forloop.index < 3 %},{% endif %}{% endfor %}]",
            "branch-context",
        ),
        (
            "[{% for i in scores %}{{ i }}{% if nps > 1 or forloop.last %}{% else %},{% endif %}{% endfor %}]",
            "branch-context",
        ),
        (
            "[{% for i in scores %}{% if forloop.first %}{% continue %}{% endif %}{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}]",
            "branch-context",
        ),
        (
            "[{% for i in scores %}{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}, 1]",
            "invalid-json",
        ),
        (
            "[{% for i in scores %}{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}{% for i in scores %}{{ i }}{% endfor %}]",
            "",
        ),
        (
            "{\"a\": {% for i in scores %}{% if forloop.first %}\"{% endif %}{{ i }}{% if forloop.last %}\"{% endif %}{% endfor %}}",
            "",
        ),
    ] {
        let error = compile(&shop, Format::Json, "t", text).map(|_| ()).unwrap_err();
        let codes: Vec<_> = error.diagnostics().iter().map(|it| it.code.as_str()).collect();
        assert!(codes.contains(&code) || code.is_empty(), "{text}\n{error}");
    }
    Ok(())
}

/// Pieces of JSON with loops and conditions on their rounds, in every order.
fn nodes() -> impl Strategy<Value = String> {
    let plain = prop::sample::select(vec![
        "1",
        "{{ nps | default: 0 }}",
        ",",
        ",",
        "[",
        "]",
        "1,",
        ",1",
        "[1],",
        "\"a\"",
        " ",
        "{{ 2 }},",
    ]);
    let leaf = prop::collection::vec(plain, 0..3).prop_map(|it| it.concat());
    leaf.prop_recursive(4, 12, 3, |inner| {
        let condition = prop::sample::select(vec![
            "forloop.first",
            "forloop.last",
            "forloop.index == 1",
            "forloop.index > 2",
            "forloop.rindex == 1",
            "forloop.index0 < 1",
            "forloop.first == false",
            "forloop.first and forloop.last",
            "forloop.first or forloop.last",
            "forloop.length > 1",
            "nps > 5",
        ]);
        let body = prop::collection::vec(inner, 1..4).prop_map(|it| it.concat());
        let choice = (condition, body.clone(), body.clone(), any::<bool>()).prop_map(
            |(condition, one, two, negated)| {
                let word = if negated { "unless" } else { "if" };
                format!("{{% {word} {condition} %}}{one}{{% else %}}{two}{{% end{word} %}}")
            },
        );
        let repeated = (body.clone(), body.clone()).prop_map(|(body, none)| {
            format!("{{% for i in scores %}}{body}{{% else %}}{none}{{% endfor %}}")
        });
        prop_oneof![2 => body, 3 => choice, 2 => repeated]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// [tmpl-25] [tmpl-28]
    #[test]
    fn whatever_compiles_is_json_for_everyone(body in nodes()) {
        thread_local! {
            static SHOP: (audience::Definitions, Vec<Customer>) = {
                let shop = shop().expect("it compiles");
                let all = customers().iter().map(|it| shop.customer_from_json(it).expect("of the contract")).collect();
                (shop, all)
            };
        }
        let text = format!("[{{% for i in scores %}}{body}{{% endfor %}}]");
        SHOP.with(|(shop, customers)| {
            let Ok(template) = compile(shop, Format::Json, "t", &text) else {
                return Ok(());
            };
            for customer in customers {
                let said = render_with(&template, shop, customer, &Placements::new()).expect("it renders");
                prop_assert!(serde_json::from_str::<serde_json::Value>(&said).is_ok(), "{}\n{}", text, said);
            }
            Ok(())
        })?;
    }
}
