//! Programs of definitions, drawn in `tests/golden/plan`, and what the planner promises of their size.

use std::{fmt::Write, iter};

use crate::{
    check,
    hir::Module,
    limits::Limits,
    plan,
    population::{Cut, Population},
    syntax,
    value::{Date, Decimal, Type, Value, Zone},
};

fn module(text: &str) -> Module {
    let limits = Limits::default();
    let (file, diagnostics) = syntax::parse_file(0, text, &limits);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let (module, diagnostics) = check::check(&[file], &limits);
    let mut module = module.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let wanted: Vec<_> = module.ranks.iter().map(|it| it.wanted.clone()).collect();
    let fitted = wanted.iter().map(|it| {
        (
            it.clone(),
            1_000,
            it.cuts.iter().map(|cut| points(*cut, &it.ty)).collect(),
        )
    });
    let population = Population::new(
        "2026-06-01T00:00:00Z".parse().expect("a datetime"),
        Zone::UTC,
        1_000,
        fitted,
    );
    module.cuts = Some(population.cuts(&wanted).expect("it was made for it"));
    module
}

/// Cut points of values from 0 to 1000 that are spread evenly.
fn points(cut: Cut, ty: &Type) -> Vec<Value> {
    let numbers: Vec<i64> = match cut {
        Cut::Top(share) => vec![1_000 - i64::from(share) / 1_000],
        Cut::Bottom(share) => vec![i64::from(share) / 1_000],
        Cut::Quantile(parts) => (1..parts)
            .map(|it| 1_000 * i64::from(it) / i64::from(parts))
            .collect(),
    };
    let value = |number: i64| match ty {
        Type::Decimal => Value::Decimal(Decimal::from_units(number * Decimal::SCALE)),
        Type::Float => Value::Float(i32::try_from(number).expect("small").into()),
        Type::Date => Value::Date(Date::from_days(number).expect("near 1970")),
        _ => Value::Int(number),
    };
    numbers.into_iter().map(value).collect()
}

/// Each segment and trait with where it begins, then the whole program.
#[test]
fn golden() {
    insta::glob!("../../tests/golden/plan", "*.audience", |path| {
        let text = std::fs::read_to_string(path).expect("glob found it");
        let module = module(&text);
        let planned = plan::plan(&module);
        let mut shown = String::new();
        for (segment, block) in module.segments.iter().zip(&planned.segments) {
            let _ = writeln!(shown, "segment {} = block {}", segment.name, block.0);
        }
        for (computed, node) in module.traits.iter().zip(&planned.traits) {
            let _ = writeln!(shown, "trait {} = {}", computed.name, planned.program.show(*node));
        }
        let _ = write!(shown, "\n{}", planned.program);
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        insta::with_settings!({
            snapshot_path => "../../tests/golden/plan",
            prepend_module_to_snapshot => false,
            snapshot_suffix => "",
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, shown);
        });
    });
}

/// Each definition names the one before twice; written out, the last would have more than a million tests.
#[test]
fn definitions_that_name_each_other_twice_stay_small() {
    let mut text = String::from("customer { id: string key, n: int, o: int }\n");
    text += "segment s0 = n > 0 or o > 0\ntrait t0 = n * o\n";
    for index in 1..20 {
        let before = index - 1;
        let _ = writeln!(
            text,
            "segment s{index} = (in segment s{before} and n > {index}) or (not in segment s{before} and o = {index})"
        );
        let _ = writeln!(text, "trait t{index} = t{before} * n + t{before} * o");
    }
    let planned = plan::plan(&module(&text));
    assert!(
        planned.program.leaves.len() < 1_000,
        "{} leaves",
        planned.program.leaves.len()
    );
    assert!(
        planned.program.nodes.len() < 200,
        "{} nodes",
        planned.program.nodes.len()
    );
}

/// Every jump leads further down, so that a run ends.
#[test]
fn jumps_lead_forward() {
    let planned = plan::plan(&module(include_str!(
        "../../tests/golden/plan/references.audience"
    )));
    let leaves = &planned.program.leaves;
    for (index, leaf) in leaves.iter().enumerate() {
        for plan::Target(target) in [leaf.then, leaf.otherwise] {
            let answer = target == plan::Target::TRUE.0 || target == plan::Target::FALSE.0;
            assert!(
                answer || (target as usize > index && (target as usize) < leaves.len()),
                "{leaf:?}"
            );
        }
    }
}

/// All slices of a salt read one point, which is worked out once for a customer, in whatever segment it stands.
#[test]
fn a_salt_is_hashed_once() {
    let planned = plan::plan(&module(
        r#"customer { id: string key, n: int }
           segment a = in sample 10% of "x" and n > 1
           segment b = in sample 10%..20% of "x" or (in sample 20%..40% of "x" and n = 3) or not in sample 90% of "x"
           segment c = in sample 10% of "y""#,
    ));
    let points = planned.program.nodes.iter();
    let points = points.filter(|it| matches!(it, plan::Node::Point { .. }));
    assert_eq!(points.count(), 2);
    assert_eq!(planned.program.shared.len(), 2);
}

