//! What every compressor does, and what none of them may do.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

use std::io::{self, Read, Write};

use proptest::prelude::*;
use sanchay_compression::{
    AdaptiveCompressor, CompressionError, CompressionLevel, Compressor,
    Lz4Compressor, StoredCompressor, ZstdCompressor,
};

const LEVELS: [CompressionLevel; 9] = [
    CompressionLevel::Fastest,
    CompressionLevel::Fast,
    CompressionLevel::Default,
    CompressionLevel::Best,
    CompressionLevel::Custom(i32::MIN),
    CompressionLevel::Custom(0),
    CompressionLevel::Custom(1),
    CompressionLevel::Custom(7),
    CompressionLevel::Custom(i32::MAX),
];

fn all() -> Vec<Box<dyn Compressor>> {
    let mut all: Vec<Box<dyn Compressor>> = vec![
        Box::new(AdaptiveCompressor::new()),
        Box::new(StoredCompressor::new()),
        Box::new(ZstdCompressor::with_dictionary(
            b"some words that come again and again",
            CompressionLevel::Default,
        )),
    ];
    for level in LEVELS {
        all.push(Box::new(ZstdCompressor::new(level)));
        all.push(Box::new(Lz4Compressor::new(level)));
    }
    all
}

/// One of each kind, and none that takes long.
fn one_of_each() -> [Box<dyn Compressor>; 4] {
    let level = CompressionLevel::Default;
    [
        Box::new(AdaptiveCompressor::new()),
        Box::new(ZstdCompressor::with_dictionary(b"some words", level)),
        Box::new(Lz4Compressor::new(level)),
        Box::new(Lz4Compressor::new(CompressionLevel::Best)),
    ]
}

/// Text that repeats itself, but not too much.
fn text(size: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let words = [&b"alpha "[..], b"beta ", b"gamma ", b"\n", b"delta-", b"1"];
    let mut text = Vec::new();
    while text.len() < size {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.extend_from_slice(words[(state >> 16) as usize % 6]);
    }
    text.truncate(size);
    text
}

/// What does not shrink.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(size).collect()
}

fn streamed(compressor: &dyn Compressor, data: &[u8]) -> Vec<u8> {
    let mut space = Vec::new();
    let written = compressor.compress_from(&mut { data }, &mut space).unwrap();
    assert_eq!(written, space.len() as u64);
    space
}

fn unstreamed(
    compressor: &dyn Compressor,
    data: &[u8],
) -> Result<Vec<u8>, CompressionError> {
    let mut space = Vec::new();
    let written = compressor.decompress_from(&mut { data }, &mut space)?;
    assert_eq!(written, space.len() as u64);
    Ok(space)
}

#[test]
fn what_is_compressed_comes_back_in_memory_and_as_a_stream() {
    for data in [
        vec![],
        vec![7],
        text(100),
        text(300_000),
        noise(300_000),
        vec![0; 1_500_000],
        [text(100_000), noise(500_000), text(100_000)].concat(),
    ] {
        for compressor in all() {
            let name = compressor.name();
            for compressed in [
                compressor.compress(&data).unwrap(),
                streamed(&*compressor, &data),
            ] {
                let back = compressor.decompress(&compressed).unwrap();
                assert!(back == data, "{name}, {} bytes", data.len());
                let back = unstreamed(&*compressor, &compressed).unwrap();
                assert!(back == data, "{name}, {} bytes", data.len());
            }
        }
    }
}

#[test]
fn a_stream_that_is_cut_off_anywhere_is_an_error() {
    let data = [text(150_000), noise(1000)].concat();
    for compressor in one_of_each() {
        let whole = streamed(&*compressor, &data);
        let step = (whole.len() / 100).max(1);
        for cut in (0..whole.len()).step_by(step) {
            let part = &whole[..cut];
            let name = compressor.name();
            assert!(compressor.decompress(part).is_err(), "{name} {cut}");
            assert!(unstreamed(&*compressor, part).is_err(), "{name} {cut}");
        }
    }
}

