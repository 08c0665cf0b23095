//! Digests against published vectors, and one way of making them against
//! another.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Algorithm, Hasher, digest, digest_batch, partial};
use crate::batch::{Batch, pack};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that the vectors of the partial digest are made of.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|i| (7 * i + i / 251).to_le_bytes()[0]).collect()
}

/// One digest by each algorithm.
fn assert_digests(data: &[u8], expected: [&str; 9]) {
    for (algorithm, expected) in Algorithm::ALL.into_iter().zip(expected) {
        let digest = digest(algorithm, data);
        assert_eq!(hex(&digest), expected, "{algorithm:?}");
        assert_eq!(digest.len(), algorithm.digest_len());
    }
}

#[test]
fn no_bytes_have_the_published_digests() {
    assert_digests(
        b"",
        [
            "ef46db3751d8e999",
            "2d06800538d394c2",
            "99aa06d3014798d86001c324468d497f",
            "af1349b9f5f9a1a6a0404dea36dcc949\
             9bcb25c9adc112b7cc9a93cae41f3262",
            "e3b0c44298fc1c149afbf4c8996fb924\
             27ae41e4649b934ca495991b7852b855",
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
             47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "d41d8cd98f00b204e9800998ecf8427e",
            "00000000",
        ],
    );
}

#[test]
fn hello_world_has_the_digests_the_checksum_programs_print() {
    assert_digests(
        b"hello world",
        [
            "45ab6734b21e6968",
            "d447b1ea40e6988b",
            "df8d09e93f874900a99b8775cc15b6c7",
            "d74981efa70a0c880b8d8c1985d075db\
             cbf679b99a5f9914e5aaf96b831a9e24",
            "b94d27b9934d3e08a52e52d7da7dabfa\
             c484efe37a5380ee9088f7ace2efcde9",
            "309ecc489c12d6eb4cc40f50c902f2b4d0ed77ee511a7c7a9bcd3ca86d4cd86f\
             989dd35bc5ff499670da34255b45b0cfd830e81f605dcf7dc5542e93ae9cd76f",
            "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed",
            "5eb63bbbe01eeed093cb22bb8f5acdc3",
            "0d4a1185",
        ],
    );
}

