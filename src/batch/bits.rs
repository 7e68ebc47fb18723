//! Truth values and what is known, one bit each.

use std::{borrow::Cow, fmt};

/// A row of bits, the lowest bit of the first byte first.
///
/// They may begin anywhere in a byte, as those of a slice of a larger batch do. `Debug` shows how many there are.
///
/// ```
/// use audience::batch::Bits;
///
/// let bits = Bits::packed(&[0b0110_1000], 3, 4).unwrap();
/// assert_eq!((0..4).map(|row| bits.get(row)).collect::<Vec<_>>(), [true, false, true, true]);
/// assert_eq!(Bits::from_iter([true, false]).len(), 2);
/// assert!(Bits::packed(&[0xff], 3, 6).is_none()); // one byte has no nine bits
/// ```
#[derive(Clone)]
pub struct Bits<'a> {
    bytes: Cow<'a, [u8]>,
    start: usize,
    len: usize,
}

impl<'a> Bits<'a> {
    /// So many bits of those bytes, from bit number `start` on; nothing when there are fewer.
    #[must_use]
    pub fn packed(bytes: &'a [u8], start: usize, len: usize) -> Option<Self> {
        Self::of(bytes.into(), start, len)
    }

    pub(super) fn of(bytes: Cow<'a, [u8]>, start: usize, len: usize) -> Option<Self> {
        let end = start.checked_add(len)?;
        (end.div_ceil(8) <= bytes.len()).then_some(Self { bytes, start, len })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bit at that position; false beyond the end.
    #[inline]
    #[must_use]
    pub fn get(&self, position: usize) -> bool {
        if position >= self.len {
            return false;
        }
        let bit = self.start + position;
        self.bytes[bit / 8] >> (bit % 8) & 1 == 1
    }

    /// The 64 bits from that position on, the first one lowest; false beyond the end.
    #[inline]
    pub(super) fn word(&self, position: usize) -> u64 {
        if position >= self.len {
            return 0;
        }
        let bit = self.start + position;
        let (byte, shift) = (bit / 8, bit % 8);
        let rest = &self.bytes[byte..];
        let mut eight = [0; 8];
        match rest.first_chunk() {
            Some(first) => eight = *first,
            None => eight[..rest.len()].copy_from_slice(rest),
        }
        let mut word = u64::from_le_bytes(eight) >> shift;
        if shift > 0
            && let Some(ninth) = rest.get(8)
        {
            word |= u64::from(*ninth) << (64 - shift);
        }
        match self.len - position {
            left @ 0..64 => word & ((1 << left) - 1),
            _ => word,
        }
    }

    /// The first position with a bit that is false.
    pub(super) fn first_false(&self) -> Option<usize> {
        (0..self.len).step_by(64).find_map(|position| {
            let found = position + self.word(position).trailing_ones() as usize;
            (found < self.len && found < position + 64).then_some(found)
        })
    }
}

/// How many there are.
impl fmt::Debug for Bits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bits", self.len)
    }
}

impl FromIterator<bool> for Bits<'static> {
    fn from_iter<T: IntoIterator<Item = bool>>(bools: T) -> Self {
        let (mut bytes, mut len) = (Vec::new(), 0);
        for bool in bools {
            if len % 8 == 0 {
                bytes.push(0);
            }
            if let Some(byte) = bytes.last_mut() {
                *byte |= u8::from(bool) << (len % 8);
            }
            len += 1;
        }
        Self {
            bytes: bytes.into(),
            start: 0,
            len,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_from_any_bit() {
        let bytes: Vec<u8> = (0..20_u8).map(|it| it.wrapping_mul(37)).collect();
        for start in 0..20 {
            for len in [0, 1, 7, 63, 64, 65, 100, 140] {
                let bits = Bits::packed(&bytes, start, len).expect("160 bits are there");
                for position in 0..=len {
                    let word = (0..64).fold(0, |word, bit| word | u64::from(bits.get(position + bit)) << bit);
                    assert_eq!(bits.word(position), word, "{start} {len} {position}");
                }
                assert_eq!(
                    bits.first_false(),
                    (0..len).find(|position| !bits.get(*position)),
                    "{start} {len}"
                );
            }
        }
    }
}
