//! `audience json`.

use super::Folder;

const TEXT: &str = "# ours\r\ncustomer { id:string key , orders:int }\r\n\r\nsegment loyal \"comes back\"=orders>=10   # often\r\n";

const CANONICAL: &str = "\
# ours
customer { id: string key, orders: int }

segment loyal \"comes back\" = orders >= 10  # often
";

const JSON: &str = concat!(
    r#"{"version":1,"items":[{"kind":"customer","fields":[{"name":"id","type":{"is":{"kind":"name","name":"string"}},"roles":["key"]},"#,
    r#"{"name":"orders","type":{"is":{"kind":"name","name":"int"}}}]},"#,
    r#"{"kind":"segment","name":"loyal","description":"comes back","condition":{"kind":"compare","op":">=","#,
    r#""lhs":{"kind":"path","steps":["orders"]},"rhs":{"kind":"literal","value":10}}}],"#,
    r#""layout":[{"after":0,"comment":" ours","own_line":true},{"after":10,"blank":true},{"after":18,"comment":" often"}]}"#,
    "\n",
);

/// [json-6]
#[test]
fn definitions_become_json_and_canonical_text_again() {
    let folder = Folder::new("json_round");
    folder.write("shop.audience", format!("\u{feff}{TEXT}"));
    folder.run("json shop.audience").expect(0, JSON, "");
    folder.run_with_input("json -", TEXT).expect(0, JSON, "");
    folder.write("shop.json", JSON);
    folder.run("json --from shop.json").expect(0, CANONICAL, "");
    folder
        .run_with_input("json --from -", &format!("\u{feff}\r\n{JSON}"))
        .expect(0, CANONICAL, "");
}

#[test]
fn a_whole_library_file_comes_back_as_it_was() {
    let folder = Folder::new("json_library");
    let text = include_str!("../../src/standard/behaviour.audience");
    let json = folder.run_with_input("json -", text);
    assert_eq!((json.status, json.stderr.as_str()), (Some(0), ""));
    folder
        .run_with_input("json --from -", &json.stdout)
        .expect(0, text, "");
}

/// [json-5]
#[test]
fn the_schema_is_the_one_beside_the_manual() {
    let folder = Folder::new("json_schema");
    folder
        .run("json --schema")
        .expect(0, include_str!("../../docs/definitions.schema.json"), "");
    for arguments in ["json", "json --schema shop.audience", "json --schema --from"] {
        assert_eq!(folder.run(arguments).status, Some(2), "{arguments}");
    }
}

/// [json-3]
#[test]
fn what_is_wrong_is_shown_with_its_place() {
    let folder = Folder::new("json_errors");
    folder.write("bad.audience", "segment = \n");
    let run = folder.run("json bad.audience");
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr.starts_with("error[syntax]") && run.stderr.contains("--> bad.audience:1:"),
        "{}",
        run.stderr
    );
    for (json, expected) in [
        (
            r#"{"version": 1, "items": [{"kind": "segment", "nam": "a"}]}"#,
            "items[0].nam: unknown member",
        ),
        (
            r#"{"version": 2, "items": []}"#,
            "version: this is not version 1, the only one that is known",
        ),
        (
            r#"{"version": 1, "items": [], "items": []}"#,
            "the member `items` stands twice at line 1 column 40",
        ),
        ("[]", "version: this is not version 1, the only one that is known"),
        ("", "EOF while parsing a value at line 1 column 0"),
    ] {
        folder.write("bad.json", json);
        folder
            .run("json --from bad.json")
            .expect(1, "", &format!("error: bad.json: {expected}\n"));
    }
    folder.write("latin.json", b"{\"version\": \xf1}");
    folder
        .run("json --from latin.json")
        .expect(1, "", "error: latin.json: byte 12 is not UTF-8\n");
    folder.run("json nothing.audience").expect(
        1,
        "",
        "error: nothing.audience: No such file or directory (os error 2)\n",
    );
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let run = folder.run_with_input("json --from -", &deep);
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
}
