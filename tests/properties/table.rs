//! How often each construct was drawn, and how often what it stands in was true.

use std::{collections::BTreeMap, fmt};

use super::{constructs::ALL, rules::Probe};

/// Items are asked in `where`; there an answer is whether any item of a customer's collection meets the condition.
const SCOPES: [&str; 2] = ["customers", "items"];

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    count: usize,
    held: usize,
    failed: usize,
}

impl Tally {
    fn percent(self) -> usize {
        self.held * 100 / (self.held + self.failed).max(1)
    }

    fn is_one_sided(self) -> bool {
        self.held.min(self.failed) * 20 < self.held + self.failed
    }
}

/// Counts over all cases of a run.
#[derive(Debug, Default)]
pub(crate) struct Table {
    tallies: BTreeMap<&'static str, [Tally; 2]>,
}

impl Table {
    /// Adds a condition with its answers for the customers of its case.
    pub(crate) fn add(&mut self, probe: &Probe, answers: &[bool]) {
        for construct in &probe.constructs {
            let tally = &mut self.tallies.entry(construct).or_default()[usize::from(probe.of_items)];
            tally.count += 1;
            tally.held += answers.iter().filter(|it| **it).count();
            tally.failed += answers.iter().filter(|it| !**it).count();
        }
    }

    /// The constructs that occurred too seldom for so many rules, or were nearly always true or nearly always false.
    pub(crate) fn complaints(&self, rules: usize) -> Vec<String> {
        let needed = 50 * rules / 2_000;
        let mut complaints = Vec::new();
        for construct in ALL {
            let [tally, _] = self.of(construct);
            if tally.count < needed {
                complaints.push(format!(
                    "`{construct}` occurred {} times, needed {needed}",
                    tally.count
                ));
            }
            if tally.is_one_sided() {
                complaints.push(format!(
                    "`{construct}` was true for {} % of the customers",
                    tally.percent()
                ));
            }
        }
        complaints
    }

    fn of(&self, construct: &str) -> [Tally; 2] {
        self.tallies.get(construct).copied().unwrap_or_default()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [customers, items] = SCOPES;
        writeln!(f, "{:<40}{customers:>9}     true{items:>9}     true", "construct")?;
        for construct in ALL {
            let [customers, items] = self.of(construct);
            writeln!(
                f,
                "{construct:<40}{:>9}{:>7} %{:>9}{:>7} %",
                customers.count,
                customers.percent(),
                items.count,
                items.percent()
            )?;
        }
        Ok(())
    }
}
