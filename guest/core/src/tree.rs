//! BLAKE3 of one large input by several workers: the chaining values of its
//! pieces, and what joins them.
//!
//! Source: the BLAKE3 paper, sections 2.1 and 2.4 to 2.6.

use blake3::Hasher;
use blake3::hazmat::{
    HasherExt as _, Mode, max_subtree_len, merge_subtrees_non_root,
    merge_subtrees_root,
};

use crate::batch::saturate;

/// The bytes of a chunk, the leaf of the tree.
const CHUNK: u64 = 1024;

/// A chaining value, or a digest.
pub type Value = [u8; 32];

/// Why something has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeError {
    /// The piece is empty.
    EmptyPiece,
    /// The piece begins at this offset, where no chunk does.
    Misaligned(u64),
    /// The piece is longer than the greatest subtree that begins at its
    /// offset, which has this many bytes.
    PieceTooLong(u64),
    /// The value on the left has this many bytes and not 32.
    LeftLength(u32),
    /// The value on the right has this many bytes and not 32.
    RightLength(u32),
}

/// The chaining value of a piece of an input, which begins at `offset` in it
/// and is not all of it.
///
/// # Errors
///
/// For an empty piece, one that does not begin where a chunk does, and one
/// that is longer than the greatest subtree that begins there.
pub fn piece(data: &[u8], offset: u64) -> Result<Value, TreeError> {
    let len = u64::try_from(data.len()).unwrap_or(u64::MAX);
    if len == 0 {
        return Err(TreeError::EmptyPiece);
    }
    if !offset.is_multiple_of(CHUNK) {
        return Err(TreeError::Misaligned(offset));
    }
    if let Some(most) = max_subtree_len(offset).filter(|most| len > *most) {
        return Err(TreeError::PieceTooLong(most));
    }
    let mut hasher = Hasher::new();
    hasher.set_input_offset(offset).update(data);
    Ok(hasher.finalize_non_root())
}

/// Joins the values of two neighbours, the left one of which covers a power of
/// two of pieces, into the value of their parent or, at the root, into the
/// digest.
///
/// # Errors
///
/// For what is not a value: one has 32 bytes.
pub fn join(
    left: &[u8],
    right: &[u8],
    root: bool,
) -> Result<Value, TreeError> {
    let value = |bytes: &[u8], error: fn(u32) -> TreeError| {
        Value::try_from(bytes).map_err(|_| error(saturate(bytes.len())))
    };
    let left = value(left, TreeError::LeftLength)?;
    let right = value(right, TreeError::RightLength)?;
    Ok(match root {
        true => merge_subtrees_root(&left, &right, Mode::Hash).into(),
        false => merge_subtrees_non_root(&left, &right, Mode::Hash),
    })
}

#[cfg(test)]
mod tests {
    use super::{TreeError, Value, join, piece};
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
        join(&joined(left, false), &joined(right, false), root).unwrap()
    }

    #[test]
    fn a_piece_that_cannot_be_has_no_value() {
        use TreeError::{EmptyPiece, Misaligned, PieceTooLong};
        assert_eq!(piece(b"", 0), Err(EmptyPiece));
        assert_eq!(piece(b"x", 1), Err(Misaligned(1)));
        assert_eq!(piece(b"x", 1023), Err(Misaligned(1023)));
        assert!(piece(&[0; 1024], 1024).is_ok());
        assert_eq!(piece(&[0; 1025], 1024), Err(PieceTooLong(1024)));
        assert!(piece(&[0; 4096], 4096).is_ok());
        assert_eq!(piece(&[0; 4097], 4096), Err(PieceTooLong(4096)));
        assert!(piece(&[0; 4097], 0).is_ok());
        assert!(piece(b"x", u64::MAX - 1023).is_ok());
    }

    #[test]
    fn what_is_not_of_32_bytes_cannot_be_joined() {
        let value = [7; 32];
        let left = join(&value[1..], &[], true);
        assert_eq!(left, Err(TreeError::LeftLength(31)));
        let right = join(&value, &[0; 33], false);
        assert_eq!(right, Err(TreeError::RightLength(33)));
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
