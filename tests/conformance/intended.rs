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
    // Signs calculate.
    ("{{ a-b }}", r#"{"a": 5, "b": 2}"#, "", "3"),
];
