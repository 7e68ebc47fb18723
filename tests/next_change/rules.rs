//! Random rules about time, and customers whose times stand where those rules turn.

use audience::{Date, DateTime, NextChange, Zone};

use super::{DAY, MINUTE};

pub(crate) const CONTRACT: &str = "
customer {
  id: string key, n: int?, flag: bool?, joined: datetime?, until: datetime?, born: date?
  favs: [{ added: datetime, day: date, n: int }]?
}
event buys { n: int, day: date?, due: datetime? }
event views { n: int }
trait last_buy = last(at of buys)
trait age = years_since(born)
";

/// Numbers that follow from a seed (`SplitMix64`, by Sebastiano Vigna).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.next() % end.unsigned_abs()).expect("below an i64")
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let index = usize::try_from(self.next()).unwrap_or(usize::MAX) % from.len();
        from[index]
    }
}

/// Tests in which `now` occurs. `{D}` is any distance, `{d}` one of whole days, `{t}` and `{day}` are bounds.
const ATOMS: &[&str] = &[
    "joined in last {D}",
    "joined in next {D}",
    "until in last {D}",
    "until in next {D}",
    "joined before {D} ago",
    "until after {D} from now",
    "joined between {D} ago and {D} ago",
    "joined after {t}",
    "until before today",
    "until since today",
    "now between joined and until",
    "joined < now",
    "until > now - {E}",
    "now >= until + {E}",
    "now - joined > {E}",
    "until - now <= {E}",
    "now in last {D}",
    "born in last {d}",
    "born in next {d}",
    "born before today",
    "born = today",
    "today = born",
    "born between {d} ago and today",
    "born + {e} <= today",
    "age >= 18",
    "age = 20",
    "years_since(born) * 2 > n",
    "days_since(joined) >= n",
    "days_since(joined) = 2",
    "days_since(born) between 1 and 3",
    "days_since(last_buy) > 1",
    "days_since(last_buy) != 0",
    "last_buy before {D} ago",
    "now - last_buy < {E}",
    "first(at of buys in last {D}) in last {D}",
    "weekday(today) = \"monday\"",
    "weekday(now) in [\"saturday\", \"sunday\"]",
    "month(today) = 3",
    "day(now) = 1",
    "month(born) = month(today)",
    "hour(now) >= 9 and flag",
    "hour(now) = hour(joined)",
    "hour(now) = n * 20",
    "hour(now) * n between 3 and 20",
    "hour(now + {E}) + day(now + {E}) > 50",
    "weekday(now) = \"monday\" or hour(now) < n",
    "hour(now) >= n or hour(now) < n",
    "case when hour(now) < 12 then n else 2 end = 2",
    "month(now) * 100 + day(now) = 229",
    "day(today + 1 month) = 31 and hour(now) = n",
    "n + days_since(joined) > days_since(until) * 2",
    "n - days_since(joined) * 2 < days_since(until)",
    "days_since(joined) + days_since(until) > 4",
    "days_since(born) / (n - 1) > 3",
    "avg(days_since(at) of buys) > 3",
    "sum(days_since(at) * n of buys in last {D}) > 10",
    "max(days_since(added) of favs) >= 2",
    "min(days_since(day) of favs) - n > 1",
    "sum(-days_since(at) of buys where n > 1) < -20",
    "sum(hour(now) + n of buys) > 30",
    "any favs where n * 6 = hour(now)",
    "date(now) = date(joined)",
    "date(joined) in last {d}",
    "any buys",
    "no buys in last {D}",
    "any buys in last {D}",
    "any buys in last {D} where n > 1",
    "any buys where (n > 1 and due in next {D})",
    "any buys where due < now",
    "any buys where day in last {d}",
    "any buys since today",
    "any buys before today",
    "all buys in last {D} where n > 1",
    "at least 2 buys in last {D}",
    "at most 1 buys in last {D}",
    "exactly 2 buys in last {D}",
    "exactly 2 buys between {D} ago and {D} ago",
    "count(buys in last {D}) > n",
    "sum(n of buys in last {D}) >= 3",
    "avg(n of buys in last {D}) > 1",
    "max(at of buys) > max(at of views)",
    "min(n of buys in last {D}) = 1",
    "distinct(n of views in last {D}) = 2",
    "last(n of buys) = 2",
    "first(n of buys in last {D}) = 2",
    "any favs where added in last {D}",
    "all favs where (added before {D} ago or n > 1)",
    "at least 2 favs where day in last {d}",
    "count(favs where added < now) >= 2",
    "sum(n of favs where added in last {D}) > 2",
    "max(joined, now) > until",
    "min(joined, until) in last {D}",
    "default(joined, until) in last {D}",
    "case when joined in last {D} then n when until in next {D} then 2 else 3 end = 2",
    "case when any buys in last {D} then now else joined end > until",
    "last(now - at of buys) < {E}",
    "joined is known",
    "flag",
    "n > 1",
];

