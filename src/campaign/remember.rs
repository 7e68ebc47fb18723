//! What was found out about a customer already, while campaign after campaign is decided.

/// The answers of rules, kept between customers for its memory alone.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Of each rule, twice the number of the customer who was asked about it last, plus one where it holds.
    answers: Vec<u64>,
    customer: u64,
}

impl Scratch {
    /// Begins with another customer.
    pub(super) fn begin(&mut self, rules: usize) {
        self.customer += 1;
        if self.answers.len() < rules {
            self.answers.resize(rules, 0);
        }
    }

    pub(super) fn known(&self, rule: usize) -> Option<bool> {
        let answer = self.answers[rule];
        (answer >> 1 == self.customer).then_some(answer & 1 == 1)
    }

    pub(super) fn note(&mut self, rule: usize, holds: bool) {
        self.answers[rule] = self.customer << 1 | u64::from(holds);
    }
}
