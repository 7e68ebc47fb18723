//! The lowest point of a function, by the method of Nelder and Mead ("A Simplex Method for Function Minimization", The
//! Computer Journal 7, 1965).

use crate::analytics::count::real;

/// Where a search ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<const N: usize> {
    pub(super) at: [f64; N],
    /// Infinite where the function is so wherever it was asked.
    pub(super) lowest: f64,
    /// How often the function was asked.
    pub(super) evaluations: u32,
    /// Whether a search that began anew at the lowest point found none that is lower.
    pub(super) converged: bool,
}

/// Goes down roughly from each start, and from the lowest end again and again until nothing lower is found.
pub(super) fn minimize<const N: usize>(mut f: impl FnMut(&[f64; N]) -> f64, starts: &[[f64; N]]) -> Found<N> {
    const RESTARTS: usize = 12;
    let mut evaluations = 0;
    let mut f = |point: &[f64; N]| {
        evaluations += 1;
        let value = f(point);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut best = ([0.0; N], f64::INFINITY);
    for start in starts {
        let (point, value, _) = descend(&mut f, start, 0.5, 0.05, 30 * N);
        if value < best.1 || best.1.is_infinite() {
            best = (point, value);
        }
    }
    let mut converged = false;
    for _ in 0..RESTARTS {
        let (point, value, settled) = descend(&mut f, &best.0, 0.05, 1e-6, 200 * N);
        converged = settled && best.1 - value < 1e-10;
        if value <= best.1 {
            best = (point, value);
        }
        if converged {
            break;
        }
    }
    Found {
        at: best.0,
        lowest: best.1,
        evaluations,
        converged,
    }
}

/// From a simplex of `size` around `start` until it is smaller than `tolerance` or as flat as rounding; tells whether it is.
fn descend<const N: usize>(
    f: &mut impl FnMut(&[f64; N]) -> f64,
    start: &[f64; N],
    size: f64,
    tolerance: f64,
    steps: usize,
) -> ([f64; N], f64, bool) {
    let mut simplex: Vec<([f64; N], f64)> = (0..=N)
        .map(|corner| {
            let mut point = *start;
            if let Some(moved) = corner.checked_sub(1) {
                point[moved] += size;
            }
            (point, f(&point))
        })
        .collect();
    for _ in 0..steps {
        simplex.sort_by(|one, other| one.1.total_cmp(&other.1));
        let (lowest, highest) = (simplex[0], simplex[N]);
        let extent = simplex
            .iter()
            .flat_map(|(point, _)| point.iter().zip(&lowest.0))
            .fold(0.0_f64, |extent, (one, other)| extent.max((one - other).abs()));
        if extent < tolerance || highest.1 - lowest.1 < 1e-14 * lowest.1.abs().max(1.0) {
            return (lowest.0, lowest.1, lowest.1.is_finite());
        }
        let mut centre = [0.0; N];
        for (point, _) in &simplex[..N] {
            for (sum, value) in centre.iter_mut().zip(point) {
                *sum += value / real(N);
            }
        }
        let mut at = |factor: f64| {
            let mut point = centre;
            for (value, worst) in point.iter_mut().zip(&highest.0) {
                *value += factor * (*value - worst);
            }
            (point, f(&point))
        };
        let reflected = at(1.0);
        let next = if reflected.1 < lowest.1 {
            let expanded = at(2.0);
            Some(if expanded.1 < reflected.1 {
                expanded
            } else {
                reflected
            })
        } else if reflected.1 < simplex[N - 1].1 {
            Some(reflected)
        } else if reflected.1 < highest.1 {
            Some(at(0.5)).filter(|it| it.1 <= reflected.1)
        } else {
            Some(at(-0.5)).filter(|it| it.1 < highest.1)
        };
        if let Some(next) = next {
            simplex[N] = next;
            continue;
        }
        for (point, value) in &mut simplex[1..] {
            for (coordinate, towards) in point.iter_mut().zip(&lowest.0) {
                *coordinate = 0.5 * (*coordinate + towards);
            }
            *value = f(point);
        }
    }
    simplex.sort_by(|one, other| one.1.total_cmp(&other.1));
    (simplex[0].0, simplex[0].1, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bent_valley_has_its_lowest_point_at_one() {
        let valley = |[x, y]: &[f64; 2]| 100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2);
        let found = minimize(valley, &[[-1.2, 1.0], [4.0, 4.0]]);
        assert!(found.converged, "{found:?}");
        assert!(found.at.iter().all(|it| (it - 1.0).abs() < 1e-5), "{found:?}");
    }

    #[test]
    fn what_is_nowhere_finite_does_not_converge() {
        let found = minimize(|_: &[f64; 2]| f64::NAN, &[[0.0, 0.0]]);
        assert!(!found.converged && found.lowest.is_infinite());
    }

    #[test]
    fn a_slope_ends_where_nothing_is_allowed_any_more() {
        let slope = |[x, y]: &[f64; 2]| {
            if x.abs().max(y.abs()) > 18.0 {
                f64::INFINITY
            } else {
                x + y
            }
        };
        let found = minimize(slope, &[[0.0, 0.0]]);
        assert!(found.at.iter().all(|it| *it < -17.9), "{found:?}");
    }
}
