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
        if stripes.is_empty() {
            return;
        }
        let mut sums = Sums::new(&self.values);
        let mut index = self.stripes;
        let (eights, rest) = stripes.as_chunks();
        for eight in eights {
            mix_8(&mut sums, eight, secret(ADVANCE * index));
            index += 8;
        }
        let (fours, rest) = rest.as_chunks();
        for four in fours {
            mix_4(&mut sums, four, secret(ADVANCE * index));
            index += 4;
        }
        for stripe in rest {
            sums.add(stripe, secret(ADVANCE * index));
            index += 1;
        }
        self.values = sums.finish();
        self.stripes += stripes.len();
        if self.stripes == STRIPES_A_BLOCK {
            scramble(&mut self.values);
            self.stripes = 0;
        }
    }

    /// Mixes the last bytes of the input in, which may have been mixed in in
    /// part.
    pub(super) fn mix_last(&mut self, stripe: &[u8; STRIPE]) {
        let mut sums = Sums::new(&self.values);
        // With the secret's end, but for seven bytes.
        sums.add(stripe, secret(SECRET.len() - STRIPE - 7));
        self.values = sums.finish();
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

/// A part of the secret, from an index at which there is enough of it. Of a
/// fixed length, so that what reads it need not ask.
#[inline(always)]
fn secret<const N: usize>(at: usize) -> &'static [u8; N] {
    part(&SECRET, at)
}

#[inline(always)]
fn part<const N: usize>(secret: &[u8], at: usize) -> &[u8; N] {
    let part = secret.get(at..).and_then(|rest| rest.first_chunk());
    part.unwrap_or(const { &[0; N] })
}

/// Mixes a block in.
fn mix_block(lanes: &mut [u64; 8], block: &[[u8; STRIPE]; STRIPES_A_BLOCK]) {
    let mut sums = Sums::new(lanes);
    if let ([first, second], []) = block.as_chunks() {
        mix_8(&mut sums, first, secret(0));
        mix_8(&mut sums, second, secret(8 * ADVANCE));
    }
    *lanes = sums.finish();
}

/// Mixes eight stripes in.
#[inline(always)]
fn mix_8(
    sums: &mut Sums,
    stripes: &[[u8; STRIPE]; 8],
    secret: &[u8; STRIPE + 7 * ADVANCE],
) {
    if let ([first, second], []) = stripes.as_chunks() {
        mix_4(sums, first, part(secret, 0));
        mix_4(sums, second, part(secret, 4 * ADVANCE));
    }
}

/// Mixes four stripes in.
#[inline(always)]
fn mix_4(
    sums: &mut Sums,
    stripes: &[[u8; STRIPE]; 4],
    secret: &[u8; STRIPE + 3 * ADVANCE],
) {
    let [a, b, c, d] = stripes;
    sums.add(a, part(secret, 0));
    sums.add(b, part(secret, ADVANCE));
    sums.add(c, part(secret, 2 * ADVANCE));
    sums.add(d, part(secret, 3 * ADVANCE));
}
