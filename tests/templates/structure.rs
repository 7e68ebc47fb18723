//! What a browser makes of a page does not depend on any value in it.

use proptest::prelude::*;

#[path = "../fuzz/src/page.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it, a crate of their own")]
mod page;

use page::{PIECES, as_value, check, rendered, structure, template};

/// Values that have been more than values somewhere.
const HOSTILE: [&str; 49] = [
    "\"",
    "'",
    "<",
    ">",
    "&",
    "`",
    "=",
    "/",
    "-",
    "--",
    "-->",
    "--!>",
    "<!--",
    "<!-->",
    "<![endif]-->",
    "<![endif]--",
    "]]>",
    "<![CDATA[",
    "</script>",
    "<script>alert(1)</script>",
    "</title>",
    "</textarea>",
    "</style>",
    "</table>",
    "<plaintext>",
    "<svg onload=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "x onmouseover=alert(1)",
    "javascript:alert(1)",
    " java\tscript:alert(1)",
    "JaVaScRiPt\n:alert(1)",
    "data:text/html,<b>",
    "//evil.example",
    "\\\\evil.example",
    "&lt",
    "&lt;script&gt;",
    "&#60;",
    "&quot",
    "&colon;",
    "{{ id }}",
    "{% skip \"x\" %}",
    "\n",
    "\r\n",
    "\u{d7ff}\u{e000}\u{fffd}\u{ffff}\u{10ffff}",
    "\u{2028}\u{202e}\u{200b}\u{feff}",
    "\u{feff}",
    "\u{7f}\u{80}\u{1}\u{b}",
    "\0",
];

#[test]
fn each_hostile_value_is_a_value_in_each_place() {
    for piece in 0..PIECES.len() {
        let template = template(&[piece]);
        let harmless = structure(&rendered(&template, "word"));
        let values = HOSTILE
            .iter()
            .map(|it| as_value(it))
            .chain(["<a\"'&".repeat(1_000)]);
        for value in values {
            let page = rendered(&template, &value);
            assert_eq!(structure(&page), harmless, "{value:?} in {page}");
        }
    }
}

/// Else the tests above would see nothing.
#[test]
fn a_value_that_is_more_would_be_noticed() {
    for (written, with) in [
        ("<p>?</p>", "a<b>c"),
        ("<p title=\"?\">", "\" hidden=\""),
        ("<!-- ? -->", "--><b>"),
        ("<!--[if mso]><p title='?'><![endif]-->", "' hidden='"),
        ("<title>?</title>", "</title><b>"),
        ("<textarea>?</textarea>", "</textarea>x"),
    ] {
        let page = |value: &str| structure(&written.replace('?', value));
        assert_ne!(page(with), page("word"), "{written}");
    }
    let leads = std::panic::catch_unwind(|| structure("<a href=' java\tscript:x'>"));
    assert!(leads.is_err());
}

/// What browsers drop or replace is not let in.
#[test]
fn no_value_has_a_nul() {
    let shop = super::shop().expect("it compiles");
    let customer = super::ANA.replace("\"Madrid\"", "\"Mad\\u0000rid\"");
    assert!(customer.contains("\\u0000") && shop.customer_from_json(&customer).is_err());
    let template = template(&[0]);
    assert!(
        template
            .inputs([("code", "a\0b"), ("home", "https://shop.example")])
            .is_err()
    );
}

fn value() -> impl Strategy<Value = String> {
    let hostile = prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned);
    let piece = prop_oneof![6 => hostile, 1 => any::<char>().prop_map(String::from), 1 => "[a-z ]{1,3}"];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_changes_what_a_browser_makes_of_a_page(
        pieces in prop::collection::vec(0..PIECES.len(), 1..5),
        value in value(),
    ) {
        check(&pieces, &value);
    }
}
