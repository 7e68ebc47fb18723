//! The pictures of all errors: `tests/golden/message`.

use super::{builder, problems, shop};

/// [message-3] [message-5] [message-14] [message-16] [message-17] [message-18] [partial-3] [partial-4]
#[test]
fn golden() {
    insta::glob!("../golden/message", "*.audience", |path| {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name == "shop" {
            return;
        }
        let text = std::fs::read_to_string(path).expect("glob found it");
        let picture = match super::partials::given(builder(&text))
            .message_file("hello.txt", "Hello {{ first_name }}\n")
            .message_file("hello_you.txt", "Hello you\r\n")
            .message_file("lines.txt", "One\ntwo\n")
            .message_file(
                "page.html",
                "<p>\n{% if orders > 0 %}\n<a href=\"{{ unsubscribe }}\">Stop</a>\n{% endif %}\n</p>\n",
            )
            .build()
        {
            Ok(shop) => format!("no error\n{}", audience::render(shop.warnings(), shop.sources())),
            Err(error) => error.to_string(),
        };
        insta::with_settings!({
            snapshot_path => "../golden/message",
            prepend_module_to_snapshot => false,
            snapshot_suffix => "",
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, picture);
        });
    });
}

#[test]
fn a_page_longer_than_readers_show_is_told() {
    let build = |bytes: usize| {
        let page = "x".repeat(bytes);
        let text = "message m { channel email, transactional, subject \"Hi\", html from \"page.html\" }";
        let shop = builder(text).message_file("page.html", page).build();
        shop.unwrap_or_else(|error| panic!("{error}"))
    };
    assert!(build(102 * 1024).warnings().is_empty());
    let long = build(102 * 1024 + 1);
    let [warning] = long.warnings() else {
        panic!("{:?}", long.warnings());
    };
    assert_eq!(
        warning.message,
        "the message may have 104449 bytes, and readers of e-mail cut off what has more than 104448"
    );
    assert_eq!(
        warning.help,
        ["shorten it, or say how long it may be: `at most 103 KB`"]
    );
}

/// Each trait names the one before twice: what is shown is looked into for a bounded number of steps.
#[test]
fn traits_that_double_are_measured_quickly() {
    let traits = (1..20).map(|next| {
        let last = next - 1;
        format!("trait t{next} = case when orders > {next} then upper(t{last}) else lower(t{last}) end ")
    });
    let first = "trait t0 = case when orders > 0 then \"a\" else \"b\" end ".to_owned();
    let text: String = std::iter::once(first).chain(traits).collect();
    let short = shop(&format!(
        "{text} message m {{ channel sms, at most 1 segment, text \"{{{{ t2 }}}}\" }}"
    ));
    assert!(
        short
            .warnings()
            .iter()
            .all(|it| it.code != audience::Code::MayBeTooLong)
    );
    let long = format!("{text} message m {{ channel sms, at most 1 segment, text \"{{{{ t19 }}}}\" }}");
    assert_eq!(problems(&long), ["too-long: the message may be of any length"]);
}

/// Each escape of a literal stands for what is said of it.
#[test]
fn places_in_a_literal_are_found_past_every_escape() {
    for before in [
        "",
        "é",
        "\\n",
        "\\t",
        "\\\\",
        "\\\"",
        "\\'",
        "\\u{1F600}",
        "\\u{e9}",
        "a\\nb\\u{41}",
    ] {
        let text = format!("message m {{ channel sms, text \"{before}{{{{ contry }}}}\" }}");
        let error = builder(&text).build().expect_err("an unknown name");
        let [problem] = error.diagnostics() else {
            panic!("{error}");
        };
        let span = problem.span();
        let source = &error.sources()[span.source as usize];
        assert_eq!(
            &source.text[span.start as usize..span.end as usize],
            "contry",
            "{before}"
        );
    }
}

#[test]
fn a_message_of_a_broken_segment_is_told_once() {
    assert_eq!(
        problems("segment broken = contry = \"ES\"  message m for broken { channel sms, text \"Hi\" }"),
        ["unknown-attribute: unknown attribute `contry`"]
    );
}

#[test]
fn a_message_may_have_a_name_and_inputs_like_keywords() {
    let shop = shop(
        "message `for` for named { channel sms, inputs { channel: string, inputs: int }, text \"{{ channel }}{{ inputs }}\" }
         message `channel` { channel web, body \"x\" }",
    );
    assert!(shop.message("for").is_ok());
    assert_eq!(
        shop.message("chanel").unwrap_err().to_string(),
        "unknown message `chanel`; did you mean `channel`?"
    );
}
