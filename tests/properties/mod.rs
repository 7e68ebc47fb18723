//! Random typed definitions and random customers: every way to evaluate gives the same answer.
//!
//! `AUDIENCE_SEED=<number>` starts from other random numbers, `AUDIENCE_RULES=<number>` sets how many rules it draws.

pub(crate) mod case;
mod changes;
pub(crate) mod choices;
mod client;
mod constructs;
pub(crate) mod customers;
pub(crate) mod explained;
mod kept;
mod lints;
pub(crate) mod numbers;
mod palette;
pub(crate) mod rules;
pub(crate) mod schema;
mod table;

use std::{cell::RefCell, env};

use audience::Definitions;

use case::{Case, Compiled};
use choices::Choices;
use numbers::{Numbers, Random};
use table::Table;

#[test]
fn every_evaluation_of_a_rule_agrees() {
    let shop = Definitions::parse(schema::SHOP).expect("the schema of the tests compiles");
    let table = RefCell::new(Table::default());
    let rules = run(rules_wanted(), |numbers| {
        let case = Case::draw(numbers, shop.schema(), schema::SHOP);
        let checked = Compiled::new(&case).and_then(|it| {
            it.agrees(&case, &table)?;
            it.agrees_in_place(&case)?;
            it.loads_alike(&case)?;
            // Formatting takes as long as all the rest, and fewer rules will do for it.
            if numbers.rules.len() % 3 == 0 {
                it.survives_formatting(&case)
            } else {
                Ok(())
            }
        });
        (case, checked)
    });
    let table = table.into_inner();
    eprintln!("{table}{rules} rules");
    let complaints = table.complaints(rules);
    assert!(
        complaints.is_empty(),
        "{table}{rules} rules\n{}",
        complaints.join("\n")
    );
}

#[test]
fn every_evaluation_agrees_on_schemas_of_any_shape() {
    run(rules_wanted() / 4, |numbers| {
        let schema = schema::draw(&mut Choices::new(&numbers.schema));
        let case = Case::draw(numbers, &schema, &schema::text(&schema));
        let checked = Compiled::new(&case).and_then(|it| {
            it.has_schema(&schema)?;
            it.agrees(&case, &RefCell::default())?;
            it.survives_formatting(&case)?;
            it.loads_alike(&case)
        });
        (case, checked)
    });
}

#[test]
fn a_rule_needs_no_more_than_its_requirements() {
    let shop = Definitions::parse(schema::SHOP).expect("the schema of the tests compiles");
    run(rules_wanted() / 10, |numbers| {
        let case = Case::draw(numbers, shop.schema(), schema::SHOP);
        let checked = Compiled::new(&case).and_then(|it| it.needs_no_more(&case));
        (case, checked)
    });
}

#[cfg(feature = "batch")]
#[test]
fn columns_give_the_answers_of_the_interpreter() {
    let shop = Definitions::parse(schema::SHOP).expect("the schema of the tests compiles");
    run(rules_wanted() / 4, |numbers| {
        let case = Case::draw(numbers, shop.schema(), schema::SHOP);
        let checked = Compiled::new(&case).and_then(|it| it.agrees_in_columns(&case));
        (case, checked)
    });
    run(rules_wanted() / 8, |numbers| {
        let schema = schema::draw(&mut Choices::new(&numbers.schema));
        let case = Case::draw(numbers, &schema, &schema::text(&schema));
        let checked = Compiled::new(&case).and_then(|it| it.agrees_in_columns(&case));
        (case, checked)
    });
}

/// [need-9]
#[cfg(feature = "cli")]
#[test]
fn what_is_inferred_from_samples_compiles_and_loads_them() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("inferred");
    std::fs::create_dir_all(&folder).expect("a folder below target/");
    let file = folder.join("sample.jsonl");
    run(rules_wanted() / 10, |numbers| {
        let schema = schema::draw(&mut Choices::new(&numbers.schema));
        let case = Case::draw(numbers, &schema, &schema::text(&schema));
        let samples = case.samples();
        std::fs::write(&file, samples.join("\n")).expect("a file below target/");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_audience"))
            .arg("infer")
            .arg(&file)
            .output()
            .expect("the program runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let checked = if output.status.success() {
            loads(&text, &samples)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        };
        (case, checked)
    });
}

