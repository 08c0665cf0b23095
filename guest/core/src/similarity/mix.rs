//! Mixing of 64 bits, and numbers that look random made with it.

/// A permutation of 64-bit numbers in which each bit of the result depends on
/// each of the argument: the finalizer of `SplitMix64`.
///
/// Source: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom
/// number generators" (2014), with the constants of D. Stafford's variant 13.
pub(super) const fn mix(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The sequence of `SplitMix64`.
pub(super) struct SplitMix(u64);

impl SplitMix {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }
}

/// The low and the high half of a number.
pub(super) const fn halves(number: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = number.to_le_bytes();
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}

#[cfg(test)]
mod tests {
    use super::{SplitMix, halves};

    #[test]
    fn the_sequence_is_the_published_one() {
        // The first numbers of the reference implementation, seeded with
        // 1234567.
        let mut sequence = SplitMix::new(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(expected.map(|_| sequence.next()), expected);
    }

    #[test]
    fn halves_are_the_low_and_the_high() {
        assert_eq!(halves(0x0123_4567_89ab_cdef), (0x89ab_cdef, 0x0123_4567));
    }
}
