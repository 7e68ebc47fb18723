//! The differences that the manual lists: what Liquid says, and what is said here.

pub(super) const ALL: &[(&str, &str, &str, &str)] = &[
    // Numbers are exact: as many digits as needed.
    ("{{ 1.0 }}", "", "1.0", "1"),
    ("{{ x }}", r#"{"x": 3.0}"#, "3.0", "3"),
    (
        r#"{{ 1.5 | times: 2 }} {{ 5 | times: 1.0 }} {{ 1.0 | append: "a" }}"#,
        "",
        "3.0 5.0 1.0a",
        "3 5 1a",
    ),
    ("{{ 20 | divided_by: 7.0 }}", "", "2.857142857142857", "2.8571"),
    (
        "{{ x | round: 2 | divided_by: 3 }} {{ 10 | at_least: 1.5 | divided_by: 4 }}",
        r#"{"x": "7 x"}"#,
        "2 2",
        "2.3333 2.5",
    ),
    // Whole numbers have 64 bits; larger ones are floats.
    (
        "{{ x }}",
        r#"{"x": 18446744073709551616}"#,
        "18446744073709551616",
        "1.8446744073709552e+19",
    ),
    (
        "{{ x | plus: 1 }}",
        r#"{"x": 9223372036854775807}"#,
        "9223372036854775808",
        "skipped: a value of the message is missing",
    ),
    // What is only white space gives way to a fallback.
    (r#"{{ x | default: "d" }}"#, r#"{"x": " "}"#, " ", "d"),
    // What is missing stays so until its fallback.
    (r#"{{ x | plus: 1 | default: "d" }}"#, r#"{"x": null}"#, "1", "d"),
    (
        r#"{{ x | append: "!" | default: "d" }}"#,
        r#"{"x": null}"#,
        "!",
        "d",
    ),
    // Letters with marks have a case, too.
    (
        r#"{{ x | sort_natural | join: " " }}"#,
        r#"{"x": ["Éva", "éa"]}"#,
        "Éva éa",
        "éa Éva",
    ),
    // A record is there, also without fields.
    (
        "{% if x == blank %}y{% else %}n{% endif %}",
        r#"{"x": {}}"#,
        "y",
        "n",
    ),
    // A name with points leads from field to field.
    (
        r#"{{ x | map: "a.b" | join }}"#,
        r#"{"x": [{"a": {"b": 1}}]}"#,
        "",
        "1",
    ),
    // A comparison with a missing side does not hold.
    (
        "{% if x == y %}y{% else %}n{% endif %}",
        r#"{"x": null, "y": null}"#,
        "y",
        "n",
    ),
    // A backslash in a text begins an escape.
    ("{{ \"a\\tb\" }}", "", "a\\tb", "a\tb"),
    // A limit or offset below 0 is one of 0.
    (
        "{% for i in a offset: n %}{{ i }}{% endfor %}",
        r#"{"a": [1, 2, 3], "n": -1}"#,
        "3",
        "123",
    ),
    (
        "{% for i in a limit: n %}{{ i }}{% else %}none{% endfor %}",
        r#"{"a": [1, 2, 3], "n": -1}"#,
        "12",
        "none",
    ),
    // A text that is an instant is one, and shown as Liquid shows one.
    (
        "{{ x }}",
        r#"{"x": "2026-07-05T10:20:30Z"}"#,
        "2026-07-05T10:20:30Z",
        "2026-07-05 10:20:30 +0000",
    ),
    (
        r#"{{ x | date: "%H:%M" }}"#,
        r#"{"x": "2026-07-05T10:20:30+02:00"}"#,
        "10:20",
        "08:20",
    ),
    // A list has what it has, also `false`.
    (
        "{% if x contains false %}y{% else %}n{% endif %}",
        r#"{"x": [true, false]}"#,
        "n",
        "y",
    ),
    // Signs calculate.
    ("{{ a-b }}", r#"{"a": 5, "b": 2}"#, "", "3"),
];
