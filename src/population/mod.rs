//! What a batch of customers says of the expressions that compare a customer with the others: cut points.
//!
//! `L` of `N` known values are lower than a customer's, `H` are higher. Then, by definition,
//!
//! - `x in bottom p%` when `L < p% · N`,
//! - `x in top p%` when `H < p% · N`,
//! - `quantile(x, n)` is `1 + ⌊L · n / N⌋`, at most `n`,
//!
//! so that equal values have equal answers, and of those that touch an edge all are in. The same with cut points of the
//! nearest rank, which is what [`cut_points`] finds: `x` is at most the ⌈p% · N⌉-th smallest value, at least the
//! ⌈p% · N⌉-th largest, above so many of the ⌈j · N / n⌉-th smallest values (`j` from 1 to `n − 1`).
//!
//! Nearest rank is the definition 1 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American
//! Statistician 50 (1996), and SQL's `percentile_disc`.

mod error;
mod points;
mod wire;

pub use error::{PopulationError, PopulationProblem};
pub(crate) use points::cut_points;

use std::{collections::HashMap, fmt, sync::Arc};

use crate::value::{DateTime, Type, Value, Zone};

/// What a batch of customers says of the expressions in `in top`, `in bottom` and `quantile`.
///
/// Made by [`Definitions::fit`](crate::Definitions::fit) or a [`Fitter`](crate::Fitter), kept with serde, and given to the
/// definitions by [`Definitions::with_population`](crate::Definitions::with_population). It holds cut points, counts, and
/// when and in which zone it was fitted; no customer's key and no personal value. Each expression carries a fingerprint of
/// its definition, so that cut points are not used for what they were not made for. Cheap to clone.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Population, Zone};
/// let shop = Definitions::parse("customer { id: string key, spent: decimal }  segment best = spent in top 10%")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let customers = (1..=20)
///     .map(|spent| shop.customer_from_json(format!(r#"{{"id": "c{spent}", "spent": {spent}}}"#)))
///     .collect::<Result<Vec<_>, _>>()?;
///
/// let saved = serde_json::to_string(&shop.fit(&customers, &at))?;
/// let population: Population = serde_json::from_str(&saved)?;
/// assert_eq!(population.customers(), 20);
///
/// let shop = shop.with_population(&population)?;
/// let best = shop.segment("best")?;
/// assert_eq!(customers.iter().filter(|it| best.matches(it, &at)).count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Population {
    content: Arc<Content>,
}

#[derive(Debug, PartialEq)]
struct Content {
    fitted_at: DateTime,
    zone: Zone,
    customers: u64,
    expressions: Vec<Fitted>,
}

/// What a [`Population`] says of one expression.
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse("customer { id: string key, orders: int? }  trait third = quantile(orders, 3)")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let customers = [r#"{"id": "a", "orders": 1}"#, r#"{"id": "b", "orders": 5}"#, r#"{"id": "c"}"#];
/// let customers = customers.map(|json| shop.customer_from_json(json).expect("of the schema"));
/// let population = shop.fit(&customers, &at);
/// let orders = &population.expressions()[0];
/// assert_eq!((orders.written(), orders.known()), ("orders", 2));
/// let (cut, points) = orders.cuts().next().expect("one cut");
/// assert_eq!((cut.as_str(), points), ("quantile 3", &[1.into(), 5.into()][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    written: Arc<str>,
    ty: Type,
    fingerprint: Fingerprint,
    known: u64,
    cuts: Cuts,
}

/// What a definition needs to know of a population.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    /// The expression in canonical form.
    pub(crate) written: Arc<str>,
    /// A number or a time.
    pub(crate) ty: Type,
    pub(crate) fingerprint: Fingerprint,
    /// Each once.
    pub(crate) cuts: Vec<Cut>,
}

/// Where a population is cut: below its top or above its bottom share in millionths, or into equal parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Cut {
    Top(u32),
    Bottom(u32),
    Quantile(u32),
}

/// The most parts of a `quantile`.
pub(crate) const MOST_PARTS: u32 = 1_000;

impl Cut {
    /// Tells whether a population can be cut into so many equal parts.
    pub(crate) fn is_parts(parts: u32) -> bool {
        (2..=MOST_PARTS).contains(&parts)
    }
}

