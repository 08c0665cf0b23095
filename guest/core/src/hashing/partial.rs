//! Fingerprints of a file's two ends and its size.

use core::fmt;

use crate::digest::Digest;

use xxhash_rust::xxh64::xxh64;

/// The chunk of a partial digest whose text form does not name it, in bytes.
pub const DEFAULT_CHUNK: u32 = 64 << 10;

/// The largest chunk of a partial digest, in bytes: 16 MiB.
pub const MAX_CHUNK: u32 = 16 << 20;

/// A fingerprint of a file's two ends and its size.
///
/// It identifies large media files without reading them whole, and prints as
/// `xxh64:FIRST:LAST:SIZE`: two XXH64 digests in lower-case hexadecimal, 16
/// digits each, and the size in decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDigest {
    /// XXH64 of the first chunk.
    pub first: u64,
    /// XXH64 of the last chunk.
    pub last: u64,
    /// The size of the whole file, in bytes.
    pub size: u64,
}

impl PartialDigest {
    /// Its two digests as one, of 16 bytes: equal where both are.
    #[must_use]
    pub fn digest(self) -> Digest {
        let both = u128::from(self.first) << 64 | u128::from(self.last);
        Digest::from(both.to_be_bytes())
    }

    /// Its form in lists, from which it can be checked: `:CHUNK` follows,
    /// the chunk in bytes, where that is not [`DEFAULT_CHUNK`].
    #[must_use]
    pub fn listed(self, chunk: u32) -> impl fmt::Display {
        fmt::from_fn(move |f| {
            fmt::Display::fmt(&self, f)?;
            match chunk {
                DEFAULT_CHUNK => Ok(()),
                chunk => write!(f, ":{chunk}"),
            }
        })
    }
}

impl fmt::Display for PartialDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last, size } = self;
        write!(f, "xxh64:{first:016x}:{last:016x}:{size}")
    }
}

/// The partial digest of a file, from its first chunk, its last chunk and its
/// size in bytes. The caller chooses the chunks.
#[must_use]
pub fn partial(first: &[u8], last: &[u8], size: u64) -> PartialDigest {
    PartialDigest { first: xxh64(first, 0), last: xxh64(last, 0), size }
}

#[cfg(test)]
mod tests {
    use super::PartialDigest;

    #[test]
    fn a_partial_digest_prints_its_four_fields_and_in_lists_its_chunk() {
        let digest = PartialDigest { first: 1, last: u64::MAX, size: 42 };
        let text = "xxh64:0000000000000001:ffffffffffffffff:42";
        assert_eq!(digest.to_string(), text);
        assert_eq!(digest.listed(65_536).to_string(), text);
        let listed = digest.listed(1024).to_string();
        assert_eq!(listed, format!("{text}:1024"));
    }
}
