//! MinHash: the least of a set under each of a number of permutations.

use alloc::vec;
use alloc::vec::Vec;

use super::Signature;
use super::mix::{SplitMix, halves, mix};

/// How many permutations Sanchay's own signatures have.
pub const PERMUTATIONS: usize = 128;

/// The seed of Sanchay's own signatures.
pub const SEED: u64 = 1;

/// How many permutations are applied together: what they multiply and add,
/// and the least numbers so far, stay in the registers of a vector unit.
pub(super) const BLOCK: usize = 16;

/// How many numbers are passed through all permutations before the next.
const PIECE: usize = 512;

/// A number of permutations of the numbers of 32 bits.
///
/// A member of a set is a number of 64 bits; it is mixed (`SplitMix64`'s
/// finalizer), and the upper half of that is its number of 32 bits, `x`. The
/// permutation `i` takes that to `a[i] * x + b[i]` modulo 2^32. The constants
/// come from `SplitMix64` with the seed: the low half of each of its numbers
/// with the lowest bit set is an `a`, the high half a `b`.
///
/// ```
/// use sanchay_core::similarity::MinHasher;
///
/// let hasher = MinHasher::new(128, 1);
/// let one = hasher.signature(&[1, 2, 3]);
/// let other = hasher.signature(&[3, 2, 1, 1]);
/// assert_eq!(one.similarity(&other), 1.0);
/// ```
#[derive(Clone, Debug)]
pub struct MinHasher {
    blocks: Vec<Block>,
    permutations: usize,
}

/// Some of the permutations.
#[derive(Clone, Debug)]
struct Block {
    multipliers: [u32; BLOCK],
    increments: [u32; BLOCK],
}

impl Default for MinHasher {
    /// The permutations of Sanchay's own signatures.
    fn default() -> Self {
        Self::new(PERMUTATIONS, SEED)
    }
}

impl MinHasher {
    /// Makes so many permutations.
    #[must_use]
    pub fn new(permutations: usize, seed: u64) -> Self {
        let mut sequence = SplitMix::new(seed);
        let mut block = || {
            let (mut multipliers, mut increments) = ([0; BLOCK], [0; BLOCK]);
            for (a, b) in multipliers.iter_mut().zip(&mut increments) {
                (*a, *b) = halves(sequence.next());
                *a |= 1;
            }
            Block { multipliers, increments }
        };
        let count = permutations.div_ceil(BLOCK);
        let blocks = core::iter::repeat_with(&mut block).take(count);
        Self { blocks: blocks.collect(), permutations }
    }

    /// How many permutations there are.
    #[must_use]
    pub const fn permutations(&self) -> usize {
        self.permutations
    }

    /// The signature of a set, of which members may be given several times.
    #[must_use]
    pub fn signature(&self, members: &[u64]) -> Signature {
        let mut least = self.begin();
        self.add(&mut least, members);
        self.finish(&least)
    }

    /// The least numbers of no members.
    pub(super) fn begin(&self) -> Vec<[u32; BLOCK]> {
        vec![[u32::MAX; BLOCK]; self.blocks.len()]
    }

    /// Lets more members pass through the permutations.
    pub(super) fn add(&self, least: &mut [[u32; BLOCK]], members: &[u64]) {
        let mut numbers = [0; PIECE];
        for members in members.chunks(PIECE) {
            for (number, member) in numbers.iter_mut().zip(members) {
                *number = halves(mix(*member)).1;
            }
            let numbers = numbers.get(..members.len()).unwrap_or_default();
            for (block, least) in self.blocks.iter().zip(&mut *least) {
                block.add(least, numbers);
            }
        }
    }

    /// The signature that the least numbers are.
    pub(super) fn finish(&self, least: &[[u32; BLOCK]]) -> Signature {
        let values = least.as_flattened().iter().take(self.permutations);
        Signature::new(values.copied().collect())
    }
}

impl Block {
    #[inline]
    fn add(&self, least: &mut [u32; BLOCK], numbers: &[u32]) {
        let Self { multipliers, increments } = self;
        let mut kept = *least;
        for number in numbers {
            let constants = multipliers.iter().zip(increments);
            for (kept, (a, b)) in kept.iter_mut().zip(constants) {
                let permuted = number.wrapping_mul(*a).wrapping_add(*b);
                *kept = permuted.min(*kept);
            }
        }
        *least = kept;
    }
}
