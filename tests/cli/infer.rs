//! `audience infer`.

use audience::Definitions;

use super::Folder;

/// [need-9]
#[test]
fn a_contract_is_proposed_from_samples() {
    let folder = Folder::new("infer");
    let mut lines = String::new();
    for index in 0..25 {
        let device = ["mobile", "desktop"][index % 2];
        let email = if index == 3 {
            "null".to_owned()
        } else {
            format!("\"c{index}@example.com\"")
        };
        let customer = format!(
            "{{\"customer_id\": \"c{index}\", \"email\": {email}, \"firstName\": \"N{index}\", \"device\": \"{device}\", \
             \"spent\": {index}.5, \"ratio\": {index}.123456, \"orders\": {index}, \"vip\": {}, \
             \"birth_date\": \"1990-01-{:02}\", \"signed up\": \"2026-01-01T00:00:{index:02}Z\", \"site\": \"https://x.es/{index}\", \
             \"home\": {{\"lat\": 40.4, \"lon\": -3.7}}, \"consent\": {{\"sms\": true}}, \"gone\": null, \"empty\": [], \
             \"tags\": [\"a\"], \"code\": {}, \"purchases\": [{{\"at\": \"2026-01-01T00:00:00Z\", \"amount\": 9.99, \"in\": 1}}], \
             \"cart\": [{{\"sku\": \"A{index}\", \"quantity\": {index}}}]}}\n",
            index % 3 == 0,
            index + 1,
            if index == 6 { "\"x\"" } else { "7" },
        );
        lines.push_str(&customer);
    }
    folder.write("sample.jsonl", &lines);
    folder.run("infer sample.jsonl").expect(
        0,
        "\
# Proposed by `audience infer` from 25 customers of sample.jsonl: read it before you use it.

customer open {
  customer_id: string key filled
  email:       string? personal filled
  firstName:   string personal filled
  device:      (\"mobile\" | \"desktop\")
  spent:       decimal
  ratio:       float
  orders:      int
  vip:         bool
  birth_date:  date personal
  `signed up`: datetime
  site:        url
  home:        geo personal
  consent:     { sms: bool }
  gone:        string?  # always null
  empty:       [string]  # always empty
  tags:        [string] filled
  # left out: \"code\", it is a number in line 1 and text in line 7
  cart:        [{ sku: string filled, quantity: int }] filled
}

event purchases { amount: decimal, `in`: int }
",
        "",
    );
    let text = folder.run("infer sample.jsonl").stdout;
    folder.write("proposed.audience", &text);
    folder.run("check proposed.audience").expect(0, "", "");
    let shop = Definitions::parse(&text).expect("compiles");
    for line in lines.lines() {
        // What was left out is passed over.
        let customer = shop.customer_from_json(line);
        assert!(customer.is_ok(), "{customer:?}");
    }
}

/// Proposes a contract, and requires that it checks, is canonical and loads the very samples.
#[track_caller]
fn proposed(folder: &Folder, samples: &str) -> String {
    folder.write("s.jsonl", samples);
    let run = folder.run("infer s.jsonl");
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{samples}");
    folder.write("proposed.audience", &run.stdout);
    folder.run("check proposed.audience").expect(0, "", "");
    folder.run("fmt --check proposed.audience").expect(0, "", "");
    let loaded = folder.run("eval proposed.audience --customers s.jsonl --at 2026-01-01T00:00:00Z");
    assert_eq!(
        (loaded.status, loaded.stderr.as_str()),
        (Some(0), ""),
        "{samples}"
    );
    run.stdout.split_once("\n\n").expect("a head").1.to_owned()
}

/// [need-9]
#[test]
fn odd_samples_have_a_contract_that_checks_and_loads_them() {
    let folder = Folder::new("infer_odd");
    for (samples, expected) in [
        // Names that are keywords, or no words at all.
        (
            r#"{"id":"a","and":1,"customer":2,"at":3,"key":4,"now":"x","filled":true,"ref":1,"string":"int"}"#,
            "customer {
  id:         string key filled
  `and`:      int
  `customer`: int
  at:         int
  key:        int
  `now`:      string filled
  filled:     bool
  ref:        int
  string:     string filled
}
",
        ),
        (
            r#"{"id":1,"名前":"x","größe":1,"a b":3,"1st":4,"":5,"`":6,"a\nb":7,"🎉":1}"#,
            "customer open {
  id:    int key
  名前:    string filled
  größe: int
  `a b`: int
  `1st`: int
  # left out: \"\", it is no name of the language
  # left out: \"`\", it is no name of the language
  # left out: \"a\\nb\", it is no name of the language
  `🎉`:   int
}
",
        ),
        (
            r#"{"customer":[{"at":"2026-01-01T00:00:00Z","customer":1}],"in":[{"at":"2026-01-01T00:00:00Z","in":1}],"previous":"x"}"#,
            "customer {
  line_number: int key  # the samples have no key: the number of the line stands for it
  `previous`:  string filled
}

event `customer` { `customer`: int }

event `in` { `in`: int }
",
        ),
        // Lists that are empty, null or mixed.
        (
            "{\"id\":\"a\",\"x\":[]}\n{\"id\":\"b\",\"x\":[1,2.5]}\n{\"id\":\"c\",\"x\":null}",
            "customer { id: string key filled, x: [decimal]? }\n",
        ),
        (
            "{\"id\":\"a\",\"x\":[]}\n{\"id\":\"b\",\"x\":[null]}",
            "customer open {\n  id: string key filled\n  # left out: \"x\", a list cannot hold null, as in line 2\n}\n",
        ),
        (
            r#"{"id":"a","x":{"a":[1,"b"],"b":{"c":null,"d":[[]]},"f":{"g":[[1]]},"h":{}}}"#,
            "customer open {
  id: string key filled
  x:  {
    # left out: \"a\", it is a number in line 1 and text in line 1
    b: {
      c: string?  # always null
      # left out: \"d\", a list cannot hold lists, as in line 1
    }
    # left out: \"f\", nothing of it has a type: a list cannot hold lists, as in line 1
    h: { empty: string? }  # always an empty object
  }
}
",
        ),
        // Customers without events say so in three ways.
        (
            "{\"id\":\"a\",\"ev\":[]}\n{\"id\":\"b\",\"ev\":[{\"at\":\"2026-01-01T00:00:00Z\",\"x\":1}]}\n\
             {\"id\":\"c\",\"ev\":null}\n{\"id\":\"d\"}",
            "customer { id: string key filled }\n\nevent ev { x: int }\n",
        ),
        (
            "{\"id\":\"a\",\"ev\":[{\"at\":\"2026-01-01T00:00:00Z\"}]}\n{\"id\":\"b\",\"ev\":[{\"at\":\"soon\"}]}",
            "customer { id: string key filled, ev: [{ at: string filled }] filled }\n",
        ),
        // Numbers of all sizes.
        (
            "{\"id\":\"a\",\"x\":9223372036854775807,\"y\":1,\"z\":1,\"w\":-0.0}\n\
             {\"id\":\"b\",\"x\":-9223372036854775808,\"y\":0.0001,\"z\":0.00001,\"w\":1e300}",
            "customer { id: string key filled, x: int, y: decimal, z: float, w: float }\n",
        ),
        (
            "{\"id\":\"a\",\"x\":1,\"y\":1}\n{\"id\":\"b\",\"x\":123456789012345678901234567890,\"y\":1e400}",
            "customer open {
  id: string key filled
  x:  float  # rounded: an int has 64 bits, too few for line 2
  # left out: \"y\", no type takes what stands in line 2
}
",
        ),
        // Texts that look like something else, and points.
        (
            "{\"id\":\"a\",\"d\":\"2026-01-01\",\"t\":\"2026-01-01\",\"u\":\"https://x\",\"e\":\"\",\"n\":\"a\\u0000\"}\n\
             {\"id\":\"b\",\"d\":\"2026-02-30\",\"t\":\"2026-01-01T00:00:00Z\",\"u\":\"ftp://x\",\"e\":\"2026-01-01\",\"n\":\"a\"}",
            "customer open {
  id: string key filled
  d:  string filled
  t:  string filled
  u:  string filled
  e:  string
  # left out: \"n\", no type takes what stands in line 1
}
",
        ),
        (
            "{\"id\":\"a\",\"p\":{\"lat\":1,\"lon\":2},\"q\":{\"lat\":1,\"lon\":2},\"r\":{\"lat\":null,\"lon\":2},\"s\":[{\"lat\":1,\"lon\":2}]}\n\
             {\"id\":\"b\",\"p\":null,\"q\":{\"lat\":91,\"lon\":2},\"r\":{\"lat\":1,\"lon\":2},\"s\":[]}",
            "customer {
  id: string key filled
  p:  geo? personal
  q:  { lat: int, lon: int }
  r:  { lat: int?, lon: int }
  s:  [geo]
}
",
        ),
        // Keys that look like something else.
        (
            "{\"id\":\"https://x/1\"}\n{\"id\":\"https://x/2\"}",
            "customer { id: string key filled }\n",
        ),
        (
            "{\"ID\":1}\n{\"ID\":1}",
            "customer {\n  ID: int key  # some customers have the same\n}\n",
        ),
    ] {
        assert_eq!(proposed(&folder, samples), expected, "{samples}");
    }
}

