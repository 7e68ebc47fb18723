//! Sets of rows of a block.

/// Sets that are numbered, each with a bit for each row, in as many words for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Masks {
    words: usize,
    bits: Vec<u64>,
}

impl Masks {
    /// So many empty sets of so many words each.
    pub(super) fn new(count: usize, words: usize) -> Self {
        Self {
            words,
            bits: vec![0; count * words],
        }
    }

    /// As many sets as are asked for, of so many words each, whatever is in them.
    pub(super) fn reshape(&mut self, count: usize, words: usize) {
        self.words = words;
        self.bits.resize(count * words, 0);
    }

    pub(super) fn of(&self, number: usize) -> &[u64] {
        &self.bits[number * self.words..][..self.words]
    }

    pub(super) fn of_mut(&mut self, number: usize) -> &mut [u64] {
        &mut self.bits[number * self.words..][..self.words]
    }

    pub(super) fn each_mut(&mut self) -> impl Iterator<Item = &mut [u64]> {
        self.bits.chunks_exact_mut(self.words.max(1))
    }

    /// Two sets, of which the first has the smaller number.
    pub(super) fn two_mut(&mut self, first: usize, second: usize) -> (&mut [u64], &mut [u64]) {
        let (before, from) = self.bits.split_at_mut(second * self.words);
        (
            &mut before[first * self.words..][..self.words],
            &mut from[..self.words],
        )
    }
}
