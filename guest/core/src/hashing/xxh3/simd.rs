//! The lanes as vectors of 128 bits.
#![allow(
    clippy::indexing_slicing,
    reason = "constant indices into arrays of fixed lengths"
)]

use core::arch::wasm32::{
    i32x4_shuffle, i64x2_add, i64x2_shuffle, u64x2, u64x2_extmul_high_u32x4,
    u64x2_extmul_low_u32x4, u64x2_extract_lane, u64x2_splat, v128, v128_xor,
};

use super::lanes::{STRIPE, word};

/// Two vectors: their lanes, and what is to be added to the neighbour of
/// each.
struct Pair {
    sums: [v128; 2],
    swapped: [v128; 2],
}

pub(super) struct Sums([Pair; 2]);

impl Sums {
    #[inline(always)]
    pub(super) fn new(lanes: &[u64; 8]) -> Self {
        let [a, b, c, d, e, f, g, h] = *lanes;
        let swapped = [u64x2_splat(0); 2];
        Self([
            Pair { sums: [u64x2(a, b), u64x2(c, d)], swapped },
            Pair { sums: [u64x2(e, f), u64x2(g, h)], swapped },
        ])
    }

    #[inline(always)]
    pub(super) fn add(
        &mut self,
        stripe: &[u8; STRIPE],
        secret: &[u8; STRIPE],
    ) {
        self.0[0].add(stripe, 0, secret);
        self.0[1].add(stripe, 32, secret);
    }

    #[inline(always)]
    pub(super) fn finish(self) -> [u64; 8] {
        let [first, second] = self.0;
        let [a, b, c, d] = first.finish();
        let [e, f, g, h] = second.finish();
        [a, b, c, d, e, f, g, h]
    }
}

#[inline(always)]
fn vector(bytes: &[u8], at: usize) -> v128 {
    u64x2(word(bytes, at), word(bytes, at + 8))
}

impl Pair {
    #[inline(always)]
    fn add(
        &mut self,
        stripe: &[u8; STRIPE],
        at: usize,
        secret: &[u8; STRIPE],
    ) {
        let data = [vector(stripe, at), vector(stripe, at + 16)];
        let one = v128_xor(data[0], vector(secret, at));
        let other = v128_xor(data[1], vector(secret, at + 16));
        let low = i32x4_shuffle::<0, 2, 4, 6>(one, other);
        let high = i32x4_shuffle::<1, 3, 5, 7>(one, other);
        let products = [
            u64x2_extmul_low_u32x4(low, high),
            u64x2_extmul_high_u32x4(low, high),
        ];
        for index in 0..2 {
            self.sums[index] = i64x2_add(self.sums[index], products[index]);
            self.swapped[index] = i64x2_add(self.swapped[index], data[index]);
        }
    }

    #[inline(always)]
    fn finish(self) -> [u64; 4] {
        let Self { sums, swapped } = self;
        let sum = |index: usize| {
            let swapped = swapped[index];
            let other = i64x2_shuffle::<1, 0>(swapped, swapped);
            let sum = i64x2_add(sums[index], other);
            let even = u64x2_extract_lane::<0>(sum);
            [even, u64x2_extract_lane::<1>(sum)]
        };
        let [[a, b], [c, d]] = [sum(0), sum(1)];
        [a, b, c, d]
    }
}
