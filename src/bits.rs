//! Sets of small numbers: a bit each, in words of 64, the lowest bit of the first word being 0.

/// The positions of the bits that are set, ascending.
#[inline]
pub(crate) fn positions(words: &[u64]) -> impl Iterator<Item = usize> {
    let words = words.iter().enumerate();
    words.flat_map(|(index, word)| ones(*word).map(move |bit| index * 64 + bit))
}

/// The same of one word.
#[inline]
pub(crate) fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}

/// How many bits are set.
pub(crate) fn count(words: &[u64]) -> usize {
    words.iter().map(|it| it.count_ones() as usize).sum()
}

/// Whether a bit is set; false beyond the last word.
#[inline]
pub(crate) fn contains(words: &[u64], position: usize) -> bool {
    let word = words.get(position / 64);
    word.is_some_and(|word| word >> (position % 64) & 1 == 1)
}

/// Sets a bit of one of the words.
#[inline]
pub(crate) fn insert(words: &mut [u64], position: usize) {
    words[position / 64] |= 1 << (position % 64);
}

/// Sets the bits of others, too.
#[inline]
pub(crate) fn unite(words: &mut [u64], others: &[u64]) {
    for (word, other) in words.iter_mut().zip(others) {
        *word |= other;
    }
}

/// Whether two have a bit in common.
#[inline]
pub(crate) fn meet(words: &[u64], others: &[u64]) -> bool {
    words.iter().zip(others).any(|(word, other)| word & other != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_found_where_they_were_set() {
        let mut words = [0; 3];
        let wanted = [0, 1, 63, 64, 100, 191];
        for position in wanted {
            insert(&mut words, position);
        }
        assert_eq!(positions(&words).collect::<Vec<_>>(), wanted);
        assert_eq!(count(&words), wanted.len());
        assert!((0..300).all(|it| contains(&words, it) == wanted.contains(&it)));
        let mut others = [2, 0, 0];
        assert!(meet(&words, &others) && !meet(&[1, 2], &others));
        unite(&mut others, &[0, 4]);
        assert_eq!(positions(&others).collect::<Vec<_>>(), [1, 66]);
    }
}
