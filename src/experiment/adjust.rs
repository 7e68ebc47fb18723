//! What a p value is worth beside others.

/// How p values of several questions are corrected for their number.
///
/// ```
/// # use audience::experiment::{Correction, Experiment, Metric, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.5, Treatment::SameForAll)
///     .goal(Metric::rate("ordered"))
///     .correction(Correction::BenjaminiHochberg)
///     .build()?;
/// assert_eq!(experiment.correction(), Correction::BenjaminiHochberg);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Correction {
    /// The chance of a single false finding stays below what is left of the level: Holm, "A simple sequentially rejective
    /// multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
    #[default]
    Holm,
    /// Of all findings, no more than what is left of the level are false in the long run: Benjamini and Hochberg, "Controlling
    /// the false discovery rate", Journal of the Royal Statistical Society B 57 (1995). It holds for questions that do not
    /// depend on each other or depend in the same direction, and suits many segments.
    BenjaminiHochberg,
}

impl Correction {
    /// The corrected values, in the same order. Each of the others may be missing, and is then no question.
    pub(super) fn correct(self, values: &[Option<f64>]) -> Vec<Option<f64>> {
        let mut order: Vec<(usize, f64)> = Vec::with_capacity(values.len());
        order.extend(
            values
                .iter()
                .enumerate()
                .filter_map(|(index, p)| Some((index, (*p)?))),
        );
        order.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        let mut corrected = vec![None; values.len()];
        let count = order.len();
        let float = |count: usize| super::sums::float(count as u64);
        match self {
            Self::Holm => {
                let mut highest = 0.0_f64;
                for (rank, (index, p)) in order.iter().enumerate() {
                    highest = highest.max((p * float(count - rank)).min(1.0));
                    corrected[*index] = Some(highest);
                }
            }
            Self::BenjaminiHochberg => {
                let mut lowest = 1.0_f64;
                for (rank, (index, p)) in order.iter().enumerate().rev() {
                    lowest = lowest.min(p * float(count) / float(rank + 1));
                    corrected[*index] = Some(lowest);
                }
            }
        }
        corrected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correct(correction: Correction, values: &[Option<f64>]) -> Vec<Option<String>> {
        let corrected = correction.correct(values);
        corrected
            .iter()
            .map(|it| it.map(|it| format!("{it:.4}")))
            .collect()
    }

    /// By hand, from the definitions.
    #[test]
    fn the_smaller_values_pay_for_all() {
        let values = [Some(0.03), Some(0.01), None, Some(0.04), Some(0.011)];
        let some = |it: &str| Some(it.to_owned());
        assert_eq!(
            correct(Correction::Holm, &values),
            [
                some("0.0600"),
                some("0.0400"),
                None,
                some("0.0600"),
                some("0.0400")
            ]
        );
        assert_eq!(
            correct(Correction::BenjaminiHochberg, &values),
            [
                some("0.0400"),
                some("0.0220"),
                None,
                some("0.0400"),
                some("0.0220")
            ]
        );
        for correction in [Correction::Holm, Correction::BenjaminiHochberg] {
            assert_eq!(correct(correction, &[None, Some(0.2)]), [None, some("0.2000")]);
            assert_eq!(correct(correction, &[]), []);
            assert_eq!(
                correct(correction, &[Some(1.0), Some(0.9)]),
                [some("1.0000"), some("1.0000")]
            );
        }
    }
}
