//! Loops over columns that give one bit per row.
//!
//! A loop compares 64 values to 64 bytes, which compilers do many at a time, and packs the bytes into one word.

use std::ops::Range;

use super::super::{Bits, column::Codes};
use crate::bits::{self, ones};

/// One bit from each of 64 bytes that are 0 or 1.
#[inline]
fn pack(bytes: &[u8; 64]) -> u64 {
    let (eights, _) = bytes.as_chunks::<8>();
    let mut word = 0;
    for (index, eight) in eights.iter().enumerate() {
        // Each byte is shifted to a place of its own in the highest byte of the product.
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word |= bits << (8 * index);
    }
    word
}

/// A bit for each value.
#[inline]
pub(super) fn each<T: Copy>(values: &[T], out: &mut [u64], test: impl Fn(T) -> bool) {
    let (chunks, rest) = values.as_chunks::<64>();
    for (chunk, word) in chunks.iter().zip(out.iter_mut()) {
        let mut bytes = [0; 64];
        for (byte, value) in bytes.iter_mut().zip(chunk) {
            *byte = u8::from(test(*value));
        }
        *word = pack(&bytes);
    }
    if let Some(word) = out.get_mut(chunks.len()) {
        let bits = rest.iter().enumerate();
        *word = bits.fold(0, |word, (bit, value)| word | u64::from(test(*value)) << bit);
    }
}

/// A bit for each row by its position.
#[inline]
pub(super) fn each_row(rows: usize, out: &mut [u64], test: impl Fn(usize) -> bool) {
    for (index, word) in out.iter_mut().enumerate() {
        let first = index * 64;
        let bits = 0..(rows - first.min(rows)).min(64);
        *word = bits.fold(0, |word, bit| word | u64::from(test(first + bit)) << bit);
    }
}

/// Whole numbers from one to another, both included.
#[inline]
pub(super) fn range<T: Copy + Into<i64>>(values: &[T], out: &mut [u64], (low, high): (i64, i64)) {
    let width = high.wrapping_sub(low).cast_unsigned();
    each(values, out, |value| {
        value.into().wrapping_sub(low).cast_unsigned() <= width
    });
}

/// Counts from one to another, both included.
pub(super) fn range_of_counts(counts: &[u32], out: &mut [u64], (low, high): (i64, i64)) {
    let most = i64::from(u32::MAX);
    match (u32::try_from(low.max(0)), u32::try_from(high.min(most))) {
        (Ok(low), Ok(high)) => each(counts, out, |count| (low <= count) & (count <= high)),
        _ => out.fill(0),
    }
}

/// Days from one to another, both included.
pub(super) fn range_of_days(days: &[i32], out: &mut [u64], (low, high): (i64, i64)) {
    let ends = (
        i32::try_from(low.max(i32::MIN.into())),
        i32::try_from(high.min(i32::MAX.into())),
    );
    let (Ok(low), Ok(high)) = ends else {
        out.fill(0);
        return;
    };
    each(days, out, |day| (low <= day) & (day <= high));
}

/// Whether a number is one of few.
pub(super) fn points<T: Copy + Into<i64>>(values: &[T], out: &mut [u64], points: &[i64]) {
    match *points {
        [one] => each(values, out, |value| value.into() == one),
        [one, two] => each(values, out, |value| {
            let value = value.into();
            (value == one) | (value == two)
        }),
        _ => each(values, out, |value| {
            let value = value.into();
            points
                .iter()
                .fold(false, |found, point| found | (*point == value))
        }),
    }
}

/// Does something with some of the codes, of whatever width.
macro_rules! with_codes {
    ($codes:expr, $rows:expr, |$slice:ident| $work:expr) => {
        match $codes {
            Codes::U8(codes) => {
                let $slice = &codes[$rows];
                $work
            }
            Codes::U16(codes) => {
                let $slice = &codes[$rows];
                $work
            }
            Codes::U32(codes) => {
                let $slice = &codes[$rows];
                $work
            }
            Codes::I8(codes) => {
                let $slice = &codes[$rows];
                $work
            }
            Codes::I16(codes) => {
                let $slice = &codes[$rows];
                $work
            }
            Codes::I32(codes) => {
                let $slice = &codes[$rows];
                $work
            }
        }
    };
}