/// [liquid-9]
///
/// One sample shows no key but by its name: then the number of the line stands for it, on the command line.
#[test]
fn samples_without_a_key_are_numbered() {
    let folder = Folder::new("infer_numbered");
    assert_eq!(
        proposed(
            &folder,
            r#"{"name":"Ana","price":1.5,"tags":["a","b"],"empty":"","line":1}"#
        ),
        "customer {
  line_number: int key  # the samples have no key: the number of the line stands for it
  name:        string personal filled
  price:       decimal
  tags:        [string] filled
  empty:       string
  line:        int
}
"
    );
    assert_eq!(
        proposed(&folder, "{}"),
        "customer {
  line_number: int key  # the samples have no key: the number of the line stands for it
}
"
    );
    folder.write("t.txt", "{{ line_number }}");
    folder.write("s.jsonl", "{}\n\n{\"line_number\": 7}\n{ }\n");
    let run = folder.run("render proposed.audience t.txt --customers s.jsonl --at 2026-01-01T00:00:00Z");
    let expected =
        "{\"key\":1,\"message\":\"1\"}\n{\"key\":7,\"message\":\"7\"}\n{\"key\":4,\"message\":\"4\"}\n";
    run.expect(0, expected, "");
    let spread = "{\n  \"name\": \"Ana\",\n  \"tags\": [\n    \"a\"\n  ]\n}\n";
    let text = proposed(&folder, spread);
    assert!(text.contains("tags:        [string] filled"), "{text}");
}

