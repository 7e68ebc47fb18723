//! What is read once per customer, and how constants cut it into buckets.

use std::collections::{HashMap, HashSet};

use super::parts::Truth;
use crate::plan::{CollectionId, Kind, NodeId, Op, Program, heads};

/// The bucket of a missing value, in every dimension.
pub(crate) const MISSING: u32 = 0;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reading {
    Known {
        slot: u32,
    },
    Bool {
        slot: u32,
    },
    Word {
        slot: u32,
    },
    Text {
        slot: u32,
    },
    /// The head of a text, and where it stands among a loaded customer's cells.
    Head {
        slot: u32,
        cell: u32,
    },
    Number {
        slot: u32,
        kind: Kind,
    },
    Node(NodeId),
    Count(CollectionId),
}

#[derive(Debug)]
pub(crate) struct Dimension {
    pub(crate) reading: Reading,
    pub(crate) buckets: Buckets,
    /// Under which number it is remembered, when it is expensive to read.
    pub(crate) term: usize,
}

/// How what was read is sorted; the first bucket is that of a missing value.
#[derive(Debug)]
pub(crate) enum Buckets {
    /// Known.
    One,
    /// False and true.
    Two,
    /// The first 64 words, and all others.
    Words,
    /// One more than there are numbers here that are not larger: the first numbers of buckets, ascending.
    Numbers(Box<[i64]>),
    Texts(Texts),
}

/// Texts that are asked for, which may have to share buckets. The first bucket is that of all other texts.
#[derive(Debug)]
pub(crate) struct Texts {
    /// Places of texts, by their hash; the size is a power of two, and at least half are empty.
    places: Box<[u32]>,
    asked: Box<[(Box<str>, u32)]>,
    buckets: u32,
}

const EMPTY: u32 = u32::MAX;

/// Sets with more members are not asked for one by one.
const FEW: usize = 64;

impl Reading {
    /// What a test is about; nothing for tests that no constant cuts into buckets.
    pub(super) fn of(op: Op, program: &Program, by_head: &ByHead) -> Option<Self> {
        Some(match op {
            Op::Known { slot } => Self::Known { slot },
            Op::Bool { slot } => Self::Bool { slot },
            Op::Int { slot, .. } => Self::Number {
                slot,
                kind: Kind::Int,
            },
            Op::Decimal { slot, .. } => Self::Number {
                slot,
                kind: Kind::Decimal,
            },
            Op::Float { slot, .. } => Self::Number {
                slot,
                kind: Kind::Float,
            },
            Op::Date { slot, .. } => Self::Number {
                slot,
                kind: Kind::Date,
            },
            Op::DateTime { slot, .. } => Self::Number {
                slot,
                kind: Kind::DateTime,
            },
            Op::NumberIn { slot, kind, set } if program.number_sets[set as usize].len() <= FEW => {
                Self::Number { slot, kind }
            }
            Op::Words { slot, .. } => Self::Word { slot },
            Op::TextIn { set, .. } if program.text_sets[set as usize].len() > FEW => return None,
            Op::TextIs { slot, .. } | Op::TextEmpty { slot } | Op::TextIn { slot, .. } => {
                by_head.reading(slot).unwrap_or(Self::Text { slot })
            }
            Op::TextStarts { slot, .. } if heads::of(op, program).is_some() => return by_head.reading(slot),
            Op::Value { node, .. } => Self::Node(node),
            Op::Count { items, .. } => Self::Count(items),
            _ => return None,
        })
    }

    /// Whether reading it takes longer than comparing it.
    pub(super) fn is_expensive(self) -> bool {
        matches!(self, Self::Node(_) | Self::Count(_))
    }
}

/// The slots of text whose heads tell whether any of their tests holds, with few enough constants for each to have a bucket.
#[derive(Debug, Default)]
pub(super) struct ByHead(HashMap<u32, u32>);

