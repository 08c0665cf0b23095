//! The exact Jaccard index.

use core::cmp::Ordering;

/// The Jaccard index of two sets, each ascending and without repetition: the
/// size of their intersection over that of their union. Two empty sets are
/// equal, and have 1.
///
/// ```
/// use sanchay_core::similarity::jaccard;
///
/// assert_eq!(jaccard(&[1, 2, 3], &[2, 3, 4]), 0.5);
/// ```
#[must_use]
pub fn jaccard(mut one: &[u64], mut other: &[u64]) -> f64 {
    let (mut both, all) = (0_usize, one.len().saturating_add(other.len()));
    while let ([a, rest @ ..], [b, others @ ..]) = (one, other) {
        match a.cmp(b) {
            Ordering::Less => one = rest,
            Ordering::Greater => other = others,
            Ordering::Equal => {
                both += 1;
                (one, other) = (rest, others);
            }
        }
    }
    match all - both {
        0 => 1.0,
        union => both as f64 / union as f64,
    }
}
