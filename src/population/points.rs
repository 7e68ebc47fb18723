//! Cut points of the nearest rank.

use super::Cut;

/// The positions in `count` sorted values at which a cut has its points, the lowest first.
///
/// None of nothing, and none of a share of zero.
pub(crate) fn cut_points(cut: Cut, count: usize) -> Vec<usize> {
    if count == 0 {
        return Vec::new();
    }
    let share = |millionths: u32| nearest_rank(millionths.into(), 1_000_000, count);
    match cut {
        Cut::Top(0) | Cut::Bottom(0) => Vec::new(),
        Cut::Top(millionths) => vec![count - share(millionths)],
        Cut::Bottom(millionths) => vec![share(millionths) - 1],
        Cut::Quantile(parts) => (1..parts)
            .map(|part| nearest_rank(part.into(), parts.into(), count) - 1)
            .collect(),
    }
}

/// ⌈`part` / `whole` · `count`⌉, from 1 to `count`.
fn nearest_rank(part: u64, whole: u64, count: usize) -> usize {
    let rank = (u128::from(part) * count as u128).div_ceil(whole.into());
    usize::try_from(rank).unwrap_or(count).clamp(1, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_rounded_up() {
        // (count, position of the cut below the top 10 %, above the bottom 10 %)
        for (count, top, bottom) in [
            (1, 0, 0),
            (9, 8, 0),
            (10, 9, 0),
            (11, 9, 1),
            (20, 18, 1),
            (21, 18, 2),
        ] {
            assert_eq!(cut_points(Cut::Top(100_000), count), [top], "of {count}");
            assert_eq!(cut_points(Cut::Bottom(100_000), count), [bottom], "of {count}");
        }
        assert_eq!(cut_points(Cut::Quantile(5), 1), [0, 0, 0, 0]);
        assert_eq!(cut_points(Cut::Quantile(5), 7), [1, 2, 4, 5]);
        assert_eq!(cut_points(Cut::Quantile(5), 10), [1, 3, 5, 7]);
        assert_eq!(cut_points(Cut::Quantile(4), 2), [0, 0, 1]);
    }

    #[test]
    fn nothing_and_all() {
        for cut in [Cut::Top(500_000), Cut::Bottom(500_000), Cut::Quantile(5)] {
            assert!(cut_points(cut, 0).is_empty());
        }
        assert!(cut_points(Cut::Top(0), 7).is_empty());
        assert!(cut_points(Cut::Bottom(0), 7).is_empty());
        assert_eq!(cut_points(Cut::Top(1_000_000), 7), [0]);
        assert_eq!(cut_points(Cut::Bottom(1_000_000), 7), [6]);
        // A share of one in a million is one customer of few, and of exactly a million one.
        assert_eq!(cut_points(Cut::Top(1), 1_000_000), [999_999]);
        assert_eq!(cut_points(Cut::Top(1), 1_000_001), [999_999]);
    }
}