/// The key of such samples had a name that was taken.
#[test]
fn samples_with_all_names_for_the_number_of_the_line_defined_one_twice() {
    let folder = Folder::new("infer_taken");
    let samples = r#"{"line_number": null, "line_number_": 1.5, "x": 1}"#;
    let text = proposed(&folder, samples);
    assert!(
        text.contains("line_number__: int key  # the samples have no key"),
        "{text}"
    );
    folder.write("t.txt", "{{ line_number__ }}");
    folder
        .run("render proposed.audience t.txt --customers s.jsonl --at 2026-01-01T00:00:00Z")
        .expect(0, "{\"key\":1,\"message\":\"1\"}\n", "");
}

/// Templates run on what was inferred from one object, as it stands in its file.
#[test]
fn a_template_runs_on_what_one_object_shows() {
    let folder = Folder::new("infer_render");
    for (object, template, expected) in [
        ("{\n  \"name\": \"Ana\"\n}\n", "Hello {{ name }}!", "Hello Ana!"),
        (
            r#"{"page": {"title": "Home"}, "items": [{"t": "a"}, {"t": "b"}]}"#,
            "{{ page.title }}: {% for i in items %}{{ i.t }}{% unless forloop.last %}, {% endunless %}{% endfor %}",
            "Home: a, b",
        ),
        ("{}", "{% for i in (1..3) %}{{ i }}{% endfor %}", "123"),
        (
            r#"{"id": "x", "customer": {"name": "Ana"}, "name": "other"}"#,
            "{{ customer.name }}",
            "Ana",
        ),
    ] {
        folder.write("s.json", object);
        folder.write("d.audience", &folder.run("infer s.json").stdout);
        folder.write("t.liquid", template);
        let run = folder
            .run("render d.audience t.liquid --customers s.json --at 2026-01-01T00:00:00Z --format text");
        let key = if object.contains("\"id\"") { "\"x\"" } else { "1" };
        run.expect(0, &format!("{{\"key\":{key},\"message\":\"{expected}\"}}\n"), "");
    }
}

/// The deepest ended the program, and those before were proposed though definitions may not nest so deep.
#[test]
fn deep_samples_took_all_of_the_stack() {
    let folder = Folder::new("infer_deep");
    for (open, close) in [("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        for depth in [1, 2, 30, 31, 32, 33, 61, 62, 63, 64, 65, 1000, 20_000] {
            let samples = format!(
                "{{\"id\":1,\"x\":{}1{}}}",
                open.repeat(depth),
                close.repeat(depth)
            );
            let text = proposed(&folder, &samples);
            let fits = depth * open.matches(['{', '[']).count() <= 63;
            let left_out = "# left out: \"x\", nothing of it has a type: it nests deeper than definitions may, as in line 1\n";
            assert_eq!(text.contains(left_out), !fits, "{open} {depth}:\n{text}");
        }
    }
    proposed(
        &folder,
        &format!("{{\"id\":1,\"x\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000)),
    );
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let folder = Folder::new("infer_errors");
    for (lines, expected) in [
        (
            "{\"id\": 1}\n\n{\"id\": 2,}\n",
            "error: s.jsonl:3: trailing comma at line 1 column 10\n",
        ),
        (
            "{\"id\": 1, \"id\": 2}\n",
            "error: s.jsonl:1: the member `id` stands twice at line 1 column 18\n",
        ),
        (
            "{\"id\": 1}\n[1]\n",
            "error: s.jsonl:2: a customer is an object: {\"id\": …}\n",
        ),
        ("\n", "error: s.jsonl: there are no customers to learn from\n"),
    ] {
        folder.write("s.jsonl", lines);
        folder.run("infer s.jsonl").expect(2, "", expected);
    }
    assert_eq!(folder.run("infer none.jsonl").status, Some(2));
}
