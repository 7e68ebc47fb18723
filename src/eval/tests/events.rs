//! How many events are looked at.

use std::{cell::Cell, fmt::Write};

use crate::{DateTime, Definitions, Zone, record};

#[derive(Debug)]
struct Client {
    visits: Vec<Visit>,
}

#[derive(Debug)]
struct Visit {
    at: DateTime,
    pages: i64,
    /// How often somebody asked for its pages.
    asked: Cell<usize>,
}

record! { impl Record for Client { id: |_| "ana", n: |_| 1_i64, visits: |it| &it.visits } }

record! {
    impl Record for Visit {
        at: |it| it.at,
        pages: |it| {
            it.asked.set(it.asked.get() + 1);
            it.pages
        }
    }
}

#[test]
fn no_more_events_are_asked_than_decide() {
    // So large that it is worked out once instead of being written out in what names it.
    let mut schema = String::from(
        "customer { id: string key, n: int }  event visits { pages: int }  segment large = n > 0",
    );
    (0..40).for_each(|it| write!(schema, " and n * {it} + n > {it} - 1").expect("a String takes all"));
    let now: DateTime = "2026-06-01T12:00:00Z".parse().expect("an instant");
    // The first has one page, all others have five.
    let visits = (0..100).map(|it| Visit {
        at: DateTime::from_micros(now.micros() - 1_000_000 * (100 - it)).expect("within the calendar"),
        pages: if it == 0 { 1 } else { 5 },
        asked: Cell::default(),
    });
    let client = Client {
        visits: visits.collect(),
    };
    for (condition, expected, asked) in [
        ("any visits where pages > 0", true, 1),
        ("any visits in last 30 days where pages > 0", true, 1),
        ("no visits where pages > 0", false, 1),
        ("at least 3 visits where pages > 0", true, 3),
        ("count(visits where pages > 0) < 3", false, 3),
        ("count(visits where pages > 0) = 3", false, 4),
        ("count(visits where pages > 0) > 200", false, 100),
        ("any visits where pages = 1", true, 100),
        // What looks at more than the event is not begun twice.
        ("any visits where (pages > 0 and in segment large)", true, 1),
        ("any visits where (pages = 1 and in segment large)", true, 100),
        (
            "count(visits where (pages > 0 and in segment large)) >= 2",
            true,
            2,
        ),
    ] {
        let shop = Definitions::parse(&format!("{schema}\nsegment answer = {condition}"));
        let shop = shop.unwrap_or_else(|error| panic!("{error}"));
        let bound = shop.bind::<Client>().unwrap_or_else(|error| panic!("{error}"));
        let segment = bound.segment("answer").expect("defined");
        client.visits.iter().for_each(|it| it.asked.set(0));
        let holds = segment.matches(&client, &shop.at(now, &Zone::UTC));
        let found: usize = client.visits.iter().map(|it| it.asked.get()).sum();
        assert_eq!((holds, found), (expected, asked), "{condition}");
    }
}
