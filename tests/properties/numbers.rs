//! The numbers that a case is drawn from, and how a failing case is made small.

use std::time::{Duration, Instant};

/// One string of numbers for each part of a case, so that a part can be dropped on its own; see
/// [`Choices`](super::choices::Choices).
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    pub(crate) palette: Vec<u16>,
    pub(crate) schema: Vec<u16>,
    pub(crate) rules: Vec<Vec<u16>>,
    pub(crate) customers: Vec<Vec<u16>>,
}

impl Numbers {
    /// The numbers of a case; the same for the same seed.
    pub(crate) fn of_seed(seed: u64) -> Self {
        let mut random = Random(seed);
        let rules = 1 + random.below(20);
        let customers = 4 + random.below(12);
        Self {
            palette: random.string(160),
            schema: random.string(200),
            rules: (0..rules).map(|_| random.string(2_000)).collect(),
            customers: (0..customers).map(|_| random.string(600)).collect(),
        }
    }

    fn strings(&mut self) -> impl Iterator<Item = &mut Vec<u16>> {
        let (palette, schema) = (&mut self.palette, &mut self.schema);
        self.rules
            .iter_mut()
            .chain(&mut self.customers)
            .chain([palette, schema])
    }

    fn string(&mut self, index: usize) -> Option<&mut Vec<u16>> {
        self.strings().nth(index)
    }

    fn edit(&mut self, index: usize, change: impl FnOnce(&mut Vec<u16>)) {
        if let Some(string) = self.string(index) {
            change(string);
        }
    }

    /// The smallest case that still fails, as far as it is found in reasonable time.
    pub(crate) fn shrunk(self, fails: impl FnMut(&Self) -> bool) -> Self {
        let mut shrinking = Shrinking {
            numbers: self,
            fails,
            until: Instant::now() + Duration::from_secs(60),
        };
        while shrinking.round() {}
        shrinking.numbers
    }
}

struct Shrinking<F> {
    numbers: Numbers,
    fails: F,
    until: Instant,
}

impl<F: FnMut(&Numbers) -> bool> Shrinking<F> {
    /// Keeps the change when the case still fails.
    fn attempt(&mut self, change: impl FnOnce(&mut Numbers)) -> bool {
        if Instant::now() > self.until {
            return false;
        }
        let mut changed = self.numbers.clone();
        change(&mut changed);
        let fails = (self.fails)(&changed);
        if fails {
            self.numbers = changed;
        }
        fails
    }

    /// Goes over all parts once; tells whether anything became smaller.
    fn round(&mut self) -> bool {
        let mut smaller = false;
        for index in (0..self.numbers.customers.len()).rev() {
            smaller |= self.attempt(|it| drop(it.customers.remove(index)));
        }
        for index in (0..self.numbers.rules.len()).rev() {
            smaller |= self.attempt(|it| drop(it.rules.remove(index)));
        }
        for index in 0..self.numbers.strings().count() {
            smaller |= self.shorten(index);
        }
        for index in 0..self.numbers.strings().count() {
            smaller |= self.lower(index);
        }
        smaller
    }

    /// Drops numbers of a string: its end first, then pieces.
    fn shorten(&mut self, index: usize) -> bool {
        let mut smaller = false;
        let length = self.length(index);
        let mut piece = length;
        while piece > 0 {
            let mut from = self.length(index).saturating_sub(piece);
            loop {
                let to = (from + piece).min(self.length(index));
                if from < to {
                    smaller |= self.attempt(|it| it.edit(index, |string| drop(string.drain(from..to))));
                }
                if from == 0 {
                    break;
                }
                from = from.saturating_sub(piece);
            }
            piece /= 2;
        }
        smaller
    }

    /// Makes numbers of a string smaller.
    fn lower(&mut self, index: usize) -> bool {
        let mut smaller = false;
        for at in 0..self.length(index) {
            let number = self
                .numbers
                .string(index)
                .and_then(|string| string.get(at).copied())
                .unwrap_or(0);
            for less in [0, number / 2, number - number / 8, number.saturating_sub(1 << 10)] {
                if less < number && self.attempt(|it| it.edit(index, |string| string[at] = less)) {
                    smaller = true;
                    break;
                }
            }
        }
        smaller
    }

    fn length(&mut self, index: usize) -> usize {
        self.numbers.string(index).map_or(0, |string| string.len())
    }
}

/// The generator `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    /// Up to so many numbers.
    pub(crate) fn string(&mut self, longest: u64) -> Vec<u16> {
        let length = self.below(longest + 1);
        (0..length)
            .map(|_| u16::try_from(self.next() >> 48).expect("sixteen bits"))
            .collect()
    }
}
