//! How long customers stay, how many purchases to expect of them, and what these are worth.
//!
//! Nobody tells a shop that she is no customer any more. These models infer it: each customer buys at a rate of her own until she
//! leaves, unseen, and a long silence says the more the more often she bought before. [`BgNbd`], [`MbgNbd`] and [`ParetoNbd`]
//! differ in when one may leave; [`GammaGamma`] is a model of what an order is worth. All are fitted from [`Summary`]s, in
//! [`Days`] or in [`Weeks`].
//!
//! ```
//! use audience::analytics::lifetime::{Days, MbgNbd, Summary, Time};
//!
//! // Customers who bought every ten days, and stopped after so many purchases.
//! let customer = |number: u32| {
//!     let orders = number % 7;
//!     Summary::<Days>::new(orders, Time::new(orders * 10), Time::new(100 + number % 30))
//! };
//! let customers = (0..300).map(customer).collect::<Result<Vec<_>, _>>()?;
//! let model = MbgNbd::fit("2026-06-01T00:00:00Z".parse()?, &customers)?;
//!
//! let (silent, recent) = (Summary::new(5, Time::new(50), Time::new(120))?, Summary::new(5, Time::new(110), Time::new(120))?);
//! assert!(model.p_no_purchase(&silent, Time::new(90)) > 0.9);
//! assert!(model.p_no_purchase(&recent, Time::new(90)) < 0.6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod beta_geometric;
mod churn;
mod discount;
mod fit;
mod gamma_gamma;
mod grouped;
mod integral;
mod law;
mod minimum;
mod model;
mod pareto;
mod saved;
mod special;
mod summary;
mod time;

pub use beta_geometric::{BgNbdParameters, MbgNbdParameters};
pub use churn::{ChurnEvaluation, auc, evaluate_churn};
pub use discount::Discount;
pub use fit::{Convergence, Fit, ParameterError};
pub use gamma_gamma::{GammaGamma, GammaGammaParameters};
pub use law::{ChurnLaw, Law};
pub use model::{NextPurchase, PurchaseModel};
pub use pareto::ParetoNbdParameters;
pub use summary::{Summary, SummaryError};
pub use time::{Days, Time, TimeUnit, Weeks};

/// Whoever buys again may leave right after it, after Fader, Hardie and Lee (2005).
///
/// Everyone who bought once counts as a customer for ever, so it tells nothing of churn.
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{BgNbd, BgNbdParameters, Summary, Time, Weeks}};
/// let of_cdnow = BgNbdParameters { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
/// let model = BgNbd::<Weeks>::of_parameters(DateTime::MAX, of_cdnow)?;
/// let once = Summary::new(0, Time::new(0), Time::new(39))?;
/// assert_eq!(model.p_alive(&once), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type BgNbd<U> = PurchaseModel<BgNbdParameters, U>;

/// Whoever buys may leave right after it, also after the first purchase, after Batislam, Denizel and Filiztekin (2007).
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{MbgNbd, MbgNbdParameters, Summary, Time, Weeks}};
/// let of_cdnow = MbgNbdParameters { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };
/// let model = MbgNbd::<Weeks>::of_parameters(DateTime::MAX, of_cdnow)?;
/// let once = Summary::new(0, Time::new(0), Time::new(39))?;
/// assert!(model.p_alive(&once) < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type MbgNbd<U> = PurchaseModel<MbgNbdParameters, U>;

/// Customers leave at some time, whether they buy or not, after Schmittlein, Morrison and Colombo (1987).
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{ParetoNbd, ParetoNbdParameters, Summary, Time, Weeks}};
/// let of_cdnow = ParetoNbdParameters { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
/// let model = ParetoNbd::<Weeks>::of_parameters(DateTime::MAX, of_cdnow)?;
/// let once = Summary::new(0, Time::new(0), Time::new(39))?;
/// assert!(model.p_alive(&once) < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type ParetoNbd<U> = PurchaseModel<ParetoNbdParameters, U>;
