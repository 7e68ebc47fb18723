//! What was compared, and what was refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use audience::CompileError;

/// Counts over all cases of a run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The segments and traits that were drawn, and those of them that were refused.
    pub(super) rules: usize,
    pub(super) refused: usize,
    /// The answers that were compared.
    pub(super) answers: usize,
    /// The statements that an engine could not read, and of which it was asked the halves.
    pub(super) parted: usize,
    /// How often each reason was given.
    reasons: BTreeMap<String, usize>,
    /// Of each construct: how often a condition with it was answered, and how often refused.
    constructs: BTreeMap<&'static str, [usize; 2]>,
}

impl Tally {
    /// A rule that was answered.
    pub(super) fn answered(&mut self, answers: usize) {
        self.rules += 1;
        self.answers += answers;
    }

    /// A rule that has no translation, each reason once.
    pub(super) fn refuse(&mut self, error: &CompileError) {
        self.rules += 1;
        self.refused += 1;
        let reasons: BTreeSet<&str> = error.diagnostics().iter().map(|it| &*it.message).collect();
        for reason in reasons {
            *self.reasons.entry(reason.to_owned()).or_default() += 1;
        }
    }

    /// A condition and what it is made of.
    pub(super) fn construct(&mut self, constructs: &BTreeSet<&'static str>, refused: bool) {
        for construct in constructs {
            self.constructs.entry(construct).or_default()[usize::from(refused)] += 1;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<44}{:>9}{:>9}", "construct", "answered", "refused")?;
        for (construct, [answered, refused]) in &self.constructs {
            writeln!(f, "{construct:<44}{answered:>9}{refused:>9}")?;
        }
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons {
            writeln!(f, "{count:>6} × {reason}")?;
        }
        let Self {
            rules,
            refused,
            answers,
            parted,
            ..
        } = self;
        if *parted > 0 {
            writeln!(f, "{parted} statements were too much for it, and asked in halves")?;
        }
        let percent = refused * 100 / (*rules).max(1);
        writeln!(
            f,
            "{rules} rules, {refused} of them refused ({percent} %), {answers} answers compared"
        )
    }
}