/// Which codes pass a test.
#[derive(Clone, Debug)]
pub(super) struct CodeSet {
    /// By code.
    passes: Box<[bool]>,
    /// Where few of them do, or few do not.
    few: Option<Few>,
}

#[derive(Clone, Debug)]
struct Few {
    /// At least one; repeated to be four.
    codes: [usize; 4],
    /// Whether they are those that do not pass.
    negated: bool,
}

impl CodeSet {
    pub(super) fn new(passes: Vec<bool>) -> Self {
        let of = |wanted: bool| {
            let codes: Vec<usize> = (0..passes.len())
                .filter(|it| passes[*it] == wanted)
                .take(5)
                .collect();
            match codes[..] {
                [first, ..] if codes.len() <= 4 => Some(Few {
                    codes: [0, 1, 2, 3].map(|index| codes.get(index).copied().unwrap_or(first)),
                    negated: !wanted,
                }),
                _ => None,
            }
        };
        Self {
            few: of(true).or_else(|| of(false)),
            passes: passes.into(),
        }
    }

    /// Of each code.
    pub(super) fn passes(&self) -> &[bool] {
        &self.passes
    }

    /// Whether it has the code of that row, whose value is not missing.
    #[inline]
    pub(super) fn has(&self, codes: &Codes<'_>, row: usize) -> bool {
        codes
            .at(row)
            .is_some_and(|code| self.passes.get(code) == Some(&true))
    }

    /// A bit for each of those rows. Rows whose value is missing may get any.
    pub(super) fn of(&self, codes: &Codes<'_>, rows: Range<usize>, out: &mut [u64]) {
        with_codes!(codes, rows, |slice| self.of_slice(slice, out));
    }

    #[inline]
    fn of_slice<T>(&self, codes: &[T], out: &mut [u64])
    where
        T: Copy + PartialEq + TryFrom<usize> + TryInto<usize>,
    {
        // A code that its type cannot hold is one that no row has.
        let narrow = |few: &Few| Some((T::try_from(few.codes[0]).ok()?, few.codes, few.negated));
        match self.few.as_ref().and_then(narrow) {
            Some((one, codes_of_four, negated)) => {
                let [_, two, three, four] = codes_of_four.map(|it| T::try_from(it).unwrap_or(one));
                if one == two {
                    each(codes, out, |code| (code == one) != negated);
                } else {
                    each(codes, out, |code| {
                        ((code == one) | (code == two) | (code == three) | (code == four)) != negated
                    });
                }
            }
            None => each(codes, out, |code| {
                let code = code.try_into().unwrap_or(usize::MAX);
                self.passes.get(code).copied().unwrap_or(false)
            }),
        }
    }
}

/// Sets the bit of each item's owner in the mask of its code, all of which have so many words. Items whose value is missing are
/// passed over.
pub(super) fn scatter_owners(
    (codes, known): (&Codes<'_>, Option<&Bits<'_>>),
    items: Range<usize>,
    owners: &[u16],
    words: usize,
    masks: &mut [u64],
) {
    fn each_item<T: Copy + TryInto<usize>>(
        codes: &[T],
        known: impl Fn(usize) -> bool,
        owners: &[u16],
        words: usize,
        masks: &mut [u64],
    ) {
        for (item, (code, owner)) in codes.iter().zip(owners).enumerate() {
            let code: usize = (*code).try_into().unwrap_or(usize::MAX);
            let owner = usize::from(*owner);
            if let Some(word) = masks.get_mut(code.saturating_mul(words).saturating_add(owner / 64))
                && known(item)
            {
                *word |= 1 << (owner % 64);
            }
        }
    }
    let first = items.start;
    match known {
        None => with_codes!(codes, items, |slice| each_item(
            slice,
            |_| true,
            owners,
            words,
            masks
        )),
        Some(known) => with_codes!(codes, items, |slice| {
            each_item(slice, |item| known.get(first + item), owners, words, masks);
        }),
    }
}

