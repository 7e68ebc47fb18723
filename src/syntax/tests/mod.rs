//! What is written one way or another and means the same, and what every form of the language becomes.

mod campaigns;
mod golden;
mod hostile;
mod json;
mod properties;
mod strategies;

use super::{
    ast::{Expr, ExprKind, File, ItemKind, Items, Place, Set, Window},
    format_file, parse_file,
};
use crate::{
    diagnostic::{Diagnostic, Source, render},
    limits::Limits,
};

fn parse(text: &str) -> (File, Vec<Diagnostic>) {
    parse_file(0, text, &Limits::default())
}

#[track_caller]
fn whole(text: &str) -> File {
    let (file, diagnostics) = parse(text);
    assert!(
        diagnostics.is_empty(),
        "{}",
        render(&diagnostics, &[Source::new("test", text)])
    );
    file
}

#[track_caller]
fn tree(condition: &str) -> Expr {
    let file = whole(&format!("segment s = {condition}"));
    match &file.items[..] {
        [item] => match &item.kind {
            ItemKind::Segment { condition, .. } => condition.clone(),
            other => panic!("{other:?}"),
        },
        items => panic!("{items:?}"),
    }
}

/// Parentheses apart.
#[track_caller]
fn same_tree(left: &str, right: &str) {
    assert_eq!(
        without_parens(tree(left)),
        without_parens(tree(right)),
        "{left}  is not  {right}"
    );
}

#[track_caller]
fn other_tree(left: &str, right: &str) {
    assert_ne!(
        without_parens(tree(left)),
        without_parens(tree(right)),
        "{left}  is  {right}"
    );
}

/// Drops parentheses, of which nothing but the warning about `and` and `or` takes notice.
fn without_parens(mut expr: Expr) -> Expr {
    while let ExprKind::Paren(inner) = expr.kind {
        expr = *inner;
    }
    for child in children(&mut expr) {
        *child = without_parens(child.clone());
    }
    expr
}

/// The expressions directly inside.
fn children(expr: &mut Expr) -> Vec<&mut Expr> {
    fn window(window: &mut Window) -> Vec<&mut Expr> {
        match window {
            Window::Between(low, high) => vec![low, high],
            Window::Before(bound) | Window::After(bound) | Window::Since(bound) => vec![bound],
            _ => vec![],
        }
    }
    fn items(items: &mut Items) -> Vec<&mut Expr> {
        let mut all: Vec<&mut Expr> = items.window.as_mut().map(window).unwrap_or_default();
        all.extend(items.filter.as_mut());
        all
    }
    fn set(set: &mut Set) -> Vec<&mut Expr> {
        match set {
            Set::Literals(items) => items.iter_mut().collect(),
            Set::Named(_) => vec![],
        }
    }
    match &mut expr.kind {
        ExprKind::Literal(_)
        | ExprKind::Path(_)
        | ExprKind::Now
        | ExprKind::Today
        | ExprKind::FromNow { .. }
        | ExprKind::InSegment { .. }
        | ExprKind::InSample { .. } => vec![],
        ExprKind::Call { args, .. } => args.iter_mut().collect(),
        ExprKind::Case { arms, otherwise } => {
            let mut all: Vec<&mut Expr> = arms.iter_mut().flat_map(|(when, then)| [when, then]).collect();
            all.extend(otherwise.as_deref_mut());
            all
        }
        ExprKind::Not(operand)
        | ExprKind::Negate(operand)
        | ExprKind::Paren(operand)
        | ExprKind::Is { operand, .. }
        | ExprKind::Rank { operand, .. } => vec![operand],
        ExprKind::Arithmetic { lhs, rhs, .. }
        | ExprKind::Compare { lhs, rhs, .. }
        | ExprKind::Point(lhs, rhs) => vec![lhs, rhs],
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter_mut().collect(),
        ExprKind::Between {
            operand, low, high, ..
        } => vec![operand, low, high],
        ExprKind::In {
            operand, set: items, ..
        }
        | ExprKind::ContainsEach {
            operand, set: items, ..
        } => {
            let mut all: Vec<&mut Expr> = vec![operand];
            all.extend(set(items));
            all
        }
        ExprKind::TextTest { operand, pattern, .. } => vec![operand, pattern],
        ExprKind::InWindow {
            operand, window: it, ..
        }
        | ExprKind::Anniversary {
            operand, window: it, ..
        } => {
            let mut all: Vec<&mut Expr> = vec![operand];
            all.extend(window(it));
            all
        }
        ExprKind::Near {
            operand, radius, of, ..
        } => {
            let mut all: Vec<&mut Expr> = vec![operand, radius];
            match of {
                Place::Point(latitude, longitude) => all.extend([latitude.as_mut(), longitude.as_mut()]),
                Place::Of(place) => all.push(place),
            }
            all
        }
        ExprKind::Quantified { items: it, steps, .. } => {
            let mut all = items(it);
            all.extend(steps.iter_mut().flat_map(|step| items(&mut step.items)));
            all
        }
        ExprKind::Aggregate { value, items: it, .. } => {
            let mut all: Vec<&mut Expr> = value.as_deref_mut().into_iter().collect();
            all.extend(items(it));
            all
        }
    }
}

