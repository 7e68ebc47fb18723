//! How fast is it decided who gets what, for one campaign and for fifty with caps shared, against functions written by hand
//! over the same struct?

#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "support/random.rs"]
mod random;
mod support;

use std::{fmt::Write as _, hint::black_box};

use audience::{At, Customer, DateTime, Decision, Definitions, Zone, record};
use chrono::{TimeZone, Timelike};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Serialize;
use sha2::{Digest, Sha256};

use random::Random;
use support::{Contender, compare, contender};

const CAMPAIGNS: usize = 50;
const NOW: &str = "2026-06-01T19:30:00Z";
const DAY: i64 = 86_400_000_000;
const COUNTRIES: [&str; 5] = ["ES", "GR", "RO", "FR", "DE"];
const ZONES: [&str; 4] = [
    "Europe/Madrid",
    "Europe/Athens",
    "Europe/Bucharest",
    "Atlantic/Canary",
];

/// The contract, the channels and fifty campaigns, each for customers of a country with so many orders.
fn definitions() -> String {
    let mut text = r#"
customer {
  id: string key, email: string? personal, token: string?, consent: { email: bool, push: bool },
  home: string zone, country: string, orders: int, complained: bool
}
event deliveries { channel: ("email" | "push"), message: string, kind: ("sent" | "opened") }
channel email { address email  consent consent.email  at most 3 in 7 days  quiet 22:00 to 08:00  suppress if complained }
channel push  { address token  consent consent.push  at most 2 in 1 day }
"#
    .to_owned();
    for number in 0..CAMPAIGNS {
        let country = COUNTRIES[number % COUNTRIES.len()];
        let least = number % 7;
        let holdout = if number.is_multiple_of(5) {
            format!("holdout 10% of \"h{number}\"")
        } else {
            String::new()
        };
        let _ = write!(
            text,
            r#"
segment s{number} = country = "{country}" and orders >= {least}
message push_{number} {{ channel push, body "Hi" }}
message mail_{number} {{ channel email, inputs {{ unsubscribe: url }}, subject "Hi", text "{{{{ unsubscribe }}}}" }}
campaign c{number} for s{number} {{
  priority {}
  {holdout}
  send push_{number} when orders < 10
  send mail_{number}
}}
"#,
            CAMPAIGNS - number
        );
    }
    text
}

#[derive(Clone, Debug, Serialize)]
struct Client {
    id: String,
    email: Option<String>,
    token: Option<String>,
    consent: Consent,
    home: &'static str,
    country: &'static str,
    orders: i64,
    complained: bool,
    deliveries: Vec<Delivery>,
    /// What a service keeps beside the name.
    #[serde(skip)]
    zone: chrono_tz::Tz,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Consent {
    email: bool,
    push: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Delivery {
    at: DateTime,
    channel: &'static str,
    message: String,
    kind: &'static str,
}

record! {
    impl Record for Client {
        id: |it| &it.id,
        email: |it| it.email.as_deref(),
        token: |it| it.token.as_deref(),
        consent.email: |it| it.consent.email,
        consent.push: |it| it.consent.push,
        home: |it| it.home,
        country: |it| it.country,
        orders: |it| it.orders,
        complained: |it| it.complained,
        deliveries: |it| &it.deliveries,
    }
}

record! {
    impl Record for Delivery {
        at: |it| it.at,
        channel: |it| it.channel,
        message: |it| &it.message,
        kind: |it| it.kind,
    }
}

fn clients(count: usize) -> Vec<Client> {
    let mut random = Random(11);
    let now: DateTime = NOW.parse().expect("an instant");
    let client = |index: usize| {
        let home = ZONES[random.below(ZONES.len())];
        let mut deliveries: Vec<_> = (0..random.below(6))
            .map(|_| Delivery {
                at: DateTime::from_micros(now.micros() - random.int(0, 30 * DAY)).expect("in range"),
                channel: ["email", "push"][random.below(2)],
                message: format!("mail_{}", random.below(CAMPAIGNS)),
                kind: ["sent", "sent", "opened"][random.below(3)],
            })
            .collect();
        deliveries.sort_by_key(|it| it.at);
        Client {
            id: format!("c{index}"),
            email: (!random.one_in(8)).then(|| format!("c{index}@example.com")),
            token: (!random.one_in(3)).then(|| format!("t{index}")),
            consent: Consent {
                email: !random.one_in(3),
                push: !random.one_in(2),
            },
            home,
            country: COUNTRIES[random.below(COUNTRIES.len())],
            orders: random.int(0, 15),
            complained: random.one_in(20),
            deliveries,
            zone: home.parse().expect("a zone"),
        }
    };
    (0..count).map(client).collect()
}

/// What is decided: nothing, a push message or a letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Nothing,
    Push,
    Letter,
}

/// One campaign as a service writes it: `pushed` and `mailed` count what was decided to be sent before in this run.
fn by_hand(it: &Client, number: usize, salt: &str, now: DateTime, pushed: usize, mailed: usize) -> Sent {
    let has_room = |channel: &str, days: i64, most: usize, more: usize| {
        let since = now.micros() - days * DAY;
        let sent = it.deliveries.iter().filter(|delivery| {
            delivery.at.micros() > since
                && delivery.at <= now
                && delivery.channel == channel
                && delivery.kind == "sent"
        });
        sent.count() + more < most
    };
    let least = i64::try_from(number % 7).expect("small");
    if it.country != COUNTRIES[number % COUNTRIES.len()] || it.orders < least {
        return Sent::Nothing;
    }
    if number.is_multiple_of(5) {
        let mut hash = Sha256::new();
        hash.update(salt);
        hash.update([0]);
        hash.update(&it.id);
        let point = u64::from_be_bytes(hash.finalize()[..8].try_into().expect("eight bytes"));
        if u128::from(point) * 10 < 1 << 64 {
            return Sent::Nothing;
        }
    }
    let filled = |text: &Option<String>| text.as_ref().is_some_and(|it| !it.trim().is_empty());
    let push = || it.orders < 10 && it.consent.push && filled(&it.token) && has_room("push", 1, 2, pushed);
    let letter = || {
        let may = !it.complained && it.consent.email && filled(&it.email) && has_room("email", 7, 3, mailed);
        let utc = chrono::DateTime::from_timestamp_micros(now.micros())
            .expect("in range")
            .naive_utc();
        may && (8..22).contains(&it.zone.from_utc_datetime(&utc).hour())
    };
    // The channel that she answered most comes first, else the one that is written first.
    let answered = |channel: &str| {
        let opened = it
            .deliveries
            .iter()
            .filter(|it| it.kind == "opened" && it.at <= now);
        opened.filter(|it| it.channel == channel).count()
    };
    if it.orders < 10 && answered("email") > answered("push") {
        if letter() {
            return Sent::Letter;
        }
        return if push() { Sent::Push } else { Sent::Nothing };
    }
    if push() {
        return Sent::Push;
    }
    if letter() { Sent::Letter } else { Sent::Nothing }
}

fn code(sent: Sent) -> u64 {
    match sent {
        Sent::Nothing => 0,
        Sent::Push => 1,
        Sent::Letter => 3,
    }
}

fn code_of<R>(decision: &Decision<'_, R>) -> u64 {
    match decision {
        Decision::Hold(_) => 0,
        Decision::Send(choice) if choice.message().starts_with("push") => 1,
        Decision::Send(_) => 3,
    }
}

/// The same people as structs and loaded, and the campaigns over both.
struct Crowd {
    shop: Definitions,
    at: At,
    clients: Vec<Client>,
    customers: Vec<Customer>,
}

impl Crowd {
    fn new(count: usize) -> Self {
        let shop = Definitions::parse(&definitions()).unwrap_or_else(|error| panic!("{error}"));
        let clients = clients(count);
        let load = |it: &Client| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
        let customers = clients.iter().map(load).collect();
        let at = shop.at(NOW.parse().expect("an instant"), &Zone::UTC);
        Self {
            shop,
            at,
            clients,
            customers,
        }
    }

