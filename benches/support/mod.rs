//! A fair way to compare, shared by the benches.

#![expect(clippy::print_stdout, reason = "the comparison is what a bench is run for")]

use std::{
    hint::black_box,
    sync::LazyLock,
    time::{Duration, Instant},
};

/// One of the ways to do the same work; each call goes over all items once and gives a result to compare.
pub(crate) struct Contender<'a> {
    pub(crate) name: &'a str,
    pub(crate) run: Box<dyn FnMut() -> u64 + 'a>,
}

pub(crate) fn contender<'a>(name: &'a str, run: impl FnMut() -> u64 + 'a) -> Contender<'a> {
    Contender {
        name,
        run: Box::new(run),
    }
}

/// So many rounds at least, so that a median is no single run.
const ROUNDS: usize = 5;

/// Runs all in turn, round after round, for three seconds and five rounds at least, so that each meets the same machine, and
/// prints the median time per item and its ratio to the first, which is the hand-written one. Gives the nanoseconds per item of
/// each.
///
/// A turn begins with a run that is not timed. Without it, what fits into the caches would be there for contenders that share
/// their data with the one before, and not for one that has its own.
///
/// # Panics
///
/// When their results differ.
pub(crate) fn compare(question: &str, items: usize, contenders: &mut [Contender<'_>]) -> Vec<f64> {
    compare_by(elapsed, question, items, contenders)
}

/// The time on the wall.
fn elapsed() -> Duration {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGIN.elapsed()
}

/// The same by another clock, of which only differences count.
pub(crate) fn compare_by(
    clock: fn() -> Duration,
    question: &str,
    items: usize,
    contenders: &mut [Contender<'_>],
) -> Vec<f64> {
    let results: Vec<u64> = contenders.iter_mut().map(|it| (it.run)()).collect();
    for (contender, result) in contenders.iter().zip(&results) {
        assert_eq!(
            *result, results[0],
            "{question}: {} gives another answer",
            contender.name
        );
    }
    // `cargo test --benches` only wants to see it work.
    let is_test = cfg!(debug_assertions) || std::env::args().any(|argument| argument == "--test");
    let (rounds, limit) = if is_test {
        (1, Duration::ZERO)
    } else {
        (ROUNDS, Duration::from_secs(3))
    };
    let begin = Instant::now();
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    while times[0].len() < rounds || begin.elapsed() < limit {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            black_box((contender.run)());
            let begin = clock();
            black_box((contender.run)());
            times.push(clock().saturating_sub(begin).as_secs_f64());
        }
    }
    println!(
        "{question} ({items} items, {} rounds, result {})",
        times[0].len(),
        results[0]
    );
    let medians: Vec<f64> = times.iter_mut().map(|it| median(it)).collect();
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let of_items: Vec<f64> = medians.iter().map(|it| it * 1e9 / items as f64).collect();
    for (contender, nanoseconds) in contenders.iter().zip(&of_items) {
        println!(
            "  {:<28}{nanoseconds:>10.1} ns per item{:>8.2} ×",
            contender.name,
            nanoseconds / of_items[0]
        );
    }
    of_items
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
