//! A service without a journey engine: it reacts to what customers do, and wakes up when a rule changes its answer.
//!
//! ```sh
//! cargo run --release --example journey
//! ```
//!
//! Half a year passes in a few seconds, because the clock is that of the events. For each event and each timer,
//! `service.rs` finds which segments of `journey.audience` the customer entered or left, asks the campaign that belongs to it,
//! and sets her next timer to the `next_change` of segments and campaigns. So there is a welcome after the sign-up, a reminder
//! of the cart after four hours, twenty per cent after ninety days with a code of one's own, and a voucher on the birthday; what
//! comes at night is held until the morning, and what is too much until the cap lets it through.
//!
//! All is kept in `target/journey/`: the queue in `journey.sqlite`, and what the mail server got in `mail.sqlite`. It may be
//! killed at any moment: with `-- --resume` it goes on, and nobody misses a message or gets one twice. `-- 2026-03-01T00:00:00Z`
//! lets it run only so far. `tests/journey.rs` kills it over and over.
#![expect(clippy::print_stdout, reason = "what happened is what it is for")]

mod codes;
mod database;
mod mail;
mod service;
mod story;

use std::{env, error::Error, fs, path::Path};

use audience::DateTime;
use indexmap::IndexMap;
use service::{Letter, Service};

/// Whose story is told.
const NAMED: [&str; 4] = ["ana", "ben", "cem", "eva"];
/// Besides the four whose story is told.
const OTHERS: u32 = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/journey");
    let end: DateTime = story::END.parse()?;
    let mut until = end;
    let mut resume = false;
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--resume" => resume = true,
            instant => until = instant.parse().map_err(|error| format!("{instant}: {error}"))?,
        }
    }
    if !resume && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;

    let mut service = Service::open(&folder, |_| Ok(()))?;
    for test in service.shop().tests() {
        let outcome = test.run();
        assert!(outcome.passed(), "{outcome:?}");
    }
    if service.database().is_empty()? {
        story::tell(service.database_mut(), OTHERS)?;
    }
    println!("the story of Ana, Ben, Cem and Eva, and of {OTHERS} others that is not printed\n");
    let mut steps = 0;
    service.run(until, |report| {
        steps += 1;
        if NAMED.contains(&&*report.customer) && !report.notes.is_empty() {
            println!("{report}");
        }
    })?;
    let letters = service.mail().accepted()?;
    summary(&letters, steps, service.mail().repeats()?);
    if until == end {
        check(&service, &letters)?;
    } else {
        println!("\nit is {until}; go on with `-- --resume`");
    }
    Ok(())
}

fn summary(letters: &[Letter], steps: usize, repeats: i64) {
    println!(
        "\n{steps} steps, {} messages, {repeats} of them handed over twice",
        letters.len()
    );
    let mut counts: IndexMap<(&str, &str), usize> = IndexMap::new();
    for letter in letters {
        *counts.entry((&letter.message, &letter.channel)).or_default() += 1;
    }
    counts.sort_keys();
    for ((message, channel), count) in counts {
        println!("{count:>5}  {message:<15} by {channel}");
    }
    let shown = letters.iter().filter(|it| it.customer == "ana");
    for letter in shown {
        println!(
            "\n{}  to {}\n{}",
            letter.at,
            letter.address,
            letter.text.trim_end()
        );
    }
}

/// What must be true at the end of the story.
fn check(service: &Service, letters: &[Letter]) -> Result<(), Box<dyn Error>> {
    let to = |customer: &str| -> Vec<(&str, String)> {
        let hers = letters.iter().filter(|it| it.customer == customer);
        hers.map(|it| (&*it.message, it.at.to_string())).collect()
    };
    let expected = |all: &[(&'static str, &str)]| -> Vec<(&str, String)> {
        all.iter()
            .map(|(message, at)| (*message, (*at).to_owned()))
            .collect()
    };
    assert_eq!(to("ana"), expected(&story::ANA));
    assert_eq!(to("ben"), expected(&story::BEN));
    assert_eq!(to("cem"), expected(&[]));
    assert_eq!(to("eva"), expected(&story::EVA));
    let (events, waiting, codes) = service.database().left()?;
    assert_eq!((events, waiting), (0, 0), "everything was taken and sent");
    let with_code = letters.iter().filter(|it| {
        let message = &*it.message;
        message == "win_back_mail" || message == "birthday_mail"
    });
    assert_eq!(
        usize::try_from(codes)?,
        with_code.count(),
        "a code for each message that shows one"
    );
    Ok(())
}