#[cfg(feature = "cli")]
fn loads(text: &str, samples: &[String]) -> Result<(), String> {
    let shop = Definitions::parse(text).map_err(|error| format!("{error}\n{text}"))?;
    for sample in samples {
        shop.customer_from_json(sample)
            .map_err(|error| format!("{error}\n{sample}\n{text}"))?;
    }
    Ok(())
}

/// Whatever happens and however long nothing does: a membership that is kept up to date is what all segments asked anew give.
#[test]
fn memberships_are_kept_as_if_all_segments_were_asked_anew() {
    let shop = Definitions::parse(schema::SHOP).expect("the schema of the tests compiles");
    let mut tally = kept::Tally::default();
    run(rules_wanted() / 8, |numbers| {
        let case = Case::draw(numbers, shop.schema(), schema::SHOP);
        let checked = Compiled::new(&case).and_then(|it| it.memberships_stay_up_to_date(&case, &mut tally));
        (case, checked)
    });
    eprintln!("{tally:?}");
    assert!(tally.is_varied() && tally.is_told_in_time(), "{tally:?}");
}

/// The rules of `tests/next_change` are more often about time; these have everything else in them.
#[test]
fn the_next_change_of_an_answer_is_the_earliest() {
    let kinds = changes::Kinds::default();
    let shop = Definitions::parse(schema::SHOP).expect("the schema of the tests compiles");
    run(rules_wanted() / 20, |numbers| {
        let case = Case::draw(numbers, shop.schema(), schema::SHOP);
        let checked = Compiled::new(&case).and_then(|it| it.next_changes_are_the_earliest(&case, &kinds));
        (case, checked)
    });
    eprintln!("{kinds:?}");
    let (at, not_within, unknown) = (kinds.at.get(), kinds.not_within.get(), kinds.unknown.get());
    assert!(at > 0 && unknown * 10 < at + not_within, "{kinds:?}");
}

/// Explanations of random rules are sound, and the changes they tell of turn the answer: [explain-1] [explain-3] [explain-8] [explain-13].
#[test]
fn explanations_keep_what_they_promise() {
    let shop = Definitions::parse(schema::SHOP).expect("the schema of the tests compiles");
    let mut tally = explained::Tally::default();
    run(rules_wanted() / 25, |numbers| {
        let case = Case::draw(numbers, shop.schema(), schema::SHOP);
        let checked = Compiled::new(&case).and_then(|it| {
            it.explains_in_place(&case)?;
            it.explains(&case, &mut tally)
        });
        (case, checked)
    });
    eprintln!("{tally:?}");
    assert!(
        tally.changes * 12 > tally.explanations,
        "too few changes: {tally:?}"
    );
}

/// What a run starts from unless it is told otherwise: the same everywhere, so that a failure is about the change at hand.
const SEED: u64 = 20_261_122;

/// Draws cases until there were enough rules; the first that fails is made as small as can be, and shown.
pub(crate) fn run(wanted: usize, mut check: impl FnMut(&Numbers) -> (Case, Result<(), String>)) -> usize {
    let seed = number_from("AUDIENCE_SEED").unwrap_or(SEED);
    eprintln!("AUDIENCE_SEED={seed} replays this run");
    let mut seeds = Random(seed);
    let mut rules = 0;
    while rules < wanted {
        let numbers = Numbers::of_seed(seeds.next());
        rules += numbers.rules.len();
        if let Err(error) = check(&numbers).1 {
            // It takes a while to make it small, where an engine is asked.
            eprintln!("after {rules} rules: {error}\n");
            // A glance at many failures is worth more than one small failure, at times.
            let smallest = numbers.shrunk(|it| check(it).1.is_err());
            let (case, checked) = check(&smallest);
            let error = checked.err().unwrap_or_default();
            panic!("AUDIENCE_SEED={seed}: {error}\nin\n{}", case.rules.text());
        }
    }
    rules
}

fn rules_wanted() -> usize {
    number_from("AUDIENCE_RULES")
        .and_then(|it| it.try_into().ok())
        .unwrap_or(2_000)
}

pub(crate) fn number_from(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable}={text} is not a number")),
    )
}