/// Identifies the definition of an expression with all that it refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint(pub(crate) [u8; 32]);

/// The cut points of one expression, the lowest first.
///
/// One for a top or bottom share, `n − 1` for `n` parts; none when nobody had a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cuts(Vec<(Cut, Vec<Value>)>);

impl Cuts {
    pub(crate) fn points(&self, cut: Cut) -> &[Value] {
        let found = self.0.iter().find(|(it, _)| *it == cut);
        found.map_or(&[], |(_, points)| points)
    }

    fn has(&self, cut: Cut) -> bool {
        self.0.iter().any(|(it, _)| *it == cut)
    }
}

impl Population {
    /// Puts together what was found for each expression: how many values there were, and the cut points in the order of
    /// [`Wanted::cuts`].
    pub(crate) fn new(
        fitted_at: DateTime,
        zone: Zone,
        customers: u64,
        found: impl IntoIterator<Item = (Wanted, u64, Vec<Vec<Value>>)>,
    ) -> Self {
        let expressions = found.into_iter().map(|(wanted, known, points)| Fitted {
            written: wanted.written,
            ty: wanted.ty,
            fingerprint: wanted.fingerprint,
            known,
            cuts: Cuts(wanted.cuts.into_iter().zip(points).collect()),
        });
        Self::of(Content {
            fitted_at,
            zone,
            customers,
            expressions: expressions.collect(),
        })
    }

    fn of(content: Content) -> Self {
        Self {
            content: Arc::new(content),
        }
    }

    /// The instant that counted as now.
    #[must_use]
    pub fn fitted_at(&self) -> DateTime {
        self.content.fitted_at
    }

    /// The zone of its days.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.content.zone
    }

    /// How many customers it was fitted from.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.content.customers
    }

    /// What it says of each expression, in the order of the definitions.
    #[must_use]
    pub fn expressions(&self) -> &[Fitted] {
        &self.content.expressions
    }

    /// The cut points of each that is wanted, in that order; or all that is missing.
    pub(crate) fn cuts<'w>(
        &self,
        wanted: impl IntoIterator<Item = &'w Wanted>,
    ) -> Result<Vec<Cuts>, PopulationError> {
        let by_fingerprint: HashMap<_, _> =
            self.expressions().iter().map(|it| (it.fingerprint, it)).collect();
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        for wanted in wanted {
            let Some(fitted) = by_fingerprint.get(&wanted.fingerprint) else {
                let same_text = self.expressions().iter().any(|it| it.written == wanted.written);
                problems.push(PopulationProblem::not_fitted(wanted, same_text));
                continue;
            };
            let missing = wanted.cuts.iter().filter(|cut| !fitted.cuts.has(**cut));
            problems.extend(missing.map(|cut| PopulationProblem::missing_cut(wanted, *cut)));
            found.push(fitted.cuts.clone());
        }
        if problems.is_empty() {
            Ok(found)
        } else {
            Err(PopulationError::new(problems))
        }
    }
}

impl Fitted {
    /// The expression, in canonical form.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The type of its values.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// How many customers had a value.
    #[must_use]
    pub fn known(&self) -> u64 {
        self.known
    }

    /// Each place where the population is cut, such as `top 10%`, with the cut points there, the lowest first.
    pub fn cuts(&self) -> impl Iterator<Item = (String, &[Value])> {
        self.cuts
            .0
            .iter()
            .map(|(cut, points)| (cut.to_string(), &**points))
    }
}

/// As the language writes it: `top 10%`, `quantile 5`.
impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: u32| crate::value::Decimal::from_units(share.into());
        match *self {
            Self::Top(share) => write!(f, "top {}%", percent(share)),
            Self::Bottom(share) => write!(f, "bottom {}%", percent(share)),
            Self::Quantile(parts) => write!(f, "quantile {parts}"),
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Population {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expressions: Vec<_> = self.expressions().iter().map(Fitted::written).collect();
        f.debug_struct("Population")
            .field("fitted_at", &self.fitted_at())
            .field("customers", &self.customers())
            .field("expressions", &expressions)
            .finish_non_exhaustive()
    }
}
