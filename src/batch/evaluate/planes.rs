//! The rows of each class, from the bits of the classes.
//!
//! The bits of small numbers are a mask of rows each, and a few operations on 64 rows at a time then give the rows of each
//! number, or those of each number and all after it: as many as there are numbers, and not one for each row.

use super::masks::Masks;

/// Of each class below `count`, the rows of it. Rows of other classes may be with any.
pub(super) fn rows_of(classes: &[u8], count: usize, scratch: &mut Scratch) {
    build(classes, count, scratch, |bit, (low, high)| {
        *high = *low & bit;
        *low &= !bit;
    });
}

/// Of each class up to `count`, the rows of it and of those after it. All classes are less than `count`, so that the last has
/// none.
pub(super) fn rows_from(classes: &[u8], count: usize, scratch: &mut Scratch) {
    build(classes, count, scratch, |bit, (low, high)| {
        *high = *low & bit;
        *low |= bit;
    });
    scratch.masks.of_mut(count).fill(0);
}

/// What is worked out on the way.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    turned: Vec<u64>,
    bits: Masks,
    /// What comes of it.
    pub(super) masks: Masks,
}

/// Doubles the masks with each bit, from the lowest: those of a class without the bit become those of the class without it
/// and of the class with it.
#[inline]
fn build(classes: &[u8], count: usize, scratch: &mut Scratch, split: impl Fn(u64, (&mut u64, &mut u64))) {
    let Scratch { turned, bits, masks } = scratch;
    bits_of(classes, turned, bits);
    masks.reshape(count + 1, classes.len().div_ceil(64));
    masks.of_mut(0).fill(u64::MAX);
    let mut len = 1;
    for bit in (0..BITS).map(|bit| bits.of(bit)) {
        // Of the last bit, not all are classes.
        for class in 0..len {
            if class + len < count {
                let (low, high) = masks.two_mut(class, class + len);
                for ((low, high), bit) in low.iter_mut().zip(high).zip(bit) {
                    split(*bit, (low, high));
                }
            } else if len < count {
                for (low, bit) in masks.of_mut(class).iter_mut().zip(bit) {
                    split(*bit, (low, &mut 0));
                }
            }
        }
        len *= 2;
    }
}

/// A class is a byte.
const BITS: usize = 8;

/// The rows that have each bit.
///
/// First the bits of each eight bytes change places with the bytes, then the bytes of each eight words with the words, by
/// halves that change places: Henry S. Warren, *Hacker's Delight*, 2nd edition, section 7-3.
fn bits_of(classes: &[u8], turned: &mut Vec<u64>, bits: &mut Masks) {
    let words = classes.len().div_ceil(64);
    let (eights, rest) = classes.as_chunks::<8>();
    turned.clear();
    turned.extend(eights.iter().map(|it| turn_bits(u64::from_le_bytes(*it))));
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        turned.push(turn_bits(u64::from_le_bytes(last)));
    }
    turned.resize(words * 8, 0);
    bits.reshape(BITS, words);
    let (eights, _) = turned.as_chunks::<8>();
    let mut planes = bits.each_mut();
    let mut planes: [&mut [u64]; BITS] = std::array::from_fn(|_| planes.next().unwrap_or_default());
    for (word, eight) in eights.iter().enumerate() {
        for (plane, rows) in planes.iter_mut().zip(turn_bytes(*eight)) {
            plane[word] = rows;
        }
    }
}

/// Bit `b` of byte `a` becomes bit `a` of byte `b`.
#[inline]
fn turn_bits(mut word: u64) -> u64 {
    for (shift, mask) in [
        (7, 0x00aa_00aa_00aa_00aa),
        (14, 0x0000_cccc_0000_cccc),
        (28, 0x0000_0000_f0f0_f0f0),
    ] {
        let both = (word ^ word >> shift) & mask;
        word ^= both ^ both << shift;
    }
    word
}

/// Byte `b` of word `a` becomes byte `a` of word `b`.
#[inline]
fn turn_bytes(mut words: [u64; 8]) -> [u64; 8] {
    let mut swap = |first: usize, second: usize, mask: u64| {
        let shift = 8 * (second - first);
        let both = (words[first] >> shift ^ words[second]) & mask;
        words[first] ^= both << shift;
        words[second] ^= both;
    };
    for (first, second) in [(0, 1), (2, 3), (4, 5), (6, 7)] {
        swap(first, second, 0x00ff_00ff_00ff_00ff);
    }
    for (first, second) in [(0, 2), (1, 3), (4, 6), (5, 7)] {
        swap(first, second, 0x0000_ffff_0000_ffff);
    }
    for (first, second) in [(0, 4), (1, 5), (2, 6), (3, 7)] {
        swap(first, second, 0x0000_0000_ffff_ffff);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_the_mask_of_its_class_and_of_those_before() {
        // As another column has left them.
        let (mut of, mut from) = (Scratch::default(), Scratch::default());
        for count in [1, 2, 3, 7, 8, 9, 17, 100, 128, 129, 256] {
            for rows in [0, 1, 63, 64, 65, 200, 1000] {
                let classes: Vec<u8> = (0..rows)
                    .map(|row| u8::try_from(row * 37 % count).expect("at most 256 classes"))
                    .collect();
                rows_of(&classes, count, &mut of);
                rows_from(&classes, count, &mut from);
                let has = |scratch: &Scratch, class: usize, row: usize| {
                    scratch.masks.of(class)[row / 64] >> (row % 64) & 1 == 1
                };
                for (row, class) in classes.iter().enumerate() {
                    let class = usize::from(*class);
                    for other in 0..count {
                        assert_eq!(has(&of, other, row), class == other, "{other} of {count}, {row}");
                        assert_eq!(
                            has(&from, other, row),
                            class >= other,
                            "{other} of {count}, {row}"
                        );
                    }
                    assert!(!has(&from, count, row));
                }
            }
        }
    }
}
