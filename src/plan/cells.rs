//! What a condition asks of a loaded customer's own cells, to be tested without a jump.
//!
//! A jump on data is a guess of the processor, and a wrong one takes longer than ten tests. So the first parts of a condition
//! that are about cells alone are worked out side by side, a few at a time, and only then is it decided whether to go on. Ranges,
//! words, short texts and their beginnings are all comparisons of a cell with constants. Questions about events come next, as
//! long as nothing else stands between.

use std::ops::Range;

use super::{
    event_test::EventTest,
    heads, parts,
    program::{BlockId, Kind, Leaf, Op, Program, Target},
};
use crate::schema::Layout;

/// The beginning of a condition, as tests of cells.
#[derive(Debug)]
pub(crate) struct Cells {
    /// Of the first 64 values, those that must be known because `ranges` ask for them.
    pub(crate) known: u64,
    /// All of these must hold, some at once; their cells are near.
    pub(crate) ranges: [CellRange; RANGES_AT_ONCE],
    pub(crate) more_ranges: Box<[[CellRange; RANGES_AT_ONCE]]>,
    /// And of these, a part after the other: one of its tests must hold.
    pub(crate) tests: Box<[CellTest]>,
    pub(crate) hashed: Box<[Hashed]>,
    /// Then all of these must hold; of those with `true`, none must.
    pub(crate) events: Box<[(EventTest, bool)]>,
    /// The same parts, `ranges` included and `events` not, for rows without cells.
    pub(crate) asked: Box<[SlotTest]>,
    /// Whether a test reads moments.
    pub(crate) in_time: bool,
    /// Where the rest of the condition begins.
    pub(crate) rest: Target,
    /// Whether the ranges are the whole condition.
    pub(crate) only_ranges: bool,
}

/// So many ranges are looked at before it is decided whether to go on.
pub(crate) const RANGES_AT_ONCE: usize = 2;

/// That a cell, which is known and near, lies in a range: from `low` on, as far as `span`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellRange {
    pub(crate) cell: u32,
    pub(crate) low: u64,
    pub(crate) span: u64,
}

impl CellRange {
    /// Any cell lies in there.
    const ALL: Self = Self {
        cell: 0,
        low: 0,
        span: u64::MAX,
    };
}

/// A test of one cell; a missing value fails it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellTest {
    /// The bit that says whether the value is known.
    pub(crate) known: u32,
    pub(crate) cell: u32,
    pub(crate) accepts: Accepts,
    /// Whether it holds where it does not.
    pub(crate) negated: bool,
    /// Whether the next one is of the same part.
    pub(crate) more: bool,
}

/// A test of a slot, by its leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotTest {
    pub(crate) op: Op,
    pub(crate) negated: bool,
    /// Whether the next one is of the same part.
    pub(crate) more: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// From `low` on, as far as `span`.
    Range { low: u64, span: u64 },
    /// From one moment up to, but not including, another.
    Window { from: u32, to: u32 },
    /// A word of an enumeration whose bit is set.
    Words { mask: u64 },
    /// One of a few, see [`Hashed`].
    Among { set: u32 },
}

/// A few numbers, each at a place of its own: the upper bits of its product with a factor.
#[derive(Clone, Debug)]
pub(crate) struct Hashed {
    factor: u64,
    shift: u32,
    places: Box<[u64]>,
}

/// So many tests of a part, and so many numbers of a set, are looked at side by side.
const MOST_TESTS: usize = 8;
const MOST_NUMBERS: usize = 16;