/// The beginning of a condition is asked of cells: ranges of near ones, tests of others, and whether that is all of it.
#[test]
fn what_cells_tell_is_planned() {
    let numbers: String = (0..70).fold(String::new(), |mut text, it| {
        let _ = write!(text, ", n{it}: int?");
        text
    });
    let any_of = |count: usize| {
        let each: Vec<_> = (0..count).map(|it| format!("n{it} = 1")).collect();
        each.join(" or ")
    };
    let schema = format!(
        "customer {{ id: string key, city: string?, age: int?, score: float?, seen: datetime?, sex: (\"f\" | \"m\")?{numbers} }}
         event visits {{ n: int }}"
    );
    for (condition, ranges, tests, events, is_all) in [
        ("age >= 18", 1, 0, 0, true),
        // The head of the key stands behind all values.
        (r#"id = "a""#, 0, 1, 0, true),
        ("age >= 18 and age < 65", 1, 0, 0, true),
        ("not (age >= 18)", 0, 1, 0, true),
        ("age is unknown", 0, 1, 0, true),
        ("age in [1, 3, 9]", 0, 1, 0, true),
        (r#"city = "Seventh""#, 1, 0, 0, true),
        // The head of a text does not tell whether more than eight bytes follow.
        (r#"city = "Eighthhh""#, 0, 0, 0, false),
        (r#"city starts with "Eighthhh""#, 1, 0, 0, true),
        (r#"city starts with "Eighthhhh""#, 0, 0, 0, false),
        (r#"city in ["Ma", "Seventh"]"#, 0, 1, 0, true),
        (r#"city in ["Ma", "Eighthhh"]"#, 0, 0, 0, false),
        (r#"city contains "a""#, 0, 0, 0, false),
        // The bits of floats go up on one side of zero and down on the other.
        ("score > 0", 1, 0, 0, true),
        ("score < 0", 1, 0, 0, true),
        ("score >= 0", 0, 0, 0, false),
        ("score between -1 and 1", 0, 0, 0, false),
        ("seen in last 30 days", 0, 1, 0, true),
        (r#"sex = "f""#, 0, 1, 0, true),
        // Not near, and beyond the first word of bits.
        ("n20 = 4", 0, 1, 0, true),
        ("n69 = 4", 0, 1, 0, true),
        (
            r#"age >= 18 and score > 0 and city starts with "M""#,
            3,
            0,
            0,
            true,
        ),
        (r#"age >= 18 and (score > 0 or city = "Ma")"#, 1, 2, 0, true),
        ("age >= 18 and any visits", 1, 0, 1, true),
        ("no visits and age >= 18", 1, 0, 1, true),
        ("at least 3 visits in last 30 days where n > 5", 0, 0, 1, true),
        ("any visits where n > age", 0, 0, 0, false),
        ("sum(n of visits) > 5 and count(visits) > n1", 0, 0, 0, false),
        ("any visits or age >= 18", 0, 0, 0, false),
        (&any_of(8), 0, 8, 0, true),
        (&any_of(9), 0, 0, 0, false),
        (&format!("age >= 18 and ({})", any_of(9)), 1, 0, 0, false),
    ] {
        let planned = plan::plan(&module(&format!("{schema}\nsegment answer = {condition}")));
        let cells = plan::Cells::of(&planned.program, planned.segments[0]);
        let is_rest = cells.rest == plan::Target::TRUE;
        // Where there are less, those that hold for everyone fill up.
        let all_ranges = iter::once(&cells.ranges).chain(&cells.more_ranges).flatten();
        let found = all_ranges.filter(|it| it.span != u64::MAX).count();
        assert_eq!(
            (found, cells.tests.len(), cells.events.len(), is_rest),
            (ranges, tests, events, is_all),
            "{condition}"
        );
    }
}

/// Segments that ask for as many different texts as a dimension may be cut for, or one more, are told apart without asking any of them.
#[test]
fn each_of_many_texts_has_a_bucket() {
    for count in [2, 100, 128, 129, 200] {
        // The head of a long text tells too little, so that those are hashed.
        for name in ["c", "long enough "] {
            let segments = (0..count).fold(String::new(), |mut text, it| {
                let _ = writeln!(text, "segment s{it} = city = \"{name}{it}\"");
                text
            });
            let planned = plan::plan(&module(&format!(
                "customer {{ id: string key, city: string? }}\n{segments}"
            )));
            let many = plan::Many::of(&planned.program, &planned.segments);
            let asked = (0..count).filter(|it| !many.rest(*it).is_empty());
            assert_eq!(asked.count(), 0, "{count} of {name}");
            assert_eq!(
                (many.factors.len(), many.dimensions.len()),
                (1, 1),
                "{count} of {name}"
            );
        }
    }
}

/// An attribute is looked at once, by its whole text where a test needs that.
#[test]
fn texts_of_all_lengths_share_a_dimension() {
    for (conditions, factors, asked) in [
        ([r#"city = "Madrid""#, r#"city = "Barcelona""#], 1, 0),
        ([r#"city = "Madrid""#, r#"city starts with "Bar""#], 1, 0),
        (
            [r#"city starts with "Mad""#, r#"city starts with "Barcelona""#],
            0,
            2,
        ),
        ([r#"city = "Barcelona""#, r#"city starts with "Bar""#], 0, 2),
    ] {
        let [one, other] = conditions;
        let planned = plan::plan(&module(&format!(
            "customer {{ id: string key, city: string? }} segment a = {one} segment b = {other}"
        )));
        let many = plan::Many::of(&planned.program, &planned.segments);
        let rests = (0..2).filter(|it| !many.rest(*it).is_empty()).count();
        assert_eq!((many.factors.len(), rests), (factors, asked), "{conditions:?}");
    }
}
