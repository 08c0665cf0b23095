//! The lanes as integers.
#![allow(
    clippy::indexing_slicing,
    reason = "constant indices into arrays of fixed lengths"
)]

use super::lanes::{STRIPE, word};

pub(super) struct Sums {
    sums: [u64; 8],
    /// What is to be added to each lane's neighbour.
    swapped: [u64; 8],
}

impl Sums {
    #[inline(always)]
    pub(super) fn new(lanes: &[u64; 8]) -> Self {
        Self { sums: *lanes, swapped: [0; 8] }
    }

    #[inline(always)]
    pub(super) fn add(
        &mut self,
        stripe: &[u8; STRIPE],
        secret: &[u8; STRIPE],
    ) {
        for lane in 0..8 {
            let data = word(stripe, 8 * lane);
            let key = data ^ word(secret, 8 * lane);
            let product = (key & 0xffff_ffff).wrapping_mul(key >> 32);
            self.sums[lane] = self.sums[lane].wrapping_add(product);
            self.swapped[lane] = self.swapped[lane].wrapping_add(data);
        }
    }

    #[inline(always)]
    pub(super) fn finish(self) -> [u64; 8] {
        core::array::from_fn(|lane| {
            self.sums[lane].wrapping_add(self.swapped[lane ^ 1])
        })
    }
}