impl Cells {
    /// Plans the beginning of a condition of the customer.
    pub(crate) fn of(program: &Program, block: BlockId) -> Self {
        let start = program.blocks[block.0 as usize].start;
        let mut builder = Builder {
            program,
            hashed: Vec::new(),
        };
        let (mut known, mut ranges) = (0, Vec::new());
        let (mut tests, mut events, mut asked, mut rest) = (Vec::new(), Vec::new(), Vec::new(), start);
        for part in parts::conjuncts(program, start) {
            rest = Target(part.start);
            let Some(found) = builder.part(&part) else {
                let Some(found) = builder.events(&part) else {
                    break;
                };
                rest = Target::TRUE;
                events.push(found);
                continue;
            };
            rest = Target::TRUE;
            asked.extend(found.iter().map(|(asked, _)| *asked));
            match found[..] {
                [
                    (
                        _,
                        CellTest {
                            known: bit @ 0..64,
                            cell,
                            accepts: Accepts::Range { low, span },
                            negated: false,
                            ..
                        },
                    ),
                ] if (cell as usize) < Layout::NEAR => {
                    known |= 1 << bit;
                    ranges.push(CellRange { cell, low, span });
                }
                _ => tests.extend(found.iter().map(|(_, test)| *test)),
            }
        }
        let in_time = |it: &CellTest| matches!(it.accepts, Accepts::Window { .. });
        let only_ranges = tests.is_empty() && events.is_empty() && rest == Target::TRUE;
        let mut ranges = ranges.chunks(RANGES_AT_ONCE).map(|chunk| {
            let mut all = [CellRange::ALL; RANGES_AT_ONCE];
            all[..chunk.len()].copy_from_slice(chunk);
            all
        });
        Self {
            known,
            ranges: ranges.next().unwrap_or([CellRange::ALL; RANGES_AT_ONCE]),
            more_ranges: ranges.collect(),
            only_ranges,
            in_time: tests.iter().any(in_time) || !events.is_empty(),
            tests: tests.into(),
            hashed: builder.hashed.into(),
            events: events.into(),
            asked: asked.into(),
            rest,
        }
    }
}

struct Builder<'p> {
    program: &'p Program,
    hashed: Vec<Hashed>,
}

impl Builder<'_> {
    /// The tests of a part, or nothing when it is about more than cells.
    fn part(&mut self, part: &Range<u32>) -> Option<Vec<(SlotTest, CellTest)>> {
        let disjuncts = parts::disjuncts(self.program, part);
        if disjuncts.len() > MOST_TESTS {
            return None;
        }
        let tests = disjuncts.iter().map(|disjunct| {
            let [leaf] = parts::leaves(self.program, disjunct) else {
                return None;
            };
            let test = self.test(leaf, part.end)?;
            let asked = SlotTest {
                op: leaf.op,
                negated: test.negated,
                more: true,
            };
            Some((asked, test))
        });
        let mut tests: Vec<_> = tests.collect::<Option<_>>()?;
        let (asked, test) = tests.last_mut()?;
        (asked.more, test.more) = (false, false);
        Some(tests)
    }

    /// The question about events that a part is, and whether it must be answered by no.
    fn events(&self, part: &Range<u32>) -> Option<(EventTest, bool)> {
        let [leaf] = parts::leaves(self.program, part) else {
            return None;
        };
        let test = EventTest::of(self.program, &leaf.op)?;
        Some((test, leaf.then == Target::FALSE))
    }

    fn test(&mut self, leaf: &Leaf, end: u32) -> Option<CellTest> {
        let layout = &self.program.customer;
        let range = |low: u64, high: u64| Accepts::Range {
            low,
            span: high.wrapping_sub(low),
        };
        let numbers = |low: i64, high: i64| range(low.cast_unsigned(), high.cast_unsigned());
        let (slot, accepts, is_text) = match leaf.op {
            Op::Known { slot } => (slot, range(0, u64::MAX), false),
            Op::Bool { slot } => (slot, range(1, 1), false),
            Op::Int { slot, low, high }
            | Op::Decimal { slot, low, high }
            | Op::Date { slot, low, high }
            | Op::DateTime { slot, low, high } => (slot, numbers(low, high), false),
            // The bits of a float are its key above zero, and go the other way below.
            Op::Float { slot, low, high } if low > 0 => (slot, numbers(low, high), false),
            Op::Float { slot, low, high } if high < 0 => (
                slot,
                numbers(i64::MIN - high, i64::MIN - low.max(i64::MIN + 1)),
                false,
            ),
            Op::DateWindow { slot, from, to } | Op::DateTimeWindow { slot, from, to } => {
                (slot, Accepts::Window { from, to }, false)
            }
            Op::Words { slot, mask } => (slot, Accepts::Words { mask }, false),
            Op::NumberIn {
                slot,
                kind: Kind::Int | Kind::Decimal | Kind::Date | Kind::DateTime,
                set,
            } => {
                let numbers = self.program.number_sets[set as usize].iter();
                let numbers = numbers.map(|it| it.cast_unsigned()).collect();
                (slot, self.among(numbers)?, false)
            }
            op => {
                let (slot, heads) = heads::of(op, self.program)?;
                let accepts = match &heads[..] {
                    [heads] => range(*heads.start(), *heads.end()),
                    all => self.among(all.iter().map(|it| *it.start()).collect())?,
                };
                (slot, accepts, true)
            }
        };
        let cell = if is_text {
            layout.head(slot as usize)?
        } else {
            layout.cell(slot as usize)
        };
        Some(CellTest {
            known: slot,
            cell: u32::try_from(cell).ok()?,
            accepts,
            negated: leaf.then == Target::FALSE || leaf.then.0 < end,
            more: true,
        })
    }

    fn among(&mut self, numbers: Vec<u64>) -> Option<Accepts> {
        let set = u32::try_from(self.hashed.len()).ok()?;
        self.hashed.push(Hashed::of(numbers)?);
        Some(Accepts::Among { set })
    }
}

