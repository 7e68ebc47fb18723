//! What the compiler warns of holds for every customer: no random one refutes it.

use std::collections::BTreeMap;

use audience::{Code, Definitions, Diagnostic, Level};

use super::{case::Case, numbers::Numbers, rules_wanted, run};

/// Few attributes, so that rules speak of the same values often.
const FEW: &str = r#"customer {
  id: string key
  whole: int
  whole_o: int?
  exact: decimal?
  broken: float?
  word: ("gold" | "silver" | "other")?
  sure: ("gold" | "silver")
  text: string?
  flag: bool?
  day: date?
  instant: datetime
  texts: [string]?
  lines: [{ amount: int, note: string? }]
}
event bought { amount: int, kind: ("gold" | "silver")? }
"#;

/// `[lint-6]`
#[test]
fn no_customer_refutes_a_warning() {
    let schema = Definitions::parse(FEW)
        .expect("the schema compiles")
        .schema()
        .clone();
    let mut checked: BTreeMap<Code, usize> = BTreeMap::new();
    run(rules_wanted(), |numbers: &Numbers| {
        let case = Case::draw(numbers, &schema, FEW);
        let outcome = refuted(&case, &mut checked);
        (case, outcome)
    });
    eprintln!("{checked:?}");
    for (code, least) in [
        (Code::ConstantCondition, 100),
        (Code::Contradiction, 10),
        (Code::RepeatedCondition, 20),
        (Code::SegmentInside, 100),
        (Code::SegmentDisjoint, 100),
    ] {
        let count = checked.get(&code).copied().unwrap_or(0);
        assert!(
            count >= least,
            "{code} was checked {count} times only: {checked:?}"
        );
    }
}

/// Turns each warning into a condition that must hold for everyone, and asks the customers.
fn refuted(case: &Case, checked: &mut BTreeMap<Code, usize>) -> Result<(), String> {
    let text = case.rules.text();
    let built = Definitions::builder()
        .source("case", &text)
        .lint(Code::SegmentDisjoint, Level::Warn)
        .build()
        .map_err(|error| error.to_string())?;
    let mut claims = Vec::new();
    for warning in built.warnings() {
        if let Some(claim) = claim(warning, &text) {
            claims.push((warning, claim));
        }
    }
    let numbered = || claims.iter().enumerate();
    let with_claims = numbered().fold(text.clone(), |text, (index, (_, claim))| {
        text + &format!("segment claim{index} = {claim}\n")
    });
    let definitions = Definitions::parse(&with_claims).map_err(|error| error.to_string())?;
    let (definitions, _) = case.fitted(&definitions)?;
    let (at, customers) = case.loaded(&definitions)?;
    for (index, (warning, claim)) in numbered() {
        let segment = definitions
            .segment(&format!("claim{index}"))
            .map_err(|it| it.to_string())?;
        if let Some(customer) = customers.iter().find(|it| !segment.interpret(it, &at)) {
            let message = &warning.message;
            return Err(format!(
                "{message}: refuted by {customer:?}\nat {at:?}\nof {claim}"
            ));
        }
        *checked.entry(warning.code).or_default() += 1;
    }
    Ok(())
}

/// The condition that a warning says holds for everyone, unless it is about the items of a collection.
fn claim(warning: &Diagnostic, text: &str) -> Option<String> {
    let parts: Vec<&str> = warning
        .labels
        .iter()
        .map(|it| &text[it.span.start as usize..it.span.end as usize])
        .collect();
    let start = warning.span().start as usize;
    let line = text[..start].rfind('\n').map_or(0, |it| it + 1);
    let before = &text[line..start];
    let of_items = before.contains(" where ") || before.contains(" of ") || is_in_aggregate(before);
    let said = |words: &str| {
        warning.message.contains(words) || warning.labels.iter().any(|it| it.text.contains(words))
    };
    Some(match (warning.code, &parts[..]) {
        (Code::SegmentEqual, [a, b]) => {
            format!("(in segment {a} and in segment {b}) or (not in segment {a} and not in segment {b})")
        }
        (Code::SegmentInside, [a, b]) => format!("not in segment {a} or in segment {b}"),
        (Code::SegmentDisjoint, [a, b]) => format!("not in segment {a} or not in segment {b}"),
        _ if of_items || said("never reached") => return None,
        (Code::ConstantCondition, [one]) if said("always true") => format!("({one})"),
        (Code::ConstantCondition, [one]) if said("always false") => format!("not ({one})"),
        (Code::ConstantCondition, [one]) => format!("({one})"),
        (Code::ConstantCondition, [one, other]) => format!("({one}) or ({other})"),
        (Code::Contradiction, [one]) => format!("not ({one})"),
        (Code::Contradiction, [one, other]) => format!("not (({one}) and ({other}))"),
        (Code::RepeatedCondition, [extra, kept]) if said("fewer") => format!("(not ({kept})) or ({extra})"),
        (Code::RepeatedCondition, [extra, kept]) if said("more customers") => {
            format!("(not ({extra})) or ({kept})")
        }
        (Code::RepeatedCondition, [extra, kept]) => {
            format!("(({kept}) and ({extra})) or (not ({kept}) and not ({extra}))")
        }
        _ => return None,
    })
}

/// Whether what comes next stands between the parentheses of an aggregate, which may be about the items of a collection.
fn is_in_aggregate(before: &str) -> bool {
    let mut open: Vec<bool> = Vec::new();
    for (index, letter) in before.char_indices() {
        match letter {
            '(' => {
                let word = before[..index]
                    .rsplit(|it: char| !it.is_alphanumeric() && it != '_')
                    .next();
                let aggregates = [
                    "sum", "avg", "min", "max", "first", "last", "distinct", "mode", "count",
                ];
                open.push(word.is_some_and(|word| aggregates.contains(&word)));
            }
            ')' => drop(open.pop()),
            _ => {}
        }
    }
    open.contains(&true)
}
