//! Explanations as people read them, one file for each kind of reason.
//!
//! A file of `tests/golden/explain` has definitions, and in comments that begin with `#:` what is asked: `at` an instant in a
//! zone, `show personal`, `json` for the shape of the JSON, and customers. Each segment is explained for each customer.

use std::{fmt::Write, fs, path::Path};

use audience::{Definitions, ExplainOptions, Explanation, Zone};

/// What is in the tree, in the sentence and in the JSON: [explain-2] [explain-3] [explain-10]
#[test]
fn explanations_read_well() {
    insta::glob!("../golden/explain", "*.audience", |path| {
        let (text, explanations) = explained(path);
        for explanation in &explanations {
            sound(explanation);
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../golden/explain");
        settings.set_prepend_module_to_snapshot(false);
        settings.remove_snapshot_suffix();
        settings.set_omit_expression(true);
        settings.remove_input_file();
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        settings.bind(|| insta::assert_snapshot!(name, text));
    });
}

#[test]
fn there_are_many_examples() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/explain");
    let files = fs::read_dir(folder).expect("the folder of the examples");
    let paths = files.map(|it| it.expect("a file").path());
    let count: usize = paths
        .filter(|it| it.extension().is_some_and(|it| it == "audience"))
        .map(|it| explained(&it).1.len())
        .sum();
    assert!(count >= 60, "only {count} explanations");
}

fn explained(path: &Path) -> (String, Vec<Explanation>) {
    let text = fs::read_to_string(path).expect("a file of examples is readable");
    let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{}:\n{error}", path.display()));
    let mut at = shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let mut options = ExplainOptions::default();
    let mut json = false;
    let mut said = String::new();
    let mut explanations = Vec::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("#: ")) {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["at", now, zone] => {
                let zone = Zone::named(zone).expect("in the time zone database");
                at = shop.at(now.parse().expect("a datetime"), &zone);
            }
            ["show", "personal"] => options = options.show_personal(true),
            ["json"] => json = true,
            _ => {
                let customer = shop
                    .customer_from_json(line)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                writeln!(said, "{line}\n").expect("text can be written");
                for segment in shop.segments() {
                    let explanation = segment.explain_with(&customer, &at, &options);
                    assert_eq!(explanation.holds(), segment.matches(&customer, &at));
                    writeln!(said, "{explanation}").expect("text can be written");
                    if json {
                        let json = serde_json::to_string_pretty(&explanation).expect("JSON");
                        writeln!(said, "{json}\n").expect("text can be written");
                    }
                    explanations.push(explanation);
                }
            }
        }
    }
    (said, explanations)
}

/// What holds of the words of each explanation.
fn sound(explanation: &Explanation) {
    super::english::check(explanation.reason());
    if let Some(change) = explanation.change() {
        super::english::check(change.says());
    }
}
