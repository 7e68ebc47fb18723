//! Item-to-item weights from a regression with a closed form.

use std::{fmt, sync::Arc};

use nalgebra::DMatrix;

use super::{
    ActionWeights, Assortment, FitError, Interactions, PairCounts, Profile, Recommender, Together,
    decay::count,
    neighbours::{Links, Serving},
    scores::Scores,
};
use crate::value::Duration;

/// Recommends by the weights with which the items that customers took say best what else they took: EASE.
///
/// For each item, a ridge regression of who took it on who took the others, all at once in closed form: with `G` counting how
/// many customers took each two items, and `P` the inverse of `G + λ·1`, the weight from `i` to `j` is `-P[i][j] / P[j][j]`. What the
/// [`Neighbours`](crate::Neighbours) count pair by pair is so cleared of what other items explain already. For each item the
/// largest weights are kept, which may be below 0: then it speaks against the other.
///
/// The method is that of Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019.
///
/// Fitting takes time by the third power of the items that were taken, some seconds for 4,000, and memory by the second; more
/// than [5,000](Self::MOST_ITEMS) are refused. Serving is that of neighbours.
///
/// # Example
///
/// ```
/// # use audience::{Assortment, Ease, EaseOptions, Interactions, Profile, Shelf, Wish};
/// # let now = "2026-06-01T09:00:00Z".parse()?;
/// let carts = [("ana", "tea"), ("ana", "pot"), ("eva", "tea"), ("eva", "pot"), ("leo", "mug"), ("leo", "tea")];
/// let bought = Interactions::from_iter(carts.map(|(customer, item)| (customer, item, now)));
/// let assortment = Assortment::from_iter([("mug", "Mug"), ("pot", "Teapot"), ("tea", "Green tea")]);
/// let model = Ease::fit(&EaseOptions { regularization: 1.0, ..EaseOptions::default() }, &bought, &assortment)?;
/// let list = Shelf::new(&assortment).choose(&model, &Profile::new(now).bought("tea"), &Wish::new(1));
/// assert_eq!((&*list[0].item, list[0].reason.to_string()), ("pot", "because you bought Green tea".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Ease {
    pub(super) assortment: Assortment,
    pub(super) serving: Serving,
    pub(super) links: Arc<Links>,
}

/// How an [`Ease`] is fitted and served. Written with `..EaseOptions::default()`, as fields may be added.
///
/// ```
/// # use audience::EaseOptions;
/// let options = EaseOptions::default();
/// assert_eq!((options.regularization, options.neighbours), (300.0, 100));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EaseOptions {
    /// λ: how much is put against large weights. The more, the less data there is for the items. Default 300.
    pub regularization: f64,
    /// How many of the largest weights are kept for each item, by their size. Default 100.
    pub neighbours: usize,
    /// After how long something in a customer's history counts half. Default none: everything counts the same.
    pub half_life: Option<Duration>,
    /// What each action in a customer's history counts.
    pub weights: ActionWeights,
}

impl Default for EaseOptions {
    fn default() -> Self {
        Self {
            regularization: 300.0,
            neighbours: 100,
            half_life: None,
            weights: ActionWeights::default(),
        }
    }
}

impl Ease {
    /// So many different items at most.
    pub const MOST_ITEMS: usize = 5_000;

    /// Learns the weights of the items of an assortment, by customer.
    pub fn fit(
        options: &EaseOptions,
        interactions: &Interactions,
        assortment: &Assortment,
    ) -> Result<Self, FitError> {
        let mut pairs = PairCounts::new(Together::Customer);
        pairs.add(interactions);
        Self::from_pairs(options, &pairs, assortment)
    }