impl ByHead {
    /// Looks at all tests of the customer; `most` numbers may cut a dimension.
    pub(super) fn of(ops: impl Iterator<Item = Op>, program: &Program, most: usize) -> Self {
        let mut cuts: HashMap<u32, Option<HashSet<i64>>> = HashMap::new();
        for op in ops {
            let (Op::TextIs { slot, .. }
            | Op::TextEmpty { slot }
            | Op::TextIn { slot, .. }
            | Op::TextStarts { slot, .. }) = op
            else {
                continue;
            };
            let is_few = !matches!(op, Op::TextIn { set, .. } if program.text_sets[set as usize].len() > FEW);
            match ranges(op, program) {
                Some(ranges) if is_few => {
                    if let Some(cuts) = cuts.entry(slot).or_insert_with(|| Some(HashSet::new())) {
                        cuts.extend(ranges.into_iter().flat_map(ends));
                    }
                }
                // Such a test is in no dimension anyway.
                _ if !is_few || matches!(op, Op::TextStarts { .. }) => {}
                _ => {
                    cuts.insert(slot, None);
                }
            }
        }
        let slots = cuts.into_iter().filter_map(|(slot, cuts)| {
            let is_exact = cuts?.len() <= most;
            let cell = program.customer.head(slot as usize).filter(|_| is_exact)?;
            Some((slot, u32::try_from(cell).ok()?))
        });
        Self(slots.collect())
    }

    fn reading(&self, slot: u32) -> Option<Reading> {
        let cell = *self.0.get(&slot)?;
        Some(Reading::Head { slot, cell })
    }
}

/// The constants with which a dimension is compared, while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Constants<'p> {
    numbers: Vec<i64>,
    texts: HashMap<&'p str, u32>,
}

impl<'p> Constants<'p> {
    pub(super) fn add(&mut self, op: Op, reading: Reading, program: &'p Program) {
        if !matches!(reading, Reading::Text { .. }) {
            let ranges = ranges(op, program).unwrap_or_default();
            self.numbers.extend(ranges.into_iter().flat_map(ends));
            return;
        }
        match op {
            Op::TextIs { text, .. } => *self.texts.entry(&program.texts[text as usize]).or_default() += 1,
            Op::TextEmpty { .. } => *self.texts.entry("").or_default() += 1,
            Op::TextIn { set, .. } => {
                for text in &program.text_sets[set as usize] {
                    *self.texts.entry(text).or_default() += 1;
                }
            }
            _ => {}
        }
    }

    /// The dimension, cut into no more buckets than `most` and those of missing and other values.
    pub(super) fn dimension(mut self, reading: Reading, most: usize) -> Dimension {
        let buckets = match reading {
            Reading::Known { .. } => Buckets::One,
            Reading::Bool { .. } => Buckets::Two,
            Reading::Word { .. } => Buckets::Words,
            Reading::Text { .. } => Buckets::Texts(Texts::new(self.texts, most)),
            Reading::Head { .. } | Reading::Number { .. } | Reading::Node(_) | Reading::Count(_) => {
                self.numbers.sort_unstable();
                self.numbers.dedup();
                let every = self.numbers.len().div_ceil(most).max(1);
                Buckets::Numbers(self.numbers.into_iter().step_by(every).collect())
            }
        };
        Dimension {
            reading,
            buckets,
            term: 0,
        }
    }
}

impl Dimension {
    pub(super) fn len(&self) -> u32 {
        match &self.buckets {
            Buckets::One => 2,
            Buckets::Two => 3,
            Buckets::Words => 66,
            Buckets::Numbers(firsts) => 2 + narrow(firsts.len()),
            Buckets::Texts(texts) => 2 + texts.buckets,
        }
    }

    /// What a test of this dimension says of the values in each bucket.
    pub(super) fn truths(&self, op: Op, program: &Program) -> Vec<Truth> {
        let yes = |yes: bool| if yes { Truth::Yes } else { Truth::No };
        let buckets = 0..self.len();
        match (&self.buckets, op) {
            (Buckets::One, _) => vec![Truth::No, Truth::Yes],
            (Buckets::Two, _) => vec![Truth::No, Truth::No, Truth::Yes],
            (Buckets::Words, Op::Words { mask, .. }) => buckets
                .map(|bucket| yes((1..=64).contains(&bucket) && mask >> (bucket - 1) & 1 == 1))
                .collect(),
            (Buckets::Numbers(firsts), _) => match ranges(op, program) {
                Some(ranges) => of_numbers(firsts, |first, last| {
                    let next = ranges.partition_point(|(_, high)| *high < first);
                    match ranges.get(next) {
                        Some((low, high)) if *low <= first && last <= *high => Truth::Yes,
                        Some((low, _)) if *low <= last => Truth::Perhaps,
                        _ => Truth::No,
                    }
                }),
                None => vec![Truth::Perhaps; self.len() as usize],
            },
            (Buckets::Texts(texts), _) => match op {
                Op::TextIs { text, .. } => texts.truths([&*program.texts[text as usize]]),
                Op::TextEmpty { .. } => texts.truths([""]),
                Op::TextIn { set, .. } => {
                    texts.truths(program.text_sets[set as usize].iter().map(|it| &**it))
                }
                _ => vec![Truth::Perhaps; self.len() as usize],
            },
            _ => vec![Truth::Perhaps; self.len() as usize],
        }
    }
}

