//! The differences that the manual lists: what Liquid says, and what is said here.

pub(super) const ALL: &[(&str, &str, &str, &str)] = &[
    // Numbers are exact: as many digits as needed.
    ("{{ 1.0 }}", "", "1.0", "1"),
    ("{{ x }}", r#"{"x": 3.0}"#, "3.0", "3"),
    // A text that is an instant is one, and shown as Liquid shows one.
    (
        "{{ x }}",
        r#"{"x": "2026-07-05T10:20:30Z"}"#,
        "2026-07-05T10:20:30Z",
        "2026-07-05 10:20:30 +0000",
    ),
    // Signs calculate.
    ("{{ a-b }}", r#"{"a": 5, "b": 2}"#, "", "3"),
];
