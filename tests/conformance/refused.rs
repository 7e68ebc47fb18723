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
    // What depends on values is written out.
    (
        "{% case x %}{% when y %}same{% else %}other{% endcase %}",
        r#"{"x": 1, "y": 1}"#,
        "same",
        "type-mismatch",
    ),
    ("{{ a[i] }}", r#"{"a": ["p", "q"], "i": 1}"#, "q", "unsupported"),
    (
        "{{ o[k] }}",
        r#"{"o": {"x": "p", "y": "q"}, "k": "y"}"#,
        "q",
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