/// In which ranges, in ascending order, the number lies where a test holds, and nowhere else.
fn ranges(op: Op, program: &Program) -> Option<Vec<(i64, i64)>> {
    if let Op::NumberIn { set, .. } = op {
        let set = program.number_sets[set as usize].iter();
        return Some(set.map(|it| (*it, *it)).collect());
    }
    if let Some(range) = op.range() {
        return Some(vec![range]);
    }
    let (_, heads) = heads::of(op, program)?;
    let heads = heads
        .iter()
        .map(|it| (head_number(*it.start()), head_number(*it.end())));
    let mut ranges: Vec<_> = heads.collect();
    ranges.sort_unstable();
    Some(ranges)
}

/// The first numbers inside of a range, and behind it.
fn ends((low, high): (i64, i64)) -> impl Iterator<Item = i64> {
    let low = (low > i64::MIN).then_some(low);
    low.into_iter().chain(high.checked_add(1))
}

/// The number of a head: of two, the one that is larger has the larger number.
#[inline]
pub(crate) fn head_number(head: u64) -> i64 {
    (head ^ 1 << 63).cast_signed()
}

fn of_numbers(firsts: &[i64], of: impl Fn(i64, i64) -> Truth) -> Vec<Truth> {
    let begin = [i64::MIN].into_iter().chain(firsts.iter().copied());
    let end = firsts.iter().map(|it| it - 1).chain([i64::MAX]);
    let buckets = begin.zip(end).map(|(first, last)| of(first, last));
    [Truth::No].into_iter().chain(buckets).collect()
}

impl Texts {
    fn new(asked: HashMap<&str, u32>, most: usize) -> Self {
        // What is asked for most often comes first, and then gets a bucket of its own.
        let mut texts: Vec<(&str, u32)> = asked.into_iter().collect();
        texts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let buckets = texts.len().min(most).max(1);
        let size = (texts.len() * 2).next_power_of_two();
        let mut found = Self {
            places: vec![EMPTY; size].into(),
            asked: Box::default(),
            buckets: narrow(buckets),
        };
        let texts = texts.into_iter().enumerate().map(|(index, (text, _))| {
            let mut place = hash(text) & (size - 1);
            while found.places[place] != EMPTY {
                place = (place + 1) & (size - 1);
            }
            found.places[place] = narrow(index);
            (text.into(), 2 + narrow(index % buckets))
        });
        found.asked = texts.collect();
        found
    }

    /// The bucket of a text.
    #[inline]
    pub(crate) fn bucket(&self, text: &str) -> u32 {
        let mask = self.places.len() - 1;
        let mut place = hash(text) & mask;
        while let Some((known, bucket)) = self.asked.get(self.places[place] as usize) {
            if **known == *text {
                return *bucket;
            }
            place = (place + 1) & mask;
        }
        1
    }

    /// A bucket holds for certain when all its texts are asked for.
    fn truths<'t>(&self, asked: impl IntoIterator<Item = &'t str>) -> Vec<Truth> {
        let mut found = vec![0; 2 + self.buckets as usize];
        for text in asked {
            found[self.bucket(text) as usize] += 1;
        }
        found[1] = 0;
        let texts = (self.asked.len(), self.buckets as usize);
        let sizes = (0..texts.1).map(|bucket| texts.0 / texts.1 + usize::from(bucket < texts.0 % texts.1));
        let sizes = [usize::MAX; 2].into_iter().chain(sizes);
        let truths = found.into_iter().zip(sizes).map(|(found, size)| match found {
            0 => Truth::No,
            all if all == size => Truth::Yes,
            _ => Truth::Perhaps,
        });
        truths.collect()
    }
}

/// Eight bytes at a time. Who chooses texts to make it slow has the definitions in hand, and would only slow down these.
#[inline]
fn hash(text: &str) -> usize {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = text.len() as u64;
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    for chunk in chunks {
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(*chunk)).wrapping_mul(FACTOR);
    }
    let rest = rest.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
    hash = (hash.rotate_left(5) ^ rest).wrapping_mul(FACTOR);
    (hash >> 32) as usize
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("limits keep the number of constants below 2^32")
}
