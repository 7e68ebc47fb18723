//! How scores become attributes that the language reads.
//!
//! A score is a nested record of a customer: its values, the model that made them, and the date that the model is of. Each kind
//! writes its part of the contract as a [`Field`], and the values of a customer as a [`Score`], which goes into her JSON. Segments
//! then read it like anything else, and a score that is too old can be left out by its date.
//!
//! ```
//! use audience::{Definitions, Zone, analytics::{rfm::{GroupTable, Rfm, RfmValues}, scores::RfmScore}};
//!
//! let at = "2026-06-01T00:00:00Z".parse()?;
//! let customer = |days| RfmValues::of_days(days, 1, "20".parse().expect("a decimal"));
//! let rfm = Rfm::fit(at, (1..=20).map(customer))?;
//! let groups = GroupTable::default();
//! let score = RfmScore::new(&rfm, &groups);
//!
//! let shop = Definitions::parse(&format!(
//!     r#"customer {{ id: string key, rfm: {}? }}
//!     segment warm = rfm.recency >= 4 and rfm.at > now - 31 days
//!     segment new  = rfm.group = "new customers""#,
//!     score.field("rfm").ty,
//! ))?;
//! let ana = serde_json::json!({"id": "ana", "rfm": score.of(Some(&customer(2)))});
//! let ana = shop.customer_from_json(ana.to_string())?;
//! let moment = |text: &str| Ok::<_, audience::TimeError>(shop.at(text.parse()?, &Zone::UTC));
//! assert!(shop.segment("warm")?.matches(&ana, &moment("2026-06-02T00:00:00Z")?));
//! assert!(!shop.segment("warm")?.matches(&ana, &moment("2026-09-01T00:00:00Z")?));
//! assert!(shop.segment("new")?.matches(&ana, &moment("2026-06-02T00:00:00Z")?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    lifetime::{ChurnLaw, Discount, GammaGamma, Law, PurchaseModel, Summary, Time, TimeUnit},
    orders::decimal,
    rfm::{GroupTable, Rfm, RfmValues},
};
use crate::value::{DateTime, Field, Type, Value};

/// The values of one customer with the model and its date, as one record: what [`RfmScore::of`] and its like give.
///
/// It is written with serde, and [`Score::get`] tells single values; the [module](self) has an example. `Debug` shows the names alone.
#[derive(Clone, PartialEq)]
pub struct Score {
    values: Vec<(Arc<str>, Value)>,
}

impl Score {
    fn new(
        values: impl IntoIterator<Item = (Arc<str>, Option<Value>)>,
        model: impl Into<Arc<str>>,
        at: DateTime,
    ) -> Self {
        let known = values
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let source = [
            ("model".into(), Value::Text(model.into())),
            ("at".into(), Value::DateTime(at)),
        ];
        Self {
            values: known.chain(source).collect(),
        }
    }

    /// A value by its name, where the customer has it.
    ///
    /// ```
    /// # use audience::{Value, analytics::{rfm::{GroupTable, Rfm, RfmValues}, scores::RfmScore}};
    /// # let customer = |days| RfmValues::of_days(days, 1, "20".parse().expect("a decimal"));
    /// # let rfm = Rfm::fit("2026-06-01T00:00:00Z".parse()?, (1..=20).map(customer))?;
    /// let groups = GroupTable::default();
    /// let nobody = RfmScore::new(&rfm, &groups).of(None);
    /// assert_eq!(nobody.get("group"), Some(&Value::from("no order")));
    /// assert_eq!(nobody.get("recency"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self.values.iter().find(|(it, _)| &**it == name);
        found.map(|(_, value)| value)
    }
}

impl fmt::Debug for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.values.iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for (name, value) in &self.values {
            map.serialize_entry(&**name, value)?;
        }
        map.end()
    }
}

/// Scores from 1 to 5 and the group of a customer: `{ recency: int?, frequency: int?, monetary: int?, group: (…), model: string,
/// at: datetime }`. See the [module](self).
#[derive(Clone, Copy, Debug)]
pub struct RfmScore<'m> {
    rfm: &'m Rfm,
    groups: &'m GroupTable,
}

impl<'m> RfmScore<'m> {
    /// By these cut points, with these groups.
    #[must_use]
    pub fn new(rfm: &'m Rfm, groups: &'m GroupTable) -> Self {
        Self { rfm, groups }
    }

    /// The attribute of the contract. Groups are an enumeration, so that a misspelt one does not compile.
    #[must_use]
    pub fn field(&self, name: &str) -> Field {
        let names = self.groups.groups().iter().map(|it| &it.name);
        let score = |name| Field::new(name, Type::Int).optional();
        record(
            name,
            [
                score("recency"),
                score("frequency"),
                score("monetary"),
                Field::new("group", Type::words(names)),
            ],
        )
    }

    /// The score of a customer; of one without an order, with the group alone.
    #[must_use]
    pub fn of(&self, customer: Option<&RfmValues>) -> Score {
        let scores = customer.map(|it| self.rfm.scores(it));
        let int = |score: u8| Value::Int(score.into());
        let group = Value::from(self.groups.group_of(scores));
        let values = [
            ("recency", scores.map(|it| int(it.recency()))),
            ("frequency", scores.map(|it| int(it.frequency()))),
            ("monetary", scores.map(|it| int(it.monetary()))),
            ("group", Some(group)),
        ];
        let values = values.map(|(name, value)| (name.into(), value));
        Score::new(values, "rfm", self.rfm.at())
    }
}

