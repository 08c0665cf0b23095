//! Random numbers that are the same everywhere and for ever.
//!
//! SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
//! generators", OOPSLA 2014): a counter and a mixing function. Any number of
//! streams can be made from a seed and a number, so that threads need not
//! agree on an order.

use std::f64::consts::TAU;

/// The seed of every data set.
const SEED: u64 = 20_261_121;

/// The odd number nearest to 2^64 over the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream with this number for this purpose.
    pub(crate) fn new(purpose: u64, number: u64) -> Self {
        let seed = mix(SEED ^ mix(purpose.wrapping_mul(STEP)));
        Self(mix(seed.wrapping_add(number.wrapping_mul(STEP))))
    }

    /// The next number, any of 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `end`, which must not be 0. The bias is at most
    /// `end` / 2^64.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// Whether something happens that happens once in `times`.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of the items.
    pub(crate) fn choose<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        let index = self.below(items.len().max(1) as u64);
        items.get(usize::try_from(index).ok()?).copied()
    }

    /// A number with the standard normal distribution (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.fraction().ln()).sqrt();
        radius * (TAU * self.fraction()).cos()
    }

    /// Fills a buffer with random bytes.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) {
        let (words, rest) = buffer.as_chunks_mut::<8>();
        for word in words {
            *word = self.next().to_le_bytes();
        }
        let last = self.next().to_le_bytes();
        for (byte, random) in rest.iter_mut().zip(last) {
            *byte = random;
        }
    }

    /// A number above 0 and at most 1.
    fn fraction(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_stream_is_the_published_one() {
        // The first outputs of SplitMix64 from the state 1234567, as the
        // reference implementation prints them.
        let mut random = Random(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
        assert_eq!(random.next(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut random = Random::new(0, 0);
        let numbers: Vec<f64> =
            (0..100_000).map(|_| random.normal()).collect();
        let count = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / count;
        let square =
            numbers.iter().map(|number| number * number).sum::<f64>() / count;
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((square - 1.0).abs() < 0.02, "{square}");
    }
}
