//! Filters, as Liquid documents them.

use audience::Format;

use super::{ANA, NOBODY, says};

/// [tmpl-17] [tmpl-19]
#[test]
fn filters_do_what_liquid_documents() {
    for (template, expected) in [
        ("{{ \"Parker Moore\" | upcase }}", "PARKER MOORE"),
        ("{{ \"Parker Moore\" | downcase }}", "parker moore"),
        ("{{ \"my GREAT title\" | capitalize }}", "My great title"),
        (
            "{{ \"Ground control to Major Tom.\" | truncate: 20 }}",
            "Ground control to...",
        ),
        (
            "{{ \"Ground control to Major Tom.\" | truncate: 25, \", and so on\" }}",
            "Ground control, and so on",
        ),
        (
            "{{ \"Ground control\" | truncate: 6, \"\" | default: \"-\" }}",
            "Ground",
        ),
        (
            "{{ \"Have you read 'James & the Giant Peach'?\" | escape }}",
            "Have you read &#39;James &amp; the Giant Peach&#39;?",
        ),
        ("{{ \"Tetsuro Takara\" | url_encode }}", "Tetsuro+Takara"),
        ("{{ \"john@liquid.com\" | url_encode }}", "john%40liquid.com"),
        ("{{ \"Ground control to Major Tom.\" | size }}", "28"),
        ("{{ \"ñandú\" | size }}", "5"),
        (
            "{{ interests | size }} {{ favorites | size }} {{ scores | size }}",
            "2 3 2",
        ),
        (
            "{{ interests | join: \" and \" | default: \"-\" }}",
            "tea and books",
        ),
        ("{{ scores | join | default: \"-\" }}", "3 4"),
        (
            "{{ interests | join: \", \" | upcase | default: \"-\" }}",
            "TEA, BOOKS",
        ),
        (
            "{{ \"/my/fancy/url\" | append: \".html\" }}",
            "/my/fancy/url.html",
        ),
        ("{{ \"you are \" | append: default(nps, 0) }}", "you are 9"),
        (
            "{{ \"a, b, c\" | split: \", \" | join: \"-\" | default: \"none\" }}",
            "a-b-c",
        ),
        (
            "{{ \",a,,b,,\" | split: \",\" | join: \"-\" | default: \"none\" }}",
            "-a--b",
        ),
        (
            "{{ \",,\" | split: \",\" | size }} {{ \"\" | split: \",\" | size }}",
            "0 0",
        ),
        (
            "{{ \"  a \\n b \" | split: \" \" | join: \"-\" | default: \"none\" }}",
            "a-b",
        ),
        (
            "{{ \"ñab\" | split: \"\" | join: \"-\" | default: \"none\" }}",
            "ñ-a-b",
        ),
        ("{{ \"a b\" | split: \" \" | last | default: \"none\" }}", "b"),
        ("{{ interests | first | upcase | default: \"none\" }}", "TEA"),
        (
            "{{ scores | last | default: 0 }} {{ \"\" | split: \" \" | first | default: 0 }}",
            "4 0",
        ),
        ("{{ subscribed | default: true, allow_false: true }}", "false"),
        ("{{ first_name | default: \"there\" }}", "Ana"),
        ("{{ subscribed | default: \"no\" }}", "no"),
        ("{{ nps | default: \"none\" }} {{ nps | default: 1 }}", "9 9"),
        (
            "{{ total_spent | money: \"EUR\" }} {{ total_spent | money: \"JPY\" }} {{ orders | money: \"GBP\" }}",
            "€1,234.50 ¥1,235 £3.00",
        ),
        ("{{ ratio | money: \"USD\" | default: \"-\" }}", "$0.25"),
        ("{{ signed_up_at | date: \"%a, %b %d, %y\" }}", "Wed, Jan 01, 25"),
        (
            "{{ birth_date | date: \"%-d %B %Y\" | default: \"-\" }}",
            "5 July 1990",
        ),
        (
            "{{ \"now\" | date: \"%Y-%m-%d %H:%M\" }} {{ now | date: \"%H:%M %Z\" }}",
            "2026-06-01 02:00 02:00 CEST",
        ),
        ("{{ today | date: \"%A\" | upcase | truncate: 4, \".\" }}", "MON."),
        (
            "{{ first_name | upcase | default: \"x\" | downcase | capitalize }}",
            "Ana",
        ),
        ("{{ nps | upcase | default: \"-\" }}", "9"),
        ("{{ gender | capitalize | default: \"-\" }}", "Female"),
    ] {
        assert_eq!(says(Format::Text, ANA, template), expected, "{template}");
    }
}

/// [tmpl-18]
#[test]
fn what_is_missing_gives_way_to_the_fallback() {
    for (template, expected) in [
        ("{{ first_name | default: \"there\" }}", "there"),
        ("{{ country | default: \"nowhere\" }}", "nowhere"),
        ("{{ city | upcase | default: \"nowhere\" }}", "nowhere"),
        ("{{ city | default: \"nowhere\" | upcase }}", "NOWHERE"),
        ("{{ city | default: country | default: \"x\" }}", "x"),
        ("{{ interests | join: \", \" | default: \"nothing\" }}", "nothing"),
        ("{{ scores | join: \", \" | default: \"nothing\" }}", "nothing"),
        (
            "{{ scores | size }} {{ city | size }} {{ interests | size }}",
            "0 0 0",
        ),
        (
            "{{ nps | default: \"none\" }} {{ nps | default: 0 }} {{ nps | default: 2.5 }}",
            "none 0 2.5",
        ),
        (
            "{{ average_order | money: \"EUR\" | default: \"nothing yet\" }}",
            "nothing yet",
        ),
        ("{{ average_order | default: 0 | money: \"EUR\" }}", "€0.00"),
        ("{{ last_seen | date: \"%d\" | default: \"never\" }}", "never"),
        ("{{ subscribed | default: true }}", "true"),
        ("{{ coupon | default: \"none\" }}", "none"),
    ] {
        assert_eq!(says(Format::Text, NOBODY, template), expected, "{template}");
    }
}