/// How likely a customer is to have left, or to buy nothing in so many days: `{ no_purchase_90_days: float, p_alive: float, model:
/// string, at: datetime }`.
///
/// ```
/// # use audience::analytics::{lifetime::{MbgNbd, MbgNbdParameters, Summary, Time, Weeks}, scores::ChurnScore};
/// # let known = MbgNbdParameters { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };
/// # let model = MbgNbd::<Weeks>::of_parameters("1997-09-30T00:00:00Z".parse()?, known)?;
/// let churn = ChurnScore::new(&model, 90);
/// assert_eq!(churn.field("churn").ty.to_string(), "{ no_purchase_90_days: float, p_alive: float, model: string, at: datetime }");
/// let ana = churn.of(&Summary::new(2, Time::new(30), Time::new(39))?);
/// let json = serde_json::to_string(&ana)?;
/// assert!(json.starts_with(r#"{"no_purchase_90_days":0.67"#), "{json}");
/// assert!(json.ends_with(r#""model":"mbg_nbd","at":"1997-09-30T00:00:00Z"}"#), "{json}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ChurnScore<'m, L, U> {
    model: &'m PurchaseModel<L, U>,
    days: u32,
}

impl<'m, L: ChurnLaw, U: TimeUnit> ChurnScore<'m, L, U> {
    /// By this model, for the next so many days.
    #[must_use]
    pub fn new(model: &'m PurchaseModel<L, U>, days: u32) -> Self {
        Self { model, days }
    }

    /// The attribute of the contract.
    #[must_use]
    pub fn field(&self, name: &str) -> Field {
        let values = [
            Field::new(self.name(), Type::Float),
            Field::new("p_alive", Type::Float),
        ];
        record(name, values)
    }

    /// The score of a customer.
    #[must_use]
    pub fn of(&self, customer: &Summary<U>) -> Score {
        let none = self.model.p_no_purchase(customer, Time::from_days(self.days));
        let values = [
            (self.name().into(), Some(Value::Float(none))),
            ("p_alive".into(), Some(Value::Float(self.model.p_alive(customer)))),
        ];
        Score::new(values, self.model.name(), self.model.at())
    }

    fn name(&self) -> String {
        format!("no_purchase_{}_days", self.days)
    }
}

/// What a customer's orders of the next days are worth today: `{ next_365_days: decimal, purchases: float, model: string, at:
/// datetime }`.
///
/// ```
/// # use audience::analytics::{lifetime::*, scores::ValueScore};
/// # let at = "1997-09-30T00:00:00Z".parse()?;
/// # let known = BgNbdParameters { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
/// # let model = BgNbd::<Weeks>::of_parameters(at, known)?;
/// # let values = GammaGamma::of_parameters(at, GammaGammaParameters { p: 6.25, q: 3.74, gamma: 15.44 })?;
/// let score = ValueScore::new(&model, &values, 365, Discount::NONE);
/// assert_eq!(score.field("clv").ty.to_string(), "{ next_365_days: decimal, purchases: float, model: string, at: datetime }");
/// let ana = Summary::new(2, Time::new(30), Time::new(39))?.with_mean_value(22.35);
/// let score = score.of(&ana).expect("values have a mean");
/// assert!(score.get("next_365_days").is_some_and(|it| it.to_string().starts_with("38.")));
/// assert_eq!(score.get("model").map(|it| it.to_string()).as_deref(), Some("bg_nbd, gamma_gamma"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ValueScore<'m, L, U> {
    model: &'m PurchaseModel<L, U>,
    values: &'m GammaGamma,
    days: u32,
    discount: Discount,
}

impl<'m, L: Law, U: TimeUnit> ValueScore<'m, L, U> {
    /// By these models, for the next so many days.
    #[must_use]
    pub fn new(
        model: &'m PurchaseModel<L, U>,
        values: &'m GammaGamma,
        days: u32,
        discount: Discount,
    ) -> Self {
        Self {
            model,
            values,
            days,
            discount,
        }
    }

    /// The attribute of the contract.
    #[must_use]
    pub fn field(&self, name: &str) -> Field {
        let values = [
            Field::new(self.name(), Type::Decimal),
            Field::new("purchases", Type::Float),
        ];
        record(name, values)
    }

    /// The score of a customer; `None` where values have no mean, see [`GammaGamma::expected_value`]. The date is that of the older
    /// model.
    #[must_use]
    pub fn of(&self, customer: &Summary<U>) -> Option<Score> {
        let horizon = Time::from_days(self.days);
        let worth = self
            .model
            .lifetime_value(customer, self.values, horizon, self.discount)?;
        let purchases = self.model.expected_purchases(customer, horizon);
        let values = [
            (self.name().into(), Some(Value::Decimal(decimal(worth)))),
            ("purchases".into(), Some(Value::Float(purchases))),
        ];
        let model = format!("{}, gamma_gamma", self.model.name());
        Some(Score::new(values, model, self.model.at().min(self.values.at())))
    }

    fn name(&self) -> String {
        format!("next_{}_days", self.days)
    }
}

/// An optional record of these values, with where they come from.
fn record<const N: usize>(name: &str, values: [Field; N]) -> Field {
    let source = [
        Field::new("model", Type::String),
        Field::new("at", Type::DateTime),
    ];
    Field::new(name, Type::record(values.into_iter().chain(source))).optional()
}
