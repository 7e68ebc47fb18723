//! What happens to the customers in half a year.

use std::error::Error;

use audience::DateTime;
use serde_json::{Value, json};

use crate::database::Database;

/// When the story is over.
pub(crate) const END: &str = "2026-07-01T00:00:00Z";

/// Puts the events into the queue and the codes into their box: those of Ana, Ben, Cem and Eva, and of as many others.
pub(crate) fn tell(database: &mut Database, others: u32) -> Result<(), Box<dyn Error>> {
    let step = database.begin()?;
    let happens = |at: &str, customer: &str, kind: &str, body: Value| {
        step.put_event(at.parse::<DateTime>()?, customer, kind, &body)
    };
    happens(
        "2026-01-10T10:00:00Z",
        "ana",
        "signed up",
        json!({
            "id": "ana", "first_name": "Ana", "email": "ana@example.com", "zone": "Europe/Madrid",
            "birth_date": "1990-03-03", "consent": { "email": true, "sms": false },
        }),
    )?;
    // Four hours later it is half past eleven at night in Madrid.
    happens(
        "2026-01-12T18:30:00Z",
        "ana",
        "filled her cart",
        json!({ "value": 35 }),
    )?;
    happens("2026-01-20T10:00:00Z", "ana", "bought", json!({ "amount": 35 }))?;

    happens(
        "2026-02-02T15:00:00Z",
        "ben",
        "signed up",
        json!({
            "id": "ben", "first_name": "Ben", "email": "ben@example.com", "zone": "America/New_York",
            "consent": { "email": true, "sms": true },
        }),
    )?;
    // Two carts: with the welcome, these are three messages in a week, and only two may be.
    happens(
        "2026-02-03T16:00:00Z",
        "ben",
        "filled her cart",
        json!({ "value": 20 }),
    )?;
    happens(
        "2026-02-05T16:00:00Z",
        "ben",
        "filled her cart",
        json!({ "value": 55.50 }),
    )?;
    // Bought within four hours: nothing to remind of.
    happens(
        "2026-03-01T16:00:00Z",
        "ben",
        "filled her cart",
        json!({ "value": 80 }),
    )?;
    happens("2026-03-01T17:00:00Z", "ben", "bought", json!({ "amount": 80 }))?;

    // Agrees to nothing.
    happens(
        "2026-02-10T09:00:00Z",
        "cem",
        "signed up",
        json!({
            "id": "cem", "first_name": "Cem", "email": "cem@example.com", "zone": "Europe/Istanbul",
            "birth_date": "1985-05-05", "consent": { "email": false, "sms": false },
        }),
    )?;
    happens("2026-02-11T09:00:00Z", "cem", "bought", json!({ "amount": 120 }))?;

    // Agrees a day later, in the evening.
    happens(
        "2026-02-20T09:00:00Z",
        "eva",
        "signed up",
        json!({
            "id": "eva", "first_name": "Eva", "phone": "+34 600 000 000", "zone": "Europe/Madrid",
            "consent": { "email": false, "sms": false },
        }),
    )?;
    happens("2026-02-21T21:00:00Z", "eva", "agreed", json!({ "to": "sms" }))?;

    let zones = [
        "Europe/London",
        "America/Los_Angeles",
        "Asia/Tokyo",
        "Australia/Lord_Howe",
    ];
    for number in 0..others {
        let id = format!("c{number:02}");
        let hour = number * 7 % 24;
        let day = number % 28 + 1;
        let zone = zones[number as usize % zones.len()];
        let email = (number % 5 != 0).then(|| format!("{id}@example.com"));
        happens(
            &format!("2026-01-{day:02}T{hour:02}:05:00Z"),
            &id,
            "signed up",
            json!({
                "id": id, "email": email, "phone": "+34 600 000 001", "zone": zone,
                "birth_date": format!("1980-0{}-{day:02}", number % 6 + 1),
                "consent": { "email": number % 7 != 0, "sms": number % 3 != 0 },
            }),
        )?;
        let cart = json!({ "value": 10 + number });
        happens(
            &format!("2026-02-{day:02}T{hour:02}:25:00Z"),
            &id,
            "filled her cart",
            cart,
        )?;
        if number % 2 == 0 {
            let bought = json!({ "amount": 10 * number });
            happens(
                &format!("2026-02-{day:02}T{hour:02}:55:00Z"),
                &id,
                "bought",
                bought,
            )?;
        }
    }
    for number in 1..=others + 4 {
        step.put_code("come_back", &format!("BACK-{number:04}"))?;
        step.put_code("birthday_voucher", &format!("DAY-{number:04}"))?;
    }
    step.commit()
}

/// What Ana gets, and when: the reminder of her cart in the morning, the voucher on her birthday at eight, and ninety days
/// after her purchase a code.
pub(crate) const ANA: [(&str, &str); 4] = [
    ("welcome_mail", "2026-01-10T10:00:00Z"),
    ("cart_mail", "2026-01-13T07:00:00Z"),
    ("birthday_mail", "2026-03-03T07:00:00Z"),
    ("win_back_mail", "2026-04-20T10:00:00Z"),
];

/// What Ben gets: the second cart waits until the welcome is a week old.
pub(crate) const BEN: [(&str, &str); 4] = [
    ("welcome_mail", "2026-02-02T15:00:00Z"),
    ("cart_mail", "2026-02-03T20:00:00Z"),
    ("cart_mail", "2026-02-09T15:00:00Z"),
    ("win_back_mail", "2026-05-30T17:00:00Z"),
];

/// What Eva gets, in the morning after she agreed.
pub(crate) const EVA: [(&str, &str); 1] = [("welcome_sms", "2026-02-22T08:00:00Z")];
