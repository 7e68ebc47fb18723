//! What Liquid renders, or refuses itself, and this library refuses when it compiles: what Liquid says, and the code of the refusal.

pub(super) const ALL: &[(&str, &str, &str, &str)] = &[
    // What may be missing or blank must say what to send instead.
    ("{{ x }}", r#"{"x": null}"#, "", "may-be-missing"),
    ("{{ x }}", r#"{"x": ""}"#, "", "may-be-missing"),
    ("{{ x.y }}", r#"{"x": {"y": null}}"#, "", "may-be-missing"),
    ("{{ a[1] }}", r#"{"a": ["x", "y"]}"#, "y", "may-be-missing"),
    ("{{ a[7] }}", r#"{"a": ["x"]}"#, "", "may-be-missing"),
    ("{{ a.first }}", r#"{"a": []}"#, "", "may-be-missing"),
    (
        "{% for i in a %}{{ i }}{% else %}none{% endfor %}",
        r#"{"a": []}"#,
        "none",
        "may-be-missing",
    ),
    (
        "{% for p in a %}{{ p.t }}{% endfor %}",
        r#"{"a": [{"t": "x"}, {}]}"#,
        "x",
        "may-be-missing",
    ),
    (
        "{% if true %}{% assign x = 1 %}{% endif %}{{ x }}",
        "",
        "1",
        "may-be-missing",
    ),
    // Names are known.
    ("{{ nothing }}", "", "", "unknown-attribute"),
    ("{{ x.nothing }}", r#"{"x": {"y": 1}}"#, "", "unknown-property"),
    (
        "{% for i in nothing %}{{ i }}{% endfor %}",
        "",
        "",
        "unknown-collection",
    ),
    // So are types.
    ("{{ a }}", r#"{"a": [1, 2]}"#, "12", "type-mismatch"),
    ("{{ o }}", r#"{"o": {"a": 1}}"#, r#"{"a"=>1}"#, "type-mismatch"),
    (
        "{% if x == 1 %}y{% else %}n{% endif %}",
        r#"{"x": "1"}"#,
        "n",
        "incompatible-types",
    ),
    (
        "{% if x > 1 %}y{% else %}n{% endif %}",
        r#"{"x": null}"#,
        "n",
        "incompatible-types",
    ),
    (
        "{% for i in a %}{{ i }}{% endfor %}",
        r#"{"a": null}"#,
        "",
        "unknown-collection",
    ),
    (
        "{% for i in s %}{{ i }}{% endfor %}",
        r#"{"s": "abc"}"#,
        "abc",
        "unknown-collection",
    ),
    ("{{ nil }}", "", "", "foreign-syntax"),
    ("{{ 123 | size }}", "", "8", "type-mismatch"),
    (r#"{{ "many" | plus: 1 }}"#, "", "1", "type-mismatch"),
    (r#"{{ "soon" | date: "%Y" }}"#, "", "soon", "invalid-literal"),
    // Numbers have 64 bits.
    (
        "{{ 9223372036854775807 | plus: 1 }}",
        "",
        "9223372036854775808",
        "may-be-missing",
    ),
    // What depends on values may be missing, and is no condition by itself.
    (
        "{{ a[i] }}",
        r#"{"a": ["p", "q"], "i": 1}"#,
        "q",
        "may-be-missing",
    ),
    (
        "{{ o[k] }}",
        r#"{"o": {"x": "p", "y": "q"}, "k": "y"}"#,
        "q",
        "may-be-missing",
    ),
    (
        "{{ o[k] }}",
        r#"{"o": {"x": "p", "y": 1}, "k": "y"}"#,
        "1",
        "unsupported",
    ),
    (
        "{{ a[i] }}",
        r#"{"a": ["p", "q"], "i": "1"}"#,
        "",
        "type-mismatch",
    ),
    (
        "{% if a[i] %}y{% endif %}",
        r#"{"a": ["p", "q"], "i": 1}"#,
        "y",
        "unsupported",
    ),
    // Ranges are no lists in Liquid.
    ("{{ (1..3) }}", "", "1..3", "type-mismatch"),
    (
        r#"{% assign r = (1..5) %}{{ r[2] | default: "-" }}"#,
        "",
        "-",
        "unsupported",
    ),
    (
        r#"{{ (1..5) | slice: 1, 2 | join: "" }}"#,
        "",
        "..",
        "unsupported",
    ),
    (
        r#"{{ (1..n) | first | default: "-" }}"#,
        r#"{"n": 0}"#,
        "1",
        "unsupported",
    ),
    (
        "{% assign r = (3..1) %}{% if r == empty %}y{% endif %}",
        "",
        "",
        "unsupported",
    ),
    (
        "{% for i in (1..n) %}{{ i }}{% endfor %}",
        r#"{"n": 2.5}"#,
        "",
        "type-mismatch",
    ),
    (
        "{% for i in (1..n) %}{{ i }}{% endfor %}",
        r#"{"n": "2"}"#,
        "12",
        "type-mismatch",
    ),
    // All branches that fit would be shown.
    (
        "{% case x %}{% when 1 %}a{% when 1.0 %}b{% endcase %}",
        r#"{"x": 1}"#,
        "ab",
        "unsupported",
    ),
    (
        "{% case x %}{% when y, 1 %}a{% endcase %}",
        r#"{"x": 1, "y": 1}"#,
        "aa",
        "unsupported",
    ),
    (
        "{% case x %}{% when y %}{% assign x = 2 %}{% when 2 %}b{% endcase %}",
        r#"{"x": 1, "y": 1}"#,
        "",
        "unsupported",
    ),
    (
        "{% for x in a %}{% case x %}{% when y %}{% break %}{% when 1 %}one{% endcase %}{% endfor %}",
        r#"{"a": [1], "y": 1}"#,
        "one",
        "unsupported",
    ),
    (
        "{% for i in a limit: 0 %}{{ i }}{% else %}none{% endfor %}",
        r#"{"a": [1, 2, 3]}"#,
        "none",
        "invalid-literal",
    ),
    // `and` and `or` need parentheses where they are mixed.
    (
        "{% if false and false or true %}y{% else %}n{% endif %}",
        "",
        "n",
        "ambiguous-mix",
    ),
    (
        "{% if a or b and c %}y{% else %}n{% endif %}",
        r#"{"a": true, "b": false, "c": false}"#,
        "y",
        "ambiguous-mix",
    ),
    // Tags that are refused on purpose.
    (r#"{% cycle "a", "b" %}"#, "", "a", "unsupported"),
    ("{% increment n %}", "", "0", "unsupported"),
    ("{% decrement n %}", "", "-1", "unsupported"),
    (
        "{% tablerow i in a %}{{ i }}{% endtablerow %}",
        r#"{"a": [1]}"#,
        "<tr class=\"row1\">\n<td class=\"col1\">1</td></tr>\n",
        "unsupported",
    ),
    ("{% ifchanged %}a{% endifchanged %}", "", "a", "unsupported"),
    (r#"{% include "a" %}"#, "", "", "unsupported"),
    // Slips.
    (r#"{{ "a" | unknown_filter }}"#, "", "a", "unknown-filter"),
    ("{% unknown_tag %}", "", "", "syntax"),
    ("{% if true %}a", "", "", "unbalanced-tag"),
    (r#"{{ "a" | upcase: 1 }}"#, "", "A", "argument-count"),
];
