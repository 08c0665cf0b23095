//! The eight lanes into which XXH3 mixes a long input, a stripe of 64 bytes
//! after the other.
//!
//! In the component they are four vectors of 128 bits; natively, plain
//! integers that the compiler makes vectors of. Both add the halves of a
//! stripe that change places to sums of their own, which change places only
//! at the end: one shuffle less for every 16 bytes. A whole block has no loop
//! in it: where the component loops, its clock is looked at, and the engine
//! moves all sums from registers to memory and back.

use super::{SECRET, Sums};

/// The bytes that are mixed in at a time.
pub(super) const STRIPE: usize = 64;

/// The stripes after which the lanes are scrambled.
const STRIPES_A_BLOCK: usize = 16;

/// By how many bytes the secret advances with each stripe.
const ADVANCE: usize = 8;

const PRIME32_1: u64 = 0x9e37_79b1;

/// What the lanes begin with: the primes of the specification.
const START: [u64; 8] = [
    0xc2b2_ae3d,
    0x9e37_79b1_85eb_ca87,
    0xc2b2_ae3d_27d4_eb4f,
    0x1656_67b1_9e37_79f9,
    0x85eb_ca77_c2b2_ae63,
    0x85eb_ca77,
    0x27d4_eb2f_1656_67c5,
    PRIME32_1,
];

/// The lanes, and where in a block they are.
#[derive(Clone)]
pub(super) struct Lanes {
    pub(super) values: [u64; 8],
    /// How many stripes of the block were mixed in.
    stripes: usize,
}

impl Lanes {
    pub(super) const fn new() -> Self {
        Self { values: START, stripes: 0 }
    }

    /// Mixes whole stripes in.
    pub(super) fn mix(&mut self, stripes: &[[u8; STRIPE]]) {
        let missing = (STRIPES_A_BLOCK - self.stripes) % STRIPES_A_BLOCK;
        let (first, rest) = stripes.split_at(missing.min(stripes.len()));
        self.mix_some(first);
        let (blocks, last) = rest.as_chunks();
        for block in blocks {
            mix_block(&mut self.values, block);
            scramble(&mut self.values);
        }
        self.mix_some(last);
    }

    /// Mixes in no more stripes than are missing in the block.
    fn mix_some(&mut self, stripes: &[[u8; STRIPE]]) {
        for stripe in stripes {
            mix_stripe(&mut self.values, stripe, ADVANCE * self.stripes);
            self.stripes += 1;
        }
        if self.stripes == STRIPES_A_BLOCK {
            scramble(&mut self.values);
            self.stripes = 0;
        }
    }

    /// Mixes the last bytes of the input in, which may have been mixed in in
    /// part.
    pub(super) fn mix_last(&mut self, stripe: &[u8; STRIPE]) {
        // With the secret's end, but for seven bytes.
        mix_stripe(&mut self.values, stripe, SECRET.len() - STRIPE - 7);
    }
}

/// Eight bytes of many, from an index that is in range.
#[inline(always)]
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |word| u64::from_le_bytes(*word))
}

/// Scrambles the lanes at the end of a block.
fn scramble(lanes: &mut [u64; 8]) {
    let secret = SECRET.len() - STRIPE;
    for (index, lane) in lanes.iter_mut().enumerate() {
        let mixed = *lane ^ (*lane >> 47) ^ word(&SECRET, secret + 8 * index);
        *lane = mixed.wrapping_mul(PRIME32_1);
    }
}

/// Mixes one stripe in, with the secret from an index on.
fn mix_stripe(lanes: &mut [u64; 8], stripe: &[u8; STRIPE], secret: usize) {
    let mut sums = Sums::new(lanes);
    sums.add(stripe, secret);
    *lanes = sums.finish();
}

/// Mixes a block in.
fn mix_block(lanes: &mut [u64; 8], block: &[[u8; STRIPE]; STRIPES_A_BLOCK]) {
    let mut sums = Sums::new(lanes);
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = block;
    sums.add(a, 0);
    sums.add(b, ADVANCE);
    sums.add(c, 2 * ADVANCE);
    sums.add(d, 3 * ADVANCE);
    sums.add(e, 4 * ADVANCE);
    sums.add(f, 5 * ADVANCE);
    sums.add(g, 6 * ADVANCE);
    sums.add(h, 7 * ADVANCE);
    sums.add(i, 8 * ADVANCE);
    sums.add(j, 9 * ADVANCE);
    sums.add(k, 10 * ADVANCE);
    sums.add(l, 11 * ADVANCE);
    sums.add(m, 12 * ADVANCE);
    sums.add(n, 13 * ADVANCE);
    sums.add(o, 14 * ADVANCE);
    sums.add(p, 15 * ADVANCE);
    *lanes = sums.finish();
}