/// From the examples that NIST publishes with FIPS 180-4.
#[test]
fn sha256_agrees_with_the_vectors_of_its_standard() {
    assert_eq!(
        hex(&digest(Algorithm::Sha256, b"abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(
        hex(&digest(Algorithm::Sha256, &[b'a'; 1_000_000])),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
}

/// From the examples that NIST publishes with FIPS 180-4.
#[test]
fn sha1_and_sha512_agree_with_the_vectors_of_their_standard() {
    let long = [b'a'; 1_000_000];
    for (algorithm, data, expected) in [
        (
            Algorithm::Sha1,
            &b"abc"[..],
            "a9993e364706816aba3e25717850c26c9cd0d89d",
        ),
        (Algorithm::Sha1, &long, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
        (
            Algorithm::Sha512,
            b"abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (
            Algorithm::Sha512,
            &long,
            "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb\
             de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
        ),
    ] {
        assert_eq!(hex(&digest(algorithm, data)), expected);
    }
}

/// From the test suite of RFC 1321, section A.5.
#[test]
fn md5_agrees_with_the_vectors_of_its_standard() {
    for (data, expected) in [
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        (
            "1234567890123456789012345678901234567890\
             1234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a",
        ),
    ] {
        assert_eq!(hex(&digest(Algorithm::Md5, data.as_bytes())), expected);
    }
}

/// The check value that the catalogue of CRCs gives for CRC-32/ISO-HDLC, and
/// a vector of RFC 3720, B.4, of which the CRC by zlib is known.
#[test]
fn crc32_is_that_of_zlib() {
    let crc = |data: &[u8]| hex(&digest(Algorithm::Crc32, data));
    assert_eq!(crc(b"123456789"), "cbf43926");
    assert_eq!(crc(&[0; 32]), "190a55ad");
}

/// From the test vectors of the BLAKE3 team: byte i of the input is i modulo
/// 251. The lengths straddle a block, a chunk, and several levels of tree.
#[test]
fn blake3_agrees_with_the_vectors_of_its_authors() {
    for (length, expected) in [
        (
            1,
            "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
        ),
        (
            64,
            "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98",
        ),
        (
            65,
            "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee",
        ),
        (
            1023,
            "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
        ),
        (
            1024,
            "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
        ),
        (
            1025,
            "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
        ),
        (
            2048,
            "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a",
        ),
        (
            2049,
            "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030",
        ),
        (
            8193,
            "bab6c09cb8ce8cf459261398d2e7aef35700bf488116ceb94a36d0f5f1b7bc3b",
        ),
        (
            102_400,
            "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085",
        ),
    ] {
        let data: Vec<u8> = (0..251).cycle().take(length).collect();
        assert_eq!(hex(&digest(Algorithm::Blake3, &data)), expected);
    }
}

/// The same inputs as `xxhsum` 0.8.1 digests them. XXH3 goes other ways at 0,
/// 1, 4, 9, 17, 129, 241 and 1025 bytes.
#[test]
fn the_xxh_family_agrees_with_xxhsum_at_every_branch() {
    for (length, xxh64, xxh128) in [
        (1, "e934a84adb052768", "a6cd5e9392000f6ac44bdff4074eecdb"),
        (7, "14cc643f630c72d2", "61ce291bc3a4357ddbb207821e6d5efe"),
        (8, "884a173614b81b8d", "e1e4432a62217fe4cfd50c61c8bb98c1"),
        (63, "e26aa9e2a95f8e4f", "bb8d4c458fac1f120302a39b74a9cf52"),
        (64, "f7c67301db6713f0", "9c6e140a465545e590c1971ddb04ce74"),
        (127, "464d085810ce0199", "d5add870c9c9e00f060c2e3ddf0f2fb9"),
        (128, "7a7fe14647b9ab92", "14792fc3af88dc6c05321a0b64d67b41"),
        (129, "0ba25dfd6e891fcf", "dd5e74ac6b45f54ebc30b63382b09a3b"),
        (1024, "138e26c65048ce29", "d0ac1f7b93bf57b9e5d78bafa45b2aa5"),
        (1025, "cfd73aedd2d6a39d", "2882ebca04ec915ce95c42288f28186e"),
        (102_400, "eb1adcdd9e1369a6", "ecd387d36185351b1428e17f1cac2837"),
    ] {
        let data: Vec<u8> = (0..251).cycle().take(length).collect();
        assert_eq!(hex(&digest(Algorithm::Xxh64, &data)), xxh64);
        assert_eq!(hex(&digest(Algorithm::Xxh3_128, &data)), xxh128);
        if length > 240 {
            // The long form of both makes one state; the 64-bit result is
            // the low half of the other.
            assert_eq!(
                hex(&digest(Algorithm::Xxh3_64, &data)),
                xxh128.split_at(16).1
            );
        }
    }
}

#[test]
fn a_partial_digest_has_the_agreed_values() {
    let text = |data: &[u8]| {
        let chunk = 65_536;
        let (first, last) = if data.len() < 2 * chunk {
            (data, data)
        } else {
            (&data[..chunk], &data[data.len() - chunk..])
        };
        let digest = partial(first, last, data.len() as u64);
        format!("{:016x}:{:016x}:{}", digest.first, digest.last, digest.size)
    };
    for (length, expected) in [
        (65_536, "dd16e5b8424c329f:dd16e5b8424c329f:65536"),
        (65_537, "b1e7d4e15af7e16b:b1e7d4e15af7e16b:65537"),
        (131_071, "8d9939112d08bd90:8d9939112d08bd90:131071"),
        (131_072, "dd16e5b8424c329f:3e7d999f29247ce6:131072"),
        (200_000, "dd16e5b8424c329f:55721d2e9dc228fe:200000"),
    ] {
        assert_eq!(text(&pattern(length)), expected);
    }
    assert_eq!(text(b"hello world"), "45ab6734b21e6968:45ab6734b21e6968:11");
    assert_eq!(text(&[b'x'; 1000]), "4cb9a3b69cb700e1:4cb9a3b69cb700e1:1000");
    assert_eq!(
        text(&[b'x'; 200_000]),
        "c73196eb9ba40060:c73196eb9ba40060:200000"
    );
}

fn algorithms() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(&Algorithm::ALL[..])
}

proptest! {
    #[test]
    fn pieces_have_the_digest_of_the_whole(
        algorithm in algorithms(),
        pieces in vec(0_usize..3000, 0..12),
        files in 1..3,
    ) {
        let data = pattern(pieces.iter().sum());
        let whole = digest(algorithm, &data);
        let mut hasher = Hasher::new(algorithm);
        // More than one file: finishing must leave nothing behind.
        for _ in 0..files {
            let mut rest = &data[..];
            for &length in &pieces {
                let (piece, after) = rest.split_at(length);
                hasher.update(piece);
                rest = after;
            }
            prop_assert_eq!(&hasher.finish(), &whole);
        }
        prop_assert_eq!(hasher.finish(), digest(algorithm, b""));
    }

    #[test]
    fn tiny_pieces_have_the_digest_of_the_whole(
        algorithm in algorithms(),
        data in vec(any::<u8>(), 0..1500),
        sizes in vec(1_usize..70, 1..8),
    ) {
        let mut hasher = Hasher::new(algorithm);
        let mut rest = &data[..];
        for size in sizes.into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(size.min(rest.len()));
            hasher.update(piece);
            rest = after;
        }
        prop_assert_eq!(hasher.finish(), digest(algorithm, &data));
    }

    #[test]
    fn a_batch_has_the_digests_of_its_parts(
        algorithm in algorithms(),
        parts in vec(vec(any::<u8>(), 0..300), 0..20),
    ) {
        let one_by_one: Vec<u8> = parts
            .iter()
            .flat_map(|part| digest(algorithm, part))
            .collect();
        let (data, ends) = pack(&parts);
        let batch = Batch::new(&data, &ends).unwrap();
        prop_assert_eq!(digest_batch(algorithm, batch), one_by_one);
    }
}
