//! `audience render`.

use super::Folder;

const SHOP: &str = r"
customer { id: string key, first_name: string? filled, orders: int }
catalog products { sku: string key, name: string filled, price: decimal, url: url }
placement recommendations of products
segment loyal = orders >= 10
";

const CUSTOMERS: &str = concat!(
    r#"{"id":"ana","first_name":"Ana & Co","orders":12}"#,
    "\n",
    r#"{"id":"ben","orders":1}"#,
    "\n",
    r#"{"id":"cem","first_name":"Cem","orders":0}"#,
    "\n",
);

const RENDER: &str = "render shop.audience hello.txt --customers customers.jsonl --at 2026-06-01T00:00:00Z";

const HELLO: &str = r#"{% if orders = 0 %}{% skip "never bought" %}{% endif %}Hello {{ first_name | default: "you" }}{% if in segment loyal %}, dear friend{% endif %}!
"#;

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder
        .write("shop.audience", SHOP)
        .write("customers.jsonl", CUSTOMERS)
        .write("hello.txt", HELLO)
        .write("hello.html", HELLO);
    folder
}

#[test]
fn translations_are_the_files_of_a_folder() {
    let folder = folder("render_translations");
    std::fs::create_dir_all(folder.path.join("locales")).expect("a folder");
    folder
        .write("locales/en.json", r#"{"hello": "Hello {name}"}"#)
        .write("locales/es.json", r#"{"hello": "Hola {name}"}"#)
        .write("hello.txt", "{{ \"hello\" | t: name: id }}");
    let command = format!("{RENDER} --key ana --translations locales");
    folder
        .run(&format!("{command} --language es"))
        .expect(0, "Hola ana", "");
    let run = folder.run(&command);
    assert!(run.stderr.contains("not known which language"), "{}", run.stderr);
    folder.write("locales/es.json", "[]");
    let run = folder.run(&format!("{command} --language en"));
    assert!(
        run.stderr.contains("expected an object of texts"),
        "{}",
        run.stderr
    );
}

#[test]
fn partials_are_the_files_of_a_folder() {
    let folder = folder("render_partials");
    std::fs::create_dir_all(folder.path.join("parts/mail")).expect("a folder");
    folder
        .write("parts/mail/hello.txt", "Hello {{ name }}{% render \"end\" %}")
        .write("parts/end.txt", "!")
        .write(
            "hello.txt",
            "{% assign name = first_name | default: \"you\" %}{% render \"mail/hello\", name: name %}",
        );
    folder
        .run(&format!("{RENDER} --key ana --partials parts"))
        .expect(0, "Hello Ana & Co!", "");
    let run = folder.run(&format!("{RENDER} --key ana"));
    assert!(
        run.stderr.contains("unknown partial `mail/hello`"),
        "{}",
        run.stderr
    );
    let run = folder.run(&format!("{RENDER} --key ana --partials none"));
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("cannot read `none`"), "{}", run.stderr);

    // So for messages, whatever is done with their definitions.
    folder.write(
        "hello.audience",
        "message hello { channel sms, text '{% assign name = first_name | default: \"you\" %}{% render \"mail/hello\", name: name %}' }
        test \"ana\" at 2026-06-01 { customer { \"id\": \"ana\", \"orders\": 1 } message hello = \"Hello you!\" }",
    );
    folder
        .run("render shop.audience --defs hello.audience --message hello --customers customers.jsonl --at 2026-06-01T00:00:00Z --key ana --partials parts")
        .expect(0, "Hello Ana & Co!", "");
    for command in [
        "check shop.audience hello.audience",
        "test shop.audience hello.audience",
        "describe shop.audience --defs hello.audience",
        "diff hello.audience hello.audience --defs shop.audience",
        "eval shop.audience --defs hello.audience --customers customers.jsonl --at 2026-06-01T00:00:00Z",
    ] {
        let run = folder.run(command);
        assert!(
            run.stderr.contains("unknown partial `mail/hello`"),
            "{command}: {}",
            run.stderr
        );
        let run = folder.run(&format!("{command} --partials parts"));
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{command}");
    }
}

#[test]
fn each_customer_is_a_line_with_the_message_or_why_there_is_none() {
    let expected = concat!(
        r#"{"key":"ana","message":"Hello Ana & Co, dear friend!\n"}"#,
        "\n",
        r#"{"key":"ben","message":"Hello you!\n"}"#,
        "\n",
        r#"{"key":"cem","skipped":"never bought"}"#,
        "\n",
    );
    let folder = folder("render_lines");
    folder.run(RENDER).expect(0, expected, "");
    folder
        .run(&RENDER.replace("hello.txt", "hello.html --format text"))
        .expect(0, expected, "");
}

#[test]
fn json_is_told_by_the_name_or_the_option() {
    let folder = folder("render_json");
    folder.write(
        "push.json",
        r#"{"to": {{ first_name | default: "you" }}, "badge": {{ orders }}}"#,
    );
    let push = RENDER.replace("hello.txt", "push.json");
    folder
        .run(&format!("{push} --key ana"))
        .expect(0, r#"{"to": "Ana & Co", "badge": 12}"#, "");
    let run = folder.run(&format!("{RENDER} --format json"));
    assert_eq!((run.status, &*run.stdout), (Some(1), ""), "{}", run.stderr);
    assert!(run.stderr.contains("error[invalid-json]"), "{}", run.stderr);
}

#[test]
fn one_customer_gets_the_message_as_it_is() {
    let folder = folder("render_key");
    folder
        .run(&format!("{RENDER} --key ana"))
        .expect(0, "Hello Ana & Co, dear friend!\n", "");
    folder.run(&format!("{RENDER} --key ana --format html")).expect(
        0,
        "Hello Ana &amp; Co, dear friend!\n",
        "",
    );
    folder.run(&RENDER.replace(".txt", ".html --key ana")).expect(
        0,
        "Hello Ana &amp; Co, dear friend!\n",
        "",
    );
    folder
        .run(&format!("{RENDER} --key cem"))
        .expect(0, "", "skipped: never bought\n");
    folder.run(&format!("{RENDER} --key dua")).expect(
        2,
        "",
        "error: customers.jsonl: no customer with the key `dua`\n",
    );
}

#[test]
fn the_context_gives_inputs_and_placements() {
    let folder = folder("render_context");
    folder.write(
        "page.html",
        r#"<a href="{{ shop_url }}">{{ coupon }}</a>{% for p in recommendations limit: 2 %}
<a href="{{ p.url }}">{{ p.name }}</a> {{ p.price | money: "EUR" }} {{ p.reason }}{% else %}nothing{% endfor %}"#,
    );
    folder.write(
        "context.json",
        r#"{"shop_url": "https://example.com/?a=1&b=2", "coupon": "A<B",
            "recommendations": [
              {"sku": "a", "name": "Vase", "price": 12.5, "url": "https://example.com/a", "reason": "because"},
              {"sku": "b", "name": "Pot & lid", "price": "3", "url": "https://example.com/b", "reason": "popular"},
              {"sku": "c", "name": "Cup", "price": 4, "url": "https://example.com/c", "reason": "popular"}]}"#,
    );
    let command = RENDER.replace("hello.txt", "page.html --key ana");
    folder.run(&format!("{command} --context context.json")).expect(
        0,
        "<a href=\"https://example.com/?a=1&amp;b=2\">A&lt;B</a>\n\
         <a href=\"https://example.com/a\">Vase</a> €12.50 because\n\
         <a href=\"https://example.com/b\">Pot &amp; lid</a> €3.00 popular",
        "",
    );
    folder.write(
        "empty.json",
        r#"{"shop_url": "https://example.com", "coupon": "x"}"#,
    );
    let run = folder.run(&format!("{command} --context empty.json"));
    assert_eq!(run.stdout, "<a href=\"https://example.com\">x</a>nothing");
    let run = folder.run(&command);
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr.contains("unknown attribute `shop_url`") || run.stderr.contains("`shop_url`"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_context_that_cannot_be_used_is_named() {
    let folder = folder("render_bad_context");
    for context in [
        "[]",
        "{",
        r#"{"recommendations": [{"sku": "a"}]}"#,
        r#"{"recommendations": 3}"#,
        r#"{"coupon": {"a": 1}}"#,
        r#"{"coupon": null}"#,
        r#"{"coupon": "a", "coupon": "b"}"#,
    ] {
        folder.write("context.json", context);
        let run = folder.run(&format!("{RENDER} --context context.json"));
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{context}");
        assert!(
            run.stderr.starts_with("error: context.json: "),
            "{context}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_template_with_errors_is_shown() {
    let folder = folder("render_errors");
    folder.write(
        "hello.txt",
        "Hello {{ first_name }}\n{{ frist_name | default: \"x\" }}\n",
    );
    let run = folder.run(RENDER);
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
    for part in [
        "error[may-be-missing]",
        "--> hello.txt:1:",
        "error[unknown-attribute]",
        "--> hello.txt:2:",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    let run = folder.run(&RENDER.replace("hello.txt", "nothing.txt"));
    run.expect(
        2,
        "",
        "error: nothing.txt: No such file or directory (os error 2)\n",
    );
}

#[test]
fn bad_customers_stop_or_are_left_out() {
    let folder = folder("render_bad");
    folder.write(
        "customers.jsonl",
        "{\"id\":\"ana\",\"orders\":1}\n{\"id\":\"ben\"}\n{\"id\":\"cem\",\"orders\":2}\n",
    );
    let run = folder.run(RENDER);
    assert_eq!(
        (run.status, run.stdout.as_str()),
        (Some(2), "{\"key\":\"ana\",\"message\":\"Hello you!\\n\"}\n")
    );
    assert!(
        run.stderr.starts_with("error: customers.jsonl:2: orders: "),
        "{}",
        run.stderr
    );
    let run = folder.run(&format!("{RENDER} --skip-bad"));
    assert_eq!((run.status, run.stdout.lines().count()), (Some(0), 2));
    assert!(
        run.stderr
            .ends_with("warning: customers.jsonl: left out 1 of 3 customers: line 2\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_fails_stands_in_place_of_the_message_when_told_so() {
    let folder = Folder::new("render_print_bad");
    folder
        .write("shop.audience", "customer { id: string key, orders: int }")
        .write(
            "customers.jsonl",
            "{\"id\":\"ana\",\"orders\":1}\n{\"id\":\"ben\"}\n{\"id\":\"cem\",\"orders\":1000}\n",
        )
        .write(
            "mail.txt",
            "{% for a in (1..orders) %}{% for b in (1..1000) %}x{% endfor %}{% break %}{% endfor %}{% for a in (1..orders) %}{% for b in (1..orders) %}x{% endfor %}{% endfor %}",
        );
    let render =
        "render shop.audience mail.txt --customers customers.jsonl --at 2026-06-01T00:00:00Z --print-bad";
    let run = folder.run(render);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let lines = run.json_lines();
    assert_eq!(lines.len(), 3);
    assert!(lines[0]["message"].is_string() && lines[0]["key"] == "ana");
    assert!(
        lines[1]["failed"]
            .as_str()
            .is_some_and(|it| it.starts_with("orders: "))
            && lines[1]["key"] == "ben"
    );
    assert!(lines[2]["failed"].is_string() && lines[2]["key"] == "cem" && lines[2].get("line").is_none());
    assert_eq!(folder.run(&format!("{render} --key ana")).status, Some(2));
}

/// What goes to a log is not whom it went wrong for, where that is personal.
#[test]
fn an_error_does_not_name_a_customer_whose_key_is_personal() {
    for (role, whose) in [("", "customer `ana`"), (" personal", "a customer")] {
        let folder = Folder::new(&format!("render_limit{}", role.trim()));
        folder
            .write("shop.audience", format!("customer {{ id: string key{role} }}"))
            .write("customers.jsonl", r#"{"id":"ana"}"#)
            .write(
                "mail.txt",
                "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}",
            );
        let run =
            folder.run("render shop.audience mail.txt --customers customers.jsonl --at 2026-06-01T00:00:00Z");
        assert_eq!(run.status, Some(2));
        assert!(
            run.stderr.starts_with(&format!("error: {whose}: ")),
            "{}",
            run.stderr
        );
        assert!(role.is_empty() || !run.stderr.contains("ana"), "{}", run.stderr);
    }
}