#[test]
fn operators_bind_as_the_manual_says() {
    for (left, right) in [
        ("not a and b", "(not a) and b"),
        ("a or b and c", "a or (b and c)"),
        ("a and b or c", "(a and b) or c"),
        ("not a = 1", "not (a = 1)"),
        ("not a + 1 = b", "not ((a + 1) = b)"),
        ("not not a", "not (not a)"),
        ("a + b * c = d", "(a + (b * c)) = d"),
        ("a - b - c = d", "((a - b) - c) = d"),
        ("a / b * c = d", "((a / b) * c) = d"),
        ("-a * b = c", "((-a) * b) = c"),
        ("- -a = c", "(-(-a)) = c"),
        ("a between 1 + 1 and b and c", "(a between (1 + 1) and b) and c"),
        ("a not between b and c or d", "(a not between b and c) or d"),
        ("a in [1, 2] and b", "(a in [1, 2]) and b"),
        ("a is known or b is not known", "(a is known) or (b is not known)"),
        ("not any p where x", "not (any p where x)"),
        (
            "a = 1 and any p where not gift",
            "a = 1 and (any p where (not gift))",
        ),
        (
            "any p where any i where price > 1",
            "any p where (any i where (price > 1))",
        ),
        (
            "count(p where a and b or c) > 1",
            "count(p where ((a and b) or c)) > 1",
        ),
        (
            "any p since a + 3 days where x = 1",
            "any p since (a + 3 days) where (x = 1)",
        ),
        ("signed_up_at + 1 day > now", "(signed_up_at + (1 day)) > now"),
        (
            "case when a or b then c + 1 else d end = 3",
            "(case when (a or b) then (c + 1) else (d) end) = 3",
        ),
    ] {
        same_tree(left, right);
    }
    other_tree("a or b and c", "(a or b) and c");
    other_tree("a - b - c = d", "a - (b - c) = d");
}