#[test]
fn what_was_changed_is_an_error_or_no_change() {
    let data = text(60_000);
    for compressor in one_of_each() {
        let whole = compressor.compress(&data).unwrap();
        let step = (whole.len() / 100).max(1);
        for at in (0..whole.len()).step_by(step) {
            let mut changed = whole.clone();
            changed[at] ^= 0x41;
            for back in [
                compressor.decompress(&changed),
                unstreamed(&*compressor, &changed),
            ] {
                let name = compressor.name();
                assert!(back.is_err() || back.unwrap() == data, "{name} {at}");
            }
        }
    }
}

#[test]
fn what_is_no_compressed_data_is_invalid() {
    for compressor in one_of_each() {
        for data in [&b""[..], b"x", b"plain text that is long enough"] {
            let name = compressor.name();
            for error in [
                compressor.decompress(data).unwrap_err(),
                unstreamed(&*compressor, data).unwrap_err(),
            ] {
                let invalid = matches!(error, CompressionError::InvalidData);
                assert!(invalid, "{name}: {error}");
            }
        }
    }
}

#[test]
fn a_bomb_is_an_error_before_it_has_gone_off() {
    let zeros = vec![0; 40 << 20];
    let level = CompressionLevel::Fastest;
    let pairs: [(Box<dyn Compressor>, Box<dyn Compressor>); 4] = [
        (
            Box::new(ZstdCompressor::new(level)),
            Box::new(ZstdCompressor::new(level).with_limit(1 << 20)),
        ),
        (
            Box::new(Lz4Compressor::new(level)),
            Box::new(Lz4Compressor::new(level).with_limit(1 << 20)),
        ),
        (
            Box::new(AdaptiveCompressor::new()),
            Box::new(AdaptiveCompressor::with_limit(1 << 20)),
        ),
        (
            Box::new(StoredCompressor::new()),
            Box::new(StoredCompressor::with_limit(1 << 20)),
        ),
    ];
    for (maker, bounded) in pairs {
        for bomb in
            [maker.compress(&zeros).unwrap(), streamed(&*maker, &zeros)]
        {
            let mut passed = Counted(0);
            let error = bounded
                .decompress_from(&mut bomb.as_slice(), &mut passed)
                .unwrap_err();
            let expected = "Decompression failed: more than 1048576 bytes";
            assert_eq!(error.to_string(), expected, "{}", maker.name());
            assert!(passed.0 <= 1 << 20, "{}: {}", maker.name(), passed.0);
            let error = bounded.decompress(&bomb).unwrap_err();
            assert_eq!(error.to_string(), expected, "{}", maker.name());
        }
        // What just fits is no bomb.
        let fitting = maker.compress(&zeros[..1 << 20]).unwrap();
        assert_eq!(bounded.decompress(&fitting).unwrap().len(), 1 << 20);
    }
}

struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0 += data.len() as u64;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn errors_of_readers_and_writers_are_theirs() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the reader's own"))
        }
    }
    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("the writer's own"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let data = noise(1_500_000);
    for compressor in one_of_each() {
        let compressed = streamed(&*compressor, &data);
        let half = &compressed[..compressed.len() / 2];
        let errors = [
            compressor.compress_from(
                &mut data.as_slice().chain(Failing),
                &mut io::sink(),
            ),
            compressor
                .decompress_from(&mut half.chain(Failing), &mut io::sink()),
            compressor.compress_from(&mut data.as_slice(), &mut Failing),
            compressor
                .decompress_from(&mut compressed.as_slice(), &mut Failing),
        ];
        for (result, who) in
            errors.into_iter().zip(["reader", "reader", "writer", "writer"])
        {
            let error = result.unwrap_err();
            let name = compressor.name();
            assert!(
                matches!(error, CompressionError::Io(_)),
                "{name} {error}"
            );
            let whose = format!("the {who}'s own");
            assert!(error.to_string().ends_with(&whose), "{name}: {error}");
        }
    }
}

