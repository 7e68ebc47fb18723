//! Whether a model tells who will not come back better than silence alone does.

use super::{ChurnLaw, PurchaseModel, Summary, Time, TimeUnit};
use crate::analytics::{NotEnoughData, Shortage, count::real};

/// How well those who did not come back are told from those who did, on a time that the model has not seen.
///
/// The area under the ROC curve (AUC) is the share of pairs, one who came back and one who did not, that a score puts in the right
/// order: 0.5 by chance, 1 at best. The time since the last purchase stands beside the model because it costs nothing: a
/// model that does not beat it is not worth its keep for this purpose.
///
/// ```
/// # use audience::analytics::lifetime::{MbgNbd, MbgNbdParameters, Summary, Time, Weeks, evaluate_churn};
/// # let known = MbgNbdParameters { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };
/// # let model = MbgNbd::<Weeks>::of_parameters("1997-09-30T00:00:00Z".parse()?, known)?;
/// let customer = |number: u32| {
///     let repeats = number % 5;
///     Summary::new(repeats, Time::new(repeats * 7), Time::new(39))
/// };
/// let customers = (0..100).map(|it| Ok((customer(it)?, it % 5 >= 3))).collect::<Result<Vec<_>, Box<dyn std::error::Error>>>()?;
/// let evaluation = evaluate_churn(&model, &customers, Time::new(39))?;
/// assert_eq!((evaluation.customers, evaluation.returned), (100, 40));
/// assert_eq!((evaluation.by_model, evaluation.by_recency), (1.0, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChurnEvaluation {
    /// How many customers there were.
    pub customers: u64,
    /// How many of them bought again in the time held out.
    pub returned: u64,
    /// AUC of [`PurchaseModel::p_no_purchase`].
    pub by_model: f64,
    /// AUC of one less [`PurchaseModel::p_alive`].
    pub by_p_alive: f64,
    /// AUC of the time since the last purchase alone.
    pub by_recency: f64,
    /// How many customers the model expects to buy again: near to `returned` where its probabilities can be taken at their word.
    pub expected_to_return: f64,
}

/// How many customers there have to be on either side.
const LEAST: u64 = 10;

/// Compares a model with what happened: each customer as she was when the model was fitted, and whether she bought again within
/// `horizon` after that. At least ten customers did, and ten did not.
pub fn evaluate_churn<L: ChurnLaw, U: TimeUnit>(
    model: &PurchaseModel<L, U>,
    customers: &[(Summary<U>, bool)],
    horizon: Time<U>,
) -> Result<ChurnEvaluation, NotEnoughData> {
    let count = customers.len() as u64;
    let returned = customers.iter().filter(|(_, returned)| *returned).count() as u64;
    NotEnoughData::unless(Shortage::Returned, returned, LEAST)?;
    NotEnoughData::unless(Shortage::NotReturned, count - returned, LEAST)?;
    let area = |score: &dyn Fn(&Summary<U>) -> f64| {
        auc(customers
            .iter()
            .map(|(customer, returned)| (score(customer), !returned)))
    };
    let by_model = area(&|customer| model.p_no_purchase(customer, horizon));
    let by_p_alive = area(&|customer| -model.p_alive(customer));
    let by_recency = area(&|customer| customer.recency().get());
    let returns = customers
        .iter()
        .map(|(customer, _)| 1.0 - model.p_no_purchase(customer, horizon));
    Ok(ChurnEvaluation {
        customers: count,
        returned,
        by_model: by_model?,
        by_p_alive: by_p_alive?,
        by_recency: by_recency?,
        expected_to_return: returns.sum(),
    })
}

/// The share of pairs that a score puts in the right order, the one for which something is true above the other; equal scores
/// count half, and so does a NaN, which says nothing, beside any other. Also for scores that were made elsewhere.
///
/// ```
/// # use audience::analytics::lifetime::auc;
/// assert_eq!(auc([(0.9, true), (0.8, false), (0.7, true), (0.1, false)])?, 0.75);
/// assert_eq!(auc([(0.5, true), (0.5, false)])?, 0.5);
/// assert_eq!(auc([(0.9, true), (f64::NAN, false), (0.1, false)])?, 0.75);
/// assert!(auc([(0.5, true)]).is_err());
/// # Ok::<(), audience::analytics::NotEnoughData>(())
/// ```
pub fn auc(scores: impl IntoIterator<Item = (f64, bool)>) -> Result<f64, NotEnoughData> {
    let (silent, mut scores): (Vec<_>, Vec<_>) = scores.into_iter().partition(|(score, _)| score.is_nan());
    scores.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut wins, mut negatives, mut positives) = (0.0, 0, 0);
    #[expect(clippy::float_cmp, reason = "equal scores are a tie, near ones are not")]
    for tie in scores.chunk_by(|one, other| one.0 == other.0) {
        let true_here = tie.iter().filter(|(_, truth)| *truth).count();
        let false_here = tie.len() - true_here;
        wins += real(true_here) * (real(negatives) + 0.5 * real(false_here));
        negatives += false_here;
        positives += true_here;
    }
    let silent_positives = silent.iter().filter(|(_, truth)| *truth).count();
    let silent_negatives = silent.len() - silent_positives;
    wins += 0.5 * real(silent_positives) * real(negatives + silent_negatives);
    wins += 0.5 * real(positives) * real(silent_negatives);
    negatives += silent_negatives;
    positives += silent_positives;
    NotEnoughData::unless(Shortage::NotReturned, positives as u64, 1)?;
    NotEnoughData::unless(Shortage::Returned, negatives as u64, 1)?;
    Ok(wins / (real(positives) * real(negatives)))
}
