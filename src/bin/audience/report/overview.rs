//! Counts, in one pass over the customers, what a report tells of segments: sizes, values, answers and overlaps. Nothing of one customer
//! is kept.

/// Overlaps are counted for at most this many segments: each pair has a number of its own.
pub(super) const MOST_SEGMENTS: usize = 2_000;

/// Values and answers are told of groups of at least this many customers, so that they tell nothing of one of them.
pub(super) const LEAST_TOLD: u64 = 5;

/// What was counted.
#[derive(Debug)]
pub(super) struct Overview {
    pub(super) all: Group,
    /// Those in no segment.
    pub(super) uncovered: Group,
    pub(super) segments: Vec<Group>,
    /// How many are in both segments of a pair: row by row below the diagonal. Empty when there are too many segments.
    both: Vec<u64>,
}

/// A group of customers.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) size: u64,
    pub(super) value: Values,
    pub(super) answers: Answers,
}

/// What a group is worth. Missing values are left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub(super) known: u64,
    pub(super) sum: f64,
}

/// Answers from 0 to 10 to the question whether one would recommend us.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    pub(super) promoters: u64,
    pub(super) passives: u64,
    pub(super) detractors: u64,
    /// Numbers that are no answer to this question.
    pub(super) outside: u64,
}

impl Answers {
    fn add(&mut self, answer: i64) {
        let count = match answer {
            0..=6 => &mut self.detractors,
            7 | 8 => &mut self.passives,
            9 | 10 => &mut self.promoters,
            _ => &mut self.outside,
        };
        *count += 1;
    }

    pub(super) fn count(&self) -> u64 {
        self.promoters + self.passives + self.detractors
    }

    /// The net promoter score: the share of promoters less that of detractors, from -100 to 100.
    pub(super) fn score(&self) -> Option<f64> {
        let difference = as_float(self.promoters) - as_float(self.detractors);
        (self.count() > 0).then(|| 100.0 * difference / as_float(self.count()))
    }
}

impl Group {
    fn add(&mut self, value: Option<f64>, answer: Option<i64>) {
        self.size += 1;
        if let Some(value) = value {
            self.value.known += 1;
            self.value.sum += value;
        }
        if let Some(answer) = answer {
            self.answers.add(answer);
        }
    }
}

/// How two segments lie to each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Overlap {
    /// The first and the second, by their positions.
    pub(super) pair: (usize, usize),
    pub(super) both: u64,
    /// How many are in both of those in either.
    pub(super) jaccard: f64,
    pub(super) relation: Relation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// The same customers.
    Same,
    /// Every customer of the first is in the second.
    FirstInSecond,
    SecondInFirst,
    Partly,
}

impl Overview {
    pub(super) fn new(segments: usize) -> Self {
        let pairs = segments * segments.saturating_sub(1) / 2;
        Self {
            all: Group::default(),
            uncovered: Group::default(),
            segments: vec![Group::default(); segments],
            both: vec![0; if segments <= MOST_SEGMENTS { pairs } else { 0 }],
        }
    }

    /// A customer, the segments that she is in, by their positions in rising order, what she is worth and her answer.
    pub(super) fn add(&mut self, members: &[usize], value: Option<f64>, answer: Option<i64>) {
        self.all.add(value, answer);
        if members.is_empty() {
            self.uncovered.add(value, answer);
        }
        for (index, &segment) in members.iter().enumerate() {
            self.segments[segment].add(value, answer);
            if self.has_overlaps() {
                for &other in &members[..index] {
                    self.both[below(segment) + other] += 1;
                }
            }
        }
    }

    pub(super) fn has_overlaps(&self) -> bool {
        self.segments.len() <= MOST_SEGMENTS
    }

    /// How two different segments lie to each other; nothing of those that have nobody in common.
    pub(super) fn overlap(&self, one: usize, other: usize) -> Option<Overlap> {
        let pair = (one.min(other), one.max(other));
        let both = *self.both.get(below(pair.1) + pair.0)?;
        let (first, second) = (self.segments[pair.0].size, self.segments[pair.1].size);
        let relation = match (both == first, both == second) {
            (true, true) => Relation::Same,
            (true, false) => Relation::FirstInSecond,
            (false, true) => Relation::SecondInFirst,
            (false, false) => Relation::Partly,
        };
        (both > 0).then(|| Overlap {
            pair,
            both,
            jaccard: as_float(both) / as_float(first + second - both),
            relation,
        })
    }

    /// All pairs with somebody in common, those that are most alike first, then in the order of definition.
    pub(super) fn overlaps(&self) -> Vec<Overlap> {
        let count = if self.has_overlaps() {
            self.segments.len()
        } else {
            0
        };
        let pairs = (0..count).flat_map(|second| (0..second).map(move |first| (first, second)));
        let mut found: Vec<_> = pairs
            .filter_map(|(first, second)| self.overlap(first, second))
            .collect();
        found.sort_by(|a, b| b.jaccard.total_cmp(&a.jaccard).then(a.pair.cmp(&b.pair)));
        found
    }
}

/// Where the row of a segment begins.
fn below(segment: usize) -> usize {
    segment * segment.saturating_sub(1) / 2
}

/// Counts of customers are far below the 2^53 from which on this would round.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of customers are far below 2^53"
)]
pub(super) fn as_float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_apart() {
        let mut overview = Overview::new(4);
        for members in [&[0, 1, 2][..], &[0, 2], &[1], &[]] {
            overview.add(members, Some(2.5), None);
        }
        let sizes: Vec<_> = overview.segments.iter().map(|it| it.size).collect();
        assert_eq!((sizes, overview.uncovered.size), (vec![2, 2, 2, 0], 1));
        let found: Vec<_> = overview
            .overlaps()
            .iter()
            .map(|it| (it.pair, it.both, it.relation))
            .collect();
        assert_eq!(
            found,
            [
                ((0, 2), 2, Relation::Same),
                ((0, 1), 1, Relation::Partly),
                ((1, 2), 1, Relation::Partly)
            ]
        );
        assert_eq!(overview.overlap(3, 0), None);
        assert!((overview.overlap(1, 0).unwrap().jaccard - 1.0 / 3.0).abs() < 1e-15);
        assert!((overview.segments[0].value.sum - 5.0).abs() < 1e-15);
    }

    #[test]
    fn answers_count_as_promoters_and_detractors() {
        let mut overview = Overview::new(1);
        for answer in [0, 6, 7, 8, 9, 10, 10, 11, -1] {
            overview.add(&[0], None, Some(answer));
        }
        overview.add(&[0], None, None);
        let answers = &overview.segments[0].answers;
        assert_eq!(
            (answers.promoters, answers.passives, answers.detractors),
            (3, 2, 2)
        );
        assert_eq!((answers.outside, answers.count()), (2, 7));
        assert!((answers.score().unwrap() - 100.0 / 7.0).abs() < 1e-12);
        assert_eq!(Answers::default().score(), None);
    }

    #[test]
    fn too_many_segments_have_no_pairs() {
        let mut overview = Overview::new(MOST_SEGMENTS + 1);
        overview.add(&[0, 1], None, None);
        assert!(overview.overlaps().is_empty() && !overview.has_overlaps());
    }
}
