//! Explanations as people read them, one file for each kind of reason.
//!
//! A file of `tests/golden/explain` has definitions, and in comments that begin with `#:` what is asked: `at` an instant in a
//! zone, `show personal`, `json` for the shape of the JSON, `brief` for no tree, `standard` for the contract of the standard library, `item`
//! of a catalogue, `fit` for a population of the customers, and customers. Each segment is explained for each customer.

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
    let asked: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("#: ")).collect();
    let says = |word: &str| asked.contains(&word);
    let mut builder = Definitions::builder().source("shop.audience", text.as_str());
    if says("standard") {
        builder = builder.source("contract", crate::standard::contract());
    }
    let mut shop = builder
        .build()
        .unwrap_or_else(|error| panic!("{}:\n{error}", path.display()));
    let (mut now, mut zone) = ("2026-06-01T12:00:00Z", Zone::UTC);
    let mut customers = Vec::new();
    let mut items: Vec<(&str, String)> = Vec::new();
    for line in &asked {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["at", at, name] => {
                now = at;
                zone = Zone::named(name).expect("in the time zone database");
            }
            ["item", catalog, ..] => {
                let (_, json) = line.split_once(catalog).expect("it is there");
                match items.iter_mut().find(|(name, _)| *name == catalog) {
                    Some((_, lines)) => lines.extend([json, "\n"]),
                    None => items.push((catalog, format!("{json}\n"))),
                }
            }
            [only] if !only.starts_with('{') => {}
            ["show", "personal"] => {}
            _ => {
                let customer = shop
                    .customer_from_json(line)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                customers.push((*line, customer));
            }
        }
    }
    let at = |shop: &Definitions| {
        let mut at = shop.at(now.parse().expect("a datetime"), &zone);
        for (catalog, lines) in &items {
            let items = shop.loader().items_from_json_lines(catalog, lines.as_bytes());
            at = at.with_items(items.expect("items of the catalogue"));
        }
        at
    };
    if says("fit") {
        let population = shop.fit(customers.iter().map(|(_, it)| it), &at(&shop));
        shop = shop.with_population(&population).expect("fitted for it");
    }
    let at = at(&shop);
    let options = ExplainOptions::default().show_personal(says("show personal"));
    let mut said = String::new();
    let mut explanations = Vec::new();
    for (line, customer) in &customers {
        writeln!(said, "{line}\n").expect("text can be written");
        for segment in shop.segments() {
            let explanation = segment.explain_with(customer, &at, &options);
            assert_eq!(explanation.holds(), segment.matches(customer, &at));
            if says("brief") {
                let until = if explanation.holds() { "out" } else { "in" };
                let change = explanation.change().map_or("–", |it| it.says());
                writeln!(said, "{}\n    to be {until}: {change}", explanation.reason())
            } else {
                writeln!(said, "{explanation}")
            }
            .expect("text can be written");
            if says("json") {
                let json = serde_json::to_string_pretty(&explanation).expect("JSON");
                writeln!(said, "{json}\n").expect("text can be written");
            }
            explanations.push(explanation);
        }
        if says("brief") {
            said.push('\n');
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