#[test]
fn formats_are_those_of_the_libraries() {
    let data = [text(300_000), noise(100_000)].concat();
    for level in LEVELS {
        let ours = ZstdCompressor::new(level);
        for compressed in
            [ours.compress(&data).unwrap(), streamed(&ours, &data)]
        {
            assert!(zstd::decode_all(compressed.as_slice()).unwrap() == data);
        }
        let ours = Lz4Compressor::new(level);
        for compressed in
            [ours.compress(&data).unwrap(), streamed(&ours, &data)]
        {
            let mut decoder =
                lz4_flex::frame::FrameDecoder::new(compressed.as_slice());
            let mut back = Vec::new();
            decoder.read_to_end(&mut back).unwrap();
            assert!(back == data);
        }
    }
    let theirs = zstd::encode_all(data.as_slice(), 5).unwrap();
    let ours = ZstdCompressor::new(CompressionLevel::Default);
    assert!(ours.decompress(&theirs).unwrap() == data);
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(&data).unwrap();
    let theirs = encoder.finish().unwrap();
    let ours = Lz4Compressor::new(CompressionLevel::Default);
    assert!(ours.decompress(&theirs).unwrap() == data);
}

#[test]
fn frames_one_after_another_are_one_text() {
    let level = CompressionLevel::Default;
    let both: [Box<dyn Compressor>; 2] = [
        Box::new(ZstdCompressor::new(level)),
        Box::new(Lz4Compressor::new(level)),
    ];
    for compressor in both {
        let one = compressor.compress(b"one, ").unwrap();
        let two = streamed(&*compressor, b"and another");
        let both = [one.clone(), two].concat();
        let expected = b"one, and another";
        assert_eq!(compressor.decompress(&both).unwrap(), expected);
        assert_eq!(unstreamed(&*compressor, &both).unwrap(), expected);
        let garbage = [one, b"garbage".to_vec()].concat();
        let name = compressor.name();
        assert!(compressor.decompress(&garbage).is_err(), "{name}");
        assert!(unstreamed(&*compressor, &garbage).is_err(), "{name}");
    }
}

#[test]
fn a_trained_dictionary_makes_small_objects_smaller() {
    let samples: Vec<_> = (0..2000)
        .map(|at| {
            format!(
                "{{\"identifier\": {at}, \"name\": \"object {}\", \"size\": {}, \
                 \"kind\": \"checkpoint\", \"location\": \"somewhere\"}}",
                at * 7919 % 1000,
                at * 31,
            )
        })
        .collect();
    let dictionary = ZstdCompressor::train(&samples, 4096).unwrap();
    assert!(dictionary.len() <= 4096);
    let level = CompressionLevel::Default;
    let plain = ZstdCompressor::new(level);
    let trained = ZstdCompressor::with_dictionary(&dictionary, level);
    let sample = samples[1234].as_bytes();
    let small = trained.compress(sample).unwrap();
    let unaided = plain.compress(sample).unwrap();
    assert!(small.len() * 4 < unaided.len() * 3, "{}", small.len());
    assert_eq!(trained.decompress(&small).unwrap(), sample);
    assert!(plain.decompress(&small).is_err());
    let error = ZstdCompressor::train(&[b"x"; 0], 4096).unwrap_err();
    assert!(matches!(error, CompressionError::CompressionFailed(_)));
}

#[test]
fn levels_make_a_difference() {
    let data = text(2_000_000);
    let size = |compressor: &dyn Compressor| {
        compressor.compress(&data).unwrap().len()
    };
    let fastest = CompressionLevel::Fastest;
    let best = CompressionLevel::Best;
    assert!(
        size(&ZstdCompressor::new(best)) < size(&ZstdCompressor::new(fastest))
    );
    assert!(
        size(&Lz4Compressor::new(best)) < size(&Lz4Compressor::new(fastest))
    );
}

