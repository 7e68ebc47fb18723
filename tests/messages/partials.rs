//! What messages render, and what that declares to be given.

use std::fs;

use audience::{Builder, Code, Definitions};

use super::{Result, builder, says};

/// Those of `tests/golden/message/partials`.
pub(super) fn given(builder: Builder) -> Builder {
    let partials = [
        ("tile.html", include_str!("../golden/message/partials/tile.html")),
        (
            "broken.html",
            include_str!("../golden/message/partials/broken.html"),
        ),
        ("odd.html", include_str!("../golden/message/partials/odd.html")),
        ("late.html", include_str!("../golden/message/partials/late.html")),
        (
            "footer.html",
            include_str!("../golden/message/partials/footer.html"),
        ),
    ];
    partials
        .into_iter()
        .fold(builder, |builder, (name, text)| builder.partial(name, text))
}

const ANA: &str = r#"{"id": "ana", "first_name": "Ana", "orders": 3, "consent": {"email": true}}"#;

/// [partial-5]
#[test]
fn what_is_given_takes_the_declared_type() -> Result {
    let html = r#"
        {%- render "tile", title: first_name, image: "https://shop.example/<x>.png", alt: "An \"x\"", size: "small", price: orders -%}
        {%- capture body %}<i>{{ first_name }}</i>{% endcapture -%}
        {%- render "tile", title: "B", image: "https://shop.example/b.png", alt: "b", size: "large", body: body, note: " " -%}"#;
    let text = format!(
        "message m for named {{ channel email, transactional, subject \"Hello\", html {}, text \"-\" }}",
        serde_json::to_string(html)?.replace("\\n", " ")
    );
    let shop = given(builder(&text)).build()?;
    assert_eq!(
        says(&shop, "m", ANA, &[]),
        concat!(
            "subject: Hello\nhtml: <img src=\"https://shop.example/%3Cx%3E.png\" alt=\"An &quot;x&quot;\" width=\"80\">\n",
            // Half of a decimal, not of a whole number.
            "<b>Ana</b> €1.50\n",
            "<img src=\"https://shop.example/b.png\" alt=\"b\" width=\"160\">\n<b>B</b><div><i>Ana</i></div>\n\ntext: -",
        )
    );
    Ok(())
}

#[test]
fn the_link_to_unsubscribe_may_stand_in_a_partial() {
    let build = |partial: &str| {
        builder(
            "message m { channel email, inputs { unsubscribe: url }, subject \"Hello\", html '{% render \"end\", stop: unsubscribe %}' }",
        )
        .partial("end", partial)
        .build()
    };
    assert!(build("{% inputs stop: url %}<p><a href=\"{{ stop }}\">Stop</a></p>").is_ok());
    let error = build("{% inputs stop: url %}<p>{{ stop }}</p>").expect_err("it is no link");
    assert_eq!(error.diagnostics()[0].code, Code::MissingUnsubscribe);
    assert!(error.to_string().contains("end:1:26"), "{error}");
}

/// [partial-1] [partial-2]
#[test]
fn partials_are_the_files_of_a_folder() -> Result {
    let folder = super::files::folder("partials");
    fs::create_dir_all(folder.join("parts/mail"))?;
    fs::write(folder.join("parts/mail/hello.html"), "<b>Hello</b>")?;
    fs::write(folder.join("parts/mail/hello.txt"), "\u{feff}HELLO")?;
    fs::write(folder.join("parts/.hidden.html"), b"\xff")?;
    let text = r#"
        message m { channel email, transactional, subject "Hello", html '{% render "mail/hello" %}', text '{% render "mail/hello" %}' }
        message n { channel sms, text '{% render "mail/hello.html" %}' }"#;
    let shop = builder(text).partials(folder.join("parts")).build()?;
    assert_eq!(
        says(&shop, "m", ANA, &[]),
        "subject: Hello\nhtml: <b>Hello</b>\ntext: HELLO"
    );
    assert_eq!(says(&shop, "n", ANA, &[]), "text: <b>Hello</b>");
    // They are sources, each once, so that what is said of them has its place.
    let names = shop.sources().iter().map(|it| &*it.name);
    assert_eq!(names.filter(|it| it.ends_with("hello.html")).count(), 1);
    // Templates of these definitions render them too.
    assert!(
        shop.template(audience::Format::Text, "{% render \"mail/hello\" %}")
            .is_ok()
    );

    fs::write(folder.join("parts/picture.png"), b"\x89PNG")?;
    let error = builder(text)
        .partials(folder.join("parts"))
        .build()
        .expect_err("a picture");
    assert!(
        error
            .diagnostics()
            .iter()
            .any(|it| it.code == Code::UnreadableFile),
        "{error}"
    );
    let error = builder(text)
        .partials(folder.join("none"))
        .build()
        .expect_err("no folder");
    assert!(
        error
            .diagnostics()
            .iter()
            .any(|it| it.code == Code::UnreadableFile),
        "{error}"
    );
    Ok(())
}

/// [message-26]
#[test]
fn a_partial_that_says_something_else_is_a_difference() -> Result {
    let build = |partial: &str| {
        builder("message m { channel sms, text '{% render \"hello\" %}' }")
            .partial("hello", partial)
            .build()
    };
    let (old, new) = (build("Hello")?, build("Hi")?);
    let diff = Definitions::diff(&old, &new).to_string();
    assert!(diff.contains("m.text") && diff.contains("in hello"), "{diff}");
    assert!(
        Definitions::diff(&old, &old)
            .to_string()
            .lines()
            .all(|it| !it.contains("m.text"))
    );
    Ok(())
}

/// [partial-6] Whatever it is given, a condition in a partial was written for all that it may be given.
#[test]
fn constants_for_a_partial_are_no_constant_conditions() -> Result {
    let text = "message m { channel sms, text '{% render \"x\", size: 1 %}{% render \"x\", size: 2 %}{% render \"x\" %}' }";
    let shop = builder(text)
        .partial("x", "{% inputs size: int? %}{% if size = 1 %}one{% elsif size is known %}more{% else %}none{% endif %}")
        .build()?;
    assert_eq!(shop.warnings(), []);
    assert_eq!(says(&shop, "m", ANA, &[]), "text: onemorenone");
    Ok(())
}
