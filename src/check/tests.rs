//! Table-driven tests from text; the pictures of all diagnostics are in `tests/golden/check`.

use crate::{
    check::{Names, check, proves},
    diagnostic::{Diagnostic, Source, render},
    hir::{self, Bound, ConditionKind, Edge, ExprKind, Module, Window},
    limits::Limits,
    syntax,
};

/// Parses and checks; the diagnostics of both.
fn run(text: &str) -> (Option<Module>, Vec<Diagnostic>) {
    let limits = Limits::default();
    let (file, mut diagnostics) = syntax::parse_file(0, text, &limits);
    let (module, more) = check(&[file], &limits);
    diagnostics.extend(more);
    (module, diagnostics)
}

/// The messages of all diagnostics, in the order of the text.
fn messages(text: &str) -> Vec<String> {
    run(text)
        .1
        .into_iter()
        .map(|it| format!("{}: {}", it.code, it.message))
        .collect()
}

#[test]
fn all_of_the_manual_checks_but_what_is_left_for_later() {
    assert_eq!(
        messages(include_str!("../../tests/golden/syntax/manual.audience")),
        [
            "unsupported: `anniversary` is not supported yet",
            "unsupported: fields of `products` through `sku` are not supported yet",
            "unsupported: `within … of` is not supported yet",
            "unsupported: `followed by` is not supported yet",
        ]
    );
}

/// The pictures of all diagnostics, with what was understood.
#[test]
fn golden() {
    insta::glob!("../../tests/golden/check", "*.audience", |path| {
        let text = std::fs::read_to_string(path).expect("glob found it");
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (_, diagnostics) = run(&text);
        let picture = render(&diagnostics, &[Source::new(&name, &text)]);
        insta::with_settings!({
            snapshot_path => "../../tests/golden/check",
            prepend_module_to_snapshot => false,
            snapshot_suffix => "",
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, picture);
        });
    });
}

/// What the tables know of a customer.
const SHOP: &str = r#"
customer {
  id: string key, flag: bool, flag_o: bool?, i: int, i_o: int?, d: decimal, d_o: decimal?, f: float, f_o: float?
  s: string, s_o: string?, w: ("a" | "b"), w_o: ("a" | "b")?, w2: ("b" | "c"), u: url, date: date, date_o: date?
  at: datetime, at_o: datetime?, g: geo, sku: ref products, texts: [string], ints_o: [int]?
  list: [{ x: int, y_o: string?, day: date, at: datetime }], list_o: [{ x: decimal }]?
  record: { a: int, b: { c: string } }, record_o: { a: int, b: { c: string } }?
}
catalog products { sku: string key }
event e { n: int, amount: decimal, ratio: float, text: string, text_o: string?, day: date, kind: ("x" | "y"), i: string }
trait of_int = i_o
trait of_words = case when flag then "one" else "two" end
segment base = flag
"#;

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

/// Each text is checked within seconds, in a debug build on a busy machine; in a release build in a tenth of one.
#[test]
fn hostile_texts_are_answered() {
    let many = |count: usize, part: &str| part.repeat(count);
    let numbered = |count: usize, part: &str| -> String {
        (0..count)
            .map(|index| part.replace('#', &index.to_string()))
            .collect()
    };
    let shop = "customer { id: string key, a: int?, s: string?, flag: bool }\n";
    let words = |count| {
        format!(
            "customer {{ id: string key, w: (\"a\" {}) }}\n",
            numbered(count, "| \"word#\" ")
        )
    };
    for (name, text) in [
        (
            "negations under and",
            format!("{shop} segment x = (flag{}) and flag", many(5_000, " or a != 1")),
        ),
        (
            "facts under and",
            format!(
                "{shop} segment x = ({}flag) and (flag{})",
                many(5_000, "a = 1 and "),
                many(5_000, " or a != 1")
            ),
        ),
        (
            "unknown names",
            format!("{shop}{}", numbered(1_000, "segment s# = unknown#\n")),
        ),
        (
            "near names",
            format!(
                "customer {{ id: string key {} }} {}",
                numbered(5_000, ", attribute#: int"),
                many(200, "trait t = atribute\n")
            ),
        ),
        (
            "circles",
            format!(
                "{shop}{}",
                numbered(1_000, "segment s# = in segment t#\nsegment t# = in segment s#\n")
            ),
        ),
        (
            "one long circle",
            format!("{shop} segment s1500 = in segment s0\n{}", long_circle(1_500)),
        ),
        (
            "duplicate names",
            format!("{shop}{}", many(1_000, "segment x = flag\n")),
        ),
        ("many words", words(20_000)),
        (
            "unknown words",
            format!("{}{}", words(5_000), numbered(500, "segment s# = w = \"wrd#\"\n")),
        ),
        (
            "a long case",
            format!(
                "{shop} trait t = case {} end",
                numbered(5_000, "when a = # then \"#\" ")
            ),
        ),
        (
            "a long list",
            format!("{shop} segment x = a in [{}]", many(9_000, "1, ")),
        ),
        (
            "a wrong list",
            format!("{shop} segment x = a in [{}]", many(9_000, "flag, ")),
        ),
        (
            "many fields",
            format!(
                "customer {{ id: string key {} }} segment x = f100 > 1",
                numbered(10_000, ", f#: int")
            ),
        ),
    ] {
        let limits = Limits::default();
        let (file, diagnostics) = syntax::parse_file(0, &text, &limits);
        assert!(diagnostics.is_empty(), "{name}: {diagnostics:?}");
        let start = std::time::Instant::now();
        let (module, diagnostics) = check(&[file], &limits);
        assert!(module.is_some() || !diagnostics.is_empty(), "{name}");
        let elapsed = start.elapsed();
        assert!(elapsed.as_secs() < 10, "{name}: {elapsed:?}");
    }
}

