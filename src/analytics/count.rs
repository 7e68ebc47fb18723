//! Counts as numbers to calculate with.

#[expect(
    clippy::cast_precision_loss,
    reason = "exact up to nine thousand million million customers"
)]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}
