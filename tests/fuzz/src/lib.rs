//! What the fuzz targets share: chance, text that follows the grammar, mutations that mostly keep to it, and counting.

pub mod customer;
pub mod definitions;
pub mod json;
pub mod page;
pub mod pair;
pub mod random;
pub mod report;
pub mod sql;
pub mod template;
pub mod tokens;

/// The contract that seeds and generated text are written for.
pub const CONTRACT: &str = include_str!("../seeds/contract.audience");

/// Puts `mutated` into libFuzzer's buffer, cut to its size, and gives the new length.
pub fn put(data: &mut [u8], mutated: &[u8], most: usize) -> usize {
    let length = mutated.len().min(most).min(data.len());
    data[..length].copy_from_slice(&mutated[..length]);
    length
}
