//! What conditions prove, which text is never blank, and what is hidden.

use super::{SHOP, run};
use crate::{
    check::{Names, proves},
    hir::{self, ExprKind},
};

const NAMED: &str = r#"
segment through = flag and in segment local
segment local = s_o = "x" and at_o in last 30 days
segment other = s_o = "y"
segment nobody = i_o is unknown
"#;

/// The attributes that a condition proves known (`x`), filled (`x!`), present as a list (`x[]`) and full (`x[]!`).
fn proven(condition: &str, holds: bool) -> String {
    let (module, diagnostics) = run(&format!("{SHOP}{NAMED} segment it = {condition}"));
    let module = module.unwrap_or_else(|| panic!("{condition}: {diagnostics:?}"));
    let names = Names::of_module(&module);
    let facts = proves(
        &module.segments.last().expect("`it` is the last").condition,
        holds,
        &names.conditions,
    );
    let name = |slot: u32| names.customer.layout.slots[slot as usize].name();
    let shown = |exprs: &[hir::Expr], mark: &str| -> Vec<String> {
        let show = |expr: &hir::Expr| match &expr.kind {
            ExprKind::Slot(place) => Some(format!("{}{mark}", name(place.slot))),
            ExprKind::Trait(index) => Some(format!("{}{mark}", module.traits[*index].name)),
            _ => None,
        };
        exprs.iter().filter_map(show).collect()
    };
    let mut all = shown(&facts.known, "");
    all.extend(shown(&facts.filled, "!"));
    all.extend(facts.lists.iter().map(|it| format!("{}[]", name(it.slot()))));
    all.extend(
        facts
            .filled_lists
            .iter()
            .map(|it| format!("{}[]!", name(it.slot()))),
    );
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
        ("in segment local", true, "at_o s_o s_o!"),
        ("in segment local", false, ""),
        ("not in segment local", false, "at_o s_o s_o!"),
        ("in segment through and i_o > 3", true, "at_o flag i_o s_o s_o!"),
        ("in segment through or in segment other", true, "s_o s_o!"),
        ("not in segment nobody", true, "i_o"),
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