    fn one(&self) -> [Contender<'_>; 3] {
        let now = self.at.now();
        let loaded = self.shop.campaign("c0").expect("defined above");
        let bound = self
            .shop
            .bind::<Client>()
            .unwrap_or_else(|error| panic!("{error}"));
        let in_place = bound.campaign("c0").expect("defined above");
        [
            contender("a function over the struct", move || {
                let decide = |it| code(by_hand(black_box(it), 0, "h0", now, 0, 0));
                self.clients.iter().map(decide).sum()
            }),
            contender("Record over the struct", move || {
                let decide = |it| code_of(&in_place.decide(black_box(it), &self.at));
                self.clients.iter().map(decide).sum()
            }),
            contender("Customer", move || {
                let decide = |it| code_of(&loaded.decide(black_box(it), &self.at));
                self.customers.iter().map(decide).sum()
            }),
        ]
    }

    fn fifty(&self) -> [Contender<'_>; 3] {
        let now = self.at.now();
        let salts: Vec<String> = (0..CAMPAIGNS).map(|number| format!("h{number}")).collect();
        let loaded = self.shop.campaigns();
        let bound = self
            .shop
            .bind::<Client>()
            .unwrap_or_else(|error| panic!("{error}"));
        let in_place = bound.campaigns();
        [
            contender("50 functions over the struct", move || {
                let mut total = 0;
                for it in &self.clients {
                    let (mut pushed, mut mailed) = (0, 0);
                    for (number, salt) in salts.iter().enumerate() {
                        let sent = by_hand(black_box(it), number, salt, now, pushed, mailed);
                        pushed += usize::from(sent == Sent::Push);
                        mailed += usize::from(sent == Sent::Letter);
                        total += code(sent);
                    }
                }
                total
            }),
            contender("Record over the struct", move || {
                let mut total = 0;
                in_place.decide_many(black_box(&self.clients), &self.at, |decisions| {
                    total += decisions.iter().map(|it| code_of(&it.decision)).sum::<u64>();
                });
                total
            }),
            contender("Customer", move || {
                let mut total = 0;
                loaded.decide_many(black_box(&self.customers), &self.at, |decisions| {
                    total += decisions.iter().map(|it| code_of(&it.decision)).sum::<u64>();
                });
                total
            }),
        ]
    }
}

fn deciding(criterion: &mut Criterion) {
    let count = 5_000;
    let crowd = Crowd::new(count);
    for (question, mut contenders) in [("one campaign", crowd.one()), ("50 campaigns", crowd.fifty())] {
        compare(question, count, &mut contenders);
        let mut group = criterion.benchmark_group(question);
        group
            .throughput(Throughput::Elements(count as u64))
            .sample_size(20);
        for contender in &mut contenders {
            group.bench_function(contender.name, |it| it.iter(|| (contender.run)()));
        }
        group.finish();
    }
}

criterion_group!(benches, deciding);
criterion_main!(benches);
