//! The type of each form.

use super::{SHOP, run};

/// The type of an expression, or the first error.
#[track_caller]
fn type_of(expression: &str) -> String {
    let (module, diagnostics) = run(&format!("{SHOP} trait it = {expression}"));
    let Some(module) = module else {
        return diagnostics
            .iter()
            .map(|it| it.message.clone())
            .collect::<Vec<_>>()
            .join("; ");
    };
    let value = &module.traits.last().expect("`it` is the last").value;
    format!("{}{}", value.ty, if value.optional { "?" } else { "" })
}

#[test]
fn expressions_have_types() {
    for (expression, expected) in [
        // Literals alone.
        ("1", "int"),
        ("1.0", "decimal"),
        ("-1", "int"),
        ("-9223372036854775808", "int"),
        ("\"x\"", "string"),
        ("2026-01-31", "date"),
        ("2026-01-31T09:00:00Z", "datetime"),
        ("2026-01-31T09:00:00", "datetime"),
        ("30 days", "duration"),
        ("true", "bool"),
        ("now", "datetime"),
        ("today", "date"),
        // Paths.
        ("record.b.c", "string"),
        ("record_o.b.c", "string?"),
        ("sku", "string"),
        ("of_int", "int?"),
        ("of_words", "(\"one\" | \"two\")"),
        ("g", "geo"),
        // Numbers.
        ("i + 1", "int"),
        ("i + 1.5", "decimal"),
        ("i * d", "decimal"),
        ("f + 1.123456", "float"),
        ("f * i", "float"),
        ("i / 2", "decimal"),
        ("i / 0", "decimal?"),
        ("i / i", "decimal?"),
        ("d / 2.5", "decimal"),
        ("f / 2", "float"),
        ("f / f", "float?"),
        ("-i_o", "int?"),
        ("1 + 2", "int"),
        ("1 + 2.0", "decimal"),
        ("d + f", "`decimal` and `float` cannot be added"),
        ("float(d) + f", "float"),
        ("d + decimal(f)", "decimal"),
        // Time.
        ("now - at", "duration"),
        ("today - date", "duration"),
        ("at + 30 days", "datetime"),
        ("at - 90 minutes", "datetime"),
        ("30 days + at", "datetime"),
        ("at + (now - at_o)", "datetime?"),
        ("date + 2 weeks", "date"),
        ("2 weeks + date", "date"),
        ("30 days - 2 hours", "duration"),
        ("30 days - at", "`duration` and `datetime` cannot be subtracted"),
        ("date - at", "`date` and `datetime` cannot be subtracted"),
        ("at + at", "values of type `datetime` cannot be added"),
        ("30 days * 2", "`duration` and `int` cannot be multiplied"),
        // Functions.
        ("lower(s_o)", "string?"),
        ("upper(w)", "string"),
        ("trim(u)", "string"),
        ("length(s)", "int"),
        ("abs(d_o)", "decimal?"),
        ("round(f)", "float"),
        ("floor(i)", "int"),
        ("ceil(1.5)", "decimal"),
        ("int(f)", "int"),
        ("float(1.123456)", "float"),
        ("decimal(i)", "decimal"),
        ("string(at)", "string"),
        ("date(at_o)", "date?"),
        ("year(at)", "int"),
        ("month(date)", "int"),
        (
            "weekday(at)",
            "(\"monday\" | \"tuesday\" | \"wednesday\" | \"thursday\" | \"friday\" | \"saturday\" | \"sunday\")",
        ),
        ("hour(at)", "int"),
        ("years_since(date_o)", "int?"),
        ("days_since(at)", "int"),
        ("domain(s)", "string?"),
        ("size(texts)", "int"),
        ("size(ints_o)", "int?"),
        ("size(record.a)", "`size` takes a list"),
        ("min(i, 2.5)", "decimal"),
        ("min(i_o, i)", "int?"),
        ("max(f, 2)", "float"),
        ("max(s, \"x\")", "string"),
        ("max(s, w)", "string"),
        ("min(at, now)", "datetime"),
        ("min(30 days, now - at)", "duration"),
        ("default(i_o, 0)", "int"),
        ("default(i_o, i_o)", "int?"),
        ("default(i_o, 0.5)", "decimal"),
        ("default(d_o, 0)", "decimal"),
        ("default(f_o, 0.123456)", "float"),
        ("default(w_o, \"a\")", "(\"a\" | \"b\")"),
        ("default(w_o, \"none\")", "string"),
        ("default(flag_o, false)", "bool"),
        ("default(date_o, 2026-01-01)", "date"),
        // Conditions as values.
        ("i > 3", "bool"),
        ("not flag", "bool"),
        ("flag_o", "bool?"),
        ("any e", "bool"),
        // Case.
        ("case when flag then 1 else 2 end", "int"),
        ("case when flag then 1 else 2.5 end", "decimal"),
        ("case when flag then i else 2.5 end", "decimal"),
        ("case when flag then i else f end", "float"),
        ("case when flag then 0.123456 else f end", "float"),
        (
            "case when flag then d else f end",
            "`decimal` and `float` cannot be results of one `case`",
        ),
        (
            "case when flag then \"x\" when i > 1 then \"y\" else \"x\" end",
            "(\"x\" | \"y\")",
        ),
        ("case when flag then s else \"y\" end", "string"),
        ("case when flag then w else \"b\" end", "(\"a\" | \"b\")"),
        ("case when flag then w else \"c\" end", "string"),
        ("case when flag then w else w2 end", "string"),
        ("case when flag then 1 end", "int?"),
        ("case when flag then 1 when not flag then 2 end", "int"),
        ("case when flag_o then 1 when not flag_o then 2 end", "int"),
        ("case when i > 1 then 1 when i <= 1 then 2 end", "int?"),
        ("case when w = \"a\" then 1 when w = \"b\" then 2 end", "int"),
        ("case when w = \"a\" then 1 when \"b\" = w then 2 end", "int"),
        ("case when w = \"a\" then 1 end", "int?"),
        ("case when w in [\"a\", \"b\"] then 1 end", "int"),
        ("case when w = \"a\" or w = \"b\" then 1 end", "int"),
        ("case when w_o = \"a\" then 1 when w_o = \"b\" then 2 end", "int?"),
        (
            "case when w_o = \"a\" then 1 when w_o = \"b\" then 2 when w_o is unknown then 3 end",
            "int",
        ),
        (
            "case when w = \"a\" and flag then 1 when w = \"b\" then 2 end",
            "int?",
        ),
        ("case when w = \"a\" then 1 when w2 = \"b\" then 2 end", "int?"),
        (
            "case when of_words = \"one\" then 1 when of_words = \"two\" then 2 end",
            "int",
        ),
        (
            "case when in segment base then 1 when not in segment base then 2 end",
            "int",
        ),
        ("case when i_o is known then i_o else 0 end", "int"),
        ("case when i_o is unknown then 0 else i_o end", "int"),
        ("case when i_o > 3 then i_o + 1 else 0 end", "int"),
        ("case when flag then i_o else 0 end", "int?"),
        // Aggregates.
        ("count(e)", "int"),
        ("count(list_o)", "int"),
        ("count(texts)", "int"),
        ("sum(n of e)", "int"),
        ("sum(amount of e)", "decimal"),
        ("sum(1.5 of e)", "decimal"),
        ("avg(n of e)", "decimal?"),
        ("avg(amount of e)", "decimal?"),
        ("avg(ratio of e)", "float?"),
        ("min(n of e)", "int?"),
        ("max(text of e)", "string?"),
        ("max(at of e)", "datetime?"),
        ("min(day of list)", "date?"),
        (
            "max(kind of e)",
            "`max` takes a number, a text, a date or a datetime",
        ),
        ("first(kind of e)", "(\"x\" | \"y\")?"),
        ("last(text_o of e)", "string?"),
        ("distinct(text of e in last 30 days where n > 1)", "int"),
        (
            "distinct(g of e)",
            "`distinct` takes a value that can be compared",
        ),
        ("first(g of e)", "geo?"),
        ("sum(x of list_o)", "decimal"),
        // An item's names come first, a trait is the customer's.
        ("first(i of e)", "string?"),
        ("first(of_int of e)", "int?"),
        ("first(d of e)", "decimal?"),
    ] {
        assert_eq!(type_of(expression), expected, "{expression}");
    }
}