/// The class of each row by its code; those of missing values may be any.
pub(super) fn classes_of_codes(codes: &Codes<'_>, rows: Range<usize>, classes: &mut [u8]) {
    fn narrow<T: Copy + TryInto<usize>>(codes: &[T], classes: &mut [u8]) {
        for (class, code) in classes.iter_mut().zip(codes) {
            let code = (*code).try_into().unwrap_or(usize::MAX);
            *class = u8::try_from(code).unwrap_or(u8::MAX);
        }
    }
    with_codes!(codes, rows, |slice| narrow(slice, classes));
}

/// Whether so few of so many rows are asked about that each is looked at by itself.
pub(super) fn are_few(asked: &[u64], rows: usize) -> bool {
    bits::count(asked) * 16 <= rows
}

/// Asks some rows one by one, and leaves the bits of the others.
#[inline]
pub(super) fn each_asked(asked: &[u64], out: &mut [u64], mut test: impl FnMut(usize) -> bool) {
    for (index, (asked, out)) in asked.iter().zip(out).enumerate() {
        let mut word = 0;
        for bit in ones(*asked) {
            word |= u64::from(test(index * 64 + bit)) << bit;
        }
        *out = *out & !asked | word;
    }
}

/// The same of rows whose values are known, by their numbers from the first on; the others do not pass.
#[inline]
pub(super) fn each_known(
    (known, first, asked): (Option<&Bits<'_>>, usize, &[u64]),
    out: &mut [u64],
    test: impl Fn(usize) -> bool,
) {
    for (index, (asked, out)) in asked.iter().zip(out).enumerate() {
        let known = known.map_or(u64::MAX, |known| known.word(first + index * 64));
        let mut word = 0;
        for bit in ones(*asked & known) {
            word |= u64::from(test(first + index * 64 + bit)) << bit;
        }
        *out = *out & !asked | word;
    }
}

/// Takes away the rows whose values are missing, and what lies beyond the last row.
#[inline]
pub(super) fn only_known(known: Option<&Bits<'_>>, first: usize, rows: usize, out: &mut [u64]) {
    if let Some(known) = known {
        for (index, word) in out.iter_mut().enumerate() {
            *word &= known.word(first + index * 64);
        }
    }
    only_first(rows, out);
}

/// Takes away what lies beyond so many rows.
#[inline]
pub(super) fn only_first(rows: usize, out: &mut [u64]) {
    if let Some(last) = out.get_mut(rows / 64) {
        *last &= (1 << (rows % 64)) - 1;
    }
    if let Some(beyond) = out.get_mut(rows / 64 + 1..) {
        beyond.fill(0);
    }
}

/// How many of the bits from one position up to another are set.
#[inline]
pub(super) fn count_between(bits: &[u64], from: usize, to: usize) -> usize {
    if from >= to {
        return 0;
    }
    let (first, last) = (from / 64, (to - 1) / 64);
    let high = u64::MAX >> (63 - (to - 1) % 64);
    let low = u64::MAX << (from % 64);
    if first == last {
        return (bits[first] & low & high).count_ones() as usize;
    }
    let middle: usize = bits[first + 1..last]
        .iter()
        .map(|it| it.count_ones() as usize)
        .sum();
    (bits[first] & low).count_ones() as usize + middle + (bits[last] & high).count_ones() as usize
}

/// Does something with the position of each bit that is set between two positions, in order.
#[inline]
pub(super) fn each_between(bits: &[u64], from: usize, to: usize, mut work: impl FnMut(usize)) {
    let mut position = from;
    while position < to {
        let left = bits[position / 64] >> (position % 64);
        if left == 0 {
            position = (position / 64 + 1) * 64;
            continue;
        }
        position += left.trailing_zeros() as usize;
        if position < to {
            work(position);
        }
        position += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_and_visited_between_any_positions() {
        let bits = [0x8000_0000_0000_0001, 0, 0xdead_beef_0123_4567, u64::MAX];
        let is_set = |at: usize| bits[at / 64] >> (at % 64) & 1 == 1;
        for from in 0..=256 {
            for to in 0..=256 {
                let expected: Vec<usize> = (from..to).filter(|it| is_set(*it)).collect();
                assert_eq!(count_between(&bits, from, to), expected.len(), "{from} {to}");
                let mut visited = Vec::new();
                each_between(&bits, from, to, |at| visited.push(at));
                assert_eq!(visited, expected, "{from} {to}");
            }
        }
    }

    #[test]
    fn owners_have_the_codes_of_their_items() {
        let codes = Codes::from(vec![9_u16, 0, 1, 1, 2, 7, 0]);
        let known: Bits<'_> = [true, true, true, false, true, true, true].into_iter().collect();
        let owners = [0, 0, 65, 66, 70];
        for (known, of_one) in [(None, 0b10), (Some(&known), 0)] {
            let mut masks = vec![0; 3 * 2];
            scatter_owners((&codes, known), 1..6, &owners, 2, &mut masks);
            assert_eq!(masks, [1, 0, 1, of_one, 0, 0b100], "{known:?}");
        }
    }

    #[test]
    fn rows_asked_one_by_one_leave_the_others() {
        let mut out = [0b1111_0000, u64::MAX];
        each_asked(&[0b0011_1100, 1 << 63], &mut out, |row| row % 2 == 1);
        assert_eq!(out, [0b1110_1000, u64::MAX]);
        assert!(are_few(&[0b11, 0], 32) && !are_few(&[0b111, 0], 32));
    }

    #[test]
    fn counts_of_any_size_are_compared() {
        let counts = [0, 1, 2, u32::MAX];
        for (ends, expected) in [
            ((2, i64::MAX), 0b1100),
            ((0, 0), 0b0001),
            ((i64::MIN, 1), 0b0011),
            ((3, 2), 0),
            ((i64::MIN, -1), 0),
            ((1 << 40, i64::MAX), 0),
        ] {
            let mut out = [u64::MAX];
            range_of_counts(&counts, &mut out, ends);
            assert_eq!(out, [expected], "{ends:?}");
        }
    }

    #[test]
    fn every_loop_says_what_a_test_of_each_value_says() {
        let numbers: Vec<i64> = (0..200).map(|it| (it * 37) % 101 - 50).collect();
        for rows in [0, 1, 63, 64, 65, 200] {
            let mut out = vec![u64::MAX; rows / 64 + 1];
            let mut check = |fill: &dyn Fn(&mut [u64]), test: &dyn Fn(i64) -> bool| {
                fill(&mut out);
                for (row, number) in numbers[..rows].iter().enumerate() {
                    assert_eq!(
                        out[row / 64] >> (row % 64) & 1 == 1,
                        test(*number),
                        "{rows} {row}"
                    );
                }
            };
            for (low, high) in [
                (-10, 20),
                (5, 5),
                (i64::MIN, 0),
                (0, i64::MAX),
                (i64::MIN, i64::MAX),
            ] {
                check(&|out| range(&numbers[..rows], out, (low, high)), &|it| {
                    (low..=high).contains(&it)
                });
            }
            check(&|out| points(&numbers[..rows], out, &[3]), &|it| it == 3);
            check(&|out| points(&numbers[..rows], out, &[3, 4, -9]), &|it| {
                [3, 4, -9].contains(&it)
            });
            check(&|out| each_row(rows, out, |row| numbers[row] > 7), &|it| it > 7);
        }
    }
}