/// `s0` refers to `s1` and so on.
fn long_circle(count: usize) -> String {
    let steps: Vec<_> = (0..count)
        .map(|index| format!("segment s{index} = in segment s{}", index + 1))
        .collect();
    steps.join("\n")
}

/// The window of `x WINDOW`, drawn as an interval.
#[track_caller]
fn window_of(test: &str) -> String {
    let (module, diagnostics) = run(&format!("{SHOP} segment it = {test}"));
    let Some(module) = module else {
        return diagnostics
            .iter()
            .map(|it| it.message.clone())
            .collect::<Vec<_>>()
            .join("; ");
    };
    match &module.segments.last().expect("`it` is the last").condition.kind {
        ConditionKind::InWindow { window, .. } => interval(window),
        ConditionKind::Quantified { items, .. } => {
            interval(items.window.as_ref().expect("a window was written"))
        }
        other => format!("{other:?}"),
    }
}

fn interval(window: &Window) -> String {
    let edge = |edge: &Option<Edge>, marks: [&str; 2]| match edge {
        None => "…".to_owned(),
        Some(edge) => format!("{}{}", bound(&edge.bound), marks[usize::from(edge.inclusive)]),
    };
    let from = edge(&window.from, [" <", " <="]);
    format!(
        "{from} x {}",
        match &window.to {
            None => "…".to_owned(),
            Some(to) => format!("{} {}", if to.inclusive { "<=" } else { "<" }, bound(&to.bound)),
        }
    )
}

fn bound(it: &Bound) -> String {
    match it {
        Bound::Instant(at) => at.to_string(),
        Bound::FromNow(micros) => format!("now{:+}s", micros / 1_000_000),
        Bound::Local(wall) => format!("clock {}s", wall / 1_000_000),
        Bound::DayStart { day, plus } => format!("start({}{plus:+})", bound(day)),
        Bound::Day(date) => date.to_string(),
        Bound::FromToday(days) => format!("today{days:+}"),
        Bound::Expr(expr) => format!("{}", expr.ty),
    }
}

