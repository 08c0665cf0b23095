//! Against `xxhash-rust`, whose own tests compare it with the specification's
//! authors' code.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Xxh3, xxh3, xxh3_64, xxh3_128};

fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[7]
    };
    core::iter::repeat_with(next).take(len).collect()
}

fn in_pieces<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (u64, u128) {
    let mut state = Xxh3::new();
    for piece in pieces {
        state.update(piece);
    }
    (state.digest_64(), state.digest_128())
}

#[test]
fn every_length_up_to_some_blocks_has_the_right_digest() {
    let data = noise(5000);
    for len in 0..data.len() {
        let data = &data[..len];
        assert_eq!(xxh3_64(data), xxh3::xxh3_64(data), "{len}");
        assert_eq!(xxh3_128(data), xxh3::xxh3_128(data), "{len}");
    }
}

#[test]
fn every_length_in_two_pieces_has_the_right_digest() {
    let data = noise(2200);
    for len in (0..data.len()).step_by(3) {
        let data = &data[..len];
        let expected = (xxh3::xxh3_64(data), xxh3::xxh3_128(data));
        for at in [0, 1, 63, 64, 65, 192, 255, 256, 257, 1024, len] {
            let (head, tail) = data.split_at(at.min(len));
            let found = in_pieces([head, tail].into_iter());
            assert_eq!(found, expected, "{len} at {at}");
        }
    }
}

proptest! {
    #[test]
    fn any_pieces_have_the_digest_of_the_whole(
        pieces in vec(vec(any::<u8>(), 0..700), 0..12),
    ) {
        let data = pieces.concat();
        let expected = (xxh3::xxh3_64(&data), xxh3::xxh3_128(&data));
        let found = in_pieces(pieces.iter().map(Vec::as_slice));
        prop_assert_eq!(found, expected);
        prop_assert_eq!((xxh3_64(&data), xxh3_128(&data)), expected);
    }

    #[test]
    fn pieces_of_one_size_have_the_digest_of_the_whole(
        len in 0_usize..20_000, size in 1_usize..1500,
    ) {
        let data = noise(len);
        let expected = (xxh3::xxh3_64(&data), xxh3::xxh3_128(&data));
        prop_assert_eq!(in_pieces(data.chunks(size)), expected);
    }
}
