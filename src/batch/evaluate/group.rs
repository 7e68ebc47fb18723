//! Many tests of one column in one pass: each value is put into a class once, and a test is a set of classes.

use std::ops::Range;

use super::{
    super::table::{Table, Values},
    direct::{Direct, Form},
    kernel,
    masks::Masks,
    planes,
};
use crate::plan::float_key;

/// So many classes at most, so that the masks of all of them take little of the second cache.
const MOST: usize = 128;

/// From so many tests of one column on it pays to put values into classes.
const WORTH: usize = 3;

/// Tests of one column.
#[derive(Debug)]
pub(super) struct Group {
    slot: usize,
    classes: Classes,
    /// The number of each test, and the classes that pass it.
    tests: Vec<(usize, Passing)>,
}

#[derive(Debug)]
enum Classes {
    /// How many of these numbers, which ascend, are not greater.
    Cuts(Cuts),
    /// The numbers of texts, and how many there are.
    Codes(usize),
}

#[derive(Debug)]
enum Passing {
    /// From each first class up to, but not including, the second.
    Ranges(Vec<Range<usize>>),
    /// These, or all but these.
    Some { classes: Vec<usize>, negated: bool },
}

/// What is worked out on the way.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    classes: Vec<u8>,
    planes: planes::Scratch,
}

impl Group {
    /// Groups those of the numbered tests that are worth it, and gives them with their numbers.
    pub(super) fn of(directs: &[(usize, &Direct<'_>)], table: &Table<'_>) -> Vec<Self> {
        let mut slots: Vec<usize> = directs.iter().map(|(_, it)| it.slot).collect();
        slots.sort_unstable();
        slots.dedup();
        let mut groups = Vec::new();
        for slot in slots {
            let here = || directs.iter().filter(|(_, it)| it.slot == slot);
            match &table.columns[slot].values {
                Values::Coded { texts, .. } if texts.len() <= MOST => {
                    let tests: Vec<_> = here()
                        .filter_map(|(number, it)| match &it.form {
                            Form::Codes(set) => Some((*number, Passing::of(set.passes()))),
                            _ => None,
                        })
                        .collect();
                    if tests.len() >= WORTH {
                        groups.push(Self {
                            slot,
                            classes: Classes::Codes(texts.len()),
                            tests,
                        });
                    }
                }
                Values::Numbers(_) | Values::Days(_) | Values::Floats(_) => {
                    let mut tests: Vec<_> = here()
                        .filter_map(|(number, it)| Some((*number, it.form.ranges()?)))
                        .collect();
                    // Near ones together, so that few numbers are cut points of two groups.
                    tests.sort_by(|(_, a), (_, b)| a.cmp(b));
                    groups.extend(Self::of_ranges(slot, tests));
                }
                _ => {}
            }
        }
        groups
    }

    fn of_ranges(slot: usize, tests: Vec<(usize, Vec<(i64, i64)>)>) -> Vec<Self> {
        let mut groups = Vec::new();
        let mut rest = tests.into_iter().peekable();
        while rest.peek().is_some() {
            let mut taken: Vec<(usize, Vec<(i64, i64)>)> = Vec::new();
            let mut cuts: Vec<i64> = Vec::new();
            while let Some((_, ranges)) = rest.peek() {
                // At most twice `direct::FEW` for one test, so that each fits into a group of its own.
                let mut more = cuts.clone();
                more.extend(
                    ranges
                        .iter()
                        .flat_map(|(low, high)| [Some(*low), high.checked_add(1)])
                        .flatten()
                        // Nothing lies before it.
                        .filter(|cut| *cut > i64::MIN),
                );
                more.sort_unstable();
                more.dedup();
                if more.len() >= MOST {
                    break;
                }
                cuts = more;
                taken.extend(rest.next());
            }
            if taken.len() < WORTH {
                continue;
            }
            let rank = |at: i64| cuts.partition_point(|cut| *cut <= at);
            let tests = taken.into_iter().map(|(number, ranges)| {
                let class =
                    |(low, high): (i64, i64)| rank(low)..high.checked_add(1).map_or(cuts.len() + 1, rank);
                (number, Passing::Ranges(ranges.into_iter().map(class).collect()))
            });
            let tests = tests.collect();
            groups.push(Self {
                slot,
                tests,
                classes: Classes::Cuts(Cuts::new(cuts)),
            });
        }
        groups
    }

    /// The numbers of its tests.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.tests.iter().map(|(number, _)| *number)
    }

    /// The masks of all its tests for so many rows of a table from the first on.
    pub(super) fn fill(
        &self,
        table: &Table<'_>,
        (first, rows): (usize, usize),
        scratch: &mut Scratch,
        holds: &mut Masks,
    ) {
        let held = &table.columns[self.slot];
        let Scratch { classes, planes } = scratch;
        classes.resize(rows, 0);
        let all = first..first + rows;
        match (&self.classes, &held.values) {
            (Classes::Cuts(cuts), values) => {
                match values {
                    Values::Numbers(numbers) => cuts.classify(&numbers[all], classes, |it| it),
                    Values::Days(days) => cuts.classify(&days[all], classes, i64::from),
                    Values::Floats(floats) => cuts.classify(&floats[all], classes, float_key),
                    _ => {}
                }
                planes::rows_from(classes, cuts.points.len() + 1, planes);
            }
            (Classes::Codes(texts), Values::Coded { codes, .. }) => {
                kernel::classes_of_codes(codes, all, classes);
                planes::rows_of(classes, *texts, planes);
            }
            _ => {}
        }
        for (number, passing) in &self.tests {
            passing.fill(&planes.masks, holds.of_mut(*number));
        }
        if held.known.is_some() {
            let known = planes.masks.of_mut(0);
            known.fill(u64::MAX);
            kernel::only_known(held.known.as_ref(), first, rows, known);
            for (number, _) in &self.tests {
                for (word, known) in holds.of_mut(*number).iter_mut().zip(&*known) {
                    *word &= known;
                }
            }
        }
    }
}

impl Passing {
    fn of(passes: &[bool]) -> Self {
        let negated = passes.iter().filter(|it| **it).count() * 2 > passes.len();
        let classes = (0..passes.len())
            .filter(|class| passes[*class] != negated)
            .collect();
        Self::Some { classes, negated }
    }