#[test]
fn windows_have_edges() {
    for (test, expected) in [
        ("at in last 30 days", "now-2592000s < x <= now+0s"),
        ("at in the next 90 minutes", "now+0s < x <= now+5400s"),
        ("date in last 2 weeks", "today-14 < x <= today+0"),
        ("date in next 1 day", "today+0 < x <= today+1"),
        ("any e in last 1 hour", "now-3600s < x <= now+0s"),
        ("any e since 2026-01-31", "start(2026-01-31+0) <= x …"),
        (
            "at between 2026-01-01 and 2026-01-31",
            "start(2026-01-01+0) <= x < start(2026-01-31+1)",
        ),
        ("at after 2026-01-31", "start(2026-01-31+1) <= x …"),
        ("at before 2026-01-31", "… x < start(2026-01-31+0)"),
        ("at since 2026-01-31", "start(2026-01-31+0) <= x …"),
        ("at after 2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z < x …"),
        ("at before 2026-01-31T09:00:00Z", "… x < 2026-01-31T09:00:00Z"),
        ("at since 1970-01-01T01:00:00", "clock 3600s <= x …"),
        (
            "at between 90 days ago and 30 days from now",
            "now-7776000s <= x <= now+2592000s",
        ),
        ("at since today", "start(today+0+0) <= x …"),
        ("at before now", "… x < now+0s"),
        ("at since now - 1 hour", "now-3600s <= x …"),
        ("at since today - 7 days", "start(today-7+0) <= x …"),
        ("at since at_o", "datetime <= x …"),
        ("at after date", "start(date+1) <= x …"),
        ("at between date and at", "start(date+0) <= x <= datetime"),
        (
            "date between 2026-01-01 and 2026-01-31",
            "2026-01-01 <= x <= 2026-01-31",
        ),
        ("date after 90 days ago", "today-90 < x …"),
        ("date before today", "… x < today+0"),
        ("date since date(at)", "date <= x …"),
        ("date since today + 2 weeks", "today+14 <= x …"),
    ] {
        assert_eq!(window_of(test), expected, "{test}");
    }
}

#[test]
fn bounds_are_of_the_row_outside() {
    // `at` is the customer's in the bound, the event's in the filter.
    let (module, _) = run(&format!("{SHOP} segment it = any e since at where at > now"));
    let module = module.expect("it checks");
    let ConditionKind::Quantified { items, .. } = &module.segments[1].condition.kind else {
        panic!("a quantified condition");
    };
    let Some(Bound::Expr(bound)) = items
        .window
        .as_ref()
        .and_then(|it| it.from.as_ref())
        .map(|it| &it.bound)
    else {
        panic!("a bound by an attribute");
    };
    assert!(matches!(bound.kind, ExprKind::Slot(place) if place.row == 0));
    let Some(ConditionKind::Compare { lhs, .. }) = items.filter.as_ref().map(|it| &it.kind) else {
        panic!("a comparison");
    };
    assert!(matches!(lhs.kind, ExprKind::Slot(place) if place == hir::Place { row: 1, slot: 0 }));
}

/// The attributes that a condition proves known (`x`), filled (`x!`), present as a list (`x[]`) and full (`x[]!`).
fn proven(condition: &str, holds: bool) -> String {
    let (module, diagnostics) = run(&format!("{SHOP} segment it = {condition}"));
    let module = module.unwrap_or_else(|| panic!("{condition}: {diagnostics:?}"));
    let names = Names::of_module(&module);
    let facts = proves(
        &module.segments.last().expect("`it` is the last").condition,
        holds,
    );
    let name = |place: hir::Place| names.customer.layout.slots[place.slot as usize].name();
    let shown = |exprs: &[hir::Expr], mark: &str| -> Vec<String> {
        let show = |expr: &hir::Expr| match &expr.kind {
            ExprKind::Slot(place) => Some(format!("{}{mark}", name(*place))),
            ExprKind::Trait(index) => Some(format!("{}{mark}", module.traits[*index].name)),
            _ => None,
        };
        exprs.iter().filter_map(show).collect()
    };
    let mut all = shown(&facts.known, "");
    all.extend(shown(&facts.filled, "!"));
    all.extend(facts.lists.iter().map(|it| format!("{}[]", name(*it))));
    all.extend(facts.filled_lists.iter().map(|it| format!("{}[]!", name(*it))));
    all.sort();
    all.dedup();
    all.join(" ")
}