    /// Learns from pairs that were counted by customer.
    pub fn from_pairs(
        options: &EaseOptions,
        pairs: &PairCounts,
        assortment: &Assortment,
    ) -> Result<Self, FitError> {
        if pairs.together() != Together::Customer {
            let (what, given) = (
                "`together` of the counts".to_owned(),
                format!("`{:?}`", pairs.together()),
            );
            return Err(FitError::new(
                what,
                given,
                "`Customer`: a regression asks who took what",
            ));
        }
        let serving = Serving::new(options.half_life, options.weights)?;
        let lambda = options.regularization;
        if !(lambda > 0.0 && lambda <= 1e12) {
            let what = "`regularization`".to_owned();
            return Err(FitError::new(what, lambda, "above 0 and at most 1e12"));
        }
        // Those of the assortment that were taken, in its order: what order the pairs have makes no difference.
        let mut taken: Vec<(u32, usize)> = (0..)
            .zip(pairs.item_keys())
            .filter_map(|(item, key)| Some((assortment.position(key)?, item)))
            .filter(|(_, item)| pairs.taken_at(*item) > 0)
            .collect();
        taken.sort_unstable();
        if taken.len() > Self::MOST_ITEMS {
            let what = "the number of items that were taken".to_owned();
            return Err(FitError::new(
                what,
                count(taken.len()),
                "at most 5,000: leave out rare ones",
            ));
        }
        let mut place = vec![None; pairs.item_keys().count()];
        for (index, (_, item)) in taken.iter().enumerate() {
            place[*item] = Some(index);
        }
        let mut gram = DMatrix::<f64>::zeros(taken.len(), taken.len());
        for (index, (_, item)) in taken.iter().enumerate() {
            gram[(index, index)] = f64::from(pairs.taken_at(*item)) + lambda;
            for (other, both) in pairs.row(*item) {
                if let Some(other) = place[*other as usize] {
                    gram[(index, other)] = f64::from(*both);
                }
            }
        }
        let inverse = inverse(gram).ok_or_else(|| {
            let what = "`regularization`".to_owned();
            FitError::new(what, lambda, "larger, for these counts cannot be told apart")
        })?;
        let mut rows = vec![Vec::new(); assortment.len()];
        for (index, (position, _)) in taken.iter().enumerate() {
            let weight = |other: usize| -inverse[(index, other)] / inverse[(other, other)];
            let others = (0..taken.len()).filter(|other| *other != index);
            let mut row: Vec<(u32, f64)> = others.map(|other| (taken[other].0, weight(other))).collect();
            keep_largest(&mut row, options.neighbours);
            rows[*position as usize] = row;
        }
        Ok(Self {
            assortment: assortment.clone(),
            serving,
            links: Arc::new(Links::new(&rows)),
        })
    }

    /// The weights kept from one item to others, in the order of their keys.
    pub fn weights(&self, item: &str) -> impl Iterator<Item = (&str, f64)> {
        let row = self.assortment.position(item).map(|it| self.links.row(it));
        let (items, weights) = row.unwrap_or_default();
        let key = |(item, weight): (&u32, &f32)| (&**self.assortment.entry(*item).0, f64::from(*weight));
        items.iter().zip(weights).map(key)
    }
}

impl Recommender for Ease {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        scores.over(&self.assortment, profile, |scores| {
            self.serving.add(&self.links, Together::Customer, profile, scores);
        });
    }
}

/// How much it knows.
impl fmt::Debug for Ease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ease")
            .field("items", &self.assortment.len())
            .field("weights", &self.links.items.len())
            .finish_non_exhaustive()
    }
}

/// Keeps the largest on either side of 0, in the order of the items.
fn keep_largest(row: &mut Vec<(u32, f64)>, most: usize) {
    if most < row.len() {
        row.select_nth_unstable_by(most, |a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        row.truncate(most);
    }
    row.sort_unstable_by_key(|(item, _)| *item);
}

/// The inverse of a symmetric positive definite matrix, by halves: almost all work is products of large matrices, which are fast.
fn inverse(matrix: DMatrix<f64>) -> Option<DMatrix<f64>> {
    const SMALL: usize = 64;
    let rows = matrix.nrows();
    if rows <= SMALL {
        return Some(matrix.cholesky()?.inverse());
    }
    let half = rows / 2;
    let side = matrix.view((0, half), (half, rows - half)).into_owned();
    let first = inverse(matrix.view((0, 0), (half, half)).into_owned())?;
    let across = &first * &side;
    let rest = matrix.view((half, half), (rows - half, rows - half)).into_owned();
    drop(matrix);
    let rest = inverse(rest - side.transpose() * &across)?;
    let beside = &across * &rest;
    let mut whole = DMatrix::zeros(rows, rows);
    whole
        .view_mut((0, 0), (half, half))
        .copy_from(&(first + &beside * across.transpose()));
    whole
        .view_mut((0, half), (half, rows - half))
        .copy_from(&(-&beside));
    whole
        .view_mut((half, 0), (rows - half, half))
        .copy_from(&(-beside.transpose()));
    whole
        .view_mut((half, half), (rows - half, rows - half))
        .copy_from(&rest);
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix with a large diagonal and whole numbers beside it, as counts make them.
    fn matrix(rows: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, rows, |row, column| {
            let (low, high) = (row.min(column), row.max(column));
            let beside = count((low * 31 + high * 17) % 7);
            if row == column {
                4.0 * count(rows) + beside
            } else {
                beside
            }
        })
    }

    #[test]
    fn an_inverse_by_halves_is_an_inverse() {
        for rows in [0, 1, 2, 63, 64, 65, 129, 200] {
            let whole = matrix(rows);
            let product = &whole * inverse(whole.clone()).expect("positive definite");
            let distance = (product - DMatrix::identity(rows, rows)).abs();
            assert!(rows == 0 || distance.max() < 1e-12, "{rows}: {}", distance.max());
        }
    }

    #[test]
    fn what_is_not_positive_definite_has_no_inverse() {
        for rows in [1, 64, 130] {
            let mut whole = matrix(rows);
            whole[(rows - 1, rows - 1)] = -1.0;
            assert!(inverse(whole).is_none(), "{rows}");
        }
    }
}
