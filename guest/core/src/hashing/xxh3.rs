//! XXH3 of inputs beyond 240 bytes, whole and in pieces, with seed 0 and the
//! default secret.
//!
//! Shorter inputs have short cuts of their own, which are those of
//! `xxhash-rust`. Long ones are most of what is hashed, and within the
//! component their inner loop decides how fast that is: it is written here
//! for the vectors that the component has.
//!
//! Source: the xxHash specification, "XXH3 Algorithm Overview".

mod lanes;
#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
mod portable;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod simd;
#[cfg(test)]
mod tests;

use xxhash_rust::xxh3;

use self::lanes::{Lanes, STRIPE, word};
#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
use self::portable::Sums;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
use self::simd::Sums;

/// Inputs of up to so many bytes are short.
const SHORT: usize = 240;

/// How many bytes a state holds back: not less than a short input.
const BUFFER: usize = 256;

const PRIME64_1: u64 = 0x9e37_79b1_85eb_ca87;
const PRIME64_2: u64 = 0xc2b2_ae3d_27d4_eb4f;

/// The default secret of the specification.
static SECRET: [u8; 192] = [
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c,
    0xf7, 0x21, 0xad, 0x1c, 0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb,
    0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f, 0xcb, 0x79, 0xe6, 0x4e,
    0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6,
    0x81, 0x3a, 0x26, 0x4c, 0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb,
    0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3, 0x71, 0x64, 0x48, 0x97,
    0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7,
    0xc7, 0x0b, 0x4f, 0x1d, 0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31,
    0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64, 0xea, 0xc5, 0xac, 0x83,
    0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26,
    0x29, 0xd4, 0x68, 0x9e, 0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc,
    0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce, 0x45, 0xcb, 0x3a, 0x8f,
    0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
];

/// XXH3 with a 64-bit result.
pub(super) fn xxh3_64(data: &[u8]) -> u64 {
    match lanes_of(data) {
        Some(lanes) => fold_64(&lanes, data.len() as u64),
        None => xxh3::xxh3_64(data),
    }
}

/// XXH3 with a 128-bit result.
pub(super) fn xxh3_128(data: &[u8]) -> u128 {
    match lanes_of(data) {
        Some(lanes) => fold_128(&lanes, data.len() as u64),
        None => xxh3::xxh3_128(data),
    }
}

/// The lanes of a long input.
fn lanes_of(data: &[u8]) -> Option<Lanes> {
    if data.len() <= SHORT {
        return None;
    }
    // The last stripe is always mixed in as the last one, even if it is
    // whole.
    let (stripes, _) = data.get(..data.len() - 1)?.as_chunks();
    let mut lanes = Lanes::new();
    lanes.mix(stripes);
    lanes.mix_last(data.last_chunk()?);
    Some(lanes)
}

/// XXH3 of an input that comes in pieces.
#[derive(Clone)]
pub(super) struct Xxh3 {
    lanes: Lanes,
    /// How many bytes there were.
    total: u64,
    /// Bytes that are not mixed in yet; at least one, once there were any.
    buffer: [u8; BUFFER],
    buffered: usize,
    /// The stripe that was mixed in last.
    last: [u8; STRIPE],
}

impl Xxh3 {
    pub(super) const fn new() -> Self {
        Self {
            lanes: Lanes::new(),
            total: 0,
            buffer: [0; BUFFER],
            buffered: 0,
            last: [0; STRIPE],
        }
    }

    pub(super) fn update(&mut self, mut data: &[u8]) {
        self.total = self.total.wrapping_add(data.len() as u64);
        if self.buffered + data.len() <= BUFFER {
            self.hold_back(data);
            return;
        }
        if self.buffered > 0 {
            let (now, later) = data.split_at(BUFFER - self.buffered);
            self.hold_back(now);
            let (stripes, _) = self.buffer.as_chunks();
            self.lanes.mix(stripes);
            self.last = stripes.last().copied().unwrap_or(self.last);
            self.buffered = 0;
            data = later;
        }
        // There is at least one byte, and at least one is held back.
        let most = data.get(..data.len().saturating_sub(1));
        let (stripes, _) = most.unwrap_or_default().as_chunks();
        self.lanes.mix(stripes);
        self.last = stripes.last().copied().unwrap_or(self.last);
        let rest = data.get(stripes.len() * STRIPE..);
        self.hold_back(rest.unwrap_or_default());
    }

    /// Holds back bytes for which there is room.
    fn hold_back(&mut self, data: &[u8]) {
        let end = self.buffered + data.len();
        if let Some(place) = self.buffer.get_mut(self.buffered..end) {
            place.copy_from_slice(data);
            self.buffered = end;
        }
    }

    pub(super) fn digest_64(&self) -> u64 {
        match self.finished() {
            Ok(lanes) => fold_64(&lanes, self.total),
            Err(short) => xxh3::xxh3_64(short),
        }
    }

    pub(super) fn digest_128(&self) -> u128 {
        match self.finished() {
            Ok(lanes) => fold_128(&lanes, self.total),
            Err(short) => xxh3::xxh3_128(short),
        }
    }

    /// The lanes with what was held back mixed in; or all bytes, if they are
    /// few.
    fn finished(&self) -> Result<Lanes, &[u8]> {
        let held = self.buffer.get(..self.buffered).unwrap_or_default();
        if self.total <= SHORT as u64 {
            return Err(held);
        }
        let mut lanes = self.lanes.clone();
        let most = held.get(..held.len().saturating_sub(1));
        lanes.mix(most.unwrap_or_default().as_chunks().0);
        match held.last_chunk() {
            Some(stripe) => lanes.mix_last(stripe),
            None => {
                // The last stripe begins in the one before.
                let mut stripe = [0; STRIPE];
                let (head, tail) = stripe.split_at_mut(STRIPE - held.len());
                head.copy_from_slice(
                    self.last.get(held.len()..).unwrap_or_default(),
                );
                tail.copy_from_slice(held);
                lanes.mix_last(&stripe);
            }
        }
        Ok(lanes)
    }
}

fn fold_64(lanes: &Lanes, len: u64) -> u64 {
    fold(lanes, 11, len.wrapping_mul(PRIME64_1))
}

fn fold_128(lanes: &Lanes, len: u64) -> u128 {
    let low = fold_64(lanes, len);
    // The secret's end, but for eleven bytes.
    let secret = SECRET.len() - STRIPE - 11;
    let high = fold(lanes, secret, !len.wrapping_mul(PRIME64_2));
    (u128::from(high) << 64) | u128::from(low)
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the two halves of a product"
)]
/// Folds the lanes into one number, with the secret from an index on.
fn fold(lanes: &Lanes, secret: usize, start: u64) -> u64 {
    let mut sum = start;
    for (index, pair) in lanes.values.as_chunks::<2>().0.iter().enumerate() {
        let at = secret + 16 * index;
        let [a, b] = *pair;
        let a = a ^ word(&SECRET, at);
        let b = b ^ word(&SECRET, at + 8);
        let product = u128::from(a) * u128::from(b);
        let [low, high] = [product as u64, (product >> 64) as u64];
        sum = sum.wrapping_add(low ^ high);
    }
    sum ^= sum >> 37;
    sum = sum.wrapping_mul(0x1656_6791_9e37_79f9);
    sum ^ (sum >> 32)
}