    /// The rows that pass, by the masks of classes.
    fn fill(&self, masks: &Masks, out: &mut [u64]) {
        // What is there already counts from the second step on.
        let mut before = 0;
        match self {
            Self::Ranges(ranges) => {
                for range in ranges {
                    let lines = masks.of(range.start).iter().zip(masks.of(range.end));
                    for (out, (from, to)) in out.iter_mut().zip(lines) {
                        *out = *out & before | from & !to;
                    }
                    before = u64::MAX;
                }
            }
            Self::Some { classes, .. } => {
                for few in classes.chunks(4) {
                    let [a, b, c, d] = [0, 1, 2, 3].map(|index| masks.of(*few.get(index).unwrap_or(&few[0])));
                    let lines = a.iter().zip(b).zip(c.iter().zip(d));
                    for (out, ((a, b), (c, d))) in out.iter_mut().zip(lines) {
                        *out = *out & before | (a | b) | (c | d);
                    }
                    before = u64::MAX;
                }
            }
        }
        if before == 0 {
            out.fill(0);
        }
        if let Self::Some { negated: true, .. } = self {
            for word in out {
                *word = !*word;
            }
        }
    }
}

impl Form<'_> {
    /// The ranges of numbers that pass, of tests that are few ranges.
    fn ranges(&self) -> Option<Vec<(i64, i64)>> {
        match self {
            Self::Range(low, high) => Some(vec![(*low, *high)]),
            Self::Points(points) => Some(points.iter().map(|point| (*point, *point)).collect()),
            _ => None,
        }
    }
}

/// Numbers that ascend, and a way to find quickly how many of them are not greater than another one.
///
/// The stretch from the first to the last is cut into equal buckets, each of which knows how many of the numbers lie before
/// it; only those in the bucket are compared. What is asked of a value takes no jump.
#[derive(Debug)]
struct Cuts {
    points: Vec<i64>,
    low: i64,
    high: i64,
    shift: u32,
    /// How many cuts lie before a bucket, and in it where each value has a bucket of its own.
    before: Box<[u8; BUCKETS]>,
    /// The cuts less 1, and behind them numbers that no value is greater than.
    less: Box<[i64; PLACES]>,
    /// How many cuts of a bucket have to be compared at most.
    most: usize,
}

const BUCKETS: usize = 1024;

/// As many as a byte can count, and those in a bucket that are compared.
const PLACES: usize = 256 + 4;

