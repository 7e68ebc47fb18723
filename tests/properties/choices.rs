//! The numbers that a case is drawn from.

/// A finite string of numbers, read from left to right.
///
/// Everything random is drawn from one of these, and each drawing takes its simplest alternative at 0, also when the
/// numbers are used up. So dropping numbers and making them smaller gives simpler cases, whatever is built from them;
/// see [`Numbers::shrunk`](super::numbers::Numbers::shrunk).
#[derive(Debug)]
pub(crate) struct Choices<'a> {
    rest: std::slice::Iter<'a, u16>,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(numbers: &'a [u16]) -> Self {
        Self { rest: numbers.iter() }
    }

    /// A number below `count`; larger numbers of the string give larger results.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let number = self.rest.next().copied().unwrap_or(0);
        usize::from(number) * count / (1 << 16)
    }

    /// One of them; the first is the simplest.
    pub(crate) fn pick<'b, T>(&mut self, alternatives: &'b [T]) -> &'b T {
        &alternatives[self.below(alternatives.len())]
    }

    /// True once in `count` times.
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) + 1 == count
    }

    /// Tells whether all numbers were read.
    pub(crate) fn is_used_up(&self) -> bool {
        self.rest.len() == 0
    }
}
