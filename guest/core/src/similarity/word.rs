//! A word in the making, and its hash.

use super::mix::mix;

/// How many bytes are mixed at a time.
pub(super) const CHUNK: u32 = 8;

/// A word so far. Its hash is made of its bytes, 8 at a time: as the digits of
/// a number, least significant first, with zeros where there are fewer. From
/// 0 on, the hash so far and that number are xored and mixed. (No word has a
/// zero in it, so that no two have the same numbers.)
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    /// That of the whole chunks.
    hash: u64,
    /// The bytes behind them, and how many bits these have.
    chunk: u64,
    bits: u32,
    /// Whether there was a whole chunk.
    is_long: bool,
}

impl Word {
    /// Adds a byte.
    #[inline]
    pub(super) const fn push(&mut self, byte: u8) {
        self.append(byte as u64, 1);
    }

    /// Adds so many bytes, at least one and up to 8: the lowest of a number,
    /// whose others are zeros.
    #[inline]
    pub(super) const fn append(&mut self, bytes: u64, count: u32) {
        let filled = self.chunk | (bytes << self.bits);
        let bits = self.bits + count * 8;
        if bits < CHUNK * 8 {
            self.chunk = filled;
            self.bits = bits;
        } else {
            self.hash = mix(self.hash ^ filled);
            self.is_long = true;
            // Nothing is left of what went in whole.
            self.chunk = match self.bits {
                0 => 0,
                taken => bytes >> (CHUNK * 8 - taken),
            };
            self.bits = bits - CHUNK * 8;
        }
    }

    /// Ends the word, if there is one.
    #[inline]
    pub(super) fn end(&mut self, each: &mut impl FnMut(u64)) {
        if self.bits > 0 {
            each(mix(self.hash ^ self.chunk));
        } else if self.is_long {
            each(self.hash);
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::mix::mix;
    use super::Word;

    fn hash(word: &[u8]) -> u64 {
        word.chunks(8).fold(0, |hash, chunk| {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            mix(hash ^ u64::from_le_bytes(bytes))
        })
    }

    proptest! {
        #[test]
        fn a_word_in_any_pieces_has_the_hash_of_its_bytes(
            pieces in prop::collection::vec(
                prop::collection::vec(1..=255_u8, 1..=8), 0..6),
        ) {
            let (mut word, mut found) = (Word::default(), Vec::new());
            for piece in &pieces {
                let mut bytes = [0; 8];
                bytes[..piece.len()].copy_from_slice(piece);
                let count = u32::try_from(piece.len()).unwrap();
                word.append(u64::from_le_bytes(bytes), count);
            }
            word.end(&mut |hash| found.push(hash));
            word.end(&mut |hash| found.push(hash));
            let whole = pieces.concat();
            match whole.is_empty() {
                true => prop_assert!(found.is_empty()),
                false => prop_assert_eq!(found, [hash(&whole)]),
            }
        }
    }
}
