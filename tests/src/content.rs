//! Bytes to put into files: the same on every run.

/// Bytes of which no two long stretches are equal, made by a formula, so that
/// digests of them can stand in a test: byte i is (7 i + i / 251) mod 256.
#[must_use]
pub fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((7 * i + i / 251) % 256).to_le_bytes()[0]).collect()
}

/// Bytes without any pattern; another seed gives other bytes.
#[must_use]
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut random = crate::random::Random::new(seed);
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        bytes.extend_from_slice(&random.next().to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// The same bytes with one of them changed.
#[must_use]
pub fn changed_at(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at] ^= 1;
    changed
}
