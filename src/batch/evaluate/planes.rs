//! The rows of each class, from the bits of the classes.
//!
//! The bits of small numbers are a mask of rows each, and a few operations on 64 rows at a time then give the rows of each
//! number, or those of each number and all after it: as many as there are numbers, and not one for each row.

use super::{WORDS, worker::Mask};

/// Of each class below `count`, the rows of it. Rows of other classes may be with any.
pub(super) fn rows_of(classes: &[u8], count: usize, masks: &mut Vec<Mask>) {
    build(classes, count, masks, |bit, (low, high)| {
        *high = *low & bit;
        *low &= !bit;
    });
}

/// Of each class up to `count`, the rows of it and of those after it. All classes are less than `count`, so that the last has
/// none.
pub(super) fn rows_from(classes: &[u8], count: usize, masks: &mut Vec<Mask>) {
    build(classes, count, masks, |bit, (low, high)| {
        *high = *low & bit;
        *low |= bit;
    });
    masks.push([0; WORDS]);
}

/// Doubles the masks with each bit, from the lowest: those of a class without the bit become those of the class without it
/// and of the class with it.
#[inline]
fn build(classes: &[u8], count: usize, masks: &mut Vec<Mask>, split: impl Fn(u64, (&mut u64, &mut u64))) {
    let bits = bits_of(classes);
    masks.clear();
    masks.resize(count.max(1), [0; WORDS]);
    masks[0] = [u64::MAX; WORDS];
    let mut len = 1;
    for bit in &bits {
        if len >= count {
            break;
        }
        let (low, high) = masks.split_at_mut(len);
        // Of the last bit, not all are classes.
        let mut high = high.iter_mut();
        for low in low {
            let mut beyond = [0; WORDS];
            let high = high.next().unwrap_or(&mut beyond);
            for ((low, high), bit) in low.iter_mut().zip(high).zip(bit) {
                split(*bit, (low, high));
            }
        }
        len *= 2;
    }
}

/// The rows that have each bit. There are at most as many rows as a block has.
fn bits_of(classes: &[u8]) -> [Mask; 8] {
    let mut bits = [[0; WORDS]; 8];
    let mut put = |word: usize, rows: &[u8; 64]| {
        for (bit, rows) in bits.iter_mut().zip(turn(rows)) {
            bit[word] = rows;
        }
    };
    let (chunks, rest) = classes.as_chunks::<64>();
    for (word, rows) in chunks.iter().enumerate() {
        put(word, rows);
    }
    if !rest.is_empty() {
        let mut rows = [0; 64];
        rows[..rest.len()].copy_from_slice(rest);
        put(chunks.len(), &rows);
    }
    bits
}

/// 64 bytes as eight words, each with one bit of all of them.
///
/// First the bits of each eight bytes change places with the bytes, then the bytes of each eight words with the words, by
/// halves that change places: Henry S. Warren, *Hacker's Delight*, 2nd edition, section 7-3.
#[inline]
fn turn(bytes: &[u8; 64]) -> [u64; 8] {
    let (eights, _) = bytes.as_chunks::<8>();
    let mut words = [0; 8];
    for (word, eight) in words.iter_mut().zip(eights) {
        let mut it = u64::from_le_bytes(*eight);
        for (shift, mask) in [
            (7, 0x00aa_00aa_00aa_00aa),
            (14, 0x0000_cccc_0000_cccc),
            (28, 0x0000_0000_f0f0_f0f0),
        ] {
            let both = (it ^ it >> shift) & mask;
            it ^= both ^ both << shift;
        }
        *word = it;
    }
    for (step, mask) in [
        (1, 0x00ff_00ff_00ff_00ff),
        (2, 0x0000_ffff_0000_ffff),
        (4, 0x0000_0000_ffff_ffff),
    ] {
        for first in (0..8).filter(|it| it & step == 0) {
            let both = (words[first] >> (8 * step) ^ words[first + step]) & mask;
            words[first] ^= both << (8 * step);
            words[first + step] ^= both;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_the_mask_of_its_class_and_of_those_before() {
        for count in [1, 2, 3, 7, 8, 9, 17, 100, 128, 129, 256] {
            for rows in [0, 1, 63, 64, 65, 200, 64 * WORDS] {
                let classes: Vec<u8> = (0..rows)
                    .map(|row| u8::try_from(row * 37 % count).expect("at most 256 classes"))
                    .collect();
                let (mut of, mut from) = (Vec::new(), Vec::new());
                rows_of(&classes, count, &mut of);
                rows_from(&classes, count, &mut from);
                assert_eq!((of.len(), from.len()), (count, count + 1));
                let has = |mask: &Mask, row: usize| mask[row / 64] >> (row % 64) & 1 == 1;
                for (row, class) in classes.iter().enumerate() {
                    let class = usize::from(*class);
                    for other in 0..count {
                        assert_eq!(has(&of[other], row), class == other, "{other} of {count}, {row}");
                        assert_eq!(
                            has(&from[other], row),
                            class >= other,
                            "{other} of {count}, {row}"
                        );
                    }
                    assert!(!has(&from[count], row));
                }
            }
        }
    }
}