#[test]
fn conditions_prove_what_is_there() {
    for (condition, holds, expected) in [
        ("s_o is known", true, "s_o"),
        ("s_o is known", false, ""),
        ("s_o is unknown", false, "s_o"),
        ("s_o is filled", true, "s_o s_o!"),
        ("s_o is not filled", false, "s_o s_o!"),
        ("s_o is empty", true, "s_o"),
        ("s_o = \"x\"", true, "s_o s_o!"),
        ("s_o = \" \"", true, "s_o"),
        ("s_o != \"x\"", true, ""),
        ("s_o != \"x\"", false, "s_o s_o!"),
        ("not (s_o != \"x\")", true, "s_o s_o!"),
        ("s_o in [\"x\", \"y\"]", true, "s_o s_o!"),
        ("s_o in [\"x\", \"\"]", true, "s_o"),
        ("s_o starts with \"x\"", true, "s_o s_o!"),
        ("s_o contains s", true, "s s_o"),
        ("i_o > i", true, "i i_o"),
        ("i_o + of_int > 3", true, "i_o of_int"),
        ("default(i_o, 3) > 3", true, ""),
        ("abs(i_o) > 3", true, "i_o"),
        ("i_o between 1 and d_o", true, "d_o i_o"),
        ("flag_o", true, "flag_o"),
        ("flag_o", false, ""),
        ("i_o > 1 and s_o is known", true, "i_o s_o"),
        ("i_o > 1 and s_o is known", false, ""),
        ("i_o > 1 or s_o is known", true, ""),
        ("i_o > 1 or i_o is known", true, "i_o"),
        ("i_o is unknown or s_o is unknown", false, "i_o s_o"),
        ("at_o in last 30 days", true, "at_o"),
        ("at since at_o", true, "at at_o"),
        ("ints_o is known", true, "ints_o[]"),
        ("ints_o is filled", true, "ints_o[] ints_o[]!"),
        ("ints_o contains 3", true, "ints_o[] ints_o[]!"),
        ("any list_o", true, "list_o[] list_o[]!"),
        ("at least 2 list_o", true, "list_o[] list_o[]!"),
        ("no list_o", false, ""),
        ("any e", true, ""),
    ] {
        assert_eq!(proven(condition, holds), expected, "{condition} is {holds}");
    }
}

#[test]
fn text_that_is_never_blank_is_recognised() {
    let schema = r#"customer { id: string key, s: string, f: string filled, o: string? filled, w: ("a" | "b"), blank: ("" | "a"), u: url }
    catalog c { sku: string key, name: string filled, note: string }
    event e { t: string filled, n: string }
    trait of_filled = upper(f)
    trait of_text = upper(s)"#;
    for (expression, expected) in [
        ("s", false),
        ("f", true),
        ("o", true),
        ("w", true),
        ("blank", false),
        ("u", true),
        ("\"x\"", true),
        ("\" \"", false),
        ("lower(f)", true),
        ("lower(s)", false),
        ("domain(f)", false),
        ("default(o, \"x\")", true),
        ("default(o, \"\")", false),
        ("default(o, s)", false),
        ("string(length(s))", true),
        ("weekday(now)", true),
        ("of_filled", true),
        ("of_text", false),
        ("first(t of e)", true),
        ("first(n of e)", false),
        ("first(f of e)", true),
        ("case when s is filled then s else \"x\" end", true),
        ("case when s is known then s else \"x\" end", false),
        ("min(f, w)", true),
        ("min(f, s)", false),
    ] {
        let (module, diagnostics) = run(&format!("{schema} trait it = {expression}"));
        let module = module.unwrap_or_else(|| panic!("{expression}: {diagnostics:?}"));
        let filled = module.traits[2].roles.filled.is_some();
        assert_eq!(filled, expected, "{expression}");
    }
}

#[test]
fn what_is_computed_from_hidden_values_is_hidden() {
    let (module, _) = run(
        "customer { id: string key, p: string personal, s: { x: int } sensitive, o: int }
        trait a = lower(p)
        trait b = s.x + o
        trait c = case when a = \"x\" then 1 else b end
        trait d = o",
    );
    let module = module.expect("it checks");
    let roles: Vec<_> = module
        .traits
        .iter()
        .map(|it| (it.roles.personal, it.roles.sensitive))
        .collect();
    assert_eq!(
        roles,
        [(true, false), (false, true), (true, true), (false, false)]
    );
}

#[test]
fn references_count_for_the_nesting_of_what_refers() {
    let chain = |count: usize| -> String {
        let steps = (1..=count).map(|index| format!("trait t{index} = (t{} + 1)\n", index - 1));
        format!(
            "customer {{ id: string key, t0: int }}\n{}",
            steps.collect::<String>()
        )
    };
    // Each step has a parenthesis, a sum and a reference: three levels.
    assert_eq!(messages(&chain(22)), Vec::<String>::new());
    assert_eq!(
        messages(&chain(23)),
        ["limit: trait `t23` nests deeper than 64 levels"]
    );
    // What refers to one that is too deep is not reported too.
    assert_eq!(messages(&chain(24)).len(), 1);
}
