//! When an answer changes without new data: by tables, and by asking at many instants for random rules about time.

pub(crate) mod rules;
mod tables;

use audience::{At, Code, Customer, DateTime, Definitions, NextChange, Segment, Zone};

use rules::Random;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1440 * MINUTE;

/// Changes of the clock, ends of months and years, leap days, and the day that Apia skipped.
pub(crate) const MOMENTS: &[(&str, &str)] = &[
    ("UTC", "2026-06-15T12:34:56.789012Z"),
    ("UTC", "2024-02-29T12:00:00Z"),
    ("UTC", "2026-01-31T00:00:00Z"),
    ("Europe/Madrid", "2026-03-28T22:30:00Z"),
    ("Europe/Madrid", "2026-03-29T00:59:59.999999Z"),
    ("Europe/Madrid", "2026-10-24T21:00:00Z"),
    ("Europe/Madrid", "2026-10-25T00:30:00Z"),
    ("Europe/Madrid", "2025-12-31T22:59:59.999999Z"),
    ("America/New_York", "2026-03-08T06:30:00Z"),
    ("America/New_York", "2026-11-01T05:30:00Z"),
    ("America/New_York", "2026-10-31T12:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T14:45:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:00:00Z"),
    ("Pacific/Apia", "2011-12-29T09:00:00Z"),
    ("Pacific/Apia", "2011-12-30T09:59:59.999999Z"),
    ("Pacific/Apia", "2011-11-29T20:00:00Z"),
    // Midnight is skipped, midnight comes twice, and a day begins twice.
    ("America/Sao_Paulo", "2018-11-03T12:00:00Z"),
    ("America/Havana", "2025-11-02T03:30:00Z"),
    ("America/St_Johns", "2009-10-31T20:00:00Z"),
];

/// [next-1] [next-2] [next-3] [next-4] [next-5]
#[test]
fn the_next_change_is_the_earliest_that_asking_everywhere_finds() {
    let seed = std::env::var("AUDIENCE_SEED")
        .ok()
        .and_then(|it| it.parse().ok())
        .unwrap_or(20_261_122);
    let cases: u64 = std::env::var("AUDIENCE_RULES")
        .ok()
        .and_then(|it| it.parse().ok())
        .unwrap_or(400);
    let (mut at, mut not_within, mut unknown) = (0, 0, 0);
    for case in 0..cases {
        let mut random = Random(seed + case * 1_000_003);
        let (zone, now) = random.pick(MOMENTS);
        let zone = Zone::named(zone).expect("a zone");
        let now: DateTime = now.parse().expect("an instant");
        let rule = rules::rule(&mut random);
        let shop = Definitions::parse(&format!("{}\nsegment s = {rule}", rules::CONTRACT))
            .unwrap_or_else(|error| panic!("seed {seed}, case {case}: {error}"));
        let segment = shop.segment("s").expect("it is there");
        for _ in 0..2 {
            let json = rules::customer(&mut random, now, zone);
            let customer = shop
                .customer_from_json(&json)
                .unwrap_or_else(|error| panic!("{error}\n{json}"));
            let start = shop.at(now, &zone);
            let change = segment.next_change(&customer, &start);
            match change {
                NextChange::At(_) => at += 1,
                NextChange::NotWithin(_) => not_within += 1,
                NextChange::Unknown(span) => {
                    unknown += 1;
                    let warned = shop
                        .warnings()
                        .iter()
                        .any(|it| it.code == Code::NextChangeUnknown && it.span() == span);
                    assert!(
                        warned,
                        "seed {seed}, case {case}: no warning of {span:?} in\n{rule}\nfor {json}"
                    );
                }
            }
            let instants = rules::instants(&mut random, now, zone, change);
            let checked = check(&segment, &customer, &start, change, &instants, |it| {
                shop.at(it, &zone)
            });
            if let Err(error) = checked {
                panic!(
                    "seed {seed}, case {case}: {error}\nof  {rule}\nat  {now} in {}\nfor {json}",
                    zone.name()
                );
            }
        }
    }
    eprintln!("{at} at, {not_within} not within ten years, {unknown} unknown");
    assert!(at > cases / 2 && unknown * 50 < at, "{at} {not_within} {unknown}");
}

/// The answer is the same at all instants before the next change, and another one then.
fn check(
    segment: &Segment,
    customer: &Customer,
    start: &At,
    change: NextChange,
    instants: &[i64],
    at: impl Fn(DateTime) -> At,
) -> Result<(), String> {
    let answer = segment.matches(customer, start);
    let now = start.now().micros();
    let end = match change {
        NextChange::Unknown(_) => return Ok(()),
        NextChange::At(next) => {
            if next <= start.now() || segment.matches(customer, &at(next)) == answer {
                return Err(format!("the answer is still {answer} at {next}"));
            }
            next.micros()
        }
        NextChange::NotWithin(horizon) => now + horizon.micros() + 1,
    };
    for instant in instants.iter().copied().chain([end - 1]) {
        let Some(instant) = DateTime::from_micros(instant).filter(|it| (now..end).contains(&it.micros()))
        else {
            continue;
        };
        if segment.matches(customer, &at(instant)) != answer {
            return Err(format!(
                "the next change is {change}, but the answer is not {answer} any more at {instant}"
            ));
        }
    }
    Ok(())
}