/// [tmpl-10]
#[test]
fn values_without_a_filter_show_as_they_are() {
    for (template, expected) in [
        (
            "{{ 3 }} {{ -2.50 }} {{ total_spent }} {{ orders }} {{ true }}",
            "3 -2.5 1234.5 3 true",
        ),
        (
            "{{ ratio | default: 0 }} {{ consent.email }} {{ stage }}",
            "0.25 true customer",
        ),
        ("{{ signed_up_at }}", "2025-01-01 00:30:00 +0100"),
        ("{{ today }} {{ today - 1 day }}", "2026-06-01 2026-05-31"),
        (
            "{{ total_spent * 2 + 1 }} {{ count(purchases in last 90 days) }}",
            "2470 2",
        ),
        (
            "{{ \"{{\" }} }} %} {% # a note %}{{ \"a\\\"b\" }}",
            "{{ }} %} a\"b",
        ),
        (
            "{{ case when in segment vip then \"dear\" else \"hello\" end }}",
            "dear",
        ),
        ("{{ upper(\"a\") }}{{ size(interests) }}", "A2"),
    ] {
        assert_eq!(says(Format::Text, ANA, template), expected, "{template}");
    }
}

/// [tmpl-22]
#[test]
fn values_are_escaped_for_their_place_and_once() {
    for (template, expected) in [
        (
            "<p>{{ \"a < b & 'c'\" }}</p>",
            "<p>a &lt; b &amp; &#39;c&#39;</p>",
        ),
        ("<p>{{ \"<b>\" | escape }}</p>", "<p>&lt;b&gt;</p>"),
        ("<p>{{ \"<b>\" | escape | upcase }}</p>", "<p>&lt;B&gt;</p>"),
        ("<p>{{ \"<b>x</b>\" | raw }}</p>", "<p><b>x</b></p>"),
        ("<p>{{ \"<b>\" | escape | raw }}</p>", "<p>&lt;b&gt;</p>"),
        (
            "<p>{{ interests | join: \" & \" | default: \"-\" }}</p>",
            "<p>tea &amp; books</p>",
        ),
        (
            "<p title='{{ \"a'b\" }}'>/{{ \"a/b\" }}",
            "<p title='a&#39;b'>/a/b",
        ),
        (
            "<a href=\"{{ shop_url }}\">",
            "<a href=\"https://shop.example/\">",
        ),
        (
            "<a href=\"{{ website | default: shop_url }}\">",
            "<a href=\"https://ana.example/?a=1&amp;b=2\">",
        ),
        ("<a href=\"{{ \"javascript:alert(1)\" }}\">", "<a href=\"#\">"),
        ("<a href=\"{{ \"/a b\" }}\">", "<a href=\"/a%20b\">"),
        (
            "<a href=\"{{ shop_url }}?q={{ \"a b&c=d\" }}\">",
            "<a href=\"https://shop.example/?q=a%20b%26c%3Dd\">",
        ),
        (
            "<a href=\"https://x/?q={{ \"a b&c\" | url_encode }}\">",
            "<a href=\"https://x/?q=a+b%26c\">",
        ),
        (
            "<a href=\"https://x/?q={{ city | url_encode | default: \"a b\" }}&r={{ coupon | url_encode | default: \"a b\" }}\">",
            "<a href=\"https://x/?q=Madrid&r=a%20b\">",
        ),
        (
            "<a href=\"https://x/{{ \"a/b c\" }}\">",
            "<a href=\"https://x/a/b%20c\">",
        ),
        (
            "<a href=\"/{{ \"/evil.example\" }}\">",
            "<a href=\"/%2Fevil.example\">",
        ),
        (
            "<a href=\"https://x/{{ -5 }}/{{ signed_up_at }}\">",
            "<a href=\"https://x/-5/2025-01-01%2000%3A30%3A00%20%2B0100\">",
        ),
        (
            "<title>{{ \"</title>\" }}</title>",
            "<title>&lt;/title&gt;</title>",
        ),
        ("<!-- {{ \"--> <b>\" }} -->", "<!-- &#45;&#45;&gt; &lt;b&gt; -->"),
        ("<!-- {{ -5 }} -->", "<!-- &#45;5 -->"),
        (
            "<a{% if in segment vip %} class=\"vip\"{% endif %}>",
            "<a class=\"vip\">",
        ),
        (
            "<style>p { max-width: 100%}</style>",
            "<style>p { max-width: 100%}</style>",
        ),
    ] {
        assert_eq!(says(Format::Html, ANA, template), expected, "{template}");
    }
    assert_eq!(
        says(Format::Text, ANA, "{{ \"a < b\" }} {{ \"<b>\" | raw }}"),
        "a < b <b>"
    );
}
