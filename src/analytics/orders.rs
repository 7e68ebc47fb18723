//! What customers bought, read from their events.

use super::{
    lifetime::{Summary, TimeUnit},
    rfm::RfmValues,
};
use crate::{
    diagnostic::suggest::did_you_mean,
    error::UnknownName,
    record::{Customer, Row, Rows},
    schema::{Layout, Schema, SchemaId},
    value::{Date, DateTime, Decimal, Duration, Type, Zone},
};

/// Reads the orders of a [`Customer`]: events of one type, with a number of each for what was paid.
///
/// What happened after `now` is left out, as segments do. A missing amount counts as zero, and a sum beyond what a decimal holds
/// as the greatest decimal.
///
/// # Example
///
/// ```
/// use audience::{Definitions, Zone, analytics::{Orders, lifetime::{Days, Summary}}};
///
/// let shop = Definitions::parse("customer { id: string key }  event purchases { amount: decimal }")?;
/// let ana = shop.customer_from_json(
///     r#"{"id": "ana", "purchases": [
///         {"at": "2026-01-05T10:00:00Z", "amount": 40}, {"at": "2026-03-01T09:00:00Z", "amount": 15.50},
///         {"at": "2026-03-01T22:30:00Z", "amount": 4.50}
///     ]}"#,
/// )?;
/// let orders = Orders::new(shop.schema(), "purchases", "amount")?;
/// let now = "2026-06-01T00:00:00Z".parse()?;
///
/// let rfm = orders.rfm(&ana, now).expect("has orders");
/// assert_eq!((rfm.frequency, rfm.monetary.to_string().as_str()), (3, "60"));
/// let summary: Summary<Days> = orders.summary(&ana, now, Zone::UTC).expect("has orders");
/// assert_eq!((summary.repeats(), summary.mean_value()), (1, Some(20.0)));
///
/// assert!(Orders::new(shop.schema(), "purchases", "price").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Orders {
    schema: SchemaId,
    event: usize,
    amount: u32,
    ty: Type,
}

impl Orders {
    /// The events `event`, whose property `amount` is an int, a float or a decimal. It may lie in a nested record, `total.paid`.
    pub fn new(schema: &Schema, event: &str, amount: &str) -> Result<Self, UnknownName> {
        let unknown = |kind, name: &str, help| UnknownName {
            kind,
            name: name.to_owned(),
            help,
        };
        let Some((index, _, declared)) = schema.events.get_full(event) else {
            let names = schema.events.keys().map(|name| &**name);
            return Err(unknown("event", event, did_you_mean(event, names)));
        };
        let layout = Layout::of_event(&declared.fields);
        let path: Vec<&str> = amount.split('.').collect();
        let slot = layout
            .find(&path)
            .filter(|slot| layout.slots[*slot].ty.is_number());
        let Some((slot, number)) = slot.and_then(|slot| Some((slot, u32::try_from(slot).ok()?))) else {
            let help = format!("it must be a number among the properties of `{event}`");
            return Err(unknown("property", amount, Some(help)));
        };
        Ok(Self {
            schema: schema.id(),
            event: index,
            amount: number,
            ty: layout.slots[slot].ty.clone(),
        })
    }

    /// Hands over the time and the amount of each order up to `now`, in the order of time.
    ///
    /// # Panics
    ///
    /// If the customer is of another schema, see [`SchemaId`]; so do all that follow.
    pub fn each(&self, customer: &Customer, now: DateTime, mut seen: impl FnMut(DateTime, Decimal)) {
        assert!(
            customer.schema_id() == self.schema,
            "a customer of another schema: load customers by the definitions that the orders were made for"
        );
        let events = customer.events(self.event);
        for index in 0..events.len() {
            if let Some(at) = DateTime::from_micros(events.at(index)).filter(|at| *at <= now) {
                seen(at, self.amount(events.get(index)));
            }
        }
    }

    /// What scores are made of; `None` without an order.
    #[must_use]
    pub fn rfm(&self, customer: &Customer, now: DateTime) -> Option<RfmValues> {
        let (mut last, mut frequency, mut spent) = (None, 0, 0_i128);
        self.each(customer, now, |at, amount| {
            last = Some(at);
            frequency += 1;
            spent += i128::from(amount.units());
        });
        let units = spent.clamp(i64::MIN.into(), i64::MAX.into());
        Some(RfmValues {
            recency: Duration::from_micros(now.micros() - last?.micros()),
            frequency,
            monetary: Decimal::from_units(i64::try_from(units).unwrap_or(i64::MAX)),
        })
    }

    /// The days with orders in `zone`, the earliest first, each once, with what was paid.
    #[must_use]
    pub fn days(&self, customer: &Customer, now: DateTime, zone: Zone) -> Vec<(Date, f64)> {
        let mut days: Vec<(Date, f64)> = Vec::new();
        self.each(customer, now, |at, amount| {
            let day = zone.date_of(at);
            match days.last_mut() {
                Some((last, paid)) if *last == day => *paid += amount.to_f64(),
                _ => days.push((day, amount.to_f64())),
            }
        });
        days
    }

    /// What models of purchases are made of, by days in `zone`; `None` without an order.
    #[must_use]
    pub fn summary<U: TimeUnit>(&self, customer: &Customer, now: DateTime, zone: Zone) -> Option<Summary<U>> {
        Summary::of_orders(self.days(customer, now, zone), zone.date_of(now))
    }

    fn amount<'a>(&self, order: impl Row<'a>) -> Decimal {
        let amount = match self.ty {
            Type::Int => order.int(self.amount).map(|it| {
                let units = it.saturating_mul(Decimal::SCALE);
                Decimal::from_units(units)
            }),
            Type::Float => order.float(self.amount).map(decimal),
            _ => order.decimal(self.amount).map(Decimal::from_units),
        };
        amount.unwrap_or(Decimal::ZERO)
    }
}

/// The nearest decimal; the greatest or least one beyond them.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is beyond becomes the greatest or least"
)]
pub(super) fn decimal(value: f64) -> Decimal {
    const UNITS: f64 = 10_000.0;
    Decimal::from_units((value * UNITS).round() as i64)
}
