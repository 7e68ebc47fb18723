//! Counts what became of the inputs. libFuzzer ends without a word to the target, so the counts are told as they grow.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Instant,
};

pub struct Report {
    name: &'static str,
    executions: AtomicU64,
    parsed: AtomicU64,
    compiled: AtomicU64,
    started: std::sync::OnceLock<Instant>,
}

/// How far an input came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Not of the grammar.
    Refused,
    /// Of the grammar, but refused for what it says.
    Parsed,
    /// Without an error.
    Compiled,
}

impl Report {
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            executions: AtomicU64::new(0),
            parsed: AtomicU64::new(0),
            compiled: AtomicU64::new(0),
            started: std::sync::OnceLock::new(),
        }
    }

    pub fn count(&self, outcome: Outcome) {
        let started = *self.started.get_or_init(Instant::now);
        let executions = self.executions.fetch_add(1, Relaxed) + 1;
        let parsed = self
            .parsed
            .fetch_add(u64::from(outcome >= Outcome::Parsed), Relaxed);
        let compiled = self
            .compiled
            .fetch_add(u64::from(outcome == Outcome::Compiled), Relaxed);
        if executions.is_multiple_of(20_000) || (executions >= 1024 && executions.is_power_of_two()) {
            eprintln!(
                "{}: {executions} executions in {} s, {:.1} % parse, {:.1} % without errors",
                self.name,
                started.elapsed().as_secs(),
                100.0 * parsed as f64 / executions as f64,
                100.0 * compiled as f64 / executions as f64,
            );
        }
    }
}