#[test]
fn the_adaptive_one_stores_what_does_not_shrink() {
    let adaptive = AdaptiveCompressor::new();
    let chosen = |data: &[u8]| {
        let compressed = adaptive.compress(data).unwrap();
        let name = AdaptiveCompressor::chosen(&compressed).unwrap().to_owned();
        (name, compressed.len())
    };
    let (name, size) = chosen(&noise(100_000));
    assert_eq!((name.as_str(), size), ("stored", 100_000 + 11));
    let (name, size) = chosen(&[0; 100_000]);
    assert!(name != "stored" && size < 2000, "{name} {size}");
    // The sample sees text only; it is noise between.
    let mut misleading = noise(1_000_000);
    for at in [0, 492_000, 984_000] {
        misleading[at..at + 16_000].copy_from_slice(&text(16_000));
    }
    let (_, size) = chosen(&misleading);
    assert!(size <= misleading.len() + 11);
    assert!(adaptive.estimate_ratio(&noise(10_000)) <= 1.0);
    assert!(adaptive.estimate_ratio(&[0; 10_000]) > 5.0);
    assert!(AdaptiveCompressor::chosen(b"MCA\x01\x09zst").is_err());
}

#[test]
fn what_others_compressed_names_who_is_missing() {
    let zstd = ZstdCompressor::new(CompressionLevel::Default);
    let one = AdaptiveCompressor::with_compressors(vec![Box::new(zstd)]);
    let none = AdaptiveCompressor::with_compressors(vec![]);
    let compressed = one.compress(&text(10_000)).unwrap();
    let error = none.decompress(&compressed).unwrap_err().to_string();
    assert!(error.contains("\"zstd\""), "{error}");
}

#[test]
fn generic_streams_take_readers_and_writers_by_value() {
    let compressor = Lz4Compressor::new(CompressionLevel::Default);
    let mut compressed = Vec::new();
    let data = text(10_000);
    compressor.compress_stream(data.as_slice(), &mut compressed).unwrap();
    let mut back = Vec::new();
    compressor.decompress_stream(compressed.as_slice(), &mut back).unwrap();
    assert_eq!(back, data);
    let boxed: Box<dyn Compressor> = Box::new(compressor);
    let mut again = Vec::new();
    boxed.compress_stream(data.as_slice(), &mut again).unwrap();
    assert_eq!(again, compressed);
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 64,
        ..ProptestConfig::default()
    })]

    #[test]
    fn anything_comes_back(
        parts in proptest::collection::vec(
            (any::<u8>(), 0..5000_usize, any::<bool>()),
            0..6,
        ),
    ) {
        let data: Vec<u8> = parts
            .into_iter()
            .flat_map(|(byte, size, random)| match random {
                true => noise(size),
                false => vec![byte; size],
            })
            .collect();
        for compressor in one_of_each() {
            let compressed = compressor.compress(&data).unwrap();
            prop_assert!(compressor.decompress(&compressed).unwrap() == data);
        }
    }

    #[test]
    fn no_bytes_make_a_decompressor_panic(
        magic in 0..4_usize,
        data in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let magic: &[u8] = [
            &b"\x28\xb5\x2f\xfd"[..],
            b"\x04\x22\x4d\x18",
            b"MCA\x01\x04zstd\x28\xb5\x2f\xfd",
            b"MCA\x01\x03lz4\x04\x22\x4d\x18",
        ][magic];
        let data = [magic, &data].concat();
        for compressor in one_of_each() {
            let whole = compressor.decompress(&data);
            let stream = unstreamed(&*compressor, &data);
            if let (Ok(whole), Ok(stream)) = (whole, stream) {
                prop_assert_eq!(whole, stream);
            }
        }
    }
}