impl Hashed {
    /// Nothing when there are many, or when no factor was found that gives each its own place.
    fn of(mut numbers: Vec<u64>) -> Option<Self> {
        numbers.sort_unstable();
        numbers.dedup();
        if !(1..=MOST_NUMBERS).contains(&numbers.len()) {
            return None;
        }
        // With places as the square of the numbers, every other factor will do.
        let fewest = numbers.len().next_power_of_two().ilog2() + 1;
        (fewest..=2 * fewest).find_map(|bits| {
            let factors = (1..64_u64).map(|it| (it.wrapping_mul(0x9e37_79b9_7f4a_7c15)) | 1);
            factors
                .into_iter()
                .find_map(|factor| Self::with(&numbers, factor, bits))
        })
    }

    fn with(numbers: &[u64], factor: u64, bits: u32) -> Option<Self> {
        let mut hashed = Self {
            factor,
            shift: 64 - bits,
            places: Box::default(),
        };
        let mut places = vec![None; 1 << bits];
        for number in numbers {
            let place = &mut places[hashed.place(*number)];
            if place.replace(*number).is_some() {
                return None;
            }
        }
        // What stands at an empty place must not be found there, so it is a number whose place is another one.
        hashed.places = places.into_iter().map(|it| it.unwrap_or(numbers[0])).collect();
        Some(hashed)
    }

    #[inline]
    fn place(&self, number: u64) -> usize {
        usize::try_from(number.wrapping_mul(self.factor) >> self.shift).unwrap_or(0)
    }

    #[inline]
    pub(crate) fn has(&self, number: u64) -> bool {
        self.places.get(self.place(number)) == Some(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_its_numbers_and_no_others() {
        for len in 1..=MOST_NUMBERS as u64 {
            for step in [1, 8, 255, 1 << 32, 1 << 56, 0x9e37_79b9_7f4a_7c15] {
                let numbers: Vec<u64> = (0..len).map(|it| it.wrapping_mul(step)).collect();
                let set = Hashed::of(numbers.clone()).expect("there is a factor for so few");
                for number in (0..40).flat_map(|it: u64| [it, it.wrapping_mul(step), u64::MAX - it]) {
                    assert_eq!(
                        set.has(number),
                        numbers.contains(&number),
                        "{number} of {numbers:?}"
                    );
                }
            }
        }
        assert!(Hashed::of((0..17).collect()).is_none());
        assert!(Hashed::of(Vec::new()).is_none());
    }

    #[test]
    fn tests_stay_small() {
        assert_eq!(size_of::<CellTest>(), 40);
    }
}
