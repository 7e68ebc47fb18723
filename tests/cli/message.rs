//! Messages on the command line.

use super::Folder;

const SHOP: &str = r#"
customer { id: string key, first_name: string? filled, language: string? }
catalog products { sku: string key, name: string filled }
placement picks of products
segment named = first_name is known
message hello for named "Says hello" {
  channel    email
  inputs     { code: string, until: date, unsubscribe: url }
  languages  ["en", "es"] by language
  subject.en "Hello {{ first_name }}"
  subject.es "Hola {{ first_name }}"
  html       from "mails/hello.{language}.html"
  text       "{{ unsubscribe }}"
}
message code { channel sms, inputs { code: string }, text "{% for p in picks %}{{ p.name }} {% endfor %}{{ code }}" }
"#;

const CUSTOMERS: &str =
    "{\"id\":\"ana\",\"first_name\":\"Ana & Co\",\"language\":\"es\"}\n{\"id\":\"ben\"}\n";
const CONTEXT: &str =
    r#"{"code": "2026-01-01", "until": "2026-07-04", "unsubscribe": "https://shop.example/u"}"#;

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    std::fs::create_dir(folder.path.join("mails")).expect("a folder");
    folder
        .write("shop.audience", SHOP)
        .write("customers.jsonl", CUSTOMERS)
        .write("context.json", CONTEXT)
        .write(
            "mails/hello.en.html",
            "<a href=\"{{ unsubscribe }}\">Stop</a> {{ code }} {{ until }}",
        )
        .write(
            "mails/hello.es.html",
            "<a href=\"{{ unsubscribe }}\">Basta</a> {{ code }} {{ until | date: \"%d\" }}\n",
        );
    folder
}

const RENDER: &str = "render shop.audience --customers customers.jsonl --at 2026-06-01T00:00:00Z --context context.json --message";

/// [message-24]
#[test]
fn each_customer_is_a_line_with_the_parts_or_why_there_are_none() {
    let folder = folder("message_lines");
    folder.run(&format!("{RENDER} hello")).expect(
        0,
        concat!(
            r#"{"key":"ana","language":"es","message":{"subject":"Hola Ana & Co","html":"<a href=\"https://shop.example/u\">Basta</a> 2026-01-01 04\n","text":"https://shop.example/u"}}"#,
            "\n",
            r#"{"key":"ben","skipped":"not in the audience"}"#,
            "\n"
        ),
        "",
    );
    folder.run(&format!("{RENDER} hello --part subject")).expect(
        0,
        "{\"key\":\"ana\",\"language\":\"es\",\"message\":{\"subject\":\"Hola Ana & Co\"}}\n{\"key\":\"ben\",\"skipped\":\"not in the audience\"}\n",
        "",
    );
}

/// [message-24]
#[test]
fn one_customer_gets_the_parts_as_they_are() {
    let folder = folder("message_key");
    folder.run(&format!("{RENDER} hello --key ana")).expect(
        0,
        "== subject ==\nHola Ana & Co\n== html ==\n<a href=\"https://shop.example/u\">Basta</a> 2026-01-01 04\n== text ==\nhttps://shop.example/u\n",
        "",
    );
    folder
        .run(&format!("{RENDER} hello --key ana --part subject"))
        .expect(0, "Hola Ana & Co", "");
    folder
        .run(&format!("{RENDER} hello --key ana --part title"))
        .expect(
            2,
            "",
            "error: the message has no part `title`, only subject, html, text\n",
        );
    folder
        .run(&format!("{RENDER} hello --key ben"))
        .expect(0, "", "skipped: not in the audience\n");
    let context = r#"{"code": "x", "picks": [{"sku": "A", "name": "Tea", "reason": "new"}]}"#;
    folder.write("context.json", context);
    folder
        .run(&format!("{RENDER} code --key ben"))
        .expect(0, "Tea x", "");
}

#[test]
fn what_does_not_fit_is_told() {
    let folder = folder("message_errors");
    folder.run(&format!("{RENDER} helo")).expect(
        2,
        "",
        "error: unknown message `helo`; did you mean `hello`?\n",
    );
    folder.run(&format!("{RENDER} code")).expect(
        2,
        "",
        "error: unknown input `until`; unknown input `unsubscribe`\n",
    );
    folder.write("mails/hello.es.html", "{{ cod }}");
    let run = folder.run("check shop.audience");
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("mails/hello.es.html:1:4"), "{}", run.stderr);
    let run = folder.run("render shop.audience --customers customers.jsonl --at 2026-06-01T00:00:00Z");
    assert_eq!(run.status, Some(2), "{run:?}");
}
