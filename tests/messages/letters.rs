//! The role `at most 30 letters`.

use audience::{Definitions, Field, Inputs, LoadErrorKind, Schema, Type, Zone};

use super::Result;

const TEXT: &str = r#"
customer { id: string key, name: string? at most 3 letters, site: url? at most 20 letters, tags: [{ tag: string at most 2 letters }] }
segment named = name is known
message m { channel sms, inputs { code: string at most 4 letters }, at most 1 segment, text "{{ name | default: 'x' }} {{ code }}" }
"#;

/// [type-15] [message-18]
#[test]
fn longer_texts_are_refused() -> Result {
    let shop = Definitions::parse(TEXT)?;
    let load = |json: &str| shop.customer_from_json(json);
    assert!(load(r#"{"id": "a", "name": "año", "tags": [{"tag": "é€"}]}"#).is_ok());
    for (json, path) in [
        (r#"{"id": "a", "name": "años", "tags": []}"#, "name"),
        (
            r#"{"id": "a", "site": "https://shop.example/", "tags": []}"#,
            "site",
        ),
        (
            r#"{"id": "a", "tags": [{"tag": "ab"}, {"tag": "abc"}]}"#,
            "tags[1].tag",
        ),
    ] {
        let error = load(json).expect_err(json);
        assert_eq!(
            (error.path(), error.kind()),
            (path, LoadErrorKind::TooLong),
            "{error}"
        );
    }
    let message = shop.message("m")?;
    assert!(message.inputs([("code", "ñandú".trim_end_matches("ú"))]).is_ok());
    assert_eq!(
        message.inputs([("code", "ABCDE")]).unwrap_err().to_string(),
        "the input `code` has 5 letters, and at most 4 are allowed"
    );
    assert!(Inputs::default().get("code").is_none());
    Ok(())
}

/// [type-15]
#[test]
fn a_longer_text_of_a_struct_counts_as_missing() -> Result {
    struct Client(&'static str);
    audience::record! { impl Record for Client { id: |c| c.0, name: |c| c.0 } }
    let shop = Definitions::parse(
        "customer { id: string key, name: string? at most 3 letters }  segment named = name is known",
    )?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let named = shop.bind::<Client>()?.segment("named")?;
    assert!(named.matches(&Client("Eva"), &at));
    assert!(!named.matches(&Client("Anna"), &at));
    Ok(())
}

#[test]
fn the_role_is_for_texts_and_part_of_the_schema() -> Result {
    for (field, message) in [
        (
            "x: int at most 3 letters",
            "`at most … letters` is for `string` and `url`, not for int",
        ),
        (
            "x: (\"a\" | \"b\") at most 3 letters",
            "`at most … letters` is for `string` and `url`, not for (\"a\" | \"b\")",
        ),
        ("x: string at most 0 letters", "a text of at most no letters"),
        (
            "x: string at most 3 letters at most 4 letters",
            "`at most … letters` is given twice",
        ),
    ] {
        let text = format!("customer {{ id: string key, {field} }}");
        let error = Definitions::parse(&text).expect_err(field);
        assert_eq!(error.diagnostics()[0].message, message, "{field}");
    }
    let schema = |letters: u32| {
        let id = Field::new("id", Type::String).key();
        let name = Field::new("name", Type::String).at_most_letters(letters);
        Schema::builder().attribute(id).attribute(name).build()
    };
    let (three, four) = (schema(3)?, schema(4)?);
    assert_ne!(three.id(), four.id());
    let again: Schema = serde_json::from_str(&serde_json::to_string(&three)?)?;
    assert_eq!(again.id(), three.id());
    let written = Definitions::format(
        "x",
        "customer{id:string key at most 1 letters,n:string AT MOST 30 letter personal}",
    )?;
    assert_eq!(
        written,
        "customer { id: string key at most 1 letter, n: string at most 30 letters personal }\n"
    );
    Ok(())
}
