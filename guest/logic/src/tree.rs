//! BLAKE3 of one large input by several workers: the chaining values of its
//! pieces, and what joins them.
//!
//! Source: the BLAKE3 paper, sections 2.1 and 2.4 to 2.6.

use blake3::Hasher;
use blake3::hazmat::{
    HasherExt as _, Mode, max_subtree_len, merge_subtrees_non_root,
    merge_subtrees_root,
};

/// The bytes of a chunk, the leaf of the tree.
const CHUNK: u64 = 1024;

/// A chaining value, or a digest.
pub type Value = [u8; 32];

/// The chaining value of a piece of an input, which begins at `offset` in it
/// and is not all of it.
///
/// `None` for an empty piece, one that does not begin where a chunk does, and
/// one that is longer than the greatest subtree that begins there.
#[must_use]
pub fn piece(data: &[u8], offset: u64) -> Option<Value> {
    let len = u64::try_from(data.len()).ok()?;
    if len == 0 || !offset.is_multiple_of(CHUNK) {
        return None;
    }
    if max_subtree_len(offset).is_some_and(|most| len > most) {
        return None;
    }
    let mut hasher = Hasher::new();
    hasher.set_input_offset(offset).update(data);
    Some(hasher.finalize_non_root())
}

/// Joins the values of two neighbours, the left of which is of a power of two
/// of pieces: to the value of their parent, or, at the root, to the digest.
#[must_use]
pub fn join(left: &Value, right: &Value, root: bool) -> Value {
    if root {
        merge_subtrees_root(left, right, Mode::Hash).into()
    } else {
        merge_subtrees_non_root(left, right, Mode::Hash)
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, join, piece};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// The digest of an input that is cut into pieces of so many bytes.
    fn digest(data: &[u8], size: usize) -> Value {
        let values: Vec<Value> = (0..)
            .step_by(size)
            .zip(data.chunks(size))
            .map(|(offset, data)| piece(data, offset).unwrap())
            .collect();
        joined(&values, true)
    }

    fn joined(values: &[Value], root: bool) -> Value {
        if let [value] = values {
            return *value;
        }
        let (left, right) =
            values.split_at(values.len().next_power_of_two() / 2);
        join(&joined(left, false), &joined(right, false), root)
    }

    #[test]
    fn a_piece_that_cannot_be_has_no_value() {
        assert_eq!(piece(b"", 0), None);
        assert_eq!(piece(b"x", 1), None);
        assert_eq!(piece(b"x", 1023), None);
        assert!(piece(&[0; 1024], 1024).is_some());
        assert_eq!(piece(&[0; 1025], 1024), None);
        assert!(piece(&[0; 4096], 4096).is_some());
        assert_eq!(piece(&[0; 4097], 4096), None);
        assert!(piece(&[0; 4097], 0).is_some());
        assert!(piece(b"x", u64::MAX - 1023).is_some());
    }

    proptest! {
        #[test]
        fn pieces_joined_have_the_digest_of_the_whole(
            len in 4097_usize..100_000, exponent in 10_u32..13, seed: u8,
        ) {
            let data: Vec<u8> =
                (0..len).map(|i| (i / 7).to_le_bytes()[0] ^ seed).collect();
            let expected: Value = blake3::hash(&data).into();
            prop_assert_eq!(digest(&data, 1 << exponent), expected);
        }
    }
}
