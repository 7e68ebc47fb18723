//! The service: one step for each event and each timer, and one for each message that goes out.
//!
//! A step is one transaction. It takes what comes next, finds which segments the customer entered or left, decides the
//! campaign that belongs to each, takes the code, writes the message to the outbox and sets her next timer. A service that is
//! killed before the commit has done nothing, and one that is killed after it goes on with what is next. The mail server stands
//! outside of all transactions: it may be given a message twice, and knows it by its id.

use std::{error::Error, fmt, path::Path};

use audience::{
    Choice, Customer, DateTime, Decision, Definitions, Duration, NextChange, Parts, Placements, Rendered,
    Zone,
};
use serde_json::{Value, json};

use crate::{
    codes::DatabaseCodes,
    database::{Database, Step, What},
    mail::MailServer,
};

/// What the marketers wrote.
const DEFINITIONS: &str = include_str!("journey.audience");
/// When something cannot be foretold, it is looked at again so much later.
const LOOK_AGAIN: Duration = Duration::from_micros(24 * 60 * 60 * 1_000_000);

/// What is called at a point.
type AtPoint = dyn FnMut(&'static str) -> Result<(), Box<dyn Error>>;

/// The customers' journey, on a database and a mail server.
pub(crate) struct Service {
    shop: Definitions,
    database: Database,
    mail: MailServer,
    /// Called wherever the service could be killed, and says where. An error of it stops the service right there.
    at_point: Box<AtPoint>,
}

/// What a step did, for people.
pub(crate) struct Report {
    pub at: DateTime,
    pub customer: String,
    pub notes: Vec<String>,
}

impl Service {
    /// Opens the database and the mail server in a folder.
    pub(crate) fn open(
        folder: &Path,
        at_point: impl FnMut(&'static str) -> Result<(), Box<dyn Error>> + 'static,
    ) -> Result<Self, Box<dyn Error>> {
        let shop = Definitions::builder()
            .source("journey.audience", DEFINITIONS)
            .build()?;
        Ok(Self {
            shop,
            database: Database::open(folder)?,
            mail: MailServer::open(folder)?,
            at_point: Box::new(at_point),
        })
    }

    pub(crate) fn shop(&self) -> &Definitions {
        &self.shop
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn database_mut(&mut self) -> &mut Database {
        &mut self.database
    }

    pub(crate) fn mail(&self) -> &MailServer {
        &self.mail
    }

    /// Does all that is to be done until an instant, and tells of each step.
    pub(crate) fn run(
        &mut self,
        until: DateTime,
        mut report: impl FnMut(&Report),
    ) -> Result<(), Box<dyn Error>> {
        loop {
            while self.send()? {}
            match self.step(until)? {
                Some(done) => report(&done),
                None => return Ok(()),
            }
        }
    }

    /// Takes the next event or timer until an instant, if there is one.
    fn step(&mut self, until: DateTime) -> Result<Option<Report>, Box<dyn Error>> {
        let step = self.database.begin()?;
        let Some(next) = step.next(until)? else {
            return Ok(None);
        };
        (self.at_point)("taken")?;
        let mut known = step.customer(&next.customer)?;
        if let What::Event { number, kind, body } = &next.what {
            apply(&mut known, kind, body, next.at)?;
            step.handled(*number)?;
            step.put_customer(&next.customer, &known)?;
        }
        // Her days begin where her clock hangs.
        let zone = Zone::named(known["zone"].as_str().ok_or("a customer without a zone")?)?;
        let at = self.shop.at(next.at, &zone);
        let mut report = Report {
            at: next.at,
            customer: next.customer,
            notes: Vec::new(),
        };
        let mut customer = load(&self.shop, &step, &report.customer, &known)?;
        let mut timer = Timer::default();
        for name in self.shop.campaigns().names() {
            let campaign = self.shop.campaign(name)?;
            let segment = campaign.audience().ok_or("a campaign that is for everyone")?;
            let audience = self.shop.segment(segment)?;
            timer.note(audience.next_change(&customer, &at), next.at);
            let inside = step.inside(&report.customer, segment)?;
            if !audience.matches(&customer, &at) {
                if inside.is_some() {
                    step.leave(&report.customer, segment)?;
                    report.notes.push(format!("leaves {segment}"));
                }
                continue;
            }
            let (since, answered) = if let Some(it) = inside {
                it
            } else {
                step.enter(&report.customer, segment, next.at)?;
                report.notes.push(format!("enters {segment}"));
                (next.at, false)
            };
            if answered {
                continue;
            }
            (self.at_point)("entered")?;
            let sent = match campaign.decide(&customer, &at) {
                Decision::Hold(hold) => {
                    timer.note(campaign.next_change(&customer, &at), next.at);
                    report.notes.push(format!("{name} held: {hold}"));
                    continue;
                }
                Decision::Send(choice) => {
                    let occasion = format!("{segment}/{since}");
                    write(&step, &choice, &occasion, &mut self.at_point)?
                }
            };
            step.answered(&report.customer, segment)?;
            report.notes.push(format!("{name}: {sent}"));
            // What was just written counts for the caps of the next campaign.
            customer = load(&self.shop, &step, &report.customer, &known)?;
        }
        step.set_timer(&report.customer, timer.due)?;
        (self.at_point)("before the commit")?;
        step.commit()?;
        (self.at_point)("after the commit")?;
        Ok(Some(report))
    }

    /// Hands the next message of the outbox to the mail server, if there is one.
    fn send(&mut self) -> Result<bool, Box<dyn Error>> {
        let Some(letter) = self.database.waiting()? else {
            return Ok(false);
        };
        (self.at_point)("before sending")?;
        self.mail.accept(&letter)?;
        (self.at_point)("after sending")?;
        self.database.sent(&letter.id)?;
        (self.at_point)("marked as sent")?;
        Ok(true)
    }
}

/// When a customer has to be looked at again.
#[derive(Default)]
struct Timer {
    due: Option<DateTime>,
}

impl Timer {
    fn note(&mut self, change: NextChange, now: DateTime) {
        let due = match change {
            NextChange::At(at) => Some(at),
            NextChange::NotWithin(_) => None,
            NextChange::Unknown(_) => now.checked_add(LOOK_AGAIN),
        };
        self.due = self.due.into_iter().chain(due).min();
    }
}

/// Puts what happened into what is known of the customer.
fn apply(known: &mut Value, kind: &str, body: &Value, at: DateTime) -> Result<(), Box<dyn Error>> {
    let now = at.to_string();
    match kind {
        "signed up" => {
            *known = body.clone();
            known["signed_up_at"] = json!(now);
            known["cart"] = json!({ "value": 0, "changed_at": now });
            known["purchases"] = json!([]);
        }
        "filled her cart" => known["cart"] = json!({ "value": body["value"], "changed_at": now }),
        "bought" => {
            known["cart"] = json!({ "value": 0, "changed_at": now });
            let purchases = known["purchases"].as_array_mut();
            let purchases = purchases.ok_or("a purchase of nobody who signed up")?;
            purchases.push(json!({ "at": now, "amount": body["amount"] }));
        }
        "agreed" => known["consent"][body["to"].as_str().ok_or("to what?")?] = json!(true),
        // Nothing is known that was not before; she is looked at all the same.
        "visited" => {}
        other => return Err(format!("no such event: {other}").into()),
    }
    Ok(())
}

/// The customer with what was written to her, which the caps count.
fn load(
    shop: &Definitions,
    step: &Step<'_>,
    customer: &str,
    known: &Value,
) -> Result<Customer, Box<dyn Error>> {
    let mut known = known.clone();
    known["deliveries"] = step.deliveries(customer)?.into();
    Ok(shop.customer_from(&known)?)
}

/// Renders a message and puts it into the outbox. Its id says for whom it is, by which campaign and on what occasion, so that
/// a second one cannot be written.
fn write(
    step: &Step<'_>,
    choice: &Choice<'_>,
    occasion: &str,
    at_point: &mut AtPoint,
) -> Result<String, Box<dyn Error>> {
    let customer = choice.customer().key().to_string();
    let id = format!("{customer}/{}/{occasion}", choice.campaign());
    let link = format!("https://shop.example/unsubscribe/{customer}");
    let codes = DatabaseCodes::new(step);
    let message = choice.message();
    // A text message has no link.
    let inputs = match choice.channel().as_str() {
        "email" => choice.inputs_with_codes([("unsubscribe", link)], occasion, &codes)?,
        _ => choice.inputs_with_codes([("", ""); 0], occasion, &codes)?,
    };
    at_point("code taken")?;
    let mut parts = Parts::new();
    if let Rendered::Skipped(reason) = choice.render_into(&inputs, &Placements::new(), &mut parts)? {
        return Ok(format!("skipped, {reason}"));
    }
    let text: Vec<_> = parts
        .iter()
        .map(|(part, text)| format!("{part}: {text}"))
        .collect();
    let letter = Letter {
        id,
        customer,
        address: choice.address().ok_or("a choice without an address")?,
        channel: choice.channel().to_string(),
        message: message.to_owned(),
        at: choice.at().now(),
        text: text.join("\n"),
    };
    step.put_letter(&letter, choice.offer())?;
    at_point("written to the outbox")?;
    Ok(format!("{message} by {}", letter.channel))
}

/// A message as it lies in the outbox and at the mail server.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Letter {
    pub id: String,
    pub customer: String,
    pub address: String,
    pub channel: String,
    pub message: String,
    /// When it was decided.
    pub at: DateTime,
    pub text: String,
}

/// When, whom it concerns and what happened.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {:<4} {}", self.at, self.customer, self.notes.join(", "))
    }
}