#[test]
fn one_thing_is_written_in_several_ways() {
    for (left, right) in [
        ("a == 1", "a = 1"),
        ("a <> 1", "a != 1"),
        ("NOT a AND b OR c", "not a and b or c"),
        ("a IN ('x', 'y')", r#"a in ["x", "y"]"#),
        ("a in [1, 2,]", "a in [1, 2]"),
        ("not in segment x", "NOT IN SEGMENT `x`"),
        ("any p in the last 30 days", "any p in last 30 days"),
        ("any p in last 1 day", "any p in last 1 days"),
        ("any p in the next 30 days", "any p in next 30 days"),
        ("a = 1_000", "a = 1000"),
        ("a = 'it\\'s'", r#"a = "it's""#),
        ("a = \"\\u{1F600}\\t\"", "a = '😀\\u{9}'"),
        ("a # comment\n and b", "a and b"),
        ("SUM(x of p) > 3", "sum(x of p) > 3"),
        ("a . b", "a.b"),
    ] {
        same_tree(left, right);
    }
    other_tree("in segment X", "in segment x");
}

#[test]
fn keywords_are_free_as_names_where_the_grammar_does_not_expect_them() {
    for condition in [
        "at > last",
        "at least 2 day",
        "last in last 2 days",
        "list contains day",
        "list in list",
        "day in [1] or sum = 3 and count > first",
        "any last in last 3 days where last",
        "customer.x = segment",
        "event contains trait",
        "contains contains contains",
        "starts starts with ends",
        "in segment segment and in segment `any`",
        "exactly = 3 and exactly 3 exactly",
        "sample = sample and in sample 10% of 'x'",
        "unit = minutes and minutes = 30 minutes",
        "between_ between `between` and order",
        "ending = ignoring and a = ignoring ignoring case",
        "nothing or anything and allow or inside",
        "previous.x = 1",
        "null_ = nullable",
        "min = max and min(min, max) = min(max of min)",
        "no no_ and now = today",
        "owner = test and use = campaign",
    ] {
        tree(condition);
    }
    whole(
        "customer { at: datetime, key: string key, filled: bool, ref: int, event: [string], list: {customer: int} }",
    );
    whole("segment segment = segment\nsegment trait = trait contains trait\nevent event { event: int }");
    whole("segment a = in\nsegment b\nsegment c = in segment a segment d = c");
}

#[test]
fn every_form_parses() {
    for condition in [
        "x in last 30 days and x not in next 1 week and x in this month and x not in previous quarter",
        "x is today or x is not yesterday or x is tomorrow",
        "x before now and x after 90 days ago and x since 2026-01-31 and x not before 30 days from now",
        "x between 2026-01-31 and 2026-01-31T09:00:00Z",
        "x anniversary in next 7 days or x anniversary today or x not anniversary between a and b",
        "x in last 3 calendar days",
        "place within 5 km of (40.4168, -3.7038) or place not within 1.5 mi of home.place",
        "x in sample",
        "in sample 10% of 'salt' and not in sample 10%..30.5% of 'salt'",
        "x in top 10% and x not in bottom 20%",
        "quantile(x, 5) = 1",
        "xs contains x and xs contains any ['a'] and xs not contains all ['a', 'b']",
        "x starts with 'a' ignoring case and x not ends with 'b' and x matches 'c+'",
        "x = 'a' ignoring case and x != 'b' ignoring case and x in ['c'] ignoring case",
        "x is known and x is unknown and x is empty and x is not filled",
        "any p today and no p yesterday and all p where a",
        "at least 2 p in last 30 days where amount > 50",
        "at most 3 a.b.c and exactly 1 p before now",
        "any a in last 3 days where x followed by any b where y within 2 days followed by no c within 1 hour and z",
        "sum(a * b of c.d in last 3 days where e and f) >= avg(a of b) + min(a of b) - max(a of b)",
        "first(a of b) = last(a of b) or distinct(a of b) > 2 or mode(a of b) = 'x'",
        "x = -9223372036854775808 and y = 9223372036854775807 and z = -0.5",
        "f() = g(1, 2, x + y)",
        "now - signed_up_at > 3 days",
    ] {
        tree(condition);
    }
}

/// As the formatter writes it when a comment stood between the name and the `=`.
#[test]
fn a_keyword_alone_on_a_line_was_taken_for_a_definition_without_a_name() {
    let file = whole("segment x = # why\n    list\nplacement p of c\n");
    assert_eq!(file.items.len(), 2);
    assert_eq!(
        format_file(&file),
        "segment x =  # why\n    list\nplacement p of c\n"
    );
    let (_, diagnostics) = parse("segment x = a\nlist\nplacement p of c\n");
    assert!(!diagnostics.is_empty());
}

#[test]
fn what_follows_a_name_that_is_a_keyword_was_taken_for_the_rest_of_a_head() {
    whole("catalog x {\n  x: ref test \"\"\n  at: string\n}");
    whole("catalog x {\n  x: ref offer key\n  for: string\n}");
    assert_eq!(whole("placement x of event\ncustomer { }").items.len(), 2);
    assert_eq!(whole("trait x = in segment event\ncustomer { }").items.len(), 2);
    assert_eq!(whole("segment x = x or any event\ncustomer { }").items.len(), 2);
    assert_eq!(whole("use x.with\noffer matches").items.len(), 2);
    for condition in [
        "customer",
        "any customer",
        "a and customer",
        "a > customer",
        "any event yesterday",
    ] {
        whole(&format!("offer x for {condition} {{ x: unique code }}"));
    }
    whole("catalog x {\n  x: ref offer key \"said\"\n  for: string\n}");
    assert_eq!(
        whole("catalog x {\n  x: ref offer key at most 3 letters\n}")
            .items
            .len(),
        1
    );
}

#[test]
fn a_line_that_begins_a_part_was_taken_for_the_end_of_the_clause_before() {
    let file = whole("message x {\n  transactional\n  from \"\"\n}");
    assert!(matches!(&file.items[0].kind, ItemKind::Message(message) if message.clauses.len() == 2));
    let file = whole("message x {\n  languages [\"\"] by x\n  by \"\"\n}");
    assert!(matches!(&file.items[0].kind, ItemKind::Message(message) if message.clauses.len() == 2));
    let file = whole("message x {\n  languages [\"\"]\n  by x\n}");
    assert!(matches!(&file.items[0].kind, ItemKind::Message(message) if message.clauses.len() == 1));
    let file = whole("message x {\n  transactional from \"a.html\"\n}");
    assert!(matches!(&file.items[0].kind, ItemKind::Message(message) if message.clauses.len() == 1));
}

#[test]
fn the_name_of_a_term_was_taken_for_the_end_of_the_term_before() {
    for (value, name) in [
        ("any x", "yesterday"),
        ("3", "days"),
        ("3 days", "ago"),
        ("unique", "code"),
    ] {
        let file = whole(&format!(
            "offer x {{\n  x: {value}\n  {name}: 1\n  last: {value} {name}\n}}"
        ));
        assert!(
            matches!(&file.items[0].kind, ItemKind::Offer(offer) if offer.terms.len() == 3),
            "{value} {name}"
        );
    }
}

#[test]
fn numbers_beyond_64_bits_were_other_numbers_in_json() {
    for text in [
        "segment s = at least {} orders",
        "segment s = at most {} orders",
        "segment s = exactly {} orders",
        "customer { id: string key at most {} letters }",
        "message m { channel push, at most {} KB, body \"x\" }",
    ] {
        let with = |number: &str| parse(&text.replace("{}", number)).1;
        assert_eq!(with("9223372036854775807"), [], "{text}");
        let problems = with("9223372036854775808");
        assert_eq!(problems.len(), 1, "{text}");
        assert_eq!(problems[0].message, "a whole number beyond the range of 64 bits");
    }
}

#[test]
fn the_example_of_the_manual_parses() {
    let file = whole(include_str!("../../../tests/golden/syntax/manual.audience"));
    assert_eq!(file.items.len(), 16);
}

#[test]
fn the_formatter_keeps_what_is_said() {
    let text = include_str!("../../../tests/golden/syntax/manual.audience");
    let file = whole(text);
    let formatted = format_file(&file);
    let again = whole(&formatted);
    assert_eq!(again.items, file.items);
    assert_eq!(again.comments, file.comments);
    assert_eq!(format_file(&again), formatted);
}

#[test]
fn reserved_words_are_no_names() {
    assert_eq!(tree("now").kind, ExprKind::Now);
    assert_eq!(tree("today").kind, ExprKind::Today);
    for word in [
        "and", "or", "not", "in", "is", "where", "of", "any", "no", "all", "between", "case", "when", "then",
        "else", "end", "true", "false", "now", "today",
    ] {
        let (file, diagnostics) = parse(&format!("trait {word} = 1"));
        assert!(file.items.is_empty() && !diagnostics.is_empty(), "{word}");
    }
}