/// Steps and periods of the calendar. `{C}` is any number of calendar units.
const CALENDAR: &[&str] = &[
    "joined in last {C}",
    "joined in next {C}",
    "until in next {C}",
    "joined before {C} ago",
    "joined between {C} ago and {D} ago",
    "joined + {C} < now",
    "joined < now - {C}",
    "until > now + {C}",
    "until >= now - {C} + {E}",
    "date(now - {C}) = date(joined)",
    "born in last {C}",
    "born in next {C}",
    "born + {C} > today",
    "born <= today - {C}",
    "born anniversary in next {d}",
    "born anniversary in last {C}",
    "born anniversary today",
    "born anniversary in this month",
    "born anniversary in next week",
    "joined anniversary in next 3 calendar days",
    "born anniversary between 2026-03-01 and 2026-03-31",
    "born anniversary since today",
    "born anniversary before {d} ago",
    "joined is today",
    "until is tomorrow",
    "joined is yesterday",
    "joined in this {P}",
    "joined in previous {P}",
    "until in next {P}",
    "born in previous {P}",
    "joined in last 3 calendar days",
    "until in next 2 calendar days",
    "any buys today",
    "no buys yesterday",
    "any buys in previous {P}",
    "count(buys in this {P}) >= 2",
    "any buys in last {C}",
    "no buys in last {C}",
    "at least 2 buys in last {C}",
    "exactly 1 buys in last {C}",
    "sum(n of buys in last {C}) > 2",
    "last(n of buys in last {C}) = 2",
    "any buys in last 2 calendar days",
    "mode(n of buys in last {C}) = 1",
    "any favs where added in last {C}",
    "any buys where (any favs where added in last {C})",
    "any favs where customer.joined in last {C}",
];
/// Chains of events.
const SEQUENCES: &[&str] = &[
    "any views followed by any buys within {D}",
    "any views in last {D} followed by any buys within {D}",
    "any views followed by no buys within {D}",
    "any views in last {D} followed by no buys within {D}",
    "any buys followed by no buys within {C}",
    "any views in last {C} followed by any buys within {C}",
    "any views followed by any buys where n > previous.n within {D} followed by no views within {D}",
    "any buys followed by any buys where due in last {D} within {C}",
    "any buys followed by no views where previous.due < now within {D}",
    "any buys where day in last {d} followed by any views where n != previous.n within {D}",
];
const CALENDAR_STEPS: &[&str] = &[
    "1 month",
    "1 month",
    "2 months",
    "3 months",
    "1 quarter",
    "1 year",
    "13 months",
];
const PERIODS: &[&str] = &["day", "week", "month", "quarter", "year"];

const EXACT: &[&str] = &[
    "1 second",
    "90 minutes",
    "1 hour",
    "24 hours",
    "36 hours",
    "1 day",
    "2 days",
    "1 week",
    "30 days",
];
const WHOLE: &[&str] = &["1 day", "2 days", "3 days", "1 week", "30 days"];

pub(crate) fn rule(random: &mut Random) -> String {
    let (one, other, third) = (atom(random), atom(random), atom(random));
    match random.below(10) {
        0..4 => one,
        4 => format!("not ({one})"),
        5 => format!("({one}) and ({other})"),
        6 => format!("({one}) or ({other})"),
        7 => format!("not (({one}) and ({other}))"),
        8 => format!("({one}) and (({other}) or not ({third}))"),
        _ => format!("case when {one} then {other} else {third} end"),
    }
}

fn atom(random: &mut Random) -> String {
    let atoms = match random.below(5) {
        0 | 1 => ATOMS,
        2 | 3 => CALENDAR,
        _ => SEQUENCES,
    };
    let mut atom = random.pick(atoms).to_owned();
    loop {
        let before = atom.clone();
        atom = atom.replacen("{D}", random.pick(EXACT), 1);
        atom = atom.replacen("{d}", random.pick(WHOLE), 1);
        atom = atom.replacen("{E}", random.pick(EXACT), 1);
        atom = atom.replacen("{e}", random.pick(WHOLE), 1);
        atom = atom.replacen("{C}", random.pick(CALENDAR_STEPS), 1);
        atom = atom.replacen("{P}", random.pick(PERIODS), 1);
        atom = atom.replacen(
            "{t}",
            random.pick(&["today", "2026-03-29", "2026-10-25", "2011-12-30", "until"]),
            1,
        );
        if atom == before {
            return atom;
        }
    }
}