impl Cuts {
    /// Numbers that ascend, fewer than `MOST`, none of them the least that there is.
    fn new(cuts: Vec<i64>) -> Self {
        let ends = cuts.first().zip(cuts.last());
        // One before the first, so that what lies before it has a bucket of its own where each value has.
        let (low, high) = ends.map_or((0, 0), |(low, high)| (low.saturating_sub(1), *high));
        let span = high.wrapping_sub(low).cast_unsigned();
        let shift = (0..64).find(|shift| span >> shift < BUCKETS as u64).unwrap_or(63);
        let mut inside = [0_u8; BUCKETS];
        for cut in &cuts {
            inside[bucket(*cut, low, high, shift)] += 1;
        }
        let mut before = Box::new([0; BUCKETS]);
        let mut sum = 0;
        for (before, inside) in before.iter_mut().zip(&inside) {
            *before = if shift == 0 { sum + inside } else { sum };
            sum += inside;
        }
        let mut less = Box::new([i64::MAX; PLACES]);
        for (less, cut) in less.iter_mut().zip(&cuts) {
            *less = cut.saturating_sub(1);
        }
        let most = if shift == 0 {
            0
        } else {
            inside.into_iter().max().unwrap_or(0).into()
        };
        Self {
            points: cuts,
            low,
            high,
            shift,
            before,
            less,
            most,
        }
    }

    fn classify<T: Copy>(&self, values: &[T], classes: &mut [u8], key: impl Fn(T) -> i64 + Copy) {
        match self.most {
            0 => self.by_buckets::<0, T>(values, classes, key),
            1 => self.by_buckets::<1, T>(values, classes, key),
            2 => self.by_buckets::<2, T>(values, classes, key),
            3 | 4 => self.by_buckets::<4, T>(values, classes, key),
            _ => {
                for (class, value) in classes.iter_mut().zip(values) {
                    let value = key(*value);
                    let found = self.points.partition_point(|cut| *cut <= value);
                    *class = u8::try_from(found).unwrap_or(u8::MAX);
                }
            }
        }
    }

    #[inline]
    fn by_buckets<const INSIDE: usize, T: Copy>(
        &self,
        values: &[T],
        classes: &mut [u8],
        key: impl Fn(T) -> i64,
    ) {
        let (low, high, shift) = (self.low, self.high, self.shift);
        let (before, less) = (&*self.before, &*self.less);
        for (class, value) in classes.iter_mut().zip(values) {
            let value = key(*value);
            let before = before[bucket(value, low, high, shift)];
            let inside = (0..INSIDE).map(|place| u8::from(less[usize::from(before) + place] < value));
            *class = before + inside.sum::<u8>();
        }
    }
}

/// The bucket of a value between the first cut and the last; those of others are the nearest.
#[inline]
fn bucket(value: i64, low: i64, high: i64, shift: u32) -> usize {
    let beyond = value.max(low).min(high).wrapping_sub(low).cast_unsigned() >> shift;
    // It is less than `BUCKETS` already.
    usize::try_from(beyond).unwrap_or(0) % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_count_the_cuts_that_are_not_greater() {
        let many: Vec<i64> = (0..100).map(|it| it * it * it - 50_000).collect();
        let near: Vec<i64> = (0..6).chain([1 << 40]).collect();
        for cuts in [
            vec![],
            vec![0],
            vec![i64::MAX],
            vec![i64::MIN + 1, 0, i64::MAX],
            vec![i64::MIN + 1, i64::MIN + 2, i64::MAX - 1, i64::MAX],
            (1..128).map(|it| i64::MIN + it).collect(),
            (0..127).map(|it| i64::MAX - 126 + it).collect(),
            vec![18, 21, 25, 30, 65],
            many,
            near,
        ] {
            let values = cuts
                .iter()
                .flat_map(|cut| [cut.saturating_sub(1), *cut, cut.saturating_add(1)]);
            let values: Vec<i64> = values.chain([i64::MIN, i64::MAX, 0, 7]).collect();
            let mut classes = vec![0; values.len()];
            Cuts::new(cuts.clone()).classify(&values, &mut classes, |it| it);
            for (value, class) in values.iter().zip(classes) {
                let expected = cuts.iter().filter(|cut| *cut <= value).count();
                assert_eq!(usize::from(class), expected, "{value} among {cuts:?}");
            }
        }
    }
}
