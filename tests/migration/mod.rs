//! Rules from the public documentation of other systems, moved to this language, and whom each of them means.
//!
//! The rules are those of the manual's page for people who come from elsewhere: the test reads them there, so that the page
//! and what is checked are the same. Members are worked out by hand from what the other system's documentation says.

mod members;

use audience::{Definitions, Zone};

const MANUAL: &str = include_str!("../../docs/language.md");
const CONTRACT: &str = include_str!("shop.audience");
const CUSTOMERS: &str = include_str!("customers.jsonl");

/// A row of the page: where the rule is from, how it is written there, and here.
struct Rule<'m> {
    from: &'m str,
    ours: String,
}

fn rules() -> Vec<Rule<'static>> {
    let page = MANUAL
        .split("\n## If you come from")
        .nth(1)
        .expect("the page")
        .split("\n## ")
        .next()
        .expect("its text");
    let mut found = Vec::new();
    let mut from = "";
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            from = name;
        } else if let Some(row) = line.strip_prefix("| ").filter(|it| it.contains('`')) {
            let cells: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
            let [_, ours] = cells[..] else {
                panic!("not a rule: {line}")
            };
            let ours = ours.trim_matches('`').replace("\\|", "|");
            found.push(Rule { from, ours });
        }
    }
    found
}

/// [from-1]
#[test]
fn each_rule_of_other_systems_means_the_same_people_here() {
    let rules = rules();
    assert!(rules.len() >= 20, "only {} rules", rules.len());
    let systems: std::collections::BTreeSet<_> = rules.iter().map(|it| it.from).collect();
    assert_eq!(systems.len(), 6, "{systems:?}");

    let mut text = CONTRACT.to_owned();
    let segment = |(number, rule): (usize, &Rule<'_>)| format!("segment rule_{number} = {}\n", rule.ours);
    text.extend(rules.iter().enumerate().map(segment));
    let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let madrid = Zone::named("Europe/Madrid").expect("a zone");
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &madrid);
    let customers: Vec<_> = CUSTOMERS
        .lines()
        .map(|line| {
            shop.customer_from_json(line)
                .unwrap_or_else(|error| panic!("{error}: {line}"))
        })
        .collect();

    let mut expected = members::MEMBERS.to_vec();
    for (number, rule) in rules.iter().enumerate() {
        let place = expected.iter().position(|(ours, _)| *ours == rule.ours);
        let (_, members) =
            expected.remove(place.unwrap_or_else(|| panic!("whom does it mean: {}", rule.ours)));
        let segment = shop.segment(&format!("rule_{number}")).expect("defined");
        let found: Vec<_> = customers
            .iter()
            .filter(|it| segment.matches(it, &at))
            .map(|it| it.get("id").map(|id| id.to_string()).expect("a key"))
            .collect();
        assert_eq!(found.join(" "), members, "{}: {}", rule.from, rule.ours);
        assert!(
            !found.is_empty() && found.len() < customers.len(),
            "it tells nobody apart: {}",
            rule.ours
        );
    }
    assert!(expected.is_empty(), "not on the page: {expected:?}");
}