/// A customer whose times lie around `now`, often so that a rule turns within days.
pub(crate) fn customer(random: &mut Random, now: DateTime, zone: Zone) -> String {
    let mut members = vec!["\"id\": \"ana\"".to_owned()];
    let seldom = |random: &mut Random| random.below(6) > 0;
    if seldom(random) {
        members.push(format!("\"n\": {}", random.below(4)));
    }
    if seldom(random) {
        members.push(format!("\"flag\": {}", random.below(3) > 0));
    }
    for name in ["joined", "until"] {
        if seldom(random) {
            members.push(format!("\"{name}\": \"{}\"", time(random, now, zone)));
        }
    }
    if seldom(random) {
        members.push(format!("\"born\": \"{}\"", day(random, now, zone)));
    }
    let many = random.below(5);
    let favs: Vec<String> = (0..many)
        .map(|_| {
            let (added, day, n) = (time(random, now, zone), day(random, now, zone), random.below(4));
            format!("{{\"added\": \"{added}\", \"day\": \"{day}\", \"n\": {n}}}")
        })
        .collect();
    members.push(format!("\"favs\": [{}]", favs.join(", ")));
    for (event, full) in [("buys", true), ("views", false)] {
        let many = random.below(7);
        let events: Vec<String> = (0..many)
            .map(|_| {
                let (at, n) = (time(random, now, zone), random.below(4));
                let more = if full && random.below(4) > 0 {
                    let (day, due) = (day(random, now, zone), time(random, now, zone));
                    format!(", \"day\": \"{day}\", \"due\": \"{due}\"")
                } else {
                    String::new()
                };
                format!("{{\"at\": \"{at}\", \"n\": {n}{more}}}")
            })
            .collect();
        members.push(format!("\"{event}\": [{}]", events.join(", ")));
    }
    format!("{{{}}}", members.join(", "))
}

fn time(random: &mut Random, now: DateTime, zone: Zone) -> DateTime {
    let far = [
        0,
        MINUTE / 60,
        90 * MINUTE,
        DAY,
        2 * DAY,
        7 * DAY,
        30 * DAY,
        31 * DAY,
        92 * DAY,
        366 * DAY,
    ];
    let base = match random.below(4) {
        // The first moment of a day.
        0 => {
            let day = zone
                .date_of(now)
                .checked_add_days(random.below(70) - 66)
                .expect("within the calendar");
            zone.start_of(day)
        }
        // Any moment of the last or the next days.
        1 => now.micros() - 5 * DAY + random.below(8 * DAY),
        _ => now.micros() - random.pick(&far) + random.below(3) * DAY,
    };
    let by = random.pick(&[0, 0, 1, -1, MINUTE, -30 * MINUTE, 60 * MINUTE]);
    DateTime::from_micros(base + by).expect("within the calendar")
}

fn day(random: &mut Random, now: DateTime, zone: Zone) -> Date {
    let today = zone.date_of(now);
    let by = match random.below(3) {
        0 => random.below(7) - 4,
        1 => -random.below(70),
        // About eighteen or twenty years ago.
        _ => -6574 - 731 * random.below(2) - random.below(9) + 4,
    };
    if random.below(8) == 0 {
        return Date::from_ymd(today.year() / 4 * 4 - 16, 2, 29).unwrap_or(today);
    }
    today.checked_add_days(by).expect("within the calendar")
}

/// Where to ask: densely for three days, and around the next change; sparsely for ten years.
pub(crate) fn instants(random: &mut Random, now: DateTime, zone: Zone, change: NextChange) -> Vec<i64> {
    let now = now.micros();
    let mut found: Vec<i64> = (1..=144).map(|it| now + it * 30 * MINUTE).collect();
    found.extend((1..=120).map(|it| now + it * DAY + random.below(DAY)));
    found.extend((1..=120).map(|it| now + it * 30 * DAY + random.below(30 * DAY)));
    for day in 0..100 {
        let date = zone
            .date_of(DateTime::from_micros(now).expect("an instant"))
            .checked_add_days(day)
            .expect("within the calendar");
        found.extend([zone.start_of(date), zone.start_of(date) - 1]);
    }
    if let NextChange::At(next) = change {
        let next = next.micros();
        found.extend((1..40).map(|it| next - it * 30 * MINUTE));
        found.extend((1..40).map(|it| next - (1_i64 << it)));
    }
    found
}
