//! Samples of customers: each has, for every salt, a point between 0 and 1 that nothing but the salt and the key decides.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

/// A customer's key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    Text(&'a str),
    Int(i64),
}

/// So many millionths make the whole.
pub(crate) const WHOLE: u32 = 1_000_000;

/// The point of a customer, in units of 2⁻⁶⁴: the first eight bytes, the most significant first, of SHA-256 over the salt,
/// one zero byte, and the key, an int in decimal digits. Nothing is allocated.
pub(crate) fn point(salt: &str, key: Key<'_>) -> u64 {
    let mut hash = Hash(Sha256::new());
    hash.0.update(salt);
    hash.0.update([0]);
    match key {
        Key::Text(text) => hash.0.update(text),
        Key::Int(int) => write!(hash, "{int}").expect("a hash takes all"),
    }
    let digest = hash.0.finalize();
    let (first, _) = digest.split_first_chunk().expect("SHA-256 has 32 bytes");
    u64::from_be_bytes(*first)
}

struct Hash(Sha256);

impl fmt::Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text);
        Ok(())
    }
}

/// The first point, in units of 2⁻⁶⁴, that is not below a share: 2⁶⁴ for the whole.
///
/// `point / 2⁶⁴ < share / 10⁶` is then `point < first_beyond(share)`, exactly.
pub(crate) fn first_beyond(share: u32) -> u128 {
    (u128::from(share) << 64).div_ceil(u128::from(WHOLE))
}

/// Where a point stands among the signed numbers, in the same order.
pub(crate) fn signed(point: u64) -> i64 {
    (point ^ (1 << 63)).cast_signed()
}

/// The points of a slice as signed numbers, both ends included; nothing when it is empty.
pub(crate) fn range(from: u32, to: u32) -> Option<(i64, i64)> {
    let last = first_beyond(to).checked_sub(1)?;
    let end = |point: u128| u64::try_from(point).ok().map(signed);
    let (low, high) = (end(first_beyond(from))?, end(last)?);
    (low <= high).then_some((low, high))
}

/// The shares, in millionths, of a range of points that [`range`] gave.
pub(crate) fn shares(low: i64, high: i64) -> (u32, u32) {
    let share = |point: u128| {
        let share = (point * u128::from(WHOLE)) >> 64;
        u32::try_from(share).unwrap_or(WHOLE)
    };
    let point = |it: i64| u128::from(it.cast_unsigned() ^ (1 << 63));
    (share(point(low)), share(point(high) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Salt, key, and the first eight bytes of the hash, as Python's hashlib gives them.
    const VECTORS: &[(&str, Key<'_>, &str, &str)] = &[
        ("spring-2026", Key::Text("ana"), "649da8e1de1d14d3", "0.393030"),
        ("spring-2026", Key::Text("ben"), "cd643d9038202c24", "0.802310"),
        ("spring-2026", Key::Text("42"), "a858f83c93343dbd", "0.657607"),
        ("spring-2026", Key::Int(42), "a858f83c93343dbd", "0.657607"),
        ("spring-2026", Key::Int(-7), "ed33f265095bc18d", "0.926573"),
        ("", Key::Text("ana"), "33f929fd3087033e", "0.203020"),
        ("Ñandú 🦤", Key::Text("Αθήνα"), "55a0d00ea89e4169", "0.334485"),
    ];

    /// [sample-2] [sample-4]
    #[test]
    fn points_are_the_published_ones() {
        let manual = include_str!("../../docs/language.md");
        for (salt, key, bytes, shown) in VECTORS {
            let point = point(salt, *key);
            assert_eq!(format!("{point:016x}"), *bytes, "{salt} {key:?}");
            let (key, kind) = match key {
                Key::Text(text) => ((*text).to_owned(), "string"),
                Key::Int(int) => (int.to_string(), "int"),
            };
            let salt = if salt.is_empty() {
                "(empty)".to_owned()
            } else {
                format!("`{salt}`")
            };
            let row = format!("| {salt} | `{key}` | {kind} | `{bytes}` | {shown} |");
            assert!(
                manual.lines().any(|line| line == row),
                "the manual has no row\n{row}"
            );
            // Six digits of the point, cut off.
            let six = (u128::from(point) * 1_000_000) >> 64;
            assert_eq!(format!("0.{six:06}"), *shown);
        }
        assert_eq!(point("", Key::Text("")), 0x6e34_0b9c_ffb3_7a98);
    }

    #[test]
    fn ranges_hold_the_points_below_a_share_and_not_below_another() {
        let edges = |share: u32| {
            let edge = first_beyond(share);
            [edge.saturating_sub(1), edge, edge + 1]
                .into_iter()
                .filter_map(|it| u64::try_from(it).ok())
        };
        let below = |point: u64, share: u32| u128::from(point) * 1_000_000 < u128::from(share) << 64;
        let cuts = [0, 1, 2, 3, 100_000, 123_456, 333_333, 500_000, 999_999, WHOLE];
        for from in cuts {
            for to in cuts {
                let range = range(from, to);
                assert_eq!(range.is_some(), from < to, "{from} {to}");
                for point in edges(from).chain(edges(to)).chain([0, u64::MAX, 1 << 63]) {
                    let inside = !below(point, from) && below(point, to);
                    let found = range.is_some_and(|(low, high)| (low..=high).contains(&signed(point)));
                    assert_eq!(found, inside, "{point} in {from}..{to}");
                }
                if let Some((low, high)) = range {
                    assert_eq!(shares(low, high), (from, to));
                }
            }
        }
        assert_eq!(range(0, WHOLE), Some((i64::MIN, i64::MAX)));
    }

    /// A share of 100,000 keys holds that share of them; half of one salt says nothing of half of another.
    #[test]
    fn samples_are_even_and_independent() {
        const KEYS: u32 = 100_000;
        let keys: Vec<String> = (0..KEYS).map(|it| format!("customer {it}")).collect();
        let points = |salt| -> Vec<u64> { keys.iter().map(|key| point(salt, Key::Text(key))).collect() };
        let (spring, autumn) = (points("spring"), points("autumn"));
        let is_below = |point: &u64, share: u32| u128::from(*point) < first_beyond(share);
        for share in [1_000, 10_000, 100_000, 250_000, 500_000, 900_000, 999_000] {
            let found = spring.iter().filter(|it| is_below(it, share)).count();
            let share = f64::from(share) / 1e6;
            let expected = f64::from(KEYS) * share;
            let deviation = (f64::from(KEYS) * share * (1.0 - share)).sqrt();
            let off = (f64::from(u32::try_from(found).expect("few")) - expected).abs();
            assert!(off < 4.0 * deviation, "{found} for {expected}");
        }
        // Twenty slices of equal size: chi-squared with 19 degrees of freedom is below 43.8 but once in a thousand times.
        let mut slices = [0_u32; 20];
        for point in &spring {
            let slice = (0..20_u32).filter(|it| !is_below(point, it * 50_000)).count() - 1;
            slices[slice] += 1;
        }
        let each = f64::from(KEYS) / 20.0;
        let chi: f64 = slices
            .iter()
            .map(|it| (f64::from(*it) - each).powi(2) / each)
            .sum();
        assert!(chi < 43.8, "{chi}: {slices:?}");
        let both = spring.iter().zip(&autumn);
        let both = both
            .filter(|(a, b)| is_below(a, 500_000) && is_below(b, 500_000))
            .count();
        assert!((24_450..=25_550).contains(&both), "{both}");
    }
}
